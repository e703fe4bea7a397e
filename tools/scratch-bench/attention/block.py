#!/usr/bin/env python3
"""What masking patches saves: the backbone block of a micro-budget diffusion transformer on a
quarter of the patches, gathered, and on all of them, in turns.

    block.py [--scratch-cc=build/bin/scratch-cc] [--threads=1] [--batch=1,8] [--tokens=256,1024]
             [--rounds=N] [--check]

The block is that of MicroDiT's widest layers in f32: 1024 dimensions, 16 heads of 64, attention
to the patches and to 77 words, SwiGLU of 2816, with modulation, norms and gates. `bound` is the
ratio of the operations; `of peak` the rate of them against what registers alone reach. A figure
is the least time.
"""
import argparse
import os
import tempfile
import time

os.environ.setdefault("KMP_BLOCKTIME", "1")  # Workers that wait would disturb the next turn.

import numpy

from attention import Peaks, least
from kernel import Kernel

DIM, HEADS, SIZE, HIDDEN, WORDS = 1024, 16, 64, 2816, 77
EPSILON = 1e-6
WEIGHTS = {"qkv": (DIM, 3 * DIM), "o": (DIM, DIM), "xq": (DIM, DIM), "xkv": (DIM, 2 * DIM),
           "xo": (DIM, DIM), "w1": (DIM, HIDDEN), "w3": (DIM, HIDDEN), "w2": (HIDDEN, DIM)}
MODULATION = ("shift1", "scale1", "gate1", "shift2", "scale2", "gate2")


class Body:
    """Text of a function's operations, on tensors of [rows, columns]; rows are batch x tokens."""

    def __init__(self, batch):
        self.batch, self.lines, self.count = batch, [], 0
        self.lines.append("%zero = arith.constant 0.0 : f32\n%one = arith.constant 1.0 : f32\n"
                          "%c0 = arith.constant 0 : index\n"
                          f"%epsilon = arith.constant {EPSILON:e} : f32")

    def new(self, text):
        self.count += 1
        self.lines.append(f"%v{self.count} = {text}")
        return f"%v{self.count}"

    def rows(self, x, columns):
        return self.new(f"tensor.dim {x}, %c0 : tensor<?x{columns}xf32>")

    def linear(self, x, name):
        depth, columns = WEIGHTS[name]
        out, w = f"tensor<?x{columns}xf32>", f"tensor<{depth}x{columns}xf32>"
        empty = self.new(f"tensor.empty({self.rows(x, depth)}) : {out}")
        zeros = self.new(f"linalg.fill ins(%zero : f32) outs({empty} : {out}) -> {out}")
        return self.new(f"linalg.matmul ins({x}, %{name} : tensor<?x{depth}xf32>, {w}) "
                        f"outs({zeros} : {out}) -> {out}")

    def each(self, x, columns, text, more=()):
        """`text` yields %r from %x, and from %a, %b, ... of `more`: like x, or per column."""
        maps, inputs, types, names = ["(i, j) -> (i, j)"], [x], [f"tensor<?x{columns}xf32>"], ["%x"]
        for number, (operand, per) in enumerate(more):
            maps.append({"entry": "(i, j) -> (i, j)", "row": "(i, j) -> (i)",
                         "column": "(i, j) -> (j)"}[per])
            types.append({"entry": f"tensor<?x{columns}xf32>", "row": "tensor<?xf32>",
                          "column": f"tensor<{columns}xf32>"}[per])
            inputs.append(operand)
            names.append("%" + "abcdef"[number])
        out = f"tensor<?x{columns}xf32>"
        empty = self.new(f"tensor.empty({self.rows(x, columns)}) : {out}")
        maps = ", ".join(f"affine_map<{m}>" for m in maps + ["(i, j) -> (i, j)"])
        return self.new(
            f"linalg.generic {{indexing_maps = [{maps}], iterator_types = [\"parallel\", "
            f"\"parallel\"]}} ins({', '.join(inputs)} : {', '.join(types)}) outs({empty} : {out}) {{\n"
            f"^bb0({', '.join(n + ': f32' for n in names)}, %old: f32):\n{text}\n"
            f"linalg.yield %r : f32 }} -> {out}")

    def sums(self, x, columns, text, more=()):
        """Per row: the sum of the %t that `text` makes of %x and, if given, a %m per row."""
        rows = self.rows(x, columns)
        empty = self.new(f"tensor.empty({rows}) : tensor<?xf32>")
        zeros = self.new(f"linalg.fill ins(%zero : f32) outs({empty} : tensor<?xf32>) "
                         "-> tensor<?xf32>")
        maps = ["(i, j) -> (i, j)"] + ["(i, j) -> (i)"] * (len(more) + 1)
        arguments = "".join(", %m: f32" for _ in more)
        return self.new(
            f"linalg.generic {{indexing_maps = [{', '.join(f'affine_map<{m}>' for m in maps)}], "
            "iterator_types = [\"parallel\", \"reduction\"]} "
            f"ins({', '.join([x, *more])} : {', '.join([f'tensor<?x{columns}xf32>'] + ['tensor<?xf32>'] * len(more))}) "
            f"outs({zeros} : tensor<?xf32>) {{\n^bb0(%x: f32{arguments}, %sum: f32):\n{text}\n"
            "%r = arith.addf %sum, %t : f32\nlinalg.yield %r : f32 } -> tensor<?xf32>")

    def norm(self, x, shift=None, scale=None):
        """(x - mean) / deviation, times 1 + scale, plus shift."""
        total = self.sums(x, DIM, f"%n = arith.constant {1 / DIM:e} : f32\n"
                                  "%t = arith.mulf %x, %n : f32")
        squares = self.sums(x, DIM, f"%n = arith.constant {1 / DIM:e} : f32\n"
                                    "%d = arith.subf %x, %m : f32\n%d2 = arith.mulf %d, %d : f32\n"
                                    "%t = arith.mulf %d2, %n : f32", (total,))
        text = ("%y = arith.subf %x, %a : f32\n%z = arith.addf %b, %epsilon : f32\n"
                "%s = math.sqrt %z : f32\n")
        more = [(total, "row"), (squares, "row")]
        if not shift:
            return self.each(x, DIM, text + "%r = arith.divf %y, %s : f32", more)
        text += ("%q = arith.divf %y, %s : f32\n%w = arith.addf %one, %d : f32\n"
                 "%p = arith.mulf %q, %w : f32\n%r = arith.addf %p, %c : f32")
        return self.each(x, DIM, text, more + [(shift, "column"), (scale, "column")])

    def add(self, x, y, gate=None):
        if not gate:
            return self.each(x, DIM, "%r = arith.addf %x, %a : f32", ((y, "entry"),))
        return self.each(x, DIM, "%g = arith.mulf %a, %b : f32\n%r = arith.addf %x, %g : f32",
                         ((y, "entry"), (gate, "column")))

    def part(self, x, columns, first):
        """Columns [first, first + DIM)."""
        rows = self.rows(x, columns)
        return self.new(f"tensor.extract_slice {x}[0, {first}] [{rows}, {DIM}] [1, 1] : "
                        f"tensor<?x{columns}xf32> to tensor<?x{DIM}xf32>")

    def heads(self, x, tokens):
        return self.new(f"tensor.expand_shape {x} [[0, 1], [2, 3]] output_shape [{self.batch}, "
                        f"{tokens}, {HEADS}, {SIZE}] : tensor<?x{DIM}xf32> into "
                        f"tensor<{self.batch}x?x{HEADS}x{SIZE}xf32>")

    def attention(self, q, k, v, queries, keys):
        t = f"tensor<{self.batch}x?x{HEADS}x{SIZE}xf32>"
        q, k, v = self.heads(q, queries), self.heads(k, keys), self.heads(v, keys)
        o = self.new(f"scratch.attention {q}, {k}, {v} layout bshd : {t}, {t}, {t} -> {t}")
        return self.new(f"tensor.collapse_shape {o} [[0, 1], [2, 3]] : {t} into tensor<?x{DIM}xf32>")

    def block(self, x, words, tokens):
        self.lines.append(f"%words = arith.constant {WORDS} : index")
        qkv = self.linear(self.norm(x, "%shift1", "%scale1"), "qkv")
        q, k, v = (self.part(qkv, 3 * DIM, n * DIM) for n in range(3))
        o = self.attention(self.norm(q), self.norm(k), v, tokens, tokens)
        x = self.add(x, self.linear(o, "o"), "%gate1")
        kv = self.linear(words, "xkv")
        q = self.norm(self.linear(self.norm(x), "xq"))
        k, v = (self.part(kv, 2 * DIM, n * DIM) for n in range(2))
        x = self.add(x, self.linear(self.attention(q, self.norm(k), v, tokens, "%words"), "xo"))
        y = self.norm(x, "%shift2", "%scale2")
        gate, up = self.linear(y, "w1"), self.linear(y, "w3")
        h = self.each(gate, HIDDEN, "%n = arith.negf %x : f32\n%e = math.exp %n : f32\n"
                      "%d = arith.addf %one, %e : f32\n%s = arith.divf %x, %d : f32\n"
                      "%r = arith.mulf %s, %a : f32", ((up, "entry"),))
        return self.add(x, self.linear(h, "w2"), "%gate2")


def text(name, batch, gathers):
    """@name on x [batch, tokens, DIM], of which it takes those in %kept if it `gathers`."""
    body = Body(batch)
    whole = f"tensor<{batch}x?x{DIM}xf32>"
    source, dim = "%patches", "%tokens = tensor.dim %patches, %c1 : " + whole
    if gathers:
        source = body.new(f"scratch.gather_rows %patches[%kept] : {whole}, tensor<{batch}x?xi32> "
                          f"-> {whole}")
        dim = f"%tokens = tensor.dim %kept, %c1 : tensor<{batch}x?xi32>"
    body.lines.append("%c1 = arith.constant 1 : index\n" + dim)
    rows = body.new(f"tensor.collapse_shape {source} [[0, 1], [2]] : {whole} into tensor<?x{DIM}xf32>")
    out = body.block(rows, "%text", "%tokens")
    result = body.new(f"tensor.expand_shape {out} [[0, 1], [2]] output_shape [{batch}, %tokens, {DIM}] "
                      f": tensor<?x{DIM}xf32> into {whole}")
    arguments = [f"%patches: {whole}", f"%kept: tensor<{batch}x?xi32>", f"%text: tensor<?x{DIM}xf32>"]
    arguments += [f"%{n}: tensor<{DIM}xf32>" for n in MODULATION]
    arguments += [f"%{n}: tensor<{a}x{c}xf32>" for n, (a, c) in WEIGHTS.items()]
    lines = "\n".join(body.lines)
    return f"func.func @{name}({', '.join(arguments)}) -> {whole} {{\n{lines}\nreturn {result} : {whole}\n}}\n"


def operations(batch, tokens):
    """Multiply-adds count two: products, and attention to patches and words."""
    rows = {name: WORDS if name == "xkv" else tokens for name in WEIGHTS}
    products = sum(2.0 * rows[n] * a * c for n, (a, c) in WEIGHTS.items())
    return batch * (products + 4.0 * tokens * (tokens + WORDS) * DIM)


def formula(x, kept, words, modulation, weights):
    """In float64, plainly."""
    x = numpy.stack([sample[ids] for sample, ids in zip(x, kept)]).astype(numpy.float64)
    words = words.reshape(x.shape[0], WORDS, DIM).astype(numpy.float64)
    w = {name: value.astype(numpy.float64) for name, value in weights.items()}
    shift1, scale1, gate1, shift2, scale2, gate2 = (m.astype(numpy.float64) for m in modulation)

    def norm(a):
        centred = a - a.mean(-1, keepdims=True)
        return centred / numpy.sqrt((centred ** 2).mean(-1, keepdims=True) + EPSILON)

    def attend(q, k, v):
        q, k, v = (a.reshape(a.shape[0], a.shape[1], HEADS, SIZE).swapaxes(1, 2) for a in (q, k, v))
        scores = q @ k.swapaxes(2, 3) / numpy.sqrt(SIZE)
        p = numpy.exp(scores - scores.max(-1, keepdims=True))
        o = p / p.sum(-1, keepdims=True) @ v
        return o.swapaxes(1, 2).reshape(o.shape[0], o.shape[2], DIM)

    q, k, v = numpy.split((norm(x) * (1 + scale1) + shift1) @ w["qkv"], 3, -1)
    x = x + gate1 * (attend(norm(q), norm(k), v) @ w["o"])
    k, v = numpy.split(words @ w["xkv"], 2, -1)
    x = x + attend(norm(norm(x) @ w["xq"]), norm(k), v) @ w["xo"]
    y = norm(x) * (1 + scale2) + shift2
    gate = y @ w["w1"]
    return x + gate2 * ((gate / (1 + numpy.exp(-gate)) * (y @ w["w3"])) @ w["w2"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scratch-cc", default="build/bin/scratch-cc")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", default="1,8")
    parser.add_argument("--tokens", default="256,1024")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="compare with the formula in float64")
    arguments = parser.parse_args()
    clock = time.thread_time if arguments.threads == 1 else time.perf_counter
    generator = numpy.random.default_rng(5)
    normal = lambda *shape, scale=1.0: (scale * generator.standard_normal(shape)).astype(numpy.float32)
    weights = {n: normal(a, c, scale=a ** -0.5) for n, (a, c) in WEIGHTS.items()}
    modulation = [normal(DIM, scale=0.2) for _ in MODULATION]
    with tempfile.TemporaryDirectory() as folder:
        peaks = Peaks(folder)
        peaks.measure()
        for batch in map(int, arguments.batch.split(",")):
            make = lambda name, gathers: Kernel(arguments.scratch_cc, folder, name,
                                                text(name, batch, gathers))
            masked, whole = make(f"masked{batch}", True), make(f"whole{batch}", False)
            for tokens in map(int, arguments.tokens.split(",")):
                x, words = normal(batch, tokens, DIM), normal(batch * WORDS, DIM)
                kept = numpy.stack([generator.permutation(tokens)[: tokens // 4]
                                    for _ in range(batch)]).astype(numpy.int32)
                data = [x, kept, words, *modulation, *weights.values()]
                calls = {"masked": masked.bind(data, arguments.threads),
                         "whole": whole.bind(data, arguments.threads)}
                times = least(calls, arguments.rounds, peaks, clock)
                peak = peaks.of("f32") * arguments.threads
                few, all = operations(batch, tokens // 4), operations(batch, tokens)
                line = (f"{batch:2} x {tokens:4} patches  quarter {1e3 * times['masked']:8.2f} ms "
                        f"{few / times['masked'] / 1e9 / peak:5.2f} of peak  all "
                        f"{1e3 * times['whole']:8.2f} ms {all / times['whole'] / 1e9 / peak:5.2f} "
                        f"of peak  ratio {times['masked'] / times['whole']:5.3f} (bound {few / all:5.3f})")
                if arguments.check:
                    found = calls["masked"](keep=True)[0]
                    error = numpy.abs(found - formula(x, kept, words, modulation, weights)).max()
                    line += f"  error {error:.1e}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
