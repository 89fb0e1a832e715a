"""The operator's loop: inbox -> fold -> what is shown, until there is nothing to wait for. Must not decide anything.

    link ──> inbox ──> fold ──> here ──┬──> link (the order)
                                       └──> lines or a live screen
"""

import signal
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import FrameType

from contract.wire.lapor import Lapor
from posko.config import Config
from posko.labels import texts
from posko.labels.labels import Labels
from posko.operator import connection, lines
from posko.operator.core import fold, judgement, reporting, responding
from posko.operator.core.delivery import D
from posko.operator.core.fold import State
from posko.operator.core.orders import Order
from posko.operator.core.responding import Wanted
from posko.operator.core.snapshot import Snapshot
from posko.operator.lines import LineRenderer
from runtime import clock, health
from runtime.core.effects import Publish
from runtime.inbox import Inbox

FRAME_S = 0.5  # how often ages are drawn anew …
LEAST_S = 0.15  # … and how soon what is new, in a terminal
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Desk:
    """An operator's order, or watch. Each returns the program's exit code.

    What happens goes to *echo*, a line each; a watch goes to the terminal if it is *live*. Unless the link makes
    trouble, nothing is written before the order is sent: who should read it may have gone, or hang. One that is *aside*
    runs in a thread beside others, and takes no signals: `stop` ends it.
    """

    def __init__(
        self, config: Config, labels: Labels, echo: Callable[[str], object], *, live: bool = False,
        aside: bool = False,
    ) -> None:
        self._echo = echo
        self._live = live
        self._show: Callable[[Snapshot], object] | None = None
        self._signals = () if aside else _SIGNALS
        self._labels = labels
        clock.adopt(config.district.zone)
        self._rules = fold.make_setup(config.district, config.catalogue)
        self._inbox = Inbox()
        self._stopping = False
        self._broker = config.settings.broker
        self._link = connection.make_link(config, self._inbox, villages=config.settings.villages)

    def obey(self, order: Order, wait_s: float) -> int:
        """Publishes *order* and follows it until all is well, or *wait_s* is over."""
        state = fold.start(self._rules, order, wait_s, clock.now(), clock.wall())
        with ExitStack() as parts:
            state = self._loop(parts, state)
        if self._stopping and not judgement.done(state):
            self._echo(self._labels(texts.BROKEN_OFF))
        for line in lines.closing(judgement.snapshot(state), self._labels):
            self._echo(line)
        return judgement.exit_code(state)

    def respond(self, wanted: Wanted, wait_s: float) -> int:
        """Publishes a response until the hub shows that it has it, or *wait_s* is over."""
        found, trouble = self._deliver(
            responding.start(wanted, wait_s, clock.now()), responding.step, lines.response_progress)
        for line in lines.response_closing(found, trouble, self._labels):
            self._echo(line)
        return 0 if found.recorded else 1

    def report(self, report: Lapor, village: str, wait_s: float) -> int:
        """Publishes a resident's *report* of *village* until the hub shows that it has it, or *wait_s* is over."""
        found, trouble = self._deliver(
            reporting.start(report, village, wait_s, clock.now()), reporting.step, lines.report_progress)
        for line in lines.report_closing(found, trouble, self._labels):
            self._echo(line)
        return 0 if found.recorded else 1

    def watch(self, seconds: float, show: Callable[[Snapshot], object] | None = None) -> int:
        """Shows the district, for so many *seconds* or until a signal comes: to *show*, if that is given."""
        self._show, self._live = show, self._live or show is not None
        state = fold.start(self._rules, None, seconds, clock.now(), clock.wall())
        with ExitStack() as parts:
            parts.enter_context(health.ClockThread(self._inbox))
            state = self._loop(parts, state)
        if not state.ever_linked:
            why = lines.unlinked(self._labels.reason(state.trouble), state.cause, self._labels)
            self._echo(self._labels(texts.NEVER_LINKED, why=why))
            return 1
        return 0

    def _deliver(
        self, found: D, step: Callable[[D, State, object, float], tuple[D, Publish | None]],
        progress: Callable[[D, D, Labels], Iterable[str]],
    ) -> tuple[D, str]:
        """What has come of *found* once it is done, and why there is no link."""
        state = fold.start(self._rules, None, found.wait_s, found.now, clock.wall())
        with ExitStack() as parts:
            self._begin(parts)
            while not self._stopping and not found.done:
                at, event = self._inbox.get(found.due)
                state, _ = fold.step(state, event, at)
                before = found
                found, message = step(found, state, event, at)
                if message is not None:
                    self._link.publish(message)
                for line in progress(before, found, self._labels):
                    self._echo(line)
        return found, state.trouble

    def _loop(self, parts: ExitStack, state: State) -> State:
        self._begin(parts)
        show = self._renderer(parts, state)
        show_at = state.now + FRAME_S
        while not self._stopping and not judgement.done(state):
            at, event = self._inbox.get(min(judgement.due(state), show_at))
            state, message = fold.step(state, event, at)
            overflow = self._inbox.overflow()
            if overflow is not None:
                self._inbox.put(overflow)
            if message is not None:
                self._link.publish(message)
            if self._live and state.now < show_at:
                show_at = min(show_at, state.now + LEAST_S)
                continue
            show_at = state.now + FRAME_S
            if state.order is None or state.published_at is not None or state.trouble:
                show(judgement.snapshot(state))
        show(judgement.snapshot(state))
        return state

    def _begin(self, parts: ExitStack) -> None:
        for number in self._signals:
            parts.callback(signal.signal, number, signal.signal(number, self.stop))
        self._link.start()
        parts.callback(self._link.close)

    def _renderer(self, parts: ExitStack, state: State) -> Callable[[Snapshot], object]:
        if self._show is not None:
            return self._show
        if not self._live:
            return LineRenderer(judgement.snapshot(state), self._labels, self._echo).show
        from posko.operator.live import LiveRenderer  # noqa: PLC0415 - only a terminal needs rich

        return parts.enter_context(LiveRenderer(self._labels, f"{self._broker.host}:{self._broker.port}")).show

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ends what it does, from a signal handler or another thread."""
        self._stopping = True
        self._inbox.put(clock.wall())  # anything: the loop must run once more
