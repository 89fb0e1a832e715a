"""Sights as a running district shows them, written by hand."""

from dataclasses import replace
from typing import Any

from demo.box import Change
from demo.sight import Heard, Held, Post, Said, Sight

LOUD = frozenset({"siren", "striker", "strobe"})
KOTAKAN = Post("kotakan.pos-1", "Kotakan", "kotakan", LOUD, "striker", {"pencurian": 1.0, "aman": 2.0})
TALKANDANG = Post("talkandang.pos-1", "Talkandang", "talkandang", LOUD - {"striker"}, "siren", {"pencurian": 1.0})

READY: dict[str, Any] = {"state": "ready", "sounding": None, "waiting": [], "faults": {}}
THEFT: dict[str, Any] = {
    "state": "sounding", "waiting": [], "faults": {},
    "sounding": {"incident": "pencurian", "village": "kalibagor", "origin": "network"},
}
SINCE = 100.0


def at_rest(post: Post = KOTAKAN) -> Sight:
    """A post where nothing has happened since instant 100."""
    return Sight(post, SINCE, status=READY)


def pulses(output: str, onsets: list[float], length_s: float) -> tuple[Change, ...]:
    """*output* going on at each of *onsets*, for *length_s*."""
    return tuple(
        change for at in onsets for change in (Change(at, output, True), Change(at + length_s, output, False))
    )


def theft(post: Post = KOTAKAN, after_s: float = 0.01) -> Sight:
    """A post that hears of a theft in Kalibagor, *after_s* after the step began; its siren is on."""
    at = SINCE + after_s
    told = {"event": "sounding", "incident": "pencurian", "village": "kalibagor"}
    return replace(
        at_rest(post), on=frozenset({"siren", "strobe"}), status=THEFT,
        changes=(Change(at, "strobe", True), Change(at, "siren", True)), heard=(Heard(at, told),),
        said=(Said(at, post.name, "sounding", {"incident": "pencurian", "village": "kalibagor", "note": "rumah"}),),
    )


def beating(post: Post, onsets_s: list[float]) -> Sight:
    """A post whose rhythm was beaten at *onsets_s* after the step began; then all is at rest."""
    length_s = 0.03 if post.beater == "striker" else 0.15
    return replace(at_rest(post), changes=pulses(post.beater, [SINCE + at_s for at_s in onsets_s], length_s))


def held(after_s: float) -> Sight:
    """A post whose theft button was held at the step's beginning; its siren came *after_s* later."""
    began = Change(SINCE + after_s, "siren", True)
    return replace(theft(), held=Held("pencurian", SINCE, 1.0), changes=(began,))
