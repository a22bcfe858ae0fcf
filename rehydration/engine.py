"""The decision: which contact a persistent chat continues from, and which past transcripts are visible in it.

Here the parts are put together: eligibility, the strategy's start, the walk, the answer with its code. No rule is
stated here. No clock, no files, no randomness: time and facts about transcripts enter as data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from attrs import define

from rehydration.answers import Rehydration, Rest, RuleWarning
from rehydration.contacts import Contact, in_utc
from rehydration.eligibility import NOTHING_TO_SAY, RETENTION_YEARS, Preconditions
from rehydration.errors import (
    InvalidArgument,
    RuleForbids,
    SourceRequired,
    StartFollowsTarget,
    TargetMalformed,
    TypeRequired,
)
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, RuleId, is_contact_id
from rehydration.policies import DEFAULT_POLICY, Consultation, Policy, code_of
from rehydration.requests import RehydrationRequest
from rehydration.sessions import Segment
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import TranscriptFact
from rehydration.visibility import NO_FACTS, StraightRules, Walk, by_id_alone_warning, straight_back

_REPORTED: Final = (RuleId("start.reported"),)


def resolve(  # noqa: PLR0913  # the names that others build on
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | Contact | None = None,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Rehydration:
    """Decide which contact a new chat continues from, and which past transcripts are visible in it.

    ``target`` is the live chat that is being associated, or a contact that is not in the graph yet: the chat that is
    about to start. Without one the rules about targets are left out.
    ``transcripts`` are facts by contact id, which beat those of the records. ``now``, an aware datetime, brings in the
    rules about time.

    >>> from datetime import UTC, datetime
    >>> from rehydration import Contact, ContactGraph, RehydrationRequest, resolve
    >>> ended = Contact(contact_id="C1", disconnect_timestamp=datetime(2026, 5, 3, 9, tzinfo=UTC))
    >>> resolve(ContactGraph.from_contacts([ended]), RehydrationRequest("FROM_SEGMENT", "C1")).continued_from_contact_id
    'C1'

    :raises RuleForbids: a rule refuses; ``.code``, ``.rule`` and the evidence say which and why.
    :raises InvalidArgument: an argument is not of its type.

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
    """
    if target is None and transcripts is None and now is None and strategies is STRATEGIES:
        answer = _straight(graph, request, policy)
        if answer is not None:
            return answer
    return World.of(graph, transcripts, now, strategies).resolve(request, policy, target)


def _straight(graph: ContactGraph, request: RehydrationRequest, policy: Policy) -> Rehydration | None:
    """Answer a request of which there is nothing to say but what is visible; None where a :class:`World` has to look.

    It gives the same answer as :meth:`World.resolve` or none, and leaves every refusal and complaint to that one.
    """
    if not (isinstance(graph, ContactGraph) and isinstance(request, RehydrationRequest) and isinstance(policy, Policy)):
        return None
    asked = Consultation(policy)
    try:
        strategy = STRATEGIES[request.rehydration_type]
        source = graph.segment(request.source_contact_id)
        session = source.session
        if session.noteworthy or not session.is_linear:
            return None
        start = strategy.start(session, source, asked)
    except (LookupError, TypeError, RuleForbids):
        return None
    view = strategy.view(session, start.segment, asked)
    if start.by_id_alone or view.by_id_alone or not isinstance(view.segments, Segment):
        return None
    visible = straight_back(view.segments)
    if visible is None:
        return None
    return Rehydration(
        rehydration_type=request.rehydration_type,
        source_contact_id=source.contact.contact_id,
        continued_from_contact_id=start.segment.contact.contact_id,
        visible=visible,
        rest=Rest((), asked, StraightRules((NOTHING_TO_SAY, start.rules, _REPORTED, view.rules), visible)),
    )


def visible_past(  # noqa: PLR0913  # the same as resolve
    graph: ContactGraph,
    contact_id: str,
    *,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Rehydration:
    """Tell what a contact sees of the past by the link that its session has.

    Without a link that counts for the contact, the answer continues from None and shows nothing.

    :raises ContactNotFound: no record is of the contact or refers to it.
    :raises RuleForbids: the policy refuses what the walk meets.
    :raises InvalidArgument: an argument is not of its type.
    """
    return World.of(graph, transcripts, now, strategies).visible_past(contact_id, policy)


@define(eq=False)
class World:
    """All that a decision may look at but the policy: contacts, facts about transcripts, the time, the types."""

    graph: ContactGraph
    transcripts: Mapping[str, TranscriptFact]
    now: datetime | None
    strategies: Mapping[str, RehydrationStrategy]

    @classmethod
    def of(
        cls,
        graph: ContactGraph,
        transcripts: Mapping[str, TranscriptFact] | None,
        now: datetime | None,
        strategies: Mapping[str, RehydrationStrategy],
    ) -> World:
        """Check what every question takes.

        :raises InvalidArgument: an argument is not of its type.
        """
        if not isinstance(graph, ContactGraph):
            raise InvalidArgument("graph", graph, "a ContactGraph; ContactGraph.from_contacts makes one")
        if transcripts is not None and not isinstance(transcripts, Mapping):
            raise InvalidArgument("transcripts", transcripts, "a mapping from contact id to TranscriptFact")
        if strategies is not STRATEGIES:
            _check_strategies(strategies)
        return cls(
            graph,
            NO_FACTS if transcripts is None else transcripts,  # what a fact is, is looked at where one is needed
            None if now is None else _checked_now(now),
            strategies,
        )

    def resolve(self, request: RehydrationRequest, policy: Policy, target: str | Contact | None = None) -> Rehydration:
        """Answer a request, or refuse it with its code."""
        asked = Consultation(check_policy(policy))
        try:
            return self.decide(request, target, asked)[0]
        except RuleForbids as refusal:
            refusal.code = code_of(refusal)
            raise

    def visible_past(self, contact_id: str, policy: Policy) -> Rehydration:
        """Follow the link of a contact's session, or refuse with its code."""
        with refusals():
            return self.decide_past(contact_id, Consultation(check_policy(policy)))[0]

    def decide(
        self, request: RehydrationRequest, asked_target: str | Contact | None, asked: Consultation
    ) -> tuple[Rehydration, Walk]:
        """Answer a request, and keep the walk for those who explain it."""
        strategy = self._strategy(request)
        if asked_target is not None:
            self._check_target(asked_target)
        preconditions = Preconditions(self.graph, asked, self.now)
        source, target = preconditions.check(request.source_contact_id, asked_target)
        start = strategy.start(source.session, source, asked)
        if start.by_id_alone:
            preconditions.warnings.append(by_id_alone_warning(source.session))
        if target is not None and self._comes_before(target, start.segment):
            raise StartFollowsTarget(start.segment.contact_id, target.contact_id)
        barred = None if target is None else preconditions.session_of(target)
        walk = Walk(self.strategies, self.transcripts, self.now, asked, barred)
        walk.take(start.segment, strategy)
        answer = self._answer(
            walk,
            (*preconditions.rules, *start.rules, *_REPORTED),
            preconditions.warnings,
            request.rehydration_type,
            source.contact_id,
            None if target is None else target.contact_id,
            start.segment.contact_id,
        )
        return answer, walk

    def decide_past(self, contact_id: str, asked: Consultation) -> tuple[Rehydration, Walk]:
        """Follow the link of a contact's session, and keep the walk for those who explain it."""
        segment = self.graph.segment(contact_id)
        walk = Walk(self.strategies, self.transcripts, self.now, asked, segment.session)
        counts, rules = walk.link_counts_for(segment)
        start = segment.session.continues if counts else None
        rehydration_type = None if start is None else segment.session.rehydration_type
        if start is not None:
            walk.take(*walk.over(start, rehydration_type))
        answer = self._answer(
            walk,
            rules,
            [],
            rehydration_type,
            None,
            segment.contact_id,
            None if start is None else start.contact_id,
        )
        return answer, walk

    def _check_target(self, target: object) -> None:
        """Check the form of a target."""
        if isinstance(target, Contact):
            if target.contact_id in self.graph and isinstance(self.graph.contact(target.contact_id), Contact):
                raise InvalidArgument(
                    "target", target.contact_id, "the id of a contact, or a contact not in the graph yet"
                )
        elif not is_contact_id(target):
            raise TargetMalformed(target)

    def _comes_before(self, target: Contact, start: Segment) -> bool:
        return target.contact_id in self.graph and self.graph.comes_before(target.contact_id, start.contact_id)

    def _strategy(self, request: RehydrationRequest) -> RehydrationStrategy:
        """Check the form of a request and find the strategy of its type."""
        if not isinstance(request, RehydrationRequest):
            raise InvalidArgument("request", request, "a RehydrationRequest")
        known = isinstance(request.rehydration_type, str)
        strategy = self.strategies.get(request.rehydration_type) if known else None
        if strategy is None:
            raise TypeRequired(request.rehydration_type, tuple(map(str, self.strategies)))
        if not is_contact_id(request.source_contact_id):
            raise SourceRequired(request.source_contact_id)
        return strategy

    def _answer(  # noqa: PLR0913  # all that an answer is made of
        self,
        walk: Walk,
        rules: tuple[RuleId, ...],
        warnings: list[RuleWarning],
        rehydration_type: str | None,
        source_contact_id: ContactId | None,
        target_contact_id: ContactId | None,
        continued_from_contact_id: ContactId | None,
    ) -> Rehydration:
        rest = Rest(walk.beyond or (), walk.asked, walk.applied(rules))
        if walk.beyond is not None:
            self.graph.finish_before_change(rest)
        warnings += walk.warnings
        return Rehydration(
            rehydration_type=rehydration_type,
            source_contact_id=source_contact_id,
            target_contact_id=target_contact_id,
            continued_from_contact_id=continued_from_contact_id,
            visible=tuple(walk.visible),
            unavailable=tuple(walk.unavailable),
            stopped_at=walk.stopped_at,
            incomplete=walk.incomplete,
            warnings=tuple(dict.fromkeys(warnings)) if warnings else (),
            rest=rest,
        )


@contextmanager
def refusals() -> Iterator[None]:
    """Attach the code to a refusal that leaves the engine."""
    try:
        yield
    except RuleForbids as fault:
        fault.code = code_of(fault)
        raise


def _checked_now(now: object) -> datetime:
    checked = in_utc("now", now)
    if checked.year <= RETENTION_YEARS:
        raise InvalidArgument("now", now, f"a time after the year {RETENTION_YEARS}")
    return checked


def check_policy(policy: Policy) -> Policy:
    """Check that a policy is one.

    :raises InvalidArgument: it is none.
    """
    if not isinstance(policy, Policy):
        raise InvalidArgument("policy", policy, "a Policy")
    return policy


def _check_strategies(strategies: object) -> None:
    if not isinstance(strategies, Mapping):
        raise InvalidArgument(
            "strategies", strategies, "a mapping from rehydration type to strategy, such as STRATEGIES"
        )
    for rehydration_type, strategy in strategies.items():
        if not isinstance(rehydration_type, str):
            raise InvalidArgument("a type of strategies", rehydration_type, "the name of a rehydration type")
        if not callable(getattr(strategy, "start", None)) or not callable(getattr(strategy, "view", None)):
            raise InvalidArgument(
                f"strategies[{rehydration_type!r}]", strategy, "a RehydrationStrategy, which has start and view"
            )
