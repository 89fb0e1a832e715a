"""The voice of a running node: rendered in the background, told when it fails, and never in anybody's way."""

from pathlib import Path
from threading import Event as Flag
from threading import current_thread

import pytest

from node.sound import espeak as espeak_room
from node.sound import speech_worker
from node.sound.speech_files import Voices
from node.sound.speech_worker import VoiceKeeper
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from testing.processes import is_gone
from testing.program import LIMIT_S
from tests.support.espeak import FAILS, HANGS, SPEAKS, Espeak
from tests.support.waiting import drain, take, wait_until

TEXTS = {"perhatian": "Perhatian.", "di-kotakan": "di Desa Kotakan."}
SENTENCE = tuple(TEXTS)


@pytest.fixture
def voices(tmp_path: Path, recordings: Path) -> Voices:
    return Voices(tmp_path / "voice", recordings, TEXTS)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_worker, "LOOK_S", 0.01)


@pytest.mark.usefixtures("espeak")
def test_what_is_missing_is_rendered_in_a_thread_of_its_own_after_its_priority_is_set(
    tmp_path: Path, voices: Voices
) -> None:
    seen: list[tuple[str, bool]] = []
    inbox = Inbox()

    def prepare() -> None:
        seen.append((current_thread().name, (tmp_path / "voice").exists()))

    with VoiceKeeper(voices, inbox, prepare) as kept:
        assert wait_until(lambda: kept.paths(SENTENCE) != ())
        paths = kept.paths(SENTENCE)

    assert seen == [("voice", False)]
    assert paths == (tmp_path / "voice" / "perhatian.wav", tmp_path / "voice" / "di-kotakan.wav")
    assert drain(inbox) == []


def test_what_there_is_speaks_while_the_rest_is_rendered(espeak: Espeak, recordings: Path, voices: Voices) -> None:
    espeak.become(HANGS)
    (recordings / "perhatian.wav").write_bytes(b"a voice")
    with VoiceKeeper(voices, Inbox()) as kept:
        assert wait_until(lambda: espeak.pid() is not None)
        assert (kept.paths(("perhatian",)), kept.paths(SENTENCE)) == ((recordings / "perhatian.wav",), ())


@pytest.mark.usefixtures("often")
def test_a_failure_is_told_once_and_so_is_its_end(espeak: Espeak, voices: Voices) -> None:
    espeak.become(FAILS)
    inbox = Inbox()
    with VoiceKeeper(voices, inbox) as kept:
        told = take(inbox, Faulted)
        assert wait_until(lambda: len(espeak.calls()) > 2)
        espeak.become(SPEAKS)
        _, then = inbox.get(clock.now() + LIMIT_S)
        assert kept.paths(SENTENCE) != ()

    assert told == Faulted("voice", "espeak-ng fails: no such voice; try: espeak-ng -v id halo")
    assert (then, drain(inbox)) == (Recovered("voice"), [])


@pytest.mark.usefixtures("often")
def test_no_espeak_is_no_fault_and_one_that_is_installed_later_is_used(espeak: Espeak, voices: Voices) -> None:
    espeak.remove()
    looked = 0
    look = voices.look

    def counted() -> dict[str, Path]:
        nonlocal looked
        looked += 1
        return look()

    voices.look = counted  # type: ignore[method-assign]
    inbox = Inbox()
    with VoiceKeeper(voices, inbox) as kept:
        assert wait_until(lambda: looked > 5)
        assert (kept.paths(SENTENCE), drain(inbox)) == ((), [])
        espeak.become(SPEAKS)
        assert wait_until(lambda: kept.paths(SENTENCE) != ())
    assert drain(inbox) == []


@pytest.mark.usefixtures("espeak", "often")
def test_a_recording_is_found_while_the_node_runs(recordings: Path, voices: Voices) -> None:
    with VoiceKeeper(voices, Inbox()) as kept:
        assert wait_until(lambda: kept.paths(SENTENCE) != ())
        (recordings / "perhatian.flac").write_bytes(b"a voice")
        assert wait_until(lambda: kept.paths(("perhatian",)) == (recordings / "perhatian.flac",))


def test_leaving_ends_a_rendering_that_hangs_at_once_and_tells_no_fault(
    espeak: Espeak, voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak_room, "PIECE_S", 600.0)  # so that nothing else ends it
    espeak.become(HANGS)
    inbox = Inbox()
    with VoiceKeeper(voices, inbox):
        assert wait_until(lambda: espeak.pid() is not None)

    pid = espeak.pid()
    assert pid is not None
    assert wait_until(lambda: is_gone(pid))
    assert drain(inbox) == []


@pytest.mark.usefixtures("often")
def test_a_rendering_that_hangs_is_told(espeak: Espeak, voices: Voices, monkeypatch: pytest.MonkeyPatch) -> None:
    espeak.become(HANGS)
    monkeypatch.setattr(espeak_room, "PIECE_S", 0.1)
    inbox = Inbox()
    with VoiceKeeper(voices, inbox):
        assert "espeak-ng hangs" in take(inbox, Faulted).reason


@pytest.mark.usefixtures("espeak")
def test_what_nobody_foresaw_is_told_and_ends_nothing(voices: Voices) -> None:
    def look() -> dict[str, Path]:
        raise RuntimeError("never thought of")

    voices.look = look  # type: ignore[method-assign]
    inbox = Inbox()
    with VoiceKeeper(voices, inbox) as kept:
        assert take(inbox, Faulted).reason == "the voice's files cannot be kept: never thought of"
        assert kept.paths(SENTENCE) == ()


@pytest.mark.usefixtures("espeak")
def test_a_disk_that_hangs_keeps_nobody_waiting_for_its_word_for_long(
    voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_worker, "WORD_S", 0.05)
    answers, word = Flag(), voices.word

    def hang() -> str:
        answers.wait(2 * LIMIT_S)
        return word()

    voices.word = hang  # type: ignore[method-assign]
    with VoiceKeeper(voices, Inbox()) as kept:
        hanging = kept.word()
        answers.set()
        assert wait_until(lambda: kept.word() == "espeak-ng")

    assert hanging == "not known: its files do not answer"
