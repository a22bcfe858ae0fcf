"""The control URLs of a server: what agents, flows and a history do, which no public API can.

Here belongs a WSGI application in front of moto's: it answers what is under ``/_rehydration/`` and hands the rest on.
``/_rehydration/{InstanceId}`` is a page for agents, and ``/_rehydration/`` leads there. Below it are the URLs that
``control_actions`` lists, each with a preflight for browsers. ``origins`` says which pages may use them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import unquote

from attrs import frozen
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from rehydration.errors import RehydrationError
from rehydration.integrations.moto.control_actions import ACTIONS, OPEN_TO_NEIGHBOURS, ROOT, Asked
from rehydration.integrations.moto.control_answers import ControlRefused, json_answer, refused
from rehydration.integrations.moto.internals import raw_path
from rehydration.integrations.moto.origins import Origins

PREFIX: Final = "/_rehydration/"

_log: Final = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@frozen
class Control:
    """The control URLs, in front of another application; ``origins`` are the foreign pages that may use them."""

    behind: Wsgi
    origins: Origins = Origins()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401  # as WSGI has it
        """Answer a request, or hand it on."""
        path = raw_path(environ)
        if not f"{path}/".startswith(PREFIX):
            return self.behind(environ, start_response)
        named, _, action = path.removeprefix(PREFIX[:-1]).strip("/").partition("/")
        return self._answered(Request(environ), named, action)(environ, start_response)

    def _answered(self, request: Request, named: str, action: str) -> Response:
        try:
            self.origins.check(request.environ, neighbours=action in OPEN_TO_NEIGHBOURS)
        except ControlRefused as fault:
            return refused(fault)
        try:
            answer = self._asked(request, named, action)
        except (RehydrationError, HTTPException) as fault:
            answer = refused(fault)
        except Exception as fault:  # noqa: BLE001  # a server must answer, whatever happens
            _log.exception("rehydration could not answer %s", request.path)
            answer = json_answer({"code": "InternalError", "message": f"{type(fault).__name__}: {fault}"}, 500)
        answer.headers.update(self.origins.headers(request.environ))
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _asked(self, request: Request, named: str, action: str) -> Response:
        """Do what a method asks for at a path, for the instance that the path names."""
        ways = {method: do for (at, method), do in ACTIONS.items() if at == action} if named else ROOT
        if not ways:
            known = dict.fromkeys(f"{PREFIX}{{InstanceId}}/{at}".rstrip("/") for at, _ in ACTIONS)
            raise ControlRefused("NotFound", 404, f"there is no such path; there are {', '.join((PREFIX, *known))}")
        if request.method == "OPTIONS":
            told = self.origins.headers(request.environ, methods=ways)
            return Response(status=204, headers={"Allow": ", ".join(ways), **told})
        do = ways.get("GET" if request.method == "HEAD" else request.method)
        if do is None:
            allowed = ", ".join(ways)
            raise ControlRefused("MethodNotAllowed", 405, f"it takes {allowed}", allowed)
        return do(Asked(request, unquote(named)))
