"""Mutants of the core that the comparison with the oracle kills and the conformance suite lets live.

``python .ci/mutants.py [MODULE...]`` mutates the modules of the core with mutmut, asks each mutant what the oracle was
asked, and runs the suite on those that answer otherwise. What the suite lets live too is printed as a difference, by
function; docs/surviving-mutants.md says of each behaviour why no rule that a target can show decides it. It takes about
half an hour and is started by hand, with the environment of ``pip install -e '.[dev]'``.

A mutant is convicted if a case fails or breaks on the engine, under two policies, or on the service, or if the
fingerprint tells another policy than the one that it was made with. Each mutant is judged in a process of its own,
forked from one that has imported everything.
"""

# ruff: noqa: PLC0415  # what is mutated is imported after it was mutated

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORE = ("decisions", "walk", "eligibility", "basis", "sessions", "growing", "graph", "answers")
STRATEGIES = ("strategies/from_segment", "strategies/entire_past_session")
SECONDS = 120
MOST_MEMORY = 4_000_000_000
QUESTIONS = 600
CONTACTS = 3
EACH = 100

Check = Callable[[], bool]


@dataclass(frozen=True)
class Mutant:
    """A mutant by mutmut's name, the function that it is of, and how it differs."""

    name: str
    function: str
    difference: str


class Hangs(BaseException):
    """A mutant that does not come to an end."""


# ------------------------------------------------------------------------------------------------------ what is mutated


def mutate(package: Path, module: str) -> Iterator[Mutant]:
    """Mutate a module in place, all mutants side by side, and yield them."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = package / f"{module}.py"
    mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    path.write_text(mutated.code, encoding="utf-8")
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    dotted = f"rehydration.{module.replace('/', '.')}"
    for name in mutated.mutant_names:
        function, _, _ = name.rpartition("__mutmut_")
        original, changed = (
            lines[spans[each].start - 1 : spans[each].end] for each in (f"{function}__mutmut_orig", name)
        )
        told = unified_diff(original[1:], changed[1:], n=1, lineterm="")
        difference = "\n".join(line for line in told if not line.startswith(("---", "+++", "@@")))
        yield Mutant(f"{dotted}.{name}", f"{module}.{function.lstrip('x').strip('_ǁ').replace('ǁ', '.')}", difference)


# ------------------------------------------------------------------------------------------------------ what judges it


def questions_of_oracle() -> list[Check]:
    """Make checks of what the oracle answers to random histories, and to every one of a few contacts."""
    from unittest import mock

    from hypothesis import HealthCheck, Phase, given, settings

    import enumeration
    import oracle
    from rehydration import ContactGraph, Policy, RehydrationRequest, RuleForbids, explain, resolve, walk
    from rehydration.explanation import explain_past
    from test_against_oracle import account, for_engine, questions_of_worlds, told, told_by_oracle
    from worlds import contact

    def answered(ask: Callable[[], object], rule: Callable[[str], object]) -> object:
        try:
            return ask()
        except RuleForbids as refusal:
            return rule(str(refusal.rule))

    def full(asked: Any, limit: int | None) -> Check:  # noqa: ANN401
        records, kind, source, circumstances, fields = asked
        of_past = {name: each for name, each in circumstances.items() if name != "target"}
        with mock.patch.object(oracle, "LIMIT", limit or oracle.LIMIT):
            history = oracle.History(records)
            expected = (
                oracle.resolve(history, kind, source, fields, **circumstances),
                oracle.visible_past(history, source, fields, **of_past),
            )

        def same() -> bool:
            with mock.patch.object(walk, "PAST_CONTACT_LIMIT", limit or walk.PAST_CONTACT_LIMIT):
                graph = ContactGraph.from_contacts(map(contact, records))
                request, policy, given = RehydrationRequest(kind, source), Policy(**fields), for_engine(circumstances)
                past = {name: given[name] for name in of_past}
                found = answered(lambda: account(explain(graph, request, **given, policy=policy)), oracle.Refused)
                seen = answered(lambda: account(explain_past(graph, source, **past, policy=policy)), oracle.Refused)
                return (found, seen) == expected

        return same

    def small(history: Any) -> Check:  # noqa: ANN401
        prepared = oracle.History(history)
        asked: list[tuple[str, str, dict[str, Any], object]] = [
            (kind, source, fields, told_by_oracle(oracle.resolve(prepared, kind, source, fields)))
            for kind, source in enumeration.questions(history)
            for fields in enumeration.telling_policies(history, kind)
        ]

        def same() -> bool:
            graph = ContactGraph.from_contacts(map(contact, history))
            for kind, source, fields, expected in asked:
                request, policy = RehydrationRequest(kind, source), Policy(**fields)
                ask = lambda: told(resolve(graph, request, policy=policy))  # noqa: B023, E731
                if answered(ask, lambda rule: (rule,)) != expected:
                    return False
            return True

        return same

    checks: list[Check] = []

    @settings(
        max_examples=QUESTIONS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(questions_of_worlds())
    def collect(asked: Any) -> None:  # noqa: ANN401
        checks.append(full(asked, (None, 1, 2, 4)[len(checks) % 4]))

    collect()
    few = (each for contacts in range(1, CONTACTS + 1) for each in enumeration.histories(contacts, reduced=True))
    return [*checks, *map(small, few)]


def cases_of_suite() -> list[Check]:
    """Make checks of the suite: the engine and the service, and what the engine tells of each reading of the policy."""
    from rehydration import Policy
    from rehydration.conformance.casebook import all_cases
    from rehydration.conformance.running import NOT_ASKED, PASSED, run_case
    from rehydration.conformance.scoring import Score
    from rehydration.conformance.targets import EngineTarget, ServiceTarget
    from rehydration.policies import QUESTIONS

    cases = all_cases()
    observing = [each for each in cases if each.tells]

    def passes(case: Any, factory: Any) -> Check:  # noqa: ANN401
        return lambda: run_case(case, factory, seconds=20).status in (PASSED, NOT_ASKED)

    def tells(policy: Policy) -> Check:
        def told() -> bool:
            outcomes = tuple(run_case(each, lambda: EngineTarget(policy), seconds=20) for each in observing)
            expected = {name: getattr(policy, name).name for name in QUESTIONS}
            return Score("", outcomes).fingerprint == expected

        return told

    readings: dict[str, Any] = {
        "ended": "SEGMENT",
        "entire_source": "ANY_OF_SESSION",
        "entire_view": "ANCESTORS",
        "link_scope": "CONTACT",
        "unavailable": "STOP",
    }
    otherwise = Policy(**readings)
    every = [Policy(**{name: reading}) for name, question in QUESTIONS.items() for reading in question.__members__]
    return [
        *(passes(case, EngineTarget) for case in cases),
        *(passes(case, ServiceTarget) for case in cases),
        *(passes(case, lambda: EngineTarget(otherwise)) for case in cases),
        *(tells(policy) for policy in dict.fromkeys(every)),
    ]


CHECKS: dict[str, list[Check]] = {}


def judge(mutant: Mutant) -> tuple[Mutant, str]:
    """Tell what becomes of a mutant: lives, convicted, or let live by the suite alone."""
    from mutmut.mutation.trampoline import set_mutant_under_test

    def alarm(*_told: object) -> None:
        raise Hangs

    set_mutant_under_test(mutant.name)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, alarm)
    if holds(CHECKS["oracle"]):
        return mutant, "lives"
    return mutant, "let live" if holds(CHECKS["suite"]) else "convicted"


def holds(checks: list[Check]) -> bool:
    """Tell whether all checks hold; one that raises, or does not come to an end, does not."""
    signal.alarm(SECONDS)
    try:
        return all(check() for check in checks)
    except (Exception, Hangs):  # noqa: BLE001  # however it differs
        return False
    finally:
        signal.alarm(0)


# ------------------------------------------------------------------------------------------------------------ the list


def main() -> None:
    """Judge the mutants and print those that the oracle kills and the suite lets live."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=[*CORE, *STRATEGIES], help="modules of the core, all by default")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="mutants-") as room:
        package = Path(room) / "rehydration"
        shutil.copytree(ROOT / "rehydration", package, ignore=shutil.ignore_patterns("__pycache__"))
        mutants = [mutant for module in asked.modules for mutant in mutate(package, module)]
        sys.path[:0] = [room, str(ROOT / "tests")]
        CHECKS["oracle"], CHECKS["suite"] = questions_of_oracle(), cases_of_suite()
        for name, checks in CHECKS.items():
            if not holds(checks):
                raise SystemExit(f"the core as it is does not pass by the {name}")
        found: list[tuple[Mutant, str]] = []
        with multiprocessing.get_context("fork").Pool(asked.processes, maxtasksperchild=1) as pool:
            for verdict in pool.imap_unordered(judge, mutants, chunksize=1):
                found.append(verdict)
                if len(found) % EACH == 0 or len(found) == len(mutants):
                    print(f"{len(found)} of {len(mutants)}", file=sys.stderr, flush=True)
    counts = Counter(verdict for _, verdict in found)
    alive = sorted((mutant for mutant, verdict in found if verdict == "let live"), key=lambda each: each.name)
    print(
        f"\n{len(mutants)} mutants: the oracle kills {len(mutants) - counts['lives']}, of which the suite convicts "
        f"{counts['convicted']} and lets {counts['let live']} live"
    )
    for mutant in alive:
        print(f"\n## {mutant.name}\n{mutant.difference}")


if __name__ == "__main__":
    main()
