//===- petsc.cpp - PETSc's sequential AIJ products; serial ----------------===//
//
// Two of its algorithms, both with sorted rows: "sorted" (lists, sorted) and
// "rowmerge" (a tree of merges).
//===----------------------------------------------------------------------===//
#include "tools/scratch-bench/peers/PeerMain.h"

#include <memory>
#include <petscmat.h>

using namespace peer;

static void check(PetscErrorCode code, const char *what) {
  if (!code)
    return;
  std::cerr << "error: " << what << ": found code " << code << ", expected 0\n";
  std::exit(1);
}
#define CHECK(call) check(call, #call)

static Mat open(FileTensor &t) {
  Mat out;
  CHECK(MatCreateSeqAIJWithArrays(PETSC_COMM_SELF, t.rows, t.cols, t.positions.data(),
                                  t.columns.data(), t.values<double>(), &out));
  return out;
}

static FileTensor resultOf(Mat matrix, int64_t element) {
  const PetscInt *positions, *columns;
  const PetscScalar *values;
  PetscInt rows, all, cols;
  PetscBool done;
  CHECK(MatGetSize(matrix, &all, &cols));
  CHECK(MatGetRowIJ(matrix, 0, PETSC_FALSE, PETSC_FALSE, &rows, &positions, &columns, &done));
  CHECK(MatSeqAIJGetArrayRead(matrix, &values));
  FileTensor out = sparseResult(element, rows, cols, positions, columns, values);
  CHECK(MatSeqAIJRestoreArrayRead(matrix, &values));
  CHECK(MatRestoreRowIJ(matrix, 0, PETSC_FALSE, PETSC_FALSE, &rows, &positions, &columns, &done));
  return out;
}

static Variant product(const char *algorithm, Mat a, Mat b) {
  auto c = std::make_shared<Mat>(nullptr);
  return {"PETSc " + std::to_string(PETSC_VERSION_MAJOR) + "." +
              std::to_string(PETSC_VERSION_MINOR) + " " + algorithm,
          true, 1, [=] { CHECK(MatDestroy(c.get())); },
          [=] {
            CHECK(PetscOptionsSetValue(nullptr, "-matproduct_ab_algorithm", algorithm));
            CHECK(PetscOptionsSetValue(nullptr, "-matmatmult_via", algorithm));
            CHECK(MatMatMult(a, b, MAT_INITIAL_MATRIX, PETSC_DEFAULT, c.get()));
          },
          [=] { return resultOf(*c, SCRATCH_F64); }};
}

int main(int argc, char **argv) {
  // Its own command line is not ours.
  CHECK(PetscInitializeNoArguments());
  return serve(argc, argv, [](Task &task) -> std::vector<Variant> {
    if (task.kernel != "spgemm")
      unsupported("no kernel but spgemm");
    if (task.semiring != "plus_times")
      unsupported("no semiring but plus_times");
    if (task.element != "f64")
      unsupported("no element but f64");
    Mat a = open(task.operands[0]), b = task.same() ? a : open(task.operands[1]);
    return {product("sorted", a, b), product("rowmerge", a, b)};
  });
}
