"""What can be asked on the command line.

Here belongs one function for each command: it reads its arguments, asks the library, prints the answer and says the
exit status. What a command needs is imported when it runs, so that help is there at once.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

import click

from rehydration.cli.audit import audit
from rehydration.cli.conformance import conformance
from rehydration.cli.explore import explore
from rehydration.cli.options import (
    WrongUsage,
    contact_id,
    decision,
    formats,
    full,
    looks,
    output,
    rehydration_type,
    sources,
    target,
    together,
)
from rehydration.cli.output import emit, emit_json, json_of, page, put
from rehydration.cli.serve import serve
from rehydration.errors import ContradictoryRecords, InvalidInput
from rehydration.examples import Example
from rehydration.policies import Policy
from rehydration.requests import RehydrationRequest, RehydrationType

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from rehydration.explanation import Explanation, Refusal
    from rehydration.graph import ContactGraph

_INTERRUPTED = 130
_PICTURES = ("text", "json", "svg", "mermaid", "dot")
_TWO = 2


def run() -> int:
    """Run the command that the arguments name; return the exit status."""
    try:
        status = application.main(prog_name="rehydration", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    return status if isinstance(status, int) else 0


class Unanswerable(click.ClickException):
    """What the library could not work with: arguments or records that are wrong, or that contradict one another."""

    exit_code = 2


class Application(click.Group):
    """The commands together; what the library cannot work with leaves it as a message, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (InvalidInput, ContradictoryRecords) as error:
            from rehydration.render.writing import harmless

            lines = [harmless(each) for each in str(error).split("\n")]
            if isinstance(error, ContradictoryRecords):
                lines.append("`rehydration check` tells more")
            raise Unanswerable("\n".join(lines)) from error


def _version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:  # noqa: FBT001  # as click calls it
    if not asked or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        told = version("rehydration")
    except PackageNotFoundError:
        told = "(not installed)"
    emit(f"rehydration {told}\n")
    context.exit()


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def application() -> None:
    """Which past contact a persistent chat in Amazon Connect continues from, what of it is visible, and why.

    RECORDS are files of contact records in whatever form AWS writes them, directories of such, patterns, or - for
    standard input. To look around without any:

    \b
        rehydration explain --example use-case-1
        rehydration examples
    """  # noqa: D301  # click looks for the character


@application.command()
@together(
    *sources,
    rehydration_type,
    click.option("--source", type=contact_id, metavar="ID", help="The past contact to continue from."),
    target,
    *decision,
    formats(*_PICTURES),
    output,
    full,
    *looks,
)
def explain(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    rehydration_type: str | None,
    source: str | None,
    target: str | None,
    now: datetime | None,
    policy: Policy,
    form: str,
    output: str | None,
    full: bool,
    color: str,
    width: int | None,
) -> None:
    """Decide a request and say why: what is visible, what is not, by which rules, and how sure that is.

    Exit status 1 where a rule refuses.
    """
    from rehydration import render
    from rehydration.cli.history import Source
    from rehydration.explanation import Refusal
    from rehydration.history import History
    from rehydration.render.writing import harmless

    history = Source.of(records, example, related_as_link=not plain_related)
    if history.example is not None:
        target = target or history.example.target
    request = _request(history.example, rehydration_type, source)
    graph = history.graph()
    look = page(width, color, to_file=output is not None)
    explanation = History(graph, now=now, policy=policy).account(request, target=target)
    if isinstance(explanation, Refusal):
        error = explanation.error
        if form == "json":
            emit_json(render.refusal_as_json(error))
        elif form == "text":
            emit(render.refusal_text(explanation, graph, width=look.width, color=look.color))
        else:
            click.echo(f"Refused: {harmless(str(error))} ({error.rule})", err=True)
        _no()
    if form == "json":
        _put_json(render.as_json(explanation), output)
    elif form == "text":
        put(render.text(explanation, width=look.width, color=look.color, full=full), output)
    else:
        draw = {"svg": render.svg, "mermaid": render.mermaid, "dot": render.dot}[form]
        put(draw(explanation, full=full), output)


@application.command()
@together(
    *sources,
    click.option(
        "--request",
        "requests",
        type=(click.Choice(tuple(map(str, RehydrationType))), contact_id),
        multiple=True,
        metavar="TYPE ID",
        help="A rehydration type and the past contact to continue from; give two or more.",
    ),
    target,
    *decision,
    formats(*_PICTURES),
    output,
    full,
    *looks,
)
def compare(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    requests: tuple[tuple[str, str], ...],
    target: str | None,
    now: datetime | None,
    policy: Policy,
    form: str,
    output: str | None,
    full: bool,
    color: str,
    width: int | None,
) -> None:
    """Decide several requests on one history, and tell side by side what each shows.

    An example is asked for what it is about, by both types. Exit status 1 where a rule refuses every request.
    """
    from rehydration import render
    from rehydration.cli.history import Source
    from rehydration.explanation import Refusal
    from rehydration.history import History

    history = Source.of(records, example, related_as_link=not plain_related)
    if history.example is not None:
        target = target or history.example.target
    elif len(requests) < _TWO:
        raise WrongUsage("Missing --request: give two or more, each a rehydration type and the past contact")
    graph = history.graph()
    asked = [RehydrationRequest(*each) for each in requests]
    if history.example is not None and len(asked) < _TWO:
        first = asked[0] if asked else history.example.requests[0]
        asked = [first, _other_type(graph, first)]
    question = History(graph, now=now, policy=policy)
    sides = [question.account(request, target=target) for request in asked]
    look = page(width, color, to_file=output is not None)
    if form == "json":
        _put_json([_side_json(each) for each in sides], output)
    elif form == "text":
        put(render.comparison_text(sides, width=look.width, color=look.color, full=full), output)
    else:
        forms = {"svg": render.comparison_svg, "mermaid": render.comparison_mermaid, "dot": render.comparison_dot}
        put(forms[form](sides, full=full), output)
    if all(isinstance(each, Refusal) for each in sides):
        _no()


def _other_type(graph: ContactGraph, request: RehydrationRequest) -> RehydrationRequest:
    """Make the request of the other type that is nearest to one."""
    source = request.source_contact_id
    if request.rehydration_type == RehydrationType.ENTIRE_PAST_SESSION or source not in graph:
        return RehydrationRequest(RehydrationType.FROM_SEGMENT, source)
    return RehydrationRequest(RehydrationType.ENTIRE_PAST_SESSION, graph.session_of(source).initial_contact_id)


def _side_json(side: Explanation | Refusal) -> Mapping[str, object]:
    from rehydration import render
    from rehydration.explanation import Explanation

    if isinstance(side, Explanation):
        return render.as_json(side)
    request = side.request
    asked = {"RehydrationType": request.rehydration_type, "SourceContactId": request.source_contact_id}
    return {**asked, **render.refusal_as_json(side.error)}


@application.command()
@together(*sources, formats("text", "svg", "mermaid", "dot"), output, full, *looks)
def graph(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    form: str,
    output: str | None,
    full: bool,
    color: str,
    width: int | None,
) -> None:
    """Draw a history as it is recorded: its sessions, their contacts and the links between them."""
    from rehydration import render
    from rehydration.cli.history import Source

    history = Source.of(records, example, related_as_link=not plain_related).graph()
    look = page(width, color, to_file=output is not None)
    if form == "text":
        put(render.graph_text(history, width=look.width, color=look.color, full=full), output)
    else:
        draw = {"svg": render.graph_svg, "mermaid": render.graph_mermaid, "dot": render.graph_dot}[form]
        put(draw(history, full=full), output)


def _put_json(value: object, output: str | None) -> None:
    if output is None:
        emit_json(value)
    else:
        put(json_of(value), output)


def _request(example: Example | None, rehydration_type: str | None, source: str | None) -> RehydrationRequest:
    """Make the request of what was given; an example completes it, if it can by a request of the type given."""
    if example is not None:
        alike = [each for each in example.requests if each.rehydration_type == rehydration_type]
        default = (alike or list(example.requests))[0]
        return RehydrationRequest(rehydration_type or default.rehydration_type, source or default.source_contact_id)
    if rehydration_type is None or source is None:
        missing = [name for name, value in (("--type", rehydration_type), ("--source", source)) if value is None]
        raise WrongUsage(f"Missing {' and '.join(missing)}: which past contact is to be continued, and how?")
    return RehydrationRequest(rehydration_type, source)


def _no() -> NoReturn:
    """Leave with the status that says: answered, and the answer is no."""
    click.get_current_context().exit(1)


@application.command()
@together(
    *sources,
    click.option(
        "--show", type=contact_id, multiple=True, required=True, metavar="ID", help="Must be visible; may be repeated."
    ),
    click.option("--hide", type=contact_id, multiple=True, metavar="ID", help="Must not be listed; may be repeated."),
    click.option("--target", type=contact_id, metavar="ID", help="The live chat to write into the calls."),
    *decision,
    formats("text", "json"),
    *looks,
)
def plan(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    show: tuple[str, ...],
    hide: tuple[str, ...],
    target: str | None,
    now: datetime | None,
    policy: Policy,
    form: str,
    color: str,
    width: int | None,
) -> None:
    """Find the request that shows some contacts and hides others, and the calls to send it with.

    Exit status 1 where there is none, with what stands in the way.
    """
    from rehydration import render
    from rehydration.cli.history import Source
    from rehydration.cli.values import plan_json
    from rehydration.errors import RuleForbids
    from rehydration.plans import plan as find_plans
    from rehydration.render.calls import calls, instance_of
    from rehydration.rules import rule

    graph = Source.of(records, example, related_as_link=not plain_related).graph()
    look = page(width, color)
    try:
        plans = find_plans(graph, show, hide, now=now, policy=policy)
    except RuleForbids as refusal:
        if form == "json":
            emit_json(render.refusal_as_json(refusal))
        else:
            from rehydration.cli.texts import obstacle_text

            emit(obstacle_text(refusal, rule(refusal.rule), width=look.width, color=look.color))
        _no()
    if form == "json":
        emit_json(plan_json(plans, [calls(instance_of(graph), each.request, target) for each in plans]))
    else:
        from rehydration.cli.texts import plan_text

        requests = calls(instance_of(graph), plans[0].request, target)
        emit(plan_text(plans, requests, hide=hide, width=look.width, color=look.color))


@application.command()
@together(
    *sources,
    click.option("--contact", type=contact_id, required=True, metavar="ID", help="Whose transcript is it about?"),
    *decision,
    formats("text", "json"),
    *looks,
)
def exposure(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    contact: str,
    now: datetime | None,
    policy: Policy,
    form: str,
    color: str,
    width: int | None,
) -> None:
    """Tell in which later sessions the transcript of a contact is visible, and in which it could be next.

    Exit status 1 where nobody has heard of the contact.
    """
    from rehydration import render
    from rehydration.cli.history import Source
    from rehydration.cli.values import exposure_json
    from rehydration.errors import RuleForbids
    from rehydration.exposures import exposure as find_exposure
    from rehydration.render.writing import harmless

    graph = Source.of(records, example, related_as_link=not plain_related).graph()
    look = page(width, color)
    try:
        found = find_exposure(graph, contact, now=now, policy=policy)
    except RuleForbids as refusal:
        if form == "json":
            emit_json(render.refusal_as_json(refusal))
        else:
            emit(f"{harmless(str(refusal))}\n")
        _no()
    if form == "json":
        emit_json(exposure_json(found))
    else:
        from rehydration.cli.texts import exposure_text

        emit(exposure_text(found, width=look.width, color=look.color))


@application.command()
@together(*sources, formats("text", "json"), *looks)
def check(  # noqa: PLR0913  # one for each option
    *,
    records: tuple[str, ...],
    example: str | None,
    plain_related: bool,
    form: str,
    color: str,
    width: int | None,
) -> None:
    """Tell what an export holds, what it refers to without holding it, and what is contradictory in it.

    Exit status 1 if anything is.
    """
    from rehydration.cli.history import Source
    from rehydration.cli.survey import survey
    from rehydration.cli.values import check_json

    source = Source.of(records, example, related_as_link=not plain_related)
    look = page(width, color)
    found = survey(source.contacts())
    if form == "json":
        emit_json(check_json(found))
    else:
        from rehydration.cli.texts import check_text

        emit(check_text(found, width=look.width, color=look.color))
    if found.contradictions:
        _no()


@application.command()
@together(
    click.argument("name", required=False, metavar="[ID]"),
    formats("text", "json"),
    *looks,
)
def rules(*, name: str | None, form: str, color: str, width: int | None) -> None:
    """List the rules, or tell all of one: ID is a rule, a group of rules, or a field of the policy."""
    from rehydration.cli.values import rule_json
    from rehydration.policies import RULE_OF_FIELD
    from rehydration.rules import RULES
    from rehydration.rules import rule as find_rule

    look = page(width, color)
    chosen = [each for each in RULES.values() if name in (None, each.group)]
    if not chosen:
        one = find_rule(RULE_OF_FIELD.get(str(name), str(name)))
        if form == "json":
            emit_json(rule_json(one))
        else:
            from rehydration.cli.texts import rule_text

            emit(rule_text(one, width=look.width, color=look.color))
    elif form == "json":
        emit_json([rule_json(each) for each in chosen])
    else:
        from rehydration.cli.texts import rules_text

        emit(rules_text(chosen, width=look.width, color=look.color))


@application.command()
@together(click.argument("name", required=False, metavar="[NAME]"), *looks)
def examples(*, name: str | None, color: str, width: int | None) -> None:
    """List the built-in examples, or print the contact records of one as JSON."""
    from rehydration.examples import EXAMPLES
    from rehydration.examples import example as find_example

    if name is None:
        from rehydration.cli.texts import examples_text

        look = page(width, color)
        emit(examples_text(EXAMPLES.values(), width=look.width, color=look.color))
        return
    emit_json([dict(each) for each in find_example(name).records])


application.add_command(audit)
application.add_command(conformance)
application.add_command(explore)
application.add_command(serve)
