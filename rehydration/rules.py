"""The catalogue of rules as data: id, statement, standing, sources, who can see each rule, and what was seen of it.

Here belong the rules, one :class:`Rule` each, and the sources that they are drawn from. The catalogue is the contract:
a rule is here before anything obeys it. This module does not know the code that obeys the rules: an answer cites a rule
by its id, and whoever shows the answer looks the id up here.

Nothing here was measured against a live Amazon Connect instance; evidence is what others saw and published. Where a
rule and its source disagree, the source is right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from rehydration.errors import InvalidArgument
from rehydration.identifiers import RuleId


class Standing(Enum):
    """How sure a rule is."""

    DOCUMENTED = "documented"
    """AWS states it."""
    INFERRED = "inferred"
    """It follows from documented statements, AWS's own samples or first-party client code."""
    OPEN = "open"
    """AWS is silent or contradicts itself; the first answer named is taken unless a policy says otherwise."""


class SeenBy(Enum):
    """Who can tell whether a rule is obeyed."""

    WIRE = "wire"
    """The public API alone can show it."""
    SEED = "seed"
    """A history must be planted first."""
    ENGINE = "engine"
    """Only our own reader, engine or library can show it."""


SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "API": "https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html",
        "PC": "https://docs.aws.amazon.com/connect/latest/APIReference/API_PersistentChat.html",
        "SCC": "https://docs.aws.amazon.com/connect/latest/APIReference/API_StartChatContact.html",
        "AG": "https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html",
        "BLK": "https://docs.aws.amazon.com/connect/latest/adminguide/create-persistent-contact-association-block.html",
        "LIM": "https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html",
        "CTR": "https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html",
        "EVT": "https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html",
        "IDT": "https://docs.aws.amazon.com/connect/latest/adminguide/identify-conferences-transfers.html",
        "LMB": "https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html",
        "ATT": "https://docs.aws.amazon.com/connect/latest/adminguide/what-is-a-contact-attribute.html",
        "SVY": "https://docs.aws.amazon.com/connect/latest/adminguide/enable-post-chat-survey.html",
        "GT": "https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_GetTranscript.html",
        "ITEM": "https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_Item.html",
        "MODEL": "botocore's service models `connect/2017-08-08`, `connectparticipant/2018-09-07`",
        "CJS": "https://github.com/amazon-connect/amazon-connect-chatjs",
        "CUI": "https://github.com/amazon-connect/amazon-connect-chat-ui-examples",
        "CCI": "https://github.com/amazon-connect/amazon-connect-chat-interface",
        "IOS": "https://github.com/amazon-connect/amazon-connect-chat-ios",
        "AND": "https://github.com/amazon-connect/amazon-connect-chat-android",
    }
)
"""Code of a source → its address, or what it is where it has none."""


PERSISTENT_CHAT_SINCE: Final = date(2023, 1, 20)
"""When persistent chat was released. What was seen before, nobody saw of a rehydrated chat.

Source: https://github.com/amazon-connect/amazon-connect-chatjs/blob/master/docs/persistent-chat-feature.md
"""


@frozen
class Evidence:
    """What somebody saw on a live instance and published: the day, the address, and a statement in our words."""

    day: date
    address: str
    statement: str

    @property
    def is_older_than_persistent_chat(self) -> bool:
        """Whether it was seen before there was persistent chat."""
        return self.day < PERSISTENT_CHAT_SINCE


@frozen
class Rule:
    """One claim about persistent chat.

    ``sources`` are codes of :data:`SOURCES`, none where AWS is silent. ``evidence`` is in order of time, mostly empty.

    >>> rule("start.related").statement
    "The start contact becomes the new chat's `RelatedContactId`."
    """

    id: RuleId
    statement: str
    standing: Standing
    sources: tuple[str, ...]
    seen_by: SeenBy
    evidence: tuple[Evidence, ...] = ()

    @property
    def group(self) -> str:
        """The part of the id before the dot: identity, eligibility, start, visibility, paging or protocol."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The part of the id after the dot, which the rule has in its group."""
        return self.id.partition(".")[2]

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses of the sources, in their order; a source that has no address is left out.

        >>> rule("visibility.past-limit").links
        ('https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html',)
        """
        return tuple(SOURCES[code] for code in self.sources if SOURCES[code].startswith("https://"))


_CATALOGUE: Final = """
identity.contact-is-segment | documented | IDT EVT CTR | seed
    Each segment of a chat is a contact with an id of its own. The first has the initiation method API; later ones have
    TRANSFER (by an agent), QUEUE_TRANSFER, or DISCONNECT (a disconnect flow that creates a contact, as for a survey).
identity.session | documented | IDT | seed
    A session is every contact whose initial contact is the same, the initial contact included.
identity.initial-encodings | inferred | IDT EVT LMB | engine
    A first contact is written in three ways that mean the same: its initial contact is null (contact record), absent
    (contact event), or itself (flow event, `GetTranscript`). A reference of a contact to itself is never followed.
identity.predecessors-form-a-tree | documented | IDT | engine
    Several contacts can have the same previous contact (consultations, several parties). `NextContactId` names only the
    last of them and is not used.
identity.disconnect-is-per-segment | documented | MODEL CTR | seed
    `DisconnectTimestamp` ends one contact, not its session.
identity.session-end | inferred | AG CTR | seed
    A session has ended when each of its chat contacts has ended; a contact of another channel does not keep it open.
identity.related-is-general | documented | AG SCC | engine
    `RelatedContactId` also links tasks, emails, callbacks, and chats that were started with `RelatedContactId` and
    without rehydration. No field of a record tells them apart.
identity.related-read-as-link | open | - | engine
    In records, the `RelatedContactId` of a CHAT counts as a link, unless it names a contact of the same session or a
    known contact of another channel, or the reader is told otherwise.
identity.link-of-session | inferred | AG | engine
    A session has at most one link. Contacts of one session that name different start contacts contradict each other.
identity.new-session | documented | CUI | wire
    A rehydrated chat is a new session with an initial contact of its own.
    2024-05-13 https://github.com/amazon-connect/amazon-connect-chat-ui-examples/issues/210
    Past transcripts came along, in a new conversation with another agent.
identity.association-id-is-opaque | inferred | MODEL CTR | engine
    `ContactAssociationId` is documented as the common root of linked contacts, in one place as text and in another as
    an integer. It is carried and never reasoned with.
identity.one-instance | inferred | API | engine
    A graph holds the contacts of one instance; records of two instances contradict each other.
identity.at-least-once | documented | CTR | engine
    Contact records arrive at least once. Of several with one `ContactId`, the one with the latest `LastUpdateTimestamp`
    wins, in whatever order they arrive.
identity.fold | open | - | engine
    Contact records win over contact events and flow events, which only fill gaps. A disconnect once seen never
    disappears. Two records of one contact and update time contradict each other if their initial, previous or related
    ids differ.
identity.window | inferred | - | engine
    An export covers a window of time. An id that is referred to but not contained is an unknown contact, not an error.
identity.attributes-of-session | documented | ATT MODEL | seed
    Contact attributes belong to the session: all contacts with the same initial contact have the same, and an update on
    one shows on all. Segment attributes belong to one contact.
identity.end-untold | inferred | EVT SCC | engine
    A record without an end does not say that the contact is live: events and records can be lost or late. With `now`
    more than 10,080 minutes after the session began, it has ended.

eligibility.session-ended | documented | AG | wire
    Only an ended chat session can be rehydrated.
eligibility.ended-scope | open | AG API | seed
    The source's whole session must have ended, or the source contact alone. `Policy.ended`: `SESSION`, `SEGMENT`.
eligibility.unknown-end | open | - | engine
    An unknown contact of the source's session counts as ended, with a warning.
eligibility.transcript-lag | documented | AG | wire
    Transcripts are generated asynchronously; callers are advised to wait 30 to 60 seconds after the end.
eligibility.early-call | open | AG | wire
    A call within 60 seconds of the session's last disconnect is accepted with a warning, or refused (only where `now`
    is given). `Policy.early_call`: `WARN`, `REFUSE`.
eligibility.once-per-chat | documented | AG BLK | wire
    A source is set on a new chat at most once, by `StartChatContact` or by the flow block, not both.
eligibility.once-per-session | inferred | AG API | wire
    A chat session is linked at most once. This holds for `CreatePersistentContactAssociation` and
    `StartAssistantContact` too, for any source, and for any of the session's contacts.
eligibility.many-per-source | inferred | AG MODEL | wire
    One past contact can be continued by any number of new chats.
eligibility.plain-related-does-not-count | open | - | wire
    A chat that was started with a plain `RelatedContactId` can still be associated.
eligibility.related-excludes-persistent | documented | SCC | wire
    `RelatedContactId` and `PersistentChat` exclude each other in one request.
eligibility.type-required | documented | PC API | wire
    A rehydration type is required.
eligibility.source-required | inferred | PC API | wire
    A source is required; a `PersistentChat` that has only a type, or only a source, is refused.
eligibility.target-is-chat | documented | BLK LIM | seed
    The target is a CHAT; messaging subtypes (SMS, WhatsApp, Apple Messages for Business) are CHAT.
eligibility.target-live | inferred | API | wire
    The target exists and has not ended.
eligibility.source-is-chat | open | - | seed
    The source is a CHAT.
eligibility.source-exists | inferred | API | wire
    A source that no record mentions, or that belongs to another instance, is not found. An unknown contact is found,
    with a warning.
eligibility.source-in-another-session | inferred | AG | wire
    The source belongs to another session than the target.
eligibility.retention | documented | MODEL LIM | engine
    Contact data is kept 24 months from initiation.
eligibility.beyond-retention | open | - | engine
    A source that was initiated more than 24 months ago is not found (only where `now` is given).
eligibility.no-ownership-check | inferred | AG | wire
    Amazon Connect documents no check that source and target belong to one customer; the application must make it.
eligibility.customer-mismatch | open | - | seed
    Where source and target name two different customers, the request is accepted with a warning, or refused.
    `Policy.customer_mismatch`: `WARN`, `REFUSE`.

start.from-segment | documented | API CUI | wire
    FROM_SEGMENT: the start contact is the source, which can be any contact of an ended session.
start.entire-past-session | documented | API | seed
    ENTIRE_PAST_SESSION: the start contact is the most recently terminated chat contact of the source's session. It is
    an unknown contact only where the session has no known one.
start.entire-takes-initial | documented | AG | wire
    ENTIRE_PAST_SESSION takes the initial contact id of the past session.
start.entire-given-another | open | - | seed
    ENTIRE_PAST_SESSION given another contact of the session is refused, or continues the session of that contact.
    `Policy.entire_source`: `INITIAL_ONLY`, `ANY_OF_SESSION`.
start.most-recent | open | - | seed
    The most recent contact is decided by disconnect, initiation or place in the chain; ties by the other two in that
    order, then by the greatest id, with a warning. `Policy.most_recent`: `DISCONNECT`, `INITIATION`, `DEPTH`.
start.reported | documented | API SCC | wire
    The start contact is answered as `ContinuedFromContactId`, for persistent chats only.
start.related | documented | AG | wire
    The start contact becomes the new chat's `RelatedContactId`.

visibility.predecessors | documented | AG | seed
    The start contact and its predecessors in its session are visible.
visibility.later-dropped | documented | API AG | seed
    FROM_SEGMENT: contacts of the source session that do not precede the start contact are not visible in the new chat.
    They are not deleted.
visibility.entire-linear | documented | AG | seed
    ENTIRE_PAST_SESSION on a linear session shows all of it.
visibility.entire-branched | open | AG | seed
    ENTIRE_PAST_SESSION on a branched session shows every chat contact of it, or the start contact and its predecessors.
    `Policy.entire_view`: `SESSION`, `ANCESTORS`.
visibility.cumulative | documented | AG | wire
    Links accumulate: if a visible session was itself rehydrated, what it was linked to is visible too, transitively.
visibility.cut-persists | inferred | AG | seed
    What an earlier rehydration dropped stays dropped in every later one.
visibility.backward-only | inferred | AG | wire
    An old session never shows newer ones that continued it.
visibility.link-scope | open | API AG | seed
    A link counts for its whole session, or only for the contact that carries it and those after it.
    `Policy.link_scope`: `SESSION`, `CONTACT`. AWS says "for the lifespan of a contact" (API) and "this persistent chat
    session" (AG).
visibility.type-of-link | open | CTR | engine
    A link whose type is unknown shows the start contact and its predecessors, with a warning that names the siblings
    where the session is branched. Records keep the start contact, not the type; what the engine writes keeps the type.
visibility.type-from-start | inferred | AG API | engine
    A link whose start contact is not what ENTIRE_PAST_SESSION would have started from was FROM_SEGMENT.
visibility.visit-once | inferred | - | engine
    A walk visits each contact once. A link that leads back into a visited session ends the walk, with a warning.
visibility.order | inferred | GT | wire
    Past contacts are listed newest to oldest: each contact before the one that it continues; where that leaves a
    choice, by `start.most-recent`.
visibility.past-limit | documented | LIM | wire
    At most 100 past contacts are traversed.
visibility.past-limit-counts | open | LIM | seed
    Every past contact that the walk enters counts, of any channel, available or not, known or not; contacts of the
    current session do not.
visibility.beyond-limit | open | LIM | wire
    Of more than 100 past contacts, the nearest 100 are traversed and the rest is beyond the limit, or the request is
    refused. `Policy.beyond_limit`: `TRUNCATE`, `REFUSE`.
visibility.other-channels | inferred | - | seed
    The walk passes through a contact of another channel and does not list it.
visibility.unknown-contact | open | - | engine
    An unknown contact in the walk is listed as unknown; the walk ends there, and the answer is incomplete.
visibility.transcript-size | inferred | LIM | seed
    A past transcript file above 5 MB, taken as 5,000,000 bytes, cannot be shown.
visibility.transcript-place | documented | AG | seed
    A past transcript must be in the instance's one transcript bucket under its original name.
visibility.transcript-unavailable | open | AG LIM | seed
    A contact whose transcript is missing, renamed, deleted or too large is listed as unavailable and the walk goes on;
    or the walk stops before it; or the request is refused. `Policy.unavailable`: `GAP`, `STOP`, `REFUSE`. AWS says that
    several buckets and renamed files "don't allow chats to persist" (AG), which speaks against `GAP`.
visibility.both-sides | documented | AG | seed
    The customer and the agent see the same history.
visibility.attributes-copied | documented | AG ATT | wire
    When linked, the target's session gets a copy of the attributes that the start contact has.
visibility.attribute-precedence | open | - | wire
    Attributes that the target already has, or that the request gives, win over the copy.
visibility.attributes-of-dropped | inferred | AG ATT | seed
    Attributes are the session's, so what a dropped contact (a survey) set travels although its transcript does not.

paging.past-by-token | documented | AG | wire
    Past items come through `NextToken` with `ScanDirection=BACKWARD`, after the items of the current session.
paging.first-page-has-token | documented | AG | wire
    The first call on a new persistent chat is answered with a token if there are past items.
paging.first-page-is-current | inferred | AG CCI | wire
    A call without a token answers items of the current session alone.
paging.past-after-event | documented | AG | seed
    With the flow block or the API, past items are promised once the rehydrated event has come.
paging.empty-page-with-token | inferred | IOS AND | wire
    A page without items may carry a token; clients go on.
paging.no-mixed-page | open | - | wire
    A page holds items of the current session or of the past, not both.
paging.end | inferred | CJS | wire
    At the end there is no token. Clients also meet an empty string and must read it as the end.
    2020-08-19 https://github.com/amazon-connect/amazon-connect-chatjs/issues/28
    A listing without items was answered with an empty `NextToken`.
paging.filters-stay-current | documented | AG | wire
    `StartPosition` and `ContactId` are not supported for past items.
paging.filtered-past | inferred | CJS IOS | wire
    A filter that names the past gives an empty page, not an error.
paging.forward-from-past | open | - | wire
    `FORWARD` with a token into the past goes forward through it to the present.
paging.provenance-current | documented | ITEM | wire
    An item of the current session has `ContactId` and no `RelatedContactId`.
paging.provenance-past | documented | ITEM | wire
    An item of a past session has `RelatedContactId`, the contact it was originally sent on, and no `ContactId`.
paging.defaults | documented | MODEL GT | wire
    `MaxResults` is 0 to 100, by default 10. `ScanDirection` is by default BACKWARD, with `StartPosition` FORWARD.
    `SortOrder` is by default DESCENDING.
paging.empty-start-position | inferred | CJS | wire
    A `StartPosition` without members, or with nulls alone, is none.
paging.forward-needs-start | inferred | CJS | wire
    `FORWARD` without a start position or token is refused: the default start is the newest item.
paging.start-is-included | open | - | wire
    A start position includes the item that it names.
paging.sort-within-page | inferred | GT CUI | wire
    `SortOrder` orders the items within a page; the pages follow the scan direction.
paging.initial-contact | inferred | GT | wire
    The `InitialContactId` of the answer is that of the current session.
paging.token-lifetime | documented | MODEL CJS | wire
    A connection is good for a day and dies with its chat: AccessDenied (403) afterwards.
    2022-12-20 https://github.com/amazon-connect/amazon-connect-chat-ui-examples/issues/70
    The participant token of a chat that had ended was refused: 403, access denied.
    2023-07-20 https://github.com/amazon-connect/amazon-connect-chat-ui-examples/issues/133
    A 403, access denied, was traced in the service's own logs to a chat that had ended.
paging.events | documented | GT | wire
    Joined, left, invited, ended and transfer events are in transcripts.
paging.typing-is-not-kept | inferred | GT | wire
    Typing events are not in transcripts.
paging.ended-has-no-participant | inferred | IOS | wire
    `chat.ended` carries no participant.
paging.past-attachments | open | MODEL | seed
    An attachment of a past session can be fetched over the new connection.

protocol.initial-contact-id-is-current | documented | API | wire
    `InitialContactId` in `CreatePersistentContactAssociation` is the *current* contact from which the call is made,
    despite its name.
protocol.link-on-current | inferred | API CTR | seed
    The link is recorded on the contact that the call names.
protocol.rehydrated-event | documented | AG CJS | wire
    With the flow block or the API, rehydration goes on after the chat has started. It ends with an EVENT on the current
    chat, of content type `application/vnd.amazonaws.connect.event.chat.rehydrated`, which names no participant.
protocol.no-event-at-start | open | - | wire
    With `StartChatContact` there is no such event.
protocol.token-replay | inferred | MODEL | wire
    The same operation with the same `ClientToken` and the same parameters repeats the first answer, without a second
    effect. AWS says so of `StartChatContact` and of other operations, not of `CreatePersistentContactAssociation`.
protocol.association-token-not-filled | inferred | MODEL | engine
    SDKs made from the model fill in no `ClientToken` for `CreatePersistentContactAssociation`, although its page says
    so: a retry without one meets `eligibility.once-per-chat`.
protocol.token-lifetime | inferred | MODEL | engine
    A `ClientToken` is valid for 7 days, per instance and operation (documented for outbound chats and calls).
protocol.token-reuse | open | - | wire
    The same `ClientToken` with other parameters is refused.
protocol.plan-before-commit | inferred | - | wire
    A refused `StartChatContact` leaves no contact behind.
protocol.declared-errors | open | MODEL SCC | wire
    An operation is refused with an error that the model declares for it, or with one that is common to all operations.
protocol.join-in-five-minutes | inferred | SCC CTR | seed
    A customer must connect within 5 minutes of `StartChatContact`, or the chat ends
    (`CUSTOMER_CONNECTION_NOT_ESTABLISHED`).
protocol.duration | documented | SCC CTR | seed
    A chat lasts 25 hours by default, or the 60 to 10,080 minutes that were asked for, and then ends as `EXPIRED`.
protocol.leave-then-survey | documented | SVY | seed
    With `DisconnectOnCustomerExit`, the disconnect flow runs whichever participant leaves first, in a contact of its
    own (method DISCONNECT). The chat ends, and `chat.ended` is said, when nothing more runs.
protocol.connection-until-ended | inferred | CJS | seed
    A customer who left keeps the connection until `chat.ended`, to answer a survey.
protocol.agents-leave-with-customer | documented | SCC | seed
    `DisconnectOnCustomerExit` makes agents leave with the customer.
protocol.attachment-types | documented | LIM | wire
    A chat takes attachments of up to 20 MB with the extensions csv, doc, docx, heic, jfif, jpeg, jpg, mov, mp4, pdf,
    png, ppt, pptx, rtf, txt, wav, xls and xlsx. Another one is refused when it is announced.
protocol.attachment-urls-expire | documented | MODEL | engine
    The address for an upload or a download of an attachment is good until its `UrlExpiry`.
protocol.not-resume | documented | CUI | wire
    Rehydration never reconnects to a live chat.
"""


def _read(catalogue: str) -> Mapping[RuleId, Rule]:
    """Read rules: of each a line ``id | standing | sources | seen by``, then its statement, on indented lines.

    Evidence follows the statement: a line with the day and the address, then what was seen.

    :raises ValueError: a rule is written otherwise, names what there is not, or has the id of another; it is named.
    """
    read: dict[RuleId, Rule] = {}
    for entry in re.split(r"\n+(?=\S)", catalogue.strip()):
        head, _, body = entry.partition("\n")
        try:
            each = _rule(head.split(" | "), " ".join(body.split()))
        except ValueError as problem:
            raise ValueError(f"the rule that begins {head!r}: {problem}") from None
        if each.id in read:
            raise ValueError(f"two rules are called {each.id}")
        read[each.id] = each
    return MappingProxyType(read)


def _rule(cells: Sequence[str], told: str) -> Rule:
    rule_id, standing, sources, seen_by = cells
    statement, *seen = re.split(r" (?=\d{4}-\d\d-\d\d https://)", told)
    codes = () if sources == "-" else tuple(sources.split(" "))
    if unknown := sorted({*codes} - {*SOURCES}):
        raise ValueError(f"no source is called {unknown[0]!r}")
    if not statement:
        raise ValueError("it states nothing")
    return Rule(RuleId(rule_id), statement, Standing(standing), codes, SeenBy(seen_by), tuple(map(_evidence, seen)))


def _evidence(told: str) -> Evidence:
    day, address, statement = told.split(" ", 2)
    return Evidence(date.fromisoformat(day), address, statement)


RULES: Final[Mapping[RuleId, Rule]] = _read(_CATALOGUE)
"""Id → rule, in the order of the catalogue."""


def rule(rule_id: str) -> Rule:
    """Look a rule up by its id.

    :raises InvalidArgument: no rule has this id; the ids that come closest are named.
    """
    try:
        return RULES[RuleId(rule_id)]
    except (KeyError, TypeError):
        raise InvalidArgument("rule", rule_id, _closest(rule_id)) from None


def _closest(rule_id: object) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  wanted on this path alone, and slower to import than the rest

    text = rule_id if isinstance(rule_id, str) else ""
    names = get_close_matches(text.rpartition(".")[2], [each.name for each in RULES.values()])
    close = (
        [each.id for each in RULES.values() if each.group == text]
        or get_close_matches(text, RULES, cutoff=0.85)
        or [each.id for each in RULES.values() if each.name in names]
    )
    return f"one of {', '.join(close)}" if close else "the id of a rule, such as visibility.predecessors"
