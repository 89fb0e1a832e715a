"""Plain values -> typed settings, or every fault at once. Must not open files.

A settings class is a frozen dataclass whose fields are made by `option`, each with the check that reads it::

    @dataclass(frozen=True, slots=True)
    class Lamp:
        pin: int = option(integer(2, 27, "BCM number"))
        active_high: bool = option(flag, default=True)

    read(Lamp, {"pin": 32, "activ_high": True}, "lamp")
    # SettingsError: lamp.activ_high: unknown; did you mean active_high?
    #                lamp.pin: must be a BCM number from 2 to 27, not 32

A check takes the value that was found and its `Place`, and returns the typed value; what it refuses it reports to the
place. So one reading finds all faults, each with its full path, what was found and what is allowed.

Messages are declared and read in the same way (`contract.wire.codec`), but for the differences in `Reading`.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from contract.settings.suggestions import INVERSIONS, LONGEST, level, nearest, opposed, plainly_opposed, suggestion
from contract.text import printable
from contract.user_error import UserError

T = TypeVar("T")
K = TypeVar("K")

_REQUIRED = object()
_TRUE = ("true", "yes", "y", "on", "1", "high", "ya", "hidup", "nyala")
_FALSE = ("false", "no", "n", "off", "0", "low", "tidak", "mati")
_SECONDS = {"ms": 0.001, "msec": 0.001, "millis": 0.001, "min": 60.0, "minutes": 60.0, "menit": 60.0, "h": 3600.0,
            "hours": 3600.0, "jam": 3600.0}
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
PATH = r"[^\s~].*"
NAMED = 20  # unknown settings of one section: looking for what each was meant to be takes time


class SettingsError(UserError):
    """Faults of a file of settings, or of what a command was given."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__(*faults)


class RefusedError(Exception):
    """Unwinds to the option whose value was refused; its fault is noted already."""


class Reading(Enum):
    """What refuses the whole: in settings also an unknown key; in a strict message any known member; else nothing.

    A lenient reading gives what it refuses its default, or leaves it out of its list or table.
    """

    SETTINGS = "settings"
    STRICT = "strict"
    LENIENT = "lenient"


class Place:
    """Where a check is reading, and the list that takes its faults. A path is made up only for a fault."""

    __slots__ = ("_above", "_key", "faults", "reading")

    def __init__(
        self, key: object, faults: list[str], reading: Reading = Reading.SETTINGS, above: "Place | None" = None
    ) -> None:
        self._key, self._above = key, above
        self.faults, self.reading = faults, reading

    @property
    def path(self) -> str:
        """The keys that lead here."""
        if self._above is None:
            return str(self._key)
        above, key = self._above.path, printable(self._key)
        return f"{above}.{key}" if above else key

    def below(self, key: object) -> "Place":
        """The place of member *key*."""
        return Place(key, self.faults, self.reading, self)

    def refuse(self, text: str) -> RefusedError:
        """Notes a fault here; the check raises what this returns."""
        path = self.path
        self.faults.append(f"{path}: {text}" if path else text)
        return RefusedError()


Check = Callable[[Any, Place], T]


def option(check: Check[T], *, default: Any = _REQUIRED, omit: bool | None = None) -> Any:
    """A dataclass field read by *check*; required unless it has a *default* (`dict`: an empty table).

    Where it is the default, a message leaves it out if *omit*, or if it is None and *omit* is not given.
    """
    metadata = {"check": check, "omit": default is None if omit is None else omit}
    if default is _REQUIRED:
        return dataclasses.field(metadata=metadata)
    if default is dict:
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def read(kind: type[T], found: object, path: str = "") -> T:
    """The settings of class *kind* in the plain value *found*; *path* begins each fault.

    Raises SettingsError with every fault.
    """
    faults: list[str] = []
    try:
        value = section(kind)(found, Place(path, faults))
    except RefusedError:
        value = None
    if faults or value is None:
        raise SettingsError(faults)
    return value


@cache
def _options(kind: type[Any]) -> tuple[dict[str, Check[Any]], frozenset[str]]:
    """The checks of the options of *kind* by their names, and the names of those that are required."""
    fields = [each for each in dataclasses.fields(kind) if each.metadata]
    return {each.name: each.metadata["check"] for each in fields}, frozenset(
        each.name for each in fields
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    )


def section(kind: type[T]) -> Check[T]:
    """A mapping with exactly the options of the dataclass *kind*."""
    options, required = _options(kind)  # type: ignore[arg-type]
    known = {name: each for name, each in options.items() if not isinstance(each, Gone)}

    def check(found: Any, place: Place) -> T:
        if not isinstance(found, Mapping):
            raise place.refuse(_no_mapping(found, place, known))
        unknown = [key for key in found if key not in options] if place.reading is Reading.SETTINGS else []
        for key in unknown[:NAMED]:
            place.below(key).refuse(f"unknown; {_instead(str(key), found[key], known)}")
        if len(unknown) > NAMED:
            place.refuse(f"{len(unknown) - NAMED} more unknown settings; is this the right file?")
        refused = bool(unknown)
        values: dict[str, Any] = {}
        for name, read_member in options.items():
            if name in found:
                try:
                    values[name] = read_member(found[name], Place(name, place.faults, place.reading, place))
                except RefusedError:
                    refused = refused or place.reading is not Reading.LENIENT or name in required
            elif name in required:
                place.below(name).refuse("missing; it has no default")
                refused = True
        if refused:
            raise RefusedError
        return kind(**values)

    return check


def table(key: Check[K], value: Callable[[K], Check[T]]) -> Check[dict[K, T]]:
    """A mapping of any number of members; *value* gives the check of the member with that key."""

    def check(found: Any, place: Place) -> dict[K, T]:
        if not isinstance(found, Mapping):
            raise place.refuse(_no_mapping(found, place))
        result: dict[K, T] = {}
        refused = False
        for raw, item in found.items():
            try:
                name = key(raw, place.below(raw))
                result[name] = value(name)(item, place.below(raw))
            except RefusedError:
                refused = place.reading is not Reading.LENIENT
        if refused:
            raise RefusedError
        return result

    return check


def items(each: Check[T]) -> Check[tuple[T, ...]]:
    """A list, each member read by *each*."""

    def check(found: Any, place: Place) -> tuple[T, ...]:
        if not isinstance(found, list):
            raise place.refuse(f"must be a list such as [a, b], not {_show(found)}")
        result: list[T] = []
        refused = False
        for index, item in enumerate(found):
            try:
                # People count from 1, programs that write a message from 0.
                at = index + 1 if place.reading is Reading.SETTINGS else index
                result.append(each(item, place.below(at)))
            except RefusedError:
                refused = place.reading is not Reading.LENIENT
        if refused:
            raise RefusedError
        return tuple(result)

    return check


def flag(found: Any, place: Place) -> bool:
    """True or false."""
    if not isinstance(found, bool):
        word = str(found).strip().lower() if isinstance(found, str | int) else ""
        meant = "; write true" if word in _TRUE else "; write false" if word in _FALSE else ""
        hint = meant if place.reading is Reading.SETTINGS else ""
        raise place.refuse(f"must be true or false, not {_show(found)}{hint}")
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class Gone:
    """A setting of an earlier version, refused whatever its value; `instead` says what has taken its place."""

    instead: str

    def __call__(self, _found: Any, place: Place) -> None:
        """Refuses it."""
        raise place.refuse(f"not a setting any more; {self.instead}. Take this line out")


def integer(low: int, high: int, what: str = "whole number") -> Check[int]:
    """A whole number from *low* to *high*."""

    def check(found: Any, place: Place) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise place.refuse(f"must be a {what} from {low} to {high}, not {_show(found)}{_numeral(found, place)}")
        return found

    return check


def number(low: float, high: float, unit: str = "") -> Check[float]:
    """A finite number from *low* to *high*, whole or not."""

    def check(found: Any, place: Place) -> float:
        if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
            shown = f"{_show(found)}{_numeral(found, place)}"
            raise place.refuse(f"must be a number from {low:g} to {high:g}{unit}, not {shown}")
        return float(found)

    return check


def text(pattern: str, allowed: str) -> Check[str]:
    """Text that the regular expression *pattern* matches whole; *allowed* describes that."""
    compiled = re.compile(pattern)

    def check(found: Any, place: Place) -> str:
        if found is None and place.reading is Reading.SETTINGS:
            raise place.refuse(f"empty; write {allowed}")
        if not isinstance(found, str) or not compiled.fullmatch(found):
            plain = place.reading is Reading.SETTINGS and _is_number(found) and compiled.fullmatch(_show(found))
            quoted = f"; in quotes: '{found}'" if plain else ""
            raise place.refuse(f"{_show(found)} is not allowed; use {allowed}{quoted}")
        return found

    return check


def slug(found: Any, place: Place) -> str:
    """A name as topics carry it: small letters, digits, single hyphens."""
    if isinstance(found, str) and len(found) <= LONGEST and not re.fullmatch(SLUG, found):
        proposed = "-".join(re.findall("[a-z0-9]+", _letters(found)))
        meant = f", such as {proposed}" if proposed else ""
        raise place.refuse(f"{_show(found)} is not allowed; use small letters, digits and single hyphens{meant}")
    return text(SLUG, "small letters, digits and single hyphens")(found, place)


def file_path(found: Any, place: Place) -> str:
    """A path. Settings are read without a home folder."""
    return text(PATH, "a path, written whole: nothing here knows what ~ stands for")(found, place)


def choice(*allowed: str) -> Check[str]:
    """One of the words *allowed*."""

    def check(found: Any, place: Place) -> str:
        if not isinstance(found, str) or found not in allowed:
            raise place.refuse(f"{_show(found)} is not allowed; use {' or '.join(allowed)}{_hint(found, allowed)}")
        return found

    return check


def _instead(key: str, value: object, options: Mapping[str, Check[Any]]) -> str:
    """What to write in place of the unknown *key* with *value*: never a name that means the contrary of it."""
    plain = key.casefold().replace("-", "_")
    flags = [name for name, check in options.items() if check is flag]
    if "{" in key and key.partition("{")[0].strip() in options:
        return f"write a colon before the brace: {key.partition('{')[0].strip()}: {{...}}"
    at_level = [name for name in flags if level(name.rpartition("_")[2])]
    if level(value) is not None and len(at_level) == 1:
        return _at_level(key, level(value), at_level[0])
    inverted = plain in INVERSIONS and len(flags) == 1
    contrary = flags[0] if inverted else opposed(key, options)
    if contrary in flags and (inverted or plainly_opposed(key, contrary)):
        words = str(value).lower()
        turned = "false" if words in _TRUE else "true" if words in _FALSE else None
        if turned is not None:
            return f"write {contrary}: {turned}"
        return f"it means the contrary of {contrary}; write {contrary}: true or {contrary}: false"
    if contrary is not None:
        return f"known here: {', '.join(options)}"
    close = nearest(key, options)
    stem, _, unit = plain.rpartition("_")
    if close is not None and close.endswith("_s") and unit in _SECONDS and stem:
        if _is_number(value):
            return f"write {close}, in seconds: {close}: {float(str(value)) * _SECONDS[unit]:g}"
        return f"write {close}, in seconds"
    return suggestion(key, options, "known here")


def _at_level(key: str, found: str | None, name: str) -> str:
    """What to write for the unknown *key* whose value is the level *found*, where the flag *name* ends with a level."""
    if opposed(key, [name]) is not None and plainly_opposed(key, name):
        return f"write {name}: true or {name}: false"  # `active_low: low` may mean either
    return f"write {name}: {'true' if name.endswith(f'_{found}') else 'false'}"


def _no_mapping(found: object, place: Place, options: Collection[str] = ()) -> str:
    if found is None and place.reading is Reading.SETTINGS:
        return "empty; write its members below it, each indented by two blanks, or {} if there are none"
    hint_ = ""
    glued = re.match(r"([A-Za-z_][\w-]*):\S", found) if isinstance(found, str) else None
    if glued and (glued[1] in options or not options):
        hint_ = "; write a blank after the colon"
    elif isinstance(found, int) and found > 1 and "pin" in options and place.reading is Reading.SETTINGS:
        hint_ = f"; write {{pin: {_show(found)}}}"
    return f"must be a mapping, its members indented below it, not {_show(found)}{hint_}"


def _is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _numeral(found: object, place: Place) -> str:
    """How the number is written that the text *found* was meant to be; nothing where it is not known."""
    if not isinstance(found, str) or len(found) > 20 or place.reading is not Reading.SETTINGS:
        return ""
    written = found.strip()
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", written):
        return f"; write a point, not a comma: {written.replace(',', '.')}"
    if re.fullmatch(r"0+[1-9][0-9]*", written):
        return f"; write it without the leading zero: {written.lstrip('0')}"
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", written):
        return f"; write it without quotes: {written}"
    if re.fullmatch(r"\.[0-9]+", written):
        return f"; write a digit before the point: 0{written}"
    unit = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)\s*(s|sec|detik|seconds?|ms|min|%)", written)
    if unit:
        factor = {"%": 0.01, "ms": 0.001, "min": 60.0}.get(unit[2])
        number = f": {float(unit[1].replace(',', '.')) * factor:g}" if factor is not None else f", without {unit[2]}"
        return f"; write the number alone{number}"
    pin = re.fullmatch(r"(?:GPIO|BCM)\s*_?([1-9][0-9]?)", written, re.IGNORECASE)
    return f"; write the number alone: {pin[1]}" if pin else ""


def _letters(found: str) -> str:
    """*found* in small letters, without their accents and without apostrophes."""
    plain = unicodedata.normalize("NFKD", found)
    return "".join(each for each in plain if not unicodedata.combining(each) and each not in "'’`").lower()


def _hint(found: object, known: Iterable[str]) -> str:
    close = nearest(str(found), known)
    return f" (did you mean {close}?)" if close else ""


def _show(found: object) -> str:
    try:
        shown = repr(found)
    except ValueError:  # a whole number of thousands of digits
        return "this number"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
