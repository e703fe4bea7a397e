#!/usr/bin/env python3
#===- run-programs.py - upstream's integration programs, through our tools -===#
#
#   run-programs.py PROGRAMS [--build=build] [--llvm=/usr/lib/llvm-22]
#                   [--through=run|opt|upstream] [NAME ...]
#
# PROGRAMS is mlir/test/Integration/Dialect/SparseTensor/CPU of LLVM's sources,
# which Debian does not install. Every program is compiled and run, and its output
# compared with the CHECK lines that upstream wrote into it:
#
#   run       scratch-run PROGRAM
#   opt       scratch-opt PROGRAM --scratch-to-x86 | mlir-runner
#   upstream  mlir-opt PROGRAM --sparsifier | mlir-runner, for comparison
#
#===------------------------------------------------------------------------===#
import argparse
import os
import pathlib
import re
import subprocess
import sys


def arguments():
    parser = argparse.ArgumentParser(description="Run upstream's sparse programs.")
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="without .mlir; default: all")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--llvm", type=pathlib.Path, default=pathlib.Path("/usr/lib/llvm-22"))
    parser.add_argument("--through", choices=("run", "opt", "upstream"), default="run")
    parser.add_argument("--timeout", type=float, default=60, help="seconds per program")
    return parser.parse_args()


def environment(text, programs):
    """TENSOR0=... and the like, from the program's own set-up lines."""
    sources = str(programs.resolve().parents[3].parent)
    found = dict(os.environ)
    for name, value in re.findall(r'\b(TENSOR\d+)="?([^"\s]+)"?', text):
        found[name] = value.replace("%mlir_src_dir", sources)
    return found


def pipeline(options, program):
    """The commands whose last one prints what the program prints."""
    scratch = options.build / "bin"
    if options.through == "run":
        return [[scratch / "scratch-run", program]]
    libraries = [options.llvm / "lib" / f"lib{name}.so"
                 for name in ("mlir_c_runner_utils", "mlir_runner_utils", "omp")]
    libraries.append(options.build / "lib" / "libscratch_runtime.so")
    runner = [options.llvm / "bin" / "mlir-runner", "-e", "main", "-entry-point-result=void",
              "--shared-libs=" + ",".join(map(str, libraries))]
    if options.through == "opt":
        return [[scratch / "scratch-opt", program, "--scratch-to-x86"], runner]
    return [[options.llvm / "bin" / "mlir-opt", program,
             "--sparsifier=enable-runtime-library=false"], runner]


def run(options, program):
    """None, or what went wrong."""
    text = program.read_text()
    output = b""
    for command in pipeline(options, program):
        step = subprocess.run(command, input=output, capture_output=True,
                              env=environment(text, options.programs), timeout=options.timeout)
        if step.returncode:
            lines = step.stderr.decode(errors="replace").strip().splitlines()
            return lines[0] if lines else f"exit status {step.returncode}"
        output = step.stdout
    prefix = re.search(r"FileCheck %s.*?check-prefix(?:es)?=(\S+)", text)
    command = [options.llvm / "bin" / "FileCheck", program]
    if prefix:
        command.append("--check-prefix=" + prefix.group(1))
    check = subprocess.run(command, input=output, capture_output=True)
    return "wrong values: " + check.stderr.decode().splitlines()[0] if check.returncode else None


def main():
    options = arguments()
    wanted = set(options.names)
    programs = sorted(path for path in options.programs.glob("*.mlir")
                      if not wanted or path.stem in wanted)
    if not programs:
        sys.exit(f"error: found no program in {options.programs}, expected *.mlir")
    failed = 0
    for program in programs:
        try:
            problem = run(options, program)
        except subprocess.TimeoutExpired:
            problem = f"still runs after {options.timeout:g} s"
        if problem:
            failed += 1
            print(f"{program.stem}: {problem}", flush=True)
    print(f"{len(programs) - failed} of {len(programs)} programs print what upstream expects")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
