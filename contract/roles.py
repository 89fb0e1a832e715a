"""Who may publish and hear what: the one table, from which every access list of the broker is made, and by which the
page (`posko.web`) judges what its people ask of it. Pure; must not write a file.

Mosquitto asks an account's denials first, then what it may; what nothing grants is refused. A denial covers reading
as well as writing (tried on 2.0.11), so who must not ring everywhere does not hear the raw topics of `semua` either:
the beacon and the posts' events tell of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import assert_never

from contract.domain import foreign
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.wire import topics
from contract.wire.topics import (
    STATUS,
    TEST,
    ActiveTopic,
    AlarmTopic,
    CommandTopic,
    LaporTopic,
    NodeTopic,
    PoskoTopic,
    ResponseTopic,
    RondaTopic,
    Topic,
)

ANY = "+"


class Role(Enum):
    """What an account is for. A responder's office is a node: what it hears is its own affair. Its people, who go to
    the place and report that they do, are petugas.

    A warga (resident) has no account at the broker: the page publishes for him, under its own, which is WEB.
    """

    HUB = "hub"
    WEB = "page"
    NODE = "node"
    UPLINK = "uplink of a village broker"
    OPERATOR = "operator"
    PETUGAS = "petugas"
    READER = "reader"
    WARGA = "warga"


# They log in at the listener for people, each as often as they like.
PEOPLE = (Role.OPERATOR, Role.PETUGAS, Role.READER)
# Their listener takes the name under which they log in for their client id.
BOXES = (Role.NODE, Role.UPLINK)
# They log in at the listener of the broker's own machine.
LOCAL = (Role.HUB, Role.WEB)
# Whom the page lets in, each with a code of his own.
OF_THE_PAGE = (*PEOPLE, Role.WARGA)


class Access(Enum):
    """What a rule says; the values are Mosquitto's words."""

    READ = "read"
    WRITE = "write"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Account:
    """One who may log in. `villages`: an operator's or petugas' (none: the whole district's), a warga's, or the one of
    a node or uplink.

    `everywhere`: whether an operator may ring `semua`. `node`: the post's id. `tail`: random letters and digits behind
    the name under which a box logs in, which is its client id, too; "" for boxes of before. Of people it is the
    district's slug, where the broker is another district's, too. `foreign` are the villages of other districts that a
    node's or uplink's village has for neighbours.
    """

    username: str
    role: Role
    villages: tuple[str, ...] = ()
    everywhere: bool = False
    node: str = ""
    tail: str = ""
    foreign: tuple[str, ...] = ()

    @property
    def login(self) -> str:
        """The name under which it logs in. Whoever knows another's could end its connections: keep it from others."""
        return f"{self.username}_{self.tail}" if self.tail else self.username


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an access list."""

    access: Access
    filter: str


def rules(district: str, account: Account) -> tuple[Rule, ...]:
    """What *account* may do in *district*: the table."""
    read, write = partial(_each, Access.READ, district), partial(_each, Access.WRITE, district)
    whole = Rule(Access.READ, f"{topics.ROOT}/{district}/#")
    match account.role:
        case Role.HUB:
            # Of what others publish it writes but empty retained messages, which clear what somebody kept.
            cleared = (AlarmTopic(ANY, ANY), CommandTopic(ANY, ANY), RondaTopic(ANY), ResponseTopic(ANY),
                       LaporTopic(ANY))
            # Of a post's status it writes the last one, when its account is revoked.
            own = (ActiveTopic(), PoskoTopic("status"), PoskoTopic("event"), NodeTopic(ANY, ANY, "status"))
            return (Rule(Access.READ, f"{topics.ROOT}/#"), *write(*own, *cleared))
        case Role.NODE:
            (village,) = account.villages
            heard = (AlarmTopic(ANY, ANY), CommandTopic(ANY, ANY), RondaTopic(ANY), ActiveTopic(),
                     *_beyond(account.foreign))
            return (*read(*heard), *write(*_posts(village, account.node)))
        case Role.UPLINK:
            (village,) = account.villages
            return (*read(*bridged_in(village, foreign.districts(account.foreign))), *write(*bridged_out(village)))
        case Role.OPERATOR:
            return (*_operator(district, account), whole)
        case Role.PETUGAS:
            return (*write(*map(ResponseTopic, account.villages or (ANY,))), *_of_villages(district, account.villages))
        case Role.READER:
            return (whole,)
        case Role.WARGA:
            return (*read(ActiveTopic(), PoskoTopic("status")), *write(*_of_a_warga(account.villages)))
        case Role.WEB:
            raised = (AlarmTopic(ANY, ANY), CommandTopic(ANY, ANY), RondaTopic(ANY))
            return (*write(*raised, ResponseTopic(ANY), LaporTopic(ANY)), whole)
        case _:
            assert_never(account.role)


def at_home(district: str, account: Account) -> tuple[Rule, ...]:
    """What *account* may do on its village's own broker: an uplink there has the other end's rights."""
    turned = {Access.READ: Access.WRITE, Access.WRITE: Access.READ}
    found = rules(district, account)
    return found if account.role is not Role.UPLINK else tuple(Rule(turned[each.access], each.filter) for each in found)


def bridged_in(village: str, districts: Iterable[str] = ()) -> tuple[Topic, ...]:
    """What a village's own broker fetches from the district's: levels, and what does no harm when it is late. So of
    other *districts*, with neighbours of the village in them, their hubs' beacons alone.
    """
    asked = (CommandTopic(where, what) for where in (village, EVERYWHERE) for what in (TEST, STATUS))
    return (ActiveTopic(), *asked, *map(ActiveTopic, sorted(districts)))


def bridged_out(village: str) -> tuple[Topic, ...]:
    """What a village's own broker passes on to the district's."""
    return _posts(village, ANY)


def may(found: Iterable[Rule], access: Access, topic: str) -> bool:
    """Whether the rules *found* let somebody read or write *topic*, as Mosquitto judges it."""
    matching = {each.access for each in found if matches(each.filter, topic)}
    return access in matching and Access.DENY not in matching


def matches(pattern: str, topic: str) -> bool:
    """Whether the topic filter *pattern* matches *topic* (MQTT 5, section 4.7.1)."""
    wanted, words = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        words = words[: len(wanted)]
    return len(wanted) == len(words) and all(want in (ANY, word) for want, word in zip(wanted, words, strict=True))


def _each(access: Access, district: str, *found: Topic) -> list[Rule]:
    return [Rule(access, topics.write(district, topic)) for topic in found]


def _posts(village: str, node: str) -> tuple[Topic, ...]:
    """What a post of *village* says: its village's alarms, rounds, responses and reports, and what it is. It cannot
    silence.
    """
    return (AlarmTopic(village, ANY), RondaTopic(village), ResponseTopic(village), LaporTopic(village),
            NodeTopic(village, node, "status"), NodeTopic(village, node, "event"))


def _beyond(villages: tuple[str, ...]) -> tuple[Topic, ...]:
    """What a post hears of other districts: the alarms of those *villages*, what ends all of their district's, and its
    hub's beacon.
    """
    districts = sorted(foreign.districts(villages))
    return (*(AlarmTopic(each, ANY) for each in villages),
            *(AlarmTopic(foreign.name(each, EVERYWHERE), ALL_CLEAR) for each in districts),
            *map(ActiveTopic, districts))


def _operator(district: str, account: Account) -> list[Rule]:
    """Any incident and command, so that a typo reaches the hub, which answers it; and for the whole district, any
    village.
    """
    villages = account.villages or (ANY,)
    if account.everywhere and account.villages:
        villages = (*villages, EVERYWHERE)
    found = [
        Rule(Access.WRITE, topics.write(district, topic))
        for village in villages
        for topic in (AlarmTopic(village, ANY), RondaTopic(village), CommandTopic(village, ANY), ResponseTopic(village),
                      LaporTopic(village))
    ]
    if not account.villages and not account.everywhere:
        found.insert(0, Rule(Access.DENY, f"{topics.ROOT}/{district}/{EVERYWHERE}/#"))
    return found


def _of_a_warga(villages: tuple[str, ...]) -> list[Topic]:
    """What a resident of *villages* raises. That he clears his own alarms only is for the page to judge."""
    return [topic for village in villages for topic in (AlarmTopic(village, ANY), LaporTopic(village))]


def _of_villages(district: str, villages: tuple[str, ...]) -> tuple[Rule, ...]:
    """All that is published in *villages* and in `semua`, and what the hub says; without *villages*, in the district.
    """
    if not villages:
        return (Rule(Access.READ, f"{topics.ROOT}/{district}/#"),)
    own = [topics.write(district, each) for each in (ActiveTopic(), PoskoTopic("status"), PoskoTopic("event"))]
    below = [f"{topics.ROOT}/{district}/{village}/#" for village in (*villages, EVERYWHERE)]
    return tuple(Rule(Access.READ, each) for each in (*own, *below))
