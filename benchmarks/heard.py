"""At how many places a listener names the code: one post alone, two or three at once, and one after the other.

Simulated with the drum as the player renders it and the decoder of the published codes (testing/places.py): nothing of
it depends on the machine, and each run finds the same.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product

from benchmarks.ending import as_a_part
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import Run
from node.config import STROKES
from runtime import files
from testing.places import GRID_M, Code, Manner, countable_codes, plain, share_understood

ABOUT = "at how many places a listener does not name the code, by how the posts beat it"
FAMILIES = ("jawa-timur", "polri-bandung", "tni")
POSTS, LOSSES_DB, APART_M = (2, 3), (6.0, 10.0), (100.0, 200.0, 400.0, 600.0, 800.0)
COMPARED = "jawa-timur/pencurian"  # by which the manners are compared; one after the other every code has to be named
WRONG = 1.0  # per cent of the places, at most
PROCESSES = 2

Scene = tuple[int, float, float]  # how many posts, the loss in dB, metres apart
Task = tuple[Scene, Manner, str, float]


def measure(run: Run) -> Iterator[Row]:
    """A row for each scene and manner: of its places, how many do not name the code."""
    grid_m = GRID_M * run.count(1, 3)
    scenes = list(product(POSTS, LOSSES_DB, APART_M[1:3] if run.quick else APART_M))
    rows = list(product(scenes, Manner))
    tasks = [(scene, manner, code, grid_m) for scene, manner in rows for code in _codes_of(scene, manner)]
    wrong: dict[tuple[Scene, Manner], list[float]] = {row: [] for row in rows}
    processes = ProcessPoolExecutor(PROCESSES, initializer=as_a_part)
    try:
        found = processes.map(_percent_wrong, tasks)
        for number in run.times("codes among listeners", len(tasks), most_s=math.inf):
            scene, manner, _, _ = tasks[number]
            wrong[scene, manner].append(next(found))
    finally:
        processes.shutdown(cancel_futures=True)
    for (posts, loss_db, apart_m), manner in rows:
        yield Row(
            f"heard.{posts}.{loss_db:g}.{apart_m:g}.{manner.name.lower()}",
            f"places within 300 m of {posts} posts that do not name the code, {loss_db:g} dB lost by doubling",
            f"{apart_m:g} m apart, {manner.value}", "%", tuple(wrong[(posts, loss_db, apart_m), manner]),
            aims=(Aim(Mark.MAX, WRONG),) if manner is Manner.IN_TURN else (),
        )


def _codes_of(scene: Scene, manner: Manner) -> list[str]:
    """The codes that are tried, each by the first of its names."""
    return [first for first, code in _codes(_slots(scene, manner)).items()
            if manner is Manner.IN_TURN or COMPARED in code.names]


def _slots(scene: Scene, manner: Manner) -> int:
    return scene[0] if manner is Manner.IN_TURN else 1


@cache
def _codes(slots: int) -> dict[str, Code]:
    catalogues, families = zip(*map(files.load_shipped, FAMILIES), strict=True)
    known = dict(zip(FAMILIES, families, strict=True))
    found = countable_codes(catalogues[0], known, STROKES / "besar.wav", slots)
    return {code.names[0]: code for code in found}


def _percent_wrong(task: Task) -> float:
    scene, manner, name, grid_m = task
    posts, loss_db, apart_m = scene
    code = _codes(_slots(scene, manner))[name]
    return 100 * (1 - share_understood(code, plain(posts, apart_m, loss_db), manner, grid_m))
