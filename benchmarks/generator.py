"""Realistic contacts in any number, the same for the same seed: as columns, as contact records, as objects.

A history is made session by session, in time order. Sessions have three contacts in the mean. Customers come back, a
few of them very often. Most sessions continue an earlier one of the same customer, mostly the latest, half of them
from its last contact, half from any: so lineages fork. A few lineages are very long: everybody continues the session
before, from its last contact. One continuation in a thousand is by another customer. Of the last sessions some go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rehydration import Contact, TranscriptFact

NOBODY = -1
"""What stands in a column of row numbers where there is no contact."""

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
INSTANCE = "7f3c1f0e-5d1b-4c0e-9a55-0d6a3c1b2e44"
ARN = f"arn:aws:connect:eu-west-2:123456789012:instance/{INSTANCE}"
METHODS = ("API", "TRANSFER", "QUEUE_TRANSFER", "DISCONNECT")

_TWO_YEARS = 2 * 365 * 86_400
_LONGEST_SESSION = 20
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class History:
    """Contacts by row number, in time order; all arrays have one element a contact.

    ``previous`` and ``related`` are row numbers, or ``NOBODY``; ``initial`` is the row of the session's first contact.
    ``customer`` is a number, ``method`` an index into ``METHODS``; times are seconds since ``BEGIN``, ``ended`` is
    ``NOBODY`` for a contact that goes on.
    """

    ids: npt.NDArray[np.bytes_]
    previous: Rows
    initial: Rows
    related: Rows
    customer: Rows
    method: npt.NDArray[np.int8]
    began: npt.NDArray[np.int64]
    ended: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self.ids)

    @property
    def parent(self) -> Rows:
        """Row of the contact that comes right before: the previous contact, or the one continued from."""
        return np.where(self.previous >= 0, self.previous, self.related)

    def depth(self) -> Rows:
        """How many contacts a walk back from each contact enters, itself included; as if there were no limit."""
        depth = [0] * (len(self) + 1)  # the last stands for nobody
        for row, parent in enumerate(self.parent.tolist()):
            depth[row] = depth[parent] + 1
        return np.array(depth[:-1], np.int32)


def history(count: int, *, seed: int = 7, in_long_lineages: int | None = None, long_lineages: int = 3) -> History:
    """Make so many contacts, some of them in the few very long lineages: by default a fifth, at most 100,000."""
    dice = np.random.default_rng(seed)
    sizes = _sizes(count, dice)
    first = np.cumsum(sizes) - sizes
    in_long = min(100_000, count // 5) if in_long_lineages is None else in_long_lineages
    customer = _customers(sizes, in_long, long_lineages, dice)
    continued = _continued_sessions(customer, long_lineages, dice)
    is_long = customer < long_lineages
    from_last = (dice.random(len(sizes)) < 0.5) | is_long
    any_place = np.floor(dice.random(len(sizes)) * sizes[continued]).astype(np.int64)
    start = first[continued] + np.where(from_last, sizes[continued] - 1, any_place)
    is_strange = (dice.random(len(sizes)) < 0.001) & ~is_long & (continued >= 0)
    customer[is_strange] = dice.integers(long_lineages, customer.max() + 1, int(is_strange.sum()))

    rows = np.arange(count)
    session = np.repeat(np.arange(len(sizes)), sizes)
    is_first = rows == first[session]
    related = np.full(count, NOBODY)
    related[first] = np.where(continued >= 0, start, NOBODY)
    is_last = rows == (first + sizes - 1)[session]
    method = np.where(is_last & (dice.random(count) < 0.3), 3, dice.choice([1, 1, 2], count))
    seconds = max(2, min(60, _TWO_YEARS // count))
    ended = (rows + 1) * seconds - 1
    ended[is_last & _goes_on(continued, dice)[session]] = NOBODY
    return History(
        ids=_ids(count, dice),
        previous=np.where(is_first, NOBODY, rows - 1).astype(np.int32),
        initial=first[session].astype(np.int32),
        related=related.astype(np.int32),
        customer=customer[session].astype(np.int32),
        method=np.where(is_first, 0, method).astype(np.int8),
        began=rows * seconds,
        ended=ended,
    )


def _sizes(count: int, dice: np.random.Generator) -> npt.NDArray[np.int64]:
    """How many contacts each session has, together so many."""
    sizes = np.minimum(dice.geometric(1 / 3, count), _LONGEST_SESSION)
    ends = np.cumsum(sizes)
    sessions = int(np.searchsorted(ends, count)) + 1
    sizes = sizes[:sessions]
    sizes[-1] -= ends[sessions - 1] - count
    return sizes


def _customers(
    sizes: npt.NDArray[np.int64], in_long: int, long_lineages: int, dice: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Whose each session is: few customers have many; the first ones have those of the very long lineages."""
    customers = max(2, len(sizes) // 12)
    weights = (np.arange(customers) + 10.0) ** -0.9
    customer = dice.choice(customers, len(sizes), p=weights / weights.sum()) + long_lineages
    shuffled = dice.permutation(len(sizes))
    of_long = shuffled[: int(np.searchsorted(np.cumsum(sizes[shuffled]), in_long))]
    customer[of_long] = np.arange(len(of_long)) * long_lineages // max(1, len(of_long))
    return customer


def _continued_sessions(
    customer: npt.NDArray[np.int64], long_lineages: int, dice: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Which session each session continues, or ``NOBODY``: an earlier one of its customer, mostly the latest."""
    sessions = len(customer)
    habit = dice.choice([0.30, 0.85, 0.98], customer.max() + 1, p=[0.5, 0.4, 0.1])
    habit[:long_lineages] = 1.0
    by_customer = np.argsort(customer, kind="stable")
    sorted_customer = customer[by_customer]
    is_new = np.concatenate([[True], sorted_customer[1:] != sorted_customer[:-1]])
    group = np.maximum.accumulate(np.where(is_new, np.arange(sessions), 0))
    rank = np.arange(sessions) - group  # the how many-th session of its customer
    any_earlier = np.floor(dice.random(sessions) * rank).astype(np.int64)
    is_latest = (dice.random(sessions) < 0.8) | (sorted_customer < long_lineages)
    earlier = by_customer[group + np.where(is_latest, np.maximum(rank - 1, 0), any_earlier)]
    comes_back = (rank > 0) & (dice.random(sessions) < habit[sorted_customer])
    continued = np.empty(sessions, np.int64)
    continued[by_customer] = np.where(comes_back, earlier, NOBODY)
    return continued


def _goes_on(continued: npt.NDArray[np.int64], dice: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which sessions have not ended: of the last hundredth half of those that nobody continues."""
    sessions = len(continued)
    is_continued = np.zeros(sessions, bool)
    is_continued[continued[continued >= 0]] = True
    is_recent = np.arange(sessions) >= sessions - max(1, sessions // 100)
    return is_recent & ~is_continued & (dice.random(sessions) < 0.5)


def _ids(count: int, dice: np.random.Generator) -> npt.NDArray[np.bytes_]:
    """Opaque ids in the form of random UUIDs."""
    text = np.empty((count, 36), np.uint8)
    for begin in range(0, count, 1 << 20):
        part = text[begin : begin + (1 << 20)]
        part[:] = _HEX[dice.integers(0, 16, part.shape, np.uint8)]
    text[:, [8, 13, 18, 23]] = ord("-")
    text[:, 14] = ord("4")
    return text.view("S36").ravel()


# ----------------------------------------------------------------------------------------------------- as other things


def contacts(made: History) -> Iterator[Contact]:
    """Make each contact as an object, in time order."""
    ids = made.ids.astype(str).tolist()
    available = TranscriptFact()
    for row, (previous, initial, related, customer, method, began, ended) in enumerate(_rows(made)):
        yield Contact(
            contact_id=ids[row],
            initial_contact_id=ids[initial],
            previous_contact_id=None if previous == NOBODY else ids[previous],
            related_contact_id=None if related == NOBODY else ids[related],
            channel="CHAT",
            initiation_method=METHODS[method],
            initiation_timestamp=BEGIN + timedelta(seconds=began),
            disconnect_timestamp=None if ended == NOBODY else BEGIN + timedelta(seconds=ended),
            last_update_timestamp=BEGIN + timedelta(seconds=max(began, ended) + 60),
            customer_id=f"CUST-{customer}",
            instance_id=INSTANCE,
            transcript=None if ended == NOBODY else available,
        )


def _rows(made: History) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of each contact, without holding all of them as Python integers."""
    columns = (made.previous, made.initial, made.related, made.customer, made.method, made.began, made.ended)
    for begin in range(0, len(made), 1 << 16):
        yield from zip(*(each[begin : begin + (1 << 16)].tolist() for each in columns), strict=True)


def record_lines(made: History) -> Iterator[bytes]:
    """Make each contact as one JSON line, a full contact record of about 2 KB, in time order."""
    for contact in contacts(made):
        yield json.dumps(_record(contact), separators=(",", ":")).encode() + b"\n"


def _record(contact: Contact) -> dict[str, Any]:
    first = contact.is_first
    began = _written(contact.initiation_timestamp)
    ended = _written(contact.disconnect_timestamp)
    agent = f"{ARN}/agent/{contact.contact_id[:8]}"
    location = f"amazon-connect-example/connect/example/ChatTranscripts/2026/05/03/{contact.contact_id}"
    recording = {"DeletionReason": None, "Location": f"{location}_20260503T09:00_UTC.json", "Status": "AVAILABLE"}
    return {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": {
            "AgentInteractionDuration": 240,
            "AgentPauseDuration": 0,
            "AfterContactWorkDuration": 31,
            "AfterContactWorkEndTimestamp": ended,
            "AfterContactWorkStartTimestamp": ended,
            "ARN": agent,
            "ConnectedToAgentTimestamp": began,
            "CustomerHoldDuration": 0,
            "HierarchyGroups": None,
            "NumberOfHolds": 0,
            "RoutingProfile": {"ARN": f"{ARN}/routing-profile/chat", "Name": "Chat"},
            "Username": agent[-8:],
        },
        "Attributes": {"customerName": "Ana", "orderId": "A-1042"},
        "Channel": contact.channel,
        "ChatMetrics": {"ChatContactMetrics": {"MultiParty": False, "TotalMessages": 8, "TotalBotMessages": 1}},
        "ConnectedToSystemTimestamp": began,
        "ContactAssociationId": contact.initial_contact_id,
        "ContactId": contact.contact_id,
        "CustomerEndpoint": None,
        "CustomerId": contact.customer_id,
        "DisconnectReason": None if ended is None else "CONTACT_FLOW_DISCONNECT",
        "DisconnectTimestamp": ended,
        "InitialContactId": None if first else contact.initial_contact_id,
        "InitiationMethod": contact.initiation_method,
        "InitiationTimestamp": began,
        "InstanceARN": ARN,
        "LastUpdateTimestamp": _written(contact.last_update_timestamp),
        "MediaStreams": [{"Type": "CHAT"}],
        "NextContactId": None,
        "PreviousContactId": contact.previous_contact_id,
        "Queue": {
            "ARN": f"{ARN}/queue/orders",
            "DequeueTimestamp": began,
            "Duration": 12,
            "EnqueueTimestamp": began,
            "Name": "Orders",
        },
        "Recordings": [] if ended is None else [recording | {"MediaStreamType": "CHAT", "StorageType": "S3"}],
        "References": [],
        "RelatedContactId": contact.related_contact_id,
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
        "Tags": {"aws:connect:instanceId": INSTANCE},
        "TransferCompletedTimestamp": None,
    }


def _written(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def columns(made: History) -> pa.Table:
    """Make an Arrow table with the columns of the data lake, one row a contact, in time order; ids are text."""
    began = np.datetime64(BEGIN.replace(tzinfo=None), "ms") + made.began * np.timedelta64(1000, "ms")
    ended = np.datetime64(BEGIN.replace(tzinfo=None), "ms") + made.ended * np.timedelta64(1000, "ms")
    methods = pa.DictionaryArray.from_arrays(pa.array(made.method), pa.array(METHODS))
    customers = np.char.add(b"CUST-", np.arange(made.customer.max() + 1).astype("S10"))
    is_first = made.initial == np.arange(len(made))
    utc = pa.timestamp("ms", "UTC")
    return pa.table(
        {
            "contact_id": _text(made.ids, np.arange(len(made))),
            "initial_contact_id": _text(made.ids, np.where(is_first, NOBODY, made.initial)),
            "previous_contact_id": _text(made.ids, made.previous),
            "related_contact_id": _text(made.ids, made.related),
            "channel": pa.repeat("CHAT", len(made)),
            "initiation_method": methods.dictionary_decode(),
            "initiation_timestamp": pa.array(began).cast(utc),
            "disconnect_timestamp": pa.array(ended, mask=made.ended == NOBODY).cast(utc),
            "customer_id": _text(customers, made.customer),
        }
    )


def _text(texts: npt.NDArray[np.bytes_], rows: npt.NDArray[Any]) -> pa.ChunkedArray:
    """Take texts by row number, null where there is nobody, a million at a time."""
    parts = []
    for begin in range(0, len(rows), 1 << 20):
        part = rows[begin : begin + (1 << 20)]
        parts.append(pa.array(texts[part], mask=part < 0).cast(pa.large_string()))
    return pa.chunked_array(parts, pa.large_string())


if __name__ == "__main__":
    for count in (1_000, 100_000, 1_000_000):
        made = history(count)
        depth = made.depth()
        told = ", ".join(f"{each:g}" for each in np.quantile(depth, [0.5, 0.9, 0.99, 1]))
        size = np.mean([len(line) for line in islice(record_lines(made), 1_000)])
        print(f"{count} contacts, {(made.previous < 0).sum()} sessions, {(made.related >= 0).sum()} links;", end=" ")
        print(f"depth {depth.mean():.1f} in the mean, {told} at 50, 90, 99, 100 %; {size:.0f} bytes a record")
