"""Whole exports: the answers about every contact at once, columns in and columns out.

Here belongs what is asked of a hundred thousand contacts or ten million: the same rules as the engine's and the same
answers, under the default policy, without an object or a Python call for each contact. Needs the extra ``bulk``.

- ``columns``: the columns of contacts; ``shapes``: which records can be read in columns; ``customers``: the column
  that names customers;
- ``files``: which way each file goes; ``pieces``: where it may be cut; ``lines``, ``cells``, ``tables``: JSON, CSV and
  Parquet to columns; ``writing``: tables to files;
- ``parts``: long columns part by part; ``numbers``: ids to row numbers;
  ``folding``: several records of one contact; ``contradictions``: what is told of;
- ``export``: contacts put together; ``lineages``: sessions, links and walks as integers;
- ``answers``: what would be answered about each contact; ``audit``: who can read what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable

import pyarrow as pa

from rehydration.bulk import files, writing
from rehydration.bulk.answers import REFUSALS, Answers
from rehydration.bulk.audit import Audit, AuditSummary, Only
from rehydration.bulk.customers import CUSTOMER, Customers
from rehydration.bulk.export import Export
from rehydration.errors import InvalidArgument
from rehydration.records import Account, BinaryFile
from rehydration.records.members import CONTACT_ID, NAME_OF, plain
from rehydration.records.tables import UNTOLD, silent_in

__all__ = ["REFUSALS", "Audit", "AuditSummary", "Only", "audit_export", "read_export", "resolve_export", "write_table"]

_TABLE = "<table>"
_OF_THE_AUDIT = ("initiation_method",)


def read_export(
    source: str | os.PathLike[str] | BinaryFile | Iterable[str | os.PathLike[str] | BinaryFile],
    *,
    customer_column: str | None = None,
    strict: bool = False,
    account: Account | None = None,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> pa.Table:
    """Read exports into one Arrow table, one row a record, with the columns of the data lake.

    ``source`` is a path, an open binary file, or an iterable of them; a path may be of a directory, or a pattern. Files
    hold whatever :func:`rehydration.read_contacts` reads, and the contacts are the same. JSON with one object a line or
    with nothing between the objects, CSV and Parquet are read in columns, many records at once; what is written
    otherwise, and single records that are unusual, take longer. ``customer_column`` names the column or member that
    names customers, ``Attributes.NAME`` one of the attributes; it takes the place of ``customer_id``. ``strict``
    refuses what is no record of a contact, as in ``read_contacts``; ``account`` is filled with what was passed over,
    and with what no record tells. ``progress`` is told how many bytes were read since it was told last. Memory holds
    the columns, a few pieces of 8 MiB, and the largest record.

    Columns: the ids as text; the three times with microseconds in UTC; ``channel``, ``initiation_method``,
    ``customer_id`` and ``instance_id`` as text; ``transcript``, what recordings tell of the transcript
    (``available``, ``missing``, ``deleted`` or null); ``is_event``. The metadata of the schema says under
    ``rehydration.untold`` which of them no record tells; Arrow keeps it, and whoever reads the table goes by it.

    :raises UnreadableRecord: something cannot be read; it names the file, and the record or row in it.
    :raises InvalidArgument: ``source`` is of no such kind, or no record names a customer in ``customer_column``.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/data-lake-contact-data.html
    """
    if not isinstance(source, str | os.PathLike | Iterable) and not hasattr(source, "read"):
        raise InvalidArgument("source", source, "a path, a file opened in binary mode, or an iterable of these")
    account = Account() if account is None else account
    frame = files.read_columns(source, Customers(customer_column), progress, strict=strict, account=account)
    return frame.to_arrow().replace_schema_metadata({UNTOLD: " ".join(account.untold)})


def resolve_export(table: pa.Table, *, customer_column: str | None = None, related_as_link: bool = True) -> pa.Table:
    """Answer for every contact of an export what the engine would answer under the default policy.

    ``table`` is an Arrow table, one row a record in any order, with the columns of the data lake or of contact records,
    of which only ``contact_id`` must be there. Several records of one contact fold. ``related_as_link`` tells whether a
    chat's related contact counts as the link of a rehydration, which no record says.

    The answer has one row a contact: known ones in the order in which they come first, then those that records only
    refer to. Columns of ids and rules are dictionaries, those of ids over the column ``contact_id``. ``entire`` and
    ``segment`` stand for requests of the two types that name the contact as source; where a request is refused, the
    answer is null and ``refused_by`` says by which rule.

    - ``contact_id``; ``is_known``; ``initial_contact_id``: its session; ``session_has_ended``;
    - ``continued_from_contact_id``: what its session continues from; null without a link;
    - ``root_contact_id``: where the walk back from the contact ends, whatever the limit;
    - ``entire_continued_from``, ``entire_visible``, ``entire_is_beyond_limit``, ``entire_refused_by``, and the same for
      ``segment``: the start contact, how many past contacts would be listed, and whether there are more than 100;
    - ``exposure``: in how many later sessions the transcript of the contact is visible;
    - with ``customer_column``: ``link_joins_customers``, whether the link that the contact carries leads to a contact
      of another customer; null where it carries none or one of the two names no customer.

    >>> table = pa.table(
    ...     {
    ...         "contact_id": ["C1", "C2"],
    ...         "previous_contact_id": [None, "C1"],
    ...         "initial_contact_id": [None, "C1"],
    ...         "disconnect_timestamp": ["2026-05-03 09:00:00", "2026-05-03 09:10:00"],
    ...     }
    ... )
    >>> resolve_export(table).select(["entire_continued_from", "segment_visible"]).to_pylist()
    [{'entire_continued_from': 'C2', 'segment_visible': 1}, {'entire_continued_from': None, 'segment_visible': 2}]

    :raises ContradictoryRecords: the contacts cannot all be true; up to a hundred contradictions are reported.
    :raises UnreadableRecord: a row cannot be read; rows are counted from 1.
    :raises InvalidArgument: something else than a table, or one without a column that is needed.
    """
    export = _export(table, customer_column, related_as_link=related_as_link, but=_OF_THE_AUDIT)
    return Answers(export).table(with_customers=customer_column is not None)


def audit_export(table: pa.Table, *, customer_column: str | None = None, related_as_link: bool = True) -> Audit:
    """Find every past contact with every later session in which its transcript can be read, within the limit.

    It takes and raises what :func:`resolve_export` does. ``tables()`` of the answer yields the pairs, ``summary()``
    sums them up. What crosses customers comes first, then surveys (initiation method DISCONNECT), then what may be one,
    because no record tells how it was initiated: there ``is_survey`` is null. Then the order is that of sessions in the
    export, and of each session newest first. A link that joins two customers has a row even where nothing is readable:
    there ``is_readable`` is False.

    >>> table = pa.table({"contact_id": ["C1", "D1"], "related_contact_id": [None, "C1"]})
    >>> audit = audit_export(table)
    >>> [table.select(["contact_id", "readable_in"]).to_pylist() for table in audit.tables()]
    [[{'contact_id': 'C1', 'readable_in': 'D1'}]]
    """
    export = _export(table, customer_column, related_as_link=related_as_link)
    return Audit(export, with_customers=customer_column is not None)


def write_table(table: pa.Table, path: str | os.PathLike[str], *, raw: bool = False) -> None:
    """Write a table to a file as its name ends: ``.csv``, ``.parquet``, ``.jsonl`` or ``.ndjson``.

    The file is there once it is whole; one that was there is replaced. In CSV a text that a spreadsheet would run as a
    formula gets an apostrophe before it, unless ``raw``: then programs read again what was written. Only Parquet keeps
    in mind which columns no record tells; CSV and JSON lines go without these.

    :raises InvalidArgument: the name ends otherwise, or the file cannot be written.
    """
    if not os.fspath(path).endswith(".parquet"):
        silent = silent_in(table)
        table = table.drop_columns([name for name in table.column_names if NAME_OF.get(plain(name)) in silent])
    writing.write_tables([table], table.schema, path, raw=raw)


def _export(
    table: pa.Table, customer_column: str | None, *, related_as_link: bool, but: Collection[str] = ()
) -> Export:
    """Put the contacts of a table together; ``but`` names columns that are not looked at."""
    if not isinstance(table, pa.Table):
        raise InvalidArgument("table", table, "a pyarrow.Table; read_export makes one of files")
    names = table.column_names
    if not any(NAME_OF.get(plain(name)) == CONTACT_ID for name in names):
        raise InvalidArgument("table", names, "a table with a column contact_id, or ContactId")
    if len({*names}) < len(names):
        raise InvalidArgument("table", names, "a table that names each column once")
    if customer_column is not None and customer_column not in names:
        raise InvalidArgument("customer_column", customer_column, f"one of the columns {', '.join(names)}")
    wanted = [name for name in names if NAME_OF.get(plain(name)) not in but or name == customer_column]
    account, customers = Account(), Customers(customer_column)
    frame = files.read_table(table.select(wanted), _TABLE, customers, account)
    also_told = but if customers.is_usual else (*but, CUSTOMER)
    return Export.of(frame, related_as_link=related_as_link, untold=account.untold - {*also_told})
