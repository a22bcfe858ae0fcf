"""Answers in text without a picture: plans, what an export holds, rules, examples.

Here belong the words. This module does not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from rehydration.certainties import Certainty
from rehydration.contacts import Contact, PastContact
from rehydration.doubts import Doubt
from rehydration.errors import ContactNotFound, RuleForbids
from rehydration.examples import Example
from rehydration.plans import PlannedRequest
from rehydration.policies import QUESTIONS, RULE_OF_FIELD
from rehydration.render.calls import Call, to_fill_in
from rehydration.render.lines import Line, cell_len, words, wrapped, written
from rehydration.render.listing import customers_lines, gaps_told
from rehydration.render.sentences import request_line
from rehydration.render.survey import Survey
from rehydration.render.writing import counted, named, safe_line, safe_word
from rehydration.rules import SOURCES, Rule, Standing, rule

_STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.DOCUMENTED: "green",
    Standing.INFERRED: "yellow",
    Standing.OPEN: "magenta",
}
_PLANS: Final = 12
_RETRY: Final = (
    "Repeat the ClientToken when you retry: no SDK fills it in for CreatePersistentContactAssociation, and a retry "
    "without it is refused."
)
_STORE: Final = (
    "Store with the customer, after the chat: the ContactId that StartChatContact answers, and the last contact before "
    "a survey. Attributes that a survey sets travel, although its transcript does not."
)
_CONTRADICTIONS: Final = 20
_TITLE: Final = 14


def _titled(title: str, text: str, width: int, style: str = "") -> list[Line]:
    """Write a text beside its title, with a hanging indent."""
    at = 2 + _TITLE
    first, *rest = words(text, width - at)
    line = Line().add("  ").add(title, "bold").pad(at).add(first, style)
    return [line, *(Line().pad(at).add(each, style) for each in rest)]


# --------------------------------------------------------------------------------------------------------------- plan


def plan_text(  # noqa: PLR0913  # what text looks like, and what is not told by a plan
    plans: Sequence[PlannedRequest],
    sent: Sequence[tuple[Call, Call]],
    certainty: Certainty | None = None,
    *,
    width: int,
    color: bool,
    hide: Sequence[str],
) -> str:
    """Describe the best plan with the calls that carry it out, and the others in a line each."""
    best, *others = plans
    lines = [Line().add("Send ", "bold").add(request_line(best.request), "bold green")]
    start = best.answer.continued_from_contact_id or ""
    lines += _titled("continues", f"{safe_word(start)} (returned as ContinuedFromContactId)", width)
    lines += _titled("shows", named([each.contact_id for each in best.answer.visible]), width, "green")
    lines += _titled("extra", named(best.extra), width, "yellow" if best.extra else "")
    if hide:
        lines += _titled("hides", named(hide), width)
    for told, style in customers_lines(best.answer):
        lines += _titled("warning", told, width, style)
    for warning in best.answer.warnings:
        lines += _titled("warning", f"{safe_line(warning.message)} ({warning.rule})", width, "yellow")
    if certainty is not None:
        style = "green" if certainty.is_certain else "yellow"
        lines += [Line(), *wrapped(safe_line(f"{certainty.title}: {certainty.line}"), width, style=style)]
    if others:
        lines += [Line(), Line().add("Other requests that would do", "bold")]
        for each in others[:_PLANS]:
            shows = named([past.contact_id for past in each.answer.visible])
            mark = ", also a survey" if any(map(_is_survey, each.answer.visible)) else ""
            mark += ", also another customer's" if each.answer.other_customers else ""
            mark += ", also contacts whose customer no record tells" if each.answer.untold_customers else ""
            lines += wrapped(f"{request_line(each.request)} shows {shows}{mark}", width, "  ")
        if len(others) > _PLANS:
            lines.append(Line().add(f"  and {len(others) - _PLANS:,} more"))
    start_call, associate_call = sent[0]
    lines += _calls("To start the new chat", start_call)
    lines += _calls("Or while the chat is live, before it is associated", associate_call)
    lines += [Line(), *wrapped(to_fill_in(sent[0]), width), Line()]
    lines += [*wrapped(_RETRY, width), *wrapped(_STORE, width)]
    return written(lines, color=color)


def _is_survey(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.is_survey


def _calls(title: str, call: Call) -> Iterator[Line]:
    yield Line()
    yield Line().add(title, "bold").add(f": {call.operation}")
    for form in (call.boto3, call.aws):
        yield Line()
        for each in form.split("\n"):
            yield Line().add("    ").add(each, "cyan")


def obstacle_text(refusal: RuleForbids, *, width: int, color: bool) -> str:
    """Say why there is no answer, and by which rule; a contact that nobody knows needs none."""
    lines = wrapped(safe_line(str(refusal)), width, style="bold red")
    if not isinstance(refusal, ContactNotFound):
        found = rule(refusal.rule)
        lines += [Line(), *_rule_head(found), *wrapped(found.statement, width, "  ")]
    return written(lines, color=color)


# -------------------------------------------------------------------------------------------------------------- check


def check_text(survey: Survey, *, width: int, color: bool) -> str:
    """Show what an export holds, and what is contradictory in it."""
    total = survey.contradictions
    account = survey.account
    lines = [*_gaps(survey.gaps, width), _check_head(survey), Line()]
    rows: list[tuple[str, int, str]] = [
        ("records", survey.records, ""),
        ("contacts", survey.contacts, ""),
        *((f"  {channel}", number, "") for channel, number in survey.other_channels.items()),
    ]
    if account.envelopes:
        rows.append(("opened", sum(account.envelopes.values()), _kinds(account.envelopes)))
    if account.strays:
        rows.append(("passed over", sum(account.strays.values()), _kinds(account.strays)))
    if account.zoneless:
        lines = [*_zone(account.zoneless, width), *lines]
    if not total:
        rows += [
            ("unknown ids", len(survey.unknown), _few(survey.unknown)),
            ("sessions", survey.sessions, ""),
            ("  not ended", len(survey.not_ended), _few(survey.not_ended)),
            ("  branched", len(survey.branched), _few(survey.branched)),
            ("  linked", len(survey.linked), _few(survey.linked)),
        ]
    for title, number, text in rows:
        lines += _counted_row(safe_line(title), number, text, width)
    if total:
        lines += [Line(), Line().add("Contradictions", "bold red")]
        for each in survey.contradicting[:_CONTRADICTIONS]:
            lines += wrapped(safe_line(str(each)), width, "  ")
            lines.append(Line().add(f"    {each.rule}", "cyan"))
        left_out = total - min(len(survey.contradicting), _CONTRADICTIONS)
        if left_out:
            lines.append(Line().add(f"  and {left_out:,} more"))
    return written(lines, color=color)


def _check_head(survey: Survey) -> Line:
    sign, style = ("✗", "bold red") if survey.contradictions else ("✓", "bold green")
    number = counted(survey.contradictions, "contradiction") if survey.contradictions else "no contradictions"
    return Line().add(f"{sign} {number} found", style)


def _zone(zoneless: tuple[str, str], width: int) -> list[Line]:
    """Say that times without a zone count as UTC."""
    name, place = zoneless
    said = (
        f"Times without a zone count as UTC: the first is {name} of {place}. If they are local, answers may be wrong."
    )
    return [*wrapped(safe_line(said), width, style="yellow"), Line()]


def _gaps(gaps: Sequence[Doubt], width: int) -> list[Line]:
    """Say first what the records leave out."""
    if not gaps:
        return []
    lines = [Line().add("What the records leave out", "bold yellow")]
    for each in gaps_told(gaps):
        lines += wrapped(safe_line(each), width, "  ")
    return [*lines, Line()]


def _kinds(numbers: Mapping[str, int]) -> str:
    return safe_line(", ".join(f"{name} ({number:,})" for name, number in numbers.items()))


def _few(ids: Sequence[str]) -> str:
    return named(ids) if ids else ""


def _counted_row(title: str, number: int, text: str, width: int) -> list[Line]:
    at = 26
    line = Line().add(f"  {title}").pad(at - 2 - cell_len(f"{number:,}")).add(f"{number:,}", "bold").pad(at)
    if not text:
        return [line]
    first, *rest = words(text, width - at)
    return [line.add(first, "dim"), *(Line().pad(at).add(each, "dim") for each in rest)]


# -------------------------------------------------------------------------------------------------------------- rules


def rules_text(rules: Iterable[Rule], *, width: int, color: bool) -> str:
    """List rules by group: id, standing and sources of each."""
    chosen = list(rules)
    longest = max(len(each.id) for each in chosen)
    lines: list[Line] = []
    for group, members in groupby(chosen, key=lambda each: each.group):
        lines += [Line(), Line().add(group, "bold")]
        for each in members:
            line = Line().add(f"  {each.id}", "cyan").pad(longest + 4)
            line.add(each.standing.value, _STANDINGS[each.standing]).pad(longest + 16)
            lines.append(line.add(" ".join(each.sources) or "–", "dim"))
    lines += [Line(), *wrapped("`rehydration rules ID` shows what a rule says, with its sources.", width)]
    return written(lines, color=color)


def rule_text(one: Rule, *, width: int, color: bool) -> str:
    """Show all of one one."""
    lines = [*_rule_head(one), Line(), *wrapped(one.statement, width, "  "), Line()]
    lines += _titled("standing", _MEANINGS[one.standing], width)
    lines += _titled("seen by", one.seen_by.value, width)
    for code in one.sources:
        lines.append(Line().add("  ").add(code, "bold").pad(2 + _TITLE).add(SOURCES[code], "blue"))
    for each in one.evidence:
        older = " (older than persistent chat)" if each.is_older_than_persistent_chat else ""
        lines += _titled("evidence", f"{each.day}{older}: {each.statement}", width)
        lines.append(Line().pad(2 + _TITLE).add(each.address, "blue"))
    for name, owner in RULE_OF_FIELD.items():
        if owner == one.id:
            lines += _titled(
                "policy", f"--policy {name}={'|'.join(QUESTIONS[name].__members__)}, the default first", width
            )
    return written(lines, color=color)


_MEANINGS: Final[Mapping[Standing, str]] = {
    Standing.DOCUMENTED: "documented: AWS states it",
    Standing.INFERRED: "inferred: it follows from AWS documentation, samples or client code",
    Standing.OPEN: "open: AWS is silent or contradicts itself; this is a choice",
}


def _rule_head(one: Rule) -> list[Line]:
    return [Line().add(one.id, "bold cyan").add("  ").add(one.standing.value, _STANDINGS[one.standing])]


# ----------------------------------------------------------------------------------------------------------- examples


def examples_text(examples: Iterable[Example], *, width: int, color: bool) -> str:
    """List the built-in examples."""
    chosen = list(examples)
    at = max(len(each.name) for each in chosen) + 4
    lines = []
    for each in chosen:
        first, *rest = words(each.sentence, width - at)
        lines += [Line().add(f"  {each.name}", "cyan").pad(at).add(first)]
        lines += [Line().pad(at).add(line) for line in rest]
    lines += [Line(), *wrapped("`rehydration explain --example NAME` explains one.", width)]
    lines += wrapped("`rehydration examples NAME` prints its contact records.", width)
    return written(lines, color=color)
