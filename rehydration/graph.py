"""All contacts of one Amazon Connect instance: a directed graph, its indexes, and the contradictions in it.

This module holds the digraph, with edges from earlier to later contacts, and the index of sessions, so that the cost of
a question does not depend on the number of contacts. It is the one way in for contacts, links and ends. It does not
know what a rehydration type means (a link carries the type as an opaque label), nor what is visible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, cast

from attrs import frozen

from rehydration import growing
from rehydration.collector import paused
from rehydration.contacts import Contact, PastContact, UnknownContact, changed, check_contact, collect, fold_all, in_utc
from rehydration.digraphs import Digraph, EdgeKind, annotated
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import (
    AlreadyKnown,
    ContactNotFound,
    Contradiction,
    ContradictoryRecords,
    CyclicContacts,
    FirstHasPrevious,
    InitialNotFirst,
    InstancesDisagree,
    InvalidArgument,
    LinksDisagree,
    LinkToOwnSession,
    PreviousInAnotherSession,
    TargetAlreadyAssociated,
)
from rehydration.gaps import UNTOLD, Unplaced, checked_untold, gaps_at, unplaced, untold_member
from rehydration.identifiers import ContactId, is_contact_id
from rehydration.moments import contacts_as_of, ended_later, undated
from rehydration.notebook import ShowsItself
from rehydration.sessions import ChatSession, Segment

if TYPE_CHECKING:
    import networkx as nx

MOST_CONTRADICTIONS: Final = 100
"""The largest number of contradictions reported at once."""


@frozen
class Link:
    """What a session continues from: a start contact, the type if it is known, and the contacts that carry the link."""

    continued_from_contact_id: ContactId
    rehydration_type: str | None
    carriers: tuple[ContactId, ...]


class ContactGraph(ShowsItself):
    """The contacts of one instance as a directed graph.

    A graph grows by :meth:`add`, :meth:`end` and :meth:`associate`. Its length is the number of its known contacts, and
    iterating over it gives them. Two graphs are equal if they hold the same contacts.

    >>> graph = ContactGraph.from_contacts(
    ...     [
    ...         Contact(contact_id="C1"),
    ...         Contact(contact_id="C2", initial_contact_id="C1", previous_contact_id="C1"),
    ...     ]
    ... )
    >>> len(graph), graph.session_of("C2").initial_contact_id
    (2, 'C1')
    """

    def __init__(self, *, ends_are_told: bool = False) -> None:
        """Make an empty graph.

        ``ends_are_told`` says that whoever grows it tells every end, so that a contact without one is live.
        """
        self.ends_are_told: bool = ends_are_told
        self.undated: Mapping[ContactId, Doubt] = MappingProxyType({})
        """Of a graph as of an earlier time, what no record dates, by contact."""
        self.ended_later: frozenset[ContactId] = frozenset()
        """Of a graph as of an earlier time, the contacts that ended later. They were live, and records tell it."""
        self.untold: frozenset[str] = frozenset()
        """The members that no record of the export tells."""
        self.disagreements: tuple[Doubt, ...] = ()
        """Where records of one contact differ and nobody can tell which is later: what was taken."""
        self.tells_channels: bool = False
        """Whether records of the export tell channels, so that one without lacks it. Whoever makes a contact without a
        channel says that it is a chat."""
        self.lacking: dict[str, int] = {"channel": 0, "initiation_timestamp": 0}
        """How many of its known contacts do not tell these members, which all have."""
        self.has_open_links: bool = False
        """Whether a contact carries a link that may be no rehydration: its ``related_is_link`` is None."""
        self._digraph = Digraph()
        self._segments: dict[str, Segment] = {}
        self._instance: Contact | None = None
        self._mentions: dict[ContactId, int] = {}
        self._known = 0
        self._unplaced: tuple[Unplaced, ...] | None = None

    @classmethod
    def from_contacts(
        cls, contacts: Iterable[Contact], *, untold: Iterable[str] | None = None, ends_are_told: bool = False
    ) -> ContactGraph:
        """Build a graph of all contacts at once, in any order. Several records of one contact fold into one.

        ``untold`` names the members that no record tells, such as ``"previous_contact_id"``. Answers that depend on
        them say so. What ``read_contacts`` returns knows them itself, and so does another graph. ``ends_are_told``
        says that a contact without an end is live, not only unfinished. Meanwhile, the garbage collector pauses.

        :raises ContradictoryRecords: the contacts cannot all be true. Up to a hundred contradictions are reported.
        :raises InvalidArgument: one of the values is not a contact, or a member has no such name.
        """
        graph = cls(ends_are_told=ends_are_told)
        found: list[Contradiction] = []
        with paused():
            folded = list(fold_all(contacts, found, disagree := [*getattr(contacts, "disagreements", ())]))
            graph.disagreements = tuple(sorted(disagree, key=attrgetter("subject")))
            graph.untold = checked_untold(contacts, untold)  # who reads contacts as they are asked for knows it now
            graph.tells_channels = getattr(contacts, "tells_channels", False)
            collect(found, graph._place, folded)
            collect(found, graph._connect, folded)
        found += graph._digraph.cycles()
        if found:
            raise ContradictoryRecords(tuple(found[:MOST_CONTRADICTIONS]), len(found))
        return graph

    def copy(self) -> ContactGraph:
        """Make an independent graph of the same contacts."""
        graph = ContactGraph.from_contacts(self)
        graph.__dict__.update(self._said_of_all())
        return graph

    def as_of(self, time: datetime) -> ContactGraph:
        """Make the graph of the contacts that had begun at a time. Those that ended later are live.

        What the records do not date, such as links, is in ``undated``, and answers that look at it depend on it. The
        contacts that ended later are in ``ended_later``: that they were live is told.

        :raises InvalidArgument: ``time`` is no aware datetime.
        """
        time = in_utc("time", time)
        begun = contacts_as_of(self, time)
        graph = ContactGraph.from_contacts(begun, untold=self.untold, ends_are_told=self.ends_are_told)
        graph.tells_channels = self.tells_channels
        known = {each.contact_id for each in graph}
        graph.disagreements = tuple(each for each in self.disagreements if each.subject[0] in known)
        graph.ended_later = self.ended_later.union(ended_later(self, time)).intersection(known)
        graph.undated = {own: Doubt(DoubtKind.RECORDS, (own,), sentence) for own, sentence in undated(self, time)}
        return graph

    def __deepcopy__(self, _memo: object) -> ContactGraph:
        """Copy without recursion. The copy shares the contacts, which are values."""
        return self.copy()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the contacts and what is said of them all. They determine the graph."""
        return (ContactGraph.from_contacts, (tuple(self),), self._said_of_all())

    def _said_of_all(self) -> dict[str, object]:
        members = ("untold", "ends_are_told", "tells_channels", "undated", "ended_later", "disagreements")
        return {name: getattr(self, name) for name in members} | {"undated": dict(self.undated)}

    def __eq__(self, other: object) -> bool:
        """Tell whether two graphs hold the same contacts and know the same of them all."""
        if not isinstance(other, ContactGraph):
            return NotImplemented
        return self._said_of_all() == other._said_of_all() and frozenset(self) == frozenset(other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<ContactGraph of {self._known} contacts in {len(self.sessions)} sessions>"

    # ------------------------------------------------------------------------------------------------ what is there

    def __len__(self) -> int:
        """Count the known contacts."""
        return self._known

    def __iter__(self) -> Iterator[Contact]:
        """Iterate over the known contacts, in the order in which they were added or first referred to."""
        return (contact for each in self._segments.values() if (contact := each.known) is not None)

    def __contains__(self, contact_id: object) -> bool:
        """Tell whether there is a record of a contact, or a record refers to it."""
        return isinstance(contact_id, str) and contact_id in self._segments

    @property
    def sessions(self) -> tuple[ChatSession, ...]:
        """All sessions."""
        return tuple(dict.fromkeys(each.session for each in self._segments.values()))

    @property
    def gaps(self) -> tuple[Doubt, ...]:
        """What the records leave out: members that none tells, which of some records is the latest, then by contact."""
        missing = [*(untold_member(name) for name in UNTOLD if name in self.untold), *self.disagreements]
        for segment in self._segments.values():
            missing += gaps_at(segment.contact, self.untold, end_is_told=self.tells_end_of(segment.contact_id))
        return tuple(missing)

    def tells_end_of(self, contact_id: ContactId) -> bool:
        """Tell whether a contact without an end is known to be live."""
        return self.ends_are_told or contact_id in self.ended_later

    @property
    def unknown_contacts(self) -> tuple[UnknownContact, ...]:
        """The contacts that records refer to but do not contain (rule ``identity.window``)."""
        contacts = (each.contact for each in self._segments.values()) if self._known < len(self._segments) else ()
        return tuple(each for each in contacts if isinstance(each, UnknownContact))

    @property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """The unknown contacts that are but related, so that no record tells their session; last named, last."""
        if self._unplaced is None:
            unknown = [each for each in self._mentions if self._claimed(each) is None]
            known = ((each.known, each.carries_link) for each in self._segments.values() if each.known is not None)
            self._unplaced = unplaced(unknown, known) if unknown else ()
        return self._unplaced

    def segment(self, contact_id: str) -> Segment:
        """Find the place of a contact.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        :raises InvalidArgument: ``contact_id`` is not text.
        """
        if not isinstance(contact_id, str):
            raise InvalidArgument("contact_id", contact_id, "the id of a contact, as text")
        try:
            return self._segments[contact_id]
        except KeyError:
            raise ContactNotFound(ContactId(contact_id)) from None

    def contact(self, contact_id: str) -> PastContact:
        """Find a contact, which may be an unknown one.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        """
        return self.segment(contact_id).contact

    def session_of(self, contact_id: str) -> ChatSession:
        """Find the session of a contact.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        """
        return self.segment(contact_id).session

    def link_of(self, session: ChatSession) -> Link | None:
        """Give the link of a session, or None if it has none (rule ``identity.link-of-session``)."""
        _check_session(session)
        if session.continues is None:
            return None
        carriers = sorted(each.contact_id for each in session if each.carries_link)
        return Link(session.continues.contact_id, session.rehydration_type, tuple(carriers))

    def start_named_by(self, contact: Contact) -> ContactId | None:
        """Give the start contact that the record of a contact names, before the contact is in the graph; None if none.

        :raises LinkToOwnSession: the record names a rehydration from its own session.
        """
        start = contact.related_contact_id
        return start if start is not None and self._is_link(contact, start) else None

    def continuations(self, session: ChatSession) -> tuple[ChatSession, ...]:
        """Find the sessions that continue from a contact of this session, each once, sorted by id."""
        _check_session(session)
        found: dict[ContactId, ChatSession] = {}
        for segment in session:
            for carrier in self._carriers_of_links_to(segment):
                found[carrier.session.initial_contact_id] = carrier.session
        return tuple(found[each] for each in sorted(found))

    def comes_before(self, contact_id: str, other_contact_id: str) -> bool:
        """Tell whether previous contacts and links lead back from the other contact to the contact.

        :raises ContactNotFound: there is no record of one of them, and no record refers to it.
        """
        earlier, later = (self.segment(each).contact_id for each in (contact_id, other_contact_id))
        return earlier != later and self._leads_to(earlier, later)

    def digraph(self) -> nx.DiGraph[ContactId]:
        """Make a networkx digraph for your own analysis. Changing it does not change this graph.

        Nodes are contact ids with the attribute ``contact``. Edges run from earlier to later contacts. They have the
        attribute ``kind``, an :class:`EdgeKind`, and links also have ``rehydration_type``.
        """
        nodes = ((each.contact_id, each.contact) for each in self._segments.values())
        return annotated(nodes, ((*edge, self._attributes(*edge)) for edge in self._digraph.edges))

    def _attributes(self, earlier: ContactId, later: ContactId) -> dict[str, object]:
        segment = self._segments[later]
        if segment.previous is self._segments[earlier]:
            return {"kind": EdgeKind.PREVIOUS_CONTACT}
        return {"kind": EdgeKind.LINK, "rehydration_type": cast("Contact", segment.contact).rehydration_type}

    # --------------------------------------------------------------------------------------------------- how it grows

    def add(self, contact: Contact) -> None:
        """Add one contact, with its link if it has one.

        :raises Contradiction: the contact cannot be true together with the graph, which stays as it was.
        """
        self._unplaced = None
        check_contact(contact)
        self._check_place(contact)
        false = self._false_links(contact)
        is_link = self._check_link(contact, false)
        if contact.contact_id in self._segments:
            self._check_acyclic(contact.contact_id, contact.previous_contact_id, false)
            self._check_acyclic(contact.contact_id, contact.related_contact_id if is_link else None, false)
        for start, carrier in false:
            self._forget_link(start, carrier)
        self._put(contact)
        if is_link:
            self._link(self._segments[contact.contact_id], contact)

    def end(self, contact_id: str, disconnect_timestamp: datetime) -> None:
        """End one contact. Ending it again at the same time changes nothing.

        :raises ContactNotFound: there is no record of the contact.
        :raises AlreadyKnown: the contact ended at another time.
        """
        disconnect_timestamp = in_utc("disconnect_timestamp", disconnect_timestamp)
        segment, contact = self._known_at(contact_id)
        if contact.has_ended:
            if contact.disconnect_timestamp != disconnect_timestamp:
                raise AlreadyKnown(contact.contact_id, "has ended already, at another time")
            return
        growing.renew(segment, changed(contact, disconnect_timestamp=disconnect_timestamp))

    def associate(self, contact_id: str, continued_from_contact_id: str, rehydration_type: str | None = None) -> None:
        """Link the session of a contact to a start contact, which becomes the contact's related contact.

        This method only keeps the records sound. :func:`rehydration.resolve` says whether a rule allows the link.

        :raises ContactNotFound: there is no record of the contact.
        :raises TargetAlreadyAssociated: the session already has a link.
        :raises Contradiction: the start contact is of the same session, or comes after the contact.
        :raises InvalidArgument: no type is given, and one of the two contacts is not a chat.
        """
        carrier, contact = self._known_at(contact_id)
        session = carrier.session
        if session.continues is not None:
            raise TargetAlreadyAssociated(contact.contact_id, session.continues.contact_id)
        start, mentioned = continued_from_contact_id, contact.related_contact_id
        if not is_contact_id(start):
            raise InvalidArgument("continued_from_contact_id", start, "a contact id")
        if rehydration_type is not None and not isinstance(rehydration_type, str):
            raise InvalidArgument("rehydration_type", rehydration_type, "text or None")
        contact = changed(
            contact,
            related_contact_id=start,
            rehydration_type=rehydration_type,
            related_is_link=True,
        )
        if not self._is_link(contact, start):
            if self._are_of_one_session(contact, start):
                raise LinkToOwnSession(contact.contact_id, start)
            raise InvalidArgument("continued_from_contact_id", start, "a chat, or else a rehydration type")
        self._check_acyclic(contact.contact_id, start)
        growing.renew(carrier, contact)
        self._unplaced = None
        self._mention(start)
        self._link(carrier, contact)
        if mentioned is not None:
            self._forget_mention(mentioned)

    # -------------------------------------------------------------------------------------------------------- inside

    def _known_at(self, contact_id: str) -> tuple[Segment, Contact]:
        segment = self.segment(contact_id)
        contact = segment.contact
        if isinstance(contact, UnknownContact):
            raise ContactNotFound(contact.contact_id)
        return segment, contact

    def _check_place(self, contact: Contact) -> None:
        """Check that a contact fits into the session that it names."""
        initial, previous = contact.initial_contact_id, contact.previous_contact_id
        self._check_instance(contact)
        if (is_first := contact.is_first) and previous is not None:
            raise FirstHasPrevious(contact.contact_id, previous)
        self._check_itself(contact)
        if not is_first and (root := self._claimed(initial)) is not None and root != initial:
            raise InitialNotFirst(initial, root, contact.contact_id)
        before = None if previous is None else self._claimed(previous)
        if previous is not None and before is not None and before != initial:
            raise PreviousInAnotherSession(contact.contact_id, initial, previous, before)

    def _check_instance(self, contact: Contact) -> None:
        other = self._instance
        if other is None or contact.instance_id is None or other.instance_id is None:
            return
        if other.instance_id != contact.instance_id:
            raise InstancesDisagree(other.contact_id, other.instance_id, contact.contact_id, contact.instance_id)

    def _check_itself(self, contact: Contact) -> None:
        """Check a contact that was unknown until now against what other records say of it."""
        segment = self._segments.get(contact.contact_id)
        if segment is None:
            return
        if segment.known is not None:
            raise AlreadyKnown(contact.contact_id, "is in the graph already; end or associate it instead")
        claimed = self._claimed(contact.contact_id)
        if claimed is None or claimed == contact.initial_contact_id:
            return
        if claimed == contact.contact_id:
            named_by = next(each.contact_id for each in segment.session if each is not segment)
            raise InitialNotFirst(contact.contact_id, contact.initial_contact_id, named_by)
        later = next(each.contact_id for each in segment.session if each.previous is segment)
        raise PreviousInAnotherSession(later, claimed, contact.contact_id, contact.initial_contact_id)

    def _claimed(self, contact_id: ContactId) -> ContactId | None:
        """Name the session that a contact belongs to, by its own record or by another's; None if no record says."""
        segment = self._segments.get(contact_id)
        return None if segment is None else segment.contact.initial_contact_id

    def _place(self, contact: Contact) -> None:
        self._check_place(contact)
        self._put(contact)

    def _put(self, contact: Contact) -> None:
        """Put a contact into its session, after its previous contact."""
        own, initial, previous = contact.contact_id, contact.initial_contact_id, contact.previous_contact_id
        if own != initial:
            self._claim(initial, initial)
        if own in self._segments:
            segment = self._claim(own, initial)
            growing.renew(segment, contact)
            self._mentions.pop(own, None)
        else:
            segment = self._open(contact)
        if previous is not None:
            growing.follow(segment, self._claim(previous, initial))
            self._digraph.connect(previous, own)
        if contact.related_contact_id is not None:
            self._mention(contact.related_contact_id)
        self._known += 1
        for name in self.lacking:
            self.lacking[name] += getattr(contact, name) is None
        if self._instance is None and contact.instance_id is not None:
            self._instance = contact

    def _mention(self, related: ContactId) -> None:
        """Make sure that a related contact has a segment. Count the references to an unknown one."""
        segment = self._segments.get(related)
        if segment is None:
            segment = self._open(UnknownContact(related))
        if isinstance(segment.contact, UnknownContact):
            self._mentions[related] = self._mentions.get(related, 0) + 1

    def _forget_mention(self, related: ContactId) -> None:
        """Remove the segment of an unknown contact once no record refers to it."""
        left = self._mentions.pop(related, 0) - 1
        if left > 0:
            self._mentions[related] = left
        elif left == 0 and self._claimed(related) is None:
            del self._segments[related]
            self._digraph.leave(related)

    def _claim(self, contact_id: ContactId, initial_contact_id: ContactId) -> Segment:
        """Make sure that a contact has a segment in the session that it is now known to belong to."""
        segment = self._segments.get(contact_id)
        if segment is None:
            return self._open(UnknownContact(contact_id, initial_contact_id))
        if segment.contact.initial_contact_id is None:
            if contact_id != initial_contact_id:
                growing.join(self._segments[initial_contact_id].session, segment)
            growing.renew(segment, UnknownContact(contact_id, initial_contact_id))
        return segment

    def _open(self, contact: PastContact) -> Segment:
        """Make the segment of a contact that no record has mentioned. Its initial contact already has one."""
        own, initial = contact.contact_id, contact.initial_contact_id
        session = ChatSession(own) if initial is None or initial == own else self._segments[initial].session
        segment = self._segments[own] = Segment(contact, session)
        self._digraph.enter(own)
        growing.join(session, segment)
        return segment

    # --------------------------------------------------------------------------------------------------------- links

    def _connect(self, contact: Contact) -> None:
        if self._check_link(contact):
            segment = self._segments.get(contact.contact_id)
            if segment is not None and segment.contact is contact:  # or else it contradicts another
                self._link(segment, contact)

    def _check_link(self, contact: Contact, false: Collection[tuple[Segment, Segment]] = ()) -> bool:
        """Tell whether a contact carries a link, and check that its session can have it.

        ``false`` are the links that the contact proves to be none. They do not count.
        """
        start = contact.related_contact_id
        if start is None or not self._is_link(contact, start):
            return False
        first = self._segments.get(contact.initial_contact_id)
        session = None if first is None else first.session
        if session is None or session.continues is None:
            return True
        if false and session.carriers == sum(carrier.session is session for _, carrier in false):
            return True
        types = {session.rehydration_type, contact.rehydration_type} - {None}
        if session.continues.contact_id != start or len(types) > 1:
            carriers = {each.contact_id for each in session if each.carries_link}
            pair = (min(carriers - {carrier.contact_id for _, carrier in false}), contact.contact_id)
            told = (
                _start(session.continues.contact_id, session.rehydration_type),
                _start(start, contact.rehydration_type),
            )
            raise LinksDisagree(contact.initial_contact_id, pair, told)
        return True

    def _is_link(self, contact: Contact, start: ContactId) -> bool:
        """Tell whether a related contact is a start contact (rule ``identity.related-read-as-link``)."""
        own = self._are_of_one_session(contact, start)
        if contact.rehydration_type is not None:
            if own:
                raise LinkToOwnSession(contact.contact_id, start)
            return True
        related = self._segments.get(start)
        other_channel = related is not None and related.known is not None and not related.known.is_chat
        return contact.related_is_link is not False and contact.is_chat and not own and not other_channel

    def _are_of_one_session(self, contact: Contact, start: ContactId) -> bool:
        initial = contact.initial_contact_id
        if start in (initial, contact.previous_contact_id):
            return True
        related, first = self._segments.get(start), self._segments.get(initial)
        if related is None or first is None or related.session is not first.session:
            return False
        return first.session.initial_contact_id == initial  # or else the contact contradicts another

    def _link(self, carrier: Segment, contact: Contact) -> None:
        """Let the session of a contact continue from its related contact, which has a segment."""
        start = cast("ContactId", contact.related_contact_id)
        growing.link(carrier, self._segments[start], contact.rehydration_type)
        self.has_open_links |= contact.related_is_link is None and contact.rehydration_type is None
        self._digraph.connect(start, contact.contact_id)

    def _carriers_of_links_to(self, start: Segment) -> Iterator[Segment]:
        for successor in self._digraph.after(start.contact_id):
            carrier = self._segments[successor]
            if carrier.previous is not start:
                yield carrier

    def _false_links(self, contact: Contact) -> list[tuple[Segment, Segment]]:
        """Find the links that a contact proves to be none, as pairs of start contact and carrier.

        They lead to the contact itself, or to a contact that only now turns out to be of its session.
        """
        own, initial = contact.contact_id, contact.initial_contact_id
        false = []
        for contact_id in dict.fromkeys((own, initial, contact.previous_contact_id or own)):
            start = self._segments.get(contact_id)
            if start is None or (contact_id != own and start.contact.initial_contact_id is not None):
                continue
            for carrier in self._carriers_of_links_to(start):
                typed = carrier.known is not None and carrier.known.rehydration_type is not None
                if carrier.session.initial_contact_id == initial:
                    if typed:
                        raise LinkToOwnSession(carrier.contact_id, contact_id)
                    false.append((start, carrier))
                elif contact_id == own and not contact.is_chat and not typed:
                    false.append((start, carrier))
        return false

    def _forget_link(self, start: Segment, carrier: Segment) -> None:
        self._digraph.disconnect(start.contact_id, carrier.contact_id)
        growing.unlink(carrier)

    def _check_acyclic(
        self, own: ContactId, before: ContactId | None, false: Collection[tuple[Segment, Segment]] = ()
    ) -> None:
        """Check that a contact that is about to come before another does not come after it, over links that stay."""
        if before is None or before not in self._segments or not self._leads_to(own, before):
            return
        dropped = {(each.contact_id, carrier.contact_id) for each, carrier in false}
        if around := self._digraph.path(own, before, dropped):
            raise CyclicContacts((*around, own))

    def _leads_to(self, earlier: ContactId, later: ContactId) -> bool:
        """Tell whether edges lead from one contact to another."""
        session = self._segments[earlier].session
        if not session.is_continued and self._segments[later].session is not session:
            return False
        return self._digraph.leads(earlier, later)


def _start(contact_id: ContactId, rehydration_type: str | None) -> str:
    return repr(contact_id) + (f" by {rehydration_type}" if rehydration_type else "")


def _check_session(session: object) -> None:
    if not isinstance(session, ChatSession):
        raise InvalidArgument("session", session, "a ChatSession; session_of finds that of a contact")
