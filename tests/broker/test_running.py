"""`broker check --running`: the broker that is in use, asked with each account."""


import pytest

from broker.core import proof
from broker.trial import live, running, service
from broker.trial.client import Client
from contract.domain.district import read_district
from contract.settings import yamltext
from contract.wire import topics
from contract.wire.beacon import Beacon, Listed, write_beacon
from tests.broker.installation import BASE, DISTRICT, Installation, Said
from tests.contract.shipped import catalogue

NODE = "situbondo.kalibagor.pos-1"
FORCE = Listed(identifier="x", incident="pencurian", village="kalibagor", remaining_s=100.0)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for a beacon, where none comes."""
    monkeypatch.setattr(service.check_running, "__defaults__", (0.2,))


def check(installation: Installation, *words: str) -> Said:
    return installation.tool("check", "--running", *words)


def test_a_broker_that_obeys_its_access_lists_is_as_it_should_be(shared: Installation) -> None:
    said = check(shared)
    assert said.code == 0, said.lines
    assert said.lines[0] == "no beacon has come: does the hub run?"
    assert said.lines[-1] == "16 accounts: as it should be; without a password nobody gets in"


def test_from_another_machine_the_hubs_account_is_not_tried(shared: Installation) -> None:
    said = check(shared, "--host", "127.0.0.1")
    assert said.code == 0, said.lines
    assert "not tried: situbondo.posko, which is let in on the broker's own machine only" in said.lines
    assert said.lines[-1].startswith("14 accounts: as it should be")


def test_a_broker_that_ignores_its_access_lists_is_a_surprise(fresh: Installation) -> None:
    """What stands in the folder is right, so the proof of the files finds nothing; but this broker does not read it."""
    config = fresh.folder / "broker/mosquitto.conf"
    text = config.read_text("utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("acl_file ")]
    config.write_text("".join(lines), "utf-8")
    fresh.start()
    config.write_text(text, "utf-8")
    assert fresh.tool("check").code == 0
    said = check(fresh)
    assert said.code == 1
    assert f"SURPRISE: layar can write {BASE}/semua/alarm/tak-dikenal" in said.lines
    assert f"SURPRISE: {NODE} can write {BASE}/dawuhan/command/tak-dikenal" in said.lines


def test_a_broker_that_lets_anybody_in_is_a_surprise(fresh: Installation) -> None:
    config = fresh.folder / "broker/mosquitto.conf"
    text = config.read_text("utf-8")
    config.write_text(text.replace("allow_anonymous false", "allow_anonymous true"), "utf-8")
    fresh.start()
    config.write_text(text, "utf-8")
    said = check(fresh)
    assert said.code == 1
    assert "SURPRISE: anybody gets in at the listener operators, without a name" in said.lines


def test_while_an_alarm_is_in_force_it_asks_nothing(
    shared: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = shared.login("situbondo.posko")
    listening = running.log_in

    def log_in(*words: object) -> object:
        """The hub repeats its beacon once somebody is linked."""
        client = listening(*words)  # type: ignore[arg-type]
        subscribe = client.subscribe  # type: ignore[union-attr]

        def subscribed(topic: str) -> int:
            code = subscribe(topic)
            hub.publish(f"{BASE}/active", write_beacon(Beacon(boot="b", seq=1, alarms=(FORCE,))))
            return code

        client.subscribe = subscribed  # type: ignore[union-attr, method-assign]
        return client

    monkeypatch.setattr(live, "log_in", log_in)
    with hub, shared.login("layar", f"{BASE}/#") as reader:
        said = check(shared)
        reader.catch_up()
        assert {each.topic for each in reader.messages} == {f"{BASE}/active"}
    assert (said.code, said.lines) == (
        1, ["not now: 1 alarm in force, and each post would lose its link for a moment"])


def test_a_post_that_takes_its_name_back_is_tried_again(shared: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    publish, taken = Client.publish, [0]

    def interrupted(self: Client, topic: str, payload: bytes, *, retain: bool = False) -> int:
        if taken[0] < 3 and topic == "lain/lain":
            taken[0] += 1
            shared.login(NODE).close()
        return publish(self, topic, payload, retain=retain)

    monkeypatch.setattr(Client, "publish", interrupted)
    said = check(shared)
    assert (said.code, taken) == (0, [3]), said.lines


def test_no_probe_of_a_running_broker_is_a_topic_that_a_post_or_the_hub_obeys() -> None:
    district = read_district(yamltext.load(DISTRICT.read_text("utf-8")))
    for topic in proof.harmless(district):
        found = topics.read(district.district, topic)
        assert not isinstance(found, topics.ActiveTopic | topics.PoskoTopic | topics.RondaTopic), topic
        if isinstance(found, topics.AlarmTopic):
            assert found.incident not in catalogue().incidents, topic
        if isinstance(found, topics.CommandTopic):
            assert found.command not in (topics.SILENCE, topics.TEST), topic
        if isinstance(found, topics.NodeTopic):
            assert found.node not in {post for each in district.villages.values() for post in each.posts}, topic


def test_a_host_without_running_is_a_line_and_exit_2(shared: Installation) -> None:
    assert shared.tool("check", "--host", "127.0.0.1") == Said(
        2, ["--host: is where a running broker is; give --running as well"])


def test_where_nothing_listens_it_says_so(fresh: Installation) -> None:
    said = check(fresh)
    assert said.code == 1
    assert said.lines[-1].startswith(f"SURPRISE: port {fresh.ports['operators']}: ")
