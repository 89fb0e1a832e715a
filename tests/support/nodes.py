"""A node's settings, as the tests write them."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from contract.settings import yamltext

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"


def example() -> dict[str, Any]:
    """The shipped example config/node.yaml as a plain value, fresh at each call, with its district at hand."""
    found = deepcopy(yamltext.load((CONFIG / "node.yaml").read_text("utf-8")))
    assert isinstance(found, dict)
    return {**found, "district": str(CONFIG / "situbondo.yaml")}


def write(folder: Path, settings: object) -> Path:
    """*settings* as the file node.yaml in *folder*. JSON is YAML."""
    path = folder / "node.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path
