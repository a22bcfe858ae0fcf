"""The command ``rehydration conformance vectors``: test vectors as lines of JSON.

Here belong its arguments. What a vector holds is not known here.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import json

import click

from rehydration.cli.options import Asked
from rehydration.cli.output import emit, emit_json


@click.command(cls=Asked, short_help="Print test vectors, for an engine in another language.")
@click.argument("kind", type=click.Choice(["histories", "case-format", "schema"]), default="histories")
@click.option(
    "--contacts",
    type=click.IntRange(1, 4),
    default=4,
    show_default=True,
    help="The most contacts of a history.",
)
def vectors(*, kind: str, contacts: int) -> None:
    """Print test vectors, for an engine or a runner in another language.

    histories: every small history, what is asked of it, the answers, and what they depend on, one history a line.
    case-format: patterns, symbols and chains of the format of cases, and what comes of them. schema: the JSON Schema of
    every line.
    """
    from rehydration.conformance.vectors import lines

    if kind == "schema":
        emit_json(lines.schema())
        return
    found = lines.history_vectors(contacts) if kind == "histories" else lines.case_format_vectors()
    for each in found:
        emit(json.dumps(each, ensure_ascii=False) + "\n")
