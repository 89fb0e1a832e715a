"""The facts of the way to the broker: whether it is reached, its certificate's dates, and what an account may do there.

`reach` logs in nowhere. `log_in` does: for a post's account only while its node does not run, or it would end the
node's own connection (the broker takes the account's name for the client id). What it publishes rings nothing, and
changes nothing that the broker keeps.
"""

import secrets
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, replace

from broker.trial import packets
from broker.trial.client import Client, ProbeError
from contract.wire import beacon, hub_status, node_status, timing, topics
from contract.wire.codec import Refusal
from contract.wire.hub_status import HubStatus
from contract.wire.node_status import OFFLINE, NodeStatus
from contract.wire.topics import ActiveTopic, CommandTopic, NodeTopic, PoskoTopic, Topic
from kentongan.diagnosis.core.facts import Server, Session
from runtime.endpoint import Broker, Endpoint, explain

CONNECT_S = 10.0
BACK_S = 2.0  # for a message to come back: less than the broker needs for one to anybody
ANSWER_S = 5.0  # for a hub that is at work
BEACON_S = 2 * timing.BEACON_S + 1.0
WHO = "kentongan doctor"
NO_BROKER = "what answers there is no MQTT 5"
ELSEWHERE = "a hub is at work on another machine, so nothing was published in its name"


def reach(way: Endpoint) -> Server:
    """Connects to the broker, by TLS where its authority is known, and says nothing."""
    host, port = way.settings.host, way.settings.port
    found = Server(host, port, secured=way.ca_file is not None)
    broker = Broker(host, port, WHO, ca_file=way.ca_file)
    try:
        with socket.create_connection((host, port), CONNECT_S) as plain:
            if way.ca_file is None:
                return found
            context = ssl.create_default_context(cafile=str(way.ca_file))
            ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in context.get_ca_certs()]
            found = replace(found, ca_until=min(ends, default=None))
            with context.wrap_socket(plain, server_hostname=host) as secured:
                certificate = secured.getpeercert() or {}
    except OSError as error:
        return replace(found, trouble=explain(error, broker))
    return replace(found, begins=_seconds(certificate, "notBefore"), until=_seconds(certificate, "notAfter"))


def _seconds(certificate: object, member: str) -> float | None:
    value = certificate.get(member) if isinstance(certificate, dict) else None
    return None if value is None else float(ssl.cert_time_to_seconds(str(value)))


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is published: *payload* to the *own* topic, or the question. *patient*: not while a beacon comes."""

    district: str
    own: Topic
    payload: bytes
    question: Topic | None = None
    patient: bool = False


def as_node(way: Endpoint, district: str, village: str, node: str) -> Session:
    """What a node's account may do. The status that it publishes is the one that it left, and is not retained."""
    status = node_status.write_status(NodeStatus(state=OFFLINE, node=node, village=village, reason=WHO))
    trial = _Trial(district, NodeTopic(village, node, "status"), status)
    return _logged_in(way, Session(way.settings.username or ""), trial)


def as_hub(way: Endpoint, district: str, *, running: bool) -> Session:
    """What the hub's account may do. A hub that is *running* is asked for its status, and shows it and its beacon.

    Where none runs here, one may run elsewhere: that the hub is offline is published only if no beacon comes.
    """
    status = hub_status.write_status(HubStatus(state=OFFLINE, reason=WHO))
    ask = CommandTopic(topics.POSKO, topics.STATUS) if running else None
    trial = _Trial(district, PoskoTopic("status"), status, ask, patient=True)
    return _logged_in(way, Session(way.settings.username or ""), trial)


def _logged_in(way: Endpoint, found: Session, trial: _Trial) -> Session:
    """*found* with what came of a login, of a publish, and of waiting for it to come back and for a beacon."""
    try:
        own, active = topics.write(trial.district, trial.own), topics.write(trial.district, ActiveTopic())
        with ExitStack() as stack:
            client, code = _client(way, stack)
            found = replace(found, login=code)
            if code != packets.SUCCESS:
                return found
            # RabbitMQ ends the connection where an account may not hear what it publishes, as a node may not.
            if client.subscribe(own) >= packets.FAILURE:
                client, _ = _client(way, stack)
            client.subscribe(active)
            if trial.patient and trial.question is None:
                found = _with_beacon(found, client, active)
                return replace(found, trouble=ELSEWHERE) if found.beacon else _published(found, client, own, trial)
            return _with_beacon(_published(found, client, own, trial), client, active)
    except (ProbeError, ValueError, IndexError) as error:  # the last two: what answers speaks no MQTT
        return replace(found, trouble=str(error) if isinstance(error, ProbeError) else NO_BROKER)


def _client(way: Endpoint, stack: ExitStack) -> tuple[Client, int]:
    """A connection, and the answer to its login. RabbitMQ lets a box subscribe under its account's name alone."""
    client = stack.enter_context(Client(way.settings.port, way.ca_file, CONNECT_S, way.settings.host))
    name = (way.settings.username or "doctor").partition("_")[0]
    return client, client.log_in(f"{name}.{secrets.token_hex(8)}", way.settings.username, way.password)


def _published(found: Session, client: Client, own: str, trial: _Trial) -> Session:
    question = trial.question
    code = client.publish(own, trial.payload) if question is None else client.publish(
        topics.write(trial.district, question), b"")
    back = client.wait(lambda came: any(each.topic == own for each in came), BACK_S if question is None else ANSWER_S)
    return replace(found, published=code, back=back, answered=None if question is None else back)


def _with_beacon(found: Session, client: Client, active: str) -> Session:
    client.wait(lambda came: any(each.topic == active for each in came), BEACON_S)
    for each in client.messages:
        read = beacon.read_beacon(each.payload) if each.topic == active else None
        if read is not None and not isinstance(read, Refusal):
            found = replace(found, beacon=True, digest=read.district_digest)
    return found
