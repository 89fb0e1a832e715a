"""One account, or a stranger, that does its worst: the others hardly notice."""

import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from broker.mosquitto import program
from broker.trial import packets
from broker.trial.client import ProbeError
from tests.broker.installation import BASE, Installation
from tests.support.waiting import wait_until

ROGUE, LISTENER = "situbondo.kalibagor.pos-1", "situbondo.patokan.polsek"
FLOOD, ALARM = f"{BASE}/kalibagor/alarm/pencurian", f"{BASE}/patokan/alarm/kebakaran"
MESSAGES, AT_ONCE = 200_000, 1_000


def test_a_flood_by_one_node_holds_an_operators_alarm_up_for_less_than_a_second(
    shared: Installation, tmp_path: Path
) -> None:
    """At a listener that keeps up with the broker: it hears the flood, and writes down what is no part of it."""
    words = [program("mosquitto_sub"), "-h", "localhost", "-p", str(shared.port(LISTENER)), "-u", LISTENER, "-P",
             shared.password(LISTENER), "--cafile", str(shared.folder / "ca/ca.crt"), "-V", "5", "-q", "1",
             "-t", f"{BASE}/+/alarm/+", "-T", FLOOD, "-F", "%U %p"]
    path, over = tmp_path / "heard", Event()
    sent: dict[str, float] = {}

    def flood() -> None:
        many = packets.publish(FLOOD, b'{"identifier": "flood"}') * AT_ONCE
        with shared.login(ROGUE) as rogue:
            for _ in range(MESSAGES // AT_ONCE):
                rogue.send(many)
            assert rogue.publish(FLOOD, b"the last") == 0  # so the broker has had them all
            over.set()

    with path.open("wb") as sink, shared.login("operator") as operator:
        post = subprocess.Popen(words, stdout=sink)
        try:
            assert wait_until(lambda: operator.publish(ALARM, b"before") == 0)  # somebody hears it
            flooder = Thread(target=flood, daemon=True)
            flooder.start()
            while not over.wait(0.1) and flooder.is_alive():
                name = str(len(sent))
                sent[name] = time.time()
                assert operator.publish(ALARM, name.encode()) == 0
            assert over.is_set()
            assert wait_until(lambda: f" {len(sent) - 1}\n".encode() in path.read_bytes(), 10.0)
        finally:
            post.kill()
            post.wait()
    heard = {body: float(at) for at, body in (line.split(" ") for line in path.read_text("utf-8").splitlines())}
    assert len(sent) >= 3
    assert max(heard[name] - at for name, at in sent.items()) < 1.0


def test_idle_sockets_shut_their_own_door_and_no_other(fresh: Installation) -> None:
    fresh.start()
    with fresh.login(ROGUE, ALARM) as linked:
        idle = [socket.create_connection(("127.0.0.1", fresh.ports["nodes"])) for _ in range(400)]
        try:
            assert not door_opens(fresh, LISTENER), "the limit of connections is not what it was"
            for name in ("situbondo.posko", "layar", "operator"):
                assert door_opens(fresh, name)
            with fresh.login("operator") as operator:
                assert operator.publish(ALARM, b"") in (0, 0x10)
            assert linked.wait(bool)
        finally:
            for each in idle:
                each.close()
    deadline = time.monotonic() + 2.0
    while not door_opens(fresh, LISTENER):
        assert time.monotonic() < deadline


def door_opens(fresh: Installation, name: str) -> bool:
    try:
        with fresh.connect(name) as client:
            return client.log_in(name, name, fresh.password(name)) == 0
    except ProbeError:
        return False


def test_a_message_longer_than_any_of_ours_is_not_passed_on(shared: Installation) -> None:
    with shared.login(LISTENER, FLOOD) as post, shared.login(ROGUE) as rogue:
        with suppress(ProbeError):  # it hangs up before it has all
            rogue.send(packets.publish(FLOOD, b"x" * 300_000))
        assert rogue.hung_up(2.0)
        with shared.login("operator") as operator:
            operator.publish(FLOOD, b"next")
        assert post.wait(bool)
        assert [each.payload for each in post.messages] == [b"next"]
