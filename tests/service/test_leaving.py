"""Leaving, surveys and the end: who may still speak, when a disconnect flow begins, and when a chat is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rehydration import RuleForbids
from rehydration.errors import InvalidArgument
from service_building import EVENT, House, said

TAKING_ALONG = {"DisconnectOnCustomerExit": ["AGENT"]}


class Desk(House):
    """A chat of Ana's with agent Bo, and what Ana hears."""

    def __init__(self, **further: Any) -> None:
        super().__init__()
        self.begun = self.start(**further)
        self.first = self.begun["ContactId"]
        self.ana = self.connect(self.begun)
        self.bo = self.connect(self.service.join(self.first, "Bo"))
        self.heard: list[dict[str, Any]] = []
        self.service.follow(self.ana, self.heard.append)

    @property
    def told(self) -> list[str]:
        return [each.get("Content") or each["ContentType"].removeprefix(EVENT) for each in self.heard]

    @property
    def segments(self) -> list[tuple[str, str | None, bool]]:
        """How each contact began, why it ended, and whether it has."""
        graph = self.service.graph
        contacts = sorted(graph.session_of(self.first), key=lambda each: each.contact_id != self.first)
        described = [self.described(each.contact_id) for each in contacts]
        return [
            (each["InitiationMethod"], each.get("DisconnectReason"), "DisconnectTimestamp" in each)
            for each in described
        ]

    @property
    def survey(self) -> str:
        return next(each.contact_id for each in self.service.graph if each.initiation_method == "DISCONNECT")


def test_an_agent_leaves_as_with_disconnect_participant_and_the_chat_goes_on() -> None:
    desk, other = Desk(), Desk()
    desk.service.join(desk.first, "Cai")
    desk.service.leave(desk.first, "Bo")
    desk.service.leave(desk.first)
    other.leave(other.bo)
    assert desk.told == ["participant.joined", "participant.left", "participant.left"]
    assert [each["DisplayName"] for each in desk.heard] == ["Cai", "Bo", "Cai"]
    assert desk.segments == other.segments == [("API", None, False)]
    desk.say(desk.ana, "Are you there?")
    with pytest.raises(RuleForbids, match="access denied"):
        desk.say(desk.bo, "No")
    desk.leave(desk.ana)
    assert desk.segments == [("API", "CUSTOMER_DISCONNECT", True)]


@pytest.mark.parametrize("name", ["Ana", "Cai", None])
def test_who_is_not_there_or_is_the_customer_is_not_made_to_leave(name: str | None) -> None:
    desk = Desk()
    if name is None:
        desk.leave(desk.bo)
    before = desk.service.to_json()
    with pytest.raises(InvalidArgument, match="expected the name of somebody who joined and is there"):
        desk.service.leave(desk.first, name)
    assert desk.service.to_json() == before


@pytest.mark.parametrize("leaves_first", ["ana", "bo"])
def test_a_survey_begins_whoever_leaves_first_and_is_answered(leaves_first: str) -> None:
    """protocol.leave-then-survey, protocol.connection-until-ended, protocol.agents-leave-with-customer."""
    desk = Desk(**TAKING_ALONG)
    desk.service.set_disconnect_flow()
    desk.leave(getattr(desk, leaves_first))
    reason = {"ana": "CUSTOMER_DISCONNECT", "bo": "AGENT_DISCONNECT"}[leaves_first]
    assert desk.segments == [("API", reason, True), ("DISCONNECT", None, False)]
    with pytest.raises(RuleForbids, match="access denied"):
        desk.say(desk.bo, "still there?")
    desk.say(desk.ana, "three stars")
    assert desk.page(desk.ana, MaxResults=1)["Transcript"][0]["ContactId"] == desk.survey
    desk.service.end_disconnect_flow(desk.survey)
    assert desk.segments[1] == ("DISCONNECT", "CONTACT_FLOW_DISCONNECT", True)
    left = ["participant.left"] * (2 if leaves_first == "ana" else 1)
    assert desk.told == [*left, "three stars", "chat.ended"]
    with pytest.raises(RuleForbids, match="access denied"):
        desk.say(desk.ana, "too late")
    desk.advance(minutes=2)
    assert desk.come_back("FROM_SEGMENT", desk.first)["ContinuedFromContactId"] == desk.first


def test_without_a_disconnect_flow_a_chat_that_is_left_is_over() -> None:
    """protocol.agents-leave-with-customer."""
    desk = Desk(**TAKING_ALONG)
    desk.leave(desk.ana)
    assert desk.segments == [("API", "CUSTOMER_DISCONNECT", True)]
    assert desk.told == ["participant.left", "participant.left", "chat.ended"]


def test_a_customer_who_leaves_an_agent_behind_has_no_survey() -> None:
    desk = Desk()
    desk.service.set_disconnect_flow()
    desk.leave(desk.ana)
    assert desk.segments == [("API", None, False)]
    desk.say(desk.bo, "gone")
    desk.leave(desk.bo)
    assert desk.segments == [("API", "AGENT_DISCONNECT", True)]
    assert desk.told == ["participant.left", "gone", "participant.left", "chat.ended"]


def test_a_survey_waits_until_the_last_agent_has_left() -> None:
    desk = Desk()
    desk.service.set_disconnect_flow()
    cy = desk.connect(desk.service.join(desk.first, "Cy"))
    desk.leave(desk.bo)
    assert len(desk.segments) == 1
    desk.leave(cy)
    assert len(desk.segments) == 2


def test_a_survey_ends_by_itself_and_the_chat_with_it() -> None:
    desk = Desk()
    desk.service.set_disconnect_flow(seconds=90)
    desk.leave(desk.bo)
    desk.advance(seconds=89)
    desk.say(desk.ana, "two stars")
    desk.advance(seconds=1)
    assert desk.segments[1] == ("DISCONNECT", "CONTACT_FLOW_DISCONNECT", True)
    assert desk.told == ["participant.left", "two stars", "chat.ended"]
    assert desk.heard[-1]["AbsoluteTime"] == "2026-05-03T09:01:30.000Z"


@pytest.mark.parametrize("leaves_first", ["ana", "bo"])
def test_a_customer_who_leaves_a_survey_ends_it(leaves_first: str) -> None:
    desk = Desk(**TAKING_ALONG)
    desk.service.set_disconnect_flow()
    desk.leave(getattr(desk, leaves_first))
    desk.leave(desk.ana)
    assert desk.segments[1] == ("DISCONNECT", "CUSTOMER_DISCONNECT", True)
    assert desk.told == ["participant.left", "participant.left", "chat.ended"]


def test_whoever_helps_with_a_survey_and_leaves_does_not_end_it() -> None:
    desk = Desk(**TAKING_ALONG)
    desk.service.set_disconnect_flow()
    desk.leave(desk.ana)
    bot = desk.connect(desk.service.join(desk.survey, "Bot", "CUSTOM_BOT"))
    desk.leave(bot)
    desk.say(desk.ana, "one star")
    assert len(desk.segments) == 2


def test_a_customer_who_left_may_connect_again_and_does_not_join_again() -> None:
    """protocol.connection-until-ended."""
    desk = Desk(**TAKING_ALONG)
    desk.service.set_disconnect_flow()
    desk.leave(desk.ana)
    again = desk.connect(desk.begun)
    desk.say(again, "over another connection")
    assert said(desk.page(desk.ana, MaxResults=2)) == ["over another connection", "participant.left"]


def test_the_flow_of_a_chat_goes_before_that_of_the_instance() -> None:
    for of_flow, of_instance, expected in ((True, False, 2), (False, True, 1), (None, True, 2), (None, False, 1)):
        desk = Desk()
        desk.service.set_disconnect_flow(runs=of_instance)
        if of_flow is not None:
            desk.service.set_disconnect_flow("flow", runs=of_flow)
        desk.service.set_disconnect_flow("another", runs=not expected)
        desk.leave(desk.bo)
        assert len(desk.service.graph) == expected


def test_stopping_a_contact_runs_no_disconnect_flow() -> None:
    desk = Desk(**TAKING_ALONG)
    desk.service.set_disconnect_flow()
    desk.stop(desk.first)
    assert desk.segments == [("API", "API", True)]
    assert desk.told == ["chat.ended"]


def test_a_disconnect_flow_is_ended_where_one_goes_on() -> None:
    desk = Desk()
    with pytest.raises(InvalidArgument, match="expected a contact in which a disconnect flow goes on"):
        desk.service.end_disconnect_flow(desk.first)
    with pytest.raises(RuleForbids, match="nobody"):
        desk.service.end_disconnect_flow("nobody")


@pytest.mark.parametrize(
    ("flow", "more", "problem"),
    [
        ("", {}, "contact_flow_id is ''"),
        (7, {}, "contact_flow_id is 7"),
        (None, {"runs": 1}, "runs is 1"),
        (None, {"seconds": -1}, "seconds is -1"),
        (None, {"seconds": float("nan")}, "seconds is nan"),
        (None, {"seconds": True}, "seconds is True"),
        (None, {"seconds": 604_801}, "seconds is 604801"),
    ],
)
def test_a_disconnect_flow_that_is_none_is_refused(flow: Any, more: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem):
        House().service.set_disconnect_flow(flow, **more)


# -------------------------------------------------------------------------------- rehydration that goes on for a while


def test_the_past_comes_with_the_event_and_not_before() -> None:
    """paging.past-after-event."""
    house = House(rehydration_delay=timedelta(seconds=30))
    past = house.chat("old")
    house.advance(minutes=2)
    begun = house.start()
    token = house.connect(begun)
    heard: list[dict[str, Any]] = []
    house.service.follow(token, heard.append)
    assert house.associate(begun["ContactId"], "FROM_SEGMENT", past) == {"ContinuedFromContactId": past}
    assert house.described(begun["ContactId"])["RelatedContactId"] == past
    second = house.service.queue_transfer(begun["ContactId"])["ContactId"]
    before = [["transfer.succeeded", "participant.joined"]]
    house.advance(seconds=29)
    assert house.pages(token) == before
    assert [each["ContactId"] for each in house.service.seen(second)["Transcript"]] == [begun["ContactId"]] * 2
    house.advance(seconds=1)
    assert house.service.seen(second)["Transcript"][0]["RelatedContactId"] == past
    assert house.pages(token) == [["chat.rehydrated", *before[0]], ["chat.ended", "old", "participant.joined"]]
    assert (heard[-1]["ContentType"], heard[-1]["ContactId"]) == (f"{EVENT}chat.rehydrated", second)


def test_a_chat_that_ends_before_its_rehydration_is_done_has_no_event() -> None:
    house = House(rehydration_delay=timedelta(seconds=30))
    past = house.chat("old")
    house.advance(minutes=2)
    begun = house.start()
    house.associate(begun["ContactId"], "FROM_SEGMENT", past)
    house.stop(begun["ContactId"])
    house.advance(minutes=2)
    back = house.connect(house.come_back("FROM_SEGMENT", begun["ContactId"]))
    assert house.pages(back) == [["participant.joined"], ["chat.ended", "chat.ended", "old", "participant.joined"]]


def test_a_chat_that_is_started_from_a_past_one_has_it_at_once() -> None:
    """protocol.no-event-at-start."""
    house = House(rehydration_delay=timedelta(seconds=30))
    past = house.chat("old")
    house.advance(minutes=2)
    token = house.connect(house.come_back("FROM_SEGMENT", past))
    assert house.pages(token)[1] == ["chat.ended", "old", "participant.joined"]


@pytest.mark.parametrize("delay", [7, timedelta(seconds=-1), timedelta(days=8)])
def test_a_delay_is_a_duration(delay: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"rehydration_delay is .*: expected a timedelta from 0 to 7 days"):
        House(rehydration_delay=delay)


# ---------------------------------------------------------------------------------------------------------- retention


def test_a_history_with_fixed_dates_stays_usable() -> None:
    """eligibility.beyond-retention, eligibility.retention: only where it is asked for."""
    old = {
        "ContactId": "P1",
        "InitiationTimestamp": "2019-01-01T00:00:00Z",
        "DisconnectTimestamp": "2019-01-01T01:00:00Z",
    }
    house = House()
    house.service.seed([old], {"P1": [{"Content": "hello"}]})
    assert house.described("P1")["Id"] == "P1"
    token = house.connect(house.come_back("ENTIRE_PAST_SESSION", "P1"))
    assert house.pages(token) == [["participant.joined"], ["hello"]]
    house.service.configure(retention=True)
    for operation in (lambda: house.described("P1"), lambda: house.come_back("ENTIRE_PAST_SESSION", "P1")):
        with pytest.raises(RuleForbids) as caught:
            operation()
        assert caught.value.code == "ResourceNotFoundException"
    house.service.configure()
    with pytest.raises(InvalidArgument, match="retention is 1: expected True or False"):
        house.service.configure(retention=1)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------------- attributes


def test_attributes_are_the_sessions_and_segment_attributes_a_contacts() -> None:
    """identity.attributes-of-session."""
    house = House()
    subtype = {"connect:Subtype": {"ValueString": "connect:Guide"}}
    first = house.start(Attributes={"a": "1"}, SegmentAttributes=subtype)["ContactId"]
    second = house.service.queue_transfer(first)["ContactId"]
    house.call("UpdateContactAttributes", InitialContactId=second, Attributes={"b": "2"})
    house.call("UpdateContactAttributes", InitialContactId=first, Attributes={"a": "3"})
    assert house.attributes(first) == house.attributes(second) == {"a": "3", "b": "2"}
    assert house.described(first)["SegmentAttributes"] == house.described(second)["SegmentAttributes"] == subtype


def test_what_a_survey_set_travels_though_it_is_dropped() -> None:
    """visibility.attributes-of-dropped."""
    house = House()
    first, second, survey = house.session()
    house.call("UpdateContactAttributes", InitialContactId=survey, Attributes={"score": "3"})
    back = house.come_back("FROM_SEGMENT", second)
    assert house.attributes(back["ContactId"]) == {"score": "3"}
    later = house.start(Attributes={"score": "own"})["ContactId"]
    house.associate(later, "FROM_SEGMENT", first)
    assert house.attributes(later) == {"score": "own"}


def test_of_seeded_records_the_latest_tells_the_attributes_in_whatever_order_they_come() -> None:
    """identity.attributes-of-session."""

    def record(name: str, hour: int | None, **attributes: str) -> dict[str, Any]:
        told: dict[str, Any] = {"ContactId": name, "InitialContactId": "P1", "Attributes": attributes}
        if name != "P1":
            told["PreviousContactId"] = "P1"
        if hour is not None:
            told["LastUpdateTimestamp"] = f"2026-05-01T{hour:02}:00:00Z"
        return {**told, "DisconnectTimestamp": "2026-05-01T00:00:00Z"}

    records = [
        record("P1", 3, a="late", b="x"),
        record("P2", 2, a="early", b="y", c="z"),
        record("P3", None, c="untold"),
    ]
    for given in (records, records[::-1]):
        house = House()
        house.service.seed(given)
        assert house.attributes("P3") == {"a": "late", "b": "x"}
        house.service.seed([record("P4", 9, a="later still", d="new"), record("P5", 10)])
        assert house.attributes("P1") == {"a": "late", "b": "x", "d": "new"}
