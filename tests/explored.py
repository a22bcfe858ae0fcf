"""What a page of the explorer says, whole: as its data hold it, as a browser shows it, and as the engine answers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehydration import (
    ContactGraph,
    Explanation,
    History,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    certainty,
    explain,
)
from rehydration.certainties import Certainty
from rehydration.explanation import explain_past
from rehydration.policies import Policy
from rehydration.render.calls import calls, instance_of
from rehydration.render.sentences import condition
from rehydration.render.writing import safe_line, safe_word

LINKED = "LINKED"
TYPES = ("ENTIRE_PAST_SESSION", "FROM_SEGMENT", LINKED)
FORMS = ("boto3", "aws")

Said = dict[str, Any]
"""One answer, in a form that has nothing to do with how a page holds it."""


# -------------------------------------------------------------------------------------------- as the engine answers


def answered(graph: ContactGraph, contact_id: str, asked: str, policy: Policy, **world: Any) -> Said | None:
    """Have the engine answer; None where there is nothing to ask, a session without a link."""
    past = {name: value for name, value in world.items() if name != "target"}
    try:
        if asked == LINKED:
            if graph.link_of(graph.session_of(contact_id)) is None:
                return None
            return _explained(explain_past(graph, contact_id, policy=policy, **past))
        request = RehydrationRequest(asked, contact_id)
        sent = calls(instance_of(graph), request, world.get("target"))
        told = _explained(explain(graph, request, policy=policy, **world))
        return {**told, "calls": [[each.operation, each.boto3, each.aws] for each in sent]}
    except RuleForbids as refusal:
        if asked == LINKED:
            sure = History(graph, policy=policy, **past).certainty_of_past(contact_id)
        else:
            sure = certainty(graph, RehydrationRequest(asked, contact_id), policy=policy, **world)
        said = {"code": refusal.code, "rule": refusal.rule, "message": safe_line(str(refusal))}
        return {**said, **_sure(sure)}


def _explained(explanation: Explanation) -> Said:
    answer = explanation.answer
    tally = [str(each.verdict) for each in explanation.verdicts]
    return {
        "start": answer.continued_from_contact_id,
        "verdicts": [
            [
                each.initial_contact_id,
                each.contact_id,
                str(each.verdict),
                None if each.availability in {None, "available"} else str(each.availability),
                list(each.rules),
            ]
            for each in explanation.verdicts
        ],
        "tally": {each: tally.count(each) for each in tally},
        "incomplete": answer.incomplete,
        "stopped": answer.stopped_at,
        "rules": list(answer.rules),
        "warnings": [[each.rule, safe_line(each.message)] for each in answer.warnings],
        **_sure(explanation.certainty),
    }


def _sure(found: Certainty) -> Said:
    several = found.outcomes if len(found.outcomes) > 1 else ()
    return {
        "line": found.line,
        "depends": [each.subject[0] for each in found.of_kind("policy")] if several else [],
        "outcomes": [[condition(each), not place, *_summary(each.answer)] for place, each in enumerate(several)],
    }


def _summary(answer: Rehydration | RuleForbids) -> list[Any]:
    if isinstance(answer, RuleForbids):
        return ["refused", answer.rule]
    lost = [each.contact_id for each in answer.unavailable if each.availability != "not-ready"]
    return [
        answer.continued_from_contact_id,
        [each.contact_id for each in answer.visible],
        [each for each in lost if each != answer.stopped_at],
        len(answer.beyond_limit),
        answer.incomplete,
    ]


def in_words(outcome: list[Any]) -> list[Any]:
    """Write an outcome as a page words it."""
    when, ours, start, *told = outcome
    if start == "refused":
        return [when, ours, f"refused: {told[0]}"]
    visible, lost, beyond, incomplete = told
    words = "" if start is None else f"from {safe_word(start)}, "
    words += f"shows {_few(visible)}"
    words += f", but cannot read {_few(lost)}" if lost else ""
    words += f", {beyond:,} beyond the limit" if beyond else ""
    return [when, ours, words + (", incomplete" if incomplete else "")]


def _few(ids: list[str]) -> str:
    if not ids:
        return "nothing"
    more = [f"and {len(ids) - 7:,} more"] if len(ids) > 7 else []
    return " ".join([*map(safe_word, ids[:7]), *more])


# ----------------------------------------------------------------------------------------------------- as data hold it


def data_of(page: str) -> Any:
    """Take the data out of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def held(data: Any, contact: int, asked: int) -> Said | None:
    """Look one answer up in the data of a page."""
    place = data["asked"][contact][asked]
    if place == -1:
        return None
    answer = data["answers"][place]
    if "message" in answer:
        return {
            "code": data["texts"][answer["code"]],
            "rule": data["rules"][answer["rule"]]["id"],
            "message": _sentence(data, answer["message"]),
            **_held_sure(data, answer["sure"]),
        }
    said = {
        "start": _id(data, answer["start"]),
        "verdicts": [
            row
            for visit in _along(answer["visits"], data["visit_after"])
            for row in _held_visit(data, data["visits"][visit])
        ],
        "tally": {data["verdicts"][verdict][0]: count for verdict, count in data["tallies"][answer["tally"]]},
        "incomplete": "incomplete" in answer,
        "stopped": _id(data, answer.get("stopped")),
        "rules": _rules(data, answer["rules"]),
        "warnings": [[data["rules"][rule]["id"], _sentence(data, told)] for rule, told in answer.get("warnings", [])],
        **_held_sure(data, answer["sure"]),
    }
    return said if data["types"][asked] == LINKED else {**said, "calls": _held_calls(data, contact, asked)}


def _along(runs: list[int], after: list[int]) -> Iterator[int]:
    for begin, many in zip(runs[::2], runs[1::2], strict=True):
        at = begin
        for _ in range(many):
            yield at
            at = after[at]


def _id(data: Any, contact: int | None) -> str | None:
    return None if contact is None else data["ids"][contact]


def _rules(data: Any, place: int) -> list[str]:
    return [data["rules"][each]["id"] for each in data["rule_lists"][place]]


def _held_visit(data: Any, visit: list[int]) -> Iterator[list[Any]]:
    session = data["sessions"][visit[0]]
    ids = iter(data["ids"][session["first"] : session["first"] + session["size"]])
    initial = next(each for each in data["ids"] if safe_word(each) == data["texts"][session["initial"]])
    for state, many in zip(visit[1::2], visit[2::2], strict=True):
        verdict, availability, rules = data["states"][state]
        told = None if availability is None else data["texts"][availability]
        for _ in range(many):
            yield [initial, next(ids), data["verdicts"][verdict][0], told, _rules(data, rules)]
    assert list(ids) == []


def _sentence(data: Any, told: list[int]) -> str:
    parts = data["sentences"][told[0]]
    return "".join(
        part + (data["ids"][told[place]] if place < len(told) else "") for place, part in enumerate(parts, 1)
    )


def _held_sure(data: Any, place: int | None) -> Said:
    if place is None:
        return {"line": None, "depends": [], "outcomes": []}
    sure = data["sureness"][place]
    outcomes = [
        [data["texts"][each["when"]], "ours" in each, *_held_summary(data, each)] for each in sure.get("outcomes", [])
    ]
    return {"line": data["texts"][sure["line"]], "depends": sure.get("depends", []), "outcomes": outcomes}


def _held_summary(data: Any, outcome: Mapping[str, Any]) -> list[Any]:
    if "refused" in outcome:
        return ["refused", data["rules"][outcome["refused"]]["id"]]
    return [
        _id(data, outcome["start"]),
        [data["ids"][each] for each in _along(outcome["visible"], data["contact_after"])],
        [data["ids"][each] for each in _along(outcome.get("lost", []), data["contact_after"])],
        outcome.get("beyond", 0),
        "incomplete" in outcome,
    ]


def _held_calls(data: Any, contact: int, asked: int) -> list[list[str]]:
    around = data["calls"]["around"][asked]
    own = data["calls"]["own"].get(str(contact), {}).get(str(asked))
    if own is not None:
        return [[call[0], *texts] for call, texts in zip(around, own, strict=True)]
    source = data["ids"][contact]
    return [[operation, source.join(boto3), source.join(aws)] for operation, boto3, aws, _ in around]


# ------------------------------------------------------------------------------------------------ as a browser shows it

HARVEST = r"""
const [questions, done] = [arguments[0], arguments[arguments.length - 1]];
const all = (where, what) => [...where.querySelectorAll(what)];
const text = (where, what) => where.querySelector(what)?.textContent ?? null;
const read = () => {
  const result = document.getElementById("result");
  for (let more; (more = result.querySelector("button.more")) !== null; ) more.click();
  const sure = {
    line: text(result, "#surely span"),
    depends: all(result, ".otherwise .field").map((each) => each.textContent),
    outcomes: all(result, ".outcomes li").map((each) =>
      [text(each, ".if code"), each.className === "ours", text(each, ".then")]),
  };
  const refused = result.querySelector(".refused");
  if (refused !== null) {
    const rule = refused.querySelector(".rule");
    return { code: text(refused, "h2 .code"), rule: rule.dataset.rule, message: text(refused, ".message"), ...sure };
  }
  if (result.querySelector(".granted") === null) return null;
  const marked = (mark) => {
    const row = all(result, ".row").find((row) => all(row, ".tag").some((tag) => tag.textContent === mark));
    return row === undefined ? null : row.dataset.contact;
  };
  const said = {
    start: marked("start"),
    verdicts: all(result, ".session").flatMap((session) => all(session, ".band").flatMap((band) =>
      all(band, ".row").map((row) => {
        const { verdict, availability, rules } = band.dataset;
        return [text(session, "h3 .id"), row.dataset.contact, verdict, availability ?? null, rules.split(" ")];
      }))),
    tally: Object.fromEntries(all(result, ".tally .badge").map((badge) => {
      const told = badge.nextSibling;
      return [told.nextSibling.textContent.trim(), Number(told.textContent.replaceAll(",", ""))];
    })),
    incomplete: result.querySelector(".incomplete") !== null,
    stopped: marked("stops here"),
    rules: all(result, "#applied .rule").map((each) => each.dataset.rule),
    warnings: all(result, ".warnings li").map((each) => [each.dataset.rule, text(each, ".message")]),
    ...sure,
  };
  if (result.querySelector(".request") === null) return said;
  const code = result.querySelector(".request pre code");
  const chosen = (place) => document.getElementById(place).click();
  return { ...said, calls: [0, 1].map((moment) => {
    chosen(`moment-${moment}`);
    const forms = [0, 1].map((form) => { chosen(`form-${form}`); return code.textContent; });
    return [text(result, ".request .operation"), ...forms];
  }) };
};
(async () => {
  const answers = [];
  for (const address of questions) {
    if (location.hash !== address) {
      const moved = new Promise((go) => window.addEventListener("hashchange", go, { once: true }));
      location.hash = address;
      await moved;
    }
    answers.push(read());
  }
  done(answers);
})().catch((error) => done(String(error.stack)));
"""


def as_shown(said: Said | None) -> Said | None:
    """Write an answer of the engine the way a browser shows it."""
    if said is None:
        return None
    told = {**said, "outcomes": [in_words(each) for each in said["outcomes"]]}
    if "verdicts" in told:
        told["verdicts"] = [[safe_word(initial), *rest] for initial, *rest in told["verdicts"]]
    return told


def text_of(page: str) -> str:
    """Take all that is not script, style or data out of a page."""
    return html.unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
