"""Lines of styled text: how wide they are, where they break, how they are written with colours or without.

Here belongs typesetting. Widths are in terminal cells, which rich knows; no environment is looked at. This module
does not know what the text says.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Final

from attrs import define, field
from rich.cells import cell_len, chop_cells
from rich.color import ColorSystem
from rich.style import Style

__all__ = [
    "LEAST_WIDTH",
    "MOST_WIDTH",
    "Line",
    "as_html",
    "ascii_only",
    "cell_len",
    "flowed",
    "folded",
    "words",
    "wrapped",
    "written",
]

LEAST_WIDTH: Final = 40
"""Narrower texts are written as wide as this."""

MOST_WIDTH: Final = 132
"""Wider ones are hard to read."""

_ASCII: Final = str.maketrans("✓✗»•◇◀▶…·–⋮→┊┄│─╭╰╯├┤┴┼", "+x>*o<>.--:>:-|-.`'||++")


@define
class Line:
    """One line of pieces of text, each with the name of its style."""

    pieces: list[tuple[str, str]] = field(factory=list)

    def add(self, piece: str, style: str = "") -> Line:
        """Add a piece at the end."""
        if piece:
            self.pieces.append((piece, style))
        return self

    def pad(self, width: int) -> Line:
        """Add blanks until it is as wide as this."""
        return self.add(" " * (width - self.width))

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return sum(cell_len(piece) for piece, _ in self.pieces)

    def written(self, *, color: bool) -> str:
        """Write it without the blanks at its end."""
        pieces = list(self.pieces)
        while pieces and not pieces[-1][0].rstrip():
            pieces.pop()
        if pieces:
            pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
        if not color:
            return "".join(piece for piece, _ in pieces)
        return "".join(Style.parse(style).render(piece, color_system=ColorSystem.STANDARD) for piece, style in pieces)


def written(lines: Iterable[Line], *, color: bool) -> str:
    """Write lines, no two empty ones in a row, none at the beginning or end."""
    kept: list[str] = []
    for line in lines:
        now = line.written(color=color)
        if now or (kept and kept[-1]):
            kept.append(now)
    return "\n".join(kept).rstrip("\n") + "\n"


def folded(value: str, width: int) -> list[str]:
    """Break a text that is too wide, wherever it has to be: an id has no better places."""
    return [value] if cell_len(value) <= width else chop_cells(value, max(width, 2))


def words(value: str, width: int) -> list[str]:
    """Break a text between words; a word that is too wide is broken itself."""
    lines: list[str] = []
    at = ""
    for word in value.split(" "):
        if at and cell_len(at) + 1 + cell_len(word) <= width:
            at = f"{at} {word}"
            continue
        if at:
            lines.append(at)
        *full, at = folded(word, width) or [""]
        lines += full
    return [*lines, at]


def wrapped(value: str, width: int, indent: str = "", style: str = "") -> list[Line]:
    """Break a text between words into lines that begin with an indent."""
    return [Line().add(indent).add(each, style) for each in words(value, width - len(indent))]


def flowed(pieces: Iterable[tuple[str, str]], width: int, indent: str = "", between: str = "  ") -> list[Line]:
    """Put pieces side by side with something between them, as many to a line as fit; a piece too wide is broken."""
    lines = [Line().add(indent)]
    for piece, style in pieces:
        line = lines[-1]
        begun = line.width > len(indent)
        if begun and line.width + cell_len(between) + cell_len(piece) <= width:
            line.add(between).add(piece, style)
            continue
        if begun:
            line.add(between.rstrip())
            lines.append(Line().add(indent))
        first, *rest = folded(piece, width - len(indent))
        lines[-1].add(first, style)
        lines += [Line().add(indent).add(each, style) for each in rest]
    return lines


def as_html(colored: str) -> str:
    """Write text with ANSI colours as HTML."""
    from rich.console import Console  # noqa: PLC0415  # only notebooks need it, and it takes a while
    from rich.text import Text  # noqa: PLC0415  # as above

    console = Console(file=StringIO(), width=MOST_WIDTH, record=True)
    console.print(Text.from_ansi(colored), soft_wrap=True, end="")
    return console.export_html(inline_styles=True, code_format='<pre style="line-height:1.4">{code}</pre>')


def ascii_only(drawn: str) -> str:
    """Replace the signs of a picture by such as every terminal has, and escape what is left."""
    return drawn.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
