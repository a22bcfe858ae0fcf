"""The command line: what each command prints, its exit status, and what is said of wrong usage and bad records."""

from __future__ import annotations

import ast
import gzip
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import click
import pytest

from explored import data_of
from pictured import HISTORIES, contact
from rehydration import ContactGraph, Explanation, Policy, RehydrationRequest, explain, read_contacts, render
from rehydration.cli import main
from rehydration.cli.commands import application
from rehydration.examples import EXAMPLES
from rehydration.explorer import Selection, explorer
from rehydration.policies import QUESTIONS
from rehydration.render.calls import calls, instance_of
from rehydration.rules import RULES

EVIL = "C\x1b[2J\x07"


class Result:
    """What a command printed, and its exit status."""

    def __init__(self, status: object, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:  # JSON is anything
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command as an entry point does, in an empty directory, 80 columns wide, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["rehydration", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exited:
            main()
        printed = capsys.readouterr()
        return Result(exited.value.code, printed.out, printed.err)

    return run


def record(contact_id: str, **members: object) -> dict[str, object]:
    told = {"Channel": "CHAT", "DisconnectTimestamp": "2026-05-04T09:10:00Z"}
    chain = dict.fromkeys(("InitialContactId", "PreviousContactId", "RelatedContactId"))
    return {"ContactId": contact_id, **told, **chain, **members}


def write(name: str, *records: object) -> str:
    Path(name).write_text("".join(map(json.dumps, records)), encoding="utf-8")
    return name


def records_of(name: str) -> list[dict[str, object]]:
    return [dict(each) for each in EXAMPLES[name].records]


# ------------------------------------------------------------------------------------------------------------ explain


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_explained_without_anything_else(run: Run, name: str) -> None:
    result = run("explain", "--example", name)

    found = EXAMPLES[name]
    graph = ContactGraph.from_contacts(read_contacts(found.records))
    assert result.out == render.text(explain(graph, found.requests[0], target=found.target))
    assert (result.status, result.err) == (0, "")


def test_a_file_is_explained_as_json(run: Run) -> None:
    path = write("export.json", *records_of("use-case-1"))

    result = run("explain", path, "--type", "FROM_SEGMENT", "--source", "C2", "--format", "json")

    assert result.json == {
        "RehydrationType": "FROM_SEGMENT",
        "SourceContactId": "C2",
        "ContinuedFromContactId": "C2",
        "Visible": [
            {
                "ContactId": "C2",
                "InitialContactId": "C1",
                "Availability": "available",
                "Rules": ["visibility.predecessors"],
            },
            {
                "ContactId": "C1",
                "InitialContactId": "C1",
                "Availability": "available",
                "Rules": ["visibility.predecessors"],
            },
        ],
        "Dropped": [{"ContactId": "C3", "Rules": ["visibility.later-dropped"]}],
        "BeyondLimit": [],
        "Incomplete": False,
        "Warnings": [],
        "DependsOn": [],
        "Assumes": [],
        "CustomerId": "customer-4711",
        "CustomersCompared": True,
        "OfOtherCustomers": [],
        "OfUntoldCustomers": [],
    }
    assert result.status == 0


def test_records_come_from_files_directories_patterns_and_standard_input(run: Run) -> None:
    first, second, third = records_of("use-case-1")
    Path("exports").mkdir()
    Path("exports/one.json.gz").write_bytes(gzip.compress(json.dumps(first).encode()))
    write("two-a.json", second)

    result = run(
        "explain",
        "exports",
        "two-*.json",
        "-",
        *("--type", "ENTIRE_PAST_SESSION", "--source", "C1", "--format", "json"),
        stdin=json.dumps(third).encode(),
    )

    assert [each["ContactId"] for each in result.json["Visible"]] == ["C3", "C2", "C1"]


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot"])
def test_other_pictures_are_printed(run: Run, form: str) -> None:
    found = EXAMPLES["use-case-1"]
    graph = ContactGraph.from_contacts(read_contacts(found.records))

    result = run("explain", "--example", "use-case-1", "--format", form)

    assert result.out == getattr(render, form)(explain(graph, found.requests[0]))


@pytest.mark.parametrize("form", ["text", "json", "svg", "mermaid", "dot"])
def test_what_is_printed_may_go_to_a_file(run: Run, form: str) -> None:
    printed = run("explain", "--example", "cut-persists", "--format", form)
    written = run("explain", "--example", "cut-persists", "--format", form, "--output", "answer")

    assert (written.status, written.out, written.err) == (0, "", "")
    assert Path("answer").read_text(encoding="utf-8") == printed.out


def test_a_file_has_colours_only_if_they_are_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("explain", "--example", "use-case-1", "-o", "plain")
    run("explain", "--example", "use-case-1", "-o", "coloured", "--color", "always")

    assert ("\x1b" in Path("plain").read_text(), "\x1b" in Path("coloured").read_text()) == (False, True)


def test_a_file_that_cannot_be_written_is_told_with_status_2(run: Run) -> None:
    result = run("explain", "--example", "use-case-1", "-o", "nowhere/answer")

    assert (result.status, result.out) == (2, "")
    assert result.err == "Error: 'nowhere/answer' cannot be written: No such file or directory\n"


# ------------------------------------------------------------------------------------------------------------ compare


BOTH = ("--request", "FROM_SEGMENT", "C2", "--request", "ENTIRE_PAST_SESSION", "C1")


def sides(*requests: tuple[str, str], name: str = "use-case-1") -> list[render.Refusal | Explanation]:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES[name].records))
    return [explain(graph, RehydrationRequest(*each)) for each in requests]


@pytest.mark.parametrize("form", ["text", "svg", "mermaid", "dot"])
def test_two_requests_are_drawn_side_by_side(run: Run, form: str) -> None:
    path = write("export.json", *records_of("use-case-1"))

    result = run("compare", path, *BOTH, "--format", form)

    draw = getattr(render, f"comparison_{form}")
    assert result.out == draw(sides(("FROM_SEGMENT", "C2"), ("ENTIRE_PAST_SESSION", "C1")))
    assert (result.status, result.err) == (0, "")


def test_an_example_is_compared_by_both_types(run: Run) -> None:
    assert run("compare", "--example", "use-case-1").out == run("compare", "--example", "use-case-1", *BOTH).out
    told = run("compare", "--example", "use-case-2", "--format", "json").json
    assert [(each["RehydrationType"], each["SourceContactId"]) for each in told] == [
        ("ENTIRE_PAST_SESSION", "C1"),
        ("FROM_SEGMENT", "C1"),
    ]


def test_what_is_refused_is_compared_with_what_is_not(run: Run) -> None:
    arguments = ("--request", "FROM_SEGMENT", "C2", "--request", "ENTIRE_PAST_SESSION", "C2")
    result = run("compare", "--example", "use-case-1", *arguments, "--format", "json")

    answered, refused = result.json
    assert answered["ContinuedFromContactId"] == "C2"
    assert (refused["SourceContactId"], refused["Error"]["Rule"]) == ("C2", "start.entire-given-another")
    assert result.status == 0
    assert "B  ENTIRE_PAST_SESSION C2 is refused: " in run("compare", "--example", "use-case-1", *arguments).out


def test_to_have_all_refused_is_an_answer_with_status_1(run: Run) -> None:
    arguments = ("--request", "FROM_SEGMENT", "nobody", "--request", "ENTIRE_PAST_SESSION", "C2")

    assert run("compare", "--example", "use-case-1", *arguments).status == 1


# -------------------------------------------------------------------------------------------------------------- graph


@pytest.mark.parametrize("form", ["text", "svg", "mermaid", "dot"])
def test_a_history_is_drawn_as_it_is_recorded(run: Run, form: str) -> None:
    result = run("graph", "--example", "cut-persists", "--format", form)

    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["cut-persists"].records))
    assert result.out == getattr(render, f"graph_{form}")(graph)
    assert (result.status, result.err) == (0, "")


def test_an_example_may_be_asked_something_else(run: Run) -> None:
    result = run("explain", "--example", "use-case-1", "--source", "C3", "--format", "json")

    assert [each["ContactId"] for each in result.json["Visible"]] == ["C3", "C2", "C1"]


def test_an_example_knows_the_source_for_each_type_it_is_about(run: Run) -> None:
    result = run("explain", "--example", "cumulative", "--type", "ENTIRE_PAST_SESSION", "--format", "json")

    assert result.json["RehydrationType"] == "ENTIRE_PAST_SESSION"
    assert result.json["ContinuedFromContactId"] == "Y"


def test_another_reading_answers_otherwise(run: Run) -> None:
    told = run("explain", "--example", "branches", "--policy", "entire_view=ANCESTORS", "--format", "json").json

    assert [each["ContactId"] for each in told["Visible"]] == ["B2", "B1"]


def test_the_time_brings_in_the_rules_about_time(run: Run) -> None:
    told = run("explain", "--example", "use-case-1", "--now", "2026-05-04T11:27:30+02:00", "--format", "json").json

    assert [each["Subject"] for each in told["DependsOn"]] == [["early_call"]]
    assert [each["Availability"] for each in told["Visible"]] == ["available", "available"]


def test_now_is_a_time(run: Run) -> None:
    assert run("explain", "--example", "use-case-1", "--now", "now").status in {0, 1}


def test_whether_related_contacts_are_rehydrations_can_be_left_open(run: Run) -> None:
    told = run("explain", "--example", "cut-persists", "--related", "unknown", "--format", "json").json

    doubts = [each["Sentence"] for each in told["DependsOn"] if each["Kind"] == "related"]
    assert doubts == ["whether the session of 'D1' continues from its related contact 'C2'"]
    assert told["Assumes"] == []


def test_a_related_contact_may_be_taken_for_a_plain_relation(run: Run) -> None:
    told = run("explain", "--example", "cut-persists", "--related", "plain", "--format", "json").json

    assert [each["ContactId"] for each in told["Visible"]] == ["D2", "D1"]


def test_long_runs_are_drawn_in_full_on_demand(run: Run) -> None:
    assert "C77" not in run("explain", "--example", "beyond-the-limit").out
    assert "C77" in run("explain", "--example", "beyond-the-limit", "--full").out


def test_text_is_as_wide_as_told(run: Run) -> None:
    lines = run("explain", "--example", "cut-persists", "--width", "50").out.splitlines()

    assert max(map(len, lines)) <= 50


# ----------------------------------------------------------------------------------------------------------- refusals


def test_a_refusal_is_an_answer_with_status_1(run: Run) -> None:
    result = run("explain", "--example", "use-case-1", "--type", "ENTIRE_PAST_SESSION", "--source", "C2")

    assert result.status == 1
    assert result.out.startswith("ENTIRE_PAST_SESSION C2 is refused: InvalidRequestException\n")
    assert (
        "    entire_source=ANY_OF_SESSION (any contact of the session)\n      from C3, shows C3 C2 C1\n" in result.out
    )
    assert result.err == ""


def test_a_refusal_in_json_has_code_rule_and_message(run: Run) -> None:
    result = run("explain", "--example", "use-case-1", "--source", "nobody", "--format", "json")

    assert result.status == 1
    assert result.json == {
        "Error": {
            "Code": "ResourceNotFoundException",
            "Rule": "eligibility.source-exists",
            "Message": "no record of contact 'nobody', and none refers to it",
        }
    }


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot"])
def test_a_refusal_leaves_no_picture(run: Run, form: str) -> None:
    result = run("explain", "--example", "use-case-1", "--source", "nobody", "--format", form, "-o", "picture")

    assert (result.status, result.out) == (1, "")
    assert not Path("picture").exists()
    assert result.err == "Refused: no record of contact 'nobody', and none refers to it (eligibility.source-exists)\n"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        *(("a.svg", "svg"), ("a.JSON", "json"), ("a.mmd", "mermaid"), ("a.dot", "dot"), ("a.gv", "dot")),
        *(("a.txt", "text"), ("a", "text"), ("a.html", "text"), ("svg", "text")),
    ],
)
def test_the_name_of_the_file_chooses_the_format_unless_one_is_named(run: Run, name: str, form: str) -> None:
    question = ("explain", "--example", "use-case-1", "-o", name)

    assert run(*question).status == run(*question[:-1], "named", "--format", form).status == 0
    assert Path(name).read_bytes() == Path("named").read_bytes()
    run(*question, "--format", "dot")
    assert Path(name).read_text().startswith("digraph")


def test_a_dash_for_the_output_is_standard_output(run: Run) -> None:
    question = ("customer", "--example", "use-case-1", "--customer", "customer-4711")

    for form in ("text", "json", "html"):
        assert run(*question, "--format", form, "-o", "-").out == run(*question, "--format", form).out != ""
    assert not Path("-").exists()


def every_command(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, each in group.commands.items():
        yield from every_command(each, *path, name) if isinstance(each, click.Group) else [(*path, name)]


@pytest.mark.parametrize("path", list(every_command(application)), ids=" ".join)
def test_an_option_that_takes_one_value_is_refused_twice(run: Run, path: tuple[str, ...]) -> None:
    command: click.Command = application
    for name in path:
        command = cast("click.Group", command).commands[name]
    for each in command.params:
        if isinstance(each, click.Option) and not (each.multiple or each.is_flag):
            told = run(*path, *([each.opts[-1], "1"] * 2))
            assert (told.status, f"{each.opts[-1]}' is given 2 times: expected once" in told.err) == (2, True)


# -------------------------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("explain",), "give either RECORDS (files, directories, patterns, - for standard input) or --example NAME"),
        (("explain", "x.json", "--example", "use-case-1"), "or --example NAME; "),
        (("explain", "x.json"), "Missing --type and --source: which past contact to continue from, and by which type?"),
        (("explain", "x.json", "--type", "FROM_SEGMENT"), "Missing --source: "),
        (("explain", "--example", "use-case-9"), "'use-case-9' is not one of 'use-case-1', 'use-case-2'"),
        (("explain", "--example", "use-case-1", "--type", "ALL"), "'ALL' is not one of"),
        (
            ("explain", "--example", "use-case-1", "--source", ""),
            "'' is not a contact id: expected 1 to 256 characters",
        ),
        (
            ("explain", "--example", "use-case-1", "--target", "x" * 257),
            "is not a contact id: expected 1 to 256 characters",
        ),
        (
            ("explain", "--example", "use-case-1", "--now", "2026-05-04T09:30"),
            "'2026-05-04T09:30' has no time zone: expected one such as 2026-05-04T09:30:00Z or",
        ),
        (("explain", "--example", "use-case-1", "--now", "noon"), "'noon' is not an ISO 8601 time: "),
        (("explain", "--example", "use-case-1", "--now", "0001-01-01T00:00Z"), "now is"),
        (
            ("explain", "--example", "use-case-1", "--policy", "end=SEGMENT"),
            "'end=SEGMENT' does not name a field: expected",
        ),
        (("explain", "--example", "use-case-1", "--policy", "ended"), "'ended': expected ended=SESSION|SEGMENT"),
        (("explain", "--example", "use-case-1", "--policy", "ended=NO"), "'ended=NO': expected ended=SESSION|SEGMENT"),
        (
            ("explain", "--example", "use-case-1", "--policy", "ended=SESSION", "--policy", "ended=SEGMENT"),
            "ended is given more than once",
        ),
        (
            ("compare", "x.json", "--request", "FROM_SEGMENT", "C1"),
            "Missing --request TYPE ID or --chat ID: give two or more",
        ),
        (("compare", "--example", "use-case-1", "--request", "ALL", "C1"), "'ALL' is not one of"),
        (("compare", "--example", "use-case-1", "--request", "FROM_SEGMENT", ""), "'' is not a contact id"),
        (("plan", "--example", "use-case-1"), "Missing option '--show'"),
        (
            ("plan", "--example", "use-case-1", "--show", "C1", "--hide", "C1"),
            "hide is 'C1': expected a contact that is not to be shown",
        ),
        (("exposure", "--example", "use-case-1"), "Missing --contact ID, --customer NAME or --surveys"),
        (("rules", "visibility.predecessor"), "expected one of visibility.predecessors"),
        (("examples", "branch"), "expected one of branches"),
        (("explode",), "No such command 'explode'"),
    ],
)
def test_wrong_usage_is_told_with_status_2(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)

    assert (result.status, result.out) == (2, "")
    assert told in result.err


def test_all_readings_are_named_to_who_names_none(run: Run) -> None:
    err = run("explain", "--example", "use-case-1", "--policy", "x=y").err

    assert [name for name in QUESTIONS if f"{name}=" not in err] == []


def test_fields_and_readings_may_be_written_in_any_case(run: Run) -> None:
    told = run("explain", "--example", "branches", "--policy", "Entire_View=ancestors", "--format", "json").json

    assert [each["ContactId"] for each in told["Visible"]] == ["B2", "B1"]


# -------------------------------------------------------------------------------------------------------- bad records


@pytest.mark.parametrize(
    "command", [("explain", "--type", "FROM_SEGMENT", "--source", "C1"), ("plan", "--show", "C1"), ("check",)]
)
@pytest.mark.parametrize("content", ['{"ContactId": "C1"', '{"ContactId": 5}', "nothing", "\x1b[31m"])
def test_unreadable_records_are_told_with_status_2(run: Run, command: tuple[str, ...], content: str) -> None:
    Path("bad.json").write_text(content, encoding="utf-8")

    result = run(command[0], "bad.json", *command[1:])

    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Error: bad.json, record 1, $")
    assert result.err.removesuffix("\n").isprintable()


def test_a_file_that_is_not_there_is_told_with_status_2(run: Run) -> None:
    result = run("check", "no.json")

    assert (result.status, result.out) == (2, "")
    assert "no.json" in result.err


def test_contradictory_records_are_told_with_status_2(run: Run) -> None:
    path = write("bad.json", record("C2", InitialContactId="C1", PreviousContactId="D1"), record("D1"))

    result = run("explain", path, "--type", "FROM_SEGMENT", "--source", "C2")

    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines()[0] == "Error: 1 contradiction found in the records:"
    assert "identity.session: contact 'C2' of the session of 'C1'" in result.err
    assert result.err.splitlines()[-1] == "`rehydration check` lists them"


# --------------------------------------------------------------------------------------------------------------- plan


def test_a_plan_names_the_request_what_it_shows_and_the_calls(run: Run) -> None:
    result = run("plan", "--example", "use-case-1", "--show", "C2", "--hide", "C3", "--target", "NEW")

    token = re.findall("ClientToken='(.*)'", result.out)[0]
    assert result.status == 0
    assert (
        result.out.replace(token, "TOKEN")
        == """\
Send FROM_SEGMENT C2
  continues     C2 (returned as ContinuedFromContactId)
  shows         C2 C1
  extra         C1
  hides         C3

Certain: holds under every reading of the open questions

To start the new chat: StartChatContact

    connect.start_chat_contact(
        InstanceId='5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21',
        ContactFlowId='CONTACT_FLOW_ID',
        ParticipantDetails={'DisplayName': 'Customer'},
        PersistentChat={'RehydrationType': 'FROM_SEGMENT', 'SourceContactId': 'C2'},
        ClientToken='TOKEN',
    )

    aws connect start-chat-contact \\
        --instance-id 5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21 \\
        --contact-flow-id CONTACT_FLOW_ID \\
        --participant-details '{"DisplayName": "Customer"}' \\
        --persistent-chat '{"RehydrationType": "FROM_SEGMENT", "SourceContactId": "C2"}' \\
        --client-token TOKEN

Or while the chat is live, before it is associated: CreatePersistentContactAssociation

    connect.create_persistent_contact_association(
        InstanceId='5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21',
        InitialContactId='NEW',
        RehydrationType='FROM_SEGMENT',
        SourceContactId='C2',
        ClientToken='TOKEN',
    )

    aws connect create-persistent-contact-association \\
        --instance-id 5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21 \\
        --initial-contact-id NEW \\
        --rehydration-type FROM_SEGMENT \\
        --source-contact-id C2 \\
        --client-token TOKEN

Fill in CONTACT_FLOW_ID: the id of the flow that the chat runs; Customer: the
display name of the customer.

Repeat the ClientToken when you retry: no SDK fills it in for
CreatePersistentContactAssociation, and a retry without it is refused.
Store with the customer, after the chat: the ContactId that StartChatContact
answers, and the last contact before a survey. Attributes that a survey sets
travel, although its transcript does not.
"""
    )


def test_other_plans_are_told_after_the_best(run: Run) -> None:
    out = run("plan", "--example", "use-case-1", "--show", "C1").out

    assert out.startswith("Send FROM_SEGMENT C1\n")
    others = ["  FROM_SEGMENT C2 shows C2 C1", "  ENTIRE_PAST_SESSION C1 shows C3 C2 C1, also a survey"]
    assert "\n".join(["", "Other requests that would do", *others, ""]) in out


def test_a_plan_in_json_holds_the_parameters_and_the_calls(run: Run) -> None:
    told = run("plan", "--example", "use-case-1", "--show", "C2", "--hide", "C3", "--format", "json").json

    best = told["Plans"][0]
    start, associate = best.pop("Calls")
    assert best == {
        "RehydrationType": "FROM_SEGMENT",
        "SourceContactId": "C2",
        "ContinuedFromContactId": "C2",
        "Visible": ["C2", "C1"],
        "Extra": ["C1"],
        "CustomerId": "customer-4711",
        "CustomersCompared": True,
        "OfOtherCustomers": [],
        "OfUntoldCustomers": [],
        "Warnings": [],
    }
    assert start["Operation"] == "StartChatContact"
    assert start["Parameters"]["PersistentChat"] == {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "C2"}
    assert associate["Operation"] == "CreatePersistentContactAssociation"
    assert associate["Parameters"] == {
        "InstanceId": "5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21",
        "InitialContactId": "NEW_CONTACT_ID",
        "RehydrationType": "FROM_SEGMENT",
        "SourceContactId": "C2",
        "ClientToken": start["Parameters"]["ClientToken"],
    }
    assert UUID(start["Parameters"]["ClientToken"]).version == 4


def test_an_impossible_plan_names_the_obstacle_with_status_1(run: Run) -> None:
    result = run("plan", "--example", "use-case-1", "--show", "C3", "--hide", "C2")

    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("every request that shows 'C3' also lists 'C2'\n\n")


def test_an_impossible_plan_is_an_error_in_json(run: Run) -> None:
    result = run("plan", "--example", "use-case-1", "--show", "nobody", "--format", "json")

    assert result.status == 1
    assert result.json["Error"]["Rule"] == "eligibility.source-exists"


@pytest.mark.parametrize(
    "source",
    ["C1", "it's", "a b", "$(reboot)", "-x", "file:///etc/passwd", "https://a.b", EVIL, "中", '"', "\\n", "`'\"$"],
)
def test_calls_hold_what_they_should_after_quoting(source: str) -> None:
    graph = ContactGraph.from_contacts([contact("C1")])

    for call in calls(instance_of(graph), RehydrationRequest("FROM_SEGMENT", source), None):
        assert call.boto3.replace("\n", "").isprintable()
        assert call.aws.replace("\n", "").isprintable()
        (keywords,) = (each.keywords for each in ast.walk(ast.parse(call.boto3)) if isinstance(each, ast.Call))
        assert {each.arg: ast.literal_eval(each.value) for each in keywords} == call.parameters
        words = shlex.split(call.aws.replace("\\\n", ""))
        assert words[:2] == ["aws", "connect"]
        if words[3] == "--cli-input-json":
            assert json.loads(words[4]) == call.parameters
        else:
            given = dict(zip(words[3::2], words[4::2], strict=True))
            assert [json.loads(each) if each[0] == "{" else each for each in given.values()] == [
                *call.parameters.values()
            ]


# ---------------------------------------------------------------------------------------------------------- exposure


def test_an_exposure_tells_who_sees_a_transcript_and_who_could(run: Run) -> None:
    result = run("exposure", "--example", "cut-persists", "--contact", "C2")

    assert result.status == 0
    assert (
        result.out
        == """\
C2 (2026-05-04 09:08, customer customer-4711) can be read in 1 later session
  session D1 (2026-05-06 14:00, customer customer-4711): by D2 D1, through D1 →
  C2
  6 requests would show it in a new chat
    on session C1: ENTIRE_PAST_SESSION C1; FROM_SEGMENT C3 C2
    on session D1: ENTIRE_PAST_SESSION D1; FROM_SEGMENT D1 D2

Assumes that related contacts are rehydrations
"""
    )


def test_an_exposure_in_json(run: Run) -> None:
    assert run("exposure", "--example", "cut-persists", "--contact", "C3", "--format", "json").json == {
        "ContactId": "C3",
        "CustomerId": "customer-4711",
        "IsLive": False,
        "Gaps": [],
        "Assumes": [],
        "VisibleIn": [],
        "MayBeVisibleIn": [],
        "CouldBeVisibleBy": [
            {
                "InitialContactId": "C1",
                "CustomerId": "customer-4711",
                "Requests": [
                    {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "C1"},
                    {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "C3"},
                ],
            }
        ],
    }


def test_an_exposure_in_json_names_the_links(run: Run) -> None:
    told = run("exposure", "--example", "cut-persists", "--contact", "C1", "--format", "json").json

    assert [each["Through"] for each in told["VisibleIn"]] == [
        [{"ContactIds": ["D1"], "ContinuedFromContactId": "C2", "RehydrationType": None}]
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_exposure_of_nobody_has_status_1(run: Run, form: str) -> None:
    result = run("exposure", "--example", "cut-persists", "--contact", "nobody", "--format", form)

    assert result.status == 1
    assert "no record of contact 'nobody', and none" in result.out


# ------------------------------------------------------------------------------------------------------------ explore


def page_of(name: str, **asked: Any) -> str:
    return explorer(ContactGraph.from_contacts(read_contacts(EXAMPLES[name].records)), **asked)


def test_a_page_is_written_to_a_file(run: Run) -> None:
    write("export.json", *records_of("use-case-1"))

    result = run("explore", "export.json", "-o", "page.html")

    page = Path("page.html").read_bytes()
    assert page == page_of("use-case-1").encode()
    assert result.out == f"page.html: {len(page):,} bytes; open it in a browser\n"
    assert result.status == 0


def test_a_page_of_an_example_opens_at_its_request_and_knows_its_target(run: Run) -> None:
    run("explore", "--example", "cumulative", "-o", "page.html")

    found = EXAMPLES["cumulative"]
    assert Path("page.html").read_text(encoding="utf-8") == page_of(
        "cumulative", first=found.requests[0], target=found.target
    )


def test_a_page_is_about_what_the_options_say(run: Run) -> None:
    write("export.json", *records_of("cut-persists"))

    run(
        *("explore", "export.json", "-o", "page.html", "--contact", "D1", "--customer", "customer-4711"),
        *("--since", "2026-05-05T00:00Z", "--now", "2026-05-07T00:00Z", "--policy", "ended=segment", "--target", "Q"),
    )

    assert Path("page.html").read_text(encoding="utf-8") == page_of(
        "cut-persists",
        selection=Selection(("D1",), ("customer-4711",), datetime(2026, 5, 5, tzinfo=UTC)),
        first="D1",
        target="Q",
        now=datetime(2026, 5, 7, tzinfo=UTC),
        policy=Policy(ended="SEGMENT"),  # type: ignore[arg-type]
    )


def test_pictures_for_slides_name_no_rules(run: Run) -> None:
    for form in ("text", "svg", "mermaid", "dot"):
        run("explain", "--example", "use-case-1", "--format", form, "--plain", "-o", "picture")
        drawn = Path("picture").read_text(encoding="utf-8")
        assert ("survey" in drawn, "visibility." in drawn) == (True, False)


def test_a_page_takes_plain_relations_for_what_they_are(run: Run) -> None:
    run("explore", "--example", "cut-persists", "--related", "plain", "-o", "page.html")

    data = data_of(Path("page.html").read_text(encoding="utf-8"))
    assert [each for each in data["sessions"] if "link" in each] == []


def test_a_page_on_standard_output_is_utf_8_whatever_the_terminal_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    program = start("-m", "rehydration", "explore", "--example", "use-case-1", "-o", "-")

    printed, said = program.communicate(timeout=60)

    assert printed.decode() == page_of("use-case-1", first=EXAMPLES["use-case-1"].requests[0])
    assert (said, program.returncode) == (b"", 0)


def test_more_than_a_page_holds_is_told_with_the_option_that_would_do(run: Run) -> None:
    days = (
        record(f"C{day}", DisconnectTimestamp=f"2026-05-04T09:{day // 60:02}:{day % 60:02}Z") for day in range(1_001)
    )
    write("export.json", *days)

    result = run("explore", "export.json", "-o", "page.html")

    assert result.status == 2
    assert (
        "1,001 contacts in 1,001 sessions are too many for a page, which holds 5,000 contacts in 1,000 sessions"
        in result.err
    )
    assert result.err.endswith(
        "add --since 2026-05-04T09:00:01+00:00, --contact ID or --customer NAME\n",
    )
    since = result.err.split("--since ")[1].split(",")[0]
    assert run("explore", "export.json", "-o", "page.html", "--since", since).status == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--example", "use-case-1"), "Missing option '-o'"),
        (("--example", "use-case-1", "-o", "nowhere/page.html"), "'nowhere/page.html' cannot be written: No such file"),
        (("--example", "use-case-1", "-o", "p.html", "--contact", "Q"), "contact is 'Q': expected a contact that"),
        (("--example", "use-case-1", "-o", "p.html", "--since", "yesterday"), "is not an ISO 8601 time"),
    ],
)
def test_a_page_that_cannot_be_made_is_told_with_status_2(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run("explore", *arguments)

    assert told in result.err
    assert (result.status, result.out) == (2, "")


class Terminal(io.StringIO):
    """Where somebody is watching."""

    def isatty(self) -> bool:
        return True


def test_progress_of_a_page_is_shown_where_it_is_large_and_somebody_is_watching(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("export.json", *(record(f"C{number}") for number in range(250)))

    def shown(soon: float) -> str:
        terminal = Terminal()
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr("rehydration.cli.output._SOON", soon)
        assert run("explore", "export.json", "-o", "page.html").status == 0
        return terminal.getvalue()

    assert "Deciding each contact" in shown(0)
    assert "Deciding" not in shown(60)


@pytest.mark.parametrize(
    ("command", "step"),
    [
        (("sees", "--chat", "C1"), "Finding the answer"),
        (("why", "--chat", "C1", "--contact", "C2"), "Finding the answer"),
        (("exposure", "--surveys"), "Finding the answer"),
        (("guard", "--forbid", "channel=CHAT"), "Finding the answer"),
        (("graph",), "Putting contacts together"),
    ],
)
def test_a_step_that_takes_longer_is_shown_where_somebody_is_watching(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], step: str
) -> None:
    write("export.json", record("C1"), record("C2"))
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("rehydration.cli.output._SOON", 0)

    run(command[0], "export.json", *command[1:])
    assert step in terminal.getvalue()


# -------------------------------------------------------------------------------------------------------------- check


def test_a_sound_export_is_counted(run: Run) -> None:
    live = record("E2", InitialContactId="E1", PreviousContactId="E1", DisconnectTimestamp=None)
    task = record("T1", Channel="TASK")
    path = write("export.json", *records_of("branches"), records_of("branches")[0], live, task)

    result = run("check", path)

    assert result.status == 0
    assert (
        result.out
        == """\
What the records leave out
  no record of 'E1', so nobody can tell what lies before it
  no record tells whether 'E2' has ended

✓ no contradictions found

  records              6
  contacts             5
    TASK               1
  unknown ids          1  E1
  sessions             3
    not ended          1  E1
    branched           1  B1
    linked             0
"""
    )


def test_a_sound_export_is_counted_in_json(run: Run) -> None:
    assert run("check", "--example", "cumulative", "--format", "json").json == {
        "Records": 3,
        "Contacts": 3,
        "Gaps": [
            {
                "Kind": "records",
                "Subject": ["Z"],
                "Sentence": "no record tells whether 'Z' has ended",
                "Readings": [],
            }
        ],
        "Envelopes": {},
        "OtherChannels": {},
        "Contradictions": 0,
        "Contradicting": [],
        "UnknownContactIds": [],
        "Sessions": 3,
        "NotEnded": ["Z"],
        "Branched": [],
        "Linked": ["Y"],
    }


def test_contradictions_are_told_by_name_with_status_1(run: Run) -> None:
    path = write("bad.json", record("C2", InitialContactId="C1", PreviousContactId="D1"), record("D1"))

    result = run("check", path)

    assert (result.status, result.err) == (1, "")
    assert "✗ 1 contradiction found\n\n  records              2\n  contacts             2\n" in result.out
    assert "contact 'C2' of the session of 'C1' has the previous contact 'D1'" in result.out
    assert "    identity.session\n" in result.out


def test_contradictions_in_json(run: Run) -> None:
    path = write("bad.json", record("C2", InitialContactId="C1", PreviousContactId="D1"), record("D1"))

    result = run("check", path, "--format", "json")

    told = result.json
    assert result.status == 1
    assert told["Contradictions"] == 1
    assert told["Contradicting"][0]["Rule"] == "identity.session"
    assert set(told["Contradicting"][0]["ContactIds"]) == {"C2", "D1"}


def test_what_no_record_tells_is_told_first(run: Run) -> None:
    path = write("few.csv.json", {"ContactId": "C1", "InitialContactId": None, "PreviousContactId": None})

    assert run("check", path).out.startswith(
        """\
What the records leave out
  the records do not tell related contacts, so no session has a link
  the records do not tell channels, so every contact counts as a chat
  the records do not tell how contacts began, so nobody can tell which of them
  are surveys
"""
    )
    told = run("check", path, "--format", "json").json["Gaps"]
    assert [each["Subject"] for each in told] == [
        ["related_contact_id"],
        ["channel"],
        ["initiation_method"],
        ["initiation_timestamp"],
        ["disconnect_timestamp"],
        ["customer_id"],
    ]


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (("explain", "--type", "FROM_SEGMENT", "--source", "C2"), "out"),
        (("exposure", "--contact", "C1"), "out"),
        (("check",), "out"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_column_that_is_not_there_is_told_by_every_answer(
    run: Run, command: tuple[str, ...], where: str, form: str
) -> None:
    Path("few.csv").write_text("contact_id,disconnect_timestamp\nC1,2026-05-03 09:00:00\nC2,2026-05-03 09:05:00\n")

    name, *options = command
    result = run(name, "few.csv", *options, "--format", form)

    assert result.status == 0
    assert "previous contacts" in getattr(result, where)


def test_many_contradictions_are_counted_and_some_are_named(run: Run) -> None:
    bad = [record(f"C{n}", InitialContactId="C0", PreviousContactId=f"D{n}") for n in range(150)]
    path = write("bad.json", *bad, *(record(f"D{n}") for n in range(150)))

    out = run("check", path).out

    assert "✗ 150 contradictions found\n" in out
    assert out.endswith("  and 130 more\n")


def test_many_unknown_ids_are_counted_and_some_are_named(run: Run) -> None:
    path = write("export.json", *(record(f"C{n}", RelatedContactId=f"U{n}") for n in range(1500)))

    assert re.search(r"unknown ids +1,500  U0 U1 U10 [U\d\s]* and\s+1,488 more", run("check", path).out)


# ------------------------------------------------------------------------------------------------- rules and examples


def test_rules_are_listed_by_group(run: Run) -> None:
    out = run("rules").out

    listed = re.findall(r"^  ([\w-]+\.[\w-]+) ", out, re.MULTILINE)
    assert listed == list(RULES)
    assert re.findall(r"^(\w+)$", out, re.MULTILINE) == list(dict.fromkeys(each.group for each in RULES.values()))
    assert re.search("^  visibility.past-limit +documented +LIM$", out, re.MULTILINE)


def test_a_rule_is_told_with_its_sources(run: Run) -> None:
    assert (
        run("rules", "visibility.past-limit").out
        == """\
visibility.past-limit  documented

  At most 100 past contacts are traversed.

  standing      documented: AWS states it
  seen by       wire
  LIM           https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
"""
    )


def test_a_rule_is_told_with_what_was_seen_on_a_live_instance(run: Run) -> None:
    assert run("rules", "paging.end").out.endswith(
        """
  CJS           https://github.com/amazon-connect/amazon-connect-chatjs
  evidence      2020-08-19 (older than persistent chat): A listing without items
                was answered with an empty `NextToken`.
                https://github.com/amazon-connect/amazon-connect-chatjs/issues/28
"""
    )
    told = run("rules", "identity.new-session").out
    assert "  evidence      2024-05-13: Past transcripts came along, " in told


@pytest.mark.parametrize("name", ["visibility.link-scope", "link_scope"])
def test_an_open_rule_is_told_with_its_field_of_the_policy(run: Run, name: str) -> None:
    out = run("rules", name).out

    assert out.startswith("visibility.link-scope  open\n")
    assert "  policy        --policy link_scope=SESSION|CONTACT, the default first\n" in out


def test_the_rules_of_a_group_are_listed(run: Run) -> None:
    told = run("rules", "start", "--format", "json").json

    assert [each["Rule"] for each in told] == [each for each in RULES if each.startswith("start.")]


def test_a_rule_in_json(run: Run) -> None:
    assert run("rules", "visibility.entire-branched", "--format", "json").json == {
        "Rule": "visibility.entire-branched",
        "Statement": RULES["visibility.entire-branched"].statement,  # type: ignore[index]
        "Standing": "open",
        "Sources": {"AG": "https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html"},
        "SeenBy": "seed",
        "Evidence": [],
        "Policy": {"entire_view": ["SESSION", "ANCESTORS"]},
    }


def test_the_evidence_of_a_rule_in_json(run: Run) -> None:
    assert run("rules", "paging.end", "--format", "json").json["Evidence"] == [
        {
            "Date": "2020-08-19",
            "Address": "https://github.com/amazon-connect/amazon-connect-chatjs/issues/28",
            "Statement": "A listing without items was answered with an empty `NextToken`.",
            "IsOlderThanPersistentChat": True,
        }
    ]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_can_be_told(run: Run, name: str) -> None:
    assert run("rules", name).out.startswith(f"{name}  ")


def test_every_rule_that_a_picture_names_can_be_told(run: Run) -> None:
    for name in EXAMPLES:
        out = run("explain", "--example", name).out
        assert set(re.findall(r"\b(?:start|visibility|eligibility)\.[\w-]+", out)) <= set(RULES)


def test_examples_are_listed(run: Run) -> None:
    out = run("examples").out

    assert re.findall(r"^  ([\w-]+)  ", out, re.MULTILINE) == list(EXAMPLES)


def test_the_records_of_an_example_can_be_read_again(run: Run) -> None:
    printed = run("examples", "branches").out

    result = run("explain", "-", "--type", "ENTIRE_PAST_SESSION", "--source", "B1", stdin=printed.encode())

    assert result.out == run("explain", "--example", "branches").out


# ------------------------------------------------------------------------------------------------------- surroundings


def test_the_version_is_told(run: Run) -> None:
    assert re.fullmatch(r"rehydration \S.*\n", run("--version").out)


@pytest.mark.parametrize(
    "command", [(), ("explain",), ("plan",), ("exposure",), ("check",), ("rules",), ("examples",), ("explore",)]
)
def test_help_names_every_option(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--help")

    assert result.status == 0
    assert result.out.startswith("Usage: rehydration")
    assert "--help" in result.out


def test_colours_are_for_those_who_want_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_coloured(*options: str) -> bool:
        return "\x1b[" in run("explain", "--example", "use-case-1", *options).out

    assert not is_coloured()
    assert is_coloured("--color", "always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert is_coloured()
    assert not is_coloured("--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_coloured()
    assert is_coloured("--color", "always")


def test_every_text_has_the_same_characters_in_colour(run: Run) -> None:
    for command in (
        ("plan", "--example", "use-case-1", "--show", "C3", "--hide", "C1"),
        ("exposure", "--example", "use-case-1", "--contact", "C1"),
        ("check", "--example", "cut-persists"),
        ("rules",),
        ("rules", "start.most-recent"),
        ("examples",),
    ):
        coloured = run(*command, "--color", "always").out
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == run(*command).out != coloured


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "--type", "FROM_SEGMENT", "--source", EVIL),
        ("explain", "--type", "FROM_SEGMENT", "--source", EVIL, "--format", "json"),
        ("explain", "--type", "FROM_SEGMENT", "--source", EVIL, "--format", "mermaid"),
        ("explain", "--type", "FROM_SEGMENT", "--source", EVIL, "--format", "dot"),
        ("explain", "--type", "ENTIRE_PAST_SESSION", "--source", "[red]\u202e\x9b1m"),
        ("plan", "--show", EVIL),
        ("plan", "--show", EVIL, "--format", "json"),
        ("exposure", "--contact", EVIL),
        ("exposure", "--contact", EVIL, "--format", "json"),
        ("check",),
        ("check", "--format", "json"),
    ],
)
def test_nothing_in_an_id_reaches_the_terminal_as_it_is(run: Run, command: tuple[str, ...]) -> None:
    other = record("[red]\u202e\x9b1m", InitialContactId=EVIL, PreviousContactId=EVIL, RelatedContactId="U\x1b]")
    path = write("evil.json", record(EVIL, RelatedContactId="U\x1b]"), other)

    result = run(command[0], path, *command[1:])

    assert (result.out + result.err).replace("\n", "").isprintable()


def test_json_keeps_what_is_printable(run: Run) -> None:
    path = write("export.json", record("聊天😀"))

    result = run("explain", path, "--type", "FROM_SEGMENT", "--source", "聊天😀", "--format", "json")

    assert '"SourceContactId": "聊天😀"' in result.out


def test_output_without_unicode_is_still_a_picture(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))

    assert run("explain", "--example", "branches").status == 0

    assert b"\n`--> +   B2 < start   11:22-11:50" in printed.getvalue()


def test_json_without_unicode_is_still_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("export.json", record("聊天😀"))
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))

    run("explain", path, "--type", "FROM_SEGMENT", "--source", "聊天😀", "--format", "json")

    assert json.loads(printed.getvalue())["SourceContactId"] == "聊天😀"


@pytest.mark.parametrize(("contacts", "watched"), [(5_000, False), (7_100, True)])
def test_progress_is_shown_where_much_is_read_and_somebody_is_watching(
    run: Run, monkeypatch: pytest.MonkeyPatch, contacts: int, *, watched: bool
) -> None:
    path = write("export.json", *(record(f"C{n}") for n in range(contacts)))
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)

    result = run("check", path, "--format", "json")

    assert result.json["Contacts"] == contacts
    assert ("contacts read" in terminal.getvalue()) == watched


def test_progress_is_not_shown_where_nobody_is_watching(run: Run) -> None:
    path = write("export.json", *(record(f"C{n}") for n in range(7_100)))

    assert run("check", path).err == ""


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_what_is_not_installed_is_told_with_status_2(run: Run, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)

    result = run("explain", "--example", "use-case-1")

    assert (result.status, result.out) == (2, "")
    assert result.err == f"rehydration: the command line needs {missing}; python -m pip install 'rehydration[cli]'\n"


# ---------------------------------------------------------------------------------------------------------- processes


def start(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def test_the_module_runs() -> None:
    with start("-m", "rehydration", "explain", "--example", "use-case-1") as process:
        out, err = process.communicate()

    assert out.decode().startswith("FROM_SEGMENT C2 continues from C2\n")
    assert (process.returncode, err) == (0, b"")


def test_a_reader_who_leaves_is_no_error() -> None:
    code = "import sys, rehydration.cli as cli; input(); sys.argv = ['x', 'rules']; cli.main()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(b"\n")
        process.stdin.close()
        err = process.stderr.read()

    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["explain", "--help"]])
def test_help_loads_neither_networkx_nor_rich(arguments: list[str]) -> None:
    code = (
        "import sys, rehydration.cli as cli\n"
        f"sys.argv = ['rehydration', *{arguments!r}]\n"
        "try: cli.main()\n"
        "finally: print({'networkx', 'rich', 'rehydration.decisions'} & set(sys.modules), file=sys.stderr)"
    )
    with start("-c", code) as process:
        _, err = process.communicate()

    assert err == b"set()\n"


def test_a_page_of_a_small_history_loads_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys, rehydration.cli as cli\n"
        "sys.argv = ['rehydration', 'explore', '--example', 'cut-persists', '--output', '-']\n"
        "try: cli.main()\n"
        "finally: print({'networkx', 'numpy', 'polars', 'pyarrow', 'duckdb', 'jsonschema', 'boto3'} & set(sys.modules),"
        " file=sys.stderr)"
    )
    with start("-c", code) as process:
        _, err = process.communicate()

    assert err == b"set()\n"


def test_a_picture_needs_no_file_of_its_own(run: Run) -> None:
    run("explain", "--example", "use-case-1")

    assert list(Path().iterdir()) == []


def test_the_histories_to_draw_are_answered(run: Run) -> None:
    history = HISTORIES["stopped"]
    chats = [
        record(
            each.contact_id,
            InitialContactId=each.initial_contact_id,
            PreviousContactId=each.previous_contact_id,
            RelatedContactId=each.related_contact_id,
        )
        for each in history.contacts
    ]
    path = write("export.json", *chats)

    told = run("explain", path, "--type", "FROM_SEGMENT", "--source", "D1", "--format", "json").json

    assert [each["ContactId"] for each in told["Visible"]] == ["D1", "A2", "A1"]


def test_an_exposure_names_the_sessions_that_are_undecided(run: Run, tmp_path: Path) -> None:
    records = [
        {"ContactId": "C1", "Channel": "CHAT", "DisconnectTimestamp": "2026-05-03T09:00:00Z"},
        {"ContactId": "C3", "Channel": "CHAT", "InitialContactId": "C1", "PreviousContactId": "CX"},
        {"ContactId": "D1", "Channel": "CHAT", "RelatedContactId": "C3"},
    ]
    export = tmp_path / "export.json"
    export.write_text(json.dumps(records))
    text = run("exposure", str(export), "--contact", "C1").out
    told = run("exposure", str(export), "--contact", "C1", "--format", "json").json

    missing = {
        "C3": "no record tells whether 'C3' has ended",
        "CX": "no record of 'CX', so nobody can tell what lies before it",
    }
    assert told["MayBeVisibleIn"] == [
        {
            "InitialContactId": "D1",
            "ContactIds": ["D1"],
            "CustomerId": None,
            "InitiationTimestamp": None,
            "IsOfAnotherCustomer": False,
            "DependsOn": [
                {"Kind": "records", "Subject": [name], "Sentence": sentence, "Readings": []}
                for name, sentence in missing.items()
            ],
            "Rules": ["identity.window"],
        }
    ]
    assert (
        "  Undecided for 1 session (treat as visible)\n    session D1: perhaps by D1 (no record tells whether" in text
    )


@pytest.mark.parametrize("group", [(), ("conformance",), ("evidence",)])
def test_help_says_in_a_whole_sentence_what_each_command_is_for(run: Run, group: tuple[str, ...]) -> None:
    _, _, commands = run(*group, "--help").out.partition("Commands:")
    assert [line for line in commands.splitlines() if (not line.endswith(".") and line) or line.endswith("...")] == []


def test_help_shows_the_first_commands_a_line_each(run: Run) -> None:
    assert "\n      rehydration explain --example use-case-1\n      rehydration examples\n" in run("--help").out
