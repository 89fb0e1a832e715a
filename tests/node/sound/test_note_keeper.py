"""The notes of a running node: made in the background by a process of its own, within bounds, and never in the way."""

import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

import pytest

from node.sound import note_keeper
from node.sound.core.render import LOUDNESS
from node.sound.note_keeper import AT_ONCE, KEPT, NoteKeeper
from node.sound.note_maker import LONGEST_S
from runtime.core.events import Noticed
from runtime.inbox import Inbox
from testing.processes import is_gone
from testing.program import LIMIT_S
from tests.support.espeak import FAILS, HANGS, Espeak, write_wav
from tests.support.waiting import drain, take, wait_until

RESPELLINGS = {"masjid": "[[m'asdZid]]"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "voice" / "notes"


@contextmanager
def keeping(folder: Path, inbox: Inbox | None = None) -> Iterator[NoteKeeper]:
    with NoteKeeper(folder, RESPELLINGS, Inbox() if inbox is None else inbox) as kept:
        yield kept


def made(kept: NoteKeeper, note: str, village: str = "kotakan") -> Path:
    assert wait_until(lambda: kept.path(village, note) is not None), note
    found = kept.path(village, note)
    assert found is not None
    return found


def test_a_note_is_made_while_nobody_waits_and_it_is_told_when_it_is_there(espeak: Espeak, folder: Path) -> None:
    ready = Flag()
    with keeping(folder) as kept:
        kept.ready = ready.set
        assert kept.path("kotakan", "dekat masjid, RT 03") is None
        assert ready.wait(LIMIT_S)
        path = kept.path("kotakan", "dekat masjid, RT 03")

    assert path is not None
    assert path.parent == folder
    assert espeak.said() == ["dekat [[m'asdZid]], R T 3."]


def test_it_is_as_loud_as_the_words_without_the_silence_around_it(espeak: Espeak, folder: Path, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "bin" / "sound.wav"), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(array("h", [0] * 5000 + [900, -900] * 5000 + [0] * 5000).tobytes())
    with keeping(folder) as kept, wave.open(str(made(kept, "api")), "rb") as file:
        frames = array("h", file.readframes(file.getnframes()))

    assert len(frames) == 10_000
    assert max(frames) == pytest.approx(LOUDNESS, rel=0.01)


def test_it_is_made_once(espeak: Espeak, folder: Path) -> None:
    with keeping(folder) as kept:
        first = made(kept, "api")
        made(kept, "asap")
        assert kept.path("kotakan", "api") == first

    assert espeak.said() == ["api.", "asap."]


@pytest.mark.parametrize(("note", "reason"), [
    ("lihat www.example.com", "the note 'lihat www.example.com' is not spoken: it holds an address of the web"),
    ("[[x]]", "the note '[[x]]' is not spoken: it holds U+005B, which is no plain letter"),
])
def test_what_is_not_plain_is_reported_once_and_given_to_no_synthesiser(
    espeak: Espeak, folder: Path, note: str, reason: str
) -> None:
    inbox = Inbox()
    with keeping(folder, inbox) as kept:
        assert kept.path("kotakan", note) is None
        assert take(inbox, Noticed).reason == reason
        assert kept.path("kotakan", note) is None
        made(kept, "api")

    assert drain(inbox) == []
    assert espeak.said() == ["api."]


def test_one_that_takes_too_long_to_say_and_one_that_cannot_be_made_are_reported_once(
    espeak: Espeak, folder: Path, tmp_path: Path
) -> None:
    inbox = Inbox()
    with keeping(folder, inbox) as kept:
        write_wav(tmp_path / "bin" / "sound.wav", LONGEST_S + 0.5)
        kept.path("kotakan", "panjang")
        assert "it takes 8.5 s, and 8 s are the most" in take(inbox, Noticed).reason
        espeak.become(FAILS)
        kept.path("kotakan", "lain")
        assert "espeak-ng fails: no such voice" in take(inbox, Noticed).reason
        espeak.remove()
        kept.path("kotakan", "ketiga")
        assert "espeak-ng is not installed" in take(inbox, Noticed).reason

    assert list(folder.glob("*")) == []


def test_a_village_that_sends_many_notes_uses_up_its_own_and_no_other_villages(espeak: Espeak, folder: Path) -> None:
    inbox = Inbox()
    with keeping(folder, inbox) as kept:
        for number in range(AT_ONCE):
            made(kept, f"nomor {number}", "olean")
        for number in range(3):
            assert kept.path("olean", f"lagi {number}") is None
            made(kept, f"kami {number}", "kotakan")  # so the one before was looked at

    assert [event.reason for event in drain(inbox) if isinstance(event, Noticed)] == [
        "notes of olean are not spoken: more come than are made"]
    assert not any(said.startswith("lagi") for said in espeak.said())


def test_of_those_that_wait_a_village_has_the_last_one(espeak: Espeak, folder: Path) -> None:
    espeak.become(HANGS)
    with keeping(folder) as kept:
        kept.path("kotakan", "pertama")
        assert wait_until(lambda: espeak.pid() is not None)
        for number in range(50):
            kept.path("olean", f"nomor {number}")
        assert kept._wanted == {"olean": "nomor 49"}


def test_only_so_many_files_are_kept_and_never_is_another_note_said_under_an_old_name(
    espeak: Espeak, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_keeper, "AT_ONCE", 100)
    monkeypatch.setattr(note_keeper, "KEPT", 3)
    with keeping(folder) as kept:
        paths = [made(kept, f"nomor {number}") for number in range(3)]
        kept.path("kotakan", "nomor 0")  # used last
        paths += [made(kept, "nomor 3")]
        assert wait_until(lambda: not paths[1].exists())
        assert paths[0].exists()

    assert len(set(paths)) == 4
    assert KEPT * LONGEST_S * 2 * 22_050 < 10_000_000  # bytes on the disk


def test_what_an_earlier_run_has_left_is_removed(espeak: Espeak, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "7.wav").write_bytes(b"a name")
    (folder / "8.part").write_bytes(b"half a name")
    with keeping(folder) as kept:
        made(kept, "api")

    assert [file.name for file in folder.iterdir()] == ["1.wav"]


def test_whoever_ends_it_waits_for_no_synthesiser_and_leaves_none_behind(espeak: Espeak, folder: Path) -> None:
    espeak.become(HANGS)
    inbox = Inbox()
    with keeping(folder, inbox) as kept:
        kept.path("kotakan", "api")
        assert wait_until(lambda: espeak.pid() is not None)
        pid = espeak.pid()

    assert pid is not None
    assert wait_until(lambda: is_gone(pid))
    assert drain(inbox) == []


def test_a_folder_that_cannot_be_made_is_reported(espeak: Espeak, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    inbox = Inbox()
    with keeping(tmp_path / "file" / "notes", inbox) as kept:
        kept.path("kotakan", "api")
        assert "cannot be made" in take(inbox, Noticed).reason
