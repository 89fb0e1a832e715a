"""Notation -> strokes -> cycle. Pure arithmetic; must not beat anything.

The notation is what a villager would scratch beside the drum::

    ●●‖        two strokes, a pause, again and again          (typed: oo|)
    ● ●●●‖     one, a gap, three, a pause, again              (typed: o ooo|)
    ●  ●  ●‖   two spaces are a gap twice as wide
    ●●●●…      titir: fast, even, without stop                (typed: oooo...)
    ● ●●●      without a mark at its end the figure is beaten once
"""

import re
from dataclasses import replace
from enum import Enum

from contract.settings.schema import number, option
from contract.values import dataclass

MOST_STROKES, MOST_SPACES = 64, 8
EXERCISE_BURSTS = 3
STEADY_S = 10.0  # a siren that is on for longer, without a break, means: evacuate


class NotationError(ValueError):
    """The text cannot be read as a rhythm; the message says which character is wrong."""


class Ending(Enum):
    """What comes after the figure's last stroke."""

    ONCE = ""
    PAUSE = "‖"
    TITIR = "…"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A figure as written: how many spaces stand between each stroke and the next, and how it ends."""

    spaces: tuple[int, ...]
    ending: Ending

    @property
    def strokes(self) -> int:
        """How many strokes one figure has."""
        return len(self.spaces) + 1


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast the strokes fall, in seconds. No source gives a tempo, so these are this project's choice."""

    stroke_s: float = option(number(0.1, 2.0, " s"), default=0.30)  # from one stroke to the next in a figure
    gap_s: float = option(number(0.1, 2.0, " s"), default=0.45)  # what each space adds
    pause_s: float = option(number(0.3, 5.0, " s"), default=0.90)  # what the mark ‖ adds
    titir_s: float = option(number(0.1, 1.0, " s"), default=0.15)  # from stroke to stroke of a titir
    on_s: float = option(number(0.05, 1.0, " s"), default=0.15)  # of a siren that beats, at each stroke

    def stretched(self, factor: float) -> "Tempo":
        """This tempo, slower by *factor*; each stroke is as long."""
        return Tempo(
            self.stroke_s * factor, self.gap_s * factor, self.pause_s * factor, self.titir_s * factor, self.on_s
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A rhythm in time: where its strokes fall, and after how long it may begin again.

    `on_s` is how long a siren that beats it, for want of a striker, is on at each stroke, where its pace allows that.
    `onsets_s` are seconds from the figure's start, the first is 0; `period_s` is from one figure's start to
    the next; `repeats` is False for what is beaten once.
    """

    onsets_s: tuple[float, ...]
    period_s: float
    repeats: bool
    on_s: float = 0.15

    @property
    def intervals_s(self) -> tuple[float, ...]:
        """From each stroke to the next; for a repeating figure also from the last to the first."""
        ends = (*self.onsets_s[1:], self.period_s) if self.repeats else self.onsets_s[1:]
        return tuple(b - a for a, b in zip(self.onsets_s, ends, strict=self.repeats))


def parse(text: str) -> Rhythm:
    """The rhythm that *text* writes, in its characters (●, ‖, …) or as typed (o, |, ...). Raises NotationError."""
    for place, character in enumerate(text.strip(), 1 + len(text) - len(text.lstrip())):
        if character not in "● ‖…oO|.":
            raise NotationError(
                f"{character!r} at place {place} of {text!r} is not part of the notation; "
                "write ● or o for a stroke, a space for a gap, ‖ or | for the pause, … or ... for titir"
            )
    characters = text.strip().replace("...", "…").replace("|", "‖").replace("o", "●").replace("O", "●")
    match = re.fullmatch(r"(●(?: *●)*) *([‖…]?)", characters)
    if not match:
        raise NotationError(f"{text!r} must begin with a stroke and may end with one ‖ (or |) or one … (or ...)")
    ending = Ending(match[2])
    spaces = tuple(len(run) for run in re.findall(r"(?<=●)( *)(?=●)", match[1]))
    if ending is Ending.TITIR:
        if any(spaces):
            raise NotationError(f"{text!r}: titir is even, so no space may stand between its strokes")
        spaces = ()
    if len(spaces) >= MOST_STROKES or any(gap > MOST_SPACES for gap in spaces):
        raise NotationError(
            f"this figure cannot be counted by ear; use at most {MOST_STROKES} strokes "
            f"and {MOST_SPACES} spaces between two of them"
        )
    return Rhythm(spaces, ending)


def write(rhythm: Rhythm) -> str:
    """*rhythm* in characters; `parse` reads it back to the same value."""
    if rhythm.ending is Ending.TITIR:
        return "●●●●…"
    figure = "●" + "".join(" " * gap + "●" for gap in rhythm.spaces)
    return f"{figure}{rhythm.ending.value}"


def figure(rhythm: Rhythm, tempo: Tempo) -> Figure:
    """*rhythm* at *tempo*."""
    if rhythm.ending is Ending.TITIR:
        return Figure((0.0,), tempo.titir_s, repeats=True, on_s=tempo.on_s)
    onsets = [0.0]
    for spaces in rhythm.spaces:
        onsets.append(onsets[-1] + tempo.stroke_s + spaces * tempo.gap_s)
    period_s = onsets[-1] + tempo.stroke_s + tempo.pause_s
    return Figure(tuple(onsets), period_s, rhythm.ending is Ending.PAUSE, tempo.on_s)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a cycle, in seconds from the cycle's start."""

    at_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class CyclePlan:
    """What an alarm's cycle is made of, in seconds: siren, silence, then for each slot the rhythm, silence, a voice."""

    siren_s: float = option(number(1.0, 300.0, " s"), default=5.0)
    rest_s: float = option(number(0.2, 5.0, " s"), default=1.0)
    rhythm_s: float = option(number(5.0, 60.0, " s"), default=12.0)
    voice_s: float = option(number(0.0, 30.0, " s"), default=7.0)


@dataclass(frozen=True, slots=True)
class Slot:
    """The slot in which a post beats and speaks: its `number`, from 0, and the `count` of them that its round has."""

    number: int = 0
    count: int = 1


ALONE = Slot()


@dataclass(frozen=True, slots=True)
class Cycle:
    """One round of an alarm at a post. Instants and lengths are seconds from its start; strokes are in order.

    Strokes and voice are those of the post's own slot. `rest_s` is the silence between the siren and the drum of the
    first slot. `beat_s` is how long an output that beats the rhythm for want of a striker stays on at each stroke;
    every `figure` strokes are a figure, whose count is the message. With `burst_s` the siren is not on throughout, but
    in bursts of so many seconds, with rests as long between them. A code that is beaten once may be late by `spare_s`:
    its last stroke is still a whole pause before the next slot's first, or, in the last slot, in its round.
    """

    length_s: float
    siren: Span | None
    strokes_s: tuple[float, ...]
    beat_s: float
    voice: Span | None
    figure: int = 1
    burst_s: float | None = None
    rest_s: float = 1.0
    spare_s: float = 0.0

    @property
    def entries_s(self) -> tuple[float, ...]:
        """Where the drum can be joined without spoiling a count: the first stroke of each figure."""
        return self.strokes_s[:: self.figure]


def alarm_cycle(beaten: Figure | None, plan: CyclePlan, slot: Slot = ALONE, *, siren: bool = True) -> Cycle:
    """The siren, then one slot after the other: as many whole figures as fit the rhythm's time, then the voice.

    Without *siren* the drum begins after the plan's rest; without a figure, only siren and voice sound. The strokes and
    the voice are those of *slot*; in the other slots a post is silent.
    """
    begins_s = plan.rest_s + (plan.siren_s if siren else 0.0)
    drum_s = 0.0 if beaten is None else _times(beaten, plan, slot.count) * beaten.period_s
    slot_s = drum_s + (plan.rest_s if beaten is not None else 0.0) + plan.voice_s
    start = begins_s + slot.number * slot_s
    voice_s = start + slot_s - plan.voice_s
    strokes = () if beaten is None else tuple(
        start + n * beaten.period_s + onset
        for n in range(_times(beaten, plan, slot.count)) for onset in beaten.onsets_s
    )
    return Cycle(
        length_s=round(begins_s + slot.count * slot_s, 6),
        siren=Span(0.0, plan.siren_s) if siren else None,
        strokes_s=strokes,
        beat_s=0.15 if beaten is None else _beat_s(beaten),
        voice=Span(voice_s, plan.voice_s) if plan.voice_s else None,
        figure=1 if beaten is None else len(beaten.onsets_s),
        rest_s=plan.rest_s,
    )


def _times(beaten: Figure, plan: CyclePlan, count: int) -> int:
    """How often a figure is beaten in each of *count* slots, which together beat for twice the plan's time at most.

    But twice at least, where the plan has time for that: once, nobody knows whether more is to come.
    """
    if not beaten.repeats:
        return 1
    whole = int(plan.rhythm_s / beaten.period_s + 1e-9)
    share = int(plan.rhythm_s * min(1.0, 2 / count) / beaten.period_s + 1e-9)
    return max(1, min(whole, 2), share)


def drum_cycle(beaten: Figure, plan: CyclePlan, slot: Slot = ALONE, *, spoken: bool = False) -> Cycle:
    """The figure alone, once, without a siren: the watch's round or, with a slot for the voice, the safe code.

    It begins with the plan's rest, so that its first stroke does not drown in what sounded before.
    """
    voice_s = plan.voice_s if spoken else 0.0
    slot_s = beaten.period_s + voice_s
    start = plan.rest_s + slot.number * slot_s
    pause_s = beaten.period_s - beaten.onsets_s[-1]
    return Cycle(
        length_s=round(plan.rest_s + slot.count * slot_s, 6), siren=None,
        strokes_s=tuple(start + onset for onset in beaten.onsets_s), beat_s=_beat_s(beaten),
        voice=Span(start + beaten.period_s, voice_s) if voice_s else None, figure=len(beaten.onsets_s),
        rest_s=plan.rest_s, spare_s=voice_s + (pause_s if slot.number == slot.count - 1 else 0.0),
    )


def exercise_cycle(cycle: Cycle) -> Cycle:
    """The round of an exercise of *cycle*: as long, but the siren comes in `EXERCISE_BURSTS` short bursts.

    So whoever hears it knows an exercise from its first second on, also where there is no voice to say so. A siren of
    minutes comes in bursts no longer than those of any other.
    """
    if cycle.siren is None:
        return cycle
    return replace(cycle, burst_s=min(cycle.siren.length_s, STEADY_S) / (2 * EXERCISE_BURSTS - 1))


def entered(cycle: Cycle, at_s: float) -> Cycle:
    """The first round of *cycle* for who comes in *at_s* seconds after its start.

    The siren begins at once and is heard for its whole length, at the round's end together with the next round's; one
    of minutes ends with everybody's. The drum takes up the figures that are left after it, each in its place, and so
    does the voice. Half of the rest between siren and drum is given up for the first of them.
    """
    if at_s <= 0:
        return cycle
    siren, free_s = None, at_s
    if cycle.siren is not None:
        length_s, rest_s = cycle.siren.length_s, cycle.rest_s
        ends_s = at_s + length_s if length_s <= STEADY_S else max(cycle.siren.at_s + length_s, at_s + STEADY_S)
        free_s = ends_s + rest_s / 2
        # The next round begins with the siren: it is not let go just before.
        siren = Span(at_s, (cycle.length_s if ends_s + rest_s > cycle.length_s else ends_s) - at_s)
    later = next((place for place, entry_s in enumerate(cycle.entries_s) if entry_s >= free_s), len(cycle.strokes_s))
    return replace(
        cycle, siren=siren, strokes_s=cycle.strokes_s[later * cycle.figure:],
        voice=cycle.voice if cycle.voice is not None and cycle.voice.at_s >= free_s else None,
    )


def _beat_s(beaten: Figure) -> float:
    shortest = min((*beaten.intervals_s, beaten.period_s))
    return min(beaten.on_s, shortest / 2)
