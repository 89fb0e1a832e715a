"""What the tool makes, makes again, changes and leaves alone."""

import json
import os
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from broker import passwords
from broker.core import bundles, conf, site
from broker.core.secret import Secret, read_file
from broker.mosquitto import program
from contract.settings import yamltext
from node import config as node_config
from posko import config as posko_config
from tests.broker.installation import BASE, DISTRICT, Installation, run, tool

NEW = {"pos-2": {"name": "Pos Kamling Olean 2"}}


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="k") as name:
        yield Path(name)


def district(place: Path, **changes: Any) -> Path:
    """The shipped district with other posts: a village's slug and what its posts are to be."""
    found = yamltext.load(DISTRICT.read_text("utf-8"))
    assert isinstance(found, dict)
    for village, posts in changes.items():
        found["villages"][village]["posts"] = posts
    path = place / "situbondo.yaml"
    path.write_text(json.dumps(found), "utf-8")
    return path


def test_the_second_run_changes_nothing(fresh: Installation) -> None:
    before = fresh.files()
    assert fresh.tool("provision", "--district", DISTRICT).lines == ["nothing to do"]
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert fresh.files() == before


def test_a_first_run_says_what_there_is_to_do_next(place: Path) -> None:
    said = tool("provision", "--district", DISTRICT, "--out", place / "b", "--host", "posko.local")
    assert said.code == 0
    assert any("posts and operators reach it at posko.local" in line for line in said.lines)
    assert tool("provision", "--out", place / "b").lines == ["nothing to do"]


@pytest.mark.parametrize(("hosts", "others"), [
    ([], ["127.0.0.1"]), (["127.0.0.1"], ["127.0.0.1"]), (["localhost", "127.0.1.1"], ["127.0.0.1"]),
    (["posko.local"], [""]), (["127.0.0.1", "192.168.1.10"], [""]),
])
def test_a_broker_that_nobody_reaches_from_another_machine_listens_on_its_own_only(
    place: Path, hosts: list[str], others: list[str]
) -> None:
    options = [word for host in hosts for word in ("--host", host)]
    assert tool("provision", "--district", DISTRICT, "--out", place / "b", *options).code == 0
    written = (place / "b" / "broker" / "mosquitto.conf").read_text("utf-8")

    assert re.findall(r"^listener \d+ ?(.*)$", written, re.MULTILINE) == ["127.0.0.1", *others, *others]


def test_a_new_post_changes_what_it_must_and_leaves_every_secret_alone(fresh: Installation, tmp_path: Path) -> None:
    before = fresh.files()
    posts = {"pos-1": {"name": "Pos Kamling Olean"}, **NEW}
    said = fresh.tool("provision", "--district", district(tmp_path, olean=posts))
    after = fresh.files()
    assert "nodes/olean.pos-2: made" in said.lines
    assert [line for line in said.lines if line.startswith("TO DO")] == [
        ("TO DO: the district file has changed, and these still hold the one of before: posko, dawuhan.pos-1, "
         "kalibagor.pos-1, kotakan.pos-1, olean.pos-1, patokan.polsek, patokan.pos-1, talkandang.pos-1"),
        ("TO DO: carry kentongan-district.tar to each of them, and there: "
         "sudo ./install district kentongan-district.tar"),
        "TO DO: so do the computers of operator, layar: copy situbondo.yaml to ~/.config/kentongan/",
    ]
    assert "whom it has not reached is a fault in `kentongan watch`: district of VILLAGE/NODE" in said.lines
    changed = {path for path in before if before[path] != after[path]}
    copies = {path for path in before if path.endswith(("/situbondo.yaml", ".tar"))}
    assert changed == copies | {"accounts.yaml", "broker/nodes.acl", "broker/nodes.passwd"}
    assert set(before["broker/nodes.passwd"].splitlines()) < set(after["broker/nodes.passwd"].splitlines())
    assert {path for path in after if path not in before} == {
        f"nodes/olean.pos-2/{name}"
        for name in ("kentongan-node-olean.pos-2.tar", "node.yaml", "password", "ca.crt", "situbondo.yaml")
    }


def test_a_district_that_means_the_same_as_before_sends_nobody_to_the_posts(
    fresh: Installation, tmp_path: Path
) -> None:
    path = tmp_path / DISTRICT.name
    written = DISTRICT.read_text("utf-8")
    path.write_text(f"# a remark\n{written}".replace('polisi: "110"', 'polisi: "110", posko: "0338-671234"'), "utf-8")
    same = fresh.tool("provision", "--district", path)
    path.write_text(written.replace("name: Olean\n", "name: Olean Baru\n"), "utf-8")
    other = fresh.tool("provision", "--district", path)

    assert site.SAME_MEANING in same.lines
    assert not any("TO DO" in line for line in same.lines)
    assert any(line.startswith("TO DO: the district file has changed") for line in other.lines)


def test_a_post_that_is_no_more_loses_its_account(fresh: Installation, tmp_path: Path) -> None:
    posts = {"polsek": {"name": "Polsek Situbondo", "hears": "all"}}
    said = fresh.tool("provision", "--district", district(tmp_path, patokan=posts))
    assert "nodes/patokan.pos-1: removed" in said.lines
    assert not (fresh.folder / "nodes/patokan.pos-1").exists()
    for name in ("nodes.passwd", "nodes.acl"):
        text = (fresh.folder / "broker" / name).read_text("utf-8")
        assert "situbondo.patokan.pos-1" not in text
        assert "situbondo.patokan.polsek" in text


def test_an_installers_own_settings_stay_when_a_bundle_is_brought_up_to_date(fresh: Installation) -> None:
    path = fresh.folder / "nodes/kalibagor.pos-1/node.yaml"
    text = path.read_text("utf-8").replace("siren: {pin: 17, active_high: true}", "siren: {pin: 23}")
    path.write_text(text + "ronda: ['22:00']\n".replace("ronda", "# ronda"), "utf-8")
    assert fresh.tool("provision", "--host", "posko.local", "--host", "127.0.0.1").code == 0
    found = fresh.setting("nodes/kalibagor.pos-1/node.yaml")
    assert found["siren"] == {"pin": 23}
    assert found["broker"] == {
        "host": "posko.local", "port": fresh.ports["nodes"], "username": fresh.name("situbondo.kalibagor.pos-1"),
        "password_file": "password", "ca_file": "ca.crt",
    }
    assert path.read_text("utf-8").endswith("# ronda: ['22:00']\n")


def test_every_bundle_is_ready_to_run(fresh: Installation) -> None:
    for bundle in (fresh.folder / "nodes").iterdir():
        village, _, node = bundle.name.partition(".")
        found = node_config.load(bundle / "node.yaml")
        assert (found.settings.village, found.settings.node) == (village, node)
        assert found.settings.hears == found.district.villages[village].posts[node].hears
        assert found.settings.pins.driver == "lgpio"
        assert found.endpoint.password
        assert found.endpoint.ca_file == bundle / "ca.crt"
        assert not [line for line in node_config.warnings(found) if line.startswith("broker")]
    for folder, port in (("posko", "posko"), ("operators/operator", "operators"), ("readers/layar", "operators")):
        hub = posko_config.load(fresh.folder / folder / "posko.yaml")
        assert hub.settings.broker.port == fresh.ports[port]
        assert hub.endpoint.password


def test_a_districts_own_incidents_codes_and_respellings_travel_with_it(place: Path, tmp_path: Path) -> None:
    path = district(tmp_path)
    (tmp_path / "rhythms").mkdir()
    for name in ("incidents.yaml", "speech.yaml", "rhythms/jawa-timur.yaml"):
        (tmp_path / name).write_bytes((DISTRICT.parent / name).read_bytes() + b"# ours\n")
    assert tool("provision", "--district", path, "--out", place / "b").code == 0
    for bundle in ("nodes/olean.pos-1", "posko", "operators/operator"):
        for name in ("incidents.yaml", "speech.yaml", "rhythms/jawa-timur.yaml"):
            assert (place / "b" / bundle / name).read_bytes().endswith(b"# ours\n")


def test_private_keys_and_passwords_are_readable_by_their_owner_only_and_lie_where_they_are_needed(
    fresh: Installation,
) -> None:
    assert fresh.tool("provision", "--village-broker", "olean=192.168.7.2").code == 0
    keys = {path for path, body in fresh.files().items() if b"PRIVATE KEY" in body}
    assert keys == {"ca/ca.key", "broker/server.key", "posko/kentongan-posko.tar", "villages/olean/server.key",
                    "villages/olean/kentongan-uplink-olean.tar"}
    secrets = {path for path in fresh.files() if path.endswith(("password", ".passwd", "mosquitto_pub", ".key"))}
    secrets |= {path for path in fresh.files() if path.endswith(".tar") and "/" in path}
    assert {(fresh.folder / path).stat().st_mode & 0o777 for path in secrets} == {0o600}
    passwords_ = {path: body.strip() for path, body in fresh.files().items() if path.endswith("password")}
    assert len(set(passwords_.values())) == len(passwords_) == 12
    for path, password in passwords_.items():
        found = {name for name, body in fresh.files().items() if password in body}
        assert {name.rpartition("/")[0] for name in found} == {path.rpartition("/")[0]}
    for folder in fresh.folder.iterdir():
        assert folder.is_file() or folder.stat().st_mode & 0o077 == 0


def test_each_box_has_one_file_to_carry_with_all_that_it_needs_and_nothing_of_another(fresh: Installation) -> None:
    assert fresh.tool("provision", "--village-broker", "olean=192.168.7.2").code == 0
    found = {str(path.relative_to(fresh.folder)): unpacked(path) for path in fresh.folder.rglob("*.tar")}
    of_a_box = {"node.yaml", "password", "ca.crt", "situbondo.yaml"}
    villages = ("dawuhan.pos-1", "kalibagor.pos-1", "kotakan.pos-1", "olean.pos-1", "patokan.polsek", "patokan.pos-1",
                "talkandang.pos-1")
    assert {path: set(files) for path, files in found.items()} == {
        **{f"nodes/{name}/kentongan-node-{name}.tar": of_a_box for name in villages},
        "posko/kentongan-posko.tar": {"posko.yaml", "password", "web.yaml", "web.password", "people.json",
                                      "situbondo.yaml", *(f"broker/{name}" for name in (
            "mosquitto.conf", "server.crt", "server.key", "posko.acl", "posko.passwd", "nodes.acl", "nodes.passwd",
            "operators.acl", "operators.passwd"))},
        "villages/olean/kentongan-uplink-olean.tar": {
            "mosquitto.conf", "uplink.yaml", "password", "ca.crt", "server.crt", "server.key", "nodes.acl",
            "nodes.passwd"},
        "kentongan-district.tar": {"situbondo.yaml"},
    }
    for path, files in found.items():
        beside = {name: (fresh.folder / path).parent / name for name in files if not name.startswith("broker/")}
        if "/" in path:
            assert {name: files[name] for name in beside} == {name: each.read_bytes() for name, each in beside.items()}


def test_the_poskos_archive_names_the_place_where_the_brokers_files_will_be(fresh: Installation) -> None:
    conf_ = unpacked(fresh.folder / "posko/kentongan-posko.tar")["broker/mosquitto.conf"].decode()
    assert "password_file /etc/kentongan-broker/broker/nodes.passwd" in conf_
    assert str(fresh.folder) not in conf_


def unpacked(path: Path) -> dict[str, bytes]:
    """What tar finds in the archive at *path*; each file has the mode that it has outside."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        assert {each.mode for each in members if each.name == "password"} <= {0o600}
        return {each.name: found.read() for each in members if (found := archive.extractfile(each)) is not None}


def test_passwords_are_hashed_as_mosquittos_own_tool_does(fresh: Installation, tmp_path: Path) -> None:
    path = tmp_path / "passwd"
    path.write_text("situbondo.posko:geheim\n", "utf-8")
    path.chmod(0o600)
    run([program("mosquitto_passwd"), "-U", str(path)])
    (theirs,) = read_file(path.read_text("utf-8")).values()
    assert passwords.fits(Secret(theirs, "geheim"))
    assert not passwords.fits(Secret(theirs, "Geheim"))
    ours, _of_the_page = read_file((fresh.folder / "broker/posko.passwd").read_text("utf-8")).values()
    assert theirs.split("$")[1] == ours.split("$")[1] == "7"  # the rounds and the salt's length are 2.0's


@pytest.mark.parametrize("theirs", [
    f"$7$101${'s' * 16}${'h' * 86}==", f"$7$1000${'s' * 86}==${'h' * 86}==",
    f"$argon2id$v=19$m=47104,t=1,p=1${'s' * 86}${'h' * 86}",
], ids=["2.0", "2.1", "argon2id"])
def test_a_password_that_mosquittos_own_tool_has_set_is_kept_whatever_its_version(
    fresh: Installation, theirs: str
) -> None:
    """The bundle is handed over and deleted: nobody but the owner knows the password."""
    path = fresh.folder / "broker/nodes.passwd"
    for each in (fresh.folder / "nodes/olean.pos-1").iterdir():
        each.unlink()
    text = re.sub(r"(?m)^(situbondo\.olean\.pos-1):.*$", lambda found: f"{found[1]}:{theirs}", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert path.read_text("utf-8") == text
    for end in range(1, len(theirs)):
        assert theirs.startswith("$argon2id") or read_file(f"a:{theirs[:end]}\n") == {}


def test_an_operators_line_has_three_words(shared: Installation, tmp_path: Path) -> None:
    run(["sh", str(shared.bundle("siti") / "pasang")], home=tmp_path)
    with shared.login("layar", f"{BASE}/#") as reader:
        own, foreign, again = [
            run([program("mosquitto_pub"), "-t", f"{BASE}/{village}/alarm/pencurian", "-m", note], home=tmp_path)
            for village, note in (("kalibagor", "rumah Pak RT 3"), ("patokan", "x"), ("kalibagor", "RT 4"))
        ]
        assert reader.wait(lambda messages: len(messages) > 1)
        assert [each.payload for each in reader.messages] == [b"rumah Pak RT 3", b"RT 4"]
    assert (own.stderr, foreign.stderr != "", again.stderr) == ("", True, "")  # what may not be is answered
    assert (tmp_path / ".config/mosquitto_pub").stat().st_mode & 0o077 == 0
    found = posko_config.load(tmp_path / ".config/kentongan/posko.yaml")
    assert (found.settings.broker.username, found.district.district) == ("siti", "situbondo")


@pytest.mark.parametrize(("name", "clients"), [
    ("siti", ["mosquitto_pub", "mosquitto_sub"]), ("layar", ["mosquitto_sub"]),
])
def test_on_windows_a_script_of_its_own_puts_every_file_of_the_bundle_in_place(
    shared: Installation, name: str, clients: list[str]
) -> None:
    """What cmd.exe needs: its line ends, no character outside of ASCII, double quotes around every path."""
    folder = shared.bundle(name)
    script = (folder / "pasang.cmd").read_bytes()
    assert script.count(b"\n") == script.count(b"\r\n") > 10
    lines = script.decode("ascii").split("\r\n")
    copied = [line.split('"')[1] for line in lines if line.startswith("copy ")]
    assert sorted(copied) == sorted({each.name for each in folder.iterdir()} - {"pasang", "pasang.cmd",
                                    *{"mosquitto_pub", "mosquitto_sub"} - set(clients)})
    place = r"%USERPROFILE%\.config\kentongan"
    assert [after for each, after in pairwise(lines) if each.startswith(("copy ", "pushd ", "if not exist "))] \
        == ["if errorlevel 1 goto gagal"] * (len(copied) + 2)
    for client in clients:
        assert rf'copy /y "{client}" "%USERPROFILE%\{client}.conf" >nul' in lines
        assert rf'for %%I in ("{place}\ca.crt") do >>"%USERPROFILE%\{client}.conf" echo --cafile %%~fsI' in lines
    assert rf'copy /y "posko.yaml" "{place}\posko.yaml" >nul' in lines


def test_a_districts_own_code_families_go_into_their_folder_on_windows_too() -> None:
    files = {name: bundles.File(b"") for name in ("kota.yaml", "rhythms/kota.yaml")}
    bundle = bundles.person(bundles.Way("posko.local", 8884, "siti"), files, b"", "rahasia", writes=True)
    lines = bundle["pasang.cmd"].body.decode().split("\r\n")
    place = r"%USERPROFILE%\.config\kentongan"
    made = lines.index(rf'if not exist "{place}\rhythms\" mkdir "{place}\rhythms"')
    assert made < lines.index(rf'copy /y "rhythms\kota.yaml" "{place}\rhythms\kota.yaml" >nul')


def test_in_one_shell_both_programs_ring_as_the_same_operator(
    shared: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One operator's files are at home, another's where XDG_CONFIG_HOME shows: the variable decides for both."""
    run(["sh", str(shared.bundle("operator") / "pasang")], home=tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "siti"))
    run(["sh", str(shared.bundle("siti") / "pasang")], home=tmp_path)
    with shared.login("layar", f"{BASE}/+/alarm/+") as reader:
        for words in (
            [program("mosquitto_pub"), "-t", f"{BASE}/patokan/alarm/pencurian", "-n"],
            [sys.executable, "-m", "kentongan", "alarm", "pencurian", "patokan", "--wait", "0.5"],
        ):
            refused = run(words, home=tmp_path, check=False)
        reader.catch_up()
        assert reader.messages == []
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[0] == (
        f"sebagai siti, di Kecamatan Situbondo, lewat server pesan (broker) 127.0.0.1:{shared.ports['operators']}")


def test_a_reader_listens_with_two_words(shared: Installation, tmp_path: Path) -> None:
    run(["sh", str(shared.bundle("layar") / "pasang")], home=tmp_path)
    assert not (tmp_path / ".config/mosquitto_pub").exists()
    with shared.login("operator") as operator:
        operator.publish(f"{BASE}/kalibagor/command/test", b"kept", retain=True)
        found = run([program("mosquitto_sub"), "-t", f"{BASE}/#", "-C", "1", "-W", "5"], home=tmp_path)
        operator.publish(f"{BASE}/kalibagor/command/test", b"", retain=True)
    assert found.stdout == "kept\n"


def test_files_that_do_not_work_never_take_the_place_of_those_that_do(
    fresh: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fresh.files()
    monkeypatch.setattr(conf, "_GENERAL", "no_such_option true\n")
    said = fresh.tool("add", "reader", "tamu")
    assert said.code == 1
    assert said.lines[0].startswith("nothing was changed: Mosquitto did not start")
    monkeypatch.undo()
    monkeypatch.setattr(conf, "access_list", lambda *_: "user nobody\ntopic read x\n")
    said = fresh.tool("add", "reader", "tamu")
    assert said.code == 1
    assert "the hub situbondo.posko is refused" in said.lines[0]
    assert fresh.files() == before


def test_a_petugas_gets_a_bundle_like_an_operators_and_is_shut_out_like_one(fresh: Installation) -> None:
    said = fresh.tool("add", "petugas", "babinsa", "--village", "olean")
    assert (said.code, "petugas/babinsa: made" in said.lines) == (0, True)
    place = fresh.folder / "petugas/babinsa"
    assert {each.name for each in place.iterdir()} >= {
        "posko.yaml", "password", "ca.crt", "mosquitto_pub", "mosquitto_sub", "pasang", "pasang.cmd", "situbondo.yaml"}
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert fresh.setting("accounts.yaml")["petugas"] == {"babinsa": {"villages": ["olean"]}}
    before = fresh.password("babinsa")
    assert fresh.tool("rotate", "babinsa").code == 0
    assert fresh.password("babinsa") != before
    assert "petugas/babinsa: removed" in fresh.tool("revoke", "babinsa").lines


@pytest.mark.parametrize(("act", "after"), [
    *((("add", "operator", "siti"), after) for after in (3, 4, 5, 12)),
    (("rotate", "olean.pos-1"), 3), (("revoke", "olean.pos-1"), 3),
])
def test_a_power_cut_leaves_each_file_old_or_new_and_the_next_run_completes_it(
    fresh: Installation, monkeypatch: pytest.MonkeyPatch, act: tuple[str, ...], after: int
) -> None:
    """Each file is synchronised, then its folder: the cut comes in the middle of the second file, or later."""
    before = fresh.files()
    real, calls = os.fsync, [0]

    def cut(handle: int) -> None:
        calls[0] += 1
        if calls[0] == after:
            raise OSError(5, "power cut")
        real(handle)

    monkeypatch.setattr(os, "fsync", cut)
    assert fresh.tool(*act).code == 2
    monkeypatch.undo()
    halfway = fresh.files()
    assert halfway != before
    assert not [path for path, body in halfway.items() if not path.endswith(".new") and not body.strip()]
    assert fresh.tool("provision").code == 0
    assert fresh.tool("check").code == 0
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert (fresh.folder / "operators/siti/pasang").exists() == ("siti" in act)
    assert (fresh.folder / "nodes/olean.pos-1").exists() == ("revoke" not in act)


def test_a_bundle_that_was_handed_over_and_deleted_costs_nobody_the_account(fresh: Installation) -> None:
    before = fresh.files()
    for path in sorted((fresh.folder / "nodes/olean.pos-1").iterdir()):
        path.unlink()
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert fresh.tool("add", "reader", "tamu").code == 0
    assert fresh.files()["broker/nodes.passwd"] == before["broker/nodes.passwd"]
    assert "not tried: situbondo.olean.pos-1, whose bundle is not here any more" in fresh.tool("check").lines


def test_the_authoritys_key_may_be_kept_elsewhere(fresh: Installation) -> None:
    key = fresh.folder / "ca/ca.key"
    kept = key.read_bytes()
    key.unlink()
    assert fresh.tool("provision").lines == ["nothing to do"]
    said = fresh.tool("provision", "--host", "posko.local")
    assert (said.code, len(said.lines)) == (2, 1)
    assert "ca/ca.key" in said.lines[0]
    key.write_bytes(kept)
    assert fresh.tool("provision", "--host", "posko.local").code == 0


@pytest.mark.parametrize(("words", "part"), [
    (("provision", "--district", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
    (("provision", "--host", "posko.local:8883"), "--host: 'posko.local:8883' ends with a port"),
    (("provision", "--host", "rumah kita"), "--host: 'rumah kita' must be a host name"),
    (("provision", "--village-broker", "olaen=10.0.0.1"), "village broker: 'olaen' is no village"),
    (("provision", "--village-broker", "olean"), "write olean=192.168.5.10"),
    (("provision", "--pid-file", "nowhere.pid"), "--pid-file: nowhere.pid cannot be read"),
    (("add", "operator", "Pak Budi"), "'Pak Budi' is not allowed; use small letters"),
    (("add", "operator", "operator"), "'operator': this name is taken"),
    (("add", "reader", "operator"), "'operator': this name is taken"),
    (("add", "reader", "posko"), "'posko': this name is taken"),
    (("add", "petugas", "damkar"), "'damkar': this name is taken"),
    (("add", "petugas", "siti"), "'siti': this name is taken"),
    (("add", "petugas", "budi", "--everywhere"), "a petugas rings nowhere; --everywhere is an operator's"),
    (("add", "petugas", "budi", "--village", "kalibagr"), "did you mean kalibagor?"),
    (("add", "operator", "budi", "--village", "kalibagr"), "did you mean kalibagor?"),
    (("add", "reader", "budi", "--everywhere"), "a reader rings nowhere"),
    (("revoke", "operatr"), "'operatr': there is no such account; did you mean operator?"),
    (("revoke", "posko"), "situbondo.posko: the hub cannot be shut out"),
    (("rotate", "kalibagor.pos-9"), "did you mean kalibagor.pos-1?"),
])
def test_a_mistake_is_one_line_and_exit_2_and_changes_nothing(
    shared: Installation, words: tuple[str, ...], part: str
) -> None:
    before = shared.files()
    said = shared.tool(*words)
    assert (said.code, len(said.lines)) == (2, 1), said
    assert part in said.lines[0]
    assert shared.files() == before


def test_a_folder_that_cannot_be_one_is_one_line_and_exit_2(place: Path) -> None:
    (place / "file").write_text("", "utf-8")
    for folder in (place / "file", place / "file/below", Path("/proc/kentongan")):
        said = tool("provision", "--district", DISTRICT, "--out", folder)
        assert (said.code, len(said.lines)) == (2, 1), said
    said = tool("revoke", "operator", "--out", place / "empty")
    assert (said.code, len(said.lines)) == (2, 1)
    assert "holds no installation" in said.lines[0]


@pytest.mark.parametrize("lost", ["accounts.yaml", "ca/ca.crt", "district/situbondo.yaml"])
def test_what_cannot_be_made_again_without_harm_is_asked_for(fresh: Installation, lost: str) -> None:
    (fresh.folder / lost).unlink()
    before = fresh.files()
    said = fresh.tool("add", "reader", "tamu")
    assert (said.code, len(said.lines)) == (2, 1)
    assert lost in said.lines[0]
    assert fresh.files() == before
