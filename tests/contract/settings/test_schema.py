"""Settings: read strictly, and every fault told at once, with its path, what was found and what is allowed."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings.schema import (
    Check,
    SettingsError,
    choice,
    flag,
    integer,
    items,
    number,
    option,
    read,
    section,
    slug,
    table,
    text,
)
from tests.contract.shipped import faults, keys, plain, quick, read_as


@dataclass(frozen=True, slots=True)
class Lamp:
    pin: int = option(integer(2, 27, "BCM number"))
    colour: str = option(choice("red", "green"))
    active_high: bool = option(flag, default=True)
    blink_s: float = option(number(0.1, 2.0, " s"), default=0.5)


@dataclass(frozen=True, slots=True)
class Box:
    label: str = option(text(r"\S.*", "a name for people"))
    lamps: dict[str, Lamp] = option(table(slug, lambda _name: section(Lamp)))
    names: tuple[str, ...] = option(items(slug), default=())


def test_what_is_right_is_read_with_its_defaults() -> None:
    found = {"label": "Box 1", "lamps": {"on-air": {"pin": 5, "colour": "red", "blink_s": 1}}, "names": ["a", "b-2"]}

    assert read(Box, found) == Box("Box 1", {"on-air": Lamp(5, "red", active_high=True, blink_s=1.0)}, ("a", "b-2"))


def test_every_fault_is_told_at_once_with_its_path_what_was_found_and_what_is_allowed() -> None:
    found = {
        "lable": "Box 1",
        "lamps": {
            "alarm": {"pin": 32, "colour": "gren", "activ_high": True, "blink_s": 0},
            "Power": {"pin": 5, "colour": "red"},
            "ready": {"pin": True, "colour": "blue", "active_high": "true", "blink_s": "0.5"},
            "spare": 7,
        },
        "names": ["a", "a b", 3],
    }

    assert faults(lambda: read(Box, found, "box")) == (
        "box.lable: unknown; did you mean label?",
        "box.label: missing; it has no default",
        "box.lamps.alarm.activ_high: unknown; did you mean active_high?",
        "box.lamps.alarm.pin: must be a BCM number from 2 to 27, not 32",
        "box.lamps.alarm.colour: 'gren' is not allowed; use red or green (did you mean green?)",
        "box.lamps.alarm.blink_s: must be a number from 0.1 to 2 s, not 0",
        "box.lamps.Power: 'Power' is not allowed; use small letters, digits and single hyphens",
        "box.lamps.ready.pin: must be a BCM number from 2 to 27, not True",
        "box.lamps.ready.colour: 'blue' is not allowed; use red or green",
        "box.lamps.ready.active_high: must be true or false, not 'true'",
        "box.lamps.ready.blink_s: must be a number from 0.1 to 2 s, not '0.5'",
        "box.lamps.spare: must be a mapping, its members indented below it, not 7",
        "box.names.1: 'a b' is not allowed; use small letters, digits and single hyphens",
        "box.names.2: 3 is not allowed; use small letters, digits and single hyphens",
    )


def test_a_path_begins_at_the_top_where_none_is_given() -> None:
    assert faults(lambda: read(Box, {"label": "x", "lamps": {"a": {}}})) == (
        "lamps.a.pin: missing; it has no default",
        "lamps.a.colour: missing; it has no default",
    )


def test_the_error_says_each_fault_on_a_line_of_its_own() -> None:
    with pytest.raises(SettingsError) as caught:
        read(Lamp, {"pin": 1, "colour": "red", "blink_s": 3}, "lamp")

    assert str(caught.value).splitlines() == [
        "lamp.pin: must be a BCM number from 2 to 27, not 1",
        "lamp.blink_s: must be a number from 0.1 to 2 s, not 3",
    ]


def test_an_unknown_setting_like_no_other_is_answered_with_the_known_ones() -> None:
    assert faults(lambda: read(Lamp, {"pin": 2, "colour": "red", "zzz": 1})) == (
        "zzz: unknown; known here: pin, colour, active_high, blink_s",
    )


@pytest.mark.parametrize("found", [None, True, 0, 1.5, "", "pin: 5", [], [{"pin": 5}]])
def test_what_is_no_mapping_is_refused_whole(found: object) -> None:
    assert faults(lambda: read(Lamp, found, "lamp")) == (
        f"lamp: must be a mapping, its members indented below it, not {found!r}",
    )


def test_a_long_value_is_cut_short_in_the_fault() -> None:
    (fault,) = faults(lambda: read(Lamp, {"pin": "5" * 10_000, "colour": "red"}))

    assert fault == f"pin: must be a BCM number from 2 to 27, not '{'5' * 56}..."


# Python takes True for 1 and 5.0 for 5; the file's author did not write so.
@pytest.mark.parametrize(
    ("check", "allowed", "refused"),
    [
        (flag, [True, False], [0, 1, "true", "on", "yes", None, []]),
        (integer(0, 27), [0, 27], [-1, 28, True, False, 5.0, "5", None, [], 10**30]),
        (number(0.5, 4), [0.5, 4, 4.0], [0.4, 4.1, -1, True, "1", None, float("nan"), float("inf"), -float("inf")]),
        (text(r"\S.*", "a name"), ["x", "x y"], ["", " x", "x\n", "x\ny", 5, None, True, ["x"], b"x"]),
        (slug, ["a", "pos-1", "9"], ["", "A", "a b", "-a", "a-", "a--b", "a_b", "a/b", "+", "#", "é", "a\n", 1, None]),
        (choice("desa", "kelurahan"), ["desa"], ["", "Desa", "desa ", None, True, 1, ["desa"], {"desa": 1}]),
        (items(flag), [[], [True, False]], [None, True, "ab", {"a": True}, [1], [[True]]]),
        (table(slug, lambda _name: flag), [{}, {"a": True}], [None, [], "a", {"A": True}, {"a": 1}, {1: True}]),
    ],
    ids=["flag", "integer", "number", "text", "slug", "choice", "items", "table"],
)
def test_a_check_takes_what_it_allows_and_nothing_else(
    check: Check[object], allowed: list[object], refused: list[object]
) -> None:
    @dataclass(frozen=True, slots=True)
    class Single:
        value: object = option(check)

    def places(found: object) -> set[str]:
        return {fault.split(":")[0].split(".")[0] for fault in faults(lambda: read(Single, {"value": found}))}

    assert [places(found) for found in allowed] == [set()] * len(allowed)
    assert [places(found) for found in refused] == [{"value"}] * len(refused)


def test_a_number_is_read_as_a_fraction_whether_it_is_whole_or_not() -> None:
    lamp = read(Lamp, {"pin": 5, "colour": "red", "blink_s": 2})

    assert (type(lamp.blink_s), lamp.blink_s) == (float, 2.0)


NAMES = sorted({
    key for name in ("incidents", "situbondo", "rhythms/polri") for path in keys(plain(f"{name}.yaml")) for key in path
})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["●‖", "village"]),
    lambda each: st.lists(each, max_size=4)
    | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), each, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["incidents.yaml", "situbondo.yaml", "rhythms/polri.yaml"])
@quick
@given(found=VALUES)
def test_any_value_is_read_or_refused_with_faults(name: str, found: object) -> None:
    told = faults(lambda: read_as(name, found))

    assert [fault for fault in told if not fault.startswith("file")] == []


@pytest.mark.parametrize("name", ["incidents.yaml", "situbondo.yaml", "rhythms/polri.yaml"])
@quick
@given(data=st.data())
def test_any_value_in_place_of_a_right_one_is_read_or_refused_with_faults(name: str, data: st.DataObject) -> None:
    found: Any = plain(name)
    *above, last = data.draw(st.sampled_from(list(keys(found))))
    member = found
    for key in above:
        member = member[key]
    member[last] = data.draw(VALUES)

    told = faults(lambda: read_as(name, found))

    assert [fault for fault in told if not fault.startswith("file.")] == []
