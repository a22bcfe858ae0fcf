"""Everything that is touched of moto's insides, and nothing else in this package touches any.

Here belongs what moto has no door for: our paths beside its own, a service that it does not have, a way past its
routes in server mode, and where its Amazon Connect instances are. :func:`check` looks whether all of it is there. What
is answered is not known here: a request is handed on as the service's wire has it, with who calls.

Why it is done this way:

- moto's server builds its routes once, at the first request, and decodes paths before it routes; so our requests are
  picked out before it looks for an application, and go to one of our own;
- moto takes for S3 what nobody signed, and raises where it has a path and not the operation; so what is asked of Amazon
  Connect is looked at first, and moto gets what it answers itself;
- a chat service is kept on moto's own object of the instance, so that it goes when the instance does, however it goes;
- moto reads a JSON body as a query string, and then finds actions and parameters in chat text; so it is kept from
  reading the body, and told which action it is.
"""

# ruff: noqa: SLF001, ANN401
# mypy: disable-error-code="misc, no-any-return"

from __future__ import annotations

import inspect
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from operator import attrgetter
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit
from uuid import uuid4

import moto
from attrs import frozen
from moto import backend_index
from moto.connect import models as connect_models
from moto.connect import responses as connect_responses
from moto.connect import urls as connect_urls
from moto.core import base_backend
from moto.core import utils as core_utils
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.moto_api import _internal
from werkzeug.exceptions import HTTPException

from rehydration.integrations.moto.faults import MotoNotSupported, NotInstalled
from rehydration.integrations.moto.signatures import signed_for
from rehydration.integrations.moto.sockets import PATH, Sockets
from rehydration.service.schema import CONNECT, PARTICIPANT
from rehydration.service.wire import (
    Operation,
    Request,
    Response,
    find,
    find_not_offered,
    is_path,
    path_of,
    refused,
    refused_as_malformed,
    unanswered,
)

_MODULE: Final = f"moto.{PARTICIPANT}"
_BACKENDS: Final = f"{PARTICIPANT}_backends"
_HOST: Final = r"https?://participant\.connect(?:-fips)?\.(.+)\.amazonaws\.com"
_OUR_HOSTS: Final = re.compile(r"(participant\.)?connect(-fips)?\.[^.]+\.amazonaws\.com")
_SERVICE: Final = "_rehydration_service"
_SERVER: Final = ("flask", "flask_cors")
_OWN: Final = "/participant/"
_TAGS: Final = "/tags/"
_SIGNING_NAME: Final = "execute-api"
_TOO_LATE: Final = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
_UNSIGNED: Final = "Missing Authentication Token: sign the request, as AWS's SDKs do; any keys will do here"


@frozen
class Caller:
    """Who calls: account and region as moto determines them, and whether the host names the region.

    ``origin`` is how the addresses of the server begin that was called, ``websocket_url`` how those of its websockets
    do; both are None where there is none.
    """

    account_id: str
    region_name: str
    is_region_named: bool
    is_over_http: bool
    origin: str | None
    websocket_url: str | None


Answer = Callable[[Operation, Request, Caller], Response]


# -------------------------------------------------------------------------------------------------------------- check


def check() -> None:
    """Look whether moto is built as this module needs it.

    :raises MotoNotSupported: it is not.
    """
    missing = tuple(what for what, is_there in _needed() if not is_there)
    if missing:
        raise MotoNotSupported(getattr(moto, "__version__", "of an unknown version"), missing)


def _needed() -> Iterator[tuple[str, bool]]:
    for owner, name, kind in (*_PARTS, *(_server_parts() if has_server() else ())):
        yield f"{owner.__name__} has no {name}", isinstance(_part(owner, name), kind)
    rows = getattr(backend_index, "backend_url_patterns", ())
    yield f"moto has a {PARTICIPANT} of its own", PARTICIPANT not in [row[0] for row in rows]
    yield "BaseResponse.setup_class has no use_raw_body", _has_parameter(BaseResponse, "setup_class", "use_raw_body")
    yield "ConnectBackend keeps no instances", _keeps_instances()


_PARTS: Final[tuple[tuple[Any, str, Any], ...]] = (
    (base_backend, "BackendDict._instances", list),
    (base_backend, "BaseBackend._url_module", property),
    (connect_models, "connect_backends", dict),
    (connect_models.ConnectBackend, "create_instance", Callable),
    (connect_urls, "url_paths", dict),
    (backend_index, "backend_url_patterns", list),
    (BaseResponse, "get_region_from_url", Callable),
    (BaseResponse, "get_current_account", Callable),
    (BaseResponse, "_authenticate_and_authorize_normal_action", Callable),
    (core_utils, "camelcase_to_underscores", Callable),
    (connect_responses, "ConnectResponse._dispatch", Callable),
    (_internal, "mock_random.uuid4", Callable),
)
"""What is touched of moto: in which module or class, by which name, and of what type."""


def _server_parts() -> Iterator[tuple[Any, str, Any]]:
    from moto.moto_server import werkzeug_app  # noqa: PLC0415  # needs flask

    yield werkzeug_app, "DomainDispatcherApplication.get_application", Callable
    yield werkzeug_app, "create_backend_app", Callable


def _part(owner: Any, name: str) -> Any:
    try:
        return attrgetter(name)(owner)
    except AttributeError:
        return None


def _keeps_instances() -> bool:
    try:
        return isinstance(connect_models.ConnectBackend("us-east-1", "123456789012").instances, dict)
    except (AttributeError, TypeError):
        return False


def _has_parameter(owner: type, method: str, parameter: str) -> bool:
    function = getattr(owner, method, None)
    return callable(function) and parameter in inspect.signature(function).parameters


def has_server() -> bool:
    """Tell whether moto can serve over HTTP here: ``moto[server]`` brings what that needs."""
    return all(find_spec(name) is not None for name in _SERVER)


# -------------------------------------------------------------------------------------- what is put in and taken out


class Extension:
    """What is put into moto, and how it is taken out again."""

    def __init__(self, answer: Answer, sockets: Sockets) -> None:
        """Prepare for answering with a function, and for opening websockets; nothing is put in yet."""
        self.answer = answer
        self.sockets = sockets
        self._row = (PARTICIPANT, re.compile(_HOST))
        self._backends: Any = base_backend.BackendDict(ParticipantBackend, PARTICIPANT)
        self._answer_as_moto: Any = None
        self._store: Any = None
        self._find_application: Any = None
        self._application: Any = None
        self._lock = threading.Lock()

    def put_in(self) -> None:
        """Make moto answer our operations, under ``mock_aws`` and in all its servers, running ones too."""
        ChatResponse.extension = self
        module = ModuleType(_MODULE, "Put in by rehydration.integrations.moto.")
        setattr(module, _BACKENDS, self._backends)
        sys.modules[_MODULE] = module
        connect_urls.url_paths.update(_EVERY_PATH)
        self._come_first()
        backend_index.backend_url_patterns.insert(0, self._row)
        if has_server():
            self._pick_out()

    def take_out(self) -> None:
        """Leave moto as it was; the chats of its instances are forgotten, and their websockets closed."""
        self.sockets.stop()
        if self._find_application is not None:
            _dispatcher().get_application = self._find_application
        backend_index.backend_url_patterns.remove(self._row)
        for path in _EVERY_PATH:
            del connect_urls.url_paths[path]
        _connect_response()._dispatch = self._answer_as_moto
        if self._store is not None:
            _storage_response().key_response = self._store
        sys.modules.pop(_MODULE, None)
        with base_backend.backend_lock:
            instances = base_backend.BackendDict._instances
            instances[:] = [each for each in instances if each is not self._backends]
        ChatResponse.extension = None
        for each in instances_of_connect():
            each.instance.__dict__.pop(_SERVICE, None)

    def _come_first(self) -> None:
        """Look at what is asked of Amazon Connect before moto does, which fails on what it does not know."""
        theirs = self._answer_as_moto = _connect_response()._dispatch

        def _dispatch(response: Any, request: Any, full_url: Any = None, headers: Any = None) -> Any:
            sent = _sent(request)
            operation = find_not_offered(sent.method, sent.path)
            malformed = None if operation is None else refused_as_malformed(operation, sent, request_id())
            if malformed is None and _is_motos(sent.method, sent.path):
                status, told, body = theirs(response, request, full_url, headers)
                return status, {"Content-Type": "application/json", **told}, body
            return _told(malformed) if malformed else ChatResponse()._dispatch(request, full_url, headers)

        _connect_response()._dispatch = _dispatch

    def watch_storage(self, is_over: Callable[[str], bool]) -> None:
        """Have moto's S3 refuse addresses that are not good any more, of which it takes no notice itself."""
        with self._lock:
            if self._store is not None:
                return
            theirs = self._store = _storage_response().key_response

        def key_response(response: Any, request: Any, full_url: Any, headers: Any) -> Any:
            if request.method != "OPTIONS" and is_over(full_url):
                return 403, {"Content-Type": "application/xml"}, _TOO_LATE
            return theirs(response, request, full_url, headers)

        _storage_response().key_response = key_response

    def _pick_out(self) -> None:
        """Have moto's servers hand our requests to an application of ours."""
        find = self._find_application = _dispatcher().get_application

        def get_application(dispatcher: Any, environ: dict[str, Any]) -> Any:
            if raw_path(environ).startswith(PATH):
                return self.sockets
            return self._serve if _is_ours(environ) else find(dispatcher, environ)

        _dispatcher().get_application = get_application

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer as a server, over moto's own kind of application: it sees one path, we read the one that was sent."""
        from moto.moto_server.werkzeug_app import create_backend_app  # noqa: PLC0415  # needs flask

        with self._lock:
            if self._application is None:
                self._application = create_backend_app(PARTICIPANT)  # type: ignore[arg-type]
        sent = {**environ, "PATH_INFO": "/", "SCRIPT_NAME": "", "RAW_URI": raw_uri(environ)}
        sent.pop("HTTP_CONTENT_ENCODING", None)  # the oldest moto unpacks, and fails on what is not packed
        if not _is_host(sent.get("HTTP_HOST")):  # older werkzeugs and motos fail on none, and on what no URL can hold
            sent["HTTP_HOST"] = "localhost"
        return self._application(sent, start_response)


def _connect_response() -> Any:
    return connect_responses.ConnectResponse


def _storage_response() -> Any:
    from moto.s3.responses import S3Response  # noqa: PLC0415  # most chats have no attachments

    return S3Response


def _dispatcher() -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: PLC0415  # needs flask

    return DomainDispatcherApplication


def _is_host(text: str | None) -> bool:
    try:
        return bool(text and urlsplit(f"http://{text}/"))
    except ValueError:
        return False


def _is_ours(environ: Mapping[str, Any]) -> bool:
    """Tell whether a server's request is for us: by what it was signed for, or else by its host or its path.

    Moto would take for S3 what nobody signed. It keeps what is in a bucket of that name.
    """
    method, path = environ["REQUEST_METHOD"], raw_path(environ)
    service = signed_for(environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", ""))
    if service == CONNECT:
        return not _is_motos(method, path)
    if path.startswith(_OWN):
        return service in (None, _SIGNING_NAME) or "HTTP_X_AMZ_BEARER" in environ
    if service is not None:
        return False
    is_for_us = _OUR_HOSTS.match(environ.get("HTTP_HOST", "")) or is_path(path)
    return bool(is_for_us) and not is_bucket(path.lstrip("/").partition("/")[0])


def _is_motos(method: str, path: str) -> bool:
    """Tell whether moto itself answers a request for Amazon Connect; it takes an ARN as it is."""
    whole = f"{_TAGS}{path.removeprefix(_TAGS).replace('/', '%2F')}" if path.startswith(_TAGS) else path
    operation = find_not_offered(method, whole)
    if operation is None:
        return False
    return hasattr(_connect_response(), core_utils.camelcase_to_underscores(operation.name))


def raw_uri(environ: Mapping[str, Any]) -> str:
    """Find the target of a request as it was sent; a server that does not tell it leaves only the decoded one."""
    sent = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    path = str(sent or quote(str(environ.get("PATH_INFO", "")).encode("latin-1", "replace"))).partition("?")[0]
    query = environ.get("QUERY_STRING")  # moto's requests that were never sent have it here alone
    return f"{path}?{query}" if query else path


def raw_path(environ: Mapping[str, Any]) -> str:
    """Find the path of a request as it was sent, still percent-encoded."""
    return path_of(raw_uri(environ))


class ParticipantBackend(base_backend.BaseBackend):
    """The service that moto does not have. It holds nothing: chats are with their instances."""

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=[_HOST], url_paths=_EVERY_PATH)

    @property
    def flask_paths(self) -> dict[str, Any]:
        """The one path that our application sees."""
        return {"/": ChatResponse.dispatch}


# ------------------------------------------------------------------------------------------------------- each request


class ChatResponse(BaseResponse):
    """Where moto hands a request over, and gets the answer."""

    extension: ClassVar[Extension | None] = None

    def _dispatch(self, request: Any, full_url: Any = None, headers: Any = None) -> Any:
        sent = _sent(request)
        if sent.method == "OPTIONS":
            return 200, {"Content-Type": "application/json"}, ""
        extension = self.extension
        operation = find(sent.method, sent.path)
        if not sent.path.startswith(_OWN) and signed_for(sent.headers.get("authorization", ""), sent.query) is None:
            return _told(refused("AccessDeniedException", 403, _UNSIGNED, request_id()))
        if extension is None or operation is None:
            return _told(unanswered(sent, request_id()))
        return _told(self._answered(extension, operation, sent, request, full_url, headers))

    def _answered(  # noqa: PLR0913  # what moto hands over
        self, extension: Extension, operation: Operation, sent: Request, request: Any, full_url: Any, headers: Any
    ) -> Response:
        self.service_name: str = operation.service
        self.operation = operation
        query = f"?{sent.query}" if sent.query else ""
        self.setup_class(request, f"{_origin(full_url or request.url)}{sent.path}{query}", headers, use_raw_body=True)
        try:
            if operation.service != PARTICIPANT:  # theirs are allowed by a token, not by IAM
                self._authenticate_and_authorize_normal_action()
        except HTTPException as fault:
            code = str(getattr(fault, "error_type", "AccessDenied"))
            code = "AccessDeniedException" if code == "AccessDenied" else code  # as the service models have it
            return refused(code, fault.code or 403, str(getattr(fault, "message", code)), request_id())
        return extension.answer(operation, sent, self._caller(extension, request))

    def _caller(self, extension: Extension, request: Any) -> Caller:
        is_over_http = bool(getattr(request, "environ", {}).get("SERVER_SOFTWARE"))
        websocket_url = extension.sockets.address(request.headers.get("Host")) if is_over_http else None
        named = self.region_regex.search(_origin(self.uri)) is not None
        origin = _origin(request.url) if is_over_http else None
        return Caller(self.current_account, self.region, named, is_over_http, origin, websocket_url)

    def _get_action(self) -> str:
        return self.operation.name

    def get_region_from_url(self, request: Any, full_url: str) -> str:
        """Determine the region as moto does, but not from an id in the path that looks like a host."""
        return super().get_region_from_url(request, _origin(full_url))


_EVERY_PATH: Final = {"{0}/": ChatResponse.dispatch}
"""What moto is told of our paths: it tries them in turn, and this one, the last, is the beginning of all."""


def _told(answered: Response) -> tuple[int, dict[str, str], bytes]:
    return answered.status, dict(answered.headers), answered.body


def _origin(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}"


def _sent(request: Any) -> Request:
    """Take over a request: one of a server, or one that was never sent, in the two forms that versions of moto have."""
    headers = {str(name): _text(value) for name, value in request.headers.items()}
    environ = getattr(request, "environ", None)
    if environ is not None:
        return Request(request.method, raw_uri(environ), headers, request.get_data(cache=True))
    body = request.body or b""
    return Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def new_id() -> str:
    """Make an id from moto's own source, which a seed makes repeatable."""
    return str(_internal.mock_random.uuid4())


def request_id() -> str:
    """Make the id of a request; it comes from elsewhere, so that a refused request draws nothing from moto's source."""
    return str(uuid4())


# ---------------------------------------------------------------------------------------------------------- instances


@frozen
class Place:
    """An Amazon Connect instance of moto's, and where it is."""

    account_id: str
    region_name: str
    instance_id: str
    instance: Any

    @property
    def service(self) -> Any:
        """The chat service that was put here, or None."""
        return self.instance.__dict__.get(_SERVICE)

    def put(self, service: object) -> None:
        """Put a chat service here; it goes when the instance goes."""
        self.instance.__dict__[_SERVICE] = service


def instances_of_connect() -> Iterator[Place]:
    """Go through all instances, of all accounts and regions; others may come and go meanwhile."""
    for account_id, regions in list(connect_models.connect_backends.items()):
        for region_name, backend in list(regions.items()):
            for instance_id, instance in list(backend.instances.items()):
                yield Place(account_id, region_name, instance_id, instance)


def instance_at(account_id: str, region_name: str, instance_id: str) -> Place | None:
    """Find an instance where it should be; to look for it makes no account and no region."""
    regions: Any = connect_models.connect_backends.get(account_id)
    backend = None if regions is None else regions.get(region_name)
    instance = None if backend is None else backend.instances.get(instance_id)
    return None if instance is None else Place(account_id, region_name, instance_id, instance)


def make_instance() -> str:
    """Make an instance as an account has its first one, in moto's own account and the region that AWS began with."""
    account_id = os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
    backend = connect_models.connect_backends[account_id]["us-east-1"]
    return str(
        backend.create_instance("CONNECT_MANAGED", inbound_calls_enabled=True, outbound_calls_enabled=True)["Id"]
    )


# ----------------------------------------------------------------------------------------------------------------- S3


def watch_storage(is_over: Callable[[str], bool]) -> None:
    """Have moto's S3 refuse addresses that are not good any more, as long as moto is extended."""
    if ChatResponse.extension is not None:
        ChatResponse.extension.watch_storage(is_over)


def make_bucket(account_id: str, region_name: str, name: str) -> None:
    """Make a bucket that browsers may use, unless it is there."""
    backend = _s3(account_id, region_name)
    if name not in backend.buckets:
        backend.create_bucket(name, region_name)
        everything = {"AllowedMethod": ["GET", "HEAD", "PUT"], "AllowedOrigin": "*", "AllowedHeader": "*"}
        backend.put_bucket_cors(name, [everything])


def is_bucket(name: str) -> bool:
    """Tell whether some account has a bucket of that name."""
    models: Any = sys.modules.get("moto.s3.models")
    accounts = () if models is None else list(models.s3_backends.values())
    return any(name in backend.buckets for partitions in accounts for backend in list(partitions.values()))


def object_size(account_id: str, region_name: str, bucket: str, key: str) -> int | None:
    """Count the bytes of an object; None if there is none."""
    found = _s3(account_id, region_name).buckets.get(bucket)
    kept = None if found is None else found.keys.get(key)
    return None if kept is None else int(kept.size)


def _s3(account_id: str, region_name: str) -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415  # most chats have no attachments
    from moto.utilities.utils import get_partition  # noqa: PLC0415

    return s3_backends[account_id][get_partition(region_name)]


# ------------------------------------------------------------------------------------------------------------- server


def server_application() -> Any:
    """Make moto's server application."""
    from moto.moto_server.werkzeug_app import create_backend_app  # noqa: PLC0415  # needs flask

    return _dispatcher()(create_backend_app)


def sockets() -> Sockets:
    """Find the websockets of the servers of this process, while moto is extended."""
    extension = ChatResponse.extension
    if extension is None:
        raise NotInstalled
    return extension.sockets


def quiet_handler() -> type:
    """Make what handles a connection of moto's server, without a line for each request."""
    from moto.moto_server import werkzeug_app  # noqa: PLC0415  # needs flask
    from werkzeug.serving import WSGIRequestHandler  # noqa: PLC0415

    handler: type = getattr(werkzeug_app, "MotoRequestHandler", WSGIRequestHandler)  # the oldest moto has none
    return type("QuietRequestHandler", (handler,), {"log_request": lambda *_arguments, **_named: None})
