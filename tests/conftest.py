"""What every test has, and what a run tells at its end."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contract.settings import yamltext
from tests.support import environment
from tests.support.nodes import ROOT
from tests.support.pins import KINDS, Bench, make_bench

# The same examples each time, so that a change is judged by what it changes. KENTONGAN_EXPLORE=1 looks for new ones.
# How long an example takes is the machine's business.
settings.register_profile(
    "new", settings.get_profile("default"), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("same", settings.get_profile("new"), derandomize=True)
settings.load_profile("new" if os.environ.get("KENTONGAN_EXPLORE") else "same")

# What waits for processes begins first, so that no long test is left for the end, when the other workers have none.
FIRST = ("e2e", "demo", "broker", "model", "node/sound")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Settles the environment before any test module is imported, in each process that runs tests."""
    home = tempfile.TemporaryDirectory(prefix="kentongan-home-")
    session.config.add_cleanup(home.cleanup)
    environment.settle(Path(home.name))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders the tests, and keeps those together that share what is costly; each other test runs where there is room.

    For `pytest --dist loadgroup --no-loadscope-reorder`.
    """
    items.sort(key=_place)
    for item in items:
        if _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))


def _place(item: pytest.Item) -> int:
    folder = item.path.relative_to(ROOT).as_posix()
    return next((place for place, name in enumerate(FIRST) if folder.startswith(f"tests/{name}/")), len(FIRST))


def _shares(item: pytest.Item) -> bool:
    """Whether *item* uses a fixture of ours that is made once for several tests."""
    used = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return any(each.scope != "function" and each.baseid.startswith("tests") for found in used for each in found)


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
