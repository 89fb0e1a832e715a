"""What `check` finds on this machine: lines that others hold, a chip under another number; it drives nothing."""

from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from node import config, inspection, pins
from node.sound import alsa
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

FREE = "end that program, or take its dtoverlay or dtparam out of /boot/firmware/config.txt, or use another pin"


def inspected(folder: Path, monkeypatch: pytest.MonkeyPatch, holders: dict[int, str], **settings: Any) -> Any:
    """What is found where others hold lines; the factory's pins must not be asked for."""
    factory = MockFactory(revision="a02082")
    monkeypatch.setattr(factory, "pin", lambda _pin: pytest.fail("a line was claimed"))
    monkeypatch.setattr(pins, "open_driver", lambda _driver, _options: factory)
    monkeypatch.setattr(pins, "holder", lambda _factory, pin: holders.get(pin))
    return inspection.inspect(config.load(write(folder, {**example(), **settings})))


def test_where_nobody_holds_a_line_nothing_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspected(tmp_path, monkeypatch, {}) == inspection.Found((), ())


def test_a_line_that_another_program_holds_is_a_warning_and_the_sirens_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inspected(tmp_path, monkeypatch, {17: "fan", 5: "spi0 CS0", 6: "the kernel", 16: "fan"}) == inspection.Found(
        (f"siren.pin: the line is held by fan; {FREE}",),
        (f"lock.pin: the line is held by fan; {FREE}",
         f"buttons.pencurian.pin: the line is held by spi0 CS0; {FREE}",
         f"buttons.pencurian.lamp: the line is held by the kernel; {FREE}"),
    )


def test_a_node_that_runs_already_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspected(tmp_path, monkeypatch, {17: "lg"}) == inspection.Found(
        (), ("siren.pin: the line is held by lg; a node that runs already holds its lines under this name",))


def test_pins_that_move_nothing_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "open_driver", lambda _driver, _options: pytest.fail("a driver was opened"))

    found = config.load(write(tmp_path, {**example(), "pins": {"driver": "simulated", "socket": "nobody"}}))
    assert inspection.inspect(found) == inspection.Found((), ())


@pytest.mark.parametrize("device", ["plughw:CARD=Nobody,DEV=0", "hw:99", "no such name"])
def test_a_sound_device_that_is_not_there_is_named_with_what_there_is(device: str) -> None:
    told = alsa.trouble(device)

    assert told is not None
    assert told.startswith((f"{device} cannot be opened: ", "ALSA's library is missing"))


def test_a_sound_device_that_is_there_is_no_fault() -> None:
    assert alsa.trouble("null") in (None, "ALSA's library is missing; install libasound2")


def test_the_cards_that_there_are_are_named_as_the_settings_take_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = tmp_path / "cards"
    monkeypatch.setattr(alsa, "_CARDS", cards)
    none = alsa.there_is()
    cards.write_text(" 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"
                     "                      bcm2835 Headphones\n"
                     " 1 [Device         ]: USB-Audio - USB Audio Device\n"
                     "                      C-Media USB Audio Device at usb-1\n", "utf-8")

    assert (none, alsa.there_is()) == (
        "this machine has no sound card", "there is plughw:CARD=Headphones, plughw:CARD=Device; aplay -L lists all")


def test_lgpio_is_loaded_in_a_folder_of_its_own_and_leaves_nothing_where_the_node_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pins._own_folder():
        inside = Path.cwd()
        (inside / ".lgd-nfy0").touch()

    assert (inside != tmp_path, inside.exists(), Path.cwd(), list(tmp_path.iterdir())) == (True, False, tmp_path, [])
