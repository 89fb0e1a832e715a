"""A stolen account of one village, against another village's post, over the pure cores of a district.

The thief publishes whatever the broker lets it: every message of its own village, under any identifier. It is even
given what the names of the district's programs never let it have: it can foretell all of them. Whatever it does,

- a press sounds at its own post, at its neighbour and at the Polsek, and is in force at the hub, under its own name;
- a press leaves its outbox, and its lamp shows that it arrived, only once the hub has it for that village and incident;
- in the end it stands in the hub's journal as an alarm, or was reported late: as `District.check` has it.
"""

import json
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.domain.alarm import HUB_NAMES, Key
from contract.domain.incidents import ALL_CLEAR
from node.core.effects import Lamp
from runtime.core.effects import Publish
from tests.model.disks import QUICK_S
from tests.model.district import DISTRICT, District

VICTIM, NEIGHBOUR, POLSEK = 0, 1, 2
THIEF = "kotakan"
# Names that the programs will give in their first runs; and what nobody gives.
FORETOLD = [f"kalibagor.pos-1.1.{number}" for number in range(1, 9)] + [f"{HUB_NAMES}1.{n}" for n in (1, 2, 3)] + ["x"]
INCIDENTS = ("pencurian", "kebakaran")


class Move(NamedTuple):
    """The victim's *button*, or a message of the thief; then time passes."""

    button: str | None
    topic: str
    payload: bytes
    wait_s: float


def _alarm(incident: str, name: str, status: str, age_s: float) -> tuple[str, bytes]:
    members = {"identifier": name, "status": status, "age_s": age_s, "sender": "kalibagor/pos-1"}
    return f"{THIEF}/alarm/{incident}", json.dumps(members).encode()


def _event(kind: str, incident: str, name: str, age_s: float) -> tuple[str, bytes]:
    members = {"event": kind, "identifier": name, "incident": incident, "village": "kalibagor", "origin": "button",
               "age_s": age_s, "boot": "thief"}
    return f"{THIEF}/node/pos-2/event", json.dumps(members).encode()


def _ronda(name: str) -> tuple[str, bytes]:
    return f"{THIEF}/ronda", json.dumps({"identifier": name}).encode()


def _response(incident: str, name: str, by: str) -> tuple[str, bytes]:
    members = {"identifier": name, "incident": incident, "by": by, "step": "menuju"}
    return f"{THIEF}/respon", json.dumps(members).encode()


def _lapor(name: str) -> tuple[str, bytes]:
    members = {"identifier": name, "by": "kalibagor/pos-1", "text": "x" * 500, "severity": "tinggi"}
    return f"{THIEF}/lapor", json.dumps(members).encode()


NAMES = st.sampled_from(FORETOLD)
AGES_S = st.sampled_from([0.0, 0.0, 30.0, 400.0])
MESSAGES = st.one_of(
    st.builds(_alarm, st.sampled_from([*INCIDENTS, ALL_CLEAR]), NAMES, st.sampled_from(["Actual", "Exercise", "Test"]),
              AGES_S),
    st.builds(_event, st.sampled_from(["late", "listed", "sounding", "ronda"]), st.sampled_from(INCIDENTS), NAMES,
              AGES_S),
    st.builds(_ronda, NAMES),
    st.builds(_lapor, NAMES),
    st.builds(_response, st.sampled_from([*INCIDENTS, "lapor"]), NAMES,
              st.sampled_from(["kalibagor/pos-1", "petugas/polsek"])),
)
WAITS_S = st.sampled_from([0.0, 0.0, 0.1, 1.2, 5.0])
MOVES = st.one_of(
    st.builds(lambda message, wait_s: Move(None, message[0], message[1], wait_s), MESSAGES, WAITS_S),
    st.builds(lambda button, wait_s: Move(button, "", b"", wait_s), st.sampled_from(INCIDENTS), WAITS_S),
)


class Watched:
    """A district in which everything is well but for the thief; the hub's disk takes *disk_s* for each write."""

    def __init__(self, disk_s: float) -> None:
        self.district = District()
        self.district.hub.disk.latency_s = disk_s
        self.victim = self.district.nodes[VICTIM]

    def make(self, move: Move) -> None:
        if move.button is not None:
            self._press(move.button)
        else:
            self._publish(move)
        self.district.wait(move.wait_s)
        self.check()

    def _publish(self, move: Move) -> None:
        words, members = move.topic.split("/"), json.loads(move.payload)
        if words[1] == "alarm" and words[2] != ALL_CLEAR:
            raised = self.district.raised.setdefault(Key(THIEF, words[2]), [])
            raised.append(self.district.timeline.now - members["age_s"])
        self.district.broker.publish(Publish(f"kentongan/{DISTRICT}/{move.topic}", move.payload, qos=1))

    def _press(self, button: str) -> None:
        before = set(self.victim.pressed)
        self.victim.touch(button)
        self.district.wait(1.2)
        (name,) = set(self.victim.pressed) - before
        key = Key("kalibagor", button)
        for post in self.district.nodes:
            assert name in post.state.alarms[key].identifiers, f"{name} does not sound at {post.name}"
            assert not post.state.alarms[key].silenced
        assert key.name(name) in self.district.hub.state.alarms[key].names()
        self.check()

    def check(self) -> None:
        """What the victim's box shows is what the hub has on its disk; and nobody comes who never said so here."""
        assert "coming" not in {lamp.value for lamp in self.victim.state.lamps.values()}
        for name, (incident, _) in self.victim.pressed.items():
            arrived = Key("kalibagor", incident).name(name) in self.district.hub.rows.ever
            assert arrived or name in self.victim.state.outbox, f"{name} is dropped, and the hub has no such alarm"
            if self.victim.state.lamps.get(incident) is Lamp.CONFIRMED:
                assert arrived, f"the lamp of {incident} says that {name} arrived"


@settings(max_examples=60, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MOVES, min_size=1, max_size=9), st.sampled_from([QUICK_S, 3.0]))
def test_whatever_the_account_of_another_village_says_a_press_rings_and_is_recorded(
    moves: list[Move], disk_s: float
) -> None:
    watched = Watched(disk_s)
    for move in moves:
        watched.make(move)
    watched.district.check()
