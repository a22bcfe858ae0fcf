"""A second implementation, by the rules and the suite's page alone, passes; its wrong variants are convicted."""

from __future__ import annotations

from itertools import count

import pytest

from conformance.second.book import POLICIES, Dice
from conformance.second.target import Second
from conformance.second.wrongs import WRONGS
from rehydration.conformance.casebook import all_cases
from rehydration.conformance.running import PASSED
from rehydration.conformance.suite import run

DEMAND_TOO_MUCH = {
    "paging.past-attachments/not-of-the-survey",  # an operation that the page does not name
    "paging.past-attachments/over-the-new-connection",  # the same
    "protocol.agents-leave-with-customer/not-told-to",  # CreateParticipant
    "protocol.agents-leave-with-customer/told-to",  # the same
    "protocol.connection-until-ended/a-connection",  # the same
    "protocol.connection-until-ended/another-connection",  # the same
    "protocol.declared-errors/malformed",  # that an empty name is refused
    "protocol.declared-errors/of-participants",  # that an empty message is refused
}
"""Cases that demand what no rule says, whatever else is chosen."""
DEMAND_ONE_CHOICE = DEMAND_TOO_MUCH | {
    "paging.defaults/forward-with-a-start",  # that the start is included
    "paging.defaults/ten-newest-first",  # that a page is full
    "paging.ended-has-no-participant/left",  # that leaving ends the chat
    "paging.forward-from-past/to-the-present",  # that a page is full
    "paging.past-by-token/page-by-page",  # which pages there are
    "paging.sort-within-page/backward-ascending",  # that the start is included, that a page is full
    "paging.sort-within-page/forward-descending",  # the same
    "protocol.declared-errors/another-instance",  # that it is refused
    "protocol.leave-then-survey/nothing-more-runs",  # that leaving ends the chat
    "protocol.token-replay/message",  # who joined when
}
"""Cases that demand one choice of several that the rules leave."""
ESCAPE = {
    "CopiesToTheCarrierAlone",
    "CountsSessions",
    "EntireOfOneContactOnly",
    "EntireTakesTheLast",
    "FewerThanAHundred",
    "ForgedConnection",
    "ForgedPage",
    "ForgedParticipant",
    "ForgetsTheFilter",
    "ForgetsTheLinkAfterATransfer",
    "InOrderOfTime",
    "LosesTheRestOfAContact",
    "NegativeSizes",
    "NoTransfers",
    "NobodyLeaves",
    "NoneIsRefused",
    "OrderOfPlanting",
    "ParticipantOfTheEnded",
    "SessionOfPredecessors",
    "TimedOutIsNotEnded",
    "TokenAcrossOperations",
}
"""Wrong variants that no case of their rule convicts."""


CASES = all_cases()


def failed(factory, cases=CASES):
    return {each.case.case_id for each in run("second", factory, cases).outcomes if each.status != PASSED}


def test_it_passes():
    assert failed(Second) == DEMAND_TOO_MUCH


@pytest.mark.parametrize(
    ("name", "reading"), [(name, reading) for name, (_, *others) in POLICIES.items() for reading in others]
)
def test_it_passes_under_every_reading_of_what_is_open(name, reading):
    assert failed(lambda: Second(policy={name: reading})) == DEMAND_TOO_MUCH


@pytest.mark.parametrize("first", [1, 1_000_001])
def test_it_passes_whatever_it_does_where_the_rules_leave_it_open(first):
    seeds = count(first)
    assert failed(lambda: Second(Dice(next(seeds)))) <= DEMAND_ONE_CHOICE


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda each: each.__name__)
def test_a_wrong_variant_is_convicted_by_its_own_rule(wrong):
    of_its_rule = [each for each in CASES if WRONGS[wrong] in each.rules]
    assert bool(failed(wrong, of_its_rule) - DEMAND_TOO_MUCH) != (wrong.__name__ in ESCAPE)
