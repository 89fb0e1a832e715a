"""A resident's report that is given from a computer: published until the hub shows that it has it. Pure.

    report, every 2 s ──> on the hub's disk: it says so
"""

from dataclasses import replace

from contract.domain.incidents import LAPOR
from contract.values import dataclass
from contract.wire import lapor, topics
from contract.wire.codec import Refusal
from contract.wire.event import Kind, read_event
from contract.wire.lapor import Lapor
from contract.wire.topics import LaporTopic, PoskoTopic
from posko.core.lapor import BUSY
from posko.operator.core.fold import TOKEN, State
from posko.operator.core.responding import RESEND_S
from runtime.core.effects import Publish
from runtime.core.events import NOT_AUTHORIZED, Acknowledged, Linked, Received, Rejected


@dataclass(frozen=True, slots=True)
class Reporting:
    """How far *report* of *village* is, at instant `now`; it was made at `asked_at`.

    `recorded`: the hub has it on its disk. `refused` is why the broker does not take it, `refusal` why the hub does
    not.
    """

    report: Lapor
    village: str
    wait_s: float
    asked_at: float
    now: float
    published_at: float | None = None
    send_at: float = 0.0
    acknowledged: bool = False
    recorded: bool = False
    refused: str = ""
    refusal: str = ""

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return bool(self.recorded or self.refused or self.refusal) or self.now >= self.asked_at + self.wait_s

    @property
    def due(self) -> float:
        """The next instant at which something is to be done though nothing comes."""
        deadline = self.asked_at + self.wait_s
        return min(deadline, self.send_at) if self.send_at > self.now else deadline

    @property
    def elapsed_s(self) -> float:
        """How long ago it was made."""
        return self.now - self.asked_at


def start(report: Lapor, village: str, wait_s: float, now: float) -> Reporting:
    """*report* of *village*, made at *now*, which may take *wait_s*."""
    return Reporting(report, village, wait_s, now, now)


def step(found: Reporting, state: State, event: object, now: float) -> tuple[Reporting, Publish | None]:
    """How far it is after *event*, which *state* has taken in; and what is to be published."""
    found = _take_in(replace(found, now=max(now, found.now)), state, event)
    if _shown(found, state):
        found = replace(found, recorded=True)
    if found.done or state.linked_at is None or found.now < found.send_at:
        return found, None
    payload = lapor.write_lapor(replace(found.report, age_s=found.elapsed_s))
    first = found.now if found.published_at is None else found.published_at
    topic = topics.write(state.setup.district, LaporTopic(found.village))
    return replace(found, published_at=first, send_at=found.now + RESEND_S), Publish(topic, payload, token=TOKEN)


def _take_in(found: Reporting, state: State, event: object) -> Reporting:
    match event:
        case Linked():
            return replace(found, send_at=found.now)
        case Acknowledged():
            return replace(found, acknowledged=True)
        case Rejected(_, code, reason) if code == NOT_AUTHORIZED:
            return replace(found, refused=reason)
        case Received() if topics.read(state.setup.district, event.topic) == PoskoTopic("event"):
            return _hub_event(found, event)
        case _:
            return found


def _hub_event(found: Reporting, message: Received) -> Reporting:
    report = read_event(message.payload)
    ours = (LAPOR, found.village, found.report.identifier)
    if isinstance(report, Refusal) or tuple(map(report.text, ("incident", "village", "identifier"))) != ours:
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
