"""What a hub that takes over has heard while it stood by: what of it the one before it may not have had. Pure.

    heard while another leads ──> kept for KEEP_S ──> takes over ──> what the journal does not have ──> step

A message with an identifier may be taken in again: it is known by its name. One without has none to be known by, so it
is compared with what the journal has of the time since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.values import dataclass
from contract.wire import alarm as alarm_message
from contract.wire import topics
from contract.wire.beacon import read_beacon
from contract.wire.codec import Refusal
from contract.wire.topics import ActiveTopic, AlarmTopic, CommandTopic, LaporTopic, ResponseTopic, RondaTopic
from posko.core.events import Loaded
from runtime.core.events import Linked, Received, Unlinked
from runtime.core.peer_clock import least_offset

KEEP_S = 30.0  # longer than it takes from a hub's last breath to the next one's first
MOST, MOST_BYTES = 2000, 1_000_000
NEAR_S = 1.5  # the same message came to two hubs within this


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of late, oldest first, with the instants; and how the clock of who leads lies to this one's.

    `offset` is this clock less that of the hub that leads for the `term`, by its beacon at `beacon_at`.
    """

    messages: tuple[tuple[float, Received], ...] = ()
    size: int = 0
    linked: bool = False
    term: int | None = None
    offset: float = 0.0
    beacon_at: float = 0.0


def hear(heard: Heard, event: object, now: float, district: str) -> Heard:
    """*heard* after *event*, which came at instant *now*."""
    match event:
        case Linked():
            return replace(heard, linked=True)
        case Unlinked():
            return replace(heard, linked=False)
        case Received(topic, payload, retain):
            match topics.read(district, topic):
                case ActiveTopic(""):
                    return _beacon(heard, payload, now)
                case AlarmTopic() | CommandTopic() | RondaTopic() | ResponseTopic() | LaporTopic() if not retain:
                    return _kept(heard, event, now)
    return heard


def _beacon(heard: Heard, payload: bytes, now: float) -> Heard:
    read = read_beacon(payload)
    if isinstance(read, Refusal) or read.at_s is None or read.term is None:
        return heard
    known = heard.offset if read.term == heard.term else None
    offset = least_offset(now - read.at_s, known, heard.beacon_at, now)
    return replace(heard, term=read.term, offset=offset, beacon_at=now)


def _kept(heard: Heard, message: Received, now: float) -> Heard:
    messages, size = (*heard.messages, (now, message)), heard.size + len(message.payload)
    gone = 0
    while len(messages) - gone > MOST or size > MOST_BYTES or messages[gone][0] < now - KEEP_S:
        size -= len(messages[gone][1].payload)
        gone += 1
    return replace(heard, messages=messages[gone:], size=size)


def clocks(heard: Heard, term: int, boot: str) -> Mapping[str, float]:
    """What makes this clock's instants of those of the machine in *boot*, whose hub led for the *term*."""
    return {boot: heard.offset} if heard.term == term and boot else {}


def missed(heard: Heard, loaded: Loaded, now: float, district: str) -> Iterator[tuple[float, Received]]:
    """What of *heard* the hub before may not have had; *loaded* is what it left in the journal."""
    left = _left(loaded, now)
    for at, message in heard.messages:
        if at >= now - KEEP_S and not _had(district, message, at, left):
            yield at, message


@dataclass(frozen=True, slots=True)
class _Left:
    """What the hub before has left: when alarms were raised last, when villages were cleared, and the latest of all."""

    raised: Mapping[Key, float]
    cleared: Mapping[str, float]
    latest: float


def _left(loaded: Loaded, now: float) -> _Left:
    """That in *loaded*, by this clock. What nobody can date counts as of *now*: it was taken in some time."""
    raised: dict[Key, float] = dict(loaded.over)
    for alarm in loaded.alarms:
        at = now if alarm.shift is None else alarm.raised_at + alarm.shift
        raised[alarm.key] = max(at, raised.get(alarm.key, at))
    cleared = {each.village: now if each.shift is None else each.at + each.shift for each in loaded.cleared}
    return _Left(raised, cleared, max((*raised.values(), *cleared.values()), default=0.0))


def _had(district: str, message: Received, at: float, left: _Left) -> bool:
    """Whether what is *left* shows that *message*, which came at instant *at*, was taken in; not by its name."""
    match topics.read(district, message.topic):
        case AlarmTopic(village, incident):
            body = alarm_message.read_alarm(message.payload, clears=incident == ALL_CLEAR)
            if isinstance(body, Refusal) or body.identifier is not None:
                return False
            since = at - NEAR_S - body.elapsed_s
            if max(left.cleared.get(place, -1.0) for place in (village, EVERYWHERE)) >= since:
                return True
            return incident != ALL_CLEAR and left.raised.get(Key(village, incident), -1.0) >= since
        case CommandTopic(_, topics.SILENCE):
            return left.latest >= at - NEAR_S  # it has had what came later; and what was raised since must sound
        case CommandTopic():
            return True
        case RondaTopic():
            body = alarm_message.read_alarm(message.payload)
            return not isinstance(body, Refusal) and body.identifier is None
    return False
