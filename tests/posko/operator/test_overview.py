"""Several districts in one picture: what is well takes a line, what is not is shown post by post."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from posko.operator import live
from posko.operator.core import judgement
from posko.operator.core.snapshot import News, Snapshot
from posko.operator.overview import FRAME_S, LATEST, Board, View, picture
from runtime.core.events import Linked
from tests.posko.operator.told import (
    CLOCK,
    ENGLISH,
    KALIBAGOR,
    KOTAKAN,
    LABELS,
    POLSEK,
    Sitting,
    beacon,
    event,
    hub,
    listed,
    rings,
    status,
)


def view(name: str, *kept: object, later: tuple[object, ...] = (), at: float = 1.0) -> View:
    """The district *name*, of which a watch has seen *kept*, and *later* at instant *at*."""
    sitting = Sitting(None, wait_s=float("inf")).at(0.1, Linked(), *kept).at(at, *later)
    return View(replace(LABELS, district=f"Kecamatan {name}"), f"{name.lower()}:1883",
                judgement.snapshot(sitting.state))


def drawn(*views: View, size: tuple[int, int] = (150, 50)) -> list[str]:
    console = Console(width=size[0], file=StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(picture(views, size))
    return [line.rstrip() for line in capture.get().splitlines()]


def line_of(name: str, *views: View) -> str:
    """The line of the district *name* among all, its blanks made one."""
    return next(" ".join(line.split()) for line in drawn(*views) if line.startswith(f" Kecamatan {name} "))


WELL = view("Panarukan", hub(), *map(status, LABELS.posts), later=(beacon(),))
ALARMED = view(
    "Situbondo", hub(), later=(
        beacon(listed()), rings(KALIBAGOR), status(POLSEK), status(KOTAKAN, state="fault", faults={"sound": "no card"}),
        event(KALIBAGOR, "pressed", incident="pencurian", village="kalibagor", identifier="x.1")))
UNSEEN = View(replace(LABELS, district="Kecamatan Panji"), "panji:1883")
VIEWS = (ALARMED, WELL, UNSEEN)


def test_each_district_is_a_line_with_its_links_its_alarms_and_how_many_posts_are_how() -> None:
    assert drawn(*VIEWS)[0].split()[:3] == ["KENTONGAN", "3", "kecamatan"]
    assert line_of("Panarukan", *VIEWS) == (
        "Kecamatan Panarukan ● panarukan:1883 ● server posko Tidak ada alarm 3 siap")
    assert line_of("Situbondo", *VIEWS) == (
        "Kecamatan Situbondo ● situbondo:1883 ● server posko Alarm aktif: 1 1 BERBUNYI 1 gangguan 1 siap")


def test_of_a_district_that_is_not_seen_or_whose_hub_is_silent_it_is_not_said_that_all_is_well() -> None:
    silent = view("Olean", hub(), later=(beacon(), *map(status, LABELS.posts))).snapshot
    assert silent is not None
    later = Sitting(None, wait_s=float("inf")).at(0.1, Linked(), hub(), beacon()).at(60.0, CLOCK)
    lost = View(replace(LABELS, district="Kecamatan Olean"), "x:1", judgement.snapshot(later.state))

    assert line_of("Panji", *VIEWS) == "Kecamatan Panji ? Belum diketahui apakah ada alarm"
    assert "Belum diketahui apakah ada alarm" in line_of("Olean", lost, WELL)
    assert any(line.startswith(" Kecamatan Olean: SERVER POSKO TIDAK MENJAWAB") for line in drawn(lost, WELL))


def test_what_is_in_force_and_which_posts_are_not_ready_is_shown_with_the_district() -> None:
    lines = drawn(*VIEWS)
    at = next(number for number, line in enumerate(lines) if line.startswith("Kecamatan Situbondo: Alarm aktif"))

    assert lines[at + 1] == "Pencurian di Kalibagor"
    assert "Berbunyi 1/3" in lines[at + 2]
    assert not any(line.startswith("Kecamatan Panarukan: ") for line in lines)
    at = next(number for number, line in enumerate(lines) if line.startswith("Pos yang berbunyi, atau tidak siap"))
    assert lines[at + 1 : at + 3] == [
        "Kecamatan Situbondo: kotakan/pos-1, Pos Kamling Kotakan  gangguan  ⚠ pengeras suara: teknis: no card",
        "Kecamatan Situbondo: kalibagor/pos-1, Pos Kamling Kalibagor  BERBUNYI  Pencurian di Kalibagor",
    ]


def test_where_all_is_well_no_post_is_named() -> None:
    assert not any("Pos yang berbunyi" in line or "Pos Kamling" in line for line in drawn(WELL, WELL))


def test_the_events_of_all_are_in_the_order_of_time() -> None:
    def told(name: str, at: float) -> View:
        return view(name, hub(), later=(event(POLSEK, "ronda", village="patokan"),), at=at)

    lines = [line for line in drawn(told("Satu", 3.0), told("Dua", 1.0), told("Tiga", 2.0)) if "ronda" in line]
    assert [line.split("Kecamatan ")[1].split(":")[0] for line in lines] == ["Dua", "Tiga", "Satu"]


@pytest.mark.parametrize("size", [(40, 50), (60, 40), (100, 30), (150, 24)])
def test_it_fits_the_terminal_and_says_how_many_posts_it_leaves_out(size: tuple[int, int]) -> None:
    strangers = [status(f"olean/pos-{number}", state="fault") for number in range(90)]
    crowded = view("Situbondo", hub(), *strangers, later=(beacon(listed()), *(
        event(KALIBAGOR, "ronda", village="patokan", n=number) for number in range(40))))
    lines = drawn(crowded, WELL, UNSEEN, size=size)

    assert max(map(len, lines)) <= size[0]
    assert len(lines) <= size[1]
    assert any("pos lagi" in line for line in lines)
    assert sum("Pos yang berbunyi" in line for line in lines) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 24), (60, 30)])
def test_where_there_is_no_room_for_all_those_are_seen_that_have_an_alarm_or_are_not_known(
    size: tuple[int, int],
) -> None:
    others = [replace(WELL, labels=replace(LABELS, district=f"Kecamatan {number:02}")) for number in range(15)]
    lines = drawn(*others, UNSEEN, ALARMED, size=size)

    assert len(lines) <= size[1]
    named = [line.split()[1] for line in lines if line.startswith(" Kecamatan ")]
    assert named[:3] == ["Situbondo", "Panji", "00"]
    assert f" … dan {17 - len(named)} kecamatan lagi tanpa alarm" in lines
    assert "Pencurian di Kalibagor" in lines


def test_of_many_events_the_last_ones_are_put_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[News] = []
    real = live.happened

    def happened(snapshot: Snapshot, *others: object) -> list[live.Happened]:
        read.extend(snapshot.news)
        return real(snapshot, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(live, "happened", happened)
    told = view("Situbondo", hub(), later=(event(POLSEK, "ronda", village="patokan"),)).snapshot
    assert told is not None
    many = [replace(told, news=tuple(
        replace(told.news[0], number=number, at=number + start / 20) for number in range(300))) for start in range(17)]
    lines = drawn(*(replace(WELL, snapshot=each) for each in many))

    assert len(read) == LATEST
    assert {each.at for each in read} == set(sorted(each.at for one in many for each in one.news)[-LATEST:])
    assert any("ronda" in line for line in lines)


def test_however_much_is_new_it_is_drawn_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WELL.snapshot is not None
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    board = Board({"panarukan": WELL})
    with board:
        for _ in range(3):
            board.take("panarukan", WELL.snapshot)
            board.draw()

    assert waited == [FRAME_S] * 3


def test_the_same_in_english() -> None:
    lines = drawn(View(ENGLISH, "x:1", ALARMED.snapshot), View(ENGLISH, "y:1"))

    assert lines[0].split()[:3] == ["KENTONGAN", "2", "districts"]
    assert any("In force: 1" in line for line in lines)
