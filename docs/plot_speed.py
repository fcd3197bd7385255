#!/usr/bin/env python3
"""Throughput of sums against n, methods and peers, from a run's JSON: docs/speed_run.json becomes docs/speed.svg.

plot_speed.py RUN.json FIGURE.svg

The run has medians of repetitions. The same file gives the same figure, byte for byte, by one version of matplotlib.
"""

import sys

import figure as figures

ELEMENTS = "fp32", "fp64"


def throughputs(run, element):
    """{method: [(n, GB/s), ...]} of the sums of one row of `normal`, sorted by n."""
    found = {}
    for row in run["benchmarks"]:
        parts = row["run_name"].split("/")
        if row.get("aggregate_name") == "median" and parts[0] == "sum" and parts[2:4] == [element, "normal"] and len(parts) == 5:
            found.setdefault(parts[1], []).append((int(parts[4].removeprefix("n:")), row["bytes_per_second"] / 1e9))
    return {method: sorted(found[method]) for method in figures.STYLES if method in found}


def draw(run):
    figure, panels = figures.make_panels([f"sum, {element}" for element in ELEMENTS], 4.6, sharey=True)
    for panel, element in zip(panels, ELEMENTS):
        lines = throughputs(run, element)
        if not lines:
            sys.exit(f"plot_speed.py: no medians of sums of {element} in this run")
        for method, points in lines.items():
            figures.draw_line(panel, method, *zip(*points))
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xlabel("n")
    panels[0].set_ylabel("GB/s read, one thread")
    panels[0].set_yticks([1, 2, 5, 10, 20, 50, 100, 200], labels=["1", "2", "5", "10", "20", "50", "100", "200"])
    panels[0].minorticks_off()
    context = run["context"]
    figures.add_legend(figure, panels, f"{context['cpu_name']}, {context['isa']}: higher is faster")
    return figure


if __name__ == "__main__":
    figures.main(draw, __doc__)
