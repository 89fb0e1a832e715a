"""All facts of the machine that runs the node, or the hub, with the settings in a file. Drives nothing, plays nothing.

    settings ──> what they name is looked at: pins, loudspeaker, voice, disk, broker
             └─> or their faults, and what needs no settings
"""

import os
import pwd
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from broker import certificates
from contract.domain.digest import digest
from contract.domain.speech import texts
from contract.settings.schema import SettingsError
from kentongan.diagnosis import link, program
from kentongan.diagnosis.core import facts
from kentongan.diagnosis.core.facts import Facts
from kentongan.diagnosis.core.judgement import NODE, POSKO
from kentongan.diagnosis.core.machine import LIVES
from kentongan.diagnosis.system import System, Who
from node import config, gpio, inspection, pins, wiring
from node.config import Config
from node.sound.core import driver_settings
from node.sound.core.driver_settings import Speaker
from node.sound.supervisor import Sound
from posko import config as posko_config
from posko.journal_place import NAME as HUB_JOURNAL
from posko.journal_place import JournalPlace
from runtime import bounded, files, settings_copies
from runtime.endpoint import Endpoint
from runtime.inbox import Inbox

USER = "kentongan"
INSTALLED = (Path("/etc/kentongan/node.yaml"), Path("/etc/kentongan/posko.yaml"))
JOURNAL = "journal.db"
CERTIFICATE = "/etc/kentongan-broker/broker/server.crt"  # where `./install posko` puts it
FURTHER = Path("/etc/kentongan")  # DISTRICT/posko.yaml in it: the hub of a further district, an instance
UNITS = {NODE: ("kentongan-node.service",), POSKO: ("mosquitto.service", "kentongan-posko.service")}
_OWN_CHECKS = ("sound", "state_dir")  # warnings of the settings that a check of its own has
READY_S, RINGS_S = 15.0, 1.5  # until the player plays; of one stroke


def kind_of(path: Path) -> str:
    """Whether the settings in *path* are a node's or a hub's. Raises SettingsError if they cannot be read."""
    try:
        bounded.check(path)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from None
    try:
        written: Mapping[str, object] = files.mapping(path, config.EXAMPLE)
    except SettingsError:
        written = settings_copies.rough(path)
    if {"node", "village", "pins", "siren"} & {*written}:
        return NODE
    return POSKO if written or path.name == posko_config.EXAMPLE else NODE


def gather(path: Path, system: System, *, simulate: bool, log_in: bool, loud: bool) -> Facts:
    """The facts. *log_in* allows a post's account to be used though this may not be its box. Raises SettingsError."""
    kind = kind_of(path)
    units = tuple(map(system.unit, _units(kind, path))) if system.has_systemd() else None
    others = program.find(kind)
    pid = (units[-1][1] if units is not None and _is_installed(path) else 0) or next(
        (pid for pid, settings in others.items() if settings is not None and _same(settings, path)), 0)
    who = _user(system)
    found = Facts(
        kind, who.name, system.clock(), system.power(), system.watchdog(),
        units=None if units is None else tuple(unit for unit, _ in units),
    )
    if kind == NODE:
        # Its box, with its node stopped: nobody else uses the account.
        free = _is_installed(path) and not others and any(
            unit.load == "loaded" and unit.active in ("inactive", "failed") for unit in found.units or ())
        return _node(path, found, system, who, pid, simulate=simulate, log_in=log_in or free, loud=loud)
    return _posko(path, found, system, who, pid)


def _units(kind: str, path: Path) -> tuple[str, ...]:
    """The units of what has the settings *path*."""
    *others, own = UNITS[kind]
    folder = path.resolve().parent
    further = kind == POSKO and folder.parent == FURTHER and path.name == posko_config.EXAMPLE
    return (*others, own.replace(".", f"@{folder.name}.") if further else own)


def _is_installed(path: Path) -> bool:
    """Whether the settings *path* are those of the installed service."""
    return any(_same(each, path) for each in INSTALLED)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _user(system: System) -> Who:
    """As whom the program runs: the installed user, or whoever asks."""
    installed = system.who(USER, ("gpio", "audio"))  # the unit adds these (systemd/kentongan-node.service)
    if installed is not None:
        return installed
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return Who(name, number, frozenset({os.getegid(), *os.getgroups()}))


def _node(  # noqa: PLR0913 - what was asked for, and what is known
    path: Path, found: Facts, system: System, who: Who, pid: int, *, simulate: bool, log_in: bool, loud: bool
) -> Facts:
    try:
        loaded = config.load(
            path, lambda driver: pins.check(driver, simulate=simulate),
            lambda driver: driver_settings.check(driver, os.environ, simulate=simulate),
        )
    except SettingsError as error:
        return replace(found, faults=tuple(error.faults), running=_running(found, pid, Path(JOURNAL)))
    settings, district = loaded.settings, loaded.district
    running = _running(found, pid, loaded.state_dir / JOURNAL)
    way, servers = _reached(loaded.endpoint)
    session = None
    if running is None and all(each.trouble for each in servers):
        session = facts.Session(settings.broker.username or "", trouble=servers[0].trouble)
    elif running is None and log_in:
        session = link.as_node(way, district.district, settings.village, settings.node)
    outputs = wiring.resting_levels(settings)
    disk = system.disk(loaded.state_dir, who)
    return replace(
        found, warnings=tuple(_warnings(config.warnings(loaded))), running=_believed(running, disk),
        servers=servers, session=session,
        pins=_pins(loaded), devices=tuple(system.devices(_device_names(loaded, system), who)),
        sound=_sound(loaded.speaker, system), voice=_voice(loaded), disk=disk,
        boot=system.boot(outputs, wireless=system.wireless()), digest=digest(district), hub=settings.hub,
        loud=_stroke(loaded.speaker) if loud and loaded.speaker is not None else None,
    )


def _posko(path: Path, found: Facts, system: System, who: Who, pid: int) -> Facts:
    try:
        loaded = posko_config.load(path)
    except SettingsError as error:
        return replace(found, faults=tuple(error.faults), running=_running(found, pid, Path(HUB_JOURNAL)))
    running = _running(found, pid, loaded.journal)
    way, servers = _reached(loaded.endpoint)
    servers = (_with_certificate(servers[0], system), *servers[1:])
    if all(each.trouble for each in servers):
        session = facts.Session(loaded.settings.broker.username or "", trouble=servers[0].trouble)
    else:
        session = link.as_hub(way, loaded.district.district, running=running is not None)
    units = found.units
    if units is not None and not files.is_loopback(loaded.settings.broker.host):
        units = units[1:]  # the broker is another machine's
    messages = None
    if loaded.settings.notify is not None:
        from kentongan.diagnosis import messages as outward  # noqa: PLC0415 - only this needs Apprise

        messages = outward.look(path, loaded)
        if units is not None:
            units = (*units[:-1], system.unit(outward.UNIT)[0], units[-1])
    disk = system.disk(loaded.state_dir, who)
    return replace(
        found, messages=messages, warnings=tuple(_warnings(posko_config.warnings(loaded))), units=units,
        running=_believed(running, disk), servers=servers, session=session, disk=disk,
        digest=digest(loaded.district),
    )


def _reached(endpoint: Endpoint) -> tuple[Endpoint, tuple[facts.Server, ...]]:
    """The way to the first of the brokers that answers, and what is found of each."""
    broker = endpoint.settings
    ways = [replace(endpoint, settings=replace(broker, host=host, port=port, others=()))
            for host, port in broker.addresses()]
    servers = tuple(map(link.reach, ways))
    best = next((way for way, server in zip(ways, servers, strict=True) if not server.trouble), ways[0])
    return best, servers


def _running(found: Facts, pid: int, journal: JournalPlace) -> facts.Running | None:
    """The program that runs as *pid*; None if none does."""
    ready = not found.units or found.units[-1].active in LIVES or found.units[-1].load != "loaded"
    return program.look(pid, journal, ready=ready) if pid else None


def _with_certificate(server: facts.Server, system: System) -> facts.Server:
    """*server* with the certificate that posts and operators are shown: the hub's own way is without one."""
    written = system.text(CERTIFICATE)
    if server.secured or written is None:
        return server
    dates = certificates.dates(written.encode())
    begins, until = (None, None) if dates is None else dates
    return replace(server, secured=True, begins=begins, until=until)


def _believed(running: facts.Running | None, disk: facts.Disk | None) -> facts.Running | None:
    """*running*, whose journal tells nothing where the *disk* takes nothing."""
    if running is None or (disk is not None and not disk.read_only and disk.free_bytes and disk.free_files != 0):
        return running
    return replace(running, faults=None, linked=None, unread="the disk takes nothing, so its journal is old")


def _warnings(found: Iterator[str]) -> Iterator[str]:
    yield from (each for each in found if not each.startswith(_OWN_CHECKS))


def _pins(loaded: Config) -> facts.Pins:
    driver = loaded.settings.pins.driver
    if driver in pins.NO_REAL_PINS:
        return facts.Pins(driver, simulated=True)
    found = inspection.inspect_pins(loaded.settings)
    try:
        chip = gpio.find_header()
        name = f"{chip.path}, {chip.label}"
    except (gpio.ChipError, OSError):
        name = "?"
    return facts.Pins(driver, simulated=False, chip=name, faults=found.faults, warnings=found.warnings)


def _device_names(loaded: Config, system: System) -> Iterator[str]:
    """The devices that the node opens: the header's chip, and whatever plays sound."""
    if loaded.settings.pins.driver not in pins.NO_REAL_PINS:
        try:
            yield gpio.find_header().path
        except (gpio.ChipError, OSError):
            yield from (f"/dev/{each.name}" for each in sorted(system.path("/dev").glob("gpiochip*")))
    if loaded.speaker is not None and loaded.speaker.driver == "alsa":
        yield from (f"/dev/snd/{each.name}" for each in sorted(system.path("/dev/snd").glob("pcmC*D*p")))


def _sound(speaker: Speaker | None, system: System) -> facts.Sound | None:
    if speaker is None:
        return None
    return facts.Sound(speaker.driver, speaker.device, inspection.sound_trouble(speaker), system.card(speaker.device))


def _voice(loaded: Config) -> facts.Voice | None:
    if loaded.speaker is None:
        return None
    voices = config.voices(loaded)
    total = len(texts(loaded.catalogue, loaded.district))
    return facts.Voice(tuple(voices.missing()), total, voices.word(), voices.absent())


def _stroke(speaker: Speaker) -> str:
    """Plays one quiet stroke; why it was not heard, or ""."""
    with Sound(speaker, Inbox(), lambda _words: (), stderr=subprocess.DEVNULL) as sound:
        if not sound.wait_ready(READY_S):
            return sound.trouble() or "the player does not start"
        if not sound.knock():
            return "the player takes no stroke"
        time.sleep(RINGS_S)
        return sound.trouble() or ""
