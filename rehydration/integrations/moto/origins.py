"""Who may use the control URLs: programs, and pages that this server gave out itself or that were allowed.

A browser sends what any page asks of it. So that a page of another origin plants no contacts and reads no graph by
accident, here belongs which ``Origin`` and which ``Host`` of a request is known, and what a browser is told about it.
What is asked is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from rehydration.errors import InvalidArgument
from rehydration.integrations.moto.control_answers import ControlRefused

ANY: Final = "*"
"""What allows every origin and every host."""

_PREFLIGHT_SECONDS: Final = 600
_AN_ORIGIN: Final = f"an origin such as http://localhost:3000, null for pages without one, or {ANY}"
_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


def _split(origin: str) -> SplitResult | None:
    """Split an origin; None where it is none."""
    try:
        parts = urlsplit(origin)
        is_one = parts.scheme in _DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_one and not (parts.path or parts.query or parts.fragment or "@" in parts.netloc) else None


def _normal(origin: str) -> str:
    """Write an origin as browsers do: in lower case, without the port that its scheme has anyway."""
    parts = _split(origin)
    if parts is None:
        return origin
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _checked(origins: Iterable[str]) -> frozenset[str]:
    named = [each.removesuffix("/") if isinstance(each, str) else each for each in origins]
    for each in named:
        if not isinstance(each, str) or (each not in (ANY, "null") and _split(each) is None):
            raise InvalidArgument("an allowed origin", each, _AN_ORIGIN)
    return frozenset(map(_normal, named))


@frozen
class Origins:
    """The origins that are allowed besides the server's own.

    An allowed origin also allows its host and port as the ``Host`` of a request, for servers that are called by a name.

    :raises InvalidArgument: one of them is no origin.
    """

    allowed: frozenset[str] = field(default=frozenset(), converter=_checked)

    def check(self, environ: Mapping[str, Any], *, neighbours: bool = False) -> None:
        """Check whether a request comes from somewhere known; ``neighbours`` lets all pages of this machine ask.

        :raises ControlRefused: it does not.
        """
        host, origin = environ.get("HTTP_HOST"), environ.get("HTTP_ORIGIN")
        if host and not self._knows_host(host, environ):
            raise _refused(f"the Host {host!r} is none of this server's", f"http://{host}")
        if origin and not self._knows_origin(origin, environ, neighbours=neighbours):
            raise _refused(f"pages of the origin {origin!r} may not use this control URL", origin)

    def _knows_host(self, host: str, environ: Mapping[str, Any]) -> bool:
        """Tell whether a host is a loopback name, the address that the request came to, or allowed.

        A foreign name that leads here is how a page of another site would make this server its own.
        """
        parts = _split(f"http://{host}")
        if parts is None:
            return False
        named = {_normal(f"{scheme}://{host}") for scheme in _DEFAULT_PORTS}
        return ANY in self.allowed or bool(named & self.allowed) or _is_own(parts.hostname or "", environ)

    def _knows_origin(self, origin: str, environ: Mapping[str, Any], *, neighbours: bool) -> bool:
        normal = _normal(origin)
        own = _normal(f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}")
        if normal == own or normal in self.allowed or ANY in self.allowed:
            return True
        parts = _split(origin)
        return neighbours and parts is not None and is_loopback(parts.hostname or "")

    def headers(self, environ: Mapping[str, Any], *, methods: Iterable[str] = ()) -> dict[str, str]:
        """Tell a browser that a page of the request's origin, which was checked, may read the answer.

        ``methods`` are told to who asks first whether it may.
        """
        origin = environ.get("HTTP_ORIGIN")
        told = {"Access-Control-Allow-Origin": origin or ANY, "Vary": "Origin"}
        if not methods:
            return told
        asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "Content-Type")
        return told | {
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": asked,
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        }


def _refused(what: str, origin: str) -> ControlRefused:
    return ControlRefused("AccessDenied", 403, f"{what}; start the server with --allow-origin {origin} to allow it")


def _is_own(name: str, environ: Mapping[str, Any]) -> bool:
    address = _address(name)
    if address is None:
        return is_loopback(name)
    connection = environ.get("werkzeug.socket")
    here = None if connection is None else _address(str(connection.getsockname()[0]))
    return address.is_loopback or address.is_unspecified or address == here


def is_loopback(name: str) -> bool:
    """Tell whether a host is this machine, by name or by address."""
    address = _address(name)
    if address is not None:
        return address.is_loopback
    return name == "localhost" or name.endswith(".localhost")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
