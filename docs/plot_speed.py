#!/usr/bin/env python3
"""Throughput of sums against n, methods and peers, from a run's JSON: docs/speed_run.json becomes docs/speed.svg.

plot_speed.py RUN.json FIGURE.svg

The run has medians of repetitions. The same file gives the same figure, byte for byte, by one version of matplotlib.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

# Okabe and Ito's palette, which colour-blind readers can tell apart; methods are solid, peers dashed.
STYLES = {
    "lane_split": ("#0072B2", "-", "o"),
    "exact": ("#D55E00", "-", "s"),
    "kahan": ("#009E73", "-", "^"),
    "pairwise": ("#CC79A7", "-", "D"),
    "sequential": ("#000000", "-", "v"),
    "eigen": ("#56B4E9", "--", "o"),
    "onednn": ("#E69F00", "--", "s"),
    "openblas": ("#999999", "--", "^"),
    "std_reduce": ("#B8A800", "--", "D"),
    "std_accumulate": ("#666666", "--", "v"),
}
ELEMENTS = "fp32", "fp64"


def throughputs(run, element):
    """{method: [(n, GB/s), ...]} of the sums of one row of `normal`, sorted by n."""
    found = {}
    for row in run["benchmarks"]:
        parts = row["run_name"].split("/")
        if row.get("aggregate_name") == "median" and parts[0] == "sum" and parts[2:4] == [element, "normal"] and len(parts) == 5:
            found.setdefault(parts[1], []).append((int(parts[4].removeprefix("n:")), row["bytes_per_second"] / 1e9))
    return {method: sorted(found[method]) for method in STYLES if method in found}


def draw(run):
    figure, panels = pyplot.subplots(1, len(ELEMENTS), figsize=(11, 4.6), sharey=True, layout="constrained")
    for panel, element in zip(panels, ELEMENTS):
        lines = throughputs(run, element)
        if not lines:
            sys.exit(f"plot_speed.py: no medians of sums of {element} in this run")
        for method, points in lines.items():
            colour, dashes, marker = STYLES[method]
            panel.plot(*zip(*points), label=method, color=colour, linestyle=dashes, marker=marker, markersize=4, linewidth=1.5)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xlabel("n")
        panel.set_title(f"sum, {element}")
        panel.grid(True, which="major", color="#dddddd", linewidth=0.6)
        panel.set_axisbelow(True)
        for side in "top", "right":
            panel.spines[side].set_visible(False)
    panels[0].set_ylabel("GB/s read, one thread")
    panels[0].set_yticks([1, 2, 5, 10, 20, 50, 100, 200], labels=["1", "2", "5", "10", "20", "50", "100", "200"])
    panels[0].minorticks_off()
    handles, labels = max((panel.get_legend_handles_labels() for panel in panels), key=lambda pair: len(pair[1]))
    panels[-1].legend(handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    context = run["context"]
    figure.suptitle(f"{context['cpu_name']}, {context['isa']}: higher is faster", fontsize=10, color="#444444")
    return figure


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "permdelta", "font.family": "sans-serif"})
    run = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    draw(run).savefig(sys.argv[2], metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
