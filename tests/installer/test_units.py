"""systemd's units and drop-ins: what each must say, written by hand, and what systemd itself thinks of them."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from testing.program import LIMIT_S
from tests.support.nodes import ROOT

FOLDER = ROOT / "systemd"
UNITS = ("kentongan-node", "kentongan-posko", "kentongan-posko@", "kentongan-uplink", "kentongan-web",
         "kentongan-notify")
ANALYZE = shutil.which("systemd-analyze")
# Of every unit. The reasons stand in the units.
COMMON = {
    "StartLimitIntervalSec": ["0"], "Type": ["notify"], "Restart": ["always"], "RestartSec": ["1"],
    "TimeoutStopSec": ["10"], "UMask": ["0077"], "OOMScoreAdjust": ["-500"], "NoNewPrivileges": ["yes"],
    "CapabilityBoundingSet": [""], "ProtectSystem": ["strict"], "ProtectHome": ["yes"], "PrivateTmp": ["yes"],
    "PrivateMounts": ["yes"], "PrivateUsers": ["yes"], "ProtectProc": ["invisible"], "ProtectKernelTunables": ["yes"],
    "ProtectKernelModules": ["yes"], "ProtectKernelLogs": ["yes"], "ProtectControlGroups": ["yes"],
    "ProtectHostname": ["yes"], "LockPersonality": ["yes"], "MemoryDenyWriteExecute": ["yes"],
    "RestrictNamespaces": ["yes"], "RestrictSUIDSGID": ["yes"], "RemoveIPC": ["yes"], "KeyringMode": ["private"],
    "RestrictAddressFamilies": ["AF_INET AF_INET6 AF_UNIX"], "SystemCallArchitectures": ["native"],
    "SystemCallErrorNumber": ["EPERM"], "WantedBy": ["multi-user.target"],
}
CLOCK = "adjtimex clock_adjtime clock_adjtime64"
OWN = {
    "kentongan-node": {
        "WatchdogSec": ["20"], "User": ["kentongan"], "SupplementaryGroups": ["gpio audio"],
        "StateDirectory": ["kentongan"], "RuntimeDirectory": ["kentongan"], "WorkingDirectory": ["/run/kentongan"],
        "ExecStopPost": ["+/usr/bin/python3 -I -S /opt/kentongan/node/rest.py /run/kentongan/outputs"],
        "OOMPolicy": ["continue"], "LimitRTPRIO": ["50"], "LimitMEMLOCK": ["infinity"], "DevicePolicy": ["closed"],
        "DeviceAllow": ["char-gpiochip rw", "char-alsa rw"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources",
                             f"sched_setscheduler setrlimit prlimit64 {CLOCK}"],
    },
    "kentongan-posko": {
        "After": ["mosquitto.service"], "WatchdogSec": ["30"], "User": ["kentongan"],
        "StateDirectory": ["kentongan-posko"], "PrivateDevices": ["yes"], "RestrictRealtime": ["yes"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources", CLOCK],
    },
    "kentongan-web": {
        "After": ["mosquitto.service"], "WatchdogSec": ["30"], "User": ["kentongan"],
        "StateDirectory": ["kentongan-web"], "PrivateDevices": ["yes"], "RestrictRealtime": ["yes"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources", CLOCK],
        "InaccessiblePaths": ["-/etc/kentongan/posko.password -/etc/kentongan/node.password -/etc/kentongan-broker"],
        "OOMScoreAdjust": ["300"], "MemoryMax": ["500M"], "CPUWeight": ["50"], "LimitNOFILE": ["8192"],
    },
    "kentongan-notify": {
        "After": ["mosquitto.service"], "WatchdogSec": ["30"], "User": ["kentongan"], "RestartSec": ["30"],
        "StateDirectory": ["kentongan-notify"], "PrivateDevices": ["yes"], "RestrictRealtime": ["yes"],
        "Nice": ["10"], "OOMScoreAdjust": ["500"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources", CLOCK],
    },
    "kentongan-uplink": {
        "After": ["mosquitto.service"], "WatchdogSec": ["30"], "User": ["mosquitto"], "PrivateDevices": ["yes"],
        "ProtectClock": ["yes"], "RestrictRealtime": ["yes"],
        "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    },
}
OWN["kentongan-posko@"] = OWN["kentongan-posko"] | {"StateDirectory": ["kentongan-posko-%i"]}
PROGRAMS = {
    "kentongan-node": ["node --config /etc/kentongan/node.yaml"],
    "kentongan-posko": ["posko --config /etc/kentongan/posko.yaml"],
    "kentongan-posko@": ["posko --config /etc/kentongan/%i/posko.yaml"],
    "kentongan-web": ["web --config /etc/kentongan/web.yaml"],
    "kentongan-notify": ["notify --config /etc/kentongan/posko.yaml"],
    "kentongan-uplink": ["broker uplink --config /etc/kentongan-broker/uplink.yaml"],
}


def read(path: Path) -> dict[str, list[str]]:
    """The settings of a unit; those that stand several times in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found[key].append(value)
    return dict(found)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_says_what_is_on_the_list_and_nothing_else(name: str) -> None:
    found = read(FOLDER / f"{name}.service")
    begun = [value.removeprefix("/opt/kentongan/.venv/bin/kentongan ") for value in found.pop("ExecStart")]
    assert begun == PROGRAMS[name]
    assert found.pop("Description")[0].startswith("Kentongan digital: ")
    assert found == COMMON | OWN[name]


def test_mosquitto_is_started_again_however_often_it_ends_and_goes_last_of_all() -> None:
    assert read(FOLDER / "mosquitto.service.d/kentongan.conf") == {
        "StartLimitIntervalSec": ["0"], "ExecStart": ["", ("/usr/sbin/mosquitto -c /etc/kentongan-broker/broker/"
                                                           "mosquitto.conf")],
        "Restart": ["always"], "RestartSec": ["1"], "LimitNOFILE": ["16384"], "OOMScoreAdjust": ["-600"],
    }


def test_the_hardware_watchdog_counts_no_longer_than_a_pis_can() -> None:
    assert read(FOLDER / "system.conf.d/kentongan-watchdog.conf") == {"RuntimeWatchdogSec": ["14s"]}


@pytest.mark.parametrize("name", UNITS)
def test_what_a_units_sandbox_leaves_open_has_a_reason(name: str) -> None:
    """Each of the sandbox's switches that is not on is named in a comment of the unit."""
    text = (FOLDER / f"{name}.service").read_text("utf-8")
    switches = ("PrivateDevices", "PrivateNetwork", "PrivateUsers", "ProtectClock", "RestrictRealtime", "ProcSubset")
    for each in switches:
        assert re.search(rf"^{each}=|^# Not {each}\b", text, re.MULTILINE), each


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_a_unit_exposed_at_two_of_ten_at_most(name: str) -> None:
    done = analyze("security", "--offline=true", "--threshold=20", "--no-pager", str(FOLDER / f"{name}.service"))
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_against_a_unit(name: str, tmp_path: Path) -> None:
    """With a program that is there in the place of ours."""
    text = (FOLDER / f"{name}.service").read_text("utf-8")
    unit = tmp_path / f"{name}.service"
    unit.write_text(re.sub(r"=/opt/kentongan/\S+", "=/bin/true", text), "utf-8")
    done = analyze("verify", str(unit))
    ours = [line for line in (done.stdout + done.stderr).splitlines() if name in line]
    assert ours == []


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *words], capture_output=True, text=True, check=False, timeout=LIMIT_S)
