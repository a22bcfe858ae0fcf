"""Evidence: what was seen narrows what can be; experiments find a hidden policy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rehydration import Contact, ContactGraph, History, Policy, RehydrationRequest, RuleForbids, TranscriptFact
from rehydration.answers import what_is_seen
from rehydration.errors import InvalidArgument, InvalidInput
from rehydration.evidence import (
    EXPERIMENTS,
    Contradicting,
    Experiment,
    Knowledge,
    Observation,
    fewest_experiments,
    narrow,
    next_experiment,
    read_observations,
    schema,
    scrubbed,
    write_observations,
)
from rehydration.evidence.experiments import BEGIN, unsettled
from rehydration.evidence.narrowing import explaining
from rehydration.policies import EVERY_POLICY, QUESTIONS, policies_with
from rehydration.transcripts import Availability
from service_building import House
from trying import examples

EVERY = list(Policy.every())
BY_NAME = {each.name: each for each in EXPERIMENTS}
SEEN = date(2026, 11, 2)


# ------------------------------------------------------------------------------------------------------ acted out


def acted(experiment: Experiment, policy: Policy) -> Observation:
    """Carry an experiment out on a service with a policy that nobody tells, and write down what came."""
    house = House(policy=policy)
    target = next(each for each in experiment.contacts if each.contact_id == experiment.target)
    assert target.initiation_timestamp is not None
    house.time = experiment.now or target.initiation_timestamp + timedelta(minutes=1)
    transcripts: dict[str, Any] = {
        each.contact_id: [{"Content": each.contact_id}] for each in experiment.contacts if each is not target
    }
    transcripts |= {name: TranscriptFact(Availability.DELETED) for name in experiment.deleted}
    planted = house.service.seed(experiment.contacts, transcripts)
    [token] = [each["ParticipantToken"] for each in planted["LiveChats"] if each["ContactId"] == experiment.target]
    connection = house.connect({"ParticipantToken": token})
    kind, source = str(experiment.request.rehydration_type), experiment.request.source_contact_id
    try:
        continued = house.associate(experiment.target, kind, source)["ContinuedFromContactId"]
        shown = {text for page in house.pages(connection, ScanDirection="BACKWARD") for text in page}
    except RuleForbids as refusal:
        return experiment.observation(continued_from=None, refused=refusal.code, shown=())
    past = {each.contact_id for each in experiment.contacts}
    return experiment.observation(continued_from=continued, refused=None, shown=shown & past)


@cache
def settled_by(experiment: Experiment) -> tuple[str, ...]:
    return tuple(experiment.name.split("+"))


ACTED: dict[tuple[object, ...], Observation] = {}


EXPLAINED: dict[tuple[object, ...], int] = {}


def explained(experiment: Experiment, policy: Policy) -> int:
    """The policies that explain what comes of an experiment."""
    key = (experiment.name, *(getattr(policy, name) for name in settled_by(experiment)))
    if key not in EXPLAINED:
        EXPLAINED[key] = explaining(act(experiment, policy))
    return EXPLAINED[key]


def act(experiment: Experiment, policy: Policy) -> Observation:
    """Carry an experiment out once for each reading of what it is about; nothing else can change it."""
    key = (experiment.name, *(getattr(policy, name) for name in settled_by(experiment)))
    if key not in ACTED:
        ACTED[key] = acted(experiment, policy)
    return ACTED[key]


def test_following_the_experiments_to_the_letter_finds_every_hidden_policy() -> None:
    for hidden in EVERY:
        known = Knowledge()
        for _ in EXPERIMENTS:
            experiment = next_experiment(known)
            assert experiment is not None
            known = Knowledge(known.policies & explained(experiment, hidden))
        assert (list(known), next_experiment(known)) == ([hidden], None)
    hidden = Policy(ended="SEGMENT", most_recent="DEPTH", unavailable="STOP")
    assert list(narrow(act(each, hidden) for each in EXPERIMENTS)) == [hidden]


def test_an_experiment_depends_on_nothing_but_what_it_is_about() -> None:
    for experiment in EXPERIMENTS:
        for result in experiment.results:
            fields = Knowledge(result.policies).open_fields
            others = set(QUESTIONS) - set(settled_by(experiment))
            assert all(fields[name] == tuple(QUESTIONS[name].__members__) for name in others)


def test_the_experiments_settle_every_field_and_none_is_idle() -> None:
    assert unsettled() == ()
    assert fewest_experiments() == EXPERIMENTS
    known = narrow([act(BY_NAME["ended"], Policy(ended="SEGMENT"))])
    assert BY_NAME["ended"] not in fewest_experiments(known)
    assert next_experiment(known) is BY_NAME["entire_source"]
    assert next_experiment(Knowledge(policies_with("ended", "SEGMENT") & -policies_with("ended", "SEGMENT"))) is None


# ------------------------------------------------------------------------------------------------------- narrowing


@examples(0.2)
@given(st.sampled_from(EVERY), st.sampled_from(EXPERIMENTS))
def test_exactly_the_policies_that_answer_so_explain_an_observation(hidden: Policy, experiment: Experiment) -> None:
    facts = {name: TranscriptFact(Availability.DELETED) for name in experiment.deleted}
    graph = ContactGraph.from_contacts(experiment.contacts)

    def answer(policy: Policy) -> object:
        history = History(graph, policy=policy, now=experiment.now, transcripts=facts)
        try:
            return what_is_seen(history.resolve(experiment.request, target=experiment.target))
        except RuleForbids as refusal:
            return refusal.code

    known = narrow([act(experiment, hidden)])
    assert list(known) == [each for each in EVERY if answer(each) == answer(hidden)]


def test_observations_that_exclude_one_another_are_named_and_no_others() -> None:
    one, other = (act(BY_NAME["ended"], Policy(ended=each)) for each in ("SESSION", "SEGMENT"))
    between = act(BY_NAME["early_call"], Policy())
    with pytest.raises(Contradicting) as caught:
        narrow([between, one, between, other])
    assert (caught.value.places, caught.value.observations) == ((2, 4), (one, other))
    assert str(caught.value) == (
        "no policy explains observations 2 and 4 together; either these records are wrong, or our rules are"
    )
    with pytest.raises(Contradicting) as caught:
        narrow([between, evolve(one, refused="AccessDeniedException")])
    assert str(caught.value) == "no policy explains observation 2; either its records are wrong, or our rules are"


def test_a_link_of_known_type_says_who_was_the_most_recent() -> None:
    branched = BY_NAME["most_recent+entire_view"]
    later = Contact(
        contact_id="D1",  # type: ignore[arg-type]
        related_contact_id="A3",  # type: ignore[arg-type]
        rehydration_type="ENTIRE_PAST_SESSION",
        initiation_timestamp=BEGIN + timedelta(minutes=30),
    )
    past = [each for each in branched.contacts if each.contact_id != "B1"]
    seen = Observation(contacts=[*past, later], asked="D1", shown={"A3"})
    assert narrow([seen]).open_fields["most_recent"] == ("DEPTH",)
    early = evolve(later, initiation_timestamp=BEGIN + timedelta(minutes=15))  # A4 had not ended then
    assert len(narrow([evolve(seen, contacts=[*past, early])])) == 1152


# ----------------------------------------------------------------------------------------------------------- known


def test_what_was_seen_makes_answers_certain() -> None:
    graph = ContactGraph.from_contacts(BY_NAME["entire_source"].contacts)
    request = RehydrationRequest("ENTIRE_PAST_SESSION", "A2")
    seen = evolve(act(BY_NAME["entire_source"], Policy(entire_source="ANY_OF_SESSION")), date=SEEN)
    before = History(graph).certainty(request)
    assert (before.is_certain, len(before.outcomes)) == (False, 2)
    history = History(graph, known=narrow([seen]))
    told = history.certainty(request)
    assert (told.is_certain, len(told.outcomes)) == (True, 1)
    assert told.line == (
        "holds under every reading of the open questions; by 1 observation on your instance, the latest of 2026-11-02"
    )
    assert history.policy == Policy(entire_source="ANY_OF_SESSION")
    assert history.resolve(request).continued_from_contact_id == "A2"


def test_a_policy_that_does_not_explain_what_was_seen_is_refused() -> None:
    known = narrow([act(BY_NAME["ended"], Policy(ended="SEGMENT"))])
    assert History(ContactGraph(), known=known, policy=Policy(ended="SEGMENT", unavailable="STOP")).known is known
    with pytest.raises(InvalidArgument, match="a policy that explains what was seen, such as"):
        History(ContactGraph(), known=known, policy=Policy(unavailable="STOP"))
    with pytest.raises(InvalidArgument, match="a Knowledge"):
        History(ContactGraph(), known="everything")  # type: ignore[arg-type]


def test_fields_that_what_was_seen_ties_together_are_all_doubted() -> None:
    """Either both fields have their first reading, or both their second: none of them alone makes a difference."""
    first = policies_with("entire_source", "INITIAL_ONLY") & policies_with("entire_view", "SESSION")
    second = policies_with("entire_source", "ANY_OF_SESSION") & policies_with("entire_view", "ANCESTORS")
    branched = ContactGraph.from_contacts(BY_NAME["most_recent+entire_view"].contacts)
    history = History(branched, known=Knowledge((first | second) & policies_with("most_recent", "DISCONNECT"), 2))
    told = history.certainty(RehydrationRequest("ENTIRE_PAST_SESSION", "A2"))
    assert [each.subject for each in told.depends_on] == [("entire_source",)]
    assert [each.policies for each in told.outcomes] == [first.bit_count() // 3, second.bit_count() // 3]


@pytest.mark.parametrize("policies", [0, EVERY_POLICY + 1, -1, "all"])
def test_knowledge_is_a_set_of_policies(policies: Any) -> None:
    with pytest.raises(InvalidArgument):
        Knowledge(policies)


def test_knowledge_says_what_it_rests_on() -> None:
    assert Knowledge().line == ""
    assert Knowledge(1, 2).line == "by 2 observations on your instance"
    assert (len(Knowledge()), next(iter(Knowledge(1))), Policy() in Knowledge(1), 7 in Knowledge()) == (
        1152,
        Policy(),
        True,
        False,
    )


# ---------------------------------------------------------------------------------------------------- as JSON, scrubbed


@cache
def several() -> tuple[Observation, ...]:
    acted_out = (
        evolve(act(each, Policy()), date=SEEN, instance="i-1") for each in EXPERIMENTS if each.name != "beyond_limit"
    )
    link = BY_NAME["link_scope"].contacts
    return (*acted_out, Observation(contacts=link, asked="B2", continued_from="A1", shown={"A1"}))


def test_observations_are_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "seen.json"
    path.write_text(write_observations(several()), encoding="utf-8")
    assert read_observations(path) == several()
    parsed = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(parsed, schema())
    assert read_observations(parsed) == several()


def test_scrubbed_observations_name_nothing_and_say_the_same() -> None:
    strange = [
        evolve(
            each,
            contacts=[evolve(one, customer_id=one.customer_id and f"Ana {one.customer_id}") for one in each.contacts],
        )
        for each in several()
    ]
    found = scrubbed(strange)
    written = write_observations(found)
    assert narrow(found) == narrow(strange)
    assert not any(name in written for name in ("Ana", "i-1", '"A1"', '"B1"'))
    assert '"contact-001"' in written and '"customer-001"' in written and '"instance-001"' in written  # noqa: PT018


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Asked": None}, "$[0]:"),
        ({"Came": {}}, "something that came"),
        ({"Came": {"Error": "InvalidRequestException", "Shown": ["A1"]}}, "a refused chat shows nothing"),
        ({"Came": {"Shown": ["A1"], "Hidden": ["A1"]}}, "contacts that were not shown as well"),
        ({"Contacts": [{}]}, "lacks 'ContactId'"),
        ({"Contacts": [{"ContactId": "A1", "DisconnectTimestamp": "yesterday"}]}, "yesterday"),
        ({"Date": "2026-13-01"}, "month"),
        ({"Transcripts": {"A1": {"Status": "eaten"}}}, "eaten"),
        ({"Asked": {"ContactId": "A1", "Now": "2026-01-01T00:00:00"}}, "time zone"),
    ],
)
def test_an_observation_of_the_wrong_form_is_refused_where_it_stands(change: Mapping[str, Any], said: str) -> None:
    written = json.loads(write_observations(several()[:1]))
    written[0].update(change)
    with pytest.raises(InvalidInput) as caught:
        read_observations(written)
    assert said in str(caught.value)
    assert str(caught.value).startswith("$[0]: ")


@pytest.mark.parametrize("text", ["{", "{}", "[7]", "[" * 100_000])
def test_a_file_that_holds_no_observations_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seen.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput):
        read_observations(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_observations(tmp_path / "nowhere.json")


def test_an_experiment_is_described_by_what_each_result_means() -> None:
    assert [each.sentence for each in BY_NAME["beyond_limit"].results] == [
        "100 contacts are shown, from 'A101' back to 'A002'",
        "the request is refused with InvalidRequestException",
    ]
    assert [each.sentence for each in BY_NAME["unavailable"].results] == [
        "the chat continues from 'A2' and shows 'A1'",
        "the request is refused with InvalidRequestException",
        "the chat continues from 'A2' and shows nothing",
    ]
    assert BEGIN.isoformat() == "2026-06-01T09:00:00+00:00"
