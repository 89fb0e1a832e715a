"""The hub's loop: inbox -> step -> effects. Wires the parts together; must not decide anything.

    link ─────┐                             ┌──> link (beacon, status, events)
    clock ────┼──> inbox ──> step ──> here ─┤
    journal ──┘       (what is on the disk) └──> journal

Where a district has several hubs, it runs as long as its turn lasts: see `posko.standby`.
"""

import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, assert_never

from contract.domain.digest import digest
from contract.domain.district import EVERYWHERE, HUB, District, reaches
from contract.domain.incidents import ALL_CLEAR, Catalogue
from contract.wire import topics
from contract.wire.faults import Fault
from posko import folder, journal_place, rival
from posko.config import UNANSWERED_S, Config
from posko.core import effects, status, step
from posko.core.effects import (
    Effect,
    SaveAlarm,
    SaveAllClear,
    SaveClosed,
    SaveLapor,
    SaveName,
    SavePatrol,
    SaveReport,
    SaveResponse,
    SaveUnanswered,
)
from posko.core.events import Event
from posko.core.state import Setup, State
from posko.journal import SCHEMA, Journal
from posko.rationing import ROOM, of_all
from posko.survey import Survey
from runtime import clock, stdout_writer
from runtime.core.effects import Connect, Log, Publish, Reconnect
from runtime.core.events import Faulted
from runtime.core.ration import all_clears
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.loop import Loop
from runtime.mqtt import Link, Rationing
from runtime.settings_copies import keep_settings
from runtime.stdout_writer import StdoutWriter
from runtime.tokens import tokens
from runtime.version import version

if TYPE_CHECKING:
    from posko.standby import Turn


class Hub(Loop[State]):
    """A running hub. `run` returns after `stop`."""

    def __init__(  # noqa: PLR0913 - what is known when it begins
        self, config: Config, tell: Callable[[str], None] = lambda _line: None,
        line: Callable[[Mapping[str, object]], str] = stdout_writer.line, *,
        settings_fault: str | None = None, keep: Callable[[], object] = lambda: None, turn: "Turn | None" = None,
    ) -> None:
        """*settings_fault* is what is wrong with the settings in whose place *config* is used.

        *keep* keeps the settings once the hub has begun, in a thread of its own; what it raises is a fault.
        With a *turn* it is one of several hubs, and publishes nothing once that is over.
        """
        super().__init__(Inbox(ROOM))
        self._settings_fault = settings_fault
        self._keep = keep
        self._config = config
        self._say = tell
        self._line = line
        self._turn = turn
        self._over = ""  # why the turn is

    def run(self) -> None:
        """Runs the hub until `stop`. Raises UserError if another one is at work, or psycopg is needed and missing."""
        config, turn = self._config, self._turn
        district = config.district.district
        broker = config.endpoint.broker(f"{district}.posko")
        journal = journal_place.engine(config.journal, SCHEMA, "" if turn is None else turn.term.program)
        if turn is None:
            rival.refuse(broker, district)
        zone = clock.adopt(config.district.zone)
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inbox)).write
            setup = make_setup(config.district, config.catalogue, zone, config.settings.unanswered_s,
                               None if turn is None else turn.term.number)
            state = step.start(setup, clock.now(), clock.wall())
            parts.enter_context(folder.held(config.state_dir, district))
            self._journal = parts.enter_context(Journal(journal, self._inbox, None if turn is None else turn.clocks))
            will = status.final_status(state, "connection lost")
            self._link = Link(broker, subscriptions(district), will, self._inbox, rationing(config.district))
            self._survey = Survey(broker, district, self._inbox)
            if self._settings_fault is not None:
                self._inbox.put(Faulted(Fault.SETTINGS, self._settings_fault))
            self._begin()
            if turn is not None:
                turn.begin(self._inbox, self._end_turn)
            keep_settings(self._keep, self._inbox)
            listening = f"listening for {config.district.name}; times are {zone}; looking for the broker"
            self._tell(self._line({"event": "posko", "text": listening}))
            # Whose events follow.
            self._journal.put(Log({"event": "posko", "boot": state.setup.boot, "text": listening}))
            state = self._iterate(state, self._next_due)
            # Of a hub whose turn is over the next one speaks.
            self._link.close(None if self._over else status.final_status(state, "stopped"))
            if turn is not None:
                turn.hear_rest(self._inbox)
            if self._over:
                self._tell(self._line({"event": "posko", "text": f"stands by from now on: {self._over}"}))

    def _advance(self, state: State, event: Event, at: float) -> State:
        turn = self._turn
        if turn is not None:
            turn.hear(event, at)
            if not turn.lasts():
                self._end_turn("its lease was not renewed in time")
                return state
        state, effects = step.step(state, event, at)
        self._do(effects)
        if turn is not None:
            over = turn.follow(event, state.setup.boot)
            if over is not None:
                self._end_turn(over)
            for came_at, message in turn.missed(event, at):
                if not turn.lasts():
                    break
                state, effects = step.step(state, message, came_at)
                self._do(effects)
        return state

    def _next_due(self, state: State) -> float:
        due = step.next_due(state)
        return due if self._turn is None else min(due, self._turn.lease.good_until())

    def _end_turn(self, why: str) -> None:
        """Ends the loop. Also for another thread."""
        self._over = self._over or why
        self._stopping = True
        self._inbox.put(clock.wall())  # anything: the loop must wake

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Publish():
                self._link.publish(effect)
            case (SaveAlarm() | SaveName() | SaveAllClear() | SaveResponse() | SaveUnanswered() | SaveLapor()
                  | SaveClosed() | SavePatrol() | SaveReport()):
                self._journal.put(effect)
            case Log(event):
                self._journal.put(effect)
                self._tell(self._line(event))
            case effects.Survey():
                self._survey.begin()
            case Connect():
                self._link.start()
            case Reconnect(reason):
                self._link.reconnect(reason, leave=True)
            case _:
                assert_never(effect)

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {Fault.LINK_WATCH: self._link.trouble, Fault.JOURNAL_WATCH: self._database_trouble}

    def _database_trouble(self) -> str | None:
        """What is wrong with a thread that writes to it; either leaves a server that hangs when it is asked."""
        lease = None if self._turn is None else self._turn.lease.hung()
        return self._journal.hung() or lease


def make_setup(
    district: District, catalogue: Catalogue, zone: str = "", unanswered_s: float = UNANSWERED_S,
    term: int | None = None,
) -> Setup:
    """What the core needs to know of *district*."""
    return Setup(
        district=district.district,
        version=version(),
        boot=secrets.token_hex(4),
        token=tokens(),
        host=socket.gethostname(),
        villages=frozenset(district.villages),
        incidents=catalogue.incidents,
        posts=reaches(district, catalogue),
        unanswered_s=unanswered_s,
        term=term,
        zone=zone,
        district_digest=digest(district),
    )


def rationing(district: District) -> Rationing:
    """What of each village of *district* the hub takes at most, and what it subscribes to where one sends more."""
    return of_all(district, partial(_without, district))


def _without(district: District, out: frozenset[str]) -> list[Subscription]:
    """The subscriptions of a hub without the villages that are *out*: each other by name, so no typo is answered.

    Of those that are out it hears what ends an alarm: the commands, which are the operators' alone, and, unless they
    are shut out too, the all-clears.
    """
    base = f"{topics.ROOT}/{district.district}"
    heard = [f"{base}/{village}" for village in sorted({EVERYWHERE, HUB, *district.villages} - out)]
    names = [f"{each}/{rest}" for each in heard for rest in ("+/+", "ronda", "respon", "lapor", "node/+/event")]
    for village in sorted(out & set(district.villages)):
        names.append(f"{base}/{village}/command/+")
        names += [f"{base}/{village}/alarm/{ALL_CLEAR}"] if all_clears(village) not in out else []
    kept = [f"{each}/node/+/status" for each in heard]
    return [*(Subscription(name) for name in (*names, f"{base}/active")),
            *(Subscription(name, kept=True) for name in (*kept, f"{base}/posko/status"))]


def subscriptions(district: str) -> list[Subscription]:
    """The topic filters of a hub. No two of them overlap, but for what a second hub would publish.

    All that has the form of an alarm, a command or a patrol is wanted, in whatever letters and with a slash too many at
    either end: a typo is answered. So is the beacon, which nobody else should write. Of all statuses it wants what the
    broker has kept.
    """
    base = f"{topics.ROOT}/{district}"
    misspelt = ["/+/+/+/+/+", "+/+/+/alarm/+/", "+/+/+/command/+/"]
    names = ["+/+/+/+", "+/+/+/+/+", *misspelt, f"{base}/active", f"{base}/+/node/+/event"]
    kept = [f"{base}/+/node/+/status", f"{base}/posko/status"]
    return [*(Subscription(name) for name in names), *(Subscription(name, kept=True) for name in kept)]
