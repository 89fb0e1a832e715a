"""Topics <-> values. One class per kind of topic; a name that is not a topic of this contract is None."""

from collections.abc import Collection, Mapping
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from contract.domain import foreign
from contract.domain.alarm import Keyed
from contract.domain.district import EVERYWHERE, HUB
from contract.domain.incidents import ALL_CLEAR
from contract.values import dataclass
from contract.wire.codec import MAX_BEACON_BYTES, MAX_BYTES

ROOT = "kentongan"
SILENCE, TEST, STATUS = "silence", "test", "status"
POSKO = HUB  # for the command `status`: the hub alone is asked
COMMANDS = (SILENCE, TEST, STATUS)
KNOCK = b"ketuk"  # the payload that asks a self-test for one quiet stroke


@dataclass(frozen=True, slots=True)
class AlarmTopic(Keyed):
    """`kentongan/D/V/alarm/I`: sound incident I in village V; with I = aman, V's all-clear. V may be foreign."""

    village: str
    incident: str


@dataclass(frozen=True, slots=True)
class CommandTopic:
    """`kentongan/D/V/command/C`: the operator's command to the nodes in V; C is one of COMMANDS."""

    village: str
    command: str


@dataclass(frozen=True, slots=True)
class RondaTopic:
    """`kentongan/D/V/ronda`: a patrol of V is made."""

    village: str


@dataclass(frozen=True, slots=True)
class ResponseTopic:
    """`kentongan/D/V/respon`: somebody responds to an alarm that is, or was, in force in V."""

    village: str


@dataclass(frozen=True, slots=True)
class LaporTopic:
    """`kentongan/D/V/lapor`: a resident of V reports what is no alarm; it rings nothing."""

    village: str


@dataclass(frozen=True, slots=True)
class ActiveTopic:
    """`kentongan/D/active`: the hub's beacon. With a `district`, that of another district's hub."""

    district: str = ""


@dataclass(frozen=True, slots=True)
class NodeTopic:
    """`kentongan/D/V/node/N/K`: what node N of V reports of itself; K is status or event."""

    village: str
    node: str
    kind: str


@dataclass(frozen=True, slots=True)
class PoskoTopic:
    """`kentongan/D/posko/K`: what the hub reports of itself; K is status or event."""

    kind: str


_OF_A_VILLAGE: Mapping[str, type[RondaTopic | ResponseTopic | LaporTopic]] = {
    "ronda": RondaTopic, "respon": ResponseTopic, "lapor": LaporTopic,
}
Topic = AlarmTopic | CommandTopic | RondaTopic | ResponseTopic | LaporTopic | ActiveTopic | NodeTopic | PoskoTopic


class Urgency(Enum):
    """What of a flood is dropped first, and what last: what ends sound must not be crowded out by what begins it."""

    ORDINARY = 1
    BEACON = 2
    ENDS_SOUND = 3


def urgency(name: str) -> Urgency:
    """How urgent a message on the topic *name* is."""
    if name.endswith("/active"):
        return Urgency.BEACON
    return Urgency.ENDS_SOUND if name.endswith((f"/command/{SILENCE}", f"/alarm/{ALL_CLEAR}")) else Urgency.ORDINARY


def asks_for_statuses(name: str) -> bool:
    """Whether a message on the topic *name* asks its village for the statuses of its posts."""
    return name.endswith(f"/command/{STATUS}")


def longest(name: str) -> int:
    """How many bytes a message on the topic *name* may have: what programs report may be longer than what is raised."""
    return MAX_BEACON_BYTES if name.endswith(("/active", "/status", "/event")) else MAX_BYTES


def write(district: str, topic: Topic) -> str:
    """The topic name of *topic* in *district*. MQTT's wildcards may stand for any of its words.

    What is about a foreign village (`panarukan/sumberkolak`) has a topic of the district in which that lies.
    """
    base = f"{ROOT}/{district}"
    match topic:
        case AlarmTopic(village, incident):
            return f"{ROOT if foreign.is_foreign(village) else base}/{village}/alarm/{incident}"
        case CommandTopic(village, command):
            return f"{base}/{village}/command/{command}"
        case RondaTopic(village):
            return f"{base}/{village}/ronda"
        case ResponseTopic(village):
            return f"{base}/{village}/respon"
        case LaporTopic(village):
            return f"{base}/{village}/lapor"
        case ActiveTopic(other):
            return f"{ROOT}/{other or district}/active"
        case NodeTopic(village, node, kind):
            return f"{base}/{village}/node/{node}/{kind}"
        case PoskoTopic(kind):
            return f"{base}/posko/{kind}"


def is_report(name: str) -> bool:
    """Whether what comes on the topic *name* is what a post reports of itself, and raises nothing."""
    return name.split("/", 4)[3:4] == ["node"]


def source(name: str) -> str:
    """Who may have sent what comes on the topic *name*: its village, which is as much as an account may speak for."""
    words = name.split("/", 3)
    return words[2] if len(words) > 2 else name


def speaker(name: str) -> str:
    """Who has sent what comes on the topic *name*: a post, `V/N`, where it is a post's own, else its `source`.

    An all-clear is apart from its village's alarms: `V/alarm/aman`. "" where no account of a village may publish:
    commands are the operators'.
    """
    match name.split("/"):
        case [_, _, village, "node", node, _]:
            return f"{village}/{node}"
        case [_, _, village, "alarm", incident] if incident == ALL_CLEAR:
            return f"{village}/alarm/{incident}"
        case [_, _, _, "command", *_]:
            return ""
        case _:
            return source(name)


def meant(district: str, name: str) -> str | None:
    """The topic of *district* that *name*, which is none, becomes in small letters, without quotes, blanks and slashes
    that do not belong there; None if it becomes none.
    """
    words = [word for each in name.split("/") if (word := each.strip(" \t\r\n\"'`").casefold())]
    found = "/".join(words)
    return found if found != name and read(district, found) is not None else None


def read(district: str, name: str) -> Topic | None:
    """The value of the topic name *name*, or None if the contract has no such topic in *district*.

    Villages and incidents are not looked up: a typo in one of them is for the reader to answer.
    """
    match name.split("/"):
        case [root, d, *words] if root == ROOT and d == district:
            pass
        case _:
            return None
    match words:
        case ["active"]:
            return ActiveTopic()
        case ["posko", ("status" | "event") as kind]:
            return PoskoTopic(kind)
        case [village, "alarm", incident]:
            return AlarmTopic(village, incident)
        case [village, "command", command]:
            return CommandTopic(village, command)
        case [village, word] if word in _OF_A_VILLAGE:
            return _OF_A_VILLAGE[word](village)
        case [village, "node", node, ("status" | "event") as kind] if village != EVERYWHERE:
            return NodeTopic(village, node, kind)
        case _:
            return None


def read_foreign(districts: Collection[str], name: str) -> AlarmTopic | ActiveTopic | None:
    """The value of the topic name *name* of any of the other *districts*: an alarm of one of their villages, by its
    foreign name, or a beacon of theirs; None if it is neither.
    """
    match name.split("/"):
        case [root, d, village, "alarm", incident] if root == ROOT and d in districts:
            return AlarmTopic(foreign.name(d, village), incident)
        case [root, d, "active"] if root == ROOT and d in districts:
            return ActiveTopic(d)
        case _:
            return None


class Known(NamedTuple):
    """What a topic says of each message on it; `district` is the other one of whose topics it is, "" of one's own."""

    urgency: Urgency
    source: str
    speaker: str
    longest: int
    asks_for_statuses: bool
    is_report: bool
    district: str


_LONGEST_KEPT = 200  # characters; a topic has up to 65,535 bytes, and who makes many such up must not fill the memory


def known(name: str, home: str = "") -> Known:
    """What the topic *name* says of each message on it.

    With *home*, one's own district, what others send has their district before its source and its speaker: a village
    there may have the slug of one here.
    """
    return _kept(name, home) if len(name) <= _LONGEST_KEPT else _said(name, home)


def _said(name: str, home: str) -> Known:
    words = name.split("/", 2)
    other = words[1] if home and len(words) > 1 and words[1] != home else ""
    sent, spoke = source(name), speaker(name)
    return Known(urgency(name), foreign.name(other, sent), foreign.name(other, spoke) if spoke else "", longest(name),
                 asks_for_statuses(name), is_report(name), other)


_kept = lru_cache(maxsize=256)(_said)  # an alarm must not wait for what is the same each time
