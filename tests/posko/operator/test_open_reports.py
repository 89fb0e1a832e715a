"""Residents' reports that are open, as the watch and every program with a Snapshot shows them."""

from io import StringIO
from typing import Any

from rich.console import Console

from contract.wire.lapor import Location
from posko.operator import lines
from posko.operator.core import judgement
from posko.operator.core.snapshot import LaporSnapshot, Responder, Snapshot
from posko.operator.live import picture
from runtime.core.events import Linked, Tick
from tests.posko.operator.told import ENGLISH, LABELS, Sitting, event, hub

MADE, SAID = "2026-01-31T20:15:00+07:00", "2026-01-31T20:20:00+07:00"


def report(identifier: str = "r", **more: Any) -> dict[str, Any]:
    return {"identifier": identifier, "village": "kalibagor", "text": "Ribut di balai desa", "severity": "tinggi",
            "by": "warga/budi", "claimed": True, "raised": MADE, **more}


def seen(*reports: dict[str, Any], at: float = 10.0, until: float | None = None) -> Snapshot:
    """What is known at *until* where the hub's status of SAID came at *at*."""
    sitting = Sitting(None).at(0.0, Linked()).at(at, hub(lapor=[*reports], time=SAID))
    return judgement.snapshot(sitting.at(at if until is None else until, Tick()).state)


def drawn(snapshot: Snapshot, width: int = 160, height: int = 50) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(picture(snapshot, LABELS, "x:1", (width, height)))
    return console.export_text()


def test_an_open_report_is_in_the_snapshot_with_its_age_place_and_who_responds() -> None:
    people = [{"by": "petugas/polsek", "step": "menuju"}, {"by": "kalibagor/pos-1", "step": "diterima"}]
    found = seen(report(place={"lat": -7.5, "lon": 113.5, "accuracy_m": 12}, responses=people), until=13.0)

    assert found.reports == (LaporSnapshot(
        "r", "kalibagor", "Ribut di balai desa", "tinggi", "warga/budi", claimed=True, age_s=303.0,
        place=Location(lat=-7.5, lon=113.5, accuracy_m=12.0), step="menuju", kept=True, responders=(
            Responder("petugas/polsek", "menuju", claimed=True),
            Responder("kalibagor/pos-1", "diterima", claimed=False))),)


def test_what_is_not_on_the_disk_or_of_unknown_age_is_shown_as_that() -> None:
    (found,) = seen(report(kept=False, raised=None)).reports

    assert (found.kept, found.age_s, found.step) == (False, None, "")
    assert seen().reports == ()


def test_the_watch_writes_a_line_for_what_it_finds_open_and_when_who_responds_changes() -> None:
    nothing, one = seen(), seen(report())
    coming = seen(report(responses=[{"by": "petugas/polsek", "step": "menuju"}]))

    assert [line.partition("  ")[2] for line in lines.changes(nothing, one, LABELS)] == [
        ("terbuka: Laporan warga di Kalibagor (tingkat tinggi), sudah 5 mnt 0 dtk: Ribut di balai desa; "
         "pengirim: mengaku warga/budi; nomor r")]
    assert lines.changes(one, one, LABELS) == []
    assert [line.partition("  ")[2] for line in lines.changes(one, coming, ENGLISH)] == [
        ("open: Resident's report in Kalibagor (severity high), for 5 min 0 s: Ribut di balai desa; "
         "sender: claims to be warga/budi; responses: claims to be petugas/polsek is coming; number r")]


def test_a_new_one_is_the_hubs_event_and_so_is_its_end() -> None:
    told = event("posko", "lapor", identifier="r", by="warga/budi", claimed=True, severity="tinggi", incident="lapor",
                 village="kalibagor", text="Ribut\n di balai desa")
    closed = event("posko", "closed", identifier="r", incident="lapor", village="kalibagor",
                   reason="nobody has closed it for 7 days")
    sitting = Sitting(None).at(0.0, Linked())
    before = judgement.snapshot(sitting.state)
    after = judgement.snapshot(sitting.at(1.0, told).at(1.1, closed).state)

    assert [line.partition("  ")[2] for line in lines.changes(before, after, LABELS)] == [
        ("server posko: laporan masuk, Laporan warga di Kalibagor, tingkat tinggi, Ribut di balai desa, "
         "mengaku warga/budi, nomor r"),
        "server posko: laporan ditutup, Laporan warga di Kalibagor, 7 hari tidak ada yang menutupnya"]


def test_the_live_screen_shows_the_first_ones_and_counts_the_rest() -> None:
    text = drawn(seen(*(report(f"r{number}", text=f"Ribut nomor {number}", responses=[
        {"by": "petugas/polsek", "step": "di-lokasi"}]) for number in range(7))))

    assert "Kalibagor: Ribut nomor 0" in text
    assert "Tingkat tinggi · Sudah berjalan 5 mnt 0 dtk · Asal: mengaku warga/budi" in text
    assert "Jawaban: mengaku petugas/polsek di lokasi" in text
    assert "Ribut nomor 4" in text
    assert "Ribut nomor 5" not in text
    assert "… dan 2 laporan lagi" in text


def test_on_a_small_terminal_fewer_are_shown_and_the_posts_and_events_stay_in_sight() -> None:
    text = drawn(seen(*(report(f"r{number}", text="Ribut " * 20) for number in range(7))), 80, 24)

    assert "… dan 5 laporan lagi" in text
    assert len(text.rstrip("\n").splitlines()) <= 24
    assert "patokan/polsek" in text
    assert "Yang terjadi" in text
