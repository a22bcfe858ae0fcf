"""The state of one instance, and the few ways in which it changes.

Here belongs what is true of every change: which records, items and participants go together. Which operation asks for a
change, and whether it is allowed, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final

from rehydration.contacts import Contact, UnknownContact
from rehydration.decisions import resolve
from rehydration.errors import ContactNotFound, InvalidArgument, SourceBeyondRetention
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, is_contact_id
from rehydration.policies import Policy
from rehydration.requests import RehydrationRequest
from rehydration.service.feed import Deliver, Feed, Following
from rehydration.service.refusals import ContactHasEnded, NoChat, TokenNotAccepted
from rehydration.service.replays import Replays
from rehydration.service.state import (
    CUSTOMER,
    ENDED,
    EVENT,
    REHYDRATED,
    Attachment,
    Chat,
    Connection,
    Details,
    DisconnectFlow,
    Item,
    Participant,
    Plain,
    instant,
)
from rehydration.service.transcripts import Transcripts
from rehydration.sessions import ChatSession

JOIN_WITHIN: Final = timedelta(minutes=5)
"""How soon a customer must connect (rule ``protocol.join-in-five-minutes``)."""

DURATION: Final = timedelta(hours=25)
"""How long a chat lasts unless told otherwise (rule ``protocol.duration``)."""

CONNECTION_LIFETIME: Final = timedelta(days=1)
"""How long a connection token is good.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_CreateParticipantConnection.html
"""

WEBSOCKET_LIFETIME: Final = timedelta(seconds=100)
"""How soon a client must connect to a websocket.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_CreateParticipantConnection.html
"""


DISCONNECT: Final = "DISCONNECT"
"""The initiation method of a contact in which a disconnect flow goes on, such as a survey."""

FLOW_ENDED: Final = "CONTACT_FLOW_DISCONNECT"
"""Why a contact ended whose flow did."""


Stored = Callable[[str], int | None]
"""What tells how many bytes were uploaded as an attachment, by its id; None if there are none."""


class Instance:
    """All that is known of one instance at one time."""

    def __init__(  # noqa: PLR0913  # all that an instance is made of
        self, arn: str, *, new_id: Callable[[], str], policy: Policy, key: str, time: datetime, stored: Stored | None
    ) -> None:
        """Start an instance without contacts."""
        self.arn = arn
        self.policy = policy
        self.key = key
        self.time: datetime = time
        self.graph: ContactGraph = ContactGraph(ends_are_told=True)
        self.transcripts: Transcripts = Transcripts()
        self.details: dict[ContactId, Details] = {}
        self.chats: dict[ContactId, Chat] = {}
        self.participants: dict[str, Participant] = {}
        self.connections: dict[str, Connection] = {}
        self.replays: Replays = Replays()
        self.feed: Feed = Feed()
        self.attributes: dict[ContactId, dict[str, str]] = {}
        self.disconnect_flows: dict[str, DisconnectFlow] = {}
        self.rehydration_delay: timedelta = timedelta()
        self.has_retention = False
        self.attachments: dict[str, Attachment] = {}
        self.stored = stored
        self._new_id = new_id
        self._participants_of: dict[ContactId, list[Participant]] = {}
        self._by_token: dict[str, Participant] = {}
        self._by_websocket: dict[str, Connection] = {}
        self._related_to: dict[ContactId, list[ContactId]] = {}
        self._agenda: list[tuple[datetime, ContactId]] = []

    def new_id(self) -> str:
        """Draw an id.

        :raises InvalidArgument: what was drawn is no id, or was drawn before.
        """
        drawn = self._new_id()
        used = (
            self.graph,
            self.participants,
            self._by_token,
            self.connections,
            self._by_websocket,
            self.attachments,
        )
        if not is_contact_id(drawn) or any(drawn in each for each in used):
            raise InvalidArgument("new_id()", drawn, "text of 1 to 256 characters, another one at each call")
        return drawn

    # ------------------------------------------------------------------------------------------------ what is there

    def contact(self, contact_id: str) -> Contact:
        """Find a contact that there is a record of.

        :raises ContactNotFound: there is none.
        """
        contact = self.graph.contact(contact_id)
        if isinstance(contact, UnknownContact):
            raise ContactNotFound(contact.contact_id)
        return contact

    def live_contact(self, contact_id: str) -> Contact:
        """Find a contact that goes on.

        :raises ContactNotFound: there is no record of it.
        :raises ContactHasEnded: it has ended.
        """
        contact = self.contact(contact_id)
        if contact.has_ended:
            raise ContactHasEnded(contact.contact_id)
        return contact

    def live_chat_contact(self, contact_id: str) -> Contact:
        """Find a contact of a chat that goes on.

        :raises NoChat: it is of another channel.
        :raises RuleForbids: as :meth:`live_contact`.
        """
        contact = self.live_contact(contact_id)
        if not contact.is_chat:
            raise NoChat(contact.contact_id)
        return contact

    def contact_of(self, participant: Participant) -> ContactId:
        """Find the contact on which a participant of a chat that goes on is."""
        return self.current_contact(self.graph.session_of(participant.initial_contact_id))

    def current_contact(self, session: ChatSession) -> ContactId:
        """Find the current contact of a chat that goes on: of its live contacts the last to come."""
        return max(session.live, key=self._came)

    def _came(self, contact_id: ContactId) -> tuple[datetime, int]:
        details = self.details[contact_id]
        return (self.contact(contact_id).initiation_timestamp or details.updated, details.number)

    def related_to(self, contact_id: ContactId) -> Iterable[ContactId]:
        """Name the contacts whose related contact is this one."""
        return self._related_to.get(contact_id, ())

    def participants_of(self, initial_contact_id: ContactId) -> list[Participant]:
        """Name everybody who is or was in a chat."""
        return self._participants_of.get(initial_contact_id, [])

    def participant_of(self, token: str) -> Participant:
        """Find whose participant token it is, while it is good.

        :raises TokenNotAccepted: it is not, for whatever reason.
        """
        participant = self._by_token.get(token)
        if participant is None or not self._may_act(participant):
            raise TokenNotAccepted
        return participant

    def connected(self, token: str) -> Participant:
        """Find whose connection token it is, while it is good.

        :raises TokenNotAccepted: it is not, for whatever reason.
        """
        return self.participants[self._connection(token).participant_id]

    def _connection(self, token: str) -> Connection:
        connection = self.connections.get(token)
        if connection is None or connection.expires <= self.time:
            raise TokenNotAccepted
        if not self._may_act(self.participants[connection.participant_id]):
            raise TokenNotAccepted
        return connection

    def websocket(self, token: str) -> str | None:
        """Find for which connection a websocket is opened by this token; None if nobody was given it.

        :raises TokenNotAccepted: it is too late to, or the connection is not good.
        """
        connection = self._by_websocket.get(token)
        if connection is None:
            return None
        if connection.open_until is None or connection.open_until <= self.time:
            raise TokenNotAccepted
        return self._connection(connection.token).token

    def follow(self, token: str, deliver: Deliver) -> Following:
        """Have whoever is connected told what happens in their chat from now on.

        :raises TokenNotAccepted: the connection token is not good.
        """
        connection = self._connection(token)
        following = Following(self.participants[connection.participant_id], connection, deliver)
        self.feed.follow(following)
        return following

    def _may_act(self, participant: Participant) -> bool:
        """Tell whether somebody has a say: a customer until the end (rule ``protocol.connection-until-ended``)."""
        is_there = participant.role == CUSTOMER or not participant.left
        return is_there and not self.graph.session_of(participant.initial_contact_id).has_ended

    def owner_of(self, connection_token: str | None) -> str:
        """Name whose connection token it is, good or not; nobody's is that of the empty name."""
        connection = self.connections.get(connection_token or "")
        return "" if connection is None else connection.participant_id

    def knows_token(self, token: str) -> bool:
        """Tell whether a participant or connection token was given out here, good or not."""
        return token in self._by_token or token in self.connections

    # --------------------------------------------------------------------------------------------- contacts and chats

    def record(self, contact: Contact, segment_attributes: Mapping[str, object]) -> None:
        """Take in a new contact."""
        self.graph.add(contact)
        details = Details(number=len(self.details), updated=self.time, segment_attributes=dict(segment_attributes))
        self.remember(contact, details)

    def remember(self, contact: Contact, details: Details) -> None:
        """Take in what is remembered of a contact of the graph."""
        self.details[contact.contact_id] = details
        self._relate(contact)

    def _relate(self, contact: Contact) -> None:
        if contact.related_contact_id is not None:
            self._related_to.setdefault(contact.related_contact_id, []).append(contact.contact_id)

    def open(self, chat: Chat) -> None:
        """Have a chat go on until it ends by itself or is ended."""
        self.chats[chat.initial_contact_id] = chat
        self.schedule(chat)

    def schedule(self, chat: Chat) -> None:
        """Have happen what happens in a chat by itself."""
        heappush(self._agenda, (chat.due, chat.initial_contact_id))

    def rehydrate(self, request: RehydrationRequest, target: ContactId | Contact) -> ContactId:
        """Ask the engine what a chat would continue from.

        A source that is too old to be kept is found nevertheless, unless retention was asked for
        (rule ``eligibility.beyond-retention``): then no rule about time applies to it.

        :raises RuleForbids: it refuses.
        """
        try:
            return self._start(request, target, self.time)
        except SourceBeyondRetention:
            if self.has_retention:
                raise
            return self._start(request, target, None)

    def _start(self, request: RehydrationRequest, target: ContactId | Contact, now: datetime | None) -> ContactId:
        answer = resolve(self.graph, request, target=target, transcripts=self.transcripts, now=now, policy=self.policy)
        return ContactId(answer.continued_from_contact_id or "")

    def associate(self, contact_id: ContactId, start: ContactId, rehydration_type: str) -> None:
        """Link a chat to what it continues from, with a copy of its attributes."""
        related = self.contact(contact_id).related_contact_id
        self.graph.associate(contact_id, start, rehydration_type)
        if related is not None:
            self._related_to[related].remove(contact_id)
        self._relate(self.contact(contact_id))
        self.copy_attributes(contact_id, start)
        self.details[contact_id].updated = self.time

    def copy_attributes(self, contact_id: ContactId, start: ContactId) -> None:
        """Copy the attributes of what a chat continues from, also those that a dropped contact set.

        Rules ``visibility.attributes-copied``, ``visibility.attributes-of-dropped`` and
        ``visibility.attribute-precedence``: what the chat has already wins.
        """
        self.set_attributes(contact_id, {**self.attributes_of(start), **self.attributes_of(contact_id)})

    def attributes_of(self, contact_id: ContactId) -> Mapping[str, str]:
        """Tell the attributes of a contact: those of its session (rule ``identity.attributes-of-session``)."""
        return self.attributes.get(self.graph.session_of(contact_id).initial_contact_id, {})

    def set_attributes(self, contact_id: ContactId, attributes: Mapping[str, str]) -> None:
        """Give the session of a contact other attributes."""
        self.attributes[self.graph.session_of(contact_id).initial_contact_id] = dict(attributes)

    def disconnect_flow_of(self, chat: Chat) -> DisconnectFlow | None:
        """Find the disconnect flow that begins by itself in a chat: that of its flow, or of the instance."""
        everywhere = self.disconnect_flows.get("")
        flow = self.disconnect_flows.get(chat.contact_flow_id, everywhere)
        return flow if flow is not None and flow.runs else None

    def begin_disconnect_flow(self, chat: Chat, contact: Contact, flow: DisconnectFlow, reason: str) -> None:
        """Have the disconnect flow of a chat go on where a contact ends (rule ``protocol.leave-then-survey``)."""
        self.succeed(contact, DISCONNECT, reason=reason)
        if flow.seconds is not None:
            chat.flow_ends = self.time + timedelta(seconds=flow.seconds)
            self.schedule(chat)

    def succeed(
        self, contact: Contact, initiation_method: str, said: str | None = None, reason: str | None = None
    ) -> ContactId:
        """End a contact, with an event if one is ``said``, and have its chat go on in a new one; agents stay behind."""
        successor = ContactId(self.new_id())
        staying = [each for each in self.participants_of(contact.initial_contact_id) if each.is_present]
        staying = [each for each in staying if each.role != CUSTOMER]
        for each in staying:
            self.leave(each, contact.contact_id)
        if said is not None:
            self.say(contact.contact_id, {"Type": "EVENT", "ContentType": f"{EVENT}{said}"})
        for each in staying:
            self.feed.cut(each)
        old = self.details[contact.contact_id]
        self.record(
            Contact(
                contact_id=successor,
                initial_contact_id=contact.initial_contact_id,
                previous_contact_id=contact.contact_id,
                channel=contact.channel,
                initiation_method=initiation_method,
                initiation_timestamp=self.time,
                customer_id=contact.customer_id,
                contact_association_id=contact.contact_association_id,
            ),
            old.segment_attributes,
        )
        self._end(contact.contact_id, reason)
        return successor

    def end(self, contact: Contact, reason: str) -> None:
        """End a contact; with the last live one of a chat the chat ends."""
        session = self.graph.session_of(contact.contact_id)
        if contact.is_chat and session.live == (contact.contact_id,):
            self.say(contact.contact_id, {"Type": "EVENT", "ContentType": ENDED}, is_end=True)
        self._end(contact.contact_id, reason)

    def _end(self, contact_id: ContactId, reason: str | None) -> None:
        self.graph.end(contact_id, self.time)
        details = self.details[contact_id]
        details.updated = self.time
        details.disconnect_reason = reason

    def end_chat(self, initial_contact_id: ContactId, reason: str) -> None:
        """End every live contact of a chat, in the order in which they came."""
        for each in sorted(self.graph.session_of(initial_contact_id).live, key=self._came):
            self.end(self.contact(each), reason)

    # ------------------------------------------------------------------------------------------------- participants

    def invite(
        self, initial_contact_id: ContactId, role: str, display_name: str | None, *, joined: bool = False
    ) -> Participant:
        """Make a participant of a chat."""
        participant = Participant(
            participant_id=self.new_id(),
            token=self.new_id(),
            initial_contact_id=initial_contact_id,
            role=role,
            display_name=display_name,
            joined=joined,
        )
        self.admit(participant)
        return participant

    def admit(self, participant: Participant) -> None:
        """Take in a participant."""
        self.participants[participant.participant_id] = participant
        self._by_token[participant.token] = participant
        self._participants_of.setdefault(participant.initial_contact_id, []).append(participant)

    def join(self, participant: Participant, contact_id: ContactId) -> None:
        """Have a participant join, if they have not."""
        if participant.joined:
            return
        participant.joined = True
        if participant.role == CUSTOMER:
            self.chats[participant.initial_contact_id].join_by = None
        event = {"Type": "EVENT", "ContentType": f"{EVENT}participant.joined"}
        self.say(contact_id, {**event, **participant.signature})

    def leave(self, participant: Participant, contact_id: ContactId) -> None:
        """Have a participant who joined leave."""
        event = {"Type": "EVENT", "ContentType": f"{EVENT}participant.left"}
        self.say(contact_id, {**event, **participant.signature})
        participant.left = True

    def connect(self, participant: Participant, *, over_websocket: bool) -> Connection:
        """Give a participant a new connection."""
        connection = Connection(
            token=self.new_id(),
            participant_id=participant.participant_id,
            expires=self.time + CONNECTION_LIFETIME,
            websocket=self.new_id() if over_websocket else None,
            open_until=self.time + WEBSOCKET_LIFETIME if over_websocket else None,
        )
        self.accept(connection)
        return connection

    def accept(self, connection: Connection) -> None:
        """Take in a connection."""
        self.connections[connection.token] = connection
        if connection.websocket is not None:
            self._by_websocket[connection.websocket] = connection

    def say(self, contact_id: ContactId, members: Plain, *, is_end: bool = False) -> Item:
        """Put an item, which may be the end, behind the transcript of a contact; tell whoever follows the chat."""
        initial_contact_id = self.graph.session_of(contact_id).initial_contact_id
        item = self.transcripts.add(contact_id, initial_contact_id, self.written(members))
        self.tell(contact_id, item.members, is_end=is_end)
        return item

    def written(self, members: Plain) -> Plain:
        """Give what is said an id, and the time."""
        return {"AbsoluteTime": instant(self.time), "Id": self.new_id(), **members}

    def tell(self, contact_id: ContactId, members: Plain, *, is_end: bool = False) -> None:
        """Tell whoever follows a chat of something on one of its contacts."""
        initial_contact_id = self.graph.session_of(contact_id).initial_contact_id
        item = {**members, "ContactId": contact_id, "InitialContactId": initial_contact_id}
        self.feed.say(initial_contact_id, item, self.time, is_end=is_end)

    # --------------------------------------------------------------------------------------------------------- time

    def go_on(self, until: datetime) -> None:
        """Let time go on; what happens in chats by itself until then happens when it is due."""
        while self._agenda and self._agenda[0][0] <= until:
            due, initial_contact_id = heappop(self._agenda)
            chat = self.chats[initial_contact_id]
            if self.graph.session_of(initial_contact_id).has_ended:
                continue
            if chat.due <= due:
                self.time = max(self.time, due)
                self._happen(chat, due)
            self.schedule(chat)
        self.time = max(self.time, until)

    def _happen(self, chat: Chat, due: datetime) -> None:
        """Do what is due in a chat."""
        if chat.rehydrates is not None and chat.rehydrates <= due:
            chat.rehydrates = None
            current = self.current_contact(self.graph.session_of(chat.initial_contact_id))
            self.say(current, {"Type": "EVENT", "ContentType": REHYDRATED})
        elif chat.flow_ends is not None and chat.flow_ends <= due:
            self.end_chat(chat.initial_contact_id, FLOW_ENDED)
        else:
            joined = chat.join_by is None or chat.join_by > due
            self.end_chat(chat.initial_contact_id, "EXPIRED" if joined else "CUSTOMER_CONNECTION_NOT_ESTABLISHED")
