"""One association in a service: what an emulator does first, deep in a lineage of chats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice

from benchmarks.generator import BEGIN
from benchmarks.table import Row, Size, at_most
from benchmarks.timing import Timed, ratio, rounds
from rehydration.service import ChatService

DEEP = 60
CHATS = {Size.SMALLEST: 10, Size.QUICK: 300, Size.FULL: 300}
ROUNDS = {Size.SMALLEST: 3, Size.QUICK: 9, Size.FULL: 15}
CHAT = {"InstanceId": "i-1", "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
HALF = at_most(2.7)
"""Half of what version 0.1 took, whose figure was 5.4."""
STEP = timedelta(minutes=2)  # longer than a transcript takes, shorter than a customer may take to join


class Lineage:
    """A service in which chats were continued, each from the one before, and new chats that continue the last."""

    def __init__(self, sessions: int) -> None:
        """Chat, end and continue, so many times."""
        ids, self._now = count(), BEGIN
        self.service = ChatService("i-1", new_id=lambda: f"id-{next(ids)}", now=lambda: self._now)
        self.last = self._chat()
        for _ in range(sessions - 1):
            begun = self._begin()
            self._associate(begun)
            self.last = self._end(begun)

    def _begin(self) -> str:
        return str(self.service.call("StartChatContact", CHAT)["ContactId"])

    def _end(self, contact_id: str) -> str:
        self._now += STEP
        self.service.call("StopContact", {"InstanceId": "i-1", "ContactId": contact_id})
        self._now += STEP
        return contact_id

    def _chat(self) -> str:
        return self._end(self._begin())

    def _associate(self, contact_id: str) -> None:
        asked = {"InitialContactId": contact_id, "RehydrationType": "FROM_SEGMENT", "SourceContactId": self.last}
        self.service.call("CreatePersistentContactAssociation", {"InstanceId": "i-1", **asked})

    def associations(self, chats: int, times: int) -> Timed:
        """Begin new chats, and associate so many of them each time."""
        waiting = iter([self._begin() for _ in range(chats * times)])

        def associate() -> None:
            for each in islice(waiting, chats):
                self._associate(each)

        return associate


def measure(size: Size) -> Iterator[Row]:
    """Associate chats with a deep past, beside chats with one that is a single session."""
    chats, times = CHATS[size], ROUNDS[size]
    timed = {"deep": Lineage(DEEP).associations(chats, times), "single": Lineage(1).associations(chats, times)}
    taken = rounds("One association in ChatService", timed, times)
    name = f"One association in `ChatService`, {DEEP} sessions deep"
    yield Row(name, "one session deep", DEEP, ratio(taken["deep"], taken["single"]), HALF)
