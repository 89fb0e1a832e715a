"""The command line: a fault of the user's is a line and exit 2, never a traceback, and no pin is touched for it."""

import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kentongan import node_settings, operator, play
from kentongan.broker import broker
from kentongan.commands import COMMANDS, main
from runtime.files import load_shipped
from testing.program import LIMIT_S
from tests.contract import shipped
from tests.contract.shipped import FAMILIES, catalogue
from tests.support.gpio_kernel import GpioKernel
from tests.support.nodes import CONFIG, ROOT, example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")


@pytest.fixture(autouse=True)
def no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)


class JumpingTime:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def monotonic(self) -> float:
        return self.slept_s

    def sleep(self, length_s: float) -> None:
        self.slept_s += length_s


def run(*words: str, **options: Any) -> Result:
    result = CliRunner().invoke(main, words, **options)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def run_process(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    places = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, "-m", "kentongan", *words], cwd=folder, env={**os.environ, **env, **places},
        capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )


# check


def test_check_says_whose_node_it_is_and_exits_0(tmp_path: Path) -> None:
    result = run("check", "--offline", "--config", str(write(tmp_path, {**example(), "state_dir": str(tmp_path)})))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(
        "node.yaml: no faults. Pos Kamling Kalibagor, desa Kalibagor, Kecamatan Situbondo; code family Jawa Timur; "
        "times are WIB.\n"
    )


def test_check_says_every_fault_a_line_each_and_exits_2(tmp_path: Path) -> None:
    settings = example()
    settings["siren"]["pin"] = 32
    settings["pins"]["driver"] = "lgpoi"
    settings["vilage"] = settings.pop("village")
    result = run("check", "--config", str(write(tmp_path, settings)))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "node.yaml.vilage: unknown; did you mean village?",
        "node.yaml.village: missing; it has no default",
        "node.yaml.siren.pin: must be a BCM number from 2 to 27, not 32",
        "node.yaml.pins.driver: 'lgpoi' is no pin driver; did you mean lgpio?",
        "4 faults.",
    ]


def test_check_names_the_posts_that_beat_at_the_same_time_though_within_earshot(tmp_path: Path) -> None:
    district = shipped.plain("situbondo.yaml")
    district["villages"]["kalibagor"]["posts"] = {
        f"pos-{number}": {"name": "Pos", "at": [-7.7666, 113.9802 + number / 10_000]} for number in range(1, 6)
    }
    (tmp_path / "situbondo.yaml").write_text(json.dumps(district), "utf-8")
    settings = {**example(), "state_dir": str(tmp_path), "district": "situbondo.yaml"}
    box = run("check", "--offline", "--config", str(write(tmp_path, settings)))
    file = run("district", "check", str(tmp_path / "situbondo.yaml"))

    for result in (box, file):
        assert (result.exit_code, result.stderr.splitlines()) == (0, [
            ("warning: situbondo: kalibagor/pos-1 and kalibagor/pos-5 beat at the same time though within earshot "
             "(they are 44 m apart): 4 slots are too few here"),
        ])


@pytest.mark.parametrize(("bound_s", "warned"), [
    (180, ["warning: max_sounding_s: 180 s end the first round of tsunami before it is over; write 189 or more"]),
    (189, []),
])
def test_check_says_that_a_siren_of_minutes_would_be_cut_short(
    tmp_path: Path, bound_s: int, warned: list[str]
) -> None:
    settings = {**example(), "state_dir": str(tmp_path), "max_sounding_s": bound_s}
    result = run("check", "--offline", "--config", str(write(tmp_path, settings)))

    assert (result.exit_code, result.stderr.splitlines()) == (0, warned)


@pytest.mark.parametrize("driver", ["mock", "simulated"])
def test_check_takes_pins_that_are_none_only_on_purpose(tmp_path: Path, driver: str) -> None:
    path = str(write(tmp_path, {**example(), "pins": {"driver": driver}}))
    refused, taken = run("check", "--config", path), run("check", "--config", path, "--simulate")

    assert (refused.exit_code, taken.exit_code) == (2, 0)
    assert refused.stderr == f"node.yaml.pins.driver: {driver!r} moves no real pin; only with --simulate\n"


def test_check_refuses_a_leaked_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    result = run("check", "--config", str(CONFIG / "node.yaml"))

    assert result.exit_code == 2
    assert "the environment has GPIOZERO_PIN_FACTORY=mock; unset it" in result.stderr


@pytest.mark.parametrize("command", ["check", "node", "rest"])
@pytest.mark.parametrize("name", ["missing.yaml", ".", "loop"])
def test_a_file_that_is_missing_a_folder_or_a_loop_is_said_in_a_line(tmp_path: Path, command: str, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    result = run(command, "--config", str(tmp_path / name))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{tmp_path / name}: cannot be read: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "node"])
def test_without_a_file_the_command_says_what_it_needs(command: str) -> None:
    result = run(command)

    assert result.exit_code == 2
    assert "--config" in result.stderr


@pytest.mark.parametrize("text", ["node: [pos-1\n", "", "\x00", "a: b: c"], ids=["broken", "empty", "zero", "mapping"])
def test_broken_yaml_is_said_in_a_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "node.yaml"
    path.write_text(text, "utf-8")
    result = run("check", "--config", str(path))

    assert result.exit_code == 2
    assert result.stderr.startswith((f"{path}: ", "node.yaml: "))


def test_checking_another_machines_settings_touches_no_pin(tmp_path: Path) -> None:
    """The interpreter itself says what was imported: no driver, and not even the library of pins' drivers."""
    code = (
        "import sys; from kentongan.commands import main\n"
        f"main(['check', '--offline', '--config', {str(CONFIG / 'node.yaml')!r}], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name in ('lgpio', 'RPi', 'pigpio', 'paho.mqtt.client', 'sqlite3')"
        " or name.startswith('gpiozero.pins.') and name.split('.')[2] in ('lgpio', 'rpigpio', 'pigpio', 'native')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False, timeout=LIMIT_S)

    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_warns_of_what_may_be_meant_and_exits_0(tmp_path: Path) -> None:
    settings = {**example(), "broker": {"host": "posko"}, "state_dir": str(tmp_path)}
    result = run("check", "--offline", "--config", str(write(tmp_path, settings)))

    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [["warning", "broker"]] * 2


def test_check_says_what_of_the_settings_this_machine_cannot_give(tmp_path: Path) -> None:
    if find_spec("lgpio") is None or any(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has a GPIO chip, or no lgpio")
    settings = {**example(), "state_dir": str(tmp_path),
                "sound": {"driver": "alsa", "device": "plughw:CARD=Nobody,DEV=0"}}
    done = run_process("check", "--config", str(write(tmp_path, settings)), folder=tmp_path)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]

    assert (done.returncode, done.stdout, len(lines)) == (2, "", 3)
    assert lines[0].startswith("node.yaml.pins.driver: lgpio cannot be used: ")
    assert lines[1].startswith("node.yaml.sound.device: plughw:CARD=Nobody,DEV=0 cannot be opened: No such device; th")
    assert lines[2] == "2 faults."


@pytest.mark.parametrize("command", ["check", "node"])
def test_an_empty_lgpio_is_named_with_the_way_to_the_right_one(tmp_path: Path, command: str) -> None:
    """PyPI's 0.0.0.2, which pip falls back to, can be imported and has nothing in it."""
    (tmp_path / "stub").mkdir()
    (tmp_path / "stub" / "lgpio.py").touch()
    path = str(write(tmp_path, {**example(), "state_dir": str(tmp_path)}))
    code = (f"import sys; sys.path.insert(0, {str(tmp_path / 'stub')!r})\n"
            f"from kentongan.commands import main; main([{command!r}, '--config', {path!r}])")
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False, timeout=LIMIT_S)

    told = ("pins.driver: lgpio cannot be used: the module lgpio that Python finds is empty, as PyPI's version 0.0.0.2 "
            "is; on Raspberry Pi OS: sudo apt install python3-lgpio; elsewhere see docs/install.md; then remove .venv "
            "and run scripts/prepare")
    assert (done.returncode, done.stderr.splitlines()[-1].removeprefix("node.yaml.")) == (2, told)


@pytest.mark.parametrize("command", ["check", "node"])
@pytest.mark.parametrize(("labels", "told"), [
    ({}, "this machine has no GPIO chip; "),
    ({0: "usb-relay"}, "no GPIO chip here has the header's pins: "),
    ({11: "pinctrl-rp1", 12: "pinctrl-bcm2711"}, "several GPIO chips here have a header's label: "),
], ids=["none", "no header", "several"])
def test_a_machine_without_the_headers_chip_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, labels: dict[int, str], told: str
) -> None:
    pytest.importorskip("lgpio")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    GpioKernel(tmp_path, labels).install(monkeypatch)
    result = run(command, "--config", str(write(tmp_path, {**example(), "state_dir": str(tmp_path)})))
    faults = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]

    assert (result.exit_code, result.stdout, len(faults)) == (2, "", 1)
    assert faults[0].removeprefix("node.yaml.").startswith(f"pins.driver: lgpio cannot be used: {told}")


# node


def test_a_node_with_faulty_settings_says_so_without_a_traceback_and_exits_2(tmp_path: Path) -> None:
    path = write(tmp_path, {**example(), "hub": "yes", "max_sounding_s": 0})
    done = run_process("node", "--config", str(path), folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "node.yaml.hub: must be true or false, not 'yes'; write true",
        "node.yaml.max_sounding_s: must be a number from 10 to 900 s, not 0",
        "2 faults.",
    ]


def test_a_node_whose_driver_finds_no_chip_says_so_and_takes_no_other(tmp_path: Path) -> None:
    if find_spec("lgpio") is None:  # not imported here: it would make a FIFO in this working directory
        pytest.skip("lgpio is not installed")
    if any(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has a GPIO chip, which this test must not touch")
    path = write(tmp_path, {**example(), "state_dir": str(tmp_path / "state")})
    done = run_process("node", "--config", str(path), folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("pins.driver: lgpio cannot be used: ")
    assert line.endswith("; `kentongan check --offline` is for another machine's settings")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("driver", ["lgpio", "mock", "simulated"])
def test_a_node_refuses_to_start_with_pins_that_move_nothing(tmp_path: Path, driver: str) -> None:
    path = write(tmp_path, {**example(), "pins": {"driver": driver}})
    done = run_process("node", "--config", str(path), folder=tmp_path, GPIOZERO_PIN_FACTORY="mock")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


# play


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("incident", [*(name for name in catalogue().incidents if name != "tsunami"), "patroli"])
def test_play_beats_one_figure_in_its_time(monkeypatch: pytest.MonkeyPatch, family: str, incident: str) -> None:
    passed = JumpingTime()
    monkeypatch.setattr(play, "time", passed)
    result = run("play", incident, "--family", family, "--once", "--mute")
    head, figure = result.stdout.split("\n", 1)
    _, codes = load_shipped(family)
    expected = codes.figure("patroli" if incident == "patroli" else catalogue().incidents[incident].rhythm)

    assert (result.exit_code, result.stderr) == (0, "")
    assert codes.name in head
    assert figure.count("●") == len(expected.onsets_s)
    assert passed.slept_s == pytest.approx(expected.onsets_s[-1])


def test_play_beats_as_long_as_the_drum_speaks_in_a_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "time", JumpingTime())
    result = run("play", "pencurian", "--mute")

    assert result.stdout.splitlines()[0].startswith("Pencurian: ●●‖   (Jawa Timur")
    assert [line.count("●") for line in result.stdout.splitlines()[1:]] == [2] * 8


def test_play_shows_what_has_a_siren_and_no_drum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "time", JumpingTime())
    shown, played = run("play", "tsunami", "--mute"), run("play", "tsunami")

    assert (shown.exit_code, shown.stdout) == (
        0, "Tsunami: a steady siren of 180 s, then the voice; nothing is beaten\n",
    )
    assert (played.exit_code, len(played.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(("incident", "line"), [
    ("kebakaran", "43.6 s: siren to 5 s, drum from 24.8 to 34.4 s, voice from 36.6 s"),
    ("lainnya", "41.0 s: no siren, drum from 21.0 to 32.9 s, voice from 34.0 s"),
])
def test_play_with_settings_says_in_which_slot_the_node_beats_and_when_everybody_has_received_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, incident: str, line: str
) -> None:
    monkeypatch.setattr(play, "time", JumpingTime())
    settings = {**example(), "village": "patokan", "sound": {"driver": "dummy"}, "state_dir": str(tmp_path / "state")}
    result = run("play", incident, "--config", str(write(tmp_path, settings)), "--simulate", "--mute", "--once")

    shown, everybody = result.stdout.splitlines()[1].split("; ")
    assert (result.exit_code, shown) == (0, f"Slot 2 of 2 of {line}")
    assert everybody in ("all posts within earshot have beaten it after 34.4 s",  # its own is the last slot
                         "all posts within earshot have beaten it after 32.9 s")
    assert everybody[-6:] in shown


def test_play_with_settings_says_when_the_voice_of_a_node_follows_a_siren_without_a_drum(tmp_path: Path) -> None:
    settings = {**example(), "village": "patokan", "sound": {"driver": "dummy"}, "state_dir": str(tmp_path / "state")}
    result = run("play", "tsunami", "--config", str(write(tmp_path, settings)), "--simulate", "--mute")

    assert (result.exit_code, result.stdout.splitlines()) == (0, [
        "Tsunami: a steady siren of 180 s, then the voice; nothing is beaten",
        "Slot 2 of 2 of 197.0 s: siren to 180 s, voice from 189.0 s",
    ])


def test_play_takes_no_less_time_than_it_shows() -> None:
    before = time.monotonic()
    result = run("play", "pencurian", "--once", "--mute")

    assert time.monotonic() - before >= 0.3
    assert result.exit_code == 0


@pytest.mark.parametrize(("incident", "told"), [
    ("pencurain", "'pencurain': no such incident; did you mean pencurian?\n"),
    ("ronda", "'ronda': no such incident; known: "),
    ("", "'': no such incident; known: "),
])
def test_play_answers_an_unknown_incident(incident: str, told: str) -> None:
    result = run("play", incident)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("family", ["jawa-tengah", "", "x" * 300, "../node", "../rhythms/tni"])
def test_play_answers_an_unknown_family(family: str) -> None:
    result = run("play", "pencurian", "--family", family)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"--family: there is no code family {family!r}; ")
    assert result.stderr.endswith("(known: jawa-timur, polri-bandung, tni)\n")


# What is common to all.


@pytest.mark.parametrize("words", [[], *([command] for command in COMMANDS)], ids=["kentongan", *COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself(words: list[str], flag: str) -> None:
    result = run(*words, flag)

    assert result.exit_code == 0
    assert result.stdout.startswith(("Usage: ", "Pemakaian: "))


def test_the_main_help_names_every_command() -> None:
    told = run("--help").stdout

    assert all(f"  {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_told(flag: str) -> None:
    assert run(flag).stdout.startswith("kentongan ")


@pytest.mark.parametrize("words", [(), ("broker",)], ids=["kentongan", "broker"])
def test_without_a_word_a_group_shows_its_help_which_is_no_fault(words: tuple[str, ...]) -> None:
    bare, asked, helped = run(*words), run(*words, "--help"), run(*words, "help")

    assert (bare.exit_code, bare.stderr, bare.stdout) == (0, "", asked.stdout)
    assert (helped.exit_code, helped.stdout) == (0, asked.stdout)


@pytest.mark.parametrize(("words", "same"), [
    (("help", "alarm"), ("alarm", "--help")), (("help", "broker", "add"), ("broker", "add", "--help")),
    (("broker", "help", "add"), ("broker", "add", "--help")),
])
def test_help_of_a_command_is_what_the_command_says_of_itself(words: tuple[str, ...], same: tuple[str, ...]) -> None:
    assert (run(*words).exit_code, run(*words).stdout) == (0, run(*same).stdout)


def test_help_of_a_command_that_there_is_not_is_answered_as_a_typo_is() -> None:
    result = run("help", "alrm")

    assert result.exit_code == 2
    assert result.stderr.endswith("no such command 'alrm'; did you mean alarm?\n")


def test_a_group_within_answers_typos_in_the_same_style() -> None:
    result = run("broker", "chek")

    assert result.exit_code == 2
    assert result.stderr.endswith("no such command 'chek'; did you mean check?\n")


def test_a_note_without_its_option_is_answered_with_the_line_that_sends_it() -> None:
    result = run("alarm", "pencurian", "kalibagor", "rumah", "Pak", "RT 3", "--config", str(CONFIG / "posko.yaml"))

    assert (result.exit_code, result.stderr) == (2, "tulis catatan dengan --note 'rumah Pak RT 3'\n")


def test_a_note_in_the_bytes_of_another_encoding_is_read_as_what_they_most_often_are(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows-1252, as a terminal of Windows sends it: Python passes such bytes on as unpaired surrogates."""
    sent = []
    monkeypatch.setattr(operator, "_obey", lambda *words: sent.append(words[2].note))
    run("alarm", "ternak", "kalibagor", "--note", "Pak Ma\udc92ruf", "--config", str(CONFIG / "posko.yaml"))

    assert sent == ["Pak Ma’ruf"]


@pytest.mark.parametrize(("words", "told"), [
    (("--vresion",), "no such option '--vresion'; did you mean --version?"),
    (("watch", "--secnds", "3", "--lang", "en"), "no such option '--secnds'; did you mean --seconds?"),
    (("broker", "check", "--runing"), "no such option '--runing'; did you mean --running?"),
    (("posko", "--xyz"), "no such option '--xyz'; known: --config, --check, --offline, --log-format, --help"),
])
def test_an_unknown_option_is_answered_as_an_unknown_command_is(words: tuple[str, ...], told: str) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {told}"


ALARM = "Contoh: kentongan alarm pencurian kalibagor --note 'rumah Pak RT 3'"


@pytest.mark.parametrize(("words", "told"), [
    (("alarm",), f"kurang KEJADIAN. {ALARM}"),
    (("alarm", "pencurian"), f"kurang DESA. {ALARM}"),
    (("alarm", "pencurian", "kalibagor", "--nte", "x"), f"pilihan --nte tidak dikenal; mungkin --note. {ALARM}"),
    (("alarm", "pencurian", "kalibagor", "--note"), f"pilihan --note tidak bisa dipakai begitu. {ALARM}"),
    (("clear", "kalibagor", "olean"), "kelebihan kata: olean. Contoh: kentongan clear kalibagor"),
    (("test", "semua", "--wait", "lama"),
     "nilai --wait tidak bisa dipakai; tulis angka detik dari 0,5 sampai 600. Contoh: kentongan test semua"),
    (("watch", "--lang", "jv"), "nilai --lang tidak bisa dipakai; tulis id atau en. Contoh: kentongan watch"),
    (("watch", "--secnds", "3"), "pilihan --secnds tidak dikenal; mungkin --seconds. Contoh: kentongan watch"),
])
def test_an_operator_who_mistypes_a_line_reads_indonesian_and_an_example(
    words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENTONGAN_CONFIG", str(CONFIG / "posko.yaml"))
    for name in ("KENTONGAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    result = run(*words)

    assert (result.exit_code, result.stdout, result.stderr.splitlines()) == (2, "", [told])


@pytest.mark.parametrize("english", [{"KENTONGAN_LANG": "en"}, {"LANG": "en_US.UTF-8"}])
def test_an_operator_who_reads_english_reads_clicks_words(
    english: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KENTONGAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in english.items():
        monkeypatch.setenv(name, value)

    assert run("alarm").stderr.splitlines()[-1] == "Error: Missing argument 'INCIDENT'."


@pytest.mark.parametrize("command", ["node", "rest", "check", "voice"])
def test_a_nodes_settings_are_found_as_an_operators_are(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_settings, "PLACE", tmp_path / "node.yaml")
    none = run(command)
    (tmp_path / "node.yaml").write_text("no: settings\n", "utf-8")
    found = run(command)
    monkeypatch.setenv("KENTONGAN_NODE_CONFIG", str(tmp_path / "other.yaml"))
    named = run(command)

    assert (none.exit_code, none.stderr) == (
        2, (f"no settings: give --config FILE, or set KENTONGAN_NODE_CONFIG, or write {tmp_path / 'node.yaml'}; "
           "config/node.yaml is an example\n"))
    assert found.exit_code == 2
    assert found.stderr.startswith("node.yaml.")
    assert named.stderr.startswith(f"{tmp_path / 'other.yaml'}: cannot be read: ")


def test_the_manual_page_names_every_command() -> None:
    page = (ROOT / "docs/kentongan.1").read_text("ascii")

    assert [name for name in COMMANDS if f".B {name}\n" not in page and f".BR {name} " not in page] == []
    assert [name for name in broker.commands if f"broker {name}" not in page] == []


@pytest.mark.parametrize("words", [
    ["chekc"], ["check", "--confg", "x"], ["play"], ["play", "pencurian", "--familie", "tni"],
], ids=" ".join)
def test_a_word_that_is_not_understood_is_exit_2(words: list[str]) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize(("word", "told"), [("nod", "did you mean node?"), ("chekc", "did you mean check?"),
                                            ("xyzzy", f"known: {', '.join(COMMANDS)}")])
def test_a_command_that_there_is_not_is_answered_with_the_nearest(word: str, told: str) -> None:
    result = run(word)

    assert result.exit_code == 2
    assert result.stderr.endswith(f"no such command {word!r}; {told}\n")


@pytest.mark.parametrize(("encoding", "figure"), [("utf-8", "●●●"), ("latin-1", r"\u25cf\u25cf\u25cf")])
def test_what_the_locale_cannot_write_is_written_by_its_number(tmp_path: Path, encoding: str, figure: str) -> None:
    done = run_process("play", "kebakaran", "--once", "--mute", folder=tmp_path, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")
    assert figure in done.stdout


OPERATORS = ("alarm", "clear", "silence", "test", "respond", "lapor", "watch", "report")


@pytest.mark.parametrize("command", OPERATORS)
def test_an_operators_help_is_in_the_language_of_the_output_with_every_option(command: str) -> None:
    indonesian, english = run(command, "--help").stdout, run(command, "--help", env={"LC_ALL": "en_US.UTF-8"}).stdout
    options = set(re.findall(r"^  (-h, --help|--[a-z]+)", english, re.MULTILINE))

    assert indonesian.startswith(f"Pemakaian: main {command} [PILIHAN]")
    assert english.startswith(f"Usage: main {command} [OPTIONS]")
    assert set(re.findall(r"^  (-h, --help|--[a-z]+)", indonesian, re.MULTILINE)) == options
    assert not re.search(r"\b(the|and|posts?|Show|Example|seconds)\b", indonesian.partition("Pilihan:")[0])
