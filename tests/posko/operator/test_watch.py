"""The watch: what is in force and who rings, the posts, a silent hub; as lines, and as a picture."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from contract.domain.alarm import Key, Status
from posko.core.proof import Trouble
from posko.operator.core import changes, force, hubsight
from posko.operator.paper import Paper
from posko.operator.screen import order_picture, watch_picture
from runtime.core.events import Clock, Faulted, Linked, Overflowed, Tick, Unlinked
from tests.posko.operator.told import (
    ALARM,
    CALLED,
    DISASTER,
    KALIBAGOR,
    KOTAKAN,
    POLSEK,
    THEFT,
    Sitting,
    about,
    beacon,
    event,
    hub,
    listed,
    rings,
    status,
)


def watching(*kept: object) -> Sitting:
    return Sitting(None, wait_s=float("inf")).at(0.1, Linked(), *kept)


def told(sitting: Sitting, now: float, *events: object) -> list[str]:
    """The lines that *events* make, without the time of day."""
    found: list[str] = []
    paper = Paper(sitting.view, CALLED, found.append)
    for each in events:
        paper.show(sitting.at(now, each).view)
    return [line.partition("  ")[2] for line in found]


def drawn(picture: Any, width: int = 120) -> str:
    console = Console(width=width, file=StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(picture)
    return capture.get()


def test_what_the_hub_lists_is_in_force_and_its_times_go_on() -> None:
    sitting = watching().at(1.0, beacon(listed(note="sawah")), rings(KALIBAGOR), status(KOTAKAN)).at(3.0, Tick())
    (found,) = force.in_force(sitting.view)

    assert (found.key, found.age_s, found.remaining_s, found.note) == (THEFT, 3.0, 98.0, "sawah")
    assert (found.rings, found.missing) == ((KALIBAGOR,), {KOTAKAN: Trouble.QUIET, POLSEK: Trouble.UNHEARD})


def test_who_was_seen_by_the_hub_to_ring_rings_though_something_else_sounds_there_now() -> None:
    seen = hub(alarms=[{"village": "kalibagor", "incident": "pencurian", "sounds": {KOTAKAN: 0.2}}])
    sitting = watching(seen, rings(KOTAKAN, DISASTER)).at(1.0, beacon(listed()))

    assert KOTAKAN in force.proof(sitting.view, THEFT)[0]


def test_what_is_not_listed_is_in_force_once_the_hub_had_the_time_to_list_it() -> None:
    sitting = watching(beacon()).at(1.0, rings(KALIBAGOR))
    at_once = force.in_force(sitting.view)
    sitting.at(5.0, rings(KALIBAGOR)).at(7.0, Tick())

    assert at_once == ()
    assert [(each.key, each.listed) for each in force.in_force(sitting.view)] == [(THEFT, False)]


def test_the_safe_code_and_a_round_are_no_alarms() -> None:
    sitting = watching(rings(KALIBAGOR, Key("kalibagor", "aman")), rings(KOTAKAN, Key("kotakan", "patroli")))

    assert force.in_force(sitting.at(60.0, Tick()).view) == ()


def test_what_has_run_out_is_not_in_force_even_if_the_hub_falls_silent() -> None:
    assert force.in_force(watching().at(1.0, beacon(listed(remaining_s=5.0))).at(6.1, Tick()).view) == ()


def test_the_hub_is_silent_after_three_beacons_that_failed_to_come_and_not_without_a_link() -> None:
    sitting = watching().at(15.0, Tick())
    early = hubsight.silent(sitting.view)
    lines = told(sitting, 15.2, Tick(), Tick())
    gone = told(watching(hub()), 1.0, hub(state="offline", kept=False))
    back = told(sitting, 16.0, beacon(), beacon())
    lost = told(sitting, 40.0, Unlinked("broker x:1: lost"))

    assert not early
    assert lines == gone == ["!! POSKO DIAM: alarm tidak diulang (the HUB IS SILENT: no alarm is repeated)"]
    assert back == ["posko hidup (the hub lives)"]
    assert not hubsight.silent(watching(hub(state="offline")).at(1.0, beacon()).view)
    assert lost == ["PUTUS dari broker (no link), mencoba lagi (trying again): broker x:1: lost"]
    assert not hubsight.silent(sitting.view)


def test_each_change_is_a_line_and_what_is_said_again_is_none() -> None:
    sitting = watching(status(KALIBAGOR, kept=True))
    lines = told(sitting, 1.0, rings(KALIBAGOR), rings(KALIBAGOR), beacon(listed()), beacon(listed()),
                 status(KALIBAGOR, faults={"journal": "the disk fails"}), beacon())
    force_ = "berlaku (in force): Pencurian di Kalibagor: "
    silent = "diam (quiet): kalibagor/pos-1; belum terdengar (unheard): kotakan/pos-1, patokan/polsek"

    assert lines == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: BERBUNYI (SOUNDING), Pencurian di Kalibagor",
        "posko hidup (the hub lives)",
        f"{force_}1 dari 3 pos berbunyi (ring); tidak (not): belum terdengar (unheard): kotakan/pos-1, patokan/polsek",
        "kalibagor/pos-1, Pos Kamling Kalibagor: siaga (ready), ⚠ journal: the disk fails",
        f"{force_}0 dari 3 pos berbunyi (ring); tidak (not): {silent}",
        "berakhir (over): Pencurian di Kalibagor",
    ]


def test_who_is_away_offline_or_unknown_to_the_district_file_is_said() -> None:
    sitting = watching(status(KALIBAGOR, kept=True)).at(39.0, beacon())
    lines = told(sitting, 40.0, hub(kept=False, posts={KALIBAGOR: "away", POLSEK: "away"}),
                 status(KOTAKAN, state="offline", reason="connection lost"), status("olean/pos-1", clock="unsynced"))

    assert lines == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: hilang (away)",
        "kotakan/pos-1, Pos Kamling Kotakan: terputus (offline), connection lost",
        "olean/pos-1, tak terdaftar (unlisted): siaga (ready)",
        "olean/pos-1, tak terdaftar (unlisted): jam (clock) unsynced",
    ]


def test_what_no_status_shows_is_told_from_the_events() -> None:
    lines = told(watching(), 1.0, event("posko", "refused", village="kalibagr", incident="pencurian",
                                        reason="unknown village"),
                 event(KALIBAGOR, "sounding", village="kalibagor", incident="pencurian"),
                 event("posko", "missing", village="kalibagor", incident="pencurian", missing={KOTAKAN: "locked"}))
    locked = "terkunci, jaringan tidak didengar (locked: its key keeps the network out)"

    assert lines == [
        "posko: DITOLAK (refused), Pencurian di kalibagr, unknown village",
        f"posko: ADA YANG TIDAK BERBUNYI (missing), Pencurian di Kalibagor, kotakan/pos-1: {locked}",
    ]


def test_what_goes_wrong_at_the_desk_itself_is_told() -> None:
    lines = told(watching(), 1.0, Faulted("subscriptions", "the broker refuses it"), Overflowed(7), Overflowed(7))

    assert lines == [
        "gangguan di meja ini (a fault at this desk): subscriptions: the broker refuses it",
        "gangguan di meja ini (a fault at this desk): inbox: 7 messages came faster than they were read",
    ]


def test_an_exercise_is_called_one() -> None:
    exercise = status(KALIBAGOR, about(THEFT, status="Exercise"))
    lines = told(watching(), 1.0, exercise, beacon(listed(status=Status.EXERCISE)))

    assert [line for line in lines if "LATIHAN Pencurian" in line] == [lines[0], lines[2]]


def test_what_several_posts_say_at_once_is_gathered() -> None:
    sitting = watching().at(1.0, *(event(post, "linked") for post in (KALIBAGOR, KOTAKAN))).at(
        4.0, event(KALIBAGOR, "linked"))

    assert [names for _, names in changes.gathered(sitting.view.news, CALLED)] == [[KALIBAGOR, KOTAKAN], [KALIBAGOR]]


def test_the_picture_shows_alarms_posts_and_a_silent_hub() -> None:
    sitting = watching(hub()).at(1.0, beacon(listed(note="sawah")), rings(KALIBAGOR), status(KOTAKAN, state="offline"))
    calm = drawn(watch_picture(sitting.view, CALLED, "host:1883", (120, 40)))
    silent = drawn(watch_picture(sitting.at(17.0, Tick()).view, CALLED, "host:1883", (120, 40)))

    assert [word for word in ("Pencurian di Kalibagor sawah", "1/3", "BERBUNYI (SOUNDING)", "terputus (offline)",
                              "● posko") if word not in calm] == []
    assert "SILENT" not in calm
    assert "THE HUB IS SILENT" in silent


def test_words_from_outside_are_shown_as_they_are_and_move_no_cursor() -> None:
    evil = "[bold red]x[/bold red] \u202e\t\n"
    sitting = watching().at(1.0, beacon(listed(note="[red]sawah[/red]")), status(KALIBAGOR, faults={evil: evil}),
                            event(KALIBAGOR, evil, reason=evil), event("posko", "warning", post=evil, reason="\x1b[2J"),
                            event("posko", "missing", missing={"\x1b[2J": "\x07"}), hub(faults={"\x1b[2J": "\x07"}))
    lines = [changes.news_line(each, CALLED) for each in sitting.view.news]
    picture = drawn(watch_picture(sitting.view, CALLED, "host:1883", (200, 40)), width=200)

    assert "[red]sawah[/red]" in picture
    assert "[bold red]x[/bold red]" in picture
    assert all(line.isprintable() for line in [*lines, *picture.splitlines()])


@pytest.mark.parametrize("size", [(60, 10), (80, 24), (100, 30)])
def test_the_picture_fits_the_terminal(size: tuple[int, int]) -> None:
    strangers = [status(f"olean/pos-{number}") for number in range(40)]
    sitting = watching(*strangers).at(1.0, beacon(listed()), *(event(KALIBAGOR, "x", n=n) for n in range(40)))
    lines = drawn(watch_picture(sitting.view, CALLED, "host:1883", size), width=size[0]).rstrip("\n").split("\n")

    assert max(map(len, lines)) <= size[0]
    assert len(lines) <= max(size[1], 18)  # the screen crops what is below a terminal that is lower than any
    assert any("pos lagi" in line for line in lines)


def test_an_alarms_picture_has_a_row_for_each_post_those_that_fail_first() -> None:
    sitting = Sitting(ALARM).linked(status(KOTAKAN, kept=True, state="offline")).at(0.3, rings(KALIBAGOR))
    lines = drawn(order_picture(sitting.view, CALLED, 40)).splitlines()
    rows = [line for line in lines if "pos-1" in line or "polsek" in line]

    assert ["kotakan" in rows[0], "polsek" in rows[1], "kalibagor" in rows[2]] == [True] * 3
    assert "0.20 s" in rows[2]
    assert "… dan 2 pos lagi" in drawn(order_picture(sitting.view, CALLED, 8))


def test_a_clock_that_is_set_moves_the_time_of_day_only() -> None:
    sitting = watching().at(1.0, Clock(synced=True, offset_s=0.0))

    assert told(sitting, 2.0, Tick()) == []
