"""The suite as a whole: targets by how they are named, and the run of many cases.

Here belongs who is asked what, and in which order. How a case is run is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rehydration.conformance.casebook import Case
from rehydration.conformance.endpoint import Endpoint
from rehydration.conformance.program import Program
from rehydration.conformance.running import Outcome, run_case
from rehydration.conformance.scoring import Score
from rehydration.conformance.targets import SECONDS, Factory, ServiceTarget, load, made


def run(
    name: str,
    factory: Factory,
    cases: Iterable[Case],
    *,
    seconds: float = SECONDS,
    seen: Callable[[Outcome], None] = lambda _outcome: None,
) -> Score:
    """Run cases on a target, each on a fresh one that ``factory`` makes; one answer may take so many seconds.

    ``seen`` is told of each outcome.

    >>> from rehydration.conformance.casebook import all_cases
    >>> from rehydration.conformance.targets import ServiceTarget
    >>> run("the service", ServiceTarget, all_cases()[:3]).conforms
    True

    :raises TargetBroken: the target cannot even be made.
    """
    made(factory, seconds).close()
    outcomes = []
    for case in cases:
        outcome = run_case(case, factory, seconds=seconds)
        seen(outcome)
        outcomes.append(outcome)
    return Score(name, tuple(outcomes))


@contextmanager
def module_target(name: str) -> Iterator[Factory]:
    """Find a target by ``module:factory``."""
    yield load(name)


@contextmanager
def own_target() -> Iterator[Factory]:
    """Take the service of this package for a target."""
    yield ServiceTarget


@contextmanager
def program_target(command: str, *, seconds: float = SECONDS) -> Iterator[Factory]:
    """Start a program that is a target, and end it."""
    program = Program(command, seconds=seconds)
    try:
        yield program.target
    finally:
        program.close()


@contextmanager
def endpoint_target(  # noqa: PLR0913  # all that there is to say of an endpoint
    instance_id: str,
    contact_flow_id: str,
    *,
    endpoint_url: str | None,
    region_name: str,
    seed_url: str | None,
    calls_per_second: float | None,
    settle_seconds: float = 0,
) -> Iterator[Factory]:
    """Take what is behind an address for a target."""
    endpoint = Endpoint(
        instance_id,
        contact_flow_id,
        endpoint_url=endpoint_url,
        region_name=region_name,
        seed_url=seed_url,
        calls_per_second=calls_per_second,
        settle_seconds=settle_seconds,
    )
    endpoint.knock()
    try:
        yield endpoint.target
    finally:
        endpoint.close()
