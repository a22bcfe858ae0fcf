"""Observations: what a recording shows of an instance, as evidence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conformance.second.target import Second
from rehydration import Policy
from rehydration.conformance.casebook import all_cases, chosen
from rehydration.conformance.observing import observations
from rehydration.conformance.recording import Recorder, read_recording
from rehydration.conformance.suite import run
from rehydration.conformance.targets import ServiceTarget


def observed(path: Path, factory: Callable[[], Any], *names: str) -> list[dict[str, Any]]:
    recorder = Recorder(path / "run.jsonl", "python")
    run("recorded", recorder.listening(factory), chosen(all_cases(), names), seen=recorder.seen)
    return list(observations(read_recording(path / "run.jsonl")))


def without_times(observation: dict[str, Any]) -> dict[str, Any]:
    contacts = [{name: each for name, each in told.items() if "Time" not in name} for told in observation["Contacts"]]
    asked = {name: each for name, each in observation["Asked"].items() if name != "Now"}
    return {"Contacts": contacts, "Asked": asked, "Came": observation["Came"]}


def test_a_case_is_written_down_as_requests_and_what_was_shown(tmp_path: Path) -> None:
    case = next(
        each for each in all_cases() if each.case_id.startswith("visibility.later-dropped/") and "seed" in each.needs
    )
    request, read = map(without_times, observed(tmp_path, ServiceTarget, case.case_id))
    source = request["Asked"]["SourceContactId"]
    past = [each["ContactId"] for each in request["Contacts"]]
    assert request["Asked"]["RehydrationType"] == "FROM_SEGMENT"
    assert request["Came"] == {"ContinuedFromContactId": source}
    new = read["Asked"]["ContactId"]
    assert read["Contacts"][-1] == {
        "ContactId": new,
        "Channel": "CHAT",
        "InitiationMethod": "API",
        "RelatedContactId": source,
        "RehydrationType": "FROM_SEGMENT",
    }
    assert sorted(read["Came"]["Shown"] + read["Came"]["Hidden"]) == sorted(past)
    assert source in read["Came"]["Shown"]


@pytest.mark.parametrize("name", ["protocol.duration/as-expired", "protocol.join-in-five-minutes"])
def test_chats_that_may_have_ended_by_themselves_are_no_observations(tmp_path: Path, name: str) -> None:
    assert observed(tmp_path, ServiceTarget, name) == []


def test_a_refusal_for_another_reason_is_no_observation(tmp_path: Path) -> None:
    found = observed(tmp_path, ServiceTarget, "eligibility.related-excludes-persistent", "protocol.token-reuse")
    assert [each for each in found if "Error" in each["Came"]] == []


@pytest.mark.parametrize(
    ("factory", "policy"),
    [
        (ServiceTarget, Policy()),
        (
            partial(ServiceTarget, policy=Policy(entire_view="ANCESTORS", ended="SEGMENT")),
            Policy(entire_view="ANCESTORS", ended="SEGMENT"),
        ),
    ],
)
def test_the_observations_of_an_instance_are_explained_by_its_policy_alone(
    tmp_path: Path, factory: Callable[[], Any], policy: Policy
) -> None:
    evidence = pytest.importorskip("rehydration.evidence")
    found = evidence.narrow(evidence.read_observations(observed(tmp_path, factory)))
    assert list(found) == [policy]


def test_another_implementation_is_observed_too(tmp_path: Path) -> None:
    assert len(observed(tmp_path, Second, "start", "visibility")) > 50
