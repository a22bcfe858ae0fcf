"""Attachments of chats in moto's own S3: where their bytes are, and the addresses that clients get.

Here belongs which bucket and which key that is. Whose attachment it is, and who may have it, is for the service to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from rehydration.integrations.moto.internals import Place, make_bucket, object_size

if TYPE_CHECKING:
    from rehydration.service import ChatService

    Home = Place | ChatService

ADDRESSED: Final = frozenset({"StartAttachmentUpload", "GetAttachment"})
"""The operations that answer with an address."""

_SIGNED: Final = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Signature": "none"}
"""Moto hands out an object to whoever has signed for it, and does not look at the signature."""


def counter(home: Home) -> Callable[[str], int | None]:
    """Make what tells how many bytes were uploaded as an attachment of an instance."""

    def count(attachment_id: str) -> int | None:
        return object_size(home.account_id, home.region_name, _bucket(home), _key(home, attachment_id))

    return count


def _bucket(home: Home) -> str:
    return f"amazon-connect-attachments-{home.account_id}-{home.region_name}"


def _key(home: Home, attachment_id: str) -> str:
    return f"{home.instance_id}/{attachment_id}"


def addressed(
    answer: Mapping[str, Any], parameters: Mapping[str, Any], home: Home, origin: str | None
) -> dict[str, Any]:
    """Put an address of moto's S3 into an answer: of the server with this origin, or in process of AWS's host."""
    upload = answer.get("UploadMetadata")
    if upload is not None:
        make_bucket(home.account_id, home.region_name, _bucket(home))
        return {**answer, "UploadMetadata": {**upload, "Url": _url(upload["Url"], home, origin, {})}}
    disposition = parameters.get("UrlContentDisposition", "ATTACHMENT").lower()
    return {**answer, "Url": _url(answer["Url"], home, origin, {"response-content-disposition": disposition})}


def _url(nowhere: str, home: Home, origin: str | None, query: Mapping[str, str]) -> str:
    from rehydration.service.attachments import NOWHERE  # noqa: PLC0415  # needs networkx

    key, bucket = quote(_key(home, nowhere.removeprefix(NOWHERE))), _bucket(home)
    where = f"https://{bucket}.s3.{home.region_name}.amazonaws.com" if origin is None else f"{origin}/{bucket}"
    return f"{where}/{key}?{urlencode({**_SIGNED, **query})}"
