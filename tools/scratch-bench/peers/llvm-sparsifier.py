#!/usr/bin/env @PEER_PYTHON@
"""LLVM's own sparsifier: the kernel as linalg, compiled by mlir-opt for this processor.

Static shapes, optimised by opt and llc at -O3; serial, since its parallel strategies do not
take products with sparse results. PATH or SCRATCH_LLVM_BIN names the tools' folder.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.realpath(__file__)))
import numpy as np
import peer

BIN = os.environ.get("SCRATCH_LLVM_BIN", "@SCRATCH_LLVM_BIN@")

ENCODING = ("#Csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), "
            "posWidth = 32, crdWidth = 32 }>\n")

PLUS_TIMES = """
    %p = arith.mulf %a, %b : $T
    %s = arith.addf %c, %p : $T
    linalg.yield %s : $T"""

MIN_PLUS = """
    %inf = arith.constant $INF : $T
    %p = sparse_tensor.binary %a, %b : $T, $T to $T
      overlap = { ^bb0(%x: $T, %y: $T):
        %q = arith.addf %x, %y : $T
        sparse_tensor.yield %q : $T } left = {} right = {}
    %s = sparse_tensor.reduce %p, %c, %inf : $T { ^bb0(%x: $T, %y: $T):
        %q = arith.minimumf %x, %y : $T
        sparse_tensor.yield %q : $T }
    linalg.yield %s : $T"""

SPARSE = """
func.func @kernel(%A: $A, %B: $B) -> $C attributes { llvm.emit_c_interface } {
  %start = tensor.empty() : $C
  %C = linalg.generic { indexing_maps = [affine_map<(i, j, k) -> (i, k)>,
      affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"] }
      ins(%A, %B : $A, $B) outs(%start : $C) {
  ^bb0(%a: $T, %b: $T, %c: $T):$BODY
  } -> $C
  return %C : $C
}
"""

MASKED = """
func.func @kernel(%A: $A, %B: $A) -> $A attributes { llvm.emit_c_interface } {
  %start = tensor.empty() : $A
  %C = linalg.generic { indexing_maps = [affine_map<(i, j, k) -> (i, j)>,
      affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
      affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"] }
      ins(%A, %A, %B : $A, $A, $A) outs(%start : $A) {
  ^bb0(%m: $T, %a: $T, %b: $T, %c: $T):
    %p = arith.muli %a, %b : $T
    %q = arith.muli %m, %p : $T
    %s = arith.addi %c, %q : $T
    linalg.yield %s : $T
  } -> $A
  return %C : $A
}
"""

DENSE = """
func.func @kernel(%A: $A, %X: $B, %start: $C {bufferization.writable = true}) -> $C
    attributes { llvm.emit_c_interface } {
  %C = linalg.generic { indexing_maps = [affine_map<(i, j, k) -> (i, k)>,
      affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"] }
      ins(%A, %X : $A, $B) outs(%start : $C) {
  ^bb0(%a: $T, %b: $T, %c: $T):$BODY
  } -> $C
  return %C : $C
}
"""


def source(task):
    a, b = task.operands[:2]
    body = MIN_PLUS if task.semiring == "min_plus" else PLUS_TIMES
    text = {"spgemm": SPARSE, "triangles": MASKED, "ktruss": MASKED}.get(task.kernel, DENSE)
    encoding = ", #Csr" if task.kernel in ("spgemm", "triangles", "ktruss") else ""
    words = {"$BODY": body, "$T": task.element,
             "$A": f"tensor<{a.rows}x{a.cols}x{task.element}, #Csr>",
             "$B": f"tensor<{b.rows}x{b.cols}x{task.element}{encoding}>",
             "$C": f"tensor<{a.rows}x{b.cols}x{task.element}{encoding}>",
             "$INF": "0x7FF0000000000000" if task.element == "f64" else "0x7F800000"}
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return ENCODING + text


def compile_kernel(task, folder):
    """The kernel as a shared library."""
    def path(name):
        return os.path.join(folder, name)

    def tool(name, *arguments):
        done = subprocess.run([os.path.join(BIN, name), *arguments], capture_output=True, text=True)
        if done.returncode:
            peer.unsupported(f"{name} failed: {(done.stderr.splitlines() or ['?'])[0]}")
    with open(path("k.mlir"), "w") as file:
        file.write(source(task))
    tool("mlir-opt", path("k.mlir"), "--sparse-assembler=direct-out=true",
         "--sparsifier=enable-runtime-library=false", "-o", path("k.lowered"))
    tool("mlir-translate", "--mlir-to-llvmir", path("k.lowered"), "-o", path("k.ll"))
    tool("opt", "-O3", "-mcpu=native", path("k.ll"), "-o", path("k.bc"))
    tool("llc", "-O3", "-mcpu=native", "-relocation-model=pic", "-filetype=obj", path("k.bc"),
         "-o", path("k.o"))
    tool("clang", "-shared", path("k.o"), "-o", path("k.so"), "-L" + os.path.join(BIN, "../lib"),
         "-lmlir_c_runner_utils", "-Wl,-rpath," + os.path.join(BIN, "../lib"))
    return ctypes.CDLL(path("k.so"))


def memref(rank):
    class MemRef(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("aligned", ctypes.c_void_p),
                    ("offset", ctypes.c_int64), ("sizes", ctypes.c_int64 * rank),
                    ("strides", ctypes.c_int64 * rank)]
    return MemRef


VECTOR, MATRIX = memref(1), memref(2)


def borrow(array):
    kind = MATRIX if array.ndim == 2 else VECTOR
    strides = (array.shape[1], 1) if array.ndim == 2 else (1,)
    return kind(array.ctypes.data, array.ctypes.data, 0, array.shape, strides)


class SparseResult(ctypes.Structure):
    _fields_ = [("positions", VECTOR), ("columns", VECTOR), ("values", VECTOR)]


def view(ref, kind):
    pointer = ctypes.cast(ref.aligned, ctypes.POINTER(kind))
    return np.ctypeslib.as_array(pointer, (ref.sizes[0],)) if ref.sizes[0] else np.zeros(0, kind)


def open_task(task):
    if task.semiring not in ("plus_times", "min_plus") and task.kernel not in ("triangles", "ktruss"):
        peer.unsupported("no semiring but plus_times and min_plus here")
    if task.semiring == "min_plus" and task.kernel != "spgemm":
        peer.unsupported("min_plus for spgemm only here")
    with tempfile.TemporaryDirectory() as folder:
        kernel = compile_kernel(task, folder)._mlir_ciface_kernel
    code, a = peer.CODES[task.element], task.operands[0]
    kind = {"f64": ctypes.c_double, "f32": ctypes.c_float, "i32": ctypes.c_int32}[task.element]
    libc = ctypes.CDLL(None)
    libc.free.argtypes = [ctypes.c_void_p]

    def sparse(t):
        return [borrow(t.positions), borrow(t.columns), borrow(t.values)]

    class Result:
        """Frees what the kernel allocated."""
        def __init__(self, raw):
            self.raw = raw

        def __del__(self):
            for part in (self.raw.positions, self.raw.columns, self.raw.values):
                libc.free(part.base)

        def tensor(self):
            positions = view(self.raw.positions, ctypes.c_int32)
            entries = int(positions[-1])
            return peer.Tensor(True, code, a.rows, task.operands[1].cols, positions,
                               view(self.raw.columns, ctypes.c_int32)[:entries],
                               view(self.raw.values, kind)[:entries])

    if task.kernel in ("spgemm", "triangles", "ktruss"):
        operands = sparse(a) + sparse(a if task.kernel != "spgemm" else task.operands[1])
        pointers = [ctypes.byref(each) for each in operands]

        def run():
            raw = SparseResult()
            kernel(ctypes.byref(raw), *pointers)
            return Result(raw)
        return [("LLVM sparsifier", True, 1, run, Result.tensor)]
    other = task.operands[1]
    x = other.values.reshape(other.rows, other.cols)
    operands = sparse(a) + [borrow(x)]
    pointers = [ctypes.byref(each) for each in operands]

    def run_dense():
        y = np.zeros((a.rows, other.cols), x.dtype)
        start, raw = borrow(y), MATRIX()
        kernel(ctypes.byref(raw), *pointers, ctypes.byref(start))
        if raw.aligned != y.ctypes.data:
            sys.exit("error: found a result elsewhere, expected it in place")
        return y
    return [("LLVM sparsifier", True, 1, run_dense,
             lambda y: peer.Tensor(False, code, a.rows, other.cols, [], [], y.ravel()))]


peer.serve(open_task)
