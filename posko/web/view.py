"""What one person sees, as plain values that become JSON. Must not decide anything, nor make markup.

    State ──> Drawn: what all of one kind of people see (made once) ──┬──> the View of one of them
              the own presses, what one may ──────────────────────────┘
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from contract.domain import rhythm
from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.foreign import is_foreign
from contract.domain.incidents import ALL_CLEAR, Incident
from contract.people import Person
from contract.roles import Role
from contract.values import dataclass
from contract.wire.beacon import Listed
from contract.wire.response import progress
from posko.labels import texts
from posko.labels.labels import Labels, clean, make_labels
from posko.operator import lines
from posko.operator.core import judgement
from posko.operator.core.fold import NEWS
from posko.operator.core.snapshot import AlarmSnapshot, LaporSnapshot, Snapshot
from posko.web.answers import PRESS_STATES
from posko.web.config import WebConfig
from posko.web.core import presses
from posko.web.core.person import rights
from posko.web.core.requests import MISTAKE_S
from posko.web.core.state import Kind, Sending, State
from posko.web.elsewhere_view import elsewhere

Plain = dict[str, Any]

NEWS_SHOWN = 50
PRESS_SHOWN_S = 3600.0  # how long ago one's own presses were made that are shown
_PLACE = re.compile(r"lokasi (-?\d{1,2}\.\d{5}),(\d{1,3}\.\d{5}) ±(\d{1,7}) m")
# What goes on by itself, second by second: a page counts it on.
AGES = frozenset({"now", "age_s", "remaining_s", "cancel_s", "seen_s"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What all of one kind of people see of one state: `plain`, and the reports that concern them.

    `encoded` is `plain` as JSON, and `lasting` what of all that does not go on by itself.
    """

    plain: Plain
    reports: list[Plain]
    encoded: bytes
    lasting: object


class Drawn:
    """A state as one language shows it: each part is made once, for all who see it."""

    def __init__(self, state: State, labels: Labels, district: str, further: Mapping[str, Labels]) -> None:
        self.state = state
        self._further = further
        self._labels, self._district = labels, district
        self._snapshot = judgement.snapshot(state.district)
        self.listed = _listed(state)
        self._alarms: dict[bool, list[Plain]] = {}
        self._shared: dict[object, Shared] = {}
        self.own: dict[str, list[Sending]] = {}
        for each in state.sendings.values():
            self.own.setdefault(each.person, []).append(each)

    def shared(self, person: Person) -> Shared:
        """What everybody of this person's kind sees."""
        kind = person.role, person.villages
        if kind not in self._shared:
            snapshot, state = self._snapshot, self.state
            plain: Plain = {
                "now": round(state.now + state.clock.offset_s, 1),
                "link": {"up": snapshot.linked,
                         "why": "" if snapshot.linked else self._labels.reason(snapshot.trouble)},
                "hub": snapshot.hub.state.value, "known": judgement.is_known(snapshot),
                "alarms": self._alarms_for(person),
            }
            if person.role is not Role.WARGA:
                plain["posts"] = _posts(snapshot, person, self._labels)
            if person.role in (Role.OPERATOR, Role.READER):
                openly = person.role is Role.READER
                plain["news"] = _news(snapshot, self._labels, openly=openly)
                plain["elsewhere"] = elsewhere(state, self._further, openly=openly)
            reports = [_report(each, state, self._labels) for each in snapshot.reports if person.role is not Role.READER
                       and (not person.villages or each.village in person.villages)]
            self._shared[kind] = Shared(plain, reports, encode(plain), lasting([plain, reports]))
        return self._shared[kind]

    def _alarms_for(self, person: Person) -> list[Plain]:
        private = person.role in (Role.WARGA, Role.READER)
        if private not in self._alarms:
            self._alarms[private] = [
                _alarm(self.state, each, self.listed.get(each.key), self._labels, private=private)
                for each in self._snapshot.alarms]
        return [plain for each, plain in zip(self._snapshot.alarms, self._alarms[private], strict=True)
                if _concerns(each, person)]


class Renderer:
    """Makes the views in one language."""

    def __init__(self, config: WebConfig, labels: Labels) -> None:
        self._labels = labels
        self._villages = tuple(config.district.villages)
        self._district = config.district.district
        self._fixed = _fixed(config, labels)
        self._further = {each.district.district: make_labels(labels.language, each.district, each.catalogue)
                         for each in config.also}
        self._known: dict[Person, Plain] = {}

    def draw(self, state: State) -> Drawn:
        """*state*, to be shown to many."""
        return Drawn(state, self._labels, self._district, self._further)

    def first(self, state: State, person: Person) -> Plain:
        """The first view of *person*: with what does not change."""
        drawn = self.draw(state)
        return {**self._fixed, **drawn.shared(person).plain, **self.own(drawn, person)}

    def own(self, drawn: Drawn, person: Person) -> Plain:
        """What *person* alone sees: with the alarms, where one of them is the own."""
        state, shared = drawn.state, drawn.shared(person)
        own = drawn.own.get(person.name, [])
        alarms = [each for each in own if each.kind is Kind.ALARM]
        found: Plain = {
            "me": self._me(person), "reports": self._reports(shared.reports, own, state, person),
            "presses": [self._press(state, each, drawn.listed) for each in alarms
                        if each.age_known and state.now < each.asked_at + PRESS_SHOWN_S][::-1],
        }
        if alarms:
            names = {presses.name_of(each) for each in alarms}
            mine = {key for key, each in drawn.listed.items() if any(name in names for name in each.names())}
            found["alarms"] = [{**each, "mine": Key(each["village"], each["incident"]) in mine}
                               for each in shared.plain["alarms"]]
        return found

    def body(self, drawn: Drawn, person: Person, own: Plain) -> bytes:
        """The view of *person*, with what is the *own*, as JSON."""
        shared = drawn.shared(person)
        if "alarms" in own:
            return encode({**shared.plain, **own})
        return shared.encoded[:-1] + b"," + encode(own)[1:]

    def _me(self, person: Person) -> Plain:
        if person not in self._known:
            self._known[person] = {
                "name": person.name, "display": person.display or person.name, "role": person.role.value,
                "villages": list(person.villages), "may": list(rights(self._district, self._villages, person)),
            }
        return self._known[person]

    def _reports(self, shown: list[Plain], own: list[Sending], state: State, person: Person) -> list[Plain]:
        """Of a warga the own ones alone; with those of one's own that the hub does not show yet."""
        found = [each for each in shown if person.role is not Role.WARGA or each["sender"] == person.sender]
        names = {(each["village"], each["identifier"]) for each in shown}
        waiting = [each for each in own if each.kind is Kind.REPORT and not each.settled
                   and (each.key.village, each.identifier) not in names]
        return [*found, *(_report(LaporSnapshot(
            each.identifier, each.key.village, each.note, each.severity, each.sender, claimed=False,
            age_s=state.now - each.pressed_at if each.age_known else None), state, self._labels) for each in waiting)]

    def _press(self, state: State, sending: Sending, listed: Mapping[Key, Listed]) -> Plain:
        labels, key = self._labels, sending.key
        alarm = listed.get(key)
        here = alarm is not None and presses.name_of(sending) in alarm.names()
        rings, missing = judgement.proof(state.district, key) if here else ((), {})
        steps = sorted((each.step for each in alarm.responses), key=progress) if here and alarm is not None else []
        word = _press_state(state, sending, here=here, rings=bool(rings), step=steps[-1] if steps else "")
        left_s = MISTAKE_S - (state.now - sending.pressed_at)
        return {
            "identifier": sending.identifier, "village": key.village, "incident": key.incident,
            "label": labels.openly(key.incident), "age_s": round(state.now - sending.pressed_at, 1), "state": word,
            "state_label": labels.word(PRESS_STATES, word), "rings": len(rings), "of": len(rings) + len(missing),
            "step": steps[-1] if steps else "", "mistaken": sending.mistaken,
            "cancel_s": 0.0 if sending.mistaken or word in ("ditolak", "terlambat", "berakhir") else
            round(max(0.0, left_s), 1),
            "why": labels.reason(sending.refusal or sending.late) if sending.refusal or sending.late else "",
        }


def _alarm(state: State, alarm: AlarmSnapshot, listed: Listed | None, labels: Labels, *, private: bool) -> Plain:
    """An alarm; *private*: for a screen that is open to others."""
    key = alarm.key
    note, place = _parted(alarm.note)
    steps = sorted((each.step for each in alarm.responders), key=progress)
    # Who calls for help in such a case may be whom it is about.
    origin = "" if private and key.incident in labels.private else alarm.origin
    return {
        "village": key.village, "village_name": labels.place(key.village), "incident": key.incident,
        "label": labels.openly(key.incident) if private else labels.incident(key.incident),
        "severity": alarm.severity, "exercise": alarm.exercise,
        "identifier": listed.identifier if listed is not None else _sounding(state, key),
        # What comes from another district is on its own hub's list.
        "listed": alarm.listed or (None if is_foreign(key.village) else False), "kept": alarm.kept,
        "age_s": round(alarm.age_s, 1),
        "remaining_s": round(alarm.remaining_s, 1), "by": _who(state, origin, labels, private=private),
        "note": labels.note(key.incident, note) if private else clean(note),
        "place": None if private else place, "rings": len(alarm.rings),
        "of": len(alarm.rings) + len(alarm.missing),
        "missing": [f"{labels.posts.get(post, post)}: {labels.word(texts.REASONS, why.value)}"
                    for post, why in alarm.missing.items()],
        "responders": [{"by": _who(state, each.by, labels, private=private), "who": each.by, "step": each.step,
                        "label": labels.word(texts.STEPS, each.step)} for each in alarm.responders],
        "step": steps[-1] if steps else "", "unanswered": alarm.unanswered, "silenced": list(alarm.silenced),
        "mine": False,
    }


def _who(state: State, origin: str, labels: Labels, *, private: bool = False) -> str:
    """Who raised or reported something, by the name on the card; *private*: of a resident no more than that it is one.
    """
    role, _, name = origin.partition("/")
    if private and role == Role.WARGA.value:
        return role
    person = state.people.get(name)
    known = person is not None and person.role.value == role and person.display
    return person.display if person is not None and known else labels.sender(origin, claimed=False)


def _report(found: LaporSnapshot, state: State, labels: Labels) -> Plain:
    return {
        "identifier": found.identifier, "village": found.village, "village_name": labels.place(found.village),
        "text": found.text, "severity": found.severity,
        "severity_label": labels.word(texts.SEVERITIES, found.severity),
        "by": _who(state, found.by, labels), "sender": found.by,
        "age_s": None if found.age_s is None else round(found.age_s, 1), "step": found.step, "kept": found.kept,
        "place": None if found.place is None else {
            "lat": found.place.lat, "lon": found.place.lon, "accuracy_m": found.place.accuracy_m},
        "responders": [{"by": _who(state, each.by, labels), "who": each.by, "step": each.step,
                        "label": labels.word(texts.STEPS, each.step)} for each in found.responders],
    }


def _posts(snapshot: Snapshot, person: Person, labels: Labels) -> list[Plain]:
    return [{
        "post": each.post, "name": labels.posts.get(each.post, clean(each.post)),
        "village": each.post.partition("/")[0], "state": each.state,
        "label": labels.word(texts.STATES, each.state),
        "faults": [f"{labels.part(part)}: {labels.reason(why)}"
                   for part, why in (each.status.faults if each.status is not None else {}).items()],
        "seen_s": None if each.last_seen_at is None else round(snapshot.now - each.last_seen_at, 1),
    } for each in snapshot.posts if not person.villages or person.role is not Role.PETUGAS
        or each.post.partition("/")[0] in person.villages]


def _news(snapshot: Snapshot, labels: Labels, *, openly: bool) -> list[Plain]:
    found = lines.gathered(snapshot.news[-min(NEWS, 2 * NEWS_SHOWN):], labels)[-NEWS_SHOWN:]
    return [{"at": round(news.at + snapshot.offset_s, 1),
             "text": f"{lines.news_text(news, labels, openly=openly)} · {', '.join(map(labels.program, sources))}"}
            for news, sources in reversed(found)]


def encode(view: Plain) -> bytes:
    """*view* as one line of JSON."""
    return json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def lasting(found: object) -> object:
    """*found* without what goes on by itself: two views with the same of it show the same."""
    if isinstance(found, dict):
        return {name: lasting(each) for name, each in found.items() if name not in AGES}
    return [lasting(each) for each in found] if isinstance(found, list) else found


def _press_state(state: State, sending: Sending, *, here: bool, rings: bool, step: str) -> str:
    """The page's word for how far a press has come."""
    if sending.refusal:
        return "ditolak"
    if sending.withdrawn:
        return "berakhir"
    if here:
        kept = any(presses.name_of(sending) in each.names() and each.kept for each in _listed(state).values())
        return "petugas" if step else "berbunyi" if rings else "dicatat" if kept else "terkirim"
    if sending.late:
        return "terlambat"
    if sending.recorded:
        return "berakhir"
    if presses.is_late(state, sending):
        return "terlambat"
    return "terkirim" if sending.acked else "disimpan"


def _listed(state: State) -> dict[Key, Listed]:
    """What the hub's last beacon lists and is not over since."""
    hub = state.district.hub
    if hub.beacon is None or hub.beacon_at is None:
        return {}
    return {each.key: each for each in hub.beacon.alarms if each.remaining_s > state.now - hub.beacon_at}


def _sounding(state: State, key: Key) -> str:
    """What a post calls an alarm that no beacon lists."""
    found = (each.status.sounding for each in state.district.posts.values() if each.status is not None)
    return next((each.identifier or "" for each in found if each is not None and each.key == key), "")


def _concerns(alarm: AlarmSnapshot, person: Person) -> bool:
    """Whether *person* sees *alarm*: one of the own villages, or that sounds there."""
    if not person.villages or person.role in (Role.OPERATOR, Role.READER):
        return True
    return alarm.key.village in (*person.villages, EVERYWHERE) or any(
        post.partition("/")[0] in person.villages for post in alarm.rings)


def _parted(note: str) -> tuple[str, Plain | None]:
    """A note, and the place that the page wrote behind it."""
    found = _PLACE.search(note)
    if found is None:
        return note, None
    place = {"lat": float(found[1]), "lon": float(found[2]), "accuracy_m": float(found[3])}
    return note[: found.start()].rstrip("; "), place


def _fixed(config: WebConfig, labels: Labels) -> Plain:
    """What does not change while the page runs."""
    district = config.district
    phones = district.phones
    return {
        "district": {
            "name": district.name, "slug": district.district,
            "zone": {"name": district.zone.name, "hours": district.zone.hours},
            "villages": [{"slug": slug, "name": each.name, "at": each.at and list(each.at),
                          "outline": [list(corner) for corner in each.outline]}
                         for slug, each in district.villages.items()],
            "phones": {name: number for name in phones.__dataclass_fields__ if (number := getattr(phones, name))},
            "posts": [{"post": f"{slug}/{name}", "name": post.name, "village": slug,
                       "at": post.at and list(post.at), "phone": post.phone}
                      for slug, each in district.villages.items() for name, post in each.posts.items()],
        },
        "incidents": [_incident(config, labels, slug, each) for slug, each in config.catalogue.incidents.items()
                      if slug != ALL_CLEAR],
    }


def _incident(config: WebConfig, labels: Labels, slug: str, incident: Incident) -> Plain:
    """An incident with its code: `notes` are its strokes, in seconds; after `notes_s` they begin again."""
    found: Plain = {"incident": slug, "label": labels.incident(slug), "severity": incident.severity,
                    "open_label": labels.openly(slug), "button": incident.button,
                    "everywhere": incident.everywhere, "code": "", "notes": [], "notes_s": 0.0}
    if incident.rhythm:
        cycle = rhythm.alarm_cycle(config.family.figure(incident.rhythm), incident.cycle or config.catalogue.cycle,
                                   siren=False)
        first = cycle.strokes_s[0] if cycle.strokes_s else 0.0
        found |= {"code": rhythm.write(config.family.codes[incident.rhythm].rhythm),
                  "notes": [round(each - first, 3) for each in cycle.strokes_s], "notes_s": round(cycle.length_s, 3)}
    return found
