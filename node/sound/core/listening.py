"""When a device takes its buffers, how fast its clock runs, and whether it still takes any: found by probes. Pure.

A probe is a frame of nothing. A device takes it with its next buffer, so the instants at which it is gone are those at
which buffers are taken. A sound's length by the machine's clock, against its length in frames, is the device's clock.

    Performer ──> Listener ──probe, begin, stop──> Mixer ──> device
                     └──────── gone yet? ───────────┘
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol

from contract.values import dataclass
from node.sound.core.render import RATE

BUFFER = 512  # frames that the device is asked to take at once; SDL wants a power of two
POLL_S = 0.0002
PROBES = 4
STUCK_S = 1.0
MEASURED_S = 0.5  # a shorter sound is too short to measure a clock by
PROMPT_S = 0.005  # and so is one whose end was looked for more rarely
MOST_DRIFT = 0.08  # no device's clock is as wrong as this (SDL's disk driver was 0.052 fast, measured)


class DeviceError(Exception):
    """The loudspeaker cannot be used; the message says why."""


class Mixer(Protocol):
    """What a library mixes into a device's buffers. Its failures are DeviceErrors."""

    def load(self, path: str) -> Sequence[int]:
        """The frames of a recording, at the device's rate. Raises OSError."""

    def probe(self) -> None:
        """Has the device take a frame of nothing."""

    def is_probing(self) -> bool:
        """Whether it has yet to take it."""

    def begin(self, frames: bytes, volume: float) -> None:
        """Sounds *frames*, which are not empty, in place of what sounds, from the device's next buffer on."""

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""

    def is_sounding(self) -> bool:
        """Whether it has yet to take the last frames of what sounds."""

    def is_lost(self) -> bool:
        """Whether the device is gone."""

    def hurry(self, *, on: bool) -> None:
        """From now on the machine is to wake this process at once, or, if not *on*, as it likes."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A sound has ended by itself. `drift` is how much faster than the machine's clock the device's was.

    It is 0.01 for one per cent, and None if it could not be measured.
    """

    drift: float | None


class Listener:
    """The loudspeaker behind *mixer*, as core/scheduler.py needs it; *now* is the machine's clock."""

    def __init__(self, mixer: Mixer, now: Callable[[], float]) -> None:
        self._mixer = mixer
        self._now = now
        self._probed_at = self._looked_at = 0.0
        self._sounding: tuple[float, float] | None = None  # since when, and for how many seconds by the device's clock

    def load(self, path: str) -> Sequence[int]:
        """The frames of a recording, at the device's rate. Raises OSError."""
        return self._mixer.load(path)

    def probe(self) -> None:
        """Has the device take a frame of nothing."""
        self._probed_at = self._now()
        self._mixer.probe()

    def took_probe(self) -> bool:
        """Whether it has taken it. Raises DeviceError if it should have, long since, or if the device is gone.

        In the place of one that was torn out SDL takes every sound itself, and goes on as if it were there (seen).
        """
        if not self._has_taken():
            return False
        if self._mixer.is_lost():
            raise DeviceError("the sound device is gone, or takes no more sound")
        return True

    def _has_taken(self) -> bool:
        if not self._mixer.is_probing():
            return True
        if self._now() > self._probed_at + STUCK_S:
            raise DeviceError(f"the sound device took nothing for {STUCK_S:g} s")
        return False

    def next_buffers(self, interrupted: Callable[[float], bool]) -> tuple[float, float] | None:
        """When the device will take its next buffer, and how many seconds after that the one that follows.

        *interrupted* waits for so many seconds, or until there is something else to do: then the answer is None.
        Raises DeviceError.
        """
        self._mixer.hurry(on=True)
        try:
            taken: list[float] = []
            for _ in range(1 + PROBES):
                self.probe()
                while not self._has_taken():
                    if interrupted(POLL_S):
                        return None
                taken.append(self._now())
        finally:
            self._mixer.hurry(on=False)
        period_s = max(POLL_S, median([later - earlier for earlier, later in pairwise(taken)]))
        # Seen late by chance, never early.
        return min(taken[-1], taken[-2] + period_s) + period_s, period_s

    def begin(self, frames: bytes, volume: float, at: float | None = None) -> None:
        """Sounds *frames*, in place of what sounds, from the device's next buffer on.

        With *at*, the instant at which it takes that, their end is reported.
        """
        self.stop()
        if not frames:  # pygame-ce 2.5.8 crashes on it
            return
        self._mixer.begin(frames, volume)
        if at is not None:  # it takes the last of them with a whole buffer
            self._sounding = (at, (len(frames) // 2 - 1) // BUFFER * BUFFER / RATE)

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""
        self._mixer.stop()
        self._sounding = None

    def ends_in(self, now: float) -> float | None:
        """After how many seconds it is worth to ask whether what sounds has ended; None if nothing does."""
        if self._sounding is None:
            return None
        began, length_s = self._sounding
        return max(5 * POLL_S, began + length_s * (1 - MOST_DRIFT) - now)

    def ended(self, now: float) -> Ended | None:
        """That what sounded has ended since this was asked last, if it has."""
        late_s, self._looked_at = now - self._looked_at, now
        if self._sounding is None or self._mixer.is_sounding():
            return None
        began, length_s = self._sounding
        self._sounding = None
        if length_s < MEASURED_S or late_s > PROMPT_S:
            return Ended(None)
        drift = length_s / (now - began) - 1
        return Ended(drift if abs(drift) < MOST_DRIFT else None)  # else it is the measurement that is wrong

