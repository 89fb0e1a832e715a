"""The operator's commands, on a real broker with a real hub and real nodes, or with some of them gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from broker.mosquitto import free_port
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.posko.operator.conftest import Drawn, Place, Running, operators_settings, run
from tests.posko.operator.told import KALIBAGOR, KOTAKAN, POLSEK
from tests.support.mqtt import AS_OURSELVES, Reader
from tests.support.nodes import ROOT
from tests.support.village import BASE, alarm


def raise_everywhere(place: Place, incident: str, output: str) -> None:
    """Raises an alarm in Kalibagor, which switches *output* on at every post, and waits until all have said so."""
    since = len(place.hub.lines)
    alarm(place.broker, "kalibagor", incident, "-q", "1")
    for post in place.posts.values():
        post.expect_on(output)
    place.hub.expect("proven: ", since)


def test_an_alarm_rings_everywhere_is_recorded_and_says_who_rang_when(place: Place) -> None:
    with Reader(place.broker, f"{BASE}/+/alarm/+") as reader:
        done = place.run("alarm", "pencurian", "kalibagor", "--note", "rumah Pak RT 3")
        sirens = [post.on("siren") or post.on("strobe") for post in place.posts.values()]
        (sent,) = [each.members for each in reader.messages]

    assert (done.code, done.errors) == (0, [])
    assert sirens == [True] * 3
    assert (sent["note"], sent["status"], sent["identifier"][:9], sent["sender"][:9]) == (
        "rumah Pak RT 3", "Actual", "operator.", "operator/")
    assert [post for post in (KALIBAGOR, KOTAKAN, POLSEK) if not done.said(f"berbunyi: {post}")] == []
    assert done.lines[0].startswith("sebagai ")
    assert done.lines[0].endswith(
        f" (tanpa akun), di Kecamatan Situbondo, lewat server pesan (broker) 127.0.0.1:{place.broker.port}")
    assert done.said("sudah masuk ke posko; diulang")
    assert done.lines[-1].startswith("✓ 3 dari 3 pos berbunyi setelah ")


def test_an_alarm_that_rings_already_rings_and_the_all_clear_ends_it_everywhere(place: Place) -> None:
    raise_everywhere(place, "kebakaran", "siren")
    again = place.run("alarm", "kebakaran", "kalibagor")
    clear = place.run("clear", "kalibagor")

    assert (again.code, clear.code) == (0, 0)
    assert clear.lines[0].startswith("sebagai ")
    assert again.lines[-1] == "✓ 3 dari 3 pos berbunyi"
    assert [post for post in (KALIBAGOR, KOTAKAN, POLSEK) if not clear.said(f"sudah tidak berbunyi: {post}")] == []


def test_an_exercise_sounds_as_one(place: Place) -> None:
    with Reader(place.broker, f"{BASE}/kotakan/node/pos-1/status") as reader:
        done = place.run("alarm", "ternak", "kotakan", "--exercise")
        about = [each.members["sounding"] for each in reader.messages][-1]

    assert done.code == 0
    assert done.said("LATIHAN")
    assert about["status"] == "Exercise"


def test_silence_quiets_its_village_and_no_other(place: Place) -> None:
    raise_everywhere(place, "perampokan", "strobe")
    done = place.run("silence", "kotakan")
    assert done.lines[0].startswith("sebagai ")
    sounding = {name: post.on("strobe") for name, post in place.posts.items()}

    assert done.code == 0
    assert done.said(f"sudah tidak berbunyi: {KOTAKAN}")
    assert sounding == {KALIBAGOR: True, KOTAKAN: False, POLSEK: True}


def test_an_alarm_goes_out_though_nobody_reads_what_is_said(place: Place) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    code = subprocess.run(
        [sys.executable, "-m", "kentongan", "alarm", "pemerkosaan", "olean", "--config", str(place.settings)],
        stdout=theirs, cwd=ROOT, timeout=LIMIT_S, check=False,
    ).returncode
    os.close(theirs)

    assert code == 0
    assert place.posts[POLSEK].on("strobe")


def test_a_self_test_tells_each_posts_answer_and_nothing_sounds(place: Place) -> None:
    before = {name: len(post.sounds()) for name, post in place.posts.items()}
    done = place.run("test", "semua")

    assert done.code == 0
    assert [post for post in place.posts if not done.said(f"normal: {post}")] == []
    assert done.lines[0].startswith("sebagai ")
    assert done.said("sirene ok")
    assert done.said("SIMULASI")
    assert {name: len(post.sounds()) for name, post in place.posts.items()} == before


@pytest.mark.parametrize(("words", "meant"), [
    (("alarm", "pencurain", "kalibagor"), "pencurian"),
    (("alarm", "aman", "kalibagor"), "kentongan clear kalibagor"),
    (("clear", "kotkan", "--wait", "1"), "kotakan"),
    (("test", "kalibagor", "--wait", "nan"), "tulis angka detik"),
])
def test_a_typo_is_told_in_one_line_and_nothing_is_sent(place: Place, words: tuple[str, ...], meant: str) -> None:
    with Reader(place.broker, f"{BASE}/#", "$SYS/broker/clients/total") as reader:
        since = len(reader.messages)
        done = place.run(*words)
        reader.fence()
        sent = [each.topic for each in reader.messages[since:] if "/alarm/" in each.topic or "/command/" in each.topic]

    assert (done.code, done.lines, sent) == (2, [], [])
    assert meant in done.errors[-1]


def test_a_watch_says_each_change_in_a_line_and_leaves_cleanly(place: Place) -> None:
    watch = Running("watch", settings=place.settings)
    watch.expect("server posko hidup")
    alarm(place.broker, "kotakan", "bencana", "-q", "1", "-m", "sungai")
    watch.expect("aktif: Bencana alam di Kotakan (tingkat tinggi): 3 dari 3 pos berbunyi")
    alarm(place.broker, "kotakan", "bencna", "-q", "1")
    watch.expect("maksudnya bencana?")
    alarm(place.broker, "kotakan", "aman", "-q", "1")
    watch.expect("berakhir: Bencana alam di Kotakan")
    done = watch.end(signal.SIGINT)
    short = place.run("watch", "--plain", "--seconds", "3")

    assert (done.code, done.errors) == (0, [])
    assert done.said(f"{KOTAKAN}, Pos Kamling Kotakan: BERBUNYI, Bencana alam di Kotakan")
    assert short.code == 0


def test_in_a_terminal_it_is_drawn_and_leaves_cleanly(place: Place, terminal: tuple[int, int]) -> None:
    drawn = Drawn(terminal, "watch", "--config", str(place.settings))
    assert drawn.lacks("● server posko", "Tidak ada alarm") == []
    assert drawn.end() == 0


def test_a_broker_that_is_down_is_said_with_what_to_do(tmp_path: Path) -> None:
    path = operators_settings(tmp_path, free_port())
    done = run(path, "alarm", "bencana", "kotakan", "--wait", "0.5")
    watch = run(path, "watch", "--seconds", "0.3")

    assert (done.code, watch.code) == (1, 1)
    assert "alarm TIDAK terkirim: 127.0.0.1:" in done.lines[-1]
    assert "telepon" in done.lines[-1]
    assert "tidak pernah tersambung" in watch.lines[-1]
    assert done.errors == watch.errors == []


def test_a_broker_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic read kentongan/#\n", "utf-8")
    with PrivateBroker(tmp_path / "broker", extra=f"acl_file {tmp_path / 'acl'}\n{AS_OURSELVES}") as broker:
        done = run(operators_settings(tmp_path, broker.port), "alarm", "bencana", "kotakan")

    assert done.code == 1
    assert "alarm TIDAK terkirim: server pesan (broker) menolak kiriman" in done.lines[-1]


@pytest.mark.parametrize(("words", "env", "said"), [
    ((), {}, "TIDAK terkirim"),
    (("--lang", "en"), {}, "NOT sent"),
    ((), {"KENTONGAN_LANG": "en"}, "NOT sent"),
    ((), {"KENTONGAN_LANG": "", "LC_MESSAGES": "en_GB.UTF-8"}, "NOT sent"),
    (("--lang", "id"), {"KENTONGAN_LANG": "en", "LC_MESSAGES": "en_GB.UTF-8"}, "TIDAK terkirim"),
])
def test_a_process_has_one_language_as_it_is_told_or_by_its_locale(
    tmp_path: Path, words: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    path = operators_settings(tmp_path, free_port())
    done = run(path, "alarm", "bencana", "kotakan", "--wait", "0.5", *words, env=env)

    assert ["TIDAK terkirim" in line or "NOT sent" in line for line in done.lines][-1]
    assert said in done.lines[-1]


def test_settings_that_are_missing_or_wrong_are_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "posko.yaml").write_text("district: nowhere.yaml\n", "utf-8")
    wrong = run(tmp_path / "posko.yaml", "test", "semua")

    assert wrong.code == 2
    assert any("there is no such district file" in line for line in wrong.errors)


def test_who_does_not_ring_is_named_with_what_keeps_it(place: Place) -> None:
    place.posts[KALIBAGOR].contact("lock", closed=True)
    place.posts[KALIBAGOR].expect("locked:")
    place.posts[KOTAKAN].kill()
    done = place.run("alarm", "pembunuhan", "kalibagor", "--wait", "4")
    place.posts[KALIBAGOR].contact("lock", closed=False)
    place.posts[KOTAKAN].begin()
    named = [line for line in done.lines if line.startswith("✗ TIDAK berbunyi: ")]

    assert done.code == 1
    assert [f"{KALIBAGOR}, Pos Kamling Kalibagor: terkunci" in named[0],
            f"{KOTAKAN}, Pos Kamling Kotakan: terputus dari server pesan (broker)" in named[1]] == [True, True]
    assert done.lines[-1] == "✗ 1 dari 3 pos berbunyi; 2 TIDAK"


def test_an_alarm_that_is_broken_off_says_how_it_stands(place: Place) -> None:
    os.kill(place.posts[KOTAKAN].pid, signal.SIGSTOP)
    try:
        running = Running("alarm", "pemerkosaan", "kalibagor", "--wait", "60", settings=place.settings)
        running.expect(f"berbunyi: {POLSEK}")
        running.expect(f"berbunyi: {KALIBAGOR}")
        done = running.end(signal.SIGINT)
    finally:
        os.kill(place.posts[KOTAKAN].pid, signal.SIGCONT)

    assert (done.code, done.errors) == (1, [])
    assert done.said("tidak ditunggu lagi")
    assert done.said(f"TIDAK berbunyi: {KOTAKAN}")


def test_of_a_post_that_hangs_nobody_can_tell_that_it_is_quiet_after_its_broker_has_lost_what_it_kept(
    place: Place,
) -> None:
    """The siren is on; the broker keeps nothing on its disk, so it knows nothing of the post."""
    hanging = place.posts[KALIBAGOR]
    assert place.run("alarm", "pencurian", "kalibagor").code == 0
    os.kill(hanging.pid, signal.SIGSTOP)
    try:
        others = {post: len(place.posts[post].lines) for post in (KOTAKAN, POLSEK)}
        place.broker.stop()
        place.broker.start()
        for post, since in others.items():
            place.posts[post].expect("linked:", since)
        done = place.run("clear", "kalibagor", "--wait", "5")
        silenced = place.run("silence", "kalibagor", "--wait", "2")
    finally:
        os.kill(hanging.pid, signal.SIGCONT)
    hanging.expect_quiet()

    assert (done.code, silenced.code) == (1, 1)
    for each in (done, silenced):
        assert each.said(f"TIDAK DAPAT DIPASTIKAN apakah masih berbunyi: {KALIBAGOR}")
        assert not each.said("✓")


def test_without_a_hub_an_alarm_still_rings_and_the_silence_of_the_hub_is_told(place: Place) -> None:
    place.hub.kill()
    done = place.run("alarm", "bencana", "kalibagor")

    assert done.code == 0
    assert done.said("SERVER POSKO TIDAK MENJAWAB")
    assert done.lines[-1].startswith("✓ 3 dari 3 pos berbunyi")
