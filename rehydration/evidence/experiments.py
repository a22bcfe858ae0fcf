"""Experiments that an account holder can do: small histories, one question each, and what each result would mean.

This module holds the experiments as data and chooses among them. It does not carry them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from attrs import field, frozen

from rehydration.answers import Rehydration, what_is_seen
from rehydration.basis import Basis
from rehydration.certainties import leaves_of
from rehydration.contacts import Contact
from rehydration.decisions import OfRequest
from rehydration.errors import RuleForbids
from rehydration.evidence.observation import Observation
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import QUESTIONS
from rehydration.requests import RehydrationRequest, RehydrationType
from rehydration.transcripts import Availability, TranscriptFact

BEGIN: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""When the first contact of every experiment begins. Only the times between contacts matter."""

_FROM_SEGMENT: Final = RehydrationType.FROM_SEGMENT
_ENTIRE: Final = RehydrationType.ENTIRE_PAST_SESSION


@frozen
class Result:
    """One possible result of an experiment: the answer, in a sentence, and the policies that give it, as bits."""

    answer: Rehydration | RuleForbids
    sentence: str
    policies: int


@frozen(slots=False)
class Experiment:
    """A history to make, a request to send, and what to write down.

    - ``name``: what it is about: the fields of the policy that it tells apart, joined by ``+``.
    - ``steps``: what to do, in order.
    - ``needs``: what an account must have for it beyond the API, such as agents.
    - ``contacts``: the history that the steps make. The new chat is the live contact ``target``.
    """

    name: str
    steps: tuple[str, ...]
    needs: tuple[str, ...]
    contacts: tuple[Contact, ...] = field(repr=False)
    request: RehydrationRequest
    target: str
    now: datetime | None = None
    deleted: tuple[str, ...] = ()

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """All results that there can be, the one under the default policy first."""
        policies: dict[object, int] = {}
        answers: dict[object, Rehydration | RuleForbids] = {}
        for leaf in leaves_of(self._question()):
            seen = what_is_seen(leaf.answer)
            answers.setdefault(seen, leaf.answer)
            policies[seen] = policies.get(seen, 0) | leaf.policies
        return tuple(Result(answer, _sentence(answer), policies[seen]) for seen, answer in answers.items())

    def _question(self) -> OfRequest:
        facts = {name: TranscriptFact(Availability.DELETED) for name in self.deleted}
        graph = ContactGraph.from_contacts(self.contacts, ends_are_told=True)
        return OfRequest(Basis(graph, transcripts=facts, now=self.now), self.request, self.target)

    def observation(self, *, continued_from: str | None, refused: str | None, shown: Iterable[str]) -> Observation:
        """Write down what came. All pages of the transcript were read, so contacts that were not shown were hidden."""
        seen = frozenset(shown)
        past = {each.contact_id for each in self.contacts if each.contact_id != self.target}
        return Observation(
            contacts=self.contacts,
            asked=self.request,
            target=self.target,
            now=self.now,
            transcripts={name: TranscriptFact(Availability.DELETED) for name in self.deleted},
            continued_from=continued_from,
            refused=refused,
            shown=seen,
            hidden=frozenset() if refused else past - seen,
        )

    def splits(self, known: Knowledge) -> int:
        """Count the results that are possible by what is known."""
        return sum(bool(each.policies & known.policies) for each in self.results)


def _sentence(answer: Rehydration | RuleForbids) -> str:
    if isinstance(answer, RuleForbids):
        return f"the request is refused with {answer.code}"
    shown = answer.readable
    if len(shown) > _MANY:
        return f"{len(shown)} contacts are shown, from {shown[0]!r} back to {shown[-1]!r}"
    listed = ", ".join(map(repr, shown)) or "nothing"
    return f"the chat continues from {answer.continued_from_contact_id!r} and shows {listed}"


_MANY: Final = 9


# ----------------------------------------------------------------------------------------------------------- the data


def _contact(
    name: str,
    begin: float,
    end: float | None,
    previous: str | None = None,
    **more: Any,  # noqa: ANN401  # members of a contact
) -> Contact:
    """Make a contact of the session that its letters name; times are in minutes."""
    return Contact(
        contact_id=ContactId(name),
        initial_contact_id=ContactId(f"{name[0]}1"),
        previous_contact_id=None if previous is None else ContactId(previous),
        channel="CHAT",
        initiation_timestamp=BEGIN + timedelta(minutes=begin),
        disconnect_timestamp=None if end is None else BEGIN + timedelta(minutes=end),
        **more,
    )


def _lineage(length: int) -> Iterator[Contact]:
    """Make chats of one contact, each continued from the one before."""
    for place in range(1, length + 1):
        yield Contact(
            contact_id=ContactId(f"A{place:03}"),
            related_contact_id=ContactId(f"A{place - 1:03}") if place > 1 else None,
            rehydration_type=_FROM_SEGMENT if place > 1 else None,
            channel="CHAT",
            initiation_timestamp=BEGIN + timedelta(minutes=10 * place),
            disconnect_timestamp=BEGIN + timedelta(minutes=10 * place + 5),
        )


_ASK: Final = "Call CreatePersistentContactAssociation for {target}: {kind}, source {source}."
_READ: Final = "Read GetTranscript of {target} to its end. Write down the contact ids of past items, or the error code."


def _experiment(  # noqa: PLR0913  # one for each part
    name: str,
    steps: tuple[str, ...],
    contacts: Iterable[Contact],
    kind: RehydrationType,
    source: str,
    *,
    target: str = "B1",
    needs: tuple[str, ...] = (),
    now: datetime | None = None,
    deleted: tuple[str, ...] = (),
) -> Experiment:
    asked = _ASK.format(target=target, kind=kind.value, source=source)
    return Experiment(
        name,
        (*steps, asked, _READ.format(target=target)),
        needs,
        tuple(contacts),
        RehydrationRequest(kind, source),
        target,
        now,
        deleted,
    )


EXPERIMENTS: Final[tuple[Experiment, ...]] = (
    _experiment(
        "entire_source",
        ("Start chat A1. Transfer it: A2. End it. Wait two minutes.", "Start chat B1."),
        (_contact("A1", 0, 5), _contact("A2", 5, 10, "A1"), _contact("B1", 20, None)),
        _ENTIRE,
        "A2",
        needs=("an agent or a flow that transfers",),
    ),
    _experiment(
        "ended",
        ("Start chat A1. Transfer it: A2. Leave A2 open.", "Start chat B1."),
        (_contact("A1", 0, 5), _contact("A2", 5, None, "A1"), _contact("B1", 20, None)),
        _FROM_SEGMENT,
        "A1",
        needs=("an agent or a flow that transfers",),
    ),
    _experiment(
        "early_call",
        ("Start chat B1.", "Start chat A1. End it. Send the next request within 30 seconds."),
        (_contact("A1", 0, 10), _contact("B1", 9, None)),
        _FROM_SEGMENT,
        "A1",
        now=BEGIN + timedelta(minutes=10, seconds=30),
    ),
    _experiment(
        "customer_mismatch",
        ("Start chat A1 with CustomerId K1. End it. Wait two minutes.", "Start chat B1 with CustomerId K2."),
        (_contact("A1", 0, 10, customer_id="K1"), _contact("B1", 20, None, customer_id="K2")),
        _FROM_SEGMENT,
        "A1",
    ),
    _experiment(
        "unavailable",
        (
            "Start chat A1. Transfer it: A2. End it. Wait two minutes.",
            "Delete the transcript file of A2 from the bucket.",
            "Start chat B1.",
        ),
        (_contact("A1", 0, 5), _contact("A2", 5, 10, "A1"), _contact("B1", 20, None)),
        _FROM_SEGMENT,
        "A2",
        needs=("an agent or a flow that transfers", "write access to the bucket of chat transcripts"),
        deleted=("A2",),
    ),
    _experiment(
        "link_scope",
        (
            "Start chat A1. End it. Wait two minutes.",
            "Start chat B1. Transfer it: B2. Call CreatePersistentContactAssociation for B2: FROM_SEGMENT, source A1.",
            "End the chat. Wait two minutes. Start chat C1.",
        ),
        (
            _contact("A1", 0, 5),
            _contact("B1", 10, 15),
            _contact("B2", 15, 20, "B1", related_contact_id="A1", rehydration_type=_FROM_SEGMENT),
            _contact("C1", 30, None),
        ),
        _FROM_SEGMENT,
        "B1",
        target="C1",
        needs=("an agent or a flow that transfers",),
    ),
    _experiment(
        "most_recent+entire_view",
        (
            "Start chat A1. Make four contacts of its session: A2 after A1, A3 after A2, A4 and A5 after A1.",
            "Let them begin in the order of their numbers, and end in the order A5, A2, A3, A4. Wait two minutes.",
            "Start chat B1.",
        ),
        (
            _contact("A1", 0, 1),
            _contact("A2", 2, 10, "A1"),
            _contact("A3", 3, 11, "A2"),
            _contact("A4", 4, 20, "A1"),
            _contact("A5", 6, 7, "A1"),
            _contact("B1", 40, None),
        ),
        _ENTIRE,
        "A1",
        needs=("agents and flows that make several contacts after one",),
    ),
    _experiment(
        "beyond_limit",
        (
            "Start chat A001. End it. Wait two minutes.",
            "Start chat A002 with PersistentChat FROM_SEGMENT, source A001. End it. Wait two minutes.",
            "Go on like this until A101 has ended. Start chat B1.",
        ),
        (*_lineage(101), _contact("B1", 2_000, None)),
        _FROM_SEGMENT,
        "A101",
        needs=("about four hours of waiting",),
    ),
)
"""The experiments, the smallest first. Together they tell all 1,152 policies apart."""


# ---------------------------------------------------------------------------------------------------------- the choice


def next_experiment(known: Knowledge = NOTHING_KNOWN) -> Experiment | None:
    """Find the smallest experiment that tells policies apart that are still possible; None if none does."""
    return next((each for each in EXPERIMENTS if each.splits(known) > 1), None)


def fewest_experiments(known: Knowledge = NOTHING_KNOWN) -> tuple[Experiment, ...]:
    """Find the fewest experiments that settle everything that can be settled, the smallest first."""
    useful = [each for each in EXPERIMENTS if each.splits(known) > 1]
    finest = _parts(useful, known)
    return next(
        chosen
        for size in range(len(useful) + 1)
        for chosen in combinations(useful, size)
        if len(_parts(chosen, known)) == len(finest)
    )


def _parts(experiments: Iterable[Experiment], known: Knowledge) -> list[int]:
    """Split the policies that are possible by the results of experiments."""
    parts = [known.policies]
    for each in experiments:
        parts = [part & result.policies for part in parts for result in each.results if part & result.policies]
    return parts


def unsettled(known: Knowledge = NOTHING_KNOWN) -> tuple[str, ...]:
    """Name the fields of the policy that no experiment settles."""
    parts = [Knowledge(each) for each in _parts(EXPERIMENTS, known)]
    return tuple(name for name in QUESTIONS if any(len(part.open_fields[name]) > 1 for part in parts))
