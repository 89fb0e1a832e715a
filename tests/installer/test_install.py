"""`./install`: from a bundle to what runs, again, newer, and off again."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer import further, program
from installer.__main__ import main
from installer.bundle import Bundle
from installer.machine import Machine
from node import config as node_config
from posko import config as posko_config
from testing.program import LIMIT_S
from tests.broker.installation import DISTRICT, tool
from tests.contract.shipped import beside
from tests.installer.box import Box, copied

NODE, POSKO = "kentongan-node.service", "kentongan-posko.service"
WEB, NOTIFY = "kentongan-web.service", "kentongan-notify.service"


def test_a_node_is_installed_from_its_bundle_alone(box: Box, node_tar: Path) -> None:
    assert box.install("node", node_tar) == 0, box.lines
    found = node_config.load(box.path("/etc/kentongan/node.yaml"))
    assert (found.settings.village, found.settings.node, bool(found.endpoint.password)) == ("kalibagor", "pos-1", True)
    assert [path for path in box.files() if not path.startswith("usr/local")] == [
        "etc/chrony/sources.d/kentongan.sources",
        *(f"etc/kentongan/{name}" for name in ("ca.crt", "node.password", "node.yaml", "situbondo.yaml")),
        "etc/systemd/system/kentongan-node.service", "etc/systemd/system.conf.d/kentongan-watchdog.conf",
        "opt/kentongan",
    ]
    assert "server posko.local iburst" in box.text("/etc/chrony/sources.d/kentongan.sources")
    assert "RuntimeWatchdogSec=14s" in box.text("/etc/systemd/system.conf.d/kentongan-watchdog.conf")
    assert box.asked == [
        ("useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kentongan"),
        "usermod --append --groups gpio,audio kentongan",
        "systemctl daemon-reload", "systemctl daemon-reexec", "systemctl restart chrony.service",
        f"systemctl enable {NODE}", f"systemctl restart {NODE}",
        ("runuser -u kentongan -- env -C /run/kentongan /opt/kentongan/.venv/bin/kentongan check --config "
         "/etc/kentongan/node.yaml"),
    ]
    assert box.lines[-1].startswith("Installed. Are the pins of /etc/kentongan/node.yaml those of this box?")


def test_the_command_its_page_and_its_completions_are_where_they_are_sought(box: Box, node_tar: Path) -> None:
    assert box.install("node", node_tar) == 0
    for name in ("bin/kentongan", "share/man/man1/kentongan.1", "share/bash-completion/completions/kentongan",
                 "share/zsh/site-functions/_kentongan", "share/fish/vendor_completions.d/kentongan.fish"):
        target = box.path(f"/usr/local/{name}").readlink()
        assert str(target).startswith("/opt/kentongan/")
        if "/.venv/" not in str(target):
            assert box.path(str(target)).is_file()
    release = box.path("/opt/kentongan").resolve()
    assert {"node", "config", "sounds", "systemd", "install"} <= {path.name for path in release.iterdir()}


def test_nobody_but_root_and_the_nodes_user_reads_a_password(box: Box, node_tar: Path, posko_tar: Path) -> None:
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    assert {path.stat().st_mode & 0o777 for path in box.path("/etc/kentongan").iterdir()} == {0o640}
    assert box.path("/etc/kentongan").stat().st_mode & 0o777 == 0o750
    secret = {path.name for path in box.path("/etc/kentongan-broker/broker").iterdir() if path.stat().st_mode & 0o077}
    assert secret == {"mosquitto.conf", "server.crt"}


@pytest.mark.parametrize("order", [("node", "posko"), ("posko", "node")])
def test_a_node_and_a_hub_on_one_machine_keep_their_own_passwords(
    box: Box, bundles: Path, node_tar: Path, posko_tar: Path, order: tuple[str, str]
) -> None:
    for kind in order:
        assert box.install(kind, {"node": node_tar, "posko": posko_tar}[kind]) == 0, box.lines
    node = node_config.load(box.path("/etc/kentongan/node.yaml"))
    hub = posko_config.load(box.path("/etc/kentongan/posko.yaml"))
    assert node.endpoint.password == (bundles / "nodes/kalibagor.pos-1/password").read_text("utf-8").strip()
    assert hub.endpoint.password == (bundles / "posko/password").read_text("utf-8").strip()


def test_a_posko_starts_mosquitto_with_the_provisioned_files_before_the_hub(
    box: Box, bundles: Path, posko_tar: Path
) -> None:
    assert box.install("posko", posko_tar) == 0, box.lines
    drop_in = box.text("/etc/systemd/system/mosquitto.service.d/kentongan.conf")
    assert "ExecStart=/usr/sbin/mosquitto -c /etc/kentongan-broker/broker/mosquitto.conf" in drop_in
    for name in ("nodes.passwd", "operators.acl", "server.key"):
        assert box.path(f"/etc/kentongan-broker/broker/{name}").read_bytes() == (bundles / "broker" / name).read_bytes()
    assert box.asked[-7:] == [
        "systemctl restart chrony.service", "systemctl enable mosquitto.service", "systemctl restart mosquitto.service",
        f"systemctl enable {POSKO}", f"systemctl restart {POSKO}", f"systemctl enable {WEB}",
        f"systemctl restart {WEB}",
    ]


@pytest.mark.parametrize("peers", [(), ("--peer", "a=10.0.0.1", "--peer", "b=10.0.0.2", "--peer", "c=10.0.0.3")],
                         ids=["one", "cluster"])
@pytest.mark.parametrize("here", [False, True], ids=["carried", "provisioned here"])
def test_a_posko_beside_rabbitmq_gets_the_hub_and_no_mosquitto(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peers: tuple[str, ...], *, here: bool
) -> None:
    monkeypatch.setenv("KENTONGAN_RABBITMQ", str(tmp_path))
    made = tmp_path / "made"
    said = tool("provision", "--district", DISTRICT, "--engine", "rabbitmq", "--host", "posko.local", *peers,
                "--out", made)
    assert said.code == 0, said.lines
    if here:
        shutil.copytree(made, box.path("/etc/kentongan-broker"))

    assert box.install("posko", made / "posko" if here else made / "posko/kentongan-posko.tar") == 0, box.lines

    assert [line for line in box.asked if "mosquitto" in line] == []
    assert not box.path("/etc/systemd/system/mosquitto.service.d").exists()
    assert "   the broker is RabbitMQ, and left as it is; how to set it up: docs/scale.md" in box.lines
    assert f"systemctl restart {POSKO}" in box.asked
    found = posko_config.load(box.path("/etc/kentongan/posko.yaml"))
    assert found.settings.broker.addresses()[0] == (("10.0.0.1", 8883) if peers else ("127.0.0.1", 1883))
    assert (found.endpoint.ca_file is not None) == bool(peers)


def test_a_node_of_a_cluster_is_installed_with_all_its_addresses(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENTONGAN_RABBITMQ", str(tmp_path))
    peers = ("--peer", "a=10.0.0.1", "--peer", "b=10.0.0.2", "--peer", "c=10.0.0.3")
    made = tmp_path / "made"
    assert tool("provision", "--district", DISTRICT, "--engine", "rabbitmq", *peers, "--out", made).code == 0

    assert box.install("node", made / "nodes/kalibagor.pos-1/kentongan-node-kalibagor.pos-1.tar") == 0, box.lines

    found = node_config.load(box.path("/etc/kentongan/node.yaml"))
    assert found.settings.broker.addresses() == (("10.0.0.1", 8883), ("10.0.0.2", 8883), ("10.0.0.3", 8883))
    assert found.endpoint.password == (made / "nodes/kalibagor.pos-1/password").read_text("utf-8").strip()
    assert "server 10.0.0.1 iburst" in box.text("/etc/chrony/sources.d/kentongan.sources")


def test_a_page_that_would_not_start_takes_the_place_of_nothing(box: Box, bundles: Path, tmp_path: Path) -> None:
    shutil.copytree(bundles, box.path("/etc/kentongan-broker"))
    folder = copied(bundles / "posko", tmp_path / "faulty", web_yaml=("people: people.json", "peopel: people.json"))

    assert box.install("posko", folder) == 2

    assert any("did you mean people?" in line for line in box.lines)
    assert not box.path(f"/etc/systemd/system/{WEB}").exists()


def test_messages_outward_run_where_the_hubs_settings_have_them_and_stay_at_the_next_installation(
    box: Box, posko_tar: Path
) -> None:
    assert box.install("posko", posko_tar) == 0, box.lines
    assert NOTIFY not in box.enabled
    path = box.path("/etc/kentongan/posko.yaml")
    own = path.read_text("utf-8") + "unanswered_s: 60\nnotify:\n  - {to: 'json://127.0.0.1:9/x', events: [alarm]}\n"
    path.write_text(own, "utf-8")

    assert box.install("posko", posko_tar) == 0, box.lines
    assert box.asked[-2:] == [f"systemctl enable {NOTIFY}", f"systemctl start {NOTIFY}"]
    assert "   messages outward: sudo kentongan notify --test tries them" in box.lines
    assert path.read_text("utf-8") == own

    box.fails = f"start {NOTIFY}"
    assert box.install("posko", posko_tar) == 0, box.lines
    assert any(line.startswith(f"   TO DO: {NOTIFY} does not start") for line in box.lines)
    box.fails = ""
    path.write_text(own.partition("notify:")[0], "utf-8")
    assert box.install("posko", posko_tar) == 0, box.lines
    assert box.asked[-1] == f"systemctl disable --now {NOTIFY}"


def test_addresses_that_cannot_be_used_are_refused_before_anything_is_changed(box: Box, posko_tar: Path) -> None:
    assert box.install("posko", posko_tar) == 0, box.lines
    path = box.path("/etc/kentongan/posko.yaml")
    path.write_text(path.read_text("utf-8") + "notify: ['telegrm://x']\n", "utf-8")

    assert box.install("posko", posko_tar) == 2
    assert "  posko.yaml.notify.targets.1.to.1: telegrm:// is not known; did you mean tgram://?" in [
        line.removeprefix("install:") for line in box.lines]


def test_what_speaks_to_a_database_server_is_installed_only_where_the_settings_name_one(
    box: Box, posko_tar: Path
) -> None:
    box.fails = "requirements-scale.lock"
    assert box.install("posko", posko_tar) == 0, box.lines
    path = box.path("/etc/kentongan/posko.yaml")
    own = path.read_text("utf-8") + "journal: postgresql://kentongan@127.0.0.1:1/kentongan\n"  # where nobody listens
    path.write_text(own, "utf-8")
    assert box.install("posko", posko_tar) == 2
    box.fails = ""

    assert box.install("posko", posko_tar) == 0, box.lines
    assert path.read_text("utf-8") == own


def test_a_posko_that_is_not_called_what_posts_look_for_is_told_the_command(box: Box, posko_tar: Path) -> None:
    assert box.install("posko", posko_tar) == 0
    assert not any("TO DO" in line for line in box.lines)
    box.hostname = "raspberrypi"
    assert box.install("posko", posko_tar) == 0
    assert ("   TO DO: posts look for posko.local, and this machine is called raspberrypi: sudo hostnamectl "
            "set-hostname posko") in box.lines


def test_a_post_that_does_not_find_its_posko_is_told_so(box: Box, node_tar: Path) -> None:
    box.hosts = set()
    assert box.install("node", node_tar) == 0
    assert any(line.startswith("   TO DO: nothing here knows where posko.local is") for line in box.lines)
    assert box.lines[-1].startswith("Installed.")


def test_a_broker_that_was_provisioned_on_this_machine_keeps_its_files(
    box: Box, bundles: Path, posko_tar: Path
) -> None:
    shutil.copytree(bundles, box.path("/etc/kentongan-broker"))
    box.path("/etc/kentongan-broker/broker/nodes.passwd").write_text("newer than the bundle\n", "utf-8")
    assert box.install("posko", posko_tar) == 0, box.lines
    assert box.text("/etc/kentongan-broker/broker/nodes.passwd") == "newer than the bundle\n"


def test_the_pages_people_are_those_of_now_where_the_tool_keeps_them(
    box: Box, bundles: Path, posko_tar: Path
) -> None:
    shutil.copytree(bundles, box.path("/etc/kentongan-broker"))
    now = (bundles / "posko/people.json").read_text("utf-8") + "\n"
    box.path("/etc/kentongan-broker/posko/people.json").write_text(now, "utf-8")
    assert box.install("posko", posko_tar) == 0, box.lines
    assert box.text("/etc/kentongan/people.json") == now


def test_what_was_set_for_the_page_survives_a_new_bundle(box: Box, posko_tar: Path) -> None:
    assert box.install("posko", posko_tar) == 0, box.lines
    path = box.path("/etc/kentongan/web.yaml")
    of_the_bundle = path.read_text("utf-8")
    path.write_text(of_the_bundle.replace("port: ", "port: 1") + "listen: 0.0.0.0:8443\n", "utf-8")
    assert box.install("posko", posko_tar) == 0, box.lines
    assert path.read_text("utf-8") == of_the_bundle + "listen: 0.0.0.0:8443\n"


@pytest.mark.parametrize("kind", ["posko", "uplink"])
def test_broker_files_that_do_not_work_take_the_place_of_nothing(
    box: Box, posko_tar: Path, uplink_tar: Path, kind: str
) -> None:
    tar = {"posko": posko_tar, "uplink": uplink_tar}[kind]
    assert box.install(kind, tar) == 0, box.lines
    before = box.files()
    for path in box.path("/etc/kentongan-broker").rglob("*.passwd"):
        path.write_text("those of before\n", "utf-8")
    box.fails = "broker.trial.files"

    assert box.install(kind, tar) == 2
    assert "install: the broker's files are refused, and those of before, if any, are still in force:" in box.lines
    assert box.files().keys() == before.keys()
    assert {path.read_text("utf-8") for path in box.path("/etc/kentongan-broker").rglob("*.passwd")} == {
        "those of before\n"}
    assert [line for line in box.asked if "mosquitto.service" in line] == []


def test_a_villages_own_broker_is_installed_with_its_uplink(box: Box, uplink_tar: Path) -> None:
    assert box.install("uplink", uplink_tar) == 0, box.lines
    drop_in = box.text("/etc/systemd/system/mosquitto.service.d/kentongan.conf")
    assert "ExecStart=/usr/sbin/mosquitto -c /etc/kentongan-broker/mosquitto.conf" in drop_in
    assert box.path("/etc/kentongan-broker/uplink.yaml").is_file()
    assert box.asked[-2:] == ["systemctl enable kentongan-uplink.service", "systemctl restart kentongan-uplink.service"]


def test_a_second_run_changes_nothing_and_starts_nothing_anew(box: Box, node_tar: Path, posko_tar: Path) -> None:
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    before = box.files()
    for kind, tar in (("node", node_tar), ("posko", posko_tar)):
        assert box.install(kind, tar) == 0
        assert "   changed: nothing" in box.lines
        assert [line for line in box.asked if "restart" in line] == []
    assert box.files() == before


def test_a_run_that_was_interrupted_is_completed_by_the_next(box: Box, node_tar: Path) -> None:
    box.fails = "systemctl daemon-reload"
    assert box.install("node", node_tar) == 2
    box.fails = ""
    assert box.install("node", node_tar) == 0
    assert f"systemctl restart {NODE}" in box.asked
    assert box.install("node", node_tar) == 0
    assert f"systemctl restart {NODE}" not in box.asked


def test_an_interrupted_program_is_made_anew(box: Box, node_tar: Path) -> None:
    box.fails = "compileall"
    assert box.install("node", node_tar) == 2
    assert not box.path("/opt/kentongan").exists()
    box.fails = ""
    assert box.install("node", node_tar) == 0
    assert "   this release is there already" not in box.lines


def test_the_pins_of_a_box_survive_its_new_bundle_and_what_the_bundle_decides_is_new(
    box: Box, bundles: Path, node_tar: Path, tmp_path: Path
) -> None:
    assert box.install("node", node_tar) == 0
    path = box.path("/etc/kentongan/node.yaml")
    path.write_text(box.text("/etc/kentongan/node.yaml").replace("siren: {pin: 17,", "siren: {pin: 23,"), "utf-8")
    newer = copied(bundles / "nodes/kalibagor.pos-1", tmp_path / "newer", node_yaml=("posko.local", "10.9.8.7"))
    (newer / "password").write_text("renewed\n", "utf-8")
    assert box.install("node", newer) == 0, box.lines
    found = node_config.load(path)
    assert found.settings.siren.pin == 23
    assert (found.settings.broker.host, found.endpoint.password) == ("10.9.8.7", "renewed")
    assert "siren: {pin: 17," in box.text("/etc/kentongan/node.yaml.bundle")
    assert any("the box's own pins and settings stay" in line for line in box.lines)
    assert f"systemctl restart {NODE}" in box.asked


def test_an_upgrade_takes_the_place_of_the_old_program_and_keeps_settings_and_state(
    box: Box, node_tar: Path, posko_tar: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    state = box.path("/var/lib/kentongan/journal.sqlite")
    state.parent.mkdir(parents=True)
    state.write_bytes(b"presses")
    before, old = box.files(), box.path("/opt/kentongan").readlink()
    newer = tmp_path / "newer"
    for part in program._PARTS:
        source = program.SOURCE / part
        (newer / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, newer / part)
    (newer / "LICENSE").write_text("another\n", "utf-8")
    monkeypatch.setattr(program, "SOURCE", newer)
    assert box.install("node", node_tar) == 0, box.lines
    assert box.path("/opt/kentongan").readlink() != old
    assert [path.name for path in box.path("/opt/kentongan-releases").iterdir()] == [
        box.path("/opt/kentongan").readlink().name
    ]
    assert {path: body for path, body in box.files().items() if path != "opt/kentongan"} == {
        path: body for path, body in before.items() if path != "opt/kentongan"
    }
    assert [line for line in box.asked if "restart" in line] == [
        f"systemctl restart {NODE}", f"systemctl restart {POSKO}", f"systemctl restart {WEB}",
    ]


def test_settings_that_the_program_refuses_take_the_place_of_nothing(
    box: Box, bundles: Path, node_tar: Path, tmp_path: Path
) -> None:
    assert box.install("node", node_tar) == 0
    before = box.files()
    for village in ("olaen", "kotakan"):
        broken = copied(bundles / "nodes/kalibagor.pos-1", tmp_path / village,
                        situbondo_yaml=("kalibagor:", f"{village}:"))
        assert box.install("node", broken) == 2
        at = box.lines.index("install: the settings are refused, and those of before, if any, are still in force:")
        assert box.lines[at + 1:]
        assert box.files() == before
        assert [line for line in box.asked if "systemctl" in line] == []


def test_a_changed_district_reaches_node_and_hub_and_leaves_their_settings(
    box: Box, bundles: Path, node_tar: Path, posko_tar: Path, tmp_path: Path
) -> None:
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    before = box.files()
    newer = DISTRICT.read_text("utf-8").replace("earshot_m: 500", "earshot_m: 600")
    (tmp_path / "situbondo.yaml").write_text(newer, "utf-8")
    shutil.copytree(bundles, tmp_path / "b")
    said = tool("provision", "--district", tmp_path / "situbondo.yaml", "--out", tmp_path / "b")
    assert any("sudo ./install district kentongan-district.tar" in line for line in said.lines)
    assert box.install("district", tmp_path / "b/kentongan-district.tar") == 0, box.lines
    changed = {path for path, body in box.files().items() if before.get(path) != body}
    assert changed == {"etc/kentongan/situbondo.yaml"}
    assert box.asked == [f"systemctl restart {unit}" for unit in (NODE, POSKO, WEB)]


FURTHER = "kentongan-posko@panarukan.service"


@pytest.fixture(scope="module")
def panarukan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installation of a second district."""
    folder = tmp_path_factory.mktemp("panarukan")
    (folder / "panarukan.yaml").write_text(json.dumps(beside()), "utf-8")
    said = tool("provision", "--district", folder / "panarukan.yaml", "--host", "posko.local", "--out", folder / "b")
    assert said.code == 0, said.lines
    return folder / "b"


def test_a_further_districts_hub_has_settings_state_and_a_service_of_its_own(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    assert box.install("posko", posko_tar) == 0
    before = box.files()
    assert box.install("further", panarukan / "posko/kentongan-posko.tar") == 0, box.lines
    found = posko_config.load(box.path("/etc/kentongan/panarukan/posko.yaml"))

    assert (found.district.district, str(found.state_dir)) == ("panarukan", "/var/lib/kentongan-posko-panarukan")
    assert found.endpoint.password == (panarukan / "posko/password").read_text("utf-8").strip()
    assert posko_config.load(box.path("/etc/kentongan/posko.yaml")).district.district == "situbondo"
    changed = {path for path, body in box.files().items() if before.get(path) != body}
    assert changed == {
        *(f"etc/kentongan/panarukan/{name}" for name in ("panarukan.yaml", "password", "posko.yaml")),
        "etc/systemd/system/kentongan-posko@.service", f"etc/systemd/system/{WEB}.d/further.conf"}
    assert "InaccessiblePaths=-/etc/kentongan/panarukan/password\n" in box.text(
        f"/etc/systemd/system/{WEB}.d/further.conf")
    assert box.path("/etc/kentongan/panarukan").stat().st_mode & 0o777 == 0o750
    assert {path.stat().st_mode & 0o777 for path in box.path("/etc/kentongan/panarukan").iterdir()} == {0o640}
    assert box.asked == ["systemctl daemon-reload", f"systemctl enable {FURTHER}", f"systemctl restart {FURTHER}",
                         f"systemctl restart {WEB}"]


def test_a_further_district_is_renewed_and_what_was_set_for_it_stays(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    tar = panarukan / "posko/kentongan-posko.tar"
    assert box.install("posko", posko_tar) == box.install("further", tar) == 0
    before = box.files()
    assert box.install("further", tar) == 0
    assert box.files() == before
    assert box.asked[-1] == f"systemctl start {FURTHER}"

    path = box.path("/etc/kentongan/panarukan/posko.yaml")
    path.write_text(path.read_text("utf-8") + "unanswered_s: 60\n", "utf-8")
    assert box.install("further", tar) == 0
    assert posko_config.load(path).settings.unanswered_s == 60
    path.with_name("panarukan.yaml").write_text("district: panarukan\n", "utf-8")
    assert box.install("district", panarukan / "kentongan-district.tar") == 0, box.lines
    assert box.files()["etc/kentongan/panarukan/panarukan.yaml"] == before["etc/kentongan/panarukan/panarukan.yaml"]
    assert box.asked == [f"systemctl restart {FURTHER}"]


def test_a_further_district_is_restarted_with_a_new_program_and_goes_with_all_the_rest(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    tar = panarukan / "posko/kentongan-posko.tar"
    assert box.install("posko", posko_tar) == box.install("further", tar) == 0
    box.path("/var/lib/kentongan-posko-panarukan").mkdir(parents=True)
    assert box.install("uninstall") == 0
    assert f"systemctl disable --now {FURTHER}" in box.asked
    assert not any("systemd" in path for path in box.files())
    assert any("/var/lib/kentongan-posko-panarukan (with --purge" in line for line in box.lines)
    assert box.install("posko", posko_tar) == 0
    idle = ("   TO DO: the hub of panarukan is not installed any more, and its settings are here: ./install further "
            "BUNDLE")
    assert idle in box.lines
    assert box.install("further", tar) == box.install("posko", posko_tar) == 0
    assert idle not in box.lines
    assert box.install("uninstall", "--purge") == 0
    assert not box.path("/var/lib/kentongan-posko-panarukan").exists()


def test_the_hub_of_one_district_does_not_take_the_place_of_anothers(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    assert box.install("posko", posko_tar) == 0
    before = box.files()
    assert box.install("posko", panarukan / "posko/kentongan-posko.tar") == 2
    assert box.lines == [
        ("install: the posko here is that of situbondo, and the bundle is of panarukan; nothing was changed. Beside "
         "it: ./install further BUNDLE; in its place: first sudo ./install uninstall --purge")]
    assert box.files() == before


def test_the_district_of_who_is_not_here_replaces_nobodys(box: Box, posko_tar: Path, panarukan: Path) -> None:
    tar = panarukan / "kentongan-district.tar"
    assert box.install("posko", posko_tar) == 0
    before = box.files()
    assert box.install("district", tar) == 2
    assert box.lines == ["install: the district panarukan is not here, but situbondo; nothing was changed"]
    assert box.files() == before


@pytest.mark.parametrize("text", [
    "\ufeffdistrict: panarukan\n", '{"name": "Kecamatan Panarukan", "district": "panarukan", "villages": {}}',
    "# district: situbondo\n\n# Kecamatan\ndistrict: 'panarukan'  # its slug\n",
    '{\n  # its slug\n  "district": "panarukan"\n}',
    "name: Kecamatan Panarukan\ndistrict: panarukan\n",
])
def test_of_which_district_a_file_is_can_be_told_however_it_is_written(text: str) -> None:
    files = {"panarukan.yaml": text.encode(), "incidents.yaml": b"banjir: {reach: district}\n"}
    assert further.district(Bundle("district", files)) == "panarukan"


@pytest.mark.parametrize("text", [
    "broker: {host: 127.0.0.1, username: situbondo.posko}\n", '{"broker": {"username": "situbondo.posko"}}\n',
    "# broker: {username: panji.posko}\nbroker:\n  - host: a\n    username: 'situbondo.posko'\n  - host: b\n",
])
def test_whose_hub_it_is_can_be_told_however_its_settings_are_written(text: str) -> None:
    assert further.owner(text) == "situbondo"
    assert further.owner(text.replace("situbondo.posko", "layar_situbondo")) is None


def test_a_readers_folder_for_the_page_is_no_hub_and_the_page_may_read_it(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    assert box.install("posko", posko_tar) == 0
    shutil.copytree(panarukan / "readers/layar", box.path("/etc/kentongan/panarukan-layar"))
    assert box.install("further", panarukan / "posko/kentongan-posko.tar") == 0, box.lines
    assert box.text(f"/etc/systemd/system/{WEB}.d/further.conf").endswith(
        "\nInaccessiblePaths=-/etc/kentongan/panarukan/password\n")
    box.path("/etc/systemd/system/mosquitto.service.d/own.conf").write_text("[Service]\n", "utf-8")
    assert box.install("uninstall") == 0
    assert not any("panarukan-layar" in line for line in (*box.asked, *box.lines))
    assert [path.name for path in box.path("/etc/systemd").rglob("*")] == ["system", "mosquitto.service.d", "own.conf"]


def test_a_page_sees_no_further_password_though_that_hub_does_not_get_ready(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    assert box.install("posko", posko_tar) == 0
    box.fails = f"restart {FURTHER}"
    assert box.install("further", panarukan / "posko/kentongan-posko.tar") == 2
    assert box.asked[-1] == f"systemctl restart {WEB}"


def test_an_upgrade_brings_what_further_hubs_need_too(
    box: Box, posko_tar: Path, panarukan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert box.install("posko", posko_tar) == box.install("further", panarukan / "posko/kentongan-posko.tar") == 0
    path = box.path("/etc/kentongan/panarukan/posko.yaml")
    path.write_text(path.read_text("utf-8") + "journal: postgresql://db1/kentongan\n", "utf-8")
    template = box.path("/etc/systemd/system/kentongan-posko@.service")
    template.write_text("of a version before\n", "utf-8")
    asked, build = [], program.build

    def noted(machine: Machine, kind: str, wheels: Path | None, *, server: bool) -> str:
        asked.append(server)
        return build(machine, kind, wheels, server=server)

    monkeypatch.setattr(program, "build", noted)
    assert box.install("posko", posko_tar) == 0, box.lines
    assert asked == [True]
    assert "Description=Kentongan digital: the hub of %i" in template.read_text("utf-8")


def test_beside_a_posko_that_was_taken_off_there_is_no_further_hub(
    box: Box, posko_tar: Path, panarukan: Path
) -> None:
    assert box.install("posko", posko_tar) == box.install("uninstall") == 0
    assert box.install("further", panarukan / "posko/kentongan-posko.tar") == 2
    assert box.lines == ["install: no posko is installed here; the first district's hub is: ./install posko BUNDLE"]


def test_what_is_no_further_district_is_refused_and_changes_nothing(
    box: Box, posko_tar: Path, node_tar: Path, panarukan: Path
) -> None:
    tar = panarukan / "posko/kentongan-posko.tar"
    assert box.install("further", tar) == 2
    assert box.lines == ["install: no posko is installed here; the first district's hub is: ./install posko BUNDLE"]
    assert box.install("posko", posko_tar) == 0
    before = box.files()
    assert box.install("further", posko_tar) == 2
    assert box.lines == ["install: situbondo is the district of the posko here; renew it: ./install posko BUNDLE"]
    assert box.install("further", node_tar) == 2
    box.fails = "posko --check"
    assert box.install("further", tar) == 2
    assert box.lines[-2].startswith("install: the settings are refused"), box.lines
    assert box.files() == before


def test_uninstalling_leaves_settings_and_state_and_nothing_else(box: Box, node_tar: Path, posko_tar: Path) -> None:
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    for name in ("kentongan", "kentongan-posko", "kentongan-web"):
        box.path(f"/var/lib/{name}").mkdir(parents=True)
        box.path(f"/var/lib/{name}/journal.sqlite").write_bytes(b"presses")
    kept = {path: body for path, body in box.files().items() if path.startswith(("etc/kentongan", "var/lib/"))}
    assert box.install("uninstall") == 0, box.lines
    assert box.files() == kept
    assert not box.path("/opt/kentongan-releases").exists()
    assert box.asked == [
        *(f"systemctl disable --now {unit}" for unit in (NOTIFY, NODE, POSKO, WEB)), "systemctl daemon-reload",
        "systemctl daemon-reexec", "systemctl try-restart mosquitto.service", "systemctl try-restart chrony.service",
    ]
    assert box.install("node", node_tar) == 0
    assert box.install("uninstall", "--purge") == 0
    assert box.files() == {}
    assert box.asked[-1] == "userdel kentongan"


def test_the_authority_of_a_district_is_never_purged(box: Box, bundles: Path, posko_tar: Path) -> None:
    shutil.copytree(bundles, box.path("/etc/kentongan-broker"))
    assert box.install("posko", posko_tar) == 0
    assert box.install("uninstall", "--purge") == 0
    assert box.path("/etc/kentongan-broker/ca/ca.key").is_file()
    assert any("it holds the authority that every box trusts" in line for line in box.lines)


def test_to_uninstall_where_nothing_is_installed_is_no_fault(box: Box) -> None:
    assert box.install("uninstall", "--purge") == 0
    assert box.files() == {}


def test_a_missing_group_gpio_is_made_and_given_the_chips(box: Box, node_tar: Path) -> None:
    box.groups = {"audio"}
    assert box.install("node", node_tar) == 0
    assert box.asked[:3] == [
        "groupadd --system gpio", "udevadm control --reload", "udevadm trigger --subsystem-match=gpio",
    ]
    assert 'KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"' in box.text("/etc/udev/rules.d/60-kentongan-gpio.rules")
    assert box.install("uninstall", "--purge") == 0
    assert box.files() == {}


def test_missing_packages_are_installed_and_no_others(box: Box, node_tar: Path) -> None:
    box.packages -= {"chrony", "libnss-mdns", "mosquitto"}
    assert box.install("node", node_tar) == 0
    assert box.asked[:2] == [
        "apt-get update -q", "apt-get install -y -q --no-install-recommends chrony libnss-mdns",
    ]


def test_without_internet_the_packages_come_from_the_folder_of_wheels(box: Box, node_tar: Path, tmp_path: Path) -> None:
    box.packages -= {"chrony"}
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    assert box.install("node", node_tar, "--wheels", wheels) == 2
    assert "does not hold all of these packages as .deb files: chrony" in box.lines[-1]
    assert box.asked == []
    (wheels / "chrony_4.6_arm64.deb").touch()
    assert box.install("node", node_tar, "--wheels", wheels) == 0
    assert box.asked[0] == (
        "apt-get install -y -q --no-install-recommends -o Dir::Etc::SourceList=/dev/null -o "
        f"Dir::Etc::SourceParts=/dev/null {wheels}/chrony_4.6_arm64.deb")


def test_a_machine_without_the_pins_driver_says_the_ways_to_it_and_changes_nothing_that_runs(
    box: Box, node_tar: Path, posko_tar: Path
) -> None:
    box.has_lgpio, box.candidate = False, "(none)"
    assert box.install("node", node_tar) == 2
    assert box.lines[-5:] == [
        "install: the pins' driver, lgpio, cannot be had here. Ways to it:",
        "  Raspberry Pi OS, Ubuntu: sudo apt-get install python3-lgpio",
        "  Debian 12 (Python 3.11): PyPI's wheel, from the Internet or in the folder of --wheels",
        "  Debian 13 (Python 3.13): it has no package and PyPI no wheel; take Raspberry Pi OS",
        "install: nothing that runs was changed; then run this again",
    ]
    assert not any(path.startswith(("opt/kentongan", "etc")) for path in box.files())
    assert box.install("posko", posko_tar) == 0, "a hub has no pins"


def test_a_service_that_does_not_get_ready_is_not_called_installed(box: Box, node_tar: Path) -> None:
    box.fails = f"systemctl restart {NODE}"
    assert box.install("node", node_tar) == 2
    assert any(line.startswith(f"install: {NODE} does not get ready") for line in box.lines)
    assert not any(line.startswith("Installed") for line in box.lines)


def test_a_post_that_is_not_in_order_is_said_not_to_be(box: Box, node_tar: Path) -> None:
    box.fails = "runuser"
    assert box.install("node", node_tar) == 2
    assert "install: installed and started, but this post is not in order:" in box.lines
    assert not any(line.startswith("Installed.") for line in box.lines)


def test_a_copy_made_by_hand_in_opt_is_kept_aside_and_its_settings_are_taken_over(
    box: Box, bundles: Path, node_tar: Path
) -> None:
    box.path("/opt/kentongan").mkdir(parents=True)
    box.path("/opt/kentongan/README.md").touch()
    shutil.copytree(bundles / "nodes/kalibagor.pos-1", box.path("/etc/kentongan"))
    path = box.path("/etc/kentongan/node.yaml")
    path.write_text(path.read_text("utf-8").replace("siren: {pin: 17,", "siren: {pin: 23,"), "utf-8")
    assert box.install("node", node_tar) == 0, box.lines
    assert box.path("/opt/kentongan.before/README.md").is_file()
    assert node_config.load(path).settings.siren.pin == 23


def test_what_cannot_be_done_is_one_sentence_and_exit_2_and_changes_nothing(
    box: Box, bundles: Path, node_tar: Path, posko_tar: Path, tmp_path: Path
) -> None:
    uplink_tar = bundles / "villages/olean/kentongan-uplink-olean.tar"
    assert box.install("node", node_tar) == box.install("posko", posko_tar) == 0
    (tmp_path / "rubbish.tar").write_bytes(b"rubbish")
    (tmp_path / "half.tar").write_bytes(node_tar.read_bytes()[:3000])
    lacking = copied(bundles / "nodes/kalibagor.pos-1", tmp_path / "lacking")
    (lacking / "password").unlink()
    other = bundles / "nodes/kotakan.pos-1/kentongan-node-kotakan.pos-1.tar"
    before = box.files()
    for words, part in (
        (("node",), "node needs its file: ./install node FILE.tar"),
        (("uninstall", node_tar), "uninstall takes no file"),
        (("node", node_tar, "--purge"), "--purge belongs to uninstall"),
        (("node", node_tar, "--wheels", tmp_path / "none"), "none is not a folder"),
        (("node", tmp_path / "none.tar"), "none.tar: is not there"),
        (("node", tmp_path / "rubbish.tar"), "rubbish.tar: is no whole archive"),
        (("node", tmp_path / "half.tar"), "half.tar: "),
        (("node", posko_tar), f"is for posko, not for node; run: ./install posko {posko_tar}"),
        (("posko", node_tar), "is for node, not for posko"),
        (("node", bundles / "operators/operator"), "is the bundle of a person"),
        (("node", lacking), "lacks password"),
        (("node", other), "this box is kalibagor.pos-1, and the bundle is of kotakan.pos-1"),
        (("uplink", uplink_tar), "this machine is installed as posko"),
        (("node", bundles / "kentongan-district.tar"), "is for district, not for node"),
    ):
        assert box.install(*words) == 2, words
        assert (len(box.lines), box.asked) == (1, []), box.lines
        assert box.lines[0].startswith("install: ")
        assert part in box.lines[0]
    assert box.files() == before


def test_a_district_where_nothing_is_installed_and_a_posko_without_the_brokers_files_are_refused(
    box: Box, bundles: Path
) -> None:
    assert box.install("district", bundles / "kentongan-district.tar") == 2
    assert box.lines == ["install: neither a node nor a posko is installed here; nothing was changed"]
    assert box.install("posko", bundles / "posko") == 2
    assert "give the archive kentongan-posko.tar" in box.lines[0]
    assert box.files() == {}


def test_who_is_not_root_and_a_machine_without_systemd_are_told_so(box: Box, node_tar: Path) -> None:
    box.user_id = "1000"
    assert box.install("node", node_tar) == 2
    assert box.lines[0].startswith("install: this needs root: sudo ./install")
    box.user_id, box.fails = "0", "systemctl --version"
    assert box.install("node", node_tar) == 2
    assert box.lines == ["install: systemctl is not here; this needs a system with systemd"]
    assert box.files() == {}


def test_a_districts_own_incidents_and_codes_come_along(box: Box, tmp_path: Path) -> None:
    base = tmp_path / "own"
    (base / "rhythms").mkdir(parents=True)
    for name in ("situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml"):
        (base / name).write_bytes((DISTRICT.parent / name).read_bytes() + b"# ours\n")
    assert tool("provision", "--district", base / "situbondo.yaml", "--out", tmp_path / "b").code == 0
    assert box.install("node", tmp_path / "b/nodes/olean.pos-1/kentongan-node-olean.pos-1.tar") == 0, box.lines
    for name in ("incidents.yaml", "rhythms/jawa-timur.yaml"):
        assert box.text(f"/etc/kentongan/{name}").endswith("# ours\n")
    assert box.path("/etc/kentongan/rhythms").stat().st_mode & 0o777 == 0o750


def test_a_setting_of_a_bundle_is_written_as_the_tool_writes_it(bundles: Path) -> None:
    """The installer has no YAML reader before the program is there: it trusts one line for each of these."""
    text = (bundles / "nodes/kalibagor.pos-1/node.yaml").read_text("utf-8")
    for line in ('node: "pos-1"', 'village: "kalibagor"', 'hears: "village"', 'district: "situbondo.yaml"'):
        assert f"\n{line}\n" in text
    assert '\nbroker: {host: "posko.local", port: 8883, username: ' in text


def test_the_installer_needs_nothing_but_pythons_own_library() -> None:
    """It runs before there is a virtual environment."""
    done = subprocess.run([str(program.SOURCE / "install"), "--help"], capture_output=True, text=True, check=False,
                          env={"PATH": "/usr/bin:/bin"}, timeout=LIMIT_S)
    assert (done.returncode, "uninstall" in done.stdout) == (0, True), done.stderr
    code = f"import sys; sys.path.insert(0, {str(program.SOURCE)!r}); import installer.__main__"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code], check=True, timeout=LIMIT_S)


def test_below_another_root_nothing_of_the_system_is_touched(tmp_path: Path, node_tar: Path) -> None:
    box = Box(tmp_path)
    box.packages, box.groups = set(), set()
    lines: list[str] = []
    assert main(["node", str(node_tar), "--root", str(tmp_path), "--yes"], lines.append, box._run) == 0, lines
    assert box.asked == []
    assert f"   left out with --root: systemctl restart {NODE}" in lines


def test_without_yes_and_without_a_keyboard_nothing_is_done(box: Box, node_tar: Path) -> None:
    lines: list[str] = []
    words = ["node", str(node_tar), "--root", str(box.root)]
    assert main(words, lines.append, box._run, whole=True) == 2
    assert lines[-1] == "install: nothing was done: there is nobody to ask; give --yes"
    assert box.files() == {}
