"""What somebody sees who watches over an instance: its chats, and what each of them shows.

Here belongs how chats and what they see are written down, as plain data with AWS's member names. What a chat sees of
the past, and why, is for the engine to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from rehydration.contacts import Contact
from rehydration.errors import RuleForbids
from rehydration.explanation import ContactVerdict, Verdict
from rehydration.history import History
from rehydration.identifiers import ContactId
from rehydration.records.members import pascal
from rehydration.rules import rule
from rehydration.service.instance import Instance
from rehydration.service.state import CUSTOMER, Plain, instant
from rehydration.sessions import ChatSession

ENDED_CHATS: Final = 20
"""How many of the chats that have ended are shown."""


def chats(instance: Instance) -> list[Plain]:
    """List the chats that go on, the newest first, then those that ended last."""
    sessions = [each for each in instance.graph.sessions if any(contact.is_chat for contact in _contacts(each))]
    live = sorted((each for each in sessions if not each.has_ended), key=_began, reverse=True)
    ended = sorted((each for each in sessions if each.has_ended), key=_ended, reverse=True)
    return [_chat(instance, each) for each in (*live, *ended[:ENDED_CHATS])]


def _contacts(session: ChatSession) -> Iterator[Contact]:
    return (each.known for each in session if each.known is not None)


def _began(session: ChatSession) -> float:
    return max((_seconds(each.initiation_timestamp) for each in _contacts(session)), default=0.0)


def _ended(session: ChatSession) -> float:
    return max((_seconds(each.disconnect_timestamp) for each in _contacts(session)), default=0.0)


def _seconds(time: datetime | None) -> float:
    return 0.0 if time is None else time.timestamp()


def _chat(instance: Instance, session: ChatSession) -> Plain:
    link = instance.graph.link_of(session)
    everybody = instance.participants_of(session.initial_contact_id)
    return {
        "InitialContactId": session.initial_contact_id,
        "ContactId": _current(instance, session),
        "HasEnded": session.has_ended,
        "Customer": next((each.display_name for each in everybody if each.role == CUSTOMER), None),
        "Participants": [each.signature for each in everybody if each.is_present],
        "Contacts": [_contact(each) for each in _came(instance, session)],
        "ContinuedFromContactId": None if link is None else link.continued_from_contact_id,
        "RehydrationType": None if link is None else link.rehydration_type,
        "Items": len(instance.transcripts.of_session(session.initial_contact_id)),
    }


def _current(instance: Instance, session: ChatSession) -> ContactId:
    """Name the contact on which what is done in a chat is done; of an ended chat, its last contact."""
    if not session.has_ended:
        return instance.current_contact(session)
    return max(reversed(_came(instance, session)), key=lambda each: _seconds(each.disconnect_timestamp)).contact_id


def _came(instance: Instance, session: ChatSession) -> list[Contact]:
    """List the contacts of a session in the order in which they began, and came to be known."""
    known = sorted(_contacts(session), key=lambda each: instance.details[each.contact_id].number)
    return sorted(known, key=lambda each: _seconds(each.initiation_timestamp))


def _contact(contact: Contact) -> Plain:
    began, ended = contact.initiation_timestamp, contact.disconnect_timestamp
    return {
        "ContactId": contact.contact_id,
        pascal("initiation_method"): contact.initiation_method,
        pascal("initiation_timestamp"): None if began is None else instant(began),
        pascal("disconnect_timestamp"): None if ended is None else instant(ended),
    }


# ------------------------------------------------------------------------------------------------ what one chat sees


def seen(instance: Instance, contact_id: str) -> Plain:
    """Write down what the chat of a contact shows, oldest first, and what of the past it does not show, and why.

    :raises ContactNotFound: there is no such contact.
    """
    session = instance.graph.session_of(instance.contact(contact_id).contact_id)
    said = instance.transcripts.of_session(session.initial_contact_id)
    current = [{**each.members, "ContactId": each.contact_id} for each in said]
    told: Plain = {"Chat": _chat(instance, session), "Transcript": current, "NotShown": []}
    history = History(instance.graph, transcripts=instance.transcripts, now=instance.time, policy=instance.policy)
    try:
        verdicts = history.explain_past(_current(instance, session)).verdicts
    except RuleForbids as refusal:
        return told | {"Refusal": str(refusal)}
    chat = instance.chats.get(session.initial_contact_id)
    is_to_come = chat is not None and chat.rehydrates is not None  # rule ``paging.past-after-event``
    shown = [each.contact_id for each in reversed(verdicts) if each.verdict is Verdict.VISIBLE and not is_to_come]
    past = [
        {**item.members, "RelatedContactId": each} for each in shown for item in instance.transcripts.of_contact(each)
    ]
    return told | {
        "Transcript": past + current,
        "NotShown": [_not_shown(each) for each in verdicts if each.verdict is not Verdict.VISIBLE],
    }


def _not_shown(verdict: ContactVerdict) -> Plain:
    return {
        "ContactId": verdict.contact_id,
        "Verdict": str(verdict.verdict),
        "Rules": [{"Id": each, "Statement": rule(each).statement} for each in verdict.rules],
    }
