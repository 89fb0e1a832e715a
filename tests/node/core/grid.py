"""Boxes on the phase grid, and what they switch: their programs are given to the siren thread's own Sequencer."""

import math
from dataclasses import replace
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st

from contract.domain.incidents import ONCE, cycles
from contract.domain.rhythm import CyclePlan
from node.core.effects import Hush, Play
from node.core.state import Setup
from node.core.switching import Role
from runtime.core.events import Clock
from tests.contract import shipped
from tests.contract.shipped import quick
from tests.node.core.outputs import Outputs, Switch
from tests.node.core.world import EPOCH_S, World, incident_of, make_setup

# The epoch is instant 0 of this clock, so rounds begin at the multiples of their length.
WALL = Clock(synced=True, offset_s=0.0)
# With this plan the rounds are: pencurian and most others 23 s, bencana 21.5, aman 5.5, patroli 6.4.
PLAN = CyclePlan(siren_s=5.0, rest_s=1.0, rhythm_s=12.0, voice_s=4.0)
BOX = frozenset({Role.SIREN, Role.STRIKER})
HAIR_S, STROKE_S = 1e-6, 0.03
NEAR_S = 0.001 + HAIR_S  # what begins this close to the grid is on it
DAY_AND_MORE_S = 30 * 3600.0

few = settings(quick, max_examples=60)  # where two boxes beat for minutes

FAMILY = st.sampled_from(shipped.FAMILIES)
INCIDENT = st.sampled_from(sorted(shipped.catalogue().incidents.keys() - ONCE))
CODE = st.tuples(FAMILY, INCIDENT)
HEARD_AT = st.floats(0.0, 1e5)
APART_S = st.one_of(st.floats(0.001, 0.05), st.floats(0.05, 40.0))
UP_S = st.floats(0.0, 3e6)  # how long a post had been up when the epoch's instant came from which all here is counted


@cache
def grid_setup(family: str = "jawa-timur", *, hub: bool = False, plan: CyclePlan | None = PLAN) -> Setup:
    """The setup of a box that beats the codes of *family*."""
    catalogue = shipped.catalogue() if plan is None else replace(shipped.catalogue(), cycle=plan)
    return replace(make_setup(hub=hub), cycles=cycles(catalogue, shipped.family(family)))


def box(clock: Clock = WALL, family: str = "jawa-timur") -> World:
    """A linked box in a district without a hub."""
    return World(grid_setup(family), clock).ready()


def post(family: str, up_s: float, *, hub: bool = False) -> World:
    """A post that had been up for *up_s* when the others' time began, with the codes as they are shipped."""
    return World(grid_setup(family, hub=hub, plan=None), Clock(synced=True, offset_s=EPOCH_S - up_s), now=up_s).ready()


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


def off_grid(play: Play, up_s: float = 0.0) -> float:
    """How far from the grid, in seconds, the rounds of *play* begin."""
    return abs((play.start - up_s + EPOCH_S + 1.0) % play.cycle.length_s - 1.0)
