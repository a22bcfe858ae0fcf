"""What a recording shows of an instance: observations, as ``rehydration evidence`` reads them.

This module follows the history that each recorded case makes, and writes down what was asked of it and what came. It
knows no rule. A case is followed as long as its recording tells which chats have ended, and links lead to sessions that
have: what such a link started from cannot be told from the history later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rehydration.conformance.account import STARTS
from rehydration.conformance.recording import Exchange, Recording

Observation = dict[str, Any]

_TRANSCRIPT_IS_THERE: Final = timedelta(seconds=60)
_ENDS_BY_ITSELF: Final = timedelta(minutes=5)
"""A chat may end by itself after so long, and no exchange tells it."""

_OF_A_CONTACT: Final = (
    "ContactId",
    "InitialContactId",
    "PreviousContactId",
    "RelatedContactId",
    "Channel",
    "InitiationMethod",
    "InitiationTimestamp",
    "DisconnectTimestamp",
    "LastUpdateTimestamp",
    "CustomerId",
)


def observations(recording: Recording) -> Iterator[Observation]:
    """Write down what was seen in each recorded case, in its order."""
    for exchanges in recording.cases.values():
        for each in _Followed(exchanges).observations():
            yield {"Date": recording.began[:10], **each}


class _Followed:
    """One recorded case: the history so far, who is connected to which chat, and how much time went on."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._contacts: dict[str, dict[str, Any]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._chat_of: dict[str, str] = {}  # by participant token, and by connection token
        self._shown: dict[str, list[str]] = {}  # by page token, what the pages before it showed
        self._ahead = timedelta()
        self._is_over = False
        self._now = datetime.now(UTC)
        self._follow: Mapping[str, Callable[[Mapping[str, Any], Exchange], Iterator[Observation]]] = {
            **dict.fromkeys(STARTS, self._start),
            "CreatePersistentContactAssociation": self._associate,
            "StopContact": self._stop,
            "CreateParticipantConnection": self._connect,
            "GetTranscript": self._read,
        }

    def observations(self) -> Iterator[Observation]:
        for each in self._exchanges:
            asked = each["asked"]
            self._now = datetime.fromisoformat(each["at"]) + self._ahead
            if "seed" in asked:
                self._seed(asked["seed"], each.get("answered") or {})
            self._ahead += timedelta(seconds=asked.get("advance", 0))
            if self._is_over or self._ahead >= _ENDS_BY_ITSELF or asked.get("call") == "DisconnectParticipant":
                return
            follow = self._follow.get(asked.get("call", ""))
            if follow is not None:
                yield from follow(asked["parameters"], each)

    # ---------------------------------------------------------------------------------------------- what changes

    def _seed(self, planted: Mapping[str, Any], answered: Mapping[str, Any]) -> None:
        for record in planted["contacts"]:
            self._contacts[record["ContactId"]] = {name: record[name] for name in _OF_A_CONTACT if name in record}
        for contact_id, told in planted["transcripts"].items():
            if isinstance(told, Mapping) and (fact := _fact(told)):
                self._facts[contact_id] = fact
        for each in answered.get("LiveChats", ()):
            self._chat_of[each["ParticipantToken"]] = each["ContactId"]

    def _stop(self, asked: Mapping[str, Any], exchange: Exchange) -> Iterator[Observation]:
        if "answered" in exchange and asked["ContactId"] in self._contacts:
            self._contacts[asked["ContactId"]].setdefault("DisconnectTimestamp", self._now.isoformat())
        yield from ()

    def _connect(self, asked: Mapping[str, Any], exchange: Exchange) -> Iterator[Observation]:
        connection = (exchange.get("answered") or {}).get("ConnectionCredentials", {}).get("ConnectionToken")
        if connection is not None and asked.get("ParticipantToken") in self._chat_of:
            self._chat_of[connection] = self._chat_of[asked["ParticipantToken"]]
        yield from ()

    # --------------------------------------------------------------------------------------------- what is observed

    def _start(self, asked: Mapping[str, Any], exchange: Exchange) -> Iterator[Observation]:
        persistent = asked.get("PersistentChat") or {}
        if "RelatedContactId" not in asked:
            yield from self._request(asked, persistent, None, exchange)
        answered = exchange.get("answered")
        if not answered or answered["ContactId"] in self._contacts:
            return
        self._contacts[answered["ContactId"]] = {
            "ContactId": answered["ContactId"],
            "Channel": "CHAT",
            "InitiationMethod": "API",
            "InitiationTimestamp": self._now.isoformat(),
            **({"CustomerId": asked["CustomerId"]} if "CustomerId" in asked else {}),
        }
        self._chat_of[answered.get("ParticipantToken", "")] = answered["ContactId"]
        self._link(answered["ContactId"], persistent, answered)

    def _associate(self, asked: Mapping[str, Any], exchange: Exchange) -> Iterator[Observation]:
        target = asked.get("InitialContactId", "")
        if target in self._contacts:
            yield from self._request(asked, asked, target, exchange)
            self._link(target, asked, exchange.get("answered") or {})

    def _link(self, carrier: str, request: Mapping[str, Any], answered: Mapping[str, Any]) -> None:
        if "ContinuedFromContactId" in answered:
            past = self._initial(request["SourceContactId"]) if request["SourceContactId"] in self._contacts else ""
            session = [each for name, each in self._contacts.items() if self._initial(name) == past]
            self._is_over = any("DisconnectTimestamp" not in each for each in session)
            self._contacts[carrier] |= {
                "RelatedContactId": answered["ContinuedFromContactId"],
                "RehydrationType": request["RehydrationType"],
            }

    def _request(
        self, asked: Mapping[str, Any], request: Mapping[str, Any], target: str | None, exchange: Exchange
    ) -> Iterator[Observation]:
        """Write a request down; one with a client token may be refused, or answered, for the token's sake."""
        source, kind = request.get("SourceContactId"), request.get("RehydrationType")
        start = (exchange.get("answered") or {}).get("ContinuedFromContactId")
        came = {"ContinuedFromContactId": start} if start else {"Error": exchange.get("refused", {}).get("code")}
        if source in self._contacts and kind and "ClientToken" not in asked and any(came.values()):
            told = {"RehydrationType": kind, "SourceContactId": source, "TargetContactId": target}
            yield self._observed(told, came)

    def _read(self, asked: Mapping[str, Any], exchange: Exchange) -> Iterator[Observation]:
        """Write down what a whole transcript shows, when its last page has come."""
        chat, answered = self._chat_of.get(asked.get("ConnectionToken", "")), exchange.get("answered")
        before = self._shown.get(asked.get("NextToken", ""), None if "NextToken" in asked else [])
        confined = asked.keys() & {"StartPosition", "ContactId"} or asked.get("ScanDirection") == "FORWARD"
        if chat is None or answered is None or before is None or confined:
            return
        items = answered.get("Transcript", [])
        shown = list(
            dict.fromkeys([*before, *(each["RelatedContactId"] for each in items if each.get("RelatedContactId"))])
        )
        if answered.get("NextToken"):
            self._shown[answered["NextToken"]] = shown
            return
        came = {"Shown": sorted(shown), "Hidden": self._hidden(chat, shown)}
        if any(came.values()):
            yield self._observed({"ContactId": chat}, {name: each for name, each in came.items() if each})

    def _hidden(self, chat: str, shown: Sequence[str]) -> list[str]:
        """Name the contacts of other sessions that were not shown, if every transcript had the time to be there."""
        ends = [each.get("DisconnectTimestamp") for each in self._contacts.values()]
        if any(each and self._now - datetime.fromisoformat(each) < _TRANSCRIPT_IS_THERE for each in ends):
            return []
        own = self._initial(chat)
        return sorted(each for each in self._contacts if self._initial(each) != own and each not in shown)

    def _initial(self, contact_id: str) -> str:
        return str(self._contacts[contact_id].get("InitialContactId") or contact_id)

    def _observed(self, asked: Mapping[str, Any], came: Mapping[str, Any]) -> Observation:
        told = {name: each for name, each in asked.items() if each is not None}
        return {
            "Contacts": [dict(each) for each in self._contacts.values()],
            "Asked": {**told, "Now": self._now.isoformat()},
            **({"Transcripts": self._facts} if self._facts else {}),
            "Came": came,
        }


def _fact(told: Mapping[str, Any]) -> dict[str, Any]:
    status = "missing" if told.get("Misplaced") else str(told.get("Status", "")).lower()
    return {name: each for name, each in {"Status": status, "Bytes": told.get("Size")}.items() if each}
