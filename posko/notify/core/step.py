"""What is to be reported outward, of the messages of the hub. Pure.

    messages ──> fold ──> hub's beacon and status ──┬──> alarms: begun, not rung everywhere, not responded to, over
                                                    ├──> faults that last
                                                    └──> residents' reports
    each ──> a row on the disk and the messages of it, in one write

Levels are looked at, not events: what happened while this program, the hub or the broker was away is still in the
hub's list of what is in force, or in its status' list of the last cases. A row on the disk for each alarm has what was
reported of it, so nothing is reported twice.
"""

from collections.abc import Sequence
from dataclasses import replace

from posko.core.state import Setup
from posko.notify.core import alarms, faults, records, reports
from posko.notify.core.occasions import Rule
from posko.notify.core.state import Connect, Effect, Loaded, State
from posko.notify.core.transition import Transition
from posko.operator.core import fold
from runtime.core.events import Clock

LOAD_S = 3.0  # how long the disk may take before the program goes on without it
BEGAN = '["began"]'  # the row that shows that an earlier run knew the hub


def start(setup: Setup, targets: Sequence[Sequence[Rule]], now: float, clock: Clock) -> State:
    """What is known at *now*: nothing yet. *targets* are the rules of each."""
    return State(fold.start(setup, None, 0.0, now, clock), tuple(map(tuple, targets)), now)


def step(state: State, event: object, now: float) -> tuple[State, list[Effect]]:
    """What is known after *event* at instant *now*, and what is to be done."""
    known, _ = fold.step(state.fold, event, now)
    t = Transition(replace(state, fold=known), known.now)
    if isinstance(event, Loaded):
        _load(t, event)
    if not t.state.loaded and t.now >= state.started_at + LOAD_S:
        _go_on(t)
    if t.state.loaded:
        alarms.update(t)
        faults.update(t)
        reports.update(t)
        if t.state.fresh and known.hub.status is not None and known.hub.beacon is not None:
            t.change(fresh=False)
            t.say(BEGAN, "{}")
    return t.state, t.effects


def next_due(state: State) -> float | None:
    """The next instant at which something is to be done though nothing comes."""
    dues = [each.at + alarms.HOLD_S for each in state.held.values()]
    if not state.loaded:
        dues.append(state.started_at + LOAD_S)
    return min(dues, default=None)


def _load(t: Transition, event: Loaded) -> None:
    """Takes up what an earlier run left."""
    rows = dict(event.rows)
    t.recall(event.rows)
    t.change(
        faults=t.state.faults | records.names(records.FAULT, rows),
        reports=(*(row for row in rows if records.kind(row) == records.REPORT), *t.state.reports),
        fresh=t.state.fresh and BEGAN not in rows,
    )
    _go_on(t)


def _go_on(t: Transition) -> None:
    if not t.state.loaded:
        t.change(loaded=True)
        t.effects.append(Connect())
