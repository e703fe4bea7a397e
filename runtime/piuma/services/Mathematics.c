/*===- Mathematics.c - libm, served by the simulator's host -------------------===
 *
 * One function per row of runtime/piuma/isa/HostFunctions.def, for f64 and f32:
 * the same bits as the CPU back end's. Not a claim about the machine.
 *===----------------------------------------------------------------------===*/

static inline double call(unsigned long function, double x, double y) {
  double result;
  __asm__(".insn r4 0x0b, 4, 2, %0, %1, %2, %3"
          : "=f"(result)
          : "f"(x), "f"(y), "r"(function));
  return result;
}

static inline float callf(unsigned long function, float x, float y) {
  float result;
  __asm__(".insn r4 0x0b, 4, 3, %0, %1, %2, %3"
          : "=f"(result)
          : "f"(x), "f"(y), "r"(function));
  return result;
}

#define ARITY_1(id, name)                                                      \
  double name(double x) { return call(id, x, x); }                             \
  float name##f(float x) { return callf(id, x, x); }
#define ARITY_2(id, name)                                                      \
  double name(double x, double y) { return call(id, x, y); }                   \
  float name##f(float x, float y) { return callf(id, x, y); }
#define HOST_FUNCTION(id, name, arity) ARITY_##arity(id, name)
#include "runtime/piuma/isa/HostFunctions.def"
