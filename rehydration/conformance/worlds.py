"""Worlds: the histories that cases are set in, made of what they write down.

Here belongs how contact records and marker messages are made of a case's world. Who is given them is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.symbols import Symbols

Record = dict[str, Any]

_TIMES: Final = ("InitiationTimestamp", "DisconnectTimestamp", "LastUpdateTimestamp")


def marker(symbol: str) -> str:
    """Say what the marker message of a contact says."""
    return f"marker of {symbol.removeprefix('$')}"


def planted(world: Mapping[str, Any], symbols: Symbols, now: datetime) -> tuple[list[Record], dict[str, Any]]:
    """Make the contact records and transcripts of a world, and bind its symbols to fresh ids."""
    contacts = [each for entry in world.get("contacts", ()) for each in _expanded(entry)]
    for each in contacts:
        symbols.fresh(each["ContactId"])
    told = world.get("transcripts", {})
    strange = sorted(set(told) - {each["ContactId"] for each in contacts})
    if strange:
        raise CaseMalformed(f"transcripts of {', '.join(strange)}, which are no contacts of the world")
    records = [_record(each, symbols, now) for each in contacts]
    transcripts = {}
    for each in contacts:
        transcripts[symbols.filled(each["ContactId"])] = _transcript(each, told.get(each["ContactId"]), symbols, now)
    return records, transcripts


def _expanded(entry: Mapping[str, Any]) -> Iterator[Record]:
    if "chain" not in entry:
        yield dict(entry)
        return
    name, seconds = entry["chain"], entry["seconds"]
    for number in range(1, entry["count"] + 1):
        begins = entry["begins"] + (number - 1) * seconds
        record = {
            "ContactId": f"{name}{number}",
            "InitiationMethod": "API",
            "InitiationTimestamp": begins,
            "DisconnectTimestamp": begins + seconds,
        }
        if number > 1 and entry["type"] == "sessions":
            record["RelatedContactId"] = f"{name}{number - 1}"
        elif number > 1:
            record |= {
                "InitialContactId": f"{name}1",
                "PreviousContactId": f"{name}{number - 1}",
                "InitiationMethod": "TRANSFER",
            }
        yield record


def _record(contact: Record, symbols: Symbols, now: datetime) -> Record:
    times = {name: _written(now, contact[name]) for name in _TIMES if name in contact}
    return {"Channel": "CHAT", **symbols.filled(contact), **times}


def _written(now: datetime, seconds: float) -> str:
    return (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _transcript(contact: Record, told: Any, symbols: Symbols, now: datetime) -> Any:  # noqa: ANN401  # JSON data
    if isinstance(told, list):
        return [_item(each, symbols, now) for each in told]
    time = _written(now, contact.get("InitiationTimestamp", 0))
    message = _item({"AbsoluteTime": time, "Content": marker(contact["ContactId"])}, symbols, now)
    if told is None:
        return [message]
    items = [_item(each, symbols, now) for each in told["Transcript"]] if "Transcript" in told else [message]
    return {**told, "Transcript": items}


def _item(item: Record, symbols: Symbols, now: datetime) -> Record:
    """Make an item of what a case says of it; what it does not say is that of a message of the customer."""
    filled: Record = {"Id": symbols.new_id(), "Type": "MESSAGE", "ParticipantRole": "CUSTOMER", **symbols.filled(item)}
    if filled["Type"] == "MESSAGE":
        filled.setdefault("ContentType", "text/plain")
    if isinstance(filled.get("AbsoluteTime"), int | float):
        time = now + timedelta(seconds=filled["AbsoluteTime"])
        filled["AbsoluteTime"] = f"{time.strftime('%Y-%m-%dT%H:%M:%S')}.{time.microsecond // 1000:03}Z"
    return filled
