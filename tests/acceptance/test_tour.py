"""The demo's tour, judged: at the pins, in status, in events, each of the seven posts does in each step what it should.

The world is the demo's: a real broker with accounts, the hub's process, seven node processes, simulated pins.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo import tour
from demo.steps import TOUR
from demo.tour import Act, KillBroker, StartBroker
from demo.world import LIMIT_S, World
from testing.box import now
from testing.processes import halt
from tests.acceptance.expectations import differences
from tests.acceptance.expected import EXPECTED, Expected
from tests.acceptance.observation import Listener, listening


@pytest.fixture(scope="module")
def found() -> list[list[str]]:
    """How each step of the tour, run in order, differs from what is expected."""
    with World() as world, listening(world) as listener:
        return [judge(world, listener, each) for each in EXPECTED]


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
def test_each_post_and_the_hub_do_in_this_step_what_they_should(found: list[list[str]], number: int) -> None:
    assert found[number] == []
