"""What is known of one instance: the policies that explain everything that was seen on it.

This module holds the policies as a set of bits, and what is left open by it. It does not know how something is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from rehydration.errors import InvalidArgument
from rehydration.policies import EVERY_POLICY, QUESTIONS, Policy, policies_with


def _check_policies(_knowledge: Knowledge, _attribute: object, policies: object) -> None:
    if not isinstance(policies, int) or not 0 < policies <= EVERY_POLICY:
        raise InvalidArgument("policies", policies, "a set of policies as bits, with at least one")


@frozen
class Knowledge:
    """The policies that explain all observations, how many observations there were, and the date of the latest.

    ``policies`` has a bit for each policy, in the order of :meth:`rehydration.Policy.every`.

    >>> Knowledge(policies_with("ended", "SEGMENT"), 1, date(2026, 11, 2)).open_fields["ended"]
    ('SEGMENT',)
    """

    policies: int = field(default=EVERY_POLICY, validator=_check_policies)
    observations: int = 0
    latest: date | None = None

    def __contains__(self, policy: object) -> bool:
        """Tell whether a policy explains all observations."""
        return isinstance(policy, Policy) and bool(self.policies >> _number_of(policy) & 1)

    def __iter__(self) -> Iterator[Policy]:
        """Iterate over the policies, in the order of :meth:`rehydration.Policy.every`."""
        return (policy for number, policy in enumerate(_every()) if self.policies >> number & 1)

    def __len__(self) -> int:
        """Count the policies."""
        return self.policies.bit_count()

    def nearest(self, policy: Policy) -> Policy:
        """Find the policy that differs from a policy in the fewest fields."""
        return min(self, key=lambda each: sum(getattr(each, name) is not getattr(policy, name) for name in QUESTIONS))

    @property
    def open_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Field of the policy → the readings that are possible, alone or together with readings of other fields."""
        return MappingProxyType(
            {
                name: tuple(each for each in question.__members__ if self.policies & policies_with(name, each))
                for name, question in QUESTIONS.items()
            }
        )

    @property
    def line(self) -> str:
        """Say in a few words what the knowledge rests on; nothing without observations."""
        if not self.observations:
            return ""
        number = "1 observation" if self.observations == 1 else f"{self.observations:,} observations"
        return f"by {number} on your instance" + (f", the latest of {self.latest.isoformat()}" if self.latest else "")


NOTHING_KNOWN: Final = Knowledge()
"""Nobody saw anything: every policy is possible."""


@cache
def _every() -> tuple[Policy, ...]:
    return tuple(Policy.every())


def _number_of(policy: Policy) -> int:
    """Find the place of a policy in the order of :meth:`rehydration.Policy.every`."""
    number = 0
    for name, question in QUESTIONS.items():
        number = number * len(question) + [*question].index(getattr(policy, name))
    return number
