"""A gpiozero pin driver without pins: outputs are told to, and contacts taken from, another program.

It stands behind the same seam as a real driver, so that everything above it is the real node. Over a Unix stream
socket, one JSON object a line: to the program `{"pin", "level", "at"}` for each change of an output (`at` on the
node's clock); from it `{"pin", "level"}` for each change of an input. Without a socket nothing listens and nobody
presses. Used by the demo, the tests and the benchmarks, and only with --simulate.
"""

import json
import socket
from contextlib import suppress
from threading import Thread
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from runtime import clock


class SimulatedPin(MockPin):  # type: ignore[misc]
    """A pin whose output level is told to the factory's listener."""

    def _change_state(self, value: bool) -> bool:
        changed = bool(super()._change_state(value))
        self.states.clear()  # a mock remembers every change; a node runs for months
        if changed and self._function == "output":
            self.factory.tell(self.info.name, int(value))
        return changed

    def output_with_state(self, state: bool) -> None:
        """Becomes an output that is at *state* from the first instant."""
        self._state = bool(state)
        self.function = "output"
        self.factory.tell(self.info.name, int(state))


class SimulatedFactory(MockFactory):  # type: ignore[misc]
    """The driver `simulated`. *socket_path* is the listener's socket, or None."""

    def __init__(self, socket_path: str | None = None) -> None:
        super().__init__(revision="a02082", pin_class=SimulatedPin)  # a Pi 3B's pins
        self._socket: socket.socket | None = None
        if socket_path is not None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._socket.connect(socket_path)
            except OSError:
                self._socket.close()
                raise
            Thread(target=self._listen, args=(self._socket,), name="simulated-pins", daemon=True).start()

    def tell(self, name: str, level: int) -> None:
        """Reports an output. Must not block the siren: what a full socket does not take is lost."""
        if self._socket is not None:
            line = json.dumps({"pin": int(name.removeprefix("GPIO")), "level": level, "at": clock.now()})
            with suppress(OSError):
                self._socket.send(f"{line}\n".encode(), socket.MSG_DONTWAIT)

    def close(self) -> None:
        """Lets the pins and the socket go."""
        super().close()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _listen(self, listener: socket.socket) -> None:
        with suppress(OSError), listener.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                self._drive(json.loads(line))

    def _drive(self, change: dict[str, Any]) -> None:
        pin = self.pin(change["pin"])
        if pin.function == "input":
            (pin.drive_high if change["level"] else pin.drive_low)()
