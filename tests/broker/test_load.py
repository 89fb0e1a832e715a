"""One account, or a stranger, that does its worst: the others hardly notice."""

import signal
import socket
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread

from broker.mosquitto import program
from broker.trial import packets
from broker.trial.client import ProbeError
from testing.program import LIMIT_S
from tests.broker.installation import BASE, Installation
from tests.support.waiting import wait_until

ROGUE, LISTENER = "situbondo.kalibagor.pos-1", "situbondo.patokan.polsek"
FLOOD, ALARM = f"{BASE}/kalibagor/alarm/pencurian", f"{BASE}/patokan/alarm/kebakaran"
AT_ONCE = 1_000


def test_an_operators_alarm_comes_through_while_one_node_floods(shared: Installation, tmp_path: Path) -> None:
    """At a listener that keeps up with the broker: it hears the flood, and writes down what is no part of it.

    The flood goes on until all alarms are there, so none of them waits for its end.
    """
    words = [*listener(shared), "-T", FLOOD]
    path, over = tmp_path / "heard", Event()

    def flood() -> None:
        many = packets.publish(FLOOD, b'{"identifier": "flood"}') * AT_ONCE
        with shared.login(ROGUE) as rogue:
            while not over.is_set():
                rogue.send(many)
            assert rogue.publish(FLOOD, b"the last") == 0  # so the broker has had them all

    flooder = Thread(target=flood, daemon=True)
    with path.open("wb") as sink, shared.login("operator") as operator:
        post = subprocess.Popen(words, stdout=sink)
        try:
            assert wait_until(lambda: operator.publish(ALARM, b"before") == 0)  # somebody hears it
            flooder.start()
            for body in (b"first", b"second", b"third"):
                assert operator.publish(ALARM, body) == 0
                assert wait_until(partial(heard, path, body))
                assert flooder.is_alive()
        finally:
            over.set()
            flooder.join(LIMIT_S)
            post.kill()
            post.wait()


def listener(made: Installation) -> list[str]:
    """The words of a program that writes down what each alarm says, a line each."""
    return [program("mosquitto_sub"), "-h", "localhost", "-p", str(made.port(LISTENER)), "-u", made.name(LISTENER),
            "-P", made.password(LISTENER), "--cafile", str(made.folder / "ca/ca.crt"), "-V", "5", "-q", "1",
            "-t", f"{BASE}/+/alarm/+", "-F", "%p"]


def heard(path: Path, body: bytes) -> bool:
    return body in path.read_bytes().splitlines()


QUEUED = 2 * AT_ONCE  # many more than are on their way at once


def test_who_is_held_up_during_a_flood_finds_all_of_it_and_the_operators_alarm_behind_it(
    fresh: Installation, tmp_path: Path
) -> None:
    """A listener that neither reads nor answers. What is queued for one that is away is no promise of ours."""
    fresh.start()
    path = tmp_path / "heard"
    with path.open("wb") as sink, fresh.login(ROGUE) as rogue, fresh.login("operator") as operator:
        post = subprocess.Popen([*listener(fresh), "-k", "3600"], stdout=sink)
        try:
            assert wait_until(lambda: operator.publish(ALARM, b"before") == 0)  # somebody hears it
            assert wait_until(partial(heard, path, b"before"))
            post.send_signal(signal.SIGSTOP)
            for first in range(0, QUEUED, AT_ONCE):
                numbers = range(first, first + AT_ONCE)
                rogue.send(b"".join(packets.publish(FLOOD, b"%d" % each, 1 + each) for each in numbers))
                rogue.catch_up()  # the broker has had them
            assert operator.publish(ALARM, b"the operator's") == 0
            post.send_signal(signal.SIGCONT)
            assert hears(path, b"the operator's")
        finally:
            post.kill()
            post.wait()

    assert path.read_bytes().splitlines() == [b"before", *(b"%d" % each for each in range(QUEUED)), b"the operator's"]


def hears(path: Path, body: bytes) -> bool:
    """Whether *body* comes, however long it takes, as long as anything comes."""
    while True:
        size = path.stat().st_size
        if heard(path, body):
            return True
        if not wait_until(partial(has_grown, path, size)):
            return False


def has_grown(path: Path, size: int) -> bool:
    return path.stat().st_size > size


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
    assert wait_until(lambda: door_opens(fresh, LISTENER))


def door_opens(fresh: Installation, name: str) -> bool:
    try:
        with fresh.connect(name) as client:
            return client.log_in(name, fresh.name(name), fresh.password(name)) == 0
    except ProbeError:
        return False


def test_a_message_longer_than_any_of_ours_is_not_passed_on(shared: Installation) -> None:
    with shared.login(LISTENER, FLOOD) as post, shared.login(ROGUE) as rogue:
        with suppress(ProbeError):  # it hangs up before it has all
            rogue.send(packets.publish(FLOOD, b"x" * 300_000))
        assert rogue.hung_up()
        with shared.login("operator") as operator:
            operator.publish(FLOOD, b"next")
        assert post.wait(bool)
        assert [each.payload for each in post.messages] == [b"next"]
