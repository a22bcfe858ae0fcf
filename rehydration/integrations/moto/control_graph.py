"""What the control URLs tell of a graph, as JSON.

Here belong the contacts as records that can be read again, and the links. It is loaded when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rehydration.contacts import Contact
from rehydration.graph import ContactGraph
from rehydration.records.members import pascal
from rehydration.service.contacts import told_alike

_TOLD_HERE: Final = ("contact_association_id", "last_update_timestamp", "customer_id")


def graph_json(instance_id: str, graph: ContactGraph, attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write a graph: its contacts as records, oldest first, what is only referred to, and the links with their types.

    The contacts, with their attributes, can be read again; the types of links, which no record keeps, are beside them.
    """
    contacts = sorted(graph, key=lambda each: (_began(each), each.contact_id))
    return {
        "InstanceId": instance_id,
        "Contacts": [{**_record(each), **attributes.get(each.contact_id, {})} for each in contacts],
        "UnknownContactIds": sorted(each.contact_id for each in graph.unknown_contacts),
        "Links": list(_links(graph)),
    }


def _began(contact: Contact) -> float:
    began = contact.initiation_timestamp
    return float("inf") if began is None else began.timestamp()


def _record(contact: Contact) -> dict[str, str]:
    members = {
        "ContactId": contact.contact_id,
        **told_alike(contact),
        **{pascal(name): getattr(contact, name) for name in _TOLD_HERE},
    }
    return {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in members.items()
        if value is not None
    }


def _links(graph: ContactGraph) -> Iterator[dict[str, Any]]:
    for session in sorted(graph.sessions, key=lambda each: each.initial_contact_id):
        link = graph.link_of(session)
        if link is not None:
            yield {
                "InitialContactId": session.initial_contact_id,
                "ContactIds": list(link.carriers),
                "ContinuedFromContactId": link.continued_from_contact_id,
                "RehydrationType": link.rehydration_type,
            }
