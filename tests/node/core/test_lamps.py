"""What the lamps show to the volunteer, from the touch of a button to the end of what it raised."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.wire.faults import Fault
from node.core.effects import Lamp
from node.core.events import Contact
from node.core.lamps import PATTERNS, is_lit
from node.core.presses import SETTLE_S
from runtime.core.events import Faulted, Recovered
from tests.node.core.world import OWN, World, listed

Act = Callable[[], object]
ONE = f"{OWN}1"
LOOKS = 40


def lamps_of(world: World) -> list[str]:
    """What the lamps of senyap, kebakaran and pencurian say."""
    return [world.lamps()[name] for name in ("senyap", "kebakaran", "pencurian")]


def in_force() -> World:
    """A box whose own alarm is in force, as the hub has confirmed."""
    world = World().ready()
    world.press("pencurian", 1.0)
    world.beacon(listed(ONE, "pencurian"), at=3.0)
    return world


def coming(step: str = "menuju") -> World:
    """The same, and somebody has responded to it."""
    world = in_force()
    world.beacon(listed(ONE, "pencurian", step=step), at=4.0)
    return world


def silenced() -> World:
    """A box at which an alarm was silenced."""
    world = World().ready()
    world.alarm("kebakaran", 1.0)
    world.command("silence", 2.0)
    return world


def noisy() -> World:
    """A box whose own alarm is in force, and the wire of its button hums since."""
    world = in_force()
    for pulse in range(100):
        world.feed(Contact("pencurian", closed=True), 5.0 + pulse * 0.02)
        world.feed(Contact("pencurian", closed=False), 5.01 + pulse * 0.02)
    assert Fault.NOISE.of("pencurian") in world.state.faults
    return world


def sounding_from_elsewhere() -> World:
    world = World().ready()
    world.alarm("pencurian", 1.0, village="kotakan")
    return world


def faulty() -> World:
    world = World().ready()
    world.feed(Faulted("striker", "cannot be switched"), 1.0)
    return world


def test_a_lamp_follows_a_press_from_the_touch_to_its_end() -> None:
    world = World().ready()
    seen = [lamps_of(world)]
    acts: list[Act] = [
        lambda: world.touch("pencurian", 1.0), lambda: world.wait(2.0), lambda: world.release("pencurian", 2.5),
        lambda: world.beacon(listed(ONE, "pencurian"), at=3.0), lambda: world.beacon(at=8.0),
    ]
    for act in acts:
        act()
        seen.append(lamps_of(world))

    assert seen == [
        ["off", "off", "off"], ["off", "off", "held"], ["off", "off", "sending"], ["off", "off", "sending"],
        ["off", "off", "confirmed"], ["off", "off", "off"],
    ]


def test_a_lamp_goes_out_when_a_touch_was_too_short() -> None:
    world = World().ready()
    world.touch("pencurian", 1.0)
    world.release("pencurian", 1.5)
    world.wait(2.0)

    assert lamps_of(world) == ["off", "off", "off"]


def test_a_lamp_says_sending_for_as_long_as_nobody_has_confirmed_the_press() -> None:
    world = World().offline()
    world.press("pencurian", 1.0)
    world.wait(300.0)

    assert lamps_of(world) == ["fault", "fault", "sending"]


@pytest.mark.parametrize(("step", "lamp"), [
    ("", "confirmed"), ("diterima", "confirmed"), ("menuju", "coming"), ("di-lokasi", "coming"), ("selesai", "coming"),
    ("terbang", "confirmed"),
])
def test_the_lamp_of_the_button_that_was_pressed_shows_from_menuju_on_that_somebody_is_coming(
    step: str, lamp: str
) -> None:
    assert lamps_of(coming(step)) == ["off", "off", lamp]


def test_nobody_comes_any_more_for_what_is_over_and_nobody_yet_for_what_is_pressed_anew() -> None:
    world = coming()
    world.beacon(at=8.0)
    assert lamps_of(world) == ["off", "off", "off"]
    world.press("pencurian", 20.0)
    assert lamps_of(world) == ["off", "off", "sending"]
    world.beacon(listed(f"{OWN}2", "pencurian"), at=23.0)
    assert lamps_of(world) == ["off", "off", "confirmed"]


def test_a_press_that_is_on_its_way_shows_that_though_somebody_comes_for_the_one_before() -> None:
    world = coming()
    world.press("pencurian", 6.0)
    assert lamps_of(world) == ["off", "off", "sending"]
    world.beacon(listed(f"{OWN}2", "pencurian", also=(ONE,), step="menuju"), at=9.0)
    assert lamps_of(world) == ["off", "off", "coming"]


def test_that_somebody_is_coming_is_shown_on_while_the_hub_is_missing_and_the_alarm_in_force() -> None:
    world = coming()
    world.wait(60.0)
    assert lamps_of(world) == ["fault", "fault", "coming"]


def test_what_was_raised_elsewhere_shows_that_it_sounds_whoever_comes() -> None:
    world = sounding_from_elsewhere()
    world.beacon(listed("x", "pencurian", "kotakan", step="menuju"), at=3.0)
    assert lamps_of(world) == ["off", "off", "sounding"]


def test_while_the_hub_is_missing_the_brokers_word_lights_the_lamp() -> None:
    world = World().ready()
    world.wait(16.0)
    world.press("pencurian", 20.0)
    assert lamps_of(world) == ["fault", "fault", "sending"]
    world.acknowledge(ONE, 22.0)

    assert lamps_of(world) == ["fault", "fault", "confirmed"]


def test_a_lamp_says_that_its_alarm_sounds_from_elsewhere() -> None:
    world = World().ready()
    world.alarm("kebakaran", 1.0, village="kotakan")

    assert lamps_of(world) == ["off", "sounding", "off"]


def test_the_silence_buttons_lamp_says_that_something_is_silenced() -> None:
    world = World().ready()
    world.alarm("kebakaran", 1.0)
    world.command("silence", 2.0)

    assert lamps_of(world) == ["confirmed", "off", "off"]


def test_every_lamp_says_that_there_is_a_fault_until_it_has_recovered() -> None:
    world = World().ready()
    world.feed(Faulted("siren", "cannot be switched"), 1.0)
    before = lamps_of(world)
    world.feed(Recovered("siren"), 2.0)

    assert (before, lamps_of(world)) == (["fault"] * 3, ["off"] * 3)


@pytest.mark.parametrize(("name", "make"), [
    ("pencurian", World), ("pencurian", in_force), ("pencurian", coming),
    ("pencurian", sounding_from_elsewhere), ("pencurian", faulty),
    ("senyap", World), ("senyap", silenced),
])
def test_a_lamp_flickers_from_the_touch_to_the_instant_at_which_the_press_counts(
    name: str, make: Callable[[], World]
) -> None:
    world = make()
    hold_s = world.setup.holds_s[name]
    world.touch(name, 10.0)
    shown = []
    for tick in range(1, int(hold_s * 64)):
        world.wait(10.0 + tick / 64)
        shown.append(world.lamps()[name])

    assert set(shown) == {"held"}
    world.wait(10.0 + hold_s)
    assert world.lamps()[name] != "held"


@pytest.mark.parametrize("step", ["", "menuju"])
def test_on_a_wire_that_hums_no_lamp_shows_success_while_somebody_may_be_holding_its_button(step: str) -> None:
    world = noisy()
    world.beacon(listed(ONE, "pencurian", step=step), at=7.2)
    world.touch("pencurian", 7.5)
    shown = set()
    for tick in range(64):
        world.wait(7.5 + tick / 64)
        shown.add(world.lamps()["pencurian"])

    assert shown == {"fault"}
    world.release("pencurian", 8.4921875)
    world.wait(20.0)
    # The wire is still again, and the alarm of 2.0 is in force.
    assert world.lamps()["pencurian"] == ("coming" if step else "confirmed")


@pytest.mark.parametrize("held_s", [0.03, 0.1, 0.5, 0.9])
def test_who_lets_go_too_early_sees_a_dark_lamp_and_nothing_was_sent(held_s: float) -> None:
    world = World().ready()
    world.beacon(at=9.0)
    world.touch("pencurian", 10.0)
    world.release("pencurian", 10.0 + held_s)
    shown = []
    for tick in range(64):
        world.wait(10.0 + held_s + SETTLE_S + tick / 64)
        shown.append(world.lamps()["pencurian"])

    assert set(shown) == {"off"}
    assert (world.sent(), world.heard()) == ([], [])


def test_no_two_lamps_look_alike_and_only_success_is_steady() -> None:
    seen = {lamp: "".join(".#"[is_lit(lamp, look)] for look in range(LOOKS)) for lamp in Lamp}

    assert {lamp for lamp, signs in seen.items() if "." not in signs} == {Lamp.CONFIRMED}
    assert {lamp for lamp, signs in seen.items() if "#" not in signs} == {Lamp.OFF}
    turned = [frozenset(signs[begun:begun + LOOKS // 2] for begun in range(LOOKS // 2)) for signs in seen.values()]
    assert len(set(turned)) == len(Lamp)  # from whichever look on


def test_that_somebody_is_coming_looks_like_success_with_two_winks_that_are_slower_than_any_flicker() -> None:
    looks = [is_lit(Lamp.COMING, look) for look in range(36)]

    assert looks == ([True] * 12 + [False] * 2 + [True] * 2 + [False] * 2) * 2
    runs = ["".join(run) for run in re.findall(r"(#+)|(\.+)", "".join(".#"[lit] for lit in looks))]
    assert min(map(len, runs)) * 0.1 >= 0.2  # a held button's lamp changes every 0.1 s


def test_the_lamp_of_a_held_button_flickers_as_fast_as_lamps_are_switched() -> None:
    assert [is_lit(Lamp.HELD, look) for look in range(6)] == [True, False, True, False, True, False]
    assert PATTERNS[Lamp.SENDING] != PATTERNS[Lamp.HELD]


def test_the_settings_page_has_every_lamp_with_its_pattern() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([#.]+)` \|", page, re.MULTILINE)

    assert dict(rows) == {lamp.value: pattern for lamp, pattern in PATTERNS.items()}
