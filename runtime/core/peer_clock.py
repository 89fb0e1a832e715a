"""Whether another program's clock agrees with ours, from what it publishes. Pure.

    there: at_s, time ──on its way──> here: now, epoch      apart = epoch - (time + how long it was on its way)

Either side counts seconds on a clock that never jumps and never runs apart from the other's by much. A message can be
held up and cannot come early, so the one that was on its way for the shortest time tells how those two lie to each
other, and with that how long any other was on its way. What is left between the times of day is a disagreement.
"""

from contract.values import dataclass
from contract.wire import timing

DRIFT = 2e-4  # no two clocks of the kind that we count on run apart faster


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message of the run `boot` shows of its clocks: it was made at `at_s` and `time`.

    `time` is seconds since the epoch, None where that clock is not synchronised.
    """

    boot: str
    at_s: float
    time: float | None


@dataclass(frozen=True, slots=True)
class PeerClock:
    """The clock of the run `boot` of another program, as its last message shows it, which came at instant `at`.

    `offset` is our clock that never jumps less its own. `apart_s` is our time of day less its own; None where one of
    the two is not synchronised. `since` is the instant since which they are too far apart, `apart` whether that has
    lasted long enough to count, and `named_s` what is reported of it, which does not follow each small change.
    """

    boot: str
    offset: float
    at: float
    apart_s: float | None = None
    since: float | None = None
    apart: bool = False
    named_s: float = 0.0

    def named(self) -> str:
        """How our clock differs, in words: `7200 s ahead of`."""
        return f"{abs(self.named_s):g} s {'ahead of' if self.named_s > 0 else 'behind'}"


def least_offset(offset: float, known: float | None, known_at: float, now: float) -> float:
    """The smaller of *offset*, of a message that came at *now*, and *known*, of one that came at *known_at*."""
    return offset if known is None else min(offset, known + DRIFT * (now - known_at))


def seen(known: PeerClock | None, shown: Shown, now: float, epoch: float | None) -> PeerClock:
    """*known* after a message with *shown* that came at instant *now*.

    *epoch* is our time of day, in seconds since the epoch; None where our clock is not synchronised.
    """
    if known is not None and known.boot != shown.boot:
        known = None
    offset = least_offset(now - shown.at_s, known.offset if known else None, known.at if known else now, now)
    if shown.time is None or epoch is None:
        return PeerClock(shown.boot, offset, now)
    apart_s = epoch - (shown.time + now - shown.at_s - offset)
    if abs(apart_s) <= timing.CLOCKS_APART_S:
        return PeerClock(shown.boot, offset, now, apart_s)
    since = now if known is None or known.since is None else known.since
    named_s = round(apart_s)
    if known is not None and known.since is not None and abs(apart_s - known.named_s) <= timing.CLOCKS_APART_S:
        named_s = round(known.named_s)
    return PeerClock(shown.boot, offset, now, apart_s, since, now >= since + timing.CLOCKS_CONFIRMED_S, named_s)
