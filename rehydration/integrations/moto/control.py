"""The control URLs of a server: what agents, flows and a history do, which no public API can.

Here belongs a WSGI application in front of moto's: it answers what is under ``/_rehydration/`` and hands the rest on.

- ``POST /_rehydration/{InstanceId}/contacts``: contact records as the reader takes them, or a JSON object with
  ``Contacts`` and ``Transcripts``; ``GET``: the graph as JSON, Mermaid or DOT;
- ``POST .../transfer``, ``.../disconnect-flow``, ``.../join``, ``.../advance``: a JSON object each.

A refusal is a JSON object with ``code``, ``message`` and, where one forbids it, the ``rule``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import frozen
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from rehydration.errors import AnswerMalformed, ContradictoryRecords, InvalidInput, RehydrationError, RuleForbids
from rehydration.integrations.moto.chats import service_anywhere
from rehydration.integrations.moto.control_bodies import history_of, object_of
from rehydration.integrations.moto.internals import raw_path

if TYPE_CHECKING:
    from rehydration.service import ChatService

PREFIX: Final = "/_rehydration/"

_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "mermaid": "text/vnd.mermaid",
    "dot": "text/vnd.graphviz",
    "svg": "image/svg+xml",
}
_SHOWN: Final[Mapping[str, str]] = {"DisplayName": "DisplayName", "Role": "ParticipantRole"}
_log: Final = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ControlRefused(InvalidInput):
    """A control request that cannot be answered."""

    def __init__(self, code: str, status: int, problem: str, allowed: str | None = None) -> None:
        """Take what is answered; ``allowed`` are the methods that there are."""
        super().__init__(problem)
        self.code: str | None = code
        self.status: int | None = status
        self.headers: Mapping[str, str] = {} if allowed is None else {"Allow": allowed}


@frozen
class Control:
    """The control URLs, in front of another application."""

    behind: Wsgi

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401  # as WSGI has it
        """Answer a request, or hand it on."""
        path = raw_path(environ)
        if not path.startswith(PREFIX):
            return self.behind(environ, start_response)
        return _answered(Request(environ), path)(environ, start_response)


def _answered(request: Request, path: str) -> Response:
    try:
        return _found(request.method, path)(request)
    except (RehydrationError, HTTPException) as fault:
        return _refused(fault)
    except Exception as fault:  # noqa: BLE001  # a server must answer, whatever happens
        _log.exception("rehydration could not answer %s", path)
        return _json({"code": "InternalError", "message": f"{type(fault).__name__}: {fault}"}, 500)


def _found(method: str, path: str) -> Callable[[Request], Response]:
    """Find what answers a method and a path, for the instance that the path names."""
    named, _, action = path.removeprefix(PREFIX).rstrip("/").partition("/")
    known = {at: do for (at, _), do in _ACTIONS.items()}
    if action not in known:
        known_paths = ", ".join(f"{PREFIX}{{InstanceId}}/{at}" for at in known)
        raise ControlRefused("NotFound", 404, f"there is no such path; there are {known_paths}")
    do = _ACTIONS.get((action, "GET" if method == "HEAD" else method))
    if do is None:
        allowed = ", ".join(way for at, way in _ACTIONS if at == action)
        raise ControlRefused("MethodNotAllowed", 405, f"it takes {allowed}", allowed)
    instance_id = unquote(named)
    service = service_anywhere(instance_id)
    if service is None:
        problem = f"there is no instance {instance_id!r}; create it with create_instance"
        raise ControlRefused("ResourceNotFoundException", 404, problem)
    return lambda request: do(service, request)


# ------------------------------------------------------------------------------------------------------- what is done


def _seed(service: ChatService, request: Request) -> Response:
    contacts, transcripts = history_of(_body(request))
    return _json(service.seed(contacts, transcripts))


def _show(service: ChatService, request: Request) -> Response:
    from rehydration.integrations.moto.control_graph import graph_json  # noqa: PLC0415  # needs networkx
    from rehydration.render import graph_dot, graph_mermaid, graph_svg  # noqa: PLC0415  # only who asks for a picture waits for it

    form = request.args.get("format") or _accepted(request)
    if form not in _MEDIA_TYPES:
        raise ControlRefused("InvalidArgument", 400, f"format is {form!r}: expected {', '.join(_MEDIA_TYPES)}")
    if form == "json":
        return _json(graph_json(service.instance_id, service.graph))
    draw = {"dot": graph_dot, "mermaid": graph_mermaid, "svg": graph_svg}[form]
    return Response(draw(service.graph, full=True), content_type=f"{_MEDIA_TYPES[form]}; charset=utf-8")


def _accepted(request: Request) -> str:
    best = request.accept_mimetypes.best_match(list(_MEDIA_TYPES.values()), default=_MEDIA_TYPES["json"])
    return next(form for form, media_type in _MEDIA_TYPES.items() if media_type == best)


def _transfer(service: ChatService, request: Request) -> Response:
    asked = object_of(_body(request), {"ContactId": str}, {"DisplayName": str, "Queue": bool})
    if asked.pop("Queue", False):
        return _json(service.queue_transfer(asked["ContactId"]))
    return _json(service.transfer(asked["ContactId"], **_named(asked)))


def _run_disconnect_flow(service: ChatService, request: Request) -> Response:
    asked = object_of(_body(request), {"ContactId": str}, {})
    return _json(service.run_disconnect_flow(asked["ContactId"]))


def _join(service: ChatService, request: Request) -> Response:
    asked = object_of(_body(request), {"ContactId": str}, {"DisplayName": str, "Role": str})
    return _json(service.join(asked["ContactId"], **_named(asked)))


def _named(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Take the name and the role of who joins, if a transcript can show them: it will."""
    from rehydration.service import botocore_schema  # noqa: PLC0415  # needs what it validates with

    shown = {_SHOWN[member]: value for member, value in asked.items() if member in _SHOWN}
    try:
        botocore_schema().check_answer("GetTranscript", {"Transcript": [shown]})
    except AnswerMalformed as fault:
        problem = "; ".join(fault.problems).replace("Transcript[0].", "").replace("ParticipantRole", "Role")
        raise ControlRefused("InvalidArgument", 400, problem) from None
    names = {"DisplayName": "display_name", "Role": "role"}
    return {names[member]: value for member, value in asked.items() if member in names}


def _advance(service: ChatService, request: Request) -> Response:
    seconds = object_of(_body(request), {"Seconds": float}, {})["Seconds"]
    try:
        by = timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        by = timedelta(-1)
    if by < timedelta():
        raise ControlRefused("InvalidArgument", 400, f"Seconds is {seconds}: expected how far the clock is to go on")
    service.advance(by)
    return _json({"Time": service.time.isoformat()})


def _body(request: Request) -> bytes:
    """Read the body; a length that is no number would be taken for 0."""
    length = request.environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise ControlRefused("InvalidArgument", 400, f"Content-Length is {length!r}: expected a number")
    return request.get_data()


_ACTIONS: Final[Mapping[tuple[str, str], Callable[[ChatService, Request], Response]]] = {
    ("contacts", "GET"): _show,
    ("contacts", "POST"): _seed,
    ("transfer", "POST"): _transfer,
    ("disconnect-flow", "POST"): _run_disconnect_flow,
    ("join", "POST"): _join,
    ("advance", "POST"): _advance,
}
"""Last part of the path, and method → what it does."""


# ----------------------------------------------------------------------------------------------------------- answers


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(f"{json.dumps(value)}\n", status, headers, content_type="application/json")


def _refused(fault: RehydrationError | HTTPException) -> Response:
    if isinstance(fault, HTTPException):
        return _json({"code": type(fault).__name__, "message": fault.description}, fault.code or 400)
    told = {"code": fault.code or type(fault).__name__, "message": str(fault)}
    rule = _rule(fault)
    headers = fault.headers if isinstance(fault, ControlRefused) else None
    return _json(told if rule is None else {**told, "rule": rule}, fault.status or 400, headers)


def _rule(fault: RehydrationError) -> str | None:
    if isinstance(fault, ContradictoryRecords):
        return next((each.rule for each in fault.contradictions), None)
    return fault.rule if isinstance(fault, RuleForbids) else None
