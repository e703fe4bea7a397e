//===- DenseBenchmark.cpp - dense products against the machine and BLAS ---===//
//
// Usage: DenseBenchmark [libopenblas.so.0]. One thread, f32. First the rate of
// multiply-adds that registers alone reach, then GFLOP/s of matmul (compiled, and
// sgemm, taking turns) and of convolutions with their gradients; the best of several
// runs. OPENBLAS_NUM_THREADS=1, and OPENBLAS_CORETYPE=SkylakeX on a machine with
// AVX-512, or the comparison is void.
//===----------------------------------------------------------------------===//
#include "test/Expand/Compiled.h"
#include "test/Expand/DenseKernels.h"

#include <chrono>
#include <cstdio>
#include <dlfcn.h>
#include <immintrin.h>
#include <random>

using namespace scratch;
using namespace scratch::test;

namespace {
double seconds(llvm::function_ref<void()> run) {
  auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Twelve chains of multiply-adds on registers.
__attribute__((target("avx2,fma"))) void multiplyAdds(int64_t steps) {
  __m256 sums[12], a = _mm256_set1_ps(0.999f), c = _mm256_set1_ps(1e-3f);
  for (__m256 &sum : sums)
    sum = c;
  for (int64_t i = 0; i < steps; ++i)
#pragma unroll
    for (__m256 &sum : sums) {
      sum = _mm256_fmadd_ps(sum, a, c);
      asm volatile("" : "+x"(sum));
    }
}

double peak() {
  // Short runs, some of which nothing disturbs.
  const int64_t steps = 100'000;
  double best = 1e9;
  for (int run = 0; run < 300; ++run)
    best = std::min(best, seconds([&] { multiplyAdds(steps); }));
  return 12 * 16.0 * steps / best / 1e9;
}

using Gemm = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);

std::vector<float> uniform(size_t count) {
  static std::mt19937 random(1);
  std::uniform_real_distribution<float> values(-1, 1);
  std::vector<float> all(count);
  for (float &value : all)
    value = values(random);
  return all;
}

struct Contestant {
  llvm::function_ref<void()> run;
  double best = 1e9;
};

/// Turns until each contestant had about `total` seconds.
void race(llvm::MutableArrayRef<Contestant> all, double total = 0.4) {
  for (double spent = 0; spent < total * all.size();)
    for (Contestant &one : all) {
      double time = seconds(one.run);
      one.best = std::min(one.best, time);
      spent += time;
    }
}

void compareMatmul(Gemm gemm, double peak) {
  printf("\n%-22s %9s %9s %9s %11s\n", "matmul m x n x k", "GFLOP/s", "of peak", "OpenBLAS",
         "ours/BLAS");
  Compiled compiled(matmulText("m, k", "k, n", "f32", /*fromZero=*/true));
  for (auto [m, n, k] : {std::array<int64_t, 3>{64, 64, 64}, {256, 256, 256}, {1024, 1024, 1024},
                         {256, 196, 2304}, {512, 49, 4608}, {1024, 128, 1024}, {64, 3136, 576},
                         {8, 4096, 4096}, {1000, 10, 32}}) {
    std::vector<float> a = uniform(m * k), b = uniform(k * n), c(m * n), d(m * n);
    Call call(1);
    call.dense(SCRATCH_F32, {m, k}, a).dense(SCRATCH_F32, {k, n}, b).dense(SCRATCH_F32, {m, n}, c);
    auto entry = compiled.entry("f");
    auto ours = [&] { call.again(entry); };
    auto theirs = [&] { gemm(101, 111, 111, m, n, k, 1, a.data(), k, b.data(), n, 0, d.data(), n); };
    Contestant both[] = {{ours}, {theirs}};
    race(llvm::MutableArrayRef(both, gemm ? 2 : 1));
    double flops = 2.0 * m * n * k / 1e9, rate = flops / both[0].best;
    printf("%6lld x %4lld x %4lld   %9.1f %8.0f%%", (long long)m, (long long)n, (long long)k, rate,
           100 * rate / peak);
    if (gemm)
      printf(" %9.1f %11.2f", flops / both[1].best, both[1].best / both[0].best);
    printf("\n");
  }
}

void convolutions(double peak) {
  printf("\n%-34s %9s %9s %9s   (GFLOP/s, useful products only)\n",
         "convolution", "forward", "input", "weights");
  struct Shape {
    ConvolutionCase conv;
    int64_t images;
  };
  for (Shape s : {Shape{{3, 3, 1, 1, 1, 8, 8}, 64}, {{3, 3, 2, 1, 1, 8, 16}, 64}, {{3, 3, 1, 1, 1, 16, 16}, 64},
                  {{3, 3, 1, 1, 1, 32, 32}, 64}, {{3, 3, 1, 1, 1, 5, 5}, 64}, {{1, 1, 1, 1, 0, 64, 64}, 16},
                  {{3, 3, 1, 1, 1, 64, 64}, 8}, {{3, 3, 1, 1, 1, 256, 256}, 4}}) {
    const ConvolutionCase &c = s.conv;
    int64_t side = c.channels <= 8 ? 28 : c.channels <= 16 ? 14 : c.channels == 32 ? 7 : c.channels == 64 ? 28 : 14;
    int64_t out = c.outputSize(side, c.height);
    Compiled compiled(convolutionText(c, "f32"));
    std::vector<float> x = uniform(s.images * side * side * c.channels), w = uniform(c.weights());
    std::vector<float> y = uniform(s.images * out * out * c.filters);
    std::vector<int64_t> xShape{s.images, side, side, c.channels}, yShape{s.images, out, out, c.filters},
        wShape{c.height, c.width, c.channels, c.filters};
    double flops = 2.0 * s.images * out * out * c.weights() / 1e9;
    Call forward(1), input(1), weights(1);
    forward.dense(SCRATCH_F32, xShape, x).dense(SCRATCH_F32, wShape, w).dense(SCRATCH_F32, yShape, y);
    input.dense(SCRATCH_F32, yShape, y).dense(SCRATCH_F32, wShape, w).dense(SCRATCH_F32, xShape, x);
    weights.dense(SCRATCH_F32, xShape, x).dense(SCRATCH_F32, yShape, y).dense(SCRATCH_F32, wShape, w);
    auto runForward = [&] { forward.again(compiled.entry("forward")); };
    auto runInput = [&] { input.again(compiled.entry("input")); };
    auto runWeights = [&] { weights.again(compiled.entry("weights")); };
    Contestant all[] = {{runForward}, {runInput}, {runWeights}};
    race(all);
    printf("%2lld x %2lldx%2lld, %lldx%lld /%lld, %3lld -> %-3lld     ", (long long)s.images,
           (long long)side, (long long)side, (long long)c.height, (long long)c.width,
           (long long)c.stride, (long long)c.channels, (long long)c.filters);
    for (Contestant &one : all)
      printf(" %4.0f %3.0f%%", flops / one.best, 100 * flops / one.best / peak);
    printf("\n");
  }
}
} // namespace

int main(int argc, char **argv) {
  void *blas = dlopen(argc > 1 ? argv[1] : "libopenblas.so.0", RTLD_NOW);
  auto gemm = blas ? reinterpret_cast<Gemm>(dlsym(blas, "cblas_sgemm")) : nullptr;
  auto core = blas ? reinterpret_cast<char *(*)()>(dlsym(blas, "openblas_get_corename")) : nullptr;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    fprintf(stderr, "error: found no AVX2 and FMA on this processor, expected both\n");
    return 1;
  }
  double rate = peak();
  printf("multiply-adds of 256 bits on registers: %.1f GFLOP/s; OpenBLAS core: %s\n", rate,
         core ? core() : "none");
  compareMatmul(gemm, rate);
  convolutions(rate);
}
