"""Long columns are worked on in parts; here parts are short, so that the small exports of tests have several."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehydration.bulk import parts


@pytest.fixture(autouse=True, scope="package")
def _short_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_LENGTH", 7)
        yield
