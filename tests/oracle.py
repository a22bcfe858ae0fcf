"""The oracle: the rules of rehydration once more, naively, from their text alone.

It shares nothing with the engine but the catalogue of rules and the numbered decisions (docs/decisions.md);
"(20)" in a docstring is decision 20. Where the two leave room, the docstring says "our reading".

A `History` is prepared once from plain dicts and then asked many questions with `resolve` and `visible_past`. It takes
for granted that its contacts do not contradict one another.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

FROM_SEGMENT = "FROM_SEGMENT"
ENTIRE_PAST_SESSION = "ENTIRE_PAST_SESSION"
TYPES = (FROM_SEGMENT, ENTIRE_PAST_SESSION)  # the table of strategies
LAG = 60  # seconds that a transcript may take: eligibility.early-call (14), not ready (23)
LIMIT = 100  # past contacts: visibility.past-limit
LARGEST = 5_000_000  # bytes: visibility.transcript-size
UNAVAILABLE = frozenset({"missing", "deleted", "too-large"})  # what visibility.transcript-unavailable speaks of (22)

DEFAULTS = {
    "ended": "SESSION",
    "early_call": "WARN",
    "customer_mismatch": "WARN",
    "entire_source": "INITIAL_ONLY",
    "most_recent": "DISCONNECT",
    "entire_view": "SESSION",
    "link_scope": "SESSION",
    "beyond_limit": "TRUNCATE",
    "unavailable": "GAP",
}

Record = Mapping[str, Any]
Fact = Mapping[str, Any]
Policy = Mapping[str, str]


class Refused(NamedTuple):
    rule: str


class Answered(NamedTuple):
    start: str | None
    visible: tuple[tuple[str, str], ...]
    beyond: tuple[str, ...]
    incomplete: bool
    warnings: frozenset[str]
    dropped: frozenset[str]


Answer = Refused | Answered
NOTHING = Answered(None, (), (), incomplete=False, warnings=frozenset(), dropped=frozenset())


# --- a history, prepared ----------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Contact:
    """One contact, known or unknown (an unknown one: records refer to it and do not contain it)."""

    id: str
    session: Session
    known: bool = False
    chat: bool = False  # known to be a chat
    other_channel: bool = False  # known to be something else
    previous: Contact | None = None
    initiated: int | None = None
    ended: int | None = None
    customer: str | None = None
    fact: Fact | None = None
    lineage: tuple[Contact, ...] = ()  # itself, its predecessor, and so on
    rank: dict[str, tuple[float, ...]] = field(default_factory=dict)  # by reading of most_recent, without the id

    @property
    def goes_on(self) -> bool:
        return self.known and self.ended is None


@dataclass(slots=True, eq=False)
class Link:
    start: Contact
    type: str | None
    carriers: list[Contact]


@dataclass(slots=True, eq=False)
class Session:
    initial: str
    contacts: list[Contact] = field(default_factory=list)
    link: Link | None = None
    linear: bool = True
    has_unknown: bool = False
    going_on: bool = False  # a chat contact of it goes on
    end: int | None = None  # the latest disconnect of its chat contacts (14)
    begun: int | None = None  # the earliest initiation of its contacts


class Stretch(NamedTuple):
    """What a walk shows of one session."""

    session: Session
    contacts: tuple[Contact, ...]  # newest first, of other channels too
    tied: bool  # the id alone decided somewhere in the order
    has_unknown: bool
    carries_link: bool  # a contact that carries the session's link is among them
    left_out: frozenset[str]  # contacts of the session that are not among them
    other: frozenset[str]  # contacts of the session that are of another channel
    hidden: frozenset[str]  # those, and those among them that are of another channel


class History:
    """Contacts by id and their sessions, with all that questions about them have in common."""

    def __init__(self, contacts: list[dict[str, Any]], *, ends_are_told: bool = False) -> None:
        self.ends_are_told = ends_are_told
        self.contacts: dict[str, Contact] = {}
        self._starts: dict[tuple[str, str], tuple[Contact, bool]] = {}
        self._stretches: dict[tuple[str, bool, str], Stretch] = {}
        sessions: dict[str, Session] = {}
        for name, initial in _session_of_each(contacts).items():
            session = sessions.setdefault(initial, Session(initial))
            contact = self.contacts[name] = Contact(name, session)
            session.contacts.append(contact)
        for record in contacts:
            _fill(self.contacts, record)
        for contact in self.contacts.values():
            contact.lineage = _lineage(contact)
            contact.rank = _ranks(contact)
        for session in sessions.values():
            _sum_up(session)
        for record in contacts:
            _add_link(self.contacts, record)

    def most_recent(self, session: Session, reading: str) -> tuple[Contact, bool]:
        """start.most-recent (9): of the ended chats; else of the unknown contacts; else of the other chats."""
        key = session.initial, reading
        if key not in self._starts:
            chats = [contact for contact in session.contacts if contact.chat]
            ended = [contact for contact in chats if not contact.goes_on]
            unknown = [contact for contact in session.contacts if not contact.known]
            self._starts[key] = _most_recent(ended or unknown or chats, reading)
        return self._starts[key]

    def stretch(self, start: Contact, reading: str, *, whole: bool) -> Stretch:
        """The whole session of a contact, or the contact and its predecessors."""
        key = start.id, whole, reading
        known = self._stretches.get(key)
        if known is None:
            known = self._stretches[key] = _stretch(start, reading, whole=whole)
        return known


def _own(record: Record, name: str) -> str | None:
    """identity.initial-encodings, (1): an id that names the contact itself says nothing."""
    named: str | None = record.get(name)
    return None if named == record["id"] else named


def _session_of_each(records: Collection[Record]) -> dict[str, str]:
    """identity.session, identity.window, (3): each contact, known or referred to, with its session's initial one."""
    session = {record["id"]: _own(record, "initial") or record["id"] for record in records}
    for record in records:
        for name in ("initial", "previous"):
            named = _own(record, name)
            if named is not None:
                session.setdefault(named, session[record["id"]])
    for record in records:
        related = _own(record, "related")
        if related is not None:
            session.setdefault(related, related)
    return session


def _fill(contacts: dict[str, Contact], record: Record) -> None:
    """The facts of a record. (2): without a channel it is a chat."""
    contact = contacts[record["id"]]
    contact.known = True
    contact.chat = (record.get("channel") or "CHAT") == "CHAT"
    contact.other_channel = not contact.chat
    previous = _own(record, "previous")
    contact.previous = None if previous is None else contacts[previous]
    contact.initiated = record.get("initiated")
    contact.ended = record.get("ended")
    contact.customer = record.get("customer")
    contact.fact = record.get("transcript")


def _lineage(contact: Contact) -> tuple[Contact, ...]:
    """visibility.predecessors: a contact and all before it, nearest first."""
    lineage = []
    here: Contact | None = contact
    while here is not None:
        lineage.append(here)
        here = here.previous
    return tuple(lineage)


def _ranks(contact: Contact) -> dict[str, tuple[float, ...]]:
    """start.most-recent, (5), (8): known before unknown, the criterion, the other two; the greatest is most recent."""
    known = float(contact.known)
    disconnect = math.inf if contact.ended is None else contact.ended
    initiation = -math.inf if contact.initiated is None else contact.initiated
    depth = len(contact.lineage) - 1
    return {
        "DISCONNECT": (known, disconnect, initiation, depth),
        "INITIATION": (known, initiation, disconnect, depth),
        "DEPTH": (known, depth, disconnect, initiation),
    }


def _sum_up(session: Session) -> None:
    """identity.session-end, (4), (14): is it linear, does it go on, when did it end."""
    contacts = session.contacts
    followed = [contact.previous for contact in contacts if contact.previous is not None]
    session.linear = len(contacts) - len(followed) == 1 and len(set(followed)) == len(followed)
    session.has_unknown = any(not contact.known for contact in contacts)
    session.going_on = any(contact.chat and contact.goes_on for contact in contacts)
    ends = [contact.ended for contact in contacts if contact.chat and contact.ended is not None]
    session.end = max(ends, default=None)
    session.begun = min((contact.initiated for contact in contacts if contact.initiated is not None), default=None)


def _add_link(contacts: dict[str, Contact], record: Record) -> None:
    """identity.link-of-session, (6): several contacts may carry the link.

    Our reading: one of them that knows the type is enough; where the type is known, `related_is_link` is not asked.
    """
    related = _own(record, "related")
    if related is None:
        return
    carrier, start, kind = contacts[record["id"]], contacts[related], record.get("type")
    if kind is None and not (record.get("related_is_link", True) and _reads_as_link(carrier, start)):
        return
    session = carrier.session
    if session.link is None:
        session.link = Link(start, kind, [])
    session.link.type = session.link.type or kind
    session.link.carriers.append(carrier)


def _reads_as_link(carrier: Contact, start: Contact) -> bool:
    """identity.related-read-as-link: of a chat, to no contact of its own session or known one of another channel."""
    return carrier.chat and carrier.session is not start.session and not start.other_channel


def _most_recent(contacts: Iterable[Contact], reading: str) -> tuple[Contact, bool]:
    """start.most-recent (8): the greatest; and whether its id alone made it so."""
    first, *others = sorted(contacts, key=lambda contact: (contact.rank[reading], contact.id), reverse=True)
    return first, bool(others) and others[0].rank[reading] == first.rank[reading]


def _newest_first(contacts: Iterable[Contact], reading: str) -> tuple[tuple[Contact, ...], bool]:
    """visibility.order (10): again and again the most recent of those whose successors are all listed."""
    waiting, listed, tied = list(contacts), [], False
    while waiting:
        followed = {contact.previous for contact in waiting}
        chosen, by_id = _most_recent((contact for contact in waiting if contact not in followed), reading)
        waiting.remove(chosen)
        listed.append(chosen)
        tied = tied or by_id
    return tuple(listed), tied


def _stretch(start: Contact, reading: str, *, whole: bool) -> Stretch:
    session = start.session
    contacts, tied = _newest_first(session.contacts if whole else start.lineage, reading)
    left_out = frozenset(contact.id for contact in session.contacts if contact not in contacts)
    return Stretch(
        session=session,
        contacts=contacts,
        tied=tied,
        has_unknown=any(not contact.known for contact in contacts),
        carries_link=session.link is not None and any(carrier in contacts for carrier in session.link.carriers),
        left_out=left_out,
        other=frozenset(contact.id for contact in session.contacts if contact.other_channel),
        hidden=left_out | {contact.id for contact in contacts if contact.other_channel},
    )


# --- may it be done ---------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What a question is asked of, and the warnings its answer will carry."""

    history: History
    policy: Policy
    transcripts: Mapping[str, Fact]
    now: int | None
    warnings: set[str]

    def reads(self, name: str, reading: str) -> bool:
        """Is this the reading of a field of the policy? A field that is not given has its default."""
        return self.policy.get(name, DEFAULTS[name]) == reading


def _refusal(asked: Asked, kind: str | None, source: str, target: str | None) -> str | None:
    """(11): the checks in their order; the first that fails is the refusal."""
    rule = _check_type(kind) or _check_target_found(asked, target) or _check_source_found(asked, source)
    if rule:
        return rule
    contact = asked.history.contacts[source]
    chat = None if target is None else asked.history.contacts[target]
    return (
        _check_target(asked, chat, contact)
        or _check_source_is_chat(contact)
        or _check_ended(asked, contact)
        or _check_early(asked, contact)
        or _check_customer(asked, contact, chat)
        or _check_strategy(asked, contact, kind)
    )


def _check_type(kind: str | None) -> str | None:
    """eligibility.type-required."""
    return None if kind in TYPES else "eligibility.type-required"


def _check_target_found(asked: Asked, target: str | None) -> str | None:
    """eligibility.target-live (12): a target that no record is of is not found, referred to or not."""
    if target is None:
        return None
    contact = asked.history.contacts.get(target)
    return None if contact and contact.known else "eligibility.target-live"


def _check_source_found(asked: Asked, source: str) -> str | None:
    """eligibility.source-exists, eligibility.beyond-retention."""
    contact = asked.history.contacts.get(source)
    if contact is None:
        return "eligibility.source-exists"
    if not contact.known:
        asked.warnings.add("eligibility.source-exists")
    if asked.now is not None and contact.initiated is not None and contact.initiated < _two_years_before(asked.now):
        return "eligibility.beyond-retention"
    return None


def _two_years_before(now: int) -> float:
    """eligibility.retention: 24 calendar months (UTC); our reading: from 29 February back to 28 February."""
    date = datetime.fromtimestamp(now, UTC)
    day = 28 if (date.month, date.day) == (2, 29) else date.day
    return date.replace(year=date.year - 2, day=day).timestamp()


def _is_overdue(asked: Asked, session: Session) -> bool:
    """identity.end-untold: no chat lasts longer than 10,080 minutes. Who tells every end knows better."""
    if asked.now is None or session.begun is None or asked.history.ends_are_told:
        return False
    return asked.now - session.begun > 10_080 * 60


def _check_target(asked: Asked, target: Contact | None, source: Contact) -> str | None:
    """eligibility.target-is-chat, .target-live, .once-per-chat, .source-in-another-session."""
    if target is None:
        return None
    if not target.chat:
        return "eligibility.target-is-chat"
    if not target.goes_on or _is_overdue(asked, target.session):
        return "eligibility.target-live"
    if target.session.link is not None:
        return "eligibility.once-per-chat"
    return "eligibility.source-in-another-session" if source.session is target.session else None


def _check_source_is_chat(source: Contact) -> str | None:
    """eligibility.source-is-chat (12): an unknown source passes."""
    return "eligibility.source-is-chat" if source.other_channel else None


def _check_ended(asked: Asked, source: Contact) -> str | None:
    """eligibility.session-ended, .ended-scope (13), .unknown-end: an unknown contact counts as ended."""
    if source.session.has_unknown:
        asked.warnings.add("eligibility.unknown-end")
    if source.session.going_on and _is_overdue(asked, source.session):
        asked.warnings.add("identity.end-untold")
        return None
    if source.goes_on:
        return "eligibility.session-ended"
    return "eligibility.ended-scope" if source.session.going_on and asked.reads("ended", "SESSION") else None


def _check_early(asked: Asked, source: Contact) -> str | None:
    """eligibility.early-call (14): less than 60 s after the session's last disconnect, or before it.

    Our reading: where others of the session go on (`ended`: SEGMENT), the last disconnect so far.
    """
    end = source.session.end
    if asked.now is None or end is None or asked.now >= end + LAG:
        return None
    asked.warnings.add("eligibility.early-call")
    return "eligibility.early-call" if asked.reads("early_call", "REFUSE") else None


def _check_customer(asked: Asked, source: Contact, target: Contact | None) -> str | None:
    """eligibility.customer-mismatch (15): both records name a customer, and not the same."""
    if target is None or None in (source.customer, target.customer) or source.customer == target.customer:
        return None
    asked.warnings.add("eligibility.customer-mismatch")
    return "eligibility.customer-mismatch" if asked.reads("customer_mismatch", "REFUSE") else None


def _leads_back(start: Contact, target: Contact) -> bool:
    """(11): would the link close a circle of contacts?"""
    ahead: list[Contact] = [start]
    met: set[str] = set()
    while ahead:
        here = ahead.pop()
        if here is target:
            return True
        if here.id in met:
            continue
        met.add(here.id)
        link = here.session.link
        ahead += [here.previous] if here.previous else []
        ahead += [link.start] if link and here in link.carriers else []
    return False


def _check_strategy(asked: Asked, source: Contact, kind: str | None) -> str | None:
    """start.entire-takes-initial, start.entire-given-another."""
    if kind == FROM_SEGMENT or source.id == source.session.initial:
        return None
    return "start.entire-given-another" if asked.reads("entire_source", "INITIAL_ONLY") else None


# --- what is seen -----------------------------------------------------------------------------------------------------


def _stretches(asked: Asked, start: Contact, kind: str | None, visited: list[Session]) -> Iterator[Stretch]:
    """visibility.cumulative, .cut-persists, .backward-only (17): what is shown of session after session, over links.

    It ends where no link counts (19), at an unknown contact (18), and at a link into a session that was visited:
    visibility.visit-once (20).
    """
    reading = asked.policy.get("most_recent", DEFAULTS["most_recent"])
    while start.session not in visited:
        session = start.session
        visited.append(session)
        stretch = asked.history.stretch(start, reading, whole=_shows_whole(asked, session, kind))
        _warn_of_stretch(asked, stretch, start, kind)
        yield stretch
        link = session.link
        if link is None or stretch.has_unknown or not (stretch.carries_link or asked.reads("link_scope", "SESSION")):
            return
        start, kind = link.start, link.type
    asked.warnings.add("visibility.visit-once")


def _shows_whole(asked: Asked, session: Session, kind: str | None) -> bool:
    """visibility.entire-linear, .entire-branched, .later-dropped (16); an unknown type is walked like FROM_SEGMENT."""
    return kind == ENTIRE_PAST_SESSION and (session.linear or asked.reads("entire_view", "SESSION"))


def _warn_of_stretch(asked: Asked, stretch: Stretch, start: Contact, kind: str | None) -> None:
    """visibility.type-of-link, .type-from-start (16) and start.most-recent (10)."""
    if kind is None and stretch.left_out - stretch.other:
        reading = asked.policy.get("most_recent", DEFAULTS["most_recent"])
        has_chat = any(each.chat or not each.known for each in start.session.contacts)
        if has_chat and asked.history.most_recent(start.session, reading)[0] is start:
            asked.warnings.add("visibility.type-of-link")
    if stretch.tied:
        asked.warnings.add("start.most-recent")


def _availability(asked: Asked, contact: Contact) -> str:
    """(18), (22), (23): an unknown contact is unknown; a fact given for it, else its record, else its end decides."""
    if not contact.known:
        return "unknown"
    fact = asked.transcripts.get(contact.id) or contact.fact
    if fact:
        return _of_fact(fact)
    if contact.ended is None:
        return "available" if _is_overdue(asked, contact.session) else "not-ready"
    if asked.now is not None and asked.now < contact.ended + LAG:
        return "not-ready"
    return "available"


def _of_fact(fact: Fact) -> str:
    """visibility.transcript-place, visibility.transcript-size.

    Our reading: in the wrong place is missing, whatever its size; both matter only of a transcript that is there.
    """
    status: str = fact.get("status") or "available"
    if status != "available":
        return status
    if fact.get("misplaced"):
        return "missing"
    size = fact.get("size")
    return "too-large" if size is not None and size > LARGEST else "available"


def _see(asked: Asked, start: Contact, kind: str | None, visited: list[Session]) -> Answer:
    """visibility.past-limit and -counts, .beyond-limit (21), .transcript-unavailable (22), .other-channels (24).

    Our reading: the walk is refused by what it meets first.
    """
    visible: list[tuple[str, str]] = []
    beyond: list[str] = []
    dropped: set[str] = set()
    entered = 0
    said = set(asked.warnings)
    for stretch in _stretches(asked, start, kind, visited):
        dropped |= stretch.hidden
        for contact in stretch.contacts:
            entered += 1
            if entered > LIMIT:
                if asked.reads("beyond_limit", "REFUSE"):
                    return Refused("visibility.beyond-limit")
                said.add("visibility.beyond-limit")
                beyond += [] if contact.other_channel else [contact.id]
                continue
            said |= asked.warnings
            if not contact.other_channel:
                availability = _availability(asked, contact)
                if availability in UNAVAILABLE and not asked.reads("unavailable", "GAP"):
                    if asked.reads("unavailable", "REFUSE"):
                        return Refused("visibility.transcript-unavailable")
                    asked.warnings.add("visibility.transcript-unavailable")
                    return _answered(asked, start, visible, [], dropped | _rest(stretch, contact))
                visible.append((contact.id, availability))
    if entered > LIMIT:
        asked.warnings.clear()
        asked.warnings.update(said)
    return _answered(asked, start, visible, beyond, dropped)


def _rest(stretch: Stretch, last: Contact) -> set[str]:
    """(22): what would have been shown of a session after the contact that STOP stops at."""
    return {contact.id for contact in stretch.contacts[stretch.contacts.index(last) + 1 :]}


def _answered(
    asked: Asked, start: Contact, visible: list[tuple[str, str]], beyond: list[str], dropped: set[str]
) -> Answered:
    """visibility.unknown-contact (18): an unknown contact that is listed makes the answer incomplete."""
    seen = {availability for _, availability in visible}
    incomplete = "unknown" in seen
    if incomplete:
        asked.warnings.add("visibility.unknown-contact")
    if not UNAVAILABLE.isdisjoint(seen):
        asked.warnings.add("visibility.transcript-unavailable")
    return Answered(start.id, tuple(visible), tuple(beyond), incomplete, frozenset(asked.warnings), frozenset(dropped))


# --- the two questions ------------------------------------------------------------------------------------------------


def resolve(  # noqa: PLR0913 - what a question is made of
    history: History,
    rehydration_type: str | None,
    source: str,
    policy: Policy,
    *,
    target: str | None = None,
    transcripts: Mapping[str, Fact] | None = None,
    now: int | None = None,
) -> Answer:
    """What a new chat sees that is rehydrated from a source, or the rule by which it may not be."""
    asked = Asked(history, policy, transcripts or {}, now, set())
    rule = _refusal(asked, rehydration_type, source, target)
    if rule:
        return Refused(rule)
    start = history.contacts[source]
    if rehydration_type == ENTIRE_PAST_SESSION:  # start.entire-past-session; start.from-segment: the source itself
        start, tied = history.most_recent(start.session, policy.get("most_recent", DEFAULTS["most_recent"]))
        if tied:
            asked.warnings.add("start.most-recent")
    if target is not None and _leads_back(start, history.contacts[target]):
        return Refused("identity.predecessors-form-a-tree")
    visited = [] if target is None else [history.contacts[target].session]
    return _see(asked, start, rehydration_type, visited)


def visible_past(
    history: History,
    contact_id: str,
    policy: Policy,
    *,
    transcripts: Mapping[str, Fact] | None = None,
    now: int | None = None,
) -> Answer:
    """What a contact of an already linked session sees: visibility.link-scope for the link itself, then the walk.

    Our reading: an id nobody has heard of is refused; an unknown contact is found (eligibility.source-exists).
    """
    asked = Asked(history, policy, transcripts or {}, now, set())
    contact = history.contacts.get(contact_id)
    if contact is None:
        return Refused("eligibility.source-exists")
    link = contact.session.link
    if link is None or not (_carries(contact, link) or asked.reads("link_scope", "SESSION")):
        return NOTHING
    return _see(asked, link.start, link.type, [contact.session])


def _carries(contact: Contact, link: Link) -> bool:
    """visibility.link-scope: a link counts for the contact that carries it and those after it."""
    return any(carrier in contact.lineage for carrier in link.carriers)
