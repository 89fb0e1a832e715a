"""`kentongan lapor`, and responses to reports, on a real broker with a real hub and real posts; nothing rings."""

import json
import signal
from functools import partial

import pytest

from tests.posko.operator.conftest import Place, Running
from tests.support.mqtt import Message, Reader, publish
from tests.support.village import BASE

ROWS = "SELECT village, who, text, severity, closure FROM lapor WHERE identifier = ?"
VILLAGES = ("kalibagor", "kotakan", "patokan", "olean")


def identifier(line: str) -> str:
    """The number in the last line of `kentongan lapor`."""
    assert line.startswith("✓ tercatat dengan nomor "), line
    return line.rpartition(" ")[2]


def test_a_report_is_recorded_shown_by_the_watch_answered_closed_and_rings_nowhere(place: Place) -> None:
    since = {name: len(post.lines) for name, post in place.posts.items()}
    watch = Running("watch", "--plain", settings=place.settings)
    watch.expect("server posko hidup")
    done = place.run("lapor", "kalibagor", "Ribut", "di", "depan balai desa", "--severity", "tinggi",
                     "--by", "warga/budi")
    number = identifier(done.lines[-1])
    watch.expect(f"laporan masuk, Laporan warga di Kalibagor, tingkat tinggi, Ribut di depan balai desa, "
                 f"mengaku warga/budi, nomor {number}")
    later = Running("watch", "--plain", "--seconds", "1", settings=place.settings).end()
    coming = place.run("respond", "lapor", "kalibagor", "menuju", "--by", "petugas/polsek")
    watch.expect("; jawaban: mengaku petugas/polsek menuju lokasi; nomor")
    again, closed = (place.run("respond", "lapor", "kalibagor", "selesai", "--id", number, "--by", "petugas/polsek")
                     for _ in range(2))
    watch.expect("laporan ditutup, Laporan warga di Kalibagor")
    watch.end(signal.SIGINT)

    assert (done.code, done.errors) == (0, [])
    assert done.lines[1] == "LAPORAN  Kalibagor (tingkat tinggi): Ribut di depan balai desa"
    assert later.code == 0
    assert (coming.code, coming.lines[-1]) == (0, "✓ tercatat: menuju lokasi")
    assert (again.code, again.lines[-1], closed.code) == (0, "✓ tercatat: selesai", 0)
    assert place.hub.rows(ROWS, number) == [
        ("kalibagor", "warga/budi", "Ribut di depan balai desa", "tinggi", "done")]
    assert place.hub.rows("SELECT who, step FROM responses WHERE identifier = ? ORDER BY rowid", number) == [
        ("petugas/polsek", "menuju"), ("petugas/polsek", "selesai")]
    for name, post in place.posts.items():
        post.expect_silence(place.broker, since[name])


def test_with_nothing_open_there_is_nothing_to_respond_to(place: Place) -> None:
    done = place.run("respond", "lapor", "olean", "menuju")

    assert (done.code, done.lines[-1]) == (
        1, "✗ tidak ada yang bisa dijawab: tidak ada laporan yang terbuka: Laporan warga di Olean")


def test_a_number_that_no_report_has_is_refused_by_the_hub(place: Place) -> None:
    done = place.run("respond", "lapor", "olean", "menuju", "--id", "no-such")

    assert (done.code, done.lines[-1]) == (
        1, "✗ DITOLAK server posko: tidak bisa dijawab: tidak ada laporan seperti itu")


@pytest.mark.parametrize(("words", "error"), [
    (("lapor", "kalibagr", "Ribut"), "desa/kelurahan 'kalibagr' tidak dikenal; maksudnya kalibagor?"),
    (("lapor", "semua", "Ribut"),
     "laporan harus dari satu desa/kelurahan; yang dikenal: kalibagor, kotakan, olean, patokan"),
    (("lapor", "kalibagor", "Ribut", "--severity", "tingi"),
     "tingkat (--severity) 'tingi' tidak dikenal; maksudnya tinggi?"),
    (("lapor", "kalibagor", " "), "laporan harus 1 sampai 500 huruf; ini 0"),
    (("lapor", "kalibagor", "x" * 501), "laporan harus 1 sampai 500 huruf; ini 501"),
    (("lapor", "kalibagor", "Ribut\x1b[2J"), "laporan berisi huruf yang tidak terbaca: U+001B"),
    (("lapor", "kalibagor", "Ribut", "--by", ""),
     "--by '': tulis 1 sampai 80 huruf yang terbaca, misalnya petugas/polsek"),
    (("respond", "lapor", "kalibagr", "menuju"), "desa/kelurahan 'kalibagr' tidak dikenal; maksudnya kalibagor?"),
    (("respond", "lapor", "kalibagor", "menuj"), "langkah 'menuj' tidak dikenal; maksudnya menuju?"),
    (("respond", "kalibagor", "lapor", "menuju"), "urutannya terbalik: kentongan respond lapor kalibagor menuju"),
    (("respond", "lapor", "kalibagor", "menuju", "--id", "a b"),
     "--id 'a b': tulis nomor laporan seperti yang tampil di kentongan watch"),
    (("respond", "pencurian", "kalibagor", "menuju", "--id", "x"),
     "--id hanya untuk laporan: kentongan respond lapor kalibagor menuju --id NOMOR"),
])
def test_a_typo_is_one_line_and_exit_2_and_nothing_is_sent(place: Place, words: tuple[str, ...], error: str) -> None:
    done = place.run(*words)

    assert (done.code, done.lines) == (2, [])
    assert done.errors[-1].endswith(error)


def test_a_report_that_is_made_while_the_hub_is_dead_is_recorded_once_when_it_is_back(place: Place) -> None:
    place.hub.kill()
    filing = Running("lapor", "kotakan", "Orang mencurigakan", "--wait", "120", settings=place.settings)
    filing.expect("LAPORAN  Kotakan (tingkat sedang): Orang mencurigakan")
    place.hub.begin()
    done = filing.end()

    assert done.code == 0
    assert place.hub.rows("SELECT village, severity FROM lapor WHERE identifier = ?", identifier(done.lines[-1])) == [
        ("kotakan", "sedang")]


class Many:
    """Fifty reports of several villages, published until the hub has each of them."""

    def __init__(self, place: Place, word: str, kind: str, more: dict[str, str]) -> None:
        self.place = place
        self.names = {f"{word}-{number}": VILLAGES[number % len(VILLAGES)] for number in range(50)}
        self.kind = kind
        self.more = more

    def publish(self, topic: str, but: set[str]) -> None:
        """Publishes all *but* those."""
        for village in VILLAGES:
            bodies = [json.dumps({"identifier": name, **self.more}) for name, where in self.names.items()
                      if where == village and name not in but]
            if bodies:
                lines = "".join(f"{each}\n" for each in bodies).encode()
                publish(self.place.broker, f"{BASE}/{village}/{topic}", "-q", "1", "-l", body=lines)

    def done(self, messages: list[Message]) -> set[str]:
        """Those of which the hub has reported that they are kept."""
        found = {(str(each.members.get("event")), str(each.members.get("identifier"))) for each in messages}
        return {name for name in self.names if (self.kind, name) in found}

    def has(self, least: int, messages: list[Message]) -> bool:
        """Whether so many of them are kept."""
        return len(self.done(messages)) >= least

    def deliver(self, topic: str, events: Reader, table: str) -> None:
        """Publishes all until the hub has them, while it is killed after the first few, and amid the rest twice."""
        for least in (3, 15, 30):
            self.publish(topic, self.done(events.messages))
            assert events.wait(partial(self.has, least))
            self.place.hub.kill()
            events.fence()
            on_disk = {str(name) for (name,) in self.place.hub.rows(f"SELECT identifier FROM {table}")}  # noqa: S608
            assert self.done(events.messages) <= on_disk  # nothing was said to be kept that is not
            self.place.hub.begin()
        for _ in range(20):
            self.publish(topic, self.done(events.messages))
            if events.wait(partial(self.has, len(self.names))):
                return
        raise AssertionError(f"never kept: {set(self.names) - self.done(events.messages)}")


def test_of_fifty_reports_amid_which_the_hub_is_killed_none_is_lost_none_is_twice_and_each_is_closed_once(
    place: Place
) -> None:
    filed = Many(place, "many", "lapor", {"by": "warga/budi", "text": "Ribut", "severity": "rendah"})
    ended = Many(place, "many", "responded", {"incident": "lapor", "by": "petugas/polsek", "step": "selesai"})
    with Reader(place.broker, f"{BASE}/posko/event", f"{BASE}/posko/status") as events:
        filed.deliver("lapor", events, "lapor")
        rows = place.hub.rows("SELECT identifier, village FROM lapor WHERE identifier LIKE 'many-%' ORDER BY rowid")
        assert events.wait(lambda found: any(
            sum(each.members.get("lapor_open", {}).values()) >= 50 for each in found if each.topic.endswith("status")))
        ended.deliver("respon", events, "responses")
        assert events.wait(lambda found: not {
            each["identifier"] for each in [one for one in found if one.topic.endswith("status")][-1].members.get(
                "lapor", []) if each["identifier"] in filed.names})

    assert len(rows) == 50
    assert {str(name): str(village) for name, village in rows} == filed.names
    assert place.hub.rows("SELECT closure, count(*) FROM lapor WHERE identifier LIKE 'many-%' GROUP BY closure") == [
        ("done", 50)]
    assert place.hub.rows("SELECT count(*) FROM responses WHERE identifier LIKE 'many-%'") == [(50,)]
