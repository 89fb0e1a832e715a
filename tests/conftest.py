"""What every test has, and what a run tells at its end."""

import gc
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from contract.settings import yamltext
from testing.compiled import compile_programs
from tests.support import environment
from tests.support.espeak import SPEAKS, Espeak
from tests.support.pins import KINDS, Bench, make_bench

# The same examples each time, so that a change is judged by what it changes. KENTONGAN_EXPLORE=1 looks for new ones.
# How long an example takes is the machine's business.
settings.register_profile(
    "new", settings.get_profile("default"), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("same", settings.get_profile("new"), derandomize=True)
settings.load_profile("new" if os.environ.get("KENTONGAN_EXPLORE") else "same")

# What waits for processes begins first, so that no long test is left for the end, when the other workers have none.
FIRST = (
    "tests/acceptance/", "tests/web/", "tests/e2e/", "tests/demo/", "tests/broker/", "tests/model/",
    "tests/node/sound/",
)
# Files whose tests share nothing and are long: each test runs wherever there is room.
APART = tuple(
    f"tests/{name}.py::" for name in (
        "e2e/test_flood", "e2e/test_hub", "e2e/test_loudspeaker", "e2e/test_outages", "e2e/test_turns",
        "e2e/test_posko", "e2e/test_retained", "demo/test_demo", "broker/test_posts",
        "node/core/test_walks", "node/sound/test_player_process", "node/sound/test_supervisor",
    )
)


def pytest_configure(config: pytest.Config) -> None:
    """Compiles the programs once: hundreds of processes are started."""
    if not hasattr(config, "workerinput"):
        compile_programs()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Settles the environment before any test module is imported, in each process that runs tests."""
    home = tempfile.TemporaryDirectory(prefix="kentongan-home-")
    session.config.add_cleanup(home.cleanup)
    environment.settle(Path(home.name))
    # What is imported and collected now stays: looking through it for what could go costs a third of the time.
    gc.disable()
    if hasattr(session.config, "workerinput") and not session.config.option.file_or_dir:
        _import_a_share_first(session.config.workerinput)


def pytest_collection_finish() -> None:
    """Lets what was collected stay, and has the rest looked through again."""
    gc.freeze()
    gc.enable()


def _import_a_share_first(worker: Mapping[str, Any]) -> None:
    """Imports all test modules, each worker from another place on: each compiles its share, and finds the others'.

    pytest rewrites each module's assertions, which takes a quarter of a minute, and each worker would do all of it.
    What cannot be imported is left for pytest to tell.
    """
    sys.dont_write_bytecode = False
    root = Path(__file__).parent.parent
    modules = sorted(Path(__file__).parent.rglob("test_*.py"))
    begin = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for module in modules[begin:] + modules[:begin]:
        with suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(module.relative_to(root).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders the tests."""
    items.sort(key=lambda item: next((place for place, name in enumerate(FIRST) if item.nodeid.startswith(name)), 99))


class Scheduler(LoadFileScheduling):  # type: ignore[misc] # xdist tells no types
    """Gives whole files to the workers, in the order of the tests; of those in APART, single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(APART) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduler | None:
    """For `pytest --dist loadfile`."""
    config.option.loadscopereorder = False
    return Scheduler(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have counted: figures that are worth more than a dot."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in getattr(report, "user_properties", ()):
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="module")
def quick_yaml() -> Iterator[None]:
    """Parses each text once: parsing is pure, and only slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamltext, "load", cache(yamltext.load))
        yield


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the path of a Unix socket has room for some hundred signs only."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        yield Path(name)


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = make_bench(request.param, folder, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Espeak:
    """An espeak-ng, found before the machine's own, that does as the test says."""
    made = Espeak(tmp_path / "bin", monkeypatch)
    made.become(SPEAKS)
    return made
