"""The study's report: one HTML file with its charts, and a table for the terminal."""
import html as escape

CLAIM = ("The abstract of the SMASH thesis (arXiv 2105.14156) claims 9.4 times the speed of "
         "competing approaches, all mapped to PIUMA. Which pair of kernels that compares we "
         "do not know; so every ratio stands here by itself. PIUMA's instruction set and "
         "latencies are unpublished: cycles below are of the bundled simulator, whose "
         "parameters (runtime/piuma/isa/Machine.def) were fixed before the kernels were "
         "written and are swept, not fitted.")
PHASES = {0: "before", 1: "windows, rest", 2: "hashing", 3: "write-back"}
COLOURS = ("#4878a8", "#e0923c", "#5ba05b", "#b0554f", "#8a6fae", "#8c6d5a", "#c583b0", "#7f7f7f")


def bars(title, rows, unit):
    """Horizontal bars: rows of (label, value, text)."""
    rows = [r for r in rows if r[1] is not None]
    most = max((r[1] for r in rows), default=0) or 1
    height = 22 * len(rows) + 8
    parts = [f'<h4>{escape.escape(title)} ({unit})</h4>'
             f'<svg viewBox="0 0 720 {height}" width="720" height="{height}" role="img">']
    for n, (label, value, text) in enumerate(rows):
        y, width = 22 * n + 4, 420 * value / most
        parts.append(f'<text x="145" y="{y + 13}" text-anchor="end">{escape.escape(label)}</text>'
                     f'<rect x="150" y="{y}" width="{width:.1f}" height="17" '
                     f'fill="{COLOURS[n % len(COLOURS)]}"/>'
                     f'<text x="{155 + width:.1f}" y="{y + 13}">{escape.escape(text)}</text>')
    return "".join(parts) + "</svg>"


def stacked(title, rows, names):
    """Bars of shares: rows of (label, {name: share})."""
    height = 22 * len(rows) + 30
    parts = [f'<h4>{escape.escape(title)}</h4><svg viewBox="0 0 720 {height}" width="720" '
             f'height="{height}" role="img">']
    for n, (label, shares) in enumerate(rows):
        x, y = 150.0, 22 * n + 4
        parts.append(f'<text x="145" y="{y + 13}" text-anchor="end">{escape.escape(label)}</text>')
        for k, name in enumerate(names):
            width = 480 * shares.get(name, 0)
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="17" '
                         f'fill="{COLOURS[k % len(COLOURS)]}"><title>{escape.escape(str(name))}: '
                         f'{shares.get(name, 0):.0%}</title></rect>')
            x += width
    y = height - 12
    for k, name in enumerate(names):
        parts.append(f'<rect x="{150 + 115 * k}" y="{y - 9}" width="10" height="10" '
                     f'fill="{COLOURS[k % len(COLOURS)]}"/>'
                     f'<text x="{164 + 115 * k}" y="{y}">{escape.escape(str(name))}</text>')
    return "".join(parts) + "</svg>"


def good(runs):
    return {name: run for name, run in runs.items() if "cycles" in run}


def runs_table(runs):
    head = ("variant", "cycles", "IPC", "instr/product", "probes/product", "atomics/cycle",
            "bound by", "cycles/bound")
    out = ["<table><tr>" + "".join(f"<th>{h}</th>" for h in head) + "</tr>"]
    for name, r in runs.items():
        if "failed" in r:
            out.append(f"<tr><td>{escape.escape(name)}</td><td colspan=7>"
                       f"{escape.escape(r['failed'])}</td></tr>")
            continue
        cells = (escape.escape(name), f"{r['cycles']:,}", f"{r['ipc']:.2f}",
                 f"{r['instructions_per_product']:.1f}", f"{r['probes_per_product']:.2f}",
                 f"{r['atomics_per_cycle']:.2f}", escape.escape(r["bound"]),
                 f"{r['cycles_over_bound']:.2f}")
        out.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    return "".join(out) + "</table>"


def no_gain(runs, steps):
    """Why a step is no gain where it is none: time is products * instructions per product
    / IPC; windows and waiting say where these come from."""
    said = []
    runs = good(runs)
    for old, new in steps:
        if old not in runs or new not in runs or runs[new]["cycles"] < runs[old]["cycles"]:
            continue
        a, b = runs[old], runs[new]
        waits = ", ".join(f"{name} {a['waiting'][name]:.0%} and {b['waiting'][name]:.0%}"
                          for name in a["waiting"])
        said.append(
            f"{new} is no gain over {old}: {b['cycles'] / a['cycles']:.2f} times the cycles. "
            f"Instructions per product {a['instructions_per_product']:.1f} and "
            f"{b['instructions_per_product']:.1f}, IPC {a['ipc']:.2f} and {b['ipc']:.2f}, "
            f"windows {a['windows']:,} and {b['windows']:,}; threads wait {waits}.")
    return said


def phase_shares(run):
    total = sum(p["cycles"] for p in run["phases"]) or 1
    return {PHASES.get(int(p["phase"]), str(p["phase"])): p["cycles"] / total
            for p in run["phases"]}


def one_input(matrix, machine, found):
    runs = good(found["runs"])
    any_run = next(iter(runs.values()), None)
    size = (f"{any_run['products']:,} products, {any_run['result_nnz']:,} entries of the result"
            if any_run else "")
    parts = [f"<h2>{escape.escape(matrix)}, {escape.escape(machine)}</h2><p>{size}</p>",
             runs_table(found["runs"]),
             "".join(f"<p>{escape.escape(said)}</p>" for said in found["no gain"]),
             bars("Time", [(n, r["cycles"], f"{r['cycles'] / 1e6:,.2f}") for n, r in runs.items()],
                  "million cycles"),
             bars("Instructions per cycle", [(n, r["ipc"], f"{r['ipc']:.2f}")
                                             for n, r in runs.items()], "of the core"),
             stacked("Phases, by the longest thread", [(n, phase_shares(r)) for n, r in runs.items()],
                     list(PHASES.values()))]
    used = sorted({u for r in runs.values() for u in r["utilisation"]})
    for unit in used:
        parts.append(bars(f"Utilisation: {unit}",
                          [(n, r["utilisation"].get(unit, 0),
                            f"{r['utilisation'].get(unit, 0):.1%}") for n, r in runs.items()],
                          "share of the run"))
    names = [f"{10 * k}-{10 * k + 10} %" for k in range(10)]
    rows = []
    for n, r in runs.items():
        total = sum(r["thread_utilisation_histogram"]) or 1
        rows.append((n, {name: v / total for name, v in
                         zip(names, r["thread_utilisation_histogram"])}))
    parts.append(stacked("Threads by how busy they were (hover for the bin)", rows, names))
    parts.append(bars("Ratios of cycles", [(n, v, f"{v:.2f}") for n, v in found["ratios"].items()],
                      "first over second"))
    return "".join(parts)


def ranges(sweep):
    found = {}
    for point in sweep:
        for name, value in point["ratios"].items():
            if name != "auto / best":
                low, high = found.get(name, (value, value))
                found[name] = min(low, value), max(high, value)
    return found


def sweep_part(sweep):
    if not sweep:
        return ""
    out = ["<h2>Sweep: one parameter at a time, mild R-MAT, small scratchpad</h2><table><tr>"
           "<th>parameter</th><th>value</th><th>V1/V2</th><th>V2/V3</th><th>V1/V3</th></tr>"]
    for point in sweep:
        cells = [str(point["parameter"] or "as it is"), str(point["value"] or "")]
        cells += [f"{point['ratios'].get(n, float('nan')):.2f}"
                  for n in ("V1 / V2", "V2 / V3", "V1 / V3")]
        out.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    out.append("</table><p>" + "; ".join(
        f"{n}: {low:.2f} to {high:.2f}" for n, (low, high) in ranges(sweep).items()) + "</p>")
    return "".join(out)


def html(result):
    parts = ["<!doctype html><meta charset=utf-8><title>SMASH on PIUMA</title><style>"
             "body{font:15px sans-serif;max-width:60em;margin:2em auto;color:#222}"
             "svg text{font:12px sans-serif}td,th{padding:2px 9px;text-align:right}"
             "table{border-collapse:collapse}tr:nth-child(even){background:#f3f3f3}</style>"
             f"<h1>SMASH on the simulated PIUMA</h1><p>{escape.escape(CLAIM)}</p>"]
    for matrix, machines in result["inputs"].items():
        for machine, found in machines.items():
            parts.append(one_input(matrix, machine, found))
    return "".join(parts) + sweep_part(result["sweep"]) + "\n"


def table(result):
    for matrix, machines in result["inputs"].items():
        for machine, found in machines.items():
            print(f"{matrix}, {machine}")
            for name, r in found["runs"].items():
                print(f"  {name:22}" + (r["failed"] if "failed" in r else
                      f"{r['cycles']:>13,} cycles  IPC {r['ipc']:.2f}  "
                      f"{r['instructions_per_product']:6.1f} instr/product  "
                      f"{r['probes_per_product']:6.2f} probes/product  {r['bound']}"))
            print("  " + ", ".join(f"{n} = {v:.2f}" for n, v in found["ratios"].items()))
            for said in found["no gain"]:
                print("  " + said)
    for name, (low, high) in ranges(result["sweep"]).items():
        print(f"sweep {name}: {low:.2f} to {high:.2f}")
