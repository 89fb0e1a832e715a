"""A node's settings as they are written: every option, its range and its default. Pure.

Also what they say of each other, and what `rest` needs of them, which must be found whatever else is wrong.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from contract.domain.district import District
from contract.domain.incidents import Catalogue, meant
from contract.settings.broker import BrokerSettings, brokers
from contract.settings.schema import (
    Gone,
    Place,
    SettingsError,
    choice,
    file_path,
    flag,
    integer,
    items,
    number,
    option,
    read,
    section,
    slug,
    table,
    text,
)
from contract.settings.suggestions import hint, nearest
from contract.values import dataclass
from node.core.state import SILENCE_BUTTON

STATE_DIR = "/var/lib/kentongan"
_pin = integer(2, 27, "BCM number")
# What people call the button that silences a box.
_SILENCES = frozenset({"hening", "diam", "bisu", "bungkam", "mute", "silence"})
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"


def _time_of_day(found: Any, place: Place) -> float:
    """A local time of the day, as seconds from midnight."""
    hours, minutes = text(_TIME, "a time of the day in quotes, such as '22:00'")(found, place).split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


@dataclass(frozen=True, slots=True)
class PinSettings:
    """The pin driver; `socket` is only for the simulated one."""

    driver: str = option(text(r"[a-z0-9]+", "a name that gpiozero knows"))
    socket: str | None = option(file_path, default=None)


@dataclass(frozen=True, slots=True)
class SirenSettings:
    """The siren's relay."""

    pin: int = option(_pin)
    active_high: bool = option(flag, default=True)


@dataclass(frozen=True, slots=True)
class StrikerSettings:
    """The solenoid that beats the drum; `stroke_s` is how long it is pulled, in seconds."""

    pin: int = option(_pin)
    stroke_s: float = option(number(0.005, 0.1, " s"), default=0.03)
    active_high: bool = option(flag, default=True)


@dataclass(frozen=True, slots=True)
class StrobeSettings:
    """The light that shines while the box sounds."""

    pin: int = option(_pin)
    active_high: bool = option(flag, default=True)


@dataclass(frozen=True, slots=True)
class ButtonSettings:
    """A wall button, held for `hold_s` seconds, and its lamp."""

    pin: int = option(_pin)
    lamp: int | None = option(_pin, default=None)
    hold_s: float = option(number(0.2, 5.0, " s"), default=1.0)


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """The loudspeaker: SDL's driver and its device, which for `alsa` is a name that `aplay -L` shows.

    What is played is heard `latency_s` seconds after the device took it; `recordings` is a folder of the village's
    own voice. With `speak_notes` an alarm's note is said after its sentence.
    """

    driver: str = option(choice("alsa", "dummy", "disk"))
    device: str = option(text(r"\S.*", "a device's name, as aplay -L shows it"), default="default")
    volume: float = option(number(0.05, 1.0), default=0.8)
    latency_s: float = option(number(0.0, 0.5, " s"), default=0.0)
    drum: str = option(choice("besar", "kecil"), default="besar")
    recordings: str | None = option(file_path, default=None)
    speak_notes: bool = option(flag, default=False)


@dataclass(frozen=True, slots=True)
class LockSettings:
    """The key switch that keeps the network out."""

    pin: int = option(_pin)


@dataclass(frozen=True, slots=True)
class InputSettings:
    """A contact to ground by which the box feels itself; `active_closed: false` turns its meaning round."""

    pin: int = option(_pin)
    active_closed: bool = option(flag, default=True)


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """What the box feels of itself, each optional. Closed: current flows, mains on, battery low, door shut."""

    siren_current: InputSettings | None = option(section(InputSettings), default=None)
    mains: InputSettings | None = option(section(InputSettings), default=None)
    battery_low: InputSettings | None = option(section(InputSettings), default=None)
    door: InputSettings | None = option(section(InputSettings), default=None)

    def inputs(self) -> dict[str, InputSettings]:
        """Those that there are, by name."""
        found = {"siren_current": self.siren_current, "mains": self.mains, "battery_low": self.battery_low,
                 "door": self.door}
        return {name: each for name, each in found.items() if each is not None}


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """A node's settings file, as written."""

    node: str = option(slug)
    district: str = option(file_path)
    village: str = option(slug)
    broker: BrokerSettings = option(brokers)
    pins: PinSettings = option(section(PinSettings))
    siren: SirenSettings = option(section(SirenSettings))
    hears: str = option(choice("village", "all"), default="village")
    hub: bool = option(flag, default=True)
    striker: StrikerSettings | None = option(section(StrikerSettings), default=None)
    strobe: StrobeSettings | None = option(section(StrobeSettings), default=None)
    sound: SoundSettings | None = option(section(SoundSettings), default=None)
    buttons: dict[str, ButtonSettings] = option(table(slug, lambda _name: section(ButtonSettings)), default=dict)
    in_phase: None = option(
        Gone("posts beat one after the other, by `at` and `earshot_m` in the district file"), default=None, omit=True)
    ronda: tuple[float, ...] = option(items(_time_of_day), default=())
    lock: LockSettings | None = option(section(LockSettings), default=None)
    feedback: FeedbackSettings = option(section(FeedbackSettings), default=FeedbackSettings())
    max_sounding_s: float = option(number(10, 900, " s"), default=300.0)
    state_dir: str = option(file_path, default=STATE_DIR)


GONE = frozenset({"in_phase"})  # settings of earlier versions, which a copy of the last ones may have


def read_outputs(found: Mapping[str, Any], name: str) -> tuple[dict[str, SirenSettings], list[str]]:
    """The outputs in the settings *found* by their names, if pin and level are certain; and every fault of theirs.

    An unknown option keeps an output from being driven only where `active_high` is not given: it may be that one,
    misspelt, and the wrong level would switch the output on.
    """
    outputs: dict[str, SirenSettings] = {}
    faults: list[str] = []
    kinds = {"siren": SirenSettings, "striker": StrikerSettings, "strobe": StrobeSettings}
    for output, kind in kinds.items():
        if output not in found:
            faults += [f"{name}.siren: missing; it has no default"] if output == "siren" else []
            continue
        written = found[output]
        try:
            read(kind, written, f"{name}.{output}")
        except SettingsError as error:
            faults += error.faults
        if isinstance(written, Mapping):
            told = "active_high" in written
            written = {key: value for key, value in written.items()
                       if key in ("pin", "active_high") or not (told or key == "stroke_s")}
        try:
            outputs[output] = read(SirenSettings, written)
        except SettingsError:
            continue  # told above
    return outputs, faults


def cross_faults(
    name: str, written: Mapping[str, Any], district: District | None, catalogue: Catalogue | None
) -> Iterator[str]:
    """What is wrong between the settings as *written* and each other, and the files they name."""
    places: dict[int, str] = {}
    for place, pin in _pins(written):
        if pin in places:
            yield f"{name}.{place}: pin {pin} is also {places[pin]}; each pin serves one purpose"
        places.setdefault(pin, place)
    pins = written.get("pins")
    if isinstance(pins, dict) and "socket" in pins and pins.get("driver") != "simulated":
        yield f"{name}.pins.socket: only the driver 'simulated' has one; remove it"
    if district is not None:
        yield from _place_faults(name, written, district)
    buttons = written.get("buttons")
    if catalogue is not None and isinstance(buttons, dict):
        known = [*(slug_ for slug_, each in catalogue.incidents.items() if not each.everywhere), SILENCE_BUTTON]
        for button in buttons:
            if button in catalogue.incidents and button not in known:
                yield f"{name}.buttons.{button}: no post raises this; an operator does, for all villages at once"
                continue
            if button not in known:
                close = _button_meant(str(button), catalogue)
                names = f"(known: {', '.join(known)})"
                yield f"{name}.buttons.{button}: no such incident; {f'did you mean {close}? ' if close else ''}{names}"


def _button_meant(word: str, catalogue: Catalogue) -> str | None:
    """The button that *word*, which names none, probably means."""
    silences = (SILENCE_BUTTON, *_SILENCES)
    names = [name for slug_, each in catalogue.incidents.items() for name in (slug_, *each.also)]
    return SILENCE_BUTTON if nearest(word.casefold(), [*silences, *names]) in silences else meant(
        word, catalogue.incidents)


def _place_faults(name: str, written: Mapping[str, Any], district: District) -> Iterator[str]:
    where = written.get("village")
    village = district.villages.get(where) if isinstance(where, str) else None
    if village is None:
        if where is not None:
            known = hint(str(where), district.villages)
            yield f"{name}.village: {where!r} is no village of {district.district}; {known}"
        return
    node = written.get("node")
    post = village.posts.get(node) if isinstance(node, str) else None
    if post is None:
        if node is not None:
            known = ", ".join(village.posts) or "none yet"
            yield f"{name}.node: {node!r} is no post of {where} in the district file; add it there (known: {known})"
        return
    hears = written.get("hears", "village")
    if hears != post.hears:
        yield f"{name}.hears: {hears!r}, but the district file says {post.hears!r} of this post; make them the same"


def _pins(written: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, int]]:
    """Every pin number in the settings, with its path."""
    for key, value in written.items():
        place = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            yield from _pins(value, place)
        elif key in ("pin", "lamp") and isinstance(value, int):
            yield place, value
