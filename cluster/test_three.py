"""Three machines of RabbitMQ that are one broker, a hub and posts: what crosses, and what one that dies costs."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broker.rabbitmq import Node
from broker.trial.client import Client
from cluster.installation import ADDRESSES, Installation, be_the_machines_own, beginning, three
from contract.wire import hub_status, timing
from contract.wire.codec import Refusal
from contract.wire.hub_status import HubStatus
from testing.posko import Posko
from tests.support.village import Post

BASE = "kentongan/situbondo"
KALIBAGOR, KOTAKAN = "kalibagor/pos-1", "kotakan/pos-1"
STATE_S = 120.0


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    return Installation(tmp_path, [f"{name}={address}" for name, address in ADDRESSES.items()])


@pytest.fixture
def brokers(tmp_path: Path, made: Installation) -> Iterator[list[Node]]:
    with three(tmp_path, made) as found:
        yield found


@contextmanager
def post(folder: Path, made: Installation, name: str, first: int) -> Iterator[Post]:
    """The post *name* with its provisioned account, whose first broker is the one with this number."""
    village, _, node = name.partition("/")
    assert node == "pos-1"
    way = beginning(made.broker(f"nodes/{village}.{node}/node.yaml"), first)
    with_hub = Post(folder / village, 0, village, broker=way, hub=True)
    try:
        yield with_hub.begin()
    finally:
        with_hub.stop()


@contextmanager
def hub(folder: Path, made: Installation) -> Iterator[Posko]:
    found = Posko(folder / "hub", made.broker("posko/posko.yaml"))
    try:
        yield found.begin()
    finally:
        found.stop()


def state(made: Installation, number: int, ready: Callable[[HubStatus], bool]) -> HubStatus:
    """The hub's status, as a reader hears it at the broker with this number, once it is *ready*."""
    address = list(ADDRESSES.values())[number]
    with Client(made.ports.operators, made.folder / "ca/ca.crt", host=address) as client:
        assert client.log_in("layar.1", "layar", made.password("readers/layar")) == 0
        assert client.subscribe(f"{BASE}/posko/status") == 0

        def found() -> list[HubStatus]:
            read = [hub_status.read_status(each.payload) for each in client.messages if each.payload]
            return [each for each in read if not isinstance(each, Refusal) and ready(each)]

        deadline = time.monotonic() + STATE_S
        while not found() and time.monotonic() < deadline:
            client.wait(lambda _messages: bool(found()), timing.BEACON_S)
            client.catch_up()  # which keeps the connection alive
        seen = [each.payload.decode() for each in client.messages]
        assert found(), seen
        return found()[-1]


def test_the_machines_are_one_cluster(brokers: list[Node]) -> None:
    found = json.loads(brokers[2].ctl("cluster_status", "--formatter", "json"))
    assert len(found["running_nodes"]) == len(ADDRESSES)
    assert found["partitions"] == {}


def test_who_is_revoked_at_one_machine_loses_the_connection_to_another_and_a_machine_that_comes_back_lets_nobody_in(
    made: Installation, brokers: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    be_the_machines_own(brokers[0], monkeypatch)
    made.tool("add", "operator", "pergi", "--reload")
    word = made.password("operators/pergi")

    def enter(name: str, folder: str, word: str = "") -> tuple[Client, int]:
        client = Client(made.ports.operators, made.folder / "ca/ca.crt", host="127.0.0.3")
        return client, client.log_in(f"{name}.3", name, word or made.password(folder))

    gone, stays = enter("pergi", "operators/pergi"), enter("operator", "operators/operator")
    with gone[0], stays[0]:
        assert (gone[1], stays[1]) == (0, 0)
        made.tool("revoke", "pergi", "--reload")
        assert gone[0].hung_up()
        stays[0].catch_up()
    brokers[2].end(signal.SIGKILL)
    brokers[2].start()
    again = enter("pergi", "", word)
    again[0].close()
    assert again[1] == 134
    known = enter("operator", "operators/operator")
    known[0].close()
    assert known[1] == 0


def test_a_hub_that_comes_last_asks_and_learns_of_posts_at_every_machine_though_nothing_retained_reaches_it(
    tmp_path: Path, made: Installation, brokers: list[Node]
) -> None:
    assert len(brokers) == len(ADDRESSES)
    with (post(tmp_path, made, KALIBAGOR, 0), post(tmp_path, made, KOTAKAN, 2),
          Client(made.ports.operators, made.folder / "ca/ca.crt", host="127.0.0.3") as client):
        assert client.log_in("operator.3", "operator", made.password("operators/operator")) == 0
        asked, answer = f"{BASE}/semua/command/status", f"{BASE}/{KOTAKAN.replace('/', '/node/')}/status"
        assert client.subscribe(asked) == client.subscribe(answer) == 0
        with hub(tmp_path, made):
            assert client.wait(lambda came: asked in [each.topic for each in came], STATE_S)
            assert client.wait(lambda came: [each.topic for each in came][-1] == answer, STATE_S)
            known = state(made, 1, lambda found: found.posts.get(KOTAKAN) == found.posts.get(KALIBAGOR) == "ready")
    assert {known.posts[KALIBAGOR], known.posts[KOTAKAN]} == {"ready"}


def test_an_alarm_crosses_the_machines_and_crosses_them_again_when_one_has_died(
    tmp_path: Path, made: Installation, brokers: list[Node], note: Callable[[str], None]
) -> None:
    with (hub(tmp_path, made) as posko, post(tmp_path, made, KALIBAGOR, 0) as near,
          post(tmp_path, made, KOTAKAN, 2) as far):
        before = time.monotonic()
        near.hold("kebakaran")
        far.expect_on("siren")
        note(f"a button held for 0.2 s at machine 1, a siren at machine 3: {time.monotonic() - before:.2f} s")
        posko.expect("accepted:")
        near.hold("aman")
        far.expect_quiet()
        near.expect_quiet()

        marks = {each: len(each.lines) for each in (posko, near)}
        killed = time.monotonic()
        brokers[0].end(signal.SIGKILL)
        for each, since in marks.items():
            each.expect("is used in its place", since)
            note(f"{each.name}: at another machine {time.monotonic() - killed:.1f} s after the kill of its own")
        since = len(posko.lines)
        far.hold("kebakaran")
        near.expect_on("siren")
        note(f"the next siren: {time.monotonic() - killed:.1f} s after the kill")
        posko.expect("accepted:", since)
        far.hold("aman")
        near.expect_quiet()


def test_a_press_while_the_machine_of_its_post_is_dead_reaches_the_others_once(
    tmp_path: Path, made: Installation, brokers: list[Node], note: Callable[[str], None]
) -> None:
    with (hub(tmp_path, made) as posko, post(tmp_path, made, KALIBAGOR, 2) as near,
          post(tmp_path, made, KOTAKAN, 1) as far):
        changes = len(far.changes)
        since = len(posko.lines)
        brokers[2].end(signal.SIGKILL)
        pressed = time.monotonic()
        near.hold("kebakaran")
        near.expect_on("siren")
        far.expect_on("siren")
        note(f"pressed as its machine died: a neighbour's siren {time.monotonic() - pressed:.1f} s later")
        posko.expect("accepted:", since)
        near.hold("aman")
        far.expect_quiet()
    assert len([each for each in posko.said("accepted:", since) if "kebakaran" in each]) == 1
    assert far.sounds(changes)


def test_after_all_have_lost_power_at_once_two_machines_of_three_are_the_broker(
    made: Installation, brokers: list[Node], note: Callable[[str], None]
) -> None:
    for each in brokers:
        each.end(signal.SIGKILL)
    begun = time.monotonic()
    for each in brokers[1:]:
        each.start(wait=False)
    for each in brokers[1:]:
        each.wait()
    with Client(made.ports.operators, made.folder / "ca/ca.crt", host="127.0.0.2") as client:
        assert client.log_in("operator.2", "operator", made.password("operators/operator")) == 0
        assert client.publish(f"{BASE}/kalibagor/alarm/lainnya", b'{"status": "Test"}') in (0, 0x10)
    note(f"two of three are the broker {time.monotonic() - begun:.1f} s after their start")
