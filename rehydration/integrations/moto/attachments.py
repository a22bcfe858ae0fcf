"""Attachments of chats in moto's own S3: where their bytes are, and the addresses that clients get.

Here belongs which bucket and which key that is, and how long an address is good. Whose attachment it is, and who may
have it, is for the service to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from rehydration.integrations.moto.internals import Place, make_bucket, object_size

if TYPE_CHECKING:
    from rehydration.service import ChatService

    Home = Place | ChatService

ADDRESSED: Final = frozenset({"StartAttachmentUpload", "GetAttachment"})
"""The operations that answer with an address."""

_BUCKET: Final = "amazon-connect-attachments-"
_ADDRESS: Final = re.compile(rf"{_BUCKET}[^/]*/([^/]+)/[^/]+")
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_SIGNED: Final = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Signature": "none"}
"""Moto hands out an object to whoever has signed for it, and does not look at the signature."""


def counter(home: Home) -> Callable[[str], int | None]:
    """Make what tells how many bytes were uploaded as an attachment of an instance."""

    def count(attachment_id: str) -> int | None:
        return object_size(home.account_id, home.region_name, _bucket(home), _key(home, attachment_id))

    return count


def _bucket(home: Home) -> str:
    return f"{_BUCKET}{home.account_id}-{home.region_name}"


def _key(home: Home, attachment_id: str) -> str:
    return f"{home.instance_id}/{attachment_id}"


def addressed(
    answer: Mapping[str, Any], parameters: Mapping[str, Any], home: Home, origin: str | None
) -> dict[str, Any]:
    """Put an address of moto's S3 into an answer: of the server with this origin, or in process of AWS's host."""
    upload = answer.get("UploadMetadata")
    if upload is not None:
        make_bucket(home.account_id, home.region_name, _bucket(home))
        return {**answer, "UploadMetadata": {**upload, "Url": _url(upload, home, origin, {})}}
    disposition = parameters.get("UrlContentDisposition", "ATTACHMENT").lower()
    return {**answer, "Url": _url(answer, home, origin, {"response-content-disposition": disposition})}


def _url(told: Mapping[str, Any], home: Home, origin: str | None, query: Mapping[str, str]) -> str:
    """Make an address like those that AWS signs; it is good from a whole second on, for whole seconds."""
    from rehydration.service.attachments import NOWHERE, UPLOAD_LIFETIME  # noqa: PLC0415  # most do without

    key, bucket = quote(_key(home, told["Url"].removeprefix(NOWHERE))), _bucket(home)
    where = f"https://{bucket}.s3.{home.region_name}.amazonaws.com" if origin is None else f"{origin}/{bucket}"
    begin = datetime.fromisoformat(told["UrlExpiry"]) + timedelta(seconds=1, microseconds=-1) - UPLOAD_LIFETIME
    good = {"X-Amz-Date": f"{begin:{_STAMP}}", "X-Amz-Expires": f"{UPLOAD_LIFETIME.total_seconds():.0f}"}
    return f"{where}/{key}?{urlencode({**_SIGNED, **good, **query})}"


def is_over(address: str, time_of: Callable[[str], datetime | None]) -> bool:
    """Tell whether an address of an attachment is not good any more, by the time of the instance that it is of.

    Rule ``protocol.attachment-urls-expire``.
    """
    parts = urlsplit(address)
    named, query = _ADDRESS.search(f"{parts.netloc}{parts.path}"), parse_qs(parts.query)
    try:
        begin = datetime.strptime(query["X-Amz-Date"][0], _STAMP).replace(tzinfo=UTC)
        end = begin + timedelta(seconds=int(query["X-Amz-Expires"][0]))
    except (KeyError, ValueError, OverflowError):  # nothing says when: it is nobody's of us
        return False
    time = None if named is None else time_of(unquote(named[1]))
    return time is not None and end <= time
