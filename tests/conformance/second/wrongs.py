"""Wrong variants of the second implementation: each breaks one rule, by one method that it does otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.second.book import Contact, Item
from conformance.second.pages import Line, Place, Wanted, invalid
from conformance.second.target import Participant, Second, denied

# -------------------- tokens


class ForgedConnection(Second):
    def who(self, asked: Mapping[str, Any]) -> Participant:
        try:
            return super().who(asked)
        except type(denied()):
            live = [who for who in self._participants.values() if not self.has_ended(who.initial)]
            if asked["ConnectionToken"] in self._connections or not live:
                raise
            return live[-1]


class ForgedParticipant(Second):
    def connect(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        live = [token for token, who in self._participants.items() if not self.has_ended(who.initial)]
        known = asked["ParticipantToken"] in self._participants
        return super().connect(asked if known or not live else {**asked, "ParticipantToken": live[-1]})


class ForgedPage(Second):
    def place_of(self, token: str, initial: str) -> Place:
        return self._places.get(token) or Place(initial, False, None, "BACKWARD", None)  # noqa: FBT003


class ConnectionOfTheEnded(Second):
    def who(self, asked: Mapping[str, Any]) -> Participant:
        who, good_until = self._connections.get(asked["ConnectionToken"], (None, 0.0))
        if who is None or good_until <= self.now():
            raise denied()
        return who


class ParticipantOfTheEnded(ConnectionOfTheEnded):
    def connect(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        who = self._participants.get(asked["ParticipantToken"])
        if who is None or not self.has_ended(who.initial):
            return super().connect(asked)
        self._connections[who.id] = who, self.now() + 86_400
        return {"ConnectionCredentials": {"ConnectionToken": who.id}}

    def who(self, asked: Mapping[str, Any]) -> Participant:
        who = super().who(asked)
        if self.has_ended(who.initial) and asked["ConnectionToken"] != who.id:
            raise denied()
        return who


class ConnectionForEver(Second):
    def who(self, asked: Mapping[str, Any]) -> Participant:
        who, _ = self._connections.get(asked["ConnectionToken"], (None, 0.0))
        if who is None or self.has_ended(who.initial):
            raise denied()
        return who


class TokenAcrossOperations(Second):
    def scope(self, operation: str, asked: Mapping[str, Any]) -> tuple[str, ...]:
        return super().scope(operation, asked)[1:]


class SecondEffect(Second):
    def repeat(self, first: dict[str, Any], asked: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        if "ConnectionToken" in asked:
            answer(asked)
        return first


# -------------------- pages


class LosesTheRestOfAContact(Second):
    """A page that ends inside a past contact: the rest of that contact is never told."""

    def token(self, line: Line, reached: int, wanted: Wanted) -> str:
        while wanted.backward and 0 < reached < line.border and self._inside(line, reached):
            reached -= 1
        return super().token(line, reached, wanted)

    def _inside(self, line: Line, gap: int) -> bool:
        return bool(line.items[gap - 1]["RelatedContactId"] == line.items[gap]["RelatedContactId"])


class ForgetsTheFilter(Second):
    def token(self, line: Line, reached: int, wanted: Wanted) -> str:
        place = replace(wanted.place, confined=False, contact_id=None)
        return super().token(line, reached, replace(wanted, place=place))


class MoreThanAHundred(Second):
    def size(self, asked: Mapping[str, Any]) -> int:
        return 10 if asked.get("MaxResults") is None else int(asked["MaxResults"])


class FewerThanAHundred(Second):
    def size(self, asked: Mapping[str, Any]) -> int:
        if super().size(asked) > 50:
            raise invalid("MaxResults is 0 to 50")
        return super().size(asked)


class NoneIsRefused(Second):
    def size(self, asked: Mapping[str, Any]) -> int:
        if asked.get("MaxResults") == 0:
            raise invalid("MaxResults is 1 to 100")
        return super().size(asked)


class NegativeSizes(Second):
    def size(self, asked: Mapping[str, Any]) -> int:
        return super().size({**asked, "MaxResults": abs(asked.get("MaxResults") or 10)})


class NobodyLeaves(Second):
    def event(self, contact: Contact, kind: str, moment: float | None = None, **more: str) -> None:
        if kind != "participant.left":
            super().event(contact, kind, moment, **more)


class NoTransfers(Second):
    def past_items(self, initial: str) -> list[Item]:
        return [item for item in super().past_items(initial) if ".transfer." not in item["ContentType"]]


# -------------------- sessions and links


class ForgetsTheLinkAfterATransfer(Second):
    def carrier(self, initial: str) -> Contact | None:
        carrier = super().carrier(initial)
        return None if carrier is None or carrier is not self.current(initial) else carrier


class SessionOfPredecessors(Second):
    """What has the same contact at the end of its previous contacts is a session, whatever its initial contact is."""

    def plant(self, record: Mapping[str, Any], told: Any) -> None:
        first = record.get("PreviousContactId") or record["ContactId"]
        super().plant({**record, "InitialContactId": first}, told)
        for each in self.contacts.values():
            each.initial = self.predecessors(each)[-1].id


class SessionOfTime(Second):
    """What came earlier in a session counts as what came before."""

    def predecessors(self, contact: Contact) -> list[Contact]:
        mine = [each for each in self.contacts.values() if each.initial == contact.initial]
        return sorted((each for each in mine if each.begun <= contact.begun), key=lambda each: -each.begun)


class OrderOfPlanting(Second):
    """A contact that is planted before the initial contact that it names begins a session of its own."""

    def plant(self, record: Mapping[str, Any], told: Any) -> None:
        known = record.get("InitialContactId") in self.contacts
        super().plant(record if known else {**record, "InitialContactId": None}, told)


class EndedByItsFirst(Second):
    def has_ended(self, initial: str) -> bool:
        return not self.chats(initial)[0].is_live


class EndedByAny(Second):
    def check_ended(self, source: Contact) -> None:
        if all(each.is_live for each in self.chats(source.initial)):
            super().check_ended(source)


class NeverTimesOut(Second):
    def let_time_end_chats(self) -> None:
        pass


class TimedOutIsNotEnded(Second):
    def check_ended(self, source: Contact) -> None:
        super().check_ended(source)
        if any(
            each.reason in ("EXPIRED", "CUSTOMER_CONNECTION_NOT_ESTABLISHED") for each in self.session(source.initial)
        ):
            raise self.refuse("InvalidRequestException", "this chat timed out")


class CountsSessions(Second):
    def is_beyond(self, _entered: int, sessions: int) -> bool:
        return sessions > 100


class InOrderOfTime(Second):
    def walk(self, kind: str, start_id: str, seen_from: str = "") -> list[Contact]:
        return sorted(super().walk(kind, start_id, seen_from), key=lambda each: -each.begun)


class EntireOfOneContactOnly(Second):
    def begin(self, kind: str, source: Contact) -> Contact:
        if kind == "ENTIRE_PAST_SESSION" and len(self.session(source.initial)) > 1:
            raise self.refuse("InvalidRequestException", "this session has several contacts")
        return super().begin(kind, source)


class EntireTakesTheLast(Second):
    def begin(self, kind: str, source: Contact) -> Contact:
        last = max(self.chats(source.initial), key=self.recency)
        if kind == "ENTIRE_PAST_SESSION" and source is not last:
            raise self.refuse("InvalidRequestException", "ENTIRE_PAST_SESSION takes the last contact")
        return last if kind == "ENTIRE_PAST_SESSION" else super().begin(kind, source)


# -------------------- what stays


class LosesAttributesOfTheTarget(Second):
    def link(self, carrier: Contact, start: str, kind: str) -> None:
        for each in self.session(carrier.initial):
            each.attributes = {}
        super().link(carrier, start, kind)


class CopiesToTheCarrierAlone(Second):
    def link(self, carrier: Contact, start: str, kind: str) -> None:
        others = [(each, each.attributes) for each in self.session(carrier.initial) if each is not carrier]
        super().link(carrier, start, kind)
        for each, attributes in others:
            each.attributes = attributes


class LeavesAContactBehind(Second):
    """A refused start leaves a chat behind, which names its source."""

    def leave_behind(self, asked: Mapping[str, Any]) -> None:
        self.new_chat(asked, 60).related = asked["PersistentChat"].get("SourceContactId")

    def start_chat(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        before = set(self.contacts)
        answer = super().start_chat(asked)
        for contact_id in set(self.contacts) - before - {answer["ContactId"]}:
            del self.contacts[contact_id]
        return answer


class UsesUpTheTokenOfTheRefused(Second):
    def once(self, operation: str, asked: Mapping[str, Any], answer: Any) -> dict[str, Any]:
        token = asked.get("ClientToken")
        if token and (operation, token) in self._used:
            raise self.refuse("InvalidRequestException", "this token was used")
        try:
            return super().once(operation, asked, answer)
        except Exception:
            self._used.add((operation, token))
            raise

    def __init__(self, *more: Any) -> None:
        super().__init__(*more)
        self._used: set[tuple[str, Any]] = set()


WRONGS: dict[type[Second], str] = {
    ForgedConnection: "paging.token-lifetime",
    ForgedParticipant: "paging.token-lifetime",
    ForgedPage: "paging.token-lifetime",
    ConnectionOfTheEnded: "paging.token-lifetime",
    ParticipantOfTheEnded: "paging.token-lifetime",
    ConnectionForEver: "paging.token-lifetime",
    TokenAcrossOperations: "protocol.token-replay",
    SecondEffect: "protocol.token-replay",
    LosesTheRestOfAContact: "paging.past-by-token",
    ForgetsTheFilter: "paging.filters-stay-current",
    MoreThanAHundred: "paging.defaults",
    FewerThanAHundred: "paging.defaults",
    NoneIsRefused: "paging.defaults",
    NegativeSizes: "paging.defaults",
    NobodyLeaves: "paging.events",
    NoTransfers: "paging.events",
    ForgetsTheLinkAfterATransfer: "visibility.cumulative",
    SessionOfPredecessors: "identity.session",
    SessionOfTime: "visibility.predecessors",
    OrderOfPlanting: "identity.session",
    EndedByItsFirst: "eligibility.session-ended",
    EndedByAny: "eligibility.session-ended",
    NeverTimesOut: "protocol.duration",
    TimedOutIsNotEnded: "eligibility.session-ended",
    CountsSessions: "visibility.past-limit",
    InOrderOfTime: "visibility.order",
    EntireOfOneContactOnly: "start.entire-takes-initial",
    EntireTakesTheLast: "start.entire-takes-initial",
    LosesAttributesOfTheTarget: "visibility.attribute-precedence",
    CopiesToTheCarrierAlone: "visibility.attributes-copied",
    LeavesAContactBehind: "protocol.plan-before-commit",
    UsesUpTheTokenOfTheRefused: "protocol.plan-before-commit",
}
"""A wrong variant → the rule that it breaks."""
