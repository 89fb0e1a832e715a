"""What a step of the tour is: what is done, and what each post, and the hub, ought to do. Values; must not act."""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.expect import Expectation, Quiet
from demo.sight import POSKO


@dataclass(frozen=True, slots=True)
class Publish:
    """A `mosquitto_pub` line: the topic below the district's, and the options after it."""

    topic: str
    options: tuple[str, ...] = ("-n",)


@dataclass(frozen=True, slots=True)
class Hold:
    """A volunteer holds a button."""

    post: str
    button: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A volunteer touches a button, and lets go before its hold time is over."""

    post: str
    button: str
    tap_s: float = 0.4


@dataclass(frozen=True, slots=True)
class Kill:
    """A post's node or the hub dies, as in a power cut."""

    name: str


@dataclass(frozen=True, slots=True)
class Start:
    """A post's node or the hub is started again."""

    name: str


@dataclass(frozen=True, slots=True)
class KillBroker:
    """The broker dies, as in a power cut."""


@dataclass(frozen=True, slots=True)
class StartBroker:
    """The broker is started again."""


Act = Publish | Hold | Tap | Kill | Start | KillBroker | StartBroker


@dataclass(frozen=True, slots=True)
class Step:
    """Something is done, and each post does what is `expected` of it, within `wait_s`, or stays quiet; so does `hub`.

    `look` tells people what to look at. `dwell_s` is how long what must not happen is waited for; `linger_s` is added
    where people look on.
    """

    title: str
    english: str
    look: str
    acts: tuple[Act, ...]
    expected: Mapping[str, tuple[Expectation, ...]]
    hub: tuple[Expectation, ...] = ()
    wait_s: float = 4.0
    dwell_s: float = 0.3
    linger_s: float = 0.0

    def of(self, name: str) -> tuple[Expectation, ...]:
        """What is expected of *name*, a post or the hub."""
        return self.hub if name == POSKO.name else self.expected.get(name, (Quiet(),))
