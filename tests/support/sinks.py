"""Targets on the loopback: a web hook that takes, refuses, or hangs, and a mail server that takes everything."""

import json
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any, Self

from testing.program import LIMIT_S

TAKES, REFUSES, HANGS = "takes", "refuses", "hangs"


class _Quick:
    """A server that keeps nobody waiting whose connection it has not taken yet, however busy the machine is."""

    daemon_threads = True
    request_queue_size = 128  # beyond it Linux lets who connects try again after 1, 3 and 7 s: listen(2)


class _WebServer(_Quick, ThreadingHTTPServer):
    pass


class _MailServer(_Quick, socketserver.ThreadingTCPServer):
    pass


class _Sink:
    """What arrived, and how the target behaves. Use as a context manager."""

    scheme = ""

    def __init__(self, behaviour: str = TAKES, takes_s: float = 0.0) -> None:
        self.behaviour = behaviour
        self.takes_s = takes_s
        self.arrived: list[tuple[str, str]] = []  # title and text
        self.asked = 0
        self.changed = Condition()
        self.over = Event()
        self._server = self._make()
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.arrived]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int) -> bool:
        """Waits until so many messages have arrived."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.arrived) >= count, LIMIT_S)

    def wait_asked(self, count: int) -> bool:
        """Waits until so many messages were offered, taken or not."""
        with self.changed:
            return self.changed.wait_for(lambda: self.asked >= count, LIMIT_S)

    def take(self, title: str, text: str) -> bool:
        """A message is offered; whether it is taken."""
        with self.changed:
            self.asked += 1
            self.changed.notify_all()
        if self.behaviour == HANGS:
            self.over.wait(LIMIT_S)
        self.over.wait(self.takes_s)
        if self.behaviour != TAKES:
            return False
        with self.changed:
            self.arrived.append((title, text))
            self.changed.notify_all()
        return True

    def _make(self) -> socketserver.TCPServer:
        raise NotImplementedError


class WebHook(_Sink):
    """What Apprise calls json://."""

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/rahasia"

    def _make(self) -> ThreadingHTTPServer:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken = sink.take(found["title"], found["message"])
                self.send_response(200 if taken else 500)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return _WebServer(("127.0.0.1", 0), Handler)


class MailServer(_Sink):
    """A server of SMTP (RFC 5321) that takes every mail; the text is what stands behind DATA."""

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}/budi@example.com?from=posko@example.com&mode=insecure&format=text"

    def _make(self) -> socketserver.ThreadingTCPServer:
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 uji")
                while line := self.rfile.readline().decode().strip():
                    word = line.split()[0].upper()
                    if word == "DATA":
                        self._say("354 ya")
                        lines = []
                        while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                            lines.append(part)
                        sink.take("", "\n".join(lines))
                    self._say("221 ya" if word == "QUIT" else "250 ya")
                    if word == "QUIT":
                        return

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        return _MailServer(("127.0.0.1", 0), Handler)
