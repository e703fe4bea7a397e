//===- MaskEmitter.h - mask formulas as IR ----------------------*- C++ -*-===//
//
// Stage: expand. The domains over which passes/Analysis/MaskTiles.h emits IR:
// numbers are index values (signed), truths are i1; for entries of a vector of
// keys, numbers that depend on the key are vectors of i32.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MASKEMITTER_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MASKEMITTER_H

#include "passes/Analysis/MaskTiles.h"
#include "passes/Expand/Attention/MaskFormula.h"

namespace scratch {

/// Numbers of tiles, and of single entries.
class ScalarDomain {
public:
  using Number = mlir::Value;
  using Truth = mlir::Value;
  using Interval = mask::Range<ScalarDomain>;
  using Answer = mask::Verdict<ScalarDomain>;

  /// Loads the parameters of a batch and head at the insertion point.
  ScalarDomain(LoopBuilder &b, const MaskFormula &formula, mlir::Value batch, mlir::Value head);

  Number number(int64_t value) { return b.index(value); }
  Number add(Number a, Number c) { return b.add(a, c); }
  Number sub(Number a, Number c) { return b.sub(a, c); }
  Number mul(Number a, int64_t factor) { return factor == 1 ? a : b.mul(a, b.index(factor)); }
  Number times(Number a, Number c) { return b.mul(a, c); }
  Number floorDiv(Number a, Number c) { return mlir::arith::FloorDivSIOp::create(b, a, c); }
  Number min(Number a, Number c) { return mlir::arith::MinSIOp::create(b, a, c); }
  Number max(Number a, Number c) { return mlir::arith::MaxSIOp::create(b, a, c); }
  Number select(Truth t, Number a, Number c) { return b.select(t, a, c); }
  Number parameter(unsigned position) { return parameters[position]; }
  Number lookup(unsigned table, Number at);
  Interval lookupRange(unsigned table, Interval at);

  Truth truth(bool value) { return b.bit(value); }
  Truth lessEqual(Number a, Number c) {
    return mlir::arith::CmpIOp::create(b, mlir::arith::CmpIPredicate::sle, a, c);
  }
  Truth equal(Number a, Number c) { return b.equal(a, c); }
  Truth both(Truth a, Truth c) { return b.bitAnd(a, c); }
  Truth either(Truth a, Truth c) { return b.bitOr(a, c); }
  Truth negate(Truth a) { return mlir::arith::XOrIOp::create(b, a, b.bit(true)); }
  Truth element(unsigned leaf, Number i, Number j);
  Answer opaque(unsigned leaf, Interval query, Interval key);

  LoopBuilder &b;
  const MaskFormula &formula;
  mlir::Value batch, head;
  LoopBuilder::Values parameters;

  /// Indices of an entry of a dense leaf, whose leading dimensions may repeat.
  LoopBuilder::Values indices(const MaskFormula::Leaf &leaf, mlir::Value i, mlir::Value last);

private:
  Answer scan(const MaskFormula::Leaf &leaf, Interval query, Interval key);
  Interval tokens(const TokenOrder &order, Interval places);
};

/// Entries (i, j .. j + lanes): i is one number, j a vector.
class LaneDomain {
public:
  struct Number {
    mlir::Value value;
    bool isVector = false;
  };
  using Truth = mlir::Value; ///< vector of i1

  LaneDomain(ScalarDomain &scalars, mlir::Value key, int64_t lanes);

  /// Whether every leaf of a formula can be asked for several keys at once.
  static bool covers(const MaskFormula &formula, int64_t lanes);

  Number keys() const { return {steps, true}; }
  Number number(int64_t value) { return {scalars.number(value)}; }
  Number add(Number a, Number c);
  Number sub(Number a, Number c);
  Number mul(Number a, int64_t factor);
  Number times(Number a, Number c);
  Number floorDiv(Number a, Number c);
  Number min(Number a, Number c);
  Number max(Number a, Number c);
  Number parameter(unsigned position) { return {scalars.parameter(position)}; }
  Number lookup(unsigned table, Number at);

  Truth truth(bool value) { return splat(b.bit(value)); }
  Truth lessEqual(Number a, Number c);
  Truth equal(Number a, Number c);
  Truth both(Truth a, Truth c) { return b.bitAnd(a, c); }
  Truth either(Truth a, Truth c) { return b.bitOr(a, c); }
  Truth negate(Truth a) { return mlir::arith::XOrIOp::create(b, a, truth(true)); }
  Truth element(unsigned leaf, Number i, Number j);

private:
  mlir::Value splat(mlir::Value scalar);
  mlir::Value vectorOf(Number number);
  template <class Op> Number combine(Number a, Number c);
  Truth compare(mlir::arith::CmpIPredicate predicate, Number a, Number c);

  ScalarDomain &scalars;
  LoopBuilder &b;
  mlir::Value key;   ///< j, index
  int64_t lanes;
  mlir::Value steps; ///< j, j + 1, ...
};

/// Numbers of tokens are kept within 2^29: sums of a few of them fit 32 bits and
/// no comparison with a token's number changes.
mlir::Value clampTokens(LoopBuilder &b, mlir::Value number);

/// Tensors that a region reads at its own numbers reach as far as those do: else the
/// call fails. `extents` bound the region's last arguments.
void checkReads(LoopBuilder &b, mlir::Region &region, mlir::ValueRange extents);

/// Writes the body of a pure region once more, on other arguments. Tensors that
/// it reads are read from their buffers.
LoopBuilder::Values cloneBody(LoopBuilder &b, mlir::Region &region, mlir::ValueRange arguments);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MASKEMITTER_H
