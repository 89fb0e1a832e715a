"""The district: its villages, who neighbours whom, and the posts in each. Pure; must not open files.

A village is matched by its Kemendagri code or by district and slug, never by its name alone: villages of the
same name exist elsewhere.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from contract.domain import foreign
from contract.domain.incidents import ALL_CLEAR, Catalogue, Reach
from contract.domain.timezone import ALSO, ZONES, Zone, of_province
from contract.settings.schema import (
    Place,
    SettingsError,
    choice,
    items,
    number,
    option,
    read,
    section,
    slug,
    table,
    text,
)
from contract.settings.suggestions import nearest
from contract.values import dataclass

HUB = "posko"  # in a village's place of a topic
EVERYWHERE = "semua"
_RESERVED = {EVERYWHERE: "every village", HUB: "the hub"}
_NAME = text(r"\S.*", "a name for people")
_PHONE = text(r"\+?[0-9](?:[0-9]|[ -](?=[0-9])){2,18}", "a telephone number such as '0338-671234' or '110'")
_SOUTH_NORTH, _WEST_EAST = (-11.5, 6.5), (94.5, 141.5)  # Indonesia, with its seas
_LATITUDE, _LONGITUDE = number(*_SOUTH_NORTH, " degrees"), number(*_WEST_EAST, " degrees")
_NO_AREA = 1e-9  # square degrees: some ten square metres
_EARSHOT_M = number(50, 5000, " m")


def _is_within(found: object, limits: tuple[float, float]) -> bool:
    return isinstance(found, int | float) and limits[0] <= found <= limits[1]


def _at(found: object, place: Place) -> tuple[float, float]:
    """A place: latitude and longitude in degrees, as maps give them."""
    if not isinstance(found, list) or len(found) != 2:
        raise place.refuse(f"must be [latitude, longitude] such as [-7.7019, 113.9908], not {found!r:.60}")
    north, east = found
    if _is_within(east, _SOUTH_NORTH) and _is_within(north, _WEST_EAST):
        raise place.refuse(f"the latitude comes first: write [{east}, {north}]")
    return _LATITUDE(north, place.below("latitude")), _LONGITUDE(east, place.below("longitude"))


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a device is, in decibels, as its data sheet gives it: at 1 m, or at 30 m (a siren's, 100 feet)."""

    at_1m: float | None = option(number(60, 160, " dB"), default=None)
    at_30m: float | None = option(number(40, 140, " dB"), default=None)


def _level(found: object, place: Place) -> Level:
    """A level at one of the two distances."""
    level = section(Level)(found, place)
    if (level.at_1m is None) == (level.at_30m is None):
        raise place.refuse("give the level of the data sheet at one distance: {at_1m: 120}, or {at_30m: 95}")
    return level


def _outline(found: object, place: Place) -> tuple[tuple[float, float], ...]:
    """A closed line; its last place need not be its first again."""
    corners = items(_at)(found, place)
    if len(set(corners)) < 3:
        raise place.refuse("has fewer than three different places")
    (lat, lon), *others = corners
    sides = [(north - lat, east - lon) for north, east in others]  # from the first corner
    if abs(sum(a * d - b * c for (a, b), (c, d) in pairwise(sides))) < _NO_AREA:
        raise place.refuse("encloses no area; give its corners in the order in which one walks along the border")
    return corners


@dataclass(frozen=True, slots=True)
class Post:
    """A place with a node. A responder's office hears all villages; a watch post its own and those in reach.

    `phone` is the number under which somebody at the post answers. `at` is its place, latitude and longitude in
    degrees; `earshot_m` how far its drum is heard, in metres, where that is not as far as everywhere in the district.
    `siren_db` and `loudspeaker_db` are how loud its devices are, for `kentongan coverage`.
    """

    name: str = option(_NAME)
    hears: str = option(choice("village", "all"), default="village")
    phone: str = option(_PHONE, default="")
    at: tuple[float, float] | None = option(_at, default=None)
    earshot_m: float | None = option(_EARSHOT_M, default=None)
    siren_db: Level | None = option(_level, default=None)
    loudspeaker_db: Level | None = option(_level, default=None)


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
    """A desa or kelurahan; its slug is its key in the district. `at` is its centre, which is the place of no post.

    `neighbours` may lie in other districts (`contract.domain.foreign`). `outline` is the border of its area, for
    `kentongan coverage`.
    """

    name: str = option(_NAME)
    kind: str = option(choice("desa", "kelurahan"))
    code: str = option(text(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}", "a Kemendagri code such as '35.12.07.2001'"))
    neighbours: tuple[str, ...] = option(items(foreign.neighbour))
    posts: dict[str, Post] = option(table(slug, lambda _name: section(Post)))
    at: tuple[float, float] | None = option(_at, default=None)
    outline: tuple[tuple[float, float], ...] = option(_outline, default=())


def _timezone(found: object, place: Place) -> str:
    """The IANA name of one of Indonesia's zones."""
    return choice(*ZONES)(ALSO.get(found.upper(), found) if isinstance(found, str) else found, place)


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan. `rhythms` names its code family; `timezone`, where it is not its province's, one of Indonesia's.

    `earshot_m`: posts that are no farther apart beat one after the other. `names` are those of neighbours in other
    districts, where they are not their slugs' (`foreign.title`).
    """

    district: str = option(slug)
    name: str = option(_NAME)
    code: str = option(text(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}", "a Kemendagri code such as '35.12.07'"))
    rhythms: str = option(slug)
    villages: dict[str, Village] = option(table(slug, lambda _name: section(Village)))
    timezone: str | None = option(_timezone, default=None)
    phones: Phones = option(section(Phones), default=Phones())
    earshot_m: float = option(_EARSHOT_M, default=500.0)
    names: dict[str, str] = option(table(foreign.neighbour, lambda _name: _NAME), default=dict)

    @property
    def foreign(self) -> frozenset[str]:
        """The villages of other districts that any village here has for a neighbour."""
        return frozenset(filter(foreign.is_foreign, (each for village in self.villages.values()
                                                     for each in village.neighbours)))

    def called(self, village: str) -> str:
        """What *village* is called, of this district or of another one."""
        known = self.villages.get(village)
        return known.name if known is not None else self.names.get(village) or foreign.title(village)

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
    codes: dict[str, list[str]] = {}
    for name in sorted(district.villages):
        codes.setdefault(district.villages[name].code, []).append(name)
    faults = [f"{place}.{fault}" for name in district.villages for fault in _village_faults(district, name, codes)]
    if district.timezone is None and of_province(district.code) is None:
        where = f"{path}.timezone" if path else "timezone"
        faults.append(f"{where}: missing; {district.code[:2]} is the code of no province, so write one of "
                      f"{', '.join(ZONES)}")
    if not district.villages:
        faults.append(f"{place}: empty; a district has at least one village")
    faults += [f"{path}.names.{fault}" if path else f"names.{fault}" for fault in _name_faults(district)]
    if faults:
        raise SettingsError(faults)
    return district


def _village_faults(district: District, slug_: str, codes: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """What is wrong with a village beside the others; *codes* has those of each code, in order."""
    village = district.villages[slug_]
    if slug_ in _RESERVED:
        yield f"{slug_}: this word means {_RESERVED[slug_]} in a topic; give the village another slug"
    if not village.code.startswith(district.code + "."):
        yield f"{slug_}.code: {village.code!r} does not lie in the district {district.code!r}"
    twins = codes[village.code]
    if twins[0] != slug_:
        yield f"{slug_}.code: {village.code!r} is also {twins[0]}'s"
    for neighbour in dict.fromkeys(village.neighbours):
        if village.neighbours.count(neighbour) > 1:
            yield f"{slug_}.neighbours: names {neighbour} more than once"
        if neighbour == slug_:
            yield f"{slug_}.neighbours: names itself"
        elif foreign.is_foreign(neighbour):
            yield from (f"{slug_}.neighbours: {fault}" for fault in _foreign_faults(district, neighbour))
        elif neighbour not in district.villages:
            close = nearest(neighbour, district.villages)
            hint = f"; did you mean {close}?" if close else (
                f"; one of another district is written with it, such as {foreign.EXAMPLE}")
            yield f"{slug_}.neighbours: there is no village {neighbour!r} here{hint}"
        elif slug_ not in district.villages[neighbour].neighbours:
            yield f"{slug_}.neighbours: names {neighbour}, but {neighbour} does not name {slug_}; add it there"


def _foreign_faults(district: District, neighbour: str) -> Iterable[str]:
    """What is wrong with a village of another district; whether it exists, only that district's file says."""
    home, village = foreign.parts(neighbour)
    if home == district.district:
        yield f"{neighbour} lies in this district; write {village}"
    elif home in district.villages:
        yield (f"{neighbour}: before the slash stands the other district, and {home} is a village here; "
               f"write {home} for this one")
    if village in _RESERVED:
        yield f"{neighbour}: {village} means {_RESERVED[village]} in a topic; name each village by its slug"


def _name_faults(district: District) -> Iterable[str]:
    """What is wrong with the names of neighbours in other districts."""
    for village in district.names:
        if village in district.foreign:
            continue
        if village in district.villages:
            yield f"{village}: is a village here, and has its name there"
            continue
        close = nearest(village, district.foreign)
        hint = f"; did you mean {close}?" if close else ""
        yield f"{village}: no village here has such a neighbour in another district{hint}"


@dataclass(frozen=True, slots=True, eq=False)
class Audible(Mapping[str, frozenset[str]]):
    """The incidents that a post of *village* sounds, by the village they are raised in; see `audible_incidents`.

    It is asked, not written out: a district of ten thousand posts has millions of such pairs. What it sounds of other
    districts is `foreign`.
    """

    villages: Collection[str]
    village: str
    every: frozenset[str]
    near: frozenset[str]
    far: frozenset[str]
    neighbours: frozenset[str]
    foreign: Mapping[str, frozenset[str]]

    def __getitem__(self, other: str) -> frozenset[str]:
        if other in (EVERYWHERE, self.village):
            return self.every
        if other in self.foreign:
            return self.foreign[other]
        found = self.near if other in self.neighbours else self.far if other in self.villages else frozenset()
        if not found:
            raise KeyError(other)
        return found

    def __iter__(self) -> Iterator[str]:
        others = self.villages if self.far else self.neighbours if self.near else ()
        yield from (EVERYWHERE, self.village, *(other for other in others if other != self.village), *self.foreign)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def audible_incidents(district: District, catalogue: Catalogue, village: str, hears: str) -> Audible:
    """The reach, seen from a node in *village*: the incidents that it sounds, by the village they are raised in.

    `semua` and the node's own village stand for every incident. The all-clear of a village is received wherever
    an alarm of that village can be.

    Of other districts a post sounds what the neighbours of its village raise, with the reach `neighbours` or
    `district`, even where it *hears* all: that is all of its own district. Of their `semua` it hears the all-clear.
    """
    every = frozenset(catalogue.incidents)
    alarms = every - {ALL_CLEAR}

    def within(*reaches_: Reach) -> frozenset[str]:
        found = frozenset(name for name in alarms if catalogue.incidents[name].reach in reaches_)
        return found | {ALL_CLEAR} if found else found

    near, far = within(Reach.DISTRICT, Reach.NEIGHBOURS), within(Reach.DISTRICT)
    beyond = sorted(filter(foreign.is_foreign, district.villages[village].neighbours)) if near else []
    cleared = (foreign.name(each, EVERYWHERE) for each in sorted(foreign.districts(beyond)))
    whole = hears == "all"
    return Audible(
        villages=district.villages, village=village, every=every, near=every if whole else near,
        far=every if whole else far,
        neighbours=frozenset(district.villages[village].neighbours) - {*beyond},
        foreign={**dict.fromkeys(beyond, near), **dict.fromkeys(cleared, frozenset({ALL_CLEAR}))},
    )


def reaches(district: District, catalogue: Catalogue) -> dict[str, Audible]:
    """What each post of *district* sounds, by its name `village/node`; see `audible_incidents`."""
    found: dict[str, Audible] = {}
    for slug_, village in district.villages.items():
        tables = {hears: audible_incidents(district, catalogue, slug_, hears)
                  for hears in {post.hears for post in village.posts.values()}}
        found.update((f"{slug_}/{name}", tables[post.hears]) for name, post in village.posts.items())
    return found
