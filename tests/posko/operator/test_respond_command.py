"""`kentongan respond`, on a real broker with a real hub and real posts; also while the hub is dead."""

import json
import re
import signal

import pytest

from tests.posko.operator.conftest import Place, Running
from tests.posko.operator.told import KALIBAGOR
from tests.support.mqtt import Reader, publish
from tests.support.village import BASE

ROWS = "SELECT who, step, village, everywhere FROM responses WHERE incident = ? ORDER BY rowid"


def test_a_response_is_recorded_lights_the_lamp_of_the_pressed_button_and_is_shown_by_the_watch(place: Place) -> None:
    watch = Running("watch", "--plain", settings=place.settings)
    watch.expect("server posko hidup")
    post = place.posts[KALIBAGOR]
    post.hold("pencurian")
    watch.expect("aktif: Pencurian di Kalibagor")
    with Reader(place.broker, f"{BASE}/active") as beacons:
        done = place.run("respond", "pencurian", "kalibagor", "menuju", "--by", "petugas/polsek")
        assert beacons.wait(lambda found: any(
            alarm.get("step") == "menuju" for each in found for alarm in each.members["alarms"]))
    again = place.run("respond", "pencurian", "kalibagor", "menuju", "--by", "petugas/polsek")
    watch.expect("server posko: dijawab, Pencurian di Kalibagor, mengaku petugas/polsek menuju lokasi")
    watch.expect("; jawaban: mengaku petugas/polsek menuju lokasi")
    watch.end(signal.SIGINT)

    assert (done.code, done.errors, done.lines[-1]) == (0, [], "✓ tercatat: menuju lokasi")
    assert done.lines[0].startswith("sebagai ")
    assert done.lines[1] == "JAWABAN  Pencurian di Kalibagor: petugas/polsek menuju lokasi"
    assert done.said("sudah masuk ke posko")
    assert (again.code, again.lines[-1]) == (0, "✓ tercatat: menuju lokasi")
    assert place.hub.rows(ROWS, "pencurian") == [("petugas/polsek", "menuju", "kalibagor", 0)]


def test_one_responds_to_an_alarm_that_is_over(place: Place) -> None:
    assert place.run("alarm", "kecelakaan", "kotakan").code == 0
    assert place.run("clear", "kotakan").code == 0
    done = place.run("respond", "kecelakaan", "kotakan", "selesai")

    assert (done.code, done.lines[-1]) == (0, "✓ tercatat: selesai")
    ((who, step, village, _),) = place.hub.rows(ROWS, "kecelakaan")
    assert (who[:8], step, village) == ("petugas/", "selesai", "kotakan")


def test_a_response_to_nothing_is_shown_as_that(place: Place) -> None:
    done = place.run("respond", "ternak", "patokan", "menuju")

    assert done.code == 1
    assert done.lines[-1].startswith("✗ tidak ada yang bisa dijawab")


@pytest.mark.parametrize(("words", "error"), [
    (("pencurian", "kalibagor", "menuj"), "langkah 'menuj' tidak dikenal; maksudnya menuju?"),
    (("pencurian", "kalibagor", "pulang"),
     "langkah 'pulang' tidak dikenal; yang dikenal: diterima, menuju, di-lokasi, selesai"),
    (("pencurain", "kalibagor", "menuju"), "kejadian 'pencurain' tidak dikenal; maksudnya pencurian?"),
    (("pencurian", "kalibagr", "menuju"), "desa/kelurahan 'kalibagr' tidak dikenal; maksudnya kalibagor?"),
    (("kalibagor", "pencurian", "menuju"), "urutannya terbalik: kentongan respond pencurian kalibagor menuju"),
    (("kalibagr", "maling", "menuju"), "urutannya terbalik: kentongan respond pencurian kalibagor menuju"),
    (("pencurian", "kalibagor", "menuju", "--by", ""),
     "--by '': tulis 1 sampai 80 huruf yang terbaca, misalnya petugas/polsek"),
])
def test_a_typo_is_one_line_and_exit_2_and_nothing_is_sent(place: Place, words: tuple[str, ...], error: str) -> None:
    done = place.run("respond", *words)

    assert (done.code, done.lines) == (2, [])
    assert done.errors[-1].endswith(error)


def test_a_response_that_is_given_while_the_hub_is_dead_is_recorded_once_when_it_is_back(place: Place) -> None:
    assert place.run("alarm", "pembunuhan", "kalibagor").code == 0
    place.hub.kill()
    giving = Running("respond", "pembunuhan", "kalibagor", "menuju", "--wait", "120", settings=place.settings)
    place.hub.start()
    done = giving.end()

    assert (done.code, done.lines[-1]) == (0, "✓ tercatat: menuju lokasi")
    assert len(place.hub.rows(ROWS, "pembunuhan")) == 1


def test_a_message_that_is_no_response_is_refused_and_the_watch_shows_why(place: Place) -> None:
    with Reader(place.broker, f"{BASE}/posko/event") as events:
        publish(place.broker, f"{BASE}/kalibagor/respon", "-q", "1", "-m", json.dumps({"identifier": "x"}))
        assert events.wait(lambda found: any(
            re.search("response: .*missing", str(each.members.get("reason"))) for each in found))
