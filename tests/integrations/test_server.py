"""moto's server with chats, as other clients than boto3 meet it, and ``rehydration serve``."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from attrs import frozen

from chatting import contents, joined, new_instance, started
from rehydration.integrations.moto import installed, service_for
from rehydration.integrations.moto.server import CannotListen, serve

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260503/us-east-1/{}/aws4_request, SignedHeaders=host"
NO_OBJECTS = [
    b"[]",
    b"null",
    b'"text"',
    b"{",
    b"\xff",
    b"Action=StopContact&Version=2017-08-08",
    b'{"InstanceId": NaN}',
    b'{"InstanceId": -Infinity}',
    b'{"InstanceId": 1e999}',
    b'{"InstanceId": "a", "InstanceId": "b"}',
    b'{"Attributes": {"a": "1", "a": "2"}}',
    b'{"InstanceId": ' + b"9" * 5000 + b"}",
    b'{"Attributes": ' + b"[" * 100_000,
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b"\x1f\x8b\x08\x00not gzip",
]


@frozen
class Told:
    """An answer over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def fault(self) -> tuple[int, str | None]:
        """The status, and the code as clients find it."""
        assert b"Traceback" not in self.body
        return self.status, self.headers.get("x-amzn-errortype")


@frozen
class Wire:
    """Requests that no SDK would send."""

    url: str

    def ask(self, method: str, target: str, body: Any = None, service: str | None = "connect", **headers: str) -> Told:
        """Send a request, signed for a service or not at all; underscores in names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if service is not None and "Authorization" not in named:
            named["Authorization"] = SIGNED.format(service)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def say(self, token: str, body: Any, **headers: str) -> Told:
        """Send a message as an unsigned client does."""
        return self.ask("POST", "/participant/message", body, None, X_Amz_Bearer=token, **headers)


@pytest.fixture
def wire(server_url: str) -> Iterator[Wire]:
    with installed():
        yield Wire(server_url)


def message(content: str) -> str:
    return json.dumps({"ContentType": "text/plain", "Content": content})


# ----------------------------------------------------------------------------------------------- what no SDK would send


@pytest.mark.parametrize("body", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_a_body_that_is_no_object_is_malformed(wire, body):
    chat = wire.ask("PUT", "/contact/chat", body)
    assert chat.fault == (400, "InvalidParameterException")
    assert wire.say("token", body).fault == (400, "ValidationException")
    assert wire.ask("GET", "/contact/attributes/instance/C1", body).fault == (400, "InvalidRequestException")
    told = json.loads(chat.body)
    assert told["Message"] == told["message"]
    assert told["__type"] == "InvalidParameterException"
    assert told["message"].startswith("StartChatContact: the body ")


def test_members_are_taken_from_their_place_alone(wire, over_http):
    instance = new_instance(over_http("connect"))
    body = json.dumps({"InstanceId": instance, "ContactId": "C1"})
    assert wire.ask("GET", f"/contacts/{instance}/C1", body).fault == (400, "InvalidParameterException")
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert wire.ask("PUT", "/contact/chat?InstanceId=x&PersistentChat=1", json.dumps(chat)).status == 200
    strange = json.dumps({**chat, "Strange": 1})
    assert wire.ask("PUT", "/contact/chat", strange).fault == (400, "InvalidParameterException")


def test_null_is_absent(wire, over_http):
    instance = new_instance(over_http("connect"))
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert wire.ask("PUT", "/contact/chat", json.dumps({**chat, "PersistentChat": None})).status == 200
    without = json.dumps({**chat, "ContactFlowId": None})
    assert wire.ask("PUT", "/contact/chat", without).fault == (400, "InvalidParameterException")


@pytest.mark.parametrize(
    "query", ["maxResults=many", "maxResults=1&maxResults=2", "maxResults=1.5", f"maxResults={9**40}"]
)
def test_a_number_in_a_query_is_read_where_it_is_one(wire, over_http, query):
    connect = over_http("connect")
    instance = new_instance(connect)
    began = started(connect, instance)["ContactId"]
    target = f"/contact/associated/{instance}?contactId={began}"
    assert wire.ask("GET", f"{target}&maxResults=1").status == 200
    assert wire.ask("GET", f"{target}&{query}").fault == (400, "InvalidParameterException")
    assert wire.ask("GET", f"/contact/associated/{instance}").fault == (400, "InvalidParameterException")


@pytest.mark.parametrize("target", ["/contacts/%FF/C1", "/contacts/{}/%C3", "/contacts//C1", "/contacts/{}/"])
def test_a_path_that_names_nothing_is_malformed(wire, over_http, target):
    instance = new_instance(over_http("connect"))
    assert wire.ask("GET", target.format(instance)).fault == (400, "InvalidParameterException")


def test_a_path_may_be_sent_as_a_whole_url(wire, over_http):
    instance = new_instance(over_http("connect"))
    service_for(instance).seed([{"ContactId": "a/b", "Channel": "CHAT"}])
    told = wire.ask("GET", f"{wire.url}/contacts/{instance}/a%2Fb")
    assert json.loads(told.body)["Contact"]["Id"] == "a/b"


def test_a_participant_needs_a_token_and_no_signature(wire, over_http):
    connect, participant = over_http("connect"), over_http("connectparticipant")
    token = joined(participant, started(connect, new_instance(connect)))
    assert wire.ask("POST", "/participant/message", message("hello"), None).fault == (400, "ValidationException")
    assert wire.say("", message("hello")).fault == (400, "ValidationException")
    assert wire.say("forged", message("hello")).fault == (403, "AccessDeniedException")
    assert wire.say(token, message("unsigned")).status == 200
    signed = wire.ask("POST", "/participant/message", message("signed"), "execute-api", X_Amz_Bearer=token)
    assert signed.status == 200
    assert contents(participant, token) == ["signed", "unsigned"]


def test_bodies_are_read_whatever_they_are_said_to_be(wire, over_http):
    connect, participant = over_http("connect"), over_http("connectparticipant")
    token = joined(participant, started(connect, new_instance(connect)))
    form = "application/x-www-form-urlencoded"
    for each in (form, "multipart/form-data; boundary=x", "text/plain", "application/json"):
        assert wire.say(token, message(each), Content_Type=each).status == 200
    assert wire.say(token, iter([message("in pieces").encode()])).status == 200
    assert contents(participant, token) == [
        "in pieces",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        form,
    ]


def test_a_lone_surrogate_is_no_fault_of_the_server(wire, over_http):
    connect, participant = over_http("connect"), over_http("connectparticipant")
    token = joined(participant, started(connect, new_instance(connect)))
    assert wire.say(token, r'{"ContentType": "text/plain", "Content": "\ud800"}').status in (200, 400)


def test_a_browser_may_take_part(wire):
    asked = {"Origin": "https://example.com", "Access_Control_Request_Method": "POST"}
    wanted = {"Access_Control_Request_Headers": "x-amz-bearer,content-type"}
    told = wire.ask("OPTIONS", "/participant/connection", None, None, **asked, **wanted)
    assert (told.status, told.headers["access-control-allow-origin"]) == (200, "https://example.com")
    assert "x-amz-bearer" in told.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "odd",
    [
        {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/connect/aws4_request"},
        {"Authorization": "Bearer token"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=\xe9/d/r\xe9gion/connect/aws4_request, x"},
        {"Host": "[::1"},
        {"Host": "a b"},
        {"Host": "[no address]"},
        {"Host": ""},
        {"User_Agent": "region/xx-nowhere-9"},
        {"x_moto_account_id": "nobody"},
        {"Content_Encoding": "gzip"},
        {"Content_Length": "many"},
        {"X_Amz_Target": "Connect.StopContact"},
    ],
)
@pytest.mark.parametrize("service", ["connect", "execute-api", None])
def test_odd_headers_are_no_fault_of_the_server(wire, odd, service):
    ours = [("PUT", "/contact/chat"), ("GET", "/contacts/instance/C1")] if service == "connect" else []  # else S3's
    for method, target in [*ours, ("POST", "/participant/message")]:
        told = wire.ask(method, target, message("hello"), service, X_Amz_Bearer="token", **odd)
        assert 400 <= told.status < 500
        assert b"Traceback" not in told.body


def test_a_request_without_a_host_is_answered(wire):
    connection = http.client.HTTPConnection(urlsplit(wire.url).netloc, timeout=30)
    connection.putrequest("POST", "/participant/message", skip_host=True)
    connection.putheader("X-Amz-Bearer", "forged")
    connection.endheaders()
    assert connection.getresponse().status == 400  # of members that are missing it tells before it looks at the token
    connection.close()


@pytest.mark.parametrize("target", ["*", "/", "//", "nothing"])
@pytest.mark.parametrize("host", ["localhost", "connect.us-east-1.amazonaws.com"])
def test_a_target_that_is_no_path_is_no_fault_of_the_server(wire, target, host):
    assert wire.ask("OPTIONS", target, None, None, Host=host).status < 500


def test_what_is_no_operation_is_not_found_and_what_is_not_emulated_is_refused(wire):
    assert wire.ask("DELETE", "/contact/chat").status == 404
    assert wire.ask("PUT", "/contact/nothing", "{}").status == 404
    assert wire.ask("POST", "/contacts/instance/C1", "{}").status == 400
    assert (
        wire.ask("POST", "/participant/cancel-authentication", "{}", "execute-api", X_Amz_Bearer="token").status == 400
    )


def test_requests_that_are_no_sdk_s_are_answered_in_process_too(in_process):
    connect = in_process("connect")
    began = started(connect, new_instance(connect))
    url = "https://participant.connect.us-east-1.amazonaws.com/participant/connection"
    bearer = {"X-Amz-Bearer": began["ParticipantToken"]}
    answered = requests.post(url, data='{"Type": ["CONNECTION_CREDENTIALS"]}', headers=bearer, timeout=30)
    assert list(answered.json()) == ["ConnectionCredentials"]
    malformed = requests.post(url, data=b"\xff", headers=bearer, timeout=30)
    assert (malformed.status_code, malformed.headers["x-amzn-errortype"]) == (400, "ValidationException")


# --------------------------------------------------------------------------------------------------- rehydration serve


def test_it_says_where_it_listens_and_how_to_point_a_client_at_it(served_to_all):
    assert served_to_all.said == (
        f"Listening on {served_to_all.url} (AWS_ENDPOINT_URL={served_to_all.url}, or "
        f"boto3.client(..., endpoint_url='{served_to_all.url}')); Ctrl-C stops\n"
    )
    assert urlsplit(served_to_all.url).hostname == "127.0.0.1"


def test_a_customer_comes_back_over_the_wire(client_of_all):
    connect, participant = client_of_all("connect"), client_of_all("connectparticipant")
    instance = new_instance(connect)
    first = started(connect, instance, InitialMessage={"ContentType": "text/plain", "Content": "my order is lost"})
    connect.stop_contact(InstanceId=instance, ContactId=first["ContactId"])
    past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": first["ContactId"]}
    again = started(connect, instance, PersistentChat=past)
    assert again["ContinuedFromContactId"] == first["ContactId"]
    assert contents(participant, joined(participant, again)) == ["my order is lost"]


def test_eight_threads_over_the_wire_lose_nothing(served_to_all, client_of_all):
    connect, participant = client_of_all("connect"), client_of_all("connectparticipant")
    instance = new_instance(connect)

    def chat(number: int) -> str:
        began = started(connect, instance)
        token = joined(participant, began)
        for each in range(3):
            participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=f"{number}.{each}")
        assert contents(participant, token) == [f"{number}.{each}" for each in (2, 1, 0)]
        return began["ContactId"]

    with ThreadPoolExecutor(8) as threads:
        contact_ids = set(threads.map(chat, range(40)))
    there = json.loads(Wire(served_to_all.url).ask("GET", f"/_rehydration/{instance}/contacts", service=None).body)
    assert {each["ContactId"] for each in there["Contacts"]} == contact_ids
    assert len(contact_ids) == 40


def test_a_seed_and_a_reset_over_the_wire_repeat_all_ids(served_to_all, client_of_all):
    def ids() -> list[Any]:
        connect, participant = client_of_all("connect"), client_of_all("connectparticipant")
        instance = new_instance(connect)
        assert Wire(served_to_all.url).ask("POST", "/moto-api/seed?a=42", service=None).status == 200
        began = started(connect, instance)
        token = joined(participant, began)
        assert Wire(served_to_all.url).ask("POST", "/moto-api/reset", service=None).status == 200
        assert Wire(served_to_all.url).say(token, message("hello")).fault == (403, "AccessDeniedException")
        return [began, token]

    assert ids() == ids()


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(served, client_of_served, with_signal):
    new_instance(client_of_served("connect"))
    host, port = urlsplit(served.url).hostname, urlsplit(served.url).port
    with socket.create_connection((host, port)):  # somebody who is connected does not keep it
        assert served.stop(with_signal) == (0, "", "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port))


def test_it_stops_cleanly_while_it_starts():
    command = [sys.executable, "-m", "rehydration", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not _catches(process.pid, signal.SIGTERM) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")


def _catches(pid: int, number: int) -> bool:
    """Tell whether a process has a handler for a signal by now; where that cannot be seen, wait a little."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        time.sleep(1)
        return True
    caught = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt")), 0)
    return bool(caught >> (number - 1) & 1)


def test_a_port_that_is_taken_is_told(served_to_all, start_server):
    port = str(urlsplit(served_to_all.url).port)
    other = start_server("--port", port)
    _, err = other.process.communicate(timeout=30)
    assert other.process.returncode == 2
    assert err == (
        f"Error: cannot listen on 127.0.0.1:{port}: Address already in use; choose another --host or --port\n"
    )


def test_an_address_that_is_none_is_told(start_server):
    other = start_server("--port", "99999")
    _, err = other.process.communicate(timeout=60)
    assert other.process.returncode == 2
    assert "Invalid value for '--port': 99999" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("host", ["256.1.1.1", "no such host"])
def test_a_host_that_is_none_is_told(host):
    with pytest.raises(CannotListen, match="choose another --host or --port"):
        serve(host, 0, print)


def without_moto(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent("""
        import sys
        sys.modules["moto"] = sys.modules["flask"] = sys.modules["werkzeug"] = sys.modules["botocore"] = None
        from rehydration.cli import main
        main()
    """)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_moto_it_says_what_is_missing():
    done = without_moto("serve", "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "python -m pip install 'rehydration[moto]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
def test_help_is_there_without_moto(arguments):
    done = without_moto(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Serve moto with persistent chat" in done.stdout
