"""Each text is there in both languages, and each word of the wire has one; the language is chosen as --help says."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from string import Formatter

import pytest

from contract.domain.alarm import Key, Status
from contract.domain.district import read_district
from contract.wire.alarm import SYNCED, UNSYNCED
from contract.wire.event import Kind
from posko.core.effects import End
from posko.core.proof import Trouble
from posko.labels import texts
from posko.labels.labels import Labels, clean, make_labels
from posko.labels.language import Language, Text, choose
from posko.operator.core.orders import Act
from posko.report.core.history import Dated
from tests.posko.operator.told import CATALOGUE, ENGLISH, LABELS, WRITTEN
from tests.support.nodes import ROOT

ID, EN = Language.ID, Language.EN


def written() -> Iterator[tuple[str, Text]]:
    """Every text, with a name to find it by."""
    for name, found in vars(texts).items():
        if isinstance(found, Text):
            yield name, found
        elif name.isupper():
            members = found.items() if isinstance(found, dict) else enumerate(found)
            yield from ((f"{name}[{key}]", each) for key, each in members)


TEXTS = dict(written())


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# Every text.


def test_the_texts_are_found() -> None:
    assert len(TEXTS) > 150
    assert all(isinstance(each, Text) for each in TEXTS.values())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_text_is_written_in_both_languages_with_the_same_values(name: str) -> None:
    text = TEXTS[name]

    assert text.id.strip()
    assert text.en.strip()
    assert fields(text.id) == fields(text.en)
    assert (text.id + text.en).replace("\n", "").isprintable()


def test_every_text_is_shown_somewhere() -> None:
    sources = [path.read_text("utf-8") for folder in ("posko", "kentongan") for path in (ROOT / folder).rglob("*.py")]
    names = {name.partition("[")[0] for name in TEXTS} - {"STATES"}

    assert [name for name in sorted(names) if not any(f"texts.{name}" in source for source in sources)] == []


@pytest.mark.parametrize(("table", "words"), [
    (texts.STATES, {"ready", "sounding", "silenced", "locked", "fault", *Trouble}),
    (texts.REASONS, {*Trouble}),
    (texts.EVENTS, {each.value for each in Kind}),
    (texts.CLOCKS, {SYNCED, UNSYNCED}), (texts.LEGEND, {each.value for each in Dated} - {SYNCED}),
    (texts.ENDS, {each.value for each in End}),
    (texts.STATUSES, {each.value for each in Status}),
    (texts.ACTS, {*Act}), (texts.GOOD, {*Act}), (texts.BAD, {*Act}), (texts.THINGS, {*Act}),
    (texts.TITLES, {*Act} - {Act.ALARM} | {"knock"}),
    (texts.SEVERITIES, {each.severity for each in CATALOGUE.incidents.values()}),
])
def test_each_word_of_the_wire_has_its_text_and_no_other_has(table: dict[str, Text], words: set[str]) -> None:
    assert table.keys() == words


# The language.


@pytest.mark.parametrize(("environ", "language"), [
    ({}, ID), ({"LANG": ""}, ID), ({"LANG": "C.UTF-8"}, ID), ({"LANG": "id_ID.UTF-8"}, ID), ({"LANG": "jv_ID"}, ID),
    ({"LANG": "POSIX"}, ID), ({"LANG": "english"}, ID), ({"LANG": "nl_NL.UTF-8"}, ID),
    ({"LANG": "en_GB.UTF-8"}, EN), ({"LANG": "en"}, EN), ({"LANG": "en.UTF-8"}, EN), ({"LANG": "en@euro"}, EN),
    ({"LC_MESSAGES": "en_US.UTF-8"}, EN), ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "id_ID.UTF-8"}, EN),
    ({"LC_ALL": "C", "LC_MESSAGES": "en_US.UTF-8", "LANG": "en_US.UTF-8"}, ID),
    ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "en_US.UTF-8"}, EN),
])
def test_the_locale_gives_english_where_it_says_so_and_indonesian_everywhere_else(
    environ: dict[str, str], language: Language
) -> None:
    assert choose(None, environ) is language
    assert choose("", environ) is language


@pytest.mark.parametrize("given", [ID, EN])
def test_the_language_that_is_asked_for_goes_before_any_locale(given: Language) -> None:
    assert choose(given, {"LC_ALL": "en_US.UTF-8"}) is choose(given, {"LC_ALL": "id_ID.UTF-8"}) is given


# Names, numbers, times.


def test_numbers_and_times_are_written_as_each_language_writes_them() -> None:
    shown = [[labels.seconds(0.2), labels.length(9.9), labels.length(245), labels.length(7200), labels.number(1.25, 1)]
             for labels in (LABELS, ENGLISH)]

    assert shown == [["0,20 detik", "9 dtk", "4 mnt 5 dtk", "2 jam", "1,2"],
                     ["0.20 s", "9 s", "4 min 5 s", "2 h", "1.2"]]


@pytest.mark.parametrize(("labels", "numbers", "hours", "days"), [
    (LABELS, ["1.234,50", "60", "1,5", "1.800"], ["07.04", "22.04.31"], ["5 Nov", "25 November", "Agustus"]),
    (ENGLISH, ["1,234.50", "60", "1.5", "1,800"], ["07:04", "22:04:31"], ["5 Nov", "25 November", "August"]),
])
def test_points_commas_hours_and_months_are_those_of_the_language(
    labels: Labels, numbers: list[str], hours: list[str], days: list[str]
) -> None:
    morning, night = datetime(2026, 11, 5, 7, 4, 9), datetime(2026, 11, 25, 22, 4, 31)

    assert [labels.number(1234.5, 2), labels.number(60, 0), labels.amount(1.5), labels.amount(1800)] == numbers
    assert [labels.hour(morning), labels.hour(night, seconds=True)] == hours
    assert [labels.day(morning), labels.day(night.date(), whole=True), labels.month(8)] == days


def test_a_time_of_day_is_that_of_its_own_zone() -> None:
    assert LABELS.hour(datetime(2026, 11, 5, 7, 4, tzinfo=timezone(timedelta(hours=7)))) == "07.04"
    assert LABELS.zone == "WIB"


def test_an_instant_of_today_is_a_time_and_of_another_day_a_date() -> None:
    noon = 1_794_117_600.0

    assert LABELS.when(None, noon) == ""
    assert [labels.when(noon, noon).count(mark) for labels, mark in ((LABELS, "."), (ENGLISH, ":"))] == [2, 2]
    assert [labels.when(noon - 30 * 86_400, noon).split()[1] for labels in (LABELS, ENGLISH)] == ["Okt", "Oct"]
    assert LABELS.when(1e18, noon) == "?"


def test_places_alarms_and_posts_have_their_names_and_strangers_their_slugs() -> None:
    assert [labels.alarm(Key("kalibagor", "pencurian")) for labels in (LABELS, ENGLISH)] == [
        "Pencurian di Kalibagor", "Theft in Kalibagor"]
    assert [labels.alarm(Key("semua", "kerusuhan"), exercise=True) for labels in (LABELS, ENGLISH)] == [
        "LATIHAN kerusuhan di semua desa dan kelurahan", "EXERCISE kerusuhan in all villages"]
    assert [LABELS.post(post) for post in ("patokan/polsek", "a\x1b/b")] == [
        "patokan/polsek, Polsek Situbondo", "a\ufffd/b, tak terdaftar"]
    assert [LABELS.who(each) for each in ("patokan/polsek", "Pak Camat", "")] == [
        "Polsek Situbondo", "Pak Camat", "tanpa nama"]
    assert [LABELS.severity(each) for each in ("pencurian", "kerusuhan")] == ["sedang", ""]


def test_posts_of_one_name_are_told_apart() -> None:
    again = {"name": "Olean", "kind": "desa", "code": "35.12.07.2006", "neighbours": [],
             "posts": {"pos-1": {"name": "Pos Kamling Kalibagor"}}}
    district = read_district({**WRITTEN, "villages": {**WRITTEN["villages"], "olean": again}})
    labels = make_labels(ID, district, CATALOGUE)

    assert [labels.who(post) for post in ("kalibagor/pos-1", "olean/pos-1", "kotakan/pos-1")] == [
        "Pos Kamling Kalibagor (kalibagor/pos-1)", "Pos Kamling Kalibagor (olean/pos-1)", "Pos Kamling Kotakan"]


def test_what_comes_from_outside_is_one_line_and_moves_no_cursor() -> None:
    assert clean("a\n b\x1b[2J\u202e") == "a b\ufffd[2J\ufffd"
    assert (len(clean("x" * 400)), clean("x" * 400)[-1]) == (300, "…")
    assert LABELS(texts.WHAT_WHERE, what="{where}", where="{0.__class__}") == "{where} di {0.__class__}"
    assert LABELS.word(texts.STATES, "new\x07") == "new\ufffd"
