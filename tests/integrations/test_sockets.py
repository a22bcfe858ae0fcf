"""Websockets over moto's own port: the frames, who is let in, who is let go of, and how they stop."""

from __future__ import annotations

import http.client
import json
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from simple_websocket import Client, ConnectionClosed

from chatting import new_instance, started
from rehydration.integrations.moto import service_for, sockets
from rehydration.integrations.moto.internals import sockets as sockets_of_this_process

EVENT = "application/vnd.amazonaws.connect.event."
SUBSCRIBE = '{"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}'
SUBSCRIBED = {"topic": "aws/subscribe", "content": {"status": "success", "topics": ["aws/chat"]}}


class Chat:
    """A chat of Ana's on a server, and one websocket of hers."""

    def __init__(self, clients: Any) -> None:
        connect, self.participant = clients("connect"), clients("connectparticipant")
        self.instance = new_instance(connect)
        self.begun = started(connect, self.instance)
        answer = self.participant.create_participant_connection(
            Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"], ParticipantToken=self.begun["ParticipantToken"]
        )
        self.token, self.url = answer["ConnectionCredentials"]["ConnectionToken"], answer["Websocket"]["Url"]

    def say(self, content: str) -> str:
        answer = self.participant.send_message(ConnectionToken=self.token, ContentType="text/plain", Content=content)
        return answer["Id"]


def heard(websocket: Client) -> Any:
    frame = websocket.receive(timeout=20)
    assert frame is not None
    return json.loads(frame)


def item(websocket: Client) -> Any:
    """An item of the chat, taken out of its frame."""
    frame = heard(websocket)
    assert (frame["topic"], frame["contentType"], frame.keys()) == (
        "aws/chat",
        "application/json",
        {"topic", "contentType", "content"},
    )
    return json.loads(frame["content"])


def subscribed(url: str) -> Client:
    websocket = Client.connect(url)
    websocket.send(SUBSCRIBE)
    assert heard(websocket) == SUBSCRIBED
    return websocket


@pytest.fixture
def chat(over_http: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setattr(sockets_of_this_process(), "delay", 0)
    yield Chat(over_http)
    sockets_of_this_process().stop()


def test_the_story_is_told_as_it_happens(chat: Chat) -> None:
    websocket = subscribed(chat.url)
    told = [chat.say("hello")]
    service = service_for(chat.instance)
    second = service.transfer(chat.begun["ContactId"], "Bo")
    service.run_disconnect_flow(second["ContactId"])
    chat.participant.disconnect_participant(ConnectionToken=chat.token)
    found = [item(websocket) for _ in range(6)]
    assert found[0]["Id"] == told[0]
    assert [each.get("Content", each["ContentType"].removeprefix(EVENT)) for each in found] == [
        "hello",
        "transfer.succeeded",
        "participant.joined",
        "participant.left",
        "participant.left",
        "chat.ended",
    ]
    assert {each["InitialContactId"] for each in found} == {chat.begun["ContactId"]}
    websocket.close()


def test_heartbeats_and_pings_are_answered_and_a_stray_bracket_is_not_minded(chat: Chat) -> None:
    websocket = Client.connect(chat.url)
    for frame in (
        '{"topic":"aws/heartbeat"}',
        '{"topic":"aws/ping"}',
        f"{SUBSCRIBE})",
        SUBSCRIBE,
        b'{"topic":"aws/ping"}',
    ):
        websocket.send(frame)
    ping = {"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"}
    expected = [{"topic": "aws/heartbeat"}, ping, SUBSCRIBED, SUBSCRIBED, ping]
    assert [heard(websocket) for _ in expected] == expected
    chat.say("once")
    assert item(websocket)["Content"] == "once"
    websocket.close()


@pytest.mark.parametrize("frame", ["", "what?", "[]", '{"topic": "aws/nothing"}', b"\xff", "[" * 3_000])
def test_what_is_no_frame_is_told_so_and_does_no_harm(chat: Chat, frame: str | bytes) -> None:
    websocket = Client.connect(chat.url)
    websocket.send(frame)
    known = "aws/subscribe, aws/heartbeat and aws/ping"
    assert heard(websocket) == {"message": f"expected JSON with a topic, one of {known}"}
    websocket.send('{"topic":"aws/heartbeat"}')
    assert heard(websocket) == {"topic": "aws/heartbeat"}
    websocket.close()


@pytest.mark.parametrize("content", [None, {}, {"topics": []}, {"topics": "aws/chat"}, {"topics": ["aws/other"]}])
def test_other_topics_are_not_subscribed_to(chat: Chat, content: Any) -> None:
    websocket = Client.connect(chat.url)
    websocket.send(json.dumps({"topic": "aws/subscribe", "content": content}))
    assert heard(websocket)["content"]["status"] == "failure"
    websocket.close()


def test_two_websockets_of_one_customer_are_told_the_same(chat: Chat) -> None:
    both = [subscribed(chat.url), subscribed(chat.url)]
    said = chat.say("to both")
    assert [item(each)["Id"] for each in both] == [said, said]
    for each in both:
        each.close()


def test_a_chat_that_ends_by_itself_says_so_at_once(chat: Chat) -> None:
    websocket = subscribed(chat.url)
    service = service_for(chat.instance)
    service.configure(retention=False)
    service.set_disconnect_flow(seconds=0.2)
    joined = service.join(chat.begun["ContactId"], "Bo")
    assert item(websocket)["DisplayName"] == "Bo"
    bo = chat.participant.create_participant_connection(
        Type=["CONNECTION_CREDENTIALS"], ParticipantToken=joined["ParticipantToken"]
    )["ConnectionCredentials"]["ConnectionToken"]
    chat.participant.disconnect_participant(ConnectionToken=bo)
    assert [item(websocket)["ContentType"].removeprefix(EVENT) for _ in range(2)] == ["participant.left", "chat.ended"]
    websocket.close()


def test_many_at_once_are_told_everything_once_and_in_the_order_of_the_transcript(chat: Chat) -> None:
    """A small one of ``benchmarks/websockets.py``."""
    websockets = [subscribed(chat.url) for _ in range(12)]
    service = service_for(chat.instance)

    def talk(thread: int) -> None:
        said = {"ConnectionToken": chat.token, "ContentType": "text/plain"}
        for number in range(10):
            service.call("SendMessage", {**said, "Content": f"{thread}-{number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(8)))
    page = service.call("GetTranscript", {"ConnectionToken": chat.token, "MaxResults": 80, "SortOrder": "ASCENDING"})
    kept = [each["Id"] for each in page["Transcript"]]
    assert [[item(each)["Id"] for _ in kept] for each in websockets] == [kept] * 12
    for each in websockets:
        each.close()


def handshake(url: str, **headers: str) -> tuple[int, Any]:
    """Ask for a websocket, or for something else, by plain HTTP."""
    address = urlsplit(url)
    asking = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    asking.request("GET", address.path, headers=headers)
    answer = asking.getresponse()
    found = answer.status, json.loads(answer.read() or b"null")
    asking.close()
    return found


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


@pytest.mark.parametrize("token", ["forged", "", "%ff", "a/b", "connection"])
def test_a_forged_token_gets_403_and_no_websocket(chat: Chat, token: str) -> None:
    token = chat.token if token == "connection" else token  # noqa: S105  # it is none
    status, told = handshake(chat.url.rpartition("/")[0] + "/" + token, **UPGRADE)
    assert (status, told["__type"]) == (403, "AccessDeniedException")


def test_a_token_that_is_late_or_of_a_chat_that_ended_gets_403(chat: Chat) -> None:
    service_for(chat.instance).call("StopContact", {"InstanceId": chat.instance, "ContactId": chat.begun["ContactId"]})
    status, told = handshake(chat.url, **UPGRADE)
    assert (status, told["__type"]) == (403, "AccessDeniedException")


@pytest.mark.parametrize("headers", [{}, UPGRADE, {**UPGRADE, "Sec-WebSocket-Version": "7", "Sec-WebSocket-Key": "x"}])
def test_what_is_no_handshake_gets_a_typed_error(chat: Chat, headers: dict[str, str]) -> None:
    status, told = handshake(chat.url, **headers)
    assert (status, told["__type"]) == (400, "ValidationException")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:5000", "ws://127.0.0.1:5000"),
        ("127.0.0.1:5000", "ws://127.0.0.1:5000"),
        ("127.1.2.3:5000", "ws://127.0.0.1:5000"),
        ("[::1]:5000", "ws://127.0.0.1:5000"),
        ("0.0.0.0:1", "ws://127.0.0.1:1"),
        ("moto:5000", "ws://moto:5000"),
        ("[2001:db8::1]:9", "ws://[2001:db8::1]:9"),
        ("localhost", "ws://127.0.0.1:80"),
        ("moto:port", "ws://127.0.0.1:80"),
        (None, "ws://127.0.0.1:80"),
    ],
)
def test_the_address_has_the_host_that_was_asked_and_loopback_by_its_number(host: str | None, expected: str) -> None:
    nobody = sockets.Sockets(lambda _token: None, lambda: "id")
    assert nobody.address(host) == f"{expected}/participant/websocket/"
    nobody.url = "wss://chat.example.com/moto/"
    assert nobody.address(host) == "wss://chat.example.com/moto/participant/websocket/"


def test_without_a_server_the_address_leads_nowhere(in_process: Callable[..., Any]) -> None:
    assert Chat(in_process).url.startswith("wss://participant.invalid/")


def test_whoever_does_not_read_is_let_go_of_and_told_and_nobody_else_waits(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "_MOST_WAITING", 20)
    other = subscribed(chat.url)
    address = urlsplit(chat.url)
    idle = socket.socket()
    idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    idle.connect((address.hostname, address.port))
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    idle.sendall(
        f"GET {address.path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n".encode()
    )
    assert b"101" in idle.recv(20)
    masked = SUBSCRIBE.encode()  # masked with zeros
    idle.sendall(bytes([0x81, 0x80 | len(masked)]) + b"\0\0\0\0" + masked)
    service = service_for(chat.instance)
    following = None
    with caplog.at_level(logging.WARNING):
        for number in range(2_000):
            content = {"ConnectionToken": chat.token, "ContentType": "text/plain", "Content": f"{number} " * 2_000}
            content["Content"] = content["Content"][:16_000]
            service.call("SendMessage", content)
            assert item(other)["Content"].startswith(f"{number} ")
            if len(sockets_of_this_process()._open) == 2 and any(
                "too slow" in str(each._farewell) for each in sockets_of_this_process()._open
            ):
                following = True
                break
        assert following
        received = b""
        idle.settimeout(20)
        while chunk := idle.recv(65_536):
            received += chunk
        assert b"too slow" in received[-200:]
        assert "let go of a websocket client that does not read" in caplog.text
    idle.close()
    other.close()


def test_a_server_stops_cleanly_with_open_websockets(served: Any, client_of_served: Callable[..., Any]) -> None:
    chat = Chat(client_of_served)
    websocket = subscribed(chat.url)
    assert served.stop(signal.SIGTERM) == (0, "", "")
    with pytest.raises(ConnectionClosed) as caught:
        websocket.receive(timeout=20)
    assert (caught.value.reason, caught.value.message) == (1001, "the server stops")


def test_a_websocket_waits_a_moment_before_it_opens(start_server: Callable[..., Any]) -> None:
    served = start_server("--websocket-delay", "0.5", "--websocket-url", "ws://127.0.0.1:1")
    chat = Chat(lambda name: boto3.client(name, region_name="us-east-1", endpoint_url=served.url))
    assert chat.url.startswith("ws://127.0.0.1:1/participant/websocket/")
    url = served.url.replace("http", "ws") + urlsplit(chat.url).path
    began = time.monotonic()
    websocket = subscribed(url)
    assert time.monotonic() - began >= 0.5
    websocket.close()


def test_an_address_of_websockets_begins_as_one(start_server: Callable[..., Any]) -> None:
    served = start_server("--websocket-url", "http://example.com")
    _, err = served.process.communicate(timeout=60)
    assert served.process.returncode == 2
    assert "'http://example.com' begins neither with ws:// nor wss://" in err
