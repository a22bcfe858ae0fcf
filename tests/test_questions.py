"""The commands that answer people's questions: what is printed, in which form, with which exit status."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # what is parsed here was written here

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explored import data_of
from rehydration import ContactGraph, History, read_contacts, render
from rehydration.bulk import read_export, write_table
from rehydration.cli import history
from rehydration.examples import EXAMPLES
from test_cli import EVIL, Result, record, run, write

__all__ = ["run"]  # the fixture

Run = Callable[..., Result]

ANA, BO = {"CustomerId": "Ana"}, {"CustomerId": "Bo"}
CROSSED = (
    record("C1", InitiationTimestamp="2026-05-04T09:00:00Z", InitiationMethod="API", **ANA),
    record(
        *("C2",),
        InitialContactId="C1",
        PreviousContactId="C1",
        InitiationMethod="DISCONNECT",
        Attributes={"stars": "3"},
        Recordings=[
            {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "bucket/C2_20260504T09:10_UTC.json"}
        ],
        **ANA,
    ),
    record("E1", RelatedContactId="C2", InitiationMethod="API", Attributes={"stars": "3"}, **BO),
)


@pytest.fixture
def crossed(run: Run) -> str:  # noqa: ARG001  # it enters the directory
    return write("crossed.json", *CROSSED)


def history_of(path: str) -> History:
    return History(ContactGraph.from_contacts(read_contacts(path)))


# --------------------------------------------------------------------------------------------------------------- sees


def test_what_a_chat_sees_is_drawn(run: Run, crossed: str) -> None:
    result = run("sees", crossed, "--chat", "E1")

    assert (result.status, result.err) == (0, "")
    assert result.out == render.text(history_of(crossed).explain_past("E1"))
    told = "Of another customer than Bo: C2 (Ana), C1 (Ana). Amazon Connect does not check this; your application must."
    assert told in " ".join(result.out.split())


UNTOLD = (
    record("C1", **ANA),
    record("C2", InitialContactId="C1", PreviousContactId="C1"),
    record("D1", RelatedContactId="C2"),
    record("E1", RelatedContactId="D1", **ANA),
    record("F1", RelatedContactId="E1"),
)


@pytest.mark.parametrize("form", ["text", "json", "svg", "mermaid", "dot"])
def test_whose_customer_no_record_tells_is_said_in_every_form(run: Run, form: str) -> None:
    """C2 is of the customer that its session names; D1 and the chat itself may be of anybody."""
    path = write("untold.json", *UNTOLD)
    said = re.compile('No record tells the customer of .*D1|"OfUntoldCustomers":[^]]*D1')
    for command in (
        ("sees", path, "--chat", "F1"),
        ("explain", path, "--type", "FROM_SEGMENT", "--source", "E1"),
        ("compare", path, "--chat", "F1", "--chat", "E1"),
        ("plan", path, "--show", "D1"),
    ):
        told = run(*command, "--format", form)
        if told.status != 2:  # a form that the command does not have
            assert said.search(flat(told.out)), command


def test_an_answer_that_names_no_customer_says_that_it_compares_none(run: Run) -> None:
    nobody = write("nobody.json", *({**each, "CustomerId": None} for each in UNTOLD))
    for form in ("text", "svg", "mermaid", "dot"):
        told = re.sub(r"<br/>|</?text[^>]*>|\\l", " ", run("sees", nobody, "--chat", "F1", "--format", form).out)
        assert "so customers were not compared" in flat(told)
    told = run("sees", nobody, "--chat", "F1", "--format", "json").json
    assert (told["CustomerId"], told["CustomersCompared"], told["OfUntoldCustomers"]) == (None, False, [])


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot"])
def test_what_a_chat_sees_has_every_picture(run: Run, form: str) -> None:
    history = History(ContactGraph.from_contacts(read_contacts(EXAMPLES["cut-persists"].records)))
    draw = {"svg": render.svg, "mermaid": render.mermaid, "dot": render.dot}[form]

    assert run("sees", "--example", "cut-persists", "--chat", "D1", "--format", form).out == draw(
        history.explain_past("D1")
    )


def test_what_a_chat_sees_in_json(run: Run, crossed: str) -> None:
    told = run("sees", crossed, "--chat", "E1", "--format", "json").json

    assert (told["ContactId"], told["IsLive"], told["CustomerId"]) == ("E1", False, "Bo")
    assert told["Link"] == {"ContactIds": ["E1"], "ContinuedFromContactId": "C2", "RehydrationType": None}
    assert told["OfOtherCustomers"] == [
        {"ContactId": "C2", "CustomerId": "Ana"},
        {"ContactId": "C1", "CustomerId": "Ana"},
    ]
    assert told["Contacts"][0] == {
        "ContactId": "C2",
        "InitiationTimestamp": None,
        "DisconnectTimestamp": "2026-05-04T09:10:00+00:00",
        "InitiationMethod": "DISCONNECT",
        "CustomerId": "Ana",
        "InitialContactId": "C1",
        "Shown": "yes",
        "Verdict": "visible",
        "Rules": ["visibility.type-of-link", "visibility.predecessors"],
        "IsSurvey": True,
        "IsOfAnotherCustomer": True,
    }


@pytest.mark.parametrize("command", ["sees", "why"])
def test_a_chat_that_nobody_knows_has_status_1(run: Run, crossed: str, command: str) -> None:
    more = ("--contact", "C1") if command == "why" else ()
    result = run(command, crossed, "--chat", "nobody", *more)

    assert result.status == 1
    assert "no record of contact 'nobody', and none" in result.out


def test_explaining_a_linked_chat_says_so_instead_of_asking_for_a_type(run: Run, crossed: str) -> None:
    result = run("explain", crossed, "--target", "E1")

    assert (result.status, result.out) == (0, run("sees", crossed, "--chat", "E1").out)
    assert result.err == "'E1' is linked already; this is what it sees\n"
    assert run("explain", crossed, "--target", "E1", "--format", "json").json["ContinuedFromContactId"] == "C2"
    assert "'C1' continues no past contact; add --type and --source" in run("explain", crossed, "--target", "C1").err
    assert run("explain", crossed, "--target", "nobody").status == 1


def test_seeing_says_on_standard_error_where_another_channel_than_chat_is_no_link(run: Run) -> None:
    related = {"D1": "V1", "D2": "X1", "D3": None}
    chats = (record(each, RelatedContactId=other, **ANA) for each, other in related.items())
    path = write("channels.json", record("V1", Channel="VOICE", **ANA), *chats)

    assert {each: run("sees", path, "--chat", each).err for each in ("V1", *related, "X1", "nobody")} == {
        "V1": "'V1' is a contact of channel VOICE; only a CHAT continues past contacts\n",
        "D1": "'D1' is related to 'V1', which is of channel VOICE; only a CHAT can be continued, so this is no link\n",
        **dict.fromkeys(("D2", "D3", "X1", "nobody"), ""),
    }


def test_existing_chats_are_compared_with_each_other_and_with_requests(run: Run, crossed: str) -> None:
    told = run("compare", crossed, "--chat", "E1", "--chat", "C1", "--format", "json").json
    assert [each["ContinuedFromContactId"] for each in told] == ["C2", None]

    both = run("compare", crossed, "--chat", "E1", "--request", "FROM_SEGMENT", "C1").out
    assert both.startswith("A  FROM_SEGMENT C1 continues from C1\n")
    assert "\nB  E1 continues from C2\n   ✓ 2 visible\n   Of another customer than Bo: C2 (Ana), C1 (Ana)." in both
    assert "A  " in run("compare", "--example", "cut-persists", "--chat", "D1").out
    assert run("compare", crossed, "--chat", "E1", "--chat", "nobody").status == 1


@pytest.mark.parametrize("columns", [False, True])
def test_surveys_are_answered_for_where_there_is_none_and_where_records_do_not_tell_them(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, columns: bool
) -> None:
    if columns:
        monkeypatch.setattr("rehydration.cli.history._LARGE", 0)
    others = [record("C2", Channel="VOICE", **ANA), record("C3", InitiationMethod="API", **ANA)]

    told = run("exposure", write("told.json", others[1]), "--surveys")
    untold = run("exposure", write("untold.json", record("C1", **ANA), *others), "--surveys")

    assert (told.status, told.out, "may be surveys" in told.err) == (
        0,
        "No contact of the records is a survey\n",
        False,
    )
    assert (untold.status, untold.out) == (0, told.out)
    assert untold.err.splitlines()[-1] == "no record tells how 1 chat contact began: they may be surveys"


@pytest.mark.parametrize("question", [("check",), ("guard", "--forbid", "surveys"), ("exposure", "--surveys")])
def test_a_time_before_all_records_is_said(run: Run, question: tuple[str, ...]) -> None:
    path = write("later.json", record("C1", InitiationTimestamp="2026-05-04T09:00Z"))
    told = run(*question, path, "--as-of", "2020-05-04T00:00Z").err

    assert told == "no contact had begun at 2020-05-04 00:00:00+00:00, so the answer is about none\n"


@pytest.mark.parametrize("columns", [False, True])
def test_an_id_that_an_answer_shortened_is_named_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, columns: bool
) -> None:
    names = [f"5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c2{number}" for number in range(4)]
    path = write("uuids.jsonl", *map(record, names))
    if columns:
        monkeypatch.setattr("rehydration.cli.history._LARGE", 0)

    told = run("sees", path, "--chat", "5f0c1e4a…")

    assert (told.status, told.out.splitlines()[0]) == (1, "no record of contact '5f0c1e4a…', and none refers to it")
    assert told.err.endswith(f"Give the id as it is in the records: {', '.join(map(repr, names[:3]))} and 1 more\n")
    assert run("why", path, "--chat", names[0], "--contact", names[1][:-1] + "1x").err.count("Give the id") == 0


@pytest.mark.parametrize(
    "given", [" C1 ", "'C1'", "c1", "c1…", "arn:aws:connect:eu-west-2:1:instance/i/contact/C1", "\tC1\n"]
)
def test_an_id_that_was_copied_otherwise_is_named_as_it_is_in_the_records(run: Run, crossed: str, given: str) -> None:
    hint = "Give the id as it is in the records: 'C1'\n"

    assert run("sees", crossed, "--chat", given).err == hint
    assert run("explain", crossed, "--type", "FROM_SEGMENT", "--source", given).err == hint
    assert run("graph", crossed, "--contact", given).err.endswith("that the records hold or refer to, such as 'C1'\n")


def test_a_contact_that_had_not_begun_is_told_from_one_that_no_record_names(run: Run) -> None:
    path = write("later.json", record("C1", InitiationTimestamp="2026-05-04T09:00Z"))

    told = run("sees", path, "--chat", "C1", "--as-of", "2026-05-04T08:00Z")

    assert told.status == 1
    assert told.err.endswith("'C1' is in the records, but began after 2026-05-04 08:00:00+00:00\n")


# ---------------------------------------------------------------------------------------------------------------- why


def test_why_a_chat_shows_a_contact(run: Run, crossed: str) -> None:
    result = run("why", crossed, "--chat", "E1", "--contact", "C1")

    assert result.status == 0
    assert result.out.startswith(
        """\
Yes: E1 shows C1
  C1 (2026-05-04 09:00, customer Ana)
  It is of another customer than Bo. Amazon Connect does not check this; your
  application must.

The way
  session E1: the chat, until 2026-05-04 09:10, customer Bo
    ↓ E1 → C2, type not recorded ◀ this link did it
  session C1: 2026-05-04 09:00–09:10, customer Ana

Rule  `rehydration rules ID` shows more
  visibility.type-of-link
"""
    )
    assert "\nCertain: " in result.out


@pytest.mark.parametrize(
    ("chat", "contact", "head", "also"),
    [
        ("D1", "C3", "No: D1 does not show C3, because it is left out of what is continued", "ENTIRE_PAST_SESSION C1"),
        ("C1", "D1", "No: C1 does not show D1, because no link leads there", "✗ session C1 has no link further back"),
        ("D1", "D2", "No: D1 does not show D2, because both are of one session", "ENTIRE_PAST_SESSION D1"),
    ],
)
def test_why_a_chat_does_not_show_a_contact(run: Run, chat: str, contact: str, head: str, also: str) -> None:
    result = run("why", "--example", "cut-persists", "--chat", chat, "--contact", contact)

    assert result.status == 1
    assert result.out.startswith(head)
    assert also in result.out


def test_why_is_undecided_behind_an_unknown_contact(run: Run) -> None:
    later = record("C3", InitialContactId="C1", PreviousContactId="CX")
    path = write("gap.json", record("C1"), later, record("D1", RelatedContactId="C3"))
    result = run("why", path, "--chat", "D1", "--contact", "C1")

    assert result.status == 0
    assert result.out.startswith("Undecided: D1 may show C1\n")
    assert "a record of CX: what lies before it is not known" in result.out


def test_why_in_json(run: Run, crossed: str) -> None:
    told = run("why", crossed, "--chat", "E1", "--contact", "C2", "--format", "json").json

    assert (told["Shown"], told["Obstacle"], told["IsCertain"], told["DependsOn"]) == ("yes", None, True, [])
    assert told["Way"][0]["Link"] == told["Link"]
    assert [each["CustomerId"] for each in told["Way"]] == ["Bo", "Ana"]
    assert told["Changes"] == [
        {
            "RehydrationType": "FROM_SEGMENT",
            "SourceContactId": "C1",
            "ByChat": False,
            "Visible": ["C1"],
            "OfOtherCustomers": ["C1"],
        }
    ]
    told = run("why", crossed, "--chat", "E1", "--contact", "C1", "--format", "json").json
    assert told["NoRequest"]["Rule"] == "visibility.entire-linear"


# ---------------------------------------------------------------------------------------------------------- exposure


def test_who_could_read_several_is_told_with_those_of_others_apart(run: Run, crossed: str) -> None:
    result = run("exposure", crossed, "--surveys", "--contact", "E1", "--contact", "C1")

    assert result.status == 0
    assert result.out.startswith(
        """\
2 of 3 contacts can be read in later sessions, 2 by another customer

C1 (2026-05-04 09:00, customer Ana) can be read in 1 later session
"""
    )
    assert (
        """
C2 (2026-05-04 09:10, survey, customer Ana) can be read in 1 later session
  By another customer. Amazon Connect does not check this; your application
  must.
    session E1 (customer Bo): by E1, through E1 → C2
  4 requests would show it in a new chat
    on session C1: ENTIRE_PAST_SESSION C1; FROM_SEGMENT C2
    on session E1, customer Bo: ENTIRE_PAST_SESSION E1; FROM_SEGMENT E1
"""
        in result.out
    )


def test_long_ids_are_short_where_that_is_unique(run: Run) -> None:
    one, other = "5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21", "5f0c1e4a-9999-4c56-9a3b-0d6f8b3b7c21"
    path = write("uuids.json", record(one), record(other, RelatedContactId=one))

    out = run("exposure", path, "--contact", one).out

    assert "5f0c1e4a-8a5… (2026-05-04 09:10) can be read in 1 later session" in out
    assert "session 5f0c1e4a-999…: by" in out


def test_the_exposure_of_a_customer_in_json(run: Run, crossed: str) -> None:
    told = run("exposure", crossed, "--customer", "Ana", "--format", "json").json

    assert [each["ContactId"] for each in told["Exposures"]] == ["C2", "C1"]
    assert [each["VisibleIn"][0]["IsOfAnotherCustomer"] for each in told["Exposures"]] == [True, True]


def test_what_nobody_can_read_is_told_in_a_line(run: Run) -> None:
    path = write("live.json", *(record(each, DisconnectTimestamp=None) for each in ("C1", "C2")))

    assert flat(run("exposure", path, "--contact", "C1").out) == (
        "Nobody can read C1. By the records the chat has not ended, so no request would show it now"
    )
    both = flat(run("exposure", path, "--contact", "C1", "--contact", "C2").out)
    assert "Nobody can read C1 C2. By the records these chats have not ended, so no request would show them now" in both


def test_no_request_is_there_for_a_live_chat_that_another_shows(run: Run) -> None:
    path = write(
        "live.json",
        record("C1", DisconnectTimestamp=None),
        record("D1", RelatedContactId="C1", DisconnectTimestamp=None),
    )

    told = run("exposure", path, "--contact", "C1").out
    assert "  No request would show it in a new chat: by the records, its chat has not ended\n" in told


# --------------------------------------------------------------------------------------------------------------- plan


def test_a_plan_marks_requests_that_show_another_customers_contacts(run: Run) -> None:
    path = write("mixed.json", record("C1", **ANA), record("C2", InitialContactId="C1", PreviousContactId="C1", **BO))

    out = run("plan", path, "--show", "C1").out
    assert "\n  FROM_SEGMENT C2 shows C2 C1, also another customer's\n" in out
    assert "  warning       Of another customer than Ana: C2 (Bo)." in run("plan", path, "--show", "C2").out
    told = run("plan", path, "--show", "C2", "--format", "json").json
    assert told["Plans"][0]["OfOtherCustomers"] == [{"ContactId": "C2", "CustomerId": "Bo"}]
    assert (
        ", also contacts whose customer no record tells"
        in run("plan", write("untold.json", *UNTOLD), "--show", "C2").out
    )


def test_a_plan_that_the_target_cannot_send_is_refused(run: Run, crossed: str) -> None:
    result = run("plan", crossed, "--show", "C1", "--target", "E1")

    assert result.status == 1
    assert "the target 'E1' ended at" in result.out


# ----------------------------------------------------------------------------------------------------------- customer


def test_everything_of_a_customer_is_told(run: Run, crossed: str) -> None:
    result = run("customer", crossed, "--customer", "Ana", "--deleted", "C2")

    assert result.status == 0
    assert (
        result.out
        == """\
Customer Ana: 2 contacts in 1 session
  Their chats show no contact of another customer
  Chats of other customers show 2 contacts of theirs. Amazon Connect does not
  check this; your application must.
    session E1 (customer Bo) shows C1 C2

If the transcripts of C2 were deleted
  E1, customer Bo: could no longer read C2
  attributes that travelled would stay where they are

Session C1
  C1 (2026-05-04 09:00)
  C2 (2026-05-04 09:10, survey)
    transcript bucket/C2_20260504T09:10_UTC.json
    attributes stars=3

Attributes that travelled over links
  from session C1 to session E1, customer Bo: stars

Assumes that related contacts are rehydrations
"""
    )


def test_everything_of_a_customer_in_json(run: Run, crossed: str) -> None:
    told = run("customer", crossed, "--customer", "Bo", "--format", "json").json

    (session,) = told["Sessions"]
    assert [each["ContactId"] for each in session["Sees"]] == ["C2", "C1"]
    assert session["Contacts"][0]["Attributes"] == {"stars": "3"}
    assert told["AttributesTravelled"][0]["Attributes"] == {"stars": "3"}
    assert (told["Deleted"], told["NoLongerReadable"], told["SeenByOthers"]) == ([], [], [])


def test_everything_of_a_customer_on_a_page_to_hand_over(run: Run, crossed: str) -> None:
    assert run("customer", crossed, "--customer", "Bo", "--format", "html", "-o", "page.html").status == 0

    page = Path("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Their chats show contacts of other customers" in page
    assert "stars = 3" in page
    assert "<script" not in page


def test_text_of_the_records_reaches_no_page_as_markup(run: Run) -> None:
    path = write("evil.json", record("<b>", CustomerId="<i>", Attributes={"<u>": "<s>"}))

    page = run("customer", path, "--customer", "<i>", "--format", "html").out

    assert not {"<b>", "<i>", "<u>", "<s>"} & {page[at : at + 3] for at in range(len(page))}


def test_what_no_record_tells_of_links_is_no_denial_to_a_customer(run: Run) -> None:
    cut = record("D2", InitialContactId="D1", PreviousContactId="D1", InitiationMethod="TRANSFER", **BO)
    path = write("cut.json", record("C1", DisconnectTimestamp=None, **ANA), cut)

    for name in ("Ana", "Bo"):
        told = run("customer", path, "--customer", name).out
        assert "Their chats are not known to show a contact of another customer\n" in told
        assert "No chat of another customer is known to show a contact of theirs\n" in told
        assert run("customer", path, "--customer", name, "--format", "json").json["Gaps"]
        assert (
            "<strong>At least this:</strong> no record of"
            in run("customer", path, "--customer", name, "--format", "html").out
        )
    assert flat(run("exposure", path, "--contact", "C1").out) == (
        "Nobody is known to be able to read C1. By the records the chat has not ended, so no request would show it now "
        "At least this: no record of 'D1', so nobody can tell what its session continues from"
    )


def test_a_customer_that_no_record_names_has_status_2(run: Run, crossed: str) -> None:
    result = run("customer", crossed, "--customer", "Cy")

    assert result.status == 2
    assert "which name 'Ana', 'Bo'" in result.err


# -------------------------------------------------------------------------------------------------------------- guard


def test_a_guard_prints_a_line_a_finding_with_status_1(run: Run, crossed: str) -> None:
    result = run("guard", crossed, "--forbid", "surveys", "--forbid", "other-customers")

    assert result.status == 1
    assert (
        result.out
        == """\
'E1' shows 'C2' of customer 'Ana' to customer 'Bo' (surveys): it continues from 'C2'
'E1' shows 'C2' of customer 'Ana' to customer 'Bo' (other-customers): it continues from 'C2'
'E1' shows 'C1' of customer 'Ana' to customer 'Bo' (other-customers): it continues from 'C2'

Assumes that related contacts are rehydrations
✗ 3 findings
"""
    )


def test_a_guard_that_finds_nothing_has_status_0(run: Run) -> None:
    result = run("guard", "--example", "cut-persists", "--forbid", "surveys")

    assert (result.status, result.out) == (0, "✓ no chat shows what is forbidden\n")


def test_undecided_findings_may_be_allowed(run: Run) -> None:
    methods = {"InitiationMethod": "API"}
    path = write(
        "gap.json",
        record("D1", RelatedContactId="C3", **methods),
        record("C3", InitialContactId="C1", PreviousContactId="C2", **methods),
    )

    result = run("guard", path, "--forbid", "surveys")
    assert (result.status, result.out.splitlines()[-1]) == (1, "✗ 2 findings, 2 of them undecided")
    found = run("guard", path, "--forbid", "surveys", "--format", "json").json["Findings"]
    assert [each["Shown"] for each in found] == ["undecided", "undecided"]
    allowed = run("guard", path, "--forbid", "surveys", "--undecided", "allow")
    assert (allowed.status, allowed.out) == (
        0,
        "✓ no chat is known to show what is forbidden; 2 undecided, and allowed\n",
    )


def test_a_guard_finds_what_a_link_that_no_record_tells_may_show(run: Run) -> None:
    path = write(
        "cut.json",
        record("C1", InitiationMethod="DISCONNECT"),
        record("D2", InitialContactId="D1", PreviousContactId="D1", InitiationMethod="TRANSFER"),
    )
    result = run("guard", path, "--forbid", "surveys")

    assert (result.status, result.out.splitlines()[1:]) == (1, ["", "✗ 1 finding, 1 of them undecided"])
    (told,) = run("guard", path, "--forbid", "surveys", "--format", "json").json["Findings"]
    assert (told["ChatId"], told["CustomerId"], told["Link"], told["Shown"]) == (None, None, None, "undecided")
    assert (told["Contact"]["ContactId"], told["Contact"]["Verdict"]) == ("C1", None)
    assert result.out.startswith(told["Message"])
    assert told["Message"] in run("guard", path, "--forbid", "surveys", "--format", "junit").out.replace("&#x27;", "'")
    assert run("guard", path, "--forbid", "surveys", "--undecided", "allow").status == 0


def test_findings_tell_that_related_contacts_are_taken_for_rehydrations(run: Run, crossed: str) -> None:
    def told(form: str, *more: str) -> int:
        return run("guard", crossed, "--forbid", "surveys", "--format", form, *more).out.count(
            "related contacts are reh"
        )

    assert [told(each) for each in ("text", "json", "junit")] == [1, 1, 1]
    assert [told(each, "--related", "unknown") for each in ("text", "json", "junit")] == [0, 0, 0]


def test_a_guard_in_json_and_junit(run: Run, crossed: str) -> None:
    forbid = ("--forbid", "surveys", "--forbid", "initiation_method=CALLBACK")
    (told,) = run("guard", crossed, *forbid, "--format", "json").json["Findings"]
    assert (told["ChatId"], told["CustomerId"], told["Forbidden"]) == ("E1", "Bo", "surveys")
    assert (told["Contact"]["ContactId"], told["Link"]["ContinuedFromContactId"]) == ("C2", "C2")
    assert told["Shown"] == "yes"

    assert run("guard", crossed, *forbid, "--format", "junit", "-o", "guard.xml").status == 1
    suite = ET.parse("guard.xml").getroot()  # noqa: S314  # as above
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert {each.get("name"): [one.text for one in each] for each in suite} == {
        "surveys": [f"{told['Message']}\nAssumes that related contacts are rehydrations"],
        "initiation_method=CALLBACK": [],
    }


def test_what_cannot_be_guarded_has_status_2(run: Run, crossed: str) -> None:
    assert run("guard", crossed, "--forbid", "everything").status == 2
    assert run("guard", "nothing.json", "--forbid", "surveys").status == 2
    assert "Missing --forbid surveys, other-customers or MEMBER=VALUE" in run("guard", crossed).err


def test_a_guard_says_which_values_no_record_has(run: Run, monkeypatch: pytest.MonkeyPatch, crossed: str) -> None:
    forbid = ("customer_id=Anna", "initiation_method=CALLBACK", "surveys", "customer_id=Ana", "initial_contact_id=C1")

    arguments = [word for each in forbid for word in ("--forbid", each)]

    def told() -> list[str]:
        return [each for each in run("guard", crossed, *arguments).err.splitlines() if each.startswith("no record")]

    assert told() == ["no record has 'customer_id=Anna'", "no record has 'initiation_method=CALLBACK'"]
    monkeypatch.setattr("rehydration.cli.history._LARGE", 0)
    assert told() == ["no record has 'customer_id=Anna'", "no record has 'initiation_method=CALLBACK'"]


def test_values_that_amazon_connect_writes_in_capitals_are_forbidden_in_capitals(run: Run, crossed: str) -> None:
    told = run("guard", crossed, "--forbid", "initiation_method=Disconnect")

    assert told.status == 2
    assert "expected initiation_method=DISCONNECT: Amazon Connect writes it in capitals" in told.err


def test_a_guard_names_what_aws_leaves_open(run: Run) -> None:
    lost = [{"Location": "s3", "Status": "DELETED", "MediaStreamType": "CHAT"}]
    chats = [
        record("C1", InitiationMethod="DISCONNECT"),
        record("D1", RelatedContactId="C1", Recordings=lost),
        record("E1", RelatedContactId="D1"),
    ]
    path = write("lost.json", *chats)

    told = run("guard", path, "--forbid", "surveys").out
    assert "\nAWS does not document unavailable; `rehydration rules unavailable` shows more\n" in told
    assert "\n  visibility.transcript-unavailable\n" in run("why", path, "--chat", "E1", "--contact", "C1").out


# --------------------------------------------------------------------------------------------------- as it was, chosen


def test_a_large_export_is_asked_as_it_was(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    later = {"InitiationTimestamp": "2026-05-06T09:00:00Z", "DisconnectTimestamp": "2026-05-06T09:10:00Z"}
    kept = [{"Location": "bucket/C2.json", "Status": "AVAILABLE", "MediaStreamType": "CHAT"}]
    path = write(
        "later.jsonl",
        record("C3", CustomerId="Ana", PreviousContactId="C2", InitialContactId="C1"),
        record("C2", CustomerId="Ana", InitialContactId="C1", Recordings=kept, Attributes={"late": "yes"}, **later),
        record("D1", CustomerId="Bo", RelatedContactId="C3", **later),
    )
    asked = [
        ("exposure", path, "--customer", "Bo"),
        ("customer", path, "--customer", "Ana"),
        ("guard", path, "--forbid", "other-customers"),
    ]

    def told() -> list[tuple[int, str, list[str]]]:
        ran = [run(*each, "--as-of", "2026-05-05T00:00Z") for each in asked]
        notes = [[line for line in each.err.splitlines() if not line.startswith("Answered from")] for each in ran]
        return [(each.status, each.out, note) for each, note in zip(ran, notes, strict=True)]

    whole = told()
    monkeypatch.setattr("rehydration.cli.history._LARGE", 0)
    assert told() == whole
    exposure, customer, guard = whole
    assert "expected a CustomerId of the records, which name 'Ana'" in exposure[2][0]
    assert "C2 (no record)" in customer[1]
    assert "C2.json" not in customer[1]
    assert guard[0] == 0  # D1 had not begun


def test_a_history_is_asked_as_it_was(run: Run) -> None:
    then = ("--example", "cut-persists", "--as-of", "2026-05-05T00:00Z")

    assert "no record of contact 'D1'" in run("sees", *then, "--chat", "D1").out
    assert run("check", *then, "--format", "json").json["Contacts"] == 3
    assert "D1" not in run("graph", *then).out
    assert run("explore", *then, "-o", "page.html").status == 0
    assert '"D1"' not in Path("page.html").read_text(encoding="utf-8")
    live = run("sees", "--example", "cut-persists", "--as-of", "2026-05-06T14:05Z", "--chat", "D1", "--format", "json")
    assert live.json["IsLive"] is True


def test_a_request_before_the_time_that_is_asked_about_is_refused(run: Run) -> None:
    asked = ("sees", "--example", "cut-persists", "--chat", "D1", "--as-of", "2026-05-06T14:05Z", "--now")

    before = run(*asked, "2026-05-06T14:04Z")
    told = "--now is 2026-05-06 14:04:00+00:00, before --as-of 2026-05-06 14:05:00+00:00: give a time from then on"
    assert (before.status, told in flat(before.err)) == (2, True)
    assert run(*asked, "2026-05-06T14:05Z").status == 0


@pytest.mark.parametrize("form", ["lines", "columns"])
@pytest.mark.parametrize(
    "chosen", [("--contact", "D1"), ("--customer", "Ana"), ("--contact", "D1", "--as-of", "2026-05-06T00:00Z")]
)
def test_a_page_of_some_sessions_says_of_how_many_they_are(
    run: Run, monkeypatch: pytest.MonkeyPatch, form: str, chosen: tuple[str, ...]
) -> None:
    others = [record(f"X{number}", PreviousContactId="gone", InitialContactId="gone") for number in range(3)]
    late = record("Y1", InitiationTimestamp="2026-06-04T09:00:00Z", DisconnectTimestamp="2026-06-04T09:10:00Z")
    path = write("some.jsonl", record("C1", **ANA), record("D1", RelatedContactId="C1"), late, *others)
    if form == "columns":
        monkeypatch.setattr("rehydration.cli.history._LARGE", 0)

    assert run("explore", path, "-o", "page.html", *chosen).status == 0
    about = data_of(Path("page.html").read_text(encoding="utf-8"))["about"]
    later = "--as-of" not in chosen
    assert [about[each] for each in ("contacts", "sessions", "chosen")] == [6 + later, 3 + later, 2]


def test_a_graph_and_a_check_may_be_of_some_sessions(run: Run) -> None:
    path = write("two.json", record("C1", **ANA), record("D1", RelatedContactId="C1"), record("X1", **BO))

    assert "X1" not in run("graph", path, "--contact", "D1").out
    assert run("check", path, "--customer", "Ana", "--format", "json").json["Contacts"] == 2
    assert run("check", path, "--until", "2026-05-04T00:00Z").status == 2
    assert run("check", path, "--since", "2026-05-04T00:00Z", "--format", "json").json["Contacts"] == 3


@pytest.mark.parametrize(
    "command",
    [
        ("sees", "--chat", EVIL),
        ("why", "--chat", "D\x1b1", "--contact", EVIL),
        ("exposure", "--customer", EVIL),
        ("customer", "--customer", EVIL),
        ("guard", "--forbid", "surveys"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_in_a_record_reaches_the_terminal_as_it_is(run: Run, command: tuple[str, ...], form: str) -> None:
    told: dict[str, Any] = {"CustomerId": EVIL, "InitiationMethod": "DISCONNECT", "Attributes": {EVIL: EVIL}}
    path = write("evil.json", record(EVIL, **told), record("D\x1b1", RelatedContactId=EVIL, **told))

    result = run(command[0], path, *command[1:], "--format", form)

    assert (result.out + result.err).replace("\n", "").isprintable()


# ------------------------------------------------------------------------------------------------------- large exports

SINCE = ("--since", "2026-05-04T09:05Z")
ASKED = (
    ("sees", "--chat", "E1"),
    ("why", "--chat", "E1", "--contact", "C1"),
    ("exposure", "--contact", "C2"),
    ("exposure", "--surveys", "--customer", "Bo"),
    ("customer", "--customer", "Ana", "--deleted", "C2"),
    ("explain", "--type", "FROM_SEGMENT", "--source", "C2"),
    ("explain", "--target", "E1"),
    ("compare", "--chat", "E1", "--request", "FROM_SEGMENT", "C1"),
    ("graph", "--contact", "C1"),
    ("check", "--customer", "Bo"),
    ("guard", "--forbid", "surveys", "--forbid", "other-customers"),
    ("guard", "--forbid", "channel=VOICE"),
    ("sees", "--chat", "nobody"),
)


@pytest.mark.parametrize("written", ["{}", " {} ", "{upper}", "arn:aws:connect:eu-west-2:1:instance/i/contact/{}"])
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_everything_of_a_customer_is_found_in_a_large_export_however_ids_are_written(
    run: Run, monkeypatch: pytest.MonkeyPatch, form: str, written: str
) -> None:
    own = "0b6c6c4e-3f8c-4d0a-9a9e-51c2e1f7a101"
    told = {"contact_id": written.format(own, upper=own.upper()), "customer_id": "Ana", "channel": "CHAT"}
    told |= {"recording_type": "CHAT", "recording_location": "bucket/key", "recording_status": "AVAILABLE"}
    path = f"export.{form}"
    if form == "parquet":
        pq.write_table(pa.table({name: [value] for name, value in told.items()}), path)
    elif form == "csv":
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([told, told.values()])
    else:
        Path(path).write_text(json.dumps(told) + "\n", encoding="utf-8")
    whole = run("customer", path, "--customer", "Ana")
    monkeypatch.setattr(history, "_LARGE", 0)
    few = run("customer", path, "--customer", "Ana")

    assert (few.status, few.out) == (0, whole.out)
    assert "\n    transcript bucket/key\n" in few.out


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_of_a_large_export_the_lineage_answers_as_the_whole_does(
    run: Run, crossed: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    path = write("export.jsonl", *CROSSED, record("X1", InitiationMethod="API"))
    Path(path).write_text(Path(path).read_text(encoding="utf-8").replace("}{", "}\n{"), encoding="utf-8")
    whole = run(command[0], path, *command[1:])
    monkeypatch.setattr(history, "_LARGE", 0)

    few = run(command[0], path, *command[1:])

    assert (few.status, few.out) == (whole.status, whole.out)
    assert "of 4 records: those that links connect" in few.err
    assert Path(crossed).exists()


@pytest.mark.parametrize("chosen", [(), SINCE, (*SINCE, "--target", "E1")])
def test_a_page_of_a_large_export_is_the_page_of_the_whole(
    run: Run, crossed: str, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...]
) -> None:
    def page() -> str:
        assert run("explore", crossed, "-o", "page.html", *chosen).status == 0
        return Path("page.html").read_text(encoding="utf-8")

    whole = page()
    monkeypatch.setattr(history, "_LARGE", 0)
    assert page() == whole


def test_of_a_large_export_a_page_names_a_time_since_when_it_would_hold_all(
    run: Run, crossed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rehydration.explorer.selection.MOST_CONTACTS", 1)
    whole = run("explore", crossed, "-o", "page.html")
    monkeypatch.setattr(history, "_LARGE", 0)
    few = run("explore", crossed, "-o", "page.html")
    assert (few.status, few.err) == (whole.status, whole.err)
    assert "are too many for a page" in whole.err


@pytest.mark.parametrize("command", [("graph",), ("check",), ("explore", "-o", "page.html")])
@pytest.mark.parametrize(
    "chosen",
    [
        ("--since", "2027-01-01T00:00Z"),
        ("--until", "2020-01-01T00:00Z"),
        (*SINCE, "--until", "2026-05-04T09:06Z"),
    ],
)
def test_a_time_chooses_the_same_of_a_large_export(
    run: Run, crossed: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    whole = run(command[0], crossed, *command[1:], *chosen)
    monkeypatch.setattr(history, "_LARGE", 0)
    few = run(command[0], crossed, *command[1:], *chosen)
    assert (few.status, few.out) == (whole.status, whole.out)


def test_parquet_is_asked_like_any_other_export(run: Run, crossed: str) -> None:
    write_table(read_export(crossed), "crossed.parquet")

    few = run("sees", "crossed.parquet", "--chat", "E1")

    assert (few.status, few.out) == (0, run("sees", crossed, "--chat", "E1").out)
    assert "Answered from 3 of 3 records" in few.err


# ------------------------------------------------------------------------------------------------------ large answers


def flat(text: str) -> str:
    return " ".join(text.split())


def test_whose_contacts_no_record_tells_are_named(run: Run) -> None:
    chats = [record("D1", RelatedContactId="C1", **ANA), record("E1", RelatedContactId="D1")]

    path = write("untold.jsonl", record("C1"), *chats)
    told = run("customer", path, "--customer", "Ana").out
    page = run("customer", path, "--customer", "Ana", "--format", "html").out
    json = run("customer", path, "--customer", "Ana", "--format", "json").json

    assert "\n  No record tells the customer of what they show: C1\n" in told
    assert "\n  No record tells the customer of sessions that show theirs: E1\n" in told
    assert "<p>No record tells the customer of what their chats show: <code>C1</code>.</p>" in page
    assert "<p>No record tells the customer of sessions that show theirs: <code>E1</code>.</p>" in page
    assert (json["ShownOfUntoldCustomers"], json["SeenByUntoldCustomers"]) == (["C1"], ["E1"])


def test_of_many_exposures_the_gravest_come_first_and_the_rest_is_counted(run: Run) -> None:
    alone = [record(f"S{number}", InitiationMethod="DISCONNECT") for number in range(45)]
    seen = record("S9", InitiationMethod="DISCONNECT", CustomerId="Ana", InitiationTimestamp="2026-05-03T09:00Z")
    path = write("many.jsonl", *alone, seen, record("D1", RelatedContactId="S9", CustomerId="Bo"))

    told = run("exposure", path, "--surveys").out

    head, _, first, *_ = told.splitlines()
    assert head == "1 of 45 contacts can be read in later sessions, 1 by another customer"
    assert first == "S9 (2026-05-03 09:00, survey, customer Ana) can be read in 1 later session"
    assert "and 5 more contacts, of which somebody can or may read 0; `--format json` has them all" in flat(told)


def test_of_many_links_the_first_and_the_last_are_named(run: Run) -> None:
    chats = [record(f"C{number}", RelatedContactId=f"C{number - 1}" if number else None) for number in range(6)]

    told = run("exposure", write("chain.jsonl", *chats), "--contact", "C0").out

    assert "session C3: by C3, through C3 → C2, C2 → C1, C1 → C0\n" in told
    assert "session C5: by C5, through C5 → C4, 3 more links, C1 → C0\n" in told


def test_a_customer_whose_chats_may_show_or_refuse_the_past(run: Run) -> None:
    ends = {"InitialContactId": "C1", "CustomerId": "Ana"}
    behind = [record("C1", CustomerId="Ana"), record("C4", PreviousContactId="CX", **ends)]
    path = write("gap.jsonl", *behind, record("D1", RelatedContactId="C4", CustomerId="Ana"))

    told = run("customer", path, "--customer", "Ana").out

    branched = "what ENTIRE_PAST_SESSION shows of a branched session (entire_view)"
    assert f"its chat shows C4; may show C1 CX ({branched}; the type of the link" in flat(told)
    page = run("customer", path, "--customer", "Ana", "--format", "html").out
    assert "<td><code>CX</code></td><td>no record</td><td>undecided</td>" in page
    assert f"<p>Contingent: depends on {branched}; on the type of the link" in page
    unavailable = {"DeletionReason": "asked", "MediaStreamType": "CHAT", "Status": "DELETED", "Location": None}
    path = write(
        "gone.jsonl", record("C1", Recordings=[unavailable]), record("D1", RelatedContactId="C1", CustomerId="Ana")
    )
    refuse = ("--policy", "unavailable=refuse")
    refused = run("customer", path, "--customer", "Ana", *refuse, "--deleted", "D1").out
    page = run("customer", path, "--customer", "Ana", *refuse, "--format", "html").out
    assert "<h3>What its chat shows of the past</h3>\n<p>Nothing: the policy refuses it.</p>" in page
    assert "\n  no other chat would show less\n" in refused
    page = run("customer", path, "--customer", "Ana", "--deleted", "D1", "--format", "html").out
    assert "<p>No other chat would show less.</p>" in page
    assert "<h3>What its chat shows of the past</h3>\n<p>Nothing.</p>" in page
    assert "\n  its chat shows nothing of the past: the policy refuses it\n" in refused


def test_a_chat_whose_past_the_policy_refuses_is_told_with_what_another_reading_shows(run: Run) -> None:
    lost = {"DeletionReason": "asked", "MediaStreamType": "CHAT", "Status": "DELETED", "Location": None}
    after = record("C2", InitialContactId="C1", PreviousContactId="C1", Recordings=[lost])
    path = write("lost.jsonl", record("C1"), after, record("D1", RelatedContactId="C2"))
    refuse = ("--policy", "unavailable=refuse")
    asked = {
        "sees": ("sees", path, "--chat", "D1", *refuse),
        "explain": ("explain", path, "--target", "D1", *refuse),
        "why": ("why", path, "--chat", "D1", "--contact", "C1", *refuse),
        "compare": ("compare", path, "--chat", "D1", "--request", "FROM_SEGMENT", "C1", *refuse),
    }
    text = {name: run(*words) for name, words in asked.items()}
    assert {name: each.status for name, each in text.items()} == {"sees": 1, "explain": 1, "why": 0, "compare": 0}
    for name in ("sees", "explain", "compare"):
        assert "the transcript of the past contact 'C2' is deleted" in flat(text[name].out)
    assert "depends on what happens if a transcript cannot be shown (unavailable)" in flat(text["sees"].out)
    assert text["why"].out.startswith("Undecided: D1 may show C1\n")
    told = run(*asked["sees"], "--format", "json").json
    assert told["Error"]["Rule"] == "visibility.transcript-unavailable"
    assert [each["Subject"] for each in told["DependsOn"]] == [["unavailable"]]
    assert [(each["ContactId"], each["Shown"]) for each in told["Contacts"]] == [("C1", "undecided")]
    assert run(*asked["explain"], "--format", "json").json["Error"] == told["Error"]
    assert run(*asked["compare"], "--format", "json").json[1]["ContactId"] == "D1"
    for form in ("svg", "mermaid", "dot"):
        assert "D1 is refused" in run(*asked["sees"], "--format", form).out


def test_the_json_of_a_customer_says_which_chats_of_others_show_theirs_and_which_may(run: Run) -> None:
    chats = [record("C1", **ANA), record("D1", RelatedContactId="C1", **BO), record("C2", InitialContactId="C1", **ANA)]

    told = run("customer", write("others.jsonl", *chats), "--customer", "Ana", "--format", "json").json

    assert [(each["ContactId"], each["Shown"]) for each in told["SeenByOthers"]] == [("C2", "undecided"), ("C1", "yes")]


@pytest.mark.parametrize("columns", [False, True])
def test_a_customer_that_no_record_names_is_told_with_those_that_records_name(
    run: Run, crossed: str, monkeypatch: pytest.MonkeyPatch, *, columns: bool
) -> None:
    if columns:
        monkeypatch.setattr("rehydration.cli.history._LARGE", 0)

    for command in ("customer", "exposure"):
        told = run(command, crossed, "--customer", "Anna")

        assert told.status == 2
        assert told.err.endswith(
            "customer is 'Anna': expected a CustomerId of the records, which name 'Ana' and 1 other\n"
        )


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        ("sees", "--chat", "D1"),
        ("exposure", "--contact", "C1"),
        ("explore", "-o", "page.html"),
        ("plan", "--show", "C1"),
    ],
)
def test_that_no_record_names_a_customer_is_said_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], *, columns: bool
) -> None:
    if columns:
        monkeypatch.setattr("rehydration.cli.history._LARGE", 0)
    path = write("nobody.json", record("C1", CustomerId=None), record("D1", RelatedContactId="C1"))
    told = "no record names a customer, so nobody can tell whether contacts of other customers are shown\n"

    assert run(command[0], path, *command[1:]).err.count(told) == 1
    path = write("ana.json", record("C1", **ANA), record("D1", RelatedContactId="C1"))
    assert told not in run(command[0], path, *command[1:]).err


def test_of_examples_and_guards_nothing_is_said_of_customers(run: Run) -> None:
    path = write("nobody.json", record("C1", InitiationMethod="API"))

    assert "names a customer" not in run("sees", "--example", "use-case-1", "--chat", "C1").err
    assert "names a customer" not in run("guard", path, "--forbid", "surveys").err


def test_gaps_that_are_alike_are_told_once(run: Run) -> None:
    chats = [record(f"D{number}", RelatedContactId=f"X{number}") for number in range(3)]

    told = run("check", write("gaps.jsonl", *chats)).out

    assert flat(told).count("so nobody can tell what lies before it; the same of 2 other contacts") == 1


def test_answers_about_several_contacts_say_once_what_records_leave_out(run: Run) -> None:
    """Twelve chats of which the first contact is missing ended in turn, so each of ours may be continued by fewer."""
    times = [f"2026-05-04T09:{minute}:00Z" for minute in range(10, 34)]
    cut = [
        record(f"D{place}", InitialContactId=f"X{place}", PreviousContactId=f"X{place}", DisconnectTimestamp=time)
        for place, time in enumerate(times[::2])
    ]
    ours = [record(f"C{place}", InitiationTimestamp=time, **ANA) for place, time in enumerate(times[1:9:2])]
    path = write("cut.jsonl", *cut, *ours)
    told = (
        "At least this: no record of 11 contacts of sessions without a link, such as 'X11', so nobody can tell what "
        "these continue from"
    )

    for answer in (run("exposure", path, "--customer", "Ana").out, run("customer", path, "--customer", "Ana").out):
        assert [answer.count("At least this"), flat(answer).count(told)] == [1, 1]
    page = run("customer", path, "--customer", "Ana", "-o", "ana.html", "--color", "never")
    assert (page.status, Path("ana.html").read_text(encoding="utf-8").count("At least this")) == (0, 1)


def test_every_picture_marks_contacts_of_another_customer_also_in_a_run_that_is_shortened(run: Run) -> None:
    chain = [record(f"C{number}", RelatedContactId=f"C{number - 1}" if number else None, **ANA) for number in range(60)]
    chain[30]["CustomerId"] = chain[0]["CustomerId"] = "Bo"
    path = write("long.jsonl", *chain)

    def drawn(form: str) -> str:
        return run("sees", path, "--chat", "C59", "--format", form).out

    assert "◀ start" in drawn("text")
    assert "visible, 1 of another customer, C" in flat(drawn("text"))
    assert "visible, other customer" in drawn("text")
    assert re.findall(">([^<]*another? customer[^<]*|other customer)<", drawn("svg")) == [
        "other customer",
        "1 of another customer",
        "of another customer",
        "Of another customer than Ana: C30 (Bo), C0 (Bo). Amazon",
    ]
    assert drawn("dot").count("visible, other customer") == drawn("dot").count("1 of another customer") == 1
    table = run("compare", path, "--chat", "C59", "--chat", "C8").out
    assert "visible, other customer" in table


def test_a_plan_says_how_certain_its_best_request_is_and_that_its_target_is_not_in_the_records(
    run: Run, crossed: str
) -> None:
    told = run("plan", crossed, "--show", "C1", "--target", "Z9")

    assert "\nCertain: holds under every reading of the open questions\n" in told.out
    assert told.err == "no record of the target 'Z9', so nothing is compared with it\n"
    json = run("plan", crossed, "--show", "C1", "--format", "json").json
    assert (json["IsCertain"], json["DependsOn"], json["Assumes"]) == (True, [], [])


def test_the_page_of_a_customer_says_what_records_leave_out_and_what_is_assumed(run: Run) -> None:
    chats = [{"ContactId": "C1", **ANA}, {"ContactId": "D1", "RelatedContactId": "C1", **BO}]
    ended = [{"Channel": "CHAT", "DisconnectTimestamp": "2026-05-03T09:00:00Z", **each} for each in chats]

    page = run("customer", write("bare.json", *ended), "--customer", "Ana", "--format", "html").out

    assert "<p><strong>At least this:</strong> the records do not tell initial contacts" in page
    assert "<p>Assumes that related contacts are rehydrations.</p>" in page
    assert "<p>Amazon Connect does not check this; your application must.</p>" in page


@pytest.mark.parametrize(("command", "draws"), [("sees", True), ("customer", False), ("guard", False), ("why", False)])
def test_only_commands_that_draw_take_options_of_drawing(run: Run, command: str, *, draws: bool) -> None:
    assert ("--plain" in run(command, "--help").out) is draws
