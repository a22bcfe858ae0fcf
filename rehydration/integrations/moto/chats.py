"""From a request to the chat service that answers it.

Here belongs which service that is: by instance for the operations of Amazon Connect, by token for those of
participants, who name neither account nor region nor instance. Services are made when they are first asked for, and
not before is anything imported that they need.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rehydration.integrations.moto.attachments import ADDRESSED, addressed, counter, is_over
from rehydration.integrations.moto.faults import NoSuchInstance
from rehydration.integrations.moto.internals import (
    Caller,
    Place,
    instance_at,
    instances_of_connect,
    new_id,
    request_id,
    watch_storage,
)
from rehydration.integrations.moto.sockets import with_address
from rehydration.service.faults import PARTICIPANT_OPERATIONS, answering, internal_code
from rehydration.service.refusals import InstanceNotFound, TokenNotAccepted
from rehydration.service.schema import botocore_schema
from rehydration.service.wire import Operation, Request, Response, refused, respond

if TYPE_CHECKING:
    from rehydration.service import ChatService

_log: Final = logging.getLogger(__name__)
_making: Final = threading.Lock()


def answer(operation: Operation, request: Request, caller: Caller) -> Response:
    """Answer a request. What goes wrong that is no refusal is a fault of ours, and is shown as one.

    In process it is raised where the client called; a server says so with the code that the operation has for it.
    """
    try:
        return respond(request, partial(_asked, caller), request_id())
    except Exception as fault:
        if not caller.is_over_http:
            raise
        _log.exception("rehydration could not answer %s", operation.name)
        told = f"a fault of rehydration: {type(fault).__name__}: {fault}"
        return refused(internal_code(operation.name), 500, told, request_id())


def _asked(caller: Caller, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    service = _service_of(caller, operation, parameters)
    if service is not None:
        answer = with_address(service.call(operation, parameters), caller.websocket_url)
        if operation in ADDRESSED:
            watch_storage(partial(is_over, time_of=_time_of))
            answer = addressed(answer, parameters, service, caller.origin)
        return answer
    with answering(operation):  # nobody can be asked: the request is malformed, or there is no such instance or token
        botocore_schema().check_parameters(operation, parameters)
        raise TokenNotAccepted if operation in PARTICIPANT_OPERATIONS else InstanceNotFound(parameters["InstanceId"])


def _service_of(caller: Caller, operation: str, parameters: dict[str, Any]) -> ChatService | None:
    if operation in PARTICIPANT_OPERATIONS:
        token = parameters.get("ParticipantToken", parameters.get("ConnectionToken"))
        return service_with(token, caller.region_name if caller.is_region_named else None)
    instance_id = parameters.get("InstanceId")
    place = instance_at(caller.account_id, caller.region_name, instance_id) if isinstance(instance_id, str) else None
    return None if place is None else service_at(place)


def service_at(place: Place) -> ChatService:
    """Give the service behind an instance; the first who asks makes it."""
    from rehydration.service import ChatService  # noqa: PLC0415  # nobody waits for it who has no chats

    with _making:
        service = place.service
        if service is None:
            service = ChatService(
                place.instance_id,
                new_id=new_id,
                now=_now,
                region_name=place.region_name,
                account_id=place.account_id,
                stored=counter(place),
            )
            place.put(service)
    return service  # type: ignore[no-any-return]


def _time_of(instance_id: str) -> dt.datetime | None:
    service = service_anywhere(instance_id)
    return None if service is None else service.time


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # looked up at each call, so that it can be frozen


def service_with(token: object, region_name: str | None) -> ChatService | None:
    """Find the service that gave a token out, of one region or of all."""
    for place in instances_of_connect():
        service = place.service
        if service is None or region_name not in (None, place.region_name) or not isinstance(token, str):
            continue
        if service.has_participant_token(token):
            return service  # type: ignore[no-any-return]
    return None


def websocket_with(token: str) -> tuple[ChatService, str] | None:
    """Find the service that gave out the token of a websocket, and the connection token that it is for.

    :raises RuleForbids: it is too late to open it, or the connection is not good any more.
    """
    for place in instances_of_connect():
        service = place.service
        connection_token = None if service is None else service.websocket_connection(token)
        if connection_token is not None:
            return service, connection_token
    return None


def service_named(instance_id: str, region_name: str, account_id: str) -> ChatService:
    """Give the service behind an instance.

    :raises NoSuchInstance: moto has no such instance there.
    """
    are_text = all(isinstance(each, str) for each in (instance_id, region_name, account_id))
    place = instance_at(account_id, region_name, instance_id) if are_text else None
    if place is None:
        raise NoSuchInstance(instance_id, region_name, account_id)
    return service_at(place)


def service_anywhere(instance_id: str) -> ChatService | None:
    """Give the service behind an instance, whichever account and region has it."""
    for place in instances_of_connect():
        if place.instance_id == instance_id:
            return service_at(place)
    return None
