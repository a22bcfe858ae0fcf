"""Random histories with everything in them, as plain records that the oracle and the engine can both be asked about.

Ids are opaque and shuffled, so that their order has nothing to do with time. Sessions have branches, links of known and
unknown type on any contact and on several, other channels, ties in time, customers, facts about transcripts; some
records are taken away, so that the contacts are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from rehydration import Availability, Contact, TranscriptFact

Record = dict[str, Any]

BEGIN = 1_700_000_000
NAMES = [f"{letter}{digit}" for letter in "qzbmxakw" for digit in "702"]
TYPES = (None, "FROM_SEGMENT", "ENTIRE_PAST_SESSION")
CHANNELS = ("CHAT", "CHAT", "CHAT", "CHAT", None, "TASK")
FACTS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["available", "available", "missing", "deleted", "not-ready"]),
        "size": st.sampled_from([None, 5_000_000, 5_000_001]),
        "misplaced": st.booleans(),
    }
)
TIMES = st.integers(0, 4).map(lambda step: BEGIN + 40 * step)


@st.composite
def sessions(draw: st.DrawFn, names: list[str]) -> list[Record]:
    """One session: its first contact, then contacts that follow any earlier one."""
    records: list[Record] = []
    for place, name in enumerate(names):
        records.append(
            {
                "id": name,
                "initial": names[0] if place else draw(st.sampled_from([None, name])),
                "previous": draw(st.sampled_from(names[:place])) if place else None,
                "related": None,
                "type": None,
                "related_is_link": True,
                "channel": draw(st.sampled_from(CHANNELS)),
                "initiated": draw(st.none() | TIMES),
                "ended": draw(st.none() | TIMES | TIMES | TIMES),
                "customer": draw(st.sampled_from([None, "Ana", "Bo"])),
                "transcript": draw(st.none() | st.none() | FACTS),
            }
        )
    return records


@st.composite
def worlds(draw: st.DrawFn, most: int = 9) -> list[Record]:
    """A history free of contradictions: links lead to sessions earlier in the list, or to nobody known."""
    names = draw(st.permutations(NAMES))
    total = draw(st.integers(1, most))
    made: list[list[Record]] = []
    taken = 0
    while taken < total:
        size = draw(st.integers(1, min(4, total - taken)))
        session = draw(sessions(names[taken : taken + size]))
        if draw(st.booleans()) or made:
            _link(draw, session, [each["id"] for earlier in made for each in earlier], names[-1])
        made.append(session)
        taken += size
    records = [record for session in made for record in session]
    kept = [record for record in records if draw(st.integers(0, 7))] or records[:1]
    return draw(st.permutations(kept))


def _link(draw: st.DrawFn, session: list[Record], earlier: list[str], nobody: str) -> None:
    start = draw(st.sampled_from([*earlier, *earlier, nobody]))
    kind = draw(st.sampled_from(TYPES))
    carriers = draw(st.lists(st.sampled_from(session), min_size=1, max_size=2, unique_by=lambda each: each["id"]))
    for carrier in carriers:
        carrier["related"] = start
        carrier["type"] = kind if carrier is carriers[0] else draw(st.sampled_from([None, kind]))
        if carrier["type"] is None:
            carrier["related_is_link"] = draw(st.sampled_from([True, True, True, False]))


def ids(records: list[Record]) -> list[str]:
    """Every id that the records contain or refer to, in a fixed order."""
    named = {record[key] for record in records for key in ("id", "initial", "previous", "related")}
    return sorted(named - {None})


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def fact(told: Mapping[str, Any] | None) -> TranscriptFact | None:
    if told is None:
        return None
    return TranscriptFact(Availability(told["status"]), told.get("size"), misplaced=told.get("misplaced", False))


def contact(record: Record) -> Contact:
    return Contact(
        contact_id=record["id"],
        initial_contact_id=record.get("initial"),
        previous_contact_id=record.get("previous"),
        related_contact_id=record.get("related"),
        rehydration_type=record.get("type"),
        related_is_link=record.get("related_is_link", True),
        channel=record.get("channel", "CHAT"),
        initiation_timestamp=at(record.get("initiated")),
        disconnect_timestamp=at(record.get("ended")),
        customer_id=record.get("customer"),
        transcript=fact(record.get("transcript")),
    )


def as_recorded(records: list[Record]) -> list[Contact]:
    """The contacts as records tell of them: without the types of links."""
    return [evolve(contact(record), rehydration_type=None, related_is_link=True) for record in records]
