"""Everything of one customer: sessions, transcripts, what their chats see, who sees theirs, what a deletion changes.

This module puts the other questions together for one customer, for an access request or an erasure request. It does not
read attributes or locations of transcripts; they are handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from types import MappingProxyType
from typing import Final, Unpack

from attrs import evolve, frozen

from rehydration.basis import Basis, Given
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import attach_code
from rehydration.doubts import Doubt
from rehydration.errors import ContactNotFound, InvalidArgument, texts
from rehydration.exposures import Exposure, Sighting, Undecided, exposures_in_turn
from rehydration.gaps import no_link
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId
from rehydration.missing import Reach
from rehydration.notebook import ShowsItself
from rehydration.selections import last_active, sessions_of_customer
from rehydration.sessions import ChatSession
from rehydration.sights import SeenContact, Shown, Sight, sight_of
from rehydration.transcripts import Availability, TranscriptFact

Attributes = Mapping[str, Mapping[str, str]]
"""Attributes by contact id, as the records tell them."""

Locations = Mapping[str, tuple[str, ...]]
"""Where transcripts lie, by contact id, as the records tell it: addresses in S3, several for analysed copies."""

_NOTHING: Final = MappingProxyType({})  # type: ignore[var-annotated]  # of attributes and of locations
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@frozen
class CustomerContact:
    """One contact of the customer, with its attributes and where its transcript lies."""

    contact: PastContact
    attributes: Mapping[str, str]
    locations: tuple[str, ...]

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id


@frozen
class CustomerSession:
    """One session of the customer: its contacts, newest first, and what its chat sees of the past.

    ``customers`` are all that its records name. ``link`` is None if the session continues from nothing. ``sight`` is
    None then, or if the policy refuses the past of the chat. Where more contacts lie behind it than the limit allows,
    it ends in the session in which the limit is reached: no chat shows what lies beyond.
    """

    initial_contact_id: ContactId
    customers: tuple[str, ...]
    contacts: tuple[CustomerContact, ...]
    link: Link | None
    sight: Sight | None

    @property
    def foreign(self) -> tuple[SeenContact, ...]:
        """The contacts of other customers that the chat shows, or may show."""
        seen = () if self.sight is None else self.sight.contacts
        return tuple(each for each in seen if each.is_of_another_customer and each.shown is not Shown.NO)


@frozen
class Travelled:
    """Attributes that a link copied: from the session of the start contact into the session that continues from it.

    Rules ``visibility.attributes-copied`` and ``visibility.attributes-of-dropped``: what a survey sets travels although
    its transcript does not. ``attributes`` are those that the records of both sessions have, with one value.
    """

    from_initial_contact_id: ContactId
    to_initial_contact_id: ContactId
    to_customer_id: str | None
    link: Link
    attributes: Mapping[str, str]


@frozen
class Loss:
    """What one chat could no longer read if transcripts were deleted. It would still list the contacts."""

    chat_id: ContactId
    customer_id: str | None
    contact_ids: tuple[ContactId, ...]


@frozen
class CustomerReport(ShowsItself):
    """Everything that the records tell of one customer.

    ``sessions`` are newest first. ``exposures`` say of each of their contacts who else sees it and who could.
    ``travelled`` are the attributes that links copied out of or into their sessions. ``losses`` say what would change
    if the transcripts of ``deleted`` went. ``gaps`` are what no record tells of who sees theirs, and of what their
    sessions continue from: with any, their chats, or chats of others, may show more.
    """

    customer_id: str
    sessions: tuple[CustomerSession, ...]
    exposures: tuple[Exposure, ...]
    travelled: tuple[Travelled, ...]
    deleted: tuple[ContactId, ...]
    losses: tuple[Loss, ...]
    gaps: tuple[Doubt, ...] = ()

    @property
    def contacts(self) -> tuple[CustomerContact, ...]:
        """The contacts of all sessions, newest first."""
        return tuple(contact for session in self.sessions for contact in session.contacts)

    @property
    def seen_untold(self) -> tuple[SeenContact, ...]:
        """What their chats show, or may show, of which no record tells the customer, nor that its session is theirs."""
        theirs = {each.initial_contact_id for each in self.sessions if each.customers == (self.customer_id,)}
        sights = (each.sight.contacts for each in self.sessions if each.sight is not None)
        found = {
            each.contact_id: each
            for each in chain.from_iterable(sights)
            if each.customer_id is None and each.shown is not Shown.NO and each.initial_contact_id not in theirs
        }
        return tuple(found.values())

    @property
    def untold_readers(self) -> tuple[ContactId, ...]:
        """The sessions that show, or may show, a contact of theirs, and of which no record tells the customer."""
        found = (each for exposure in self.exposures for each in _found(exposure) if each.customer_id is None)
        return tuple(dict.fromkeys(each.initial_contact_id for each in found))

    @property
    def seen_by_others(self) -> tuple[tuple[Exposure, Sighting | Undecided], ...]:
        """Which sessions of other customers show, or may show, which of their contacts."""
        return tuple(
            (exposure, found)
            for exposure in self.exposures
            for found in _found(exposure)
            if exposure.is_of_another_customer(found) and found.customer_id != self.customer_id
        )


def customer_report(  # what is told besides the graph is handed in one by one
    graph: ContactGraph,
    customer_id: str,
    *,
    deleted: Collection[str] = (),
    attributes: Attributes = _NOTHING,
    locations: Locations = _NOTHING,
    **given: Unpack[Given],
) -> CustomerReport:
    """Put together everything that the records tell of one customer.

    The short way to :meth:`rehydration.History.customer`, which describes the arguments.
    :class:`rehydration.basis.Given` lists the other keyword arguments.

    :raises InvalidArgument: no record names the customer, or an argument has the wrong type.
    :raises ContactNotFound: there is no record of a contact of ``deleted``, and no record refers to it.
    """
    return report_of(Basis(graph, **given), customer_id, deleted, attributes, locations)


def report_of(
    basis: Basis, customer_id: str, deleted: Collection[str], attributes: Attributes, locations: Locations
) -> CustomerReport:
    """Put together everything that the records tell of one customer."""
    sessions = sorted(sessions_of_customer(basis.graph, customer_id), key=_recency, reverse=True)
    reach = Reach(basis)
    _check_told("attributes", attributes, Mapping)
    _check_told("locations", locations, tuple)
    gone = tuple(_known(basis.graph, each) for each in texts("deleted", deleted, "a collection of contact ids"))
    own = (each.contact_id for one in sessions for each in _newest_first(one))
    exposures = list(exposures_in_turn(basis, own))
    unlinked = (no_link(each) for one in sessions if one.continues is None for each in one.unknown)
    return CustomerReport(
        customer_id,
        tuple(_session(reach, each, attributes, locations) for each in sessions),
        tuple(each for each in exposures if each.sightings or each.undecided or each.openings),
        tuple(_travelled(basis.graph, sessions, attributes)),
        gone,
        tuple(_losses(basis, gone)),
        tuple(dict.fromkeys((*(gap for each in exposures for gap in each.gaps), *unlinked))),
    )


def _check_told(name: str, told: object, kind: type) -> None:
    """Check what is handed in by contact id."""
    if not isinstance(told, Mapping) or not all(isinstance(each, kind) for each in told.values()):
        raise InvalidArgument(name, told, f"a mapping from contact id to {kind.__name__.lower()}")


def _known(graph: ContactGraph, contact_id: str) -> ContactId:
    try:
        return graph.segment(contact_id).contact_id
    except ContactNotFound as refusal:
        attach_code(refusal)
        raise


def _recency(session: ChatSession) -> tuple[datetime, ContactId]:
    return (last_active(session) or _NEVER, session.initial_contact_id)


def _newest_first(session: ChatSession) -> list[PastContact]:
    def key(contact: PastContact) -> tuple[datetime, str]:
        began = contact.initiation_timestamp if isinstance(contact, Contact) else None
        return (began or _NEVER, contact.contact_id)

    return sorted((each.contact for each in session), key=key, reverse=True)


def _session(reach: Reach, session: ChatSession, attributes: Attributes, locations: Locations) -> CustomerSession:
    link = reach.whole.graph.link_of(session)
    contacts = (
        CustomerContact(each, attributes.get(each.contact_id, _NOTHING), locations.get(each.contact_id, ()))
        for each in _newest_first(session)
    )
    customers = {each.known.customer_id for each in session if each.known is not None} - {None}
    return CustomerSession(
        session.initial_contact_id,
        tuple(sorted(map(str, customers))),
        tuple(contacts),
        link,
        None if link is None else _sight(reach, link.carriers[0]),
    )


def _sight(reach: Reach, contact_id: ContactId) -> Sight:
    """Find what a chat sees, as far as the limit."""
    basis = reach.whole
    within = sight_of(reach.of(basis.graph.session_of(contact_id)), contact_id)
    return within if within.answer.beyond_limit else sight_of(basis, contact_id)


def _travelled(graph: ContactGraph, sessions: Iterable[ChatSession], attributes: Attributes) -> Iterator[Travelled]:
    """Find the attributes that links brought into the sessions, and out of them."""
    out = [later for session in sessions for later in graph.continuations(session)]
    for later in dict.fromkeys((*sessions, *out)):
        link = graph.link_of(later)
        both = {} if later.continues is None else _in_both(later.continues.session, later, attributes)
        if link is not None and both:
            earlier = graph.session_of(link.continued_from_contact_id).initial_contact_id
            yield Travelled(earlier, later.initial_contact_id, later.customer_id, link, MappingProxyType(both))


def _in_both(earlier: ChatSession, later: ChatSession, attributes: Attributes) -> dict[str, str]:
    """Find the attributes that two sessions have with one value."""
    ours, theirs = _attributes_of(earlier, attributes), _attributes_of(later, attributes)
    return {name: value for name, value in sorted(ours.items()) if theirs.get(name) == value}


def _attributes_of(session: ChatSession, attributes: Attributes) -> dict[str, str]:
    """Put the attributes of a session together: they are the session's (rule ``identity.attributes-of-session``)."""
    together: dict[str, str] = {}
    for each in reversed(_newest_first(session)):
        together |= attributes.get(each.contact_id, _NOTHING)
    return together


def _found(exposure: Exposure) -> Iterator[Sighting | Undecided]:
    yield from exposure.sightings
    yield from exposure.undecided


def _losses(basis: Basis, deleted: tuple[ContactId, ...]) -> Iterator[Loss]:
    """Compare what each chat that sees one of the transcripts can read now, and without them."""
    fact = TranscriptFact(Availability.DELETED)
    facts: dict[str, TranscriptFact] = {str(each): told for each, told in basis.transcripts.items()}
    after = evolve(basis, transcripts=facts | dict.fromkeys(deleted, fact))
    chats: dict[ContactId, None] = {}
    for exposure in exposures_in_turn(basis, deleted):
        for found in _found(exposure):
            chats |= dict.fromkeys(found.contact_ids[-1:])
    now, afterwards = Reach(basis), Reach(after)
    for chat in chats:
        before, then = _sight(now, chat), _sight(afterwards, chat)
        is_refused = then.refusal is not None and before.refusal is None
        kept = {each.contact_id for each in then.contacts if each.shown is not Shown.NO and not is_refused}
        shown = (each.contact_id for each in before.contacts if each.shown is not Shown.NO)
        lost = tuple(each for each in shown if each not in kept)
        if lost:
            yield Loss(chat, before.customer_id, lost)
