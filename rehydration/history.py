"""The public noun: contacts and everything else that is known, as one value that answers every question.

This module lists the questions side by side, one line each. It does not know how they are answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from types import MappingProxyType

from attrs import evolve, frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis
from rehydration.certainties import Certainty, certainty_of
from rehydration.contacts import Contact
from rehydration.customers import Attributes, CustomerReport, Locations, report_of
from rehydration.decisions import OfPast, OfRequest, decide, decide_past
from rehydration.explanation import (
    Explanation,
    Refusal,
    account_of,
    account_of_past,
    explain_chat,
    explain_request,
)
from rehydration.exposures import Exposure, exposure_of, exposures_of
from rehydration.guards import Finding, findings_of
from rehydration.plans import PlannedRequest, plan_of
from rehydration.reasons import Reason, reason_of
from rehydration.requests import RehydrationRequest
from rehydration.sights import Sight, sight_of


@frozen(unsafe_hash=False)  # a graph grows, so it has no hash
class History(Basis):
    """The contacts of an instance and everything else that a decision may look at. Its methods are the questions.

    - ``graph``: the contacts. The graph may grow; the next answer takes the new contacts into account.
    - ``transcripts``: facts by contact id. A fact overrides what the record says.
    - ``now``: an aware datetime. With it, the rules about time apply.
    - ``policy``: the reading of each question that AWS leaves open.
    - ``strategies``: the rehydration types and the strategy of each.

    ``attrs.evolve`` makes a history with another policy, time, facts or strategies.

    >>> from rehydration import ContactGraph, History, Policy, RehydrationRequest, read_contacts
    >>> graph = ContactGraph.from_contacts(
    ...     read_contacts(
    ...         [
    ...             {"ContactId": "C1", "DisconnectTimestamp": "2026-05-04T09:08:00Z"},
    ...             {
    ...                 "ContactId": "C2",
    ...                 "InitialContactId": "C1",
    ...                 "PreviousContactId": "C1",
    ...                 "DisconnectTimestamp": "2026-05-04T09:25:00Z",
    ...             },
    ...         ]
    ...     )
    ... )
    >>> history = History(graph, policy=Policy(ended="SEGMENT"))
    >>> history.resolve(RehydrationRequest("ENTIRE_PAST_SESSION", "C1")).continued_from_contact_id
    'C2'
    >>> history.certainty(RehydrationRequest("FROM_SEGMENT", "C1")).title  # these records tell no related contacts
    'At least this'

    :raises InvalidArgument: an argument has the wrong type.
    """

    def resolve(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Rehydration:
        """Decide which contact a new chat continues from, and which past transcripts are visible in it.

        ``target`` is the new chat: the id of a live contact, or a :class:`Contact` that is not in the graph yet, for a
        chat that is about to start. Without a target, the rules about targets do not apply.

        :raises RuleForbids: a rule refuses the request. ``.rule``, ``.code`` and the evidence say which rule and why.
        :raises InvalidArgument: the request or the target has the wrong type.

        Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
        """
        return decide(self, request, target)

    def visible_past(self, contact_id: str) -> Rehydration:
        """Find what a contact sees of the past over the link of its session.

        If no link counts for the contact, the answer continues from None and shows nothing.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        :raises RuleForbids: the policy refuses something that the walk meets.
        """
        return decide_past(self, contact_id)

    def explain(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Explanation:
        """Answer a request, with a verdict on every contact of the sessions that the decision looked at.

        :raises RuleForbids: a rule refuses the request.
        :raises InvalidArgument: the request or the target has the wrong type.
        """
        return explain_request(self, request, target)

    def account(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Explanation | Refusal:
        """Explain a request, or return the refusal and how sure it is.

        This is :meth:`explain` for callers that show answers and refusals side by side.

        :raises InvalidArgument: the request or the target has the wrong type.
        """
        return account_of(self, request, target)

    def explain_past(self, contact_id: str) -> Explanation:
        """Explain what a contact sees of the past over the link of its session.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        :raises RuleForbids: the policy refuses something that the walk meets.
        """
        return explain_chat(self, contact_id)

    def account_of_past(self, contact_id: str) -> Explanation | Refusal:
        """Explain what a contact sees of the past, or return the refusal and how sure it is.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        """
        return account_of_past(self, contact_id)

    def certainty(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Certainty:
        """Find the distinct answers to a request over all readings of the open questions.

        A refusal counts as an answer. Two answers are distinct if they differ in the start contact, in the listed
        contacts or their availability, in what lies beyond the limit, or in whether they are complete. Two refusals
        are distinct if they cite different rules.

        :raises InvalidArgument: the request or the target has the wrong type.
        """
        return certainty_of(OfRequest(self, request, target))

    def certainty_of_past(self, contact_id: str) -> Certainty:
        """Find the distinct answers to what a contact sees of the past, over all readings of what is not known.

        :raises InvalidArgument: the id has the wrong type.
        """
        return certainty_of(OfPast(self, contact_id))

    def exposure(self, contact_id: str) -> Exposure:
        """Find where the transcript of a contact is visible, and the past sessions that could expose it.

        The contact's own session is left out, because the contact is not a past contact there. If the policy refuses a
        chat's past, the chat sees nothing. If the records or the rules leave it open, the session is among the doubts.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        """
        return exposure_of(self, contact_id)

    def exposures(
        self, contact_ids: Iterable[str] = (), customer_ids: Collection[str] = (), *, surveys: bool = False
    ) -> tuple[Exposure, ...]:
        """Find the exposure of several contacts: those named, all of the customers named, and all surveys.

        The contacts named come first, the others in the order in which they began.

        :raises ContactNotFound: there is no record of one of the contacts, and no record refers to it.
        :raises InvalidArgument: no record names one of the customers.
        """
        return exposures_of(self, contact_ids, customer_ids, surveys=surveys)

    def sees(self, contact_id: str) -> Sight:
        """Find what a chat sees of the past, live or ended, with every contact that the decision looked at.

        Each contact is compared with the customer of the chat, and ``shown`` says whether its transcript can be read
        under all readings of the open questions. If the policy refuses the past of the chat, ``explanation`` is the
        refusal, and the contacts are those that another reading may show.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        """
        return sight_of(self, contact_id)

    def why(self, chat_id: str, contact_id: str) -> Reason:
        """Say why a chat shows a contact, or does not: by which links, by which rule, and what would change it.

        :raises ContactNotFound: there is no record of one of the two, and no record refers to it.
        """
        return reason_of(self, chat_id, contact_id)

    def guard(self, forbid: Iterable[str], *, allow_undecided: bool = False) -> tuple[Finding, ...]:
        """Find every forbidden contact that a chat shows or may show, in the order of the sessions' ids.

        A condition of ``forbid`` is ``"surveys"``, ``"other-customers"``, or ``"MEMBER=VALUE"`` with a member of
        :data:`rehydration.guards.MEMBERS`. A contact is a finding too if records or open questions leave it undecided
        whether it is shown, unless ``allow_undecided``. So it is said of each condition, once and last, if chats with
        unknown contacts may show what it forbids over links that no record tells.

        :raises InvalidArgument: a condition is none.
        """
        return findings_of(self, forbid, allow_undecided=allow_undecided)

    def customer(
        self,
        customer_id: str,
        *,
        deleted: Collection[str] = (),
        attributes: Attributes = MappingProxyType({}),
        locations: Locations = MappingProxyType({}),
    ) -> CustomerReport:
        """Put together everything that the records tell of one customer.

        ``deleted`` are contacts: the report says what would change if their transcripts went. ``attributes`` and
        ``locations`` are what the records tell of attributes and of transcripts in S3, by contact id.
        :func:`rehydration.records.read_contact_details` reads both.

        :raises InvalidArgument: no record names the customer.
        :raises ContactNotFound: there is no record of a contact of ``deleted``, and no record refers to it.
        """
        return report_of(self, customer_id, deleted, attributes, locations)

    def as_of(self, time: datetime) -> History:
        """Go back to a time: the contacts are those of :meth:`ContactGraph.as_of`, and ``now`` is that time.

        :raises InvalidArgument: ``time`` is no aware datetime.
        """
        return evolve(self, graph=self.graph.as_of(time), now=time)

    def plan(
        self, show: Collection[str], hide: Collection[str] = (), *, target: str | None = None
    ) -> tuple[PlannedRequest, ...]:
        """Find the requests that show all of ``show`` and list none of ``hide``.

        Requests that list no other customer's contacts come first, then those with the fewest extra contacts.

        A contact counts as shown if its transcript is readable. It counts as hidden only if the answer does not list
        it, because a transcript that is missing today may be restored tomorrow. With ``target``, the id of a live chat,
        only requests that this chat can send are planned.

        :raises NothingShows: no request does this. The error names a contact that stands in the way, and the rule.
        :raises RuleForbids: the target can send none of the requests. The error is that of the best request.
        :raises ContactNotFound: there is no record of one of the contacts, and no record refers to it.
        :raises InvalidArgument: ``show`` is empty, or a value is not an id.
        """
        return plan_of(self, show, hide, target)
