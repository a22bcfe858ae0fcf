"""An emulator as somebody else would make it: HTTPS, its own certificate, credentials in a file, 501 for what it lacks.

What answers behind it is the second implementation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug import Request, Response
from werkzeug.serving import make_server

from conformance.second.book import Refused
from conformance.second.target import Second
from rehydration.service import wire

LACKS = {"ListAssociatedContacts", "UpdateContactAttributes"}
KEY = "AKIASTANDIN000000000"
_STATUS = {"AccessDeniedException": 403, "ResourceNotFoundException": 404, "ContactNotFoundException": 410}


def certificate(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1, signed by itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the emulator's own")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = directory / "own.pem", directory / "own.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, secret


def credentials(directory: Path) -> Path:
    """Write the file of credentials that such an emulator makes for its user."""
    path = directory / "credentials"
    path.write_text(f"[emulator]\naws_access_key_id = {KEY}\naws_secret_access_key = anything\n")
    return path


def _respond(target: Second, request: wire.Request) -> wire.Response:
    if KEY not in request.headers.get("authorization", KEY):
        return wire.refused("UnrecognizedClientException", 403, "nobody knows this key", uuid4().hex)
    found = wire.find(request.method, request.path)
    if found is None or found.name in LACKS:
        return wire.refused("NotImplementedException", 501, "this emulator has no such operation", uuid4().hex)
    try:
        return wire.written(target.call(found.name, found.parameters(request)), uuid4().hex)
    except Refused as refused:
        return wire.refused(refused.code, _STATUS.get(refused.code, 400), str(refused), uuid4().hex)


@contextmanager
def serving(target: Second, pem: Path, key: Path) -> Iterator[str]:
    """Serve a target over HTTPS; gives its address."""

    @Request.application
    def application(asked: Request) -> Response:
        uri = asked.environ["REQUEST_URI"]
        response = _respond(target, wire.Request(asked.method, uri, dict(asked.headers), asked.get_data()))
        return Response(response.body, response.status, dict(response.headers))

    server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=(str(pem), str(key)))
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
