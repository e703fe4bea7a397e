/*===- start.c - Where every thread of a guest program begins --------------===*\
 *
 * The loader has set sp (a stack of 64 KiB per thread), a0 (thread number) and a1 (the
 * argument block), and has filled piuma_launch. Each thread calls piuma_main and ends with
 * what it returns; the program's status is the first one that is not 0.
\*===----------------------------------------------------------------------===*/
#include "piuma.h"

/* In .data, not .bss: it is what tells the loader to start every thread. */
__attribute__((section(".data"))) struct piuma_launch_block piuma_launch = {1, 0, 0, 0, 0};

__attribute__((used)) static void run(uint64_t thread, void *arguments) {
  (void)thread;
  piuma_exit(piuma_main(arguments));
}

__asm__(".section .text.start, \"ax\", @progbits\n"
        ".globl _start\n"
        "_start:\n"
        "  tail run\n"
        ".text\n");
