"""Which settings `kentongan node` runs on, where those that it is given load well and their siren cannot be had."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kentongan.commands import main
from node import service
from node.config import Config
from node.pins import PinsError
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

HELD = 23
Start = Callable[..., tuple[Result, list[tuple[int, str | None]]]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    """Runs the command with a siren on that pin: its result, and each node's siren and fault. No line is opened.

    A node whose siren is on line 23 cannot have it, and every other one starts well.
    """
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    ran: list[tuple[int, str | None]] = []

    class Node:
        def __init__(self, found: Config, *_: Any, settings_fault: str | None = None,
                     keep: Callable[[], object] = lambda: None) -> None:
            self.siren, self.keep = found.settings.siren.pin, keep
            ran.append((self.siren, settings_fault))

        def run(self) -> None:
            if self.siren == HELD:
                raise PinsError(f"pin {HELD} cannot be an output: fan holds it")
            self.keep()

    monkeypatch.setattr(service, "Node", Node)

    def run(siren: int) -> tuple[Result, list[tuple[int, str | None]]]:
        ran.clear()
        path = write(tmp_path, {**example(), "siren": {"pin": siren}, "state_dir": str(tmp_path / "state")})
        return CliRunner().invoke(main, ["node", "--config", str(path)]), list(ran)

    return run


def test_a_siren_that_was_moved_to_a_line_that_is_held_rings_where_it_was(start: Start) -> None:
    start(17)
    result, ran = start(HELD)

    assert (result.exit_code, result.stderr, len(ran)) == (0, "", 2)
    assert (ran[0], ran[1][0]) == ((HELD, None), 17)
    assert ran[1][1] is not None
    assert ran[1][1].endswith(
        "the last that worked; `kentongan check` shows what differs: pin 23 cannot be an output: fan holds it")


def test_at_the_first_start_a_siren_that_is_held_is_a_line_and_exit_2(start: Start) -> None:
    result, ran = start(HELD)

    assert (result.exit_code, result.stderr) == (2, "pin 23 cannot be an output: fan holds it\n")
    assert ran == [(HELD, None)]


def test_where_the_last_settings_have_the_same_siren_they_are_not_tried(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(17)
    monkeypatch.setattr("tests.kentongan.test_bad_edit.HELD", 17)
    result, ran = start(17)

    assert (result.exit_code, ran) == (2, [(17, None)])


def test_where_both_sirens_are_held_both_are_told(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    start(17)
    monkeypatch.setattr(service.Node, "run", lambda self: (_ for _ in ()).throw(PinsError(f"pin {self.siren} is held")))
    result, ran = start(HELD)
    first, second, third = result.stderr.splitlines()

    assert (result.exit_code, [siren for siren, _fault in ran]) == (2, [HELD, 17])
    assert (first, third) == ("pin 23 is held", "2 faults.")
    assert second.startswith("the settings of 20")
    assert second.endswith(" do not work either: pin 17 is held")
