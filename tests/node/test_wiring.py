"""A line that another program holds: the post runs without it and says so. Without its siren it does not start."""

from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from contract.settings.schema import read
from node import wiring
from node.core.switching import Role
from node.pins import PinsError
from node.settings import NodeSettings
from tests.contract.shipped import quick
from tests.support.nodes import example

# Every line of the example but the siren's, and the fault's name of each.
LINES = {
    27: "striker", 22: "strobe", 5: "pin of button pencurian", 6: "pin of lamp pencurian",
    19: "pin of button kebakaran", 20: "pin of lamp kebakaran", 13: "pin of button aman",
    26: "pin of button senyap", 16: "pin of button lock",
}


class HeldFactory(MockFactory):  # type: ignore[misc]
    """Pins of which another program holds some, as lgpio reports it."""

    def __init__(self, held: frozenset[int]) -> None:
        super().__init__(revision="a02082")
        self.held = held

    def pin(self, name: Any) -> Any:
        found = super().pin(name)
        if int(found.info.name.removeprefix("GPIO")) in self.held:
            raise OSError("'GPIO busy'")
        return found


def opened(held: frozenset[int]) -> wiring.Devices:
    return wiring.open_devices(HeldFactory(held), read(NodeSettings, example()))


@quick
@given(held=st.frozensets(st.sampled_from(sorted(LINES))))
def test_a_post_runs_without_any_lines_that_are_held_and_with_all_the_others(held: frozenset[int]) -> None:
    found = opened(held)

    assert set(found.missing) == {LINES[pin] for pin in held}
    assert {each.value for each in found.outputs} == {"siren", "striker", "strobe"} - set(found.missing)
    assert {f"pin of button {each}" for each in found.contacts} | {f"pin of lamp {each}" for each in found.lamps} == {
        each for each in LINES.values() if each.startswith("pin of ")} - set(found.missing)


def test_what_is_missing_is_reported_with_its_line_and_what_it_means() -> None:
    assert opened(frozenset({5})).missing == {
        "pin of button pencurian": "pin 5 cannot be an input: 'GPIO busy'; is another program using it?; the post runs "
                                   "without it until it is started again",
    }


@pytest.mark.parametrize("others", [frozenset(), frozenset(LINES)], ids=["alone", "with all"])
def test_a_siren_that_is_held_is_fatal(others: frozenset[int]) -> None:
    with pytest.raises(PinsError, match=r"^pin 17 cannot be an output: 'GPIO busy'; is another program using it"):
        opened(others | {17})


def test_the_inputs_by_which_a_box_feels_itself_are_contacts_and_one_that_is_held_is_reported() -> None:
    settings = read(NodeSettings, {**example(), "feedback": {"mains": {"pin": 23}, "door": {"pin": 24}}})
    found = wiring.open_devices(HeldFactory(frozenset({24})), settings)

    assert ("mains" in found.contacts, "door" in found.contacts) == (True, False)
    assert set(found.missing) == {"pin of button door"}


def test_outputs_begin_at_rest_also_beside_lines_that_are_held() -> None:
    found: Any = opened(frozenset({5, 27}))

    assert [found.outputs[role].value for role in (Role.SIREN, Role.STROBE)] == [0, 0]
