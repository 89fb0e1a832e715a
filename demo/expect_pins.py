"""What a step of the tour expects to see at a box's pins, and how what is seen differs. Pure; must not wait or act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from demo.sight import STROKE_S, Sight, siren_began, spells, strokes

# Half of the narrowest gap between two intervals of a code (0.30 and 0.75 s) is 0.22: these cannot be confused.
TOLERANCE_S = 0.15
SLACK_S = 1.0  # how long a change may be on its way, on a busy machine


@dataclass(frozen=True, slots=True)
class SirenOn:
    """The siren's relay is switched on, at the latest `within_s` after the step began (or the button counted)."""

    within_s: float = 2.0
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        began = siren_began(sight)
        if began is None:
            if "siren" not in sight.on:  # it may have been on before, and gone on without a break
                yield f"siren expected on within {self.within_s:g} s, is off"
        elif began - sight.since > self.within_s:
            yield f"siren expected on within {self.within_s:g} s, came after {began - sight.since:.3f} s"


@dataclass(frozen=True, slots=True)
class OwnSiren:
    """The box's own button switches its siren on, at the latest `within_s` after it was held long enough."""

    within_s: float = 0.25
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        began, held = siren_began(sight), sight.held
        if began is None or held is None:
            yield "siren expected on by its own button, is off"
            return
        after_s = began - held.at - held.hold_s
        if not 0 <= after_s <= self.within_s:
            yield f"siren expected on within {self.within_s:g} s of the hold time, came after {after_s:.3f} s"


@dataclass(frozen=True, slots=True)
class Beats:
    """The rhythm is beaten: its strokes fall at `intervals_s`. What is beaten `once` comes last, and not twice."""

    intervals_s: tuple[float, ...]
    once: bool = False
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        beaten = strokes(sight)
        seen = [later - earlier for earlier, later in pairwise(beaten)]
        times = _times(seen, self.intervals_s)
        right = times > 0
        if self.once:
            right = _is_last(seen, self.intervals_s) and times == 1
        if not right:
            yield f"strokes expected {_intervals(self.intervals_s)} s apart, are {_intervals(seen)} s apart"


@dataclass(frozen=True, slots=True)
class Stops:
    """The siren is off `within_s` after the step began, and does not come back; strokes may follow."""

    within_s: float = 1.0
    awaited: bool = False

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        after = sight.since + self.within_s
        sounded = [(began, ended) for began, ended in spells(sight.changes, "siren", until=float("inf"))
                   if ended - began >= STROKE_S]
        first = next((change for change in sight.changes if change.output == "siren"), None)
        if first is not None and not first.level:  # on before the step began
            sounded.insert(0, (sight.since, first.at))
        late = [ended for began, ended in sounded if ended > after]
        if late:
            until = "still is on" if late[-1] == float("inf") else f"was on until {late[-1] - sight.since:.3f} s"
            yield f"siren expected off after {self.within_s:g} s, {until}"


@dataclass(frozen=True, slots=True)
class Steady:
    """What sounds sounds on: the strobe stays on, and the siren comes where its cycle has it, and nowhere else."""

    cycle_s: float
    awaited: bool = False

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if "strobe" in sight.post.outputs:
            if "strobe" not in sight.on:
                yield "strobe expected on, is off"
            switched = [change.at - sight.since for change in sight.changes if change.output == "strobe"]
            if switched:
                yield f"strobe expected to stay as it is, switched after {_intervals(switched)} s"
        sirens = [began for began, ended in spells((*sight.earlier, *sight.changes), "siren", until=sight.at)
                  if ended - began >= STROKE_S]
        for before, began in pairwise(sirens):
            if began >= sight.since and abs(began - before - self.cycle_s) > TOLERANCE_S:
                yield f"siren expected {self.cycle_s:g} s after the last one, came after {began - before:.2f} s"
        if not sirens:
            yield "siren expected to have sounded, never did"
        elif sight.at - sirens[-1] > self.cycle_s + SLACK_S:
            yield f"siren expected {self.cycle_s:g} s after the last one, is off"


@dataclass(frozen=True, slots=True)
class NoSiren:
    """The siren was not on."""

    awaited: bool = False

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if "siren" in sight.on or siren_began(sight) is not None:
            yield "siren expected off, was on"


@dataclass(frozen=True, slots=True)
class Lit:
    """The lamp of `button` was lit."""

    button: str
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if not any(change.output == f"lamp {self.button}" and change.level for change in sight.changes):
            yield f"lamp of {self.button} expected lit, stayed dark"


def _times(seen: Sequence[float], wanted: Sequence[float]) -> int:
    """How many times *wanted* occurs in *seen*."""
    return sum(_close(seen[at : at + len(wanted)], wanted) for at in range(len(seen) - len(wanted) + 1))


def _is_last(seen: Sequence[float], wanted: Sequence[float]) -> bool:
    return len(seen) >= len(wanted) and _close(seen[-len(wanted) :], wanted)


def _close(seen: Sequence[float], wanted: Sequence[float]) -> bool:
    return all(abs(a - b) <= TOLERANCE_S for a, b in zip(seen, wanted, strict=True))


def _intervals(seconds: Sequence[float]) -> str:
    return " ".join(f"{each:.2f}" for each in seconds) or "no"
