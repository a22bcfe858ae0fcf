"""One page to look a history up in: self-contained, without network, for people who answer for what a chat shows.

Here belongs the page: what is asked about which contacts, and how it is put together. **Python decides, the page only
looks up**: every answer is made by the engine beforehand, and the page's script holds no rule.

- ``selection``: which sessions it is about; ``answers``: what is written down of them;
- ``page.html``, ``page.css``, and the script, ``answers.js`` and ``page.js``: what is the same for every history.

The answers are lines of JSON, compressed; the page takes apart the line of the session that somebody looks at. Text of
the records is shown as text alone. The page's ``Content-Security-Policy`` lets nothing run or be loaded but its own
script and style.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Final, Unpack
from zlib import compress

from attrs import define

from rehydration.basis import Given
from rehydration.errors import InvalidInput
from rehydration.explorer.answers import NearHistory, Writer, as_line, readings_of
from rehydration.explorer.selection import TooMuchForOnePage, choose
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.writing import safe_line, safe_word
from rehydration.requests import RehydrationRequest
from rehydration.selections import EVERYTHING, Part, Selection

__all__ = ["EVERYTHING", "MOST_BYTES", "PageTooLarge", "Part", "Selection", "TooMuchForOnePage", "explorer"]

MOST_BYTES: Final = 5_000_000
"""A page is no larger than this."""

_LEVEL: Final = 6
_PLACE: Final = re.compile(r"\{\{(policy|style|data|script)\}\}")


@define(slots=False, eq=False)
class PageTooLarge(InvalidInput):
    """The page would be larger than a page may be."""

    size: int

    def __str__(self) -> str:
        """Say how large it would be, and what would have worked."""
        return (
            f"the page would have {self.size:,} bytes, more than {MOST_BYTES:,}: "
            "choose less, by contact, by customer or by time"
        )


def explorer(  # noqa: PLR0913  # what explain takes, the choice, and how much of it there is
    graph: ContactGraph,
    *,
    selection: Selection = EVERYTHING,
    part: Part | None = None,
    first: RehydrationRequest | str | None = None,
    target: str | None = None,
    watched: Callable[[Sequence[ContactId]], Iterable[ContactId]] = iter,
    **given: Unpack[Given],
) -> str:
    """Make the page of a history: what ``explain`` answers for every contact chosen, by every type.

    ``part`` tells what was chosen already where the graph holds only what that needs of a larger history.
    ``first`` is what the page shows when it opens: a request, or a contact as what it is. ``watched`` is handed the
    contacts that are asked about and gives them back one by one, so that somebody can watch.

    :raises TooMuchForOnePage: more sessions or contacts are chosen than a page holds.
    :raises PageTooLarge: the page would be larger than a page may be.
    :raises InvalidArgument: an argument is not of its type, or chooses nothing.
    """
    history = NearHistory(graph, **given)
    chosen = choose(graph, selection) if part is None else tuple(map(graph.session_of, part.chosen))
    writer = Writer(history, target, chosen, frozenset() if part is None else part.ends)
    common, sessions = writer.write(watched)
    common["first"] = _first(first, writer)
    common["about"] = {
        "contacts": len(graph) + len(graph.unknown_contacts) if part is None else part.contacts,
        "sessions": len(graph.sessions) if part is None else part.sessions,
        "chosen": len(chosen),
        "now": None if history.now is None else history.now.strftime("%Y-%m-%d %H:%M:%S"),
        "names_customers": any(each.customer_id is not None for each in graph)
        if part is None
        else part.names_customers,
        "target": None if target is None else safe_word(target),
        "policy": list(map(safe_line, readings_of(history.policy))),
    }
    page = _page([as_line(common), *sessions])
    size = len(page.encode())
    if size > MOST_BYTES:
        raise PageTooLarge(size)
    return page


def _first(first: RehydrationRequest | str | None, writer: Writer) -> list[object] | None:
    """Write down what the page shows when it opens, if it is on the page."""
    contact_id, kind = first, None
    if isinstance(first, RehydrationRequest):
        contact_id, kind = first.source_contact_id, first.rehydration_type
    return [writer.contacts[ContactId(contact_id)], kind] if contact_id in writer.contacts else None


def _page(data: Sequence[str]) -> str:
    """Put a page together; what is put in is not looked at again."""
    written = b64encode(compress("\n".join(data).encode(), _LEVEL)).decode()
    style, script = (
        _part("page.css"),
        f'"use strict";\n(async () => {{\n{_part("answers.js")}{_part("page.js")}}})();\n',
    )
    parts = {"policy": _content_policy(style, script), "style": style, "script": script, "data": written}
    return _PLACE.sub(lambda found: parts[found[1]], _part("page.html"))


def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _content_policy(style: str, script: str) -> str:
    """Allow this script and this style, and nothing else."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
