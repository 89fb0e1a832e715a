"""A node's settings as they are written: every option, its range and its default. Pure."""

from dataclasses import dataclass

from contract.settings import choice, flag, integer, number, option, section, slug, table, text

_pin = integer(2, 27, "BCM number")
_path = text(r"\S.*", "a path")


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is, and who this node is to it."""

    host: str = option(text(r"\S+", "a host name or an address"))
    port: int = option(integer(1, 65535, "TCP port"), default=1883)
    username: str | None = option(text(r"\S+", "a name without spaces"), default=None)
    password_file: str | None = option(_path, default=None)
    ca_file: str | None = option(_path, default=None)


@dataclass(frozen=True, slots=True)
class PinSettings:
    """The pin driver; `socket` is only for the simulated one."""

    driver: str = option(text(r"[a-z0-9]+", "a name that gpiozero knows"))
    socket: str | None = option(_path, default=None)


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
class LockSettings:
    """The key switch that keeps the network out."""

    pin: int = option(_pin)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """A node's settings file, as written."""

    node: str = option(slug)
    district: str = option(_path)
    village: str = option(slug)
    broker: BrokerSettings = option(section(BrokerSettings))
    pins: PinSettings = option(section(PinSettings))
    siren: SirenSettings = option(section(SirenSettings))
    hears: str = option(choice("village", "all"), default="village")
    hub: bool = option(flag, default=True)
    striker: StrikerSettings | None = option(section(StrikerSettings), default=None)
    strobe: StrobeSettings | None = option(section(StrobeSettings), default=None)
    buttons: dict[str, ButtonSettings] = option(table(slug, lambda _name: section(ButtonSettings)), default=dict)
    lock: LockSettings | None = option(section(LockSettings), default=None)
    max_sounding_s: float = option(number(10, 900, " s"), default=300.0)
    state_dir: str = option(_path, default="/var/lib/kentongan")
