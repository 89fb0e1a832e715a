"""Two hubs whose database promotes a standby by itself: Patroni, on three machines; the primary loses its power."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cluster.patroni import VARIABLE, Machines, program
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from tests.support.journals import needs_server
from tests.support.mqtt import Reader
from tests.support.village import BASE, Post
from tests.support.waiting import wait_until

pytestmark = [needs_server, pytest.mark.skipif(program() is None, reason=f"patroni is not in PATH or in {VARIABLE}")]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "broker") as found:
        yield found


def test_when_the_primary_loses_power_a_standby_is_promoted_and_a_press_of_meanwhile_is_kept_once(
    tmp_path: Path, broker: PrivateBroker, note: Callable[[str], None]
) -> None:
    with Machines() as machines, Reader(broker, f"{BASE}/active") as reader:
        hubs = [Posko(tmp_path / name, broker.port, journal=machines.url, hubs=2) for name in ("satu", "dua")]
        post = Post(tmp_path / "kalibagor", broker.port, "kalibagor", hub=True)
        try:
            for each in hubs:
                each.start()
            post.begin()
            post.hold("kebakaran")
            assert wait_until(lambda: post.rows("SELECT incident FROM outbox") == [])  # it is on two machines
            assert wait_until(lambda: machines.roles() == ["leader", "replica", "sync_standby"])
            lost = machines.primary()
            since = len(reader.messages)
            began = time.monotonic()
            machines.kill(lost)
            post.hold("pencurian")
            post.expect_on("siren")
            machines.primary(but=lost)
            note(f"Patroni: another machine takes writes {time.monotonic() - began:.1f} s after the primary lost power")
            assert wait_until(lambda: post.rows("SELECT incident FROM outbox") == [])
            note(f"Patroni: a press of meanwhile is kept {time.monotonic() - began:.1f} s after that")
            listed = [{each["incident"]: each.get("kept", True) for each in found.members["alarms"]}
                      for found in reader.messages[since:]]
            assert listed[-1] == {"kebakaran": True, "pencurian": True}
            terms = [found.members["term"] for found in reader.messages]
            assert terms == sorted(terms)
            machines.start(lost)
            assert wait_until(lambda: machines.roles() == ["leader", "replica", "sync_standby"])
        finally:
            post.stop()
            for each in hubs:
                each.kill()
