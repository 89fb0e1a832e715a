"""Which residents' reports are to be reported outward: each open one once. Pure."""

from contract.wire.node_status import OFFLINE
from posko.notify.core import records
from posko.notify.core.occasions import Message, Occasion, Responder
from posko.notify.core.transition import Transition

MOST = 1000  # that are remembered


def update(t: Transition) -> None:
    """Looks at what is open, by the hub's status. What is not on the hub's disk yet comes again."""
    status = t.state.fold.hub.status
    known = set(t.state.reports)
    for each in status.lapor if status is not None and status.state != OFFLINE else ():
        row = records.of_report(each.village, each.identifier)
        if row in known or not each.kept:
            continue
        raised_s = t.epoch_s if each.raised is None else each.raised
        t.change(reports=(*t.state.reports, row))
        t.say(row, "{}", Message(
            Occasion.REPORT, raised_s, village=each.village, severity=each.severity, origin=each.by,
            claimed=each.claimed, text=each.text,
            responders=tuple(Responder(who.by, who.step) for who in each.responses),
        ))
    gone = max(0, len(t.state.reports) - MOST)
    for row in t.state.reports[:gone]:
        t.say(row, None)
    t.change(reports=t.state.reports[gone:])
