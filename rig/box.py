"""What a person at the box does and sees, and what a technician can ask there."""

import json
import time
from pathlib import Path
from typing import Any

from posko.core.alarms import AGAIN_S
from rig.pi import PROBE, Pi

UNIT, HUB = "kentongan-node", "kentongan-posko"
SETTINGS = "/etc/kentongan/node.yaml"
SIREN, STRIKER, STROBE = 17, 27, 22
THEFT, ALL_CLEAR = 5, 13  # the buttons, as in config/node.yaml
THEFT_HOLD_S, ALL_CLEAR_HOLD_S = 1.5, 3.0
LIMIT_S = 600.0


class Box:
    """The post that is installed on *pi*, and the posko beside it."""

    def __init__(self, pi: Pi) -> None:
        self.pi = pi

    def prepare(self) -> None:
        """Puts there what a Raspberry Pi OS has and the machine lacks: the pins' driver, as its package brings it."""
        self.pi.push(Path(__file__).with_name("probe.py"), PROBE)
        self.pi.sh("/usr/bin/python3 -c 'import lgpio; lgpio.gpiochip_open' 2>/dev/null || /usr/bin/python3 -m pip "
                   "install -q --break-system-packages --no-index --find-links /opt/wheels lgpio")

    def press(self, pin: int = THEFT, hold_s: float = THEFT_HOLD_S) -> float | None:
        """Holds a button; after how many seconds the siren's line was driven high."""
        found: float | None = self.pi.probe("press", pin=pin, hold_s=hold_s)["siren_s"]
        return found

    def kill(self, *, whole: bool = False) -> dict[str, Any]:
        """Ends the node, or *whole* all its processes, by SIGKILL mid-tone, and returns what the kernel saw then."""
        found: dict[str, Any] = self.pi.probe("kill", pin=THEFT, hold_s=THEFT_HOLD_S, whole=whole)
        assert found["before"] == 1, f"the siren was not on, so nothing was tried: {found}\n{self.log()}"
        assert found["rest_s"] is not None, f"the siren stays on: {found}\n{self.log()}"
        return found

    def calm(self) -> None:
        """Waits until node and hub run, and ends what is in force; the next alarm is another one to the hub."""
        self.wait_for_armed()
        if self.in_force() or self.levels() != {"17": 0, "27": 0, "22": 0}:
            self.pi.probe("press", pin=ALL_CLEAR, hold_s=ALL_CLEAR_HOLD_S, limit_s=0.1)
            self.wait(lambda: not self.in_force(), "an alarm stays in force")
            time.sleep(AGAIN_S + 1.0)
        self.wait(lambda: self.levels()["17"] == 0, "the siren's line stays high")

    def wait_for_armed(self) -> None:
        """Waits until both report to systemd that they are ready, and the node is linked."""
        for unit in (HUB, UNIT):
            self.wait(lambda unit=unit: self.pi.code(f"systemctl is-active -q {unit}") == 0, f"{unit} is not active")

    def wait(self, done: Any, what: str, limit_s: float = LIMIT_S) -> None:
        """Waits until *done* is true; *what* is wrong otherwise."""
        end = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < end, f"{what}\n{self.log()}"
            time.sleep(1.0)

    def levels(self) -> dict[str, int]:
        """The level of siren, striker and strobe."""
        found: dict[str, int] = self.pi.probe("values", pins=[SIREN, STRIKER, STROBE])
        return found

    def put_settings(self, text: str) -> None:
        """Makes *text* the node's settings, as an editor does."""
        self.pi.put(SETTINGS, text)

    def alarms(self) -> list[dict[str, Any]]:
        """Every alarm in the hub's journal."""
        found: list[dict[str, Any]] = json.loads(self.pi.sh("kentongan report --json"))["alarms"]
        return found

    def in_force(self) -> bool:
        """Whether the hub has an alarm in force."""
        return any(each["end"] == "in_force" for each in self.alarms())

    def log(self) -> str:
        """The node's last lines."""
        return self.pi.sh(f"journalctl -u {UNIT} -o short-monotonic -n 30 --no-pager || true")

    def armed_at(self) -> float:
        """When the node that runs now was armed, in seconds since the machine's start."""
        found = self.pi.sh(f"systemctl show -P ActiveEnterTimestampMonotonic {UNIT}")
        return int(found) / 1_000_000
