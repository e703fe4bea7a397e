#!/usr/bin/env python3
"""Attention: Scratch and PyTorch's kernels for CPUs on the same tensors, in turns.

    attention.py [--scratch-cc=build/bin/scratch-cc] [--threads=1,2] [--only=WORDS] [--rounds=N]
                 [--no-torch] [--flex] [--check] [--list]

Every case is run by all contenders in every round; a figure is the least time, and a ratio
compares least times. One thread is timed by its processor time, several by the wall clock. Rates are of all scores for dense cases, and of those that take part
for masked ones; `of peak` compares with the rate that registers alone reach (peaks.c),
measured between the rounds. `of tiles` is time over (live 64 x 64 tiles / all) x the time of
the same kernel without a mask; `mask` is the share of the time that sorting the mask's tiles
takes by itself, as a kernel of its own. Needs numpy; compares with PyTorch where Python finds it.
"""
import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("KMP_BLOCKTIME", "1")  # Workers that wait would disturb the next turn.

import numpy

from cases import Case, suite
from kernel import Kernel

try:
    import torch
except ImportError:
    torch = None

HERE = os.path.dirname(os.path.abspath(__file__))


def to_element(array, element):
    if element == "f32":
        return array
    if element == "f16":
        return array.astype(numpy.float16)
    bits = array.view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16)


def to_float(array):
    if array.dtype == numpy.uint16:
        return (array.astype(numpy.uint32) << 16).view(numpy.float32)
    return array.astype(numpy.float32)


def operands(case):
    generator = numpy.random.default_rng(3)
    make = lambda heads, tokens: to_element(
        generator.standard_normal((case.batch, heads, tokens, case.size), numpy.float32),
        case.element)
    return (make(case.heads, case.queries), make(case.key_heads, case.keys),
            make(case.key_heads, case.keys))


def formula(case, q, k, v):
    """In float64, plainly."""
    q, k, v = (to_float(a).astype(numpy.float64) for a in (q, k, v))
    shared = case.heads // case.key_heads
    out = numpy.empty_like(q)
    live = case.live()
    for b in range(case.batch):
        for h in range(case.heads):
            scores = q[b, h] @ k[b, h // shared].T / numpy.sqrt(case.size)
            scores = numpy.where(live, scores, -numpy.inf)
            weights = numpy.exp(scores - scores.max(1, keepdims=True))
            out[b, h] = weights @ v[b, h // shared] / weights.sum(1, keepdims=True)
    return out


class Peaks:
    def __init__(self, folder):
        library = os.path.join(folder, "peaks.so")
        subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC",
                        os.path.join(HERE, "peaks.c"), "-o", library], check=True)
        self.library, self.best = ctypes.CDLL(library), {"f32": 0.0, "bf16": 0.0}
        for name in self.best:
            function = self.library["peak_" + name]
            function.argtypes, function.restype = [ctypes.c_long], ctypes.c_long

    def measure(self, rounds=20, steps=50_000):
        for name in self.best:
            for _ in range(rounds):
                start = time.perf_counter()
                operations = self.library["peak_" + name](steps) * steps
                rate = operations / (time.perf_counter() - start) / 1e9
                self.best[name] = max(self.best[name], rate)

    def of(self, element):
        return self.best["bf16" if element == "bf16" else "f32"]


def torch_contenders(case, arrays, flex):
    """Name and call of each of PyTorch's ways to compute the case."""
    def tensor(array):
        if array.dtype == numpy.uint16:
            return torch.from_numpy(array.view(numpy.int16)).view(torch.bfloat16)
        return torch.from_numpy(array)

    q, k, v = (tensor(a) for a in arrays)
    grouped = case.heads != case.key_heads
    attend = torch.nn.functional.scaled_dot_product_attention
    if case.mask.live is None or case.mask.causal:
        yield "torch", lambda: attend(q, k, v, is_causal=case.mask.causal, enable_gqa=grouped)
    else:
        live = torch.from_numpy(case.live().copy())
        yield "torch", lambda: attend(q, k, v, attn_mask=live, enable_gqa=grouped)
    if flex:
        from torch.nn.attention.flex_attention import create_block_mask, flex_attention
        compiled = torch.compile(flex_attention)
        block_mask = None
        if case.mask.live is not None:
            block_mask = create_block_mask(lambda b, h, i, j: case.mask.live(i, j), None, None,
                                           case.queries, case.keys, device="cpu")
        yield "flex", lambda: compiled(q, k, v, block_mask=block_mask, enable_gqa=grouped)


def least(contenders, rounds, peaks, clock):
    times = {name: [] for name in contenders}
    for call in contenders.values():
        call()
    for _ in range(rounds):
        for name, call in contenders.items():
            call()
            start = clock()
            call()
            times[name].append(clock() - start)
        peaks.measure(2)
    return {name: min(all) for name, all in times.items()}


def run(case, arguments, folder, peaks, threads, kernels):
    def kernel(text):
        if text not in kernels:
            kernels[text] = Kernel(arguments.scratch_cc, folder, f"kernel{len(kernels)}",
                                   text.replace("@kernel", f"@kernel{len(kernels)}"),
                                   arguments.options)
        return kernels[text]

    arrays = operands(case)
    contenders = {"scratch": kernel(case.text()).bind([*arrays, *case.mask.arguments(case)], threads)}
    if case.mask.body:
        plain = Case(**{**vars(case), "mask": Case("").mask})
        contenders["unmasked"] = kernel(plain.text()).bind(list(arrays), threads)
        contenders["inspector"] = kernel(case.inspector()).bind(
            [case.queries, case.keys, *case.mask.arguments(case)], threads)
    error = ""
    if arguments.check:
        found = to_float(contenders["scratch"](keep=True)[0])
        error = f"  error {numpy.abs(found - formula(case, *arrays)).max():.1e}"
    if torch and not arguments.no_torch:
        torch.set_num_threads(threads)
        contenders.update(torch_contenders(case, arrays, arguments.flex and case.flex))
    # One thread is timed by its own clock, which stands while others use the core.
    clock = time.thread_time if threads == 1 else time.perf_counter
    times = least(contenders, arguments.rounds, peaks, clock)
    ours = times["scratch"]
    share = case.live().mean()
    rate = case.operations() * share / ours / 1e9
    line = (f"{case.element:5}{threads:2}  {case.mask.name:22} {case.batch:2} x{case.heads:3}"
            f" ({case.key_heads:2}) x{case.queries:5} x{case.keys:5} x{case.size:4}"
            f" {1e3 * ours:9.3f} ms {rate:7.1f} GFLOP/s"
            f" {rate / threads / peaks.of(case.element):5.2f} of peak")
    if "unmasked" in times:
        line += (f" {ours / times['unmasked'] / case.tiles():5.2f} of tiles"
                 f" {100 * times['inspector'] / ours:4.1f} % mask")
    for name in ("torch", "flex"):
        if name in times:
            line += f"  {name} {times[name] / ours:5.2f}x"
    print(line + error, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scratch-cc", default="build/bin/scratch-cc")
    parser.add_argument("--options", nargs="*", default=[], help="more options of scratch-cc")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--only", default="", help="case, element or mask; several words: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--flex", action="store_true", help="also FlexAttention, compiled")
    parser.add_argument("--check", action="store_true", help="compare with the formula in float64")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    words = arguments.only.split()
    cases = [c for c in suite() if all(
        word in (c.name, c.element, str(c.queries), str(c.size)) or word in c.mask.name
        for word in words)]
    if arguments.list:
        for case in cases:
            print(case.name, case.element, case.mask.name, case.queries, case.size)
        return
    if not cases:
        sys.exit(f"error: --only={arguments.only}: found no case, expected one of --list")
    with tempfile.TemporaryDirectory() as folder:
        peaks, kernels = Peaks(folder), {}
        peaks.measure()
        print(f"registers alone: f32 {peaks.best['f32']:.0f}, bf16 {peaks.best['bf16']:.0f} "
              "GFLOP/s per thread; " + (f"PyTorch {torch.__version__}" if torch else "no PyTorch"))
        for threads in map(int, arguments.threads.split(",")):
            for case in cases:
                run(case, arguments, folder, peaks, threads, kernels)


if __name__ == "__main__":
    main()
