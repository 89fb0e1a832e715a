"""The distribution's packages, users and groups."""

import re
from pathlib import Path

from contract.user_error import UserError
from installer.bundle import NODE, POSKO, UPLINK
from installer.machine import Machine

USER = "kentongan"
# espeak-ng brings the voice, and ALSA's library, which SDL loads from the system.
_PACKAGES = {
    NODE: ["python3-venv", "chrony", "espeak-ng"],
    POSKO: ["python3-venv", "chrony", "mosquitto", "mosquitto-clients", "avahi-daemon"],
    UPLINK: ["python3-venv", "chrony", "mosquitto", "avahi-daemon"],
}
# Without its sources apt waits for no network: it takes the given files or nothing. (--no-download refuses them: seen.)
_NO_SOURCES = ("-o", "Dir::Etc::SourceList=/dev/null", "-o", "Dir::Etc::SourceParts=/dev/null")
# Resolves names that end with .local.
_LOCAL_NAMES = ["avahi-daemon", "libnss-mdns"]
# Asked for what it can do: PyPI has no wheel of lgpio for Python 3.13, and falls back to an empty module of that name.
LGPIO = "import lgpio; lgpio.gpiochip_open"
# What Raspberry Pi OS has in its own rules: who is in the group may open the chips.
_RULES = "/etc/udev/rules.d/60-kentongan-gpio.rules"
_RULE = b"""\
# Made by kentongan, for a distribution without the group gpio.
SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
"""


def install(machine: Machine, kind: str, host: str | None, wheels: Path | None, *, mosquitto: bool = True) -> None:
    """What *kind* needs of the distribution, *mosquitto* too, unless another broker takes its place; *wheels*: a folder
    that may hold .deb files. Raises UserError.
    """
    wanted = [each for each in _PACKAGES[kind] if mosquitto or each != "mosquitto"]
    if host is not None and host.endswith(".local"):
        wanted += [each for each in _LOCAL_NAMES if each not in wanted]
    if kind == NODE and _lgpio_is_packaged(machine):
        wanted.append("python3-lgpio")
    missing = [each for each in wanted if not _installed(machine, each)]
    if not missing:
        machine.tell("   all are there")
        return
    machine.tell(f"   missing: {' '.join(missing)}")
    apt = ("apt-get", "install", "-y", "-q", "--no-install-recommends")
    if wheels is not None:
        debs = [str(each.resolve()) for each in sorted(wheels.glob("*.deb"))]
        if not debs or not machine.attempt(*apt, *_NO_SOURCES, *debs) or (
            machine.whole and any(not _installed(machine, each) for each in missing)
        ):
            raise UserError(
                f"{wheels}: does not hold all of these packages as .deb files: {' '.join(missing)}. On such a machine "
                "with Internet, apt-get install --download-only puts them into /var/cache/apt/archives"
            )
        return
    machine.attempt("apt-get", "update", "-q")  # an old list may do
    machine.system(*apt, *missing, DEBIAN_FRONTEND="noninteractive")


def accounts(machine: Machine, kind: str) -> None:
    """The user kentongan, and for a node the groups that open its devices."""
    groups = ["gpio", "audio"] if kind == NODE else []
    for group in groups:
        if machine.ask("getent", "group", group).code != 0:
            machine.system("groupadd", "--system", group)
            if group == "gpio":
                machine.write(_RULES, _RULE)
                machine.system("udevadm", "control", "--reload")
                machine.system("udevadm", "trigger", "--subsystem-match=gpio")
                machine.tell("   the group gpio was missing: made, with the rule that gives it the GPIO chips")
    if machine.ask("getent", "passwd", USER).code != 0:
        machine.system("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                       "--shell", "/usr/sbin/nologin", USER)
    if groups:
        machine.system("usermod", "--append", "--groups", ",".join(groups), USER)


def remove(machine: Machine) -> None:
    """Removes the user, and the rule if it was ours."""
    machine.remove(_RULES)
    if machine.ask("getent", "passwd", USER).code == 0:
        machine.system("userdel", USER)


def _installed(machine: Machine, package: str) -> bool:
    done = machine.ask("dpkg-query", "-W", "-f", "${Status}", package)
    return done.code == 0 and done.output.strip() == "install ok installed"


def _lgpio_is_packaged(machine: Machine) -> bool:
    done = machine.ask("apt-cache", "policy", "python3-lgpio")
    return re.search(r"^\s*Candidate: *[0-9]", done.output, re.MULTILINE) is not None
