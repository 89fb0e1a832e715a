"""What the operator's program makes of the messages, as one frozen value for whoever shows it. No behaviour.

    messages ──> fold ──> judgement ──> Snapshot ──> lines, a live screen; or a page: json.dumps(asdict(snapshot))

It holds no sentences: who shows it has the words. Instants (`now`, `…_at`) are seconds of a clock that never jumps, as
are the seconds that the judgements count; `offset_s` more are seconds since the epoch, which `since` is already.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from contract.domain.alarm import Key
from contract.values import dataclass
from contract.wire.event import Report
from contract.wire.lapor import Location
from contract.wire.node_status import NodeStatus
from posko.core.proof import Trouble
from posko.operator.core.orders import Order
from runtime.core.events import Cause

READY, SOUNDING = "ready", "sounding"  # states of a post


class HubState(StrEnum):
    """Whether there is a hub; UNKNOWN until it has reported, and while there is no link."""

    UNKNOWN = "unknown"
    LIVES = "lives"
    SILENT = "silent"  # nothing for three beacons, or known to be gone: nothing is repeated


class Standing(StrEnum):
    """How an order stands with the hub."""

    RECORDED = "recorded"  # on its disk; it repeats it
    REFUSED = "refused"
    BEHIND = "behind"  # it runs, and has not recorded it
    SILENT = "silent"  # no beacon since the order was published


@dataclass(frozen=True, slots=True)
class Responder:
    """Somebody who responded, and the farthest step; `claimed`: nobody but the message says that it is `by`."""

    by: str
    step: str
    claimed: bool


@dataclass(frozen=True, slots=True)
class AlarmSnapshot:
    """An alarm in force. Without `listed` only the posts report it, and its times are not known.

    `severity` is the catalogue's; "" for an incident that it does not have. `rings` are the posts that sound the alarm,
    or were seen to; `missing` those that should, with what keeps them. `claimed`: nobody but the sender says that it
    is `origin`. Where operators had silenced `again` times before what it raises, `accounts` are those of the posts
    that it may be, as the broker knows them: its own, or those of the whole village. `unanswered`: the hub reported
    that nobody responded in time.
    """

    key: Key
    severity: str
    exercise: bool
    listed: bool
    rings: tuple[str, ...]
    missing: Mapping[str, Trouble]
    age_s: float = 0.0
    remaining_s: float = 0.0
    origin: str = ""
    claimed: bool = False
    note: str = ""
    kept: bool = False
    silenced: tuple[str, ...] = ()
    again: int = 0
    accounts: tuple[str, ...] = ()
    responders: tuple[Responder, ...] = ()
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class LaporSnapshot:
    """A resident's report that nobody has closed, which rings nothing; `text` may be cut, and then ends with `…`.

    `severity` is `rendah`, `sedang` or `tinggi`. `claimed`: nobody but the message says that it is `by`. `age_s` is how
    long ago it was made, None where nobody knows. `step` is the farthest of the responders', "" without any. `kept`: it
    is on the hub's disk.
    """

    identifier: str
    village: str
    text: str
    severity: str
    by: str
    claimed: bool
    age_s: float | None = None
    place: Location | None = None
    responders: tuple[Responder, ...] = ()
    step: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PostSnapshot:
    """A post, called `village/node`, and its own last status, if it has reported any.

    `state` is that of the status; the hub's word where the post has not reported here; `unheard`, or `away`.
    `last_seen_at` is when the post last reported anything live.
    """

    post: str
    state: str
    last_seen_at: float | None
    status: NodeStatus | None


@dataclass(frozen=True, slots=True)
class HubSnapshot:
    """The hub, the faults that it reports, and when it last listed what is in force over this link."""

    state: HubState
    faults: Mapping[str, str]
    listed_at: float | None


@dataclass(frozen=True, slots=True)
class News:
    """The `number`th event; a post, or `posko`, reported it."""

    number: int
    at: float
    source: str
    report: Report


@dataclass(frozen=True, slots=True)
class Row:
    """What a post has made of the order. `after_s` is counted from the publish; None: before it, or not yet.

    `answer` is what its self-test found.
    """

    post: str
    good: bool
    after_s: float | None
    trouble: Trouble | None
    reasons: tuple[str, ...] = ()
    answer: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """An order, and what has come of it.

    `refused` is why the broker did not take it, `doubt` what it answered instead of taking it, `refusal` why the hub
    did not. `out_of_reach` are posts of which nobody knows whether they still sound, and why; `still_sounding` those
    that sound what the order does not end.
    """

    order: Order
    wait_s: float
    elapsed_s: float
    published: bool
    acknowledged: bool
    refused: str
    doubt: str
    rows: tuple[Row, ...]
    standing: Standing
    refusal: str
    out_of_reach: Mapping[str, Trouble]
    still_sounding: Mapping[str, Key]
    done: bool
    exit_code: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The district at instant `now`. `trouble` is why there is no link; `faults` are those of this program. `reports`
    are residents' reports that nobody has closed.

    `cause` is of what kind the trouble is.
    """

    now: float
    offset_s: float
    linked: bool
    trouble: str
    cause: Cause
    faults: Mapping[str, str]
    hub: HubSnapshot
    alarms: tuple[AlarmSnapshot, ...]
    posts: tuple[PostSnapshot, ...]
    news: tuple[News, ...]
    order: OrderSnapshot | None = None
    reports: tuple[LaporSnapshot, ...] = ()
