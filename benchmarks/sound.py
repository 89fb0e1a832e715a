"""The loudspeaker: when its strokes are played, how soon it is silent, how much memory its process takes.

Real player processes on SDL's disk driver, whose clock is several per cent wrong and jumps by milliseconds: a sound
card's does neither, so what is found of instants is the worst there is. Within one recording frames are counted, and no
clock matters.
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from time import sleep
from typing import Any

from benchmarks import parts
from benchmarks.latency import VILLAGES
from benchmarks.parts import BASE, Node
from benchmarks.publisher import Connection
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, Run, now
from benchmarks.strokes import INCIDENT, district
from contract.domain import incidents
from contract.domain.rhythm import Cycle
from node.sound.core.render import RATE
from runtime import files
from testing.ear import Ear, speaker
from testing.player import Player

ABOUT = "the loudspeaker's strokes, its silence, and the player's memory"
GROUP = "loudspeaker, SDL's disk driver"
SHORT = Cycle(1.6, None, (0.0, 0.3, 0.6), 0.1, None, figure=3)
LEAD_S = 0.6  # from an order to its first stroke: more than the player needs
SLOWEST = 0.1  # by how much of its time the disk driver may be late at the end of a round
ATTEMPTS = 3
ROUNDS = 12, 4  # of two players with the same orders; quick
FIGURES = ("kecelakaan", "bencana")  # a player each: with a gap inside the figure, and without


def measure(run: Run) -> Iterator[Row]:
    """The rows of the loudspeaker. Raises MeasureError, NeverError, BrokerError."""
    with ExitStack() as stack:
        ears = [stack.enter_context(Ear(run.folder / f"ear-{each}")) for each in FIGURES]
        players = [stack.enter_context(Player(speaker(ear.path))) for ear in ears]
        for player, ear in zip(players, ears, strict=True):
            player.hear("ready", WAIT_S)
            ear.wait_until(now(), WAIT_S)
        yield Row("sound.within", GROUP, "strokes within one recording, off their place", "frames",
                  tuple(_within(run, players, ears)), aims=(Aim(Mark.MAX, 0.0),))
        late_ms, apart_ms = _together(run, players, ears)
        due = run.count(*ROUNDS) * len(players)
        yield Row("sound.missing", GROUP, f"first strokes not heard near their instant, of {due}", "strokes",
                  (float(due - len(late_ms)),))
        yield Row("sound.first", GROUP, "first stroke of a round, off its instant", "ms", tuple(map(abs, late_ms)),
                  aims=(Aim(Mark.MEDIAN, 12.0), Aim(Mark.MAX, 250.0)))
        yield Row("sound.apart", GROUP, "two players with the same orders, apart", "ms", tuple(apart_ms))
    with ExitStack() as stack:
        yield Row("sound.silence", GROUP, "silence by MQTT to a silent loudspeaker", "ms",
                  tuple(_silences(run, stack)), aims=(Aim(Mark.MAX, 200.0),))


def _within(run: Run, players: list[Player], ears: list[Ear]) -> list[float]:
    """By how many frames each stroke of one round is off, counted from its first; each player has another round.

    A player that is held up leaves out figures, rightly; then the round is measured again.
    """
    catalogue, family = files.load_shipped("jawa-timur")
    cycles = [incidents.cycles(catalogue, family)[each] for each in FIGURES]
    for _ in range(ATTEMPTS):
        found = _rounds(run, players, ears, cycles)
        due = [[round(at_s * RATE) for at_s in cycle.strokes_s] for cycle in cycles]
        if list(map(len, found)) == list(map(len, due)):
            return [
                float(abs(at - frames[0] - frame + wanted[0]))
                for frames, wanted in zip(found, due, strict=True) for at, frame in zip(frames, wanted, strict=True)
            ]
        run.show(f"{list(map(len, found))} strokes were played where {list(map(len, due))} were due")
    raise MeasureError(f"no round was played whole in {ATTEMPTS} attempts")


def _rounds(run: Run, players: list[Player], ears: list[Ear], cycles: list[Cycle]) -> list[list[int]]:
    """The frames at which the strokes of one round of each cycle were played."""
    first_s, last_s = min(cycle.strokes_s[0] for cycle in cycles), max(cycle.strokes_s[-1] for cycle in cycles)
    start = now() + LEAD_S - first_s
    for player, cycle in zip(players, cycles, strict=True):
        player.play(cycle, start, start + cycle.length_s)
    over = start + last_s + SLOWEST * (last_s - first_s) + 0.5
    run.rest("one round", over - now())
    found = []
    for player, ear, cycle in zip(players, ears, cycles, strict=True):
        ear.wait_until(over, WAIT_S)
        player.say(do="hush", number=0)
        player.hear("quiet", WAIT_S)
        found.append(ear.stroke_frames(start + cycle.strokes_s[0] - LEAD_S / 2))
    return found


def _together(run: Run, players: list[Player], ears: list[Ear]) -> tuple[list[float], list[float]]:
    """Both players have the same rounds: by how much their first strokes are off, and how far apart the two are."""
    rounds = run.count(*ROUNDS)
    start = now() + LEAD_S
    due = [start + number * SHORT.length_s for number in range(rounds)]
    for player in players:
        player.play(SHORT, start, start + rounds * SHORT.length_s - 0.1)
    run.rest("rounds of two players", due[-1] + SHORT.length_s - now())
    for player, ear in zip(players, ears, strict=True):
        ear.wait_until(due[-1] + SHORT.length_s, WAIT_S)
        player.say(do="hush", number=1)
        player.hear("quiet", WAIT_S)
    late_ms, apart_ms = [], []
    for at in due:
        nearest = [_nearest(ear.strokes(at - 0.2), at) for ear in ears]
        found = [each for each in nearest if each is not None]
        late_ms += [1000 * (each - at) for each in found]
        if len(found) == len(ears):
            apart_ms.append(1000 * abs(found[0] - found[1]))
    if not apart_ms:
        raise MeasureError("no round was played by both players")
    return late_ms, apart_ms


def _nearest(instants: list[float], due: float) -> float | None:
    """The stroke that is nearest to *due*, if one is nearer than any other of its figure."""
    found = min(instants, key=lambda each: abs(each - due), default=None)
    return found if found is not None and abs(found - due) < SHORT.strokes_s[1] / 2 else None


def _silences(run: Run, stack: ExitStack) -> Iterator[float]:
    """A node's loudspeaker is silenced in the middle of titir: from the publish to its device's first silent frame."""
    endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
    ear = stack.enter_context(Ear(run.folder / "ear"))
    path, _ = district(run.folder / "district")
    sound: dict[str, Any] = {"driver": "disk", "device": str(ear.path)}
    settings = parts.settings(run.folder / "node", endpoint, district=str(path), sound=sound)
    node = stack.enter_context(Node(run.folder / "node", settings))
    publisher = stack.enter_context(Connection(endpoint))
    ear.wait_until(now(), WAIT_S)
    villages = itertools.cycle(VILLAGES[:-1])  # one sender that rings against silence waits
    for _ in run.times("silence at the loudspeaker", run.count(8, 3)):
        since = len(node.changes)
        at = publisher.publish(f"{BASE}/{next(villages)}/alarm/{INCIDENT}")
        ear.wait_stroke(at, WAIT_S)
        sleep(0.3)
        at = publisher.publish(f"{BASE}/patokan/command/silence")
        node.at_rest(since)
        ear.wait_until(now() + 0.3, WAIT_S)
        yield 1000 * (ear.fell_silent() - at)
