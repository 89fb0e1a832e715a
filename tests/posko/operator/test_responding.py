"""A response from a computer: which alarm it means, that it is sent until the hub has it, and how it ends."""

from typing import Any

import pytest

from contract.domain.alarm import Key
from contract.wire.response import Responded, Step
from posko.labels.labels import Labels
from posko.operator import lines
from posko.operator.core import responding
from posko.operator.core.responding import Responding, Wanted
from runtime.core.events import NOT_AUTHORIZED, Acknowledged, Linked, Rejected, Tick, Unlinked
from tests.posko.operator.test_watch import told, watching
from tests.posko.operator.told import (
    DISASTER,
    KALIBAGOR,
    LABELS,
    THEFT,
    Delivering,
    beacon,
    event,
    hub,
    listed,
    rings,
)

WANTED = Wanted(THEFT, Step.COMING, "petugas/polsek")
WAIT_S = 10.0


class Giving(Delivering[Responding]):
    """Somebody gives a response, asked for at 0."""

    def __init__(self, wanted: Wanted = WANTED) -> None:
        super().__init__(responding.start(wanted, WAIT_S, 0.0), responding.step, lines.response_progress)

    def closing(self, labels: Labels = LABELS) -> list[str]:
        return list(lines.response_closing(self.found, self.state.trouble, labels))


def case(identifier: str, key: Key = THEFT, **more: object) -> dict[str, object]:
    return {"incident": key.incident, "village": key.village, "identifier": identifier, **more}


def responded(by: str = "petugas/polsek", step: str = "menuju", identifier: str = "x", **more: Any) -> Any:
    return event("posko", "responded", identifier=identifier, by=by, step=step, **more)


def given() -> Giving:
    return Giving().at(0.1, Linked(), hub()).at(0.2, beacon(listed(identifier="x")))


def test_a_response_is_published_for_the_alarm_in_force_and_again_until_the_hub_has_it() -> None:
    giving = given().at(1.0, Tick()).at(2.2, Tick()).at(4.2, Tick())
    body = {"identifier": "x", "incident": "pencurian", "by": "petugas/polsek", "step": "menuju"}

    assert giving.sent == [
        (at, "kalibagor/respon", {**body, "age_s": at}) for at in (0.2, 2.2, 4.2)]
    assert not giving.found.done
    giving.at(4.3, responded())
    assert (giving.found.done, giving.found.recorded, giving.closing()) == (True, True, ["✓ tercatat: menuju lokasi"])
    assert giving.lines == ["JAWABAN  Pencurian di Kalibagor: petugas/polsek menuju lokasi",
                            "  4,30 detik  sudah masuk ke posko"]


@pytest.mark.parametrize("shown", [
    beacon(listed(identifier="x", responses=(Responded(by="petugas/polsek", step="menuju"),))),
    hub(cases=[case("x", responses=[{"by": "petugas/polsek", "step": "menuju"}])]),
])
def test_the_beacon_and_the_hubs_status_show_it_as_well_as_its_event(shown: object) -> None:
    assert given().at(1.0, shown).found.recorded


@pytest.mark.parametrize("shown", [
    beacon(listed(identifier="x", responses=(Responded(by="petugas/polsek", step="menuju", kept=False),))),
    beacon(listed(identifier="x", responses=(Responded(by="petugas/koramil", step="menuju"),))),
    beacon(listed(identifier="x", responses=(Responded(by="petugas/polsek", step="di-lokasi"),))),
    beacon(listed(DISASTER, identifier="x", responses=(Responded(by="petugas/polsek", step="menuju"),))),
    responded(by="petugas/koramil"), responded(step="diterima"), responded(identifier="y"),
    responded(incident="bencana"), event(KALIBAGOR, "responded", identifier="x", by="petugas/polsek", step="menuju"),
])
def test_nothing_else_does(shown: object) -> None:
    assert not given().at(1.0, shown).found.recorded


def test_of_an_alarm_that_is_over_the_hubs_status_has_the_name() -> None:
    giving = Giving().at(0.1, Linked(), hub(cases=[case("old", DISASTER), case("x", in_force=False)]))

    assert [(topic, body["identifier"]) for _, topic, body in giving.sent] == [("kalibagor/respon", "x")]


def test_an_alarm_of_all_villages_in_force_is_meant_rather_than_an_old_one_of_the_village() -> None:
    everywhere = Key("semua", "pencurian")
    giving = Giving().at(0.1, Linked(), hub(cases=[case("old"), case("x", everywhere, in_force=True)]))

    assert [(topic, body["identifier"]) for _, topic, body in giving.sent] == [("kalibagor/respon", "x")]


def test_where_the_hub_knows_of_no_such_alarm_nothing_is_sent_and_that_is_shown() -> None:
    giving = Giving().at(0.1, Linked(), hub(cases=[case("old", DISASTER)]))
    assert not giving.found.done
    giving.at(0.2, beacon(listed(DISASTER, identifier="y")))

    assert (giving.sent, giving.found.done, giving.found.recorded) == ([], True, False)
    assert giving.closing() == [
        "✗ tidak ada yang bisa dijawab: dalam 12 jam terakhir tidak ada alarm Pencurian di Kalibagor"]


def test_a_link_that_comes_back_sends_it_at_once_and_without_one_nothing_is_sent() -> None:
    giving = given().at(1.0, Unlinked("broker x:1: lost")).at(3.0, Tick()).at(3.5, Linked())

    assert [at for at, *_ in giving.sent] == [0.2, 3.5]


def test_how_it_ends_where_it_does_not_end_well() -> None:
    silent = given().at(10.0, Tick())
    gone = Giving().at(1.0, Unlinked("broker x:1: [Errno 111] Connection refused")).at(10.0, Tick())
    refused = given().at(0.3, Rejected("order", NOT_AUTHORIZED, "Not authorized"))
    unknown = given().at(0.3, event("posko", "refused", identifier="x", by="petugas/polsek", step="menuju",
                                    reason="nobody can respond to it: no alarm of this name was ever in force here"))
    busy = given().at(0.3, event("posko", "refused", identifier="x", by="petugas/polsek", step="menuju",
                                 reason="too many responses at once; publish it again"))

    assert [each.found.done for each in (silent, gone, refused, unknown, busy)] == [True, True, True, True, False]
    assert [each.closing() for each in (silent, gone, refused, unknown)] == [
        [("✗ BELUM TERCATAT: server posko tidak menjawab dalam 10 detik. Ulangi perintahnya, atau telepon posko")],
        ["✗ jawaban TIDAK terkirim: x:1: tidak ada yang menjawab di alamat itu"],
        ["✗ jawaban TIDAK terkirim: tidak berhak. Akun ini tidak berhak mengirimnya"],
        ["✗ DITOLAK server posko: tidak bisa dijawab: di sini tidak pernah ada alarm dengan nama itu"],
    ]
    assert given().at(0.3, Acknowledged("order")).lines[-1] == "  0,30 detik  diterima server pesan (broker)"


def test_it_is_asked_for_what_is_due_next() -> None:
    found = Responding(WAIT_S, 0.0, 1.0, wanted=WANTED)
    assert found.due == 10.0
    assert given().found.due == 2.2


# The watch.


def test_a_watch_shows_who_responds_and_what_nobody_has_responded_to() -> None:
    coming = (Responded(by="petugas/polsek", step="menuju"), Responded(by="kalibagor/pos-1", step="diterima"))
    seen = told(watching(), 1.0, rings(KALIBAGOR), rings(KALIBAGOR), beacon(listed(responses=coming)), beacon(listed(
        responses=coming)))
    assert any(line.endswith("; jawaban: mengaku petugas/polsek menuju lokasi, Pos Kamling Kalibagor sudah menerima")
               for line in seen), seen
    news = told(watching(), 1.0, responded(claimed=True), responded(by=KALIBAGOR, step="di-lokasi"),
                event("posko", "unanswered", identifier="x"))
    assert news == [
        "server posko: dijawab, Pencurian di Kalibagor, mengaku petugas/polsek menuju lokasi",
        "server posko: dijawab, Pencurian di Kalibagor, Pos Kamling Kalibagor di lokasi",
        "server posko: BELUM ADA YANG MENJAWAB, Pencurian di Kalibagor",
    ]
