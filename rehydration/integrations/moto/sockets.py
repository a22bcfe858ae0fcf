"""Websockets: what happens in a chat, as it happens, over moto's own port.

Here belong the frames that Amazon Connect and its clients exchange, and how long is waited for a client. Who is told
what is known to the service's feed, and how a frame is made of bytes to simple-websocket. Each connection is written to
by one thread, out of one queue.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from attrs import define, field, frozen
from simple_websocket import ConnectionClosed, Server

from rehydration.errors import RuleForbids
from rehydration.service.state import NOWHERE
from rehydration.service.wire import Response, refused

if TYPE_CHECKING:
    from rehydration.service import ChatService
    from rehydration.service.feed import Following

PATH: Final = "/participant/websocket/"
"""Where websockets are; the rest of the path is their token."""

DELAY: Final = 0.3
"""Seconds before a websocket opens, unless told otherwise: a client asks for a transcript first, as it does on AWS."""

CHAT: Final = "aws/chat"
SUBSCRIBE: Final = "aws/subscribe"
HEARTBEAT: Final = "aws/heartbeat"
PING: Final = "aws/ping"

_MOST_WAITING: Final = 1_000
"""How many items may wait for a client."""

_PATIENCE: Final = 10.0
"""Seconds that a client may take to read one frame, where its system takes no more of them."""

_TICK: Final = 0.25
"""Seconds between two looks at the clock, by which chats end that are due."""

_SCAN_SECONDS: Final = 0.3
"""Seconds before an attachment is told of: AWS scans it first, and the chat interface counts on an answer by then."""

_LONGEST_FRAME: Final = 65_536
_PING_SECONDS: Final = 25
_FAREWELL_SECONDS: Final = 1.0
_NORMAL: Final = 1000
_GOING_AWAY: Final = 1001
_POLICY: Final = 1008

_log: Final = logging.getLogger(__name__)

Find = Callable[[str], "tuple[ChatService, str] | None"]
"""From the token of a websocket to the service and the connection that it is for; it may raise RuleForbids."""


class Sockets:
    """All websockets of a server: the WSGI application that opens them, and the list of those that are open."""

    def __init__(self, find: Find, request_id: Callable[[], str]) -> None:
        """Open websockets for what is found by their tokens."""
        self.url: str | None = None
        self.delay: float = DELAY
        self._find = find
        self._request_id = request_id
        self._lock = threading.Lock()
        self._open: set[_Socket] = set()

    def address(self, host: str | None) -> str:
        """Say how the addresses of websockets begin for a client that asked this host.

        ChatJS takes no ``ws://`` but with 127.0.0.1 and a port.
        """
        return (_base(host) if self.url is None else self.url).rstrip("/") + PATH

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401  # as WSGI has it
        """Open a websocket and serve it until it is over, or refuse to."""
        token = unquote(str(environ["PATH_INFO"]).partition(PATH)[2])
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return self._refuse(start_response, "ValidationException", 400, "expected a websocket handshake")
        try:
            found = self._find(token)
            if found is not None:
                time.sleep(self.delay)
                found = self._find(token)
        except RuleForbids:
            found = None
        if found is None:
            return self._refuse(start_response, "AccessDeniedException", 403, "access denied")
        try:
            opened = _Socket.accepted(environ, *found)
        except Exception as problem:  # noqa: BLE001  # of wsproto's several kinds; nothing was answered yet
            return self._refuse(start_response, "ValidationException", 400, f"no websocket handshake: {problem}")
        with self._lock:
            self._open.add(opened)
        try:
            opened.serve()
        finally:
            with self._lock:
                self._open.discard(opened)
        raise ConnectionAbortedError  # so that the server drops the connection, quietly

    def _refuse(self, start_response: Any, code: str, status: int, message: str) -> Iterable[bytes]:  # noqa: ANN401
        response: Response = refused(code, status, message, self._request_id())
        start_response(f"{response.status} {code}", [*response.headers.items(), ("Connection", "close")])
        return [response.body]

    def stop(self) -> None:
        """Close all that are open, and say why."""
        with self._lock:
            opened = list(self._open)
        for each in opened:
            each.leave(_GOING_AWAY, "the server stops")
        end = time.monotonic() + 2
        while self._open and time.monotonic() < end:
            time.sleep(0.02)


def _base(host: str | None) -> str:
    try:
        parts = urlsplit(f"//{host or ''}")
        name, port = parts.hostname or "127.0.0.1", parts.port or 80
    except ValueError:
        name, port = "127.0.0.1", 80
    if name in {"localhost", "::1", "0.0.0.0"} or name.startswith("127."):  # noqa: S104  # as somebody may have called us
        name = "127.0.0.1"
    return f"ws://{f'[{name}]' if ':' in name else name}:{port}"


def with_address(answer: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    """Put the address of a server into an answer that tells of a websocket; without a server it leads nowhere."""
    websocket = answer.get("Websocket")
    if base is None or websocket is None:
        return dict(answer)
    return {**answer, "Websocket": {**websocket, "Url": websocket["Url"].replace(NOWHERE, base)}}


# -------------------------------------------------------------------------------------------------------- one websocket


@frozen
class _Farewell:
    """The close frame that comes after all that waits."""

    code: int
    message: str


class _TooSlow(Exception):
    """More waits for a client than may."""


@define(eq=False)
class _Socket:
    """One websocket: it reads in the thread of its request, and writes in one of its own."""

    service: ChatService
    connection_token: str
    connection: _Whole
    websocket: Any
    _waiting: SimpleQueue[dict[str, Any] | _Farewell] = field(factory=SimpleQueue)
    _following: Following | None = None
    _farewell: _Farewell | None = None

    @classmethod
    def accepted(cls, environ: Mapping[str, Any], service: ChatService, connection_token: str) -> _Socket:
        """Answer the handshake."""
        connection = _Whole(environ["werkzeug.socket"])
        plain = {**environ, "werkzeug.socket": connection}
        plain.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # to compress what goes to the same machine costs time alone
        websocket = Server.accept(plain, ping_interval=_PING_SECONDS, max_message_size=_LONGEST_FRAME)
        return cls(service, connection_token, connection, websocket)

    def serve(self) -> None:
        """Exchange frames until one side has enough."""
        writer = threading.Thread(target=self._write, daemon=True, name="rehydration websocket")
        writer.start()
        try:
            while self.websocket.connected:
                frame = self.websocket.receive(timeout=_TICK)
                if frame is None:
                    _ = self.service.time  # what is due happens now
                else:
                    self._hear(frame)
        except ConnectionClosed:
            pass
        finally:
            if self._following is not None:
                self.service.unfollow(self._following)
            self.leave(_NORMAL, "")
            writer.join()
            self.websocket.thread.join(_FAREWELL_SECONDS)  # until the client has closed its side too
            self.connection.end()

    def leave(self, code: int, message: str) -> None:
        """Have the websocket closed."""
        self._farewell = self._farewell or _Farewell(code, message)
        self._waiting.put(self._farewell)

    # ------------------------------------------------------------------------------------------------------- reading

    def _hear(self, frame: str | bytes) -> None:
        told = _first_object(frame)
        topic = told.get("topic")
        if topic == SUBSCRIBE:
            answer = self._subscribe(told.get("content"))
        elif topic == HEARTBEAT:
            answer = {"topic": HEARTBEAT}
        elif topic == PING:
            answer = {"topic": PING, "statusCode": 200, "statusContent": "OK"}
        else:
            answer = {"message": f"expected JSON with a topic, one of {SUBSCRIBE}, {HEARTBEAT} and {PING}"}
        self._put(answer)

    def _subscribe(self, content: object) -> dict[str, Any]:
        topics = content.get("topics") if isinstance(content, dict) else None
        asked = topics if isinstance(topics, list) else []
        is_known = bool(asked) and all(each == CHAT for each in asked)
        if is_known and self._following is None:
            try:
                self._following = self.service.follow(self.connection_token, self._deliver)
            except RuleForbids:
                is_known = False
        return {"topic": SUBSCRIBE, "content": {"status": "success" if is_known else "failure", "topics": asked}}

    # ------------------------------------------------------------------------------------------------------- writing

    def _deliver(self, item: dict[str, Any]) -> None:
        if not self._put({"topic": CHAT, "contentType": "application/json", "content": item}):
            raise _TooSlow  # and the service tells it nothing more

    def _put(self, frame: dict[str, Any]) -> bool:
        """Have a frame written when its turn comes; whoever reads too slowly is let go of."""
        if self._waiting.qsize() >= _MOST_WAITING:
            self.leave(_POLICY, f"too slow: {_MOST_WAITING:,} frames wait")
            return False
        self._waiting.put(frame)
        return True

    def _write(self) -> None:
        try:
            while self._farewell is None or self._farewell.code != _POLICY:
                frame = self._waiting.get()
                if isinstance(frame, _Farewell):
                    break
                if frame.get("topic") == CHAT:
                    time.sleep(_SCAN_SECONDS if frame["content"].get("Type") == "ATTACHMENT" else 0)
                    frame = {**frame, "content": json.dumps(frame["content"])}
                self.websocket.send(json.dumps(frame))
        except (ConnectionClosed, OSError):
            if self.connection.is_stuck:
                self._farewell = _Farewell(_POLICY, f"too slow: nothing was read for {_PATIENCE:g} seconds")
        farewell = self._farewell or _Farewell(_NORMAL, "")
        if farewell.code == _POLICY:
            _log.warning("rehydration let go of a websocket client that does not read (%s)", farewell.message)
        with suppress(ConnectionClosed, OSError):
            self.websocket.close(farewell.code, farewell.message)
        self.websocket.connected = False


def _first_object(frame: str | bytes) -> dict[str, Any]:
    """Read the first JSON value of a frame, whatever follows it: one SDK ends its subscription with a bracket."""
    try:
        text = frame if isinstance(frame, str) else frame.decode()
        read, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


class _Whole:
    """A connection to which whole frames are written, one by one, in limited time: simple-websocket has no lock."""

    def __init__(self, connection: socket.socket) -> None:
        """Write to a connection that others open and close."""
        self.is_stuck = False
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, frame: bytes) -> int:
        """Write a frame.

        :raises OSError: it could not be written, or not in time; then nothing more can be.
        """
        with self._lock:
            if self.is_stuck:
                raise BrokenPipeError
            end, rest = time.monotonic() + _PATIENCE, memoryview(frame)
            while rest:
                if not _is_writable(self._connection, end - time.monotonic()):
                    self.is_stuck = True
                    raise TimeoutError
                with suppress(BlockingIOError):
                    rest = rest[self._connection.send(rest, _DO_NOT_WAIT) :]
        return len(frame)

    def recv(self, size: int) -> bytes:
        """Read what is there."""
        return self._connection.recv(size)

    def fileno(self) -> int:
        """Name the connection for a selector."""
        return self._connection.fileno()

    def close(self) -> None:
        """Leave it open: the server closes it, when both threads are done."""

    def end(self) -> None:
        """Say that nothing more is written or read, which ends whoever waits for more."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


_DO_NOT_WAIT: Final = getattr(socket, "MSG_DONTWAIT", 0)


def _is_writable(connection: socket.socket, seconds: float) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([], [connection], [], max(seconds, 0))[1])
    poll = select.poll()
    poll.register(connection, select.POLLOUT)
    return bool(poll.poll(max(seconds, 0) * 1000))
