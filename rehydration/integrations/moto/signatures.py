"""Signatures: for which service a request was signed, if for any.

Here belongs what can be read off a request; nobody checks here whether a signature is right. Participants sign nothing:
they are told apart by their path.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs

SIMPLE_STORAGE: Final = "s3"
"""The service that signatures in an older way are for: no other takes them in an address."""

_OF_HEADER: Final = re.compile(r"Credential=([^,\s]*)")
_OLDER: Final = re.compile(r"^AWS |[?&](?:X-Amz-)?Signature=")
_SCOPE_PARTS: Final = 5


def signed_for(authorization: str, query: str) -> str | None:
    """Name the service that a request was signed for, in its header or its query; None where it was not signed.

    >>> signed_for("AWS4-HMAC-SHA256 Credential=AKIA/20261128/us-east-1/connect/aws4_request, Signature=0", "")
    'connect'
    >>> signed_for("", "X-Amz-Signature=0"), signed_for("Bearer token", "")
    ('s3', None)
    """
    found = _OF_HEADER.search(authorization)
    credential = found[1] if found else parse_qs(query).get("X-Amz-Credential", [""])[0]
    scope = credential.split("/")
    if len(scope) >= _SCOPE_PARTS:
        return scope[-2].lower()
    return SIMPLE_STORAGE if _OLDER.search(f"{authorization}?{query}") else None
