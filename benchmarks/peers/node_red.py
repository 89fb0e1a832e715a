"""Starts the peer Node-RED: `python -m benchmarks.peers.node_red PROGRAM FOLDER PORT TOPIC [CA_FILE]`.

PROGRAM is Node-RED's red.js. This process becomes Node.js, with benchmarks/peers/node_red.js as its settings.
"""

import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Becomes Node-RED."""
    program, folder, port, topic, *ca_file = sys.argv[1:]
    offset_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    own = Path(folder) / f"node-red-{os.getpid()}"
    own.mkdir()
    given = {"PEER_PORT": port, "PEER_TOPIC": topic, "PEER_CA": "".join(ca_file), "PEER_FOLDER": str(own),
             "PEER_OFFSET_NS": str(offset_ns)}
    settings = Path(__file__).with_suffix(".js")
    os.execvpe("node", ["node", program, "-s", str(settings), "-u", str(own)], {**os.environ, **given})  # noqa: S606


if __name__ == "__main__":
    main()
