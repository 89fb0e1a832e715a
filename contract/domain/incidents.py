"""The catalogue of incidents and the code families of the drum. Pure; must not open files."""

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import combinations

from contract.domain import likeness, rhythm
from contract.domain.rhythm import (
    ALONE,
    STEADY_S,
    Cycle,
    CyclePlan,
    Figure,
    NotationError,
    Rhythm,
    Slot,
    Tempo,
)
from contract.settings.schema import (
    Place,
    SettingsError,
    choice,
    flag,
    integer,
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

ALL_CLEAR = "aman"
PATROL = "patroli"
LAPOR = "lapor"  # stands for a resident's report where an incident's slug stands for an alarm
TSUNAMI = "tsunami"  # whose siren is steady for minutes: Pedoman Pelayanan InaTEWS, 2nd edition, 2012, p. 120
LONGEST_S = 600.0  # no alarm may last longer
ONCE = frozenset({ALL_CLEAR, PATROL})  # codes that are beaten once, when nothing more urgent sounds

# Names that mean something else where an incident's slug can stand.
_RESERVED = {
    PATROL: "the watch's round",
    "lock": "the key switch",
    "senyap": "the button that silences a box",
    "semua": "every village",
    LAPOR: "a resident's report",
}


class Reach(Enum):
    """Who hears an alarm besides its own village."""

    VILLAGE = "village"
    NEIGHBOURS = "neighbours"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Incident:
    """What can be reported; its slug is its key in the catalogue.

    `label` and `english` are its names on screens, `spoken` is what a loudspeaker calls and `button` what stands on a
    post's button; where they are empty, the label serves. Notes of a `private` one are not shown on open screens.
    `also` are names by which people call it. One without a `rhythm` is known by the siren of its own `cycle`; one that
    is raised `everywhere` is raised for all villages together, or not at all.
    """

    label: str = option(text(r"\S.*", "a word or two for people"))
    english: str = option(text(r"\S.*", "a word or two for people"))
    priority: int = option(integer(0, 100, "priority"))
    reach: Reach = option(lambda found, place: Reach(choice("village", "neighbours", "district")(found, place)))
    severity: str = option(choice("rendah", "sedang", "tinggi"))
    rhythm: str = option(slug, default="")
    duration_s: float = option(number(10, LONGEST_S, " s"), default=180.0)
    also: tuple[str, ...] = option(items(slug), default=())
    spoken: str = option(text(r"\S.*", "what a loudspeaker calls, such as Ada maling"), default="")
    button: str = option(text(r"\S.*", "a word or two for the button's label"), default="")
    private: bool = option(flag, default=False)
    cycle: CyclePlan | None = option(section(CyclePlan), default=None)
    everywhere: bool = option(flag, default=False)

    @property
    def call(self) -> str:
        """What a loudspeaker calls."""
        return self.spoken or self.label

    @property
    def on_button(self) -> str:
        """What stands on a post's button."""
        return self.button or self.label.upper()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every incident by its slug, and what a cycle is made of."""

    incidents: dict[str, Incident] = option(table(slug, lambda _name: section(Incident)))
    cycle: CyclePlan = option(section(CyclePlan), default=CyclePlan())


@dataclass(frozen=True, slots=True)
class Code:
    """One rhythm of a family: how it is written, how much slower than the family's tempo, or at which of its own, and
    whence.
    """

    rhythm: Rhythm
    stretch: float
    source: str
    tempo: Tempo | None = None


def _notation(found: object, place: Place) -> Rhythm:
    if not isinstance(found, str):
        raise place.refuse(f"must be strokes in quotes, such as '●●‖' or 'oo|', not {found!r}")
    try:
        return rhythm.parse(found)
    except NotationError as error:
        raise place.refuse(str(error)) from None


@dataclass(frozen=True, slots=True)
class _WrittenCode:
    code: Rhythm = option(_notation)
    stretch: float = option(number(0.5, 4.0, " times"), default=1.0)
    source: str = option(text(r"\S.*", "where the code is published"), default="")
    tempo: Tempo | None = option(section(Tempo), default=None)


@dataclass(frozen=True, slots=True)
class _WrittenFamily:
    name: str = option(text(r"\S.*", "the family's name"))
    sources: tuple[str, ...] = option(items(text(r"\S[\s\S]*", "a source")))
    codes: dict[str, Code] = option(table(slug, lambda _name: _code))
    tempo: Tempo = option(section(Tempo), default=Tempo())
    alike: tuple[tuple[str, ...], ...] = option(items(items(slug)), default=())


@dataclass(frozen=True, slots=True)
class Family:
    """A town's code: its rhythms by name, and their tempo."""

    name: str
    sources: tuple[str, ...]
    codes: Mapping[str, Code]
    tempo: Tempo

    def figure(self, name: str) -> Figure:
        """The rhythm called *name*, in time. Raises KeyError for a name the family lacks."""
        code = self.codes[name]
        return rhythm.figure(code.rhythm, (code.tempo or self.tempo).stretched(code.stretch))


def read_catalogue(found: object, path: str = "") -> Catalogue:
    """The catalogue in the plain value *found*. Raises SettingsError with every fault."""
    catalogue = read(Catalogue, found, path)
    place = f"{path}.incidents" if path else "incidents"
    faults = []
    if ALL_CLEAR not in catalogue.incidents:
        faults.append(f"{place}.{ALL_CLEAR}: missing; the all-clear is always needed")
    faults += [
        f"{place}.{name}: is the name of {whose}; give the incident another"
        for name, whose in _RESERVED.items() if name in catalogue.incidents
    ]
    faults += _siren_faults(catalogue, path)
    called: dict[str, str] = {}
    for name, incident in catalogue.incidents.items():
        for also in dict.fromkeys(incident.also):
            other = also if also in catalogue.incidents else called.setdefault(also, name)
            if other != name or incident.also.count(also) > 1:
                faults.append(f"{place}.{name}.also: {also!r} is a name of {other} already; keep it in one place")
    if faults:
        raise SettingsError(faults)
    return catalogue


def _siren_faults(catalogue: Catalogue, path: str) -> Iterator[str]:
    """What is wrong with sirens: one of minutes means evacuate, to the whole nation, so only one incident has it."""
    place = f"{path}." if path else ""
    steady = (f"a siren that is on for more than {STEADY_S:g} s means evacuate, for a {TSUNAMI}; "
              f"no other incident may have one (1 to {STEADY_S:g} s)")
    if catalogue.cycle.siren_s > STEADY_S:
        yield f"{place}cycle.siren_s: {steady}"
    for name, incident in catalogue.incidents.items():
        here = f"{place}incidents.{name}"
        is_steady = incident.cycle is not None and incident.cycle.siren_s > STEADY_S
        if is_steady and name != TSUNAMI:
            yield f"{here}.cycle.siren_s: {steady}"
        if is_steady and name == TSUNAMI and not incident.everywhere:
            yield f"{here}.everywhere: must be true: only who may ring all villages may have them evacuated"
        if is_steady and incident.cycle is not None and incident.duration_s < incident.cycle.siren_s:
            yield f"{here}.duration_s: must outlast its siren of {incident.cycle.siren_s:g} s"
        if name == ALL_CLEAR and incident.everywhere:
            yield f"{here}.everywhere: must be false, or no village could end its own alarms"
        if not incident.rhythm and not is_steady:
            yield f"{here}.rhythm: missing; it has no default"
        if is_steady and incident.severity == "rendah":
            yield f"{here}.severity: rendah is without a siren; write tinggi"


_ALIKE = 0.7  # more than elsewhere: many short names lie near to any word, and a wrong one rings something else


def _bare(word: str) -> str:
    return word.casefold().strip(" \t\r\n\"'`")


def meant(word: str, incidents: Mapping[str, Incident]) -> str | None:
    """The incident that *word*, which names none, probably means: one that people call so, or one spelt nearly so.

    Never the all-clear: whoever mistypes an alarm must not be led to end one. And no alarm where the word is nearest to
    a name of the all-clear: whoever mistypes that must not be led to raise one.
    """
    names = {also: name for name, incident in incidents.items() for also in incident.also}
    names |= {name: name for name in incidents}
    word = _bare(word)
    close = word if word in names else nearest(word, names, _ALIKE)
    return None if close is None or names[close] == ALL_CLEAR else names[close]


def is_all_clear(word: str) -> bool:
    """Whether *word* is the all-clear's name, perhaps in other letters, or with blanks or quotes around it."""
    return _bare(word) == ALL_CLEAR


def suggestion(word: str, incidents: Mapping[str, Incident]) -> str:
    """The incident that *word* probably means, as a question; otherwise all of them."""
    if is_all_clear(word):
        return f"the all-clear is written {ALL_CLEAR}"
    close = meant(word, incidents)
    return f"did you mean {close}?" if close else f"known: {', '.join(sorted(incidents))}"


def read_family(found: object, path: str, catalogue: Catalogue) -> Family:
    """The code family in the plain value *found*, complete and unambiguous for *catalogue*.

    Raises SettingsError with every fault: among them a rhythm that an incident needs and the family lacks,
    and two rhythms that sound or look the same though no list under `alike` names both.
    """
    written = read(_WrittenFamily, found, path)
    place = f"{path}." if path else ""
    family = Family(written.name, written.sources, written.codes, written.tempo)
    faults = [
        f"{place}codes.{incident.rhythm}: missing; incident {name} needs it"
        for name, incident in catalogue.incidents.items()
        if incident.rhythm and incident.rhythm not in family.codes
    ]
    if PATROL not in family.codes:
        faults.append(f"{place}codes.{PATROL}: missing; the watch's round needs it")
    faults += [
        f"{place}alike.{number_}: there is no code {name!r} in this family"
        for number_, names in enumerate(written.alike, 1)
        for name in names
        if name not in family.codes
    ]
    declared = {frozenset(pair) for names in written.alike for pair in combinations(names, 2)}
    faults += [
        f"{place}codes.{one}: {how} the same as {other}; change one of them, or name both under alike"
        for one, other in combinations(family.codes, 2)
        if frozenset((one, other)) not in declared and (how := _how_alike(family, one, other)) is not None
    ]
    if faults:
        raise SettingsError(faults)
    return family


def _how_alike(family: Family, one: str, other: str) -> str | None:
    """How the codes *one* and *other* are taken for each other; None if they are not."""
    if likeness.sounds_like(family.figure(one), family.figure(other)):
        return "sounds"
    return "looks" if likeness.looks_like(family.codes[one].rhythm, family.codes[other].rhythm) else None


def cycles(catalogue: Catalogue, family: Family, slot: Slot = ALONE) -> dict[str, Cycle]:
    """What each incident of *catalogue* sounds like in *family* at a post with *slot*.

    Under `patroli` the watch's round, for which nobody waits.
    """
    result = {name: _cycle(name, incident, catalogue, family, slot) for name, incident in catalogue.incidents.items()}
    return {**result, PATROL: rhythm.drum_cycle(family.figure(PATROL), catalogue.cycle)}


def _cycle(name: str, incident: Incident, catalogue: Catalogue, family: Family, slot: Slot) -> Cycle:
    plan = incident.cycle or catalogue.cycle
    if name == ALL_CLEAR:
        return rhythm.drum_cycle(family.figure(incident.rhythm), plan, slot, spoken=True)
    beaten = family.figure(incident.rhythm) if incident.rhythm else None
    return rhythm.alarm_cycle(beaten, plan, slot, siren=incident.severity != "rendah")


def _code(found: object, place: Place) -> Code:
    if isinstance(found, str):
        return Code(_notation(found, place), 1.0, "")
    written = section(_WrittenCode)(found, place)
    return Code(written.code, written.stretch, written.source, written.tempo)


