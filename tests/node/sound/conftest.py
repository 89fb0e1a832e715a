"""What tests of speech share."""

from pathlib import Path

import pytest


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    path = tmp_path / "recordings"
    path.mkdir()
    return path
