"""All-clear and silence at the desk: quiet is believed only of who was heard to be quiet; and the self-test."""

from typing import Any

import pytest

from contract.domain.alarm import Key
from contract.wire.alarm import read_alarm
from posko.core.proof import Trouble
from posko.operator import lines
from posko.operator.core import judgement
from posko.operator.core.orders import Act
from posko.operator.core.snapshot import Standing
from runtime.core.events import Tick
from tests.posko.operator.told import (
    CLEAR,
    ENGLISH,
    FIRE,
    KALIBAGOR,
    KOTAKAN,
    LABELS,
    POLSEK,
    SILENCE,
    TEST,
    THEFT,
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

ORDERED = CLEAR.key.name("operator.1")
ELSEWHERE = Key("kotakan", "pencurian")
ALL_VILLAGES = Key("semua", "bencana")
SAFE_CODE = Key("kalibagor", "aman")
OFFLINE = "terputus dari server pesan (broker)"
WELL: dict[str, Any] = {
    "results": {"siren": "ok", "journal": "ok"}, "faults": {}, "drivers": {"pins": "mock", "simulated": True},
}


def outcome(sitting: Sitting) -> tuple[bool, int]:
    return judgement.done(sitting.state), judgement.exit_code(sitting.state)


def quiet(*posts: str) -> list[Any]:
    """What posts answer that sound nothing."""
    return [status(post) for post in posts]


def bad(sitting: Sitting) -> list[str]:
    return [row.post for row in judgement.rows(sitting.state) if not row.good]


def test_the_all_clear_goes_out_under_a_name() -> None:
    (sent,) = Sitting(CLEAR).linked().sent

    assert sent.topic == "kentongan/situbondo/kalibagor/alarm/aman"
    assert getattr(read_alarm(sent.payload), "identifier", None) == "operator.1"


def test_it_is_over_when_all_that_sounded_are_quiet_and_the_hub_has_it() -> None:
    sitting = Sitting(CLEAR).linked(hub(), rings(KALIBAGOR, kept=True), rings(KOTAKAN, FIRE, kept=True))
    sounding = bad(sitting)
    sitting.at(0.3, rings(KALIBAGOR, SAFE_CODE), *quiet(KOTAKAN, POLSEK), beacon(heard=(ORDERED,))).at(0.9, Tick())
    settling = outcome(sitting)
    sitting.at(1.1, Tick())

    assert sounding == [KALIBAGOR, KOTAKAN]
    assert (settling, outcome(sitting)) == ((False, 0), (True, 0))
    assert [(row.post, round(row.after_s or 0.0, 3)) for row in judgement.rows(sitting.state)] == [
        (KALIBAGOR, 0.2), (KOTAKAN, 0.2)]


def test_with_nothing_to_end_it_is_over_once_every_post_had_time_to_say_otherwise() -> None:
    sitting = Sitting(CLEAR).linked(hub(), beacon(heard=(ORDERED,)))
    due = judgement.due(sitting.state)
    sitting.at(0.9, rings(KALIBAGOR, kept=True)).at(1.2, Tick())

    assert due == pytest.approx(1.1)
    assert outcome(sitting) == (False, 1)


@pytest.mark.parametrize("still", [
    rings(KALIBAGOR), status(KALIBAGOR, waiting=[about(FIRE)]), rings(KALIBAGOR, ELSEWHERE, waiting=[about(FIRE)]),
])
def test_who_still_sounds_the_villages_alarm_or_will_is_named(still: object) -> None:
    sitting = Sitting(CLEAR).linked(still).at(10.1, Tick())

    assert (outcome(sitting), bad(sitting)) == ((True, 1), [KALIBAGOR])


def test_what_the_hub_saw_of_other_villages_alarms_is_not_what_the_all_clear_ends() -> None:
    rang = hub(alarms=[{"village": "kotakan", "incident": "pencurian", "sounds": {KOTAKAN: 0.1}}])
    sitting = Sitting(CLEAR).linked(rang, status(KOTAKAN, kept=True, state="offline"))

    assert bad(sitting) == []
    assert judgement.out_of_reach(sitting.state)[KOTAKAN] is Trouble.OFFLINE


def test_of_what_still_sounds_the_safe_code_and_what_fails_are_not_told_twice() -> None:
    sitting = Sitting(ordered(Act.CLEAR, "semua", "aman")).linked(rings(KOTAKAN, SAFE_CODE), rings(KALIBAGOR))

    assert bad(sitting) == [KALIBAGOR]
    assert judgement.still_sounding(sitting.state) == {}


def test_other_villages_alarms_and_those_of_all_do_not_count_and_are_told() -> None:
    sitting = Sitting(CLEAR).linked(rings(KOTAKAN, ELSEWHERE), rings(KALIBAGOR, ALL_VILLAGES))
    sitting.at(0.2, rings(KOTAKAN, ELSEWHERE), rings(KALIBAGOR, ALL_VILLAGES), *quiet(POLSEK)).at(10.1, Tick())
    told = sitting.closing()

    assert (outcome(sitting), bad(sitting)) == ((True, 0), [])
    assert [line for line in told if "Bencana alam di semua desa dan kelurahan" in line and "clear semua" in line]
    assert not any("kotakan/pos-1" in line for line in told)


def test_the_all_clear_of_all_ends_every_villages() -> None:
    order = ordered(Act.CLEAR, "semua", "aman")
    sitting = Sitting(order).linked(rings(KOTAKAN, ELSEWHERE), rings(KALIBAGOR, ALL_VILLAGES))

    assert bad(sitting) == [KALIBAGOR, KOTAKAN]


def test_the_all_clear_of_an_exercise_ends_exercises_only() -> None:
    order = ordered(Act.CLEAR, incident="aman", exercise=True)
    exercise = status(KALIBAGOR, about(THEFT, status="Exercise"))
    sitting = Sitting(order).linked(exercise, rings(KOTAKAN))

    assert bad(sitting) == [KALIBAGOR]
    assert [(getattr(read_alarm(each.payload), "status").value) for each in sitting.sent] == ["Exercise"]  # noqa: B009


def test_a_post_that_falls_silent_in_the_middle_of_its_alarm_has_not_ended_it() -> None:
    sitting = Sitting(CLEAR).linked(rings(KALIBAGOR)).at(0.3, status(KALIBAGOR, state="offline")).at(10.1, Tick())
    (row,) = judgement.rows(sitting.state)

    assert (outcome(sitting), row.trouble) == ((True, 1), Trouble.OFFLINE)


def test_a_post_that_comes_back_quiet_is_quiet_from_then_on() -> None:
    sitting = Sitting(CLEAR).linked(rings(KALIBAGOR)).at(0.3, status(KALIBAGOR, state="offline")).at(
        5.1, status(KALIBAGOR))
    (row,) = judgement.rows(sitting.state)

    assert (row.good, row.after_s) == (True, 5.0)


def test_a_post_out_of_reach_that_the_hub_saw_ringing_is_not_quiet() -> None:
    rang = hub(alarms=[{"village": "kalibagor", "incident": "pencurian", "sounds": {KOTAKAN: 0.1, KALIBAGOR: 0.1}}])
    sitting = Sitting(CLEAR).linked(rang, status(KOTAKAN, kept=True, state="offline"), status(KALIBAGOR, kept=True))

    sitting.at(0.2, *quiet(KALIBAGOR, POLSEK))

    assert bad(sitting) == [KOTAKAN]
    assert [row.post for row in judgement.rows(sitting.state)] == [KOTAKAN]
    assert judgement.out_of_reach(sitting.state) == {}


def test_a_post_that_is_known_to_be_offline_is_not_waited_for_and_not_called_quiet() -> None:
    gone = status(KOTAKAN, kept=True, state="offline")
    sitting = Sitting(CLEAR).linked(hub(), gone).at(0.2, *quiet(KALIBAGOR, POLSEK), beacon(heard=(ORDERED,)))
    sitting.at(1.2, Tick())

    assert outcome(sitting) == (True, 1)
    assert sitting.closing() == [
        f"? TIDAK DAPAT DIPASTIKAN apakah masih berbunyi: {KOTAKAN}, Pos Kamling Kotakan: {OFFLINE}",
        "✗ tidak dapat dipastikan: 1 pos tidak menjawab. Lihat sendiri, atau telepon",
    ]


# What a broker says that keeps nothing, of posts that hang: nothing, or what they were before.
@pytest.mark.parametrize("order", [CLEAR, SILENCE, ordered(Act.CLEAR, "semua", "aman"), ordered(Act.SILENCE, "semua")])
@pytest.mark.parametrize("before", [
    pytest.param([], id="nothing is known of it"),
    pytest.param([status(KALIBAGOR, kept=True)], id="it was ready"),
    pytest.param([rings(KALIBAGOR, kept=True)], id="it sounded"),
    pytest.param([hub(posts={KALIBAGOR: "ready"})], id="the hub calls it ready"),
    pytest.param([hub(posts={KALIBAGOR: "away"})], id="the hub calls it away"),
    pytest.param([hub(alarms=[{"village": "kalibagor", "incident": "pencurian", "sounds": {KALIBAGOR: 0.1}}])],
                 id="the hub saw it sound"),
])
def test_of_a_post_that_is_silent_on_the_link_nobody_can_tell_that_it_is_quiet(
    order: Any, before: list[Any]
) -> None:
    sitting = Sitting(order).linked(*before).at(0.2, *quiet(KOTAKAN, POLSEK), beacon(heard=(ORDERED,)))
    sitting.at(10.2, Tick())
    told = sitting.closing(ENGLISH)

    assert outcome(sitting) == (True, 1)
    assert [line for line in told if line.startswith("? CANNOT BE TOLD whether it still sounds: kalibagor/pos-1, ")]
    assert "cannot be told: 1 posts" in told[-1]
    assert not any("quiet" in line for line in told)


def test_the_answer_of_a_post_decides_and_nothing_is_waited_for_any_longer() -> None:
    sitting = Sitting(CLEAR).linked(hub()).at(0.2, *quiet(KALIBAGOR, KOTAKAN), beacon(heard=(ORDERED,)))
    waits = judgement.done(sitting.at(5.0, Tick()).state)
    sitting.at(5.1, *quiet(POLSEK))

    assert (waits, outcome(sitting)) == (False, (True, 0))
    assert sitting.closing()[-1] == "✓ tidak ada yang berbunyi"


def test_an_answer_from_before_the_order_and_one_of_the_will_are_none() -> None:
    before = Sitting(CLEAR).at(0.05, *quiet(KALIBAGOR, KOTAKAN, POLSEK)).linked().at(10.2, Tick())
    gone = Sitting(SILENCE).linked().at(0.2, *quiet(KALIBAGOR), status(KALIBAGOR, state="offline")).at(10.2, Tick())

    assert [*judgement.out_of_reach(before.state)] == [KALIBAGOR, KOTAKAN, POLSEK]
    assert judgement.out_of_reach(gone.state) == {KALIBAGOR: Trouble.OFFLINE}


def test_a_post_that_still_sounds_by_its_own_report_is_told_beside_those_of_which_nothing_is_known() -> None:
    told = Sitting(CLEAR).linked().at(0.2, rings(KALIBAGOR), *quiet(POLSEK)).at(10.2, Tick()).closing()

    assert told[0] == "✗ MASIH berbunyi: kalibagor/pos-1, Pos Kamling Kalibagor: begitu laporannya sendiri"
    assert told[-1] == "✗ 1 pos masih berbunyi; 1 tidak dapat dipastikan"


def test_silence_means_whatever_sounds_in_the_village_and_nothing_outside() -> None:
    sitting = Sitting(SILENCE).linked(rings(KALIBAGOR, SAFE_CODE), rings(KOTAKAN)).at(0.3, Tick())
    sounding = bad(sitting)
    sitting.at(0.4, status(KALIBAGOR), event("posko", "silenced", village="kalibagor")).at(1.1, Tick())

    assert sounding == [KALIBAGOR]
    assert outcome(sitting) == (True, 0)


@pytest.mark.parametrize("other", [
    event("posko", "silenced", village="kotakan"), event("posko", "cleared", village="kalibagor"),
])
def test_what_the_hub_reports_of_something_else_does_not_record_a_silence(other: object) -> None:
    sitting = Sitting(SILENCE).linked(hub()).at(0.4, other)

    assert judgement.standing(sitting.state) is not Standing.RECORDED


def test_a_beacon_without_alarms_does_not_record_a_silence() -> None:
    sitting = Sitting(SILENCE).linked(hub()).at(0.4, beacon())

    assert judgement.standing(sitting.state) is Standing.BEHIND


def test_silence_of_all_is_recorded_when_the_beacon_lists_all_in_force_as_silenced() -> None:
    sitting = Sitting(ordered(Act.SILENCE, "semua")).linked(hub(), rings(KOTAKAN))
    sitting.at(0.4, *quiet(KALIBAGOR, KOTAKAN, POLSEK))
    sitting.at(1.2, beacon(listed(identifier="one", silenced=("semua",)), listed(FIRE, "two")))
    before = judgement.done(sitting.state)
    sitting.at(1.3, beacon(listed(identifier="one", silenced=("semua",)), listed(FIRE, "two", silenced=("semua",))))

    assert (before, outcome(sitting)) == (False, (True, 0))


def test_a_locked_post_that_refuses_silence_is_named_with_its_reason() -> None:
    refusal = event(KALIBAGOR, "refused", topic="kentongan/situbondo/kalibagor/command/silence", reason="locked: no")
    sitting = Sitting(SILENCE).linked(rings(KALIBAGOR, locked=True)).at(0.3, refusal).at(10.1, Tick())

    assert outcome(sitting) == (True, 1)
    assert any("locked: no" in line for line in sitting.closing())


def test_a_self_test_is_over_when_all_have_answered_and_nothing_is_wrong() -> None:
    sitting = Sitting(TEST).linked().at(0.2, event(KALIBAGOR, "tested", **WELL), event(POLSEK, "tested", **WELL))
    before = outcome(sitting)
    sitting.at(0.3, event(KOTAKAN, "tested", **WELL))

    assert (before, outcome(sitting)) == ((False, 1), (True, 0))
    assert lines.answer(judgement.rows(sitting.state)[1], LABELS) == "sirene ok, catatan di disk ok, pin mock SIMULASI"


@pytest.mark.parametrize(("answer", "reasons"), [
    ({**WELL, "results": {"siren": "its thread is dead"}}, ("siren: its thread is dead",)),
    ({**WELL, "faults": {"hub": "no beacon"}}, ("hub: no beacon",)),
])
def test_what_a_self_test_finds_wrong_is_told(answer: dict[str, Any], reasons: tuple[str, ...]) -> None:
    sitting = Sitting(ordered(Act.TEST)).linked().at(0.2, event(KALIBAGOR, "tested", **answer)).at(10.1, Tick())
    (row,) = judgement.rows(sitting.state)

    assert (outcome(sitting), row.reasons) == ((True, 1), reasons)


def test_who_does_not_answer_a_self_test_is_named() -> None:
    kept = [status(KALIBAGOR, kept=True), status(KOTAKAN, kept=True, state="offline")]
    sitting = Sitting(TEST).linked(*kept, hub(posts={KALIBAGOR: "away"})).at(10.1, Tick())

    assert outcome(sitting) == (True, 1)
    assert [(row.post, row.trouble) for row in judgement.rows(sitting.state)] == [
        (KALIBAGOR, Trouble.AWAY), (KOTAKAN, Trouble.OFFLINE), (POLSEK, Trouble.UNHEARD)]


def test_an_answer_from_before_and_one_without_results_are_no_answer() -> None:
    sitting = Sitting(ordered(Act.TEST)).at(0.05, event(KALIBAGOR, "tested", **WELL)).linked()
    sitting.at(0.2, event(KALIBAGOR, "tested", reason="status Test: nothing sounds"))

    assert bad(sitting) == [KALIBAGOR]


def test_a_village_without_a_post_has_nothing_to_test() -> None:
    sitting = Sitting(ordered(Act.TEST, "olean")).linked()

    assert outcome(sitting) == (True, 1)
