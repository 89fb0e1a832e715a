"""A TCP proxy on the loopback interface that can do to a connection what a village's network does."""

import socket
import struct
from contextlib import suppress
from threading import Lock, Thread

from testing.program import LIMIT_S


class Proxy:
    """Passes connections on to *port* of *host* until it is told to swallow or cut them. Use as a context manager."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.host = "127.0.0.1"
        self._lock = Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._swallowed: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self.accepted = 0
        self.swallow_new = False
        self.refuse = False

    def __enter__(self) -> "Proxy":
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(LIMIT_S)

    def swallow(self) -> None:
        """From now on the connections that there are look alive and carry nothing. New ones work."""
        with self._lock:
            self._swallowed.update(side for pair in self._pairs for side in pair)

    def cut(self) -> None:
        """Resets every connection that there is."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for side in (side for pair in pairs for side in pair):
            with suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                side.shutdown(socket.SHUT_RD)  # wakes the thread that reads it, which closes it

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.refuse:
                near.close()
                continue
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            for side in (near, far):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((near, far))
                if self.swallow_new:
                    self._swallowed.update((near, far))
            open_ends = [2]
            self._spawn(self._pump, near, far, open_ends)
            self._spawn(self._pump, far, near, open_ends)

    def _pump(self, source: socket.socket, sink: socket.socket, open_ends: list[int]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._swallowed:
                    sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RD)
        with self._lock:
            open_ends[0] -= 1
            if open_ends[0] == 0:
                self._pairs = [pair for pair in self._pairs if source not in pair]
                self._swallowed -= {source, sink}
                source.close()
                sink.close()

    def _spawn(self, act: object, *args: object) -> None:
        thread = Thread(target=act, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()
