"""`kentongan rest` drives what it can to rest, whatever is wrong with the settings."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kentongan.commands import main
from tests.kentongan.test_commands import run_process
from tests.support.gpio_kernel import GpioKernel
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

RESTED = {17: False, 27: False, 22: False}
Rest = Callable[..., tuple[int, list[str], dict[int, bool]]]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GpioKernel:
    return GpioKernel(tmp_path, {11: "gpio-brcmstb@107d508500", 15: "pinctrl-rp1"}).install(monkeypatch)


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kernel: GpioKernel) -> Rest:
    """Runs the command: its exit code, what it said, and the level of each line that it drove."""
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)

    def run(settings: Any, *words: str) -> tuple[int, list[str], dict[int, bool]]:
        result = CliRunner().invoke(main, ["rest", "--config", str(write(tmp_path, settings)), *words])
        assert result.stdout == ""
        assert {chip for chip, _pin, _high in kernel.driven} <= {15}
        return result.exit_code, result.stderr.splitlines(), {pin: high for _chip, pin, high in kernel.driven}

    return run


def test_every_output_is_left_driven_at_rest(rest: Rest) -> None:
    assert rest(example()) == (0, [], RESTED)


def test_an_output_that_is_on_at_low_level_is_left_high(rest: Rest) -> None:
    settings = example()
    settings["siren"]["active_high"] = False

    assert rest(settings) == (0, [], {**RESTED, 17: True})


def test_what_else_is_wrong_with_the_settings_does_not_matter(rest: Rest) -> None:
    settings = {"pins": {"driver": "lgpio", "sokcet": 1}, "broker": 7, "vilage": [], "buttons": {"x": {"pin": 17}},
                **{name: example()[name] for name in ("siren", "striker", "strobe")}}

    assert rest(settings) == (0, [], RESTED)


def test_a_leaked_variable_does_not_matter(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")

    assert rest(example()) == (0, [], RESTED)


def test_an_output_whose_settings_are_faulty_is_told_and_the_others_are_rested(rest: Rest) -> None:
    code, told, left = rest({**example(), "siren": {"pin": 32}, "strobe": None})

    assert (code, left) == (2, {27: False})
    assert told == [
        "node.yaml.siren.pin: must be a BCM number from 2 to 27, not 32",
        "node.yaml.strobe: empty; write its members below it, each indented by two blanks, or {} if there are none",
        "2 faults.",
    ]


def test_a_missing_siren_is_told_and_the_others_are_rested(rest: Rest) -> None:
    settings = example()
    del settings["siren"]

    assert rest(settings) == (2, ["node.yaml.siren: missing; it has no default"],
                              {27: False, 22: False})


def test_a_fault_that_leaves_pin_and_level_certain_does_not_keep_an_output_from_rest(rest: Rest) -> None:
    settings = {**example(), "striker": {"pin": 27, "stroke_s": "long"},
                "siren": {"pin": 17, "active_high": True, "colour": "red"}}

    assert rest(settings) == (2, [
        "node.yaml.siren.colour: unknown; known here: pin, active_high",
        "node.yaml.striker.stroke_s: must be a number from 0.005 to 0.1 s, not 'long'",
        "2 faults.",
    ], RESTED)


def test_an_output_whose_level_is_not_certain_is_not_driven(rest: Rest) -> None:
    """Driven low, a relay that is on at low level would sound."""
    code, told, left = rest({**example(), "siren": {"pin": 17, "activ_high": False}})

    assert (code, told) == (2, ["node.yaml.siren.activ_high: unknown; did you mean active_high?"])
    assert left == {27: False, 22: False}


def test_an_output_that_cannot_be_driven_is_told_and_the_others_are_rested(
    rest: Rest, kernel: GpioKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.rest.BUSY_S", 0.0)
    kernel.held[17] = "fan"
    kernel.broken[27] = errno.EIO

    assert rest(example()) == (2, [
        "siren is NOT at rest: GPIO 17 is held by fan; end it",
        "striker is NOT at rest: GPIO 27 cannot be driven: Input/output error", "2 faults.",
    ], {22: False})


def test_without_the_headers_chip_nothing_is_driven_and_that_is_told(rest: Rest, kernel: GpioKernel) -> None:
    kernel.labels[15] = "usb-relay"
    code, told, left = rest(example())

    assert (code, left, len(told)) == (2, {}, 1)
    assert told[0].startswith("no output was driven: no GPIO chip here has the header's pins: ")


@pytest.mark.parametrize("driver", ["mock", "simulated"])
def test_pins_that_are_none_are_rested_only_on_purpose(tmp_path: Path, driver: str) -> None:
    path = str(write(tmp_path, {**example(), "pins": {"driver": driver}}))
    refused = run_process("rest", "--config", path, folder=tmp_path)
    taken = run_process("rest", "--config", path, "--simulate", folder=tmp_path)

    assert (refused.returncode, refused.stderr) == (
        2, f"node.yaml.pins.driver: {driver!r} moves no real pin; only with --simulate\n")
    assert (taken.returncode, taken.stdout, taken.stderr) == (0, "", "")


def test_without_a_driver_there_is_nothing_to_reach_a_pin_with(tmp_path: Path) -> None:
    done = run_process("rest", "--config", str(write(tmp_path, {"siren": {"pin": 17}})), folder=tmp_path)

    assert (done.returncode, done.stderr) == (2, "node.yaml.pins.driver: missing; it has no default\n")
