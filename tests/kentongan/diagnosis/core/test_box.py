"""What the doctor makes of a box, from facts written by hand."""

import pytest

from kentongan.diagnosis import texts
from kentongan.diagnosis.core import box
from kentongan.diagnosis.core.facts import Boot, Pins, Power, Sound, Voice
from kentongan.diagnosis.core.finding import Check, Finding, Mark

PI5 = "Raspberry Pi 5 Model B Rev 1.0"
ZERO = "Raspberry Pi Zero 2 W Rev 1.0"
GOOD = "dtparam=strict_gpiod\ngpio=17=op,dh\ngpio=27,22=op,dl\n"
OUTPUTS = {"siren": (17, True), "striker": (27, False), "strobe": (22, False)}


def said(found: object) -> list[tuple[str, str]]:
    """The mark of each finding, and what was found; each has a line in both languages."""
    every = [found] if isinstance(found, Finding) else list(found)  # type: ignore[call-overload]
    for each in every:
        values = {**each.values, "at": ""}
        assert texts.text(each.check, each.what).id.format(**values)
        assert texts.text(each.check, each.what).en.format(**values)
    return [(each.mark.value, each.what) for each in every]


# Power: the bits of vcgencmd get_throttled, as the Raspberry Pi's documentation lists them.


@pytest.mark.parametrize(("bits", "found"), [
    (0x0, [("ok", "ok")]),
    (0x1, [("fault", "under_voltage_now")]),
    (0x10000, [("warning", "under_voltage_since")]),
    (0x10001, [("fault", "under_voltage_now")]),
    (0x2, [("warning", "capped_now")]),
    (0x4, [("warning", "throttled_now")]),
    (0x8, [("warning", "hot_now")]),
    (0x20000, [("warning", "capped_since")]),
    (0x40000, [("warning", "throttled_since")]),
    (0x80000, [("warning", "hot_since")]),
    (0x50005, [("fault", "under_voltage_now"), ("warning", "throttled_now")]),
    (0xE0008, [("warning", "hot_now"), ("warning", "capped_since"), ("warning", "throttled_since")]),
])
def test_each_bit_of_under_voltage_and_heat_is_named_now_or_since_the_start(
    bits: int, found: list[tuple[str, str]]
) -> None:
    assert said(box.power(Power(PI5, bits))) == found


def test_a_pi_whose_firmware_does_not_answer_is_not_well_but_unknown() -> None:
    assert said(box.power(Power(PI5, None))) == [("unknown", "unknown")]


def test_another_machine_than_a_pi_has_no_such_firmware() -> None:
    assert said(box.power(Power(""))) == [("none", "no_pi")]


# Boot.


def test_a_box_whose_outputs_rest_from_power_on_is_well() -> None:
    assert said(box.boot(Boot(PI5, "/c", GOOD, OUTPUTS, wireless=True))) == [("ok", "ok")]


def test_an_output_that_floats_is_named_with_the_line_to_write() -> None:
    (found,) = box.boot(Boot(PI5, "/c", "dtparam=strict_gpiod\ngpio=17=op,dh\ngpio=27=op,dl", OUTPUTS))

    assert (found.check, found.mark, found.what, found.values) == (
        Check.BOOT, Mark.WARNING, "floats", {"output": "strobe", "pin": 22, "line": "gpio=22=op,dl", "path": "/c"})


def test_an_output_that_the_firmware_switches_on_is_a_fault() -> None:
    text = GOOD + "gpio=17=op,dl\n"

    assert said(box.boot(Boot(PI5, "/c", text, OUTPUTS))) == [("fault", "wrong_level")]


@pytest.mark.parametrize(("text", "levels"), [
    ("gpio=17=op,dl", {17: False}), ("gpio=4-6=op,dh", {4: True, 5: True, 6: True}), ("gpio=17=op", {}),
    ("gpio=17=ip,pu", {}), ("gpio=17=op,dh\ngpio=17=ip", {}), ("gpio=17=op,dh # at rest", {17: True}),
    ("#gpio=17=op,dl", {}), ("gpio=x=op,dl", {}), ("gpio=0-99999999999=op", {}), (" GPIO = 17 = op , dl ", {17: False}),
])
def test_the_firmwares_lines_are_read_as_it_reads_them(text: str, levels: dict[int, bool]) -> None:
    assert box.resting(box.settings(text, PI5)) == levels


@pytest.mark.parametrize(("model", "filters", "counts"), [
    (PI5, "[pi5]", True), (PI5, "[pi4]", False), (PI5, "[all]", True), (PI5, "[pi4]\n[all]", True),
    (ZERO, "[pi0]", True), (ZERO, "[pi02]", True), (ZERO, "[pi3]", False), (PI5, "[none]", False),
    (PI5, "[gpio4=1]", False), ("Raspberry Pi 3 Model B Rev 1.2", "[pi3]", True),
    ("Raspberry Pi 400 Rev 1.0", "[pi4]", True), ("Raspberry Pi Compute Module 4 Rev 1.0", "[pi4]", True),
    ("Raspberry Pi 9", "[pi5]", False),
])
def test_a_line_for_another_model_does_not_count(model: str, filters: str, counts: bool) -> None:
    assert box.resting(box.settings(f"{filters}\ngpio=17=op,dl", model)) == ({17: False} if counts else {})


@pytest.mark.parametrize(("text", "wireless", "found"), [
    ("dtoverlay=disable-wifi", True, ["wifi_off"]), ("dtoverlay=disable-wifi", None, ["wifi_off"]),
    ("dtoverlay=disable-wifi", False, []), ("dtoverlay=disable-bt", True, []),
    ("dtparam=watchdog=off", True, ["watchdog_off"]), ("dtparam=watchdog=on", True, []),
])
def test_what_the_firmware_takes_away_is_named(text: str, wireless: bool | None, found: list[str]) -> None:
    every = said(box.boot(Boot(PI5, "/c", f"{GOOD}{text}", OUTPUTS, wireless)))

    assert [what for _, what in every] == (found or ["ok"])


def test_without_strict_gpiod_a_killed_node_leaves_its_outputs_on() -> None:
    text = GOOD.replace("dtparam=strict_gpiod", "dtparam=i2c_arm=on")

    assert said(box.boot(Boot(PI5, "/c", text, OUTPUTS))) == [("warning", "not_strict")]


def test_strict_gpiod_counts_among_other_parameters() -> None:
    text = GOOD.replace("dtparam=strict_gpiod", "dtparam=i2c_arm=on,strict_gpiod")

    assert said(box.boot(Boot(PI5, "/c", text, OUTPUTS))) == [("ok", "ok")]


def test_what_cannot_be_read_is_not_well() -> None:
    assert said(box.boot(Boot(PI5, "/c", None, OUTPUTS))) == [("unknown", "unread")]


# Pins, sound, voice.


def test_pins_that_can_be_had_are_well() -> None:
    assert said(box.pins(Pins("lgpio", simulated=False, chip="/dev/gpiochip0"), running=False)) == [("ok", "ok")]


def test_each_fault_and_each_warning_of_the_pins_is_a_line() -> None:
    found = Pins("lgpio", simulated=False, faults=("siren.pin: held",), warnings=("lock.pin: held",))

    assert said(box.pins(found, running=False)) == [("fault", "fault"), ("warning", "warning")]


def test_lines_that_the_running_node_holds_are_its_own() -> None:
    held = "siren.pin: the line is held by lg; a node that runs already holds its lines under this name"
    found = Pins("lgpio", simulated=False, warnings=(held,))

    assert said(box.pins(found, running=True)) == [("ok", "ok")]
    assert said(box.pins(found, running=False)) == [("warning", "warning")]


def test_pins_that_move_nothing_are_never_well() -> None:
    assert said(box.pins(Pins("simulated", simulated=True), running=True)) == [("warning", "simulated")]


@pytest.mark.parametrize(("found", "mark"), [
    (None, ("none", "none")),
    (Sound("alsa", "plughw:CARD=Device,DEV=0", None, "Device"), ("ok", "ok")),
    (Sound("alsa", "plughw:CARD=vc4hdmi0", None, "vc4hdmi0"), ("warning", "hdmi")),
    (Sound("alsa", "default", None, "vc4hdmi"), ("warning", "hdmi")),
    (Sound("alsa", "default", None, ""), ("unknown", "unknown_card")),
    (Sound("alsa", "hw:9", "hw:9 cannot be opened", ""), ("fault", "fault")),
    (Sound("dummy", "default", None, ""), ("warning", "unheard")),
])
def test_a_loudspeaker_is_well_only_where_its_card_is_known_and_no_screens(
    found: Sound | None, mark: tuple[str, str]
) -> None:
    assert said(box.sound(found)) == [mark]


@pytest.mark.parametrize(("found", "marks"), [
    (None, []),
    (Voice((), 20, "recorded"), [("ok", "ok")]),
    (Voice(("ronda",), 20, "espeak-ng"), [("warning", "missing")]),
    (Voice(("ronda",), 20, "incomplete: espeak-ng is not installed"), [("fault", "no_espeak")]),
    (Voice((), 20, "espeak-ng", "there is no folder"), [("warning", "no_recordings")]),
])
def test_a_voice_is_well_only_where_it_is_complete(found: Voice | None, marks: list[tuple[str, str]]) -> None:
    assert said(box.voice(found)) == marks
