"""A box's outputs on a clock that is a number: switched by a Sequencer, as the siren thread has it switch real ones."""

from collections.abc import Iterable, Iterator
from itertools import repeat

from node.core.effects import Play
from node.core.sequencer import Sequencer
from node.core.switching import Role

SIREN, STRIKER, STROBE = Role.SIREN, Role.STRIKER, Role.STROBE
ALONE, BOX = frozenset({SIREN, STROBE}), frozenset({SIREN, STRIKER, STROBE})
START = 100.0
BUSY = 1000  # more wake-ups than this at one instant are a thread that spins

Switch = tuple[float, Role, bool]


class Outputs:
    """What a Sequencer switches, and when. The `broken` are those that cannot be switched."""

    def __init__(
        self, roles: frozenset[Role] = BOX, *, stroke_s: float = 0.03125, max_s: float = 300.0, now: float = START,
        loudspeaker: bool = False,
    ) -> None:
        self.sequencer = Sequencer(roles, stroke_s=stroke_s, max_sounding_s=max_s, is_drummed=lambda: self.is_drummed)
        self.is_drummed = loudspeaker
        self.now = now
        self.on: set[Role] = set()
        self.log: list[Switch] = []  # every change
        self.driven: list[Switch] = []  # every call of a driver that it took, changes or not
        self.refused: list[Switch] = []
        self.broken: frozenset[Role] = frozenset()
        self._switch()

    def play(self, play: Play, at: float | None = None) -> None:
        """Time passes up to *at*, then *play* is ordered."""
        self.run(at)
        self.sequencer.play(play, self.now)
        self._switch()

    def hush(self, at: float | None = None) -> None:
        self.run(at)
        self.sequencer.hush()
        self._switch()

    def run(self, until: float | None, stalls: Iterable[float] = repeat(0.0)) -> None:
        """Time passes up to *until*; each wake-up is later by the next of *stalls*, and punctual after the last."""
        late: Iterator[float] = iter(stalls)
        busy = 0
        while (due := self.sequencer.due()) is not None and until is not None and due <= until:
            instant = max(self.now, due) + next(late, 0.0)
            busy = busy + 1 if instant == self.now else 0
            assert busy < BUSY, f"the thread spins at {self.now}"
            self.now = instant
            self.sequencer.advance(self.now)
            self._switch()
        if until is not None:
            self.now = max(self.now, until)

    def of(self, role: Role, since: float = 0.0) -> list[tuple[float, bool]]:
        """The changes of one output."""
        return [(at, on) for at, each, on in self.log if each is role and at >= since]

    def strokes(self, role: Role = STRIKER) -> list[tuple[float, float]]:
        """Each time that *role* was on, and for how long; it must be off by now."""
        changes = self.of(role)
        assert [on for _, on in changes] == [True, False] * (len(changes) // 2)
        return [(begun, ended - begun) for (begun, _), (ended, _) in zip(changes[::2], changes[1::2], strict=True)]

    def _switch(self) -> None:
        for role, on in self.sequencer.pending(self.now):
            if role in self.broken:
                self.refused.append((self.now, role, on))
                self.sequencer.failed(role, self.now)
                continue
            self.sequencer.switched(role, on=on)
            self.driven.append((self.now, role, on))
            if (role in self.on) is not on:
                (self.on.add if on else self.on.discard)(role)
                self.log.append((self.now, role, on))
