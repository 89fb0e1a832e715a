"""The loudspeaker of a real node: it beats with the striker, and whatever becomes of it, the street hears the rest."""

import json
import os
import shutil
import signal
import subprocess
import sys
import wave
from array import array
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.domain.rhythm import Cycle
from node.sound.core.render import LOUDNESS, RATE
from runtime import clock
from testing.box import Box, write_settings
from testing.ear import Ear
from testing.private_broker import PrivateBroker
from testing.processes import halt, is_gone, players_of, state
from testing.program import LIMIT_S
from tests.support.mqtt import Message, Reader, publish
from tests.support.nodes import ROOT, example, write
from tests.support.quick import INCIDENT, quick_district
from tests.support.village import BASE, Post, alarm, impatient, silence
from tests.support.waiting import wait_until

VOLUME = 0.8
LOUDEST = 19_660  # of either shipped stroke
SOFT = 200  # of 32,767: louder than silence, softer than the softest stroke
SOFT_LOUDEST = LOUDEST * VOLUME * 0.15
WORD, BREATH = 8820, 6615  # frames of a word of ours, and between two
# A machine that stalls is no device that takes nothing, and no player that hangs. And no espeak-ng: nothing here needs
# it, and one whose node was killed goes on writing.
PATIENT = ("shutil.which = lambda *_, **__: None", *(f"node.sound.core.{name} = 600.0" for name in (
    "listening.STUCK_S", "supervision.PONG_S", "supervision.HUSH_S", "supervision.START_S",
)))


@pytest.fixture(autouse=True)
def no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_AUDIODRIVER", raising=False)


def with_ear(post: Post, folder: Path, **other: object) -> Ear:
    """Gives *post*, which is not yet begun, a loudspeaker; returns the ear that hears it."""
    ear = Ear(folder / f"{post.village}.ear")
    settle(post, sound={"driver": "disk", "device": str(ear.path), "volume": VOLUME, **other})
    return ear


def settle(post: Post, without: str | None = None, **extra: object) -> None:
    """Writes *post*'s settings anew, with *extra* ones and *without* one of them."""
    path = post.state_dir.parent / "node.yaml"
    written = {**json.loads(path.read_text("utf-8")), **extra}
    write_settings(path, {key: value for key, value in written.items() if key != without})


def begin(post: Post, ear: Ear, *constants: str) -> None:
    """Begins a post whose loudspeaker is heard, with PATIENT and other *constants*, and waits until it can be."""
    post.begin(impatient(post.state_dir.parent, *PATIENT, *constants))
    ear.wait_frames()


def player(post: Post) -> int:
    assert wait_until(lambda: len(players_of(post.pid)) == 1)
    (pid,) = players_of(post.pid)
    return pid


def strikes(post: Post) -> int:
    """How often the striker was pulled."""
    return sum(each.output == "striker" for each in post.sounds())


def write_voice(folder: Path, *pieces: str) -> Path:
    """Recordings of the village's own voice: a fifth of a second of one tone each."""
    folder.mkdir()
    for piece in pieces:
        with wave.open(str(folder / f"{piece}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array("h", [9000, -9000]).tobytes() * (RATE // 10))
    return folder


# What is heard.


def whole_round(ear: Ear, cycle: Cycle) -> int | None:
    """The first frame of a round of which the strokes and all that follows are there, each stroke at its frame."""
    strokes = [round((at_s - cycle.strokes_s[0]) * RATE) for at_s in cycle.strokes_s]
    onsets = ear.onsets()
    for place, first in enumerate(onsets):
        whole = [at - first for at in onsets[place:place + len(strokes)]] == strokes
        if whole and ear.count() > first + round((cycle.length_s - cycle.strokes_s[0]) * RATE):
            return first
    return None


def test_the_drum_is_beaten_and_the_voice_says_what_and_where(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    district, cycle = quick_district(folder / "district", voice_s=1.0)
    assert cycle.voice is not None
    voice = write_voice(folder / "suara", "perhatian", "kejadian-pencurian", "di-kalibagor")
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    with with_ear(post, folder, recordings=str(voice)) as ear, Reader(broker, f"{BASE}/kalibagor/node/+/#") as reader:
        begin(post, ear)
        alarm(broker, "kalibagor", INCIDENT)
        post.expect_on("striker")
        assert wait_until(lambda: whole_round(ear, cycle) is not None)
        assert reader.wait(lambda came: any(each.members.get("state") == "sounding" for each in came))
        status = next(each.members for each in reader.messages if each.members.get("state") == "sounding")
        silence(broker)
        post.expect_quiet()

    first = whole_round(ear, cycle)
    assert first is not None
    slot = first + round(cycle.voice.at_s * RATE) - round(cycle.strokes_s[0] * RATE)
    drum, said = ear.frames(first, slot), ear.frames(slot, slot + 3 * WORD + 2 * BREATH)
    assert drum.max() == pytest.approx(LOUDEST * VOLUME, rel=0.02)
    assert not drum[-1000:].any()
    assert np.flatnonzero(np.diff(said != 0)).tolist() == [
        at - 1 for at in (WORD, WORD + BREATH, 2 * WORD + BREATH, 2 * WORD + 2 * BREATH)
    ]
    assert said.max() == pytest.approx(LOUDNESS * VOLUME, rel=0.02)
    assert status["drivers"]["sound"] == f"disk {ear.path}"
    assert status["drivers"]["voice"].startswith("incomplete: ")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="there is no espeak-ng on this machine")
def test_an_alarms_note_is_said_after_its_sentence_from_a_later_round_on(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    district, cycle = quick_district(folder / "district", voice_s=4.0)
    assert cycle.voice is not None
    voice = write_voice(folder / "suara", "perhatian", "kejadian-pencurian", "di-kalibagor")
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    slot, half = round((cycle.voice.at_s - cycle.strokes_s[0]) * RATE), round(cycle.voice.length_s * RATE) // 2
    after = slot + 4 * WORD + 3 * BREATH + 1  # from a round's first stroke to after its sentence
    with with_ear(post, folder, recordings=str(voice), speak_notes=True) as ear:
        post.begin(impatient(post.state_dir.parent, *PATIENT[1:]))
        ear.wait_frames()
        alarm(broker, "kalibagor", INCIDENT, body=b"dekat jembatan")

        def noted() -> bool:
            onsets, strokes = ear.onsets(), [round((at_s - cycle.strokes_s[0]) * RATE) for at_s in cycle.strokes_s]
            return any(
                [at - first for at in onsets[place:place + len(strokes)]] == strokes
                and ear.frames(first + after, first + after + half).any()
                for place, first in enumerate(onsets)
            )

        assert wait_until(noted)
        silence(broker)
        post.expect_quiet()
    assert len(list((post.state_dir / "voice" / "notes").glob("*.wav"))) == 1


def test_an_exercise_is_announced_before_its_siren_and_an_actual_alarm_waits_for_no_words(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """A player that a machine lets wait for longer than the words have says none: then it is tried again."""
    district, _ = quick_district(folder / "district", voice_s=1.0)
    voice = write_voice(folder / "suara", "perhatian", "latihan", "hanya-latihan", "kejadian-pencurian", "di-kalibagor")
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    with with_ear(post, folder, recordings=str(voice)) as ear:
        begin(post, ear)
        announced = before_siren(post, ear, broker, b"latihan: uji coba")
        for _ in range(3):
            announced = announced or before_siren(post, ear, broker, b"latihan: uji coba")
        actual = before_siren(post, ear, broker, b"")

    assert (bool(announced), actual) == (True, [])


def before_siren(post: Post, ear: Ear, broker: PrivateBroker, body: bytes) -> list[float]:
    """When something was heard between an alarm and its siren; nothing sounds any more when this returns."""
    since, before = clock.now(), len(post.changes)
    alarm(broker, "kalibagor", INCIDENT, body=body)
    post.expect_on("siren")
    on_at = next(each.at for each in post.changes[before:] if each.output == "siren")
    ear.wait_until(on_at)
    silence(broker)
    post.expect_quiet()
    ear.wait_silence()
    return [at for at in ear.strokes(since) if at < on_at]


def test_silence_in_the_middle_of_a_stroke_quiets_pins_and_loudspeaker(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """In the middle of a titir, which never ceases to ring."""
    district, _ = quick_district(folder / "district")
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    with with_ear(post, folder) as ear:
        begin(post, ear)
        alarm(broker, "kalibagor", "pemerkosaan")
        ear.wait_onsets(2)
        silence(broker)
        post.expect_quiet()
        ear.wait_silence(2 * RATE)  # longer than a round's siren, in which it would be silent anyway

        assert post.said("part=sound") == []


def test_a_self_test_can_be_asked_for_one_quiet_stroke(folder: Path, broker: PrivateBroker, posts: list[Post]) -> None:
    post = Post(folder / "a", broker.port)
    posts.append(post)
    with with_ear(post, folder) as ear:
        begin(post, ear)
        before = len(post.changes)
        publish(broker, f"{BASE}/kalibagor/command/test", "-m", "ketuk")
        post.expect("tested:")
        ear.wait_onsets(loud=SOFT)
        ear.wait_silence()
        heard, level, since = ear.onsets(0, SOFT), ear.frames().max(), ear.count()
        publish(broker, f"{BASE}/kalibagor/command/test", "-n")
        post.expect("without a sound")
        ear.wait_frames(RATE // 2)
        nothing = not ear.frames(since).any()

    assert len(heard) == 1
    assert level == pytest.approx(SOFT_LOUDEST, rel=0.05)
    assert nothing
    assert post.changes[before:] == []
    assert "with one quiet stroke" in post.said("tested:")[0]


def test_the_watchs_round_is_beaten_softly_on_a_loudspeaker_alone(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    district, _ = quick_district(folder / "district", rest_s=0.8)
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    settle(post, without="striker")
    with with_ear(post, folder) as ear:
        begin(post, ear)
        before, since = len(post.changes), 0
        while not ear.onsets(0, SOFT):  # a machine that stalls may be too late for it
            publish(broker, f"{BASE}/kalibagor/ronda", "-n")
            post.expect("finished:", since)
            since = len(post.lines)
        ear.wait_silence()
        first, second, third = ear.onsets(0, SOFT)  # ●  ●  ●, slowly
        level = ear.frames().max()

    assert second - first == pytest.approx(third - second, abs=1)
    assert second - first == pytest.approx(0.8 * RATE, abs=1)
    assert level == pytest.approx(SOFT_LOUDEST, rel=0.05)
    assert post.changes[before:] == []


def test_without_a_loudspeaker_there_is_no_player_and_the_status_says_so(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with Reader(broker, f"{BASE}/kalibagor/node/pos-1/status") as reader:
        post = Post(folder / "a", broker.port).begin()
        posts.append(post)
        alarm(broker, "kalibagor", INCIDENT)
        post.expect_on("siren")
        threads = {(each / "comm").read_text("utf-8").strip() for each in Path(f"/proc/{post.pid}/task").iterdir()}
        assert reader.wait(lambda came: any(each.members["state"] == "sounding" for each in came))

    assert players_of(post.pid) == []
    assert "sound" not in threads
    drivers = reader.messages[-1].members["drivers"]
    assert (drivers["sound"], "voice" in drivers) == ("none", False)


# What may become of it.


SOON = ("node.sound.core.supervision.PING_S = 0.2", "node.sound.core.supervision.AGAIN_S = (0.2,)")
HARMS = {
    "stopped": ("kalibagor", "node.sound.core.supervision.PONG_S = 1.0"),
    "killed": ("kotakan",),
    "no longer read": ("olean", "node.sound.core.listening.STUCK_S = 1.0"),
    "blocks as it opens": ("patokan", "node.sound.core.supervision.START_S = 1.0"),
}
HEARD, REPLACED = ("stopped", "killed", "no longer read"), ("stopped", "killed")


def test_the_striker_goes_on_whatever_becomes_of_the_loudspeakers(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """Four villages, each with another misfortune in the middle of one alarm for all."""
    district, _ = quick_district(folder / "district")
    with ExitStack() as parts, Reader(broker, f"{BASE}/+/node/+/+") as reader:
        found = {harm: Post(folder / village, broker.port, village, district=district)
                 for harm, (village, *_) in HARMS.items()}
        posts += found.values()
        ears = {harm: with_ear(post, folder) for harm, post in found.items()}
        for harm in HEARD:
            parts.enter_context(ears[harm])
        for harm, post in found.items():
            post.start(impatient(folder / post.village, *PATIENT, *SOON, *HARMS[harm][1:]))
        for post in found.values():
            post.expect("linked:")
        for harm in HEARD:
            ears[harm].wait_frames()
        alarm(broker, "semua", "pemerkosaan")  # titir, which can be joined at each stroke
        for harm in HEARD:
            ears[harm].wait_onsets()
        halt(player(found["stopped"]))
        os.kill(player(found["killed"]), signal.SIGKILL)
        ears["no longer read"].stop_listening()
        for post in found.values():
            post.expect("part=sound")
        goes_on(list(found.values()))
        for harm in REPLACED:
            assert found[harm].wait(recovered), found[harm].lines
            ears[harm].wait_onsets(1, ears[harm].count() + 8192)
        for harm, post in found.items():
            told = partial(reported, village=post.village, replaced=harm in REPLACED)
            assert reader.wait(told), reader.messages
        silence(broker)
        for post in found.values():
            post.expect_quiet()
            parts.callback(post.kill)

    reasons = {harm: post.said("part=sound reason=")[0] for harm, post in found.items()}
    assert "did not answer" in reasons["stopped"]
    assert "signal 9" in reasons["killed"]
    assert "took nothing" in reasons["no longer read"]
    assert "did not open its device" in reasons["blocks as it opens"]


def goes_on(posts: list[Post]) -> None:
    """Waits until each of *posts* has beaten another stroke with its striker."""
    for post, before in [(post, strikes(post)) for post in posts]:
        assert post.wait(lambda box, before=before: strikes(box) > before), post.lines  # type: ignore[misc]


def recovered(post: Box) -> bool:
    return any(line.startswith("recovered:") and "part=sound" in line for line in post.lines)


def reported(messages: list[Message], village: str, *, replaced: bool) -> bool:
    """Whether the fault was an event and stood in the status; and so its end, where the player was replaced."""
    told = [each.members for each in messages if f"/{village}/" in each.topic]
    events = [each["event"] for each in told if each.get("part") == "sound"]
    faulty = ["sound" in each["faults"] for each in told if "state" in each]
    over = "recovered" in events and True in faulty and False in faulty[faulty.index(True):]
    return "fault" in events and True in faulty and (over or not replaced)


def test_a_node_that_is_killed_in_the_middle_of_an_alarm_takes_its_player_along(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    district, _ = quick_district(folder / "district")
    post = Post(folder / "a", broker.port, district=district)
    posts.append(post)
    with with_ear(post, folder) as ear:
        begin(post, ear)
        alarm(broker, "kalibagor", "pemerkosaan")
        ear.wait_onsets()
        pid = player(post)
        post.kill()

        assert wait_until(lambda: is_gone(pid)), state(pid)


def test_a_node_that_is_stopped_in_good_order_leaves_no_player(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port)
    posts.append(post)
    with with_ear(post, folder) as ear:
        begin(post, ear)
        pid = player(post)
        halt(pid)
        post.stop()

        assert wait_until(lambda: is_gone(pid)), state(pid)


# Drivers that nobody hears.


def kentongan(command: str, folder: Path, *words: str, driver: str, **env: str) -> tuple[int, list[str]]:
    """The exit code of a command on the example with a loudspeaker, and the lines of its standard error."""
    settings: dict[str, Any] = {
        **example(), "state_dir": str(folder), "pins": {"driver": "simulated"}, "sound": {"driver": driver},
    }
    if not words:
        settings["pins"] = {"driver": "lgpio"}
    done = subprocess.run(
        [sys.executable, "-m", "kentongan", command, "--config", str(write(folder, settings)), *words], cwd=folder,
        env={**os.environ, **env, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        timeout=LIMIT_S,
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("command", ["node", "check"])
def test_a_driver_that_leaked_into_the_environment_is_refused(folder: Path, command: str) -> None:
    code, said = kentongan(command, folder, "--simulate", driver="alsa", SDL_AUDIODRIVER="dummy")

    assert (code, said) == (2, [
        "node.yaml.sound.driver: 'alsa' is named here, but the environment has SDL_AUDIODRIVER=dummy; unset it",
    ])


@pytest.mark.parametrize("command", ["node", "check"])
@pytest.mark.parametrize("driver", ["dummy", "disk"])
def test_a_driver_that_nobody_hears_is_refused_without_simulate(folder: Path, command: str, driver: str) -> None:
    code, said = kentongan(command, folder, driver=driver)

    assert (code, said) == (2, [f"node.yaml.sound.driver: {driver!r} is heard by nobody; only with --simulate"])


def test_a_driver_that_nobody_hears_is_taken_on_purpose(folder: Path) -> None:
    assert kentongan("check", folder, "--simulate", driver="disk")[0] == 0

