"""The facts of a machine: its files, all below one root, and what its programs answer. Changes nothing. Must not judge.

A file that is missing or closed, and a program that is missing, fails or hangs, is a fact that is not known.
"""

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from kentongan.diagnosis.core.facts import Boot, Clock, Device, Disk, Power, Unit, Watchdog
from runtime import bounded, clock

ASK_S = 10.0  # what a program takes that only reports, and a disk that is well
TIME_SERVICES = ("chrony", "systemd-timesyncd", "ntpsec", "ntp", "openntpd")
CONFIG_TXT = ("/boot/firmware/config.txt", "/boot/config.txt")  # bookworm and later; before
# How many of its settings' seconds systemd prints: "14s", "1min 30s" (systemd.time(7)).
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}

Run = Callable[[Sequence[str]], str | None]


def run(command: Sequence[str]) -> str | None:
    """What *command* prints; None if there is no such program, if it fails, or if it takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command lines
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            errors="replace", timeout=ASK_S, check=False, env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Who:
    """A user: its number, and those of its groups by their names."""

    name: str
    number: int
    groups: frozenset[int]


class System:
    """The machine below *root*; *ask* runs its programs."""

    def __init__(self, root: Path = Path("/"), ask: Run = run) -> None:
        self._root = root
        self._ask = ask

    def path(self, absolute: str) -> Path:
        """Where *absolute* is on this machine."""
        return self._root / absolute.lstrip("/")

    def text(self, absolute: str) -> str | None:
        """What stands in the file; None if it cannot be read."""
        try:
            return bounded.read(self.path(absolute)).decode("utf-8", "replace")
        except OSError:
            return None

    def has_systemd(self) -> bool:
        """Whether systemd is at work here (sd_booted(3))."""
        return self.path("/run/systemd/system").is_dir()

    def unit(self, name: str) -> tuple[Unit, int]:
        """The unit *name*, and its main process, or 0."""
        wanted = "LoadState,UnitFileState,ActiveState,NRestarts,LimitRTPRIO,MainPID"
        text = self._ask(("systemctl", "show", name, f"--property={wanted}")) or ""
        found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        unit = Unit(
            name, found.get("LoadState", "not-found"), found.get("UnitFileState", ""), found.get("ActiveState", ""),
            _number(found.get("NRestarts")), _number(found.get("LimitRTPRIO")),
        )
        return unit, _number(found.get("MainPID"))

    def model(self) -> str:
        """The Raspberry Pi's model; "" for another machine."""
        lines = (self.text("/proc/cpuinfo") or "").splitlines()
        by_processor = next((line.partition(":")[2] for line in lines if line.startswith("Model\t")), "")
        found = (self.text("/proc/device-tree/model") or by_processor).strip("\0\n ")
        return found if found.startswith("Raspberry Pi") else ""

    def clock(self) -> Clock:
        """The clock, and who sets it."""
        services = None
        if self.has_systemd():
            services = tuple(name for name in TIME_SERVICES
                             if (self._ask(("systemctl", "is-active", f"{name}.service")) or "").strip() == "active")
        # A Pi 5 has one whether or not its battery is there: then it begins at 1970, and a synchronised clock sets it.
        rtc = any(self.path("/sys/class/rtc").glob("rtc*"))
        return Clock(clock.wall().synced, services, rtc)

    def power(self) -> Power:
        """What the firmware says of supply and heat: `throttled=0x50005`."""
        model = self.model()
        answer = self._ask(("vcgencmd", "get_throttled")) if model else None
        bits = re.fullmatch(r"throttled=0x([0-9a-fA-F]{1,8})", (answer or "").strip())
        return Power(model, None if bits is None else int(bits[1], 16))

    def boot(self, outputs: dict[str, tuple[int, bool]], *, wireless: bool | None) -> Boot:
        """What the firmware reads."""
        for path in CONFIG_TXT:
            text = self.text(path)
            if text is not None:
                return Boot(self.model(), path, text, outputs, wireless)
        return Boot(self.model(), CONFIG_TXT[0], None, outputs, wireless)

    def wireless(self) -> bool | None:
        """Whether the way out of this machine is by Wi-Fi; None if it has none now."""
        for line in (self.text("/proc/net/route") or "").splitlines()[1:]:
            words = line.split()
            if len(words) > 1 and words[1] == "00000000":
                return self.path(f"/sys/class/net/{words[0]}/wireless").is_dir()
        return None

    def watchdog(self) -> Watchdog:
        """The hardware's watchdog, and what systemd does with it."""
        text = self._ask(("systemctl", "show", "--property=RuntimeWatchdogUSec")) if self.has_systemd() else None
        value = None if text is None else text.partition("=")[2].strip()
        return Watchdog(None if value is None else _seconds(value), self.path("/dev/watchdog").exists())

    def who(self, name: str, also: Iterable[str] = ()) -> Who | None:
        """The user *name*, who is in the groups *also* besides its own; None if there is no such user."""
        users = _records(self.text("/etc/passwd"))
        own = next((each for each in users if each[0] == name and len(each) > 3), None)
        if own is None:
            return None
        groups = {_number(each[2]) for each in _records(self.text("/etc/group")) if len(each) > 3
                  and (each[0] in also or name in each[3].split(","))}
        return Who(name, _number(own[2]), frozenset(groups | {_number(own[3])}))

    def devices(self, names: Iterable[str], who: Who) -> Iterator[Device]:
        """The devices *names*, as far as there are any, and whether *who* may open each to read and write."""
        groups = {each[2]: each[0] for each in _records(self.text("/etc/group")) if len(each) > 2}
        for name in names:
            with suppress(OSError):
                found = self.path(name).stat()
                yield Device(name, groups.get(str(found.st_gid), str(found.st_gid)), _may(found, who, 0o6))

    def cards(self) -> dict[str, str]:
        """The sound cards: each one's name, as ALSA's devices name it, by its number."""
        lines = (self.text("/proc/asound/cards") or "").splitlines()
        return {line.split("[")[0].strip(): line.partition("[")[2].partition("]")[0].strip()
                for line in lines if "]:" in line}

    def card(self, device: str) -> str:
        """The name of the card that *device* is on; "" where that is not known."""
        cards = self.cards()
        parts = device.partition(":")[2].split(",")
        given = next((part.partition("=")[2] for part in parts if part.startswith("CARD=")), parts[0])
        if device == "default" and self.text("/etc/asound.conf") is None:
            return cards.get("0", "")
        return cards.get(given, given if given in cards.values() else "")

    def disk(self, folder: Path, who: Who | None) -> Disk | None:
        """The file system with *folder*, or with the nearest folder that there is; None if it does not answer."""
        found: list[Disk] = []

        def look() -> None:
            with suppress(OSError):
                found.append(self._disk(folder, who))

        thread = Thread(target=look, daemon=True)  # a card that dies makes whoever asks it wait for good
        thread.start()
        thread.join(ASK_S)
        return found[0] if found else None

    def _disk(self, folder: Path, who: Who | None) -> Disk:
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
        room = os.statvfs(nearest)
        source, kind, options = self._mount(nearest)
        read_only = bool(room.f_flag & os.ST_RDONLY) or "ro" in options
        if who is not None:
            may: bool | None = _may(nearest.stat(), who, 0o3)
        else:
            may = os.access(nearest, os.W_OK | os.X_OK)
        count = self.text(f"/sys/fs/ext4/{Path(source).name}/errors_count")
        return Disk(
            str(folder), kind, read_only, room.f_bavail * room.f_frsize, room.f_favail if room.f_files else None,
            may, None if count is None else _number(count), present=nearest == folder,
        )

    def _mount(self, folder: Path) -> tuple[str, str, list[str]]:
        """The device, kind and options of the mount with *folder*: the last one of the longest path that has it."""
        best = ("", "", "")
        length = -1
        for line in (self.text("/proc/mounts") or "").splitlines():
            words = line.split()
            place = words[1].replace("\\040", " ") if len(words) > 3 else ""
            if place and folder.resolve().is_relative_to(place) and len(place) >= length:
                best, length = (words[0], words[2], words[3]), len(place)
        return best[0], best[1], best[2].split(",")


def _may(found: os.stat_result, who: Who, wanted: int) -> bool:
    """Whether *who* has the rights *wanted* (4 read, 2 write, 1 enter) to what *found* is of."""
    if who.number == 0:
        return True
    shift = 6 if found.st_uid == who.number else 3 if found.st_gid in who.groups else 0
    return stat.S_IMODE(found.st_mode) >> shift & wanted == wanted


def _records(text: str | None) -> list[list[str]]:
    return [line.split(":") for line in (text or "").splitlines()]


def _number(text: str | None) -> int:
    try:
        return int((text or "").strip())
    except ValueError:
        return 0


def _seconds(text: str) -> float | None:
    """What systemd prints of a length of time; None where that is not understood."""
    total = 0.0
    for word in text.split():
        digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = word[len(digits):]
        if not digits.replace(".", "", 1).isdecimal() or (unit not in _SECONDS and word != "0"):
            return None
        total += float(digits) * _SECONDS.get(unit, 0.0)
    return total if text.split() else None
