"""Letting in and shutting out, while the broker runs and others are linked."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from broker import mosquitto
from broker.mosquitto import program
from broker.trial import packets
from broker.trial.client import ProbeError
from tests.broker.installation import BASE, Installation, run

STOLEN, OTHER = "situbondo.kalibagor.pos-1", "situbondo.patokan.polsek"
BEACON = f"{BASE}/active"


@pytest.fixture
def running(fresh: Installation) -> Installation:
    return fresh.start()


def test_revoking_ends_the_live_connection_and_no_other(running: Installation) -> None:
    password, name = running.password(STOLEN), running.name(STOLEN)
    others = [running.login(name, BEACON) for name in (OTHER, "operator", "layar", "situbondo.posko")]
    with running.login(STOLEN, BEACON) as stolen:
        said = running.tool("revoke", "kalibagor.pos-1", "--reload")
        assert said.code == 0, said.lines
        assert stolen.hung_up()
    others[-1].publish(BEACON, b"after")
    for each in others[:-1]:
        assert each.wait(bool)
    for each in others:
        each.close()
    with running.connect(STOLEN) as again:
        assert again.log_in(STOLEN, name, password) == 0x87
    assert not running.bundle(STOLEN).exists()


def test_a_post_that_is_revoked_is_offline_at_once_and_says_why(running: Installation) -> None:
    topic = f"{BASE}/kalibagor/node/pos-1/status"
    with running.login(STOLEN) as stolen, running.login("operator", topic) as operator:
        assert stolen.publish(topic, b'{"state":"ready","boot":"b1"}', retain=True) in (0, 0x10)
        assert operator.wait(bool)
        said = running.tool("revoke", "kalibagor.pos-1", "--reload")
        assert operator.wait(lambda came: len(came) == 2), said.lines
        last = operator.messages[-1]
    with running.login("operator") as later:
        asked = bytearray(packets.subscribe(1, topic))
        asked[-1] = 0  # with what is retained, which the probe does not ask for
        later.send(bytes(asked))
        assert later.wait(bool)
        kept = [each.payload for each in later.messages]

    assert (said.code, json.loads(last.payload)) == (0, {
        "state": "offline", "node": "pos-1", "village": "kalibagor", "boot": "", "version": "", "reason": "revoked"})
    assert kept == [last.payload]


def test_what_was_revoked_comes_back_only_with_a_new_password(running: Installation) -> None:
    old = running.password(STOLEN)
    assert running.tool("revoke", STOLEN, "--reload").code == 0
    assert running.tool("provision", "--reload").lines[0] == "nothing to do"
    assert not running.bundle(STOLEN).exists()
    said = running.tool("rotate", STOLEN, "--reload")
    assert "nodes/kalibagor.pos-1: made" in said.lines
    running.settle()
    assert running.password(STOLEN) != old
    running.login(STOLEN).close()
    with running.connect(STOLEN) as thief:
        assert thief.log_in(STOLEN, running.name(STOLEN), old) == 0x87


def test_a_new_password_ends_the_connection_with_the_old_one(running: Installation) -> None:
    with running.login(STOLEN) as stolen, running.login(OTHER) as other:
        assert running.tool("rotate", STOLEN, "--reload").code == 0
        assert stolen.hung_up()
        other.catch_up()  # it is linked as before


def test_who_is_added_gets_in_at_once_and_nobody_is_dropped(running: Installation) -> None:
    before = running.files()
    with running.login(STOLEN, f"{BASE}/+/alarm/+") as node:
        pid_file = running.folder / "pid"
        pid_file.write_text(f"{running.pid}\n", "utf-8")
        said = running.tool("add", "operator", "siti", "--village", "kalibagor", "--pid-file", pid_file)
        assert said.code == 0, said.lines
        running.settle()
        with running.login("siti") as client:
            assert client.publish(f"{BASE}/kalibagor/alarm/pencurian", b"") in (0, 0x10)
            assert client.publish(f"{BASE}/patokan/alarm/pencurian", b"") == 0x87
        assert node.wait(bool)
    after = running.files()
    changed = {path for path, body in before.items() if after[path] != body}
    archive = "posko/kentongan-posko.tar"  # which has the broker's files in it
    assert changed == {"accounts.yaml", "broker/operators.passwd", "broker/operators.acl", archive}
    assert before["broker/operators.passwd"].splitlines() < after["broker/operators.passwd"].splitlines()


def test_of_two_brokers_only_the_one_with_this_configuration_reads_its_files_anew(
    running: Installation, shared: Installation
) -> None:
    said = running.tool("provision", "--reload")
    assert (said.code, said.lines) == (0, ["nothing to do", f"mosquitto {running.pid} reads its files anew"])
    said = shared.tool("provision", "--reload")
    assert said.lines[-1] == f"mosquitto {shared.pid} reads its files anew"


def test_a_broker_is_found_by_its_file_whatever_the_file_is_called(running: Installation, tmp_path: Path) -> None:
    known = mosquitto.running()
    assert known[running.pid] == str(running.folder / "broker/mosquitto.conf")
    (tmp_path / "link").symlink_to(running.folder)
    assert mosquitto.started_with(tmp_path / "link/broker/mosquitto.conf", known) == [running.pid]
    relative = os.path.relpath(running.folder / "broker/mosquitto.conf")
    assert mosquitto.started_with(running.folder / "broker/mosquitto.conf", {os.getpid(): relative}) == [os.getpid()]
    assert mosquitto.started_with(Path("nowhere"), {running.pid: "nowhere", 1: ""}) == []


def test_a_reload_where_no_broker_has_this_configuration_names_those_that_run(
    fresh: Installation, shared: Installation
) -> None:
    config = fresh.folder / "broker/mosquitto.conf"
    said = fresh.tool("add", "reader", "tamu", "--reload")
    assert said.code == 1
    assert "readers/tamu: made" in said.lines
    assert said.lines[-1].startswith(f"no Mosquitto runs with {config}, so none was told to read it anew; there is ")
    assert f"process {shared.pid} with {shared.folder}/broker/mosquitto.conf" in said.lines[-1]


def test_files_that_the_broker_would_not_take_are_found_before_the_signal_even_if_they_are_unchanged(
    running: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker of another version, which a distribution has brought since, may end at what it does not understand."""
    asked: list[str] = []
    monkeypatch.setattr("broker.service.mosquitto.running", lambda: asked.append("which run"))
    monkeypatch.setattr("broker.mosquitto.program", lambda _name: "false")
    said = running.tool("provision", "--reload")
    assert said.code == 1
    assert said.lines[-1].startswith("nothing was changed: Mosquitto did not start")
    assert asked == []


def test_only_a_mosquitto_is_ever_told_to_reload(running: Installation) -> None:
    pid_file = running.folder / "pid"
    with subprocess.Popen(["sleep", "30"]) as other:
        pid_file.write_text(f"{other.pid}\n", "utf-8")
        said = running.tool("provision", "--pid-file", pid_file)
        assert said.code == 1
        assert said.lines[-1] == f"process {other.pid} is 'sleep', not mosquitto; it was told nothing"
        assert other.poll() is None
        other.kill()
    said = running.tool("provision", "--pid-file", pid_file)
    assert said.code == 1
    assert f"process {other.pid} was not told: there is no such process" in said.lines[-1]


@pytest.mark.parametrize("rest", [0, 60])
def test_a_password_file_cut_short_shuts_everyone_of_its_door_out_until_the_tool_mends_it(
    running: Installation, rest: int
) -> None:
    """Why the tool replaces files whole: Mosquitto 2.0 shuts everyone of the listener out, and 2.1 quits."""
    path = running.folder / "broker/nodes.passwd"
    whole = path.read_bytes()
    with running.login(STOLEN) as node, running.login("operator") as operator:
        path.write_bytes(whole[:rest])
        goes_on = reads_anew(running)
        assert node.hung_up()
        if goes_on:
            operator.catch_up()  # it is linked as before
            assert not gets_in(running, STOLEN)
    if goes_on:
        assert "broker/nodes.passwd: changed" in running.tool("provision", "--reload").lines
        running.settle()
    else:
        assert "broker/nodes.passwd: changed" in running.tool("provision").lines
        running.start()
    assert gets_in(running, STOLEN)


def reads_anew(running: Installation) -> bool:
    """Has the broker read its files anew; whether it still runs then."""
    try:
        running.reload()
    except ProbeError:
        running.stop()  # which waits for its end
        return False
    return True


def test_an_access_list_cut_short_takes_rights_away_and_grants_none(running: Installation) -> None:
    path = running.folder / "broker/nodes.acl"
    whole = path.read_bytes()
    for rest in (whole.index(STOLEN.encode()) + 10, 10, 0):
        path.write_bytes(whole[:rest])
        running.reload()
        with running.login(STOLEN) as node:
            assert node.publish(f"{BASE}/kalibagor/alarm/pencurian", b"") == 0x87
            assert node.publish(f"{BASE}/semua/command/silence", b"") == 0x87
    assert running.tool("check").code == 1
    assert running.tool("provision", "--reload").lines[0] == "broker/nodes.acl: changed"
    assert path.read_bytes() == whole
    running.settle()
    with running.login(STOLEN) as node:
        assert node.publish(f"{BASE}/kalibagor/alarm/pencurian", b"") in (0, 0x10)


def gets_in(running: Installation, name: str) -> bool:
    with running.connect(name) as client:
        return client.log_in(name, running.name(name), running.password(name)) == 0


def test_nothing_depends_on_the_brokers_own_database(running: Installation, tmp_path: Path) -> None:
    topic = f"{BASE}/kalibagor/alarm/pencurian"
    with running.login("operator") as client:
        assert client.publish(topic, b"old", retain=True) in (0, 0x10)
    running.stop()
    assert not list(running.folder.parent.rglob("*.db"))
    (running.folder / "broker/mosquitto.db").write_bytes(b"\0 half a database")
    running.start()
    run(["sh", str(running.bundle("layar") / "pasang")], home=tmp_path)
    kept = run([program("mosquitto_sub"), "-t", f"{BASE}/#", "-W", "1"], home=tmp_path, check=False)
    assert (kept.stdout, kept.returncode) == ("", 27)  # nothing came within the second
