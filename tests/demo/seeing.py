"""What is seen of a box, made by hand."""

from collections.abc import Sequence

from demo.seen import Event, Seen
from testing.box import Change

POST = "kotakan/pos-1"


def event(kind: str, village: str, incident: str = "pencurian", at: float = 0.0, **about: str) -> Event:
    return Event(at, POST, kind, {"event": kind, "incident": incident, "village": village, **about})


def beating(onsets_s: Sequence[float], output: str = "striker", length_s: float = 0.03) -> tuple[Change, ...]:
    """Strokes of *output* at these instants."""
    return tuple(change for at in onsets_s
                 for change in (Change(at, output, True), Change(at + length_s, output, False)))


def ringing(strokes: int = 0) -> Seen:
    """A theft in Kalibagor, whose siren is on since instant 0.01; a few strokes were beaten."""
    changes = (Change(0.01, "siren", True), *beating([1.0 + count for count in range(strokes)]))
    return Seen(frozenset({"siren"}), changes, (event("sounding", "kalibagor"),))
