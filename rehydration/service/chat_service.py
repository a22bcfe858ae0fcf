"""The way in: one instance behind a lock, a clock and a service model.

Here belongs what is the same for every operation: who is asked, in what order, at what time, and with which code a
refusal leaves. What an operation does is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import PathLike
from threading import RLock
from types import MappingProxyType
from typing import Any, Final

from attrs import asdict

from rehydration.contacts import check_contact_id, in_utc
from rehydration.errors import InvalidArgument, RehydrationError
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.service import (
    attachments,
    contacts,
    flows,
    overview,
    participation,
    seeding,
    starting,
    transcript_pages,
)
from rehydration.service.faults import PARTICIPANT_OPERATIONS, answering
from rehydration.service.instance import Instance, Stored
from rehydration.service.refusals import InstanceNotFound, ParametersMalformed
from rehydration.service.schema import Schema, installed_schema
from rehydration.service.state import (
    PLAIN_TEXT,
    Attachment,
    Chat,
    Connection,
    Details,
    Participant,
    Plain,
    Replay,
    contact_of_plain,
    contact_to_plain,
    fact_of_plain,
    to_plain,
)
from rehydration.transcripts import TranscriptFact

Operation = Callable[[Instance, Plain], Plain]

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "StartChatContact": starting.start_chat_contact,
        "StartAssistantContact": starting.start_assistant_contact,
        "CreatePersistentContactAssociation": starting.create_persistent_contact_association,
        "DescribeContact": contacts.describe_contact,
        "ListAssociatedContacts": contacts.list_associated_contacts,
        "GetContactAttributes": contacts.get_contact_attributes,
        "UpdateContactAttributes": contacts.update_contact_attributes,
        "StopContact": contacts.stop_contact,
        "CreateParticipantConnection": participation.create_participant_connection,
        "SendMessage": participation.send_message,
        "SendEvent": participation.send_event,
        "GetTranscript": transcript_pages.get_transcript,
        "DisconnectParticipant": participation.disconnect_participant,
        "StartAttachmentUpload": attachments.start_attachment_upload,
        "CompleteAttachmentUpload": attachments.complete_attachment_upload,
        "GetAttachment": attachments.get_attachment,
    }
)
"""Every operation by AWS's name."""

INSTANCE_ID_LENGTH: Final = 100
"""How long an instance id may be."""

FORMAT: Final = 1
"""The version of the JSON data; what another version wrote is refused."""


class Parameters(dict[str, Any]):
    """The members of a request; one that is missing is told of as such."""

    def __init__(self, operation: str, members: Mapping[str, Any]) -> None:
        """Take the members that are there."""
        super().__init__(members)
        self._operation = operation

    def __missing__(self, name: str) -> object:
        raise ParametersMalformed(self._operation, (f"{name} is missing",))


class ChatService:
    """The chat operations of one Amazon Connect instance, in memory.

    ``new_id`` gives another text of 1 to 256 characters at each call; ``now`` gives the time, an aware datetime.
    ``schema`` validates parameters and answers: by default botocore's service models where botocore is installed (the
    extra ``aws``), else nothing; :data:`TRUSTED` validates nothing. ``stored`` tells how many bytes were uploaded as an
    attachment, by its id, or None; without it every upload is taken to be there. Many threads may use one service.

    >>> from datetime import UTC, datetime
    >>> from itertools import count
    >>> ids = count()
    >>> service = ChatService("i-1", new_id=lambda: f"id-{next(ids)}", now=lambda: datetime(2026, 5, 3, 9, tzinfo=UTC))
    >>> chat = {"InstanceId": "i-1", "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    >>> began = service.call("StartChatContact", chat)
    >>> service.call("StopContact", {"InstanceId": "i-1", "ContactId": began["ContactId"]})
    {}
    >>> past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": began["ContactId"]}
    >>> service.call("StartChatContact", {**chat, "PersistentChat": past})["ContinuedFromContactId"] == began[
    ...     "ContactId"
    ... ]
    True
    """

    def __init__(  # noqa: PLR0913  # all that is injected
        self,
        instance_id: str,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        policy: Policy = DEFAULT_POLICY,
        schema: Schema | None = None,
        stored: Stored | None = None,
        region_name: str = "us-east-1",
        account_id: str = "123456789012",
    ) -> None:
        """Start an instance without contacts.

        :raises InvalidArgument: an argument is not of its type.
        """
        if not isinstance(instance_id, str) or not 1 <= len(instance_id) <= INSTANCE_ID_LENGTH:
            raise InvalidArgument("instance_id", instance_id, f"text of 1 to {INSTANCE_ID_LENGTH} characters")
        if not isinstance(policy, Policy):
            raise InvalidArgument("policy", policy, "a Policy")
        self.instance_id = instance_id
        self.region_name = region_name
        self.account_id = account_id
        self._new_id = new_id
        self._now = now
        self._ahead = timedelta()
        self._schema = installed_schema() if schema is None else schema
        self._lock = RLock()
        arn = f"arn:aws:connect:{region_name}:{account_id}:instance/{instance_id}"
        self._instance = Instance(arn, new_id=new_id, policy=policy, key=new_id(), time=self._clock(), stored=stored)

    def __repr__(self) -> str:
        return f"<ChatService of instance {self.instance_id!r}, {len(self._instance.graph)} contacts>"

    # ----------------------------------------------------------------------------------------------------- operations

    @property
    def operations(self) -> frozenset[str]:
        """The operations that there are; those that an older service model does not have are not."""
        return self._schema.operations & OPERATIONS.keys()

    def call(self, operation: str, parameters: Mapping[str, object]) -> Plain:
        """Answer an operation, by AWS's name and with AWS's members; a member that is None counts as absent.

        :raises RuleForbids: it is refused; ``code`` and ``status`` say how AWS would. Nothing has changed then.
        :raises InvalidArgument: there is no such operation, or an injected function does not do its part.
        """
        if not isinstance(operation, str) or operation not in self.operations:
            raise InvalidArgument("operation", operation, f"one of {', '.join(sorted(self.operations))}")
        with self._working(), answering(operation):
            asked = Parameters(operation, _present(operation, parameters))
            self._schema.check_parameters(operation, asked)
            answer = self._answer(operation, asked)
            self._schema.check_answer(operation, answer)
            return answer

    def _answer(self, operation: str, asked: Parameters) -> Plain:
        instance = self._instance
        if operation not in PARTICIPANT_OPERATIONS and asked["InstanceId"] != self.instance_id:
            raise InstanceNotFound(asked["InstanceId"])
        scope = instance.owner_of(asked.get("ConnectionToken"))
        replayed = instance.replays.find(operation, scope, asked, instance.time)
        if replayed is not None:
            return replayed
        answer = OPERATIONS[operation](instance, asked)
        instance.replays.keep(operation, scope, asked, answer, instance.time)
        return answer

    # ------------------------------------------------------------------------------------- what agents and flows do

    def join(self, contact_id: str, display_name: str = "Agent", role: str = "AGENT") -> Plain:
        """Have an agent, or somebody of another role, join a contact: their participant id and token.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: the name or the role is none that Amazon Connect has.
        """
        seeding.check_shown(self._schema, ({"DisplayName": display_name, "ParticipantRole": role},), "the participant")
        with self._working(), answering("join"):
            return flows.join(self._instance, contact_id, display_name, role)

    def say(
        self,
        contact_id: str,
        content: str | None = None,
        *,
        content_type: str = PLAIN_TEXT,
        role: str | None = None,
        display_name: str | None = None,
    ) -> Plain:
        """Have a flow, a bot or an agent say something without joining: the id of the item and its time.

        ``content_type`` is one of a message, such as that of a picker, whose content is JSON; or of an event, which
        needs no content and names nobody unless ``role`` or ``display_name`` is given. The role is SYSTEM, CUSTOM_BOT,
        AGENT or SUPERVISOR. What the chat's customer supports is not looked at.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: nothing that Amazon Connect's transcripts can show.
        """
        said = flows.checked(content, content_type, role)
        who = {"ParticipantRole": role, "DisplayName": display_name}
        shown = {**said, **{name: value for name, value in who.items() if value is not None}}
        seeding.check_shown(self._schema, (shown,), "what is said")
        with self._working(), answering("say"):
            return flows.say(self._instance, contact_id, said, role, display_name)

    def transfer(self, contact_id: str, display_name: str = "Agent") -> Plain:
        """Have another agent take a contact over: the id of the new contact, the agent's participant id and token.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: the name is none that Amazon Connect has.
        """
        seeding.check_shown(self._schema, ({"DisplayName": display_name},), "the participant")
        with self._working(), answering("transfer"):
            return flows.transfer(self._instance, contact_id, display_name)

    def queue_transfer(self, contact_id: str) -> Plain:
        """Put a contact into a queue: the id of the new contact.

        :raises RuleForbids: the contact does not go on, or is no chat.
        """
        with self._working(), answering("queue_transfer"):
            return flows.queue_transfer(self._instance, contact_id)

    def run_disconnect_flow(self, contact_id: str) -> Plain:
        """Have a contact-creating disconnect flow, such as a survey, take over: the id of the new contact.

        :raises RuleForbids: the contact does not go on, or is no chat.
        """
        with self._working(), answering("run_disconnect_flow"):
            return flows.run_disconnect_flow(self._instance, contact_id)

    def seed(
        self,
        contacts: seeding.Records = (),
        transcripts: Mapping[str, seeding.Transcript] | str | PathLike[str] | None = None,
    ) -> Plain:
        """Take in a whole history: contact records, and their transcripts by contact id or as a folder of S3 files.

        ``contacts`` is what :func:`rehydration.read_contacts` reads, or contacts; their attributes are taken over, and
        they become contacts of this instance. A transcript is a list of AWS's items, of which ``Content`` is enough, a
        :class:`rehydration.TranscriptFact`, or a mapping with any of ``Transcript``, ``Status``, ``Size`` and
        ``Misplaced``. Chats that go on have their customer in them; the answer, under ``LiveChats``, has for each the
        current contact and the customer's participant id and token. Nothing is taken in unless all of it can be.

        :raises UnreadableRecord: a record or a file cannot be read.
        :raises ContradictoryRecords: the records cannot all be true, or a contact is there already.
        :raises InvalidArgument: a transcript is not of its form, or of a contact that nobody knows.
        """
        with self._working():
            return seeding.take_in(self._instance, seeding.planned(self._instance, contacts, transcripts, self._schema))

    # ---------------------------------------------------------------------------------------------------------- time

    @property
    def time(self) -> datetime:
        """The time of the service, in UTC, to the millisecond; it never goes back."""
        with self._working():
            return self._instance.time

    def advance(self, by: timedelta) -> None:
        """Let time go on; chats that are due end.

        :raises InvalidArgument: it is no duration, goes back, or leads beyond the year 9999.
        """
        if not isinstance(by, timedelta) or by < timedelta():
            raise InvalidArgument("by", by, "a timedelta that is not negative")
        with self._working():
            try:
                self._clock(self._ahead + by)
            except OverflowError:
                raise InvalidArgument("by", by, "a timedelta that leads to a year before 9998") from None
            self._ahead += by
            self._instance.go_on(self._clock())

    def _clock(self, ahead: timedelta | None = None) -> datetime:
        time = in_utc("now()", self._now()) + (self._ahead if ahead is None else ahead)
        time + timedelta(days=366)  # what is due later must be a time too
        return time.replace(microsecond=time.microsecond // 1000 * 1000)

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Have one caller at a time, at the time that it is."""
        with self._lock:
            self._instance.go_on(self._clock())
            yield

    # ------------------------------------------------------------------------------------------------- what is there

    @property
    def graph(self) -> ContactGraph:
        """All contacts, with their links and the types of these: a copy."""
        with self._working():
            return self._instance.graph.copy()

    @property
    def facts(self) -> Mapping[str, TranscriptFact]:
        """Tell what is known of the transcript file of each contact that has one, by contact id: a copy."""
        with self._working():
            return dict(self._instance.transcripts)

    def chats(self) -> list[Plain]:
        """List the chats that go on, the newest first, then those that ended last, as plain data."""
        with self._working():
            return overview.chats(self._instance)

    def seen(self, contact_id: str) -> Plain:
        """Tell what the chat of a contact shows, oldest first, and what of its past it does not show, by which rules.

        :raises RuleForbids: there is no such contact.
        """
        with self._working(), answering("seen"):
            return overview.seen(self._instance, contact_id)

    def has_participant_token(self, token: str) -> bool:
        """Tell whether a participant or connection token is one of this service, good or not."""
        with self._lock:
            return self._instance.knows_token(token)

    # --------------------------------------------------------------------------------------------- JSON data and back

    def to_json(self) -> Plain:
        """Write the whole state as plain JSON data."""
        with self._working():
            instance = self._instance
            ordered = sorted(instance.graph, key=lambda each: instance.details[each.contact_id].number)
            return {
                "format": FORMAT,
                "instance_id": self.instance_id,
                "region_name": self.region_name,
                "account_id": self.account_id,
                "policy": {name: reading.name for name, reading in asdict(instance.policy).items()},
                "key": instance.key,
                "time": instance.time.isoformat(),
                "ahead": [self._ahead.days, self._ahead.seconds, self._ahead.microseconds],
                "contacts": [contact_to_plain(each) for each in ordered],
                "details": {each.contact_id: to_plain(instance.details[each.contact_id]) for each in ordered},
                "chats": [to_plain(each) for each in instance.chats.values()],
                "participants": [to_plain(each) for each in instance.participants.values()],
                "connections": [to_plain(each) for each in instance.connections.values()],
                "items": [[each.contact_id, dict(each.members)] for each in instance.transcripts.items_by_number],
                "facts": {contact_id: to_plain(fact) for contact_id, fact in instance.transcripts.facts.items()},
                "attachments": [to_plain(each) for each in instance.attachments.values()],
                "replays": [to_plain(each) for each in instance.replays.at(instance.time)],
            }

    @classmethod
    def from_json(
        cls,
        data: Mapping[str, Any],
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        schema: Schema | None = None,
        stored: Stored | None = None,
    ) -> ChatService:
        """Make the service again that :meth:`to_json` wrote down; ``new_id`` must not repeat its ids.

        :raises InvalidArgument: it is not what to_json writes.
        """
        try:
            _check_format(data["format"])
            service = cls(
                data["instance_id"],
                new_id=lambda: data["key"],
                now=now,
                policy=Policy(**data["policy"]),
                schema=schema,
                stored=stored,
                region_name=data["region_name"],
                account_id=data["account_id"],
            )
            service._restore(data, new_id)
        except RehydrationError:
            raise
        except Exception as fault:
            raise InvalidArgument("data", data, f"what to_json wrote ({type(fault).__name__}: {fault})") from fault
        return service

    def _restore(self, data: Mapping[str, Any], new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._ahead = timedelta(*data["ahead"])
        check_contact_id("data['key']", data["key"])
        instance = Instance(
            self._instance.arn,
            new_id=new_id,
            policy=self._instance.policy,
            key=data["key"],
            time=datetime.fromisoformat(data["time"]),
            stored=self._instance.stored,
        )
        instance.graph = ContactGraph.from_contacts(map(contact_of_plain, data["contacts"]), ends_are_told=True)
        for contact_id, members in data["details"].items():
            instance.remember(instance.contact(contact_id), Details(**members))
        for members in data["participants"]:
            instance.admit(Participant(**members))
        for members in data["connections"]:
            connection = Connection(**members)
            instance.connections[connection.token] = connection
        for members in data["chats"]:
            instance.open(Chat(**members))
        for contact_id, members in data["items"]:
            session = instance.graph.session_of(contact_id)
            instance.transcripts.add(ContactId(contact_id), session.initial_contact_id, dict(members))
        for contact_id, members in data["facts"].items():
            instance.transcripts.facts[ContactId(contact_id)] = fact_of_plain(members)
        for members in data["attachments"]:
            attachment = Attachment(**members)
            instance.attachments[attachment.attachment_id] = attachment
        for members in data["replays"]:
            instance.replays.restore(Replay(**members))
        self._instance = instance

    def __deepcopy__(self, _memo: object) -> ChatService:
        return ChatService.from_json(
            self.to_json(), new_id=self._new_id, now=self._now, schema=self._schema, stored=self._instance.stored
        )


def _check_format(written: object) -> None:
    if written != FORMAT:
        raise InvalidArgument("data['format']", written, str(FORMAT))


def _present(operation: str, parameters: object) -> Mapping[str, Any]:
    """Leave out the members that are None."""
    if not isinstance(parameters, Mapping):
        raise ParametersMalformed(operation, ("expected a mapping of members",))
    return {name: _without_none(value) for name, value in parameters.items() if value is not None}


def _without_none(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_none(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_without_none(each) for each in value if each is not None]
    return value
