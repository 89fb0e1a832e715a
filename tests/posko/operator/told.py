"""A small district, and what its posts and its hub say, as messages at a desk."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Self

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import District, read_district
from contract.wire.beacon import Arrived, Beacon, Cleared, Listed, write_beacon
from posko.labels.labels import Labels, make_labels
from posko.labels.language import Language
from posko.operator import lines
from posko.operator.core import fold, judgement
from posko.operator.core.delivery import D
from posko.operator.core.fold import State
from posko.operator.core.orders import Act, Order
from runtime.core.effects import Publish
from runtime.core.events import Acknowledged, Clock, Linked, Received
from runtime.files import load_shipped

BASE = "kentongan/situbondo"
CATALOGUE, _FAMILY = load_shipped("jawa-timur")
# Kalibagor and Kotakan neighbour each other; Patokan's Polsek hears everything, Olean lies by itself.
WRITTEN: dict[str, Any] = {
    "district": "situbondo", "name": "Kecamatan Situbondo", "code": "35.12.07", "rhythms": "jawa-timur",
    "villages": {
        "kalibagor": {"name": "Kalibagor", "kind": "desa", "code": "35.12.07.2001", "neighbours": ["kotakan"],
                      "posts": {"pos-1": {"name": "Pos Kamling Kalibagor"}}},
        "kotakan": {"name": "Kotakan", "kind": "desa", "code": "35.12.07.2004", "neighbours": ["kalibagor"],
                    "posts": {"pos-1": {"name": "Pos Kamling Kotakan"}}},
        "patokan": {"name": "Patokan", "kind": "kelurahan", "code": "35.12.07.1002", "neighbours": [],
                    "posts": {"polsek": {"name": "Polsek Situbondo", "hears": "all"}}},
        "olean": {"name": "Olean", "kind": "desa", "code": "35.12.07.2006", "neighbours": [], "posts": {}},
    },
}
DISTRICT: District = read_district(WRITTEN)
RULES = fold.make_setup(DISTRICT, CATALOGUE)
LABELS = make_labels(Language.ID, DISTRICT, CATALOGUE)
ENGLISH = make_labels(Language.EN, DISTRICT, CATALOGUE)
KALIBAGOR, KOTAKAN, POLSEK = "kalibagor/pos-1", "kotakan/pos-1", "patokan/polsek"
THEFT, FIRE, DISASTER = (Key("kalibagor", incident) for incident in ("pencurian", "kebakaran", "bencana"))
NAME = "operator.1"
CLOCK = Clock(synced=True, offset_s=1_800_000_000.0)


def ordered(act: Act, village: str = "kalibagor", incident: str = "", **more: Any) -> Order:
    """An order under the name NAME."""
    return Order(act, Key(village, incident), NAME, "operator/sri", **more)


ALARM = ordered(Act.ALARM, incident="pencurian")
CLEAR = ordered(Act.CLEAR, incident="aman")
SILENCE = ordered(Act.SILENCE)
TEST = ordered(Act.TEST, "semua")


class Delivering(Generic[D]):
    """Something is published from a desk until the hub has it: what is sent, and what is told, at which instants."""

    def __init__(
        self, found: D, step: Callable[[D, State, object, float], tuple[D, Publish | None]],
        progress: Callable[[D, D, Labels], Iterable[str]],
    ) -> None:
        self.state = fold.start(RULES, None, found.wait_s, 0.0, CLOCK)
        self.found = found
        self.sent: list[tuple[float, str, dict[str, Any]]] = []
        self.lines: list[str] = []
        self._step, self._progress = step, progress

    def at(self, now: float, *events: object) -> Self:
        for each in events:
            self.state, _ = fold.step(self.state, each, now)
            before = self.found
            self.found, message = self._step(self.found, self.state, each, now)
            self.lines += self._progress(before, self.found, LABELS)
            if message is not None:
                assert isinstance(message, Publish)
                assert (message.retain, message.qos) == (False, 1)
                self.sent.append((now, message.topic.removeprefix(f"{BASE}/"), json.loads(message.payload)))
        return self


class Sitting:
    """A desk at which things happen, each at an instant; the order is given at 0."""

    def __init__(self, order: Order | None, wait_s: float = 10.0) -> None:
        self.state: State = fold.start(RULES, order, wait_s, 0.0, CLOCK)
        self.sent: list[Publish] = []

    def at(self, now: float, *events: object) -> "Sitting":
        """Lets *events* happen at instant *now*."""
        for event in events:
            self.state, message = fold.step(self.state, event, now)
            self.sent += [message] if message is not None else []
        return self

    def closing(self, labels: Labels = LABELS) -> list[str]:
        """The lines in the end."""
        return lines.closing(judgement.snapshot(self.state), labels)

    def linked(self, *kept: object) -> "Sitting":
        """Links at 0.1, with what the broker has kept; and the broker takes what is sent."""
        return self.at(0.1, Linked(), *kept, Acknowledged("order"))


def about(key: Key, identifier: str = "other", status: str = "Actual") -> dict[str, object]:
    """An alarm, as a status names it."""
    return {"village": key.village, "incident": key.incident, "identifier": identifier, "status": status}


def status(
    post: str, sounding: Mapping[str, object] | None = None, *, kept: bool = False, state: str | None = None,
    boot: str = "b1", **more: object
) -> Received:
    """A post's status."""
    word = state or ("sounding" if sounding else "ready")
    body = {"state": word, "boot": boot, "sounding": sounding, "clock": "synced", **more}
    village, node = post.split("/")
    return Received(f"{BASE}/{village}/node/{node}/status", json.dumps(body).encode(), kept)


def rings(post: str, key: Key = THEFT, identifier: str = NAME, **more: Any) -> Received:
    """The status of a post that sounds *key*."""
    return status(post, about(key, identifier), **more)


def event(who: str, kind: str, boot: str = "b1", **more: object) -> Received:
    """An event of a post, or of `posko`; under an identifier it is about THEFT unless *more* says otherwise."""
    topic = f"{BASE}/posko/event" if who == "posko" else f"{BASE}/{'/node/'.join(who.split('/'))}/event"
    about_ = {"village": THEFT.village, "incident": THEFT.incident} if "identifier" in more else {}
    return Received(topic, json.dumps({"event": kind, "boot": boot, **about_, **more}).encode(), retain=False)


def hub(kept: bool = True, state: str = "ready", **more: object) -> Received:
    """The hub's status."""
    return Received(f"{BASE}/posko/status", json.dumps({"state": state, **more}).encode(), kept)


def beacon(
    *alarms: Listed, heard: tuple[Name, ...] = (), cleared: tuple[Cleared, ...] = (), term: int | None = None
) -> Received:
    """The hub's beacon."""
    names = tuple(
        Arrived(village=each.village, incident=each.incident, identifiers=(each.identifier,)) for each in heard
    )
    body = write_beacon(Beacon(boot="hub", seq=1, alarms=alarms, cleared=cleared, acknowledged=names, term=term))
    return Received(f"{BASE}/active", body, retain=False)


def listed(key: Key = THEFT, identifier: str = NAME, **more: Any) -> Listed:
    """An alarm as the hub lists it."""
    words_ = {"status": Status.ACTUAL, "age_s": 1.0, "remaining_s": 100.0, "origin": "operator/sri", "note": "", **more}
    return Listed(identifier=identifier, incident=key.incident, village=key.village, **words_)
