"""What the doctor has found, as it was found. None is what could not be asked. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of systemd, in systemd's words: its `load`, `enabled` and `active` state; how often it was `restarted`.

    `priority` is the real-time priority that it may take.
    """

    name: str
    load: str
    enabled: str
    active: str
    restarted: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """The node or hub that runs as process `pid`: what its journal has of its last run.

    `faults` are those in force; `linked` is whether it has a link to the broker. `unread` is why the journal could not
    be believed, and then these are None. `realtime` and `locked` are what the kernel says of the process.
    """

    pid: int
    faults: Mapping[str, str] | None = None
    linked: bool | None = None
    unread: str = ""
    realtime: bool | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class Pins:
    """What is wrong with the driver, the chip and its lines, and what the box would run without."""

    driver: str
    simulated: bool
    chip: str = ""
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A device that the program's user must be able to open, and the group that may."""

    path: str
    group: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Sound:
    """The loudspeaker's device, why it cannot be opened, and the name of its card where that is known."""

    driver: str
    device: str
    trouble: str | None = None
    card: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """How many of the voice's pieces have no file, whose voice it is, and what is wrong with the recordings' folder."""

    missing: tuple[str, ...]
    total: int
    word: str
    absent: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Whether the clock is synchronised, by which services that run, and whether there is one with a battery (RTC)."""

    synced: bool
    services: tuple[str, ...] | None
    rtc: bool


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the program keeps its state: the file system's kind, whether it is read-only, and its room.

    `writable` is whether the program's user may write there; `errors` how many the file system has counted. Where the
    folder is not `present`, all this is of the nearest one that is.
    """

    folder: str
    kind: str
    read_only: bool
    free_bytes: int
    free_files: int | None
    writable: bool | None
    errors: int | None = None
    present: bool = True


@dataclass(frozen=True, slots=True)
class Power:
    """The firmware's word on power and heat, as `vcgencmd get_throttled` prints it; `model` is "" for no Pi."""

    model: str
    throttled: int | None = None


@dataclass(frozen=True, slots=True)
class Boot:
    """What the firmware reads at each start, and the outputs: each one's pin, and whether it is high at rest."""

    model: str
    path: str
    text: str | None
    outputs: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    wireless: bool | None = None  # whether the way to the broker is the Pi's own Wi-Fi


@dataclass(frozen=True, slots=True)
class Watchdog:
    """After how many seconds the hardware's watchdog starts a hung machine anew (0: never), and whether it has one."""

    seconds: float | None
    present: bool


@dataclass(frozen=True, slots=True)
class Server:
    """The way to the broker: why it is out of reach, "" if it is not; its certificate ends at `until`, in seconds
    since the epoch, and the authority's at `ca_until`.
    """

    host: str
    port: int
    secured: bool
    trouble: str = ""
    begins: float | None = None
    until: float | None = None
    ca_until: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What came of a login of our own: the broker's reason code, and that of a publish of the own status.

    `back` is whether that came back; `digest` the beacon's word on the hub's district, None without a beacon. `trouble`
    is why there is no answer.
    """

    account: str
    login: int | None = None
    published: int | None = None
    back: bool = False
    answered: bool | None = None  # by the hub that runs; None if it was not asked
    beacon: bool = False
    digest: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages outward: how many addresses there are, or what is wrong with them, and how many messages wait.

    The oldest has waited for `oldest_s`. `unread` is why that is not known.
    """

    addresses: int = 0
    faults: tuple[str, ...] = ()
    waiting: int = 0
    oldest_s: float = 0.0
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a box, or of a posko. `kind` is `node` or `posko`; `user` is as whom its program runs.

    `faults` of the settings keep all that needs settings from being looked at: that is then None. `digest` is that of
    the district file; `servers` are the brokers, the first one first; `hub` is whether there is a hub. `systemd`: its
    units were asked. `loud` is what came of a stroke on the loudspeaker: why it was not heard, "" if it was.
    """

    kind: str
    user: str
    clock: Clock
    power: Power
    watchdog: Watchdog
    units: tuple[Unit, ...] | None = None
    running: Running | None = None
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pins: Pins | None = None
    devices: tuple[Device, ...] = ()
    sound: Sound | None = None
    voice: Voice | None = None
    disk: Disk | None = None
    boot: Boot | None = None
    servers: tuple[Server, ...] = ()
    session: Session | None = None
    digest: str = ""
    hub: bool = True
    loud: str | None = None
    messages: Messages | None = None
