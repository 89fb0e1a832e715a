"""A resident's report that is given from a computer: published until the hub shows that it has it. Pure.

    report, every 2 s ──> on the hub's disk: it says so
"""

from dataclasses import replace

from contract.domain.incidents import LAPOR
from contract.values import dataclass
from contract.wire import lapor, topics
from contract.wire.event import Kind, Report
from contract.wire.lapor import Lapor
from contract.wire.topics import LaporTopic
from posko.core.lapor import BUSY
from posko.operator.core.delivery import Delivery, is_due, publish, take_in
from posko.operator.core.fold import State
from runtime.core.effects import Publish


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting(Delivery):
    """How far *report* of *village* is."""

    report: Lapor
    village: str


def start(report: Lapor, village: str, wait_s: float, now: float) -> Reporting:
    """*report* of *village*, made at *now*, which may take *wait_s*."""
    return Reporting(wait_s, now, now, report=report, village=village)


def step(found: Reporting, state: State, event: object, now: float) -> tuple[Reporting, Publish | None]:
    """How far it is after *event*, which *state* has taken in; and what is to be published."""
    found = take_in(replace(found, now=max(now, found.now)), state, event, _hear)
    if _shown(found, state):
        found = replace(found, recorded=True)
    if not is_due(found, state):
        return found, None
    payload = lapor.write_lapor(replace(found.report, age_s=found.elapsed_s))
    return publish(found, topics.write(state.setup.district, LaporTopic(found.village)), payload)


def _hear(found: Reporting, report: Report) -> Reporting:
    ours = (LAPOR, found.village, found.report.identifier)
    if tuple(map(report.text, ("incident", "village", "identifier"))) != ours:
        return found
    if report.kind == Kind.LAPOR:
        return replace(found, recorded=True)
    if report.kind in (Kind.REFUSED, Kind.LATE) and report.text("reason") != BUSY:
        return replace(found, refusal=report.text("reason"))
    return found


def _shown(found: Reporting, state: State) -> bool:
    """Whether the hub shows it, and that it is on its disk."""
    shown = state.hub.status.lapor if state.hub.status is not None else ()
    return any(each.kept and (each.village, each.identifier) == (found.village, found.report.identifier)
               for each in shown)
