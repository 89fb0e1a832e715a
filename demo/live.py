"""The demo in a terminal: draws the view again and again, runs the tour beside it, then obeys keys.

    main thread: picture ──> view; keys ──> hands        tour thread: steps, told to the view as stages

Must not decide what is right.
"""

import time
from collections.abc import Sequence
from threading import Thread

from rich.console import Console, RenderableType
from rich.live import Live

from demo.hands import QUIT, Hands
from demo.keys import Keys
from demo.panels import Invitation
from demo.sight import POSKO
from demo.step import Step
from demo.tour import Stage, run
from demo.view import Picture, draw
from demo.world import LeavingError, World
from testing.box import now

FRAME_S = 0.1
READ_S = 2.0  # how long a step's line can be read before it is run
REMEMBER_S = 600.0  # longer than any alarm sounds


class LiveDemo:
    """Shows *world* on *console*, with the tour of *steps* first; then stays, for *stay_s* or until a key says so."""

    def __init__(self, world: World, console: Console, steps: Sequence[Step], stay_s: float | None) -> None:
        self._world = world
        self._console = console
        self._steps = steps
        self._stay_s = stay_s
        self._hands = Hands(world)
        self._stage: Stage | None = None
        self._differences: list[str] | None = None if steps else []
        self._failure: BaseException | None = None
        self._toured_at = now()

    def run(self) -> list[str]:
        """Runs until it is time to leave. Returns the tour's differences. Raises LeavingError if it was broken off."""
        tour = Thread(target=self._tour, name="tour", daemon=True)
        tour.start()
        try:
            with Keys() as keys, Live(
                self._draw(), console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop"
            ) as live:
                while self._goes_on(keys.read(FRAME_S)):
                    live.update(self._draw(), refresh=True)
        finally:
            self._world.leaving = True
            tour.join(timeout=10.0)
            self._hands.rest()
        if self._failure is not None:
            raise self._failure
        if self._differences is None:
            raise LeavingError
        return self._differences

    def _tour(self) -> None:
        try:
            if self._steps:
                self._differences = run(self._world, self._steps, self._show, read_s=READ_S, linger=True)
        except LeavingError:
            pass
        except Exception as error:  # noqa: BLE001 - the thread's edge: told by the main thread
            self._failure = error
        self._toured_at = now()

    def _show(self, stage: Stage) -> None:
        self._stage = stage

    def _goes_on(self, typed: str) -> bool:
        """Obeys what was *typed*; False when it is time to leave."""
        if self._world.leaving or self._failure is not None or any(key in QUIT for key in typed):
            return False
        if self._differences is None:
            return True
        for key in "" if typed.startswith("\x1b") else typed:  # an arrow key is no letter
            self._hands.obey(key)
        return self._stay_s is None or now() < self._toured_at + self._stay_s

    def _draw(self) -> RenderableType:
        at = now()
        world = self._world
        picture = Picture(
            now=at, wall=time.time(), title=world.district.name, port=world.broker.port,
            broker=world.broker.running, labels=world.labels,
            sights=[world.sight(name, at - REMEMBER_S) for name in world.posts],
            hub=world.sight(POSKO.name, at - REMEMBER_S), lines=world.lines(at - REMEMBER_S),
            chosen=self._hands.chosen, stage=self._stage, steps=len(self._steps), invitation=self._invitation(),
        )
        return draw(picture, self._console.size.height)

    def _invitation(self) -> Invitation | None:
        if self._differences is None:
            return None
        verdict = ""
        if self._steps:
            verdict = (f"✗ Tur: {len(self._differences)} perbedaan" if self._differences
                       else f"✓ Tur selesai: semua {len(self._steps)} langkah sesuai di ketujuh pos dan posko")
        return Invitation(
            self._world.home, self._hands.line(), self._hands.label, self._hands.message, verdict,
            tuple(self._differences),
        )
