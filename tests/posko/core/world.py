"""The hub's core in a world whose time is a number: events go in, what is done comes out as lines.

The disk writes at once, unless it is told to wait; it tells what it has when it is asked to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import audible_incidents
from contract.wire.beacon import Beacon, Listed, read_beacon
from contract.wire.response import Responded
from posko.core import step as hub
from posko.core.effects import (
    Effect,
    SaveAlarm,
    SaveAllClear,
    SaveClosed,
    SaveLapor,
    SaveName,
    SavePatrol,
    SaveReport,
    SaveResponse,
    SaveUnanswered,
    Stamped,
    Survey,
)
from posko.core.events import Event, Instant, Loaded, Saved, Stored, StoredCase, StoredResponse
from posko.core.state import Setup, State
from runtime.core.effects import Connect, Log, Publish, Reconnect
from runtime.core.events import Clock, Linked, Received, Tick, Unlinked
from tests.contract import shipped

EPOCH_S = 1_800_000_000.0
SYNCED, UNSYNCED = Clock(synced=True, offset_s=EPOCH_S), Clock(synced=False, offset_s=EPOCH_S)
EMPTY = Loaded((), (), ())
OWN = "posko."  # how the names begin that this hub gives
BUSY_STEPS = 25  # more steps than this at one instant are a loop that spins
FIRE = Key("kalibagor", "kebakaran")


def make_setup() -> Setup:
    """The setup of the shipped district's hub, for three of its posts."""
    posts = {"kalibagor/pos-1": ("kalibagor", "village"), "kotakan/pos-1": ("kotakan", "village"),
             "patokan/polsek": ("patokan", "all")}
    return Setup(
        district="situbondo", version="1", boot="h1", token=str, villages=frozenset(shipped.district().villages),
        incidents=shipped.catalogue().incidents,
        posts={
            post: audible_incidents(shipped.district(), shipped.catalogue(), *place) for post, place in posts.items()
        },
    )


@dataclass(slots=True)
class World:
    """A hub and all that it did. Its loop is the service's: a Tick at each instant that is due."""

    clock: Clock = SYNCED
    now: float = 0.0
    disk: bool = True  # answers at once
    setup: Setup = field(default_factory=make_setup)
    state: State = field(init=False)
    done: list[tuple[float, Effect]] = field(default_factory=list)
    stamps: set[int] = field(default_factory=set)  # written, and not told yet

    def __post_init__(self) -> None:
        self.state = hub.start(self.setup, self.now, self.clock)

    # What happens

    def step(self, event: Event, at: float) -> list[str]:
        """The loop hands over *event* at once, whatever was due before it. Returns what was done."""
        self.now = max(self.now, at)
        self.state, effects = hub.step(self.state, event, at)
        for effect in effects:
            self.done.append((self.now, effect))
            if isinstance(effect, Stamped):
                self.stamps.add(effect.stamp)
        return [line(effect) for effect in effects]

    def feed(self, event: Event, at: float | None = None) -> list[str]:
        """Time passes up to *at* and *event* comes. Returns what came of it at that instant."""
        instant = self.now if at is None else at
        self.wait(instant)
        return self.step(event, instant) + self.wait(instant)

    def wait(self, until: float) -> list[str]:
        """Time passes up to *until*; whatever is due on the way is done. Returns what was done."""
        done: list[str] = []
        busy = 0
        while True:
            if self.disk and self.stamps:
                done += self.answer()
            due = hub.next_due(self.state)
            if due > until:
                break
            busy = busy + 1 if due <= self.now else 0
            assert busy < BUSY_STEPS, f"the loop spins at {self.now}: {self.state}"
            done += self.step(Tick(), max(due, self.now))
        self.now = max(self.now, until)
        return done

    def answer(self) -> list[str]:
        """The disk has all that it was given so far."""
        stamps, self.stamps = frozenset(self.stamps), set()
        return self.step(Saved(stamps), self.now)

    def ready(self, loaded: Loaded = EMPTY) -> "World":
        """The journal answers, and the broker grants every subscription."""
        self.feed(loaded)
        self.feed(Linked())
        return self

    def alarm(
        self, incident: str = "kebakaran", at: float | None = None, village: str = "kalibagor", *,
        retain: bool = False, raw: bytes | None = None, **members: object,
    ) -> list[str]:
        """An alarm comes: with *members*, with the *raw* payload, or with none."""
        payload = raw if raw is not None else json.dumps(members).encode() if members else b""
        return self.hear(f"{village}/alarm/{incident}", payload, at, retain=retain)

    def hear(self, topic: str, payload: bytes = b"", at: float | None = None, *, retain: bool = False) -> list[str]:
        """A message of this district comes."""
        return self.feed(Received(f"kentongan/situbondo/{topic}", payload, retain), at)

    def respond(
        self, identifier: str = "a", step: str = "menuju", at: float | None = None, *, by: str = "petugas/polsek",
        village: str = "kalibagor", incident: str = "kebakaran", retain: bool = False, **members: object,
    ) -> list[str]:
        """Somebody responds."""
        body = {"identifier": identifier, "incident": incident, "by": by, "step": step, **members}
        return self.hear(f"{village}/respon", json.dumps(body).encode(), at, retain=retain)

    def report(
        self, identifier: str = "r", at: float | None = None, *, village: str = "kalibagor", retain: bool = False,
        **members: object,
    ) -> list[str]:
        """A resident reports something."""
        body = {"identifier": identifier, "by": "warga/budi", "text": "Ribut di depan balai desa",
                "severity": "sedang", **members}
        payload = json.dumps(body, ensure_ascii=False).encode()
        return self.hear(f"{village}/lapor", payload, at, retain=retain)

    def responses(self) -> list[str]:
        """Who responds to what the last beacon lists, how far they are, and how long after it was raised."""
        def person(alarm: Listed, each: Responded) -> str:
            return f"{each.by} {each.step} {alarm.age_s - (each.age_s or 0):g}{'' if each.kept else ' not kept'}"

        return [f"{alarm.incident} {alarm.step}: {', '.join(person(alarm, each) for each in alarm.responses)}"
                for alarm in self.beacon().alarms]

    def silence(self, at: float, village: str = "kalibagor") -> list[str]:
        return self.hear(f"{village}/command/silence", b"", at)

    def status(
        self, post: str = "kalibagor/pos-1", at: float | None = None, *, retain: bool = False, boot: str = "n1",
        state: str = "ready", sounding: Key | None = None, **members: object,
    ) -> list[str]:
        """The status of *post* comes."""
        about = {"village": sounding.village, "incident": sounding.incident} if sounding else None
        body = json.dumps({"state": state, "boot": boot, "sounding": about, **members}).encode()
        return self.hear(f"{post.replace('/', '/node/')}/status", body, at, retain=retain)

    def event(self, at: float | None = None, post: str = "kalibagor/pos-1", **members: object) -> list[str]:
        """*post* says an event."""
        body = json.dumps({"boot": "n1", **members}).encode()
        return self.hear(f"{post.replace('/', '/node/')}/event", body, at)

    # What came of it

    def beacons(self) -> list[tuple[float, Beacon]]:
        """Every beacon so far, with its instant."""
        found = []
        for at, effect in self.done:
            if isinstance(effect, Publish) and effect.topic.endswith("/active"):
                read = read_beacon(effect.payload)
                assert isinstance(read, Beacon)
                found.append((at, read))
        return found

    def beacon(self) -> Beacon:
        """The last one, once what happened so far may be said."""
        self.wait(self.now + 0.125)
        return self.beacons()[-1][1]

    def kept(self) -> set[str]:
        """The identifiers that the last one says need not be sent again."""
        return {name.identifier for name in self.beacon().kept()}

    def acknowledged(self) -> tuple[str, ...]:
        """Those of them that are not in force, in its order."""
        return tuple(each for names in self.beacon().acknowledged for each in names.identifiers)

    def listed(self) -> list[str]:
        """What the last one lists, each in a line: its age and what is left of it, in whole seconds."""
        return [listed_line(each) for each in self.beacon().alarms]

    def events(self) -> list[Mapping[str, object]]:
        """Every event so far."""
        return [effect.event for _, effect in self.done if isinstance(effect, Log)]

    def told(self) -> list[str]:
        """Every event so far, each as a line."""
        return [event_line(event) for event in self.events()]

    def last(self) -> Mapping[str, object]:
        """The last event."""
        return self.events()[-1]

    def told_at(self, kind: str) -> list[float]:
        """When each event of *kind* was told."""
        return [at for at, effect in self.done if isinstance(effect, Log) and effect.event["event"] == kind]

    def shown(self) -> dict[str, object]:
        """The hub's own status, as it was announced last, once it may be said."""
        self.wait(self.now + 0.25)
        found: dict[str, object] = json.loads(
            [e.payload for _, e in self.done if isinstance(e, Publish) and e.topic.endswith("posko/status")][-1]
        )
        return found

    def ends(self) -> list[str]:
        """What was written as over so far: its name, and how it ended."""
        return [
            f"{short(e.alarm.first)} {e.end.value}"
            for _, e in self.done if isinstance(e, SaveAlarm) and e.end is not None
        ]

    def did(self, kind: type[Effect]) -> list[float]:
        """The instants at which an effect of *kind* was done."""
        return [at for at, effect in self.done if isinstance(effect, kind)]


def offline(world: World, at: float) -> list[str]:
    return world.feed(Unlinked("no route"), at)


def stored(identifier: str = "a", *, shift: float | None = 0.0, wall: float | None = None, **other: object) -> Stored:
    """A fire in Kalibagor that an earlier run left, raised at its instant 10 and in force until 190."""
    about: dict[str, object] = {
        "key": FIRE, "first": identifier, "identifier": identifier, "also": (), "status": Status.ACTUAL,
        "origin": "", "note": "", "first_at": 10.0, "raised_at": 10.0, "until": 190.0, "silenced": {}, "sounds": {},
        "shift": shift, "first_wall": wall, **other,
    }
    return Stored(**about)  # type: ignore[arg-type]


def stored_case(*responses: StoredResponse, unanswered: bool = False) -> StoredCase:
    """The case of that fire."""
    return StoredCase(FIRE, "a", ("a",), Status.ACTUAL, Instant(10.0, shift=0.0, wall=None), responses,
                      unanswered=unanswered)


def names(key: Key = FIRE, **over: bool) -> tuple[tuple[Name, bool], ...]:
    """What an earlier run saw of *key*: identifiers, and whether each is over."""
    return tuple((key.name(identifier), each) for identifier, each in over.items())


def short(identifier: object) -> str:
    """*identifier*; one that this hub gave only by its number."""
    return str(identifier).replace(OWN, "#")


def listed_line(alarm: Listed) -> str:
    words = [alarm.incident, alarm.village, short(alarm.identifier), f"{alarm.age_s:.0f}+{alarm.remaining_s:.0f}"]
    words += [f"also {','.join(map(short, alarm.also))}"] if alarm.also else []
    words += [f"silenced {','.join(alarm.silenced)}"] if alarm.silenced else []
    return " ".join([*words, *([] if alarm.status is Status.ACTUAL else [alarm.status.value]),
                     *([] if alarm.kept else ["not kept"])])


def event_line(event: Mapping[str, object]) -> str:
    """*event* in a line: its name, and what it is about."""
    about = [str(event[name]) for name in ("incident", "village", "post", "part") if name in event]
    names = [short(event[name]) for name in ("identifier", "by") if name in event]
    return " ".join([str(event["event"]), *about, *names])


def line(effect: Effect) -> str:  # noqa: C901, PLR0911 - a table, one row an effect
    """*effect* in a line."""
    match effect:
        case SaveAlarm(_, alarm, _, _, end):
            return f"keep {alarm.key.incident} {short(alarm.identifier)}{f' {end.value}' if end else ''}"
        case SaveName(_, name, _):
            return f"hear {short(name.identifier)}"
        case SaveAllClear(_, village, at):
            return f"clear {village} {at:g}"
        case SaveResponse(_, name, made):
            return f"respond {name.incident} {name.village} {short(name.identifier)} {made.by} {made.step}"
        case SaveUnanswered(name):
            return f"unanswered {name.incident} {name.village} {short(name.identifier)}"
        case SaveLapor(_, found):
            return f"report {found.name.village} {found.name.identifier} {found.by}"
        case SaveClosed(name, closure):
            return f"close {name.village} {name.identifier} {closure.value}"
        case SavePatrol():
            return f"patrol {effect.village} {short(effect.identifier)} {effect.post} {effect.origin}"
        case SaveReport(post, event):
            return f"overhear {post} {event.get('event')}"
        case Log(event):
            return f"log {event_line(event)}"
        case Connect() | Reconnect() | Survey():
            return type(effect).__name__.lower()
        case Publish(topic, payload, retain):
            return _publish_line(topic, payload, retain=retain)


def _publish_line(topic: str, payload: bytes, *, retain: bool) -> str:
    if topic.endswith("/active"):
        read = read_beacon(payload)
        assert isinstance(read, Beacon)
        return f"beacon [{'; '.join(map(listed_line, read.alarms))}]"
    if topic.endswith("posko/event"):
        return f"tell {event_line(json.loads(payload))}"
    if topic.endswith("posko/status"):
        return f"status {json.loads(payload)['state']}"
    return f"{'clear away' if retain and not payload else 'publish'} {topic}"
