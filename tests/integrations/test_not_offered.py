"""Every operation of both services is answered, or refused by an error that it declares, to browsers too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client, TestResponse

from chatting import credentials, new_instance, refusal, started
from rehydration.integrations.moto import installed
from rehydration.service import botocore_schema
from rehydration.service.faults import code_of_not_offered
from rehydration.service.schema import declared_operations
from rehydration.service.wire import Request, respond
from service_building import declared

OFFERED = botocore_schema().operations
OF_MOTO = {
    "AssociateAnalyticsDataSet",
    "CreateInstance",
    "DeleteInstance",
    "DescribeInstance",
    "DisassociateAnalyticsDataSet",
    "ListAnalyticsDataAssociations",
    "ListInstances",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
}
ALL = declared_operations()
REFUSED = ALL.keys() - OFFERED - OF_MOTO
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20261128/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=x"
PAGE = Path(__file__).parents[2] / "docs" / "test-with-moto.md"
BROWSER = {"Origin": "http://localhost:3000"}
COMMON = {"AccessDeniedException": 403}


@pytest.fixture
def server() -> Iterator[Client]:
    with credentials(), installed():
        moto_api_backend.reset()  # a bucket that another test made may have the name of a path
        yield Client(DomainDispatcherApplication(create_backend_app))


def place(name: str) -> tuple[str, str]:
    """Method and path of a request for an operation."""
    return ALL[name].http["method"], re.sub(r"\{\w+\}", "x", ALL[name].http["requestUri"])


def is_of_participants(name: str) -> bool:
    return bool(ALL[name].service_model.service_name == "connectparticipant")


def told(answer: TestResponse) -> dict[str, Any]:
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", BROWSER["Origin"])
    found: dict[str, Any] = json.loads(answer.text)
    return found


def asked(server: Client, name: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and answer of an empty request for an operation, as a browser sends it."""
    method, path = place(name)
    answer = server.open(path, method=method, headers={**BROWSER, **headers}, data=b"{}")
    return answer.status_code, told(answer)


def undeclared(name: str, status: int, code: str | None) -> str | None:
    """What is wrong with an answer: nothing, if it is one, or a refusal that the operation declares."""
    expected = 200 if code is None else {**declared(ALL[name]), **COMMON}.get(code)
    return None if status == expected else f"{name}: {status} {code}"


def test_what_is_offered_is_what_the_page_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    answered, _, others = page.partition("These are answered in full:")[2].partition("Moto answers those")
    assert set(re.findall(r"`(\w+)`", answered)) & ALL.keys() == OFFERED  # an older service model has fewer
    refused = {"SearchContacts", "StartContactStreaming", "TransferContact"}
    assert refused <= REFUSED & set(re.findall(r"`(\w+)`", others.partition("##")[0]))


def test_every_operation_is_answered_or_refused_by_an_error_that_it_declares(server: Client) -> None:
    """protocol.declared-errors."""
    wrong = []
    for name in ALL:
        signed = {"X-Amz-Bearer": "x"} if is_of_participants(name) else {"Authorization": SIGNED}
        status, found = asked(server, name, **signed)
        wrong.append(undeclared(name, status, found.get("__type")))
        if name in REFUSED:
            assert (found["message"], status) == (f"{name} is not emulated by rehydration", 400)
    assert list(filter(None, wrong)) == []


def test_in_process_every_operation_is_answered_or_refused_by_an_error_that_it_declares(in_process: Any) -> None:
    """protocol.declared-errors."""
    clients = {service: in_process(service) for service in ("connect", "connectparticipant")}
    wrong = []
    for name, model in ALL.items():
        members = model.input_shape.members.items()
        labels = {member: "x" for member, shape in members if shape.serialization.get("location") == "uri"}
        status, code = 200, None
        try:
            getattr(clients[model.service_model.service_name], xform_name(name))(**labels)
        except ClientError as fault:
            status, code = fault.response["ResponseMetadata"]["HTTPStatusCode"], fault.response["Error"]["Code"]
        wrong.append(undeclared(name, status, code))
    assert list(filter(None, wrong)) == []


def test_who_signs_nothing_is_told_so(server: Client) -> None:
    unsigned = {name: asked(server, name) for name in ALL if not is_of_participants(name)}
    assert {(status, found["__type"]) for status, found in unsigned.values()} == {(403, "AccessDeniedException")}
    assert unsigned["StartChatContact"][1]["message"].startswith("Missing Authentication Token: sign the request")
    assert asked(server, "StartChatContact", Authorization="Bearer x") == unsigned["StartChatContact"]
    by_host = server.get("/nothing/at/all", headers={**BROWSER, "Host": "connect.us-east-1.amazonaws.com"})
    assert told(by_host)["__type"] == "AccessDeniedException"


def test_in_process_who_signs_nothing_is_told_so(in_process: Any) -> None:
    instance = new_instance(in_process("connect"))
    unsigned = in_process("connect", config=Config(signature_version=UNSIGNED))
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert refusal(unsigned.start_chat_contact, **chat) == ("AccessDeniedException", "AccessDeniedException", 403)


def test_a_request_may_be_signed_in_its_address(server: Client) -> None:
    path = "/contacts/x/y?X-Amz-Credential=x%2F20261128%2Fus-east-1%2Fconnect%2Faws4_request&X-Amz-Signature=x"
    assert told(server.get(path, headers=BROWSER))["__type"] == "ResourceNotFoundException"


def test_what_is_in_a_bucket_of_that_name_is_still_there(over_http: Any, server_url: str) -> None:
    assert requests.get(f"{server_url}/contact/chat", timeout=30).json()["__type"] == "AccessDeniedException"
    storage = over_http("s3")
    storage.create_bucket(Bucket="contact", ACL="public-read")
    storage.put_object(Bucket="contact", Key="chat", Body=b"kept", ACL="public-read")
    assert requests.get(f"{server_url}/contact/chat", timeout=30).content == b"kept"
    address = storage.generate_presigned_url("get_object", Params={"Bucket": "contact", "Key": "chat"})
    assert requests.get(address, timeout=30).content == b"kept"
    assert len(started(over_http("connect"), new_instance(over_http("connect")))) == 3


def test_a_browser_may_ask_for_every_operation(server: Client) -> None:
    for name in ALL:
        method, path = place(name)
        asking = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
        answer = server.open(path, method="OPTIONS", headers={**BROWSER, **asking})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, BROWSER["Origin"])
        assert method in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/participant/transcript", {}),
        ("POST", "/participant/nothing", {}),
        ("POST", "/participant/", {"X-Amz-Bearer": "x"}),
        ("POST", "/nothing/at/all", {"Authorization": SIGNED}),
        ("PATCH", "/contact/chat", {"Authorization": SIGNED}),
        ("PATCH", "/instance/x", {"Authorization": SIGNED}),
    ],
)
def test_what_is_no_operation_is_refused_as_none(
    server: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = server.open(path, method=method, headers={**BROWSER, **headers})
    assert (answer.status_code, told(answer)["__type"]) == (404, "UnknownOperationException")


@pytest.mark.parametrize("path", ["instance/x", "nothing/at/all"])
def test_in_process_what_is_no_operation_is_refused_as_none(in_process: Any, path: str) -> None:
    in_process("connect")
    answer = requests.patch(
        f"https://connect.us-east-1.amazonaws.com/{path}", headers={"Authorization": SIGNED}, timeout=30
    )
    assert (answer.status_code, answer.json()["__type"]) == (404, "UnknownOperationException")


def test_what_moto_answers_it_still_answers(client: Any) -> None:
    connect = client("connect")
    instance = new_instance(connect)
    arn = connect.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    connect.tag_resource(resourceArn=arn, tags={"a": "b"})
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    assert [each["Id"] for each in connect.list_instances()["InstanceSummaryList"]] == [instance]
    connect.delete_instance(InstanceId=instance)


def test_whoever_embeds_the_wire_refuses_it_too() -> None:
    response = respond(Request("POST", "/search-contacts", {}, b"{}"), lambda *_: {}, request_id="id")
    assert (response.status, json.loads(response.body)["__type"]) == (400, code_of_not_offered("SearchContacts")[0])


def test_every_operation_of_both_services_is_known() -> None:
    models = [Session().get_service_model(each) for each in ("connect", "connectparticipant")]
    assert set(ALL) == {name for model in models for name in model.operation_names}
