"""What was said: the items of every contact, and what is known of the files that hold them.

Here belongs how items are ordered and measured. Who may see them is not known here.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from json import dumps
from typing import Any

from attrs import evolve

from rehydration.identifiers import ContactId
from rehydration.service.state import Item, Plain
from rehydration.transcripts import TranscriptFact


class Transcripts(Mapping[str, TranscriptFact]):
    """All items of an instance; as a mapping, what is known of the transcript file of each contact.

    A file that nobody has told the size of is as large as its items are when written as JSON.
    """

    def __init__(self) -> None:
        """Start with nothing said."""
        self.items_by_number: list[Item] = []
        self.facts: dict[ContactId, TranscriptFact] = {}
        self._of_contact: dict[ContactId, list[Item]] = {}
        self._of_session: dict[ContactId, list[Item]] = {}
        self._sizes: dict[ContactId, int] = {}
        self._written: dict[ContactId, TranscriptFact] = {}

    def add(self, contact_id: ContactId, initial_contact_id: ContactId, members: Plain) -> Item:
        """Put an item in its place in the transcript of its contact."""
        item = Item(len(self.items_by_number), contact_id, members)
        self.items_by_number.append(item)
        insort(self._of_contact.setdefault(contact_id, []), item, key=_place)
        insort(self._of_session.setdefault(initial_contact_id, []), item, key=_place)
        self._written.pop(contact_id, None)
        self._sizes[contact_id] = self._sizes.get(contact_id, 0) + _size(members)
        return item

    def amend(self, item: Item, name: str, value: Any) -> None:  # noqa: ANN401  # whatever AWS's member is
        """Change a member of an item that was said before."""
        self._sizes[item.contact_id] -= _size(item.members)
        item.members[name] = value
        self._sizes[item.contact_id] += _size(item.members)
        self._written.pop(item.contact_id, None)

    def said(self, initial_contact_id: str, item_id: str) -> Item | None:
        """Find an item of one session by its id."""
        found = (each for each in reversed(self.of_session(initial_contact_id)) if each.members["Id"] == item_id)
        return next(found, None)

    def of_contact(self, contact_id: str) -> list[Item]:
        """List the items of one contact, oldest first."""
        return self._of_contact.get(ContactId(contact_id), [])

    def of_session(self, initial_contact_id: str) -> list[Item]:
        """List the items of one session, oldest first."""
        return self._of_session.get(ContactId(initial_contact_id), [])

    def __getitem__(self, contact_id: str) -> TranscriptFact:
        known = ContactId(contact_id)
        size, fact = self._sizes.get(known), self.facts.get(known)
        if size is None:
            return self.facts[known]
        if fact is not None:
            return fact if fact.size is not None else evolve(fact, size=size)
        if known not in self._written:
            self._written[known] = TranscriptFact(size=size)
        return self._written[known]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._sizes, **self.facts})

    def __len__(self) -> int:
        return len({**self._sizes, **self.facts})


def _size(members: Plain) -> int:
    return len(dumps(members, ensure_ascii=False)) + 1


def _place(item: Item) -> tuple[datetime, int]:
    return item.place
