"""What the node knows, as one frozen value. No behaviour."""

import math
from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import NamedTuple

from contract.domain.alarm import Key, Status
from contract.domain.rhythm import ALONE, Cycle, Slot
from contract.values import dataclass
from node.core.effects import Lamp
from node.core.events import OutboxEntry
from runtime.core.peer_clock import PeerClock
from runtime.core.state import CommonSetup, CommonState

SILENCE_BUTTON = "senyap"
LOCK = "lock"


class Origin(Enum):
    """How an alarm came to this node: its own button, a message, the hub's beacon; a round also by the clock."""

    BUTTON = "button"
    NETWORK = "network"
    HUB = "hub"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(CommonSetup):
    """What does not change while a node runs: its place, its catalogue, its box.

    `drum`: it can beat without its siren, as it has a striker or a loudspeaker. `ronda_s` are the times of the
    day, in seconds from midnight, at which it beats the patrol code by itself. `slots`: its slot in each alarm
    that it sounds in turns with others, and `cycles` what each incident sounds like in it. `posts` are the district's,
    as `village/node`. `villages` has, beside the district's, those of other districts that it sounds alarms of, and
    their `semua`, by their foreign names (`contract.domain.foreign`). `feedback` are the inputs by which the box feels
    itself, and of each whether it is wired the other way round.
    `speak_notes`: an alarm's note is said after its sentence.
    """

    village: str
    node: str
    hub: bool
    audible: Mapping[str, frozenset[str]]
    cycles: Mapping[Slot, Mapping[str, Cycle]]
    holds_s: Mapping[str, float]
    lamps: frozenset[str]
    max_sounding_s: float
    drivers: Mapping[str, object]
    drum: bool = True
    slots: Mapping[Key, Slot] = field(default_factory=dict)
    ronda_s: tuple[float, ...] = ()
    posts: frozenset[str] = frozenset()
    feedback: Mapping[str, bool] = field(default_factory=dict)
    speak_notes: bool = False

    def slot(self, key: Key) -> Slot:
        """In which slot of its rounds this box beats *key*."""
        return self.slots.get(key, ALONE)

    def cycle(self, key: Key) -> Cycle:
        """One round of *key* at this box."""
        return self.cycles[self.slot(key)][key.incident]


@dataclass(frozen=True, slots=True)
class ContactState:
    """A contact that is closed, or was a moment ago.

    It was touched first at `touched_at`, and its hold is counted from `held_from`. `opened_at` is set while it may only
    be bouncing; `tapped`: it was closed without a break for as long as a tap lasts, and opened.
    """

    touched_at: float
    held_from: float
    opened_at: float | None = None
    tapped: bool = False
    fired: bool = False
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Chatter:
    """How a contact has changed lately: whether it is `closed`, since `changed_at`, and how long it was closed before.

    `count` are the pulses and gaps that no finger makes, of one burst: the first at `since`, the last at `counted_at`;
    `gaps`: some of them were gaps. `touched`: a finger may have held it since it was last open for long.
    """

    closed: bool
    changed_at: float
    closed_s: float = 0.0
    touched: bool = False
    count: int = 0
    gaps: bool = False
    since: float = 0.0
    counted_at: float = 0.0
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class Sensed:
    """What an input of the box feels: whether it is `closed`, since `changed_at`; `known` is what was last settled."""

    closed: bool
    changed_at: float
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm in force at this node.

    `identifiers` are all it has been called (merged alarms, the hub's name); `listed` the name under which the
    hub lists it, `listed_by` the run of the hub that does, `unlisted` the name under which it was raised here last
    while the hub lists no such name. `since` begins its bound, `begun_at` its rounds: it was first raised then
    (pressed, not received), and last at `edge_at`; `reported`: its sounding was; `paused`: it then gave way. `senders`
    are those whose messages raised it, by their own account.
    """

    key: Key
    identifier: str | None
    identifiers: frozenset[str]
    status: Status
    origin: Origin
    note: str
    since: float
    begun_at: float
    edge_at: float
    until: float
    listed: str | None = None
    listed_by: str = ""
    unlisted: str | None = None
    silenced: bool = False
    reported: bool = False
    paused: bool = False
    senders: frozenset[str] = frozenset()


class Sender(NamedTuple):
    """Who raises alarms of `village`, by a message's own account; None for all names together that are no post's."""

    village: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Silences:
    """How often an operator silenced here what a sender had raised, and when last."""

    count: int
    at: float


@dataclass(frozen=True, slots=True)
class Deferred:
    """An alarm that came too soon, after many of its kind or after a silence of its sender: it begins at `due`, unless
    it is over by then.
    """

    identifier: str | None
    status: Status
    note: str
    edge_at: float
    until: float
    due: float
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose cycle is playing: its rounds are counted from `start`, and end at `until`.

    It was come into `entered_s` seconds after `start`; at `boundary`, a round's end, an equal may take over. The first
    siren of an `exercise` that nobody was told of waits for the `intro`.
    """

    key: Key
    start: float
    boundary: float
    until: float
    entered_s: float = 0.0
    exercise: bool = False
    intro: bool = False


@dataclass(frozen=True, slots=True)
class HubView:
    """What is known of the hub: its last beacon, and whether its absence was already acted on.

    `offset` is this clock less the hub's, from the beacon that was held up least; `cleared` the instants of the
    all-clears that the hub repeats; `clock` how its time of day lies to this one's. `own_until` is until when the last
    beacon lists anything of this node's village, and `own_raised_at` when the latest of it was raised. `coming` is what
    of it somebody is on the way for. `over` are earlier runs of the hub. `term` is that of the last beacon.
    """

    boot: str = ""
    seq: int = -1
    last_beacon_at: float | None = None
    missing: bool = False
    offset: float | None = None
    cleared: Mapping[str, float] = field(default_factory=dict)
    clock: PeerClock | None = None
    own_raised_at: float = -math.inf
    own_until: float = -math.inf
    coming: frozenset[Key] = frozenset()
    over: tuple[str, ...] = ()
    term: int | None = None


@dataclass(frozen=True, kw_only=True)  # without slots: see `runtime.core.changed`
class State(CommonState):
    """All that the node knows, at instant `now`.

    `hub` is its own district's; `foreign_hubs` has those of other districts of which a beacon came, by the district.
    `cleared_at` are the instants of the last all-clears that came here, by village, and `exercises_cleared_at` those of
    the ones that end exercises only. `lapsed` is, by village, when the latest of what ended here without an
    all-clear was raised; until `refused_until` the lamps show that a press was not obeyed. `sensed` is what the box
    feels of itself, and `siren_on` whether its siren was last switched on, at `siren_switched_at`.
    """

    setup: Setup
    locked: bool = False
    hub: HubView = HubView()
    foreign_hubs: Mapping[str, HubView] = field(default_factory=dict)
    contacts: Mapping[str, ContactState] = field(default_factory=dict)
    chatter: Mapping[str, Chatter] = field(default_factory=dict)
    sensed: Mapping[str, Sensed] = field(default_factory=dict)
    siren_on: bool = False
    siren_switched_at: float = -math.inf
    alarms: Mapping[Key, Alarm] = field(default_factory=dict)
    deferred: Mapping[Key, Deferred] = field(default_factory=dict)
    silences: Mapping[Sender, Silences] = field(default_factory=dict)
    cleared_at: Mapping[str, float] = field(default_factory=dict)
    exercises_cleared_at: Mapping[str, float] = field(default_factory=dict)
    lapsed: Mapping[str, float] = field(default_factory=dict)
    refused_until: float | None = None
    outbox: Mapping[str, OutboxEntry] = field(default_factory=dict)
    turn: Turn | None = None
    busy_since: float | None = None
    quiet_since: float | None = None
    rest_until: float | None = None
    lamps: Mapping[str, Lamp] = field(default_factory=dict)
    round_checked: float | None = None
