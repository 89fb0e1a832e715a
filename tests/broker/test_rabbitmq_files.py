"""What `--engine rabbitmq` writes, where RabbitMQ itself is not there."""

import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from broker import passwords
from broker.core import rabbitmq, routing
from broker.core.accounts import RABBITMQ, Ports
from broker.core.conf import Where
from broker.core.rabbitmq import Cluster, Members
from broker.core.secret import Secret
from broker.rabbitmq import VARIABLE, changed
from contract.roles import Account, Role
from contract.settings import yamltext
from kentongan.operator import account
from node import config as node_config
from node import service as node_service
from posko import config as posko_config
from tests.broker.installation import DISTRICT, Said, tool
from tests.contract.shipped import beside

PEERS = ("--peer", "posko-1=192.168.1.11", "--peer", "posko-2=192.168.1.12", "--peer", "posko-3=192.168.1.13")
NODE = "situbondo.kalibagor.pos-1"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "b"


def provision(folder: Path, *words: str) -> Said:
    return tool("provision", "--engine", "rabbitmq", "--district", DISTRICT, *words, "--out", folder)


def definitions(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "broker/definitions.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def hashes(folder: Path) -> dict[str, str]:
    return {each["name"]: each["password_hash"] for each in definitions(folder)["users"]}


def login(folder: Path, username: str) -> str:
    return next(name for name in hashes(folder) if name.partition("_")[0] == username)


def test_a_password_has_the_hash_of_rabbitmqs_documentation() -> None:
    # Credentials and Passwords, "This is the algorithm": salt 908D C60A, password test12.
    assert passwords.salted("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    found = passwords.of("test12", RABBITMQ)
    assert passwords.fits(found)
    assert not passwords.fits(Secret(found.hash, "Test12"))
    assert not passwords.fits(Secret("", "test12"))


def test_what_could_not_be_tried_is_reported_and_nothing_else_is_missing(folder: Path) -> None:
    said = provision(folder, "--host", "posko.local")
    assert said.code == 0, said.lines
    assert "NOT TRIED: rabbitmq-server is not on this machine; where it is: kentongan broker check" in said.lines
    assert sorted(path.name for path in (folder / "broker").iterdir()) == [
        "definitions.json", "enabled_plugins", "rabbitmq-env.conf", "rabbitmq.conf", "server.crt", "server.key"]
    assert (folder / "broker/enabled_plugins").read_text("utf-8") == "[rabbitmq_mqtt].\n"
    assert (folder / "broker/definitions.json").stat().st_mode & 0o077 == 0
    again = provision(folder, "--host", "posko.local")
    assert (again.code, again.lines) == (0, ["nothing to do"])
    unproved = tool("check", folder)
    assert unproved.code == 1
    assert unproved.lines[-1].startswith("SURPRISE: rabbitmq-server is not installed; run: sudo apt-get install")


def test_every_account_has_a_hash_its_rights_and_a_bound_and_no_password_is_in_it(folder: Path) -> None:
    provision(folder)
    found = definitions(folder)
    names = [each["name"] for each in found["users"]]
    assert {name.partition("_")[0] for name in names} >= {"situbondo.posko", "situbondo.web", NODE, "operator", "layar"}
    assert [each["user"] for each in found["permissions"]] == names
    # Who has no topic permission at all may do everything: RabbitMQ's documentation, Topic Authorisation.
    assert [each["user"] for each in found["topic_permissions"]] == names
    assert {each["exchange"] for each in found["topic_permissions"]} == {"amq.topic"}
    assert {each["tags"] for each in found["users"]} == {""}
    assert all(each["limits"]["max-connections"] > 0 for each in found["users"])
    assert [each["name"] for each in found["vhosts"]] == ["kentongan"]
    text = (folder / "broker/definitions.json").read_text("utf-8")
    assert (folder / "nodes/kalibagor.pos-1/password").read_text("utf-8").strip() not in text


def test_a_box_has_a_queue_of_its_own_name_only_and_a_reader_may_not_publish(folder: Path) -> None:
    provision(folder)
    found = {each["user"]: each for each in definitions(folder)["permissions"]}
    name = login(folder, NODE)
    assert re.search(found[name]["configure"], f"mqtt-subscription-{name.replace('_', '.')}qos1")
    assert re.search(found[name]["configure"], f"mqtt-subscription-{NODE}.0123456789abcdefqos1")
    for other in ("mqtt-subscription-situbondo.kalibagor.pos-12qos1", "mqtt-subscription-xqos1", "amq.topic",
                  f"mqtt-subscription-situbondo.patokan.pos-1.{name[-16:]}qos1"):
        assert not re.search(found[name]["configure"], other)
    topics = {each["user"]: each for each in definitions(folder)["topic_permissions"]}
    assert topics["layar"]["write"] == "(?!)"


def test_each_posts_program_may_subscribe_to_all_that_it_subscribes_to(folder: Path) -> None:
    provision(folder)
    found = {each["user"].partition("_")[0]: each["read"] for each in definitions(folder)["topic_permissions"]}
    posts = sorted((folder / "nodes").iterdir())
    assert len(posts) > 5
    for place in posts:
        config = node_config.load(place / "node.yaml")
        for out in (frozenset[str](), frozenset({"patokan"}), frozenset({"patokan", "patokan/alarm/aman"})):
            for each in node_service.subscriptions(config, out):
                assert re.search(found[f"situbondo.{place.name}"], routing.key(each.topic)), (place.name, each.topic)


def test_who_is_revoked_or_has_a_new_login_stays_in_it_shut_out(folder: Path) -> None:
    provision(folder)
    old, before = login(folder, NODE), hashes(folder)
    assert tool("revoke", "layar", "--out", folder).code == 0
    assert tool("rotate", "kalibagor.pos-1", "--out", folder).code == 0
    after = hashes(folder)
    assert (after["layar"], after[old]) == ("", "")
    new = next(name for name in after if name.startswith(f"{NODE}_") and name != old)
    assert after[new]
    assert changed(before, after) == ["layar", old]
    assert {each["user"] for each in definitions(folder)["permissions"]}.isdisjoint({"layar", old})
    assert tool("rotate", "layar", "--out", folder).code == 0
    assert hashes(folder)["layar"]
    assert hashes(folder)[old] == ""


def test_a_bundle_that_was_handed_over_keeps_its_password(folder: Path) -> None:
    provision(folder)
    before = hashes(folder)
    for path in (folder / "nodes/kalibagor.pos-1").iterdir():
        path.unlink()
    assert tool("add", "operator", "siti", "--out", folder).code == 0
    after = hashes(folder)
    assert {name: after[name] for name in before} == before


def test_a_cluster_is_a_list_in_every_bundle_and_its_accounts_are_in_no_file_of_its_machines(folder: Path) -> None:
    said = provision(folder, *PEERS)
    assert said.code == 0, said.lines
    for path in ("nodes/kalibagor.pos-1/node.yaml", "posko/posko.yaml", "posko/web.yaml",
                 "operators/operator/posko.yaml"):
        found = yamltext.load((folder / path).read_text("utf-8"))
        assert isinstance(found, dict)
        assert [each["host"] for each in found["broker"]] == ["192.168.1.11", "192.168.1.12", "192.168.1.13"], path
        assert found["broker"][0]["ca_file"] == "ca.crt"
    config = posko_config.load(folder / "posko/posko.yaml")
    assert config.settings.broker.addresses() == (
        ("192.168.1.11", 8883), ("192.168.1.12", 8883), ("192.168.1.13", 8883))
    with tarfile.open(folder / "kentongan-broker.tar") as archive:
        assert sorted(archive.getnames()) == [f"broker/{name}" for name in sorted((
            "rabbitmq.conf", "beginning.json", "enabled_plugins", "rabbitmq-env.conf", "erlang.cookie", "server.crt",
            "server.key"))]
    assert json.loads((folder / "broker/beginning.json").read_text("utf-8"))["users"] == []
    cookie = (folder / "broker/erlang.cookie").read_bytes()
    assert len(cookie) == 40
    assert provision(folder).lines == ["nothing to do"]
    assert (folder / "broker/erlang.cookie").read_bytes() == cookie


@pytest.mark.parametrize(("words", "fault"), [
    (("--peer", "a", "--peer", "b"), "cluster: has 2 machines; 3 to 7, for fewer have no majority when one is lost"),
    (("--peer", "a", "--peer", "a"), "--peer: names a twice"),
    (("--peer", "a b"), "--peer: 'a b' must be a host name or an address"),
    (("--peer", "POSKO"), "--peer: cluster.POSKO: 'POSKO' is not allowed; use a machine's host name in small letters"),
    (("--village-broker", "olean=10.0.0.1"), "village broker: is not made beside RabbitMQ"),
])
def test_what_cannot_be_is_refused_in_a_line(folder: Path, words: tuple[str, ...], fault: str) -> None:
    said = provision(folder, *words)
    assert (said.code, len(said.lines)) == (2, 1), said.lines
    assert fault in said.lines[0]
    assert not (folder / "broker").exists()


PEERS = ("--peer", "posko-1=192.168.1.11", "--peer", "posko-2=192.168.1.12", "--peer", "posko-3=192.168.1.13")


@pytest.fixture
def panarukan(tmp_path: Path) -> Path:
    """The file of another district."""
    path = tmp_path / "panarukan.yaml"
    path.write_text(json.dumps(beside(neighbours=["situbondo/patokan"])), "utf-8")
    return path


def join(folder: Path, district: Path, other: Path, *words: str) -> Said:
    return tool("provision", "--district", district, "--join", other, *words, "--out", folder)


def test_a_district_that_joins_anothers_rabbitmq_has_its_machines_and_authority_and_no_name_of_its_accounts(
    folder: Path, tmp_path: Path, panarukan: Path
) -> None:
    assert provision(folder, *PEERS).code == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said = join(tmp_path / "p", panarukan, folder)
    assert said.code == 0, said.lines
    assert any("who is let in by the RabbitMQ of situbondo" in line for line in said.lines)
    assert any("sudo ./install further kentongan-posko.tar" in line for line in said.lines)
    for command in ("provision --reload", "rotate NAME"):  # without --out it would be that of the other district
        assert any(f"kentongan broker {command} --out {tmp_path}/p" in line for line in said.lines), said.lines

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    for name in ("ca.crt", "ca.key"):
        assert (tmp_path / "p/ca" / name).read_bytes() == (folder / "ca" / name).read_bytes()
    hub = posko_config.load(tmp_path / "p/posko/posko.yaml")
    assert hub.settings.broker.addresses() == (("192.168.1.11", 8883), ("192.168.1.12", 8883), ("192.168.1.13", 8883))
    here, there = hashes(folder), hashes(tmp_path / "p")
    assert {*here} & {*there} == set()
    assert {"operator_panarukan", "layar_panarukan", "panarukan.posko", "panarukan.web"} < {*there}
    operator = posko_config.load(tmp_path / "p/operators/operator/posko.yaml")
    assert operator.settings.broker.username == "operator_panarukan"
    assert account(operator) == "operator"  # as the page, and the hub's journal, have that person
    assert not (tmp_path / "p/kentongan-broker.tar").exists()
    with tarfile.open(tmp_path / "p/posko/kentongan-posko.tar") as archive:
        assert not any(name.startswith("broker/") for name in archive.getnames())


def test_a_district_that_has_joined_goes_on_so_and_takes_over_what_has_changed_there(
    folder: Path, tmp_path: Path, panarukan: Path
) -> None:
    assert provision(folder, *PEERS).code == join(tmp_path / "p", panarukan, folder).code == 0
    assert tool("provision", "--out", tmp_path / "p").lines == ["nothing to do"]
    assert join(tmp_path / "p", panarukan, folder).lines == ["nothing to do"]
    assert tool("add", "operator", "sri", "--out", tmp_path / "p").code == 0
    assert "sri_panarukan" in hashes(tmp_path / "p")
    assert tool("revoke", "sri", "--out", tmp_path / "p").code == 0
    assert hashes(tmp_path / "p")["sri_panarukan"] == ""
    state = folder / "accounts.yaml"
    state.write_text(state.read_text("utf-8").replace('"nodes": 8883', '"nodes": 9883'), "utf-8")
    assert provision(folder).code == join(tmp_path / "p", panarukan, folder).code == 0
    assert posko_config.load(tmp_path / "p/posko/posko.yaml").settings.broker.addresses()[0] == ("192.168.1.11", 9883)


def test_who_cannot_join_is_told_why_and_nothing_is_written(folder: Path, tmp_path: Path, panarukan: Path) -> None:
    mosquitto, own = tmp_path / "mosquitto", tmp_path / "own"
    assert tool("provision", "--district", DISTRICT, "--out", mosquitto).code == provision(folder, *PEERS).code == 0
    assert tool("provision", "--engine", "rabbitmq", "--district", panarukan, "--out", own).code == 0
    assert join(tmp_path / "p", panarukan, folder).code == 0
    kendit = tmp_path / "kendit.yaml"
    kendit.write_text(panarukan.read_text("utf-8").replace('"panarukan"', '"kendit"'), "utf-8")
    for district, other, to, words, fault in (
        (panarukan, mosquitto, "x", (), "--join: the broker of situbondo is Mosquitto"),
        (panarukan, tmp_path / "none", "x", (), f"{tmp_path}/none: holds no installation"),
        (DISTRICT, folder, "x", (), f"--join: {folder} is the installation of situbondo itself"),
        (panarukan, folder, "own", (), "--join: the boxes of panarukan trust an authority of their own"),
        (kendit, tmp_path / "p", "x", (), "--join: the accounts of panarukan are on the RabbitMQ of situbondo"),
        (panarukan, folder, "x", ("--host", "a.local", *PEERS), "--host, --peer: the broker is that of situbondo"),
    ):
        said = join(tmp_path / to, district, other, *words)
        assert said.code == 2, said.lines
        assert fault in said.lines[0], said.lines
        assert not (tmp_path / "x").exists()
    (folder / "ca/ca.key").unlink()
    assert f"--join: {folder}/ca/ca.key" in join(tmp_path / "x", panarukan, folder).lines[0]
    (folder / "ca/ca.key").write_bytes((own / "ca/ca.key").read_bytes())
    assert "do not belong together; put both back" in join(tmp_path / "x", panarukan, folder).lines[0]
    (folder / "ca/ca.crt").write_bytes(b"\xff")
    assert "do not belong together; put both back" in join(tmp_path / "x", panarukan, folder).lines[0]
    assert not (tmp_path / "x").exists()
    (folder / "accounts.yaml").write_text("district: 5\n", "utf-8")
    assert join(tmp_path / "x", panarukan, folder).lines[0].startswith(f"--join {folder}: accounts.yaml.district: ")


@pytest.mark.parametrize("words", [("--host", "a.local"), PEERS, ("--engine", "mosquitto"), ("--engine", "rabbitmq")])
@pytest.mark.parametrize("peers", [(), PEERS])
def test_who_has_joined_has_no_broker_of_its_own_to_describe(
    folder: Path, tmp_path: Path, panarukan: Path, words: tuple[str, ...], peers: tuple[str, ...]
) -> None:
    assert provision(folder, *peers).code == join(tmp_path / "p", panarukan, folder).code == 0
    before = {path: path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file()}
    said = tool("provision", *words, "--out", tmp_path / "p")
    assert said.code == 2, said.lines
    assert said.lines[0].startswith(f"{words[0]}: the broker is that of situbondo"), said.lines
    assert {path: path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file()} == before


def test_who_joins_with_accounts_of_before_shuts_nobody_of_the_other_district_out(
    folder: Path, tmp_path: Path, panarukan: Path
) -> None:
    assert provision(folder, *PEERS).code == 0
    shutil.copytree(folder / "ca", tmp_path / "p/ca")
    assert tool("provision", "--engine", "rabbitmq", "--district", panarukan, "--out", tmp_path / "p").code == 0
    assert "operator" in hashes(tmp_path / "p")
    assert join(tmp_path / "p", panarukan, folder).code == 0
    assert {*hashes(folder)} & {*hashes(tmp_path / "p")} == set()
    assert tool("add", "operator", "sri", "--out", tmp_path / "p").code == 0
    assert tool("revoke", "sri", "--out", tmp_path / "p").code == 0
    assert tool("rotate", "sumberkolak.pos-1", "--out", tmp_path / "p").code == 0
    assert sorted(name.partition("_")[0] for name, each in hashes(tmp_path / "p").items() if not each) == [
        "panarukan.sumberkolak.pos-1", "sri"]


def test_an_installation_of_mosquitto_becomes_one_of_rabbitmq_and_nothing_of_the_old_stays(folder: Path) -> None:
    assert tool("provision", "--district", DISTRICT, "--host", "10.0.0.5", "--out", folder).code == 0
    ca, before = (folder / "ca/ca.crt").read_bytes(), (folder / "nodes/kalibagor.pos-1/password").read_bytes()
    said = tool("provision", "--engine", "rabbitmq", "--out", folder)
    assert said.code == 0, said.lines
    assert sorted(path.name for path in (folder / "broker").iterdir()) == [
        "definitions.json", "enabled_plugins", "rabbitmq-env.conf", "rabbitmq.conf", "server.crt", "server.key"]
    assert (folder / "ca/ca.crt").read_bytes() == ca
    assert (folder / "nodes/kalibagor.pos-1/password").read_bytes() == before
    assert "engine: rabbitmq" in (folder / "accounts.yaml").read_text("utf-8")


def test_a_mosquitto_has_no_word_of_it_in_its_files(folder: Path) -> None:
    assert tool("provision", "--district", DISTRICT, "--out", folder).code == 0
    assert "engine" not in (folder / "accounts.yaml").read_text("utf-8")
    assert not (folder / "kentongan-broker.tar").exists()


def test_the_configuration_of_one_machine() -> None:
    found = rabbitmq.conf(Where("/etc/kentongan-broker/broker", Ports()), Cluster({}), 7, ["situbondo.posko"])
    lines = [line for line in found.splitlines() if line and not line.startswith("#")]
    assert lines == [
        "mqtt.listeners.ssl.nodes = 8883", "mqtt.listeners.ssl.operators = 8884",
        "mqtt.listeners.tcp.posko = 127.0.0.1:1883", "loopback_users.situbondo\\.posko = true", "listeners.tcp = none",
        "listeners.ssl = none",
        "ssl_options.certfile = /etc/kentongan-broker/broker/server.crt",
        "ssl_options.keyfile = /etc/kentongan-broker/broker/server.key", "ssl_options.verify = verify_none",
        "ssl_options.fail_if_no_peer_cert = false", "ssl_options.versions.1 = tlsv1.3",
        "ssl_options.versions.2 = tlsv1.2", "mqtt.tcp_listen_options.nodelay = true", "mqtt.vhost = kentongan",
        "mqtt.exchange = amq.topic", "mqtt.allow_anonymous = false", "anonymous_login_user = none",
        "mqtt.max_session_expiry_interval_seconds = 0",
        "mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_ets",
        "mqtt.max_packet_size_authenticated = 263168", "mqtt.max_packet_size_unauthenticated = 16384",
        "mqtt.prefetch = 20", "connection_max = 430",
        "load_definitions = /etc/kentongan-broker/broker/definitions.json",
    ]


def test_the_configuration_of_each_machine_of_a_cluster() -> None:
    where = Where("/b", Ports())
    cluster = Cluster({"posko-1": "10.0.0.1", "posko-2": "10.0.0.2", "posko-3": "10.0.0.3"})
    found = rabbitmq.conf(where, cluster, 7, ["situbondo.posko"])
    assert "loopback_users" not in found
    assert "mqtt.listeners.tcp = none" in found
    assert "load_definitions = /b/beginning.json" in found
    assert [line for line in found.splitlines() if line.startswith("cluster_")] == [
        "cluster_partition_handling = pause_minority", "cluster_formation.peer_discovery_backend = classic_config",
        *(f"cluster_formation.classic_config.nodes.{number} = rabbit@posko-{number}" for number in (1, 2, 3))]
    assert "NODENAME=rabbit@$(hostname -s)" in rabbitmq.environment(where, cluster)
    long = rabbitmq.environment(where, Cluster({"a.example.org": "10.0.0.1"}))
    assert "USE_LONGNAME=true\nNODENAME=rabbit@$(hostname -f)" in long
    assert "inet_dist_use_interface {127,0,0,1}" in rabbitmq.environment(where, Cluster({}))


def test_a_configuration_is_moved_whole_to_free_ports_of_this_machine() -> None:
    cluster = Cluster({"a": "10.0.0.1", "b": "10.0.0.2", "c": "10.0.0.3"})
    found = rabbitmq.moved(rabbitmq.conf(Where("/b", Ports()), cluster, 7), "/b", "/tmp/x").format(1, 2, 3)  # noqa: S108
    assert "cluster_" not in "".join(line for line in found.splitlines() if not line.startswith("#"))
    assert [line for line in found.splitlines() if line.startswith("mqtt.listeners")] == [
        "mqtt.listeners.ssl.nodes = 127.0.0.1:2", "mqtt.listeners.ssl.operators = 127.0.0.1:3",
        "mqtt.listeners.tcp.posko = 127.0.0.1:1"]
    assert "load_definitions = /tmp/x/definitions.json" in found


def test_definitions_that_are_damaged_hold_nobody() -> None:
    assert rabbitmq.read_hashes(b"{") == rabbitmq.read_hashes(b"[1]") == rabbitmq.read_hashes(b'{"users": [{}]}') == {}
    whole = rabbitmq.definitions("situbondo", Members((Account("layar", Role.READER),), {"layar": "x"}, ("old",)))
    assert rabbitmq.read_hashes(whole.encode()) == {"layar": "x", "old": ""}

