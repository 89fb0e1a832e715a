"""The tour: does each step in the running world, and collects how what happened differs from what was expected.

    step: tell its line ──> act ──> wait for what ought to come ──> dwell ──> look at every post ──> differences

Events are awaited, never slept for; only what must *not* happen is given a short, bounded time to happen. Must not
know how it is shown.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from demo.expect import Expectation, Told, differences
from demo.expect_pins import OwnSiren, SirenOn
from demo.sight import POSKO, Sight, siren_began
from demo.step import Act, Hold, Kill, KillBroker, Publish, Start, StartBroker, Step, Tap
from demo.words import hub_line, seconds
from demo.world import World
from testing.box import now

NOTICE_S = 12.0  # how long a node may take to notice that the broker is gone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step: its differences, a measured time in words, and what the hub lists in the end."""

    step: Step
    differences: tuple[str, ...]
    measured: str
    hub: str


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
        case Tap(post, button, tap_s):
            return f"# sentuh tombol {button} di {world.posts[post].label}, {tap_s:g} detik"
        case KillBroker():
            return "# kill -9 mosquitto"
        case StartBroker():
            return "# mosquitto hidup lagi"
        case Kill(name):
            return "# kill -9 posko" if name == POSKO.name else f"# listrik padam di {world.posts[name].label}"
        case Start(name):
            return "# posko hidup lagi" if name == POSKO.name else f"# listrik kembali di {world.posts[name].label}"
        case Publish(topic, options):
            return shlex.join(world.command(topic, options))
        case _:
            assert_never(act)


def _run(world: World, step: Step) -> Outcome:
    since = now()
    troubles = [trouble for act in step.acts if (trouble := _act(world, act, since))]

    def look() -> dict[str, Sight]:
        return {name: world.sight(name, since) for name in world.names}

    def all_there() -> bool:
        return not any(
            each for name, sight in look().items() for expected in step.of(name) if expected.awaited
            for each in expected(sight)
        )

    world.wait(all_there, step.wait_s)
    world.sleep(step.dwell_s)
    sights = look()
    found = [text for name, sight in sights.items() for text in differences(step.of(name), sight)]
    hub = hub_line(sights[POSKO.name], world.labels, {name: post.label for name, post in world.posts.items()})
    return Outcome(step, (*troubles, *found), _measured(step, sights), hub)


def _act(world: World, act: Act, since: float) -> str:
    """Does *act*; returns what it complains of, or ""."""
    match act:
        case Hold() | Tap():
            return _touch(world, act)
        case KillBroker():
            world.kill_broker()
            if not world.wait(lambda: all(_has_said(world, name, "fault", since) for name in world.names), NOTICE_S):
                return "not everyone noticed that the broker is gone"
        case StartBroker():
            world.start_broker()
        case Kill(name):
            world.kill(name)
        case Start(name):
            world.start(name)
        case Publish(topic, options):
            return world.publish(world.command(topic, options))
        case _:
            assert_never(act)
    return ""


def _touch(world: World, act: Hold | Tap) -> str:
    try:
        if isinstance(act, Hold):
            world.hold(act.post, act.button)
        else:
            world.tap(act.post, act.button, act.tap_s)
    except (RuntimeError, OSError) as error:
        return f"{act.post}: its button {act.button} cannot be touched: {error}"
    return ""


def _has_said(world: World, name: str, kind: str, since: float) -> bool:
    return any(said.kind == kind for said in world.sight(name, since).said)


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
