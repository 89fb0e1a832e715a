"""What a loudspeaker says, and in which pieces. Pure; must not speak.

    an alarm        Perhatian. | Kebakaran, | Kebakaran, | di Desa Kotakan.
    an exercise     Ini latihan. | Kebakaran, | di Desa Kotakan. | Ini hanya latihan.
      before it     Ini latihan.
    the all-clear   Sudah aman, | di Desa Kotakan.
    a tsunami       Peringatan tsunami. Segera menuju tempat tinggi.

People who shout call the thing twice and then the place; so does this, for a horn that echoes. A piece is one file of
sound, and most pieces are of many sentences: so a village that records its own voice records each incident and each
place once, not each incident at each place.
"""

import re
from collections.abc import Mapping

from contract.domain import foreign
from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import ALL_CLEAR, ONCE, TSUNAMI, Catalogue
from contract.settings.schema import option, read, table, text
from contract.values import dataclass

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_SAID = r"(?:[^\[\]]|\[\[[^\[\]]+\]\])+"  # of phonemes no bracket is left open
ATTENTION, EXERCISE, ONLY_EXERCISE = "perhatian", "latihan", "hanya-latihan"
INTRO_S = 2.5  # the time that an exercise's first siren leaves for the words before it


def sentence(incident: str, village: str, *, exercise: bool) -> tuple[str, ...]:
    """The pieces that say *incident* in *village*, in order; none for the watch's round."""
    if incident in ONCE - {ALL_CLEAR}:
        return ()
    called, place = _incident(incident), _place(village)
    if incident == TSUNAMI:  # it says what to do, everywhere
        return (EXERCISE, called, ONLY_EXERCISE) if exercise else (called,)
    if exercise:
        return EXERCISE, called, place, ONLY_EXERCISE
    return (called, place) if incident == ALL_CLEAR else (ATTENTION, called, called, place)


def intro(*, exercise: bool) -> tuple[str, ...]:
    """The pieces that are said before the first siren, in order; none before an alarm's, which waits for nothing."""
    return (EXERCISE,) if exercise else ()


def texts(catalogue: Catalogue, district: District) -> dict[str, str]:
    """The text of each piece, by its name: all that any sentence in *district* is made of.

    The punctuation is for a speech synthesiser: a long pause at a full stop, a short one at a comma.
    """
    incidents = {_incident(slug): _comma(incident.call) for slug, incident in catalogue.incidents.items()}
    places = {
        _place(slug): f"di {village.kind.capitalize()} {village.name}." for slug, village in district.villages.items()
    }
    beyond = {_place(village): f"di {district.called(village)}." for village in sorted(district.foreign)}
    beyond |= {_place(foreign.name(each, EVERYWHERE)): f"di seluruh {foreign.title(each)}."
               for each in sorted(foreign.districts(district.foreign))}
    return {
        ATTENTION: "Perhatian.", EXERCISE: "Ini latihan.", ONLY_EXERCISE: "Ini hanya latihan.", **incidents, **places,
        _place(EVERYWHERE): f"di seluruh {district.name}.", **beyond,
    }


@dataclass(frozen=True, slots=True)
class _WrittenSpeech:
    respellings: dict[str, str] = option(table(
        text(_WORD, "one word, of letters"),
        lambda _word: text(_SAID, "letters, or espeak-ng's phonemes in double brackets, such as [[t@Rn'a?]]"),
    ))


def read_respellings(found: object, path: str = "") -> dict[str, str]:
    """How a synthesiser is to say words, by the word in small letters, in the plain value *found*.

    Raises SettingsError with every fault.
    """
    return {word.casefold(): said for word, said in read(_WrittenSpeech, found, path).respellings.items()}


def respelt(written: str, respellings: Mapping[str, str]) -> str:
    """The text *written*, for a synthesiser: whole words of *respellings* are replaced, large letters or small."""
    return re.sub(_WORD, lambda word: respellings.get(word[0].casefold(), word[0]), written)


def _incident(slug: str) -> str:
    return f"kejadian-{slug}"


def _comma(call: str) -> str:
    return call if call.endswith((".", "!")) else f"{call},"


def _place(village: str) -> str:
    return f"di-{village.replace('/', '.')}"  # a file's name, which no slash can be in; no slug has a dot
