//===- Attention.h - the plain formula of attention in float64 --*- C++ -*-===//
#ifndef SCRATCH_REFERENCE_ATTENTION_H
#define SCRATCH_REFERENCE_ATTENTION_H

#include "runtime/abi/scratch.h"

#include <functional>
#include <vector>

namespace scratch::reference {

struct AttentionFormula {
  double scale = 0;        ///< 0: 1 / sqrt(head size)
  bool heads_first = true; ///< [batch, head, token, size], else [batch, token, head, size]
  /// Does (batch, head, query, key) take part? Null: everything does.
  std::function<bool(int64_t, int64_t, int64_t, int64_t)> mask;
  /// Score of a scaled product. Null: itself.
  std::function<double(double, int64_t, int64_t, int64_t, int64_t)> score;
};

struct AttentionValues {
  std::vector<double> result;      ///< laid out like the queries, with the values' size
  std::vector<double> log_sum_exp; ///< [batch, head, token]
};

/// softmax(score(scale * q k^T)) v over the keys that take part, each step in
/// float64. Queries without keys give 0 and minus infinity. Elements of the
/// tensors are f32, f64, bf16 or f16; their shapes must agree.
AttentionValues attention(const scratch_tensor &q, const scratch_tensor &k,
                          const scratch_tensor &v, const AttentionFormula &how);

/// Element `at` of a dense tensor of floating point numbers.
double realAt(const scratch_tensor &tensor, int64_t at);
/// The f32 that a bf16 or f16 stands for, and the nearest bf16 or f16 of an f32
/// (ties to even).
float fromHalf(uint16_t bits, scratch_element element);
uint16_t toHalf(float value, scratch_element element);

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_ATTENTION_H
