"""Whatever happens in whatever order: each alarm is one message, of the right district, and none is forgotten."""

from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Key
from posko.core.effects import End, SaveAlarm
from posko.notify.core.occasions import Occasion
from tests.posko.notify.outward import POSTS, Outward

INCIDENTS, VILLAGES = ("kebakaran", "pencurian"), ("kalibagor", "kotakan")
_alarm = st.tuples(st.just("alarm"), st.sampled_from(INCIDENTS), st.sampled_from(VILLAGES), st.booleans())
ACTS = st.lists(st.one_of(
    _alarm,
    st.tuples(st.just("clear"), st.sampled_from((*VILLAGES, "semua"))),
    st.tuples(st.just("wait"), st.sampled_from((0.5, 2.0, 4.0, 20.0, 200.0))),
    st.tuples(st.sampled_from(("kill", "begin", "unlink", "link"))),
    st.tuples(st.just("ring"), st.sampled_from(POSTS), st.sampled_from(INCIDENTS), st.sampled_from(VILLAGES)),
), max_size=25)


@settings(max_examples=60, deadline=None)
@given(ACTS)
@example([("alarm", "kebakaran", "kalibagor", False), ("clear", "kalibagor"),
          ("alarm", "kebakaran", "kalibagor", False), ("wait", 0.5), ("clear", "kalibagor")])
def test_nothing_is_reported_twice_and_what_is_in_force_is_known(acts: list[tuple[object, ...]]) -> None:
    out = Outward(unanswered_s=30.0)
    for number, act in enumerate(acts):
        perform(out, act, number)
        out.wait(0.001)  # an alarm is known by when it began
    come_back(out)

    counts = Counter(each.occasion for _, each in out.messages)
    assert counts[Occasion.ALARM] <= len(begun(out))
    assert max(counts.values(), default=0) <= len(begun(out))
    for alarm in out.hub.state.alarms.values():
        assert any(each.key == alarm.key and each.exercise == (alarm.status == "Exercise")
                   for _, each in out.messages if each.occasion is Occasion.ALARM)


@settings(max_examples=60, deadline=None)
@given(ACTS)
@example([("alarm", "kebakaran", "kalibagor", True), ("kill",), ("alarm", "kebakaran", "kalibagor", False)])
@example([("alarm", "kebakaran", "kalibagor", True), ("wait", 20.0), ("clear", "kalibagor"),
          ("alarm", "kebakaran", "kalibagor", True), ("kill",), ("clear", "kalibagor")])
def test_while_the_program_is_there_each_alarm_is_one_message_though_it_restarts(
    acts: list[tuple[object, ...]]
) -> None:
    out = Outward()
    for number, act in enumerate(acts):
        if act[0] in ("kill", "begin", "unlink", "link"):
            (out.kill().begin() if act[0] in ("kill", "begin") else out.unlink().link())
        else:
            perform(out, act, number)
        out.wait(0.5)
    out.wait(12.0)

    told = sum(each.occasion is Occasion.ALARM for _, each in out.messages)
    assert len(begun(out)) - untold(out, acts) <= told <= len(begun(out))


def untold(out: Outward, acts: list[tuple[object, ...]]) -> int:
    """How many alarms may have no message: what is held is on no disk when the program is killed, and the hub's list of
    cases has one alarm of each place and incident, under its first name if it was raised again after an all-clear.
    """
    killed = any(act[0] in ("kill", "begin") for act in acts)
    return len(begun(out)) - len({key for key, _ in begun(out)}) if killed else 0


def begun(out: Outward) -> set[tuple[Key, float]]:
    """Each alarm that the hub took up: what it is about, and when it began."""
    saved = [effect.alarm for _, effect in out.hub.done if isinstance(effect, SaveAlarm) and effect.end is not End.LATE]
    return {(alarm.key, alarm.first_at) for alarm in saved}


def come_back(out: Outward) -> None:
    """The program runs and is linked for long enough to report what it has not reported."""
    if not out.running:
        out.begin()
    elif not out.linked:
        out.link()
    out.wait(12.0)


def perform(out: Outward, act: tuple[object, ...], number: int) -> None:
    """Does what *act* says, if it makes sense now."""
    match act:
        case ("alarm", str(incident), str(village), bool(exercise)):
            status = "Exercise" if exercise else "Actual"
            out.alarm(incident, village, identifier=f"a{number}", status=status)
        case ("clear", str(village)):
            out.clear(village)
        case ("wait", float(seconds)):
            out.wait(seconds)
        case ("kill",) if out.running:
            out.kill()
        case ("begin",) if not out.running:
            out.begin()
        case ("unlink",) if out.running and out.linked:
            out.unlink()
        case ("link",) if out.running and not out.linked:
            out.link()
        case ("ring", str(post), str(incident), str(village)):
            out.ring(post, incident=incident, village=village)
