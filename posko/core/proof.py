"""Proof of sounding: which posts should sound an alarm, which do, how long each took, and what keeps the others. Pure.

The proof is each post's own status, which it publishes at every change of what its outputs do. The hub folds it
into its alarms; the operator's tools do the same for themselves, so that they need no hub.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from contract.domain.alarm import Key
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.node_status import OFFLINE, NodeStatus
from posko.core.state import Alarm, State
from posko.core.transition import Transition

V = TypeVar("V")

PROOF_S = 10.0  # what does not sound by then is reported
# How long the disk may lack what was seen: each time the whole alarm is written, so of many posts it may for longer.
UNSAVED_S, UNSAVED_POSTS = 1.0, 1000
SHOWN = 500  # posts that one message names


class Trouble(StrEnum):
    """Why a post does not sound an alarm."""

    AWAY = "away"  # its status did not come for too long
    OFFLINE = "offline"  # its connection ended
    UNHEARD = "unheard"  # nothing ever came from it
    LOCKED = "locked"  # the key in its box keeps the network out
    SILENCED = "silenced"  # at the box, or by an operator
    WAITING = "waiting"  # something more urgent sounds there
    QUIET = "quiet"  # it lives, and does not
    MUTE = "mute"  # it reports that it sounds, and feels that its siren draws no current
    UNANSWERED = "unanswered"  # it has reported nothing since it was asked: what it was before proves nothing


def trouble(status: NodeStatus | None, key: Key, *, away: bool = False) -> Trouble | None:
    """What keeps the post with *status* from sounding an alarm of *key*; None if it sounds."""
    if status is None:
        return Trouble.UNHEARD
    if status.state == OFFLINE:
        return Trouble.OFFLINE
    if away:
        return Trouble.AWAY
    if status.sounding is not None and status.sounding.key == key:
        return Trouble.MUTE if Fault.SIREN_MUTE in status.faults else None
    if any(about.key == key for about in status.silenced):
        return Trouble.SILENCED
    if any(about.key == key for about in status.waiting):
        return Trouble.WAITING
    return Trouble.LOCKED if status.locked else Trouble.QUIET


def update(t: Transition) -> None:
    """Notes who has begun to sound, and reports once that all do, or that some do not in time.

    Of an alarm that was there before, only the posts that show something else are looked at.
    """
    for key, alarm in tuple(t.state.alarms.items()):
        before = t.before.alarms.get(key)
        known = before is not None and before.first == alarm.first
        asked = [post for post in t.moved if t.setup.hears(post, key)] if known else t.setup.expected(key)
        sounding = [post for post in asked if post not in alarm.sounds and _trouble(t.state, post, key) is None]
        if sounding:
            after_s = round(t.now - alarm.first_at, 3)
            since = t.now if alarm.unsaved_since is None else alarm.unsaved_since
            alarm = replace(  # noqa: PLW2901
                alarm, sounds={**alarm.sounds, **dict.fromkeys(sorted(sounding), after_s)}, unsaved_since=since)
            t.set(alarm)
        if mute := [post for post in asked if _trouble(t.state, post, key) is Trouble.MUTE and post in alarm.sounds]:
            # What a box feels outranks what it reported: the proof is taken back.
            rest = {post: after_s for post, after_s in alarm.sounds.items() if post not in mute}
            alarm = replace(alarm, sounds=rest, proven=False, missed=False)  # noqa: PLW2901
            t.note(alarm)
        _tell(t, alarm)
        unsaved = t.state.alarms[key]
        if unsaved.unsaved_since is not None and t.now >= unsaved.unsaved_since + _unsaved_s(unsaved):
            t.note(unsaved)


def missing(state: State, alarm: Alarm, most: int | None = None) -> dict[str, Trouble]:
    """The posts that should sound *alarm* and have not yet, each with what keeps it: the first *most* of them."""
    silent = (post for post in state.setup.expected(alarm.key) if post not in alarm.sounds)
    return {post: _trouble(state, post, alarm.key) or Trouble.QUIET for post in islice(silent, most)}


def deadlines(state: State) -> Iterator[float]:
    """The instants at which those that fail will be reported, and those at which the disk is to have the proof."""
    for alarm in state.alarms.values():
        if not (alarm.missed or alarm.proven):
            yield alarm.accepted_at + PROOF_S
        if alarm.unsaved_since is not None:
            yield alarm.unsaved_since + _unsaved_s(alarm)


def _unsaved_s(alarm: Alarm) -> float:
    return UNSAVED_S * max(1.0, len(alarm.sounds) / UNSAVED_POSTS)


def _tell(t: Transition, alarm: Alarm) -> None:
    """Reports *alarm* where all sound it, or, once it is time, where some do not."""
    if alarm.proven or (alarm.missed and not alarm.sounds):
        return
    expected = t.setup.expected(alarm.key)
    complete = len(alarm.sounds) >= len(expected) and all(post in alarm.sounds for post in expected)
    if not expected and not alarm.sounds:
        t.note(replace(alarm, missed=True))
        t.report_of(Kind.MISSING, alarm, reason="no post in the district file hears it")
    elif complete:
        t.note(replace(alarm, proven=True))
        slowest = max(alarm.sounds.values(), default=0.0)
        t.report_of(Kind.PROVEN, alarm, posts=_some(alarm.sounds), count=len(alarm.sounds), last_s=slowest)
    elif not alarm.missed and t.now >= alarm.accepted_at + PROOF_S:
        t.note(replace(alarm, missed=True))
        why = {post: each.value for post, each in missing(t.state, alarm, SHOWN).items()}
        count = sum(post not in alarm.sounds for post in expected)
        t.report_of(Kind.MISSING, alarm, missing=why, count=count, posts=_some(alarm.sounds))


def _some(posts: Mapping[str, V]) -> dict[str, V]:
    """As many of *posts* as fit into an event; of more, it has the count."""
    return dict(islice(posts.items(), SHOWN))


def _trouble(state: State, post: str, key: Key) -> Trouble | None:
    watch = state.record(post)
    # What the broker retained of a post is what it was, not that it is there.
    return trouble(watch.status, key, away=watch.away or watch.last_seen_at is None)
