"""Presses while brokers, databases, hubs, posts and the lines between them are killed, stopped or cut at random."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from broker.rabbitmq import Node
from cluster.installation import Installation
from cluster.storm import ClusterStorm
from cluster.test_three import brokers, made  # noqa: F401 - fixtures
from tests.support.journals import needs_server

pytestmark = needs_server

PRESSES = int(os.environ.get("KENTONGAN_PRESSES", "60"))
PATIENCE_S = 300.0


def test_no_press_is_lost_or_counted_twice_whatever_is_killed_stopped_or_cut(
    tmp_path: Path, made: Installation, brokers: list[Node], note: Callable[[str], None]  # noqa: F811
) -> None:
    seed = int(os.environ.get("KENTONGAN_SEED", time.time()))
    print(f"seed {seed}")
    with ClusterStorm(tmp_path, seed, made, brokers) as storm:
        storm.rage(PRESSES, print)
        storm.heal(PATIENCE_S)
        count = storm.judge()
        led = sorted(storm.led_s)
    note(f"{count}; seed {seed}")
    if led:
        note(f"another hub led {led[len(led) // 2]:.1f} s (median), {led[-1]:.1f} s (most) after the one before was "
             f"killed, stopped or cut off; n {len(led)}")

    assert (count.lost, count.twice, count.waiting, count.late) == ([], [], 0, 0)
