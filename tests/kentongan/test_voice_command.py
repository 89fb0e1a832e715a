"""The command `voice`: what is said and by whom, what does not fit, and one sentence for what is missing."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contract.domain import speech as spoken
from kentongan.commands import main
from tests.contract.shipped import catalogue, district, plain
from tests.support.espeak import FAILS, Espeak, write_wav
from tests.support.nodes import CONFIG, example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

TEXTS = spoken.texts(catalogue(), district())


class Node:
    """A node's settings in *folder*, for the command to find."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recordings = folder / "recordings"
        self.recordings.mkdir()
        self.settings: dict[str, Any] = {
            **example(), "district": "situbondo.yaml", "state_dir": "state",
            "sound": {"driver": "dummy", "recordings": "recordings"},
        }
        shutil.copy(CONFIG / "situbondo.yaml", folder)
        self.give_slot(8.5)

    def give_slot(self, voice_s: float) -> None:
        found = plain("incidents.yaml")
        found["cycle"]["voice_s"] = voice_s
        (self.folder / "incidents.yaml").write_text(json.dumps(found), encoding="utf-8")

    def run(self, *words: str) -> Result:
        result = CliRunner().invoke(main, ["voice", "--config", str(write(self.folder, self.settings)), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def row(result: Result, name: str) -> list[str]:
    """The last line that begins with *name*, cut at its wide gaps."""
    lines = [line for line in result.stdout.splitlines() if line.split()[:1] == [name]]
    return [cell.strip() for cell in lines[-1].split("  ") if cell]


@pytest.mark.usefixtures("espeak")
def test_it_renders_and_tells_each_piece_then_lists_them(node: Node) -> None:
    result = node.run()

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[: len(TEXTS)] == [
        f"dibuat (rendered): {piece}: {text}" for piece, text in TEXTS.items()
    ]
    assert row(result, "di-kotakan") == ["di-kotakan", "espeak-ng", "0,50", "di Desa Kotakan."]
    assert row(result, "kebakaran") == ["kebakaran", "2,45 detik", "2,45 detik"]


def test_the_voice_is_given_words_as_it_is_to_say_them_and_people_read_them_as_they_are_written(
    espeak: Espeak, node: Node
) -> None:
    (node.folder / "speech.yaml").write_text('respellings: {olean: "O-le-an"}', encoding="utf-8")
    result = node.run()

    assert {"Maling [[t@Rn'a?]],", "di [[d'esa]] O-le-an."} <= {*espeak.said()}
    assert row(result, "kejadian-ternak")[-1] == "Maling ternak,"
    assert "[[" not in result.stdout


def test_it_renders_nothing_twice_unless_asked(espeak: Espeak, node: Node) -> None:
    node.run()
    once = len(espeak.calls())
    node.run()
    twice = len(espeak.calls())
    node.run("--again")

    assert (once, twice, len(espeak.calls())) == (len(TEXTS), len(TEXTS), 2 * len(TEXTS))


@pytest.mark.usefixtures("espeak")
def test_recordings_are_listed_by_their_names_and_the_length_of_what_is_no_wav_is_unknown(node: Node) -> None:
    write_wav(node.recordings / "Perhatian.WAV", 1.25)
    (node.recordings / "di-kotakan.ogg").write_bytes(b"a voice")
    result = node.run()

    assert (result.exit_code, result.stderr) == (0, "")
    assert row(result, "perhatian") == ["perhatian", "Perhatian.WAV", "1,25", "Perhatian."]
    assert row(result, "di-kotakan") == ["di-kotakan", "di-kotakan.ogg", "?", "di Desa Kotakan."]
    assert row(result, "kebakaran") == ["kebakaran", "3,20 detik + ?", "2,45 detik + ?"]


@pytest.mark.usefixtures("espeak")
def test_recordings_that_are_not_used_or_cannot_be_read_are_named(node: Node) -> None:
    (node.recordings / "perhatian.m4a").write_bytes(b"a voice")
    (node.recordings / "di-olean.wav").write_bytes(b"no voice")
    result = node.run()

    assert result.exit_code == 0
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines()] == ["perhatian.m4a", "di-olean.wav"]


@pytest.mark.parametrize(("slot_s", "told"), [
    (2.5, ""), (2.4, "warning: tidak muat: kalimat terpanjang 2,45 detik, jatahnya 2,4 detik"),
    (0.0, "warning: cycle.voice_s"),
])
def test_a_sentence_longer_than_its_slot_is_a_warning(node: Node, slot_s: float, told: str) -> None:
    node.give_slot(slot_s)
    for piece in TEXTS:
        write_wav(node.recordings / f"{piece}.wav", 0.5)
    result = node.run()

    assert result.exit_code == 0
    assert result.stderr.startswith(told) if told else not result.stderr


def test_words_that_are_longer_than_the_time_before_an_exercises_siren_are_warned_of(
    espeak: Espeak, node: Node
) -> None:
    write_wav(node.recordings / "latihan.wav", 3.0)
    result = node.run()

    assert (result.exit_code, espeak.calls() != []) == (0, True)
    assert "warning: latihan: 3,00 detik; sebelum sirene latihan hanya ada waktu 2,5 detik" in result.stderr


def test_without_espeak_the_pieces_to_record_are_listed_and_one_sentence_says_what_to_do(
    espeak: Espeak, node: Node
) -> None:
    espeak.remove()
    write_wav(node.recordings / "perhatian.wav", 1.0)
    result = node.run()

    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "jalankan sudo apt-get install espeak-ng" in result.stderr
    assert "25 of 26 pieces have no recording" in result.stderr
    assert row(result, "di-olean") == ["di-olean", "TIDAK ADA (missing)", "-", "di Desa Olean."]
    assert row(result, "kebakaran") == ["kebakaran", "-", "-"]


def test_without_espeak_a_village_that_has_recorded_everything_is_well(espeak: Espeak, node: Node) -> None:
    espeak.remove()
    for piece in TEXTS:
        write_wav(node.recordings / f"{piece}.wav", 1.0)
    result = node.run()

    assert (result.exit_code, result.stderr) == (0, "")


def test_what_fails_is_one_sentence_and_exit_2(espeak: Espeak, node: Node) -> None:
    espeak.become(FAILS)
    failed = node.run()
    node.settings["state_dir"] = "file"
    (node.folder / "file").write_text("no folder", encoding="utf-8")
    refused = node.run()

    assert [(each.exit_code, len(each.stderr.splitlines())) for each in (failed, refused)] == [(2, 1), (2, 1)]
    assert "espeak-ng fails: no such voice" in failed.stderr
    assert "cannot be written: Not a directory" in refused.stderr


def test_a_node_without_a_loudspeaker_renders_nothing(espeak: Espeak, node: Node) -> None:
    del node.settings["sound"]
    result = node.run()

    assert (result.exit_code, result.stderr, espeak.calls()) == (0, "", [])
    assert "tanpa pengeras suara" in result.stdout


def test_a_fault_in_the_settings_is_a_line_and_exit_2(node: Node) -> None:
    node.settings["village"] = "kotakn"
    result = node.run()

    assert result.exit_code == 2
    assert "did you mean kotakan?" in result.stderr
