"""The way in: one instance behind a lock, a clock and a service model.

Here belongs what is the same for every operation: who is asked, in what order, at what time, and with which code a
refusal leaves. What an operation does is not known here.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import PathLike
from threading import RLock
from types import MappingProxyType
from typing import Any, Final

from rehydration.contacts import in_utc
from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.service import (
    attachments,
    contacts,
    flows,
    overview,
    participation,
    saving,
    seeding,
    starting,
    transcript_pages,
)
from rehydration.service.faults import PARTICIPANT_OPERATIONS, answering
from rehydration.service.feed import Deliver, Following
from rehydration.service.instance import Instance, Stored
from rehydration.service.refusals import InstanceNotFound, ParametersMalformed
from rehydration.service.schema import Schema, installed_schema
from rehydration.service.state import A_DURATION, PLAIN_TEXT, DisconnectFlow, Plain, is_duration
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
        "CreateParticipant": participation.create_participant,
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

FORMAT: Final = 2
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

    ``rehydration_delay`` is how long CreatePersistentContactAssociation goes on after it was answered, as on AWS: then
    its event comes, and the past with it. ``retention`` has contacts forgotten 24 months after their initiation;
    without it a history that was written down with fixed dates stays usable.

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
        rehydration_delay: timedelta = timedelta(),
        retention: bool = False,
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
        self.configure(rehydration_delay=rehydration_delay, retention=retention)

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

    # ------------------------------------------------------------------------------------------------- a live chat

    def follow(self, connection_token: str, deliver: Deliver) -> Following:
        """Have everything that happens in a chat delivered from now on, as Amazon Connect does over a websocket.

        ``deliver`` takes an item with the members that GetTranscript shows, its ``ContactId`` and ``InitialContactId``:
        messages, one's own too, events, also that somebody types, and receipts, whose ``Type`` is MESSAGEMETADATA. It
        is called in the order of what happens, after the operation is done, while the service has others wait; so it
        must return at once. It may call the service. The last item is the end of the chat. Whoever left before, and is
        no customer, hears nothing else. What ``deliver`` raises ends the following, which keeps it as its ``fault``.

        :raises RuleForbids: the token is not good.
        :raises InvalidArgument: ``deliver`` cannot be called.

        >>> from itertools import count
        >>> from datetime import UTC, datetime
        >>> ids = count()
        >>> service = ChatService("i-1", new_id=lambda: f"id-{next(ids)}", now=lambda: datetime(2026, 5, 3, tzinfo=UTC))
        >>> chat = {"InstanceId": "i-1", "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
        >>> token = service.call("StartChatContact", chat)["ParticipantToken"]
        >>> wanted = {"ParticipantToken": token, "Type": ["CONNECTION_CREDENTIALS"]}
        >>> connection = service.call("CreateParticipantConnection", wanted)["ConnectionCredentials"]["ConnectionToken"]
        >>> heard = []
        >>> following = service.follow(connection, heard.append)
        >>> said = {"ConnectionToken": connection, "ContentType": "text/plain", "Content": "Hello"}
        >>> service.call("SendMessage", said)["Id"] == heard[0]["Id"]
        True
        """
        if not callable(deliver):
            raise InvalidArgument("deliver", deliver, "a function that takes an item")
        with self._working(), answering("GetTranscript"):
            return self._instance.follow(connection_token, deliver)

    def unfollow(self, following: Following) -> None:
        """Have nothing more delivered; nothing happens where that is over already."""
        with self._working():
            self._instance.feed.unfollow(following)

    def websocket_connection(self, token: object) -> str | None:
        """Find the connection token for which a websocket is opened by a token of its own.

        It is None for a token that this service did not give out.

        :raises RuleForbids: it is too late to open it, or the connection is not good any more.
        """
        with self._working(), answering("GetTranscript"):
            return self._instance.websocket(token) if isinstance(token, str) else None

    # ------------------------------------------------------------------------------------- what agents and flows do

    def join(self, contact_id: str, display_name: str = "Agent", role: str = "AGENT") -> Plain:
        """Have an agent, or somebody of another role, join a contact: their participant id and token.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: the name or the role is none that Amazon Connect has.
        """
        seeding.check_shown(self._schema, ({"DisplayName": display_name, "ParticipantRole": role},), "the participant")
        with self._working(), answering("join"):
            return flows.join(self._instance, contact_id, display_name, role)

    def leave(self, contact_id: str, display_name: str | None = None) -> None:
        """Have an agent, or somebody else who is no customer, leave a contact; without a name, whoever came last.

        What comes of it is what comes of DisconnectParticipant: the chat goes on while its customer is there.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: nobody of that name is there.
        """
        with self._working(), answering("leave"):
            flows.leave(self._instance, contact_id, display_name)

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

    def end_disconnect_flow(self, contact_id: str) -> None:
        """Have a disconnect flow end, and with it the chat.

        :raises RuleForbids: the contact does not go on, or is no chat.
        :raises InvalidArgument: no disconnect flow goes on in it.
        """
        with self._working(), answering("end_disconnect_flow"):
            flows.end_disconnect_flow(self._instance, contact_id)

    def set_disconnect_flow(
        self, contact_flow_id: str | None = None, *, runs: bool = True, seconds: float | None = None
    ) -> None:
        """Have a disconnect flow, such as a survey, begin by itself in the chats of a flow, or of the whole instance.

        It begins when the agents have left, by themselves or with a customer who takes them along
        (``DisconnectOnCustomerExit``). It ends after so many seconds, or when it is told to; the chat ends with it.
        A flow of its own goes before that of the instance, also where it is not to run.

        :raises InvalidArgument: an argument is not of its type.
        """
        if contact_flow_id is not None and not (isinstance(contact_flow_id, str) and contact_flow_id):
            raise InvalidArgument("contact_flow_id", contact_flow_id, "the id of a contact flow, or None")
        if not isinstance(runs, bool):
            raise InvalidArgument("runs", runs, "True or False")
        if seconds is not None and not is_duration(seconds):
            raise InvalidArgument("seconds", seconds, A_DURATION)
        with self._working():
            self._instance.disconnect_flows[contact_flow_id or ""] = DisconnectFlow(runs=runs, seconds=seconds)

    def configure(self, *, rehydration_delay: timedelta | None = None, retention: bool | None = None) -> None:
        """Change how long a rehydration goes on, or whether contacts are forgotten after 24 months; None leaves it.

        :raises InvalidArgument: an argument is not of its type.
        """
        if rehydration_delay is not None and not (
            isinstance(rehydration_delay, timedelta) and is_duration(rehydration_delay.total_seconds())
        ):
            raise InvalidArgument("rehydration_delay", rehydration_delay, "a timedelta from 0 to 7 days")
        if not isinstance(retention, bool | None):
            raise InvalidArgument("retention", retention, "True or False")
        with self._working():
            instance = self._instance
            instance.rehydration_delay = instance.rehydration_delay if rehydration_delay is None else rehydration_delay
            instance.has_retention = instance.has_retention if retention is None else retention

    def seed(
        self,
        contacts: seeding.Records = (),
        transcripts: Mapping[str, seeding.Transcript] | str | PathLike[str] | None = None,
    ) -> Plain:
        """Take in a whole history: contact records, and their transcripts by contact id or as a folder of S3 files.

        ``contacts`` is what :func:`rehydration.read_contacts` reads, or contacts; they become contacts of this
        instance, with their attributes and, unless of CSV or Parquet, segment attributes. A transcript is a list of
        AWS's items, of which ``Content`` is enough, a :class:`rehydration.TranscriptFact`, or a mapping with any of
        ``Transcript``, ``Status``, ``Size`` and ``Misplaced``. Chats that go on have their customer in them; the
        answer, under ``LiveChats``, has for each the current contact and the customer's participant id and token.
        What no record tells it names as ``Untold``, what was passed over as ``Strays`` and ``Files``. Where records of
        one contact differ and no time tells which is the latest, ``Disagreements`` say what was taken. Nothing is taken
        in unless all of it can be.

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
            instance = self._instance
            try:
                instance.go_on(self._clock())
                yield
            finally:
                instance.feed.tell()

    # ------------------------------------------------------------------------------------------------- what is there

    @property
    def graph(self) -> ContactGraph:
        """All contacts, with their links and the types of these: a copy."""
        with self._working():
            return self._instance.graph.copy()

    @property
    def attributes(self) -> Mapping[str, Plain]:
        """Tell the attributes of each contact that has any, as DescribeContact does, by contact id: a copy.

        ``Attributes`` are those of its session, ``SegmentAttributes`` its own.
        """
        with self._working():
            return contacts.attributes_told(self._instance)

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
            return {
                "format": FORMAT,
                "instance_id": self.instance_id,
                "region_name": self.region_name,
                "account_id": self.account_id,
                "ahead": [self._ahead.days, self._ahead.seconds, self._ahead.microseconds],
                **saving.written(self._instance),
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

        All of it is checked, so that a service comes of it that works, or none. Nobody follows its chats.

        :raises InvalidArgument: it is not what to_json writes.
        :raises ContradictoryRecords: its contacts cannot all be true.
        """
        saving.check_form(data, FORMAT)
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
        service._new_id = new_id
        service._ahead = saving.ahead_of(data, service._clock())
        service._instance = saving.read(data, service._instance, new_id, service._schema)
        return service

    def __deepcopy__(self, _memo: object) -> ChatService:
        return ChatService.from_json(
            self.to_json(), new_id=self._new_id, now=self._now, schema=self._schema, stored=self._instance.stored
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the state, with the functions that were handed in.

        :raises InvalidArgument: pickle cannot find one of them by its name.
        """
        stored = self._instance.stored
        for name, function in (("new_id", self._new_id), ("now", self._now), ("stored", stored)):
            try:
                pickle.dumps(function)
            except Exception as fault:
                expected = "a function that pickle finds by its name, as it is in no other function and no lambda"
                raise InvalidArgument(name, function, expected) from fault
        return _unpickled, (self.to_json(), self._new_id, self._now, self._schema, stored)


def _unpickled(
    data: Mapping[str, Any],
    new_id: Callable[[], str],
    now: Callable[[], datetime],
    schema: Schema,
    stored: Stored | None,
) -> ChatService:
    return ChatService.from_json(data, new_id=new_id, now=now, schema=schema, stored=stored)


def _present(operation: str, parameters: object) -> Mapping[str, Any]:
    """Leave out the members that are None."""
    if not isinstance(parameters, Mapping):
        raise ParametersMalformed(operation, ("expected a mapping of members",))
    try:
        return {name: _without_none(value) for name, value in parameters.items() if value is not None}
    except RecursionError:
        raise ParametersMalformed(operation, ("expected members that are not nested so deep",)) from None


def _without_none(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_none(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_without_none(each) for each in value if each is not None]
    return value
