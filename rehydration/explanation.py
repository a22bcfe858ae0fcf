"""Why: every contact that a decision looked at, session by session, with its verdict and the rules that gave it.

This module gives the account of one decision. It reads the walk and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, Unpack, cast

from attrs import frozen

from rehydration.answers import Rehydration, Unavailability
from rehydration.basis import Basis, Given
from rehydration.certainties import Certainty, Leaf, leaves_of, summed_up
from rehydration.consultation import Consultation
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import OfPast, OfRequest, decide
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.requests import RehydrationRequest
from rehydration.sessions import Segment
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
class Refusal:
    """What stands in place of an explanation if a rule refuses the request: the error, and how sure the refusal is."""

    request: RehydrationRequest
    error: RuleForbids
    certainty: Certainty


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
    leaves = list(leaves_of(OfRequest(basis, request, target)))
    ours = leaves[0].answer
    if isinstance(ours, RuleForbids):
        return Refusal(request, ours, summed_up(leaves, basis.known))
    return _explained(basis, ours, leaves)


def explain_chat(basis: Basis, contact_id: str) -> Explanation:
    """Explain what an already linked chat sees."""
    leaves = list(leaves_of(OfPast(basis, contact_id)))
    ours = leaves[0].answer
    if isinstance(ours, RuleForbids):
        raise ours
    return _explained(basis, ours, leaves)


def verdicts_of(basis: Basis, request: RehydrationRequest) -> Iterator[ContactVerdict]:
    """Give the verdicts on the contacts that a request looks at, without working out how sure they are."""
    for session in _sessions(basis, *decide(basis, request, None, Consultation(basis.policy))):
        yield from session.verdicts


def _explained(basis: Basis, answer: Rehydration, leaves: list[Leaf]) -> Explanation:
    """Put the account of our answer together."""
    walk = cast("Walk", leaves[0].walk)
    return Explanation(answer, tuple(_sessions(basis, answer, walk)), summed_up(leaves, basis.known))


def _sessions(basis: Basis, answer: Rehydration, walk: Walk) -> Iterator[PastSession]:
    account = _Account(
        frozenset(each.contact_id for each in answer.visible),
        frozenset(answer.beyond_limit),
        {each.contact_id: each for each in answer.unavailable},
    )
    for visit in walk.visits:
        yield PastSession(
            visit.session.initial_contact_id,
            visit.start.contact_id,
            tuple(account.verdicts(visit, visit.session.newest_first(Consultation(basis.policy)).segments)),
            basis.graph.link_of(visit.session),
        )


@frozen
class _Account:
    """An answer by contact: what it lists, what lies beyond the limit, and why transcripts are unavailable."""

    listed: frozenset[ContactId]
    beyond: frozenset[ContactId]
    reasons: dict[ContactId, Unavailability]

    def verdicts(self, visit: Visit, segments: tuple[Segment, ...]) -> Iterator[ContactVerdict]:
        """Give the verdict on each contact of a session."""
        shown, initial = frozenset(visit.shown), visit.session.initial_contact_id
        plain = (Verdict.VISIBLE, Availability.AVAILABLE, visit.shown_by)
        for segment in segments:
            contact_id = segment.contact_id
            is_plain = contact_id in self.listed and contact_id not in self.reasons
            judged = plain if is_plain else self._judge(visit, segment, is_shown=segment in shown)
            yield ContactVerdict(segment.contact, initial, *judged)

    def _judge(
        self, visit: Visit, segment: Segment, *, is_shown: bool
    ) -> tuple[Verdict, Availability | None, tuple[RuleId, ...]]:
        contact_id = segment.contact_id
        reason = self.reasons.get(contact_id)
        if contact_id in self.beyond:
            return Verdict.BEYOND_LIMIT, None, _BEYOND
        if contact_id in self.listed:
            return _listed(visit, self.reasons[contact_id])
        if reason is not None:  # the walk stopped before it
            return Verdict.UNAVAILABLE, reason.availability, _lost(reason, ())
        if not segment.is_listed:
            return Verdict.DROPPED, None, _OTHER_CHANNEL
        return Verdict.DROPPED, None, _STOPPED if is_shown else visit.dropped_by


def _listed(visit: Visit, reason: Unavailability) -> tuple[Verdict, Availability | None, tuple[RuleId, ...]]:
    if reason.availability.is_readable:
        return Verdict.VISIBLE, reason.availability, (*visit.shown_by, reason.rule)
    if reason.availability is Availability.UNKNOWN:
        return Verdict.UNKNOWN, reason.availability, (*visit.shown_by, reason.rule)
    return Verdict.UNAVAILABLE, reason.availability, _lost(reason, visit.shown_by)


def _lost(reason: Unavailability, rules: tuple[RuleId, ...]) -> tuple[RuleId, ...]:
    return (*rules, *dict.fromkeys((reason.rule, *_STOPPED)))
