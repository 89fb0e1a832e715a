"""From a cycle to sound: one round's strokes and its words in one buffer. Pure arithmetic on frames.

Between the strokes of a buffer there is no error: each lies at its frame, whatever the machine is doing while they
sound. The buffer begins with the round's first stroke, or with its words where nothing is beaten.

    stroke, words (frames) ──┐
    cycle ───────────────────┴──> Rendering ──> frames ──> the player, from any of the round's entries on
"""

import math
from array import array
from collections.abc import Sequence
from operator import add, mul
from typing import TypeAlias

from contract.domain.rhythm import Cycle, Span, entered
from contract.values import dataclass
from node.core.effects import Play

RATE = 44_100  # frames a second; a frame is one sample of 16 bits, as there is one loudspeaker
BREATH_S = 0.15  # between two words
QUIET = 0.01  # of a word's loudest sample: what is quieter, at its beginning and end, is left out
FADE_S = 0.05  # at the end of words that are too long for their slot
# How loud words are, as a root mean square, of 32,767. Made alike by their peaks, the pieces of espeak-ng differ by
# 5 dB (measured: peaks 13 dB above the mean in "Ini latihan.", 17 dB in "Kebakaran"); at this level none is clipped.
LOUDNESS = 4_200
KNEE, LOUDEST = 26_000, 32_000  # a recording's peaks beyond the knee are rounded off below the loudest
_STEP_S, _STEPS = 0.1, 4  # loudness is taken by blocks of 0.4 s, one each 0.1 s; ITU-R BS.1770-4
_GATE = 0.1  # of the blocks' mean power: what has less is a pause, and does not count; from the same
_LOWEST, _HIGHEST = -32_768, 32_767

Frames: TypeAlias = "array[int]"  # signed, 16 bits each


def frame(at_s: float) -> int:
    """The frame that lies *at_s* seconds after frame 0."""
    return round(at_s * RATE)


def silence(frames: int) -> Frames:
    """So many *frames* of nothing."""
    return array("h", bytes(2 * frames))


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a round can be joined: at instant `at`, which is `at_s` seconds after the start of round `number`."""

    at: float
    number: int
    at_s: float


def entry(play: Play, now: float, after: int) -> Entry | None:
    """The first entry at or after instant *now* into a round of *play* later than number *after*, if one is left."""
    cycle = play.cycle
    first = max(after + 1, int((now - play.start) // cycle.length_s), 0)
    for number in (first, first + 1, first + 2):  # the first round may have nothing left for the drum
        begun = play.start + number * cycle.length_s
        for at_s in _entries_s(entered(cycle, play.entered_s) if number == 0 else cycle):
            if now <= begun + at_s < play.until:
                return Entry(begun + at_s, number, at_s)
    return None


class Rendering:
    """A round in the making, a stroke at a time, so that whoever makes it can listen in between."""

    def __init__(self, cycle: Cycle, stroke: Sequence[int], words: Sequence[Sequence[int]] = ()) -> None:
        voice_s = cycle.voice.at_s if cycle.voice is not None else 0.0
        self._begin = frame(cycle.strokes_s[0] if cycle.strokes_s else voice_s)
        self._stroke = array("h", stroke)
        self._onsets = [frame(at_s) - self._begin for at_s in cycle.strokes_s]
        self._voice = cycle.voice if words else None
        self._words = list(words)
        self._said = array("h")
        self._rung = 0  # up to this frame something is in the buffer
        ends = self._onsets[-1] + len(stroke) if self._onsets else 0
        if self._voice is not None:
            ends = max(ends, self.place(self._voice.at_s) + frame(self._voice.length_s))
        self.frames = silence(ends)

    def place(self, at_s: float) -> int:
        """The frame of the buffer that lies *at_s* seconds after the round's start."""
        return frame(at_s) - self._begin

    def step(self) -> bool:
        """Adds the next stroke, or after all of them the next word. Returns whether there is more to add."""
        if self._onsets:
            self._strike(self._onsets.pop(0))
            return True
        if self._voice is None:
            return False
        room = frame(self._voice.length_s)
        if self._words:
            _say(self._said, self._words.pop(0), room)
            return True
        said, at = _cut(self._said, room), self.place(self._voice.at_s)
        self.frames[at:at + len(said)] = said
        return False

    def set_note(self, note: Sequence[int]) -> bool:
        """Has *note* said after the words, in place of one before, whole or not at all; returns whether it fits.

        It has to be as loud as it is to be, and this rendering done: nothing but frames is copied here.
        """
        if self._voice is None:
            return not note
        slot, room = self.place(self._voice.at_s), frame(self._voice.length_s)
        said = min(len(self._said), room)
        self.frames[slot + said:slot + room] = silence(room - said)
        at = said + frame(BREATH_S)
        if not note or at + len(note) > room:
            return not note
        self.frames[slot + at:slot + at + len(note)] = array("h", note)
        return True

    def _strike(self, at: int) -> None:
        """The drum is struck at frame *at*: what still rings there goes on under the new stroke."""
        ringing = max(0, min(self._rung - at, len(self._stroke)))
        under = self.frames[at:at + ringing]
        self.frames[at:at + ringing] = _sum(under, self._stroke[:ringing])
        self.frames[at + ringing:at + len(self._stroke)] = self._stroke[ringing:]
        self._rung = max(self._rung, at + len(self._stroke))


def render(cycle: Cycle, stroke: Sequence[int], words: Sequence[Sequence[int]] = ()) -> Frames:
    """The whole of a round, from its first stroke on."""
    rendering = Rendering(cycle, stroke, words)
    while rendering.step():
        pass
    return rendering.frames


def trimmed(word: Sequence[int]) -> Sequence[int]:
    """*word* without the silence before and after it."""
    least = _loudest(word) * QUIET
    first = next((place for place, each in enumerate(word) if abs(each) > least), 0)
    last = next((place for place in range(len(word), 0, -1) if abs(word[place - 1]) > least), 0)
    return word[first:last]


def spoken(words: Sequence[Sequence[int]], slot: Span) -> Frames:
    """*words* one after the other, equally loud; cut off softly where they are too long for their *slot*."""
    joined = array("h")
    for word in words:
        _say(joined, word, frame(slot.length_s))
    return _cut(joined, frame(slot.length_s))


def loudness(word: Sequence[int]) -> float:
    """How loud *word* is, as the root mean square of what is said in it; alike in words that are equally loud.

    As ITU-R BS.1770-4 has it, but for its weighting by frequency: that is the same for all speech within 0.5 dB.
    """
    size = frame(_STEP_S)
    steps = [word[at:at + size] for at in range(0, max(1, len(word) - size // 2), size)]
    powers = [sum(map(mul, step, step)) / len(step) for step in steps if step]
    wide = min(_STEPS, len(powers))
    blocks = [sum(powers[at:at + wide]) / wide for at in range(len(powers) - wide + 1)] if powers else []
    least = sum(blocks) / len(blocks) * _GATE if blocks else 0.0
    said = [block for block in blocks if block > least]
    return math.sqrt(sum(said) / len(said)) if said else 0.0


def amplified(word: Sequence[int], gain: float) -> Frames:
    """*word*, so many times as loud; its peaks are rounded off softly."""
    if _loudest(word) * gain <= KNEE:
        return array("h", [int(each * gain) for each in word])
    return array("h", [_rounded(each * gain) for each in word])


def _rounded(level: float) -> int:
    """*level*, softly held below the loudest."""
    beyond = abs(level) - KNEE
    if beyond <= 0:
        return int(level)
    room = LOUDEST - KNEE
    return int(math.copysign(KNEE + room * math.tanh(beyond / room), level))


def _say(joined: Frames, word: Sequence[int], room: int) -> None:
    """Adds *word* to what was said before; of what is longer than *room*, no more than shows that it is."""
    if joined:
        joined.extend(silence(frame(BREATH_S)))
    heard = trimmed(word)[:max(0, room + 1 - len(joined))]
    joined.extend(amplified(heard, LOUDNESS / (loudness(heard) or 1.0)))


def _cut(joined: Frames, room: int) -> Frames:
    """*joined*, or as much of it as there is *room* for, with a soft end."""
    if len(joined) <= room:
        return joined
    fade = frame(FADE_S)
    end = array("h", [int(each * (fade - place) / fade) for place, each in enumerate(joined[room - fade:room])])
    return joined[:room - fade] + end


def _loudest(word: Sequence[int]) -> int:
    return max(max(word, default=0), -min(word, default=0))


def _sum(one: Frames, other: Frames) -> Frames:
    try:
        return array("h", map(add, one, other))
    except OverflowError:  # not with our own strokes
        return array("h", [max(_LOWEST, min(_HIGHEST, a + b)) for a, b in zip(one, other, strict=True)])


def _entries_s(cycle: Cycle) -> tuple[float, ...]:
    return cycle.entries_s if cycle.voice is None else (*cycle.entries_s, cycle.voice.at_s)
