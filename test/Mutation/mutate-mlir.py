#!/usr/bin/env python3
# ===- mutate-mlir.py - damaged programs are refused, never crash ----------=== #
#
#   mutate-mlir.py --opt=scratch-opt --upstream=mlir-opt --count=1000 --seed=1 test/
#
# Takes every .mlir below a folder apart into its split inputs, damages them by
# bytes, tokens and lines, and runs the whole pipeline over them (nothing is
# executed). Many inputs share a process, cut apart by --split-input-file. Where
# a process dies or hangs, its inputs run alone; one that upstream's own pipeline
# dies or hangs on as well is counted apart. Fails if any other died.
#
# ===----------------------------------------------------------------------=== #
import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile

CUT = "// -----"
TOKEN = re.compile(r"[A-Za-z_][\w.$]*|\d+\.\d+|\d+|[%#!@^][\w$.]*|->|\s+|.", re.S)
KINDS = [
    ["f64", "f32", "i32", "i64", "i8", "i1", "f16", "index", "complex<f64>", "none"],
    ["plus_times", "min_plus", "max_plus", "or_and", "plus_pair", "any_pair", "custom"],
    ["dense", "tiered", "hash"],
    ["compressed", "compressed(nonordered)", "compressed(nonunique)", "singleton", "dense",
     "loose_compressed", "structured[2, 4]"],
    ["structure", "value"],
    ["row_wise", "inner", "outer"],
    ["spgemm", "spmm", "spmv", "sddmm"],
]
NUMBERS = ["0", "1", "2", "3", "7", "?", "-1", "64", "4294967296", "9223372036854775807"]


def damage_bytes(text, rng):
    at = rng.randrange(len(text))
    letters = " %#!@^<>(){}[]:,=?x0123456789abcdef\n\0\xff"
    how = rng.randrange(3)
    if how == 0:
        return text[:at] + text[at + rng.randint(1, 4):]
    if how == 1:
        return text[:at] + rng.choice(letters) + text[at + 1:]
    return text[:at] + rng.choice(letters) + text[at:]


def damage_tokens(text, rng, corpus):
    tokens = TOKEN.findall(text)
    words = [k for k, token in enumerate(tokens) if not token.isspace()]
    at = rng.choice(words)
    how = rng.randrange(4)
    if how == 0:
        tokens[at] = ""
    elif how == 1:
        tokens[at] = rng.choice(corpus)
    elif how == 2:
        other = rng.choice(words)
        tokens[at], tokens[other] = tokens[other], tokens[at]
    else:
        tokens[at] = tokens[at] * 2
    return "".join(tokens)


def damage_meaning(text, rng):
    """A keyword, type or number becomes another of its kind."""
    tokens = TOKEN.findall(text)
    kinds = [(k, kind) for k, token in enumerate(tokens) for kind in KINDS if token in kind]
    kinds += [(k, NUMBERS) for k, token in enumerate(tokens) if token.isdigit()]
    kinds += [(k, NUMBERS) for k, token in enumerate(tokens) if token == "?"]
    if not kinds:
        return text
    for at, kind in rng.sample(kinds, min(len(kinds), rng.randint(1, 2))):
        was = tokens[at]
        tokens[at] = rng.choice(kind)
        if rng.random() < 0.4:  # everywhere, so that types agree again
            tokens = [tokens[at] if token == was else token for token in tokens]
    return "".join(tokens)


def damage_lines(text, rng):
    lines = text.split("\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(3)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(other, lines[at])
    else:
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def mutate(text, rng, corpus):
    for _ in range(rng.randint(1, 3)):
        if not text.strip():
            break
        how = rng.random()
        if how < 0.2:
            text = damage_bytes(text, rng)
        elif how < 0.45:
            text = damage_tokens(text, rng, corpus)
        elif how < 0.8:
            text = damage_meaning(text, rng)
        else:
            text = damage_lines(text, rng)
    return text.replace(CUT, "//")


def survives(command, text, seconds, folder):
    """Whether the command ends by itself, whatever it says."""
    path = pathlib.Path(folder, "input.mlir")
    path.write_text(text, encoding="latin-1")
    try:
        done = subprocess.run([*command, str(path), "-o", "/dev/null"], timeout=seconds,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return False
    return 0 <= done.returncode < 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--opt", default="scratch-opt")
    parser.add_argument("--upstream", default="mlir-opt")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--keep", help="folder for the inputs that died")
    parser.add_argument("folder")
    options = parser.parse_args()

    seeds = []
    for path in sorted(pathlib.Path(options.folder).rglob("*.mlir")):
        text = re.sub(r"(?m)^\s*//(?! -----).*\n", "", path.read_text(encoding="latin-1"))
        # Programs of many functions are taken function by function, so that an error
        # in one does not hide the others.
        for part in text.split(CUT):
            head, *bodies = re.split(r"(?m)^(?=func\.func)", part)
            seeds += [head + body for body in bodies] or [part]
    seeds = [seed for seed in seeds if seed.strip()]
    corpus = sorted({token for seed in seeds for token in TOKEN.findall(seed)})
    rng = random.Random(options.seed)
    inputs = [mutate(rng.choice(seeds), rng, corpus) for _ in range(options.count)]

    ours = [options.opt, "--split-input-file", "--scratch-to-x86"]
    theirs = [options.upstream, "--sparsifier=enable-runtime-library=false"]
    died, shared = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(inputs), options.batch):
            batch = inputs[start:start + options.batch]
            if survives(ours, ("\n" + CUT + "\n").join(batch), 120, folder):
                continue
            for number, text in enumerate(batch, start):
                if survives(ours, text, 20, folder):
                    continue
                if not survives(theirs, text, 20, folder):
                    shared += 1
                    continue
                died.append(number)
                if options.keep:
                    pathlib.Path(options.keep, f"died-{options.seed}-{number}.mlir").write_text(
                        text, encoding="latin-1")
    print(f"{len(inputs)} damaged programs (seed {options.seed}): {len(died)} died, "
          f"{shared} died in upstream's tool as well")
    for number in died:
        print(f"--- input {number}\n{inputs[number]}")
    return 1 if died else 0


if __name__ == "__main__":
    sys.exit(main())
