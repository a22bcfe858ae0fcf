"""``python -m benchmarks``: measure, print a table, and write it to the documentation if asked to."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import cast

import pyperf

from benchmarks import plot
from benchmarks.table import Part, Row, Size, lines
from benchmarks.timing import kept

PARTS = ("questions", "worst", "service", "growing", "process", "reading", "exports")
PEERS = ("networkx", "rustworkx", "duckdb", "polars", "pyarrow", "numpy", "attrs")
BEGIN, END = "<!-- figures: python -m benchmarks --write -->", "<!-- end of figures -->"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PICTURE = PAGE.parent / "images" / "performance.svg"


def measured(parts: Sequence[str], size: Size) -> Iterator[Row]:
    """Measure the parts one after the other, and say how it goes."""
    for name in parts:
        begin = monotonic()
        part = cast("Part", import_module(f"benchmarks.{name}"))
        for row in part.measure(size):
            print(f"{name}: {row.name} / {row.peer} / {row.size}: {row.ratio:.3g} {row.unit}", file=sys.stderr)
            yield row
        print(f"{name}: {monotonic() - begin:.0f} s", file=sys.stderr)


def machine() -> str:
    """Tell what it was measured on, and with what: versions and the kind of machine, no names."""
    metadata = pyperf.Run([1.0], collect_metadata=True).get_metadata()
    processor = metadata.get("cpu_model_name") or platform.machine()
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    python = f"{platform.python_implementation()} {platform.python_version()} on {platform.system()}"
    return f"{python}, {metadata['cpu_count']} CPUs {processor}; {versions}."


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"one of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--size", type=Size, default=Size.QUICK, help="smallest, quick (the default) or full")
    parser.add_argument(
        "--write", action="store_true", help="put table and picture of all parts into docs/performance.md"
    )
    parser.add_argument("--seconds", metavar="FILE", help="keep the seconds of every round, for the commands of pyperf")
    asked = parser.parse_args()
    if unknown := sorted({*asked.part} - {*PARTS}):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if asked.write and asked.part:
        parser.error("--write takes the figures of all parts, of one run: name no part")
    rows = list(measured(asked.part or PARTS, asked.size))
    table = "\n".join([machine(), "", *lines(rows)])
    print(table)
    if asked.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
        plot.draw(rows, PICTURE)
    if asked.seconds is not None:
        kept().dump(asked.seconds, replace=True)


if __name__ == "__main__":
    main()
