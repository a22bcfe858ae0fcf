"""The command ``rehydration evidence``: what was seen on an instance, and what follows from it.

Here belong its arguments, what it prints and its exit status. What observations mean is not known here.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rehydration.cli.options import Commands
from rehydration.cli.output import emit, emit_json

if TYPE_CHECKING:
    from rehydration.evidence import Experiment, Knowledge

_form = click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)


@click.group(cls=Commands)
def evidence() -> None:
    """Settle open questions by what was seen on your own instance."""


@evidence.command()
@click.argument("path", metavar="FILE", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of a file of observations instead.")
@click.option("--scrub", metavar="OUTPUT", help="Write the observations to this file, with symbols in place of ids.")
def check(path: str | None, *, schema: bool, scrub: str | None) -> None:
    """Check a file of observations. It holds ids and times, and nothing that anybody said."""
    from rehydration import evidence as library

    if schema:
        emit_json(library.schema())
        return
    if path is None:
        raise click.UsageError("give FILE, or --schema")
    observations = library.read_observations(path)
    if scrub is not None:
        if Path(scrub).exists():
            raise click.UsageError(f"{scrub} exists already; --scrub writes a new file")
        Path(scrub).write_text(library.write_observations(library.scrubbed(observations)) + "\n", encoding="utf-8")
    dates = sorted(each.date.isoformat() for each in observations if each.date is not None)
    number = "1 observation" if len(observations) == 1 else f"{len(observations):,} observations"
    emit(f"{number}{f', from {dates[0]} to {dates[-1]}' if dates else ''}: the form is right.\n")


@evidence.command()
@click.argument("path", metavar="FILE")
@_form
def narrow(path: str, *, form: str) -> None:
    """Say which policies explain everything that was seen. Status 1 if none does."""
    from rehydration import evidence as library

    try:
        known = library.narrow(library.read_observations(path))
    except library.Contradicting as contradicting:
        if form == "json":
            emit_json({"Policies": 0, "Contradicting": list(contradicting.places), "Message": str(contradicting)})
        else:
            emit(f"{contradicting}. Tell us.\n")
        raise SystemExit(1) from None
    if form == "json":
        emit_json(_known_json(known))
    else:
        emit("".join(f"{each}\n" for each in _known_lines(known)))


def _known_json(known: Knowledge) -> dict[str, object]:
    return {
        "Policies": len(known),
        "Observations": known.observations,
        "Latest": None if known.latest is None else known.latest.isoformat(),
        "Fields": {name: list(readings) for name, readings in known.open_fields.items()},
    }


def _known_lines(known: Knowledge) -> list[str]:
    """Say what is settled, what is open, and by what."""
    lines = [f"{len(known):,} of 1,152 policies explain what was seen{f' ({known.line})' if known.line else ''}."]
    for name, readings in known.open_fields.items():
        state = "settled" if len(readings) == 1 else "open"
        lines.append(f"  {name:<18} {state:<8} {' or '.join(readings)}")
    return lines


@evidence.command("next", short_help="Show the smallest experiment that settles more.")
@click.argument("path", metavar="FILE", required=False)
@click.option("--all", "every", is_flag=True, help="Show the fewest experiments that settle all that is open.")
@_form
def following(path: str | None, *, every: bool, form: str) -> None:
    """Show the smallest experiment that settles more, as steps, with what each result would mean."""
    from rehydration import evidence as library

    known = library.Knowledge() if path is None else library.narrow(library.read_observations(path))
    smallest = library.next_experiment(known)
    found = library.fewest_experiments(known) if every else () if smallest is None else (smallest,)
    if form == "json":
        emit_json([_experiment_json(each, known) for each in found])
    elif found:
        emit("\n".join(_experiment_text(each, known) for each in found))
    else:
        emit("Nothing is left to settle: one policy explains what was seen.\n")


def _experiment_json(experiment: Experiment, known: Knowledge) -> dict[str, object]:
    return {
        "Name": experiment.name,
        "Steps": list(experiment.steps),
        "Needs": list(experiment.needs),
        "Results": [
            {"Result": each.sentence, "PoliciesLeft": (each.policies & known.policies).bit_count()}
            for each in experiment.results
            if each.policies & known.policies
        ],
    }


def _experiment_text(experiment: Experiment, known: Knowledge) -> str:
    from rehydration.evidence import Knowledge as Some

    lines = [f"Experiment: {experiment.name}"]
    if experiment.needs:
        lines.append(f"  It needs {', and '.join(experiment.needs)}.")
    lines += [f"  {place}. {step}" for place, step in enumerate(experiment.steps, 1)]
    lines.append("  What each result means:")
    for each in experiment.results:
        left = each.policies & known.policies
        if left:
            readings = Some(left).open_fields
            told = ", ".join(f"{name}={'|'.join(readings[name])}" for name in experiment.name.split("+"))
            lines.append(f"  - {each.sentence}: {told}")
    return "".join(f"{each}\n" for each in lines)
