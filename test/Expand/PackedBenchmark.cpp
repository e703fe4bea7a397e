//===- PackedBenchmark.cpp - packed weights against dense BLAS ------------===//
//
// Usage: PackedBenchmark [LAYER...] [--blas=libopenblas.so.0] [--threads=N] [--checked]. f32. For
// every layer and share of zeros: the time of sgemm (sgemv for one sample) over the time
// of each format and of our own dense product, the contestants taking turns, medians,
// in brackets minima. A layer is ROWSxDEPTHxSAMPLES (random weights, the largest of them
// kept) or FILE.mtx[.gz]:SAMPLES (weights as they are in the file; the formats under a
// mask of entries). Parts are trusted, as those of constant weights are; `--checked` pays for
// the checks of parts from elsewhere at every call. Set OPENBLAS_CORETYPE to the best core of the machine (SkylakeX where
// it has AVX-512), or the comparison is void.
//===----------------------------------------------------------------------===//
#include "runtime/io/MatrixMarket.h"
#include "test/Expand/Compiled.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <dlfcn.h>
#include <random>

using namespace scratch;
using namespace scratch::test;

namespace {
struct Format {
  const char *name, *packing, *mask;
  std::vector<const char *> parts;
  bool halfOnly = false;
};
const Format kFormats[] = {
    {"csr", "csr", "", {"i32", "i32", "f32"}},
    {"4x1", "block, 4, 1", ", block(4x1)", {"i32", "i32", "f32"}},
    {"4x4", "block, 4, 4", ", block(4x4)", {"i32", "i32", "f32"}},
    {"2:4", "n_m, 2, 4", ", n_m(2:4), exact(2:4)", {"i8", "f32"}, true},
    {"bitmap", "bitmap", "", {"i32", "i8", "f32"}},
    {"delta", "delta", "", {"i32", "i8", "f32"}}};

std::string functions(const Format &f, const std::string &x, bool ofEntries, bool checked) {
  std::string list, arguments, names, results;
  std::string mask = "!scratch.mask<?x?" + std::string(ofEntries ? "" : f.mask) + ">";
  for (auto [i, part] : llvm::enumerate(f.parts)) {
    std::string one = std::string("tensor<?x") + part + ">", n = std::to_string(i);
    list += (i ? ", " : "") + one;
    arguments += "%p" + n + ": " + one + ", ";
    names += (i ? ", %p" : "%p") + n;
    results += (i ? ", %p#" : "%p#") + n;
  }
  std::string w = "tensor<?x?xf32>", make = f.halfOnly ? "n_m %W" : "magnitude %W keep %t";
  return "func.func @pack(%W: " + w + ", %t: f64) -> (" + list + ") {\n  %M = scratch.mask." + make +
         " : " + w + " -> " + mask + "\n  %p:" + std::to_string(f.parts.size()) +
         " = scratch.pack %W, %M as <" + f.packing + "> : " + w + ", " + mask + " -> " + list +
         "\n  return " + results + " : " + list + "\n}\nfunc.func @multiply(" + arguments + "%X: " + x +
         ", %Y: " + x + ") -> " + x + " {\n  %c0 = arith.constant 0 : index\n  %zero = arith.constant 0.0 : f32\n"
         "  %Z = linalg.fill ins(%zero : f32) outs(%Y : " + x + ") -> " + x +
         "\n  %r = scratch.packed_matmul <" + f.packing + ">(" + names + "), %X into %Z " +
         (checked ? "" : "{scratch.trusted_parts} ") + ": (" + list +
         "), " + x + " -> " + x + "\n  return %r : " + x + "\n}\n";
}

/// Our own dense product.
std::string denseFunction(const std::string &x, bool vector) {
  return "func.func @dense(%W: tensor<?x?xf32>, %X: " + x + ", %Y: " + x + ") -> " + x +
         " {\n  %zero = arith.constant 0.0 : f32\n  %Z = linalg.fill ins(%zero : f32) outs(%Y : " + x +
         ") -> " + x + "\n  %r = linalg." + (vector ? "matvec" : "matmul") + " ins(%W, %X : tensor<?x?xf32>, " +
         x + ") outs(%Z : " + x + ") -> " + x + "\n  return %r : " + x + "\n}\n";
}

double seconds(llvm::function_ref<void()> run) {
  auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Times of one contestant.
struct Times {
  std::vector<double> all;
  double median() {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
  }
  double least() const { return *std::min_element(all.begin(), all.end()); }
};

struct Layer {
  int64_t rows, depth, samples;
  std::vector<float> weights; ///< of a file; else empty
  std::string name;
};

/// Says what is wrong with a layer's text, if anything is.
std::string readLayer(const std::string &text, Layer &layer) {
  layer.name = text;
  if (sscanf(text.c_str(), "%ldx%ldx%ld", &layer.rows, &layer.depth, &layer.samples) == 3)
    return "";
  size_t colon = text.rfind(':');
  if (colon == std::string::npos)
    return "expected ROWSxDEPTHxSAMPLES or FILE:SAMPLES";
  std::string path = text.substr(0, colon);
  scratch_tensor matrix{};
  if (scratch_mtx_read(path.c_str(), SCRATCH_F32, 32, nullptr, &matrix) != SCRATCH_OK)
    return scratch_last_error();
  layer.samples = atoll(text.c_str() + colon + 1);
  layer.rows = matrix.shape[0], layer.depth = matrix.shape[1];
  layer.name = path.substr(path.rfind('/') + 1);
  layer.weights.resize(layer.rows * layer.depth);
  auto *positions = static_cast<int32_t *>(matrix.positions);
  auto *columns = static_cast<int32_t *>(matrix.coordinates);
  auto *values = static_cast<float *>(matrix.values);
  for (int64_t row = 0; row < layer.rows; ++row)
    for (int32_t at = positions[row]; at < positions[row + 1]; ++at)
      layer.weights[row * layer.depth + columns[at]] = values[at];
  scratch_tensor_free(&matrix);
  return layer.samples > 0 ? "" : "expected samples after the colon";
}

using Gemm = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);
using Gemv = void (*)(int, int, int, int, float, const float *, int, const float *, int, float,
                      float *, int);
constexpr int kRowMajor = 101, kPlain = 111;
} // namespace

int main(int argc, char **argv) {
  std::string library = "libopenblas.so.0";
  int threads = 1;
  bool checked = false;
  std::vector<Layer> layers;
  for (int i = 1; i < argc; ++i) {
    std::string text = argv[i];
    if (text.rfind("--blas=", 0) == 0)
      library = text.substr(7);
    else if (text == "--checked")
      checked = true;
    else if (text.rfind("--threads=", 0) == 0)
      threads = std::max(1, atoi(text.c_str() + 10));
    else if (std::string wrong = readLayer(text, layers.emplace_back()); !wrong.empty()) {
      fprintf(stderr, "error: %s: %s\n", text.c_str(), wrong.c_str());
      return 1;
    }
  }
  if (layers.empty())
    for (const char *text : {"256x2304x196", "512x4608x49", "1024x1024x128", "64x576x3136",
                             "1024x1024x8", "8192x8192x1"})
      readLayer(text, layers.emplace_back());
  void *blas = dlopen(library.c_str(), RTLD_NOW);
  if (!blas) {
    fprintf(stderr, "error: %s\n", dlerror());
    return 1;
  }
  auto gemm = reinterpret_cast<Gemm>(dlsym(blas, "cblas_sgemm"));
  auto gemv = reinterpret_cast<Gemv>(dlsym(blas, "cblas_sgemv"));
  auto core = reinterpret_cast<char *(*)()>(dlsym(blas, "openblas_get_corename"));
  auto setThreads = reinterpret_cast<void (*)(int)>(dlsym(blas, "openblas_set_num_threads"));
  if (!gemm || !gemv || !core || !setThreads) {
    fprintf(stderr, "error: %s: expected an OpenBLAS library, found one without its functions\n",
            library.c_str());
    return 1;
  }
  setThreads(threads);
  printf("OpenBLAS core: %s, %d thread(s), f32; times as fast as dense BLAS: median (of minima)\n",
         core(), threads);
  std::mt19937 random(1);
  for (Layer &layer : layers) {
    int64_t m = layer.rows, k = layer.depth, n = layer.samples;
    bool ofFile = !layer.weights.empty();
    std::vector<float> w = layer.weights, x(k * n), y(m * n);
    w.resize(m * k);
    for (std::vector<float> *all : {&w, &x})
      for (float &value : *all)
        if (all == &x || !ofFile || value != 0)
          value = std::normal_distribution<float>()(random);
    double kept = double(m * k - std::count(w.begin(), w.end(), 0.0f)) / double(m * k);
    auto dense = [&, m = int(m), k = int(k), n = int(n)] {
      if (n == 1)
        gemv(kRowMajor, kPlain, m, k, 1, w.data(), k, x.data(), 1, 0, y.data(), 1);
      else
        gemm(kRowMajor, kPlain, kPlain, m, n, k, 1, w.data(), k, x.data(), n, 0, y.data(), n);
    };
    std::vector<int64_t> xs{k, n}, ys{m, n};
    if (n == 1)
      xs.pop_back(), ys.pop_back();
    std::string type = n == 1 ? "tensor<?xf32>" : "tensor<?x?xf32>";
    // Turns of one contestant and BLAS, some two thirds of a second in all.
    auto compare = [&](llvm::function_ref<void(Call &)> operands, scratch_entry entry) {
      Call call(threads);
      operands(call);
      call.dense(SCRATCH_F32, xs, x).dense(SCRATCH_F32, ys, y);
      Times ours, theirs;
      dense();
      call.again(entry);
      double spent = 0;
      for (int turn = 0; turn < 7 || (turn < 101 && spent < 0.7); ++turn) {
        ours.all.push_back(seconds([&] { call.again(entry); }));
        theirs.all.push_back(seconds(dense));
        spent += ours.all.back() + theirs.all.back();
      }
      printf(" %.2f (%.2f)", theirs.median() / ours.median(), theirs.least() / ours.least());
      fflush(stdout);
    };
    Compiled plain(denseFunction(type, n == 1));
    printf("%s dense:", layer.name.c_str());
    compare([&](Call &call) { call.dense(SCRATCH_F32, {m, k}, w); }, plain.entry("dense"));
    printf("\n");
    for (const Format &f : kFormats) {
      if (ofFile && f.halfOnly)
        continue;
      Compiled kernels(functions(f, type, ofFile, checked));
      printf("%s %-7s", layer.name.c_str(), f.name);
      std::vector<double> shares{0.25, 0.3, 0.5, 0.55, 0.7, 0.8, 0.9};
      if (ofFile || f.halfOnly)
        shares = {f.halfOnly ? 0.5 : 1 - kept};
      for (double zeros : shares) {
        Call pack(1);
        pack.dense(SCRATCH_F32, {m, k}, w).f64(1 - zeros);
        if (pack.run(kernels.entry("pack"), f.parts.size()) != SCRATCH_OK) {
          fprintf(stderr, "error: %s\n", scratch_last_error());
          return 1;
        }
        printf("  %.0f%%:", zeros * 100);
        compare(
            [&](Call &call) {
              for (size_t i = 0; i < f.parts.size(); ++i)
                call.input(pack.result(i));
            },
            kernels.entry("multiply"));
      }
      printf("\n");
    }
  }
}
