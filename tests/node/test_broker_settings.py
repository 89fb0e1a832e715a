"""Where the broker is and what it is told: host, password, certificate; and what `check` warns of."""

import os
from pathlib import Path
from typing import Any

import pytest

from node import config
from tests.node.test_config import changed, faults, with_posts
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")

# Made for this test with `openssl req -x509`; its key is thrown away.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUAhvcDwJ7cl0gaMcrqUTbNMmOLV4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjEyMjMwMzFaGA8yMTI2MTAyODIyMzAz
MVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE8y
SD3Qil3fcH9hMJTGFuffAtwO4Bc03901GPR/5XsgEcM7F9DuAXN/JH/v1EXLKNp2
jOLCiXonXPRk9XciRl6jUzBRMB0GA1UdDgQWBBSjVjWXeXdHe7H65AHlisWrC+8E
/DAfBgNVHSMEGDAWgBSjVjWXeXdHe7H65AHlisWrC+8E/DAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIDYZuvAELR6Lss/PcwZLAtSHcbQ7rFBJie+V
mvmSbKhkAiBL0pdPphp0T+jgyYo86kE3GGr7RkJPrFuAbPxwIcUHgQ==
-----END CERTIFICATE-----
"""


NO_HOST = ("must be a host name or an address: letters, digits and hyphens, "
           "at most 63 between two dots, such as posko.local or 192.168.1.10")


def warned(folder: Path, **settings: Any) -> list[str]:
    """What the example is warned of with *settings*, its state in *folder* unless they say otherwise."""
    return list(config.warnings(config.load(write(folder, {**example(), "state_dir": str(folder), **settings}))))


# The host.


@pytest.mark.parametrize("host", ["posko", "posko.local", "posko.local.", "192.168.1.10", "::1", "fe80::1%eth0",
                                  "a" * 63, "2001:db8::192.0.2.1", "pos_1.lan"])
def test_a_name_or_an_address_is_a_host(tmp_path: Path, host: str) -> None:
    assert faults(write(tmp_path, with_posts(broker={"host": host}))) == ()


@pytest.mark.parametrize(("host", "told"), [
    ("mqtt://posko", "begins with a scheme; write the name or address alone, and the port under port"),
    *((host, "is not an address: that has four numbers from 0 to 255 without leading zeros, such as 192.168.1.10")
      for host in ("10.0.0.256", "192.168.1.300", "192.168.1", "1.2.3.4.5", "192.168.001.10", "256.1")),
    ("posko:1883", "ends with a port; write it under port, and the name or address alone here"),
    ("[::1]:1883", "ends with a port; write it under port, and the name or address alone here"),
    *((host, NO_HOST) for host in ("my posko", " ", "posko..local", "-posko", "posko-", "posko/x", "[::1]", "posko\n")),
])
def test_what_is_no_host_is_answered_with_a_sentence(tmp_path: Path, host: str, told: str) -> None:
    assert faults(write(tmp_path, with_posts(broker={"host": host}))) == (f"node.yaml.broker.host: {host!r} {told}",)


@pytest.mark.parametrize("host", ["a" * 64, "posko." + "a" * 64, "a." * 127 + "a"])
def test_a_host_whose_name_no_network_could_hold_is_a_fault(tmp_path: Path, host: str) -> None:
    (fault,) = faults(write(tmp_path, with_posts(broker={"host": host})))

    assert "must be a host name or an address" in fault


# What it is told.


def test_a_password_is_read_from_its_file_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("p w\n", "utf-8")
    (tmp_path / "ca.pem").write_text(CERTIFICATE, "utf-8")
    broker = {"host": "posko", "username": "pos-1", "password_file": "secret", "ca_file": "ca.pem"}
    read = config.load(write(tmp_path, with_posts(broker=broker)))

    assert (read.endpoint.password, read.endpoint.ca_file) == ("p w", tmp_path / "ca.pem")


@pytest.mark.parametrize("broker", [{"username": "pos-1"}, {"password_file": "secret"}], ids=["a name", "a password"])
def test_a_name_and_a_password_belong_together(tmp_path: Path, broker: dict[str, str]) -> None:
    (tmp_path / "secret").write_text("x", "utf-8")

    assert faults(write(tmp_path, with_posts(broker={"host": "posko", **broker}))) == (
        "node.yaml.broker: username and password_file belong together; give both or neither",
    )


@pytest.mark.parametrize("name", ["missing", "binary", ".", "x" * 300])
def test_a_password_file_that_cannot_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "binary").write_bytes(b"p\xff")
    broker = {"host": "posko", "username": "pos-1", "password_file": name}
    (fault,) = faults(write(tmp_path, with_posts(broker=broker)))

    assert fault.startswith("node.yaml.broker.password_file: ")
    assert " cannot be read: " in fault
    assert fault.endswith("; write the password into it, and let the node's user read it")


@pytest.mark.parametrize("name", ["missing", "x" * 300])
def test_a_ca_file_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    found = faults(write(tmp_path, with_posts(broker={"host": "posko", "ca_file": name})))

    assert found == (f"node.yaml.broker.ca_file: there is no file {tmp_path / name}",)


def test_an_empty_password_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n", "utf-8")
    broker = {"host": "posko", "username": "pos-1", "password_file": "secret"}

    (fault,) = faults(write(tmp_path, with_posts(broker=broker)))

    told = f"node.yaml.broker.password_file: {tmp_path / 'secret'} is empty; "
    assert fault == told + "write the password into it, and let the node's user read it"


@pytest.mark.parametrize("text", ["", "no certificate\n", CERTIFICATE[:200]], ids=["empty", "words", "cut off"])
def test_a_ca_file_that_holds_no_certificate_is_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "ca.pem").write_text(text, "utf-8")

    (fault,) = faults(write(tmp_path, with_posts(broker={"host": "posko", "ca_file": "ca.pem"})))

    told = f"node.yaml.broker.ca_file: {tmp_path / 'ca.pem'} holds no certificate that can be read; "
    assert fault == told + "it takes the PEM file of the broker's certificate authority"


def test_the_brokers_faults_are_told_whatever_else_is_wrong(tmp_path: Path) -> None:
    settings = changed("siren", "pin", to=32)
    settings["broker"] = {"host": "a b", "port": 0, "username": "pos-1", "ca_file": "missing"}

    assert [fault.split(": ")[0] for fault in faults(write(tmp_path, settings))] == [
        "node.yaml.broker.host", "node.yaml.broker.port", "node.yaml.siren.pin", "node.yaml.broker",
        "node.yaml.broker.ca_file",
    ]


@pytest.mark.parametrize("body", [
    b"rahasia", b"rahasia\n", b"rahasia\r\n", b"\xef\xbb\xbfrahasia\r\n", "rahasia\r\n".encode("utf-16"),
    "rahasia\r\n".encode("utf-16-le"), b"rahasia\nsecond line\n", b"rahasia\r\n\r\n",
], ids=["bare", "Unix", "Windows", "mark", "UTF-16", "UTF-16 without a mark", "two lines", "an empty line"])
def test_a_password_is_the_first_line_of_its_file_in_whichever_encoding(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "secret").write_bytes(body)
    broker = {"host": "127.0.0.1", "username": "pos-1", "password_file": "secret"}

    assert config.load(write(tmp_path, with_posts(broker=broker))).endpoint.password == "rahasia"  # noqa: S105


@pytest.mark.parametrize(("body", "told"), [
    (b"rahasia\r\n\n", []),
    (b"rahasia \n", ["has a blank before or after the password; it counts as a part of it, so take it away"]),
    (b"'rahasia'\n", ["has quotes around the password; they count as a part of it, so take them away"]),
    (b'"rahasia"', ["has quotes around the password; they count as a part of it, so take them away"]),
    (b"{\\rtf1\\ansi rahasia}\n", ["was saved as formatted text (RTF); save it as plain text"]),
    (b"password: rahasia\n", ["has more than the password in its first line; write the password alone"]),
    (b"rahasia\xe2\x80\x8b\n", ["has an invisible character (U+200B) in the password; take it away"]),
    (b"'", []),
    (b"rahasia\nlagi\n", ["has more than one line; the first one is the password, and the others are not read"]),
])
def test_what_else_stands_in_a_password_file_is_warned_of(tmp_path: Path, body: bytes, told: list[str]) -> None:
    (tmp_path / "secret").write_bytes(body)
    broker = {"host": "127.0.0.1", "username": "pos-1", "password_file": "secret"}

    assert warned(tmp_path, broker=broker) == [f"broker.password_file: {tmp_path / 'secret'} {each}" for each in told]


def test_a_first_line_that_is_longer_than_any_password_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x" * 65536)
    broker = {"host": "127.0.0.1", "username": "pos-1", "password_file": "secret"}
    (fault,) = faults(write(tmp_path, with_posts(broker=broker)))

    assert fault.endswith("secret holds no password: its first line is longer than any")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "255.255.255.255"])  # noqa: S104 - refused
def test_an_address_that_is_no_machines_is_a_fault(tmp_path: Path, host: str) -> None:
    told = "is no machine's address; write the broker's, such as 192.168.1.10, or 127.0.0.1 for this machine"

    assert faults(write(tmp_path, with_posts(broker={"host": host}))) == (f"node.yaml.broker.host: {host!r} {told}",)


def test_a_password_file_with_zero_bytes_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"raha\0sia\n")
    broker = {"host": "127.0.0.1", "username": "pos-1", "password_file": "secret"}
    (fault,) = faults(write(tmp_path, with_posts(broker=broker)))

    assert "is damaged: it holds zero bytes, as a power cut leaves them" in fault


# What `check` warns of.


@pytest.mark.parametrize(("port", "secured", "told"), [
    (1883, False, []), (8883, True, []), (8884, True, []), (9999, False, []), (9999, True, []),
    (8883, False, ["broker: port 8883 speaks TLS as a rule; then give ca_file"]),
    (8884, False, ["broker: port 8884 speaks TLS as a rule; then give ca_file"]),
    (1883, True, ["broker: port 1883 speaks no TLS as a rule; take 8883, or leave ca_file out"]),
])
def test_a_port_that_does_not_fit_the_ca_file_is_warned_of(
    tmp_path: Path, port: int, secured: bool, told: list[str]
) -> None:
    (tmp_path / "ca.pem").write_text(CERTIFICATE, "utf-8")
    broker = {"host": "127.0.0.1", "port": port, **({"ca_file": "ca.pem"} if secured else {})}

    assert warned(tmp_path, broker=broker) == told


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_a_broker_on_this_machine_needs_no_secrets(tmp_path: Path, host: str) -> None:
    assert warned(tmp_path, broker={"host": host}) == []


def test_a_broker_elsewhere_that_is_told_all_in_the_clear_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("p w\n", "utf-8")
    (tmp_path / "ca.pem").write_text(CERTIFICATE, "utf-8")
    nobody = {"host": "posko"}
    named = {**nobody, "username": "pos-1", "password_file": "secret"}
    bare, clear, hidden = (
        warned(tmp_path, broker=broker)
        for broker in (nobody, named, {**named, "ca_file": "ca.pem", "port": 8883})
    )

    assert bare == [
        "broker: posko is another machine, and there is no ca_file; the alarms travel in the clear",
        "broker: posko is another machine, and there is no username; it cannot know who rings",
    ]
    assert clear == [
        "broker: posko is another machine, and there is no ca_file; the password and the alarms travel in the clear",
    ]
    assert hidden == []


def test_a_state_dir_that_cannot_be_kept_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "locked").mkdir()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode) and (
        mode == os.F_OK or Path(path).name != "locked"))
    told = {name: warned(tmp_path, state_dir=str(tmp_path / name))
            for name in ("new/state", "file", "file/state", "locked", "locked/state")}

    needed = "by this user; the program's user must be able to"
    assert told == {
        "new/state": [],
        "file": [f"state_dir: {tmp_path / 'file'} must be a folder; nothing can be kept there"],
        "file/state": [f"state_dir: {tmp_path / 'file/state'} cannot be made {needed}"],
        "locked": [f"state_dir: {tmp_path / 'locked'} cannot be written {needed}"],
        "locked/state": [f"state_dir: {tmp_path / 'locked/state'} cannot be made {needed}"],
    }
