"""The chip with the header's pins is found by its label, whatever its number; every way to have none is a sentence."""

import errno
import os
from pathlib import Path

import pytest

from node import gpio
from node.gpio import ChipError
from tests.support.gpio_kernel import CHIP_INFO, GET_LINE, LINE_INFO, GpioKernel

PI_5 = {0: "gpio-brcmstb@107d508500", 1: "gpio-brcmstb@107d508520", 2: "gpio-brcmstb@107d517c00"}


def refusal(kernel: GpioKernel, monkeypatch: pytest.MonkeyPatch) -> str:
    kernel.install(monkeypatch)
    with pytest.raises(ChipError) as raised:
        gpio.find_header()
    return str(raised.value).replace(str(kernel.dev), "/dev")


@pytest.mark.parametrize(("labels", "chosen"), [
    ({0: "pinctrl-bcm2711"}, 0),
    ({0: "pinctrl-bcm2835", 1: "brcmvirt-gpio", 2: "raspberrypi-exp-gpio"}, 0),
    ({**PI_5, 4: "pinctrl-rp1"}, 4),
    ({0: "pinctrl-rp1", 10: "gpio-brcmstb@107d508500", 11: "gpio-brcmstb@107d508520"}, 0),
    ({11: "gpio-brcmstb@107d508500", 12: "pinctrl-rp1", 15: "gpio-brcmstb@107d517c20"}, 12),
    ({11: "gpio-brcmstb@107d508500", 15: "pinctrl-rp1"}, 15),
    ({0: "pinctrl-bcm2712", 11: "pinctrl-rp1"}, 11),
    ({3: "pinctrl-bcm2712"}, 3),
], ids=["Pi 4", "Pi 3", "Pi 5, older kernel", "Pi 5, kernel 6.6", "Pi 5, July 2026", "Pi 5, its last", "Pi 5, both",
        "bcm2712 alone"])
def test_the_chip_with_the_headers_pins_is_found_by_its_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: dict[int, str], chosen: int
) -> None:
    kernel = GpioKernel(tmp_path, labels).install(monkeypatch)
    found = gpio.find_header()

    assert (found.number, found.label, found.path) == (chosen, labels[chosen], str(kernel.dev / f"gpiochip{chosen}"))
    assert set(kernel.asked) == {CHIP_INFO}


def test_a_chip_under_two_names_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5, for programs that look for 4."""
    kernel = GpioKernel(tmp_path, {0: "pinctrl-rp1"}).install(monkeypatch)
    (kernel.dev / "gpiochip4").symlink_to("gpiochip0")
    (kernel.dev / "gpiomem").touch()

    assert gpio.find_header().number == 0


def test_a_machine_without_a_chip_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(GpioKernel(tmp_path, {}), monkeypatch) == (
        "this machine has no GPIO chip; `kentongan check --offline` is for another machine's settings")


def test_chips_of_which_none_has_the_headers_pins_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(GpioKernel(tmp_path, {0: "usb-relay", 11: "gpio-brcmstb@107d508500"}), monkeypatch) == (
        "no GPIO chip here has the header's pins: /dev/gpiochip0 is 'usb-relay', /dev/gpiochip11 is "
        "'gpio-brcmstb@107d508500'; one of pinctrl-rp1, pinctrl-bcm2711, pinctrl-bcm2835, pinctrl-bcm2712 is needed: "
        "is this a Raspberry Pi, with Raspberry Pi's kernel?")


def test_of_several_chips_that_fit_none_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(GpioKernel(tmp_path, {0: "pinctrl-bcm2711", 3: "pinctrl-bcm2835"}), monkeypatch) == (
        "several GPIO chips here have a header's label: /dev/gpiochip0 (pinctrl-bcm2711), /dev/gpiochip3 "
        "(pinctrl-bcm2835); none is taken by guess: remove the overlay or the module that makes all but one")


@pytest.mark.parametrize(("number", "told"), [
    (errno.EACCES,
     "/dev/gpiochip0 may not be opened by this user; run as a member of the group gpio, which may open it"),
    (errno.EBUSY, "/dev/gpiochip0 is in use by another process; `sudo fuser -v /dev/gpiochip0` shows which: end it"),
    (errno.ENXIO, "/dev/gpiochip0 cannot be opened: No such device or address"),
])
def test_a_chip_that_cannot_be_opened_is_a_sentence_of_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    kernel = GpioKernel(tmp_path, {0: "pinctrl-bcm2711"})
    kernel.refused[0] = number

    assert refusal(kernel, monkeypatch) == told


def test_a_chip_that_is_closed_does_not_hide_the_one_with_the_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = GpioKernel(tmp_path, {0: "usb-relay", 4: "pinctrl-rp1"}).install(monkeypatch)
    kernel.refused[0] = errno.EACCES

    assert gpio.find_header().number == 4


def test_only_the_chip_of_a_given_label_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    GpioKernel(tmp_path, {0: "pinctrl-bcm2711", 3: "pinctrl-rp1"}).install(monkeypatch)

    assert gpio.find_header(("pinctrl-bcm2711",)).number == 0


@pytest.mark.parametrize("high", [False, True], ids=["low", "high"])
def test_an_output_is_claimed_with_its_level_in_one_call_and_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, high: bool
) -> None:
    kernel = GpioKernel(tmp_path, {15: "pinctrl-rp1"}).install(monkeypatch)
    held = gpio.claim_output(gpio.find_header(), 17, high=high)
    os.fstat(held)
    os.close(held)

    assert (kernel.driven, kernel.asked) == ([(15, 17, high)], [CHIP_INFO, GET_LINE])


def test_who_holds_a_line_is_named_and_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = GpioKernel(tmp_path, {0: "pinctrl-bcm2711"}).install(monkeypatch)
    kernel.held = {17: "fan", 22: ""}
    chip = gpio.find_header()

    assert [gpio.holder(chip, pin) for pin in (17, 22, 27)] == ["fan", "the kernel", None]
    assert set(kernel.asked) == {CHIP_INFO, LINE_INFO}


def test_the_requests_are_those_of_the_kernels_header() -> None:
    """As `printf("%#lx")` of the header's own constants shows them (linux/gpio.h, on x86-64 and on aarch64)."""
    assert (CHIP_INFO, LINE_INFO, GET_LINE) == (0x8044B401, 0xC100B405, 0xC250B407)
