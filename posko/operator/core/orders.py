"""What an operator orders: an alarm, an all-clear, a silence, a self-test. Pure; must not send it.

An order is a topic and a payload of the contract, and could be typed with mosquitto_pub. It is looked through before
anything is sent: a typo must not be swallowed in silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.settings.suggestions import suggestion
from contract.wire import alarm as alarm_message
from contract.wire import jsontext, topics
from contract.wire.alarm import MAX_BYTES, Body
from contract.wire.jsontext import BadTextError
from runtime.core.events import Clock

_LONGEST_AGE_S = 1e6  # of those that are checked: a payload that is sent later is longer by the digits of its age


class Act(Enum):
    """What is ordered."""

    ALARM = "alarm"
    CLEAR = "clear"
    SILENCE = "silence"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered, where, and by whom. The incident of `key` is empty where the order has none.

    A self-test with `knock` has the posts beat one quiet stroke, where they have a loudspeaker.
    """

    act: Act
    key: Key
    identifier: str = ""
    sender: str = ""
    note: str = ""
    exercise: bool = False
    knock: bool = False

    def concerns(self, village: str) -> bool:
        """Whether *village* is meant."""
        return self.key.village in (EVERYWHERE, village)


def faults(order: Order, villages: Iterable[str], incidents: Iterable[str]) -> list[str]:
    """What is wrong with *order*, a line each, with the name that was probably meant."""
    places, names = sorted((EVERYWHERE, *villages)), sorted(incidents)
    village, incident = order.key
    alarm = order.act is Act.ALARM
    if alarm and village in names and incident in places:
        return [f"urutannya terbalik (the other way round): kentongan alarm {village} {incident}"]
    if alarm and incident == ALL_CLEAR:
        return [f"aman bukan alarm; pakai (the all-clear is no alarm; use): kentongan clear {village}"]
    found = []
    if alarm and incident not in names:
        alarms = [name for name in names if name != ALL_CLEAR]
        found.append(f"kejadian {incident!r} tidak dikenal (unknown incident); {suggestion(incident, alarms)}")
    if village not in places:
        found.append(f"desa {village!r} tidak dikenal (unknown village); {suggestion(village, places)}")
    return [*found, *_note_faults(order)]


def topic(district: str, order: Order) -> str:
    """The topic on which *order* is published."""
    village, incident = order.key
    match order.act:
        case Act.ALARM | Act.CLEAR:
            return topics.write(district, topics.AlarmTopic(village, incident))
        case Act.SILENCE:
            return topics.write(district, topics.CommandTopic(village, topics.SILENCE))
        case Act.TEST:
            return topics.write(district, topics.CommandTopic(village, topics.TEST))


def payload(order: Order, clock: Clock, ordered_at: float, now: float) -> bytes:
    """What is published for *order*, which was given at *ordered_at*. A command needs no words."""
    if order.act in (Act.SILENCE, Act.TEST):
        return topics.KNOCK if order.knock else b""
    return alarm_message.write_alarm(Body(
        identifier=order.identifier,
        sender=order.sender,
        sent=round(ordered_at + clock.offset_s, 3) if clock.synced else None,
        status=Status.EXERCISE if order.exercise else Status.ACTUAL,
        note=order.note or None,
        age_s=max(0.0, now - ordered_at),
        clock=alarm_message.SYNCED if clock.synced else alarm_message.UNSYNCED,
    ))


def _note_faults(order: Order) -> list[str]:
    try:
        jsontext.plain(order.note, "--note")
    except BadTextError as error:
        return [f"catatan tidak dapat dibaca orang (no text that people can read): {error}"]
    over = len(payload(order, Clock(synced=True, offset_s=0.0), 0.0, _LONGEST_AGE_S)) - MAX_BYTES
    if over > 0:
        return [f"catatan terlalu panjang, {over} bita lebih (--note: too long by {over} bytes)"]
    return []
