"""Attachments through moto's own S3, with real clients: announced, put there, completed, fetched."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from chatting import contents, joined, new_instance, refusal, started
from rehydration.integrations.moto import service_for

SAID = b"%PDF-1.7 not really"


def announced(participant, token, **further):
    file = {"AttachmentName": "bill ü.pdf", "ContentType": "application/pdf", "AttachmentSizeInBytes": len(SAID)}
    return participant.start_attachment_upload(ConnectionToken=token, **file, **{"ClientToken": "t1", **further})


def put(told, data=SAID):
    metadata = told["UploadMetadata"]
    return requests.put(metadata["Url"], data=data, headers=metadata["HeadersToInclude"], timeout=30)


def complete(token, attachment_id):
    return {"ConnectionToken": token, "AttachmentIds": [attachment_id], "ClientToken": "t2"}


def test_what_was_uploaded_is_fetched_in_the_chat_and_in_the_next(client):
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    began = started(connect, instance)
    token = joined(participant, began)
    told = announced(participant, token)
    attachment_id = told["AttachmentId"]
    assert refusal(participant.complete_attachment_upload, **complete(token, attachment_id))[1:] == (
        "ValidationException",
        400,
    )
    assert put(told).status_code == 200
    participant.complete_attachment_upload(**complete(token, attachment_id))
    service_for(instance).join(began["ContactId"], "Bo")
    connect.stop_contact(InstanceId=instance, ContactId=began["ContactId"])
    past = {"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": began["ContactId"]}
    back = joined(participant, started(connect, instance, PersistentChat=past))
    assert contents(participant, back) == []
    fetched = participant.get_attachment(ConnectionToken=back, AttachmentId=attachment_id)
    answer = requests.get(fetched["Url"], timeout=30)
    assert (answer.content, answer.headers["Content-Type"]) == (SAID, "application/pdf")
    assert answer.headers.get("Content-Disposition", "attachment") == "attachment"  # older motos leave it out
    assert fetched["AttachmentSizeInBytes"] == len(SAID)


def test_an_attachment_is_shown_or_saved_as_it_is_asked_for(client):
    connect, participant = client("connect"), client("connectparticipant")
    if (
        "UrlContentDisposition"
        not in participant.meta.service_model.operation_model("GetAttachment").input_shape.members
    ):
        pytest.skip("this service model knows one way")
    token = joined(participant, started(connect, new_instance(connect)))
    told = announced(participant, token)
    put(told)
    participant.complete_attachment_upload(**complete(token, told["AttachmentId"]))
    asked = {"ConnectionToken": token, "AttachmentId": told["AttachmentId"], "UrlContentDisposition": "INLINE"}
    url = participant.get_attachment(**asked)["Url"]
    assert requests.get(url, timeout=30).headers["Content-Disposition"] == "inline"


def test_a_file_of_another_size_than_announced_is_refused(client):
    connect, participant = client("connect"), client("connectparticipant")
    token = joined(participant, started(connect, new_instance(connect)))
    told = announced(participant, token)
    put(told, b"short")
    asked = complete(token, told["AttachmentId"])
    assert refusal(participant.complete_attachment_upload, **asked)[1:] == ("ValidationException", 400)


def test_instances_of_any_region_and_account_keep_attachments(client, monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
    connect = client("connect", region_name="eu-west-2")
    participant = client("connectparticipant", region_name="eu-west-2")
    token = joined(participant, started(connect, new_instance(connect)))
    told = announced(participant, token)
    assert put(told).status_code == 200
    participant.complete_attachment_upload(**complete(token, told["AttachmentId"]))
    second = joined(participant, started(connect, new_instance(connect)))
    assert announced(participant, second)["AttachmentId"] != told["AttachmentId"]


@pytest.mark.parametrize("origin", ["http://localhost:3000", "null"])
def test_a_browser_may_upload_and_download(over_http, origin):
    connect, participant = over_http("connect"), over_http("connectparticipant")
    token = joined(participant, started(connect, new_instance(connect)))
    told = announced(participant, token)
    url = told["UploadMetadata"]["Url"]
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    asked = requests.options(url, headers=asking, timeout=30)
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] in ("*", origin)
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
    assert asked.headers["Access-Control-Allow-Headers"].lower() in ("*", "content-type")
    put(told)
    participant.complete_attachment_upload(**complete(token, told["AttachmentId"]))
    fetched = participant.get_attachment(ConnectionToken=token, AttachmentId=told["AttachmentId"])
    answer = requests.get(fetched["Url"], headers={"Origin": origin}, timeout=30)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", origin)


def test_addresses_are_good_until_they_expire_by_the_clock_of_the_service(client):
    """protocol.attachment-urls-expire."""
    connect, participant = client("connect"), client("connectparticipant")
    instance = new_instance(connect)
    token = joined(participant, started(connect, instance))
    service = service_for(instance)
    told = announced(participant, token)
    service.advance(timedelta(minutes=15, seconds=1))
    late = put(told)
    assert (late.status_code, "Request has expired" in late.text) == (403, True)
    again = announced(participant, token, ClientToken="another")
    service.advance(timedelta(minutes=14))
    assert put(again).status_code == 200
    service.advance(timedelta(minutes=14))  # when it came is what counts
    participant.complete_attachment_upload(**complete(token, again["AttachmentId"]))
    asked = {"ConnectionToken": token, "AttachmentId": again["AttachmentId"]}
    for seconds, known in ((300, {}), (5, {"UrlExpiryInSeconds": 5})):
        url = participant.get_attachment(**asked, **known)["Url"]
        service.advance(timedelta(seconds=seconds - 3))
        assert requests.get(url, timeout=30).content == SAID
        service.advance(timedelta(seconds=4))
        assert requests.get(url, timeout=30).status_code == 403


def test_what_moto_s_own_storage_addresses_it_goes_on_giving_out(client):
    connect, participant = client("connect"), client("connectparticipant")
    announced(participant, joined(participant, started(connect, new_instance(connect))))
    storage = client("s3")
    storage.create_bucket(Bucket="somebody-s")
    storage.put_object(Bucket="somebody-s", Key="a/b", Body=SAID)
    url = storage.generate_presigned_url("get_object", Params={"Bucket": "somebody-s", "Key": "a/b"}, ExpiresIn=-9)
    assert requests.get(url, timeout=30).content == SAID
