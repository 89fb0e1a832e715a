"""A node's core in a world whose time is a number: events go in, what is done comes out as lines and as sound."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.domain.alarm import Name, Status
from contract.domain.district import audible_incidents
from contract.domain.incidents import cycles
from contract.domain.rhythm import ALONE
from contract.wire.beacon import Arrived, Beacon, Cleared, Listed, Over, write_beacon
from node.core import step as alarm
from node.core.effects import DeletePress, Effect, Hush, Lamp, Light, Play, SavePress, SaveSeen, SelfTest
from node.core.events import Contact, Event, Loaded, OutboxEntry
from node.core.state import Setup, State
from runtime.core.effects import Connect, Log, Publish, Reconnect
from runtime.core.events import Acknowledged, Clock, Linked, Received, Tick, Unlinked
from tests.contract import shipped

EPOCH_S = 1_800_000_000.0
SYNCED, UNSYNCED = Clock(synced=True, offset_s=EPOCH_S), Clock(synced=False, offset_s=EPOCH_S)
OWN = "kalibagor.pos-1."  # how this node's identifiers begin
HOLDS_S = {"pencurian": 1.0, "kebakaran": 1.0, "bencana": 1.0, "aman": 2.0, "senyap": 2.0, "lock": 0.5}
BUSY_STEPS = 25  # more steps than this at one instant are a loop that spins


def make_setup(
    village: str = "kalibagor", hears: str = "village", *, hub: bool = True, max_s: float = 300.0, drum: bool = True,
    ronda_s: tuple[float, ...] = (),
) -> Setup:
    """The setup of a box with six contacts, made from the shipped files."""
    return Setup(
        district="situbondo", village=village, node="pos-1", hub=hub, version="1", boot="b1", token=str,
        villages=frozenset(shipped.district().villages),
        audible=audible_incidents(shipped.district(), shipped.catalogue(), village, hears),
        incidents=shipped.catalogue().incidents,
        cycles={ALONE: cycles(shipped.catalogue(), shipped.family("jawa-timur"))},
        holds_s=HOLDS_S, lamps=frozenset({"pencurian", "kebakaran", "senyap"}), max_sounding_s=max_s,
        drivers={"pins": "mock"}, drum=drum, ronda_s=ronda_s,
        posts=frozenset({"kalibagor/pos-1", "kalibagor/pos-2", "kotakan/pos-1", "patokan/polsek"}),
    )


@dataclass(slots=True)
class Sound:
    """An incident's program, from the instant at which it was told to its last.

    What is beaten once may have to wait: it `begins` later than it was told.
    """

    incident: str
    told: float
    begins: float
    until: float
    unbroken: bool  # it took over from the sound before without a Hush


@dataclass(slots=True)
class World:
    """A node and all that it did. Its loop is the service's: a Tick at each instant that is due."""

    setup: Setup = field(default_factory=make_setup)
    clock: Clock = UNSYNCED
    now: float = 0.0
    state: State = field(init=False)
    done: list[tuple[float, Effect]] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    hushed: bool = True
    seq: int = 0

    def __post_init__(self) -> None:
        self.state = alarm.start(self.setup, self.now, self.clock)

    # What happens

    def step(self, event: Event, at: float) -> list[str]:
        """The loop hands over *event* at once, whatever was due before it. Returns what was done."""
        self.now = max(self.now, at)
        self.state, effects = alarm.step(self.state, event, at)
        for effect in effects:
            self.done.append((self.now, effect))
            self._hear(effect)
        return [line(self.setup, effect) for effect in effects]

    def feed(self, event: Event, at: float | None = None) -> list[str]:
        """Time passes up to *at* and *event* comes. Returns what it did at that instant."""
        instant = self.now if at is None else at
        self.wait(instant)
        return self.step(event, instant) + self.wait(instant)

    def wait(self, until: float) -> list[str]:
        """Time passes up to *until*; whatever is due on the way is done. Returns what was done."""
        done: list[str] = []
        busy = 0
        while (due := alarm.next_due(self.state)) is not None and due <= until:
            busy = busy + 1 if due <= self.now else 0
            assert busy < BUSY_STEPS, f"the loop spins at {self.now}: {self.state}"
            done += self.step(Tick(), max(due, self.now))
        self.now = max(self.now, until)
        return done

    def ready(self, *presses: OutboxEntry, seen: Mapping[Name, bool] | None = None) -> "World":
        """The journal answers, with *presses* and *seen*, and the broker grants every subscription."""
        self.feed(Loaded(presses, tuple((seen or {}).items())))
        self.feed(Linked())
        return self

    def offline(self) -> "World":
        """The journal answers, and the broker does not."""
        self.feed(Loaded((), ()))
        self.feed(Unlinked("no route"))
        return self

    def touch(self, name: str, at: float) -> list[str]:
        return self.feed(Contact(name, closed=True), at)

    def release(self, name: str, at: float) -> list[str]:
        return self.feed(Contact(name, closed=False), at)

    def press(self, name: str, at: float) -> list[str]:
        """Holds *name* for its time, and no longer. Returns what was done as the hold ended."""
        self.touch(name, at)
        held = at + self.setup.holds_s[name]
        done = self.wait(held)
        self.release(name, held + 0.125)
        return done

    def tap(self, name: str, at: float, held_s: float = 0.25) -> list[str]:
        """Touches *name* for *held_s*, less than its time. Returns what was done once it was surely let go."""
        self.touch(name, at)
        return self.release(name, at + held_s) + self.wait(at + held_s + 0.0625)

    def alarm(
        self, incident: str, at: float | None = None, village: str = "kalibagor", *, retain: bool = False,
        raw: bytes | None = None, **members: object,
    ) -> list[str]:
        """An alarm comes from the network: with *members*, with the *raw* payload, or with none."""
        payload = raw if raw is not None else json.dumps(members).encode() if members else b""
        return self.feed(Received(f"kentongan/situbondo/{village}/alarm/{incident}", payload, retain), at)

    def command(
        self, word: str, at: float | None = None, village: str = "kalibagor", *, raw: bytes = b""
    ) -> list[str]:
        return self.feed(Received(f"kentongan/situbondo/{village}/command/{word}", raw, retain=False), at)

    def ronda(
        self, at: float | None = None, village: str = "kalibagor", *, retain: bool = False, raw: bytes | None = None,
        **members: object,
    ) -> list[str]:
        """Somebody's round comes from the network: with *members*, with the *raw* payload, or with none."""
        payload = raw if raw is not None else json.dumps(members).encode() if members else b""
        return self.feed(Received(f"kentongan/situbondo/{village}/ronda", payload, retain), at)

    def beacon(
        self, *listed: Listed, at: float | None = None, seq: int | None = None, boot: str = "h1",
        cleared: Mapping[str, float] | None = None, over: tuple[Over, ...] = (), acknowledged: tuple[Name, ...] = (),
        made_at: float | None = None, time: float | None = None, district_digest: str = "",
        term: int | None = None,
    ) -> list[str]:
        """The hub's beacon comes, with the next number unless *seq* gives one; *cleared* are villages, with ages.

        *made_at* is the hub's own clock that never jumps, *time* its time of day.
        """
        self.seq = self.seq + 1 if seq is None else seq
        clears = tuple(Cleared(village=village, age_s=age_s) for village, age_s in (cleared or {}).items())
        beacon = Beacon(boot=boot, seq=self.seq, alarms=listed, cleared=clears, over=over,
                        acknowledged=acknowledge(*acknowledged), at_s=made_at, time=time,
                        district_digest=district_digest, term=term)
        return self.feed(Received("kentongan/situbondo/active", write_beacon(beacon), retain=False), at)

    def acknowledge(self, identifier: str, at: float | None = None) -> list[str]:
        return self.feed(Acknowledged(identifier), at)

    # What came of it

    def events(self) -> list[Mapping[str, object]]:
        """Every event so far."""
        return [effect.event for _, effect in self.done if isinstance(effect, Log)]

    def told(self) -> list[str]:
        """Every event so far, each as a line."""
        return [event_line(event) for event in self.events()]

    def told_at(self) -> list[tuple[float, str]]:
        """Every event so far, each with its instant."""
        return [(at, event_line(effect.event)) for at, effect in self.done if isinstance(effect, Log)]

    def reasons(self) -> list[str]:
        """The reason of every event so far that has one."""
        return [str(event["reason"]) for event in self.events() if "reason" in event]

    def sent(self) -> list[str]:
        """Every alarm, and every round, that was published so far."""
        lines = [line(self.setup, effect) for _, effect in self.done]
        return [each for each in lines if each.startswith("send ")]

    def plays(self) -> list[tuple[float, Play]]:
        """Every program so far, each with the instant at which it was told."""
        return [(at, effect) for at, effect in self.done if isinstance(effect, Play)]

    def did(self, kind: type[Effect]) -> list[float]:
        """The instants at which an effect of *kind* was done."""
        return [at for at, effect in self.done if isinstance(effect, kind)]

    def heard(self) -> list[tuple[str, float, float]]:
        """What sounded so far: the incident, from when, until when."""
        found: list[tuple[str, float, float]] = []
        for sound in self.sounds:
            until = min(sound.until, self.now)
            if found and sound.unbroken and found[-1][0] == sound.incident and found[-1][2] == sound.begins:
                found[-1] = (sound.incident, found[-1][1], until)
            elif until > sound.begins:
                found.append((sound.incident, sound.begins, until))
        return found

    def rounds(self) -> list[tuple[float, float]]:
        """When the patrol code was beaten so far, from when until when, to a hundredth of a second."""
        return [(round(began, 2), round(until, 2)) for incident, began, until in self.heard() if incident == "patroli"]

    def unbroken(self) -> list[tuple[float, float]]:
        """The stretches in which something sounded without a break, as far as it was told to."""
        found: list[tuple[float, float]] = []
        for sound in self.sounds:
            if found and sound.unbroken and found[-1][1] >= sound.told:
                found[-1] = (found[-1][0], sound.until)
            else:
                found.append((sound.told, sound.until))
        return found

    def sounding(self) -> str | None:
        """The incident that sounds now."""
        last = self.sounds[-1] if self.sounds else None
        return last.incident if last is not None and self.now < last.until else None

    def lamps(self) -> dict[str, str]:
        """What the lamps say now."""
        return {name: lamp.value for name, lamp in self.state.lamps.items()}

    def status(self) -> dict[str, object]:
        """The status that was announced last."""
        found: dict[str, object] = json.loads(
            [e.payload for _, e in self.done if isinstance(e, Publish) and e.topic.endswith("/status")][-1]
        )
        return found

    def _hear(self, effect: Effect) -> None:
        if not isinstance(effect, Play | Hush):
            return
        if self.sounds:
            self.sounds[-1].until = min(self.sounds[-1].until, self.now)
        if isinstance(effect, Play):
            incident = incident_of(self.setup, effect)
            begins = max(self.now, effect.start + effect.entered_s)
            self.sounds.append(Sound(incident, self.now, begins, effect.until, unbroken=not self.hushed))
        self.hushed = isinstance(effect, Hush)


def acknowledge(*names: Name) -> tuple[Arrived, ...]:
    """What the hub says of *names*: that they are on its disk, and not in force."""
    return tuple(
        Arrived(village=each.village, incident=each.incident, identifiers=(each.identifier,)) for each in names
    )


def listed(
    identifier: str, incident: str = "kebakaran", village: str = "kalibagor", *, age: float = 0.0,
    remaining: float = 180.0, status: Status = Status.ACTUAL, also: tuple[str, ...] = (),
    silenced: tuple[str, ...] = (), kept: bool = True, origin: str = "", step: str = "",
) -> Listed:
    """One alarm on the hub's list."""
    return Listed(
        identifier=identifier, incident=incident, village=village, status=status, age_s=age, remaining_s=remaining,
        also=also, silenced=silenced, kept=kept, origin=origin, step=step,
    )


def incident_of(setup: Setup, play: Play) -> str:
    """What *play* is about: what it says, or whose cycle it has."""
    called = [piece.removeprefix("kejadian-") for piece in play.words if piece.startswith("kejadian-")]
    return called[0] if called else next(name for name, each in setup.cycles[ALONE].items() if each is play.cycle)


def short(identifier: object) -> str:
    """*identifier*; this node's own only by its number."""
    return str(identifier).replace(OWN, "#")


def event_line(event: Mapping[str, object]) -> str:
    """*event* in a line: its name, and what it is about."""
    about = [str(event[name]) for name in ("incident", "village", "part") if name in event]
    name = [short(event["identifier"])] if "identifier" in event else []
    return " ".join([str(event["event"]), *about, *name])


def line(setup: Setup, effect: Effect) -> str:
    """*effect* in a line."""
    match effect:
        case Play(_, start, until, entered_s):
            entered = f", entered after {entered_s:g}" if entered_s else ""
            return f"play {incident_of(setup, effect)} {start:g} to {until:g}{entered}"
        case Hush() | Connect() | Reconnect() | SelfTest():
            return type(effect).__name__.lower() + (" with a knock" if effect == SelfTest(knock=True) else "")
        case Light(lamps):
            lit = [f"{name} {lamp.value}" for name, lamp in lamps.items() if lamp is not Lamp.OFF]
            return f"light {', '.join(lit) or 'none'}"
        case Publish():
            return _publish_line(effect)
        case Log(event):
            return f"log {event_line(event)}"
        case SavePress(press):
            return f"keep {press.incident} {short(press.identifier)}"
        case DeletePress(identifier):
            return f"drop {short(identifier)}"
        case SaveSeen(name, over):
            return f"remember {short(name.identifier)}{' over' if over else ''}"


def _publish_line(effect: Publish) -> str:
    members = json.loads(effect.payload)
    if effect.topic.endswith("/status"):
        return f"status {members['state']}"
    if effect.topic.endswith("/event"):
        return f"tell {event_line(members)}"
    return f"send {effect.topic.split('/')[-1]} {short(members['identifier'])} {members['age_s']:g} s old"


def same(lines: list[str]) -> list[str]:
    """*lines* without what only people read: events, lamps and status."""
    return [each for each in lines if each.split()[0] not in ("log", "tell", "light", "status")]
