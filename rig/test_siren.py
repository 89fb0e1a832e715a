"""What the siren's line does, as the kernel has it: pressed, killed, stopped, found on another chip."""

import os
from collections.abc import Callable

import pytest

from rig.box import ALL_CLEAR, ALL_CLEAR_HOLD_S, SIREN, THEFT, THEFT_HOLD_S, UNIT, Box

KILLS = int(os.environ.get("KENTONGAN_RIG_ROUNDS", "20"))
REST_S = 2.0


def test_a_press_drives_the_sirens_line_and_the_hub_has_it(box: Box, note: Callable[[str], None]) -> None:
    known = len(box.alarms())
    after_s = box.press()

    assert after_s is not None
    box.wait(lambda: len(box.alarms()) == known + 1, "the hub does not have the press")
    note(f"press: the siren's line was high {after_s:.2f} s after the contact closed, 1 s of it the button's hold")

    box.press(ALL_CLEAR, ALL_CLEAR_HOLD_S)
    box.wait(lambda: not box.in_force(), "the all-clear ends nothing")
    box.wait(lambda: box.levels()[str(SIREN)] == 0, "the siren's line stays high")


@pytest.mark.parametrize("whole", [False, True], ids=["the node", "all its processes"])
def test_after_a_kill_mid_tone_the_line_is_at_rest(box: Box, note: Callable[[str], None], whole: bool) -> None:
    """With the kernel keeping an output's level when its process dies, as a Raspberry Pi's does."""
    box.pi.sh("/opt/rig/rigprobe persist keep")
    times: list[float] = []
    for _ in range(KILLS):
        box.wait_for_armed()
        times.append(box.kill(whole=whole)["rest_s"])
    within = sum(each <= REST_S for each in times)
    note(f"kill -9 of {'all processes' if whole else 'the node'}, {KILLS} times: at rest after "
         f"{', '.join(f'{each:.2f}' for each in times)} s; {within} within {REST_S:.0f} s")


def test_the_watchdog_ends_a_node_that_is_stopped_and_the_line_is_at_rest(
    box: Box, note: Callable[[str], None]
) -> None:
    """A cycle begins with the siren, and a node that is stopped then would leave it on."""
    box.pi.sh("/opt/rig/rigprobe persist keep")
    found = box.pi.probe("freeze", pin=THEFT, hold_s=THEFT_HOLD_S)

    assert found["before"] == 1
    assert found["rest_s"] is not None, f"the siren stays on\n{box.log()}"
    note(f"watchdog: the line was at rest {found['rest_s']:.1f} s after the node was stopped with the siren on")
    box.wait(lambda: int(box.pi.sh(f"systemctl show -P MainPID {UNIT}")) not in (0, found["pid"]), "no new node")
    box.wait_for_armed()


def test_the_header_is_found_on_gpiochip11(box: Box, note: Callable[[str], None]) -> None:
    """A Pi 5 with a kernel of July 2026 or later shows 11 to 15, no 0 and no 4."""
    box.pi.sh(f"systemctl stop {UNIT} && mv /dev/gpiochip0 /dev/gpiochip11")
    try:
        box.pi.sh(f"systemctl start {UNIT}")
        assert box.press() is not None
        note(f"chip at gpiochip11: rings, and is at rest {box.kill()['rest_s']:.2f} s after a kill")
    finally:
        box.pi.sh(f"mv /dev/gpiochip11 /dev/gpiochip0; systemctl restart {UNIT}")


def test_a_broken_environment_of_packages_leaves_no_siren_on(box: Box) -> None:
    """What puts the outputs to rest is the system's Python and two files of ours."""
    box.pi.sh("mv /opt/kentongan/.venv /opt/kentongan/.venv.away")
    try:
        box.kill(whole=True)
    finally:
        box.pi.sh("mv /opt/kentongan/.venv.away /opt/kentongan/.venv")
