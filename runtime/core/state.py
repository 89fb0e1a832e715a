"""What every core here knows, beside its own. No behaviour."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import field

from contract.domain.alarm import Name
from contract.domain.incidents import Incident
from contract.values import dataclass
from runtime.core.events import Clock
from runtime.core.rate_limit import Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonSetup:
    """What does not change while a program runs: its district, its catalogue, and `boot`, which names this run.

    `token` gives the part of the nth name made in this run that nobody can foretell (`runtime.tokens`). `zone` names
    the time zone of its times of day, and the machine's if that is another one. `district_digest` is that of its
    district file.
    """

    district: str
    version: str
    boot: str
    token: Callable[[int], str]
    villages: frozenset[str]
    incidents: Mapping[str, Incident]
    zone: str = ""
    district_digest: str = ""


@dataclass(frozen=True, kw_only=True)  # without slots: see `runtime.core.changed`
class CommonState:
    """All that a core knows, at instant `now`.

    `connecting`: the broker is sought; it is linked since `linked_at`. `faults` are those in force, with their reasons.
    `named` counts the names made in this run. `seen` are the names seen of each village, oldest first, and whether what
    they name is over. `backlog` are events that wait for the
    link. `suppressed` counts the answers to the network that `answer_limit` did not let through. `announced` is the
    status that was published last, at `announced_at`; `state_since` is its state, and the instant since when it is so.
    `clock_disputed`: others whose clocks count as synchronised, as this one does, have another time of day.
    """

    setup: CommonSetup
    now: float
    started_at: float
    clock: Clock
    clock_disputed: bool = False
    connecting: bool = False
    linked_at: float | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    named: int = 0
    seen: Mapping[str, Mapping[Name, bool]] = field(default_factory=dict)
    buckets: Mapping[Hashable, Bucket] = field(default_factory=dict)
    backlog: tuple[Mapping[str, object], ...] = ()
    dropped_events: int = 0
    answer_limit: Bucket
    suppressed: int = 0
    announced: object = None
    announced_at: float = 0.0
    state_since: tuple[str, float] = ("", 0.0)

    @property
    def synced(self) -> bool:
        """Whether the time of day is certain: the clock is synchronised, and others do not disagree with it."""
        return self.clock.synced and not self.clock_disputed

    def is_over(self, name: Name) -> bool | None:
        """Whether what *name* names is over; None if it was never seen."""
        return self.seen.get(name.village, {}).get(name)
