/*===- Status.c - calls in progress, their failures, the last error ---------===
 *
 * A call's state lives in a node that is recycled but never freed, and a thread
 * refers to it by address and generation. So a pool thread of OpenMP that still
 * points at a call which has ended is told so, instead of touching freed
 * memory.
 *
 * Failures: the status word goes from 0 to a code once, by compare-and-swap,
 * and only the winner writes the text. The text is read after the join.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/core/Memory.h"

#include <omp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char last_error[SCRATCH_TEXT_BYTES] = "no error";
static _Thread_local scratch_call *current;
static _Thread_local uint64_t current_generation;
/* Stands in outside any call, and when no node can be had. */
static _Thread_local scratch_call stand_in;
/* The handle that says: no call. */
static scratch_call no_call;

static pthread_mutex_t nodes_lock = PTHREAD_MUTEX_INITIALIZER;
static scratch_call *free_nodes;

static scratch_call *take_node(void) {
  pthread_mutex_lock(&nodes_lock);
  scratch_call *node = free_nodes;
  if (node)
    free_nodes = node->next_free;
  pthread_mutex_unlock(&nodes_lock);
  return node ? node : calloc(1, sizeof *node);
}

static void give_node(scratch_call *node) {
  __atomic_add_fetch(&node->generation, 1, __ATOMIC_RELEASE);
  pthread_mutex_lock(&nodes_lock);
  node->next_free = free_nodes;
  free_nodes = node;
  pthread_mutex_unlock(&nodes_lock);
}

static int in_call(void) {
  return current && __atomic_load_n(&current->generation, __ATOMIC_ACQUIRE) ==
                        current_generation;
}

scratch_call *scratch_call_current(void) {
  return in_call() ? current : &stand_in;
}

scratch_temporaries *scratch_call_temporaries(void) {
  return in_call() && current != &stand_in ? current->temporaries : NULL;
}

int scratch_call_keep(const void *memory) {
  return scratch_temporaries_remove(scratch_call_temporaries(), memory);
}

static void fail_with(int32_t code, const char *format, va_list values) {
  scratch_call *call = scratch_call_current();
  if (call == &stand_in) {
    /* Nobody will leave: the text goes straight to the thread. */
    if (!call->status)
      call->status = code;
    vsnprintf(last_error, sizeof last_error, format, values);
    return;
  }
  int32_t none = SCRATCH_OK;
  if (__atomic_compare_exchange_n(&call->status, &none, code, 0,
                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
    vsnprintf(call->text, sizeof call->text, format, values);
    __atomic_store_n(&call->text_status, code, __ATOMIC_RELEASE);
  }
}

void scratch_call_fail(int32_t code, const char *format, ...) {
  va_list values;
  va_start(values, format);
  fail_with(code, format, values);
  va_end(values);
}

scratch_status scratch_report(scratch_status status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(last_error, sizeof last_error, format, values);
  va_end(values);
  return status;
}

const char *scratch_last_error(void) { return last_error; }

const char *scratch_status_text(scratch_status status) {
  switch (status) {
#define SCRATCH_STATUS(name, value, text)                                      \
  case SCRATCH_##name:                                                         \
    return text;
#include "runtime/abi/Status.def"
  }
  return "unknown status";
}

void scratch_rt_fail(int32_t code, const char *subject, int64_t found,
                     int64_t expected) {
  scratch_call_fail(code, "%s: found %lld, expected %lld",
                    subject ? subject : "kernel", (long long)found,
                    (long long)expected);
}

int32_t *scratch_rt_status(void) { return &scratch_call_current()->status; }

void *scratch_rt_call(void) { return in_call() ? current : &no_call; }

void scratch_rt_worker(void *call) {
  if (call == current && in_call())
    return;
  current = call == &no_call ? NULL : call;
  current_generation =
      current ? __atomic_load_n(&current->generation, __ATOMIC_ACQUIRE) : 0;
}

int32_t scratch_rt_threads(void) {
  const scratch_arguments *block = scratch_call_current()->block;
  int32_t threads =
      block && block->threads > 0 ? block->threads : omp_get_max_threads();
  return threads > 0 ? threads : 1;
}

scratch_record *scratch_rt_record(void) {
  scratch_call *call = scratch_call_current();
  return call->block && call->block->record ? call->block->record
                                            : &call->dummy;
}

void scratch_rt_enter(scratch_arguments *block) {
  scratch_call *outer = in_call() ? current : NULL;
  scratch_call *call = take_node();
  int starved = !call;
  if (starved)
    call = &stand_in;
  uint64_t generation = call->generation;
  scratch_temporaries *temporaries = call->temporaries;
  memset(call, 0, sizeof *call);
  call->generation = generation;
  call->temporaries = starved || temporaries ? temporaries : scratch_temporaries_make();
  call->outer = outer;
  call->outer_generation = outer ? current_generation : 0;
  current = call;
  current_generation = generation;
  if (starved)
    scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                      "call: found no memory for its state, expected some");
  else if (!block)
    scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                      "argument block: found null, expected a block");
  else if (block->version != SCRATCH_ABI_VERSION)
    scratch_call_fail(SCRATCH_VERSION_MISMATCH,
                      "argument block: found version %u, expected %u",
                      block->version, SCRATCH_ABI_VERSION);
  else
    call->block = block;
  if (!starved)
    scratch_temporaries_serve(call->temporaries, scratch_rt_threads());
}

/* After a failure nothing is returned: release what was stored already. */
static void drop_results(scratch_call *call) {
  scratch_slot *slots = (scratch_slot *)(call->block + 1);
  uint32_t count = call->block->count < SCRATCH_CALL_SLOTS ? call->block->count
                                                           : SCRATCH_CALL_SLOTS;
  for (uint32_t slot = 0; slot < count; ++slot)
    if (call->result_slots[slot / 64] >> (slot % 64) & 1)
      scratch_tensor_free(slots[slot].result);
}

scratch_status scratch_rt_leave(void) {
  if (!in_call())
    return (scratch_status)stand_in.status;
  scratch_call *call = current;
  int32_t status = __atomic_load_n(&call->status, __ATOMIC_ACQUIRE);
  if (status) {
    if (call->text_status == status)
      memcpy(last_error, call->text, sizeof last_error);
    else if (call != &stand_in)
      snprintf(last_error, sizeof last_error, "%s",
               scratch_status_text((scratch_status)status));
    if (call->block)
      drop_results(call);
  }
  for (void *left; (left = scratch_temporaries_take(call->temporaries));)
    scratch_rt_release(left);
  current = call->outer;
  current_generation = call->outer_generation;
  call->block = NULL;
  if (call == &stand_in)
    call->status = SCRATCH_OK;
  else
    give_node(call);
  return (scratch_status)status;
}
