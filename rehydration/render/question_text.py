"""Answers to people's questions in text: who could read it, why, what is forbidden, everything of one customer.

Here belong the words. The answer comes first, then what led to it. This module does not know how anything was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rehydration.certainties import Certainty
from rehydration.consultation import DOUBT_OF_FIELD, rule_of
from rehydration.customers import CustomerReport, CustomerSession, Loss, Travelled
from rehydration.doubts import Doubt, first_few
from rehydration.exposures import Exposure, Opening, Sighting, Undecided
from rehydration.guards import Finding
from rehydration.reasons import Change, Obstacle, Reason, Step
from rehydration.render.lines import Line, wrapped, written
from rehydration.render.listing import (
    CONNECT_CHECKS_NOT,
    Ids,
    assumed_in,
    customer,
    gaps_told,
    of_another_customer,
    period,
)
from rehydration.render.sentences import request_line
from rehydration.render.writing import counted, safe_line, safe_word
from rehydration.rules import RULES
from rehydration.sights import Shown, Sight

_MOST: Final = 40
"""So many lines of one kind are written; of more, the rest is counted."""

_REASONS: Final = 3
"""So many reasons are named; of more, the rest is counted."""


# ----------------------------------------------------------------------------------------------------------- exposure


def exposures_text(found: Sequence[Exposure], *, width: int, color: bool) -> str:
    """Say who can read transcripts, the answer first; what nobody can read is told in one line.

    Nothing is found only where all surveys are asked about, and there is none.
    """
    if not found:
        return "No contact of the records is a survey\n"
    ids = Ids.of(_ids_of(found))
    at_least = _at_least((gap for each in found for gap in each.gaps), width)
    lines: list[Line] = []
    if len(found) > 1:
        seen = sum(1 for each in found if each.sightings)
        crossing = sum(map(_is_crossing, found))
        head = f"{seen:,} of {counted(len(found), 'contact')} can be read in later sessions"
        lines += [*wrapped(f"{head}, {crossing:,} by another customer", width, style="bold"), *at_least, Line()]
    silent = [each for each in found if not (each.sightings or each.undecided or each.openings)]
    told = sorted((each for each in found if each not in silent), key=_gravity)
    for each in told[:_MOST]:
        lines += [*_exposure(each, ids, width), Line()]
    if len(told) > _MOST:
        seen = sum(1 for each in told[_MOST:] if each.sightings or each.undecided)
        rest = f"and {len(told) - _MOST:,} more contacts, of which somebody can or may read {seen:,}"
        lines += [*wrapped(f"{rest}; `--format json` has them all", width), Line()]
    for is_live in (False, True):
        lines += _silent([each for each in silent if each.is_live is is_live], ids, width, is_live=is_live)
    if len(found) == 1:
        lines += at_least
    return written([*lines, *_assumed(found, width), *_shortened(ids, width)], color=color)


def _silent(found: Sequence[Exposure], ids: Ids, width: int, *, is_live: bool) -> Iterator[Line]:
    """Name the contacts that nobody can read, and say why no request would show them."""
    if not found:
        return
    can = "is known to be able to" if any(each.gaps for each in found) else "can"
    they, has_not = ("it", "the chat has not ended") if len(found) == 1 else ("them", "these chats have not ended")
    because = f". By the records {has_not}, so" if is_live else ", and"
    named = ids.named([each.contact_id for each in found])
    yield from wrapped(f"Nobody {can} read {named}{because} no request would show {they} now", width)


def _is_crossing(found: Exposure) -> bool:
    return any(map(found.is_of_another_customer, found.sightings))


def _gravity(found: Exposure) -> int:
    """Put first what another customer reads, then what anybody reads, or may read."""
    seen = (_is_crossing(found), bool(found.sightings), bool(found.undecided))
    return seen.index(True) if any(seen) else len(seen)


def _at_least(gaps: Iterable[Doubt], width: int) -> list[Line]:
    """Say what the records leave out of all answers."""
    return [line for gap in gaps_told(gaps) for line in wrapped(f"At least this: {gap}", width, style="bold yellow")]


def _assumed(found: Sequence[Exposure], width: int) -> Iterator[Line]:
    for each in assumed_in(found):
        yield Line()
        yield from wrapped(f"Assumes {each}", width)


def _shortened(ids: Ids, width: int) -> Iterator[Line]:
    """Say where ids are whole; commands take no others."""
    if ids.shortens:
        yield Line()
        told = "… shortens an id; `--format json`, or the value in Python, has it whole"
        yield from wrapped(told, width, style="dim")


def _ids_of(found: Sequence[Exposure]) -> Iterator[str]:
    for each in found:
        yield each.contact_id
        for sighting in each.sightings:
            yield from (sighting.initial_contact_id, *sighting.contact_ids)
            for link in sighting.through:
                yield from (link.continued_from_contact_id, *link.carriers)
        for doubt in each.undecided:
            yield from (doubt.initial_contact_id, *doubt.contact_ids)
        for opening in each.openings:
            yield from (opening.initial_contact_id, *(str(one.source_contact_id) for one in opening.requests))


def _exposure(found: Exposure, ids: Ids, width: int) -> Iterator[Line]:
    """Write who can read one transcript, those of other customers apart, and which requests would show it."""
    name = ids.contact(found.contact)
    if found.sightings:
        head = f"{name} can be read in {counted(len(found.sightings), 'later session')}"
    elif found.undecided:
        head = f"{name} may be readable in {counted(len(found.undecided), 'later session')}"
    elif found.gaps:
        head = f"{name}: no later session is known to read it"
    else:
        head = f"{name} can be read in no later session"
    yield from wrapped(head, width, style="bold")
    ours = [each for each in found.sightings if not found.is_of_another_customer(each)]
    theirs = [each for each in found.sightings if found.is_of_another_customer(each)]
    for each in ours[:_MOST]:
        yield from wrapped(_sighting(each, ids), width, "  ")
    yield from _more(ours)
    if theirs:
        yield from wrapped(f"By another customer. {CONNECT_CHECKS_NOT}", width, "  ", "bold red")
    for each in theirs[:_MOST]:
        yield from wrapped(_sighting(each, ids), width, "    ")
    yield from _more(theirs)
    if found.undecided:
        yield from wrapped(
            f"Undecided for {counted(len(found.undecided), 'session')} (treat as visible)", width, "  ", "magenta"
        )
    for doubt in found.undecided[:_MOST]:
        yield from wrapped(_doubt(doubt, ids), width, "    ")
    yield from _more(found.undecided)
    yield from _openings(found, ids, width)


def _sighting(found: Sighting, ids: Ids) -> str:
    session = ids.session(found.initial_contact_id, found.began, found.customer_id)
    line = f"{session}: by {ids.named(found.contact_ids)}, through {ids.links(found.through)}"
    return f"{line}; not sure: {_few(found.depends_on)}" if found.depends_on else line


def _doubt(found: Undecided, ids: Ids) -> str:
    session = ids.session(found.initial_contact_id, found.began, found.customer_id)
    reasons = _few(found.depends_on) or "its transcript cannot be read today"
    return f"{session}: perhaps by {ids.named(found.contact_ids)} ({reasons})"


def _few(reasons: Sequence[object]) -> str:
    return "; ".join(first_few(reasons, _REASONS))


def _openings(found: Exposure, ids: Ids, width: int) -> Iterator[Line]:
    openings = sum(len(each.requests) for each in found.openings)
    total = counted(openings, "request") if openings else "No request"
    because = ": by the records, its chat has not ended" if found.is_live and not openings else ""
    yield Line().add(f"  {total} would show it in a new chat{because}")
    for opening in found.openings[:_MOST]:
        apart = f", {customer(str(opening.customer_id))}" if found.is_of_another_customer(opening) else ""
        session = ids.word(opening.initial_contact_id)
        yield from wrapped(f"on session {session}{apart}: {_grouped(opening, ids)}", width, "    ")
    yield from _more(found.openings)


def _grouped(opening: Opening, ids: Ids) -> str:
    """Write requests, those of one type together."""
    sources: dict[str, list[str]] = {}
    for each in opening.requests:
        sources.setdefault(safe_line(str(each.rehydration_type)), []).append(str(each.source_contact_id))
    return "; ".join(f"{kind} {ids.named(listed)}" for kind, listed in sources.items())


def _more(listed: Sequence[object]) -> Iterator[Line]:
    if len(listed) > _MOST:
        yield Line().add(f"    and {len(listed) - _MOST:,} more")


# ---------------------------------------------------------------------------------------------------------------- why

_HEADS: Final = {Shown.YES: "Yes", Shown.NO: "No", Shown.UNDECIDED: "Undecided"}
_HEAD_STYLES: Final = {Shown.YES: "bold green", Shown.NO: "bold red", Shown.UNDECIDED: "bold magenta"}


def reason_text(reason: Reason, *, width: int, color: bool) -> str:
    """Say why a chat shows a contact or does not: the answer, the way, the rule, what would change it."""
    ids = Ids.of(_ids_of_reason(reason))
    lines = [*_answer(reason, ids, width), Line(), Line().add("The way", "bold")]
    for place, step in enumerate(reason.way):
        lines += wrapped(_session(step, ids, "the chat" if not place else ""), width, "  ")
        if place + 1 < len(reason.way):
            lines += wrapped(_followed(step, ids, reason), width, "    ")
    if reason.link is None and reason.obstacle is not Obstacle.OWN_SESSION:
        lines += wrapped(_missing(reason, ids), width, "    ", "red")
    lines += [Line(), *_rules(reason, width), *_sure(reason.certainty, width)]
    changes = list(_changes(reason, ids))
    if changes:
        lines += [Line(), Line().add("What would change it", "bold")]
        for each in changes:
            lines += wrapped(each, width, "  ")
        for change in reason.changes:
            owner = str(reason.sight.answer.owner)
            told = of_another_customer(change.other_customers, owner, ids)
            lines += wrapped(told, width, "    ", "bold red") if told else []
    return written([*lines, *_shortened(ids, width)], color=color)


def _ids_of_reason(reason: Reason) -> Iterator[str]:
    yield from (reason.chat_id, reason.contact_id)
    for step in reason.way:
        yield step.initial_contact_id
        if step.link is not None:
            yield from (step.link.continued_from_contact_id, *step.link.carriers)
    for change in reason.changes:
        yield from change.lists


def _answer(reason: Reason, ids: Ids, width: int) -> Iterator[Line]:
    chat, contact = ids.word(reason.chat_id), ids.word(reason.contact_id)
    verb = {Shown.YES: "shows", Shown.NO: "does not show", Shown.UNDECIDED: "may show"}[reason.shown]
    line = f"{_HEADS[reason.shown]}: {chat} {verb} {contact}"
    if reason.obstacle is not None:
        line += f", because {_OBSTACLES[reason.obstacle]}"
    yield from wrapped(line, width, style=_HEAD_STYLES[reason.shown])
    yield from wrapped(ids.contact(reason.contact), width, "  ")
    if reason.is_of_another_customer:
        whose = safe_word(str(reason.sight.answer.owner))
        told = f"It is of another customer than {whose}."
        told += "" if reason.shown is Shown.NO else f" {CONNECT_CHECKS_NOT}"
        yield from wrapped(told, width, "  ", "bold red")


_OBSTACLES: Final = {
    Obstacle.OWN_SESSION: "both are of one session: it is part of the chat itself, not of its past",
    Obstacle.NO_LINK: "no link leads there",
    Obstacle.NOT_REACHED: "the walk back ends before it",
    Obstacle.DROPPED: "it is left out of what is continued",
    Obstacle.BEYOND_LIMIT: "it is beyond Connect's 100-contact limit",
    Obstacle.REFUSED: "the policy refuses the past of the chat",
    Obstacle.UNAVAILABLE: "its transcript cannot be read",
}


def _session(step: Step, ids: Ids, what: str) -> str:
    facts = [what, period(step.began, step.ended), "" if step.ended or not step.began else "live"]
    if step.customer_id is not None:
        facts.append(customer(step.customer_id))
    return f"session {ids.word(step.initial_contact_id)}: {', '.join(filter(None, facts)) or 'nothing recorded'}"


def _followed(step: Step, ids: Ids, reason: Reason) -> str:
    if step.link is None:
        return ""
    did_it = " ◀ this link did it" if step.link is reason.link and reason.shown is Shown.YES else ""
    stopped = "" if step.is_followed else " (not followed)"
    return f"↓ {ids.link(step.link)}{stopped}{did_it}"


def _missing(reason: Reason, ids: Ids) -> str:
    last, contact = reason.way[-1], ids.word(reason.contact_id)
    session = ids.word(last.initial_contact_id)
    if last.link is None:
        return f"✗ session {session} has no link further back, so nothing leads to {contact}"
    return f"✗ the link of session {session}, {ids.link(last.link)}, leads back; nothing leads to {contact}"


def _rules(reason: Reason, width: int) -> Iterator[Line]:
    yield Line().add("Rule", "bold").add("  `rehydration rules ID` shows more", "dim")
    open_ones = (rule_of(each) for each in reason.certainty.depends_on if each.readings)
    undecided = [each for each in open_ones if each is not None] if reason.shown is Shown.UNDECIDED else []
    for each in dict.fromkeys((*undecided, *reason.rules)):
        yield Line().add(f"  {safe_line(each)}", "cyan")
        if each in RULES:
            yield from wrapped(RULES[each].statement, width, "    ")


def _sure(certainty: Certainty, width: int) -> Iterator[Line]:
    yield Line()
    yield from wrapped(
        f"{certainty.title}: {certainty.line}", width, style="green" if certainty.is_certain else "yellow"
    )


def _changes(reason: Reason, ids: Ids) -> Iterator[str]:
    contact = ids.word(reason.contact_id)
    for each in reason.changes:
        yield _change(each, reason, ids)
    if reason.refusal is not None:
        yield f"{safe_line(str(reason.refusal))} ({reason.refusal.rule})"
    if reason.obstacle is Obstacle.UNAVAILABLE:
        yield f"restoring the transcript of {contact}"
    if reason.shown is not Shown.NO:
        yield f"deleting the transcript of {contact}: the chat would still list it, but nobody could read it"


def _change(change: Change, reason: Reason, ids: Ids) -> str:
    if change.request is None:
        return f"a record of {ids.word(str(change.unknown_contact_id))}: what lies before it is not known"
    who = f"{ids.word(reason.chat_id)} itself" if change.by_chat else "a new chat"
    effect = "would show it" if reason.shown is Shown.NO else "would leave it out"
    return f"{who} with {request_line(change.request)}: {effect}, and list {ids.named(change.lists)}"


# -------------------------------------------------------------------------------------------------------------- guard


def findings_text(
    found: Sequence[Finding],
    allowed: int = 0,
    *,
    width: int,  # noqa: ARG001  # a line is for grep
    color: bool,
) -> str:
    """Write one line a finding, and what they come to. ``allowed`` is how many undecided ones were passed over."""
    lines = [Line().add(safe_line(str(each)), "red" if each.shown is Shown.YES else "magenta") for each in found]
    counts = Counter(each.shown for each in found)
    if not found and allowed:
        lines.append(Line().add(f"✓ no chat is known to show what is forbidden; {allowed:,} undecided, and allowed"))
    elif not found:
        lines.append(Line().add("✓ no chat shows what is forbidden", "bold green"))
    else:
        undecided = f", {counts[Shown.UNDECIDED]:,} of them undecided" if counts[Shown.UNDECIDED] else ""
        told = [f"Assumes {each}" for each in assumed_in(found)]
        reasons = frozenset(reason for each in found for reason in each.depends_on)
        left_open = [name for name, doubt in DOUBT_OF_FIELD.items() if str(doubt) in reasons]
        if left_open:
            told.append(f"AWS does not document {', '.join(left_open)}; `rehydration rules {left_open[0]}` shows more")
        lines += [
            Line(),
            *(Line().add(each) for each in told),
            Line().add(f"✗ {counted(len(found), 'finding')}{undecided}", "bold red"),
        ]
    return written(lines, color=color)


# ----------------------------------------------------------------------------------------------------------- customer


def customer_text(report: CustomerReport, *, width: int, color: bool) -> str:
    """Write everything that the records tell of one customer: what crosses customers first, then each session."""
    ids = Ids.of(_ids_of_report(report))
    counts = f"{counted(len(report.contacts), 'contact')} in {counted(len(report.sessions), 'session')}"
    lines = [
        *wrapped(f"Customer {safe_word(report.customer_id)}: {counts}", width, style="bold"),
        *_foreign(report, ids, width),
        *_seen_by_others(report, ids, width),
        *_at_least(report.gaps, width),
    ]
    if report.deleted:
        lines += _losses(report.losses, ids.named(report.deleted), ids, width)
    for session in report.sessions:
        lines += _customer_session(session, report.customer_id, ids, width)
    lines += _travelled(report.travelled, ids, width)
    return written([*lines, *_assumed(report.exposures, width), *_shortened(ids, width)], color=color)


def _foreign(report: CustomerReport, ids: Ids, width: int) -> Iterator[Line]:
    """Say what their chats show of other customers."""
    found = [(session, each) for session in report.sessions for each in session.foreign]
    if not found:
        told = "are not known to show a" if report.gaps else "show no"
        yield from wrapped(f"Their chats {told} contact of another customer", width, "  ")
    yield from _untold("what they show", [each.contact_id for each in report.seen_untold], ids, width)
    number = len({each.contact_id for _, each in found})
    verb = "show" if any(each.shown is Shown.YES for _, each in found) else "may show"
    yield from _crossing(f"Their chats {verb} {counted(number, 'contact')} of other customers", number, width)
    shown: dict[str, list[str]] = {}
    for session, each in found:
        verb = "shows" if each.shown is Shown.YES else "may show"
        chat = ids.word(str(session.sight and session.sight.contact_id))
        shown.setdefault(f"{chat} {verb}", []).append(ids.contact(each.contact))
    for head, contacts in shown.items():
        yield from wrapped(f"{head} {', '.join(contacts)}", width, "    ")


def _seen_by_others(report: CustomerReport, ids: Ids, width: int) -> Iterator[Line]:
    """Say which chats of other customers show what of theirs, a line for each session."""
    found = report.seen_by_others
    if not found:
        told = "is known to show" if report.gaps else "shows"
        yield from wrapped(f"No chat of another customer {told} a contact of theirs", width, "  ")
    yield from _untold("sessions that show theirs", report.untold_readers, ids, width)
    number = len({exposure.contact_id for exposure, _ in found})
    verb = "show" if any(isinstance(each, Sighting) for _, each in found) else "may show"
    yield from _crossing(f"Chats of other customers {verb} {counted(number, 'contact')} of theirs", number, width)
    for verb, kind in (("shows", Sighting), ("may show", Undecided)):
        shown: dict[str, list[str]] = {}
        for exposure, each in found:
            if isinstance(each, kind):
                session = ids.session(each.initial_contact_id, each.began, each.customer_id)
                shown.setdefault(session, []).append(exposure.contact_id)
        for session, contact_ids in shown.items():
            yield from wrapped(f"{session} {verb} {ids.named(contact_ids)}", width, "    ")


def _untold(what: str, contact_ids: Sequence[str], ids: Ids, width: int) -> list[Line]:
    named = ids.named(contact_ids)
    return wrapped(f"No record tells the customer of {what}: {named}", width, "  ", "magenta") if contact_ids else []


def _crossing(head: str, number: int, width: int) -> list[Line]:
    return wrapped(f"{head}. {CONNECT_CHECKS_NOT}", width, "  ", "bold red") if number else []


def _ids_of_report(report: CustomerReport) -> Iterator[str]:
    yield from _ids_of(report.exposures)
    yield from (each.contact_id for each in report.contacts)
    for session in report.sessions:
        if session.sight is not None:
            yield from (each.contact_id for each in session.sight.contacts)
    for each in report.travelled:
        yield from (each.from_initial_contact_id, each.to_initial_contact_id)
    for loss in report.losses:
        yield from (loss.chat_id, *loss.contact_ids)


def _customer_session(session: CustomerSession, customer_id: str, ids: Ids, width: int) -> Iterator[Line]:
    whose = f" of {', '.join(map(safe_word, session.customers))}" if len(session.customers) > 1 else ""
    link = "" if session.link is None else f", continues {ids.link(session.link)}"
    yield Line()
    yield from wrapped(f"Session {ids.word(session.initial_contact_id)}{whose}{link}", width, style="bold")
    for each in session.contacts:
        yield from wrapped(ids.contact(each.contact, customer_id), width, "  ")
        for location in each.locations:
            yield Line().add(f"    transcript {safe_line(location)}")  # in one piece, to be copied
        if each.attributes:
            told = ", ".join(f"{safe_word(name)}={safe_word(value)}" for name, value in each.attributes.items())
            yield from wrapped(f"attributes {told}", width, "    ")
    if session.link is not None:
        yield from wrapped(f"its chat {'; '.join(_past_of(session.sight, ids))}", width, "  ")


def _past_of(sight: Sight | None, ids: Ids) -> Iterator[str]:
    """Say what the chat of a session shows of the past, and what it may show."""
    if sight is None:
        return
    shown = {one: [each.contact_id for each in sight.contacts if each.shown is one] for one in Shown}
    if sight.refusal is not None:
        yield "shows nothing of the past: the policy refuses it"
    elif shown[Shown.YES] or not shown[Shown.UNDECIDED]:
        yield f"shows {ids.named(shown[Shown.YES]) if shown[Shown.YES] else 'nothing of the past'}"
    if shown[Shown.UNDECIDED]:
        reasons = _few(sight.certainty.depends_on)
        yield f"may show {ids.named(shown[Shown.UNDECIDED])} ({reasons})"


def _travelled(found: Sequence[Travelled], ids: Ids, width: int) -> Iterator[Line]:
    if not found:
        return
    yield Line()
    yield Line().add("Attributes that travelled over links", "bold")
    for each in found:
        whose = f", {customer(each.to_customer_id)}" if each.to_customer_id is not None else ""
        names = ", ".join(map(safe_word, each.attributes))
        way = f"{ids.word(each.from_initial_contact_id)} to session {ids.word(each.to_initial_contact_id)}{whose}"
        yield from wrapped(f"from session {way}: {names}", width, "  ")


def _losses(losses: Sequence[Loss], deleted: str, ids: Ids, width: int) -> Iterator[Line]:
    yield Line()
    yield from wrapped(f"If the transcripts of {deleted} were deleted", width, style="bold")
    if not losses:
        yield Line().add("  no other chat would show less")
    for each in losses:
        whose = f", {customer(each.customer_id)}" if each.customer_id is not None else ""
        line = f"{ids.word(each.chat_id)}{whose}: could no longer read {ids.named(each.contact_ids)}"
        yield from wrapped(line, width, "  ")
    yield from wrapped("attributes that travelled would stay where they are", width, "  ")
