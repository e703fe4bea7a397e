//===- EntryPoints.cpp - public functions get the C interface -------------===//
//
// Stage: expand, first. The layout of the argument block is taken from the
// header that callers include (runtime/abi/scratch.h), so the two cannot differ.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/RuntimeCalls.h"
#include "passes/Expand/Destination.h"
#include "passes/Expand/EntrySignature.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Passes.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

#include <cstddef>

namespace scratch {
#define GEN_PASS_DEF_ENTRYPOINTSPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

//===----------------------------------------------------------------------===//
// The new function
//===----------------------------------------------------------------------===//

namespace {

class EntryBuilder {
public:
  EntryBuilder(ModuleOp module, func::FuncOp body)
      : module(module), body(body), b(body.getLoc(), body) {}

  void build();

private:
  using Values = LoopBuilder::Values;

  Value call(StringRef name, Type result, ValueRange arguments) {
    return callRuntime(b, module, name, result, arguments);
  }
  Value i32(int64_t value) { return b.integer(value, b.getI32Type()); }
  Value field(Value base, int64_t offset) {
    return LLVM::GEPOp::create(b, pointer(), b.getI8Type(), base, LLVM::GEPArg(offset));
  }
  Value loadField(Value base, int64_t offset, Type type) {
    return LLVM::LoadOp::create(b, type, field(base, offset));
  }
  Value loadIndex(Value base, int64_t offset) {
    return b.toIndex(loadField(base, offset, b.getI64Type()));
  }
  void storeField(Value value, Value base, int64_t offset) {
    if (isa<IndexType>(value.getType()))
      value = b.cast(value, b.getI64Type());
    LLVM::StoreOp::create(b, value, field(base, offset));
  }
  Type pointer() { return LLVM::LLVMPointerType::get(b.getContext()); }
  int64_t slotOffset(unsigned slot) {
    return sizeof(scratch_arguments) + slot * sizeof(scratch_slot);
  }

  void checkInput(unsigned slot, Type type);
  Value openInput(unsigned slot, Type type);
  void adopt(Value buffer, SmallVectorImpl<Value> &pointers);
  Value isCallers(Value buffer);
  void storeResults(ValueRange results);

  ModuleOp module;
  func::FuncOp body;
  LoopBuilder b;
  Value block;
  SmallVector<Value> tensors; ///< of the inputs, null for scalars
};

} // namespace

/// Fetches the tensor of a slot and checks it; the status word tells.
void EntryBuilder::checkInput(unsigned slot, Type type) {
  if (isScalarArgument(type)) {
    tensors.push_back({});
    return;
  }
  auto tensor = cast<RankedTensorType>(type);
  TensorDescription d = describeTensor(tensor);
  Value found = call("scratch_rt_input", pointer(),
                     {block, i32(slot), i32(d.format), i32(d.element), i32(d.positionBits),
                      i32(d.coordinateBits), i32(d.ordered), i32(d.rank)});
  for (auto [dimension, size] : llvm::enumerate(tensor.getShape()))
    if (!ShapedType::isDynamic(size))
      call("scratch_rt_check_extent", {},
           {found, i32(slot), i32(dimension), b.integer(size, b.getI64Type())});
  tensors.push_back(found);
}

/// The caller's memory as a value of the function's own type.
Value EntryBuilder::openInput(unsigned slot, Type type) {
  if (isa<IndexType>(type))
    return loadIndex(block, slotOffset(slot));
  if (isScalarArgument(type))
    return loadField(block, slotOffset(slot), type);
  auto tensor = cast<RankedTensorType>(type);
  Value source = tensors[slot];
  auto shape = [&](unsigned dimension) {
    return loadIndex(source, offsetof(scratch_tensor, shape) + 8 * dimension);
  };
  auto view = [&](int64_t offset, MemRefType buffer, ValueRange sizes) -> Value {
    return ViewOp::create(b, buffer, loadField(source, offset, pointer()), sizes);
  };
  if (!sparse_tensor::getSparseTensorEncoding(tensor)) {
    Values sizes;
    for (unsigned dimension = 0; dimension < tensor.getRank(); ++dimension)
      if (tensor.isDynamicDim(dimension))
        sizes.push_back(shape(dimension));
    Value buffer = view(offsetof(scratch_tensor, values),
                        MemRefType::get(tensor.getShape(), tensor.getElementType()), sizes);
    return bufferization::ToTensorOp::create(b, tensor, buffer, /*restrict=*/true,
                                             /*writable=*/isWritable(body, slot));
  }
  Value rows = shape(0), columns = shape(1);
  Value majors = isColumnMajor(tensor) ? columns : rows;
  Value nnz = loadIndex(source, offsetof(scratch_tensor, nnz));
  Value positions = view(offsetof(scratch_tensor, positions), positionsType(tensor),
                         {b.add(majors, b.index(1))});
  Value coordinates =
      view(offsetof(scratch_tensor, coordinates), coordinatesType(tensor), {nnz});
  Value values = view(offsetof(scratch_tensor, values), valuesType(tensor), {nnz});
  return AssembleOp::create(b, tensor, positions, coordinates, values, rows, columns);
}

/// The address of a buffer that may be handed to the caller.
void EntryBuilder::adopt(Value buffer, SmallVectorImpl<Value> &pointers) {
  auto type = cast<MemRefType>(buffer.getType());
  Value raw = addressOf(b, buffer);
  Value count = b.index(1);
  for (int64_t dimension = 0; dimension < type.getRank(); ++dimension)
    count = b.mul(count, memref::DimOp::create(b, buffer, dimension));
  int64_t bytes = bitsOfIndex(type.getElementType()) / 8;
  pointers.push_back(call("scratch_rt_adopt", pointer(),
                          {block, raw, b.cast(count, b.getI64Type()),
                           b.integer(bytes, b.getI64Type())}));
}

/// Whether a result has been written over an argument, i1; null if there is none for that.
Value EntryBuilder::isCallers(Value buffer) {
  Value found;
  for (unsigned slot = 0; slot < body.getNumArguments(); ++slot) {
    if (!isWritable(body, slot))
      continue;
    Value own = loadField(tensors[slot], offsetof(scratch_tensor, values), pointer());
    Value same = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, own, addressOf(b, buffer));
    found = found ? b.bitOr(found, same) : same;
  }
  return found;
}

void EntryBuilder::storeResults(ValueRange results) {
  unsigned inputs = body.getNumArguments();
  SmallVector<SmallVector<Value>> pointers(results.size());
  SmallVector<Value> sizes(results.size()), callers(results.size());
  for (auto [number, result] : llvm::enumerate(results)) {
    auto tensor = dyn_cast<RankedTensorType>(result.getType());
    if (!tensor)
      continue;
    if (!sparse_tensor::getSparseTensorEncoding(tensor)) {
      Value buffer = openDense(b, result);
      callers[number] = isCallers(buffer);
      if (!callers[number]) {
        adopt(buffer, pointers[number]);
        continue;
      }
      pointers[number] = b.ifElse(
          callers[number], {pointer()}, [&] { return Values{addressOf(b, buffer)}; },
          [&] {
            Values own;
            adopt(buffer, own);
            return own;
          });
      continue;
    }
    SparseOperand opened = openSparse(b, result);
    adopt(opened.positions, pointers[number]);
    adopt(opened.coordinates, pointers[number]);
    adopt(opened.values, pointers[number]);
    sizes[number] = sparse_tensor::NumberOfEntriesOp::create(b, result);
  }
  // Null once anything failed, here or before.
  SmallVector<Value> targets(results.size());
  for (auto [number, result] : llvm::enumerate(results)) {
    auto tensor = dyn_cast<RankedTensorType>(result.getType());
    if (!tensor)
      continue;
    TensorDescription d = describeTensor(tensor);
    targets[number] =
        call("scratch_rt_result", pointer(),
             {block, i32(inputs + number), i32(d.format), i32(d.element), i32(d.positionBits),
              i32(d.coordinateBits), i32(!d.ordered), i32(d.rank)});
  }
  Value ok = StatusOp::create(b);
  b.ifElse(
      ok,
      [&] {
        for (auto [number, result] : llvm::enumerate(results)) {
          Value target = targets[number];
          if (!target) {
            storeField(result, block, slotOffset(inputs + number));
            continue;
          }
          auto tensor = cast<RankedTensorType>(result.getType());
          Value total = b.index(1);
          for (unsigned dimension = 0; dimension < tensor.getRank(); ++dimension) {
            Value size = extent(b, result, dimension);
            total = b.mul(total, size);
            storeField(size, target, offsetof(scratch_tensor, shape) + 8 * dimension);
          }
          storeField(sizes[number] ? sizes[number] : total, target, offsetof(scratch_tensor, nnz));
          if (pointers[number].size() == 3) {
            storeField(pointers[number][0], target, offsetof(scratch_tensor, positions));
            storeField(pointers[number][1], target, offsetof(scratch_tensor, coordinates));
          }
          storeField(pointers[number].back(), target, offsetof(scratch_tensor, values));
          if (callers[number]) {
            Value flags = loadField(target, offsetof(scratch_tensor, flags), b.getI32Type());
            Value borrowed = b.bitAnd(flags, i32(~int32_t(SCRATCH_TENSOR_OWNED)));
            storeField(b.select(callers[number], borrowed, flags), target,
                       offsetof(scratch_tensor, flags));
          }
        }
      },
      [&] {
        // Adopting after a failure releases.
        Value nothing = b.integer(0, b.getI64Type());
        Value none = LLVM::ZeroOp::create(b, pointer());
        for (auto [group, caller] : llvm::zip_equal(pointers, callers))
          for (Value address : group)
            call("scratch_rt_adopt", pointer(),
                 {block, caller ? b.select(caller, none, address) : address, nothing, nothing});
      });
}

void EntryBuilder::build() {
  std::string name = body.getName().str();
  StringAttr hidden = b.getStringAttr(name + ".body");
  if (failed(SymbolTable::replaceAllSymbolUses(body, hidden, module)))
    return;
  body.setName(hidden);
  body.setPrivate();
  body->setAttr("llvm.linkage",
                LLVM::LinkageAttr::get(b.getContext(), LLVM::Linkage::Internal));
  auto entry = func::FuncOp::create(
      b, name, b.getFunctionType({pointer()}, {b.getI32Type()}));
  entry->setAttr(ScratchDialect::kEntry, b.getUnitAttr());
  b.setInsertionPointToStart(entry.addEntryBlock());
  block = entry.getArgument(0);
  call("scratch_rt_enter", {}, {block});
  for (auto [slot, type] : llvm::enumerate(body.getArgumentTypes()))
    checkInput(slot, type);
  Value ok = StatusOp::create(b);
  b.ifThen(ok, [&] {
    Values arguments;
    for (auto [slot, type] : llvm::enumerate(body.getArgumentTypes()))
      arguments.push_back(openInput(slot, type));
    auto result = func::CallOp::create(b, body, arguments);
    storeResults(result.getResults());
  });
  func::ReturnOp::create(b, ValueRange{call("scratch_rt_leave", b.getI32Type(), {})});
}

namespace {
struct EntryPointsPass : scratch::impl::EntryPointsPassBase<EntryPointsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (func::FuncOp function : entryPoints(module))
      EntryBuilder(module, function).build();
  }
};
} // namespace
