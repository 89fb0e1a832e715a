"""What operators and the wall screen see of further districts, as plain values that become JSON. Decides nothing."""

from collections.abc import Mapping
from typing import Any

from posko.labels import texts
from posko.labels.labels import Labels
from posko.operator.core import judgement
from posko.operator.core.snapshot import AlarmSnapshot, Snapshot
from posko.web.core.state import State

STALE_S = 15.0  # after so long without a word nobody knows how it is there: three were to come

Plain = dict[str, Any]


def elsewhere(state: State, districts: Mapping[str, Labels], *, openly: bool) -> list[Plain]:
    """Each of *districts*: its alarms in force, and how many posts are in each state, those that are not ready first.

    `known`: its broker and its hub say what is in force; without that no alarm is no good news. `why` is why there is
    no link to the broker. *openly*: for a screen that is open to others.
    """
    return [_district(slug, labels, state.elsewhere.get(slug), state.now, openly=openly)
            for slug, labels in districts.items()]


def _district(slug: str, labels: Labels, snapshot: Snapshot | None, now: float, *, openly: bool) -> Plain:
    found: Plain = {"district": slug, "name": labels.district, "known": False, "why": "", "alarms": [], "posts": []}
    if snapshot is None or now - snapshot.now > STALE_S:
        return found
    return {
        **found,
        "known": judgement.is_known(snapshot),
        "why": "" if snapshot.linked else labels.reason(snapshot.trouble),
        "alarms": [_alarm(each, labels, now - snapshot.now, openly=openly) for each in snapshot.alarms],
        "posts": [{"state": state, "label": labels.word(texts.STATES, state), "count": count}
                  for state, count in judgement.counted(snapshot.posts).items()],
    }


def _alarm(alarm: AlarmSnapshot, labels: Labels, since_s: float, *, openly: bool) -> Plain:
    key = alarm.key
    return {
        "village": key.village, "village_name": labels.place(key.village), "incident": key.incident,
        "label": labels.openly(key.incident) if openly else labels.incident(key.incident),
        "severity": alarm.severity, "exercise": alarm.exercise, "listed": alarm.listed,
        "age_s": round(alarm.age_s + since_s, 1), "remaining_s": round(max(0.0, alarm.remaining_s - since_s), 1),
        "rings": len(alarm.rings), "of": len(alarm.rings) + len(alarm.missing), "unanswered": alarm.unanswered,
    }
