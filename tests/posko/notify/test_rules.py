"""Which target gets which message, and how fast."""

import pytest

from contract.domain.alarm import Key
from posko.notify.core import pace
from posko.notify.core.occasions import Message, Occasion, Rule, concerns
from posko.notify.core.pace import Pace
from posko.notify.settings import SHORT

THEFT = Message(Occasion.ALARM, 0.0, Key("kalibagor", "pencurian"), "kalibagor", "sedang")
FIRE = Message(Occasion.ALARM, 0.0, Key("kalibagor", "kebakaran"), "kalibagor", "tinggi")
EVERYWHERE = Message(Occasion.ALARM, 0.0, Key("semua", "bencana"), "semua", "tinggi")
EXERCISE = Message(Occasion.ALARM, 0.0, Key("kalibagor", "kebakaran"), "kalibagor", "tinggi", exercise=True)
UNANSWERED = Message(Occasion.UNANSWERED, 0.0, Key("kalibagor", "pencurian"), "kalibagor", "sedang")
POST = Message(Occasion.FAULT, 0.0, village="kotakan", post="kotakan/pos-1")
HUB = Message(Occasion.FAULT, 0.0, part="journal")
REPORT = Message(Occasion.REPORT, 0.0, village="kalibagor", severity="rendah", text="anjing lepas")
NEWER = Message(Occasion.ALARM, 0.0, Key("kalibagor", "gempa"), "kalibagor", "")
ALL = frozenset(Occasion)


@pytest.mark.parametrize(("rules", "wanted"), [
    ((Rule(ALL),), [THEFT, FIRE, EVERYWHERE, EXERCISE, UNANSWERED, POST, HUB, REPORT, NEWER]),
    (SHORT, [FIRE, EVERYWHERE, EXERCISE, UNANSWERED, NEWER]),
    ((Rule(ALL, exercises=False),), [THEFT, FIRE, EVERYWHERE, UNANSWERED, POST, HUB, REPORT, NEWER]),
    ((Rule(ALL, villages=frozenset({"kotakan"})),), [EVERYWHERE, POST, HUB]),
    ((Rule(ALL, incidents=frozenset({"pencurian"})),), [THEFT, UNANSWERED, POST, HUB, REPORT]),
    ((Rule(ALL, severity="tinggi"),), [FIRE, EVERYWHERE, EXERCISE, POST, HUB, NEWER]),
    ((Rule(frozenset({Occasion.FAULT})), Rule(frozenset({Occasion.REPORT}))), [POST, HUB, REPORT]),
    ((), []),
])
def test_a_target_gets_what_one_of_its_rules_wants(rules: tuple[Rule, ...], wanted: list[Message]) -> None:
    every = [THEFT, FIRE, EVERYWHERE, EXERCISE, UNANSWERED, POST, HUB, REPORT, NEWER]
    assert [each for each in every if concerns(rules, each)] == wanted


def test_a_target_that_refuses_is_tried_again_after_5_s_then_longer_up_to_5_minutes() -> None:
    now, found, waits = 100.0, Pace(10), []
    for _ in range(9):
        found = pace.failed(found, now)
        waits.append(pace.due(found, now) - now)
        now += waits[-1]

    assert waits == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0]
    assert pace.due(pace.succeeded(found, now), now) == now


def test_of_50_at_once_9_go_out_and_the_rest_as_one_and_then_nothing_for_a_minute() -> None:
    waiting, now, found, sent = 50, 0.0, Pace(10), []
    while waiting:
        count = pace.count(found, waiting, now)
        sent.append(count)
        waiting -= count
        found = pace.succeeded(found, now)

    assert sent == [1] * 9 + [41]
    assert pace.due(found, now) == 60.0


def test_what_is_not_too_much_goes_out_one_by_one() -> None:
    assert [pace.count(Pace(10, tuple(map(float, range(n)))), 1, 50.0) for n in (0, 5, 9)] == [1, 1, 1]
    assert pace.count(Pace(1), 1, 0.0) == 1
    assert pace.count(Pace(1), 7, 0.0) == 7
    assert pace.count(Pace(10), 0, 0.0) == 0
