//===- Operands.cpp - what products ask of their operands ----------------===//
#include "runtime/reference/Operands.h"

#include "runtime/core/Call.h"

using namespace scratch::reference;

scratch_status scratch::reference::checkOperand(const char *name,
                                                const scratch_tensor &t,
                                                bool sparse, uint32_t rank) {
  if (scratch_status status = scratch_tensor_check(&t))
    return status;
  const bool isSparse = t.format != SCRATCH_FORMAT_DENSE;
  if (isSparse != sparse || t.rank != rank)
    return scratch_report(
        SCRATCH_TYPE_MISMATCH,
        "reference: found %s %s of rank %u, expected a %s one "
        "of rank %u",
        isSparse ? "sparse" : "dense", name, t.rank,
        sparse ? "sparse" : "dense", rank);
  if (t.element > SCRATCH_I8)
    return scratch_report(
        SCRATCH_UNSUPPORTED,
        "reference: found element code %u in %s, expected f64, "
        "f32, i64, i32 or i8",
        t.element, name);
  return SCRATCH_OK;
}

scratch_status scratch::reference::checkExtents(const char *what, int64_t found,
                                                int64_t expected) {
  if (found == expected)
    return SCRATCH_OK;
  return scratch_report(SCRATCH_SHAPE_MISMATCH,
                        "reference: found %lld %s, expected %lld",
                        (long long)found, what, (long long)expected);
}

scratch_status scratch::reference::checkHow(const Product &how,
                                            Semiring &semiring) {
  if (findSemiring(how.semiring, semiring))
    return SCRATCH_OK;
  return scratch_report(
      SCRATCH_UNSUPPORTED,
      "reference: found semiring '%s', expected a built-in one",
      how.semiring ? how.semiring : "");
}
