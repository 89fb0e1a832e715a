"""Villages of other districts that a district's villages have for neighbours: by one name each, wherever they stand.

    neighbours: [kotakan, panarukan/sumberkolak]

`panarukan/sumberkolak` is the village `sumberkolak` of the district `panarukan`: a name that no village of one's own
district can have, for no slug has a slash. Its topics are made of it by `contract.wire.topics` alone. Pure.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from contract.settings.schema import SLUG, Place, slug
from contract.settings.suggestions import nearest

EXAMPLE = "panarukan/sumberkolak"
ALIKE = 0.8  # by difflib's ratio: two names of districts that are as alike are one, misspelt


class Parts(NamedTuple):
    """The two slugs of a foreign village's name; a village of one's own district has `district` ""."""

    district: str
    village: str


def parts(village: str) -> Parts:
    """The slugs that the name *village* is made of."""
    district, slash, name = village.partition("/")
    return Parts(district, name) if slash else Parts("", village)


def name(district: str, village: str) -> str:
    """The name of *village* of *district*; of one's own district, "", it is the slug alone."""
    return f"{district}/{village}" if district else village


def is_foreign(village: str) -> bool:
    """Whether *village* lies in another district."""
    return "/" in village


def districts(villages: Iterable[str]) -> frozenset[str]:
    """The other districts in which any of *villages* lie."""
    return _districts(frozenset(villages))


@lru_cache(maxsize=64)
def _districts(villages: frozenset[str]) -> frozenset[str]:  # a node asks it of its own villages at each step
    return frozenset(parts(each).district for each in villages) - {""}


def concerned(place: str, everywhere: str, villages: Collection[str]) -> tuple[str, ...]:
    """What an order to *place* concerns: *place* itself, and, if it is a district's *everywhere*, each of the
    *villages* of that district.
    """
    district, village = parts(place)
    if village != everywhere:
        return (place,)
    return (place, *sorted(each for each in villages if each != place and parts(each).district == district))


def title(village: str) -> str:
    """What a village is called whose district file is not at hand: its slug, as names are written (`Curah Jeru`)."""
    return parts(village).village.replace("-", " ").title()


def neighbour(found: Any, place: Place) -> str:
    """A village of this district by its slug, or one of another district as `district/village`."""
    if not isinstance(found, str) or "/" not in found:
        return slug(found, place)
    if not re.fullmatch(f"{SLUG}/{SLUG}", found):
        meant = "/".join("-".join(re.findall("[a-z0-9]+", each)) for each in found.casefold().split("/"))
        remedy = f", such as {meant}" if re.fullmatch(f"{SLUG}/{SLUG}", meant) else f", such as {EXAMPLE}"
        raise place.refuse(f"{found!r:.80} is not allowed; a village of another district is written "
                           f"district/village, both in small letters, digits and single hyphens{remedy}")
    return found


def alike(villages: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The districts of *villages* whose names are so alike that one may be a slip: the one named less often first."""
    counted: dict[str, int] = {}
    for each in sorted(villages):
        district = parts(each).district
        if district:
            counted[district] = counted.get(district, 0) + 1
    rarest_first = sorted(counted, key=lambda each: (counted[each], each))
    for at, each in enumerate(rarest_first):
        other = nearest(each, rarest_first[at + 1 :], ALIKE)
        if other is not None:
            yield each, other
