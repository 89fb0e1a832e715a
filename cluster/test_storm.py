"""Presses in three districts while brokers, databases, hubs, posts and lines are killed, stopped or cut at random."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.core.rabbitmq import DEFINITIONS
from broker.rabbitmq import Node
from cluster.installation import ADDRESSES, BORDER, Installation
from cluster.storm import ClusterStorm, Member
from cluster.test_three import brokers  # noqa: F401 - a fixture
from contract.wire.codec import dump
from tests.contract.shipped import beside
from tests.support.journals import needs_server

pytestmark = needs_server

PRESSES = int(os.environ.get("KENTONGAN_PRESSES", "60"))
PATIENCE_S = 300.0
PEERS = [f"{name}={address}" for name, address in ADDRESSES.items()]
# The neighbours of villages of BORDER across two of its borders, each with who borders on it there.
FURTHER = {
    "kendit": ("35.12.05", "bugeman", ["situbondo/kalibagor", "situbondo/kotakan"]),
    "panarukan": ("35.12.06", "sumberkolak", ["situbondo/dawuhan", "situbondo/kotakan", "situbondo/patokan"]),
}


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    return Installation(tmp_path, PEERS, BORDER)


@pytest.fixture
def members(tmp_path: Path, made: Installation, brokers: list[Node]) -> list[Member]:  # noqa: F811
    """Three districts; the accounts of all of them are in the *brokers*."""
    found = [Member("situbondo", BORDER, made, ("kalibagor", "kotakan", "talkandang"))]
    for slug, (code, village, neighbours) in FURTHER.items():
        path = tmp_path / f"{slug}.yaml"
        path.write_bytes(dump(beside(slug, code, village, neighbours)))
        found.append(Member(slug, path, Installation(tmp_path / slug, (), path, made), (village,)))
        brokers[0].ctl("import_definitions", str(found[-1].made.folder / "broker" / DEFINITIONS))
    return found


def test_no_press_is_lost_or_counted_twice_whatever_is_killed_stopped_or_cut(
    tmp_path: Path, members: list[Member], brokers: list[Node], note: Callable[[str], None]  # noqa: F811
) -> None:
    seed = int(os.environ.get("KENTONGAN_SEED", time.time()))
    print(f"seed {seed}")
    with ClusterStorm(tmp_path, seed, members, brokers) as storm:
        storm.rage(PRESSES, print)
        storm.heal(PATIENCE_S)
        count = storm.judge()
        led, crossed, slow = sorted(storm.led_s), storm.crossed(), storm.slow
    note(f"{count}; sounded across a border: {crossed}; seed {seed}")
    if led:
        note(f"another hub led {led[len(led) // 2]:.1f} s (median), {led[-1]:.1f} s (most) after the one before was "
             f"killed, stopped or cut off; n {len(led)}")
    for each in slow:
        note(f"it took {each}")

    assert (count.lost, count.twice, count.waiting, count.late) == ([], [], 0, 0)
    assert crossed > 0
