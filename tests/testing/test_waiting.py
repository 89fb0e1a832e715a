"""Looking for what has no event: soon again at first, later more seldom."""

import pytest

from testing import waiting


class Clock:
    def __init__(self) -> None:
        self.now, self.slept = 100.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_who_waits_for_long_looks_more_seldom_and_gives_up_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    looks = sum(1 for _ in waiting.looks(10.0))

    assert (looks, clock.slept) == (len(clock.slept) + 1, sorted(clock.slept))
    assert (clock.slept[0], clock.slept[-1], looks < 600) == (0.001, 0.02, True)
    assert 110.0 < clock.now <= 110.02


def test_it_looks_once_at_least_and_not_again_once_it_has_found(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)

    assert len(list(waiting.looks(-1.0))) == 1
    assert any(True for _ in waiting.looks())
    assert clock.slept == []
