"""What a step of the tour expects a node to say, and how that differs from what it says. Pure; must not wait or act.

An expectation compares one Sight with what somebody wrote down by hand, and returns each difference as the end of a
sentence: "status expected ready, is sounding". No expectation asks the code under test what would be right. What is
expected at the pins is in `expect_pins`, of the hub's list in `expect_hub`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from demo.sight import LOUD, POSKO, Sight, about

_TELLING = ("incident", "village", "origin", "reason", "missing")  # members that a difference names
_BREAKS = ("preempted", "finished", "cleared", "silenced", "sounding", "resumed", "resting")


class Expectation(Protocol):
    """Something that ought to be so. Called with a Sight, it says how that differs, if it does."""

    @property
    def awaited(self) -> bool:
        """Whether it comes true after a while; what must not happen is looked at when the step is over."""

    def __call__(self, sight: Sight) -> Iterable[str]:
        """Each difference, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Says:
    """The node's status, as the broker has it, says that it sounds `incident` of `village`."""

    incident: str
    village: str
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        said = about(sight.status)
        if said != (self.incident, self.village):
            yield f"status expected to say {self.incident} of {self.village}, says {_sounding(sight.status)}"


@dataclass(frozen=True, slots=True)
class Told:
    """The node published an event `kind` whose members `about` are these; of `reason` a part is enough."""

    kind: str
    about: Mapping[str, str] = field(default_factory=dict)
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if not any(_is_like(heard.body, self.kind, self.about) for heard in sight.heard):
            told = [_brief(heard.body) for heard in sight.heard]
            yield f"event {_brief({'event': self.kind, **self.about})} expected, told {', '.join(told) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Logged:
    """The node said a line `kind` about this; for as long as there is no broker to publish it to."""

    kind: str
    about: Mapping[str, str] = field(default_factory=dict)
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if not any(_is_like({"event": said.kind, **said.about}, self.kind, self.about) for said in sight.said):
            yield f"line {_brief({'event': self.kind, **self.about})} expected, said {_kinds(sight)}"


@dataclass(frozen=True, slots=True)
class AtRest:
    """In the end all is silent, and the status says that the node is ready."""

    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        yield from _loud(sight)
        state = None if sight.status is None else sight.status.get("state")
        if state != "ready":
            yield f"status expected ready, is {state}"


@dataclass(frozen=True, slots=True)
class Off:
    """There is no power here: no process runs, nothing is on, and the broker has said so in its stead."""

    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if sight.running:
            yield "expected off, its process runs"
        yield from _loud(sight)
        state = None if sight.status is None else sight.status.get("state")
        if state != "offline":
            yield f"status expected offline, is {state}"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing sounds here, and nothing has since the step began."""

    awaited: bool = False

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        switched = {change.output for change in sight.changes if change.level and change.output in LOUD}
        loud = sorted(switched | (sight.on & set(LOUD)))
        if loud:
            yield f"expected silent, but {', '.join(loud)} was on"
        said = about(sight.status)
        if said is not None:
            yield f"expected silent, but its status says {said[0]} of {said[1]}"


@dataclass(frozen=True, slots=True)
class GoesOn:
    """What sounds goes on unbroken: no event says otherwise."""

    incident: str
    village: str
    awaited: bool = False

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        yield from Says(self.incident, self.village)(sight)
        broken = [heard.body["event"] for heard in sight.heard if heard.body.get("event") in _BREAKS]
        if broken:
            yield f"expected to go on with {self.incident}, told {', '.join(broken)}"


@dataclass(frozen=True, slots=True)
class AgeCounted:
    """The press that was published late says how long ago it was: since it counted, to `tolerance_s`."""

    tolerance_s: float = 0.5
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        held = sight.held
        published = [heard for heard in sight.heard if heard.body.get("event") == "published"]
        if not published or held is None:
            yield "event published expected, with the press's age"
            return
        age_s, really_s = published[-1].body.get("age_s", 0.0), published[-1].at - held.at - held.hold_s
        if abs(age_s - really_s) > self.tolerance_s:
            yield f"age expected {really_s:.1f} s, is {age_s:.1f} s"


def differences(expected: Sequence[Expectation], sight: Sight) -> list[str]:
    """Every difference at one post, as sentences."""
    found = [text for each in expected for text in each(sight)]
    if not sight.running and not any(isinstance(each, Off) for each in expected):
        found.insert(0, "it has died" if sight.post == POSKO else "its node has died")
    return [f"{sight.post.name}: {text}" for text in found]


def _loud(sight: Sight) -> Iterator[str]:
    for output in LOUD:
        if output in sight.on:
            yield f"{output} expected off, is on"


def _is_like(body: Mapping[str, Any], kind: str, wanted: Mapping[str, str]) -> bool:
    return body.get("event") == kind and all(
        text in str(body.get(name, "")) if name == "reason" else str(body.get(name)) == text
        for name, text in wanted.items()
    )


def _brief(body: Mapping[str, Any]) -> str:
    words = [body["event"], *(body[name] for name in _TELLING if name in body)]
    return " ".join(map(str, words))


def _sounding(status: Mapping[str, Any] | None) -> str:
    if status is None:
        return "nothing: there is none"
    said = about(status)
    return f"{said[0]} of {said[1]}" if said else f"{status.get('state')}"


def _kinds(sight: Sight) -> str:
    return ", ".join(said.kind for said in sight.said) or "nothing"
