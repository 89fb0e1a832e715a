"""Which faults are to be reported, and their ends: those that last. Pure.

A post that restarts, or a line that is cut for a moment, is not worth a message; so a fault is reported once it has
lasted for LAST_S, and its end once it has been over for as long. What cannot be known stays as it was: of the posts,
while the hub is silent; of the hub, while there is no link.
"""

from typing import NamedTuple

from contract.wire.node_status import OFFLINE
from posko.notify.core import records
from posko.notify.core.occasions import Message, Occasion
from posko.notify.core.transition import Transition
from posko.operator.core import fold, judgement

LAST_S = 60.0
LINK, HUB, PART, POST = "no link", "silent hub", "part ", "post "  # begin the names of faults
_POSTS = ("away", OFFLINE, "fault")  # words of the hub for a post that is not well


class Trouble(NamedTuple):
    """A fault: of the post, or of the hub's part, and why."""

    post: str = ""
    part: str = ""
    reason: str = ""


def update(t: Transition) -> None:
    """Reports what is in force for long enough, and what has been over for long enough."""
    found, known = in_force(t.state.fold)
    changing: dict[str, float] = {}
    for name in sorted(found.keys() | t.state.faults):
        if not _is_known(name, known) or (name in found) == (name in t.state.faults):
            continue
        since = t.state.changing.get(name, t.now)
        if t.now < since + LAST_S:
            changing[name] = since
            continue
        recovered = name not in found
        t.change(faults=t.state.faults ^ {name})
        t.say(records.of_fault(name), None if recovered else "{}", _message(t, name, found.get(name), since))
    t.change(changing=changing)


def in_force(known: fold.State) -> tuple[dict[str, Trouble], tuple[str, ...]]:
    """The faults in force by their names, and with what the names begin of which it is known whether they are."""
    if known.linked_at is None:
        return {LINK: Trouble(part=LINK, reason=known.trouble)}, (LINK,)
    if judgement.silent(known):
        return {HUB: Trouble(part=HUB)}, (LINK, HUB)
    status = known.hub.status
    if status is None or not judgement.lives(known):
        return {}, (LINK,)
    found = {f"{PART}{part}": Trouble(part=part, reason=why) for part, why in status.faults.items()}
    found |= {f"{POST}{post}": Trouble(post=post, reason=word) for post, word in status.posts.items()
              if word in _POSTS}
    return found, (LINK, HUB, PART, POST)


def _is_known(name: str, known: tuple[str, ...]) -> bool:
    return any(name == each or (each.endswith(" ") and name.startswith(each)) for each in known)


def _message(t: Transition, name: str, trouble: Trouble | None, since: float) -> Message:
    if trouble is None:
        trouble = Trouble(name.removeprefix(POST)) if name.startswith(POST) else Trouble(part=name.removeprefix(PART))
        recovered = True
    else:
        recovered = False
    return Message(
        Occasion.FAULT, since + t.state.fold.clock.offset_s, village=trouble.post.partition("/")[0], post=trouble.post,
        part=trouble.part, reason=trouble.reason, recovered=recovered,
    )
