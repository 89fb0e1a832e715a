"""Runs on the virtual Pi, as root: presses buttons, ends processes, and answers with what the kernel saw at the pins.

    python3 probe.py VERB '{"option": value}'      prints one JSON value

Instants are CLOCK_MONOTONIC in seconds; so are those of the kernel's trace.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

LOADER = SourceFileLoader("rigprobe", "/opt/rig/rigprobe")
SPEC = spec_from_loader("rigprobe", LOADER)
assert SPEC is not None
rigprobe = module_from_spec(SPEC)
LOADER.exec_module(rigprobe)

SIREN, STRIKER = 17, 27
LIMIT_S = 120.0
UNIT = "kentongan-node.service"
SINCE_BOOT = Path("/sys/kernel/tracing/instances/rig3/trace")  # whoever watches borrows the first; the last is whole


def press(pin: int, hold_s: float, limit_s: float = 30.0) -> dict[str, float | None]:
    """Presses the button at *pin*; how long after that the siren's line was high, None if it was not."""
    button = rigprobe.Button(pin)
    with rigprobe.Tracer([SIREN]) as trace:
        pressed = button.contact(True)
        time.sleep(hold_s)
        button.contact(False)
        edge = trace.wait(SIREN, 1, after=pressed, timeout=limit_s)
    button.close()
    return {"siren_s": None if edge is None else edge.t - pressed}


def kill(pin: int, hold_s: float, whole: bool = False, limit_s: float = 30.0) -> dict[str, object]:
    """Ends the node, with *whole* all its processes, by SIGKILL mid-tone; how long after that the siren was off."""
    def end() -> None:
        if whole:
            for member in Path(f"/sys/fs/cgroup/system.slice/{UNIT}/cgroup.procs").read_text("ascii").split():
                os.kill(int(member), signal.SIGKILL)
        else:
            os.kill(_main(), signal.SIGKILL)

    return _mid_tone(pin, hold_s, end, limit_s)


def freeze(pin: int, hold_s: float, limit_s: float = 120.0) -> dict[str, object]:
    """Stops the node by SIGSTOP mid-tone; how long after that the siren's line was low, and who the node was."""
    main = _main()
    return {**_mid_tone(pin, hold_s, lambda: os.kill(main, signal.SIGSTOP), limit_s), "pid": main}


def _main() -> int:
    return int(subprocess.check_output(["systemctl", "show", "-P", "MainPID", UNIT], text=True))


def _mid_tone(pin: int, hold_s: float, act: Callable[[], None], limit_s: float) -> dict[str, object]:
    """Does *act* half a second after the siren's line rose, by the button at *pin* unless it does so by itself."""
    button = rigprobe.Button(pin)
    with rigprobe.Tracer([SIREN]) as trace:
        begun = time.monotonic()
        while trace.wait(SIREN, 1, after=begun, timeout=8.0) is None and time.monotonic() < begun + LIMIT_S:
            button.press(hold_s)
        time.sleep(0.5)
        before, at = rigprobe.value(SIREN), time.monotonic()
        act()
        edge = trace.wait(SIREN, 0, after=at, timeout=limit_s)
    button.close()
    return {"before": before, "after": rigprobe.value(SIREN), "rest_s": None if edge is None else edge.t - at,
            "by": None if edge is None else edge.comm}


def record(pin: int, hold_s: float, path: str, seconds: int) -> list[float]:
    """Records what the loudspeaker plays while the button at *pin* is held; when the striker struck, in its seconds."""
    command = ["arecord", "-q", "-D", "hw:Loopback,1,0", "-f", "S16_LE", "-r", "44100", "-c", "1", "-d", str(seconds)]
    with rigprobe.Tracer([STRIKER]) as trace, subprocess.Popen([*command, path]) as recorder:
        begun = time.monotonic()
        time.sleep(1.0)
        button = rigprobe.Button(pin)
        button.press(hold_s)
        button.close()
        recorder.wait()
        changes = [edge for edge in trace.edges if edge.kind == "set"]
    return [edge.t - begun for edge in changes if edge.value == 1]


def values(*pins: int) -> dict[str, int]:
    """The level of each of *pins* now."""
    return {str(pin): rigprobe.value(pin) for pin in pins}


def since_boot(pin: int) -> list[float]:
    """When *pin* was driven high since the machine was started."""
    number = rigprobe.gpio_base() + pin
    row = re.compile(rf"\s(\d+\.\d+): gpio_value: {number} set 1$")
    return [float(found[1]) for line in SINCE_BOOT.read_text("utf-8").splitlines() if (found := row.search(line))]


VERBS: dict[str, Callable[..., object]] = {
    "press": press, "kill": kill, "freeze": freeze, "since_boot": since_boot,
    "record": record, "values": lambda pins: values(*pins),
}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.loads(sys.argv[2]))))
