"""The loop: what it does by itself, beside handing events to a step."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from runtime import health
from runtime.core.events import Clock, Noticed, Tick
from runtime.inbox import Inbox
from runtime.loop import Loop

NOTICE = Noticed("x")


class Counting(Loop[int]):
    """A loop that notes its events, and ends after so many Clocks; each of its states is one more than the last."""

    def __init__(self, clocks: int) -> None:
        super().__init__(Inbox())
        self.events: list[object] = []
        self._clocks = clocks

    def _advance(self, state: int, event: Any, at: float) -> int:
        self.events.append(event)
        self._stopping = sum(isinstance(each, Clock) for each in self.events) == self._clocks
        return state + 1

    def _perform(self, effect: Any) -> None:
        raise AssertionError(effect)

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {}


def test_it_gives_itself_the_state_of_the_wall_clock_again_and_again_and_feeds_the_watchdog_each_time(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[str] = []
    monkeypatch.setattr(health, "CLOCK_S", 0.01)
    monkeypatch.setattr(health, "notify", fed.append)
    loop = Counting(3)

    assert loop._iterate(0, lambda _state: None) == 3
    assert [type(each) for each in loop.events] == [Clock] * 3
    assert fed == ["WATCHDOG=1"] * 3


def test_also_while_something_is_always_due_or_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CLOCK_S", 0.01)
    loop = Counting(2)
    loop._inbox.put(NOTICE)
    loop._iterate(0, lambda _state: 0.0)

    assert loop.events[0] == NOTICE
    assert Tick() in loop.events


def test_its_time_alone_makes_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CLOCK_S", 0.05)
    loop = Counting(1)
    loop._iterate(0, lambda _state: None)

    assert [type(each) for each in loop.events] == [Clock]
