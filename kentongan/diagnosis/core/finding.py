"""A finding of the doctor: what was looked at, how it is, and which text says so. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mark(StrEnum):
    """How it is. `NONE` does not apply to this machine; what cannot be known is `UNKNOWN`, and never `OK`."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    UNKNOWN = "unknown"
    NONE = "none"


class Check(StrEnum):
    """What is looked at, in the order in which it is shown."""

    SETTINGS = "settings"
    UNITS = "units"
    PROGRAM = "program"
    PINS = "pins"
    DEVICES = "devices"
    SOUND = "sound"
    VOICE = "voice"
    CLOCK = "clock"
    DISK = "disk"
    POWER = "power"
    BOOT = "boot"
    WATCHDOG = "watchdog"
    REALTIME = "realtime"
    BROKER = "broker"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    ACCESS = "access"
    BEACON = "beacon"
    DISTRICT = "district"
    MESSAGES = "messages"
    LOUD = "loud"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `what` names its text among those of its check, and `values` fill that."""

    check: Check
    mark: Mark
    what: str
    values: Mapping[str, object] = field(default_factory=dict)


def ok(check: Check, what: str = "ok", **values: object) -> Finding:
    """That it is well."""
    return Finding(check, Mark.OK, what, values)


def warning(check: Check, what: str, **values: object) -> Finding:
    """That it may keep the box from ringing one day."""
    return Finding(check, Mark.WARNING, what, values)


def fault(check: Check, what: str, **values: object) -> Finding:
    """That it keeps the box from ringing, or from being heard, seen or trusted."""
    return Finding(check, Mark.FAULT, what, values)


def unknown(check: Check, what: str, **values: object) -> Finding:
    """That it cannot be known here."""
    return Finding(check, Mark.UNKNOWN, what, values)


def none(check: Check, what: str, **values: object) -> Finding:
    """That there is nothing to look at."""
    return Finding(check, Mark.NONE, what, values)


def exit_code(found: Iterable[Finding]) -> int:
    """0 if all is well, 1 if anything is not, 2 if the rest is and something could not be examined."""
    marks = {each.mark for each in found}
    if marks & {Mark.WARNING, Mark.FAULT}:
        return 1
    return 2 if Mark.UNKNOWN in marks else 0
