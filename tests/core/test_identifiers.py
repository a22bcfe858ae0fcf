"""What can be the id of a contact."""

from __future__ import annotations

import pytest

from rehydration.identifiers import CONTACT_ID_LENGTH, is_contact_id


@pytest.mark.parametrize("value", ["x", "x" * 256, "not-a-uuid", " ", "\n", "ключ", "\U0001f600" * 256, "\ud7ff\ue000"])
def test_text_of_1_to_256_characters_is_a_contact_id(value: str) -> None:
    assert is_contact_id(value) is True


@pytest.mark.parametrize("value", ["", "x" * 257, "é" * 257, "\ud800", "a\udfff", "\udbffz"])
def test_text_of_another_length_or_with_a_lone_surrogate_is_none(value: str) -> None:
    assert is_contact_id(value) is False


@pytest.mark.parametrize("value", [None, 1, b"x", ["x"], ("x",), True, object()])
def test_what_is_no_text_is_none(value: object) -> None:
    assert is_contact_id(value) is False


def test_the_length_is_that_of_the_rules_page() -> None:
    assert CONTACT_ID_LENGTH == 256
