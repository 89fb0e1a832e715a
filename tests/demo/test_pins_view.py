"""The ribbon of pins, drawn from changes made by hand. A cell is 0.15 s."""

from dataclasses import replace

from demo.pins_view import WIDTH, cells, ribbon
from demo.seen import Seen
from testing.box import Change
from tests.demo.seeing import beating

NOW = 12.1


def test_strokes_stand_where_they_fell() -> None:
    assert ribbon(Seen(changes=beating([9.9, 10.2, 11.4, 11.7])), NOW).plain == "·····●·●·······●·●··"


def test_strokes_on_the_siren_are_strokes() -> None:
    seen = Seen(changes=beating([9.9, 10.2, 11.4], "siren", 0.15), beater="siren")
    assert ribbon(seen, NOW).plain == "·····●·●·······●····"


def test_a_siren_that_still_is_on_reaches_the_right_edge() -> None:
    seen = Seen(frozenset({"siren"}), (Change(NOW - 0.8, "siren", True),))
    assert ribbon(seen, NOW).plain == "··············━━━━━━"


def test_a_siren_that_began_long_ago_fills_the_ribbon() -> None:
    seen = Seen(frozenset({"siren"}), (Change(NOW - 30.0, "siren", True),))
    assert ribbon(seen, NOW).plain == "━" * 20


def test_each_post_has_its_key_its_ribbon_its_strobe_and_its_lit_lamps() -> None:
    quiet = Seen()
    bright = replace(quiet, on=frozenset({"strobe", "lamp pencurian", "lamp senyap"}))
    found = cells({"dawuhan/pos-1": quiet, "kotakan/pos-1": bright}, NOW, chosen="kotakan/pos-1")

    assert {name: text.plain for name, text in found.items()} == {
        "dawuhan/pos-1": "1 ···················· · ····", "kotakan/pos-1": "2 ···················· ✦ p··s",
    }
    assert [str(text.spans[0].style) for text in found.values()] == ["dim", "bold black on cyan"]
    assert {len(text) for text in found.values()} == {WIDTH}


def test_in_the_longer_ribbon_one_post_beats_while_its_neighbour_is_silent_and_then_the_other_way_round() -> None:
    siren = [Change(at, "siren", on) for at, on in ((2.0, True), (7.0, False))]
    first = Seen(changes=(*siren, *beating([8.0, 8.3, 10.0, 10.3, 12.0])))
    second = Seen(changes=(*siren, *beating([16.0, 16.3, 18.0])))
    found = cells({"kalibagor/pos-1": first, "kotakan/pos-1": second}, 21.0, "", turns=True)

    assert found["kalibagor/pos-1"].plain[2:22] == "··········━━━●●●····"
    assert found["kotakan/pos-1"].plain[2:22] == "··········━━━····●●·"
