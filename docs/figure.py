"""What the README's figures have in common: colours, axes, a legend beside the panels, and bytes that do not depend on the day."""

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


def make_panels(titles, height, **shared):
    figure, panels = pyplot.subplots(1, len(titles), figsize=(11, height), layout="constrained", **shared)
    for panel, title in zip(panels, titles):
        panel.set_title(title)
        panel.grid(True, which="major", color="#dddddd", linewidth=0.6)
        panel.set_axisbelow(True)
        for side in "top", "right":
            panel.spines[side].set_visible(False)
    return figure, panels


def draw_line(panel, method, x, y):
    colour, dashes, marker = STYLES[method]
    panel.plot(x, y, label=method, color=colour, linestyle=dashes, marker=marker, markersize=4, linewidth=1.5)


def add_legend(figure, panels, title):
    handles, labels = max((panel.get_legend_handles_labels() for panel in panels), key=lambda pair: len(pair[1]))
    panels[-1].legend(handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    figure.suptitle(title, fontsize=10, color="#444444")


def main(draw, usage):
    """draw(run) is the figure of a run's JSON."""
    if len(sys.argv) != 3:
        sys.exit(usage)
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "permdelta", "font.family": "sans-serif"})
    run = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    draw(run).savefig(sys.argv[2], metadata={"Date": None, "Creator": None})
