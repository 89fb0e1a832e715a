"""The wall buttons, the lock and the lamps. Callbacks only enqueue; what a press means is decided elsewhere.

There are two paths from a contact to the loop: the driver's edges, which are quick, and a slow look at the levels,
which finds what a dead edge handler missed. The same thread blinks the lamps. While nothing blinks and nothing has
moved for a while it looks more rarely; once it has found what no edge told, never again.
"""

from collections.abc import Callable, Mapping
from functools import partial
from threading import Condition, Lock

from contract.wire.faults import Fault
from node.core.effects import Lamp
from node.core.events import Contact
from node.core.lamps import PATTERNS, is_lit
from node.devices import ContactInput, Output
from runtime.clock import SystemTimer, Timer
from runtime.inbox import Inbox
from runtime.worker import PAUSE_S, FaultReporter, Worker

LOOK_S = 0.1
REST_S = 1.0  # between two looks at rest: each wakes the processor
ACTIVE_S = 10.0  # without a change until it is at rest
HANG_S = 5.0  # a look takes some milliseconds
CLOSE_S = 1.0


class Panel:
    """The buttons and lamps of a box. Use as a context manager."""

    def __init__(
        self, contacts: Mapping[str, ContactInput], lamps: Mapping[str, Output], inbox: Inbox,
        timer: Timer | None = None,
    ) -> None:
        self._contacts = dict(contacts)
        self._lamps = dict(lamps)
        self._inbox = inbox
        self._told: dict[str, bool] = {}
        self._telling = Lock()
        self._modes: Mapping[str, Lamp] = {}
        self._lit: dict[str, bool] = {}
        self._faults = FaultReporter(inbox)
        self._doubted: set[str] = set()
        self._timer = timer if timer is not None else SystemTimer()
        self._woken = Condition()
        self._looks = 0
        self._looked_at = self._moved_at = self._timer.now()
        self._edges_missed = False
        self._worker = Worker("panel", self._turn, self._failed, HANG_S, self._timer)

    def __enter__(self) -> "Panel":
        for name, contact in self._contacts.items():
            self._told[name] = contact.is_active
            if self._told[name]:
                self._inbox.put(Contact(name, closed=True, initial=True))
            contact.when_activated = self._teller(name, closed=True)
            contact.when_deactivated = self._teller(name, closed=False)
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lamps out, pins let go."""
        with self._woken:
            self._worker.end()
            self._woken.notify()
        self._worker.join(CLOSE_S)
        for name, lamp in self._lamps.items():
            self._guard(Fault.PIN_OF_LAMP.of(name), lamp.off)
            self._guard(Fault.PIN_OF_LAMP.of(name), lamp.close)
        for name, contact in self._contacts.items():
            self._guard(Fault.PIN_OF_BUTTON.of(name), contact.close)

    def light(self, modes: Mapping[str, Lamp]) -> None:
        """What each lamp says from now on; the thread shows it within `LOOK_S`."""
        changed, self._modes = self._modes != modes, dict(modes)
        if changed:
            self._moved()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None."""
        return self._worker.hung()

    def trouble(self) -> str | None:
        """What is wrong with the thread or a pin, or None."""
        hung = self.hung()
        if hung is not None:
            return hung
        failing = sorted(self._faults.failing)
        return f"cannot use {', '.join(failing)}" if failing else None

    def _teller(self, name: str, *, closed: bool) -> Callable[[], None]:
        return lambda: self._tell(name, closed=closed)  # gpiozero takes no functools.partial

    def _tell(self, name: str, *, closed: bool) -> None:
        with self._telling:
            self._told[name] = closed
            self._inbox.put(Contact(name, closed))
        self._moved()

    def _moved(self) -> None:
        """Something has changed: who looks more rarely is woken."""
        with self._woken:
            self._moved_at = self._timer.now()
            self._woken.notify()

    def _turn(self) -> None:
        if not self._awaits_look():
            return
        self._looks += 1
        self._looked_at = self._timer.now()
        for name, contact in self._contacts.items():
            self._guard(Fault.PIN_OF_BUTTON.of(name), partial(self._look, name, contact))
        for name, lamp in self._lamps.items():
            self._guard(Fault.PIN_OF_LAMP.of(name), partial(self._show, name, lamp, self._looks))
        self._faults.well(Fault.BUTTONS_THREAD)

    def _failed(self, error: Exception) -> None:
        self._faults.failed(Fault.BUTTONS_THREAD, f"failed and goes on: {error!r}")
        with self._woken:
            self._timer.wait(self._woken, PAUSE_S)

    def _awaits_look(self) -> bool:
        """Waits until the next look is due. Returns whether it is to be made: False when it is closed before."""
        with self._woken:
            while not self._worker.ending and (wait_s := self._due() - self._timer.now()) > 0:
                self._timer.wait(self._woken, wait_s)
            return not self._worker.ending

    def _due(self) -> float:
        """When the next look is due."""
        blinks = any(len(PATTERNS[mode]) > 1 for mode in self._modes.values())
        active = blinks or self._edges_missed or self._looked_at < self._moved_at + ACTIVE_S
        return self._looked_at + (LOOK_S if active else REST_S)

    def _look(self, name: str, contact: ContactInput) -> None:
        """Tells a level that differs from what was told, at the second look: the edge may be on its way."""
        closed = contact.is_active
        if closed == self._told[name]:
            self._doubted.discard(name)
        elif name in self._doubted:
            self._doubted.discard(name)
            self._edges_missed = True
            self._tell(name, closed=closed)
        else:
            self._doubted.add(name)
            self._moved()

    def _show(self, name: str, lamp: Output, look: int) -> None:
        lit = is_lit(self._modes.get(name, Lamp.OFF), look)
        if self._lit.get(name) != lit:
            (lamp.on if lit else lamp.off)()
            self._lit[name] = lit

    def _guard(self, what: str, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - one pin's fault must not stop the others
            self._faults.failed(what, f"fails: {error}")
        else:
            self._faults.well(what)
