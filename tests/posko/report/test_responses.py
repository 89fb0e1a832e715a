"""Response times: which responses belong to an alarm, each counted once, and how soon they came."""

import sqlite3
from contextlib import closing
from pathlib import Path

from posko.report import archive, export, render
from posko.report.core import history, responses, rows
from posko.report.core.history import Month, ResponseTimes
from tests.posko.operator.told import ENGLISH, LABELS
from tests.posko.report.journals import ALARMS, NOW, wib, write

# The alarm `merged` was first raised at 3000 on the hub's clock in boot one; `november` at 1001, of all villages.
RESPONSES = """
INSERT INTO responses (village, everywhere, incident, identifier, who, step, boot, at, wall, synced) VALUES
('kalibagor', 0, 'pencurian', 'merged', 'petugas/polsek', 'menuju', 'one', 3045.0, 1793647845.0, 1),
('kalibagor', 0, 'pencurian', 'third', 'petugas/polsek', 'menuju', 'one', 3100.0, 1793647900.0, 1),
('kalibagor', 0, 'pencurian', 'second', 'petugas/polsek', 'di-lokasi', 'one', 3425.5, 1793648225.5, 1),
('kalibagor', 0, 'pencurian', 'merged', 'kalibagor/pos-1', 'diterima', 'two', 12.0, 1793647820.0, 1),
('kalibagor', 0, 'pencurian', 'merged', 'operator/siti', 'selesai', 'two', 90.0, 1793648400.0, 0),
('kalibagor', 0, 'kebakaran', 'merged', 'petugas/damkar', 'menuju', 'one', 3001.0, 1793647801.0, 1),
('kotakan', 0, 'pencurian', 'merged', 'petugas/babinsa', 'menuju', 'one', 3001.0, 1793647801.0, 1),
('kotakan', 1, 'bencana', 'november', 'kotakan/pos-1', 'menuju', 'one', 1031.0, 1793466030.0, 1);
INSERT INTO unanswered (village, incident, identifier, wall) VALUES
('patokan', 'ternak', 'unwritten', 1793985120.0);
"""


def told(path: Path) -> tuple[Month, ...]:
    written, wrong = rows.read(archive.rows(path, archive.RESPONSES), responses.read_response)
    late, odd = rows.read(archive.rows(path, archive.UNANSWERED), responses.read_unanswered)
    assert (wrong, odd) == ([], [])
    known = responses.collect(written, late)
    made, _ = rows.read(archive.rows(path, archive.ALARMS), lambda raw: history.read_alarm(raw, wib, NOW, known))
    return history.months(made, "2026-11")


def lines(month: Month, identifier: str) -> list[str]:
    (alarm,) = [each for each in month.alarms if each.identifier == identifier]
    return [f"{each.by}{' claimed' if each.claimed else ''} {each.step} {each.after_s}" for each in alarm.responses]


def test_each_response_belongs_to_the_alarm_whose_name_it_has_and_counts_once(tmp_path: Path) -> None:
    (month,) = told(write(tmp_path, ALARMS, RESPONSES))

    assert lines(month, "merged") == [
        "kalibagor/pos-1 diterima 20.0",  # of another boot: by the times of day
        "petugas/polsek claimed menuju 45.0",  # under two of its names: once, and the earlier one
        "petugas/polsek claimed di-lokasi 425.5",
        "operator/siti claimed selesai None",  # nobody knows
    ]
    assert lines(month, "november") == ["kotakan/pos-1 menuju 30.0"]
    assert [alarm.identifier for alarm in month.alarms if alarm.responses] == ["november", "merged"]
    assert [alarm.identifier for alarm in month.alarms if alarm.unanswered] == ["unwritten"]


def test_a_month_has_the_medians_of_each_incident_and_village_of_actual_alarms(tmp_path: Path) -> None:
    (month,) = told(write(tmp_path, ALARMS, RESPONSES))

    assert {f"{key.incident} {key.village}": times for key, times in month.response_times.items()} == {
        "bencana semua": ResponseTimes(1, 1, 30.0, None), "pencurian kalibagor": ResponseTimes(2, 1, 20.0, 425.5),
        "ternak patokan": ResponseTimes(2, 0, None, None)}


def test_the_page_shows_them_in_a_table_and_with_each_alarm(tmp_path: Path) -> None:
    months = told(write(tmp_path, ALARMS, RESPONSES))
    page, english = (render.alarms(months, each) for each in (LABELS, ENGLISH))
    table = [" ".join(line.split()) for line in page.splitlines()]

    assert "Pencurian Kalibagor 2 1 20 dtk 7 mnt 5 dtk" in table
    assert "Bencana alam semua desa dan kelurahan 1 1 30 dtk" in table
    for part in ("jawaban: Pos Kamling Kalibagor sudah menerima, setelah 20 dtk",
                 "jawaban: mengaku petugas/polsek menuju lokasi, setelah 45 dtk", "tidak dijawab pada waktunya"):
        assert part in " ".join(page.split())
    assert "response: claims to be petugas/polsek is there, after 7 min 5 s" in " ".join(english.split())


def test_csv_and_json_have_them_too(tmp_path: Path) -> None:
    found = told(write(tmp_path, ALARMS, RESPONSES))
    written = {line.split(",")[0]: line for line in export.alarms_csv(found, {}).splitlines()}

    assert written["merged"].endswith(",false,3,20.0,425.5")
    assert written["unwritten"].endswith(",true,0,,")
    assert '"after_s": 425.5' in export.alarms_json(found, "situbondo", {})
    assert '"responded": 1,\n      "first_response_s": 20.0,\n      "arrival_s": 425.5' in export.alarms_json(
        found, "situbondo", {})


def test_a_month_without_responses_has_no_table_of_them(tmp_path: Path) -> None:
    assert "Dijawab" not in render.alarms(told(write(tmp_path, ALARMS)), LABELS)


def test_the_journal_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    path = write(tmp_path, ALARMS)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE responses")
        database.execute("DROP TABLE unanswered")

    assert archive.rows(path, archive.RESPONSES) == archive.rows(path, archive.UNANSWERED) == []
    assert [alarm.responses for alarm in told(path)[0].alarms if alarm.responses] == []
