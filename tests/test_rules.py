"""The catalogue is well written, and whatever names a rule names one of the catalogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_type_hints

import pytest

import rehydration.errors
from rehydration.errors import Contradiction, InvalidArgument, RehydrationError, RuleForbids
from rehydration.identifiers import RuleId
from rehydration.policies import QUESTIONS, RULE_OF_FIELD
from rehydration.rules import RULES, SOURCES, Evidence, Rule, SeenBy, Standing, _read, rule

GROUPS = {"identity": 17, "eligibility": 21, "start": 7, "visibility": 24, "paging": 23, "protocol": 18}
PACKAGE = Path(rehydration.errors.__file__).parent
NAMED = re.compile(rf'"((?:{"|".join(GROUPS)})\.[a-z][a-z-]*)"|``?((?:{"|".join(GROUPS)})\.[a-z]+-[a-z-]+)``?')


def every_kind_of_error() -> Iterator[type[RehydrationError]]:
    queue: list[type[RehydrationError]] = [RehydrationError]
    for kind in queue:
        queue.extend(each for each in kind.__subclasses__() if each.__module__ == RehydrationError.__module__)
        yield kind


def test_each_group_has_its_rules_and_stands_together() -> None:
    assert Counter(each.group for each in RULES.values()) == GROUPS
    assert list(dict.fromkeys(each.group for each in RULES.values())) == list(GROUPS)


def test_a_rule_is_found_under_its_own_id() -> None:
    assert all(name == each.id == rule(name).id for name, each in RULES.items())


def test_a_rule_is_written_in_a_line_and_its_statement() -> None:
    one = "start.here | open | AG API | wire\n    A statement,\n    in two lines."
    two = "start.there | inferred | - | seed\n    Another."
    three = "start.nowhere | documented | LIM | engine\n    A third."
    assert list(_read(f"\n{one}\n\n{two}\n{three}\n").values()) == [
        Rule(RuleId("start.here"), "A statement, in two lines.", Standing.OPEN, ("AG", "API"), SeenBy.WIRE),
        Rule(RuleId("start.there"), "Another.", Standing.INFERRED, (), SeenBy.SEED),
        Rule(RuleId("start.nowhere"), "A third.", Standing.DOCUMENTED, ("LIM",), SeenBy.ENGINE),
    ]


def test_evidence_is_written_behind_the_statement() -> None:
    written = """
start.here | open | - | wire
    A statement of 2024-01-02.
    2023-01-19 https://github.com/one/issues/1
    This was
    seen.
    2024-05-13 https://github.com/two/issues/2
    And that.
"""
    one = Evidence(date(2023, 1, 19), "https://github.com/one/issues/1", "This was seen.")
    two = Evidence(date(2024, 5, 13), "https://github.com/two/issues/2", "And that.")
    (found,) = _read(written).values()
    assert (found.statement, found.evidence) == ("A statement of 2024-01-02.", (one, two))


@pytest.mark.parametrize(("day", "older"), [(date(2023, 1, 19), True), (date(2023, 1, 20), False)])
def test_evidence_from_before_persistent_chat_says_so(day: date, older: bool) -> None:  # noqa: FBT001
    assert Evidence(day, "https://github.com/one/issues/1", "It.").is_older_than_persistent_chat is older


def test_there_is_evidence_of_three_rules_in_order_of_time() -> None:
    chatjs, examples = (SOURCES[code].rpartition("/")[2] for code in ("CJS", "CUI"))
    found = {
        each.id: [(str(seen.day), "/".join(seen.address.split("/")[-3:])) for seen in each.evidence]
        for each in RULES.values()
        if each.evidence
    }
    assert found == {
        "identity.new-session": [("2024-05-13", f"{examples}/issues/210")],
        "paging.end": [("2020-08-19", f"{chatjs}/issues/28")],
        "paging.token-lifetime": [("2022-12-20", f"{examples}/issues/70"), ("2023-07-20", f"{examples}/issues/133")],
    }


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("start.here | open | AG | wire\n    It.\n    2023-13-01 https://a.b\n    Seen.", "month must be in 1..12"),
        ("start.here | open | AG | wire\n    It.\n    2023-12-01 https://a.b", "not enough values to unpack"),
        ("start.here | open | AG\n    It.", "not enough values to unpack"),
        ("start.here | certain | AG | wire\n    It.", "'certain' is not a valid Standing"),
        ("start.here | open | AG | nobody\n    It.", "'nobody' is not a valid SeenBy"),
        ("start.here | open | AG XYZ | wire\n    It.", "no source is called 'XYZ'"),
        ("start.here | open | AG | wire", "it states nothing"),
        ("start.here | open | AG | wire\nIt.", "it states nothing"),
    ],
)
def test_a_rule_that_is_written_otherwise_is_refused_and_named(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"the rule that begins 'start.here .*{problem}"):
        _read(written)


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two rules are called start\.here"):
        _read("start.here | open | AG | wire\n    It.\nstart.here | open | AG | wire\n    It.")


def test_every_source_that_a_rule_names_is_listed() -> None:
    assert {code for each in RULES.values() for code in each.sources} <= set(SOURCES)


def test_a_documented_rule_names_its_source() -> None:
    assert [each.id for each in RULES.values() if each.standing is Standing.DOCUMENTED and not each.sources] == []


def test_the_links_of_a_rule_are_the_addresses_of_its_sources() -> None:
    assert rule("eligibility.type-required").links == (SOURCES["PC"], SOURCES["API"])


def test_a_source_without_an_address_gives_no_link() -> None:
    assert rule("identity.disconnect-is-per-segment").links == (SOURCES["CTR"],)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        RULES[RuleId("start.related")] = rule("start.reported")


def test_every_error_that_names_a_rule_names_one_of_the_catalogue() -> None:
    named = {kind: name for kind in every_kind_of_error() if isinstance(name := vars(kind).get("rule"), str)}
    assert len(named) > 20
    assert {kind: name for kind, name in named.items() if name not in RULES} == {}


def test_every_contradiction_and_every_refusal_has_a_rule() -> None:
    final = [kind for kind in every_kind_of_error() if not kind.__subclasses__()]
    assert [
        kind.__name__ for kind in final if issubclass(kind, Contradiction | RuleForbids) and "rule" not in vars(kind)
    ] == []


def test_a_policy_field_names_an_open_rule_that_names_the_field_and_its_readings_the_default_first() -> None:
    named = {field: rule(name) for field, name in RULE_OF_FIELD.items()}
    assert {field: each.standing for field, each in named.items()} == dict.fromkeys(QUESTIONS, Standing.OPEN)
    readings = {field: ", ".join(f"`{each}`" for each in question.__members__) for field, question in QUESTIONS.items()}
    told = {field: f"`Policy.{field}`: {readings[field]}." for field in QUESTIONS}
    assert [field for field, each in named.items() if told[field] not in each.statement] == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_names_rules_of_the_catalogue_alone(path: Path) -> None:
    named = {first or second for first, second in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert sorted(named - set(RULES)) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("visibility.predecessor", "rule is 'visibility.predecessor': expected one of visibility.predecessors"),
        ("visibility.session-ended", "rule is 'visibility.session-ended': expected one of eligibility.session-ended"),
        ("identity.order", "rule is 'identity.order': expected one of visibility.order"),
        ("duration-life", "rule is 'duration-life': expected one of protocol.duration"),
        ("start", f"rule is 'start': expected one of {', '.join(each for each in RULES if each.startswith('start.'))}"),
        ("?", "rule is '?': expected the id of a rule, such as visibility.predecessors"),
        (["x"], "rule is ['x']: expected the id of a rule, such as visibility.predecessors"),
        (None, "rule is None: expected the id of a rule, such as visibility.predecessors"),
    ],
)
def test_an_unknown_rule_is_refused_with_the_closest(asked: object, expected: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        rule(asked)
    assert str(caught.value) == expected


def test_the_annotations_of_a_rule_can_be_read_at_run_time() -> None:
    assert get_type_hints(Rule)["id"] is RuleId
