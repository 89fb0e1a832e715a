"""Presses while broker, hub and posts are killed, and a stolen box of another village does all that its account may."""

from collections.abc import Callable
from pathlib import Path

from testing.storm import Storm


def test_a_stolen_box_loses_nobody_a_press_and_has_none_counted_twice_while_everything_is_killed(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    """A short run; `python -m benchmarks.kill --hostile --presses 1000` is the long one."""
    with Storm(folder, 2, hostile=True) as storm:
        storm.rage(25, lambda _line: None)
        storm.heal(60.0)
        count = storm.judge()
        assert storm.thief is not None
        sent = storm.thief.sent
    record_property("presses beside a stolen box while everything is killed", f"{count}; it published {sent} messages")

    assert (count.lost, count.twice, count.waiting) == ([], [], 0)
    assert count.accepted > 10
    assert sent > 50
