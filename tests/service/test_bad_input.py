"""Bad input: each member of each operation wrong in each way, by the service models themselves; and anything at all."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration import RehydrationError, RuleForbids
from rehydration.service import botocore_schema
from rehydration.service.schema import operation_models
from service_building import DAWN, INSTANCE, House, declared, refused

MODELS = operation_models()
WRONG = {"string": 7, "integer": "7", "boolean": "yes", "structure": "text", "list": "text", "map": "text"}


def smallest(shape: Any, depth: int = 0) -> Any:
    """The smallest value that a shape allows, with everything that it can hold."""
    if shape.type_name == "structure":
        deeper = {} if depth > 2 else shape.members
        return {name: smallest(each, depth + 1) for name, each in deeper.items()}
    if shape.type_name == "list":
        return [smallest(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {smallest(shape.key): smallest(shape.value, depth + 1)}
    if shape.type_name == "string":
        fixed = "00000000-0000-0000-0000-000000000000" if shape.metadata.get("pattern") else "text/plain"
        return shape.enum[0] if shape.enum else fixed
    return shape.metadata.get("min", 1) if shape.type_name in ("integer", "long") else True


def breaches(shape: Any, whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every way to break a value of a shape once: what was done, and the whole with it."""
    here = at(whole, path)
    if path and shape.type_name in WRONG:
        yield f"{path} of the wrong type", changed(whole, path, WRONG[shape.type_name])
    most = shape.metadata.get("max")
    if shape.type_name == "structure":
        yield f"{path} with an unknown member", changed(whole, (*path, "Colour"), "red")
        for name, member in shape.members.items():
            if name in shape.required_members:
                yield f"{(*path, name)} missing", without(whole, (*path, name))
            if name in here:
                yield from breaches(member, whole, (*path, name))
    elif shape.type_name == "list":
        if most:
            yield f"{path} too long", changed(whole, path, here * (most + 1))
        yield from breaches(shape.member, whole, (*path, 0))
    elif shape.type_name == "string":
        if most:
            yield f"{path} too long", changed(whole, path, "x" * (most + 1))
        if shape.metadata.get("min"):
            yield f"{path} too short", changed(whole, path, "")
        if shape.enum:
            yield f"{path} not in its enum", changed(whole, path, "NONE_OF_THEM")
        yield f"{path} with a lone surrogate", changed(whole, path, "\udfff")
    elif shape.type_name == "integer":
        if most:
            yield f"{path} too large", changed(whole, path, most + 1)
        yield f"{path} too small", changed(whole, path, shape.metadata.get("min", 0) - 1)


def at(whole: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        whole = whole[part]
    return whole


def changed(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    other = copy.deepcopy(whole)
    at(other, path[:-1])[path[-1]] = value
    return other


def without(whole: Any, path: tuple[Any, ...]) -> Any:
    other = copy.deepcopy(whole)
    del at(other, path[:-1])[path[-1]]
    return other


EVERY_BREACH = [
    (name, told, parameters)
    for name, model in sorted(MODELS.items())
    for told, parameters in breaches(model.input_shape, smallest(model.input_shape))
]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_breaks_nothing_is_not_malformed(name: str) -> None:
    botocore_schema().check_parameters(name, smallest(MODELS[name].input_shape))


@pytest.mark.parametrize(
    ("name", "told", "parameters"), EVERY_BREACH, ids=[f"{row[0]} {row[1]}" for row in EVERY_BREACH]
)
def test_each_breach_of_the_model_is_refused_and_changes_nothing(name: str, told: str, parameters: Any) -> None:
    """protocol.declared-errors."""
    house = House()
    before = house.service.to_json()
    with pytest.raises(RuleForbids) as caught:
        house.service.call(name, parameters)
    assert (caught.value.status, caught.value.rule) == (400, "protocol.declared-errors"), told
    assert declared(MODELS[name])[str(caught.value.code)] == 400
    assert house.service.to_json() == before


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any]:
    """An operation with parameters of which some are right."""
    name = draw(st.sampled_from(sorted(MODELS)))
    shape = MODELS[name].input_shape
    right = {
        "InstanceId": st.just(INSTANCE),
        **{each: st.just(smallest(shape.members[each])) for each in shape.members},
    }
    keys = draw(st.lists(st.sampled_from([*shape.members, "Colour"]), unique=True))
    return name, {each: draw(right.get(each, ANYTHING) | ANYTHING) for each in keys}


@given(requests() | st.tuples(st.text(max_size=20), ANYTHING))
def test_whatever_is_asked_is_answered_or_refused_by_an_error_of_ours(request: tuple[str, Any]) -> None:
    house = House()
    house.start()
    before = house.service.to_json()
    name, parameters = request
    try:
        house.service.call(name, parameters)
    except RuleForbids as refusal:
        told = (declared(MODELS[name])[str(refusal.code)], house.service.to_json())
        assert told == (refusal.status, before)  # noqa: PT017  # it may be answered as well
    except RehydrationError as fault:
        assert str(fault).startswith("operation is ")  # noqa: PT017


@given(st.lists(ANYTHING, max_size=3) | ANYTHING, ANYTHING)
def test_whatever_is_seeded_is_taken_in_or_refused_by_an_error_of_ours(contacts: Any, transcripts: Any) -> None:
    house = House()
    house.service.seed([{"ContactId": "P1"}])
    before = house.service.to_json()
    try:
        house.service.seed(contacts, transcripts)
    except RehydrationError:
        assert house.service.to_json() == before  # it may be taken in as well
    assert house.service.time == DAWN


@pytest.mark.parametrize(("times", "is_taken"), [(18, True), (19, False), (300, False), (5_000, False)])
def test_what_is_nested_so_deep_that_it_could_not_be_told_again_is_refused(times: int, *, is_taken: bool) -> None:
    value: dict[str, Any] = {"ValueString": "x"}
    for _ in range(times):
        value = {"ValueMap": {"a": value}}
    house = House()
    if is_taken:
        began = house.start(SegmentAttributes={"x": value})["ContactId"]
        assert copy.deepcopy(house.service).graph == house.service.graph
        assert house.described(began)["SegmentAttributes"]["x"] == value
    else:
        chat = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}}
        told = refused(house, "StartChatContact", **chat, SegmentAttributes={"x": value})
        assert told == ("InvalidParameterException", 400, "protocol.declared-errors")
