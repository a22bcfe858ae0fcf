"""What has a contact id and is no contact: each kind with its name, its marks, and what would have worked.

Here belongs, as data, how the other things that Amazon Connect and its surroundings write are told from contacts: by
members that no contact has. Who passes them over, counts them or refuses them is not known here.

Sources: https://docs.aws.amazon.com/connect/latest/adminguide/data-lake.html,
https://docs.aws.amazon.com/connect/latest/adminguide/about-contact-flow-logs.html,
https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html,
https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-streams.html and
https://docs.aws.amazon.com/connect/latest/adminguide/sns-payload.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from rehydration.records import changes
from rehydration.records.fields import Record, shown
from rehydration.records.members import CHAIN, CONTACT_ID, plain

CONTACT_EVENT: Final = "Amazon Connect Contact Event"
SUM: Final = "the sum of a table"
"""What a line is called that stands below a table and says how long it is, or something else in words."""
CONTACTS: Final = "contact records, contact events, or rows of the table contact_record"


def has_items(record: Record) -> bool:
    """Tell whether a record has a transcript that is a list."""
    return any(isinstance(value, list | tuple) for key, value in record.items() if plain(str(key)) == "transcript")


def _detail_type(record: Record) -> object:
    return next((value for key, value in record.items() if plain(str(key)) == "detailtype"), None)


def _is_of_another_type(record: Record) -> bool:
    return plain(str(_detail_type(record))) != plain(CONTACT_EVENT)


def _event_name(record: Record) -> str:
    return f"an EventBridge event of type {shown(_detail_type(record))}"


def _is_control_message(record: Record) -> bool:
    return any(value == "CONTROL_MESSAGE" for value in record.values())


def _is_gone(record: Record) -> bool:
    return changes.by_whom(record) is not None


def _gone_name(record: Record) -> str:
    return f"a deletion in {changes.by_whom(record)}, or a change without its new item"


def _is_relationship(record: Record) -> bool:
    return "relationship" in record.values()


def _is_alone(record: Record) -> bool:
    return len(record) == 1


def _is_linked_to(record: Record) -> bool:
    """Tell whether the rows of a table lie behind links."""
    return any(isinstance(each, Mapping) and "external_links" in each for each in record.values())


def _is_action(record: Record) -> bool:
    """Tell whether a line says what the next one is for, and nothing else, as bulk requests of OpenSearch do."""
    (held,) = record.values() if len(record) == 1 else (None,)
    return isinstance(held, Mapping) and all(f"{each}".startswith(("_", "r", "if_", "pipeline")) for each in held)


class Stray(NamedTuple):
    """A thing that is no contact. ``marks`` are groups of plain names: a thing with all names of one group is it.

    ``pattern`` marks a thing by one name alone. ``test`` asks the values as well, and ``naming`` finds in them what it
    is called; ``expected`` says what would have worked.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    expected: str = CONTACTS
    test: Callable[[Record], bool] | None = None
    pattern: re.Pattern[str] | None = None
    naming: Callable[[Record], str] | None = None

    def is_it(self, record: Record) -> bool:
        """Tell whether something with the marks is it by its values too."""
        return self.test is None or self.test(record)

    def called(self, record: Record) -> str:
        """Say what a record is that is it."""
        return self.name if self.naming is None else self.naming(record)

    def is_marked(self, names: Collection[str]) -> bool:
        """Tell whether something with members of these plain names has the marks."""
        if any(mark <= set(names) for mark in self.marks):
            return True
        return self.pattern is not None and any(map(self.pattern.fullmatch, names))


def _marks(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(plain, each.split())) for each in groups)


def _rows(table: str, *groups: str, pattern: str | None = None) -> Stray:
    expected = "rows of the table contact_record"
    return Stray(
        f"a row of the table {table}", _marks(*groups), expected, pattern=re.compile(pattern) if pattern else None
    )


STRAYS: Final = (
    Stray(
        "another EventBridge event",
        _marks("detail detail_type"),
        f"EventBridge events of type {CONTACT_EVENT!r}",
        _is_of_another_type,
        naming=_event_name,
    ),
    Stray(
        "an analysis of Contact Lens",
        _marks(
            "transcript customer_metadata",
            "transcript conversation_characteristics",
            "transcript language_code",
            "transcript content_metadata",
            "transcript job_status",
        ),
        f"{CONTACTS}; who may read the chat that it analyses is asked of its contact",
        has_items,
    ),
    Stray(
        "a chat transcript",
        _marks("contact_id transcript"),
        "contact records beside it: read_transcripts reads transcripts, for seeding",
        has_items,
    ),
    Stray(
        "an answer of GetTranscript",
        _marks("transcript"),
        f"{CONTACTS}; GetTranscript answers what was said, not what contacts there are",
        has_items,
    ),
    Stray(
        "a real-time analysis of Contact Lens",
        _marks(
            "contact_id language_code",
            "contact_id segments",
            "segments channel",
            "contact_id event_type version account_id",
        ),
    ),
    Stray(
        "a message of a chat",
        _marks("content_type participant_role", "absolute_time participant_id", "absolute_time content_type"),
        f"{CONTACTS}; message streaming tells what is said, not what contacts there are",
    ),
    Stray(
        "a flow log",
        _marks(
            "contact_flow_id contact_flow_module_type",
            "contact_flow_id contact_flow_name",
            "contact_flow_id timestamp",
            "contact_flow_name parameters",
        ),
    ),
    Stray(
        "an agent event",
        _marks(
            "current_agent_snapshot",
            "agent_arn event_id",
            "agent_arn event_timestamp",
            "current_agent_status_arn event_id",
        ),
    ),
    Stray(
        "an answer of StartChatContact",
        _marks("contact_id participant_token", "contact_id participant_id"),
        "answers of DescribeContact, SearchContacts or ListAssociatedContacts",
    ),
    _rows(
        "contact_statistic_record",
        "contact_flow_time_ms",
        "abandon_time_ms",
        "queue_answer_time_ms",
        pattern=r"(?:queue|handle|customerhold|agentinteraction|aftercontactwork|contactflow|abandon|hold)time(?:ms)?"
        r"|is(?:connected|abandon|handled|callback|api|puton|hold|incoming|outbound|queued|transferred|agenthung).*",
    ),
    _rows(
        "contact_lens_conversational_analytics",
        "language_locale",
        "total_conversation_duration_ms",
        pattern=r"(?:greeting|nontalk|talk|interruptions?|response|sentiment).*(?:ms|wpm|count|agent|customer|score)",
    ),
    Stray("an evaluation of a contact", _marks("evaluation_id metadata", "evaluation evaluation_form")),
    _rows(
        "contact_evaluation_record",
        "evaluation_id",
        "evaluation_form_id",
        "evaluation_submitted_timestamp",
        "evaluator_id",
        "item_reference_id",
    ),
    _rows("contact_flow_events", "contact_id flow_resource_id resource_type", "event_id flow_outcome"),
    _rows("bot_conversations, bot_intents or bot_slots", pattern=r"bot(?:id|session|intent|slot|conversation|orig).*"),
    _rows("customer_profiles_contact_event", "contact_id profile_id"),
    _rows("ai_agent, ai_prompt, ai_session or ai_tool", pattern=r"ai(?:agent|prompt|session|tool)(?:id|arn|name).*"),
    _rows("agent_statistic_record or agent_queue_statistic_record", "interval_start_time", "aqsr_statistic_id"),
    _rows("outbound_campaign_events", pattern=r"campaignevent.*"),
    _rows("contact_flow_events, of bots, of AI agents or another table of events", "contact_id event_id"),
    Stray(
        "a log of CloudTrail",
        _marks("event_name user_identity", "event_name request_parameters", "event_name response_elements"),
    ),
    Stray("a notification of Amazon S3", _marks("s3 event_name"), "the files that the notification names"),
    Stray("a control message of CloudWatch Logs", _marks("log_events message_type"), CONTACTS, _is_control_message),
    Stray("a confirmation of Amazon SNS", _marks("subscribe_url topic_arn")),
    Stray(
        "a deletion",
        tuple(each.marks for each in changes.CHANGES),
        "changes with what is there now, such as the view type NEW_IMAGE or NEW_AND_OLD_IMAGES of DynamoDB",
        _is_gone,
        naming=_gone_name,
    ),
    Stray("a row that is deleted", _marks(*changes.GONE), test=changes.is_row_gone),
    Stray(
        "a relationship of Neo4j",
        _marks("type start end label"),
        "nodes that name their initial and previous contacts",
        _is_relationship,
    ),
    Stray("a trace of X-Ray", _marks("traces unprocessed_trace_ids", "trace_id start_time", "traces next_token")),
    Stray("an event of S3 Select without records", _marks("stats", "progress", "cont", "end"), test=_is_alone),
    Stray(
        "an answer of Databricks whose rows lie behind links",
        _marks("manifest result"),
        "an answer with its rows in it, by the disposition INLINE, or the files that the links lead to",
        _is_linked_to,
    ),
    Stray("an action of a bulk request", _marks("index", "create", "update", "delete"), test=_is_action),
    Stray("a line below a table, such as a sum", (frozenset((plain(SUM),)),)),
)
"""In the order in which they are tried."""


def is_asked(column: str) -> bool:
    """Tell whether what a column holds decides if a row is something else."""
    return changes.is_mark(column)


def are_columns(header: Iterable[str]) -> bool:
    """Tell whether a first line names columns of contacts, of what is known not to be one, or of what was logged.

    >>> are_columns(["contact_id", "x"]), are_columns(["@timestamp", "@message"]), are_columns(["C1", ""])
    (True, True, False)
    """
    names = {plain(each) for each in header}
    return (
        plain(CONTACT_ID) in names
        or ("id" in names and not names.isdisjoint(map(plain, CHAIN)))
        or names >= {"timestamp", "message"}
        or any(each.is_marked(names) for each in STRAYS)
    )
