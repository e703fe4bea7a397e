"""What peers written in Python share: the protocol of README.md, tensor files."""
import sys
import time

import numpy as np

DTYPES = {1: "<f8", 2: "<f4", 3: "<i8", 4: "<i4", 5: "<i1"}
CODES = {"f64": 1, "f32": 2, "i32": 4}
MAGIC = 0x31524E5354524353


class Tensor:
    def __init__(self, sparse, element, rows, cols, positions, columns, values):
        self.sparse, self.element, self.rows, self.cols = sparse, element, rows, cols
        self.positions, self.columns, self.values = positions, columns, values


def read(path):
    with open(path, "rb") as file:
        magic, sparse, element, _, rows, cols, entries, _ = np.fromfile(file, "<i8", 8).tolist()
        if magic != MAGIC:
            sys.exit(f"error: {path}: found no tensor, expected one")
        positions = np.fromfile(file, "<i4", rows + 1 if sparse else 0)
        columns = np.fromfile(file, "<i4", entries if sparse else 0)
        return Tensor(bool(sparse), element, rows, cols, positions, columns,
                      np.fromfile(file, DTYPES[element], entries))


def write(path, tensor):
    head = [MAGIC, tensor.sparse, tensor.element, 2, tensor.rows, tensor.cols, len(tensor.values), 0]
    with open(path, "wb") as file:
        np.array(head, "<i8").tofile(file)
        if tensor.sparse:
            np.asarray(tensor.positions, "<i4").tofile(file)
            np.asarray(tensor.columns, "<i4").tofile(file)
        np.asarray(tensor.values, DTYPES[tensor.element]).tofile(file)


class Task:
    def __init__(self, arguments):
        self.kernel, self.element, self.semiring = arguments[1:4]
        self.threads = int(arguments[4])
        self.operands = [read(path) for path in arguments[5:]]


def unsupported(why):
    print("unsupported", why, flush=True)
    sys.exit(0)


def serve(open_task):
    """open_task(task) gives (name, sorted, threads, run, tensor of run's value) tuples."""
    if len(sys.argv) < 7:
        sys.exit(f"error: found {len(sys.argv) - 1} arguments, expected KERNEL ELEMENT SEMIRING "
                 "THREADS FILE ...; peers are started by scratch-bench")
    variants = open_task(Task(sys.argv))
    for name, is_sorted, threads, _, _ in variants:
        print("variant", "sorted" if is_sorted else "unsorted", threads, name)
    print("ready", flush=True)
    results = [None] * len(variants)
    for line in sys.stdin:
        verb, number, *file = line.split()
        number = int(number)
        _, _, _, run, tensor = variants[number]
        if verb == "run":
            results[number] = None
            start = time.perf_counter()
            results[number] = run()
            print("ms", (time.perf_counter() - start) * 1e3, flush=True)
        else:
            write(file[0], tensor(results[number]))
            print("saved", flush=True)
