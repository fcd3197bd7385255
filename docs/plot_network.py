#!/usr/bin/env python3
"""How a change grows from layer to layer, from a run's JSON: docs/network_run.json becomes docs/network.svg.

plot_network.py RUN.json FIGURE.svg

The same file gives the same figure, byte for byte, by one version of matplotlib.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402
from plot_speed import STYLES  # noqa: E402


def growths(run, source):
    """{method: [delta after layer 1, 2, ...]} of the networks on this distribution."""
    found = {}
    for row in run["benchmarks"]:
        operation, method, _, distribution, *_ = row["name"].split("/")
        if (operation, distribution) == ("network", source):
            found[method] = [row[key] for key in sorted(row) if key.startswith("layer_")]
    return {method: found[method] for method in STYLES if method in found}


def draw(run):
    sources = list(dict.fromkeys(row["name"].split("/")[3] for row in run["benchmarks"]))
    figure, panels = pyplot.subplots(1, len(sources), figsize=(11, 4.2), layout="constrained")
    for panel, source in zip(panels, sources):
        for method, deltas in growths(run, source).items():
            colour, dashes, marker = STYLES[method]
            panel.plot(range(1, len(deltas) + 1), deltas, label=method, color=colour, linestyle=dashes, marker=marker,
                       markersize=4, linewidth=1.5)
        panel.set_xticks([1, 5, 10, 15, 20])
        panel.set_xlabel("layer")
        panel.set_title(f"input {source}")
        panel.grid(True, which="major", color="#dddddd", linewidth=0.6)
        panel.set_axisbelow(True)
        panel.set_ylim(bottom=0)
        for side in "top", "right":
            panel.spines[side].set_visible(False)
    panels[0].set_ylabel("largest change of a feature")
    handles, labels = panels[0].get_legend_handles_labels()
    panels[-1].legend(handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    context = run["context"]
    figure.suptitle(f"fp32, {context['isa']}: lower is better", fontsize=10, color="#444444")
    return figure


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "permdelta", "font.family": "sans-serif"})
    run = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    draw(run).savefig(sys.argv[2], metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
