"""Every operation of both services that nobody answers is refused by an error that it declares, to browsers too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client, TestResponse

from chatting import credentials, new_instance
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
REFUSED = {name: each for name, each in declared_operations().items() if name not in OFFERED | OF_MOTO}
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20261128/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=x"
BROWSER = {"Origin": "http://localhost:3000"}


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with credentials(), installed():
        yield Client(DomainDispatcherApplication(create_backend_app))


def asked(model: Any) -> tuple[str, str, dict[str, str]]:
    """Method, path and headers of a request for an operation."""
    signed = {"Authorization": SIGNED} if model.service_model.service_name == "connect" else {"X-Amz-Bearer": "x"}
    return model.http["method"], re.sub(r"\{\w+\}", "x", model.http["requestUri"]), {**BROWSER, **signed}


def told(answer: TestResponse) -> dict[str, Any]:
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", BROWSER["Origin"])
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_what_is_not_offered_is_what_the_page_says() -> None:
    assert {"SearchContacts", "StartContactStreaming", "TransferContact", "DescribeView"} <= REFUSED.keys()
    assert {"CreateParticipant", "ListAssociatedContacts", "GetAttachment"} <= OFFERED


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_operation_that_is_not_offered_is_refused_by_an_error_that_it_declares(server: Client, name: str) -> None:
    """protocol.declared-errors."""
    method, path, headers = asked(REFUSED[name])
    answer = server.open(path, method=method, headers=headers, data=b"{}")
    found = told(answer)
    assert found["message"] == f"{name} is not emulated by rehydration"
    assert declared(REFUSED[name])[found["__type"]] == answer.status_code == 400


@pytest.mark.parametrize("name", sorted(REFUSED)[::20])
def test_a_browser_may_ask_for_it(server: Client, name: str) -> None:
    method, path, _ = asked(REFUSED[name])
    asking = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
    answer = server.open(path, method="OPTIONS", headers={**BROWSER, **asking})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, BROWSER["Origin"])


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/participant/transcript", {}),
        ("POST", "/participant/nothing", {}),
        ("POST", "/participant/", {"X-Amz-Bearer": "x"}),
        ("POST", "/nothing/at/all", {"Authorization": SIGNED}),
        ("PATCH", "/contact/chat", {"Authorization": SIGNED}),
    ],
)
def test_what_is_no_operation_is_refused_as_none(
    server: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = server.open(path, method=method, headers={**BROWSER, **headers})
    assert (answer.status_code, told(answer)["__type"]) == (404, "UnknownOperationException")


def test_what_moto_answers_it_still_answers(over_http: Any) -> None:
    connect = over_http("connect")
    instance = new_instance(connect)
    arn = connect.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    connect.tag_resource(resourceArn=arn, tags={"a": "b"})
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    assert [each["Id"] for each in connect.list_instances()["InstanceSummaryList"]] == [instance]
    connect.delete_instance(InstanceId=instance)


def test_in_process_it_is_refused_too(in_process: Any) -> None:
    connect = in_process("connect")
    with pytest.raises(connect.exceptions.InvalidRequestException, match="ListQueues is not emulated"):
        connect.list_queues(InstanceId="x" * 36)


def test_whoever_embeds_the_wire_refuses_it_too() -> None:
    response = respond(Request("POST", "/search-contacts", {}, b"{}"), lambda *_: {}, request_id="id")
    assert (response.status, json.loads(response.body)["__type"]) == (400, code_of_not_offered("SearchContacts")[0])


def test_every_operation_of_both_services_is_known() -> None:
    models = [Session().get_service_model(each) for each in ("connect", "connectparticipant")]
    assert set(declared_operations()) == {name for model in models for name in model.operation_names}
