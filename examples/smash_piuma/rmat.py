"""R-MAT matrices (Chakrabarti, Zhan, Faloutsos, SDM 2004) as Matrix Market files.

Each entry goes down a tree of quadrants with probabilities a, b, c, d; repeated
entries are drawn again until the wanted number of different ones is there. No
vertex is renamed. Values are small whole numbers, so that sums are exact.
"""
import random

MILD = (0.45, 0.15, 0.15, 0.25)
GRAPH500 = (0.57, 0.19, 0.19, 0.05)


def entries(scale, count, parameters, seed):
    a, b, c, _ = parameters
    draw = random.Random(seed)
    seen = set()
    while len(seen) < count:
        row = column = 0
        for _ in range(scale):
            at = draw.random()
            row, column = row << 1, column << 1
            if at >= a + b:
                row |= 1
                column |= at >= a + b + c
            else:
                column |= at >= a
        seen.add((row, column))
    return sorted(seen)


def write(path, scale, count, parameters, seed):
    draw = random.Random(seed + 1)
    found = entries(scale, count, parameters, seed)
    with open(path, "w") as out:
        out.write("%%MatrixMarket matrix coordinate real general\n")
        out.write(f"{1 << scale} {1 << scale} {len(found)}\n")
        for row, column in found:
            out.write(f"{row + 1} {column + 1} {draw.randint(1, 9)}\n")
