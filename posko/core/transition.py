"""The hub's step in progress: the alarms it sets, and the writes that it waits for."""

from collections.abc import Mapping
from dataclasses import replace

from contract.domain.alarm import HUB_NAMES, Key, Name
from contract.domain.district import EVERYWHERE
from contract.wire import topics
from contract.wire.event import Kind
from posko.core.effects import Effect, End, SaveAlarm, SaveAllClear, SaveName
from posko.core.state import Acknowledgement, Alarm, Case, Lapor, Setup, State
from runtime.core.transition import CommonTransition, without

ANSWERS_AT_ONCE, ANSWERS_PER_S = 60.0, 6.0  # events that one village may cause at once, then each second
PROMPT_AT_ONCE, PROMPT_PER_S = 3.0, 0.2  # names of each village that are confirmed at once
ACKNOWLEDGED = 100  # names of each village that the beacon may name as acknowledged


class Transition(CommonTransition[State, Effect]):
    """What a step of the hub has changed so far, and what it will do."""

    answers_at_once = 200.0  # it reports for a whole district
    answers_per_s = 20.0

    def __init__(self, state: State, now: float) -> None:
        super().__init__(state, now)
        self.before = self.state
        self.moved: set[str] = set()  # posts that show something else since
        self.lapor: dict[Name, None] = {}  # residents' reports that are another since
        self.renamed: dict[Name, str] = {}  # alarms that are called something else first since
        self.stored: dict[Key, Case] = {}  # the cases that the journal has given

    @property
    def setup(self) -> Setup:
        """What does not change."""
        return self.state.setup

    def topic(self, kind: str) -> str:
        """The hub's own status or event topic."""
        return topics.write(self.setup.district, topics.PoskoTopic(kind))

    def answer(self, kind: Kind, **about: object) -> None:
        """Reports what the network caused; no village, nor what has none, has more than its part of that."""
        words = (about.get("village"), *str(about.get("post", "")).split("/"), *str(about.get("topic", "")).split("/"))
        place = next((each for each in words if each in self.setup.villages or each == EVERYWHERE), "")
        if self.granted(("answer", place), ANSWERS_AT_ONCE, ANSWERS_PER_S):
            super().answer(kind, **about)
        else:
            self.change(left_out=self.state.left_out + 1)

    def report_left_out(self) -> None:
        """Reports how many events villages caused beyond their part. Called with every Clock."""
        if self.state.left_out:
            self.report(Kind.REFUSED, reason=f"{self.state.left_out} more answers left out: too many messages")
            self.change(left_out=0)

    def put(self, alarm: Alarm) -> Alarm:
        """Sets the alarm of its key, and has it written."""
        written = replace(alarm, stamp=self.stamp(), kept=False, unsaved_since=None)
        self.change(alarms={**self.state.alarms, alarm.key: written})
        self._save(written.stamp, written)
        return written

    def rename(self, name: Name, first: str) -> None:
        """What was called *name* first here is found to be the alarm that the journal has as *first*."""
        self.renamed[name] = first
        ended = self.state.ended.get(name.key)
        if ended is not None and ended.first == name.identifier:
            self.change(ended={**self.state.ended, name.key: replace(ended, first=first)})

    def note(self, alarm: Alarm) -> None:
        """Sets the alarm of its key; nothing need wait for what changed to be on the disk."""
        alarm = replace(alarm, unsaved_since=None)
        self.set(alarm)
        self._save(alarm.stamp, alarm)

    def set(self, alarm: Alarm) -> None:
        """Sets the alarm of its key, here alone."""
        self.change(alarms={**self.state.alarms, alarm.key: alarm})

    def put_lapor(self, found: Lapor) -> None:
        """Sets the resident's report of its name, here alone."""
        self.lapor[found.name] = None
        self.change(lapor=self.state.lapor.insert(found.name, found))

    def drop_lapor(self, name: Name) -> None:
        """Takes the resident's report called *name* out."""
        self.lapor[name] = None
        self.change(lapor=self.state.lapor.remove(name))

    def close(self, alarm: Alarm, end: End, at: float | None = None, *, dated: bool = True) -> None:
        """Writes that *alarm* is over, since *at*, and takes it out. All its names are acknowledged from now on.

        *dated*: when it was raised is certain, if the hub's time of day is.
        """
        stamp = self.stamp()
        known = self.state.alarms.get(alarm.key)
        if known is not None and known.identifier == alarm.identifier:
            self.change(alarms=without(self.state.alarms, alarm.key))
        self._save(stamp, alarm, self.now if at is None else at, end, dated=dated)
        for name in alarm.names():
            self.remember(name, over=True)
            self._acknowledge(name, stamp)

    def acknowledge(self, name: Name) -> None:
        """Notes that *name* arrived and is not, or no more, in force: its sender need not send it again."""
        stamp = self.stamp()
        self.remember(name, over=True)
        self.do(SaveName(stamp, name, over=True))
        self._acknowledge(name, stamp)

    def clear(self, village: str, at: float) -> None:
        """Notes the all-clear of *village* at instant *at*."""
        known = self.state.cleared_at.get(village, at)
        self.change(cleared_at={**self.state.cleared_at, village: max(at, known)})
        self.do(SaveAllClear(self.stamp(), village, max(at, known), dated=self.state.synced))

    def kept(self, stamps: frozenset[int]) -> None:
        """The disk has the writes *stamps*."""
        self.change(
            alarms={
                key: replace(alarm, kept=True) if alarm.stamp in stamps else alarm
                for key, alarm in self.state.alarms.items()
            },
        )
        self.set_acknowledged({
            name: replace(each, kept=True) if each.stamp in stamps else each
            for name, each in self.state.acknowledged.items()
        })

    def set_acknowledged(self, names: Mapping[Name, Acknowledgement]) -> None:
        """Sets the names that have arrived, oldest first."""
        prompt = tuple(name for name, each in names.items() if each.kept and each.prompt)
        self.change(acknowledged=names, prompt=prompt)

    def identifier(self) -> str:
        """A new identifier, for an alarm that came without."""
        return self.make_identifier(HUB_NAMES.rstrip("."))

    def report_of(self, kind: Kind, alarm: Alarm, **about: object) -> None:
        """Reports an event of *alarm*, unless too many come at once; the disk has all of them."""
        self.answer(kind, incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier,
                    origin=alarm.origin or None, status=alarm.status.value, **about)

    def answer_of(self, kind: Kind, key: Key, **about: object) -> None:
        """Reports what a message about *key* caused, unless too many do."""
        self.answer(kind, incident=key.incident[:80], village=key.village[:80], **about)

    def _save(
        self, stamp: int, alarm: Alarm, ended_at: float | None = None, end: End | None = None, *, dated: bool = True
    ) -> None:
        dated = dated and self.state.synced
        self.do(SaveAlarm(stamp, alarm, self.setup.expected(alarm.key), ended_at, end, dated=dated))

    def stamp(self) -> int:
        """The number of the next write."""
        self.change(stamp=self.state.stamp + 1)
        return self.state.stamp

    def _acknowledge(self, name: Name, stamp: int) -> None:
        prompt = self.granted(("acknowledged", name.village), PROMPT_AT_ONCE, PROMPT_PER_S)
        names = {**without(self.state.acknowledged, name), name: Acknowledgement(self.now, stamp, prompt)}
        of_village = [each for each in names if each.village == name.village]
        if len(of_village) > ACKNOWLEDGED:
            del names[of_village[0]]
        self.set_acknowledged(names)
