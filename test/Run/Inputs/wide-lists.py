# wide-lists.py OUT: OUT.a.mtx (90 x 3000000), OUT.b.mtx (3000000 x 70) and a mask OUT.m.mtx. Inner
# coordinates are 400 of all, far apart, so that rows and columns meet; both have lists of
# 0, 1, a few, about a vector's and up to 400 entries. The last row and column have 60000 other
# entries, more than a cache has lines.
import random
import sys

random.seed(11)
INNER = 3000000
pool = sorted(random.sample(range(INNER), 400))
lengths = [0, 1, 2, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 400]


def lists(count):
    return [sorted(random.sample(pool, lengths[i % len(lengths)])) for i in range(count)]


def write(name, rows, cols, entries):
    with open(sys.argv[1] + name, "w") as out:
        out.write(f"%%MatrixMarket matrix coordinate real general\n{rows} {cols} {len(entries)}\n")
        for i, j in entries:
            out.write(f"{i + 1} {j + 1} {random.randint(1, 5)}\n")


many = sorted(set(random.sample(range(INNER), 60000)) | set(pool[::3]))
rows, columns = lists(90), lists(70)
rows[-1], columns[-1] = many, many
write(".a.mtx", 90, INNER, [(i, k) for i, row in enumerate(rows) for k in row])
write(".b.mtx", INNER, 70, [(k, j) for j, column in enumerate(columns) for k in column])
write(".m.mtx", 90, 70, [(i, j) for i in range(90) for j in range(70) if random.random() < 0.6])
