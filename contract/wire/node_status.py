"""A node's status: what it is now. Retained; the broker publishes the last one, `offline`, for a node that is cut off.

A status is for people and for the hub's proof of who sounds. So what cannot be read of it counts as missing: a newer
program can report more.
"""

from collections.abc import Mapping

from contract.domain.alarm import Keyed, Status
from contract.settings.schema import Reading, flag, integer, items, option, section, table
from contract.wire import codec
from contract.wire.codec import Refusal, anything, few, instant, message, nullable, one_of, seconds, text, text_if_any

OFFLINE = "offline"  # the state that a program leaves behind, or the broker publishes for it
REVOKED = "revoked"  # the reason in the last status of a post whose account is shut out
READY, LOST, UNSEEN = "ready", "lost", "unseen"  # of a foreign hub
_LAST = ("state", "node", "village", "boot", "version", "reason")  # the members of one that is gone


@message
class About(Keyed):
    """An alarm as a status names it. It was last raised `age_s` seconds before the status was made."""

    incident: str = option(text, default="")
    village: str = option(text, default="")
    identifier: str | None = option(nullable(text), default=None, omit=False)
    status: Status = option(one_of(Status), default=Status.ACTUAL)
    origin: str = option(text, default="")
    note: str = option(text, default="", omit=True)
    age_s: float | None = option(seconds, default=None)


@message
class NodeStatus:
    """A node's status. `sounding` is what its outputs do now; `waiting` gives way to it; `silenced` is quiet there.

    It has been in `state` since the instant `since` (seconds since the epoch). `outbox` counts the presses that are not
    known to have arrived. `feedback` is what the box feels of itself, where it has inputs for that. `foreign_hubs` are
    those of other districts with neighbours of its village, by the district: whether their beacon comes (READY), came
    and does not (LOST), or never did (UNSEEN). `zone` names the time zone of its times of day. It was made at `at_s`,
    in seconds of the node's own clock that never jumps, and at `time` of its wall clock, if its machine counts as
    synchronised: by these the hub finds whether the clocks agree. `clock` is what the node makes of that.
    `district_digest` is that of its district file. `dropped` is what could not be read.
    """

    state: str = option(text, default="")
    since: float | None = option(instant, default=None)
    node: str = option(text, default="")
    village: str = option(text, default="")
    sounding: About | None = option(nullable(section(About)), default=None, omit=False)
    waiting: tuple[About, ...] = option(few(items(section(About))), default=())
    silenced: tuple[About, ...] = option(few(items(section(About))), default=())
    faults: Mapping[str, str] = option(few(table(text, lambda _part: text_if_any)), default=dict)
    locked: bool = option(flag, default=False)
    feedback: Mapping[str, str] = option(table(text, lambda _input: text_if_any), default=dict, omit=True)
    foreign_hubs: Mapping[str, str] = option(table(text, lambda _district: text_if_any), default=dict, omit=True)
    drivers: Mapping[str, object] = option(table(text, lambda _name: anything), default=dict)
    outbox: int = option(integer(0, 10**9), default=0)
    clock: str = option(text, default="")
    zone: str = option(text, default="", omit=True)
    district_digest: str = option(text, default="", omit=True)
    at_s: float | None = option(seconds, default=None)
    time: float | None = option(instant, default=None)
    boot: str = option(text, default="")
    version: str = option(text, default="")
    reason: str = option(text, default="", omit=True)
    dropped: tuple[str, ...] = ()


def read_status(payload: bytes) -> NodeStatus | Refusal:
    """The status in *payload*, as far as it can be read."""
    return codec.receive(NodeStatus, payload, "status", Reading.LENIENT)


def write_status(status: NodeStatus) -> bytes:
    """The JSON payload of *status*; `read_status` reads it back to the same value."""
    found = codec.members(status).items()
    return codec.dump({name: each for name, each in found if status.state != OFFLINE or name in _LAST})
