"""The command ``rehydration conformance``: the suite, run, listed, shown and copied.

Here belong its arguments, its progress and its exit status. What conforms is not known here.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

import click

from rehydration.cli.options import Commands
from rehydration.cli.output import emit, emit_json, progress

if TYPE_CHECKING:
    from rehydration.conformance.casebook import Case
    from rehydration.conformance.endpoint import Endpoint
    from rehydration.conformance.running import Outcome
    from rehydration.conformance.scoring import Score
    from rehydration.conformance.targets import Factory

HARNESS = 2
SECONDS_BETWEEN_LINES = 10.0


class SuiteProblem(click.ClickException):
    """The suite cannot be run as asked; the message says why."""

    exit_code = HARNESS


@click.group(cls=Commands, short_help="Test an implementation of the API against the rules.")
def conformance() -> None:
    """Test an implementation of chat rehydration against the documented rules."""


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which cases are chosen."""
    for option in (
        click.option(
            "--set", "requirements", metavar="SET", help="The requirement set, such as 2026.11; by default the newest."
        ),
        click.option("--need", "needs", multiple=True, metavar="NEED", help="Only cases that need this, such as seed."),
        click.option(
            "--standing",
            "standings",
            type=click.Choice(["documented", "inferred", "open"]),
            multiple=True,
            help="Only cases of this standing.",
        ),
        click.argument("names", nargs=-1, metavar="[CASE|RULE|GROUP]..."),
    ):
        command = option(command)
    return command


def _reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which outcomes are judged and written down."""
    for option in (
        click.option(
            "--report",
            "reports",
            type=(click.Choice(["json", "junit", "markdown"]), click.Path()),
            multiple=True,
            metavar="KIND PATH",
            help="Write a report to a file: json, junit or markdown.",
        ),
        click.option(
            "--baseline",
            type=click.Path(),
            metavar="FILE",
            help="A file of case ids that are known to fail, one per line.",
        ),
    ):
        command = option(command)
    return command


@conformance.command("run", short_help="Run the cases on one target or several.")
@_choosing
@click.option("--self", "own", is_flag=True, help="Judge the service of this package.")
@click.option("--target", "modules", multiple=True, metavar="MODULE:FACTORY", help="A target in Python.")
@click.option(
    "--command", "commands", multiple=True, metavar="'PROGRAM ARGS'", help="A target that answers JSON lines."
)
@click.option("--endpoint-url", metavar="URL", help="The URL of a target, called with boto3.")
@click.option(
    "--instance-id", metavar="ID", help="The instance id. Without --endpoint-url, an instance of Amazon Connect itself."
)
@click.option(
    "--contact-flow-id", metavar="ID", default="suite-flow", show_default=True, help="The flow that chats start."
)
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="The region of the instance.")
@click.option("--seed-url", metavar="URL", help="Where to plant histories: POST URL/contacts, URL/advance.")
@click.option("--ca-bundle", metavar="FILE", help="Certificates to trust at the endpoint instead of the public ones.")
@click.option("--credentials", metavar="FILE", help="A file of credentials in the form of the AWS CLI's.")
@click.option("--profile", metavar="NAME", help="The profile whose credentials are taken.")
@click.option(
    "--calls-per-second",
    type=click.FloatRange(min=0.01),
    help="The most calls per second to the endpoint; 2 to Amazon Connect itself.",
)
@click.option("--yes", is_flag=True, help="Start chats in Amazon Connect without asking first.")
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    help="Seconds to wait for the transcripts of ended chats where time cannot be advanced.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=20.0,
    show_default=True,
    help="The time limit for one answer, in seconds.",
)
@click.option(
    "--record",
    metavar="FILE",
    help="Record what is asked and answered, without what could tell of an account. A recording is continued.",
)
@click.option(
    "--total-seconds", type=click.FloatRange(min=0.1), help="The time limit for the whole run of a target, in seconds."
)
@click.option("--fail-fast", is_flag=True, help="End the run at the first documented case that fails.")
@_reporting
@click.option(
    "--cases", "files", type=click.Path(), multiple=True, metavar="FILE", help="Run the cases of a file instead."
)
def run_suite(  # noqa: PLR0913  # one argument an option
    *,
    names: tuple[str, ...],
    standings: tuple[str, ...],
    needs: tuple[str, ...],
    requirements: str | None,
    own: bool,
    modules: tuple[str, ...],
    commands: tuple[str, ...],
    endpoint_url: str | None,
    instance_id: str | None,
    contact_flow_id: str,
    region: str,
    seed_url: str | None,
    ca_bundle: str | None,
    credentials: str | None,
    profile: str | None,
    calls_per_second: float | None,
    yes: bool,
    settle: float | None,
    seconds: float,
    record: str | None,
    total_seconds: float | None,
    fail_fast: bool,
    baseline: str | None,
    reports: tuple[tuple[str, str], ...],
    files: tuple[str, ...],
) -> None:
    """Run the cases, or those named by id, rule or group, on one target or several.

    Documented cases decide. Exit status: 0 if each target conforms; 1 if a documented case fails; 2 if a target broke,
    too little was asked for a verdict, or the use is wrong. With --baseline, what is listed may fail, and must.
    """
    from rehydration.conformance.account import CALLS_PER_SECOND, Ledger
    from rehydration.conformance.baseline import read_baseline
    from rehydration.conformance.casebook import all_cases, chosen
    from rehydration.conformance.endpoint import Endpoint
    from rehydration.conformance.program import Program, hosted
    from rehydration.conformance.recording import Recorder
    from rehydration.conformance.suite import INTERRUPTED, run
    from rehydration.conformance.targets import LAG, ServiceTarget

    if endpoint_url is not None and instance_id is None:
        raise click.UsageError("an address needs --instance-id")
    if not (own or modules or commands or instance_id):
        raise click.UsageError("nothing to judge: give --self, --target, --command or --endpoint-url")
    if record is not None and own + len(modules) + len(commands) + (instance_id is not None) > 1:
        raise click.UsageError("--record takes one target")

    def targets() -> Iterator[tuple[str, str, AbstractContextManager[Factory]]]:
        if own:
            yield "self", "rehydration.service", nullcontext(ServiceTarget)
        yield from (("python", name, hosted(name, seconds=seconds)) for name in modules)
        yield from (("program", command, Program(command, seconds=seconds)) for command in commands)
        if instance_id is not None:
            address = Endpoint(
                instance_id,
                contact_flow_id,
                endpoint_url=endpoint_url,
                region_name=region,
                seed_url=seed_url,
                calls_per_second=calls_per_second or (None if endpoint_url else CALLS_PER_SECOND),
                settle_seconds=(0 if endpoint_url else LAG) if settle is None else settle,
                ca_bundle=ca_bundle,
                credentials=credentials,
                profile=profile,
                ledger=Ledger(None if record is None else Path(f"{record}.chats")),
            )
            kind = "endpoint" if endpoint_url else "amazon-connect"
            yield kind, endpoint_url or f"Amazon Connect, {region}", address

    def scored(kind: str, name: str, target: AbstractContextManager[Factory]) -> Score:
        recorder = Recorder(None if record is None else Path(record), kind)
        left = recorder.left(cases)

        def told(outcome: Outcome) -> None:
            recorder.seen(outcome)
            seen(outcome)

        with target as factory, _progress(name, len(left)) as seen:
            if isinstance(target, Endpoint) and not endpoint_url:
                _agree(target, left, yes=yes)
            score = run(
                name,
                recorder.listening(factory),
                left,
                seconds=seconds,
                total_seconds=total_seconds,
                fail_fast=fail_fast,
                baseline=listed,
                known=known,
                seen=told,
            )
        return recorder.completed(score, cases)

    with _told():
        every = _every(files, requirements)
        cases = chosen(every, names, standings=standings, needs=needs)
        if not files:
            smoke = chosen(all_cases(), ["smoke"])
            cases = (*smoke, *(each for each in cases if each not in smoke))
        known = [each.case_id for each in every]
        listed = frozenset() if baseline is None else read_baseline(baseline)
        scores = []
        for kind, name, target in targets():
            scores.append(scored(kind, name, target))
            if scores[-1].ended.endswith(INTERRUPTED):
                break
        _report(scores, reports, requirements)


def _agree(endpoint: Endpoint, cases: Sequence[Case], *, yes: bool) -> None:
    """Say what a run takes of an account, and go on if its user agrees."""
    from rehydration.conformance.account import Takes

    takes = Takes.of(cases, endpoint.capabilities)
    click.echo(takes.told(endpoint.calls_per_second, endpoint.settle_seconds), err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise SuiteProblem("the run needs your consent, and there is no terminal to ask on: add --yes")
    if not click.confirm("Go on?", err=True):
        raise SuiteProblem("nothing was asked")


@contextmanager
def _told() -> Iterator[None]:
    """Tell what cannot be run as asked."""
    from rehydration.conformance.faults import CaseMalformed, TargetBroken
    from rehydration.render.writing import safe_line

    try:
        yield
    except (CaseMalformed, TargetBroken, OSError) as problem:
        raise SuiteProblem(safe_line(str(problem))) from problem


def _report(scores: Sequence[Score], reports: Sequence[tuple[str, str]], requirements: str | None) -> NoReturn:
    """Write the reports, print the scores, and exit with the status of the worst."""
    from rehydration.conformance.casebook import requirement_sets
    from rehydration.conformance.reporting import REPORTS, Made
    from rehydration.conformance.telling import written

    made = Made(requirements or requirement_sets()[-1])
    for kind, path in reports:
        Path(path).write_text(REPORTS[kind](scores, made), encoding="utf-8")
    for score in scores:
        emit(written(score))
    raise SystemExit(max(each.verdict.exit_status for each in scores))


def _print_schema(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click's
    if wanted:
        from rehydration.conformance.recording import schema

        emit_json(schema())
        context.exit()


@conformance.command("replay")
@click.argument("recording", metavar="FILE")
@_choosing
@_reporting
@click.option(
    "--cases", "files", type=click.Path(), multiple=True, metavar="FILE", help="Judge by the cases of a file instead."
)
@click.option(
    "--observations", metavar="FILE", help="Write down what was seen, as observations for `rehydration evidence`."
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of a recording.",
)
def replay(  # noqa: PLR0913  # one argument an option
    *,
    recording: str,
    observations: str | None,
    names: tuple[str, ...],
    standings: tuple[str, ...],
    needs: tuple[str, ...],
    requirements: str | None,
    baseline: str | None,
    reports: tuple[tuple[str, str], ...],
    files: tuple[str, ...],
) -> None:
    """Judge a recording of a run; nobody is asked. What it does not have is not asked."""
    from rehydration.conformance.baseline import read_baseline
    from rehydration.conformance.casebook import chosen
    from rehydration.conformance.observing import observations as observations_of
    from rehydration.conformance.recording import read_recording
    from rehydration.conformance.scoring import Score

    with _told():
        read = read_recording(recording)
        every = _every(files, requirements)
        if observations is not None:
            seen = list(observations_of(read))
            Path(observations).write_text(json.dumps(seen, indent=2) + "\n", encoding="utf-8")
        outcomes = read.judged(chosen(every, names, standings=standings, needs=needs))
        listed = frozenset() if baseline is None else read_baseline(baseline)
        name = f"{recording} ({read.endpoint}, {read.began})"
        _report([Score(name, outcomes, listed, frozenset(each.case_id for each in every))], reports, requirements)


def _every(files: Sequence[str], requirements: str | None) -> tuple[Case, ...]:
    from rehydration.conformance.casebook import all_cases, read_cases

    return tuple(case for file in files for case in read_cases(file)) if files else all_cases(requirements)


@contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[Outcome], None]]:
    with progress() as bar:
        if bar.console.is_terminal:
            task = bar.add_task(name, total=total)
            yield lambda _outcome: bar.advance(task)
        else:
            yield _line_now_and_then(name, total)


def _line_now_and_then(name: str, total: int) -> Callable[[Outcome], None]:
    began = last = monotonic()
    done = 0

    def seen(_outcome: Outcome) -> None:
        nonlocal done, last
        done += 1
        if monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = monotonic()
            click.echo(f"{name}: {done} of {total} after {last - began:.0f} s", err=True)

    return seen


@conformance.command("list")
@_choosing
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_cases(
    *, names: tuple[str, ...], standings: tuple[str, ...], needs: tuple[str, ...], requirements: str | None, kind: str
) -> None:
    """List the cases: id, standing, what they need, title."""
    found = _chosen(names, standings, needs, requirements)
    if kind == "json":
        emit_json([dict(each.data) for each in found])
        return
    for each in found:
        emit(f"{each.case_id}  [{each.standing}; {', '.join(sorted(each.needs))}]  {each.title}\n")
    emit(f"{len(found)} cases\n")


@conformance.command("show", short_help="Show a case: its rules, their sources, its steps.")
@click.argument("case", metavar="CASE")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show_case(*, case: str, kind: str) -> None:
    """Show a case: the rules that it tests, where they are from, and its steps by number."""
    from rehydration.conformance.telling import case_lines

    for each in _chosen((case,)):
        if kind == "json":
            emit_json(dict(each.data))
        else:
            emit("".join(f"{line}\n" for line in case_lines(each)))


@conformance.command("copy", short_help="Copy the cases, for a runner of your own.")
@click.argument("directory", type=click.Path(), metavar="DIR")
def copy_cases(*, directory: str) -> None:
    """Copy the cases and their JSON Schema into a directory, for a runner of your own."""
    from importlib.resources import files

    target = Path(directory)
    try:
        target.mkdir(parents=True, exist_ok=True)
        written = 0
        for file in (files("rehydration.conformance") / "cases").iterdir():
            if file.name.endswith(".json"):
                (target / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
                written += 1
    except OSError as problem:
        raise SuiteProblem(str(problem)) from problem
    emit(f"{written} files in {directory}\n")


def _chosen(
    names: Sequence[str], standings: Sequence[str] = (), needs: Sequence[str] = (), requirements: str | None = None
) -> tuple[Case, ...]:
    from rehydration.conformance.casebook import chosen
    from rehydration.conformance.faults import CaseMalformed

    try:
        return chosen(_every((), requirements), names, standings=standings, needs=needs)
    except CaseMalformed as problem:
        raise SuiteProblem(str(problem)) from problem
