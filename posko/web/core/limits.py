"""How often a warga may ring, and anybody try a code. Pure; instants are seconds of one clock."""

from collections.abc import Iterable

MINUTE_S, DAY_S = 60.0, 86_400.0


def wait_s(instants: Iterable[float], now: float, most: int, window_s: float) -> float:
    """How long until one more is allowed where *most* are within *window_s*; 0.0 if it is now."""
    within = sorted(each for each in instants if now - window_s < each)
    return 0.0 if len(within) < most else max(0.0, within[len(within) - most] + window_s - now)


def minute_wait_s(pressed: Iterable[float], pressed_at: float, now: float, most: int) -> float:
    """How long a warga whose alarms were *pressed* then has to wait where *most* a minute are allowed; 0.0: not at all.

    What a phone kept while it had no link counts by when it was pressed.
    """
    near = [each for each in pressed if abs(each - pressed_at) < MINUTE_S]
    return 0.0 if len(near) < most else max(1.0, max(near) + MINUTE_S - now)
