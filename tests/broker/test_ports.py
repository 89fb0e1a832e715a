"""A free port is given once: two that look for one at the same time, or while a broker is restarted, find two."""

import os
import subprocess
import sys
from collections import deque

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
    os.close(mosquitto._CLAIMS.pop())

    assert port not in (others, again)
    assert (another_process(port), another_process(port)) == (port, port)


def test_of_many_ports_the_first_are_let_go_and_none_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosquitto, "_MOST_CLAIMS", 3)
    monkeypatch.setattr(mosquitto, "_CLAIMS", claims := deque[int]())
    ports = [mosquitto.free_port() for _ in range(5)]
    kept = len(claims)
    for claim in claims:
        os.close(claim)

    assert (len(set(ports)), kept) == (5, 3)
