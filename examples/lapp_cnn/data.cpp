// Reading IDX files, making batches.
#include "data.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

static std::vector<uint8_t> readIdx(const std::string &path, uint32_t magic, int64_t limit) {
  auto refuse = [&](const char *found, const char *expected) {
    fprintf(stderr, "error: %s: found %s, expected %s\n", path.c_str(), found, expected);
    exit(1);
  };
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    refuse("no such file", "Fashion-MNIST (Debian package dataset-fashion-mnist)");
  auto number = [&] {
    uint8_t b[4];
    if (gzread(file, b, 4) != 4)
      refuse("a short file", "an IDX header");
    return uint32_t(b[0]) << 24 | uint32_t(b[1]) << 16 | uint32_t(b[2]) << 8 | b[3];
  };
  if (number() != magic)
    refuse("another kind of file", "an IDX file of bytes");
  int64_t count = number(), perItem = 1;
  for (uint32_t d = 1; d < (magic & 255); ++d)
    perItem *= number();
  if (perItem != 1 && perItem != kSide * kSide)
    refuse("pictures of another size", "28 x 28 pixels");
  std::vector<uint8_t> bytes(std::min(count, limit) * perItem);
  if (gzread(file, bytes.data(), bytes.size()) != int64_t(bytes.size()))
    refuse("a short file", "as many bytes as its header says");
  gzclose(file);
  return bytes;
}

Dataset loadDataset(const std::string &folder, const std::string &which, int64_t limit) {
  Dataset data{readIdx(folder + "/" + which + "-images-idx3-ubyte.gz", 0x803, limit),
               readIdx(folder + "/" + which + "-labels-idx1-ubyte.gz", 0x801, limit)};
  if (int64_t(data.pixels.size()) != data.size() * kSide * kSide) {
    fprintf(stderr, "error: %s: found %lld labels, expected one per picture\n", folder.c_str(),
            (long long)data.size());
    exit(1);
  }
  return data;
}

Batch makeBatch(const Dataset &data, const std::vector<int32_t> &order, int64_t first,
                int64_t count, std::mt19937 *random) {
  // Pixels with mean 0 and deviation 1 over the training pictures.
  const float mean = 72.94f, deviation = 90.02f;
  std::vector<float> images(count * kSide * kSide, (0 - mean) / deviation);
  std::vector<int32_t> labels(count);
  for (int64_t n = 0; n < count; ++n) {
    int32_t which = order[first + n];
    labels[n] = data.labels[which];
    int down = 0, right = 0;
    bool mirror = false;
    if (random) {
      uint32_t draw = (*random)();
      down = int(draw % 5) - 2, right = int(draw / 5 % 5) - 2, mirror = draw / 25 % 2;
    }
    const uint8_t *picture = &data.pixels[which * kSide * kSide];
    for (int64_t i = 0; i < kSide; ++i)
      for (int64_t j = 0; j < kSide; ++j) {
        int64_t y = i - down, x = (mirror ? kSide - 1 - j : j) - right;
        if (y >= 0 && y < kSide && x >= 0 && x < kSide)
          images[(n * kSide + i) * kSide + j] = (picture[y * kSide + x] - mean) / deviation;
      }
  }
  return {Tensor({count, kSide, kSide, 1}, std::move(images)), Numbers(std::move(labels))};
}
