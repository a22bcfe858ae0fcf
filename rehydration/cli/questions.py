"""The commands that answer people's questions: what a chat sees, why, who could read it, one customer, never again.

Here belongs one function for each command: it reads its arguments, asks the library and prints the answer.
"""

# ruff: noqa: PLC0415  what a command needs is imported when it runs, so that help is there at once

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from rehydration.cli.options import Asked, Option, contact_id, of_history, shown_as, under_policy
from rehydration.cli.output import Form, Watched, at_work
from rehydration.errors import ContactNotFound, RuleForbids

if TYPE_CHECKING:
    from rehydration.basis import Given
    from rehydration.cli.history import Source
    from rehydration.explanation import Explanation, Refusal
    from rehydration.graph import ContactGraph

Found = TypeVar("Found")

PICTURES = ("text", "json", "svg", "mermaid", "dot")


def no() -> NoReturn:
    """Leave with the status that says: answered, and the answer is no."""
    click.get_current_context().exit(1)


def found_or_no(form: Form, history: Source, find: Callable[[Watched], Found]) -> Found:
    """Give what is found; where a rule forbids it, print the refusal and leave."""
    try:
        with at_work("Finding the answer") as watched:
            return find(watched)
    except RuleForbids as refusal:
        from rehydration.render.answer_json import refusal_as_json
        from rehydration.render.reports import obstacle_text

        form.print(refusal_as_json, obstacle_text, refusal)
        give_hints(history, refusal)
        no()


def give_hints(history: Source, refusal: Exception) -> None:
    """Say on standard error what may be meant by a contact that nobody knows."""
    if isinstance(refusal, ContactNotFound):
        for each in history.hints(refusal.contact_id):
            click.echo(each, err=True)


def print_account(form: Form, account: Explanation | Refusal, graph: ContactGraph) -> None:
    """Print an explanation or a refusal in any form but JSON."""
    from rehydration import render

    if isinstance(account, render.Refusal):
        if form.name == "text":
            form.put(render.refusal_text(account, graph, **form.look))
        else:
            forms = {"svg": render.comparison_svg, "mermaid": render.comparison_mermaid, "dot": render.comparison_dot}
            form.put(forms[form.name]([account], **form.drawn))
    elif form.name == "text":
        form.put(render.text(account, **form.drawn, **form.look))
    else:
        draw = {"svg": render.svg, "mermaid": render.mermaid, "dot": render.dot}[form.name]
        form.put(draw(account, **form.drawn))


chat: Option = click.option(
    "--chat", type=contact_id, required=True, metavar="ID", help="The chat: any of its contacts."
)


@click.command(cls=Asked, short_help="Say what a linked chat sees of the past, and why.")
@of_history
@chat
@under_policy
@shown_as(*PICTURES, to_file=True)
def sees(*, history: Source, chat: str, given: Given, form: Form) -> None:
    """Show what a linked chat sees of the past, live or ended, why, and how certain that is.

    Customer and agent see the same. Exit status 1 if no record mentions the chat.
    """
    from rehydration.render.question_json import sight_json
    from rehydration.selections import About

    question = history.history(given, About((chat,)))
    sight = found_or_no(form, history, lambda _: question.sees(chat))
    _tell_of_channels(question.graph, chat)
    if form.name == "json":
        form.put_json(sight_json(sight))
    else:
        print_account(form, sight.explanation, question.graph)
    if sight.refusal is not None:
        no()


def _tell_of_channels(graph: ContactGraph, chat: str) -> None:
    """Say on standard error that a contact is no chat, or that one that it is related to is none: neither is a link."""
    known = graph.segment(chat).known
    if known is None:
        return
    if not known.is_chat:
        click.echo(f"{chat!r} is a contact of channel {known.channel}; only a CHAT continues past contacts", err=True)
    related = None if known.related_contact_id is None else graph.segment(known.related_contact_id).known
    if known.is_chat and related is not None and not related.is_chat:
        told = f"{chat!r} is related to {related.contact_id!r}, which is of channel {related.channel}"
        click.echo(f"{told}; only a CHAT can be continued, so this is no link", err=True)


@click.command(cls=Asked, short_help="Say why a chat shows a past contact, or does not.")
@of_history
@chat
@click.option("--contact", type=contact_id, required=True, metavar="ID", help="The past contact.")
@under_policy
@shown_as("text", "json")
def why(*, history: Source, chat: str, contact: str, given: Given, form: Form) -> None:
    """Say why a chat shows a past contact, or does not: yes, no or undecided, the link that did it, the rule.

    Exit status 1 if the answer is no, or if no record mentions the chat or the contact.
    """
    from rehydration.render.question_json import reason_json
    from rehydration.render.question_text import reason_text
    from rehydration.selections import About
    from rehydration.sights import Shown

    question = history.history(given, About((chat, contact), later=True))
    reason = found_or_no(form, history, lambda _: question.why(chat, contact))
    form.print(reason_json, reason_text, reason)
    if reason.shown is Shown.NO:
        no()


@click.command(cls=Asked, short_help="Say who can read transcripts, and who could.")
@of_history
@click.option("--contact", "contacts", type=contact_id, multiple=True, metavar="ID", help="A contact. Repeatable.")
@click.option(
    "--customer", "customers", multiple=True, metavar="NAME", help="All contacts of a CustomerId. Repeatable."
)
@click.option("--surveys", is_flag=True, help="All surveys: contacts with the initiation method DISCONNECT.")
@under_policy
@shown_as("text", "json")
def exposure(  # noqa: PLR0913  # one for each option
    *,
    history: Source,
    contacts: tuple[str, ...],
    customers: tuple[str, ...],
    surveys: bool,
    given: Given,
    form: Form,
) -> None:
    """Show who can read transcripts in later sessions, and which requests would show them next.

    Exit status 1 if no record mentions a contact.
    """
    from rehydration.exposures import exposures_of
    from rehydration.render.answer_json import exposure_json
    from rehydration.render.question_json import exposures_json
    from rehydration.render.question_text import exposures_text
    from rehydration.selections import About

    if not contacts and not customers and not surveys:
        raise click.UsageError("Missing --contact ID, --customer NAME or --surveys: whose transcripts?")
    question = history.history(given, About(contacts, customers, surveys, later=True))
    found = found_or_no(
        form, history, lambda watched: exposures_of(question, contacts, customers, surveys=surveys, watched=watched)
    )
    if surveys:
        history.tell_of_methods(question.graph)
    if form.name == "json" and len(contacts) == 1 and not customers and not surveys:
        form.put_json(exposure_json(found[0]))
    else:
        form.print(exposures_json, exposures_text, found)


@click.command(cls=Asked, short_help="Show everything of one customer.")
@of_history
@click.option("--customer", required=True, metavar="NAME", help="The CustomerId.")
@click.option("--deleted", type=contact_id, multiple=True, metavar="ID", help="A transcript to delete. Repeatable.")
@under_policy
@shown_as("text", "json", "html", to_file=True)
def customer(*, history: Source, customer: str, deleted: tuple[str, ...], given: Given, form: Form) -> None:
    """Show everything of one customer: sessions, transcripts, what their chats see, who sees theirs.

    With --deleted, it also says what would change if these transcripts were deleted. Exit status 1 if no record
    mentions one of these.
    """
    from rehydration.render.customer_page import customer_page
    from rehydration.render.question_json import customer_json
    from rehydration.render.question_text import customer_text
    from rehydration.selections import About

    question, details = history.detailed(given, About(deleted, (customer,), later=True))
    report = found_or_no(form, history, lambda _: question.customer(customer, deleted=deleted, **details))
    if form.name == "json":
        form.put_json(customer_json(report))
    elif form.name == "html":
        form.put(customer_page(report))
    else:
        form.put(customer_text(report, **form.look))


@click.command(cls=Asked, short_help="Find every chat that shows what must stay hidden.")
@of_history
@click.option(
    "--forbid",
    multiple=True,
    metavar="WHAT",
    help="What no chat may show: `surveys`, `other-customers`, or a member and its value, such as "
    "`initiation_method=DISCONNECT`. Repeatable.",
)
@click.option(
    "--undecided",
    type=click.Choice(("forbid", "allow")),
    default="forbid",
    show_default=True,
    help="Whether it is a finding that a contact may be shown, or may be forbidden.",
)
@under_policy
@shown_as("text", "json", "junit", to_file=True)
def guard(*, history: Source, forbid: tuple[str, ...], undecided: str, given: Given, form: Form) -> None:
    """Find every chat that shows what must stay hidden, one line a finding; for every night.

    Where records are missing that may lead to what is forbidden, that is a finding, too: one for each condition.
    Exit status 0 if there is none, 1 if there are some, 2 if the records cannot be read.
    """
    from rehydration.guards import SURVEYS, condition_of, findings_of
    from rehydration.render.question_json import findings_json, findings_junit
    from rehydration.render.question_text import findings_text
    from rehydration.selections import About
    from rehydration.sights import Shown

    if not forbid:
        raise click.UsageError("Missing --forbid surveys, other-customers or MEMBER=VALUE: what may no chat show?")
    question = history.history(given, About(forbid=forbid))
    every = found_or_no(
        form, history, lambda watched: findings_of(question, forbid, allow_undecided=False, watched=watched)
    )
    for each in forbid:
        if each != SURVEYS and not condition_of(each).is_met_in(question.graph):
            click.echo(f"no record has {each!r}", err=True)
    found = [each for each in every if undecided == "forbid" or each.shown is Shown.YES]
    if len(found) < len(every):
        click.echo(f"{len(every) - len(found):,} undecided, and allowed", err=True)
    if form.name == "json":
        form.put_json(findings_json(found))
    elif form.name == "junit":
        form.put(findings_junit(found, forbid))
    else:
        form.put(findings_text(found, len(every) - len(found), **form.look))
    if found:
        no()
