"""The program that puts a dead node's outputs to rest: it reads the file of the node, and needs no package."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from gpiozero.pins.mock import MockFactory

from node import config, gpio, pins, rest
from node.guard import Guard
from node.service import Node
from runtime.core.events import Faulted
from testing.program import LIMIT_S
from tests.support.gpio_kernel import GpioKernel
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

PROGRAM = Path(rest.__file__)
FILE = """# The node's outputs and their levels at rest, as of its start.
chip pinctrl-rp1
siren 17 high
striker 27 low
strobe 22 low
"""


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GpioKernel:
    """A Pi 5 with a kernel of July 2026; its time passes only while somebody sleeps."""
    passed = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    monkeypatch.setattr(time, "sleep", lambda pause_s: passed.__setitem__(0, passed[0] + pause_s))
    return GpioKernel(tmp_path, {11: "gpio-brcmstb@107d508500", 15: "pinctrl-rp1"}).install(monkeypatch)


def run(folder: Path, capfd: pytest.CaptureFixture[str], text: str | None = FILE) -> tuple[int, str, str]:
    """The program's exit code, its standard output and its standard error."""
    path = folder / "outputs"
    if text is not None:
        path.write_text(text, "utf-8")
    code = rest.main([str(path)])
    captured = capfd.readouterr()
    return code, captured.out, captured.err.replace(str(folder), "/run/kentongan")


def test_every_output_is_driven_to_its_own_rest_on_the_chip_of_that_label(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str]
) -> None:
    done = run(tmp_path, capfd)

    assert done == (0, f"rest: at rest: siren, striker, strobe ({kernel.dev}/gpiochip15, pinctrl-rp1)\n", "")
    assert kernel.driven == [(15, 17, True), (15, 27, False), (15, 22, False)]


def test_the_guard_drives_every_output_as_soon_as_the_node_is_gone(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outputs").write_text(FILE, "utf-8")
    monkeypatch.setattr("signal.signal", lambda *_: None)  # this process goes on
    monkeypatch.setattr("ctypes.CDLL", Mock())
    end, pipe = os.pipe()
    os.close(pipe)
    code = rest.main(["--guard", str(end), str(tmp_path / "outputs")])
    os.close(end)

    assert (code, len(kernel.driven), time.monotonic()) == (0, 3, 0.0)  # no time has passed: nobody has slept
    assert capfd.readouterr().out.startswith("rest: at rest: siren, striker, strobe ")


def test_a_chip_that_moved_to_another_number_is_found(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str]
) -> None:
    (kernel.dev / "gpiochip15").unlink()
    kernel.add(0, "pinctrl-rp1")

    assert run(tmp_path, capfd)[0] == 0
    assert {chip for chip, _pin, _high in kernel.driven} == {0}


def test_a_line_that_the_dying_node_still_holds_is_waited_for_and_the_others_are_not_kept_waiting(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.held[17] = "lg"
    pauses: list[list[int]] = []

    def sleep(_pause_s: float) -> None:
        pauses.append([pin for _chip, pin, _high in kernel.driven])
        if len(pauses) == 3:
            del kernel.held[17]

    monkeypatch.setattr(time, "sleep", sleep)

    assert run(tmp_path, capfd)[0] == 0
    assert pauses == [[27, 22]] * 3
    assert kernel.driven[2:] == [(15, 17, True)]


def test_a_line_that_stays_held_is_told_with_its_holder_after_a_second(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str]
) -> None:
    kernel.held[17] = "fan"
    code, out, err = run(tmp_path, capfd)

    assert (code, out) == (2, "")
    assert err == ("rest: siren is NOT at rest: GPIO 17 is held by fan; end it; at rest: striker, strobe "
                   f"({str(kernel.dev).replace(str(tmp_path), '/run/kentongan')}/gpiochip15, pinctrl-rp1)\n")
    assert 1.0 <= time.monotonic() < 1.1


def test_a_line_that_cannot_be_driven_is_told_at_once(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str]
) -> None:
    kernel.broken[27] = errno.EIO
    code, _out, err = run(tmp_path, capfd)

    assert (code, time.monotonic()) == (2, 0.0)
    assert err.startswith("rest: striker is NOT at rest: GPIO 27 cannot be driven: Input/output error; at rest: ")
    assert [pin for _chip, pin, _high in kernel.driven] == [17, 22]


@pytest.mark.parametrize("damage", ["siren 17", "siren seventeen low", "siren 17 lo", "siren 1700 low", "ÿ\0", "a b c"])
def test_a_damaged_line_is_told_and_the_others_are_rested(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], damage: str
) -> None:
    code, _out, err = run(tmp_path, capfd, FILE.replace("siren 17 high", damage))

    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("rest: line 3 is damaged; at rest: striker, strobe ")
    assert [pin for _chip, pin, _high in kernel.driven] == [27, 22]


@pytest.mark.parametrize(("text", "told"), [
    (None, "cannot be read: No such file or directory; no output was driven: a node that has started writes it"),
    ("", "names no output; no output was driven"),
    ("chip pinctrl-rp1\n", "names no output; no output was driven"),
    ("torn\n", "names no output; no output was driven; line 1 is damaged"),
], ids=["missing", "empty", "no output", "torn"])
def test_a_file_that_names_no_output_is_told(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], text: str | None, told: str
) -> None:
    assert run(tmp_path, capfd, text) == (2, "", f"rest: /run/kentongan/outputs {told}\n")
    assert kernel.driven == []


def test_without_the_chip_nothing_is_driven_and_that_is_told(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str]
) -> None:
    kernel.labels[15] = "pinctrl-bcm2711"
    code, _out, err = run(tmp_path, capfd)

    assert (code, err.count("\n"), kernel.driven) == (2, 1, [])
    assert err.startswith("rest: no output was driven: no GPIO chip here has the header's pins: ")


@pytest.mark.parametrize("words", [[], ["a", "b"]])
def test_the_program_takes_one_file(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert rest.main(words) == 2
    assert capfd.readouterr().err == "rest: the one argument is the file that the node wrote at its start\n"


def test_whatever_stands_in_the_name_of_the_file_it_stays_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert rest.main(["/none\n\udcff/outputs"]) == 2
    assert capfd.readouterr().err.count("\n") == 1


# systemd starts it as root, and the node's user can write what it reads.


class Rights:
    """`os` as root has it. `log` is what became of the rights, and each file that was opened, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: tuple[int, int], chips: int, refuses: str = "") -> None:
        self.log: list[object] = []
        self._owner = owner
        self._refuses = refuses
        monkeypatch.setattr(rest, "os", self)
        monkeypatch.setattr(gpio, "groups", lambda: {chips} - {0})

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def geteuid(self) -> int:
        return 0

    def lstat(self, path: str) -> os.stat_result:
        found = os.lstat(path)
        return os.stat_result((*found[:4], *self._owner, *found[6:]))

    def open(self, path: str, *flags: int) -> int:
        self.log.append(Path(path).name)
        return os.open(path, *flags)

    def setgroups(self, groups: list[int]) -> None:
        self._note("setgroups", groups)

    def setgid(self, group: int) -> None:
        self._note("setgid", group)

    def setuid(self, user: int) -> None:
        self._note("setuid", user)

    def _note(self, name: str, given: object) -> None:
        if name == self._refuses:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self.log.append((name, given))


def test_root_takes_the_rights_of_the_nodes_user_before_it_opens_anything(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outputs").write_text(FILE, "utf-8")
    rights = Rights(monkeypatch, owner=(990, 989), chips=993)

    assert rest.main([str(tmp_path / "outputs")]) == 0, capfd.readouterr()
    assert rights.log[:4] == [("setgroups", [993]), ("setgid", 989), ("setuid", 990), "outputs"]
    assert {pin for _chip, pin, _high in kernel.driven} == {17, 27, 22}


def test_chips_that_are_roots_alone_give_no_group(
    tmp_path: Path, kernel: GpioKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gpio.groups() == {(kernel.dev / "gpiochip15").stat().st_gid} - {0}
    (tmp_path / "outputs").write_text(FILE, "utf-8")
    rights = Rights(monkeypatch, owner=(990, 989), chips=0)
    rest.main([str(tmp_path / "outputs")])

    assert kernel.driven
    assert rights.log[0] == ("setgroups", [])


def test_of_a_node_that_root_started_the_rights_stay(
    tmp_path: Path, kernel: GpioKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outputs").write_text(FILE, "utf-8")
    rights = Rights(monkeypatch, owner=(0, 0), chips=993)

    assert rest.main([str(tmp_path / "outputs")]) == 0
    assert rights.log[0] == "outputs"
    assert kernel.driven


def test_rights_that_cannot_be_given_up_keep_no_siren_on_and_are_reported(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Rights(monkeypatch, owner=(990, 989), chips=993, refuses="setgroups")
    code, _out, err = run(tmp_path, capfd)

    assert code == 2
    assert err.startswith("rest: root's rights were not given up: Operation not permitted; at rest: siren, ")
    assert len(kernel.driven) == 3


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_not_a_file_is_not_followed_read_or_waited_for(
    tmp_path: Path, kernel: GpioKernel, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    """A link to a device of root's would act by being opened; a pipe without a writer would keep the siren on."""
    path = tmp_path / "outputs"
    match kind:
        case "link":
            (tmp_path / "secret").write_text(FILE, "utf-8")
            path.symlink_to(tmp_path / "secret")
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    code, _out, err = run(tmp_path, capfd, None)

    assert (code, kernel.driven) == (2, [])
    assert err.startswith("rest: /run/kentongan/outputs cannot be read: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root's rights")
def test_as_root_it_cannot_read_what_only_root_can(tmp_path: Path) -> None:
    """The program itself, on a folder of another user's: what it opens is opened as that user."""
    folder = Path(tempfile.mkdtemp(prefix="kentongan-"))  # pytest's own folder is closed to others
    try:
        path = folder / "outputs"
        path.write_text(FILE, "utf-8")
        path.chmod(0o600)
        os.chown(folder, 65534, 65534)
        done = subprocess.run([sys.executable, "-I", "-S", str(PROGRAM), str(path)], cwd="/",
                              capture_output=True, text=True, check=False, timeout=LIMIT_S)
    finally:
        shutil.rmtree(folder)

    assert done.returncode == 2
    assert "outputs cannot be read: Permission denied; no output was driven" in done.stderr


def test_on_a_bare_interpreter_it_loads_no_package_and_nothing_that_is_slow(tmp_path: Path) -> None:
    """Isolated and without site, as systemd runs it: a broken virtual environment cannot keep a siren on."""
    done = subprocess.run([sys.executable, "-I", "-S", "-X", "importtime", str(PROGRAM), str(tmp_path / "none")],
                          cwd=tmp_path, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"rest: {tmp_path}/none cannot be read: No such file or directory")
    assert {name for name in loaded if name.startswith("node")} == {"node", "node.gpio"}
    assert loaded & {"site", "typing", "dataclasses", "pathlib", "collections", "re", "json", "ctypes", "enum", "yaml",
                     "gpiozero", "lgpio", "click", "contract", "runtime", "kentongan"} == set()


# What the node writes.


guarded: list[Path] = []


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> tuple[Node, list[str | None]]:
    """A node that has opened its pins, and the file as it was at each claim of a pin."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    factory, seen = MockFactory(revision="a02082"), list[str | None]()
    guarded.clear()
    pin = factory.pin

    def claimed(name: Any) -> Any:
        path = folder / "state" / "outputs"
        seen.append(path.read_text("utf-8") if path.exists() else None)
        return pin(name)

    monkeypatch.setattr(factory, "pin", claimed)
    monkeypatch.setattr(pins, "open_driver", lambda _driver, _options: factory)
    monkeypatch.setattr(pins, "chip_labels", lambda _factory: ("pinctrl-rp1",))
    active_low = {"siren": {"pin": 17, "active_high": False}}
    monkeypatch.setattr(Guard, "start", lambda _guard, path: guarded.append(Path(path)))
    node = Node(config.load(write(folder, {**example(), "state_dir": "state", **active_low, **settings})))
    with ExitStack() as parts:
        node._open_pins(parts)
    return node, seen


def test_the_node_writes_its_outputs_before_it_claims_a_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _node, seen = opened(tmp_path, monkeypatch)

    assert seen
    assert set(seen) == {FILE}
    assert guarded == [tmp_path / "state/outputs"]
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["outputs"]


def test_under_systemd_the_file_is_in_the_runtime_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node, _seen = opened(tmp_path, monkeypatch, strobe={"pin": 22})
    (tmp_path / "state" / "outputs").unlink()
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}/run:{tmp_path}/more")
    node._record_outputs(("pinctrl-rp1",), Guard())

    assert (tmp_path / "run" / "outputs").read_text("utf-8") == FILE
    assert guarded[-1] == tmp_path / "run" / "outputs"
    assert not (tmp_path / "state" / "outputs").exists()


def test_pins_that_move_nothing_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _node, seen = opened(tmp_path, monkeypatch, pins={"driver": "mock"})

    assert set(seen) == {None}
    assert guarded == []


def test_a_file_that_cannot_be_written_is_a_fault_and_the_box_rings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").touch()
    node, seen = opened(tmp_path, monkeypatch)
    taken = node._inbox.get(0.0)

    assert seen
    assert taken is not None
    assert taken[1] == Faulted("rest", f"{tmp_path}/state/outputs cannot be written: File exists")


def test_a_full_disk_leaves_the_file_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "outputs"
    rest.write(str(path), FILE)
    monkeypatch.setattr(rest.os, "write", lambda _descriptor, text: len(text) - 1)  # type: ignore[attr-defined]

    with pytest.raises(OSError, match="No space left"):
        rest.write(str(path), "other")
    assert path.read_text("utf-8") == FILE


def test_the_label_is_the_chips_own_and_every_headers_where_a_driver_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lgpio:
        def gpio_get_chip_info(self, handle: int) -> list[Any]:
            return [0, 54, f"gpiochip{handle}", "pinctrl-bcm2711"]

    class Opened:
        _handle = 3

    monkeypatch.setattr(pins, "_lgpio", Lgpio)

    assert pins.chip_labels(Opened()) == ("pinctrl-bcm2711",)
    assert pins.chip_labels(object()) == gpio.LABELS
