"""A loudspeaker in a world whose time is a number, a performer before it, and what sounds, to the frame.

There are two: Speaker says of itself when it takes its buffers, so that what a performer does with that can be judged
to the frame; of Mixer a Listener has to find it out.
"""

import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from node.core.effects import Play
from node.sound.core import protocol
from node.sound.core.listening import BUFFER, Ended, Listener
from node.sound.core.render import RATE
from node.sound.core.scheduler import Level, Loudspeaker, Performer, Strokes

BUFFER_S = BUFFER / RATE
STROKE = array("h", [1000])  # of one frame, so that each frame that is not zero is a stroke or a word
QUIET_STROKE = array("h", [1000, 7])  # of another drum
STEP_S = 0.0005  # what a turn of the performer takes


@dataclass(slots=True)
class Sounded:
    """Frames as the device took them: at which instant, how loud, and up to which instant if it was stopped."""

    taken: float
    frames: "array[int]"
    volume: float
    stopped: float = math.inf


@dataclass(slots=True)
class Device:
    """Takes a buffer at *phase_s* and every so often after, until *dead_at*; its clock is so much faster."""

    world: "World"
    phase_s: float = 0.0
    drift: float = 0.0
    dead_at: float = math.inf
    sounded: list[Sounded] = field(default_factory=list)
    recordings: dict[str, Sequence[int]] = field(default_factory=dict)
    stops: int = 0

    @property
    def period_s(self) -> float:
        return BUFFER_S / (1 + self.drift)

    def load(self, path: str) -> Sequence[int]:
        if path not in self.recordings:
            raise OSError(f"no file {path}")
        return self.recordings[path]

    def stop(self) -> None:
        self.stops += 1
        self.silence()

    def silence(self) -> None:
        """Ends what sounds with the next buffer."""
        if self.sounded and self.sounded[-1].stopped == math.inf:
            self.sounded[-1].stopped = self.next_buffer()

    def take(self, frames: bytes, volume: float) -> float:
        """Sounds *frames*; returns from which instant on."""
        taken = self.next_buffer()
        self.sounded.append(Sounded(taken, array("h", frames), volume))
        return taken

    def next_buffer(self) -> float:
        passed = math.floor((self.world.now - self.phase_s) / self.period_s + 1e-6)
        found = self.phase_s + (passed + 1) * self.period_s
        return found if found < self.dead_at else math.inf


@dataclass(slots=True)
class Speaker(Device):
    """A device that can tell when it takes what. The Loudspeaker of the scheduler."""

    listened: int = 0
    held_up_s: float = 0.0  # the machine stalls as it says so
    _probed: float = 0.0
    _told: bool = True

    def probe(self) -> None:
        self._probed = self.next_buffer()

    def took_probe(self) -> bool:
        return self.world.now >= self._probed

    def next_buffers(self, interrupted: Callable[[float], bool]) -> tuple[float, float] | None:
        self.listened += 1
        for _ in range(5):
            if interrupted(self.next_buffer() - self.world.now):
                return None
        found = self.next_buffer(), self.period_s
        self.world.now += self.held_up_s
        return found

    def begin(self, frames: bytes, volume: float, at: float | None = None) -> None:
        self.silence()
        taken = self.take(frames, volume)
        assert at is None or abs(at - taken) < 1e-9, "what it says of the device's next buffer is wrong"
        self._told = at is None

    def stop(self) -> None:
        self.stops += 1
        self.silence()
        self._told = True

    def ends_in(self, now: float) -> float | None:
        return None if self._told else max(0.001, self._ends() - now)

    def ended(self, now: float) -> Ended | None:
        if self._told or now < self._ends():
            return None
        self._told = True
        return Ended(self.drift)

    def _ends(self) -> float:
        return self.sounded[-1].taken + len(self.sounded[-1].frames) / RATE / (1 + self.drift)


@dataclass(slots=True)
class Mixer(Device):
    """A device of which only that much can be seen: whether it has taken what it was given. The Listener's Mixer."""

    driver: str = "simulated"
    lost: bool = False
    hurried: list[bool] = field(default_factory=list)
    _probed: float = 0.0

    def probe(self) -> None:
        self._probed = self.next_buffer()

    def is_probing(self) -> bool:
        return self.world.now < self._probed

    def begin(self, frames: bytes, volume: float) -> None:
        assert frames, "pygame-ce crashes on it"
        self.take(frames, volume)

    def is_sounding(self) -> bool:
        if not self.sounded or self.sounded[-1].stopped < math.inf:
            return False
        return self.world.now < last_taken(self, self.sounded[-1])

    def is_lost(self) -> bool:
        return self.lost

    def hurry(self, *, on: bool) -> None:
        self.hurried.append(on)


def last_taken(device: Device, sounded: Sounded) -> float:
    """When *device* takes the buffer with the last of the frames."""
    return sounded.taken + (len(sounded.frames) - 1) // BUFFER * device.period_s


@dataclass(slots=True)
class World:
    """Orders that come at their instants, a performer that obeys them, and what it said."""

    now: float = 1000.0
    told: list[dict[str, object]] = field(default_factory=list)
    orders: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    stalls: list[tuple[float, float]] = field(default_factory=list)  # the machine stands still: from when, how long
    level: Level = Level(0.5, 0.0)
    knocks: int = 0  # how often in a row it was said that an order is there
    speaker: Speaker = field(init=False)
    performer: Performer = field(init=False)

    def __post_init__(self) -> None:
        self.speaker = Speaker(self)
        self._perform(self.speaker)

    @property
    def device(self) -> Device:
        return self.speaker

    def _perform(self, loudspeaker: Loudspeaker) -> None:
        self.performer = Performer(
            loudspeaker, Strokes(STROKE, QUIET_STROKE), self.level, lambda: self.now, self.told.append,
        )

    def play(self, play: Play, at: float | None = None) -> None:
        """*play* is ordered at instant *at*, or at once; its words and its note are the names of recordings."""
        self.order(protocol.write_play(play, play.words, play.intro, play.note), at)

    def order(self, order: dict[str, Any], at: float | None = None) -> None:
        self.orders.append((self.now if at is None else at, order))
        self.orders.sort(key=lambda each: each[0])

    def run(self, until: float) -> "World":
        """Lets time pass as the player's loop does."""
        while self.now < until:
            wait_s = self.performer.act(self.interrupted)
            if self.interrupted(max(STEP_S, min(wait_s, until - self.now))):
                self.performer.obey(self.orders.pop(0)[1])
        return self

    def interrupted(self, wait_s: float) -> bool:
        """Waits, unless an order comes."""
        due = self.orders[0][0] if self.orders else math.inf
        if due <= self.now + wait_s:
            self.now = max(self.now, due)
            self.knocks += 1
            assert self.knocks < 1000, "nobody obeys"
            return True
        self.knocks = 0
        self.now += wait_s
        if self.stalls and self.now >= self.stalls[0][0]:
            self.now += self.stalls.pop(0)[1]
        return False

    def heard(self, loud: int = 1000) -> list[float]:
        """The instants at which the device sounds a frame that is as *loud*, to about a frame."""
        return [
            at for each in self.device.sounded for place in places(each.frames, loud)
            if (at := each.taken + place / RATE / (1 + self.device.drift)) < each.stopped
        ]

    def said(self, what: str) -> list[dict[str, object]]:
        return [words for words in self.told if words["is"] == what]


@dataclass(slots=True)
class Listened(World):
    """The same before a Mixer: when it takes its buffers has to be found out."""

    mixer: Mixer = field(init=False)
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.mixer = Mixer(self)
        self.listener = Listener(self.mixer, lambda: self.now)
        self._perform(self.listener)

    @property
    def device(self) -> Device:
        return self.mixer


def places(frames: "array[int]", value: int) -> Iterator[int]:
    """Where *frames* have *value*."""
    place = -1
    with suppress(ValueError):  # there are no more
        while True:
            yield (place := frames.index(value, place + 1))


def instants(play: Play, first: int, last: int, latency_s: float = 0.0) -> list[float]:
    """When the strokes of rounds *first* to *last* of *play* are to leave the device."""
    return [
        play.start + number * play.cycle.length_s + at_s - latency_s
        for number in range(first, last + 1) for at_s in play.cycle.strokes_s
    ]


def is_same(heard: list[float], expected: list[float], frames: float = 1.0) -> bool:
    """Whether they are the same strokes, each within so many *frames*."""
    return len(heard) == len(expected) and all(
        abs(one - other) * RATE <= frames for one, other in zip(heard, expected, strict=True)
    )
