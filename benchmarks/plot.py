"""The figures as a picture: each beside its target, on one scale of ratios."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.table import Row, shown, size_shown

MET, MISSED, OTHER = "#2f7d4f", "#b5482e", "#7a8594"


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw every figure as a bar, and where there is a target, a line across it."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rehydration"  # the same figures make the same file
    figure, axes = plt.subplots(figsize=(10, 0.3 * len(rows) + 1), layout="constrained")
    axes.set_xscale("log")
    for place, row in enumerate(rows):
        colour = OTHER if row.target is None else MET if row.target.is_met(row.ratio) else MISSED
        axes.barh(place, row.ratio, color=colour, height=0.6)
        target = 0.0 if row.target is None else row.target.value
        axes.annotate(
            f"{shown(row.ratio)} {row.unit}",
            (max(row.ratio, target), place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
        if row.target is not None:
            axes.plot([row.target.value] * 2, [place - 0.45, place + 0.45], color="black", linewidth=1.2)
    axes.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=7)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(right=max(row.ratio for row in rows) * 20)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("ratio, logarithmic; a black line is the target", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _label(row: Row) -> str:
    beside = f" / {row.peer}" if row.peer else ""
    return f"{row.name}{beside.replace('`', '')}, {size_shown(row.size)}"
