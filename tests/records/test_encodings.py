"""Each way in which AWS writes a contact down, read back as a whole contact."""

import json
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest

from rehydration.contacts import Contact
from rehydration.errors import UnreadableRecord
from rehydration.records import read_contacts
from rehydration.transcripts import Availability, TranscriptFact

INSTANCE = "6e0b"
ARN = f"arn:aws:connect:eu-west-2:123456789012:instance/{INSTANCE}"
START = datetime(2026, 5, 3, 9, 12, 30, tzinfo=UTC)
END = datetime(2026, 5, 3, 9, 25, 10, tzinfo=UTC)
UPDATE = datetime(2026, 5, 3, 9, 27, tzinfo=UTC)
AVAILABLE = TranscriptFact()
DELETED = TranscriptFact(Availability.DELETED)
MISPLACED = TranscriptFact(misplaced=True)


def read(*records):
    return list(read_contacts(BytesIO(b"".join(json.dumps(each).encode() for each in records))))


def transcript_of(record):
    (contact,) = read({"ContactId": "k7", **record})
    return contact.transcript


def chat(location, status="AVAILABLE"):
    return {"MediaStreamType": "CHAT", "Status": status, "Location": location}


CONTACT_RECORD = {
    "AWSAccountId": "123456789012",
    "AWSContactTraceRecordFormatVersion": "2017-03-10",
    "Agent": {"ARN": f"{ARN}/agent/a2", "ConnectedToAgentTimestamp": "2026-05-03T09:12:31Z"},
    "Attributes": {"ContactId": "not this one"},
    "Channel": "CHAT",
    "ContactAssociationId": "root",
    "ContactId": "k7",
    "CustomerId": "CUST-77",
    "DisconnectTimestamp": "2026-05-03T09:25:10Z",
    "InitialContactId": "a3",
    "InitiationMethod": "TRANSFER",
    "InitiationTimestamp": "2026-05-03T09:12:30Z",
    "InstanceARN": ARN,
    "LastUpdateTimestamp": "2026-05-03T09:27:00Z",
    "NextContactId": "z1",
    "PreviousContactId": "m5",
    "Queue": None,
    "Recording": {"Type": "CHAT", "Status": "AVAILABLE", "Location": "b/k7_20260503T09:12_UTC.json"},
    "Recordings": [chat("b/connect/x/ChatTranscripts/2026/05/03/k7_20260503T09:12_UTC.json")],
    "RelatedContactId": "r9",
}
CONTACT = Contact(
    contact_id="k7",
    initial_contact_id="a3",
    previous_contact_id="m5",
    related_contact_id="r9",
    channel="CHAT",
    initiation_method="TRANSFER",
    initiation_timestamp=START,
    disconnect_timestamp=END,
    last_update_timestamp=UPDATE,
    customer_id="CUST-77",
    instance_id=INSTANCE,
    contact_association_id="root",
    transcript=AVAILABLE,
)


class TestContactRecord:
    def test_a_full_record_is_read(self):
        assert read(CONTACT_RECORD) == [CONTACT]

    def test_a_record_needs_nothing_but_its_id(self):
        assert read({"ContactId": "k7"}) == [Contact(contact_id="k7")]

    def test_null_is_absent(self):
        assert read(dict.fromkeys(CONTACT_RECORD) | {"ContactId": "k7"}) == [Contact(contact_id="k7")]

    def test_empty_text_that_is_no_id_is_absent(self):
        assert read({"ContactId": "k7", "CustomerId": "", "Channel": "", "InstanceARN": ""}) == [
            Contact(contact_id="k7")
        ]

    def test_members_that_are_not_known_are_ignored(self):
        record = {"ContactId": "k7", "PreviousContactId": None, "New": {"ContactId": 5}}
        assert read(record) == [Contact(contact_id="k7")]

    def test_an_empty_id_of_another_contact_is_none(self):
        assert read({"ContactId": "k7", "InitialContactId": "", "RelatedContactId": ""}) == [Contact(contact_id="k7")]

    def test_ids_need_no_pattern(self):
        own = "ö/" * 128
        assert read({"ContactId": own, "PreviousContactId": "\0"}) == [
            Contact(contact_id=own, previous_contact_id="\0")
        ]

    def test_a_record_that_names_itself_names_nothing(self):
        record = {"ContactId": "k7", "InitialContactId": "k7", "PreviousContactId": "k7", "RelatedContactId": "k7"}
        assert read(record) == [Contact(contact_id="k7")]

    @pytest.mark.parametrize("arn", ["arn", "", "instance/", "arn:x:instance//contact/k7"])
    def test_an_arn_without_an_instance_names_none(self, arn):
        assert read({"ContactId": "k7", "InstanceARN": arn}) == [Contact(contact_id="k7")]

    def test_a_related_contact_is_no_link_where_the_reader_is_told_so(self):
        assert list(read_contacts([CONTACT_RECORD, {"ContactId": "m5"}], related_as_link=False)) == [
            Contact(**{name: getattr(CONTACT, name) for name in _NAMES} | {"related_is_link": False}),
            Contact(contact_id="m5", related_is_link=False),
        ]


_NAMES = [
    "contact_id",
    "initial_contact_id",
    "previous_contact_id",
    "related_contact_id",
    "channel",
    "initiation_method",
    "initiation_timestamp",
    "disconnect_timestamp",
    "last_update_timestamp",
    "customer_id",
    "instance_id",
    "contact_association_id",
    "transcript",
]


class TestTranscript:
    @pytest.mark.parametrize(
        ("recordings", "fact"),
        [
            ([chat("b/k7_20260503T09:12_UTC.json")], AVAILABLE),
            ([chat("k7.json")], AVAILABLE),
            ([chat("k7")], AVAILABLE),
            ([chat(None)], AVAILABLE),
            ([chat("b/analysis/k7_analysis_redacted_2026-05-03T09:12:30Z.json")], AVAILABLE),
            ([chat("b/k7/k7_20260503T09:12_UTC.json")], AVAILABLE),
            ([chat("b/k70_20260503T09:12_UTC.json")], MISPLACED),
            ([chat("b/xk7_20260503T09:12_UTC.json")], MISPLACED),
            ([chat("b/k7/renamed.json")], MISPLACED),
            ([chat("b/k7_old.json/")], MISPLACED),
            ([chat("")], AVAILABLE),
            ([chat("b/k7_1.json", "DELETED")], DELETED),
            ([chat("b/renamed.json", "DELETED")], DELETED),
            ([chat("b/k7_1.json", "DELETED"), chat("b/k7_2.json")], AVAILABLE),
            ([chat("b/k7_1.json"), chat("b/k7_2.json", "DELETED")], AVAILABLE),
            ([chat("b/renamed.json"), chat("b/k7_2.json")], AVAILABLE),
            ([chat("b/renamed.json"), chat("b/k7_2.json", "DELETED")], MISPLACED),
            ([chat("b/k7_2.json", "DELETED"), chat("b/renamed.json")], MISPLACED),
            ([chat("b/k7_1.json", "IN_PROGRESS")], None),
            ([chat("b/k7_1.json", None)], None),
            ([chat("b/k7_1.json") | {"MediaStreamType": "AUDIO"}], None),
            ([{}], None),
            ([None, chat("b/k7_1.json")], AVAILABLE),
            ([], None),
        ],
    )
    def test_a_fact_is_made_of_the_chat_recordings(self, recordings, fact):
        assert transcript_of({"Recordings": recordings}) == fact

    @pytest.mark.parametrize(
        ("recording", "fact"),
        [
            ({"Type": "CHAT", "Status": "AVAILABLE", "Location": "b/k7_1.json"}, AVAILABLE),
            ({"Type": "CHAT", "Status": "DELETED", "Location": "b/k7_1.json"}, DELETED),
            ({"Type": "AUDIO", "Status": "AVAILABLE", "Location": "b/k7_1.json"}, None),
            (None, None),
        ],
    )
    def test_the_single_recording_counts_where_there_is_no_list(self, recording, fact):
        assert transcript_of({"Recording": recording, "Recordings": None}) == fact

    def test_the_list_beats_the_single_recording(self):
        single = {"Type": "CHAT", "Status": "DELETED", "Location": "b/k7_1.json"}
        assert transcript_of({"Recording": single, "Recordings": []}) is None

    def test_facts_are_shared_between_contacts(self):
        first, second = read(CONTACT_RECORD, CONTACT_RECORD | {"ContactId": "k7"})
        assert first.transcript is second.transcript

    def test_instance_ids_are_shared_between_contacts(self):
        first, second = read(CONTACT_RECORD, CONTACT_RECORD)
        assert first.instance_id is second.instance_id


class TestTime:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("2026-05-03T09:12:30Z", START),
            ("2026-05-03T09:12:30.318Z", START.replace(microsecond=318000)),
            ("2026-05-03T11:12:30+02:00", START),
            ("2026-05-03 09:12:30Z", START),
            (1777799550, START),
            (1777799550.0, START),
            (1777799550.318, START.replace(microsecond=318000)),
            (1777799550318, START.replace(microsecond=318000)),
            (1777799550318_000, START.replace(microsecond=318000)),
            (1777799550318_000_000, START.replace(microsecond=318000)),
            (0, None),
            ("1970-01-01T00:00:00Z", None),
            ("0001-01-01T00:00:00Z", None),
            ("9999-12-31T23:59:59Z", None),
            ("", None),
            ("null", None),
            (" ", None),
            (99_999_999_999, datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
            (100_000_000_000, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
        ],
    )
    def test_a_time_is_text_with_a_zone_or_a_number_since_1970(self, written, meant):
        assert read({"ContactId": "k7", "InitiationTimestamp": written}) == [
            Contact(contact_id="k7", initiation_timestamp=meant)
        ]

    def test_a_time_of_another_zone_is_told_in_utc(self):
        zone = timezone(timedelta(hours=2))
        (contact,) = read_contacts({"ContactId": "k7", "InitiationTimestamp": START.astimezone(zone)})
        assert contact.initiation_timestamp.tzinfo is UTC
        assert contact == Contact(contact_id="k7", initiation_timestamp=START)


class TestAnswersOfTheApi:
    ANSWER = {
        "Arn": f"{ARN}/contact/k7",
        "Id": "k7",
        "InitialContactId": "a3",
        "PreviousContactId": "m5",
        "RelatedContactId": "r9",
        "ContactAssociationId": "root",
        "Channel": "CHAT",
        "InitiationMethod": "TRANSFER",
        "InitiationTimestamp": 1777799550.0,
        "DisconnectTimestamp": 1777800310.0,
        "LastUpdateTimestamp": 1777800420.0,
        "CustomerId": "CUST-77",
        "Recordings": [chat("b/k7_1.json")],
    }

    def test_describe_contact_is_read_as_on_the_wire(self):
        assert read({"Contact": self.ANSWER}) == [CONTACT]

    def test_describe_contact_is_read_as_boto3_answers_it(self):
        times = {"InitiationTimestamp": START, "DisconnectTimestamp": END, "LastUpdateTimestamp": UPDATE}
        answer = {"Contact": self.ANSWER | times, "ResponseMetadata": {"HTTPStatusCode": 200}}
        assert list(read_contacts(answer)) == [CONTACT]

    def test_describe_contact_is_read_out_of_its_answer(self):
        assert read(self.ANSWER) == [CONTACT]

    def test_search_contacts_holds_many_contacts(self):
        answer = {"Contacts": [self.ANSWER, {"Arn": "arn", "Id": "m5"}], "NextToken": "t", "TotalCount": 2}
        assert read(answer) == [CONTACT, Contact(contact_id="m5")]

    def test_search_contacts_may_have_found_none(self):
        assert read({"Contacts": [], "TotalCount": 0}, {"Contacts": None}) == []


class TestContactEvent:
    DETAIL = {
        "eventType": "INITIATED",
        "channel": "CHAT",
        "instanceArn": ARN,
        "initiationMethod": "TRANSFER",
        "contactId": "k7",
        "initialContactId": "a3",
        "previousContactId": "m5",
        "relatedContactId": "r9",
        "contactAssociationId": "root",
        "customerId": "CUST-77",
        "initiationTimestamp": "2026-05-03T09:12:30.000Z",
    }
    SENT = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
    MEMBERS = {
        "contact_id": "k7",
        "initial_contact_id": "a3",
        "previous_contact_id": "m5",
        "related_contact_id": "r9",
        "channel": "CHAT",
        "initiation_method": "TRANSFER",
        "initiation_timestamp": START,
        "customer_id": "CUST-77",
        "instance_id": INSTANCE,
        "contact_association_id": "root",
        "is_event": True,
    }

    def envelope(self, **detail):
        return {"version": "0", "time": "2026-05-03T09:30:00Z", "detail": self.DETAIL | detail}

    def test_the_envelope_tells_when_it_was_sent(self):
        assert read(self.envelope()) == [Contact(**self.MEMBERS, last_update_timestamp=self.SENT)]

    def test_the_detail_alone_is_read(self):
        assert read(self.DETAIL) == [Contact(**self.MEMBERS)]

    def test_the_detail_alone_needs_no_type(self):
        assert read({"contactId": "k7"}) == [Contact(contact_id="k7", is_event=True)]

    def test_pascal_case_is_read_too(self):
        detail = {name[0].upper() + name[1:]: value for name, value in self.DETAIL.items() if name != "eventType"}
        detail["InstanceARN"] = detail.pop("InstanceArn")
        assert read({"detail": detail}) == [Contact(**self.MEMBERS)]

    def test_a_bare_event_may_stray_into_the_id_of_a_contact_record(self):
        assert read({"eventType": "QUEUED", "ContactId": "k7"}) == [Contact(contact_id="k7", is_event=True)]

    def test_the_channel_of_a_sample_is_the_channel_of_a_record(self):
        assert read({"contactId": "k7", "channel": "Voice"}) == [
            Contact(contact_id="k7", channel="VOICE", is_event=True)
        ]

    def test_a_disconnect_has_its_own_time(self):
        assert read(self.envelope(eventType="DISCONNECTED", disconnectTimestamp="2026-05-03T09:25:10Z")) == [
            Contact(**self.MEMBERS, disconnect_timestamp=END, last_update_timestamp=self.SENT)
        ]

    def test_a_disconnect_without_a_time_was_when_it_was_sent(self):
        assert read(self.envelope(eventType="DISCONNECTED")) == [
            Contact(**self.MEMBERS, disconnect_timestamp=self.SENT, last_update_timestamp=self.SENT)
        ]

    def test_a_disconnect_without_any_time_is_none(self):
        assert read(self.DETAIL | {"eventType": "DISCONNECTED"}) == [Contact(**self.MEMBERS)]


def test_a_flow_event_is_read_and_its_references_to_itself_are_none():
    data = {
        "Attributes": {},
        "Channel": "CHAT",
        "ContactId": "k7",
        "CustomerId": "CUST-77",
        "InitialContactId": "k7",
        "InitiationMethod": "API",
        "InstanceARN": ARN,
        "PreviousContactId": "k7",
        "RelatedContactId": "r9",
    }
    event = {"Name": "ContactFlowEvent", "Details": {"ContactData": data, "Parameters": {}}}
    assert read(event) == [
        Contact(
            contact_id="k7",
            related_contact_id="r9",
            channel="CHAT",
            initiation_method="API",
            customer_id="CUST-77",
            instance_id=INSTANCE,
            is_event=True,
        )
    ]


class TestDataLake:
    ROW = {
        "instance_id": INSTANCE,
        "aws_account_id": "123456789012",
        "contact_id": "k7",
        "initial_contact_id": "a3",
        "previous_contact_id": "m5",
        "related_contact_id": "r9",
        "contact_association_id": "root",
        "next_contact_id": "z1",
        "channel": "CHAT",
        "initiation_method": "TRANSFER",
        "initiation_timestamp": "2026-05-03 09:12:30.000 UTC",
        "disconnect_timestamp": "2026-05-03 09:25:10",
        "last_update_timestamp": "2026-05-03T09:27:00Z",
        "customer_id": "CUST-77",
        "recording_type": "CHAT",
        "recording_status": "AVAILABLE",
        "recording_location": "b/k7_20260503T09:12_UTC.json",
        "data_lake_last_processed_timestamp": "no time at all",
    }

    def test_a_row_is_read_from_json(self):
        assert read(self.ROW) == [CONTACT]

    def test_rows_are_read_from_csv(self):
        header, cells = ",".join(self.ROW), ",".join(self.ROW.values())
        other = ",".join("m5" if name == "contact_id" else "" for name in self.ROW)
        text = f"{header}\n{cells}\r\n\n{other}"
        assert list(read_contacts(BytesIO(text.encode()))) == [CONTACT, Contact(contact_id="m5")]

    def test_cells_may_be_quoted(self):
        text = '"contact_id","customer_id"\n"k,7","a\n""b"""\n'
        assert list(read_contacts(BytesIO(text.encode()))) == [Contact(contact_id="k,7", customer_id='a\n"b"')]

    def test_the_last_column_may_be_the_only_one(self):
        assert list(read_contacts(BytesIO(b"\xef\xbb\xbfcontact_id\nk7\n"))) == [Contact(contact_id="k7")]

    def test_a_header_alone_holds_no_contacts(self):
        assert list(read_contacts(BytesIO(b"contact_id,channel\n"))) == []

    def test_the_instance_may_be_told_by_its_arn(self):
        assert read({"contact_id": "k7", "instance_arn": ARN}) == [Contact(contact_id="k7", instance_id=INSTANCE)]

    def test_recordings_may_be_a_list(self):
        recordings = [{"media_stream_type": "CHAT", "status": "DELETED", "location": "b/k7_1.json"}]
        assert read({"contact_id": "k7", "recordings": recordings}) == [Contact(contact_id="k7", transcript=DELETED)]

    def test_recordings_as_text_are_not_read(self):
        assert read({"contact_id": "k7", "recordings": "[{media_stream_type=CHAT}]"}) == [Contact(contact_id="k7")]

    @pytest.mark.parametrize(
        "written",
        [
            "2026-05-03 09:12:30.000 UTC",
            "2026-05-03 09:12:30 UTC",
            "2026-05-03 09:12:30",
            "2026-05-03 11:12:30+02:00",
            "2026-05-03T09:12:30Z",
            "1777799550",
            "1777799550.0",
            "1777799550000",
            1777799550000,
            1777799550,
        ],
    )
    def test_times_are_utc_unless_they_name_a_zone(self, written):
        assert read({"contact_id": "k7", "initiation_timestamp": written}) == [
            Contact(contact_id="k7", initiation_timestamp=START)
        ]

    def test_datetimes_without_a_zone_are_utc(self):
        row = {"contact_id": "k7", "initiation_timestamp": START.replace(tzinfo=None)}
        assert list(read_contacts(row)) == [Contact(contact_id="k7", initiation_timestamp=START)]


def test_encodings_are_mixed_freely():
    records = [
        {"ContactId": "a"},
        {"Contact": {"Id": "b"}},
        {"Contacts": [{"Id": "c"}, {"Id": "d"}]},
        {"detail": {"contactId": "e"}},
        {"contactId": "f"},
        {"Details": {"ContactData": {"ContactId": "g"}}},
        {"contact_id": "h"},
        {"Id": "i", "Arn": "arn"},
    ]
    expected = [Contact(contact_id=each, is_event=each in "efg") for each in "abcdefghi"]
    assert read(*records) == expected
    assert read(records) == expected
    assert list(read_contacts(records)) == expected


def test_a_member_that_is_called_as_the_text_of_a_transcript_file_is_ignored_like_others():
    assert read({"ContactId": "k7", "Transcript": None}) == [Contact(contact_id="k7")]
    assert read({"ContactId": "k7", "Transcript": {"Location": "x"}}) == [Contact(contact_id="k7")]


def test_a_row_of_a_database_is_an_event_if_it_says_so_and_has_no_time_where_it_is_empty():
    rows = b"contact_id,initiation_timestamp,is_event\nC1,,true\nC2,2026-05-03 09:00:00,false\n"
    found = list(read_contacts(BytesIO(rows)))
    assert [(each.contact_id, each.is_event) for each in found] == [("C1", True), ("C2", False)]
    assert found[0].initiation_timestamp is None
    [empty] = read_contacts([{"contact_id": "C1", "initiation_timestamp": ""}])
    assert empty.initiation_timestamp is None
    assert str(found[1].initiation_timestamp) == "2026-05-03 09:00:00+00:00"


def test_two_spellings_of_one_member_are_refused():
    with pytest.raises(UnreadableRecord, match="which are one member"):
        list(read_contacts([{"ContactId": "C1", "contact_id": "C1"}]))


def test_two_spellings_of_one_member_of_an_event_are_refused():
    detail = {"contactId": "C1", "ContactId": "C1", "eventType": "INITIATED", "channel": "CHAT"}
    event = {"detail-type": "Amazon Connect Contact Event", "time": "2026-05-03T09:00:00Z", "detail": detail}
    with pytest.raises(UnreadableRecord, match="which are one member"):
        list(read_contacts([event]))
