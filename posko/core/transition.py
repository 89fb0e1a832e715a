"""The hub's step in the making: the alarms it puts, and the writes that it waits for."""

from dataclasses import replace

from contract.domain.alarm import HUB_NAMES, Key
from contract.wire import topics
from contract.wire.event import Kind
from posko.core.effects import Clear, End, Hear, Keep
from posko.core.state import Alarm, Heard, State
from runtime.core import transition
from runtime.core.transition import without

HEARD = 500  # identifiers that the beacon may name as heard


class Draft(transition.Draft):
    """What a step of the hub has changed so far, and what it will do."""

    state: State
    chatter_at_once = 200.0  # it speaks for a whole district
    chatter_per_s = 20.0

    def __init__(self, state: State, now: float) -> None:
        super().__init__(state, now, state.rules.boot, topic(state, "event"))

    def put(self, alarm: Alarm) -> Alarm:
        """Sets the alarm of its key, and has it written."""
        written = replace(alarm, stamp=self._stamp(), kept=False)
        self.change(alarms={**self.state.alarms, alarm.key: written})
        self.do(Keep(written.stamp, written, self.state.rules.expected(alarm.key)))
        return written

    def note(self, alarm: Alarm) -> None:
        """Sets the alarm of its key; nothing need wait for what changed to be on the disk."""
        self.change(alarms={**self.state.alarms, alarm.key: alarm})
        self.do(Keep(alarm.stamp, alarm, self.state.rules.expected(alarm.key)))

    def close(self, alarm: Alarm, end: End, at: float | None = None) -> None:
        """Writes that *alarm* is over, since *at*, and takes it out. All its names are heard from now on."""
        stamp = self._stamp()
        known = self.state.alarms.get(alarm.key)
        if known is not None and known.identifier == alarm.identifier:
            self.change(alarms=without(self.state.alarms, alarm.key))
        self.do(Keep(stamp, alarm, self.state.rules.expected(alarm.key), self.now if at is None else at, end))
        for name in alarm.names():
            self.remember(name, over=True)
            self._hear(name, stamp)

    def hear(self, identifier: str) -> None:
        """Notes that *identifier* arrived and is not, or no more, in force: its sender need not send it again."""
        stamp = self._stamp()
        self.remember(identifier, over=True)
        self.do(Hear(stamp, identifier, over=True))
        self._hear(identifier, stamp)

    def clear(self, village: str, at: float) -> None:
        """Notes the all-clear of *village* at instant *at*."""
        known = self.state.cleared_at.get(village, at)
        self.change(cleared_at={**self.state.cleared_at, village: max(at, known)})
        self.do(Clear(self._stamp(), village, max(at, known)))

    def kept(self, stamps: frozenset[int]) -> None:
        """The disk has the writes *stamps*."""
        self.change(
            alarms={
                key: replace(alarm, kept=True) if alarm.stamp in stamps else alarm
                for key, alarm in self.state.alarms.items()
            },
            heard={
                name: replace(heard, kept=True) if heard.stamp in stamps else heard
                for name, heard in self.state.heard.items()
            },
        )

    def identifier(self) -> str:
        """A new identifier, for an alarm that came without."""
        self.change(named=self.state.named + 1)
        return f"{HUB_NAMES}{self.state.rules.boot}.{self.state.named}"

    def say_of(self, kind: Kind, alarm: Alarm, **about: object) -> None:
        """Reports an event of *alarm*, unless too many come at once; the disk has all of them."""
        self.answer(kind, incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier,
                    origin=alarm.origin or None, status=alarm.status.value, **about)

    def answer_of(self, kind: Kind, key: Key, **about: object) -> None:
        """Reports what a message about *key* caused, unless too many do."""
        self.answer(kind, incident=key.incident[:80], village=key.village[:80], **about)

    def _stamp(self) -> int:
        self.change(stamp=self.state.stamp + 1)
        return self.state.stamp

    def _hear(self, identifier: str, stamp: int) -> None:
        heard = {**without(self.state.heard, identifier), identifier: Heard(self.now, stamp)}
        if len(heard) > HEARD:
            del heard[next(iter(heard))]
        self.change(heard=heard)


def topic(state: State, kind: str) -> str:
    """The hub's own status or event topic."""
    return topics.write(state.rules.district, topics.PoskoTopic(kind))
