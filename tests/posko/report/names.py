"""The shipped district's names, read once."""

from pathlib import Path

from posko.report.core.words import Names, names
from runtime.files import load_district
from tests.support.nodes import CONFIG


def _shipped(path: Path) -> Names:
    district, catalogue, _ = load_district([], path)
    assert district is not None
    assert catalogue is not None
    return names(district, catalogue)


NAMES = _shipped(CONFIG / "situbondo.yaml")
