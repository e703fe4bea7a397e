// RUN: not scratch-opt %s --scratch-select-strategy=accumulator=heap 2>&1 | FileCheck %s --check-prefix=ACCUMULATOR
// RUN: not scratch-opt %s --scratch-select-strategy=dataflow=diagonal 2>&1 | FileCheck %s --check-prefix=DATAFLOW
// RUN: not scratch-opt %s --scratch-select-strategy=phases=three 2>&1 | FileCheck %s --check-prefix=PHASES
// RUN: not scratch-opt %s --scratch-select-strategy=rewrites=magic 2>&1 | FileCheck %s --check-prefix=REWRITES
// RUN: not scratch-opt %s --scratch-select-strategy=schedule=random 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// RUN: not scratch-opt %s --scratch-select-strategy=hash=folding 2>&1 | FileCheck %s --check-prefix=HASHED
// RUN: not scratch-opt %s --scratch-select-strategy=schedule=tokens 2>&1 | FileCheck %s --check-prefix=TOKENS
// RUN: not scratch-opt %s --scratch-select-strategy=phases=two 2>&1 | FileCheck %s --check-prefix=KEEP

// ACCUMULATOR: error: option 'accumulator' is 'heap', expected one of auto, dense, blocked, grouped, tiered, hash, merge, sort, narrow, shared_hash, fragments
// DATAFLOW: error: option 'dataflow' is 'diagonal', expected one of auto, inner, outer, row_wise
// PHASES: error: option 'phases' is 'three', expected one of auto, one, two
// REWRITES: error: option 'rewrites' is 'magic', expected one of auto, none, or some of compact|residues|patches|ranges|single|heads|split
// SCHEDULE: error: option 'schedule' is 'random', expected one of auto, balanced, static, tokens
// HASHED: error: option 'hash' is 'folding', expected one of auto, multiplicative, high, low
// TOKENS: error: no legal strategy for spgemm: an epilogue that drops entries needs whole rows, found a team's tile
// KEEP: error: no legal strategy for spgemm: an epilogue that drops entries needs phases = one, found two

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

func.func @drops_small_entries(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %tolerance = arith.constant 1.0e-6 : f64
  %C = scratch.spgemm %A, %A : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    epilogue {
      scratch.keep {
      ^bb0(%value: f64, %row: index, %column: index):
        %large = arith.cmpf ogt, %value, %tolerance : f64
        scratch.yield %large : i1
      }
      scratch.yield
    }
  return %C : tensor<?x?xf64, #CSR>
}
