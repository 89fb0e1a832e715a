"""Judgement: what each post has made of the order, what the hub has, whether it is over, and how it ended. Pure.

    alarm           a post is good once it rings; all that should are in the rows
    clear, silence  a post is good once what it sounded has ended; those that sounded something are in the rows
    test            a post is good once it has answered, and nothing is wrong with it
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contract.domain.alarm import Key
from contract.domain.incidents import ONCE
from contract.wire.reports import OFFLINE
from posko.core.proof import Trouble, trouble
from posko.operator.core import hubsight
from posko.operator.core.hubsight import Standing
from posko.operator.core.orders import Act
from posko.operator.core.view import Post, View

GRACE_S = 2.0  # without a hub: how long it is waited for, once all is well
SETTLE_S = 1.0  # quiet is believed once every post had this time to say otherwise


@dataclass(frozen=True, slots=True)
class Row:
    """What a post has made of the order. `after_s` is counted from the publish; None: before it, or not yet."""

    post: str
    good: bool
    after_s: float | None
    trouble: Trouble | None
    reasons: tuple[str, ...] = ()


def rows(view: View) -> tuple[Row, ...]:
    """A row for each post that the order is about, in order of their names."""
    order = view.order
    if order is None:
        return ()
    match order.act:
        case Act.ALARM:
            return tuple(_ringing(view, post, order.key) for post in view.rules.expected(order.key))
        case Act.TEST:
            return tuple(_tested(view, post) for post in ordered(view))
        case Act.CLEAR | Act.SILENCE:
            return tuple(_ending(view, post) for post in sorted(view.rules.posts) if _sounded(view, post))


def ordered(view: View) -> list[str]:
    """The posts of the village that is meant."""
    order = view.order
    return [post for post in sorted(view.rules.posts) if order is not None and order.concerns(post.partition("/")[0])]


def done(view: View) -> bool:
    """Whether there is nothing more to wait for."""
    if view.now >= _deadline(view) or view.refused:
        return True
    if view.order is None:
        return False
    if view.acked_at is None or not _all_good(view) or view.now < _settled_at(view):
        return False
    settled = hubsight.standing(view) in (Standing.RECORDED, Standing.REFUSED) or not _hub_matters(view)
    return settled or (not hubsight.lives(view) and view.now >= _good_at(view) + GRACE_S)


def due(view: View) -> float:
    """The next instant at which `done` may become true by time alone."""
    instants = [_deadline(view)]
    if view.acked_at is not None:
        instants += [_settled_at(view), _good_at(view) + GRACE_S]
    return min(at for at in instants if at > view.now) if max(instants) > view.now else view.now


def exit_code(view: View) -> int:
    """0 if the order is taken and obeyed by all whom it concerns, 1 otherwise."""
    order = view.order
    obeyed = view.acked_at is not None and not view.refused and _all_good(view)
    if order is not None and order.act in (Act.ALARM, Act.TEST):
        obeyed = obeyed and bool(rows(view))
    return 0 if obeyed and hubsight.standing(view) is not Standing.REFUSED else 1


def out_of_reach(view: View) -> tuple[str, ...]:
    """The posts of which cannot be told whether they sound: in the village that is to be quiet, or in its reach."""
    order = view.order
    if order is None or order.act not in (Act.CLEAR, Act.SILENCE):
        return ()
    named = {row.post for row in rows(view)}
    heard = ordered(view) if order.act is Act.SILENCE else view.rules.expected(order.key)
    return tuple(post for post in heard if post not in named and _unreachable(view, post))


def still_sounding(view: View) -> dict[str, Key]:
    """What the village's posts sound that an all-clear or a silence of it does not end."""
    order = view.order
    if order is None or order.act is not Act.CLEAR:
        return {}
    found = {post: _status_key(view.posts.get(post)) for post in ordered(view)}
    bad = {row.post for row in rows(view) if not row.good}
    return {
        post: key for post, key in found.items() if key is not None and post not in bad and key.incident not in ONCE
    }


def wrong(post: Post) -> tuple[str, ...]:
    """What a self-test's answer says is wrong, each with the part that it is about."""
    if post.answer is None:
        return ()
    return tuple(
        f"{part}: {why}" for name in ("results", "faults") for part, why in _table(post.answer.members.get(name))
        if name == "faults" or why != "ok"
    )


def _ringing(view: View, post: str, key: Key) -> Row:
    known = view.posts.get(post, Post())
    if known.proven:
        return Row(post, good=True, after_s=_after_s(view, known.began_at, already=known.already), trouble=None)
    why = trouble(known.status, key, away=hubsight.away(view, post))
    return Row(post, good=False, after_s=None, trouble=why, reasons=(known.reason,) if known.reason else ())


def _ending(view: View, post: str) -> Row:
    known = view.posts.get(post, Post())
    if not known.loud and not _unreachable(view, post):
        return Row(post, good=True, after_s=_after_s(view, known.ended_at), trouble=None)
    why = None
    if _unreachable(view, post):
        why = Trouble.AWAY if hubsight.away(view, post) else Trouble.OFFLINE
    return Row(post, good=False, after_s=None, trouble=why, reasons=(known.reason,) if known.reason else ())


def _tested(view: View, post: str) -> Row:
    known = view.posts.get(post, Post())
    if known.answer is not None:
        found = wrong(known)
        return Row(post, good=not found, after_s=_after_s(view, known.answered_at), trouble=None, reasons=found)
    status = known.status
    why = Trouble.UNHEARD if status is None else Trouble.OFFLINE if status.state == OFFLINE else Trouble.QUIET
    if why is Trouble.QUIET and hubsight.away(view, post):
        why = Trouble.AWAY
    return Row(post, good=False, after_s=None, trouble=why, reasons=(known.reason,) if known.reason else ())


def _sounded(view: View, post: str) -> bool:
    """Whether *post* sounded what is to end, as far as anyone knows."""
    known = view.posts.get(post, Post())
    if view.order is not None and view.order.act is Act.SILENCE and post not in ordered(view):
        return False
    return known.loud or known.ended_at is not None or (post in view.hub.rang and _unreachable(view, post))


def _unreachable(view: View, post: str) -> bool:
    status = view.posts.get(post, Post()).status
    return (status is not None and status.state == OFFLINE) or hubsight.away(view, post)


def _after_s(view: View, at: float | None, *, already: bool = False) -> float | None:
    return None if at is None or already or view.published_at is None else max(0.0, at - view.published_at)


def _all_good(view: View) -> bool:
    return all(row.good for row in rows(view))


def _good_at(view: View) -> float:
    """When the last of the rows became good; what needed nothing was so when the broker took the order."""
    base = view.acked_at if view.acked_at is not None else view.now
    published_at = view.published_at if view.published_at is not None else base
    return max([base, *(published_at + row.after_s for row in rows(view) if row.after_s is not None)])


def _settled_at(view: View) -> float:
    quiet = view.order is not None and view.order.act in (Act.CLEAR, Act.SILENCE)
    return (view.acked_at if view.acked_at is not None else view.now) + (SETTLE_S if quiet else 0.0)


def _deadline(view: View) -> float:
    return (view.asked_at if view.published_at is None else view.published_at) + view.wait_s


def _hub_matters(view: View) -> bool:
    return view.order is not None and view.order.act is not Act.TEST


def _status_key(post: Post | None) -> Key | None:
    status = post.status if post is not None else None
    return None if status is None or status.sounding is None else status.sounding.key


def _table(found: object) -> Iterator[tuple[str, object]]:
    yield from found.items() if isinstance(found, dict) else ()
