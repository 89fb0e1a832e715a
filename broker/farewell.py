"""After a reload, the last status of each post that is revoked: the broker speaks no will for who has lost all rights.

Must not change an installation.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from broker import store
from broker.core import accounts
from broker.core import found as finding
from broker.core.bundles import CA
from broker.core.found import Found
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from contract.roles import Account, Role
from contract.wire import topics
from contract.wire.node_status import OFFLINE, REVOKED, NodeStatus, write_status
from contract.wire.topics import CommandTopic, NodeTopic


def publish(folder: Path, tell: Callable[[str], object]) -> None:
    """Publishes, as the hub, that the revoked posts of the installation in *folder* are offline. Raises SettingsError.

    And asks for the other posts of their villages: a hub that has shut a village out takes it in again.

    Where that cannot be done, *tell* gets a line: the hub then misses them after 30 s.
    """
    found = finding.understand(str(folder), store.read(folder), None)
    known = accounts.everyone(found.state, found.district)
    gone = [each for each in known if each.role is Role.NODE and each.username in found.state.revoked]
    (hub,) = (each for each in known if each.role is Role.HUB)
    password = finding.password(found.present, hub)
    if not gone:
        return
    if password is None:
        tell(f"the password of {hub.username} is not here, so no status says that {_names(gone)} are revoked; the hub "
             "reports them away in 30 s")
        return
    try:
        # Not the hub's own client id, which would end the hub's connection, and none that could be guessed.
        with _client(found, folder) as client:
            code = client.log_in(f"revoke-{secrets.token_hex(8)}", hub.login, password)
            for each in gone:
                code = code or _leave(client, found.district.district, each)
            for village in sorted({village for each in gone for village in each.villages}):
                client.publish(topics.write(found.district.district, CommandTopic(village, topics.STATUS)), b"")
    except ProbeError as error:
        tell(f"no status says that {_names(gone)} are revoked: {error}; the hub reports them away in 30 s")
        return
    if code:
        tell(f"no status says that {_names(gone)} are revoked: the broker refuses it (reason {code})")


def _client(found: Found, folder: Path) -> Client:
    """A connection to the hub's listener on this machine; a cluster has the others' alone. Raises ProbeError."""
    if found.state.cluster:
        return Client(found.state.ports.nodes, folder / "ca" / CA)
    return Client(found.state.ports.posko)


def _leave(client: Client, district: str, account: Account) -> int:
    (village,) = account.villages
    status = NodeStatus(state=OFFLINE, node=account.node, village=village, reason=REVOKED)
    topic = topics.write(district, NodeTopic(village, account.node, "status"))
    code = client.publish(topic, write_status(status), retain=True)
    return 0 if code == packets.NO_SUBSCRIBERS else code


def _names(found: list[Account]) -> str:
    return ", ".join(each.username for each in found)
