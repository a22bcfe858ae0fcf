"""A server that is moto with chats: what ``rehydration serve`` runs.

Here belongs how it listens and how it stops. It listens before it says so, and a port that is taken is an error that
can be shown.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from rehydration.errors import RehydrationError
from rehydration.integrations.moto import installed

_QUEUE: Final = 128
_PATIENCE: Final = 0.05
"""Seconds between two looks whether to stop."""


class CannotListen(RehydrationError):
    """The server cannot be had: its address is taken or is none, or what it needs is not there; the text says which."""


def serve(  # noqa: PLR0913  # all that can be told of a server
    host: str,
    port: int,
    say: Callable[[str], None],
    *,
    origins: Iterable[str] = (),
    websocket_url: str | None = None,
    websocket_delay: float | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM comes; port 0 takes a free one. ``say`` is told the URL once it listens.

    Pages of ``origins`` may use the control URLs. ``websocket_url`` is how the addresses of websockets begin, by
    default with the host that a client asked; ``websocket_delay`` are the seconds before one is opened.

    Call it in the main thread: signals arrive nowhere else.

    :raises CannotListen: the address is taken or is none, or moto cannot serve here.
    :raises MotoNotSupported: moto is not there, or not as the integration needs it.
    :raises InvalidArgument: one of the origins is none.
    """
    with _stopping() as stopped, installed(), _listening(host, port) as listener:
        server, sockets = _server(host, listener, origins)
        sockets.url = websocket_url
        sockets.delay = sockets.delay if websocket_delay is None else websocket_delay
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": _PATIENCE}, daemon=True)
        thread.start()
        say(_url(host, server.port))
        while not stopped:  # another thread may have taken the signal, and then nothing wakes this one
            time.sleep(_PATIENCE)
        sockets.stop()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """Collect signals instead of ending the process, from the start: also while moto is being loaded.

    It is a list and no event, because a handler may come upon the lock of an event while its own thread holds it.
    """
    came: list[int] = []
    before: Mapping[int, Any] = {
        each: signal.signal(each, lambda number, _: came.append(number)) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield came
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Open the socket here: werkzeug would print and exit by itself."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_QUEUE)
    except (OSError, OverflowError) as problem:
        why = problem.strerror.partition(" (while")[0] if isinstance(problem, OSError) and problem.strerror else problem
        raise CannotListen(
            f"cannot listen on {_address(host, port)}: {why}; choose another --host or --port"
        ) from problem
    with listener:
        yield listener


def _server(
    host: str, listener: socket.socket, origins: Iterable[str]
) -> tuple[Any, Any]:  # werkzeug's server, and its websockets
    from rehydration.integrations.moto import internals  # noqa: PLC0415

    if not internals.has_server():
        raise CannotListen("moto cannot serve here; python -m pip install 'rehydration[moto]'")
    from werkzeug.serving import make_server  # noqa: PLC0415

    from rehydration.integrations.moto.control import Control  # noqa: PLC0415
    from rehydration.integrations.moto.origins import Origins  # noqa: PLC0415

    application = Control(internals.server_application(), Origins(origins))
    port = listener.getsockname()[1]
    os.environ.setdefault("MOTO_PORT", str(port))  # where moto calls itself
    server = make_server(
        host,
        port,
        application,
        threaded=True,
        request_handler=internals.quiet_handler(),
        fd=listener.fileno(),
    )
    return server, internals.sockets()


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _url(host: str, port: int) -> str:
    return f"http://{_address(host, port)}"
