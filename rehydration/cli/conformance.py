"""The command ``rehydration conformance``: the suite, run, listed, shown and copied.

Here belong its arguments, its progress and its exit status. What conforms is not known here.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from rehydration.cli.output import emit, emit_json, progress

if TYPE_CHECKING:
    from rehydration.conformance.baseline import Verdict
    from rehydration.conformance.casebook import Case
    from rehydration.conformance.running import Outcome
    from rehydration.conformance.scoring import Score
    from rehydration.conformance.targets import Factory

FAILURES = 1
HARNESS = 2
SECONDS_BETWEEN_LINES = 10.0


class SuiteProblem(click.ClickException):
    """The suite cannot be run as asked; the message says why."""

    exit_code = HARNESS


@click.group()
def conformance() -> None:
    """Test an implementation of chat rehydration against the documented rules."""


@conformance.command("run")
@click.argument("names", nargs=-1, metavar="[CASE|RULE|GROUP]...")
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
@click.option("--calls-per-second", type=click.FloatRange(min=0.01), help="The most calls per second to the endpoint.")
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
    "--baseline", type=click.Path(), metavar="FILE", help="A file of case ids that are known to fail, one per line."
)
@click.option(
    "--report",
    "reports",
    type=(click.Choice(["json", "junit", "markdown"]), click.Path()),
    multiple=True,
    metavar="KIND PATH",
    help="Write a report to a file: json, junit or markdown.",
)
@click.option(
    "--cases", "files", type=click.Path(), multiple=True, metavar="FILE", help="Run the cases of a file instead."
)
def run_suite(  # noqa: PLR0913  # one argument an option
    *,
    names: tuple[str, ...],
    own: bool,
    modules: tuple[str, ...],
    commands: tuple[str, ...],
    endpoint_url: str | None,
    instance_id: str | None,
    contact_flow_id: str,
    region: str,
    seed_url: str | None,
    calls_per_second: float | None,
    settle: float | None,
    seconds: float,
    baseline: str | None,
    reports: tuple[tuple[str, str], ...],
    files: tuple[str, ...],
) -> None:
    """Run the cases, or those named by id, rule or group, on one target or several.

    Exit status: 0, 1 for failures, 2 where the target broke or the use is wrong. With --baseline what is listed may
    fail, and must.
    """
    from rehydration.conformance.baseline import judged, read_baseline
    from rehydration.conformance.endpoint import Endpoint
    from rehydration.conformance.faults import CaseMalformed, TargetBroken
    from rehydration.conformance.program import Program
    from rehydration.conformance.targets import LAG, ServiceTarget, load

    if endpoint_url is not None and instance_id is None:
        raise click.UsageError("an address needs --instance-id")
    if not (own or modules or commands or instance_id):
        raise click.UsageError("nothing to judge: give --self, --target, --command or --endpoint-url")

    def targets() -> Iterator[tuple[str, AbstractContextManager[Factory]]]:
        if own:
            yield "rehydration.service", nullcontext(ServiceTarget)
        yield from ((name, nullcontext(load(name))) for name in modules)
        yield from ((command, Program(command, seconds=seconds)) for command in commands)
        if instance_id is not None:
            address = Endpoint(
                instance_id,
                contact_flow_id,
                endpoint_url=endpoint_url,
                region_name=region,
                seed_url=seed_url,
                calls_per_second=calls_per_second,
                settle_seconds=(0 if endpoint_url else LAG) if settle is None else settle,
            )
            yield endpoint_url or f"Amazon Connect, {region}", address

    try:
        cases = _cases(files, names)
        listed = frozenset() if baseline is None else read_baseline(baseline)
        scores = [_scored(name, made, cases, seconds) for name, made in targets()]
        _write(scores, reports)
    except (CaseMalformed, TargetBroken, OSError) as problem:
        raise SuiteProblem(str(problem)) from problem
    known = _ids(files)
    verdicts = [judged(each.outcomes, listed, known) for each in scores]
    for score, verdict in zip(scores, verdicts, strict=True):
        _tell(score, verdict)
    raise SystemExit(_status(verdicts))


def _cases(files: Sequence[str], names: Sequence[str]) -> tuple[Case, ...]:
    from rehydration.conformance.casebook import all_cases, chosen, read_cases

    every = tuple(case for file in files for case in read_cases(file)) if files else all_cases()
    return chosen(every, names)


def _ids(files: Sequence[str]) -> set[str]:
    return {each.case_id for each in _cases(files, ())}


def _scored(name: str, target: AbstractContextManager[Factory], cases: Sequence[Case], seconds: float) -> Score:
    from rehydration.conformance.suite import run

    with target as factory, _progress(name, len(cases)) as seen:
        return run(name, factory, cases, seconds=seconds, seen=seen)


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


def _write(scores: Sequence[Score], reports: Sequence[tuple[str, str]]) -> None:
    from rehydration.conformance.reporting import REPORTS

    for kind, path in reports:
        Path(path).write_text(REPORTS[kind](scores), encoding="utf-8")


def _tell(score: Score, verdict: Verdict) -> None:
    from rehydration.conformance.running import FAILED
    from rehydration.conformance.scoring import MIXED, UNTOLD, summary
    from rehydration.render.writing import safe_line

    for each in score.outcomes:
        case_id = each.case.case_id
        if case_id in verdict.broken:
            emit(f"! {case_id}: {safe_line(each.message)}\n")
        elif each.status == FAILED:
            sign = "✗" if case_id in verdict.unexpected else "(✗)"
            emit(f"{sign} {case_id} [{each.case.standing}] step {each.step}: {safe_line(each.message)}\n")
    for case_id in verdict.stale:
        emit(f"stale in the baseline: {case_id} does not fail\n")
    for reason, number in score.not_asked.items():
        emit(f"not asked: {number}, {safe_line(reason)}\n")
    tells = frozenset().union(*(each.case.tells for each in score.outcomes))
    if tells:
        emit(f"reads what is open as {score.policy}\n")
    for reading in (UNTOLD, MIXED):
        names = [name for name, value in score.fingerprint.items() if value == reading and name in tells]
        if names:
            emit(f"{reading}: {', '.join(names)}\n")
    emit(f"{safe_line(summary(score))}\n")


def _status(verdicts: Sequence[Verdict]) -> int:
    if any(each.broken for each in verdicts):
        return HARNESS
    return 0 if all(each.is_well for each in verdicts) else FAILURES


@conformance.command("list")
@click.argument("names", nargs=-1, metavar="[CASE|RULE|GROUP]...")
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_cases(*, names: tuple[str, ...], kind: str) -> None:
    """List the cases: id, standing, what they need, title."""
    found = _chosen(names)
    if kind == "json":
        emit_json([dict(each.data) for each in found])
        return
    for each in found:
        emit(f"{each.case_id}  [{each.standing}; {', '.join(sorted(each.needs))}]  {each.title}\n")
    emit(f"{len(found)} cases\n")


@conformance.command("show")
@click.argument("case", metavar="CASE")
def show_case(*, case: str) -> None:
    """Show one case and the rules that it tests."""
    from rehydration.rules import rule

    for each in _chosen((case,)):
        emit_json(dict(each.data))
        for name in each.rules:
            found = rule(name)
            emit(f"{name} ({found.standing.value}): {found.statement}\n")


@conformance.command("copy")
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


def _chosen(names: Sequence[str]) -> tuple[Case, ...]:
    from rehydration.conformance.faults import CaseMalformed

    try:
        return _cases((), names)
    except CaseMalformed as problem:
        raise SuiteProblem(str(problem)) from problem
