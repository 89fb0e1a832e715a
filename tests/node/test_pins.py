"""The pin driver is the one that the settings name: none other is ever taken, and none that moves no pin unnoticed."""

from pathlib import Path
from typing import Any

import pytest
from gpiozero import Device

from node import pins
from node.pins import PinsError


@pytest.fixture(autouse=True)
def no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)


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


def test_a_driver_that_cannot_be_opened_is_a_sentence_and_no_other_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Device, "pin_factory", None)
    lgpio = pytest.importorskip("lgpio")

    def no_chip(_chip: int) -> int:
        raise lgpio.error("can not open gpiochip")

    monkeypatch.setattr(lgpio, "gpiochip_open", no_chip)

    with pytest.raises(PinsError, match=r"^pins\.driver: lgpio cannot be used: .+; (this machine|run as) "):
        pins.open_driver("lgpio", {})
    assert Device.pin_factory is None


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
