"""The public noun: contacts and everything else that is known, as one value that answers every question.

This module lists the questions side by side, one line each. It does not know how they are answered.
"""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis
from rehydration.certainties import Certainty, certainty_of
from rehydration.consultation import Consultation
from rehydration.contacts import Contact
from rehydration.decisions import OfPast, OfRequest, decide, decide_past
from rehydration.explanation import Explanation, Refusal, account_of, explain_chat, explain_request
from rehydration.exposures import Exposure, exposure_of
from rehydration.plans import PlannedRequest, plan_of
from rehydration.requests import RehydrationRequest


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
    >>> history.certainty(RehydrationRequest("FROM_SEGMENT", "C1")).is_certain
    True

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
        return decide(self, request, target, Consultation(self.policy))[0]

    def visible_past(self, contact_id: str) -> Rehydration:
        """Find what a contact sees of the past over the link of its session.

        If no link counts for the contact, the answer continues from None and shows nothing.

        :raises ContactNotFound: there is no record of the contact, and no record refers to it.
        :raises RuleForbids: the policy refuses something that the walk meets.
        """
        return decide_past(self, contact_id, Consultation(self.policy))[0]

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

    def plan(self, show: Collection[str], hide: Collection[str] = ()) -> tuple[PlannedRequest, ...]:
        """Find the requests that show all of ``show`` and list none of ``hide``, fewest extra contacts first.

        A contact counts as shown if its transcript is readable. It counts as hidden only if the answer does not list
        it, because a transcript that is missing today may be restored tomorrow.

        :raises NothingShows: no request does this. The error names a contact that stands in the way, and the rule.
        :raises ContactNotFound: there is no record of one of the contacts, and no record refers to it.
        :raises InvalidArgument: ``show`` is empty, or a value is not an id.
        """
        return plan_of(self, show, hide)
