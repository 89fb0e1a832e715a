"""When the player is sent what, asked, given up and started again: instant by instant, on a clock that is a number."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sound.core import supervision
from node.sound.core.supervision import (
    AGAIN_S,
    HUSH_S,
    PING_S,
    PONG_S,
    START_S,
    WELL_S,
    Effect,
    Ended,
    Event,
    Kill,
    Knocked,
    Phase,
    Put,
    Received,
    Refused,
    Send,
    Silenced,
    Start,
    State,
    Wanted,
    Writable,
    due,
)
from runtime.core.events import Faulted, Noticed, Recovered, Tick

PLAY = {"do": "play", "words": ("a.wav",), "until": 9.0}
OTHER = {"do": "play", "words": (), "until": 8.0}
READY = {"is": "ready", "driver": "alsa"}
A_LITTLE_S = 0.001


@dataclass(slots=True)
class Desk:
    """A player's supervision at instant `now`, and all that it had done; due Ticks come by themselves."""

    now: float = 1000.0
    state: State = State("alsa")
    done: list[Effect] = field(default_factory=list)
    alive: bool = False

    def take(self, event: Event) -> "Desk":
        self.state, effects = supervision.step(self.state, event, self.now)
        self.done += effects
        if isinstance(event, Ended):
            self.alive = False
        if Start() in effects:
            assert not self.alive, "a second player"
            self.alive = True
        return self

    def hear(self, what: str, **more: Any) -> "Desk":
        """The player says something."""
        return self.take(Received({"is": what, **more}))

    def wait(self, length_s: float) -> "Desk":
        """Time passes; who is killed is dead at once."""
        until = self.now + length_s
        while due(self.state) <= until:
            self.now = max(self.now, due(self.state))
            before = len(self.done)
            self.take(Tick())
            for each in self.done[before:]:
                if isinstance(each, Kill):
                    self.take(Ended(each.reason))
            assert due(self.state) > self.now, "a Tick after which another is due at once"
        self.now = until
        return self

    def wait_answering(self, length_s: float) -> "Desk":
        """Time passes, and the player answers each ping at once."""
        until = self.now + length_s
        while due(self.state) <= until:
            self.wait(max(0.0, due(self.state) - self.now))
            self.hear("pong", number=self.state.pings)
        return self.wait(until - self.now)

    def since(self, count: int) -> list[Effect]:
        return self.done[count:]

    @property
    def sent(self) -> list[Any]:
        """What the player was sent, pings apart."""
        return [each.message for each in self.done if isinstance(each, Send) and each.message["do"] != "ping"]

    @property
    def put(self) -> list[Faulted | Noticed | Recovered]:
        return [each.event for each in self.done if isinstance(each, Put)]

    @property
    def killed(self) -> list[str]:
        return [each.reason for each in self.done if isinstance(each, Kill)]

    @property
    def starts(self) -> int:
        return self.done.count(Start())


def ready() -> Desk:
    """One whose player is ready, and has taken something."""
    return Desk().take(Tick()).hear("ready", driver="alsa").take(Tick()).hear("pong", number=1)


# A player that does as it is told.


def test_the_first_player_is_started_at_once_and_is_well_once_its_device_took_something() -> None:
    desk = Desk()
    assert due(desk.state) <= desk.now
    desk.take(Tick())
    assert desk.done == [Start()]
    starting = desk.state.trouble, desk.state.settled
    desk.hear("ready", driver="alsa")
    opened = desk.state.trouble, desk.state.settled
    desk.take(Tick())

    assert desk.done == [Start(), Send({"do": "hush", "number": 0}), Send({"do": "ping", "number": 1})]
    desk.hear("pong", number=1)
    assert starting == opened == ("the player is still starting", False)
    assert (desk.state.trouble, desk.state.settled, desk.put) == (None, True, [])


def test_orders_are_sent_as_they_come() -> None:
    desk = ready().take(Wanted(PLAY)).take(Wanted(OTHER)).take(Silenced()).take(Knocked()).take(Silenced())

    assert desk.sent[1:] == [
        PLAY, OTHER, {"do": "hush", "number": 1}, {"do": "knock"}, {"do": "hush", "number": 2},
    ]


def test_before_a_player_is_ready_nothing_is_sent_and_then_what_should_sound_by_then() -> None:
    desk = Desk().take(Wanted(OTHER)).take(Knocked()).take(Tick()).take(Wanted(PLAY))
    assert desk.done == [Start()]
    desk.hear("ready", driver="alsa")

    assert desk.sent == [PLAY]


def test_what_was_silenced_before_the_player_is_ready_is_not_sent_and_nobody_is_killed_for_it() -> None:
    desk = Desk().take(Tick()).take(Wanted(PLAY)).take(Silenced()).hear("ready", driver="alsa")
    assert desk.sent == [{"do": "hush", "number": 1}]
    desk.take(Tick()).hear("pong", number=1).wait_answering(100.0)

    assert desk.killed == []


@pytest.mark.parametrize(("desk", "beaten"), [
    (Desk(), False), (Desk().take(Tick()), False), (ready(), True), (ready().take(Wanted(PLAY)), False),
    (ready().take(Wanted(PLAY)).take(Silenced()), True), (ready().take(Ended("gone")), False),
], ids=["no player", "starting", "ready", "sounding", "silent again", "dead"])
def test_a_knock_is_sent_where_somebody_is_there_and_nothing_is_to_sound(desk: Desk, beaten: bool) -> None:
    can, before = supervision.can_knock(desk.state), len(desk.sent)
    desk.take(Knocked())

    assert (can, desk.sent[before:] == [{"do": "knock"}]) == (beaten, beaten)


def test_a_player_that_answers_is_asked_every_second_for_ever_and_never_killed() -> None:
    desk = ready()
    asked_at = []
    for _ in range(200):
        desk.wait(due(desk.state) - desk.now)
        asked_at.append(desk.now)
        desk.hear("pong", number=desk.state.pings)

    assert asked_at == pytest.approx([1000.0 + PING_S * (1 + place) for place in range(200)])
    assert (desk.killed, desk.put, desk.starts) == ([], [], 1)


@pytest.mark.parametrize("words", [{"is": "round", "number": 3, "at": 5.0}, {"is": "ended", "number": 3}])
def test_whatever_a_player_says_it_is_alive(words: dict[str, Any]) -> None:
    desk = ready()
    for _ in range(20):
        desk.wait(PONG_S - A_LITTLE_S).take(Received(words))

    assert desk.killed == []


# A full socket.


def test_an_order_that_finds_the_socket_full_is_sent_again_once_there_is_room() -> None:
    desk = ready().take(Wanted(OTHER)).take(Refused())
    assert desk.state.undelivered
    count = len(desk.done)
    desk.take(Writable())

    assert desk.since(count) == [Send(OTHER)]
    assert not desk.state.undelivered
    desk.take(Writable())
    assert desk.since(count) == [Send(OTHER)]


def test_of_orders_that_found_it_full_the_last_is_sent() -> None:
    desk = ready()
    for event in (Wanted(OTHER), Silenced(), Wanted(PLAY)):
        desk.take(event).take(Refused())
    count = len(desk.done)
    desk.take(Writable())

    assert desk.since(count) == [Send(PLAY)]


def test_an_order_that_was_taken_after_one_that_was_not_is_all_there_is_to_send() -> None:
    assert not ready().take(Wanted(OTHER)).take(Refused()).take(Wanted(PLAY)).state.undelivered


def test_a_new_player_owes_nothing_of_what_the_one_before_did_not_take() -> None:
    desk = ready().take(Wanted(PLAY)).take(Refused()).take(Ended("gone"))

    assert not desk.state.undelivered


# A player that says nothing.


def test_a_player_that_does_not_answer_is_killed_after_its_time_and_not_before() -> None:
    desk = ready().wait(PONG_S - A_LITTLE_S)
    assert desk.killed == []
    desk.wait(2 * A_LITTLE_S)

    assert desk.killed == ["the player did not answer for 3 s and was killed"]
    assert desk.put == [Faulted("sound", "the player did not answer for 3 s and was killed")]
    assert desk.state.trouble == "the player did not answer for 3 s and was killed"


@pytest.mark.parametrize("thousandths", range(0, 3000, 37))
def test_what_is_due_at_an_instant_is_done_at_it_whatever_its_last_bits(thousandths: int) -> None:
    """Sums of seconds are rounded: past 1024 s there is a bit less for them, and so 3 s more may be less than 3."""
    desk = ready()
    desk.now = 1021.0 + thousandths / 1000
    desk.hear("pong", number=1).wait(PONG_S)

    assert desk.killed == ["the player did not answer for 3 s and was killed"]


def test_a_device_that_does_not_open_is_given_more_time() -> None:
    desk = Desk().take(Tick()).wait(START_S - A_LITTLE_S)
    assert desk.killed == []
    desk.wait(2 * A_LITTLE_S)

    assert desk.killed == ["the player did not open its device for 15 s and was killed"]


def test_a_player_is_not_called_well_before_its_device_took_something() -> None:
    desk = Desk().take(Tick()).hear("ready", driver="alsa").wait(PONG_S + A_LITTLE_S)

    assert desk.put == [Faulted("sound", "the player did not answer for 3 s and was killed")]
    desk.wait(AGAIN_S[0]).hear("ready", driver="alsa")
    assert desk.state.trouble == "the player did not answer for 3 s and was killed"


def test_after_a_player_that_did_not_answer_the_next_is_not_asked_to_read_the_words() -> None:
    desk = ready().take(Wanted(PLAY)).wait(PONG_S + AGAIN_S[0] + A_LITTLE_S).hear("ready", driver="alsa")

    assert desk.sent[-1] == {**PLAY, "words": (), "intro": (), "note": ""}


def test_after_one_that_died_it_is() -> None:
    desk = ready().take(Wanted(PLAY)).take(Ended("the player ended by itself (signal 9)"))
    desk.wait(AGAIN_S[0]).hear("ready", driver="alsa")

    assert desk.sent[-1] == PLAY


# A player that does not fall silent.


def test_a_player_that_does_not_fall_silent_is_killed_after_its_time_and_not_before() -> None:
    desk = ready().take(Wanted(PLAY)).take(Silenced()).wait(HUSH_S - A_LITTLE_S)
    assert desk.killed == []
    desk.wait(2 * A_LITTLE_S)

    assert desk.killed == ["the player did not fall silent and was killed"]


def test_that_it_answers_pings_does_not_save_it() -> None:
    desk = ready().take(Wanted(PLAY)).take(Silenced())
    for _ in range(20):
        desk.wait(0.03).hear("pong", number=desk.state.pings)

    assert desk.killed == ["the player did not fall silent and was killed"]


def test_nor_that_it_is_told_again_and_again() -> None:
    desk = ready().take(Wanted(PLAY)).take(Silenced())
    for _ in range(20):
        desk.wait(0.03).take(Silenced())

    assert desk.killed == ["the player did not fall silent and was killed"]


def test_a_player_that_falls_silent_in_time_is_not_killed() -> None:
    desk = ready().take(Wanted(PLAY)).take(Silenced()).wait(HUSH_S - A_LITTLE_S).hear("quiet", number=1)
    desk.wait_answering(60.0)

    assert desk.killed == []


def test_an_order_to_be_silent_that_is_answered_leaves_the_later_one_its_own_time() -> None:
    desk = ready().take(Silenced()).wait(0.4).take(Silenced()).wait(0.05).hear("quiet", number=1)
    desk.wait(HUSH_S - A_LITTLE_S)
    assert desk.killed == []
    desk.wait(2 * A_LITTLE_S)

    assert desk.killed == ["the player did not fall silent and was killed"]


def test_an_answer_to_the_latest_answers_all() -> None:
    desk = ready().take(Silenced()).take(Silenced()).take(Silenced()).hear("quiet", number=3).wait_answering(60.0)

    assert desk.killed == []


def test_an_old_answer_is_none() -> None:
    desk = ready().take(Silenced()).hear("quiet", number=1).take(Silenced())
    desk.wait(HUSH_S / 2).hear("quiet", number=1).wait(HUSH_S / 2)

    assert desk.killed == ["the player did not fall silent and was killed"]


def test_the_player_after_one_that_did_not_fall_silent_is_told_to_be_silent_and_not_killed_for_the_other() -> None:
    desk = ready().take(Wanted(PLAY)).take(Silenced()).wait(HUSH_S + AGAIN_S[0])
    assert desk.starts == 2
    desk.hear("ready", driver="alsa")

    assert desk.sent[-1] == {"do": "hush", "number": 1}
    desk.take(Tick()).hear("pong", number=2).wait_answering(60.0)
    assert len(desk.killed) == 1


# A player that ends, and the next.


def test_while_a_player_is_being_killed_nothing_is_sent_said_or_started() -> None:
    desk = ready().hear("trouble", reason="the card is gone")
    assert desk.done[-1] == Kill("the card is gone")
    count = len(desk.done)
    for event in (Wanted(PLAY), Silenced(), Knocked(), Writable(), Refused(), Received(READY), Tick()):
        desk.take(event)

    assert (desk.since(count), due(desk.state) > desk.now + 1e9) == ([], True)
    desk.take(Ended("the card is gone"))
    assert desk.since(count) == [Put(Faulted("sound", "the card is gone"))]


def test_a_player_that_ends_is_a_fault_until_the_next_ones_device_took_something() -> None:
    desk = ready().take(Wanted(PLAY)).take(Ended("the player ended by itself (signal 9)"))
    assert desk.put == [Faulted("sound", "the player ended by itself (signal 9)")]
    desk.wait(AGAIN_S[0] - A_LITTLE_S)
    assert desk.starts == 1
    desk.wait(2 * A_LITTLE_S)
    assert desk.starts == 2
    desk.hear("ready", driver="alsa")
    assert (desk.sent[-1], len(desk.put)) == (PLAY, 1)
    desk.take(Tick()).hear("pong", number=desk.state.pings)

    assert desk.put[1:] == [Recovered("sound")]
    assert desk.state.trouble is None
    desk.wait(PING_S).hear("pong", number=desk.state.pings)
    assert len(desk.put) == 2


def test_attempts_become_rarer_and_no_rarer_than_the_last() -> None:
    desk = Desk()
    begun: list[float] = []
    for _ in range(8):
        desk.wait(max(0.0, due(desk.state) - desk.now))
        begun.append(desk.now)
        desk.take(Ended("the player cannot be started"))

    gaps_s = [after - before for before, after in pairwise(begun)]
    assert gaps_s == pytest.approx([1.0, 2.0, 5.0, 10.0, 30.0, 30.0, 30.0])
    assert desk.put == [Faulted("sound", "the player cannot be started")] * 8


@pytest.mark.parametrize(("lived_s", "again_s"), [(WELL_S - A_LITTLE_S, 10.0), (WELL_S + A_LITTLE_S, 1.0)])
def test_a_player_that_lived_for_long_is_replaced_soon(lived_s: float, again_s: float) -> None:
    desk = Desk()
    for _ in range(3):
        desk.wait(max(0.0, due(desk.state) - desk.now)).take(Ended("the player cannot be started"))
    desk.wait(due(desk.state) - desk.now).hear("ready", driver="alsa").take(Tick()).hear("pong", number=1)
    desk.wait_answering(lived_s).take(Ended("the player ended by itself (signal 9)"))

    assert due(desk.state) - desk.now == pytest.approx(again_s)


def test_a_player_with_another_driver_is_given_up_and_sent_nothing() -> None:
    desk = Desk().take(Tick()).take(Wanted(PLAY)).hear("ready", driver="dummy")

    assert desk.done == [Start(), Kill("the player took the driver dummy, not alsa")]


# Recordings.


def test_a_recording_that_cannot_be_read_is_a_fault_until_it_can() -> None:
    desk = ready().hear("readable", path="a").hear("unreadable", path="a", reason="a: no file")
    desk.hear("unreadable", path="b", reason="b: no sound").hear("readable", path="c").hear("readable", path="a")
    assert desk.put == [
        Faulted("recordings", "a: no file"), Faulted("recordings", "b: no sound"), Faulted("recordings", "b: no sound"),
    ]
    desk.hear("readable", path="b").hear("readable", path="b")

    assert desk.put[3:] == [Recovered("recordings")]
    assert desk.state.trouble is None


def test_it_stays_one_while_the_player_is_replaced() -> None:
    desk = ready().hear("unreadable", path="a", reason="a: no file").take(Ended("gone")).wait(AGAIN_S[0])
    desk.hear("ready", driver="alsa").hear("readable", path="a")

    assert desk.put == [Faulted("recordings", "a: no file"), Faulted("sound", "gone"), Recovered("recordings")]


# Whatever comes.


EVENTS = st.sampled_from([
    Wanted(PLAY), Wanted(OTHER), Silenced(), Knocked(), Refused(), Writable(), Tick(), Ended("gone"),
    *(Received(words) for words in (
        READY, {"is": "pong", "number": 1}, {"is": "quiet", "number": 1}, {"is": "quiet", "number": 2},
        {"is": "trouble", "reason": "no card"}, {"is": "unreadable", "path": "a", "reason": "x"},
        {"is": "readable", "path": "a"}, {"is": "ready", "driver": "dummy"},
    )),
])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(0, 20)), max_size=40))
def test_whatever_comes_there_is_one_player_at_most_and_it_knows_what_is_to_sound(
    events: list[tuple[Event, float]]
) -> None:
    desk, wanted = Desk(), None
    for event, later_s in events:
        if isinstance(event, Wanted | Silenced):
            wanted = event.order if isinstance(event, Wanted) else None
        count = len(desk.done)
        desk.take(event)
        for each in desk.since(count):
            if isinstance(each, Kill):
                desk.take(Ended(each.reason))
        desk.wait(later_s)

        state = desk.state
        assert desk.alive == (state.phase is not Phase.GONE)
        assert (state.wanted is None) == (wanted is None)
        if state.phase is Phase.READY and not state.undelivered:
            told = next(each for each in reversed(desk.sent) if each["do"] != "knock")
            assert told == ({"do": "hush", "number": state.hushes} if state.wanted is None else state.wanted)
        assert due(state) > desk.now or state.phase is not Phase.GONE


def test_a_note_that_is_left_out_is_noticed_once_and_is_no_fault() -> None:
    desk = ready()
    before = len(desk.put)
    for path in ("1.wav", "1.wav", "2.wav"):
        desk.hear("left out", path=path, reason="no time is left for it after the sentence")

    noticed = Noticed("the note is not spoken: no time is left for it after the sentence")
    assert desk.put[before:] == [noticed, noticed]
    assert desk.state.trouble is None
