"""Sights as a running district shows them, written by hand."""

from dataclasses import replace
from typing import Any

from contract.wire.beacon import Beacon, Listed
from demo.sight import POSKO, Heard, Held, Listing, Post, Said, Sight
from testing.box import Change

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


def hub(*beacons: Listing, **status: Any) -> Sight:
    """A hub that has published *beacons*, and nothing else since instant 100."""
    posts = {"kotakan/pos-1": "ready", "talkandang/pos-1": "offline"}
    return Sight(POSKO, SINCE, status={"state": "ready", "alarms": [], "posts": posts, **status}, beacons=beacons)


def listing(after_s: float, *alarms: tuple[str, str, str], age_s: float = 1.0, boot: str = "one") -> Listing:
    """A beacon, *after_s* after the step began, that lists *alarms*: identifier, incident, village."""
    listed = tuple(
        Listed(identifier=identifier, incident=incident, village=village, age_s=age_s, remaining_s=100.0)
        for identifier, incident, village in alarms
    )
    return Listing(SINCE + after_s, Beacon(boot=boot, seq=1, alarms=listed))


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


def cycling(*sirens_s: float, strobe_off_s: float | None = None) -> Sight:
    """A post whose siren comes for 5 s, *sirens_s* after the step began (before it: less than 0); it is instant 116."""
    changes = pulses("siren", [SINCE + at_s for at_s in sirens_s], 5.0)
    off = () if strobe_off_s is None else (Change(SINCE + strobe_off_s, "strobe", False),)
    return replace(
        theft(), at=SINCE + 16.0, earlier=tuple(change for change in changes if change.at < SINCE),
        changes=tuple(change for change in (*changes, *off) if change.at >= SINCE),
        on=frozenset() if off else frozenset({"strobe"}),
    )


def held(after_s: float) -> Sight:
    """A post whose theft button was held at the step's beginning; its siren came *after_s* later."""
    began = Change(SINCE + after_s, "siren", True)
    return replace(theft(), held=Held("pencurian", SINCE, 1.0), changes=(began,))
