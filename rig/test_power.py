"""The plug is pulled mid-alarm and mid-press; the machine is booted; its card goes read-only."""

import os
from collections.abc import Callable

from rig.box import SIREN, THEFT, THEFT_HOLD_S, UNIT, Box

CUTS = int(os.environ.get("KENTONGAN_RIG_CUTS", "10"))
STATE = ("/var/lib/kentongan/journal.db", "/var/lib/kentongan-posko/posko.db")
CHECK = ("import sqlite3, sys; "
         "print(*(sqlite3.connect(f'file:{each}?mode=ro', uri=True).execute('PRAGMA integrity_check').fetchone()[0] "
         "for each in sys.argv[1:]))")


def boot(box: Box, note: Callable[[str], None], what: str) -> None:
    """Starts the machine; nothing sounds before the node is armed, and afterwards only what is in force."""
    box.pi.start()
    box.wait_for_armed()
    armed_s = box.armed_at()
    rung = box.pi.probe("since_boot", pin=SIREN)
    early = [each for each in rung if each < armed_s - 1.0]
    note(f"{what}: armed {armed_s:.1f} s after the kernel's start; siren's line driven high "
         f"{len(rung)} times, {len(early)} of them before the node was armed")
    assert early == []
    assert rung == [] or box.in_force()
    assert box.pi.run("/usr/bin/python3", "-c", CHECK, *STATE).split() == ["ok", "ok"]


def test_power_cuts_lose_nothing_and_ring_nothing_by_themselves(box: Box, note: Callable[[str], None]) -> None:
    """In turn: mid-alarm, once the hub has it, and at the instant at which the siren answers a press."""
    for number in range(CUTS):
        box.calm()
        known = {each["identifier"] for each in box.alarms()}
        if number % 2:
            box.press()
            box.wait(lambda known=known: {each["identifier"] for each in box.alarms()} - known, "the hub has no press")
        else:
            box.pi.sh(f"/usr/bin/python3 /root/probe.py press '{{\"pin\": {THEFT}, \"hold_s\": {THEFT_HOLD_S}}}'")
        box.pi.power_cut()
        boot(box, note, f"power cut {number + 1} {'mid-alarm' if number % 2 else 'mid-press'}")
        box.wait(lambda known=known: {each["identifier"] for each in box.alarms()} - known, "the press was lost")
        new = [each for each in box.alarms() if each["identifier"] not in known]
        assert len(new) == 1, f"one press, and the hub has {new}"


def test_a_clean_reboot_arms_the_box(box: Box, note: Callable[[str], None]) -> None:
    box.pi.stop()
    boot(box, note, "reboot")


def test_on_a_card_that_goes_read_only_the_buttons_still_ring(box: Box, note: Callable[[str], None]) -> None:
    """As the kernel does to a file system with errors; the magic key does it to all of them at once."""
    box.pi.sh("echo u > /proc/sysrq-trigger; sleep 3; ! touch /var/lib/probe 2>/dev/null")
    try:
        assert box.press() is not None, box.log()
        box.pi.sh(f"systemctl restart {UNIT}")
        assert box.press() is not None, box.log()
        note(f"read-only root: rings, before and after a restart; the log has {_journal_fault(box)}")
    finally:
        box.pi.power_cut()
        box.pi.start()


def _journal_fault(box: Box) -> str:
    lines = [line for line in box.log().splitlines() if "journal" in line or "disk" in line]
    assert lines, box.log()
    return lines[0].partition("]: ")[2][:160]
