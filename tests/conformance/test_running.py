"""Running a case on a target: what passes, what fails, what is not asked, and what is the target's own fault."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from attrs import evolve

from rehydration.conformance import running, suite
from rehydration.conformance.casebook import Case, all_cases, chosen
from rehydration.conformance.faults import Refusal, TargetBroken
from rehydration.conformance.running import Outcome, run_case
from rehydration.conformance.scoring import Verdict
from rehydration.conformance.suite import run
from rehydration.conformance.targets import ServiceTarget, code_of, load, made

ASSOCIATE = {"call": "CreatePersistentContactAssociation", "parameters": {"InstanceId": "$instance"}}


def case(*steps: Mapping[str, Any], needs: tuple[str, ...] = ("wire",), **more: Any) -> Case:
    told = {"id": "start.related/a", "title": "A", "rules": ["start.related"], "standing": "documented"}
    return Case.of_data({**told, "needs": list(needs), "steps": list(steps), **more})


class Answering:
    """A target that answers every call alike."""

    capabilities: Any = frozenset({"wire"})

    def __init__(self, answer: Any = None, **more: Any) -> None:
        self.answer = {} if answer is None else answer
        self.asked: list[Any] = []
        self.closed = False
        for name, value in more.items():
            setattr(self, name, value)

    def call(self, operation: str, parameters: Mapping[str, object]) -> Any:
        self.asked.append((operation, parameters))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer() if callable(self.answer) else self.answer

    def close(self) -> None:
        self.closed = True


def outcome(target: Any, *steps: Mapping[str, Any], needs: tuple[str, ...] = ("wire",), **more: Any) -> Outcome:
    return run_case(case(*steps, needs=needs, **more), lambda: target)


def test_a_case_passes_where_all_that_comes_is_accepted() -> None:
    target = Answering({"a": {"b": ["x"]}})
    first = {**ASSOCIATE, "save": {"$x": "a.b.0"}}
    second = {"call": "StopContact", "parameters": {"ContactId": "$x", "f": "$flow"}, "accept": [{"answer": {"a": {}}}]}
    found = outcome(target, first, second)
    assert (found.status, found.step, found.message) == ("passed", 2, "")
    assert target.asked[1] == ("StopContact", {"ContactId": "x", "f": "suite-flow"})
    assert target.asked[0][1] == {"InstanceId": "suite-instance"}
    assert target.closed


def test_the_first_step_that_differs_fails_the_case() -> None:
    step = {**ASSOCIATE, "accept": [{"answer": {"a": 1}}, {"refused": ["X"]}]}
    found = outcome(Answering({"a": 2}), ASSOCIATE, step, ASSOCIATE)
    assert (found.status, found.step) == ("failed", 2)
    assert found.message == (
        "CreatePersistentContactAssociation: answer.a is 2 instead of 1; or it was answered instead of refused with X "
        "(answered {'a': 2})"
    )


class Coded(Exception):
    """A refusal by its code."""

    code = "InvalidRequestException"


class ClientError(Exception):
    """A refusal as botocore has it."""

    response: Any = {"Error": {"Code": "ResourceNotFoundException"}}


@pytest.mark.parametrize("refusal", [Coded("no"), ClientError("no"), Refusal("InvalidRequestException", "no")])
def test_a_refusal_is_compared_by_its_code(refusal: Exception) -> None:
    codes = ["InvalidRequestException", "ResourceNotFoundException"]
    found = outcome(Answering(refusal), {**ASSOCIATE, "accept": [{"refused": codes}], "save": {"$x": "a"}})
    assert (found.status, len(found.codes)) == ("passed", 1)
    other = outcome(Answering(refusal), {**ASSOCIATE, "accept": [{"refused": ["Other"]}, {"answer": {}}]})
    assert other.status == "failed"
    assert "instead of Other; or it was refused with" in other.message
    assert outcome(Answering(refusal), ASSOCIATE).status == "failed"


def test_readings_are_those_of_the_alternative_that_matched() -> None:
    accept = [
        {"answer": {"a": 1}, "reading": {"ended": "SESSION"}},
        {"answer": {"a": 2}, "reading": {"ended": "SEGMENT"}},
    ]
    assert outcome(Answering({"a": 2}), {**ASSOCIATE, "accept": accept}).readings == (("ended", "SEGMENT"),)


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        (("wire", "seed"), "needs seed"),
        (("observe", "wire"), "needs transcript or visible"),
        (("advance", "seed", "wire"), "needs advance, seed"),
    ],
)
def test_what_a_target_lacks_is_not_asked(needs: tuple[str, ...], told: str) -> None:
    target = Answering()
    found = outcome(target, ASSOCIATE, needs=needs)
    assert (found.status, found.message, target.asked) == ("not-asked", told, [])


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (Answering(ValueError("oops")), "raised ValueError: oops"),
        (Answering("text"), "was answered with 'text', which is no mapping"),
        (Answering(capabilities={"fly"}), "there is no capability 'fly'"),
        (Answering(capabilities=None), "Answering has no capabilities"),
        (object(), "object has no capabilities"),
    ],
)
def test_a_broken_target_is_an_error_and_told_with_what_was_asked(target: Any, told: str) -> None:
    found = outcome(target, {**ASSOCIATE, "accept": [{"answer": {}}, {"refused": ["X"]}]})
    assert found.status == "error"
    assert told in found.message


@pytest.mark.parametrize(
    ("steps", "more", "told"),
    [
        ([{"fly": 1}], {}, "a step has fly"),
        ([{"visible": "$D1"}], {}, "must say what it accepts"),
        ([{**ASSOCIATE, "parameters": {"a": "$nothing"}}], {}, "$nothing stands for nothing"),
    ],
)
def test_a_malformed_case_is_an_error(steps: Any, more: Any, told: str) -> None:
    target = Answering(capabilities={"wire", "visible"}, visible=lambda _id: [])
    found = outcome(target, *steps, **more)
    assert found.status == "error" or "$D1" in found.message
    assert told in found.message or "$D1" in found.message


def test_a_factory_that_fails_is_an_error() -> None:
    def factory() -> Any:
        raise OSError("not there")

    found = run_case(case(ASSOCIATE), factory)
    assert (found.status, found.message) == ("error", "the factory raised OSError: not there")


def test_a_target_that_hangs_is_an_error() -> None:
    found = run_case(case(ASSOCIATE), lambda: Answering(lambda: time.sleep(0.5)), seconds=0.05)
    assert (found.status, found.message) == (
        "error",
        "CreatePersistentContactAssociation {'InstanceId': '$instance'}: no answer within 0.05 s",
    )


def test_a_factory_that_hangs_is_an_error() -> None:
    found = run_case(case(ASSOCIATE), lambda: time.sleep(0.5), seconds=0.05)
    assert (found.status, found.message) == ("error", "the factory made no target within 0.1 s")
    with pytest.raises(TargetBroken, match="the factory made no target"):
        run("hanging", lambda: time.sleep(0.5), [], seconds=0.05)


def test_a_target_that_means_to_end_the_program_is_an_error() -> None:
    found = outcome(Answering(lambda: sys.exit("InvalidRequestException")), ASSOCIATE)
    assert (found.status, "raised SystemExit: InvalidRequestException" in found.message) == ("error", True)
    assert "the factory raised SystemExit: 0" in run_case(case(ASSOCIATE), lambda: sys.exit(0)).message


def test_a_target_is_made_and_asked_in_one_thread_and_closed_or_abandoned() -> None:
    threads = []

    class Threaded(Answering):
        def __init__(self, seconds: float) -> None:
            super().__init__(lambda: time.sleep(seconds))
            threads.append(get_ident())

        def call(self, operation: str, parameters: Any) -> Any:
            threads.append(get_ident())
            return super().call(operation, parameters)

        def close(self) -> None:
            threads.append(get_ident())

        def abandon(self) -> None:
            threads.append(0)

    assert run_case(case(ASSOCIATE), lambda: Threaded(0)).status == "passed"
    assert (len(threads), len(set(threads))) == (3, 1)
    assert run_case(case(ASSOCIATE), lambda: Threaded(0.5), seconds=0.05).status == "error"
    assert threads[-1] == 0


def test_what_a_target_waits_of_itself_is_granted() -> None:
    target = Answering(lambda: time.sleep(0.1), patience_seconds=10)
    assert run_case(case(ASSOCIATE), lambda: target, seconds=0.05).status == "passed"


def test_where_there_is_nothing_to_save_nothing_can_be_shown() -> None:
    found = outcome(Answering({"a": []}), {**ASSOCIATE, "save": {"$x": "a.0"}})
    told = "CreatePersistentContactAssociation: the answer has no a.0 (answered {'a': []})"
    assert (found.status, found.message) == ("not-shown", told)


def test_a_step_that_prepares_and_fails_shows_nothing() -> None:
    refused = outcome(Answering(Coded("no")), ASSOCIATE, {"call": "StopContact"})
    assert (refused.status, refused.step) == ("not-shown", 1)
    assert refused.cause == "CreatePersistentContactAssociation is refused with InvalidRequestException"
    prepared = {**ASSOCIATE, "prepares": True, "accept": [{"answer": {"a": 1}}]}
    assert outcome(Answering({"a": 2}), prepared, ASSOCIATE).status == "not-shown"
    step = {"visible": "$instance", "token": "$flow", "accept": [{"answer": []}]}
    for answer, cause in (
        (Coded("no"), "CreateParticipantConnection is refused with InvalidRequestException"),
        ({}, "CreateParticipantConnection: the answer has no ConnectionCredentials.ConnectionToken"),
    ):
        found = outcome(Answering(answer, capabilities={"wire", "transcript"}), step, needs=("observe",))
        assert (found.status, found.cause) == ("not-shown", cause)


class HttpError(ClientError):
    """As botocore has a status of 501, and moto's 404."""

    response: Any = {"Error": {"Code": "Unknown"}, "ResponseMetadata": {"HTTPStatusCode": 501}}


class MotoError(ClientError):
    """As botocore reads what moto answers to what it has not."""

    response: Any = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}


@pytest.mark.parametrize(
    "fault",
    [NotImplementedError("x"), HttpError("x"), MotoError("Not yet implemented"), Refusal("UnknownOperation", "no")],
)
def test_what_is_not_offered_is_not_asked(fault: Exception) -> None:
    found = outcome(Answering(fault), {**ASSOCIATE, "accept": [{"refused": ["InvalidRequestException"]}]})
    assert (found.status, found.message) == ("not-asked", "CreatePersistentContactAssociation is not offered")
    missing = MotoError("not found")
    assert outcome(Answering(missing), {**ASSOCIATE, "accept": [{"refused": ["404"]}]}).status == "passed"
    missing.response = {"Error": {"Code": "ResourceNotFoundException"}}
    assert outcome(Answering(missing), {**ASSOCIATE, "accept": [{"refused": ["X"]}]}).status == "failed"


def test_any_code_of_a_refusal_will_do_unless_one_is_meant() -> None:
    refused = Answering(Refusal("ConflictException"))
    assert outcome(refused, {**ASSOCIATE, "accept": [{"refused": ["InvalidRequestException"]}]}).status == "passed"
    assert outcome(refused, {**ASSOCIATE, "accept": [{"refused": ["AccessDeniedException"]}]}).status == "failed"
    broken = Answering(Refusal("InternalServiceException"))
    assert outcome(broken, {**ASSOCIATE, "accept": [{"refused": ["InvalidRequestException"]}]}).status == "failed"


def test_what_an_open_rule_is_seen_to_do_is_kept() -> None:
    accept = [{"answer": {"a": 1}, "observed": "one"}, {"refused": ["InvalidRequestException"], "observed": "refused"}]
    assert outcome(Answering({"a": 1}), {**ASSOCIATE, "accept": accept}).observed == (("start.related", "one"),)
    refused = outcome(Answering(Coded("no")), {**ASSOCIATE, "accept": accept})
    assert refused.observed == (("start.related", "refused, InvalidRequestException"),)


def test_an_interruption_is_not_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(suite, "run_case", interrupted)
    score = run("interrupted", Answering, [case(ASSOCIATE), case(ASSOCIATE)])
    assert [each.status for each in score.outcomes] == ["not-asked", "not-asked"]
    assert (score.ended, score.verdict.exit_status) == ("the run ended after 0 of 2 cases: interrupted", 2)


def cases(number: int) -> list[Case]:
    return [
        evolve(case({"call": "X", "accept": [{"answer": {"a": 1}}]}), case_id=f"start.related/{n}")
        for n in range(number)
    ]


def test_a_target_that_hangs_again_and_again_is_let_go_of() -> None:
    score = run("hanging", lambda: Answering(lambda: time.sleep(0.3)), cases(9), seconds=0.05)
    assert [each.status for each in score.outcomes] == ["error"] * 3 + ["not-asked"] * 6
    assert score.ended == "the run ended after 3 of 9 cases: the target did not answer 3 times in a row"


def test_a_run_ends_after_its_time_or_at_its_first_failure() -> None:
    score = run("slow", lambda: Answering({"a": 1}), cases(3), total_seconds=0.0)
    assert [each.status for each in score.outcomes] == ["passed", "not-asked", "not-asked"]
    assert score.lacks == ("the run ended after 1 of 3 cases: 0 s are over",)
    wrong = run("wrong", lambda: Answering({"a": 2}), cases(3), fail_fast=True, baseline=frozenset({"start.related/0"}))
    assert [each.status for each in wrong.outcomes] == ["failed", "failed", "not-asked"]
    assert wrong.ended == "the run ended after 2 of 3 cases: start.related/1 failed"


def test_where_no_chat_can_be_started_nothing_else_is_asked() -> None:
    first = chosen(all_cases(), ["smoke/start"])
    score = run("elsewhere", lambda: Answering(Refusal("ResourceNotFoundException")), (*first, *cases(3)))
    cause = "StartChatContact is refused with ResourceNotFoundException"
    assert (
        score.ended == f"the run ended after 1 of 4 cases: no chat can be started: {cause}; is the instance id right?"
    )
    assert score.verdict is Verdict.NONE


SEEDED = {
    "contacts": [{"ContactId": "$C1", "DisconnectTimestamp": -300, "InitiationTimestamp": -600}, {"ContactId": "$L1"}]
}


def test_a_world_is_planted_and_the_customers_of_live_chats_are_bound() -> None:
    seeded: list[Any] = []

    def seed(contacts: Any, transcripts: Any) -> Any:
        seeded.append((contacts, transcripts))
        live = {"ContactId": contacts[1]["ContactId"], "ParticipantToken": "t", "ParticipantId": "p"}
        return {"LiveChats": [live, {"ContactId": "another", "ParticipantToken": "u"}]}

    target = Answering(capabilities={"wire", "seed"}, seed=seed)
    parameters = {"a": "$L1.token", "b": "$L1.participant", "c": "$C1"}
    found = outcome(target, {**ASSOCIATE, "parameters": parameters}, needs=("wire", "seed"), world=SEEDED)
    assert found.status == "passed"
    assert target.asked[0][1] == {"a": "t", "b": "p", "c": seeded[0][0][0]["ContactId"]}


@pytest.mark.parametrize("problem", [Coded("no"), ValueError("no")])
def test_a_seed_that_is_refused_is_an_error(problem: Exception) -> None:
    def seed(_contacts: Any, _transcripts: Any) -> Any:
        raise problem

    target = Answering(capabilities={"wire", "seed"}, seed=seed)
    assert outcome(target, ASSOCIATE, needs=("seed",), world=SEEDED).status == "error"
    quiet = Answering(capabilities={"wire", "seed"}, seed=lambda _contacts, _transcripts: None)
    assert outcome(quiet, ASSOCIATE, needs=("seed",), world=SEEDED).status == "passed"


def test_a_bare_engine_is_asked_what_is_visible() -> None:
    step = {"visible": "$instance", "accept": [{"answer": ["a", "b"]}]}
    target = Answering(capabilities={"visible"}, visible=lambda _id: ("a", "b"))
    assert outcome(target, step, needs=("observe",)).status == "passed"
    garbage = Answering(capabilities={"visible"}, visible=lambda _id: "ab")
    assert "which is no list" in outcome(garbage, step, needs=("observe",)).message


def test_time_goes_on_where_a_target_can() -> None:
    gone: list[float] = []
    target = Answering(capabilities={"wire", "advance"}, advance=gone.append)
    assert outcome(target, {"advance": 60}, ASSOCIATE, needs=("advance",)).status == "passed"
    assert gone == [60]


def test_a_transcript_that_does_not_come_to_an_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_PAGES", 3)
    endless = {
        "Transcript": [{"RelatedContactId": "a"}],
        "NextToken": "n",
        "ConnectionCredentials": {"ConnectionToken": "c"},
    }
    target = Answering(endless, capabilities={"wire", "transcript"})
    found = outcome(target, {"visible": "$instance", "token": "$flow", "accept": [{"answer": []}]}, needs=("observe",))
    assert (found.status, found.message) == ("failed", "GetTranscript: after 3 pages there is still a NextToken")
    garbage = Answering({**endless, "Transcript": [7]}, capabilities={"wire", "transcript"})
    found = outcome(garbage, {"visible": "$instance", "token": "$flow", "accept": [{"answer": []}]}, needs=("observe",))
    assert (found.status, "expected a list of items" in found.message) == ("error", True)


def test_items_are_those_of_all_pages_and_a_start_position_is_for_the_first() -> None:
    pages = iter(
        [{"Transcript": [{"Id": "a"}, {"Id": "b", "x": 1}], "NextToken": "n"}, {"Transcript": [{"Id": "c"}]}] * 2
    )
    target = Answering(lambda: next(pages), capabilities={"wire", "transcript"})
    found = {"of": {"x": {"any": True}}, "take": "Id"}
    saving = {"items": "$flow", "parameters": {"StartPosition": {"Id": "a"}}, "save": {"$x": found}}
    step = {"items": "$x", "accept": [{"answer": [{"Id": "a"}, {"Id": "b"}, {"Id": "c"}]}]}
    assert outcome(target, saving, step, needs=("transcript",)).status == "passed"
    asked = [parameters for _, parameters in target.asked]
    assert asked == [
        {"StartPosition": {"Id": "a"}, "ConnectionToken": "suite-flow"},
        {"ConnectionToken": "suite-flow", "NextToken": "n"},
        {"ConnectionToken": "b"},
        {"ConnectionToken": "b", "NextToken": "n"},
    ]
    nowhere = {**saving, "save": {"$x": {"of": {"y": 1}, "take": "Id"}}}
    empty = Answering({"Transcript": []}, capabilities={"wire", "transcript"})
    assert outcome(empty, nowhere, step, needs=("transcript",)).cause == "items: the answer has no item like {'y': 1}"


def test_pages_are_walked_with_their_parameters() -> None:
    pages = iter(
        [{"Transcript": [{"Content": "a"}], "NextToken": "n"}, {"Transcript": [{"Type": "EVENT"}], "NextToken": ""}]
    )
    target = Answering(lambda: next(pages), capabilities={"wire", "transcript"})
    step = {
        "pages": "$flow",
        "parameters": {"MaxResults": 1},
        "show": ["Content", "Type"],
        "accept": [{"answer": [[["a", None]], [[None, "EVENT"]]]}],
    }
    assert outcome(target, step, needs=("transcript",)).status == "passed"
    asked = [parameters for _, parameters in target.asked]
    first = {"MaxResults": 1, "ConnectionToken": "suite-flow"}
    assert asked == [first, {**first, "NextToken": "n"}]


def test_the_service_is_a_target() -> None:
    start = {
        "call": "StartChatContact",
        "parameters": {
            "InstanceId": "$instance",
            "ContactFlowId": "$flow",
            "ParticipantDetails": {"DisplayName": "Ana"},
        },
        "save": {"$D1": "ContactId", "$t": "ParticipantToken"},
    }
    visible = {"visible": "$D1", "token": "$t", "accept": [{"answer": []}]}
    found = run_case(case(start, visible, {"advance": 60}, needs=("wire", "observe", "advance")), ServiceTarget)
    assert found.status == "passed"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no_such_module:factory", "ModuleNotFoundError"),
        ("json:no_such_name", "AttributeError"),
        ("json:__name__", "expected a function"),
        ("json", "AttributeError"),
    ],
)
def test_a_target_is_found_by_its_name_or_told_not_to_be_there(name: str, told: str) -> None:
    with pytest.raises(TargetBroken, match=told):
        load(name)


def test_a_module_that_ends_the_program_is_no_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_that_exits.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TargetBroken, match="SystemExit: 0"):
        load("module_that_exits:factory")


def test_targets_of_the_current_directory_are_found() -> None:
    factory = load("rehydration.conformance.targets:ServiceTarget")
    assert made(factory).instance_id == "instance-of-the-suite"


@pytest.mark.parametrize("fault", [ValueError("x"), ClientError("x")])
def test_only_a_text_is_a_code(fault: Any) -> None:
    fault.response = {"Error": {"Code": 7}}
    fault.code = 7
    assert code_of(fault) is None
    del fault.response
    assert code_of(ValueError("x")) is None
