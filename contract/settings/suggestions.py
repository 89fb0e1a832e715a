"""Which known name was probably meant by an unknown one. Pure."""

from collections.abc import Iterable, Mapping, Sequence

LONGEST = 80  # characters: longer ones are not misspelt names, and comparing them takes time
_NEGATIONS = ("no", "not", "non", "un", "without", "never", "disable", "disabled", "tanpa", "bukan", "tidak")
_ANTONYMS = (
    ("high", "low"), ("in", "out_of"), ("in", "out"), ("on", "off"), ("with", "without"), ("open", "closed"),
    ("lock", "unlock"), ("enable", "disable"), ("enabled", "disabled"),
)
_LEVELS = {"high": "high", "tinggi": "high", "low": "low", "rendah": "low"}
_PLAIN = 0.82  # of difflib's ratio to a contrary: active_lo is 0.95 of active_low, active 0.8 of lowactive
INVERSIONS = ("inverted", "invert", "inverse", "reversed", "reverse", "negated", "terbalik")


def _close_matches(word: str, known: Sequence[str], n: int, cutoff: float) -> list[str]:
    import difflib  # noqa: PLC0415 - only a fault needs it

    return difflib.get_close_matches(word, known, n, cutoff)


def opposites(name: str) -> tuple[str, ...]:
    """Names that mean the contrary of *name*, as people write them: `active_low` for `active_high`, `no_hub`."""
    parts = name.split("_")
    found = [f"{each}_{name}" for each in _NEGATIONS] + [f"{each}{name}" for each in ("no", "not", "non", "un")]
    found += [f"{name}_{each}" for each in ("off", "disabled", "not", *INVERSIONS)]
    found += [f"{each}_{name}" for each in INVERSIONS]
    for one, other in _ANTONYMS:
        for here, there in ((one, other), (other, one)):
            swapped = [there if part == here else part for part in parts]
            if swapped != parts:
                found += ["_".join(swapped), "".join(swapped), "_".join(reversed(swapped))]
    return tuple(each for each in found if each != name)


def opposed(word: str, known: Iterable[str]) -> str | None:
    """The name among *known* whose contrary *word* is, perhaps misspelt; None where it is not the nearest meaning.

    Such a name must never be suggested as it is: whoever follows turns a relay or a rule around.
    """
    names = list(known)
    contraries = {each: name for name in names for each in opposites(name) if each not in names}
    close = nearest(_plain(word), [*names, *contraries])
    return None if close is None else contraries.get(close)


def plainly_opposed(word: str, name: str) -> bool:
    """Whether *word* is a contrary of *name* with a letter or two wrong, and not merely like one: `active` is none."""
    return bool(_close_matches(_plain(word), opposites(name), n=1, cutoff=_PLAIN))


def level(value: object) -> str | None:
    """The level, `high` or `low`, that the text *value* names; None if it names none."""
    return _LEVELS.get(str(value).strip().casefold())


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The name among *known* that *word* was probably meant to be; None if none is *alike*, by difflib's ratio."""
    if len(word) > LONGEST:
        return None
    matches = _close_matches(word, list(known), n=1, cutoff=alike)
    return matches[0] if matches else None


def suggestion(word: str, known: Iterable[str], otherwise: str = "known") -> str:
    """The name among *known* that *word* was probably meant to be, as a question; otherwise all of them."""
    names = list(known)
    close = nearest(word, names)
    return f"did you mean {close}?" if close else f"{otherwise}: {', '.join(names)}"


def hint(word: str, known: object) -> str:
    """Which of the names *known* was probably meant by *word*, and all of them."""
    names = [str(each) for each in known] if isinstance(known, Mapping | list) else []
    close = nearest(word, names)
    return f"{f'did you mean {close}? ' if close else ''}(known: {', '.join(names)})"
