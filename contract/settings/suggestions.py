"""Which known name was probably meant by an unknown one. Pure."""

import difflib
from collections.abc import Iterable, Mapping

LONGEST = 80  # characters: longer ones are not misspelt names, and comparing them takes time


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name among *known* that *word* was probably meant to be, or None."""
    if len(word) > LONGEST:
        return None
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
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
