"""A box's line to the broker, that can be cut: a TCP relay on the loopback. Must not look at what it carries.

    node ──> this port ──> the broker's port
"""

import socket
from contextlib import suppress
from threading import Lock, Thread

CHUNK = 65536


class Line:
    """Relays connections to *port* on the loopback. While it is cut, it closes each one at once. A context manager."""

    def __init__(self, port: int) -> None:
        self._broker = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._whole = True
        self._ends: list[socket.socket] = []
        self._changing = Lock()

    def __enter__(self) -> "Line":
        Thread(target=self._accept, name="line", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def cut(self) -> None:
        """Ends every connection; new ones are closed until `mend`."""
        with self._changing:
            self._whole = False
            ends, self._ends = self._ends, []
        for end in ends:
            _close(end)

    def mend(self) -> None:
        """Lets connections through again."""
        with self._changing:
            self._whole = True

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._broker, timeout=2.0)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changing:
            whole = self._whole
            if whole:
                self._ends += (near, far)
        if not whole:
            near.close()
            far.close()
            return
        for source, sink in ((near, far), (far, near)):
            Thread(target=_pump, args=(source, sink), name="line", daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    for end in (source, sink):
        _close(end)


def _close(end: socket.socket) -> None:
    """Ends a connection in both directions, whoever is waiting on it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
