"""The adapter of the logic program: histories and questions as facts, what then holds as plain values.

Here belongs the translation only; what the rules say is in ``opinion.lp``. This module must not know the engine: it
takes the values that the engine is asked with, and nothing else of it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from clingo import Control, String, Symbol

from rehydration import Contact, Policy, RehydrationRequest, TranscriptFact
from rehydration.policies import DEFAULT_POLICY, QUESTIONS

PROGRAM = Path(__file__).with_name("opinion.lp").read_text(encoding="utf-8")
ANSWERS = (("refusal", 2), ("from", 2), ("listed", 4), ("beyond", 3), ("stopped", 2), ("incomplete", 1))
AT_ONCE = 1_000  # questions: clingo takes more than twice as long for twice as many
LARGEST = 2**31 - 1  # of the program's numbers
LAG = timedelta(seconds=60)
YEARS_KEPT = 2


class Asked(NamedTuple):
    """A question: what a new chat would see by a request, or what a contact, named by its id, sees of the past.

    Questions about one history, the same object, share its facts.
    """

    history: Sequence[Contact]
    question: RehydrationRequest | str
    target: str | None = None
    transcripts: Mapping[str, TranscriptFact] = {}
    now: datetime | None = None
    policy: Policy = DEFAULT_POLICY


class Opinion(NamedTuple):
    """The rule that refuses, and then nothing else; or what is continued and seen, each id with its availability."""

    refusal: str | None = None
    start: str | None = None
    listed: tuple[tuple[str, str], ...] = ()
    beyond: tuple[str, ...] = ()
    stopped_at: str | None = None
    incomplete: bool = False


def opinions(asked: Sequence[Asked], program: str = PROGRAM) -> list[Opinion]:
    """Answer all questions in their order."""
    return [
        each for first in range(0, len(asked), AT_ONCE) for each in _opinions(asked[first : first + AT_ONCE], program)
    ]


def _opinions(asked: Sequence[Asked], program: str) -> Iterator[Opinion]:
    of_history: dict[int, dict[int, Asked]] = defaultdict(dict)
    for number, each in enumerate(asked):
        of_history[id(each.history)][number] = each
    names: list[str] = []
    facts = [fact for numbered in of_history.values() for fact in _facts(numbered, names)]
    found: list[dict[str, list[list[Symbol]]]] = [defaultdict(list) for _ in asked]
    for name, (question, *rest) in _what_holds(program, facts):
        found[question.number][name].append(rest)
    for each in found:
        yield _opinion(each, names)


def _what_holds(program: str, facts: Iterable[str]) -> Iterator[tuple[str, list[Symbol]]]:
    """Yield the answers. The program is stratified, so that all that holds is certain before anything is solved."""
    control = Control(["--warn=no-atom-undefined"])  # nobody needs to have a customer
    control.add("base", [], program)
    control.add("base", [], "\n".join(facts))
    control.ground([("base", [])])
    for name, arity in ANSWERS:
        for atom in control.symbolic_atoms.by_signature(name, arity):
            assert atom.is_fact, f"{atom.symbol} may hold or not: the program is not stratified"
            yield name, atom.symbol.arguments


def _opinion(found: Mapping[str, list[list[Symbol]]], names: Sequence[str]) -> Opinion:
    if "refusal" in found:
        [[rule]] = found["refusal"]
        return Opinion(refusal=rule.string)
    rows = {name: sorted(found[name]) for name in found}
    [start] = [names[contact.number] for [contact] in rows.get("from", ())] or [None]
    [stopped] = [names[contact.number] for [contact] in rows.get("stopped", ())] or [None]
    return Opinion(
        start=start,
        listed=tuple((names[contact.number], seen.string) for _, contact, seen in rows.get("listed", ())),
        beyond=tuple(names[contact.number] for _, contact in rows.get("beyond", ())),
        stopped_at=stopped,
        incomplete="incomplete" in rows,
    )


# ------------------------------------------------------------------------------------------------------ facts


def _facts(asked: Mapping[int, Asked], names: list[str]) -> Iterator[str]:
    """Write the facts of one history and of the questions about it, and append its ids to the names of all contacts."""
    history = next(iter(asked.values())).history
    own = _ids(history, asked.values())
    number_of = {name: len(names) + place for place, name in enumerate(own)}
    rank_of = {time: place for place, time in enumerate(_times(history, asked.values()))}
    names += own
    for contact in history:
        yield from _facts_of_contact(contact, number_of, rank_of)
    for number, each in asked.items():
        yield from _facts_of_question(number, each, number_of, rank_of)


def _ids(history: Iterable[Contact], asked: Iterable[Asked]) -> list[str]:
    ids = {id_ for each in history for id_ in (each.contact_id, *_named_by(each).values())}
    for each in asked:
        ids |= {_source(each), *each.transcripts}
        ids |= {each.target} - {None}
    return sorted(ids)


def _named_by(contact: Contact) -> dict[str, str]:
    named = {
        "initial": contact.initial_contact_id,
        "previous": contact.previous_contact_id,
        "related": contact.related_contact_id,
    }
    return {name: value for name, value in named.items() if value is not None}


def _source(asked: Asked) -> str:
    return asked.question if isinstance(asked.question, str) else asked.question.source_contact_id


def _times(history: Iterable[Contact], asked: Iterable[Asked]) -> list[datetime]:
    times = {time for each in history for time in _times_of(each).values()}
    for now in {each.now for each in asked} - {None}:
        times |= set(_before(now).values())
    return sorted(times)


def _times_of(contact: Contact) -> dict[str, datetime]:
    times = {"begun": contact.initiation_timestamp, "over": contact.disconnect_timestamp}
    return {name: time for name, time in times.items() if time is not None}


def _before(now: datetime) -> dict[str, datetime]:
    year = now.year - YEARS_KEPT
    return {
        "minute": now - LAG,
        "week": now - timedelta(minutes=10_080),
        "months": now.replace(year=year, day=min(now.day, monthrange(year, now.month)[1])),
    }


def _facts_of_contact(contact: Contact, number_of: Mapping[str, int], rank_of: Mapping[datetime, int]) -> Iterator[str]:
    own = number_of[contact.contact_id]
    yield f"contact({own})."
    yield from (f"{name}({own},{number_of[value]})." for name, value in _named_by(contact).items())
    yield from (f"{name}({own},{rank_of[time]})." for name, time in _times_of(contact).items())
    texts = {"type": contact.rehydration_type, "channel": contact.channel, "customer": contact.customer_id}
    yield from (f"{name}({own},{String(value)})." for name, value in texts.items() if value is not None)
    if not contact.related_is_link:
        yield f"plain({own})."
    if contact.transcript is not None:
        yield f"record({own},{_told(contact.transcript)})."


def _facts_of_question(
    number: int, asked: Asked, number_of: Mapping[str, int], rank_of: Mapping[datetime, int]
) -> Iterator[str]:
    if isinstance(asked.question, str):
        yield f"looks({number},{number_of[asked.question]})."
    else:
        yield f"asks({number},{String(asked.question.rehydration_type)},{number_of[_source(asked)]})."
    if asked.target is not None:
        yield f"target({number},{number_of[asked.target]})."
    if asked.now is not None:
        yield from (f"{name}({number},{rank_of[time]})." for name, time in _before(asked.now).items())
    yield from (f"policy({number},{reading})." for reading in _readings(asked.policy))
    yield from (f"file({number},{number_of[name]},{_told(fact)})." for name, fact in asked.transcripts.items())


@cache
def _readings(policy: Policy) -> tuple[str, ...]:
    return tuple(f"{field},{String(getattr(policy, field).value)}" for field in QUESTIONS)


def _told(fact: TranscriptFact) -> str:
    place = "misplaced" if fact.misplaced else "placed"
    size = "#inf" if fact.size is None else min(fact.size, LARGEST)
    return f"{String(fact.status.value)},{place},{size}"
