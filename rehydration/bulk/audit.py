"""Who can read what: every past contact with every later session in which its transcript can be read.

Here belongs the list for those who look after privacy, in its order: what crosses customers first, then surveys. No
transcript is read. What is visible is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rehydration.bulk.answers import Answers
from rehydration.bulk.export import Export
from rehydration.bulk.numbers import NOBODY, Flags, Rows

SURVEY: Final = "DISCONNECT"
"""The initiation method of contacts that a disconnect flow makes, such as a survey after the chat."""

_OF_CONTACT: Final = ("initiation_method", "initiation_timestamp", "disconnect_timestamp", "customer_id")
_SESSIONS: Final = 20_000
_BATCH: Final = 500_000


@dataclass(frozen=True)
class AuditSummary:
    """What an audit found, in numbers.

    ``readings`` counts pairs of a past contact and a later session, ``read_contacts`` and ``reading_sessions`` the
    contacts and sessions in them. ``links_across_customers`` counts contacts whose link leads to another customer's
    contact, ``readings_across_customers`` pairs of two customers; both are None where no column names customers.
    """

    contacts: int
    unknown_contacts: int
    sessions: int
    linked_sessions: int
    readings: int
    read_contacts: int
    reading_sessions: int
    survey_readings: int
    read_surveys: int
    links_across_customers: int | None
    readings_across_customers: int | None


class Audit:
    """Every pair of a past contact and a later session in which its transcript can be read within the limit."""

    def __init__(self, export: Export, *, with_customers: bool) -> None:
        """Find the pairs; they are held as numbers."""
        self._export = export
        self._with_customers = with_customers
        self._answers = Answers(export)
        total = len(export.ids)
        method = export.frame["initiation_method"]
        self._is_survey = np.zeros(total, bool)
        self._is_survey[: len(method)] = (method == SURVEY).fill_null(value=False).to_numpy()
        self._customer = _customer_numbers(export)
        self._reader = self._customer_of_sessions()
        found = list(self._find())
        self._contact = np.concatenate([np.empty(0, np.int32), *(each[0] for each in found)])
        self._session = np.concatenate([np.empty(0, np.int32), *(each[1] for each in found)])
        self._steps = np.concatenate([np.empty(0, np.uint8), *(each[2] for each in found)])
        crosses = self._crosses(slice(None))
        rank = 2 * ~crosses + ~self._is_survey[self._contact]
        self._order = np.argsort(rank.astype(np.uint8), kind="stable")

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self._contact)

    def summary(self) -> AuditSummary:
        """Sum the pairs up."""
        lineages = self._export.lineages
        is_survey = self._is_survey[self._contact]
        return AuditSummary(
            contacts=self._export.frame.height,
            unknown_contacts=len(lineages) - self._export.frame.height,
            sessions=int((lineages.session == np.arange(len(lineages))).sum()),
            linked_sessions=len(lineages.linked),
            readings=len(self),
            read_contacts=len(np.unique(self._contact)),
            reading_sessions=len(np.unique(self._session)),
            survey_readings=int(is_survey.sum()),
            read_surveys=len(np.unique(self._contact[is_survey])),
            links_across_customers=self._answers.joins_customers().true_count if self._with_customers else None,
            readings_across_customers=int(self._crosses(slice(None)).sum()) if self._with_customers else None,
        )

    @property
    def schema(self) -> pa.Schema:
        """The columns of the tables."""
        return self._table(np.empty(0, np.int64)).schema

    def tables(self) -> Iterator[pa.Table]:
        """Yield the pairs as tables of up to 500,000 rows, in their order."""
        for begin in range(0, len(self), _BATCH):
            yield self._table(self._order[begin : begin + _BATCH])

    def _table(self, pairs: npt.NDArray[np.int64]) -> pa.Table:
        ids, lineages = self._export.ids, self._export.lineages
        contact, session = self._contact[pairs], self._session[pairs]
        known = _or_none(np.where(contact < self._export.frame.height, contact, NOBODY))
        of_contact = {name: self._export.frame[name].gather(known) for name in _OF_CONTACT}
        columns: dict[str, Any] = {
            "contact_id": ids.gather(contact),
            "initial_contact_id": ids.gather(lineages.session[contact]),
            "is_survey": pl.Series(self._is_survey[contact]),
            "initiation_method": of_contact["initiation_method"],
            "initiation_timestamp": of_contact["initiation_timestamp"],
            "disconnect_timestamp": of_contact["disconnect_timestamp"],
            "readable_in": ids.gather(session),
            "continued_from_contact_id": ids.gather(lineages.start[session]),
            "steps_back": pl.Series(self._steps[pairs]),
        }
        if self._with_customers:
            columns["crosses_customers"] = pl.Series(self._crosses(pairs))
            columns["customer_id"] = of_contact["customer_id"]
            columns["reader_customer_id"] = self._export.frame["customer_id"].gather(_or_none(self._reader[session]))
        return pl.DataFrame(columns).to_arrow()

    def _find(self) -> Iterator[tuple[Rows, Rows, npt.NDArray[np.uint8]]]:
        """Walk back over the links of some sessions at a time."""
        lineages, readable = self._export.lineages, self._answers.is_readable()
        for begin in range(0, len(lineages.linked), _SESSIONS):
            sessions = lineages.linked[begin : begin + _SESSIONS]
            walks, contacts, steps = [], [], []
            entered = lineages.steps(lineages.start[sessions], sessions)
            walking = zip(range(1, lineages.limit + 1), entered, strict=False)
            for step, (walk, at) in walking:
                can_be_read = readable[at]
                walks.append(walk[can_be_read])
                contacts.append(at[can_be_read])
                steps.append(np.full(len(walks[-1]), step, np.uint8))
            walk = np.concatenate(walks)
            by_session = np.argsort(walk, kind="stable")
            yield np.concatenate(contacts)[by_session], sessions[walk[by_session]], np.concatenate(steps)[by_session]

    def _crosses(self, pairs: slice | npt.NDArray[np.int64]) -> Flags:
        """Tell which pairs are of two customers, both named."""
        if not self._with_customers:
            return np.zeros(len(self._contact[pairs]), bool)
        ours, reader = self._customer[self._contact[pairs]], self._reader[self._session[pairs]]
        theirs = np.where(reader < 0, NOBODY, self._customer[reader])
        crosses: Flags = (ours >= 0) & (theirs >= 0) & (ours != theirs)
        return crosses

    def _customer_of_sessions(self) -> Rows:
        """Find the first contact carrying a session's link that names a customer."""
        naming = self._export.carriers[self._customer[self._export.carriers] >= 0][::-1]
        reader = np.full(len(self._export.ids), NOBODY, np.int32)
        reader[self._export.lineages.session[naming]] = naming
        return reader


def _customer_numbers(export: Export) -> Rows:
    """Give each customer a number, ``NOBODY`` where none is named."""
    numbers = export.frame["customer_id"].rank("dense").cast(pl.Int32).fill_null(NOBODY).to_numpy()
    return np.concatenate([numbers, np.full(len(export.ids) - len(numbers), NOBODY, np.int32)])


def _or_none(rows: Rows) -> pl.Series:
    return pl.Series(rows).set(pl.Series(rows < 0), None)
