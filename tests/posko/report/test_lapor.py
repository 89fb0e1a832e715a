"""Residents' reports of the past: what there was, who came and how soon, and how each ended."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from posko.core.effects import Closure
from posko.report import archive, export, render
from posko.report.core import lapor, responses, rows
from posko.report.core.lapor import Report, ReportsMonth, Summary
from posko.report.core.rows import BadRowError
from posko.report.export import Dialect
from tests.posko.operator.told import ENGLISH, LABELS
from tests.posko.report.journals import ALARMS, wib, write

POSTS = ("kalibagor/pos-1", "kotakan/pos-1")
# 1793466000 is 2026-11-01 00:00:00 +07:00. What boot one calls 1000 is 1793466000 by its wall clock.
REPORTS = """
INSERT INTO lapor (village, identifier, who, text, severity, lat, lon, accuracy_m, boot, at, wall, synced,
    closed_boot, closed_at, closed_wall, closure) VALUES
('olean', 'october', 'warga/budi', 'Ribut', 'rendah', NULL, NULL, NULL, 'one', 900.0, 1793465900.0, 1,
    'one', 605700.0, 1794070700.0, 'expired'),
('kalibagor', 'quarrel', 'warga/budi', '=Ribut di balai desa', 'tinggi', -7.5, 113.5, 12.0, 'one', 1000.0,
    1793466000.0, 1, 'two', 40.0, 1793467800.0, 'done'),
('kalibagor', 'crowd', 'kalibagor/pos-1', 'Orang mencurigakan', 'sedang', NULL, NULL, NULL, 'one', 2000.0,
    1793467000.0, 0, 'one', 2600.0, 1793467600.0, 'done'),
('kalibagor', 'open', 'kotakan/pos-1', 'Jalan rusak', 'rendah', -7.5, 113.5, NULL, 'two', 100.0, 1793470000.0, 1,
    NULL, NULL, NULL, NULL);
INSERT INTO responses (village, everywhere, incident, identifier, who, step, boot, at, wall, synced) VALUES
('kalibagor', 0, 'lapor', 'quarrel', 'petugas/polsek', 'menuju', 'one', 1090.0, 1793466090.0, 1),
('kalibagor', 0, 'lapor', 'quarrel', 'petugas/polsek', 'di-lokasi', 'one', 1600.0, 1793466600.0, 1),
('kalibagor', 0, 'lapor', 'crowd', 'petugas/polsek', 'selesai', 'one', 2600.0, 1793467600.0, 0),
('kalibagor', 0, 'pencurian', 'quarrel', 'petugas/damkar', 'menuju', 'one', 1001.0, 1793466001.0, 1),
('olean', 0, 'lapor', 'quarrel', 'petugas/babinsa', 'menuju', 'one', 1001.0, 1793466001.0, 1);
"""


def told(path: Path, only: str | None = "2026-11") -> tuple[ReportsMonth, ...]:
    written, wrong = rows.read(archive.rows(path, archive.RESPONSES), responses.read_response)
    known = responses.collect(written, ())
    made, odd = rows.read(archive.rows(path, archive.LAPOR), lambda raw: lapor.read_lapor(raw, wib, POSTS, known))
    assert (wrong, odd) == ([], [])
    return lapor.months(made, only)


def find(months: tuple[ReportsMonth, ...], identifier: str) -> Report:
    (found,) = [each for month in months for each in month.reports if each.identifier == identifier]
    return found


def test_each_report_has_its_own_responses_and_after_how_long_it_was_closed(tmp_path: Path) -> None:
    months = told(write(tmp_path, ALARMS, REPORTS))
    quarrel, crowd, still = (find(months, name) for name in ("quarrel", "crowd", "open"))

    assert [each.identifier for each in months[0].reports] == ["quarrel", "crowd", "open"]
    assert [(each.by, each.claimed, each.step, each.after_s) for each in quarrel.responses] == [
        ("petugas/polsek", True, "menuju", 90.0), ("petugas/polsek", True, "di-lokasi", 600.0)]
    assert (quarrel.first_response_s, quarrel.arrival_s, quarrel.closure, quarrel.closed_s) == (
        90.0, 600.0, Closure.DONE, 1800.0)  # closed in another boot: by the times of day
    assert (quarrel.place, quarrel.claimed) == ((-7.5, 113.5, 12.0), True)
    assert (crowd.first_response_s, crowd.arrival_s, crowd.closed_s, crowd.claimed) == (600.0, 600.0, 600.0, False)
    assert (still.state, still.closed_s, still.responses, still.claimed) == ("open", None, (), True)


def test_a_village_has_its_counts_and_medians_for_a_month(tmp_path: Path) -> None:
    october, november = told(write(tmp_path, REPORTS), None)

    assert {october.name: dict(october.summaries)} == {
        "2026-10": {"olean": Summary(1, {"expired": 1}, 0, None, None)}}
    assert dict(november.summaries) == {"kalibagor": Summary(3, {"done": 2, "open": 1}, 2, 345.0, 600.0)}


def test_the_page_shows_the_counts_and_each_report(tmp_path: Path) -> None:
    months = told(write(tmp_path, REPORTS))
    page, english = (render.lapor(months, each) for each in (LABELS, ENGLISH))
    table = [" ".join(line.split()) for line in page.splitlines()]

    assert table[0] == "Laporan warga November 2026 (WIB)"
    assert "Kalibagor 3 1 2 5 mnt 45 dtk 10 mnt 0 dtk" in table
    for part in ("Kalibagor: =Ribut di balai desa", "asal: mengaku warga/budi", "asal: Pos Kamling Kalibagor",
                 "jawaban: mengaku petugas/polsek menuju lokasi, setelah 1 mnt 30 dtk", "selesai, setelah 30 mnt",
                 "MASIH TERBUKA", "tinggi", "~1 Nov 00.16"):
        assert part in " ".join(page.split()), part
    assert "STILL OPEN" in english
    assert render.lapor(told(tmp_path / "posko.db", "2026-12"), LABELS) == (
        "Tidak ada laporan warga pada Desember 2026.\n")


def test_csv_and_json_have_them_too(tmp_path: Path) -> None:
    months = told(write(tmp_path, REPORTS))
    head, *lines = export.lapor_csv(months).splitlines()
    written = json.loads(export.lapor_json(months, "situbondo"))

    assert head.startswith("identifier,time,clock,village,severity,by,claimed,text,lat,lon,accuracy_m,end,closed_s,")
    assert lines[0] == ("quarrel,2026-11-01T00:00:00+07:00,synced,kalibagor,tinggi,warga/budi,true,"
                        "'=Ribut di balai desa,-7.5,113.5,12.0,done,1800.0,1,90.0,600.0")
    assert export.lapor_csv(months, Dialect.ID).splitlines()[1].endswith(";-7,5;113,5;12,0;done;1800,0;1;90,0;600,0")
    assert written["summary"] == [
        {"month": "2026-11", "village": "kalibagor", "reports": 3, "done": 2, "expired": 0, "open": 1, "responded": 2,
         "first_response_s": 345.0, "arrival_s": 600.0}]
    assert [each["identifier"] for each in written["lapor"]] == ["quarrel", "crowd", "open"]
    assert written["lapor"][0]["responses"][1] == {
        "by": "petugas/polsek", "claimed": True, "step": "di-lokasi", "after_s": 600.0}


def test_a_row_that_cannot_be_read_is_left_out_whole() -> None:
    with pytest.raises(BadRowError, match="wall"):
        lapor.read_lapor({"village": "x", "identifier": "y", "who": "z", "at": 1.0, "wall": "late", "synced": 1}, wib)


def test_the_journal_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    path = write(tmp_path, ALARMS)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE lapor")

    assert told(path, None) == ()
    assert render.lapor((), LABELS) == "Belum ada laporan warga yang tercatat.\n"
