//===- ServicesToRuntime.cpp - buffers, status and records ----------------===//
//
// Stage: map, every target. Leaves no scratch operation behind but accumulators, whose
// pass runs before.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Runtime/Passes.h"
#include "passes/Emission/RuntimeCalls.h"
#include "runtime/abi/scratch.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstddef>

namespace scratch {
#define GEN_PASS_DEF_SERVICESTORUNTIMEPASS
#include "passes/Conversion/Runtime/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
struct Services {
  ModuleOp module;
  int64_t chunkWeight, mostChunks;
  unsigned strings = 0;

  Type pointer() { return LLVM::LLVMPointerType::get(module.getContext()); }
  Value call(LoopBuilder &b, StringRef name, Type result, ValueRange arguments) {
    return callRuntime(b, module, name, result, arguments);
  }

  Value isOk(LoopBuilder &b) {
    Value word = call(b, "scratch_rt_status", pointer(), {});
    Value code = LLVM::LoadOp::create(b, b.getI32Type(), word);
    return b.equal(code, b.integer(0, b.getI32Type()));
  }

  /// A constant string of the module.
  Value text(LoopBuilder &b, StringRef content) {
    OpBuilder::InsertionGuard guard(b);
    std::string terminated = content.str();
    terminated.push_back('\0');
    std::string name = "scratch.text." + std::to_string(strings++);
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size());
    {
      OpBuilder::InsertionGuard inner(b);
      b.setInsertionPointToStart(module.getBody());
      LLVM::GlobalOp::create(b, type, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                             b.getStringAttr(terminated));
    }
    return LLVM::AddressOfOp::create(b, pointer(), name);
  }

  /// Product of all extents; INT64_MAX when it does not fit, which no
  /// allocation satisfies.
  Value elements(LoopBuilder &b, MemRefType type, ValueRange sizes) {
    Type i64 = b.getI64Type();
    Value limit = b.integer(std::numeric_limits<int64_t>::max(), i64);
    Value total = b.integer(1, i64);
    for (int64_t size : type.getShape()) {
      Value factor = b.integer(size, i64);
      if (ShapedType::isDynamic(size)) {
        factor = b.cast(sizes.front(), i64);
        sizes = sizes.drop_front();
      }
      if (type.getRank() == 1) {
        total = factor;
        continue;
      }
      Value one = b.integer(1, i64);
      Value fits = b.lessEqual(total, arith::DivUIOp::create(b, limit, b.max(factor, one)));
      total = b.select(fits, b.mul(total, factor), limit);
    }
    return total;
  }

  Value bytesOf(LoopBuilder &b, MemRefType type) {
    Type element = type.getElementType();
    int64_t bytes = isa<IndexType>(element) ? 8 : (element.getIntOrFloatBitWidth() + 7) / 8;
    return b.integer(bytes, b.getI64Type());
  }

  void lower(AllocateOp op) {
    LoopBuilder b(op.getLoc(), op);
    MemRefType type = cast<MemRefType>(op.getBuffer().getType());
    std::string name = op.getReserved() ? "scratch_rt_reserve" : "scratch_rt_allocate";
    if (op.getZeroed())
      name += "_zero";
    Value address = call(b, name, pointer(),
                         {elements(b, type, op.getSizes()), bytesOf(b, type)});
    replace(op, bufferAt(b, address, type, op.getSizes()));
  }

  void lower(ReleaseOp op) {
    LoopBuilder b(op.getLoc(), op);
    call(b, "scratch_rt_release", {}, {addressOf(b, op.getBuffer())});
    op.erase();
  }

  void lower(TrimOp op) {
    LoopBuilder b(op.getLoc(), op);
    MemRefType type = cast<MemRefType>(op.getBuffer().getType());
    Value address = addressOf(b, op.getBuffer());
    call(b, "scratch_rt_trim", {},
         {address, b.cast(op.getSize(), b.getI64Type()), bytesOf(b, type)});
    replace(op, bufferAt(b, address, type, {op.getSize()}));
  }

  void lower(PiecesOpenOp op) {
    LoopBuilder b(op.getLoc(), op);
    auto bytes = [&](Value buffer) { return bytesOf(b, cast<MemRefType>(buffer.getType())); };
    Value address =
        call(b, "scratch_rt_pieces_open", pointer(),
             {addressOf(b, op.getCoordinates()), bytes(op.getCoordinates()),
              addressOf(b, op.getValues()), bytes(op.getValues()),
              b.cast(op.getCount(), b.getI64Type()),
              b.integer(op.getLimit(), b.getI64Type())});
    // The extent is the runtime's affair.
    replace(op, bufferAt(b, address, cast<MemRefType>(op.getPieces().getType()), {b.index(0)}));
  }

  void lower(PiecesBeginOp op) {
    LoopBuilder b(op.getLoc(), op);
    Type i64 = b.getI64Type();
    Value place = call(b, "scratch_rt_piece_begin", pointer(),
                       {addressOf(b, op.getPieces()), b.cast(op.getNumber(), i64),
                        b.cast(op.getRoom(), i64)});
    auto member = [&](Type type, size_t offset) -> Value {
      Value address = LLVM::GEPOp::create(b, pointer(), b.getI8Type(), place,
                                          LLVM::GEPArg(static_cast<int32_t>(offset)));
      return LLVM::LoadOp::create(b, type, address);
    };
    Value at = b.toIndex(member(i64, offsetof(scratch_piece, at)));
    Value end = b.add(at, op.getRoom());
    Value coordinates = member(pointer(), offsetof(scratch_piece, coordinates));
    Value values = member(pointer(), offsetof(scratch_piece, values));
    op.getCoordinates().replaceAllUsesWith(
        bufferAt(b, coordinates, cast<MemRefType>(op.getCoordinates().getType()), {end}));
    op.getValues().replaceAllUsesWith(
        bufferAt(b, values, cast<MemRefType>(op.getValues().getType()), {end}));
    op.getAt().replaceAllUsesWith(at);
    op.erase();
  }

  void lower(PiecesEndOp op) {
    LoopBuilder b(op.getLoc(), op);
    Type i64 = b.getI64Type();
    call(b, "scratch_rt_piece_end", {},
         {addressOf(b, op.getPieces()), b.cast(op.getNumber(), i64),
          b.cast(op.getEntries(), i64)});
    op.erase();
  }

  void lower(PiecesCloseOp op) {
    LoopBuilder b(op.getLoc(), op);
    call(b, "scratch_rt_pieces_close", {}, {addressOf(b, op.getPieces())});
    op.erase();
  }

  void lower(ViewOp op) {
    LoopBuilder b(op.getLoc(), op);
    replace(op, bufferAt(b, op.getPointer(), cast<MemRefType>(op.getBuffer().getType()),
                         op.getSizes()));
  }

  void lower(StatusOp op) {
    LoopBuilder b(op.getLoc(), op);
    replace(op, isOk(b));
  }

  void lower(FailOp op) {
    LoopBuilder b(op.getLoc(), op);
    Value failed = b.equal(op.getCondition(), b.bit(false));
    b.ifThen(failed, [&] {
      call(b, "scratch_rt_fail", {},
           {b.integer(op.getCode(), b.getI32Type()), text(b, op.getSubject()),
            b.cast(op.getFound(), b.getI64Type()), b.cast(op.getExpected(), b.getI64Type())});
    });
    op.erase();
  }

  void lower(RecordOp op) {
    LoopBuilder b(op.getLoc(), op);
    int64_t offset = llvm::StringSwitch<int64_t>(op.getField())
                         .Case("products", offsetof(scratch_record, products))
                         .Case("result_nnz", offsetof(scratch_record, result_nnz))
                         .Case("rows", offsetof(scratch_record, rows))
                         .Case("chunks", offsetof(scratch_record, chunks))
                         .Default(0);
    Value record = call(b, "scratch_rt_record", pointer(), {});
    Value member = LLVM::GEPOp::create(
        b, pointer(), b.getI8Type(), record,
        LLVM::GEPArg(static_cast<int32_t>(offset + 8 * op.getLane())));
    LLVM::AtomicRMWOp::create(b, LLVM::AtomicBinOp::add, member,
                              b.cast(op.getAmount(), b.getI64Type()),
                              LLVM::AtomicOrdering::monotonic);
    op.erase();
  }

  /// First rows of chunks of about equal weight, by binary search.
  void lower(PartitionOp op) {
    LoopBuilder b(op.getLoc(), op);
    Type i64 = b.getI64Type();
    Value zero = b.index(0), one = b.index(1);
    Value rows = op.getRows(), prefix = op.getPrefix();
    Value some = b.less(zero, rows);
    auto before = [&](Value row) -> Value {
      Value sum = b.loadIndex(prefix, row);
      if (!op.getEntryWeight())
        return sum;
      Value entries = b.sub(sum, b.loadIndex(prefix, zero));
      return b.add(b.mul(entries, op.getEntryWeight()),
                   b.mul(row, b.index(op.getRowWeight())));
    };
    Value total = b.ifElse(
        some, {b.getIndexType()}, [&] { return LoopBuilder::Values{before(rows)}; },
        [&] { return LoopBuilder::Values{zero}; })[0];
    Value wanted = arith::DivUIOp::create(b, total, b.index(chunkWeight));
    Value chunks = b.min(b.min(b.max(wanted, one), b.index(mostChunks)), rows);
    Value address = call(b, "scratch_rt_allocate", pointer(),
                         {b.cast(b.add(chunks, one), i64), b.integer(8, i64)});
    Value ok = isOk(b);
    chunks = b.select(ok, chunks, zero);
    Value starts = bufferAt(b, address, cast<MemRefType>(op.getStarts().getType()),
                            {b.add(chunks, one)});
    Value share = arith::DivUIOp::create(b, total, b.max(chunks, one));
    b.loop(zero, chunks, [&](Value chunk) {
      Value target = b.mul(share, chunk);
      // Least row whose prefix reaches the target.
      auto found = b.whileLoop(
          {zero, rows}, [&](ValueRange range) { return b.less(range[0], range[1]); },
          [&](ValueRange range) {
            Value middle = b.shiftRight(b.add(range[0], range[1]), 1);
            Value below = b.less(before(middle), target);
            return LoopBuilder::Values{b.select(below, b.add(middle, one), range[0]),
                                       b.select(below, range[1], middle)};
          });
      b.storeIndex(found[0], starts, chunk);
    });
    b.ifThen(ok, [&] { b.storeIndex(rows, starts, chunks); });
    replace(op, starts);
  }

  void lower(PrefixSumOp op) {
    LoopBuilder b(op.getLoc(), op);
    Value zero = b.index(0), buffer = op.getBuffer();
    b.loop(zero, op.getCount(), {zero}, [&](Value at, ValueRange sum) {
      Value after = b.add(sum[0], b.loadIndex(buffer, at));
      b.storeIndex(after, buffer, at);
      return LoopBuilder::Values{after};
    });
    op.erase();
  }

  static void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }
};

struct ServicesToRuntimePass : scratch::impl::ServicesToRuntimePassBase<ServicesToRuntimePass> {
  using Base::Base;

  void runOnOperation() override {
    Services services{getOperation(), chunkWeight, mostChunks};
    SmallVector<Operation *> todo;
    getOperation().walk([&](Operation *op) {
      if (isa<AllocateOp, ReleaseOp, TrimOp, PiecesOpenOp, PiecesBeginOp,
              PiecesEndOp, PiecesCloseOp, ViewOp, StatusOp, FailOp, RecordOp,
              PartitionOp, PrefixSumOp>(op))
        todo.push_back(op);
    });
    for (Operation *op : todo)
      llvm::TypeSwitch<Operation *>(op)
          .Case<AllocateOp, ReleaseOp, TrimOp, PiecesOpenOp, PiecesBeginOp,
              PiecesEndOp, PiecesCloseOp, ViewOp, StatusOp, FailOp, RecordOp,
                PartitionOp, PrefixSumOp>([&](auto service) { services.lower(service); });
  }
};
} // namespace
