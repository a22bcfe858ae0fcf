"""What the rules answer for a small history, worked out plainly from the catalogue and from what we chose.

Here belongs an opinion that is independent of the engine: nothing of it is imported. It knows chats alone, all of them
known, with transcripts that can be read. Where it meets an open question it asks how to read it, so that all answers
can be found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from attrs import field, frozen

FROM: Final = "FROM_SEGMENT"
ENTIRE: Final = "ENTIRE_PAST_SESSION"

Doubt = tuple[str, str]
"""What an answer may depend on: ``("policy", field)``, or ``("link type", id)`` with the first contact of the session
that has the link."""

Readings = Mapping[Doubt, str]
"""Doubt → how it is read."""

READINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "ended": ("SESSION", "SEGMENT"),
    "entire_source": ("INITIAL_ONLY", "ANY_OF_SESSION"),
    "most_recent": ("DISCONNECT", "INITIATION", "DEPTH"),
    "entire_view": ("SESSION", "ANCESTORS"),
    "link_scope": ("SESSION", "CONTACT"),
}
"""Field of the policy → its readings, the default first; only those that such histories can depend on."""

_TYPES: Final = (FROM, ENTIRE)


@frozen
class Segment:
    """One contact: its times are places in an order, and one that is live has no end."""

    name: str
    initial: str
    previous: str | None
    begun: int
    ended: float = math.inf
    related: str | None = None
    rehydration_type: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether it goes on."""
        return self.ended == math.inf


@frozen
class Question:
    """What is asked: a new chat by a type from a source; without a type, what the contact sees that is named."""

    contact: str
    rehydration_type: str | None = None


@frozen
class Answer:
    """The start contact and what is visible, newest first; or the rule that forbids it."""

    start: str | None = None
    visible: tuple[str, ...] = ()
    refused: str | None = None


@frozen
class Outcome:
    """An answer, and the readings under which it is given; what they do not name does not matter to it."""

    answer: Answer
    readings: Readings = field(factory=dict)

    @property
    def departures(self) -> Readings:
        """The readings that are not the default."""
        return {doubt: reading for doubt, reading in self.readings.items() if reading != _ways(doubt)[0]}


class _Unread(Exception):  # it is a question, and does not leave this module
    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt)
        self.doubt = doubt


def outcomes(history: Sequence[Segment], question: Question) -> tuple[Outcome, ...]:
    """Find the answer under every reading of what it comes to ask; the first is that of the default."""
    return tuple(_outcomes(history, question, {}))


def _outcomes(history: Sequence[Segment], question: Question, fixed: Readings) -> Iterator[Outcome]:
    def read(doubt: Doubt) -> str:
        if doubt not in fixed:
            raise _Unread(doubt)
        return fixed[doubt]

    try:
        yield Outcome(_Opinion(history, read).answer(question), fixed)
    except _Unread as met:
        for reading in _ways(met.doubt):
            yield from _outcomes(history, question, {**fixed, met.doubt: reading})


def _ways(doubt: Doubt) -> tuple[str, ...]:
    kind, subject = doubt
    return READINGS[subject] if kind == "policy" else _TYPES


def depends_on(found: Sequence[Outcome]) -> tuple[Doubt, ...]:
    """Name the doubts on which an answer depends: two readings that differ there alone give two answers."""
    matters = set()
    for one, other in combinations(found, 2):
        apart = [
            doubt for doubt in one.readings if other.readings.get(doubt, one.readings[doubt]) != one.readings[doubt]
        ]
        if one.answer != other.answer and len(apart) == 1:
            matters.add(apart[0])
    return tuple(sorted(matters))


class _Opinion:
    """One history under one way to read what is open."""

    def __init__(self, history: Sequence[Segment], read: Callable[[Doubt], str]) -> None:
        self._all = {each.name: each for each in history}
        self._read = read

    def _policy(self, name: str) -> str:
        return self._read(("policy", name))

    def answer(self, question: Question) -> Answer:
        contact = self._all[question.contact]
        if question.rehydration_type is None:
            carrier = self._carrier(contact.initial)
            if carrier is None or not self._counts(carrier, self._back(contact)):
                return Answer()
            return Answer(carrier.related, tuple(self._follow(carrier, {contact.initial})))
        forbidden = self._forbidden(contact, question.rehydration_type)
        if forbidden is not None:
            return Answer(refused=forbidden)
        start = contact if question.rehydration_type == FROM else self._last_ended(contact.initial)
        return Answer(start.name, tuple(self._walk(question.rehydration_type, start, set())))

    # ------------------------------------------------------------------------------------------------- may it be done

    def _forbidden(self, source: Segment, kind: str) -> str | None:
        if source.is_live:
            return "eligibility.session-ended"
        if any(each.is_live for each in self._session(source.initial)) and self._policy("ended") == "SESSION":
            return "eligibility.ended-scope"
        if kind == ENTIRE and source.name != source.initial and self._policy("entire_source") == "INITIAL_ONLY":
            return "start.entire-given-another"
        return None

    def _last_ended(self, initial: str) -> Segment:
        return self._latest([each for each in self._session(initial) if not each.is_live])

    # -------------------------------------------------------------------------------------------------- what is shown

    def _follow(self, carrier: Segment, visited: set[str]) -> list[str]:
        kind = carrier.rehydration_type or self._type_of(carrier)
        return self._walk(kind, self._all[str(carrier.related)], visited)

    def _walk(self, kind: str, start: Segment, visited: set[str]) -> list[str]:
        if start.initial in visited:
            return []
        shown = self._shown(kind, start)
        listed = self._newest_first(shown)
        carrier = self._carrier(start.initial)
        if carrier is None or not self._counts(carrier, shown):
            return listed
        return listed + self._follow(carrier, visited | {start.initial})

    def _shown(self, kind: str, start: Segment) -> list[Segment]:
        session, back = self._session(start.initial), self._back(start)
        if kind == FROM or len(back) == len(session):
            return back
        if self._is_linear(session) or self._policy("entire_view") == "SESSION":
            return session
        return back

    def _type_of(self, carrier: Segment) -> str:
        """Read the type of a link that does not tell it: a doubt where both could be, and show different things."""
        start = self._all[str(carrier.related)]
        if len(self._back(start)) == len(self._session(start.initial)) or self._last_ended(start.initial) != start:
            return FROM
        return self._read(("link type", carrier.initial))

    def _counts(self, carrier: Segment, entered: Sequence[Segment]) -> bool:
        return carrier in entered or self._policy("link_scope") == "SESSION"

    # --------------------------------------------------------------------------------------- sessions and their order

    def _session(self, initial: str) -> list[Segment]:
        return [each for each in self._all.values() if each.initial == initial]

    def _carrier(self, initial: str) -> Segment | None:
        return next((each for each in self._session(initial) if each.related is not None), None)

    def _back(self, contact: Segment) -> list[Segment]:
        before = [] if contact.previous is None else self._back(self._all[contact.previous])
        return [contact, *before]

    def _is_linear(self, session: Sequence[Segment]) -> bool:
        return len({each.previous for each in session}) == len(session)

    def _newest_first(self, contacts: Sequence[Segment]) -> list[str]:
        left, listed = list(contacts), []
        while left:
            continued = {each.previous for each in left}
            latest = self._latest([each for each in left if each.name not in continued])
            left.remove(latest)
            listed.append(latest.name)
        return listed

    def _latest(self, contacts: Sequence[Segment]) -> Segment:
        """Choose the most recent; it is asked how to read that only where it matters."""
        by: Mapping[str, Callable[[Segment], tuple[float, ...]]] = {
            "DISCONNECT": lambda each: (each.ended, each.begun),
            "INITIATION": lambda each: (each.begun,),
            "DEPTH": lambda each: (len(self._back(each)), each.ended, each.begun),
        }
        latest = {name: max(contacts, key=key) for name, key in by.items()}
        if len({each.name for each in latest.values()}) == 1:
            return latest["DISCONNECT"]
        return latest[self._policy("most_recent")]
