"""The link to the broker: the only home of paho. Callbacks only enqueue; must not know what a message means.

Each connection is a client of its own, made anew: paho keeps what was published and not acknowledged, and would
send it late on the next connection. What must outlive a connection is in the outbox. A connection begins clean,
asks for nothing retained, and counts as linked when every subscription is granted.

An exception in a callback is raised out of paho's loop and ends the connection, never this thread: the thread
reports it and connects again.
"""

import random
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.messages import MAX_BEACON_BYTES, MAX_BYTES
from node.effects import Publish
from node.events import Acknowledged, Faulted, Linked, Received, Recovered, Unlinked
from node.inbox import Inbox

KEEPALIVE_S = 10
CONNECT_S = 2.0
RETRY_S = (1.0, 4.0)  # at random between these: a thousand nodes do not come back at one instant
MAX_PACKET = 2 * 1024 * 1024
# Under a flood these still come in: what ends sound must never be crowded out by what begins it.
URGENT = ("/command/silence", "/alarm/aman", "/active")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are to it."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None


class Link:
    """Keeps a connection to *broker*, with *subscriptions*, and *will* as its last words."""

    def __init__(
        self, broker: Broker, subscriptions: Sequence[str], will: Publish, inbox: Inbox,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self._broker = broker
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._inbox = inbox
        self._prepare = prepare
        self._client: mqtt.Client | None = None
        self._tokens: dict[int, str] = {}
        self._sending = Lock()
        self._closing = Flag()
        self._at_once = Flag()  # set to skip the wait before the next connection
        self._reason = "not connected yet"
        self._thread = Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Begins to seek the broker."""
        self._thread.start()

    def publish(self, message: Publish) -> None:
        """Sends *message* at QoS 1 if connected; what is not sent now is never sent."""
        with self._sending:
            client = self._client
            if client is None or not client.is_connected():
                return
            info = client.publish(message.topic, message.payload, qos=1, retain=message.retain)
            if message.token is not None:
                self._tokens[info.mid] = message.token

    def reconnect(self) -> None:
        """Drops the connection, which may be dead unnoticed, and connects again at once."""
        self._at_once.set()
        client = self._client
        if client is not None:
            client.disconnect()

    def close(self, last_words: Publish | None = None) -> None:
        """Says *last_words*, disconnects and ends the thread."""
        client = self._client
        self._closing.set()
        self._at_once.set()
        if client is not None and client.is_connected():
            if last_words is not None:
                info = client.publish(last_words.topic, last_words.payload, qos=1, retain=last_words.retain)
                with suppress(RuntimeError, ValueError):
                    info.wait_for_publish(timeout=1.0)
            client.disconnect()
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)

    def trouble(self) -> str | None:
        """What is wrong with the thread, or None; a missing broker is not the thread's fault."""
        return None if self._thread.is_alive() or self._thread.ident is None else "its thread is dead"

    def _run(self) -> None:
        self._prepare()
        while not self._closing.is_set():
            try:
                self._connect_once()
            except OSError as error:
                self._reason = f"broker {self._broker.host}:{self._broker.port}: {error}"
            except Exception as error:  # noqa: BLE001 - the thread's edge: a bug in a callback must not deafen
                self._inbox.put(Faulted("link thread", repr(error)))
                self._reason = "the link failed and begins anew"
            with self._sending:
                self._client = None
                self._tokens.clear()
            self._inbox.put(Unlinked(self._reason))
            if not self._at_once.wait(random.uniform(*RETRY_S)):  # noqa: S311 - spreads load, guards nothing
                continue
            self._at_once.clear()

    def _connect_once(self) -> None:
        """One connection, from its beginning to its end."""
        client = self._new_client()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = MAX_PACKET
        self._reason = f"broker {self._broker.host}:{self._broker.port}: connection lost"
        client.connect(
            self._broker.host, self._broker.port, keepalive=KEEPALIVE_S, clean_start=True, properties=properties
        )
        with self._sending:
            self._client = client
        # Not loop_forever: only loop() makes the pair of sockets by which a publish wakes a sleeping loop.
        # Without it, a press waited for up to a second, measured.
        while not self._closing.is_set() and client.loop(timeout=1.0) == mqtt.MQTT_ERR_SUCCESS:
            pass

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, self._broker.client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        client.connect_timeout = CONNECT_S
        client.will_set(self._will.topic, self._will.payload, qos=1, retain=self._will.retain)
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.ca_file is not None:
            client.tls_set(ca_certs=str(self._broker.ca_file), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        # With a write callback set, paho leaves all writing to its own loop; else a publish from another
        # thread could interleave with it in the middle of a packet.
        client.on_socket_register_write = _leave_to_loop
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if code.is_failure:
            self._reason = f"broker {self._broker.host}:{self._broker.port} refuses this node: {code}"
            client.disconnect()
            return
        options = SubscribeOptions(
            qos=1, noLocal=True, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
        )
        client.subscribe([(topic, options) for topic in self._subscriptions])

    def _on_subscribe(self, client: mqtt.Client, _data: Any, _mid: int, codes: list[ReasonCode], _props: Any) -> None:
        refused = [topic for topic, code in zip(self._subscriptions, codes, strict=True) if code.is_failure]
        if refused:
            self._inbox.put(Faulted("subscriptions", f"the broker refuses {', '.join(refused)}"))
        else:
            self._inbox.put(Recovered("subscriptions"))
        self._inbox.put(Linked())

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        topic = message.topic
        limit = MAX_BEACON_BYTES if topic.endswith("/active") else MAX_BYTES
        payload = bytes(message.payload[: limit + 1])  # the one more tells that it is too long
        event = Received(topic, payload, message.retain)
        if topic.endswith(URGENT):
            self._inbox.put(event)
        else:
            self._inbox.offer(event)

    def _on_publish(self, _client: mqtt.Client, _data: Any, mid: int, code: ReasonCode, _props: Any) -> None:
        with self._sending:
            token = self._tokens.pop(mid, None)
        if code.is_failure:
            self._inbox.put(Faulted("publish", f"the broker refuses what this node publishes: {code}"))
        elif token is not None:
            self._inbox.put(Acknowledged(token))

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any) -> None:
        if code.is_failure:
            self._reason = f"broker {self._broker.host}:{self._broker.port}: {code}"


def _leave_to_loop(_client: mqtt.Client, _data: Any, _socket: Any) -> None:
    """The loop looks for itself whether there is something to write."""
