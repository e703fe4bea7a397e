//===- Attention.cpp - the plain formula of attention in float64 ----------===//
#include "runtime/reference/Attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace scratch::reference {

float fromHalf(uint16_t bits, scratch_element element) {
  if (element == SCRATCH_BF16) {
    uint32_t wide = uint32_t(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
  }
  int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  float sign = bits >> 15 ? -1.0f : 1.0f;
  if (exponent == 31)
    return mantissa ? std::numeric_limits<float>::quiet_NaN()
                    : sign * std::numeric_limits<float>::infinity();
  return exponent ? sign * std::ldexp(1024.0f + mantissa, exponent - 25)
                  : sign * std::ldexp(float(mantissa), -24);
}

uint16_t toHalf(float value, scratch_element element) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (element == SCRATCH_BF16) {
    if (std::isnan(value))
      return uint16_t(bits >> 16 | 0x40);
    return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
  uint16_t sign = bits >> 16 & 0x8000;
  if (std::isnan(value))
    return sign | 0x7e00;
  float magnitude = std::fabs(value);
  if (magnitude >= 65520.0f)
    return sign | 0x7c00;
  // Multiples of the spacing at this magnitude, ties to even.
  int exponent = std::max(magnitude > 0 ? std::ilogb(magnitude) : -14, -14);
  int units = int(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  return sign | uint16_t(((exponent + 14) << 10) + units);
}

double realAt(const scratch_tensor &tensor, int64_t at) {
  switch (tensor.element) {
  case SCRATCH_F64:
    return static_cast<const double *>(tensor.values)[at];
  case SCRATCH_F32:
    return static_cast<const float *>(tensor.values)[at];
  default:
    return fromHalf(static_cast<const uint16_t *>(tensor.values)[at],
                    scratch_element(tensor.element));
  }
}

AttentionValues attention(const scratch_tensor &q, const scratch_tensor &k,
                          const scratch_tensor &v, const AttentionFormula &how) {
  int heads = how.heads_first ? 1 : 2, tokens = how.heads_first ? 2 : 1;
  int64_t batches = q.shape[0], query_heads = q.shape[heads], key_heads = k.shape[heads];
  int64_t queries = q.shape[tokens], keys = k.shape[tokens], size = q.shape[3],
          value_size = v.shape[3];
  double scale = how.scale ? how.scale : 1 / std::sqrt(double(size));
  auto row = [&](const scratch_tensor &t, int64_t b, int64_t h, int64_t token) {
    int64_t first = how.heads_first ? h : token, second = how.heads_first ? token : h;
    return ((b * t.shape[1] + first) * t.shape[2] + second) * t.shape[3];
  };
  scratch_tensor shape = q;
  shape.shape[3] = value_size;
  AttentionValues out;
  out.result.assign(batches * query_heads * queries * value_size, 0.0);
  out.log_sum_exp.assign(batches * query_heads * queries,
                         -std::numeric_limits<double>::infinity());
  for (int64_t b = 0; b < batches; ++b)
    for (int64_t h = 0; h < query_heads; ++h)
      for (int64_t i = 0; i < queries; ++i) {
        int64_t kh = h / (query_heads / key_heads);
        std::vector<double> scores;
        std::vector<int64_t> live;
        for (int64_t j = 0; j < keys; ++j) {
          if (how.mask && !how.mask(b, h, i, j))
            continue;
          double s = 0;
          for (int64_t d = 0; d < size; ++d)
            s += realAt(q, row(q, b, h, i) + d) * realAt(k, row(k, b, kh, j) + d);
          s *= scale;
          scores.push_back(how.score ? how.score(s, b, h, i, j) : s);
          live.push_back(j);
        }
        double most = -std::numeric_limits<double>::infinity(), total = 0;
        for (double s : scores)
          most = std::max(most, s);
        if (most == -std::numeric_limits<double>::infinity() &&
            std::none_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); }))
          continue;
        double *result = &out.result[row(shape, b, h, i)];
        for (size_t n = 0; n < live.size(); ++n) {
          double p = std::exp(scores[n] - most);
          total += p;
          for (int64_t d = 0; d < value_size; ++d)
            result[d] += p * realAt(v, row(v, b, kh, live[n]) + d);
        }
        for (int64_t d = 0; d < value_size; ++d)
          result[d] /= total;
        out.log_sum_exp[(b * query_heads + h) * queries + i] = most + std::log(total);
      }
  return out;
}

} // namespace scratch::reference
