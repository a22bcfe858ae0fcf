"""The garbage collector pauses while a graph is built, and goes on if it was on."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from rehydration import Contact, ContactGraph
from rehydration.errors import InvalidArgument


def seen(told: list[bool], *contacts: object) -> Iterator[Contact]:
    for each in contacts:
        told.append(gc.isenabled())
        yield each  # type: ignore[misc]  # one of them is none


@pytest.mark.parametrize("enabled", [True, False])
def test_it_pauses_while_a_graph_is_built(*, enabled: bool) -> None:
    before, told = gc.isenabled(), list[bool]()
    (gc.enable if enabled else gc.disable)()
    try:
        ContactGraph.from_contacts(seen(told, Contact(contact_id="C1")))
        assert gc.isenabled() is enabled
        with pytest.raises(InvalidArgument):
            ContactGraph.from_contacts(seen(told, 5))
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
    assert told == [False, False]
