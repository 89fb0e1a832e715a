"""What the check of a code family holds apart, the listener at the roadside tells apart: the decoder, at any tempo."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.domain.incidents import cycles
from contract.domain.likeness import HANDS, looks_like, sounds_like
from contract.domain.rhythm import CyclePlan, Ending, Figure, Rhythm, Tempo, alarm_cycle, drum_cycle, figure, parse
from testing import decoder
from tests.contract import shipped
from tests.contract.shipped import FAMILIES, family, quick

FIGURES = st.builds(
    Rhythm, st.lists(st.integers(0, 3), max_size=5).map(tuple), st.sampled_from([Ending.ONCE, Ending.PAUSE]),
)
RHYTHMS = FIGURES | st.just(Rhythm((), Ending.TITIR))
TEMPOS = st.sampled_from([0.5, 0.8, 1.0, 1.25, 1.6, 2.0, 3.0]).map(Tempo().stretched)
CODES = st.tuples(RHYTHMS, TEMPOS, st.sampled_from([*HANDS, 1.0]))
PLAN = CyclePlan(rhythm_s=160.0)  # so long that every figure is heard four times: often enough to be one


def heard(beaten: Figure, factor: float) -> str | None:
    """What the listener writes down of *beaten*, by a hand that is *factor* times as slow as the family says."""
    slower = Figure(tuple(at * factor for at in beaten.onsets_s), beaten.period_s * factor, beaten.repeats)
    cycle = alarm_cycle(slower, PLAN) if slower.repeats else drum_cycle(slower, PLAN)
    return decoder.figure(cycle.strokes_s)


def code(text: str, stretch: float = 1.0, hand: float = HANDS[1]) -> tuple[Rhythm, Tempo, float]:
    return parse(text), Tempo().stretched(stretch), hand


@quick
@given(st.lists(CODES, min_size=15, max_size=15))
@example([code("●●…", 1.25), code("● ●", 3.0, HANDS[0])])  # 1.8 s from stroke to stroke, exactly where a beat ends
@example([code("●●…", 3.0, 1.0), code("● ●", 3.0, HANDS[0])])
@example([code("● ●  ●  ●  ●●‖"), code("●  ●  ●  ●  ● ●‖")])  # of several figures none is half
@example([code("●●  ●●  ●‖"), code("●●‖")])  # most are one
@example([code("●●   ●●   ●‖"), code("●●‖")])  # half are one
@example([code("●●  ●  ●●"), code("●●  ●●  ●")])
@example([code("●●● ● ●   ●‖", 3.0), code("● ● ●  ●  ●  ●‖", 3.0)])  # so slow that it takes 24 and 29 s
@example([code("●●  ● ●  ● ●"), code("● ●   ●  ●   ●  ●‖")])  # beaten once: he has counted its strokes
def test_what_the_listener_writes_down_alike_is_never_held_apart(codes: list[tuple[Rhythm, Tempo, float]]) -> None:
    """Of what is beaten once he may take the middle for a figure that repeats; but he has heard where it begins, and
    counted its strokes.
    """
    beaten = [(rhythm, figure(rhythm, tempo), hand) for rhythm, tempo, hand in codes]
    written = [(rhythm, code, heard(code, hand)) for rhythm, code, hand in beaten]
    for (one, one_beaten, found), (other, other_beaten, other_found) in combinations(written, 2):
        repeat = one_beaten.repeats, other_beaten.repeats
        counted = {
            (False, False): one.strokes != other.strokes, (True, True): False,
        }.get(repeat, found is None or "●●" in found or "● ●‖" in found)
        if found is not None and found == other_found and not counted:
            assert sounds_like(one_beaten, other_beaten) or looks_like(one, other), found


@pytest.mark.parametrize("name", FAMILIES)
def test_the_listener_tells_apart_whatever_a_shipped_family_does_not_declare_alike_at_any_tempo(name: str) -> None:
    known = family(name)
    declared = [set(names) for names in shipped.plain(f"rhythms/{name}.yaml")["alike"]]
    for one, other in combinations(known.codes, 2):
        if not any({one, other} <= names for names in declared):
            for hand in (HANDS[0], 1.0, HANDS[1]):
                for other_hand in (HANDS[0], 1.0, HANDS[1]):
                    found = heard(known.figure(one), hand), heard(known.figure(other), other_hand)
                    assert found[0] != found[1], f"{one} x {hand} and {other} x {other_hand} are {found}"


@pytest.mark.parametrize("name", ["jawa-timur", "polri-bandung"])
@pytest.mark.parametrize("hand", [HANDS[0], 1.0, HANDS[1]])
def test_the_round_is_no_alarm_though_only_some_strokes_of_that_are_heard(name: str, hand: float) -> None:
    """Whoever wakes late hears the last strokes of an alarm, as few as the round's, and takes them for no round."""
    known = family(name)
    strokes = len(known.figure("patroli").onsets_s)
    round_ = heard(known.figure("patroli"), 1.0)
    assert round_ is not None
    for incident, cycle in cycles(shipped.catalogue(), known).items():
        if incident not in ("aman", "patroli"):
            places = range(len(cycle.strokes_s) - strokes + 1)
            excerpts = {decoder.figure([at * hand for at in cycle.strokes_s[n:n + strokes]]) for n in places}
            assert round_ not in excerpts, f"{incident} x {hand}"
