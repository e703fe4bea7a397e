//===- PackingBenchmark.cpp - is the chosen format the fastest? -----------===//
//
// Usage: PackingBenchmark [libopenblas.so.0 [ROWS DEPTH SAMPLES]...]. One thread, f32; code for
// the processor that SCRATCH_BENCHMARK_CPU names, else this one. For layers (rows,
// depth, samples) under masks of entries, 4 x 1 panels, 4 x 4 blocks and 2:4: the
// CPU time of every format in microseconds, predicted in brackets, contestants taking
// turns, minimum of each, after a call that warms up; what select chooses, and its
// time over that of the best.
// Parts are trusted, as those of constants are. `dense` is our own product of the masked weights; `blas` is sgemm (sgemv), and
// no candidate. OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS=1 make that one fair.
//===----------------------------------------------------------------------===//
#include "passes/Strategy/PackingChoice.h"
#include "test/Expand/Compiled.h"

#include <cmath>
#include <cstdio>
#include <dlfcn.h>
#include <map>
#include <random>
#include <time.h>

using namespace scratch;
using namespace scratch::test;

namespace {
struct MaskKind {
  const char *name, *type;
  bool groups = false;
};
const MaskKind kMasks[] = {{"entries", ""}, {"4x1", ", block(4x1)"}, {"4x4", ", block(4x4)"},
                           {"2:4", ", n_m(2:4), exact(2:4)", true}};

std::vector<std::string> partTypes(const PackingCandidate &candidate) {
  if (candidate.name == "2:4")
    return {"i8", "f32"};
  if (candidate.name == "bitmap" || candidate.name == "delta")
    return {"i32", "i8", "f32"};
  return {"i32", "i32", "f32"};
}

/// pack_<f>, multiply_<f> of every format, `apply` and `dense`.
std::string functions(const MaskKind &mask, const std::string &x, bool vector) {
  std::string w = "tensor<?x?xf32>", m = std::string("!scratch.mask<?x?") + mask.type + ">", all;
  std::string make = std::string("  %M = scratch.mask.") + (mask.groups ? "n_m %W" : "magnitude %W keep %t") + " : " + w + " -> " + m + "\n";
  std::string zero = "  %c0 = arith.constant 0.0 : f32\n  %Z = linalg.fill ins(%c0 : f32) outs(%Y : " + x + ") -> " + x + "\n";
  all += "func.func @apply(%W: " + w + ", %t: f64) -> " + w + " {\n" + make + "  %A = scratch.mask.apply %W, %M : " + w + ", " + m + "\n  return %A : " + w + "\n}\n";
  all += "func.func @dense(%W: " + w + ", %X: " + x + ", %Y: " + x + ") -> " + x + " {\n" + zero + "  %r = linalg." + (vector ? "matvec" : "matmul") +
         " ins(%W, %X : " + w + ", " + x + ") outs(%Z : " + x + ") -> " + x + "\n  return %r : " + x + "\n}\n";
  for (const PackingCandidate &candidate : packingCandidates()) {
    if (candidate.packing.empty() || (candidate.name == "2:4" && !mask.groups))
      continue;
    std::string list, arguments, names, results;
    for (auto [i, part] : llvm::enumerate(partTypes(candidate))) {
      std::string n = std::to_string(i), one = "tensor<?x" + part + ">";
      list += (i ? ", " : "") + one;
      arguments += "%p" + n + ": " + one + ", ";
      names += (i ? ", %p" : "%p") + n;
      results += (i ? ", %p#" : "%p#") + n;
    }
    std::string name = candidate.name == "2:4" ? "n_m" : candidate.name.str(), packing = candidate.packing.str();
    all += "func.func @pack_" + name + "(%W: " + w + ", %t: f64) -> (" + list + ") {\n" + make + "  %p:" +
           std::to_string(partTypes(candidate).size()) + " = scratch.pack %W, %M as <" + packing + "> : " + w + ", " + m + " -> " + list +
           "\n  return " + results + " : " + list + "\n}\nfunc.func @multiply_" + name + "(" + arguments + "%X: " + x + ", %Y: " + x + ") -> " + x +
           " {\n" + zero + "  %r = scratch.packed_matmul <" + packing + ">(" + names + "), %X into %Z {scratch.trusted_parts} : (" + list + "), " + x + " -> " + x +
           "\n  return %r : " + x + "\n}\n";
  }
  return all;
}

/// Of this thread, which does all the work: others may use the machine meanwhile.
double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

double seconds(llvm::function_ref<void()> run) {
  double start = now();
  run();
  return now() - start;
}

/// As the driver resolves them.
unsigned vectorBitsOf(const CompileOptions &options) {
  auto context = makeContext();
  Compilation compilation(*context, options);
  llvm::cantFail(compilation.parseText("module {}", "none.mlir"));
  llvm::cantFail(compilation.runThrough(Stage::Select));
  return compilation.module()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget).getVectorBits();
}

double shareOfBlocks(const std::vector<float> &w, int64_t m, int64_t k, int64_t height, int64_t width) {
  int64_t kept = 0, all = 0;
  for (int64_t i = 0; i < m; i += height)
    for (int64_t j = 0; j < k; j += width, ++all) {
      bool any = false;
      for (int64_t r = i; r < std::min(m, i + height); ++r)
        for (int64_t c = j; c < std::min(k, j + width); ++c)
          any |= w[r * k + c] != 0;
      kept += any;
    }
  return double(kept) / double(all);
}

using Gemm = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
using Gemv = void (*)(int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
} // namespace

int main(int argc, char **argv) {
  void *blas = dlopen(argc > 1 ? argv[1] : "libopenblas.so.0", RTLD_NOW);
  auto gemm = blas ? reinterpret_cast<Gemm>(dlsym(blas, "cblas_sgemm")) : nullptr;
  auto gemv = blas ? reinterpret_cast<Gemv>(dlsym(blas, "cblas_sgemv")) : nullptr;
  std::vector<std::array<int64_t, 3>> shapes;
  for (int i = 2; i + 2 < argc; i += 3)
    shapes.push_back({atoll(argv[i]), atoll(argv[i + 1]), atoll(argv[i + 2])});
  if (shapes.empty())
    shapes = {{256, 2304, 196}, {512, 512, 128}, {64, 576, 784}, {128, 512, 49}, {512, 512, 8}, {2048, 2048, 1}};
  CompileOptions options;
  if (const char *cpu = getenv("SCRATCH_BENCHMARK_CPU"))
    options.cpu = cpu;
  unsigned vectorBits = vectorBitsOf(options);
  MachineModel machine = *MachineModel::of("x86", vectorBits);
  printf("vectors of %u bits\n", vectorBits);
  std::mt19937 random(1);
  double worst = 1, product = 1;
  int layers = 0;
  for (auto [m, k, n] : shapes) {
    std::vector<float> w(m * k), x(k * n), y(m * n);
    for (std::vector<float> *all : {&w, &x})
      for (float &value : *all)
        value = std::normal_distribution<float>()(random);
    std::vector<int64_t> xs{k, n}, ys{m, n};
    if (n == 1)
      xs.pop_back(), ys.pop_back();
    for (const MaskKind &mask : kMasks) {
      Compiled kernels(functions(mask, n == 1 ? "tensor<?xf32>" : "tensor<?x?xf32>", n == 1), options);
      for (double zeros : {0.3, 0.5, 0.7, 0.8, 0.9, 0.97}) {
        if (mask.groups && zeros != 0.5)
          continue;
        Call apply(1);
        apply.dense(SCRATCH_F32, {m, k}, w).f64(1 - zeros);
        if (apply.run(kernels.entry("apply")) != SCRATCH_OK)
          return 1;
        std::vector<float> masked = apply.values<float>();
        PackingProblem problem;
        problem.rows = m, problem.depth = k, problem.samples = n;
        problem.density = shareOfBlocks(masked, m, k, 1, 1);
        problem.panels = shareOfBlocks(masked, m, k, 4, 1);
        problem.squares = shareOfBlocks(masked, m, k, 4, 4);
        problem.twoOfFour = mask.groups;
        PackingVerdict verdict = llvm::cantFail(choosePacking(problem, machine, vectorBits));
        std::map<std::string, double> best;
        std::vector<std::pair<std::string, std::unique_ptr<Call>>> packed;
        for (const PackingPrice &price : verdict.table) {
          std::string name = price.candidate->name == "2:4" ? "n_m" : price.candidate->name.str();
          auto pack = std::make_unique<Call>(1);
          if (name != "dense") {
            pack->dense(SCRATCH_F32, {m, k}, w).f64(1 - zeros);
            if (pack->run(kernels.entry("pack_" + name), partTypes(*price.candidate).size()) != SCRATCH_OK)
              return 1;
          }
          packed.emplace_back(name, std::move(pack));
          best[name] = 1e9;
        }
        best["blas"] = 1e9;
        for (int turn = 0; turn < 5; ++turn) {
          for (auto &[name, pack] : packed) {
            Call call(1);
            if (name == "dense")
              call.dense(SCRATCH_F32, {m, k}, masked);
            for (unsigned i = 0; name != "dense" && i < (name == "n_m" ? 2 : 3); ++i)
              call.input(pack->result(i));
            call.dense(SCRATCH_F32, xs, x).dense(SCRATCH_F32, ys, y);
            scratch_entry entry = kernels.entry(name == "dense" ? "dense" : "multiply_" + name);
            call.run(entry); // activations are in the caches that hold them
            best[name] = std::min(best[name], seconds([&] { call.run(entry); }));
          }
          auto multiply = [&] {
            if (n == 1)
              gemv(101, 111, m, k, 1, masked.data(), k, x.data(), 1, 0, y.data(), 1);
            else
              gemm(101, 111, 111, m, n, k, 1, masked.data(), k, x.data(), n, 0, y.data(), n);
          };
          if (gemm && gemv) {
            multiply();
            best["blas"] = std::min(best["blas"], seconds(multiply));
          }
        }
        double fastest = 1e9;
        printf("%5ld,%5ld,%5ld %-7s %2.0f%%", long(m), long(k), long(n), mask.name, 100 * zeros);
        for (const PackingPrice &price : verdict.table) {
          std::string name = price.candidate->name == "2:4" ? "n_m" : price.candidate->name.str();
          fastest = std::min(fastest, best[name]);
          printf("  %s %.0f [%.0f]", name.c_str(), 1e6 * best[name], price.cycles() / 3.4e3);
        }
        std::string chosen = verdict.table[0].candidate->name == "2:4" ? "n_m" : verdict.table[0].candidate->name.str();
        double ratio = best[chosen] / fastest;
        worst = std::max(worst, ratio);
        product *= ratio;
        ++layers;
        printf("  blas %.0f  | chosen %s: %.2f of the best, %.2f x blas\n", 1e6 * best["blas"], chosen.c_str(), ratio, best["blas"] / best[chosen]);
        fflush(stdout);
      }
    }
  }
  printf("%d layers: chosen over best %.3f in geometric mean, %.2f at worst\n", layers, std::pow(product, 1.0 / layers), worst);
}
