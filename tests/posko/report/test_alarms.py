"""The alarms' report, whole: a journal written by hand, and what must be said of it, written by hand too."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from posko.report import export, render
from posko.report.core import history
from posko.report.core.history import Month
from tests.posko.report import journals
from tests.posko.report.journals import ALARMS, alarm, write
from tests.posko.report.shipped import ENGLISH, LABELS


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Month, ...]:
    return journals.months(write(tmp_path_factory.mktemp("journal"), ALARMS))


NOBODY = replace(LABELS, incidents={}, villages={}, posts={})

# Whole reports.


TEXT = """\
Oktober 2026 (WIB)

                                                                      Waktu tak
Kejadian   Tingkat  Desa/kelurahan  Alarm  palsu  Latihan  Terlambat  diketahui
Kebakaran  tinggi   Olean               0      0        1          0          0
Jumlah                                  0      0        1          0          0

                                                   Lama   Sirene
       Waktu  Alarm                    Sifat    (detik)  (detik)  Pos  Akhir
31 Okt 23.59  Kebakaran, Olean         latihan       30      0,5  1/1  aman
              asal: mengaku Pak Camat

November 2026 (WIB)

                                                                                       Waktu tak
Kejadian          Tingkat  Desa/kelurahan            Alarm  palsu  Latihan  Terlambat  diketahui
Bencana alam      tinggi   semua desa dan kelurahan      1      0        0          0          0
kerusuhan                  lama                          0      0        1          0          0
Pencurian         sedang   Kalibagor                     2      1        0          1          1
Pencurian ternak  sedang   Patokan                       2      0        0          0          0
Jumlah                                                   5      1        1          1          1

                                                                Lama    Sirene
       Waktu  Alarm                                 Sifat    (detik)   (detik)  Pos  Akhir
 1 Nov 00.00  Bencana alam, semua desa dan          nyata        180  0,1–12,3  2/4  waktu habis
              kelurahan
              asal: tanpa nama
              catatan: air naik
              tidak berbunyi: Pos Kamling Kotakan,
              Pos Kamling Patokan
~2 Nov 21.14  Pencurian, Kalibagor                  nyata         60       0,2  1/1  aman (palsu)
              asal: Pos Kamling Kalibagor
 3 Nov 02.30  Pencurian, Kalibagor                  nyata         60   0,1–0,3  2/2  aman
              asal: mengaku Pos Kamling Kotakan
 4 Nov 10.00  Pencurian, Kalibagor                  nyata                            terlambat
              asal: Pos Kamling Kalibagor
<5 Nov 06.00  Pencurian, Kalibagor                  nyata                  0,1  1/1  tidak diketahui
              asal: tanpa nama
 6 Nov 12.00  kerusuhan, lama                       latihan       90            0/1  ternyata nyata
              asal: lama/pos-9
              tidak berbunyi: lama/pos-9
 7 Nov 00.10  Pencurian ternak, Patokan             nyata                  2,0  1/1  tidak tercatat
              asal: mengaku Ibu [red]Lurah[/]
 8 Nov 20.00  Pencurian ternak, Patokan             nyata                       0/2  MASIH AKTIF
              asal: mengaku =1+1
              tidak berbunyi: Polsek Situbondo,
              Pos Kamling Patokan

~ jam posko atau pos belum sinkron saat itu, jadi waktunya mungkin meleset
< terjadi sebelum waktu itu; kapan tepatnya tidak diketahui
"""
IN_ENGLISH = """\
October 2026 (WIB)

                                                             Unknown
Incident  Severity  Village  Alarms  false  Exercises  Late      age
Fire      high      Olean         0      0          1     0        0
Total                             0      0          1     0        0

                                                      Length  Siren
        Time  Alarm                         Kind         (s)    (s)  Posts  End
31 Oct 23:59  Fire, Olean                   exercise      30    0.5    1/1  all-clear
              from: claims to be Pak Camat

November 2026 (WIB)

                                                                         Unknown
Incident         Severity  Village       Alarms  false  Exercises  Late      age
Disaster         high      all villages       1      0          0     0        0
kerusuhan                  lama               0      0          1     0        0
Theft            medium    Kalibagor          2      1          0     1        1
Livestock theft  medium    Patokan            2      0          0     0        0
Total                                         5      1          1     1        1

                                                          Length     Siren
        Time  Alarm                             Kind         (s)       (s)  Posts  End
 1 Nov 00:00  Disaster, all villages            actual       180  0.1–12.3    2/4  time over
              from: nameless
              note: air naik
              did not ring: Pos Kamling
              Kotakan, Pos Kamling Patokan
~2 Nov 21:14  Theft, Kalibagor                  actual        60       0.2    1/1  all-clear (false)
              from: Pos Kamling Kalibagor
 3 Nov 02:30  Theft, Kalibagor                  actual        60   0.1–0.3    2/2  all-clear
              from: claims to be Pos Kamling
              Kotakan
 4 Nov 10:00  Theft, Kalibagor                  actual                             late
              from: Pos Kamling Kalibagor
<5 Nov 06:00  Theft, Kalibagor                  actual                 0.1    1/1  unknown
              from: nameless
 6 Nov 12:00  kerusuhan, lama                   exercise      90              0/1  became actual
              from: lama/pos-9
              did not ring: lama/pos-9
 7 Nov 00:10  Livestock theft, Patokan          actual                 2.0    1/1  not recorded
              from: claims to be Ibu
              [red]Lurah[/]
 8 Nov 20:00  Livestock theft, Patokan          actual                        0/2  STILL IN FORCE
              from: claims to be =1+1
              did not ring: Polsek Situbondo,
              Pos Kamling Patokan

~ the hub's or the post's clock was not synchronised, so this time may be wrong
< happened before this time; exactly when is not known
"""


def test_the_text_tells_each_month_with_its_counts_and_its_alarms(months: tuple[Month, ...]) -> None:
    assert render.alarms(months, LABELS) == TEXT
    assert render.alarms(months, ENGLISH) == IN_ENGLISH


CSV = """\
identifier,time,clock,incident,village,status,origin,claimed,duration_s,first_siren_s,last_siren_s,sounded,expected,missing,\
end,false,severity,note,unanswered,responders,first_response_s,arrival_s
october,2026-10-31T23:59:59+07:00,synced,kebakaran,olean,Exercise,Pak Camat,true,30.0,0.5,0.5,1,1,,\
cleared,false,tinggi,,false,0,,
november,2026-11-01T00:00:00+07:00,synced,bencana,semua,Actual,,,180.0,0.08,12.34,2,4,kotakan/pos-1 patokan/pos-1,\
finished,false,tinggi,air naik,false,0,,
false,2026-11-02T21:14:07+07:00,unsynced,pencurian,kalibagor,Actual,kalibagor/pos-1,false,59.9,0.25,\
0.25,1,1,,cleared,true,sedang,,false,0,,
merged,2026-11-03T02:30:00+07:00,synced,pencurian,kalibagor,Actual,kotakan/pos-1,true,60.1,0.1,0.3,\
2,2,,cleared,false,sedang,,false,0,,
late,2026-11-04T10:00:00+07:00,synced,pencurian,kalibagor,Actual,kalibagor/pos-1,false,,,,,,,late,\
false,sedang,,false,0,,
unknown,2026-11-05T06:00:00+07:00,before,pencurian,kalibagor,Actual,,,,0.1,0.1,1,1,,unknown,false,sedang,,false,0,,
renamed,2026-11-06T12:00:00+07:00,synced,kerusuhan,lama,Exercise,lama/pos-9,false,90.0,,,0,1,\
lama/pos-9,earnest,false,,,false,0,,
unwritten,2026-11-07T00:10:00+07:00,synced,ternak,patokan,Actual,Ibu [red]Lurah[/],true,,2.0,2.0,1,\
1,,,false,sedang,,false,0,,
ringing,2026-11-08T20:00:00+07:00,synced,ternak,patokan,Actual,'=1+1,true,,,,0,2,patokan/polsek patokan/pos-1,\
in_force,false,sedang,,false,0,,
"""


def test_the_csv_has_a_line_for_each_alarm_which_ends_as_rfc_4180_has_it(months: tuple[Month, ...]) -> None:
    assert export.alarms_csv(months, LABELS.severities) == CSV.replace("\n", "\r\n")


JSON = """\
{
  "district": "situbondo",
  "summary": [
    {
      "month": "2026-10",
      "incident": "kebakaran",
      "village": "olean",
      "alarms": 0,
      "false": 0,
      "exercises": 1,
      "late": 0,
      "unknown": 0,
      "responded": 0,
      "first_response_s": null,
      "arrival_s": null
    }
  ],
  "alarms": [
    {
      "identifier": "october",
      "time": "2026-10-31T23:59:59+07:00",
      "clock": "synced",
      "incident": "kebakaran",
      "village": "olean",
      "status": "Exercise",
      "origin": "Pak Camat",
      "claimed": true,
      "duration_s": 30.0,
      "first_siren_s": 0.5,
      "last_siren_s": 0.5,
      "sounded": 1,
      "expected": 1,
      "missing": [],
      "end": "cleared",
      "false": false,
      "severity": "tinggi",
      "note": null,
      "unanswered": false,
      "responders": 0,
      "first_response_s": null,
      "arrival_s": null,
      "responses": []
    }
  ]
}
"""


def test_the_json_has_the_counts_beside_the_alarms(months: tuple[Month, ...]) -> None:
    assert export.alarms_json(months[:1], "situbondo", LABELS.severities) == JSON


def test_of_a_long_note_the_page_shows_300_characters() -> None:
    """A stolen box may write thousands: 200 such rows were a page of 4,800 lines."""
    page = render.alarms(history.months([alarm(note="panjang" * 500)]), ENGLISH)

    assert "".join(page.split()).count("panjang") == 42
    assert "…" in page


def test_a_note_is_shown_and_exported_though_nobody_gave_a_name() -> None:
    """As an operator types it: mosquitto_pub -m 'rumah Pak RT 3'."""
    found = history.months([alarm(note="rumah [b]Pak RT 3\x1b[2J")])

    assert "asal: tanpa nama\n" in render.alarms(found, LABELS)
    assert "catatan: rumah [b]Pak RT 3\ufffd[2J\n" in render.alarms(found, LABELS)
    assert "note: rumah [b]Pak RT 3" in render.alarms(found, ENGLISH)
    assert export.alarms_csv(found, LABELS.severities).endswith(",rumah [b]Pak RT 3\ufffd[2J,false,0,,\r\n")


def test_what_nobody_knows_is_null_in_json_and_a_comma_in_a_name_is_quoted_in_csv() -> None:
    found = history.months([alarm(first_wall=9e11, origin='Bu "Tini", RT 3')])

    assert '"month": null,' in export.alarms_json(found, "situbondo", {})
    assert '"time": null,\n      "clock": null,' in export.alarms_json(found, "situbondo", {})
    assert export.alarms_csv(found, {}).splitlines()[1] == (
        'one,,,pencurian,kalibagor,Actual,"Bu ""Tini"", RT 3",true,180.0,,,,,,finished,false,,,false,0,,')


# Months.


def test_a_month_begins_and_ends_at_local_midnight(months: tuple[Month, ...]) -> None:
    assert [(month.name, month.alarms[0].identifier) for month in months] == [
        ("2026-10", "october"), ("2026-11", "november")]


def test_one_month_is_told_as_it_is_among_all(tmp_path: Path, months: tuple[Month, ...]) -> None:
    path = write(tmp_path, ALARMS)

    assert [journals.months(path, name) for name in ("2026-10", "2026-11")] == [months[:1], months[1:]]


def test_a_month_without_alarms_is_told_in_words() -> None:
    empty = history.months([alarm()], "2025-01")

    assert render.alarms(empty, LABELS) == "Tidak ada alarm pada Januari 2025.\n"
    assert export.alarms_csv(empty, {}) == CSV.split("\n", 1)[0] + "\r\n"
    assert export.alarms_json(empty, "situbondo", {}) == (
        '{\n  "district": "situbondo",\n  "summary": [],\n  "alarms": []\n}\n')


def test_a_journal_without_alarms_is_told_in_words() -> None:
    assert render.alarms((), LABELS) == "Belum ada alarm yang tercatat.\n"


def test_an_alarm_that_no_calendar_has_comes_first_and_without_a_date() -> None:
    found = history.months([alarm(), alarm(first="two", first_wall=9e11)])

    assert [(month.name, [each.at is None for each in month.alarms]) for month in found] == [
        ("", [True]), ("2026-11", [False])]
    assert render.alarms(found, LABELS).startswith("Tanpa tanggal\n")


# How it looks.


def test_nothing_is_cut_off_however_long_it_is() -> None:
    expected = json.dumps(["δ" * 150])
    long = alarm(origin="α" * 150, village="β" * 150, incident="γ" * 150, expected=expected)
    text = render.alarms(history.months([long]), NOBODY)

    assert [text.count(sign) for sign in "αβγδ"] == [150, 300, 300, 150]
    assert max(len(line) for line in text.splitlines()) <= render.WIDTH


def test_names_are_no_markup_and_lines_have_no_ends_of_blanks() -> None:
    found = alarm(origin="[bold]:fire:[/]", incident="[red]api[/]", village="[b]")
    text = render.alarms(history.months([found]), LABELS)

    assert [text.count(word) for word in ("[bold]:fire:[/]", "[red]api[/]", "[b]")] == [1, 2, 2]
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("width", [40, 60, 79, 80, 99, 160])
def test_a_report_is_as_wide_as_it_is_told_and_breaks_no_word(
    width: int, months: tuple[Month, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    told = render.alarms(months, LABELS)

    assert max(map(len, told.splitlines())) <= width
    assert set(TEXT.split()) - set(told.split()) <= {"Kejadian", "Desa/kelurahan"}  # a block needs no such title
    assert ("Kejadian" in told, "Alarm 5 · palsu 1 · Latihan 1" in " ".join(told.split())) == (width > 60, width <= 60)


@pytest.mark.parametrize("columns", ["", "0", "-5", "wide"])
def test_columns_that_are_no_number_are_left_out_of_account(
    columns: str, months: tuple[Month, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    assert render.alarms(months, LABELS) == TEXT
