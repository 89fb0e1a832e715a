"""A real hub whose journal is on a real PostgreSQL server, which is killed and started again during an alarm."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from testing.posko import Posko
from testing.postgresql import PostgresqlServer
from testing.private_broker import PrivateBroker
from tests.support.journals import KeptOnServer, needs_server
from tests.support.mqtt import Message, Reader
from tests.support.village import BASE, HURRIED, OFTEN, Post, alarm, impatient
from tests.support.waiting import wait_until

pytestmark = needs_server


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    with PostgresqlServer() as found:
        yield found


@pytest.fixture
def hub(folder: Path, broker: PrivateBroker, server: PostgresqlServer) -> Iterator[Posko]:
    posko = Posko(folder / "posko", broker.port, journal=server.url)
    posko.begin(impatient(folder, HURRIED, OFTEN, "runtime.database.RETRY_S = 0.5"))
    yield posko
    posko.kill()


def kept(server: PostgresqlServer) -> KeptOnServer:
    found = KeptOnServer(server)
    found.district = "situbondo"
    return found


def listed(incident: str, *, is_kept: bool) -> Callable[[list[Message]], bool]:
    """Whether the newest beacon lists it, as written or not."""
    def look(came: list[Message]) -> bool:
        beacons: list[dict[str, Any]] = [each.members for each in came if each.topic == f"{BASE}/active"]
        return bool(beacons) and [each.get("kept", True) for each in beacons[-1]["alarms"]
                                  if each["incident"] == incident] == [is_kept]
    return look


def test_while_the_server_is_dead_a_press_rings_and_is_held_and_is_written_once_when_it_is_back(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer, hub: Posko, posts: list[Post]
) -> None:
    post, other = (Post(folder / each, broker.port, each, hub=True).begin() for each in ("kalibagor", "kotakan"))
    posts += [post, other]
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        alarm(broker, "olean", "kecelakaan", "-m", "sebelum")
        assert reader.wait(listed("kecelakaan", is_kept=True))
        server.kill()
        since = len(hub.lines)
        post.hold("pencurian")
        post.expect_on("siren")
        other.expect_on("siren")
        assert reader.wait(listed("pencurian", is_kept=False))
        hub.expect("cannot write postgresql://", since)
        assert wait_until(lambda: post.rows("SELECT incident FROM outbox") == [("pencurian",)])  # it is held
        server.start()
        assert reader.wait(listed("pencurian", is_kept=True))
        assert wait_until(lambda: post.rows("SELECT incident FROM outbox") == [])
        hub.expect("recovered:", since)

    rows = kept(server).rows("SELECT incident, note FROM alarms ORDER BY first_at")
    assert rows == [("kecelakaan", "sebelum"), ("pencurian", "")]
    accepted = kept(server).rows("""SELECT count(*) FROM log WHERE event LIKE '%"accepted"%'""")
    assert accepted == [(2,)]
    assert len(other.said("sounding:")) == len(post.said("sounding:")) == 1


def test_a_hub_that_is_killed_goes_on_with_what_the_server_has(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer, hub: Posko
) -> None:
    with Reader(broker, f"{BASE}/active") as reader:
        alarm(broker, "olean", "kebakaran", "-m", "pasar")
        assert reader.wait(listed("kebakaran", is_kept=True))
        hub.kill()
        since = len(reader.messages)
        hub.begin(impatient(folder, HURRIED, OFTEN))
        assert reader.wait(lambda came: listed("kebakaran", is_kept=True)(came[since:]))

    assert kept(server).rows("SELECT incident, note FROM alarms") == [("kebakaran", "pasar")]
    assert not (hub.state_dir / "posko.db").exists()
