//===- Kinds.h - enumerations that come from the .def tables ----*- C++ -*-===//
#ifndef SCRATCH_DIALECTS_SCRATCH_KINDS_H
#define SCRATCH_DIALECTS_SCRATCH_KINDS_H

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace scratch {

/// Built-in semirings (Semirings.def) and `custom`.
enum class SemiringKind : uint32_t {
#define SEMIRING(name, add, multiply) name,
#include "dialects/Scratch/Semirings.def"
  custom
};

/// Binary operators that semirings are made of. The names that are C++
/// alternative tokens (`or`, `and`) get an underscore.
enum class SemiringOperator : uint32_t {
#define SEMIRING_OPERATOR(name, readsLeft, readsRight) op_##name,
#include "dialects/Scratch/Semirings.def"
};

/// What merges entries with equal coordinates (Accumulators.def).
enum class AccumulatorKind : uint32_t {
#define ACCUMULATOR_KIND(name, keyword, text) name,
#include "dialects/Scratch/Accumulators.def"
};

/// Whether a kind of accumulator takes rows of any shape. `merge` takes rows of
/// at most two entries of A, from ordered rows of B; `sort` takes as many products
/// and columns as below, `narrow` as many columns as a word has. None knows masks.
inline bool takesAnyRow(AccumulatorKind kind) {
  return kind != AccumulatorKind::Merge && kind != AccumulatorKind::Sort &&
         kind != AccumulatorKind::Narrow;
}
inline constexpr int64_t kMergeEntries = 2;
/// A key of `sort` is a column within the row's range and a position, in 32 bits.
inline constexpr int64_t kSortProducts = 256;
inline constexpr int64_t kSortColumns = int64_t(1) << 24;

/// Windows are emptied by words of so many columns. A group of `grouped` has the columns of
/// one byte.
inline constexpr int64_t kWordColumns = 64;
inline constexpr int64_t kGroupColumnsLog = 3;

/// A panel of a bitmap (AccumulateBitmapOp) is as many vectors as sums of a row are kept in, at most
/// so many: with 512 bits there are 32 registers.
inline constexpr int64_t kPanelVectors = 16, kPanelVectorBits = 512;
/// Lanes of one of them; 0: bitmaps have no such elements.
inline int64_t panelLanes(mlir::Type element) {
  bool held = element.isIntOrFloat() && llvm::is_contained({32u, 64u}, element.getIntOrFloatBitWidth());
  return held ? kPanelVectorBits / int64_t(element.getIntOrFloatBitWidth()) : 0;
}
/// The windows of a `blocked` tile, one per row, begin at multiples of so many columns.
inline int64_t blockedColumns(mlir::Type element) {
  return std::max(kPanelVectors * panelLanes(element), kWordColumns);
}

/// What a row's predicted cost may depend on (Features.def).
enum class CostFeature : uint32_t {
#define COST_FEATURE(name, text) name,
#include "dialects/Scratch/Features.def"
};

/// The unit that is in or out of a mask as a whole.
enum class MaskGranularity : uint32_t { Element, Block, Row, Column, NM };

/// What holds for every row of a mask.
enum class MaskGuarantee : uint32_t { None, Exact, RowNnz };

llvm::StringRef stringify(SemiringKind kind);
llvm::StringRef stringify(SemiringOperator op);
llvm::StringRef stringify(AccumulatorKind kind);
llvm::StringRef stringify(CostFeature feature);
std::optional<SemiringKind> symbolizeSemiring(llvm::StringRef name);
std::optional<AccumulatorKind> symbolizeAccumulator(llvm::StringRef name);
/// "dense, tiered, ...": what a user may write, for messages and help texts.
llvm::StringRef accumulatorNames();
llvm::StringRef semiringNames();

/// Whether a team shares the accumulator (TeamOps.td).
bool isShared(AccumulatorKind kind);

/// Whether a tile may span several rows.
inline bool spansRows(AccumulatorKind kind) {
  return isShared(kind) || kind == AccumulatorKind::Blocked;
}

/// Whether an operator looks at its argument at all.
bool readsLeft(SemiringOperator op);
bool readsRight(SemiringOperator op);

inline llvm::hash_code hash_value(SemiringKind kind) { return llvm::hash_value(static_cast<uint32_t>(kind)); }
inline llvm::hash_code hash_value(AccumulatorKind kind) { return llvm::hash_value(static_cast<uint32_t>(kind)); }
inline llvm::hash_code hash_value(MaskGranularity kind) { return llvm::hash_value(static_cast<uint32_t>(kind)); }
inline llvm::hash_code hash_value(MaskGuarantee kind) { return llvm::hash_value(static_cast<uint32_t>(kind)); }

mlir::AsmPrinter &operator<<(mlir::AsmPrinter &printer, AccumulatorKind kind);

} // namespace scratch

template <>
struct mlir::FieldParser<scratch::AccumulatorKind> {
  static mlir::FailureOr<scratch::AccumulatorKind> parse(mlir::AsmParser &parser);
};

#endif // SCRATCH_DIALECTS_SCRATCH_KINDS_H
