"""The answers to everything that can be asked on a page, as JSON values: what all sessions share, then one a session.

Here belongs what the page looks up. Nothing is decided here: the engine is asked about every contact to pick from, by
every type, and for what it sees already if its session is linked. Who can read a transcript is the same answers, turned
round. Sessions, contacts and the states of contacts are referred to by place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import ClassVar, Final

from attrs import define, field, frozen

from rehydration.answers import Rehydration
from rehydration.certainties import Certainty
from rehydration.consultation import rule_of
from rehydration.contacts import Contact, PastContact
from rehydration.decisions import OfPast, OfRequest
from rehydration.errors import NotInitialContact, RuleForbids
from rehydration.explanation import Judged, Orders, Outline, OutlinedSession, Run, Verdict, outline_of
from rehydration.explorer.walks import SharedWalks
from rehydration.history import History
from rehydration.identifiers import ContactId
from rehydration.other_starts import lacks_channels
from rehydration.policies import QUESTIONS, Policy
from rehydration.render.calls import calls, instance_of, to_fill_in
from rehydration.render.sentences import outcomes_left_out, outcomes_of
from rehydration.render.signs import SIGNS
from rehydration.render.writing import safe_line, safe_word
from rehydration.requests import RehydrationRequest
from rehydration.rules import RULES, SOURCES, Rule
from rehydration.sessions import ChatSession
from rehydration.sights import undecided_in
from rehydration.transcripts import Availability

Json = dict[str, object]

LINKED: Final = "LINKED"
"""Beside the rehydration types: what a contact sees by the link that its session has."""

_VERDICTS: Final = tuple(Verdict)
_OUTSIDE: Final = frozenset({Verdict.BEYOND_LIMIT, Verdict.DROPPED})
_PLAIN_ID: Final = "PLAIN-ID-OF-A-CONTACT"
_UNQUOTED: Final = re.compile("[A-Za-z0-9][A-Za-z0-9-]*")


@frozen(unsafe_hash=False)  # as a history
class NearHistory(History):
    """A history whose answers name what lies beyond the limit as far as the session in which it is reached.

    What an answer depends on only there and further back is not found: it can change nothing that is visible.
    """

    ends_at_limit: ClassVar[bool] = True


@define
class Writer:
    """Writes answers down, a session at a time."""

    history: History
    target: str | None
    chosen: Sequence[ChatSession]
    ends: frozenset[str] = frozenset()
    """The sessions whose links lead on to what the graph does not hold."""
    sessions: dict[ContactId, int] = field(factory=dict)
    contacts: dict[ContactId, int] = field(factory=dict)
    _written_sessions: list[Json] = field(factory=list)
    _written_contacts: list[list[object]] = field(factory=list)
    _orders: Orders = field(init=False)
    _walks: SharedWalks = field(factory=SharedWalks)
    _visited: dict[OutlinedSession, list[int]] = field(factory=dict)
    _states: dict[Judged, int] = field(factory=dict)
    _told_states: dict[Judged, int] = field(factory=dict)
    _back: dict[ContactId, tuple[int, int, int]] = field(factory=dict)
    _later: dict[tuple[str, ContactId], Json] = field(factory=dict)
    _readers: dict[str, dict[ContactId, list[int]]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._orders = Orders(self.history)

    def write(self, watched: Callable[[Sequence[ContactId]], Iterable[ContactId]]) -> tuple[Json, list[str]]:
        """Ask everything and write it down: what all share, then a line of JSON for each session to pick from."""
        for session in self.chosen:
            self._session(session)
        pickable = list(self.contacts)
        types = [*self.history.strategies, LINKED]
        left = iter(watched(pickable))
        asked = [as_line(self._asked(session, types, left)) for session in self.chosen]
        lines = [
            f'{answers[:-1]},"readers":{as_line(self._readers_of(session, pickable))}}}'
            for session, answers in zip(self.chosen, asked, strict=True)
        ]
        self._write_links()
        states = [
            [_VERDICTS.index(verdict), None if availability is None else str(availability), rules]
            for verdict, availability, rules in self._told_states
        ]
        common: Json = {
            "types": types,
            "pickable": len(pickable),
            "states": states,
            "verdicts": [[each.value, SIGNS[each]] for each in _VERDICTS],
            "undecided": SIGNS[None],
            "sessions": self._written_sessions,
            "contacts": self._written_contacts,
            "ids": list(self.contacts),
            "shown": {str(at): word for each, at in self.contacts.items() if (word := safe_word(each)) != each},
            "calls": self._calls(pickable),
            "rules": {each.id: _rule(each) for each in RULES.values()},
        }
        return common, lines

    # ------------------------------------------------------------------------------------------------------ contacts

    def contact(self, contact_id: str) -> int:
        """Tell the place of a contact; its session is written down with it."""
        if contact_id not in self.contacts:
            self._session(self.history.graph.session_of(contact_id))
        return self.contacts[ContactId(contact_id)]

    def _first(self, session: ChatSession) -> int:
        first = self._written_sessions[self.sessions[session.initial_contact_id]]["first"]
        return int(str(first))

    def _session(self, session: ChatSession) -> None:
        """Write a session down; its contacts have the places that follow one another, newest first."""
        place = self.sessions[session.initial_contact_id] = len(self.sessions)
        first = len(self.contacts)
        segments = self._orders[session].segments
        for segment in segments:
            self.contacts[segment.contact_id] = len(self.contacts)
        for segment in segments:
            previous = None if segment.previous is None else self.contacts[segment.previous.contact_id]
            self._written_contacts.append([place, previous, *self._record(segment.contact)])
        initial = safe_word(session.initial_contact_id)
        self._written_sessions.append({"initial": initial, "first": first, "size": len(session)})

    def _write_links(self) -> None:
        """Write down what the sessions of the page continue from, and how many more continue from them elsewhere."""
        graph, chosen = self.history.graph, frozenset(self.chosen)
        for initial, written in zip(self.sessions, self._written_sessions, strict=True):
            session = graph.session_of(initial)
            elsewhere = sum(each not in chosen for each in graph.continuations(session))
            if elsewhere and session in chosen:
                written["elsewhere"] = elsewhere
            link = graph.link_of(session)
            if link is not None:
                start, kind = link.continued_from_contact_id, link.rehydration_type
                written["link"] = {
                    "from": self.contacts.get(start),
                    "shown": safe_word(start),
                    "type": None if kind is None else safe_line(kind),
                }

    def _record(self, contact: PastContact) -> list[object]:
        """Write down what the record of a contact tells; nothing of an unknown one."""
        if not isinstance(contact, Contact):
            return []
        fact = self.history.transcripts.get(contact.contact_id, contact.transcript)
        lost = fact is not None and fact.availability.is_lost
        members = [
            _time(contact.initiation_timestamp),
            _time(contact.disconnect_timestamp),
            contact.initiation_method,
            None if contact.is_chat else contact.channel,
            contact.customer_id,
            str(fact.availability) if fact is not None and lost else None,
        ]
        return [None if each is None else safe_line(each) for each in members]

    # ------------------------------------------------------------------------------------------------------- answers

    def _asked(self, session: ChatSession, types: Sequence[str], contacts: Iterator[ContactId]) -> Json:
        """Answer every question about the contacts of a session: the distinct answers, and the place of each."""
        answers: list[Json] = []
        asked: list[list[int]] = []
        self._walks, self._visited = SharedWalks(), {}  # what contacts of one session share
        is_linked = self.history.graph.link_of(session) is not None
        # what all of a session see alike is asked once: its first contact carries the link, and all are of one customer
        alike = is_linked and session.is_linear and session.first.carries_link
        alike = alike and len({each.customer_id for each in session}) == 1
        for number, contact_id in zip(range(len(session)), contacts, strict=False):
            places: list[int] = []
            for each in types:
                if each == LINKED and not is_linked:
                    places.append(-1)
                elif each == LINKED and alike and number:
                    places.append(asked[0][-1])
                else:
                    places.append(len(answers))
                    many = len(session) if each == LINKED and alike else 1
                    answers.append(self._answer(contact_id, each, many))
            asked.append(places)
        return {"answers": answers, "asked": asked}

    def _answer(self, contact_id: ContactId, asked: str, many: int) -> Json:
        """Write the answer to a question down; ``many`` contacts from this one on have the same."""
        if asked == LINKED:
            outline = outline_of(OfPast(self.history, contact_id, self._walks), self._orders)
        else:
            known = self._refused_before(RehydrationRequest(asked, contact_id))
            if known is not None:
                return known
            request = RehydrationRequest(asked, contact_id)
            outline = outline_of(OfRequest(self.history, request, self.target, self._walks), self._orders)
        self._turn_round(outline, asked, contact_id, many)
        if isinstance(outline.answer, RuleForbids):
            return self._refused(outline.answer, asked, contact_id, outline.certainty)
        return self._explained(outline, outline.answer)

    def _refused_before(self, request: RehydrationRequest) -> Json | None:
        """Write a refusal down if a contact of the same session was refused as a later one of it.

        How sure that is depends on the session alone, so it is worked out once for all of them, unless records lack
        what a source's own would tell.
        """
        session = self.history.graph.session_of(request.source_contact_id)
        sure = self._later.get((request.rehydration_type, session.initial_contact_id))
        if sure is None:
            return None
        try:
            self.history.resolve(request)
        except NotInitialContact as refusal:
            return _refusal(refusal, sure)
        except RuleForbids:
            pass
        return None

    def _refused(self, error: RuleForbids, asked: str, contact_id: ContactId, found: Certainty) -> Json:
        sure = _sure(found)
        graph = self.history.graph
        are_alike = self.target is None and not (graph.lacking["initiation_timestamp"] or lacks_channels(graph))
        if isinstance(error, NotInitialContact) and are_alike:
            initial = graph.session_of(contact_id).initial_contact_id
            self._later[asked, initial] = sure
        return _refusal(error, sure)

    def _explained(self, outline: Outline, answer: Rehydration) -> Json:
        written: Json = {
            "start": self._maybe(answer.continued_from_contact_id),
            **self._walk(outline.sessions),
            "rules": answer.rules,
            "sure": _sure(outline.certainty),
        }
        if answer.warnings:
            written["warnings"] = [[each.rule, safe_line(each.message)] for each in answer.warnings]
        if (owner := answer.owner) is not None:
            written["owner"] = safe_line(owner)
        if others := answer.other_customers:
            written["others"] = len(others)
        if untold := answer.untold_customers:
            written["untold"] = len(untold)
        if answer.incomplete:
            written["incomplete"] = 1
        if answer.stopped_at is not None:
            written["stopped"] = self.contact(answer.stopped_at)
        return written

    def _walk(self, visited: Sequence[OutlinedSession]) -> Json:
        """Write the sessions visited; of those that lie beyond the limit as a whole, say how many there are."""
        near = list(takewhile(lambda each: each in self._visited or not _is_beyond(each.runs), visited))
        written: Json = {"visits": [self._visited.get(each) or self._visit(each) for each in near]}
        further = visited[len(near)].session if len(near) < len(visited) else self._further(visited)
        if further is not None:
            written["beyond"] = self._count_back(further.initial_contact_id)
        return written

    def _further(self, visited: Sequence[OutlinedSession]) -> ChatSession | None:
        """Find the session that follows the one in which the limit is reached."""
        if not visited or visited[-1].session.continues is None:
            return None
        if all(verdict is not Verdict.BEYOND_LIMIT for (verdict, *_), _ in visited[-1].runs):
            return None
        further = visited[-1].session.continues.session
        return None if further in {each.session for each in visited} else further

    def _visit(self, visited: OutlinedSession) -> list[int]:
        """Write the verdicts on the contacts of one session, in its order: how many in a row share a state."""
        if visited.session.initial_contact_id not in self.sessions:
            self._session(visited.session)
        written = [self.sessions[visited.session.initial_contact_id]]
        for judged, many in visited.runs:
            state = self._states.get(judged)
            if state is None:
                state = self._state(judged)
            if len(written) > 1 and written[-2] == state:
                written[-1] += many
            else:
                written += (state, many)
        self._visited[visited] = written
        return written

    def _state(self, judged: Judged) -> int:
        """Give the place of a state of contacts. A transcript that is there is not mentioned."""
        verdict, availability, rules = judged
        told = (verdict, None if availability is Availability.AVAILABLE else availability, rules)
        self._states[judged] = self._told_states.setdefault(told, len(self._told_states))
        return self._states[judged]

    def _count_back(self, initial_contact_id: ContactId) -> tuple[int, int, int]:
        """Count a session and all that links lead back to from it, and their contacts; 1 if there are more of them."""
        graph = self.history.graph
        path: list[ChatSession] = []
        at: ChatSession | None = graph.session_of(initial_contact_id)
        while at is not None and at.initial_contact_id not in self._back:
            self._back[at.initial_contact_id] = (0, 0, 0)  # where sessions refer to one another in a circle, it ends
            path.append(at)
            at = None if at.continues is None else at.continues.session
        sessions, contacts, more = (0, 0, 0) if at is None else self._back[at.initial_contact_id]
        for each in reversed(path):
            sessions, contacts = sessions + 1, contacts + len(each)
            more = more or int(each.initial_contact_id in self.ends)
            self._back[each.initial_contact_id] = (sessions, contacts, more)
        return self._back[initial_contact_id]

    def _turn_round(self, outline: Outline, asked: str, contact_id: ContactId, many: int) -> None:
        """Note for every contact shown who reads it: pairs of the first place and how many follow."""
        place = self.contacts[contact_id]
        chat = self.history.graph.segment(contact_id)
        perhaps = undecided_in(self.history, outline, chat) if asked == LINKED else frozenset()
        shown = () if isinstance(outline.answer, RuleForbids) else outline.answer.not_lost
        for name, contact_ids in ((asked, shown), ("PERHAPS", perhaps.difference(shown))):
            readers = self._readers.setdefault(name, {})
            for each in contact_ids:
                runs = readers.get(each)
                if runs is None:
                    readers[each] = [place, many]
                elif runs[-2] + runs[-1] == place:
                    runs[-1] += many
                else:
                    runs += (place, many)

    def _maybe(self, contact_id: ContactId | None) -> int | None:
        return None if contact_id is None else self.contact(contact_id)

    def _readers_of(self, session: ChatSession, pickable: Sequence[ContactId]) -> list[dict[str, list[int]]]:
        """Write down who reads each contact of a session, by what is asked of them."""
        ids = pickable[self._first(session) :][: len(session)]
        return [{name: runs[each] for name, runs in self._readers.items() if each in runs} for each in ids]

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
            for contact_id in (each for each in pickable if not _UNQUOTED.fullmatch(each)):
                sent = calls(instance, RehydrationRequest(asked, contact_id), self.target)
                own.setdefault(str(self.contacts[contact_id]), {})[str(at)] = [[each.boto3, each.aws] for each in sent]
        return {"around": around, "own": own}


def as_line(written: object) -> str:
    """Write as JSON on one line."""
    return json.dumps(written, separators=(",", ":"))


def _is_beyond(runs: Iterable[Run]) -> bool:
    """Tell whether all of a session that is listed lies beyond the limit."""
    found = {verdict for (verdict, *_), _ in runs}
    return Verdict.BEYOND_LIMIT in found and found <= _OUTSIDE


def _refusal(error: RuleForbids, sure: Json) -> Json:
    return {"code": error.code, "rule": error.rule, "message": safe_line(str(error)), "sure": sure}


def _sure(found: Certainty) -> Json:
    """Write down what there is to say of how sure an answer is."""
    written: Json = {"title": found.title, "line": safe_line(found.line)}
    if not found.is_certain:
        written["doubts"] = [[safe_line(str(each)), rule_of(each)] for each in found.depends_on]
    if len(found.outcomes) > 1:
        written["outcomes"] = list(outcomes_of(found, safe_word, near=True))
        written["left_out"] = outcomes_left_out(found)
    return written


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _rule(rule: Rule) -> Json:
    """Write down a rule."""
    return {
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
