"""Everything of one customer as one HTML page to hand over: self-contained, without script or network.

Here belongs how the page looks. The text of the records is escaped. This module does not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from rehydration.contacts import Contact
from rehydration.customers import CustomerContact, CustomerReport, CustomerSession
from rehydration.exposures import Sighting
from rehydration.render.listing import CONNECT_CHECKS_NOT, assumed_in, facts_of, gaps_told, minute
from rehydration.render.writing import counted, safe_line, safe_word
from rehydration.sights import Shown, Sight

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; }
table { border-collapse: collapse; display: block; overflow-x: auto; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; }
code { overflow-wrap: anywhere; }
time { white-space: nowrap; }
.other { border-left: .3rem solid #cf222e; padding-left: .7rem; }
@media print { body { font-size: 11px; max-width: none; } }
"""


def customer_page(report: CustomerReport) -> str:
    """Make the page of a report."""
    title = f"Customer {safe_word(report.customer_id)}"
    parts = [
        f"<h1>{_text(title)}</h1>",
        f"<p>{_counts(report)}. Times are UTC.</p>",
        *_crossings(report),
        *_untold(report),
        *(f"<p><strong>At least this:</strong> {_text(each)}.</p>" for each in gaps_told(report.gaps)),
        *_losses(report),
        *(part for session in report.sessions for part in _session(session)),
        *_travelled(report),
        *(f"<p>Assumes {_text(each)}.</p>" for each in assumed_in(report.exposures)),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _counts(report: CustomerReport) -> str:
    return f"{counted(len(report.contacts), 'contact')} in {counted(len(report.sessions), 'session')}"


def _text(text: str) -> str:
    return escape(safe_line(text))


def _code(contact_id: str) -> str:
    return f"<code>{_text(safe_word(contact_id))}</code>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the cells are HTML already."""
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table>\n<tr>{head}</tr>\n{body}</table>"


def _crossings(report: CustomerReport) -> Iterator[str]:
    """Write what crosses customers, which comes first."""
    foreign = [(session, each) for session in report.sessions for each in session.foreign]
    if foreign:
        yield f'<div class="other"><h2>Their chats show contacts of other customers</h2><p>{CONNECT_CHECKS_NOT}</p>'
        yield _table(
            ("Session", "Contact", "What it is", "Shown"),
            (
                (
                    _code(session.initial_contact_id),
                    _code(each.contact_id),
                    _text(_facts(each.contact)),
                    each.shown.value,
                )
                for session, each in foreign
            ),
        )
        yield "</div>"
    if report.seen_by_others:
        yield f'<div class="other"><h2>Chats of other customers show theirs</h2><p>{CONNECT_CHECKS_NOT}</p>'
        yield _table(
            ("Contact", "Session", "Customer", "Shown"),
            (
                (
                    _code(exposure.contact_id),
                    _code(found.initial_contact_id),
                    _text(str(found.customer_id)),
                    (Shown.YES if isinstance(found, Sighting) else Shown.UNDECIDED).value,
                )
                for exposure, found in report.seen_by_others
            ),
        )
        yield "</div>"


def _untold(report: CustomerReport) -> Iterator[str]:
    """Say where no record tells whether something crosses customers."""
    if report.seen_untold:
        named = ", ".join(_code(each.contact_id) for each in report.seen_untold)
        yield f"<p>No record tells the customer of what their chats show: {named}.</p>"
    if report.untold_readers:
        named = ", ".join(map(_code, report.untold_readers))
        yield f"<p>No record tells the customer of sessions that show theirs: {named}.</p>"


def _facts(contact: object) -> str:
    return ", ".join(facts_of(contact))  # type: ignore[arg-type]  # a past contact


def _session(session: CustomerSession) -> Iterator[str]:
    yield f"<h2>Session {_code(session.initial_contact_id)}</h2>"
    if session.link is not None:
        kind = session.link.rehydration_type or "type not recorded"
        yield f"<p>Continues from {_code(session.link.continued_from_contact_id)} ({_text(kind)}).</p>"
    yield _table(
        ("Contact", "Began", "Ended", "Method", "Transcript", "Attributes"), (_row(each) for each in session.contacts)
    )
    if session.sight is not None:
        yield "<h3>What its chat shows of the past</h3>"
        yield _past(session.sight)


def _past(sight: Sight) -> str:
    refused = "" if sight.refusal is None else "<p>Nothing: the policy refuses it.</p>"
    seen = [each for each in sight.contacts if each.shown is not Shown.NO]
    if not seen:
        return refused or "<p>Nothing.</p>"
    told = _table(
        ("Contact", "What it is", "Shown"),
        ((_code(each.contact_id), _text(_facts(each.contact)), each.shown.value) for each in seen),
    )
    return f"{refused}{told}<p>{_text(sight.certainty.title)}: {_text(sight.certainty.line)}.</p>"


def _row(each: CustomerContact) -> tuple[str, ...]:
    known = each.contact if isinstance(each.contact, Contact) else None
    if known is None:
        return (_code(each.contact_id), "no record", "", "", "", "")
    times = (known.initiation_timestamp, known.disconnect_timestamp)
    return (
        _code(each.contact_id),
        *("" if time is None else f"<time>{minute(time)}</time>" for time in times),
        _text(f"{known.initiation_method or ''}{' (survey)' if known.is_survey else ''}"),
        "<br>".join(f"<code>{_text(location)}</code>" for location in each.locations),
        "<br>".join(f"{_text(name)} = {_text(value)}" for name, value in each.attributes.items()),
    )


def _travelled(report: CustomerReport) -> Iterator[str]:
    if report.travelled:
        yield "<h2>Attributes that travelled over links</h2>"
        yield _table(
            ("From session", "To session", "Customer", "Attributes"),
            (
                (
                    _code(each.from_initial_contact_id),
                    _code(each.to_initial_contact_id),
                    _text(each.to_customer_id or ""),
                    "<br>".join(f"{_text(name)} = {_text(value)}" for name, value in each.attributes.items()),
                )
                for each in report.travelled
            ),
        )


def _losses(report: CustomerReport) -> Iterator[str]:
    if report.deleted:
        yield f"<h2>If these transcripts were deleted: {', '.join(map(_code, report.deleted))}</h2>"
        yield (
            "<p>No other chat would show less.</p>"
            if not report.losses
            else _table(
                ("Chat", "Customer", "Could no longer read"),
                (
                    (_code(each.chat_id), _text(each.customer_id or ""), ", ".join(map(_code, each.contact_ids)))
                    for each in report.losses
                ),
            )
        )
        yield "<p>Attributes that travelled would stay where they are.</p>"
