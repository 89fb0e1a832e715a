"""What a loudspeaker says, and in which pieces. Pure; must not speak.

    Perhatian. | Kebakaran, | di Desa Kotakan.          an exercise begins and ends with: Latihan.

A piece is one file of sound, and most pieces are of many sentences: so a village that records its own voice records
each incident and each place once, not each incident at each place.
"""

from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import ONCE, Catalogue

ATTENTION, EXERCISE = "perhatian", "latihan"


def sentence(incident: str, village: str, *, exercise: bool) -> tuple[str, ...]:
    """The pieces that say *incident* in *village*, in order; none for the codes that are beaten once."""
    if incident in ONCE:
        return ()
    pieces = (ATTENTION, _incident(incident), _place(village))
    return (EXERCISE, *pieces, EXERCISE) if exercise else pieces


def texts(catalogue: Catalogue, district: District) -> dict[str, str]:
    """The text of each piece, by its name: all that any sentence in *district* is made of.

    The punctuation is for a speech synthesiser: a long pause at a full stop, a short one at a comma.
    """
    incidents = {
        _incident(slug): f"{incident.label}," for slug, incident in catalogue.incidents.items() if slug not in ONCE
    }
    places = {
        _place(slug): f"di {village.kind.capitalize()} {village.name}." for slug, village in district.villages.items()
    }
    return {
        ATTENTION: "Perhatian.", EXERCISE: "Latihan.", **incidents, **places,
        _place(EVERYWHERE): f"di seluruh {district.name}.",
    }


def _incident(slug: str) -> str:
    return f"kejadian-{slug}"


def _place(slug: str) -> str:
    return f"di-{slug}"
