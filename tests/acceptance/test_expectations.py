"""What the judge finds wrong. Each expectation can fail: it is shown what is right, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from demo.seen import Event, Seen, Touch
from testing.box import Change
from tests.acceptance.expectations import (
    AgeCounted,
    AtRest,
    Beats,
    Expectation,
    GoesOn,
    Lists,
    ListsAgain,
    Lit,
    Logs,
    NoSiren,
    Off,
    OwnSiren,
    Publishes,
    Quiet,
    SirenOn,
    Sounds,
    Steady,
    Stops,
    differences,
)
from tests.acceptance.expected import DORO_MULUK, EXPECTED, PATROL, TWO
from tests.acceptance.observation import Observed, Published

SINCE = 100.0
POST = "kotakan/pos-1"
SAFE_CODE_S = [0.0, 0.75, 1.05, 1.35, 1.65, 1.95, 2.25, 2.55, 3.30]
SAFE_CODE = "0.75 0.30 0.30 0.30 0.30 0.30 0.30 0.75"
FIRE = ("one.1", "kebakaran", "olean")
ABOUT = {"incident": "pencurian", "village": "kalibagor"}
READY = {"state": "ready", "sounding": None}
AT_REST = Observed(POST, SINCE, status=READY)
OFF = replace(AT_REST, seen=Seen(running=False), status={"state": "offline"})


def published(after_s: float, topic: str = "event", **body: Any) -> Published:
    return Published(SINCE + after_s, topic, body)


def logged(after_s: float, kind: str, **about: Any) -> Event:
    return Event(SINCE + after_s, POST, kind, {"event": kind, **about})


def switched(output: str, *spells_s: tuple[float, float]) -> tuple[Change, ...]:
    return tuple(Change(SINCE + at, output, level)
                 for began, ended in spells_s for at, level in ((began, True), (ended, False)))


def theft(**seen: Any) -> Observed:
    """A post that sounds a theft in Kalibagor since the step began; its siren is on."""
    changes = (Change(SINCE + 0.01, "strobe", True), Change(SINCE + 0.01, "siren", True))
    found = Seen(frozenset({"siren", "strobe"}), changes, (logged(0.02, "sounding", **ABOUT),))
    status = {"state": "sounding", "sounding": {**ABOUT, "origin": "network"}}
    return replace(AT_REST, seen=replace(found, **seen), status=status,
                   published=(published(0.02, event="sounding", **ABOUT),))


def beating(onsets_s: list[float], beater: str = "striker", length_s: float = 0.03) -> Observed:
    changes = switched(beater, *((at, at + length_s) for at in onsets_s))
    return replace(AT_REST, seen=Seen(changes=changes, beater=beater))


def counted(onsets_s: list[float]) -> Observed:
    """A post that is not steady, whose alarm was cleared at 100.5."""
    found = beating(onsets_s)
    return replace(found, steady=False, seen=replace(found.seen, events=(logged(0.5, "cleared"),)))


def cycling(*sirens_s: float, strobe_off_s: float | None = None) -> Observed:
    """A post whose siren comes for 5 s, *sirens_s* after the step began (before it: less than 0); it is instant 116."""
    changes = switched("siren", *((at, at + 5.0) for at in sirens_s))
    off = () if strobe_off_s is None else (Change(SINCE + strobe_off_s, "strobe", False),)
    seen = Seen(frozenset() if off else frozenset({"strobe"}), tuple(c for c in (*changes, *off) if c.at >= SINCE))
    return replace(AT_REST, at=SINCE + 16.0, seen=seen, earlier=tuple(c for c in changes if c.at < SINCE))


def held(siren_s: float) -> Observed:
    """A post whose theft button was held at the step's beginning for a second; its siren came *siren_s* later."""
    return replace(theft(changes=(Change(SINCE + siren_s, "siren", True),)),
                   touch=Touch(POST, "pencurian", SINCE, 1.0))


def late(age_s: float) -> Observed:
    """A press that counted at 101, with a siren at 101.2; the broker came at 105, its publish at 107."""
    return replace(held(1.2), broker_at=SINCE + 5.0, published=(published(7.0, event="published", age_s=age_s),))


def stopped(*sirens_s: tuple[float, float]) -> Observed:
    """A post whose alarm was cleared at 100.5."""
    return replace(AT_REST, at=SINCE + 9.0,
                   seen=Seen(changes=switched("siren", *sirens_s), events=(logged(0.5, "cleared"),)))


def listing(after_s: float, *alarms: tuple[str, str, str], age_s: float = 1.0, boot: str = "one") -> Published:
    listed = [dict(zip(("identifier", "incident", "village"), each, strict=True), age_s=age_s) for each in alarms]
    return published(after_s, "active", boot=boot, alarms=listed)


def hub(*beacons: Published) -> Observed:
    return Observed("posko", SINCE, status={"state": "ready"}, beacons=beacons)


BEFORE, AGAIN = listing(-2.0, FIRE, age_s=4.0), listing(6.0, FIRE, age_s=12.0, boot="two")
LAMP = replace(AT_REST, seen=Seen(changes=switched("lamp pencurian", (0.0, 1.0))))
REFUSED = replace(AT_REST, published=(published(0.0, event="refused", reason="no JSON: what"),))
ON = frozenset({"siren"})

RIGHT: list[tuple[Expectation, Observed]] = [
    (SirenOn(), theft()),
    (SirenOn(), theft(changes=())),  # on before, and still
    (OwnSiren(), held(1.01)),
    (OwnSiren(), held(1.9)),  # on a slow machine
    (Sounds("pencurian", "kalibagor"), theft()),
    (Publishes("sounding", {"incident": "pencurian"}), theft()),
    (Publishes("refused", {"reason": "JSON"}), REFUSED),
    (Logs("sounding", {"village": "kalibagor"}), theft()),
    (TWO, beating([6.0, 6.3, 7.5, 7.8, 9.0])),
    (TWO, beating([6.0, 6.3, 6.9, 7.8, 9.0, 9.3, 10.5, 10.9, 12.0])),  # a stroke came late, in the first figures
    (TWO, beating([6.3, 7.5, 7.8, 9.0, 9.3, 10.5, 10.8], "siren", 0.15)),
    (DORO_MULUK, beating(SAFE_CODE_S)),
    (PATROL, beating([0.0, 1.8, 3.7])),
    (DORO_MULUK, replace(beating([0.0, 0.75, 1.1, 1.3, 1.6, 1.9, 2.2, 2.7, 3.3], length_s=0.4), steady=False)),
    (DORO_MULUK, counted([0.2, *(1.0 + each for each in SAFE_CODE_S)])),  # one of the alarm's, before its end
    (DORO_MULUK, counted([0.2, *(1.0 + each for each in SAFE_CODE_S[1:])])),  # its end was read of late
    (Stops(), stopped((-3.0, 0.4))),
    (Stops(), stopped((0.2, 0.4), (1.0, 1.15))),  # a stroke on the siren's relay
    (Stops(), replace(stopped((0.2, 0.4), (1.0, 2.5)), steady=False)),  # … that was let go late
    (Beats("●", once=True), replace(beating([1.0], "siren", 1.5), steady=False)),
    (AtRest(), AT_REST),
    (Quiet(), AT_REST),
    (Quiet(), replace(AT_REST, status=None)),
    (GoesOn("pencurian", "kalibagor"), replace(theft(events=()), published=())),
    (Lit("pencurian"), LAMP),
    (AgeCounted(), late(6.0)),
    (Off(), OFF),
    (NoSiren(), beating([1.0])),
    (Steady(21.5), cycling(-6.0)),
    (Steady(21.5), cycling(-16.0, 5.5)),
    (Steady(21.5, late_comer=True), cycling(-6.0, 3.0)),
    (Steady(21.5, late_comer=True), cycling(-24.5, 2.5)),
    (Steady(21.5, late_comer=True), cycling(-12.0)),
    (Steady(21.5), cycling(-40.0, -6.0, 15.5)),  # what came before the alarm does not count
    (Lists(), hub(listing(-1.0))),
    (Lists((("kebakaran", "olean"),)), hub(listing(-1.0), listing(1.0, FIRE))),
    (ListsAgain(), hub(BEFORE, AGAIN)),
]
WRONG: list[tuple[Expectation, Observed, str]] = [
    (SirenOn(), AT_REST, "siren expected on, is off"),
    (OwnSiren(), AT_REST, "siren expected on by its own button, is off"),
    (OwnSiren(), held(0.4), "siren expected on after the hold time, came 0.600 s before its end"),
    (Sounds("pencurian", "olean"), theft(), "status expected: pencurian of olean, is pencurian of kalibagor"),
    (Sounds("pencurian", "olean"), AT_REST, "status expected: pencurian of olean, is ready"),
    (Publishes("preempted"), theft(), "event preempted expected, published sounding pencurian kalibagor"),
    (Publishes("refused", {"reason": "did you mean"}), REFUSED,
     "event refused did you mean expected, published refused no JSON: what"),
    (Publishes("sounding", {"origin": "hub"}), theft(),
     "event sounding hub expected, published sounding pencurian kalibagor"),
    (Logs("sounding"), AT_REST, "line sounding expected, logged nothing"),
    (TWO, beating([6.0, 6.3, 6.6, 7.8, 8.1, 8.4]),
     "strokes expected ●● ●● ●, are 0.30 0.30 1.20 0.30 0.30 s apart"),
    (Beats("●●"), AT_REST, "strokes expected ●●, are no s apart"),
    (DORO_MULUK, beating(SAFE_CODE_S[1:]),
     "strokes expected ● ●●●●●●● ●, are 0.30 0.30 0.30 0.30 0.30 0.30 0.75 s apart"),
    (DORO_MULUK, beating([*SAFE_CODE_S, 3.6]), f"strokes expected ● ●●●●●●● ●, are {SAFE_CODE} 0.30 s apart"),
    (DORO_MULUK, replace(beating([*SAFE_CODE_S, 3.6]), steady=False), "strokes expected ● ●●●●●●● ●, are 10"),
    (DORO_MULUK, replace(beating(SAFE_CODE_S[1:]), steady=False), "strokes expected ● ●●●●●●● ●, are 8"),
    (DORO_MULUK, counted([1.0 + each for each in (*SAFE_CODE_S, 3.6)]), "strokes expected ● ●●●●●●● ●, are 10"),
    (TWO, replace(beating([6.0, 6.3, 7.5, 7.8]), steady=False), "strokes expected ●● ●● ●, are 4"),
    (PATROL, beating([0.0, 1.8, 3.6, 5.4]), "strokes expected ● ● ●, are 1.80 1.80 1.80 s apart"),
    (PATROL, beating([0.0, 0.3, 3.6]), "strokes expected ● ● ●, are 0.30 3.30 s apart"),
    (Stops(), stopped((-3.0, 0.4), (1.5, 6.5)), "siren expected to stay off, came again 1.000 s after the all-clear"),
    (Stops(), stopped((1.5, 3.0)), "siren expected to stay off, came again 1.000 s after the all-clear"),
    (Stops(), replace(stopped((1.5, 6.5)), steady=False),
     "siren expected to stay off, came again 1.000 s after the all-clear"),
    (Beats("●", once=True), replace(beating([1.0], "siren", 5.0), steady=False), "strokes expected ●, are 0"),
    (Stops(), replace(stopped(), seen=replace(stopped().seen, on=ON)), "siren expected off, still is on"),
    (Stops(), theft(), "siren expected off once it is cleared, which it never is"),
    (AtRest(), theft(), "siren expected off, is on"),
    (AtRest(), theft(), "status expected ready, is sounding"),
    (Quiet(), theft(), "expected silent, but siren, strobe was on"),
    (Quiet(), beating([1.0]), "expected silent, but striker was on"),
    (Quiet(), theft(), "expected silent, but its status has pencurian of kalibagor"),
    (GoesOn("pencurian", "kalibagor"), theft(), "expected to go on with pencurian, reported sounding"),
    (Lit("kebakaran"), LAMP, "lamp of kebakaran expected lit, stayed dark"),
    (AgeCounted(), late(0.0), "age expected between 3.8 s and 6.0 s, is 0.0 s"),
    (AgeCounted(), late(6.1), "age expected between 3.8 s and 6.0 s, is 6.1 s"),
    (AgeCounted(), AT_REST, "event published expected, with the press's age"),
    (Off(), replace(OFF, seen=Seen()), "expected off, its process runs"),
    (Off(), replace(OFF, status=None), "status expected offline, is None"),
    (Off(), replace(OFF, seen=Seen(on=ON, running=False)), "siren expected off, is on"),
    (NoSiren(), theft(), "siren expected off, was on"),
    (Steady(21.5), cycling(-6.0, strobe_off_s=3.0), "strobe expected on, is off"),
    (Steady(21.5), cycling(-6.0, strobe_off_s=3.0), "strobe expected to stay as it is, was switched"),
    (Steady(21.5), cycling(-6.0, 3.0), "siren expected 21.5 s after the last one, came after 9.00 s"),
    (Steady(21.5, late_comer=True), cycling(-6.0, 1.0, 8.0),
     "siren expected 21.5 s after the last one, came after 7.00 s"),
    (Steady(21.5, late_comer=True), cycling(-27.0, 2.5),
     "siren expected 21.5 s after the last one, came after 29.50 s"),
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
     "beacon expected to list one.1 as 6.0 s old at least, lists it as 0.1 s old"),
]


@pytest.mark.parametrize(("expected", "observed"), RIGHT)
def test_what_is_as_expected_makes_no_difference(expected: Expectation, observed: Observed) -> None:
    assert list(expected(observed)) == []


@pytest.mark.parametrize(("expected", "observed", "sentence"), WRONG)
def test_what_is_not_as_expected_is_a_sentence(expected: Expectation, observed: Observed, sentence: str) -> None:
    assert sentence in list(expected(observed))


def test_a_difference_names_the_post() -> None:
    assert differences((SirenOn(),), AT_REST) == ["kotakan/pos-1: siren expected on, is off"]


def test_a_post_that_no_step_names_must_be_quiet() -> None:
    assert differences(EXPECTED[0].of("olean/pos-1"), theft()) == [
        "kotakan/pos-1: expected silent, but siren, strobe was on",
        "kotakan/pos-1: expected silent, but its status has pencurian of kalibagor",
    ]


def test_a_dead_program_is_a_difference_of_its_own_unless_it_is_off_on_purpose() -> None:
    assert differences((Quiet(),), replace(OFF, status=None)) == ["kotakan/pos-1: its program has died"]
    assert differences((), replace(hub(), seen=Seen(running=False))) == ["posko: its program has died"]
    assert differences((Off(),), OFF) == []


def test_the_hub_is_judged_by_what_the_step_expects_of_it() -> None:
    assert EXPECTED[0].of("posko") == EXPECTED[0].hub
