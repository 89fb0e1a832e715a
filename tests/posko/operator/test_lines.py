"""What an order and its outcome look like, whole, in both languages."""

from typing import Any

import pytest

from posko.labels.labels import Labels
from posko.operator.core import judgement
from posko.operator.core.orders import Act, Order
from posko.operator.lines import LineRenderer, answer
from runtime.core.events import Acknowledged, Faulted, Linked, Tick, Unlinked
from tests.posko.operator.told import (
    ENGLISH,
    KALIBAGOR,
    KOTAKAN,
    LABELS,
    POLSEK,
    SILENCE,
    TEST,
    Sitting,
    beacon,
    event,
    hub,
    listed,
    ordered,
    rings,
    status,
)

WELL = {"results": {"siren": "ok"}, "drivers": {"pins": "lgpio", "sound": "alsa", "voice": "espeak-ng"}}
ANSWERS: dict[str, dict[str, Any]] = {
    KALIBAGOR: WELL, POLSEK: {"results": {"siren": "ok"}, "drivers": {"pins": "mock", "simulated": True}},
    KOTAKAN: {"results": {"siren": "its thread is dead"}, "drivers": {}},
}


def followed(order: Order, labels: Labels, *events: tuple[float, object]) -> list[str]:
    """All lines of *order*, at which *events* happen, each at its instant."""
    found: list[str] = []
    sitting = Sitting(order)
    renderer = LineRenderer(judgement.snapshot(sitting.state), labels, found.append)
    for at, each in events:
        renderer.show(judgement.snapshot(sitting.at(at, each).state))
    return [*found, *sitting.closing(labels)]


@pytest.mark.parametrize(("labels", "lines"), [
    (LABELS, [
        "ALARM  LATIHAN Pencurian di Kalibagor: rumah Pak RT 3",
        "  0,10 detik  x:1: ditolak; mencoba lagi",
        "  0,00 detik  diterima server pesan (broker)",
        "  0,40 detik  berbunyi: kalibagor/pos-1, Pos Kamling Kalibagor",
        "  1,00 detik  sudah masuk ke posko; diulang sampai berakhir",
        "✗ TIDAK berbunyi: kotakan/pos-1, Pos Kamling Kotakan: terkunci: alarm dari luar tidak berbunyi di sana",
        "✗ TIDAK berbunyi: patokan/polsek, Polsek Situbondo: belum pernah melapor",
        "✗ 1 dari 3 pos berbunyi; 2 TIDAK",
    ]),
    (ENGLISH, [
        "ALARM  EXERCISE Theft in Kalibagor: rumah Pak RT 3",
        "      0.10 s  broker x:1: refused; trying again",
        "      0.00 s  the broker has it",
        "      0.40 s  rings: kalibagor/pos-1, Pos Kamling Kalibagor",
        "      1.00 s  recorded by the hub; repeated until it is over",
        "✗ does NOT ring: kotakan/pos-1, Pos Kamling Kotakan: locked: its key shuts the network out",
        "✗ does NOT ring: patokan/polsek, Polsek Situbondo: never reported",
        "✗ 1 of 3 posts ring; 2 NOT",
    ]),
])
def test_an_alarm_that_not_all_ring(labels: Labels, lines: list[str]) -> None:
    order = ordered(Act.ALARM, incident="pencurian", note="rumah  Pak\nRT 3", exercise=True)
    sounding = status(KALIBAGOR, {"village": "kalibagor", "incident": "pencurian", "identifier": "operator.1",
                                  "status": "Exercise"})

    assert followed(order, labels, (0.1, Unlinked("broker x:1: refused")), (1.0, Linked()),
                    (1.0, Acknowledged("order")), (1.4, sounding), (1.5, status(KOTAKAN, locked=True)),
                    (2.0, beacon(listed())), (11.0, Tick())) == lines


@pytest.mark.parametrize(("labels", "lines"), [
    (LABELS, [
        "TES ALAT  Tanpa bunyi di semua desa dan kelurahan",
        "  0,00 detik  diterima server pesan (broker)",
        ("  0,50 detik  normal: kalibagor/pos-1, Pos Kamling Kalibagor: sirene ok, pin lgpio, pengeras suara alsa, "
         "suara komputer"),
        "  0,50 detik  normal: patokan/polsek, Polsek Situbondo: sirene ok, pin mock SIMULASI",
        "✗ BERMASALAH: kotakan/pos-1, Pos Kamling Kotakan: sirene: programnya mati",
        "✗ 2 dari 3 pos menjawab dan normal",
    ]),
    (ENGLISH, [
        "TEST  Self-test without a sound in all villages",
        "      0.00 s  the broker has it",
        ("      0.50 s  well: kalibagor/pos-1, Pos Kamling Kalibagor: siren ok, pin lgpio, loudspeaker alsa, "
         "voice espeak-ng"),
        "      0.50 s  well: patokan/polsek, Polsek Situbondo: siren ok, pin mock SIMULATED",
        "✗ NOT well: kotakan/pos-1, Pos Kamling Kotakan: siren: its thread is dead",
        "✗ 2 of 3 posts answered and are well",
    ]),
])
def test_a_self_test_that_finds_something_wrong(labels: Labels, lines: list[str]) -> None:
    assert followed(TEST, labels, (1.0, Linked()), (1.0, Acknowledged("order")), *(
        (1.5, event(post, "tested", **answer)) for post, answer in ANSWERS.items()), (11.0, Tick())) == lines


@pytest.mark.parametrize(("labels", "lines"), [
    (LABELS, [
        "SENYAP  Bunyi dihentikan di Kalibagor",
        "  0,00 detik  gangguan di komputer ini: pesan masuk: teknis: full",
        "  0,00 detik  diterima server pesan (broker)",
        "  0,00 detik  sudah tidak berbunyi: kalibagor/pos-1, Pos Kamling Kalibagor",
        ("! SERVER POSKO TIDAK MENJAWAB: pos yang sekarang terputus tidak akan menerima perintah ini nanti. "
         "Telepon pos itu."),
        "✓ semua sudah tidak berbunyi setelah 0,00 detik",
    ]),
    (ENGLISH, [
        "SILENCE  Silence in Kalibagor",
        "      0.00 s  a fault of this computer: inbox: full",
        "      0.00 s  the broker has it",
        "      0.00 s  quiet: kalibagor/pos-1, Pos Kamling Kalibagor",
        "! THE HUB DOES NOT ANSWER: posts that are away now will not get this order later. Call them.",
        "✓ all quiet after 0.00 s",
    ]),
])
def test_a_silence_without_a_hub(labels: Labels, lines: list[str]) -> None:
    assert followed(SILENCE, labels, (1.0, Linked()), (1.0, Faulted("inbox", "full")), (1.0, Acknowledged("order")),
                    (1.0, rings(KALIBAGOR)), (1.0, status(KALIBAGOR)), (11.0, Tick())) == lines


@pytest.mark.parametrize(("labels", "line"), [
    (LABELS, "! server posko hidup, tetapi belum mencatatnya"),
    (ENGLISH, "! the hub is running, but has not recorded it"),
])
def test_a_hub_that_has_not_recorded_the_all_clear(labels: Labels, line: str) -> None:
    order = ordered(Act.CLEAR, incident="aman")

    assert line in followed(order, labels, (1.0, hub()), (1.0, Linked()), (1.0, Acknowledged("order")),
                            (2.0, beacon()), (11.0, Tick()))


FLOODED = {"traffic of kalibagor": "kalibagor publishes far more than posts do; nothing from there is received"}


@pytest.mark.parametrize(("labels", "line"), [
    (LABELS, ("! Sebuah kotak di Kalibagor mengirim berlebihan, jadi server posko tidak menerima kiriman "
              "desa/kelurahan itu. Cari kotaknya, lalu di komputer server pesan (broker): kentongan broker revoke "
              "kalibagor.NAMA-POS --reload")),
    (ENGLISH, ("! A box in Kalibagor publishes far too much, so the hub takes nothing of that village. Find it, then "
               "on the broker's machine: kentongan broker revoke kalibagor.POST --reload")),
])
def test_an_order_for_a_village_of_which_the_hub_takes_nothing_says_what_ends_that(labels: Labels, line: str) -> None:
    order = ordered(Act.CLEAR, incident="aman")
    told = [followed(order, labels, (1.0, hub(faults=faults)), (1.0, Linked()), (1.0, Acknowledged("order")),
                     (2.0, beacon()), (11.0, Tick())) for faults in (FLOODED, {"traffic of kotakan": "much"})]

    assert [line in lines for lines in told] == [True, False]


@pytest.mark.parametrize(("labels", "said"), [
    (LABELS, "tombol ok, sambungan ok, pin SIMULASI"), (ENGLISH, "buttons ok, link ok, pin SIMULATED"),
])
def test_the_parts_of_a_self_test_and_simulated_pins_have_their_names_in_both_languages(
    labels: Labels, said: str
) -> None:
    drivers = {"pins": "simulated", "simulated": True}
    tested: dict[str, Any] = {"results": {"buttons": "ok", "link": "ok"}, "drivers": drivers}
    sitting = Sitting(TEST).linked().at(0.2, event(KALIBAGOR, "tested", **tested))

    assert answer(judgement.rows(sitting.state)[0], labels) == said
