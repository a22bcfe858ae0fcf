"""What the site makes of the code's tables is all that they hold, and the pages ask for what there is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import generated_pages
import rehydration
from generated_pages import (
    DOCS,
    MARKER,
    PARTS,
    case_counts,
    case_format,
    code_map,
    contracts,
    fault_tables,
    faults,
    filled,
    first_sentence,
    gallery,
    home_of,
    if_there,
    kept,
    layers,
    links_turned,
    module_page,
    picture,
    policy,
    public_modules,
    public_names,
    rules,
    shape,
    source_of,
    submodules,
)
from rehydration import RULES
from rehydration.conformance.casebook import all_cases
from rehydration.examples import EXAMPLES
from rehydration.policies import QUESTIONS
from rehydration.rules import Standing, rule

PAGES = sorted(path for path in DOCS.rglob("*.md") if "modules" not in path.parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_asks_for_what_can_be_generated(page: Path) -> None:
    asked = {found["name"] for found in MARKER.finditer(page.read_text(encoding="utf-8"))}
    assert asked <= PARTS.keys()


def test_all_that_can_be_generated_is_asked_for() -> None:
    asked = {found["name"] for page in PAGES for found in MARKER.finditer(page.read_text(encoding="utf-8"))}
    assert PARTS.keys() - asked <= {"if-there"}


def test_a_marker_becomes_what_it_asks_for() -> None:
    assert filled("before\n<!-- generated: contracts -->\nafter") == "\n".join(["before", *contracts(), "after"])
    assert filled("<!-- try-command -->") == "<!-- try-command -->"
    with pytest.raises(KeyError, match="nonsense"):
        filled("<!-- generated: nonsense -->")


def test_each_rule_is_told_once_under_its_own_name_with_its_statement() -> None:
    lines = list(rules())
    assert [line for line in lines if line.startswith("### ")] == [f"### {name}" for name in RULES]
    assert [lines[lines.index(f"({name})=") + 3] for name in RULES] == [each.statement for each in RULES.values()]


def test_a_rule_is_told_with_its_sources_its_field_and_its_faults() -> None:
    lines = list(rules())
    assert lines[lines.index("(start.entire-given-another)=") + 5] == (
        "**open**: AWS leaves it open · a history must be planted to show it · "
        "read by [`Policy.entire_source`](#policy.entire_source) · "
        "faults: {py:class}`~rehydration.errors.NotInitialContact`"
    )
    assert (
        "sources: [LIM](https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html)"
        in (lines[lines.index("(visibility.past-limit)=") + 5])
    )


def test_a_rule_is_told_with_what_was_seen_on_a_live_instance() -> None:
    lines = list(rules())
    older, newer = rule("paging.token-lifetime").evidence
    at = lines.index("(paging.token-lifetime)=")
    examples = "https://github.com/amazon-connect/amazon-connect-chat-ui-examples/issues"
    assert lines[at + 7 : at + 10] == [
        f"- evidence of [2022-12-20]({examples}/70) (older than persistent chat): {older.statement}",
        f"- evidence of [2023-07-20]({examples}/133): {newer.statement}",
        "",
    ]


def test_each_field_of_the_policy_is_told_with_its_readings_the_default_marked() -> None:
    lines = list(policy())
    assert [line for line in lines if line.startswith("## ")] == [f"## {name}" for name in QUESTIONS]
    assert lines[-3:] == [
        "- readings: `GAP` (default), `STOP`, `REFUSE`",
        "- rule: [`visibility.transcript-unavailable`](#visibility.transcript-unavailable)",
        "",
    ]


def test_each_fault_is_told_once_in_its_family() -> None:
    page = "\n".join(fault_tables())
    told = re.findall(r"^\| \{py:class\}`~rehydration\.(?:errors|service\.refusals)\.(\w+)`", page, re.MULTILINE)
    assert Counter(told) == Counter(each.__name__ for each in faults())
    assert "ContradictoryRecords" in told
    assert re.search(r"^## NotFound\n\n.*\n\nAnswers with `ResourceNotFoundException` \(404\)\.$", page, re.MULTILINE)


def test_the_form_of_a_case_tells_each_kind_of_step() -> None:
    lines = list(case_format())
    kinds = ["call", "visible", "items-step", "pages", "advance", "settle"]
    assert f"One of {', '.join(f'[{each}](#case-{each})' for each in kinds)}." in lines
    assert [each for each in kinds if f"## {each}" not in lines] == []
    assert "| `id` | string like `" in "\n".join(lines)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/$defs/world"}, "[world](#case-world)"),
        ({"$ref": "#/$defs/symbol"}, "symbol"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"const": True}, "`true`"),
        ({"type": "array", "items": {"oneOf": [{"type": "string"}, {}]}}, "list of string or anything"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of string"),
        ({"type": "object", "additionalProperties": False}, "object"),
        ({"type": "integer", "minimum": 1}, "integer, at least 1"),
    ],
)
def test_a_schema_is_said_in_words(schema: dict[str, object], expected: str) -> None:
    assert shape(schema) == expected


def test_the_cases_are_counted() -> None:
    *_, sums, _ = case_counts()
    numbers = [int(each) for each in re.findall(r"\d+", sums)]
    assert numbers[0] == sum(numbers[1:]) == len([each for each in all_cases() if each.rules])


def test_every_example_is_shown() -> None:
    assert [line for line in gallery() if line.startswith("## ")] == [f"## {name}" for name in EXAMPLES]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_picture_of_an_example_is_there(name: str) -> None:
    assert list(picture(name, up="../")) == [f"![{EXAMPLES[name].sentence}](../images/{name}.svg)", ""]
    assert (DOCS / "images" / f"{name}.svg").is_file()


def test_the_code_map_tells_every_module_of_the_package_in_the_order_of_the_contract() -> None:
    told = re.findall(r"^\| \d+ \| \[?`(\w+)`", "\n".join(code_map()), re.MULTILINE)
    assert told == [module for layer in layers() for module in layer]
    package = Path(rehydration.__file__).parent
    there = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {*told} == there - {"__init__"}


def test_every_module_with_a_page_has_a_charter() -> None:
    modules = [each for module in public_modules() for each in (module, *submodules(module))]
    assert len(modules) > 50
    assert [each for each in modules if not first_sentence(generated_pages.docstring_of(each))] == []
    assert [each for each in modules if not source_of(each).is_file()] == []


def test_the_page_of_a_package_has_its_modules() -> None:
    page = module_page("strategies")
    found = re.findall(r"^\.\. automodule:: rehydration\.(.*)$", page, re.MULTILINE)
    assert found == [
        "strategies",
        "strategies.entire_past_session",
        "strategies.from_segment",
        "strategies.protocol",
    ]


def test_every_public_name_is_told_with_what_it_is_and_its_home() -> None:
    told = re.findall(r"^\| \{py:obj\}`(\w+) <([\w.]+)>` \| (.*) \|$", "\n".join(public_names()), re.MULTILINE)
    assert [name for name, _, _ in told] == rehydration.__all__
    assert [name for name, _, sentence in told if not sentence] == []
    sentences = {name: sentence for name, _, sentence in told}
    assert sentences["DEFAULT_POLICY"] == "The default reading of every question."
    assert sentences["RuleId"].startswith("Id of a rule of the catalogue")
    assert sentences["PastContact"].startswith("What a list of past contacts holds")
    assert sentences["resolve"].startswith("Decide which contact a new chat continues from")
    assert home_of("DEFAULT_POLICY") == "rehydration.policies.DEFAULT_POLICY"
    assert home_of("RehydrationStrategy") == "rehydration.strategies.protocol.RehydrationStrategy"


def test_every_public_name_is_either_frozen_or_provisional() -> None:
    page = (DOCS / "stability.md").read_text(encoding="utf-8")
    names_of = page.partition("## Names in `rehydration`")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", names_of, re.MULTILINE)
    assert Counter(re.findall(r"`(\w+)`", " ".join(cells))) == Counter(rehydration.__all__)


def test_a_first_sentence_is_markdown() -> None:
    assert (
        first_sentence("A ``link`` of\n    a :class:`~x.Session`. More.\n\n    And more.")
        == "A `link` of a `x.Session`."
    )
    assert first_sentence(None) == ""


def test_links_lead_to_where_the_page_is_in_the_site() -> None:
    assert links_turned("[a](../README.md#embed-it) [b](embed.md)") == "[a](index.md#embed-it) [b](embed.md)"
    assert links_turned("[a](docs/embed.md#x) [b](CHANGELOG.md)", prefix="docs/") == "[a](embed.md#x) [b](changelog.md)"


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_a_page_kept_elsewhere_is_taken_in(name: str) -> None:
    (page,) = kept(name)
    assert page.startswith("# ")
    assert "](docs/" not in page


def test_a_page_that_is_not_there_is_not_listed() -> None:
    assert list(if_there("tutorial")) == ["tutorial"]
    assert list(if_there("nonsense")) == []


def test_what_would_settle_it_is_told_for_every_open_question() -> None:
    page = (DOCS / "open-questions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\[`(\w+)`\]\(reference/policy\.md#policy\.\1\)", page, re.MULTILINE) == list(QUESTIONS)
    assert page.count("*Settle it*:") == len(QUESTIONS)
    of_a_field = set(generated_pages.RULE_OF_FIELD.values())
    others = [each.id for each in RULES.values() if each.standing is Standing.OPEN and each.id not in of_a_field]
    assert re.findall(r"^\| \[`([a-z.-]+)`\]\(reference/rules\.md#\1\) \|", page, re.MULTILINE) == others
