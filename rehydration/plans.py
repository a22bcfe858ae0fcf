"""Which request to send: the requests that show what must be shown and hide what must stay hidden.

This module searches among requests. It does not decide what a request shows; the engine does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Unpack

from attrs import evolve, frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis, Given
from rehydration.decisions import attach_code, decide
from rehydration.errors import ContactNotFound, InvalidArgument, NothingShows, RuleForbids, texts
from rehydration.explanation import verdicts_of
from rehydration.exposures import exposure_of
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, RuleId
from rehydration.notebook import ShowsItself
from rehydration.requests import RehydrationRequest


@frozen
class PlannedRequest(ShowsItself):
    """A request that does what the caller wants, the answer to expect, and the contacts that it lists beyond that.

    ``answer.other_customers`` are the contacts of other customers among them.
    """

    request: RehydrationRequest
    answer: Rehydration
    extra: tuple[ContactId, ...]


def plan(
    graph: ContactGraph,
    show: Collection[str],
    hide: Collection[str] = (),
    *,
    target: str | None = None,
    **given: Unpack[Given],
) -> tuple[PlannedRequest, ...]:
    """Find the requests that show all of ``show`` and list none of ``hide``, the best first.

    The short way to :meth:`rehydration.History.plan`, which describes the arguments. :class:`rehydration.basis.Given`
    lists the other keyword arguments.

    :raises NothingShows: no request does this. The error names a contact that stands in the way, and the rule.
    :raises RuleForbids: the target can send none of the requests. The error is that of the best request.
    :raises ContactNotFound: there is no record of one of the contacts, and no record refers to it.
    :raises InvalidArgument: ``show`` is empty, or an argument has the wrong type.
    """
    return plan_of(Basis(graph, **given), show, hide, target)


def plan_of(
    basis: Basis, show: Collection[str], hide: Collection[str], target: str | None
) -> tuple[PlannedRequest, ...]:
    """Find the requests that show all of ``show`` and list none of ``hide``, and that the target can send."""
    try:
        planned = _Search(basis, _contact_ids("show", show), _contact_ids("hide", hide)).plans()
        return planned if target is None else _sendable(basis, planned, target)
    except RuleForbids as refusal:
        attach_code(refusal)
        raise


def _sendable(basis: Basis, planned: Iterable[PlannedRequest], target: str) -> tuple[PlannedRequest, ...]:
    """Keep the requests that a target can send, answered for that target."""
    kept: list[PlannedRequest] = []
    refusals: list[RuleForbids] = []
    for each in planned:
        try:
            answer = decide(basis, each.request, target)
        except RuleForbids as refusal:
            refusals.append(refusal)
        else:
            kept.append(evolve(each, answer=answer))
    if not kept:
        raise refusals[0]
    return tuple(kept)


def _contact_ids(name: str, contact_ids: object) -> tuple[ContactId, ...]:
    ids = tuple(map(ContactId, texts(name, contact_ids, "a collection of contact ids")))
    if name == "show" and not ids:
        raise InvalidArgument(name, contact_ids, "at least one contact to show")
    return ids


@frozen
class _Search:
    """What the caller wants, and what a decision may look at."""

    basis: Basis
    show: tuple[ContactId, ...]
    hide: tuple[ContactId, ...]

    def plans(self) -> tuple[PlannedRequest, ...]:
        """Find the requests, or raise what stands in the way."""
        for contact_id in (*self.show, *self.hide):
            if contact_id not in self.basis.graph:
                raise ContactNotFound(contact_id)
            if contact_id in self.show and contact_id in self.hide:
                raise InvalidArgument("hide", contact_id, "a contact that is not to be shown as well")
        planned = [self._planned(each) for each in self._requests(self.show[0])]
        planned = [each for each in planned if self.show[0] in each.answer.readable]
        if not planned:
            raise self._not_shown(self.show[0])
        showing = [each for each in planned if set(self.show) <= set(each.answer.readable)]
        if not showing:
            raise self._not_together(planned)
        hiding = [each for each in showing if not self._shown_against_will(each)]
        if not hiding:
            raise self._not_hidden(showing)
        return tuple(sorted(hiding, key=lambda each: (len(each.answer.other_customers), len(each.extra))))

    def _requests(self, contact_id: ContactId) -> list[RehydrationRequest]:
        """Find all requests that show a contact, the requests on its own session first."""
        openings = exposure_of(self.basis, contact_id).openings
        return [request for opening in openings for request in opening.requests]

    def _planned(self, request: RehydrationRequest) -> PlannedRequest:
        answer = decide(self.basis, request, None)
        extra = tuple(each.contact_id for each in answer.visible if each.contact_id not in self.show)
        return PlannedRequest(request, answer, extra)

    def _shown_against_will(self, planned: PlannedRequest) -> tuple[ContactId, ...]:
        return tuple(each for each in planned.extra if each in self.hide)

    def _not_hidden(self, showing: list[PlannedRequest]) -> NothingShows:
        """Name a contact that should be hidden, and the rule that lists it, from the request that comes closest."""
        nearest = min(showing, key=lambda each: (len(self._shown_against_will(each)), len(each.extra)))
        contact_id = self._shown_against_will(nearest)[0]
        return NothingShows(
            contact_id,
            self._rule(nearest.request, contact_id, RuleId("visibility.predecessors")),
            f"every request that shows {_told(self.show)} also lists {contact_id!r}",
        )

    def _not_together(self, planned: list[PlannedRequest]) -> NothingShows:
        """Name a contact that is left out, and the rule that leaves it out, from the request that comes closest."""
        nearest = max(planned, key=lambda each: len(set(self.show) & set(each.answer.readable)))
        contact_id = next(each for each in self.show if each not in nearest.answer.readable)
        return NothingShows(
            contact_id,
            self._rule(nearest.request, contact_id, RuleId("visibility.backward-only")),
            f"no request that shows {self.show[0]!r} also shows {contact_id!r}",
        )

    def _not_shown(self, contact_id: ContactId) -> NothingShows:
        """Say why even the requests on the contact itself do not show it."""
        reason = RuleId("eligibility.type-required")
        for rehydration_type in self.basis.strategies:
            request = RehydrationRequest(rehydration_type, contact_id)
            try:
                reason = self._rule(request, contact_id, reason)
            except RuleForbids as refusal:
                reason = refusal.rule
        return NothingShows(contact_id, reason, f"no request would show {contact_id!r}")

    def _rule(self, request: RehydrationRequest, contact_id: ContactId, otherwise: RuleId) -> RuleId:
        """Find the last rule of the verdict on a contact. A request that does not look at it has none."""
        verdicts = verdicts_of(self.basis, request)
        rules = next((each.rules for each in verdicts if each.contact_id == contact_id), ())
        return rules[-1] if rules else otherwise


def _told(contact_ids: tuple[ContactId, ...]) -> str:
    return " and ".join(map(repr, contact_ids))
