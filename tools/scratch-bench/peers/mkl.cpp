//===- mkl.cpp - Intel MKL's inspector-executor sparse routines -----------===//
//
// Products as mkl_sparse_spmm leaves them (unsorted), and ordered behind it.
//===----------------------------------------------------------------------===//
#include "tools/scratch-bench/peers/PeerMain.h"

#include <memory>
#include <mkl_service.h>
#include <mkl_spblas.h>

using namespace peer;

static void check(sparse_status_t status, const char *what) {
  if (status == SPARSE_STATUS_SUCCESS)
    return;
  std::cerr << "error: " << what << ": found status " << status << ", expected success\n";
  std::exit(1);
}
#define CHECK(call) check(call, #call)

static std::string name() {
  MKLVersion version;
  mkl_get_version(&version);
  return "MKL " + std::to_string(version.MajorVersion) + "." + std::to_string(version.UpdateVersion);
}

static sparse_matrix_t open(FileTensor &t) {
  sparse_matrix_t out;
  int *positions = t.positions.data();
  if (t.element == SCRATCH_F64)
    CHECK(mkl_sparse_d_create_csr(&out, SPARSE_INDEX_BASE_ZERO, t.rows, t.cols, positions,
                                  positions + 1, t.columns.data(), t.values<double>()));
  else
    CHECK(mkl_sparse_s_create_csr(&out, SPARSE_INDEX_BASE_ZERO, t.rows, t.cols, positions,
                                  positions + 1, t.columns.data(), t.values<float>()));
  return out;
}

static FileTensor resultOf(sparse_matrix_t matrix, int64_t element) {
  sparse_index_base_t base;
  int rows, cols, *first, *last, *columns;
  if (element == SCRATCH_F64) {
    double *values;
    CHECK(mkl_sparse_d_export_csr(matrix, &base, &rows, &cols, &first, &last, &columns, &values));
    return sparseResult(element, rows, cols, first, columns, values);
  }
  float *values;
  CHECK(mkl_sparse_s_export_csr(matrix, &base, &rows, &cols, &first, &last, &columns, &values));
  return sparseResult(element, rows, cols, first, columns, values);
}

static Variant product(const std::string &suffix, bool order, const Task &task, sparse_matrix_t a,
                       sparse_matrix_t b) {
  auto c = std::make_shared<sparse_matrix_t>(nullptr);
  int64_t element = task.operands[0].element;
  return {name() + suffix, order, task.threads,
          [=] {
            if (*c)
              mkl_sparse_destroy(*c);
            *c = nullptr;
          },
          [=] {
            CHECK(mkl_sparse_spmm(SPARSE_OPERATION_NON_TRANSPOSE, a, b, c.get()));
            if (order)
              CHECK(mkl_sparse_order(*c));
          },
          [=] { return resultOf(*c, element); }};
}

template <typename Value>
static Variant dense(Task &task, sparse_matrix_t a,
                     std::function<void(const Value *x, Value *y, int columns)> multiply) {
  const FileTensor &x = task.operands[1];
  int64_t rows = task.operands[0].rows, element = task.operands[0].element;
  auto y = std::make_shared<std::vector<Value>>();
  return {name() + "+optimize", true, task.threads, [=] { *y = {}; },
          [=, &x] {
            y->resize(rows * x.cols);
            multiply(x.values<Value>(), y->data(), x.cols);
          },
          [=, &x] { return denseResult(element, rows, x.cols, y->data()); }};
}

int main(int argc, char **argv) {
  return serve(argc, argv, [](Task &task) -> std::vector<Variant> {
    if (task.masked())
      unsupported("no masked product");
    if (task.semiring != "plus_times")
      unsupported("no semiring but plus_times");
    mkl_set_num_threads(task.threads);
    sparse_matrix_t a = open(task.operands[0]);
    if (task.kernel == "spgemm") {
      sparse_matrix_t b = task.same() ? a : open(task.operands[1]);
      return {product(" unsorted", false, task, a, b), product("+order", true, task, a, b)};
    }
    matrix_descr general{SPARSE_MATRIX_TYPE_GENERAL, SPARSE_FILL_MODE_LOWER, SPARSE_DIAG_NON_UNIT};
    auto none = SPARSE_OPERATION_NON_TRANSPOSE;
    int columns = task.operands[1].cols;
    CHECK(columns == 1 ? mkl_sparse_set_mv_hint(a, none, general, 1000)
                       : mkl_sparse_set_mm_hint(a, none, general, SPARSE_LAYOUT_ROW_MAJOR, columns, 1000));
    CHECK(mkl_sparse_optimize(a));
    auto layout = SPARSE_LAYOUT_ROW_MAJOR;
    if (task.element == "f32")
      return {dense<float>(task, a, [=](const float *x, float *y, int n) {
        CHECK(n == 1 ? mkl_sparse_s_mv(none, 1, a, general, x, 0, y)
                     : mkl_sparse_s_mm(none, 1, a, general, layout, x, n, n, 0, y, n));
      })};
    return {dense<double>(task, a, [=](const double *x, double *y, int n) {
      CHECK(n == 1 ? mkl_sparse_d_mv(none, 1, a, general, x, 0, y)
                   : mkl_sparse_d_mm(none, 1, a, general, layout, x, n, n, 0, y, n));
    })};
  });
}
