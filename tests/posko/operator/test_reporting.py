"""A report from a computer: that it is sent until the hub has it, how it ends; and which report a response means."""

from typing import Any

import pytest

from contract.domain.alarm import Key
from contract.wire.lapor import Lapor, Severity
from contract.wire.response import Step
from posko.labels.labels import Labels
from posko.operator import lines
from posko.operator.core import reporting
from posko.operator.core.reporting import Reporting
from posko.operator.core.responding import Wanted
from runtime.core.events import NOT_AUTHORIZED, Acknowledged, Linked, Rejected, Tick, Unlinked
from tests.posko.operator.test_responding import Giving, responded
from tests.posko.operator.told import ENGLISH, LABELS, Delivering, beacon, event, hub

REPORT = Lapor(identifier="r", by="operator/sri", text="Ribut di balai desa", severity=Severity.HIGH)
QUARREL = Key("kalibagor", "lapor")
WANTED = Wanted(QUARREL, Step.COMING, "petugas/polsek")
WAIT_S = 10.0


class Filing(Delivering[Reporting]):
    """Somebody reports something, at 0."""

    def __init__(self) -> None:
        super().__init__(reporting.start(REPORT, "kalibagor", WAIT_S, 0.0), reporting.step, lines.report_progress)

    def closing(self, labels: Labels = LABELS) -> list[str]:
        return list(lines.report_closing(self.found, self.state.trouble, labels))


def about(kind: str, identifier: str = "r", **more: Any) -> Any:
    return event("posko", kind, **{"identifier": identifier, "incident": "lapor", "village": "kalibagor", **more})


def opened(identifier: str = "r", village: str = "kalibagor", **more: Any) -> dict[str, Any]:
    return {"identifier": identifier, "village": village, "text": "Ribut", "severity": "tinggi", **more}


def test_a_report_is_published_as_soon_as_there_is_a_link_and_again_until_the_hub_has_it() -> None:
    filing = Filing().at(0.1, Linked()).at(1.0, Acknowledged("order")).at(2.1, Tick()).at(4.1, Tick())
    body = {"identifier": "r", "by": "operator/sri", "text": "Ribut di balai desa", "severity": "tinggi"}

    assert filing.sent == [(at, "kalibagor/lapor", {**body, "age_s": at}) for at in (0.1, 2.1, 4.1)]
    assert not filing.found.done
    filing.at(4.2, about("lapor"))
    assert (filing.found.done, filing.found.recorded) == (True, True)
    assert filing.lines == ["LAPORAN  Kalibagor (tingkat tinggi): Ribut di balai desa",
                            "  1,00 detik  diterima server pesan (broker)"]
    assert filing.closing() == ["✓ tercatat dengan nomor r"]
    assert filing.closing(ENGLISH) == ["✓ recorded under the number r"]


def test_that_the_hubs_status_shows_it_as_kept_is_enough_and_as_not_kept_is_not() -> None:
    filing = Filing().at(0.1, Linked()).at(0.2, hub(lapor=[opened(kept=False), opened("s")]))
    assert not filing.found.done
    filing.at(0.3, hub(lapor=[opened()]))

    assert filing.found.recorded


def test_another_report_is_not_this_one() -> None:
    filing = Filing().at(0.1, Linked()).at(0.2, about("lapor", "s"), about("lapor", village="kotakan"),
                                           about("responded"), hub(lapor=[opened(village="kotakan")]))

    assert not filing.found.done


@pytest.mark.parametrize(("happens", "line"), [
    (about("refused", reason="a report is of one village; publish it to …/VILLAGE/lapor"),
     "✗ DITOLAK server posko: laporan harus dari satu desa; kirim ke …/VILLAGE/lapor"),
    (about("late", reason="it was made more than 7 days ago"),
     "✗ DITOLAK server posko: dibuat lebih dari 7 hari yang lalu"),
    (Rejected("order", NOT_AUTHORIZED, "Not authorized"),
     "✗ laporan TIDAK terkirim: tidak berhak. Akun ini tidak berhak mengirimnya"),
])
def test_what_is_refused_is_shown_with_the_reason_at_once(happens: object, line: str) -> None:
    filing = Filing().at(0.1, Linked()).at(0.2, happens)

    assert (filing.found.done, filing.found.recorded, filing.closing()) == (True, False, [line])


def test_that_the_hub_is_busy_is_not_the_end_of_it() -> None:
    filing = Filing().at(0.1, Linked()).at(0.2, about("refused", reason="too many reports at once; publish it again"))
    assert not filing.found.done
    assert [at for at, *_ in filing.at(2.1, Tick()).sent] == [0.1, 2.1]


def test_without_a_hub_or_a_link_it_is_not_recorded_when_its_time_is_over() -> None:
    silent = Filing().at(0.1, Linked()).at(10.0, Tick())
    away = Filing().at(0.1, Unlinked("broker x:1: connection lost")).at(10.0, Tick())

    assert silent.closing() == [
        ("✗ BELUM TERCATAT: server posko tidak menjawab dalam 10 detik. Ulangi perintahnya, atau telepon posko")]
    assert away.closing() == ["✗ laporan TIDAK terkirim: x:1: sambungan putus"]
    assert (silent.found.done, silent.found.recorded, away.sent) == (True, False, [])


def test_after_a_link_is_back_it_is_sent_at_once() -> None:
    filing = Filing().at(0.1, Linked()).at(0.5, Unlinked("no route")).at(0.7, Linked())

    assert [at for at, *_ in filing.sent] == [0.1, 0.7]


# A response to a report.


def test_without_a_number_a_response_means_the_villages_newest_that_is_open() -> None:
    giving = Giving(WANTED).at(0.1, Linked(), hub(lapor=[opened("k", "kotakan"), opened("new"), opened("old")]))
    body = {"identifier": "new", "incident": "lapor", "by": "petugas/polsek", "step": "menuju", "age_s": 0.1}

    assert giving.sent == [(0.1, "kalibagor/respon", body)]
    giving.at(0.2, responded(identifier="old", incident="lapor"))
    assert not giving.found.done
    giving.at(0.3, responded(identifier="new", incident="lapor"))
    assert giving.found.recorded
    assert giving.lines[0] == "JAWABAN  Laporan warga di Kalibagor: petugas/polsek menuju lokasi"


def test_with_a_number_it_means_that_one_though_nothing_shows_it() -> None:
    giving = Giving(Wanted(QUARREL, Step.DONE, "petugas/polsek", "closed-one")).at(0.1, Linked())

    assert [body["identifier"] for _, _, body in giving.sent] == ["closed-one"]


def test_that_the_status_shows_who_responds_is_enough() -> None:
    giving = Giving(WANTED).at(0.1, Linked(), hub(lapor=[opened("a"), opened("b")]))
    people = [{"by": "petugas/polsek", "step": "menuju"}]
    giving.at(0.2, hub(lapor=[opened("a"), opened("b", responses=people)]))
    assert not giving.found.done
    giving.at(0.3, hub(lapor=[opened("a", responses=people)]))

    assert giving.found.recorded


def test_where_no_report_is_open_that_is_shown_at_once() -> None:
    giving = Giving(WANTED).at(0.1, Linked(), hub(lapor=[opened("k", "kotakan")])).at(0.2, beacon())

    assert (giving.sent, giving.found.done) == ([], True)
    assert giving.closing() == [
        "✗ tidak ada yang bisa dijawab: tidak ada laporan yang terbuka: Laporan warga di Kalibagor"]
