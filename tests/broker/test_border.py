"""Two districts on one real Mosquitto: who hears what of the other one, against a table written by hand."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.trial.client import Client
from tests.broker.installation import Installation
from tests.contract.shipped import plain

# Patokan's posts have Sumberkolak for a neighbour, Dawuhan's have Mimbaan in Panji, Olean's have none.
TABLE = """
topic                                  posko patokan polsek dawuhan olean operator layar
panarukan/sumberkolak/alarm/kebakaran  r     r       r      -       -     -        -
panarukan/sumberkolak/alarm/aman       r     r       r      -       -     -        -
panarukan/peleyan/alarm/kebakaran      r     -       -      -       -     -        -
panarukan/semua/alarm/aman             r     r       r      -       -     -        -
panarukan/semua/alarm/bencana          r     -       -      -       -     -        -
panarukan/sumberkolak/ronda            r     -       -      -       -     -        -
panarukan/sumberkolak/lapor            r     -       -      -       -     -        -
panarukan/semua/command/silence        r     -       -      -       -     -        -
panarukan/active                       r     r       r      -       -     -        -
panarukan/posko/event                  r     -       -      -       -     -        -
"""
WHO = {
    "posko": "situbondo.posko", "patokan": "situbondo.patokan.pos-1", "polsek": "situbondo.patokan.polsek",
    "dawuhan": "situbondo.dawuhan.pos-1", "olean": "situbondo.olean.pos-1", "operator": "operator", "layar": "layar",
}


class Panarukan(Installation):
    """The other district's installation. Its Mosquitto is Situbondo's."""

    def bundle(self, username: str) -> Path:
        return super().bundle(username.replace("panarukan.", "situbondo."))

    def port(self, username: str) -> int:
        return super().port(username.replace("panarukan.", "situbondo."))

    def connect(self, username: str) -> Client:
        tls = username != "panarukan.posko"
        return Client(self.port(username), self.folder / "ca/ca.crt" if tls else None)


def district_files(place: Path) -> tuple[Path, Path]:
    situbondo = plain("situbondo.yaml")
    for village in situbondo["villages"].values():
        village["neighbours"] = [each for each in village["neighbours"] if "/" not in each]
    situbondo["villages"]["patokan"]["neighbours"].append("panarukan/sumberkolak")
    situbondo["villages"]["dawuhan"]["neighbours"].append("panji/mimbaan")
    villages = {
        name: {"name": name.title(), "kind": "desa", "code": f"35.12.06.200{number}", "neighbours": [],
               "posts": {"pos-1": {"name": "Pos"}}}
        for number, name in enumerate(("sumberkolak", "peleyan"), 1)
    }
    panarukan = {"district": "panarukan", "name": "Kecamatan Panarukan", "code": "35.12.06", "rhythms": "jawa-timur",
                 "villages": villages}
    paths = place / "situbondo.yaml", place / "panarukan.yaml"
    for path, found in zip(paths, (situbondo, panarukan), strict=True):
        path.write_text(json.dumps(found), "utf-8")
    return paths


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Installation, Panarukan]]:
    """Both districts' files in one configuration, as docs/scale.md has it."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        place = Path(name)
        place.chmod(0o711)
        here, there = district_files(place)
        for each in ("here", "there"):
            (place / each).mkdir()
        situbondo, panarukan = Installation(place / "here", here), Panarukan(place / "there", there)
        first, second = ((each.folder / "broker/mosquitto.conf").read_text("utf-8") for each in (situbondo, panarukan))
        more = second.replace("per_listener_settings true\n", "")
        (situbondo.folder / "both.conf").write_text(first + more, "utf-8")
        try:
            yield situbondo.start("both.conf"), panarukan
        finally:
            situbondo.stop()


def test_each_account_hears_of_the_other_district_exactly_what_its_posts_subscribe_to(
    both: tuple[Installation, Panarukan],
) -> None:
    here, there = both
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    wanted = {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}
    clients = {role: here.login(name, "kentongan/panarukan/#", "kentongan/situbondo/active")
               for role, name in WHO.items()}
    wrote: set[tuple[str, str]] = set()
    try:
        for role, client in clients.items():
            wrote |= {(role, topic) for topic in wanted if client.publish(f"kentongan/{topic}", b"") in (0, 0x10)}
        for name in ("panarukan.posko", "panarukan.sumberkolak.pos-1", "panarukan.peleyan.pos-1", "operator"):
            with there.connect(name) as client:
                # A client id is one in the whole broker: the operator of each district has its own.
                assert client.log_in(f"there-{name}", there.name(name), there.password(name)) == 0
                for topic in wanted:
                    client.publish(f"kentongan/{topic}", b"x")
        clients["posko"].publish("kentongan/situbondo/active", b"fence")
        heard: dict[str, set[str]] = {}
        for role, client in clients.items():
            assert client.wait(lambda messages: any(each.payload == b"fence" for each in messages)), role
            heard[role] = {each.topic for each in client.messages}
    finally:
        for client in clients.values():
            client.close()

    assert wrote == set()
    assert {topic: {role: "r" if f"kentongan/{topic}" in heard[role] else "-" for role in clients}
            for topic in wanted} == wanted


def test_the_tool_proves_what_posts_hear_of_other_districts(both: tuple[Installation, Panarukan]) -> None:
    said = both[0].tool("check")

    assert said.code == 0, said.lines
    assert any(line.endswith("kentongan/panarukan/sumberkolak/alarm/pencurian") for line in said.lines)


@pytest.mark.parametrize(("line", "surprise"), [
    ("topic read kentongan/panarukan/sumberkolak/alarm/+\n",
     "SURPRISE: situbondo.patokan.pos-1 cannot hear kentongan/panarukan/sumberkolak/alarm/pencurian"),
    ("topic read kentongan/panarukan/active\n",
     "SURPRISE: situbondo.patokan.pos-1 cannot hear kentongan/panarukan/active"),
])
def test_a_right_that_is_missing_is_found_by_the_tool(tmp_path: Path, line: str, surprise: str) -> None:
    here, _ = district_files(tmp_path)
    (tmp_path / "place").mkdir()
    made = Installation(tmp_path / "place", here)
    rights = made.folder / "broker/nodes.acl"
    rights.write_text(rights.read_text("utf-8").replace(line, ""), "utf-8")

    said = made.tool("check")
    assert said.code != 0
    assert surprise in said.lines


def test_a_right_too_many_is_found_by_the_tool(tmp_path: Path) -> None:
    here, _ = district_files(tmp_path)
    (tmp_path / "place").mkdir()
    made = Installation(tmp_path / "place", here)
    rights = made.folder / "broker/nodes.acl"
    text = rights.read_text("utf-8").replace("alarm/aman\ntopic read kentongan/panarukan", (
        "alarm/+\ntopic read kentongan/panarukan"))
    rights.write_text(text, "utf-8")

    said = made.tool("check")
    assert "SURPRISE: situbondo.patokan.pos-1 can hear kentongan/panarukan/semua/alarm/pencurian" in said.lines


def test_the_uplink_of_a_village_fetches_the_beacons_of_its_neighbours_districts(tmp_path: Path) -> None:
    here, _ = district_files(tmp_path)
    (tmp_path / "place").mkdir()
    made = Installation(tmp_path / "place", here)
    brokers = ("--village-broker", "patokan=10.0.0.9", "--village-broker", "olean=10.0.0.8")
    assert made.tool("provision", *brokers).code == 0

    assert made.setting("villages/patokan/uplink.yaml")["others"] == ["panarukan"]
    assert "others" not in made.setting("villages/olean/uplink.yaml")
    assert "topic read kentongan/panarukan/active" in (made.folder / "broker/nodes.acl").read_text("utf-8")
    assert "topic write kentongan/panarukan/active" in (
        made.folder / "villages/patokan/nodes.acl").read_text("utf-8")
    assert made.tool("check").code == 0
