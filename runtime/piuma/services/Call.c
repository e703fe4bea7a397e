/*===- Call.c - the one call that an image serves -----------------------------===
 *
 * Status word, record and the text of the first failure. The host reads the
 * text at the symbol `scratch_piuma_text` after the run.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"

#include <stdarg.h>
#include <stddef.h>

static scratch_call call;
char scratch_piuma_text[SCRATCH_TEXT_BYTES];

scratch_call *scratch_call_current(void) { return &call; }

/* An image runs one call: all memory ends with it. */
int scratch_call_keep(const void *memory) {
  (void)memory;
  return 1;
}

/* Texts need %s, %u, %d and %lld only. */
static char *put_number(char *at, char *end, uint64_t value, int negative) {
  char digits[24];
  int count = 0;
  do
    digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  if (negative)
    digits[count++] = '-';
  while (count && at < end)
    *at++ = digits[--count];
  return at;
}

static void write_text(char *at, char *end, const char *format, va_list rest) {
  for (; *format && at < end; ++format) {
    if (*format != '%') {
      *at++ = *format;
      continue;
    }
    int wide = 0;
    while (*++format == 'l')
      wide = 1;
    if (*format == 's') {
      for (const char *text = va_arg(rest, const char *); *text && at < end;)
        *at++ = *text++;
    } else if (*format == 'u') {
      at = put_number(at, end, va_arg(rest, uint32_t), 0);
    } else {
      int64_t value = wide ? va_arg(rest, long long) : va_arg(rest, int);
      uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
      at = put_number(at, end, size, value < 0);
    }
  }
  *at = 0;
}

void scratch_call_fail(int32_t code, const char *format, ...) {
  int32_t none = 0;
  if (!__atomic_compare_exchange_n(&call.status, &none, code, 0, __ATOMIC_RELAXED,
                                   __ATOMIC_RELAXED))
    return;
  va_list rest;
  va_start(rest, format);
  write_text(scratch_piuma_text, scratch_piuma_text + sizeof scratch_piuma_text - 1,
             format, rest);
  va_end(rest);
}

void scratch_rt_enter(scratch_arguments *block) {
  call.block = block;
  if (block->version != SCRATCH_ABI_VERSION)
    scratch_call_fail(SCRATCH_VERSION_MISMATCH,
                      "argument block: found version %u, expected %u",
                      block->version, SCRATCH_ABI_VERSION);
}

scratch_status scratch_rt_leave(void) { return (scratch_status)call.status; }

int32_t *scratch_rt_status(void) { return &call.status; }

void *scratch_rt_call(void) { return &call; }

void scratch_rt_worker(void *joined) { (void)joined; }

void scratch_rt_fail(int32_t code, const char *subject, int64_t found,
                     int64_t expected) {
  scratch_call_fail(code, "%s: found %lld, expected %lld", subject,
                    (long long)found, (long long)expected);
}

int32_t scratch_rt_threads(void) { return 1; }

scratch_record *scratch_rt_record(void) {
  return call.block && call.block->record ? call.block->record : &call.dummy;
}
