"""What the doctor makes of the way to the broker: its certificate, login, rights, the beacon, the district. Pure."""

from collections.abc import Iterator

from contract.domain.digest import differ
from contract.wire.faults import Fault
from kentongan.diagnosis.core.facts import Running, Server, Session
from kentongan.diagnosis.core.finding import Check, Finding, fault, none, ok, unknown, warning

DAY_S = 86_400.0
SOON_S = 30 * DAY_S
SUCCESS, NO_SUBSCRIBERS, NOT_AUTHORIZED = 0, 16, 135  # MQTT 5, table 2-6
LOGIN = (134, NOT_AUTHORIZED)
NO_MQTT_5 = (1, 132)  # MQTT 3.1.1, table 3.1; MQTT 5, table 3-1
_ALL = (Check.LOGIN, Check.ACCESS, Check.BEACON)


def broker(found: Server, now_s: float) -> Iterator[Finding]:
    """Whether the broker is reached, and how long its certificate lasts; *now_s* is in seconds since the epoch."""
    where = f"{found.host}:{found.port}"
    if found.trouble:
        yield fault(Check.BROKER, "out_of_reach", where=where, reason=found.trouble)
    else:
        yield ok(Check.BROKER, where=where)
    if not found.secured:
        yield none(Check.CERTIFICATE, "plain", where=where)
        return
    ends = [each for each in (found.until, found.ca_until) if each is not None]
    if found.until is None or not ends:
        yield unknown(Check.CERTIFICATE, "unknown", where=where)
    elif found.begins is not None and now_s < found.begins:
        yield fault(Check.CERTIFICATE, "not_yet", where=where, at_s=found.begins)
    elif min(ends) <= now_s:
        yield fault(Check.CERTIFICATE, "over", where=where, at_s=min(ends))
    elif min(ends) - now_s < SOON_S:
        yield warning(Check.CERTIFICATE, "soon", where=where, at_s=min(ends))
    else:
        yield ok(Check.CERTIFICATE, where=where, at_s=min(ends))


def by_program(found: Running, *, hub: bool) -> Iterator[Finding]:
    """Login, rights and beacon as the program that runs has them: another login with its account would end its own.

    *hub*: a hub is installed.
    """
    if found.faults is None or found.linked is None:
        yield from (unknown(check, "unread", reason=found.unread) for check in _ALL)
        return
    if not found.linked:
        yield fault(Check.LOGIN, "unlinked", reason=found.faults.get(Fault.LINK, "not connected yet"))
        yield unknown(Check.ACCESS, "unlinked")
        yield unknown(Check.BEACON, "unlinked")
        return
    yield ok(Check.LOGIN, "linked")
    refused = [part for part in (Fault.PUBLISH, Fault.SUBSCRIPTIONS) if part in found.faults]
    yield from (fault(Check.ACCESS, "refused", reason=found.faults[part]) for part in refused)
    if not refused:
        yield ok(Check.ACCESS, "program")
    yield _beacon(heard=Fault.HUB not in found.faults, hub=hub)
    if hub:
        yield _district(differs=Fault.DISTRICT in found.faults)


def by_login(found: Session, own_digest: str, *, hub: bool, reached: bool = True) -> Iterator[Finding]:
    """The same, by a login of our own with the account *found* has; *own_digest* is that of this district file.

    Not *reached*: there is no way to the broker, which is a fault of its own.
    """
    if found.login is None:
        yield (fault if reached else unknown)(Check.LOGIN, "no_answer" if reached else "no_session",
                                              reason=found.trouble)
        yield from (unknown(check, "no_session", reason=found.trouble) for check in _ALL if check is not Check.LOGIN)
        return
    if found.login != SUCCESS:
        what = "refused" if found.login in LOGIN else "old" if found.login in NO_MQTT_5 else "answered"
        yield fault(Check.LOGIN, what, account=found.account, code=found.login)
        yield unknown(Check.ACCESS, "no_login")
        yield unknown(Check.BEACON, "no_login")
        return
    yield ok(Check.LOGIN, account=found.account)
    yield _access(found)
    if found.answered is False:
        yield fault(Check.PROGRAM, "silent")
    yield _beacon(heard=found.beacon, hub=hub)
    if hub and found.beacon:
        yield _district(differs=differ(own_digest, found.digest))


def _access(found: Session) -> Finding:
    if found.published is None:
        return unknown(Check.ACCESS, "no_session", reason=found.trouble)
    if found.published == NOT_AUTHORIZED:
        return fault(Check.ACCESS, "denied", account=found.account)
    if found.published not in (SUCCESS, NO_SUBSCRIBERS):
        return warning(Check.ACCESS, "answered", code=found.published)
    return ok(Check.ACCESS, "hub" if found.answered else "back" if found.back else "accepted")


def _beacon(*, heard: bool, hub: bool) -> Finding:
    if not hub:
        return none(Check.BEACON, "no_hub")
    return ok(Check.BEACON) if heard else fault(Check.BEACON, "missing")


def _district(*, differs: bool) -> Finding:
    return fault(Check.DISTRICT, "differs") if differs else ok(Check.DISTRICT)
