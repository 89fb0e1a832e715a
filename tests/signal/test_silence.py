"""What is silent is silent: the device's frames are zero wherever nothing was asked for, and soon after it was stopped.

pygame-ce's Channel.stop begins what is queued behind. So a device that queued would go on with it, and be found out.
"""

from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest

from contract.domain.incidents import cycles
from tests.contract import shipped
from tests.signal.onsets import onsets
from tests.signal.recorder import BUFFER, RATE, STROKE, UNDERWAY, Frames, Recorder, read_wav

SECONDS = 3 * RATE
TITIR = cycles(shipped.catalogue(), shipped.family("jawa-timur"))["lainnya"]


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """A device that takes its time."""
    with Recorder(tmp_path_factory.mktemp("slow"), hurried=False) as made:
        yield made


def levels(frames: Frames) -> list[tuple[int, int]]:
    """What is written, as values that are not zero and how often each comes; 0 for a pause of whatever length."""
    changes = np.flatnonzero(np.diff(frames)) + 1
    runs = [(int(run[0]), len(run)) for run in np.split(frames, changes)]
    return [(value, count if value else 0) for value, count in runs]


def test_before_its_first_order_the_device_is_silent(slow: Recorder) -> None:
    slow.tell("pass", buffers=4)

    assert not slow.read(4 * BUFFER).any()


def test_a_stop_is_heard_within_two_buffers(slow: Recorder) -> None:
    later = []
    for sounded in (1, 4, 9, 2, 5):
        slow.tell("level", level=7000, frames=SECONDS)
        slow.tell("pass", buffers=sounded)
        slow.tell("stop")
        slow.tell("pass", buffers=12)  # more than is still on its way to the pipe
        (first, _), (level, length), (last, _) = levels(slow.waiting())
        later.append(length - sounded * BUFFER)

        assert (first, level, last, length % BUFFER) == (0, 7000, 0, 0)
    # A busy machine may be late in telling the device.
    assert 0 <= median(later) <= 2 * BUFFER


def test_the_device_says_when_it_takes_its_next_buffer(slow: Recorder) -> None:
    wrong_s = [slow.tell("listen")["wrong_s"] for _ in range(5)]

    assert abs(median(wrong_s)) < BUFFER / RATE / 2


def test_a_round_is_followed_by_silence(recorder: Recorder) -> None:
    recorder.round(TITIR, 1.0)

    assert not recorder.read(SECONDS).any()


def test_what_is_stopped_stays_silent(recorder: Recorder) -> None:
    recorder.tell("level", level=7000, frames=10 * SECONDS)
    assert recorder.read(SECONDS)[-1] == 7000
    recorder.tell("stop")

    assert levels(recorder.read(SECONDS))[1:] == [(0, 0)]
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
