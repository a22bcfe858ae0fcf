"""What a caller asks for: a rehydration type and a source contact.

This module holds the request as a value. A strategy knows what a type means. The form of a request is checked where the
request is answered, so that all refusals leave from one place.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class RehydrationType(StrEnum):
    """The rehydration types of Amazon Connect.

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_PersistentChat.html
    """

    ENTIRE_PAST_SESSION = "ENTIRE_PAST_SESSION"
    FROM_SEGMENT = "FROM_SEGMENT"


@frozen
class RehydrationRequest:
    """A rehydration type and the id of the past contact to continue from, as the caller passes them.

    The type is a :class:`RehydrationType`, its name, or the name of a type of your own in your table of strategies.

    >>> RehydrationRequest("FROM_SEGMENT", "C2") == RehydrationRequest(RehydrationType.FROM_SEGMENT, "C2")
    True

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
    """

    rehydration_type: str
    source_contact_id: str
