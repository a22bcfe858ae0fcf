"""Answers as JSON values, in AWS's spelling where AWS has one.

Here belong the names of the members. This module does not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rehydration.cli.survey import Survey
from rehydration.exposures import Exposure
from rehydration.plans import PlannedRequest
from rehydration.policies import QUESTIONS, RULE_OF_FIELD
from rehydration.render.calls import Call
from rehydration.requests import RehydrationRequest
from rehydration.rules import SOURCES, Rule

Json = dict[str, object]


def plan_json(plans: Sequence[PlannedRequest], requests: Sequence[tuple[Call, ...]]) -> Json:
    """Write plans, the best first, each with the calls that carry it out."""
    return {
        "Plans": [
            {
                **_request(each.request),
                "ContinuedFromContactId": each.answer.continued_from_contact_id,
                "Visible": [past.contact_id for past in each.answer.visible],
                "Extra": list(each.extra),
                "Warnings": [{"Rule": warning.rule, "Message": warning.message} for warning in each.answer.warnings],
                "Calls": [
                    {
                        "Operation": call.operation,
                        "Parameters": dict(call.parameters),
                        "Boto3": call.boto3,
                        "AwsCli": call.aws,
                    }
                    for call in calls
                ],
            }
            for each, calls in zip(plans, requests, strict=True)
        ]
    }


def _request(request: RehydrationRequest) -> Json:
    return {"RehydrationType": str(request.rehydration_type), "SourceContactId": request.source_contact_id}


def exposure_json(found: Exposure) -> Json:
    """Write where a transcript is visible, and where it could be."""
    return {
        "ContactId": found.contact_id,
        "VisibleIn": [
            {
                "InitialContactId": each.initial_contact_id,
                "ContactIds": list(each.contact_ids),
                "DependsOn": list(each.depends_on),
                "Through": [
                    {
                        "ContactIds": list(link.carriers),
                        "ContinuedFromContactId": link.continued_from_contact_id,
                        "RehydrationType": link.rehydration_type,
                    }
                    for link in each.through
                ],
            }
            for each in found.sightings
        ],
        "MayBeVisibleIn": [
            {
                "InitialContactId": each.initial_contact_id,
                "ContactIds": list(each.contact_ids),
                "Rules": list(each.rules),
            }
            for each in found.doubts
        ],
        "CouldBeVisibleBy": [
            {"InitialContactId": each.initial_contact_id, "Requests": [_request(request) for request in each.requests]}
            for each in found.openings
        ],
    }


def check_json(found: Survey) -> Json:
    """Write what an export holds; what sessions there are cannot be told where records contradict one another."""
    told = {
        "Records": found.records,
        "Contacts": found.contacts,
        "OtherChannels": dict(found.other_channels),
        "Contradictions": found.contradictions,
        "Contradicting": [
            {"Rule": each.rule, "Message": str(each), "ContactIds": list(each.contact_ids)}
            for each in found.contradicting
        ],
    }
    if found.contradictions:
        return told
    return {
        **told,
        "UnknownContactIds": list(found.unknown),
        "Sessions": found.sessions,
        "NotEnded": list(found.not_ended),
        "Branched": list(found.branched),
        "Linked": list(found.linked),
    }


def rule_json(rule: Rule) -> Json:
    """Write a rule; ``Policy`` is the field that switches it and its readings, the default first."""
    fields = [name for name, owner in RULE_OF_FIELD.items() if owner == rule.id]
    return {
        "Rule": rule.id,
        "Statement": rule.statement,
        "Standing": rule.standing.value,
        "Sources": {code: SOURCES[code] for code in rule.sources},
        "SeenBy": rule.seen_by.value,
        "Evidence": [
            {
                "Date": each.day.isoformat(),
                "Address": each.address,
                "Statement": each.statement,
                "IsOlderThanPersistentChat": each.is_older_than_persistent_chat,
            }
            for each in rule.evidence
        ],
        "Policy": {name: list(QUESTIONS[name].__members__) for name in fields},
    }
