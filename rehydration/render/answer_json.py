"""An answer as JSON values, for other programs.

Here belong the names of the members, in AWS's spelling where AWS has one. This module knows neither files nor text.
"""

from __future__ import annotations

from rehydration.errors import RuleForbids
from rehydration.explanation import ContactVerdict, Explanation, Verdict
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
        "Warnings": [{"Rule": each.rule, "Message": each.message} for each in answer.warnings],
        "DependsOn": [] if explanation.certainty is None else list(explanation.certainty.depends_on),
    }


def refusal_as_json(refusal: RuleForbids) -> Json:
    """Write a refusal as an object of JSON."""
    return {"Error": {"Code": refusal.code, "Rule": refusal.rule, "Message": str(refusal)}}


def _visible(verdict: ContactVerdict) -> Json:
    availability = verdict.availability or Availability.AVAILABLE
    return {
        "ContactId": verdict.contact_id,
        "InitialContactId": verdict.contact.initial_contact_id,
        "Availability": availability.value,
        "Rules": list(verdict.rules),
    }
