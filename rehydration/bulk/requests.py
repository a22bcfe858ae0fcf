"""The two requests that name each contact of an export as source: what comes, and what that depends on.

Here belong who may be continued and from where (the groups ``eligibility`` and ``start`` of the rules), by columns
where walks are plain; the engine is asked about the others, once for all whose walks meet the same behind that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk import readings
from rehydration.bulk.asking import BIT, Answered, Engine, affordable
from rehydration.bulk.export import Export
from rehydration.bulk.lineages import Counts
from rehydration.bulk.links import Links
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.plain import Plain, Sums
from rehydration.bulk.readings import Kinds, Readings
from rehydration.bulk.recency import Recency
from rehydration.doubts import DoubtKind
from rehydration.errors import RuleForbids
from rehydration.policies import (
    BeyondLimit,
    Ended,
    EntireSource,
    EntireView,
    LinkScope,
    MostRecent,
    Policy,
    Unavailable,
)
from rehydration.requests import RehydrationType

REFUSALS: Final = (
    "eligibility.source-is-chat",
    "eligibility.session-ended",
    "eligibility.ended-scope",
    "start.entire-given-another",
    "visibility.transcript-unavailable",
    "visibility.beyond-limit",
)
"""The rules by which a source can be refused; the last two only under another policy than the default."""

_NOT_CHAT, _GOES_ON, _IS_LIVE, _NOT_INITIAL, _LOST, _BEYOND = range(len(REFUSALS))
_POLICY: Final = BIT[DoubtKind.POLICY]
_RECORDS: Final = BIT[DoubtKind.RECORDS]


class Told(NamedTuple):
    """What is answered to one type of request for each contact.

    ``start`` is the contact continued from, ``listed`` how many contacts are listed, ``is_beyond`` whether there are
    more than the limit, ``refused`` the place of a rule in ``REFUSALS``, or ``NOBODY``; where a request is refused the
    others say nothing. ``kinds`` are the kinds of doubts that the answer depends on, as bits. ``is_untold``: all but
    these say nothing, because it would take too long to ask the engine.
    """

    start: npt.NDArray[Any]
    listed: npt.NDArray[Any]
    is_beyond: npt.NDArray[Any]
    refused: npt.NDArray[Any]
    kinds: npt.NDArray[Any]
    is_untold: npt.NDArray[Any]


class _Walks(NamedTuple):
    """What is met by walks that some contacts or sessions begin.

    ``kind`` is made of the numbers of :mod:`~rehydration.bulk.readings`, ``lacks`` tells whether records leave
    something out, ``doubts`` which kinds of doubts links and branches add, ``group`` numbers the walks that the engine
    is asked about: alike ones alike, and 0 for those that columns tell. ``is_guessed`` tells where the engine alone
    tells what is answered, not only what that depends on.
    """

    start: npt.NDArray[Any]
    listed: npt.NDArray[Any]
    is_beyond: npt.NDArray[Any]
    kind: npt.NDArray[Any]
    lacks: npt.NDArray[Any]
    doubts: npt.NDArray[Any]
    group: npt.NDArray[Any]
    is_guessed: npt.NDArray[Any]


_GROUP_BITS: Final = 14
_OWN: Final = 1 << 44
_LACKS, _MANY, _ALL_BEYOND, _DOUBTS = 1 << 9, 1 << 10, 1 << 11, 12
"""What tells groups apart, beside the kind in the lowest bits and a contact or session in the highest."""


class Requests:
    """The answers to requests on each contact of an export, under one policy."""

    def __init__(  # noqa: PLR0913  # what is known of an export
        self,
        export: Export,
        recency: Recency,
        plain: Plain,
        links: Links,
        possible: Readings,
        engine: Engine,
        policy: Policy,
        *,
        is_untold: bool,
    ) -> None:
        """Answer nothing yet. ``is_untold``: whether no record tells a member that every answer depends on."""
        self._export, self._lineages = export, export.lineages
        self._recency, self._plain, self._links = recency, plain, links
        self._possible, self._engine = possible, engine
        self._policy, self._is_untold = policy, is_untold
        self._has_gaps = policy.unavailable is Unavailable.GAP
        self._are_carried = policy.link_scope is LinkScope.CONTACT
        self._refused = np.full(len(self._lineages), NOBODY, np.int8)
        self._refused[recency.goes_on] = _GOES_ON
        self._refused[self._lineages.is_known & ~export.is_chat] = _NOT_CHAT

    def segment(self) -> Told:
        """Answer FROM_SEGMENT."""
        own = np.arange(len(self._lineages), dtype=np.int32)
        lacks = taken(self._plain.lacks_as_source, self._lineages.session)
        walks = self._walks(own, self._lineages.listed, self._lineages.is_beyond, lacks, own)
        if not self._links.follows_each:
            uncarried = np.flatnonzero(~self._links.is_followed(own))
            walks.group[uncarried] = _own(uncarried)
            walks.is_guessed[uncarried] |= self._are_carried
        perhaps = np.flatnonzero(taken(self._plain.may_be_no_chats, self._lineages.session))
        walks.group[perhaps] = _own(perhaps)
        return self._told(RehydrationType.FROM_SEGMENT, walks, is_initial=None)

    def entire(self) -> Told:
        """Answer ENTIRE_PAST_SESSION: once for each session, then for each of its contacts."""
        lineages, plain = self._lineages, self._plain
        is_initial = lineages.session == np.arange(len(lineages), dtype=np.int32)
        sessions = np.flatnonzero(is_initial).astype(np.int32)
        by_criterion = dict(zip(MostRecent, self._recency.most_recent(sessions, *MostRecent), strict=True))
        start = by_criterion[self._policy.most_recent]
        tip = lineages.tip[sessions]
        listed, is_beyond = taken(lineages.listed, tip), taken(lineages.is_beyond, tip)
        branched = np.flatnonzero(lineages.is_branched[sessions])
        if len(branched):
            listed[branched], is_beyond[branched] = self._branched(sessions[branched], start[branched])
        lacks = taken(plain.lacks_in_whole, sessions)
        walks = self._walks(tip, listed, is_beyond, lacks, sessions)._replace(start=start)
        if len(branched):
            is_told = self._tells_branched(sessions[branched], start[branched]) & (walks.group[branched] == 0)
            walks.doubts[branched[is_told]] |= _POLICY
            walks.group[branched[~is_told]] = _own(sessions[branched[~is_told]])
            walks.is_guessed[branched[~is_told]] = self._are_carried or not self._has_gaps
        untold = np.flatnonzero((plain.may_be_no_chats | plain.is_undated)[sessions])
        walks.group[untold] = _own(sessions[untold])
        self._weigh_criteria(sessions, walks, *by_criterion.values())
        place = taken(np.cumsum(is_initial, dtype=np.int32) - np.int32(1), lineages.session)
        of_contacts = _Walks(*(taken(each, place) if each.any() else _nothing(each, len(place)) for each in walks))
        return self._told(RehydrationType.ENTIRE_PAST_SESSION, of_contacts, is_initial)

    # ----------------------------------------------------------------------------------------------------------- walks

    def _walks(self, entries: Rows, listed: Counts, is_beyond: Flags, lacks: Flags, asked: Rows) -> _Walks:
        """Say what walks meet that enter at some contacts. ``asked`` tells apart those that are like no other."""
        plain, links, limit = self._plain, self._links, self._lineages.limit
        way = links.way(entries)
        lacks = lacks | way.lacks
        kind = is_beyond * np.uint8(readings.BEYOND)
        group, is_guessed = np.zeros(len(entries), np.int64), np.zeros(len(entries), bool)
        rest = np.flatnonzero(way.beyond >= 0)
        if len(rest):
            length = links.length(entries[rest])
            is_behind = length > limit
            group[rest] = (way.beyond[rest] + np.int64(1) << _GROUP_BITS) | _LACKS * lacks[rest]
            group[rest] |= np.where(is_behind, _ALL_BEYOND, 0) | readings.BEYOND * is_behind.astype(np.int64)
            group[rest] |= way.doubts[rest].astype(np.int64) << _DOUBTS
            is_guessed[rest] = self._are_carried | (self._lineages.is_endless[entries[rest]] & (not self._has_gaps))
            near = rest[~is_behind & (length + links.reach[way.beyond[rest]] > limit)]
            group[near] = _own(asked[near])
        if plain.is_lost.any():
            before, listed_before = (each[entries] for each in plain.before_lost)
            is_met = before < limit
            kind |= is_met * np.uint8(readings.LOST)
            if len(rest):
                group[rest] |= readings.LOST * (is_met[rest] & (before[rest] < length))
            if self._policy.unavailable is Unavailable.STOP:
                listed = np.where(is_met, listed_before, listed).astype(listed.dtype)
                is_beyond = is_beyond & ~is_met
        return _Walks(entries, listed, is_beyond, kind, lacks, way.doubts, group, is_guessed)

    def _weigh_criteria(self, sessions: Rows, walks: _Walks, ended: Rows, began: Rows, deep: Rows) -> None:
        """Say of sessions which readings of the most recent contact choose the same."""
        grouped = np.flatnonzero(walks.group)
        if len(grouped):
            walks.group[grouped] |= _MANY * (self._recency.how_many(sessions[grouped]) > 1)
        if ended is began:
            return  # all are in order
        kind = (ended != began) * np.uint8(readings.NOT_BY_INITIATION)
        kind |= (ended != deep) * np.uint8(readings.NOT_BY_DEPTH)
        kind |= (began != deep) * np.uint8(readings.BY_DEPTH_OR_INITIATION)
        walks.kind[:] |= kind
        walks.group[grouped] |= kind[grouped]

    def _tells_branched(self, sessions: Rows, start: Rows) -> Flags:
        """Tell of branched sessions whether columns tell what their readings do to a request: show all, or a branch."""
        plain, lineages = self._plain, self._lineages
        told: Flags = plain.is_distinct[sessions] & ~plain.has_unknown[sessions] & ~lineages.is_endless[sessions]
        if not self._has_gaps:
            told &= ~plain.loses_some[sessions]
            linked = np.flatnonzero(lineages.start[sessions] >= 0)
            told[linked] &= plain.before_lost[0][lineages.start[sessions[linked]]] >= lineages.limit
        if not self._links.follows_each:
            told &= self._links.is_followed(start)
        return told & self._possible.are_open

    def _branched(self, sessions: Rows, start: Rows) -> tuple[Counts, Flags]:
        """Count what is shown of branched sessions: all of each, then what its link leads to."""
        lineages = self._lineages
        if self._policy.entire_view is EntireView.ANCESTORS:
            return lineages.listed[start], lineages.is_beyond[start]
        size = self._plain.size[sessions]
        of_listed = np.bincount(lineages.session[lineages.is_listed], minlength=len(lineages))[sessions]
        is_beyond = size > lineages.limit
        listed = np.where(is_beyond, 0, of_listed)
        large = np.flatnonzero(is_beyond)
        if len(large):
            listed[large] = self._listed_first(sessions[large])
        linked = np.flatnonzero((lineages.start[sessions] >= 0) & ~self._plain.has_unknown[sessions] & ~is_beyond)
        steps = lineages.steps(lineages.start[sessions[linked]], sessions[linked])
        more, goes_beyond = lineages.count(steps, len(linked), lineages.limit - size[linked])
        listed[linked] += more
        is_beyond[linked] = goes_beyond
        return listed, is_beyond

    def _listed_first(self, sessions: Rows) -> Counts:
        """Count what is listed within the limit, newest first, of branched sessions that have more contacts."""
        lineages = self._lineages
        ordered, place = self._recency.newest_first(sessions, self._policy.most_recent)
        first = ordered[place < lineages.limit]
        counted = np.bincount(lineages.session[first[lineages.is_listed[first]]], minlength=len(lineages))
        return counted[sessions]

    # --------------------------------------------------------------------------------------------------------- answers

    def _told(self, rehydration_type: str, walks: _Walks, is_initial: Flags | None) -> Told:
        """Put the answers together. ``is_initial`` tells where the type takes a source, if it does not take any."""
        policy = self._policy
        may_ask = self._refused < 0
        is_live = may_ask & taken(self._recency.is_live, self._lineages.session)
        kind = walks.kind | is_live * np.uint8(readings.SESSION_IS_LIVE)
        if is_initial is not None:
            kind |= (may_ask & ~is_initial) * np.uint8(readings.NOT_INITIAL)
        possible = self._possible.told(kind)
        kinds = self._kinds(possible, walks.lacks, may_ask) | walks.doubts * may_ask
        may_be_live = self._plain.has_unknown | self._plain.may_have_more
        if may_be_live.any():  # a contact without a record may be live: that is refused before another source
            not_taken = np.flatnonzero((possible & readings.NOT_TAKEN > 0) & may_ask)
            kinds[not_taken] |= may_be_live[self._lineages.session[not_taken]] * np.uint8(_RECORDS)
        start, listed, is_beyond = (each.copy() if walks.is_guessed.any() else each for each in walks[:3])
        told = Told(start, listed, is_beyond, self._refused.copy(), kinds, walks.is_guessed & may_ask)
        for refusal, bit, refuses in (
            (_IS_LIVE, readings.SESSION_IS_LIVE, policy.ended is Ended.SESSION),
            (_NOT_INITIAL, readings.NOT_INITIAL, policy.entire_source is EntireSource.INITIAL_ONLY),
        ):
            if refuses:
                told.refused[(told.refused < 0) & (kind & bit > 0)] = refusal
        told.is_untold[told.refused >= 0] = False
        if policy.unavailable is Unavailable.REFUSE:
            told.refused[(told.refused < 0) & (kind & readings.LOST > 0)] = _LOST
        if policy.beyond_limit is BeyondLimit.REFUSE:
            told.refused[(told.refused < 0) & told.is_beyond] = _BEYOND
        walk = possible & (readings.WALK | readings.WALK_WHOLE)
        in_part = np.flatnonzero((walk == readings.WALK) & may_ask & walks.lacks & ~is_live)
        walks.group[in_part] = _own(in_part)
        asked = np.flatnonzero((walks.group > 0) & may_ask).astype(np.int32)
        if len(asked):
            told_apart = readings.SESSION_IS_LIVE | readings.NOT_INITIAL
            group = walks.group[asked] | (kind[asked] & told_apart)
            is_own = told.is_untold[asked]
            group[is_own] = _own(asked[is_own])
            self._ask(rehydration_type, asked, group, told)
        return told

    def _kinds(self, possible: readings.Told, lacks: Flags, may_ask: Flags) -> Kinds:
        """Tell what answers depend on whose walks are plain."""
        kinds = (possible & readings.DIFFER > 0) * np.uint8(_POLICY)
        if self._is_untold:
            return kinds * may_ask | np.uint8(_RECORDS)
        is_met = (possible & readings.MEET_LIVE > 0) | (lacks & (possible & readings.WALK_WHOLE > 0))
        kinds |= is_met * np.uint8(_RECORDS)
        kinds *= may_ask
        kinds[self._refused == _GOES_ON] = _RECORDS
        return kinds

    def _ask(self, rehydration_type: str, asked: Rows, group: Sums, told: Told) -> None:
        """Ask the engine once for each group, as far as that is affordable."""
        _, first, place = np.unique(group, return_index=True, return_inverse=True)
        is_weighed = affordable(self._links.cost[self._lineages.session[asked[first]]])
        answers = self._engine.answers(rehydration_type, asked[first[is_weighed]])
        kinds = told.kinds[asked[first]] | np.uint8(BIT[DoubtKind.BOUND])
        kinds[is_weighed] = [each.kinds for each in answers]
        told.kinds[asked] = kinds[place]
        for row, answer in zip(asked[first[is_weighed]].tolist(), answers, strict=True):
            if told.is_untold[row]:
                told.start[row], told.listed[row], told.is_beyond[row], told.refused[row] = self._values(answer)
                told.is_untold[row] = False
        told.refused[told.is_untold] = NOBODY

    def _values(self, answered: Answered) -> Iterator[Any]:
        answer = answered.answer
        if isinstance(answer, RuleForbids):
            return iter((NOBODY, 0, False, REFUSALS.index(answer.rule)))
        return iter((answered.start, len(answer.visible), REFUSALS[_BEYOND] in answer.rules, NOBODY))


def _nothing(values: npt.NDArray[Any], total: int) -> npt.NDArray[Any]:
    return np.zeros(total, values.dtype)


def _own(rows: npt.NDArray[Any]) -> Sums:
    """Give numbers to groups of walks that are like no other."""
    return _OWN + (rows.astype(np.int64) + 1 << _GROUP_BITS)
