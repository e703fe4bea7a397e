//===- SortingNetwork.h - few keys sorted without branches ------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Keys to a word of bits.
inline constexpr int64_t kKeysPerWord = 64;

/// The keys (i32, unsigned) of one network, `size` from `first` of the buffer on, in registers of
/// `lanes`. Sizes are powers of two, with two vectors at least.
class SortingNetwork {
public:
  SortingNetwork(LoopBuilder &b, mlir::Value buffer, mlir::Value first, int64_t size,
                 int64_t lanes);

  void sort();
  /// Both halves are sorted.
  void merge();

  /// Afterwards: which keys differ from the one before in more than their lowest `ignored` bits.
  /// Of the first word of keys the bits, those of others are stored in `words`.
  mlir::Value noteChanges(mlir::Value words, int64_t ignored);

private:
  /// Keys in a register and the place in the sorted order of each lane.
  struct Keys {
    mlir::Value vector;
    llvm::SmallVector<int64_t> places;

    bool holds(int64_t place) const { return llvm::is_contained(places, place); }
    int64_t laneOf(int64_t place) const { return llvm::find(places, place) - places.begin(); }
  };

  mlir::Value placeOf(int64_t number) { return b.add(first, b.index(number * lanes)); }
  void load(llvm::function_ref<int64_t(int64_t number, int64_t lane)> placeOfKey);
  void store();
  void mergeRuns(int64_t run);
  void compare(int64_t mask);
  void arrange();
  void forEachPair(int64_t mask, llvm::function_ref<void(Keys &, Keys &)> body);
  static llvm::SmallVector<int64_t> partners(const Keys &keys, int64_t mask);
  void align(Keys &keys, llvm::SmallVector<int64_t> places);
  void trade(Keys &first, Keys &second, int64_t bit, int64_t mask);
  llvm::SmallVector<int64_t> placesWithout(const Keys &first, const Keys &second, int64_t bit);
  mlir::Value bitsOf(llvm::ArrayRef<mlir::Value> changes);
  mlir::Value join(mlir::Value low, mlir::Value high);
  mlir::Value allOnes();

  LoopBuilder &b;
  mlir::Value buffer, first;
  int64_t size, lanes;
  mlir::VectorType type;
  llvm::SmallVector<Keys> registers;
};

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_SORTINGNETWORK_H
