"""The control URLs are for programs and for known pages: what a browser sends for others is refused."""

from __future__ import annotations

import http.client
import json
import sys
from itertools import product
from urllib.parse import urlsplit

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from chatting import new_instance
from rehydration.cli import main
from rehydration.errors import InvalidArgument
from rehydration.integrations.moto import service_for
from rehydration.integrations.moto.control import Control
from rehydration.integrations.moto.control_actions import ACTIONS
from rehydration.integrations.moto.origins import Origins

EVIL = "https://evil.example"
FRONT_END = "http://localhost:3000"
PATHS = sorted({at for at, _ in ACTIONS})


@pytest.fixture
def ask(in_process):
    """Ask at a path of a new instance, from an origin, of a host, where some origins are allowed."""
    instance = new_instance(in_process("connect"))

    def ask(action="contacts", method="GET", allowed=(), body=None, **headers):
        client = Client(Control(DomainDispatcherApplication(create_backend_app), Origins(allowed)))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/_rehydration/{instance}/{action}".rstrip("/")
        return client.open(path, method=method, headers=named, data=None if body is None else json.dumps(body))

    ask.instance = instance
    return ask


@pytest.mark.parametrize("origin", [EVIL, "http://localhost.evil.example", "null", "garbage"])
def test_a_page_of_another_origin_is_refused_everywhere_and_may_not_read_why(ask, origin):
    for action, method in product(PATHS, ("GET", "POST", "OPTIONS")):
        told = ask(action, method, Origin=origin, body={})
        assert told.status_code == 403
        assert told.json["code"] == "AccessDenied"
        assert f"--allow-origin {origin}" in told.json["message"]
        assert "Access-Control-Allow-Origin" not in told.headers


def test_what_is_refused_changes_nothing(ask):
    assert ask("contacts", "POST", Origin=EVIL, body=[{"ContactId": "C1"}]).status_code == 403
    assert len(service_for(ask.instance).graph) == 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "192.0.2.7:80", "localhost.evil.example", "a b"])
def test_a_foreign_host_is_refused_whatever_the_origin(ask, host):
    for further in ({}, {"Origin": f"http://{host}"}):
        told = ask(Host=host, **further)
        assert (told.status_code, told.json["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:5000", "127.8.8.8", "[::1]:5000", "LOCALHOST", "a.localhost", "0.0.0.0:80"]
)
def test_this_machine_is_known_by_all_its_names_and_a_page_of_its_own_too(ask, host):
    assert ask(Host=host).status_code == 200
    assert ask(Host=host, Origin=f"http://{host}").status_code == 200
    assert ask(Host=host, Origin=f"https://{host}").status_code == 403


@pytest.mark.parametrize(
    ("allowed", "origin", "status"),
    [
        (["http://front.example:3000"], "http://front.example:3000", 200),
        (["http://front.example:3000/"], "http://Front.example:3000", 200),
        (["http://front.example:80"], "http://front.example", 200),
        (["http://front.example:3000"], "http://front.example:3001", 403),
        (["http://front.example:3000"], "https://front.example:3000", 403),
        (["null"], "null", 200),
        (["http://one.example", EVIL], EVIL, 200),
        (["*"], EVIL, 200),
    ],
)
def test_an_origin_that_is_allowed_may_ask_and_read(ask, allowed, origin, status):
    told = ask(allowed=allowed, Origin=origin)
    assert told.status_code == status
    if status == 200:
        assert (told.headers["Access-Control-Allow-Origin"], told.headers["Vary"]) == (origin, "Origin")


def test_a_refusal_can_be_read_by_who_may_ask(ask):
    told = ask("transfer", "POST", allowed=[FRONT_END], Origin=FRONT_END, body={})
    assert (told.status_code, told.headers["Access-Control-Allow-Origin"]) == (400, FRONT_END)


@pytest.mark.parametrize(("allowed", "status"), [((), 403), (["http://moto:5000"], 200), (["*"], 200)])
def test_a_host_is_allowed_with_its_origin(ask, allowed, status):
    assert ask(allowed=allowed, Host="moto:5000").status_code == status


@pytest.mark.parametrize("origin", [FRONT_END, "http://127.0.0.1:8080", "https://[::1]", "http://shop.localhost"])
def test_a_front_end_of_this_machine_may_start_chats_and_nothing_else(ask, origin):
    told = ask("start-chat", "POST", Origin=origin, body={"ParticipantDetails": {"DisplayName": "Ana"}})
    assert (told.status_code, told.headers["Access-Control-Allow-Origin"]) == (200, origin)
    assert {at for at in PATHS if ask(at, "OPTIONS", Origin=origin).status_code == 403} == {*PATHS} - {"start-chat"}


def test_a_browser_that_asks_first_is_answered_everywhere(ask):
    for action in PATHS:
        check_preflight(ask, action)


def check_preflight(ask, action):
    methods = ", ".join(method for at, method in ACTIONS if at == action)
    told = ask(
        action,
        "OPTIONS",
        allowed=[FRONT_END],
        Origin=FRONT_END,
        Access_Control_Request_Headers="content-type,x-api-key",
    )
    assert (told.status_code, told.data) == (204, b"")
    assert len(dict(told.headers)) == len(told.headers)
    assert {name: value for name, value in told.headers if name.startswith(("Access", "Allow", "Vary"))} == {
        "Allow": methods,
        "Access-Control-Allow-Origin": FRONT_END,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "content-type,x-api-key",
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }


def test_programs_name_no_origin_and_are_answered(ask):
    told = ask("start-chat", "POST", body={"ParticipantDetails": {"DisplayName": "Ana"}})
    assert (told.status_code, told.headers["Access-Control-Allow-Origin"]) == (200, "*")


@pytest.mark.parametrize(
    "origin",
    ["localhost:3000", "http://", "ftp://a", "http://a/b", "http://a?b", "http://u@a", 5, "http://a:0", "http://[a"],
)
def test_what_is_no_origin_cannot_be_allowed(origin):
    with pytest.raises(InvalidArgument, match="an origin such as http://localhost:3000"):
        Origins([origin])


def test_the_server_takes_what_is_allowed_from_the_command_line(start_server):
    served = start_server("--allow-origin", EVIL, "--allow-origin", "http://moto:5000")
    address = urlsplit(served.url)

    def status(**headers):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        connection.request("GET", "/_rehydration/", headers={"Accept": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    assert status() == status(Origin=EVIL) == status(Host="moto:5000") == 200
    assert status(Origin="http://other.example") == status(Host="other.example") == 403
    assert served.stop()[0] == 0


def test_the_address_that_a_request_came_to_is_this_server_s_own():
    class Connection:
        def __init__(self, address):
            self.getsockname = lambda: (address, 5000)

    for address, host in (
        ("192.0.2.7", "192.0.2.7:5000"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "[fe80::1]"),
    ):
        Origins().check({"HTTP_HOST": host, "werkzeug.socket": Connection(address)})


def test_an_origin_that_is_none_is_told_by_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["rehydration", "serve", "--port", "0", "--allow-origin", "localhost:3000"])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    assert "an origin such as http://localhost:3000" in " ".join(capsys.readouterr().err.split())
