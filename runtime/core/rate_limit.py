"""A bound on how often something is let through: some at once, then so many a second. Pure."""

from contract.values import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many more are let through; filled up as time passes."""

    tokens: float
    at: float


def draw(bucket: Bucket, now: float, size: float, per_s: float) -> tuple[Bucket, bool]:
    """*bucket* after one draw at *now*, and whether there was something in it."""
    tokens = min(size, bucket.tokens + (now - bucket.at) * per_s)
    # A hair less than a whole one will do: it was due at an instant that a float only comes near.
    return (Bucket(tokens - 1, now), True) if tokens > 0.999 else (Bucket(tokens, now), False)
