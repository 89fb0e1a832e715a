"""The peers that are no packages of this project: installed into a cache folder, for these benchmarks alone.

    CACHE/kentongan-benchmarks/mqtt-io/     a virtual environment
                               node-red/    what npm installs

Their versions are fixed, so that a figure of today is compared with one of next year.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.run import MissingError

MQTT_IO, NODE_RED = "mqtt-io==2.7.0", "node-red@4.1.15"
MOST_S = 900.0  # for one of them
_HOW = "run: python -m benchmarks latency --peers"
_HERE = Path(__file__).resolve().parent


def folder() -> Path:
    """Where they are, or would be."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kentongan-benchmarks"


def install(show: Callable[[str], object]) -> None:
    """Installs those that are not there. One that cannot be is shown to *show*, with the reason, and left out."""
    environment, node = folder() / "mqtt-io", folder() / "node-red"
    if not _has_mqtt_io():
        _attempt("mqtt-io", environment, show, [sys.executable, "-m", "venv", str(environment)],
                 [str(environment / "bin/python"), "-m", "pip", "install", "--quiet", MQTT_IO])
    if not _node_red_program().exists():
        _attempt("Node-RED", node, show,
                 ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(node), NODE_RED])


def mqtt_io() -> list[str]:
    """The command of mqtt-io. Raises MissingError."""
    if not _has_mqtt_io():
        raise MissingError(f"mqtt-io is not installed; {_HOW}")
    return [str(folder() / "mqtt-io/bin/python"), str(_HERE / "mqtt_io_relay.py")]


def node_red(own: Path) -> list[str]:
    """The command of Node-RED, whose files are in *own*. Raises MissingError."""
    if shutil.which("node") is None or not _node_red_program().exists():
        needed = "" if shutil.which("npm") else "install Node.js with npm, then "
        raise MissingError(f"Node-RED is not installed; {needed}{_HOW}")
    return [sys.executable, "-m", "benchmarks.peers.node_red", str(_node_red_program()), str(own)]


def _has_mqtt_io() -> bool:
    return any(folder().glob("mqtt-io/lib/*/site-packages/mqtt_io/server.py"))


def _node_red_program() -> Path:
    return folder() / "node-red/node_modules/node-red/red.js"


def _attempt(name: str, place: Path, show: Callable[[str], object], *commands: list[str]) -> None:
    """Runs *commands*; if one fails, nothing is left in *place*, and *show* has the reason."""
    show(f"Installing {name} into {place} …")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=MOST_S)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(place, ignore_errors=True)
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        show(f"{name} cannot be installed and is left out: {said[-1] if said else error}")
