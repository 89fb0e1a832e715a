"""The page's core on a machine of its own, and the phones of residents: each goes on asking until it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from contract.domain.alarm import Key, Name
from contract.domain.incidents import ALL_CLEAR
from contract.people import Person
from contract.roles import Role
from contract.wire import topics
from contract.wire.alarm import Body, read_alarm
from contract.wire.topics import AlarmTopic
from posko.operator import connection
from posko.operator.core import fold
from posko.web.core import effects, presses
from posko.web.core import step as core_step
from posko.web.core.asked import Answer, Asked, Outcome, PeopleRead, RaiseAlarm
from posko.web.core.state import Kind, Sending, Session, State
from runtime.core.effects import Publish
from runtime.core.events import Clock
from tests.contract import shipped
from tests.model.network import Broker
from tests.model.parts import Part

DISTRICT = "situbondo"
AGAIN_S = 2.0  # from one attempt of a phone to the next
PEOPLE = {village: Person(name=f"warga-{village}", role=Role.WARGA, villages=(village,), issued=1)
          for village in ("kalibagor", "kotakan", "patokan")}


class _Core:
    """The page's core as a part of the model runs one."""

    @staticmethod
    def start(rules: Any, now: float, clock: Clock) -> State:
        return core_step.start(rules, fold.make_setup(shipped.district(), shipped.catalogue()), now, clock)

    step = staticmethod(core_step.step)
    next_due = staticmethod(core_step.next_due)


@dataclass(slots=True)
class PageRows:
    """What is on the page's disk."""

    sendings: dict[str, tuple[Sending, int, Clock]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    def apply(self, entry: object, boot: int, wall: Clock) -> None:
        match entry:
            case effects.SaveSending(_, sending, dated) if sending.age_known:
                self.sendings[sending.token] = (sending, boot, replace(wall, synced=wall.synced and dated))
            case effects.SaveSession(_, session, who):
                self.sessions[session] = who
            case effects.EndSession(session):
                self.sessions.pop(session, None)
            case _:
                pass

    def load(self, boot: int, now: float) -> object:
        del now
        return effects.Loaded(tuple(
            replace(each, saved=False, sent_at=None, tries=1, age_known=written == boot,
                    asked_wall=each.asked_at + wall.offset_s if wall.synced and written != boot else None)
            for each, written, wall in self.sendings.values()), tuple(self.sessions.items()))

    def nothing(self) -> object:
        return effects.Loaded(known=False)

    def written(self, entries: list[object]) -> object | None:
        stamps = frozenset(each.stamp for each in entries
                           if isinstance(each, effects.SaveSending | effects.SaveSession))
        return effects.Saved(stamps) if stamps else None


class PagePart(Part):
    """The page."""

    core: ClassVar[Any] = _Core

    def __init__(self, broker: Broker, raised: dict[Key, list[float]]) -> None:
        self.raised = raised
        self.rows = PageRows()
        self.kept: dict[Name, float] = {}  # what a phone was told is kept, and when it was pressed
        self.phones: dict[int, _Phone] = {}
        self._tickets = 0
        self._names = 0
        super().__init__("web", broker, self.rows, connection.subscriptions(DISTRICT), 500.0)  # type: ignore[arg-type]

    def _rules(self) -> Any:
        return core_step.make_rules(shipped.district(), shipped.catalogue(), 60, 1000)

    def _will(self) -> Publish:
        raise AssertionError("the page has no last words")

    def start(self) -> None:
        """Begins; the link is sought, and the people file read."""
        if not self.alive:
            super().start()
            self.client.seek(None)
            self.feed(PeopleRead({each.name: each for each in PEOPLE.values()}))

    def press(self, village: str, incident: str) -> None:
        """A resident holds a button of the page."""
        self._names += 1
        phone = _Phone(Name(village, incident, f"hp.{self._names}"), self.timeline.now)
        self.raised.setdefault(phone.name.key, []).append(self.timeline.now)
        self._ask(phone)

    def _ask(self, phone: "_Phone") -> None:
        """The phone posts it, and again until it is answered that it is kept."""
        if phone.name in self.kept:
            return
        if self.alive:
            self._tickets += 1
            self.phones[self._tickets] = phone
            request = RaiseAlarm(*phone.name, age_s=self.timeline.now - phone.pressed_at)
            self.feed(Asked(self._tickets, PEOPLE[phone.name.village], request))
        self.timeline.after(AGAIN_S, lambda: self._ask(phone))

    def crash(self) -> None:
        """It is killed: nobody who waits is answered."""
        super().crash()
        self.phones.clear()

    def _perform(self, effect: Any) -> None:
        if isinstance(effect, Answer):
            phone = self.phones.pop(effect.ticket, None)
            if phone is not None and effect.outcome is Outcome.KEPT:
                self.kept[phone.name] = phone.pressed_at
                token = Sending(Kind.ALARM, phone.name.key, phone.name.identifier, "", "", 0.0).token
                assert token in self.rows.sendings, f"{phone.name} is answered, and not on the disk"
            return
        if isinstance(effect, Publish):
            self._look_at_message(effect)
        super()._perform(effect)

    def _look_at_message(self, message: Publish) -> None:
        """A resident's alarm goes to the own village, whole, and its age is right."""
        topic = topics.read(DISTRICT, message.topic)
        body = read_alarm(message.payload)
        assert isinstance(topic, AlarmTopic)
        assert isinstance(body, Body)
        assert body.sender == PEOPLE[topic.village].sender, f"{body.sender} rings {topic}"

    def _look(self, event: object, effects_: Sequence[Any]) -> None:
        del event, effects_

    def check(self, seen: Any, ever: set[Name], late: set[object]) -> None:
        """Everything that a phone was answered is on the hub's disk, or was reported late; nothing waits any more."""
        for name, at in self.kept.items():
            arrived = seen if name.incident == ALL_CLEAR else ever
            assert name in arrived or name.identifier in late, f"{name} of {at} is lost"
        waiting = [each for each in self.state.sendings.values() if not each.settled]
        assert not waiting, f"still on their way: {waiting}"
        assert all(presses.name_of(each).village == each.person.removeprefix("warga-")
                   for each in self.state.sendings.values())


@dataclass(frozen=True, slots=True)
class _Phone:
    name: Name
    pressed_at: float
