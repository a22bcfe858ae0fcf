"""All contacts of one Amazon Connect instance: a directed graph, its indexes, and what is contradictory in it.

Here belong the networkx digraph (nodes are contact ids, edges run earlier to later, each marked as previous contact or
link), the index of sessions that makes a question independent of how many contacts there are, and the one way in for
contacts, links and ends. This module does not know what a rehydration type means (a link carries it as an opaque
label) nor what is visible. It alone imports networkx.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from weakref import WeakValueDictionary

import networkx as nx
from attrs import evolve, frozen

from rehydration.contacts import Contact, PastContact, UnknownContact, fold, in_utc
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
    RecordsDisagree,
    TargetAlreadyAssociated,
)
from rehydration.identifiers import ContactId, is_contact_id
from rehydration.notebook import ShowsItself
from rehydration.sessions import ChatSession, Segment

MOST_CONTRADICTIONS: Final = 100
"""How many contradictions are reported at once."""


class EdgeKind(StrEnum):
    """Why one contact comes before another."""

    PREVIOUS_CONTACT = "previous-contact"
    LINK = "link"


@frozen
class Link:
    """What a session continues from: a start contact, the type where it is known, the contacts that carry the link."""

    continued_from_contact_id: ContactId
    rehydration_type: str | None
    carriers: tuple[ContactId, ...]


class Unfinished(Protocol):
    """An answer that still reads the graph; it is finished before the graph changes."""

    def finish(self) -> None:
        """Read all that it needs."""


class ContactGraph(ShowsItself):
    """The contacts of one instance as a directed graph.

    >>> graph = ContactGraph.from_contacts(
    ...     [
    ...         Contact(contact_id=ContactId("C1")),
    ...         Contact(
    ...             contact_id=ContactId("C2"), initial_contact_id=ContactId("C1"), previous_contact_id=ContactId("C1")
    ...         ),
    ...     ]
    ... )
    >>> len(graph), graph.session_of("C2").initial_contact_id
    (2, 'C1')
    """

    def __init__(self) -> None:
        """Make an empty graph."""
        self._digraph: nx.DiGraph[ContactId] = nx.DiGraph()
        self._segments: dict[str, Segment] = {}
        self._sessions: dict[ContactId, ChatSession] = {}
        self._links: dict[ContactId, Link] = {}
        self._instance: Contact | None = None
        self._known = 0
        self._unfinished: WeakValueDictionary[int, Unfinished] = WeakValueDictionary()

    @classmethod
    def from_contacts(cls, contacts: Iterable[Contact]) -> ContactGraph:
        """Build a graph of all contacts at once, in whatever order; several records of one contact fold.

        :raises ContradictoryRecords: the contacts cannot all be true; up to a hundred contradictions are reported.
        :raises InvalidArgument: something else than contacts.
        """
        graph = cls()
        found: list[Contradiction] = []
        folded = list(_folded(contacts, found))
        for step in (graph._place, graph._connect):
            for contact in folded:
                _collect(found, step, contact)
        found += _cycles(graph._digraph)
        if found:
            raise ContradictoryRecords(tuple(found[:MOST_CONTRADICTIONS]), len(found))
        return graph

    def copy(self) -> ContactGraph:
        """Make an independent graph of the same contacts."""
        return ContactGraph.from_contacts(self)

    def __deepcopy__(self, _memo: object) -> ContactGraph:
        """Copy without recursion: contacts are values and are shared."""
        return self.copy()

    def __reduce__(self) -> tuple[object, tuple[tuple[Contact, ...]]]:
        """Pickle as the contacts, which are all that a graph is made of."""
        return (ContactGraph.from_contacts, (tuple(self),))

    def __repr__(self) -> str:
        return f"<ContactGraph of {self._known} contacts in {len(self._sessions)} sessions>"

    # ------------------------------------------------------------------------------------------------ what is there

    def __len__(self) -> int:
        """Count the known contacts."""
        return self._known

    def __iter__(self) -> Iterator[Contact]:
        """Iterate over the known contacts, in the order in which they were added or first referred to."""
        return (contact for each in self._segments.values() if (contact := each.known) is not None)

    def __contains__(self, contact_id: object) -> bool:
        """Tell whether there is a record of a contact, or one refers to it."""
        return isinstance(contact_id, str) and contact_id in self._segments

    @property
    def sessions(self) -> tuple[ChatSession, ...]:
        """All sessions."""
        return tuple(self._sessions.values())

    @property
    def unknown_contacts(self) -> tuple[UnknownContact, ...]:
        """The contacts that records refer to but do not contain (rule ``identity.window``)."""
        contacts = (each.contact for each in self._segments.values())
        return tuple(each for each in contacts if isinstance(each, UnknownContact))

    def segment(self, contact_id: str) -> Segment:
        """Find the place of a contact.

        :raises ContactNotFound: no record is of the contact or refers to it.
        """
        segment = self._segments.get(contact_id) if isinstance(contact_id, str) else None
        if segment is None:
            raise ContactNotFound(ContactId(contact_id))
        return segment

    def contact(self, contact_id: str) -> PastContact:
        """Find a contact, which may be an unknown one.

        :raises ContactNotFound: no record is of the contact or refers to it.
        """
        return self.segment(contact_id).contact

    def session_of(self, contact_id: str) -> ChatSession:
        """Find the session of a contact.

        :raises ContactNotFound: no record is of the contact or refers to it.
        """
        return self.segment(contact_id).session

    def link_of(self, session: ChatSession) -> Link | None:
        """Tell what a session continues from (rule ``identity.link-of-session``)."""
        _check_session(session)
        return self._links.get(session.initial_contact_id)

    def continuations(self, session: ChatSession) -> tuple[ChatSession, ...]:
        """Find the sessions that continue from a contact of this one, each once, in the order of their ids."""
        _check_session(session)
        found: dict[ContactId, ChatSession] = {}
        for segment in session:
            for successor, edge in self._digraph.succ[segment.contact_id].items():
                if edge["kind"] is EdgeKind.LINK:
                    later = self._segments[successor].session
                    found[later.initial_contact_id] = later
        return tuple(found[each] for each in sorted(found))

    def comes_before(self, contact_id: str, other_contact_id: str) -> bool:
        """Tell whether previous contacts and links lead back from the other contact to the contact.

        :raises ContactNotFound: no record is of one of them or refers to it.
        """
        earlier, later = self.segment(contact_id).contact_id, self.segment(other_contact_id).contact_id
        if earlier == later or not self._digraph.succ[earlier]:
            return False
        return bool(nx.has_path(self._digraph, earlier, later))

    def digraph(self) -> nx.DiGraph[ContactId]:
        """Make a networkx digraph for your own analysis; changing it changes nothing here.

        Nodes are contact ids with the attribute ``contact``; edges run earlier to later with the attributes ``kind``
        (an :class:`EdgeKind`) and, on a link, ``rehydration_type``.
        """
        copy = self._digraph.copy()
        for contact_id, attributes in copy.nodes.items():
            attributes["contact"] = self._segments[contact_id].contact
        return copy

    # --------------------------------------------------------------------------------------------------- how it grows

    def add(self, contact: Contact) -> None:
        """Add one contact, with its link if it has one.

        :raises Contradiction: it cannot be true together with what is there; the graph stays as it was.
        """
        _check_contact(contact)
        self._check_place(contact)
        false = self._false_links(contact)
        link = self._link(contact, false)
        self._check_acyclic(contact, link, false)
        self._finish_answers()
        for start, carrier in false:
            self._forget_link(start, carrier)
        self._place(contact)
        if link is not None:
            self._commit(contact, link)

    def end(self, contact_id: str, disconnect_timestamp: datetime) -> None:
        """End one contact; to end it again at the same time changes nothing.

        :raises ContactNotFound: there is no record of the contact.
        :raises AlreadyKnown: it ended at another time.
        """
        disconnect_timestamp = in_utc("disconnect_timestamp", disconnect_timestamp)
        contact = self._known_contact(contact_id)
        if contact.has_ended:
            if contact.disconnect_timestamp != disconnect_timestamp:
                raise AlreadyKnown(contact.contact_id, "has ended already, at another time")
            return
        self._finish_answers()
        self._renew(evolve(contact, disconnect_timestamp=disconnect_timestamp))

    def associate(self, contact_id: str, continued_from_contact_id: str, rehydration_type: str | None = None) -> None:
        """Link the session of a contact to a start contact; the contact's related contact becomes that one.

        Whether a rule allows it is for :func:`rehydration.resolve` to say; here the records must stay sound.

        :raises ContactNotFound: there is no record of the contact.
        :raises TargetAlreadyAssociated: its session has a link.
        :raises Contradiction: the start contact is of its own session, or comes after the contact.
        :raises InvalidArgument: no type is given, and one of the two contacts is of another channel.
        """
        contact = self._known_contact(contact_id)
        existing = self.link_of(self.session_of(contact_id))
        if existing is not None:
            raise TargetAlreadyAssociated(contact.contact_id, existing.continued_from_contact_id)
        if not is_contact_id(continued_from_contact_id):
            raise InvalidArgument("continued_from_contact_id", continued_from_contact_id, "a contact id")
        contact = evolve(
            contact,
            related_contact_id=ContactId(continued_from_contact_id),
            rehydration_type=rehydration_type,
            related_is_link=True,
        )
        link = self._link(contact)
        if link is None:
            start = ContactId(continued_from_contact_id)
            if start == contact_id or self._are_of_one_session(contact, start):
                raise LinkToOwnSession(contact.contact_id, start)
            raise InvalidArgument("continued_from_contact_id", start, "a chat, or else a rehydration type")
        self._check_acyclic(contact, link, [])
        self._finish_answers()
        self._renew(contact)
        self._commit(contact, link)

    def finish_before_change(self, answer: Unfinished) -> None:
        """Have an answer finished before the graph changes next."""
        self._unfinished[id(answer)] = answer

    # -------------------------------------------------------------------------------------------------------- inside

    def _finish_answers(self) -> None:
        for answer in list(self._unfinished.values()):
            answer.finish()
        self._unfinished.clear()

    def _known_contact(self, contact_id: str) -> Contact:
        contact = self.contact(contact_id)
        if isinstance(contact, UnknownContact):
            raise ContactNotFound(contact.contact_id)
        return contact

    def _renew(self, contact: Contact) -> None:
        segment = self._segments[contact.contact_id]
        segment.session.renew(segment, contact)

    def _check_place(self, contact: Contact) -> None:
        """Check that a contact fits into the session that it names."""
        initial, previous = contact.initial_contact_id, contact.previous_contact_id
        self._check_instance(contact)
        if contact.is_first and previous is not None:
            raise FirstHasPrevious(contact.contact_id, previous)
        self._check_itself(contact)
        root = None if contact.is_first else self._claimed(initial)
        if root is not None and root != initial:
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
        """Check what earlier contacts said of one that was unknown until now."""
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
        """Name the session that a contact is known to belong to, by its own record or by another's."""
        segment = self._segments.get(contact_id)
        return None if segment is None else segment.contact.initial_contact_id

    def _place(self, contact: Contact) -> None:
        """Put a contact into its session, behind its previous contact."""
        self._check_place(contact)
        session = self._claim(contact.initial_contact_id, contact.initial_contact_id).session
        segment = self._claim(contact.contact_id, contact.initial_contact_id)
        session.renew(segment, contact)
        if contact.previous_contact_id is not None:
            session.follow(segment, self._claim(contact.previous_contact_id, contact.initial_contact_id))
            self._digraph.add_edge(contact.previous_contact_id, contact.contact_id, kind=EdgeKind.PREVIOUS_CONTACT)
        related = contact.related_contact_id
        if related is not None and related not in self._segments:
            self._open(UnknownContact(related))
        self._known += 1
        if self._instance is None and contact.instance_id is not None:
            self._instance = contact

    def _claim(self, contact_id: ContactId, initial_contact_id: ContactId) -> Segment:
        """Make sure that a contact has a place, in the session that it is now known to belong to."""
        segment = self._segments.get(contact_id)
        if segment is None:
            return self._open(UnknownContact(contact_id, initial_contact_id))
        if segment.contact.initial_contact_id is None:
            del self._sessions[contact_id]
            self._session(initial_contact_id).join(segment)
            segment.session.renew(segment, UnknownContact(contact_id, initial_contact_id))
        return segment

    def _open(self, contact: UnknownContact) -> Segment:
        """Make the place of a contact that nobody has mentioned yet."""
        session = self._session(contact.initial_contact_id or contact.contact_id)
        segment = self._segments[contact.contact_id] = Segment(contact, session)
        self._digraph.add_node(contact.contact_id)
        session.join(segment)
        return segment

    def _session(self, initial_contact_id: ContactId) -> ChatSession:
        session = self._sessions.get(initial_contact_id)
        if session is None:
            session = self._sessions[initial_contact_id] = ChatSession(initial_contact_id)
        return session

    # --------------------------------------------------------------------------------------------------------- links

    def _connect(self, contact: Contact) -> None:
        link = self._link(contact)
        if link is not None:
            self._commit(contact, link)

    def _link(self, contact: Contact, false: Iterable[tuple[ContactId, Contact]] = ()) -> Link | None:
        """Say which link the session of a contact has once the contact carries its own, None if it carries none.

        Links that turn out to be ``false`` with the contact do not count.
        """
        start = contact.related_contact_id
        if start is None or not self._is_link(contact, start):
            return None
        existing = _less(self._links.get(contact.initial_contact_id), {each.contact_id for _, each in false})
        link = Link(start, contact.rehydration_type, (contact.contact_id,))
        if existing is None:
            return link
        types = {existing.rehydration_type, link.rehydration_type} - {None}
        if existing.continued_from_contact_id != start or len(types) > 1:
            pair = (existing.carriers[0], contact.contact_id)
            raise LinksDisagree(contact.initial_contact_id, pair, (_start(existing), _start(link)))
        carriers = list(existing.carriers)
        insort(carriers, contact.contact_id)
        return Link(start, next(iter(types), None), tuple(carriers))

    def _is_link(self, contact: Contact, start: ContactId) -> bool:
        """Tell whether a related contact is one that was continued from (rule ``identity.related-read-as-link``)."""
        own = self._are_of_one_session(contact, start)
        if contact.rehydration_type is not None:
            if own:
                raise LinkToOwnSession(contact.contact_id, start)
            return True
        related = self._segments.get(start)
        other_channel = related is not None and related.known is not None and not related.known.is_chat
        return contact.related_is_link and contact.is_chat and not own and not other_channel

    def _are_of_one_session(self, contact: Contact, start: ContactId) -> bool:
        related = self._segments.get(start)
        session = start if related is None else related.session.initial_contact_id
        return contact.initial_contact_id in (session, start) or start == contact.previous_contact_id

    def _commit(self, contact: Contact, link: Link) -> None:
        start = link.continued_from_contact_id
        if start not in self._segments:
            self._open(UnknownContact(start))
        self._links[contact.initial_contact_id] = link
        self._digraph.add_edge(start, contact.contact_id, kind=EdgeKind.LINK, rehydration_type=contact.rehydration_type)

    def _carriers_of_links_to(self, start: ContactId) -> Iterator[Contact]:
        for successor, edge in self._digraph.succ[start].items() if start in self._segments else ():
            contact = self._segments[successor].known
            if edge["kind"] is EdgeKind.LINK and contact is not None:
                yield contact

    def _false_links(self, contact: Contact) -> list[tuple[ContactId, Contact]]:
        """Find the links that turn out to be none once a contact is known: start contacts and carriers."""
        false = []
        starts = (contact.contact_id, contact.initial_contact_id, contact.previous_contact_id or contact.contact_id)
        for start in dict.fromkeys(starts):
            for carrier in self._carriers_of_links_to(start):
                if carrier.initial_contact_id == contact.initial_contact_id:
                    if carrier.rehydration_type is not None:
                        raise LinkToOwnSession(carrier.contact_id, start)
                    false.append((start, carrier))
                elif start == contact.contact_id and not contact.is_chat and carrier.rehydration_type is None:
                    false.append((start, carrier))
        return false

    def _forget_link(self, start: ContactId, contact: Contact) -> None:
        self._digraph.remove_edge(start, contact.contact_id)
        link = _less(self._links.pop(contact.initial_contact_id), {contact.contact_id})
        if link is not None:
            self._links[contact.initial_contact_id] = link

    def _check_acyclic(self, contact: Contact, link: Link | None, false: list[tuple[ContactId, Contact]]) -> None:
        """Check that nothing which comes after a contact, by links that stay, is about to come before it."""
        own = contact.contact_id
        if own not in self._segments or not self._digraph.succ[own]:
            return
        dropped = {(start, carrier.contact_id) for start, carrier in false}
        staying = nx.subgraph_view(self._digraph, filter_edge=lambda *edge: edge not in dropped)
        for start in (contact.previous_contact_id, link and link.continued_from_contact_id):
            if start in self._segments and nx.has_path(staying, own, start):
                raise CyclicContacts((*nx.shortest_path(staying, own, start), own))


def _less(link: Link | None, false: set[ContactId]) -> Link | None:
    """Take carriers from a link that carry it no more; without a carrier it is none."""
    if link is None or false.isdisjoint(link.carriers):
        return link
    carriers = tuple(each for each in link.carriers if each not in false)
    return evolve(link, carriers=carriers) if carriers else None


def _start(link: Link) -> str:
    return repr(link.continued_from_contact_id) + (f" by {link.rehydration_type}" if link.rehydration_type else "")


def _check_session(session: object) -> None:
    if not isinstance(session, ChatSession):
        raise InvalidArgument("session", session, "a ChatSession; session_of finds that of a contact")


def _check_contact(contact: object) -> None:
    if not isinstance(contact, Contact):
        raise InvalidArgument("contact", contact, "a Contact; read_contacts makes them from records")


def _folded(contacts: Iterable[Contact], found: list[Contradiction]) -> Iterator[Contact]:
    """Fold the contacts that came more than once, without holding those twice that did not."""
    first: dict[ContactId, Contact] = {}
    repeated: dict[ContactId, list[Contact]] = {}
    if not isinstance(contacts, Iterable):
        raise InvalidArgument("contacts", contacts, "contacts, such as read_contacts yields")
    for contact in contacts:
        _check_contact(contact)
        known = first.setdefault(contact.contact_id, contact)
        if known is not contact:
            repeated.setdefault(contact.contact_id, [known]).append(contact)
    for contact_id, contact in first.items():
        if contact_id not in repeated:
            yield contact
            continue
        try:
            yield fold(repeated[contact_id])
        except RecordsDisagree as contradiction:
            found.append(contradiction)


def _collect(found: list[Contradiction], step: Callable[[Contact], None], contact: Contact) -> None:
    try:
        step(contact)
    except Contradiction as contradiction:
        found.append(contradiction)


def _cycles(digraph: nx.DiGraph[ContactId]) -> list[Contradiction]:
    """Find one closed walk in every knot of contacts that come before themselves."""
    if nx.is_directed_acyclic_graph(digraph):
        return []
    knots = (each for each in nx.strongly_connected_components(digraph) if len(each) > 1)
    return [_cycle(digraph.subgraph(each)) for each in knots]


def _cycle(knot: nx.DiGraph[ContactId]) -> CyclicContacts:
    edges = [edge[:2] for edge in nx.find_cycle(knot)]
    return CyclicContacts((*(start for start, _ in edges), edges[0][0]))
