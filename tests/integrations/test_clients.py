"""The whole story told by real clients: boto3 under mock_aws, boto3 and the aws command line against the server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from awscli import clidriver
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws

from rehydration.integrations.moto import installed, service_for

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-west-2"}
SCRIPTS = Path(sysconfig.get_path("scripts"))


class Refused(Exception):
    """A refusal, as the client told it."""


class Boto:
    """boto3, with clients made once."""

    def __init__(self, **arguments: Any) -> None:
        self._clients = {name: boto3.client(name, **KEYS, **arguments) for name in ("connect", "connectparticipant")}

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            answer = getattr(self._clients[service], xform_name(operation))(**parameters)
        except ClientError as refusal:
            raise Refused(type(refusal).__name__, refusal.response["ResponseMetadata"]["HTTPStatusCode"]) from refusal
        answer.pop("ResponseMetadata")
        return answer  # type: ignore[no-any-return]


class CommandLine:
    """The program ``aws``: what its command line leads to, in this process, because it takes a second to start."""

    def __init__(self, endpoint: str, capfd: pytest.CaptureFixture[str]) -> None:
        self._given = ["--endpoint-url", endpoint, "--output", "json", "--no-paginate"]
        self._driver = clidriver.create_clidriver()
        self._printed = capfd

    def __call__(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        asked = [service, xform_name(operation, "-"), "--cli-input-json", json.dumps(parameters)]
        status = self._driver.main([*self._given, *asked])
        printed, told = self._printed.readouterr()
        if status:
            code = re.search(r"\((\w+)\) when calling", told)
            assert code is not None, told
            raise Refused(code[1], None)
        return json.loads(printed or "{}")  # type: ignore[no-any-return]


class InProcess:
    """What agents and flows do, through the service behind the instance."""

    def __init__(self, instance_id: str) -> None:
        self._service = service_for(instance_id, region_name=KEYS["region_name"])

    def transfer(self, contact_id: str) -> Any:
        return self._service.transfer(contact_id, "Bo")

    def survey(self, contact_id: str) -> Any:
        return self._service.run_disconnect_flow(contact_id)


class ControlUrls:
    """What agents and flows do, through the server's control URLs."""

    def __init__(self, endpoint: str, instance_id: str) -> None:
        self._url = f"{endpoint}/_rehydration/{instance_id}"

    def _post(self, action: str, **body: Any) -> Any:
        request = Request(f"{self._url}/{action}", data=json.dumps(body).encode(), method="POST")  # noqa: S310
        with urlopen(request, timeout=30) as answer:  # noqa: S310  # http on loopback
            return json.load(answer)

    def transfer(self, contact_id: str) -> Any:
        return self._post("transfer", ContactId=contact_id, DisplayName="Bo")

    def survey(self, contact_id: str) -> Any:
        return self._post("disconnect-flow", ContactId=contact_id)


class Customer:
    """Somebody who takes part in a chat."""

    def __init__(self, client: Any, participant_token: str) -> None:
        self._client = client
        connection = client(
            "connectparticipant",
            "CreateParticipantConnection",
            ParticipantToken=participant_token,
            Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"],
        )
        self.token = connection["ConnectionCredentials"]["ConnectionToken"]

    def says(self, content: str) -> None:
        said = {"ConnectionToken": self.token, "ContentType": "text/plain", "Content": content}
        self._client("connectparticipant", "SendMessage", **said)

    def reads(self, size: int) -> list[list[str]]:
        """Everything, page by page, newest first: messages as they are, events by the end of their content type."""
        pages, more = [], {}
        while True:
            answer = self._client(
                "connectparticipant", "GetTranscript", ConnectionToken=self.token, MaxResults=size, **more
            )
            pages.append(
                [each.get("Content") or each["ContentType"].split(".event.")[1] for each in answer["Transcript"]]
            )
            if not answer.get("NextToken"):
                return pages
            more = {"NextToken": answer["NextToken"]}


def refusal(client: Any, *call: str, **parameters: Any) -> str:
    with pytest.raises(Refused) as caught:
        client(*call, **parameters)
    return str(caught.value.args[0])


def tell(client: Any, flows_of: Any) -> None:
    """A customer chats, is transferred, answers a survey, comes back twice; and what must not be done is refused."""
    instance = client(
        "connect",
        "CreateInstance",
        IdentityManagementType="CONNECT_MANAGED",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )["Id"]
    flows = flows_of(instance)
    chat = {"InstanceId": instance, "ContactFlowId": "any", "ParticipantDetails": {"DisplayName": "Ana"}}

    def start(**more: Any) -> dict[str, Any]:
        return client("connect", "StartChatContact", **chat, **more)  # type: ignore[no-any-return]

    def stop(contact_id: str) -> None:
        client("connect", "StopContact", InstanceId=instance, ContactId=contact_id)

    first = start(Attributes={"order": "A-1042"})
    ana = Customer(client, first["ParticipantToken"])
    ana.says("Where is my order? &PersistentChat=1")
    second = flows.transfer(first["ContactId"])
    Customer(client, second["ParticipantToken"]).says("I look it up")
    live = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": second["ContactId"]}
    assert refusal(client, "connect", "StartChatContact", **chat, PersistentChat=live) == "InvalidRequestException"
    third = flows.survey(second["ContactId"])
    ana.says("Three stars")
    stop(third["ContactId"])
    told = {"ConnectionToken": ana.token, "ContentType": "text/plain", "Content": "too late"}
    assert refusal(client, "connectparticipant", "SendMessage", **told) == "AccessDeniedException"

    back = start(PersistentChat=live)
    assert back["ContinuedFromContactId"] == second["ContactId"]
    ana = Customer(client, back["ParticipantToken"])
    ana.says("It never came")
    assert ana.reads(3) == [
        ["It never came", "participant.joined"],
        ["participant.left", "I look it up", "participant.joined"],
        ["transfer.succeeded", "Where is my order? &PersistentChat=1", "participant.joined"],
    ]
    attributes = client("connect", "GetContactAttributes", InstanceId=instance, InitialContactId=back["ContactId"])
    assert attributes == {"Attributes": {"order": "A-1042"}}

    again = start()
    ana = Customer(client, again["ParticipantToken"])
    association = {"InstanceId": instance, "InitialContactId": again["ContactId"]}
    entire = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": first["ContactId"]}
    unknown = {**entire, "SourceContactId": "nobody/has heard%2F of"}
    associate = ("connect", "CreatePersistentContactAssociation")
    assert refusal(client, *associate, **association, **unknown) == "ResourceNotFoundException"
    answer = client(*associate, **association, **entire)
    assert answer == {"ContinuedFromContactId": third["ContactId"]}
    assert refusal(client, *associate, **association, **entire) == "InvalidRequestException"
    assert ana.reads(100) == [
        ["chat.rehydrated", "participant.joined"],
        [
            *("chat.ended", "Three stars"),
            *("participant.left", "I look it up", "participant.joined"),
            *("transfer.succeeded", "Where is my order? &PersistentChat=1", "participant.joined"),
        ],
    ]
    described = client("connect", "DescribeContact", InstanceId=instance, ContactId=again["ContactId"])["Contact"]
    assert (described["RelatedContactId"], described["InitiationMethod"]) == (third["ContactId"], "API")
    stop(back["ContactId"])
    stop(again["ContactId"])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The command ``rehydration serve`` on a free port; at the end it is asked to stop, and stops well."""
    program = [str(SCRIPTS / "rehydration"), "serve", "--port", "0"]
    errors = tmp_path_factory.mktemp("server") / "errors"
    with errors.open("w") as log:
        server = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=log, text=True)
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None, line + errors.read_text()
        yield found[0]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        server.stdout.close()
    assert "Traceback" not in errors.read_text()


def test_boto3_tells_the_story_under_mock_aws() -> None:
    with mock_aws(), installed():
        tell(Boto(), InProcess)


def test_boto3_tells_the_story_against_the_server(endpoint: str) -> None:
    tell(Boto(endpoint_url=endpoint), lambda instance: ControlUrls(endpoint, instance))


def test_the_command_line_tells_the_story_against_the_server(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    surroundings = {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing", "DEFAULT_REGION": "eu-west-2"}
    for name, value in surroundings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    tell(CommandLine(endpoint, capfd), lambda instance: ControlUrls(endpoint, instance))
