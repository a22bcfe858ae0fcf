"""The public noun: contacts and what else is known, as one value that answers every question.

Here belong the questions side by side, each in one line. How they are answered is not known here.
"""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.basis import Basis
from rehydration.certainties import Certainty, certainty_of
from rehydration.contacts import Contact
from rehydration.decisions import decide, decide_past
from rehydration.explanation import Explanation, Refusal, account_of, explain_chat, explain_request
from rehydration.exposures import Exposure, exposure_of
from rehydration.plans import PlannedRequest, plan_of
from rehydration.policies import Consultation
from rehydration.requests import RehydrationRequest


@frozen(unsafe_hash=False)  # a graph grows, so it has no hash
class History(Basis):
    """The contacts of an instance, and what else a decision may look at; its methods are the questions.

    ``transcripts`` are facts by contact id, which beat those of the records. ``now``, an aware datetime, brings in the
    rules about time. ``policy`` says how the questions are read that AWS leaves open. ``strategies`` are the
    rehydration types that there are. Change one of them with ``attrs.evolve``; the graph itself may grow.

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

    :raises InvalidArgument: an argument is not of its type.
    """

    def resolve(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Rehydration:
        """Decide which contact a new chat continues from, and which past transcripts are visible in it.

        ``target`` is the live chat that is being associated, or a contact that is not in the graph yet: the chat that
        is about to start. Without one the rules about targets are left out.

        :raises RuleForbids: a rule refuses; ``.code``, ``.rule`` and the evidence say which and why.
        :raises InvalidArgument: the request or the target is not of its type.

        Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
        """
        return decide(self, request, target, Consultation(self.policy))[0]

    def visible_past(self, contact_id: str) -> Rehydration:
        """Tell what a contact sees of the past by the link that its session has.

        Without a link that counts for the contact, the answer continues from None and shows nothing.

        :raises ContactNotFound: no record is of the contact or refers to it.
        :raises RuleForbids: the policy refuses what the walk meets.
        """
        return decide_past(self, contact_id, Consultation(self.policy))[0]

    def explain(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Explanation:
        """Answer a request and give a verdict on every contact of the sessions that the answer looks at.

        :raises RuleForbids: a rule refuses.
        :raises InvalidArgument: the request or the target is not of its type.
        """
        return explain_request(self, request, target)

    def account(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Explanation | Refusal:
        """Explain a request, or give the refusal and how sure it is: for those who show both alike.

        :raises InvalidArgument: the request or the target is not of its type.
        """
        return account_of(self, request, target)

    def explain_past(self, contact_id: str) -> Explanation:
        """Tell what a contact sees by the link that its session has, with a verdict on every contact looked at.

        :raises RuleForbids: a rule refuses.
        """
        return explain_chat(self, contact_id)

    def certainty(self, request: RehydrationRequest, *, target: str | Contact | None = None) -> Certainty:
        """Find the distinct answers to a request over all readings of the open questions.

        A refusal is an answer like another. Two answers are distinct if they continue from another contact, list other
        contacts or with another availability, differ in what is beyond the limit, or in whether they are complete.

        :raises InvalidArgument: the request or the target is not of its type.
        """
        return certainty_of(self, request, target)

    def exposure(self, contact_id: str) -> Exposure:
        """Find where the transcript of a contact is visible, and the past sessions that could expose it.

        Its own session is not listed: there it is no past contact. Where the policy refuses, nothing is visible. Where
        the records or the rules do not tell, the session is among the doubts.

        :raises ContactNotFound: no record is of the contact or refers to it.
        """
        return exposure_of(self, contact_id)

    def plan(self, show: Collection[str], hide: Collection[str] = ()) -> tuple[PlannedRequest, ...]:
        """Find the requests that show all of ``show`` and list none of ``hide``, fewest extra contacts first.

        A contact is shown if its transcript can be read. It is hidden if it is not even listed: a transcript that is
        missing today may be restored tomorrow.

        :raises NothingShows: no request does that; the error names a contact that stands in the way, and the rule.
        :raises ContactNotFound: a contact of which there is no record, and to which none refers.
        :raises InvalidArgument: nothing to show, or something else than ids.
        """
        return plan_of(self, show, hide)
