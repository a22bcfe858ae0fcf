"""Laws of GetTranscript: sentences that hold of the pages of every chat with a past; each test is one law."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rehydration import RuleForbids, TranscriptFact, visible_past
from rehydration.service import ChatService

Told = dict[str, Any]

BEGIN = datetime(2026, 5, 3, 9, tzinfo=UTC)
INSTANCE = "instance-1"
FORWARD = {"ScanDirection": "FORWARD"}
FROM_START: Told = {**FORWARD, "StartPosition": {"MostRecent": 100}}  # FORWARD needs one
BACKWARD = {"ScanDirection": "BACKWARD"}
ASCENDING = {"SortOrder": "ASCENDING"}
TYPES = st.sampled_from(["ENTIRE_PAST_SESSION", "FROM_SEGMENT"])
DIRECTIONS = st.sampled_from([FROM_START, BACKWARD])
ORDERS = st.sampled_from([{}, ASCENDING, {"SortOrder": "DESCENDING"}])
SIZES = st.integers(1, 7) | st.integers(1, 100)


class Chat(NamedTuple):
    """A live chat, its current contact, and a connection to it."""

    service: ChatService
    initial: str
    contact: str
    connection: str
    facts: dict[str, TranscriptFact]


class Scene:
    """A service whose ids are opaque and whose time goes on a little with everything that is said."""

    def __init__(self) -> None:
        numbers = count()

        def new_id() -> str:
            return hashlib.sha256(str(next(numbers)).encode()).hexdigest()[:36]

        self.service = ChatService(INSTANCE, new_id=new_id, now=lambda: BEGIN)
        self.said = count()

    def begin(self, **further: Any) -> tuple[str, str]:
        details = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}, **further}
        began = self.service.call("StartChatContact", {"InstanceId": INSTANCE, **details})
        return began["ContactId"], began["ParticipantToken"]

    def connect(self, token: str) -> str:
        asked = {"ParticipantToken": token, "Type": ["CONNECTION_CREDENTIALS"]}
        answer = self.service.call("CreateParticipantConnection", asked)
        return answer["ConnectionCredentials"]["ConnectionToken"]

    def say(self, connection: str, messages: int) -> None:
        for _ in range(messages):
            said = {"ContentType": "text/plain", "Content": f"message {next(self.said)}"}
            self.service.call("SendMessage", {"ConnectionToken": connection, **said})

    def stop(self, contact: str) -> None:
        self.service.call("StopContact", {"InstanceId": INSTANCE, "ContactId": contact})

    def go_on(self, seconds: float) -> None:
        self.service.advance(timedelta(seconds=seconds))


def talked(draw: st.DrawFn, scene: Scene, contact: str, connection: str) -> list[str]:
    """Talk, with transfers between; give the contacts of the chat, each of which has items."""
    contacts = [contact]
    for messages in draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)):
        scene.say(connection, messages)
        scene.go_on(draw(st.sampled_from([0, 0.25, 30])))
        move = draw(st.sampled_from([scene.service.queue_transfer, scene.service.run_disconnect_flow]))
        contacts.append(move(contacts[-1])["ContactId"])
    scene.say(connection, draw(st.integers(1, 3)))
    return contacts


@st.composite
def chats(draw: st.DrawFn, *, silent: bool = False) -> Chat:
    """A chat that may continue one that may continue one, and so on; in a silent one nothing was said or happened."""
    scene, past, facts = Scene(), [], {}
    for _ in range(draw(st.integers(0, 4))):
        contact, token = scene.begin(**continuing(draw, past))
        past = talked(draw, scene, contact, scene.connect(token))
        scene.stop(past[-1])
        scene.go_on(draw(st.sampled_from([60, 90])))
        if draw(st.integers(0, 5)) == 0:
            fact = draw(st.sampled_from([TranscriptFact(size=5_000_001), TranscriptFact(misplaced=True)]))
            scene.service.seed([], {past[0]: fact})
            facts[past[0]] = fact
    if silent:
        related = {"RelatedContactId": past[-1]} if past else {}
        record = {"ContactId": "silent", "InitiationTimestamp": "2026-05-03T08:59:00Z", "Channel": "CHAT", **related}
        (seeded,) = scene.service.seed([record])["LiveChats"]
        return Chat(scene.service, "silent", "silent", scene.connect(seeded["ParticipantToken"]), facts)
    initial, token = scene.begin(**continuing(draw, past))
    connection = scene.connect(token)
    return Chat(scene.service, initial, talked(draw, scene, initial, connection)[-1], connection, facts)


def continuing(draw: st.DrawFn, past: list[str]) -> Told:
    if not past:
        return {}
    kind = draw(TYPES)
    source = past[0] if kind == "ENTIRE_PAST_SESSION" else draw(st.sampled_from(past))
    return {"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}


def page(chat: Chat, **parameters: Any) -> Told:
    return chat.service.call("GetTranscript", {"ConnectionToken": chat.connection, **parameters})


def answers(chat: Chat, most: int = 100, **parameters: Any) -> list[Told]:
    """A listing to its end: tokens are followed with the parameters that count beside one."""
    told = [page(chat, MaxResults=most, **parameters)]
    beside = {name: value for name, value in parameters.items() if name in {"ScanDirection", "SortOrder"}}
    while "NextToken" in told[-1]:
        told.append(page(chat, MaxResults=most, NextToken=told[-1]["NextToken"], **beside))
    return told


def pages(chat: Chat, most: int = 100, **parameters: Any) -> list[list[Told]]:
    return [answer["Transcript"] for answer in answers(chat, most, **parameters)]


def joined(listed: list[list[Told]]) -> list[Told]:
    return [item for each in listed for item in each]


def current(chat: Chat) -> list[Told]:
    """The items of the current session, oldest first."""
    return joined(pages(chat, **FROM_START, **ASCENDING))


def oldest_first(chat: Chat, most: int = 100) -> list[Told]:
    """Past and present, read forward from behind the oldest item, which is read backward."""
    tokens = [answer["NextToken"] for answer in answers(chat, 1) if "NextToken" in answer]
    if not tokens:
        return page(chat)["Transcript"]
    oldest = page(chat, NextToken=tokens[-1], MaxResults=1)["Transcript"]
    first = page(chat, NextToken=tokens[-1], MaxResults=most, **FORWARD, **ASCENDING)
    return oldest + first["Transcript"] + joined(following(chat, first, most))


def following(chat: Chat, answer: Told, most: int) -> list[list[Told]]:
    """The pages after one that was read forward."""
    listed = []
    while "NextToken" in answer:
        answer = page(chat, NextToken=answer["NextToken"], MaxResults=most, **FORWARD, **ASCENDING)
        listed.append(answer["Transcript"])
    return listed


def readable(chat: Chat) -> list[str]:
    """The past contacts whose transcript can be read, newest first."""
    return list(visible_past(chat.service.graph, chat.contact, transcripts=chat.facts).readable)


def come_from(listed: list[Told]) -> list[str]:
    return list(dict.fromkeys(item["RelatedContactId"] for item in listed if "RelatedContactId" in item))


class TestPages:
    """paging.past-by-token, paging.no-mixed-page, paging.end."""

    @given(chats(), SIZES)
    def test_the_size_of_a_page_changes_no_item_and_no_order(self, chat: Chat, most: int) -> None:
        assert joined(pages(chat, most)) == joined(pages(chat))

    @given(chats(), SIZES)
    def test_it_changes_none_forward(self, chat: Chat, most: int) -> None:
        assert joined(pages(chat, most, **FROM_START, **ASCENDING)) == current(chat)

    @given(chats(), SIZES)
    def test_a_page_is_full_but_at_the_end_of_a_listing_and_at_the_border(self, chat: Chat, most: int) -> None:
        listed = pages(chat, most)
        for here, following in pairwise(listed):
            at_border = "RelatedContactId" in following[0] and not come_from(here)
            assert len(here) == most or at_border
            assert following

    @given(chats(), SIZES)
    def test_forward_over_everything_is_backward_reversed(self, chat: Chat, most: int) -> None:
        assert oldest_first(chat, most) == joined(pages(chat))[::-1]

    @given(chats(), SIZES, DIRECTIONS)
    def test_no_page_mixes_current_and_past(self, chat: Chat, most: int, direction: Told) -> None:
        for listed in [*pages(chat, most), *pages(chat, most, **direction)]:
            assert len({"ContactId" in item for item in listed}) <= 1

    @given(chats(), st.integers(1, 7), ORDERS, st.none() | DIRECTIONS)
    def test_a_token_used_twice_gives_the_same_page_twice(
        self, chat: Chat, most: int, order: Told, direction: Told | None
    ) -> None:
        for answer in list(answers(chat, most)):
            if "NextToken" in answer:
                asked = {"NextToken": answer["NextToken"], "MaxResults": most, **order, **(direction or {})}
                assert page(chat, **asked) == page(chat, **asked)

    @given(chats(), st.integers(1, 7))
    def test_a_token_without_a_direction_goes_on_in_that_of_its_listing(self, chat: Chat, most: int) -> None:
        for direction in (BACKWARD, FROM_START):
            first = page(chat, MaxResults=most, **direction)
            if "NextToken" in first:
                asked = {"NextToken": first["NextToken"], "MaxResults": most}
                assert page(chat, **asked) == page(chat, **asked, **direction)

    @given(chats(), st.integers(1, 7))
    def test_going_back_and_forth_over_a_boundary_gives_the_same_items(self, chat: Chat, most: int) -> None:
        for answer in list(answers(chat, most))[:-1]:
            forward = page(chat, NextToken=answer["NextToken"], MaxResults=most, **FORWARD)["Transcript"]
            assert forward[len(forward) - len(answer["Transcript"]) :] == answer["Transcript"]

    @given(chats(), SIZES)
    def test_sort_order_changes_only_the_order_inside_pages(self, chat: Chat, most: int) -> None:
        ascending, descending = pages(chat, most, **ASCENDING), pages(chat, most)
        assert ascending == [listed[::-1] for listed in descending]

    @given(chats())
    def test_ten_items_are_a_page_where_no_size_is_given(self, chat: Chat) -> None:
        assert page(chat) == page(chat, MaxResults=10)

    @given(chats(silent=True))
    def test_the_first_page_of_a_silent_chat_is_empty_and_has_a_token_if_there_is_anything_past(
        self, chat: Chat
    ) -> None:
        answer = page(chat)
        assert answer["Transcript"] == []
        assert ("NextToken" in answer) == bool(readable(chat))

    @given(chats())
    def test_no_item_asked_for_is_an_empty_page_and_a_token_if_anything_is_left(self, chat: Chat) -> None:
        answer = page(chat, MaxResults=0)
        assert answer["Transcript"] == []
        assert ("NextToken" in answer) == bool(joined(pages(chat)))
        assert ("NextToken" in page(chat, MaxResults=0, **FROM_START)) == bool(current(chat))

    @given(chats(), SIZES)
    def test_a_token_for_no_items_stays_where_it_is(self, chat: Chat, most: int) -> None:
        answer = page(chat, MaxResults=0)
        assume("NextToken" in answer)
        assert page(chat, MaxResults=0, NextToken=answer["NextToken"])["Transcript"] == []
        assert page(chat, MaxResults=most, NextToken=answer["NextToken"]) == page(chat, MaxResults=most)


class TestWhatIsShown:
    """visibility.*, paging.provenance-current, paging.provenance-past, paging.initial-contact."""

    @given(chats() | chats(silent=True), SIZES)
    def test_of_the_past_exactly_the_readable_contacts_are_shown_newest_first(self, chat: Chat, most: int) -> None:
        assert come_from(joined(pages(chat, most))) == readable(chat)

    @given(chats(), SIZES)
    def test_the_past_comes_after_all_of_the_current_session(self, chat: Chat, most: int) -> None:
        listed = joined(pages(chat, most))
        assert [item for item in listed if "ContactId" in item] == current(chat)[::-1]
        assert ["RelatedContactId" in item for item in listed] == sorted("RelatedContactId" in item for item in listed)

    @given(chats())
    def test_an_item_says_where_it_is_from_in_one_of_two_ways(self, chat: Chat) -> None:
        session = {each.contact_id for each in chat.service.graph if each.initial_contact_id == chat.initial}
        for item in joined(pages(chat)):
            assert ("ContactId" in item) != ("RelatedContactId" in item)
            assert ("ContactId" in item) == (item.get("ContactId", item.get("RelatedContactId")) in session)

    @given(chats(), SIZES)
    def test_every_page_names_the_initial_contact_of_the_current_session(self, chat: Chat, most: int) -> None:
        assert {answer["InitialContactId"] for answer in answers(chat, most)} == {chat.initial}

    @given(chats())
    def test_no_item_is_shown_twice_and_each_contact_runs_in_order_of_time(self, chat: Chat) -> None:
        listed = joined(pages(chat))[::-1]
        assert len({item["Id"] for item in listed}) == len(listed)
        for place in {item.get("ContactId", item.get("RelatedContactId")) for item in listed}:
            times = [
                item["AbsoluteTime"]
                for item in listed
                if place in {item.get("ContactId"), item.get("RelatedContactId")}
            ]
            assert times == sorted(times)

    @given(chats())
    def test_another_connection_reads_the_same_and_takes_no_token_of_this_one(self, chat: Chat) -> None:
        joined_too = chat.service.join(chat.contact)
        asked = {"ParticipantToken": joined_too["ParticipantToken"], "Type": ["CONNECTION_CREDENTIALS"]}
        answer = chat.service.call("CreateParticipantConnection", asked)
        other = chat._replace(connection=answer["ConnectionCredentials"]["ConnectionToken"])
        assert pages(other) == pages(chat)
        with pytest.raises(RuleForbids) as caught:
            page(other, NextToken=page(chat, MaxResults=1)["NextToken"])
        assert (caught.value.code, caught.value.status) == ("ValidationException", 400)


class TestStartPosition:
    """paging.filters-stay-current, against a naive slice of the current session."""

    @given(chats(), SIZES, st.data())
    def test_an_id_is_where_a_listing_begins_both_ways(self, chat: Chat, most: int, data: st.DataObject) -> None:
        session = current(chat)
        place = data.draw(st.integers(0, len(session) - 1))
        start = {"StartPosition": {"Id": session[place]["Id"]}}
        assert joined(pages(chat, most, **start, **FORWARD, **ASCENDING)) == session[place:]
        assert joined(pages(chat, most, **start, **BACKWARD)) == session[place::-1]

    @given(chats(), SIZES, st.data())
    def test_a_time_divides_what_is_at_or_after_it_from_what_is_at_or_before_it(
        self, chat: Chat, most: int, data: st.DataObject
    ) -> None:
        session = current(chat)
        time = data.draw(st.sampled_from([*(item["AbsoluteTime"] for item in session), "2026-05-03T08:00:00.000Z"]))
        start = {"StartPosition": {"AbsoluteTime": time}}
        after = [item for item in session if item["AbsoluteTime"] >= time]
        before = [item for item in session if item["AbsoluteTime"] <= time]
        assert joined(pages(chat, most, **start, **FORWARD, **ASCENDING)) == after
        assert joined(pages(chat, most, **start, **BACKWARD)) == before[::-1]

    @given(chats(), SIZES, st.integers(0, 30))
    def test_most_recent_counts_from_the_end(self, chat: Chat, most: int, last: int) -> None:
        session = current(chat)
        start = {"StartPosition": {"MostRecent": last}}
        first = max(len(session) - last, 0)
        assert joined(pages(chat, most, **start, **FORWARD, **ASCENDING)) == session[first:]
        assert joined(pages(chat, most, **start, **BACKWARD)) == session[: first + 1][::-1]

    @given(chats(), st.integers(0, 30), st.integers(0, 7))
    def test_forward_is_the_default_beside_it(self, chat: Chat, last: int, most: int) -> None:
        asked = {"MaxResults": most, "StartPosition": {"MostRecent": last}}
        assert page(chat, **asked) == page(chat, **asked, **FORWARD)

    @given(chats())
    def test_an_item_of_the_past_or_of_nowhere_is_an_empty_page_without_a_token(self, chat: Chat) -> None:
        past = [item["Id"] for item in joined(pages(chat)) if "RelatedContactId" in item]
        for item in [*past, "nobody"]:
            for direction in ({}, FORWARD, BACKWARD):
                answer = page(chat, StartPosition={"Id": item}, **direction)
                assert answer == {"InitialContactId": chat.initial, "Transcript": []}

    @given(chats(), st.integers(1, 7))
    def test_beside_a_token_it_is_ignored(self, chat: Chat, most: int) -> None:
        token = page(chat, MaxResults=1)["NextToken"]
        asked = {"NextToken": token, "MaxResults": most}
        assert page(chat, **asked, StartPosition={"MostRecent": 1}) == page(chat, **asked)


class TestFilter:
    """paging.filtered-past: ContactId."""

    @given(chats(), SIZES)
    def test_it_keeps_the_items_of_one_contact_on_every_page(self, chat: Chat, most: int) -> None:
        session = current(chat)
        for contact in {item["ContactId"] for item in session}:
            kept = [item for item in session if item["ContactId"] == contact]
            assert joined(pages(chat, most, ContactId=contact)) == kept[::-1]
            assert joined(pages(chat, most, ContactId=contact, **FROM_START, **ASCENDING)) == kept

    @given(chats())
    def test_a_past_or_unknown_contact_is_an_empty_page_without_a_token(self, chat: Chat) -> None:
        for contact in [*readable(chat), "nobody"]:
            for direction in ({}, FROM_START, BACKWARD):
                answer = page(chat, ContactId=contact, **direction)
                assert answer == {"InitialContactId": chat.initial, "Transcript": []}


class TestOneByOne:
    """What a random chat with a past meets too seldom."""

    def test_a_past_transcript_is_not_shown_that_a_fact_says_is_not_ready(self) -> None:
        assert contents_of_past({"Status": "AVAILABLE"}) == ["the past"]
        assert contents_of_past({"Status": "NOT_READY"}) == []

    @pytest.mark.parametrize(("messages", "is_shown"), [(250, True), (320, False)])
    def test_a_past_transcript_that_was_written_here_can_be_too_large(self, messages: int, *, is_shown: bool) -> None:
        scene = Scene()
        contact, token = scene.begin()
        connection = scene.connect(token)
        for _ in range(messages):
            said = {"ContentType": "text/plain", "Content": "x" * 16_000}
            scene.service.call("SendMessage", {"ConnectionToken": connection, **said})
        scene.stop(contact)
        after, token = scene.begin(PersistentChat={"RehydrationType": "FROM_SEGMENT", "SourceContactId": contact})
        chat = Chat(scene.service, after, after, scene.connect(token), {})
        assert come_from(joined(pages(chat))) == ([contact] if is_shown else [])


def contents_of_past(fact: Told) -> list[str]:
    """Continue a chat of whose transcript something is known; give what is seen of it."""
    scene = Scene()
    times = {"InitiationTimestamp": "2026-05-03T07:00:00Z", "DisconnectTimestamp": "2026-05-03T07:10:00Z"}
    items = [{"Content": "the past"}]
    scene.service.seed([{"ContactId": "past", "Channel": "CHAT", **times}], {"past": {"Transcript": items, **fact}})
    contact, token = scene.begin(PersistentChat={"RehydrationType": "FROM_SEGMENT", "SourceContactId": "past"})
    chat = Chat(scene.service, contact, contact, scene.connect(token), {})
    return [item["Content"] for item in joined(pages(chat)) if "RelatedContactId" in item]
