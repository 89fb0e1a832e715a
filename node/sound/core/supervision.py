"""The player from the node's side: what it is sent, when it is asked, given up, and started again. Pure.

    Gone ──again_at──> Start ──> starting ──`ready`──> ready ──┐
      ^                             │ START_S                  │ PONG_S, HUSH_S, `trouble`, another driver
      └────── Ended(reason) <──── Kill(reason) <───────────────┘

Orders are sent as they come, by whoever gives them; one that the player's socket has no room for is sent again once it
has. A player that is started anew is sent what should sound by then.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import Enum
from math import inf
from typing import Any

from contract.values import dataclass
from contract.wire.faults import Fault
from runtime.core.events import Faulted, Noticed, Recovered, Tick

START_S = 15.0  # Python, pygame and the device, on a slow card
PING_S = 1.0
PONG_S = 3.0
HUSH_S = 0.5  # a player that was told to be silent and says nothing for so long is killed
AGAIN_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # from one attempt to the next
WELL_S = 60.0  # a player that lived so long is started again soon


class Phase(Enum):
    """How far the player is."""

    GONE = "gone"
    STARTING = "starting"
    READY = "ready"
    GIVEN_UP = "given up"  # and not yet known to be dead


@dataclass(frozen=True, slots=True)
class Wanted:
    """This is to sound from now on: an order for the player."""

    order: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Silenced:
    """Nothing is to sound from now on."""


@dataclass(frozen=True, slots=True)
class Knocked:
    """One quiet stroke, unless something is to sound."""


@dataclass(frozen=True, slots=True)
class Received:
    """The player's own words."""

    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """What was sent last did not reach the player: its socket is full."""


@dataclass(frozen=True, slots=True)
class Writable:
    """The player's socket has room again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The player is dead, or could not be started."""

    reason: str


Event = Wanted | Silenced | Knocked | Received | Refused | Writable | Ended | Tick


@dataclass(frozen=True, slots=True)
class Start:
    """Start a player."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill the player; then it is Ended for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    """Give the player this message; never wait for it."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """Put this event into the node's inbox."""

    event: Faulted | Noticed | Recovered


Effect = Start | Kill | Send | Put


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the player. `driver` is the one that it must take; instants are the node's clock's."""

    driver: str
    phase: Phase = Phase.GONE
    again_at: float = -inf  # when a player is started, if there is none
    begun: float = -inf  # when the last one was
    answered: float = -inf  # when it said something last, or was started
    asked: float = -inf
    pings: int = 0
    wanted: Mapping[str, Any] | None = None
    hushes: int = 0
    hushed: tuple[int, float] | None = None  # which order to be silent is not answered, and since when
    undelivered: bool = False
    unreadable: Mapping[str, str] = field(default_factory=dict)  # recordings, and why
    left_out: str = ""  # the note of which this was reported last
    failures: int = 0
    trouble: str | None = "the player is still starting"
    reported: bool = False

    @property
    def settled(self) -> bool:
        """Whether a player was well or has failed since the beginning."""
        return self.trouble is None or self.reported


Step = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event, now: float) -> Step:  # noqa: PLR0911 - a table, one row an event
    """What becomes of *state* by *event* at instant *now*, and what is to be done, in this order."""
    match event:
        case Wanted(order):
            return _send_state(replace(state, wanted=order))
        case Silenced():
            hushes = state.hushes + 1
            hushed = state.hushed
            if state.phase is Phase.READY and hushed is None:  # the oldest that is not answered counts
                hushed = (hushes, now)
            return _send_state(replace(state, wanted=None, hushes=hushes, hushed=hushed))
        case Knocked():
            return state, (Send({"do": "knock"}),) if can_knock(state) else ()
        case Received(words) if state.phase in (Phase.STARTING, Phase.READY):
            return _received(replace(state, answered=now), words, now)
        case Refused() if state.phase is Phase.READY:
            return replace(state, undelivered=True), ()
        case Writable() if state.undelivered:
            return _send_state(state)
        case Ended(reason):
            return _ended(state, reason, now)
        case Tick():
            return _due(state, now)
        case _:
            return state, ()


def due(state: State) -> float:
    """The instant of the next Tick that is needed."""
    match state.phase:
        case Phase.GONE:
            return state.again_at
        case Phase.STARTING:
            return state.answered + START_S
        case Phase.READY:
            hush = inf if state.hushed is None else state.hushed[1] + HUSH_S
            return min(state.asked + PING_S, state.answered + PONG_S, hush)
        case Phase.GIVEN_UP:
            return inf


def can_knock(state: State) -> bool:
    """Whether a knock would be beaten: a player is there, and nothing is to sound."""
    return state.phase is Phase.READY and state.wanted is None


def _send_state(state: State) -> Step:
    """Tells the player, if it is there, what is to sound."""
    if state.phase is not Phase.READY:
        return state, ()
    hush = {"do": "hush", "number": state.hushes}
    return replace(state, undelivered=False), (Send(hush if state.wanted is None else state.wanted),)


def _due(state: State, now: float) -> Step:
    """Does what is due at *now*."""
    if now < due(state):
        return state, ()
    if state.phase is Phase.GONE:
        return replace(state, phase=Phase.STARTING, begun=now, answered=now), (Start(),)
    silent_s = now - state.answered
    if state.phase is Phase.STARTING:
        return _give_up(state, f"the player did not open its device for {silent_s:.0f} s and was killed")
    if now >= state.answered + PONG_S:  # as `due` has it, to the last bit
        if state.wanted is not None:  # perhaps a recording cannot be read: the next one need not try
            state = replace(state, wanted={**state.wanted, "words": (), "intro": (), "note": ""})
        return _give_up(state, f"the player did not answer for {silent_s:.0f} s and was killed")
    if state.hushed is not None and now >= state.hushed[1] + HUSH_S:
        return _give_up(state, "the player did not fall silent and was killed")
    pings = state.pings + 1
    return replace(state, asked=now, pings=pings), (Send({"do": "ping", "number": pings}),)


def _received(state: State, words: Mapping[str, Any], now: float) -> Step:  # noqa: PLR0911 - a table, too
    match words["is"]:
        case "ready" if words["driver"] != state.driver:
            return _give_up(state, f"the player took the driver {words['driver']}, not {state.driver}")
        case "ready":
            return _send_state(replace(state, phase=Phase.READY, asked=-inf))
        case "pong":  # a device that could be opened may take nothing all the same
            effects = (Put(Recovered(Fault.SOUND)),) if state.reported else ()
            return replace(state, trouble=None, reported=False), effects
        case "quiet" if state.hushed is not None and words["number"] >= state.hushed[0]:
            return replace(state, hushed=None if words["number"] == state.hushes else (state.hushes, now)), ()
        case "unreadable":
            unreadable = {**state.unreadable, words["path"]: words["reason"]}
            return replace(state, unreadable=unreadable), (Put(Faulted(Fault.RECORDINGS, words["reason"])),)
        case "readable" if words["path"] in state.unreadable:
            unreadable = {path: reason for path, reason in state.unreadable.items() if path != words["path"]}
            left = next(iter(unreadable.values()), None)
            event = Recovered(Fault.RECORDINGS) if left is None else Faulted(Fault.RECORDINGS, left)
            return replace(state, unreadable=unreadable), (Put(event),)
        case "left out" if words["path"] != state.left_out:
            noticed = Noticed(f"the note is not spoken: {words['reason']}")
            return replace(state, left_out=words["path"]), (Put(noticed),)
        case "trouble":
            return _give_up(state, words["reason"])
        case _:
            return state, ()


def _give_up(state: State, reason: str) -> Step:
    return replace(state, phase=Phase.GIVEN_UP, hushed=None, undelivered=False), (Kill(reason),)


def _ended(state: State, reason: str, now: float) -> Step:
    failures = 0 if now >= state.begun + WELL_S else state.failures + 1
    again_at = now + AGAIN_S[min(max(failures, 1), len(AGAIN_S)) - 1]
    return replace(
        state, phase=Phase.GONE, again_at=again_at, hushed=None, undelivered=False, failures=failures,
        trouble=reason, reported=True,
    ), (Put(Faulted(Fault.SOUND, reason)),)
