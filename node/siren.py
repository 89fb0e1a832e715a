"""The siren thread: the only owner of relay, striker and strobe. What is switched when is decided by its Sequencer.

`play` and `hush` switch the outputs in the caller's thread, so that neither waits for another one to wake; what
follows (the strokes, the end) is the thread's, on absolute deadlines of the node's clock. So a program ends by
itself, whatever became of the loop that began it. The lock is held while outputs are switched and never while the
thread waits or sleeps, so nothing stands between an order and its outputs.

An edge is waited for on a condition up to 5 ms before its instant, then slept for: measured, with SCHED_FIFO, 0.5 ms
late at the 99th percentile.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Condition

from contract.wire.faults import Fault
from node.core.effects import Play
from node.core.events import SirenSwitched
from node.core.sequencer import Sequencer
from node.core.switching import Role
from node.devices import Output
from runtime.clock import SystemTimer, Timer
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.worker import PAUSE_S, Worker

FINE_S = 0.005
IDLE_S = 2.5  # how often the thread shows that it lives when nothing is due
HANG_S = 5.0
CLOSE_S = 1.0


class Siren:
    """Switches *outputs* as *sequencer*, which is for the same roles, has it. *prepare* is called in the thread first.

    Use as a context manager: leaving it drives all to rest.
    """

    def __init__(  # noqa: PLR0913 - what it switches, and how it reports
        self, outputs: Mapping[Role, Output], sequencer: Sequencer, inbox: Inbox,
        prepare: Callable[[], object] = lambda: None, timer: Timer | None = None, *, felt: bool = False,
    ) -> None:
        """*felt*: each switching of the siren is put into the inbox, to be compared with the current that it draws."""
        self._outputs = dict(outputs)
        self._inbox = inbox
        self._prepare = prepare
        self._timer = timer if timer is not None else SystemTimer()
        self._sequencer = sequencer
        self._woken = Condition()
        self._felt = felt
        self._broke = False
        self._worker = Worker("siren", self._turn, self._break_off, HANG_S, self._timer)

    def __enter__(self) -> "Siren":
        with self._woken:
            self._switch(self._timer.now())
        self._worker.start(self._prepare)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drives all outputs to rest, then lets them go."""
        with self._woken:
            self._worker.end()
            self._sequencer.hush()
            self._switch(self._timer.now())
            self._woken.notify()
        self._worker.join(CLOSE_S)
        for role, output in self._outputs.items():
            try:
                output.close()
            except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
                self._inbox.put(Faulted(role.value, f"cannot be let go: {error}"))

    def play(self, play: Play) -> None:
        """Begins a program, in place of the one before. One that only ends at another time goes on unbroken."""
        with self._woken:
            if self._worker.ending:
                return
            now = self._timer.now()
            self._sequencer.play(play, now)
            self._switch(now)
            self._woken.notify()

    def hush(self) -> None:
        """Ends the program; all outputs are at rest when this returns."""
        with self._woken:
            self._sequencer.hush()
            self._switch(self._timer.now())
            self._woken.notify()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None. Only a new process helps against that."""
        return self._worker.hung()

    def trouble(self) -> str | None:
        """What is wrong with the thread or its outputs, or None."""
        hung = self.hung()
        if hung is not None:
            return hung
        failures = sorted(role.value for role in self._sequencer.failures)
        return f"cannot switch {', '.join(failures)}" if failures else None

    def _turn(self) -> None:
        """Waits for what is due next or a new order, and plays what is due."""
        with self._woken:
            now = self._timer.now()
            due = self._sequencer.due()
            wait_s = IDLE_S if due is None else due - now
            if wait_s > FINE_S:
                self._timer.wait(self._woken, min(wait_s - FINE_S, IDLE_S))
                return
        if wait_s > 0:
            self._timer.sleep(wait_s)
        with self._woken:
            now = self._timer.now()
            played = self._sequencer.advance(now)
            self._switch(now)
            if played and self._broke:
                self._broke = False
                self._inbox.put(Recovered(Fault.SIREN_THREAD))

    def _break_off(self, error: Exception) -> None:
        """Hushes the thread that failed, by itself: what failed may be the Sequencer."""
        with self._woken:
            self._broke = True
            for output in self._outputs.values():
                with suppress(Exception):  # `_switch` tries it again, and reports it
                    output.off()
            self._inbox.put(Faulted(Fault.SIREN_THREAD, f"failed and was hushed: {error!r}"))
            now = self._timer.now()
            self._sequencer.stop(now)
            self._switch(now)
            self._timer.wait(self._woken, PAUSE_S)

    def _switch(self, now: float) -> None:
        """Switches what is pending. An output that fails does not keep the others from being switched."""
        for role, on in self._sequencer.pending(now):
            output = self._outputs[role]
            try:
                (output.on if on else output.off)()
            except Exception as error:  # noqa: BLE001 - whatever a driver raises, the other outputs must go on
                if self._sequencer.failed(role, now):
                    self._inbox.put(Faulted(role.value, f"cannot be switched: {error}"))
                continue
            if self._felt and role is Role.SIREN:
                self._inbox.put(SirenSwitched(on))
            if self._sequencer.switched(role, on=on):
                self._inbox.put(Recovered(role.value))
