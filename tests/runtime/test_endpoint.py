"""Why a broker cannot be reached, in words that say which setting does not fit."""

import socket
import ssl
from pathlib import Path
from threading import Thread

import pytest

from runtime.endpoint import Broker, explain

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
