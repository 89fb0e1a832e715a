"""The pin driver is the one that the settings name: none other is ever taken, and none that moves no pin unnoticed."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from gpiozero import Device

from node import pins
from node.pins import PinsError
from tests.support.gpio_kernel import GpioKernel


@pytest.fixture(autouse=True)
def no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)


def test_the_usual_drivers_are_where_they_are_registered() -> None:
    registered = {entry.name: entry.value for entry in entry_points(group=pins.GROUP)}

    assert {name: registered[name] for name in pins._USUAL} == pins._USUAL


def test_the_drivers_that_gpiozero_knows_are_well_named() -> None:
    assert [pins.check(name, simulate=False) for name in ("lgpio", "rpigpio", "pigpio", "native")] == [None] * 4


@pytest.mark.parametrize(("driver", "meant"), [("lgpoi", "lgpio"), ("gpio", "lgpio"), ("simulate", "simulated"),
                                               ("moc", "mock"), ("pigpoi", "pigpio")])
def test_a_driver_that_there_is_not_is_answered_with_the_nearest(driver: str, meant: str) -> None:
    assert pins.check(driver, simulate=True) == f"{driver!r} is no pin driver; did you mean {meant}?"


def test_a_driver_that_is_like_none_is_answered_with_all() -> None:
    wrong = pins.check("xyzzy", simulate=True)

    assert wrong is not None
    assert wrong.startswith("'xyzzy' is no pin driver; known here: ")
    assert {"lgpio", "mock", "simulated"} <= set(wrong.split(": ")[1].split(", "))


@pytest.mark.parametrize("driver", pins.NO_REAL_PINS)
def test_a_driver_that_moves_no_real_pin_is_taken_only_on_purpose(driver: str) -> None:
    assert pins.check(driver, simulate=False) == f"{driver!r} moves no real pin; only with --simulate"
    assert pins.check(driver, simulate=True) is None


@pytest.mark.parametrize("leaked", ["mock", "", "rpigpio"])
def test_a_variable_that_says_otherwise_is_a_fault(monkeypatch: pytest.MonkeyPatch, leaked: str) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", leaked)

    assert pins.check("lgpio", simulate=True) == (
        f"'lgpio' is named here, but the environment has GPIOZERO_PIN_FACTORY={leaked}; unset it"
    )


def test_a_variable_is_no_fault_where_the_environment_is_not_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")

    assert pins.check("lgpio", simulate=False, heed_environment=False) is None
    assert pins.check("mock", simulate=False, heed_environment=False) == (
        "'mock' moves no real pin; only with --simulate"
    )


def test_a_variable_that_says_the_same_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")

    assert pins.check("lgpio", simulate=False) is None


def test_the_driver_that_is_named_is_opened_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    factory = pins.open_driver("simulated", {})

    assert type(factory).__name__ == "SimulatedFactory"
    factory.close()


def opened_chips(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[int]:
    """The numbers of the chips that gpiozero's lgpio driver opens from here on, above a fake of lgpio's functions."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Device, "pin_factory", None)
    lgpio = pytest.importorskip("lgpio")
    local = pytest.importorskip("gpiozero.pins.local")
    monkeypatch.setattr(local.LocalPiFactory, "_get_revision", lambda _self: 0xC04170)  # a Pi 5
    opened: list[int] = []

    def gpiochip_open(number: int) -> int:
        opened.append(number)
        return 1

    monkeypatch.setattr(lgpio, "gpiochip_open", gpiochip_open)
    monkeypatch.setattr(lgpio, "gpiochip_close", lambda _handle: 0)
    return opened


def test_lgpio_is_opened_on_the_chip_that_has_the_headers_label(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """gpiozero by itself opens gpiochip0 here, and gpiochip4 where there is one."""
    opened = opened_chips(monkeypatch, tmp_path)
    GpioKernel(tmp_path, {0: "usb-relay", 4: "gpio-brcmstb@107d508500", 15: "pinctrl-rp1"}).install(monkeypatch)
    pins.open_driver("lgpio", {}).close()

    assert opened == [15]


@pytest.mark.parametrize(("labels", "told"), [
    ({}, "this machine has no GPIO chip; `kentongan check --offline` is for another machine's settings"),
    ({0: "usb-relay"}, "no GPIO chip here has the header's pins: "),
    ({0: "pinctrl-rp1", 1: "pinctrl-rp1"}, "several GPIO chips here have a header's label: "),
])
def test_without_the_one_chip_nothing_is_opened_and_no_other_driver_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, labels: dict[int, str], told: str
) -> None:
    opened = opened_chips(monkeypatch, tmp_path)
    GpioKernel(tmp_path, labels).install(monkeypatch)

    with pytest.raises(PinsError) as raised:
        pins.open_driver("lgpio", {})
    assert str(raised.value).startswith(f"pins.driver: lgpio cannot be used: {told}")
    assert (opened, Device.pin_factory) == ([], None)


def test_a_chip_that_lgpio_cannot_open_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened_chips(monkeypatch, tmp_path)
    GpioKernel(tmp_path, {0: "pinctrl-bcm2711"}).install(monkeypatch)
    lgpio = pytest.importorskip("lgpio")

    def closed(_number: int) -> int:
        raise lgpio.error("can not open gpiochip")

    monkeypatch.setattr(lgpio, "gpiochip_open", closed)
    with pytest.raises(PinsError, match=r"^pins\.driver: lgpio cannot be used: .+; is another program using the chip"):
        pins.open_driver("lgpio", {})


@pytest.mark.parametrize(("user", "told"), [
    ("fan", ("fan holds it: end that program, or take its dtoverlay or dtparam out of /boot/firmware/config.txt, or "
             "use another pin")),
    ("lg", ("lg holds it: stop the node that runs already (sudo systemctl stop kentongan-node), or the other program "
           "with lgpio")),
])
def test_a_line_that_is_in_use_names_its_user_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, user: str, told: str
) -> None:
    factory: Any = pins.open_driver("mock", {})
    monkeypatch.setattr(pins, "holder", lambda _factory, _pin: user)

    for claim in (pins.output, pins.contact):
        with pytest.raises(PinsError) as raised:
            claim(factory, 99)
        assert str(raised.value).endswith(f"; {told}")
    factory.close()


def test_a_driver_whose_library_is_missing_is_a_sentence() -> None:
    with pytest.raises(PinsError, match=r"^pins\.driver: rpigpio cannot be used: .*; is it installed, and may"):
        pins.open_driver("rpigpio", {})


def test_a_simulated_driver_without_its_listener_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PinsError, match=r"^pins\.driver: simulated cannot be used: .*No such file"):
        pins.open_driver("simulated", {"socket_path": str(tmp_path / "nobody")})


def test_a_pin_that_does_not_exist_is_a_sentence() -> None:
    factory: Any = pins.open_driver("mock", {})
    with pytest.raises(PinsError, match=r"^pin 99 cannot be an output: "):
        pins.output(factory, 99)
    with pytest.raises(PinsError, match=r"^pin 99 cannot be an input: "):
        pins.contact(factory, 99)
    factory.close()
