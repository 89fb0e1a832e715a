"""The HTTP server and whoever keeps it waiting."""

import asyncio
import socket
from typing import Any

import pytest

from posko.web import server
from posko.web.config import Address
from runtime import clock

STREAM = b"GET / HTTP/1.1\r\nHost: page\r\n\r\n"
LIMIT_S = 30.0


async def endless(scope: Any, _receive: Any, send: Any) -> None:
    """An answer that goes on, as an open page's."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"more", "more_body": True})
        await asyncio.sleep(0.01)


def connected(listening: socket.socket, payload: bytes) -> socket.socket:
    found = socket.create_connection(listening.getsockname()[:2], timeout=LIMIT_S)
    found.sendall(payload)
    return found


@pytest.mark.parametrize("payload", [b"", b"GET /masuk HTTP/1.1\r\nX-Slow: "])
def test_who_never_ends_the_head_of_a_request_keeps_no_place_and_the_open_pages_go_on(
    monkeypatch: pytest.MonkeyPatch, payload: bytes
) -> None:
    monkeypatch.setattr(server, "HEAD_S", 0.2)
    listening = server.listen(Address("127.0.0.1", 0))
    with server.HttpThread(endless, listening, clock.now, None, ()) as http:
        http.begin()
        with connected(listening, STREAM) as page, connected(listening, payload) as slow:
            assert slow.recv(100) == b""
            parts = 0
            while parts < 200:  # far more than what came before the slow one was ended
                received = page.recv(65_536)
                assert received
                parts += received.count(b"more")
