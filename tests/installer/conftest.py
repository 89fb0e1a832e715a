"""An installation made by `kentongan broker provision`, and machines to carry its bundles to."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.installation import DISTRICT, tool
from tests.installer.box import Box


@pytest.fixture(scope="session")
def bundles() -> Iterator[Path]:
    """The folder of an installation with a broker of its own in Olean. No test changes its files."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        said = tool("provision", "--district", DISTRICT, "--host", "posko.local", "--village-broker", "olean=10.1.2.3",
                    "--out", Path(name, "b"))
        assert said.code == 0, said.lines
        yield Path(name, "b")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A fresh machine."""
    (tmp_path / "root").mkdir()
    return Box(tmp_path / "root")


@pytest.fixture
def node_tar(bundles: Path) -> Path:
    return bundles / "nodes/kalibagor.pos-1/kentongan-node-kalibagor.pos-1.tar"


@pytest.fixture
def posko_tar(bundles: Path) -> Path:
    return bundles / "posko/kentongan-posko.tar"


@pytest.fixture
def uplink_tar(bundles: Path) -> Path:
    return bundles / "villages/olean/kentongan-uplink-olean.tar"
