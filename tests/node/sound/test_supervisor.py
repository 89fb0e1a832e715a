"""The player process, from the node's side: nothing that becomes of it holds the node up, or goes unnoticed.

The players here are real ones, on SDL's disk driver. When one is asked, given up and started again is decided in
node/sound/core/supervision.py, and judged there; here only one patience at a time is short, and nothing is measured.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound import supervisor
from node.sound.core import supervision
from node.sound.core.driver_settings import Speaker
from node.sound.supervisor import Sound
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from testing.ear import Ear, speaker
from testing.processes import children, halt, is_gone, players_of
from testing.program import LIMIT_S
from tests.support.tone import write_tone
from tests.support.village import impatient
from tests.support.waiting import drain, take, wait_until

FOREVER_S = 600.0
CYCLE = Cycle(0.5, None, (0.1,), 0.1, None)
UNDERWAY = 8192  # frames: more than a player's device, the pipe and what lies between hold
ROUND = 22_050
SPOKEN = Cycle(5.0, None, (0.1,), 0.1, Span(0.5, 0.4))
# A machine that stalls is no player that hangs, and no device that takes nothing.
PATIENCE = {"START_S": FOREVER_S, "PING_S": 0.1, "PONG_S": FOREVER_S, "HUSH_S": FOREVER_S, "AGAIN_S": (0.1,)}
PATIENT = f"node.sound.core.listening.STUCK_S = {FOREVER_S}"


@pytest.fixture(autouse=True)
def patient(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PATIENCE.items():
        monkeypatch.setattr(supervision, name, value)
    for name, text in impatient(folder, PATIENT).items():
        monkeypatch.setenv(name, text)


@contextmanager
def sound_of(speaker: Speaker, inbox: Inbox | None = None, *words: Path, ready: bool = True) -> Iterator[Sound]:
    with Sound(speaker, inbox or Inbox(), lambda _words: words, stderr=None) as sound:
        assert not ready or is_ready(sound)
        yield sound


def is_ready(sound: Sound) -> bool:
    """Waits until it has nothing to complain of."""
    return wait_until(lambda: sound.trouble() is None)


def program(cycle: Cycle = CYCLE, length_s: float = FOREVER_S) -> Play:
    now = clock.now()
    return Play(cycle, now, now + length_s)


def player() -> int:
    """The one player that runs."""
    (pid,) = players_of(os.getpid())
    return pid


# A player that does as it is told.


def test_what_is_played_is_heard_hush_ends_it_and_nobody_is_killed_for_it(folder: Path) -> None:
    inbox, told = Inbox(), list[Any]()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        sound.told = told.append
        pid = player()
        sound.play(program())
        ear.wait_onsets()
        sound.hush()
        assert wait_until(lambda: {"is": "quiet", "number": 1} in told)
        first = ear.count() + UNDERWAY
        ear.wait_frames(UNDERWAY + ROUND)
        silent = not ear.frames(first).any()

        assert (player(), sound.trouble(), drain(inbox)) == (pid, None, [])
    assert silent
    assert {"pong", "round", "quiet"} <= {words["is"] for words in told}


def test_an_order_that_comes_while_the_player_is_starting_is_played(folder: Path) -> None:
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), ready=False) as sound:
        sound.play(program(length_s=0.0))
        sound.hush()
        sound.play(program())
        ear.wait_onsets()


def test_a_knock_is_beaten_unless_something_sounds_or_nobody_is_there(folder: Path) -> None:
    with Ear(folder / "ear") as ear:
        with sound_of(speaker(ear.path), ready=False) as sound:
            early = sound.knock()
            assert is_ready(sound)
            knocked = sound.knock()
            ear.wait_onsets(loud=100)
            sound.play(program())
            refused = sound.knock()
            sound.hush()
            again = sound.knock()
        late = sound.knock()

    assert (early, knocked, refused, again, late) == (False, True, False, True, False)


def test_a_word_that_cannot_be_read_is_a_fault_until_it_can(folder: Path) -> None:
    inbox, word = Inbox(), folder / "di-kotakan.wav"
    word.write_text("no sound", "utf-8")
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox, word) as sound:
        sound.play(program(SPOKEN))
        fault = take(inbox, Faulted)
        sound.hush()
        write_tone(word, 0.1)
        sound.play(program(SPOKEN))
        assert take(inbox, Recovered).part == "recordings"

    assert fault.part == "recordings"
    assert fault.reason.startswith(f"{word} cannot be played: ")


# A player that dies or hangs.


def test_a_player_that_is_killed_is_replaced_and_the_new_one_goes_on_with_the_alarm(folder: Path) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        sound.play(program())
        ear.wait_onsets()
        os.kill(player(), signal.SIGKILL)
        fault = take(inbox, Faulted)
        words, killed_at = sound.trouble(), ear.count()
        recovered = take(inbox, Recovered)
        again = sound.trouble()
        ear.wait_onsets(1, killed_at + UNDERWAY)

    assert fault == Faulted("sound", "the player ended by itself (signal 9)")
    assert (words, again) == ("the player ended by itself (signal 9)", None)
    assert recovered == Recovered("sound")


def test_a_player_that_is_killed_with_orders_unread_has_ended_by_itself_all_the_same(folder: Path) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        halt(player())
        sound.play(program())
        os.kill(player(), signal.SIGKILL)

        assert take(inbox, Faulted).reason == "the player ended by itself (signal 9)"


def test_a_player_that_hangs_is_noticed_killed_and_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        sound.play(program())
        ear.wait_onsets()
        hung = player()
        halt(hung)
        monkeypatch.setattr(supervision, "PONG_S", 0.5)
        fault = take(inbox, Faulted)
        monkeypatch.setattr(supervision, "PONG_S", FOREVER_S)
        dead, silent_at = is_gone(hung), ear.count()
        assert take(inbox, Recovered) == Recovered("sound")
        ear.wait_onsets(1, silent_at + UNDERWAY)

    assert fault.reason.startswith("the player did not answer for ")
    assert dead


def test_a_player_that_does_not_fall_silent_is_killed_and_the_new_one_is_silent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread wakes for that, though nothing else is due: no ping, for one."""
    monkeypatch.setattr(supervision, "PING_S", FOREVER_S)
    inbox = Inbox()
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
        sound.play(program())
        ear.wait_onsets()
        halt(player())
        monkeypatch.setattr(supervision, "HUSH_S", 0.1)
        sound.hush()
        fault = take(inbox, Faulted)
        first = ear.count() + UNDERWAY
        take(inbox, Recovered)
        ear.wait_frames(UNDERWAY + ROUND)
        silent = not ear.frames(first).any()

    assert fault.reason == "the player did not fall silent and was killed"
    assert silent


def test_an_order_that_a_full_socket_did_not_take_is_played_all_the_same(folder: Path) -> None:
    """The player only stood still for a while, and answers again before anybody notices."""
    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path)) as sound:
        halted = player()
        halt(halted)

        def flood() -> None:
            for _ in range(2000):
                sound.play(program(length_s=0.0))
            sound.play(program())

        free = returns(flood)
        os.kill(halted, signal.SIGCONT)
        assert free
        ear.wait_onsets(2)


# The loop is never held up.


def test_the_loop_is_free_whatever_the_player_does(folder: Path) -> None:
    """It only leaves orders: none of them waits for a player that does not read, however many there are."""
    inbox, deaf = Inbox(), Ear(folder / "deaf")  # that nobody opens
    done: list[str] = []

    def order(name: str, sound: Sound) -> None:
        for _ in range(1000):  # more than a socket holds
            sound.play(program())
            sound.hush()
        done.append(name)

    def life() -> None:
        with sound_of(speaker(deaf.path), ready=False) as sound:
            order("starting", sound)
            assert wait_until(lambda: players_of(os.getpid()) != [])
            order("opening its device", sound)
        with Ear(folder / "ear") as ear, sound_of(speaker(ear.path), inbox) as sound:
            order("well", sound)
            halt(player())
            order("stopped", sound)
            os.kill(player(), signal.SIGKILL)
            take(inbox, Faulted)
            order("dead", sound)
        order("closed", sound)

    assert returns(life)
    assert done == ["starting", "opening its device", "well", "stopped", "dead", "closed"]


def returns(act: Callable[[], object]) -> bool:
    """Whether *act* comes to its end."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    thread.join(LIMIT_S)
    return not thread.is_alive()


def test_an_order_goes_to_the_player_by_itself_whatever_the_thread_that_keeps_it_does(folder: Path) -> None:
    """No other thread has to wake for the drum to fall silent."""
    held, free = Flag(), Flag()

    def hold(words: Mapping[str, Any]) -> None:
        if words["is"] == "round":
            held.set()
            free.wait(FOREVER_S)

    with Ear(folder / "ear") as ear, sound_of(speaker(ear.path)) as sound:
        sound.told = hold
        sound.play(program())
        try:
            assert held.wait(LIMIT_S)
            ear.wait_onsets()
            sound.hush()
            ear.wait_silence(UNDERWAY + 2 * ROUND)
        finally:
            free.set()


class Stuck:
    """In the place of a player's process: one that takes for ever to be started, or to die."""

    def __init__(self, at: str) -> None:
        self._at = at
        self.reached = Flag()
        self.free = Flag()
        self._asked = 0

    def __call__(self, *_: object, **__: object) -> "Stuck":
        self._stand("start")
        return self

    def kill(self) -> None:
        """It is not impressed."""

    def wait(self, timeout: float) -> int:
        self._asked += 1
        if self._asked == 1:  # how it ended
            raise subprocess.TimeoutExpired("player", timeout)
        self._stand("end")
        return 0

    def _stand(self, at: str) -> None:
        if at == self._at:
            self.reached.set()
            self.free.wait(FOREVER_S)


@pytest.mark.parametrize("at", ["start", "end"])
def test_no_order_waits_for_a_player_to_be_started_or_to_die(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """A device that was torn out can hold its process in the kernel."""
    stuck = Stuck(at)
    monkeypatch.setattr("node.sound.supervisor.subprocess.Popen", stuck)

    def order(sound: Sound) -> None:
        sound.play(program())
        sound.hush()
        sound.knock()
        sound.trouble()

    with sound_of(speaker(folder / "frames"), ready=False) as sound:
        try:
            assert stuck.reached.wait(LIMIT_S)
            assert returns(lambda: order(sound))
        finally:
            stuck.free.set()


# Players that cannot be had.


def test_a_player_that_cannot_be_started_is_told_again_and_again_until_one_can(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no Python that could run a player."""
    inbox = Inbox()
    with Ear(folder / "ear") as ear, monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(folder / "python"))
        with sound_of(speaker(ear.path), inbox, ready=False):
            told = {take(inbox, Faulted) for _ in range(3)}
            patch.undo()
            recovered = take(inbox, Recovered)

    assert told == {Faulted("sound", "the player cannot be started: [Errno 2] No such file or "
                                     f"directory: '{folder}/python'")}
    assert recovered == Recovered("sound")


def test_a_card_that_is_not_there_is_told_in_the_words_of_its_driver() -> None:
    if Path("/proc/asound/cards").exists():
        pytest.skip("this machine has a sound card, which no test may touch")
    inbox = Inbox()
    with sound_of(speaker("hw:CARD=Kentongan", driver="alsa"), inbox, ready=False) as sound:
        fault = take(inbox, Faulted)
        words = sound.trouble()
        settled = sound.wait_ready(LIMIT_S)

    assert fault.part == "sound"
    assert "ALSA" in fault.reason
    assert fault.reason == words
    assert not settled


def test_a_device_that_blocks_as_it_is_opened_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "START_S", 0.5)
    inbox, ear = Inbox(), Ear(folder / "ear")
    with sound_of(speaker(ear.path), inbox, ready=False) as sound:
        starting = sound.trouble()
        fault = take(inbox, Faulted)
        monkeypatch.setattr(supervision, "START_S", FOREVER_S)
        with ear:
            recovered = take(inbox, Recovered)

    assert starting == "the player is still starting"
    assert fault.reason.startswith("the player did not open its device for ")
    assert recovered == Recovered("sound")


LAST_WORDS = """#!{python}
import json, select, socket, sys
ear = socket.socket(fileno=json.loads(sys.argv[-1])["fd"])
ear.send(json.dumps({{"is": "ready", "driver": "disk"}}).encode())
select.select([ear], [], [])
ear.send(json.dumps({{"is": "ended", "number": 0, "drift_ppm": 0}}).encode())
ear.send(json.dumps({{"is": "trouble", "reason": "the card is gone"}}).encode())
"""


def test_a_players_last_words_are_heard_though_it_left_orders_unread(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that says what is wrong and ends, with our orders in its socket."""
    stand_in = folder / "player"
    stand_in.write_text(LAST_WORDS.format(python=sys.executable), "utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
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
    other = Redirected(plain.driver, plain.device, plain.volume, plain.latency_s, plain.stroke, plain.stroke)
    with sound_of(other, inbox, ready=False) as sound:
        fault = take(inbox, Faulted)

        assert not sound.wait_ready(LIMIT_S)
    assert fault.reason == "the player took the driver dummy, not disk"


def test_without_pygame_the_fault_says_what_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pygame").mkdir()
    (folder / "pygame" / "__init__.py").write_text(
        "raise ImportError('libglib-2.0.so.0: cannot open shared object file')", "utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    inbox = Inbox()
    with sound_of(speaker(folder / "frames"), inbox, ready=False):
        fault = take(inbox, Faulted)

    assert "libglib-2.0.so.0: cannot open shared object file" in fault.reason


# The end.


@pytest.mark.parametrize("what", ["well", "stopped", "opening", "waiting to be started again"])
def test_leaving_it_leaves_no_process_behind(folder: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Nothing else would wake its thread: not even a ping is due."""
    monkeypatch.setattr(supervision, "PING_S", FOREVER_S)
    monkeypatch.setattr(supervisor, "END_S", LIMIT_S)
    before, ear, inbox = children(os.getpid()), Ear(folder / "ear"), Inbox()
    if what == "waiting to be started again":
        monkeypatch.setattr(supervision, "AGAIN_S", (FOREVER_S,))
    if what == "opening":
        sound = Sound(speaker(ear.path), inbox, lambda _words: ())
        with sound:
            assert wait_until(lambda: players_of(os.getpid()) != [])
    else:
        with ear, Sound(speaker(ear.path), inbox, lambda _words: ()) as sound:
            assert is_ready(sound)
            if what == "stopped":
                halt(player())
            elif what != "well":
                os.kill(player(), signal.SIGKILL)
                take(inbox, Faulted)

    assert children(os.getpid()) == before
    assert sound.trouble() == "its thread is dead"
    assert drain(inbox) == []
