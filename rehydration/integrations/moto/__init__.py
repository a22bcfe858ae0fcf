"""Persistent chat for moto: its ``connect`` gets the chat operations, and ``connectparticipant`` comes to be.

Here belongs the switch. Nothing happens at import. Once :func:`install` was called, boto3 under ``mock_aws`` and any
client of moto's server can start chats, take part in them and continue them on the instances that moto's own
``create_instance`` made; :func:`service_for` hands a test the service behind one, for what agents and flows do.

- ``internals``: all that is touched of moto's insides; ``chats``: which service answers a request;
- ``sockets``: what a server's clients are told as it happens;
- ``faults``: what can be wrong with all this;
- ``server``, ``control``, ``control_bodies``, ``control_graph``: ``rehydration serve`` and its control URLs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from rehydration.integrations.moto.faults import MotoNotSupported, NoSuchInstance, NotInstalled

if TYPE_CHECKING:
    from rehydration.service import ChatService

__all__ = ["MotoNotSupported", "NoSuchInstance", "NotInstalled", "install", "installed", "service_for", "uninstall"]


class _Switch:
    """How often it was switched on, and what is in moto since the first time."""

    def __init__(self) -> None:
        self.lock: Final = threading.Lock()
        self.times = 0
        self.extension: Any = None


_switch: Final = _Switch()


def install() -> None:
    """Extend moto. Calls are counted: it stays extended until :func:`uninstall` was called as often.

    A server that runs already is extended too.

    :raises MotoNotSupported: moto is not there, or not built as this needs it; nothing has changed then.
    """
    with _switch.lock:
        if _switch.times == 0:
            _switch.extension = _extended()
        _switch.times += 1


def _extended() -> Any:  # noqa: ANN401  # what holds it needs moto
    try:
        from rehydration.integrations.moto import internals  # noqa: PLC0415  # needs moto
    except ImportError as problem:
        raise MotoNotSupported(_version(), (str(problem),)) from problem
    from rehydration.integrations.moto.chats import answer, websocket_with  # noqa: PLC0415
    from rehydration.integrations.moto.sockets import Sockets  # noqa: PLC0415

    internals.check()
    extension = internals.Extension(answer, Sockets(websocket_with, internals.request_id))
    extension.put_in()
    return extension


def _version() -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("moto")
    except PackageNotFoundError:
        return None


def uninstall() -> None:
    """Leave moto as it was before the first :func:`install`, once this was called as often; chats are forgotten.

    Where nothing is installed nothing happens.
    """
    with _switch.lock:
        if _switch.times == 1:
            _switch.extension.take_out()
            _switch.extension = None
        _switch.times = max(0, _switch.times - 1)


@contextmanager
def installed() -> Iterator[None]:
    """Extend moto for a while.

    :raises MotoNotSupported: as :func:`install`.
    """
    install()
    try:
        yield
    finally:
        uninstall()


def service_for(instance_id: str, *, region_name: str = "us-east-1", account_id: str = "123456789012") -> ChatService:
    """Give the service behind an instance: to seed, to transfer, to run a flow, to advance, to look.

    It is the same service until the instance is deleted, or moto is reset.

    :raises NotInstalled: moto was not extended.
    :raises NoSuchInstance: moto has no such instance there.
    """
    if _switch.times == 0:
        raise NotInstalled
    from rehydration.integrations.moto.chats import service_named  # noqa: PLC0415  # needs moto

    return service_named(instance_id, region_name, account_id)
