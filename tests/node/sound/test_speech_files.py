"""The voice's files: the present words or none, recordings first, and no failure that is not told."""

import os
import shutil
from pathlib import Path
from threading import Barrier, Thread

import pytest

from contract.domain import speech as spoken
from node.sound import espeak as espeak_room
from node.sound import speech_files as voice_room
from node.sound.espeak import VoiceError, length_s
from node.sound.speech_files import NoEspeakError, Voices
from testing.processes import children
from testing.program import LIMIT_S
from tests.contract.shipped import catalogue, district
from tests.support.espeak import FAILS, HANGS, SPEAKS, WRITES_HALF, WRITES_NOTHING, WRITES_SILENCE, Espeak, write_wav
from tests.support.waiting import wait_until

TEXTS = {"perhatian": "Perhatian.", "kejadian-kebakaran": "Kebakaran,", "di-kotakan": "di Desa Kotakan."}
SENTENCE = tuple(TEXTS)
REAL = shutil.which("espeak-ng")
real_espeak = pytest.mark.skipif(REAL is None, reason="there is no espeak-ng on this machine")


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    return tmp_path / "state" / "voice"


@pytest.fixture
def voices(rendered: Path, recordings: Path) -> Voices:
    return Voices(rendered, recordings, TEXTS)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# What is rendered.


def test_every_piece_is_rendered_and_told(espeak: Espeak, rendered: Path, voices: Voices) -> None:
    told: list[tuple[str, str]] = []
    before = voices.missing()
    voices.render(lambda piece, text: told.append((piece, text)))

    assert (before, voices.missing(), told) == (list(TEXTS), [], list(TEXTS.items()))
    assert espeak.said() == list(TEXTS.values())
    assert voices.paths(SENTENCE) == tuple(rendered / f"{piece}.wav" for piece in SENTENCE)
    assert names(rendered) == ["di-kotakan.wav", "kejadian-kebakaran.wav", "perhatian.wav", "texts.json"]


def test_what_is_rendered_is_not_rendered_twice_unless_asked(espeak: Espeak, voices: Voices) -> None:
    voices.render()
    voices.render()
    once = len(espeak.calls())
    voices.render(again=True)

    assert (once, len(espeak.calls())) == (3, 6)


def test_a_changed_text_is_not_said_in_its_old_words_and_is_rendered_anew(
    espeak: Espeak, rendered: Path, voices: Voices
) -> None:
    voices.render()
    changed = Voices(rendered, None, {**TEXTS, "di-kotakan": "di Kelurahan Kotakan."})
    before = (changed.missing(), changed.look().get("di-kotakan"), changed.paths(SENTENCE))
    changed.render()

    assert before == (["di-kotakan"], None, ())
    assert espeak.said()[3:] == ["di Kelurahan Kotakan."]
    assert changed.look().get("di-kotakan") == rendered / "di-kotakan.wav"


@pytest.mark.usefixtures("espeak")
def test_another_way_of_speaking_is_rendered_anew(voices: Voices, monkeypatch: pytest.MonkeyPatch) -> None:
    voices.render()
    monkeypatch.setattr(voice_room, "SPOKEN", ("-v", "id", "-s", "120"))

    assert voices.missing() == list(TEXTS)


@pytest.mark.usefixtures("espeak")
def test_a_file_that_was_cut_off_is_rendered_anew(rendered: Path, voices: Voices) -> None:
    voices.render()
    whole = (rendered / "perhatian.wav").stat().st_size
    os.truncate(rendered / "perhatian.wav", 1000)
    before = voices.missing()
    voices.render()

    assert (before, voices.missing(), (rendered / "perhatian.wav").stat().st_size) == (["perhatian"], [], whole)


@pytest.mark.usefixtures("espeak")
@pytest.mark.parametrize("found", [b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"perhatian": 1}'])
def test_a_damaged_manifest_is_made_anew(rendered: Path, voices: Voices, found: bytes) -> None:
    voices.render()
    (rendered / "texts.json").write_bytes(found)
    before = voices.missing()
    voices.render()

    assert (before, voices.missing()) == (list(TEXTS), [])


@pytest.mark.usefixtures("espeak")
def test_pieces_that_are_no_more_are_removed_and_so_is_what_a_killed_rendering_left(
    rendered: Path, voices: Voices
) -> None:
    voices.render()
    (rendered / ".di-kotakan.123.wav").write_bytes(b"half")
    (rendered / "somebody-elses.wav").write_bytes(b"whole")
    Voices(rendered, None, {"perhatian": "Perhatian."}).render()

    assert names(rendered) == ["perhatian.wav", "somebody-elses.wav", "texts.json"]


@pytest.mark.parametrize(
    "text", ["-h", "--version", "'; touch x; echo '", "$(touch x)", "é ñ ● ك 火", "[[", "<b>", "%s"]
)
def test_a_text_is_spoken_as_it_is_written_whatever_it_holds(espeak: Espeak, rendered: Path, text: str) -> None:
    Voices(rendered, None, {"di-x": text}).render()

    assert espeak.said() == [text]
    assert espeak.calls()[0].startswith("-v id -s 140 -a 110 -b 1 --stdin -w /")


@pytest.mark.usefixtures("espeak")
def test_two_renderings_at_once_render_each_piece_once(espeak: Espeak, rendered: Path) -> None:
    together, faults = Barrier(2), list[Exception]()

    def render() -> None:
        together.wait()
        try:
            Voices(rendered, None, TEXTS).render()
        except VoiceError as error:
            faults.append(error)

    threads = [Thread(target=render) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)

    assert (faults, len(espeak.calls()), Voices(rendered, None, TEXTS).missing()) == ([], 3, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.usefixtures("espeak")
def test_what_root_renders_leaves_the_folder_to_the_nodes_user(rendered: Path, voices: Voices) -> None:
    rendered.parent.mkdir()
    os.chown(rendered.parent, 12345, 12346)
    voices.render()

    assert (rendered.stat().st_uid, rendered.stat().st_gid) == (12345, 12346)


# Recordings.


@pytest.mark.usefixtures("espeak")
def test_a_recording_takes_the_place_of_its_piece_until_it_is_removed(
    rendered: Path, recordings: Path, voices: Voices
) -> None:
    voices.render()
    recording = recordings / "di-kotakan.ogg"
    recording.write_bytes(b"a voice")
    recorded = voices.paths(SENTENCE)
    recording.unlink()

    assert recorded == (rendered / "perhatian.wav", rendered / "kejadian-kebakaran.wav", recording)
    assert voices.look().get("di-kotakan") == rendered / "di-kotakan.wav"


def test_a_recorded_piece_is_not_rendered(espeak: Espeak, recordings: Path, voices: Voices) -> None:
    (recordings / "perhatian.mp3").write_bytes(b"a voice")
    voices.render(again=True)

    assert espeak.said() == ["Kebakaran,", "di Desa Kotakan."]


def test_a_village_that_has_recorded_everything_needs_no_other_folder(
    espeak: Espeak, rendered: Path, recordings: Path, voices: Voices
) -> None:
    for piece in TEXTS:
        (recordings / f"{piece}.wav").write_bytes(b"a voice")
    voices.render()

    assert (rendered.exists(), espeak.calls()) == (False, [])


def test_of_two_recordings_of_a_piece_wav_comes_first_and_the_other_is_named(recordings: Path, voices: Voices) -> None:
    for name in ("perhatian.mp3", "perhatian.flac", "perhatian.wav", "perhatian.ogg"):
        (recordings / name).write_bytes(b"a voice")

    assert voices.look().get("perhatian") == recordings / "perhatian.wav"
    assert voices.unused() == ["perhatian.flac", "perhatian.mp3", "perhatian.ogg"]


def test_capital_letters_in_a_recordings_name_do_not_matter(recordings: Path, voices: Voices) -> None:
    (recordings / "Di-Kotakan.WAV").write_bytes(b"a voice")

    assert (voices.look().get("di-kotakan"), voices.unused()) == (recordings / "Di-Kotakan.WAV", [])


def test_what_is_the_recording_of_no_piece_is_named(recordings: Path, voices: Voices) -> None:
    for name in ("perhatian.m4a", "perhatin.wav", ".hidden.wav"):
        (recordings / name).write_bytes(b"a voice")
    (recordings / "di-kotakan.wav").write_bytes(b"")

    assert (voices.look(), voices.unused()) == ({}, ["di-kotakan.wav", "perhatian.m4a", "perhatin.wav"])


@pytest.mark.usefixtures("espeak")
def test_recordings_that_are_not_there_are_no_fault(tmp_path: Path, rendered: Path) -> None:
    voices = Voices(rendered, tmp_path / "nowhere", TEXTS)
    voices.render()

    assert (voices.word(), voices.unused(), voices.missing()) == ("espeak-ng", [], [])


# The word for the status.


def test_the_word_says_whose_voice_it_is(espeak: Espeak, recordings: Path, voices: Voices) -> None:
    found = [voices.word()]
    for piece in TEXTS:
        (recordings / f"{piece}.wav").write_bytes(b"a voice")
        found.append(voices.word())

    assert found == ["espeak-ng", "recorded, espeak-ng for 2", "recorded, espeak-ng for 1", "recorded"]
    assert espeak.calls() == []


def test_the_word_says_what_is_missing_for_want_of_espeak(espeak: Espeak, recordings: Path, voices: Voices) -> None:
    espeak.remove()
    found = [voices.word()]
    for piece in TEXTS:
        (recordings / f"{piece}.wav").write_bytes(b"a voice")
        found.append(voices.word())

    why = "espeak-ng is not installed (apt-get install espeak-ng) and"
    assert found == [
        f"silent: {why} 3 of 3 pieces have no recording", f"incomplete: {why} 2 of 3 pieces have no recording",
        f"incomplete: {why} 1 of 3 pieces have no recording", "recorded",
    ]


# What fails.


def test_without_espeak_nothing_is_touched_and_it_is_told(espeak: Espeak, rendered: Path, voices: Voices) -> None:
    espeak.remove()
    with pytest.raises(NoEspeakError, match="apt-get install espeak-ng"):
        voices.render()

    assert not rendered.exists()


def test_without_espeak_what_was_rendered_is_still_said(espeak: Espeak, voices: Voices) -> None:
    voices.render()
    espeak.remove()
    voices.render()

    assert (len(voices.paths(SENTENCE)), voices.word()) == (3, "espeak-ng")


def test_espeak_that_fails_is_quoted(espeak: Espeak, rendered: Path, voices: Voices) -> None:
    espeak.become(FAILS)
    with pytest.raises(VoiceError, match="espeak-ng fails: no such voice"):
        voices.render()

    assert (names(rendered), voices.look()) == ([], {})


@pytest.mark.parametrize("does", [WRITES_NOTHING, WRITES_HALF, WRITES_SILENCE])
def test_a_piece_that_is_no_whole_sound_is_named_and_the_others_are_rendered(
    espeak: Espeak, rendered: Path, voices: Voices, does: str
) -> None:
    espeak.become(f'case $file in *kebakaran*) {does};; *) {SPEAKS};; esac')
    with pytest.raises(VoiceError, match="no whole sound for kejadian-kebakaran"):
        voices.render()

    assert voices.missing() == ["kejadian-kebakaran"]
    assert names(rendered) == ["di-kotakan.wav", "perhatian.wav", "texts.json"]


def test_espeak_that_hangs_is_ended(
    espeak: Espeak, rendered: Path, voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    espeak.become(HANGS)
    monkeypatch.setattr(espeak_room, "PIECE_S", 0.1)
    before = children(os.getpid())
    with pytest.raises(VoiceError, match=r"hangs at 'Perhatian\.'"):
        voices.render()

    assert children(os.getpid()) == before
    assert names(rendered) == []


def test_espeak_that_cannot_be_run_is_told(espeak: Espeak, tmp_path: Path, voices: Voices) -> None:
    espeak.remove()
    (tmp_path / "bin" / "espeak-ng").write_text("#!/nowhere/sh\n", encoding="utf-8")
    (tmp_path / "bin" / "espeak-ng").chmod(0o755)
    with pytest.raises(VoiceError, match="cannot be run: No such file"):
        voices.render()


@pytest.mark.usefixtures("espeak")
def test_a_folder_that_cannot_be_written_is_told(rendered: Path, voices: Voices) -> None:
    rendered.parent.write_text("a file in its place", encoding="utf-8")
    with pytest.raises(VoiceError, match=r"voice cannot be written: Not a directory; it needs room"):
        voices.render()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
@pytest.mark.usefixtures("espeak")
def test_a_folder_that_is_closed_is_told_though_espeak_would_not(rendered: Path, voices: Voices) -> None:
    rendered.mkdir(parents=True, mode=0o555)
    with pytest.raises(VoiceError, match="cannot be written: Permission denied"):
        voices.render()


@pytest.mark.usefixtures("espeak")
def test_a_place_that_cannot_be_written_is_told(rendered: Path, voices: Voices) -> None:
    (rendered / "perhatian.wav").mkdir(parents=True)
    with pytest.raises(VoiceError, match="cannot be written: Is a directory"):
        voices.render()


def test_a_rendering_is_stopped_from_another_thread(espeak: Espeak, voices: Voices) -> None:
    espeak.become(HANGS)
    faults = []

    def render() -> None:
        try:
            voices.render()
        except VoiceError as error:
            faults.append(str(error))

    thread = Thread(target=render)
    thread.start()
    assert wait_until(lambda: espeak.pid() is not None)
    voices.stop()
    thread.join(LIMIT_S)

    assert (thread.is_alive(), faults, len(espeak.calls())) == (False, ["it was stopped"], 1)


# The real one.


@real_espeak
def test_espeak_says_every_shipped_piece_clearly_long(rendered: Path) -> None:
    texts = spoken.texts(catalogue(), district())
    voices = Voices(rendered, None, texts)
    voices.render()

    lengths_s = {piece: length_s(path) or 0.0 for piece, path in voices.look().items()}
    assert {piece for piece in texts if not 0.5 < lengths_s[piece] < (4.0 + (piece == "kejadian-tsunami"))} == set()


@real_espeak
@pytest.mark.parametrize(
    "text", ["-h", "--version", "-w /tmp/x", "é ñ ● ك 火 Kotakan", "<b>Kotakan", "\ud800 a"]
)
def test_espeak_says_odd_texts(rendered: Path, text: str) -> None:
    voices = Voices(rendered, None, {"di-x": text})
    voices.render()

    assert voices.missing() == []


@real_espeak
@pytest.mark.parametrize("text", ["???", "...", "-", " "])
def test_espeak_that_finds_no_word_is_told(rendered: Path, text: str) -> None:
    with pytest.raises(VoiceError, match="no whole sound for di-x"):
        Voices(rendered, None, {"di-x": text}).render()


def test_the_length_of_what_is_no_whole_wav_is_unknown(tmp_path: Path) -> None:
    write_wav(tmp_path / "whole.wav", 1.5)
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:-10000])
    (tmp_path / "head.wav").write_bytes(whole[:20])
    (tmp_path / "other.wav").write_bytes(b"OggS" + whole[4:])

    found = [length_s(tmp_path / f"{name}.wav") for name in ("whole", "cut", "head", "other", "nowhere")]
    assert found == [1.5, None, None, None, None]
