"""The watch: what is in force and who rings, the posts, a silent hub; as lines, and as a picture."""

import json
from dataclasses import asdict, replace
from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from contract.domain.alarm import Key, Status
from contract.domain.digest import digest
from contract.domain.district import read_district
from posko.core.proof import Trouble
from posko.labels.labels import Labels, make_labels
from posko.labels.language import Language
from posko.operator import lines
from posko.operator.core import fold, judgement
from posko.operator.core.orders import Act
from posko.operator.core.snapshot import HubState
from posko.operator.lines import LineRenderer
from posko.operator.live import Column, picture
from runtime.core.events import Clock, Faulted, Linked, Overflowed, Tick, Unlinked
from tests.posko.operator.told import (
    ALARM,
    CATALOGUE,
    DISASTER,
    DISTRICT,
    ENGLISH,
    KALIBAGOR,
    KOTAKAN,
    LABELS,
    POLSEK,
    THEFT,
    WRITTEN,
    Sitting,
    about,
    beacon,
    event,
    hub,
    listed,
    ordered,
    rings,
    status,
)


def watching(*kept: object) -> Sitting:
    return Sitting(None, wait_s=float("inf")).at(0.1, Linked(), *kept)


def told(sitting: Sitting, now: float, *events: object, labels: Labels = LABELS) -> list[str]:
    """The lines that *events* make, without the time of day."""
    found: list[str] = []
    renderer = LineRenderer(judgement.snapshot(sitting.state), labels, found.append)
    for each in events:
        renderer.show(judgement.snapshot(sitting.at(now, each).state))
    return [line.partition("  ")[2] for line in found]


def drawn(
    sitting: Sitting, size: tuple[int, int] = (120, 40), labels: Labels = LABELS, beside: Column | None = None
) -> str:
    console = Console(width=size[0], file=StringIO(), color_system=None)
    with console.capture() as capture:
        console.print(picture(judgement.snapshot(sitting.state), labels, "host:1883", size, beside))
    return capture.get()


def test_what_the_hub_lists_is_in_force_and_its_times_go_on() -> None:
    sitting = watching().at(1.0, beacon(listed(note="sawah")), rings(KALIBAGOR), status(KOTAKAN)).at(3.0, Tick())
    (found,) = judgement.alarms(sitting.state)

    assert (found.key, found.age_s, found.remaining_s, found.note) == (THEFT, 3.0, 98.0, "sawah")
    assert (found.rings, found.missing) == ((KALIBAGOR,), {KOTAKAN: Trouble.QUIET, POLSEK: Trouble.UNHEARD})


def test_who_was_seen_by_the_hub_to_ring_rings_though_something_else_sounds_there_now() -> None:
    seen = hub(alarms=[{"village": "kalibagor", "incident": "pencurian", "sounds": {KOTAKAN: 0.2}}])
    sitting = watching(seen, rings(KOTAKAN, DISASTER)).at(1.0, beacon(listed()))

    assert KOTAKAN in judgement.proof(sitting.state, THEFT)[0]


def test_what_is_not_listed_is_in_force_once_the_hub_had_the_time_to_list_it() -> None:
    sitting = watching(beacon()).at(1.0, rings(KALIBAGOR))
    at_once = judgement.alarms(sitting.state)
    sitting.at(5.0, rings(KALIBAGOR)).at(7.0, Tick())

    assert at_once == ()
    assert [(each.key, each.listed) for each in judgement.alarms(sitting.state)] == [(THEFT, False)]


def test_what_is_not_listed_is_an_exercise_if_its_post_says_so_and_counted_once_if_it_is_listed() -> None:
    exercise = status(KALIBAGOR, about(THEFT, status="Exercise"))
    sitting = watching().at(1.0, exercise, rings(KOTAKAN, DISASTER)).at(60.0, beacon(listed(DISASTER)), Tick())

    assert [(each.key, each.listed, each.exercise) for each in judgement.alarms(sitting.state)] == [
        (DISASTER, True, False), (THEFT, False, True)]


def test_of_a_post_that_has_not_reported_here_the_hubs_last_word_is_shown() -> None:
    """As on a broker that gives no retained message to a late subscription."""
    words = {KALIBAGOR: "ready", KOTAKAN: "away", POLSEK: "offline"}
    sitting = watching(hub(posts=words)).at(1.0, beacon(listed()))
    shown = judgement.snapshot(sitting.state)

    assert {each.post: each.state for each in shown.posts} == words
    assert judgement.proof(sitting.state, THEFT)[1] == {
        KALIBAGOR: Trouble.UNANSWERED, KOTAKAN: Trouble.AWAY, POLSEK: Trouble.OFFLINE}


def test_the_safe_code_and_a_round_are_no_alarms() -> None:
    sitting = watching(rings(KALIBAGOR, Key("kalibagor", "aman")), rings(KOTAKAN, Key("kotakan", "patroli")))

    assert judgement.alarms(sitting.at(60.0, Tick()).state) == ()


def test_what_has_run_out_is_not_in_force_even_if_the_hub_falls_silent() -> None:
    assert judgement.alarms(watching().at(1.0, beacon(listed(remaining_s=5.0))).at(6.1, Tick()).state) == ()


def test_the_hub_is_silent_after_three_beacons_that_failed_to_come_and_not_without_a_link() -> None:
    sitting = watching().at(15.0, Tick())
    early = judgement.silent(sitting.state)
    lines = told(sitting, 15.2, Tick(), Tick())
    gone = told(watching(hub()), 1.0, hub(state="offline", kept=False))
    back = told(sitting, 16.0, beacon(), beacon())
    lost = told(sitting, 40.0, Unlinked("broker x:1: lost"))

    assert not early
    assert lines == gone == ["!! SERVER POSKO TIDAK MENJAWAB: alarm tidak diulang"]
    assert back == ["server posko hidup"]
    assert not judgement.silent(watching(hub(state="offline")).at(1.0, beacon()).state)
    assert lost == ["PUTUS dari server pesan (broker), mencoba lagi: x:1: lost"]
    assert not judgement.silent(sitting.state)


def test_a_hub_that_goes_after_its_beacon_is_silent_at_once_and_then_the_posts_alone_count() -> None:
    sitting = watching(hub()).at(1.0, beacon()).at(2.0, hub(state="offline", kept=False)).at(2.1, rings(KALIBAGOR))

    assert judgement.silent(sitting.state)
    assert [(each.key, each.listed) for each in judgement.alarms(sitting.state)] == [(THEFT, False)]


def test_each_change_is_a_line_and_what_is_said_again_is_none() -> None:
    sitting = watching(status(KALIBAGOR, kept=True))
    lines = told(sitting, 1.0, rings(KALIBAGOR), rings(KALIBAGOR), beacon(listed()), beacon(listed()),
                 status(KALIBAGOR, faults={"journal": "the disk fails"}), beacon())
    force_ = "aktif: Pencurian di Kalibagor (tingkat sedang): "
    unheard, sender = "belum pernah melapor: kotakan/pos-1, patokan/polsek", "; pengirim: mengaku operator/sri"

    assert lines == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: BERBUNYI, Pencurian di Kalibagor",
        "server posko hidup",
        f"{force_}1 dari 3 pos berbunyi; tidak: {unheard}{sender}",
        "kalibagor/pos-1, Pos Kamling Kalibagor: siap, ⚠ catatan di disk: disk tidak bisa ditulis",
        f"{force_}0 dari 3 pos berbunyi; tidak: tidak berbunyi: kalibagor/pos-1; {unheard}{sender}",
        "berakhir: Pencurian di Kalibagor",
    ]


def test_a_hub_with_another_district_file_than_this_computer_is_a_fault_here_until_they_are_the_same() -> None:
    sitting = watching()
    lines = told(sitting, 1.0, hub(district_digest="0", kept=False))
    told(sitting, 2.0, hub(district_digest=digest(DISTRICT), kept=False))

    assert [each for each in lines if "wilayah" in each] == [
        ("gangguan di komputer ini: berkas wilayah: berkas wilayah di komputer ini berbeda dengan server posko; salin "
         "yang baru ke ~/.config/kentongan"),
    ]
    assert sitting.state.faults == {}


def test_the_same_in_english() -> None:
    lines = told(watching(), 1.0, rings(KALIBAGOR), beacon(listed()), hub(faults={"journal": "the disk fails"}),
                 labels=ENGLISH)
    unheard, sender = "never reported: kotakan/pos-1, patokan/polsek", "claims to be operator/sri"

    assert lines == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: SOUNDING, Theft in Kalibagor",
        "the hub is running",
        f"in force: Theft in Kalibagor (severity medium): 1 of 3 posts ring; not: {unheard}; sender: {sender}",
        "a fault of the hub: journal: the disk fails",
    ]


def test_who_is_away_offline_or_unknown_to_the_district_file_is_said() -> None:
    sitting = watching(status(KALIBAGOR, kept=True)).at(39.0, beacon())
    lines = told(sitting, 40.0, hub(kept=False, posts={KALIBAGOR: "away", POLSEK: "away"}),
                 status(KOTAKAN, state="offline", reason="connection lost"), status("olean/pos-1", clock="unsynced"))

    assert lines == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: tidak ada kabar",
        "patokan/polsek, Polsek Situbondo: tidak ada kabar",
        "kotakan/pos-1, Pos Kamling Kotakan: terputus, connection lost",
        "olean/pos-1, tak terdaftar: siap",
        "olean/pos-1, tak terdaftar: jam belum sinkron",
    ]


def test_a_revoked_post_is_called_so() -> None:
    gone = status(KALIBAGOR, state="offline", reason="revoked")

    assert told(watching(), 1.0, gone) == ["kalibagor/pos-1, Pos Kamling Kalibagor: terputus, dicabut"]
    assert told(watching(), 1.0, gone, labels=ENGLISH) == [
        "kalibagor/pos-1, Pos Kamling Kalibagor: offline, revoked"]


def test_a_post_that_is_offline_is_not_away_as_well() -> None:
    sitting = watching(status(KALIBAGOR, kept=True, state="offline"), hub(posts={KALIBAGOR: "away"}))

    assert [post.state for post in judgement.snapshot(sitting.state).posts] == ["offline", "unheard", "unheard"]


def test_what_no_status_shows_is_told_from_the_events() -> None:
    lines = told(watching(), 1.0, event("posko", "refused", village="kalibagr", incident="pencurian",
                                        reason="unknown village 'kalibagr'; look it up"),
                 event(KALIBAGOR, "sounding", village="kalibagor", incident="pencurian"),
                 event("posko", "missing", village="kalibagor", incident="pencurian", missing={KOTAKAN: "locked"}))
    locked = "terkunci: alarm dari luar tidak berbunyi di sana"

    assert lines == [
        "server posko: DITOLAK, Pencurian di kalibagr, desa/kelurahan 'kalibagr' tidak dikenal; periksa namanya",
        f"server posko: ADA POS YANG TIDAK BERBUNYI, Pencurian di Kalibagor, kotakan/pos-1: {locked}",
    ]


def test_what_goes_wrong_at_the_desk_itself_is_told() -> None:
    lines = told(watching(), 1.0, Faulted("subscriptions", "the broker refuses a/+"), Overflowed(7), Overflowed(7))

    assert lines == [
        "gangguan di komputer ini: izin membaca: server pesan (broker) menolak a/+",
        "gangguan di komputer ini: pesan masuk: 7 pesan masuk lebih cepat daripada dapat dibaca",
    ]


def test_an_exercise_is_called_one() -> None:
    exercise = status(KALIBAGOR, about(THEFT, status="Exercise"))
    lines = told(watching(), 1.0, exercise, beacon(listed(status=Status.EXERCISE)))

    assert [line for line in lines if "LATIHAN Pencurian" in line] == [lines[0], lines[2]]


def test_what_several_posts_say_at_once_is_gathered() -> None:
    sitting = watching().at(1.0, *(event(post, "linked") for post in (KALIBAGOR, KOTAKAN))).at(
        4.0, event(KALIBAGOR, "linked"))

    assert [names for _, names in lines.gathered(sitting.state.news, LABELS)] == [[KALIBAGOR, KOTAKAN], [KALIBAGOR]]


def test_the_picture_shows_alarms_posts_and_a_silent_hub() -> None:
    sitting = watching(hub()).at(1.0, beacon(listed(note="sawah")), rings(KALIBAGOR), status(KOTAKAN, state="offline"))
    calm, english = drawn(sitting), drawn(sitting, labels=ENGLISH)
    silent = drawn(sitting.at(17.0, Tick()))

    assert [word for word in ("Pencurian di Kalibagor sawah", "sedang", "1/3", "BERBUNYI", "terputus", "● server posko",
                              " WIB ")
            if word not in calm] == []
    assert [word for word in ("Theft in Kalibagor sawah", "medium", "SOUNDING", "offline") if word not in english] == []
    assert "TIDAK MENJAWAB" not in calm
    assert "SERVER POSKO TIDAK MENJAWAB" in silent


def test_a_long_note_leaves_the_numbers_beside_it_their_room() -> None:
    shown = drawn(watching().at(1.0, beacon(listed(note="rumah " * 30)), rings(KALIBAGOR)), (80, 24))

    words = ("Tingkat", "Sudah berjalan", "Berbunyi", "1 mnt 40 dtk", "1/3")
    assert [word for word in words if word not in shown] == []


def test_what_else_is_known_of_a_post_stands_beside_its_state_and_takes_the_room_of_its_times_where_there_is_little(
) -> None:
    sitting = watching().at(1.0, status(KALIBAGOR), status(KOTAKAN))
    column = Column("━ sirene", 12, {KALIBAGOR: Text("━━━━ ● ●")})
    wide, narrow = (drawn(sitting, (columns, 30), beside=column).splitlines() for columns in (140, 100))
    of_wide, of_narrow = (next(line for line in lines_ if KALIBAGOR in line) for lines_ in (wide, narrow))

    assert of_narrow.split() == [KALIBAGOR, "siap", "━━━━", "●", "●"]
    assert "━━━━ ● ●" in of_wide
    assert [any("Sejak" in line and "━ sirene" in line for line in each) for each in (wide, narrow)] == [True, False]
    assert "━" not in next(line for line in narrow if KOTAKAN in line)


def test_that_nothing_is_in_force_is_shown_once_the_hub_has_listed_nothing_and_no_longer() -> None:
    sitting = watching(hub())
    pictures = [drawn(sitting), drawn(sitting.at(1.0, beacon())), drawn(sitting.at(17.0, Tick()))]
    unlinked = drawn(watching(hub()).at(1.0, beacon()).at(2.0, Unlinked("lost")))

    assert ["Tidak ada alarm" in each for each in pictures] == [False, True, False]
    assert "Tidak ada alarm" not in unlinked
    assert "Belum diketahui apakah ada alarm" in unlinked


def test_after_a_lost_link_nothing_is_known_of_the_hub_until_it_reports_again() -> None:
    sitting = watching(hub()).at(1.0, beacon())
    states = [judgement.snapshot(sitting.at(now, each).state).hub.state for now, each in (
        (2.0, Unlinked("lost")), (3.0, Linked()), (4.0, beacon()))]

    assert states == [HubState.UNKNOWN, HubState.UNKNOWN, HubState.LIVES]


def test_a_snapshot_is_json_and_holds_the_words_of_the_wire_only() -> None:
    sitting = Sitting(ALARM).linked(hub()).at(
        1.0, beacon(listed(note="sawah")), rings(KALIBAGOR), status(KOTAKAN, locked=True), event(KOTAKAN, "locked"))
    found = json.loads(json.dumps(asdict(judgement.snapshot(sitting.state)), allow_nan=False))

    assert found["alarms"] == [{
        "key": ["kalibagor", "pencurian"], "severity": "sedang", "exercise": False, "listed": True,
        "rings": ["kalibagor/pos-1"], "missing": {"kotakan/pos-1": "locked", "patokan/polsek": "unheard"}, "age_s": 1.0,
        "remaining_s": 100.0, "origin": "operator/sri", "claimed": True, "note": "sawah", "kept": True, "silenced": [],
        "again": 0, "accounts": [], "responders": [], "unanswered": False,
    }]
    assert [(each["post"], each["state"], each["last_seen_at"]) for each in found["posts"]] == [
        ("kalibagor/pos-1", "sounding", 1.0), ("kotakan/pos-1", "ready", 1.0), ("patokan/polsek", "unheard", None)]
    assert found["posts"][0]["status"]["sounding"] == {
        "incident": "pencurian", "village": "kalibagor", "identifier": "operator.1", "status": "Actual", "origin": "",
        "note": "", "age_s": None}
    assert found["hub"] == {"state": "lives", "faults": {}, "listed_at": 1.0}
    assert [(each["source"], each["report"]["kind"]) for each in found["news"]] == [("kotakan/pos-1", "locked")]
    assert [(each["post"], each["good"], each["trouble"]) for each in found["order"]["rows"]] == [
        ("kalibagor/pos-1", True, None), ("kotakan/pos-1", False, "locked"), ("patokan/polsek", False, "unheard")]
    assert (found["order"]["standing"], found["order"]["order"]["act"]) == ("recorded", "alarm")


def test_words_from_outside_are_shown_as_they_are_and_move_no_cursor() -> None:
    evil = "[bold red]x[/bold red] \u202e\t\n"
    sitting = watching().at(1.0, beacon(listed(note="[red]sawah[/red]")), status(KALIBAGOR, faults={evil: evil}),
                            event(KALIBAGOR, evil, reason=evil), event("posko", "warning", post=evil, reason="\x1b[2J"),
                            event("posko", "missing", missing={"\x1b[2J": "\x07"}), hub(faults={"\x1b[2J": "\x07"}))
    told_ = [lines.news_line(each, LABELS) for each in sitting.state.news]
    shown = drawn(sitting, (200, 40))

    assert "[red]sawah[/red]" in shown
    assert "[bold red]x[/bold red]" in shown
    assert all(line.isprintable() for line in [*told_, *shown.splitlines()])


@pytest.mark.parametrize("size", [(60, 10), (80, 24), (100, 30)])
def test_the_picture_fits_the_terminal(size: tuple[int, int]) -> None:
    strangers = [status(f"olean/pos-{number}") for number in range(40)]
    sitting = watching(*strangers).at(1.0, beacon(listed()), *(event(KALIBAGOR, "x", n=n) for n in range(40)))
    shown = drawn(sitting, size).rstrip("\n").split("\n")

    assert max(map(len, shown)) <= size[0]
    assert len(shown) <= max(size[1], 18)  # the screen crops what is below a terminal that is lower than any
    assert any("pos lagi" in line for line in shown)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_nothing_is_cut_off_however_narrow_the_terminal_is(width: int) -> None:
    sitting = watching(hub(faults={"disk": "the disk is full, make room on it and start again"})).at(
        1.0, beacon(listed(note="di sebelah rumah Pak RT, dekat sawah")), rings(KALIBAGOR),
        status(POLSEK, faults={"sound": "card missing, plug it in again"}),
        event(KALIBAGOR, "pressed", incident="pencurian", village="kalibagor", identifier="x.1"),
    )
    shown = drawn(sitting, (width, 60))
    together = " ".join(shown.replace("─", "").split())

    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    for whole in (
        "Kecamatan Situbondo", "host:1883", "posko", "make room on it and start again", "Pencurian di Kalibagor",
        "di sebelah rumah Pak RT, dekat sawah", "Tingkat sedang", "Sisa 1 mnt 40 dtk", "Berbunyi 1/3",
        "kalibagor/pos-1", "BERBUNYI", "kotakan/pos-1", "belum pernah melapor", "patokan/polsek",
        "tombol ditekan, Pencurian di Kalibagor",
    ):
        assert whole in together, whole
    for word in ("card", "missing,", "plug", "again"):
        assert word in together.split()


def test_a_clock_that_is_set_moves_the_time_of_day_only() -> None:
    sitting = watching().at(1.0, Clock(synced=True, offset_s=0.0))

    assert told(sitting, 2.0, Tick()) == []


def test_the_note_of_a_private_incident_is_on_no_screen_and_its_name_is() -> None:
    note = "rumah Bu Sri"
    private = Key("kalibagor", "pemerkosaan")
    reported = event("posko", "restored", village="kalibagor", incident="pemerkosaan", note=note)
    sitting = watching().at(1.0, beacon(listed(private, note=note), listed(note="sawah")), reported)
    order = ordered(Act.ALARM, incident="pemerkosaan", note=note)
    shown = "\n".join([drawn(sitting, (160, 40)), *told(watching(), 1.0, reported), lines.title(order, LABELS)])

    assert "Bu Sri" not in shown
    assert shown.count("Pemerkosaan di Kalibagor") == 4  # in force, twice as an event, as an order
    assert shown.count("(catatan hanya di laporan)") == 4
    assert "sawah" in shown


@pytest.mark.parametrize(("origin", "shown"), [
    ("kalibagor/pos-1", "Asal: Pos Kamling Kalibagor"), ("kotakan/pos-1", "Asal: mengaku Pos Kamling Kotakan"),
    ("operator/sri", "Asal: mengaku operator/sri"), ("", "Asal: tanpa nama"),
])
def test_the_picture_names_who_raised_an_alarm_and_who_only_claims_to_be_somebody(origin: str, shown: str) -> None:
    sitting = Sitting(None).linked(hub()).at(1.0, beacon(listed(origin=origin)), rings(KALIBAGOR))
    console = Console(width=200, height=50, color_system=None)
    drawn = console.render_lines(picture(judgement.snapshot(sitting.state), LABELS, "b:1", (200, 50)), pad=False)

    assert any(shown in "".join(part.text for part in line) for line in drawn)


@pytest.mark.parametrize(
    ("origin", "who", "accounts"),
    [(KALIBAGOR, "Pos Kamling Kalibagor", ["kalibagor.pos-1"]), ("", "tanpa nama", ["kalibagor.pos-1"]),
     ("kotakan/pos-1", "mengaku Pos Kamling Kotakan", ["kalibagor.pos-1"])],
)
def test_who_raises_again_what_operators_silenced_is_named_with_the_line_that_shuts_the_box_out(
    origin: str, who: str, accounts: list[str]
) -> None:
    force = {"incident": "pencurian", "village": "kalibagor", "identifier": "a", "origin": origin}
    lines = told(
        watching(), 1.0, beacon(listed(origin=origin)), hub(alarms=[force]), hub(alarms=[{**force, "again": 2}]),
        hub(alarms=[{**force, "again": 2}]), hub(alarms=[{**force, "again": 3}]), beacon(),
    )

    named = [line for line in lines if line.startswith(("⚠", "Kalau"))]
    stolen = "Kalau kotaknya dicuri atau rusak, ketik di komputer server posko"
    revoke = [f"{stolen}: kentongan broker revoke {account} --reload" for account in accounts]
    assert named == [
        f"⚠ Pencurian di Kalibagor masuk lagi walau sudah disenyapkan 2 kali; pengirim: {who}", *revoke,
        f"⚠ Pencurian di Kalibagor masuk lagi walau sudah disenyapkan 3 kali; pengirim: {who}", *revoke,
    ]


def test_the_picture_names_who_raises_again_and_the_line_that_shuts_the_box_out() -> None:
    force = {"incident": "pencurian", "village": "kalibagor", "identifier": "a", "origin": KALIBAGOR, "again": 2}
    picture_ = drawn(watching(hub(alarms=[force]), beacon(listed(origin=KALIBAGOR))))

    assert "⚠ Pencurian di Kalibagor masuk lagi walau sudah disenyapkan 2 kali" in picture_
    assert "pengirim: Pos Kamling Kalibagor" in picture_
    assert "kentongan broker revoke kalibagor.pos-1 --reload" in picture_


def test_a_beacon_of_an_earlier_term_than_one_that_still_comes_is_not_shown() -> None:
    sitting = watching().at(1.0, beacon(listed(), term=7)).at(2.0, beacon(term=6), beacon())
    assert [each.key for each in judgement.alarms(sitting.state)] == [THEFT]
    sitting.at(17.0, beacon(term=6))

    assert judgement.alarms(sitting.state) == ()


def test_invented_posts_are_shown_up_to_a_bound_for_each_village_and_keep_no_real_one_out() -> None:
    sitting = watching()
    for count in range(500):
        sitting.at(1.0, status(f"kalibagor/palsu-{count}"))
        sitting.at(1.0, status(f"palsu-{count}/pos-1"))
    sitting.at(1.0, status("olean/palsu-1"), status(KALIBAGOR), status(KOTAKAN))

    assert len([post for post in sitting.state.posts if post.startswith("kalibagor/palsu-")]) == 20
    assert {"olean/palsu-1", KALIBAGOR, KOTAKAN} < sitting.state.posts.keys()
    assert len(sitting.state.posts) == 23


def test_what_rings_for_a_neighbour_of_another_district_is_shown_as_such_and_not_as_missing_from_the_list() -> None:
    written = json.loads(json.dumps(WRITTEN))
    written["villages"]["kotakan"]["neighbours"].append("panarukan/sumberkolak")
    district = read_district(written)
    labels = make_labels(Language.ID, district, CATALOGUE)
    key = Key("panarukan/sumberkolak", "pencurian")
    sitting = Sitting(None, wait_s=float("inf"))
    sitting.state = replace(sitting.state, setup=fold.make_setup(district, CATALOGUE))
    sitting.at(0.1, Linked(), beacon()).at(1.0, rings(KOTAKAN, key))
    sitting.at(5.0, rings(KOTAKAN, key))
    lines_ = told(sitting, 7.0, Tick(), labels=labels)
    (alarm,) = judgement.alarms(sitting.state)

    assert (alarm.rings, alarm.missing) == ((KOTAKAN,), {})
    assert any("Pencurian di Sumberkolak (Panarukan)" in line and "dari kecamatan tetangga" in line for line in lines_)
    assert "kecamatan tetangga" in drawn(sitting, labels=labels)
