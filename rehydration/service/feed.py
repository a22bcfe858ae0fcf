"""The feed: whoever follows a chat is told what happens in it, as it happens.

Here belongs who is told what, and in which order. Nothing here waits, or knows where an item goes from here. What is
said during an operation is told when the operation is done, so that a follower may ask the service from within.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import frozen

from rehydration.identifiers import ContactId
from rehydration.service.state import CUSTOMER, Connection, Participant, Plain

Deliver = Callable[[Plain], object]
"""What takes an item; it must return at once."""


class Following:
    """One follower of a chat, until there is nothing more to come.

    ``fault`` is what ``deliver`` raised: whoever cannot take an item is told nothing more.
    """

    def __init__(self, participant: Participant, connection: Connection, deliver: Deliver) -> None:
        """Follow a chat as a participant, over a connection."""
        self.participant: Final = participant
        self.connection: Final = connection
        self.fault: Exception | None = None
        self._deliver = deliver
        self._is_over = False
        self._hears_the_end_alone = participant.left and participant.role != CUSTOMER

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be delivered."""
        return self._is_over

    def end(self) -> None:
        """Have nothing more delivered."""
        self._is_over = True

    def cut(self, participant: Participant) -> None:
        """Take note that a participant is no longer there: of what comes, they hear the end of the chat."""
        self._hears_the_end_alone = self._hears_the_end_alone or self.participant is participant

    def tell(self, item: Plain, time: datetime, *, is_end: bool) -> None:
        """Deliver an item, if this follower is to have it."""
        if self._is_over or (self._hears_the_end_alone and not is_end):
            return
        is_late = self.connection.expires <= time
        self._is_over = is_end or is_late
        if is_late:
            return
        try:
            self._deliver(dict(item))
        except Exception as fault:  # noqa: BLE001  # it is theirs, and must not come between others and the chat
            self.fault = fault
            self._is_over = True


@frozen
class _Said:
    """An item that was said in a chat at some time, which may be its end."""

    item: Plain
    time: datetime
    is_end: bool


class Feed:
    """All who follow the chats of an instance, and what they have not been told yet."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._followings: dict[ContactId, list[Following]] = {}
        self._waiting: deque[tuple[ContactId, _Said | Participant]] = deque()
        self._is_telling = False

    def follow(self, following: Following) -> None:
        """Take in a follower, who hears what is said from now on."""
        self._followings.setdefault(following.participant.initial_contact_id, []).append(following)

    def unfollow(self, following: Following) -> None:
        """Let a follower go."""
        following.end()
        self._keep(following.participant.initial_contact_id)

    def say(self, initial_contact_id: ContactId, item: Plain, time: datetime, *, is_end: bool) -> None:
        """Remember to tell whoever follows a chat of an item."""
        if initial_contact_id in self._followings:
            self._waiting.append((initial_contact_id, _Said(item, time, is_end)))

    def cut(self, participant: Participant) -> None:
        """Remember to tell a participant who is no longer there nothing more, but for the end of the chat."""
        if participant.initial_contact_id in self._followings and participant.role != CUSTOMER:
            self._waiting.append((participant.initial_contact_id, participant))

    def tell(self) -> None:
        """Tell everything that waits, in order; what is said meanwhile is told too, by whoever is telling already."""
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._waiting:
                initial_contact_id, what = self._waiting.popleft()
                for each in list(self._followings.get(initial_contact_id, ())):
                    if isinstance(what, Participant):
                        each.cut(what)
                    else:
                        each.tell(what.item, what.time, is_end=what.is_end)
                self._keep(initial_contact_id)
        finally:
            self._is_telling = False

    def _keep(self, initial_contact_id: ContactId) -> None:
        """Keep those followers of a chat to whom something may yet come."""
        kept = [each for each in self._followings.pop(initial_contact_id, ()) if not each.is_over]
        if kept:
            self._followings[initial_contact_id] = kept
