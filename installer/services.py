"""systemd's units and drop-ins, and the time service: what runs, from the next start of the machine and from now."""

from collections.abc import Iterable

from contract.user_error import UserError
from installer import further
from installer.bundle import NODE, POSKO, UPLINK
from installer.machine import Machine
from installer.program import SOURCE

UNITS = "/etc/systemd/system"
UNIT = {NODE: "kentongan-node.service", POSKO: "kentongan-posko.service", UPLINK: "kentongan-uplink.service"}
# Beside the hub, where its bundle has their settings.
BESIDE = {"web.yaml": "kentongan-web.service"}
NOTIFY = "kentongan-notify.service"  # beside the hub, where its settings have `notify`
_HIDDEN = f"{UNITS}/{BESIDE['web.yaml']}.d/further.conf"
MOSQUITTO = f"{UNITS}/mosquitto.service.d/kentongan.conf"
_WATCHDOG = "/etc/systemd/system.conf.d/kentongan-watchdog.conf"
_SOURCES = "/etc/chrony/sources.d/kentongan.sources"
_CHRONY = "/etc/chrony/conf.d/kentongan.conf"
# Not `local`: a posko whose own clock is wrong must not make the posts believe that theirs is right.
_ALLOW = b"""\
# Made by kentongan: the posts of the local networks may ask this machine for the time.
allow 10.0.0.0/8
allow 172.16.0.0/12
allow 192.168.0.0/16
allow fd00::/8
"""


def beside(kind: str, settings: Iterable[str]) -> list[str]:
    """The units beside that of *kind* for which the files *settings* are there."""
    return [unit for name, unit in BESIDE.items() if kind == POSKO and name in settings]


def files(kind: str, host: str | None, more: Iterable[str] = (), *, mosquitto: bool = True) -> dict[str, bytes]:
    """What systemd and chrony read for *kind*, by its path; *host*, the broker's, gives a node the time, too.

    *more* are units beside its own; *mosquitto*: whether that is the broker.
    """
    found = {f"{UNITS}/{unit}": _shipped(unit) for unit in (UNIT[kind], *more)}
    found |= {_WATCHDOG: _shipped("system.conf.d/kentongan-watchdog.conf")}
    if kind != NODE and mosquitto:
        drop_in = _shipped("mosquitto.service.d/kentongan.conf")
        if kind == UPLINK:
            drop_in = drop_in.replace(b"/etc/kentongan-broker/broker/", b"/etc/kentongan-broker/")
        found[MOSQUITTO] = drop_in
    if kind == POSKO:
        found[_CHRONY] = _ALLOW
        found[f"{UNITS}/{NOTIFY}"] = _shipped(NOTIFY)
    if kind == NODE and host is not None and host != "127.0.0.1":
        found[_SOURCES] = f"# Made by kentongan: the posko's time, besides others.\nserver {host} iburst\n".encode()
    return found


def present(machine: Machine) -> list[str]:
    """The units of ours that are installed."""
    found = [unit for unit in (*UNIT.values(), *BESIDE.values()) if machine.path(f"{UNITS}/{unit}").is_file()]
    return [*found, *(map(further.unit, further.present(machine)) if template(machine) else ())]


def template(machine: Machine) -> list[str]:
    """What hubs of further districts are instances of, if there are any here."""
    return [further.TEMPLATE] if machine.path(f"{UNITS}/{further.TEMPLATE}").is_file() else []


def start_further(machine: Machine, slug: str, *, renewed: bool) -> None:
    """Has the hub of the further district *slug* run, now and with the machine, and the page see nothing of its
    password. Raises UserError if one does not get ready.
    """
    written = machine.write(f"{UNITS}/{further.TEMPLATE}", _shipped(further.TEMPLATE))
    passwords = " ".join(f"-{further.folder(each)}/password" for each in further.present(machine))
    hidden = machine.write(_HIDDEN, f"# Made by kentongan.\n[Service]\nInaccessiblePaths={passwords}\n".encode())
    machine.system("systemctl", "daemon-reload")
    machine.system("systemctl", "enable", further.unit(slug))
    try:
        _ready(machine, "restart" if renewed or written else "start", further.unit(slug))
    finally:  # another run would find nothing to hide
        if hidden:
            restart(machine, [unit for unit in BESIDE.values() if machine.path(f"{UNITS}/{unit}").is_file()])


def start(  # noqa: PLR0913 - one for each thing that may be new
    machine: Machine, unit: str, changed: set[str], *, renewed: bool, broker_renewed: bool, mosquitto: bool = True
) -> None:
    """Has *unit* run, now and with the machine, and what it needs before it; anew where it, or what it reads, changed.

    *changed*: the paths of `files` that have. Raises UserError if it does not get ready.
    """
    machine.system("systemctl", "daemon-reload")
    if _WATCHDOG in changed:
        machine.attempt("systemctl", "daemon-reexec")
    if changed & {_SOURCES, _CHRONY}:
        machine.attempt("systemctl", "restart", "chrony.service")
    if unit != UNIT[NODE] and mosquitto:
        machine.system("systemctl", "enable", "mosquitto.service")
        again = MOSQUITTO in changed or broker_renewed
        _ready(machine, "restart" if again else "start", "mosquitto.service")
    machine.system("systemctl", "enable", unit)
    _ready(machine, "restart" if renewed or f"{UNITS}/{unit}" in changed else "start", unit)


def start_beside(machine: Machine, units: Iterable[str], changed: set[str], *, renewed: bool) -> None:
    """Has *units* run beside the hub, now and with the machine. Raises UserError if one does not get ready."""
    for unit in units:
        machine.system("systemctl", "enable", unit)
        _ready(machine, "restart" if renewed or f"{UNITS}/{unit}" in changed else "start", unit)


def start_notify(machine: Machine, *, wanted: bool, renewed: bool) -> bool:
    """Has messages outward run if they are *wanted*, anew if they are *renewed*, or not at all; whether that is so.

    Whatever becomes of them, the hub is installed.
    """
    if not wanted:
        return not _sends_messages(machine) or machine.attempt("systemctl", "disable", "--now", NOTIFY)
    return machine.attempt("systemctl", "enable", NOTIFY) and machine.attempt(
        "systemctl", "restart" if renewed else "start", NOTIFY)


def restart(machine: Machine, units: list[str]) -> None:
    """Starts *units* anew, and messages outward where they run. Raises UserError if a unit does not get ready."""
    for unit in units:
        _ready(machine, "restart", unit)
    if _sends_messages(machine):
        machine.attempt("systemctl", "try-restart", NOTIFY)


def _sends_messages(machine: Machine) -> bool:
    return machine.whole and machine.ask("systemctl", "is-enabled", NOTIFY).code == 0


def remove(machine: Machine) -> None:
    """Ends what runs, and removes it from the machine's start. Mosquitto goes on with the distribution's own files."""
    beside = [NOTIFY] if machine.path(f"{UNITS}/{NOTIFY}").is_file() else []
    for unit in (*beside, *present(machine)):
        machine.system("systemctl", "disable", "--now", unit)
        machine.remove(f"{UNITS}/{unit}")
    machine.remove(f"{UNITS}/{further.TEMPLATE}")
    machine.remove_drop_in(_HIDDEN)
    mosquitto = machine.remove_drop_in(MOSQUITTO)
    time = [machine.remove(path) for path in (_SOURCES, _CHRONY)]
    watchdog = machine.remove_drop_in(_WATCHDOG)
    machine.system("systemctl", "daemon-reload")
    if watchdog:
        machine.attempt("systemctl", "daemon-reexec")
    if mosquitto:
        machine.attempt("systemctl", "try-restart", "mosquitto.service")
        machine.tell("   Mosquitto stays, with the distribution's own configuration")
    if any(time):
        machine.attempt("systemctl", "try-restart", "chrony.service")


def _ready(machine: Machine, action: str, unit: str) -> None:
    """systemctl returns when a unit of Type=notify has reported that it is ready."""
    try:
        machine.system("systemctl", action, unit)
    except UserError as error:
        log = machine.ask("journalctl", "--unit", unit, "--lines", "12", "--output", "cat", "--no-pager").output
        raise UserError(f"{unit} does not get ready, and systemd tries on; it printed:",
                        *(f"  {line}" for line in (log.splitlines() or error.faults))) from None


def _shipped(name: str) -> bytes:
    return (SOURCE / "systemd" / name).read_bytes()
