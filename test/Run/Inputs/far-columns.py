# far-columns.py OUT: OUT.a.mtx (80 x 8) and OUT.b.mtx (8 x 2^33). Of eight rows of A seven name rows
# of B of 200 entries in 300 columns, and the eighth rows of B of 199 in 2^32 more: as one 64-bit
# word, products << 32 plus columns, both rows are the same.
import sys


def write(name, rows, cols, entries):
    with open(sys.argv[1] + name, "w") as out:
        out.write(f"%%MatrixMarket matrix coordinate real general\n{rows} {cols} {len(entries)}\n")
        for i, j in entries:
            out.write(f"{i + 1} {j + 1} {1 + (i + j) % 5}\n")


near = [list(range(k, 300, 6)) for k in (0, 1, 2, 5)]
far = [[j * 85899345 + k for j in range(50)] for k in range(4)]
far[0][0], far[3] = 0, far[3][:48] + [299 + (1 << 32)]
write(".a.mtx", 80, 8, [(i, k) for i in range(80) for k in (range(4, 8) if i % 8 == 7 else range(4))])
write(".b.mtx", 8, 1 << 33, [(k, j) for k, row in enumerate(near + far) for j in row])
