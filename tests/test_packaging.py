"""What an installed package brings and loads, and that the README's shell blocks are run by somebody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

import rehydration

README = Path(__file__).resolve().parents[1] / "README.md"
PAGES = sorted((README.parent / "docs").rglob("*.md"))
BLOCK = re.compile(r"(?:^<!-- (?P<marker>[a-z-]+) -->\n+)?^```(?P<language>\w*)\n.*?^```$", re.MULTILINE | re.DOTALL)


def modules_after(statement: str) -> set[str]:
    """Tell the top-level modules that a fresh interpreter has loaded after a statement and had not before it."""
    program = (
        f"import sys, json; before = set(sys.modules)\n{statement}\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def third_party(modules: set[str]) -> set[str]:
    return {name for name in modules if name not in sys.stdlib_module_names and not name.startswith("_")}


def test_importing_the_package_loads_neither_networkx_nor_an_extra() -> None:
    assert third_party(modules_after("import rehydration")) <= {"rehydration", "attr", "attrs"}


@pytest.mark.parametrize("module", ["rules", "errors", "policies", "requests", "contacts", "sessions", "strategies"])
def test_the_modules_below_the_graph_need_attrs_alone(module: str) -> None:
    assert third_party(modules_after(f"import rehydration.{module}")) == {"rehydration", "attr", "attrs"}


def test_the_engine_loads_networkx_only_where_it_searches_a_long_way() -> None:
    asked = """
from datetime import UTC, datetime
from rehydration import Contact, ContactGraph, RehydrationRequest, explain
chain = [Contact(contact_id=f"C{n}", previous_contact_id=f"C{n-1}" if n else None, initial_contact_id="C0",
                 disconnect_timestamp=datetime(2026, 5, 4, tzinfo=UTC)) for n in range(40)]
graph = ContactGraph.from_contacts(chain)
explain(graph, RehydrationRequest("FROM_SEGMENT", "C39"))
"""
    assert third_party(modules_after(asked)) == {"rehydration", "attr", "attrs"}
    assert "networkx" in modules_after(f"{asked}graph.comes_before('C0', 'C39')")


def test_the_core_depends_on_attrs_and_networkx_without_an_upper_bound() -> None:
    core = sorted(each for each in requires("rehydration") or [] if "extra ==" not in each)
    assert core == ["attrs>=23.2", "networkx>=3.2"]


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(rehydration.__file__).parent / "py.typed").is_file()


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in rehydration.__all__ if not hasattr(rehydration, name)] == []


def test_every_block_of_the_readme_is_run() -> None:
    """Python and console blocks run as tests, the two marked shell blocks in ``.ci/run``; no other can drift unseen."""
    blocks = [(each["language"], each["marker"]) for each in BLOCK.finditer(README.read_text(encoding="utf-8"))]
    shells = [marker for language, marker in blocks if language not in {"python", "console"}]
    assert sorted(map(str, shells)) == ["test-command", "try-command"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(README.parent)))
def test_no_block_of_a_page_looks_as_if_it_were_run_and_is_not(page: Path) -> None:
    languages = re.findall(r"^ *```+(\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {*languages} & {"bash", "sh", "shell", "shell-session", "py", "python3", "pycon"} == set()


def test_every_public_name_can_be_found_before_it_is_loaded() -> None:
    assert set(rehydration.__all__) <= set(dir(rehydration))
    with pytest.raises(AttributeError, match="no attribute 'resolve_all'"):
        rehydration.resolve_all  # noqa: B018
