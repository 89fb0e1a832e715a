"""The demo's own small check: what each part of it finds, shown what is right and what is not."""

import pytest

from demo.seen import Event, Seen
from demo.steps import KOTAKAN, TOUR
from demo.tour import (
    SAFE_CODE,
    Check,
    Step,
    at_rest,
    ends,
    goes_on,
    no_siren,
    off,
    reports,
    rings,
    silent,
    siren,
)
from posko.labels.language import Text
from testing.box import Change
from tests.demo.seeing import beating, event, ringing

CODE_S = [0.0, 0.75, 1.05, 1.35, 1.65, 1.95, 2.25, 2.55, 3.30]
SAFE = Seen(changes=beating(CODE_S), events=(event("cleared", "kalibagor"), event("finished", "kalibagor", "aman")))
REFUSED = Seen(events=(Event(1.0, KOTAKAN, "refused", {"reason": "unknown; did you mean y"}),))

RIGHT: list[tuple[Check, Seen]] = [
    (siren, ringing()),
    (siren, Seen(on=frozenset({"siren"}))),  # on before, and still
    (no_siren, SAFE),
    (reports("sounding", incident="pencurian"), ringing()),
    (reports("refused", reason="did you mean"), REFUSED),
    (silent, Seen()),
    (silent, Seen(changes=(Change(1.0, "lamp aman", True),))),
    (at_rest, SAFE),
    (off, Seen(running=False)),
    (goes_on, Seen(on=frozenset({"strobe"}))),
    (goes_on, Seen(changes=(Change(1.0, "siren", False),))),  # it was on until a moment ago
    *((check, ringing(5)) for check in rings("pencurian", "kalibagor", beaten=5)),
    *((check, SAFE) for check in ends("pencurian", "kalibagor")),
]
WRONG: list[tuple[Check, Seen, str]] = [
    (siren, SAFE, "siren expected on, was off"),
    (siren, Seen(changes=(Change(1.0, "siren", False),)), "siren expected on, was off"),
    (no_siren, ringing(), "siren expected off, was on"),
    (reports("sounding", incident="kebakaran"), ringing(),
     "expected to report sounding kebakaran, reported sounding pencurian kalibagor"),
    (reports("proven"), Seen(), "expected to report proven, reported nothing"),
    (silent, ringing(), "expected silent, but siren was on"),
    (silent, SAFE, "expected silent, but striker was on"),
    (at_rest, ringing(), "siren expected off, is on"),
    (off, Seen(), "expected off, but its program runs"),
    (off, Seen(on=frozenset({"siren"}), running=False), "siren expected off, is on"),
    (goes_on, Seen(), "expected to sound on, is silent"),
    (goes_on, ringing(), "expected to sound on, reported sounding"),
    (rings("pencurian", "kalibagor", beaten=5)[-1], ringing(4), "5 strokes expected, 4 were beaten"),
    (SAFE_CODE[0], Seen(changes=beating(CODE_S[1:])), "9 strokes expected, 8 were beaten"),
]


@pytest.mark.parametrize(("check", "seen"), RIGHT)
def test_what_is_right_makes_no_difference(check: Check, seen: Seen) -> None:
    assert check(seen) == ""


@pytest.mark.parametrize(("check", "seen", "sentence"), WRONG)
def test_what_is_not_is_a_sentence(check: Check, seen: Seen, sentence: str) -> None:
    assert check(seen) == sentence


def test_a_post_that_a_step_does_not_name_is_to_be_silent_and_the_hub_may_do_anything() -> None:
    step = Step(Text("", ""), Text("", ""), (), {})
    assert (step.of(KOTAKAN), step.of("posko")) == ((silent,), ())


def test_the_tour_has_its_nineteen_steps_in_both_languages() -> None:
    assert len(TOUR) == 19
    assert all(step.title.id and step.title.en and step.look.id and step.look.en for step in TOUR)
