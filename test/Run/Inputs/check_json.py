"""Checks the JSON of `scratch-run spgemm --repeat=4 --threads=1 --check`."""
import json
import statistics
import sys

KEYS = ["kernel", "target", "threads", "rows", "cols", "nnz", "products", "result_nnz", "runs_ms",
        "median_ms", "min_ms", "peak_bytes", "strategy", "why", "check", "counters"]

with open(sys.argv[1]) as file:
    run = json.load(file)
assert list(run) == KEYS, list(run)
assert (run["kernel"], run["target"], run["threads"]) == ("spgemm", "x86", 1)
assert (run["rows"], run["cols"], run["nnz"]) == (492, 492, 49920)
assert run["products"] >= run["result_nnz"] > 0
assert len(run["runs_ms"]) == 4 and run["min_ms"] == min(run["runs_ms"])
assert abs(run["median_ms"] - statistics.median(run["runs_ms"])) < 1e-9
# Inputs and result are alive at once: 12 bytes an entry each.
assert run["peak_bytes"] > 12 * (run["nnz"] + run["result_nnz"])
assert run["strategy"]["dataflow"] == "row_wise" and run["why"]
assert set(run["check"]) == {"pattern_equal", "max_relative_error", "tolerance"}
assert run["check"]["pattern_equal"] is True
rows = sum(count for name, count in run["counters"].items() if name.startswith("rows_"))
assert rows == 492, run["counters"]
