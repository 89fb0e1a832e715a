"""The setting `notify`: who gets which messages. Opens no file.

    notify: ["tgram://…", "mailto://…"]                 # severe alarms, and what nobody responds to
    notify:
      - {to: ["ntfys://…"], events: [alarm, clear], villages: [kalibagor], language: id}
      - {url_file: notify.urls, events: [fault]}
    notify: {targets: […], broker: {…}, state_dir: …}    # the whole of it
"""

import re
from collections.abc import Iterable

from contract.domain.district import District
from contract.domain.incidents import Catalogue
from contract.settings.broker import BrokerSettings, brokers
from contract.settings.schema import (
    Place,
    choice,
    file_path,
    flag,
    integer,
    items,
    number,
    option,
    section,
    slug,
)
from contract.settings.schema import read as read_settings
from contract.settings.suggestions import suggestion
from contract.values import dataclass
from posko.notify.core.occasions import SEVERITIES, Occasion, Rule

STATE_DIR = "/var/lib/kentongan-notify"
SEVERE = SEVERITIES[-1]
# What a mere address stands for.
SHORT = (Rule(frozenset({Occasion.ALARM}), severity=SEVERE), Rule(frozenset({Occasion.UNANSWERED})))
_DEFAULT = (Occasion.ALARM.value, Occasion.UNANSWERED.value)


def _url(found: object, place: Place) -> str:
    """An address, which is not shown if it is refused: it is secret."""
    if not isinstance(found, str) or not re.fullmatch(r"[A-Za-z0-9]+://\S+", found):
        raise place.refuse("must be an address such as 'tgram://TOKEN/CHAT' or 'mailto://…', in quotes")
    return found


def _urls(found: object, place: Place) -> tuple[str, ...]:
    """One address, or a list of them."""
    return (_url(found, place),) if isinstance(found, str) else items(_url)(found, place)


def _events(found: object, place: Place) -> tuple[str, ...]:
    events = items(choice(*(each.value for each in Occasion)))(found, place)
    if not events:
        raise place.refuse(f"empty; write some of {', '.join(each.value for each in Occasion)}")
    return events


@dataclass(frozen=True, slots=True)
class Entry:
    """Addresses, and what goes there. `url_file` has addresses, too, one a line, which nobody else may read.

    `per_minute` messages at most are sent to each address, what is more as one summary; one that is not taken for
    `give_up_h` hours is given up. `rules` are those of an address that stands by itself.
    """

    to: tuple[str, ...] = option(_urls, default=())
    url_file: str | None = option(file_path, default=None)
    events: tuple[str, ...] = option(_events, default=_DEFAULT)
    villages: tuple[str, ...] = option(items(slug), default=())
    incidents: tuple[str, ...] = option(items(slug), default=())
    severity: str = option(choice(*SEVERITIES), default=SEVERITIES[0])
    exercises: bool = option(flag, default=True)
    language: str = option(choice("id", "en"), default="id")
    per_minute: int = option(integer(1, 60, "number of messages a minute"), default=10)
    give_up_h: float = option(number(0.1, 168, " h"), default=24.0)
    rules: tuple[Rule, ...] = ()

    def wanted(self) -> tuple[Rule, ...]:
        """What goes there."""
        return self.rules or (Rule(
            frozenset(map(Occasion, self.events)), frozenset(self.villages), frozenset(self.incidents), self.severity,
            self.exercises,
        ),)


def _entry(found: object, place: Place) -> Entry:
    if isinstance(found, str):
        return Entry(to=(_url(found, place),), rules=SHORT)
    entry = section(Entry)(found, place)
    if not entry.to and entry.url_file is None:
        raise place.refuse("has no address; write to: [ADDRESS, …] or url_file: FILE")
    return entry


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """`notify`, as written. `broker` is the way of an account of its own; without it, it is the hub's."""

    targets: tuple[Entry, ...] = option(items(_entry))
    broker: BrokerSettings | None = option(brokers, default=None)
    state_dir: str = option(file_path, default=STATE_DIR)


def read(found: object, path: str) -> NotifySettings:
    """The setting *found*; *path* begins each fault. Raises SettingsError with every fault."""
    if isinstance(found, str):
        found = [found]
    whole = found if isinstance(found, dict) and "targets" in found else {"targets": found}
    return read_settings(NotifySettings, _with_list(whole), path)


def unknown_names(settings: NotifySettings, district: District, catalogue: Catalogue, path: str) -> Iterable[str]:
    """The villages and incidents that *settings* name and nobody knows, a fault each."""
    for number_, entry in enumerate(settings.targets, 1):
        for member, given, known in (("villages", entry.villages, district.villages),
                                     ("incidents", entry.incidents, catalogue.incidents)):
            for name in given:
                if name not in known:
                    yield f"{path}.targets.{number_}.{member}: {name} is not known; {suggestion(name, known)}"


def _with_list(whole: dict[str, object]) -> dict[str, object]:
    """One target need not stand in a list."""
    targets = whole["targets"]
    return {**whole, "targets": [targets]} if isinstance(targets, str | dict) else whole


