"""AWS's names of what a contact has stand in one table, and nowhere else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import pytest

import rehydration
from rehydration.records.members import A_RECORDING, MEMBERS, NAMES, camel, is_of_contacts, pascal, plain

PACKAGE = Path(rehydration.__file__).parent
TABLE = "records/members.py"
AS_DATA = ("examples.py", "conformance/")
"""Records written down as AWS writes them, to be read: histories to try, cases of the suite."""

ALSO_PARAMETERS = {
    "ContactId",
    "InitialContactId",
    "RelatedContactId",
    "CustomerId",
    "Attributes",
    "Channel",
    "Status",
    "InstanceId",
}
"""What operations of Amazon Connect call their parameters too."""

SPELT = {write(name) for name in (*NAMES, *A_RECORDING) for write in (pascal, camel) if "_" in name} | {"Recordings"}
DISTINCT = SPELT - ALSO_PARAMETERS - {camel(each) for each in ("event_type",)}


READERS = ("records/", "bulk/", "cli/")
"""Who has to do with no operation."""


def names_in(path: Path) -> Iterator[str]:
    """Yield the words in the texts and bytes of a module; docstrings, sentences and types of casts are left out."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    types = [each.args[0] for each in nodes if isinstance(each, ast.Call) and ast.unparse(each.func) == "cast"]
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and node not in types:
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if " " not in text:
                yield from re.findall(r"\w+", text)


def test_nobody_else_spells_them() -> None:
    found = {
        (where, each)
        for path in PACKAGE.rglob("*.py")
        if not (where := str(path.relative_to(PACKAGE))).startswith((TABLE, *AS_DATA))
        for each in names_in(path)
        if each in (SPELT if where.startswith(READERS) else DISTINCT)
    }
    assert found == set()


@pytest.mark.parametrize("shape", ["Contact", "ContactSearchSummary", "AssociatedContactSummary"])
def test_every_member_of_an_answer_is_known_to_be_of_contacts(shape: str) -> None:
    data = Path(botocore.__file__).parent / "data" / "connect"
    (model,) = data.rglob("service-2.json*")
    read = model.read_bytes()
    if model.suffix == ".gz":
        import gzip

        read = gzip.decompress(read)
    members = json.loads(read)["shapes"][shape]["members"]
    assert [each for each in members if not is_of_contacts(each)] == []


def test_all_spellings_of_a_name_are_one() -> None:
    for name in (*MEMBERS, *NAMES):
        assert {plain(each) for each in (name, name.upper(), pascal(name), camel(name), plain(name))} == {plain(name)}
