"""Who gets in at all: passwords, certificates, clocks."""

from pathlib import Path
from typing import Any

import pytest

from broker import certificates
from broker.mosquitto import program
from broker.trial.client import Client, ProbeError
from tests.broker.installation import BASE, Installation, run

NODE, OTHER = "situbondo.kalibagor.pos-1", "situbondo.patokan.polsek"
BAD_NAME, NOT_AUTHORIZED = 0x86, 0x87
TOPIC = f"{BASE}/kalibagor/alarm/pencurian"


@pytest.mark.parametrize("account", ["situbondo.posko", NODE, "operator", "layar"])
def test_without_the_right_password_nobody_gets_in(shared: Installation, account: str) -> None:
    name = shared.name(account)
    for username, password in (
        (None, None), (name, None), (name, ""), (name, "wrong"), (name, shared.password(account)[:-1]),
        ("nobody", shared.password(account)),
    ):
        with shared.connect(account) as client:
            assert client.log_in("x", username, password) in (BAD_NAME, NOT_AUTHORIZED), (username, password)
    with shared.connect(account) as client:
        assert client.log_in("x", name, shared.password(account)) == 0


@pytest.mark.parametrize(("account", "door"), [
    (NODE, "operator"), (NODE, "situbondo.posko"), ("operator", NODE), ("operator", "situbondo.posko"),
    ("situbondo.posko", NODE), ("situbondo.posko", "operator"), ("situbondo.olean.pos-1", NODE),
])
def test_an_account_gets_in_at_its_own_door_only(shared: Installation, account: str, door: str) -> None:
    with shared.connect(door) as client:
        assert client.log_in(account, shared.name(account), shared.password(account)) == NOT_AUTHORIZED


@pytest.mark.parametrize("door", ["nodes", "operators"])
def test_a_tls_door_does_not_speak_in_the_clear(shared: Installation, door: str) -> None:
    client = Client(shared.ports[door])
    with pytest.raises(ProbeError):
        client.log_in(NODE, shared.name(NODE), shared.password(NODE))
    client.close()


def publish(shared: Installation, body: str, ca: Path | None = None, host: str = "localhost", date: str = "") -> int:
    """The exit code of an operator's line to *host*, with the authority *ca*, perhaps by a clock of *date*.

    What mosquitto_pub writes about a certificate differs between versions, and from run to run.
    """
    ca = ca or shared.folder / "ca/ca.crt"
    words = [program("mosquitto_pub"), "-h", host, "-p", str(shared.ports["operators"]), "-u", "operator", "-P",
             shared.password("operator"), "-V", "5", "-q", "1", "--cafile", str(ca), "-t", TOPIC, "-m", body]
    # The time of day alone is another one: what it waits for goes on as it should.
    shifted = ["env", "DONT_FAKE_MONOTONIC=1", "faketime", date] if date else []
    while True:
        done = run([*shifted, *words], check=False)
        # What a faketime that was killed has left bears the number of its process, which another one may have by now.
        if "sem_open: File exists" not in done.stderr:
            return done.returncode


def published(shared: Installation, **differing: Any) -> list[bytes]:
    """What arrives of two lines: one that differs from an operator's own in a single thing, then his own."""
    with shared.login(NODE, TOPIC) as node:
        code = publish(shared, "differing", **differing)
        assert publish(shared, "own") == 0
        assert node.wait(lambda messages: b"own" in [each.payload for each in messages])
        found = [each.payload for each in node.messages]
        assert (code == 0) == (found[0] == b"differing")
        return found


def test_a_broker_with_a_certificate_of_another_authority_is_not_trusted(shared: Installation, tmp_path: Path) -> None:
    other = tmp_path / "ca.crt"
    other.write_bytes(certificates.make_authority("Kecamatan Situbondo").certificate)
    assert published(shared, ca=other) == [b"own"]
    with pytest.raises(ProbeError, match="CERTIFICATE_VERIFY_FAILED"):
        Client(shared.ports["nodes"], other)


@pytest.mark.parametrize("date", ["2020-01-02", "2024-06-01", "2060-01-01", "2099-06-01"])
def test_a_pi_whose_clock_is_years_off_gets_in(shared: Installation, date: str) -> None:
    assert published(shared, date=date) == [b"differing", b"own"]


def test_the_clock_does_count_outside_of_the_certificates_years(shared: Installation) -> None:
    """Or the tests above would prove nothing."""
    assert published(shared, date="2019-06-01") == [b"own"]


def test_the_server_is_the_one_that_was_asked_for(shared: Installation) -> None:
    """127.0.0.1 is a name in its certificate, 127.0.0.2 is none; the same server answers at both."""
    assert published(shared, host="127.0.0.1") == [b"differing", b"own"]
    assert published(shared, host="127.0.0.2") == [b"own"]
