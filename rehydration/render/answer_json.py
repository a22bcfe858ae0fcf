"""Answers as JSON values, for other programs.

Here belong the names of the members, in AWS's spelling where AWS has one. This module knows neither files nor text,
nor how anything was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rehydration.answers import Rehydration, RuleWarning
from rehydration.certainties import Certainty
from rehydration.doubts import Doubt
from rehydration.errors import RuleForbids
from rehydration.explanation import ContactVerdict, Explanation, Refusal, Verdict
from rehydration.exposures import Exposure, Sighting, Undecided
from rehydration.plans import PlannedRequest
from rehydration.policies import QUESTIONS, RULE_OF_FIELD
from rehydration.records.members import pascal
from rehydration.render.calls import Call
from rehydration.render.survey import Survey
from rehydration.requests import RehydrationRequest
from rehydration.rules import SOURCES, Rule
from rehydration.transcripts import Availability

Json = dict[str, object]


def as_json(explanation: Explanation) -> Json:
    """Write an explanation as an object of JSON, lists newest first; ``json.dumps`` makes text of it.

    A contact that the walk stopped before is among ``Dropped``. ``InitialContactId`` is None where no record tells it.
    """
    answer = explanation.answer
    verdicts = {each.contact_id: each for each in explanation.verdicts}
    visible = [verdicts[each.contact_id] for each in answer.visible]
    dropped = [
        each for each in explanation.verdicts if each.verdict is Verdict.DROPPED or each.contact_id == answer.stopped_at
    ]
    return {
        "RehydrationType": answer.rehydration_type,
        "SourceContactId": answer.source_contact_id,
        "ContinuedFromContactId": answer.continued_from_contact_id,
        "Visible": [_visible(each) for each in visible],
        "Dropped": [{"ContactId": each.contact_id, "Rules": list(each.rules)} for each in dropped],
        "BeyondLimit": list(answer.beyond_limit),
        "Incomplete": answer.incomplete,
        "Warnings": _warnings(answer.warnings),
        "DependsOn": doubts_json(explanation.certainty.depends_on),
        "Assumes": doubts_json(explanation.certainty.assumes),
        **_customers(answer),
    }


def doubts_json(doubts: Sequence[Doubt]) -> list[Json]:
    """Write what an answer depends on: the kind, what it is about, the sentence, and the readings if they are known."""
    return [
        {
            "Kind": each.kind.value,
            "Subject": list(each.subject),
            "Sentence": each.sentence,
            "Readings": list(each.readings),
        }
        for each in doubts
    ]


def _customers(answer: Rehydration) -> Json:
    """Write whose chat it is, which visible contacts are of other customers, and of which no record tells it.

    Where no record tells whose chat it is, nothing was compared.
    """
    others = [{"ContactId": each.contact_id, "CustomerId": each.customer_id} for each in answer.other_customers]
    return {
        "CustomerId": answer.owner,
        "CustomersCompared": answer.owner is not None,
        "OfOtherCustomers": others,
        "OfUntoldCustomers": list(answer.untold_customers),
    }


def side_json(side: Explanation | Refusal) -> Json:
    """Write one of several answers, or refusals, that are compared."""
    if isinstance(side, Explanation):
        return as_json(side)
    asked = {"ContactId": side.chat_id} if side.request is None else request_json(side.request)
    return {**asked, **refusal_as_json(side.error)}


def account_json(account: Explanation | Refusal) -> Json:
    """Write an explanation, or a refusal and what that depends on."""
    if isinstance(account, Explanation):
        return as_json(account)
    return {
        **refusal_as_json(account.error),
        "DependsOn": doubts_json(account.certainty.depends_on),
        "Assumes": doubts_json(account.certainty.assumes),
    }


def refusal_as_json(refusal: RuleForbids) -> Json:
    """Write a refusal as an object of JSON."""
    return {"Error": {"Code": refusal.code, "Rule": refusal.rule, "Message": str(refusal)}}


def _warnings(warnings: Sequence[RuleWarning]) -> list[Json]:
    return [{"Rule": each.rule, "Message": each.message} for each in warnings]


def _visible(verdict: ContactVerdict) -> Json:
    availability = verdict.availability or Availability.AVAILABLE
    return {
        "ContactId": verdict.contact_id,
        "InitialContactId": verdict.contact.initial_contact_id,
        "Availability": availability.value,
        "Rules": list(verdict.rules),
    }


def plan_json(plans: Sequence[PlannedRequest], requests: Sequence[tuple[Call, ...]], certainty: Certainty) -> Json:
    """Write plans, the best first, each with the calls that carry it out, and how certain the best is."""
    return {
        "IsCertain": certainty.is_certain,
        "DependsOn": doubts_json(certainty.depends_on),
        "Assumes": doubts_json(certainty.assumes),
        "Plans": [
            {
                **request_json(each.request),
                "ContinuedFromContactId": each.answer.continued_from_contact_id,
                "Visible": [past.contact_id for past in each.answer.visible],
                "Extra": list(each.extra),
                **_customers(each.answer),
                "Warnings": _warnings(each.answer.warnings),
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
        ],
    }


def request_json(request: RehydrationRequest) -> Json:
    """Write a request."""
    return {"RehydrationType": str(request.rehydration_type), "SourceContactId": request.source_contact_id}


def exposure_json(found: Exposure) -> Json:
    """Write where a transcript is visible, and where it could be."""
    return {
        "ContactId": found.contact_id,
        "CustomerId": found.customer_id,
        "IsLive": found.is_live,
        "Gaps": doubts_json(found.gaps),
        "Assumes": doubts_json(found.assumes),
        "VisibleIn": [
            {
                **_viewers(found, each),
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
        "MayBeVisibleIn": [{**_viewers(found, each), "Rules": list(each.rules)} for each in found.undecided],
        "CouldBeVisibleBy": [
            {
                "InitialContactId": each.initial_contact_id,
                "CustomerId": each.customer_id,
                "Requests": list(map(request_json, each.requests)),
            }
            for each in found.openings
        ],
    }


def _viewers(found: Exposure, each: Sighting | Undecided) -> Json:
    return {
        "InitialContactId": each.initial_contact_id,
        "ContactIds": list(each.contact_ids),
        "CustomerId": each.customer_id,
        pascal("initiation_timestamp"): None if each.began is None else each.began.isoformat(),
        "IsOfAnotherCustomer": found.is_of_another_customer(each),
        "DependsOn": doubts_json(each.depends_on),
    }


def check_json(found: Survey) -> Json:
    """Write what an export holds; without its sessions where records contradict one another."""
    counts = {
        "Records": found.records,
        "Contacts": found.contacts,
        "Gaps": doubts_json(found.gaps),
        "Envelopes": dict(found.account.envelopes),
        "OtherChannels": dict(found.other_channels),
        "Contradictions": found.contradictions,
        "Contradicting": [
            {"Rule": each.rule, "Message": str(each), "ContactIds": list(each.contact_ids)}
            for each in found.contradicting
        ],
    }
    if found.account.zoneless is not None:
        counts["WithoutZone"] = " of ".join(found.account.zoneless)
    if found.contradictions:
        return counts
    return {
        **counts,
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
