"""What any program would refuse of an installation, `broker provision` refuses first, and makes nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.installation import DISTRICT, Said, tool
from tests.support.unprivileged import unprivileged

NO_ADDRESS = "is not an address: that has four numbers from 0 to 255 without leading zeros, such as 192.168.1.10"


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="k") as name:
        yield Path(name)


def provision(place: Path, *hosts: str, text: str | None = None) -> Said:
    """Of the shipped district, or of *text*; nothing may be written."""
    path = DISTRICT
    if text is not None:
        path = place / "situbondo.yaml"
        path.write_text(text, "utf-8")
    said = tool("provision", "--district", path, *(word for host in hosts for word in ("--host", host)), "--out",
                place / "made")
    assert not (place / "made").exists()
    return said


@pytest.mark.parametrize(("host", "told"), [
    ("192.168.1.300", NO_ADDRESS),
    ("posko.local:8883", "ends with a port; write the name or address alone; the ports stand in accounts.yaml"),
    ("mqtts://posko", "begins with a scheme; write the name or address alone; the ports stand in accounts.yaml"),
])
def test_a_host_that_no_settings_take_is_refused(place: Path, host: str, told: str) -> None:
    assert provision(place, "posko.local", host) == Said(2, [f"--host: {host!r} {told}"])


def test_a_code_family_that_there_is_not_is_refused(place: Path) -> None:
    text = DISTRICT.read_text("utf-8").replace("rhythms: jawa-timur", "rhythms: jawatimur")

    known = "(known: jawa-timur, polri-bandung, tni)"
    assert provision(place, "posko.local", text=text) == Said(2, [
        f"situbondo.yaml.rhythms: there is no code family 'jawatimur'; did you mean jawa-timur? {known}"])


def test_incidents_beside_the_district_that_a_node_would_refuse_are_refused(place: Path) -> None:
    text = (DISTRICT.parent / "incidents.yaml").read_text("utf-8").replace("priority: 90", "priority: 900")
    (place / "incidents.yaml").write_text(text, "utf-8")
    said = provision(place, "posko.local", text=DISTRICT.read_text("utf-8"))

    assert said.code == 2
    assert said.lines[0].startswith("incidents.yaml.incidents.")


def test_respellings_beside_the_district_that_a_node_would_refuse_are_refused(place: Path) -> None:
    (place / "speech.yaml").write_text('respellings: {ternak: "[[t@Rn"}', "utf-8")
    said = provision(place, "posko.local", text=DISTRICT.read_text("utf-8"))

    assert said.code == 2
    assert said.lines[0].startswith("speech.yaml.respellings.ternak: ")


def test_a_district_without_any_post_is_refused(place: Path) -> None:
    text = ("district: situbondo\nname: Kecamatan Situbondo\ncode: '35.12.07'\nrhythms: jawa-timur\nvillages:\n"
            "  olean: {name: Olean, kind: desa, code: 35.12.07.2006, neighbours: [], posts: {}}\n")

    assert provision(place, "posko.local", text=text) == Said(2, [
        "situbondo.yaml.villages: no village has a post, so no box could be let in; write one under posts"])


def test_a_district_saved_by_a_windows_editor_is_read(place: Path) -> None:
    path = place / "situbondo.yaml"
    path.write_bytes(DISTRICT.read_text("utf-8").replace("\n", "\r\n").encode("utf-16"))

    assert tool("provision", "--district", path, "--host", "posko.local", "--out", place / "made").code == 0


@pytest.mark.parametrize("words", [("revoke", "kalibagor.pos-1", "--out"), ("check",), ("rotate", "operator", "--out")])
@pytest.mark.parametrize("closed", ["made", "made/broker"])
def test_an_installation_that_this_user_may_not_read_is_not_taken_for_none(
    place: Path, words: tuple[str, ...], closed: str
) -> None:
    assert tool("provision", "--district", DISTRICT, "--host", "posko.local", "--out", place / "made").code == 0
    place.chmod(0o711)
    for folder in ("made/broker", "made"):
        (place / folder).chmod(0o111 if folder == closed else 0o755)
    with unprivileged():
        said = tool(*words, place / "made")
    (place / closed).chmod(0o755)

    assert (said.code, len(said.lines)) == (2, 1)
    assert said.lines[0].startswith(f"{place / 'made'}")
    assert said.lines[0].endswith(": cannot be read by this user; use sudo")
