"""The tour: what a step of it is, and how it is run: its acts, what is awaited of each post, what differs in the end.

    step: act ──> wait for what is awaited ──> dwell ──> look at every post ──> differences

Events are awaited, never slept for; only what must *not* happen is given a short, bounded time to happen. This is a
small check, for whoever tries the demo; tests/acceptance judges the same steps in full. Must not know how it is shown.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from contract.domain.alarm import Key
from contract.domain.incidents import ONCE
from demo import page, texts
from demo.page import PageError
from demo.seen import Seen, strokes
from demo.world import LIMIT_S, World
from posko.labels import texts as labelled
from posko.labels.labels import Labels
from posko.labels.language import Text
from posko.operator.core.fold import POSKO
from testing.box import now

Check = Callable[[Seen], str]  # what differs, as the end of a sentence; "" if nothing does

_BREAKS = ("preempted", "finished", "cleared", "silenced", "sounding", "resumed", "resting")
_TELLING = ("incident", "village", "origin", "reason")  # members that a difference names


@dataclass(frozen=True, slots=True)
class Publish:
    """A `mosquitto_pub` line: the topic below the district's, and the options after it."""

    topic: str
    options: tuple[str, ...] = ("-n",)


@dataclass(frozen=True, slots=True)
class Hold:
    """A volunteer holds a button."""

    post: str
    button: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A volunteer touches a button, and lets go before its hold time is over."""

    post: str
    button: str
    tap_s: float = 0.4


@dataclass(frozen=True, slots=True)
class Kill:
    """A post's node or the hub dies, as in a power cut."""

    name: str


@dataclass(frozen=True, slots=True)
class Start:
    """A post's node or the hub is started again."""

    name: str


@dataclass(frozen=True, slots=True)
class KillBroker:
    """The broker dies, as in a power cut."""


@dataclass(frozen=True, slots=True)
class StartBroker:
    """The broker is started again."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A resident raises an alarm from the page."""

    village: str
    incident: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A responder answers an alarm on the page: so far they are."""

    village: str
    incident: str
    step: str


Act = Publish | Hold | Tap | Kill | Start | KillBroker | StartBroker | Phone | Answer


@dataclass(frozen=True, slots=True)
class Step:
    """Something is done, and what is `awaited` of each post, and of the hub, happens; all other posts stay silent.

    `look` tells people what to look at. `dwell_s` is how long what must not happen is waited for; `linger_s` is added
    where people look on.
    """

    title: Text
    look: Text
    acts: tuple[Act, ...]
    awaited: Mapping[str, tuple[Check, ...]]
    dwell_s: float = 0.3
    linger_s: float = 0.0

    def of(self, name: str) -> tuple[Check, ...]:
        """What is awaited of *name*, a post or the hub."""
        return self.awaited.get(name, () if name == POSKO else (silent,))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step: its differences, and the seconds until the last siren that it began, if it began one."""

    step: Step
    differences: tuple[str, ...]
    last_siren_s: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the tour is: the step that runs, and what has come of those before."""

    number: int
    total: int
    step: Step
    outcomes: tuple[Outcome, ...]
    acting: bool


def reports(kind: str, **about: str) -> Check:
    """An event *kind* is logged whose members *about* are these; of a `reason` a part is enough."""

    def check(seen: Seen) -> str:
        if any(event.kind == kind and _is_about(event.members, about) for event in seen.events):
            return ""
        logged = ", ".join(_brief(event.kind, event.members) for event in seen.events)
        return f"expected to report {_brief(kind, about)}, reported {logged or 'nothing'}"

    return check


def rings(incident: str, village: str, beaten: int = 0) -> tuple[Check, ...]:
    """The siren's relay is switched on for this alarm and, if it is waited for, the rhythm is *beaten*."""
    return (siren, reports("sounding", incident=incident, village=village), *([_beats(beaten)] if beaten else []))


def ends(incident: str, village: str) -> tuple[Check, ...]:
    """The alarm ends, the safe code is beaten, and all is off."""
    return (reports("cleared", incident=incident, village=village), *SAFE_CODE)


def siren(seen: Seen) -> str:
    """The siren's relay is on, or was switched on since the step began."""
    return "" if seen.siren else "siren expected on, was off"


def no_siren(seen: Seen) -> str:
    """The siren's relay stays off."""
    return "siren expected off, was on" if "siren" in seen.loud else ""


def at_rest(seen: Seen) -> str:
    """In the end nothing is on that can be heard or seen from afar."""
    on = [output for output in seen.loud if output in seen.on]
    return f"{', '.join(on)} expected off, is on" if on else ""


def silent(seen: Seen) -> str:
    """Nothing is on, and nothing has been since the step began."""
    return f"expected silent, but {', '.join(seen.loud)} was on" if seen.loud else ""


def off(seen: Seen) -> str:
    """There is no power here: no program runs, and nothing is on."""
    return "expected off, but its program runs" if seen.running else at_rest(seen)


def goes_on(seen: Seen) -> str:
    """What sounds goes on unbroken: something is on, and no event contradicts."""
    broken = [event.kind for event in seen.events if event.kind in _BREAKS]
    if broken:
        return f"expected to sound on, reported {', '.join(broken)}"
    return "" if seen.loud else "expected to sound on, is silent"


def _beats(count: int) -> Check:
    def check(seen: Seen) -> str:
        beaten = len(strokes(seen.changes, seen.beater))
        return "" if beaten >= count else f"{count} strokes expected, {beaten} were beaten"

    return check


# Nine strokes: one, seven, one (doro muluk).
SAFE_CODE = (_beats(9), reports("finished", incident="aman"), at_rest)


def run(
    world: World, steps: Sequence[Step], show: Callable[[Stage], None], *, read_s: float = 0.0, linger: bool = False
) -> list[Outcome]:
    """Runs *steps*; *show* is given each before it acts (for *read_s*, to be read) and after. Raises LeavingError."""
    outcomes: list[Outcome] = []
    for number, step in enumerate(steps, 1):
        show(Stage(number, len(steps), step, tuple(outcomes), acting=False))
        world.sleep(read_s)
        show(Stage(number, len(steps), step, tuple(outcomes), acting=True))
        outcomes.append(_run(world, step))
        show(Stage(number, len(steps), step, tuple(outcomes), acting=False))
        world.sleep(step.linger_s if linger else 0.0)
    return outcomes


def _run(world: World, step: Step) -> Outcome:
    since = now()
    troubles = [trouble for act in step.acts if (trouble := perform(world, act))]
    world.wait(lambda: not any(_differences(world, step, name, since, dead=False) for name in world.names), LIMIT_S)
    world.sleep(step.dwell_s)
    found = [text for name in world.names for text in _differences(world, step, name, since, dead=True)]
    return Outcome(step, (*troubles, *found), _last_siren_s(world, since))


def perform(world: World, act: Act) -> str:
    """Does *act*; returns what it complains of, or "". Raises LeavingError, BrokerError, WorldError."""
    since = now()

    def has_noticed(name: str) -> bool:
        return not world.seen(name, since).running or world.has_logged(name, "fault", since)

    match act:
        case Hold() | Tap():
            return _touch(world, act)
        case KillBroker():
            world.kill_broker()
            if not world.wait(lambda: all(map(has_noticed, world.names)), LIMIT_S):
                return "not everyone noticed that the broker is gone"
        case StartBroker():
            world.start_broker()
        case Kill(name):
            world.kill(name)
        case Start(name):
            world.start(name)
        case Publish(topic, options):
            return world.publish(world.command(topic, options))
        case Phone() | Answer():
            return _by_page(world, act)
        case _:
            assert_never(act)
    return ""


def wording(world: World, act: Act, labels: Labels) -> str:
    """*act* as it would be typed, or as a comment."""
    match act:
        case Hold(post, button):
            return labels(texts.HOLD, button=button, post=labels.who(post),
                          seconds=labels.amount(world.posts[post].holds_s[button]))
        case Tap(post, button, tap_s):
            return labels(texts.TAP, button=button, post=labels.who(post), seconds=labels.amount(tap_s))
        case KillBroker():
            return labels(texts.KILL_BROKER)
        case StartBroker():
            return labels(texts.START_BROKER)
        case Kill(name):
            return labels(texts.KILL_HUB) if name == POSKO else labels(texts.KILL_POST, post=labels.who(name))
        case Start(name):
            return labels(texts.START_HUB) if name == POSKO else labels(texts.START_POST, post=labels.who(name))
        case Phone() | Answer():
            return _on_a_phone(act, labels)
        case Publish(topic, options):
            return shlex.join(world.command(topic, options))
        case _:
            assert_never(act)


def _on_a_phone(act: Phone | Answer, labels: Labels) -> str:
    alarm = labels.alarm(Key(act.village, act.incident))
    if isinstance(act, Phone):
        return labels(texts.PHONE, alarm=alarm, note=act.note)
    return labels(texts.ANSWER, alarm=alarm, step=labels.word(labelled.STEPS, act.step))


def _by_page(world: World, act: Phone | Answer) -> str:
    try:
        if isinstance(act, Phone):
            world.page.raise_alarm(page.RESIDENT, act.village, act.incident, act.note)
        else:
            world.page.respond(page.RESPONDER, act.village, act.incident, act.step)
    except PageError as error:
        return f"the page: {error}"
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


def _differences(world: World, step: Step, name: str, since: float, *, dead: bool) -> list[str]:
    """What differs at *name*. What is *dead* that should run, is a difference of its own, or is not waited for."""
    seen = world.seen(name, since)
    checks = step.of(name)
    if not seen.running and off not in checks:
        return [f"{name}: its program has died"] if dead else []
    return [f"{name}: {text}" for check in checks if (text := check(seen))]


def _last_siren_s(world: World, since: float) -> float | None:
    """When the last post that began an alarm switched its siren on, from the moment at which the step's act counted."""
    touches = [touch.at + touch.counts_s for touch in world.touches if touch.at >= since]
    began = []
    for name in world.posts:
        seen = world.seen(name, since)
        if any(event.kind == "sounding" and event.members.get("incident") not in ONCE for event in seen.events):
            began += [change.at for change in seen.changes if change.output == "siren" and change.level][:1]
    return max(began) - min(touches, default=since) if began else None


def _is_about(members: Mapping[str, object], about: Mapping[str, str]) -> bool:
    return all(
        text in str(members.get(name, "")) if name == "reason" else str(members.get(name)) == text
        for name, text in about.items()
    )


def _brief(kind: str, members: Mapping[str, object]) -> str:
    return " ".join([kind, *(str(members[name]) for name in _TELLING if name in members)])
