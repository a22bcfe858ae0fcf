"""The cases: data of this package, as values.

Here belongs how cases are found and read. How one is run is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from rehydration.conformance.faults import CaseMalformed
from rehydration.errors import shortened
from rehydration.policies import QUESTIONS
from rehydration.rules import RULES

Step = Mapping[str, Any]

FIRST_SET: Final = "2026.11"
"""The requirement set of the cases that do not name one."""

SMOKE: Final = "smoke"
"""The group, and the standing, of the cases that prove the harness and no rule."""

_OF_THE_LINK: Final = frozenset({"start", "eligibility", SMOKE})
_ABOUT_THE_LINK: Final = frozenset(
    {
        "identity.session",
        "identity.session-end",
        "identity.contact-is-segment",
        "protocol.initial-contact-id-is-current",
        "protocol.not-resume",
        "protocol.plan-before-commit",
        "protocol.token-replay",
    }
)
"""Rules, beside those of start and eligibility, that show in what a chat continues from."""


@frozen
class Case:
    """One case: what it shows, what it needs, the world that it is set in, what is asked and what is accepted."""

    case_id: str
    title: str
    rules: tuple[str, ...]
    standing: str
    needs: frozenset[str]
    steps: tuple[Step, ...]
    world: Mapping[str, Any] = field(factory=dict)
    since: str = FIRST_SET
    data: Mapping[str, Any] = field(factory=dict, repr=False, eq=False)

    @property
    def group(self) -> str:
        """The group that it is listed with."""
        return self.case_id.partition("/")[0].partition(".")[0]

    @property
    def tells(self) -> frozenset[str]:
        """The fields of the policy of which it can tell the reading."""
        return frozenset(name for alternative in self._alternatives for name in alternative.get("reading", ()))

    @property
    def _alternatives(self) -> Iterator[Mapping[str, Any]]:
        return (alternative for step in self.steps for alternative in step.get("accept", ()))

    def shows(self, place: int) -> bool:
        """Whether a step, counted from 0, shows what the case is about; the others only prepare.

        The last step shows, and so does every other one that says what it accepts. A step says so itself by
        ``prepares``, or else one that only makes a link prepares where the case is about something else.
        """
        step = self.steps[place]
        if place == len(self.steps) - 1:
            return True
        if "accept" not in step:
            return False
        if "prepares" in step:
            return not step["prepares"]
        return self._is_about_the_link or not _makes_a_link(step["accept"])

    @property
    def _is_about_the_link(self) -> bool:
        about = (each for each in self.rules if each != "start.related")
        return any(each.partition(".")[0] in _OF_THE_LINK or each in _ABOUT_THE_LINK for each in about)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Case:
        """Make a case of what is written down.

        :raises CaseMalformed: a member is missing or not of its form.
        """
        try:
            return cls(
                case_id=data["id"],
                title=data["title"],
                rules=tuple(data["rules"]),
                standing=data["standing"],
                needs=frozenset(data["needs"]),
                steps=tuple(data["steps"]),
                world=data.get("world", {}),
                since=data.get("since", FIRST_SET),
                data=data,
            )
        except (KeyError, TypeError, AttributeError) as fault:
            name = data.get("id") if isinstance(data, Mapping) else None
            raise CaseMalformed(f"case {name!r}: {type(fault).__name__}: {fault}") from fault


def _makes_a_link(accept: Iterable[Mapping[str, Any]]) -> bool:
    """Whether all that is accepted is one contact that is continued from."""
    alternatives = list(accept)
    only = alternatives[0].get("answer")
    return len(alternatives) == 1 and isinstance(only, Mapping) and only.keys() == {"ContinuedFromContactId"}


@frozen
class Retirement:
    """A published case that is asked no more: since which requirement set, why, and what is asked instead."""

    case_id: str
    since: str
    reason: str
    instead: tuple[str, ...]


# ------------------------------------------------------------------------------------------------- the suite's own


def _read(name: str) -> Any:  # noqa: ANN401  # JSON data
    return json.loads((files("rehydration.conformance") / "cases" / name).read_text(encoding="utf-8"))


def schema() -> Any:  # noqa: ANN401  # JSON data
    """Read the JSON Schema that cases follow."""
    return _read("case.schema.json")


@cache
def retirements() -> Mapping[str, Retirement]:
    """Read which published cases are asked no more, by id."""
    told = _read("retired.json")
    found = (Retirement(each["id"], each["since"], each["reason"], tuple(each["instead"])) for each in told)
    return {each.case_id: each for each in found}


@cache
def published_cases() -> tuple[Case, ...]:
    """Read every case that was ever published, the smoke cases first, then by group and in the order of its file."""
    folder = files("rehydration.conformance") / "cases"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".json"))
    groups = [each for each in names if each not in ("case.schema.json", "retired.json")]
    groups.sort(key=lambda each: each != f"{SMOKE}.json")
    return tuple(Case.of_data(each) for name in groups for each in _read(name))


def requirement_sets() -> tuple[str, ...]:
    """Name the requirement sets, the oldest first."""
    return tuple(sorted({each.since for each in published_cases()} | {each.since for each in retirements().values()}))


def all_cases(requirements: str | None = None) -> tuple[Case, ...]:
    """Read the cases of a requirement set, by default of the newest.

    :raises CaseMalformed: there is no such set.
    """
    sets = requirement_sets()
    asked = sets[-1] if requirements is None else requirements
    if asked not in sets:
        raise CaseMalformed(f"there is no requirement set {asked!r}: expected one of {', '.join(sets)}")
    gone = {each.case_id for each in retirements().values() if each.since <= asked}
    return tuple(each for each in published_cases() if each.since <= asked and each.case_id not in gone)


# ------------------------------------------------------------------------------------------------- a file of one's own


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """Read the cases of a file of one's own.

    :raises CaseMalformed: it cannot be read, does not follow the schema, or names a rule or reading that is none.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # for those who write cases
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise CaseMalformed(f"{path}: {fault}") from fault
    worst = best_match(Draft202012Validator(schema()).iter_errors(data))
    if worst is not None:
        raise CaseMalformed(f"{path}: {worst.json_path}: {shortened(worst.message, 300)}")
    for place, each in enumerate(data):
        for where, problem in _problems(each):
            raise CaseMalformed(f"{path}: $[{place}].{where}: {problem}")
    return tuple(Case.of_data(each) for each in data)


def _problems(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find what a case of the right form says of rules and readings that there are not."""
    for place, name in enumerate(case["rules"]):
        if name not in RULES:
            yield f"rules[{place}]", f"no rule is called {name!r}; `rehydration rules` lists them"
    if not case["rules"] and case["standing"] != SMOKE:
        yield "rules", "it names no rule; only smoke cases are about none"
    standings = ("documented", "inferred", "open")
    for name in case["rules"] if case["standing"] in standings else ():
        if standings.index(case["standing"]) < standings.index(RULES[name].standing.value):
            yield "standing", f"{case['standing']!r} is more than its rule {name} is: {RULES[name].standing.value!r}"
    for place, step in enumerate(case["steps"]):
        for number, alternative in enumerate(step.get("accept", ())):
            for name, reading in alternative.get("reading", {}).items():
                where = f"steps[{place}].accept[{number}].reading"
                if name not in QUESTIONS:
                    yield where, f"{name!r} is no field of Policy: expected one of {', '.join(QUESTIONS)}"
                elif reading not in QUESTIONS[name].__members__:
                    legal = ", ".join(QUESTIONS[name].__members__)
                    yield where, f"{reading!r} is no reading of {name}: expected one of {legal}"


# ---------------------------------------------------------------------------------------------------------- choosing


def chosen(
    cases: Iterable[Case], names: Iterable[str] = (), *, standings: Iterable[str] = (), needs: Iterable[str] = ()
) -> tuple[Case, ...]:
    """Choose cases by id, by rule or by group, of some standings, and of those that need something; without, all.

    :raises CaseMalformed: a name is none of these, or nothing is left.
    """
    every, wanted = tuple(cases), tuple(names)
    for name in wanted:
        if not any(_is_named(each, name) for each in every):
            raise CaseMalformed(_no_such(name))
    found = (each for each in every if not wanted or any(_is_named(each, name) for name in wanted))
    of, needing = frozenset(standings), frozenset(needs)
    found = (each for each in found if not of or each.standing in of)
    left = tuple(each for each in found if not needing or needing & each.needs)
    if not left:
        raise CaseMalformed("no case is of all that: fewer conditions leave more cases")
    return left


def _is_named(case: Case, name: str) -> bool:
    return name in (case.case_id, case.group, *case.rules)


def _no_such(name: str) -> str:
    gone = retirements().get(name)
    if gone is not None:
        instead = f"; instead: {', '.join(gone.instead)}" if gone.instead else ""
        return f"the case {name!r} is retired since {gone.since}: {gone.reason}{instead}"
    return f"no case, rule or group is called {name!r}; `rehydration conformance list` tells all"
