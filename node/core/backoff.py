"""After an operator's silence: whoever raised what was silenced here waits longer each time. Pure.

    raised, rings ──silenced──> raised again: rings at once ──silenced──> waits 15 s from that silence
        ──silenced──> 30 s ──silenced──> 60 s …, at most 240 s
    raised only a minute after its wait was over, or later: counted from the beginning

A stolen box, or one whose button hangs, raises alarms as fast as an operator silences them, until its account is shut
out. What somebody else raises rings at once all the same, and so does a press of this box's own button, always.

A broker passes on no account's name, so a sender is what a message says of itself. Posts in the district file count
each for itself; of all other names each counts, and all of them together count as one more, which waits as well once
too many of them were silenced: so nobody gets round this by another name each time.
"""

from contract.domain.alarm import Key
from contract.domain.incidents import ONCE
from contract.values import dataclass
from contract.wire.event import Kind
from node.core.state import Alarm, Origin, Sender, Setup, Silences, State
from node.core.transition import Transition

FIRST_S, LONGEST_S = 15.0, 240.0
HEARD_S = 1.0  # what was in force for less when it was silenced hardly rang, and counts for nothing
FREE = 1  # silences of one sender that cost it nothing …
FREE_STRANGERS = 3  # … and of all senders together that are no posts of the village
SOON_S = 60.0  # after its wait: what is raised later is not raised against the silence
SENDERS = 16  # that one alarm keeps
MOST = 32  # senders of a village of whom it is known
REPORT_PER_S = 1 / 60
LONGEST_NAME = 80  # characters of a sender, as a beacon lists it


@dataclass(frozen=True, slots=True)
class Wait:
    """How many seconds a sender still waits here, and how often it was silenced."""

    wait_s: float
    count: int


def silenced(t: Transition, alarm: Alarm) -> None:
    """An operator silences *alarm* here, this instant."""
    if alarm.key.incident in ONCE or t.now < alarm.since + HEARD_S:
        return
    known = dict(t.state.silences)
    for who in {each for name in alarm.senders for each in _counted(t.setup, alarm.key.village, name)}:
        before = known.pop(who, Silences(0, t.now))
        several = before.count and before.at == t.now  # of one silence
        count = before.count if alarm.edge_at < before.at + _wait_s(who, before) + SOON_S else 0
        known[who] = before if several else Silences(count + 1, t.now)
    oldest = [who for who in known if who.village == alarm.key.village][:-MOST]
    t.change(silences={who: each for who, each in known.items() if who not in oldest})


def wait(state: State, village: str, sender: str) -> Wait:
    """How long what *sender* raises for *village* waits here from now on."""
    found = Wait(0.0, 0)
    for who in _counted(state.setup, village, sender):
        known = state.silences.get(who)
        left_s = 0.0 if known is None else known.at + _wait_s(who, known) - state.now
        if known is not None and left_s > found.wait_s:
            found = Wait(left_s, known.count)
    return found


def report(t: Transition, key: Key, identifier: str | None, sender: str, found: Wait) -> None:
    """Reports that what *sender* raised waits; once a minute for each village and incident."""
    if t.granted((key, "waits"), 1.0, REPORT_PER_S):
        t.answer(
            Kind.WARNING, incident=key.incident, village=key.village, identifier=identifier, sender=sender or None,
            reason=f"begins in {found.wait_s:.0f} s at the earliest: an operator has silenced what this sender raised "
                   f"{found.count} times",
        )


def joined(senders: frozenset[str], sender: str) -> frozenset[str]:
    """*senders* with *sender*, while there is room."""
    return senders | {sender[:LONGEST_NAME]} if len(senders) < SENDERS else senders


def listed(setup: Setup, alarm: Alarm, sender: str) -> frozenset[str]:
    """The senders of *alarm*, which the hub lists as raised by *sender*; what this box's own button raised has none."""
    own = alarm.origin is Origin.BUTTON and sender == f"{setup.village}/{setup.node}"
    return alarm.senders if own else joined(alarm.senders, sender)


def _wait_s(who: Sender, known: Silences) -> float:
    """How long *who* waits after the last of its silences."""
    times = known.count - (FREE_STRANGERS if who.name is None else FREE)
    return min(LONGEST_S, FIRST_S * 2 ** (min(times, 16) - 1)) if times > 0 else 0.0


def _counted(setup: Setup, village: str, sender: str) -> tuple[Sender, ...]:
    """As whom *sender* counts that raises alarms of *village*."""
    name = sender[:LONGEST_NAME]
    one = Sender(village, name)
    return (one,) if name in setup.posts and name.startswith(f"{village}/") else (one, Sender(village, None))
