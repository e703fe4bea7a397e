//===- TensorFile.h - tensors between scratch-bench and its peers -*- C++ -*-=//
//
// Eight 64-bit words - magic, format (0 dense, 1 CSR), element (Elements.def),
// rank, two extents, entries, 0 - then, of a CSR matrix, 32-bit positions and
// columns, then the values. All little-endian. Standard library only: peers
// are programs of their own.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_BENCH_TENSORFILE_H
#define SCRATCH_CODEGEN_BENCH_TENSORFILE_H

#include "runtime/abi/scratch.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace scratch::bench {

/// Arrays begin at a cache line, as those of tensor libraries do: whose vectors happen
/// to straddle two lines is not what is compared.
template <typename T> struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};
  LineAllocator() = default;
  template <typename Other> LineAllocator(const LineAllocator<Other> &) {}
  T *allocate(size_t count) {
    return static_cast<T *>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T *array, size_t) { ::operator delete(array, kLine); }
  bool operator==(const LineAllocator &) const { return true; }
  bool operator!=(const LineAllocator &) const { return false; }
};
template <typename T> using Array = std::vector<T, LineAllocator<T>>;

struct FileTensor {
  bool sparse = true;
  int64_t element = SCRATCH_F64;
  int64_t rows = 0, cols = 1, entries = 0; ///< cols is 1 for a vector
  Array<int32_t> positions, columns;
  Array<char> bytes; ///< of the values

  template <typename Value> Value *values() { return reinterpret_cast<Value *>(bytes.data()); }
  template <typename Value> const Value *values() const {
    return reinterpret_cast<const Value *>(bytes.data());
  }
};

inline constexpr int64_t kTensorMagic = 0x31524E5354524353; ///< "SCRTSNR1"

inline int64_t bytesOfElement(int64_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                                                  \
  case value:                                                                                      \
    return bytes;
#include "runtime/abi/Elements.def"
  }
  return 0;
}

inline bool writeTensor(const std::string &path, const FileTensor &tensor) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  int64_t head[8] = {kTensorMagic, tensor.sparse, tensor.element, 2,
                     tensor.rows,  tensor.cols,   tensor.entries, 0};
  auto write = [&](const auto &array) {
    return array.empty() || std::fwrite(array.data(), sizeof(array[0]), array.size(), file.get()) ==
                                array.size();
  };
  return file && std::fwrite(head, 8, 8, file.get()) == 8 && write(tensor.positions) &&
         write(tensor.columns) && write(tensor.bytes) && !std::fflush(file.get());
}

inline bool readTensor(const std::string &path, FileTensor &tensor) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  int64_t head[8];
  if (!file || std::fread(head, 8, 8, file.get()) != 8 || head[0] != kTensorMagic)
    return false;
  tensor.sparse = head[1];
  tensor.element = head[2];
  tensor.rows = head[4];
  tensor.cols = head[5];
  tensor.entries = head[6];
  tensor.positions.resize(tensor.sparse ? tensor.rows + 1 : 0);
  tensor.columns.resize(tensor.sparse ? tensor.entries : 0);
  tensor.bytes.resize(tensor.entries * bytesOfElement(tensor.element));
  auto read = [&](auto &array) {
    return array.empty() || std::fread(array.data(), sizeof(array[0]), array.size(), file.get()) ==
                                array.size();
  };
  return read(tensor.positions) && read(tensor.columns) && read(tensor.bytes);
}

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_TENSORFILE_H
