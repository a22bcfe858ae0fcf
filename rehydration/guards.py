"""Never again: the past contacts that chats show although somebody forbids it, one finding each.

This module compares what every linked chat sees with what must stay hidden. It does not decide what a chat sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, Unpack

from attrs import frozen

from rehydration.basis import Basis, Given
from rehydration.contacts import SURVEY, Contact, PastContact
from rehydration.doubts import Doubt, first_few
from rehydration.errors import InvalidArgument, RuleForbids
from rehydration.explanation import Orders
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.missing import Reach
from rehydration.sessions import ChatSession
from rehydration.sights import SeenContact, Shown, Sight, sight_of
from rehydration.walk import PAST_CONTACT_LIMIT

SURVEYS: Final = "surveys"
"""Forbids contacts that a disconnect flow made (``initiation_method=DISCONNECT``)."""

OTHER_CUSTOMERS: Final = "other-customers"
"""Forbids contacts of another customer than that of the chat."""

MEMBERS: Final = ("channel", "contact_id", "customer_id", "initial_contact_id", "initiation_method", "instance_id")
"""The members of a contact that a condition ``MEMBER=VALUE`` can name."""

_CONDITIONS: Final = f"{SURVEYS!r}, {OTHER_CUSTOMERS!r} or MEMBER=VALUE with one of the members {', '.join(MEMBERS)}"

_REASONS: Final = 3
"""So many reasons are named in the line of a finding; of more, the rest is counted."""


@frozen
class Finding:
    """One contact that a chat shows, or may show, although it is forbidden.

    ``chat_id`` is a contact that carries the link of its session, and ``customer_id`` its customer. ``seen`` is the
    past contact as the chat sees it. ``forbidden`` is the condition that it meets. ``shown`` is YES, or UNDECIDED if
    records or open questions do not decide whether the contact is shown, or if no record tells whether it meets the
    condition. ``link`` is what the session of the chat continues from. ``rules`` are those that show the contact.
    ``depends_on`` says what leaves it open, and ``assumes`` what the caller left as assumed, such as that related
    contacts are rehydrations.
    """

    chat_id: ContactId
    customer_id: str | None
    seen: SeenContact
    forbidden: str
    shown: Shown
    link: Link
    rules: tuple[RuleId, ...]
    depends_on: tuple[str, ...]
    assumes: tuple[Doubt, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        link, of = self.link, ""
        if self.seen.is_of_another_customer:
            of = f" of customer {self.seen.customer_id!r} to customer {self.customer_id!r}"
        verb = "shows" if self.seen.shown is Shown.YES else "may show"
        by = f" by {link.rehydration_type}" if link.rehydration_type else ""
        line = (
            f"{self.chat_id!r} {verb} {self.seen.contact_id!r}{of} ({self.forbidden}): "
            f"it continues from {link.continued_from_contact_id!r}{by}"
        )
        if self.shown is Shown.YES:
            return line
        return f"{line}; undecided: it depends on {'; '.join(first_few(self.depends_on, _REASONS))}"


class Shows(AssertionError):
    """Chats show what must stay hidden. ``findings`` says which chats and contacts."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Hold the findings."""
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        """List the findings, one a line."""
        return "\n".join(["chats show what must stay hidden:", *(f"  {each}" for each in self.findings)])


def guard(
    graph: ContactGraph, forbid: Iterable[str], *, allow_undecided: bool = False, **given: Unpack[Given]
) -> tuple[Finding, ...]:
    """Find every forbidden contact that a linked chat shows, in the order of the sessions' ids.

    The short way to :meth:`rehydration.History.guard`, which describes the arguments. :class:`rehydration.basis.Given`
    lists the other keyword arguments.

    :raises InvalidArgument: a condition is none, or an argument has the wrong type.
    """
    return findings_of(Basis(graph, **given), forbid, allow_undecided=allow_undecided)


def assert_hidden(graph: ContactGraph, *forbid: str, allow_undecided: bool = False, **given: Unpack[Given]) -> None:
    """Assert in a test that no linked chat shows a forbidden contact.

    ``forbid`` are conditions as for :func:`guard`.

    >>> assert_hidden(ContactGraph(), "surveys")

    :raises Shows: a chat shows one, or may show one. This is an ``AssertionError``; it lists the findings.
    :raises InvalidArgument: a condition is none, or an argument has the wrong type.
    """
    __tracebackhide__ = True  # pytest shows the test, not this function
    found = guard(graph, forbid, allow_undecided=allow_undecided, **given)
    if found:
        raise Shows(found)


@frozen
class Condition:
    """What is forbidden: contacts with a value of a member, or, without a member, those of other customers."""

    text: str
    member: str | None = None
    value: str = ""

    def meets(self, seen: SeenContact, seen_customer: str | None, chat_customer: str | None) -> Shown:
        """Tell whether a contact that a chat sees is forbidden; UNDECIDED if no record tells the member.

        ``seen_customer`` is that of the contact's record, or else the only one that records of its session name.
        """
        if self.member is not None:
            return self._meets(seen.contact)
        if seen.is_of_another_customer:
            return Shown.YES
        return Shown.UNDECIDED if chat_customer is None or seen_customer != chat_customer else Shown.NO

    def could_be_met(self, contact: PastContact) -> bool:
        """Tell whether a contact has, or may have, what is forbidden of contacts by themselves."""
        return self.member is not None and self._meets(contact) is not Shown.NO

    def _meets(self, contact: PastContact) -> Shown:
        value = getattr(contact, str(self.member), None)
        if value is None:
            return Shown.UNDECIDED
        return Shown.YES if value == self.value else Shown.NO

    def check(self, graph: ContactGraph) -> None:
        """Check that records tell what is forbidden.

        :raises InvalidArgument: no record does.
        """
        if "related_contact_id" in graph.untold:
            expected = "records that tell related contacts: none of these do, so nobody can tell what a chat shows"
            raise InvalidArgument("forbid", self.text, expected)
        member = self.member or "customer_id"
        if len(graph) and all(getattr(each, member) is None for each in graph):
            raise InvalidArgument("forbid", self.text, f"what records tell: none of them has the member {member}")


def findings_of(basis: Basis, forbid: Iterable[str], *, allow_undecided: bool) -> tuple[Finding, ...]:
    """Find every forbidden contact that a linked chat shows."""
    conditions = list(map(condition_of, _texts(forbid)))
    for each in conditions:
        each.check(basis.graph)
    watch = _Watch(basis, conditions)
    found: list[Finding] = []
    for session in sorted(basis.graph.sessions, key=lambda each: each.initial_contact_id):
        link = basis.graph.link_of(session)
        if link is not None and watch.may_find_behind(session):
            found += watch.findings(session, link)
    return tuple(each for each in found if each.shown is Shown.YES or not allow_undecided)


class _Watch:
    """What is forbidden, and what sessions hold of it. Walks go no further than answers need."""

    def __init__(self, basis: Basis, conditions: list[Condition]) -> None:
        """Look at nothing yet."""
        self._graph, self._reach, self._conditions = basis.graph, Reach(basis), conditions
        self._orders = Orders(basis)
        self._weighs_customers = any(each.member is None for each in conditions)
        self._tellings = cache(self._telling)

    def _telling(self, session: ChatSession) -> tuple[bool, frozenset[str | None]]:
        """Tell whether a contact of a session could be forbidden, and which customers its records name."""
        contacts = [each.contact for each in session]
        could = any(each.could_be_met(contact) for each in self._conditions for contact in contacts)
        return could, frozenset(each.customer_id if isinstance(each, Contact) else None for each in contacts)

    def may_find_behind(self, session: ChatSession) -> bool:
        """Tell whether a session, or one that links lead to as far as a walk could come, may hold what is forbidden."""
        at: ChatSession | None = session
        passed: set[ChatSession] = set()
        named: frozenset[str | None] = frozenset()
        while at is not None and at not in passed and len(passed) <= PAST_CONTACT_LIMIT:
            passed.add(at)
            could, customers = self._tellings(at)
            named |= customers
            if could or (self._weighs_customers and (None in named or len(named) > 1)):
                return True
            at = None if at.continues is None else at.continues.session
        return False

    def findings(self, session: ChatSession, link: Link) -> Iterator[Finding]:
        """Find what the chat with a link shows: its contact that carries the link sees the most."""
        try:
            sight = sight_of(self._reach.of(session), link.carriers[0], self._orders)
        except RuleForbids:  # the policy refuses the past of this chat, so it sees nothing
            return
        for seen in sight.contacts:
            if seen.shown is Shown.NO:
                continue
            whose = self._graph.segment(seen.contact_id).customer_id
            for condition in self._conditions:
                met = condition.meets(seen, whose, sight.customer_id)
                if met is not Shown.NO:
                    yield _finding(sight, seen, condition, met, link)


def _finding(sight: Sight, seen: SeenContact, condition: Condition, met: Shown, link: Link) -> Finding:
    depends_on = list(map(str, sight.certainty.depends_on)) if seen.shown is Shown.UNDECIDED else []
    if met is Shown.UNDECIDED:
        depends_on.append(f"{condition.member or 'customer_id'}, which no record tells")
    return Finding(
        sight.contact_id,
        sight.explanation.answer.owner,
        seen,
        condition.text,
        Shown.UNDECIDED if Shown.UNDECIDED in {seen.shown, met} else Shown.YES,
        link,
        () if seen.verdict is None else seen.verdict.rules,
        tuple(depends_on),
        sight.certainty.assumes,
    )


def _texts(forbid: object) -> list[str]:
    """Check what is forbidden."""
    if isinstance(forbid, str) or not isinstance(forbid, Iterable):
        raise InvalidArgument("forbid", forbid, f"a collection of conditions: {_CONDITIONS}")
    texts = list(dict.fromkeys(forbid))
    if not texts:
        raise InvalidArgument("forbid", forbid, f"at least one condition: {_CONDITIONS}")
    return texts


def condition_of(text: object) -> Condition:
    """Read a condition.

    :raises InvalidArgument: it is none.
    """
    if text == SURVEYS:
        return Condition(SURVEYS, "initiation_method", SURVEY)
    if text == OTHER_CUSTOMERS:
        return Condition(OTHER_CUSTOMERS)
    member, equals, value = map(str.strip, text.partition("=")) if isinstance(text, str) else ("", "", "")
    if not equals or member not in MEMBERS:
        raise InvalidArgument("forbid", text, _CONDITIONS)
    return Condition(str(text), member, value)
