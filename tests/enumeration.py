"""Every small history that a question can tell from the others, for testing the engine exhaustively.

A question looks backwards over links only. So a history is a *lineage*: sessions S0, S1, ..., Sm, the question is about
S0, and each session is linked to the next. The last one has no link, or one back into an earlier session (a circle).
A lineage of n contacts is made of

- the sizes of its sessions, which add up to n;
- of each session a predecessor tree: contact k follows any earlier one; contacts are initiated in this order;
- of each session which contacts have ended, and in what order (no two at once);
- of each link the contact that carries it, the contact it leads to, and its type, if known.

Links that close a cycle through links and predecessors contradict themselves (decision 7) and are left out, as are
links into the own session, which are none. Ids are dealt out so that their order has nothing to do with time.

`reduced=True` asks one history of every class whose members the rules cannot tell apart under the policies of
`policies()`, without a target, `now` or facts about transcripts. Two reductions, both exact:

1. *Links back.* When the walk has come to Sm it has visited every earlier session. A link from there that counts ends
   the walk with `visibility.visit-once` wherever it leads and whatever its type; whether it counts depends on its
   carrier. So for each carrier one link back stands for all that close no cycle (if there is any).
2. *Ends in past sessions.* How contacts of S1, S2, ... ended is looked at in two places only: a contact that is shown
   and goes on is not ready (23), and a choice in the order of a list goes by disconnects, among others (8, 10).
   Eligibility (11) and the start contact (9) look at the source's session, S0. Entered over a link of type FROM_SEGMENT
   or of unknown type, a session shows the start contact and its predecessors: a chain, whose order leaves no choice;
   only which contacts *of this chain* go on is seen. Entered over ENTIRE_PAST_SESSION, a linear session is shown in
   full and leaves no choice either; only which contacts go on is seen. A branched one keeps all its variants.

Both leave out the warning `visibility.type-of-link`, which depends on who was the most recent of a past session.

Which member stands for its class is dealt out in rotation, so that others take their turn elsewhere, should the engine
look at something that it has no business to look at. S0 is never reduced. `class_of` names the class of a history, so
that tests can check the reductions against the full enumeration.

A third one is `telling_policies`: of the 48 policies those that a question can tell apart.

What is not here, because no history of a few contacts in the public shape shows it or because it multiplies without
end: unknown contacts, other channels, several carriers of one link, ties in time, targets, `now`, facts about
transcripts, and more than 100 past contacts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, pairwise, permutations, product
from typing import Any, NamedTuple, TypeVar

FROM_SEGMENT = "FROM_SEGMENT"
ENTIRE_PAST_SESSION = "ENTIRE_PAST_SESSION"
TYPES = (FROM_SEGMENT, ENTIRE_PAST_SESSION)
LINK_TYPES = (None, *TYPES)

# The fields of the policy, defaults first; the first five can matter to a question about a lineage.
READINGS = {
    "ended": ("SESSION", "SEGMENT"),
    "most_recent": ("DISCONNECT", "INITIATION", "DEPTH"),
    "entire_source": ("INITIAL_ONLY", "ANY_OF_SESSION"),
    "entire_view": ("SESSION", "ANCESTORS"),
    "link_scope": ("SESSION", "CONTACT"),
    "early_call": ("WARN", "REFUSE"),
    "customer_mismatch": ("WARN", "REFUSE"),
    "beyond_limit": ("TRUNCATE", "REFUSE"),
    "unavailable": ("GAP", "STOP", "REFUSE"),
}
FIELDS = ("ended", "most_recent", "entire_source", "entire_view", "link_scope")

EPOCH = 1_700_000_000  # when the oldest contact of a lineage begins
DAY = 86_400

T = TypeVar("T")
Record = dict[str, Any]
Tree = tuple[int, ...]  # of each contact the number of its predecessor; -1 for the first
Ends = tuple[int | None, ...]  # of each contact when it ended in the order of ends; None while it goes on


class Link(NamedTuple):
    carrier: int
    session: int  # that it leads into
    start: int
    type: str | None


class Lineage(NamedTuple):
    trees: tuple[Tree, ...]
    links: tuple[Link | None, ...]
    ends: tuple[Ends, ...]


# --- the parts --------------------------------------------------------------------------------------------------------


def _sizes(n: int) -> Iterator[tuple[int, ...]]:
    """The ordered ways to write n as a sum."""
    if n == 0:
        yield ()
    for first in range(n, 0, -1):
        for rest in _sizes(n - first):
            yield (first, *rest)


@cache
def _trees(size: int) -> tuple[Tree, ...]:
    return tuple((-1, *previous) for previous in product(*(range(k) for k in range(1, size))))


@cache
def _ends(size: int) -> tuple[Ends, ...]:
    """Every subset of ended contacts in every order."""
    found = []
    for ended in range(size + 1):
        orders = permutations(range(size), ended)
        found += [tuple(order.index(k) if k in order else None for k in range(size)) for order in orders]
    return tuple(found)


def _forward_links(sizes: tuple[int, ...]) -> Iterator[tuple[Link, ...]]:
    """Of each session but the last its link to the next."""
    choices = []
    for i, (size, next_size) in enumerate(pairwise(sizes)):
        choices.append([Link(c, i + 1, s, t) for c, s, t in product(range(size), range(next_size), LINK_TYPES)])
    return product(*choices)


def _links_back(trees: tuple[Tree, ...], forward: tuple[Link, ...]) -> list[list[Link]]:
    """Of each carrier in the last session the links into earlier sessions that close no cycle."""
    found = []
    for carrier in range(len(trees[-1])):
        links = []
        for session, tree in enumerate(trees[:-1]):
            for start in range(len(tree)):
                if (len(trees) - 1, carrier) not in _reachable(trees, forward, (session, start)):
                    links += [Link(carrier, session, start, kind) for kind in LINK_TYPES]
        found.append(links)
    return found


def _reachable(trees: tuple[Tree, ...], links: tuple[Link, ...], contact: tuple[int, int]) -> set[tuple[int, int]]:
    """The contacts that one leads back to, over predecessors and links, itself included."""
    reached: set[tuple[int, int]] = set()
    ahead = [contact]
    while ahead:
        session, k = here = ahead.pop()
        reached.add(here)
        if trees[session][k] >= 0:
            ahead.append((session, trees[session][k]))
        if session < len(links) and links[session].carrier == k:
            ahead.append((links[session].session, links[session].start))
    return reached


def _linear(tree: Tree) -> bool:
    return len(set(tree)) == len(tree)


def _what_is_seen(tree: Tree, start: int, kind: str | None, ends: Ends) -> Ends:
    """Reduction 2: as much of the ends of a past session as can be told apart, entered over this link."""
    if kind == ENTIRE_PAST_SESSION:
        return tuple(None if end is None else 0 for end in ends) if _linear(tree) else ends
    chain: list[int | None] = []
    while start >= 0:
        chain.append(None if ends[start] is None else 0)
        start = tree[start]
    return tuple(chain)


@cache
def _classes_of_ends(tree: Tree, start: int, kind: str | None) -> tuple[tuple[Ends, ...], ...]:
    classes: dict[Ends, list[Ends]] = {}
    for ends in _ends(len(tree)):
        classes.setdefault(_what_is_seen(tree, start, kind, ends), []).append(ends)
    return tuple(tuple(members) for members in classes.values())


# --- lineages ---------------------------------------------------------------------------------------------------------


def lineages(n: int, *, reduced: bool = False) -> Iterator[Lineage]:
    """Every lineage of n contacts; with `reduced`, one of every class of them."""
    turn = count()
    for sizes in _sizes(n):
        for trees in product(*map(_trees, sizes)):
            for forward in _forward_links(sizes):
                for last in _last_links(trees, forward, turn, reduced=reduced):
                    for classes in _ends_of_all(trees, forward, reduced=reduced):
                        ends = tuple(_in_turn(members, turn) for members in classes)
                        yield Lineage(trees, (*forward, last), ends)


def _last_links(
    trees: tuple[Tree, ...], forward: tuple[Link, ...], turn: Iterator[int], *, reduced: bool
) -> Iterator[Link | None]:
    """No link, and the links back (reduction 1)."""
    yield None
    for links in _links_back(trees, forward):
        yield from links if not reduced else [_in_turn(links, turn)] if links else []


def _ends_of_all(
    trees: tuple[Tree, ...], forward: tuple[Link, ...], *, reduced: bool
) -> Iterator[tuple[tuple[Ends, ...], ...]]:
    """Of each session a class of ends, in every combination; a class of one each where nothing is reduced."""
    choices: list[tuple[tuple[Ends, ...], ...]] = []
    for session, tree in enumerate(trees):
        if reduced and session > 0:
            link = forward[session - 1]
            choices.append(_classes_of_ends(tree, link.start, link.type))
        else:
            choices.append(tuple((ends,) for ends in _ends(len(tree))))
    return product(*choices)


def _in_turn(members: Sequence[T], turn: Iterator[int]) -> T:
    return members[next(turn) % len(members)] if len(members) > 1 else members[0]


def class_of(lineage: Lineage) -> tuple[object, ...]:
    """The class of a lineage under the reductions: what the rules can tell apart of it."""
    trees, links, ends = lineage
    last = links[-1]
    seen = [ends[0]]
    forward = [link for link in links[:-1] if link is not None]
    seen += [_what_is_seen(trees[link.session], link.start, link.type, ends[link.session]) for link in forward]
    return trees, links[:-1], last and last.carrier, tuple(seen)


# --- histories --------------------------------------------------------------------------------------------------------


@cache
def _deals(n: int) -> tuple[tuple[str, ...], ...]:
    return tuple(permutations("abcdefgh"[:n]))


def to_history(lineage: Lineage, turn: int = 0) -> list[Record]:
    """The records of a lineage, the first one of S0, the others in the order of their ids; `turn` deals the ids."""
    sizes = [len(tree) for tree in lineage.trees]
    deals = _deals(sum(sizes))
    ids = iter(deals[turn * 7919 % len(deals)])
    named = [[next(ids) for _ in range(size)] for size in sizes]
    records = []
    for session, tree in enumerate(lineage.trees):
        begin = EPOCH + (len(sizes) - session) * DAY
        records += [_record(lineage, named, session, k, begin) for k in range(len(tree))]
    records[sizes[0] :] = sorted(records[sizes[0] :], key=lambda record: str(record["id"]))
    records[: sizes[0]] = sorted(records[: sizes[0]], key=lambda record: str(record["id"]))
    return records


def _record(lineage: Lineage, named: list[list[str]], session: int, k: int, begin: int) -> Record:
    ids, end, link = named[session], lineage.ends[session][k], lineage.links[session]
    carries = link is not None and link.carrier == k
    return {
        "id": ids[k],
        "initial": ids[0] if k else None,
        "previous": ids[lineage.trees[session][k]] if k else None,
        "related": named[link.session][link.start] if link and carries else None,
        "type": link.type if link and carries else None,
        "related_is_link": True,
        "channel": "CHAT",
        "initiated": begin + 60 * k,
        "ended": None if end is None else begin + 3600 + 60 * end,
        "customer": None,
        "transcript": None,
    }


def histories(n: int, *, reduced: bool = False) -> Iterator[list[Record]]:
    """Every history of exactly n contacts; with `reduced`, one of every class that the rules can tell apart."""
    for turn, lineage in enumerate(lineages(n, reduced=reduced)):
        yield to_history(lineage, turn)


# --- questions --------------------------------------------------------------------------------------------------------


def _session_of(record: Record) -> str:
    return str(record.get("initial") or record["id"])


def questions(history: list[Record]) -> list[tuple[str, str]]:
    """Every (type, source) with a source in S0, the session of the first record."""
    first = _session_of(history[0])
    sources = [record["id"] for record in history if _session_of(record) == first]
    return list(product(TYPES, sources))


def policies() -> list[dict[str, str]]:
    """The 48 policies over the fields that can matter here, the others at their defaults; the default policy first."""
    return list(_policies((True,) * len(FIELDS), 0))


def telling_policies(history: list[Record], kind: str) -> list[dict[str, str]]:
    """The policies that can tell one question about an enumerated history apart; the other fields take any one reading.

    A field is left out only where no rule consults it, whatever the source and the other fields: `ended` unless S0 has
    both an ended contact and one that goes on (13); `entire_source` for FROM_SEGMENT; `entire_view` unless a branched
    session is entered as ENTIRE_PAST_SESSION (16); `most_recent` unless a session is, with more than one contact
    that it might choose from (9, 10); `link_scope` without a link, or where each carrier is entered for certain, its
    session's first contact (19).
    """
    sessions: dict[str, list[Record]] = {}
    for record in history:
        sessions.setdefault(_session_of(record), []).append(record)
    first = sessions[_session_of(history[0])]
    entire = [first] if kind == ENTIRE_PAST_SESSION else []
    for record in history:
        if record["type"] == ENTIRE_PAST_SESSION:
            entire += [records for records in sessions.values() if any(r["id"] == record["related"] for r in records)]
    branched = any(_branched(records) for records in entire)
    goes_on = [record["ended"] is None for record in first]
    telling = {
        "ended": any(goes_on) and not all(goes_on),
        "most_recent": branched or (kind == ENTIRE_PAST_SESSION and goes_on.count(False) > 1),
        "entire_source": kind == ENTIRE_PAST_SESSION and len(first) > 1,
        "entire_view": branched,
        "link_scope": any(record["related"] is not None and record["previous"] is not None for record in history),
    }
    return _policies(tuple(telling[name] for name in FIELDS), ord(history[0]["id"]))


def _branched(records: list[Record]) -> bool:
    return len({record["previous"] for record in records}) < len(records)


@cache
def _policies(telling: tuple[bool, ...], turn: int) -> list[dict[str, str]]:
    choices = []
    for name, tells in zip(FIELDS, telling, strict=True):
        readings = READINGS[name]
        choices.append(readings if tells else (readings[turn % len(readings)],))
    default = {name: readings[0] for name, readings in READINGS.items()}
    return [default | dict(zip(FIELDS, chosen, strict=True)) for chosen in product(*choices)]


def cases(n: int, *, reduced: bool = False) -> Iterator[tuple[list[Record], str, str]]:
    """Every (history, type, source) of n contacts; the questions about one history in a row, with the same list."""
    for history in histories(n, reduced=reduced):
        for kind, source in questions(history):
            yield history, kind, source


def describe(history: list[Record]) -> str:
    """A history in a few words, a line for each session: `b (end 1), a after b (goes on) -> c as FROM_SEGMENT`."""
    sessions: dict[str, list[Record]] = {}
    for record in history:
        sessions.setdefault(_session_of(record), []).append(record)
    return "\n".join(_describe_session(records) for records in sessions.values())


def _describe_session(records: list[Record]) -> str:
    ends = sorted({record["ended"] for record in records if record.get("ended") is not None})
    by_time = sorted(records, key=lambda record: (record.get("previous") is not None, record.get("initiated") or 0))
    return ", ".join(_describe_contact(record, ends) for record in by_time)


def _describe_contact(record: Record, ends: list[int]) -> str:
    previous, related, ended = record.get("previous"), record.get("related"), record.get("ended")
    end = "goes on" if ended is None else f"end {ends.index(ended) + 1}"
    channel = "" if record.get("channel") in (None, "CHAT") else f", {record['channel']}"
    after = f" after {previous}" if previous not in (None, record["id"]) else ""
    link = f" -> {related} as {record.get('type') or '?'}" if related is not None else ""
    return f"{record['id']}{after} ({end}{channel}){link}"
