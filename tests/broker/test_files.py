"""A broker's files from a stick, tried on a real Mosquitto before they replace others."""

import tarfile
from pathlib import Path

import pytest

from broker.trial import files
from tests.broker.installation import Installation

PLACE = "/etc/kentongan-broker"


@pytest.fixture
def posko(fresh: Installation, tmp_path: Path) -> Path:
    """The posko's archive, unpacked: `broker`, and the hub's settings beside it."""
    with tarfile.open(fresh.folder / "posko/kentongan-posko.tar") as archive:
        for each in archive.getmembers():  # extractall asks for a filter in one Python, and knows none in another
            path = tmp_path / each.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if each.isfile():
                content = archive.extractfile(each)
                assert content is not None
                path.write_bytes(content.read())
    return tmp_path


def tried(posko: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = files.main([str(posko / "broker"), f"{PLACE}/broker", str(posko / "posko.yaml")])
    return code, capsys.readouterr().err


def test_the_files_of_a_bundle_work(posko: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tried(posko, capsys) == (0, "")


@pytest.mark.parametrize(("name", "body"), [
    ("server.crt", "-----BEGIN CERTIFICATE-----\ntorn"), ("server.key", ""), ("posko.passwd", ""), ("posko.acl", ""),
    ("mosquitto.conf", "listner 1883\n"), ("mosquitto.conf", ""),
])
def test_files_with_which_mosquitto_does_not_start_or_that_keep_the_hub_out_are_refused_in_a_line(
    posko: Path, capsys: pytest.CaptureFixture[str], name: str, body: str
) -> None:
    (posko / "broker" / name).write_text(body, "utf-8")
    code, err = tried(posko, capsys)

    assert code == 2
    assert err.count("\n") == 1


def test_a_missing_file_is_refused(posko: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (posko / "broker/nodes.passwd").unlink()
    assert tried(posko, capsys)[0] == 2


def test_a_villages_files_are_tried_without_a_hub(fresh: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert fresh.tool("provision", "--village-broker", "olean=192.168.7.2").code == 0
    folder = fresh.folder / "villages/olean"
    for name in ("uplink.yaml", "password", "kentongan-uplink-olean.tar"):
        (folder / name).unlink()

    assert files.main([str(folder), PLACE]) == 0
    (folder / "server.key").write_text("torn", "utf-8")
    assert files.main([str(folder), PLACE]) == 2
    assert capsys.readouterr().err.count("\n") == 1
