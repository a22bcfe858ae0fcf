"""Which chats show, or may show, what a condition of a guard forbids, found in columns for a whole export.

Here belongs the short cut for what most exports hold: much that would be forbidden, and little of it shown. This module
makes no findings.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import numpy as np
import polars as pl

from rehydration.bulk.answers import Answers
from rehydration.bulk.export import Export
from rehydration.errors import ContradictoryRecords
from rehydration.guards import Condition
from rehydration.knowledge import Knowledge
from rehydration.policies import Policy


class ShownInColumns:
    """The chats of an export, and which contacts they show."""

    def __init__(
        self,
        frame: pl.DataFrame,
        policy: Policy,
        known: Knowledge,
        *,
        related_as_link: bool | None,
        untold: Collection[str],
    ) -> None:
        """Look at nothing yet."""
        self._frame, self._policy, self._known = frame, policy, known
        self._related_as_link, self._untold = related_as_link, untold

    @cached_property
    def _answers(self) -> Answers | None:
        """What would be answered; None if the records contradict one another."""
        try:
            export = Export.of(self._frame, related_as_link=self._related_as_link is not False, untold=self._untold)
        except ContradictoryRecords:
            return None
        return Answers(export, self._policy, self._known, are_links=self._related_as_link is not None)

    def contacts_of_chats(self, condition: Condition) -> pl.Series | None:
        """Name the contacts of sessions that show, or may show, what a condition forbids of contacts by themselves.

        What no record tells may be forbidden, and what records tell differently. The answer is None if nobody can tell.
        """
        if self._answers is None or condition.member is None:
            return None
        export, sightings = self._answers.export, self._answers.sightings
        meets = np.ones(len(export.ids), bool)  # contacts without a record may be anything
        session = export.lineages.session[: export.frame.height]
        is_initial = condition.member == "initial_contact_id"
        told = export.ids.gather(session) if is_initial else export.frame[condition.member]
        differing = [each.subject[0] for each in export.disagreements if each.subject[1:] == (condition.member,)]
        is_open = told.is_null() | export.frame["contact_id"].is_in(differing)
        meets[: len(told)] = (told.eq(condition.value) | is_open).to_numpy()
        pairs = sightings.pairs
        shows = np.zeros(len(export.ids), bool)
        shows[pairs.session[meets[pairs.contact]]] = True
        shows[sightings.unweighed] = True
        return export.frame["contact_id"].filter(pl.Series(shows[session]))
