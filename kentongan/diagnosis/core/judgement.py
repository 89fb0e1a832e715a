"""All facts of a machine -> all findings, in order. Pure."""

from collections.abc import Iterator

from kentongan.diagnosis.core import box, connection, machine
from kentongan.diagnosis.core.facts import Facts
from kentongan.diagnosis.core.finding import Check, Finding, fault, ok, unknown, warning

NODE, POSKO = "node", "posko"
# What is the same for every program on a machine: shown once where a node and a hub share one.
SHARED = frozenset({Check.CLOCK, Check.POWER, Check.WATCHDOG})


def judge(found: Facts, now_s: float, *, shared: bool = True) -> tuple[Finding, ...]:
    """The findings, in the order of their checks; *now_s* is in seconds since the epoch.

    Without *shared* what is SHARED is left out.
    """
    order = list(Check)
    every = (each for each in _every(found, now_s) if shared or each.check not in SHARED)
    return tuple(sorted(every, key=lambda each: order.index(each.check)))


def _every(found: Facts, now_s: float) -> Iterator[Finding]:
    yield from machine.units(found.units)
    if found.running is not None or found.units is None:
        yield from machine.program(found.running, found.kind)
    yield machine.clock(found.clock)
    yield from box.power(found.power)
    yield machine.watchdog(found.watchdog)
    yield from _settings(found)
    if not found.faults:
        if found.kind == NODE:
            yield from _node(found)
        yield from machine.disk(found.disk, found.user)
        yield from _way(found, now_s)
        if found.messages is not None:
            yield from machine.messages(found.messages)


def _settings(found: Facts) -> Iterator[Finding]:
    yield from (fault(Check.SETTINGS, "fault", fault=each) for each in found.faults)
    yield from (warning(Check.SETTINGS, "warning", reason=each) for each in found.warnings)
    if not (found.faults or found.warnings):
        yield ok(Check.SETTINGS)


def _node(found: Facts) -> Iterator[Finding]:
    """What a box has and a posko has not."""
    if found.pins is not None:
        yield from box.pins(found.pins, running=found.running is not None)
    yield from machine.devices(found.devices, found.user)
    yield box.sound(found.sound)
    yield from box.voice(found.voice)
    if found.boot is not None:
        yield from box.boot(found.boot)
    unit = next((each for each in found.units or () if NODE in each.name), None)
    yield machine.realtime(found.running, unit)
    if found.loud is not None:
        yield fault(Check.LOUD, "unheard", reason=found.loud) if found.loud else ok(Check.LOUD)


def _way(found: Facts, now_s: float) -> Iterator[Finding]:
    """The way to the broker; the program that runs is asked where our own login would end its connection."""
    for server in found.servers:
        yield from connection.broker(server, now_s)
    if found.session is not None:
        reached = not found.servers or not all(each.trouble for each in found.servers)
        yield from connection.by_login(found.session, found.digest, hub=found.hub, reached=reached)
    elif found.running is not None:
        yield from connection.by_program(found.running, hub=found.hub)
    else:
        yield unknown(Check.LOGIN, "not_tried")
