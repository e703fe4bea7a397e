//===- VectorUnit.h - what kernels take of a processor ----------*- C++ -*-===//
#ifndef SCRATCH_DIALECTS_SCRATCH_VECTORUNIT_H
#define SCRATCH_DIALECTS_SCRATCH_VECTORUNIT_H

#include <cstdint>

namespace scratch {

/// A column of VectorUnits.def.
struct VectorUnit {
#define VECTOR_UNIT(name, wide, narrow, text) int64_t name;
#include "dialects/Scratch/VectorUnits.def"

  static constexpr VectorUnit of(int64_t vectorBits) {
    bool isWide = vectorBits >= 512;
    return {
#define VECTOR_UNIT(name, wide, narrow, text) isWide ? wide : narrow,
#include "dialects/Scratch/VectorUnits.def"
    };
  }
};

} // namespace scratch

#endif // SCRATCH_DIALECTS_SCRATCH_VECTORUNIT_H
