"""What is reported of alarms: each once, whatever restarts meanwhile."""

from posko.notify.core import alarms
from posko.notify.core.occasions import Ended, Occasion, Responder
from runtime.core.changed import changed
from tests.posko.notify.outward import POSTS, Outward


def test_an_alarm_is_reported_with_how_many_posts_ring_as_soon_as_all_do() -> None:
    out = Outward().ready(*POSTS).alarm(identifier="a", note="RT 3", sender="operator/sri")
    assert out.lines() == []

    out.ring(*POSTS)
    out.wait(1.0)

    ((_, message),) = out.messages
    assert (message.occasion, message.key, message.rings, message.expected) == (
        Occasion.ALARM, ("kalibagor", "kebakaran"), 3, 3)
    assert (message.note, message.severity, message.origin, message.claimed) == ("RT 3", "tinggi", "operator/sri", True)


def test_an_alarm_is_held_no_longer_than_a_few_seconds_though_no_post_rings() -> None:
    out = Outward().alarm(identifier="a").wait(alarms.HOLD_S - 1.0)
    assert out.lines() == []

    out.wait(2.0)

    assert out.lines() == ["alarm kebakaran kalibagor"]
    assert (out.messages[0][1].rings, out.messages[0][1].expected) == (0, 3)


def test_an_alarm_that_is_raised_again_and_again_is_one_message_and_is_held_no_longer() -> None:
    out = Outward()
    for number in range(30):
        out.alarm(identifier=f"a{number}").wait(1.0)

    assert out.lines() == ["alarm kebakaran kalibagor", "missing kebakaran kalibagor"]


def test_posts_that_do_not_ring_are_reported_once_with_what_keeps_them() -> None:
    out = Outward().ready(*POSTS).alarm(identifier="a").ring("kalibagor/pos-1").wait(30.0)

    assert out.lines() == ["alarm kebakaran kalibagor", "missing kebakaran kalibagor"]
    assert set(out.messages[1][1].missing) == {"kotakan/pos-1", "patokan/polsek"}


def test_an_all_clear_is_reported_as_one_and_an_end_without_it_as_such() -> None:
    out = Outward().alarm(identifier="a").wait(5.0).clear().wait(2.0)
    out.alarm("bencana", identifier="b").wait(400.0)

    assert out.lines() == [
        "alarm kebakaran kalibagor", "clear kebakaran kalibagor cleared",
        "alarm bencana kalibagor", "missing bencana kalibagor", "clear bencana kalibagor time",
    ]


def test_what_nobody_responds_to_is_reported_once_and_not_where_somebody_did() -> None:
    out = Outward(unanswered_s=60.0).alarm(identifier="a").wait(10.0).respond("a").wait(80.0)
    out.alarm("bencana", "kotakan", identifier="b", note="tanggul").wait(70.0).kill().begin().wait(20.0)

    assert [line for line in out.lines() if line.startswith("unanswered")] == ["unanswered bencana kotakan"]
    assert next(each for _, each in out.messages if each.occasion is Occasion.UNANSWERED).note == "tanggul"


def test_what_nobody_responded_to_while_the_program_was_away_is_reported() -> None:
    out = Outward(unanswered_s=60.0).kill().alarm(identifier="a").wait(300.0).begin().wait(5.0)

    assert out.lines() == ["alarm kebakaran kalibagor unknown late", "unanswered kebakaran kalibagor late"]


def test_the_length_of_an_alarm_counts_from_when_it_was_raised_first() -> None:
    out = Outward().alarm(identifier="a").wait(50.0).alarm(identifier="b").wait(20.0).clear().wait(1.0)

    assert out.lines()[-1] == "clear kebakaran kalibagor cleared"
    assert abs(out.messages[-1][1].age_s - 70.0) < 2.0


def test_what_is_taken_back_before_it_was_reported_is_reported_as_over() -> None:
    out = Outward().alarm(identifier="a").wait(1.0).clear().wait(20.0)

    assert out.lines() == ["alarm kebakaran kalibagor cleared late"]


def test_an_alarm_that_is_raised_again_after_the_all_clear_is_a_new_message() -> None:
    out = Outward().alarm(identifier="a").wait(5.0).clear().wait(5.0).alarm(identifier="b").wait(5.0)

    assert out.lines() == ["alarm kebakaran kalibagor", "clear kebakaran kalibagor cleared",
                           "alarm kebakaran kalibagor"]


def test_an_exercise_is_marked_and_what_it_becomes_is_a_new_message() -> None:
    out = Outward().alarm(identifier="a", status="Exercise").wait(5.0).alarm(identifier="b").wait(100.0)

    assert out.lines()[:1] == ["alarm kebakaran kalibagor latihan"]
    assert [line for line in out.lines() if line.startswith("alarm")] == [
        "alarm kebakaran kalibagor latihan", "alarm kebakaran kalibagor"]
    assert "clear kebakaran kalibagor latihan unknown" not in out.lines()


def test_nothing_is_repeated_when_the_program_or_its_link_comes_back() -> None:
    out = Outward().alarm(identifier="a").wait(20.0)
    before = out.lines()

    out.kill().begin().wait(20.0).unlink().wait(20.0).link().wait(20.0)

    assert before == ["alarm kebakaran kalibagor", "missing kebakaran kalibagor"]
    assert out.lines() == before


def test_what_began_while_the_program_was_away_is_reported_and_so_is_what_ended() -> None:
    out = Outward().alarm(identifier="a").wait(5.0).kill()
    out.clear().alarm("bencana", "kotakan", identifier="b").wait(10.0)

    out.begin().wait(10.0)

    assert sorted(out.lines()) == ["alarm bencana kotakan", "alarm kebakaran kalibagor",
                                   "clear kebakaran kalibagor cleared", "missing bencana kotakan"]


def test_what_began_and_ended_while_the_program_was_away_is_reported_late_with_who_responded() -> None:
    out = Outward().kill().alarm(identifier="a").wait(2.0).respond("a").wait(5.0).clear().wait(60.0)

    out.begin().wait(10.0)

    assert out.lines() == ["alarm kebakaran kalibagor unknown late"]
    assert out.messages[0][1].responders == (Responder("petugas/polsek", "menuju"),)
    assert out.messages[0][1].ended is Ended.UNKNOWN


def test_what_was_over_before_the_program_was_ever_installed_is_not_reported() -> None:
    out = Outward(known=False).kill().alarm(identifier="a").wait(5.0).clear().wait(60.0).alarm("bencana").wait(5.0)
    out.rows.clear()

    out.begin().wait(10.0)
    out.kill().begin().wait(10.0)

    assert out.lines() == ["alarm bencana kalibagor", "missing bencana kalibagor"]


def test_a_hub_that_does_not_know_yet_what_is_in_force_makes_nothing_end() -> None:
    out = Outward().alarm(identifier="a").wait(5.0)
    in_force = dict(out.hub.state.alarms)
    out.hub.state = changed(out.hub.state, alarms={})
    out.wait(30.0)
    assert out.lines() == ["alarm kebakaran kalibagor"]

    out.hub.state = changed(out.hub.state, alarms=in_force)
    out.wait(50.0)

    assert out.lines() == ["alarm kebakaran kalibagor", "missing kebakaran kalibagor"]
