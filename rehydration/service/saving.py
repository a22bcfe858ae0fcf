"""The state of an instance as plain JSON data, and back: all of it is checked before anything is made of it.

Here belongs what the data looks like, and that nothing is taken that could not be answered from later. How a value is
written is known where the value is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from json import dumps
from typing import Any, Final

from attrs import asdict

from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, is_contact_id
from rehydration.policies import QUESTIONS
from rehydration.service.contacts import described
from rehydration.service.instance import Instance
from rehydration.service.refusals import AnswerMalformed
from rehydration.service.schema import Schema
from rehydration.service.state import (
    A_DURATION,
    A_TIME,
    Attachment,
    Chat,
    Connection,
    Details,
    DisconnectFlow,
    Participant,
    Plain,
    Replay,
    contact_of_plain,
    contact_to_plain,
    fact_of_plain,
    is_duration,
    read_instant,
    to_plain,
)
from rehydration.transcripts import Availability

Check = Callable[[object, str], None]
"""What checks a part of the data; it is told the path of it."""


def written(instance: Instance) -> Plain:
    """Write down all that is known of an instance."""
    ordered = sorted(instance.graph, key=lambda each: instance.details[each.contact_id].number)
    return {
        "policy": {name: reading.name for name, reading in asdict(instance.policy).items()},
        "key": instance.key,
        "time": instance.time.isoformat(),
        "rehydration_delay": instance.rehydration_delay.total_seconds(),
        "retention": instance.has_retention,
        "disconnect_flows": {name: to_plain(each) for name, each in instance.disconnect_flows.items()},
        "contacts": [contact_to_plain(each) for each in ordered],
        "details": {each.contact_id: to_plain(instance.details[each.contact_id]) for each in ordered},
        "attributes": {session: dict(each) for session, each in instance.attributes.items()},
        "chats": [to_plain(each) for each in instance.chats.values()],
        "participants": [to_plain(each) for each in instance.participants.values()],
        "connections": [to_plain(each) for each in instance.connections.values()],
        "items": [[each.contact_id, dict(each.members)] for each in instance.transcripts.items_by_number],
        "facts": {contact_id: to_plain(fact) for contact_id, fact in instance.transcripts.facts.items()},
        "attachments": [to_plain(each) for each in instance.attachments.values()],
        "replays": [to_plain(each) for each in instance.replays.at(instance.time)],
    }


def ahead_of(data: Mapping[str, Any], clock: datetime) -> timedelta:
    """Read how far a service is ahead of the clock.

    :raises InvalidArgument: so far there is no time.
    """
    time = read_instant("data['time']", data["time"])
    try:
        days, seconds, microseconds = data["ahead"]
        ahead = timedelta(days, seconds, microseconds)
        max(clock + ahead, time) + timedelta(days=366)  # what is due later must be a time too
    except (OverflowError, ValueError):
        expected = "days, seconds and microseconds that lead to a time before the year 9998"
        raise InvalidArgument("data['ahead']", data["ahead"], expected) from None
    return ahead


def read(data: Mapping[str, Any], empty: Instance, new_id: Callable[[], str], schema: Schema) -> Instance:
    """Make an instance like an empty one, of data of the right form.

    :raises InvalidArgument: something of it does not go with the rest.
    :raises ContradictoryRecords: its contacts cannot all be true.
    """
    time = read_instant("data['time']", data["time"])
    instance = Instance(empty.arn, new_id=new_id, policy=empty.policy, key=data["key"], time=time, stored=empty.stored)
    instance.rehydration_delay = timedelta(seconds=data["rehydration_delay"])
    instance.has_retention = data["retention"]
    for name, members in data["disconnect_flows"].items():
        instance.disconnect_flows[name] = DisconnectFlow(**members)
    _read_contacts(data, instance)
    _read_chats(data, instance)
    _read_items(data, instance)
    for members in data["replays"]:
        _check_among("data['replays']", [members["operation"]], schema.operations)
        instance.replays.restore(Replay(**members))
    for path, operation, answer in _answers(data, instance):
        try:
            schema.check_answer(operation, answer)
        except AnswerMalformed as fault:
            raise InvalidArgument(path, "; ".join(fault.problems), "what the service model allows") from None
    return instance


def _read_contacts(data: Mapping[str, Any], instance: Instance) -> None:
    try:
        instance.graph = ContactGraph.from_contacts(map(contact_of_plain, data["contacts"]), ends_are_told=True)
    except TypeError as fault:  # a member that a contact or a transcript does not have
        raise InvalidArgument("data['contacts']", str(fault), "contacts as to_json writes them") from None
    _check_same("data['details']", data["details"], {each.contact_id for each in instance.graph})
    _check_same("data['details']", [each["number"] for each in data["details"].values()], range(len(data["details"])))
    for contact_id, members in data["details"].items():
        instance.remember(instance.contact(contact_id), Details(**members))
    for session, attributes in data["attributes"].items():
        _check_session("data['attributes']", session, instance)
        instance.attributes[ContactId(session)] = dict(attributes)


def _read_chats(data: Mapping[str, Any], instance: Instance) -> None:
    for members in data["chats"]:
        _check_session("data['chats']", members["initial_contact_id"], instance)
        instance.open(Chat(**members))
    live = {each.initial_contact_id for each in instance.graph if each.is_chat and not each.has_ended}
    _check_among("data['chats']", live, instance.chats)
    for members in data["participants"]:
        _check_among("data['participants']", [members["initial_contact_id"]], instance.chats)
        instance.admit(Participant(**members))
    for members in data["connections"]:
        _check_among("data['connections']", [members["participant_id"]], instance.participants)
        instance.accept(Connection(**members))
    for members in data["attachments"]:
        _check_among("data['attachments']", [members["participant_id"]], instance.participants)
        instance.attachments[members["attachment_id"]] = Attachment(**members)
    ids = [each["initial_contact_id"] for each in data["chats"]]
    _check_unique("data['chats']", ids)
    drawn = [each[name] for each in data["participants"] for name in ("participant_id", "token")]
    drawn += [each["token"] for each in data["connections"]]
    drawn += [each["websocket"] for each in data["connections"] if each["websocket"] is not None]
    drawn += [each["attachment_id"] for each in data["attachments"]]
    _check_unique("data['participants'], data['connections'] and data['attachments']", drawn)


def _read_items(data: Mapping[str, Any], instance: Instance) -> None:
    known = {each.contact_id for each in instance.graph}
    _check_among("data['items']", [contact_id for contact_id, _ in data["items"]], known)
    for contact_id, members in data["items"]:
        session = instance.graph.session_of(contact_id)
        instance.transcripts.add(ContactId(contact_id), session.initial_contact_id, dict(members))
    for contact_id, members in data["facts"].items():
        instance.transcripts.facts[ContactId(contact_id)] = fact_of_plain(members)


def _answers(data: Mapping[str, Any], instance: Instance) -> Iterator[tuple[str, str, Plain]]:
    """Go through what will be answered of the data: where it is, by which operation, and how."""
    for each in instance.graph:
        details, attributes = instance.details[each.contact_id], instance.attributes_of(each.contact_id)
        contact = described(instance.arn, each, details, attributes)
        yield f"data['details'][{each.contact_id!r}]", "DescribeContact", {"Contact": contact}
    signatures = [each.signature for each in instance.participants.values()]
    yield "data['participants']", "GetTranscript", {"Transcript": signatures}
    yield "data['items']", "GetTranscript", {"Transcript": [members for _, members in data["items"]]}
    for place, each in enumerate(data["replays"]):
        yield f"data['replays'][{place}]['answer']", each["operation"], each["answer"]


def _check_session(path: str, session: str, instance: Instance) -> None:
    is_known = session in instance.graph and instance.graph.session_of(session).initial_contact_id == session
    if not is_known:
        raise InvalidArgument(path, session, "the initial contact of one of data['contacts']")


def _check_among(path: str, found: Collection[object], known: Collection[object]) -> None:
    for each in found:
        if each not in known:
            raise InvalidArgument(path, each, "an id that the rest of the data has")


def _check_same(path: str, found: Collection[object], expected: Collection[object]) -> None:
    if len(found) != len(expected) or not all(each in expected for each in found) or len({*found}) != len(found):
        raise InvalidArgument(path, sorted(map(str, found)), f"one for each of data['contacts']: {len(expected)}")


def _check_unique(path: str, found: list[str]) -> None:
    twice = [each for each, times in Counter(found).items() if times > 1]
    if twice:
        raise InvalidArgument(path, twice[0], "ids of which none is there twice")


# -------------------------------------------------------------------------------------------------------------- form


def check_form(data: object, written_by: int) -> None:
    """Check that data has the form that ``to_json`` writes, member by member.

    :raises InvalidArgument: it has not; the path says where.
    """
    if not isinstance(data, Mapping):
        raise InvalidArgument("data", data, "what to_json wrote")
    if data.get("format") != written_by:
        raise InvalidArgument("data['format']", data.get("format"), f"what to_json wrote, in format {written_by}")
    try:
        dumps(data)
    except (TypeError, ValueError, RecursionError) as fault:
        raise InvalidArgument("data", data, f"JSON ({fault})") from None
    _FORM(data, "data")


def _a(expected: str, is_one: Callable[[Any], bool]) -> Check:
    def check(value: object, path: str) -> None:
        if not is_one(value):
            raise InvalidArgument(path, value, expected)

    return check


def _or_none(check: Check) -> Check:
    return lambda value, path: None if value is None else check(value, path)


def _list_of(check: Check) -> Check:
    def check_all(value: object, path: str) -> None:
        _LIST(value, path)
        for place, each in enumerate(value):  # type: ignore[arg-type,var-annotated]  # a list, as was seen
            check(each, f"{path}[{place}]")

    return check_all


def _mapping_of(check: Check, of: Check | None = None) -> Check:
    def check_all(value: object, path: str) -> None:
        _MAPPING(value, path)
        for name, each in value.items():  # type: ignore[attr-defined]  # a mapping, as was seen
            (of or _TEXT)(name, f"a key of {path}")
            check(each, f"{path}[{name!r}]")

    return check_all


def _object(
    needed: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *, is_open: bool = False
) -> Check:
    """Make what checks an object with these members, and no others unless it is open."""
    known = {**needed, **(optional or {})}

    def check_all(value: Any, path: str) -> None:  # noqa: ANN401  # it is looked at
        _MAPPING(value, path)
        strange = [name for name in value if name not in known and not is_open]
        if strange:
            raise InvalidArgument(f"{path}[{strange[0]!r}]", value[strange[0]], f"any of {', '.join(known)}")
        for name in needed:
            if name not in value:
                raise InvalidArgument(f"{path}[{name!r}]", None, "a member that is there")
        for name, check in known.items():
            if name in value:
                check(value[name], f"{path}[{name!r}]")

    return check_all


def _pair(first: Check, second: Check) -> Check:
    def check_both(value: Any, path: str) -> None:  # noqa: ANN401  # it is looked at
        _LIST(value, path)
        if len(value) != 2:
            raise InvalidArgument(path, value, "a pair")
        first(value[0], f"{path}[0]")
        second(value[1], f"{path}[1]")

    return check_both


def _is_time(value: object) -> bool:
    try:
        read_instant("time", value)
    except InvalidArgument:
        return False
    return True


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < 10**9


_LIST: Final = _a("a list", lambda value: isinstance(value, list | tuple))
_MAPPING: Final = _a("a mapping", lambda value: isinstance(value, Mapping))
_TEXT: Final = _a(
    "text", lambda value: isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)
)
_ID: Final = _a("text of 1 to 256 characters", is_contact_id)
_TIME: Final = _a(A_TIME, _is_time)
_YES_OR_NO: Final = _a("True or False", lambda value: isinstance(value, bool))
_WHOLE: Final = _a("a whole number", _is_whole)
_SECONDS: Final = _a(A_DURATION, is_duration)
_ANY: Final = _a("anything", lambda _: True)
_STATUS: Final = _a("the status of a transcript", lambda value: value in [each.value for each in Availability])
_OBJECT: Final = _mapping_of(_ANY)
_FACT: Final = _object({"status": _STATUS, "size": _or_none(_WHOLE), "misplaced": _YES_OR_NO})
_METADATA: Final = _object({}, {"Receipts": _list_of(_OBJECT)}, is_open=True)
_ITEM: Final = _object(
    {"Id": _TEXT, "AbsoluteTime": _TIME, "Type": _TEXT},
    {"ContentType": _TEXT, "MessageMetadata": _METADATA, "Attachments": _or_none(_list_of(_OBJECT))},
    is_open=True,
)

_FORM: Final = _object(
    {
        "format": _WHOLE,
        "instance_id": _TEXT,
        "region_name": _TEXT,
        "account_id": _TEXT,
        "ahead": _list_of(_WHOLE),
        "policy": _object(dict.fromkeys(QUESTIONS, _TEXT)),
        "key": _ID,
        "time": _TIME,
        "rehydration_delay": _SECONDS,
        "retention": _YES_OR_NO,
        "disconnect_flows": _mapping_of(_object({"runs": _YES_OR_NO, "seconds": _or_none(_SECONDS)})),
        "contacts": _list_of(_object({"contact_id": _ID}, {"transcript": _or_none(_FACT)}, is_open=True)),
        "details": _mapping_of(
            _object(
                {
                    "number": _WHOLE,
                    "updated": _TIME,
                    "segment_attributes": _OBJECT,
                    "disconnect_reason": _or_none(_TEXT),
                }
            )
        ),
        "attributes": _mapping_of(_mapping_of(_TEXT)),
        "chats": _list_of(
            _object(
                {
                    "initial_contact_id": _ID,
                    "ends": _TIME,
                    "join_by": _or_none(_TIME),
                    "rehydrates": _or_none(_TIME),
                    "flow_ends": _or_none(_TIME),
                    "contact_flow_id": _TEXT,
                    "content_types": _list_of(_TEXT),
                    "agents_leave_with_customer": _YES_OR_NO,
                }
            )
        ),
        "participants": _list_of(
            _object(
                {
                    "participant_id": _ID,
                    "token": _ID,
                    "initial_contact_id": _ID,
                    "role": _TEXT,
                    "display_name": _or_none(_TEXT),
                    "joined": _YES_OR_NO,
                    "left": _YES_OR_NO,
                }
            )
        ),
        "connections": _list_of(
            _object(
                {
                    "token": _ID,
                    "participant_id": _ID,
                    "expires": _TIME,
                    "websocket": _or_none(_ID),
                    "open_until": _or_none(_TIME),
                }
            )
        ),
        "items": _list_of(_pair(_ID, _ITEM)),
        "facts": _mapping_of(_FACT, _ID),
        "attachments": _list_of(
            _object(
                {
                    "attachment_id": _ID,
                    "participant_id": _ID,
                    "name": _TEXT,
                    "content_type": _TEXT,
                    "size": _WHOLE,
                    "completed": _YES_OR_NO,
                }
            )
        ),
        "replays": _list_of(
            _object(
                {
                    "operation": _TEXT,
                    "scope": _TEXT,
                    "token": _TEXT,
                    "asked": _TEXT,
                    "answer": _OBJECT,
                    "expires": _TIME,
                }
            )
        ),
    }
)
