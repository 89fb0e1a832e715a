"""The hub's status <-> what the desk takes from it. Pure; what is not understood is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.domain.alarm import Key
from contract.wire import reports
from contract.wire.alarm import Refusal


@dataclass(frozen=True, slots=True)
class HubStatus:
    """What the hub says it is: each post in one word, and who was seen to sound what, after how many seconds."""

    state: str
    posts: Mapping[str, str]
    faults: Mapping[str, str]
    sounds: Mapping[Key, Mapping[str, float]]


def read_hub_status(payload: bytes) -> HubStatus | None:
    """What *payload*, the hub's status, says; None if it cannot be read."""
    report = reports.read_event(payload)
    if isinstance(report, Refusal):
        return None
    alarms = report.members.get("alarms")
    sounds = {}
    for alarm in alarms if isinstance(alarms, list) else []:
        if isinstance(alarm, dict):
            key = Key(str(alarm.get("village", "")), str(alarm.get("incident", "")))
            sounds[key] = {
                post: float(after_s) for post, after_s in _table(alarm.get("sounds")).items()
                if isinstance(after_s, int | float) and -1e9 < after_s < 1e9
            }
    return HubStatus(report.word("state"), _words(report.members.get("posts")), _words(report.members.get("faults")),
                     sounds)


def _words(found: object) -> dict[str, str]:
    return {name: str(word) for name, word in _table(found).items()}


def _table(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}
