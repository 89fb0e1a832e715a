"""The page's settings: every fault at once, each with what to write."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.settings.schema import SettingsError
from posko.web import config
from posko.web.config import Address
from tests.contract.shipped import plain
from tests.support.nodes import CONFIG

LEAST: dict[str, Any] = {"district": str(CONFIG / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}}


def written(folder: Path, **more: object) -> Path:
    path = folder / "web.yaml"
    path.write_text(json.dumps({**LEAST, **more}), "utf-8")
    return path


def test_the_least_is_enough_and_listens_to_nobody_else(tmp_path: Path) -> None:
    found = config.load(written(tmp_path))

    assert found.settings.listen == Address("127.0.0.1", 8080)
    assert found.people == tmp_path / "people.json"
    assert (found.settings.alarms_per_minute, found.settings.alarms_per_day) == (1, 5)
    assert found.state_dir == Path("/var/lib/kentongan-web")
    assert found.journal == Path("/var/lib/kentongan-posko/posko.db")


@pytest.mark.parametrize(("listen", "address"), [
    ("192.168.1.10:8443", Address("192.168.1.10", 8443)), ("[::1]:80", Address("::1", 80)),
    ("posko.local:0", Address("posko.local", 0)),
])
def test_where_it_listens_is_a_host_and_a_port(tmp_path: Path, listen: str, address: Address) -> None:
    assert config.load(written(tmp_path, listen=listen)).settings.listen == address


@pytest.mark.parametrize(("more", "fault"), [
    ({"listen": "8080"}, "web.yaml.listen: must be an address and a port, such as 127.0.0.1:8080"),
    ({"listen": "127.0.0.1:99999"}, "web.yaml.listen: must be an address and a port"),
    ({"listen": 8080}, "web.yaml.listen: must be an address and a port"),
    ({"alarms_per_day": 0}, "web.yaml.alarms_per_day: must be a number of alarms from 1 to 1000, not 0"),
    ({"peopel": "x"}, "web.yaml.peopel: unknown; did you mean people?"),
    ({"tls": {"certificate": "a.pem"}}, "web.yaml.tls.key: missing"),
    ({"tls": {"certificate": "a.pem", "key": "b.pem"}}, "web.yaml.tls.certificate: there is no file"),
    ({"trusted_proxy": ["proxy.local"]}, "web.yaml.trusted_proxy.1: 'proxy.local' is not allowed"),
    ({"district": "x.yaml"}, "there is no such district file"),
])
def test_a_fault_says_where_it_is_and_what_to_write(tmp_path: Path, more: dict[str, object], fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        config.load(written(tmp_path, **more))

    assert any(fault in each for each in caught.value.faults), caught.value.faults


def test_an_open_page_without_https_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text('{"district": "situbondo", "people": []}', "utf-8")

    def told(**more: object) -> bool:
        return any("travel in the clear" in each for each in config.warnings(config.load(written(tmp_path, **more))))

    assert told(listen="0.0.0.0:8080")
    assert not told(listen="127.0.0.1:8080")
    assert not told(listen="0.0.0.0:8080", trusted_proxy=["192.168.1.1"])


def further(folder: Path, name: str, **more: object) -> str:
    """The settings of a reader of the district *name*, and its district file."""
    found = {**plain("situbondo.yaml"), "district": name, "name": f"Kecamatan {name.title()}", **more}
    (folder / f"district-{name}.yaml").write_text(json.dumps(found), "utf-8")
    (folder / f"{name}.yaml").write_text(
        json.dumps({"district": f"district-{name}.yaml", "broker": {"host": "127.0.0.1"}}), "utf-8")
    return f"{name}.yaml"


def test_further_districts_are_read_by_their_readers_settings(tmp_path: Path) -> None:
    also = [further(tmp_path, "panarukan"), further(tmp_path, "panji")]

    assert [each.district.district for each in config.load(written(tmp_path, also=also)).also] == ["panarukan", "panji"]
    assert config.load(written(tmp_path)).also == ()


def test_further_districts_differ_and_have_the_same_time_of_day(tmp_path: Path) -> None:
    also = [further(tmp_path, "situbondo"), further(tmp_path, "panji"), further(tmp_path, "panji"),
            further(tmp_path, "jauh", timezone="WIT"), "away.yaml"]
    with pytest.raises(SettingsError) as caught:
        config.load(written(tmp_path, also=also))

    assert list(caught.value.faults[:3]) == [
        "web.yaml.also.1: situbondo.yaml is of situbondo, which is shown already",
        "web.yaml.also.3: panji.yaml is of panji, which is shown already",
        "web.yaml.also.4: the times of jauh are WIT, those of situbondo WIB; give it a page of its own",
    ]
    assert caught.value.faults[3].startswith("web.yaml.also.5: ")
    assert "away.yaml" in caught.value.faults[3]
