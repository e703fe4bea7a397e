"""A kernel that scratch-cc makes of a text, called on numpy arrays."""
import ctypes
import os
import subprocess

import numpy

F32, I32, I8, BF16, F16 = 2, 4, 5, 6, 7
ELEMENTS = {"float32": F32, "int32": I32, "int8": I8, "uint16": BF16, "float16": F16}


class Tensor(ctypes.Structure):
    """scratch_tensor of runtime/abi/scratch.h."""
    _fields_ = [("version", ctypes.c_uint32), ("flags", ctypes.c_uint32),
                ("format", ctypes.c_uint8), ("element", ctypes.c_uint8),
                ("position_bits", ctypes.c_uint8), ("coordinate_bits", ctypes.c_uint8),
                ("rank", ctypes.c_uint32), ("shape", ctypes.c_int64 * 6),
                ("nnz", ctypes.c_int64), ("positions", ctypes.c_void_p),
                ("coordinates", ctypes.c_void_p), ("values", ctypes.c_void_p)]


class Arguments(ctypes.Structure):
    """scratch_arguments, and as many slots as a kernel here may have."""
    _fields_ = [("version", ctypes.c_uint32), ("count", ctypes.c_uint32),
                ("threads", ctypes.c_int32), ("reserved", ctypes.c_uint32),
                ("record", ctypes.c_void_p), ("slots", ctypes.c_uint64 * 24)]


class Kernel:
    """@name of `text`, a function of tensors and indices with tensors as results."""

    def __init__(self, scratch_cc, folder, name, text, options=()):
        source = os.path.join(folder, name + ".mlir")
        library = os.path.join(folder, name + ".so")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        made = subprocess.run([scratch_cc, source, "-o", library, *options],
                              stderr=subprocess.PIPE, text=True, check=False)
        if made.returncode:
            raise SystemExit(made.stderr.strip())
        self.library = ctypes.CDLL(library)
        self.entry = self.library[name]
        self.entry.restype = ctypes.c_int
        self.library.scratch_last_error.restype = ctypes.c_char_p

    def wrap(self, array):
        assert array.flags.c_contiguous
        tensor, shape = Tensor(), (ctypes.c_int64 * array.ndim)(*array.shape)
        self.ok(self.library.scratch_wrap_dense(
            ctypes.byref(tensor), ctypes.c_int(ELEMENTS[array.dtype.name]),
            ctypes.c_uint32(array.ndim), shape, ctypes.c_void_p(array.ctypes.data)))
        return tensor

    def ok(self, status):
        if status:
            raise SystemExit("error: " + self.library.scratch_last_error().decode())

    def bind(self, arguments, threads, results=1):
        """A call on these arguments, to be made as often as wanted; it answers with the
        results, as arrays, if asked to `keep` them."""
        tensors = [self.wrap(a) if isinstance(a, numpy.ndarray) else a for a in arguments]
        block, outs = Arguments(1, len(tensors) + results, threads), (Tensor * results)()
        for at, tensor in enumerate(tensors):
            block.slots[at] = (ctypes.addressof(tensor) if isinstance(tensor, Tensor) else tensor)
        for at, out in enumerate(outs):
            block.slots[len(tensors) + at] = ctypes.addressof(out)

        def call(keep=False, owner=(arguments, tensors)):
            self.ok(self.entry(ctypes.byref(block)))
            arrays = [self.copy(out) for out in outs] if keep else None
            for out in outs:
                self.library.scratch_tensor_free(ctypes.byref(out))
            return arrays

        return call

    @staticmethod
    def copy(tensor):
        kind = {code: name for name, code in ELEMENTS.items()}[tensor.element]
        shape = tuple(tensor.shape[: tensor.rank])
        size = int(numpy.prod(shape)) * numpy.dtype(kind).itemsize
        return numpy.frombuffer(ctypes.string_at(tensor.values, size), kind).reshape(shape)
