"""GetTranscript, rule by rule of the group paging."""

from __future__ import annotations

from typing import Any

import pytest

from rehydration import Policy
from service_building import EVENT, House, refused, said

FROM_SEGMENT = "FROM_SEGMENT"
CURRENT = ["new three", "new two", "new one", "participant.joined"]
PAST = ["chat.ended", "old two", "old one", "participant.joined"]


def returned(*, current: bool = True) -> tuple[House, str, str, str]:
    """A customer who came back: the house, their connection, the past contact and the new one."""
    house = House()
    past = house.chat("old one", "old two")
    house.advance(minutes=2)
    begun = house.come_back(FROM_SEGMENT, past)
    token = house.connect(begun)
    for content in ("new one", "new two", "new three") if current else ():
        house.advance(seconds=1)
        house.say(token, content)
    return house, token, past, begun["ContactId"]


def test_the_past_comes_by_token_behind_the_current_session() -> None:
    """paging.past-by-token, paging.first-page-has-token, paging.no-mixed-page, paging.end."""
    house, token, _, _ = returned()
    first = house.page(token)
    assert said(first) == CURRENT
    second = house.page(token, NextToken=first["NextToken"])
    assert (said(second), "NextToken" in second) == (PAST, False)
    assert house.pages(token, MaxResults=3) == [CURRENT[:3], CURRENT[3:], PAST[:3], PAST[3:]]
    assert house.pages(token, MaxResults=4) == [CURRENT, PAST]


def test_without_a_past_the_last_page_of_the_current_session_is_the_end() -> None:
    house = House()
    token = house.connect(house.start())
    answer = house.page(token)
    assert (said(answer), answer.keys()) == (["participant.joined"], {"InitialContactId", "Transcript"})


def test_a_past_without_items_gives_no_token() -> None:
    house = House()
    past = house.start()["ContactId"]
    house.service.seed([{"ContactId": "P1", "DisconnectTimestamp": "2026-05-01T00:00:00Z"}])
    house.stop(past)
    token = house.connect(house.come_back(FROM_SEGMENT, "P1"))
    assert house.pages(token) == [["participant.joined"]]


def test_an_empty_current_session_still_has_a_token_into_the_past() -> None:
    """paging.first-page-has-token."""
    house = House()
    past = house.chat("old one")
    house.service.seed([{"ContactId": "N1", "RelatedContactId": past}])
    [live] = house.service.seed([{"ContactId": "M1", "RelatedContactId": past}])["LiveChats"]
    assert house.pages(house.connect(live)) == [[], ["chat.ended", "old one", "participant.joined"]]


def test_an_item_says_where_it_is_from() -> None:
    """paging.provenance-current, paging.provenance-past, paging.initial-contact."""
    house, token, past, new = returned()
    first = house.page(token)
    second = house.page(token, NextToken=first["NextToken"])
    assert [(each.get("ContactId"), each.get("RelatedContactId")) for each in first["Transcript"]] == [(new, None)] * 4
    assert [(each.get("ContactId"), each.get("RelatedContactId")) for each in second["Transcript"]] == [
        (None, past)
    ] * 4
    assert (first["InitialContactId"], second["InitialContactId"]) == (new, new)


def test_after_a_transfer_items_are_of_the_contact_that_they_were_sent_on() -> None:
    house = House()
    first = house.start(InitialMessage={"ContentType": "text/plain", "Content": "one"})
    token = house.connect(first)
    second = house.service.transfer(first["ContactId"])["ContactId"]
    house.say(token, "two")
    answer = house.page(token)
    assert [each["ContactId"] for each in answer["Transcript"]] == [second] * 2 + [first["ContactId"]] * 3
    assert answer["InitialContactId"] == first["ContactId"]


def test_a_page_holds_ten_items_newest_first_going_backward_by_default() -> None:
    """paging.defaults."""
    house = House()
    token = house.connect(house.start())
    for number in range(11):
        house.say(token, str(number))
    assert house.pages(token) == [[str(number) for number in range(10, 0, -1)], ["0", "participant.joined"]]
    assert house.pages(token, StartPosition={"MostRecent": 12}) == [
        [*(str(number) for number in range(8, -1, -1)), "participant.joined"],
        ["10", "9"],
    ]


@pytest.mark.parametrize("direction", ["BACKWARD", "FORWARD"])
def test_sorting_orders_a_page_inside_and_not_the_pages(direction: str) -> None:
    """paging.sort-within-page."""
    house, token, _, _ = returned()
    asked = {"MaxResults": 2, "ScanDirection": direction}
    if direction == "FORWARD":
        asked["StartPosition"] = {"MostRecent": 4}
    descending = house.pages(token, **asked)
    ascending = house.pages(token, **asked, SortOrder="ASCENDING")
    assert ascending == [page[::-1] for page in descending]
    assert descending[0] == (CURRENT[:2] if direction == "BACKWARD" else CURRENT[2:])


@pytest.mark.parametrize("start", [{}, {"StartPosition": None}, {"StartPosition": {}}, {"StartPosition": {"Id": None}}])
def test_going_forward_needs_a_start(start: dict[str, Any]) -> None:
    """paging.forward-needs-start, paging.empty-start-position."""
    house, token, _, _ = returned()
    found = refused(house, "GetTranscript", ConnectionToken=token, ScanDirection="FORWARD", **start)
    assert found == ("ValidationException", 400, "protocol.declared-errors")


def test_going_forward_never_meets_the_past() -> None:
    """paging.start-is-included."""
    house, token, _, _ = returned()
    assert house.pages(token, StartPosition={"MostRecent": 4}, MaxResults=3) == [CURRENT[1:], CURRENT[:1]]


@pytest.mark.parametrize("start", [None, {}, {"Id": None}, {"Id": None, "MostRecent": None}])
def test_an_empty_start_position_is_none(start: dict[str, Any] | None) -> None:
    """paging.empty-start-position, paging.first-page-is-current."""
    house, token, _, _ = returned()
    assert house.page(token, StartPosition=start) == house.page(token)
    assert house.pages(token, StartPosition=start) == [CURRENT, PAST]


def test_a_token_into_the_past_may_be_followed_forward_to_the_present() -> None:
    """paging.forward-from-past."""
    house, token, _, _ = returned()
    answer = house.page(token)
    for _ in range(3):
        answer = house.page(token, NextToken=answer["NextToken"], MaxResults=1)
    forward = house.pages(token, NextToken=answer["NextToken"], ScanDirection="FORWARD", MaxResults=2)
    assert forward[0] == PAST[1:3]
    found = [house.page(token, NextToken=answer["NextToken"], ScanDirection="FORWARD", MaxResults=2)]
    while "NextToken" in found[-1]:
        found.append(house.page(token, NextToken=found[-1]["NextToken"], MaxResults=2))
    assert [said(each) for each in found] == [PAST[1:3], PAST[:1], CURRENT[2:], CURRENT[:2]]


def test_a_token_may_be_used_twice_and_finds_its_place_when_there_is_more() -> None:
    house, token, _, _ = returned()
    first = house.page(token, MaxResults=2)
    second = house.page(token, NextToken=first["NextToken"], MaxResults=2)
    house.say(token, "new four")
    assert house.page(token, NextToken=first["NextToken"], MaxResults=2) == second
    assert house.pages(token, NextToken=second["NextToken"])[0] == PAST


def test_a_page_of_nothing_has_a_token_if_there_is_anything() -> None:
    """paging.empty-page-with-token."""
    house, token, _, _ = returned()
    answer = house.page(token, MaxResults=0)
    assert said(answer) == []
    assert said(house.page(token, NextToken=answer["NextToken"])) == CURRENT
    forward = house.page(token, MaxResults=0, StartPosition={"MostRecent": 4})
    assert said(house.page(token, NextToken=forward["NextToken"], MaxResults=1)) == CURRENT[3:]


def test_a_token_from_the_end_stays_where_the_end_was() -> None:
    house, token, _, _ = returned()
    asked = {"NextToken": house.page(token, MaxResults=0)["NextToken"]}
    house.say(token, "new four")
    assert said(house.page(token, **asked)) == CURRENT
    assert said(house.page(token, **asked, ScanDirection="FORWARD")) == ["new four"]


@pytest.mark.parametrize(
    ("start", "direction", "expected"),
    [
        ({"Id": "new two"}, None, CURRENT[:2]),
        ({"Id": "new two"}, "FORWARD", CURRENT[:2]),
        ({"Id": "new two"}, "BACKWARD", CURRENT[1:]),
        ({"Id": "old two"}, None, []),
        ({"Id": "old two"}, "BACKWARD", []),
        ({"Id": "nobody's"}, None, []),
        ({"MostRecent": 2}, None, CURRENT[:2]),
        ({"MostRecent": 2}, "BACKWARD", CURRENT[1:]),
        ({"MostRecent": 0}, None, []),
        ({"MostRecent": 0}, "BACKWARD", CURRENT),
        ({"MostRecent": 100}, None, CURRENT),
        ({"MostRecent": 100}, "BACKWARD", CURRENT[3:]),
        ({"AbsoluteTime": "2026-05-03T09:02:02.000Z"}, None, CURRENT[:2]),
        ({"AbsoluteTime": "2026-05-03T09:02:02.000Z"}, "BACKWARD", CURRENT[1:]),
        ({"AbsoluteTime": "2026-05-03T11:02:01.500+02:00"}, None, CURRENT[:2]),
        ({"AbsoluteTime": "2026-05-03T09:02:01.500"}, "BACKWARD", CURRENT[2:]),
        ({"AbsoluteTime": "2030-01-01T00:00:00Z"}, None, []),
        ({"AbsoluteTime": "2000-01-01T00:00:00Z"}, "BACKWARD", []),
    ],
)
def test_a_start_position_stays_in_the_current_session(
    start: dict[str, Any], direction: str | None, expected: list[str]
) -> None:
    """paging.filters-stay-current, paging.filtered-past, paging.defaults."""
    house, token, _, _ = returned()
    every = [each for page in (house.page(token), _past(house, token)) for each in page["Transcript"]]
    ids = {each["Content"]: each["Id"] for each in every if "Content" in each}
    asked: dict[str, Any] = {"StartPosition": {name: ids.get(value, value) for name, value in start.items()}}
    if direction is not None:
        asked["ScanDirection"] = direction
    whole = house.pages(token, **asked)
    assert whole == [expected]
    if expected:
        assert [each for page in house.pages(token, **asked, MaxResults=1) for each in page] == (
            expected if direction == "BACKWARD" else expected[::-1]
        )


def _past(house: House, token: str) -> dict[str, Any]:
    return house.page(token, NextToken=house.page(token)["NextToken"])


@pytest.mark.parametrize("start", [{"Id": "a", "MostRecent": 1}, {"AbsoluteTime": "yesterday"}])
def test_a_start_position_is_one(start: dict[str, Any]) -> None:
    house, token, _, _ = returned()
    found = refused(house, "GetTranscript", ConnectionToken=token, StartPosition=start)
    assert found == ("ValidationException", 400, "protocol.declared-errors")


def test_a_filter_by_contact_stays_in_the_current_session() -> None:
    """paging.filters-stay-current, paging.filtered-past: a filter that names the past gives an empty page."""
    house, token, past, new = returned()
    second = house.service.transfer(new)["ContactId"]
    house.say(token, "new four")
    assert house.pages(token, ContactId=second) == [["new four", "participant.joined"]]
    assert house.pages(token, ContactId=second, MaxResults=1) == [["new four"], ["participant.joined"]]
    assert house.pages(token, ContactId=new) == [["transfer.succeeded", *CURRENT]]
    for other in (past, "nobody"):
        assert house.page(token, ContactId=other) == {"InitialContactId": new, "Transcript": []}


def test_a_filter_stays_with_its_tokens() -> None:
    house, token, _, new = returned()
    house.service.transfer(new)
    first = house.page(token, ContactId=new, MaxResults=3)
    second = house.page(token, NextToken=first["NextToken"])
    assert (said(first) + said(second), "NextToken" in second) == (["transfer.succeeded", *CURRENT], False)


def test_page_tokens_belong_to_the_connection_that_got_them() -> None:
    house, token, past, _ = returned()
    mine = house.page(token)["NextToken"]
    other = house.connect(house.come_back(FROM_SEGMENT, past))
    garbled = [
        mine[:-1],
        mine + "A",
        mine.swapcase(),
        "x",
        "é",
        "====",
        "A" * 1000,
        mine[:10] + ("A" if mine[10] != "A" else "B") + mine[11:],
    ]
    for connection, page_token in [(other, mine), *((token, each) for each in garbled)]:
        found = refused(house, "GetTranscript", ConnectionToken=connection, NextToken=page_token)
        assert found == ("ValidationException", 400, "paging.past-by-token")
    listed = house.call("ListAssociatedContacts", ContactId=past, MaxResults=1)["NextToken"]
    found = refused(house, "GetTranscript", ConnectionToken=token, NextToken=listed)
    assert found == ("ValidationException", 400, "paging.past-by-token")
    assert len(mine) < 200


def test_a_token_to_what_cannot_be_seen_any_more_is_not_valid() -> None:
    house, token, past, _ = returned()
    page_token = house.page(token, NextToken=house.page(token)["NextToken"], MaxResults=1)["NextToken"]
    house.service.seed((), {past: {"Status": "DELETED"}})
    found = refused(house, "GetTranscript", ConnectionToken=token, NextToken=page_token)
    assert found == ("ValidationException", 400, "paging.past-by-token")


@pytest.mark.parametrize(
    "fact", [{"Status": "DELETED"}, {"Status": "MISSING"}, {"Size": 5_000_001}, {"Misplaced": True}]
)
def test_a_transcript_that_cannot_be_shown_leaves_a_gap(fact: dict[str, Any]) -> None:
    """visibility.transcript-unavailable, visibility.transcript-size, visibility.transcript-place."""
    house = House()
    first, second, _ = house.session()
    house.service.seed((), {second: fact})
    token = house.connect(house.come_back(FROM_SEGMENT, second))
    assert house.pages(token)[1:] == [["transfer.succeeded", "participant.joined", "one"]]
    house.service.seed((), {first: fact})
    assert house.pages(token) == [["participant.joined"]]


def test_a_transcript_that_is_not_ready_is_not_shown_yet_and_ends_nothing() -> None:
    """eligibility.transcript-lag."""
    house = House()
    _, second, _ = house.session()
    house.service.seed((), {second: {"Status": "NOT_READY"}})
    token = house.connect(house.come_back(FROM_SEGMENT, second))
    assert house.pages(token)[1:] == [["transfer.succeeded", "participant.joined", "one"]]
    house.service.seed((), {second: {"Status": "AVAILABLE"}})
    assert house.pages(token)[1][:2] == ["participant.left", "two"]


def test_what_was_said_here_may_grow_too_large_to_be_shown() -> None:
    """visibility.transcript-size: more than 5,000,000 bytes, by the items as JSON."""
    house = House()
    begun = house.start()
    token = house.connect(begun)
    for _ in range(300):
        house.say(token, "x" * 16_384)
    size = house.service.facts[begun["ContactId"]].size
    assert size is not None
    house.say(token, "x" * (5_000_000 - size - 700))
    house.stop(begun["ContactId"])
    house.advance(minutes=2)
    back = house.connect(house.come_back(FROM_SEGMENT, begun["ContactId"]))
    assert house.service.facts[begun["ContactId"]].size <= 5_000_000
    assert "NextToken" in house.page(back)
    house.service.seed((), {begun["ContactId"]: [{"Content": "x" * 700}]})
    assert "NextToken" not in house.page(back)


def test_where_the_policy_refuses_the_past_the_present_is_answered_all_the_same() -> None:
    house = House(policy=Policy(unavailable="REFUSE"))
    past = house.chat("old one")
    house.advance(minutes=2)
    token = house.connect(house.come_back(FROM_SEGMENT, past))
    into_the_past = house.page(token, NextToken=house.page(token)["NextToken"], MaxResults=1)["NextToken"]
    house.service.seed((), {past: {"Status": "DELETED"}})
    first = house.page(token)
    assert said(first) == ["participant.joined"]
    expected = ("ValidationException", 400, "visibility.transcript-unavailable")
    assert refused(house, "GetTranscript", ConnectionToken=token, NextToken=first["NextToken"]) == expected
    assert refused(house, "GetTranscript", ConnectionToken=token, NextToken=into_the_past) == expected
    forward = house.page(token, NextToken=first["NextToken"], ScanDirection="FORWARD")
    assert (said(forward), "NextToken" in forward) == (["participant.joined"], False)
    assert "NextToken" not in house.page(token, StartPosition={"MostRecent": 5}, ScanDirection="BACKWARD")


def test_customer_and_agent_see_the_same() -> None:
    """visibility.both-sides."""
    house, token, _, new = returned()
    agent = house.connect(house.service.join(new, "Bo"))
    assert house.pages(token) == house.pages(agent) == [["participant.joined", *CURRENT], PAST]


def test_events_are_in_transcripts_and_typing_is_not() -> None:
    """paging.events, paging.typing-is-not-kept, paging.ended-has-no-participant."""
    house = House()
    first = house.start()
    token = house.connect(first)
    house.call("SendEvent", ConnectionToken=token, ContentType=f"{EVENT}typing")
    second = house.service.transfer(first["ContactId"], "Bo")
    agent = house.connect(second)
    house.leave(agent)
    house.leave(token)
    house.advance(minutes=2)
    back = house.connect(house.come_back("ENTIRE_PAST_SESSION", first["ContactId"]))
    answer = house.page(back, NextToken=house.page(back)["NextToken"], SortOrder="ASCENDING")
    customer = {"ParticipantId": first["ParticipantId"], "ParticipantRole": "CUSTOMER", "DisplayName": "Ana"}
    bo = {"ParticipantId": second["ParticipantId"], "ParticipantRole": "AGENT", "DisplayName": "Bo"}
    when = {"AbsoluteTime": "2026-05-03T09:00:00.000Z", "Type": "EVENT"}
    on = [{"RelatedContactId": first["ContactId"]}, {"RelatedContactId": second["ContactId"]}]
    assert [{name: each[name] for name in each if name != "Id"} for each in answer["Transcript"]] == [
        {**when, "ContentType": f"{EVENT}participant.joined", **customer, **on[0]},
        {**when, "ContentType": f"{EVENT}transfer.succeeded", **on[0]},
        {**when, "ContentType": f"{EVENT}participant.joined", **bo, **on[1]},
        {**when, "ContentType": f"{EVENT}participant.left", **bo, **on[1]},
        {**when, "ContentType": f"{EVENT}participant.left", **customer, **on[1]},
        {**when, "ContentType": f"{EVENT}chat.ended", **on[1]},
    ]
    assert len({each["Id"] for each in answer["Transcript"]}) == 6


def test_at_most_a_hundred_past_contacts_are_shown() -> None:
    """visibility.past-limit."""
    house = House()
    records = [
        {
            "ContactId": f"P{number}",
            "RelatedContactId": f"P{number - 1}" if number else None,
            "InitiationTimestamp": f"2026-04-{1 + number // 24:02}T{number % 24:02}:00:00Z",
            "DisconnectTimestamp": f"2026-04-{1 + number // 24:02}T{number % 24:02}:30:00Z",
        }
        for number in range(130)
    ]
    house.service.seed(records, {f"P{number}": [{"Content": str(number)}] for number in range(130)})
    token = house.connect(house.come_back(FROM_SEGMENT, "P129"))
    assert house.pages(token, MaxResults=100)[1:] == [[str(number) for number in range(129, 29, -1)]]


def test_items_of_one_session_are_in_order_of_time_and_past_ones_contact_by_contact() -> None:
    """visibility.order."""
    house = House()
    ended = {"DisconnectTimestamp": "2026-05-02T00:00:00Z"}
    records = [
        {"ContactId": "P1", "InitiationTimestamp": "2026-05-01T00:00:00Z", **ended},
        {"ContactId": "P2", "InitialContactId": "P1", "PreviousContactId": "P1", **ended},
    ]
    early, late = "2026-05-01T00:00:00.000Z", "2026-05-01T10:00:00.000Z"
    said_late = {"Content": "late", "AbsoluteTime": late}
    said_early = {"Content": "early", "AbsoluteTime": early}
    house.service.seed(records, {"P1": [said_late], "P2": [{"Content": "later", "AbsoluteTime": late}, said_early]})
    token = house.connect(house.come_back(FROM_SEGMENT, "P2"))
    assert house.pages(token)[1] == ["later", "early", "late"]
    [live] = house.service.seed(
        [{"ContactId": "L1"}, {"ContactId": "L2", "InitialContactId": "L1", "PreviousContactId": "L1"}],
        {"L2": [said_early], "L1": [said_late]},
    )["LiveChats"]
    assert house.pages(house.connect(live)) == [["late", "early"]]
