"""Chats in moto, with boto3: the same under ``mock_aws`` and against moto's server."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import types
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import moto
import pytest
from moto import backend_index, mock_aws
from moto.backends import get_backend
from moto.connect import urls as connect_urls
from moto.connect.models import ConnectBackend, connect_backends
from moto.connect.responses import ConnectResponse
from moto.core import base_backend, set_initial_no_auth_action_count
from moto.core.responses import BaseResponse
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from chatting import contents, credentials, joined, new_instance, refusal, started, without_metadata
from rehydration.errors import RehydrationError
from rehydration.integrations.moto import (
    MotoNotSupported,
    NoSuchInstance,
    NotInstalled,
    install,
    installed,
    service_for,
    uninstall,
)
from rehydration.service import wire
from rehydration.service.chat_service import OPERATIONS

ODD = [
    "a/b",
    "/a//b/",
    "50%25 %2F%",
    "Übermaß ✓ 数",
    "v1.2..3",
    "a;b?c#d&e=f+g",
    "x.eu-west-1.amazonaws.com/",
    'quote"s\\',
]
SAID = [
    "hello&PersistentChat=1&InstanceId=other&Action=StopContact",
    '{"PersistentChat": {"SourceContactId": "C1"}}',
    "<RequestId>mine</RequestId>",
    "\x00\x01\t\r\n\x7f\x85\u2028",
    "é" * 8192,
    "Action=AssumeRoleWithSAML&Version=2009-04-15",
]


# ---------------------------------------------------------------------------------------------------------- the story


def test_a_customer_comes_back_and_sees_the_past(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    first = started(connect, instance)
    token = joined(participant, first)
    participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="my order is lost")
    service = service_for(instance)
    second = service.transfer(first["ContactId"], "Bob")
    participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="as I said, lost")
    connect.stop_contact(InstanceId=instance, ContactId=second["ContactId"])
    past = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": first["ContactId"]}

    again = started(connect, instance, PersistentChat=past)

    assert again["ContinuedFromContactId"] == first["ContactId"]
    token = joined(participant, again)
    participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="it is me again")
    assert contents(participant, token) == ["it is me again", "my order is lost"]


def test_a_live_chat_is_associated_once(client):
    connect = client("connect")
    instance = new_instance(connect)
    past = started(connect, instance)["ContactId"]
    connect.stop_contact(InstanceId=instance, ContactId=past)
    live = started(connect, instance)["ContactId"]
    asked = {
        "InstanceId": instance,
        "InitialContactId": live,
        "RehydrationType": "ENTIRE_PAST_SESSION",
        "SourceContactId": past,
    }
    answer = connect.create_persistent_contact_association(**asked)
    assert without_metadata(answer) == {"ContinuedFromContactId": past}
    assert refusal(connect.create_persistent_contact_association, **asked) == (
        "InvalidRequestException",
        "InvalidRequestException",
        400,
    )
    associated = connect.list_associated_contacts(InstanceId=instance, ContactId=live, MaxResults=1)
    assert [each["ContactId"] for each in associated["ContactSummaryList"]] == [past]
    rest = connect.list_associated_contacts(
        InstanceId=instance, ContactId=live, MaxResults=1, NextToken=associated["NextToken"]
    )
    assert [each["ContactId"] for each in rest["ContactSummaryList"]] == [live]


def test_attributes_events_and_the_end_of_a_participant(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    began = started(connect, instance, Attributes={"tier": "gold"})
    contact = {"InstanceId": instance, "InitialContactId": began["ContactId"]}
    connect.update_contact_attributes(**contact, Attributes={"mood": "&tier=lead"})
    assert connect.get_contact_attributes(**contact)["Attributes"] == {"tier": "gold", "mood": "&tier=lead"}
    token = joined(participant, began)
    typing = "application/vnd.amazonaws.connect.event.typing"
    sent = participant.send_event(ConnectionToken=token, ContentType=typing)
    assert set(without_metadata(sent)) == {"Id", "AbsoluteTime"}
    assert without_metadata(participant.disconnect_participant(ConnectionToken=token)) == {}
    described = connect.describe_contact(InstanceId=instance, ContactId=began["ContactId"])["Contact"]
    assert described["DisconnectReason"] == "CUSTOMER_DISCONNECT"


def test_times_keep_their_milliseconds(client):
    connect = client("connect")
    instance = new_instance(connect)
    began = started(connect, instance)["ContactId"]
    told = connect.describe_contact(InstanceId=instance, ContactId=began)["Contact"]["InitiationTimestamp"]
    assert told == service_for(instance).graph.contact(began).initiation_timestamp


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_comes_back_as_it_was_said(client, said):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    token = joined(participant, started(connect, instance))
    participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=said)
    assert contents(participant, token) == [said]


@pytest.mark.parametrize("contact_id", ODD)
def test_ids_are_what_they_are_in_paths_and_queries(client, contact_id):
    connect = client("connect")
    instance = new_instance(connect)
    service_for(instance).seed([{"ContactId": contact_id, "Channel": "CHAT", "Attributes": {"is": contact_id}}])
    asked = {"InstanceId": instance, "ContactId": contact_id}
    assert connect.describe_contact(**asked)["Contact"]["Id"] == contact_id
    listed = connect.list_associated_contacts(**asked)["ContactSummaryList"]
    assert [each["ContactId"] for each in listed] == [contact_id]
    got = connect.get_contact_attributes(InstanceId=instance, InitialContactId=contact_id)
    assert got["Attributes"] == {"is": contact_id}
    connect.stop_contact(**asked)
    assert connect.describe_contact(**asked)["Contact"]["DisconnectReason"] == "API"


# ------------------------------------------------------------------------------------------------------------- errors


def test_errors_have_the_types_codes_and_statuses_of_the_models(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    began = started(connect, instance)
    contact = {"InstanceId": instance, "ContactId": began["ContactId"]}
    token = joined(participant, began)
    message = {"ContentType": "text/plain", "Content": "hello"}
    live = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": began["ContactId"]}
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}

    def told(name: str, status: int) -> tuple[str, str, int]:
        return (name, name, status)

    not_found = told("ResourceNotFoundException", 404)
    assert refusal(connect.describe_contact, InstanceId=instance, ContactId="nobody") == not_found
    assert refusal(connect.describe_contact, InstanceId="no/where", ContactId="nobody") == not_found
    assert refusal(connect.start_chat_contact, **{**chat, "InstanceId": "nowhere"}) == not_found
    refused = told("InvalidRequestException", 400)
    assert refusal(connect.start_chat_contact, **chat, PersistentChat=live) == refused
    malformed = told("InvalidParameterException", 400)
    assert refusal(connect.start_chat_contact, **chat, ChatDurationInMinutes=5) == malformed
    assert refusal(connect.start_chat_contact, **{**chat, "InstanceId": "x" * 101}) == malformed
    long = {"InstanceId": instance, "InitialContactId": "x" * 257}
    assert refusal(connect.get_contact_attributes, **long) == refused
    validation = told("ValidationException", 400)
    too_long = {**message, "Content": "x" * 16385}
    assert refusal(participant.send_message, ConnectionToken=token, **too_long) == validation
    denied = told("AccessDeniedException", 403)
    assert refusal(participant.send_message, ConnectionToken="forged", **message) == denied
    assert refusal(participant.get_transcript, ConnectionToken=began["ParticipantToken"]) == denied
    connect.stop_contact(**contact)
    assert refusal(connect.stop_contact, **contact) == told("ContactNotFoundException", 410)
    assert refusal(participant.send_message, ConnectionToken=token, **message) == denied


def test_a_typed_exception_can_be_caught_with_its_message(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    with pytest.raises(connect.exceptions.ResourceNotFoundException) as unknown:
        connect.describe_contact(InstanceId=instance, ContactId="nobody")
    assert "'nobody'" in unknown.value.response["Message"]
    with pytest.raises(participant.exceptions.AccessDeniedException) as denied:
        participant.get_transcript(ConnectionToken="forged")
    assert denied.value.response["Error"]["Message"] == denied.value.response["Message"] == "access denied"


def test_iam_is_asked_where_it_is_asked_of_all_services(client):
    iam = client("iam")

    def of_user(name: str, action: str) -> dict[str, str]:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    allowed = client("connect", **of_user("allowed", "connect:*"))
    refused = client("connect", **of_user("refused", "s3:*"))
    participant = client("connectparticipant")
    instance = new_instance(client("connect"))
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}

    @set_initial_no_auth_action_count(0)
    def with_iam() -> None:
        began = started(allowed, instance)
        assert contents(participant, joined(participant, began)) == []
        denied = refusal(refused.start_chat_contact, **chat)
        assert denied[1:] == ("AccessDeniedException", 403)

    with_iam()


def test_a_refused_chat_leaves_nothing(client):
    connect = client("connect")
    instance = new_instance(connect)
    past = {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "nobody"}
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert refusal(connect.start_chat_contact, **chat, PersistentChat=past)[2] == 404
    assert len(service_for(instance).graph) == 0


def test_a_fault_of_ours_is_raised_in_process_and_told_by_a_server(client, monkeypatch, request, caplog):
    connect = client("connect")
    instance = new_instance(connect)

    def broken(*_: object) -> None:
        raise RehydrationError("unheard of")

    monkeypatch.setattr(service_for(instance), "call", broken)
    if "over HTTP" in request.node.name:
        told = ("InternalServiceException", "InternalServiceException", 500)
        assert refusal(connect.describe_contact, InstanceId=instance, ContactId="C1") == told
        assert "could not answer DescribeContact" in caplog.text
    else:
        with pytest.raises(RehydrationError, match="unheard of"):
            connect.describe_contact(InstanceId=instance, ContactId="C1")


# ------------------------------------------------------------------------------------------- instances and their chats


def test_instances_keep_their_chats_apart(client):
    connect, participant = client("connect"), client("connectparticipant")
    one, other = new_instance(connect), new_instance(connect)
    began = started(connect, one)
    elsewhere = {"InstanceId": other, "ContactId": began["ContactId"]}
    assert refusal(connect.describe_contact, **elsewhere)[1:] == ("ResourceNotFoundException", 404)
    token = joined(participant, started(connect, other))
    participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="in the other one")
    assert [len(service_for(each).graph) for each in (one, other)] == [1, 1]
    assert contents(participant, joined(participant, began)) == []


def test_regions_keep_their_instances_apart(client):
    here, there = client("connect"), client("connect", region_name="eu-west-2")
    instance = new_instance(there)
    assert refusal(here.describe_contact, InstanceId=instance, ContactId="C1")[2] == 404
    began = started(there, instance)
    told = there.describe_contact(InstanceId=instance, ContactId=began["ContactId"])["Contact"]["Arn"]
    assert told.startswith(f"arn:aws:connect:eu-west-2:123456789012:instance/{instance}/contact/")
    assert len(service_for(instance, region_name="eu-west-2").graph) == 1


def test_a_token_of_another_region_is_refused_like_a_forged_one(in_process):
    connect = in_process("connect", region_name="eu-west-2")
    began = started(connect, new_instance(connect))
    token = began["ParticipantToken"]
    foreign = in_process("connectparticipant", region_name="us-west-2")
    told = []
    for each in (token, "forged"):
        with pytest.raises(foreign.exceptions.AccessDeniedException) as denied:
            foreign.create_participant_connection(Type=["WEBSOCKET"], ParticipantToken=each)
        told.append(denied.value.response["Error"])
    assert told[0] == told[1]
    joined(in_process("connectparticipant", region_name="eu-west-2"), began)


def test_accounts_keep_their_instances_apart(client):
    sts = client("sts")
    role = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/other", RoleSessionName="test")["Credentials"]
    ours = client("connect")
    theirs = client(
        "connect",
        aws_access_key_id=role["AccessKeyId"],
        aws_secret_access_key=role["SecretAccessKey"],
        aws_session_token=role["SessionToken"],
    )
    instance = new_instance(theirs)
    began = started(theirs, instance)
    assert refusal(ours.describe_contact, InstanceId=instance, ContactId=began["ContactId"])[2] == 404
    assert began["ContactId"] in service_for(instance, account_id="210987654321").graph
    participant = client("connectparticipant")
    assert contents(participant, joined(participant, began)) == []


def test_an_instance_that_is_deleted_takes_its_chats_along(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    began = started(connect, instance)
    token = joined(participant, began)
    connect.delete_instance(InstanceId=instance)
    assert refusal(connect.describe_contact, InstanceId=instance, ContactId=began["ContactId"])[2] == 404
    assert refusal(participant.get_transcript, ConnectionToken=token)[2] == 403
    with pytest.raises(NoSuchInstance):
        service_for(instance)


def test_a_reset_of_moto_forgets_all_chats(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    token = joined(participant, started(connect, instance))
    base_backend.BackendDict.reset()
    assert refusal(participant.get_transcript, ConnectionToken=token)[2] == 403
    assert refusal(connect.describe_contact, InstanceId=instance, ContactId="C1")[2] == 404


def test_a_seed_of_moto_repeats_all_ids(client):
    def ids() -> list[dict]:
        connect, participant = client("connect"), client("connectparticipant")
        instance = new_instance(connect)
        mock_random.seed(42)
        began = started(connect, instance)
        token = joined(participant, began)
        refusal(connect.describe_contact, InstanceId=instance, ContactId="nobody")
        sent = participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="hello")
        base_backend.BackendDict.reset()
        return [began, token, sent["Id"]]

    assert ids() == ids()


def test_the_clock_can_be_frozen(in_process, monkeypatch):
    from rehydration.integrations.moto import chats

    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)

    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None):
            return noon.astimezone(tz)

    connect = in_process("connect")
    instance = new_instance(connect)
    service = service_for(instance)
    monkeypatch.setattr(chats.dt, "datetime", Frozen)
    assert service.time == noon


def test_a_service_can_be_seeded_and_advanced(client):
    connect = client("connect")
    instance = new_instance(connect)
    service = service_for(instance)
    assert service is service_for(instance)
    live = service.seed([{"ContactId": "C1", "Channel": "CHAT"}])["LiveChats"]
    assert [each["ContactId"] for each in live] == ["C1"]
    service.advance(timedelta(hours=26))
    assert connect.describe_contact(InstanceId=instance, ContactId="C1")["Contact"]["DisconnectReason"] == "EXPIRED"


def test_eight_threads_lose_nothing_and_double_nothing(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)

    def chat(number: int) -> tuple[str, list[str]]:
        began = started(connect, instance)
        token = joined(participant, began)
        said = [f"{number}.{each}" for each in range(3)]
        for each in said:
            participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=each)
        assert contents(participant, token) == said[::-1]
        return began["ContactId"], said

    with ThreadPoolExecutor(8) as threads:
        contact_ids = [contact_id for contact_id, _ in threads.map(chat, range(40))]
    assert sorted(each.contact_id for each in service_for(instance).graph) == sorted(contact_ids)
    assert len(set(contact_ids)) == 40


def test_threads_that_come_first_together_get_one_service(in_process):
    instance = new_instance(in_process("connect"))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: service_for(instance), range(64)))
    assert len(set(map(id, found))) == 1


# --------------------------------------------------------------------------------------------------- in and out again


def state() -> dict[str, object]:
    return {
        "url_paths": list(connect_urls.url_paths.items()),
        "rows": list(backend_index.backend_url_patterns),
        "path": list(moto.__path__),
        "ConnectResponse": dict(vars(ConnectResponse)),
        "ConnectBackend": dict(vars(ConnectBackend)),
        "BaseResponse": dict(vars(BaseResponse)),
        "DomainDispatcherApplication": dict(vars(DomainDispatcherApplication)),
        "backends": [id(each) for each in base_backend.BackendDict._instances],
        "modules": {name for name in sys.modules if name.startswith("moto.connectp")},
    }


def test_moto_is_left_as_it_was():
    connect_backends["123456789012"]["us-east-1"]
    before = state()
    with installed():
        assert state() != before
        get_backend("connectparticipant")["123456789012"]["us-east-1"]
    assert state() == before


def test_chats_are_forgotten_when_moto_is_left():
    import boto3

    with credentials(), mock_aws():
        connect = boto3.client("connect", region_name="us-east-1")
        instance = new_instance(connect)
        with installed():
            started(connect, instance)
            assert len(service_for(instance).graph) == 1
        with pytest.raises(NotInstalled, match=r"call rehydration\.integrations\.moto\.install\(\) first"):
            service_for(instance)
        assert refusal(connect.describe_contact, InstanceId=instance, ContactId="C1")[2] == 404
        with installed():
            assert len(service_for(instance).graph) == 0
        connect.close()


def test_it_stays_installed_until_it_was_uninstalled_as_often():
    before = state()
    install()
    install()
    uninstall()
    assert state() != before
    uninstall()
    assert state() == before
    uninstall()
    assert state() == before


def test_a_server_that_has_answered_already_is_extended_and_left_again(server_url):
    import boto3

    connect = boto3.client("connect", region_name="us-east-1", endpoint_url=server_url)
    participant = boto3.client("connectparticipant", region_name="us-east-1", endpoint_url=server_url)
    instance = new_instance(connect)
    chat = {"InstanceId": instance, "ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
    assert refusal(connect.start_chat_contact, **chat)[2] == 404
    with installed():
        joined(participant, started(connect, instance))
        assert connect.describe_instance(InstanceId=instance)["Instance"]["Id"] == instance
    assert refusal(connect.start_chat_contact, **chat)[2] == 404
    assert connect.describe_instance(InstanceId=instance)["Instance"]["Id"] == instance
    base_backend.BackendDict.reset()
    connect.close()
    participant.close()


@pytest.mark.parametrize(
    "where",
    [{"region_name": "eu-west-2"}, {"account_id": "210987654321"}, {"region_name": "nowhere"}, {"account_id": None}],
)
def test_an_instance_that_is_not_there_is_named(in_process, where):
    instance = new_instance(in_process("connect"))
    with pytest.raises(NoSuchInstance) as unknown:
        service_for(instance, **where)
    named = {"region_name": "us-east-1", "account_id": "123456789012", **where}
    assert str(unknown.value) == (
        f"moto has no Amazon Connect instance {instance!r} in region {named['region_name']!r} of account "
        f"{named['account_id']!r}; create it with create_instance, and name its region and account"
    )


@pytest.mark.parametrize(
    ("owner", "name", "missing"),
    [
        (connect_urls, "url_paths", "moto.connect.urls has no url_paths"),
        (backend_index, "backend_url_patterns", "moto.backend_index has no backend_url_patterns"),
        (BaseResponse, "get_current_account", "BaseResponse has no get_current_account"),
        (
            DomainDispatcherApplication,
            "get_application",
            "moto.moto_server.werkzeug_app has no DomainDispatcherApplication.get_application",
        ),
    ],
)
def test_a_moto_that_is_built_otherwise_is_not_touched(monkeypatch, owner, name, missing):
    with monkeypatch.context() as changed:
        changed.delattr(owner, name)
        with pytest.raises(MotoNotSupported) as refused:
            install()
    assert refused.value.missing == (missing,)
    assert str(refused.value) == (
        f"moto {moto.__version__} is not supported: {missing}. Known to work: moto 5.1.21 to 5.2.5; install one of "
        "them (python -m pip install 'rehydration[moto]') or a rehydration that knows this one"
    )
    with pytest.raises(NotInstalled):
        service_for("instance")


def test_a_moto_that_has_the_service_itself_is_not_touched(monkeypatch):
    monkeypatch.setattr(
        backend_index, "backend_url_patterns", [*backend_index.backend_url_patterns, ("connectparticipant", None)]
    )
    with pytest.raises(MotoNotSupported, match="moto has a connectparticipant of its own"):
        install()


def test_a_backend_without_instances_is_not_touched(monkeypatch):
    monkeypatch.setattr("moto.connect.models.ConnectBackend", lambda *_: types.SimpleNamespace())
    with pytest.raises(MotoNotSupported, match="ConnectBackend keeps no instances"):
        install()


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout


def test_without_moto_it_says_so():
    told = run("""
        import importlib.metadata, sys
        sys.modules["moto"] = None
        def nothing(name):
            raise importlib.metadata.PackageNotFoundError(name)
        importlib.metadata.version = nothing
        from rehydration.integrations.moto import MotoNotSupported, install
        try:
            install()
        except MotoNotSupported as fault:
            print(fault)
    """)
    assert told.startswith("moto is not installed: ")
    assert "python -m pip install 'rehydration[moto]'" in told


def test_a_moto_that_has_no_connect_is_told():
    told = run("""
        import sys
        sys.modules["moto.connect"] = None
        from rehydration.integrations.moto import MotoNotSupported, install
        try:
            install()
        except MotoNotSupported as fault:
            print(fault)
    """)
    assert told.startswith(f"moto {moto.__version__} is not supported: import of moto.connect halted")


def test_nothing_is_loaded_at_import_and_the_service_only_by_the_first_chat():
    told = run("""
        import sys
        import rehydration.integrations.moto
        print(sorted({"moto", "botocore", "networkx", "click"} & set(sys.modules)))
        import boto3
        from moto import mock_aws
        rehydration.integrations.moto.install()
        with mock_aws():
            connect = boto3.client("connect", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
            made = connect.create_instance(
                IdentityManagementType="SAML", InboundCallsEnabled=True, OutboundCallsEnabled=True
            )
            connect.describe_instance(InstanceId=made["Id"])
            print("rehydration.service.chat_service" in sys.modules)
            ana = {"DisplayName": "Ana"}
            connect.start_chat_contact(InstanceId=made["Id"], ContactFlowId="flow", ParticipantDetails=ana)
            print("rehydration.service.chat_service" in sys.modules)
    """)
    assert told == "[]\nFalse\nTrue\n"


def test_without_what_a_server_needs_it_works_in_process():
    told = run("""
        import sys
        sys.modules["flask"] = sys.modules["flask_cors"] = None
        import importlib.util
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name, *more: None if name.startswith("flask") else find(name, *more)
        import boto3
        from moto import mock_aws
        from rehydration.integrations.moto import installed
        with installed(), mock_aws():
            connect = boto3.client("connect", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
            made = connect.create_instance(
                IdentityManagementType="SAML", InboundCallsEnabled=True, OutboundCallsEnabled=True
            )
            ana = {"DisplayName": "Ana"}
            began = connect.start_chat_contact(InstanceId=made["Id"], ContactFlowId="flow", ParticipantDetails=ana)
            print(len(began["ContactId"]))
    """)
    assert told == "36\n"


# --------------------------------------------------------------------------------------------------------- operations


def test_the_operations_are_those_of_the_service(in_process):
    instance = new_instance(in_process("connect"))
    there = {each.name for each in wire.operations()}
    assert there == service_for(instance).operations
    assert there <= OPERATIONS.keys()


def test_start_assistant_contact_exists_where_botocore_has_it(client):
    connect = client("connect")
    there = {each.name for each in wire.operations()}
    assert ("StartAssistantContact" in there) == hasattr(connect, "start_assistant_contact")
    if hasattr(connect, "start_assistant_contact"):
        instance = new_instance(connect)
        asked = {
            "InstanceId": instance,
            "ParticipantDetails": {"DisplayName": "Ana"},
            "AiAgent": {"AiAgentId": "0f0e0d0c-1111-2222-3333-444455556666"},
        }
        answer = connect.start_assistant_contact(**asked)
        assert answer["ContactId"] in service_for(instance).graph


def test_operations_that_are_not_emulated_are_refused_with_an_error_that_they_declare(client):
    connect = client("connect")
    instance = new_instance(connect)
    assert refusal(connect.update_contact, InstanceId=instance, ContactId="C1")[2] == 400


def test_moto_itself_goes_on_working(client):
    connect = client("connect")
    instance = new_instance(connect)
    arn = connect.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    connect.tag_resource(resourceArn=arn, tags={"a": "b"})
    assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    bucket = client("s3")
    bucket.create_bucket(Bucket="participant")
    bucket.put_object(Bucket="participant", Key="message", Body=json.dumps({"a": 1}))
    assert bucket.get_object(Bucket="participant", Key="message")["Body"].read() == b'{"a": 1}'
    bucket.create_bucket(Bucket="contact")
    bucket.put_object(Bucket="contact", Key="chat", Body=b"not a chat")
    assert bucket.get_object(Bucket="contact", Key="chat")["Body"].read() == b"not a chat"
