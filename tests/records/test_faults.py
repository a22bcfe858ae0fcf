"""What is wrong with a record, told with its path and with what would have worked."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from rehydration.contacts import Contact
from rehydration.errors import UnreadableRecord
from rehydration.records import ENCODINGS, Encoding, read_contacts
from rehydration.records.fields import Fault

AN_ID = "a contact id: text of 1 to 256 characters, no lone surrogates"
A_TIME = "a time with its zone, such as '2026-05-03T09:00:00Z', or seconds to nanoseconds since 1970"
A_TEXT = "text without lone surrogates, or null"
AN_OBJECT = "a JSON object"
A_LIST = "a list of JSON objects, or null"
TOO_LONG = 10 ** (sys.get_int_max_str_digits() + 1)
EXPECTED = (
    "a contact event (with eventType or detail or contactId), a contact record (with ContactId), "
    "a row of the data lake (with contact_id), an answer of DescribeContact (with Contact or Arn), "
    "an answer of SearchContacts (with Contacts), an answer of ListAssociatedContacts (with ContactSummaryList), "
    "a flow event (with Details)"
)


def outcome(source):
    """What was yielded, and the evidence of the refusal."""
    found = []
    with pytest.raises(UnreadableRecord) as raised:
        found.extend(read_contacts(source))
    error = raised.value
    return found, (error.source, error.record, error.path, error.problem, error.expected)


def assert_refused(record, path, problem, expected):
    """Check the refusal of a second record, written as JSON and as a mapping."""
    first = {"ContactId": "k7"}
    written = io.BytesIO(f"{json.dumps(first)}{json.dumps(record)}".encode())
    found = [Contact(contact_id="k7")]
    assert outcome(written) == (found, ("<file>", 2, path, problem, expected))
    assert outcome([first, record]) == (found, ("<mappings>", 2, path, problem, expected))


class TestIds:
    WRONG = [
        ("x" * 257, f"is '{'x' * 57}...', 257 characters"),
        ("\ud800", "is '\\ud800'"),
        (5, "is 5"),
        (10**30, "is an integer of more than 18 digits"),
        (True, "is True"),
        (1.5, "is 1.5"),
        ([], "is of type list"),
        ({"a": 1}, "is of type dict"),
    ]

    @pytest.mark.parametrize(("value", "problem"), WRONG)
    @pytest.mark.parametrize(
        "name", ["ContactId", "InitialContactId", "PreviousContactId", "RelatedContactId", "ContactAssociationId"]
    )
    def test_a_contact_record_holds_contact_ids(self, name, value, problem):
        assert_refused({"ContactId": "m5", name: value}, f"$.{name}", problem, AN_ID)

    @pytest.mark.parametrize(
        ("record", "path"),
        [
            ({"ContactId": None}, "$.ContactId"),
            ({"contact_id": None}, "$.contact_id"),
            ({"contactId": None}, "$.contactId"),
            ({"eventType": "QUEUED"}, "$.contactId"),
            ({"Contact": {}}, "$.Contact.Id"),
            ({"Arn": "arn"}, "$.Id"),
            ({"Contacts": [{"Id": None}]}, "$.Contacts[0].Id"),
            ({"detail": {"eventType": "QUEUED"}}, "$.detail.contactId"),
            ({"Details": {"ContactData": {}}}, "$.Details.ContactData.ContactId"),
        ],
    )
    def test_no_record_does_without_its_own(self, record, path):
        assert_refused(record, path, "is missing", AN_ID)

    @pytest.mark.parametrize(
        ("record", "path"),
        [
            ({"Contact": {"Id": "m5", "PreviousContactId": 5}}, "$.Contact.PreviousContactId"),
            ({"detail": {"contactId": "m5", "previousContactId": 5}}, "$.detail.previousContactId"),
            ({"detail": {"contactId": "m5", "PreviousContactId": 5}}, "$.detail.PreviousContactId"),
            ({"contact_id": "m5", "previous_contact_id": 5}, "$.previous_contact_id"),
            (
                {"Details": {"ContactData": {"ContactId": "m5", "PreviousContactId": 5}}},
                "$.Details.ContactData.PreviousContactId",
            ),
        ],
    )
    def test_the_path_is_that_of_the_encoding(self, record, path):
        assert_refused(record, path, "is 5", AN_ID)

    def test_the_contacts_before_it_in_one_answer_are_read(self):
        answer = {"Contacts": [{"Id": "a"}, {"Id": "b"}, None, {"Id": "c", "PreviousContactId": 5}, {"Id": "d"}]}
        found = [Contact(contact_id="a"), Contact(contact_id="b")]
        evidence = ("<mappings>", 1, "$.Contacts[3].PreviousContactId", "is 5", AN_ID)
        assert outcome(answer) == (found, evidence)


class TestTimes:
    @pytest.mark.parametrize("name", ["InitiationTimestamp", "DisconnectTimestamp", "LastUpdateTimestamp"])
    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("soon", "is 'soon'"),
            ("2026-13-03T09:00:00Z", "is '2026-13-03T09:00:00Z'"),
            ("2026-02-30T09:00:00Z", "is '2026-02-30T09:00:00Z'"),
            ("2026-05-03T09:00:00", "is '2026-05-03T09:00:00'"),
            ("2026-05-03", "is '2026-05-03'"),
            ("1777799550", "is '1777799550'"),
            ("\ud800", "is '\\ud800'"),
            ("0001-01-01T00:00:00+02:00", "is '0001-01-01T00:00:00+02:00'"),
            (True, "is True"),
            ([], "is of type list"),
            (10**19 // 3 * 100, "is an integer of more than 18 digits"),
            (-(10**21), "is an integer of more than 18 digits"),
            (10**400, "is an integer of more than 18 digits"),
        ],
    )
    def test_a_time_is_a_point_in_time(self, name, value, problem):
        assert_refused({"ContactId": "m5", name: value}, f"$.{name}", problem, A_TIME)

    @pytest.mark.parametrize("value", [-1, 46145.375, "1899-12-30T09:00:00Z", "1900-01-01T00:00:00Z", -(10**12)])
    def test_what_counts_days_is_no_time(self, value):
        expected = "a time from 1971 on; workbooks count days, and some programs have a time of their own for none"
        shown = f"is {value!r}"
        assert_refused({"ContactId": "m5", "InitiationTimestamp": value}, "$.InitiationTimestamp", shown, expected)

    def test_a_number_too_large_for_json_is_no_time(self):
        _, evidence = outcome(io.BytesIO(b'{"ContactId": "m5", "InitiationTimestamp": 1e999}'))
        assert evidence == ("<file>", 1, "$.InitiationTimestamp", "is inf", A_TIME)

    class Zoneless(tzinfo):
        def utcoffset(self, _moment):
            return None

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            (datetime(2026, 5, 3), "is 2026-05-03T00:00:00"),  # noqa: DTZ001  what is tested
            (datetime(2026, 5, 3, tzinfo=Zoneless()), "is 2026-05-03T00:00:00"),
            (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "is 0001-01-01T00:00:00+02:00"),
            (datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=2))), "is 9999-12-31T23:00:00-02:00"),
            (float("nan"), "is nan"),
            (datetime(2026, 5, 3, tzinfo=UTC).date(), "is of type date"),
            pytest.param(TOO_LONG, "is an integer of more than 18 digits", id="too long to be printed"),
        ],
    )
    def test_a_mapping_holds_points_in_time_too(self, value, problem):
        record = {"Contact": {"Id": "m5", "InitiationTimestamp": value}}
        assert outcome(record) == ([], ("<mappings>", 1, "$.Contact.InitiationTimestamp", problem, A_TIME))

    def test_an_event_was_sent_at_a_time(self):
        assert_refused({"time": "now", "detail": {"contactId": "m5"}}, "$.time", "is 'now'", A_TIME)

    @pytest.mark.parametrize("value", ["soon", "1.2.3", ".", "UTC", "²", "9" * 400, True, [], -1e300])
    def test_a_time_of_the_data_lake_is_one(self, value):
        path, shown = "$.initiation_timestamp", repr(value)
        if isinstance(value, list):
            shown = "of type list"
        elif value == "9" * 400:
            shown = f"'{'9' * 57}...'"
        expected = (
            "a time such as '2026-05-03 09:00:00.000 UTC', in UTC unless it names a zone, "
            "or seconds to nanoseconds since 1970"
        )
        assert_refused({"contact_id": "m5", "initiation_timestamp": value}, path, f"is {shown}", expected)


class TestOtherMembers:
    @pytest.mark.parametrize("name", ["Channel", "InitiationMethod", "CustomerId", "InstanceARN"])
    @pytest.mark.parametrize(("value", "problem"), [(5, "is 5"), ([], "is of type list"), ("\ud800", "is '\\ud800'")])
    def test_text_is_text(self, name, value, problem):
        assert_refused({"ContactId": "m5", name: value}, f"$.{name}", problem, A_TEXT)

    @pytest.mark.parametrize(
        ("record", "path", "problem", "expected"),
        [
            ({"ContactId": "m5", "Recordings": "x"}, "$.Recordings", "is 'x'", A_LIST),
            ({"ContactId": "m5", "Recordings": {}}, "$.Recordings", "is of type dict", A_LIST),
            ({"ContactId": "m5", "Recordings": [None, 5]}, "$.Recordings[1]", "is 5", AN_OBJECT),
            ({"ContactId": "m5", "Recordings": [{"Location": 5}]}, "$.Recordings[0].Location", "is 5", A_TEXT),
            ({"ContactId": "m5", "Recording": [5]}, "$.Recording", "is of type list", AN_OBJECT),
            ({"ContactId": "m5", "Recording": {"Status": 5}}, "$.Recording.Status", "is 5", A_TEXT),
            ({"contact_id": "m5", "recordings": 5}, "$.recordings", "is 5", A_LIST),
            ({"contact_id": "m5", "recording_type": 5}, "$.recording_type", "is 5", A_TEXT),
            ({"contact_id": "m5", "instance_id": 5}, "$.instance_id", "is 5", A_TEXT),
            ({"Contact": None}, "$.Contact", "is missing", AN_OBJECT),
            ({"Contact": "m5"}, "$.Contact", "is 'm5'", AN_OBJECT),
            ({"Contacts": 5}, "$.Contacts", "is 5", A_LIST),
            ({"Contacts": [5]}, "$.Contacts[0]", "is 5", AN_OBJECT),
            ({"detail": None}, "$.detail", "is missing", AN_OBJECT),
            ({"detail": [1]}, "$.detail", "is of type list", AN_OBJECT),
            ({"detail": {"contactId": "m5", "eventType": 5}}, "$.detail.eventType", "is 5", A_TEXT),
            ({"Details": {}}, "$.Details.ContactData", "is missing", AN_OBJECT),
            ({"Details": 1.5}, "$.Details", "is 1.5", AN_OBJECT),
        ],
    )
    def test_each_is_of_its_kind(self, record, path, problem, expected):
        assert_refused(record, path, problem, expected)


class TestUnknownEncodings:
    @pytest.mark.parametrize(
        ("record", "problem"),
        [
            ({}, "is in no known encoding; it has no members"),
            ({"id": "m5", "Id": "m5"}, "is in no known encoding; it has the members 'id', 'Id'"),
            (
                dict.fromkeys("abcdefg"),
                "is in no known encoding; it has the members 'a', 'b', 'c', 'd', 'e'",
            ),
        ],
    )
    def test_they_are_refused_with_those_that_are_known(self, record, problem):
        assert_refused(record, "$", problem, EXPECTED)

    def test_a_transcript_is_told_for_what_it_is(self):
        transcript = {
            "Version": "2019-08-26",
            "AWSAccountId": "123456789012",
            "InstanceId": "6e0b",
            "InitialContactId": "a3",
            "ContactId": "k7",
            "Participants": [],
            "Transcript": [],
        }
        evidence = (
            "<mappings>",
            1,
            "$",
            "is a chat transcript, not a record of a contact",
            "contact records beside it: read_transcripts reads transcripts, for seeding",
        )
        assert outcome(transcript) == ([], evidence)

    @pytest.mark.parametrize(
        ("item", "shown"), [(5, "5"), (None, "None"), ([], "of type list"), (b"{}", "of type bytes")]
    )
    def test_what_is_no_mapping_is_no_record(self, item, shown):
        found = [Contact(contact_id="k7")]
        evidence = ("<mappings>", 2, "$", f"is {shown}, not a record", EXPECTED)
        assert outcome([{"ContactId": "k7"}, item]) == (found, evidence)

    @pytest.mark.parametrize(("key", "shown"), [(5, "5"), (None, "None"), (b"ContactId", "of type bytes")])
    def test_keys_of_a_mapping_are_text(self, key, shown):
        record = {"ContactId": "m5", key: "k7"}
        assert outcome(record) == ([], ("<mappings>", 1, "$", f"has the key {shown}", "keys that are text"))

    def test_an_invented_encoding_needs_but_a_row(self):
        def read(record, path):
            if record["morse"] == "":
                raise Fault(f"{path}.morse", "is silent", "dots and dashes")
            return ({"contact_id": record["morse"]},)

        table = (*ENCODINGS, Encoding("morse", "a telegram", read))
        assert list(read_contacts({"morse": "-.-"}, encodings=table)) == [Contact(contact_id="-.-")]
        with pytest.raises(UnreadableRecord) as raised:
            list(read_contacts({"morse": ""}, encodings=table))
        error = raised.value
        assert (error.path, error.problem, error.expected) == ("$.morse", "is silent", "dots and dashes")
        with pytest.raises(UnreadableRecord) as raised:
            list(read_contacts({}, encodings=table))
        assert raised.value.expected == f"{EXPECTED}, a telegram (with morse)"


def test_the_error_is_one_sentence():
    with pytest.raises(UnreadableRecord) as raised:
        list(read_contacts({"Contacts": [{"Id": "k7"}, {"Id": "m5", "PreviousContactId": 5}]}))
    assert str(raised.value) == (
        "<mappings>, record 1, $.Contacts[1].PreviousContactId: is 5; expected a contact id: "
        "text of 1 to 256 characters, no lone surrogates"
    )


def test_an_error_can_be_written_down_whatever_the_source_is_called():
    with pytest.raises(UnreadableRecord) as caught:
        list(read_contacts("x\ud800"))
    assert str(caught.value).startswith("x\\ud800: cannot be opened")
