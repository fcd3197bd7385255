#!/usr/bin/env python3
"""How a change grows from layer to layer, from a run's JSON: docs/network_run.json becomes docs/network.svg.

plot_network.py RUN.json FIGURE.svg

The same file gives the same figure, byte for byte, by one version of matplotlib.
"""

import figure as figures


def growths(run, source):
    """{method: [delta after layer 1, 2, ...]} of the networks on this distribution."""
    found = {}
    for row in run["benchmarks"]:
        operation, method, _, distribution, *_ = row["name"].split("/")
        if (operation, distribution) == ("network", source):
            found[method] = [row[key] for key in sorted(row) if key.startswith("layer_")]
    return {method: found[method] for method in figures.STYLES if method in found}


def draw(run):
    sources = list(dict.fromkeys(row["name"].split("/")[3] for row in run["benchmarks"]))
    figure, panels = figures.make_panels([f"input {source}" for source in sources], 4.2)
    for panel, source in zip(panels, sources):
        for method, deltas in growths(run, source).items():
            figures.draw_line(panel, method, range(1, len(deltas) + 1), deltas)
        panel.set_xticks([1, 5, 10, 15, 20])
        panel.set_xlabel("layer")
        panel.set_ylim(bottom=0)
    panels[0].set_ylabel("largest change of a feature")
    figures.add_legend(figure, panels, f"fp32, {run['context']['isa']}: lower is better")
    return figure


if __name__ == "__main__":
    figures.main(draw, __doc__)
