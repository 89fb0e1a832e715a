"""What the doctor makes of a machine and its program, from facts written by hand."""

from dataclasses import replace

import pytest

from kentongan.diagnosis.core import machine
from kentongan.diagnosis.core.facts import Clock, Device, Disk, Messages, Running, Unit, Watchdog
from tests.kentongan.diagnosis.core.test_box import said

UNIT = Unit("kentongan-node.service", "loaded", "enabled", "active", 0, 50)
DISK = Disk("/var/lib/kentongan", "ext4", read_only=False, free_bytes=5_000_000_000, free_files=100_000, writable=True,
            errors=0)


@pytest.mark.parametrize(("change", "found"), [
    ({}, ("ok", "ok")),
    ({"load": "not-found"}, ("fault", "absent")),
    ({"load": "masked"}, ("fault", "masked")),
    ({"active": "inactive"}, ("fault", "down")),
    ({"active": "failed"}, ("fault", "down")),
    ({"active": ""}, ("fault", "down")),
    ({"active": "activating"}, ("fault", "begins")),
    ({"enabled": "disabled"}, ("fault", "not_enabled")),
    ({"enabled": ""}, ("fault", "not_enabled")),
    ({"restarted": 7}, ("warning", "restarted")),
    ({"restarted": 2}, ("ok", "ok")),
])
def test_a_unit_is_well_where_it_runs_and_will_after_a_power_cut(
    change: dict[str, object], found: tuple[str, str]
) -> None:
    assert said(machine.units([replace(UNIT, **change)])) == [found]  # type: ignore[arg-type]


def test_without_systemd_nobody_knows_what_runs_after_a_power_cut() -> None:
    assert said(machine.units(None)) == [("unknown", "no_systemd")]


def test_each_fault_that_the_running_program_reports_is_a_line() -> None:
    found = list(machine.program(Running(1, {"sound": "mute", "link": "away"}, linked=False), "node"))

    assert [(each.mark.value, each.values) for each in found] == [
        ("fault", {"part": "sound", "reason": "mute"}), ("fault", {"part": "link", "reason": "away"})]


@pytest.mark.parametrize(("found", "mark"), [
    (None, ("fault", "absent")), (Running(1, {}, linked=True), ("ok", "ok")),
    (Running(1, unread="closed"), ("unknown", "unread")),
])
def test_a_program_is_well_only_where_its_journal_was_read(found: Running | None, mark: tuple[str, str]) -> None:
    assert said(machine.program(found, "node")) == [mark]


def test_a_device_that_the_programs_user_may_not_open_is_a_fault_that_names_the_group() -> None:
    found = list(machine.devices([Device("/dev/gpiochip0", "gpio", allowed=False), Device("/dev/snd/x", "audio", True)],
                                 "kentongan"))

    assert said(found) == [("fault", "closed")]
    assert found[0].values == {"device": "/dev/gpiochip0", "group": "gpio", "user": "kentongan"}


def test_devices_that_may_be_opened_are_one_line_and_none_are_no_line() -> None:
    assert said(machine.devices([Device("/dev/gpiochip0", "gpio", allowed=True)], "kentongan")) == [("ok", "ok")]
    assert said(machine.devices([], "kentongan")) == []


@pytest.mark.parametrize(("found", "mark"), [
    (Clock(True, ("chrony",), True), ("ok", "synced_rtc")),
    (Clock(True, ("chrony",), False), ("ok", "synced_no_rtc")),
    (Clock(True, None, False), ("ok", "synced_no_rtc")),
    (Clock(False, ("chrony",), True), ("warning", "unsynced_rtc")),
    (Clock(False, ("chrony",), False), ("warning", "unsynced_no_rtc")),
    (Clock(False, (), False), ("warning", "no_service")),
    (Clock(False, None, False), ("warning", "unsynced")),
    (Clock(True, ("chrony", "systemd-timesyncd"), True), ("warning", "several")),
])
def test_a_clock_is_well_where_it_is_synchronised_by_one_service(found: Clock, mark: tuple[str, str]) -> None:
    assert said(machine.clock(found)) == [mark]


@pytest.mark.parametrize(("change", "marks"), [
    ({}, [("ok", "ok")]),
    ({"errors": None}, [("ok", "ok")]),
    ({"errors": 3}, [("fault", "errors")]),
    ({"read_only": True}, [("fault", "read_only")]),
    ({"writable": False}, [("fault", "closed")]),
    ({"writable": None}, [("unknown", "unasked")]),
    ({"present": False}, [("warning", "absent")]),
    ({"kind": "tmpfs"}, [("warning", "in_memory")]),
    ({"kind": "overlay"}, [("warning", "in_memory")]),
    ({"free_bytes": 19_000_000}, [("fault", "full")]),
    ({"free_files": 0}, [("fault", "full")]),
    ({"free_bytes": 100_000_000}, [("warning", "nearly_full")]),
    ({"free_files": 10}, [("warning", "nearly_full")]),
    ({"free_files": None}, [("ok", "ok")]),
    ({"read_only": True, "errors": 1, "free_bytes": 0},
     [("fault", "errors"), ("fault", "read_only"), ("fault", "full")]),
])
def test_a_disk_is_well_where_the_program_can_write_and_has_room(
    change: dict[str, object], marks: list[tuple[str, str]]
) -> None:
    assert said(machine.disk(replace(DISK, **change), "kentongan")) == marks  # type: ignore[arg-type]


def test_a_disk_that_does_not_answer_is_not_well() -> None:
    assert said(machine.disk(None, "kentongan")) == [("unknown", "silent")]


@pytest.mark.parametrize(("running", "unit", "mark"), [
    (Running(1, realtime=True, locked=True), UNIT, ("ok", "ok")),
    (Running(1, realtime=True, locked=False), UNIT, ("warning", "not_locked")),
    (Running(1, realtime=False, locked=True), UNIT, ("warning", "refused")),
    (Running(1), UNIT, ("ok", "allowed")),
    (None, UNIT, ("ok", "allowed")),
    (None, replace(UNIT, priority=0), ("warning", "forbidden")),
    (None, None, ("unknown", "unknown")),
    (None, replace(UNIT, load="not-found"), ("unknown", "unknown")),
])
def test_strokes_keep_their_time_where_the_kernel_lets_the_node_go_first(
    running: Running | None, unit: Unit | None, mark: tuple[str, str]
) -> None:
    assert said(machine.realtime(running, unit)) == [mark]


@pytest.mark.parametrize(("found", "mark"), [
    (Watchdog(14.0, present=True), ("ok", "ok")), (Watchdog(0.0, present=True), ("warning", "off")),
    (Watchdog(60.0, present=True), ("warning", "too_long")), (Watchdog(14.0, present=False), ("warning", "absent")),
    (Watchdog(None, present=True), ("unknown", "unknown")),
])
def test_a_watchdog_is_well_where_a_pi_can_count_to_its_end(found: Watchdog, mark: tuple[str, str]) -> None:
    assert said([machine.watchdog(found)]) == [mark]


@pytest.mark.parametrize(("found", "marks"), [
    (Messages(2), [("ok", "ok")]),
    (Messages(2, waiting=3, oldest_s=20.0), [("ok", "ok")]),
    (Messages(2, waiting=3, oldest_s=600.0), [("warning", "wait")]),
    (Messages(faults=("posko.yaml.notify: one", "posko.yaml.notify: two")), [("fault", "fault"), ("fault", "fault")]),
    (Messages(2, unread="notify.db cannot be read: No such file or directory"), [("unknown", "unread")]),
])
def test_messages_outward_are_well_where_they_can_be_sent_and_are_taken(
    found: Messages, marks: list[tuple[str, str]]
) -> None:
    assert said(machine.messages(found)) == marks
