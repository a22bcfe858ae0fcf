"""What no record tells of a link: whether it is a rehydration, and of which type.

This module obeys the rules ``identity.related-read-as-link``, ``visibility.type-of-link`` and
``visibility.type-from-start``. It does not know what a walk does with a link.
"""

from __future__ import annotations

from typing import Final

from rehydration.consultation import Consultation
from rehydration.contacts import Contact
from rehydration.doubts import Doubt, DoubtKind
from rehydration.identifiers import ContactId
from rehydration.requests import RehydrationType
from rehydration.sessions import ChatSession, Segment

FROM_SEGMENT: Final = str(RehydrationType.FROM_SEGMENT)
ENTIRE: Final = str(RehydrationType.ENTIRE_PAST_SESSION)


REHYDRATION: Final = "rehydration"
PLAIN: Final = "plain"


def is_link(session: ChatSession, consultation: Consultation) -> bool:
    """Tell whether the link of a session is a rehydration. If no record tells, it is by our reading."""
    if session.continues is None or not (consultation.weighs and is_open(session)):
        return session.continues is not None
    doubt = doubt_of_related(session.initial_contact_id, session.continues.contact_id)
    return consultation.choose(doubt) == REHYDRATION


def is_open(session: ChatSession) -> bool:
    """Tell whether the link of a session may be none: no record keeps its type, and nobody says what it is."""
    if session.rehydration_type is not None:
        return False
    carriers = [each.known for each in session if each.carries_link]
    return not any(each is not None and each.related_is_link for each in carriers)


def names_link(target: Contact, start: ContactId, consultation: Consultation) -> bool:
    """Tell whether a chat that is about to start names a rehydration."""
    if target.rehydration_type is not None or target.related_is_link or not consultation.weighs:
        return True
    return consultation.choose(doubt_of_related(target.initial_contact_id, start)) == REHYDRATION


def doubt_of_related(initial_contact_id: ContactId, start: ContactId) -> Doubt:
    """State that no record tells whether a related contact was rehydrated."""
    return Doubt(
        DoubtKind.RELATED,
        (initial_contact_id, start),
        f"whether the session of {initial_contact_id!r} continues from its related contact {start!r}",
        (REHYDRATION, PLAIN),
    )


def can_differ(start: Segment) -> bool:
    """Tell whether the two types can show different contacts: not at the tip of a linear session."""
    return start.successors > 0 or start.session.branches > 0


def type_of_link(
    session: ChatSession,
    start: Segment,
    consultation: Consultation,
) -> tuple[str, bool]:
    """Say of which type the link of a session counts, and whether it could be of the other type.

    A link whose type no record tells is of type ENTIRE_PAST_SESSION only if its start contact is the one that this type
    would have chosen. A type that has no strategy may be either. By our reading, a link that can be of both types is of
    type FROM_SEGMENT.
    """
    is_untold = session.rehydration_type is None
    if is_untold and not start.session.could_be_most_recent(start, consultation):
        return FROM_SEGMENT, False
    return consultation.choose(doubt_of_type(session.initial_contact_id, start.contact_id)), True


def doubt_of_type(initial_contact_id: ContactId, start: ContactId) -> Doubt:
    """State that the type of a link is not recorded."""
    return Doubt(
        DoubtKind.LINK_TYPE,
        (initial_contact_id, start),
        f"the type of the link from the session of {initial_contact_id!r} to {start!r}, which no record keeps",
        (FROM_SEGMENT, ENTIRE),
    )
