#!/usr/bin/env python3
"""Runs the console blocks of a Markdown file and compares what they print.

    run-transcript.py FILE.md SOURCE BUILD FOLDER

A ```console block holds `$ command` lines, each followed by the output that the
reader is promised. Commands run in FOLDER, an emptied folder that shows the source
tree's rooms and the build under the names that they have for a user. In promised
output `...` stands for any text, and a line of nothing else for any lines.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys


def transcripts(text):
    """(command, promised output) of every console block, in order."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, promised = part.partition("\n")
            while command.endswith("\\"):
                more, _, promised = promised.partition("\n")
                command = command[:-1] + more.removeprefix("> ")
            yield command, promised


def pattern(promised):
    lines = []
    for line in promised.splitlines():
        words = [re.escape(word) for word in line.split("...")]
        lines.append(r"(?:.*\n)*" if line == "..." else ".*".join(words) + r"\n")
    return re.compile("".join(lines))


def main(file, source, build, folder):
    source, build, folder = (pathlib.Path(p).resolve() for p in (source, build, folder))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for room in ("codegen", "dialects", "examples", "passes", "runtime", "test", "tools"):
        (folder / room).symlink_to(source / room)
    (folder / "build").symlink_to(build)
    count = 0
    for command, promised in transcripts(pathlib.Path(file).read_text()):
        done = subprocess.run(["bash", "-c", command], cwd=folder, text=True, env=dict(os.environ),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        count += 1
        if done.returncode or not pattern(promised).fullmatch(done.stdout):
            print(f"error: {file}: `{command}` (exit status {done.returncode}): found\n"
                  f"{done.stdout}expected\n{promised}", file=sys.stderr)
            return 1
    if count == 0:
        print(f"error: {file}: found no console block, expected at least one", file=sys.stderr)
        return 1
    print(f"{count} commands print what the text promises")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
