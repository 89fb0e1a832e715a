"""RabbitMQ's files, as text: its configuration, and the accounts with their rights as definitions. Pure; must not open
files.

For RabbitMQ 4. Names and values are those of its documentation: Configuration, MQTT Plugin, Schema Definition Export
and Import, Access Control, Cluster Formation.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from broker.core import routing
from broker.core.bundles import PRIVATE, File, Tree
from broker.core.conf import (
    CLUSTER_CONNECTIONS,
    MAX_PACKET_BYTES,
    NODE_CONNECTIONS,
    OPERATOR_CONNECTIONS,
    POSKO_CONNECTIONS,
    Where,
)
from contract import roles
from contract.roles import BOXES, LOCAL, Account

CONF, DEFINITIONS, BEGINNING = "rabbitmq.conf", "definitions.json", "beginning.json"
PLUGINS, ENVIRONMENT, COOKIE = "enabled_plugins", "rabbitmq-env.conf", "erlang.cookie"
# What a machine of the cluster needs; the accounts are in the cluster's own database.
OF_A_MACHINE = (CONF, BEGINNING, PLUGINS, ENVIRONMENT, COOKIE, "server.crt", "server.key")
VHOST, EXCHANGE = "kentongan", "amq.topic"
HASHING = "rabbit_password_hashing_sha256"
# Nobody logs in with an empty hash (its documentation, Credentials and Passwords, "Passwordless Users").
SHUT_OUT = ""
# A box whose old connection is not known to be dead yet, and one that looks for the first broker, have several.
BOX_CONNECTIONS, PERSON_CONNECTIONS, LOCAL_CONNECTIONS = 4, 40, 16
# What `rabbitmqctl` is asked for: Khepri, fully supported since 4.0 (its documentation, Metadata store).
BY_MAJORITY = ("enable_feature_flag", "--opt-in", "khepri_db")
TICK_S = 12  # without an answer for so long, a machine of the cluster counts as lost; without this it is 60 s
_QUEUE = "mqtt-subscription-"

LIMITS = tuple("""\
client ids are not bound to accounts: who knows one can end its connection; those of boxes and programs are random
accounts are not bound to ports; the hub's is let in from one machine's own programs, but in a cluster from anywhere
the hub of a district that has joined is let in from anywhere, too
a dot in a topic is a slash, so a topic with a dot in a word is refused, and the hub does not answer it
a subscription is judged by its filter: what could match too much is refused whole, and the connection ended
a refused publish ends the connection, too
retained messages are on one machine alone, until it ends, and no wildcard gets them: the hub asks for statuses
QoS 2 is granted as 1, and a client of version 5 that publishes at QoS 2 is disconnected
a live connection keeps the rights that it has used: --reload ends those of accounts that have changed
""".splitlines())


@dataclass(frozen=True, slots=True)
class Cluster:
    """The machines that are one broker: their addresses by their host names, and the word by which they trust each
    other. None: one machine alone.
    """

    addresses: Mapping[str, str]
    cookie: str = ""

    def __bool__(self) -> bool:
        return bool(self.addresses)


@dataclass(frozen=True, slots=True)
class Members:
    """Who is let in, with the `hashes` by the names under which they log in, and who is not any more: `gone`."""

    accounts: tuple[Account, ...]
    hashes: Mapping[str, str]
    gone: Collection[str] = ()


def files(district: str, members: Members, where: Where, cluster: Cluster, nodes: int) -> Tree:
    """The files of a broker for *members* and so many *nodes* at *where*, but its key and certificate."""
    local = [each.login for each in members.accounts if each.role in LOCAL]
    found = {
        CONF: File(conf(where, cluster, nodes, local).encode()),
        DEFINITIONS: File(definitions(district, members).encode(), PRIVATE),
        PLUGINS: File(b"[rabbitmq_mqtt].\n"),
        ENVIRONMENT: File(environment(where, cluster).encode()),
    }
    if cluster:
        found[BEGINNING] = File(_json(_beginning()).encode())
        found[COOKIE] = File(cluster.cookie.encode(), 0o400)
    return found


def definitions(district: str, members: Members) -> str:
    """The accounts of *members* and their rights in *district*.

    RabbitMQ removes nobody who is not in a file of definitions, so who is gone stays in it, shut out.
    """
    known = sorted(members.accounts, key=lambda each: each.login)
    users = [{**_user(each.login, members.hashes[each.login]), "limits": {"max-connections": _connections(each)}}
             for each in known]
    users += [_user(name, SHUT_OUT) for name in sorted({*members.gone} - {each.login for each in known})]
    rights = {each.login: tuple(roles.rules(district, each)) for each in known}
    return _json({
        **_beginning(), "users": users,
        "permissions": [{"user": each.login, "vhost": VHOST, **_resources(each)} for each in known],
        "topic_permissions": [
            {"user": each.login, "vhost": VHOST, "exchange": EXCHANGE, "write": routing.writes(rights[each.login]),
             "read": routing.reads(each, rights[each.login])} for each in known
        ],
    })


def joined(body: bytes, name: str, password_hash: str) -> bytes:
    """The definitions *body* with one more account, which may do anything, for a trial; as they are, if damaged."""
    try:
        found = json.loads(body)
        found["users"].append(_user(name, password_hash))
        found["permissions"].append({"user": name, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"})
    except (ValueError, KeyError, TypeError, AttributeError):
        return body
    return _json(found).encode()


def read_hashes(body: bytes) -> dict[str, str]:
    """The hash of each account in *body*, a file of definitions, by the name under which it logs in; "" of who is
    shut out. Empty if it is damaged.
    """
    try:
        users = json.loads(body)["users"]
        return {str(each["name"]): str(each["password_hash"]) for each in users}
    except (ValueError, KeyError, TypeError):
        return {}


def conf(where: Where, cluster: Cluster, nodes: int, local: Iterable[str] = ()) -> str:
    """The configuration of a broker at *where*, or of each in a *cluster*, for so many *nodes*; who is *local* is let
    in from the broker's own machine only, unless it is a cluster.
    """
    least = CLUSTER_CONNECTIONS if cluster else NODE_CONNECTIONS
    most = POSKO_CONNECTIONS + max(least, 4 * nodes) + OPERATOR_CONNECTIONS
    listeners = [f"mqtt.listeners.ssl.nodes = {_at(where, where.ports.nodes)}",
                 f"mqtt.listeners.ssl.operators = {_at(where, where.ports.operators)}"]
    if cluster:
        listeners.append("mqtt.listeners.tcp = none")
    else:
        listeners += ["# The hub and the page, on this machine only.",
                      f"mqtt.listeners.tcp.posko = 127.0.0.1:{where.ports.posko}"]
        # A dot in a name is written so (cuttlefish, the library that reads the file).
        listeners += [f"loopback_users.{each.replace('.', chr(92) + '.')} = true" for each in sorted(local)]
    parts = [_HEAD, *listeners, _GENERAL.format(
        folder=where.folder, vhost=VHOST, exchange=EXCHANGE, packet=MAX_PACKET_BYTES, most=most,
        definitions=f"{where.folder}/{BEGINNING if cluster else DEFINITIONS}",
    )]
    if cluster:
        parts.append(_CLUSTER + "".join(f"cluster_formation.classic_config.nodes.{number} = rabbit@{name}\n"
                                        for number, name in enumerate(cluster.addresses, 1)))
    return "\n".join(parts)


def environment(where: Where, cluster: Cluster) -> str:
    """What RabbitMQ's start script reads on each machine (its documentation, Configuration, rabbitmq-env.conf)."""
    lines = ["# Made by `kentongan broker`; for /etc/rabbitmq/rabbitmq-env.conf.",
             f"CONFIG_FILE={where.folder}/{CONF}", f"ENABLED_PLUGINS_FILE={where.folder}/{PLUGINS}"]
    if cluster:
        long = any("." in name for name in cluster.addresses)
        lines += ["USE_LONGNAME=true", "NODENAME=rabbit@$(hostname -f)"] if long else ["NODENAME=rabbit@$(hostname -s)"]
        kernel = f"net_ticktime {TICK_S}"
    else:
        lines.append("NODENAME=rabbit@localhost")
        kernel = "inet_dist_use_interface {127,0,0,1}"
    return "\n".join([*lines, f'SERVER_ADDITIONAL_ERL_ARGS="-kernel {kernel}"']) + "\n"


def moved(text: str, folder: str, to: str) -> str:
    """The configuration *text* with its files in *to* instead of *folder*, for a node alone, on this machine only.

    `str.format` puts its three ports in: the hub's, which a cluster has none of, the posts', and people's.
    """
    plain = text.replace("{", "{{").replace("}", "}}").replace(f"{folder}/", f"{to}/")
    plain = re.sub(r"^(cluster_\w+|mqtt\.listeners\.tcp\b).*\n", "", plain, flags=re.MULTILINE)
    for number, name in ((1, "nodes"), (2, "operators")):
        plain = re.sub(rf"^(mqtt\.listeners\.ssl\.{name}) = .*$", rf"\1 = 127.0.0.1:{{{number}}}", plain,
                       flags=re.MULTILINE)
    return plain.replace(f"/{BEGINNING}\n", f"/{DEFINITIONS}\n") + "mqtt.listeners.tcp.posko = 127.0.0.1:{0}\n"


_HEAD = "# RabbitMQ 4. Made by `kentongan broker`; it is made anew, so change nothing here."
_GENERAL = """\
# Its own protocol, AMQP, is not spoken: a subscription's queue is nobody else's to read.
listeners.tcp = none
listeners.ssl = none
ssl_options.certfile = {folder}/server.crt
ssl_options.keyfile = {folder}/server.key
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
# Without it an answer waits 40 ms for a delayed acknowledgement.
mqtt.tcp_listen_options.nodelay = true
mqtt.vhost = {vhost}
mqtt.exchange = {exchange}
mqtt.allow_anonymous = false
anonymous_login_user = none
# Nothing depends on what a broker remembers: nothing waits for who is away, and nothing retained is on its disk.
mqtt.max_session_expiry_interval_seconds = 0
mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_ets
mqtt.max_packet_size_authenticated = {packet}
mqtt.max_packet_size_unauthenticated = 16384
mqtt.prefetch = 20
connection_max = {most}
load_definitions = {definitions}
"""
_CLUSTER = """\
# For as long as the accounts are not kept by majority: the smaller part of a cluster that is cut in two pauses.
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
"""


def _at(where: Where, port: int) -> str:
    return f"{where.address}:{port}" if where.address else str(port)


def _beginning() -> dict[str, object]:
    """What is there before any account: with it, RabbitMQ makes no account `guest` of its own."""
    # A client that does not read must not fill memory and disk. The oldest message is dropped first.
    bounds = {"max-length": 100_000, "max-length-bytes": 33_554_432}
    return {
        "users": [], "vhosts": [{"name": VHOST}], "permissions": [], "topic_permissions": [],
        "policies": [{"vhost": VHOST, "name": "bounds", "pattern": f"^{_QUEUE}", "apply-to": "queues", "priority": 0,
                      "definition": bounds}],
    }


def _user(login: str, password_hash: str) -> dict[str, object]:
    return {"name": login, "password_hash": password_hash, "hashing_algorithm": HASHING, "tags": ""}


def _connections(account: Account) -> int:
    if account.role in BOXES:
        return BOX_CONNECTIONS
    return LOCAL_CONNECTIONS if account.role in LOCAL else PERSON_CONNECTIONS


def _resources(account: Account) -> dict[str, str]:
    """Rights on queues and exchanges. Each subscriber has a queue named after its client id.

    That of a box begins with its account's name, so it cannot subscribe by another's.
    """
    ids = f"{re.escape(account.username)}([._][0-9a-z]+)?" if account.role in BOXES else ".*"
    queue = f"{_QUEUE}{ids}qos[01]"
    both = f"^({re.escape(EXCHANGE)}|{queue})$"
    return {"configure": f"^{queue}$", "write": both, "read": both}


def _json(found: Mapping[str, object]) -> str:
    return json.dumps(found, indent=1, sort_keys=True) + "\n"
