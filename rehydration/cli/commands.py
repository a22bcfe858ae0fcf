"""What can be asked on the command line.

Here belongs one function for each command: it reads its arguments, asks the library, prints the answer and says the
exit status. What a command needs is imported when it runs, so that help is there at once.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from rehydration.cli.audit import audit
from rehydration.cli.conformance import conformance
from rehydration.cli.edges import ended
from rehydration.cli.evidence import evidence
from rehydration.cli.explore import explore
from rehydration.cli.options import (
    Commands,
    chosen,
    contact_id,
    of_history,
    rehydration_type,
    shown_as,
    target,
    under_policy,
)
from rehydration.cli.output import Form, emit, emit_json
from rehydration.cli.questions import (
    PICTURES,
    customer,
    exposure,
    found_or_no,
    give_hints,
    guard,
    no,
    print_account,
    sees,
    why,
)
from rehydration.cli.serve import serve
from rehydration.cli.vectors import vectors
from rehydration.errors import ContradictoryRecords, InvalidInput
from rehydration.examples import EXAMPLES, Example
from rehydration.examples import example as find_example
from rehydration.requests import RehydrationRequest, RehydrationType

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from rehydration.basis import Given
    from rehydration.cli.history import Source
    from rehydration.explanation import Explanation, Refusal
    from rehydration.graph import ContactGraph
    from rehydration.history import History
    from rehydration.selections import Selection

_TWO = 2


def run() -> int:
    """Run the command that the arguments name; return the exit status."""
    return ended(lambda: application.main(prog_name="rehydration", standalone_mode=False))


class Unanswerable(click.ClickException):
    """What the library could not work with: arguments or records that are wrong, or that contradict one another."""

    exit_code = 2


class Application(Commands):
    """The commands together; what the library cannot work with leaves it as a message, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (InvalidInput, ContradictoryRecords) as error:
            from rehydration.render.writing import safe_line

            if isinstance(error, ContradictoryRecords):
                raise Unanswerable(f"{error}\n`rehydration check` lists them") from error
            raise Unanswerable(safe_line(str(error))) from error


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # as click calls it
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("rehydration")
    except PackageNotFoundError:
        installed = "(not installed)"
    emit(f"rehydration {installed}\n")
    context.exit()


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def application() -> None:
    """Show which past contact a persistent chat in Amazon Connect continues from, what is visible in it, and why.

    RECORDS are files of contact records in any form that AWS writes, directories of such files, patterns, or - for
    standard input. To try it without records:

    \b
        rehydration explain --example use-case-1
        rehydration examples
    """  # noqa: D301  # click looks for the character


@application.command(short_help="Say what a new chat would see of the past, and why.")
@of_history
@rehydration_type
@click.option("--source", type=contact_id, metavar="ID", help="The past contact to continue from.")
@target
@under_policy
@shown_as(*PICTURES, to_file=True)
def explain(  # noqa: PLR0913  # one for each option
    *,
    history: Source,
    rehydration_type: str | None,
    source: str | None,
    target: str | None,
    given: Given,
    form: Form,
) -> None:
    """Decide one request: what is visible, what is not, by which rules, and how certain that is.

    Exit status 1 if a rule refuses the request.
    """
    from rehydration import render
    from rehydration.explanation import Refusal
    from rehydration.render.sentences import refusal_line
    from rehydration.selections import About

    if history.example is not None:
        target = target or history.example.target
    asks_nothing = target is not None and rehydration_type is None and source is None and history.example is None
    request = None if asks_nothing else _request(history.example, rehydration_type, source)
    question = history.history(given, About((*_given(source), *_given(target))))
    if request is None:
        seen = _what_is_seen(form, history, question, str(target))
        _print(form, seen, question.graph)
        if isinstance(seen, Refusal):
            no()
        return
    account = question.account(request, target=target)
    if isinstance(account, Refusal):
        if form.name in {"json", "text"}:
            graph = question.graph
            form.print(lambda: render.refusal_as_json(account.error), partial(render.refusal_text, account, graph))
        else:
            click.echo(refusal_line(account), err=True)
        give_hints(history, account.error)
        no()
    _print(form, account, question.graph)


def _given(contact_id: str | None) -> tuple[str, ...]:
    return () if contact_id is None else (contact_id,)


def _what_is_seen(form: Form, history: Source, question: History, target: str) -> Explanation | Refusal:
    """Explain what a chat that is linked already sees: there is nothing to ask of it."""
    seen = found_or_no(form, history, lambda _: question.account_of_past(target))
    if question.graph.session_of(target).continues is None:
        raise click.UsageError(
            f"{target!r} continues no past contact; add --type and --source: which past contact could it continue from?"
        )
    click.echo(f"{target!r} is linked already; this is what it sees", err=True)
    return seen


def _print(form: Form, account: Explanation | Refusal, graph: ContactGraph) -> None:
    """Print an explanation, or the refusal of a chat's past, in any form."""
    if form.name == "json":
        from rehydration.render.answer_json import account_json

        form.put_json(account_json(account))
    else:
        print_account(form, account, graph)


def _request(example: Example | None, rehydration_type: str | None, source: str | None) -> RehydrationRequest:
    """Make the request of what was given; an example completes it, if it can by a request of the type given."""
    if example is not None:
        alike = [each for each in example.requests if each.rehydration_type == rehydration_type]
        default = (alike or list(example.requests))[0]
        return RehydrationRequest(rehydration_type or default.rehydration_type, source or default.source_contact_id)
    if rehydration_type is None or source is None:
        missing = [name for name, value in (("--type", rehydration_type), ("--source", source)) if value is None]
        raise click.UsageError(
            f"Missing {' and '.join(missing)}: which past contact to continue from, and by which type?"
        )
    return RehydrationRequest(rehydration_type, source)


@application.command(short_help="Show answers side by side.")
@of_history
@click.option(
    "--request",
    "requests",
    type=(click.Choice(tuple(map(str, RehydrationType))), contact_id),
    multiple=True,
    metavar="TYPE ID",
    help="A rehydration type and the past contact to continue from. Give two or more.",
)
@click.option("--chat", "chats", type=contact_id, multiple=True, metavar="ID", help="An existing chat. Repeatable.")
@target
@under_policy
@shown_as(*PICTURES, to_file=True)
def compare(  # noqa: PLR0913  # one for each option
    *,
    history: Source,
    requests: tuple[tuple[str, str], ...],
    chats: tuple[str, ...],
    target: str | None,
    given: Given,
    form: Form,
) -> None:
    """Show answers side by side: requests, existing chats, or both.

    For an example, the default is its own request and the nearest one of the other type. Exit status 1 if rules refuse
    every request.
    """
    from rehydration import render
    from rehydration.explanation import Refusal
    from rehydration.render.answer_json import side_json
    from rehydration.selections import About

    if history.example is not None:
        target = target or history.example.target
    elif len(requests) + len(chats) < _TWO:
        raise click.UsageError("Missing --request TYPE ID or --chat ID: give two or more answers to compare")
    sources = tuple(each for _, each in requests)
    question = history.history(given, About((*sources, *chats, *_given(target))))
    compared = [RehydrationRequest(*each) for each in requests]
    if history.example is not None and len(compared) + len(chats) < _TWO:
        first = compared[0] if compared else history.example.requests[0]
        compared = [first] if chats else [first, _other_type(question.graph, first)]
    sides = [question.account(request, target=target) for request in compared]
    sides += found_or_no(form, history, lambda _: [question.account_of_past(chat) for chat in chats])
    if form.name == "json":
        form.put_json([side_json(each) for each in sides])
    elif form.name == "text":
        form.put(render.comparison_text(sides, **form.drawn, **form.look))
    else:
        forms = {"svg": render.comparison_svg, "mermaid": render.comparison_mermaid, "dot": render.comparison_dot}
        form.put(forms[form.name](sides, **form.drawn))
    if all(isinstance(each, Refusal) for each in sides):
        no()


def _other_type(graph: ContactGraph, request: RehydrationRequest) -> RehydrationRequest:
    """Make the request of the other type that is nearest to one."""
    source = request.source_contact_id
    if request.rehydration_type == RehydrationType.ENTIRE_PAST_SESSION or source not in graph:
        return RehydrationRequest(RehydrationType.FROM_SEGMENT, source)
    return RehydrationRequest(RehydrationType.ENTIRE_PAST_SESSION, graph.session_of(source).initial_contact_id)


@application.command(short_help="Draw a history as it is recorded.")
@of_history
@chosen
@shown_as("text", "svg", "mermaid", "dot", to_file=True)
def graph(*, history: Source, selection: Selection, form: Form) -> None:
    """Draw a history as it is recorded: sessions, contacts, and the links between them."""
    from rehydration import render
    from rehydration.cli.history import tell_of_disagreements

    recorded = history.put_together(history.chosen(selection))
    tell_of_disagreements(recorded.disagreements)
    if form.name == "text":
        form.put(render.graph_text(recorded, **form.drawn, **form.look))
    else:
        draw = {"svg": render.graph_svg, "mermaid": render.graph_mermaid, "dot": render.graph_dot}[form.name]
        form.put(draw(recorded, **form.drawn))


@application.command(short_help="Find the request that shows some contacts and not others.")
@of_history
@click.option(
    "--show", type=contact_id, multiple=True, required=True, metavar="ID", help="A contact to show. Repeatable."
)
@click.option("--hide", type=contact_id, multiple=True, metavar="ID", help="A contact to hide. Repeatable.")
@click.option(
    "--target",
    type=contact_id,
    metavar="ID",
    help="The live chat that is to send it. If the records include it, only requests that it can send are planned.",
)
@under_policy
@shown_as("text", "json")
def plan(  # noqa: PLR0913  # one for each option
    *, history: Source, show: tuple[str, ...], hide: tuple[str, ...], target: str | None, given: Given, form: Form
) -> None:
    """Find the request that shows some contacts and hides others, and print the calls that send it.

    Exit status 1 if there is no such request, if the target can send none, or if no record mentions one of the
    contacts; the output then names the obstacle.
    """
    from uuid import uuid4

    from rehydration.render.answer_json import plan_json
    from rehydration.render.calls import calls, instance_of
    from rehydration.render.reports import plan_text
    from rehydration.selections import About

    question = history.history(given, About((*show, *hide, *_given(target)), later=True))
    recorded = target if target in question.graph else None
    plans = found_or_no(form, history, lambda _: question.plan(show, hide, target=recorded))
    token = str(uuid4())
    sent = [calls(instance_of(question.graph), each.request, target, token) for each in plans]
    if recorded != target:
        click.echo(f"no record of the target {target!r}, so nothing is compared with it", err=True)
    form.print(
        plan_json, partial(plan_text, hide=hide), plans, sent, question.certainty(plans[0].request, target=recorded)
    )


@application.command(short_help="Say what an export holds, and what is missing or wrong.")
@of_history
@chosen
@shown_as("text", "json")
def check(*, history: Source, selection: Selection, form: Form) -> None:
    """Show what an export holds, which contacts it refers to but does not hold, and what is contradictory in it.

    Exit status 1 if there are contradictions.
    """
    from rehydration.render.answer_json import check_json
    from rehydration.render.reports import check_text
    from rehydration.render.survey import survey

    found = survey(history.chosen(selection), history.account)
    form.print(check_json, check_text, found)
    if found.contradictions:
        no()


@application.command()
@click.argument("name", required=False, metavar="[ID]")
@shown_as("text", "json")
def rules(*, name: str | None, form: Form) -> None:
    """List the rules, or show one in full. ID is a rule, a group of rules, or a field of the policy."""
    from rehydration.policies import RULE_OF_FIELD
    from rehydration.render.answer_json import rule_json
    from rehydration.render.reports import rule_text, rules_text
    from rehydration.rules import RULES
    from rehydration.rules import rule as find_rule

    chosen = [each for each in RULES.values() if name in (None, each.group)]
    if chosen:
        form.print(lambda listed: list(map(rule_json, listed)), rules_text, chosen)
    else:
        form.print(rule_json, rule_text, find_rule(RULE_OF_FIELD.get(str(name), str(name))))


@application.command(short_help="List the built-in examples, or print one.")
@click.argument("name", required=False, metavar="[NAME]")
@shown_as()
def examples(*, name: str | None, form: Form) -> None:
    """List the built-in examples, or print the contact records of one as JSON."""
    if name is not None:
        emit_json([dict(each) for each in find_example(name).records])
        return
    from rehydration.render.reports import examples_text

    emit(examples_text(EXAMPLES.values(), **form.look))


application.add_command(audit)
application.add_command(conformance)
application.add_command(customer)
conformance.add_command(vectors)
application.add_command(evidence)
application.add_command(explore)
application.add_command(exposure)
application.add_command(guard)
application.add_command(sees)
application.add_command(serve)
application.add_command(why)
