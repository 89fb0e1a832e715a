"""A free port is given once: two that look for one at the same time, or while a broker is restarted, find two."""

import subprocess
import sys

import pytest

from broker import mosquitto
from testing.program import LIMIT_S
from tests.support.nodes import ROOT

ASK = """
import sys
from broker import mosquitto
mosquitto._SERVERS_PORTS = [int(sys.argv[1])]
print(mosquitto.free_port())
"""


def another_process(port: int) -> int:
    """What a process is given that would take *port* if it could."""
    words = [sys.executable, "-c", ASK, str(port)]
    return int(subprocess.run(words, cwd=ROOT, capture_output=True, check=True, timeout=LIMIT_S).stdout)


def test_a_port_that_was_given_is_given_to_nobody_else_and_free_again_after_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = mosquitto.free_port()
    others = another_process(port)
    monkeypatch.setattr(mosquitto, "_SERVERS_PORTS", [port])
    again = mosquitto.free_port()
    mosquitto._CLAIMS.pop().close()

    assert port not in (others, again)
    assert (another_process(port), another_process(port)) == (port, port)
