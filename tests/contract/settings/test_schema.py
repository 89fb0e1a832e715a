"""Settings: read strictly, and every fault told at once, with its path, what was found and what is allowed."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.accounts import Operator
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
from contract.settings.suggestions import opposites
from node.settings import NodeSettings, SirenSettings
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
        "box.lamps.Power: 'Power' is not allowed; use small letters, digits and single hyphens, such as power",
        "box.lamps.ready.pin: must be a BCM number from 2 to 27, not True",
        "box.lamps.ready.colour: 'blue' is not allowed; use red or green",
        "box.lamps.ready.active_high: must be true or false, not 'true'; write true",
        "box.lamps.ready.blink_s: must be a number from 0.1 to 2 s, not '0.5'; write it without quotes: 0.5",
        "box.lamps.spare: must be a mapping, its members indented below it, not 7; write {pin: 7}",
        "box.names.2: 'a b' is not allowed; use small letters, digits and single hyphens, such as a-b",
        "box.names.3: 3 is not allowed; use small letters, digits and single hyphens; in quotes: '3'",
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


def test_of_many_unknown_settings_the_first_are_answered_and_the_others_counted() -> None:
    """A wrong file of a megabyte kept `check` busy for minutes."""
    many = {f"z{number}z": 1 for number in range(80_000)}
    told = faults(lambda: read(Lamp, {"pin": 2, "colour": "red", **many}))

    assert told[19] == "z19z: unknown; known here: pin, colour, active_high, blink_s"
    assert told[20:] == ("79980 more unknown settings; is this the right file?",)


@pytest.mark.parametrize("found", [True, 0, 1.5, "", "pin", [], [{"pin": 5}]])
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
    key for name in ("incidents", "situbondo", "rhythms/polri-bandung")
    for path in keys(plain(f"{name}.yaml")) for key in path
})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["●‖", "village"]),
    lambda each: st.lists(each, max_size=4)
    | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), each, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["incidents.yaml", "situbondo.yaml", "rhythms/polri-bandung.yaml"])
@quick
@given(found=VALUES)
def test_any_value_is_read_or_refused_with_faults(name: str, found: object) -> None:
    told = faults(lambda: read_as(name, found))

    assert [fault for fault in told if not fault.startswith("file")] == []


@pytest.mark.parametrize("name", ["incidents.yaml", "situbondo.yaml", "rhythms/polri-bandung.yaml"])
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


# What people write for a number, a truth value or a name.


@dataclass(frozen=True, slots=True)
class Relay:
    pin: int = option(integer(2, 27, "BCM number"))
    active_high: bool = option(flag, default=True)
    hold_s: float = option(number(0.2, 5.0, " s"), default=1.0)


@pytest.mark.parametrize(("found", "told"), [
    ({"pin": "017"}, "pin: must be a BCM number from 2 to 27, not '017'; write it without the leading zero: 17"),
    ({"pin": "17"}, "pin: must be a BCM number from 2 to 27, not '17'; write it without quotes: 17"),
    ({"pin": "GPIO17"}, "pin: must be a BCM number from 2 to 27, not 'GPIO17'; write the number alone: 17"),
    ({"pin": "x"}, "pin: must be a BCM number from 2 to 27, not 'x'"),
    ({"pin": 5, "hold_s": "1,5"},
     "hold_s: must be a number from 0.2 to 5 s, not '1,5'; write a point, not a comma: 1.5"),
    ({"pin": 5, "hold_s": "1.5 s"},
     "hold_s: must be a number from 0.2 to 5 s, not '1.5 s'; write the number alone, without s"),
    ({"pin": 5, "hold_s": "500 ms"},
     "hold_s: must be a number from 0.2 to 5 s, not '500 ms'; write the number alone: 0.5"),
    ({"pin": 5, "hold_s": "80%"}, "hold_s: must be a number from 0.2 to 5 s, not '80%'; write the number alone: 0.8"),
    ({"pin": 5, "hold_s": ".5"},
     "hold_s: must be a number from 0.2 to 5 s, not '.5'; write a digit before the point: 0.5"),
    ({"pin": 5, "active_high": "no"}, "active_high: must be true or false, not 'no'; write false"),
    ({"pin": 5, "active_high": "low"}, "active_high: must be true or false, not 'low'; write false"),
    ({"pin": 5, "active_high": 1}, "active_high: must be true or false, not 1; write true"),
    ({"pin": 5, "active_high": "perhaps"}, "active_high: must be true or false, not 'perhaps'"),
    ({"pin": 5, "hold_ms": 1500}, "hold_ms: unknown; write hold_s, in seconds: hold_s: 1.5"),
    ({"pin": 5, "hold_min": "long"}, "hold_min: unknown; write hold_s, in seconds"),
])
def test_what_people_write_is_answered_with_how_it_is_written(found: object, told: str) -> None:
    assert faults(lambda: read(Relay, found)) == (told,)


@pytest.mark.parametrize(("found", "told"), [
    ("Tokelan", "tokelan"), ("Urek Urek", "urek-urek"), ("urek_urek", "urek-urek"), ("Soka'an", "sokaan"),
    ("-pos--1-", "pos-1"), ("Désa", "desa"),
])
def test_a_name_with_other_characters_is_answered_with_the_one_that_topics_carry(found: str, told: str) -> None:
    @dataclass(frozen=True, slots=True)
    class Single:
        name: str = option(slug)

    (fault,) = faults(lambda: read(Single, {"name": found}))

    assert fault.endswith(f" is not allowed; use small letters, digits and single hyphens, such as {told}")


def test_a_member_that_is_left_empty_is_said_to_be_so() -> None:
    assert faults(lambda: read(Box, {"label": None, "lamps": None})) == (
        "label: empty; write a name for people",
        "lamps: empty; write its members below it, each indented by two blanks, or {} if there are none",
    )


# A name that means the contrary.


@pytest.mark.parametrize("word", [
    "active_low", "active-low", "Active_Low", "activ_low", "active_lo", "active_loww", "actve_low", "activelow",
    "low_active", "not_active_high", "no_active_high", "inverted", "invert", "active_high_inverted",
])
@pytest.mark.parametrize(("value", "turned"), [(True, "false"), (False, "true"), ("yes", "false"), ("off", "true")])
def test_a_setting_of_the_contrary_meaning_is_answered_with_the_contrary_value(
    word: str, value: object, turned: str
) -> None:
    assert faults(lambda: read(Relay, {"pin": 17, word: value})) == (f"{word}: unknown; write active_high: {turned}",)


@pytest.mark.parametrize("word", [
    "active", "active_level", "level", "polarity", "trigger", "aktif", "Active", "active_hgh", "activ",
])
@pytest.mark.parametrize(("value", "turned"), [
    ("low", "false"), ("high", "true"), ("Low", "false"), ("HIGH", "true"), ("rendah", "false"), ("tinggi", "true"),
])
def test_a_level_that_is_written_as_a_word_is_answered_with_the_same_level_and_never_with_the_other(
    word: str, value: str, turned: str
) -> None:
    assert faults(lambda: read(Relay, {"pin": 17, word: value})) == (f"{word}: unknown; write active_high: {turned}",)


@pytest.mark.parametrize("word", ["active", "activ", "active_level", "level"])
@pytest.mark.parametrize("value", [True, False, 1, 0, "on"])
def test_a_word_that_names_no_level_is_not_taken_for_one(word: str, value: object) -> None:
    (fault,) = faults(lambda: read(Relay, {"pin": 17, word: value}))

    assert "write" not in fault


def test_a_contrary_name_with_a_level_may_mean_either() -> None:
    assert faults(lambda: read(Relay, {"pin": 17, "active_low": "low"})) == (
        "active_low: unknown; write active_high: true or active_high: false",
    )


def test_a_setting_of_the_contrary_meaning_with_another_value_is_answered_with_both() -> None:
    assert faults(lambda: read(Relay, {"pin": 17, "active_low": None})) == (
        "active_low: unknown; it means the contrary of active_high; write active_high: true or active_high: false",
    )


@pytest.mark.parametrize("value", [True, False, None, "ya"])
def test_a_setting_of_an_earlier_version_is_answered_with_what_took_its_place_and_is_never_suggested(
    value: object
) -> None:
    gone = ("in_phase: not a setting any more; posts beat one after the other, by `at` and `earshot_m` in the district "
            "file. Take this line out")
    found = faults(lambda: read(NodeSettings, {"in_phase": value, "in_fase": True}))

    assert gone in found
    assert not any("in_phase" in fault for fault in found if fault != gone)


@quick
@given(
    kind=st.sampled_from([(Relay, "active_high", {"pin": 17}), (NodeSettings, "hub", {}),
                          (SirenSettings, "active_high", {"pin": 17}), (Operator, "semua", {})]),
    value=st.booleans(), data=st.data(),
)
def test_no_setting_of_a_contrary_meaning_however_misspelt_is_ever_answered_with_the_name_alone(
    kind: Any, value: bool, data: st.DataObject
) -> None:
    """Whoever follows the answer must get what he wrote: `did you mean active_high?` would turn the relay around."""
    settings, name, rest = kind
    word = data.draw(st.sampled_from(opposites(name)))
    at = data.draw(st.none() | st.integers(0, len(word) - 1))
    word = word if at is None else word[:at] + word[at] + word[at:]

    told = [each for each in faults(lambda: read(settings, {**rest, word: value})) if each.startswith(f"{word}: ")]

    assert told == [f"{word}: unknown; write {name}: {str(not value).lower()}"]
