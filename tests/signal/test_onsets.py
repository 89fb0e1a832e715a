"""What SDL writes, stroke for stroke: each where the schedule has it, to the sample."""

import numpy as np
import pytest

from contract.domain.incidents import cycles
from tests.contract import shipped
from tests.signal.conftest import Record
from tests.signal.onsets import beaten, onsets
from tests.signal.recorder import RATE, STROKE, read_wav

CYCLES = {
    (family, incident): cycle
    for family in shipped.FAMILIES
    for incident, cycle in cycles(shipped.catalogue(), shipped.family(family)).items()
    if cycle.strokes_s  # a tsunami has no drum
}


@pytest.mark.parametrize("volume", [1.0, 0.8])
@pytest.mark.parametrize(("family", "incident"), CYCLES)
def test_every_stroke_lies_on_the_sample_that_its_schedule_names(
    family: str, incident: str, volume: float, record: Record
) -> None:
    cycle, stroke = CYCLES[family, incident], read_wav(STROKE)
    frames = record(cycle, volume)
    found = onsets(frames, stroke)

    assert [place - found[0] for place in found] == [
        round(at_s * RATE) - round(cycle.strokes_s[0] * RATE) for at_s in cycle.strokes_s
    ]
    # SDL's mixer has 128 steps of volume; a step of the 16-bit scale is lost to it.
    residue = frames - beaten(found, stroke, len(frames)) * (int(volume * 128) / 128)
    assert np.abs(residue).max() <= (0 if volume == 1.0 else 1)
