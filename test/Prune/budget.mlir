// RUN: scratch-opt %s --scratch-prune-budget='keep=0.5 allocation=uniform' 2>&1 >/dev/null | FileCheck %s --check-prefix=UNIFORM
// RUN: scratch-opt %s --scratch-prune-budget='keep=0.5' 2>%t | FileCheck %s --check-prefix=SET
// RUN: FileCheck %s --check-prefix=GLOBAL --input-file=%t
// RUN: scratch-opt %s --scratch-prune-budget='keep=0.5 report=json' 2>&1 >/dev/null | FileCheck %s --check-prefix=JSON
// RUN: not scratch-opt %s --scratch-prune-budget='keep=0.1' 2>&1 | FileCheck %s --check-prefix=LEAST
// RUN: not scratch-opt %s --scratch-prune-budget='keep=2' 2>&1 | FileCheck %s --check-prefix=SHARE
// RUN: not scratch-opt %s --scratch-prune-budget='allocation=each' 2>&1 | FileCheck %s --check-prefix=ALLOCATION
// RUN: not scratch-opt %s --scratch-prune-budget='report=xml' 2>&1 | FileCheck %s --check-prefix=REPORT

// 2 x 4, 4 x 4 and a last layer of 4 x 1 without a mask: 28 multiply-adds per
// sample. With c and d columns kept: 2c + cd + d.
// UNIFORM: net/matmul.1 {{ *}}8{{ *}}4 50.0%{{ *}}8{{ *}}4 50.0%{{ *}}32{{ *}}16 50.0%
// UNIFORM: net/matmul.2 {{ *}}16{{ *}}4 25.0%
// UNIFORM: net/matmul.3 {{ *}}4{{ *}}2 50.0%
// UNIFORM: total {{ *}}28{{ *}}10 35.7%

// Scores over their means: 0.4 0.8 1.2 1.6 and 0.04 0.04 0.04 3.88. A threshold
// of 0.04 leaves 4 and 1 columns, 13 multiply-adds.
// GLOBAL: net/matmul.1 {{ *}}8{{ *}}8 100.0%
// GLOBAL: net/matmul.2 {{ *}}16{{ *}}4 25.0%
// GLOBAL: net/matmul.3 {{ *}}4{{ *}}1 25.0%
// GLOBAL: total {{ *}}28{{ *}}13 46.4%
// SET: %[[ALL:.*]] = arith.constant 1.0{{0*}}e+00 : f64
// SET: scratch.mask.magnitude %{{.*}} keep %[[ALL]]
// SET: %[[ONE:.*]] = arith.constant 2.5{{0*}}e-01 : f64
// SET: scratch.mask.magnitude %{{.*}} keep %[[ONE]]

// JSON: "layers": [
// JSON: "name": "net/matmul.1"
// JSON: "total": {
// JSON: "macs": 13,

// LEAST: error: budget of 2 multiply-adds cannot be met: at least 4 are left with the masks that there are
// SHARE: error: expected a share of multiply-adds to keep above 0 and at most 1, found 2.0
// ALLOCATION: error: expected allocation global or uniform, found each
// REPORT: error: expected report table, json or none, found xml
func.func @net(%x: tensor<?x2xf32>, %V: tensor<4x1xf32>, %y0: tensor<?x4xf32>, %y1: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %W = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<2x4xf32>
  %U = arith.constant dense<[[1.0, 1.0, 1.0, 97.0], [1.0, 1.0, 1.0, 97.0], [1.0, 1.0, 1.0, 97.0], [1.0, 1.0, 1.0, 97.0]]> : tensor<4x4xf32>
  %k = arith.constant 0.75 : f64
  %zero = arith.constant 0.0 : f32
  %M = scratch.mask.magnitude %W keep %k : tensor<2x4xf32> -> !scratch.mask<2x4, column>
  %N = scratch.mask.magnitude %U keep %k : tensor<4x4xf32> -> !scratch.mask<4x4, column>
  %A = scratch.mask.apply %W, %M : tensor<2x4xf32>, !scratch.mask<2x4, column>
  %B = scratch.mask.apply %U, %N : tensor<4x4xf32>, !scratch.mask<4x4, column>
  %z = linalg.fill ins(%zero : f32) outs(%y0 : tensor<?x4xf32>) -> tensor<?x4xf32>
  %y = linalg.matmul ins(%x, %A : tensor<?x2xf32>, tensor<2x4xf32>) outs(%z : tensor<?x4xf32>) -> tensor<?x4xf32>
  %u = linalg.matmul ins(%y, %B : tensor<?x4xf32>, tensor<4x4xf32>) outs(%z : tensor<?x4xf32>) -> tensor<?x4xf32>
  %r = linalg.matmul ins(%u, %V : tensor<?x4xf32>, tensor<4x1xf32>) outs(%y1 : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %r : tensor<?x1xf32>
}
