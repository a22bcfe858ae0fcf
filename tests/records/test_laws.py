"""Laws of reading: what is written is read back, and nothing but our errors ever leaves."""

import csv
import gzip
import io
import json
import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rehydration.contacts import Contact
from rehydration.errors import InvalidArgument, RehydrationError, UnreadableRecord
from rehydration.records import read_contacts, reading
from rehydration.records.fields import AROUND, NOTHING
from rehydration.transcripts import Availability, TranscriptFact

ARN = "arn:aws:connect:eu-west-2:123456789012:instance/"

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
names = text.filter(lambda each: each == each.strip(AROUND) and each not in NOTHING)
ids = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="#='\"{}+:"), min_size=1, max_size=256
).filter(lambda each: each not in NOTHING)
instances = st.text("0123456789abcdef-", min_size=1, max_size=36)
whole_seconds = st.datetimes(datetime(1973, 4, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda each: each.replace(microsecond=0)
)
times = st.datetimes(datetime(1971, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
facts = st.sampled_from([None, TranscriptFact(), TranscriptFact(Availability.DELETED), TranscriptFact(misplaced=True)])


def contacts(moments=times, **others):
    members = {
        "contact_id": ids,
        "initial_contact_id": st.none() | ids,
        "previous_contact_id": st.none() | ids,
        "related_contact_id": st.none() | ids,
        "channel": st.none() | st.sampled_from(["CHAT", "VOICE", "TASK", "EMAIL"]),
        "initiation_method": st.none() | st.sampled_from(["API", "TRANSFER", "DISCONNECT", "QUEUE_TRANSFER"]),
        "initiation_timestamp": st.none() | moments,
        "disconnect_timestamp": st.none() | moments,
        "last_update_timestamp": st.none() | moments,
        "customer_id": st.none() | names,
        "instance_id": st.none() | instances,
        "contact_association_id": st.none() | ids,
    }
    return st.builds(Contact, **(members | others))


def iso(moment):
    return None if moment is None else moment.isoformat()


def recordings(contact):
    fact = contact.transcript
    if fact is None:
        return None
    status = "DELETED" if fact.status is Availability.DELETED else "AVAILABLE"
    name = "renamed" if fact.misplaced else f"{contact.contact_id}_20260503T09:12_UTC.json"
    return [{"MediaStreamType": "CHAT", "Status": status, "Location": f"bucket/{name}"}]


def in_pascal_case(contact, moment=iso):
    return {
        "InitialContactId": contact.initial_contact_id,
        "PreviousContactId": contact.previous_contact_id,
        "RelatedContactId": contact.related_contact_id,
        "ContactAssociationId": contact.contact_association_id,
        "Channel": contact.channel,
        "InitiationMethod": contact.initiation_method,
        "InitiationTimestamp": moment(contact.initiation_timestamp),
        "DisconnectTimestamp": moment(contact.disconnect_timestamp),
        "LastUpdateTimestamp": moment(contact.last_update_timestamp),
        "CustomerId": contact.customer_id,
        "Recordings": recordings(contact),
    }


def arn(contact, end=""):
    return None if contact.instance_id is None else f"{ARN}{contact.instance_id}{end}"


def as_contact_record(contact):
    return in_pascal_case(contact) | {"ContactId": contact.contact_id, "InstanceARN": arn(contact)}


def as_described(contact, moment=iso):
    return in_pascal_case(contact, moment) | {"Id": contact.contact_id, "Arn": arn(contact, "/contact/x")}


def as_event(contact):
    names = {
        "contactId": contact.contact_id,
        "initialContactId": contact.initial_contact_id,
        "previousContactId": contact.previous_contact_id,
        "relatedContactId": contact.related_contact_id,
        "contactAssociationId": contact.contact_association_id,
        "channel": contact.channel,
        "initiationMethod": contact.initiation_method,
        "initiationTimestamp": iso(contact.initiation_timestamp),
        "disconnectTimestamp": iso(contact.disconnect_timestamp),
        "customerId": contact.customer_id,
        "instanceArn": arn(contact),
        "eventType": "CONNECTED_TO_SYSTEM",
    }
    return {"time": iso(contact.last_update_timestamp), "detail": names}


def as_flow_event(contact):
    return {"Details": {"ContactData": as_contact_record(contact)}}


def as_row(contact):
    (recording,) = recordings(contact) or [{}]
    return {
        "contact_id": contact.contact_id,
        "initial_contact_id": contact.initial_contact_id,
        "previous_contact_id": contact.previous_contact_id,
        "related_contact_id": contact.related_contact_id,
        "contact_association_id": contact.contact_association_id,
        "channel": contact.channel,
        "initiation_method": contact.initiation_method,
        "initiation_timestamp": sql(contact.initiation_timestamp),
        "disconnect_timestamp": sql(contact.disconnect_timestamp),
        "last_update_timestamp": sql(contact.last_update_timestamp),
        "customer_id": contact.customer_id,
        "instance_id": contact.instance_id,
        "recording_type": recording.get("MediaStreamType"),
        "recording_status": recording.get("Status"),
        "recording_location": recording.get("Location"),
    }


def sql(moment):
    return None if moment is None else f"{moment.replace(tzinfo=None).isoformat(' ')} UTC"


def read(record):
    return list(read_contacts(io.BytesIO(json.dumps(record).encode())))


class TestWhatIsWrittenIsReadBack:
    @given(contacts(transcript=facts))
    def test_as_a_contact_record(self, contact):
        assert read(as_contact_record(contact)) == [contact]

    @given(contacts(transcript=facts))
    def test_as_an_answer_of_describe_contact(self, contact):
        assert read({"Contact": as_described(contact)}) == [contact]
        assert list(read_contacts({"Contact": as_described(contact, moment=lambda each: each)})) == [contact]

    @given(contacts(whole_seconds))
    def test_as_an_answer_of_describe_contact_on_the_wire(self, contact):
        for factor in (1, 1.0, 1000):
            answer = as_described(contact, moment=lambda each: None if each is None else each.timestamp() * factor)  # noqa: B023
            assert read({"Contact": answer}) == [contact]

    @given(st.lists(contacts(transcript=facts)))
    def test_as_an_answer_of_search_contacts(self, many):
        assert read({"Contacts": [as_described(each) for each in many]}) == many

    @given(contacts(is_event=st.just(value=True)))
    def test_as_a_contact_event(self, contact):
        assert read(as_event(contact)) == [contact]

    @given(contacts(is_event=st.just(value=True), transcript=facts))
    def test_as_a_flow_event(self, contact):
        assert read(as_flow_event(contact)) == [contact]

    @given(contacts(transcript=facts))
    def test_as_a_row_of_the_data_lake(self, contact):
        assert read(as_row(contact)) == [contact]

    @given(contacts(transcript=facts).filter(lambda each: "\0" not in repr(each) and "\\x00" not in repr(each)))
    def test_as_csv(self, contact):
        row = as_row(contact)
        assume(not NOTHING & {*row.values()})
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(row)
        writer.writerow(row.values())
        assert list(read_contacts(io.BytesIO(written.getvalue().encode()))) == [contact]

    @given(st.lists(contacts(transcript=facts), max_size=4), st.sampled_from(["", "\n", " \r\n\t"]), st.data())
    def test_whatever_the_pieces(self, many, between, data):
        written = between.join(json.dumps(as_contact_record(each), ensure_ascii=False) for each in many).encode()
        packed = data.draw(st.sampled_from([written, gzip.compress(written)]))
        assert list(read_contacts(Pieces(packed, data.draw(st.integers(1, 200))))) == many


def told(*records):
    """What is read of records in JSON, and what is wrong with the last, whose number depends on those before."""
    found = []
    with suppress(StopIteration):
        waiting = read_contacts(io.BytesIO("\n".join(map(json.dumps, records)).encode()))
        try:
            while True:
                found.append(next(waiting))
        except UnreadableRecord as error:
            found.append((error.path, error.problem, error.expected))
    return found[len(records) - 1 :]


class TestARecordIsReadLikeTheFirstWithItsMembers:
    """Of those that follow only the values are taken apart."""

    @given(st.data())
    def test_whatever_they_say(self, data):
        record = data.draw(st.dictionaries(st.sampled_from(KNOWN), values, max_size=6))
        record = {"ContactId": "k7"} | record
        assume(not {"NaN", "Infinity"} & {*re.findall(r"\w+", json.dumps(record))})  # an error says at which character
        first = dict.fromkeys(record) | {"ContactId": "m5"}
        assume(all(isinstance(each, Contact) for each in told(first)))
        assert told(first, record) == told({"Id": "m5", "InitialContactId": None}, record)

    @pytest.mark.parametrize(
        "member",
        [
            {"Recordings": [{"Status": "AVAILABLE", "MediaStreamType": "CHAT", "Location": "b/x"}]},
            {"Recordings": {}},
            {"Recordings": [[]]},
            {"Recording": {"Status": "DELETED", "Type": "CHAT"}},
            {"Channel": {}},
            {"ContactId": {"S": "k7"}},
        ],
    )
    def test_whatever_lies_within(self, member):
        record = {"ContactId": "k7"} | member
        first = dict.fromkeys(record) | {"ContactId": "m5"}
        assert told(first, record) == told({"Id": "m5", "InitialContactId": None}, record)

    def test_what_is_named_twice_within_is_refused(self):
        first = '{"ContactId": "k7", "Recordings": []}\n'
        second = '{"ContactId": "k7", "Recordings": [{"Status": "x", "Status": "y"}]}'
        with pytest.raises(UnreadableRecord, match=r"record 2, \$.Recordings\[0\]: names the member 'Status' twice"):
            list(read_contacts(io.BytesIO((first + second).encode())))

    @pytest.mark.parametrize("most", [2, 4096])
    def test_however_many_kinds_there_are(self, most, monkeypatch):
        monkeypatch.setattr(reading, "_MOST_SHAPES", most)
        many = [{"ContactId": f"k{number}", f"Queue{number % 5}": None} for number in range(20)]
        written = "\n".join(map(json.dumps, many)).encode()
        assert list(read_contacts(io.BytesIO(written))) == [Contact(contact_id=each["ContactId"]) for each in many]


class Pieces:
    """A file that gives so many bytes at a time."""

    def __init__(self, data, step):
        self.data, self.step, self.at = data, step, 0

    def read(self, _size):
        piece = self.data[self.at : self.at + self.step]
        self.at += len(piece)
        return piece


def only_our_errors(source, expected=UnreadableRecord):
    """Read to the end; an error that is not ours fails the test."""
    with suppress(expected):
        for contact in read_contacts(source):
            assert isinstance(contact, Contact)


KNOWN = [
    *("ContactId", "InitialContactId", "PreviousContactId", "RelatedContactId", "ContactAssociationId", "Channel"),
    *("InitiationMethod", "InitiationTimestamp", "DisconnectTimestamp", "LastUpdateTimestamp", "CustomerId"),
    *("InstanceARN", "Recordings", "Recording", "MediaStreamType", "Type", "Status", "Location", "Id", "Arn"),
    *("Contact", "Contacts", "detail", "time", "eventType", "contactId", "disconnectTimestamp", "Details"),
    *("ContactData", "contact_id", "initiation_timestamp", "recordings", "recording_type", "Transcript"),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["CHAT", "AVAILABLE", "DELETED", "DISCONNECTED", "2026-05-03T09:00:00Z", "k7", "\ud800"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN) | st.text(), inner, max_size=5),
    max_leaves=8,
)
CONTACT = Contact(contact_id="k7", previous_contact_id="m5", transcript=TranscriptFact())
VALID = [
    json.dumps([as_contact_record(CONTACT), {"Contact": as_described(CONTACT)}, as_event(CONTACT)]).encode(),
    json.dumps(as_flow_event(CONTACT)).encode() * 2,
    b"\xef\xbb\xbf" + json.dumps(as_row(CONTACT)).encode(),
    b"contact_id,channel,initiation_timestamp\nk7,CHAT,2026-05-03 09:00:00\n",
]


class TestOnlyOurErrorsLeave:
    @given(st.binary(max_size=200))
    def test_whatever_the_bytes(self, data):
        only_our_errors(io.BytesIO(data))
        only_our_errors(io.BytesIO(b"\x1f\x8b" + data))
        only_our_errors(io.BytesIO(gzip.compress(data)))
        only_our_errors(io.BytesIO(b"contact_id\n" + data))
        only_our_errors(io.BytesIO(b'{"ContactId": "k7"}' + data))

    @given(st.text('{}[],:"\\u0dDtrueNaIfinity-+.eE \n1', max_size=60))
    def test_whatever_looks_like_json(self, data):
        only_our_errors(io.BytesIO(b'{"ContactId": ' + data.encode()))
        only_our_errors(Pieces(data.encode(), 3))

    @given(st.sampled_from(VALID), st.data())
    def test_whatever_happens_to_a_good_export(self, valid, data):
        written = bytearray(data.draw(st.sampled_from([valid, gzip.compress(valid, mtime=0)])))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(written)))
            written[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        only_our_errors(io.BytesIO(written))

    @given(values)
    def test_whatever_the_json(self, value):
        only_our_errors(io.BytesIO(json.dumps(value).encode()))

    @given(st.dictionaries(st.sampled_from(KNOWN), values))
    def test_whatever_the_members(self, record):
        only_our_errors(io.BytesIO(json.dumps(record).encode()))
        only_our_errors(record)

    @given(st.lists(values.filter(lambda each: not isinstance(each, str))))
    def test_whatever_the_items(self, items):
        only_our_errors(items)

    @given(st.text(st.characters(exclude_characters="*?[")))
    def test_whatever_the_path(self, name):
        only_our_errors(f"no such directory/{name}")

    @given(st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.functions())
    def test_whatever_the_source(self, source):
        only_our_errors(source, InvalidArgument)

    @given(values)
    def test_everything_that_leaves_is_of_one_family(self, value):
        only_our_errors([value, value] if isinstance(value, dict) else {"Contacts": value}, RehydrationError)
