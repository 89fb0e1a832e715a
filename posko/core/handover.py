"""What a hub that takes over has heard while it stood by: what of it the one before it may not have had. Pure.

    heard ──> kept since KEEP_S before the last beacon ──> takes over ──> what the journal does not have ──> step

Where nobody leads for long, as while no database takes writes, that is all since then. A message with an identifier
may be taken in again: it is known by its name. One without has none to be known by, so it is compared with what the
journal has of the time since.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, LONGEST_S
from contract.values import dataclass
from contract.wire import alarm as alarm_message
from contract.wire import timing, topics
from contract.wire.beacon import of_earlier_term, read_beacon
from contract.wire.codec import Refusal
from contract.wire.topics import ActiveTopic, AlarmTopic, CommandTopic, LaporTopic, ResponseTopic, RondaTopic
from posko.core.events import Loaded
from runtime.core.events import Received
from runtime.core.peer_clock import least_offset

KEEP_S = 30.0  # a hub that still sends beacons has taken in what came to it so long before
TERMS = 8  # whose clocks are remembered
MOST_TERM = 10**9  # no district has changed its hub so often: a greater one is not believed
MOST, MOST_BYTES = 2000, 1_000_000
NEAR_S = 1.5  # the same message came to two hubs within this


@dataclass(frozen=True, slots=True)
class Offset:
    """This clock less that of a hub that led, by its beacon at instant `at`."""

    offset: float
    at: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of late, oldest first, with the instants; and of those who lead.

    `term` is that of the last beacon, which came at `led_at`; `offsets` has the clocks by the terms.
    """

    messages: tuple[tuple[float, Received], ...] = ()
    size: int = 0
    term: int = 0
    led_at: float | None = None
    offsets: Mapping[int, Offset] = field(default_factory=dict)


def hear(heard: Heard, event: object, now: float, district: str) -> Heard:
    """*heard* after *event*, which came at instant *now*."""
    match event:
        case Received(topic, payload, retain):
            match topics.read(district, topic):
                case ActiveTopic("") if not retain:
                    return _beacon(heard, payload, now)
                case (AlarmTopic() | CommandTopic() | RondaTopic() | ResponseTopic()
                      | LaporTopic()) if payload or not retain:
                    return _kept(heard, event, now)
    return heard


def _beacon(heard: Heard, payload: bytes, now: float) -> Heard:
    read = read_beacon(payload)
    if isinstance(read, Refusal) or read.term is None or read.term > MOST_TERM:
        return heard
    if of_earlier_term(read, heard.term) and heard.led_at is not None and now < heard.led_at + timing.HUB_LOST_S:
        return heard  # of one that does not know yet that another leads
    known = heard.offsets.get(read.term) if read.term == heard.term else None
    others = {term: each for term, each in heard.offsets.items() if term != read.term}
    if read.at_s is None:
        offsets = heard.offsets
    elif known is None:
        offsets = dict([*others.items(), (read.term, Offset(now - read.at_s, now))][-TERMS:])
    else:
        offsets = {**others, read.term: Offset(least_offset(now - read.at_s, known.offset, known.at, now), now)}
    return replace(heard, term=read.term, led_at=now, offsets=offsets)


def _kept(heard: Heard, message: Received, now: float) -> Heard:
    messages, size = (*heard.messages, (now, message)), heard.size + len(message.payload)
    since, gone = _since(heard, now), 0
    while len(messages) - gone > MOST or size > MOST_BYTES or messages[gone][0] < since:
        size -= len(messages[gone][1].payload)
        gone += 1
    return replace(heard, messages=messages[gone:], size=size)


def _since(heard: Heard, now: float) -> float:
    """Since when what was heard may be news to the hub that takes over at instant *now*."""
    return max(now - LONGEST_S, -math.inf if heard.led_at is None else heard.led_at - KEEP_S)


def clocks(heard: Heard, boots: Mapping[int, str]) -> Mapping[str, float]:
    """What makes this clock's instants of those of other machines' boots; *boots* has these by the terms of who led."""
    found: dict[str, Offset] = {}
    for term, each in sorted(heard.offsets.items(), key=lambda item: item[1].at):
        boot = boots.get(term, "")
        known = found.get(boot)
        least = each.offset if known is None else least_offset(each.offset, known.offset, known.at, each.at)
        found[boot] = Offset(least, each.at)
    return {boot: each.offset for boot, each in found.items() if boot}


def outdone(message: Received, active: str, term: int, boot: str) -> int | None:
    """The term of another hub than that of the run *boot*, which leads for the *term*, if posts heed that one's beacon.

    *active* is the beacon's topic. That two lead cannot be where one database decides; it can where there are two.
    """
    if message.topic != active or message.retain:
        return None
    read = read_beacon(message.payload)
    if isinstance(read, Refusal) or read.term is None or read.term > MOST_TERM:
        return None
    return read.term if read.boot != boot and (read.term, read.boot) > (term, boot) else None


def missed(heard: Heard, loaded: Loaded, now: float, district: str) -> Iterator[tuple[float, Received]]:
    """What of *heard* the hub before may not have had; *loaded* is what it left in the journal."""
    left = _left(loaded, now)
    for at, message in heard.messages:
        if at >= _since(heard, now) and not _had(district, message, at, left):
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
