"""The link, on a real Mosquitto: it comes back whatever happens, says what is wrong, and never sends anything late."""

import json
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread, current_thread
from typing import Any

import pytest
from paho.mqtt.reasoncodes import ReasonCode

from broker.mosquitto import free_port
from broker.trial import packets
from broker.trial.client import Client
from contract.wire import timing, topics
from node.core.events import Event
from runtime import clock
from runtime import mqtt as link_room
from runtime.core.effects import Publish
from runtime.core.events import (
    Acknowledged,
    Cause,
    Faulted,
    Linked,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Tick,
    Unlinked,
)
from runtime.core.ration import NEIGHBOUR, NEIGHBOUR_MESSAGE, Allowance, Ration
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import HANG_S, Link, Rationing
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.support.mqtt import AS_OURSELVES, Reader, publish
from tests.support.proxy import Proxy
from tests.support.scripted import CONNACK, DISCONNECT, PUBACK, PUBLISH, ScriptedBroker, acknowledge
from tests.support.waiting import drain, take, wait_until

ALARM = "kentongan/situbondo/kalibagor/alarm/pencurian"
SUBSCRIPTIONS = [Subscription(f"kentongan/situbondo/kalibagor/{each}/+") for each in ("alarm", "command")]
BEACON = "kentongan/situbondo/active"
STATUS = "kentongan/situbondo/kalibagor/node/pos-1/status"
WILL = Publish(STATUS, b"offline", retain=True)
NAME = "situbondo.kalibagor.pos-1"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    """A broker that the test may kill."""
    with PrivateBroker(tmp_path / "broker") as running:
        yield running


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How soon a thread gets to its end is the machine's business."""
    monkeypatch.setattr(link_room, "CLOSE_S", LIMIT_S)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which the wait between two attempts is not what is tried."""
    monkeypatch.setattr(timing, "RECONNECT_S", (0.02, 0.05))


def marked(topic: str, payload: bytes, token: str) -> Publish:
    """A message whose acknowledgement is asked for."""
    return Publish(topic, payload, token=token)


@contextmanager
def link_to(port: int, inbox: Inbox, *, linked: bool = True, **secrets: Any) -> Iterator[Link]:
    link = Link(Broker("127.0.0.1", port, NAME, **secrets), SUBSCRIPTIONS, WILL, inbox)
    link.start()
    try:
        if linked:
            take(inbox, Linked)
        yield link
    finally:
        link.close(Publish(STATUS, b"stopped", retain=True))
    assert link.trouble() == "its thread is dead"


# What is heard and said.


def test_what_is_published_live_is_received_as_it_was_sent(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with link_to(broker.port, inbox):
        publish(broker, ALARM)
        publish(broker, ALARM, "-q", "1", "-m", "rumah Pak RT 3")
        publish(broker, ALARM, "-V", "5", "-q", "2", body=bytes(range(256)))
        heard = [take(inbox, Received) for _ in range(3)]

    assert heard == [
        Received(ALARM, b"", retain=False), Received(ALARM, b"rumah Pak RT 3", retain=False),
        Received(ALARM, bytes(range(256)), retain=False),
    ]


def test_nothing_that_the_broker_kept_is_heard_and_a_live_one_tells_its_flag(broker: PrivateBroker) -> None:
    publish(broker, ALARM, "-r", "-m", "yesterday")
    inbox = Inbox()
    with link_to(broker.port, inbox):
        publish(broker, ALARM, "-r", "-m", "today")
        publish(broker, ALARM, "-r")
        heard = [take(inbox, Received), take(inbox, Received)]

    assert heard == [Received(ALARM, b"today", retain=True), Received(ALARM, b"", retain=True)]


def test_a_node_does_not_hear_itself(broker: PrivateBroker) -> None:
    inbox = Inbox()
    heard: list[bytes] = []
    with link_to(broker.port, inbox) as link:
        link.publish(marked(ALARM, b"own", "own"))
        while heard[-1:] != [b"other"]:
            event = inbox.get(clock.now() + LIMIT_S)[1]
            assert event != Tick()
            if isinstance(event, Acknowledged):
                publish(broker, ALARM, "-m", "other")
            if isinstance(event, Received):
                heard.append(event.payload)

    assert heard == [b"other"]


def test_a_long_payload_is_cut_so_that_one_can_see_it_was_too_long(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with link_to(broker.port, inbox):
        publish(broker, ALARM, body=b"x" * 1_000_000)

        assert len(take(inbox, Received).payload) == 4097


def test_each_acknowledgement_names_its_token_and_what_had_none_is_not_told(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with Reader(broker, "kentongan/#") as reader, link_to(broker.port, inbox) as link:
        link.publish(marked(ALARM, b"1", "first"))
        link.publish(Publish(ALARM, b"2"))
        link.publish(marked(ALARM, b"3", "third"))
        tokens = [take(inbox, Acknowledged).token, take(inbox, Acknowledged).token]
        assert reader.wait(lambda came: [each.payload for each in came if each.topic == ALARM] == [b"1", b"2", b"3"])

    assert sorted(tokens) == ["first", "third"]


def test_publishing_while_acknowledgements_come_in_never_locks_up(broker: PrivateBroker) -> None:
    """paho calls back under the very lock that its publish takes: a lock of ours around it is a deadlock."""
    inbox = Inbox()
    link = Link(Broker("127.0.0.1", broker.port, NAME), SUBSCRIPTIONS, WILL, inbox)
    link.start()
    take(inbox, Linked)

    def speak() -> None:
        for count in range(3000):
            link.publish(marked("chatter", b"x", str(count)))

    loop = Thread(target=speak, daemon=True)
    loop.start()
    tokens = [take(inbox, Acknowledged).token for _ in range(3000)]
    loop.join(LIMIT_S)
    assert not loop.is_alive()  # a link that is locked up cannot even be closed
    link.close()

    assert sorted(tokens, key=int) == [str(count) for count in range(3000)]


def test_what_any_thread_publishes_is_written_by_the_links_own_thread(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that write to one connection can come between each other in the middle of a packet."""
    writers: list[Thread] = []
    write = link_room._Client.loop_write

    def noting(self: link_room._Client) -> Any:
        writers.append(current_thread())
        return write(self)

    monkeypatch.setattr(link_room._Client, "loop_write", noting)
    with link_to(broker.port, inbox := Inbox()) as link:
        for number in range(20):
            link.publish(marked("chatter", b"x", str(number)))
            assert take(inbox, Acknowledged) == Acknowledged(str(number))

    assert {each.name for each in writers} == {"link"}


@pytest.fixture
def slow_pen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are written down only after the broker has answered."""
    sent = link_room._Ledger.sent

    def late(self: link_room._Ledger, mid: int, message: Publish) -> ReasonCode | None:
        assert wait_until(lambda: mid in self._early)
        return sent(self, mid, message)

    monkeypatch.setattr(link_room._Ledger, "sent", late)


@pytest.mark.usefixtures("slow_pen")
def test_an_acknowledgement_that_comes_before_its_token_is_written_down_counts(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with link_to(broker.port, inbox) as link:
        link.publish(marked("chatter", b"x", "early"))

        assert take(inbox, Acknowledged) == Acknowledged("early")


# What has room behind a flood.

SILENCE, ALL_CLEAR = "kentongan/situbondo/kalibagor/command/silence", "kentongan/situbondo/kalibagor/alarm/aman"


class Arrivals(Inbox):
    """An inbox that tells when what was published last has come to it, from whomever."""

    def __init__(self, last: str) -> None:
        super().__init__()
        self.complete = Flag()
        self._last = last

    def offer(self, event: object, *args: Any, **keywords: Any) -> None:
        super().offer(event, *args, **keywords)
        if isinstance(event, Received) and event.topic == self._last:
            self.complete.set()


def test_behind_a_flood_of_alarms_there_is_room_for_beacons_and_behind_those_for_what_ends_sound(
    tmp_path: Path
) -> None:
    """So much comes from each source that none gets in for being little. The broker drops nothing of it."""
    last = "kentongan/situbondo/kalibagor/command/test"
    inbox = Arrivals(last)
    with PrivateBroker(tmp_path / "broker", extra="max_queued_messages 100000\n") as patient_broker:
        link = Link(Broker("127.0.0.1", patient_broker.port, NAME), [*SUBSCRIPTIONS, Subscription(BEACON)], WILL, inbox)
        link.start()
        try:
            take(inbox, Linked)
            with Client(patient_broker.port) as other:
                assert other.log_in("other", None, None) == 0
                for topic, count in (
                    (ALARM, 1100), (SILENCE, 1), (BEACON, 600), (ALL_CLEAR, 1), (SILENCE, 1200), (ALL_CLEAR, 1200),
                    (last, 1),
                ):
                    other.send(packets.publish(topic, b"") * count)
                assert inbox.complete.wait(LIMIT_S)
        finally:
            link.close()
    dropped = inbox.overflow()
    got = Counter(event.topic for event in drain(inbox) if isinstance(event, Received))

    # 1,000 in all with the alarms, 1,500 with the beacons, 3,000 with what ends sound
    assert got == {ALARM: 1000, BEACON: 499, SILENCE: 1201, ALL_CLEAR: 300}
    assert dropped == Overflowed(100 + 101 + 901 + 1)


# What the broker refuses.


def test_a_refused_subscription_is_a_fault_that_names_it_and_the_node_is_linked(tmp_path: Path) -> None:
    plugin = next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("Mosquitto's dynamic security plugin, the one that refuses subscriptions, is not here")
    allowed = {"acltype": "subscribePattern", "topic": SUBSCRIPTIONS[0].topic, "allow": True}
    access = dict.fromkeys(("publishClientSend", "publishClientReceive", "unsubscribe"), True) | {"subscribe": False}
    rules = {"defaultACLAccess": access, "roles": [{"rolename": "r", "acls": [allowed]}], "clients": [],
             "groups": [{"groupname": "g", "roles": [{"rolename": "r"}]}], "anonymousGroup": "g"}
    (tmp_path / "rules.json").write_text(json.dumps(rules), "utf-8")
    extra = f"{AS_OURSELVES}plugin {plugin}\nplugin_opt_config_file {tmp_path}/rules.json\n"
    inbox = Inbox()
    with PrivateBroker(tmp_path / "broker", extra=extra) as strict, link_to(strict.port, inbox, linked=False):
        fault = take(inbox, Faulted)
        take(inbox, Linked)

    assert fault == Faulted("subscriptions", f"the broker refuses {SUBSCRIPTIONS[1].topic}")


def test_a_refused_publish_is_a_fault_until_the_same_is_taken_and_no_acknowledgement(tmp_path: Path) -> None:
    """What else is taken meanwhile lifts no fault: it may be the fault's own report."""
    acl = tmp_path / "acl"
    acl.write_text("topic read #\ntopic write fine\n", "utf-8")
    inbox = Inbox()
    extra = f"{AS_OURSELVES}acl_file {acl}\n"
    with PrivateBroker(tmp_path / "broker", extra=extra) as strict, link_to(strict.port, inbox) as link:
        link.publish(marked(ALARM, b"", "refused"))
        fault = take(inbox, Faulted)
        link.publish(marked("fine", b"", "taken"))
        assert take(inbox, Rejected).code == 0x87
        told = [inbox.get(clock.now() + LIMIT_S)[1]]
        acl.write_text(f"topic read #\ntopic write fine\ntopic write {ALARM}\n", "utf-8")
        assert strict._process is not None
        strict._process.send_signal(signal.SIGHUP)

        def lifted() -> bool:
            link.publish(marked(ALARM, b"", "again"))
            return Recovered("publish") in drain(inbox)

        assert wait_until(lifted)

    assert fault == Faulted("publish", f"the broker refuses what {NAME} publishes: Not authorized")
    assert [event for event in told if isinstance(event, Recovered | Acknowledged)] == [Acknowledged("taken")]


@pytest.mark.usefixtures("slow_pen")
def test_a_refusal_that_comes_before_its_token_is_written_down_is_no_acknowledgement(tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic read #\ntopic write fine\n", "utf-8")
    inbox = Inbox()
    extra = f"{AS_OURSELVES}acl_file {tmp_path}/acl\n"
    with PrivateBroker(tmp_path / "broker", extra=extra) as strict, link_to(strict.port, inbox) as link:
        link.publish(marked(ALARM, b"", "refused"))
        link.publish(marked("fine", b"", "taken"))

        assert take(inbox, Acknowledged) == Acknowledged("taken")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("secrets", "who"), [
    ({"username": "pos-1", "password": "wrong"}, "the account 'pos-1'"), ({}, f"{NAME}, which names no account"),
])
def test_a_node_that_the_broker_does_not_know_is_told_why(tmp_path: Path, secrets: dict[str, str], who: str) -> None:
    (tmp_path / "passwords").write_text("", "utf-8")
    inbox = Inbox()
    extra = f"{AS_OURSELVES}allow_anonymous false\npassword_file {tmp_path}/passwords\n"
    strict = PrivateBroker(tmp_path / "broker", extra=extra)
    with strict, link_to(strict.port, inbox, linked=False, **secrets):
        reasons = {take(inbox, Unlinked).reason for _ in range(3)}

    assert reasons == {f"broker 127.0.0.1:{strict.port} refuses {who}: Not authorized"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("answer", [
    pytest.param(b"\x20\x02\x00\x01", id="an older broker's CONNACK, as aedes and NATS give it"),
    pytest.param(b"\x20\x03\x00\x84\x00", id="a CONNACK of MQTT 5"),
])
def test_a_broker_that_does_not_speak_mqtt_5_is_named_as_such(answer: bytes) -> None:
    inbox = Inbox()
    with ScriptedBroker({CONNACK: lambda _packet: answer}) as old, link_to(old.port, inbox, linked=False):
        unlinked = take(inbox, Unlinked)

    assert unlinked == Unlinked(
        f"broker 127.0.0.1:{old.port}: does not speak MQTT 5, which is needed; see docs/protocol.md", Cause.PROTOCOL)


@pytest.mark.usefixtures("quick")
def test_a_broker_that_hangs_up_instead_of_answering_may_be_an_older_one() -> None:
    inbox = Inbox()
    with ScriptedBroker({CONNACK: lambda _packet: None}) as old, link_to(old.port, inbox, linked=False):
        unlinked = take(inbox, Unlinked)

    assert unlinked == Unlinked(
        f"broker 127.0.0.1:{old.port}: closed the connection without an answer; a broker without MQTT 5, or one whose "
        "port speaks TLS (then give ca_file), does that")


@pytest.mark.parametrize(("code", "cause"), [(0x86, Cause.LOGIN), (0x87, Cause.LOGIN), (0x88, Cause.OTHER)])
@pytest.mark.usefixtures("quick")
def test_only_a_refused_login_is_a_matter_of_the_login(code: int, cause: Cause) -> None:
    inbox = Inbox()
    answer = bytes([0x20, 3, 0, code, 0])
    with ScriptedBroker({CONNACK: lambda _packet: answer}) as strict, link_to(strict.port, inbox, linked=False):
        assert take(inbox, Unlinked).cause is cause


ANSWERS = f"the broker answers what {NAME} publishes with code"


@pytest.mark.parametrize(("code", "told"), [
    (0x87, f"the broker refuses what {NAME} publishes: Not authorized"),
    (0x83, f"{ANSWERS} 131 (Implementation specific error); some may have received it"),
    (0x97, f"{ANSWERS} 151 (Quota exceeded); some may have received it"),
])
def test_an_answer_to_a_publish_is_named_by_its_code(code: int, told: str) -> None:
    inbox = Inbox()
    with ScriptedBroker({PUBLISH: lambda packet: acknowledge(packet, code)}) as odd, link_to(odd.port, inbox) as link:
        link.publish(marked(ALARM, b"", "order"))

        assert take(inbox, Rejected) == Rejected("order", code, told)


# Last words.


@pytest.mark.usefixtures("quick")
def test_the_will_is_spoken_for_a_node_that_is_gone_and_last_words_by_one_that_leaves(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with Proxy(broker.port) as proxy, Reader(broker, STATUS) as reader:
        with link_to(proxy.port, inbox):
            proxy.cut()
            assert reader.wait(lambda came: [each.payload for each in came][-1:] == [b"offline"])
            take(inbox, Linked)
        assert reader.wait(lambda came: [each.payload for each in came][-1:] == [b"stopped"])
        reader.fence()
        live = [each.payload for each in reader.messages if not each.retain]
    with Reader(broker, STATUS) as late:
        late.fence()

    assert live == [b"offline", b"stopped"]
    assert [(each.payload, each.retain) for each in late.messages] == [(b"stopped", True)]


def test_last_words_are_said_and_no_will_is_spoken_after_them(broker: PrivateBroker) -> None:
    with Reader(broker, STATUS) as reader:
        for _ in range(20):
            with link_to(broker.port, Inbox()):
                pass
        reader.fence()

    assert [each.payload for each in reader.messages if not each.retain] == [b"stopped"] * 20


@contextmanager
def leaving(port: int, inbox: Inbox) -> Iterator[Thread]:
    """A link that is linked, and takes leave in a thread."""
    link = Link(Broker("127.0.0.1", port, NAME), SUBSCRIPTIONS, WILL, inbox)
    link.start()
    take(inbox, Linked)
    thread = Thread(target=link.close, args=(Publish(STATUS, b"stopped", retain=True),), daemon=True)
    thread.start()
    yield thread
    thread.join(LIMIT_S)
    assert not thread.is_alive()


def test_who_takes_leave_does_not_go_before_the_broker_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker first has twenty alarms acknowledged, one after the other."""
    monkeypatch.setattr(link_room, "CLOSE_S", 10 * LIMIT_S)
    said: list[str] = []
    last_words: list[bytes] = []

    def alarm() -> bytes:
        body = len(ALARM).to_bytes(2, "big") + ALARM.encode() + b"\0\1\0"
        return bytes([0x32, len(body)]) + body

    def withhold(packet: bytes) -> bytes:
        said.append("last words")
        last_words.append(packet)
        return alarm()

    def go_on(_packet: bytes) -> bytes:
        said.append("an answer")
        return alarm() if len(said) <= 20 else acknowledge(last_words[0], 0)

    def goodbye(_packet: bytes) -> bytes:
        said.append("goodbye")
        return b""

    answers = {PUBLISH: withhold, PUBACK: go_on, DISCONNECT: goodbye}
    with ScriptedBroker(answers) as slow, leaving(slow.port, Inbox()):
        pass

    assert said == ["last words", *["an answer"] * 20, "goodbye"]


def test_who_takes_leave_says_goodbye_at_once_and_not_when_the_loop_next_looks(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a broker that says nothing by itself; where nothing comes, the loop would sleep for longer than the test."""
    for name in ("CLOSE_S", "LOOP_S"):
        monkeypatch.setattr(link_room, name, 10 * LIMIT_S)
    goodbyes: list[bytes] = []

    def goodbye(packet: bytes) -> bytes:
        goodbyes.append(packet)
        return b""

    with ScriptedBroker({DISCONNECT: goodbye}) as silent:
        for _ in range(20):
            with leaving(silent.port, Inbox()):
                pass

    assert len(goodbyes) == 20


def test_who_takes_leave_waits_for_the_brokers_answer_and_not_for_a_limit(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_room, "CLOSE_S", 10 * LIMIT_S)
    with leaving(broker.port, Inbox()):
        pass


# Who publishes far more than posts do.

FLOODED = "kentongan/situbondo/patokan/alarm/pencurian"
EVERYBODY = [*SUBSCRIPTIONS, Subscription(FLOODED), Subscription(BEACON)]
# Nothing of it comes back while a flood is published, however slowly that is.
ONCE_ALLOWED = Allowance(NEIGHBOUR.burst, 0.0)
WITHOUT = {frozenset({"patokan"}): [*SUBSCRIPTIONS, Subscription(BEACON)]}


@contextmanager
def rationed(port: int, inbox: Inbox) -> Iterator[Link]:
    """The link of a post that rations what patokan publishes."""
    rationing = Rationing(Ration({"patokan": ONCE_ALLOWED}), WITHOUT.__getitem__,
                          "its alarms come by the hub's beacon alone", NEIGHBOUR_MESSAGE, renew=True)
    link = Link(Broker("127.0.0.1", port, NAME), EVERYBODY, WILL, inbox, rationing)
    link.start()
    try:
        take(inbox, Linked)
        yield link
    finally:
        link.close()


def flood(broker: PrivateBroker, inbox: Inbox, passed: list[Event] | None = None) -> Faulted:
    """A beacon and a flood; returns what the link says of it, as soon as it is there again. What was handed out
    meanwhile is added to *passed*: of the flood it may be some, none or all that its ration allows.
    """
    publish(broker, BEACON, "-m", "{}")
    take(inbox, Received)
    for _ in range(4):
        publish(broker, FLOODED, "-q", "1", body=b"x" * 40_000)
    fault = take(inbox, Faulted, passed)
    assert take(inbox, Unlinked, passed).cause is Cause.RENEWED
    take(inbox, Linked, passed)
    return fault


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The beacon counts as there, and nobody is heard again, however long the test takes."""
    monkeypatch.setattr(timing, "HUB_LOST_S", 1e6)
    monkeypatch.setattr("runtime.core.ration.SHUT_S", 900.0)


@pytest.mark.usefixtures("slow")
def test_who_publishes_far_more_than_posts_do_is_left_out_of_the_next_connection(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with rationed(broker.port, inbox):
        passed: list[Event] = []
        fault = flood(broker, inbox, passed)
        publish(broker, FLOODED, "-q", "1", "-m", "more")
        publish(broker, ALARM, "-q", "1", "-m", "a neighbour")

        heard = [each for each in passed if isinstance(each, Received)]
        heard += [take(inbox, Received) for _ in range(3 - len(heard))]

    assert [(each.topic, each.payload[:11]) for each in heard] == [
        (FLOODED, b"x" * 11), (FLOODED, b"x" * 11),  # what its ration allows
        (ALARM, b"a neighbour"),
    ]
    assert fault == Faulted("traffic of patokan", (
        "patokan publishes far more than posts do; its alarms come by the hub's beacon alone for 900 s"))


@pytest.mark.usefixtures("slow")
def test_who_was_left_out_is_heard_again_when_the_beacon_does_not_stand_in_for_it(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox()
    with rationed(broker.port, inbox):
        flood(broker, inbox)
        monkeypatch.setattr(timing, "HUB_LOST_S", 0.0)
        assert take(inbox, Unlinked).cause is Cause.RENEWED
        take(inbox, Linked)
        publish(broker, FLOODED, "-q", "1", "-m", "rumah Pak RT 3")

        while take(inbox, Received).payload != b"rumah Pak RT 3":
            pass  # what its ration allowed


@pytest.mark.usefixtures("slow")
def test_who_keeps_to_its_ration_afterwards_has_no_fault_any_more(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox()
    with rationed(broker.port, inbox):
        monkeypatch.setattr("runtime.core.ration.SHUT_S", 0.5)
        flood(broker, inbox)

        assert take(inbox, Recovered) == Recovered("traffic of patokan")


def test_the_broker_keeps_back_what_is_longer_than_anything_a_post_needs(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with rationed(broker.port, inbox):
        publish(broker, ALARM, "-q", "1", body=b"x" * 100_000)
        publish(broker, ALARM, "-q", "1", "-m", "short")

        assert take(inbox, Received) == Received(ALARM, b"short", retain=False)


EVERY_STATUS = Subscription("kentongan/situbondo/+/node/+/status", kept=True)
EVERY_ALARM = Subscription("kentongan/situbondo/+/alarm/+")
KALIBAGOR = [Subscription("kentongan/situbondo/kalibagor/alarm/+"),
             Subscription("kentongan/situbondo/kalibagor/node/+/status", kept=True)]


def test_who_pours_out_all_clears_too_is_shut_out_with_them_and_the_connection_goes_on(broker: PrivateBroker) -> None:
    clears = "kentongan/situbondo/patokan/alarm/aman"
    everybody = [Subscription(each) for each in (BEACON, ALARM, FLOODED, clears)]

    def without(out: frozenset[str]) -> list[Subscription]:
        return [each for each in everybody if topics.speaker(each.topic) not in out]

    rationing = Rationing(Ration({"patokan": NEIGHBOUR}, stand_in=False), without, "nothing", NEIGHBOUR_MESSAGE,
                          renew=False)
    inbox = Inbox()
    link = Link(Broker("127.0.0.1", broker.port, NAME), everybody, WILL, inbox, rationing)
    link.start()
    try:
        take(inbox, Linked)
        for topic in (FLOODED, clears):
            for _ in range(4):
                publish(broker, topic, "-q", "1", body=b"x" * 40_000)
        publish(broker, ALARM, "-q", "1", "-m", "a neighbour")
        heard: object = None
        while not isinstance(heard, Received) or heard.topic != ALARM:
            heard = inbox.get(clock.now() + LIMIT_S)[1]
            assert not isinstance(heard, Unlinked | Tick)
    finally:
        link.close()

    assert rationing.ration.out == {"patokan", clears.removeprefix("kentongan/situbondo/")}


def test_a_hub_exchanges_its_subscriptions_in_place_so_that_nothing_of_the_others_is_lost(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.core.ration.SHUT_S", 0.5)
    publish(broker, STATUS, "-r", "-m", "kept")
    rationing = Rationing(Ration({"patokan": NEIGHBOUR}, stand_in=False), lambda _out: KALIBAGOR, "nothing",
                          2 * NEIGHBOUR_MESSAGE, renew=False)
    inbox = Inbox()
    link = Link(Broker("127.0.0.1", broker.port, NAME), [EVERY_ALARM, EVERY_STATUS], WILL, inbox, rationing)
    link.start()
    try:
        take(inbox, Linked)
        assert take(inbox, Received) == Received(STATUS, b"kept", retain=True)
        other = Link(Broker("127.0.0.1", broker.port, "other"), [Subscription("nothing")], None, others := Inbox())
        other.start()
        take(others, Linked)
        for number in range(40):  # a flood, and behind each of its messages one of another village
            other.publish(Publish(FLOODED, b"x" * 5_000))
            other.publish(Publish(ALARM, str(number).encode()))
        got: list[object] = []
        while got[-1:] != [b"39"]:
            event = inbox.get(clock.now() + LIMIT_S)[1]
            assert not isinstance(event, Unlinked | Tick), got
            if isinstance(event, Received) and event.topic == ALARM:
                got.append(event.payload)
        take(inbox, Recovered)
        publish(broker, STATUS, "-r", "-m", "live")
        publish(broker, FLOODED, "-q", "1", "-m", "heard again")
        after = [take(inbox, Received), take(inbox, Received)]
    finally:
        link.close()
        other.close()
        publish(broker, STATUS, "-r")

    # At the exchange a message may come twice, as at QoS 1 any may.
    assert list(dict.fromkeys(got)) == [str(number).encode() for number in range(40)]
    assert {(each.topic, each.payload, each.retain) for each in after} == {
        (STATUS, b"live", False), (FLOODED, b"heard again", False)}


# What a sender adds to a message, and the broker passes on.


@pytest.mark.usefixtures("slow")
def test_another_districts_beacon_stands_in_for_its_own_villages_alone(broker: PrivateBroker) -> None:
    foreign, theirs = "kentongan/panarukan/patokan/alarm/pencurian", "kentongan/panarukan/active"
    ration = Ration(dict.fromkeys(("patokan", "panarukan/patokan"), ONCE_ALLOWED),
                    foreign=frozenset({"panarukan/patokan"}))
    wanted = [*EVERYBODY, Subscription(foreign), Subscription(theirs)]
    rationing = Rationing(ration, lambda out: [each for each in wanted if out and each.topic != foreign], "nothing",
                          NEIGHBOUR_MESSAGE, renew=True, home="situbondo")
    inbox = Inbox()
    link = Link(Broker("127.0.0.1", broker.port, NAME), wanted, WILL, inbox, rationing)
    link.start()
    try:
        take(inbox, Linked)
        publish(broker, theirs, "-m", "{}")
        take(inbox, Received)
        for _ in range(4):  # nothing stands in for what a village here publishes, so all of it is taken
            publish(broker, FLOODED, "-q", "1", body=b"x" * 40_000)
        assert [take(inbox, Received).topic for _ in range(4)] == [FLOODED] * 4
        for _ in range(4):
            publish(broker, foreign, "-q", "1", body=b"x" * 40_000)
        fault = take(inbox, Faulted)
        assert take(inbox, Unlinked).cause is Cause.RENEWED
    finally:
        link.close()

    assert fault.part == "traffic of panarukan/patokan"
    assert rationing.ration.out == {"panarukan/patokan"}


def decorate(broker: PrivateBroker, topic: str, payload: bytes, *properties: str) -> None:
    """Publishes with user properties; returns when the broker has it."""
    with socket.create_connection((broker.host, broker.port), LIMIT_S) as raw:
        raw.sendall(packets.connect("decorated", None, None)
                    + packets.publish(topic, payload, 1, properties=properties))
        received = bytearray()
        while not any(each.kind == packets.PUBACK for each in packets.take(received)):
            received += raw.recv(1000)


def test_what_a_sender_adds_to_a_message_is_not_read(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[object] = []
    on_message = Link._on_message

    def noting(self: Link, client: Any, data: Any, message: Any) -> None:
        added.append(getattr(message, "properties", None))
        on_message(self, client, data, message)

    monkeypatch.setattr(Link, "_on_message", noting)
    inbox = Inbox()
    with link_to(broker.port, inbox):
        decorate(broker, ALARM, b"decorated", "RT 3")
        heard = take(inbox, Received)

    assert heard == Received(ALARM, b"decorated", retain=False)
    assert added == [None]


def test_what_a_sender_adds_to_a_message_counts_as_what_it_publishes(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with rationed(broker.port, inbox):
        publish(broker, BEACON, "-m", "{}")
        take(inbox, Received)
        for number in range(4):
            decorate(broker, FLOODED, str(number).encode(), "x" * 40_000)

        assert take(inbox, Faulted).part == "traffic of patokan"


# Coming back.


class Pauses(Flag):
    """Notes how long it is waited for, and is never waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths_s: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.lengths_s.append(timeout)
        return super().wait(0.001)


def patient(port: int, inbox: Inbox) -> tuple[Link, Pauses]:
    """A link that is not started yet, and its pauses between two attempts."""
    link = Link(Broker("127.0.0.1", port, NAME), SUBSCRIPTIONS, WILL, inbox)
    link._at_once = pauses = Pauses()
    return link, pauses


def test_an_exception_in_a_callback_is_a_fault_and_the_node_hears_again_after_one_pause(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause and an attempt to connect, of 6 s together at most: so it hears again within 15 s."""
    faults = iter([RuntimeError("a bug")])
    on_message = Link._on_message

    def failing(self: Link, client: Any, data: Any, message: Any) -> None:
        for error in faults:
            raise error
        on_message(self, client, data, message)

    monkeypatch.setattr(Link, "_on_message", failing)
    link, pauses = patient(broker.port, inbox := Inbox())
    link.start()
    take(inbox, Linked)
    publish(broker, ALARM, "-m", "poison")
    fault = take(inbox, Faulted)
    unlinked = take(inbox, Unlinked)
    recovered = take(inbox, Recovered)
    take(inbox, Linked)
    paused = list(pauses.lengths_s)
    publish(broker, ALARM, "-m", "well")
    heard = take(inbox, Received)
    trouble = link.trouble()
    link.close()

    assert fault == Faulted("link thread", "RuntimeError('a bug')")
    assert unlinked == Unlinked("the link failed and begins anew")
    assert recovered == Recovered("link thread")
    assert len(paused) == 1
    assert paused[0] + timing.CONNECT_S <= 6.0
    assert (heard.payload, trouble) == (b"well", None)


def test_a_message_does_not_wait_for_the_answer_to_the_one_before(broker: PrivateBroker) -> None:
    with link_to(broker.port, Inbox()) as link:
        assert link._client is not None
        opened: Any = link._client.socket()

        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_thread_that_hangs_in_a_connection_is_trouble_until_it_goes_on(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_s, hangs, goes_on = [0.0], Flag(), Flag()
    monkeypatch.setattr("runtime.worker.SystemTimer.now", lambda _self: clock.now() + late_s[0])
    on_message = Link._on_message

    def hanging(self: Link, *args: Any) -> None:
        hangs.set()
        assert goes_on.wait(LIMIT_S)
        on_message(self, *args)

    monkeypatch.setattr(Link, "_on_message", hanging)
    inbox = Inbox()
    with link_to(broker.port, inbox) as link:
        before = link.trouble()
        publish(broker, ALARM, "-m", "x")
        assert hangs.wait(LIMIT_S)
        late_s[0] = HANG_S + 1.0
        hung = link.trouble()
        goes_on.set()
        take(inbox, Received)

        assert (before, hung) == (None, "its thread hangs")
        assert wait_until(lambda: link.trouble() is None)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("callback", ["_on_connect", "_on_subscribe", "_on_publish", "_on_disconnect"])
def test_an_exception_in_any_callback_does_not_end_the_thread(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch, callback: str
) -> None:
    faults = iter([RuntimeError("a bug")])
    original = getattr(Link, callback)

    def failing(self: Link, *args: Any) -> None:
        for error in faults:
            raise error
        original(self, *args)

    monkeypatch.setattr(Link, callback, failing)
    inbox = Inbox()
    with Proxy(broker.port) as proxy, link_to(proxy.port, inbox, linked=False) as link:
        if callback in ("_on_publish", "_on_disconnect"):
            take(inbox, Linked)
            link.publish(Publish("chatter", b"x"))
        if callback == "_on_disconnect":
            proxy.cut()
        assert take(inbox, Faulted).part == "link thread"
        take(inbox, Linked)
        link.publish(marked("chatter", b"x", "well"))

        assert take(inbox, Acknowledged) == Acknowledged("well")


def test_the_pauses_between_attempts_never_grow_and_are_spread() -> None:
    link, pauses = patient(free_port(), inbox := Inbox())
    link.start()
    reasons = {take(inbox, Unlinked).reason for _ in range(300)}
    link.close()
    paused = pauses.lengths_s

    assert len(paused) >= 300
    assert timing.RECONNECT_S[0] <= min(paused) < 1.5
    assert 3.5 < max(paused[-100:]) <= timing.RECONNECT_S[1]
    assert len(reasons) == 1


def test_after_an_outage_one_pause_at_most_lies_between_the_brokers_return_and_the_link(
    own_broker: PrivateBroker,
) -> None:
    """So the node is linked within 6 s."""
    link, pauses = patient(own_broker.port, inbox := Inbox())
    link.start()
    take(inbox, Linked)
    own_broker.kill()
    lost = take(inbox, Unlinked)
    take(inbox, Unlinked)  # an attempt in vain
    own_broker.start()
    before = len(pauses.lengths_s)
    take(inbox, Linked)
    paused = len(pauses.lengths_s) - before
    link.close()

    assert paused <= 1
    assert timing.RECONNECT_S[1] + timing.CONNECT_S <= 6.0
    assert lost.reason.startswith(f"broker 127.0.0.1:{own_broker.port}: ")


@pytest.mark.usefixtures("quick")
def test_nothing_that_was_published_while_the_link_was_down_appears_later(own_broker: PrivateBroker) -> None:
    inbox = Inbox()
    with link_to(own_broker.port, inbox) as link:
        own_broker._process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
        link.publish(marked(ALARM, b"in flight", "in flight"))
        own_broker.kill()
        take(inbox, Unlinked)
        link.publish(marked(ALARM, b"offline", "offline"))
        own_broker.start()
        with Reader(own_broker, ALARM) as reader:
            take(inbox, Linked)
            link.publish(marked(ALARM, b"live", "live"))
            acknowledged = take(inbox, Acknowledged)
            reader.fence()

            assert [each.payload for each in reader.messages] == [b"live"]
    assert acknowledged == Acknowledged("live")


@pytest.mark.usefixtures("quick")
def test_a_new_connection_replaces_one_that_is_dead_unnoticed(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with Proxy(broker.port) as proxy, link_to(proxy.port, inbox) as link:
        proxy.swallow()
        publish(broker, ALARM, "-m", "swallowed")
        link.reconnect("tried")
        take(inbox, Linked)
        publish(broker, ALARM, "-m", "heard")

        assert take(inbox, Received).payload == b"heard"


def test_a_connection_that_is_renewed_on_purpose_says_why_and_the_next_loss_does_not(
    own_broker: PrivateBroker,
) -> None:
    inbox = Inbox()
    where = f"broker 127.0.0.1:{own_broker.port}"
    with link_to(own_broker.port, inbox) as link:
        link.reconnect("no beacon came for 15 s")
        renewed = take(inbox, Unlinked)
        take(inbox, Linked)
        own_broker.kill()
        lost = take(inbox, Unlinked)

    assert renewed == Unlinked(
        f"{where}: the connection is renewed on purpose: no beacon came for 15 s", Cause.RENEWED)
    assert lost == Unlinked(f"{where}: connection lost")


def test_reconnecting_does_not_wait(broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "RECONNECT_S", (10 * LIMIT_S, 10 * LIMIT_S))
    inbox = Inbox()
    with link_to(broker.port, inbox) as link:
        link.reconnect("tried")

        take(inbox, Linked)


@pytest.mark.usefixtures("quick")
def test_a_broker_that_accepts_and_never_answers_is_given_up(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_room, "KEEPALIVE_S", 1)
    inbox = Inbox()
    with Proxy(broker.port) as proxy:
        proxy.swallow_new = True
        with link_to(proxy.port, inbox, linked=False):
            take(inbox, Unlinked)
            proxy.swallow_new = False
            take(inbox, Linked)


@pytest.mark.usefixtures("quick")
def test_many_cut_connections_leave_one_that_works(broker: PrivateBroker) -> None:
    inbox = Inbox()
    with Proxy(broker.port) as proxy, link_to(proxy.port, inbox) as link:
        for _ in range(30):
            proxy.cut()
            take(inbox, Linked)
        link.publish(marked("chatter", b"x", "well"))

        assert take(inbox, Acknowledged) == Acknowledged("well")
        assert [event for event in drain(inbox) if isinstance(event, Received | Faulted)] == []


def test_a_link_that_was_never_started_can_be_closed_and_is_no_trouble() -> None:
    link = Link(Broker("127.0.0.1", 1, NAME), SUBSCRIPTIONS, WILL, Inbox())
    link.publish(Publish("chatter", b"x"))
    link.reconnect("tried")

    assert link.trouble() is None
    link.close(WILL)
