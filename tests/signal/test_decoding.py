"""Whether who hears the drum knows what has happened: recorded frames, and a listener who knows only the boards."""

from collections.abc import Callable

import numpy as np
import pytest

from contract.domain.incidents import cycles
from contract.domain.rhythm import Cycle, CyclePlan, Tempo, alarm_cycle, drum_cycle, figure, parse
from testing import decoder
from testing.decoder import PUBLISHED, Signal
from tests.contract import shipped
from tests.signal.conftest import Record
from tests.signal.onsets import beaten
from tests.signal.recorder import RATE, ROOT, Frames, read_wav
from tests.signal.surroundings import SOUND_M_S, heard_from, noise, rms, siren, with_another

CYCLES = {
    (family, incident): cycle
    for family in shipped.FAMILIES
    for incident, cycle in cycles(shipped.catalogue(), shipped.family(family)).items()
    if cycle.strokes_s  # a tsunami has no drum
}
# What a board shows with one code is all that can be made out of it.
WRITTEN = {
    (family, incident): {each for each, code in codes.items() if code == codes[incident]}
    for family, codes in PUBLISHED.items()
    for incident in codes
}
COUNTED = {(family, incident) for family, incident in WRITTEN if "●●" in PUBLISHED[family][incident]}
EVEN = {(family, incident) for family, incident in WRITTEN if PUBLISHED[family][incident] == decoder.TITIR}
WARBLES = ((0.5, 0.3), (1.0, 0.0), (4.0, 0.6))  # sweeps a second, and where the first begins
SYNCHRONISED_S = 0.002  # at most, between two posts' clocks
# Metres from the listener to the nearer post and to the other. Loudness halves with the double distance.
IN_PHASE = ((25, 25), (25, 50), (25, 100), (25, 200), (50, 100), (100, 130), (100, 200), (175, 200))
# More than a blur later, yet not weak enough to be told from the nearer one.
NEITHER_NEAR_NOR_FAR = ((100, 150), (150, 200))
OUT_OF_PHASE_S = (0.2, 0.4, 0.5, 0.6)

Around = Callable[[Frames], Signal]


def understood(record: Record, around: Around) -> dict[tuple[str, str], set[str]]:
    """What a listener makes out of each round of each family, as it is heard *around* there."""
    figures: dict[Cycle, str | None] = {}
    for cycle in CYCLES.values():
        if cycle not in figures:
            figures[cycle] = decoder.figure(decoder.strokes_s(around(record(cycle, 1.0))))
    return {(family, incident): decoder.meant(figures[cycle], family) for (family, incident), cycle in CYCLES.items()}


def mixed(sound: Signal, db: float) -> Around:
    """The round with *sound* beside it, so many decibels louder."""
    def around(frames: Frames) -> Signal:
        signal = heard_from(frames)
        return signal + np.float32(rms(frames) * 10 ** (db / 20)) * sound[:len(signal)]
    return around


def from_two_posts(nearer_m: float, farther_m: float) -> Around:
    later_s = SYNCHRONISED_S + (farther_m - nearer_m) / SOUND_M_S
    return lambda frames: with_another(heard_from(frames), later_s, farther_m / nearer_m)


def test_every_round_says_its_incident(record: Record) -> None:
    assert understood(record, heard_from) == WRITTEN


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_round_says_its_incident_in_noise_as_strong_as_itself(seed: int, record: Record) -> None:
    assert understood(record, mixed(noise(seed), db=0)) == WRITTEN


def test_every_round_says_its_incident_in_noise_four_times_as_strong(record: Record) -> None:
    assert understood(record, mixed(noise(4), db=6)) == WRITTEN


@pytest.mark.parametrize("warble", WARBLES)
def test_every_round_says_its_incident_beside_a_siren_as_strong_as_itself(
    warble: tuple[float, float], record: Record
) -> None:
    assert understood(record, mixed(siren(*warble), db=0)) == WRITTEN


def test_every_round_says_its_incident_beside_a_siren_four_times_as_strong(record: Record) -> None:
    assert understood(record, mixed(siren(1.0, 0.0), db=6)) == WRITTEN


@pytest.mark.parametrize("metres", IN_PHASE)
def test_every_round_says_its_incident_where_a_second_post_beats_in_phase(
    metres: tuple[float, float], record: Record
) -> None:
    assert understood(record, from_two_posts(*metres)) == WRITTEN


@pytest.mark.parametrize("metres", NEITHER_NEAR_NOR_FAR)
def test_the_second_post_is_too_loud_for_coming_so_late(metres: tuple[float, float], record: Record) -> None:
    """A limit of sound's speed, not of the nodes. A titir bears it."""
    found = understood(record, from_two_posts(*metres))

    assert all(found[each] != WRITTEN[each] for each in COUNTED)
    assert all(found[each] == WRITTEN[each] for each in EVEN)


@pytest.mark.parametrize("later_s", OUT_OF_PHASE_S)
def test_no_count_is_understood_where_a_second_post_beats_out_of_phase(later_s: float, record: Record) -> None:
    found = understood(record, lambda frames: with_another(heard_from(frames), later_s))

    assert all(found[each] != WRITTEN[each] for each in COUNTED)


def test_who_hears_no_drum_understands_nothing() -> None:
    sirens = [siren(*warble) for warble in WARBLES]
    noises = [noise(seed) for seed in (1, 2, 3)]
    late = np.concatenate([np.zeros(5 * RATE, np.float32), sirens[0]])
    both = [a + b for a, b in zip(noises, sirens, strict=True)]
    signals = [np.zeros(13 * RATE, np.float32), *noises, *sirens, late, *both]

    assert [decoder.strokes_s(1000 * signal) for signal in signals] == [[]] * len(signals)
    assert decoder.figure([]) is None


@pytest.mark.parametrize("factor", [0.8, 1.4])
@pytest.mark.parametrize("size", ["besar", "kecil"])
def test_another_tempo_and_another_drum_say_the_same(factor: float, size: str) -> None:
    stroke = read_wav(ROOT / "sounds" / f"{size}.wav")
    for notation in ("●‖", "●●‖", "● ●●●‖", "●●● ●‖", "●…", "●      ●      ●"):
        beaten_ = figure(parse(notation), Tempo().stretched(factor))
        cycle = alarm_cycle(beaten_, CyclePlan()) if beaten_.repeats else drum_cycle(beaten_, CyclePlan())
        places = [round((at_s - cycle.strokes_s[0]) * RATE) for at_s in cycle.strokes_s]
        frames = beaten(places, stroke, places[-1] + len(stroke))

        assert decoder.figure(decoder.strokes_s(heard_from(frames.astype(np.int16)))) == {
            "●…": decoder.TITIR, "●      ●      ●": "● ● ●",
        }.get(notation, notation)


@pytest.mark.parametrize("family", shipped.FAMILIES)
def test_what_a_family_declares_alike_is_what_the_board_shows_alike(family: str) -> None:
    declared = {frozenset(names) for names in shipped.plain(f"rhythms/{family}.yaml")["alike"]}
    declared.add(frozenset({"bencana", "banjir", "gempa", "longsor", "angin"}))  # they name one code

    assert declared == {frozenset(names) for (each, _), names in WRITTEN.items() if each == family and len(names) > 1}
