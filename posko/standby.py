"""Two hubs or more for a district: one leads, each other one stands by, hears what posts send, and publishes nothing.

    Standby: link ───> heard ─┐                            ┌─> Hub, as ever, with a turn: term, what it missed
             lease ───────────┴── Claimed ─────────────────┘     │
                  ^                                              └─ its lease is over
                  └──────────────── stands by again ─────────────┘
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Any

from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import ALL_CLEAR
from contract.wire import topics
from contract.wire.faults import Fault
from posko.config import Config
from posko.core import handover
from posko.core.events import Loaded
from posko.core.handover import Heard
from posko.journal import Journal
from posko.lease import Claimed, Following, Lease, Term, host
from posko.rationing import ROOM, of_all
from runtime import clock
from runtime.core.events import Clock, Faulted, Linked, Received, Recovered, Unlinked
from runtime.core.ration import all_clears
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.loop import Loop
from runtime.mqtt import Link
from runtime.settings_copies import keep_settings
from runtime.stdout_writer import StdoutWriter


class Meanwhile:
    """The link of a hub that stood by: it hears until that of the hub which it has become does."""

    def __init__(self, link: Link, inbox: Inbox) -> None:
        self._link: Link | None = link
        self._inbox = inbox

    def heard(self, until: float) -> Iterator[tuple[float, object]]:
        """What came up to the instant *until*, and nothing more does from now on."""
        self.close()
        while self._inbox.waits():
            at, event = self._inbox.get(None)
            if at <= until:
                yield at, event

    def close(self) -> None:
        """Ends the link. Does not wait for that."""
        link, self._link = self._link, None
        if link is not None:
            Thread(target=link.close, name="standby's link", daemon=True).start()


class Turn:
    """A hub's turn to lead: the `term`, and the `clocks` of the machines of those who led before."""

    def __init__(
        self, lease: Lease, term: Term, heard: Heard, district: str, meanwhile: Meanwhile | None = None
    ) -> None:
        self.lease = lease
        self.term = term
        self.clocks = handover.clocks(heard, term.boots)
        self._heard: Heard | None = heard
        self._meanwhile = meanwhile
        self._loaded: Loaded | None = None
        self._own = Heard(term=term.number)
        self._district = district
        self._active = topics.write(district, topics.ActiveTopic())

    def begin(self, inbox: Inbox, lost: Callable[[str], None]) -> None:
        """The hub has begun, and its loop has *inbox*; *lost* is called from another thread once the turn is over."""
        self.lease.lead(inbox, lost)

    def lasts(self) -> bool:
        """Whether the hub may publish."""
        return clock.now() < self.lease.good_until()

    def hear(self, event: object, at: float) -> None:
        """The hub has *event*, which came at instant *at*."""
        if isinstance(event, Received):
            self._own = handover.hear(replace(self._own, led_at=at), event, at, self._district)

    def hear_rest(self, inbox: Inbox) -> None:
        """The loop of the hub has ended, and left this."""
        while inbox.waits():
            at, event = inbox.get(None)
            self.hear(event, at)

    def follow(self, event: object, boot: str) -> str | None:
        """Notes what *event* says of how the hub of the run *boot* fares. Returns why its turn is over, if it is."""
        match event:
            case Received():
                term = handover.outdone(event, self._active, self.term.number, boot)
                return None if term is None else f"another hub leads, for term {term}"
            case Linked():
                self.lease.link(there=True)
            case Unlinked():
                self.lease.link(there=False)
            case Clock():
                self.lease.turned()
            case _:
                pass
        return None

    def missed(self, event: object, at: float) -> Iterator[tuple[float, Received]]:
        """The messages that the hub before may not have had, with when they came: once *event*, which came at instant
        *at*, is what that one has left; and what came since then up to the link of the hub itself.
        """
        if isinstance(event, Loaded) and event is not Journal.nothing:
            self._loaded = event
        elif isinstance(event, Linked) and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            heard = Heard() if self._heard is None else self._heard
            for came_at, each in meanwhile.heard(at):
                heard = handover.hear(heard, each, came_at, self._district)
            self._heard = heard
        if self._loaded is not None and self._heard is not None:
            heard, self._heard = self._heard, None
            yield from handover.missed(heard, self._loaded, clock.now(), self._district)

    def left(self) -> Heard:
        """What the hub has received of late, for when it leads again: of that the journal may have nothing, if the turn
        ended because no database answered.
        """
        return self._own

    def close(self) -> None:
        """The turn is over."""
        if self._meanwhile is not None:
            self._meanwhile.close()


class Standby(Loop[Heard]):
    """A hub that stands by. `run` returns once it leads, or after `stop`."""

    def __init__(  # noqa: PLR0913 - as a hub
        self, config: Config, lease: Lease, tell: Callable[[str], None], line: Callable[[Mapping[str, object]], str],
        *, heard: Heard | None = None, settings_fault: str | None = None, keep: Callable[[], object] = lambda: None,
    ) -> None:
        """*heard* is what was left of a turn before, *settings_fault* and *keep* are as a hub's."""
        super().__init__(Inbox(ROOM))
        self._config = config
        self._lease = lease
        self._say = tell
        self._line = line
        self._heard = Heard() if heard is None else heard
        self._settings_fault = settings_fault
        self._keep = keep
        self._term: Term | None = None
        self._unlinked = ""  # why there is no link, as it was reported

    def run(self) -> Turn | None:
        """Stands by; the turn that this hub has got, or None if it was stopped."""
        if self._stopped:  # as the hub before it was
            return None
        district = self._config.district
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inbox)).write
            broker = self._config.endpoint.broker(f"{district.district}.posko")
            self._link = Link(broker, subscriptions(district.district), None, self._inbox,
                              of_all(district, partial(_without, district)))
            self._lease.stand_by(self._inbox)
            if self._settings_fault is not None:
                self._inbox.put(Faulted(Fault.SETTINGS, self._settings_fault))
            self._begin()
            keep_settings(self._keep, self._inbox)
            self._report({"event": "posko", "text": f"stands by for {district.name}, at {host()}"})
            self._link.start()
            heard = self._iterate(self._heard, lambda _heard: None)
            if self._term is None:
                self._link.close()
                return None
        return Turn(self._lease, self._term, heard, district.district, Meanwhile(self._link, self._inbox))

    def _advance(self, state: Heard, event: Any, at: float) -> Heard:
        match event:
            case Claimed(term):
                self._term = term
                self._stopping = True
                self._report({"event": "posko", "text": f"leads from now on, term {term.number}"})
            case Following(leader):
                self._report({"event": "posko", "text": "no hub leads" if leader is None else f"{leader} leads"})
            case Faulted(part, reason):
                self._report({"event": "fault", "part": str(part), "reason": reason})
            case Recovered(part):
                self._report({"event": "recovered", "part": str(part)})
            case Linked():
                self._lease.link(there=True)
                self._unlinked = ""
                self._report({"event": "linked"})
            case Unlinked(reason):
                self._lease.link(there=False)
                if reason != self._unlinked:  # each attempt that fails comes here
                    self._unlinked = reason
                    self._report({"event": "unlinked", "reason": reason})
            case _:
                pass
        heard = handover.hear(state, event, at, self._config.district.district)
        if heard.led_at is not None and heard.led_at != state.led_at:
            self._lease.led(heard.term)
        return heard

    def _perform(self, effect: Any) -> None:
        """A standby has no effects."""

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {Fault.LINK_WATCH: self._link.trouble, Fault.JOURNAL_WATCH: self._lease.hung}

    def _report(self, event: Mapping[str, object]) -> None:
        self._tell(self._line(event))


def subscriptions(district: str) -> list[Subscription]:
    """The topic filters of a hub that stands by: what is raised, ordered and answered, and the beacon."""
    return [*_of(f"{topics.ROOT}/{district}/+"), Subscription(f"{topics.ROOT}/{district}/active")]


def _without(district: District, out: frozenset[str]) -> list[Subscription]:
    """The same without the villages that are *out*; of those what ends an alarm, as a hub that leads has it."""
    base = f"{topics.ROOT}/{district.district}"
    found = [each for village in sorted({EVERYWHERE, *district.villages} - out) for each in _of(f"{base}/{village}")]
    for village in sorted(out):
        found.append(Subscription(f"{base}/{village}/command/+"))
        found += [] if all_clears(village) in out else [Subscription(f"{base}/{village}/alarm/{ALL_CLEAR}")]
    return [*found, Subscription(f"{base}/active")]


def _of(village: str) -> list[Subscription]:
    return [Subscription(f"{village}/{rest}") for rest in ("alarm/+", "command/+", "ronda", "respon", "lapor")]
