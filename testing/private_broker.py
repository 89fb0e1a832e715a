"""A private Mosquitto on a free loopback port, for the tests, the benchmarks and the demo. Not for a village.

It listens on 127.0.0.1 only, keeps its files in a folder of its own, and ends with whoever started it.
"""

import signal
import socket
import subprocess
from pathlib import Path

from broker.mosquitto import BrokerError, end, free_port, launch


class PrivateBroker:
    """A Mosquitto of our own; use as a context manager. It can be killed and started again on the same port."""

    def __init__(self, folder: Path, port: int | None = None, extra: str = "") -> None:
        self.port = port or free_port()
        self.host = "127.0.0.1"
        self._folder = folder
        self._config = folder / "mosquitto.conf"
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "PrivateBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of its process. Raises BrokerError if it does not run."""
        if self._process is None:
            raise BrokerError("the broker does not run")
        return self._process.pid

    def start(self) -> None:
        """Starts it, and returns when it accepts connections. Raises BrokerError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise BrokerError(f"port {self.port} cannot be used: {error.strerror}") from None
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "persistence false\n"
            "set_tcp_nodelay true\n"  # without it an answer to a publish waits 40 ms for a delayed ACK, measured
            "log_dest stderr\n"
            "log_type error\n"
            "log_type warning\n"
            f"{self._extra}"
        )
        self._process = launch(self._config, self._folder / "mosquitto.log", [self.port])

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process, how)
