"""Lists the dialect's error messages that no test of refused input meets.

    every-message.py SCRATCH_OPT SOURCE

Runs all test/Dialect/*-errors.mlir, then looks among the diagnostics for the fixed parts,
in order, of every message that dialects/Scratch/*.cpp can emit.
"""
import pathlib
import re
import subprocess
import sys

opt, source = sys.argv[1], pathlib.Path(sys.argv[2])
said = "".join(
    subprocess.run([opt, "--split-input-file", test], capture_output=True, text=True).stderr
    for test in sorted((source / "test/Dialect").glob("*-errors.mlir")))
said = re.sub(r"\s*\n\s*(?=[^/])", "\n", said)

messages = 0
for file in sorted((source / "dialects/Scratch").glob("*.cpp")):
    text = file.read_text()
    for call in re.finditer(r"emit(?:Op)?Error\(([^;]*);", text):
        if "// only from C++" in text[:call.start()].rsplit(";", 1)[-1]:
            continue
        # Of two words that a condition picks, neither.
        fixed = re.sub(r'\?\s*"[^"]*"\s*:\s*"[^"]*"', "", call[1])
        strings = re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', fixed)
        parts = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', s)) for s in strings]
        # What is too short tells nothing.
        parts = [p.replace('\\"', '"').strip() for p in parts if len(p.strip()) > 6]
        if not parts:
            continue
        messages += 1
        if not re.search(".*".join(map(re.escape, parts)), said):
            line = text[:call.start()].count("\n") + 1
            print(f"{file.relative_to(source)}:{line}: no test meets: {' ... '.join(parts)}")
print(f"{messages} messages")
