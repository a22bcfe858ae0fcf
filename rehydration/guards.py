"""Never again: the past contacts that chats show although somebody forbids it, one finding each.

This module compares what every linked chat sees with what must stay hidden, and says once what may be shown over links
that no record tells. It does not decide what a chat sees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from itertools import chain
from typing import Final, Unpack

from attrs import evolve, field, frozen

from rehydration.basis import Basis, Given
from rehydration.contacts import SURVEY, Contact, PastContact
from rehydration.doubts import Doubt, first_few
from rehydration.errors import InvalidArgument
from rehydration.explanation import Orders
from rehydration.exposures import LookingBack
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.missing import Lead, PerhapsLinked, Reach
from rehydration.other_starts import is_lost
from rehydration.sessions import ChatSession, Segment
from rehydration.sights import SeenContact, Shown, shown_of
from rehydration.walk import PAST_CONTACT_LIMIT

SURVEYS: Final = "surveys"
"""Forbids contacts that a disconnect flow made (``initiation_method=DISCONNECT``)."""

OTHER_CUSTOMERS: Final = "other-customers"
"""Forbids contacts of another customer than that of the chat."""

MEMBERS: Final = ("channel", "contact_id", "customer_id", "initial_contact_id", "initiation_method", "instance_id")
"""The members of a contact that a condition ``MEMBER=VALUE`` can name."""

_IN_CAPITALS: Final = ("channel", "initiation_method")
"""The members whose values Amazon Connect writes in capitals."""

_CONDITIONS: Final = f"{SURVEYS!r}, {OTHER_CUSTOMERS!r} or MEMBER=VALUE with one of the members {', '.join(MEMBERS)}"

_WINDOW: Final = RuleId("identity.window")
_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_SESSIONS: Final = 3
"""Of so many sessions one is neither that of a chat nor that of the unknown contact from which it continues."""

_LISTED: Final = 40
"""So many findings are listed where an assertion fails; the others are counted."""

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

    ``chat_id`` and ``link`` are None if it is the link that no record tells: chats with unknown contacts may show the
    contact. Each condition has at most one such finding. Of the contacts that may be shown, it names the one whose
    session began first.
    """

    chat_id: ContactId | None
    customer_id: str | None
    seen: SeenContact
    forbidden: str
    shown: Shown
    link: Link | None
    rules: tuple[RuleId, ...]
    depends_on: tuple[str, ...]
    assumes: tuple[Doubt, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        if self.shown is Shown.YES:
            return self._head
        return f"{self._head}; undecided: {'; '.join(first_few(self.depends_on, _REASONS))}"

    @property
    def _head(self) -> str:
        link, of = self.link, ""
        if link is None:
            what = f"{self.seen.contact_id!r} ({self.forbidden}), and perhaps others"
            return f"a chat may show {what}, over a link that no record tells"
        if self.seen.is_of_another_customer:
            of = f" of customer {self.seen.customer_id!r} to customer {self.customer_id!r}"
        verb = "shows" if self.seen.shown is Shown.YES else "may show"
        by = f" by {link.rehydration_type}" if link.rehydration_type else ""
        return (
            f"{self.chat_id!r} {verb} {self.seen.contact_id!r}{of} ({self.forbidden}): "
            f"it continues from {link.continued_from_contact_id!r}{by}"
        )


class Shows(AssertionError):
    """Chats show what must stay hidden. ``findings`` says which chats and contacts."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Hold the findings."""
        super().__init__(findings)
        self.findings = findings

    def __str__(self) -> str:
        """List the first findings, one a line, and count the others."""
        return "\n  ".join(["chats show what must stay hidden:", *first_few(self.findings, _LISTED)])


def guard(
    graph: ContactGraph, forbid: Iterable[str], *, allow_undecided: bool = False, **given: Unpack[Given]
) -> tuple[Finding, ...]:
    """Find every forbidden contact that a chat shows or may show, in the order of the sessions' ids.

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
    """What is forbidden: contacts with a value of a member, or, without a member, those of other customers.

    ``disputed`` are contacts whose records differ in the member, where no time tells which is the latest, with what
    says so.
    """

    text: str
    member: str | None = None
    value: str = ""
    disputed: Mapping[ContactId, Doubt] = field(factory=dict, eq=False)

    def meets(self, seen: SeenContact, seen_customer: str | None, chat_customer: str | None) -> Shown:
        """Tell whether a contact that a chat sees is forbidden; UNDECIDED if no record tells the member.

        ``seen_customer`` is that of the contact's record, or else the only one that records of its session name.
        """
        if self.member is not None:
            return self._meets(seen.contact)
        if seen.is_of_another_customer and seen_customer is not None and chat_customer is not None:
            return Shown.YES
        return Shown.UNDECIDED if chat_customer is None or seen_customer != chat_customer else Shown.NO

    def is_met_in(self, graph: ContactGraph) -> bool:
        """Tell whether a record of a graph has the value that is forbidden, where a value is."""
        return self.member is None or any(getattr(each, self.member) == self.value for each in graph)

    def could_be_met(self, contact: PastContact) -> bool:
        """Tell whether a contact has, or may have, what is forbidden of contacts by themselves."""
        return self.member is not None and self._meets(contact) is not Shown.NO

    def kind_of(self, segment: Segment) -> object:
        """Say what contacts have in common that it forbids to the same chats, or may; None if it does not."""
        if self.member is None:
            customer_id = self.customer_of(segment)
            return customer_id is not None and _names_customer(segment), customer_id
        met = self._meets(segment.contact)
        return None if met is Shown.NO else met

    def customer_of(self, segment: Segment) -> str | None:
        """Give the customer of a contact; None if no record tells it, or records differ in it."""
        naming = (segment,) if _names_customer(segment) else segment.session
        return None if any(each.contact_id in self.disputed for each in naming) else segment.customer_id

    def untold(self, seen: Segment, chat: ChatSession) -> str:
        """Say that no record tells whether a contact is forbidden to a chat, or that records differ in it."""
        naming = (seen,) if self.member is not None else (*seen.session, *chat)
        differ = (str(self.disputed[each.contact_id]) for each in naming if each.contact_id in self.disputed)
        return next(differ, f"{self.member or 'customer_id'}, which no record tells")

    def _meets(self, contact: PastContact) -> Shown:
        told = self.disputed.get(contact.contact_id)
        if told is not None:
            return Shown.UNDECIDED if self.value in told.readings else Shown.NO
        value = getattr(contact, str(self.member), None)
        if value is None:
            return Shown.UNDECIDED
        return Shown.YES if value == self.value else Shown.NO

    def in_records_of(self, graph: ContactGraph) -> Condition:
        """Check that records tell what is forbidden, and note where they differ in it.

        :raises InvalidArgument: no record tells it.
        """
        if "related_contact_id" in graph.untold:
            expected = "records that tell related contacts: none of these do, so nobody can tell what a chat shows"
            raise InvalidArgument("forbid", self.text, expected)
        member = self.member or "customer_id"
        if len(graph) and all(getattr(each, member) is None for each in graph):
            raise InvalidArgument("forbid", self.text, f"what records tell: none of them has the member {member}")
        differing = (each for each in graph.disagreements if each.subject[1:] == (member,))
        return evolve(self, disputed={ContactId(each.subject[0]): each for each in differing})


def findings_of(
    basis: Basis,
    forbid: Iterable[str],
    *,
    allow_undecided: bool,
    watched: Callable[[Sequence[ChatSession]], Iterable[ChatSession]] = iter,
) -> tuple[Finding, ...]:
    """Find every forbidden contact that a chat shows, then what may be shown over links that no record tells.

    ``watched`` is handed the sessions and gives them back one by one, so that somebody can watch.
    """
    conditions = [each.in_records_of(basis.graph) for each in _conditions(forbid)]
    watch = _Watch(basis, conditions)
    found: list[Finding] = []
    for session in watched(sorted(basis.graph.sessions, key=lambda each: each.initial_contact_id)):
        link = basis.graph.link_of(session)
        if link is not None and watch.may_find_behind(session):
            found += watch.findings(session, link)
    found += watch.findings_over_untold_links()
    return tuple(each for each in found if each.shown is Shown.YES or not allow_undecided)


class _Watch:
    """What is forbidden, and what sessions hold of it. Walks go no further than answers need."""

    def __init__(self, basis: Basis, conditions: list[Condition]) -> None:
        """Look at nothing yet."""
        self._graph, self._reach, self._conditions = basis.graph, Reach(basis), conditions
        self._basis = basis
        self._orders, self._looking_back = Orders(basis), LookingBack(basis)
        self._of_others = next((each for each in conditions if each.member is None), None)
        self._tellings = cache(self._telling)

    def _telling(self, session: ChatSession) -> tuple[bool, frozenset[str | None]]:
        """Tell whether a contact of a session could be forbidden, and which customers its records name."""
        contacts = [each.contact for each in session]
        could = any(each.could_be_met(contact) for each in self._conditions for contact in contacts)
        customers = {each.customer_id if isinstance(each, Contact) else None for each in contacts}
        is_disputed = any(each.contact_id in condition.disputed for condition in self._conditions for each in contacts)
        return could, frozenset({*customers, None} if is_disputed else customers)

    def may_find_behind(self, session: ChatSession) -> bool:
        """Tell whether a session, or one that links lead to as far as a walk could come, may hold what is forbidden."""
        at: ChatSession | None = session
        passed: set[ChatSession] = set()
        named: frozenset[str | None] = frozenset()
        while at is not None and at not in passed and len(passed) <= PAST_CONTACT_LIMIT:
            passed.add(at)
            could, customers = self._tellings(at)
            named |= customers
            if could or (self._of_others is not None and (None in named or len(named) > 1)):
                return True
            at = None if at.continues is None else at.continues.session
        return False

    def findings(self, session: ChatSession, link: Link) -> Iterator[Finding]:
        """Find what the chat with a link shows: its contact that carries the link sees the most."""
        basis, carrier = self._reach.of(session), self._graph.segment(link.carriers[0])
        wanted = partial(self._wanted, carrier)
        shown, certainty = shown_of(basis, carrier.contact_id, wanted, self._orders, self._looking_back)
        for seen in shown:
            segment = self._graph.segment(seen.contact_id)
            doubts = [*map(str, certainty.depends_on)] if seen.shown is Shown.UNDECIDED else []
            for condition in self._conditions:
                met = condition.meets(seen, condition.customer_of(segment), condition.customer_of(carrier))
                if met is not Shown.NO:
                    why = [condition.untold(segment, session)] if met is Shown.UNDECIDED else []
                    yield _finding(carrier, seen, condition, met, link, (*doubts, *why), certainty.assumes)

    def _wanted(self, chat: Segment, shown: frozenset[ContactId]) -> frozenset[ContactId]:
        """Pick from what a chat shows what may be forbidden there."""
        wanted = shown & self._could_be_met
        if self._of_others is not None:
            wanted |= shown - self._by_customer[self._of_others.customer_of(chat)]
        return wanted

    @cached_property
    def _could_be_met(self) -> frozenset[ContactId]:
        """The contacts that have, or may have, what is forbidden of contacts by themselves."""
        return frozenset(
            segment.contact_id
            for segment in chain.from_iterable(self._graph.sessions)
            if any(each.could_be_met(segment.contact) for each in self._conditions)
        )

    @cached_property
    def _by_customer(self) -> Mapping[str | None, frozenset[ContactId]]:
        """By customer the contacts that are theirs, by their record or by the others of its session."""
        found: defaultdict[str | None, set[ContactId]] = defaultdict(set)
        for segment in chain.from_iterable(self._graph.sessions):
            customer_id = None if self._of_others is None else self._of_others.customer_of(segment)
            if customer_id is not None:
                found[customer_id].add(segment.contact_id)
        return defaultdict(frozenset, {each: frozenset(ids) for each, ids in found.items()})

    def findings_over_untold_links(self) -> Iterator[Finding]:
        """Find for each condition, once, what chats may show over links that no record tells."""
        perhaps = PerhapsLinked(self._graph)
        leads = list(perhaps.leads)
        places = self._places() if leads else []
        for condition in self._conditions:
            wanted = list(_first_of_each_kind(condition, places))
            found = [(lead, place) for lead in leads for place in _first_met(condition, lead, wanted)]
            if found:
                first = min((place for _, place in found), key=_Place.rank)
                yield first.finding(condition, perhaps.behind(lead for lead, _ in found))

    def _places(self) -> list[_Place]:
        """List the contacts that a link could show, those of sessions that began first first."""
        found = [
            _Place(begun, segment)
            for session in self._graph.sessions
            for begun in [session.begun_since or _ANY_TIME]
            for segment in session
            if segment.is_listed and not is_lost(self._basis, segment)
        ]
        return sorted(found, key=_Place.rank)


@frozen
class _Place:
    """A contact that a link could show, when its session began, and whether a condition forbids it."""

    begun: datetime
    segment: Segment
    met: Shown = Shown.YES
    is_of_another_customer: bool = False

    def rank(self) -> tuple[bool, datetime, ContactId]:
        """Rank what is forbidden for sure first."""
        return self.met is not Shown.YES, self.begun, self.segment.contact_id

    @property
    def seen(self) -> SeenContact:
        segment, initial = self.segment, self.segment.session.initial_contact_id
        return SeenContact(segment.contact, initial, Shown.UNDECIDED, None, self.is_of_another_customer)

    def seen_by(self, condition: Condition, chat: ChatSession) -> _Place:
        """Tell whether a condition forbids to show it to a chat."""
        own = None if self.segment.known is None else self.segment.known.customer_id
        customer_id = None if any(each.contact_id in condition.disputed for each in chat) else chat.customer_id
        other = evolve(self, is_of_another_customer=None not in (own, customer_id) and own != customer_id)
        return evolve(other, met=condition.meets(other.seen, condition.customer_of(self.segment), customer_id))

    def finding(self, condition: Condition, doubts: Iterable[Doubt]) -> Finding:
        """Make the finding of it."""
        untold = [condition.untold(self.segment, self.segment.session)] if self.met is Shown.UNDECIDED else []
        depends_on = (*map(str, doubts), *untold)
        return Finding(None, None, self.seen, condition.text, Shown.UNDECIDED, None, (_WINDOW,), depends_on)


def _first_of_each_kind(condition: Condition, places: Iterable[_Place]) -> Iterator[_Place]:
    """Leave of contacts that a condition forbids alike those of the first few sessions."""
    kept: dict[object, set[ChatSession]] = {}
    for place in places:
        segment = place.segment
        kind = condition.kind_of(segment)
        if kind is None:
            continue
        sessions = kept.setdefault(kind, set())
        if segment.session not in sessions and len(sessions) < _SESSIONS:
            sessions.add(segment.session)
            yield place


def _first_met(condition: Condition, lead: Lead, places: Iterable[_Place]) -> list[_Place]:
    """Find the first contact to which a link may lead and that is forbidden for sure, or else the first that may be."""
    perhaps: list[_Place] = []
    for each in places:
        if each.begun > lead.latest:
            break
        if lead.may_come_to(each.segment.session):
            seen = each.seen_by(condition, lead.session)
            if seen.met is Shown.YES:
                return [seen]
            perhaps += [seen] if seen.met is Shown.UNDECIDED and not perhaps else []
    return perhaps


def _finding(  # noqa: PLR0913  # what a finding is made of
    carrier: Segment,
    seen: SeenContact,
    condition: Condition,
    met: Shown,
    link: Link,
    depends_on: tuple[str, ...],
    assumes: tuple[Doubt, ...],
) -> Finding:
    return Finding(
        carrier.contact_id,
        carrier.customer_id,
        seen,
        condition.text,
        Shown.UNDECIDED if Shown.UNDECIDED in {seen.shown, met} else Shown.YES,
        link,
        () if seen.verdict is None else seen.verdict.rules,
        depends_on,
        assumes,
    )


def _names_customer(segment: Segment) -> bool:
    return segment.known is not None and segment.known.customer_id is not None


def _conditions(forbid: object) -> list[Condition]:
    """Check what is forbidden."""
    if isinstance(forbid, str) or not isinstance(forbid, Iterable):
        raise InvalidArgument("forbid", forbid, f"a collection of conditions: {_CONDITIONS}")
    conditions = list(dict.fromkeys(map(condition_of, forbid)))
    if not conditions:
        raise InvalidArgument("forbid", forbid, f"at least one condition: {_CONDITIONS}")
    return conditions


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
    if member in _IN_CAPITALS and value != value.upper():
        raise InvalidArgument("forbid", text, f"{member}={value.upper()}: Amazon Connect writes it in capitals")
    return Condition(str(text), member, value)
