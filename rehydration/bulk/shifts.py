"""Where walks meet contacts if links are of the other type than records lead one to take.

A link that starts at what could be the most recent contact of a session can have either type. By one it shows the
chain that ends at the start contact, by the other all of the session: other branches, too, which come between and shift
what lies behind further back, some of it beyond the limit. Here belong walks over such links, in columns, as long as no
other doubt meets them: see ``Links.is_shifting``. This module does not know doubts.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk.lineages import Lineages
from rehydration.bulk.links import Links
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.plain import Plain
from rehydration.bulk.recency import Recency
from rehydration.policies import MostRecent

Numbers = npt.NDArray[Any]


class Moved(NamedTuple):
    """Contacts that walks enter, in the order of the steps: which walk, which contact, how many steps back.

    ``is_beyond`` tells whether a contact is beyond the limit by some types of links, ``may_be_hidden`` whether some
    hide it: it is beyond the limit, or all is refused.
    """

    walk: Numbers
    contact: Numbers
    steps: Numbers
    is_beyond: Flags
    may_be_hidden: Flags


class Others(NamedTuple):
    """Contacts that walks show by other types of links than ours.

    ``is_beyond`` tells whether a contact is beyond the limit by some types, ``follows`` whether it comes after the
    start contact of the link in its session.
    """

    walk: Numbers
    contact: Numbers
    is_beyond: Flags
    follows: Flags


class Shifts:
    """Walks over links with two types, some of which only move contacts."""

    def __init__(self, lineages: Lineages, recency: Recency, plain: Plain, links: Links) -> None:
        """Walk nowhere yet."""
        self._lineages, self._recency, self._plain, self._links = lineages, recency, plain, links

    @cached_property
    def _has_two_types(self) -> Flags:
        """By each reading of what is recent, at the row of each session: whether its link has two types."""
        return self._links.two_types_by & self._links.is_shifting

    @cached_property
    def _more(self) -> Numbers:
        """By each reading, at the row of each session: how many contacts the other type of its link shows more."""
        lineages = self._lineages
        more = np.zeros(self._has_two_types.shape, np.int32)
        links = np.flatnonzero(self._links.is_shifting)
        start = lineages.start[links]
        extra = self._plain.size[lineages.session[start]] - lineages.depth[start] - 1
        more[:, links] = self._has_two_types[:, links] * extra
        return more

    @cached_property
    def _place(self) -> Numbers:
        """By each reading: the place of each contact in its session, if it is shown whole, newest first, from 1."""
        links = np.flatnonzero(self._links.is_shifting)
        sessions = np.unique(self._lineages.session[self._lineages.start[links]])
        place = np.zeros((len(MostRecent), len(self._lineages)), np.int32)
        for criterion, of_contacts in zip(MostRecent, place, strict=True):
            ordered, at = self._recency.newest_first(sessions, criterion)
            of_contacts[ordered] = at + 1
        return place

    def walked(self, sessions: Rows) -> tuple[Moved, Others]:
        """Walk back over the links of sessions."""
        lineages, limit, total = self._lineages, self._lineages.limit, len(sessions)
        at_session, via = sessions.copy(), np.full(total, NOBODY, np.int32)
        entered, shift = np.zeros(total, np.int32), np.zeros((len(MostRecent), total), np.int32)
        lost_at, is_lost_moved = np.full(total, limit + 1), np.zeros(total, bool)
        found, crossed = [], []
        start = lineages.start[sessions]
        for step, (walk, at) in zip(range(1, limit + 1), lineages.steps(start, sessions), strict=False):
            new = np.flatnonzero(lineages.session[at] != at_session[walk])
            enters = walk[new]
            shift[:, enters] += np.where(via[enters] >= 0, self._more[:, via[enters]], 0)
            via[enters], at_session[enters], entered[enters] = at_session[enters], lineages.session[at[new]], step - 1
            crossed.append((enters, via[enters], shift[:, enters], entered[enters]))
            whole = np.where(self._has_two_types[:, via[walk]], entered[walk] + self._place[:, at], step)
            is_moved = (whole + shift[:, walk]).max(axis=0) > limit
            found.append((walk, at, np.full(len(walk), step, np.uint8), is_moved))
            lost = np.flatnonzero(self._plain.is_lost[at] & (lost_at[walk] > limit))
            lost_at[walk[lost]], is_lost_moved[walk[lost]] = step, is_moved[lost]
        walk, contact, steps, is_moved = (np.concatenate(each) for each in zip(*found, strict=True))
        length = np.bincount(walk, minlength=total)
        is_refused = ~lineages.is_beyond[start] & ((length + shift + self._more[:, via]).max(axis=0) > limit)
        hidden = is_moved | is_refused[walk] | (is_lost_moved[walk] & (steps < lost_at[walk]))
        others = self._others(*(np.concatenate(each, axis=-1) for each in zip(*crossed, strict=True)))
        return Moved(walk, contact, steps, is_moved, hidden), others

    def _others(self, walk: Rows, via: Rows, shift: Numbers, entered: Rows) -> Others:
        """Find what links show by the other type, where walks go over them."""
        limit = self._lineages.limit
        over = np.flatnonzero(self._links.is_shifting[via])
        links, index = np.unique(via[over], return_inverse=True)
        link, contact, follows = self._extras(links.astype(np.int32))
        begin, end = (np.searchsorted(link, index, side) for side in ("left", "right"))
        which = _ranges(begin, end)
        crossing = over[np.repeat(np.arange(len(over)), end - begin)]
        contact, follows = contact[which], follows[which]
        place = entered[crossing] + self._place[:, contact]
        has_two_types = self._has_two_types[:, via[crossing]]
        shown = np.flatnonzero(((place <= limit) & has_two_types).any(axis=0))
        is_beyond: Flags = np.any((place + shift[:, crossing] > limit) & has_two_types, axis=0)
        return Others(walk[crossing[shown]], contact[shown], is_beyond[shown], follows[shown])

    def _extras(self, links: Rows) -> tuple[Numbers, Rows, Flags]:
        """Find what links show by the other type alone: the place of the link, the contact, whether it follows."""
        lineages = self._lineages
        start = lineages.start[links]
        session = lineages.session[start]
        rows = np.flatnonzero(np.isin(lineages.session, session)).astype(np.int32)
        rows = rows[np.argsort(lineages.session[rows], kind="stable")]
        begin, end = (np.searchsorted(lineages.session[rows], session, side) for side in ("left", "right"))
        link = np.repeat(np.arange(len(links)), end - begin)
        contact = rows[_ranges(begin, end)]
        comes_before = self._is_behind(start[link], contact)
        link, contact = link[~comes_before], contact[~comes_before]
        return link, contact, self._is_behind(contact, start[link])

    def _is_behind(self, contacts: Rows, others: Rows) -> Flags:
        """Tell whether each of the others is in the chain that leads to a contact."""
        at, previous = contacts.copy(), self._lineages.previous
        for _ in range(self._lineages.limit):
            deeper = np.flatnonzero(self._lineages.depth[at] > self._lineages.depth[others])
            if not len(deeper):
                break
            at[deeper] = previous[at[deeper]]
        is_behind: Flags = at == others
        return is_behind


def _ranges(begin: Numbers, end: Numbers) -> Numbers:
    """Put the numbers from each beginning up to its end one after the other."""
    lengths = end - begin
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return offsets + np.arange(lengths.sum())
