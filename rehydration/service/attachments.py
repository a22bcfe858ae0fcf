"""The operations with attachments: announce a file, say that it was uploaded, fetch it.

Here belongs whose attachment it is and who may have it. The bytes are elsewhere: ``stored`` of the instance tells how
many there are, and every address begins with :data:`NOWHERE` until a host puts its own there.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_StartAttachmentUpload.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from rehydration.service.instance import Instance
from rehydration.service.refusals import AttachmentNotTaken, AttachmentNotThere, TokenNotAccepted
from rehydration.service.state import Attachment, Participant, Plain, instant
from rehydration.service.transcript_pages import past_items

NOWHERE: Final = "https://attachments.invalid/"
"""How the address of every attachment begins; its id follows."""

ATTACHMENT_BYTES: Final = 20 * 1024 * 1024
"""How large an attachment may be.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
"""

EXTENSIONS: Final = frozenset(
    "csv doc docx heic jfif jpeg jpg mov mp4 pdf png ppt pptx rtf txt wav xls xlsx".split()  # noqa: SIM905  # shorter
)
"""The files that a chat takes, by the end of their names; those of an instance can be configured otherwise.

Source: https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
"""

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

CONTENT_TYPES: Final = frozenset(
    {
        *("text/csv", "application/csv", "text/plain", "application/rtf", "text/rtf", "application/pdf"),
        *("application/msword", "application/vnd.ms-powerpoint", "application/vnd.ms-excel"),
        *(f"{_OFFICE}.{kind}" for kind in ("wordprocessingml.document", "presentationml.presentation")),
        f"{_OFFICE}.spreadsheetml.sheet",
        *("image/heic", "image/heif", "image/jpeg", "image/jpg", "image/pjpeg", "image/png"),
        *("video/quicktime", "video/mp4", "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
    }
)
"""The content types that clients give such files."""

UPLOAD_LIFETIME: Final = timedelta(minutes=15)
"""How long an address for an upload is good."""

FETCH_SECONDS: Final = 300
"""How long an address for a download is good, unless it is to be less: the most that can be asked for."""

_BOT: Final = "CUSTOM_BOT"

_UNMEASURED: Final = 1
"""The size of an attachment that was planted without its bytes: the least that the service model admits."""


def start_attachment_upload(instance: Instance, parameters: Plain) -> Plain:
    """Announce a file and be told where to put it."""
    participant = instance.connected(parameters["ConnectionToken"])
    size, content_type = parameters["AttachmentSizeInBytes"], parameters["ContentType"]
    _check_taken(parameters["AttachmentName"], content_type, size)
    attachment = Attachment(
        attachment_id=instance.new_id(),
        participant_id=participant.participant_id,
        name=parameters["AttachmentName"],
        content_type=content_type,
        size=size,
    )
    instance.attachments[attachment.attachment_id] = attachment
    return {
        "AttachmentId": attachment.attachment_id,
        "UploadMetadata": {
            "Url": f"{NOWHERE}{attachment.attachment_id}",
            "UrlExpiry": instant(instance.time + UPLOAD_LIFETIME),
            "HeadersToInclude": {"Content-Type": content_type},
        },
    }


def _check_taken(name: str, content_type: str, size: int) -> None:
    """Check that a chat takes such a file (rule ``protocol.attachment-types``); a name may have no extension.

    :raises AttachmentNotTaken: it does not.
    """
    _, dot, extension = name.rpartition(".")
    if dot and extension.lower() not in EXTENSIONS:
        raise AttachmentNotTaken("AttachmentName", f".{extension}", f"one of .{', .'.join(sorted(EXTENSIONS))}")
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise AttachmentNotTaken("ContentType", content_type, "that of one of the files that a chat takes")
    if size > ATTACHMENT_BYTES:
        raise AttachmentNotTaken("AttachmentSizeInBytes", f"{size:,}", f"at most {ATTACHMENT_BYTES:,}")


def complete_attachment_upload(instance: Instance, parameters: Plain) -> Plain:
    """Say in the chat what was uploaded."""
    participant = instance.connected(parameters["ConnectionToken"])
    completed = [_uploaded(instance, participant, each) for each in parameters["AttachmentIds"]]
    for each in completed:
        each.completed = True
    told = [
        {
            "AttachmentId": each.attachment_id,
            "AttachmentName": each.name,
            "ContentType": each.content_type,
            "Status": "APPROVED",
        }
        for each in completed
    ]
    said = {"Type": "ATTACHMENT", "Attachments": told, **participant.signature}
    instance.say(instance.contact_of(participant), said)
    return {}


def _uploaded(instance: Instance, participant: Participant, attachment_id: str) -> Attachment:
    attachment = instance.attachments.get(attachment_id)
    if attachment is None or attachment.participant_id != participant.participant_id or attachment.completed:
        raise AttachmentNotThere(attachment_id, "was not announced by this participant, or is completed already")
    size = attachment.size if instance.stored is None else instance.stored(attachment_id)
    if size != attachment.size:
        there = "nothing" if size is None else f"{size:,} bytes"
        raise AttachmentNotThere(attachment_id, f"was announced with {attachment.size:,} bytes, and {there} came")
    return attachment


def get_attachment(instance: Instance, parameters: Plain) -> Plain:
    """Tell where an attachment can be fetched that the chat shows, also one of the past.

    Rule ``paging.past-attachments``. Bots get none.

    Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_GetAttachment.html
    """
    participant = instance.connected(parameters["ConnectionToken"])
    if participant.role == _BOT:
        raise TokenNotAccepted
    attachment_id = parameters["AttachmentId"]
    if not _is_shown(instance, participant, attachment_id):
        raise AttachmentNotThere(attachment_id, "is in no transcript that this chat shows")
    seconds = parameters.get("UrlExpiryInSeconds", FETCH_SECONDS)
    return {
        "Url": f"{NOWHERE}{attachment_id}",
        "UrlExpiry": instant(instance.time + timedelta(seconds=seconds)),
        "AttachmentSizeInBytes": _size(instance, attachment_id),
    }


def _is_shown(instance: Instance, participant: Participant, attachment_id: str) -> bool:
    current = instance.transcripts.of_session(participant.initial_contact_id)
    return any(
        attached.get("AttachmentId") == attachment_id
        for item in chain(current, past_items(instance, participant))
        for attached in _attached(item.members)
    )


def _attached(members: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return members.get("Attachments") or []


def _size(instance: Instance, attachment_id: str) -> int:
    attachment = instance.attachments.get(attachment_id)
    if attachment is not None:
        return attachment.size
    return (instance.stored and instance.stored(attachment_id)) or _UNMEASURED
