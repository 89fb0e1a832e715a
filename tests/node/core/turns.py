"""Boxes that beat in slots, and what they switch: their programs are given to the siren thread's own Sequencer."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from contract.domain.alarm import Key
from contract.domain.incidents import ONCE, cycles
from contract.domain.rhythm import ALONE, CyclePlan, Slot
from node.core.effects import Hush, Play
from node.core.state import Setup
from node.core.switching import Role
from runtime.core.events import Clock
from tests.contract import shipped
from tests.contract.shipped import quick
from tests.node.core.outputs import Outputs, Switch
from tests.node.core.world import UNSYNCED, World, incident_of, make_setup

# With this plan a round of pencurian, and of most others, is 23 s: siren to 5, drum from 6 to 18, voice from 19 to 23.
# With two slots it is 40 s: the second drum from 23 to 35, the second voice from 36 to 40. aman: 9.5 s, or 18 s.
PLAN = CyclePlan(siren_s=5.0, rest_s=1.0, rhythm_s=12.0, voice_s=4.0)
FIRST, SECOND = Slot(0, 2), Slot(1, 2)
BOX = frozenset({Role.SIREN, Role.STRIKER})
HAIR_S, STROKE_S = 1e-6, 0.03

few = settings(quick, max_examples=40)  # where several boxes beat for minutes

FAMILY = st.sampled_from(shipped.FAMILIES)
BEATEN = sorted(name for name, each in shipped.catalogue().incidents.items() if name not in ONCE and each.rhythm)
INCIDENT = st.sampled_from(BEATEN)
CODE = st.tuples(FAMILY, INCIDENT)
HEARD_AT = st.floats(0.0, 1e5)
LATE_S = st.floats(0.0, 0.05)  # how long an edge is on its way
UP_S = st.floats(0.0, 3e6)  # how long a post had been up when the instant came from which all here is counted
# No two posts need agree on the time of day, nor any of them be synchronised.
CLOCK = st.builds(Clock, synced=st.booleans(), offset_s=st.floats(-1e6, 2e9))


@cache
def turns_setup(
    slot: Slot = ALONE, family: str = "jawa-timur", *, hub: bool = False, plan: CyclePlan | None = PLAN
) -> Setup:
    """The setup of a box that beats every alarm in *slot*, with the codes of *family*."""
    catalogue = shipped.catalogue() if plan is None else replace(shipped.catalogue(), cycle=plan)
    setup = make_setup(hub=hub)
    return replace(
        setup, cycles={each: cycles(catalogue, shipped.family(family), each) for each in (ALONE, slot)},
        slots={Key(village, incident): slot for village in (*setup.villages, "semua") for incident in setup.incidents},
    )


def box(slot: Slot = ALONE, family: str = "jawa-timur") -> World:
    """A linked box in a district without a hub."""
    return World(turns_setup(slot, family), UNSYNCED).ready()


def post(family: str, up_s: float, slot: Slot = ALONE, clock: Clock = UNSYNCED, *, hub: bool = False) -> World:
    """A post that had been up for *up_s* when the others' time began, with the codes as they are shipped."""
    return World(turns_setup(slot, family, hub=hub, plan=None), clock, now=up_s).ready()


def told(world: World) -> list[tuple[str, float, float, float, float]]:
    """Every program so far: incident, when it was told, its start, after how long it was come into, its end."""
    return [
        (incident_of(world.setup, play), round(at, 6), round(play.start, 6), round(play.entered_s, 6),
         round(play.until, 6))
        for at, play in world.plays()
    ]


def switched(world: World) -> list[Switch]:
    """Every switching of a box with siren and striker: when, which, and whether on."""
    box = Outputs(BOX, stroke_s=STROKE_S, max_s=math.inf, now=world.state.started_at)
    for at, effect in world.done:
        match effect:
            case Play():
                box.play(effect, at)
            case Hush():
                box.hush(at)
    box.run(world.now)
    return box.log


def strokes(world: World, up_s: float = 0.0) -> list[float]:
    """When the striker struck, on the clock that everybody shares."""
    return [at - up_s for at, role, on in switched(world) if role is Role.STRIKER and on]


def assert_in_turn(posts: Mapping[int, tuple[World, float]], begun_at: float, late_s: float = 0.0) -> None:
    """The posts, by the number of their slot, each with how long it had been up, beat one after the other.

    All count from *begun_at*, and know it but for *late_s*. Between one post's drum and the next one's, and between it
    and a siren, is at least the rest that the shipped plan has there.
    """
    (world, _) = next(iter(posts.values()))
    cycle = world.plays()[-1][1].cycle
    length_s, begins_s = cycle.length_s, cycle.rest_s + (cycle.siren.length_s if cycle.siren is not None else 0.0)
    beaten = sorted((at, number) for number, (each, up_s) in posts.items() for at in strokes(each, up_s))
    assert {number for _, number in beaten} == posts.keys(), "there is nothing to compare"
    rounds: dict[int, list[tuple[float, int]]] = {}
    for at, number in beaten:
        place, at_s = divmod(at - begun_at + late_s + HAIR_S, length_s)
        rounds.setdefault(int(place), []).append((at_s, number))
    for round_ in rounds.values():
        assert round_[0][0] >= begins_s - HAIR_S, "a drum is beaten while the others' sirens are on"
        for (at_s, number), (next_s, other) in pairwise(round_):
            assert number == other or (number < other and next_s - at_s >= 1.0 - 2 * late_s)
