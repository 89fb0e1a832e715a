"""Health: what is asked of each part, and what systemd is told."""

import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from runtime import clock, health
from runtime.core.events import Clock
from runtime.inbox import Inbox
from testing.program import LIMIT_S
from tests.support.waiting import take


def test_only_parts_with_trouble_are_named() -> None:
    assert health.troubles({"siren": lambda: None, "link": lambda: "its thread is dead"}) == {
        "link": "its thread is dead"
    }


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "an abstract name"])
def test_systemd_is_told_where_it_listens(folder: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    path = str(folder / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{path}" if abstract else path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{path}" if abstract else path)
        systemd.settimeout(LIMIT_S)
        health.notify("READY=1")

        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("path", [None, "", "/nowhere/at/all"])
def test_where_no_systemd_listens_nothing_is_told(monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if path is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", path)

    health.notify("WATCHDOG=1")


def test_the_clock_is_told_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CLOCK_S", 0.01)
    inbox = Inbox()
    with health.ClockThread(inbox):
        told = [take(inbox, Clock), take(inbox, Clock)]

    assert all(isinstance(each.synced, bool) for each in told)


def test_the_nodes_clock_never_goes_back() -> None:
    instants = [clock.now() for _ in range(1000)]

    assert instants == sorted(instants)


def test_of_five_readings_of_the_wall_clock_the_one_that_took_the_least_time_counts(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine may stall between the two clocks; posts beat together by what is read here."""
    readings = [(10.0, 1000.4, 10.5), (11.0, 1001.25, 11.5), (12.0, 1002.625, 12.25), (13.0, 1003.9, 14.0),
                (14.0, 1005.0, 15.0)]
    instants = iter([at for before, _, after in readings for at in (before, after)])
    epochs = iter([epoch for _, epoch, _ in readings])
    monkeypatch.setattr(clock, "now", lambda: next(instants))
    monkeypatch.setattr(clock, "time", SimpleNamespace(time=lambda: next(epochs), localtime=time.localtime))

    assert clock.wall().offset_s == 1002.625 - 12.125


def test_the_wall_clock_is_read_as_it_is() -> None:
    before = time.time() - clock.now()
    begun = clock.now()
    offset_s = clock.wall().offset_s
    took_s = clock.now() - begun
    after = time.time() - clock.now()

    assert min(before, after) - took_s <= offset_s <= max(before, after) + took_s


def test_a_boot_has_one_name_and_a_machine_that_has_none_gets_a_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = {clock.machine_boot(), clock.machine_boot()}
    monkeypatch.setattr(clock, "_BOOT_ID", tmp_path / "missing")
    unnamed = {clock.machine_boot(), clock.machine_boot()}

    assert (len(named), len(unnamed)) == (1, 2)
