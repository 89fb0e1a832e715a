"""What is in force in the district, as the desk sees it: the hub's list, and who of the posts rings. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.domain.alarm import Key, Status
from contract.domain.incidents import ONCE
from contract.wire.reports import OFFLINE
from posko.core.proof import Trouble, trouble
from posko.operator.core import hubsight
from posko.operator.core.view import Post, View

LISTED_S = 6.0  # one beacon, and a little


@dataclass(frozen=True, slots=True)
class Force:
    """An alarm in force. Without `listed` only the posts say so, and its times are not known.

    `rings` are the posts that sound it, or were seen to; `missing` those that should, with what keeps them.
    """

    key: Key
    listed: bool
    exercise: bool
    age_s: float
    remaining_s: float
    origin: str
    note: str
    kept: bool
    silenced: tuple[str, ...]
    rings: tuple[str, ...]
    missing: Mapping[str, Trouble]


def in_force(view: View) -> tuple[Force, ...]:
    """All alarms in force, the hub's list first; what posts sound without being listed comes after."""
    found = {}
    beacon, beacon_at = view.hub.beacon, view.hub.beacon_at
    if beacon is not None and beacon_at is not None:
        passed_s = view.now - beacon_at
        for each in beacon.alarms:
            if each.remaining_s > passed_s:
                key = Key(each.village, each.incident)
                rings, missing = proof(view, key)
                found[key] = Force(
                    key, listed=True, exercise=each.status is Status.EXERCISE, age_s=each.age_s + passed_s,
                    remaining_s=each.remaining_s - passed_s, origin=each.origin, note=each.note, kept=each.kept,
                    silenced=each.silenced, rings=rings, missing=missing,
                )
    for post in view.posts.values():
        key_, exercise = _sounds(post)
        if key_ is not None and key_ not in found and _unlisted(view, post):
            rings, missing = proof(view, key_)
            found[key_] = Force(key_, listed=False, exercise=exercise, age_s=0.0, remaining_s=0.0, origin="", note="",
                                kept=False, silenced=(), rings=rings, missing=missing)
    return tuple(found.values())


def proof(view: View, key: Key) -> tuple[tuple[str, ...], dict[str, Trouble]]:
    """The posts that ring an alarm of *key*, or were seen to by the hub; and what keeps the others."""
    seen = view.hub.status.sounds.get(key, {}) if view.hub.status is not None else {}
    why = {
        post: trouble(view.posts.get(post, Post()).status, key, away=hubsight.away(view, post))
        for post in view.rules.expected(key)
    }
    rings = tuple(post for post, trouble_ in why.items() if trouble_ is None or post in seen)
    return rings, {post: each for post, each in why.items() if each is not None and post not in seen}


def word(view: View, post: str) -> str:
    """A post's state in one word: its own, or what the hub knows better."""
    status = view.posts.get(post, Post()).status
    if status is None:
        return Trouble.UNHEARD.value
    return Trouble.AWAY.value if status.state != OFFLINE and hubsight.away(view, post) else status.state


def posts(view: View) -> tuple[str, ...]:
    """All posts: those of the district file, then those that only speak."""
    return (*sorted(view.rules.posts), *sorted(view.posts.keys() - view.rules.posts.keys()))


def _unlisted(view: View, post: Post) -> bool:
    """Whether the hub has had the time to list what *post* sounds, or says nothing at all."""
    return hubsight.silent(view) or post.sounding_at is None or view.now >= post.sounding_at + LISTED_S


def _sounds(post: Post) -> tuple[Key | None, bool]:
    status = post.status
    if status is None or status.sounding is None or status.sounding.key.incident in ONCE:
        return None, False
    return status.sounding.key, status.sounding.key in post.exercises
