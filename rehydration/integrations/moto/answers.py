"""From an answer, or a refusal, to what is sent back.

Here belongs AWS's rest-json for the answers of these operations: members in the body, times as epoch numbers, an
error's code in a header. moto's serialiser is not used: the oldest one cuts times off to seconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen


@frozen
class Answered:
    """What is sent back; the body is JSON in ASCII, so that lone surrogates pass too."""

    status: int
    headers: Mapping[str, str]
    body: str


def written(answer: Mapping[str, object], request_id: str) -> Answered:
    """Write the answer of an operation."""
    return Answered(200, _headers(request_id), json.dumps(answer, default=_epoch))


def refused(code: str, status: int, message: str, request_id: str) -> Answered:
    """Write a refusal so that every client finds its code and message: SDKs differ in where they look."""
    headers = {**_headers(request_id), "x-amzn-errortype": code}
    return Answered(status, headers, json.dumps({"__type": code, "Message": message, "message": message}))


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "x-amzn-requestid": request_id}


def _epoch(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} in an answer")
