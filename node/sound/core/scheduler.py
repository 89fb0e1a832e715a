"""When the loudspeaker is given what: each round at its instant, from an entry on that spoils no count.

    orders ──> obey ──> program ──> Rendering, a stroke at a time ──> act ──> device: just so much silence, then frames

A device takes a sound at its next buffer, up to 12 ms after it was told to. So before each round it is listened to
when it takes its buffers, and is given the round behind just so much silence that the first stroke lies where it
should. Its clock drifts from the machine's: that is measured over each round, and as the device is listened to anew
for the next one, what drifted in a round is put right there. Must not wait, nor know what the device is.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from contract.domain.rhythm import Span
from contract.values import dataclass
from node.core.effects import Play
from node.sound.core import protocol, render
from node.sound.core.listening import Ended
from node.sound.core.render import RATE, Entry, Rendering

# How long before an entry the device is listened to: at first, and then by how long that took.
LEAD_S, LEAST_LEAD_S, MOST_LEAD_S = 0.3, 0.12, 2.0
DECIDE_S = 0.03
LATE_S = 0.001  # a figure whose first stroke would be later than this is left out: half of one says something else
ASK_S = 0.01  # how often a device that is asked is looked at
CALM_S = 0.5  # a note is read only if the device is not listened to within so long
IDLE_S = 60.0
QUIET = 0.15  # of the volume: the watch's round, and a test's stroke


@dataclass(frozen=True, slots=True)
class Level:
    """How loud, from 0 to 1, and how many seconds after the device took it a sound is heard."""

    volume: float
    latency_s: float


@dataclass(frozen=True, slots=True)
class Strokes:
    """The frames of one stroke: as alarms are beaten, and what is quiet."""

    alarm: Sequence[int]
    quiet: Sequence[int]


class Loudspeaker(Protocol):
    """A device that takes frames (16 bits, one channel) a buffer at a time. Its failures are DeviceErrors."""

    def load(self, path: str) -> Sequence[int]:
        """The frames of a recording, at the device's rate. Raises OSError."""

    def probe(self) -> None:
        """Has the device take a frame of nothing."""

    def took_probe(self) -> bool:
        """Whether it has taken it."""

    def next_buffers(self, interrupted: Callable[[float], bool]) -> tuple[float, float] | None:
        """When the device will take its next buffer, and how many seconds after that the one that follows.

        *interrupted* waits for so many seconds, or until there is something else to do: then the answer is None.
        """

    def begin(self, frames: bytes, volume: float, at: float | None = None) -> None:
        """Sounds *frames*, in place of what sounds, from the device's next buffer on.

        With *at*, the instant at which it takes that, their end is reported.
        """

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""

    def ends_in(self, now: float) -> float | None:
        """After how many seconds it is worth to ask whether what sounds has ended; None if nothing does."""

    def ended(self, now: float) -> Ended | None:
        """That what sounded has ended since this was asked last, if it has."""


class Performer:
    """Has *device* sound what it is ordered to; *tell* says something to the node."""

    def __init__(
        self, device: Loudspeaker, strokes: Strokes, level: Level, now: Callable[[], float],
        tell: Callable[[dict[str, object]], None],
    ) -> None:
        self._device = device
        self._strokes = {False: array("h", strokes.alarm), True: array("h", strokes.quiet)}  # by whether it is quiet
        self._volume = level.volume
        self._latency_s = level.latency_s
        self._now = now
        self._tell = tell
        self._play: Play | None = None
        self._rendering: Rendering | None = None
        self._rendered = False
        self._note_due = False
        self._entry: Entry | None = None
        self._number = -1  # the round that sounds, or sounded last
        self._pinged: int | None = None
        self._lead_s = LEAD_S
        self._drift = 0.0  # how much faster than the machine's clock the device's was in the last round

    def obey(self, order: Mapping[str, Any]) -> None:
        """Takes in *order*; what is to be silent is silent when this returns."""
        match order["do"]:
            case "play":
                self._begin(protocol.read_play(order))
            case "hush":
                self._stop()
                self._tell({"is": "quiet", "number": order["number"]})
            case "knock" if self._play is None:
                self._device.begin(self._strokes[True].tobytes(), self._volume * QUIET)
            case "ping":
                if self._pinged is None:  # else it might always have just been asked
                    self._device.probe()
                self._pinged = order["number"]

    def act(self, interrupted: Callable[[float], bool]) -> float:
        """Does what is due, and returns for how many seconds nothing will be."""
        now = self._now()
        if self._play is not None and now >= self._play.until:
            self._stop()
        self._listen(now)
        if self._rendering is not None and not self._rendered:
            self._rendered = not self._rendering.step()
            return 0.0
        if self._note_due and self._is_calm(now):
            self._take_note()
            return 0.0
        waits = [IDLE_S if self._pinged is None else ASK_S, self._device.ends_in(now) or IDLE_S]
        if self._play is not None:
            waits.append(self._play.until - now)
        if self._play is not None and self._entry is not None and self._rendering is not None:
            due_in_s = self._entry.at - self._latency_s - self._lead_s - now
            if due_in_s <= 0:
                self._begin_round(self._play, self._rendering, self._entry, interrupted)
                return 0.0
            waits.append(due_in_s)
        return max(0.0, min(waits))

    def _begin(self, play: Play) -> None:
        """Begins *play*, in place of the program before. One that only ends at another time goes on unbroken.

        One that says something else (an exercise that became earnest) is joined anew at its next figure.
        """
        before = self._play
        says_else = before is not None and bool(before.words) and before.words != play.words
        if before is None or says_else or _drummed(before) != _drummed(play):
            self._stop()
        if self._rendering is None or before is None or _sound(before) != _sound(play):
            words = self._read(play.words)
            if not words:
                play = replace(play, cycle=replace(play.cycle, voice=None))
            self._rendering, self._rendered = Rendering(play.cycle, self._strokes[play.quiet], words), False
            self._note_due = bool(play.note)
        elif before.note != play.note:
            self._note_due = True
        if before is None or _drummed(before) != _drummed(play):
            self._announce(play)
        self._play = play
        if self._entry is None or self._entry.at >= play.until:  # else it stands, however soon it is
            self._entry = self._next(play)

    def _announce(self, play: Play) -> None:
        """Says the intro of *play*, if its first round is yet to begin, and until then at most."""
        left_s = play.start + play.entered_s - self._now() - self._latency_s
        if play.intro and left_s > 0:
            words = self._read(play.intro)
            if words:
                said = render.spoken(words, Span(0.0, left_s))
                self._device.begin(said.tobytes(), self._volume)

    def _is_calm(self, now: float) -> bool:
        """Whether there is time to read a file before anything is due: no round waits for a note."""
        entry = self._entry
        return entry is None or entry.at - self._latency_s - self._lead_s - now > CALM_S

    def _take_note(self) -> None:
        """Has the note of what is played said from the next round on, if it fits."""
        play, rendering, self._note_due = self._play, self._rendering, False
        if play is None or rendering is None:
            return
        note: Sequence[int] = ()
        reason = "no time is left for it after the sentence"
        if play.note:
            try:
                note = self._device.load(play.note)
            except OSError as error:
                reason = str(error)
        if not rendering.set_note(note) or (play.note and not note):
            self._tell({"is": "left out", "path": play.note, "reason": reason})

    def _read(self, paths: Sequence[str]) -> list[Sequence[int]]:
        """The recordings; none where one cannot be read, for half a sentence misleads. The drum goes on."""
        words = []
        for path in paths:
            try:
                words.append(self._device.load(path))
            except OSError as error:
                self._tell({"is": "unreadable", "path": path, "reason": str(error)})
            else:
                self._tell({"is": "readable", "path": path})
        return words if len(words) == len(paths) else []

    def _stop(self) -> None:
        self._device.stop()
        self._play, self._entry, self._rendering, self._number = None, None, None, -1
        self._note_due = False

    def _next(self, play: Play) -> Entry | None:
        """The first entry that there is still time for."""
        return render.entry(play, self._now() + self._lead_s + self._latency_s, self._number)

    def _listen(self, now: float) -> None:
        """Says what the device has done meanwhile."""
        if self._pinged is not None and self._device.took_probe():
            self._tell({"is": "pong", "number": self._pinged})
            self._pinged = None
        ended = self._device.ended(now)
        if ended is not None:
            if ended.drift is not None:
                self._drift = ended.drift
            drift_ppm = None if ended.drift is None else round(ended.drift * 1e6)
            self._tell({"is": "ended", "number": self._number, "drift_ppm": drift_ppm})

    def _begin_round(
        self, play: Play, rendering: Rendering, entry: Entry, interrupted: Callable[[float], bool]
    ) -> None:
        """Gives the device what is left of a round from *entry* on, so that it is heard at its instant."""
        begun = self._now()
        found = self._device.next_buffers(interrupted)
        if found is None:
            return  # it is listened to again, once what was said is done
        self._lead_s = min(MOST_LEAD_S, max(LEAST_LEAD_S, 2 * (self._now() - begun) + DECIDE_S))
        at, period_s = found
        while self._now() > at - LATE_S:
            at += period_s
        silent = round((entry.at - self._latency_s - at) * RATE * (1 + self._drift))
        if silent >= -LATE_S * RATE:
            frames = rendering.frames[rendering.place(entry.at_s) + max(0, -silent):]
            gain = self._volume * (QUIET if play.quiet else 1.0)
            self._device.begin(render.silence(max(0, silent)).tobytes() + frames.tobytes(), gain, at)
            self._number = entry.number
            self._tell({"is": "round", "number": entry.number, "at": entry.at})
        self._entry = self._next(play)


def _drummed(play: Play) -> tuple[object, ...]:
    """What makes *play* another program, and not the same one with another end or other words."""
    return replace(play.cycle, voice=None), play.start, play.entered_s, play.quiet


def _sound(play: Play) -> tuple[object, ...]:
    """What a round of *play* is rendered from."""
    return play.cycle, play.words, play.quiet
