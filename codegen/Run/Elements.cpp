//===- Elements.cpp - sizes and names of stored values --------------------===//
#include "codegen/Run/Elements.h"

using namespace scratch;

int64_t scratch::bytesOfElement(uint32_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                              \
  case value:                                                                  \
    return bytes;
#include "runtime/abi/Elements.def"
  }
  return 0;
}

llvm::StringRef scratch::nameOfElement(uint32_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                              \
  case value:                                                                  \
    return mlir;
#include "runtime/abi/Elements.def"
  }
  return "?";
}
