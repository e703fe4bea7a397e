"""Which words are instructions: the simulator's decoder against LLVM's.

    reserved-words.py draw SOURCE.s        random words of the base opcodes as code
    reserved-words.py compare OURS THEIRS  two disassemblies of it
"""
import random
import re
import sys

# Not ours to compare: custom-0 and custom-1 (Xpiuma), custom-2 and custom-3.
CUSTOM = (0x0B, 0x2B, 0x5B, 0x7B)
OPCODES = [op for op in range(3, 128, 4) if op not in CUSTOM and op & 0x1F != 0x1F]
# Opcodes whose other fields select among many instructions, and selectors in use.
DENSE = (0x13, 0x1B, 0x2F, 0x33, 0x3B, 0x53, 0x73)
FUNCT7 = (0x00, 0x01, 0x02, 0x04, 0x05, 0x08, 0x09, 0x0C, 0x0D, 0x10, 0x11, 0x14, 0x15,
          0x18, 0x20, 0x21, 0x2C, 0x2D, 0x50, 0x51, 0x60, 0x61, 0x68, 0x69, 0x70, 0x71,
          0x78, 0x79)


def draw_word(rng):
    if rng.random() < 0.4:
        word = rng.getrandbits(18) << 7 | rng.choice(FUNCT7) << 25 | rng.choice(DENSE)
    else:
        word = rng.getrandbits(25) << 7 | rng.choice(OPCODES)
    for field in (7, 15, 20):  # rd, rs1, rs2: some must be zero
        if rng.random() < 0.15:
            word &= ~(31 << field)
    return word


def draw(path):
    rng = random.Random(22)
    with open(path, "w") as source:
        source.write(".globl _start\n_start:\n")
        source.writelines(f".4byte {draw_word(rng):#x}\n" for _ in range(60000))


def lines(path):
    for line in open(path):
        if match := re.match(r"\s*([0-9a-f]{8}): +([0-9a-f]{8})\s+(\S.*)", line):
            yield int(match[1], 16), int(match[2], 16), match[3]


def compare(ours, theirs):
    expected = {address: text != "<unknown>" for address, _, text in lines(theirs)}
    found = accepted = wrong = 0
    for address, word, text in lines(ours):
        legal = not text.startswith(".word")
        found += 1
        accepted += legal
        # Of fences, fields that are reserved for later use are to be ignored.
        fence = word & 0x7F == 0x0F and word >> 12 & 7 < 2
        supervisor = word & 0xFE007FFF == 0x12000073  # sfence.vma
        if legal != (fence or expected[address] and not supervisor):
            wrong += 1
            print(f"{word:08x}: {text}, LLVM accepts it: {expected[address]}")
    print(f"{found} words, {accepted} accepted, {wrong} wrong")


{"draw": draw, "compare": compare}[sys.argv[1]](*sys.argv[2:])
