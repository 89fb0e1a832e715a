"""Indonesia's three time zones, and which province lies in which. Pure; must not ask the machine's.

Source: Keputusan Presiden 41/1987 (three zones, no summer time); the provinces made since then lie where they were
before. A province is the first two digits of a Kemendagri code. The names are those of the IANA database.
"""

from contract.values import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone: `name` is what people say, `iana` what a computer is set to, `hours` how far it is before UTC."""

    name: str
    iana: str
    hours: int

    @property
    def posix(self) -> str:
        """It as the variable TZ has it (POSIX: hours are counted to the west), for which no database is needed."""
        return f"{self.name}-{self.hours}"


_WIB, _WITA, _WIT = Zone("WIB", "Asia/Jakarta", 7), Zone("WITA", "Asia/Makassar", 8), Zone("WIT", "Asia/Jayapura", 9)
ZONES = {each.iana: each for each in (_WIB, Zone("WIB", "Asia/Pontianak", 7), _WITA, _WIT)}
# Names that people write for them.
ALSO = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_PROVINCES = {
    **dict.fromkeys((*range(11, 20), 21, *range(31, 37), 61, 62), _WIB),  # Sumatra, Java, West and Central Kalimantan
    **dict.fromkeys((51, 52, 53, 63, 64, 65, *range(71, 77)), _WITA),  # Bali, Nusa Tenggara, Kalimantan, Sulawesi
    **dict.fromkeys((81, 82, *range(91, 97)), _WIT),  # Maluku, Papua
}


def of_province(code: str) -> Zone | None:
    """The zone of the province with the first digits of the Kemendagri *code*; None if there is no such province."""
    return _PROVINCES.get(int(code[:2])) if code[:2].isdecimal() else None
