//===- PackedBenchmark.cpp - packed weights against dense BLAS ------------===//
//
// Usage: PackedBenchmark [libopenblas.so.0]. One thread, f32. For every shape
// (rows, depth, samples) and share of zeros: the time of sgemm (sgemv for one
// sample) over the time of each format, the contestants taking turns, minimum of
// each. Set OPENBLAS_CORETYPE to the best core of the machine, and
// OPENBLAS_NUM_THREADS=1, or the comparison is void.
//===----------------------------------------------------------------------===//
#include "test/Expand/Compiled.h"

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

std::string functions(const Format &f, const std::string &x) {
  std::string list, arguments, names, results, mask = "!scratch.mask<?x?" + std::string(f.mask) + ">";
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
         "\n  %r = scratch.packed_matmul <" + f.packing + ">(" + names + "), %X into %Z : (" + list +
         "), " + x + " -> " + x + "\n  return %r : " + x + "\n}\n";
}

double seconds(llvm::function_ref<void()> run) {
  auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

using Gemm = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);
using Gemv = void (*)(int, int, int, int, float, const float *, int, const float *, int, float,
                      float *, int);
constexpr int kRowMajor = 101, kPlain = 111;
} // namespace

int main(int argc, char **argv) {
  void *blas = dlopen(argc > 1 ? argv[1] : "libopenblas.so.0", RTLD_NOW);
  if (!blas) {
    fprintf(stderr, "error: %s\n", dlerror());
    return 1;
  }
  auto gemm = reinterpret_cast<Gemm>(dlsym(blas, "cblas_sgemm"));
  auto gemv = reinterpret_cast<Gemv>(dlsym(blas, "cblas_sgemv"));
  auto core = reinterpret_cast<char *(*)()>(dlsym(blas, "openblas_get_corename"));
  if (!gemm || !gemv || !core) {
    fprintf(stderr, "error: expected an OpenBLAS library, found one without its functions\n");
    return 1;
  }
  printf("OpenBLAS core: %s, one thread, f32; speed-up over dense\n", core());
  const int64_t shapes[][3] = {{256, 2304, 196}, {512, 4608, 49}, {1024, 1024, 128},
                               {64, 576, 3136},  {1024, 1024, 8}, {4096, 4096, 1}};
  std::mt19937 random(1);
  for (auto [m, k, n] : shapes) {
    std::vector<float> w(m * k), x(k * n), y(m * n);
    for (std::vector<float> *all : {&w, &x})
      for (float &value : *all)
        value = std::normal_distribution<float>()(random);
    auto dense = [&, m = int(m), k = int(k), n = int(n)] {
      if (n == 1)
        gemv(kRowMajor, kPlain, m, k, 1, w.data(), k, x.data(), 1, 0, y.data(), 1);
      else
        gemm(kRowMajor, kPlain, kPlain, m, n, k, 1, w.data(), k, x.data(), n, 0, y.data(), n);
    };
    dense();
    for (const Format &f : kFormats) {
      Compiled kernels(functions(f, n == 1 ? "tensor<?xf32>" : "tensor<?x?xf32>"));
      printf("%5ld,%5ld,%5ld %-7s", long(m), long(k), long(n), f.name);
      for (double zeros : {0.3, 0.5, 0.7, 0.8, 0.9}) {
        if (f.halfOnly && zeros != 0.5)
          continue;
        Call pack(1);
        pack.dense(SCRATCH_F32, {m, k}, w).f64(1 - zeros);
        if (pack.run(kernels.entry("pack"), f.parts.size()) != SCRATCH_OK)
          return 1;
        double best = 1e9, rival = 1e9;
        for (int turn = 0; turn < 15; ++turn) {
          Call call(1);
          for (size_t i = 0; i < f.parts.size(); ++i)
            call.input(pack.result(i));
          std::vector<int64_t> xs{k, n}, ys{m, n};
          if (n == 1)
            xs.pop_back(), ys.pop_back();
          call.dense(SCRATCH_F32, xs, x).dense(SCRATCH_F32, ys, y);
          scratch_entry entry = kernels.entry("multiply");
          best = std::min(best, seconds([&] { call.run(entry); }));
          rival = std::min(rival, seconds(dense));
        }
        printf("  %.0f%%: %.2f", zeros * 100, rival / best);
      }
      printf("\n");
    }
  }
}
