"""Why a broker cannot be reached, in words that say which setting does not fit."""

import socket
import ssl
from pathlib import Path
from threading import Thread

import pytest

from contract.settings.broker import BrokerSettings
from runtime.endpoint import Broker, Endpoint, explain

SECURED = Broker("posko.local", 1883, "situbondo.kalibagor.pos-1", ca_file=Path("ca.crt"))
PLAIN = Broker("posko.local", 8883, "situbondo.kalibagor.pos-1")


OTHER_NAME = ("its certificate is for another name than posko.local; write that one under host, or provision the "
              "broker with --host posko.local")


def not_accepted(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "certificate is not yet valid"
    return error


@pytest.mark.parametrize(("code", "told"), [
    (62, OTHER_NAME),
    (18, "its certificate is not signed by the authority in ca_file; take the ca.crt of this installation"),
    (20, "its certificate is not signed by the authority in ca_file; take the ca.crt of this installation"),
    (9, "its certificate is not valid at this machine's time (certificate is not yet valid); check the clock"),
])
def test_a_certificate_that_is_not_accepted_is_answered_with_what_to_change(code: int, told: str) -> None:
    assert explain(not_accepted(code), SECURED) == told


def test_a_port_without_tls_is_named_as_such() -> None:
    """A real handshake with a listener that hangs up, as a broker's plain port does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.close()

        thread = Thread(target=hang_up)
        thread.start()
        with (socket.create_connection(server.getsockname()) as link,
              pytest.raises((ssl.SSLError, ConnectionResetError)) as caught):
            ssl.create_default_context().wrap_socket(link, server_hostname="localhost")
        thread.join()

    told = explain(caught.value, SECURED)
    assert told.endswith("; this port speaks no TLS, it seems: give the port that does (8883), or leave ca_file out")


def test_what_has_nothing_to_do_with_tls_is_told_as_it_is() -> None:
    assert explain(ConnectionRefusedError(111, "Connection refused"), SECURED) == "[Errno 111] Connection refused"
    assert explain(ConnectionResetError(104, "Connection reset"), PLAIN) == "[Errno 104] Connection reset"


@pytest.mark.parametrize(("login", "wanted"), [
    ("situbondo.kalibagor.pos-1_abcdefghijklmnop", "situbondo.kalibagor.pos-1.abcdefghijklmnop"),
    ("situbondo.kalibagor.pos-1", "situbondo.kalibagor.pos-1"),
    ("somebody_else", "situbondo.kalibagor.pos-1"),
    (None, "situbondo.kalibagor.pos-1"),
])
def test_a_fixed_client_id_has_the_random_letters_of_its_own_account(login: str | None, wanted: str) -> None:
    """Some brokers do not put the account's name in its place, and who knows an id can end the connection."""
    found = Endpoint(BrokerSettings("posko.local", username=login)).broker("situbondo.kalibagor.pos-1", fixed=True)
    assert found.client_id == wanted


def test_a_client_id_that_is_not_fixed_is_another_one_each_time() -> None:
    endpoint = Endpoint(BrokerSettings("posko.local", username="siti"))
    first, second = (endpoint.broker("situbondo.operator").client_id for _ in range(2))
    assert first != second
    assert first.startswith("situbondo.operator.")
