"""`kentongan doctor`: a line for each thing, in the reader's language; nothing unknown is well, and nothing sounds."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kentongan import doctor
from kentongan.commands import main
from kentongan.diagnosis import gather
from kentongan.diagnosis.texts import SIGNS
from node.sound.core.driver_settings import Speaker
from posko.notify.store import SCHEMA
from tests.support.nodes import CONFIG, example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")


def run(*words: object, **environment: str) -> Result:
    result = CliRunner().invoke(main, ["doctor", *map(str, words)], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def simulated(folder: Path, **settings: Any) -> Path:
    """A box's settings whose broker is not there, and which nothing else is wrong with."""
    return write(folder, {
        **example(), "pins": {"driver": "simulated", "socket": "pins"}, "state_dir": str(folder),
        "broker": {"host": "127.0.0.1", "port": 1}, **settings,
    })


def test_each_line_has_a_sign_a_name_and_what_to_do(tmp_path: Path) -> None:
    result = run("--config", simulated(tmp_path), "--simulate", "--lang", "id")
    first, *lines, last = result.stdout.splitlines()

    assert (result.exit_code, first) == (1, f"node: {tmp_path / 'node.yaml'}")
    assert {each[0] for each in lines} <= {*SIGNS.values()}
    assert "! pin: pin tiruan (simulated): tidak ada sirene yang berbunyi" in lines
    assert "✘ server pesan: 127.0.0.1:1 tidak bisa dihubungi: tidak ada yang menjawab di alamat itu" in lines
    assert last.startswith("Ada yang perlu diperbaiki: ")


def test_the_same_in_english(tmp_path: Path) -> None:
    lines = run("--config", simulated(tmp_path), "--simulate", LC_ALL="en_US.UTF-8").stdout.splitlines()

    assert "! pins: pins of no real box (simulated): no siren sounds" in lines
    assert "✘ broker: 127.0.0.1:1 is out of reach: [Errno 111] Connection refused" in lines


def test_for_programs_it_is_json_with_the_same_exit_code(tmp_path: Path) -> None:
    result = run("--config", simulated(tmp_path), "--simulate", "--json", "--lang", "en")
    (examined,) = json.loads(result.stdout)["examined"]
    pins = next(each for each in examined["findings"] if each["check"] == "pins")

    assert json.loads(result.stdout)["exit_code"] == result.exit_code == 1
    assert (examined["kind"], examined["config"]) == ("node", str(tmp_path / "node.yaml"))
    assert pins == {"check": "pins", "mark": "warning", "what": "simulated", "values": {"driver": "simulated"},
                    "text": "pins of no real box (simulated): no siren sounds"}


def test_nothing_sounds_unless_it_is_to_be_loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []

    def stroke(speaker: Speaker) -> str:
        played.append(speaker.driver)
        return ""

    monkeypatch.setattr(gather, "_stroke", stroke)
    path = simulated(tmp_path, sound={"driver": "dummy"})
    run("--config", path, "--simulate")
    assert played == []

    said = run("--config", path, "--simulate", "--loud", "--lang", "en").stdout
    assert played == ["dummy"]
    assert "✔ sound: one stroke was played: was it heard?" in said


def test_a_stroke_is_really_played(tmp_path: Path) -> None:
    path = simulated(tmp_path, sound={"driver": "dummy"})
    said = run("--config", path, "--simulate", "--loud", "--lang", "en").stdout

    assert "✔ sound: one stroke was played: was it heard?" in said
    assert "! loudspeaker: nobody hears the driver dummy; write alsa under sound.driver" in said


def test_faulty_settings_are_lines_and_the_machine_is_looked_at_all_the_same(tmp_path: Path) -> None:
    result = run("--config", simulated(tmp_path, village="kalibagr", siren={}), "--simulate", "--lang", "en")

    assert result.exit_code == 1
    assert "✘ settings: node.yaml.siren.pin: missing; it has no default" in result.stdout
    assert "did you mean kalibagor?" in result.stdout
    assert "clock: " in result.stdout
    assert "broker: " not in result.stdout


def test_a_file_that_is_no_yaml_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "node.yaml"
    path.write_text("siren: {pin: 17\nbroker: [", "utf-8")
    result = run("--config", path, "--lang", "en")

    assert result.exit_code == 1
    assert "✘ settings: node.yaml: " in result.stdout


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_settings_that_are_not_there_are_one_line_and_exit_2(tmp_path: Path, name: str) -> None:
    result = run("--config", tmp_path / name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_hubs_settings_are_examined_as_a_hubs(tmp_path: Path) -> None:
    path = tmp_path / "posko.yaml"
    path.write_text(json.dumps({"district": str(CONFIG / "situbondo.yaml"), "state_dir": str(tmp_path),
                                "broker": {"host": "127.0.0.1", "port": 1}}), "utf-8")
    lines = run("--config", path, "--lang", "en").stdout.splitlines()

    assert lines[0] == f"posko: {path}"
    assert "✘ program: kentongan posko does not run here" in lines
    assert not any("pins:" in each or "voice:" in each for each in lines)


def test_of_messages_outward_it_names_what_is_wrong_with_the_addresses_and_what_waits(tmp_path: Path) -> None:
    def messages(*to: str) -> list[str]:
        path = tmp_path / "posko.yaml"
        path.write_text(json.dumps({
            "district": str(CONFIG / "situbondo.yaml"), "state_dir": str(tmp_path),
            "broker": {"host": "127.0.0.1", "port": 1}, "notify": {"targets": list(to), "state_dir": str(tmp_path)},
        }), "utf-8")
        lines = run("--config", path, "--lang", "en").stdout.splitlines()
        return [each for each in lines if "messages: " in each]

    assert messages("telegrm://r4hasia") == [
        "✘ messages: posko.yaml.notify.targets.1.to.1: telegrm:// is not known; did you mean tgram://?"]
    assert messages("json://127.0.0.1:9/x") == [
        f"? messages: cannot be known: {tmp_path / 'notify.db'} cannot be read: No such file or directory"]
    with closing(sqlite3.connect(tmp_path / "notify.db")) as database, database:
        database.executescript(SCHEMA)
    assert messages("json://127.0.0.1:9/x") == [
        "✔ messages: 1 addresses, no message is held up; try them: sudo kentongan notify --test"]
    with closing(sqlite3.connect(tmp_path / "notify.db")) as database, database:
        database.execute("INSERT INTO queue VALUES (1, 'a', 'b', 'c', 'd', 'e', 0.0, ?)", (time.time() - 700.0,))
    assert messages("json://127.0.0.1:9/x")[0].startswith("! messages: 1 messages are not sent, the oldest for 12 min")


def test_without_a_file_all_that_is_installed_is_examined_and_what_they_share_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = simulated(tmp_path)
    hub = tmp_path / "posko.yaml"
    hub.write_text(json.dumps({"district": str(CONFIG / "situbondo.yaml"), "state_dir": str(tmp_path),
                               "broker": {"host": "127.0.0.1", "port": 1}}), "utf-8")
    monkeypatch.setattr(doctor, "PLACES", (node, hub))
    lines = run("--simulate", "--lang", "en").stdout.splitlines()

    assert [each for each in lines if each.startswith(("node:", "posko:"))] == [f"node: {node}", f"posko: {hub}"]
    assert sum("clock: " in each for each in lines) == 1


def test_the_hubs_of_further_districts_are_examined_too_and_no_readers_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hub(folder: Path, account: str) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "posko.yaml").write_text(json.dumps({
            "district": str(CONFIG / "situbondo.yaml"), "state_dir": str(folder),
            "broker": {"host": "127.0.0.1", "port": 1, "username": account},
        }), "utf-8")
        return folder / "posko.yaml"

    first, further = hub(tmp_path, "situbondo.posko"), hub(tmp_path / "panarukan", "panarukan.posko")
    hub(tmp_path / "panarukan-layar", "panarukan.layar")
    hub(tmp_path / "lama", "panarukan.posko")
    broken = hub(tmp_path / "panji", "panji.posko")
    broken.write_text("broker: {", "utf-8")
    monkeypatch.setattr(doctor, "PLACES", (tmp_path / "node.yaml", first))
    found = run("--lang", "en")

    assert [each for each in found.stdout.splitlines() if each.startswith("posko:")] == [
        f"posko: {first}", f"posko: {further}", f"posko: {broken}"]
    assert found.exit_code == 1


def test_without_anything_installed_it_says_so_and_exits_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PLACES", (tmp_path / "node.yaml", tmp_path / "posko.yaml"))

    assert (run("--lang", "id").stderr, run("--lang", "id").exit_code) == (
        f"tidak ada pengaturan di {tmp_path}: belum dipasang? Tulis --config BERKAS\n", 2)


def test_the_help_is_in_the_language_of_the_output() -> None:
    assert "Pilihan:" in run("--help", KENTONGAN_LANG="id").stdout
    assert "Options:" in run("--help", KENTONGAN_LANG="en").stdout


def test_a_further_districts_hub_is_looked_at_by_its_own_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "FURTHER", tmp_path)
    further, first = tmp_path / "panarukan/posko.yaml", tmp_path / "posko.yaml"

    assert gather._units("posko", further) == ("mosquitto.service", "kentongan-posko@panarukan.service")
    assert gather._units("posko", first) == ("mosquitto.service", "kentongan-posko.service")
    assert gather._units("node", tmp_path / "panarukan/node.yaml") == ("kentongan-node.service",)
