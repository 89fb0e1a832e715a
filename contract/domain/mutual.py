"""What district files say of each other: of two neighbours across a border, each must name the other. Pure.

From one file alone that cannot be known: a post hears of whom its own village names, and whoever does not name it hears
nothing of it.
"""

from collections.abc import Iterable, Iterator, Mapping

from contract.domain import foreign
from contract.domain.district import District
from contract.settings.suggestions import nearest


def faults(files: Mapping[str, District]) -> Iterator[str]:
    """What is wrong between the districts of *files*, by the names of their files."""
    file_of: dict[str, str] = {}
    for file, district in files.items():
        other = file_of.setdefault(district.district, file)
        if other != file:
            yield f"{file}.district: {district.district!r} is also that of {other}; each district has a slug of its own"
    for file, district in files.items():
        for slug, village in district.villages.items():
            for neighbour in village.neighbours:
                theirs = file_of.get(foreign.parts(neighbour).district)
                if theirs is not None:
                    place, here = f"{file}.villages.{slug}.neighbours", foreign.name(district.district, slug)
                    yield from (f"{place}: {each}" for each in _fault(theirs, files[theirs], neighbour, here))


def _fault(file: str, other: District, neighbour: str, here: str) -> Iterable[str]:
    """What is wrong with *neighbour*, whose district is *other*, in *file*; *here* is who names it."""
    village = foreign.parts(neighbour).village
    if village not in other.villages:
        close = nearest(village, other.villages)
        hint = f"did you mean {foreign.name(other.district, close)}?" if close else (
            f"known: {', '.join(other.villages)}")
        return (f"{neighbour}: there is no village {village!r} in {file}; {hint}",)
    if here not in other.villages[village].neighbours:
        return (f"names {neighbour}, but {file} does not name {here} at {village}; add it there",)
    return ()


def unseen(districts: Iterable[District]) -> frozenset[str]:
    """The other districts that any of *districts* names neighbours in, and that are not among them."""
    found = tuple(districts)
    named = foreign.districts(each for district in found for each in district.foreign)
    return named - {district.district for district in found}
