"""Client tokens: the same request again is answered again and done once.

Here belong the rules ``protocol.token-replay``, ``protocol.token-lifetime`` and ``protocol.token-reuse``. What is
answered is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Final

from rehydration.service.refusals import ClientTokenReused
from rehydration.service.state import Plain, Replay

LIFETIME: Final = timedelta(days=7)
"""How long a client token is good (rule ``protocol.token-lifetime``)."""

_NOT_COMPARED: Final = frozenset({"ClientToken", "ConnectionToken"})


class Replays:
    """The first answers by operation, scope and client token; a scope is a participant, or empty."""

    def __init__(self) -> None:
        """Start with none."""
        self._of: dict[tuple[str, str, str], Replay] = {}

    def find(self, operation: str, scope: str, parameters: Mapping[str, object], time: datetime) -> Plain | None:
        """Find the first answer to the same request; None if it is a new one.

        :raises ClientTokenReused: the token came with other parameters.
        """
        replay = self._of.get((operation, scope, str(parameters.get("ClientToken"))))
        if replay is None or replay.expires <= time:
            return None
        if replay.asked != _digest(parameters):
            raise ClientTokenReused(operation)
        return dict(replay.answer)

    def keep(
        self, operation: str, scope: str, parameters: Mapping[str, object], answer: Mapping[str, object], time: datetime
    ) -> None:
        """Remember an answer, if the request had a token."""
        token = parameters.get("ClientToken")
        if not token:
            return
        self.restore(
            Replay(
                operation=operation,
                scope=scope,
                token=str(token),
                asked=_digest(parameters),
                answer=dict(answer),
                expires=time + LIFETIME,
            )
        )

    def restore(self, replay: Replay) -> None:
        """Put a remembered answer in its place."""
        self._of[replay.operation, replay.scope, replay.token] = replay

    def at(self, time: datetime) -> tuple[Replay, ...]:
        """All that are still good."""
        return tuple(each for each in self._of.values() if each.expires > time)


def _digest(parameters: Mapping[str, object]) -> str:
    compared = {name: value for name, value in parameters.items() if name not in _NOT_COMPARED}
    return sha256(dumps(compared, sort_keys=True).encode()).hexdigest()
