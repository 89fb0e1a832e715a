"""Health: what is asked of each part, and what systemd is told."""

import socket
import time
from pathlib import Path

import pytest

from runtime import clock, health
from runtime.core.events import Clock
from runtime.inbox import Inbox
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
        systemd.settimeout(5.0)
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
    with health.ClockWatch(inbox):
        told = [take(inbox, Clock), take(inbox, Clock)]

    assert all(isinstance(each.synced, bool) for each in told)


def test_the_nodes_clock_never_goes_back() -> None:
    instants = [clock.now() for _ in range(1000)]

    assert instants == sorted(instants)


def test_the_wall_clock_lies_as_far_from_the_nodes_clock_each_time_that_it_is_read() -> None:
    offsets_s = [clock.wall().offset_s for _ in range(20)]

    assert max(offsets_s) - min(offsets_s) < 0.001
    assert abs(clock.now() + offsets_s[-1] - time.time()) < 0.1


def test_a_boot_has_one_name_and_a_machine_that_has_none_gets_a_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = {clock.machine_boot(), clock.machine_boot()}
    monkeypatch.setattr(clock, "_BOOT_ID", tmp_path / "missing")
    unnamed = {clock.machine_boot(), clock.machine_boot()}

    assert (len(named), len(unnamed)) == (1, 2)
