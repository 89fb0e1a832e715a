"""How late a real node's strokes are, beside a C program that sleeps until absolute instants at the same time.

The node beats titir, ten strokes a second, in a district of its own whose siren is short. When its program began is not
visible from outside, so each stroke is compared with the least late one of the run, the C program's wake-ups too.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import parts
from benchmarks.latency import LOAD_NAMES, LOADS
from benchmarks.parts import BASE, Node
from benchmarks.peers import compile_c
from benchmarks.publisher import Connection
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, MissingError, Run, busy
from contract import incidents, yamltext
from contract.rhythm import Cycle

ABOUT = "lateness of the striker's strokes beside C's clock_nanosleep, idle and loaded"
INCIDENT = "pemerkosaan"  # titir
PERIOD_MS = 100
FILES = ("situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml")


def district(folder: Path) -> tuple[Path, Cycle]:
    """A district file in *folder* whose titir is beaten ten times a second for a minute, and that alarm's cycle."""
    (folder / "rhythms").mkdir(parents=True)
    found: dict[str, Any] = {name: yamltext.load((parts.CONFIG / name).read_text("utf-8")) for name in FILES}
    catalogue, family = found["incidents.yaml"], found["rhythms/jawa-timur.yaml"]
    catalogue["cycle"] = {"siren_s": 1.0, "rest_s": 0.2, "rhythm_s": 60.0, "voice_s": 0.0}
    family["tempo"]["titir_s"] = PERIOD_MS / 1000
    for name, value in found.items():
        (folder / name).write_text(json.dumps(value), "utf-8")
    read = incidents.read_catalogue(catalogue)
    return folder / FILES[0], incidents.cycles(read, incidents.read_family(family, "", read))[INCIDENT]


def measure(run: Run) -> Iterator[Row]:
    """The rows of the strokes. Raises MeasureError, BrokerError."""
    missing = ""
    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        path, cycle = district(run.folder / "district")
        settings = parts.settings(run.folder / "node", endpoint, district=str(path))
        node = stack.enter_context(Node(run.folder / "node", settings))
        publisher = stack.enter_context(Connection(endpoint))
        try:
            sleeper = compile_c(run.folder, "sleep.c")
        except MissingError as error:
            sleeper, missing = [], str(error)
        count = run.count(200, 30)
        for load, processes in LOADS.items():
            with busy(processes):
                late_ms = _beat(run, node, publisher, cycle, sleeper, count, load)
            group, floor = f"lateness of strokes, {LOAD_NAMES[load]}", f"strokes.{load}.c"
            yield Row(floor, group, "C, clock_nanosleep", "ms", late_ms.get("c", ()), reason=missing)
            aims = (Aim(Mark.P99, 0.2), Aim(Mark.MAX, 1.0)) if load == "busy" else ()
            yield Row(f"strokes.{load}.node", group, "node, striker", "ms", late_ms["node"], floor, aims)


def _beat(
    run: Run, node: Node, publisher: Connection, cycle: Cycle, sleeper: list[str], count: int, load: str,
) -> dict[str, tuple[float, ...]]:
    """The lateness of *count* strokes and of as many wake-ups, in ms."""
    since = len(node.changes)
    publisher.publish(f"{BASE}/patokan/alarm/{INCIDENT}")
    node.switched_on("striker", since)
    found = {}
    if sleeper:
        words = [*sleeper, str(PERIOD_MS), str(count)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            run.rest(f"strokes, {LOAD_NAMES[load]}, s", count * PERIOD_MS / 1000)
            try:
                lines = process.communicate(timeout=WAIT_S)[0].split()
            except subprocess.TimeoutExpired:
                process.kill()
                raise MeasureError(f"{sleeper[0]} did not end within {WAIT_S:g} s") from None
        found["c"] = _least_late([int(line) / 1e6 for line in lines[1:]])
    else:
        run.rest(f"strokes, {LOAD_NAMES[load]}, s", count * PERIOD_MS / 1000)
    strokes = [each.at for each in node.changes[since:] if each.output == "striker" and each.level]
    after = len(node.changes)
    publisher.publish(f"{BASE}/patokan/command/silence")
    node.at_rest(after)
    if not count // 2 <= len(strokes) <= len(cycle.strokes_s):
        raise MeasureError(f"{len(strokes)} strokes were counted where {count} were due")
    found["node"] = _least_late([1000 * (at - due) for at, due in zip(strokes, cycle.strokes_s, strict=False)])
    return found


def _least_late(late_ms: list[float]) -> tuple[float, ...]:
    return tuple(each - min(late_ms) for each in late_ms)
