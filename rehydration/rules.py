"""The catalogue of rules as data: name, sentence, standing, sources, and who can see each rule.

Here belong the sentences of the rules page, one :class:`Rule` each, in the order of that page, and the sources they
are drawn from. This module does not know the code that obeys the rules: an answer cites a rule by its id, and whoever
shows the answer looks the id up here.

Nothing here was measured against a live Amazon Connect instance; where a rule and its source disagree, the source is
right.
"""

from __future__ import annotations

from collections.abc import Mapping
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


_CATALOGUE: Final = (
    # identity
    Rule(
        RuleId("identity.contact-is-segment"),
        "Each segment of a chat is a contact with a unique id. The first has initiation method API; later ones "
        "TRANSFER (agent), QUEUE_TRANSFER, or DISCONNECT (a contact-creating disconnect flow, e.g. a post-chat "
        "survey).",
        Standing.DOCUMENTED,
        ("IDT", "EVT", "CTR"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("identity.session"),
        "A session is every contact whose initial contact is the same, the initial contact included.",
        Standing.DOCUMENTED,
        ("IDT",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("identity.initial-encodings"),
        "A first contact is written three ways that mean the same: ids null (contact record), absent (contact "
        "event), equal to its own id (flow event, `GetTranscript`). A self-reference is never followed.",
        Standing.INFERRED,
        ("IDT", "EVT", "LMB"),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.predecessors-form-a-tree"),
        "Several contacts may share one predecessor (consults, several parties). `NextContactId` names only the "
        "last of them and is not used.",
        Standing.DOCUMENTED,
        ("IDT",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.disconnect-is-per-segment"),
        "`DisconnectTimestamp` ends one contact, not its session.",
        Standing.DOCUMENTED,
        ("MODEL", "CTR"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("identity.session-end"),
        "A session has ended when every chat contact of it has ended; a contact of another channel in it does not "
        "hold it open.",
        Standing.INFERRED,
        ("AG", "CTR"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("identity.related-is-general"),
        "`RelatedContactId` also links tasks, e-mails, callbacks, and chats started with `RelatedContactId` and no "
        "rehydration. No record field tells them apart.",
        Standing.DOCUMENTED,
        ("AG", "SCC"),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.related-read-as-link"),
        "Read from records, the `RelatedContactId` of a CHAT counts as a link, unless it names a contact of its "
        "own session or a known contact of another channel, or the reader is told otherwise.",
        Standing.OPEN,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.link-of-session"),
        "A session has at most one link. Two contacts of one session that name different start contacts contradict "
        "one another.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.new-session"),
        "A rehydrated chat is a new session with an initial contact of its own.",
        Standing.DOCUMENTED,
        ("CUI",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("identity.association-id-is-opaque"),
        "`ContactAssociationId` has two contradicting definitions; it is carried, never reasoned with.",
        Standing.INFERRED,
        ("MODEL", "CTR"),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.one-instance"),
        "One graph is one instance; records of two instances contradict one another.",
        Standing.INFERRED,
        ("API",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.at-least-once"),
        "Contact records arrive at least once: of one `ContactId` the latest `LastUpdateTimestamp` wins, whatever "
        "the order of arrival.",
        Standing.DOCUMENTED,
        ("CTR",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.fold"),
        "Records beat contact events and flow events, which only fill gaps. A disconnect once seen never "
        "disappears. Two that differ in initial, previous or related id at the same update time contradict one "
        "another.",
        Standing.OPEN,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("identity.window"),
        "Exports are windows in time. An id that is referred to but not contained is an unknown contact, not an error.",
        Standing.INFERRED,
        (),
        SeenBy.ENGINE,
    ),
    # eligibility
    Rule(
        RuleId("eligibility.session-ended"),
        "Only an ended chat session may be rehydrated.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.ended-scope"),
        "What must have ended: the source's whole session, or the source contact alone. `Policy.ended`: `SESSION`, "
        "`SEGMENT`.",
        Standing.OPEN,
        ("AG", "API"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("eligibility.unknown-end"),
        "An unknown contact of the source's session counts as ended, with a warning.",
        Standing.OPEN,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("eligibility.transcript-lag"),
        "Transcripts are generated asynchronously; callers are advised to wait 30 to 60 s after the end.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.early-call"),
        "A call within 60 s of the session's last disconnect (only where `now` is given): accepted with a warning, "
        "or refused. `Policy.early_call`: `WARN`, `REFUSE`.",
        Standing.OPEN,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.once-per-chat"),
        "A new chat is associated at most once, whichever door: `StartChatContact.PersistentChat`, "
        "`StartAssistantContact.PersistentChat`, the flow block, `CreatePersistentContactAssociation`. Counted per "
        "session.",
        Standing.DOCUMENTED,
        ("AG", "BLK"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.many-per-source"),
        "One past contact may be continued by any number of new chats.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.plain-related-does-not-count"),
        "A chat started with a plain `RelatedContactId` can still be associated.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.related-excludes-persistent"),
        "`RelatedContactId` and `PersistentChat` exclude each other in one request.",
        Standing.DOCUMENTED,
        ("SCC",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.type-required"),
        "A rehydration type is required.",
        Standing.DOCUMENTED,
        ("PC", "API"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.source-required"),
        "A source is required; a `PersistentChat` with one of the two is refused.",
        Standing.INFERRED,
        ("PC", "API"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.target-is-chat"),
        "The target is a CHAT (messaging subtypes are CHAT).",
        Standing.DOCUMENTED,
        ("BLK",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("eligibility.target-live"),
        "The target exists and has not ended.",
        Standing.INFERRED,
        ("API",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.source-is-chat"),
        "The source is a CHAT.",
        Standing.OPEN,
        (),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("eligibility.source-exists"),
        "A source nobody has heard of, or one of another instance, is not found. An unknown contact is found, with "
        "a warning.",
        Standing.INFERRED,
        ("API",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.source-in-another-session"),
        "The source belongs to another session than the target.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.retention"),
        "Contact data is kept 24 months from initiation.",
        Standing.DOCUMENTED,
        ("MODEL",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("eligibility.beyond-retention"),
        "A source beyond it is not found (only where `now` is given).",
        Standing.OPEN,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("eligibility.no-ownership-check"),
        "Connect documents no check that source and target belong to one customer: the application must make it.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("eligibility.customer-mismatch"),
        "Where both sides name a customer and the names differ. `Policy.customer_mismatch`: `WARN`, `REFUSE`.",
        Standing.OPEN,
        (),
        SeenBy.SEED,
    ),
    # start
    Rule(
        RuleId("start.from-segment"),
        "FROM_SEGMENT: the start contact is the source; any contact of an ended session will do.",
        Standing.DOCUMENTED,
        ("API", "CUI"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("start.entire-past-session"),
        "ENTIRE_PAST_SESSION: the start contact is the most recently terminated chat contact of the source's "
        "session. An unknown contact is it only where no known one is there.",
        Standing.DOCUMENTED,
        ("API",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("start.entire-takes-initial"),
        "ENTIRE_PAST_SESSION takes the initial contact id of the past session.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("start.entire-given-another"),
        "Another contact of the session given: refused, or taken for its session. `Policy.entire_source`: "
        "`INITIAL_ONLY`, `ANY_OF_SESSION`.",
        Standing.OPEN,
        (),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("start.most-recent"),
        "Which contact is the most recent: by disconnect, by initiation, or by place in the chain; ties by the "
        "other two in that order, then by greatest id, with a warning. `Policy.most_recent`: `DISCONNECT`, "
        "`INITIATION`, `DEPTH`.",
        Standing.OPEN,
        (),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("start.reported"),
        "The start contact is answered as `ContinuedFromContactId`, for persistent chats only.",
        Standing.DOCUMENTED,
        ("API", "SCC"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("start.related"),
        "The start contact becomes the new chat's `RelatedContactId`.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    # visibility
    Rule(
        RuleId("visibility.predecessors"),
        "The start contact and its predecessors in its session are visible.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.later-dropped"),
        "FROM_SEGMENT: contacts of the source session that do not precede the start contact are not visible in the "
        "new chat. They are not deleted.",
        Standing.DOCUMENTED,
        ("API", "AG"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.entire-linear"),
        "ENTIRE_PAST_SESSION on a linear session shows all of it.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.entire-branched"),
        "ENTIRE_PAST_SESSION on a branched session: every chat contact of it, or the start contact and its "
        "predecessors. `Policy.entire_view`: `SESSION`, `ANCESTORS`.",
        Standing.OPEN,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.cumulative"),
        "Links accumulate: if a session that is seen was itself rehydrated, what it was linked to is seen too, "
        "transitively.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.cut-persists"),
        "What an earlier rehydration dropped stays dropped further on.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.backward-only"),
        "An old session never shows newer ones that continued it.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.link-scope"),
        "A link counts for its whole session, or only for the contact that carries it and those after it. "
        "`Policy.link_scope`: `SESSION`, `CONTACT`.",
        Standing.OPEN,
        (),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.type-of-link"),
        "A link whose type is unknown (records keep the start contact, not the type) shows the start contact and "
        "its predecessors, with a warning naming the siblings where the session is branched. What the engine "
        "writes keeps the type.",
        Standing.OPEN,
        ("CTR",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("visibility.visit-once"),
        "A walk visits each contact once. Links that lead back into a visited session end the walk with a warning.",
        Standing.INFERRED,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("visibility.order"),
        "Past contacts are listed newest to oldest: a contact before the one it continues; where that leaves a "
        "choice, by `start.most-recent`.",
        Standing.INFERRED,
        ("GT",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.past-limit"),
        "At most 100 past contacts are traversed.",
        Standing.DOCUMENTED,
        ("LIM",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.past-limit-counts"),
        "Every past contact that the walk enters counts, of any channel, available or not, known or not; contacts "
        "of the current session do not.",
        Standing.OPEN,
        ("LIM",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.beyond-limit"),
        "More than that: the nearest 100 and the rest beyond the limit, or a refusal. `Policy.beyond_limit`: "
        "`TRUNCATE`, `REFUSE`.",
        Standing.OPEN,
        ("LIM",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.other-channels"),
        "A contact of another channel in the walk is passed through and not listed.",
        Standing.INFERRED,
        (),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.unknown-contact"),
        "An unknown contact in the walk is listed as unknown and the walk ends there, marked incomplete.",
        Standing.OPEN,
        (),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("visibility.transcript-size"),
        "A past transcript file above 5 MB (5,000,000 bytes) cannot be shown.",
        Standing.DOCUMENTED,
        ("LIM",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.transcript-place"),
        "A past transcript must be in the instance's one transcript bucket under its original name.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.transcript-unavailable"),
        "A transcript that is missing, renamed, deleted or too large: the contact is listed as unavailable and the "
        "walk goes on; or the walk stops before it; or the request is refused. `Policy.unavailable`: `GAP`, "
        "`STOP`, `REFUSE`.",
        Standing.OPEN,
        ("AG", "LIM"),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.both-sides"),
        "Customer and agent see the same history.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("visibility.attributes-copied"),
        "When linked, the target gets a copy of the start contact's attributes: one hop, later changes do not travel.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("visibility.attribute-precedence"),
        "Attributes that the target already has, or that the request gives, win over the copy.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    # paging
    Rule(
        RuleId("paging.past-by-token"),
        "Past items come through `NextToken` with `ScanDirection=BACKWARD`, after the items of the current session.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.first-page-has-token"),
        "The first call on a new persistent chat answers a token if past items exist.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.no-mixed-page"),
        "A page holds items of the current session or of the past, not both.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.end"),
        "At the end there is no token. (Clients also meet an empty string and must read it as the end.)",
        Standing.INFERRED,
        ("CJS",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.filters-stay-current"),
        "`StartPosition` and `ContactId` are not supported for past items.",
        Standing.DOCUMENTED,
        ("AG",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.filtered-past"),
        "A filter that names the past gives an empty page, not an error.",
        Standing.INFERRED,
        ("CJS",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.forward-from-past"),
        "`FORWARD` with a token into the past goes forward through it to the present.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.provenance-current"),
        "An item of the current session has `ContactId` and no `RelatedContactId`.",
        Standing.DOCUMENTED,
        ("ITEM",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.provenance-past"),
        "An item of a past session has `RelatedContactId`, the contact it was originally sent on, and no `ContactId`.",
        Standing.DOCUMENTED,
        ("ITEM",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.defaults"),
        "`MaxResults` 10, 0 to 100. `ScanDirection` BACKWARD, or FORWARD with `StartPosition`. `SortOrder` DESCENDING.",
        Standing.DOCUMENTED,
        ("MODEL", "GT"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.sort-within-page"),
        "`SortOrder` orders a page inside; pages follow the scan direction.",
        Standing.INFERRED,
        ("GT", "CUI"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.initial-contact"),
        "`InitialContactId` of the answer is the current session's.",
        Standing.INFERRED,
        ("GT",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.token-lifetime"),
        "A participant's connection dies with its chat: AccessDenied (403) afterwards.",
        Standing.DOCUMENTED,
        ("CJS",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.events"),
        "Joined, left, ended and transfer events are in transcripts. Typing is not.",
        Standing.DOCUMENTED,
        ("GT",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("paging.ended-has-no-participant"),
        "`chat.ended` carries no participant.",
        Standing.INFERRED,
        ("AG",),
        SeenBy.WIRE,
    ),
    # protocol
    Rule(
        RuleId("protocol.initial-contact-id-is-current"),
        "`InitialContactId` in `CreatePersistentContactAssociation` is the *current* contact from which the call "
        "is made, despite its name. The link is recorded on it.",
        Standing.DOCUMENTED,
        ("API",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.rehydrated-event"),
        "With the flow block or the API, rehydration ends with an EVENT of content type "
        "`application/vnd.amazonaws.connect.event.chat.rehydrated` on the current chat.",
        Standing.DOCUMENTED,
        ("AG", "CJS"),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.no-event-at-start"),
        "With `StartChatContact` no such event is emitted.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.token-replay"),
        "The same operation with the same `ClientToken` and the same parameters repeats the first answer, without "
        "a second effect.",
        Standing.DOCUMENTED,
        ("MODEL",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.token-lifetime"),
        "A token is valid for 7 days, per instance and operation (documented for outbound chats and calls).",
        Standing.INFERRED,
        ("MODEL",),
        SeenBy.ENGINE,
    ),
    Rule(
        RuleId("protocol.token-reuse"),
        "The same `ClientToken` with other parameters is refused.",
        Standing.OPEN,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.plan-before-commit"),
        "A refused `StartChatContact` leaves no contact behind.",
        Standing.INFERRED,
        (),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.declared-errors"),
        "Only the errors that the service model declares for the operation are answered.",
        Standing.DOCUMENTED,
        ("MODEL",),
        SeenBy.WIRE,
    ),
    Rule(
        RuleId("protocol.join-in-five-minutes"),
        "A customer must connect within 5 minutes of `StartChatContact`, or the chat ends.",
        Standing.DOCUMENTED,
        ("SCC",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("protocol.duration"),
        "A chat lasts 25 hours unless told otherwise, 60 to 10,080 minutes.",
        Standing.DOCUMENTED,
        ("SCC",),
        SeenBy.SEED,
    ),
    Rule(
        RuleId("protocol.not-resume"),
        "Rehydration never reconnects to a live chat.",
        Standing.DOCUMENTED,
        ("CUI",),
        SeenBy.WIRE,
    ),
)

RULES: Final[Mapping[RuleId, Rule]] = MappingProxyType({each.id: each for each in _CATALOGUE})
"""Id → rule, in the order of the rules page."""


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
    names = get_close_matches(text.rpartition(".")[2], [each.name for each in _CATALOGUE])
    close = (
        [each.id for each in _CATALOGUE if each.group == text]
        or get_close_matches(text, RULES, cutoff=0.85)
        or [each.id for each in _CATALOGUE if each.name in names]
    )
    return f"one of {', '.join(close)}" if close else "the id of a rule, such as visibility.predecessors"
