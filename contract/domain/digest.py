"""Whether two programs have the same district, by a digest that each publishes of its own. Pure.

A changed district file must reach every machine. One that it has not reached rings for a village less, or refuses a new
one, and nothing else would show that. What counts is the meaning, not the bytes: comments, order and defaults that are
written out change nothing; nor does what is only printed: telephone numbers, and what a map of coverage needs.
"""

import dataclasses
import hashlib
import json
import unicodedata
from collections.abc import Mapping

from contract.domain.district import District, Village

DIGITS = 16  # of SHA-256: 64 bits. Chance makes no two alike, and who lies gains nothing by it
HUB_NAME = "the hub (posko)"
_PRINTED = frozenset({"phone", "phones", "siren_db", "loudspeaker_db", "outline"})
_REMEDY = ("on the machine that has the old one: sudo ./install district kentongan-district.tar, which `kentongan "
           "broker provision` wrote")


def digest(district: District) -> str:
    """So many hexadecimal digits, the same for all district files that mean the same.

    An option that is left out counts as none, so a newer program with more options has the same digest.
    """
    meaning = {**_members(district), "timezone": district.zone.hours}
    written = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]


def differ(one: str, other: str) -> bool:
    """Whether the digests *one* and *other* are of different districts; a program that shows none is not judged."""
    return bool(one and other) and one != other


def difference(here: str, there: str) -> str:
    """The reason of the fault that *there* has another district than *here*."""
    return f"{there} has another district file than {here}, here; {_REMEDY}"


def _members(value: object) -> dict[str, object]:
    """The options of a part of a district that are not their defaults."""
    found: dict[str, object] = {}
    for each in dataclasses.fields(value):  # type: ignore[arg-type]
        member = getattr(value, each.name)
        drawn = each.name in _PRINTED or (each.name == "at" and isinstance(value, Village))  # its centre, for maps
        default = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        if not drawn and member != default:
            found[each.name] = _plain(member)
    return found


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        names = all(isinstance(each, str) for each in value)
        return sorted(value) if names else [_plain(each) for each in value]  # which name comes first means nothing
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)  # two ways to write é look alike
    return _members(value) if dataclasses.is_dataclass(value) else value
