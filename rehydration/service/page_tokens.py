"""Page tokens: a place in a listing, sealed, so that only whoever was given a token can send it.

Here belongs how a place is made text and text a place. What is listed is not known here.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

_SEAL_BYTES = 16


def seal(key: str, owner: str, place: str) -> str:
    """Make a token of a place, good for its owner alone: at most 200 characters for a place of 100."""
    return urlsafe_b64encode(_mark(key, owner, place) + place.encode()).decode()


def unseal(key: str, owner: str, token: str) -> str | None:
    """Find the place of a token; None if this owner was never given it."""
    try:
        sealed = urlsafe_b64decode(token.encode())
        mark, place = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:].decode()
    except ValueError:  # no base64, or no text; UnicodeError is one
        return None
    genuine = hmac.compare_digest(mark, _mark(key, owner, place)) and seal(key, owner, place) == token
    return place if genuine else None


def _mark(key: str, owner: str, place: str) -> bytes:
    return hmac.digest(key.encode(), f"{len(owner)}:{owner}{place}".encode(), sha256)[:_SEAL_BYTES]
