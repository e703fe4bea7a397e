//===- TokenOrder.cpp - which token stands where --------------------------===//
#include "passes/Expand/Attention/TokenOrder.h"

#include "dialects/Scratch/Scratch.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static constexpr int64_t kPatch = 8;

static Value allocateLists(LoopBuilder &b, Value lists, Value places) {
  return AllocateOp::create(
      b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getI32Type()),
      ValueRange{lists, places}, /*zeroed=*/false);
}

static Value numberAt(LoopBuilder &b, const TokenNumbers &numbers, Value batch, Value token) {
  return b.load(numbers.buffer, numbers.perBatch ? Values{batch, token} : Values{token});
}

/// A list that serves all batches, seen as plain numbers.
static TokenNumbers flatten(LoopBuilder &b, Value lists) {
  return {memref::CollapseShapeOp::create(b, lists, SmallVector<ReassociationIndices>{{0, 1}}),
          false, false};
}

static void put(LoopBuilder &b, Value number, Value lists, Value list, Value place) {
  b.store(b.cast(number, b.getI32Type()), lists, {list, place});
}

TokenOrder scratch::orderKept(LoopBuilder &b, ArrayRef<TokenNumbers> flags, Value batches,
                              Value tokens, Value &places) {
  TokenOrder order;
  order.sorted = true;
  order.perBatch = llvm::any_of(flags, [](const TokenNumbers &f) { return f.perBatch; });
  Value zero = b.index(0), one = b.index(1);
  Value lists = order.perBatch ? batches : one;
  order.tokens = allocateLists(b, lists, tokens);
  order.counts = AllocateOp::create(b, bufferOf(b.getI32Type()), ValueRange{lists}, false);
  places = b.loop(zero, countIfOk(b, lists), {zero}, [&](Value list, ValueRange most) {
    Value used = b.loop(zero, tokens, {zero}, [&](Value token, ValueRange count) {
      Value kept = b.bit(true);
      for (const TokenNumbers &f : flags) {
        Value flag = numberAt(b, f, list, token);
        kept = b.bitAnd(kept, b.notEqual(flag, b.integer(0, flag.getType())));
      }
      // Written anyway: the next kept token takes the place.
      put(b, token, order.tokens, list, count[0]);
      return Values{b.add(count[0], b.cast(kept, b.getIndexType()))};
    })[0];
    b.loop(used, tokens,
           [&](Value place) { put(b, b.sub(tokens, one), order.tokens, list, place); });
    b.store(b.cast(used, b.getI32Type()), order.counts, {list});
    return Values{b.max(most[0], used)};
  })[0];
  return order;
}

Value scratch::ownerOf(Value buffer) {
  while (auto view = buffer.getDefiningOp<memref::CollapseShapeOp>())
    buffer = view.getSrc();
  return buffer;
}

Remainders Remainders::of(LoopBuilder &b, Value dilation, Value tokens) {
  Remainders r;
  r.dilation =
      arith::MaxSIOp::create(b, arith::MinSIOp::create(b, dilation, tokens), b.index(1));
  r.reach = b.add(arith::DivUIOp::create(b, tokens, r.dilation), b.index(2));
  r.stride = b.mul(r.reach, b.index(4));
  return r;
}

/// One list of orderByRemainder: tokens to `tokenLists`, ranks to `rankLists`.
static void listByRemainder(LoopBuilder &b, Value list, Value tokens, Value shift,
                            const Remainders &remainders, Value tokenLists, Value rankLists) {
  Value zero = b.index(0), dilation = remainders.dilation;
  auto floorMod = [&](Value a) {
    Value down = arith::FloorDivSIOp::create(b, a, dilation);
    return b.sub(a, b.mul(down, dilation));
  };
  b.loop(zero, dilation, {zero}, [&](Value remainder, ValueRange before) {
    Value first = floorMod(b.sub(remainder, shift));
    Value some = b.less(first, tokens);
    Value count = b.select(
        some, arith::CeilDivUIOp::create(b, b.sub(tokens, first), dilation), zero);
    Value base = b.mul(remainder, remainders.stride);
    Value step = arith::FloorDivSIOp::create(b, b.add(first, shift), dilation);
    b.loop(zero, count, [&](Value k) {
      Value place = b.add(before[0], k);
      put(b, b.add(first, b.mul(k, dilation)), tokenLists, list, place);
      put(b, b.add(base, b.add(step, k)), rankLists, list, place);
    });
    return Values{b.add(before[0], count)};
  });
}

TokenOrder scratch::orderByRemainder(LoopBuilder &b, Value heads, Value tokens, Value shift,
                                     function_ref<Remainders(Value list)> remaindersOf,
                                     TokenNumbers &ranks) {
  TokenOrder order;
  order.perHead = static_cast<bool>(heads);
  Value lists = heads ? heads : b.index(1);
  order.tokens = allocateLists(b, lists, tokens);
  Value rankLists = allocateLists(b, lists, tokens);
  b.loop(b.index(0), countIfOk(b, lists), [&](Value list) {
    listByRemainder(b, list, tokens, shift, remaindersOf(list), order.tokens, rankLists);
  });
  ranks = heads ? TokenNumbers{rankLists, false, true} : flatten(b, rankLists);
  return order;
}

TokenOrder scratch::orderByPatch(LoopBuilder &b, int64_t gridRows, int64_t gridColumns,
                                 TokenNumbers &rows, TokenNumbers &columns) {
  TokenOrder order;
  Value zero = b.index(0), one = b.index(1), size = b.index(kPatch);
  Value high = b.index(gridRows), wide = b.index(gridColumns);
  Value tokens = b.mul(high, wide);
  order.tokens = allocateLists(b, one, tokens);
  Value rowLists = allocateLists(b, one, tokens), columnLists = allocateLists(b, one, tokens);
  Value safe = countIfOk(b, high);
  b.loop(zero, safe, {zero}, [&](Value top, ValueRange outer) {
    Value bottom = b.min(b.add(top, size), high);
    return b.loop(zero, wide, outer, [&](Value left, ValueRange inner) {
      Value right = b.min(b.add(left, size), wide);
      return b.loop(top, bottom, inner, [&](Value row, ValueRange line) {
        return b.loop(left, right, line, [&](Value column, ValueRange place) {
          put(b, b.add(b.mul(row, wide), column), order.tokens, zero, place[0]);
          put(b, row, rowLists, zero, place[0]);
          put(b, column, columnLists, zero, place[0]);
          return Values{b.add(place[0], one)};
        });
      });
    }, kPatch);
  }, kPatch);
  rows = flatten(b, rowLists);
  columns = flatten(b, columnLists);
  return order;
}

void scratch::findDocuments(LoopBuilder &b, TokenNumbers query, TokenNumbers key, Value batches,
                            Value queries, Value keys, TokenNumbers &starts, TokenNumbers &ends) {
  Value zero = b.index(0), one = b.index(1);
  bool perBatch = query.perBatch || key.perBatch;
  Value lists = perBatch ? batches : one;
  Value startLists = allocateLists(b, lists, queries), endLists = allocateLists(b, lists, queries);
  b.loop(zero, countIfOk(b, lists), [&](Value list) {
    b.loop(zero, queries, {zero, zero}, [&](Value i, ValueRange before) {
      Value document = numberAt(b, query, list, i);
      // The first key whose number is not less, and the first that is greater.
      auto advance = [&](Value from, arith::CmpIPredicate passed) {
        return b.whileLoop(
            {from},
            [&](ValueRange at) {
              return b.ifElse(
                  b.less(at[0], keys), {b.getI1Type()},
                  [&] {
                    return Values{arith::CmpIOp::create(
                        b, passed, numberAt(b, key, list, at[0]), document)};
                  },
                  [&] { return Values{b.bit(false)}; })[0];
            },
            [&](ValueRange at) { return Values{b.add(at[0], one)}; })[0];
      };
      Value start = advance(before[0], arith::CmpIPredicate::slt);
      Value end = advance(before[1], arith::CmpIPredicate::sle);
      put(b, start, startLists, list, i);
      put(b, end, endLists, list, i);
      return Values{start, end};
    });
  });
  starts = perBatch ? TokenNumbers{startLists, true, false} : flatten(b, startLists);
  ends = perBatch ? TokenNumbers{endLists, true, false} : flatten(b, endLists);
}
