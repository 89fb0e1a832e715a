"""The link to the broker, or to the one of several that answers: the only home of paho. Callbacks only enqueue; must
not know what a message means.

Each connection is a client of its own, made anew: paho keeps what was published and not acknowledged, and would
send it late on the next connection. What must outlive a connection is in the outbox. A connection begins clean,
asks for nothing retained, and counts as linked when the broker has answered the subscriptions; what it refuses is a
fault, and the rest is received.

An exception in a callback is raised out of paho's loop and ends the connection, never this thread: the thread
reports it and connects again.

paho calls back while it holds the locks that its `publish` takes. So no callback takes a lock that is held while
paho is called: the loop and this thread would wait for each other indefinitely, measured.
"""

import random
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Event as Flag
from threading import Lock
from typing import Any, NamedTuple

from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.wire import timing, topics
from contract.wire.faults import Fault
from contract.wire.topics import Urgency
from runtime import clock, lean
from runtime.core import publish_packet
from runtime.core.addresses import Addresses
from runtime.core.effects import Publish
from runtime.core.events import (
    NOT_AUTHORIZED,
    Acknowledged,
    Cause,
    Linked,
    Received,
    Rejected,
    Unlinked,
)
from runtime.core.publish_packet import Arrived
from runtime.core.ration import Ration
from runtime.endpoint import Broker, Subscription, another, explain
from runtime.inbox import BEACON_LIMIT, NETWORK_LIMIT, URGENT_LIMIT, Inbox
from runtime.scout import Scout
from runtime.worker import FaultReporter, Worker

with lean.deferred("urllib.request"):  # paho asks it for a proxy where PySocks is installed; it brings http and email
    import paho.mqtt.client as mqtt

KEEPALIVE_S = 10
SUBSCRIBE_S = 12.0  # for a subscription to be granted: with a round of the loop, less than the gap of a lost beacon
CONNECT_HANG_S = 120.0  # a resolver that is not answered takes its time: 5 s twice for each name server
LOOP_S = 2.5  # of one round of paho's loop where nothing comes: a ping is sent so much later, and is late at 5 s
HANG_S = 30.0  # between two rounds of paho's loop
CLOSE_S = 5.0  # for the final status to be acknowledged, and as long for the thread to end
MAX_PACKET = 2 * 1024 * 1024
WINDOW = 32_768  # bytes that the kernel holds for a program that rations; it takes twice as many
NO_SUCH_PROTOCOL = 132  # MQTT 5, 3.2.2.2; paho makes it of an older broker's answer, too
LOGIN = (134, NOT_AUTHORIZED)  # Bad user name or password, Not authorized
_LIMITS = {
    Urgency.ORDINARY: NETWORK_LIMIT, Urgency.BEACON: BEACON_LIMIT, Urgency.ENDS_SOUND: URGENT_LIMIT,
}


class Rationing(NamedTuple):
    """Whose messages are rationed (see `runtime.core.ration`), and what is subscribed to *without* some of them.

    `meanwhile`: what of those who are shut out is received all the same, for people. `most`: the longest packet.
    `renew`: where what the broker holds already would fill the line, a new connection makes the broker throw it away,
    with what others have sent; else the subscriptions are exchanged in place, and nothing of the others is lost.
    `home`: the district of a program that follows villages of others too; only its beacon shows that a broker is well.
    """

    ration: Ration
    without: Callable[[frozenset[str]], Sequence[Subscription]]
    meanwhile: str
    most: int
    renew: bool
    home: str = ""


class _Ledger:
    """What one connection has sent, by paho's number. The broker's answer may come before the token is written down."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sent: dict[int, Publish] = {}
        self._early: dict[int, ReasonCode] = {}

    def sent(self, mid: int, message: Publish) -> ReasonCode | None:
        """Writes down that *message* was sent as *mid*; the broker's answer, if it has come already."""
        with self._lock:
            if mid not in self._early:
                self._sent[mid] = message
            return self._early.pop(mid, None)

    def answered(self, mid: int, code: ReasonCode) -> Publish | None:
        """What was sent as *mid*, if that is written down; otherwise the answer *code* is noted for `sent`."""
        with self._lock:
            if mid not in self._sent:
                self._early[mid] = code
            return self._sent.pop(mid, None)


class _Client(mqtt.Client):
    """paho's client, which does not read what a sender has added to a message: nothing here has a use for it.

    The broker passes such properties on (MQTT 5, 3.3.2.3.7). Reading them can cost the connection, or much time; and a
    post's account can send what it likes. What is left is read here in a quarter of paho's time.
    """

    def _handle_publish(self) -> MQTTErrorCode:
        try:
            message = publish_packet.read(self._in_packet["command"], self._in_packet["packet"])
        except ValueError as error:
            raise MalformedPacket(str(error)) from None
        with self._in_callback_mutex:  # by which paho's `publish` knows that it is called by a callback
            self.on_message(self, self._userdata, message)  # type: ignore[misc, arg-type]
        return self._send_puback(message.number) if message.number else MQTTErrorCode.MQTT_ERR_SUCCESS


class Link:
    """Keeps a connection to *broker*, with *subscriptions*, which publishes *will* if it is cut off.

    Where there are several brokers, the next one is tried where one does not answer, and a scout watches the first.
    """

    def __init__(
        self, broker: Broker, subscriptions: Sequence[Subscription], will: Publish | None, inbox: Inbox,
        rationing: Rationing | None = None,
    ) -> None:
        """With *rationing*, villages that publish far more than posts do are shut out for a while."""
        self._brokers = broker.addresses()
        self._addresses = Addresses(len(self._brokers))
        self._broker = self._brokers[0]  # that is, or will be, connected to
        self._scout: Scout | None = None
        self._home = "" if rationing is None else rationing.home
        self._beacon_at: float | None = None  # on this connection
        self._subscriptions = tuple(subscriptions)
        self._rationing = rationing
        self._ration = rationing.ration if rationing is not None else Ration({})
        self._subscribed: Sequence[Subscription] = ()  # on this connection
        self._asked: dict[int | None, Sequence[Subscription]] = {}  # what each SUBSCRIBE asked for
        self._will = will
        self._inbox = inbox
        self._faults = FaultReporter(inbox)
        self._client: mqtt.Client | None = None
        self._refused: set[str] = set()  # topics
        self._at_once = Flag()  # set to skip the wait before the next connection
        self._reason, self._cause = "not connected yet", Cause.OTHER
        self._why_not_first = ""  # the reason for which the first broker was last left
        self._greeted_at: float | None = None  # when the broker answered this connection's CONNECT
        self._linked = False  # and its subscriptions
        self._renewal = ""  # why this program ends the connection
        self._worker = Worker("link", self._turn, self._failed, HANG_S)

    def start(self) -> None:
        """Begins to connect."""
        self._worker.start()

    def publish(self, message: Publish) -> None:
        """Sends *message* if connected; what is not sent now is never sent."""
        client = self._client
        if client is None or not client.is_connected():
            return
        ledger: _Ledger = client.user_data_get()
        info = client.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)
        answer = ledger.sent(info.mid, message)
        if answer is not None:
            self._answered(message, answer)

    def reconnect(self, reason: str, *, leave: bool = False) -> None:
        """Drops the connection for *reason* and connects again at once; to the next broker, if it is to *leave* this.
        """
        if leave:
            self._addresses = self._addresses.left()
        self._renewal = reason
        self._at_once.set()
        client = self._client
        if client is not None:
            client.disconnect()

    def close(self, final: Publish | None = None) -> None:
        """Publishes *final*, disconnects and ends the thread."""
        client = self._client
        if final is not None and client is not None and client.is_connected():
            info = client.publish(final.topic, final.payload, qos=1, retain=final.retain)
            with suppress(RuntimeError, ValueError):
                info.wait_for_publish(timeout=CLOSE_S)
        self._worker.end()
        self._at_once.set()
        if client is not None:
            client.disconnect()
        self._worker.join(CLOSE_S)
        self._call_scout_back()

    def trouble(self) -> str | None:
        """What is wrong with the thread, or None; a missing broker is not the thread's fault."""
        return self._worker.hung()

    def _turn(self) -> None:
        """One connection, and the wait before the next one."""
        self._broker, self._linked = self._brokers[self._addresses.at], False
        if self._broker is self._brokers[0]:  # before: a broker that knows a user by one connection would end this one
            self._call_scout_back()
        try:
            self._connect_once()
        except OSError as error:
            self._because(explain(error, self._broker))
        if not self._linked and not self._renewal:
            self._addresses = self._addresses.unreachable()
        self._ended()

    def _failed(self, error: Exception) -> None:
        """A fault in a callback must not end the thread."""
        self._faults.failed(Fault.LINK_THREAD, repr(error))
        self._reason, self._cause = "the link failed and begins anew", Cause.OTHER
        self._ended()

    def _ended(self) -> None:
        """Reports the end of a connection, and waits a little."""
        self._client = None
        if self._renewal:
            self._because(f"the connection is renewed on purpose: {self._renewal}", Cause.RENEWED)
            self._renewal = ""
        if self._broker is self._brokers[0]:
            self._why_not_first = self._reason
        self._inbox.put(Unlinked(self._reason, self._cause))
        pause_s = random.uniform(*self._addresses.pause_s())  # noqa: S311 - spreads load, guards nothing
        if self._at_once.wait(pause_s):
            self._at_once.clear()

    def _connect_once(self) -> None:
        """One connection, from its beginning to its end."""
        client = self._new_client()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = MAX_PACKET if self._rationing is None else self._rationing.most
        self._greeted_at = None
        self._because("connection lost")
        self._worker.beat(CONNECT_HANG_S)
        client.connect(
            self._broker.host, self._broker.port, keepalive=KEEPALIVE_S, clean_start=True, properties=properties
        )
        if self._worker.ending:
            return  # before paho's loop has sent the CONNECT, which may end a connection of the same name
        self._client = client
        # Not loop_forever: only loop() makes the pair of sockets by which a publish wakes a sleeping loop.
        # Without it, a press waited for up to a second, measured.
        secured = "" if self._broker.ca_file is not None else ", or one whose port speaks TLS (then give ca_file),"
        self._because(f"closed the connection without an answer; a broker without MQTT 5{secured} does that")
        self._worker.beat()
        while client.loop(timeout=LOOP_S) == mqtt.MQTT_ERR_SUCCESS:
            self._worker.beat()
            self._look_after_rations()
            if self._is_kept_waiting():
                self._because(f"no answer to SUBSCRIBE within {SUBSCRIBE_S:g} s")
                client.disconnect()
                return
            if self._worker.ending and not client.want_write():
                if not client.is_connected():
                    return
                client.disconnect()  # gracefully, or the broker would publish the will

    def _is_kept_waiting(self) -> bool:
        """Whether the broker answers, but for what this program asks to hear: one that has lost the others of its
        cluster does so for as long as they are away.
        """
        return not self._linked and self._greeted_at is not None and clock.now() >= self._greeted_at + SUBSCRIBE_S

    def _new_client(self) -> _Client:
        client = _Client(
            CallbackAPIVersion.VERSION2, self._broker.client_id, userdata=_Ledger(), protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = timing.CONNECT_S
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=self._will.retain)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.ca_file is not None:
            client.tls_set(ca_certs=str(self._broker.ca_file), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.on_socket_open = _send_at_once if self._rationing is None else _send_at_once_and_take_little
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message  # type: ignore[assignment]  # given what `_Client` has read
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        # With a write callback set, paho leaves all writing to its own loop; else a publish from another
        # thread could interleave with it in the middle of a packet.
        client.on_socket_register_write = _leave_to_loop
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        self._greeted_at = clock.now()
        if code.is_failure:
            self._refused_by_broker(code)
            client.disconnect()
            return
        self._because("connection lost")
        self._subscribed = self._wanted()
        _, number = client.subscribe([(each.topic, _options(each)) for each in self._subscribed])
        self._asked = {number: self._subscribed}

    def _wanted(self) -> Sequence[Subscription]:
        out = self._ration.out
        return self._rationing.without(out) if self._rationing is not None and out else self._subscriptions

    def _on_subscribe(self, client: mqtt.Client, _data: Any, number: int, codes: list[ReasonCode], _props: Any) -> None:
        asked = self._asked.pop(number)
        refused = [each.topic for each, code in zip(asked, codes, strict=True) if code.is_failure]
        if refused:
            self._faults.failed(Fault.SUBSCRIPTIONS, f"the broker refuses {', '.join(refused)}")
        elif asked is self._subscribed:
            self._faults.well(Fault.SUBSCRIPTIONS)
        if asked is not self._subscribed:
            return  # of a connection that is linked already
        self._faults.well(Fault.LINK_THREAD)
        self._refused.clear()
        self._faults.well(Fault.PUBLISH)
        self._linked, self._beacon_at = True, None
        self._addresses = self._addresses.linked()
        self._look_after_the_first()
        self._inbox.put(Linked())

    def _look_after_the_first(self) -> None:
        """Where another broker than the first is in use, that is a fault, and a scout watches the first."""
        self._call_scout_back()
        if self._broker is self._brokers[0]:
            self._faults.well(Fault.BROKER)
            return
        first = self._brokers[0]
        self._faults.failed(
            Fault.BROKER, f"{self._why_not_first}; {self._broker.host}:{self._broker.port} is used in its place")
        beacon = [each for each in self._subscriptions if self._is_own_beacon(topics.known(each.topic, self._home))]
        self._scout = Scout(partial(Link, another(first), beacon, None), self._has_beacon, self._return)
        self._scout.start()

    def _is_own_beacon(self, known: topics.Known) -> bool:
        return known.urgency is Urgency.BEACON and not known.district

    def _call_scout_back(self) -> None:
        scout, self._scout = self._scout, None
        if scout is not None:
            scout.end()

    def _has_beacon(self) -> bool:
        return self._beacon_at is not None and clock.now() < self._beacon_at + timing.HUB_LOST_S

    def _return(self) -> None:
        """The first broker is well again."""
        if self._broker is self._brokers[0]:
            return  # it was found again already
        self._addresses = self._addresses.returned()
        self.reconnect("the first broker is well again")

    def _on_message(self, _client: Any, _data: Any, message: Arrived) -> None:
        topic, known, now = message.topic, topics.known(message.topic, self._home), clock.now()
        payload = bytes(message.payload[: known.longest + 1])  # one more shows that it is too long
        if known.asks_for_statuses:
            self._ration.pardon(known.source, now)
        if known.urgency is Urgency.BEACON:
            self._beacon_at = self._beacon_at if known.district else now
            self._ration.beacon(now, known.district)
        elif self._ration.shut_out(known.speaker):
            return
        elif self._ration.take(known.speaker, message.size, now):
            self._shut_out(known.source)
            return
        self._inbox.offer(Received(topic, payload, message.retain), _LIMITS[known.urgency], known.source,
                          len(topic) + len(payload), report=known.is_report, at=now)

    def _shut_out(self, village: str) -> None:
        """Takes nothing of *village* from now on."""
        meanwhile = self._rationing.meanwhile if self._rationing is not None else ""
        self._faults.failed(Fault.TRAFFIC.of(village), (
            f"{village} publishes far more than posts do; {meanwhile} for {self._ration.wait_s(village):.0f} s"
        ))
        self._exchange(f"too much from {village}")

    def _look_after_rations(self) -> None:
        """Has those heard again whose time is over, and withdraws the faults of those who kept to their rations."""
        now = clock.now()
        if self._ration.readmit(now):
            self._exchange("those who published too much are heard again")
        for village in self._ration.forget(now):
            self._faults.well(Fault.TRAFFIC.of(village))

    def _exchange(self, reason: str) -> None:
        """Has the subscriptions be what they are to be now: first what is new, so that nothing falls between."""
        client = self._client
        if client is None or self._rationing is None or self._rationing.renew:
            self.reconnect(reason)
            return
        before, self._subscribed = self._subscribed, tuple(self._wanted())
        new = [each for each in self._subscribed if each not in before]
        old = [each.topic for each in before if each not in self._subscribed]
        if new:
            _, number = client.subscribe([(each.topic, _options(each, again=True)) for each in new])
            self._asked[number] = new
        if old:
            client.unsubscribe(old)

    def _on_publish(self, _client: mqtt.Client, ledger: _Ledger, mid: int, code: ReasonCode, _props: Any) -> None:
        message = ledger.answered(mid, code)
        if message is not None:
            self._answered(message, code)

    def _answered(self, message: Publish, code: ReasonCode) -> None:
        """A refusal counts until the topic is accepted: else a refused status and its report would cause each other."""
        if code.is_failure:
            self._refused.add(message.topic)
            reason = _rejection(self._broker.name, code)
            self._faults.failed(Fault.PUBLISH, reason)
            if message.token is not None:
                self._inbox.put(Rejected(message.token, code.value, reason))
            return
        self._refused.discard(message.topic)
        if not self._refused:
            self._faults.well(Fault.PUBLISH)
        if message.token is not None:
            self._inbox.put(Acknowledged(message.token))

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if not code.is_failure or code.getName() == "Unspecified error":  # which is paho's word for a lost connection
            return
        if self._greeted_at is not None or code.getName() != "Keep alive timeout":
            self._because(str(code))
        else:
            self._because(f"no answer to CONNECT within {KEEPALIVE_S} s; it must speak MQTT 5")

    def _refused_by_broker(self, code: ReasonCode) -> None:
        """Notes why the broker refuses the connection."""
        if code.value == NO_SUCH_PROTOCOL:
            self._because("does not speak MQTT 5, which is needed; see docs/protocol.md", Cause.PROTOCOL)
            return
        where = f"broker {self._broker.host}:{self._broker.port}"
        account = self._broker.username
        who = f"the account {account!r}" if account else f"{self._broker.name}, which names no account"
        self._reason = f"{where} refuses {who}: {code}"
        self._cause = Cause.LOGIN if code.value in LOGIN else Cause.OTHER

    def _because(self, reason: str, cause: Cause = Cause.OTHER) -> None:
        self._reason, self._cause = f"broker {self._broker.host}:{self._broker.port}: {reason}", cause


def _rejection(name: str, code: ReasonCode) -> str:
    """What the broker's answer *code* to a publish means; only one code is about rights."""
    if code.value == NOT_AUTHORIZED:
        return f"the broker refuses what {name} publishes: {code}"
    return f"the broker answers what {name} publishes with code {code.value} ({code}); some may have received it"


def _send_at_once(_client: mqtt.Client, _data: Any, opened: Any) -> None:
    """No message waits for the answer to the one before, as an event and a status in a row did: 40 ms (tcp(7))."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _send_at_once_and_take_little(client: mqtt.Client, data: Any, opened: Any) -> None:
    """The broker is not to have sent, when somebody is shut out, much more than has been read."""
    _send_at_once(client, data, opened)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)


def _leave_to_loop(_client: mqtt.Client, _data: Any, _socket: Any) -> None:
    """The loop looks for itself whether there is something to write."""


def _options(wanted: Subscription, *, again: bool = False) -> SubscribeOptions:
    """Of what is not `kept` nothing retained is sent, and the flag tells how it was published. *again*: it is known."""
    handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if wanted.kept else SubscribeOptions.RETAIN_DO_NOT_SEND
    handling = SubscribeOptions.RETAIN_DO_NOT_SEND if again else handling
    return SubscribeOptions(qos=1, noLocal=True, retainAsPublished=not wanted.kept, retainHandling=handling)
