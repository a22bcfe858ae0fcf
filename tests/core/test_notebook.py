"""What a notebook shows of a value: IPython asks the value itself."""

from __future__ import annotations

import html
import re
import sys
from base64 import b64decode

import pytest

from core.building import FROM_SEGMENT, PAST, birds, graph
from rehydration import History, RehydrationRequest, certainty, explain, exposure, plan, render, resolve
from rehydration.notebook import ShowsItself


def check_image(shown: str, drawn: str, told: str) -> None:
    """Check that an image has a text, is no wider than the page, and is the picture."""
    found = re.fullmatch(r'<img alt="([^"]+)" style="max-width:100%" src="data:image/svg\+xml;base64,([^"]+)">', shown)
    assert found is not None
    assert html.unescape(found[1]).startswith(told)
    assert b64decode(found[2]).decode() == drawn


HISTORY = graph(PAST)
REQUEST = RehydrationRequest(FROM_SEGMENT, next(iter(HISTORY)).contact_id)


def test_an_explanation_shows_itself():
    told = explain(HISTORY, REQUEST)
    shown = dict(told._repr_mimebundle_())
    check_image(shown.pop("text/html"), shown["image/svg+xml"], f"FROM_SEGMENT {REQUEST.source_contact_id} continues")
    assert shown == {"image/svg+xml": render.svg(told), "text/plain": render.text(told)}


def test_a_graph_shows_itself():
    shown = dict(HISTORY._repr_mimebundle_())
    check_image(shown.pop("text/html"), shown["image/svg+xml"], "Contacts of one instance: 1 session, ")
    assert shown == {
        "image/svg+xml": render.graph_svg(HISTORY),
        "text/plain": render.graph_text(HISTORY),
    }


def test_an_answer_shows_itself_and_keeps_its_own_text():
    answer = resolve(HISTORY, REQUEST)
    shown = dict(answer._repr_mimebundle_())
    check_image(shown.pop("text/html"), shown["image/svg+xml"], f"FROM_SEGMENT {REQUEST.source_contact_id} continues")
    assert shown == {"image/svg+xml": render.svg(answer)}


def test_what_a_chat_sees_shows_itself_as_a_picture():
    linked = graph(PAST, birds())
    seen = History(linked).sees("owl")
    assert seen._repr_mimebundle_() == seen.explanation._repr_mimebundle_()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (certainty(HISTORY, REQUEST), "Certain: "),
        (
            exposure(HISTORY, REQUEST.source_contact_id),
            "plum (2026-05-03 09:00) can be read in no",
        ),
        (History(HISTORY).why("plum", "fig"), "No: plum does not show fig"),
        (plan(HISTORY, [REQUEST.source_contact_id])[0], "Send "),
    ],
)
def test_what_has_no_picture_shows_itself_as_text_in_colours(value, said):
    shown = value._repr_mimebundle_()
    assert list(shown) == ["text/html", "text/plain"]
    assert shown["text/plain"].startswith(said)
    inner = re.sub("<[^>]*>", "", shown["text/html"])
    assert html.unescape(inner) == shown["text/plain"]
    assert "<span style=" in shown["text/html"]


@pytest.mark.parametrize("asked", [{}, {"include": None, "exclude": None}])
def test_what_has_no_picture_shows_nothing(asked):
    assert ShowsItself()._repr_mimebundle_(**asked) == {}


def test_without_rich_there_is_a_line_of_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "rehydration.render.text_picture", None)
    monkeypatch.delattr(render, "text_picture", raising=False)
    told = explain(HISTORY, REQUEST)._repr_mimebundle_()["text/plain"]
    assert told.startswith(
        f"FROM_SEGMENT {REQUEST.source_contact_id} continues from {REQUEST.source_contact_id}. Visib"
    )
    assert HISTORY._repr_mimebundle_()["text/plain"].startswith("1 session, ")
