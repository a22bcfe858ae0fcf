"""What a linked chat sees: each contact that the decision looked at, whether it is shown, whose it is, and why.

This module joins what other modules know of one chat, so that every question about it compares the same values. It
decides nothing itself. It does not know what a caller wants to see or to hide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Unpack

from attrs import evolve, frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis, Given
from rehydration.certainties import Certainty
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import OfPast
from rehydration.errors import RuleForbids
from rehydration.explanation import (
    ContactVerdict,
    Explanation,
    Orders,
    Outline,
    Refusal,
    Verdict,
    account_in,
    outline_of,
)
from rehydration.exposures import LookingBack
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId
from rehydration.missing import PerhapsShown
from rehydration.notebook import ShowsItself
from rehydration.other_starts import is_lost
from rehydration.sessions import ChatSession, Segment
from rehydration.transcripts import Availability
from rehydration.walk import PAST_CONTACT_LIMIT


class Shown(StrEnum):
    """Whether a transcript can be read in a chat."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


@frozen
class SeenContact:
    """One past contact, as a chat sees it.

    ``shown`` takes all readings together, and what is missing: YES if the transcript can be read under each reading, NO
    if nothing could show it. ``verdict`` is that of the given policy; it is None if only another reading looks at the
    contact.
    """

    contact: PastContact
    initial_contact_id: ContactId
    shown: Shown
    verdict: ContactVerdict | None
    is_of_another_customer: bool

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id

    @property
    def customer_id(self) -> str | None:
        """The customer that the record of the contact names."""
        return self.contact.customer_id if isinstance(self.contact, Contact) else None

    @property
    def is_survey(self) -> bool:
        """Whether a disconnect flow made the contact, as for a survey after the chat."""
        return isinstance(self.contact, Contact) and self.contact.is_survey


@frozen
class Sight(ShowsItself):
    """What a chat sees of the past. Customer and agent see the same (rule ``visibility.both-sides``).

    ``link`` is what its session continues from, or None. ``contacts`` are newest first; those come last that only
    another reading looks at, or that lie behind what is missing. ``explanation`` is the :class:`~rehydration.Refusal`
    if the policy refuses the past of the chat. Then ``contacts`` are those that it may show all the same.
    """

    contact_id: ContactId
    customer_id: str | None
    is_live: bool
    link: Link | None
    contacts: tuple[SeenContact, ...]
    explanation: Explanation | Refusal

    @property
    def refusal(self) -> RuleForbids | None:
        """Why the policy refuses the past of the chat; None if it does not."""
        return self.explanation.error if isinstance(self.explanation, Refusal) else None

    @property
    def answer(self) -> Rehydration:
        """The answer; one that shows nothing if the policy refuses the past of the chat."""
        if isinstance(self.explanation, Refusal):
            return _nothing_shown(self.contact_id, self.customer_id)
        return self.explanation.answer

    @property
    def certainty(self) -> Certainty:
        """How sure it is."""
        return self.explanation.certainty

    def of(self, contact_id: str) -> SeenContact | None:
        """Find what the chat sees of a contact; None if no reading looks at it."""
        return next((each for each in self.contacts if each.contact_id == contact_id), None)


def sees(graph: ContactGraph, contact_id: str, **given: Unpack[Given]) -> Sight:
    """Find what a chat sees of the past, live or ended, with every contact that the decision looked at.

    The short way to :meth:`rehydration.History.sees`. :class:`rehydration.basis.Given` lists the keyword arguments.

    :raises ContactNotFound: there is no record of the contact, and no record refers to it.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return sight_of(Basis(graph, **given), contact_id)


def sight_of(
    basis: Basis, contact_id: str, orders: Orders | None = None, looking_back: LookingBack | None = None
) -> Sight:
    """Find what a chat sees of the past. Questions to one graph can share their ``orders`` and ``looking_back``."""
    orders = Orders(basis) if orders is None else orders
    outline = outline_of(OfPast(basis, contact_id), orders)
    explanation = account_in(outline, orders, contact_id)
    segment = basis.graph.segment(contact_id)
    undecided = undecided_in(basis, outline, segment, looking_back)
    sight = Sight(
        segment.contact_id,
        segment.customer_id,
        not segment.session.has_ended,
        basis.graph.link_of(segment.session),
        (),
        explanation,
    )
    judged = () if isinstance(explanation, Refusal) else explanation.verdicts
    return evolve(sight, contacts=tuple(_seen(basis, sight.answer, sight.certainty, judged, undecided)))


def shown_of(
    basis: Basis,
    contact_id: str,
    wanted: Callable[[frozenset[ContactId]], frozenset[ContactId]],
    orders: Orders,
    looking_back: LookingBack,
) -> tuple[tuple[SeenContact, ...], Certainty]:
    """Find what a chat shows or may show, and of that only what is wanted, picked by id; and how sure it all is."""
    outline = outline_of(OfPast(basis, contact_id), orders)
    segment = basis.graph.segment(contact_id)
    undecided = undecided_in(basis, outline, segment, looking_back)
    found = wanted(outline.certainty.readable_always | undecided)
    if not found:
        return (), outline.certainty
    answer = outline.answer
    if isinstance(answer, RuleForbids):
        answer = _nothing_shown(segment.contact_id, segment.customer_id)
    judged = outline.on(map(basis.graph.segment, found))
    return tuple(_seen(basis, answer, outline.certainty, judged, undecided & found)), outline.certainty


def _seen(
    basis: Basis,
    answer: Rehydration,
    certainty: Certainty,
    judged: Iterable[ContactVerdict],
    undecided: frozenset[ContactId],
) -> Iterator[SeenContact]:
    """Put together what is known of each contact: first those with a verdict, newest first."""
    verdicts = {each.contact_id: each for each in judged}
    for contact_id in (*verdicts, *sorted(undecided - verdicts.keys())):
        segment = basis.graph.segment(contact_id)
        shown = Shown.YES if contact_id in certainty.readable_always else Shown.NO
        if contact_id in undecided:
            shown = Shown.UNDECIDED
        yield SeenContact(
            segment.contact,
            segment.session.initial_contact_id,
            shown,
            verdicts.get(contact_id),
            answer.is_of_another_customer(segment.contact),
        )


def _nothing_shown(contact_id: ContactId, customer_id: str | None) -> Rehydration:
    return Rehydration(rehydration_type=None, target_contact_id=contact_id, customer_id=customer_id)


def undecided_in(
    basis: Basis, outline: Outline, chat: Segment, looking_back: LookingBack | None = None
) -> frozenset[ContactId]:
    """Find the contacts that a chat may show: by another reading, or by what is missing.

    What is missing cannot show a contact that comes after the start contact in its session, or one beyond the limit.
    """
    certainty = outline.certainty
    answers = (leaf.answer for leaf in outline.leaves if isinstance(leaf.answer, Rehydration))
    reasons = (reason for answer in answers for reason in answer.unavailable)
    found = {each.contact_id for each in reasons if each.availability is Availability.UNKNOWN}
    if certainty.is_lower_bound:
        perhaps = PerhapsShown(basis.graph, [each.taken for each in outline.leaves if each.missing])
        hidden = outline.with_verdict(Verdict.DROPPED, Verdict.BEYOND_LIMIT)
        looked_at = {each: None for leaf in outline.leaves if leaf.walk for each in leaf.walk.sessions}
        if isinstance(outline.answer, RuleForbids):
            hidden = (segment for session in looked_at for segment in session if not is_lost(basis, segment))
        found |= {each.contact_id for each in hidden if each.contact_id in perhaps}
        behind = {each.contact_id for session in _behind(chat.session) if session not in looked_at for each in session}
        if behind:
            seen = (looking_back or LookingBack(basis)).seen_from(chat.session)
            found |= {own for own, each in seen if own in behind and chat.contact_id in each.contact_ids}
    return (certainty.readable_sometimes | found) - certainty.readable_always


def _behind(session: ChatSession) -> Iterator[ChatSession]:
    """Follow links back as far as a walk could come, even where it ends before."""
    passed = [session]
    while session.continues is not None and len(passed) <= PAST_CONTACT_LIMIT:
        session = session.continues.session
        if session in passed:
            return
        passed.append(session)
        yield session
