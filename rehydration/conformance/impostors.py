"""Impostors: targets that are wrong in one way each, to see that the suite convicts them.

Here belong the mistakes that an implementer makes, as wrappers around the service, each with the rule that it breaks:
one at least for every rule that a target can show and that is not open.
How they are found out is for the cases to say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from rehydration.conformance.faults import Refusal
from rehydration.conformance.targets import ServiceTarget
from rehydration.decisions import visible_past
from rehydration.graph import ContactGraph

Answer = dict[str, Any]

ENTIRE: Final = "ENTIRE_PAST_SESSION"
FROM_SEGMENT: Final = "FROM_SEGMENT"
_PAST: Final = "past "


class Impostor(ServiceTarget):
    """The service, as far as an impostor leaves it as it is; ``breaks`` names the rule that it breaks."""

    breaks: ClassVar[str]

    def call(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        """Answer an operation, by a method of its name where the impostor has one."""
        own: Callable[[Answer], Answer] | None = getattr(self, f"on_{operation}", None)
        return self.ask(operation, parameters) if own is None else own(dict(parameters))

    def ask(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        """Answer as the service does."""
        return dict(super().call(operation, parameters))

    @property
    def graph(self) -> ContactGraph:
        """All contacts."""
        return self.service.graph

    def contact(self, contact_id: str) -> Any:  # noqa: ANN401  # a contact that is known
        """Look a contact up."""
        return self.graph.contact(contact_id)


# ---------------------------------------------------------------------------------------- wrong in what a chat may see


class WrongPast(Impostor):
    """Shows another past: ``past`` says which, of a chat and newest first."""

    def past(self, contact_id: str) -> list[str]:
        """Name the past contacts that it shows in a chat."""
        return [each.contact_id for each in visible_past(self.graph, contact_id).visible]

    def session(self, contact_id: str) -> str:
        """Name the session of a contact by its initial contact."""
        return self.graph.session_of(contact_id).initial_contact_id

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802  # the name of the operation
        """Answer the current session as the service does, and behind it the wrong past."""
        token, size = parameters.get("NextToken", ""), parameters.get("MaxResults", 10)
        if token.startswith(_PAST):
            # who may ask at all is as in the service
            current = self.ask("GetTranscript", {"ConnectionToken": parameters["ConnectionToken"], "MaxResults": 1})
            return self._page(current["InitialContactId"], int(token.removeprefix(_PAST)), size)
        answer = self.ask("GetTranscript", parameters)
        if answer.get("NextToken") is not None and self._leads_on(parameters, answer):
            return answer
        answer.pop("NextToken", None)
        confined = {"StartPosition", "ContactId"} & parameters.keys() or parameters.get("ScanDirection") == "FORWARD"
        if not confined and self._items(answer["InitialContactId"]):
            answer["NextToken"] = f"{_PAST}0"
        return answer

    def _leads_on(self, parameters: Answer, answer: Answer) -> bool:
        """Tell whether the next page is of the current session too."""
        following = self.ask(
            "GetTranscript",
            {"ConnectionToken": parameters["ConnectionToken"], "NextToken": answer["NextToken"], "MaxResults": 1},
        )
        return any("ContactId" in each for each in following["Transcript"])

    def _page(self, initial_contact_id: str, begin: int, size: int) -> Answer:
        items = self._items(initial_contact_id)
        answer: Answer = {"InitialContactId": initial_contact_id, "Transcript": items[begin : begin + size]}
        if begin + size < len(items):
            answer["NextToken"] = f"{_PAST}{begin + size}"
        return answer

    def _items(self, initial_contact_id: str) -> list[Answer]:
        session = self.graph.session_of(initial_contact_id)
        current = session.live[-1] if session.live else initial_contact_id
        said = self.service.to_json()["items"]
        return [
            {**members, "RelatedContactId": contact_id}
            for contact_id in self.past(current)
            for of, members in reversed(said)
            if of == contact_id
        ]


class AlwaysEmpty(WrongPast):
    """Shows no past at all."""

    breaks = "visibility.predecessors"

    def past(self, _contact_id: str) -> list[str]:
        """Name nothing."""
        return []


class WholeGraph(WrongPast):
    """Shows every contact that there is to whoever continues one."""

    breaks = "visibility.later-dropped"

    def past(self, contact_id: str) -> list[str]:
        """Name every contact of other sessions, if there is a link at all."""
        own = self.graph.session_of(contact_id)
        if self.graph.link_of(own) is None:
            return []
        others = (each for each in self.graph if each.initial_contact_id != own.initial_contact_id)
        found = sorted(others, key=lambda each: str(each.initiation_timestamp), reverse=True)
        return [each.contact_id for each in found]


class OffByOne(WrongPast):
    """Leaves the start contact out."""

    breaks = "visibility.predecessors"

    def past(self, contact_id: str) -> list[str]:
        """Name all but the newest."""
        return super().past(contact_id)[1:]


class ForgetsEarlierLinks(WrongPast):
    """Shows what the chat was linked to, and nothing that that was linked to."""

    breaks = "visibility.cumulative"

    def past(self, contact_id: str) -> list[str]:
        """Name the contacts of the first session alone."""
        found = super().past(contact_id)
        return [each for each in found if self.session(each) == self.session(found[0])]


class RestoresTheCut(WrongPast):
    """Shows what an earlier rehydration dropped."""

    breaks = "visibility.cut-persists"

    def past(self, contact_id: str) -> list[str]:
        """Name every contact of every earlier session but the first, which is as it should be."""
        found = super().past(contact_id)
        named: list[str] = []
        for each in found:
            whole = (other.contact_id for other in reversed(list(self.graph.session_of(each))))
            named += [each] if self.session(each) == self.session(found[0]) else whole
        return list(dict.fromkeys(named))


class FollowsForwards(WrongPast):
    """Shows sessions that came later, too."""

    breaks = "visibility.backward-only"

    def past(self, contact_id: str) -> list[str]:
        """Name, besides what is visible, what continued any of it."""
        found = super().past(contact_id)
        graph = self.graph
        seen = {self.session(contact_id), *map(self.session, found)}
        later = [
            segment.contact_id
            for each in seen
            for session in graph.continuations(graph.session_of(each))
            for segment in session
            if session.initial_contact_id not in seen
        ]
        return [*later, *found]


class NoLimit(WrongPast):
    """Shows more than a hundred past contacts."""

    breaks = "visibility.past-limit"

    def past(self, contact_id: str) -> list[str]:
        """Name what lies beyond the limit, too."""
        answer = visible_past(self.graph, contact_id)
        return [*(each.contact_id for each in answer.visible), *answer.beyond_limit]


class OldestFirst(WrongPast):
    """Lists the past the wrong way round."""

    breaks = "visibility.order"

    def past(self, contact_id: str) -> list[str]:
        """Name the oldest first."""
        return super().past(contact_id)[::-1]


class ShowsLargeFiles(WrongPast):
    """Shows transcripts that are too large, misplaced or deleted."""

    breaks = "visibility.transcript-size"


class SwapsProvenance(Impostor):
    """Says ContactId where RelatedContactId belongs, and the other way round."""

    breaks = "paging.provenance-past"

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802
        """Swap the two members."""
        answer = self.ask("GetTranscript", parameters)
        names = {"ContactId": "RelatedContactId", "RelatedContactId": "ContactId"}
        answer["Transcript"] = [{names.get(name, name): each[name] for name in each} for each in answer["Transcript"]]
        return answer


# ------------------------------------------------------------------------------------ wrong in what a chat continues


class IgnoresTheType(Impostor):
    """Takes every request for FROM_SEGMENT."""

    breaks = "start.entire-past-session"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Start a chat from the segment."""
        asked = parameters.get("PersistentChat", {})
        if asked.get("RehydrationType") == ENTIRE:
            parameters["PersistentChat"] = {**asked, "RehydrationType": FROM_SEGMENT}
        return self.ask("StartChatContact", parameters)

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Associate with the segment."""
        if parameters.get("RehydrationType") == ENTIRE:
            parameters["RehydrationType"] = FROM_SEGMENT
        return self.ask("CreatePersistentContactAssociation", parameters)


class EchoesTheSource(Impostor):
    """Answers the source as what is continued from."""

    breaks = "start.reported"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the source."""
        answer = self.ask("StartChatContact", parameters)
        if "ContinuedFromContactId" in answer:
            answer["ContinuedFromContactId"] = parameters["PersistentChat"]["SourceContactId"]
        return answer

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the source."""
        self.ask("CreatePersistentContactAssociation", parameters)
        return {"ContinuedFromContactId": parameters["SourceContactId"]}


class EchoesTheTarget(Impostor):
    """Answers the new chat as what is continued from."""

    breaks = "start.reported"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the new chat."""
        answer = self.ask("StartChatContact", parameters)
        if "ContinuedFromContactId" in answer:
            answer["ContinuedFromContactId"] = answer["ContactId"]
        return answer

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the target."""
        self.ask("CreatePersistentContactAssociation", parameters)
        return {"ContinuedFromContactId": parameters["InitialContactId"]}


# --------------------------------------------------------------------------------------------- wrong in what is refused


class Forgiving(Impostor):
    """Answers where the service refuses by some rule, as if all were well."""

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Start a plain chat and say that it continues."""
        try:
            return self.ask("StartChatContact", parameters)
        except Exception as refusal:
            if not self.forgives(refusal):
                raise
            asked = parameters.pop("PersistentChat")
            return {**self.ask("StartChatContact", parameters), "ContinuedFromContactId": asked["SourceContactId"]}

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Say that it is done."""
        try:
            return self.ask("CreatePersistentContactAssociation", parameters)
        except Exception as refusal:
            if not self.forgives(refusal):
                raise
            return {"ContinuedFromContactId": parameters["SourceContactId"]}

    def forgives(self, refusal: Exception) -> bool:
        """Tell whether it answers all the same."""
        return getattr(refusal, "rule", None) == self.breaks


class NeverRefusesLive(Forgiving):
    """Continues from sessions that go on."""

    breaks = "eligibility.session-ended"

    def forgives(self, refusal: Exception) -> bool:
        """Forgive a session that has not ended, whatever of it goes on."""
        return getattr(refusal, "rule", None) in {self.breaks, "eligibility.ended-scope"}


class AllowsASecondAssociation(Forgiving):
    """Associates a chat as often as it is asked to."""

    breaks = "eligibility.once-per-chat"


class AcceptsAnyType(Forgiving):
    """Takes whatever is given for a type."""

    breaks = "eligibility.type-required"

    def forgives(self, refusal: Exception) -> bool:
        """Forgive whatever is wrong with the form of the request."""
        return getattr(refusal, "code", None) == "InvalidParameterException"


class ForgetsTheClientToken(Impostor):
    """Does again what it is asked again."""

    breaks = "protocol.token-replay"

    def ask(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        """Answer without looking at the token."""
        return super().ask(operation, {name: each for name, each in parameters.items() if name != "ClientToken"})


# ---------------------------------------------------------------------------------- wrong in what a chat may see: more


class TranscriptsBySession(WrongPast):
    """Keeps one transcript a session, and shows all of it."""

    breaks = "identity.contact-is-segment"

    def past(self, contact_id: str) -> list[str]:
        """Name every contact of every session that is seen."""
        sessions = dict.fromkeys(map(self.session, super().past(contact_id)))
        return [each.contact_id for session in sessions for each in reversed(list(self.graph.session_of(session)))]


class SessionsByTime(WrongPast):
    """Takes what happens while a session lasts for part of it."""

    breaks = "identity.session"

    def past(self, contact_id: str) -> list[str]:
        """Name, besides what is visible, every other chat that began before the newest of it."""
        found = super().past(contact_id)
        newest = max((str(self.contact(each).initiation_timestamp) for each in found), default="")
        own = {self.session(contact_id), *map(self.session, found)}
        beside = [each for each in self.graph if each.initial_contact_id not in own]
        return [
            *found,
            *(each.contact_id for each in beside if str(each.initiation_timestamp) < newest),
        ]


class LosesNewTranscripts(WrongPast):
    """Shows transcripts that were planted, and never those of the chats that it held itself."""

    breaks = "eligibility.transcript-lag"

    def __init__(self) -> None:
        """Start with nothing planted."""
        super().__init__()
        self.planted: set[str] = set()

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Mapping[str, object]:
        """Plant a history, and remember which."""
        self.planted |= {each["ContactId"] for each in contacts}
        return super().seed(contacts, transcripts)

    def past(self, contact_id: str) -> list[str]:
        """Name what was planted."""
        return [each for each in super().past(contact_id) if each in self.planted]


class LeavesSurveysOut(WrongPast):
    """Takes surveys for no part of a chat."""

    breaks = "visibility.entire-linear"

    def past(self, contact_id: str) -> list[str]:
        """Name no contact that a disconnect flow made."""
        return [each for each in super().past(contact_id) if self.contact(each).initiation_method != "DISCONNECT"]


class ShowsOtherChannels(WrongPast):
    """Lists tasks and calls among past chats."""

    breaks = "visibility.other-channels"

    def past(self, contact_id: str) -> list[str]:
        """Name, besides what is visible, what is of another channel in its sessions."""
        found = super().past(contact_id)
        sessions = [self.graph.session_of(each) for each in dict.fromkeys(map(self.session, found))]
        return [*found, *(each.contact_id for session in sessions for each in session if not each.is_listed)]


class FindsMisplacedFiles(WrongPast):
    """Finds transcripts wherever they are, but none that is too large."""

    breaks = "visibility.transcript-place"

    def past(self, contact_id: str) -> list[str]:
        """Name what is visible, by the size of its transcript alone."""
        large = {each for each, fact in self.service.facts.items() if (fact.size or 0) > 5_000_000}
        return [each for each in super().past(contact_id) if each not in large]


# ---------------------------------------------------------------------------------------------- wrong in GetTranscript


class WrongPage(Impostor):
    """Answers GetTranscript wrongly: ``turned`` changes an answer, and ``turned_item`` each item of it."""

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802
        """Change what the service answers."""
        answer = self.turned(parameters, self.ask("GetTranscript", parameters))
        items = (self.turned_item(dict(each)) for each in answer["Transcript"])
        return {**answer, "Transcript": [each for each in items if each is not None]}

    def turned(self, _parameters: Answer, answer: Answer) -> Answer:
        """Change an answer."""
        return answer

    def turned_item(self, item: Answer) -> Answer | None:
        """Change an item, or leave it out."""
        return item


class OneSided(WrongPage):
    """Shows customers nothing of what agents said and did."""

    breaks = "visibility.both-sides"

    def turned_item(self, item: Answer) -> Answer | None:
        """Leave agents out."""
        return None if item.get("ParticipantRole") == "AGENT" else item


class NeedsNoToken(WrongPage):
    """Answers the past with the present, and no token."""

    breaks = "paging.past-by-token"

    def turned(self, parameters: Answer, answer: Answer) -> Answer:
        """Follow the token at once."""
        items = [*answer["Transcript"]]
        while answer.get("NextToken") and "ScanDirection" not in parameters and "StartPosition" not in parameters:
            answer = self.ask("GetTranscript", {**parameters, "NextToken": answer["NextToken"]})
            items += answer["Transcript"]
        return {**answer, "Transcript": items}


class HidesTheToken(WrongPage):
    """Never answers a token."""

    breaks = "paging.first-page-has-token"

    def turned(self, _parameters: Answer, answer: Answer) -> Answer:
        """Leave the token out."""
        return {name: each for name, each in answer.items() if name != "NextToken"}


class NeverEnds(WrongPage):
    """Answers a token at the end, too."""

    breaks = "paging.end"

    def turned(self, parameters: Answer, answer: Answer) -> Answer:
        """Give the last token again."""
        return {"NextToken": parameters.get("NextToken", "the end"), **answer}


class FiltersThePast(WrongPage):
    """Lets a filter name the past."""

    breaks = "paging.filters-stay-current"

    def turned(self, parameters: Answer, answer: Answer) -> Answer:
        """Answer the past where nothing of the present is found."""
        if answer["Transcript"] or not {"ContactId", "StartPosition"} & parameters.keys():
            return answer
        listing = {"ConnectionToken": parameters["ConnectionToken"], "MaxResults": 100}
        present = self.ask("GetTranscript", listing)
        return self.ask("GetTranscript", {**listing, "NextToken": present["NextToken"]})


class RefusesPastFilters(WrongPage):
    """Takes a filter that finds nothing for a mistake."""

    breaks = "paging.filtered-past"

    def turned(self, parameters: Answer, answer: Answer) -> Answer:
        """Refuse where nothing is found."""
        if not answer["Transcript"] and {"ContactId", "StartPosition"} & parameters.keys():
            raise Refusal("ValidationException", "there is no such item")
        return answer


class NoProvenance(WrongPage):
    """Does not say which contact an item of the present was sent on."""

    breaks = "paging.provenance-current"

    def turned_item(self, item: Answer) -> Answer | None:
        """Leave the contact out."""
        return {name: each for name, each in item.items() if name != "ContactId"}


class FifteenByDefault(WrongPage):
    """Answers pages of fifteen items by default."""

    breaks = "paging.defaults"

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802
        """Ask for fifteen."""
        return super().on_GetTranscript({"MaxResults": 15, **parameters})


class SortsNothing(WrongPage):
    """Does not look at SortOrder."""

    breaks = "paging.sort-within-page"

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802
        """Forget the order."""
        return super().on_GetTranscript({name: each for name, each in parameters.items() if name != "SortOrder"})


class AnswersTheLatestContact(WrongPage):
    """Takes the contact of the newest item for the initial contact."""

    breaks = "paging.initial-contact"

    def turned(self, _parameters: Answer, answer: Answer) -> Answer:
        """Answer the contact of the first item."""
        named = [each.get("RelatedContactId", each.get("ContactId")) for each in answer["Transcript"]]
        return {**answer, "InitialContactId": next(iter(named), answer["InitialContactId"])}


class OutlivesTheChat(WrongPage):
    """Answers connections of chats that have ended, and forged ones."""

    breaks = "paging.token-lifetime"

    def on_GetTranscript(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer an empty transcript where the service refuses."""
        try:
            return super().on_GetTranscript(parameters)
        except Exception as refusal:
            if getattr(refusal, "code", None) != "AccessDeniedException":
                raise
            return {"InitialContactId": "nobody", "Transcript": []}


class WritesNoEvents(WrongPage):
    """Keeps messages alone."""

    breaks = "paging.events"

    def turned_item(self, item: Answer) -> Answer | None:
        """Leave events out."""
        return None if item["Type"] == "EVENT" else item


class SaysWhoEndedIt(WrongPage):
    """Says that the customer ended the chat, whoever did."""

    breaks = "paging.ended-has-no-participant"

    def turned_item(self, item: Answer) -> Answer | None:
        """Name the customer as the one who ended it."""
        ended = item["ContentType"].endswith("chat.ended")
        return {**item, "ParticipantRole": "CUSTOMER", "ParticipantId": "customer"} if ended else item


class TellsOfNoRehydration(WrongPage):
    """Writes no event when a chat was associated."""

    breaks = "protocol.rehydrated-event"

    def turned_item(self, item: Answer) -> Answer | None:
        """Leave the event out."""
        return None if item["ContentType"].endswith("chat.rehydrated") else item


# ------------------------------------------------------------------------------ wrong in what is recorded of a contact


class WrongContact(Impostor, ABC):
    """Describes contacts wrongly: ``turned`` changes what is said of one."""

    def on_DescribeContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Change what the service answers."""
        return {"Contact": self.turned(dict(self.ask("DescribeContact", parameters)["Contact"]))}

    @abstractmethod
    def turned(self, contact: Answer) -> Answer:
        """Change a contact."""


class EndsTogether(WrongContact):
    """Takes a contact for ended only when its whole session is."""

    breaks = "identity.disconnect-is-per-segment"

    def turned(self, contact: Answer) -> Answer:
        """Leave the end out while the session goes on."""
        if not self.graph.session_of(contact["Id"]).has_ended:
            contact.pop("DisconnectTimestamp", None)
        return contact


class JoinsThePast(WrongContact):
    """Makes a new chat part of the session that it continues."""

    breaks = "identity.new-session"

    def turned(self, contact: Answer) -> Answer:
        """Name the initial contact of the past session."""
        related = contact.get("RelatedContactId")
        return contact if related is None else {**contact, "InitialContactId": self.contact(related).initial_contact_id}


class ForgetsTheRelated(WrongContact):
    """Does not record what a chat continues."""

    breaks = "start.related"

    def turned(self, contact: Answer) -> Answer:
        """Leave the related contact out."""
        return {name: each for name, each in contact.items() if name != "RelatedContactId"}


class CopiesNoAttributes(Impostor):
    """Starts a chat that continues another without its attributes."""

    breaks = "visibility.attributes-copied"

    def on_GetContactAttributes(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the attributes of chats that continue nothing."""
        session = self.graph.session_of(parameters["InitialContactId"])
        linked = self.graph.link_of(session) is not None
        return {"Attributes": {}} if linked else self.ask("GetContactAttributes", parameters)


class WaitsForever(Impostor):
    """Waits for a customer as long as it takes: here, by joining in the customer's place."""

    breaks = "protocol.join-in-five-minutes"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Join at once."""
        answer = self.ask("StartChatContact", parameters)
        joined = {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": answer["ParticipantToken"]}
        self.ask("CreateParticipantConnection", joined)
        return answer


class LastsADay(Impostor):
    """Does not look at how long a chat is to last."""

    breaks = "protocol.duration"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Forget the duration."""
        parameters.pop("ChatDurationInMinutes", None)
        return self.ask("StartChatContact", parameters)


# ------------------------------------------------------------------------------------- wrong in what is refused: more


class WrongRequest(Impostor, ABC):
    """Looks at a request to continue before the service does, and refuses it or changes it: ``looked_at``.

    ``asked`` holds the members RehydrationType and SourceContactId, as far as they are given.
    """

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Look at what a new chat is to continue."""
        if "PersistentChat" in parameters:
            parameters["PersistentChat"] = self.looked_at(dict(parameters["PersistentChat"]), parameters)
        return self.ask("StartChatContact", parameters)

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Look at what a chat is to continue."""
        return self.ask("CreatePersistentContactAssociation", self.looked_at(parameters, parameters))

    @abstractmethod
    def looked_at(self, asked: Answer, parameters: Answer) -> Answer:
        """Refuse a request, or change it."""

    def refuse_if(self, wrong: object) -> None:
        """Refuse as the service would."""
        if wrong:
            raise Refusal("InvalidRequestException", "this cannot be continued")


class EveryChannelCounts(WrongRequest):
    """Takes a session for live while a task of it goes on."""

    breaks = "identity.session-end"

    def looked_at(self, asked: Answer, _parameters: Answer) -> Answer:
        """Refuse while any contact of the session goes on."""
        source = asked.get("SourceContactId", "")
        session = self.graph.session_of(source) if source in self.graph else ()
        self.refuse_if(any(not self.contact(each.contact_id).has_ended for each in session))
        return asked


class OncePerSource(WrongRequest):
    """Lets a past chat be continued once."""

    breaks = "eligibility.many-per-source"

    def looked_at(self, asked: Answer, _parameters: Answer) -> Answer:
        """Refuse what was continued already."""
        source = asked.get("SourceContactId", "")
        self.refuse_if(source in self.graph and list(self.graph.continuations(self.graph.session_of(source))))
        return asked


class ChecksNames(WrongRequest):
    """Lets nobody continue the chat of somebody with another name."""

    breaks = "eligibility.no-ownership-check"

    def __init__(self) -> None:
        """Start with no names."""
        super().__init__()
        self.names: dict[str, str] = {}

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Start a chat, and remember the name."""
        answer = super().on_StartChatContact(parameters)
        self.names[answer["ContactId"]] = parameters["ParticipantDetails"]["DisplayName"]
        return answer

    def looked_at(self, asked: Answer, parameters: Answer) -> Answer:
        """Refuse another name."""
        name = parameters.get("ParticipantDetails", {}).get("DisplayName")
        self.refuse_if(name and self.names.get(asked.get("SourceContactId", ""), name) != name)
        return asked


class TakesAllForEntire(WrongRequest):
    """Takes every request for ENTIRE_PAST_SESSION."""

    breaks = "start.from-segment"

    def looked_at(self, asked: Answer, _parameters: Answer) -> Answer:
        """Ask for the session of the source."""
        source = asked.get("SourceContactId", "")
        if source not in self.graph or asked.get("RehydrationType") != FROM_SEGMENT:
            return asked
        return {**asked, "RehydrationType": ENTIRE, "SourceContactId": self.contact(source).initial_contact_id}


class WantsAnotherThanTheInitial(WrongRequest):
    """Refuses the initial contact of a session for ENTIRE_PAST_SESSION."""

    breaks = "start.entire-takes-initial"

    def looked_at(self, asked: Answer, _parameters: Answer) -> Answer:
        """Refuse the initial contact."""
        source = asked.get("SourceContactId", "")
        initial = source in self.graph and self.contact(source).initial_contact_id == source
        self.refuse_if(asked.get("RehydrationType") == ENTIRE and initial)
        return asked


class AssociatesTheFirstContact(WrongRequest):
    """Takes InitialContactId for what it is called, and associates the first contact of the chat."""

    breaks = "protocol.initial-contact-id-is-current"

    def looked_at(self, asked: Answer, _parameters: Answer) -> Answer:
        """Name the first contact of the target's session."""
        target = asked.get("InitialContactId", "")
        return {**asked, "InitialContactId": self.contact(target).initial_contact_id} if target in self.graph else asked


class RelatedWinsNot(Impostor):
    """Forgets RelatedContactId beside PersistentChat, instead of refusing both."""

    breaks = "eligibility.related-excludes-persistent"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Forget the related contact."""
        if "PersistentChat" in parameters:
            parameters.pop("RelatedContactId", None)
        return self.ask("StartChatContact", parameters)


class NeedsNoSource(Impostor):
    """Starts a plain chat where no source is given, and takes the association for done."""

    breaks = "eligibility.source-required"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Forget that it was to be a persistent chat."""
        if "SourceContactId" not in parameters.get("PersistentChat", {"SourceContactId": ""}):
            parameters.pop("PersistentChat")
        return self.ask("StartChatContact", parameters)

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Do nothing without a source."""
        return self.ask("CreatePersistentContactAssociation", parameters) if "SourceContactId" in parameters else {}


class AssociatesTasks(Forgiving):
    """Associates whatever contact it is given."""

    breaks = "eligibility.target-is-chat"


class AssociatesTheEnded(Forgiving):
    """Associates chats that have ended, and those that never were."""

    breaks = "eligibility.target-live"


class ContinuesNobody(Forgiving):
    """Continues from contacts that nobody has heard of."""

    breaks = "eligibility.source-exists"


class ContinuesItself(Forgiving):
    """Lets a chat continue itself."""

    breaks = "eligibility.source-in-another-session"


class LeavesAContactBehind(Impostor):
    """Starts the chat first and looks at the request then."""

    breaks = "protocol.plan-before-commit"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Leave a chat behind where the request is refused."""
        try:
            return self.ask("StartChatContact", parameters)
        except Exception:
            asked = parameters.pop("PersistentChat", {})
            if asked.get("SourceContactId") in self.graph:
                self.ask("StartChatContact", {**parameters, "RelatedContactId": asked["SourceContactId"]})
            raise


class MakesUpCodes(Impostor):
    """Refuses with a code of its own."""

    breaks = "protocol.declared-errors"

    def ask(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        """Give every refusal another code."""
        try:
            return super().ask(operation, parameters)
        except Exception as refusal:
            raise Refusal("BadRequest", str(refusal)) from refusal


class Resumes(Impostor):
    """Leads whoever comes back to a chat that goes on into that chat."""

    breaks = "protocol.not-resume"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the live chat."""
        source = parameters.get("PersistentChat", {}).get("SourceContactId")
        if source in self.graph and not self.contact(source).has_ended:
            return {"ContactId": source, "ContinuedFromContactId": source}
        return self.ask("StartChatContact", parameters)


# ------------------------------------------------------------------------------------- the wrong public implementation


class PublicFork(EchoesTheTarget):
    """The one public attempt at these operations: it is wrong in five ways at once.

    It echoes the new contact's id, accepts any type, ignores PersistentChat, forgets the chat and deletes on stop.
    """

    breaks = "start.reported"

    def on_StartChatContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Start a plain chat."""
        parameters.pop("PersistentChat", None)
        return self.ask("StartChatContact", parameters)

    def on_CreatePersistentContactAssociation(self, parameters: Answer) -> Answer:  # noqa: N802
        """Answer the target, whatever is asked."""
        return {"ContinuedFromContactId": parameters.get("InitialContactId")}

    def on_DescribeContact(self, parameters: Answer) -> Answer:  # noqa: N802
        """Know no chat."""
        raise Refusal("ResourceNotFoundException", f"no contact {parameters.get('ContactId')}")


def every() -> Iterator[type[Impostor]]:
    """Yield every impostor."""
    waiting: list[type[Impostor]] = [Impostor]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "breaks" in kind.__dict__:
            yield kind


IMPOSTORS: Final = MappingProxyType({each.__name__: each for each in every()})
"""Name of an impostor → what makes it."""
