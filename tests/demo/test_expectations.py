"""What the tour finds wrong. Each expectation can fail: it is shown what is right, and what is not."""

from dataclasses import replace

import pytest

from demo.expect import AgeCounted, AtRest, Expectation, GoesOn, Logged, Off, Quiet, Says, Told, differences
from demo.expect_hub import Lists, ListsAgain
from demo.expect_pins import Beats, Lit, NoSiren, OwnSiren, SirenOn, Steady, Stops
from demo.ought import DORO_MULUK, KOTAKAN, TWO
from demo.outages import DISASTER
from demo.sight import POSKO, Heard, Held, Sight
from demo.steps import THEFT
from testing.box import Change
from tests.demo.sights import KOTAKAN as POST
from tests.demo.sights import SINCE, TALKANDANG, at_rest, beating, cycling, held, hub, listing, theft

SAFE_CODE_S = [0.0, 0.75, 1.05, 1.35, 1.65, 1.95, 2.25, 2.55, 3.30]
SAFE_CODE = "0.75 0.30 0.30 0.30 0.30 0.30 0.30 0.75"
REFUSED = replace(at_rest(), heard=(Heard(SINCE, {"event": "refused", "reason": "not JSON: what"}),))
LATE = replace(
    at_rest(), held=Held("pencurian", SINCE, 1.0), heard=(Heard(SINCE + 7.0, {"event": "published", "age_s": 6.0}),)
)
OFF = replace(at_rest(), running=False, status={"state": "offline"})
STROKE_NOW = replace(cycling(-6.0), at=SINCE + 2.1, changes=(Change(SINCE + 2.0, "siren", True),))
FIRE = ("one.1", "kebakaran", "olean")
BEFORE, AGAIN = listing(-2.0, FIRE, age_s=4.0), listing(6.0, FIRE, age_s=12.0, boot="two")
LAMP = replace(at_rest(), changes=(Change(SINCE, "lamp pencurian", True),))

RIGHT: list[tuple[Expectation, Sight]] = [
    (SirenOn(), theft()),
    (SirenOn(), replace(theft(), changes=())),  # on before, and still
    (OwnSiren(), held(1.01)),
    (Says("pencurian", "kalibagor"), theft()),
    (Told("sounding", {"incident": "pencurian"}), theft()),
    (Told("refused", {"reason": "JSON"}), REFUSED),
    (Logged("sounding", {"village": "kalibagor"}), theft()),
    (TWO, beating(POST, [6.0, 6.3, 7.5, 7.8, 9.0])),
    (TWO, beating(TALKANDANG, [6.3, 7.5, 7.8, 9.0, 9.3, 10.5, 10.8])),
    (DORO_MULUK, beating(POST, SAFE_CODE_S)),
    (Stops(), beating(POST, SAFE_CODE_S)),
    (Stops(), replace(at_rest(), changes=(Change(SINCE + 0.1, "siren", False),))),
    (AtRest(), at_rest()),
    (Quiet(), at_rest()),
    (Quiet(), replace(at_rest(), status=None)),
    (GoesOn("pencurian", "kalibagor"), replace(theft(), heard=())),
    (Lit("pencurian"), LAMP),
    (AgeCounted(), LATE),
    (Off(), OFF),
    (NoSiren(), beating(POST, [1.0])),
    (Steady(21.5), cycling(-6.0)),
    (Steady(21.5), cycling(-16.0, 5.5)),
    (Steady(21.5), cycling(-40.0, -6.0, 15.5)),  # what came before the alarm does not count
    (Steady(21.5), STROKE_NOW),  # on the siren's relay
    (Lists(), hub(listing(-1.0))),
    (Lists((("kebakaran", "olean"),)), hub(listing(-1.0), listing(1.0, FIRE))),
    (ListsAgain(), hub(BEFORE, AGAIN)),
]
WRONG: list[tuple[Expectation, Sight, str]] = [
    (SirenOn(), at_rest(), "siren expected on within 2 s, is off"),
    (SirenOn(), theft(after_s=2.5), "siren expected on within 2 s, came after 2.500 s"),
    (OwnSiren(), at_rest(), "siren expected on by its own button, is off"),
    (OwnSiren(), held(0.4), "siren expected on within 0.25 s of the hold time, came after -0.600 s"),
    (OwnSiren(), held(1.5), "siren expected on within 0.25 s of the hold time, came after 0.500 s"),
    (Says("pencurian", "olean"), theft(), "status expected to say pencurian of olean, says pencurian of kalibagor"),
    (Says("pencurian", "olean"), at_rest(), "status expected to say pencurian of olean, says ready"),
    (Told("preempted"), theft(), "event preempted expected, told sounding pencurian kalibagor"),
    (Told("refused", {"reason": "did you mean"}), REFUSED,
     "event refused did you mean expected, told refused not JSON: what"),
    (Logged("sounding"), at_rest(), "line sounding expected, said nothing"),
    (TWO, beating(POST, [6.0, 6.3, 6.6, 7.8, 8.1, 8.4]),
     "strokes expected 0.30 1.20 0.30 1.20 s apart, are 0.30 0.30 1.20 0.30 0.30 s apart"),
    (Beats((0.3,)), at_rest(), "strokes expected 0.30 s apart, are no s apart"),
    (DORO_MULUK, beating(POST, SAFE_CODE_S[1:]),
     f"strokes expected {SAFE_CODE} s apart, are 0.30 0.30 0.30 0.30 0.30 0.30 0.75 s apart"),
    (DORO_MULUK, beating(POST, [*SAFE_CODE_S, 3.6]),
     f"strokes expected {SAFE_CODE} s apart, are {SAFE_CODE} 0.30 s apart"),
    (Stops(), replace(at_rest(), changes=(Change(SINCE + 1.5, "siren", False),)),
     "siren expected off after 1 s, was on until 1.500 s"),
    (Stops(), theft(), "siren expected off after 1 s, still is on"),
    (AtRest(), theft(), "siren expected off, is on"),
    (AtRest(), theft(), "status expected ready, is sounding"),
    (Quiet(), theft(), "expected silent, but siren, strobe was on"),
    (Quiet(), beating(POST, [1.0]), "expected silent, but striker was on"),
    (Quiet(), theft(), "expected silent, but its status says pencurian of kalibagor"),
    (GoesOn("pencurian", "kalibagor"), theft(), "expected to go on with pencurian, told sounding"),
    (Lit("kebakaran"), LAMP, "lamp of kebakaran expected lit, stayed dark"),
    (AgeCounted(), replace(LATE, heard=(Heard(SINCE + 7.0, {"event": "published", "age_s": 0.0}),)),
     "age expected 6.0 s, is 0.0 s"),
    (AgeCounted(), at_rest(), "event published expected, with the press's age"),
    (Told("sounding", {"origin": "hub"}), theft(),
     "event sounding hub expected, told sounding pencurian kalibagor"),
    (Off(), replace(OFF, running=True), "expected off, its process runs"),
    (Off(), replace(OFF, status=None), "status expected offline, is None"),
    (Off(), replace(OFF, on=frozenset({"siren"})), "siren expected off, is on"),
    (NoSiren(), theft(), "siren expected off, was on"),
    (Steady(21.5), cycling(-6.0, strobe_off_s=3.0), "strobe expected on, is off"),
    (Steady(21.5), cycling(-6.0, strobe_off_s=3.0), "strobe expected to stay as it is, switched after 3.00 s"),
    (Steady(21.5), cycling(-6.0, 3.0), "siren expected 21.5 s after the last one, came after 9.00 s"),
    (Steady(21.5), cycling(-6.0, 15.0), "siren expected 21.5 s after the last one, came after 21.00 s"),
    (Steady(21.5), cycling(-16.0), "siren expected 21.5 s after the last one, is off"),
    (Steady(21.5), cycling(), "siren expected to have sounded, never did"),
    (Lists(), hub(), "beacon expected, came never"),
    (Lists(), hub(listing(1.0, FIRE)), "beacon expected to list nothing, lists kebakaran of olean"),
    (Lists((("kebakaran", "olean"),)), hub(listing(-1.0, FIRE), listing(1.0)),
     "beacon expected to list kebakaran of olean, lists nothing"),
    (ListsAgain(), hub(AGAIN), "beacon expected before the hub was started again, came never"),
    (ListsAgain(), hub(BEFORE), "beacon of another run expected, came never"),
    (ListsAgain(), hub(BEFORE, listing(6.0, boot="two")), "beacon expected to list one.1 again, lists nothing"),
    (ListsAgain(), hub(BEFORE, listing(6.0, ("two.1", *FIRE[1:]), age_s=12.0, boot="two"), AGAIN),
     "beacon expected to list one.1 again, lists two.1"),
    (ListsAgain(), hub(BEFORE, listing(6.0, FIRE, age_s=0.1, boot="two")),
     "beacon expected to list one.1 as 12.0 s old, lists it as 0.1 s old"),
]


@pytest.mark.parametrize(("expected", "sight"), RIGHT)
def test_what_is_as_expected_makes_no_difference(expected: Expectation, sight: Sight) -> None:
    assert list(expected(sight)) == []


@pytest.mark.parametrize(("expected", "sight", "sentence"), WRONG)
def test_what_is_not_as_expected_is_said_in_a_sentence(expected: Expectation, sight: Sight, sentence: str) -> None:
    assert sentence in list(expected(sight))


def test_a_difference_names_the_post() -> None:
    assert differences((SirenOn(),), at_rest()) == ["kotakan.pos-1: siren expected on within 2 s, is off"]


def test_a_post_that_rings_where_it_should_is_no_difference() -> None:
    assert differences(THEFT.of(KOTAKAN), theft()) == []


def test_a_post_that_no_step_names_must_be_quiet() -> None:
    assert differences(THEFT.of("olean.pos-1"), theft()) == [
        "kotakan.pos-1: expected silent, but siren, strobe was on",
        "kotakan.pos-1: expected silent, but its status says pencurian of kalibagor",
    ]


def test_a_dead_node_is_a_difference_of_its_own() -> None:
    assert differences((Quiet(),), replace(at_rest(), running=False)) == ["kotakan.pos-1: its node has died"]


def test_a_dead_hub_is_a_difference() -> None:
    assert differences(THEFT.hub[:0], replace(hub(), running=False)) == ["posko: it has died"]


def test_a_post_that_is_off_on_purpose_is_no_difference() -> None:
    assert differences(DISASTER.of("olean.pos-1"), OFF) == []


def test_the_hub_is_judged_by_what_the_step_says_of_it() -> None:
    assert DISASTER.of(POSKO.name) == DISASTER.hub
