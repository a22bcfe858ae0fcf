"""Whole exports: the answers about every contact at once, columns in and columns out.

Here belongs what is asked of a hundred thousand contacts or ten million: the same rules as the engine's and the same
answers, without an object or a Python call for each contact: the engine is asked where columns cannot tell. Needs the
extra ``bulk``.

- ``columns``: the columns of contacts; ``shapes``: which records can be read in columns; ``customers``: the column
  that names customers;
- ``files``: which way each file goes; ``pieces``: where it may be cut; ``lines``, ``cells``, ``tables``: JSON, CSV and
  Parquet to columns; ``writing``: tables to files;
- ``parts``: long columns part by part; ``numbers``: ids to row numbers;
  ``folding``: several records of one contact; ``contradictions``: what is told of;
- ``export``: contacts put together; ``lineages``: sessions, links and walks as integers;
- ``recency``: the order of contacts in time; ``plain``: what records leave open of contacts and sessions; ``links``:
  what they leave open of links; ``leads``: where unknown contacts may lead; ``shifts``: where walks meet contacts if
  links count as another type; ``readings``: what open questions can do; ``asking``: the engine, asked about what
  columns do not tell;
- ``places``: where rows stand in files, for whole records;
- ``excerpts``: the contacts that one question needs of many; ``nearby``: the sessions that walks can come to;
  ``neighbours``: who names whom, by looking rows through; ``shown``: the chats that show what is forbidden;
- ``requests``: what comes of each request; ``sightings``: who sees what in later sessions;
- ``answers``: what would be answered about each contact; ``audit``: who can read what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import pyarrow as pa

from rehydration.basis import Basis
from rehydration.bulk import files, writing
from rehydration.bulk.answers import Answers
from rehydration.bulk.audit import Audit, AuditSummary, Only
from rehydration.bulk.customers import CUSTOMER, Customers
from rehydration.bulk.export import Export
from rehydration.bulk.parts import at_once
from rehydration.bulk.requests import REFUSALS
from rehydration.errors import InvalidArgument
from rehydration.graph import ContactGraph
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.records import Account, BinaryFile
from rehydration.records.members import CONTACT_ID, NAME_OF, plain
from rehydration.records.tables import UNTOLD, silent_in

__all__ = ["REFUSALS", "Audit", "AuditSummary", "Only", "audit_export", "read_export", "resolve_export", "write_table"]

_TABLE = "<table>"


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
    the columns, a few pieces of 16 MiB, and the largest record.

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
    columns = at_once(lambda column: column.to_arrow(), frame.get_columns())
    return pa.table(columns, names=frame.columns, metadata={UNTOLD: " ".join(account.untold)})


def resolve_export(
    table: pa.Table,
    *,
    customer_column: str | None = None,
    related_as_link: bool | None = True,
    policy: Policy = DEFAULT_POLICY,
    known: Knowledge = NOTHING_KNOWN,
) -> pa.Table:
    """Answer for every contact of an export what the engine would answer, and tell what the answer depends on.

    ``table`` is an Arrow table, one row a record in any order, with the columns of the data lake or of contact records,
    of which only ``contact_id`` must be there. Several records of one contact fold. ``related_as_link`` tells whether a
    chat's related contact counts as the link of a rehydration, which no record says; None leaves it open, and then the
    engine is asked about each link. ``policy`` and ``known`` are those of :class:`rehydration.basis.Given`.

    The answer has one row a contact: known ones in the order in which they come first, then those that records only
    refer to. Columns of ids and rules are dictionaries, those of ids over the column ``contact_id``. ``entire`` and
    ``segment`` stand for requests of the two types that name the contact as source; where a request is refused, the
    answer is null and ``refused_by`` says by which rule. What an answer depends on is a list of
    :class:`rehydration.DoubtKind`, in their order; an answer that depends on nothing is certain. Under another policy
    than the default a few answers take too long to find: they are null without a rule, and depend on ``bound``.

    - ``contact_id``; ``is_known``; ``initial_contact_id``: its session; ``session_has_ended``;
    - ``continued_from_contact_id``: what its session continues from; null without a link;
    - ``root_contact_id``: where the walk back from the contact ends, whatever the limit;
    - ``entire_continued_from``, ``entire_visible``, ``entire_is_beyond_limit``, ``entire_refused_by``,
      ``entire_depends_on``, and the same for ``segment``: the start contact, how many past contacts would be listed,
      whether there are more than 100, the rule of a refusal, and what all this depends on;
    - ``exposure``: in how many later sessions the transcript of the contact is visible; ``exposure_at_most``: in how
      many it is or may be, null where nobody can tell: unknown contacts may lead there over links that no record
      tells, no record tells sessions or links, or it takes too long to weigh (the kind ``bound``);
      ``exposure_depends_on``: what all this depends on;
    - with ``customer_column``: ``link_joins_customers``, whether the link that the contact carries leads to a contact
      of another customer; null where it carries none or one of the two names no customer.

    Where records of one contact differ and nobody can tell which is later, the metadata of the schema says under
    ``rehydration.disagreements`` what was taken, as a list of sentences in JSON.

    Members of a contact that no record tells are those that :func:`read_export` found to be so, or else those that have
    no column.

    >>> table = pa.table(
    ...     {
    ...         "contact_id": ["C1", "C2"],
    ...         "previous_contact_id": [None, "C1"],
    ...         "initial_contact_id": [None, "C1"],
    ...         "related_contact_id": pa.nulls(2, pa.string()),
    ...         "channel": ["CHAT", "CHAT"],
    ...         "disconnect_timestamp": ["2026-05-03 09:00:00", "2026-05-03 09:10:00"],
    ...     }
    ... )
    >>> resolve_export(table).select(["entire_continued_from", "segment_visible", "segment_depends_on"]).to_pylist()
    [{'entire_continued_from': 'C2', 'segment_visible': 1, 'segment_depends_on': []}, \
{'entire_continued_from': None, 'segment_visible': 2, 'segment_depends_on': []}]

    :raises ContradictoryRecords: the contacts cannot all be true; up to a hundred contradictions are reported.
    :raises UnreadableRecord: a row cannot be read; rows are counted from 1.
    :raises InvalidArgument: something else than a table, one without a column that is needed, or a policy that does not
        explain what was seen.
    """
    answers = _answers(table, customer_column, related_as_link, policy, known)
    return answers.table(with_customers=customer_column is not None)


def audit_export(
    table: pa.Table,
    *,
    customer_column: str | None = None,
    related_as_link: bool | None = True,
    policy: Policy = DEFAULT_POLICY,
    known: Knowledge = NOTHING_KNOWN,
) -> Audit:
    """Find every past contact with every later session in which its transcript can be read, or may be.

    It takes and raises what :func:`resolve_export` does. ``tables()`` of the answer yields the pairs, ``summary()``
    sums them up. What crosses customers comes first, then surveys (initiation method DISCONNECT), then what may be one,
    because no record tells how it was initiated: there ``is_survey`` is null. Then the order is that of sessions in the
    export, and of each session newest first.

    ``is_readable`` tells whether the transcript can be read, ``depends_on`` what could change that: a list of
    :class:`rehydration.DoubtKind`. A row that is not readable and depends on something is undecided: treat it as
    readable. A link that joins two customers has a row even where nothing is or may be readable. What unknown contacts
    may lead to over links that no record tells has no row; the summary counts it.

    >>> table = pa.table({"contact_id": ["C1", "D1"], "related_contact_id": [None, "C1"]})
    >>> audit = audit_export(table)
    >>> [table.select(["contact_id", "readable_in"]).to_pylist() for table in audit.tables()]
    [[{'contact_id': 'C1', 'readable_in': 'D1'}]]
    """
    answers = _answers(table, customer_column, related_as_link, policy, known)
    return Audit(answers, with_customers=customer_column is not None)


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


def _answers(
    table: pa.Table, customer_column: str | None, related_as_link: object, policy: Policy, known: Knowledge
) -> Answers:
    """Put the contacts of a table together, and what they are asked under."""
    if not isinstance(table, pa.Table):
        raise InvalidArgument("table", table, "a pyarrow.Table; read_export makes one of files")
    names = table.column_names
    if not any(NAME_OF.get(plain(name)) == CONTACT_ID for name in names):
        raise InvalidArgument("table", names, "a table with a column contact_id, or ContactId")
    if len({*names}) < len(names):
        raise InvalidArgument("table", names, "a table that names each column once")
    if customer_column is not None and customer_column not in names:
        raise InvalidArgument("customer_column", customer_column, f"one of the columns {', '.join(names)}")
    asked = Basis(ContactGraph(), policy=policy, known=known)
    account, customers = Account(), Customers(customer_column)
    frame = files.read_table(table, _TABLE, customers, account)
    untold = account.untold if customers.is_usual else account.untold - {CUSTOMER}
    export = Export.of(frame, related_as_link=related_as_link is not False, untold=untold)
    return Answers(export, asked.policy, asked.known, are_links=related_as_link is not None)
