"""What the doctor makes of a box: pins, loudspeaker, voice, power, and what its firmware reads at each start. Pure."""

import re
from collections.abc import Iterator, Mapping

from kentongan.diagnosis.core.facts import Boot, Pins, Power, Sound, Voice
from kentongan.diagnosis.core.finding import Check, Finding, fault, none, ok, unknown, warning

# vcgencmd get_throttled, bit by bit (raspberrypi.com, documentation/computers/os.html): now, and since the start.
_UNDER_VOLTAGE, _CAPPED, _THROTTLED, _HOT = 1, 2, 4, 8
_SINCE = 16
NAMES = {_UNDER_VOLTAGE: "under_voltage", _CAPPED: "capped", _THROTTLED: "throttled", _HOT: "hot"}
HDMI = re.compile("hdmi", re.IGNORECASE)
# The conditional filters of config.txt that a model passes (documentation/computers/config_txt.html).
_FILTERS = {
    "Raspberry Pi 5": {"pi5"}, "Raspberry Pi 500": {"pi5", "pi500"}, "Raspberry Pi Compute Module 5": {"pi5", "cm5"},
    "Raspberry Pi 4": {"pi4"}, "Raspberry Pi 400": {"pi4", "pi400"}, "Raspberry Pi Compute Module 4": {"pi4", "cm4"},
    "Raspberry Pi 3": {"pi3"}, "Raspberry Pi Compute Module 3": {"pi3"}, "Raspberry Pi 2": {"pi2"},
    "Raspberry Pi Zero 2": {"pi0", "pi02"}, "Raspberry Pi Zero": {"pi0"},
}
_WIRELESS = ("disable-wifi", "disable-wifi-pi5")


def pins(found: Pins, *, running: bool) -> Iterator[Finding]:
    """Whether siren, lamps and buttons can be had. *running*: the node runs, and holds its own lines."""
    if found.simulated:
        yield warning(Check.PINS, "simulated", driver=found.driver)
        return
    bad = [fault(Check.PINS, "fault", reason=each) for each in found.faults]
    bad += [warning(Check.PINS, "warning", reason=each) for each in found.warnings
            if not (running and "already holds its lines" in each)]
    yield from bad or [ok(Check.PINS, driver=found.driver, chip=found.chip)]


def sound(found: Sound | None) -> Finding:
    """Whether the loudspeaker is heard; None: this box has none."""
    if found is None:
        return none(Check.SOUND, "none")
    if found.driver != "alsa":
        return warning(Check.SOUND, "unheard", driver=found.driver)
    if found.trouble is not None:
        return fault(Check.SOUND, "fault", reason=found.trouble)
    if HDMI.search(f"{found.device} {found.card}"):
        return warning(Check.SOUND, "hdmi", device=found.device)
    if not found.card:
        return unknown(Check.SOUND, "unknown_card", device=found.device)
    return ok(Check.SOUND, device=found.device, card=found.card)


def voice(found: Voice | None) -> Iterator[Finding]:
    """Whether the loudspeaker can say what it is to say; None: this box has none."""
    if found is None:
        return
    bad = []
    if found.absent is not None:
        bad.append(warning(Check.VOICE, "no_recordings", reason=found.absent))
    if found.word.startswith(("silent", "incomplete")):
        bad.append(fault(Check.VOICE, "no_espeak", count=len(found.missing), total=found.total))
    elif found.missing:
        bad.append(warning(Check.VOICE, "missing", count=len(found.missing), total=found.total,
                           pieces=", ".join(found.missing[:5])))
    yield from bad or [ok(Check.VOICE, total=found.total, word=found.word)]


def power(found: Power) -> Iterator[Finding]:
    """Whether the supply carries the Pi, and whether it is cool enough."""
    if not found.model:
        yield none(Check.POWER, "no_pi")
    elif found.throttled is None:
        yield unknown(Check.POWER, "unknown")
    else:
        now = [name for bit, name in NAMES.items() if found.throttled & bit]
        since = [name for bit, name in NAMES.items() if found.throttled >> _SINCE & bit and name not in now]
        for name in now:
            yield (fault if name == "under_voltage" else warning)(Check.POWER, f"{name}_now")
        yield from (warning(Check.POWER, f"{name}_since") for name in since)
        if not (now or since):
            yield ok(Check.POWER)


def boot(found: Boot) -> Iterator[Finding]:
    """Whether the outputs are at rest from power-on until the node has them, and let go if it dies."""
    if not found.model:
        yield none(Check.BOOT, "no_pi")
        return
    if found.text is None:
        yield unknown(Check.BOOT, "unread", path=found.path)
        return
    bad = list(_boot(found, settings(found.text, found.model)))
    yield from bad or [ok(Check.BOOT, path=found.path)]


def _boot(found: Boot, lines: list[tuple[str, str]]) -> Iterator[Finding]:
    levels = resting(lines)
    for output, (pin, high) in found.outputs.items():
        line = f"gpio={pin}=op,{'dh' if high else 'dl'}"
        if pin not in levels:
            yield warning(Check.BOOT, "floats", output=output, pin=pin, line=line, path=found.path)
        elif levels[pin] is not high:
            yield fault(Check.BOOT, "wrong_level", output=output, pin=pin, line=line, path=found.path)
    if not any(key == "dtparam" and "strict_gpiod" in _words(value) for key, value in lines):
        yield warning(Check.BOOT, "not_strict", path=found.path)
    if any(key == "dtparam" and value.replace(" ", "") == "watchdog=off" for key, value in lines):
        yield warning(Check.BOOT, "watchdog_off", path=found.path)
    off = next((name for key, value in lines if key == "dtoverlay" and (name := _words(value)[0]) in _WIRELESS), None)
    if off is not None and found.wireless is not False:
        yield warning(Check.BOOT, "wifi_off", overlay=off, path=found.path)


def settings(text: str, model: str) -> list[tuple[str, str]]:
    """The lines `key=value` of a config.txt that count for *model*, in order, in small letters."""
    own = max((name for name in _FILTERS if model.startswith(name)), key=len, default="")
    passed = {"all"} | _FILTERS.get(own, set())
    found, counts = [], True
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip().lower()
        if line.startswith("["):
            counts = line.strip("[] ") in passed
        elif counts and "=" in line:
            key, _, value = line.partition("=")
            found.append((key.strip(), value.strip()))
    return found


def resting(lines: list[tuple[str, str]]) -> Mapping[int, bool]:
    """The pins that the lines `gpio=…` drive as outputs, and whether high; a later line outdoes an earlier one."""
    levels: dict[int, bool] = {}
    for value in (value for key, value in lines if key == "gpio"):
        numbers, _, words = value.partition("=")
        options = _words(words)
        for pin in _pins(numbers):
            levels.pop(pin, None)
            if "op" in options and {"dh", "dl"} & {*options}:
                levels[pin] = "dh" in options
    return levels


def _pins(numbers: str) -> Iterator[int]:
    """The pins of `17`, `17,22` and `4-7`."""
    for part in numbers.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            yield from range(int(first), min(int(last or first), 1000) + 1)


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",")]
