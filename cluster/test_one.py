"""One RabbitMQ with the provisioned files: who is let in, to what, and who no more."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker import passwords
from broker.core import rabbitmq
from broker.mosquitto import BrokerError, free_ports
from broker.rabbitmq import Node
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from cluster.installation import BORDER, Installation, be_the_machines_own, one
from tests.contract.shipped import beside

BASE = "kentongan/situbondo"
NODE, NODE_BUNDLE = "situbondo.kalibagor.pos-1", "nodes/kalibagor.pos-1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    found = Installation(tmp_path_factory.mktemp("one"), district=BORDER)
    for words in (("operator", "camat"), ("operator", "siti", "--village", "kalibagor"),
                  ("petugas", "babinsa", "--village", "kalibagor")):
        found.tool("add", *words)
    return found


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, made: Installation) -> Iterator[Node]:
    with one(tmp_path_factory.mktemp("node") / "n", made) as found:
        yield found


def test_the_proof_finds_every_account_as_the_table_of_roles_has_it(made: Installation) -> None:
    lines = made.tool("check")
    assert [line for line in lines if line.startswith(("SURPRISE", "not tried"))] == []
    assert lines[-1].endswith("accounts: as it should be; without a password nobody gets in")
    assert sum(line.startswith("not held by RabbitMQ: ") for line in lines) == len(rabbitmq.LIMITS)


def test_the_proof_finds_a_right_too_many_and_one_too_few(made: Installation) -> None:
    path = made.folder / "broker/definitions.json"
    before = path.read_bytes()
    found = json.loads(before)
    for each in found["topic_permissions"]:
        if each["user"] == "layar":
            each["write"] = r"^kentongan\.situbondo\.kalibagor\.alarm\..*$"
        if each["user"].startswith("situbondo.olean.pos-1"):
            each["read"] = r"^kentongan\.situbondo\.active$"
    path.write_text(json.dumps(found), "utf-8")
    try:
        lines = made.tool("check", code=1)
    finally:
        path.write_bytes(before)
    assert f"SURPRISE: layar can write {BASE}/kalibagor/alarm/pencurian" in lines
    assert f"SURPRISE: situbondo.olean.pos-1 cannot hear {BASE}/kalibagor/alarm/pencurian" in lines


def test_a_hash_that_we_compute_is_one_that_rabbitmq_takes_and_its_own_is_one_that_we_take(node: Node) -> None:
    theirs = node.ctl("hash_password", "test12").split()[-1]
    assert passwords.salted("test12", base64.b64decode(theirs)[:4]) == theirs


def test_the_broker_in_use_is_proved_without_its_being_started_aside(made: Installation, node: Node) -> None:
    assert node.running
    lines = made.tool("check", "--running")
    assert lines[-1].endswith("accounts: as it should be; without a password nobody gets in"), lines


def test_who_is_revoked_loses_the_connection_at_once_and_nobody_else_does(
    made: Installation, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_the_machines_own(node, monkeypatch)
    made.tool("add", "operator", "pergi", "--reload")
    gone, code = made.enter("pergi", "operators/pergi")
    stays, other = made.enter("camat", "operators/camat")
    assert (code, other) == (packets.SUCCESS, packets.SUCCESS)
    word = made.password("operators/pergi")
    with gone, stays:
        assert stays.subscribe(f"{BASE}/active") < packets.FAILURE
        made.tool("revoke", "pergi", "--reload")
        assert gone.hung_up()
        stays.catch_up()
    again, code = made.enter("pergi", "operators/pergi", password=word)
    again.close()
    assert code == 134


def test_a_box_with_a_new_login_is_let_in_by_it_and_no_more_by_the_old(
    made: Installation, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_the_machines_own(node, monkeypatch)
    login, password = made.login(NODE), made.password(NODE_BUNDLE)
    made.tool("rotate", "kalibagor.pos-1", "--reload")
    client, code = made.enter(NODE, NODE_BUNDLE)
    client.close()
    assert code == packets.SUCCESS
    with Client(made.ports.nodes, made.folder / "ca/ca.crt") as old:
        assert old.log_in(f"{NODE}.0123456789abcdef", login, password) == 134


def test_a_district_that_has_joined_and_the_first_one_touch_nothing_of_each_other(
    made: Installation, node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_the_machines_own(node, monkeypatch)
    district = tmp_path / "panarukan.yaml"
    district.write_text(json.dumps(beside(neighbours=["situbondo/patokan"])), "utf-8")
    made.tool("provision", "--reload")
    before = _known(node)
    joined = Installation(tmp_path / "panarukan", district=district, other=made)
    joined.tool("provision", "--reload")
    together = _known(node)
    assert {name: each for name, each in together.items() if "panarukan" not in name} == before
    made.tool("provision", "--reload")
    assert _known(node) == together

    places = {made: "situbondo/kalibagor", joined: "panarukan/sumberkolak"}
    names = {made: "operator", joined: "operator_panarukan"}
    for own, other in ((made, joined), (joined, made)):
        client, code = own.enter(names[own], "operators/operator")
        with client:
            assert code == packets.SUCCESS
            assert client.publish(f"kentongan/{places[own]}/alarm/pencurian", b"") < packets.FAILURE
            with pytest.raises(ProbeError):
                client.publish(f"kentongan/{places[other]}/alarm/pencurian", b"")

    gone, first = joined.enter(names[joined], "operators/operator")
    stays, second = made.enter(names[made], "operators/operator")
    with gone, stays:
        assert first == second == packets.SUCCESS
        joined.tool("revoke", "operator", "--reload")
        assert gone.hung_up()
        stays.catch_up()
    assert {name: each for name, each in _known(node).items() if "panarukan" not in name} == before


def _known(node: Node) -> dict[str, list[Any]]:
    """What the running *node* has of each account: its hash and its rights."""
    said = node.ctl("export_definitions", "-", "--format", "json")
    found = json.loads(said[said.index("{"):])
    kinds = (("users", "name"), ("permissions", "user"), ("topic_permissions", "user"))
    return {each["name"]: [right for kind, name in kinds for right in found[kind] if right[name] == each["name"]]
            for each in found["users"]}


def test_the_hub_and_the_page_are_let_in_from_this_machine_alone(node: Node) -> None:
    found = node.ctl("eval", "application:get_env(rabbit, loopback_users).")
    assert re.fullmatch(r"\{ok,\[.*\]\}", found.strip())
    assert sorted(re.findall(r'<<"([^"]*)">>', found)) == ["situbondo.posko", "situbondo.web"]  # in any order


def test_a_box_subscribes_under_its_accounts_name_alone(made: Installation, node: Node) -> None:
    assert node.running
    with Client(made.ports.nodes, made.folder / "ca/ca.crt") as client:
        code = client.log_in("situbondo.patokan.pos-1.0123", made.login(NODE), made.password(NODE_BUNDLE))
        assert code == packets.SUCCESS
        assert client.subscribe(f"{BASE}/active") == packets.NOT_AUTHORIZED


def test_a_stolen_box_has_a_few_connections_and_no_more(made: Installation, node: Node) -> None:
    assert node.running
    clients = [Client(made.ports.nodes, made.folder / "ca/ca.crt") for _ in range(6)]
    try:
        codes = [each.log_in(f"{NODE}.{number}", made.login(NODE), made.password(NODE_BUNDLE))
                 for number, each in enumerate(clients)]
    finally:
        for each in clients:
            each.close()
    assert codes[:4] == [packets.SUCCESS] * 4
    assert packets.SUCCESS not in codes[4:]


def test_nobody_publishes_what_others_would_receive_as_a_wildcard(made: Installation, node: Node) -> None:
    assert node.running
    client, _ = made.enter(NODE, NODE_BUNDLE)
    with client, pytest.raises(ProbeError):
        client.publish(f"{BASE}/kalibagor/alarm/*", b"")


def test_a_node_that_does_not_start_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "rabbitmq.conf").write_text("mqtt.no_such_setting = 1\n", "utf-8")
    (tmp_path / "enabled_plugins").write_text("[rabbitmq_mqtt].\n", "utf-8")
    with pytest.raises(BrokerError, match="RabbitMQ did not start on port"):
        Node(tmp_path, free_ports(1)).start()
