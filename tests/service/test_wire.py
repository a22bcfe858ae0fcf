"""The wire of the service: requests as they are sent, and what is sent back."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration.errors import RehydrationError, RuleForbids
from rehydration.service.refusals import ParametersMalformed
from rehydration.service.wire import (
    Request,
    Response,
    find,
    find_not_offered,
    is_path,
    operations,
    path_of,
    refused,
    refused_as_malformed,
    respond,
    unanswered,
    written,
)
from service_building import INSTANCE, House

JSON = {"Content-Type": "application/json", "x-amzn-requestid": "r-1"}
CHAT = {"InstanceId": INSTANCE, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}


def parameters(method: str, target: str, body: Any = b"", **headers: str) -> dict[str, Any]:
    """The parameters of a request, headers named with underscores for hyphens."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, target, {name.replace("_", "-"): value for name, value in headers.items()}, sent)
    operation = find(method, request.path)
    assert operation is not None
    return operation.parameters(request)


def problem(method: str, target: str, body: Any = b"") -> tuple[str | None, int | None, str]:
    with pytest.raises(ParametersMalformed) as caught:
        parameters(method, target, body)
    return caught.value.code, caught.value.status, "; ".join(caught.value.problems)


# ----------------------------------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    ("method", "target", "name"),
    [
        ("PUT", "/contact/chat", "StartChatContact"),
        ("POST", "/contact/stop", "StopContact"),
        ("GET", "/contacts/i-1/C1", "DescribeContact"),
        ("GET", "/contacts/i-1/", "DescribeContact"),
        ("POST", "/participant/transcript", "GetTranscript"),
        ("DELETE", "/contact/chat", None),
        ("GET", "/contacts/i-1/C1/C2", None),
        ("PUT", "/contact/nothing", None),
        ("PUT", "", None),
    ],
)
def test_an_operation_is_found_by_method_and_path(method: str, target: str, name: str | None) -> None:
    found = find(method, target)
    assert (None if found is None else found.name) == name


def test_a_path_is_known_whatever_the_method_and_whether_or_not_it_is_offered() -> None:
    asked = ("/contact/chat", "/search-contacts", "/contact/nothing", "contact/chat")
    assert list(map(is_path, asked)) == [True, True, False, False]


def test_an_operation_knows_its_service_and_what_it_is_signed_for() -> None:
    told = {each.name: (each.service, each.signing_name) for each in operations()}
    assert told["StartChatContact"] == ("connect", "connect")
    assert told["GetTranscript"] == ("connectparticipant", "execute-api")


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a/b%2Fc?d=e?f", "/a/b%2Fc", "d=e?f"),
        ("http://host:80/a?b", "/a", "b"),
        ("https://host", "", ""),
        ("https://host?a", "", "a"),
        ("/a?b=http://c/d", "/a", "b=http://c/d"),
        ("*", "*", ""),
    ],
)
def test_a_target_may_be_a_whole_url(target: str, path: str, query: str) -> None:
    request = Request("GET", target, {})
    assert (request.path, path_of(target), request.query) == (path, path, query)


def test_members_are_taken_from_path_query_header_and_body() -> None:
    assert parameters("GET", "/contacts/i%2F1/C%20%C3%A9+") == {"InstanceId": "i/1", "ContactId": "C é+"}
    assert parameters("GET", "/contact/associated/i-1?contactId=a%2Bb+c&maxResults=5&nextToken=") == {
        "InstanceId": "i-1",
        "ContactId": "a+b c",
        "MaxResults": 5,
        "NextToken": "",
    }
    body = {"MaxResults": 5, "SortOrder": None, "Odd": [None]}
    assert parameters("POST", "/participant/transcript", body, X_AMZ_bearer="token") == {
        "ConnectionToken": "token",
        "MaxResults": 5,
        "Odd": [None],
    }


@pytest.mark.parametrize("sent", ["many", "1.5", "", "9" * 40, "\u0661"])
def test_what_is_no_number_stays_as_it_is(sent: str) -> None:
    assert parameters("GET", f"/contact/associated/i-1?maxResults={quote(sent)}")["MaxResults"] == sent


def test_a_member_that_is_sent_twice_is_left_for_the_schema() -> None:
    found = parameters("GET", "/contact/associated/i-1?contactId=a&contactId=b")
    assert found == {"InstanceId": "i-1", "ContactId": ["a", "b"]}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[]", "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
        (b"{", "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"\xff", "the body is not UTF-8"),
        (b'{"InstanceId": NaN}', "the body has NaN, which is no number that JSON can hold"),
        (b'{"InstanceId": -Infinity}', "the body has -Infinity, which is no number that JSON can hold"),
        (
            b'{"InstanceId": ' + b"9" * 60 + b"e999}",
            f"the body has {'9' * 37}..., which is no number that JSON can hold",
        ),
        (b'{"A": "a", "A": "b"}', "the body has a member twice"),
        (b'{"A": {"a": "1", "a": "2"}}', "the body has a member twice"),
        (b'{"A": ' + b"[" * 100_000, "the body is nested too deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_told(body: bytes, told: str) -> None:
    assert problem("PUT", "/contact/chat", body) == ("InvalidParameterException", 400, told)


def test_what_cannot_be_read_has_the_code_of_its_operation() -> None:
    assert problem("GET", "/contacts/%FF/C1") == ("InvalidParameterException", 400, "the path is not UTF-8")
    assert problem("GET", "/contact/attributes/i-1/C1", b"[]")[:2] == ("InvalidRequestException", 400)
    assert problem("POST", "/participant/message", b"[]")[:2] == ("ValidationException", 400)
    told = ("InvalidParameterException", 400, "the query is not UTF-8")
    assert problem("GET", "/contact/associated/i-1?contactId=%C3") == told


def test_a_member_in_another_place_than_its_own_is_refused() -> None:
    told = "ContactId, InstanceId in the body: it has another place"
    assert problem("GET", "/contacts/i-1/C1", {"InstanceId": "i-2", "ContactId": "C1"})[2] == told


@given(st.text(max_size=20) | st.from_regex(r"(%[0-9a-fA-F]{0,2}|.){0,8}", fullmatch=True))
def test_labels_are_decoded_as_urllib_does(text: str) -> None:
    sent = text.replace("/", "%2F").replace("?", "%3F")
    try:
        expected: object = unquote_to_bytes(sent).decode()
    except UnicodeError:
        expected = None
    try:
        found: object = parameters("GET", f"/contacts/i-1/{sent}").get("ContactId")
    except ParametersMalformed:
        found = None
    assert found == expected


# ---------------------------------------------------------------------------------------------------------- responses


def test_an_answer_is_json_with_times_as_epoch_numbers() -> None:
    time = datetime(2026, 5, 3, 9, 12, 31, 4_000, tzinfo=UTC)
    assert written({"Contact": {"At": time, "Id": "é"}}, "r-1") == Response(
        200, JSON, b'{"Contact": {"At": 1777799551.004, "Id": "\\u00e9"}}'
    )
    with pytest.raises(TypeError, match="set in an answer"):
        written({"Odd": set()}, "r-1")


def test_a_refusal_is_told_wherever_a_client_looks() -> None:
    told = refused("ResourceNotFoundException", 404, "nobody", "r-1")
    assert (told.status, told.headers) == (404, {**JSON, "x-amzn-errortype": "ResourceNotFoundException"})
    assert json.loads(told.body) == {"__type": "ResourceNotFoundException", "Message": "nobody", "message": "nobody"}


def test_a_service_answers_over_the_wire() -> None:
    house = House()
    started = respond(Request("PUT", "/contact/chat", {}, json.dumps(CHAT).encode()), house.service.call, "r-1")
    contact = json.loads(started.body)["ContactId"]
    assert started.status == 200
    described = respond(Request("GET", f"/contacts/{INSTANCE}/{contact}", {}), house.service.call, "r-1")
    assert json.loads(described.body)["Contact"]["Id"] == contact
    for target, code in (("nobody", "ResourceNotFoundException"), ("x" * 257, "InvalidParameterException")):
        told = respond(Request("GET", f"/contacts/{INSTANCE}/{target}", {}), house.service.call, "r-1")
        assert told.headers["x-amzn-errortype"] == code


def test_what_no_operation_is_asked_for_is_not_found() -> None:
    told = respond(Request("GET", "/anything", {}), lambda *_: {}, "r-1")
    assert (told.status, told.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")


@pytest.mark.parametrize("fault", [RehydrationError("unheard of"), RuleForbids("without a code"), KeyError("a")])
def test_an_error_that_is_no_refusal_is_passed_on(fault: Exception) -> None:
    def broken(*_: object) -> dict[str, object]:
        raise fault

    with pytest.raises(type(fault)):
        respond(Request("GET", "/contacts/i-1/C1", {}), broken, "r-1")


def test_the_wire_needs_no_networkx_and_botocore_only_when_it_is_asked() -> None:
    program = "import sys, rehydration.service.wire; assert not {'botocore', 'networkx'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_operation_that_is_not_offered_is_refused_by_an_error_that_it_declares() -> None:
    told = unanswered(Request("POST", "/search-contacts", {}), "r-1")
    assert (told.status, json.loads(told.body)["__type"]) == (400, "InvalidRequestException")
    nothing = unanswered(Request("POST", "/no/such/path", {}), "r-1")
    assert (nothing.status, json.loads(nothing.body)["__type"]) == (404, "UnknownOperationException")


def test_a_request_that_somebody_else_answers_is_held_against_its_model() -> None:
    described = find_not_offered("POST", "/tags/x")
    assert described is not None
    well = Request("POST", "/tags/x", {}, b'{"tags": {"a": "b"}}')  # this model has a pattern that is none of Python's
    assert refused_as_malformed(described, well, "r-1") is None
    told = refused_as_malformed(described, Request("POST", "/tags/x", {}, b"[]"), "r-1")
    assert told is not None
    assert (told.status, json.loads(told.body)["message"]) == (400, "TagResource: the body is not a JSON object")
    assert json.loads(told.body)["__type"] == "InvalidRequestException"
