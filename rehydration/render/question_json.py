"""Answers to people's questions as JSON values, and findings as JUnit, for other programs.

Here belong the names of the members, in AWS's spelling where AWS has one. This module does not know how anything was
found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from rehydration.certainties import Certainty
from rehydration.contacts import Contact, PastContact
from rehydration.customers import CustomerReport, CustomerSession
from rehydration.exposures import Exposure, Sighting
from rehydration.graph import Link
from rehydration.guards import Finding
from rehydration.reasons import Change, Reason, Step
from rehydration.records.members import pascal
from rehydration.render.answer_json import (
    Json,
    account_json,
    doubts_json,
    exposure_json,
    request_json,
)
from rehydration.render.listing import assumed_in
from rehydration.sights import SeenContact, Shown, Sight

_BLANKS: Final = {ord(each): f"&#{ord(each)};" for each in "\t\n\r"}
_NOT_IN_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sight_json(sight: Sight) -> Json:
    """Write what a chat sees: the answer or the refusal, and each contact with whether it is shown and whose it is."""
    return {
        "ContactId": sight.contact_id,
        "IsLive": sight.is_live,
        "Link": _link(sight.link),
        **account_json(sight.explanation),
        "Contacts": [seen_json(each) for each in sight.contacts],
    }


def seen_json(seen: SeenContact) -> Json:
    """Write one contact as a chat sees it."""
    return {
        **_contact(seen.contact),
        "InitialContactId": seen.initial_contact_id,
        "Shown": seen.shown.value,
        "Verdict": None if seen.verdict is None else seen.verdict.verdict.value,
        "Rules": [] if seen.verdict is None else list(seen.verdict.rules),
        "IsSurvey": seen.is_survey,
        "IsOfAnotherCustomer": seen.is_of_another_customer,
    }


def _contact(contact: PastContact) -> Json:
    known = contact if isinstance(contact, Contact) else None
    times = (None, None) if known is None else (known.initiation_timestamp, known.disconnect_timestamp)
    began, ended = (None if each is None else each.isoformat() for each in times)
    return {
        "ContactId": contact.contact_id,
        pascal("initiation_timestamp"): began,
        pascal("disconnect_timestamp"): ended,
        pascal("initiation_method"): None if known is None else known.initiation_method,
        "CustomerId": None if known is None else known.customer_id,
    }


def _link(link: Link | None) -> Json | None:
    if link is None:
        return None
    return {
        "ContactIds": list(link.carriers),
        "ContinuedFromContactId": link.continued_from_contact_id,
        "RehydrationType": link.rehydration_type,
    }


def _certainty(certainty: Certainty) -> Json:
    return {"IsCertain": certainty.is_certain, "DependsOn": doubts_json(certainty.depends_on)}


def reason_json(reason: Reason) -> Json:
    """Write why a chat shows a contact, or does not."""
    return {
        "ContactId": reason.contact_id,
        "ChatId": reason.chat_id,
        "Shown": reason.shown.value,
        "IsOfAnotherCustomer": reason.is_of_another_customer,
        "Obstacle": None if reason.obstacle is None else reason.obstacle.value,
        "Seen": None if reason.seen is None else seen_json(reason.seen),
        "Way": list(map(_step, reason.way)),
        "Link": _link(reason.link),
        "Rules": list(reason.rules),
        **_certainty(reason.certainty),
        "Changes": list(map(_change, reason.changes)),
        "NoRequest": None if reason.refusal is None else {"Rule": reason.refusal.rule, "Message": str(reason.refusal)},
    }


def _step(step: Step) -> Json:
    return {
        "InitialContactId": step.initial_contact_id,
        "Began": None if step.began is None else step.began.isoformat(),
        "Ended": None if step.ended is None else step.ended.isoformat(),
        "CustomerId": step.customer_id,
        "Link": _link(step.link),
        "IsFollowed": step.is_followed,
    }


def _change(change: Change) -> Json:
    if change.request is None:
        return {"RecordOf": change.unknown_contact_id}
    return {
        **request_json(change.request),
        "ByChat": change.by_chat,
        "Visible": list(change.lists),
        "OfOtherCustomers": [each.contact_id for each in change.other_customers],
    }


def exposures_json(found: Sequence[Exposure]) -> Json:
    """Write who can read several transcripts."""
    return {"Exposures": list(map(exposure_json, found))}


def findings_json(found: Sequence[Finding]) -> Json:
    """Write what is shown although it is forbidden."""
    return {"Findings": list(map(_finding, found))}


def _finding(finding: Finding) -> Json:
    return {
        "ChatId": finding.chat_id,
        "CustomerId": finding.customer_id,
        "Forbidden": finding.forbidden,
        "Shown": finding.shown.value,
        "Contact": seen_json(finding.seen),
        "Link": _link(finding.link),
        "Rules": list(finding.rules),
        "DependsOn": list(finding.depends_on),
        "Assumes": doubts_json(finding.assumes),
        "Message": str(finding),
    }


def findings_junit(found: Sequence[Finding], conditions: Sequence[str]) -> str:
    """Write findings as JUnit's XML: a test case for each condition, which fails if it has findings."""
    cases = []
    failed = 0
    for condition in conditions:
        of_it = [each for each in found if each.forbidden == condition]
        failed += bool(of_it)
        assumed = [f"Assumes {each}" for each in assumed_in(of_it)]
        told = _attribute("\n".join([*map(str, of_it), *assumed]))
        failure = f"<failure message={_attribute(f'{len(of_it):,} findings')}>{told[1:-1]}</failure>" if of_it else ""
        cases.append(f'  <testcase classname="rehydration.guard" name={_attribute(condition)}>{failure}</testcase>\n')
    head = f'<testsuite name="rehydration guard" tests="{len(conditions)}" failures="{failed}" errors="0">\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{"".join(cases)}</testsuite>\n'


def _attribute(text: str) -> str:
    """Quote a text for XML, which cannot hold every character."""
    return f'"{escape(_NOT_IN_XML.sub("�", text)).translate(_BLANKS)}"'


def customer_json(report: CustomerReport) -> Json:
    """Write everything that the records tell of one customer."""
    return {
        "CustomerId": report.customer_id,
        "Sessions": list(map(_customer_session, report.sessions)),
        "Exposures": list(map(exposure_json, report.exposures)),
        "SeenByOthers": [
            {
                "ContactId": exposure.contact_id,
                "InitialContactId": found.initial_contact_id,
                "CustomerId": found.customer_id,
                "Shown": (Shown.YES if isinstance(found, Sighting) else Shown.UNDECIDED).value,
            }
            for exposure, found in report.seen_by_others
        ],
        "ShownOfUntoldCustomers": [each.contact_id for each in report.seen_untold],
        "SeenByUntoldCustomers": list(report.untold_readers),
        "AttributesTravelled": [
            {
                "FromInitialContactId": each.from_initial_contact_id,
                "ToInitialContactId": each.to_initial_contact_id,
                "ToCustomerId": each.to_customer_id,
                "Link": _link(each.link),
                "Attributes": dict(each.attributes),
            }
            for each in report.travelled
        ],
        "Gaps": doubts_json(report.gaps),
        "Deleted": list(report.deleted),
        "NoLongerReadable": [
            {"ChatId": each.chat_id, "CustomerId": each.customer_id, "ContactIds": list(each.contact_ids)}
            for each in report.losses
        ],
    }


def _customer_session(session: CustomerSession) -> Json:
    sight = session.sight
    return {
        "InitialContactId": session.initial_contact_id,
        "CustomerIds": list(session.customers),
        "Link": _link(session.link),
        "Contacts": [
            {
                **_contact(each.contact),
                "Transcripts": list(each.locations),
                "Attributes": dict(each.attributes),
            }
            for each in session.contacts
        ],
        "Sees": None if sight is None else [seen_json(each) for each in sight.contacts if each.shown is not Shown.NO],
    }
