"""The control URLs: what agents, flows and a history do, over HTTP."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from attrs import frozen
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from chatting import contents, joined, new_instance, started
from rehydration import ContactGraph, read_contacts
from rehydration.examples import EXAMPLES
from rehydration.integrations.moto import service_for
from rehydration.integrations.moto.control import Control
from rehydration.integrations.moto.control_actions import ACTIONS
from rehydration.render import graph_dot, graph_mermaid, graph_svg

EVENT = "application/vnd.amazonaws.connect.event."
RECORDS = [
    {
        "ContactId": "C1",
        "Channel": "CHAT",
        "InitiationMethod": "API",
        "InitiationTimestamp": "2026-05-04T09:00:00Z",
        "DisconnectTimestamp": "2026-05-04T09:08:00Z",
        "CustomerId": "ana",
    },
    {
        "ContactId": "C2",
        "InitialContactId": "C1",
        "PreviousContactId": "C1",
        "Channel": "CHAT",
        "InitiationMethod": "TRANSFER",
        "InitiationTimestamp": "2026-05-04T09:08:00Z",
        "DisconnectTimestamp": "2026-05-04T09:25:00Z",
    },
    {
        "ContactId": "D1",
        "RelatedContactId": "C1",
        "Channel": "CHAT",
        "InitiationMethod": "API",
        "InitiationTimestamp": "2026-05-05T09:00:00Z",
    },
]


@frozen
class Urls:
    """The control URLs of an instance."""

    client: Client
    instance: str

    def post(self, action: str, body: Any) -> tuple[int, Any]:
        """Post a body, a value as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._told(self.client.post(self._path(action), data=data))

    def get(self, action: str, **named: Any) -> tuple[int, Any]:
        """Get what is there as JSON."""
        return self._told(self.client.get(self._path(action), **named))

    def _path(self, action: str) -> str:
        return f"/_rehydration/{quote(self.instance, safe='')}/{action}"

    def _told(self, answer: Any) -> tuple[int, Any]:
        assert "Traceback" not in answer.text
        assert answer.content_type == "application/json"
        return answer.status_code, json.loads(answer.text)


@pytest.fixture
def urls(in_process) -> Urls:
    application = Control(DomainDispatcherApplication(create_backend_app))
    return Urls(Client(application), new_instance(in_process("connect")))


# ---------------------------------------------------------------------------------------------------------- contacts


CSV = b"contact_id,channel,initial_contact_id\nC1,CHAT,\nC2,CHAT,C1\n"
FORMS = {
    "array": json.dumps(RECORDS).encode(),
    "lines": b"\n".join(json.dumps(each).encode() for each in RECORDS),
    "nothing between": b"".join(json.dumps(each).encode() for each in RECORDS),
    "gzip": gzip.compress(json.dumps(RECORDS).encode()),
    "object": json.dumps({"Contacts": RECORDS}).encode(),
    "object with transcripts": json.dumps({"Contacts": RECORDS, "Transcripts": {}}).encode(),
    "object in gzip": gzip.compress(json.dumps({"Contacts": RECORDS, "Transcripts": None}).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_contact_records_are_taken_in_every_form(urls, form):
    status, told = urls.post("contacts", FORMS[form])
    assert status == 200
    assert [each["ContactId"] for each in told["LiveChats"]] == ["D1"]
    assert urls.get("contacts") == (
        200,
        {
            "InstanceId": urls.instance,
            "Contacts": RECORDS,
            "UnknownContactIds": [],
            "Links": [
                {
                    "InitialContactId": "D1",
                    "ContactIds": ["D1"],
                    "ContinuedFromContactId": "C1",
                    "RehydrationType": None,
                }
            ],
        },
    )


def test_contacts_are_told_with_their_attributes_and_planted_again_they_are_the_same(urls):
    segment = {"connect:Subtype": {"ValueString": "connect:Chat"}}
    first = {**RECORDS[0], "Attributes": {"orderId": "A-1042"}, "SegmentAttributes": segment}
    assert urls.post("contacts", [first, RECORDS[1]])[0] == 200
    told = urls.get("contacts")[1]["Contacts"]
    assert told == [first, {**RECORDS[1], "Attributes": {"orderId": "A-1042"}}]
    again = Urls(urls.client, urls.client.post("/_rehydration/").json["InstanceId"])
    assert again.post("contacts", told)[0] == 200
    assert again.get("contacts")[1]["Contacts"] == told


def test_answers_of_describe_contact_and_search_contacts_are_taken(urls):
    search = {"Contacts": [{"Id": "C1", "Channel": "CHAT"}], "TotalCount": 1}
    assert urls.post("contacts", search)[0] == 200
    assert urls.post("contacts", {"Contact": {"Id": "C2", "Channel": "CHAT"}})[0] == 200
    pages = b"".join(json.dumps({"Contacts": [{"Id": each}]}).encode() for each in ("C3", "C4"))
    assert urls.post("contacts", pages)[0] == 200
    there = sorted(each.contact_id for each in service_for(urls.instance).graph)
    assert there == ["C1", "C2", "C3", "C4"]


def test_rows_of_the_data_lake_are_taken(urls):
    assert urls.post("contacts", CSV)[0] == 200
    assert sorted(each.contact_id for each in service_for(urls.instance).graph) == ["C1", "C2"]


def test_an_empty_history_is_one(urls):
    for body in (b"", b"[]", b" { } ", b'{"Contacts": []}', b'{"Transcripts": {}}'):
        assert urls.post("contacts", body) == (200, {"LiveChats": []})


FILE = {
    "Version": "2019-08-26",
    "AWSAccountId": "123456789012",
    "InstanceId": "i-1",
    "InitialContactId": "C1",
    "ContactId": "C2",
    "Participants": [{"ParticipantId": "agent-1"}],
    "Transcript": [
        {
            "AbsoluteTime": "2026-05-04T09:12:44.210Z",
            "ContentType": "text/plain",
            "Id": "C2-2",
            "Type": "MESSAGE",
            "ParticipantId": "agent-1",
            "ParticipantRole": "AGENT",
            "DisplayName": "Bo",
            "Content": "Hello Ana",
        }
    ],
}
"""A transcript file as Amazon Connect writes it to S3."""


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "bodies",
    [[RECORDS, FILE], [{"Contacts": RECORDS, "Transcripts": {"C2": FILE}}]],
    ids=["alone", "beside contacts"],
)
def test_a_transcript_file_of_s3_is_taken_as_it_is(urls, bodies, packed):
    for body in bodies:
        assert urls.post("contacts", packed(json.dumps(body).encode()))[0] == 200
    (item,) = urls.get("chats", query_string="ContactId=C1")[1]["Transcript"]
    assert item == {**FILE["Transcript"][0], "ContactId": "C2"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (FILE, "a key of transcripts is 'C2': expected the id of a contact that is there or is seeded"),
        (
            {"Contacts": RECORDS, "Transcripts": {"C1": FILE}},
            "transcripts['C1']['ContactId'] is 'C2': expected 'C1', whose transcript it is to be",
        ),
        (
            {"Contacts": RECORDS, "Transcripts": {"C2": {"ContactId": "C2"}}},
            "transcripts['C2']['Transcript'] is None: expected a list of items",
        ),
        (
            {"Contacts": RECORDS, "Transcript": {}},
            "Transcript is {}: expected no such member; there are Contacts, Transcripts",
        ),
        (
            {"Transcripts": {}, "contacts": []},
            "contacts is []: expected no such member; there are Contacts, Transcripts",
        ),
    ],
)
def test_a_history_that_would_be_taken_in_part_is_refused_as_a_whole(urls, body, message):
    assert urls.post("contacts", body) == (400, {"code": "InvalidArgument", "message": message})
    assert len(service_for(urls.instance).graph) == 0


def test_transcripts_are_taken_beside_contacts_and_alone(urls, in_process):
    said = {"C1": [{"Content": "first"}], "C2": {"Status": "DELETED"}}
    live = urls.post("contacts", {"Contacts": RECORDS, "Transcripts": said})[1]["LiveChats"]
    assert urls.post("contacts", {"Transcripts": {"D1": [{"Content": "now"}]}}) == (200, {"LiveChats": []})
    participant = in_process("connectparticipant")
    assert contents(participant, joined(participant, live[0])) == ["now", "first"]


def test_what_was_got_can_be_posted_elsewhere(urls, in_process):
    urls.post("contacts", [dict(each) for each in EXAMPLES["use-case-1"].records])
    there = Urls(urls.client, new_instance(in_process("connect")))
    there.post("contacts", urls.get("contacts")[1])
    assert {**urls.get("contacts")[1], "InstanceId": there.instance} == there.get("contacts")[1]


def test_the_types_of_links_and_unknown_contacts_are_told(urls, in_process):
    urls.post("contacts", [{**RECORDS[1], "ContactId": "C3", "PreviousContactId": "C2"}])
    past = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "C3"}
    began = started(in_process("connect"), urls.instance, PersistentChat=past)
    told = urls.get("contacts")[1]
    assert told["UnknownContactIds"] == ["C1", "C2"]
    assert told["Links"] == [
        {
            "InitialContactId": began["ContactId"],
            "ContactIds": [began["ContactId"]],
            "ContinuedFromContactId": "C3",
            "RehydrationType": "FROM_SEGMENT",
        }
    ]


@pytest.mark.parametrize(
    ("asked", "media_type", "draw"),
    [
        ({"query_string": "format=mermaid"}, "text/vnd.mermaid", graph_mermaid),
        ({"query_string": "format=dot"}, "text/vnd.graphviz", graph_dot),
        ({"query_string": "format=svg"}, "image/svg+xml", graph_svg),
        ({"headers": {"Accept": "text/vnd.graphviz, */*;q=0.1"}}, "text/vnd.graphviz", graph_dot),
        ({"headers": {"Accept": "text/vnd.mermaid"}}, "text/vnd.mermaid", graph_mermaid),
    ],
)
def test_the_graph_is_there_as_a_picture(urls, asked, media_type, draw):
    urls.post("contacts", RECORDS)
    told = urls.client.get(f"/_rehydration/{urls.instance}/contacts", **asked)
    assert (told.status_code, told.content_type) == (200, f"{media_type}; charset=utf-8")
    assert told.text == draw(ContactGraph.from_contacts(read_contacts(RECORDS)), full=True)


@pytest.mark.parametrize("accept", ["*/*", "text/html", "", "nonsense;;"])
def test_who_asks_for_nothing_known_gets_json(urls, accept):
    assert urls.get("contacts", headers={"Accept": accept})[0] == 200


def test_an_unknown_format_is_refused(urls):
    assert urls.get("contacts", query_string="format=png") == (
        400,
        {"code": "InvalidArgument", "message": "format is 'png': expected json, mermaid, dot, svg"},
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"garbage", "UnreadableRecord"),
        (b"\xff\xfd", "UnreadableRecord"),
        (b"\x1f\x8bno gzip", "UnreadableRecord"),
        (b'{"ContactId": 5}', "UnreadableRecord"),
        (b'["/etc/passwd"]', "UnreadableRecord"),
        (b'"/etc/passwd"', "UnreadableRecord"),
        (b'{"Contacts": "/etc"}', "InvalidArgument"),
        (b'{"Contacts": "/etc", "Transcripts": {}}', "InvalidArgument"),
        (b'{"Contacts": ["/etc"], "Transcripts": {}}', "InvalidArgument"),
        (b'{"Contacts": [{"ContactId": 5}], "Transcripts": {}}', "UnreadableRecord"),
        (b'{"Transcripts": "/etc"}', "InvalidArgument"),
        (b'{"Transcripts": {"C1": "/etc"}}', "InvalidArgument"),
        (b'{"Transcripts": {"C1": []}}', "InvalidArgument"),
        (b'{"Contacts": [{"ContactId": "C1"}], "Transcripts": {"C1": [5]}}', "InvalidArgument"),
        (b'{"Contacts": [{"ContactId": "C1"}], "Transcripts": {"C1": {"Status": "LOST"}}}', "InvalidArgument"),
        (b'{"Contacts": [{"ContactId": "C1"}], "Transcripts": {"C1": {"Size": -1}}}', "InvalidArgument"),
    ],
)
def test_a_history_that_cannot_be_read_is_refused_and_nothing_of_it_kept(urls, body, code):
    status, told = urls.post("contacts", body)
    assert (status, told["code"]) == (400, code)
    assert told["message"]
    assert len(service_for(urls.instance).graph) == 0


def test_contradictory_records_are_refused_with_their_rule(urls):
    urls.post("contacts", RECORDS)
    status, told = urls.post("contacts", RECORDS[:1])
    assert (status, told["code"], told["rule"]) == (400, "ContradictoryRecords", "identity.at-least-once")


# -------------------------------------------------------------------------------------------- what agents and flows do


def test_agents_and_flows_do_over_http_what_they_do_in_process(urls, in_process):
    participant = in_process("connectparticipant")
    began = started(in_process("connect"), urls.instance)
    joined(participant, began)
    status, agent = urls.post("join", {"ContactId": began["ContactId"], "DisplayName": "Bob", "Role": "SUPERVISOR"})
    assert (status, sorted(agent)) == (200, ["ParticipantId", "ParticipantToken"])
    status, transferred = urls.post("transfer", {"ContactId": began["ContactId"], "DisplayName": "Cai"})
    assert (status, sorted(transferred)) == (200, ["ContactId", "ParticipantId", "ParticipantToken"])
    leaving = {"ContactId": transferred["ContactId"], "DisplayName": "Cai"}
    assert urls.post("leave", leaving) == (200, {})
    status, refused = urls.post("leave", leaving)
    assert (status, refused["code"]) == (400, "InvalidArgument")
    status, queued = urls.post("transfer", {"ContactId": transferred["ContactId"], "Queue": True})
    assert (status, list(queued)) == (200, ["ContactId"])
    status, survey = urls.post("disconnect-flow", {"ContactId": queued["ContactId"]})
    assert (status, list(survey)) == (200, ["ContactId"])
    contacts = {each.contact_id: each for each in service_for(urls.instance).graph}
    chain = [began["ContactId"], transferred["ContactId"], queued["ContactId"], survey["ContactId"]]
    assert [contacts[each].initiation_method for each in chain] == ["API", "TRANSFER", "QUEUE_TRANSFER", "DISCONNECT"]
    assert [contacts[each].previous_contact_id for each in chain] == [None, *chain[:3]]


def test_a_flow_speaks_over_http_as_in_process(urls, in_process):
    participant = in_process("connectparticipant")
    began = started(in_process("connect"), urls.instance)
    token = joined(participant, began)
    picker = json.dumps({"templateType": "ListPicker", "version": "1.0", "data": {"content": {"title": "How?"}}})
    kind = "application/vnd.amazonaws.connect.message.interactive"
    contact_id = began["ContactId"]
    urls.post("say", {"ContactId": contact_id, "Content": "Welcome"})
    urls.post("say", {"ContactId": contact_id, "Content": picker, "ContentType": kind, "Role": "CUSTOM_BOT"})
    urls.post("say", {"ContactId": contact_id, "ContentType": f"{EVENT}participant.idle", "DisplayName": "Bo"})
    told = participant.get_transcript(ConnectionToken=token, SortOrder="ASCENDING")["Transcript"][1:]
    shown = [(each["Type"], each.get("Content"), each["DisplayName"], each["ParticipantRole"]) for each in told]
    assert shown == [
        ("MESSAGE", "Welcome", "SYSTEM_MESSAGE", "SYSTEM"),
        ("MESSAGE", picker, "BOT", "CUSTOM_BOT"),
        ("EVENT", None, "Bo", "SYSTEM"),
    ]


def test_a_disconnect_flow_is_configured_begins_by_itself_and_is_ended(urls, in_process):
    participant = in_process("connectparticipant")
    urls.post("settings", {"DisconnectFlow": True})
    began = started(in_process("connect"), urls.instance)
    joined(participant, began)
    agent = joined(participant, urls.post("join", {"ContactId": began["ContactId"]})[1])
    participant.disconnect_participant(ConnectionToken=agent)
    (chat,) = urls.get("chats")[1]["Chats"]
    assert [each["InitiationMethod"] for each in chat["Contacts"]] == ["API", "DISCONNECT"]
    assert urls.post("end-disconnect-flow", {"ContactId": began["ContactId"]})[0] == 400
    assert urls.post("end-disconnect-flow", {"ContactId": chat["ContactId"]}) == (200, {})
    assert urls.get("chats")[1]["Chats"][0]["HasEnded"] is True


def test_a_chat_is_stopped_by_its_contact(urls, in_process):
    began = started(in_process("connect"), urls.instance)
    assert urls.post("stop", {"ContactId": began["ContactId"]}) == (200, {})
    assert service_for(urls.instance).graph.contact(began["ContactId"]).has_ended
    status, told = urls.post("stop", {"ContactId": began["ContactId"]})
    assert (status, told["code"]) == (410, "ContactNotFoundException")


def test_chats_are_told_and_what_each_shows(urls, in_process):
    began = started(in_process("connect"), urls.instance)
    service = service_for(urls.instance)
    assert urls.get("chats") == (200, {"Chats": service.chats()})
    contact_id = began["ContactId"]
    assert urls.get("chats", query_string=f"ContactId={contact_id}") == (200, service.seen(contact_id))
    status, told = urls.get("chats", query_string="ContactId=nobody")
    assert (status, told["code"]) == (404, "ResourceNotFoundException")


# ------------------------------------------------------------------------------------------------- a front end's door

ANA = {"ParticipantDetails": {"DisplayName": "Ana"}}


def test_a_front_end_starts_a_chat_by_the_envelope_of_the_public_lambda(urls, in_process):
    status, told = urls.post(
        "start-chat", {"InstanceId": urls.instance, "ContactFlowId": "flow", "Username": "a", **ANA}
    )
    began = told["data"].pop("startChatResult")
    assert (status, told) == (200, {"data": {"featurePermissions": {"ATTACHMENTS": True}}})
    assert sorted(began) == ["ContactId", "ParticipantId", "ParticipantToken"]
    assert contents(in_process("connectparticipant"), joined(in_process("connectparticipant"), began)) == []
    found = in_process("connect").get_contact_attributes(InstanceId=urls.instance, InitialContactId=began["ContactId"])
    assert found["Attributes"] == {"customerName": "Ana"}


@pytest.mark.parametrize("nothing", [None, {}, {"RehydrationType": "", "SourceContactId": None}])
def test_a_front_end_that_continues_nothing_says_so_in_many_ways(urls, nothing):
    status, told = urls.post("start-chat", {**ANA, "InstanceId": "", "PersistentChat": nothing, "Attributes": None})
    assert (status, "ContinuedFromContactId" in told["data"]["startChatResult"]) == (200, False)


def test_a_front_end_continues_a_chat_and_says_what_it_can_show(urls):
    urls.post("contacts", RECORDS)
    past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "C1"}
    types = ["text/plain", "text/markdown"]
    asked = {
        **ANA,
        "PersistentChat": past,
        "SupportedMessagingContentTypes": types,
        "Attributes": {"customerName": "B"},
    }
    status, told = urls.post("start-chat", asked)
    assert (status, told["data"]["startChatResult"]["ContinuedFromContactId"]) == (200, "C2")
    assert told["data"]["featurePermissions"] == {"ATTACHMENTS": True, "MESSAGING_MARKDOWN": True}
    types.pop()
    assert urls.post("start-chat", asked)[1]["data"]["featurePermissions"]["MESSAGING_MARKDOWN"] is False


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({**ANA, "InstanceId": "another"}, 404, "ResourceNotFoundException"),
        ({}, 400, "InvalidParameterException"),
        ({"ParticipantDetails": "Ana"}, 400, "InvalidParameterException"),
        ({**ANA, "PersistentChat": "C1"}, 400, "InvalidParameterException"),
        ({**ANA, "PersistentChat": {"SourceContactId": "nobody"}}, 400, "InvalidParameterException"),
        ({**ANA, "PersistentChats": {"SourceContactId": "C1"}}, 400, "InvalidParameterException"),
        ({**ANA, "Attributes": "x"}, 400, "InvalidParameterException"),
    ],
)
def test_a_front_end_is_refused_in_the_lambda_s_envelope_too(urls, asked, status, code):
    answered, told = urls.post("start-chat", asked)
    assert (answered, told["code"]) == (status, code)
    fault = told.pop("data")["Error"]
    assert fault == {**told, "statusCode": status}


def test_time_goes_on(urls, in_process):
    began = started(in_process("connect"), urls.instance)["ContactId"]
    before = service_for(urls.instance).time
    status, told = urls.post("advance", {"Seconds": 3600.5})
    assert (status, list(told)) == (200, ["Time"])
    assert 3600 < (service_for(urls.instance).time - before).total_seconds() < 3660
    assert service_for(urls.instance).graph.contact(began).has_ended


@pytest.mark.parametrize(
    ("action", "body", "message"),
    [
        ("transfer", b"", "the body is b'': expected JSON (Expecting value: line 1 column 1 (char 0))"),
        ("transfer", b"[]", "the body is []: expected a JSON object with ContactId, DisplayName, Queue"),
        ("transfer", b'{"ContactId": NaN}', "the body is b'{\"ContactId\": NaN}': expected JSON (NaN is no JSON)"),
        ("transfer", b"{}", "ContactId is None: expected text"),
        ("transfer", b'{"ContactId": null}', "ContactId is None: expected text"),
        ("transfer", b'{"ContactId": 5}', "ContactId is 5: expected text"),
        ("transfer", b'{"ContactId": "C1", "Queue": 1}', "Queue is 1: expected true or false"),
        (
            "transfer",
            b'{"ContactId": "C1", "To": "Bob"}',
            "To is 'Bob': expected no such member; there are ContactId, DisplayName, Queue",
        ),
        ("say", b'{"ContactId": "C1", "Content": 5}', "Content is 5: expected text"),
        ("say", b'{"ContactId": "C1"}', "content is None: expected text of 1 to 16,384 bytes of UTF-8"),
        ("stop", b"{}", "ContactId is None: expected text"),
        ("start-chat", b"[]", "the body is []: expected a JSON object"),
        ("disconnect-flow", b'{"ContactId": []}', "ContactId is []: expected text"),
        ("join", b'{"ContactId": "C1", "DisplayName": 5}', "DisplayName is 5: expected text"),
        ("advance", b"{}", "Seconds is None: expected a number"),
        ("advance", b'{"Seconds": true}', "Seconds is True: expected a number"),
        ("advance", b'{"Seconds": "5"}', "Seconds is '5': expected a number"),
        ("advance", b'{"Seconds": -1}', "Seconds is -1: expected how far the clock is to go on"),
        ("advance", b'{"Seconds": 1e999}', "Seconds is inf: expected how far the clock is to go on"),
        ("advance", b'{"Seconds": 1e300}', "Seconds is 1e+300: expected how far the clock is to go on"),
    ],
)
def test_what_is_no_request_is_refused(urls, action, body, message):
    assert urls.post(action, body) == (400, {"code": "InvalidArgument", "message": message})


def test_time_does_not_go_on_beyond_all_years(urls):
    status, told = urls.post("advance", {"Seconds": 10**12})
    assert (status, told["code"]) == (400, "InvalidArgument")


@pytest.mark.parametrize("action", ["transfer", "disconnect-flow", "join", "say", "leave"])
def test_a_contact_that_is_not_there_or_has_ended_is_refused_by_its_rule(urls, action):
    urls.post("contacts", RECORDS)
    said = {"Content": "Hello"} if action == "say" else {}
    status, told = urls.post(action, {"ContactId": "nobody", **said})
    assert (status, told["code"], told["rule"]) == (404, "ResourceNotFoundException", "eligibility.source-exists")
    status, told = urls.post(action, {"ContactId": "C2", **said})
    assert (status, told["code"]) == (400, "InvalidRequestException")
    assert told["rule"]


@pytest.mark.parametrize("body", [{"ContactId": "D1", "Role": "JESTER"}, {"ContactId": "D1", "DisplayName": ""}])
def test_nobody_joins_as_nobody(urls, body):
    urls.post("contacts", RECORDS)
    status, told = urls.post("join", body)
    assert (status, told["code"]) == (400, "InvalidArgument")
    assert told["message"].startswith(("DisplayName has 0 characters: ", "Role is 'JESTER': "))


# --------------------------------------------------------------------------------------------------- paths and methods


def test_an_instance_that_is_not_there_is_not_found(urls):
    other = Urls(urls.client, "no/where")
    message = "there is no instance 'no/where'; create it with create_instance"
    assert other.get("") == (404, {"code": "ResourceNotFoundException", "message": message})
    for action in (at for at, method in ACTIONS if method == "POST"):
        assert other.post(action, {}) == (404, {"code": "ResourceNotFoundException", "message": message})


def test_an_instance_of_another_account_and_region_is_found(urls, in_process, monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    instance = new_instance(in_process("connect", region_name="eu-west-2"))
    assert Urls(urls.client, instance).post("contacts", RECORDS)[0] == 200
    service = service_for(instance, region_name="eu-west-2", account_id="210987654321")
    assert len(service.graph) == len(RECORDS)


@pytest.mark.parametrize("action", ["nothing", "contacts/more", "transfers", "/contacts"])
def test_a_path_that_is_not_there_is_not_found(urls, action):
    status, told = urls.get(action)
    assert (status, told["code"]) == (404, "NotFound")
    assert "/_rehydration/{InstanceId}/disconnect-flow" in told["message"]


@pytest.mark.parametrize("path", ["/_rehydration", "/_rehydration/"])
def test_instances_are_listed_and_made(urls, path):
    as_json = {"Accept": "application/json"}
    before = urls.client.get(path, headers=as_json).json["InstanceIds"]
    assert before == [urls.instance]
    made = urls.client.post(path).json["InstanceId"]
    assert urls.client.get(path, headers=as_json).json == {"InstanceIds": [urls.instance, made]}
    assert service_for(made).chats() == []
    assert urls.client.post(path, data=b'{"InstanceAlias": "x"}').status_code == 400
    assert urls.client.put(path).headers["Allow"] == "GET, POST"
    assert urls.client.options(path).status_code == 204


@pytest.mark.parametrize("path", ["/_rehydration/", "/_rehydration/{}", "/_rehydration/{}/"])
@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "*/*", ""])
def test_the_page_is_served_under_a_policy_of_its_own(urls, path, accept):
    told = urls.client.get(path.format(urls.instance), headers={"Accept": accept})
    assert (told.status_code, told.content_type) == (200, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in told.headers["Content-Security-Policy"]
    assert told.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "action", "allowed"),
    [("PUT", "contacts", "GET, POST"), ("GET", "transfer", "POST"), ("DELETE", "advance", "POST")],
)
def test_a_method_that_is_not_there_is_told(urls, method, action, allowed):
    told = urls.client.open(f"/_rehydration/{urls.instance}/{action}", method=method)
    assert (told.status_code, told.headers["Allow"]) == (405, allowed)
    assert told.json == {"code": "MethodNotAllowed", "message": f"it takes {allowed}"}


def test_a_slash_at_the_end_and_head_are_taken_well(urls):
    assert urls.get("contacts/")[0] == 200
    assert urls.client.head(f"/_rehydration/{urls.instance}/contacts").status_code == 200


def test_a_fault_of_ours_is_told_without_a_traceback(urls, monkeypatch, caplog):
    service = service_for(urls.instance)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("unheard of")

    monkeypatch.setattr(service, "advance", broken)
    assert urls.post("advance", {"Seconds": 1}) == (
        500,
        {"code": "InternalError", "message": "ZeroDivisionError: unheard of"},
    )
    assert "could not answer" in caplog.text


def test_all_else_is_moto_s(urls):
    assert urls.client.post("/moto-api/reset").get_json(force=True) == {"status": "ok"}


# ----------------------------------------------------------------------------------------------------- over a socket


@pytest.mark.parametrize("length", ["abc", "-5", "1e3", "²"])
def test_a_length_that_is_none_is_refused(served_to_all, client_of_all, length):
    instance = new_instance(client_of_all("connect"))
    host, port = urlsplit(served_to_all.url).hostname, urlsplit(served_to_all.url).port
    head = f"POST /_rehydration/{instance}/contacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection((host, port), timeout=30) as connection:
        connection.sendall(head.encode("latin-1"))
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_who_leaves_before_the_end_does_no_harm(served, client_of_served):
    instance = new_instance(client_of_served("connect"))
    host, port = urlsplit(served.url).hostname, urlsplit(served.url).port
    head = (
        f"POST /_rehydration/{instance}/contacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\n[".encode()
    )
    with socket.create_connection((host, port), timeout=30) as connection:
        connection.sendall(head)
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request("GET", f"/_rehydration/{instance}/contacts")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["Contacts"]) == (200, [])
    connection.close()
    assert served.stop() == (0, "", "")


def test_a_history_is_planted_in_a_server_and_seen_by_a_customer(served_to_all, client_of_all):
    connect, participant = client_of_all("connect"), client_of_all("connectparticipant")
    instance = new_instance(connect)
    connection = http.client.HTTPConnection(urlsplit(served_to_all.url).netloc, timeout=30)
    planted = json.dumps({"Contacts": RECORDS[:2], "Transcripts": {"C2": [{"Content": "long ago"}]}})
    connection.request("POST", f"/_rehydration/{instance}/contacts", planted)
    assert json.loads(connection.getresponse().read()) == {
        "LiveChats": [],
        "Untold": ["RelatedContactId"],
    }
    connection.close()
    past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": "C1"}
    again = started(connect, instance, PersistentChat=past)
    assert again["ContinuedFromContactId"] == "C2"
    assert contents(participant, joined(participant, again)) == ["long ago"]


# ---------------------------------------------------------------------------------------------------------- settings


def test_settings_have_surveys_begin_and_rehydrations_go_on_by_themselves(urls):
    """protocol.leave-then-survey, paging.past-after-event."""
    asked = {
        "DisconnectFlow": True,
        "ContactFlowId": "flow",
        "EndsAfter": 60,
        "RehydrationDelay": 2.5,
        "Retention": True,
    }
    assert urls.post("settings", asked) == (200, {})
    assert urls.post("settings", {}) == (200, {})
    kept = service_for(urls.instance).to_json()
    assert (kept["disconnect_flows"], kept["rehydration_delay"], kept["retention"]) == (
        {"flow": {"runs": True, "seconds": 60}},
        2.5,
        True,
    )


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"EndsAfter": 60}, "DisconnectFlow is missing: expected true or false"),
        ({"DisconnectFlow": 1}, "DisconnectFlow is 1: expected true or false"),
        ({"DisconnectFlow": True, "EndsAfter": -1}, "seconds is -1: expected seconds, from 0 to 604800"),
        ({"RehydrationDelay": 1e300}, "RehydrationDelay is 1e+300: expected seconds, from 0 to 604800"),
        ({"Retention": "yes"}, "Retention is 'yes': expected true or false"),
        ({"Colour": "red"}, "Colour is 'red': expected no such member"),
    ],
)
def test_settings_that_are_none_are_told_of(urls, asked, problem):
    status, told = urls.post("settings", asked)
    assert (status, told["message"].startswith(problem)) == (400, True), told
