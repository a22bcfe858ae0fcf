"""Who can read what: every past contact with every later session in which its transcript can be read.

Here belongs the list for those who look after privacy, in its order: what crosses customers first, then surveys, then
what may be one. No transcript is read. What is visible is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rehydration.bulk.answers import Answers, kinds_column
from rehydration.bulk.asking import or_none
from rehydration.bulk.export import Export
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.sightings import Pairs
from rehydration.contacts import REFERENCES, SURVEY
from rehydration.doubts import Doubt

_OF_CONTACT: Final = ("initiation_method", "initiation_timestamp", "disconnect_timestamp", "customer_id")
_NO: Final = 0
_YES: Final = 1
_SURVEYS_FIRST: Final = np.array([2, 0, 1], np.int8)
"""How what is no survey, what is one, and what may be one are ordered; the last is the place of ``NOBODY``."""

_BATCH: Final = 500_000


class Only(StrEnum):
    """What can be listed alone."""

    SURVEYS = "surveys"
    """What is a survey or, for all that records tell, may be one."""
    OTHER_CUSTOMERS = "other-customers"
    """What crosses customers."""


@dataclass(frozen=True)
class AuditSummary:
    """What an audit found, in numbers.

    ``readings`` counts pairs of a past contact and a later session in which it can be read, ``read_contacts`` and
    ``reading_sessions`` the contacts and sessions in them. A contact *may be* a survey where no record tells how it was
    initiated. ``undecided_readings`` counts pairs of which nobody can tell whether the contact can be read there, for
    what AWS or the records leave open; ``undecided_surveys`` and ``undecided_maybe_surveys`` count the surveys and what
    may be one in them. ``contingent_readings`` counts readings that something left open could undo.
    ``unknown_leads`` counts unknown contacts by which chats may continue from sessions over links that no record tells,
    so that more may be readable than there are rows for. ``led_contacts`` counts the past contacts that may be read
    there, ``led_surveys``, ``led_maybe_surveys`` and ``led_across_customers`` the surveys among them, what may be one,
    and those that a chat of another customer may show; the last is None where no column names customers.
    ``unweighed_sessions`` counts the sessions whose past can be read in too many ways to try all, so that more may be
    readable there. ``untold`` names the members that no record tells, of those without which more may be readable.
    ``links_across_customers`` counts contacts whose link leads to another customer's contact, ``links_showing_nothing``
    those of them whose session shows nothing of that contact, ``links_without_customers`` the links that one of the two
    contacts names no customer of; ``readings_across_customers`` counts pairs of two customers, and
    ``undecided_across_customers`` undecided ones. These are None where no column names customers.
    ``disagreeing_customers`` counts contacts whose records name several customers, none of them known to be the latest.
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
    maybe_survey_readings: int
    read_maybe_surveys: int
    undecided_readings: int
    undecided_surveys: int
    undecided_maybe_surveys: int
    contingent_readings: int
    links_across_customers: int | None
    links_showing_nothing: int | None
    links_without_customers: int | None
    readings_across_customers: int | None
    undecided_across_customers: int | None
    unknown_leads: int
    led_contacts: int
    led_surveys: int
    led_maybe_surveys: int
    led_across_customers: int | None
    unweighed_sessions: int
    untold: tuple[str, ...]
    disagreeing_customers: int


class Audit:
    """Every pair of a past contact and a later session in which its transcript can be read within the limit, or may.

    A link that joins two customers and shows nothing is among the pairs, too, marked as not readable.
    """

    def __init__(self, answers: Answers, *, with_customers: bool) -> None:
        """Find the pairs; they are held as numbers."""
        self._export = export = answers.export
        self.untold: frozenset[str] = export.untold
        """The attributes of a contact that no record tells, of those on which answers depend."""
        self.disagreements: tuple[Doubt, ...] = export.disagreements
        """Where records of one contact differ and nobody can tell which is later: what was taken."""
        self._with_customers = with_customers
        self._answers = answers
        self._is_survey = _surveys(export)
        self._customer = _customer_numbers(export)
        self._reader = self._customer_of_sessions()
        self._joined = self._sessions_joining_customers()
        found = answers.sightings.pairs
        nothing = self._showing_nothing(found)
        self._contact, self._session, self._steps, self._is_readable, self._kinds = (
            np.concatenate(each) for each in zip(found, nothing, strict=True)
        )
        rank = 3 * ~self._crosses(slice(None)) + _SURVEYS_FIRST[self._is_survey[self._contact]]
        self._order = np.argsort(rank.astype(np.uint8), kind="stable")

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self._contact)

    def summary(self) -> AuditSummary:
        """Sum the pairs up."""
        lineages = self._export.lineages
        contact, session = self._contact[self._is_readable], self._session[self._is_readable]
        survey, maybe = (contact[self._is_survey[contact] == each] for each in (_YES, NOBODY))
        undecided = self._contact[self._is_undecided]
        across = self._across() if self._with_customers else {}
        led = np.flatnonzero(self._answers.may_be_led_to).astype(np.int32)
        return AuditSummary(
            contacts=self._export.frame.height,
            unknown_contacts=len(lineages) - self._export.frame.height,
            sessions=int((lineages.session == np.arange(len(lineages))).sum()),
            linked_sessions=len(lineages.linked),
            readings=len(contact),
            read_contacts=len(np.unique(contact)),
            reading_sessions=len(np.unique(session)),
            survey_readings=len(survey),
            read_surveys=len(np.unique(survey)),
            maybe_survey_readings=len(maybe),
            read_maybe_surveys=len(np.unique(maybe)),
            undecided_readings=len(undecided),
            undecided_surveys=len(np.unique(undecided[self._is_survey[undecided] == _YES])),
            undecided_maybe_surveys=len(np.unique(undecided[self._is_survey[undecided] == NOBODY])),
            contingent_readings=int((self._is_readable & (self._kinds > 0)).sum()),
            links_across_customers=across.get("links"),
            links_showing_nothing=across.get("showing nothing"),
            links_without_customers=across.get("without customers"),
            readings_across_customers=across.get("readings"),
            undecided_across_customers=across.get("undecided"),
            unknown_leads=len(self._answers.leads.which_lead_to(np.unique(lineages.session[led]))) if len(led) else 0,
            led_contacts=len(led),
            led_surveys=int((self._is_survey[led] == _YES).sum()),
            led_maybe_surveys=int((self._is_survey[led] == NOBODY).sum()),
            led_across_customers=across.get("led"),
            unweighed_sessions=len(self._answers.sightings.unweighed),
            untold=tuple(name for name in REFERENCES if name in self.untold),
            disagreeing_customers=sum("customer_id" in each.subject[1:] for each in self.disagreements),
        )

    @property
    def _is_undecided(self) -> Flags:
        return ~self._is_readable & (self._kinds > 0)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the tables."""
        return self._table(np.empty(0, np.int64)).schema

    def tables(self, only: Collection[Only | str] = ()) -> Iterator[pa.Table]:
        """Yield the pairs as tables of up to 500,000 rows, in their order; ``only`` names what is wanted of them."""
        order = self._wanted(only)
        for begin in range(0, len(order), _BATCH):
            yield self._table(order[begin : begin + _BATCH])

    def count(self, only: Collection[Only | str] = ()) -> int:
        """Count the rows that :meth:`tables` yields."""
        return len(self._wanted(only))

    def _wanted(self, only: Collection[Only | str]) -> npt.NDArray[np.int64]:
        if not only:
            return self._order
        wanted = np.zeros(len(self), bool)
        if Only.SURVEYS in only:
            wanted |= self._is_survey[self._contact] != _NO
        if Only.OTHER_CUSTOMERS in only:
            wanted |= self._crosses(slice(None))
        return self._order[wanted[self._order]]

    def _table(self, pairs: npt.NDArray[np.int64]) -> pa.Table:
        ids, lineages = self._export.ids, self._export.lineages
        contact, session = self._contact[pairs], self._session[pairs]
        known = or_none(np.where(contact < self._export.frame.height, contact, NOBODY))
        of_contact = {name: self._export.frame[name].gather(known) for name in _OF_CONTACT}
        columns: dict[str, Any] = {
            "contact_id": ids.gather(contact),
            "initial_contact_id": ids.gather(lineages.session[contact]),
            "is_survey": or_none(self._is_survey[contact]).cast(pl.Boolean),
            "initiation_method": of_contact["initiation_method"],
            "initiation_timestamp": of_contact["initiation_timestamp"],
            "disconnect_timestamp": of_contact["disconnect_timestamp"],
            "readable_in": ids.gather(session),
            "is_readable": pl.Series(self._is_readable[pairs]),
            "continued_from_contact_id": ids.gather(lineages.start[session]),
            "steps_back": pl.Series(self._steps[pairs]).replace(0, None),
        }
        if self._with_customers:
            columns["crosses_customers"] = pl.Series(self._crosses(pairs))
            columns["customer_id"] = of_contact["customer_id"]
            columns["reader_customer_id"] = self._export.frame["customer_id"].gather(or_none(self._reader[session]))
        return pl.DataFrame(columns).to_arrow().append_column("depends_on", kinds_column(self._kinds[pairs]))

    # ------------------------------------------------------------------------------------------------------ customers

    def _crosses(self, pairs: slice | npt.NDArray[np.int64]) -> Flags:
        """Tell which pairs are of two customers, both named; also by a link, whichever of its contacts carries it."""
        contact, session = self._contact[pairs], self._session[pairs]
        if not self._with_customers:
            return np.zeros(len(contact), bool)
        ours, reader = self._customer[contact], self._reader[session]
        theirs = np.where(reader < 0, NOBODY, self._customer[reader])
        is_linked = self._joined[session] & (self._export.lineages.start[session] == contact)
        crosses: Flags = is_linked | (ours >= 0) & (theirs >= 0) & (ours != theirs)
        return crosses

    def _customer_of_sessions(self) -> Rows:
        """Find the first contact carrying a session's link that names a customer."""
        naming = self._export.carriers[self._customer[self._export.carriers] >= 0][::-1]
        reader = np.full(len(self._export.ids), NOBODY, np.int32)
        reader[self._export.lineages.session[naming]] = naming
        return reader

    def _sessions_joining_customers(self) -> Flags:
        """Tell of each session, at the row of its initial contact, whether its link joins two customers."""
        joined = np.zeros(len(self._export.ids), bool)
        if self._with_customers:
            joined[self._export.lineages.session[_true(self._answers.joins_customers())]] = True
        return joined

    def _showing_nothing(self, found: Pairs) -> Pairs:
        """Find the links that join two customers and show nothing of the contact that they lead to."""
        sessions = np.flatnonzero(self._joined).astype(np.int32)
        start = self._export.lineages.start
        is_told = np.zeros(len(start), bool)
        is_told[found.session[start[found.session] == found.contact]] = True
        sessions = sessions[~is_told[sessions]]
        ones = np.ones(len(sessions), np.uint8)
        return Pairs(start[sessions], sessions, ones, ones == 0, ones - ones)

    def _led_across(self) -> int:
        """Count what a chat of another customer may show over a link that no record tells."""
        led = self._answers.may_be_led_to
        return int((led & self._answers.leads.lead_across(self._customer)).sum()) if led.any() else 0

    def _across(self) -> dict[str, int]:
        joins, lineages = self._answers.joins_customers(), self._export.lineages
        of_session = lineages.session[_true(joins)]
        shows = np.zeros(len(lineages), bool)
        shows[self._session[self._is_readable & (lineages.start[self._session] == self._contact)]] = True
        crosses = self._crosses(slice(None))
        return {
            "links": len(of_session),
            "showing nothing": int((~shows[of_session]).sum()),
            "without customers": len(self._export.carriers) - (len(joins) - joins.null_count),
            "readings": int((crosses & self._is_readable).sum()),
            "undecided": int((crosses & self._is_undecided).sum()),
            "led": self._led_across(),
        }


def _surveys(export: Export) -> npt.NDArray[np.int8]:
    """Tell whether each contact is a survey, ``NOBODY`` where no record tells how it was initiated."""
    method = export.frame["initiation_method"]
    told = np.full(len(export.ids), NOBODY, np.int8)
    told[: len(method)] = (method == SURVEY).cast(pl.Int8).fill_null(NOBODY).to_numpy()
    return told


def _customer_numbers(export: Export) -> Rows:
    """Give each customer a number, ``NOBODY`` where none is named."""
    numbers = export.frame["customer_id"].rank("dense").cast(pl.Int32).fill_null(NOBODY).to_numpy()
    return np.concatenate([numbers, np.full(len(export.ids) - len(numbers), NOBODY, np.int32)])


def _true(told: pa.Array) -> Flags:
    return cast("Flags", pc.fill_null(told, fill_value=False).to_numpy(zero_copy_only=False))
