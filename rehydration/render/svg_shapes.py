"""The shapes and signs of an SVG picture: what a look looks like without any colour.

Here belong outlines. This module knows neither words nor where anything stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rehydration.explanation import Verdict
from rehydration.render.picture import Look, State
from rehydration.render.svg_places import PLATE, Bounds

_SLANT: Final = 11
_ROUND: Final = 7
_CHECK: Final = "M-5 .5l3.5 4 6.5-8"
_QUESTION: Final = "M-3-2.5a3 3 0 1 1 4.2 2.7q-1.2.6-1.2 2M0 5.5v.01"
ICONS: Final[Mapping[Look | str, str]] = {
    Verdict.VISIBLE: _CHECK,
    Verdict.UNAVAILABLE: "M0-5.5v6.5M0 5v.01",
    Verdict.UNKNOWN: _QUESTION,
    Verdict.DROPPED: "M-4-4l8 8M4-4l-8 8",
    Verdict.BEYOND_LIMIT: "M-5-4l4 4-4 4M1-4l4 4-4 4",
    State.LIVE: "M0-1.5a1.5 1.5 0 1 0 .01 0z",
    State.ENDED: _CHECK,
    State.OTHER_CHANNEL: "M-5 0h10",
    None: "M0-5l5 5-5 5-5-5z",
    "foreign": "M0-5.5v6.5M0 5v.01",
    "contingent": "M0-5a5 5 0 1 0 .01 0z",
    "differs": "M-5-2h10M-5 2h10M2.5-6l-5 12",
    "certain": _CHECK,
    "warning": "M0-5.5v6.5M0 5v.01",
}


def shape(look: Look, place: Bounds, *, small: bool = False) -> Iterator[str]:
    """Draw the outline of a box."""
    slant = 6 if small else _SLANT
    left, right, top, bottom, center = place.left, place.right, place.top, place.bottom, place.center
    if look is Verdict.UNAVAILABLE:
        points = ((left, center), (left + slant, top), (right - slant, top), (right, center))
        yield _polygon((*points, (right - slant, bottom), (left + slant, bottom)))
    elif look is Verdict.UNKNOWN:
        yield _polygon(((left + slant, top), (right, top), (right - slant, bottom), (left, bottom)))
    else:
        radius = {Verdict.VISIBLE: 10, State.ENDED: 10, State.LIVE: 20, None: 20}.get(look, 0)
        yield rect(place, min(radius, place.height / 2))
    if look is Verdict.BEYOND_LIMIT:
        inset = 3 if small else 6
        for x in (left + inset, right - inset):
            yield f'<path class="edge" d="M{short(x)} {short(top)}V{short(bottom)}"/>'


def rect(place: Bounds, radius: float, style: str = "shape") -> str:
    """Draw a rectangle with round corners."""
    return (
        f'<rect class="{style}" x="{short(place.left)}" y="{short(place.top)}" width="{short(place.width)}" '
        f'height="{short(place.height)}" rx="{short(radius)}"/>'
    )


def _polygon(points: Iterable[tuple[float, float]]) -> str:
    corners = " ".join(f"{short(x)},{short(y)}" for x, y in points)
    return f'<polygon class="shape" points="{corners}"/>'


def plates(place: Bounds) -> Iterator[str]:
    """Draw what lies beneath a box that stands for several."""
    for by in (2 * PLATE, PLATE):
        yield rect(Bounds(place.left + by, place.top + by, place.width, place.height), 6, "plate")


def rounded(*points: tuple[float, float]) -> str:
    """Write the path of a line that runs level and upright by turns, with round corners."""
    (x, y), *_ = points
    steps = [f"M{short(x)} {short(y)}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        x, y = _towards(corner, before)
        steps.append(_straight(before, (x, y)))
        x, y = _towards(corner, after)
        steps.append(f"Q{short(corner[0])} {short(corner[1])} {short(x)} {short(y)}")
    return "".join([*steps, _straight((x, y), points[-1])])


def _straight(begin: tuple[float, float], end: tuple[float, float]) -> str:
    return f"V{short(end[1])}" if begin[0] == end[0] else f"H{short(end[0])}"


def _towards(corner: tuple[float, float], point: tuple[float, float]) -> tuple[float, float]:
    """Give the point at which a corner begins to be round."""
    (x, y), (to_x, to_y) = corner, point
    if x == to_x:
        return x, y + (_ROUND if to_y > y else -_ROUND)
    return x + (_ROUND if to_x > x else -_ROUND), y


def short(value: float) -> str:
    """Write a number as short as it goes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
