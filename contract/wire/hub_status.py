"""The hub's status: what it is now, and what it knows of the district. Retained; read as a node's status is."""

from collections.abc import Mapping

from contract.domain.alarm import Keyed, Status
from contract.settings.schema import Reading, flag, integer, items, option, section, table
from contract.wire import codec
from contract.wire.codec import Refusal, instant, message, one_of, seconds, text, text_if_any
from contract.wire.lapor import Open
from contract.wire.node_status import OFFLINE
from contract.wire.response import Case

_LAST = ("state", "boot", "version", "reason")


@message
class InForce(Keyed):
    """An alarm in force: whether it is on the hub's disk (`kept`), in which villages it is `silenced`, and its proof.

    `sounds` are the posts that sounded it, and after how many seconds; `missing` those that should and do not, and why.
    Of a large district they are the first ones only; then `rings` counts those that sounded it, of `expected`.
    `origin` raised it last, `again` after operators had silenced so often what it raised before.
    """

    incident: str = option(text, default="")
    village: str = option(text, default="")
    identifier: str = option(text, default="")
    status: Status = option(one_of(Status), default=Status.ACTUAL)
    origin: str = option(text, default="")
    note: str = option(text, default="")
    kept: bool = option(flag, default=True)
    silenced: tuple[str, ...] = option(items(text), default=())
    sounds: Mapping[str, float] = option(table(text, lambda _post: seconds), default=dict)
    missing: Mapping[str, str] = option(table(text, lambda _post: text_if_any), default=dict)
    rings: int | None = option(codec.nullable(integer(0, 10**9)), default=None, omit=True)
    expected: int | None = option(codec.nullable(integer(0, 10**9)), default=None, omit=True)
    again: int = option(integer(0, 10**9), default=0, omit=True)


@message
class HubStatus:
    """The hub's status. `posts` has each post's state, or what the hub knows better: `away`, `unheard`. Of a large
    district it has the first of those that are neither ready nor sounding, and `counts` how many are in which state.

    `undated` counts the alarms of an earlier run whose age is not known yet. `host` is the machine that it runs on.
    `since` and `time` are seconds since the epoch; `zone` names the time zone of its times of day. `district_digest` is
    that of its district file. `cases` are the last alarms, to which people respond. `lapor` are residents' reports that
    are open, as far as there is room, and `lapor_open` counts all of them by village. `dropped` could not be read.
    """

    state: str = option(text, default="")
    alarms: tuple[InForce, ...] = option(items(section(InForce)), default=())
    cases: tuple[Case, ...] = option(codec.few(items(section(Case))), default=(), omit=True)
    lapor: tuple[Open, ...] = option(codec.few(items(section(Open))), default=(), omit=True)
    lapor_open: Mapping[str, int] = option(table(text, lambda _village: integer(0, 10**9)), default=dict, omit=True)
    posts: Mapping[str, str] = option(table(text, lambda _post: text_if_any), default=dict)
    counts: Mapping[str, int] = option(table(text, lambda _word: integer(0, 10**9)), default=dict, omit=True)
    faults: Mapping[str, str] = option(table(text, lambda _part: text_if_any), default=dict)
    undated: int = option(integer(0, 10**9), default=0)
    clock: str = option(text, default="")
    zone: str = option(text, default="", omit=True)
    district_digest: str = option(text, default="", omit=True)
    boot: str = option(text, default="")
    version: str = option(text, default="")
    host: str = option(text, default="", omit=True)
    since: float | None = option(instant, default=None)
    time: float | None = option(instant, default=None)
    reason: str = option(text, default="", omit=True)
    dropped: tuple[str, ...] = ()


def read_status(payload: bytes) -> HubStatus | Refusal:
    """The status in *payload*, as far as it can be read."""
    return codec.receive(HubStatus, payload, "status", Reading.LENIENT)


def write_status(status: HubStatus) -> bytes:
    """The JSON payload of *status*; `read_status` reads it back to the same value."""
    found = codec.members(status).items()
    return codec.dump({name: each for name, each in found if status.state != OFFLINE or name in _LAST})
