"""A request holds what the caller gave."""

from __future__ import annotations

import pickle

import pytest

from rehydration import RehydrationRequest, RehydrationType


def test_the_rehydration_types_are_those_of_amazon_connect() -> None:
    assert [each.value for each in RehydrationType] == ["ENTIRE_PAST_SESSION", "FROM_SEGMENT"]


@pytest.mark.parametrize("kind", RehydrationType)
def test_a_type_is_its_name(kind: RehydrationType) -> None:
    assert (str(kind), kind == kind.name) == (kind.name, True)


def test_a_request_with_a_type_equals_one_with_its_name() -> None:
    requests = {RehydrationRequest("FROM_SEGMENT", "fig"), RehydrationRequest(RehydrationType.FROM_SEGMENT, "fig")}
    assert requests == {RehydrationRequest("FROM_SEGMENT", "fig")}


def test_a_request_keeps_what_is_wrong_until_it_is_answered() -> None:
    request = RehydrationRequest(None, "")
    assert (request.rehydration_type, request.source_contact_id) == (None, "")


def test_a_request_is_a_value() -> None:
    request = RehydrationRequest("FROM_SEGMENT", "fig")
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301
    with pytest.raises(AttributeError):
        request.source_contact_id = "kiwi"
