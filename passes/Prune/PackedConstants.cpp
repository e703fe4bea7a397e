//===- PackedConstants.cpp - weights packed at compile time ---------------===//
#include "passes/Prune/PackedConstants.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace scratch;

namespace {
/// A matrix as numbers of T, on its way into the parts of a format.
template <typename T> class Packer {
public:
  Packer(DenseElementsAttr weights, PackingAttr packing)
      : packing(packing), type(weights.getElementType()), context(weights.getContext()),
        rows(weights.getType().getDimSize(0)), columns(weights.getType().getDimSize(1)),
        numbers(weights.getValues<T>().begin(), weights.getValues<T>().end()) {}

  std::optional<SmallVector<DenseElementsAttr>> pack() {
    switch (packing.getKind()) {
    case PackingKind::Csr:
      return rowByRow(false);
    case PackingKind::Delta:
      return rowByRow(true);
    case PackingKind::Block:
      return blocks();
    case PackingKind::NM:
      return groups();
    case PackingKind::Bitmap:
      return bitmap();
    case PackingKind::Fixed:
      return fixed();
    }
    llvm_unreachable("unknown packing");
  }

private:
  T at(int64_t i, int64_t j) const { return numbers[i * columns + j]; }
  template <typename N> DenseElementsAttr vector(const std::vector<N> &all, Type element) const {
    auto shape = RankedTensorType::get({int64_t(all.size())}, element);
    return DenseElementsAttr::get(shape, ArrayRef<N>(all));
  }
  DenseElementsAttr words(const std::vector<int32_t> &all) const {
    return vector(all, IntegerType::get(context, 32));
  }
  DenseElementsAttr bytes(const std::vector<int8_t> &all) const {
    return vector(all, IntegerType::get(context, 8));
  }

  SmallVector<DenseElementsAttr> rowByRow(bool deltas) {
    std::vector<int32_t> positions = {0}, places;
    std::vector<int8_t> steps;
    for (int64_t i = 0; i < rows; ++i) {
      int64_t before = -1;
      for (int64_t j = 0; j < columns; ++j) {
        if (at(i, j) == 0)
          continue;
        for (; deltas && j - before > 255; before += 255) {
          steps.push_back(int8_t(255));
          values.push_back(0);
        }
        steps.push_back(int8_t(j - before));
        places.push_back(j);
        values.push_back(at(i, j));
        before = j;
      }
      positions.push_back(values.size());
    }
    return {words(positions), deltas ? bytes(steps) : words(places), vector(values, type)};
  }

  SmallVector<DenseElementsAttr> blocks() {
    int64_t height = packing.getSizes()[0], width = packing.getSizes()[1];
    std::vector<int32_t> positions = {0}, places;
    for (int64_t top = 0; top < rows; top += height) {
      for (int64_t left = 0; left < columns; left += width) {
        std::vector<T> block;
        bool any = false;
        for (int64_t j = left; j < left + width; ++j)
          for (int64_t i = top; i < top + height; ++i) {
            block.push_back(i < rows && j < columns ? at(i, j) : T(0));
            any |= block.back() != 0;
          }
        if (!any)
          continue;
        places.push_back(left / width);
        values.insert(values.end(), block.begin(), block.end());
      }
      positions.push_back(places.size());
    }
    return {words(positions), words(places), vector(values, type)};
  }

  std::optional<SmallVector<DenseElementsAttr>> groups() {
    int64_t n = packing.getSizes()[0], m = packing.getSizes()[1];
    int64_t groupBits = packing.getGroupBits(), indexBits = packing.getIndexBits();
    if (columns % m)
      return std::nullopt;
    int64_t perRow = llvm::divideCeil(columns / m * groupBits, 8);
    std::vector<int8_t> indices(rows * perRow, 0);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t g = 0; g < columns / m; ++g) {
        SmallVector<int64_t> kept;
        for (int64_t j = 0; j < m; ++j)
          if (at(i, g * m + j) != 0)
            kept.push_back(j);
        if (int64_t(kept.size()) > n)
          return std::nullopt;
        for (int64_t j = 0; int64_t(kept.size()) < n; ++j)
          if (at(i, g * m + j) == 0)
            kept.push_back(j);
        llvm::sort(kept);
        unsigned code = 0;
        for (auto [place, j] : llvm::enumerate(kept)) {
          code |= j << (place * indexBits);
          values.push_back(at(i, g * m + j));
        }
        int64_t bit = g * groupBits;
        indices[i * perRow + bit / 8] |= int8_t(code << (bit % 8));
      }
    return SmallVector<DenseElementsAttr>{bytes(indices), vector(values, type)};
  }

  SmallVector<DenseElementsAttr> bitmap() {
    int64_t perRow = llvm::divideCeil(columns, 8);
    std::vector<int32_t> positions = {0};
    std::vector<int8_t> bits(rows * perRow, 0);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j)
        if (at(i, j) != 0) {
          bits[i * perRow + j / 8] |= int8_t(1 << (j % 8));
          values.push_back(at(i, j));
        }
      positions.push_back(values.size());
    }
    values.insert(values.end(), 16, T(0)); // whole vectors are read
    return {words(positions), bytes(bits), vector(values, type)};
  }

  std::optional<SmallVector<DenseElementsAttr>> fixed() {
    std::vector<int32_t> places;
    for (int64_t i = 0; i < rows; ++i) {
      int64_t left = packing.getSizes()[0];
      for (int64_t j = 0; j < columns; ++j)
        if (at(i, j) != 0) {
          places.push_back(j);
          values.push_back(at(i, j));
          --left;
        }
      if (left != 0)
        return std::nullopt;
    }
    return SmallVector<DenseElementsAttr>{words(places), vector(values, type)};
  }

  PackingAttr packing;
  Type type;
  MLIRContext *context;
  int64_t rows, columns;
  std::vector<T> numbers, values;
};
} // namespace

std::optional<SmallVector<DenseElementsAttr>> scratch::packConstant(DenseElementsAttr weights,
                                                                    PackingAttr packing) {
  if (weights.getElementType().isF32())
    return Packer<float>(weights, packing).pack();
  return Packer<double>(weights, packing).pack();
}
