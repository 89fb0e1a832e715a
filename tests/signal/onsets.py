"""Where strokes begin in recorded frames, to the sample, and what is left of the frames without them."""

import numpy as np
import numpy.typing as npt

from tests.signal.recorder import RATE, Frames

_BEGINNING = 192  # samples of the stroke that are looked for: 4 ms, in which it is loudest
_APART = round(0.05 * RATE)


def onsets(frames: Frames, stroke: Frames) -> list[int]:
    """The places where *stroke* begins in *frames*: the peaks of a matched filter."""
    likeness = np.correlate(frames.astype(np.float32), stroke[:_BEGINNING].astype(np.float32))
    likely = np.flatnonzero(likeness > 0.5 * likeness.max())
    groups = np.split(likely, np.flatnonzero(np.diff(likely) > _APART) + 1)
    return [int(group[likeness[group].argmax()]) for group in groups]


def beaten(places: list[int], stroke: Frames, length: int) -> npt.NDArray[np.int32]:
    """The sum of a *stroke* at each of *places*."""
    frames = np.zeros(length, np.int32)
    for place in places:
        frames[place:place + len(stroke)] += stroke
    return frames
