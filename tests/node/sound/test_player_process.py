"""The player process, spoken to directly. SDL's disk driver is its device; testing/ear.py hears it.

How exactly it can be heard here: the disk driver is no sound card. It sleeps for whole milliseconds between two
buffers, so its clock is some 4 % wrong, which is 8 ms between the instant at which the first round is given to it and
the first stroke (with a card that is 100 ppm off: 0.02 ms); from the second round on the player knows how wrong it is.
And a busy machine holds the driver up, by some buffers of 12 ms, now and then. So it is the median of the later rounds
that is bounded: it meets the aim of 2 ms on a machine that does nothing else, and is held to one buffer on any.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from select import select
from statistics import median

import pytest

from contract.domain.rhythm import Cycle, Span
from node.sound.core.render import RATE
from node.sound.core.scheduler import LEAD_S
from runtime import clock
from testing.ear import Ear, speaker
from testing.player import Player
from testing.processes import is_gone
from tests.support.nodes import ROOT
from tests.support.tone import write_tone
from tests.support.waiting import wait_until

SOON_S = LEAD_S + 0.15  # from an order until its first round
ONSET_S = 0.012  # a buffer
WORST_S = 0.25
CYCLE = Cycle(1.3, None, (0.1, 0.4, 0.7), 0.1, None, 3)
LASTS_S = 0.9  # from its first stroke until its last has died away
LONG = Cycle(60.0, None, (0.1,), 0.1, None)


@contextmanager
def player_of(ear: Ear, **other: object) -> Iterator[Player]:
    """A player that is ready, and whose device has taken something."""
    with ear, Player(speaker(ear.path, **other)) as player:
        player.hear("ready")
        ear.wait_until(clock.now())
        yield player


def test_it_says_ready_with_its_driver_and_answers_pings(folder: Path) -> None:
    with player_of(Ear(folder / "ear")) as player:
        for number in (1, 2, 7):
            player.say(do="ping", number=number)
            assert player.hear("pong", 1.0) == {"is": "pong", "number": number}

    assert player.words[0] == {"is": "ready", "driver": "disk"}


# When it is heard.


def test_each_round_begins_at_its_instant_though_the_devices_clock_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """The driver takes 11.6 ms of sound every 11 or 12 ms, so it drifts by 50 ms in each of these rounds."""
    rounds, ears = 4, {"fast": Ear(folder / "fast"), "slow": Ear(folder / "slow")}
    players: dict[str, Player] = {}
    with ExitStack() as parts:
        for name, delay_ms in (("fast", "11"), ("slow", "12")):
            monkeypatch.setenv("SDL_DISKAUDIODELAY", delay_ms)
            players[name] = parts.enter_context(player_of(ears[name]))
        start = clock.now() + SOON_S
        for player in players.values():
            player.play(CYCLE, start, start + rounds * CYCLE.length_s)
        for name, player in players.items():
            for _ in range(rounds):
                player.hear("round")
            ears[name].wait_until(start + rounds * CYCLE.length_s + 0.1)
            player.hear_the_rest()

    due = [start + number * CYCLE.length_s + CYCLE.strokes_s[0] for number in range(rounds)]
    for name, ear in ears.items():
        late_s = [at - instant for at, instant in zip(ear.strokes(start)[::3], due, strict=True)]
        begun = [each for each in players[name].words if each["is"] == "round"]
        ended = {each["number"]: each["drift_ppm"] for each in players[name].words if each["is"] == "ended"}
        record_property(f"onset on the disk driver, its clock {name}", f"the first round {1000 * late_s[0]:.1f} ms, "
                        f"then {milliseconds(late_s[1:])}; drift {list(ended.values())} ppm")

        assert [each["number"] for each in begun] == list(range(rounds))
        assert [each["at"] for each in begun] == pytest.approx(due)
        assert max(map(abs, late_s)) < WORST_S
        assert abs(median(late_s[1:])) < ONSET_S  # had drift added up, it would be 0.1 s
        assert ended
        heard_ppm = [drift_of(ear, due[number] - 0.15, due[number] + LASTS_S) for number in ended]
        assert median(ended.values()) == pytest.approx(median(heard_ppm), abs=40_000)  # a buffer is 10,000 ppm here


def drift_of(ear: Ear, since: float, until: float) -> float:
    return ((ear.place(until) - ear.place(since)) / RATE / (until - since) - 1) * 1e6


def milliseconds(found_s: list[float]) -> str:
    return f"{1000 * median(found_s):.1f} ms ({', '.join(f'{1000 * each:.1f}' for each in found_s)})"


def test_what_is_heard_later_than_it_is_taken_is_given_to_the_device_earlier(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, latency_s=0.3) as player:
        start = clock.now() + SOON_S + 0.3
        player.play(LONG, start, start + 5.0)
        assert ear.wait_stroke(start - 1.0) == pytest.approx(start + 0.1 - 0.3, abs=0.12)


def test_an_order_in_the_middle_of_a_round_is_joined_at_the_next_whole_figure(folder: Path) -> None:
    ear = Ear(folder / "ear")
    cycle = Cycle(10.0, None, (0.1, 0.3, 1.1, 1.3, 2.1, 2.3), 0.1, None, 2)
    with player_of(ear) as player:
        start = clock.now() - 0.2  # the first stroke of its second figure is still far enough
        player.play(cycle, start, start + 1.7)
        ear.wait_until(start + 1.8)

    assert ear.strokes(start) == pytest.approx([start + 1.1, start + 1.3], abs=0.25)


def test_an_alarm_that_is_extended_goes_on_unbroken_and_one_that_is_cut_short_ends_at_its_new_instant(
    folder: Path,
) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, stroke=write_tone(folder / "tone.wav", 30.0)) as player:
        start = clock.now() + SOON_S
        player.play(LONG, start, start + 0.5)
        began = ear.wait_stroke(start)
        player.play(LONG, start, start + 5.0)
        player.play(LONG, start, start + 0.8)
        ear.wait_until(start + 0.9)
        last = ear.fell_silent()
        quietest = ear.loudest(began + 0.05, start + 0.75), ear.strokes(start, loud=1)[0]

    assert last == pytest.approx(start + 0.8, abs=0.2)
    assert quietest == (20_000, began)


# How loud it is, and that it is silent.


@pytest.mark.parametrize(("volume", "quiet", "level"), [(1.0, False, 20_000), (0.5, False, 10_000), (1.0, True, 3000)])
def test_it_is_as_loud_as_it_is_told_and_the_watchs_round_is_soft(
    folder: Path, volume: float, quiet: bool, level: int
) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, volume=volume, stroke=write_tone(folder / "tone.wav", 0.1)) as player:
        start = clock.now() + SOON_S
        player.play(LONG, start, start + 5.0, quiet=quiet)
        ear.wait_until(ear.wait_stroke(start) + 0.2)

    assert ear.loudest(0.0) == pytest.approx(level, rel=0.02)  # SDL knows 128 steps


def test_hush_is_answered_and_heard_within_50_ms(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    ear, took_s = Ear(folder / "ear"), []
    with player_of(ear, stroke=write_tone(folder / "tone.wav", 30.0)) as player:
        for number in range(3):
            start = clock.now() + SOON_S
            player.play(LONG, start, start + 50.0)
            ear.wait_stroke(start)
            told_at = clock.now()
            player.say(do="hush", number=number)
            assert player.hear("quiet", 1.0)["number"] == number
            ear.wait_until(clock.now() + 0.1)
            took_s.append(ear.fell_silent() - told_at)
    record_property("hush to silence at the device", milliseconds(took_s))

    assert median(took_s) < 0.05  # one may meet a machine that stalls
    assert max(took_s) < 0.5


def test_hush_before_a_round_begins_leaves_nothing_to_be_heard(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear) as player:
        start = clock.now() + SOON_S
        player.play(CYCLE, start, start + 5.0)
        wait_until(lambda: clock.now() > start + CYCLE.strokes_s[0] - LEAD_S + 0.03)  # while the device is listened to
        player.say(do="hush", number=1)
        player.hear("quiet", 1.0)
        ear.wait_until(start + 1.3)

    assert ear.loudest(0.0) == 0


def test_a_knock_is_one_quiet_stroke_but_not_while_something_sounds(folder: Path) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear, stroke=write_tone(folder / "tone.wav", 0.1)) as player:
        since = clock.now()
        player.say(do="knock")
        ear.wait_until(ear.wait_stroke(since) + 0.3)
        knocked, level = len(ear.strokes(since)), ear.loudest(since)
        start = clock.now() + SOON_S
        player.play(LONG, start, start + 50.0)
        player.say(do="knock")
        ear.wait_until(start + 0.3)

    assert knocked == 1
    assert level == pytest.approx(3000, rel=0.02)
    assert len(ear.strokes(since)) == 2


# Words that cannot be said.


def test_words_that_cannot_be_read_are_told_and_the_drum_goes_on_without_a_voice(folder: Path) -> None:
    """Half a sentence misleads, so the word that can be read is not said either."""
    unreadable = [folder / name for name in ("missing.wav", "garbage.wav", "empty.wav", "folder")]
    unreadable[1].write_bytes(os.urandom(20_000))
    unreadable[2].touch()
    unreadable[3].mkdir()
    ear = Ear(folder / "ear")
    spoken = Cycle(5.0, None, (0.1, 1.0), 0.1, Span(0.5, 0.4), 2)
    with player_of(ear) as player:
        start = clock.now() + SOON_S + 0.1
        player.play(spoken, start, start + 5.0, (*map(str, unreadable), write_tone(folder / "good.wav", 0.1)))
        told = [player.hear("unreadable", 2.0) for _ in unreadable]
        ear.wait_stroke(ear.wait_stroke(start) + 0.6)
        first, second = ear.stroke_frames(start)

    for each, path in zip(told, unreadable, strict=True):
        assert each["reason"].startswith(f"{path} cannot be played: ")
    assert second - first == pytest.approx(0.9 * RATE, abs=1)


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
        mute = player.is_mute(1.0)
        with ear:
            player.hear("ready")

    assert mute


@pytest.mark.parametrize("again_s", [3.0, 0.2], ids=["asked once", "asked again and again"])
def test_a_device_that_takes_no_more_in_the_middle_of_an_alarm_is_told_and_ends_it(
    folder: Path, again_s: float
) -> None:
    ear = Ear(folder / "ear")
    with player_of(ear) as player:
        start = clock.now() + SOON_S
        player.play(LONG, start, start + 50.0)
        player.hear("round")
        ear.wait_stroke(start)
        ear.stop_listening()
        since = clock.now()
        wait_until(lambda: clock.now() > since + 0.2)  # until what lies between is full
        while clock.now() < since + 3.0:
            player.say(do="ping", number=1)
            if not player.is_mute(again_s):
                break
        told = player.hear("trouble", 0.1)
        code, said = player.ends()

    assert told["reason"] == "the sound device took nothing for 1 s"
    assert (code, "Traceback" in said) == (0, False)


def test_a_device_that_is_gone_is_told_and_ends_it(folder: Path) -> None:
    """SDL itself takes every sound in its place, so that nothing seems to be wrong."""
    ear = Ear(folder / "ear")
    with Player(speaker(ear.path)) as player:
        with ear:
            player.hear("ready")
            ear.wait_until(clock.now())
        for number in range(10):  # it has taken some buffers of the lost device's by then
            player.say(do="ping", number=number)
            if player.hear_any(1.0)["is"] == "trouble":
                break
        code, said = player.ends()

    assert player.words[-1]["reason"] == "the sound device is gone, or takes no more sound"
    assert (code, "Traceback" in said) == (0, False)


def test_a_recording_that_is_far_too_long_holds_no_stroke_up(folder: Path) -> None:
    ear, spoken = Ear(folder / "ear"), Cycle(5.0, None, (0.1, 0.5), 0.1, Span(1.0, 0.4), 2)
    long, longer = write_tone(folder / "long.wav", 80.0), write_tone(folder / "longer.wav", 120.0)
    with player_of(ear) as player:
        start = clock.now() + SOON_S + 1.0
        player.play(spoken, start, start + 5.0, (long,))
        player.hear("round", 3.0)
        first = ear.wait_stroke(start)
        player.say(do="hush", number=1)
        player.play(spoken, clock.now(), clock.now() + 1.0, (longer,))

        assert player.hear("unreadable", 2.0)["reason"] == f"{longer} cannot be played: it has more than 8 MB"
    assert first == pytest.approx(start + 0.1, abs=0.2)


# How it ends.


@pytest.mark.parametrize("unread", [False, True], ids=["all said was heard", "something was not"])
def test_it_ends_when_the_node_is_gone(folder: Path, unread: bool) -> None:
    with player_of(Ear(folder / "ear")) as player:
        if unread:
            player.say(do="ping", number=1)
            assert not player.is_mute(1.0)
        player.hang_up()
        code, said = player.ends(2.0)

    assert (code, "Traceback" in said) == (0, False)


def test_it_is_killed_with_its_node_though_its_device_hangs(folder: Path) -> None:
    """It is started by another process here, which can be killed; the socket's near end is not closed by that."""
    ear = Ear(folder / "ear")  # that nobody opens
    argument = speaker(ear.path).argument(fd=0)
    code = ("import subprocess, sys, time; "
            f"player = subprocess.Popen([sys.executable, '-m', 'node.sound.player_process', {argument!r}]); "
            "print(player.pid, flush=True); time.sleep(60)")
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = {**speaker(ear.path).environment(os.environ), "PYTHONPATH": str(ROOT)}
    with near, far, subprocess.Popen(
        [sys.executable, "-c", code], stdin=far.fileno(), stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        began = wait_until(lambda: ignores_sigint(pid), 10.0)
        hangs = not select([near], [], [], 0.3)[0] and not is_gone(pid)
        parent.kill()
        died = wait_until(lambda: is_gone(pid), 1.0)

    assert (began, hangs, died) == (True, True, True)


def ignores_sigint(pid: int) -> bool:
    """Whether *pid* has got so far as to ignore it (proc(5)); then it will hear of its parent's death, too."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    ignored = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored, 16) >> (signal.SIGINT - 1) & 1)


def test_ctrl_c_is_for_the_node(folder: Path) -> None:
    with player_of(Ear(folder / "ear")) as player:
        player.process.send_signal(signal.SIGINT)
        player.say(do="ping", number=1)

        assert player.hear("pong", 1.0)["number"] == 1
