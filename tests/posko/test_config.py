"""The hub's settings and its command: every fault at once, exit codes, and a real process that stops in good order."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from broker.mosquitto import program
from contract.settings import yamltext
from contract.settings.schema import SettingsError
from posko import config
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.contract.shipped import keys
from tests.support.mqtt import AS_OURSELVES, Reader
from tests.support.nodes import CONFIG, ROOT

FAULTLESS = "no faults. Kecamatan Situbondo, 6 villages; times are WIB."


def example() -> dict[str, Any]:
    """The shipped example as a plain value, with its district at hand."""
    found = deepcopy(yamltext.load((CONFIG / "posko.yaml").read_text("utf-8")))
    assert isinstance(found, dict)
    return {**found, "district": str(CONFIG / "situbondo.yaml")}


def write(folder: Path, settings: object) -> Path:
    path = folder / "posko.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


def faults(path: Path) -> tuple[str, ...]:
    try:
        config.load(path)
    except SettingsError as error:
        return error.faults
    return ()


def posko(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kentongan", "posko", *words], capture_output=True, text=True, timeout=LIMIT_S,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env}, check=False, cwd=ROOT,
    )


def test_the_shipped_example_has_no_fault_and_every_one_of_its_settings_arrives() -> None:
    read = config.load(CONFIG / "posko.yaml")

    assert (read.settings.broker.host, read.settings.broker.port) == ("127.0.0.1", 1883)
    assert (read.district.district, read.state_dir) == ("situbondo", Path("/var/lib/kentongan-posko"))
    assert (read.endpoint.password, read.endpoint.ca_file) == (None, None)


@pytest.mark.parametrize("key", [*keys(example())], ids=".".join)
def test_a_misspelt_key_is_a_fault_that_names_the_nearest(tmp_path: Path, key: tuple[str, ...]) -> None:
    settings = example()
    table = settings
    for word in key[:-1]:
        table = table[word]
    table[f"{key[-1]}x"] = table.pop(key[-1])

    wanted = f"posko.yaml.{'.'.join(key)}x: unknown; did you mean {key[-1]}?"
    assert wanted in faults(write(tmp_path, settings))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path, {
        "district": "nowhere.yaml", "broker": {"host": "a b", "port": 0, "username": "x"}, "state_dir": 3, "hub": True,
    }))

    assert [each.split(":")[0].removeprefix(f"{tmp_path}/") for each in found] == [
        "posko.yaml.hub", "posko.yaml.broker.host", "posko.yaml.broker.port", "posko.yaml.state_dir", "nowhere.yaml",
        "posko.yaml.broker",
    ]


def test_a_district_with_a_fault_is_told_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text("district: x\nnam: X\n")
    found = faults(write(tmp_path, {**example(), "district": "d.yaml", "brokr": {}}))

    assert "d.yaml.nam: unknown; did you mean name?" in found
    assert "posko.yaml.brokr: unknown; did you mean broker?" in found


def test_several_hubs_need_a_journal_that_all_of_them_reach(tmp_path: Path) -> None:
    found = faults(write(tmp_path, {**example(), "hubs": 2}))
    together = config.load(write(tmp_path, {**example(), "hubs": 2, "journal": "postgresql://db1,db2/kentongan"}))

    (fault,) = found
    assert fault == (
        "posko.yaml.hubs: 2 hubs need a journal that all of them reach; give journal the URL of a PostgreSQL database, "
        "such as postgresql://kentongan@db1,db2/kentongan?passfile=/etc/kentongan/journal.pgpass, or leave hubs out")
    assert together.settings.hubs == 2
    assert faults(write(tmp_path, {**example(), "hubs": 0})) == (
        "posko.yaml.hubs: must be a whole number from 1 to 9, not 0",)


def test_what_may_be_meant_is_a_warning(tmp_path: Path) -> None:
    found = config.load(write(tmp_path, {**example(), "broker": {"host": "192.168.1.10"}, "state_dir": "s"}))

    assert [each.split(";")[0] for each in config.warnings(found)] == [
        "broker: 192.168.1.10 is another machine, and there is no ca_file",
        "broker: 192.168.1.10 is another machine, and there is no username",
    ]


def test_check_says_whose_hub_it_is_and_exits_0(tmp_path: Path) -> None:
    path = write(tmp_path, {**example(), "state_dir": str(tmp_path)})
    done = posko("--check", "--config", str(path))

    assert (done.returncode, done.stdout) == (0, f"{path}: {FAULTLESS}\n")


@pytest.mark.parametrize("flag", ["--check", None])
def test_settings_with_faults_are_a_line_each_and_exit_2(tmp_path: Path, flag: str | None) -> None:
    done = posko(*([flag] if flag else []), "--config", str(write(tmp_path, {**example(), "a": 1, "b": 2})))

    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["posko.yaml.a", "posko.yaml.b", "2 faults."]


def test_an_operators_own_settings_are_found_at_home(tmp_path: Path) -> None:
    path = tmp_path / ".config/kentongan/posko.yaml"
    path.parent.mkdir(parents=True)
    write(path.parent, example())
    done = posko("--check", HOME=str(tmp_path))

    assert (done.returncode, done.stdout) == (0, f"{path}: {FAULTLESS}\n")


def test_a_hub_that_is_told_to_stop_says_so_and_its_alarms_go_on_when_it_is_back(tmp_path: Path) -> None:
    with PrivateBroker(tmp_path / "broker", extra=AS_OURSELVES) as broker:
        settings = {**example(), "broker": {"host": broker.host, "port": broker.port}, "state_dir": "state"}
        path = write(tmp_path, settings)
        with Reader(broker, "kentongan/situbondo/active", "kentongan/situbondo/posko/status") as reader:
            first = _start(path)
            try:
                assert reader.wait(lambda found: any(each.members.get("state") == "ready" for each in found))
                subprocess.run(
                    [*_publisher(), "-p", str(broker.port), "-t", "kentongan/situbondo/olean/alarm/kebakaran", "-m",
                     '{"identifier":"a"}'], check=True, timeout=LIMIT_S)
                assert reader.wait(lambda found: any(_lists(each.members, "a") for each in found))
                since = len(reader.messages)
                first.terminate()
                assert first.wait(LIMIT_S) == 0
                assert reader.wait(lambda found: any(
                    each.members.get("reason") == "stopped" and each.members["state"] == "offline" for each in found
                ), since=since)
                since = len(reader.messages)
                second = _start(path)
                try:
                    assert reader.wait(lambda found: any(_lists(each.members, "a") for each in found), since=since)
                finally:
                    second.terminate()
                    second.wait(LIMIT_S)
            finally:
                first.kill()


def _start(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "kentongan", "posko", "--config", str(path)], stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
    )


def _publisher() -> list[str]:
    return [program("mosquitto_pub"), "-h", "127.0.0.1", "-q", "1"]


def _lists(members: dict[str, Any], identifier: str) -> bool:
    return any(each["identifier"] == identifier and each.get("kept", True) for each in members.get("alarms", [])
               if "age_s" in each)



def test_a_village_that_the_district_does_not_have_is_a_fault(tmp_path: Path) -> None:
    settings = {**example(), "villages": ["kalibagor", "kalibagr"]}
    assert faults(write(tmp_path, settings)) == (
        "posko.yaml.villages: 'kalibagr' is no village of situbondo; did you mean kalibagor?",)
    assert config.load(write(tmp_path, {**example(), "villages": ["kalibagor"]})).settings.villages == ("kalibagor",)
