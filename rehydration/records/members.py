"""What AWS writes of a contact: every member, how it is taken, and how it is spelt.

Here belongs the one table of AWS's names, for all who read, write or tell of contacts: readers of records, columns of
whole exports, seeding, and the answers of the service. Nobody else spells them; a test says so. Our names are those of
the data lake, in snake case. AWS writes the same names in Pascal case in contact records and answers of the API, in
camel case in events; Glue and Athena make them lower case, other databases upper case. All of these are one name: what
is left of a spelling without case and signs. What is not a contact is told in ``strays``.

Sources: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html,
https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html,
https://docs.aws.amazon.com/connect/latest/APIReference/API_Contact.html and
https://docs.aws.amazon.com/connect/latest/adminguide/data-lake-contact-data.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from rehydration.records import fields

Take = Callable[[object, str, str], object]
"""What takes what a member holds: it is handed that, the record's path, and the member's name in it."""

MEMBERS: Final[Mapping[str, Take]] = {
    "initial_contact_id": fields.as_id,
    "previous_contact_id": fields.as_id,
    "related_contact_id": fields.as_id,
    "contact_association_id": fields.as_id,
    "channel": fields.as_keyword,
    "initiation_method": fields.as_keyword,
    "initiation_timestamp": fields.as_time,
    "disconnect_timestamp": fields.as_time,
    "last_update_timestamp": fields.as_time,
    "customer_id": fields.as_name,
}
"""The members that a :class:`~rehydration.contacts.Contact` calls alike, each with what takes it."""

CONTACT_ID: Final = "contact_id"
INSTANCE_ID: Final = "instance_id"
INSTANCE_ARN: Final = "instance_arn"
ATTRIBUTES: Final = "attributes"
EVENT_TYPE: Final = "event_type"
SEGMENT_ATTRIBUTES: Final = "segment_attributes"
"""What belongs to one contact of a session; it stands with the details, and no table is read for it."""
RECORDING: Final = "recording"
RECORDINGS: Final = "recordings"
TRANSCRIPT: Final = "transcript"
"""What recordings tell of the transcript, in one word: a column of tables that were written here."""
IS_EVENT: Final = "is_event"
"""Whether a row is from an event: a column of tables that were written here."""

A_RECORDING: Final = ("media_stream_type", "status", "location")
"""Kind, status and location of one of the recordings; a single recording calls its kind ``Type``."""

ONE_RECORDING: Final = ("recording_type", "recording_status", "recording_location")
"""Kind, status and location of the first recording, in columns of their own."""

NAMES: Final = (
    CONTACT_ID,
    *MEMBERS,
    INSTANCE_ID,
    INSTANCE_ARN,
    ATTRIBUTES,
    EVENT_TYPE,
    RECORDING,
    RECORDINGS,
    *ONE_RECORDING,
    TRANSCRIPT,
    IS_EVENT,
)
"""Every member that is read."""

CHAIN: Final = ("initial_contact_id", "previous_contact_id", "related_contact_id")
"""The members by which a contact names others: what tells a contact from all else that has a contact id."""

CHANNELS: Final = ("VOICE", "CHAT", "TASK", "EMAIL")
"""The channels that Amazon Connect has."""

OTHER_NAMES: Final[Mapping[str, str]] = {"id": CONTACT_ID, "arn": INSTANCE_ARN, "contactarn": INSTANCE_ARN}
"""What answers of the API call a member; it counts where the member itself is not there."""

_SPELT_APART: Final = {INSTANCE_ARN: "InstanceARN"}


@lru_cache(maxsize=4096)
def plain(spelling: str) -> str:
    """Leave of a spelling what all spellings of a name have in common.

    >>> {plain(each) for each in ("InitialContactId", "initialContactId", "INITIAL_CONTACT_ID", "Initial contact ID")}
    {'initialcontactid'}
    """
    return "".join(filter(str.isalnum, spelling)).lower()


def pascal(name: str) -> str:
    """Spell a member as contact records and answers of the API do.

    >>> pascal("contact_association_id")
    'ContactAssociationId'
    """
    return _SPELT_APART.get(name) or "".join(map(str.capitalize, name.split("_")))


def camel(name: str) -> str:
    """Spell a member as events do.

    >>> camel("contact_association_id")
    'contactAssociationId'
    """
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


NAME_OF: Final[Mapping[str, str]] = {plain(name): name for name in NAMES}
"""Our name of each member, by what its spellings have in common."""

_ALSO: Final = """
    account_id additional_email_recipients after_contact_work_duration agent agent_connection_attempts agent_info
    ai_agent_info ai_agents answering_machine_detection_status aws_account_id aws_contact_trace_record_format_version
    attribute_condition campaign campaign_id cases channel_subtype chat_metrics connected_to_system_timestamp
    contact_details contact_evaluations contact_lens customer customer_endpoint customer_voice_activity
    data_lake_last_processed_timestamp day description disconnect_details disconnect_reason dt endpoint
    enqueue_timestamp evaluations
    external_third_party global_resiliency_metadata hour instance_alias is_active last_paused_timestamp
    last_resumed_timestamp media_streams month name next_contact_id next_contacts outbound_strategy
    partition_0 partition_1 partition_2 partition_3 partition_date
    previous_contact_ids quality_metrics queue queue_info queue_priority queue_time_adjustment_seconds recording_ids
    references region ring_start_timestamp routing_criteria scheduled_timestamp segment_attribute segment_attributes
    system_endpoint tags task_attachments task_template_info total_pause_count total_pause_duration_in_seconds
    transcript transfer_completed_timestamp transferred_to_endpoint updated_properties user_info voice_id_result
    voicemail_info wisdom_info work_item year
"""
_FAMILIES: Final = """
    agent campaign chat connected_to contact_details customer_endpoint customer_voice device_ disconnect_
    external_third_party global_resiliency media outbound_strategy quality_metrics queue recording references
    routing scheduled segment system_endpoint task_ transfer voice_id wisdom
"""
_KNOWN: Final = {plain(each) for each in _ALSO.split()} | NAME_OF.keys() | OTHER_NAMES.keys()
_BEGINNINGS: Final = tuple(plain(each) for each in _FAMILIES.split())


def is_of_contacts(spelling: str) -> bool:
    """Tell whether contacts have such a member, in whatever spelling and whether or not it is read.

    AWS adds members, and a partitioned table has columns of its own: an unknown one alone denies nothing.

    >>> is_of_contacts("NEXT_CONTACT_ID"), is_of_contacts("agent_arn"), is_of_contacts("ContactFlowId")
    (True, True, False)
    """
    name = plain(spelling)
    return name in _KNOWN or name.startswith(_BEGINNINGS)
