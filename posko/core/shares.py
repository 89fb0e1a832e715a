"""What of a village stands in a beacon, where not everything has room: its share of the beacon's bytes. Pure.

Every alarm in force stands in every beacon, and everything that all-clears ended: what is missing there would stop, or
go on. So does how far anybody is who responds. The rest is what each village adds: who raised an alarm, its note, who
responds, its other names, and the names that need not be sent again. That has a share, the same for every village, so
that one that says much takes nothing from another one; names that have no room there come by turns, in the beacons that
follow.

    in force, ended │ origins, notes, people of V │ names of V │ … of W │ …
    always          │ half of V's share           │ what is left of it
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from contract.domain.alarm import Key, Name
from contract.values import dataclass
from contract.wire import timing
from contract.wire.beacon import BUDGET, Arrived, Beacon, Cleared, Listed, Over, write_beacon
from contract.wire.response import Responded
from posko.core import responses
from posko.core.state import Alarm, Response, State

LEVELS = (BUDGET // 4, BUDGET // 8, BUDGET // 16, BUDGET // 32, BUDGET // 64, 0)  # bytes of each village's share
NOTES = (400, 100, 0)  # characters of each note, as far as they fit
ORIGIN = 80  # characters of who raised it
_GROUP = 64  # bytes of a list of names, beside them
_PERSON = 60  # bytes of one who responds, beside the name
_TURN = 100  # bytes: no name takes more, with its part of a list


@dataclass(frozen=True, slots=True)
class _Share:
    """What a village adds: its alarms without their other names, and names. `whole`: nothing is left out."""

    alarms: tuple[Listed, ...]
    names: frozenset[Name]
    whole: bool


def payload(state: State, shown: Sequence[Alarm]) -> tuple[bytes, frozenset[str]]:
    """The beacon that lists the alarms *shown*, and the villages of which something had no room."""
    frame = _frame(state)
    arrived = [name for name, each in state.acknowledged.items() if each.kept]
    villages = dict.fromkeys([*(alarm.key.village for alarm in shown), *(name.village for name in arrived)])
    for level in LEVELS:
        shares = {
            village: _share(state, [alarm for alarm in shown if alarm.key.village == village],
                            [name for name in arrived if name.village == village], level)
            for village in villages
        }
        written = write_beacon(_filled(frame, shown, arrived, shares))
        crowded = frozenset(village for village, share in shares.items() if not share.whole)
        if len(written) <= BUDGET:
            return written, crowded
    return written, crowded | {alarm.key.village for alarm in shown}


def _frame(state: State) -> Beacon:
    """A beacon with what is over, and without what is in force."""
    cleared = tuple(
        Cleared(village=village, age_s=max(0.0, state.now - at)) for village, at in state.cleared_at.items()
        if state.now < at + timing.CLEARED_S
    )
    over = tuple(
        Over(village=key.village, incident=key.incident, age_s=max(0.0, state.now - at))
        for key, at in state.over.items() if key not in state.alarms
    )
    return Beacon(
        boot=state.setup.boot, seq=state.seq, alarms=(), cleared=cleared, over=over, at_s=state.now,
        time=state.now + state.clock.offset_s if state.clock.synced else None,
        district_digest=state.setup.district_digest, term=state.setup.term,
    )


def _filled(frame: Beacon, shown: Sequence[Alarm], arrived: Sequence[Name], shares: dict[str, _Share]) -> Beacon:
    """*frame* with all that the *shares* have, in the order of the alarms *shown* and of the names *arrived*."""
    listed = {alarm.key: alarm for share in shares.values() for alarm in share.alarms}
    names = frozenset().union(*(share.names for share in shares.values()))
    groups: dict[Key, list[str]] = {}
    for name in arrived:
        if name in names:
            groups.setdefault(name.key, []).append(name.identifier)
    return replace(
        frame,
        alarms=tuple(
            replace(listed[alarm.key], also=tuple(each for each in alarm.also if alarm.key.name(each) in names))
            for alarm in shown
        ),
        acknowledged=tuple(
            Arrived(village=key.village, incident=key.incident, identifiers=tuple(each)) for key, each in groups.items()
        ),
    )


def _share(state: State, alarms: Sequence[Alarm], arrived: Sequence[Name], level: int) -> _Share:
    """What a village with *alarms* in force and names *arrived* adds, in *level* bytes."""
    room, whole = level // 2, True
    listed = []
    for alarm in alarms:
        origin, wanted = alarm.sender()[:ORIGIN], alarm.note[: NOTES[0]]
        origin = origin if _bytes(origin) <= room else ""
        room -= _bytes(origin)
        note = next((cut for length in NOTES if _bytes(cut := wanted[:length]) <= room), "")
        room -= _bytes(note)
        case = state.case(alarm)
        found = responses.people(case.responses if case is not None else ())
        people = tuple(_responded(state, each) for each in found if (room := room - _bytes(each.by) - _PERSON) >= 0)
        room = max(0, room)
        whole = whole and (origin, note, len(people)) == (alarm.sender()[:ORIGIN], wanted, len(found))
        listed.append(replace(_listed(state, alarm, origin, note), responses=people))
    pool = [*arrived, *(alarm.key.name(each) for alarm in alarms for each in alarm.also)]
    names = frozenset(_by_turns(pool, room + level - level // 2, state.seq))
    return _Share(tuple(listed), names, whole and len(names) == len({*pool}))


def _by_turns(pool: Sequence[Name], room: int, turn: int) -> Iterator[Name]:
    """Those names of the *pool* that fit into *room* bytes: all, or others at each *turn*, and each one some time."""
    fits = sum(map(_size, pool)) + _GROUP * len({name.key for name in pool}) <= room
    start = 0 if fits else turn * max(1, room // _TURN) % len(pool)
    groups: set[Key] = set()
    for name in [*pool[start:], *pool[:start]]:
        room -= _size(name) + (0 if name.key in groups else _GROUP)
        if room < 0:
            return
        groups.add(name.key)
        yield name


def _size(name: Name) -> int:
    """The bytes of a name within a list."""
    return _bytes(name.identifier) + 3


def _bytes(text: str) -> int:
    """How many bytes *text* takes in JSON, without its quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def _listed(state: State, alarm: Alarm, origin: str, note: str) -> Listed:
    return Listed(
        identifier=alarm.identifier, incident=alarm.key.incident, village=alarm.key.village, status=alarm.status,
        age_s=max(0.0, state.now - alarm.raised_at), remaining_s=max(0.0, alarm.until - state.now), origin=origin,
        note=note, silenced=tuple(sorted(alarm.silenced)), kept=alarm.kept,
        step=state.steps.get(alarm.key, ""),
        first_age_s=max(0.0, state.now - alarm.first_at) if alarm.first_at < alarm.raised_at else None,
    )


def _responded(state: State, found: Response) -> Responded:
    return Responded(by=found.by, step=found.step.value, age_s=max(0.0, state.now - found.at), kept=found.kept)
