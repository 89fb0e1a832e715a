"""Mosquitto's files, as text: its configuration and access lists. Pure; must not open files.

For Mosquitto 2.0.11 (Debian 12) to 2.1.2. Mosquitto 2.1 writes at each start that `per_listener_settings` and
`allow_anonymous` beside it are deprecated; what replaces them is unknown to 2.0, and they are removed in 3.0.
Each kind of account has a listener of its own, with its own password file, access list and limit of connections: what
one of them suffers, the others do not. Its price: since 2.0.12 such a broker keeps nothing for a client that is away
(findings/mosquitto-per-listener-empties-sessions.sh), so nothing may rely on a session.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from broker.core.accounts import Ports
from contract import roles
from contract.roles import Account, Rule
from contract.wire.codec import MAX_BEACON_BYTES

POSKO, NODES, OPERATORS = "posko", "nodes", "operators"
# The longest message of the contract is a beacon or a status; its topic and properties come on top.
MAX_PACKET_BYTES = MAX_BEACON_BYTES + 1024
POSKO_CONNECTIONS, OPERATOR_CONNECTIONS, NODE_CONNECTIONS = 30, 200, 200
CLUSTER_CONNECTIONS = 4000  # a kabupaten's, whose districts join one after the other
# Where a village's own broker keeps its files; its bundle is copied there.
VILLAGE_FOLDER = "/etc/kentongan-broker"

_GENERAL = f"""\
per_listener_settings true
# Nothing depends on what a broker remembers: state is repeated by the hub, and presses wait in their node's outbox.
persistence false
# Without it an answer waits 40 ms for a delayed acknowledgement.
set_tcp_nodelay true
max_packet_size {MAX_PACKET_BYTES}
# A client that does not read must not fill the memory. But when its queue is full the newest is dropped, and its
# sender is told that all is well: with 10,000 places a flood by one node cost another an operator's alarm, measured.
max_inflight_messages 20
max_queued_messages 100000
max_queued_bytes 33554432
log_dest stderr
log_type error
log_type warning
log_type notice
"""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a broker runs: the folder with its files, its ports, and the address that posts and people reach.

    Without an address it listens on all of the machine's.
    """

    folder: str
    ports: Ports
    address: str = ""


def district_conf(where: Where, node_count: int) -> str:
    """The configuration of the district's broker."""
    ports = where.ports
    parts = [
        _head("The district's broker"),
        _GENERAL,
        "# The hub, on this machine only.\n"
        + _listener(ports.posko, "127.0.0.1", POSKO_CONNECTIONS)
        + _accounts(where.folder, POSKO),
        "# The posts. No account can take the client id of another, and so deafen it.\n"
        + _listener(ports.nodes, where.address, max(NODE_CONNECTIONS, 4 * node_count))
        + _accounts(where.folder, NODES) + "use_username_as_clientid true\n" + _tls(where.folder),
        "# Operators and readers.\n"
        + _listener(ports.operators, where.address, OPERATOR_CONNECTIONS)
        + _accounts(where.folder, OPERATORS) + _tls(where.folder),
    ]
    return "\n".join(parts)


def village_conf(where: Where) -> str:
    """The configuration of a village's own broker. Its uplink is a program of its own (`broker.uplink`)."""
    parts = [
        _head("The village's broker"),
        _GENERAL,
        "# The posts, and the uplink, which runs on this machine.\n"
        + _listener(where.ports.nodes, "", NODE_CONNECTIONS)
        + _accounts(where.folder, NODES) + "use_username_as_clientid true\n" + _tls(where.folder),
    ]
    return "\n".join(parts)


def access_list(district: str, accounts: Iterable[Account], rules: Callable[..., Iterable[Rule]] = roles.rules) -> str:
    """The access list of *accounts* by the table *rules*. Whom it does not name may do nothing."""
    parts = ["# Made by `kentongan broker`; it is made anew, so change nothing here.\n"]
    for account in sorted(accounts, key=lambda each: each.username):
        lines = [f"topic {rule.access.value} {rule.filter}" for rule in rules(district, account)]
        parts.append("\n".join([f"# {account.role.value}", f"user {account.login}", *lines]) + "\n")
    return "\n".join(parts)


def moved(text: str, folder: str, to: str) -> tuple[str, list[int]]:
    """The configuration *text* with its files in *to* instead of *folder*, for this machine only; its ports.

    Where a listener's port stood, `str.format` puts another one in. Whoever starts Mosquitto with it owns the files, so
    it stays that user: `user root` keeps root from becoming `mosquitto`, and any other user is unaffected
    (mosquitto.conf(5)). The environment's user name is not asked: after `su` it can be another one than root.
    """
    found: list[int] = []

    def listener(match: re.Match[str]) -> str:
        found.append(int(match[1]))
        return f"listener {{{len(found) - 1}}} 127.0.0.1"

    plain = text.replace("{", "{{").replace("}", "}}").replace(f"{folder}/", f"{to}/")
    return "user root\n" + re.sub(r"^listener (\d+).*$", listener, plain, flags=re.MULTILINE), found


def _head(what: str) -> str:
    return (f"# {what}. Made by `kentongan broker`; it is made anew, so change nothing here.\n"
            "# For Mosquitto 2.0 and 2.1. 2.1 names options that it calls deprecated; 2.0 has no others.\n")


def _listener(port: int, bind: str, connections: int) -> str:
    return f"listener {port}{f' {bind}' if bind else ''}\nmax_connections {connections}\n"


def _accounts(folder: str, name: str) -> str:
    return f"allow_anonymous false\npassword_file {folder}/{name}.passwd\nacl_file {folder}/{name}.acl\n"


def _tls(folder: str) -> str:
    return f"certfile {folder}/server.crt\nkeyfile {folder}/server.key\ntls_version tlsv1.2\n"
