"""What the doctor makes of a machine and of the program on it: units, clock, disk, scheduling, watchdog. Pure."""

from collections.abc import Iterable, Iterator

from kentongan.diagnosis.core.facts import Clock, Device, Disk, Messages, Running, Unit, Watchdog
from kentongan.diagnosis.core.finding import Check, Finding, fault, ok, unknown, warning

RESTARTS = 3  # as many can come of an installation and its upgrades
LEAST_BYTES, FEW_BYTES = 20_000_000, 200_000_000
FEW_FILES = 1000
LONGEST_WATCHDOG_S = 15.99  # of a Raspberry Pi's (raspberrypi/linux#7432)
IN_MEMORY = ("tmpfs", "ramfs", "overlay")
WAITED_S = 300.0  # a message that no address takes for so long: its target, or the way to it, is down
LIVES = ("active", "reloading")


def units(found: Iterable[Unit] | None) -> Iterator[Finding]:
    """Whether what must run runs, and will after a power cut. None: this machine has no systemd at work."""
    if found is None:
        yield unknown(Check.UNITS, "no_systemd")
        return
    for each in found:
        if each.load == "not-found":
            yield fault(Check.UNITS, "absent", unit=each.name)
        elif each.load == "masked" or each.enabled.startswith("masked"):
            yield fault(Check.UNITS, "masked", unit=each.name)
        elif each.active not in LIVES:
            what = "begins" if each.active == "activating" else "down"
            yield fault(Check.UNITS, what, unit=each.name, state=each.active or "?")
        elif each.enabled not in ("enabled", "static", "alias"):
            yield fault(Check.UNITS, "not_enabled", unit=each.name)
        elif each.restarted >= RESTARTS:
            yield warning(Check.UNITS, "restarted", unit=each.name, count=each.restarted)
        else:
            yield ok(Check.UNITS, unit=each.name)


def program(found: Running | None, kind: str) -> Iterator[Finding]:
    """What the program that runs reports of itself; *kind* is `node` or `posko`."""
    if found is None:
        yield fault(Check.PROGRAM, "absent", kind=kind)
    elif found.faults is None:
        yield unknown(Check.PROGRAM, "unread", reason=found.unread)
    elif found.faults:
        for part, reason in found.faults.items():
            yield fault(Check.PROGRAM, "fault", part=part, reason=reason)
    else:
        yield ok(Check.PROGRAM)


def devices(found: Iterable[Device], user: str) -> Iterator[Finding]:
    """Whether *user*, as whom the program runs, may open what it needs."""
    known = tuple(found)
    closed = [each for each in known if not each.allowed]
    for each in closed:
        yield fault(Check.DEVICES, "closed", device=each.path, group=each.group, user=user)
    if known and not closed:
        yield ok(Check.DEVICES, user=user, devices=", ".join(each.path for each in known))


def messages(found: Messages) -> Iterator[Finding]:
    """Whether messages outward can be sent, and whether they are taken."""
    yield from (fault(Check.MESSAGES, "fault", fault=each) for each in found.faults)
    if found.faults:
        return
    if found.unread:
        yield unknown(Check.MESSAGES, "unread", reason=found.unread)
    elif found.waiting and found.oldest_s >= WAITED_S:
        yield warning(Check.MESSAGES, "wait", count=found.waiting, minutes=f"{found.oldest_s / 60:.0f}")
    else:
        yield ok(Check.MESSAGES, count=found.addresses)


def clock(found: Clock) -> Finding:
    """Whether the time of day is certain. Nothing needs it to ring."""
    services = ", ".join(found.services or ()) or "?"
    rtc = "rtc" if found.rtc else "no_rtc"
    if found.services is not None and len(found.services) > 1:
        return warning(Check.CLOCK, "several", services=services)
    if not found.synced and found.services is None:
        return warning(Check.CLOCK, "unsynced")
    if not found.synced:
        return warning(Check.CLOCK, f"unsynced_{rtc}" if found.services else "no_service", services=services)
    return ok(Check.CLOCK, f"synced_{rtc}", services=services)


def disk(found: Disk | None, user: str) -> Iterator[Finding]:
    """Whether the program can keep what it must not forget. None: the folder's disk does not answer."""
    if found is None:
        yield unknown(Check.DISK, "silent")
        return
    bad = list(_disk(found, user))
    yield from bad
    if found.writable is None:
        yield unknown(Check.DISK, "unasked", folder=found.folder, user=user)
    elif not bad:
        yield ok(Check.DISK, folder=found.folder, free=found.free_bytes // 1_000_000)


def _disk(found: Disk, user: str) -> Iterator[Finding]:
    folder = found.folder
    if found.errors:
        yield fault(Check.DISK, "errors", folder=folder, count=found.errors)
    if found.read_only:
        yield fault(Check.DISK, "read_only", folder=folder)
    elif not found.present:
        yield warning(Check.DISK, "absent", folder=folder)
    elif found.writable is False:
        yield fault(Check.DISK, "closed", folder=folder, user=user)
    if found.kind in IN_MEMORY:
        yield warning(Check.DISK, "in_memory", folder=folder, kind=found.kind)
    if found.free_bytes < LEAST_BYTES or found.free_files == 0:
        yield fault(Check.DISK, "full", folder=folder, free=found.free_bytes // 1_000_000)
    elif found.free_bytes < FEW_BYTES or (found.free_files is not None and found.free_files < FEW_FILES):
        yield warning(Check.DISK, "nearly_full", folder=folder, free=found.free_bytes // 1_000_000)


def realtime(found: Running | None, unit: Unit | None) -> Finding:
    """Whether strokes keep their time on a busy machine."""
    if found is not None and found.realtime is not None:
        if not found.realtime:
            return warning(Check.REALTIME, "refused")
        return ok(Check.REALTIME) if found.locked else warning(Check.REALTIME, "not_locked")
    if unit is not None and unit.load == "loaded":
        return ok(Check.REALTIME, "allowed") if unit.priority else warning(Check.REALTIME, "forbidden", unit=unit.name)
    return unknown(Check.REALTIME, "unknown")


def watchdog(found: Watchdog) -> Finding:
    """Whether a machine that hangs as a whole starts anew."""
    if found.seconds is None:
        return unknown(Check.WATCHDOG, "unknown")
    if not found.present:
        return warning(Check.WATCHDOG, "absent")
    if found.seconds == 0:
        return warning(Check.WATCHDOG, "off")
    what = "too_long" if found.seconds > LONGEST_WATCHDOG_S else "ok"
    return (warning if what != "ok" else ok)(Check.WATCHDOG, what, seconds=f"{found.seconds:g}")
