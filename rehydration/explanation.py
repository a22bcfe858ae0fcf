"""Why: every contact that a decision looked at, session by session, with its verdict and the rules that gave it.

This module gives the account of one decision. It reads the walk and decides nothing itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import Final, Unpack, cast

from attrs import frozen

from rehydration.answers import Rehydration, Unavailability
from rehydration.basis import Basis, Given
from rehydration.certainties import Certainty, Leaf, leaves_of, summed_up
from rehydration.consultation import Consultation
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import OfPast, OfRequest, Question, attempt
from rehydration.errors import ContactNotFound, RuleForbids
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.requests import RehydrationRequest
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import Part
from rehydration.transcripts import Availability
from rehydration.walk import Visit, Walk

_BEYOND: Final = (RuleId("visibility.past-limit"), RuleId("visibility.beyond-limit"))
_OTHER_CHANNEL: Final = (RuleId("visibility.other-channels"),)
_STOPPED: Final = (RuleId("visibility.transcript-unavailable"),)


class Verdict(StrEnum):
    """What a decision made of a contact."""

    VISIBLE = "visible"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    BEYOND_LIMIT = "beyond the limit"


@frozen
class ContactVerdict:
    """The verdict on one contact and the rules that gave it. :func:`rehydration.rule` looks a rule up."""

    contact: PastContact
    initial_contact_id: ContactId
    verdict: Verdict
    availability: Availability | None
    rules: tuple[RuleId, ...]

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id


@frozen
class PastSession:
    """A session that the decision looked at: the start contact, a verdict on every contact, newest first, and the link.

    ``link`` is what the session continues from, whether the walk followed it or not. It is None if there is no link.
    """

    initial_contact_id: ContactId
    start_contact_id: ContactId
    verdicts: tuple[ContactVerdict, ...]
    link: Link | None


@frozen
class Explanation(ShowsItself):
    """An answer, the sessions that the decision looked at, newest first, and how sure the answer is.

    Each session holds a verdict on every contact.
    """

    answer: Rehydration
    sessions: tuple[PastSession, ...]
    certainty: Certainty

    @property
    def verdicts(self) -> tuple[ContactVerdict, ...]:
        """The verdicts of all sessions, newest first."""
        return tuple(verdict for session in self.sessions for verdict in session.verdicts)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of the sessions, newest first, whether the walk followed them or not."""
        return tuple(each.link for each in self.sessions if each.link is not None)

    def with_verdict(self, *verdicts: Verdict) -> tuple[ContactVerdict, ...]:
        """Select the contacts with one of these verdicts, newest first."""
        return tuple(each for each in self.verdicts if each.verdict in verdicts)


@frozen
class Refusal(ShowsItself):
    """What stands in place of an explanation if a rule refuses it: the error, and how sure the refusal is.

    ``request`` is the request that is refused; None where it is the past of a chat that is linked already, ``chat_id``.
    """

    request: RehydrationRequest | None
    error: RuleForbids
    certainty: Certainty
    chat_id: ContactId | None = None


def explain(
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | Contact | None = None,
    **given: Unpack[Given],
) -> Explanation:
    """Answer a request, with a verdict on every contact of the sessions that the decision looked at.

    The short way to :meth:`rehydration.History.explain`. :class:`rehydration.basis.Given` lists the keyword arguments.

    :raises RuleForbids: a rule refuses the request.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return explain_request(Basis(graph, **given), request, target)


def explain_past(graph: ContactGraph, contact_id: str, **given: Unpack[Given]) -> Explanation:
    """Explain what a contact sees of the past over the link of its session.

    The short way to :meth:`rehydration.History.explain_past`. :class:`rehydration.basis.Given` lists the keyword
    arguments.

    :raises ContactNotFound: there is no record of the contact, and no record refers to it.
    :raises RuleForbids: the policy refuses something that the walk meets.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return explain_chat(Basis(graph, **given), contact_id)


def explain_request(basis: Basis, request: RehydrationRequest, target: str | Contact | None) -> Explanation:
    """Explain the answer to a request.

    :raises RuleForbids: a rule refuses the request.
    """
    account = account_of(basis, request, target)
    if isinstance(account, Refusal):
        raise account.error
    return account


def account_of(basis: Basis, request: RehydrationRequest, target: str | Contact | None) -> Explanation | Refusal:
    """Explain the answer to a request, or return the refusal."""
    outline = outline_of(OfRequest(basis, request, target))
    if isinstance(outline.answer, RuleForbids):
        return Refusal(request, outline.answer, outline.certainty)
    return Explanation(outline.answer, tuple(each.told for each in outline.sessions), outline.certainty)


def explain_chat(basis: Basis, contact_id: str) -> Explanation:
    """Explain what an already linked chat sees.

    :raises RuleForbids: the policy refuses something that the walk meets.
    """
    account = account_of_past(basis, contact_id)
    if isinstance(account, Refusal):
        raise account.error
    return account


def account_of_past(basis: Basis, contact_id: str) -> Explanation | Refusal:
    """Explain what an already linked chat sees, or return the refusal."""
    orders = Orders(basis)
    return account_in(outline_of(OfPast(basis, contact_id), orders), orders, contact_id)


def account_in(outline: Outline, orders: Orders, contact_id: str) -> Explanation | Refusal:
    """Explain in full what is explained in outline of a chat, or return the refusal.

    :raises ContactNotFound: there is no record of the chat, and no record refers to it.
    """
    answer = outline.answer
    if isinstance(answer, ContactNotFound):
        raise answer
    if isinstance(answer, RuleForbids):
        return Refusal(None, answer, outline.certainty, ContactId(contact_id))
    return Explanation(answer, tuple(map(orders.told, outline.sessions)), outline.certainty)


def verdicts_of(basis: Basis, request: RehydrationRequest) -> Iterator[ContactVerdict]:
    """Give the verdicts on the contacts that a request looks at, without working out how sure they are."""
    answer, walk = attempt(basis, request, None, Consultation(basis.policy))
    if walk is None or isinstance(answer, RuleForbids):
        raise cast("RuleForbids", answer)
    for session in _outlined(answer, walk, Orders(basis)):
        yield from session.told.verdicts


# ------------------------------------------------------------------------------------------------------- in outline


@frozen
class Order:
    """The contacts of a session, newest first: the place of each, and the places of those that no walk lists."""

    segments: tuple[Segment, ...]
    places: Mapping[Segment, int]
    unlisted: tuple[int, ...]
    link: Link | None


class Orders(dict[ChatSession, Order]):
    """What questions share: the order of each session, worked out once. Keep it no longer than the graph stays."""

    def __init__(self, basis: Basis) -> None:
        """Start with no session."""
        super().__init__()
        self._basis = basis
        self.whole: dict[Segment, OutlinedSession] = {}
        """By start contact, the last visit that needs no account of the answer: the limit leaves room for all of it."""
        self._told: dict[Segment, tuple[OutlinedSession, PastSession]] = {}

    def __missing__(self, session: ChatSession) -> Order:
        segments = session.newest_first(Consultation(self._basis.policy)).segments
        unlisted = tuple(place for place, each in enumerate(segments) if not each.is_listed)
        places = {each: place for place, each in enumerate(segments)}
        found = self[session] = Order(segments, places, unlisted, self._basis.graph.link_of(session))
        return found

    def told(self, outlined: OutlinedSession) -> PastSession:
        """Give a session with a verdict on every contact, the same again for one that answers have in common."""
        if self.whole.get(outlined.start) is not outlined:
            return outlined.told
        known = self._told.get(outlined.start)
        if known is None or known[0] is not outlined:
            known = self._told[outlined.start] = outlined, outlined.told
        return known[1]


Judged = tuple[Verdict, Availability | None, tuple[RuleId, ...]]
"""A verdict, the availability of the transcript, and the rules that give the verdict."""

Run = tuple[Judged, int]
"""How many contacts in a row share a verdict."""


@frozen(eq=False)  # so that it has a quick hash: most are shared by many questions
class OutlinedSession:
    """A session that a decision looked at, with its verdicts as runs of neighbours that share one."""

    visit: Visit
    order: Order
    runs: tuple[Run, ...]

    @property
    def session(self) -> ChatSession:
        """The session."""
        return self.visit.session

    @property
    def start(self) -> Segment:
        """The start contact."""
        return self.visit.start

    @property
    def told(self) -> PastSession:
        """The same with a verdict on every contact."""
        initial = self.session.initial_contact_id
        judged = (each for each, many in self.runs for _ in range(many))
        verdicts = (
            ContactVerdict(segment.contact, initial, *each)
            for segment, each in zip(self.order.segments, judged, strict=True)
        )
        return PastSession(initial, self.start.contact_id, tuple(verdicts), self.order.link)

    def on(self, segments: Iterable[Segment]) -> Iterator[ContactVerdict]:
        """Give the verdicts on some of its contacts, newest first."""
        ends = list(accumulate(many for _, many in self.runs))
        for place, segment in sorted((self.order.places[each], each) for each in segments):
            judged, _ = self.runs[bisect_right(ends, place)]
            yield ContactVerdict(segment.contact, self.session.initial_contact_id, *judged)


@frozen(slots=False, eq=False)
class Outline:
    """An answer or a refusal, how sure it is, and the sessions looked at: an explanation, put together where asked."""

    certainty: Certainty
    leaves: tuple[Leaf, ...]
    _orders: Orders

    @property
    def answer(self) -> Rehydration | RuleForbids:
        """The answer under the given policy."""
        return self.leaves[0].answer

    @cached_property
    def sessions(self) -> tuple[OutlinedSession, ...]:
        """The sessions that the decision looked at, newest first; none after a refusal."""
        answer, walk = self.answer, self.leaves[0].walk
        if walk is None or isinstance(answer, RuleForbids):
            return ()
        return tuple(_outlined(answer, walk, self._orders))

    def on(self, segments: Iterable[Segment]) -> Iterator[ContactVerdict]:
        """Give the verdicts on some contacts, newest first; none on those that the decision did not look at."""
        asked: defaultdict[ChatSession, list[Segment]] = defaultdict(list)
        for each in segments:
            asked[each.session].append(each)
        for session in self.sessions:
            yield from session.on(asked.get(session.session, ()))

    def with_verdict(self, *verdicts: Verdict) -> Iterator[Segment]:
        """Select the contacts with one of these verdicts, newest first."""
        for session in self.sessions:
            at = 0
            for (verdict, *_), many in session.runs:
                if verdict in verdicts:
                    yield from session.order.segments[at : at + many]
                at += many


def outline_of(question: Question, orders: Orders | None = None) -> Outline:
    """Explain an answer in outline. Questions to one graph can share their ``orders``."""
    basis = question.basis
    leaves = list(leaves_of(question))
    return Outline(summed_up(leaves, basis.known), tuple(leaves), Orders(basis) if orders is None else orders)


def _outlined(answer: Rehydration, walk: Walk, orders: Orders) -> Iterator[OutlinedSession]:
    account = _Account(
        frozenset([each.contact_id for each in answer.visible]),
        {each.contact_id: each for each in answer.unavailable},
        answer.stopped_at is not None,
    )
    for visit in walk.visits:
        known = orders.whole.get(visit.start)
        if known is not None and account.is_the_same_for(visit, known):
            yield known
            continue
        order = orders[visit.session]
        outlined = OutlinedSession(visit, order, tuple(account.runs(visit, order)))
        if account.is_silent_about(visit, order):
            orders.whole[visit.start] = outlined
        yield outlined


@frozen
class _Account:
    """An answer by contact: what it lists, why transcripts are unavailable, and whether the walk stopped before one."""

    listed: frozenset[ContactId]
    reasons: dict[ContactId, Unavailability]
    is_stopped: bool

    def is_silent_about(self, visit: Visit, order: Order) -> bool:
        """Tell whether the verdicts follow from the visit alone: of a linear session that the limit leaves room for."""
        is_part = visit.session.is_linear and isinstance(visit.view.segments, Part)
        return is_part and not self.reasons and not order.unlisted and visit.room >= len(order.segments)

    def is_the_same_for(self, visit: Visit, known: OutlinedSession) -> bool:
        """Tell whether a visit about which an answer was silent has the same verdicts in this answer."""
        same, room = known.visit, visit.room >= len(known.order.segments)
        return room and not self.reasons and visit.view is same.view and visit.entered_by is same.entered_by

    def runs(self, visit: Visit, order: Order) -> Iterator[Run]:
        """Give the verdicts on the contacts of a session, in its order."""
        if not visit.session.is_linear or not isinstance(visit.view.segments, Part):
            yield from self._scattered(visit, order)
            return
        size = len(order.segments)
        begin = order.places[visit.newest]  # from here on, all are shown
        end = min(begin + visit.room, size)
        if begin:
            yield from _spread(order, 0, begin, (Verdict.DROPPED, None, visit.dropped_by))
        if self.reasons or order.unlisted:
            yield from ((self._judge(visit, each), 1) for each in order.segments[begin:end])
        elif end > begin:
            yield (Verdict.VISIBLE, Availability.AVAILABLE, visit.shown_by), end - begin
        if end < size:
            yield from _spread(order, end, size, self._rest)

    @property
    def _rest(self) -> Judged:
        """The verdict on what the walk does not come to: it stopped, or there is no room."""
        return (Verdict.DROPPED, None, _STOPPED) if self.is_stopped else (Verdict.BEYOND_LIMIT, None, _BEYOND)

    def _scattered(self, visit: Visit, order: Order) -> Iterator[Run]:
        """Give the verdicts on the contacts of a session of which those shown need not be neighbours."""
        dropped: Judged = (Verdict.DROPPED, None, visit.dropped_by)
        shown, at = visit.shown, 0
        beyond = frozenset(each for each in shown[visit.room :] if each.is_listed)
        for segment in sorted(shown, key=order.places.__getitem__):
            place = order.places[segment]
            yield from _spread(order, at, place, dropped)
            yield (self._rest if segment in beyond else self._judge(visit, segment)), 1
            at = place + 1
        yield from _spread(order, at, len(order.segments), dropped)

    def _judge(self, visit: Visit, segment: Segment) -> Judged:
        """Judge a contact that is shown, and that the limit leaves room for."""
        reason = self.reasons.get(segment.contact_id)
        if segment.contact_id in self.listed:
            return (
                (Verdict.VISIBLE, Availability.AVAILABLE, visit.shown_by) if reason is None else _listed(visit, reason)
            )
        if reason is not None:  # the walk stopped before it
            return Verdict.UNAVAILABLE, reason.availability, _lost(reason, ())
        return Verdict.DROPPED, None, _STOPPED if segment.is_listed else _OTHER_CHANNEL


def _spread(order: Order, begin: int, end: int, judged: Judged) -> Iterator[Run]:
    """Give the same verdict to the contacts from one place up to another, but for those that no walk lists."""
    for place in order.unlisted[bisect_left(order.unlisted, begin) : bisect_left(order.unlisted, end)]:
        if place > begin:
            yield judged, place - begin
        yield (Verdict.DROPPED, None, _OTHER_CHANNEL), 1
        begin = place + 1
    if end > begin:
        yield judged, end - begin


def _listed(visit: Visit, reason: Unavailability) -> tuple[Verdict, Availability | None, tuple[RuleId, ...]]:
    if reason.availability.is_readable:
        return Verdict.VISIBLE, reason.availability, (*visit.shown_by, reason.rule)
    if reason.availability is Availability.UNKNOWN:
        return Verdict.UNKNOWN, reason.availability, (*visit.shown_by, reason.rule)
    return Verdict.UNAVAILABLE, reason.availability, _lost(reason, visit.shown_by)


def _lost(reason: Unavailability, rules: tuple[RuleId, ...]) -> tuple[RuleId, ...]:
    return (*rules, *dict.fromkeys((reason.rule, *_STOPPED)))
