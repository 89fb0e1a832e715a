"""What an operator orders is looked through before anything is sent, and is then the contract's own message."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Key, Status
from contract.wire.alarm import Body, read_alarm
from contract.wire.codec import MAX_BYTES
from kentongan import operator
from posko.labels.labels import Labels
from posko.operator.core import orders
from posko.operator.core.orders import Act
from runtime.core.events import Clock
from tests.posko.operator.told import ALARM, CATALOGUE, CLEAR, DISTRICT, ENGLISH, LABELS, NAME, SILENCE, TEST, ordered

SYNCED = Clock(synced=True, offset_s=1000.0)


def faults(
    act: Act, village: str = "kalibagor", incident: str = "", note: str = "", labels: Labels = LABELS
) -> list[str]:
    return operator.faults(ordered(act, village, incident, note=note), DISTRICT.villages, CATALOGUE.incidents, labels)


def test_a_typo_is_told_with_the_nearest_name() -> None:
    assert faults(Act.ALARM, "kalibagr", "pencurain") == [
        "kejadian 'pencurain' tidak dikenal; maksudnya pencurian?",
        "desa/kelurahan 'kalibagr' tidak dikenal; maksudnya kalibagor?",
    ]
    assert faults(Act.CLEAR, "Kotakan") == ["desa/kelurahan 'Kotakan' tidak dikenal; maksudnya kotakan?"]
    assert faults(Act.ALARM, "kalibagr", "pencurain", labels=ENGLISH) == [
        "unknown incident 'pencurain'; did you mean pencurian?", "unknown village 'kalibagr'; did you mean kalibagor?",
    ]


def test_a_tsunami_is_raised_for_all_villages_or_not_at_all() -> None:
    assert faults(Act.ALARM, "kalibagor", "tsunami") == [
        "tsunami hanya untuk semua desa sekaligus; tulis semua sebagai nama desa",
    ]
    assert faults(Act.ALARM, "kalibagor", "tsunami", labels=ENGLISH) == [
        "tsunami is raised for all villages at once; write semua as the village",
    ]
    assert faults(Act.ALARM, "semua", "tsunami") == []


def test_a_word_near_to_nothing_is_told_with_all_that_are_known_and_never_the_all_clear() -> None:
    (fault,) = faults(Act.ALARM, "kalibagor", "xyzzy")

    assert "yang dikenal: angin, banjir, bencana, gempa, kebakaran, " in fault
    assert "aman" not in fault


@pytest.mark.parametrize("word", ["amaan", "clear", "selesai"])
def test_whoever_mistypes_the_all_clear_is_not_told_of_one_alarm(word: str) -> None:
    (fault,) = faults(Act.ALARM, "kalibagor", word)

    assert "maksudnya" not in fault


def test_a_typo_cannot_move_the_cursor() -> None:
    assert all(line.isprintable() for line in faults(Act.ALARM, "\x1b[2J\udcff", "a\nb"))


@pytest.mark.parametrize("act", list(Act))
def test_every_village_and_all_of_them_at_once_are_known(act: Act) -> None:
    incident = "ternak" if act is Act.ALARM else ""

    assert [faults(act, village, incident) for village in (*DISTRICT.villages, "semua")] == [[]] * 5


def test_the_all_clear_is_no_alarm_and_the_way_to_it_is_told() -> None:
    (fault,) = faults(Act.ALARM, "kotakan", "aman")

    assert fault.endswith("kentongan clear kotakan")


def test_village_and_incident_in_the_wrong_order_are_told_the_right_way_round() -> None:
    (fault,) = faults(Act.ALARM, village="pencurian", incident="kalibagor")

    assert fault.endswith("kentongan alarm pencurian kalibagor")


@pytest.mark.parametrize(("village", "incident"), [
    ("maling", "kalibagor"), ("maling", "Kalibagor"), ("pencurain", "kalibagr"), ("Pencurian", "KALIBAGOR"),
])
def test_they_are_told_so_in_other_letters_and_under_other_names_too(village: str, incident: str) -> None:
    assert faults(Act.ALARM, village, incident) == ["urutannya terbalik: kentongan alarm pencurian kalibagor"]


@pytest.mark.parametrize("word", ["Aman", "AMAN", " aman "])
def test_the_all_clear_in_other_letters_is_no_alarm_either(word: str) -> None:
    assert faults(Act.ALARM, "kotakan", word) == ["aman bukan alarm; pakai: kentongan clear kotakan"]


@pytest.mark.parametrize("note", ["OFF", "batal", "maaf salah tekan", "0"])
def test_a_note_that_takes_the_alarm_back_sends_none_and_the_way_to_end_one_is_told(note: str) -> None:
    assert faults(Act.ALARM, "kalibagor", "ternak", note) == [
        f"catatan (--note) {note!r} berarti batal; untuk mengakhiri alarm: kentongan clear kalibagor"]


@pytest.mark.parametrize(("note", "found"), [
    ("\x1b[2J", "U+001B"), ("a\x00", "U+0000"), ("\udcff", "U+DCFF"), ("\x7f\x1b\x7f", "U+007F, U+001B"),
])
def test_a_note_that_is_no_text_is_refused(note: str, found: str) -> None:
    assert faults(Act.ALARM, "kalibagor", "ternak", note) == [
        f"catatan (--note) berisi huruf yang tidak terbaca: {found}"]


def test_a_note_may_fill_the_payload_and_no_more() -> None:
    (fault,) = faults(Act.ALARM, "kalibagor", "ternak", "é" * 4000)
    over = int(fault.rpartition(" huruf")[0].rpartition(" ")[2])
    fits = (8000 - over) // 2
    fullest = ordered(Act.ALARM, "kalibagor", "ternak", note="é" * fits)

    assert len(orders.payload(fullest, SYNCED, 0.0, 600.123)) <= MAX_BYTES  # sent late, for want of a link
    assert faults(Act.ALARM, "kalibagor", "ternak", "é" * fits) == []
    assert faults(Act.ALARM, "kalibagor", "ternak", "é" * (fits + 1)) != []


@given(note=st.text(st.characters(), max_size=1500), age_s=st.floats(0.0, 600.0), synced=st.booleans())
def test_what_is_not_refused_is_read_back_as_it_was_typed(note: str, age_s: float, synced: bool) -> None:
    order = ordered(Act.ALARM, "kalibagor", "ternak", note=note, exercise=True)
    if operator.faults(order, DISTRICT.villages, CATALOGUE.incidents, LABELS):
        return
    payload = orders.payload(order, Clock(synced, 1_800_000_000.0), 50.0, 50.0 + age_s)
    body = read_alarm(payload)

    assert len(payload) <= MAX_BYTES
    assert isinstance(body, Body)
    assert (body.identifier, body.sender, body.note or "", body.status) == (
        NAME, "operator/sri", note, Status.EXERCISE)
    assert body.age_s == round(age_s, 3)
    assert body.sent == (1_800_000_050.0 if synced else None)


def test_each_order_has_its_topic_of_the_contract() -> None:
    base = "kentongan/situbondo"

    assert [orders.topic("situbondo", order) for order in (ALARM, CLEAR, SILENCE, TEST)] == [
        f"{base}/kalibagor/alarm/pencurian", f"{base}/kalibagor/alarm/aman", f"{base}/kalibagor/command/silence",
        f"{base}/semua/command/test",
    ]
    knock = replace(TEST, knock=True)
    assert [orders.payload(order, SYNCED, 0.0, 0.0) for order in (SILENCE, TEST, knock)] == [b"", b"", b"ketuk"]
    assert ALARM.key == Key("kalibagor", "pencurian")
