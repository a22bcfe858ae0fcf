"""Seeding: a whole history at once, from contact records and transcripts, because no public operation can make one.

Here belongs how what was handed over is checked, all of it before anything is taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from os import PathLike
from typing import Any, Final, cast

from attrs import evolve, frozen

from rehydration.contacts import Contact, UnknownContact
from rehydration.doubts import Doubt
from rehydration.errors import AlreadyKnown, ContradictoryRecords, InvalidArgument
from rehydration.graph import MOST_CONTRADICTIONS, ContactGraph
from rehydration.identifiers import ContactId
from rehydration.records import Account, ContactDetails, Source, read_contact_details, read_transcripts
from rehydration.records.details import LatestAttributes
from rehydration.records.members import pascal
from rehydration.service.contacts import described
from rehydration.service.instance import DURATION, Instance
from rehydration.service.refusals import AnswerMalformed
from rehydration.service.schema import Schema
from rehydration.service.state import CUSTOMER, PLAIN_TEXT, Chat, Details, Plain, instant, read_instant
from rehydration.sessions import chain
from rehydration.transcripts import Availability, TranscriptFact

Transcript = Iterable[Mapping[str, object]] | TranscriptFact | Mapping[str, object]
"""What is told of the transcript of one contact: its items, a fact about its file, or both by name."""

Records = Source | Iterable[Contact]
"""What contacts can be seeded from."""

_MEMBERS: Final = ("Transcript", "Status", "Size", "Misplaced")
_A_TRANSCRIPT: Final = f"a list of items, a TranscriptFact, or a mapping with any of {', '.join(_MEMBERS)}"
_A_SOURCE: Final = "a mapping from contact id to transcript, or the path of a folder of transcript files"


@frozen
class Told:
    """What is told of the transcript of one contact."""

    items: tuple[Plain, ...] = ()
    fact: TranscriptFact | None = None


@frozen
class Seed:
    """A history that was found to be sound; ``graph`` is the graph that it makes of the instance's."""

    graph: ContactGraph
    contacts: tuple[Contact, ...]
    details: Mapping[ContactId, Details]
    attributes: Mapping[ContactId, Mapping[str, str]]
    told: Mapping[ContactId, Told]
    live: tuple[ContactId, ...]
    account: Account
    disagreements: tuple[Doubt, ...]


def planned(
    instance: Instance,
    contacts: Records,
    transcripts: Mapping[str, Transcript] | str | PathLike[str] | None,
    schema: Schema,
) -> Seed:
    """Check a history against what is there.

    :raises UnreadableRecord: a record or a transcript file cannot be read.
    :raises ContradictoryRecords: the records cannot all be true, or a contact is there already.
    :raises InvalidArgument: a transcript is not of its form, or of a contact that nobody knows.
    """
    latest = LatestAttributes()
    segment_attributes: dict[ContactId, Plain] = {}
    details_of, account = _with_details(contacts)
    read = ContactGraph.from_contacts(_read(details_of, latest, segment_attributes))
    new = tuple(evolve(each, instance_id=None) for each in read)
    _check_unknown(instance, new)
    graph = ContactGraph.from_contacts((*instance.graph, *new), ends_are_told=True) if new else instance.graph
    details = {
        each.contact_id: Details(
            number=len(instance.details) + place,
            updated=each.last_update_timestamp or instance.time,
            segment_attributes=segment_attributes.get(each.contact_id, {}),
        )
        for place, each in enumerate(new)
    }
    of_sessions = _attributes_of_sessions(instance, graph, new, latest)
    for each in new:
        own = of_sessions[graph.session_of(each.contact_id).initial_contact_id]
        contact = {"Contact": described(instance.arn, each, details[each.contact_id], own)}
        _check(schema, "DescribeContact", contact, f"contact {each.contact_id!r}")
    told = _all_told(instance, graph, {} if transcripts is None else transcripts)
    for contact_id, said in told.items():
        check_shown(schema, said.items, f"transcripts[{contact_id!r}]")
    going_on = {
        graph.session_of(each.contact_id).initial_contact_id for each in new if each.is_chat and not each.has_ended
    }
    return Seed(
        graph,
        new,
        details,
        of_sessions,
        told,
        tuple(sorted(each for each in going_on if not _goes_on(instance, each))),
        account,
        (*read.disagreements, *latest.disagreements),
    )


def take_in(instance: Instance, seed: Seed) -> Plain:
    """Take a history in, and tell of the chats of it that go on."""
    instance.graph = seed.graph
    instance.attributes.update({each: dict(told) for each, told in seed.attributes.items()})
    for each in seed.contacts:
        instance.remember(each, seed.details[each.contact_id])
        if each.transcript is not None:
            instance.transcripts.facts[each.contact_id] = each.transcript
    for contact_id, told in seed.told.items():
        if told.fact is not None:
            instance.transcripts.facts[contact_id] = told.fact
        session = seed.graph.session_of(contact_id)
        for members in told.items:
            item = members if "Id" in members else {"Id": instance.new_id(), **members}
            instance.transcripts.add(contact_id, session.initial_contact_id, item)
    account = seed.account
    beside = {
        "Strays": dict(account.strays),
        "Files": [each.path for each in account.passed_over],
        "Untold": [pascal(each) for each in account.untold],
        "UnreadAttributes": account.unread,
        "Disagreements": [*map(str, seed.disagreements)],
    }
    live = [_welcomed(instance, each) for each in seed.live]
    return {"LiveChats": live, **{name: told for name, told in beside.items() if told}}


def _welcomed(instance: Instance, initial_contact_id: ContactId) -> Plain:
    instance.open(Chat(initial_contact_id=initial_contact_id, ends=instance.time + DURATION))
    customer = instance.invite(initial_contact_id, CUSTOMER, "Customer", joined=True)
    return {
        "ContactId": instance.contact_of(customer),
        "ParticipantId": customer.participant_id,
        "ParticipantToken": customer.token,
    }


def _goes_on(instance: Instance, initial_contact_id: ContactId) -> bool:
    return initial_contact_id in instance.chats and not instance.graph.session_of(initial_contact_id).has_ended


# ---------------------------------------------------------------------------------------------------------- contacts


def _read(
    contacts: Iterable[ContactDetails],
    latest: LatestAttributes,
    segment_attributes: dict[ContactId, Plain],
) -> Iterator[Contact]:
    """Yield contacts; keep attributes of both kinds of the latest record of each."""
    updated: dict[ContactId, float] = {}
    for each in contacts:
        contact = each.contact
        latest.note(each)
        rank = _seconds(contact.last_update_timestamp)
        if each.segment_attributes and rank >= updated.get(contact.contact_id, rank):
            updated[contact.contact_id] = rank
            segment_attributes[contact.contact_id] = {
                name: dict(value) for name, value in each.segment_attributes.items()
            }
        yield contact


def _with_details(contacts: Records) -> tuple[Iterator[ContactDetails], Account]:
    """Take contacts as they are or as they are read; the account tells of what is read."""
    one_source = isinstance(contacts, str | PathLike | Mapping) or hasattr(contacts, "read")
    are_several = not one_source and isinstance(contacts, Iterable)
    made: list[ContactDetails] = []
    records: list[Any] = []
    for each in cast("Iterable[object]", contacts) if are_several else ():
        if isinstance(each, Contact):
            made.append(ContactDetails(each, {}, (), {}))
        else:
            records.append(each)
    read = read_contact_details(records if are_several else contacts)  # type: ignore[arg-type]  # contacts are sorted out
    return (each for found in (made, read) for each in found), read.account


def _attributes_of_sessions(
    instance: Instance,
    graph: ContactGraph,
    contacts: Iterable[Contact],
    told: LatestAttributes,
) -> dict[ContactId, Mapping[str, str]]:
    """Find what records tell of the attributes of each session (rule ``identity.attributes-of-session``).

    The latest record that has any tells them: by its update, then by its initiation. What is there already wins.
    """
    latest: dict[ContactId, tuple[float, float, list[tuple[str, str]]]] = {}
    for each in contacts:
        session = graph.session_of(each.contact_id).initial_contact_id
        times = map(_seconds, (each.last_update_timestamp, each.initiation_timestamp))
        record = (next(times), next(times), sorted(told.of(each.contact_id).items()))
        latest[session] = max(latest.get(session, record), record, key=lambda each: (bool(each[2]), each))
    return {
        session: {**dict(attributes), **instance.attributes.get(session, {})}
        for session, (_, _, attributes) in latest.items()
    }


def _seconds(time: datetime | None) -> float:
    return float("-inf") if time is None else time.timestamp()


def _check_unknown(instance: Instance, contacts: Iterable[Contact]) -> None:
    known = [each.contact_id for each in contacts if each.contact_id in instance.details]
    if known:
        faults = tuple(AlreadyKnown(each, "is there already; seed it once") for each in known)
        raise ContradictoryRecords(faults[:MOST_CONTRADICTIONS], len(faults))


def check_shown(schema: Schema, items: tuple[Plain, ...], name: str) -> None:
    """Check items that a transcript will have to show.

    :raises InvalidArgument: the service model does not allow one.
    """
    _check(schema, "GetTranscript", {"Transcript": list(items)}, name)


def _check(schema: Schema, operation: str, answer: Plain, name: str) -> None:
    """Check what an operation will have to answer."""
    try:
        schema.check_answer(operation, answer)
    except AnswerMalformed as fault:
        told = "; ".join(fault.problems)
        raise InvalidArgument(name, answer, f"what Amazon Connect's service model allows: {told}") from None


# ------------------------------------------------------------------------------------------------------- transcripts


def _all_told(instance: Instance, graph: ContactGraph, transcripts: object) -> dict[ContactId, Told]:
    """Read what is told of transcripts, contact by contact, oldest first."""
    told: dict[ContactId, Told] = {}
    ages = {}
    for contact_id, each in _told_of(transcripts):
        contact = graph.contact(contact_id) if contact_id in graph else None
        if contact is None or isinstance(contact, UnknownContact):
            raise InvalidArgument("a key of transcripts", contact_id, "the id of a contact that is there or is seeded")
        begins = contact.initiation_timestamp or instance.time
        before = told.get(contact.contact_id, Told())
        items = tuple(_filled(item, instant(begins), f"transcripts[{contact_id!r}]") for item in each.items)
        told[contact.contact_id] = Told((*before.items, *items), each.fact or before.fact)
        ages[contact.contact_id] = (begins, sum(1 for _ in chain(graph.segment(contact_id))))
    return {each: told[each] for each in sorted(told, key=lambda each: ages[each])}


def _told_of(transcripts: object) -> Iterator[tuple[str, Told]]:
    if isinstance(transcripts, str | PathLike):
        for file in read_transcripts(transcripts):
            yield file.contact_id, Told(tuple(map(dict, file.items)), file.fact)
    elif isinstance(transcripts, Mapping):
        for contact_id, told in transcripts.items():
            name = f"transcripts[{contact_id!r}]"
            is_file = isinstance(told, Mapping) and "ContactId" in told
            yield contact_id, _of_file(told, contact_id, name) if is_file else _told(told, name)
    else:
        raise InvalidArgument("transcripts", transcripts, _A_SOURCE)


def _told(told: object, name: str) -> Told:
    if isinstance(told, TranscriptFact):
        return Told(fact=told)
    if isinstance(told, Mapping):
        return _named(told, name)
    if isinstance(told, str | bytes) or not isinstance(told, Iterable):
        raise InvalidArgument(name, told, _A_TRANSCRIPT)
    items = tuple(told)
    for each in items:
        if not isinstance(each, Mapping):
            raise InvalidArgument(f"an item of {name}", each, "a mapping with the members of an item")
    return Told(tuple(map(dict, items)))


def _of_file(told: Mapping[str, Any], contact_id: str, name: str) -> Told:
    """Take a transcript file as it is in S3; AWS publishes no schema of it, so what else it has is not looked at."""
    if told["ContactId"] != contact_id:
        raise InvalidArgument(
            f"{name}['ContactId']", told["ContactId"], f"{contact_id!r}, whose transcript it is to be"
        )
    if "Transcript" not in told:
        raise InvalidArgument(f"{name}['Transcript']", None, "a list of items")
    return Told(_told(told["Transcript"], f"{name}['Transcript']").items)


def _named(told: Mapping[str, Any], name: str) -> Told:
    unknown = [each for each in told if each not in _MEMBERS]
    if unknown:
        raise InvalidArgument(f"a member of {name}", unknown[0], f"any of {', '.join(_MEMBERS)}")
    items = _told(told.get("Transcript", ()), f"{name}['Transcript']").items
    if not told.keys() - {"Transcript"}:
        return Told(items)
    status = told.get("Status", "AVAILABLE")
    if not isinstance(status, str) or status not in Availability.__members__:
        raise InvalidArgument(f"{name}['Status']", status, "one of AVAILABLE, MISSING, DELETED, NOT_READY")
    fact = TranscriptFact(Availability[status], told.get("Size"), told.get("Misplaced", False))
    return Told(items, fact)


def _filled(item: Plain, begins: str, name: str) -> Plain:
    """Fill in what an item does not say; which contact it is of is said by where it is."""
    said = {key: value for key, value in item.items() if key not in ("ContactId", "RelatedContactId")}
    kind = "MESSAGE" if "Content" in said else "EVENT"
    filled = {"AbsoluteTime": begins, "Type": kind, "ContentType": PLAIN_TEXT, **said}
    read_instant(f"AbsoluteTime of an item of {name}", filled["AbsoluteTime"])
    return filled
