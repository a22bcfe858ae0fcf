"""Facts about transcripts: what a file is good for."""

from __future__ import annotations

import pytest

from rehydration import Availability, TranscriptFact
from rehydration.errors import InvalidArgument
from rehydration.transcripts import TRANSCRIPT_SIZE_LIMIT

UNAVAILABLE, LAG = "visibility.transcript-unavailable", "eligibility.transcript-lag"


def test_the_words_for_availability_are_those_of_the_json() -> None:
    words = ["available", "missing", "deleted", "too-large", "not-ready", "unknown"]
    assert [each.value for each in Availability] == words


def test_nothing_known_is_an_available_transcript() -> None:
    fact = TranscriptFact()
    assert (fact.status, fact.size, fact.misplaced) == (Availability.AVAILABLE, None, False)
    assert (fact.availability, fact.rule) == (Availability.AVAILABLE, None)


def test_the_limit_is_five_million_bytes() -> None:
    assert TRANSCRIPT_SIZE_LIMIT == 5_000_000


@pytest.mark.parametrize("size", [None, 0, 1, 5_000_000])
def test_a_file_up_to_the_limit_can_be_shown(size: int | None) -> None:
    fact = TranscriptFact(size=size)
    assert (fact.availability, fact.rule) == (Availability.AVAILABLE, None)


@pytest.mark.parametrize("size", [5_000_001, 10**12])
def test_a_file_above_the_limit_is_too_large(size: int) -> None:
    fact = TranscriptFact(size=size)
    assert (fact.availability, fact.rule) == (Availability.TOO_LARGE, "visibility.transcript-size")


@pytest.mark.parametrize("status", [Availability.MISSING, Availability.DELETED])
def test_a_file_that_is_gone_is_reported_as_such_whatever_its_size(status: Availability) -> None:
    fact = TranscriptFact(status, 5_000_001)
    assert (fact.availability, fact.rule) == (status, UNAVAILABLE)


def test_a_file_not_yet_written_is_not_ready() -> None:
    fact = TranscriptFact(Availability.NOT_READY)
    assert (fact.availability, fact.rule) == (Availability.NOT_READY, LAG)


@pytest.mark.parametrize(
    ("fact", "availability", "rule"),
    [
        (TranscriptFact(misplaced=True), Availability.MISSING, "visibility.transcript-place"),
        (TranscriptFact(size=5_000_001, misplaced=True), Availability.MISSING, "visibility.transcript-place"),
        (TranscriptFact(Availability.MISSING, misplaced=True), Availability.MISSING, "visibility.transcript-place"),
        (TranscriptFact(Availability.DELETED, misplaced=True), Availability.DELETED, UNAVAILABLE),
        (TranscriptFact(Availability.NOT_READY, misplaced=True), Availability.NOT_READY, LAG),
    ],
)
def test_a_misplaced_file_is_missing_by_its_place(fact: TranscriptFact, availability: Availability, rule: str) -> None:
    assert (fact.availability, fact.rule) == (availability, rule)


@pytest.mark.parametrize("status", [Availability.TOO_LARGE, Availability.UNKNOWN, "missing", "available", None, 0])
def test_another_status_is_refused(status: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        TranscriptFact(status)
    assert (caught.value.name, caught.value.value) == ("status", status)
    assert caught.value.expected == (
        "one of Availability.AVAILABLE, Availability.MISSING, Availability.DELETED, Availability.NOT_READY; "
        "report a large file by its size"
    )


@pytest.mark.parametrize("size", [-1, 1.5, "5", True, float("nan")])
def test_a_size_that_is_no_number_of_bytes_is_refused(size: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        TranscriptFact(size=size)
    assert caught.value.args == ("size", size, "the size of the file in bytes, 0 or more, or None")


@pytest.mark.parametrize("misplaced", [None, "no", 0])
def test_misplaced_is_true_or_false(misplaced: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        TranscriptFact(misplaced=misplaced)
    assert caught.value.args == ("misplaced", misplaced, "True or False")
