"""What sounds is known in the first half of a step: nothing that is only told or shown stands before it."""

from node.core import step
from node.core.effects import Hush, Play
from node.core.state import State
from runtime.core.events import Received
from tests.node.core.world import World


def halves(state: State, payload: bytes, topic: str) -> tuple[list[type], list[type]]:
    """The kinds of effects of the two halves of a step at which a message comes."""
    begun = step.begin(state, Received(f"kentongan/situbondo/{topic}", payload, retain=False), state.now + 1.0)
    outputs = [type(each) for each in begun.outputs]
    _, rest = step.complete(begun)
    return outputs, [type(each) for each in rest]


def test_an_alarm_and_a_silence_are_in_the_first_half_and_all_else_in_the_second() -> None:
    world = World().ready()
    begins, told = halves(world.state, b"", "kalibagor/alarm/pencurian")
    world.alarm("pencurian")
    ends, told_then = halves(world.state, b"", "kalibagor/command/silence")

    assert (begins, ends) == ([Play], [Hush])
    assert told
    assert told_then
    assert not {Play, Hush} & {*told, *told_then}
