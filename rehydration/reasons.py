"""Why a chat shows a contact, or does not: the way between them, the link that did it, and what would change it.

This module follows the links from a chat to a contact and says where the way ends. It does not decide what is shown;
the sight of the chat says that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final, Unpack

from attrs import field, frozen

from rehydration.basis import Basis, Given
from rehydration.certainties import Certainty
from rehydration.contacts import Contact, PastContact, UnknownContact
from rehydration.decisions import attach_code, decide
from rehydration.errors import ContactNotFound, RuleForbids
from rehydration.explanation import Refusal, Verdict
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.plans import plan_of
from rehydration.requests import RehydrationRequest
from rehydration.sessions import ChatSession, Segment
from rehydration.sights import SeenContact, Shown, Sight, sight_of

_BACKWARD_ONLY: Final = RuleId("visibility.backward-only")
_LINK_OF_SESSION: Final = RuleId("identity.link-of-session")
_SESSION: Final = RuleId("identity.session")


class Obstacle(StrEnum):
    """What keeps a contact from being shown."""

    OWN_SESSION = "own session"
    """The contact is of the chat's own session. It is no past contact there."""
    NO_LINK = "no link"
    """No links lead from the chat to the session of the contact."""
    NOT_REACHED = "not reached"
    """Links lead to the session of the contact, but the walk ends before it."""
    DROPPED = "dropped"
    """The walk enters the session of the contact and leaves the contact out."""
    BEYOND_LIMIT = "beyond the limit"
    """A hundred past contacts come before it."""
    REFUSED = "refused"
    """The policy refuses the past of the chat."""
    UNAVAILABLE = "unavailable"
    """The contact is listed, but its transcript is missing, deleted or too large."""


@frozen
class Step:
    """One session on the way from a chat to a contact, and the link by which the way goes on.

    ``began`` and ``ended`` are the first and the last time that records name; ``ended`` is None while a chat is live.
    ``is_followed`` says whether the walk of the chat goes over the link.
    """

    initial_contact_id: ContactId
    began: datetime | None
    ended: datetime | None
    customer_id: str | None
    link: Link | None
    is_followed: bool


@frozen
class Change:
    """One thing that would change the answer.

    ``request`` is a request that would. If ``by_chat``, the chat itself can still send it; otherwise a new chat could.
    ``lists`` are the contacts that the request lists, and ``other_customers`` those among them that are of another
    customer than the chat's. ``unknown_contact_id`` is a contact whose record would tell more.
    """

    request: RehydrationRequest | None = None
    by_chat: bool = False
    lists: tuple[ContactId, ...] = ()
    unknown_contact_id: ContactId | None = None
    other_customers: tuple[Contact, ...] = ()


@frozen
class Reason(ShowsItself):
    """Why a chat shows a contact or does not.

    ``contact`` is the past contact, and ``is_of_another_customer`` says whether the chat is of another customer.
    ``way`` begins with the session of the chat and follows its links. Its last session is that of the contact if links
    lead there; ``link`` is then the link that leads into it. Otherwise ``link`` is None, and the last session of the
    way is the one that has no further link. ``obstacle`` is None if the contact is shown, or may be. ``changes`` are
    the requests and records that would change the answer. ``refusal`` says why no request would, if none does.
    """

    chat_id: ContactId
    contact: PastContact
    is_of_another_customer: bool
    shown: Shown
    seen: SeenContact | None
    obstacle: Obstacle | None
    way: tuple[Step, ...]
    link: Link | None
    rules: tuple[RuleId, ...]
    changes: tuple[Change, ...]
    refusal: RuleForbids | None = field(eq=str)  # errors are equal to themselves alone
    sight: Sight

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the past contact."""
        return self.contact.contact_id

    @property
    def certainty(self) -> Certainty:
        """How sure it is what the chat sees."""
        return self.sight.certainty


def why(graph: ContactGraph, chat_id: str, contact_id: str, **given: Unpack[Given]) -> Reason:
    """Say why a chat shows a contact, or does not: yes, no or undecided, by which link and rule, and what changes it.

    The short way to :meth:`rehydration.History.why`. :class:`rehydration.basis.Given` lists the keyword arguments.

    :raises ContactNotFound: there is no record of one of the two, and no record refers to it.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return reason_of(Basis(graph, **given), chat_id, contact_id)


def reason_of(basis: Basis, chat_id: str, contact_id: str) -> Reason:
    """Say why a chat shows a contact, or does not."""
    try:
        contact = basis.graph.segment(contact_id)
    except ContactNotFound as refusal:
        attach_code(refusal)
        raise
    sight = sight_of(basis, chat_id)
    way = tuple(_way(basis.graph, sight, contact.session))
    leads_there = way[-1].initial_contact_id == contact.session.initial_contact_id
    seen = sight.of(contact_id)
    comes_later = basis.graph.comes_before(chat_id, contact_id)
    shown, obstacle = _judge(sight, seen, len(way) if leads_there else 0, comes_later=comes_later)
    changes = [Change(unknown_contact_id=each) for each in _unknown(sight)]
    request, refused = _request(basis, sight, contact.contact_id, shown)
    return Reason(
        sight.contact_id,
        contact.contact,
        sight.answer.is_of_another_customer(contact.contact),
        shown,
        seen,
        obstacle,
        way,
        way[-2].link if leads_there and len(way) > 1 else None,
        _rules(basis.graph, sight, seen, obstacle, contact),
        (*request, *changes),
        refused,
        sight,
    )


def _way(graph: ContactGraph, sight: Sight, until: ChatSession) -> Iterator[Step]:
    """Follow links from the session of a chat, up to a session, or as far as they lead."""
    explanation = sight.explanation
    visited = set() if isinstance(explanation, Refusal) else {each.initial_contact_id for each in explanation.sessions}
    session: ChatSession | None = graph.session_of(sight.contact_id)
    passed: set[ContactId] = set()
    while session is not None and session.initial_contact_id not in passed:
        passed.add(session.initial_contact_id)
        ahead = None if session is until or session.continues is None else session.continues.session
        is_followed = ahead is not None and ahead.initial_contact_id in visited
        yield _step(graph, session, is_followed=is_followed)
        session = ahead


def _step(graph: ContactGraph, session: ChatSession, *, is_followed: bool) -> Step:
    return Step(
        session.initial_contact_id,
        session.begun,
        session.last_disconnect if session.has_ended else None,
        session.customer_id,
        graph.link_of(session),
        is_followed,
    )


def _judge(sight: Sight, seen: SeenContact | None, steps: int, *, comes_later: bool) -> tuple[Shown, Obstacle | None]:
    """Say whether the contact is shown, and if not, why. ``steps`` lead to its session, 0 if links do not."""
    if seen is not None and seen.shown is not Shown.NO:
        return seen.shown, None
    if seen is not None and seen.verdict is not None:
        return Shown.NO, _OBSTACLES[seen.verdict.verdict]
    if steps == 1:
        return Shown.NO, Obstacle.OWN_SESSION
    if sight.certainty.is_lower_bound and not comes_later:
        return Shown.UNDECIDED, None
    if not steps:
        return Shown.NO, Obstacle.NO_LINK
    return Shown.NO, Obstacle.NOT_REACHED if sight.refusal is None else Obstacle.REFUSED


_OBSTACLES: Final = {
    Verdict.VISIBLE: Obstacle.UNAVAILABLE,
    Verdict.UNKNOWN: Obstacle.UNAVAILABLE,
    Verdict.UNAVAILABLE: Obstacle.UNAVAILABLE,
    Verdict.DROPPED: Obstacle.DROPPED,
    Verdict.BEYOND_LIMIT: Obstacle.BEYOND_LIMIT,
}


def _rules(
    graph: ContactGraph, sight: Sight, seen: SeenContact | None, obstacle: Obstacle | None, contact: Segment
) -> tuple[RuleId, ...]:
    """Name the rules that give the answer."""
    if seen is not None and seen.verdict is not None:
        return seen.verdict.rules
    if sight.refusal is not None and obstacle in (None, Obstacle.REFUSED):
        return (sight.refusal.rule,)
    warned = tuple(dict.fromkeys(each.rule for each in sight.answer.warnings))
    if obstacle is Obstacle.NO_LINK:
        is_later = graph.comes_before(sight.contact_id, contact.contact_id)
        return (_BACKWARD_ONLY,) if is_later else (_LINK_OF_SESSION,)
    if obstacle is Obstacle.OWN_SESSION:
        return (_SESSION,)
    return warned or sight.answer.rules


def _unknown(sight: Sight) -> Iterator[ContactId]:
    """Name the unknown contacts that the walk met: their records would tell more."""
    return (each.contact_id for each in sight.answer.visible if isinstance(each, UnknownContact))


def _request(
    basis: Basis, sight: Sight, contact_id: ContactId, shown: Shown
) -> tuple[tuple[Change, ...], RuleForbids | None]:
    """Find a request that hides a contact that is shown, or shows one that is not; or say why there is none."""
    listed = [each.contact_id for each in sight.answer.visible if each.contact_id != contact_id]
    if shown is Shown.NO:
        show, hide = [contact_id], []
    elif listed:
        show, hide = listed[:1], [contact_id]
    else:
        return (), None
    try:
        best = plan_of(basis, show, hide, None)[0]
    except RuleForbids as refusal:
        return (), refusal
    lists = tuple(each.contact_id for each in best.answer.visible)
    ours = sight.answer
    others = (each for each in best.answer.visible if isinstance(each, Contact) and ours.is_of_another_customer(each))
    by_chat = _can_send(basis, sight, best.request)
    return (Change(best.request, by_chat=by_chat, lists=lists, other_customers=tuple(others)),), None


def _can_send(basis: Basis, sight: Sight, request: RehydrationRequest) -> bool:
    """Tell whether the chat itself can still send a request."""
    try:
        decide(basis, request, sight.contact_id)
    except RuleForbids:
        return False
    return True
