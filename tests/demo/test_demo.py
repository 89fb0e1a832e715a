"""The whole demo, as it is called: `kentongan demo`, without a terminal and in one; with a tour shorter than its own.

tests/acceptance judges its tour.
"""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fcntl import ioctl
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from broker.mosquitto import end
from demo import posts, screen, texts
from demo.steps import BAD_PAYLOAD, KOTAKAN, OLEAN, TOUR, TYPO
from demo.tour import Kill, Step, rings
from demo.world import World, WorldError
from kentongan import demo as demo_command
from kentongan.commands import main
from testing import installation
from testing.program import LIMIT_S, Program
from tests.support.waiting import wait_until

NOT_AUTHORIZED = (5, 0x87)  # mosquitto_pub exits with the broker's reason code, of MQTT 3.1.1 or 5
COMMAND = [sys.executable, "-m", "kentongan", "demo"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: it holds Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kd-") as name:
        yield Path(name)


class Terminal:
    """`kentongan demo` in a terminal of so many *columns* and *lines*, which shows all at once. A context manager."""

    def __init__(self, folder: Path, columns: int, lines: int, *options: str) -> None:
        self._ours, self._theirs = pty.openpty()
        ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._before = termios.tcgetattr(self._theirs)
        self._env = {**os.environ, "TMPDIR": str(folder), "TERM": "xterm"}
        self._options = options
        self._raw = b""
        self._place = 0  # in the text: so much was read
        self._came = Condition()

    def __enter__(self) -> "Terminal":
        theirs = self._theirs
        self.process = subprocess.Popen([*COMMAND, *self._options], stdin=theirs, stdout=theirs, stderr=theirs,
                                        env=self._env)
        Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        end(self.process, signal.SIGTERM)
        os.close(self._theirs)

    @property
    def is_as_before(self) -> bool:
        return termios.tcgetattr(self._theirs) == self._before

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def read_until(self, part: str) -> str:
        """What came up to *part*, without what moves the cursor; the rest is left for the next."""
        with self._came:
            assert self._came.wait_for(lambda: part in self._rest, LIMIT_S), f"never {part!r}, but:\n{self._rest}"
            found = self._rest.partition(part)[0]
            self._place += len(found) + len(part)
            return found

    @property
    def _rest(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._raw.decode(errors="ignore"))[self._place:]

    def _read(self) -> None:
        with suppress(OSError):  # the other end is closed
            while found := os.read(self._ours, 1 << 16):
                with self._came:
                    self._raw += found
                    self._came.notify_all()
        os.close(self._ours)


def start(folder: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
    )


@pytest.fixture(autouse=True)
def zone() -> Iterator[None]:
    """A demo in this process adopts the district's time zone."""
    before = os.environ["TZ"]
    yield
    os.environ["TZ"] = before
    time.tzset()


def tour(monkeypatch: pytest.MonkeyPatch, steps: Sequence[Step]) -> Result:
    """`kentongan demo --plain` in this process, with another tour."""
    monkeypatch.setattr(demo_command, "TOUR", tuple(steps))
    return CliRunner().invoke(main, ["demo", "--plain", "--lang", "en"])


def children(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread has ended meanwhile
            found.update(map(int, (task / "children").read_text().split()))
    return found


def read_until(process: "subprocess.Popen[str]", part: str) -> str:
    """What *process* prints, up to the first line with *part*."""
    assert process.stdout is not None
    text = ""
    while part not in text:
        line = process.stdout.readline()
        assert line, f"it ended without {part!r}, after:\n{text}"
        text += line
    return text


def gone(pids: set[int]) -> bool:
    return wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_tour_that_goes_as_it_should_has_a_line_for_each_event_and_exits_0(monkeypatch: pytest.MonkeyPatch) -> None:
    done = tour(monkeypatch, (TYPO, BAD_PAYLOAD))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    title = lines.index("[1/2] A typo: pencurain")
    assert lines[title + 1] == "$ mosquitto_pub -t kentongan/situbondo/kotakan/alarm/pencurain -n"
    refused = [line.split()[1] for line in lines[title : lines.index("[2/2] A bad payload: refused, with the reason")]
               if " REFUSED, pencurain in Kotakan" in line]
    assert sorted(refused) == ["hub", "kotakan/pos-1", "patokan/polsek"]
    assert lines.count("   ✓ 7 posts and the hub as expected") == 2
    assert lines[-1] == "✓ 2 steps as expected at 7 posts and the hub"


def test_what_is_not_as_it_should_be_is_named_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.tour.LIMIT_S", 1.0)
    wrong = replace(TYPO, acts=(*TYPO.acts, Kill(KOTAKAN)), awaited={**TYPO.awaited, OLEAN: rings("bencana", "semua")})
    done = tour(monkeypatch, (wrong,))
    assert done.exit_code == 1, done.output
    *different, reported = done.output.splitlines()[-4:]
    assert different == [
        "✗ 3 differences:",
        "✗ [1] kotakan/pos-1: its program has died",
        "✗ [1] olean/pos-1: siren expected on, was off",
    ]
    # What it reports of its start may come this late.
    assert reported.startswith("✗ [1] olean/pos-1: expected to report sounding bencana semua, reported ")


@pytest.mark.parametrize("name", ["posko", "olean"])
def test_a_program_that_does_not_come_up_is_one_line_with_its_last_lines_and_exit_1(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hub_settings = posts.hub_settings

    def lost(broker: dict[str, Any], place: Path, district: Path) -> dict[str, Any]:
        found = hub_settings(broker, place, district)
        return {**found, "district": "nowhere.yaml"} if place.name.startswith(name) else found

    monkeypatch.setattr(posts, "hub_settings", lost)
    monkeypatch.setattr(World, "_is_up", lambda _world, _name: False)  # that others are late does not delay it
    done = tour(monkeypatch, TOUR)
    who = "posko: the hub" if name == "posko" else "olean/pos-1: its node"
    last = done.stderr.splitlines()[-1]
    assert done.exit_code == 1
    assert last.startswith(f"{who} has died; its last lines: ")
    assert last.endswith("nowhere.yaml: there is no such district file")


# paho lets a socket go unclosed whose handshake fails, as the observer's does in this process: only Python notices.
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
@pytest.mark.parametrize(("part", "when"), [("page", "later"), ("broker", "later"), ("broker", "at once")])
def test_a_page_or_a_broker_that_dies_at_the_start_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, part: str, when: str
) -> None:
    wait = World._await

    def killing(world: World, parts: Any) -> None:
        if when == "at once" or "the page" in parts:
            process = world.broker._process if part == "broker" else world.page.program._process
            assert process is not None
            process.kill()
        wait(world, parts)

    monkeypatch.setattr(World, "_await", killing)
    monkeypatch.setattr(World, "_is_up", lambda _world, _name: False)
    done = tour(monkeypatch, TOUR)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(f"the {part} has died; its last lines: ")


def test_what_was_seen_to_be_up_is_up_though_it_is_not_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    part, answers = Program("post", ()), iter([True, False])
    monkeypatch.setattr(Program, "running", True)
    World()._await({"post": (part, lambda: next(answers))})
    assert list(answers) == [False]


def test_what_was_seen_to_be_late_is_named_though_it_comes_up_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.world.START_S", 0.0)
    monkeypatch.setattr(Program, "running", True)
    answers = iter([False, True])
    with pytest.raises(WorldError, match=r"^b is not ready after 0 s; its last lines: none$"):
        World()._await({"a": (Program("a", ()), lambda: True), "b": (Program("b", ()), lambda: next(answers))})


def test_files_of_the_broker_that_take_too_long_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "PROVISION_S", 0.01)
    done = tour(monkeypatch, TOUR)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("the broker's files are not made within 0.01 s")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_in_the_middle_of_the_tour_ends_every_process(folder: Path, number: int, code: int) -> None:
    process = start(folder)
    try:
        text = read_until(process, "berbunyi, ")
        pids = children(process.pid)
        process.send_signal(number)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=LIMIT_S)
    finally:
        end(process, signal.SIGTERM)
    assert process.returncode == code, rest
    assert f"[1/{len(TOUR)}]" in text
    assert "Traceback" not in rest
    assert len(pids) >= 9  # broker, hub, seven nodes; and perhaps a mosquitto_pub
    assert gone(pids)
    assert list(folder.iterdir()) == []


def test_without_a_tour_it_stays_as_long_as_it_should_and_leaves_nothing_behind(folder: Path) -> None:
    process = start(folder, "--no-tour", "--seconds", "0.5")
    try:
        text = read_until(process, " mosquitto_pub -t")
        pids = children(process.pid)
        rest, _ = process.communicate(timeout=LIMIT_S)
    finally:
        end(process, signal.SIGTERM)
    assert process.returncode == 0, text + rest
    assert len(pids) >= 9
    assert gone(pids)
    assert list(folder.iterdir()) == []


def test_the_line_that_it_offers_rings_from_any_terminal_and_without_its_account_nothing_does(folder: Path) -> None:
    process = start(folder, "--no-tour")
    try:
        line = read_until(process, " mosquitto_pub -t").splitlines()[-1].removeprefix("$ ")
        bare = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        setting, _, command = line.partition(" ")
        options = (Path(setting.partition("=")[2]) / "mosquitto_pub").read_text().splitlines()
        place = " ".join(each for each in options if each.split()[0] in ("-h", "-p", "--cafile"))
        nameless = command.replace("mosquitto_pub", f"mosquitto_pub {place}", 1)
        refused = subprocess.run(["sh", "-c", nameless], env=bare, capture_output=True, timeout=LIMIT_S, check=False)
        done = subprocess.run(["sh", "-c", line], env=bare, capture_output=True, text=True, timeout=LIMIT_S,
                              check=False)
        text = read_until(process, "berbunyi, ")
        name, _, value = setting.partition("=")
        cleared = subprocess.run([sys.executable, "-m", "kentongan", "clear", "kalibagor", "--wait", f"{LIMIT_S:g}"],
                                 env={**os.environ, name: value}, capture_output=True, text=True, check=False)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT_S)
    finally:
        end(process, signal.SIGTERM)
    assert refused.returncode in NOT_AUTHORIZED
    assert (done.returncode, done.stderr) == (0, "")
    assert "rumah Pak RT 3" in text
    assert cleared.returncode == 0, cleared.stdout + cleared.stderr


def test_a_small_terminal_has_lines_and_keys(folder: Path) -> None:
    with Terminal(folder, 80, 24, "--no-tour", "--lang", "en") as terminal:
        first = terminal.read_until("Post: kalibagor/pos-1")
        terminal.type("1p")
        for part in ("Post: dawuhan/pos-1, Pos Kamling Dawuhan", "the button pencurian is held for 1 s",
                     "button pressed, Theft in Dawuhan"):
            terminal.read_until(part)
        terminal.type("x")
        terminal.read_until("Pos Kamling Dawuhan is stopped")
        pids = children(terminal.process.pid)
        terminal.type("q")
        code = terminal.process.wait(LIMIT_S)
        assert terminal.is_as_before

    assert first.startswith("Terminal 80x24; the live view needs 100x30.")
    assert code == 0
    assert len(pids) >= 8
    assert gone(pids)


def test_a_larger_terminal_has_the_picture_of_a_watch_with_the_pins_and_keys(folder: Path) -> None:
    with Terminal(folder, screen.WIDE, screen.HIGH, "--no-tour", "--lang", "en") as terminal:
        picture = terminal.read_until("l  lock")
        terminal.type("2k")
        terminal.read_until("SOUNDING")
        terminal.type("q")
        code = terminal.process.wait(LIMIT_S)
        assert terminal.is_as_before

    for part in ("KENTONGAN", "No alarm in force", "━ siren ● stroke", "2 ···················· · ····",
                 "$ export XDG_CONFIG_HOME=", "$ mosquitto_pub -t kentongan/situbondo/kalibagor/alarm/pencurian"):
        assert part in picture
    assert code == 0


def test_a_missing_mosquitto_is_one_line_and_exit_1(folder: Path) -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": str(folder)}, check=False)
    assert done.returncode == 1
    assert [line.split(";")[0] for line in done.stderr.splitlines()] == ["mosquitto_sub is not installed"]


@pytest.mark.parametrize(("called", "installed", "line"), [
    (".venv/bin/kentongan", None, "English: .venv/bin/kentongan demo --lang en"),
    (".venv/bin/kentongan", "/usr/bin/kentongan", "English: kentongan demo --lang en"),
    ("/x/kentongan/__main__.py", None, "English: kentongan demo --lang en"),
])
def test_the_line_for_another_language_can_be_typed_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, called: str, installed: str | None, line: str
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(demo_command, "which", lambda _name: installed)

    assert texts.OTHER_LANGUAGE.id.format(program=demo_command._program()) == line
