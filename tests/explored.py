"""What a page of the explorer says, whole: as its data hold it, as a browser shows it, and as the engine answers."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import takewhile
from typing import Any
from zlib import decompress

from rehydration import (
    ContactGraph,
    Explanation,
    History,
    RehydrationRequest,
    RuleForbids,
    Verdict,
    certainty,
    explain,
)
from rehydration.certainties import Certainty
from rehydration.explanation import PastSession, explain_past
from rehydration.policies import Policy
from rehydration.render.calls import calls, instance_of
from rehydration.render.sentences import outcomes_of
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
    near = list(takewhile(lambda each: not _is_beyond(each), explanation.sessions))
    verdicts = [each for session in near for each in session.verdicts]
    tally = [str(each.verdict) for each in verdicts]
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
            for each in verdicts
        ],
        "tally": {each: tally.count(each) for each in tally},
        "beyond": len(near) < len(explanation.sessions) or _goes_on(near),
        "others": len(answer.other_customers),
        "untold": len(answer.untold_customers),
        "incomplete": answer.incomplete,
        "stopped": answer.stopped_at,
        "rules": list(answer.rules),
        "warnings": [[each.rule, safe_line(each.message)] for each in answer.warnings],
        **_sure(explanation.certainty),
    }


def _goes_on(sessions: list[PastSession]) -> bool:
    """Tell whether the session in which the limit is reached continues another."""
    if not sessions or sessions[-1].link is None:
        return False
    return any(each.verdict is Verdict.BEYOND_LIMIT for each in sessions[-1].verdicts)


def _is_beyond(session: PastSession) -> bool:
    """Tell whether a session lies beyond the limit as a whole."""
    verdicts = {each.verdict for each in session.verdicts}
    return Verdict.BEYOND_LIMIT in verdicts and verdicts <= {Verdict.BEYOND_LIMIT, Verdict.DROPPED}


def _sure(found: Certainty) -> Said:
    outcomes = () if len(found.outcomes) == 1 else outcomes_of(found, safe_word, near=True)
    return {
        "title": found.title,
        "line": found.line,
        "depends": [] if found.is_certain else [safe_line(str(each)) for each in found.depends_on],
        "outcomes": [[when, ours, told] for when, told, ours in outcomes],
    }


# ----------------------------------------------------------------------------------------------------- as data hold it


def data_of(page: str) -> Any:
    """Take the data out of a page: what all sessions share, and one line for each session to pick from."""
    found = re.search(r'<script type="application/octet-stream" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    common, *lines = decompress(b64decode(found[1])).decode().split("\n")
    return {**json.loads(common), "lines": list(map(json.loads, lines))}


def _line(data: Any, contact: int) -> tuple[Any, int]:
    session = data["contacts"][contact][0]
    return data["lines"][session], contact - data["sessions"][session]["first"]


def held(data: Any, contact: int, asked: int) -> Said | None:
    """Look one answer up in the data of a page."""
    line, place = _line(data, contact)
    number = line["asked"][place][asked]
    if number == -1:
        return None
    answer = line["answers"][number]
    if "message" in answer:
        said = {each: answer[each] for each in ("code", "rule", "message")}
        return {**said, **_held_sure(answer["sure"])}
    verdicts = [row for visit in answer["visits"] for row in _held_visit(data, visit)]
    tally = [row[2] for row in verdicts]
    said = {
        "start": _id(data, answer["start"]),
        "verdicts": verdicts,
        "tally": {each: tally.count(each) for each in tally},
        "beyond": "beyond" in answer,
        "others": answer.get("others", 0),
        "untold": answer.get("untold", 0),
        "incomplete": "incomplete" in answer,
        "stopped": _id(data, answer.get("stopped")),
        "rules": answer["rules"],
        "warnings": answer.get("warnings", []),
        **_held_sure(answer["sure"]),
    }
    return said if data["types"][asked] == LINKED else {**said, "calls": _held_calls(data, contact, asked)}


def readers(data: Any, contact: int) -> dict[str, list[str]]:
    """Look up who reads the transcript of a contact, by what is asked of them."""
    line, place = _line(data, contact)
    return {
        name: [
            data["ids"][at]
            for first, many in zip(runs[::2], runs[1::2], strict=True)
            for at in range(first, first + many)
        ]
        for name, runs in line["readers"][place].items()
    }


def _id(data: Any, contact: int | None) -> str | None:
    return None if contact is None else data["ids"][contact]


def _held_visit(data: Any, visit: list[int]) -> Iterator[list[Any]]:
    session = data["sessions"][visit[0]]
    ids = iter(data["ids"][session["first"] : session["first"] + session["size"]])
    initial = next(each for each in data["ids"] if safe_word(each) == session["initial"])
    for state, many in zip(visit[1::2], visit[2::2], strict=True):
        verdict, availability, rules = data["states"][state]
        for _ in range(many):
            yield [initial, next(ids), data["verdicts"][verdict][0], availability, rules]
    assert list(ids) == []


def _held_sure(sure: Any) -> Said:
    if sure is None:
        return {"title": None, "line": None, "depends": [], "outcomes": []}
    return {
        "title": sure["title"],
        "line": sure["line"],
        "depends": [text for text, _ in sure.get("doubts", [])],
        "outcomes": [[when, ours, told] for when, told, ours in sure.get("outcomes", [])],
    }


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
    title: text(result, "#surely strong"),
    line: text(result, "#surely span"),
    depends: all(result, ".otherwise .field").map((each) => each.textContent),
    outcomes: all(result, ".outcomes li:has(.if)").map((each) =>
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
    beyond: result.querySelector("#left-out") !== null,
    others: Number((text(result, "#others strong") ?? "0").split(" ")[0]),
    untold: Number((text(result, "#untold strong") ?? "0").split(" ")[0]),
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
    told = dict(said)
    if "verdicts" in told:
        told["verdicts"] = [[safe_word(initial), *rest] for initial, *rest in told["verdicts"]]
    return told


def text_of(page: str) -> str:
    """Take all that is not script, style or data out of a page."""
    return html.unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
