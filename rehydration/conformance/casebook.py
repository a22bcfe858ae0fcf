"""The cases: data of this package, as values.

Here belongs how cases are found and read. How one is run is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import field, frozen

from rehydration.conformance.faults import CaseMalformed
from rehydration.errors import shortened

Step = Mapping[str, Any]


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
    data: Mapping[str, Any] = field(factory=dict, repr=False, eq=False)

    @property
    def group(self) -> str:
        """The group that it is listed with."""
        return self.case_id.partition("/")[0].partition(".")[0]

    @property
    def tells(self) -> frozenset[str]:
        """The fields of the policy of which it can tell the reading."""
        accepted = (alternative for step in self.steps for alternative in step.get("accept", ()))
        return frozenset(name for alternative in accepted for name in alternative.get("reading", ()))

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
                data=data,
            )
        except (KeyError, TypeError, AttributeError) as fault:
            name = data.get("id") if isinstance(data, Mapping) else None
            raise CaseMalformed(f"case {name!r}: {type(fault).__name__}: {fault}") from fault


def schema() -> Any:  # noqa: ANN401  # JSON data
    """Read the JSON Schema that cases follow."""
    return json.loads((files("rehydration.conformance") / "cases" / "case.schema.json").read_text(encoding="utf-8"))


@cache
def all_cases() -> tuple[Case, ...]:
    """Read every case of the suite, by group and in the order of its file."""
    found = []
    for file in sorted((files("rehydration.conformance") / "cases").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json") and not file.name.endswith(".schema.json"):
            found += [Case.of_data(each) for each in json.loads(file.read_text(encoding="utf-8"))]
    return tuple(found)


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """Read the cases of a file of one's own.

    :raises CaseMalformed: it cannot be read or does not follow the schema.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # for those who write cases
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise CaseMalformed(f"{path}: {fault}") from fault
    worst = best_match(Draft202012Validator(schema()).iter_errors(data))
    if worst is not None:
        raise CaseMalformed(f"{path}: {worst.json_path}: {shortened(worst.message, 300)}")
    return tuple(Case.of_data(each) for each in data)


def chosen(cases: Iterable[Case], names: Iterable[str]) -> tuple[Case, ...]:
    """Choose cases by id, by rule or by group; without names, all.

    :raises CaseMalformed: a name is none of these.
    """
    every, wanted = tuple(cases), tuple(names)
    for name in wanted:
        if not any(_is_named(each, name) for each in every):
            raise CaseMalformed(f"no case, rule or group is called {name!r}; `rehydration conformance list` tells all")
    return tuple(each for each in every if not wanted or any(_is_named(each, name) for name in wanted))


def _is_named(case: Case, name: str) -> bool:
    return name in (case.case_id, case.group, *case.rules)
