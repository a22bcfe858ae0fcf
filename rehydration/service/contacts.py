"""The operations on a contact: describe it, find what belongs to it, its attributes, its end.

Here belongs what Amazon Connect tells of a contact. How a chat goes on is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from rehydration.contacts import Contact, UnknownContact
from rehydration.eligibility import kept_since
from rehydration.errors import ContactNotFound
from rehydration.identifiers import ContactId
from rehydration.records.members import pascal
from rehydration.service.instance import Instance
from rehydration.service.page_tokens import seal, unseal
from rehydration.service.refusals import PageTokenInvalid, ParametersMalformed
from rehydration.service.state import Details, Plain

ATTRIBUTES_BYTES: Final = 32_768
"""How large the attributes of a contact may be in all, in bytes of UTF-8.

Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactAttributes.html
"""

PAGE: Final = 100
"""How many associated contacts a page holds unless told otherwise."""

_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_LISTING: Final = "ListAssociatedContacts"
_TOLD_ALIKE: Final = (
    "initiation_timestamp",
    "disconnect_timestamp",
    "initial_contact_id",
    "previous_contact_id",
    "related_contact_id",
    "initiation_method",
    "channel",
)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def check_attributes(operation: str, attributes: Mapping[str, str]) -> None:
    """Check what attributes may be.

    :raises ParametersMalformed: a name of other characters, or too many bytes in all.
    """
    problems = []
    if not all(map(_KEY.fullmatch, attributes)):
        problems.append("Attributes: expected names of letters, digits, dashes and underscores")
    if sum(_bytes(name) + _bytes(value) for name, value in attributes.items()) > ATTRIBUTES_BYTES:
        problems.append(f"Attributes: expected at most {ATTRIBUTES_BYTES:,} bytes of UTF-8 in all")
    if problems:
        raise ParametersMalformed(operation, tuple(problems))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def get_contact_attributes(instance: Instance, parameters: Plain) -> Plain:
    """Tell the attributes of a contact."""
    contact = instance.contact(parameters["InitialContactId"])
    return {"Attributes": dict(instance.attributes_of(contact.contact_id))}


def update_contact_attributes(instance: Instance, parameters: Plain) -> Plain:
    """Change attributes of a contact, which may have ended, and so of all contacts of its session."""
    contact = instance.contact(parameters["InitialContactId"])
    attributes = {**instance.attributes_of(contact.contact_id), **parameters["Attributes"]}
    check_attributes("UpdateContactAttributes", attributes)
    instance.set_attributes(contact.contact_id, attributes)
    instance.details[contact.contact_id].updated = instance.time
    return {}


def stop_contact(instance: Instance, parameters: Plain) -> Plain:
    """End a contact."""
    contact = instance.live_contact(parameters["ContactId"])
    instance.end(contact, parameters.get("DisconnectReason", {}).get("Code", "API"))
    return {}


def describe_contact(instance: Instance, parameters: Plain) -> Plain:
    """Tell what is known of a contact.

    Where retention was asked for, it is for 24 months from its initiation (rule ``eligibility.retention``).
    """
    contact = instance.contact(parameters["ContactId"])
    began = contact.initiation_timestamp
    if instance.has_retention and began is not None and began < kept_since(instance.time):
        raise ContactNotFound(contact.contact_id)
    attributes = instance.attributes_of(contact.contact_id)
    return {"Contact": described(instance.arn, contact, instance.details[contact.contact_id], attributes)}


def described(arn: str, contact: Contact, details: Details, attributes: Mapping[str, str]) -> Plain:
    """Write down a contact of the instance of an ARN as DescribeContact does."""
    members = {
        "Arn": _arn(arn, contact),
        "Id": contact.contact_id,
        **told_alike(contact),
        pascal("contact_association_id"): contact.contact_association_id or contact.initial_contact_id,
        pascal("last_update_timestamp"): details.updated,
        pascal("customer_id"): contact.customer_id,
        **_attributes(attributes, details),
        "DisconnectReason": details.disconnect_reason,
    }
    return _said(members)


def attributes_told(instance: Instance) -> dict[str, Plain]:
    """Write down the attributes of all contacts that have any, of both kinds, as DescribeContact does."""
    told = {
        each.contact_id: _said(_attributes(instance.attributes_of(each.contact_id), instance.details[each.contact_id]))
        for each in instance.graph
    }
    return {contact_id: attributes for contact_id, attributes in told.items() if attributes}


def _attributes(attributes: Mapping[str, str], details: Details) -> Plain:
    return {
        "Attributes": dict(attributes) or None,
        "SegmentAttributes": {name: dict(each) for name, each in details.segment_attributes.items()} or None,
    }


def summarised(arn: str, contact: Contact) -> Plain:
    """Write down a contact of the instance of an ARN as ListAssociatedContacts does."""
    return _said({"ContactId": contact.contact_id, "ContactArn": _arn(arn, contact), **told_alike(contact)})


def told_alike(contact: Contact) -> Plain:
    """Name what is told of a contact alike wherever it is told, None included."""
    told = {pascal(name): getattr(contact, name) for name in _TOLD_ALIKE}
    return told | ({pascal("initial_contact_id"): None} if contact.is_first else {})


def _said(members: Plain) -> Plain:
    return {name: value for name, value in members.items() if value is not None}


def _arn(instance_arn: str, contact: Contact) -> str:
    return f"{instance_arn}/contact/{contact.contact_id}"


# --------------------------------------------------------------------------------------------------------- the tree


def list_associated_contacts(instance: Instance, parameters: Plain) -> Plain:
    """List the contacts that belong together with one, itself among them, oldest first."""
    contact = instance.contact(parameters["ContactId"])
    found = sorted(_associated(instance, contact), key=_age)
    begin = _begin(instance, contact.contact_id, parameters.get("NextToken"))
    end = begin + parameters.get("MaxResults", PAGE)
    answer: Plain = {"ContactSummaryList": [summarised(instance.arn, each) for each in found[begin:end]]}
    if end < len(found):
        answer["NextToken"] = seal(instance.key, f"{_LISTING} {contact.contact_id}", str(end))
    return answer


def _begin(instance: Instance, contact_id: ContactId, token: str | None) -> int:
    if token is None:
        return 0
    place = unseal(instance.key, f"{_LISTING} {contact_id}", token)
    if place is None:
        raise PageTokenInvalid(_LISTING)
    return int(place)


def _associated(instance: Instance, contact: Contact) -> Iterator[Contact]:
    """Go over sessions and related contacts, both ways."""
    found = {contact.contact_id}
    waiting = [contact.contact_id]
    while waiting:
        contact_id = waiting.pop()
        known = instance.graph.contact(contact_id)
        if not isinstance(known, UnknownContact):
            yield known
        for each in _neighbours(instance, contact_id):
            if each not in found:
                found.add(each)
                waiting.append(each)


def _neighbours(instance: Instance, contact_id: ContactId) -> Iterator[ContactId]:
    segment = instance.graph.segment(contact_id)
    yield from (each.contact_id for each in segment.session)
    if segment.known is not None and segment.known.related_contact_id is not None:
        yield segment.known.related_contact_id
    yield from instance.related_to(contact_id)


def _age(contact: Contact) -> tuple[datetime, str]:
    return (contact.initiation_timestamp or _LONG_AGO, contact.contact_id)
