"""What a run's figures were measured on: the machine, its system, its broker, and what else was running."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from broker.mosquitto import program


def describe() -> dict[str, object]:
    """The machine at this moment. Raises BrokerError if Mosquitto is not installed."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "python": platform.python_version(),
        "mosquitto": _mosquitto(),
        "real_time": _real_time(),
        "load_before": round(os.getloadavg()[0], 2),
        "commit": _commit(),
    }


def sentence(machine: dict[str, object]) -> str:
    """*machine* in two lines."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_mb']} MB; {machine['system']}, "
        f"{machine['kernel']}; Python {machine['python']}, Mosquitto {machine['mosquitto']}\n"
        f"real-time scheduling {machine['real_time']}; load before the run {machine['load_before']}; "
        f"commit {machine['commit']}; {machine['time']}"
    )


def _processor() -> str:
    """The processor's name; a Raspberry Pi's model, where /proc/cpuinfo names none."""
    text = Path("/proc/cpuinfo").read_text("utf-8")
    for key in ("model name", "Model"):
        match = re.search(rf"^{key}\s*:\s*(.+)$", text, re.MULTILINE)
        if match:
            return match[1]
    return platform.processor() or "unknown processor"


def _mosquitto() -> str:
    done = subprocess.run([program("mosquitto"), "-h"], capture_output=True, text=True, check=False, timeout=10)
    match = re.search(r"version (\S+)", done.stdout)
    return match[1] if match else "of unknown version"


def _real_time() -> str:
    """Whether this user may have SCHED_FIFO, as a node under systemd may."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        return "refused"
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return "permitted"


def _commit() -> str:
    here = Path(__file__).resolve().parent
    try:
        done = subprocess.run(["git", "-C", str(here), "describe", "--always", "--dirty"], capture_output=True,
                              text=True, check=False, timeout=10)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"
