"""Where the drum is understood: posts on a plain, listeners around them, the sound between. For tests and benchmarks.

    a code's rendered frames ──from each post, later and weaker──┐
    noise with the spectrum of speech ───────────────────────────┴──> a listener's signal ──decoder──> the code, or not

The plain has no houses, no wind and no echo. Sound takes its time, and loses 6 dB (free air) or 10 dB (near the ground)
with each doubling of the distance; FEMA's guide to outdoor warning (CPG 1-17) plans sirens with the latter. Noise is as
strong everywhere as one post's drum is at the border, so that nobody's nearest drum is weaker than it. Its spectrum is
that of speech (ANSI S3.5-1997, table 4, normal effort). Needs numpy.
"""

import math
import wave
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import numpy as np

from contract.domain.incidents import Catalogue, Family, cycles
from contract.domain.rhythm import Cycle, Slot
from node.sound.core.render import RATE, render
from testing import decoder
from testing.decoder import PUBLISHED, Signal

SOUND_M_S = 343.0
BORDER_M = 300.0  # from a listener to the nearest post, at most
GRID_M = 50.0
SYNCHRONISED_S = 0.002  # at most, between the clocks of two posts that chrony keeps
BETWEEN_S = 1.0  # from the end of one post's rhythm to the beginning of the next one's; a voice makes it longer
_SPEECH_HZ = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
_SPEECH_DB = (34.75, 34.27, 25.01, 17.32, 9.33, 1.13)  # spectrum level, the same below 250 Hz
_QUIET_S = 0.12  # before and after the drum that a listener attends to: as much as the decoder needs
_LONGEST_S = 40.0

Point = tuple[float, float]  # metres to the east and to the north


class Manner(Enum):
    """How the posts beat the one code."""

    ALONE = "one post alone"
    IN_PHASE = "in phase"
    UNSYNCHRONISED = "not synchronised"
    IN_TURN = "one after the other"


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """What boards show as `published`, and the drum of one round of it, from its first stroke on.

    `names` are the incidents that it is the code of, each as FAMILY/INCIDENT; `figure_s` is how long one figure takes.
    """

    published: str
    names: tuple[str, ...]
    signal: Signal
    figure_s: float

    @property
    def length_s(self) -> float:
        """How long the drum takes."""
        return len(self.signal) / RATE


@dataclass(frozen=True, slots=True)
class Plain:
    """Posts so many metres apart, and by how many decibels sound is weaker at twice the distance."""

    posts: tuple[Point, ...]
    loss_db: float

    def gain(self, metres: float) -> float:
        """How strong a drum is at so many *metres*, of its strength at the border; as amplitude."""
        return 10 ** (-self.loss_db * math.log2(max(metres, 1.0) / BORDER_M) / 20)


def plain(posts: int, apart_m: float, loss_db: float) -> Plain:
    """Two posts, or three as the corners of a triangle of equal sides."""
    corners = ((0.0, 0.0), (apart_m, 0.0), (apart_m / 2, apart_m * math.sqrt(0.75)))
    return Plain(corners[:posts], loss_db)


def listeners(posts: tuple[Point, ...], grid_m: float = GRID_M) -> dict[Point, int]:
    """The places of a grid that are within the border of a post, none of them at a post.

    Places that are equally far from the posts hear the same: one stands for all of them, with their number.
    """
    most = BORDER_M / grid_m
    columns = np.arange(min(x for x, _ in posts) // grid_m - most, max(x for x, _ in posts) // grid_m + most + 1) + 0.5
    rows = np.arange(min(y for _, y in posts) // grid_m - most, max(y for _, y in posts) // grid_m + most + 1) + 0.5
    places = [(float(x * grid_m), float(y * grid_m)) for x in columns for y in rows]
    distances = {place: tuple(sorted(round(math.dist(place, post), 3) for post in posts)) for place in places}
    counts = Counter(distances.values())
    first = {found: place for place, found in reversed(distances.items())}
    return {place: counts[found] for found, place in first.items() if found[0] <= BORDER_M}


def countable_codes(
    catalogue: Catalogue, families: Mapping[str, Family], stroke: Path, slots: int = 1
) -> list[Code]:
    """Every code of *families* in which strokes are counted, each once, beaten with the drum in file *stroke*.

    As in one of so many *slots* of a round: the more there are, the fewer figures each has.
    """
    drum = _frames(stroke)
    found: dict[Cycle, tuple[str, list[str]]] = {}
    for name, family in families.items():
        for incident, cycle in cycles(catalogue, family, Slot(0, slots)).items():
            published = PUBLISHED[name].get(incident, "")  # a tsunami has no drum
            if "●●" in published:
                found.setdefault(cycle, (published, []))[1].append(f"{name}/{incident}")
    return [
        Code(published, tuple(names), np.asarray(render(cycle, drum), np.float32), _figure_s(cycle))
        for cycle, (published, names) in found.items()
    ]


def share_understood(code: Code, scene: Plain, manner: Manner, grid_m: float = GRID_M) -> float:
    """Of the places around the posts of *scene*, the share at which a listener makes *code* out of what he hears."""
    places = listeners(scene.posts, grid_m)
    understood = sum(weight for seed, (place, weight) in enumerate(places.items())
                     if is_understood(code, scene, place, manner, seed))
    return understood / sum(places.values())


def is_understood(code: Code, scene: Plain, place: Point, manner: Manner, seed: int) -> bool:
    """Whether a listener at *place* makes *code* out of what he hears; *seed* chooses the noise, and who begins when.

    Of posts that beat in turn each one that is within the border must say it to him; beyond, the nearest must.
    """
    chance = np.random.default_rng(seed)
    return all(
        _named(_mixed(code, scene, place, begun_s, post), code, chance) == code.published
        for begun_s, post in _turns(code, scene, place, manner, chance)
    )


def _turns(
    code: Code, scene: Plain, place: Point, manner: Manner, chance: np.random.Generator
) -> Iterator[tuple[tuple[float, ...], int]]:
    """When each post begins, in seconds, and the post whose drum a listener at *place* attends to then."""
    away_m = [math.dist(place, post) for post in scene.posts]
    every, nearest = range(len(away_m)), away_m.index(min(away_m))
    match manner:
        case Manner.ALONE:
            yield tuple(0.0 if each == nearest else math.inf for each in every), nearest
        case Manner.IN_PHASE:
            yield tuple(each * SYNCHRONISED_S for each in every), nearest
        case Manner.UNSYNCHRONISED:
            yield tuple(chance.uniform(0, code.figure_s, len(away_m))), nearest
        case Manner.IN_TURN:
            begun_s = tuple(each * (code.length_s + BETWEEN_S) for each in every)
            yield from ((begun_s, each) for each in every if each == nearest or away_m[each] <= BORDER_M)


def _mixed(code: Code, scene: Plain, place: Point, begun_s: tuple[float, ...], attended: int) -> Signal:
    """What all posts are to a listener at *place* while the drum of post *attended* reaches him."""
    arrivals_s = [at_s + math.dist(place, post) / SOUND_M_S for at_s, post in zip(begun_s, scene.posts, strict=True)]
    first_s = arrivals_s[attended] - _QUIET_S
    result = np.zeros(round((code.length_s + 2 * _QUIET_S) * RATE), np.float32)
    for arrival_s, post in zip(arrivals_s, scene.posts, strict=True):
        if math.isinf(arrival_s):
            continue
        at = round((arrival_s - first_s) * RATE)
        begin, end = max(at, 0), min(at + len(code.signal), len(result))
        if begin < end:
            result[begin:end] += np.float32(scene.gain(math.dist(place, post))) * code.signal[begin - at:end - at]
    return result


def _named(signal: Signal, code: Code, chance: np.random.Generator) -> str | None:
    """What a listener makes of *signal* in noise that is as strong as the drum of *code* is at the border."""
    noise = speech_noise()
    begin = int(chance.integers(len(noise) - len(signal)))
    power = np.float32(np.sqrt(np.mean(code.signal.astype(np.float64) ** 2)))
    return decoder.figure(decoder.strokes_s(signal + power * noise[begin:begin + len(signal)]))


@cache
def speech_noise(seed: int = 1) -> Signal:
    """Noise with the long-term spectrum of speech, its power 1."""
    length = round(_LONGEST_S * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    levels_db = np.interp(np.log2(np.maximum(hertz, 1.0)), np.log2(_SPEECH_HZ), _SPEECH_DB)
    noise = np.fft.irfft(spectrum * 10 ** (levels_db / 20), length)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)


def _figure_s(cycle: Cycle) -> float:
    """From one figure to the next; of what is beaten once, until it is over."""
    entries_s = cycle.entries_s
    return entries_s[1] - entries_s[0] if len(entries_s) > 1 else cycle.strokes_s[-1] - cycle.strokes_s[0]


def _frames(path: Path) -> list[int]:
    with wave.open(str(path), "rb") as file:
        return [int(each) for each in np.frombuffer(file.readframes(file.getnframes()), "<i2")]
