"""The hub's beacon: every alarm in force, and what the hub knows that is over.

    {"boot": …, "seq": …,
     "alarms": [{"identifier", "incident", "village", "status", "age_s", "remaining_s", "origin", "note",
                 "also": […], "silenced": […], "kept": false, "first_age_s": …, "step": "menuju",
                 "responses": [{"by": …, "step": …, "age_s": …}]}],
     "cleared": [{"village": …, "age_s": …}],
     "over": [{"village": …, "incident": …, "age_s": …}],
     "acknowledged": [{"village": …, "incident": …, "identifiers": […]}],
     "at_s": …, "time": …, "district_digest": …, "term": …}

`also`, `silenced`, `kept`, `first_age_s`, `step`, `responses`, `cleared`, `over`, `acknowledged`, `at_s`, `time` and
`district_digest` are left out where they are empty, `term` where one hub is all there is.
"""

from contract.domain.alarm import Keyed, Name, Status
from contract.settings.schema import flag, integer, items, option, section
from contract.wire import codec
from contract.wire.codec import Refusal, instant, message, name, one_of, seconds, text
from contract.wire.response import Responded

BUDGET = 16_384  # bytes of a beacon, unless what is in force alone is more


@message
class Listed(Keyed):
    """One alarm in force, as the beacon lists it. Times are seconds, counted by the hub.

    `identifier`, `age_s` and `origin`, by whom, are those of the latest time it was raised, `also` what it was called
    before, and `first_age_s` how long ago it was raised first, if that was before: its rounds are counted from then on.
    In the villages `silenced` (`semua`: in all) it is in force without a sound. What is not `kept` is not on the hub's
    disk, and would be forgotten if it stopped. `step` is how far any of those are who have responded, `responses` how
    far each is, as far as there is room.
    """

    identifier: str = option(name)
    incident: str = option(name)
    village: str = option(name)
    status: Status = option(one_of(Status), default=Status.ACTUAL)
    age_s: float = option(seconds, default=0.0)
    remaining_s: float = option(seconds)
    origin: str = option(text, default="")
    note: str = option(text, default="")
    also: tuple[str, ...] = option(items(name), default=(), omit=True)
    silenced: tuple[str, ...] = option(items(name), default=(), omit=True)
    kept: bool = option(flag, default=True, omit=True)
    step: str = option(text, default="", omit=True)
    responses: tuple[Responded, ...] = option(items(section(Responded)), default=(), omit=True)
    first_age_s: float | None = option(seconds, default=None)

    def names(self) -> tuple[Name, ...]:
        """All it has been called."""
        return tuple(self.name(each) for each in (self.identifier, *self.also))


@message
class Cleared:
    """The last all-clear of a village, `age_s` seconds ago."""

    village: str = option(name)
    age_s: float = option(seconds)


@message
class Over(Keyed):
    """An alarm that an all-clear ended lately, last raised `age_s` seconds ago."""

    village: str = option(name)
    incident: str = option(name)
    age_s: float = option(seconds)


@message
class Arrived(Keyed):
    """Identifiers of an incident in a village that reached the hub lately and are not in force."""

    village: str = option(name)
    incident: str = option(name)
    identifiers: tuple[str, ...] = option(items(name))


@message
class Beacon:
    """Every alarm in force. `boot` names a run of the hub; `seq` counts its beacons.

    `at_s` is when it was made, in seconds of the hub's own clock, which begins anywhere and never jumps: who receives
    two beacons can tell that one was held up on its way, and that its ages are that much too small. `time` is the same
    instant by the hub's time of day, in seconds since the epoch, if its machine counts as synchronised: who counts as
    that, too, finds whether the two agree. `district_digest` is that of the hub's district file, for a post may read no
    status of the hub.
    `acknowledged` are the names that reached the hub lately and are on its disk, but not in force: all-clears, and
    what was over before or since.
    Where a district has several hubs, one leads: `term` counts who did before it (as in Raft). A beacon of an earlier
    term than another that still comes is not heeded.
    """

    boot: str = option(name)
    seq: int = option(integer(0, 10**15))
    alarms: tuple[Listed, ...] = option(items(section(Listed)))
    cleared: tuple[Cleared, ...] = option(items(section(Cleared)), default=(), omit=True)
    over: tuple[Over, ...] = option(items(section(Over)), default=(), omit=True)
    at_s: float | None = option(seconds, default=None)
    time: float | None = option(instant, default=None)
    district_digest: str = option(text, default="", omit=True)
    acknowledged: tuple[Arrived, ...] = option(items(section(Arrived)), default=(), omit=True)
    term: int | None = option(codec.nullable(integer(0, 10**15)), default=None, omit=True)

    def kept(self) -> frozenset[Name]:
        """Every name that need not be sent again."""
        listed = (each for alarm in self.alarms if alarm.kept for each in alarm.names())
        return frozenset((*listed, *(one.name(each) for one in self.acknowledged for each in one.identifiers)))

    def listed(self) -> frozenset[Name]:
        """Every name of what is in force."""
        return frozenset(each for alarm in self.alarms for each in alarm.names())


def of_earlier_term(read: Beacon, known: int | None) -> bool:
    """Whether *read* is of an earlier term than *known*, that of a beacon before it. None: a hub without terms."""
    return (read.term or 0) < (known or 0)


def read_beacon(payload: bytes) -> Beacon | Refusal:
    """The beacon in *payload*; read whole or refused whole."""
    return codec.receive(Beacon, payload, "beacon")


def write_beacon(beacon: Beacon) -> bytes:
    """The JSON payload of *beacon*; `read_beacon` reads it back to the same value."""
    return codec.send(beacon)
