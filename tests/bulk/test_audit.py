"""The audit of an export: who can read what, and the command that writes it down."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Collection
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from bulk.answering import branching, circumstances, graph_of, in_bulk, is_lost, kinds, table_of, within
from rehydration import Contact, ContactGraph, ContactId, DoubtKind, Policy, Rehydration, exposure, visible_past
from rehydration.bulk import asking, audit_export, read_export, resolve_export
from rehydration.cli import main
from rehydration.evidence import EXPERIMENTS, write_observations
from rehydration.knowledge import Knowledge
from rehydration.missing import PerhapsLinked
from rehydration.policies import policies_with
from trying import examples
from worlds import BEGIN, Record, as_recorded, at, worlds

Pair = tuple[str, str]


def rows_of(contacts: list[Contact], untold: Collection[str] = (), **given: Any) -> list[dict[str, Any]]:
    audit = audit_export(table_of(contacts, untold), customer_column="customer_id", **given)
    return [row for table in audit.tables() for row in table.to_pylist()]


BRANCHING = st.randoms(use_true_random=False).map(branching)
TOLD_APART = [branching(Random(seed)) for seed in (11, 13, 19)]  # noqa: S311  # a history, no secret
"""Histories that fail most of the mistakes that walks over links of two types can have."""


@examples(1.2)
@given(st.sampled_from([1, 3, 5, 7, 100]), worlds(most=7).map(as_recorded) | BRANCHING, circumstances())
@example(100, TOLD_APART[0], {"policy": Policy(beyond_limit="REFUSE", unavailable="REFUSE")})
@example(5, TOLD_APART[1], {})
@example(5, TOLD_APART[2], {})
def test_there_is_a_row_for_whatever_the_engine_shows_or_leaves_undecided(
    limit: int, contacts: list[Contact], given: dict[str, Any]
) -> None:
    with within(limit):
        told = {
            (row["contact_id"], row["readable_in"]): (row["is_readable"], row["depends_on"])
            for row in rows_of(contacts, **given)
            if row["is_readable"] or row["depends_on"]
        }
        assert told == by_engine(contacts, **given)


def by_engine(
    contacts: list[Contact], *, related_as_link: bool | None = True, untold: Collection[str] = (), **given: Any
) -> dict[Pair, tuple[bool, list[str]]]:
    """Every pair of a past contact and a later session that shows it, or may: whether it does, and the doubts."""
    graph = graph_of(contacts, related_as_link, untold)
    found: dict[Pair, tuple[bool, list[str]]] = {}
    for segment in (segment for session in graph.sessions for segment in session):
        exposed, own = exposure(graph, segment.contact_id, **given), segment.contact_id
        unknown = [DoubtKind.RECORDS] if segment.known is None else []
        for each in exposed.sightings:
            found[own, each.initial_contact_id] = (True, kinds(each.depends_on, *unknown))
        for undecided in exposed.undecided:
            if undecided.depends_on and not is_lost(segment.contact):
                found.setdefault((own, undecided.initial_contact_id), (False, kinds(undecided.depends_on, *unknown)))
    return found


METHODS = {"7": "DISCONNECT", "0": "API", "2": None}


@examples(1.2)
@given(worlds(), st.lists(st.sampled_from([True, False, False]), min_size=9, max_size=9))
def test_what_unknown_contacts_may_lead_to_is_counted_as_the_engine_names_it(
    records: list[Record], are_linked: list[bool]
) -> None:
    contacts = [
        evolve(
            each,
            related_contact_id=each.related_contact_id if is_linked else None,
            initiation_method=METHODS[each.contact_id[1]],
        )
        for each, is_linked in zip(as_recorded(records), are_linked, strict=False)
    ]
    graph = ContactGraph.from_contacts(contacts)
    open_to = [each for one in graph.sessions for each in one if each.is_listed and not is_lost(each.contact)]
    leads = [
        (str(each.unknown and each.unknown.contact_id), to, each.session.customer_id)
        for each in PerhapsLinked(graph).leads
        for to in open_to
        if each.may_come_to(to.session) and (to.session.begun_since or at(BEGIN)) <= each.latest
    ]
    led = {to.contact_id for _, to, _ in leads}
    assert led == {each.contact_id for each in open_to if exposure(graph, each.contact_id).gaps}
    across = {
        to.contact_id for _, to, reader in leads if to.known and reader and to.known.customer_id not in {None, reader}
    }
    told = audit_export(table_of(contacts), customer_column="customer_id").summary()
    methods = [METHODS[each[1]] if graph.segment(each).known else None for each in led]
    assert (told.unknown_leads, told.led_contacts, told.led_surveys, told.led_maybe_surveys) == (
        len({unknown for unknown, _, _ in leads}),
        len(led),
        methods.count("DISCONNECT"),
        methods.count(None),
    )
    assert told.led_across_customers == len(across)


@pytest.mark.parametrize("known", [{}, {"known": Knowledge(policies_with("ended", "SEGMENT"), 1)}])
@pytest.mark.parametrize("limit", [1, 2])
def test_what_is_missing_beyond_the_limit_may_show_a_branch(limit: int, known: dict[str, Any]) -> None:
    def chat(name: str, session: str, previous: str | None = None, start: str | None = None, *, time: int) -> Contact:
        return Contact(
            contact_id=ContactId(name),
            initial_contact_id=session,
            previous_contact_id=previous,
            related_contact_id=start,
            initiation_timestamp=at(BEGIN + time),
            disconnect_timestamp=at(BEGIN + time),
        )

    alike = [chat("a1", "nobody", "nobody", time=0), chat("a2", "nobody", "nobody", time=0)]
    branched = [chat("b0", "b0", start="a1", time=1), chat("b1", "b0", "b0", time=2), chat("b2", "b0", "b0", time=3)]
    late = [chat("c0", "c0", time=4), chat("c1", "c0", "c0", start="b1", time=5)]
    contacts = [*alike, *branched, *late, chat("d0", "d0", start="c0", time=6), chat("e0", "e0", start="d0", time=7)]
    with within(limit):
        told = {
            (row["contact_id"], row["readable_in"]): (row["is_readable"], row["depends_on"])
            for row in rows_of(contacts, **known)
        }
        assert told == by_engine(contacts, **known)
        assert told.get(("b2", "e0")) == (None if limit == 1 else (False, ["records"]))  # no walk from e0 enters b2


@examples(0.4)
@given(worlds())
def test_a_row_tells_the_session_and_the_link(records: list[Record]) -> None:
    contacts = as_recorded(records)
    graph = ContactGraph.from_contacts(contacts)
    for row in rows_of(contacts):
        seen = visible_past(graph, row["readable_in"])
        assert row["initial_contact_id"] == graph.session_of(row["contact_id"]).initial_contact_id
        assert row["continued_from_contact_id"] == seen.continued_from_contact_id


@examples(0.8)
@given(worlds())
def test_what_crosses_customers_comes_first_then_surveys(records: list[Record]) -> None:
    contacts = as_recorded([{**record} for record in records])
    rows, graph = rows_of(contacts), ContactGraph.from_contacts(contacts)
    rank = [(not row["crosses_customers"], {True: 0, None: 1, False: 2}[row["is_survey"]]) for row in rows]
    assert rank == sorted(rank)
    joining = {
        (row["initial_contact_id"], row["continued_from_contact_id"])
        for row in in_bulk(contacts).values()
        if row["link_joins_customers"]
    }
    told = {(row["readable_in"], row["contact_id"]) for row in rows if row["crosses_customers"]}
    assert joining <= told
    for row in rows:
        named = row["customer_id"], row["reader_customer_id"]
        is_linked = (row["readable_in"], row["contact_id"]) in joining
        assert row["crosses_customers"] == (is_linked or (None not in named and named[0] != named[1]))
        assert row["is_readable"] or row["depends_on"] or is_linked
        segment = graph.segment(row["contact_id"])
        method = segment.known and segment.known.initiation_method
        assert row["is_survey"] == (None if method is None else method == "DISCONNECT")


def test_the_customer_of_a_session_is_that_of_the_first_contact_with_its_link_that_names_one() -> None:
    contacts = [
        Contact(contact_id=ContactId("a0"), customer_id="Ana"),
        *(
            Contact(
                contact_id=ContactId(f"b{place}"),
                initial_contact_id="b0",
                related_contact_id="a0" if place != 1 else None,
                customer_id=customer,
            )
            for place, customer in enumerate([None, "Ana", "Bo", "Cy"])
        ),
    ]
    assert [row["reader_customer_id"] for row in rows_of(contacts)] == ["Bo"]


# ---------------------------------------------------------------------------------------------------------- the command

SURVEYED = [
    {"ContactId": "C1", "CustomerId": "Ana", "DisconnectTimestamp": "2026-05-03T09:00:00Z"},
    {
        "ContactId": "C2",
        "InitialContactId": "C1",
        "PreviousContactId": "C1",
        "CustomerId": "Ana",
        "InitiationMethod": "DISCONNECT",
        "DisconnectTimestamp": "2026-05-03T09:05:00Z",
    },
    {"ContactId": "D1", "CustomerId": "Ana", "RelatedContactId": "C2"},
    {"ContactId": "E1", "CustomerId": "Bo", "RelatedContactId": "C1"},
]
SURVEYED = [{"Channel": "CHAT", "InitiationTimestamp": "2026-05-03T08:50:00Z", **each} for each in SURVEYED]
Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("export.jsonl").write_text("".join(json.dumps(each) + "\n" for each in SURVEYED), encoding="utf-8")

    def run(*arguments: str, stdin: bytes = b"") -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["rehydration", "audit", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exited:
            main()
        return (exited.value.code, *capsys.readouterr())

    return run


def test_the_command_sums_up_and_writes_what_crosses_customers_first(run: Run) -> None:
    status, out, err = run("export.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "4 contacts in 3 sessions",
        "2 sessions linked to an earlier one",
        "2 past contacts readable in 2 later sessions: 3 rows",
        "1 survey among them: 1 row",
        "1 more that may be a survey, no record tells: 2 rows",
        "1 link across customers: 1 row",
        "written to found.csv",
    ]
    names = ["contact_id", "readable_in", "steps_back", "is_survey", "crosses_customers"]
    assert pl.read_csv("found.csv").select(names).rows() == [
        ("C1", "E1", 1, None, True),
        ("C2", "D1", 1, True, False),
        ("C1", "D1", 2, None, False),
    ]


def test_only_what_is_asked_for_is_listed(run: Run) -> None:
    listed = {}
    for only in ("surveys", "other-customers"):
        status, out, _ = run(
            "export.jsonl", "--output", "found.jsonl", "--customer-column", "CustomerId", "--only", only
        )
        assert (status, "listed of those asked for" in out) == (1, True)
        listed[only] = [json.loads(line)["readable_in"] for line in Path("found.jsonl").read_text().splitlines()]
    assert listed == {"surveys": ["E1", "D1", "D1"], "other-customers": ["E1"]}


def test_customers_must_be_named_to_list_only_what_crosses_them(run: Run) -> None:
    status, _, err = run("export.jsonl", "--output", "found.csv", "--only", "other-customers")
    assert (status, "needs --customer-column" in err) == (2, True)


def test_a_link_across_customers_is_told_even_where_it_shows_nothing(run: Run) -> None:
    deleted = [{"MediaStreamType": "CHAT", "Status": "DELETED"}]
    records = [
        {"ContactId": "C1", "CustomerId": "Ana", "InitiationMethod": "API", "Recordings": deleted},
        {"ContactId": "D1", "CustomerId": "Bo", "RelatedContactId": "C1"},
        {"ContactId": "E1", "RelatedContactId": "C1"},
    ]
    Path("silent.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    status, out, _ = run("silent.jsonl", "--output", "found.jsonl", "--customer-column", "CustomerId")
    assert status == 1
    assert "1 link across customers, of which 1 shows nothing: 0 rows\n" in out
    assert "1 link with no customer named on one side or both\n" in out
    (row,) = map(json.loads, Path("found.jsonl").read_text().splitlines())
    assert (row["contact_id"], row["readable_in"]) == ("C1", "D1")
    assert (row["is_readable"], row["crosses_customers"]) == (False, True)


def test_where_no_record_tells_channels_whatever_is_readable_may_be_no_chat(run: Run) -> None:
    records = [{name: value for name, value in each.items() if name != "Channel"} for each in SURVEYED]
    Path("no.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    _, out, _ = run("no.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    assert "\n3 rows readable, unless what is left open hides it\n" in out
    assert {row["depends_on"] for row in pl.read_csv("found.csv").to_dicts()} == {"records"}


def test_what_no_record_tells_is_said_to_be_missing(run: Run) -> None:
    Path("half.csv").write_text("contact_id,initial_contact_id\nC1,\nC2,C1\n", encoding="utf-8")
    status, out, _ = run("half.csv", "--output", "found.csv")
    assert status == 0
    assert "no record tells previous contacts, related contacts: this is a lower bound, more may be readable\n" in out


BRANCHED: list[dict[str, Any]] = [
    {"ContactId": "C1", "CustomerId": "Ana", "DisconnectTimestamp": "2026-05-03T09:00:00Z", "InitiationMethod": "API"},
    {**SURVEYED[1], "CustomerId": "Bo"},
    {**SURVEYED[1], "ContactId": "C3", "DisconnectTimestamp": "2026-05-03T09:20:00Z", "InitiationMethod": None},
    {"ContactId": "D1", "RelatedContactId": "C3", "CustomerId": "Ana", "DisconnectTimestamp": "2026-05-04T09:00:00Z"},
]
BRANCHED = [{"Channel": "CHAT", "InitiationTimestamp": "2026-05-03T08:50:00Z", **each} for each in BRANCHED]


@pytest.fixture
def branched(run: Run) -> Run:
    Path("branched.jsonl").write_text("\n".join(map(json.dumps, BRANCHED)), encoding="utf-8")
    return lambda *arguments: run("branched.jsonl", "--output", "found.csv", *arguments)


def test_what_nobody_can_tell_is_undecided_and_no_survey_is_said_to_be_hidden(branched: Run) -> None:
    status, out, _ = branched()
    assert (status, out.splitlines()[2:]) == (
        0,
        [
            "2 past contacts readable in 1 later session: 2 rows",
            "1 that may be a survey, no record tells: 1 row",
            "undecided: 1 row (1 survey among them), treat as readable",
            "written to found.csv",
        ],
    )
    rows = pl.read_csv("found.csv").select("contact_id", "is_readable", "steps_back", "depends_on").rows()
    assert rows == [("C2", False, None, "policy; link type"), ("C3", True, 1, ""), ("C1", True, 2, "")]


def test_an_undecided_row_of_two_customers_counts_as_a_finding(branched: Run) -> None:
    status, out, _ = branched("--customer-column", "CustomerId")
    assert status == 1
    assert "0 links across customers: 0 rows\n" in out
    assert "undecided: 1 row (1 survey, 1 row across customers among them), treat as readable\n" in out


def test_what_may_be_a_survey_may_be_read_and_what_can_be_read_may_be_hidden(run: Run) -> None:
    lost = [{"MediaStreamType": "CHAT", "Status": "DELETED"}]
    records: list[dict[str, Any]] = [
        {**BRANCHED[0], "InitiationMethod": None},
        {**BRANCHED[1], "InitiationMethod": None, "Recordings": lost},
        {**BRANCHED[3], "RelatedContactId": "C2"},
    ]
    Path("lost.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    _, out, _ = run("lost.jsonl", "--output", "found.csv")
    assert "1 row readable, unless what is left open hides it\n" in out
    _, out, _ = run("lost.jsonl", "--output", "found.csv", "--policy", "unavailable=REFUSE")
    assert "undecided: 1 row (1 that may be a survey among them), treat as readable\n" in out


def test_an_undecided_row_may_be_neither_a_survey_nor_of_two_customers(run: Run) -> None:
    transferred = [{**each, "InitiationMethod": "TRANSFER"} for each in BRANCHED[1:3]]
    records = [BRANCHED[0], *transferred, BRANCHED[3]]
    Path("plain.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    _, out, _ = run("plain.jsonl", "--output", "found.csv")
    assert "0 surveys among them: 0 rows\n" in out
    assert "undecided: 1 row, treat as readable\n" in out


def test_no_survey_is_not_said_where_no_record_tells_of_a_readable_contact_whether_it_is_one(run: Run) -> None:
    records = [BRANCHED[0], {**BRANCHED[1], "InitiationMethod": "API"}, BRANCHED[2], BRANCHED[3]]
    Path("untold.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    _, out, _ = run("untold.jsonl", "--output", "found.csv")
    assert ("0 survey" in out, "1 that may be a survey, no record tells: 1 row\n" in out) == (False, True)


def test_no_survey_is_not_said_where_an_unknown_contact_may_lead_to_one(run: Run) -> None:
    cut = {"InitialContactId": "Z1", "PreviousContactId": "Z1", "CustomerId": "Bo", "RelatedContactId": None}
    records = [*SURVEYED[:2], {"ContactId": "Z2", **cut}]
    Path("cut.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    status, out, _ = run("cut.jsonl", "--output", "found.csv")
    assert (status, "0 survey" in out) == (0, False)
    may_lead = "to which 1 unknown contact may lead, without a row, treat as readable"
    assert f"undecided: 2 past contacts (1 survey, 1 that may be a survey among them) {may_lead}\n" in out
    status, out, _ = run("cut.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    assert (status, f"(1 survey, 1 that may be a survey, 2 of other customers among them) {may_lead}" in out) == (
        1,
        True,
    )
    of_ana = [{**each, "CustomerId": "Ana", "InitiationMethod": "API"} for each in records]
    Path("cut.jsonl").write_text("\n".join(map(json.dumps, of_ana)), encoding="utf-8")
    status, out, _ = run("cut.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    assert (status, f"undecided: 2 past contacts {may_lead}\n" in out, "0 surveys among them" in out) == (0, True, True)


def test_what_was_seen_decides_what_was_undecided(run: Run) -> None:
    Path("told.jsonl").write_text("\n".join(map(json.dumps, BRANCHED)), encoding="utf-8")
    [chosen] = [each for each in EXPERIMENTS if each.name == "most_recent+entire_view"]
    undecided = set()
    for result in chosen.results:
        assert isinstance(result.answer, Rehydration)
        start, shown = result.answer.continued_from_contact_id, result.answer.readable
        seen = chosen.observation(continued_from=start, refused=None, shown=shown)
        Path("seen.json").write_text(write_observations([seen]), encoding="utf-8")
        _, out, _ = run("told.jsonl", "--output", "found.csv", "--known", "seen.json")
        undecided.add((len(shown) == 5, "undecided: 1 row" in out))
    assert undecided == {(True, True), (False, False)}  # the whole session, or what precedes the contact


def test_what_would_take_too_long_to_weigh_is_undecided_and_told(
    branched: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BUDGET", 0)
    status, out, _ = branched("--customer-column", "CustomerId", "--related", "unknown")
    assert (status, "surveys" in out) == (1, False)
    assert "undecided: 1 later session whose past can be read in too many ways to try all, treat it as readable" in out
    assert {row["depends_on"] for row in pl.read_csv("found.csv").to_dicts()} == {"bound"}


def test_records_that_do_not_tell_links_cannot_rule_out_other_customers(run: Run) -> None:
    Path("half.csv").write_text("contact_id,customer_id\nC1,Ana\nC2,Bo\n", encoding="utf-8")
    status, out, _ = run("half.csv", "--output", "found.csv", "--customer-column", "customer_id")
    assert (status, "surveys" in out) == (1, False)
    assert "no record tells initial contacts, previous contacts, related contacts: this is a lower bound" in out


def test_what_a_spreadsheet_would_run_is_neutralised_unless_asked_not_to(run: Run) -> None:
    formula = '=HYPERLINK("http://example.com")'
    records = [SURVEYED[0] | {"CustomerId": formula}, SURVEYED[3]]
    Path("formula.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")

    def customers() -> list[str]:
        with Path("found.csv").open(newline="", encoding="utf-8") as file:
            return [row["customer_id"] for row in csv.DictReader(file)]

    asked = ("formula.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    _, out, _ = run(*asked)
    assert out.splitlines()[-2].startswith("1 cell with an apostrophe before what a spreadsheet would run")
    assert customers() == [f"'{formula}"]
    _, out, _ = run(*asked, "--raw")
    assert "apostrophe" not in out
    assert customers() == [formula]


def test_strays_are_passed_over_and_told_and_refused_if_strict(run: Run) -> None:
    stray = {"ContactId": "C1", "ContactFlowId": "f", "ContactFlowName": "main"}
    Path("mixed.jsonl").write_text("\n".join(map(json.dumps, [*SURVEYED, stray])), encoding="utf-8")
    status, out, err = run("mixed.jsonl", "--output", "found.csv")
    assert (status, out.splitlines()[0], "a flow log" in err) == (0, "4 contacts in 3 sessions", True)
    status, _, err = run("mixed.jsonl", "--output", "found.csv", "--strict")
    assert (status, "mixed.jsonl, record 5, $: is a flow log" in err) == (2, True)


def test_what_is_read_one_record_at_a_time_is_told_once(run: Run) -> None:
    for name in ("a.json", "b.json"):
        Path(name).write_text(json.dumps(SURVEYED), encoding="utf-8")
    _, _, err = run("a.json", "b.json", "--output", "found.csv")
    assert err == "a.json and 1 more: read one record at a time, which takes longer\n"


def test_without_customers_nothing_is_said_of_them(run: Run) -> None:
    status, out, _ = run("export.jsonl", "--output", "found.jsonl")
    assert status == 0
    assert "across customers" not in out
    assert [json.loads(line)["contact_id"] for line in Path("found.jsonl").read_text().splitlines()] == [
        "C2",
        "C1",
        "C1",
    ]


def test_a_plain_relation_links_nothing(run: Run) -> None:
    status, out, _ = run("export.jsonl", "--output", "found.parquet", "--related", "plain")
    assert (status, out.splitlines()[2]) == (0, "0 past contacts readable in 0 later sessions: 0 rows")
    assert pl.read_parquet("found.parquet").height == 0


def test_standard_input_is_read(run: Run) -> None:
    status, out, _ = run("-", "--output", "found.csv", stdin=json.dumps(SURVEYED).encode())
    assert (status, out.splitlines()[0]) == (0, "4 contacts in 3 sessions")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export.jsonl", "--output", "found.xlsx"), ".csv, .parquet, .jsonl, .ndjson"),
        (("nowhere", "--output", "found.csv"), "nowhere: cannot be opened: No such file or directory"),
        (("bad.jsonl", "--output", "found.csv"), "bad.jsonl, record 2, $.InitiationTimestamp: is 'yesterday'"),
        (("contradictory.jsonl", "--output", "found.csv"), "`rehydration check` lists them"),
        (("export.jsonl", "--output", "nowhere/found.csv"), "a directory that can be written to"),
        (
            ("export.jsonl", "--output", "found.csv", "--customer-column", "x"),
            "customer_column is 'x'",
        ),
        (("--output", "found.csv"), "Missing argument 'EXPORT...'"),
    ],
)
def test_what_is_wrong_is_told_with_status_2(run: Run, arguments: tuple[str, ...], told: str) -> None:
    bad = [{"ContactId": "C1"}, {"ContactId": "C2", "InitiationTimestamp": "yesterday"}]
    Path("bad.jsonl").write_text("\n".join(map(json.dumps, bad)), encoding="utf-8")
    Path("contradictory.jsonl").write_text('{"ContactId": "C1", "PreviousContactId": "C0"}', encoding="utf-8")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert not Path("found.csv").exists()


def test_customers_that_records_disagree_about_are_no_all_clear(run: Run) -> None:
    told = {"InitialContactId": None, "PreviousContactId": None, "RelatedContactId": None, "InitiationMethod": "API"}
    old = [{"ContactId": "C1", **told}, {"ContactId": "D1", **told, "RelatedContactId": "C1"}]
    named = [
        {**each, "CustomerId": customer} for each, customer in zip([*old, old[0]], ["Ana", "Bo", "Bo"], strict=True)
    ]
    Path("doubled.jsonl").write_text("\n".join(map(json.dumps, named)), encoding="utf-8")
    said = (
        "records of 'C1' differ in customer_id ('Bo', 'Ana'), and no time tells which is the latest: 'Bo' was taken\n"
    )
    status, _, err = run("doubled.jsonl", "--output", "found.csv", "--customer-column", "CustomerId")
    assert (status, err) == (1, said)
    audit = audit_export(read_export("doubled.jsonl"), customer_column="customer_id")
    assert ([*map(str, audit.disagreements)], audit.summary().disagreeing_customers) == ([said.strip()], 1)
    answers = resolve_export(read_export("doubled.jsonl"))
    assert json.loads((answers.schema.metadata or {})[b"rehydration.disagreements"]) == [said.strip()]


def test_what_is_not_installed_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehydration.cli.audit.find_spec", lambda name: None if name == "polars" else find_spec(name))
    status, out, err = run("export.jsonl", "--output", "found.csv")
    assert (status, out) == (2, "")
    assert err == "Error: audit needs polars; python -m pip install 'rehydration[bulk]'\n"
