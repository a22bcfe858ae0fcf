"""Histories to draw: all that a picture can show, and ids that would like to be syntax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import Factory, frozen

from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContactId,
    Explanation,
    Policy,
    RehydrationRequest,
    TranscriptFact,
    explain,
)

MORNING: Final = datetime(2026, 5, 4, 9, tzinfo=UTC)


def contact(  # noqa: PLR0913
    contact_id: str,
    previous: str | None = None,
    initial: str | None = None,
    *,
    at: float = 0,
    minutes: float | None = 10,
    related: str | None = None,
    channel: str = "CHAT",
    method: str | None = None,
    rehydration_type: str | None = None,
) -> Contact:
    """Make a contact that begins some minutes after nine and lasts some minutes; None is live."""
    began = MORNING + timedelta(minutes=at)
    return Contact(
        contact_id=ContactId(contact_id),
        initial_contact_id=ContactId(initial or contact_id),
        previous_contact_id=None if previous is None else ContactId(previous),
        related_contact_id=None if related is None else ContactId(related),
        rehydration_type=rehydration_type,
        channel=channel,
        initiation_method=method or ("API" if previous is None else "TRANSFER"),
        initiation_timestamp=began,
        disconnect_timestamp=None if minutes is None else began + timedelta(minutes=minutes),
    )


@frozen
class History:
    """Contacts, and what is asked of them."""

    contacts: Sequence[Contact]
    rehydration_type: str
    source: str
    transcripts: Mapping[str, TranscriptFact] = Factory(dict)
    policy: Policy = Policy()

    @property
    def graph(self) -> ContactGraph:
        """Put the contacts together."""
        return ContactGraph.from_contacts(self.contacts)

    @property
    def request(self) -> RehydrationRequest:
        """Ask."""
        return RehydrationRequest(self.rehydration_type, self.source)

    def explained(self) -> tuple[Explanation, ContactGraph]:
        """Have it answered."""
        graph = self.graph
        return explain(graph, self.request, transcripts=self.transcripts, policy=self.policy), graph


_EVIL = "b\x1b[2J\x1b]0;evil\x07"

HISTORIES: Final[Mapping[str, History]] = {
    "unavailable, unknown, another channel": History(
        [
            contact("D1", "D0", "D0", at=100),
            contact("D2", "D1", "D0", at=110, channel="VOICE"),
            contact("D3", "D2", "D0", at=120),
            contact("E1", at=1500, related="D3", rehydration_type="FROM_SEGMENT"),
        ],
        "FROM_SEGMENT",
        "E1",
        {"D3": TranscriptFact(Availability.DELETED), "E1": TranscriptFact(size=6_000_000)},
    ),
    "stopped": History(
        [
            contact("A1"),
            contact("A2", "A1", "A1", at=10),
            contact("A3", "A2", "A1", at=20),
            contact("D1", at=1000, related="A2"),
        ],
        "FROM_SEGMENT",
        "D1",
        {"A2": TranscriptFact(Availability.MISSING)},
        Policy(unavailable="STOP"),  # type: ignore[arg-type]
    ),
    "a tree": History(
        [
            contact("B1"),
            contact("B2", "B1", "B1", at=10),
            contact("B3", "B1", "B1", at=11),
            contact("B4", "B2", "B1", at=20),
            contact("B5", "B2", "B1", at=21),
            contact("B6", "B3", "B1", at=22, minutes=100),
            contact("B7", "B1", "B1", at=23),
            contact("R1", "R0", "B1", at=30),
            contact("D1", at=500, related="B5"),
            contact("D2", "D1", "D1", at=510),
            contact("D3", "D1", "D1", at=515),
        ],
        "ENTIRE_PAST_SESSION",
        "D1",
    ),
    "two roots": History(
        [
            contact("B1"),
            contact("B3", "B1", "B1", at=25),
            contact("X1", None, "B1", at=30),
            contact("B2", "B1", "B1", at=35),
            contact("X2", "X1", "B1", at=40),
        ],
        "FROM_SEGMENT",
        "B3",
    ),
    "a link on a branch": History(
        [
            contact("C1"),
            contact("C2", "C1", "C1", at=10),
            contact("D1", at=1000),
            contact("D2", "D1", "D1", at=1010, related="C2"),
            contact("D3", "D1", "D1", at=1011),
        ],
        "FROM_SEGMENT",
        "D1",
    ),
    "a link that does not count": History(
        [
            contact("C1"),
            contact("D1", at=1000),
            contact("D2", "D1", "D1", at=1010, related="C1"),
        ],
        "FROM_SEGMENT",
        "D1",
        policy=Policy(link_scope="CONTACT"),  # type: ignore[arg-type]
    ),
    "one is live": History(
        [contact("B1"), contact("B2", "B1", "B1", at=10, minutes=None)],
        "FROM_SEGMENT",
        "B1",
        policy=Policy(ended="SEGMENT"),  # type: ignore[arg-type]
    ),
    "over night": History([contact("N1", at=890, minutes=20), contact("N2", "N1", "N1", at=910)], "FROM_SEGMENT", "N2"),
    "ids that would like to be syntax": History(
        [
            contact("[red]a[/red]"),
            contact(_EVIL, "[red]a[/red]", "[red]a[/red]", at=10, method="\x1b[31m"),
            contact('\u202e" --> ]); end', "[red]a[/red]", "[red]a[/red]", at=12, channel="VO\nICE"),
            contact("#quot;&lt;b\\n\\", _EVIL, "[red]a[/red]", at=20),
        ],
        "FROM_SEGMENT",
        _EVIL,
    ),
    "long ids": History(
        [contact("x" * 256), contact("中" * 200 + "y", "x" * 256, "x" * 256, at=10)], "FROM_SEGMENT", "中" * 200 + "y"
    ),
    "a long session": History(
        [contact("N0"), *(contact(f"N{n}", f"N{n - 1}", "N0", at=10 * n) for n in range(1, 130))],
        "FROM_SEGMENT",
        "N127",
    ),
    "a wide session": History(
        [contact("N0"), *(contact(f"N{n}", "N0", "N0", at=10 * n) for n in range(1, 70))], "ENTIRE_PAST_SESSION", "N0"
    ),
    "a star": History(
        [contact("N0"), *(contact(f"N{n}", "N0", "N0", at=10 * n) for n in range(1, 31))], "FROM_SEGMENT", "N7"
    ),
    "many sessions, no two alike": History(
        [
            contact("N0"),
            contact("N0x", "N0", "N0", at=10),
            *(contact(f"N{n}", at=2000 * n, related=f"N{n - 1}{'x' if n % 2 else ''}") for n in range(1, 70)),
            *(contact(f"N{n}x", f"N{n}", f"N{n}", at=2000 * n + 10) for n in range(1, 70)),
        ],
        "FROM_SEGMENT",
        "N69",
    ),
}
