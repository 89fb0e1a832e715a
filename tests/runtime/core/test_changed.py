"""A state with some fields changed: what `dataclasses.replace` makes of it."""

from dataclasses import fields, replace

import pytest

from posko.core.state import State
from runtime.core.changed import changed
from tests.posko.core.world import World


def test_it_is_what_replace_makes_and_the_old_one_stays_as_it_was() -> None:
    state = World().state
    for each in fields(State):
        value = object()
        found = changed(state, **{each.name: value})

        assert getattr(found, each.name) is value
        assert {other.name: getattr(found, other.name) for other in fields(State) if other != each} == {
            other.name: getattr(state, other.name) for other in fields(State) if other != each}
    assert changed(state, now=5.0, links=2) == replace(state, now=5.0, links=2)
    assert changed(state) == state


def test_a_field_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(World().state, nwo=5.0)
