#!/usr/bin/env @PEER_PYTHON@
"""SciPy's sparse products; serial. Products as it leaves them, and sorted."""
import os
import sys

# This folder holds a file of the library's own name.
here = os.path.dirname(os.path.realpath(__file__))
sys.path = [path for path in sys.path if os.path.realpath(path or ".") != here]
import scipy
import scipy.sparse
sys.path.append(here)
import peer


def matrix(tensor):
    return scipy.sparse.csr_matrix((tensor.values, tensor.columns, tensor.positions),
                                   shape=(tensor.rows, tensor.cols))


def open_task(task):
    if task.kernel in ("triangles", "ktruss"):
        peer.unsupported("no masked product")
    if task.semiring != "plus_times":
        peer.unsupported("no semiring but plus_times")
    code = peer.CODES[task.element]
    a, other = matrix(task.operands[0]), task.operands[1]
    name = "SciPy " + ".".join(scipy.__version__.split(".")[:2])

    def sparse(c):
        return peer.Tensor(True, code, *c.shape, c.indptr, c.indices, c.data)

    if task.kernel == "spgemm":
        b = matrix(other)

        def ordered():
            c = a @ b
            c.sort_indices()
            return c
        return [(name + " unsorted", False, 1, lambda: a @ b, sparse),
                (name + "+sort", True, 1, ordered, sparse)]
    x = other.values.reshape(other.rows, other.cols) if task.kernel == "spmm" else other.values
    return [(name, True, 1, lambda: a @ x,
             lambda y: peer.Tensor(False, code, task.operands[0].rows, other.cols, [], [], y.ravel()))]


peer.serve(open_task)
