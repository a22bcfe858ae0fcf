"""The answers to everything that can be asked on a page, as one JSON value in which everything is written once.

Here belongs what the page looks up. Nothing is decided here: the engine is asked about every contact to pick from, by
every type, and for what it sees already if its session is linked. Contacts, rules, sentences and lists are referred to
by place. A list that an answer holds is written as runs, see :class:`~rehydration.explorer.interning.Runs`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from re import escape, split
from typing import Final

from attrs import define, field

from rehydration.answers import Rehydration, RuleWarning
from rehydration.certainties import Certainty, Outcome
from rehydration.consultation import Consultation
from rehydration.contacts import Contact, PastContact
from rehydration.doubts import DoubtKind
from rehydration.errors import RuleForbids
from rehydration.explanation import ContactVerdict, Explanation, PastSession, Refusal, Verdict
from rehydration.explorer.interning import Pool, Runs
from rehydration.history import History
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import QUESTIONS, RULE_OF_FIELD, Policy
from rehydration.render.calls import Call, calls, instance_of, to_fill_in
from rehydration.render.sentences import condition
from rehydration.render.signs import SIGNS
from rehydration.render.writing import safe_line, safe_word
from rehydration.requests import RehydrationRequest
from rehydration.rules import RULES, SOURCES
from rehydration.sessions import ChatSession
from rehydration.transcripts import Availability

Json = dict[str, object]

LINKED: Final = "LINKED"
"""Beside the rehydration types: what a contact sees by the link that its session has."""

_BEYOND: Final = frozenset({Verdict.BEYOND_LIMIT, Verdict.DROPPED})
_VERDICTS: Final = tuple(Verdict)
_PLAIN_ID: Final = "PLAIN-ID-OF-A-CONTACT"


@define
class Writer:
    """Writes answers down, each part of them once."""

    history: History
    target: str | None
    chosen: Sequence[ChatSession]
    sessions: dict[ContactId, int] = field(factory=dict)
    contacts: dict[ContactId, int] = field(factory=dict)
    _written_sessions: list[Json] = field(factory=list)
    _written_contacts: list[list[object]] = field(factory=list)
    _texts: Pool[str] = field(factory=Pool)
    _sentences: Pool[tuple[str, ...]] = field(factory=Pool)
    _rules: Pool[RuleId] = field(factory=Pool)
    _rule_lists: Pool[tuple[RuleId, ...]] = field(factory=Pool)
    _states: Pool[tuple[int, int | None, int]] = field(factory=Pool)
    _visits: Pool[tuple[int, ...]] = field(factory=Pool)
    _tallies: Pool[tuple[tuple[int, int], ...]] = field(factory=Pool)
    _sureness: Pool[Json] = field(factory=Pool)
    _answers: Pool[Json] = field(factory=Pool)
    _visit_runs: Runs = field(factory=Runs)
    _contact_runs: Runs = field(factory=Runs)

    def write(self, watched: Callable[[Sequence[ContactId]], Iterable[ContactId]]) -> Json:
        """Ask everything and write it down."""
        for session in self.chosen:
            self._session(session)
        pickable = list(self.contacts)
        types = [*self.history.strategies, LINKED]
        answers = [[self._asked(contact_id, each) for each in types] for contact_id in watched(pickable)]
        self._visit_runs.settle()
        self._contact_runs.settle()
        asked = [[-1 if each is None else self._placed(each) for each in row] for row in answers]
        self._write_links()
        rule_lists = [[self._rules.place(each) for each in rules] for rules in self._rule_lists.values]
        return {
            "types": types,
            "pickable": len(pickable),
            "asked": asked,
            "answers": self._answers.values,
            "sureness": self._sureness.values,
            "visits": self._visits.values,
            "visit_after": self._visit_runs.following(len(self._visits.values)),
            "states": self._states.values,
            "tallies": self._tallies.values,
            "verdicts": [[each.value, SIGNS[each]] for each in _VERDICTS],
            "undecided": SIGNS[None],
            "sessions": self._written_sessions,
            "contacts": self._written_contacts,
            "contact_after": self._contact_runs.following(len(self.contacts)),
            "ids": list(self.contacts),
            "shown": {str(at): word for each, at in self.contacts.items() if (word := safe_word(each)) != each},
            "calls": self._calls(pickable),
            "questions": {name: self._rules.place(rule) for name, rule in RULE_OF_FIELD.items()},
            "rule_lists": rule_lists,
            "rules": list(map(_rule, self._rules.values)),
            "sentences": self._sentences.values,
            "texts": self._texts.values,
        }

    # ------------------------------------------------------------------------------------------------------ contacts

    def contact(self, contact_id: str) -> int:
        """Tell the place of a contact; its session is written down with it."""
        if contact_id not in self.contacts:
            self._session(self.history.graph.session_of(contact_id))
        return self.contacts[ContactId(contact_id)]

    def _session(self, session: ChatSession) -> None:
        """Write a session down; its contacts have the places that follow one another, newest first."""
        place = self.sessions[session.initial_contact_id] = len(self.sessions)
        first = len(self.contacts)
        segments = session.newest_first(Consultation(self.history.policy)).segments
        for segment in segments:
            self.contacts[segment.contact_id] = len(self.contacts)
        for segment in segments:
            previous = None if segment.previous is None else self.contacts[segment.previous.contact_id]
            self._written_contacts.append([place, previous, *self._record(segment.contact)])
        self._written_sessions.append(
            {"initial": self._text(safe_word(session.initial_contact_id)), "first": first, "size": len(session)}
        )

    def _write_links(self) -> None:
        """Write down what the sessions of the page continue from, which may be a contact that is not on it."""
        for initial, written in zip(self.sessions, self._written_sessions, strict=True):
            link = self.history.graph.link_of(self.history.graph.session_of(initial))
            if link is None:
                continue
            start = link.continued_from_contact_id
            written["link"] = {
                "from": self.contacts.get(start),
                "shown": self._text(safe_word(start)),
                "type": None if link.rehydration_type is None else self._text(safe_line(link.rehydration_type)),
                "carriers": [self.contacts[each] for each in link.carriers],
            }

    def _record(self, contact: PastContact) -> list[object]:
        """Write down what the record of a contact tells; nothing of an unknown one."""
        if not isinstance(contact, Contact):
            return []
        times = (contact.initiation_timestamp, contact.disconnect_timestamp)
        members = [None if each is None else _time(each) for each in times]
        members += [contact.initiation_method, None if contact.is_chat else contact.channel, contact.customer_id]
        return [None if each is None else self._text(safe_line(each)) for each in members]

    # ------------------------------------------------------------------------------------------------------- answers

    def _placed(self, answer: Json) -> int:
        """Tell the place of an answer, once its lists are settled."""
        sure = answer["sure"]
        return self._answers.place({**answer, "sure": self._sureness.place(sure) if isinstance(sure, dict) else None})

    def _asked(self, contact_id: ContactId, asked: str) -> Json | None:
        """Write the answer to a question down; None where there is nothing to ask."""
        graph = self.history.graph
        if asked == LINKED and graph.link_of(graph.session_of(contact_id)) is None:
            return None
        account = self._account(contact_id, asked)
        if isinstance(account, Explanation):
            return self._answer(account)
        error, sure = (
            (account.error, account.certainty)
            if isinstance(account, Refusal)
            else (account, self.history.certainty_of_past(contact_id))
        )
        return {
            "code": self._text(str(error.code)),
            "rule": self._rules.place(error.rule),
            "message": self._sentence(str(error), _flat(error.args)),
            "sure": self._sure(sure),
        }

    def _account(self, contact_id: ContactId, asked: str) -> Explanation | Refusal | RuleForbids:
        if asked != LINKED:
            return self.history.account(RehydrationRequest(asked, contact_id), target=self.target)
        try:
            return self.history.explain_past(contact_id)
        except RuleForbids as refusal:
            return refusal

    def _answer(self, explanation: Explanation) -> Json:
        answer = explanation.answer
        visits, left_out = self._walk(explanation.sessions)
        counts = Counter(each.verdict for each in explanation.verdicts)
        written: Json = {
            "start": self._maybe(answer.continued_from_contact_id),
            "visits": self._visit_runs.keep(visits),
            "tally": self._tallies.place(
                tuple((at, counts[each]) for at, each in enumerate(_VERDICTS) if counts[each])
            ),
            "rules": self._rule_lists.place(answer.rules),
            "sure": self._sure(explanation.certainty),
        }
        if left_out[0]:
            written["left_out"] = left_out
        if answer.warnings:
            written["warnings"] = [self._warning(each) for each in answer.warnings]
        if answer.incomplete:
            written["incomplete"] = 1
        if answer.stopped_at is not None:
            written["stopped"] = self.contact(answer.stopped_at)
        return written

    def _walk(self, visited: Sequence[PastSession]) -> tuple[list[int], list[int]]:
        """Write the visits of a walk, and count the sessions and contacts that are left out.

        Those are beyond the limit and not chosen: a lineage may have any number of them.
        """
        chosen = len(self.chosen)
        visits: list[int] = []
        sessions = contacts = 0
        beyond = False
        for session in visited:
            states = {each.verdict for each in session.verdicts}
            beyond |= Verdict.BEYOND_LIMIT in states
            if beyond and states <= _BEYOND and self.sessions.get(session.initial_contact_id, chosen) >= chosen:
                sessions, contacts = sessions + 1, contacts + len(session.verdicts)
            else:
                visits.append(self._visit(session.verdicts))
        return visits, [sessions, contacts]

    def _visit(self, verdicts: Sequence[ContactVerdict]) -> int:
        """Write the verdicts on the contacts of one session, in its order: how many in a row share a state."""
        self.contact(verdicts[0].contact_id)
        written = [self.sessions[verdicts[0].initial_contact_id]]
        for state, alike in groupby(map(self._state, verdicts)):
            written += [state, sum(1 for _ in alike)]
        return self._visits.place(tuple(written))

    def _state(self, verdict: ContactVerdict) -> int:
        availability = verdict.availability
        reason = None if availability in {None, Availability.AVAILABLE} else self._text(str(availability))
        return self._states.place((_VERDICTS.index(verdict.verdict), reason, self._rule_lists.place(verdict.rules)))

    def _warning(self, warning: RuleWarning) -> list[object]:
        return [self._rules.place(warning.rule), self._sentence(warning.message, warning.contact_ids)]

    def _maybe(self, contact_id: ContactId | None) -> int | None:
        return None if contact_id is None else self.contact(contact_id)

    # ------------------------------------------------------------------------------------------------------ sureness

    def _sure(self, found: Certainty) -> Json:
        """Write down what there is to say of how sure an answer is."""
        written: Json = {"line": self._text(found.line)}
        if len(found.outcomes) > 1:
            written["depends"] = [each.subject[0] for each in found.of_kind(DoubtKind.POLICY)]
            written["outcomes"] = [self._outcome(each, ours=not place) for place, each in enumerate(found.outcomes)]
        return written

    def _outcome(self, outcome: Outcome, *, ours: bool) -> Json:
        written: Json = {"when": self._text(condition(outcome)), **({"ours": 1} if ours else {})}
        if isinstance(outcome.answer, RuleForbids):
            return {**written, "refused": self._rules.place(outcome.answer.rule)}
        return {**written, **self._summary(outcome.answer)}

    def _summary(self, answer: Rehydration) -> Json:
        readable = frozenset(answer.readable)
        lost = [each.contact_id for each in answer.visible if each.contact_id not in readable]
        written: Json = {
            "start": self._maybe(answer.continued_from_contact_id),
            "visible": self._contact_runs.keep(self.contact(each.contact_id) for each in answer.visible),
        }
        if lost:
            written["lost"] = self._contact_runs.keep(map(self.contact, lost))
        if answer.beyond_limit:
            written["beyond"] = len(answer.beyond_limit)
        if answer.incomplete:
            written["incomplete"] = 1
        return written

    # --------------------------------------------------------------------------------------------------------- texts

    def _text(self, text: str) -> int:
        return self._texts.place(text)

    def _sentence(self, sentence: str, evidence: Iterable[object]) -> list[int]:
        """Write a sentence as the place of what it has in common with others, and the contacts between its parts.

        Those are the contacts that are among the evidence of the sentence and that it quotes as they are.
        """
        named = {str(each) for each in evidence if each in self.contacts and safe_word(str(each)) == each}
        pieces = split(f"(?<=')({'|'.join(map(escape, named))})(?=')", sentence) if named else [sentence]
        parts = tuple(map(safe_line, pieces[::2]))
        return [self._sentences.place(parts), *(self.contacts[ContactId(each)] for each in pieces[1::2])]

    # --------------------------------------------------------------------------------------------------------- calls

    def _calls(self, pickable: Sequence[ContactId]) -> Json:
        """Write the calls of each type around the id of a contact, and those of the contacts whose ids are quoted."""
        instance = instance_of(self.history.graph)
        around: list[list[list[object]]] = []
        own: dict[str, dict[str, object]] = {}
        for at, asked in enumerate(self.history.strategies):
            made = calls(instance, RehydrationRequest(asked, _PLAIN_ID), self.target)
            pieces = [[each.split(_PLAIN_ID) for each in (call.boto3, call.aws)] for call in made]
            around.append(
                [[call.operation, *both, to_fill_in([call])] for call, both in zip(made, pieces, strict=True)]
            )
            for contact_id in pickable:
                sent = _forms(calls(instance, RehydrationRequest(asked, contact_id), self.target))
                if sent != [[contact_id.join(each) for each in both] for both in pieces]:
                    own.setdefault(str(self.contacts[contact_id]), {})[str(at)] = sent
        return {"around": around, "own": own}


def _forms(sent: Iterable[Call]) -> list[list[str]]:
    return [[each.boto3, each.aws] for each in sent]


def _flat(evidence: Iterable[object]) -> Iterator[object]:
    """Give the fields of an error one by one, and what is in those that hold several."""
    for each in evidence:
        if isinstance(each, tuple):
            yield from each
        elif isinstance(each, str):
            yield each


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _rule(rule_id: RuleId) -> Json:
    """Write down a rule; of one of somebody's own, no more than its name is known."""
    rule = RULES.get(rule_id)
    if rule is None:
        return {"id": safe_line(rule_id)}
    return {
        "id": rule.id,
        "statement": rule.statement,
        "standing": rule.standing.value,
        "sources": [[code, SOURCES[code]] for code in rule.sources],
        "evidence": [
            [each.day.isoformat(), each.address, each.statement, each.is_older_than_persistent_chat]
            for each in rule.evidence
        ],
    }


def readings_of(policy: Policy) -> list[str]:
    """Write down the fields of a policy that have another reading than the default."""
    return [
        f"{name}={reading.name}"
        for name, question in QUESTIONS.items()
        if (reading := getattr(policy, name)) is not next(iter(question))
    ]
