"""Clients of moto with chats, in process and over HTTP; each is closed by its test. One server of moto's serves all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from browsing import chromium_with
from chatting import credentials
from rehydration.integrations.moto import installed

Clients = Callable[..., Any]
"""Name of a service → a client of it; further arguments as boto3 has them."""


SESSION = boto3.Session()  # clients of one session read the models of their services once


def _making_clients(**always: Any) -> Iterator[Clients]:
    made = []

    def client(service: str, **named: Any) -> Any:
        config = Config(retries={"max_attempts": 0}, read_timeout=30, parameter_validation=False)
        one = SESSION.client(service, **{"region_name": "us-east-1", "config": config, **always, **named})
        made.append(one)
        return one

    yield client
    for each in made:
        each.close()


@pytest.fixture
def in_process() -> Iterator[Clients]:
    with credentials(), installed(), mock_aws():
        yield from _making_clients()


@pytest.fixture(scope="session")
def moto_server() -> Iterator[ThreadedMotoServer]:
    """One server of moto's own for all tests: each takes half a second to stop."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()
    server._server.server_close()


@pytest.fixture
def server_url(moto_server: ThreadedMotoServer) -> Iterator[str]:
    """The URL of a server that has answered nothing yet and knows nothing."""
    with credentials():
        moto_server._server.app.app_instances.clear()
        moto_api_backend.reset()
        yield "http://{}:{}".format(*moto_server.get_host_and_port())


@pytest.fixture
def over_http(server_url: str) -> Iterator[Clients]:
    with installed():
        yield from _making_clients(endpoint_url=server_url)


@pytest.fixture(params=["in process", "over HTTP"])
def client(request: pytest.FixtureRequest) -> Clients:
    """Clients of both kinds, one test after the other."""
    return request.getfixturevalue("in_process" if request.param == "in process" else "over_http")


class Served:
    """``rehydration serve`` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        port = [] if "--port" in arguments else ["--port", "0"]
        command = [sys.executable, "-m", "rehydration", "serve", *port, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        self.url = self.said.split(" ")[2] if self.said else ""

    def stop(self, with_signal: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Stop it; give its status and what it printed besides the first line."""
        self.process.send_signal(with_signal)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def start_server() -> Iterator[Callable[..., Served]]:
    """Start ``rehydration serve``, as often as it is called."""
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(*arguments))
        return started[-1]

    with credentials():
        yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.communicate(timeout=30)


@pytest.fixture
def served(start_server: Callable[..., Served]) -> Served:
    return start_server()


@pytest.fixture(scope="session")
def served_to_all() -> Iterator[Served]:
    """One server for all tests that do not stop it: each makes an instance of its own."""
    with credentials():
        server = Served()
    yield server
    server.stop()


@pytest.fixture
def client_of_served(served: Served) -> Iterator[Clients]:
    yield from _making_clients(endpoint_url=served.url)


@pytest.fixture
def client_of_all(served_to_all: Served) -> Iterator[Clients]:
    with credentials():
        yield from _making_clients(endpoint_url=served_to_all.url)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start Chromium, one for all tests of a module."""
    with chromium_with(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
