"""What is expected of a post or the hub in a step, and how what is observed differs. Pure; must not wait or act.

An expectation compares one observation with what somebody wrote down by hand, and returns each difference as the end
of a sentence: "status expected ready, is sounding". None asks the code under test what would be right, and none depends
on how fast the machine is: what is compared is what came before what, and the shape of a rhythm.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Protocol

from demo.seen import LOUD, spells, strokes
from demo.world import LIMIT_S
from tests.acceptance.observation import Observed, Published

SIREN_S = 0.5  # longer than any stroke, shorter than any siren …
DRAWN_OUT_S = 3.0  # … and the same at a post that is not steady, of whose strokes each can be let go late
ENTERS_S = 6.0  # a siren and the rest after it: with less of a round left, one siren is two
NEAR_S = 2.0  # how far from its instant a siren may come, on a machine that stalls

_TELLING = ("incident", "village", "origin", "reason", "missing")  # members that a difference names
_BREAKS = ("preempted", "finished", "cleared", "silenced", "sounding", "resumed", "resting")


class Expectation(Protocol):
    """Something that ought to be so. What is `awaited` comes true after a while; the rest is judged in the end."""

    @property
    def awaited(self) -> bool: ...

    def __call__(self, observed: Observed) -> Iterable[str]:
        """Each difference, as the end of a sentence."""


# What a node reports.


@dataclass(frozen=True, slots=True)
class Sounds:
    """The node's status, as the broker has it: it sounds `incident` of `village`."""

    incident: str
    village: str
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if _about(observed.status) != (self.incident, self.village):
            yield f"status expected: {self.incident} of {self.village}, is {_sounding(observed.status)}"


@dataclass(frozen=True, slots=True)
class Publishes:
    """It published an event `kind` whose members `about` are these; of `reason` a part is enough."""

    kind: str
    about: Mapping[str, Any] = field(default_factory=dict)
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not any(_is_like(each.body, self.kind, self.about) for each in observed.published):
            published = ", ".join(_brief(each.body) for each in observed.published)
            yield f"event {_brief({'event': self.kind, **self.about})} expected, published {published or 'none'}"


@dataclass(frozen=True, slots=True)
class Logs:
    """It logged an event `kind` about this; for as long as there is no broker to publish it to."""

    kind: str
    about: Mapping[str, Any] = field(default_factory=dict)
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not any(_is_like(each.members, self.kind, self.about) for each in observed.seen.events):
            logged = ", ".join(each.kind for each in observed.seen.events)
            yield f"line {_brief({'event': self.kind, **self.about})} expected, logged {logged or 'nothing'}"


@dataclass(frozen=True, slots=True)
class AtRest:
    """In the end all is silent, and the status is that the node is ready."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        yield from _loud(observed)
        yield from _state(observed, "ready")


@dataclass(frozen=True, slots=True)
class Off:
    """There is no power here: no process runs, nothing is on, and the broker has published so in its stead."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if observed.seen.running:
            yield "expected off, its process runs"
        yield from _loud(observed)
        yield from _state(observed, "offline")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing sounds here, and nothing has since the step began."""

    awaited: ClassVar[bool] = False

    def __call__(self, observed: Observed) -> Iterator[str]:
        if observed.seen.loud:
            yield f"expected silent, but {', '.join(observed.seen.loud)} was on"
        about = _about(observed.status)
        if about is not None:
            yield f"expected silent, but its status has {about[0]} of {about[1]}"


@dataclass(frozen=True, slots=True)
class GoesOn:
    """What sounds goes on unbroken: no event contradicts."""

    incident: str
    village: str
    awaited: ClassVar[bool] = False

    def __call__(self, observed: Observed) -> Iterator[str]:
        yield from Sounds(self.incident, self.village)(observed)
        events = [each.body for each in observed.published] + [each.members for each in observed.seen.events]
        broken = dict.fromkeys(each["event"] for each in events if each.get("event") in _BREAKS)
        if broken:
            yield f"expected to go on with {self.incident}, reported {', '.join(broken)}"


@dataclass(frozen=True, slots=True)
class AgeCounted:
    """The press that was published late has its age.

    It counted after the contact had been closed long enough, and before the siren was on; it was published after the
    broker was started, and before it arrived here.
    """

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        touch = observed.touch
        published = [each for each in observed.published if each.body.get("event") == "published"]
        changes = (*observed.earlier, *observed.seen.changes)
        if not published or touch is None:
            yield "event published expected, with the press's age"
            return
        sirens = [at for at, _ in spells(changes, "siren", float("inf")) if at >= touch.at]
        age_s = published[-1].body.get("age_s", 0.0)
        least_s = observed.broker_at - min(sirens, default=touch.at)
        most_s = published[-1].at - touch.at - touch.counts_s
        if not least_s <= age_s <= most_s:
            yield f"age expected between {least_s:.1f} s and {most_s:.1f} s, is {age_s:.1f} s"


# What is seen at the pins.


@dataclass(frozen=True, slots=True)
class SirenOn:
    """The siren's relay is switched on, or was on before and still is."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not observed.seen.siren:
            yield "siren expected on, is off"


@dataclass(frozen=True, slots=True)
class OwnSiren:
    """The box's own button switches its siren on, once it was held long enough and not before."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        touch = observed.touch
        began = next((each.at for each in observed.seen.changes if each.output == "siren" and each.level), None)
        if began is None or touch is None:
            yield "siren expected on by its own button, is off"
        elif began < touch.at + touch.counts_s:
            early_s = touch.at + touch.counts_s - began
            yield f"siren expected on after the hold time, came {early_s:.3f} s before its end"


@dataclass(frozen=True, slots=True)
class Beats:
    """The rhythm is beaten: `●●` are near each other, `● ●` are not. What is beaten `once` is all that is beaten.

    Of a post that is not steady only the strokes are counted, what is too much since the all-clear if there was one: a
    busy machine draws them apart, and beats on for as long as the all-clear is under way.
    """

    code: str
    once: bool = False
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not observed.steady:
            yield from self._counted(observed)
            return
        seen = [later - earlier for earlier, later in
                pairwise(strokes(observed.seen.changes, observed.seen.beater))]
        wide = _wide(self.code)
        right = [_is_shaped(seen[at : at + len(wide)], wide) for at in range(len(seen) - len(wide) + 1)]
        if sum(right) != 1 or not right[-1] if self.once else not any(right):
            yield f"strokes expected {self.code}, are {' '.join(f'{each:.2f}' for each in seen) or 'no'} s apart"

    def _counted(self, observed: Observed) -> Iterator[str]:
        cleared = next((each.at for each in observed.seen.events if each.kind == "cleared"), float("-inf"))
        beaten = [began for began, ended in spells(observed.seen.changes, observed.seen.beater, observed.at)
                  if ended - began < DRAWN_OUT_S]
        since = [began for began in beaten if began > cleared]  # a busy machine reads of it late
        wanted = self.code.count("●")
        if len(beaten) < wanted:
            yield f"strokes expected {self.code}, are {len(beaten)}"
        elif self.once and len(since) > wanted:
            yield f"strokes expected {self.code}, are {len(since)}"


@dataclass(frozen=True, slots=True)
class Stops:
    """The siren goes off, and does not come back once the all-clear is reported; strokes may follow."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        cleared = next((each.at for each in observed.seen.events if each.kind == "cleared"), None)
        if cleared is None:
            yield "siren expected off once it is cleared, which it never is"
            return
        late = [began for began, ended in spells(observed.seen.changes, "siren", observed.at)
                if began > cleared and ended - began >= (SIREN_S if observed.steady else DRAWN_OUT_S)]
        if late:
            yield f"siren expected to stay off, came again {late[0] - cleared:.3f} s after the all-clear"
        elif "siren" in observed.seen.on:
            yield "siren expected off, still is on"


@dataclass(frozen=True, slots=True)
class Steady:
    """What sounds sounds on: the strobe stays on, and the siren comes where its cycle has it, and nowhere else.

    A `late_comer` has its siren at once, and then joins the others' rounds: once its siren comes again sooner or,
    where it came in so shortly before the next round that both sirens are one, later by that.
    """

    cycle_s: float
    late_comer: bool = False
    awaited: ClassVar[bool] = False

    def __call__(self, observed: Observed) -> Iterator[str]:
        seen = observed.seen
        if observed.has_strobe:
            if "strobe" not in seen.on:
                yield "strobe expected on, is off"
            if any(change.output == "strobe" for change in seen.changes):
                yield "strobe expected to stay as it is, was switched"
        sirens = [began for began, ended in spells((*observed.earlier, *seen.changes), "siren", until=observed.at)
                  if ended - began >= SIREN_S]
        joins = self.late_comer
        for before, began in pairwise(sirens):
            if began >= observed.since and abs(began - before - self.cycle_s) > NEAR_S:
                if joins and began - before < self.cycle_s + ENTERS_S:
                    joins = False
                    continue
                yield f"siren expected {self.cycle_s:g} s after the last one, came after {began - before:.2f} s"
        if not sirens:
            yield "siren expected to have sounded, never did"
        elif observed.at - sirens[-1] > self.cycle_s + NEAR_S + (ENTERS_S if joins else 0.0):
            yield f"siren expected {self.cycle_s:g} s after the last one, is off"


@dataclass(frozen=True, slots=True)
class NoSiren:
    """The siren was not on."""

    awaited: ClassVar[bool] = False

    def __call__(self, observed: Observed) -> Iterator[str]:
        if "siren" in observed.seen.loud:
            yield "siren expected off, was on"


@dataclass(frozen=True, slots=True)
class Lit:
    """The lamp of `button` was lit."""

    button: str
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not any(each.output == f"lamp {self.button}" and each.level for each in observed.seen.changes):
            yield f"lamp of {self.button} expected lit, stayed dark"


# What the hub lists.


@dataclass(frozen=True, slots=True)
class Lists:
    """The last beacon lists these alarms, each as (incident, village), and no other."""

    alarms: tuple[tuple[str, str], ...] = ()
    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        if not observed.beacons:
            yield "beacon expected, came never"
            return
        listed = [(alarm["incident"], alarm["village"]) for alarm in observed.beacons[-1].body["alarms"]]
        if sorted(listed) != sorted(self.alarms):
            yield f"beacon expected to list {_names(self.alarms)}, lists {_names(listed)}"


@dataclass(frozen=True, slots=True)
class ListsAgain:
    """Another run of the hub lists what was listed before the step, by the same names, and counts on their ages."""

    awaited: ClassVar[bool] = True

    def __call__(self, observed: Observed) -> Iterator[str]:
        before = observed.beacons[0] if observed.beacons and observed.beacons[0].at < observed.since else None
        if before is None:
            yield "beacon expected before the hub was started again, came never"
            return
        later = [each for each in observed.beacons if each.body["boot"] != before.body["boot"]]
        if not later:
            yield "beacon of another run expected, came never"
        for each in later:
            yield from _differs(before, each, observed.since)


def differences(expected: Sequence[Expectation], observed: Observed) -> list[str]:
    """Every difference at one post, as sentences."""
    found = [text for each in expected for text in each(observed)]
    if not observed.seen.running and not any(isinstance(each, Off) for each in expected):
        found.insert(0, "its program has died")
    return [f"{observed.name}: {text}" for text in found]


def _differs(before: Published, after: Published, since: float) -> Iterator[str]:
    """An alarm grows older by the time from one beacon to the next: the later one was written after instant *since*."""
    was, is_now = _ages(before), _ages(after)
    if was.keys() != is_now.keys():
        yield f"beacon expected to list {', '.join(was) or 'nothing'} again, lists {', '.join(is_now) or 'nothing'}"
        return
    for identifier, age_s in was.items():
        least_s = age_s + since - before.at
        if not least_s <= is_now[identifier] <= least_s + after.at - since + LIMIT_S:
            aged = f"{is_now[identifier]:.1f} s"
            yield f"beacon expected to list {identifier} as {least_s:.1f} s old at least, lists it as {aged} old"


def _ages(beacon: Published) -> dict[str, float]:
    return {alarm["identifier"]: alarm["age_s"] for alarm in beacon.body["alarms"]}


def _names(alarms: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{incident} of {village}" for incident, village in alarms) or "nothing"


def _wide(code: str) -> list[bool]:
    """For each stroke of *code* but the last, whether the next one is far."""
    return [after != "●" for stroke, after in pairwise(code) if stroke == "●"]


def _is_shaped(gaps_s: Sequence[float], wide: Sequence[bool]) -> bool:
    """Whether every gap that should be *wide* is wider than all others, and the wide ones are alike."""
    far = [gap_s for gap_s, is_wide in zip(gaps_s, wide, strict=True) if is_wide]
    near = [gap_s for gap_s, is_wide in zip(gaps_s, wide, strict=True) if not is_wide]
    return min(far) > 1.5 * max(near, default=0.0) and max(far) < 2.0 * min(far)


def _loud(observed: Observed) -> Iterator[str]:
    yield from (f"{output} expected off, is on" for output in LOUD if output in observed.seen.on)


def _state(observed: Observed, wanted: str) -> Iterator[str]:
    state = None if observed.status is None else observed.status.get("state")
    if state != wanted:
        yield f"status expected {wanted}, is {state}"


def _about(status: Mapping[str, Any] | None) -> tuple[str, str] | None:
    sounding = (status or {}).get("sounding")
    return (sounding["incident"], sounding["village"]) if sounding else None


def _sounding(status: Mapping[str, Any] | None) -> str:
    if status is None:
        return "nothing: there is none"
    about = _about(status)
    return f"{about[0]} of {about[1]}" if about else f"{status.get('state')}"


def _is_like(body: Mapping[str, Any], kind: str, wanted: Mapping[str, Any]) -> bool:
    return body.get("event") == kind and all(
        value in str(body.get(name, "")) if name == "reason" else body.get(name) == value
        for name, value in wanted.items()
    )


def _brief(body: Mapping[str, Any]) -> str:
    return " ".join([str(body["event"]), *(str(body[name]) for name in _TELLING if name in body)])
