"""The HTTP server in a thread of its own: the only home of uvicorn. Must not know what is served."""

import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from contract.user_error import UserError
from posko.web.config import Address
from runtime import clock

HANG_S = 30.0
CLOSE_S = 3.0
BACKLOG = 1024
HEAD_S = 20.0  # for the head of a request to arrive: who sends it by drops does not keep a place
MOST = 4000  # connections: who opens more is answered 503, and the open pages stay


class _Punctual(H11Protocol):
    """Ends a connection on which no request has begun for HEAD_S to 2 HEAD_S: uvicorn itself waits without an end."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._latest: object = self.cycle
        self._due = self.loop.call_later(HEAD_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._due.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle and self._latest is self.cycle:
            self.transport.close()
            return
        self._latest = self.cycle
        self._due = self.loop.call_later(HEAD_S, self._look)


class HttpThread:
    """Serves *app* at *listening* until it is closed; *beat* is when its loop last went round."""

    def __init__(
        self, app: Callable[..., Any], listening: socket.socket, beat: Callable[[], float],
        tls: tuple[Path, Path] | None, trusted: tuple[str, ...],
    ) -> None:
        """*tls*: a certificate and its key; *trusted*: addresses of proxies."""
        certificate, key = tls if tls is not None else (None, None)
        self._socket, self._beat = listening, beat
        config = uvicorn.Config(
            app, http=_Punctual, ws="none", lifespan="on", log_config=None, access_log=False, server_header=False,
            date_header=False, proxy_headers=bool(trusted), forwarded_allow_ips=list(trusted),
            ssl_certfile=certificate, ssl_keyfile=key,
            timeout_graceful_shutdown=1, timeout_keep_alive=20, limit_concurrency=MOST, backlog=BACKLOG,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._run, name="http", daemon=True)

    def __enter__(self) -> "HttpThread":
        return self

    def begin(self) -> None:
        """Begins to answer; until then who connects waits."""
        self._thread.start()

    @property
    def begun(self) -> bool:
        """Whether it has begun to answer."""
        return self._thread.ident is not None

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self.begun:
            self._thread.join(CLOSE_S)
        self._socket.close()

    def trouble(self) -> str | None:
        """What is wrong with the thread, or None."""
        if not self._thread.is_alive():
            return "its thread is dead" if self.begun else None
        return "its thread hangs" if clock.now() > self._beat() + HANG_S else None

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def listen(address: Address) -> socket.socket:
    """A socket that listens at *address*. Raises UserError where it cannot."""
    where = f"{address.host}:{address.port}"
    try:
        family, *_, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen(BACKLOG)
    except OSError as error:
        raise UserError(f"listen: {where} cannot be used: {error.strerror}; give another address or port, or end the "
                        "program that has it") from None
    return found
