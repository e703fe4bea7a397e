#!/usr/bin/env python3
"""SMASH on the simulated PIUMA: every dataflow and every step, one report.

    python3 examples/smash_piuma/study.py --run=build/bin/scratch-run -o smash [A.mtx ...]

writes smash.json and smash.html (self-contained). Every run is checked against the
reference. Real matrices are multiplied by themselves. --small is what the tests run.
The figures of every run are kept in smash.jsonl as it ends: the same command goes on
where it was interrupted.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

from kept import Kept, digest
import report
import rmat

HERE = pathlib.Path(__file__).parent
ROWS = ["spgemm", "--unsorted"]
V1 = ["--accumulator=shared_hash", "--schedule=static"]
V2 = ["--accumulator=shared_hash", "--schedule=tokens"]
V3 = ["--accumulator=fragments", "--schedule=tokens"]
# V1, V2 and V3 with the same hash; then the thesis's own: high bits first, low bits later.
VARIANTS = {
    "outer": [str(HERE / "outer.mlir"), "--dataflow=outer"],
    "outer, A by rows": ROWS + ["--dataflow=outer"],
    "inner, known pattern": [str(HERE / "inner.mlir"), "--dataflow=inner"],
    "V1": ROWS + V1,
    "V2": ROWS + V2,
    "V3": ROWS + V3,
    "V1 high bits": ROWS + V1 + ["--hash=high"],
    "V2 low bits": ROWS + V2 + ["--hash=low"],
    "V3 low bits": ROWS + V3 + ["--hash=low"],
    "private hash": ROWS + ["--accumulator=hash", "--phases=one"],
    "auto": ROWS,
}
SWEPT = ("outer", "V1", "V2", "V3")
PAIRS = [("V1", "V2"), ("V2", "V3"), ("V1", "V3"), ("V1 high bits", "V2 low bits"),
         ("V2 low bits", "V3 low bits"), ("V1 high bits", "V3 low bits"), ("outer", "V1"),
         ("outer", "V2"), ("outer", "V3"), ("inner, known pattern", "V3"),
         ("private hash", "V3")]
# Steps that should each be a gain.
STEPS = [("V1", "V2"), ("V2", "V3"), ("V1 high bits", "V2 low bits"),
         ("V2 low bits", "V3 low bits")]
# Ranges of runtime/piuma/isa/Machine.def that the study goes through, one at a time.
SWEEP = {
    "scratchpad_bytes": (65536, 1048576),
    "scratchpad_latency": (5, 40),
    "dram_latency": (50, 300),
    "mtp_interval": (4, 16),
    "dram_bytes_per_kcycle": (8800, 35200),
    "atomic_per_kcycle": (500, 4000),
    "dma_startup": (20, 200),
    "barrier_latency": (10, 1000),
}


def figures(line):
    """A run's cycles and counters out of scratch-run's JSON."""
    sim = line["simulation"]
    totals, products = sim["totals"], max(line["products"], 1)
    atomics = totals["scratchpad_atomics"] + totals["dram_atomics"]
    return {
        "strategy": line["strategy"]["choice"],
        "cycles": sim["cycles"],
        "instructions": sim["instructions"],
        "ipc": sim["ipc"],
        "products": line["products"],
        "windows": line["counters"].get("chunks"),
        # Shares of all threads' cycles.
        "waiting": {name: totals[counter] / max(sim["cycles"] * line["threads"], 1)
                    for name, counter in (("for other threads", "wait_cycles"),
                                          ("for memory", "memory_wait_cycles"),
                                          ("for an issue slot", "issue_wait_cycles"))},
        "result_nnz": line["result_nnz"],
        "instructions_per_product": sim["instructions"] / products,
        # Tables of teams are probed by compare-exchange, one for each slot.
        "probes_per_product": sim["instruction_counts"].get("r.cas.d", 0) / products,
        "atomics_per_cycle": atomics / max(sim["cycles"], 1),
        "bound": sim["bound"]["winning_term"],
        "cycles_over_bound": sim["bound"]["event_driven_over_bound"],
        "utilisation": sim["utilisation"],
        "thread_utilisation_histogram": sim["thread_utilisation_histogram"],
        "phases": [{"phase": p["phase"], "instructions": p["instructions"],
                    "cycles": p.get("longest_thread_cycles", 0)} for p in sim["phases"]],
        "max_relative_error": line["check"]["max_relative_error"],
    }


class Study:
    """Runs variants on pairs of matrices; a matrix's pattern of the result is found once."""

    def __init__(self, tool, folder, kept):
        self.tool, self.folder, self.kept = tool, folder, kept
        self.patterns, self.digests = {}, {}

    def digest(self, path):
        if path not in self.digests:
            self.digests[path] = digest(path)
        return self.digests[path]

    def depends_on(self, pair, variant, machine):
        """All that a run's figures depend on."""
        kernel, *flags = VARIANTS[variant]
        return {"variant": variant, "flags": flags, "machine": machine,
                "kernel": self.digest(kernel) if kernel.endswith(".mlir") else kernel,
                "matrices": [self.digest(path) for path in pair],
                "tool": self.digest(self.tool)}

    def pattern(self, pair):
        if pair not in self.patterns:
            path = self.folder / f"pattern{len(self.patterns)}.mtx"
            subprocess.run([self.tool, "spgemm", *map(str, pair), "--repeat=1", "-o", path],
                           check=True, capture_output=True)
            self.patterns[pair] = path
        return self.patterns[pair]

    def run(self, number, pair, variant, machine):
        known = self.depends_on(pair, variant, machine)
        found = self.kept.find(known)
        if found:
            return found
        out = self.folder / f"run{number}.json"
        kernel, *flags = VARIANTS[variant]
        files = list(map(str, pair))
        if variant.startswith("inner"):
            files.append(str(self.pattern(pair)))
        command = [self.tool, kernel, *files, *flags, "--target=piuma", "--simulation=timing",
                   "--check", f"--json={out}"]
        if machine:
            path = self.folder / f"machine{number}"
            path.write_text("".join(f"{k} = {v}\n" for k, v in machine.items()))
            command.append(f"--machine={path}")
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
        found = figures(json.loads(out.read_text()))
        self.kept.add(known, found)
        return found


def ratios(runs):
    """Every ratio by itself; which one a headline means is the reader's choice."""
    cycles = {name: run["cycles"] for name, run in runs.items() if "cycles" in run}
    found = {f"{slow} / {fast}": cycles[slow] / cycles[fast]
             for slow, fast in PAIRS if slow in cycles and fast in cycles}
    if "auto" in cycles:
        # What knows the result's pattern solves another problem.
        found["auto / best"] = cycles["auto"] / min(
            c for name, c in cycles.items() if not name.startswith("inner"))
    return found


def rmat_pair(folder, name, scale, count, parameters):
    paths = tuple(folder / f"{name}{side}.mtx" for side in "AB")
    for seed, path in enumerate(paths):
        rmat.write(path, scale, count, parameters, 10 * seed + 7)
    return paths


def plan(options, folder):
    """What is run: (pair's name, machine's name or swept parameter, variant) -> how."""
    scale, count = (7, 400) if options.small else (options.scale, options.entries)
    inputs = {f"R-MAT {name}, 2^{scale}": rmat_pair(folder, name, scale, count, parameters)
              for name, parameters in (("mild", rmat.MILD), ("Graph500", rmat.GRAPH500))}
    for path in options.matrices:
        inputs[pathlib.Path(path).name.split(".")[0]] = (path, path)
    machines = {"8 KB scratchpad": {"scratchpad_bytes": 8192}} if options.small else {
        "4 MB scratchpad": {}, "256 KB scratchpad": {"scratchpad_bytes": 262144}}
    runs = {(pair, machine, variant): (inputs[pair], variant, machines[machine])
            for pair in inputs for machine in machines for variant in VARIANTS}
    scale, count = (7, 400) if options.small else (12, 32000)
    small = {"scratchpad_bytes": 8192 if options.small else 262144}
    swept = rmat_pair(folder, "swept", scale, count, rmat.MILD)
    points = [(None, None)] + [(name, value) for name, values in SWEEP.items()
                               for value in values]
    points = points[:2] if options.small else points
    for name, value in points:
        machine = small | ({name: value} if name else {})
        for variant in SWEPT:
            runs["sweep", (name, value), variant] = (swept, variant, machine)
    # What the main ratios need comes first: a study may be cut off.
    order = sorted(runs, key=lambda key: key[2] not in SWEPT)
    return inputs, machines, points, {key: runs[key] for key in order}


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--run", default="build/bin/scratch-run", help="the tool scratch-run")
    parse.add_argument("-o", default="smash", help="the report's name, without suffix")
    parse.add_argument("--small", action="store_true", help="small matrices, a short sweep")
    parse.add_argument("--scale", type=int, default=14, help="rows of the R-MAT pairs: 2^SCALE")
    parse.add_argument("--entries", type=int, default=254211, help="of each R-MAT matrix")
    parse.add_argument("--jobs", type=int, default=1, help="simulations at a time")
    parse.add_argument("matrices", nargs="*", help="real matrices, each times itself")
    options = parse.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        inputs, machines, points, runs = plan(options, folder)
        study = Study(options.run, folder, Kept(options.o + ".jsonl"))
        for pair in inputs.values():
            study.pattern(pair)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            jobs = {key: pool.submit(study.run, number, *how)
                    for number, (key, how) in enumerate(runs.items())}
            done = {key: job.result() for key, job in jobs.items()}
    result = {"claim": report.CLAIM, "inputs": {}, "sweep": []}
    for pair in inputs:
        for machine in machines:
            of = {v: done[pair, machine, v] for v in VARIANTS}
            result["inputs"].setdefault(pair, {})[machine] = {
                "runs": of, "ratios": ratios(of), "no gain": report.no_gain(of, STEPS)}
    for point in points:
        of = {v: done["sweep", point, v] for v in SWEPT}
        result["sweep"].append({"parameter": point[0], "value": point[1],
                                "cycles": {v: of[v].get("cycles") for v in SWEPT},
                                "ratios": ratios(of)})
    pathlib.Path(options.o + ".json").write_text(json.dumps(result, indent=1) + "\n")
    pathlib.Path(options.o + ".html").write_text(report.html(result))
    report.table(result)
    failed = [f"{key}: {run['failed']}" for key, run in done.items() if "failed" in run]
    if failed:
        sys.exit("error: " + "; ".join(failed))


if __name__ == "__main__":
    main()
