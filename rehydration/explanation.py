"""Why: every contact that a decision looked at, with its verdict and the rules that gave it.

Here belongs the account of one decision. It reads the engine's walk and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration, Unavailability
from rehydration.contacts import PastContact
from rehydration.engine import World, check_policy, refusals
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.policies import DEFAULT_POLICY, Consultation, Policy
from rehydration.reading import Readings, readings
from rehydration.requests import RehydrationRequest
from rehydration.strategies import STRATEGIES, RehydrationStrategy
from rehydration.transcripts import Availability, TranscriptFact
from rehydration.visibility import Leg, Walk

_BEYOND: Final = (RuleId("visibility.past-limit"), RuleId("visibility.beyond-limit"))
_OTHER_CHANNEL: Final = (RuleId("visibility.other-channels"),)
_STOPPED: Final = (RuleId("visibility.transcript-unavailable"),)


class Verdict(StrEnum):
    """What became of a contact."""

    VISIBLE = "visible"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    BEYOND_LIMIT = "beyond the limit"


@frozen
class ContactVerdict:
    """The verdict on one contact, and the rules that decided; look them up with :func:`rehydration.rule`."""

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
class Explanation(ShowsItself):
    """An answer, the verdict on every contact of the sessions that it looked at, newest first, and how sure it is.

    ``readings`` is None for a chat that is linked already. ``links`` are those of the sessions looked at, followed or
    not, newest first.
    """

    answer: Rehydration
    verdicts: tuple[ContactVerdict, ...]
    readings: Readings | None
    links: tuple[Link, ...]

    def with_verdict(self, *verdicts: Verdict) -> tuple[ContactVerdict, ...]:
        """Pick the contacts of some verdicts, newest first."""
        return tuple(each for each in self.verdicts if each.verdict in verdicts)


def explain(  # noqa: PLR0913  # what resolve takes
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | None = None,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Explanation:
    """Answer a request and give a verdict on every contact of the source session and of the sessions reached backwards.

    :raises RuleForbids: a rule refuses.
    :raises InvalidArgument: an argument is not of its type.
    """
    world = World.of(graph, transcripts, now, strategies)
    with refusals():
        answer, walk = world.decide(request, target, Consultation(check_policy(policy)))
    sure = readings(graph, request, target=target, transcripts=transcripts, now=now, strategies=strategies)
    return Explanation(answer, tuple(_verdicts(answer, walk, policy)), sure, tuple(_links(graph, walk)))


def explain_past(  # noqa: PLR0913  # what visible_past takes
    graph: ContactGraph,
    contact_id: str,
    *,
    transcripts: Mapping[str, TranscriptFact] | None = None,
    now: datetime | None = None,
    policy: Policy = DEFAULT_POLICY,
    strategies: Mapping[str, RehydrationStrategy] = STRATEGIES,
) -> Explanation:
    """Tell what a contact sees by the link that its session has, with a verdict on every contact looked at.

    :raises RuleForbids: a rule refuses.
    :raises InvalidArgument: an argument is not of its type.
    """
    world = World.of(graph, transcripts, now, strategies)
    with refusals():
        answer, walk = world.decide_past(contact_id, Consultation(check_policy(policy)))
    return Explanation(answer, tuple(_verdicts(answer, walk, policy)), None, tuple(_links(graph, walk)))


def _links(graph: ContactGraph, walk: Walk) -> Iterator[Link]:
    for leg in walk.legs:
        link = graph.link_of(leg.session)
        if link is not None:
            yield link


def _verdicts(answer: Rehydration, walk: Walk, policy: Policy) -> Iterator[ContactVerdict]:
    beyond = frozenset(answer.beyond_limit)
    reasons = {each.contact_id: each for each in answer.unavailable}
    listed = frozenset(each.contact_id for each in answer.visible)
    legs = list(walk.legs)
    for leg in legs:
        stopped = answer.stopped_at is not None and leg is legs[-1]
        cut_off = _shown(leg, policy) if stopped else frozenset()
        for segment in leg.session.newest_first(Consultation(policy)).segments:
            contact_id = segment.contact_id
            if contact_id in beyond:
                yield _verdict(leg, segment.contact, Verdict.BEYOND_LIMIT, None, _BEYOND)
            elif contact_id in listed:
                yield _listed(leg, segment.contact, reasons.get(contact_id))
            elif contact_id == answer.stopped_at:
                yield _unavailable(leg, segment.contact, reasons[contact_id], ())
            elif segment.known is not None and not segment.known.is_chat:
                yield _verdict(leg, segment.contact, Verdict.DROPPED, None, _OTHER_CHANNEL)
            else:
                rules = _STOPPED if contact_id in cut_off else leg.dropped_by
                yield _verdict(leg, segment.contact, Verdict.DROPPED, None, rules)


def _shown(leg: Leg, policy: Policy) -> frozenset[ContactId]:
    view = leg.strategy.view(leg.session, leg.start, Consultation(policy))
    return frozenset(each.contact_id for each in view.segments)


def _listed(leg: Leg, contact: PastContact, reason: Unavailability | None) -> ContactVerdict:
    if reason is None:
        return _verdict(leg, contact, Verdict.VISIBLE, Availability.AVAILABLE, leg.rules)
    if reason.availability is Availability.NOT_READY:
        return _verdict(leg, contact, Verdict.VISIBLE, reason.availability, (*leg.rules, reason.rule))
    if reason.availability is Availability.UNKNOWN:
        return _verdict(leg, contact, Verdict.UNKNOWN, reason.availability, (*leg.rules, reason.rule))
    return _unavailable(leg, contact, reason, leg.rules)


def _unavailable(leg: Leg, contact: PastContact, reason: Unavailability, rules: tuple[RuleId, ...]) -> ContactVerdict:
    rules = (*rules, *dict.fromkeys((reason.rule, *_STOPPED)))
    return _verdict(leg, contact, Verdict.UNAVAILABLE, reason.availability, rules)


def _verdict(
    leg: Leg, contact: PastContact, verdict: Verdict, availability: Availability | None, rules: tuple[RuleId, ...]
) -> ContactVerdict:
    return ContactVerdict(contact, leg.session.initial_contact_id, verdict, availability, rules)
