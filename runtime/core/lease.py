"""When a hub may lead, where a district has several: the lease that the one that leads renews. Pure.

    leads ──renews every RENEW_S──> the database <──looks every LOOK_S── stands by
      │ not renewed for GIVE_UP_S: publishes no more                        │ not renewed for LEASE_S: takes over

No clock of another machine is believed. Who leads counts from before it sent the renewal, who stands by from when it
first saw it: so the one has given up before the other takes over, however long either was on its way. A standby of the
database that is promoted may lack the last renewals: so the count begins anew once the database did not answer.
"""

from contract.values import dataclass

RENEW_S = 1.0
LOOK_S = 0.5
LEASE_S = 6.0
GIVE_UP_S = 5.0
CUT_OFF_S = 5.0  # so long without a broker, and one that leads makes room for one that has it
STUCK_S = 15.0  # so long without a turn of its loop, and it renews no more
ALONE_S = 30.0  # so long may the others take to come up


class LeaseError(Exception):
    """The database did not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What the database has of who leads: the `term`, which `beat` of its renewals was the last, and where it runs.

    `program` is "" if nobody leads, because who did has stopped. `boot` is its machine's.
    """

    term: int = 0
    beat: int = 0
    program: str = ""
    host: str = ""
    boot: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """What one that stands by has seen: `lead`, and since when so."""

    lead: Lead
    since: float


def seen(known: Watch | None, lead: Lead, now: float) -> Watch:
    """*known* after *lead* was read at instant *now*."""
    return known if known is not None and known.lead == lead else Watch(lead, now)


def may_claim(watch: Watch, now: float) -> bool:
    """Whether nobody leads who could still publish."""
    return watch.lead.program == "" or now >= watch.since + LEASE_S


def alone(others: int, wanted: int, leads_since: float, now: float) -> bool:
    """Whether fewer than *wanted* stand by, and have had the time to come up."""
    return others < wanted and now >= leads_since + ALONE_S
