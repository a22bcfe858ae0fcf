"""What a question is about, so that of a large export only the lineages that matter are read.

Here belongs the value that commands hand to the reading of records. This module does not know how lineages are found.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from rehydration.selections import Selection


@frozen
class About:
    """What a question is about: contacts, customers, surveys, and sessions active in some time, or what is forbidden.

    With ``later``, sessions that continue from these matter as well. ``forbid`` are conditions of a guard: lineages in
    which a chat could show what meets one.
    """

    contact_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    surveys: bool = False
    since: datetime | None = None
    until: datetime | None = None
    later: bool = False
    forbid: tuple[str, ...] = ()

    @classmethod
    def of(cls, selection: Selection) -> About:
        """Make what a selection is about: of contacts and customers all time, since time only narrows them."""
        if selection.contact_ids or selection.customer_ids:
            return cls(selection.contact_ids, selection.customer_ids, later=True)
        if selection == Selection():
            return EVERYTHING
        return cls(since=selection.since, until=selection.until, later=True)


EVERYTHING: Final = About()
