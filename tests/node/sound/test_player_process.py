"""The player process, spoken to directly. SDL's disk driver is its device; testing/ear.py has what that writes.

What is judged here is what it says, in which order, and what the device is given: frames, which lie where they should
on any machine. When it does something is decided in node/sound/core, and judged there, on a clock that is a number.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from select import select
from typing import Any

import numpy as np
import pytest

from contract.domain.rhythm import Cycle, Span
from node.sound.core.render import LOUDNESS, RATE
from node.sound.core.scheduler import LEAD_S
from runtime import clock
from testing.ear import Ear, speaker
from testing.player import Player
from testing.processes import is_gone
from testing.program import LIMIT_S, NeverError
from tests.support.nodes import ROOT
from tests.support.tone import write_tone
from tests.support.village import impatient
from tests.support.waiting import wait_until

SOON_S = LEAD_S + 0.1  # from an order until its first round
ONCE = Cycle(60.0, None, (0.1,), 0.1, None)
SPOKEN = Cycle(2.0, None, (0.1, 0.3), 0.1, Span(0.5, 0.2), 2)
UNDERWAY = 8192  # frames: more than the device, the pipe and what lies between hold together
# A machine that stalls is no device that takes nothing.
PATIENT = "node.sound.core.listening.STUCK_S = 600.0"


@contextmanager
def player_of(ear: Ear, *, patient: bool = True, **other: object) -> Iterator[Player]:
    """A player that is ready, and whose device has taken something."""
    env = impatient(ear.path.parent, PATIENT) if patient else {}
    with ear, Player(speaker(ear.path, **other), **env) as player:
        player.hear("ready")
        ear.wait_frames()
        yield player


def ask(player: Player) -> None:
    """Returns once all that was ordered before is done."""
    player.say(do="ping", number=99)
    while player.hear("pong")["number"] != 99:
        pass


def levels(ear: Ear) -> list[int]:
    """The levels that the device was given, each stretch once."""
    frames = ear.frames()
    return [int(each) for each in frames[np.flatnonzero(np.diff(frames, prepend=frames[0] + 1))]]


def test_it_says_ready_with_its_driver_and_answers_pings(folder: Path) -> None:
    with player_of(Ear(folder / "ear")) as player:
        for number in (1, 2, 7):
            player.say(do="ping", number=number)
            assert player.hear("pong") == {"is": "pong", "number": number}

    assert player.words[0] == {"is": "ready", "driver": "disk"}


def test_if_memory_runs_out_it_goes_before_its_node(folder: Path) -> None:
    with player_of(Ear(folder / "ear")) as player:
        assert Path(f"/proc/{player.process.pid}/oom_score_adj").read_text("ascii").strip() == "500"


# What is played.


def whole_rounds(onsets: list[int], strokes: list[int]) -> int:
    """How often the *strokes* of a round, in frames from its first, are all there among *onsets*."""
    return sum(
        [at - first for at in onsets[place:place + len(strokes)]] == strokes for place, first in enumerate(onsets)
    )


def test_the_strokes_of_each_round_lie_right_to_the_frame_though_the_devices_clock_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver takes 11.6 ms of sound every 11 or 12 ms. A machine that stalls may leave a round out."""
    cycle = Cycle(0.9, None, (0.1, 0.3, 0.5), 0.1, None, 3)
    strokes = [0, round(0.3 * RATE) - round(0.1 * RATE), round(0.5 * RATE) - round(0.1 * RATE)]
    ears = {"11": Ear(folder / "fast"), "12": Ear(folder / "slow")}
    with ExitStack() as parts:
        players: dict[str, Player] = {}
        for delay_ms, ear in ears.items():
            monkeypatch.setenv("SDL_DISKAUDIODELAY", delay_ms)
            players[delay_ms] = parts.enter_context(player_of(ear))
        start = clock.now() + SOON_S
        for player in players.values():
            player.play(cycle, start, start + 600.0)
        for delay_ms, player in players.items():
            assert wait_until(lambda ear=ears[delay_ms]: whole_rounds(ear.onsets(), strokes) >= 2)  # type: ignore[misc]
            player.say(do="hush", number=1)
            player.hear("quiet")

    for player in players.values():
        begun = [each for each in player.words if each["is"] == "round"]
        assert [each["at"] for each in begun] == pytest.approx(
            [start + each["number"] * cycle.length_s + cycle.strokes_s[0] for each in begun]
        )


def test_what_is_heard_later_than_it_is_taken_is_given_to_the_device_earlier(folder: Path) -> None:
    """By more than any machine stalls."""
    ear = Ear(folder / "ear")
    with player_of(ear, latency_s=3600.0) as player:
        player.play(Cycle(1.0, None, (0.1,), 0.1, None), clock.now(), clock.now() + 7200.0)
        heard_at = player.hear("round")["at"]
        ear.wait_onsets()

        assert clock.now() < heard_at - 1800.0


def test_an_order_in_the_middle_of_a_round_is_joined_at_a_whole_figure(folder: Path) -> None:
    ear = Ear(folder / "ear")
    strokes_s = tuple(0.45 * figure + at_s for figure in range(20) for at_s in (0.0, 0.2))
    with player_of(ear) as player:
        start = clock.now() - 0.2
        player.play(Cycle(9.0, None, strokes_s, 0.1, None, 2), start, start + 600.0)
        joined_s = (player.hear("round")["at"] - start) % 9.0
        onsets = ear.wait_onsets(4)

    assert joined_s % 0.45 == pytest.approx(0.0, abs=1e-6) or joined_s % 0.45 == pytest.approx(0.45, abs=1e-6)
    left = [round(at_s * RATE) for at_s in strokes_s if at_s > joined_s - 0.1][:4]
    assert [at - onsets[0] for at in onsets][:len(left)] == [at - left[0] for at in left]


def begun(player: Player, cycle: Cycle, **other: Any) -> float:
    """Has *cycle* played as soon as this machine can; returns the instant from which its rounds count."""
    soon_s = SOON_S
    while True:
        start = clock.now() + soon_s
        player.play(cycle, start, start + 600.0, **other)
        with suppress(NeverError):
            player.hear("round", 2 * soon_s + 1.0)
            return start
        soon_s *= 2


def test_an_alarm_that_is_extended_goes_on_unbroken_and_one_that_is_cut_short_ends(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, stroke=write_tone(folder / "tone.wav", 14.0)) as player:
        start = begun(player, ONCE)
        ear.wait_onsets()
        player.play(ONCE, start, start + 900.0)
        ask(player)
        ear.wait_frames(UNDERWAY)
        player.play(ONCE, start, start + 0.2)
        ask(player)
        ear.wait_frames(UNDERWAY)

        assert levels(ear) == [0, 20_000, 0]


# How loud it is, and that it is silent.


def test_it_is_as_loud_as_it_is_told_and_the_watchs_round_and_a_knock_are_soft(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, volume=0.5, stroke=write_tone(folder / "tone.wav", 0.1)) as player:
        begun(player, ONCE)
        ended = player.hear("ended")
        begun(player, ONCE, quiet=True)
        player.hear("ended")
        player.say(do="hush", number=1)
        player.say(do="knock")
        onsets = ear.wait_onsets(3)
        ear.wait_frames(2 * UNDERWAY)
        found = [int(ear.frames()[onset:onset + UNDERWAY // 2].max()) for onset in onsets]

    assert ended == {"is": "ended", "number": 0, "drift_ppm": None}  # so short a sound measures nothing
    assert found == [10_000, 1406, 1406]  # SDL knows 128 steps, and 0.15 of 64 are 9
    assert levels(ear) == [0, 10_000, 0, 1406, 0, 1406, 0]


def test_hush_is_answered_and_leaves_nothing_to_be_heard(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, stroke=write_tone(folder / "tone.wav", 14.0)) as player:
        begun(player, ONCE)
        ear.wait_onsets()
        player.say(do="hush", number=7)
        answer = player.hear("quiet")
        ear.wait_frames(UNDERWAY)

        assert answer == {"is": "quiet", "number": 7}
        assert levels(ear) == [0, 20_000, 0]


# Words that cannot be said.


def test_words_that_cannot_be_read_are_told_and_the_drum_goes_on_without_a_voice(folder: Path) -> None:
    """Half a sentence misleads, so the word that can be read is not said either."""
    unreadable = [folder / name for name in ("missing.wav", "garbage.wav", "empty.wav", "folder")]
    unreadable[1].write_bytes(os.urandom(20_000))
    unreadable[2].touch()
    unreadable[3].mkdir()
    ear = Ear(folder / "ear")
    words = (*map(str, unreadable), write_tone(folder / "good.wav", 0.1))
    with player_of(ear) as player:
        begun(player, SPOKEN, words=words)
        told = [each for each in player.words if each["is"] == "unreadable"]
        onsets = ear.wait_onsets(2)
        ear.wait_frames(round(0.8 * RATE))
        frames = ear.frames()

    for each, path in zip(told, unreadable, strict=False):  # they are told with each order
        assert each["reason"].startswith(f"{path} cannot be played: ")
    assert onsets[1] - onsets[0] == round(0.3 * RATE) - round(0.1 * RATE)
    assert 15_000 < frames.max() < 20_000  # of the drum
    assert (frames == LOUDNESS).sum() < 100  # which a tone that is said has in each of its frames


def test_of_a_recording_that_is_far_too_long_the_beginning_is_said_and_one_that_is_longer_still_is_refused(
    folder: Path,
) -> None:
    ear = Ear(folder / "ear")
    long, longer = write_tone(folder / "long.wav", 80.0), write_tone(folder / "longer.wav", 260.0)
    with player_of(ear) as player:
        begun(player, SPOKEN, words=(long,))
        ear.wait_onsets(3, loud=LOUDNESS - 100)  # two of the drum, and what is said
        player.play(SPOKEN, clock.now(), clock.now() + 600.0, (longer,))

        assert player.hear("unreadable")["reason"] == f"{longer} cannot be played: it is larger than 20 MB"


# Devices that fail.


def test_a_device_that_cannot_be_opened_is_told_in_a_sentence_and_ends_it() -> None:
    if Path("/proc/asound/cards").exists():
        pytest.skip("this machine has a sound card, which no test may touch")
    with Player(speaker("hw:CARD=Kentongan", driver="alsa")) as player:
        told = player.hear("trouble")
        code, said = player.ends()

    assert "ALSA" in told["reason"]
    assert len(told["reason"].split()) > 3
    assert (code, "Traceback" in said) == (0, False)


def test_a_device_that_blocks_as_it_is_opened_leaves_it_mute_until_it_opens(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with Player(speaker(ear.path)) as player:
        assert wait_until(lambda: ignores_sigterm(player.process.pid))
        mute = player.is_mute(0.3)
        with ear:
            player.hear("ready")

    assert mute


def test_a_device_that_takes_no_more_in_the_middle_of_an_alarm_is_told_and_ends_it(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, patient=False) as player:
        begun(player, ONCE)
        ear.wait_onsets()
        ear.stop_listening()
        told = asked_until_trouble(player)
        code, said = player.ends()

    assert told["reason"] == "the sound device took nothing for 1 s"
    assert (code, "Traceback" in said) == (0, False)


def test_a_device_that_is_gone_is_told_and_ends_it(folder: Path) -> None:
    """SDL itself takes every sound in its place, so that nothing seems to be wrong."""
    ear = Ear(folder / "ear")
    with Player(speaker(ear.path), **impatient(folder, PATIENT)) as player:
        with ear:
            player.hear("ready")
            ear.wait_frames()
        told = asked_until_trouble(player)
        code, said = player.ends()

    assert told["reason"] == "the sound device is gone, or takes no more sound"
    assert (code, "Traceback" in said) == (0, False)


def asked_until_trouble(player: Player) -> dict[str, Any]:
    """What it says at last; what it was asked first, the device may have taken."""
    due = clock.now() + LIMIT_S
    while clock.now() < due:
        player.say(do="ping", number=1)
        words = player.hear_any()
        if words["is"] == "trouble":
            return words
    raise NeverError(f"it says that all is well: {player.words[-1]}")


# How it ends.


@pytest.mark.parametrize("unread", [False, True], ids=["all said was heard", "something was not"])
def test_it_ends_when_the_node_is_gone(folder: Path, unread: bool) -> None:
    with player_of(Ear(folder / "ear")) as player:
        if unread:
            player.say(do="ping", number=1)
            assert not player.is_mute()
        player.hang_up()
        code, said = player.ends()

    assert (code, "Traceback" in said) == (0, False)


def test_it_is_killed_with_its_node_though_its_device_hangs(folder: Path) -> None:
    """It is started by another process here, which can be killed; the socket's near end is not closed by that."""
    ear = Ear(folder / "ear")  # that nobody opens
    argument = speaker(ear.path).argument(fd=0)
    code = ("import subprocess, sys, time; "
            f"player = subprocess.Popen([sys.executable, '-m', 'node.sound.player_process', {argument!r}]); "
            "print(player.pid, flush=True); time.sleep(600)")
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = {**speaker(ear.path).environment(os.environ), "PYTHONPATH": str(ROOT)}
    with near, far, subprocess.Popen(
        [sys.executable, "-c", code], stdin=far.fileno(), stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            began = wait_until(lambda: ignores_sigterm(pid))
            hangs = not select([near], [], [], 0.3)[0] and not is_gone(pid)
            parent.kill()
            died = wait_until(lambda: is_gone(pid))
        finally:
            parent.kill()
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)

    assert (began, hangs, died) == (True, True, True)


def test_it_ends_though_its_node_was_gone_before_it_could_hear_of_that(folder: Path) -> None:
    """Killed while the player was starting: of a death before it asked, the kernel says nothing (prctl(2))."""
    ear = Ear(folder / "ear")  # that nobody opens
    with Player(speaker(ear.path)) as player:
        player.hang_up()
        code, said = player.ends()

    assert (code, "Traceback" in said) == (0, False)


def ignores_sigterm(pid: int) -> bool:
    """Whether *pid* has got so far as to ignore it (proc(5)); then it will hear of its parent's death, too.

    SIGINT would not tell: who is started in a shell's background ignores it from the first.
    """
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    ignored = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored, 16) >> (signal.SIGTERM - 1) & 1)


def test_ctrl_c_is_for_the_node(folder: Path) -> None:
    with player_of(Ear(folder / "ear")) as player:
        player.process.send_signal(signal.SIGINT)
        ask(player)
