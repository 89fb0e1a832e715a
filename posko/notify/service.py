"""The loop of messages outward: inbox -> step -> effects. Wires the parts together; must not decide anything.

    link ────┐                             ┌──> disk: what was reported, and the queue ──> senders, one a target
    clock ───┼──> inbox ──> step ──> here ─┤
    disk ────┘                             └──> link (only begins: nothing is ever published)

A message is sent once it is on the disk. A disk that fails makes no message wait: then it is sent at once.
"""

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, assert_never

from contract.wire import topics
from contract.wire.faults import Fault
from contract.wire.topics import ActiveTopic, PoskoTopic
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.notify import wording
from posko.notify.config import Config
from posko.notify.core import step as core
from posko.notify.core.occasions import Message
from posko.notify.core.state import Connect, Effect, Say, State
from posko.notify.sender import Failed, GivenUp, Sender, Sent
from posko.notify.store import NAME, Done, Save, Store, Waiting
from posko.operator.core import fold
from runtime import clock, health, stdout_writer
from runtime.core.events import Clock, Faulted, Linked, Noticed, Recovered, Unlinked
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.loop import Loop
from runtime.mqtt import Link
from runtime.stdout_writer import StdoutWriter


class Notifier(Loop[State]):
    """A running program. `run` returns after `stop`. What happens goes to *tell*, a *line* each."""

    def __init__(
        self, config: Config, tell: Callable[[str], None],
        line: Callable[[Mapping[str, object]], str] = stdout_writer.line,
    ) -> None:
        super().__init__(Inbox())
        self._config = config
        self._say = tell
        self._line = line
        self._run_name = secrets.token_hex(8)
        self._count = 0
        self._disk_fails = False
        self._unwritten: dict[str, tuple[Waiting, ...]] = {}  # what is to be on the disk before it is sent
        self._said = ""
        self._hung: dict[str, str] = {}
        self._labels = {each: make_labels(each, config.posko.district, config.posko.catalogue) for each in Language}

    def run(self) -> None:
        """Sends until `stop`."""
        config, district = self._config, self._config.posko.district
        zone = clock.adopt(district.zone)
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inbox)).write
            setup = fold.make_setup(district, config.posko.catalogue)
            state = core.start(setup, [each.rules for each in config.targets], clock.now(), clock.wall())
            self._store = Store(config.state_dir / NAME, self._inbox, self._left_over)
            self._senders = [Sender(each, self._mark, self._inbox) for each in config.targets]
            self._by_name = {each.target.name: each for each in self._senders}
            parts.enter_context(self._store)
            for sender in self._senders:
                sender.start()
                parts.callback(sender.close)
            broker = config.endpoint.broker(f"{district.district}.notify")
            self._link = Link(broker, subscriptions(district.district), None, self._inbox)
            parts.callback(self._link.close)
            self._begin()
            self._report("notify", f"{len(self._senders)} targets; times are {zone}; looking for the broker")
            self._iterate(state, core.next_due)

    def _advance(self, state: State, event: Any, at: float) -> State:
        self._log(event)
        if isinstance(event, Clock):
            self._look_after_senders()
        state, effects = core.step(state, event, at)
        self._do(effects)
        return state

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Say(row, value, message, targets):
                made = () if message is None else tuple(self._made(message, number) for number in targets)
                if message is not None:
                    about = " ".join(reversed(message.key)) if message.key is not None else (
                        message.post or message.part or message.village)
                    self._report("message", f"{message.occasion}: {about}, for {len(targets)} targets")
                if made:
                    self._unwritten[made[0].name] = made
                written = partial(self._send_one, made[0].name) if made else lambda: None
                self._store.put(Save(row, value, made, written))
                self._send_unwritten()
            case Connect():
                self._link.start()
            case _:
                assert_never(effect)

    def _made(self, message: Message, number: int) -> Waiting:
        """*message* for the target of that *number*, in its words."""
        target = self._config.targets[number]
        self._count += 1
        wall = clock.wall()
        title, body = wording.words(message, self._labels[target.language], clock.now() + wall.offset_s)
        return Waiting(f"{self._run_name}.{self._count}", target.name, title, body, clock.now())

    def _send_one(self, name: str) -> None:
        """Hands what was made with the message called *name* to the senders, unless that was done. In any thread."""
        self._send(self._unwritten.pop(name, ()))

    def _send_unwritten(self) -> None:
        """Where the disk fails, what waits for it is sent at once: also what showed that it does."""
        for name in tuple(self._unwritten) if self._disk_fails else ():
            self._send_one(name)

    def _mark(self, done: Done) -> None:
        """Has *done* written; no sender waits for a disk that fails."""
        self._store.put(done)
        if self._disk_fails:
            done.written()

    def _send(self, made: tuple[Waiting, ...]) -> None:
        """Hands *made* to the senders, which take none twice."""
        for each in made:
            self._by_name[each.target].put(each)

    def _left_over(self, waiting: Waiting) -> None:
        """What an earlier run left in the queue; what is for an address that is not in the settings any more goes."""
        sender = self._by_name.get(waiting.target)
        if sender is not None:
            sender.put(waiting)
        else:
            self._store.put(Done((waiting.name,)))
            self._inbox.put(GivenUp(waiting.target, 1, "its address is not in the settings any more"))

    def _log(self, event: object) -> None:
        match event:
            case Sent(target, count):
                self._report("sent", f"{count} to {self._shown(target)}")
            case Failed(target, reason, retry_s, waiting):
                self._report("fault", f"{self._shown(target)} does not take messages: {reason}; {waiting} wait, again "
                                      f"in {retry_s:.0f} s")
            case GivenUp(target, count, reason):
                self._report("fault", f"{count} given up for {self._shown(target)}: {reason}")
            case Linked():
                self._report("linked", "linked to the broker")
                self._said = ""
            case Unlinked(reason) if reason != self._said:
                self._said = reason
                self._report("fault", f"link: {reason}")
            case Faulted(part, reason):
                self._disk_fails = self._disk_fails or part in (Fault.JOURNAL, Fault.JOURNAL_WATCH)
                self._send_unwritten()
                self._report("fault", f"{part}: {reason}")
            case Recovered(part):
                self._disk_fails = self._disk_fails and part not in (Fault.JOURNAL, Fault.JOURNAL_WATCH)
                self._report("recovered", str(part))
            case Noticed(reason):
                self._report("notice", reason)
            case _:
                pass

    def _look_after_senders(self) -> None:
        """Reports a target at which a sending hangs, and that it does no more."""
        found = health.troubles({each.target.gateway.name: each.hung for each in self._senders})
        for name, trouble in found.items():
            if name not in self._hung:
                self._report("fault", f"{name}: {trouble}; the others go on")
        for name in self._hung.keys() - found.keys():
            self._report("recovered", name)
        self._hung = found

    def _shown(self, target: str) -> str:
        sender = self._by_name.get(target)
        return target if sender is None else sender.target.gateway.name

    def _report(self, event: str, text: str) -> None:
        self._tell(self._line({"event": event, "text": text}))

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {Fault.LINK_WATCH: self._link.trouble, Fault.JOURNAL_WATCH: self._store.hung}


def subscriptions(district: str) -> list[Subscription]:
    """What the hub alone publishes: nothing of the posts is needed, so no post can flood this program."""
    wanted = [Subscription(topics.write(district, PoskoTopic(kind)), kept=kind == "status")
              for kind in ("status", "event")]
    return [*wanted, Subscription(topics.write(district, ActiveTopic()))]
