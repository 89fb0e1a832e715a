"""The player process, from the node's side: nothing that becomes of it holds the node up, or goes unnoticed.

The players here are real ones, on SDL's disk driver; what takes seconds is shortened.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound import supervisor as sound_room
from node.sound.core.driver_settings import Speaker
from node.sound.core.scheduler import LEAD_S
from node.sound.supervisor import Sound
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from testing.ear import Ear, speaker
from testing.processes import children, halt, is_gone, players_of
from tests.support.tone import write_tone
from tests.support.waiting import drain, take, wait_until

SOON_S = LEAD_S + 0.15
AT_ONCE_S = 0.05  # what leaves the loop free
MARGIN_S = 1.0  # a busy machine's
CYCLE = Cycle(0.5, None, (0.1,), 0.1, None)
LONG = Cycle(60.0, None, (0.1, 1.1), 0.1, None)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_room, "PING_S", 0.1)
    monkeypatch.setattr(sound_room, "PONG_S", 1.0)
    monkeypatch.setattr(sound_room, "HUSH_S", 0.4)
    monkeypatch.setattr(sound_room, "TURN_S", 0.05)
    monkeypatch.setattr(sound_room, "AGAIN_S", (0.1,))


@contextmanager
def sound_of(speaker: Speaker, inbox: Inbox | None = None, *words: Path, ready: bool = True) -> Iterator[Sound]:
    with Sound(speaker, inbox or Inbox(), lambda _words: words, stderr=None) as sound:
        assert not ready or is_ready(sound)
        yield sound


def is_ready(sound: Sound) -> bool:
    """Waits until it has nothing to complain of."""
    return wait_until(lambda: sound.trouble() is None, 10.0)


def program(cycle: Cycle = CYCLE, length_s: float = 30.0) -> Play:
    now = clock.now() + SOON_S
    return Play(cycle, now, now + length_s)


def player() -> int:
    """The one player that runs."""
    (pid,) = players_of(os.getpid())
    return pid


def took(act: Callable[..., object], *given: Any) -> float:
    before = clock.now()
    act(*given)
    return clock.now() - before


# A player that does as it is told.


def test_what_is_played_is_heard_hush_ends_it_and_nobody_is_killed_for_it(folder: Path) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        pid, play = player(), program()
        sound.play(play)
        heard_at = ear.wait_stroke(play.start)
        sound.hush()
        hushed_at = clock.now()
        ear.wait_until(hushed_at + sound_room.HUSH_S + 0.3)
        silent_at = ear.fell_silent()

        assert (player(), sound.trouble(), drain(inbox)) == (pid, None, [])
    assert heard_at == pytest.approx(play.start + 0.1, abs=0.25)
    assert silent_at < hushed_at + 0.1


def test_an_order_that_comes_while_the_player_is_starting_is_played_and_one_that_is_hushed_by_then_is_not(
    folder: Path,
) -> None:
    with Ear(folder / "ear") as ear:
        with sound_of(speaker(ear.path), ready=False) as sound:
            sound.play(program())
            sound.hush()
            play = program()
            sound.play(play)
            assert is_ready(sound)
            ear.wait_stroke(play.start)
        since = clock.now()
        with sound_of(speaker(ear.path), ready=False) as sound:
            sound.play(program())
            sound.hush()
            assert is_ready(sound)
            ear.wait_until(clock.now() + SOON_S + 0.2)

        assert ear.loudest(since + 0.1) == 0


def test_a_knock_is_beaten_unless_something_sounds_or_nobody_is_there(folder: Path) -> None:
    with Ear(folder / "ear") as ear:
        with sound_of(speaker(ear.path), ready=False) as sound:
            early = sound.knock()
            assert is_ready(sound)
            since = clock.now()
            knocked = sound.knock()
            ear.wait_stroke(since, loud=100)
            sound.play(program())
            refused = sound.knock()
            sound.hush()
            again = sound.knock()
        late = sound.knock()

    assert (early, knocked, refused, again, late) == (False, True, False, True, False)


def test_a_word_that_cannot_be_read_is_a_fault_until_it_can(folder: Path) -> None:
    inbox, word = Inbox(), folder / "di-kotakan.wav"
    word.write_text("no sound", "utf-8")
    spoken = Cycle(5.0, None, (0.1,), 0.1, Span(0.5, 0.4))
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox, word) as sound:
        play = program(spoken)
        sound.play(play)
        fault = take(inbox, Faulted)
        ear.wait_stroke(play.start)
        sound.hush()
        write_tone(word, 0.1)
        sound.play(program(spoken))
        assert take(inbox, Recovered).part == "recordings"

    assert fault.part == "recordings"
    assert fault.reason.startswith(f"{word} cannot be played: ")


def test_what_the_player_says_is_passed_on(folder: Path) -> None:
    told: list[str] = []
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path)) as sound:
        sound.told = lambda words: told.append(words["is"])
        sound.play(program())
        assert wait_until(lambda: "round" in told)
        sound.hush()
        assert wait_until(lambda: "quiet" in told)


# A player that dies or hangs.


def test_a_player_that_is_killed_is_replaced_and_the_new_one_goes_on_with_the_alarm(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        play = program()
        sound.play(play)
        ear.wait_stroke(play.start)
        killed_at = clock.now()
        os.kill(player(), signal.SIGKILL)
        fault = take(inbox, Faulted)
        words = sound.trouble()
        recovered = take(inbox, Recovered)
        heard_at = ear.wait_stroke(killed_at + 0.1)
        again = sound.trouble()

    record_property("killed player to the next stroke", f"{heard_at - killed_at:.2f} s")
    assert fault == Faulted("sound", "the player ended by itself (signal 9)")
    assert (words, again) == ("the player ended by itself (signal 9)", None)
    assert recovered == Recovered("sound")
    assert (heard_at - play.start) % CYCLE.length_s == pytest.approx(0.1, abs=0.25)


def test_a_player_that_is_killed_with_orders_unread_has_ended_by_itself_all_the_same(folder: Path) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        halt(player())
        sound.play(program())
        os.kill(player(), signal.SIGKILL)

        assert take(inbox, Faulted).reason == "the player ended by itself (signal 9)"


def test_a_player_that_hangs_is_noticed_killed_and_replaced(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        play, hung = program(), player()
        sound.play(play)
        ear.wait_stroke(play.start)
        halt(hung)
        halted_at = clock.now()
        fault = take(inbox, Faulted)
        noticed_s = clock.now() - halted_at
        dead = is_gone(hung)
        assert take(inbox, Recovered) == Recovered("sound")
        back_s = clock.now() - halted_at
        ear.wait_stroke(halted_at + back_s)

    record_property("stopped player, PONG_S 1.0 s", f"noticed after {noticed_s:.2f} s, replaced after {back_s:.2f} s")
    assert fault == Faulted("sound", "the player did not answer for 1 s and was killed")
    assert dead
    assert noticed_s < sound_room.PONG_S + sound_room.TURN_S + MARGIN_S


@pytest.mark.parametrize("again_s", [None, 0.1], ids=["told once", "told again and again"])
def test_a_player_that_does_not_fall_silent_is_killed_and_the_new_one_is_silent(
    folder: Path, monkeypatch: pytest.MonkeyPatch, again_s: float | None
) -> None:
    monkeypatch.setattr(sound_room, "PONG_S", 30.0)  # so that nothing else finds it out
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        play, hung = program(), player()
        sound.play(play)
        ear.wait_stroke(play.start)
        halt(hung)
        told_at = clock.now()
        sound.hush()
        while again_s is not None and not is_gone(hung) and clock.now() < told_at + 3.0:
            wait_until(lambda: is_gone(hung), again_s)
            sound.hush()
        fault = take(inbox, Faulted)
        killed_s = clock.now() - told_at
        take(inbox, Recovered)
        since = clock.now()
        ear.wait_until(since + SOON_S + CYCLE.length_s)
        level = ear.loudest(since)

    assert fault.reason == "the player did not fall silent and was killed"
    assert killed_s < sound_room.HUSH_S + sound_room.TURN_S + MARGIN_S
    assert level == 0


def test_an_order_that_a_full_socket_did_not_take_is_played_all_the_same(folder: Path) -> None:
    """The player only stood still for a while, and answers again before anybody notices."""
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path)) as sound:
        halted = player()
        halt(halted)
        for _ in range(2000):
            sound.play(program(LONG, 0.2))
        play = program()
        sound.play(play)
        os.kill(halted, signal.SIGCONT)
        resumed_at = clock.now()
        ear.wait_stroke(resumed_at, 10.0)
        since = ear.wait_stroke(resumed_at) + 1.0  # longer than any of the others lasts
        ear.wait_stroke(since, 10.0)


# The loop is never held up.


def test_the_loop_is_free_whatever_the_player_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_room, "PONG_S", 30.0)
    monkeypatch.setattr(sound_room, "HUSH_S", 30.0)
    monkeypatch.setattr(sound_room, "AGAIN_S", (30.0,))
    inbox, deaf = Inbox(), Ear(folder / "deaf")  # that nobody opens
    took_s: dict[str, list[float]] = {}

    def order(name: str, sound: Sound, count: int = 200) -> None:
        play = program()
        took_s[name] = [took(act, *given) for _ in range(count // 2) for act, *given in
                        ((sound.play, play), (sound.hush,))]

    with sound_of(speaker(deaf.path), ready=False) as sound:
        order("starting", sound)
        assert wait_until(lambda: players_of(os.getpid()) != [])
        order("opening its device", sound)
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        order("well", sound)
        halt(player())
        order("stopped", sound, 10_000)
        os.kill(player(), signal.SIGKILL)
        take(inbox, Faulted)
        order("dead", sound)
    order("closed", sound)

    slow = {name: sorted(found)[-3] for name, found in took_s.items()}  # one may meet a machine that stalls
    assert {name: each for name, each in slow.items() if each > AT_ONCE_S} == {}
    assert {name: max(found) for name, found in took_s.items() if max(found) > 0.5} == {}


# Players that cannot be had.


def test_attempts_become_rarer_and_one_that_succeeds_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no Python that could run a player, which is found out at once."""
    again_s = (0.05, 0.3, 0.6)
    monkeypatch.setattr(sound_room, "AGAIN_S", again_s)
    inbox = Inbox()
    with Ear(folder / "ear") as ear, monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(folder / "python"))
        with sound_of(speaker(ear.path), inbox, ready=False):
            told = [(take(inbox, Faulted), clock.now()) for _ in range(5)]
            patch.undo()
            recovered = take(inbox, Recovered, 10.0)

    gaps_s = [after - before for (_, before), (_, after) in pairwise(told)]
    late_s = [gap_s - due_s for gap_s, due_s in zip(gaps_s, (*again_s, again_s[-1]), strict=True)]
    assert min(late_s) > -0.02
    assert max(late_s) < 0.25
    assert {each for each, _ in told} == {Faulted("sound", f"the player cannot be started: [Errno 2] No such file or "
                                                  f"directory: '{folder}/python'")}
    assert recovered == Recovered("sound")


def test_a_card_that_is_not_there_is_told_in_the_words_of_its_driver() -> None:
    if Path("/proc/asound/cards").exists():
        pytest.skip("this machine has a sound card, which no test may touch")
    inbox = Inbox()
    with sound_of(speaker("hw:CARD=Kentongan", driver="alsa"), inbox, ready=False) as sound:
        fault = take(inbox, Faulted, 10.0)
        words = sound.trouble()
        settled = sound.wait_ready(10.0)

    assert fault.part == "sound"
    assert "ALSA" in fault.reason
    assert fault.reason == words
    assert not settled


def test_a_player_that_lived_for_long_is_replaced_soon(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_room, "AGAIN_S", (0.05, 30.0))
    monkeypatch.setattr(sound_room, "WELL_S", 0.0)
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        for _ in range(3):
            os.kill(player(), signal.SIGKILL)
            take(inbox, Recovered)
            assert sound.trouble() is None


def test_a_device_that_blocks_as_it_is_opened_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_room, "START_S", 1.0)
    inbox, ear = Inbox(), Ear(folder / "ear")
    with sound_of(speaker(ear.path), inbox, ready=False) as sound:
        starting = sound.trouble()
        fault = take(inbox, Faulted)
        monkeypatch.setattr(sound_room, "START_S", 10.0)
        with ear:
            recovered = take(inbox, Recovered, 10.0)

    assert starting == "the player is still starting"
    assert fault.reason == "the player did not open its device for 1 s and was killed"
    assert recovered == Recovered("sound")


OPENS_ONLY = """#!{python}
import json, socket, sys, time
ear = socket.socket(fileno=json.loads(sys.argv[-1])["fd"])
ear.send(json.dumps({{"is": "ready", "driver": "disk"}}).encode())
time.sleep(60)
"""


def stand_in(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has *script* started in a player's place."""
    program = folder / "player"
    program.write_text(script.format(python=sys.executable), "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


def test_a_player_is_not_called_well_before_its_device_took_something(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for one whose device can be opened, and then takes nothing: it never answers."""
    stand_in(OPENS_ONLY, folder, monkeypatch)
    inbox = Inbox()
    with sound_of(speaker(folder / "frames"), inbox, ready=False) as sound:
        told = [inbox.get(clock.now() + 10.0)[1] for _ in range(2)]
        words = sound.trouble()

    assert told == [Faulted("sound", "the player did not answer for 1 s and was killed")] * 2
    assert words is not None


LAST_WORDS = OPENS_ONLY.replace("time.sleep(60)", """time.sleep(0.5)
ear.send(json.dumps({{"is": "ended", "number": 0, "drift_ppm": 0}}).encode())
ear.send(json.dumps({{"is": "trouble", "reason": "the card is gone"}}).encode())""")


def test_a_players_last_words_are_heard_though_it_left_orders_unread(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that says what is wrong and ends, with our pings in its socket."""
    stand_in(LAST_WORDS, folder, monkeypatch)
    inbox, others = Inbox(), children(os.getpid())

    def let_it_end(words: Mapping[str, Any]) -> None:
        if words["is"] == "ended":
            assert wait_until(lambda: all(is_gone(pid) for pid in children(os.getpid()) if pid not in others))

    with sound_of(speaker(folder / "frames"), inbox, ready=False) as sound:
        sound.told = let_it_end
        assert take(inbox, Faulted).reason == "the card is gone"


class Redirected(Speaker):
    """A loudspeaker whose player takes another driver than it says."""

    __slots__ = ()

    def environment(self, environ: Any) -> dict[str, str]:
        return {**super().environment(environ), "SDL_AUDIODRIVER": "dummy"}


def test_a_player_with_another_driver_is_refused(folder: Path) -> None:
    inbox = Inbox()
    plain = speaker(folder / "frames")
    other = Redirected(plain.driver, plain.device, plain.volume, plain.latency_s, plain.stroke)
    with sound_of(other, inbox, ready=False) as sound:
        fault = take(inbox, Faulted, 10.0)

        assert not sound.wait_ready(10.0)
    assert fault.reason == "the player took the driver dummy, not disk"


def test_without_pygame_the_fault_says_what_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pygame").mkdir()
    (folder / "pygame" / "__init__.py").write_text(
        "raise ImportError('libglib-2.0.so.0: cannot open shared object file')", "utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    inbox = Inbox()
    with sound_of(speaker(folder / "frames"), inbox, ready=False):
        fault = take(inbox, Faulted, 10.0)

    assert "libglib-2.0.so.0: cannot open shared object file" in fault.reason


# The end.


@pytest.mark.parametrize("what", ["well", "stopped", "opening", "waiting to be started again"])
def test_leaving_it_leaves_no_process_behind(folder: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    before, ear, inbox = children(os.getpid()), Ear(folder / "ear"), Inbox()
    if what == "waiting to be started again":
        monkeypatch.setattr(sound_room, "AGAIN_S", (30.0,))
    if what == "opening":
        sound = Sound(speaker(ear.path), inbox, lambda _words: ())
        with sound:
            assert wait_until(lambda: players_of(os.getpid()) != [])
            left_at = clock.now()
    else:
        with ear, Sound(speaker(ear.path), inbox, lambda _words: ()) as sound:
            assert is_ready(sound)
            if what == "stopped":
                halt(player())
            elif what != "well":
                os.kill(player(), signal.SIGKILL)
                take(inbox, Faulted)
            left_at = clock.now()
    took_s = clock.now() - left_at

    assert children(os.getpid()) == before
    assert took_s < 0.5 + MARGIN_S
    assert sound.trouble() == "its thread is dead"
    assert drain(inbox) == []
