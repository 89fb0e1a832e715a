"""Proof of sounding: which posts should sound an alarm, which do, how long each took, and what keeps the others. Pure.

The proof is each post's own status, which it publishes at every change of what its outputs do. The hub folds it
into its alarms; the operator's tools do the same for themselves, so that they need no hub.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from contract.domain.alarm import Key
from contract.wire.event import Kind
from contract.wire.node_status import OFFLINE, NodeStatus
from posko.core.state import Alarm, State
from posko.core.transition import Transition

PROOF_S = 10.0  # what does not sound by then is reported


class Trouble(StrEnum):
    """Why a post does not sound an alarm."""

    AWAY = "away"  # its status did not come for too long
    OFFLINE = "offline"  # its connection ended
    UNHEARD = "unheard"  # nothing ever came from it
    LOCKED = "locked"  # the key in its box keeps the network out
    SILENCED = "silenced"  # at the box, or by an operator
    WAITING = "waiting"  # something more urgent sounds there
    QUIET = "quiet"  # it lives, and does not
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
        return None
    if any(about.key == key for about in status.silenced):
        return Trouble.SILENCED
    if any(about.key == key for about in status.waiting):
        return Trouble.WAITING
    return Trouble.LOCKED if status.locked else Trouble.QUIET


def update(t: Transition) -> None:
    """Notes who has begun to sound, and reports once that all do, or that some do not in time."""
    for alarm in tuple(t.state.alarms.values()):
        expected = t.setup.expected(alarm.key)
        sounding = [
            post for post in expected if post not in alarm.sounds and _trouble(t.state, post, alarm.key) is None
        ]
        if sounding:
            after_s = round(t.now - alarm.first_at, 3)
            alarm = replace(alarm, sounds={**alarm.sounds, **dict.fromkeys(sounding, after_s)})  # noqa: PLW2901
            t.note(alarm)
        _tell(t, alarm, [post for post in expected if post not in alarm.sounds])


def missing(state: State, alarm: Alarm) -> dict[str, Trouble]:
    """The posts that should sound *alarm* and have not yet, each with what keeps it."""
    return {
        post: _trouble(state, post, alarm.key) or Trouble.QUIET
        for post in state.setup.expected(alarm.key) if post not in alarm.sounds
    }


def deadlines(state: State) -> Iterator[float]:
    """The instants at which those that fail will be reported."""
    yield from (
        alarm.accepted_at + PROOF_S for alarm in state.alarms.values() if not (alarm.missed or alarm.proven)
    )


def _tell(t: Transition, alarm: Alarm, without: list[str]) -> None:
    if not alarm.sounds and not without:
        if not alarm.missed:
            t.note(replace(alarm, missed=True))
            t.report_of(Kind.MISSING, alarm, reason="no post in the district file hears it")
    elif not without and not alarm.proven:
        t.note(replace(alarm, proven=True))
        t.report_of(Kind.PROVEN, alarm, posts=dict(alarm.sounds), last_s=max(alarm.sounds.values(), default=0.0))
    elif without and not alarm.missed and t.now >= alarm.accepted_at + PROOF_S:
        t.note(replace(alarm, missed=True))
        why = {post: each.value for post, each in missing(t.state, alarm).items()}
        t.report_of(Kind.MISSING, alarm, missing=why, posts=dict(alarm.sounds))


def _trouble(state: State, post: str, key: Key) -> Trouble | None:
    watch = state.record(post)
    # What the broker retained of a post is what it was, not that it is there.
    return trouble(watch.status, key, away=watch.away or watch.last_seen_at is None)
