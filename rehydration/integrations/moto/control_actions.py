"""What each control URL does.

Here belongs the table of paths and methods, and from a body to a call of the service and to its answer:

- ``GET /_rehydration/``: the page, or the instances as JSON; ``POST`` makes an instance;
- ``GET /_rehydration/{InstanceId}``: the page for agents; below it
- ``contacts``: ``POST`` plants contact records as the reader takes them, a transcript file of S3, or a JSON object with
  ``Contacts`` and ``Transcripts``; ``GET`` tells the graph as JSON, Mermaid, DOT or SVG;
- ``chats``: ``GET`` tells the chats, and with ``?ContactId=`` what one of them shows;
- ``start-chat``: ``POST`` starts a chat, as the lambda of Amazon Connect's examples for front ends does;
- ``join``, ``say``, ``leave``, ``transfer``, ``disconnect-flow``, ``end-disconnect-flow``, ``stop``, ``settings`` and
  ``advance``: ``POST`` of a JSON object each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from werkzeug.wrappers import Request, Response

from rehydration.errors import RehydrationError
from rehydration.integrations.moto.chats import service_anywhere
from rehydration.integrations.moto.control_answers import ControlRefused, json_answer, told_of
from rehydration.integrations.moto.control_bodies import any_object_of, history_of, object_of
from rehydration.integrations.moto.internals import instances_of_connect, make_instance
from rehydration.service.refusals import AnswerMalformed
from rehydration.service.state import A_DURATION, is_duration

if TYPE_CHECKING:
    from rehydration.service import ChatService

OPEN_TO_NEIGHBOURS: Final = frozenset({"start-chat"})
"""What pages of other origins of this machine may ask for: a front end that is developed on a port of its own."""

_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "mermaid": "text/vnd.mermaid",
    "dot": "text/vnd.graphviz",
    "svg": "image/svg+xml",
}
_HTML: Final = "text/html"
_SHOWN: Final[Mapping[str, str]] = {"DisplayName": "DisplayName", "Role": "ParticipantRole"}


@frozen
class Asked:
    """A request, and the instance that its path names."""

    request: Request
    instance_id: str

    @property
    def service(self) -> ChatService:
        """The service behind the instance.

        :raises ControlRefused: there is no such instance.
        """
        service = service_anywhere(self.instance_id)
        if service is None:
            problem = f"there is no instance {self.instance_id!r}; create it with create_instance"
            raise ControlRefused("ResourceNotFoundException", 404, problem)
        return service

    def object(self, needed: Mapping[str, type], optional: Mapping[str, type]) -> dict[str, Any]:
        """Read the body as a JSON object with these members and no others."""
        return object_of(self.body, needed, optional)

    @property
    def body(self) -> bytes:
        """The body; a length that is no number would be taken for 0."""
        length = self.request.environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise ControlRefused("InvalidArgument", 400, f"Content-Length is {length!r}: expected a number")
        return self.request.get_data()


Action = Callable[[Asked], Response]


# ---------------------------------------------------------------------------------------- the page, and what it shows


def _page(asked: Asked) -> Response:
    from rehydration.integrations.moto.desk import page  # noqa: PLC0415  # only who looks at it waits for it

    if asked.instance_id:
        asked.service  # noqa: B018  # there is no page of an instance that is not there
    text, policy = page()
    return Response(text, headers={"Content-Security-Policy": policy}, content_type=f"{_HTML}; charset=utf-8")


def _root(asked: Asked) -> Response:
    if asked.request.accept_mimetypes.best_match([_HTML, _MEDIA_TYPES["json"]], default=_HTML) == _HTML:
        return _page(asked)
    return json_answer({"InstanceIds": [each.instance_id for each in instances_of_connect()]})


def _make_instance(asked: Asked) -> Response:
    if asked.body:
        asked.object({}, {})
    return json_answer({"InstanceId": make_instance()})


def _chats(asked: Asked) -> Response:
    contact_id = asked.request.args.get("ContactId")
    return json_answer({"Chats": asked.service.chats()} if contact_id is None else asked.service.seen(contact_id))


# ---------------------------------------------------------------------------------------------------------- histories


def _seed(asked: Asked) -> Response:
    service = asked.service
    contacts, transcripts = history_of(asked.body)
    return json_answer(service.seed(contacts, transcripts))


def _show(asked: Asked) -> Response:
    from rehydration.integrations.moto.control_graph import graph_json  # noqa: PLC0415  # as above
    from rehydration.render import graph_dot, graph_mermaid, graph_svg  # noqa: PLC0415  # only who asks for a picture waits for it

    service = asked.service
    form = asked.request.args.get("format") or _accepted(asked.request)
    if form not in _MEDIA_TYPES:
        raise ControlRefused("InvalidArgument", 400, f"format is {form!r}: expected {', '.join(_MEDIA_TYPES)}")
    if form == "json":
        return json_answer(graph_json(service.instance_id, service.graph, service.attributes))
    draw = {"dot": graph_dot, "mermaid": graph_mermaid, "svg": graph_svg}[form]
    return Response(draw(service.graph, full=True), content_type=f"{_MEDIA_TYPES[form]}; charset=utf-8")


def _accepted(request: Request) -> str:
    best = request.accept_mimetypes.best_match(list(_MEDIA_TYPES.values()), default=_MEDIA_TYPES["json"])
    return next(form for form, media_type in _MEDIA_TYPES.items() if media_type == best)


# ---------------------------------------------------------------------------------------------------- agents and flows


def _join(asked: Asked) -> Response:
    service = asked.service
    given = asked.object({"ContactId": str}, {"DisplayName": str, "Role": str})
    return json_answer(service.join(given["ContactId"], **_named(given)))


def _leave(asked: Asked) -> Response:
    service = asked.service
    given = asked.object({"ContactId": str}, {"DisplayName": str})
    service.leave(given["ContactId"], given.get("DisplayName"))
    return json_answer({})


def _say(asked: Asked) -> Response:
    service = asked.service
    optional = ("Content", "ContentType", "DisplayName", "Role")
    given = asked.object({"ContactId": str}, dict.fromkeys(optional, str))
    further = {"content_type": given["ContentType"]} if "ContentType" in given else {}
    return json_answer(service.say(given["ContactId"], given.get("Content"), **further, **_named(given)))


def _transfer(asked: Asked) -> Response:
    service = asked.service
    given = asked.object({"ContactId": str}, {"DisplayName": str, "Queue": bool})
    if given.pop("Queue", False):
        return json_answer(service.queue_transfer(given["ContactId"]))
    return json_answer(service.transfer(given["ContactId"], **_named(given)))


def _run_disconnect_flow(asked: Asked) -> Response:
    service = asked.service
    return json_answer(service.run_disconnect_flow(asked.object({"ContactId": str}, {})["ContactId"]))


def _end_disconnect_flow(asked: Asked) -> Response:
    service = asked.service
    service.end_disconnect_flow(asked.object({"ContactId": str}, {})["ContactId"])
    return json_answer({})


def _stop(asked: Asked) -> Response:
    service = asked.service
    given = asked.object({"ContactId": str}, {})
    return json_answer(service.call("StopContact", {"InstanceId": service.instance_id, **given}))


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """Take the name and the role of somebody, if a transcript can show them: it will."""
    from rehydration.service import botocore_schema  # noqa: PLC0415  # needs what it validates with

    shown = {_SHOWN[member]: value for member, value in given.items() if member in _SHOWN}
    try:
        botocore_schema().check_answer("GetTranscript", {"Transcript": [shown]})
    except AnswerMalformed as fault:
        problem = "; ".join(fault.problems).replace("Transcript[0].", "").replace("ParticipantRole", "Role")
        raise ControlRefused("InvalidArgument", 400, problem) from None
    names = {"DisplayName": "display_name", "Role": "role"}
    return {names[member]: value for member, value in given.items() if member in names}


def _configure(asked: Asked) -> Response:
    """Have disconnect flows begin by themselves, rehydrations go on for a while, or contacts be forgotten."""
    service = asked.service
    optional = {"DisconnectFlow": bool, "ContactFlowId": str, "EndsAfter": float}
    given = asked.object({}, {**optional, "RehydrationDelay": float, "Retention": bool})
    if "DisconnectFlow" in given:
        flow, runs, seconds = given.get("ContactFlowId"), given["DisconnectFlow"], given.get("EndsAfter")
        service.set_disconnect_flow(flow, runs=runs, seconds=seconds)
    elif given.keys() & optional.keys():
        raise ControlRefused("InvalidArgument", 400, "DisconnectFlow is missing: expected true or false")
    delay = given.get("RehydrationDelay")
    if delay is not None and not is_duration(delay):
        raise ControlRefused("InvalidArgument", 400, f"RehydrationDelay is {delay}: expected {A_DURATION}")
    service.configure(
        rehydration_delay=None if delay is None else timedelta(seconds=delay), retention=given.get("Retention")
    )
    return json_answer({})


def _advance(asked: Asked) -> Response:
    service = asked.service
    seconds = asked.object({"Seconds": float}, {})["Seconds"]
    try:
        by = timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        by = timedelta(-1)
    if by < timedelta():
        raise ControlRefused("InvalidArgument", 400, f"Seconds is {seconds}: expected how far the clock is to go on")
    service.advance(by)
    return json_answer({"Time": service.time.isoformat()})


# ------------------------------------------------------------------------------------------------- a front end's door


_FLOW: Final = "any"
_MARKDOWN: Final = "text/markdown"


def _start_chat(asked: Asked) -> Response:
    """Start a chat as the lambda does that Amazon Connect's examples put before StartChatContact.

    Source: https://github.com/amazon-connect/amazon-connect-chat-ui-examples, the folder startChatContactAPI
    """
    service = asked.service
    given = _filled(any_object_of(asked.body), service.instance_id)
    try:
        began = service.call("StartChatContact", given)
    except RehydrationError as fault:
        told = told_of(fault)
        return json_answer({**told, "data": {"Error": {**told, "statusCode": fault.status}}}, fault.status or 400)
    permissions = {"ATTACHMENTS": True}
    types = given.get("SupportedMessagingContentTypes")
    if types:
        permissions["MESSAGING_MARKDOWN"] = _MARKDOWN in types
    return json_answer({"data": {"startChatResult": began, "featurePermissions": permissions}})


def _filled(given: dict[str, Any], instance_id: str) -> dict[str, Any]:
    """Fill in what the lambda does: the instance, the flow, and the customer's name as an attribute."""
    asked = {name: value for name, value in given.items() if value and name != "Username"}  # the chat interface's own
    persistent, details = asked.get("PersistentChat"), asked.get("ParticipantDetails")
    if isinstance(persistent, dict) and not any(persistent.values()):
        del asked["PersistentChat"]
    attributes = asked.get("Attributes", {})
    if isinstance(attributes, dict) and isinstance(details, dict):
        attributes = {"customerName": details.get("DisplayName"), **attributes}
    return {"InstanceId": instance_id, "ContactFlowId": _FLOW, **asked, "Attributes": attributes}


ROOT: Final[Mapping[str, Action]] = {"GET": _root, "POST": _make_instance}
"""Method → what it does where no instance is named."""

ACTIONS: Final[Mapping[tuple[str, str], Action]] = {
    ("", "GET"): _page,
    ("contacts", "GET"): _show,
    ("contacts", "POST"): _seed,
    ("chats", "GET"): _chats,
    ("start-chat", "POST"): _start_chat,
    ("join", "POST"): _join,
    ("say", "POST"): _say,
    ("leave", "POST"): _leave,
    ("transfer", "POST"): _transfer,
    ("disconnect-flow", "POST"): _run_disconnect_flow,
    ("end-disconnect-flow", "POST"): _end_disconnect_flow,
    ("stop", "POST"): _stop,
    ("settings", "POST"): _configure,
    ("advance", "POST"): _advance,
}
"""Last part of the path, and method → what it does."""
