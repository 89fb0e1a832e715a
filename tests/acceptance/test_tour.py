"""The demo's tour, judged: at the pins, in status, in events, each of the seven posts does in each step what it should.

The world is the demo's: a real broker with accounts, the hub's process, seven node processes, simulated pins.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import pytest

from demo import tour
from demo.seen import strokes
from demo.steps import KALIBAGOR, KOTAKAN, PATOKAN, PATROL, POLSEK, TOUR
from demo.tour import Act, KillBroker, StartBroker
from demo.world import LIMIT_S, World
from testing.box import now
from testing.processes import halt
from tests.acceptance.expectations import differences
from tests.acceptance.expected import EXPECTED, Expected
from tests.acceptance.observation import Listener, listening

# Posts within earshot of each other, and how far apart their strokes are at least: the rest after a siren.
PAIRS, APART_S = ((KALIBAGOR, KOTAKAN), (PATOKAN, POLSEK)), 1.0
NEAR_S = 0.5  # how much later than it should a stroke may come, on a machine that stalls
PATROL_S = 15.0  # longer than the patrol is beaten


@dataclass(frozen=True, slots=True)
class Run:
    """How each step of the tour, run in order, differs from what is expected, and each post's strokes in all of it."""

    differences: list[list[str]]
    beaten: dict[str, list[float]]


@pytest.fixture(scope="module")
def found() -> Run:
    with World() as world, listening(world) as listener:
        began = now()
        differences = []
        for each in EXPECTED:
            differences.append(judge(world, listener, each))
            if each.step is PATROL:
                patrolled = now()
        seen = {name: world.seen(name, began) for name in world.posts}
        return Run(differences, {
            name: [at for at in strokes(each.changes, each.beater) if not patrolled - PATROL_S < at < patrolled]
            for name, each in seen.items()
        })


def judge(world: World, listener: Listener, expected: Expected) -> list[str]:
    since = now()
    troubles = [trouble for act in expected.step.acts if (trouble := perform(world, listener, act))]

    def all_there() -> bool:
        return not any(
            text for name in world.names for each in expected.of(name) if each.awaited
            for text in each(listener.observe(name, since))
        )

    world.wait(all_there, 2 * LIMIT_S)  # of which the tour itself needs a part
    world.sleep(expected.step.dwell_s)
    seen = {name: listener.observe(name, since) for name in world.names}
    return [*troubles, *(text for name, each in seen.items() for text in differences(expected.of(name), each))]


def perform(world: World, listener: Listener, act: Act) -> str:
    if isinstance(act, KillBroker):
        listener.stop()
    if not isinstance(act, StartBroker):
        return tour.perform(world, act)
    with halted(world):  # so that nobody publishes what nobody listens to
        listener.broker_at = now()
        trouble = tour.perform(world, act)
        listener.listen()
    return trouble


@contextmanager
def halted(world: World) -> Iterator[None]:
    """The hub and all nodes stand still."""
    pids = [program.pid for program in (world.hub, *world.boxes.values())]
    try:
        for pid in pids:
            halt(pid)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_every_step_of_the_tour_is_judged() -> None:
    assert [each.step for each in EXPECTED] == list(TOUR)


@pytest.mark.parametrize("number", range(len(TOUR)), ids=[step.title.en for step in TOUR])
def test_each_post_and_the_hub_do_in_this_step_what_they_should(found: Run, number: int) -> None:
    assert found.differences[number] == []


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_posts_within_earshot_only_one_beats_at_a_time_in_all_of_the_tour(
    found: Run, one: str, other: str
) -> None:
    """But in the patrol, which is soft, and for which nobody waits."""
    beaten = sorted([(at, one) for at in found.beaten[one]] + [(at, other) for at in found.beaten[other]])
    near = [(at, next_at) for (at, name), (next_at, another) in pairwise(beaten)
            if name != another and next_at - at < APART_S - NEAR_S]

    assert {name for _, name in beaten} == {one, other}
    assert near == []
