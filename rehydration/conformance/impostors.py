"""Impostors: targets that are wrong in one way each, to see that the suite convicts them.

Here belong the mistakes that an implementer makes, as wrappers around the service, each with the rule that it breaks.
How they are found out is for the cases to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from rehydration.conformance.faults import Refusal
from rehydration.conformance.targets import ServiceTarget
from rehydration.engine import visible_past
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
