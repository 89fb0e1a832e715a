"""From a signal to what it says: a listener at the roadside, who knows the published codes and nothing of ours.

    signal --bands--> how suddenly each grows louder --> strokes --intervals--> figure --table--> incidents

It was not told our tempo, nor what our drum sounds like. A stroke is what begins in most bands at once: noise has no
beginning, and a siren no end. Of strokes it heeds the loud ones, as another post's come later and
weaker.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float32]

TITIR = "titir"
# As published; see the table of section 3 of the design. A space is a gap inside the figure, ‖ its repetition.
_TITIR_OURS = {"pemerkosaan": TITIR, "lainnya": TITIR}
_DISASTERS = ("bencana", "banjir", "gempa", "longsor", "angin")  # alike
PUBLISHED: dict[str, dict[str, str]] = {
    "jawa-timur": {
        "pembunuhan": "●‖", "pencurian": "●●‖", "perampokan": "●●‖", "kebakaran": "●●●‖",
        **dict.fromkeys(_DISASTERS, "●●●●‖"), "ternak": "●●●●●‖", "kecelakaan": "● ●●●‖", "keributan": "●● ●●●‖",
        "aman": "● ●●●●●●● ●", "patroli": "● ● ●", **_TITIR_OURS,
    },
    "polri-bandung": {
        "pembunuhan": TITIR, "pencurian": "●●‖", "perampokan": "●●‖", "kebakaran": "●●●‖",
        **dict.fromkeys(_DISASTERS, "●●● ●‖"), "ternak": TITIR, "kecelakaan": "● ●●●‖", "keributan": "●● ●●●‖",
        "aman": "●", "patroli": "● ● ●", **_TITIR_OURS,
    },
    "tni": {
        "pembunuhan": "●●●‖", "pencurian": "●●●●●‖", "perampokan": "●●‖", "kebakaran": "●●●‖",
        **dict.fromkeys(_DISASTERS, "●●●●‖"), "ternak": TITIR, "kecelakaan": TITIR, "keributan": TITIR,
        "aman": "●", "patroli": "● ●●●", **_TITIR_OURS,
    },
}

RATE = 44_100
_HOP, _WINDOW = 256, 512  # 5.8 ms and 11.6 ms
_BANDS_HZ = np.geomspace(250, 5500, 9)
_AFTER, _BEFORE = 2, 4  # how many hops are compared, across the one in which a stroke begins
_DYING = range(6, 18)  # in one of these hops, up to 0.1 s later, a stroke is as quiet as it was loud
_AROUND = 5  # hops in which one stroke is at its most sudden once
_FLOOR = 1e-3  # of the loudest band's power: no village is quieter than this beside a drum
_MOST = 2.5  # a band whose power grows by e to this counts in full; one that falls counts against
_SUDDEN = 0.37  # as the mean of all bands; noise, a siren and both together reach 0.30
_WEAK = 0.4  # of the loud strokes' power; what is weaker is another post's
_BLUR_S = 0.11  # nobody beats faster; what follows sooner is heard as one
_ALIKE = 1.25  # the ear's tolerance from one gap to another
# Even strokes: a titir is faster than a beat; past the second limit each stroke stands alone, as the watch's taps do
# (what is heard as a beat, and as a rhythm: Fraisse 1982, London 2004). Three in between are the beginning of more.
_FAST_S, _APART_S = 0.25, 1.8


def meant(code: str | None, family: str) -> set[str]:
    """The incidents that *family* tells by *code*."""
    return {incident for incident, published in PUBLISHED[family].items() if published == code}


def strokes_s(signal: Signal) -> list[float]:
    """When the drum is struck, in seconds from the signal's beginning, to about a hop."""
    bands = _energies(signal)
    floor = _FLOOR * bands.max() + 1e-9
    sums = np.cumsum(np.vstack([np.zeros(bands.shape[1]), bands + floor]), axis=0)
    at = np.arange(_BEFORE + 1, len(bands) - _AFTER - _DYING[-1])
    after = (sums[at + _AFTER] - sums[at]) / _AFTER
    before = (sums[at - 1] - sums[at - 1 - _BEFORE]) / _BEFORE
    sudden = _louder(after, before)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(sudden, _AROUND), 2 * _AROUND + 1)
    found = np.flatnonzero((sudden > _SUDDEN) & (near.argmax(axis=1) == _AROUND))
    least = np.max([_louder(after[found], bands[at[found] + hops] + floor) for hops in _DYING], axis=0)
    found = found[least > _SUDDEN]
    if not len(found):
        return []
    grown = np.lib.stride_tricks.sliding_window_view(np.pad(after, ((_AROUND, _AROUND), (0, 0))), 2 * _AROUND + 1, 0)
    power = np.maximum(grown[found].max(axis=2) - before[found], 0)
    loud = np.median(power / (np.quantile(power, 0.75, axis=0) + floor), axis=1) > _WEAK
    struck: list[float] = []
    for each in at[found[loud]] * _HOP / RATE:
        if not struck or each > struck[-1] + _BLUR_S:
            struck.append(float(each))
    return struck


def _louder(power: npt.NDArray[np.float64], than: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """By how much, as the mean of all bands, of which none counts for much: 1 at most."""
    return np.asarray(np.clip(np.log(power / than), -_MOST, _MOST).mean(axis=1) / _MOST)


def figure(strokes_s: Sequence[float]) -> str | None:
    """What *strokes_s* beat, written as in the table; None if it is no figure."""
    if len(strokes_s) < 2:
        return "●" * len(strokes_s) or None
    gaps_s = np.diff(strokes_s)
    kinds = _kinds(gaps_s)
    gap_s, same = float(np.median(gaps_s)), Counter(kinds).most_common(1)[0][1]
    if same > 0.9 * len(kinds):
        if gap_s > _APART_S:
            return "● " * len(kinds) + "●"
        if len(kinds) > 2:
            return TITIR if gap_s < _FAST_S else "●‖"
        return "●‖" if gap_s > 2 * _FAST_S else None
    figures = _written(kinds, "‖").split("‖")
    commonest, times = Counter(figures).most_common(1)[0]
    if len(figures) > 1 and times > len(figures) / 2 and len(commonest) > 1:  # of two figures, both
        return f"{commonest}‖"
    return _written(kinds, " ")


def _kinds(gaps_s: npt.NDArray[np.float64]) -> list[int]:
    """Which gaps are alike: 0 for the shortest, 1 for those of the next length, and so on."""
    order = np.argsort(gaps_s)
    kinds = np.zeros(len(gaps_s), int)
    kinds[order[1:]] = np.cumsum(gaps_s[order[1:]] > gaps_s[order[:-1]] * _ALIKE)
    return [int(kind) for kind in kinds]


def _written(kinds: list[int], longest: str) -> str:
    """The strokes and what stands between them, where the longest gap is a *longest*."""
    between = {0: "", max(kinds): longest}
    return "●" + "".join(between.get(kind, " ") + "●" for kind in kinds)


def _energies(signal: Signal) -> npt.NDArray[np.float64]:
    """The power in each band, hop by hop."""
    pieces = np.lib.stride_tricks.sliding_window_view(signal, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(pieces * np.hanning(_WINDOW).astype(np.float32))
    powers = (spectrum.real**2 + spectrum.imag**2).astype(np.float64)
    edges = np.round(_BANDS_HZ * _WINDOW / RATE).astype(int)
    return np.stack([powers[:, low:high].sum(axis=1) for low, high in pairwise(edges)], axis=1)
