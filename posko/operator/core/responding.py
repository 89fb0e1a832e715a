"""A response that is given from a computer: to which alarm, published until the hub shows that it has it. Pure.

    the hub's list ──> the alarm's identifier ──> response, every 2 s ──> on the hub's disk: it says so
"""

from dataclasses import replace

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR
from contract.values import dataclass
from contract.wire import response, topics
from contract.wire.event import Kind, Report
from contract.wire.node_status import OFFLINE
from contract.wire.response import Responded, Response, Step
from contract.wire.topics import ResponseTopic
from posko.core.responses import BUSY
from posko.operator.core.delivery import Delivery, is_due, publish, take_in
from posko.operator.core.fold import State
from runtime.core.effects import Publish


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be reported: that *by*, a role and a name, is so far with the last alarm of `key`.

    Where its incident is `lapor`: with the report called `identifier` or, without one, with the last that is open.
    """

    key: Key
    step: Step
    by: str
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responding(Delivery):
    """How far it is. `key` and `identifier` are those of the alarm, once it is known."""

    wanted: Wanted
    key: Key | None = None
    identifier: str = ""


def start(wanted: Wanted, wait_s: float, now: float) -> Responding:
    """A response that is asked for at *now*, and may take *wait_s*."""
    return Responding(wait_s, now, now, wanted=wanted)


def step(found: Responding, state: State, event: object, now: float) -> tuple[Responding, Publish | None]:
    """How far it is after *event*, which *state* has taken in; and what is to be published."""
    found = take_in(replace(found, now=max(now, found.now)), state, event, _hear)
    if not found.identifier:
        found = _choose(found, state)
    if not found.recorded and _shown(found, state):
        found = replace(found, recorded=True)
    if not found.identifier or not is_due(found, state):
        return found, None
    wanted = found.wanted
    body = Response(identifier=found.identifier, incident=wanted.key.incident, by=wanted.by, step=wanted.step,
                    age_s=found.elapsed_s)
    topic = topics.write(state.setup.district, ResponseTopic(wanted.key.village))
    return publish(found, topic, response.write_response(body))


def _hear(found: Responding, report: Report) -> Responding:
    wanted = found.wanted
    ours = (found.identifier, wanted.key.incident, wanted.by, wanted.step)
    if not found.identifier or tuple(map(report.text, ("identifier", "incident", "by", "step"))) != ours:
        return found
    if report.kind == Kind.RESPONDED:
        return replace(found, recorded=True)
    if report.kind == Kind.REFUSED and report.text("reason") != BUSY:
        return replace(found, refusal=report.text("reason"))
    return found


def _choose(found: Responding, state: State) -> Responding:
    """The alarm that is meant: of the village, or else of all; in force, or else the last that the hub's status has.
    Or the report that is: the one that is named, or the village's newest that is open.
    """
    beacon, status = state.hub.beacon, state.hub.status
    known = beacon is not None and status is not None and status.state != OFFLINE
    if found.wanted.key.incident == LAPOR:
        of_village = (each for each in (status.lapor if status is not None else ())
                      if each.village == found.wanted.key.village)
        identifier = found.wanted.identifier or next((each.identifier for each in of_village), "")
        if identifier:
            return replace(found, key=found.wanted.key, identifier=identifier, send_at=found.now)
        return replace(found, nothing=known)
    keys = (found.wanted.key, Key(EVERYWHERE, found.wanted.key.incident))
    listed = [(each.key, each.identifier) for each in (beacon.alarms if beacon is not None else ())]
    cases = sorted(status.cases if status is not None else (), key=lambda case: not case.in_force)
    for key, identifier in (*listed, *((each.key, each.identifier) for each in cases)):
        if key in keys and identifier:
            return replace(found, key=key, identifier=identifier, send_at=found.now)
    return replace(found, nothing=known)


def _shown(found: Responding, state: State) -> bool:
    """Whether the hub shows the response, and that it is on its disk."""
    wanted, beacon, status = found.wanted, state.hub.beacon, state.hub.status
    shown: list[Responded] = []
    for alarm in beacon.alarms if beacon is not None else ():
        shown += alarm.responses if alarm.key == found.key else ()
    for case in status.cases if status is not None else ():
        shown += case.responses if case.key == found.key else ()
    for report in status.lapor if status is not None else ():
        ours = Key(report.village, LAPOR) == found.key and report.identifier == found.identifier
        shown += report.responses if ours else ()
    return any(each.kept and (each.by, each.step) == (wanted.by, wanted.step) for each in shown)
