"""The desk's loop: inbox -> step -> what is shown, until there is nothing more to wait for. Must not decide anything.

    link ──> inbox ──> step ──> here ──┬──> link (the order)
                                       └──> screen or paper
"""

import secrets
import signal
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from contract.wire import topics
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.config import Config
from posko.operator.core import desk, lines, verdict, words
from posko.operator.core.orders import Order
from posko.operator.core.view import View
from posko.operator.paper import Paper
from runtime import clock, endpoint, health
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link

FRAME_S = 0.5  # how often ages are drawn anew …
LEAST_S = 0.15  # … and how soon what is new, in a terminal
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Desk:
    """An operator's desk, for one order or one watch. Each returns the program's exit code.

    What happens goes to *echo*, a line each; or, unless *plain*, to the terminal. Nothing is said before the order is
    sent: who should read it may have gone, or hang.
    """

    def __init__(self, config: Config, echo: Callable[[str], object], *, plain: bool) -> None:
        self._echo = echo
        self._plain = plain
        self._called = words.names(config.district, config.catalogue)
        self._rules = desk.make_rules(config.district, config.catalogue)
        self._inbox = Inbox()
        self._stopping = False
        client_id = f"{config.district.district}.operator.{secrets.token_hex(4)}"
        self._broker = endpoint.broker(config.settings.broker, client_id, config.password, config.ca_file)
        self._link = Link(self._broker, subscriptions(config.district.district), None, self._inbox)

    def obey(self, order: Order, wait_s: float) -> int:
        """Publishes *order* and follows it until all is well, or *wait_s* is over."""
        view = desk.start(self._rules, order, wait_s, clock.now(), clock.wall())
        with ExitStack() as parts:
            view = self._loop(parts, view)
        if self._stopping and not verdict.done(view):
            self._echo("! tidak ditunggu lagi (not waited for any longer)")
        for line in lines.closing(view, self._called):
            self._echo(line)
        return verdict.exit_code(view)

    def watch(self, seconds: float) -> int:
        """Shows the district, for so many *seconds* or until a signal comes."""
        view = desk.start(self._rules, None, seconds, clock.now(), clock.wall())
        with ExitStack() as parts:
            parts.enter_context(health.ClockWatch(self._inbox))
            view = self._loop(parts, view)
        if not view.ever_linked:
            self._echo(f"✗ tidak pernah tersambung (never linked): {words.clean(view.trouble)}")
            return 1
        return 0

    def _loop(self, parts: ExitStack, view: View) -> View:
        for number in _SIGNALS:
            parts.callback(signal.signal, number, signal.signal(number, self._stop))
        self._link.start()
        parts.callback(self._link.close)
        show: Callable[[View], None] | None = None
        if self._plain:
            show = Paper(view, self._called, self._echo).show
        show_at = view.now + FRAME_S
        while not self._stopping and not verdict.done(view):
            at, event = self._inbox.get(min(verdict.due(view), show_at))
            view, message = desk.step(view, event, at)
            overflow = self._inbox.overflow()
            if overflow is not None:
                self._inbox.put(overflow)
            if message is not None:
                self._link.publish(message)
            if self._plain or view.now >= show_at:
                # Not before: loading the terminal's library takes a tenth of a second, and the alarm goes first.
                show = show or self._screen(parts, whole=view.order is None)
                show(view)
                show_at = view.now + FRAME_S
            else:
                show_at = min(show_at, view.now + LEAST_S)
        show = show or self._screen(parts, whole=view.order is None)
        show(view)
        return view

    def _screen(self, parts: ExitStack, *, whole: bool) -> Callable[[View], None]:
        from posko.operator.screen import Screen  # noqa: PLC0415 - only a terminal needs rich

        broker = f"{self._broker.host}:{self._broker.port}"
        return parts.enter_context(Screen(self._called, broker, whole=whole)).show

    def _stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._stopping = True
        self._inbox.put(clock.wall())  # anything: the loop must turn


def subscriptions(district: str) -> list[Subscription]:
    """What a desk listens to: what the posts and the hub say of themselves. Of a status it wants the last one, too."""
    speakers = [topic for kind in ("status", "event") for topic in (NodeTopic("+", "+", kind), PoskoTopic(kind))]
    found = [Subscription(topics.write(district, each), kept=each.kind == "status") for each in speakers]
    return [*found, Subscription(topics.write(district, ActiveTopic()))]
