"""The two decisions: what a new chat continues from and shows, and what an already linked chat sees.

This module puts the parts together: preconditions, the strategy's start, the walk, the answer. It states no rule of its
own. It uses no clock, no files and no randomness: time and facts about transcripts enter as data.
"""

from __future__ import annotations

from typing import Final, Unpack

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis, Given
from rehydration.consultation import Consultation
from rehydration.contacts import Contact
from rehydration.eligibility import Preconditions, by_id_alone_warning
from rehydration.errors import (
    InvalidArgument,
    RuleForbids,
    SourceRequired,
    StartFollowsTarget,
    TargetMalformed,
    TypeRequired,
)
from rehydration.graph import ContactGraph
from rehydration.identifiers import RuleId, is_contact_id
from rehydration.policies import code_of
from rehydration.requests import RehydrationRequest
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import RehydrationStrategy
from rehydration.untold import is_link
from rehydration.walk import EACH_BY_ITSELF, Walk, Walks

_REPORTED: Final = RuleId("start.reported")


Attempt = tuple[Rehydration | RuleForbids, Walk | None]
"""An answer or a refusal, and the walk as far as it went; None if the request was refused before it."""


def resolve(
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    target: str | Contact | None = None,
    **given: Unpack[Given],
) -> Rehydration:
    """Decide which contact a new chat continues from, and which past transcripts are visible in it.

    The short way to :meth:`rehydration.History.resolve`, which describes ``target``. :class:`rehydration.basis.Given`
    lists the other keyword arguments.

    >>> from datetime import UTC, datetime
    >>> from rehydration import Contact, ContactGraph, RehydrationRequest, resolve
    >>> ended = Contact(contact_id="C1", disconnect_timestamp=datetime(2026, 5, 3, 9, tzinfo=UTC))
    >>> resolve(ContactGraph.from_contacts([ended]), RehydrationRequest("FROM_SEGMENT", "C1")).continued_from_contact_id
    'C1'

    :raises RuleForbids: a rule refuses the request. ``.rule``, ``.code`` and the evidence say which rule and why.
    :raises InvalidArgument: an argument has the wrong type.

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
    """
    return decide(Basis(graph, **given), request, target)


def visible_past(graph: ContactGraph, contact_id: str, **given: Unpack[Given]) -> Rehydration:
    """Find what a contact sees of the past over the link of its session.

    The short way to :meth:`rehydration.History.visible_past`. :class:`rehydration.basis.Given` lists the keyword
    arguments.

    :raises ContactNotFound: there is no record of the contact, and no record refers to it.
    :raises RuleForbids: the policy refuses something that the walk meets.
    :raises InvalidArgument: an argument has the wrong type.
    """
    return decide_past(Basis(graph, **given), contact_id)


@frozen
class OfRequest:
    """The question what a request leads to."""

    basis: Basis
    request: RehydrationRequest
    target: str | Contact | None
    walks: Walks = EACH_BY_ITSELF

    def attempt(self, consultation: Consultation) -> Attempt:
        """Decide, and return a refusal instead of raising it."""
        return attempt(self.basis, self.request, self.target, consultation, self.walks)


@frozen
class OfPast:
    """The question what a contact sees of the past."""

    basis: Basis
    contact_id: str
    walks: Walks = EACH_BY_ITSELF

    def attempt(self, consultation: Consultation) -> Attempt:
        """Decide, and return a refusal instead of raising it."""
        return attempt_past(self.basis, self.contact_id, consultation, self.walks)


Question = OfRequest | OfPast


def decide(basis: Basis, request: RehydrationRequest, target: str | Contact | None) -> Rehydration:
    """Answer a request.

    :raises RuleForbids: a rule refuses the request. The error carries its code.
    """
    return _raised(attempt(basis, request, target, Consultation(basis.policy)))


def decide_past(basis: Basis, contact_id: str) -> Rehydration:
    """Follow the link of a contact's session.

    :raises RuleForbids: the policy refuses something that the walk meets. The error carries its code.
    """
    return _raised(attempt_past(basis, contact_id, Consultation(basis.policy)))


def _raised(attempted: Attempt) -> Rehydration:
    answer, _ = attempted
    if isinstance(answer, RuleForbids):
        raise answer
    return answer


def attempt(
    basis: Basis,
    request: RehydrationRequest,
    target: str | Contact | None,
    consultation: Consultation,
    walks: Walks = EACH_BY_ITSELF,
) -> Attempt:
    """Answer a request, or return the refusal with its code."""
    try:
        strategy = _strategy(basis, request)
        if target is not None:
            _check_target(basis, target)
        preconditions = Preconditions(basis, consultation)
        source, chat = preconditions.check(request.source_contact_id, target)
        start = strategy.start(source.session, source, consultation)
        if start.by_id_alone:
            preconditions.warnings.append(by_id_alone_warning(source.session))
        own = preconditions.own_session
        if chat is not None and own is not None and _comes_before(basis.graph, chat, own, start.segment, consultation):
            raise StartFollowsTarget(start.segment.contact_id, chat.contact_id)
    except RuleForbids as refusal:
        return _with_code(refusal), None
    walk = walks.from_start(basis, consultation, own, start.segment, strategy)
    refused = walk.refused(consultation)
    if refused is not None:
        return _with_code(refused), walk
    answer = walk.answer(
        consultation,
        (*preconditions.rules, *start.rules, _REPORTED),
        preconditions.warnings,
        request.rehydration_type,
        source.contact.contact_id,
        None if chat is None else chat.contact_id,
        start.segment.contact.contact_id,
        source.customer_id if chat is None else _customer_of(chat, own),
    )
    return answer, walk


def attempt_past(basis: Basis, contact_id: str, consultation: Consultation, walks: Walks = EACH_BY_ITSELF) -> Attempt:
    """Follow the link of a contact's session, or return the refusal with its code."""
    try:
        segment = basis.graph.segment(contact_id)
    except RuleForbids as refusal:
        return _with_code(refusal), None
    walk = walks.from_chat(basis, consultation, segment)
    refused = walk.refused(consultation)
    if refused is not None:
        return _with_code(refused), walk
    start = walk.begin
    rehydration_type, begin = (None, None) if start is None else (segment.session.rehydration_type, start.contact_id)
    return walk.answer(
        consultation, walk.led_by, (), rehydration_type, None, segment.contact_id, begin, segment.customer_id
    ), walk


def attach_code(refusal: RuleForbids) -> None:
    """Attach Amazon Connect's error code to a refusal that leaves the engine."""
    refusal.code = code_of(refusal)


def _with_code(refusal: RuleForbids) -> RuleForbids:
    attach_code(refusal)
    return refusal


def _strategy(basis: Basis, request: RehydrationRequest) -> RehydrationStrategy:
    """Check the form of a request and find the strategy of its type."""
    if not isinstance(request, RehydrationRequest):
        raise InvalidArgument("request", request, "a RehydrationRequest")
    is_text = isinstance(request.rehydration_type, str)
    strategy = basis.strategies.get(request.rehydration_type) if is_text else None
    if strategy is None:
        raise TypeRequired(request.rehydration_type, tuple(map(str, basis.strategies)))
    if not is_contact_id(request.source_contact_id):
        raise SourceRequired(request.source_contact_id)
    return strategy


def _check_target(basis: Basis, target: object) -> None:
    """Check the form of a target."""
    if isinstance(target, Contact):
        if target.contact_id in basis.graph and isinstance(basis.graph.contact(target.contact_id), Contact):
            raise InvalidArgument("target", target.contact_id, "the id of a contact, or a contact not in the graph yet")
    elif not is_contact_id(target):
        raise TargetMalformed(target)


def _customer_of(chat: Contact, session: ChatSession | None) -> str | None:
    """Name the customer of a target, which may be a chat that is about to start."""
    return session.customer_id if chat.customer_id is None and session is not None else chat.customer_id


def _comes_before(
    graph: ContactGraph, chat: Contact, own: ChatSession, start: Segment, consultation: Consultation
) -> bool:
    """Tell whether the start contact comes after the target, over links that count."""
    if not own.is_continued or chat.contact_id not in graph:
        return False
    if not graph.comes_before(chat.contact_id, start.contact_id):
        return False
    if not (consultation.weighs and graph.has_open_links):
        return True
    before, waiting = {start}, [start]
    for segment in waiting:
        session = segment.session
        is_counted = segment.carries_link and is_link(session, consultation)
        for each in (segment.previous, session.continues if is_counted else None):
            if each is not None and each not in before:
                before.add(each)
                waiting.append(each)
    return any(each.contact_id == chat.contact_id for each in waiting[1:])
