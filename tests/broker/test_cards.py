"""What is written for a post's card: what cloud-init reads at a first boot, and who may read it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from broker.core import cards
from contract.settings import yamltext
from testing.program import LIMIT_S
from tests.broker.installation import Installation, Said
from tests.support.nodes import CONFIG

EXAMPLE = CONFIG / "cards.yaml"
HASH = "$6$salt$" + "x" * 80
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQ1LwCbvW8iBwTzVbJmTjXnYqXh2dGgkYkq7wWkYv0e"
WIFI = {"name": 'Balai "Desa" é', "password": 'sandi: "rahasia" #1', "country": "ID"}
USER = {"name": "teknisi", "password_hash": HASH, "ssh_keys": [KEY]}


def provision(made: Installation, **settings: Any) -> Said:
    path = made.folder.parent / "given.yaml"
    path.write_text(json.dumps({"user": USER, **settings}), "utf-8")
    return made.tool("provision", "--cards", path)


def card(made: Installation, post: str = "kalibagor.pos-1") -> Path:
    return made.folder / "cards" / post


def user_data(made: Installation) -> dict[str, Any]:
    text = (card(made) / "user-data").read_text("utf-8")
    assert text.startswith("#cloud-config\n")  # else cloud-init passes it over
    found = yamltext.load(text)
    assert isinstance(found, dict)
    return found


def script(made: Installation) -> str:
    found: str = user_data(made)["write_files"][0]["content"]
    return found


def test_each_post_has_a_card_with_its_own_bundle_and_names(fresh: Installation) -> None:
    said = provision(fresh, wifi=WIFI, posts={"olean.pos-1": {"hostname": "pos-olean"}})

    assert said.code == 0, said.lines
    posts = {path.name for path in (fresh.folder / "nodes").iterdir()}
    assert {path.name for path in (fresh.folder / "cards").iterdir()} == posts
    for post in posts:
        name = f"kentongan-node-{post}.tar"
        assert {path.name for path in card(fresh, post).iterdir()} == {"user-data", "network-config", "meta-data", name}
        assert (card(fresh, post) / name).read_bytes() == (fresh.folder / "nodes" / post / name).read_bytes()
    names = {post: yamltext.load((card(fresh, post) / "user-data").read_text("utf-8"))["hostname"]  # type: ignore[index]
             for post in ("olean.pos-1", "patokan.polsek")}
    assert names == {"olean.pos-1": "pos-olean", "patokan.polsek": "patokan-polsek"}


def test_the_user_logs_in_with_a_key_and_has_a_password_for_sudo(fresh: Installation) -> None:
    """On a Raspberry Pi OS of 2026 sudo asks for one; nothing here may make it passwordless."""
    provision(fresh)
    found = user_data(fresh)

    assert found["users"] == [{"name": "teknisi", "groups": "audio,gpio,netdev,sudo", "shell": "/bin/bash",
                               "lock_passwd": False, "passwd": HASH, "ssh_authorized_keys": [KEY]}]
    assert found["ssh_pwauth"] is False
    assert "NOPASSWD" not in (card(fresh) / "user-data").read_text("utf-8")
    assert "sudo " not in script(fresh)


def test_without_wifi_a_box_has_its_cable_and_a_posts_own_wifi_comes_before_the_districts(fresh: Installation) -> None:
    provision(fresh, posts={"olean.pos-1": {"wifi": WIFI}})
    networks = {post: yamltext.load((card(fresh, post) / "network-config").read_text("utf-8"))
                for post in ("kalibagor.pos-1", "olean.pos-1")}
    cable = {"version": 2, "ethernets": {"eth0": {"dhcp4": True, "optional": True}}}

    assert networks["kalibagor.pos-1"] == {"network": cable}
    assert networks["olean.pos-1"] == {"network": {**cable, "wifis": {"wlan0": {
        "dhcp4": True, "optional": True, "regulatory-domain": "ID",
        "access-points": {'Balai "Desa" é': {"password": 'sandi: "rahasia" #1'}},
    }}}}


def test_nobody_else_reads_a_card_or_its_settings_and_nothing_prints_a_password(fresh: Installation) -> None:
    said = provision(fresh, wifi=WIFI)
    kept = [fresh.folder / "cards.yaml", *(path for path in (fresh.folder / "cards").rglob("*") if path.is_file())]

    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    assert not any("rahasia" in line or HASH in line for line in said.lines)


@pytest.mark.parametrize("settings", [
    {"wifi": {**WIFI, "password": "rahasia"}}, {"wifi": {**WIFI, "password": "rahasia" * 10}},
    {"wifi": {**WIFI, "password": ["rahasia"]}}, {"wifi": {**WIFI, "password": "rahasia\u00e9"}},
    {"wifi": "rahasia"}, {"posts": {"olean.pos-1": "rahasia"}},
    {"user": {**USER, "password_hash": "rahasia"}},
    {"user": {**USER, "password": "rahasia"}}, {"posts": {"olean.pos-1": {"wifi": {**WIFI, "pasword": "rahasia"}}}},
], ids=range(9))
def test_no_fault_shows_a_password(fresh: Installation, settings: dict[str, Any]) -> None:
    said = provision(fresh, **settings)

    assert said.code == 2
    assert not any("rahasia" in line for line in said.lines), said.lines
    assert not (fresh.folder / "cards").exists()


def test_yaml_that_cannot_be_read_is_answered_with_its_line_alone(fresh: Installation) -> None:
    path = fresh.folder.parent / "given.yaml"
    path.write_text("user: {}\nwifi: {name: x, password:rahasia}\n", "utf-8")
    said = fresh.tool("provision", "--cards", path)

    assert said.code == 2
    assert len(said.lines) == 1
    assert "cards.yaml: line 2" in said.lines[0]
    assert "rahasia" not in said.lines[0]


@pytest.mark.parametrize(("settings", "fault"), [
    ({"user": {**USER, "name": "root"}}, "user.name"), ({"user": {**USER, "ssh_keys": []}}, "nobody could log in"),
    ({"user": {**USER, "ssh_keys": ["-----BEGIN OPENSSH PRIVATE KEY-----"]}}, "user.ssh_keys.1"),
    ({"posts": {"olaen.pos-1": {}}}, "posts.olaen.pos-1: the district has no such post"),
    ({"posts": {"olean.pos-1": {"hostname": "Pos Olean"}}}, "posts.olean.pos-1.hostname"),
    ({"wifi": {**WIFI, "country": "Indonesia"}}, "wifi.country"),
])
def test_what_would_leave_a_box_unreachable_is_a_fault(
    fresh: Installation, settings: dict[str, Any], fault: str
) -> None:
    said = provision(fresh, **settings)
    assert said.code == 2
    assert any(fault in line for line in said.lines), said.lines


def test_a_card_follows_its_bundle_and_goes_with_its_account(fresh: Installation) -> None:
    provision(fresh)
    before = {path.parent.name: path.read_bytes() for path in (fresh.folder / "cards").glob("*/meta-data")}
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert fresh.tool("rotate", "olean.pos-1").code == 0
    after = {path.parent.name: path.read_bytes() for path in (fresh.folder / "cards").glob("*/meta-data")}

    # cloud-init does all of it anew for another instance-id, and for no other.
    assert {post for post in before if before[post] != after[post]} == {"olean.pos-1"}
    assert fresh.tool("revoke", "olean.pos-1").code == 0
    assert not card(fresh, "olean.pos-1").exists()
    assert card(fresh).exists()


def test_a_handed_over_bundle_that_is_not_here_any_more_keeps_its_card_and_makes_none(fresh: Installation) -> None:
    shutil.rmtree(fresh.folder / "nodes/olean.pos-1")
    provision(fresh)
    assert not card(fresh, "olean.pos-1").exists()
    shutil.rmtree(fresh.folder / "nodes/kalibagor.pos-1")
    assert fresh.tool("provision").code == 0
    assert card(fresh).exists()


def test_the_shipped_example_is_taken(fresh: Installation) -> None:
    said = fresh.tool("provision", "--cards", EXAMPLE)
    assert said.code == 0, said.lines
    assert user_data(fresh)["hostname"] == "pos-kalibagor"


# The script of the first boot, on a machine that is a folder.


def boot(made: Installation, folder: Path, *, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """The script, with the machine's paths below *folder*; `install` notes what it was given, or *fails*."""
    for name in ("boot/firmware", "etc/cloud", "etc/systemd/system", "usr/local/sbin", "var/lib", "bin"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "bin/systemctl").write_text("#!/bin/sh\n", "utf-8")
    (folder / "bin/systemctl").chmod(0o755)
    release = folder / "kentongan-0.1.0"
    release.mkdir(exist_ok=True)
    body = f'#!/bin/sh\necho "$@" >> {folder}/installed\ncat "$2" > {folder}/bundle\nexit {int(fails)}\n'
    (release / "install").write_text(body, "utf-8")
    (release / "install").chmod(0o755)
    subprocess.run(["tar", "-czf", folder / "boot/firmware/kentongan-0.1.0.tar.gz", "-C", folder, release.name],
                   check=True)
    text = script(made)
    for name in ("/boot/firmware", "/etc/", "/usr/local/", "/var/lib/"):
        text = text.replace(name, f"{folder}{name}")
    return subprocess.run(["sh", "-c", text], env={"PATH": f"{folder}/bin:/usr/bin:/bin"}, capture_output=True,
                          text=True, check=False, timeout=LIMIT_S)


def test_the_first_boot_installs_from_the_bundle_and_leaves_no_secret_on_the_boot_partition(
    fresh: Installation, tmp_path: Path
) -> None:
    provision(fresh, wifi=WIFI)
    bundle = (card(fresh) / cards.archive("kalibagor.pos-1")).read_bytes()
    shutil.copytree(card(fresh), tmp_path / "boot/firmware")
    (tmp_path / "boot/firmware/wheels").mkdir()
    done = boot(fresh, tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bundle").read_bytes() == bundle
    said = (tmp_path / "installed").read_text("utf-8")
    assert said.startswith("node ")
    assert said.endswith(f".tar --yes --wheels {tmp_path}/boot/firmware/wheels\n")
    assert [path.name for path in (tmp_path / "boot/firmware").iterdir()] == ["wheels"]
    assert list((tmp_path / "var/lib").iterdir()) == []
    assert (tmp_path / "etc/cloud/cloud-init.disabled").exists()


def test_a_first_boot_whose_installation_fails_has_no_secret_on_the_boot_partition_and_is_tried_again(
    fresh: Installation, tmp_path: Path
) -> None:
    provision(fresh, wifi=WIFI)
    shutil.copytree(card(fresh), tmp_path / "boot/firmware")

    assert boot(fresh, tmp_path, fails=True).returncode == 1
    assert [path.name for path in (tmp_path / "boot/firmware").iterdir()] == ["kentongan-0.1.0.tar.gz"]
    assert boot(fresh, tmp_path).returncode == 0
    assert (tmp_path / "installed").read_text("utf-8").count("\n") == 2


def test_a_first_boot_without_a_release_says_what_to_put_there(fresh: Installation, tmp_path: Path) -> None:
    provision(fresh)
    shutil.copytree(card(fresh), tmp_path / "boot/firmware")
    text = script(fresh).replace("kentongan-*.tar.gz", "none-*.tar.gz")
    assert "put it there, and boot again" in text
    assert "Restart=on-failure" in user_data(fresh)["write_files"][1]["content"]
