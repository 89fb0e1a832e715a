"""What each kind of people sees: by hand, of one state."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.people import Person
from contract.roles import Role
from contract.wire.beacon import Beacon, Listed, write_beacon
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.operator.core import fold
from posko.web import config
from posko.web.core import step
from posko.web.core.asked import Asked, PeopleRead, Place, RaiseAlarm
from posko.web.core.effects import Loaded
from posko.web.core.state import State
from posko.web.view import Renderer
from runtime.core.events import Acknowledged, Clock, Linked, Received, Unlinked
from tests.contract import shipped
from tests.support.nodes import CONFIG

BUDI = Person(name="budi", role=Role.WARGA, villages=("kalibagor",), issued=1, display="Budi RT 3")
SITI = Person(name="siti", role=Role.WARGA, villages=("olean",), issued=1)
POLSEK = Person(name="polsek", role=Role.PETUGAS, issued=1)
KOTAKAN = Person(name="bidan", role=Role.PETUGAS, villages=("kotakan",), issued=1)
JOKO = Person(name="joko", role=Role.OPERATOR, issued=1, everywhere=True)
LAYAR = Person(name="layar", role=Role.READER, issued=1)
PEOPLE = {each.name: each for each in (BUDI, SITI, POLSEK, KOTAKAN, JOKO, LAYAR)}
NOTE = "rumah Bu Ani; lokasi -7.76660,113.98020 ±12 m"


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    folder = tmp_path_factory.mktemp("web")
    (folder / "web.yaml").write_text(json.dumps({
        "district": str(CONFIG / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}}), "utf-8")
    found = config.load(Path(folder / "web.yaml"))
    return Renderer(found, make_labels(Language.ID, found.district, found.catalogue))


def state(*alarms: Listed, linked: bool = True) -> State:
    found = step.start(step.make_rules(shipped.district(), shipped.catalogue(), 60, 100),
                       fold.make_setup(shipped.district(), shipped.catalogue()), 0.0, Clock(synced=True, offset_s=1e9))
    events: list[object] = [Loaded(), PeopleRead(PEOPLE), *([Linked()] if linked else [])]
    if alarms:
        body = write_beacon(Beacon(boot="h", seq=1, alarms=alarms))
        events.append(Received("kentongan/situbondo/active", body, retain=False))
    for event in events:
        found, _ = step.step(found, event, 10.0)
    return found


def listed(incident: str, village: str = "kalibagor", **more: Any) -> Listed:
    return Listed(**{"identifier": f"{village}.1", "incident": incident, "village": village, "remaining_s": 170.0,
                     "age_s": 10.0, "origin": "warga/budi", "note": NOTE, **more})


@pytest.mark.parametrize(("person", "note", "has_place"), [
    (BUDI, "(catatan tertutup)", False), (LAYAR, "(catatan tertutup)", False), (POLSEK, "rumah Bu Ani", True),
    (JOKO, "rumah Bu Ani", True),
])
def test_the_note_and_the_caller_of_a_private_incident_are_shown_to_those_who_go_there_alone(
    views: Renderer, person: Person, note: str, has_place: bool,
) -> None:
    (alarm,) = views.first(state(listed("pemerkosaan")), person)["alarms"]

    assert (alarm["note"] == note) or (not has_place and "Ani" not in alarm["note"])
    assert (alarm["by"] == "Budi RT 3") is has_place
    assert (alarm["place"] == {"lat": -7.7666, "lon": 113.9802, "accuracy_m": 12.0}) is has_place


@pytest.mark.parametrize("person", [BUDI, POLSEK, JOKO, LAYAR])
def test_what_is_in_force_is_known_once_a_beacon_came_and_not_before(views: Renderer, person: Person) -> None:
    assert views.first(state(), person)["known"] is False
    assert views.first(state(listed("pencurian")), person)["known"] is True
    assert views.first(state(listed("pencurian"), linked=False), person)["known"] is False


def test_an_open_screen_shows_the_note_of_any_other_but_not_the_place(views: Renderer) -> None:
    (alarm,) = views.first(state(listed("pencurian")), LAYAR)["alarms"]

    assert (alarm["note"], alarm["place"]) == ("rumah Bu Ani", None)


@pytest.mark.parametrize(("person", "is_whole"), [(LAYAR, False), (JOKO, True)])
def test_the_news_on_an_open_screen_names_no_reporter_nor_what_was_written_nor_a_private_incident(
    views: Renderer, person: Person, is_whole: bool,
) -> None:
    found = state()
    for each in (
        {"event": "lapor", "identifier": "hp-1", "village": "kalibagor", "severity": "sedang",
         "text": "Pak Joni mabuk", "by": "warga/budi"},
        {"event": "accepted", "identifier": "hp-2", "village": "kalibagor", "incident": "pemerkosaan"},
    ):
        body = json.dumps({**each, "boot": "h"}).encode()
        found, _ = step.step(found, Received("kentongan/situbondo/posko/event", body, retain=False), 11.0)

    news = " / ".join(each["text"] for each in views.first(found, person)["news"])

    assert ("tingkat sedang" in news, "Kalibagor" in news) == (True, True)
    assert [word in news for word in ("Joni", "budi", "hp-1", "Pemerkosaan")] == [is_whole] * 4
    assert ("Minta tolong" in news) is not is_whole


@pytest.mark.parametrize(("person", "seen"), [
    (BUDI, {"kalibagor", "semua"}), (SITI, {"semua"}), (POLSEK, {"kalibagor", "kotakan", "semua"}),
    (KOTAKAN, {"kotakan", "semua"}), (JOKO, {"kalibagor", "kotakan", "semua"}),
    (LAYAR, {"kalibagor", "kotakan", "semua"}),
])
def test_each_sees_the_alarms_that_concern_them(views: Renderer, person: Person, seen: set[str]) -> None:
    found = state(listed("kebakaran"), listed("kebakaran", "kotakan"), listed("tsunami", "semua"))

    assert {each["village"] for each in views.first(found, person)["alarms"]} == seen


@pytest.mark.parametrize(("person", "parts"), [
    (BUDI, set()), (POLSEK, {"posts"}), (JOKO, {"posts", "news"}), (LAYAR, {"posts", "news"}),
])
def test_each_is_shown_the_parts_of_their_page(views: Renderer, person: Person, parts: set[str]) -> None:
    found = views.first(state(), person)

    assert {"posts", "news"} & found.keys() == parts
    assert {"district", "incidents", "now", "me", "link", "hub", "alarms", "presses", "reports"} <= found.keys()


def test_of_a_broker_that_is_away_it_says_that_and_of_the_hub_that_nobody_knows(views: Renderer) -> None:
    found, _ = step.step(state(), Unlinked("no route"), 20.0)

    view = views.first(found, BUDI)
    assert (view["link"]["up"], view["hub"]) == (False, "unknown")
    assert view["link"]["why"]


@pytest.mark.parametrize(("linked", "events", "word"), [
    (False, (), "disimpan"), (True, (), "disimpan"),
    (True, (Acknowledged("alarm kalibagor pencurian hp.1"),), "terkirim"),
    (True, (listed("pencurian", identifier="hp.1", kept=False),), "terkirim"),
    (True, (listed("pencurian", identifier="hp.1"),), "dicatat"),
    (True, (listed("pencurian", identifier="op.1", also=("hp.1",)),), "dicatat"),
    (True, (listed("pencurian", identifier="hp.1"), None), "berakhir"),
])
def test_the_state_of_a_press_is_the_farthest_that_is_known(
    views: Renderer, linked: bool, events: tuple[Any, ...], word: str,
) -> None:
    found = state(linked=linked)
    found, _ = step.step(found, Asked(1, BUDI, RaiseAlarm("kalibagor", "pencurian", "hp.1")), 11.0)
    for number, event in enumerate(events):
        if not isinstance(event, Acknowledged):
            body = write_beacon(Beacon(boot="h", seq=number + 2, alarms=() if event is None else (event,)))
            event = Received("kentongan/situbondo/active", body, retain=False)  # noqa: PLW2901
        found, _ = step.step(found, event, 12.0 + number)

    (press,) = views.first(found, BUDI)["presses"]
    assert press["state"] == word
    assert (press["cancel_s"] > 0) is (word != "berakhir")


def test_a_press_that_is_too_old_is_late_and_cannot_be_taken_back(views: Renderer) -> None:
    found, _ = step.step(state(linked=False), Asked(1, BUDI, RaiseAlarm("kalibagor", "pencurian", "hp.1")), 11.0)

    (press,) = views.first(found.at(200.0), BUDI)["presses"]
    assert (press["state"], press["cancel_s"], press["age_s"]) == ("terlambat", 0.0, 189.0)


def test_a_code_is_shown_as_dots_and_as_strokes_in_time(views: Renderer) -> None:
    incidents = {each["incident"]: each for each in views.first(state(), BUDI)["incidents"]}

    assert incidents["pencurian"]["code"] == "●●‖"
    assert incidents["pencurian"]["notes"][:3] == [0.0, 0.3, 1.5]
    assert (incidents["tsunami"]["code"], incidents["tsunami"]["notes"]) == ("", [])
    assert "aman" not in incidents


def test_the_place_of_a_phone_goes_along_with_the_note(views: Renderer) -> None:
    asked = RaiseAlarm("kalibagor", "pencurian", "hp.1", "RT 3", Place(-7.76661, 113.98017, 14.6))
    _, effects = step.step(state(), Asked(1, BUDI, asked), 11.0)

    payload = next(json.loads(each.payload) for each in effects if hasattr(each, "payload"))
    assert payload["note"] == "RT 3; lokasi -7.76661,113.98017 ±15 m"
