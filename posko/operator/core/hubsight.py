"""Judgement of the hub: whether it is there, how an order stands with it, and whom it misses. Pure."""

from enum import Enum

from contract.domain.alarm import Key, Status
from contract.wire.reports import OFFLINE
from posko.core.proof import Trouble
from posko.operator.core.view import Post, View

SILENT_S = 15.0  # three beacons


class Standing(Enum):
    """How the order stands with the hub."""

    RECORDED = "recorded"  # on its disk; it repeats it
    REFUSED = "refused"
    BEHIND = "behind"  # it speaks, and has not recorded it
    SILENT = "silent"  # no beacon since the order was sent


def standing(view: View) -> Standing:
    """How the order stands with the hub."""
    hub = view.hub
    if hub.refusal:  # what is raised once too often is in force all the same
        return Standing.RECORDED if _in_force(view) else Standing.REFUSED
    if hub.recorded_at is not None:
        return Standing.RECORDED
    if view.published_at is None or hub.beacon_at is None or hub.beacon_at < view.published_at:
        return Standing.SILENT
    return Standing.BEHIND


def away(view: View, post: str) -> bool:
    """Whether the hub has missed *post*, and it has said nothing since."""
    hub = view.hub
    if hub.status is None or hub.status_at is None or hub.status.posts.get(post) != Trouble.AWAY.value:
        return False
    heard_at = view.posts.get(post, Post()).heard_at
    return heard_at is None or heard_at < hub.status_at


def silent(view: View) -> bool:
    """Whether the hub has said nothing for too long, while there was a link to hear it on, or is known to be gone."""
    hub = view.hub
    if view.linked_at is None:
        return False
    if hub.status is not None and hub.status_at is not None and hub.status.state == OFFLINE:
        return hub.beacon_at is None or hub.beacon_at <= hub.status_at
    return view.now >= max(view.linked_at, view.hub.beacon_at or view.linked_at) + SILENT_S


def lives(view: View) -> bool:
    """Whether a hub is there: it says so, or the broker has kept that it did; or its beacon came lately."""
    said = view.hub.status is not None and view.hub.status.state != OFFLINE
    return not silent(view) and (said or view.hub.beacon_at is not None)


def _in_force(view: View) -> bool:
    """Whether the hub lists an alarm like the one that is ordered, under whatever name."""
    order, beacon = view.order, view.hub.beacon
    return order is not None and beacon is not None and any(
        Key(each.village, each.incident) == order.key and (each.status is Status.EXERCISE) == order.exercise
        for each in beacon.alarms
    )
