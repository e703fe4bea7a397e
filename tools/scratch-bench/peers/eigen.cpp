//===- eigen.cpp - Eigen's sparse products; serial, sorted ----------------===//
#include "tools/scratch-bench/peers/PeerMain.h"

#include <Eigen/SparseCore>

#include <memory>

using namespace peer;

static std::string name() {
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION);
}

template <typename Value> struct Types {
  using Sparse = Eigen::SparseMatrix<Value, Eigen::RowMajor, int>;
  using Dense = Eigen::Matrix<Value, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
};

template <typename Value> static typename Types<Value>::Sparse sparse(const FileTensor &t) {
  return Eigen::Map<const typename Types<Value>::Sparse>(t.rows, t.cols, t.entries, t.positions.data(),
                                                         t.columns.data(), t.values<Value>());
}

template <typename Value> static std::vector<Variant> variants(Task &task) {
  auto a = std::make_shared<typename Types<Value>::Sparse>(sparse<Value>(task.operands[0]));
  int64_t element = task.operands[0].element;
  if (task.kernel == "spgemm") {
    auto b = std::make_shared<typename Types<Value>::Sparse>(sparse<Value>(task.operands[1]));
    auto c = std::make_shared<typename Types<Value>::Sparse>();
    return {{name(), true, 1, [=] { *c = typename Types<Value>::Sparse(); }, [=] { *c = *a * *b; },
             [=] {
               return sparseResult(element, c->rows(), c->cols(), c->outerIndexPtr(),
                                   c->innerIndexPtr(), c->valuePtr());
             }}};
  }
  const FileTensor &x = task.operands[1];
  auto b = std::make_shared<typename Types<Value>::Dense>(
      Eigen::Map<const typename Types<Value>::Dense>(x.values<Value>(), x.rows, x.cols));
  auto c = std::make_shared<typename Types<Value>::Dense>();
  auto run = [=] {
    if (b->cols() == 1)
      *c = *a * b->col(0);
    else
      *c = *a * *b;
  };
  // Eigen divides the rows of a row-major matrix among threads, if it is large.
  return {{name(), true, task.threads, [=] { c->resize(0, 0); }, run,
           [=] { return denseResult(element, c->rows(), c->cols(), c->data()); }}};
}

int main(int argc, char **argv) {
  return serve(argc, argv, [](Task &task) {
    if (task.masked())
      unsupported("no masked product");
    if (task.semiring != "plus_times")
      unsupported("no semiring but plus_times");
    return task.element == "f32" ? variants<float>(task) : variants<double>(task);
  });
}
