"""Many threads, one service: nothing is lost and nothing doubled."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

from rehydration import RuleForbids
from service_building import House

THREADS = 8
CHATS = 40
MESSAGES = 25


def together(work: Any) -> list[Any]:
    """Have eight threads do the same at once; what each of them comes to."""
    barrier = Barrier(THREADS)

    def begin(thread: int) -> Any:
        barrier.wait()
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def test_ten_thousand_calls_of_eight_threads_lose_and_double_nothing() -> None:
    house = House()
    past = house.chat("past")
    house.advance(minutes=2)
    calls = count()

    def work(thread: int) -> list[tuple[str, list[str]]]:
        lived = []
        for chat in range(CHATS):
            begun = house.come_back("FROM_SEGMENT", past) if chat % 2 else house.start()
            token = house.connect(begun)
            contents = [f"{thread}-{chat}-{number}" for number in range(MESSAGES)]
            for content in contents:
                house.say(token, content)
            first = house.page(token, MaxResults=100, SortOrder="ASCENDING")
            assert [each["Content"] for each in first["Transcript"][1:]] == contents
            house.attributes(begun["ContactId"])
            house.described(begun["ContactId"])
            house.stop(begun["ContactId"])
            for _ in range(MESSAGES + 6):
                next(calls)
            lived.append((begun["ContactId"], contents))
        return lived

    lived = [each for found in together(work) for each in found]
    assert next(calls) >= 9_900
    assert len({contact for contact, _ in lived}) == len(lived) == THREADS * CHATS
    assert {each.contact_id for each in house.service.graph} == {past, *(contact for contact, _ in lived)}
    said = Counter(members["Content"] for _, members in house.service.to_json()["items"] if "Content" in members)
    assert said == Counter(["past", *(content for _, contents in lived for content in contents)])
    ids = [members["Id"] for _, members in house.service.to_json()["items"]]
    assert len(set(ids)) == len(ids)


def test_of_eight_associations_of_one_chat_one_is_made() -> None:
    """eligibility.once-per-chat."""
    house = House()
    pasts = [house.chat(str(number)) for number in range(THREADS)]
    house.advance(minutes=2)
    for _ in range(20):
        target = house.start()["ContactId"]

        def associate(thread: int, target: str = target) -> str | None:
            try:
                made: str = house.associate(target, "FROM_SEGMENT", pasts[thread])["ContinuedFromContactId"]
            except RuleForbids as refusal:
                assert refusal.rule == "eligibility.once-per-chat"  # noqa: PT017  # each thread has its own
                return None
            return made

        made = [each for each in together(associate) if each is not None]
        assert len(made) == 1
        assert house.described(target)["RelatedContactId"] == made[0]


def test_one_client_token_of_eight_threads_starts_one_chat() -> None:
    """protocol.token-replay."""
    house = House()
    answers = together(lambda _thread: house.start(ClientToken="same"))
    assert answers == [answers[0]] * THREADS
    assert len(house.service.graph) == 1
