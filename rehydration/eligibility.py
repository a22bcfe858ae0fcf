"""May it be done: the preconditions of a rehydration, one rule after the other.

This module obeys the rules of the group ``eligibility``. It does not know what a type does with an eligible source, nor
what is visible then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from rehydration.answers import RuleWarning
from rehydration.basis import RETENTION_YEARS, Basis
from rehydration.consultation import Consultation
from rehydration.contacts import Contact
from rehydration.errors import (
    CalledTooEarly,
    ContactNotFound,
    CustomersDiffer,
    SessionNotEnded,
    SourceBeyondRetention,
    SourceInTargetSession,
    SourceIsNotChat,
    TargetAlreadyAssociated,
    TargetHasEnded,
    TargetIsNotChat,
    TargetNotFound,
    some_of,
)
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import CustomerMismatch, EarlyCall, Ended
from rehydration.sessions import ChatSession, Segment, is_overdue
from rehydration.untold import is_link, names_link

TRANSCRIPT_LAG: Final = timedelta(seconds=60)
"""The time after the end of a session in which transcripts may be missing (rule ``eligibility.transcript-lag``)."""

_EXISTS: Final = RuleId("eligibility.source-exists")
_RETENTION: Final = RuleId("eligibility.retention")
_ENDED: Final = RuleId("eligibility.session-ended")
_ENDED_SCOPE: Final = RuleId("eligibility.ended-scope")
_UNKNOWN_END: Final = RuleId("eligibility.unknown-end")
_END_UNTOLD: Final = RuleId("identity.end-untold")
_TARGET: Final = (
    RuleId("eligibility.target-is-chat"),
    RuleId("eligibility.target-live"),
    RuleId("eligibility.once-per-chat"),
)
_ANOTHER_SESSION: Final = RuleId("eligibility.source-in-another-session")
_EARLY_CALL: Final = RuleId("eligibility.early-call")
_EARLY: Final = (RuleId("eligibility.transcript-lag"), _EARLY_CALL)
_NO_OWNERSHIP_CHECK: Final = RuleId("eligibility.no-ownership-check")
_CUSTOMER_MISMATCH: Final = RuleId("eligibility.customer-mismatch")


class Preconditions:
    """Whether this target may continue from this source now, in a fixed order of checks. The first failure refuses."""

    __slots__ = ("_consultation", "_graph", "_now", "own_session", "rules", "warnings")

    def __init__(self, basis: Basis, consultation: Consultation) -> None:
        """Start with no rule applied and no warning."""
        self._graph = basis.graph
        self._now = basis.now
        self._consultation = consultation
        self.warnings: list[RuleWarning] = []
        self.rules: list[RuleId] = []
        self.own_session: ChatSession | None = None
        """The session of the target; None without a target, and for a chat that is about to start a session."""

    def check(self, source_contact_id: str, target: str | Contact | None) -> tuple[Segment, Contact | None]:
        """Check every precondition, and find the source and the target.

        :raises RuleForbids: a precondition fails.
        """
        if isinstance(target, str):
            target = self._target(target)
        source = self._graph.segment(source_contact_id)
        known = source.known
        if known is None:
            self.warnings.append(_unknown_source(source.contact_id))
        elif self._now is not None:
            self._check_retention(known, self._now)
        self.rules.append(_EXISTS)
        if target is not None:
            self._check_target(target)
            self._check_other_session(source, target)
        if source.session.irregular:  # or else it holds nothing but chats that have ended
            self._check_source(source, known)
        self.rules.append(_ENDED)
        if self._now is not None:
            self._check_lag(source, self._now)
        if target is not None and known is not None:
            self._check_customers(known, target)
        return source, target

    def _target(self, target_contact_id: str) -> Contact:
        try:
            target = self._graph.segment(target_contact_id).known
        except ContactNotFound:
            target = None
        if target is None:
            raise TargetNotFound(ContactId(target_contact_id))
        return target

    def _check_retention(self, source: Contact, now: datetime) -> None:
        if source.initiation_timestamp is not None:
            self.rules.append(_RETENTION)
            if source.initiation_timestamp < kept_since(now):
                raise SourceBeyondRetention(source.contact_id, source.initiation_timestamp, now)

    def _check_target(self, target: Contact) -> None:
        if not target.is_chat:
            raise TargetIsNotChat(target.contact_id, str(target.channel))
        initial = target.initial_contact_id
        session = self.own_session = self._graph.session_of(initial) if initial in self._graph else None
        if target.disconnect_timestamp is not None or self._is_overdue(target if session is None else session):
            raise TargetHasEnded(target.contact_id, target.disconnect_timestamp)
        if session is not None and session.continues is not None and is_link(session, self._consultation):
            raise TargetAlreadyAssociated(target.contact_id, session.continues.contact_id)
        start = self._graph.start_named_by(target)  # of a chat that is about to start
        if start is not None and names_link(target, start, self._consultation):
            raise TargetAlreadyAssociated(target.contact_id, start)
        self.rules += _TARGET

    def _check_other_session(self, source: Segment, target: Contact) -> None:
        initial = source.session.initial_contact_id
        if initial == target.initial_contact_id:
            raise SourceInTargetSession(source.contact_id, target.contact_id, initial)
        self.rules.append(_ANOTHER_SESSION)

    def _check_source(self, source: Segment, known: Contact | None) -> None:
        session = source.session
        if known is not None and not known.is_chat:
            raise SourceIsNotChat(known.contact_id, str(known.channel))
        if not session.has_ended and self._is_overdue(session):
            self.rules.append(_END_UNTOLD)
            self.warnings.append(_end_untold(session.live))
        elif known is not None and not known.has_ended:
            raise SessionNotEnded(source.contact_id, session.live, _ENDED)
        elif not session.has_ended:
            self.rules.append(_ENDED_SCOPE)
            if self._consultation.ask(Ended) is Ended.SESSION:
                raise SessionNotEnded(source.contact_id, session.live, _ENDED_SCOPE)
        if session.unknown:
            self.rules.append(_UNKNOWN_END)
            self.warnings.append(_unknown_end(session.unknown))

    def _is_overdue(self, begun: ChatSession | Contact) -> bool:
        """Tell whether a session has ended by now, although no record tells all of its ends."""
        return is_overdue_in(self._graph, begun, self._now)

    def _check_lag(self, source: Segment, now: datetime) -> None:
        ended = source.session.last_disconnect
        if ended is None or now - ended >= TRANSCRIPT_LAG:
            return
        if self._consultation.ask(EarlyCall) is EarlyCall.REFUSE:
            raise CalledTooEarly(source.contact_id, ended, now)
        self.rules += _EARLY
        self.warnings.append(_early_call(source.contact_id, ended))

    def _check_customers(self, source: Contact, target: Contact) -> None:
        ours, theirs = source.customer_id, target.customer_id
        if ours is None or theirs is None:
            self.rules.append(_NO_OWNERSHIP_CHECK)
        elif ours != theirs:
            if self._consultation.ask(CustomerMismatch) is CustomerMismatch.REFUSE:
                raise CustomersDiffer(source.contact_id, ours, target.contact_id, theirs)
            self.rules.append(_CUSTOMER_MISMATCH)
            self.warnings.append(_customers_differ(source.contact_id, target.contact_id))


@lru_cache(maxsize=8)  # an emulator asks at one time again and again
def kept_since(now: datetime) -> datetime:
    """Go back 24 calendar months (rule ``eligibility.retention``), from 29 February to 28 February."""
    try:
        return now.replace(year=now.year - RETENTION_YEARS)
    except ValueError:
        return now.replace(year=now.year - RETENTION_YEARS, day=28)


def is_overdue_in(graph: ContactGraph, chat: ChatSession | Contact, now: datetime | None) -> bool:
    """Tell whether a chat has ended by now although nobody told its end, and nobody knows it to be live."""
    if now is None or graph.ends_are_told:
        return False
    live = chat.live if isinstance(chat, ChatSession) else (chat.contact_id,)
    return graph.ended_later.isdisjoint(live) and is_overdue(chat, now)


def by_id_alone_warning(session: ChatSession) -> RuleWarning:
    """Warn that only the id decided which contact is the most recent."""
    return RuleWarning(
        RuleId("start.most-recent"),
        f"contacts of the session of {session.initial_contact_id!r} are equally recent; the greatest id comes first",
        (session.initial_contact_id,),
    )


def _unknown_source(contact_id: ContactId) -> RuleWarning:
    return RuleWarning(
        _EXISTS,
        f"no record of the source {contact_id!r}; other records refer to it",
        (contact_id,),
    )


def _unknown_end(contact_ids: tuple[ContactId, ...]) -> RuleWarning:
    return RuleWarning(
        _UNKNOWN_END,
        f"no record of {some_of(contact_ids)}; treated as ended",
        contact_ids,
    )


def _end_untold(contact_ids: tuple[ContactId, ...]) -> RuleWarning:
    return RuleWarning(
        _END_UNTOLD,
        f"no record tells the end of {some_of(contact_ids)}; the chat began more than 7 days ago, so it has ended",
        contact_ids,
    )


def _early_call(source: ContactId, ended: datetime) -> RuleWarning:
    return RuleWarning(
        _EARLY_CALL,
        f"the session of {source!r} ended at {ended.isoformat()}; its transcripts may not be there until 60 s later",
        (source,),
    )


def _customers_differ(source: ContactId, target: ContactId) -> RuleWarning:
    return RuleWarning(
        _CUSTOMER_MISMATCH,
        f"the source {source!r} and the target {target!r} name different customers",
        (source, target),
    )
