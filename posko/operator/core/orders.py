"""What an operator orders: an alarm, an all-clear, a silence, a self-test. Pure; must not send it.

An order is a topic and a payload of the contract, and could be typed with mosquitto_pub.
"""

from enum import StrEnum

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.values import dataclass
from contract.wire import alarm as alarm_message
from contract.wire import topics
from contract.wire.alarm import Body
from contract.wire.codec import MAX_BYTES
from runtime.core.events import Clock

_LONGEST_AGE_S = 1e6  # a payload that is sent later is longer by the digits of its age


class Act(StrEnum):
    """What is ordered."""

    ALARM = "alarm"
    CLEAR = "clear"
    SILENCE = "silence"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered, where, and by whom. The incident of `key` is empty where the order has none.

    A self-test with `knock` has the posts beat one soft stroke, where they have a loudspeaker.
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
    """What is published for *order*, which was given at *ordered_at*. A command needs no members."""
    if order.act in (Act.SILENCE, Act.TEST):
        return topics.KNOCK if order.knock else b""
    return alarm_message.write_alarm(Body(
        identifier=order.identifier,
        sender=order.sender,
        sent=ordered_at + clock.offset_s if clock.synced else None,
        status=Status.EXERCISE if order.exercise else Status.ACTUAL,
        note=order.note or None,
        age_s=max(0.0, now - ordered_at),
        clock=alarm_message.SYNCED if clock.synced else alarm_message.UNSYNCED,
    ))


def excess(order: Order) -> int:
    """How many bytes *order* is too long by, whenever it is sent; 0 or less if it fits."""
    return len(payload(order, Clock(synced=True, offset_s=0.0), 0.0, _LONGEST_AGE_S)) - MAX_BYTES
