"""What the hub shows of itself and of the district: its status, and the one that it leaves behind. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from contract.wire import timing
from contract.wire.codec import MAX_BEACON_BYTES
from contract.wire.hub_status import HubStatus, InForce, write_status
from contract.wire.node_status import OFFLINE
from contract.wire.response import Case as ShownCase
from contract.wire.response import Responded
from posko.core import alarms, lapor, proof, responses
from posko.core.state import Alarm, Case, PostRecord, State
from posko.core.transition import Transition
from runtime.core.effects import Publish

LEAST_S = 0.2  # how soon the status may be published again
# Characters of each note, and posts in each list: the first that fit into a message.
DETAILS = ((400, 500), (100, 100), (0, 20), (0, 0))
LEAST_SHOWN = 20  # faults
CASES, PEOPLE = 40, 8  # alarms to which people respond, the latest ones; and people of each, the farthest ones
USUAL = ("ready", "sounding")  # states that need not be named post by post


def update(t: Transition) -> None:
    """Announces the status where it has changed."""
    name = _state_name(t.state)
    if name != t.state.state_since[0]:
        t.change(state_since=(name, t.now))
    state = t.state
    if state.linked_at is None or t.now < state.announced_at + LEAST_S:
        return
    made_of = (state.alarms, state.cases, state.lapor, state.faults, state.news, len(state.awaiting_clock),
               t.clock_state(), name)
    if state.announced is not None and all(map(_same, made_of, state.announced_from)):
        return
    status, payload = _fitting(t, name)
    t.change(announced_from=made_of)
    if status != state.announced:
        t.change(announced=status, announced_at=t.now)
        t.do(Publish(t.topic("status"), payload, retain=True))


def _same(one: object, other: object) -> bool:
    """Whether nothing has changed: of what is large, the thing itself is compared."""
    return one is other or (not isinstance(one, Mapping) and one == other)


def heartbeat(t: Transition) -> None:
    """Has the status published again. Called with every Clock."""
    if t.now > t.state.announced_at + timing.HEARTBEAT_S - 1.0:
        t.change(announced=None)


def deadlines(state: State) -> Iterator[float]:
    """The instant at which a status that was held back may be published; without a change, nothing then is."""
    if state.linked_at is not None and state.now < state.announced_at + LEAST_S:
        yield state.announced_at + LEAST_S


def final_status(state: State, reason: str) -> Publish:
    """The status that a hub leaves behind; also its will, which the broker publishes if the hub cannot."""
    status = HubStatus(state=OFFLINE, boot=state.setup.boot, version=state.setup.version, reason=reason)
    return Publish(Transition(state, state.now).topic("status"), write_status(status), retain=True)


def _state_name(state: State) -> str:
    if state.alarms:
        return "alarm"
    return "fault" if state.faults else "ready"


def _fitting(t: Transition, name: str) -> tuple[HubStatus, bytes]:
    """The status, but for the times, and its payload: it names as much as one message holds, and counts the rest."""
    for note, shown in DETAILS:
        status = _status(t, name, note, shown)
        raised = {case.key: round(t.epoch(case.since), 1) for case in t.state.cases.values()}
        dated = replace(status, since=t.epoch(t.state.state_since[1]), time=t.epoch(t.now),
                        cases=tuple(replace(case, raised=raised[case.key]) for case in status.cases),
                        lapor=lapor.dated(t, status.lapor))
        payload = write_status(dated)
        if len(payload) <= MAX_BEACON_BYTES:
            break
    return status, payload


def _status(t: Transition, name: str, note: int, shown: int) -> HubStatus:
    """The status with *note* characters of each note, and with at most *shown* posts in each list."""
    state = t.state
    posts = {post: _post(state.record(post)) for post in state.setup.in_order()}
    counts = Counter(posts.values()) if len(posts) > shown else {}
    if counts:
        unusual = ((post, word) for post, word in posts.items() if word not in USUAL)
        posts = dict(islice(unusual, shown))
    return HubStatus(
        state=name,
        alarms=tuple(_in_force(state, alarm, note, shown) for _, alarm in sorted(state.alarms.items())),
        cases=tuple(_case(state, case) for case in _latest(state, shown)),
        lapor=state.lapor_view.shown[:shown],
        lapor_open=state.lapor_view.count,
        posts=posts,
        counts=dict(sorted(counts.items())),
        faults=dict(islice(sorted(state.faults.items()), max(shown, LEAST_SHOWN))),
        undated=len(state.awaiting_clock),
        clock=t.clock_state(),
        zone=state.setup.zone,
        district_digest=state.setup.district_digest,
        boot=state.setup.boot,
        version=state.setup.version,
        host=state.setup.host,
    )


def _in_force(state: State, alarm: Alarm, note: int, shown: int) -> InForce:
    expected = state.setup.expected(alarm.key)
    whole = max(len(alarm.sounds), len(expected) - len(alarm.sounds)) <= shown
    return InForce(
        incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier, status=alarm.status,
        origin=alarm.sender()[:80], again=alarms.raised_after_silences(state, alarm), note=alarm.note[:note],
        kept=alarm.kept, silenced=tuple(sorted(alarm.silenced)),
        sounds=dict(islice(alarm.sounds.items(), shown)),
        missing={post: why.value for post, why in proof.missing(state, alarm, shown).items()},
        rings=None if whole else len(alarm.sounds), expected=None if whole else len(expected),
    )


def _latest(state: State, shown: int) -> list[Case]:
    """The cases that are to be shown: those in force, and the latest of the others."""
    found = sorted(state.cases.values(), key=lambda case: (_is_in_force(state, case), case.since), reverse=True)
    return found[:min(CASES, shown)]


def _is_in_force(state: State, case: Case) -> bool:
    alarm = state.alarms.get(case.key)
    return alarm is not None and alarm.first == case.first


def _case(state: State, case: Case) -> ShownCase:
    shown = responses.people(case.responses)[:PEOPLE]
    return ShownCase(
        incident=case.key.incident, village=case.key.village, identifier=case.first,
        status=case.status.value, in_force=_is_in_force(state, case), unanswered=case.unanswered,
        responses=tuple(Responded(by=each.by, step=each.step.value, kept=each.kept) for each in shown),
    )


def _post(watch: PostRecord) -> str:
    """A post's state in one word: its own, or what the hub knows better."""
    if watch.status is None:
        return "away" if watch.away else "unheard"
    return "away" if watch.away and watch.status.state != OFFLINE else watch.status.state[:40]
