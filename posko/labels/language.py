"""The language that a process shows its texts in, and a text in each language. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """One for a whole process; the value is the name of a field of `Text`."""

    ID = "id"  # Bahasa Indonesia
    EN = "en"


class Text(NamedTuple):
    """A text for people in each language; both have the same `{fields}`."""

    id: str
    en: str

    def say(self, language: Language, **values: object) -> str:
        """The text in *language*, with *values* in its places."""
        found = self.id if language is Language.ID else self.en
        return found.format(**values) if values else found


def choose(given: str | None, environ: Mapping[str, str]) -> Language:
    """The language *given*; otherwise that of the locale in *environ*, as POSIX finds it.

    The operators are Indonesian: only a locale that names English gives English (`C` names no language).
    """
    if given:
        return Language(given)
    locale = next((found for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (found := environ.get(name))), "")
    return Language.EN if locale[:3].rstrip("_.@") == "en" else Language.ID
