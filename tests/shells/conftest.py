"""The benches, one after the other, for every test that asks for one."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contract import yamltext
from tests.support.pins import KINDS, Bench, make_bench


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
