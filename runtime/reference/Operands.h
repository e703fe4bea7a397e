//===- Operands.h - what products ask of their operands ------------------===//
//
// A status whose text names the operand, what was found and what was expected.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_OPERANDS_H
#define SCRATCH_REFERENCE_OPERANDS_H

#include "runtime/reference/Reference.h"
#include "runtime/reference/Semiring.h"

namespace scratch::reference {

/// A valid tensor, sparse or dense, of this rank and an element type that is known.
scratch_status checkOperand(const char *name, const scratch_tensor &t,
                            bool sparse, uint32_t rank);

scratch_status checkExtents(const char *what, int64_t found, int64_t expected);

/// The semiring that `how` names.
scratch_status checkHow(const Product &how, Semiring &semiring);

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_OPERANDS_H
