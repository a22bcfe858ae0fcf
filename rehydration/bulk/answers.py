"""The answers for every contact of an export, as one table.

Here belongs what an export is asked, under one policy and with what was seen, and the table of answers.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rehydration.bulk.asking import BIT, KINDS, Engine
from rehydration.bulk.export import Export
from rehydration.bulk.leads import Leads
from rehydration.bulk.links import Links
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import at_once, parts_of, taken
from rehydration.bulk.plain import Plain
from rehydration.bulk.readings import Kinds, Readings
from rehydration.bulk.recency import Recency
from rehydration.bulk.requests import REFUSALS, Requests, Told
from rehydration.bulk.shifts import Shifts
from rehydration.bulk.sightings import Sightings
from rehydration.contacts import REFERENCES
from rehydration.doubts import DoubtKind
from rehydration.knowledge import Knowledge
from rehydration.missing import ALWAYS
from rehydration.policies import LinkScope, Policy

DISAGREEMENTS: Final = b"rehydration.disagreements"
"""The key in the metadata of the schema where it stands, as JSON, what was taken where records differ."""
_EACH: Final = pa.array([str(kind) for kind in KINDS])
_HOW_MANY: Final = np.array([bits.bit_count() for bits in range(1 << len(KINDS))], np.int8)
_FIRST: Final = np.array([max(0, bits.bit_length() - 1) for bits in range(1 << len(KINDS))], np.int8)


class Answers:
    """What would be answered about each contact of an export."""

    def __init__(self, export: Export, policy: Policy, known: Knowledge, *, are_links: bool) -> None:
        """Answer nothing yet. ``policy`` explains what was seen. ``are_links``: related contacts are links for sure."""
        self.export = export
        self._lineages, self._policy = export.lineages, policy
        self._recency = Recency(export)
        self._plain = Plain(export, self._recency)
        self.leads: Leads = Leads(export, self._plain)
        self._possible = Readings(policy, known)
        self._links = Links(
            self._lineages,
            self._recency,
            self._plain,
            are_links=are_links,
            are_open=self._possible.are_open,
            are_carried=policy.link_scope is LinkScope.CONTACT,
        )
        self._engine = Engine(export, policy, known, self._plain.unplaced, are_links=are_links)
        self._is_untold = bool(export.untold & ALWAYS)

    def table(self, *, with_customers: bool) -> pa.Table:
        """Make the table of answers."""
        lineages, ids = self._lineages, self.export.ids.to_arrow()
        requests = Requests(
            self.export,
            self._recency,
            self._plain,
            self._links,
            self._possible,
            self._engine,
            self._policy,
            is_untold=self._is_untold,
        )
        exposure, at_most, kinds = self.sightings.exposure
        may_be_more = self.may_be_led_to
        if self.export.untold & {*REFERENCES}:
            may_be_more = np.ones(len(lineages), bool)
        if may_be_more.any():
            kinds = kinds | may_be_more * np.uint8(BIT[DoubtKind.RECORDS])
        columns = {
            "contact_id": ids,
            "is_known": pa.array(lineages.is_known),
            "initial_contact_id": _contacts(lineages.session, ids),
            "session_has_ended": pa.array(~taken(self._recency.is_live, lineages.session)),
            "continued_from_contact_id": _contacts(lineages.continued_from, ids),
            "root_contact_id": _contacts(lineages.root, ids),
            **_request("entire", requests.entire(), ids),
            **_request("segment", requests.segment(), ids),
            "exposure": pa.array(exposure),
            "exposure_at_most": _column(at_most, may_be_more | (kinds & BIT[DoubtKind.BOUND] > 0)),
            "exposure_depends_on": kinds_column(kinds),
        }
        if with_customers:
            columns["link_joins_customers"] = self.joins_customers()
        disagreements = json.dumps([*map(str, self.export.disagreements)])
        return pa.table(columns).replace_schema_metadata({DISAGREEMENTS: disagreements})

    @cached_property
    def sightings(self) -> Sightings:
        """Who sees what in later sessions."""
        return Sightings(
            self.export,
            self._plain,
            self._links,
            Shifts(self._lineages, self._recency, self._plain, self._links),
            self._possible,
            self._engine,
            is_untold=self._is_untold,
            are_carried=self._policy.link_scope is LinkScope.CONTACT,
        )

    @cached_property
    def may_be_led_to(self) -> Flags:
        """Which transcripts may be read over links that no record tells."""
        if self.leads.are_none:
            return np.zeros(len(self._lineages), bool)
        led_to: Flags = taken(self.leads.leads_to, self._lineages.session) & self.sightings.is_readable
        return led_to

    def joins_customers(self) -> pa.Array:
        """Tell of each contact that carries a link whether the start contact names another customer."""
        customer, carriers = self.export.frame["customer_id"], self.export.carriers
        start = self._lineages.start[self._lineages.session[carriers]]
        is_known = start < len(customer)
        carriers, start = carriers[is_known], start[is_known]
        told = np.full(len(self._lineages), NOBODY, np.int8)

        def tell(part: slice) -> None:
            differs = customer.gather(carriers[part]) != customer.gather(start[part])
            told[carriers[part]] = differs.cast(pl.Int8).fill_null(NOBODY).to_numpy()

        at_once(tell, parts_of(len(carriers)))
        return _column(told == 1, told == NOBODY)


def _contacts(rows: Rows, ids: pa.Array) -> pa.DictionaryArray:
    numbers = _column(rows.astype(np.int32, copy=False), rows < 0)
    return pa.DictionaryArray.from_arrays(numbers, ids, safe=False)  # they are row numbers of the ids


def _request(prefix: str, told: Told, ids: pa.Array) -> dict[str, pa.Array]:
    """Make the columns of one type of request."""
    is_null = (told.refused >= 0) | told.is_untold
    return {
        f"{prefix}_continued_from": _contacts(np.where(is_null, NOBODY, told.start), ids),
        f"{prefix}_visible": _column(told.listed.astype(np.uint8, copy=False), is_null),
        f"{prefix}_is_beyond_limit": _column(told.is_beyond, is_null),
        f"{prefix}_refused_by": _rules(told.refused),
        f"{prefix}_depends_on": kinds_column(told.kinds),
    }


def kinds_column(kinds: Kinds) -> pa.Array:
    """Make a column of lists of kinds of doubts, in the order of the kinds."""
    offsets = np.zeros(len(kinds) + 1, np.int32)
    np.cumsum(taken(_HOW_MANY, kinds), out=offsets[1:])
    some = kinds[kinds > 0]
    places, lengths = taken(_FIRST, some), taken(_HOW_MANY, some)
    is_longer = lengths > 1  # as few are
    if is_longer.any():
        places = np.repeat(places, lengths)
        each = some[is_longer][:, None] >> np.arange(len(KINDS), dtype=np.uint8) & 1
        places[np.repeat(is_longer, lengths)] = np.nonzero(each)[1]
    begins = pa.Array.from_buffers(pa.int32(), len(offsets), [None, pa.py_buffer(offsets)])
    return pa.ListArray.from_arrays(begins, pa.DictionaryArray.from_arrays(pa.array(places), _EACH, safe=False))


def _rules(numbers: npt.NDArray[np.int8]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(_column(numbers, numbers < 0), pa.array(REFUSALS), safe=False)


def _column(values: npt.NDArray[Any], is_null: Flags) -> pa.Array:
    """Make a column of numbers or flags as they lie; ``pa.array`` takes its time to look for the nulls."""
    kind = pa.from_numpy_dtype(values.dtype)
    data = np.packbits(values, bitorder="little") if values.dtype == np.bool_ else np.ascontiguousarray(values)
    is_told = np.packbits(~is_null, bitorder="little")
    return pa.Array.from_buffers(kind, len(values), [pa.py_buffer(is_told), pa.py_buffer(data)])
