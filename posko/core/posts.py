"""The district's posts, as the hub sees them: who is there, who is not, whose name two boxes use. Pure.

A post that is linked publishes its status at every heartbeat; three that do not come make it `away`. The broker
publishes `offline` for one whose connection ended. Two runs that alternate are two boxes of one name: a copied SD card.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from contract.domain.alarm import Key, Status
from contract.domain.digest import HUB_NAME, differ, difference
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire import codec, timing, topics
from contract.wire.alarm import IDENTIFIER, SYNCED, UNSYNCED
from contract.wire.codec import MAX_BYTES, Refusal
from contract.wire.event import Kind, Report, read_event
from contract.wire.faults import Fault
from contract.wire.node_status import OFFLINE, About, read_status
from contract.wire.topics import CommandTopic, NodeTopic
from posko.core import alarms, beacon
from posko.core.effects import SavePatrol, SaveReport
from posko.core.state import PostRecord, Raised, State
from posko.core.transition import Transition
from runtime.core import peer_clock
from runtime.core.effects import Publish, Reconnect
from runtime.core.events import Received
from runtime.core.peer_clock import PeerClock

TURNS_S = 120.0  # two runs that report within this time of each other alternate
# What one post may have written down at once, then each second: more than it keeps for the link's return.
AT_ONCE, PER_S = 300.0, 2.0
# Alarms of one village and incident that are taken up from what posts report: at once, then each second.
TAKEN_UP, TAKEN_UP_PER_S = 5.0, 0.1
LEFT_S = 10.0  # what is closer to its end is not: clocks and ways differ, and it may have ended here already
UNKNOWN = 20  # runs of posts of one village that the district file does not have: each is reported once
DISTRICTS, DISTRICTS_PER_S = 20.0, 0.1  # posts of a village found to have another district: at once, then each second
LINKED_AT_ONCE, LINKED_PER_S = 5.0, 0.2  # links of a village for which a beacon comes at once


def received(t: Transition, topic: NodeTopic, message: Received) -> None:
    """A post published something. What the broker had retained of it is what it was, not that it is there."""
    if not message.payload:
        return
    post = f"{topic.village}/{topic.node}"
    if post not in t.setup.posts:
        _unknown_post(t, post, message)
    elif topic.kind == "status":
        _status(t, post, message)
    else:
        _event(t, topic.village, post, message)


def _status(t: Transition, post: str, message: Received) -> None:
    status = read_status(message.payload)
    if isinstance(status, Refusal):
        t.answer(Kind.REFUSED, topic=message.topic[:200], reason=status.reason)
        return
    watch = replace(t.state.record(post), status=status)
    if status.state == OFFLINE:
        _put(t, post, watch)
        _clock(t, post, None)
        _district(t, post, "")
    elif message.retain:
        _put(t, post, watch if watch.boot else replace(watch, boot=status.boot))
    else:
        _alive(t, post, watch, status.boot)
        if status.at_s is not None:
            shown = peer_clock.Shown(status.boot, status.at_s, status.time)
            _clock(t, post, peer_clock.seen(watch.clock, shown, t.now, t.epoch_to_compare()))
        _district(t, post, status.district_digest)
        for about in (*status.waiting, *([] if status.sounding is None else [status.sounding])):
            _take_up(t, post, about)


def _take_up(t: Transition, post: str, about: About) -> None:
    """Has *about*, which is in force at *post*, in force here: this hub was away as it was raised, or has lost its
    journal. A post can do that for its own village, for which it could raise the alarm itself.
    """
    key, name = about.key, about.identifier
    odd = name is not None and not _is_name(name)
    if about.age_s is None or post.split("/", maxsplit=1)[0] != key.village or odd:
        return
    raised = Raised(name or "", t.now - about.age_s, about.status, post if about.origin == "button" else "", about.note)
    if name is not None and any(key == each.key and name in each.names() for each in t.state.awaiting_clock):
        alarms.resolve_ages(t, key.name(name), raised.at)
    elif key in t.state.deferred:
        pass  # it is known, and waits
    elif _is_news(t, key, raised) and t.granted((key, "taken up"), TAKEN_UP, TAKEN_UP_PER_S):
        alarms.take_up(t, key, replace(raised, identifier=name or t.identifier()), post)


def _is_news(t: Transition, key: Key, raised: Raised) -> bool:
    """Whether an alarm of *key*, which a post has in force, may be missing here; what was over here before is not."""
    state, incident = t.state, t.setup.incidents.get(key.incident)
    if incident is None or incident.everywhere or key.incident in ONCE or raised.status is Status.TEST:
        return False
    over = (
        state.is_over(key.name(raised.identifier)) or alarms.was_cleared(state, key.village, raised.at)
        or raised.at <= state.over.get(key, -math.inf) + LEFT_S
        or t.now + LEFT_S >= raised.at + incident.duration_s
    )
    return key not in state.alarms and len(state.alarms) < alarms.MOST and not over


def clock_disagrees(state: State, sender: str | None) -> bool:
    """Whether *sender* is a post whose time of day is known to be another than the hub's."""
    clock = state.record(sender).clock if sender is not None else None
    return clock is not None and clock.since is not None


def _event(t: Transition, village: str, post: str, message: Received) -> None:
    event = read_event(message.payload)
    if isinstance(event, Refusal):
        t.answer(Kind.REFUSED, topic=message.topic[:200], reason=event.reason)
        return
    _alive(t, post, t.state.record(post), event.boot)
    if event.kind == Kind.LINKED and t.granted((village, "linked"), LINKED_AT_ONCE, LINKED_PER_S):
        beacon.request_beacon(t)
    if t.granted((post, "event"), AT_ONCE, PER_S):  # a late press is reported again
        if len(message.payload) <= MAX_BYTES:
            t.do(SaveReport(post, event.members))
        _said(t, village, post, event)


def ask(t: Transition) -> None:
    """Has every post publish its status: not every broker gives retained messages to a late subscription."""
    t.do(Publish(topics.write(t.setup.district, CommandTopic(EVERYWHERE, topics.STATUS)), b""))


def pass_time(t: Transition) -> None:
    """Notices who has fallen silent; and whether it is the hub that receives nothing any more."""
    state = t.state
    if state.linked_at is None:
        return
    for post in _due(t):
        watch = t.state.record(post)
        _put(t, post, replace(watch, away=True))
        _clock(t, post, None)
        t.report(Kind.AWAY, post=post, reason=_absence(t, post, watch))
    for post in t.state.doubled:
        watch = t.state.record(post)
        if watch.cloned_at is not None and t.now >= watch.cloned_at + TURNS_S:
            _put(t, post, replace(watch, cloned_at=None))
            t.recover(Fault.DOUBLE_OF.of(post))
    cut_off = t.state.away == len(state.setup.posts) > 0 and t.state.away > state.away and any(
        watch.last_seen_at is not None and watch.last_seen_at > state.linked_at for watch in state.posts.values()
    )
    if cut_off and (state.reconnected_at is None or state.reconnected_at < state.linked_at):
        t.change(reconnected_at=t.now)
        # Perhaps it is this link that is dead; a new one, on which nobody reports, is not.
        t.do(Reconnect(f"no post reported for {timing.POST_LOST_S:g} s, and the connection may be dead unnoticed"))


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `pass_time` will have something to do."""
    if state.linked_at is not None:
        if state.deadlines:
            yield min(at for at, _ in state.deadlines.values())
        for post in state.doubled:
            cloned_at = state.record(post).cloned_at
            if cloned_at is not None:
                yield cloned_at + TURNS_S


def watch(t: Transition) -> None:
    """Begins to wait for every post anew: this link has brought nothing yet."""
    due = t.now + timing.POST_LOST_S
    t.change(deadlines=_sorted_in({}, [(due, post) for post in t.setup.posts if not t.state.record(post).away]))


def _due(t: Transition) -> list[str]:
    """The posts that have not reported for too long; those that have are looked at again when they are due next.

    A report moves nothing here, so it costs the same in any district: each post is looked at once in POST_LOST_S.
    """
    passed = {second for second, (at, _) in t.state.deadlines.items() if t.now >= at}
    if not passed:
        return []
    looked_at = (post for second in sorted(passed) for post in t.state.deadlines[second][1])
    due = [(_away_at(t.state, post), post) for post in looked_at if not t.state.record(post).away]
    kept = {second: each for second, each in t.state.deadlines.items() if second not in passed}
    t.change(deadlines=_sorted_in(kept, [(at, post) for at, post in due if t.now < at]))
    return sorted(post for at, post in due if t.now >= at)


def _sorted_in(
    deadlines: Mapping[int, tuple[float, tuple[str, ...]]], due: Iterable[tuple[float, str]]
) -> dict[int, tuple[float, tuple[str, ...]]]:
    """*deadlines* with the posts of *due* beside the others of the same second."""
    added: dict[int, list[tuple[float, str]]] = {}
    for at, post in due:
        added.setdefault(math.floor(at), []).append((at, post))
    found = dict(deadlines)
    for second, each in added.items():
        at, posts = found.get(second, (math.inf, ()))
        found[second] = min(at, min(each)[0]), (*posts, *(post for _, post in each))
    return found


def _away_at(state: State, post: str) -> float:
    linked_at = state.linked_at if state.linked_at is not None else state.now
    return max(linked_at, state.record(post).last_seen_at or linked_at) + timing.POST_LOST_S


def _clock(t: Transition, post: str, seen: PeerClock | None) -> None:
    """The clock of *post* is *seen* so; None: it cannot be.

    Neither one post nor, where there are others, one village can make the hub doubt its own: one account can speak for
    all posts of its village.
    """
    before = t.state.record(post)
    if seen == before.clock:
        return
    _put(t, post, replace(before, clock=seen))
    state, was = t.state, before.clock
    village = post.partition("/")[0]
    known = state.clocks.get(village, (0, 0))
    votes = known[0] + _agrees(seen) - _agrees(was), known[1] + _apart(seen) - _apart(was)
    if votes != known:
        agree = state.clocks_agree + _most_agree(votes) - _most_agree(known)
        disagree = state.clocks_disagree + _most_disagree(votes) - _most_disagree(known)
        counted = votes if len(t.setup.villages) == 1 else (agree, disagree)
        t.change(clocks={**state.clocks, village: votes}, clocks_agree=agree, clocks_disagree=disagree,
                 clock_disputed=counted[1] > max(1, counted[0]))
    if seen is not None and seen.apart:
        t.fault(Fault.CLOCK_OF.of(post), f"the hub's clock (posko) is {seen.named()} that of {post}; both count as "
                                         "synchronised")
    else:
        t.recover(Fault.CLOCK_OF.of(post))
    if t.state.clock_disputed:
        t.fault(Fault.CLOCK, "the posts of more villages disagree with the hub's clock (posko) than agree with it")
    else:
        t.recover(Fault.CLOCK)


def _district(t: Transition, post: str, theirs: str) -> None:
    """*post* shows the digest *theirs* of its district file, or none. A box may lie: so much of it for each village."""
    fault, village = Fault.DISTRICT_OF.of(post), post.partition("/")[0]
    if not differ(t.setup.district_digest, theirs):
        t.recover(fault)
    elif fault not in t.state.faults and t.granted((village, "district"), DISTRICTS, DISTRICTS_PER_S):
        t.fault(fault, difference(HUB_NAME, post))


def _agrees(clock: PeerClock | None) -> bool:
    return clock is not None and clock.apart_s is not None and clock.since is None


def _apart(clock: PeerClock | None) -> bool:
    return clock is not None and clock.apart


def _most_agree(votes: tuple[int, int]) -> bool:
    return votes[0] > 0 and votes[0] >= votes[1]


def _most_disagree(votes: tuple[int, int]) -> bool:
    return votes[1] > votes[0]


def _absence(t: Transition, post: str, watch: PostRecord) -> str:
    if Fault.TRAFFIC.of(post.partition("/")[0]) in t.state.faults:
        return "nothing from its village is received: it publishes far more than posts do"
    if watch.last_seen_at is None:
        return f"not heard for {timing.POST_LOST_S:g} s, and never before"
    return f"not heard for {timing.POST_LOST_S:g} s"


def _alive(t: Transition, post: str, watch: PostRecord, boot: str) -> None:
    """*post* is there; *boot* is its run."""
    if boot and boot != watch.boot:
        turns = boot == watch.earlier and t.now < watch.changed_at + TURNS_S
        watch = replace(watch, boot=boot, earlier=watch.boot, changed_at=t.now,
                        cloned_at=t.now if turns else watch.cloned_at)
        if turns:
            reason = "two boxes take turns under this name; one has a copy of the other's SD card"
            t.fault(Fault.DOUBLE_OF.of(post), reason)
    if watch.away:
        t.report(Kind.BACK, post=post)
        t.change(deadlines=_sorted_in(t.state.deadlines, [(t.now + timing.POST_LOST_S, post)]))
    _put(t, post, replace(watch, last_seen_at=t.now, away=False))


def _unknown_post(t: Transition, post: str, message: Received) -> None:
    """A post that the district file does not know: reported once for each of its runs."""
    status = read_status(message.payload)
    who = (post[:160], status.boot[:40] if not isinstance(status, Refusal) else "")
    village = post.split("/", maxsplit=1)[0]
    of_village = sum(each.startswith(f"{village}/") for each, _ in t.state.unknown_posts)
    if who not in t.state.unknown_posts and of_village < UNKNOWN:
        t.change(unknown_posts=t.state.unknown_posts | {who})
        t.answer(Kind.WARNING, post=post[:160],
                     reason="no such post in the district file; add it there, so that its silence is noticed")
    event = read_event(message.payload)
    if isinstance(event, Refusal) or event.kind != Kind.LATE:
        return
    if t.granted(("unknown post", village), AT_ONCE, PER_S):  # a press is a press, whoever has it
        _said(t, village, post[:160], event)


def _said(t: Transition, village: str, post: str, event: Report) -> None:
    """What an event of a post means to the hub: a late press, an all-clear that it missed, or a round."""
    identifier, incident = event.text("identifier"), event.text("incident")
    if not _is_name(identifier):
        return
    key = Key(village, incident)
    if event.kind == Kind.LATE and event.text("origin") == "button" and _is_name(incident):
        _late(t, key, post, event)
    elif event.kind == Kind.CLEARED and event.text("village") == village:
        _cleared(t, key, post, event)
    elif event.kind == Kind.RONDA and event.text("origin") in ("button", "schedule"):
        t.do(SavePatrol(identifier, village, post, event.text("origin"), *_made(t, post, event)))


def _made(t: Transition, post: str, event: Report) -> tuple[float, str]:
    """When *post* made a round, in seconds since the epoch, and whether that is certain.

    A post that had no link reports it later. A time of its own that lies far from the hub's is not certain, and one
    that nobody can have lived to report is not taken.
    """
    now_s = t.epoch(t.now)
    own = event.text("clock") == SYNCED and not clock_disagrees(t.state, post)
    epoch = event.member("time", codec.nullable(codec.instant), None) if own else None
    if epoch is None:
        return now_s, SYNCED if own else t.clock_state()
    if not t.state.synced or -alarms.BELIEVED_S <= epoch - now_s <= alarms.AHEAD_S:
        far = t.state.synced and epoch < now_s - alarms.FAR_S
        return epoch, UNSYNCED if far else SYNCED
    t.answer(Kind.WARNING, post=post, reason=f"the time of a round, {codec.rfc3339(epoch)}, lies far from the hub's "
                                             "(posko); it is recorded as of now")
    return now_s, UNSYNCED


def _late(t: Transition, key: Key, post: str, event: Report) -> None:
    """A press that came too late for everyone: it is recorded, and its sender need not report it again."""
    name = key.name(event.text("identifier"))
    setup = t.setup
    known = key.incident in setup.incidents and key.village in setup.villages
    if not known or t.state.is_over(name) is not None:
        t.acknowledge(name)
        return
    raised = Raised(name.identifier, t.now - event.member("age_s", codec.seconds, 0.0), Status.ACTUAL, post, "")
    alarms.late(t, key, raised, f"{post}: {event.text('reason')[:200]}")


def _cleared(t: Transition, key: Key, post: str, event: Report) -> None:
    """An all-clear may have come to a post of its village and not here: a post repeats that, with its age, as long as
    the beacon lists what it ended. No post can end what is another village's, nor what was raised again since.
    """
    alarm = t.state.alarms.get(key)
    age_s = event.member("age_s", codec.nullable(codec.seconds), None)
    if alarm is not None and age_s is not None and alarm.identifier == event.text("identifier"):
        alarms.cleared_at_post(t, alarm, t.now - age_s, post)


def _is_name(text: str) -> bool:
    return IDENTIFIER.fullmatch(text) is not None


def _put(t: Transition, post: str, watch: PostRecord) -> None:
    """Sets what is known of *post*, and what is counted of all."""
    before = t.state.record(post)
    t.change(posts=t.state.posts.insert(post, watch))
    if watch.away != before.away:
        t.change(away=t.state.away + (1 if watch.away else -1))
    if (watch.cloned_at is None) != (before.cloned_at is None):
        doubled = t.state.doubled
        t.change(doubled=doubled - {post} if watch.cloned_at is None else doubled | {post})
    if _shows(watch) != _shows(before):
        t.moved.add(post)
        t.change(news=t.state.news + 1)


def _shows(watch: PostRecord) -> object:
    """What of a post tells whether it sounds an alarm, and stands in the hub's status."""
    status, heard = watch.status, watch.last_seen_at is not None
    if status is None:
        return watch.away, heard
    about = (status.state, status.sounding and status.sounding.key, status.locked,
             tuple(each.key for each in status.silenced), tuple(each.key for each in status.waiting),
             Fault.SIREN_MUTE in status.faults)
    return watch.away, heard, about
