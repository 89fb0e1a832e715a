"""What the hub knows, as one frozen value. No behaviour."""

import math
from collections.abc import Mapping
from dataclasses import field

from rpds import HashTrieMap

from contract.domain.alarm import Key, Name, Status
from contract.values import dataclass
from contract.wire.beacon import BUDGET
from contract.wire.lapor import Location, Open, Severity
from contract.wire.node_status import NodeStatus
from contract.wire.response import Step
from posko.core.events import Stored, StoredClear
from runtime.core.peer_clock import PeerClock
from runtime.core.state import CommonSetup, CommonState

KEYS = 1000  # alarms for which the posts that should sound them are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(CommonSetup):
    """What does not change while a hub runs: its district, its catalogue, and what each post sounds.

    `posts` are the district's, as `village/node`: for each the incidents that it sounds, by the village they are
    raised in. `host` is the machine that it runs on. An alarm to which nobody responds within `unanswered_s` seconds is
    reported; 0: none is. Where a district has several hubs, this one leads for the `term`.
    """

    posts: Mapping[str, Mapping[str, frozenset[str]]]
    host: str = ""
    unanswered_s: float = 0.0
    term: int | None = None
    _in_order: list[str] = field(default_factory=list, init=False, repr=False, compare=False)
    _expected: dict[Key, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_post_of(self, sender: str, village: str) -> bool:
        """Whether *sender* is a post of *village*. Of anybody else a message of that village only claims to be."""
        return sender in self.posts and sender.partition("/")[0] == village

    def expected(self, key: Key) -> tuple[str, ...]:
        """The posts that should sound an alarm of *key*, in order. Asked again and again, so it is kept."""
        found = self._expected.get(key)
        if found is None:
            if len(self._expected) >= KEYS:
                self._expected.clear()
            found = tuple(sorted(post for post in self.posts if self.hears(post, key)))
            self._expected[key] = found
        return found

    def in_order(self) -> tuple[str, ...]:
        """All posts, sorted."""
        if not self._in_order:
            self._in_order.extend(sorted(self.posts))
        return tuple(self._in_order)

    def hears(self, post: str, key: Key) -> bool:
        """Whether *post* should sound an alarm of *key*."""
        return key.incident in self.posts.get(post, {}).get(key.village, ())


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm in force. Instants are the hub's.

    `identifier` and `raised_at` are of the latest time it was raised, `also` what it was called besides; `first` is
    what it was called first, and its name on the disk, `first_at` when that was, and `origin` by whom. `accepted_at` is
    when the hub received it. It is `kept` once write `stamp` is on the disk, and `shown` once it was ever listed.
    `silenced` are the villages (or `semua`) where it is in force without a sound, and since when; `sounds` the posts
    that were seen to sound it, and how many seconds after `first_at`. `missed`, `proven`: what was reported of that.
    `unsaved_since` is when `sounds` began to have more than the disk.
    `raised_by` is who raised it the latest time, if it was raised again.
    """

    key: Key
    first: str
    identifier: str
    also: tuple[str, ...]
    status: Status
    origin: str
    note: str
    first_at: float
    raised_at: float
    until: float
    accepted_at: float
    stamp: int = 0
    kept: bool = False
    shown: bool = False
    silenced: Mapping[str, float] = field(default_factory=dict)
    sounds: Mapping[str, float] = field(default_factory=dict)
    missed: bool = False
    proven: bool = False
    unsaved_since: float | None = None
    raised_by: str | None = None

    def sender(self) -> str:
        """Who raised it last, by the message's own account."""
        return self.origin if self.raised_by is None else self.raised_by

    def identifiers(self) -> tuple[str, ...]:
        """All it has been called."""
        return (self.identifier, *self.also)

    def all_names(self) -> set[str]:
        """The same, with what it was called first, which may have given way to later ones."""
        return {self.first, *self.identifiers()}

    def names(self) -> tuple[Name, ...]:
        """The identifiers, in full."""
        return tuple(map(self.key.name, self.identifiers()))


@dataclass(frozen=True, slots=True)
class Raised:
    """What a message contains of an alarm: its name, since when, whether it is actual, from whom."""

    identifier: str
    at: float
    status: Status
    origin: str
    note: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """An alarm that came too soon after many of its kind: it is accepted at `due`, unless it is over by then."""

    raised: Raised
    due: float


@dataclass(frozen=True, slots=True)
class Ended:
    """An alarm that an all-clear ended at instant `at`: what was called `first` first."""

    first: str
    status: Status
    at: float


@dataclass(frozen=True, slots=True)
class Silences:
    """How often operators silenced what a sender had raised, and when last."""

    count: int
    at: float


@dataclass(frozen=True, slots=True)
class Response:
    """How far somebody is with an alarm, since instant `at`: `by` their own account, published for the village `place`.

    It is `kept` once write `stamp` is on the disk.
    """

    by: str
    step: Step
    place: str
    at: float
    stamp: int = 0
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """The last alarm of `key`, raised first at `since`, with all its `names`; `first` is what it was called first.

    `responses` has one for each person and step, and `farthest` is the farthest step of all, "" for none. It is
    `unanswered` once it was reported that nobody had responded.
    """

    key: Key
    first: str
    names: tuple[str, ...]
    status: Status
    since: float
    responses: tuple[Response, ...] = ()
    unanswered: bool = False
    farthest: str = ""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A response to what bears `name` that was given to the disk at instant `at`, and the name under which it came."""

    name: Name
    given: str
    response: Response
    at: float


@dataclass(frozen=True, slots=True)
class Lapor:
    """A resident's report, made at instant `at`: `by` their own account. It rings nothing.

    It was given to the disk as write `stamp` at instant `given_at`, and is `kept` once that is there. `wall` is when it
    was made, in seconds since the epoch, where an earlier boot of the machine knew and this one's clock does not yet.
    `responses` has one for each person and step. It is closed since `closed_at`.
    """

    name: Name
    by: str
    text: str
    severity: Severity
    place: Location | None
    at: float
    given_at: float = 0.0
    stamp: int = 0
    kept: bool = False
    wall: float | None = None
    responses: tuple[Response, ...] = ()
    closed_at: float | None = None


@dataclass(frozen=True, slots=True)
class VillageLapor:
    """What follows from the reports of one village, which are `found`: the `newest` of those that are open, newest
    first; how many are open; `due` and `undated` as in LaporView.
    """

    found: Mapping[Name, Lapor] = field(default_factory=dict)
    newest: tuple[Lapor, ...] = ()
    count: int = 0
    due: float = math.inf
    undated: bool = False


@dataclass(frozen=True, slots=True)
class ShownLapor:
    """How the report `of` is shown in the status, which takes so many bytes."""

    of: Lapor
    as_: Open
    size: int


@dataclass(frozen=True, slots=True)
class LaporView:
    """What follows from the residents' reports: what the status shows of those that are open, how many are, by village;
    when one is to be closed or dropped, `due`, which is at once where there are more closed ones than may be; and
    whether any is `undated`: only the time of day will give its age.

    `villages` has what follows from those of each, and `made` what was made for showing, by the name and whether it was
    cut: so that a change of one report costs a look at its village, not at all.
    """

    shown: tuple[Open, ...] = ()
    count: Mapping[str, int] = field(default_factory=dict)
    due: float = math.inf
    undated: bool = False
    villages: Mapping[str, VillageLapor] = field(default_factory=dict)
    made: Mapping[tuple[Name, bool], ShownLapor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A name that arrived lately: when, and whether write `stamp`, which has it, is on the disk.

    It is `prompt` if it may be confirmed at once, and not only with the next beacon that is due in any case.
    """

    at: float
    stamp: int
    prompt: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PostRecord:
    """What is known of a post: its last status, when it last reported anything itself, and which runs it has.

    `earlier` is the run before `boot`, `changed_at` when the one took over from the other, and `cloned_at`
    when two were last seen to alternate. `clock` is how its time of day lies to the hub's.
    """

    status: NodeStatus | None = None
    last_seen_at: float | None = None
    boot: str = ""
    earlier: str = ""
    changed_at: float = 0.0
    cloned_at: float | None = None
    away: bool = False
    clock: PeerClock | None = None


@dataclass(frozen=True, kw_only=True)  # without slots: see `runtime.core.changed`
class State(CommonState):
    """All that the hub knows, at instant `now`.

    What it knows of each post is a persistent map: to change one of ten thousand costs as much as one of ten.
    `deadlines` has each post that is not away, by the second in which to look whether it still reports, and for each
    second the first instant: no post is due before it is looked at. `away` counts those that are, `doubled` are the
    posts whose name two boxes use. `news` counts the changes of what posts show, and `announced_from` is what the
    status was made of that was looked at last.
    """

    setup: Setup
    links: int = 0
    alarms: Mapping[Key, Alarm] = field(default_factory=dict)
    acknowledged: Mapping[Name, Acknowledgement] = field(default_factory=dict)  # oldest first
    prompt: tuple[Name, ...] = ()  # those of them that are kept and may be confirmed at once
    cleared_at: Mapping[str, float] = field(default_factory=dict)
    exercises_cleared_at: Mapping[str, float] = field(default_factory=dict)
    over: Mapping[Key, float] = field(default_factory=dict)  # what all-clears ended: when it was last raised
    ended: Mapping[Key, Ended] = field(default_factory=dict)
    deferred: Mapping[Key, Deferred] = field(default_factory=dict)
    silences: Mapping[tuple[str, str], Silences] = field(default_factory=dict)  # by village and sender
    cases: Mapping[Key, Case] = field(default_factory=dict)
    unsaved: Mapping[int, Unsaved] = field(default_factory=dict)  # responses, by their stamps
    lapor: "HashTrieMap[Name, Lapor]" = field(default_factory=HashTrieMap)  # open, or closed lately
    lapor_view: LaporView = LaporView()
    lapor_unsaved: Mapping[int, Name] = field(default_factory=dict)  # those that the disk does not have, by stamp
    reported: Mapping[str, Mapping[Name, None]] = field(default_factory=dict)  # all that came lately, by village
    respond_by: Mapping[Key, float] = field(default_factory=dict)  # when it is reported that nobody has responded
    steps: Mapping[Key, str] = field(default_factory=dict)  # the farthest of those who have, of what is in force
    awaiting_clock: tuple[Stored, ...] = ()
    clears_awaiting_clock: tuple[StoredClear, ...] = ()
    posts: "HashTrieMap[str, PostRecord]" = field(default_factory=HashTrieMap)
    deadlines: Mapping[int, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    away: int = 0
    doubled: frozenset[str] = frozenset()
    news: int = 0
    announced_from: tuple[object, ...] = ()
    clocks: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # posts by village, as below
    clocks_agree: int = 0  # villages of which most posts have the hub's time of day …
    clocks_disagree: int = 0  # … and those of which most have another
    unknown_posts: frozenset[tuple[str, str]] = frozenset()
    second_hub_at: float | None = None
    reconnected_at: float | None = None
    surveyed_at: float | None = None
    stamp: int = 0
    seq: int = 0
    listed: object = None
    listed_at: float | None = None
    listed_bytes: int = 0
    byte_budget: float = float(BUDGET)
    left_out: int = 0
    crowded: Mapping[str, float] = field(default_factory=dict)

    def case(self, alarm: Alarm) -> Case | None:
        """The case of *alarm*, if it is the last one of its key."""
        found = self.cases.get(alarm.key)
        return found if found is not None and found.first == alarm.first else None

    def record(self, post: str) -> PostRecord:
        """What is known of *post*, which may be nothing."""
        return self.posts.get(post) or PostRecord()
