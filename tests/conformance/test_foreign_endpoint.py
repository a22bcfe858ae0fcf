"""An emulator of somebody else's is judged at its address: own certificate, credentials from a file, 501."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from conformance import stand_in
from conformance.second.target import Second
from rehydration.conformance.account import Ledger, Takes
from rehydration.conformance.casebook import all_cases, chosen
from rehydration.conformance.endpoint import Endpoint
from rehydration.conformance.faults import TargetBroken
from rehydration.conformance.recording import Recorder, read_recording
from rehydration.conformance.suite import run

SOME = chosen(all_cases(), ["eligibility.once-per-chat", "eligibility.type-required", "visibility.cumulative"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("emulator")
    pem, key = stand_in.certificate(directory)
    return {"ca_bundle": str(pem), "key": str(key), "credentials": str(stand_in.credentials(directory))}


@pytest.fixture
def target() -> Second:
    return Second()


@pytest.fixture
def address(files: dict[str, str], target: Second) -> Iterator[str]:
    with stand_in.serving(target, Path(files["ca_bundle"]), Path(files["key"])) as url:
        yield url


def endpoint(address: str, files: dict[str, str], **changed: Any) -> Endpoint:
    told = {"ca_bundle": files["ca_bundle"], "credentials": files["credentials"], "profile": "emulator"}
    return Endpoint(Second.instance_id, Second.contact_flow_id, endpoint_url=address, **told | changed)


def test_it_is_judged_and_recorded_and_takes_what_was_said(
    address: str, files: dict[str, str], target: Second, tmp_path: Path
) -> None:
    calls: list[str] = []
    answers = target.call

    def counted(operation: str, parameters: Any) -> Any:
        calls.append(operation)
        return answers(operation, parameters)

    target.call = counted  # type: ignore[method-assign]
    recorder = Recorder(tmp_path / "run.jsonl", "endpoint")
    with endpoint(address, files) as factory:
        takes = Takes.of(SOME, factory().capabilities)
        calls.clear()
        score = run("the stand-in", recorder.listening(factory), SOME, seen=recorder.seen)
    assert {each.status for each in score.outcomes} == {"passed", "not-asked"}
    assert all(not each.is_live for each in target.contacts.values())
    assert takes.chats == calls.count("StartChatContact") > 0
    assert 0.8 < takes.calls / len(calls) < 1.3
    again = read_recording(recorder.path).judged(SOME)
    assert [each.status for each in again] == [each.status for each in score.outcomes]
    text = recorder.path.read_text()
    assert [each for each in (address, stand_in.KEY, Second.instance_id, *target.contacts) if each in text] == []


def test_its_certificate_is_not_trusted_unless_it_is_named(address: str, files: dict[str, str]) -> None:
    with (
        pytest.raises(TargetBroken, match="--ca-bundle names a certificate to trust"),
        endpoint(address, files, ca_bundle=None),
    ):
        pass


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"profile": "nobody"}, "nobody"),
        ({"credentials": "nowhere.txt"}, "nowhere.txt"),
        ({"ca_bundle": "nowhere.pem"}, "nowhere.pem|No such file"),
    ],
)
def test_what_is_named_and_not_there_is_told(
    address: str, files: dict[str, str], changed: dict[str, str], told: str
) -> None:
    with pytest.raises(TargetBroken, match=told), endpoint(address, files, **changed):
        pass


def test_foreign_credentials_are_told_at_once(address: str, files: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "credentials"
    other.write_text("[emulator]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n")
    with pytest.raises(TargetBroken, match="nobody knows this key"), endpoint(address, files, credentials=str(other)):
        pass


def test_what_a_run_left_behind_that_died_is_ended_by_the_next(
    address: str, files: dict[str, str], target: Second, tmp_path: Path
) -> None:
    ledger = tmp_path / "run.jsonl.chats"
    start = {"InstanceId": Second.instance_id, "ContactFlowId": "f", "ParticipantDetails": {"DisplayName": "Ana"}}
    died = endpoint(address, files, ledger=Ledger(ledger))
    first, second = (died.target().call("StartChatContact", start)["ContactId"] for _ in range(2))
    assert ledger.read_text().split() == sorted([first, second])
    with endpoint(address, files, ledger=Ledger(ledger)):
        assert not target.contacts[first].is_live
        assert not target.contacts[second].is_live
        assert not ledger.exists()


def test_chats_are_ended_when_a_run_is_interrupted(address: str, files: dict[str, str], target: Second) -> None:
    def interrupted(_outcome: Any) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), endpoint(address, files) as factory:
        run("the stand-in", factory, SOME, seen=interrupted)
    assert all(not each.is_live for each in target.contacts.values())
