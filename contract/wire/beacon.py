"""The hub's beacon <-> a value: every alarm in force, and what the hub has heard that is over. Nothing here raises.

    {"boot": …, "seq": …, "at_s": …,
     "alarms": [{"identifier", "incident", "village", "status", "age_s", "remaining_s", "origin", "note",
                 "also": […], "silenced": […], "kept": false}],
     "cleared": [{"village": …, "age_s": …}],
     "over": [{"village": …, "incident": …, "age_s": …}],
     "heard": […]}

`also`, `silenced`, `kept`, `cleared`, `over`, `heard` and `at_s` are left out where they say nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.domain.alarm import Status
from contract.wire import jsontext
from contract.wire.alarm import MAX_BEACON_BYTES, Refusal, status_of
from contract.wire.jsontext import BadTextError


@dataclass(frozen=True, slots=True)
class Listed:
    """One alarm in force, as the beacon lists it. Times are seconds, counted by the hub.

    `identifier` and `age_s` are those of the latest time it was raised, `also` what it was called before. In the
    villages `silenced` (`semua`: in all) it is in force without a sound. What is not `kept` is not on the hub's disk,
    and would be forgotten if it stopped.
    """

    identifier: str
    incident: str
    village: str
    status: Status
    age_s: float
    remaining_s: float
    origin: str
    note: str
    also: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Cleared:
    """The last all-clear of a village, `age_s` seconds ago."""

    village: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Over:
    """An alarm that an all-clear ended lately, last raised `age_s` seconds ago."""

    village: str
    incident: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Beacon:
    """Every alarm in force. `boot` names a run of the hub; `seq` counts its beacons.

    `at_s` is when it was made, in seconds of the hub's own clock, which begins anywhere and never jumps: who hears two
    beacons can tell that one was held up on its way, and that its ages are that much too small.
    `heard` are identifiers that reached the hub lately and are on its disk, but not in force: all-clears, and what
    was over before or since.
    """

    boot: str
    seq: int
    alarms: tuple[Listed, ...]
    cleared: tuple[Cleared, ...] = ()
    over: tuple[Over, ...] = ()
    heard: tuple[str, ...] = ()
    at_s: float | None = None

    def kept(self) -> frozenset[str]:
        """Every identifier that need not be sent again."""
        listed = (name for alarm in self.alarms if alarm.kept for name in (alarm.identifier, *alarm.also))
        return frozenset((*listed, *self.heard))


def read_beacon(payload: bytes) -> Beacon | Refusal:
    """What *payload* says. Unknown members are ignored."""
    if len(payload) > MAX_BEACON_BYTES:
        return Refusal(f"beacon of more than {MAX_BEACON_BYTES} bytes")
    try:
        members = jsontext.members(payload.decode())
        alarms = members.get("alarms")
        seq = members.get("seq")
        if not isinstance(alarms, list):
            raise BadTextError("alarms is no list")
        if isinstance(seq, bool) or not isinstance(seq, int):
            raise BadTextError("seq is no whole number")
        return Beacon(
            jsontext.word(members, "boot"), seq, tuple(_listed(each) for each in alarms),
            tuple(_cleared(each) for each in _list(members, "cleared")),
            tuple(_over(each) for each in _list(members, "over")), _words(members, "heard"),
            jsontext.seconds(members, "at_s", None) if "at_s" in members else None,
        )
    except UnicodeDecodeError:
        return Refusal("beacon is no UTF-8 text")
    except BadTextError as error:
        return Refusal(f"beacon: {error}")


def write_beacon(beacon: Beacon) -> bytes:
    """The JSON payload of *beacon*; `read_beacon` reads it back to the same value."""
    members: dict[str, object] = {
        "boot": beacon.boot, "seq": beacon.seq, "alarms": [_members(alarm) for alarm in beacon.alarms],
    }
    if beacon.cleared:
        members["cleared"] = [{"village": each.village, "age_s": each.age_s} for each in beacon.cleared]
    if beacon.over:
        members["over"] = [
            {"village": each.village, "incident": each.incident, "age_s": each.age_s} for each in beacon.over
        ]
    if beacon.at_s is not None:
        members["at_s"] = beacon.at_s
    if beacon.heard:
        members["heard"] = list(beacon.heard)
    return jsontext.dump(members)


def _members(alarm: Listed) -> dict[str, object]:
    members: dict[str, object] = {
        "identifier": alarm.identifier, "incident": alarm.incident, "village": alarm.village,
        "status": alarm.status.value, "age_s": alarm.age_s, "remaining_s": alarm.remaining_s,
        "origin": alarm.origin, "note": alarm.note,
    }
    if alarm.also:
        members["also"] = list(alarm.also)
    if alarm.silenced:
        members["silenced"] = list(alarm.silenced)
    if not alarm.kept:
        members["kept"] = False
    return members


def _listed(item: object) -> Listed:
    if not isinstance(item, dict):
        raise BadTextError("an alarm is no object")
    kept = item.get("kept", True)
    if not isinstance(kept, bool):
        raise BadTextError("kept is neither true nor false")
    return Listed(
        identifier=jsontext.word(item, "identifier"),
        incident=jsontext.word(item, "incident"),
        village=jsontext.word(item, "village"),
        status=status_of(item),
        age_s=jsontext.seconds(item, "age_s", 0.0),
        remaining_s=jsontext.seconds(item, "remaining_s", None),
        origin=jsontext.text(item, "origin") or "",
        note=jsontext.text(item, "note") or "",
        also=_words(item, "also"),
        silenced=_words(item, "silenced"),
        kept=kept,
    )


def _cleared(item: object) -> Cleared:
    if not isinstance(item, dict):
        raise BadTextError("an all-clear is no object")
    return Cleared(jsontext.word(item, "village"), jsontext.seconds(item, "age_s", None))


def _over(item: object) -> Over:
    if not isinstance(item, dict):
        raise BadTextError("what is over is no object")
    return Over(jsontext.word(item, "village"), jsontext.word(item, "incident"), jsontext.seconds(item, "age_s", None))


def _list(members: Mapping[str, object], name: str) -> list[object]:
    found = members.get(name, [])
    if not isinstance(found, list):
        raise BadTextError(f"{name} is no list")
    return found


def _words(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = members.get(name, [])
    if not isinstance(found, list) or not all(isinstance(word, str) and word for word in found):
        raise BadTextError(f"{name} is no list of words")
    return tuple(jsontext.plain(word, name) for word in found)
