"""Draw the pictures of the documentation into docs/images, which a test holds to what is drawn here.

``python docs/pictures.py`` draws every worked example as SVG, both documented use cases side by side, and one history
as it is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rehydration import ContactGraph, explain, read_contacts, render
from rehydration.examples import EXAMPLES

IMAGES = Path(__file__).resolve().parent / "images"


def pictures() -> Iterator[tuple[str, str]]:
    """Yield the name of each file and what is in it."""
    drawn = {}
    for name, example in EXAMPLES.items():
        graph = ContactGraph.from_contacts(read_contacts(example.records))
        drawn[name] = explain(graph, example.requests[0], target=example.target)
        yield f"{name}.svg", render.svg(drawn[name])
    yield "use-cases.svg", render.comparison_svg([drawn["use-case-1"], drawn["use-case-2"]])
    recorded = ContactGraph.from_contacts(read_contacts(EXAMPLES["cut-persists"].records))
    yield "history.svg", render.graph_svg(recorded)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for file, source in pictures():
        (IMAGES / file).write_text(source, encoding="utf-8", newline="\n")
