"""Chats that may continue from sessions over links that no record tells, in columns.

Here belongs where unknown contacts may lead to: the same as the engine says of each contact as what is missing of its
exposure. Such a link has no row, since nobody knows between which contacts it is. This module does not know policies.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from rehydration.bulk.export import Export
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.plain import Plain
from rehydration.bulk.recency import LEAST, Moments

_FIRST: Final = 3
"""Of so many sessions one is neither that of a chat nor that of the unknown contact from which it continues."""


class Found(NamedTuple):
    """Unknown contacts, the sessions of the chats that may continue over them, and when these ended at the latest."""

    unknown: Rows
    session: Rows
    latest: Moments


class Leads:
    """Where unknown contacts may lead to.

    One of a session without a link may carry a link. One that only links lead to may be of any session.
    """

    def __init__(self, export: Export, plain: Plain) -> None:
        """Look at nothing yet."""
        self._lineages, self._plain, self._carriers = export.lineages, plain, export.carriers
        self._are_all_known = export.frame.height == len(export.lineages)

    @cached_property
    def _found(self) -> Found:
        lineages = self._lineages
        if self._are_all_known:
            return Found(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))
        unknown = np.flatnonzero(~lineages.is_known).astype(np.int32)
        unknown = unknown[lineages.continued_from[unknown] < 0]
        latest = np.full(len(lineages), LEAST)
        may_carry = np.zeros(len(lineages), bool)
        may_carry[lineages.session[unknown]] = True
        known = np.flatnonzero(may_carry[lineages.session] & lineages.is_known).astype(np.int32)
        np.maximum.at(latest, lineages.session[known], self._plain.until(known))
        is_named = np.zeros(len(lineages), bool)
        is_named[lineages.session[known]] = True
        unknown = unknown[is_named[lineages.session[unknown]]]
        start = lineages.start[lineages.session[self._carriers]]
        is_unplaced = ~lineages.is_known[start] & (self._plain.size[start] == 1)
        carriers, start = self._carriers[is_unplaced], start[is_unplaced]
        return Found(
            np.concatenate([unknown, start]),
            np.concatenate([lineages.session[unknown], lineages.session[carriers]]),
            np.concatenate([latest[lineages.session[unknown]], self._plain.until(carriers)]),
        )

    @property
    def are_none(self) -> bool:
        """Whether there are none, as where all contacts are known."""
        return not len(self._found.latest)

    @cached_property
    def leads_to(self) -> Flags:
        """At the row of each session whether an unknown contact may lead to it, if there are any."""
        found, begun = self._found, self._plain.begun
        last = int(found.latest.argmax())
        latest = np.full(len(begun), found.latest[last])
        for own in (found.session[last], found.unknown[last]):
            others = found.latest[(found.session != own) & (found.unknown != own)]
            latest[own] = others.max(initial=LEAST)
        led_to: Flags = np.maximum(begun, LEAST + 1) <= latest
        return led_to

    def which_lead_to(self, sessions: Rows) -> Rows:
        """Find the unknown contacts that may lead to one of some sessions."""
        found = self._found
        first = sessions[np.argsort(self._plain.begun[sessions], kind="stable")[:_FIRST]]
        leads = np.zeros(len(found.latest), bool)
        for each in first.tolist():
            leads |= (found.session != each) & (found.unknown != each) & (self._plain.begun[each] <= found.latest)
        return np.unique(found.unknown[leads])

    def lead_across(self, customer: Rows) -> Flags:
        """Tell of each contact whether an unknown contact may lead to it from the session of another customer.

        ``customer`` numbers the customer of each contact, ``NOBODY`` where none is named.
        """
        found, sessions = self._found, self._lineages.session
        is_asked = np.zeros(len(sessions), bool)
        is_asked[found.session] = True
        named = np.flatnonzero((customer >= 0) & taken(is_asked, sessions))
        least, greatest = np.full(len(sessions), NOBODY, np.int32), np.full(len(sessions), NOBODY, np.int32)
        least[sessions[named]] = customer[named]
        np.minimum.at(least, sessions[named], customer[named])
        np.maximum.at(greatest, sessions[named], customer[named])
        reader = np.where(least == greatest, greatest, NOBODY)[found.session]
        latest, reader = found.latest[reader >= 0], reader[reader >= 0]
        if not len(latest):
            return np.zeros(len(sessions), bool)
        whose = reader[latest.argmax()]
        by_others = latest[reader != whose].max(initial=LEAST)
        until = np.where(customer == whose, by_others, latest.max())
        begun = np.maximum(taken(self._plain.begun, sessions), LEAST + 1)
        across: Flags = (customer >= 0) & (begun <= until)
        return across
