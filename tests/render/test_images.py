"""The pictures of the documentation are what the code draws."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = dict(runpy.run_path(str(DOCS / "pictures.py"))["pictures"]())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_documentation_is_what_the_code_draws(name):
    assert (DOCS / "images" / name).read_text(encoding="utf-8") == PICTURES[name], "run `python docs/pictures.py`"


def test_no_other_drawing_is_there():
    drawn = {each.name for each in (DOCS / "images").glob("*.svg")}
    assert drawn == {*PICTURES, "performance.svg"}  # of the benchmarks
