//===- graphblas.cpp - SuiteSparse:GraphBLAS ------------------------------===//
//
// Products as the library leaves them ("lazy": rows may be unsorted until
// somebody asks) and with GxB_SORT; masked products by its saxpy and its dot methods.
//===----------------------------------------------------------------------===//
#include "tools/scratch-bench/peers/PeerMain.h"

#include <cstring>
#include <memory>

extern "C" {
#include <GraphBLAS.h>
}

using namespace peer;

static void check(GrB_Info info, const char *what) {
  if (info >= 0)
    return;
  std::cerr << "error: " << what << ": found status " << info << ", expected success\n";
  std::exit(1);
}
#define CHECK(call) check(call, #call)

static std::string name() {
  return "GraphBLAS " + std::to_string(GxB_IMPLEMENTATION_MAJOR) + "." +
         std::to_string(GxB_IMPLEMENTATION_MINOR);
}

static GrB_Type typeOf(const FileTensor &t) {
  return t.element == SCRATCH_F64   ? GrB_FP64
         : t.element == SCRATCH_F32 ? GrB_FP32
                                    : GrB_INT64;
}

static GrB_Matrix sparse(const FileTensor &t) {
  std::vector<GrB_Index> rows, columns(t.columns.begin(), t.columns.end());
  for (int64_t i = 0; i < t.rows; ++i)
    rows.insert(rows.end(), t.positions[i + 1] - t.positions[i], i);
  GrB_Matrix matrix;
  CHECK(GrB_Matrix_new(&matrix, typeOf(t), t.rows, t.cols));
  if (t.element == SCRATCH_F64) {
    CHECK(GrB_Matrix_build_FP64(matrix, rows.data(), columns.data(), t.values<double>(), t.entries,
                                GrB_PLUS_FP64));
  } else if (t.element == SCRATCH_F32) {
    CHECK(GrB_Matrix_build_FP32(matrix, rows.data(), columns.data(), t.values<float>(), t.entries,
                                GrB_PLUS_FP32));
  } else {
    std::vector<int64_t> ones(t.entries, 1);
    CHECK(GrB_Matrix_build_INT64(matrix, rows.data(), columns.data(), ones.data(), t.entries,
                                 GrB_PLUS_INT64));
  }
  CHECK(GrB_Matrix_wait(matrix, GrB_MATERIALIZE));
  return matrix;
}

static GrB_Matrix dense(const FileTensor &t) {
  GrB_Matrix matrix;
  CHECK(GrB_Matrix_new(&matrix, typeOf(t), t.rows, t.cols));
  void *values = std::malloc(t.bytes.size());
  std::memcpy(values, t.bytes.data(), t.bytes.size());
  CHECK(GxB_Matrix_pack_FullR(matrix, &values, t.bytes.size(), false, nullptr));
  return matrix;
}

/// Entries in row order.
template <typename Value, typename Stored>
static FileTensor extract(GrB_Matrix matrix, int64_t element, bool isDense,
                          GrB_Info (*tuples)(GrB_Index *, GrB_Index *, Value *, GrB_Index *,
                                             const GrB_Matrix)) {
  GrB_Index rows, cols, count;
  CHECK(GrB_Matrix_nrows(&rows, matrix));
  CHECK(GrB_Matrix_ncols(&cols, matrix));
  CHECK(GrB_Matrix_nvals(&count, matrix));
  std::vector<GrB_Index> row(count + 1), column(count + 1);
  std::vector<Value> value(count + 1);
  CHECK(tuples(row.data(), column.data(), value.data(), &count, matrix));
  std::vector<Stored> stored(value.begin(), value.begin() + count);
  if (isDense) {
    // Rows of A without entries give none.
    std::vector<Stored> all(rows * cols);
    for (GrB_Index k = 0; k < count; ++k)
      all[row[k] * cols + column[k]] = stored[k];
    return denseResult(element, rows, cols, all.data());
  }
  std::vector<int64_t> positions(rows + 1);
  for (GrB_Index k = 0; k < count; ++k)
    ++positions[row[k] + 1];
  for (GrB_Index i = 0; i < rows; ++i)
    positions[i + 1] += positions[i];
  return sparseResult(element, rows, cols, positions.data(), column.data(), stored.data());
}

static FileTensor resultOf(GrB_Matrix matrix, int64_t element, bool isDense) {
  if (element == SCRATCH_F64)
    return extract<double, double>(matrix, element, isDense, GrB_Matrix_extractTuples_FP64);
  if (element == SCRATCH_F32)
    return extract<float, float>(matrix, element, isDense, GrB_Matrix_extractTuples_FP32);
  return extract<int64_t, int32_t>(matrix, element, isDense, GrB_Matrix_extractTuples_INT64);
}

static GrB_Descriptor descriptor(bool sort, int method, bool structural, bool transposeSecond) {
  GrB_Descriptor out;
  CHECK(GrB_Descriptor_new(&out));
  if (sort)
    CHECK(GxB_Desc_set(out, GxB_SORT, 1));
  if (method)
    CHECK(GxB_Desc_set(out, GxB_AxB_METHOD, method));
  if (structural)
    CHECK(GrB_Descriptor_set(out, GrB_MASK, GrB_STRUCTURE));
  if (transposeSecond)
    CHECK(GrB_Descriptor_set(out, GrB_INP1, GrB_TRAN));
  return out;
}

namespace {
struct Product {
  GrB_Matrix a, b, mask = nullptr;
  GrB_Semiring semiring;
  GrB_Type type;
  int64_t rows, cols, element;
};
} // namespace

static Variant variant(const std::string &method, bool sorted, int threads, const Product &p,
                       GrB_Descriptor how, bool isDense) {
  auto c = std::make_shared<GrB_Matrix>(nullptr);
  return {name() + method, sorted, threads,
          [=] {
            if (*c)
              GrB_Matrix_free(c.get());
          },
          [=] {
            CHECK(GrB_Matrix_new(c.get(), p.type, p.rows, p.cols));
            CHECK(GrB_mxm(*c, p.mask, nullptr, p.semiring, p.a, p.b, how));
            if (!sorted)
              return;
            CHECK(GrB_Matrix_wait(*c, GrB_MATERIALIZE));
          },
          [=] { return resultOf(*c, p.element, isDense); }};
}

static GrB_Semiring semiringOf(const Task &task) {
  bool wide = task.element == "f64";
  if (task.semiring == "plus_times")
    return wide ? GrB_PLUS_TIMES_SEMIRING_FP64 : GrB_PLUS_TIMES_SEMIRING_FP32;
  if (task.semiring == "min_plus")
    return wide ? GrB_MIN_PLUS_SEMIRING_FP64 : GrB_MIN_PLUS_SEMIRING_FP32;
  if (task.semiring == "max_plus")
    return wide ? GrB_MAX_PLUS_SEMIRING_FP64 : GrB_MAX_PLUS_SEMIRING_FP32;
  unsupported("no semiring but plus_times, min_plus, max_plus here");
}

static std::vector<Variant> open(Task &task) {
  CHECK(GrB_init(GrB_NONBLOCKING));
  CHECK(GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, task.threads));
  const FileTensor &a = task.operands[0], &b = task.operands[1];
  Product p;
  p.a = sparse(a);
  p.element = a.element;
  p.rows = a.rows, p.cols = b.cols;
  p.type = typeOf(a);
  if (task.masked()) {
    p.b = p.a, p.mask = p.a, p.semiring = GxB_PLUS_PAIR_INT64;
    Product dot = p;
    // The dot method takes the second operand transposed: L L = L (L')', while the whole
    // graph is its own transpose.
    if (task.kernel == "triangles") {
      CHECK(GrB_Matrix_new(&dot.b, p.type, a.cols, a.rows));
      CHECK(GrB_transpose(dot.b, nullptr, nullptr, p.a, nullptr));
      CHECK(GrB_Matrix_wait(dot.b, GrB_MATERIALIZE));
    }
    return {variant(" saxpy", true, task.threads, p, descriptor(true, GxB_AxB_GUSTAVSON, true, false), false),
            variant(" auto", true, task.threads, p, descriptor(true, 0, true, false), false),
            variant(" dot", true, task.threads, dot, descriptor(true, GxB_AxB_DOT, true, true), false)};
  }
  p.semiring = semiringOf(task);
  if (task.kernel == "spgemm") {
    p.b = task.same() ? p.a : sparse(b);
    return {variant(" lazy", false, task.threads, p, descriptor(false, 0, false, false), false),
            variant("+sort", true, task.threads, p, descriptor(true, 0, false, false), false)};
  }
  p.b = dense(b);
  return {variant("", true, task.threads, p, descriptor(false, 0, false, false), true)};
}

int main(int argc, char **argv) { return serve(argc, argv, open); }
