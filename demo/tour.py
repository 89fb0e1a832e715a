"""The tour: does each step in the running world, and collects how what happened differs from what was expected.

    step: tell its line ──> act ──> wait for what ought to come ──> dwell ──> look at every post ──> differences

Events are awaited, never slept for; only what must *not* happen is given a short, bounded time to happen. Must not
know how it is shown.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from demo.box import now
from demo.expect import Expectation, Told, differences
from demo.expect_pins import OwnSiren, SirenOn
from demo.sight import Sight, siren_began
from demo.steps import Act, Hold, KillBroker, Publish, StartBroker, Step
from demo.words import seconds
from demo.world import LINED, World

LINK_S = 12.0  # two tries to connect, 1 to 4 s apart, on a busy machine


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step: its differences, and a measured time in words."""

    step: Step
    differences: tuple[str, ...]
    measured: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the tour is: the step that runs, how it is typed, and what has come of those before."""

    number: int
    step: Step
    lines: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    acting: bool


def run(
    world: World, steps: Sequence[Step], show: Callable[[Stage], None], *, read_s: float = 0.0, linger: bool = False
) -> list[str]:
    """Runs *steps*; *show* is told of each before it acts (for *read_s*, to be read) and after. Returns differences."""
    outcomes: list[Outcome] = []
    for number, step in enumerate(steps, 1):
        lines = tuple(wording(world, act) for act in step.acts)
        show(Stage(number, step, lines, tuple(outcomes), acting=False))
        world.sleep(read_s)
        show(Stage(number, step, lines, tuple(outcomes), acting=True))
        outcomes.append(_run(world, step))
        show(Stage(number, step, lines, tuple(outcomes), acting=False))
        world.sleep(step.linger_s if linger else 0.0)
    return [text for outcome in outcomes for text in outcome.differences]


def wording(world: World, act: Act) -> str:
    """*act* as it would be typed or told."""
    match act:
        case Hold(post, button):
            where = world.posts[post]
            return f"# tahan tombol {button} di {where.label}, {where.holds_s[button]:g} detik"
        case KillBroker():
            return "# kill -9 mosquitto"
        case StartBroker():
            return f"# mosquitto hidup lagi; jalur {world.posts[LINED].label} pulih paling akhir"
        case Publish(topic, options):
            return shlex.join(world.command(topic, options))
        case _:
            assert_never(act)


def _run(world: World, step: Step) -> Outcome:
    since = now()
    troubles = [trouble for act in step.acts if (trouble := _act(world, act, since))]

    def look() -> dict[str, Sight]:
        return {name: world.sight(name, since) for name in world.posts}

    def all_there() -> bool:
        return not any(
            each for name, sight in look().items() for expected in step.of(name) if expected.awaited
            for each in expected(sight)
        )

    world.wait(all_there, step.wait_s)
    world.sleep(step.dwell_s)
    sights = look()
    found = [text for name, sight in sights.items() for text in differences(step.of(name), sight)]
    return Outcome(step, (*troubles, *found), _measured(step, sights))


def _act(world: World, act: Act, since: float) -> str:
    """Does *act*; returns what it complains of, or ""."""
    match act:
        case Hold(post, button):
            try:
                world.hold(post, button)
            except (RuntimeError, OSError) as error:
                return f"{post}: its button {button} cannot be held: {error}"
        case KillBroker():
            world.kill_broker()
            if not _all_said(world, "fault", since, list(world.posts)):
                return "a node did not notice that the broker is gone"
        case StartBroker():
            world.start_broker()
            others = [name for name in world.posts if name != LINED]
            linked = _all_said(world, "linked", since, others)
            world.line.mend()
            if not linked:
                return f"not every node was linked again within {LINK_S:g} s"
        case Publish(topic, options):
            return world.publish(world.command(topic, options))
        case _:
            assert_never(act)
    return ""


def _all_said(world: World, kind: str, since: float, names: Sequence[str]) -> bool:
    return world.wait(
        lambda: all(any(said.kind == kind for said in world.sight(name, since).said) for name in names), LINK_S
    )


def _measured(step: Step, sights: Mapping[str, Sight]) -> str:
    """The time that tells most about *step*, in words; from the moment its line was run."""
    counted = {name: sight.held.at + sight.held.hold_s for name, sight in sights.items()
               if sight.held is not None and sight.held.at >= sight.since}
    base = min(counted.values(), default=next(iter(sights.values())).since)
    after = "setelah waktu tekan" if counted else "setelah perintah"
    own = _sirens(step, sights, OwnSiren)
    others = _sirens(step, sights, SirenOn)
    told = [heard.at for name, sight in sights.items() for each in step.of(name)
            if isinstance(each, Told) for heard in sight.heard if heard.body.get("event") == each.kind]
    if own and others:
        return f"sirene sendiri {seconds(own[0] - base)} {after}, sirene terakhir {seconds(max(others) - base)}"
    if own or others:
        return f"{'sirene sendiri' if own else 'sirene terakhir'} {seconds(max(own + others) - base)} {after}"
    return f"jawaban terakhir {seconds(max(told) - base)} {after}" if told else ""


def _sirens(step: Step, sights: Mapping[str, Sight], kind: type[Expectation]) -> list[float]:
    """When the sirens began of which *step* expects *kind*."""
    began = [siren_began(sight) for name, sight in sights.items() if _expects(step, name, kind)]
    return [at for at in began if at is not None]


def _expects(step: Step, name: str, kind: type[Expectation]) -> bool:
    return any(isinstance(each, kind) for each in step.of(name))
