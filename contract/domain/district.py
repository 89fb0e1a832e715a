"""The district: its villages, who neighbours whom, and the posts in each. Pure; must not open files.

A village is matched by its Kemendagri code or by district and slug, never by its name alone: villages of the
same name exist elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contract.domain.incidents import ALL_CLEAR, Catalogue, Reach
from contract.domain.timezone import ALSO, ZONES, Zone, of_province
from contract.settings.schema import Place, SettingsError, choice, items, option, read, section, slug, table, text
from contract.settings.suggestions import nearest

HUB = "posko"  # in a village's place of a topic
EVERYWHERE = "semua"
_RESERVED = {EVERYWHERE: "every village", HUB: "the hub"}
_NAME = text(r"\S.*", "a name for people")
_PHONE = text(r"\+?[0-9](?:[0-9]|[ -](?=[0-9])){2,18}", "a telephone number such as '0338-671234' or '110'")


@dataclass(frozen=True, slots=True)
class Post:
    """A place with a node. A responder's office hears all villages; a watch post its own and those in reach.

    `phone` is the number under which somebody at the post answers.
    """

    name: str = option(_NAME)
    hears: str = option(choice("village", "all"), default="village")
    phone: str = option(_PHONE, default="")


@dataclass(frozen=True, slots=True)
class Phones:
    """Whom to call, for the page beside each box; "" where there is no number."""

    posko: str = option(_PHONE, default="")
    polisi: str = option(_PHONE, default="")
    damkar: str = option(_PHONE, default="")
    ambulans: str = option(_PHONE, default="")
    bpbd: str = option(_PHONE, default="")
    puskesmas: str = option(_PHONE, default="")
    teknisi: str = option(_PHONE, default="")


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or kelurahan; its slug is its key in the district."""

    name: str = option(_NAME)
    kind: str = option(choice("desa", "kelurahan"))
    code: str = option(text(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}", "a Kemendagri code such as '35.12.07.2001'"))
    neighbours: tuple[str, ...] = option(items(slug))
    posts: dict[str, Post] = option(table(slug, lambda _name: section(Post)))


def _timezone(found: object, place: Place) -> str:
    """The IANA name of one of Indonesia's zones."""
    return choice(*ZONES)(ALSO.get(found.upper(), found) if isinstance(found, str) else found, place)


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan. `rhythms` names its code family; `timezone`, where it is not its province's, one of Indonesia's."""

    district: str = option(slug)
    name: str = option(_NAME)
    code: str = option(text(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}", "a Kemendagri code such as '35.12.07'"))
    rhythms: str = option(slug)
    villages: dict[str, Village] = option(table(slug, lambda _name: section(Village)))
    timezone: str | None = option(_timezone, default=None)
    phones: Phones = option(section(Phones), default=Phones())

    @property
    def zone(self) -> Zone:
        """In which all times of this district are."""
        found = ZONES[self.timezone] if self.timezone is not None else of_province(self.code)
        if found is None:
            raise ValueError(f"no time zone for {self.code}")  # read_district has refused it
        return found


def read_district(found: object, path: str = "") -> District:
    """The district in the plain value *found*. Raises SettingsError with every fault.

    What its parts say of each other is looked at once each of them is well formed.
    """
    district = read(District, found, path)
    place = f"{path}.villages" if path else "villages"
    faults = [f"{place}.{fault}" for name in district.villages for fault in _village_faults(district, name)]
    if district.timezone is None and of_province(district.code) is None:
        where = f"{path}.timezone" if path else "timezone"
        faults.append(f"{where}: missing; {district.code[:2]} is the code of no province, so write one of "
                      f"{', '.join(ZONES)}")
    if not district.villages:
        faults.append(f"{place}: empty; a district has at least one village")
    if faults:
        raise SettingsError(faults)
    return district


def _village_faults(district: District, slug_: str) -> Iterable[str]:
    village = district.villages[slug_]
    if slug_ in _RESERVED:
        yield f"{slug_}: this word means {_RESERVED[slug_]} in a topic; give the village another slug"
    if not village.code.startswith(district.code + "."):
        yield f"{slug_}.code: {village.code!r} does not lie in the district {district.code!r}"
    for other, twin in district.villages.items():
        if other < slug_ and twin.code == village.code:
            yield f"{slug_}.code: {village.code!r} is also {other}'s"
    for neighbour in dict.fromkeys(village.neighbours):
        if village.neighbours.count(neighbour) > 1:
            yield f"{slug_}.neighbours: names {neighbour} more than once"
        if neighbour == slug_:
            yield f"{slug_}.neighbours: names itself"
        elif neighbour not in district.villages:
            close = nearest(neighbour, district.villages)
            hint = f"; did you mean {close}?" if close else ""
            yield f"{slug_}.neighbours: there is no village {neighbour!r} here{hint}"
        elif slug_ not in district.villages[neighbour].neighbours:
            yield f"{slug_}.neighbours: names {neighbour}, but {neighbour} does not name {slug_}; add it there"


def audible_incidents(district: District, catalogue: Catalogue, village: str, hears: str) -> dict[str, frozenset[str]]:
    """The reach, seen from a node in *village*: the incidents that it sounds, by the village they are raised in.

    `semua` and the node's own village stand for every incident. The all-clear of a village is received wherever
    an alarm of that village can be.
    """
    every = frozenset(catalogue.incidents)
    own = district.villages[village]
    result = {EVERYWHERE: every, village: every}
    for other in district.villages:
        if other == village:
            continue
        wanted = {Reach.DISTRICT} | ({Reach.NEIGHBOURS} if other in own.neighbours else set())
        alarms = every - {ALL_CLEAR} if hears == "all" else frozenset(
            name for name, incident in catalogue.incidents.items()
            if name != ALL_CLEAR and incident.reach in wanted
        )
        if alarms:
            result[other] = alarms | {ALL_CLEAR}
    return result


def reaches(district: District, catalogue: Catalogue) -> dict[str, dict[str, frozenset[str]]]:
    """What each post of *district* sounds, by its name `village/node`; see `audible_incidents`."""
    return {
        f"{slug_}/{name}": audible_incidents(district, catalogue, slug_, post.hears)
        for slug_, village in district.villages.items() for name, post in village.posts.items()
    }
