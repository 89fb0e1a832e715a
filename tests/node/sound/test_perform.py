"""The player's own loop: it waits for nothing but orders and what is due, so that an order is obeyed as it comes.

Its socket, its clock and its wait are those of a world whose time is a number: time passes only where it says it waits.
"""

import json
import math
import time
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound import player_process
from node.sound.core import protocol
from node.sound.core.listening import DeviceError
from node.sound.core.scheduler import LEAD_S
from node.sound.player_process import perform
from runtime import clock
from tests.node.sound.loudspeaker import BUFFER_S, STROKE, Listened

CYCLE = Cycle(6.0, Span(0.0, 1.0), (2.0, 2.5, 4.0, 4.5), 0.1, Span(5.25, 0.25), 2)
PLAY = protocol.write_play(Play(CYCLE, 1000.5, 1900.0), ())
SETTINGS = {"volume": 1.0, "latency_s": 0.0, "stroke": "stroke.wav", "quiet_stroke": "quiet.wav"}


@dataclass(slots=True)
class Wire:
    """A player's end of its socket: orders come at their instants, and what it says is kept with its own."""

    world: Listened
    orders: list[tuple[float, dict[str, Any]]]
    gone_at: float
    said: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def select(self, _readable: object, _writable: object, _others: object, wait_s: float) -> tuple[list[object], ...]:
        """Waits for so long, or until something comes."""
        due = min(self.orders[0][0] if self.orders else math.inf, self.gone_at)
        if due <= self.world.now + wait_s:
            self.world.now = max(self.world.now, due)
            return [self], [], []
        self.world.now += wait_s
        return [], [], []

    def recv(self, _size: int) -> bytes:
        return json.dumps(self.orders.pop(0)[1]).encode() if self.orders else b""

    def send(self, message: bytes) -> None:
        self.said.append((self.world.now, json.loads(message)))

    def instants(self, what: str) -> list[float]:
        return [at for at, words in self.said if words["is"] == what]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Listened:
    made = Listened()
    made.mixer.recordings = {"stroke.wav": STROKE, "quiet.wav": STROKE}
    monkeypatch.setattr(clock, "now", lambda: made.now)
    monkeypatch.setattr(time, "sleep", lambda _s: pytest.fail("it sleeps, and no order wakes it"))
    return made


def performed(
    world: Listened, monkeypatch: pytest.MonkeyPatch, *orders: tuple[float, dict[str, Any]], gone_at: float = 1100.0
) -> Wire:
    wire = Wire(world, list(orders), gone_at)
    monkeypatch.setattr(player_process, "select", wire.select)
    perform(cast(Any, world.mixer), cast(Any, wire), SETTINGS)
    return wire


@pytest.mark.parametrize("at", [
    1000.0, 1001.0, 1002.5 - LEAD_S, 1002.5 - LEAD_S + 0.021, 1002.4999, 1002.7, 1004.4, 1005.0, 1007.9,
], ids=str)
def test_an_order_to_be_silent_is_obeyed_and_answered_at_the_instant_at_which_it_comes(
    world: Listened, monkeypatch: pytest.MonkeyPatch, at: float
) -> None:
    """Whatever it waits for just then: nothing, a round's instant, the device, or a round's end."""
    wire = performed(world, monkeypatch, (1000.0, PLAY), (at, {"do": "hush", "number": 7}))

    assert wire.instants("quiet") == [at]
    assert [each for each in world.mixer.sounded if each.stopped > at + BUFFER_S + 1e-9] == []


def test_who_is_asked_nothing_and_has_nothing_to_do_does_not_wake(
    world: Listened, monkeypatch: pytest.MonkeyPatch
) -> None:
    wakes: list[float] = []
    wire = Wire(world, [], 1100.0)

    def select(*given: Any) -> tuple[list[object], ...]:
        wakes.append(world.now)
        return wire.select(*given)

    monkeypatch.setattr(player_process, "select", select)
    perform(cast(Any, world.mixer), cast(Any, wire), SETTINGS)

    assert len(wakes) <= 3


def test_it_says_what_it_plays_as_the_device_takes_it_and_ends_with_the_node(
    world: Listened, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = performed(world, monkeypatch, (1000.0, PLAY), gone_at=1006.0)

    assert [words["is"] for _, words in wire.said] == ["ready", "round", "ended"]
    assert wire.said[0] == (1000.0, {"is": "ready", "driver": "simulated"})
    assert wire.said[1][1] == {"is": "round", "number": 0, "at": 1002.5}
    assert 1002.5 - LEAD_S < wire.said[1][0] < 1002.5
    assert world.now == 1006.0


def test_a_ping_that_the_device_does_not_answer_ends_it(world: Listened, monkeypatch: pytest.MonkeyPatch) -> None:
    world.mixer.dead_at = 1000.0
    with pytest.raises(DeviceError, match="took nothing"):
        performed(world, monkeypatch, (1000.0, {"do": "ping", "number": 1}))
