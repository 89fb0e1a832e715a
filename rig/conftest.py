"""The virtual Pi with the product on it, for every test here: installed once, with the shipped installer."""

import os
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rig.box import Box
from rig.pi import VARIABLE, Pi

ROOT = Path(__file__).resolve().parent.parent
NOTES: list[str] = []
INSTALL_S = 3600.0  # Python's environment on an emulated machine
HOST = "10.0.2.15"  # the machine's own address, as it is behind the emulator's network


@pytest.fixture(scope="session")
def pi() -> Pi:
    """The machine, on. It stays on afterwards, for a look."""
    path = os.environ.get(VARIABLE)
    if path is None:
        pytest.skip(f"{VARIABLE} is not set to the program that runs a virtual Pi; docs/contributing.md")
    if not os.access(path, os.X_OK):
        pytest.skip(f"{VARIABLE}={path}: is not a program that can be run here")
    found = Pi(Path(path))
    if not found.running():
        found.start()
    return found


@pytest.fixture(scope="session")
def note() -> Callable[[str], None]:
    """Prints a line at the end of the run: what was measured."""
    return NOTES.append


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district, provisioned on this computer for a posko at the machine's address."""
    folder = tmp_path_factory.mktemp("broker") / "b"
    subprocess.run([ROOT / ".venv/bin/kentongan", "broker", "provision", "--district", ROOT / "config/situbondo.yaml",
                    "--host", HOST, "--out", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources as they are here, as a release archive has them."""
    found = tmp_path_factory.mktemp("release") / "kentongan.tar"
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT,
                           check=True, capture_output=True).stdout.decode().split("\0")
    with tarfile.open(found, "w") as archive:
        for name in filter(None, names):
            archive.add(ROOT / name, f"kentongan/{name}")
    return found


@pytest.fixture(scope="session")
def installed(pi: Pi, release: Path, bundles: Path, note: Callable[[str], None]) -> Box:
    """A posko and a post on the machine, each by one command from one file. What is installed already is renewed.

    With `KENTONGAN_RIG_AS_IT_IS` nothing is installed: Python's packages take an emulated machine ten minutes and more.
    """
    box = Box(pi)
    box.prepare()
    if os.environ.get("KENTONGAN_RIG_AS_IT_IS"):
        return box
    pi.push(release, "/root/kentongan.tar")
    pi.sh("rm -rf /root/kentongan && tar -C /root -xf /root/kentongan.tar")
    for kind, name in (("posko", "posko"), ("node", "nodes/kalibagor.pos-1")):
        bundle = next((bundles / name).glob("*.tar"))
        pi.push(bundle, f"/root/{bundle.name}")
        begun = time.monotonic()
        printed = pi.run("/root/kentongan/install", kind, f"/root/{bundle.name}", "--yes", limit_s=INSTALL_S)
        note(f"install {kind}: {time.monotonic() - begun:.0f} s; {printed.splitlines()[-1]}")
    return box


@pytest.fixture
def box(installed: Box) -> Box:
    """The post, armed, with nothing in force."""
    if not installed.pi.running():
        installed.pi.start()
    installed.calm()
    return installed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first boot comes last: it takes off what was installed."""
    items.sort(key=lambda item: "test_first_boot" in item.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, and the load that it was measured under."""
    for line in NOTES:
        terminalreporter.write_line(f"rig: {line}")
    if NOTES:
        terminalreporter.write_line(f"rig: load average here {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
