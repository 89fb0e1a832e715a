"""Names that have arrived and are not in force: what the beacon shows of them, without looking at all at each step."""

from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Name
from contract.wire import timing
from posko.core import beacon, step
from posko.core.state import State
from posko.core.transition import Transition
from tests.posko.core.world import SYNCED, make_setup

ACTS = st.lists(st.tuples(
    st.sampled_from(("kalibagor", "kotakan")), st.integers(0, 5), st.floats(0.0, timing.ACKNOWLEDGED_S / 3),
    st.booleans()), max_size=30)


def by_looking_at_all(state: State, now: float) -> tuple[Name, ...]:
    return tuple(name for name, each in state.acknowledged.items()
                 if each.kept and each.prompt and now < each.at + timing.ACKNOWLEDGED_S)


@given(ACTS)
def test_those_that_are_confirmed_at_once_are_known_whatever_comes_and_goes(
    acts: list[tuple[str, int, float, bool]]
) -> None:
    state, now = step.start(make_setup(), 0.0, SYNCED), 0.0
    for village, number, later_s, on_disk in acts:
        now += later_s
        t = Transition(state, now)
        t.acknowledge(Name(village, "aman", f"x{number}"))
        if on_disk:
            t.kept(frozenset({t.state.stamp}))
        beacon.forget(t)
        state = t.state

        assert state.prompt == by_looking_at_all(state, now)
        assert all(now < each.at + timing.ACKNOWLEDGED_S for each in state.acknowledged.values())
        assert [each.at for each in state.acknowledged.values()] == sorted(
            each.at for each in state.acknowledged.values())
