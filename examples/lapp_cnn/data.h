// Fashion-MNIST: pictures of 28 x 28, ten classes (Debian's dataset-fashion-mnist).
#pragma once

#include "tensor.h"

#include <random>
#include <string>

struct Dataset {
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;
  int64_t size() const { return labels.size(); }
};

constexpr int64_t kSide = 28;

/// `which`: "train" or "t10k". At most `limit` pictures. Ends the program with an
/// error where files are missing or not what they should be.
Dataset loadDataset(const std::string &folder, const std::string &which, int64_t limit);

struct Batch {
  Tensor images; ///< n x 28 x 28 x 1
  Numbers labels;
};

/// The pictures `order[first .. first + count]`. With `random`, each may be mirrored and
/// moved by up to two pixels.
Batch makeBatch(const Dataset &data, const std::vector<int32_t> &order, int64_t first,
                int64_t count, std::mt19937 *random);
