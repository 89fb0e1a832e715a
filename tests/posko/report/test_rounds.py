"""The watch's rounds: which hours of which night each post went round, and which posts never did."""

from pathlib import Path

import pytest

from posko.report import export, render
from posko.report.core import rounds
from posko.report.core.rounds import Round, RoundsMonth
from tests.posko.report.journals import ROUNDS, patrols, wib, write
from tests.posko.report.shipped import ENGLISH, LABELS

POSTS = ("patokan/pos-1", "patokan/polsek", "kalibagor/pos-1", "kotakan/pos-1", "olean/pos-1")


def patrol(**columns: object) -> Round:
    """A patrol of 2026-11-01 22:00 +07:00, with other *columns*."""
    row: dict[str, object] = {"identifier": "r1", "village": "kalibagor", "post": "kalibagor/pos-1",
                              "origin": "button", "wall": 1793545200.0, "clock": "synced"}
    return rounds.read_round({**row, **columns}, wib)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[RoundsMonth, ...]:
    return patrols(write(tmp_path_factory.mktemp("journal"), ROUNDS), POSTS)


TEXT = """\
Ronda November 2026 (WIB)

Pos                    Desa/kelurahan  Malam                   Pukul
Pos Kamling Kalibagor  Kalibagor       1–2 November            22.00 (jadwal), ~01.15 (tombol),
                                                               11.59 (tombol)
                                       2–3 November            12.00 (tombol)
tanpa nama             Kotakan         2–3 November            00.00 (operator)
lama/pos-9             lama            30 November–1 Desember  03.00 (tombol)

Tidak meronda: Pos Kamling Patokan, Polsek Situbondo, Pos Kamling Kotakan, Pos Kamling Olean

Ronda Desember 2026 (WIB)

Pos                Desa/kelurahan  Malam         Pukul
Pos Kamling Olean  Olean           1–2 Desember  12.00 (tombol)

Tidak meronda: Pos Kamling Patokan, Polsek Situbondo, Pos Kamling Kalibagor, Pos Kamling Kotakan

~ jam posko atau pos belum sinkron saat itu, jadi waktunya mungkin meleset
"""


def test_the_text_tells_the_hours_by_post_and_night_and_who_made_none(months: tuple[RoundsMonth, ...]) -> None:
    assert render.rounds(months, LABELS) == TEXT
    assert render.rounds(months, ENGLISH).splitlines()[:4] == [
        "Patrols in November 2026 (WIB)",
        "",
        "Post                   Village    Night                   Hours",
        "Pos Kamling Kalibagor  Kalibagor  1–2 November            22:00 (schedule), ~01:15 (button), 11:59",
    ]


CSV = """\
night,time,clock,village,post,claimed,origin,identifier
2026-11-01,2026-11-01T22:00:00+07:00,synced,kalibagor,kalibagor/pos-1,false,schedule,r1
2026-11-01,2026-11-02T01:15:00+07:00,unsynced,kalibagor,kalibagor/pos-1,false,button,r2
2026-11-01,2026-11-02T11:59:59+07:00,synced,kalibagor,kalibagor/pos-1,false,button,r3
2026-11-02,2026-11-02T12:00:00+07:00,synced,kalibagor,kalibagor/pos-1,false,button,r4
2026-11-02,2026-11-03T00:00:00+07:00,synced,kotakan,,,operator,r5
2026-11-30,2026-12-01T03:00:00+07:00,synced,lama,lama/pos-9,false,button,r6
2026-12-01,2026-12-01T12:00:00+07:00,synced,olean,olean/pos-1,false,button,r7
"""


def test_the_csv_has_a_line_for_each_round(months: tuple[RoundsMonth, ...]) -> None:
    assert export.rounds_csv(months) == CSV.replace("\n", "\r\n")


JSON = """\
{
  "district": "situbondo",
  "rounds": [
    {
      "night": "2026-12-01",
      "time": "2026-12-01T12:00:00+07:00",
      "clock": "synced",
      "village": "olean",
      "post": "olean/pos-1",
      "claimed": false,
      "origin": "button",
      "identifier": "r7"
    }
  ],
  "none": [
    {
      "month": "2026-12",
      "posts": [
        "patokan/pos-1",
        "patokan/polsek",
        "kalibagor/pos-1",
        "kotakan/pos-1"
      ]
    }
  ]
}
"""


def test_the_json_names_the_posts_that_made_none(months: tuple[RoundsMonth, ...]) -> None:
    assert export.rounds_json(months[1:], "situbondo") == JSON


def test_a_night_belongs_to_the_month_in_which_it_begins(tmp_path: Path, months: tuple[RoundsMonth, ...]) -> None:
    path = write(tmp_path, ROUNDS)

    assert [patrols(path, POSTS, name) for name in ("2026-11", "2026-12")] == [months[:1], months[1:]]


@pytest.mark.parametrize("origin", ["button", "schedule"])
def test_a_post_that_went_round_is_not_among_those_that_did_not(origin: str) -> None:
    (month,) = rounds.months([patrol(origin=origin)], POSTS)

    assert month.none == ("patokan/pos-1", "patokan/polsek", "kotakan/pos-1", "olean/pos-1")


def test_an_operators_message_is_no_round_of_the_watch() -> None:
    (month,) = rounds.months([patrol(origin="operator")], POSTS)

    assert month.none == POSTS


@pytest.mark.parametrize(("post", "origin", "shown"), [
    ("kalibagor/pos-1", "button", "Pos Kamling Kalibagor"),
    ("kalibagor/pos-1", "operator", "mengaku Pos Kamling Kalibagor"),
    ("kotakan/pos-1", "button", "mengaku Pos Kamling Kotakan"),
    ("operator/siti", "operator", "mengaku operator/siti"),
    ("", "operator", "tanpa nama"),
])
def test_who_is_no_post_of_the_village_only_claims_to_have_made_its_round(post: str, origin: str, shown: str) -> None:
    found = rounds.months([patrol(post=post, origin=origin)], POSTS)

    assert f"\n{shown}  Kalibagor" in render.rounds(found, LABELS)
    assert ("kotakan/pos-1" in found[0].none, "kalibagor/pos-1" in found[0].none) == (True, not shown.startswith("Pos"))


def test_a_month_without_rounds_is_told_in_words_and_so_is_everyone() -> None:
    empty = rounds.months([patrol()], ("kalibagor/pos-1",), "2025-01")

    assert render.rounds(empty, LABELS) == (
        "Tidak ada ronda pada Januari 2025.\nTidak meronda: Pos Kamling Kalibagor\n")
    assert '"rounds": [],' in export.rounds_json(empty, "situbondo")


def test_a_journal_without_rounds_is_told_in_words() -> None:
    assert render.rounds((), LABELS) == "Belum ada ronda yang tercatat.\n"


@pytest.mark.parametrize("wall", [-62135582400.0, 253402261199.0], ids=["year 1", "year 9999"])
def test_a_round_on_the_calendars_first_morning_or_last_evening_is_of_no_night(wall: float) -> None:
    found = rounds.months([patrol(wall=wall)], POSTS)

    assert [(each.at is None, each.night) for month in found for each in month.rounds] == [(False, None)]
    assert render.rounds(found, LABELS).startswith("Ronda Tanpa tanggal (WIB)\n")


def test_a_round_of_an_instant_that_no_calendar_has_is_shown_without_a_night() -> None:
    found = rounds.months([patrol(wall=9e11)], POSTS)

    assert [(month.name, month.none) for month in found] == [("", ())]
    assert "?      ? (tombol)" in render.rounds(found, LABELS)
    assert export.rounds_csv(found).splitlines()[1] == ",,,kalibagor,kalibagor/pos-1,false,button,r1"
