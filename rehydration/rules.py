"""The catalogue of rules as data: id, statement, standing, sources, and who can see each rule.

Here belong the rules, one :class:`Rule` each, and the sources that they are drawn from. The catalogue is the contract:
a rule is here before anything obeys it. This module does not know the code that obeys the rules: an answer cites a rule
by its id, and whoever shows the answer looks the id up here.

Nothing here was measured against a live Amazon Connect instance. Where a rule and its source disagree, the source is
right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
        "GT": "https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_GetTranscript.html",
        "ITEM": "https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_Item.html",
        "MODEL": "botocore's service models `connect/2017-08-08`, `connectparticipant/2018-09-07`",
        "CJS": "https://github.com/amazon-connect/amazon-connect-chatjs",
        "CUI": "https://github.com/amazon-connect/amazon-connect-chat-ui-examples",
    }
)
"""Code of a source → its address, or what it is where it has none."""


@frozen
class Rule:
    """One claim about persistent chat.

    ``sources`` are codes of :data:`SOURCES`, none where AWS is silent.

    >>> rule("start.related").statement
    "The start contact becomes the new chat's `RelatedContactId`."
    """

    id: RuleId
    statement: str
    standing: Standing
    sources: tuple[str, ...]
    seen_by: SeenBy

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
    Each segment of a chat is a contact with a unique id. The first has initiation method API; later ones TRANSFER
    (agent), QUEUE_TRANSFER, or DISCONNECT (a contact-creating disconnect flow, e.g. a post-chat survey).
identity.session | documented | IDT | seed
    A session is every contact whose initial contact is the same, the initial contact included.
identity.initial-encodings | inferred | IDT EVT LMB | engine
    A first contact is written three ways that mean the same: ids null (contact record), absent (contact event),
    equal to its own id (flow event, `GetTranscript`). A self-reference is never followed.
identity.predecessors-form-a-tree | documented | IDT | engine
    Several contacts may share one predecessor (consults, several parties). `NextContactId` names only the last of
    them and is not used.
identity.disconnect-is-per-segment | documented | MODEL CTR | seed
    `DisconnectTimestamp` ends one contact, not its session.
identity.session-end | inferred | AG CTR | seed
    A session has ended when every chat contact of it has ended; a contact of another channel in it does not hold it
    open.
identity.related-is-general | documented | AG SCC | engine
    `RelatedContactId` also links tasks, e-mails, callbacks, and chats started with `RelatedContactId` and no
    rehydration. No record field tells them apart.
identity.related-read-as-link | open | - | engine
    Read from records, the `RelatedContactId` of a CHAT counts as a link, unless it names a contact of its own
    session or a known contact of another channel, or the reader is told otherwise.
identity.link-of-session | inferred | AG | engine
    A session has at most one link. Two contacts of one session that name different start contacts contradict one
    another.
identity.new-session | documented | CUI | wire
    A rehydrated chat is a new session with an initial contact of its own.
identity.association-id-is-opaque | inferred | MODEL CTR | engine
    `ContactAssociationId` has two contradicting definitions; it is carried, never reasoned with.
identity.one-instance | inferred | API | engine
    One graph is one instance; records of two instances contradict one another.
identity.at-least-once | documented | CTR | engine
    Contact records arrive at least once: of one `ContactId` the latest `LastUpdateTimestamp` wins, whatever the
    order of arrival.
identity.fold | open | - | engine
    Records beat contact events and flow events, which only fill gaps. A disconnect once seen never disappears. Two
    that differ in initial, previous or related id at the same update time contradict one another.
identity.window | inferred | - | engine
    Exports are windows in time. An id that is referred to but not contained is an unknown contact, not an error.

eligibility.session-ended | documented | AG | wire
    Only an ended chat session may be rehydrated.
eligibility.ended-scope | open | AG API | seed
    What must have ended: the source's whole session, or the source contact alone. `Policy.ended`: `SESSION`,
    `SEGMENT`.
eligibility.unknown-end | open | - | engine
    An unknown contact of the source's session counts as ended, with a warning.
eligibility.transcript-lag | documented | AG | wire
    Transcripts are generated asynchronously; callers are advised to wait 30 to 60 s after the end.
eligibility.early-call | open | AG | wire
    A call within 60 s of the session's last disconnect (only where `now` is given): accepted with a warning, or
    refused. `Policy.early_call`: `WARN`, `REFUSE`.
eligibility.once-per-chat | documented | AG BLK | wire
    A new chat is associated at most once, whichever door: `StartChatContact.PersistentChat`,
    `StartAssistantContact.PersistentChat`, the flow block, `CreatePersistentContactAssociation`. Counted per
    session.
eligibility.many-per-source | inferred | AG | wire
    One past contact may be continued by any number of new chats.
eligibility.plain-related-does-not-count | open | - | wire
    A chat started with a plain `RelatedContactId` can still be associated.
eligibility.related-excludes-persistent | documented | SCC | wire
    `RelatedContactId` and `PersistentChat` exclude each other in one request.
eligibility.type-required | documented | PC API | wire
    A rehydration type is required.
eligibility.source-required | inferred | PC API | wire
    A source is required; a `PersistentChat` with one of the two is refused.
eligibility.target-is-chat | documented | BLK | seed
    The target is a CHAT (messaging subtypes are CHAT).
eligibility.target-live | inferred | API | wire
    The target exists and has not ended.
eligibility.source-is-chat | open | - | seed
    The source is a CHAT.
eligibility.source-exists | inferred | API | wire
    A source nobody has heard of, or one of another instance, is not found. An unknown contact is found, with a
    warning.
eligibility.source-in-another-session | inferred | AG | wire
    The source belongs to another session than the target.
eligibility.retention | documented | MODEL | engine
    Contact data is kept 24 months from initiation.
eligibility.beyond-retention | open | - | engine
    A source beyond it is not found (only where `now` is given).
eligibility.no-ownership-check | inferred | AG | wire
    Connect documents no check that source and target belong to one customer: the application must make it.
eligibility.customer-mismatch | open | - | seed
    Where both sides name a customer and the names differ. `Policy.customer_mismatch`: `WARN`, `REFUSE`.

start.from-segment | documented | API CUI | wire
    FROM_SEGMENT: the start contact is the source; any contact of an ended session will do.
start.entire-past-session | documented | API | seed
    ENTIRE_PAST_SESSION: the start contact is the most recently terminated chat contact of the source's session. An
    unknown contact is it only where no known one is there.
start.entire-takes-initial | documented | AG | wire
    ENTIRE_PAST_SESSION takes the initial contact id of the past session.
start.entire-given-another | open | - | seed
    Another contact of the session given: refused, or taken for its session. `Policy.entire_source`: `INITIAL_ONLY`,
    `ANY_OF_SESSION`.
start.most-recent | open | - | seed
    Which contact is the most recent: by disconnect, by initiation, or by place in the chain; ties by the other two
    in that order, then by greatest id, with a warning. `Policy.most_recent`: `DISCONNECT`, `INITIATION`, `DEPTH`.
start.reported | documented | API SCC | wire
    The start contact is answered as `ContinuedFromContactId`, for persistent chats only.
start.related | documented | AG | wire
    The start contact becomes the new chat's `RelatedContactId`.

visibility.predecessors | documented | AG | seed
    The start contact and its predecessors in its session are visible.
visibility.later-dropped | documented | API AG | seed
    FROM_SEGMENT: contacts of the source session that do not precede the start contact are not visible in the new
    chat. They are not deleted.
visibility.entire-linear | documented | AG | seed
    ENTIRE_PAST_SESSION on a linear session shows all of it.
visibility.entire-branched | open | AG | seed
    ENTIRE_PAST_SESSION on a branched session: every chat contact of it, or the start contact and its predecessors.
    `Policy.entire_view`: `SESSION`, `ANCESTORS`.
visibility.cumulative | documented | AG | wire
    Links accumulate: if a session that is seen was itself rehydrated, what it was linked to is seen too,
    transitively.
visibility.cut-persists | inferred | AG | seed
    What an earlier rehydration dropped stays dropped further on.
visibility.backward-only | inferred | AG | wire
    An old session never shows newer ones that continued it.
visibility.link-scope | open | - | seed
    A link counts for its whole session, or only for the contact that carries it and those after it.
    `Policy.link_scope`: `SESSION`, `CONTACT`.
visibility.type-of-link | open | CTR | engine
    A link whose type is unknown (records keep the start contact, not the type) shows the start contact and its
    predecessors, with a warning naming the siblings where the session is branched. What the engine writes keeps the
    type.
visibility.visit-once | inferred | - | engine
    A walk visits each contact once. Links that lead back into a visited session end the walk with a warning.
visibility.order | inferred | GT | wire
    Past contacts are listed newest to oldest: a contact before the one it continues; where that leaves a choice, by
    `start.most-recent`.
visibility.past-limit | documented | LIM | wire
    At most 100 past contacts are traversed.
visibility.past-limit-counts | open | LIM | seed
    Every past contact that the walk enters counts, of any channel, available or not, known or not; contacts of the
    current session do not.
visibility.beyond-limit | open | LIM | wire
    More than that: the nearest 100 and the rest beyond the limit, or a refusal. `Policy.beyond_limit`: `TRUNCATE`,
    `REFUSE`.
visibility.other-channels | inferred | - | seed
    A contact of another channel in the walk is passed through and not listed.
visibility.unknown-contact | open | - | engine
    An unknown contact in the walk is listed as unknown and the walk ends there, marked incomplete.
visibility.transcript-size | documented | LIM | seed
    A past transcript file above 5 MB (5,000,000 bytes) cannot be shown.
visibility.transcript-place | documented | AG | seed
    A past transcript must be in the instance's one transcript bucket under its original name.
visibility.transcript-unavailable | open | AG LIM | seed
    A transcript that is missing, renamed, deleted or too large: the contact is listed as unavailable and the walk
    goes on; or the walk stops before it; or the request is refused. `Policy.unavailable`: `GAP`, `STOP`, `REFUSE`.
visibility.both-sides | documented | AG | seed
    Customer and agent see the same history.
visibility.attributes-copied | documented | AG | wire
    When linked, the target gets a copy of the start contact's attributes: one hop, later changes do not travel.
visibility.attribute-precedence | open | - | wire
    Attributes that the target already has, or that the request gives, win over the copy.

paging.past-by-token | documented | AG | wire
    Past items come through `NextToken` with `ScanDirection=BACKWARD`, after the items of the current session.
paging.first-page-has-token | documented | AG | wire
    The first call on a new persistent chat answers a token if past items exist.
paging.no-mixed-page | open | - | wire
    A page holds items of the current session or of the past, not both.
paging.end | inferred | CJS | wire
    At the end there is no token. (Clients also meet an empty string and must read it as the end.)
paging.filters-stay-current | documented | AG | wire
    `StartPosition` and `ContactId` are not supported for past items.
paging.filtered-past | inferred | CJS | wire
    A filter that names the past gives an empty page, not an error.
paging.forward-from-past | open | - | wire
    `FORWARD` with a token into the past goes forward through it to the present.
paging.provenance-current | documented | ITEM | wire
    An item of the current session has `ContactId` and no `RelatedContactId`.
paging.provenance-past | documented | ITEM | wire
    An item of a past session has `RelatedContactId`, the contact it was originally sent on, and no `ContactId`.
paging.defaults | documented | MODEL GT | wire
    `MaxResults` 10, 0 to 100. `ScanDirection` BACKWARD, or FORWARD with `StartPosition`. `SortOrder` DESCENDING.
paging.sort-within-page | inferred | GT CUI | wire
    `SortOrder` orders a page inside; pages follow the scan direction.
paging.initial-contact | inferred | GT | wire
    `InitialContactId` of the answer is the current session's.
paging.token-lifetime | documented | CJS | wire
    A participant's connection dies with its chat: AccessDenied (403) afterwards.
paging.events | documented | GT | wire
    Joined, left, ended and transfer events are in transcripts. Typing is not.
paging.ended-has-no-participant | inferred | AG | wire
    `chat.ended` carries no participant.

protocol.initial-contact-id-is-current | documented | API | wire
    `InitialContactId` in `CreatePersistentContactAssociation` is the *current* contact from which the call is made,
    despite its name. The link is recorded on it.
protocol.rehydrated-event | documented | AG CJS | wire
    With the flow block or the API, rehydration ends with an EVENT of content type
    `application/vnd.amazonaws.connect.event.chat.rehydrated` on the current chat.
protocol.no-event-at-start | open | - | wire
    With `StartChatContact` no such event is emitted.
protocol.token-replay | documented | MODEL | wire
    The same operation with the same `ClientToken` and the same parameters repeats the first answer, without a
    second effect.
protocol.token-lifetime | inferred | MODEL | engine
    A token is valid for 7 days, per instance and operation (documented for outbound chats and calls).
protocol.token-reuse | open | - | wire
    The same `ClientToken` with other parameters is refused.
protocol.plan-before-commit | inferred | - | wire
    A refused `StartChatContact` leaves no contact behind.
protocol.declared-errors | documented | MODEL | wire
    Only the errors that the service model declares for the operation are answered.
protocol.join-in-five-minutes | documented | SCC | seed
    A customer must connect within 5 minutes of `StartChatContact`, or the chat ends.
protocol.duration | documented | SCC | seed
    A chat lasts 25 hours unless told otherwise, 60 to 10,080 minutes.
protocol.not-resume | documented | CUI | wire
    Rehydration never reconnects to a live chat.
"""


def _read(catalogue: str) -> Mapping[RuleId, Rule]:
    """Read rules: of each a line ``id | standing | sources | seen by``, then its statement, on indented lines.

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


def _rule(cells: Sequence[str], statement: str) -> Rule:
    rule_id, standing, sources, seen_by = cells
    codes = () if sources == "-" else tuple(sources.split(" "))
    if unknown := sorted({*codes} - {*SOURCES}):
        raise ValueError(f"no source is called {unknown[0]!r}")
    if not statement:
        raise ValueError("it states nothing")
    return Rule(RuleId(rule_id), statement, Standing(standing), codes, SeenBy(seen_by))


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
