"""Impostors: the service of this package, wrong in one way each, to see that the conformance suite convicts them.

Here belong the mistakes that an implementer makes, each with the rule that it breaks: one at least for every rule that
a target can show and that is not open. How they are found out is for the cases to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from rehydration import ContactGraph, visible_past
from rehydration.conformance.faults import Refusal
from rehydration.conformance.targets import ServiceTarget
from rehydration.transcripts import TRANSCRIPT_SIZE_LIMIT

Answer = dict[str, Any]

ENTIRE: Final = "ENTIRE_PAST_SESSION"
FROM_SEGMENT: Final = "FROM_SEGMENT"
START: Final = "StartChatContact"
ASSOCIATE: Final = "CreatePersistentContactAssociation"
PAST: Final = "past "
FILTERS: Final = frozenset({"StartPosition", "ContactId"})


# ------------------------------------------------------------------------------------------------- kinds of impostors


class Impostor(ServiceTarget):
    """The service; an impostor that breaks a rule writes one of the methods below `ask` anew."""

    breaks = ""

    def call(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        asked = self.asking(operation, dict(parameters))
        try:
            answer = self.ask(operation, asked)
        except Exception as refusal:  # noqa: BLE001  # it is raised again where nothing is wrong with it
            return self.refused(operation, asked, refusal)
        return self.answered(operation, asked, answer)

    def ask(self, operation: str, parameters: Answer) -> Answer:
        """Answer as the service does."""
        return dict(super().call(operation, parameters))

    def asking(self, operation: str, parameters: Answer) -> Answer:
        """Change what the service is asked."""
        if operation == ASSOCIATE:
            return self.continuing(parameters, parameters)
        if "PersistentChat" in parameters:
            return {**parameters, "PersistentChat": self.continuing(parameters["PersistentChat"], parameters)}
        return parameters

    def continuing(self, asked: Answer, _parameters: Answer) -> Answer:
        """Change or refuse what a chat is to continue: RehydrationType and SourceContactId, where they are given."""
        return asked

    def refused(self, _operation: str, _parameters: Answer, refusal: Exception) -> Answer:
        raise refusal

    def answered(self, operation: str, parameters: Answer, answer: Answer) -> Answer:
        """Change what the service answers."""
        if operation == "GetTranscript":
            answer = self.page(parameters, answer)
            items = map(self.item, answer["Transcript"])
            return {**answer, "Transcript": [each for each in items if each is not None]}
        if operation == "DescribeContact":
            return {"Contact": self.described(answer["Contact"])}
        if "ContinuedFromContactId" in answer:
            return {**answer, "ContinuedFromContactId": self.continued(parameters, answer)}
        return answer

    def page(self, _parameters: Answer, answer: Answer) -> Answer:
        """Change a page of a transcript."""
        return answer

    def item(self, item: Answer) -> Answer | None:
        """Change an item of a transcript, or leave it out."""
        return item

    def described(self, contact: Answer) -> Answer:
        """Change what is recorded of a contact."""
        return contact

    def continued(self, _parameters: Answer, answer: Answer) -> str:
        """Name another contact that is continued from."""
        return str(answer["ContinuedFromContactId"])

    # ------------------------------------------------------------------------------------------ what mistakes look at

    @property
    def graph(self) -> ContactGraph:
        return self.service.graph

    def contact(self, contact_id: str) -> Any:
        return self.graph.contact(contact_id)

    def session(self, contact_id: str) -> str:
        """The initial contact of a contact's session."""
        return self.graph.session_of(contact_id).initial_contact_id

    def of_session(self, contact_id: str) -> list[str]:
        """The contacts of a contact's session, newest first."""
        return [each.contact_id for each in reversed(list(self.graph.session_of(contact_id)))]

    def seen(self, contact_id: str) -> list[str]:
        """What a contact sees as it should be, newest first, unreadable transcripts included."""
        return [each.contact_id for each in visible_past(self.graph, contact_id).visible]

    def size(self, contact_id: str) -> int:
        """How large the transcript of a contact is known to be."""
        fact = self.service.facts.get(contact_id)
        return 0 if fact is None else fact.size or 0

    def names(self) -> dict[str, str]:
        """The customers' names, by the initial contact of the chats that were held here."""
        customers = [each for each in self.service.to_json()["participants"] if each["role"] == "CUSTOMER"]
        return {each["initial_contact_id"]: each["display_name"] for each in customers}


class WrongPast(Impostor):
    """Shows another past behind the current session."""

    def past(self, contact_id: str) -> list[str]:
        """The past contacts that it shows in a chat, newest first."""
        return self.seen(contact_id)

    def ask(self, operation: str, parameters: Answer) -> Answer:
        if operation != "GetTranscript":
            return super().ask(operation, parameters)
        token = parameters.get("NextToken", "")
        if token.startswith(PAST):  # who may ask at all is as in the service
            parameters = {"ConnectionToken": parameters["ConnectionToken"], "MaxResults": parameters.get("MaxResults")}
            return self.shown(super().ask(operation, parameters), int(token.removeprefix(PAST)), parameters)
        answer = super().ask(operation, parameters)
        if any("RelatedContactId" in each for each in answer["Transcript"]):
            return self.shown(answer, 0, parameters)
        confined = FILTERS & parameters.keys() or parameters.get("ScanDirection") == "FORWARD"
        return answer if confined else {"NextToken": f"{PAST}0", **answer}

    def shown(self, answer: Answer, begin: int, parameters: Answer) -> Answer:
        """Put a page of the wrong past in the place of a page."""
        end = begin + (parameters.get("MaxResults") or 10)
        session = self.graph.session_of(answer["InitialContactId"])
        said = self.service.to_json()["items"]
        items = [
            {**members, "RelatedContactId": contact_id}
            for contact_id in self.past(session.live[-1])
            for of, members in reversed(said)
            if of == contact_id
        ]
        told: Answer = {"InitialContactId": answer["InitialContactId"], "Transcript": items[begin:end]}
        return {**told, "NextToken": f"{PAST}{end}"} if end < len(items) else told


class LosesTheRest(WrongPast):
    """Where a page ends inside a past contact, the next one begins with the contact before."""

    breaks = "paging.past-by-token"

    def shown(self, answer: Answer, begin: int, parameters: Answer) -> Answer:
        told = super().shown(answer, begin, parameters)
        while told.get("NextToken"):
            place = int(told["NextToken"].removeprefix(PAST))
            [following] = super().shown(answer, place, {"MaxResults": 1})["Transcript"]
            if following["RelatedContactId"] != told["Transcript"][-1]["RelatedContactId"]:
                break
            rest = super().shown(answer, place, {"MaxResults": 1}).get("NextToken")
            told = {**without(told, "NextToken"), **({"NextToken": rest} if rest else {})}
        return told


class OneTokenForAll(Impostor):
    """Takes a client token for one request, whatever operation it comes with."""

    breaks = "protocol.token-replay"

    def ask(self, operation: str, parameters: Answer) -> Answer:
        answered: dict[Any, Answer] = self.__dict__.setdefault("tokens", {})
        token = parameters.get("ClientToken")
        if token is None or token not in answered:
            answered[token] = super().ask(operation, parameters)
        return answered[token]


class Forgiving(Impostor):
    """Answers a request to continue that the service refuses, as if all were well."""

    def forgives(self, refusal: Any) -> bool:
        return getattr(refusal, "rule", None) == self.breaks

    def refused(self, operation: str, parameters: Answer, refusal: Exception) -> Answer:
        if operation not in (START, ASSOCIATE) or not self.forgives(refusal):
            raise refusal
        if operation == ASSOCIATE:
            return {"ContinuedFromContactId": parameters["SourceContactId"]}
        asked = parameters.pop("PersistentChat")
        return {**self.ask(operation, parameters), "ContinuedFromContactId": asked["SourceContactId"]}


def impostor(kind: type[Impostor], method: str, breaks: str, mistake: Callable[..., Any]) -> type[Impostor]:
    """Make a kind of impostor with one method of its own."""
    return type(kind.__name__, (kind,), {"breaks": breaks, method: mistake})


past = partial(impostor, WrongPast, "past")
page = partial(impostor, Impostor, "page")
item = partial(impostor, Impostor, "item")
described = partial(impostor, Impostor, "described")
asking = partial(impostor, Impostor, "asking")
answered = partial(impostor, Impostor, "answered")
continuing = partial(impostor, Impostor, "continuing")
continued = partial(impostor, Impostor, "continued")
refused = partial(impostor, Impostor, "refused")


def forgiving(breaks: str, forgives: Callable[..., bool] = Forgiving.forgives) -> type[Impostor]:
    return impostor(Forgiving, "forgives", breaks, forgives)


def hiding(breaks: str, hides: Callable[[Impostor, str], bool]) -> type[Impostor]:
    """Make an impostor that hides some past contacts."""
    return past(breaks, lambda own, contact: [each for each in own.seen(contact) if not hides(own, each)])


def dropping(breaks: str, drops: Callable[[Answer], bool]) -> type[Impostor]:
    """Make an impostor that leaves some items out."""
    return item(breaks, lambda _own, item: None if drops(item) else item)


def without(members: Answer, *names: str) -> Answer:
    return {name: each for name, each in members.items() if name not in names}


def source_of(parameters: Answer) -> Any:
    return parameters.get("PersistentChat", parameters).get("SourceContactId")


def refuse_if(wrong: object, asked: Answer) -> Answer:
    if wrong:
        raise Refusal("InvalidRequestException", "this cannot be continued")
    return asked


# --------------------------------------------------------------------------------- mistakes that take more than a line


def whole_graph(own: Impostor, contact_id: str) -> list[str]:
    session = own.graph.session_of(contact_id)
    others = [each for each in own.graph if each.initial_contact_id != session.initial_contact_id]
    newest_first = sorted(others, key=lambda each: str(each.initiation_timestamp), reverse=True)
    return [] if own.graph.link_of(session) is None else [each.contact_id for each in newest_first]


def attachments_to_everybody(_own: Impostor, operation: str, asked: Answer, refusal: Exception) -> Answer:
    if operation != "GetAttachment":
        raise refusal
    return {"Url": f"https://attachments.invalid/{asked['AttachmentId']}", "AttachmentSizeInBytes": 1}


def files_of_any_kind(_own: Impostor, operation: str, _asked: Answer, refusal: Exception) -> Answer:
    if operation != "StartAttachmentUpload":
        raise refusal
    return {"AttachmentId": "any", "UploadMetadata": {"Url": "https://attachments.invalid/any"}}


def the_linked_session_alone(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    return [each for each in found if own.session(each) == own.session(found[0])]


def the_cut_too(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    first = own.session(found[0]) if found else None
    whole = [[each] if own.session(each) == first else own.of_session(each) for each in found]
    return list(dict.fromkeys(contact for each in whole for contact in each))


def later_sessions_too(own: Impostor, contact_id: str) -> list[str]:
    found, graph = own.seen(contact_id), own.graph
    seen = {own.session(each) for each in (contact_id, *found)}
    sessions = [session for each in seen for session in graph.continuations(graph.session_of(each))]
    later = [each for session in sessions if session.initial_contact_id not in seen for each in session]
    return [*(each.contact_id for each in later), *found]


def beyond_the_limit_too(own: Impostor, contact_id: str) -> list[str]:
    return [*own.seen(contact_id), *visible_past(own.graph, contact_id).beyond_limit]


def chats_of_the_same_time_too(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    newest = max((str(own.contact(each).initiation_timestamp) for each in found), default="")
    known = {own.session(each) for each in (contact_id, *found)}
    beside = (each for each in own.graph if each.initial_contact_id not in known)
    return found + [each.contact_id for each in beside if str(each.initiation_timestamp) < newest]


def other_channels_too(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    sessions = [own.graph.session_of(each) for each in dict.fromkeys(map(own.session, found))]
    return found + [each.contact_id for session in sessions for each in session if not each.is_listed]


def past_with_the_present(own: Impostor, parameters: Answer, answer: Answer) -> Answer:
    items = [*answer["Transcript"]]
    while answer.get("NextToken") and not {"ScanDirection", "StartPosition"} & parameters.keys():
        answer = own.ask("GetTranscript", {**parameters, "NextToken": answer["NextToken"]})
        items += answer["Transcript"]
    return {**answer, "Transcript": items}


def filtered_past(own: Impostor, parameters: Answer, answer: Answer) -> Answer:
    if answer["Transcript"] or not FILTERS & parameters.keys():
        return answer
    listing = {"ConnectionToken": parameters["ConnectionToken"], "MaxResults": 100}
    return own.ask("GetTranscript", {**listing, "NextToken": own.ask("GetTranscript", listing)["NextToken"]})


def typing_before_each_message(_own: Impostor, _parameters: Answer, answer: Answer) -> Answer:
    typing = {"Type": "EVENT", "ContentType": "application/vnd.amazonaws.connect.event.typing"}
    items = ([each, {**each, **typing}] if each["Type"] == "MESSAGE" else [each] for each in answer["Transcript"])
    return {**answer, "Transcript": [kept for pair in items for kept in pair]}


def no_such_item(_own: Impostor, parameters: Answer, answer: Answer) -> Answer:
    if not answer["Transcript"] and FILTERS & parameters.keys():
        raise Refusal("ValidationException", "there is no such item")
    return answer


def contact_of_the_newest_item(_own: Impostor, _parameters: Answer, answer: Answer) -> Answer:
    named = (each.get("RelatedContactId", each.get("ContactId")) for each in answer["Transcript"])
    return {**answer, "InitialContactId": next(named, answer["InitialContactId"])}


def provenance_swapped(_own: Impostor, item: Answer) -> Answer:
    names = {"ContactId": "RelatedContactId", "RelatedContactId": "ContactId"}
    return {names.get(name, name): each for name, each in item.items()}


def ended_by_the_customer(_own: Impostor, item: Answer) -> Answer:
    ended = item["ContentType"].endswith("chat.ended")
    return {**item, "ParticipantRole": "CUSTOMER", "ParticipantId": "customer"} if ended else item


def end_of_the_session(own: Impostor, contact: Answer) -> Answer:
    return contact if own.graph.session_of(contact["Id"]).has_ended else without(contact, "DisconnectTimestamp")


def part_of_the_past(own: Impostor, contact: Answer) -> Answer:
    related = contact.get("RelatedContactId")
    return contact if related is None else {**contact, "InitialContactId": own.session(related)}


def link_on_the_first(own: Impostor, contact: Answer) -> Answer:
    link = own.graph.link_of(own.graph.session_of(contact["Id"]))
    if own.session(contact["Id"]) != contact["Id"] or link is None:
        return without(contact, "RelatedContactId")
    return {**contact, "RelatedContactId": link.continued_from_contact_id}


def attributes_of_what_continues_nothing(own: Impostor, operation: str, parameters: Answer, answer: Answer) -> Answer:
    linked = operation == "GetContactAttributes" and own.contact(parameters["InitialContactId"]).related_contact_id
    return {"Attributes": {}} if linked else answer


def joined_at_once(own: Impostor, operation: str, _parameters: Answer, answer: Answer) -> Answer:
    if operation == START:
        joins = {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": answer["ParticipantToken"]}
        own.ask("CreateParticipantConnection", joins)
    return answer


def any_channel_is_live(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    source = source_of(asked)
    session = own.graph.session_of(source) if source in own.graph else ()
    return refuse_if(any(not own.contact(each.contact_id).has_ended for each in session), asked)


def once_a_source(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    source, graph = source_of(asked), own.graph
    return refuse_if(source in graph and list(graph.continuations(graph.session_of(source))), asked)


def the_same_name_only(own: Impostor, asked: Answer, parameters: Answer) -> Answer:
    name = parameters.get("ParticipantDetails", {}).get("DisplayName")
    return refuse_if(name and own.names().get(source_of(asked), name) != name, asked)


def of_chats_that_did_not_expire(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    source = source_of(asked)
    described = {"InstanceId": own.instance_id, "ContactId": source}
    known = own.ask("DescribeContact", described)["Contact"] if source in own.graph else {}
    return refuse_if(known.get("DisconnectReason") == "EXPIRED", asked)


def of_one_contact_only(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    longer = source_of(asked) in own.graph and len(own.of_session(source_of(asked))) > 1
    return refuse_if(asked.get("RehydrationType") == ENTIRE and longer, asked)


def connected_by_predecessors(own: Impostor, asked: Answer, answer: Answer) -> str:
    start = str(answer["ContinuedFromContactId"])
    stands_alone = own.contact(start).previous_contact_id is None and own.session(start) != start
    return str(source_of(asked)) if stands_alone else start


def ended_if(own: Impostor, operation: str, parameters: Answer, refusal: Exception, ended: Any) -> Answer:
    source = source_of(parameters)
    if (
        operation != START
        or source not in own.graph
        or not ended(own.contact(each).has_ended for each in own.of_session(source))
    ):
        raise refusal
    return {**own.ask(operation, without(parameters, "PersistentChat")), "ContinuedFromContactId": source}


def ended_by_its_first(own: Impostor, operation: str, parameters: Answer, refusal: Exception) -> Answer:
    return ended_if(own, operation, parameters, refusal, lambda has_ended: list(has_ended)[-1])


def ended_by_any(own: Impostor, operation: str, parameters: Answer, refusal: Exception) -> Answer:
    return ended_if(own, operation, parameters, refusal, any)


def all_of_one_session(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    is_one = len(set(map(own.session, found))) == 1
    return beyond_the_limit_too(own, contact_id) if is_one else found


def in_order_of_time(own: Impostor, contact_id: str) -> list[str]:
    found = own.seen(contact_id)
    return sorted(found, key=lambda each: str(own.contact(each).disconnect_timestamp), reverse=True)


def token_without_the_filter(own: Impostor, parameters: Answer, answer: Answer) -> Answer:
    if "ContactId" not in parameters or not answer.get("NextToken"):
        return answer
    listing = own.ask("GetTranscript", {**without(parameters, "ContactId", "NextToken"), "MaxResults": 1})
    return {**answer, **({"NextToken": listing["NextToken"]} if "NextToken" in listing else {})}


def attributes_of_the_past_alone(own: Impostor, operation: str, parameters: Answer, answer: Answer) -> Answer:
    if operation != "GetContactAttributes":
        return answer
    related = own.contact(parameters["InitialContactId"]).related_contact_id
    return answer if related is None else own.ask(operation, {**parameters, "InitialContactId": related})


def always_entire(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    if source_of(asked) not in own.graph or asked.get("RehydrationType") != FROM_SEGMENT:
        return asked
    return {**asked, "RehydrationType": ENTIRE, "SourceContactId": own.session(source_of(asked))}


def always_from_segment(_own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    return {**asked, "RehydrationType": FROM_SEGMENT} if asked.get("RehydrationType") == ENTIRE else asked


def no_initial_contact(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    source = source_of(asked)
    initial = source in own.graph and own.session(source) == source
    return refuse_if(asked.get("RehydrationType") == ENTIRE and initial, asked)


def the_first_contact(own: Impostor, asked: Answer, _parameters: Answer) -> Answer:
    target = asked.get("InitialContactId")
    return {**asked, "InitialContactId": own.session(target)} if target in own.graph else asked


def no_past_of_an_association(own: Impostor, contact_id: str) -> list[str]:
    on = {each.contact_id for each in own.graph.session_of(contact_id)}
    said = (members for of, members in own.service.to_json()["items"] if of in on)
    associated = any(each.get("ContentType", "").endswith("chat.rehydrated") for each in said)
    return [] if associated else own.seen(contact_id)


def past_at_first_sight(own: Impostor, parameters: Answer, answer: Answer) -> Answer:
    first = not ({"NextToken", "ScanDirection", "StartPosition", *FILTERS} & parameters.keys())
    if not first or "NextToken" not in answer or len(answer["Transcript"]) == parameters.get("MaxResults"):
        return answer
    return own.ask("GetTranscript", {**parameters, "NextToken": answer["NextToken"]})


def refuse_an_empty_start(_own: Impostor, _operation: str, parameters: Answer) -> Answer:
    if parameters.get("StartPosition") == {}:
        raise Refusal("ValidationException", "StartPosition has no members")
    return parameters


def forward_from_the_oldest(_own: Impostor, _operation: str, parameters: Answer) -> Answer:
    forward = parameters.get("ScanDirection") == "FORWARD" and "NextToken" not in parameters
    start = parameters.get("StartPosition") or {"MostRecent": 100}
    return {**parameters, "StartPosition": start} if forward else parameters


def nothing_of_surveys(own: Impostor, operation: str, parameters: Answer) -> Answer:
    of_survey = operation == "UpdateContactAttributes" and own.contact(parameters["InitialContactId"])
    survey = of_survey and of_survey.initiation_method == "DISCONNECT"
    return {**parameters, "Attributes": {}} if survey else parameters


def not_related(_own: Impostor, _operation: str, parameters: Answer) -> Answer:
    return without(parameters, "RelatedContactId") if "PersistentChat" in parameters else parameters


def plain_without_a_source(_own: Impostor, operation: str, parameters: Answer, refusal: Exception) -> Answer:
    if source_of(parameters) is not None or operation not in (START, ASSOCIATE):
        raise refusal
    return {} if operation == ASSOCIATE else _own.ask(operation, without(parameters, "PersistentChat"))


def left_behind(own: Impostor, operation: str, parameters: Answer, refusal: Exception) -> Answer:
    if operation == START and source_of(parameters) in own.graph:
        own.ask(START, {**without(parameters, "PersistentChat"), "RelatedContactId": source_of(parameters)})
    raise refusal


def empty_where_denied(_own: Impostor, operation: str, _parameters: Answer, refusal: Any) -> Answer:
    if operation != "GetTranscript" or getattr(refusal, "code", None) != "AccessDeniedException":
        raise refusal
    return {"InitialContactId": "nobody", "Transcript": []}


def once_a_contact(own: Impostor, operation: str, parameters: Answer, refusal: Any) -> Answer:
    again = operation == ASSOCIATE and getattr(refusal, "rule", None) == "eligibility.once-per-chat"
    if not again or own.contact(parameters["InitialContactId"]).related_contact_id is not None:
        raise refusal
    return {"ContinuedFromContactId": source_of(parameters)}


def the_live_chat(own: Impostor, operation: str, parameters: Answer, refusal: Exception) -> Answer:
    source = source_of(parameters)
    if operation != START or source not in own.graph or own.contact(source).has_ended:
        raise refusal
    return {"ContactId": source, "ContinuedFromContactId": source}


class AttributesOfContacts(Impostor):
    """Keeps attributes for each contact alone."""

    breaks = "identity.attributes-of-session"

    def ask(self, operation: str, parameters: Answer) -> Answer:
        answer = super().ask(operation, parameters)
        contact = parameters.get("InitialContactId", "")
        kept: Answer = vars(self).setdefault("kept", {}).setdefault(contact, {})
        if operation == "UpdateContactAttributes":
            kept.update(parameters["Attributes"])
        return {"Attributes": kept} if operation == "GetContactAttributes" else answer


class ForgetsWhoLeft(Impostor):
    """Takes a customer who left for nobody."""

    breaks = "protocol.connection-until-ended"

    def ask(self, operation: str, parameters: Answer) -> Answer:
        left: set[str] = vars(self).setdefault("left", set())
        if parameters.get("ConnectionToken") in left:
            raise Refusal("AccessDeniedException", "access denied")
        if operation == "DisconnectParticipant":
            left.add(parameters["ConnectionToken"])
        return super().ask(operation, parameters)


class LeavesNothing(Impostor):
    """Does not end a chat whose participants have all left."""

    breaks = "protocol.leave-then-survey"

    def ask(self, operation: str, parameters: Answer) -> Answer:
        return {} if operation == "DisconnectParticipant" else super().ask(operation, parameters)


# -------------------------------------------------------------------------------------------------------- all of them

IMPOSTORS: Final[Mapping[str, type[Impostor]]] = {
    # what a chat may see
    "shows no past at all": past("visibility.predecessors", lambda _own, _contact: []),
    "leaves the start contact out": past("visibility.predecessors", lambda own, contact: own.seen(contact)[1:]),
    "shows every contact to whoever continues one": past("visibility.later-dropped", whole_graph),
    "gives out attachments of what was dropped": refused("visibility.later-dropped", attachments_to_everybody),
    "forgets what the past was linked to": past("visibility.cumulative", the_linked_session_alone),
    "shows what an earlier rehydration dropped": past("visibility.cut-persists", the_cut_too),
    "shows sessions that came later": past("visibility.backward-only", later_sessions_too),
    "shows more than a hundred past contacts": past("visibility.past-limit", beyond_the_limit_too),
    "counts sessions and not contacts": past("visibility.past-limit", all_of_one_session),
    "forgets a link after a transfer": past(
        "visibility.predecessors",
        lambda own, contact: own.seen(contact) if own.contact(contact).related_contact_id else [],
    ),
    "lists the past in order of time": past("visibility.order", in_order_of_time),
    "lists the oldest first": past("visibility.order", lambda own, contact: own.seen(contact)[::-1]),
    "shows files that are too large": past("visibility.transcript-size", WrongPast.past),
    "shows files that are misplaced": hiding(
        "visibility.transcript-place", lambda own, contact: own.size(contact) > TRANSCRIPT_SIZE_LIMIT
    ),
    "keeps one transcript a session": past(
        "identity.contact-is-segment",
        lambda own, contact: [other for each in own.seen(contact) for other in own.of_session(each)],
    ),
    "takes what happens meanwhile for part of a session": past("identity.session", chats_of_the_same_time_too),
    "never shows the chats that it held itself": hiding(
        "eligibility.transcript-lag", lambda own, contact: own.session(contact) in own.names()
    ),
    "leaves surveys out": hiding(
        "visibility.entire-linear", lambda own, contact: own.contact(contact).initiation_method == "DISCONNECT"
    ),
    "lists tasks and calls": past("visibility.other-channels", other_channels_too),
    "shows nothing of agents": dropping("visibility.both-sides", lambda item: item.get("ParticipantRole") == "AGENT"),
    # pages
    "swaps ContactId and RelatedContactId": item("paging.provenance-past", provenance_swapped),
    "does not say of which contact an item is": item(
        "paging.provenance-current", lambda _own, item: without(item, "ContactId")
    ),
    "keeps messages alone": dropping("paging.events", lambda item: item["Type"] == "EVENT"),
    "keeps that somebody was typing": page("paging.typing-is-not-kept", typing_before_each_message),
    "says that the customer ended the chat": item("paging.ended-has-no-participant", ended_by_the_customer),
    "writes no event of an association": dropping(
        "protocol.rehydrated-event", lambda item: item["ContentType"].endswith("chat.rehydrated")
    ),
    "answers the past with the present": page("paging.first-page-has-token", past_with_the_present),
    "loses the rest of a contact where a page ends": LosesTheRest,
    "loses the filter beside a token": page("paging.filters-stay-current", token_without_the_filter),
    "answers an item more than it is asked for": asking(
        "paging.defaults",
        lambda _own, _, asked: (
            {**asked, "MaxResults": asked["MaxResults"] + 1} if 0 < asked.get("MaxResults", 0) < 9 else asked
        ),
    ),
    "does not say who left": dropping("paging.events", lambda item: item["ContentType"].endswith("participant.left")),
    "does not say who was transferred": dropping("paging.events", lambda item: "transfer" in item["ContentType"]),
    "never answers a token": page(
        "paging.first-page-has-token", lambda _own, _parameters, answer: without(answer, "NextToken")
    ),
    "answers a token at the end": page(
        "paging.end", lambda _own, parameters, answer: {"NextToken": parameters.get("NextToken", "the end"), **answer}
    ),
    "answers the past at once where there is room": page("paging.first-page-is-current", past_at_first_sight),
    "ends a listing at a page without items": page(
        "paging.empty-page-with-token",
        lambda _own, _parameters, answer: answer if answer["Transcript"] else without(answer, "NextToken"),
    ),
    "refuses a start position without members": asking("paging.empty-start-position", refuse_an_empty_start),
    "goes forward from the oldest item": asking("paging.forward-needs-start", forward_from_the_oldest),
    "shows no past after an association": past("paging.past-after-event", no_past_of_an_association),
    "lets a filter name the past": page("paging.filters-stay-current", filtered_past),
    "takes a filter that finds nothing for a mistake": page("paging.filtered-past", no_such_item),
    "takes the newest item's contact for the initial one": page("paging.initial-contact", contact_of_the_newest_item),
    "answers fifteen items by default": asking(
        "paging.defaults",
        lambda _own, operation, asked: {"MaxResults": 15, **asked} if operation == "GetTranscript" else asked,
    ),
    "does not look at SortOrder": asking("paging.sort-within-page", lambda _own, _, asked: without(asked, "SortOrder")),
    "answers connections of chats that have ended": refused("paging.token-lifetime", empty_where_denied),
    # what is recorded
    "takes a contact for live while its session is": described(
        "identity.disconnect-is-per-segment", end_of_the_session
    ),
    "makes a new chat part of the past session": described("identity.new-session", part_of_the_past),
    "does not record what a chat continues": described(
        "start.related", lambda _own, contact: without(contact, "RelatedContactId")
    ),
    "records a link on the first contact": described("protocol.link-on-current", link_on_the_first),
    "keeps attributes for each contact alone": AttributesOfContacts,
    "does not copy what a survey set": asking("visibility.attributes-of-dropped", nothing_of_surveys),
    "takes a customer who left for nobody": ForgetsWhoLeft,
    "leaves agents alone": asking(
        "protocol.agents-leave-with-customer",
        lambda _own, _, asked: without(asked, "DisconnectOnCustomerExit"),
    ),
    "ends no chat that is left": LeavesNothing,
    "copies no attributes": answered("visibility.attributes-copied", attributes_of_what_continues_nothing),
    "loses the target's own attributes": answered("visibility.attributes-copied", attributes_of_the_past_alone),
    "joins in the customer's place": answered("protocol.join-in-five-minutes", joined_at_once),
    "does not look at how long a chat is to last": asking(
        "protocol.duration", lambda _own, _, asked: without(asked, "ChatDurationInMinutes")
    ),
    # what a chat continues
    "takes every request for FROM_SEGMENT": continuing("start.entire-past-session", always_from_segment),
    "takes every request for ENTIRE_PAST_SESSION": continuing("start.from-segment", always_entire),
    "refuses the initial contact for ENTIRE_PAST_SESSION": continuing("start.entire-takes-initial", no_initial_contact),
    "takes the initial contact of single contacts alone": continuing("start.entire-takes-initial", of_one_contact_only),
    "builds sessions of predecessors": continued("identity.session", connected_by_predecessors),
    "continues no chat that timed out": continuing("protocol.duration", of_chats_that_did_not_expire),
    "takes a session for ended when its first contact has": refused("eligibility.session-ended", ended_by_its_first),
    "takes a session for ended when any contact has": refused("eligibility.session-ended", ended_by_any),
    "takes a client token whatever it came with": OneTokenForAll,
    "answers the source": continued("start.reported", lambda _own, asked, _answer: source_of(asked)),
    "answers the new chat": continued(
        "start.reported", lambda _own, asked, answer: answer.get("ContactId") or asked["InitialContactId"]
    ),
    "associates the first contact of the chat": continuing("protocol.initial-contact-id-is-current", the_first_contact),
    "takes files of any kind and size": refused("protocol.attachment-types", files_of_any_kind),
    "leads whoever comes back into the live chat": refused("protocol.not-resume", the_live_chat),
    # what is refused
    "continues from sessions that are live": forgiving(
        "eligibility.session-ended",
        lambda _own, refusal: getattr(refusal, "rule", "") in ("eligibility.session-ended", "eligibility.ended-scope"),
    ),
    "associates a chat twice": forgiving("eligibility.once-per-chat"),
    "associates each contact of a chat": refused("eligibility.once-per-session", once_a_contact),
    "accepts any type": forgiving(
        "eligibility.type-required",
        lambda _own, refusal: getattr(refusal, "code", None) == "InvalidParameterException",
    ),
    "associates tasks": forgiving("eligibility.target-is-chat"),
    "associates chats that have ended": forgiving("eligibility.target-live"),
    "continues from contacts that are unknown": forgiving("eligibility.source-exists"),
    "lets a chat continue itself": forgiving("eligibility.source-in-another-session"),
    "takes a session for live while a task of it is": continuing("identity.session-end", any_channel_is_live),
    "lets a past chat be continued once": continuing("eligibility.many-per-source", once_a_source),
    "compares the names of customers": continuing("eligibility.no-ownership-check", the_same_name_only),
    "forgets RelatedContactId beside PersistentChat": asking("eligibility.related-excludes-persistent", not_related),
    "needs no source": refused("eligibility.source-required", plain_without_a_source),
    "leaves a chat behind where it refuses": refused("protocol.plan-before-commit", left_behind),
    "does again what it is asked again": asking(
        "protocol.token-replay", lambda _own, _, asked: without(asked, "ClientToken")
    ),
}
"""What an impostor does wrong → what makes it."""
