"""What a notebook shows of a value: IPython asks the value itself."""

from __future__ import annotations

import sys

import pytest

from core.building import FROM_SEGMENT, PAST, graph
from rehydration import RehydrationRequest, explain, render, resolve
from rehydration.notebook import ShowsItself

HISTORY = graph(PAST)
REQUEST = RehydrationRequest(FROM_SEGMENT, next(iter(HISTORY)).contact_id)


def test_an_explanation_shows_itself():
    told = explain(HISTORY, REQUEST)
    assert told._repr_mimebundle_() == {"image/svg+xml": render.svg(told), "text/plain": render.text(told)}


def test_a_graph_shows_itself():
    assert HISTORY._repr_mimebundle_() == {
        "image/svg+xml": render.graph_svg(HISTORY),
        "text/plain": render.graph_text(HISTORY),
    }


def test_an_answer_shows_itself_and_keeps_its_own_text():
    answer = resolve(HISTORY, REQUEST)
    assert answer._repr_mimebundle_() == {"image/svg+xml": render.svg(answer)}


@pytest.mark.parametrize("asked", [{}, {"include": None, "exclude": None}])
def test_what_has_no_picture_shows_nothing(asked):
    assert ShowsItself()._repr_mimebundle_(**asked) == {}


def test_without_rich_there_is_a_line_of_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "rehydration.render.text_picture", None)
    assert explain(HISTORY, REQUEST)._repr_mimebundle_()["text/plain"].endswith(f" from {REQUEST.source_contact_id}")
    assert HISTORY._repr_mimebundle_()["text/plain"].startswith("1 session, ")
