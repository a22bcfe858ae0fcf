"""How much room text takes in a picture that is shown with a font nobody knows beforehand.

Here belong conservative widths: those of DejaVu Sans, the widest of the fonts that browsers take for sans-serif, so
that with any other one text has room to spare. Bold letters are wider by a factor. This module does not know what the
text says.

Source: the advance widths in https://dejavu-fonts.github.io/, rounded up to a twentieth of the font's size.
"""

from __future__ import annotations

from bisect import bisect
from typing import Final
from unicodedata import category, east_asian_width

_REGULAR: Final = {
    0.30: "ijl'",
    0.35: " ,./:;IJ\\|",
    0.40: "-f",
    0.45: "!()[]rt",
    0.50: '"*_`–',
    0.55: "?csz",
    0.60: "FLkvxy",
    0.65: "$0123456789EPSTYabdeghnopqu{}",
    0.70: "ABCKRVXZ",
    0.75: "NU",
    0.80: "&DGHOQ",
    0.85: "#+<=>^w~",
    0.90: "M",
    1.00: "%@Wm…",
}
_WIDTHS: Final = {each: width for width, characters in _REGULAR.items() for each in characters}
_BOLD: Final = 1.18
_WIDE: Final = 1.05
_LETTER: Final = 1.2
_STRANGE: Final = 2.1
_LAST_LETTER: Final = "\u0590"
"""What comes before is a Latin, Greek or Cyrillic letter, or near to it."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Say how wide a text may become, in the unit of the font's size.

    >>> width_of("C2", 10), width_of("C2", 10, bold=True)
    (13.5, 15.93)
    """
    return round(sum(map(_em, text)) * size * (_BOLD if bold else 1), 2)


def _em(character: str) -> float:
    width = _WIDTHS.get(character)
    if width is not None:
        return width
    if category(character) in {"Mn", "Me"}:
        return 0
    if character < _LAST_LETTER:
        return _LETTER
    return _WIDE if east_asian_width(character) in "WF" else _STRANGE


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Take as much out of the middle of a text as is needed for it to fit; ids differ at their ends.

    >>> fitted("12345678-1234-1234-1234-123456789012", 100, 10)
    '1234567…789012'
    """
    if width_of(text, size, bold=bold) <= room:
        return text
    fitting = bisect(range(len(text)), room, key=lambda kept: width_of(_shortened(text, kept), size, bold=bold))
    return _shortened(text, max(fitting - 1, 0))


def _shortened(text: str, kept: int) -> str:
    return f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"


def set_in_lines(text: str, room: float, size: float, *, bold: bool = False, word: float) -> list[str]:
    """Break a text between words; a word that is wider than ``word`` is shortened."""
    lines: list[str] = []
    for each in text.split(" "):
        fitting = fitted(each, min(word, room), size, bold=bold)
        joined = f"{lines[-1]} {fitting}" if lines else fitting
        if lines and width_of(joined, size, bold=bold) <= room:
            lines[-1] = joined
        else:
            lines.append(fitting)
    return lines
