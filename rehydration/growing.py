"""How a session grows: contacts join it and follow one another, records arrive, a link is made or undone.

This module makes every change to a session and its segments. It keeps the counts that make questions about a session
cheap. Only the graph uses it. It knows one session at a time, and it does not check whether records contradict one
another.
"""

from __future__ import annotations

from datetime import datetime

from rehydration.contacts import Contact, PastContact
from rehydration.sessions import NO_CHOICE, ChatSession, Segment, is_regular


def join(session: ChatSession, segment: Segment) -> None:
    """Take in a new segment, or a segment of another session that turns out to be this one."""
    session.is_continued |= segment.session.is_continued
    segment.session = session
    session._segments.append(segment)
    session.branches += 1
    _count(session, segment, 1)


def follow(segment: Segment, previous: Segment) -> None:
    """Place a segment that has no predecessor yet, and was just counted, behind another segment of its session."""
    session = segment.session
    segment.previous = previous
    previous.successors += 1
    if previous.successors != 2:  # a third successor adds no fork
        session.branches -= 1
    if previous is session._tip:
        session._tip = None


def renew(segment: Segment, contact: PastContact) -> None:
    """Replace the contact of a segment by one of which more is known."""
    _count(segment.session, segment, -1)
    segment.contact = contact
    _count(segment.session, segment, 1)


def link(carrier: Segment, start: Segment, rehydration_type: str | None) -> None:
    """Let a session continue from a segment of another session, as the record of the carrier says."""
    session = carrier.session
    session.continues = start
    session.rehydration_type = session.rehydration_type or rehydration_type
    session.carriers += 1
    carrier.carries_link = start.session.is_continued = True


def unlink(carrier: Segment) -> None:
    """Undo that a contact carries the link of its session. With the last carrier, the link itself goes."""
    session = carrier.session
    carrier.carries_link = False
    session.carriers -= 1
    if not session.carriers:
        session.continues = session.rehydration_type = None


def _count(session: ChatSession, segment: Segment, by: int) -> None:
    """Add a contact to the counts, or take it out. A contact that ended stays ended, so the last end is kept."""
    contact = segment.contact
    session._recent = session._orders = NO_CHOICE
    session.line = ()
    session._contenders = None
    session._live_ids = session._unknown_ids = None
    if not is_regular(contact):
        session.irregular += by
    if not isinstance(contact, Contact):
        session._unknown += by
        return
    if (
        contact.customer_id is not None
        and len(session._customers) < 2
        and contact.customer_id not in session._customers
    ):
        session._customers = (*session._customers, contact.customer_id)
    if contact.is_chat:
        if contact.disconnect_timestamp is None:
            session._live += by
        else:
            session._ended += by
            _note_end(session, segment, contact.disconnect_timestamp)


def _note_end(session: ChatSession, segment: Segment, ended: datetime) -> None:
    """Remember the contact that ended last, or none if several ended at that time."""
    last = session.last_disconnect
    if last is None or ended > last:
        session.last_disconnect, session._last_ended = ended, segment
    elif ended == last and segment is not session._last_ended:
        session._last_ended = None
