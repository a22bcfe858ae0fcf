"""Every small history up to renaming, of which the parts hang together.

Here belongs what histories there are. What they answer is not known here.

A history is a session with the sessions that continue it, and so on. A session is told by its shape (of each contact
which one is before it), by the order in which its contacts end, if they end, and by its link. Contacts are numbered in
the order in which they begin; a session has ended before one that continues it begins.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, combinations_with_replacement, permutations, product

from attrs import evolve, frozen

from rehydration.conformance.vectors.opinion import ENTIRE, FROM, Question, Segment


@frozen
class _Link:
    carrier: int
    start: int
    rehydration_type: str | None


@frozen
class _Session:
    previous: tuple[int | None, ...]
    ended: tuple[int | None, ...]
    later: tuple[tuple[_Link, _Session], ...] = ()


def histories(contacts: int) -> Iterator[tuple[Segment, ...]]:
    """Give every history of so many contacts, each once, in an order that stays."""
    return (tuple(_written(each)) for each in _sessions(contacts))


def questions(history: Sequence[Segment]) -> Iterator[Question]:
    """Ask all that can be asked of a history: new chats by both types from each contact, and what linked chats see."""
    for each in history:
        yield Question(each.name, FROM)
        yield Question(each.name, ENTIRE)
    linked = {each.initial for each in history if each.related is not None}
    yield from (Question(each.name) for each in history if each.initial in linked)


@cache
def _sessions(contacts: int) -> tuple[_Session, ...]:
    return tuple(chain.from_iterable(_of_own(own, contacts - own) for own in range(1, contacts + 1)))


def _of_own(own: int, others: int) -> Iterator[_Session]:
    """Give the sessions of so many contacts of their own, that are continued by so many others."""
    for previous in product(*[[None] if place == 0 else range(place) for place in range(own)]):
        for ended in _ends(own, all_of_them=others > 0):
            last = ended.index(own - 1) if own - 1 in ended else 0  # looked at only where all have ended
            yield from (_Session(previous, ended, later) for later in _continued(own, last, others))


def _ends(contacts: int, *, all_of_them: bool) -> Iterator[tuple[int | None, ...]]:
    """Give every order in which contacts end; those that go on have no place in it."""
    for number in range(contacts if all_of_them else 0, contacts + 1):
        for order in permutations(range(contacts), number):
            yield tuple(order.index(place) if place in order else None for place in range(contacts))


def _continued(own: int, last: int, others: int) -> Iterator[tuple[tuple[_Link, _Session], ...]]:
    for sizes in _parts(others):
        of_size = [
            combinations_with_replacement(_linked(own, last, size), sizes.count(size)) for size in sorted({*sizes})
        ]
        yield from (tuple(chain.from_iterable(each)) for each in product(*of_size))


def _parts(number: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Give every way to write a number as a sum, the greatest part first."""
    if number == 0:
        yield ()
    for first in range(min(number, number if most is None else most), 0, -1):
        yield from ((first, *rest) for rest in _parts(number - first, first))


@cache
def _linked(own: int, last: int, contacts: int) -> tuple[tuple[_Link, _Session], ...]:
    """Give the sessions of so many contacts that continue one, of ``own`` contacts of which ``last`` ended last."""
    ways = [(start, kind) for start in range(own) for kind in (FROM, ENTIRE, None) if kind != ENTIRE or start == last]
    return tuple(
        (_Link(carrier, start, kind), session)
        for session in _sessions(contacts)
        for carrier in range(len(session.previous))
        for start, kind in ways
    )


def _written(session: _Session, named: int = 0) -> list[Segment]:
    """Name the contacts of a session, then those of the sessions that continue it."""
    own = len(session.previous)
    names = [f"C{named + place + 1}" for place in range(own)]
    every = [
        Segment(
            name=names[place],
            initial=names[0],
            previous=None if previous is None else names[previous],
            begun=2 * named + place,
            ended=math.inf if ended is None else 2 * named + own + ended,
        )
        for place, (previous, ended) in enumerate(zip(session.previous, session.ended, strict=True))
    ]
    for link, later in session.later:
        written = _written(later, named + len(every))
        carrier = written[link.carrier]
        written[link.carrier] = evolve(carrier, related=names[link.start], rehydration_type=link.rehydration_type)
        every += written
    return every
