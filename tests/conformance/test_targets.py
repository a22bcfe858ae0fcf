"""Targets that must pass, and plain moto, which must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from rehydration.conformance.casebook import all_cases
from rehydration.conformance.scoring import Verdict
from rehydration.conformance.suite import run
from rehydration.conformance.targets import EngineTarget
from rehydration.integrations.moto import installed, service_for

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


def failures(score: Any) -> list[tuple[str, str]]:
    return [(each.case.case_id, each.message) for each in score.outcomes if each.status in ("failed", "error")]


class Moto:
    """moto in this process, asked by boto3; an instance a case."""

    capabilities: Any = frozenset({"wire", "contacts", "transcript", "seed", "advance"})
    contact_flow_id = "flow"

    def __init__(self) -> None:
        lenient = Config(parameter_validation=False)
        self.clients = [boto3.client(name, config=lenient, **KEYS) for name in ("connect", "connectparticipant")]
        made = self.clients[0].create_instance(
            IdentityManagementType="CONNECT_MANAGED", InboundCallsEnabled=True, OutboundCallsEnabled=True
        )
        self.instance_id = made["Id"]

    def call(self, operation: str, parameters: Any) -> Any:
        for client in self.clients:
            names = {each: name for name, each in client.meta.method_to_api_mapping.items()}
            if operation in names:
                return getattr(client, names[operation])(**parameters)
        raise AssertionError(operation)

    def seed(self, contacts: Any, transcripts: Any) -> Any:
        return service_for(self.instance_id).seed(contacts, transcripts)

    def advance(self, seconds: float) -> None:
        service_for(self.instance_id).advance(timedelta(seconds=seconds))


class PlainMoto(Moto):
    """moto as it comes."""

    capabilities = frozenset({"wire", "contacts", "transcript"})


@pytest.fixture
def mocked() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.mark.usefixtures("mocked")
def test_moto_with_the_integration_passes_every_case_in_process() -> None:
    with installed():
        score = run("moto", Moto, all_cases())
    assert failures(score) == []
    assert score.tally().not_asked == 0


@pytest.mark.usefixtures("mocked")
def test_plain_moto_fails_clearly() -> None:
    score = run("plain moto", PlainMoto, all_cases()[::20])
    assert (score.verdict, score.tally().asked) == (Verdict.NONE, 0)
    assert score.lacks[0].startswith("no case was asked (")
    assert "StartChatContact is not offered" in score.not_asked


def test_the_bare_engine_passes_what_it_is_asked() -> None:
    score = run("engine", EngineTarget, all_cases())
    assert failures(score) == []
    assert score.tally().passed > 90
