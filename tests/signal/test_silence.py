"""What is silent is silent: the device's frames are zero wherever nothing was asked for, and soon after it was stopped.

pygame-ce's Channel.stop begins what is queued behind. So a device that queued would go on with it, and be found out.
The device's time goes on only while it is read here, so what it writes after an order does not depend on the machine.
"""

from pathlib import Path

import numpy as np
import pytest

from contract.domain.incidents import cycles
from testing.program import LIMIT_S
from tests.contract import shipped
from tests.signal.onsets import onsets
from tests.signal.recorder import BUFFER, RATE, STROKE, UNDERWAY, Frames, Recorder, read_wav

SECONDS = 3 * RATE
TITIR = cycles(shipped.catalogue(), shipped.family("jawa-timur"))["lainnya"]


def levels(frames: Frames) -> list[tuple[int, int]]:
    """What is written, as values that are not zero and how often each comes; 0 for a pause of whatever length."""
    changes = np.flatnonzero(np.diff(frames)) + 1
    runs = [(int(run[0]), len(run)) for run in np.split(frames, changes)]
    return [(value, count if value else 0) for value, count in runs]


def test_before_its_first_order_the_device_is_silent(tmp_path: Path) -> None:
    with Recorder(tmp_path) as recorder:
        assert not recorder.read(SECONDS).any()


def test_a_probe_is_taken_with_a_buffer_and_not_before(recorder: Recorder) -> None:
    """While nobody reads, the device takes no more buffers than it has room for."""
    taken = 0
    recorder.tell("probe")
    while not recorder.tell("ask", within_s=0.2)["probing"]:
        taken += 1
        assert taken <= UNDERWAY // BUFFER
        recorder.tell("probe")
    recorder.read(UNDERWAY)

    assert not recorder.tell("ask", within_s=LIMIT_S)["probing"]
    assert not recorder.read(SECONDS).any()


def test_what_sounds_has_ended_once_its_last_frame_is_taken_and_not_before(recorder: Recorder) -> None:
    recorder.tell("level", level=7000, frames=SECONDS)
    begun = int(np.flatnonzero(recorder.read(2 * UNDERWAY))[0])
    recorder.read(SECONDS - 4 * UNDERWAY)
    before = recorder.tell("ask", within_s=0.0)["sounding"]
    recorder.read(begun + 4 * UNDERWAY)

    assert (before, recorder.tell("ask", within_s=0.0)["sounding"]) == (True, False)


def test_a_round_is_followed_by_silence(recorder: Recorder) -> None:
    recorder.round(TITIR, 1.0)

    assert not recorder.read(SECONDS).any()


def test_what_is_stopped_is_silent_but_for_what_the_device_had_taken_and_stays_silent(recorder: Recorder) -> None:
    recorder.tell("level", level=7000, frames=10 * SECONDS)
    assert recorder.read(SECONDS)[-1] == 7000
    recorder.tell("stop")
    (level, frames), *rest = levels(recorder.read(SECONDS))

    assert (level, rest) == (7000, [(0, 0)])
    assert frames <= UNDERWAY
    assert not recorder.read(SECONDS).any()


def test_nothing_waits_behind_what_is_stopped(recorder: Recorder) -> None:
    recorder.tell("level", level=7000, frames=SECONDS)
    recorder.read(UNDERWAY)
    recorder.tell("level", level=8000, frames=SECONDS)
    recorder.tell("stop")

    assert {value for value, _ in levels(recorder.read(UNDERWAY))} <= {7000, 8000, 0}
    assert not recorder.read(3 * SECONDS).any()


def test_what_begins_later_takes_the_place_of_what_sounds(recorder: Recorder) -> None:
    recorder.tell("level", level=7000, frames=SECONDS)
    recorder.read(UNDERWAY)
    recorder.tell("level", level=8000, frames=5000)
    sounded = [run for run in levels(recorder.read(2 * SECONDS)) if run != (0, 0)]

    # Between the two a silent buffer is allowed: what sounded is stopped first, and the device may not wait.
    assert [value for value, _ in sounded] == [7000, 8000]
    assert sounded[0][1] <= UNDERWAY
    assert sounded[1] == (8000, 5000)


def test_a_device_may_be_stopped_twice_and_begin_again(recorder: Recorder) -> None:
    recorder.tell("stop")
    recorder.tell("stop")
    recorder.tell("level", level=7000, frames=999)

    assert levels(recorder.read(SECONDS)) == [(0, 0), (7000, 999), (0, 0)]


def test_a_knock_is_one_quiet_stroke(recorder: Recorder) -> None:
    stroke = read_wav(STROKE)
    recorder.tell("knock")
    written = recorder.read(SECONDS)

    assert len(onsets(written, stroke)) == 1
    assert np.abs(written).max() == pytest.approx(0.15 * np.abs(stroke).max(), rel=0.05)
