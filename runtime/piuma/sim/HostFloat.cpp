//===- HostFloat.cpp - Fused multiply-add on the host's FPU ----------------===//
#include "runtime/piuma/sim/HostFloat.h"

namespace scratch::piuma::host {

static const bool hasFma = __builtin_cpu_supports("fma");

__attribute__((target("fma"))) static double fused(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
__attribute__((target("fma"))) static float fused(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}

bool fma(double a, double b, double c, double &result) {
  if (!hasFma)
    return false;
  result = fused(a, b, c);
  return result == result;
}
bool fma(float a, float b, float c, float &result) {
  if (!hasFma)
    return false;
  result = fused(a, b, c);
  return result == result;
}

} // namespace scratch::piuma::host
