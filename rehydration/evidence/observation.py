"""One observation: a history, what was asked of it, and what came; as a value and as JSON.

This module reads, writes, checks and scrubs observations. An observation holds ids, times, and nothing that anybody
said. This module does not know what follows from one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any, Final

from attrs import evolve, field, frozen

from rehydration.contacts import REFERENCES, TIMES, Contact, in_utc
from rehydration.errors import InvalidArgument, InvalidInput, shown
from rehydration.requests import RehydrationRequest
from rehydration.transcripts import Availability, TranscriptFact

_TEXTS: Final = ("channel", "initiation_method", "rehydration_type")
_A_FILE: Final = "a JSON array of observations; `rehydration evidence check --schema` prints the schema"


class UnreadableObservation(InvalidInput):
    """A file of observations cannot be read: where, and what was expected."""

    def __init__(self, place: str, reason: str) -> None:
        """Say where, and what is wrong there."""
        super().__init__(place, reason)

    def __str__(self) -> str:
        place, reason = self.args
        return f"{place}: {reason}; expected {_A_FILE}"


def _all(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    return tuple(contacts)


def _ids(contact_ids: Iterable[str]) -> frozenset[str]:
    return frozenset(contact_ids)


@frozen(kw_only=True)
class Observation:
    """What was asked of a history on an instance, and what came.

    - ``contacts``: the history, or the part of it that matters.
    - ``asked``: the request, or the id of a contact whose transcript was read.
    - ``target``: the id of the new chat of a request, if the history has it.
    - ``now``: when it was asked.
    - ``transcripts``: what was done to transcript files, by contact id.
    - ``continued_from``: the contact that the new chat continued from, by the answer or by its ``RelatedContactId``.
    - ``refused``: the code of the error, such as ``"InvalidRequestException"``.
    - ``shown`` and ``hidden``: contacts whose items ``GetTranscript`` showed, or did not show although all pages were
      read. Contacts in neither were not looked for.
    - ``date`` and ``instance``: when, and on which instance. Scrubbed observations name the instance by a symbol.
    """

    contacts: tuple[Contact, ...] = field(converter=_all)
    asked: RehydrationRequest | str
    target: str | None = None
    now: datetime | None = None
    transcripts: Mapping[str, TranscriptFact] = field(factory=dict)
    continued_from: str | None = None
    refused: str | None = None
    shown: frozenset[str] = field(default=frozenset(), converter=_ids)
    hidden: frozenset[str] = field(default=frozenset(), converter=_ids)
    date: date | None = None
    instance: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.refused is not None and (self.continued_from or self.shown or self.hidden):
            raise InvalidArgument("refused", self.refused, "no answer beside it: a refused chat shows nothing")
        if self.refused is None and self.continued_from is None and not self.shown and not self.hidden:
            raise InvalidArgument("continued_from", None, "something that came: a start contact, a code, or contacts")
        if self.shown & self.hidden:
            raise InvalidArgument("hidden", sorted(self.hidden), "contacts that were not shown as well")
        if self.now is not None:
            object.__setattr__(self, "now", in_utc("now", self.now))


# ---------------------------------------------------------------------------------------------------------- as JSON


def schema() -> Any:  # noqa: ANN401  # JSON data
    """Give the JSON schema of a file of observations."""
    return json.loads((files("rehydration.evidence") / "observations.schema.json").read_text(encoding="utf-8"))


def read_observations(source: str | Path | Iterable[Mapping[str, Any]]) -> tuple[Observation, ...]:
    """Read observations from a file of JSON, or from its parsed value.

    :raises InvalidInput: the file cannot be read, or an observation has the wrong form. The error says where.
    """
    if isinstance(source, str | Path):
        try:
            parsed = json.loads(Path(source).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise UnreadableObservation(str(source), f"cannot be read: {error}") from None
    else:
        parsed = list(source)
    if not isinstance(parsed, list):
        raise UnreadableObservation("$", f"is {shown(parsed)}")
    return tuple(_observation(each, f"$[{place}]") for place, each in enumerate(parsed))


def _observation(written: object, place: str) -> Observation:
    if not isinstance(written, Mapping):
        raise UnreadableObservation(place, f"is {shown(written)}")
    try:
        asked, came = written["Asked"], written["Came"]
        request = (
            RehydrationRequest(asked["RehydrationType"], asked["SourceContactId"])
            if "SourceContactId" in asked
            else asked["ContactId"]
        )
        return Observation(
            contacts=map(_contact, written["Contacts"]),
            asked=request,
            target=asked.get("TargetContactId"),
            now=_time(asked.get("Now")),
            transcripts={name: _fact(each) for name, each in written.get("Transcripts", {}).items()},
            continued_from=came.get("ContinuedFromContactId"),
            refused=came.get("Error"),
            shown=came.get("Shown", ()),
            hidden=came.get("Hidden", ()),
            date=date.fromisoformat(written["Date"]) if written.get("Date") else None,
            instance=written.get("Instance"),
        )
    except KeyError as error:
        raise UnreadableObservation(place, f"lacks {error}") from None
    except (InvalidInput, TypeError, ValueError, AttributeError) as error:
        raise UnreadableObservation(place, str(error)) from None


def _contact(written: Mapping[str, Any]) -> Contact:
    members: dict[str, Any] = {name: written.get(_member(name)) for name in (*REFERENCES, *_TEXTS)}
    times: dict[str, Any] = {name: _time(written.get(_member(name))) for name in TIMES}
    return Contact(contact_id=written["ContactId"], customer_id=written.get("CustomerId"), **members, **times)


def _member(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _time(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _fact(written: Mapping[str, Any]) -> TranscriptFact:
    return TranscriptFact(Availability(written.get("Status", "available")), written.get("Bytes"))


def write_observations(observations: Iterable[Observation]) -> str:
    """Write observations down as JSON, for :func:`read_observations`."""
    return json.dumps([_written(each) for each in observations], indent=2)


def _written(one: Observation) -> dict[str, Any]:
    asked: dict[str, Any] = (
        {"ContactId": one.asked}
        if isinstance(one.asked, str)
        else {"RehydrationType": str(one.asked.rehydration_type), "SourceContactId": one.asked.source_contact_id}
    )
    asked |= {"TargetContactId": one.target, "Now": one.now and one.now.isoformat()}
    came = {
        "ContinuedFromContactId": one.continued_from,
        "Error": one.refused,
        "Shown": sorted(one.shown),
        "Hidden": sorted(one.hidden),
    }
    facts = {name: {"Status": str(fact.status), "Bytes": fact.size} for name, fact in one.transcripts.items()}
    return {
        **_told({"Date": one.date and one.date.isoformat(), "Instance": one.instance}),
        "Contacts": [_told(_plain(each)) for each in one.contacts],
        "Asked": _told(asked),
        "Transcripts": {name: _told(each) for name, each in facts.items()},
        "Came": _told(came),
    }


def _plain(contact: Contact) -> dict[str, Any]:
    names = ("contact_id", *REFERENCES, *TIMES, *_TEXTS, "customer_id")
    values = ((_member(name), getattr(contact, name)) for name in names)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}


def _told(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value != []}


# ---------------------------------------------------------------------------------------------------------- scrubbed


def scrubbed(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Replace every id of a contact, a customer and an instance by a symbol, the same one wherever it stands.

    Times and types stay: the rules look at them.
    """
    symbols = _Symbols()
    return tuple(_scrubbed(each, symbols) for each in observations)


class _Symbols:
    """Symbols for ids, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._numbers = {kind: count(1) for kind in ("contact", "customer", "instance")}

    def contact(self, own: str) -> str:
        return self._of("contact", own)

    def other(self, kind: str, own: str | None) -> str | None:
        return None if own is None else self._of(kind, own)

    def _of(self, kind: str, own: str) -> str:
        if (kind, own) not in self._given:
            self._given[kind, own] = f"{kind}-{next(self._numbers[kind]):03}"
        return self._given[kind, own]


def _scrubbed(one: Observation, symbols: _Symbols) -> Observation:
    contacts = sorted(one.contacts, key=lambda each: each.contact_id)  # so that ids keep their order
    for name in sorted({each for contact in contacts for each in _ids_of(contact)}):
        symbols.contact(name)
    asked = one.asked
    return evolve(
        one,
        contacts=[_renamed(each, symbols) for each in one.contacts],
        asked=symbols.contact(asked)
        if isinstance(asked, str)
        else RehydrationRequest(asked.rehydration_type, symbols.contact(asked.source_contact_id)),
        target=symbols.other("contact", one.target),
        transcripts={symbols.contact(name): fact for name, fact in one.transcripts.items()},
        continued_from=symbols.other("contact", one.continued_from),
        shown=map(symbols.contact, sorted(one.shown)),
        hidden=map(symbols.contact, sorted(one.hidden)),
        instance=symbols.other("instance", one.instance),
    )


def _ids_of(contact: Contact) -> Iterator[str]:
    yield contact.contact_id
    yield from (each for name in REFERENCES if (each := getattr(contact, name)) is not None)


def _renamed(contact: Contact, symbols: _Symbols) -> Contact:
    renamed: dict[str, Any] = {
        name: symbols.other("contact", getattr(contact, name)) for name in ("contact_id", *REFERENCES)
    }
    renamed |= {"customer_id": symbols.other("customer", contact.customer_id)}
    return evolve(contact, **renamed, instance_id=None, contact_association_id=None)
