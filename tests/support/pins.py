"""Benches: pins that a test can look at and drive, one for each driver, all with the same face.

`FakePins` is the honest fake: it obeys the protocols Output and ContactInput and nothing else, and passes the same
contract as gpiozero's devices (tests/node/test_pin_seam.py).
"""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread
from types import ModuleType
from typing import Any, Protocol

import pytest
from gpiozero.pins.mock import MockFactory

from node import pins
from node.devices import ContactInput, Output
from node.simulated import SimulatedFactory
from runtime import clock
from testing.program import LIMIT_S
from tests.support.gpio_kernel import GpioKernel
from tests.support.waiting import wait_until


class Bench(Protocol):
    """Pins by their BCM numbers. Levels are electrical: True is high."""

    def output(self, pin: int, *, active_high: bool = True) -> Output: ...

    def contact(self, pin: int) -> ContactInput: ...

    def history(self, pin: int) -> list[bool]:
        """The levels that *pin* was driven to since it became an output, the first included."""
        ...

    def drive(self, pin: int, *, high: bool) -> None:
        """Moves an input from outside."""
        ...

    def close(self) -> None: ...


class FakeOutput:
    """An output in memory. `switches` are (instant by *now*, whether on); `broken` makes its driver raise."""

    def __init__(
        self, active_high: bool = True, free: Callable[[], None] = lambda: None, now: Callable[[], float] = clock.now,
    ) -> None:
        self.switches: list[tuple[float, bool]] = []
        self.levels = [not active_high]
        self.broken = False
        self.closed = False
        self._active_high = active_high
        self._free = free
        self._now = now

    @property
    def is_on(self) -> bool:
        return self.levels[-1] == self._active_high

    def on(self) -> None:
        self._switch(on=True)

    def off(self) -> None:
        self._switch(on=False)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._free()

    def _switch(self, *, on: bool) -> None:
        if self.broken or self.closed:
            raise OSError("the driver fails")
        if self.is_on != on:
            self.switches.append((self._now(), on))
            self.levels.append(on == self._active_high)


class FakeContact:
    """A contact to ground in memory. `deaf` loses its edges; `broken` makes its level unreadable."""

    def __init__(self, free: Callable[[], None] = lambda: None) -> None:
        self.when_activated: Callable[[], None] | None = None
        self.when_deactivated: Callable[[], None] | None = None
        self.deaf = False
        self.broken = False
        self.closed = False
        self._active = False
        self._free = free

    @property
    def is_active(self) -> bool:
        if self.broken:
            raise OSError("the driver fails")
        return self._active

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.when_activated = self.when_deactivated = None
            self._free()

    def move(self, *, closed: bool) -> None:
        """Closes or opens the contact, as a finger does."""
        if self._active == closed:
            return
        self._active = closed
        told = self.when_activated if closed else self.when_deactivated
        if told is not None and not self.deaf:
            told()


class FakePins:
    """A bench of fakes."""

    def __init__(self) -> None:
        self._used: dict[int, FakeOutput | FakeContact] = {}

    def output(self, pin: int, *, active_high: bool = True) -> FakeOutput:
        self._claim(pin)
        output = FakeOutput(active_high, lambda: self._free(pin))
        self._used[pin] = output
        return output

    def contact(self, pin: int) -> FakeContact:
        self._claim(pin)
        contact = FakeContact(lambda: self._free(pin))
        self._used[pin] = contact
        return contact

    def history(self, pin: int) -> list[bool]:
        output = self._used[pin]
        assert isinstance(output, FakeOutput)
        return list(output.levels)

    def drive(self, pin: int, *, high: bool) -> None:
        contact = self._used[pin]
        assert isinstance(contact, FakeContact)
        contact.move(closed=not high)

    def close(self) -> None:
        self._used.clear()

    def _claim(self, pin: int) -> None:
        if pin in self._used:
            raise pins.PinsError(f"pin {pin} is in use")

    def _free(self, pin: int) -> None:
        self._used.pop(pin, None)


class _FactoryBench:
    """What the benches with a gpiozero factory share."""

    factory: Any

    def output(self, pin: int, *, active_high: bool = True) -> Output:
        device: Output = pins.output(self.factory, pin, active_high=active_high)
        return device

    def contact(self, pin: int) -> ContactInput:
        device: ContactInput = pins.contact(self.factory, pin)
        return device

    def close(self) -> None:
        self.factory.close()


class MockBench(_FactoryBench):
    """gpiozero's own mock. It remembers changes only, so that a claim which changes nothing leaves no trace."""

    def __init__(self) -> None:
        self.factory = MockFactory(revision="a02082")
        self._claimed: dict[int, list[bool]] = {}

    def output(self, pin: int, *, active_high: bool = True) -> Output:
        device = super().output(pin, active_high=active_high)
        found = self.factory.pin(pin)
        self._claimed[pin] = [bool(each.state) for each in found.states[1:]] or [bool(found.state)]
        found.clear_states()
        return device

    def history(self, pin: int) -> list[bool]:
        return self._claimed[pin] + [bool(each.state) for each in self.factory.pin(pin).states[1:]]

    def drive(self, pin: int, *, high: bool) -> None:
        found = self.factory.pin(pin)
        (found.drive_high if high else found.drive_low)()


class SimulatedBench(_FactoryBench):
    """The simulated driver, with a listener at the other end of its socket."""

    def __init__(self, folder: Path) -> None:
        path = folder / "pins"
        self._told: list[tuple[int, bool]] = []
        self._changed = Condition()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen(1)
            self.factory = SimulatedFactory(str(path))
            self._peer, _ = listener.accept()
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def history(self, pin: int) -> list[bool]:
        # What was sent is on its way through the socket: a change of a pin of no interest comes behind it.
        self.factory.tell("GPIO1", 1)
        with self._changed:
            assert self._changed.wait_for(lambda: (1, True) in self._told, LIMIT_S)
            self._told.remove((1, True))
            return [level for name, level in self._told if name == pin]

    def drive(self, pin: int, *, high: bool) -> None:
        self._peer.sendall(f"{json.dumps({'pin': pin, 'level': int(high)})}\n".encode())
        assert wait_until(lambda: self.factory.pin(pin).state == high)

    def close(self) -> None:
        super().close()
        self._thread.join(LIMIT_S)
        self._peer.close()

    def _listen(self) -> None:
        with self._peer.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                report = json.loads(line)
                with self._changed:
                    self._told.append((report["pin"], bool(report["level"])))
                    self._changed.notify_all()


class FakeChip:
    """A GPIO chip behind lgpio's own functions: which lines are outputs, and each level they were driven to."""

    def __init__(self) -> None:
        self.driven: dict[int, list[bool]] = {}
        self.levels: dict[int, bool] = {}
        self.flags: dict[int, int] = {}
        self.callbacks: dict[int, Callable[..., None]] = {}

    def install(self, monkeypatch: pytest.MonkeyPatch, lgpio: ModuleType) -> None:
        for name in ("gpiochip_open", "gpiochip_close", "gpio_claim_input", "gpio_claim_output", "gpio_claim_alert",
                     "gpio_free", "gpio_get_mode", "gpio_read", "gpio_write", "gpio_set_debounce_micros", "callback"):
            monkeypatch.setattr(lgpio, name, getattr(self, name))

    def gpiochip_open(self, _chip: int) -> int:
        return 1

    def gpiochip_close(self, _handle: int) -> int:
        return 0

    def gpio_claim_input(self, _handle: int, pin: int, flags: int = 0) -> int:
        self.flags[pin] = flags
        self.driven.pop(pin, None)
        self.levels[pin] = bool(flags & 1 << 5)
        return 0

    def gpio_claim_output(self, _handle: int, pin: int, level: int = 0, flags: int = 0) -> int:
        self.flags[pin] = flags | 1 << 1
        self.levels[pin] = bool(level)
        self.driven.setdefault(pin, []).append(bool(level))
        return 0

    def gpio_claim_alert(self, _handle: int, pin: int, _edges: int, flags: int = 0) -> int:
        self.flags[pin] = flags
        return 0

    def gpio_free(self, _handle: int, pin: int) -> int:
        self.driven.pop(pin, None)
        return 0

    def gpio_get_mode(self, _handle: int, pin: int) -> int:
        return self.flags[pin]

    def gpio_read(self, _handle: int, pin: int) -> int:
        return int(self.levels[pin])

    def gpio_write(self, _handle: int, pin: int, level: int) -> int:
        if self.levels[pin] != bool(level):
            self.driven[pin].append(bool(level))
        self.levels[pin] = bool(level)
        return 0

    def gpio_set_debounce_micros(self, _handle: int, _pin: int, _micros: int) -> int:
        return 0

    def callback(self, _handle: int, pin: int, _edge: int, told: Callable[..., None]) -> "FakeChip._Callback":
        self.callbacks[pin] = told
        return FakeChip._Callback(self, pin)

    class _Callback:
        def __init__(self, chip: "FakeChip", pin: int) -> None:
            self._chip, self._pin = chip, pin

        def cancel(self) -> None:
            self._chip.callbacks.pop(self._pin, None)


class LgpioBench(_FactoryBench):
    """gpiozero's real lgpio driver, opened as the node opens it, above a fake chip."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.chdir(folder)  # lgpio makes a FIFO in the working directory when it is imported
        lgpio = pytest.importorskip("lgpio")
        local = pytest.importorskip("gpiozero.pins.local")
        monkeypatch.setattr(local.LocalPiFactory, "_get_revision", lambda _self: 0xA02082)
        self._chip = FakeChip()
        self._chip.install(monkeypatch, lgpio)
        GpioKernel(folder, {0: "pinctrl-bcm2835"}).install(monkeypatch)
        self.factory = pins.open_driver("lgpio", {})

    def history(self, pin: int) -> list[bool]:
        return list(self._chip.driven[pin])

    def drive(self, pin: int, *, high: bool) -> None:
        if self._chip.levels[pin] != high:
            self._chip.levels[pin] = high
            if pin in self._chip.callbacks:
                self._chip.callbacks[pin](0, pin, int(high), int(clock.now() * 1e9))


KINDS = ("fake", "mock", "simulated", "lgpio")


def make_bench(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The bench called *kind*. An lgpio bench is skipped where that library is missing."""
    match kind:
        case "fake":
            return FakePins()
        case "mock":
            return MockBench()
        case "simulated":
            return SimulatedBench(folder)
        case _:
            return LgpioBench(monkeypatch, folder)
