"""How late a real node's strokes are, beside a C program that sleeps until absolute instants at the same time.

The node beats titir, ten strokes a second, in a district of its own whose siren is short. When its program began is not
visible from outside, so each stroke is compared with the least late one of the run, the C program's wake-ups too.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.latency import LOAD_NAMES, LOADS
from benchmarks.parts import BASE, Node
from benchmarks.peers import compile_c
from benchmarks.publisher import Connection
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, MissingError, Run, busy
from contract.domain import incidents
from contract.domain.rhythm import Cycle
from contract.settings import yamltext
from runtime.files import SHIPPED

ABOUT = "lateness of the striker's strokes beside C's clock_nanosleep, idle and loaded"
INCIDENT = "pemerkosaan"  # titir
PERIOD_MS = 100
GRACE_S = 1.0
FILES = ("situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml")


def district(folder: Path) -> tuple[Path, Cycle]:
    """A district file in *folder* whose titir is beaten ten times a second for a minute, and that alarm's cycle."""
    (folder / "rhythms").mkdir(parents=True)
    found: dict[str, Any] = {name: yamltext.load((SHIPPED / name).read_text("utf-8")) for name in FILES}
    catalogue, family = found["incidents.yaml"], found["rhythms/jawa-timur.yaml"]
    catalogue["cycle"] = {"siren_s": 1.0, "rest_s": 0.2, "rhythm_s": 60.0, "voice_s": 0.0}
    family["tempo"]["titir_s"] = PERIOD_MS / 1000
    for name, value in found.items():
        (folder / name).write_text(json.dumps(value), "utf-8")
    read = incidents.read_catalogue(catalogue)
    return folder / FILES[0], incidents.cycles(read, incidents.read_family(family, "", read))[INCIDENT]


@dataclass(frozen=True, slots=True)
class Beaten:
    """How late wake-ups and strokes were, in ms, each against the least late; and the strokes due, and lost."""

    woken_ms: tuple[float, ...]
    late_ms: tuple[float, ...]
    due: int
    lost: int


@dataclass(frozen=True, slots=True)
class _Stand:
    """A node that beats *cycle*, and the command of the C program; without a compiler it is empty."""

    run: Run
    node: Node
    publisher: Connection
    cycle: Cycle
    sleeper: list[str]

    def beat(self, load: str) -> Beaten:
        """Strokes and as many wake-ups of the C program. Raises MeasureError, NeverError."""
        count, node, since = self.run.count(150, 30), self.node, len(self.node.changes)
        self.publisher.publish(f"{BASE}/patokan/alarm/{INCIDENT}")
        began = node.switched_on("siren", since)
        node.switched_on("striker", since)
        woken_ms = self._sleep(load, count)
        strokes = [each.at for each in node.changes[since:] if each.output == "striker" and each.level]
        after = len(node.changes)
        silenced = self.publisher.publish(f"{BASE}/patokan/command/silence")
        node.at_rest(after)
        return beaten(woken_ms, strokes, began, silenced, self.cycle.strokes_s)

    def _sleep(self, load: str, count: int) -> list[float]:
        """How late the C program woke, in ms, while *count* strokes are beaten."""
        what, length_s = f"strokes, {LOAD_NAMES[load]}", count * PERIOD_MS / 1000
        if not self.sleeper:
            self.run.rest(what, length_s)
            return []
        words = [*self.sleeper, str(PERIOD_MS), str(count)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            try:
                self.run.rest(what, length_s)
                lines = process.communicate(timeout=WAIT_S)[0].split()
            except subprocess.TimeoutExpired:
                raise MeasureError(f"{self.sleeper[0]} did not end within {WAIT_S:g} s") from None
            finally:
                process.kill()
        return [int(line) / 1e6 for line in lines[1:]]


def measure(run: Run) -> Iterator[Row]:
    """The rows of the strokes. Raises MeasureError, BrokerError."""
    missing, sleeper = "", list[str]()
    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        path, cycle = district(run.folder / "district")
        settings = parts.settings(run.folder / "node", endpoint, district=str(path))
        node = stack.enter_context(Node(run.folder / "node", settings))
        try:
            sleeper = compile_c(run.folder, "sleep.c")
        except MissingError as error:
            missing = str(error)
        stand = _Stand(run, node, stack.enter_context(Connection(endpoint)), cycle, sleeper)
        for load, processes in LOADS.items():
            with busy(processes):
                found = stand.beat(load)
            group, floor = f"lateness of strokes, {LOAD_NAMES[load]}", f"strokes.{load}.c"
            yield Row(floor, group, "C nanosleep", "ms", found.woken_ms, reason=missing)
            aims = (Aim(Mark.P99, 0.2), Aim(Mark.MAX, 1.0)) if load == "busy" else ()
            yield Row(f"strokes.{load}.node", group, "node, striker", "ms", found.late_ms, floor, aims)
            yield Row(f"strokes.{load}.lost", group, f"strokes that were not beaten, of {found.due}", "strokes",
                      (float(found.lost),), aims=(Aim(Mark.MAX, 0.0),))


def beaten(
    woken_ms: Sequence[float], strokes: Sequence[float], began: float, silenced: float, due_s: Sequence[float]
) -> Beaten:
    """What the instants of *strokes* say of a cycle that began at *began*, with strokes due at *due_s* after that.

    All are in seconds. A stroke is the one to whose instant it is nearest, within half a period. One that is due and
    has none is lost: who counts along has counted the next by then. What is due in the last GRACE_S before *silenced*,
    the instant of the silence, is not asked for. Raises MeasureError where that is all, or nothing was beaten.
    """
    late_s: dict[int, float] = {}
    for at in strokes:
        nearest = min(range(len(due_s)), key=lambda number: abs(began + due_s[number] - at))
        late = at - began - due_s[nearest]
        if abs(late) <= PERIOD_MS / 2000:
            late_s.setdefault(nearest, late)
    due = [number for number, each in enumerate(due_s) if began + each <= silenced - GRACE_S]
    if not due or not late_s:
        raise MeasureError(f"{len(strokes)} strokes were counted where {len(due)} were due")
    late_ms = [1000 * late for late in late_s.values()]
    return Beaten(_least_late(woken_ms), _least_late(late_ms), len(due), sum(each not in late_s for each in due))


def _least_late(late_ms: Sequence[float]) -> tuple[float, ...]:
    return tuple(each - min(late_ms) for each in late_ms)
