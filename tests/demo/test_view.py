"""What the view draws, from pictures made by hand."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from demo.panels import Invitation
from demo.sight import Said, Sight, read_line
from demo.steps import THEFT, TOUR
from demo.tour import Outcome, Stage
from demo.view import Picture, draw
from demo.words import phrase
from testing.box import Change
from tests.demo.sights import KOTAKAN, SINCE, TALKANDANG, at_rest, beating, hub, theft

WIDTH, HEIGHT = 100, 30
NOW = SINCE + 12.0
HOME = "XDG_CONFIG_HOME=/tmp/kentongan-abcdefgh/operator"
LINE = "mosquitto_pub -t kentongan/situbondo/kalibagor/alarm/pencurian -m 'rumah Pak RT 3'"
LABELS = {"pencurian": "Pencurian", "aman": "Aman", "kebakaran": "Kebakaran"}
SOUNDS = {"kotakan/pos-1": 0.01}


def listed(incident: str, village: str, **missing: str) -> dict[str, object]:
    return {"incident": incident, "village": village, "sounds": SOUNDS,
            "missing": {f"{name}/pos-1": why for name, why in missing.items()}}


def picture(*sights: Sight, lines: tuple[Said, ...] = (), broker: bool = True) -> Picture:
    return Picture(
        now=NOW, wall=1_700_000_000.0, title="Kecamatan Situbondo", port=1883, broker=broker, labels=LABELS,
        sights=sights, hub=hub(), lines=lines, steps=len(TOUR),
    )


def lines_of(drawn: Picture) -> list[str]:
    console = Console(width=WIDTH, height=HEIGHT, record=True, file=StringIO())
    console.print(draw(drawn, HEIGHT))
    return console.export_text().splitlines()


def row(drawn: Picture, label: str) -> str:
    return next(line for line in lines_of(drawn) if label in line)


def test_a_post_at_rest_says_so() -> None:
    assert "siaga" in row(picture(at_rest()), "Kotakan")


def test_a_sounding_post_shows_its_siren_and_what_sounds_and_why() -> None:
    shown = row(picture(theft()), "Kotakan")
    assert "●●" in shown
    assert "━━━━━━━━━━━━━━━━━━━━" in shown
    assert "✦" in shown
    assert "Pencurian · Kalibagor · rumah" in shown


def test_strokes_stand_where_they_fell() -> None:
    assert "·····●·●·······●·●··" in row(picture(beating(KOTAKAN, [9.9, 10.2, 11.4, 11.7])), "Kotakan")


def test_strokes_on_the_siren_are_strokes() -> None:
    assert "·●·●·······●" in row(picture(beating(TALKANDANG, [9.9, 10.2, 11.4])), "Talkandang")


def test_a_siren_that_still_is_on_reaches_the_right_edge() -> None:
    sounding = replace(theft(), changes=(Change(NOW - 0.8, "siren", True),))
    assert "··············━━━━━━ " in row(picture(sounding), "Kotakan")


def test_faults_are_shown() -> None:
    status = {"state": "fault", "sounding": None, "faults": {"striker": "cannot be switched"}}
    assert "⚠ striker" in row(picture(replace(at_rest(), status=status)), "Kotakan")


def test_without_a_broker_the_log_tells_what_sounds() -> None:
    drawn = picture(replace(theft(), status=None), broker=False)
    assert "Pencurian · Kalibagor · ⚠ putus" in row(drawn, "Kotakan")
    assert "broker mati" in lines_of(drawn)[0]


def test_a_dead_node_is_shown_as_dead() -> None:
    assert "✗ mati · off" in row(picture(replace(at_rest(), running=False)), "Kotakan")


def test_what_several_posts_say_at_once_is_one_line() -> None:
    said = [Said(NOW, post.name, "sounding", {"incident": "pencurian", "village": "kalibagor"})
            for post in (TALKANDANG, KOTAKAN)]
    drawn = picture(at_rest(KOTAKAN), at_rest(TALKANDANG), at_rest(KOTAKAN), lines=tuple(said))
    told = [line for line in lines_of(drawn) if "BERBUNYI: Pencurian di Kalibagor" in line]
    assert [line.split("Kalibagor")[1].split() for line in told] == [["2", "pos"]]


def test_the_tour_shows_its_line_and_what_came_of_it() -> None:
    stage = Stage(1, THEFT, (LINE,), (Outcome(THEFT, ("kotakan.pos-1: siren expected on", "another"), "", ""),), False)
    text = "\n".join(lines_of(replace(picture(at_rest()), stage=stage)))
    assert "Langkah 1 dari 18" in text
    assert f"$ {LINE}" in text
    assert "✗ kotakan.pos-1: siren expected on  (+1)" in text


def test_after_the_tour_there_is_a_line_for_another_terminal_and_every_key() -> None:
    invitation = Invitation(HOME, LINE, "Kalibagor", "tombol pencurian ditahan 1 detik …", "✓ Tur selesai", ())
    text = "\n".join(lines_of(replace(picture(at_rest()), invitation=invitation)))
    for word in (f"$ export {HOME}", f"$ {LINE}", "theft", "fire", "all-clear", "silence", "lock", "ronda", "broker",
                 "posko", "off/on", "quit",
                 "Pos: Kalibagor", "✓ Tur selesai"):
        assert word in text


def test_a_hub_at_rest_says_how_many_posts_it_hears() -> None:
    assert "● posko · hub: siaga · ready: tidak ada alarm, 1/2 pos tersambung" in lines_of(picture(at_rest()))[1]


def test_the_hub_shows_what_it_lists_and_who_sounds() -> None:
    told = hub(state="alarm", alarms=[listed("pencurian", "kalibagor")])
    shown = lines_of(replace(picture(theft()), hub=told))[1]
    assert "posko · hub: 1 alarm, 1/1 berbunyi · sounding: Pencurian di Kalibagor" in shown


def test_the_hub_shows_who_does_not_sound_and_why() -> None:
    told = hub(state="alarm", alarms=[listed("pencurian", "semua", talkandang="offline")])
    shown = lines_of(replace(picture(theft(), at_rest(TALKANDANG)), hub=told))[1]
    assert "1/2 berbunyi · sounding: Pencurian di semua desa; belum Talkandang (mati)" in shown


def test_the_hub_shows_each_alarm_that_it_lists() -> None:
    told = hub(state="alarm", alarms=[listed("pencurian", "olean"), listed("kebakaran", "dawuhan")])
    shown = lines_of(replace(picture(theft()), hub=told))[1]
    assert "2 alarm, 1/1 berbunyi · sounding: Pencurian di Olean | 1/1: Kebakaran di Dawuhan" in shown


def test_a_dead_hub_and_one_without_a_broker_are_shown_as_such() -> None:
    dead, alone = replace(hub(), running=False), replace(hub(), status=None)
    assert "✗ posko · hub: mati · dead" in lines_of(replace(picture(at_rest()), hub=dead))[1]
    assert "✗ posko · hub: belum tersambung · not linked" in lines_of(replace(picture(at_rest()), hub=alone))[1]


def test_what_all_posts_and_the_hub_say_at_once_names_the_hub() -> None:
    said = [Said(NOW, name, "linked", {}) for name in ("kotakan.pos-1", "talkandang.pos-1", "posko")]
    drawn = picture(at_rest(KOTAKAN), at_rest(TALKANDANG), lines=tuple(said))
    assert row(drawn, "tersambung ke broker").split("broker")[1].split() == ["2", "pos,", "Posko"]


def test_what_the_hub_proves_and_misses_is_said_in_words() -> None:
    proven = read_line(NOW, "posko", "proven: clock=synced incident=pencurian village=olean identifier=x "
                       "posts={'olean/pos-1': 0.006, 'patokan/pos-1': 0.012} last_s=0.012")
    missing = read_line(NOW, "posko", "missing: incident=pencurian village=olean identifier=x "
                        "missing={'olean/pos-1': 'offline', 'patokan/pos-1': 'locked'} posts={}")
    assert phrase(proven, LABELS) == "terbukti berbunyi di 2 pos, terakhir setelah 12 ms: Pencurian di Olean"
    assert phrase(missing, LABELS) == (
        "TIDAK SEMUA BERBUNYI: Pencurian di Olean; belum olean/pos-1 (mati), patokan/pos-1 (terkunci)"
    )


def test_seven_posts_and_many_events_fit_the_smallest_terminal() -> None:
    said = tuple(Said(NOW - 3.0 * count, "kotakan.pos-1", "locked", {}) for count in range(40, 0, -1))
    drawn = lines_of(picture(*([theft()] * 7), lines=said))
    assert len(drawn) <= HEIGHT
    assert max(map(len, drawn)) <= WIDTH
    assert sum("dikunci" in line for line in drawn) >= 8
