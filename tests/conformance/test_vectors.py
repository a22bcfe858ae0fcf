"""Vectors: the engine answers every small history as the opinion does that they are made by."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest
from attrs import evolve
from jsonschema import Draft202012Validator

from rehydration import ContactGraph, History, Policy, RehydrationRequest, RuleForbids
from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.patterns import difference
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.vectors.histories import histories
from rehydration.conformance.vectors.lines import case_format_vectors, history_vector, schema
from rehydration.conformance.worlds import planted
from rehydration.records import read_contacts

KINDS = ("policy", "link type")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASE_FORMAT = case_format_vectors()


def sample(most_contacts, every=1):
    found = (each for contacts in range(1, most_contacts + 1) for each in histories(contacts))
    return (history_vector(f"1/{number}", each) for number, each in islice(enumerate(found), 0, None, every))


def graph(vector, types):
    records = [
        {name: each for name, each in contact.items() if name != "RehydrationType"} for contact in vector["contacts"]
    ]
    known = {
        each["ContactId"]: each.get("RehydrationType") or types.get(each.get("InitialContactId", each["ContactId"]))
        for each in vector["contacts"]
    }
    return ContactGraph.from_contacts(
        evolve(each, rehydration_type=known[each.contact_id]) if each.related_contact_id else each
        for each in read_contacts(records)
    )


def told(answer):
    if isinstance(answer, RuleForbids):
        return {"Refused": answer.rule}
    return {
        "ContinuedFromContactId": answer.continued_from_contact_id,
        "Visible": [each.contact_id for each in answer.visible],
    }


def answered(known, question, policy):
    history = History(known, policy=policy)
    try:
        if "VisibleIn" in question:
            return told(history.visible_past(question["VisibleIn"]))
        return told(history.resolve(RehydrationRequest(question["RehydrationType"], question["SourceContactId"])))
    except RuleForbids as refusal:
        return told(refusal)


def departed(when):
    return (
        Policy(**{each["subject"]: each["reading"] for each in when if each["kind"] == "policy"}),
        {each["subject"]: each["reading"] for each in when if each["kind"] == "link type"},
    )


def differing(vectors):
    for vector in vectors:
        for question in vector["asked"]:
            for way in ({"when": [], "answer": question["answer"]}, *question["otherwise"]):
                policy, types = departed(way["when"])
                came = answered(graph(vector, types), question, policy)
                if came != way["answer"]:
                    yield vector["id"], question, way, came


def certainty(known, question):
    if "VisibleIn" in question:
        return History(known).certainty_of_past(question["VisibleIn"])
    return History(known).certainty(RehydrationRequest(question["RehydrationType"], question["SourceContactId"]))


def untold(vectors):
    """Give where vectors and engine name other answers, or other doubts of the kinds that vectors have."""
    for vector in vectors:
        known = graph(vector, {})
        for question in vector["asked"]:
            found = certainty(known, question)
            answers = sorted(repr(told(each.answer)) for each in found.outcomes)
            listed = sorted(repr(each["answer"]) for each in (question, *question["otherwise"]))
            doubts = {(str(each.kind), each.subject[0]) for each in found.depends_on if str(each.kind) in KINDS}
            named = {(each["kind"], each["subject"]) for each in question["depends_on"]}
            if (answers, doubts) != (listed, named):
                yield vector["id"], question, answers, doubts


def test_the_engine_gives_every_answer_of_every_small_history():
    assert next(differing(sample(3)), None) is None


def test_the_engine_gives_every_answer_of_some_histories_of_four_contacts():
    assert next(differing(sample(4, every=5)), None) is None


def test_there_are_no_other_answers():
    assert next(untold(sample(4, every=5)), None) is None


def test_no_history_is_there_twice():
    found = [each for contacts in (1, 2, 3, 4) for each in histories(contacts)]
    assert (len(found), len(set(found))) == (1921, 1921)


def test_a_vector_can_fail():
    """An engine that forgets the link of the past session differs."""
    vector = next(each for each in sample(3) if any("RelatedContactId" in contact for contact in each["contacts"]))
    for contact in vector["contacts"]:
        contact.pop("RelatedContactId", None)
    assert next(differing([vector]), None) is not None


def test_every_line_follows_the_schema():
    follows = Draft202012Validator(schema())
    assert [each["id"] for each in (*sample(4, every=17), *CASE_FORMAT) if not follows.is_valid(each)] == []


@pytest.mark.parametrize("vector", CASE_FORMAT, ids=lambda each: each["id"])
def test_the_format_of_cases_is_as_its_vectors_say(vector):
    if vector["kind"] == "pattern":
        assert (difference(vector["pattern"], vector["value"]) is None) == vector["matches"]
        return
    symbols = Symbols(iter(range(100)).__next__)
    if vector["kind"] == "chain":
        records, _ = planted({"contacts": [vector["entry"]]}, symbols, NOW)
        expected, _ = planted({"contacts": vector["contacts"]}, Symbols(iter(range(100)).__next__), NOW)
        assert records == expected
        return
    for name, value in vector["bound"].items():
        symbols.bind(name, value)
    if "malformed" in vector:
        with pytest.raises(CaseMalformed):
            symbols.filled(vector["tree"])
    else:
        assert symbols.filled(vector["tree"]) == vector["filled"]
