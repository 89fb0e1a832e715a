"""Judgement: what is in force and who rings, whether there is a hub, and what has come of an order. Pure.

    alarm           a post is good once it rings; all that should are in the rows
    clear, silence  a post is good once what it sounded has ended; those that sounded something are in the rows. Of
                    whoever has not answered it cannot be told, and that is not well
    test            a post is good once it has answered, and nothing is wrong with it
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire import timing
from contract.wire.node_status import OFFLINE
from contract.wire.response import progress
from posko.core.proof import Trouble, trouble
from posko.operator.core.fold import Post, State
from posko.operator.core.orders import Act, Order
from posko.operator.core.snapshot import (
    READY,
    AlarmSnapshot,
    HubSnapshot,
    HubState,
    LaporSnapshot,
    OrderSnapshot,
    PostSnapshot,
    Responder,
    Row,
    Snapshot,
    Standing,
)

LISTED_S = timing.BEACON_S + 1.0  # within this the hub lists what a post sounds
GRACE_S = 2.0  # without a hub: how long it is waited for, once all is well
SETTLE_S = 1.0  # a post counts as quiet once it had this time to report otherwise


def snapshot(state: State) -> Snapshot:
    """All that there is to show of *state*."""
    faults = state.hub.status.faults if state.hub.status is not None else {}
    names = (*sorted(state.setup.posts), *sorted(state.posts.keys() - state.setup.posts.keys()))
    return Snapshot(
        state.now, state.clock.offset_s, state.linked_at is not None, state.trouble, state.cause, state.faults,
        HubSnapshot(hub_state(state), faults, _listed_at(state)), alarms(state),
        tuple(_post(state, name) for name in names), state.news,
        None if state.order is None else _outcome(state, state.order), reports(state),
    )


def is_known(found: Snapshot) -> bool:
    """Whether broker and hub say what is in force; without that nobody may say that nothing is."""
    return found.linked and found.hub.state is HubState.LIVES and found.hub.listed_at is not None


def counted(posts: Iterable[PostSnapshot]) -> dict[str, int]:
    """How many of *posts* are in each state, those that are ready last."""
    counts = Counter(each.state for each in posts)
    return {state: counts[state] for state in sorted(counts, key=lambda each: each == READY)}


# The hub.


def standing(state: State) -> Standing:
    """How the order stands with the hub."""
    hub = state.hub
    if hub.refusal:  # what is raised once too often is in force all the same
        return Standing.RECORDED if _lists_the_like(state) else Standing.REFUSED
    if hub.recorded_at is not None:
        return Standing.RECORDED
    if state.published_at is None or hub.beacon_at is None or hub.beacon_at < state.published_at:
        return Standing.SILENT
    return Standing.BEHIND


def away(state: State, post: str) -> bool:
    """Whether the hub has missed *post*, and it has reported nothing since."""
    hub = state.hub
    if hub.status is None or hub.status_at is None or hub.status.posts.get(post) != Trouble.AWAY.value:
        return False
    last_seen_at = state.post(post).last_seen_at
    return last_seen_at is None or last_seen_at < hub.status_at


def silent(state: State) -> bool:
    """Whether the hub has reported nothing for too long while there was a link, or is known to be gone."""
    hub = state.hub
    if state.linked_at is None:
        return False
    if hub.status is not None and hub.status_at is not None and hub.status.state == OFFLINE:
        return hub.beacon_at is None or hub.beacon_at <= hub.status_at
    return state.now >= max(state.linked_at, hub.beacon_at or state.linked_at) + timing.HUB_LOST_S


def lives(state: State) -> bool:
    """Whether a hub is there: its status says so, if only the one that the broker retained; or its beacon came."""
    said = state.hub.status is not None and state.hub.status.state != OFFLINE
    return not silent(state) and (said or state.hub.beacon_at is not None)


def hub_state(state: State) -> HubState:
    """Whether there is a hub."""
    if state.linked_at is None:
        return HubState.UNKNOWN
    if silent(state):
        return HubState.SILENT
    last_at = max(state.hub.status_at or 0.0, state.hub.beacon_at or 0.0)
    return HubState.LIVES if lives(state) and last_at >= state.linked_at else HubState.UNKNOWN


def _listed_at(state: State) -> float | None:
    """When the hub last listed what is in force, over the link that there is: before it, alarms may have come."""
    at = state.hub.beacon_at
    return None if at is None or state.linked_at is None or at < state.linked_at else at


def _lists_the_like(state: State) -> bool:
    """Whether the hub lists an alarm like the one that is ordered, under whatever name."""
    order, beacon = state.order, state.hub.beacon
    return order is not None and beacon is not None and any(
        each.key == order.key and (each.status is Status.EXERCISE) == order.exercise
        for each in beacon.alarms
    )


# The district.


def alarms(state: State) -> tuple[AlarmSnapshot, ...]:
    """All alarms in force: the hub's list first, then what posts sound without being listed, or of other districts."""
    found = {}
    beacon, beacon_at = state.hub.beacon, state.hub.beacon_at
    if beacon is not None and beacon_at is not None:
        passed_s = state.now - beacon_at
        for each in beacon.alarms:
            if each.remaining_s > passed_s:
                found[each.key] = _alarm(
                    state, each.key, exercise=each.status is Status.EXERCISE, listed=True, age_s=each.age_s + passed_s,
                    remaining_s=each.remaining_s - passed_s, origin=each.origin,
                    claimed=not state.setup.is_post_of(each.origin, each.village), note=each.note, kept=each.kept,
                    silenced=each.silenced, unanswered=_unanswered(state, each.key), responders=tuple(
                        Responder(who.by, who.step, claimed=not state.setup.is_post_of(who.by, each.village))
                        for who in each.responses),
                )
    for post in state.posts.values():
        sounding = post.status.sounding if post.status is not None else None
        if sounding is not None and sounding.key not in found and _unlisted(state, post, sounding.key):
            exercise = sounding.status is Status.EXERCISE
            found[sounding.key] = _alarm(state, sounding.key, exercise=exercise, listed=False)
    return tuple(found.values())


def reports(state: State) -> tuple[LaporSnapshot, ...]:
    """Residents' reports that are open, as the hub's status shows them: each village's newest first."""
    status, status_at = state.hub.status, state.hub.status_at
    if status is None or status_at is None:
        return ()
    passed_s, made = state.now - status_at, state.setup.is_post_of
    return tuple(
        LaporSnapshot(
            each.identifier, each.village, each.text, each.severity, each.by, each.claimed,
            None if each.raised is None or status.time is None else max(0.0, status.time - each.raised + passed_s),
            each.place, tuple(Responder(who.by, who.step, claimed=not made(who.by, each.village))
                              for who in each.responses),
            max((who.step for who in each.responses), key=progress, default=""), each.kept,
        )
        for each in status.lapor
    )


def _unanswered(state: State, key: Key) -> bool:
    """Whether the hub has reported that nobody responded in time to the alarm of *key* that is in force."""
    cases = state.hub.status.cases if state.hub.status is not None else ()
    return any(each.unanswered and each.in_force and not each.responses for each in cases if each.key == key)


def proof(state: State, key: Key) -> tuple[tuple[str, ...], dict[str, Trouble]]:
    """The posts that ring an alarm of *key*, or were seen to by the hub; and what keeps the others."""
    in_force = state.hub.status.alarms if state.hub.status is not None else ()
    seen = {post for alarm in in_force if alarm.key == key for post in alarm.sounds}
    why = {
        post: _trouble(state, post, key) for post in state.setup.expected(key)
    }
    rings = tuple(post for post, each in why.items() if each is None or post in seen)
    return rings, {post: each for post, each in why.items() if each is not None and post not in seen}


def _trouble(state: State, post: str, key: Key) -> Trouble | None:
    """What keeps *post* from sounding an alarm of *key*; by the hub's word, where it has not reported here."""
    known = state.post(post).status
    if known is not None:
        return trouble(known, key, away=away(state, post))
    word = _hubs_word(state, post)
    if word in (OFFLINE, Trouble.AWAY):
        return Trouble(word)
    return Trouble.UNHEARD if word in ("", Trouble.UNHEARD) else Trouble.UNANSWERED


def _alarm(state: State, key: Key, *, origin: str = "", **more: Any) -> AlarmSnapshot:
    rings, missing = proof(state, key)
    incident = state.setup.incidents.get(key.incident)
    in_force = state.hub.status.alarms if state.hub.status is not None else ()
    again = next((each.again for each in in_force if each.key == key), 0)
    return AlarmSnapshot(
        key, incident.severity if incident is not None else "", rings=rings, missing=missing, origin=origin,
        again=again, accounts=_accounts(state, key.village, origin) if again else (), **more,
    )


def _accounts(state: State, village: str, origin: str) -> tuple[str, ...]:
    """The accounts at the broker of the posts that may have raised an alarm of *village*, by one that calls itself
    *origin*.
    """
    own = sorted(post for post in state.setup.posts if village in (EVERYWHERE, post.split("/", maxsplit=1)[0]))
    return tuple(post.replace("/", ".") for post in ([origin] if origin in own else own))


def _unlisted(state: State, post: Post, key: Key) -> bool:
    """Whether the hub has had the time to list what *post* sounds, or is silent."""
    late = silent(state) or post.sounding_at is None or state.now >= post.sounding_at + LISTED_S
    return late and key.incident not in ONCE


def _post(state: State, post: str) -> PostSnapshot:
    known = state.post(post)
    word = _hubs_word(state, post) or Trouble.UNHEARD.value if known.status is None else known.status.state
    if known.status is not None and word != OFFLINE and away(state, post):
        word = Trouble.AWAY.value
    return PostSnapshot(post, word, known.last_seen_at, known.status)


# The order.


def rows(state: State) -> tuple[Row, ...]:
    """A row for each post that the order is about, in order of their names."""
    order = state.order
    if order is None:
        return ()
    match order.act:
        case Act.ALARM:
            return tuple(_ringing(state, post, order.key) for post in state.setup.expected(order.key))
        case Act.TEST:
            return tuple(_tested(state, post) for post in _ordered(state))
        case Act.CLEAR | Act.SILENCE:
            return tuple(_ending(state, post) for post in sorted(state.setup.posts) if _sounded(state, post))


def done(state: State) -> bool:
    """Whether there is nothing more to wait for."""
    if state.now >= _deadline(state) or state.refused:
        return True
    if state.order is None:
        return False
    if state.answered_at is None or not _all_good(state) or state.now < _settled_at(state):
        return False
    if Trouble.UNANSWERED in out_of_reach(state).values():
        return False
    hub_has_it = state.order.act is Act.TEST or standing(state) in (Standing.RECORDED, Standing.REFUSED)
    return hub_has_it or (not lives(state) and state.now >= _good_at(state) + GRACE_S)


def due(state: State) -> float:
    """The next instant at which `done` may become true by time alone."""
    instants = [_deadline(state)]
    if state.answered_at is not None:
        instants += [_settled_at(state), _good_at(state) + GRACE_S]
    return min((at for at in instants if at > state.now), default=state.now)


def exit_code(state: State) -> int:
    """0 if the order is taken and obeyed by all whom it concerns, 1 otherwise."""
    order = state.order
    obeyed = state.answered_at is not None and not state.refused and _all_good(state) and not out_of_reach(state)
    if order is not None and order.act in (Act.ALARM, Act.TEST):
        obeyed = obeyed and bool(rows(state))
    return 0 if obeyed and standing(state) is not Standing.REFUSED else 1


def out_of_reach(state: State) -> dict[str, Trouble]:
    """The posts of which nobody knows whether they sound, and why: in the village that is to be quiet, or its reach."""
    order = state.order
    if order is None or order.act not in (Act.CLEAR, Act.SILENCE):
        return {}
    named = {row.post for row in rows(state)}
    reached = _ordered(state) if order.act is Act.SILENCE else state.setup.expected(order.key)
    return {post: why for post in reached if post not in named and (why := _unknown(state, post)) is not None}


def still_sounding(state: State) -> dict[str, Key]:
    """What the village's posts sound that an all-clear of it does not end."""
    if state.order is None or state.order.act is not Act.CLEAR:
        return {}
    bad = {row.post for row in rows(state) if not row.good}
    found = {post: status.sounding.key for post in _ordered(state)
             if (status := state.post(post).status) is not None and status.sounding is not None}
    return {post: key for post, key in found.items() if post not in bad and key.incident not in ONCE}


def _outcome(state: State, order: Order) -> OrderSnapshot:
    begun_at = state.asked_at if state.published_at is None else state.published_at
    return OrderSnapshot(
        order, state.wait_s, state.now - begun_at, published=state.published_at is not None,
        acknowledged=state.acked_at is not None, refused=state.refused,
        doubt=state.doubt if state.acked_at is None else "", rows=rows(state), standing=standing(state),
        refusal=state.hub.refusal, out_of_reach=out_of_reach(state), still_sounding=still_sounding(state),
        done=done(state), exit_code=exit_code(state),
    )


def _ordered(state: State) -> list[str]:
    """The posts of the village that is meant."""
    order = state.order
    return [post for post in sorted(state.setup.posts) if order is not None and order.concerns(post.partition("/")[0])]


def _ringing(state: State, post: str, key: Key) -> Row:
    known = state.post(post)
    if known.proven:
        return _good(state, post, None if known.already else known.began_at)
    why = _trouble(state, post, key)
    silent_since = not known.answered and why in (None, Trouble.QUIET)
    return _bad(post, known, Trouble.UNANSWERED if silent_since else why)


def _ending(state: State, post: str) -> Row:
    known = state.post(post)
    why = _unknown(state, post)
    if why is not None:
        return _bad(post, known, why)
    return _bad(post, known, None) if known.loud else _good(state, post, known.ended_at)


def _tested(state: State, post: str) -> Row:
    known = state.post(post)
    if known.answer is not None:
        wrong = tuple(_wrong(known.answer.members))
        after_s = _after_s(state, known.answered_at)
        return Row(post, not wrong, after_s, None, reasons=wrong, answer=known.answer.members)
    status = known.status
    if status is None:
        return _bad(post, known, _trouble(state, post, Key("", "")))
    if status.state == OFFLINE:
        return _bad(post, known, Trouble.OFFLINE)
    return _bad(post, known, Trouble.AWAY if away(state, post) else Trouble.UNANSWERED)


def _good(state: State, post: str, at: float | None) -> Row:
    return Row(post, good=True, after_s=_after_s(state, at), trouble=None)


def _bad(post: str, known: Post, why: Trouble | None) -> Row:
    return Row(post, good=False, after_s=None, trouble=why, reasons=(known.reason,) if known.reason else ())


def _wrong(answer: Any) -> Iterator[str]:
    """What a self-test's *answer* says is wrong, each with the part that it is about."""
    for name in ("results", "faults"):
        found = answer.get(name)
        for part, why in found.items() if isinstance(found, dict) else ():
            if name == "faults" or why != "ok":
                yield f"{part}: {why}"


def _sounded(state: State, post: str) -> bool:
    """Whether *post* sounded what is to end, as far as anyone knows."""
    known = state.post(post)
    if state.order is not None and state.order.act is Act.SILENCE and post not in _ordered(state):
        return False
    witnessed = post in state.hub.rang and _unknown(state, post) is not None
    return known.loud or known.ended_at is not None or witnessed


def _unknown(state: State, post: str) -> Trouble | None:
    """Why nobody knows what *post* sounds now; None if it has answered the order."""
    known = state.post(post)
    if known.answered and not away(state, post):
        return None
    word = known.status.state if known.status is not None else _hubs_word(state, post)
    if word == OFFLINE:
        return Trouble.OFFLINE
    return Trouble.AWAY if away(state, post) else Trouble.UNANSWERED


def _hubs_word(state: State, post: str) -> str:
    """The last state of *post* that the hub knows; "" if it knows none."""
    return state.hub.status.posts.get(post, "") if state.hub.status is not None else ""


def _after_s(state: State, at: float | None) -> float | None:
    return None if at is None or state.published_at is None else max(0.0, at - state.published_at)


def _all_good(state: State) -> bool:
    return all(row.good for row in rows(state))


def _good_at(state: State) -> float:
    """When the last of the rows became good; what needed nothing was so when the broker took the order."""
    base = state.answered_at if state.answered_at is not None else state.now
    published_at = state.published_at if state.published_at is not None else base
    return max([base, *(published_at + row.after_s for row in rows(state) if row.after_s is not None)])


def _settled_at(state: State) -> float:
    quiet = state.order is not None and state.order.act in (Act.CLEAR, Act.SILENCE)
    return (state.answered_at if state.answered_at is not None else state.now) + (SETTLE_S if quiet else 0.0)


def _deadline(state: State) -> float:
    return (state.asked_at if state.published_at is None else state.published_at) + state.wait_s
