"""How contacts, links and customers are named in lists: short where that is unique, with date, customer and "survey".

Here belong the words for one contact on one line. This module does not know what the list is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.contacts import Contact, PastContact
from rehydration.doubts import Doubt
from rehydration.exposures import Exposure
from rehydration.graph import Link
from rehydration.guards import Finding
from rehydration.render.writing import clock, counted, day, safe_word

CONNECT_CHECKS_NOT: Final = "Amazon Connect does not check this; your application must."

_LONG: Final = 16
"""Longer ids are shortened."""

_SHORT: Final = 8
_FEW: Final = 12
_LINKS: Final = 3


@frozen
class Ids:
    """The ids of one report. A long one is cut off where its beginning is unique in the report."""

    length: int
    shortens: bool

    @classmethod
    def of(cls, contact_ids: Iterable[str]) -> Ids:
        """Find how much of the long ids is needed to tell them apart."""
        long = {each for each in contact_ids if len(each) > _LONG}
        length = _SHORT
        while len({each[:length] for each in long}) < len(long):
            length += 4
        return cls(length, any(len(each) > length for each in long))

    def word(self, contact_id: str) -> str:
        """Write one id."""
        if len(contact_id) <= max(_LONG, self.length):
            return safe_word(contact_id)
        return safe_word(f"{contact_id[: self.length]}…")

    def named(self, contact_ids: Sequence[str], most: int = _FEW, between: str = " ") -> str:
        """Name several; of many, name the first and count the rest."""
        few = between.join(map(self.word, contact_ids[:most]))
        return few if len(contact_ids) <= most else f"{few} and {len(contact_ids) - most:,} more"

    def link(self, link: Link) -> str:
        """Write a link: the contacts that carry it, the start contact, the type."""
        kind = safe_word(link.rehydration_type) if link.rehydration_type else "type not recorded"
        return f"{self.named(link.carriers, 3)} → {self.word(link.continued_from_contact_id)}, {kind}"

    def links(self, links: Sequence[Link]) -> str:
        """Write links in their order; of many, the first and the last."""
        told = [f"{self.named(each.carriers, 3)} → {self.word(each.continued_from_contact_id)}" for each in links]
        return ", ".join(told if len(told) <= _LINKS else [told[0], f"{len(told) - 2:,} more links", told[-1]])

    def session(self, initial_contact_id: str, began: datetime | None, customer_id: str | None) -> str:
        """Name a session with its date and its customer."""
        facts = [*([] if began is None else [minute(began)]), *([] if customer_id is None else [customer(customer_id)])]
        word = f"session {self.word(initial_contact_id)}"
        return f"{word} ({', '.join(facts)})" if facts else word

    def contact(self, contact: PastContact, customer_id: str | None = None) -> str:
        """Write one contact with its date, the word survey, and its customer if that is not the one given."""
        facts = ", ".join(facts_of(contact, customer_id))
        word = self.word(contact.contact_id)
        return f"{word} ({facts})" if facts else word


def facts_of(contact: PastContact, customer_id: str | None = None) -> Iterator[str]:
    """Say when a contact began, whether it is a survey, and whose it is if it is not of the customer given."""
    if not isinstance(contact, Contact):
        yield "no record"
        return
    began = contact.initiation_timestamp or contact.disconnect_timestamp
    if began is not None:
        yield minute(began)
    if contact.is_survey:
        yield "survey"
    if not contact.is_chat:
        yield safe_word(str(contact.channel))
    if contact.customer_id not in {None, customer_id}:
        yield customer(str(contact.customer_id))


def customer(customer_id: str) -> str:
    """Name a customer."""
    return f"customer {safe_word(customer_id)}"


def minute(time: datetime) -> str:
    """Write a time to the minute, in UTC."""
    return f"{day(time)} {clock(time, seconds=False)}"


def period(began: datetime | None, ended: datetime | None) -> str:
    """Write when something began and ended."""
    if began is None:
        return "" if ended is None else f"until {minute(ended)}"
    if ended is None:
        return f"since {minute(began)}"
    return f"{minute(began)}–{clock(ended, seconds=False) if day(began) == day(ended) else minute(ended)}"


def gaps_told(gaps: Iterable[Doubt]) -> Iterator[str]:
    """Say what records leave out, a sentence for each kind of thing: that of the most contacts, or of the first."""
    alike: dict[str, list[Doubt]] = {}
    for each in dict.fromkeys(gaps):
        alike.setdefault(each.lacks or each.sentence, []).append(each)
    for listed in alike.values():
        most = max(listed, key=lambda each: each.number)
        others = len(listed) - 1 if most.number == 1 else 0  # of many, the largest number counts the others, too
        yield f"{most.sentence}; the same of {counted(others, 'other contact')}" if others else most.sentence


def assumed_in(found: Iterable[Exposure | Finding]) -> list[str]:
    """Say once what any of these answers assumes."""
    return [*dict.fromkeys(doubt.sentence for each in found for doubt in each.assumes)]


def customers_lines(answer: Rehydration) -> Iterator[tuple[str, str]]:
    """Say which of the visible contacts are of another customer, and which may be, each with its style.

    Where nothing tells whose they are, say that customers were not compared.
    """
    if answer.owner is None and answer.visible:
        yield "No record tells whose contacts these are, so customers were not compared", "magenta"
    ids = Ids.of((*(each.contact_id for each in answer.visible), *answer.untold_customers))
    crossing = of_another_customer(answer.other_customers, str(answer.owner), ids)
    if crossing:
        yield crossing, "bold red"
    if answer.untold_customers:
        yield f"No record tells the customer of {ids.named(answer.untold_customers, between=', ')}", "magenta"


def of_another_customer(others: Sequence[Contact], owner: str, ids: Ids) -> str:
    """Name contacts that are of another customer; nothing if there are none."""
    if not others:
        return ""
    named = ", ".join(f"{ids.word(each.contact_id)} ({safe_word(str(each.customer_id))})" for each in others[:_FEW])
    more = f" and {len(others) - _FEW:,} more" if len(others) > _FEW else ""
    return f"Of another customer than {safe_word(owner)}: {named}{more}. {CONNECT_CHECKS_NOT}"
