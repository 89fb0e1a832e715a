"""Strict JSON: an object's text -> its members, each of the type it should have. Must not know what they mean.

JSON as it is sent by hand and by strangers: what is doubtful (a member twice, NaN, a number of thousands of digits,
nesting without end, signs that are no text) makes the whole refused.
"""

import json
import math
import unicodedata
from collections.abc import Mapping

DEEPEST = 16


class BadTextError(ValueError):
    """A part of a text that makes the whole refused; the message says which and why."""


def dump(members: Mapping[str, object]) -> bytes:
    """*members* as one line of JSON in UTF-8."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def members(text: str) -> dict[str, object]:
    """The members of the JSON object in *text*. Raises BadTextError."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise BadTextError("JSON nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadTextError(f"no JSON: {error.msg} at place {error.pos + 1}") from None
    except BadTextError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise BadTextError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadTextError("no JSON object")
    _shallow(value)
    return value


def _shallow(value: object) -> None:
    """Refuses what is nested deeper than anyone would type. Python 3.12 and later read on where 3.11 gives up."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner for each in level if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise BadTextError("JSON nested too deeply")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadTextError("JSON names a member twice")
    return found


def _no_number(word: str) -> float:
    raise BadTextError(f"{word} is no JSON number")


def plain(text: str, what: str) -> str:
    """*text*, if people can read all of it; *what* names it in the fault. Raises BadTextError."""
    for sign in text:
        category = unicodedata.category(sign)
        if category == "Cs" or (category == "Cc" and sign not in "\t\n\r"):
            raise BadTextError(f"{what} holds the sign U+{ord(sign):04X}, which is no text")
    return text


def text(members: Mapping[str, object], name: str) -> str | None:
    """The member *name*, which must be text; None if there is none. Raises BadTextError."""
    value = members.get(name)
    if value is None and name not in members:
        return None
    if not isinstance(value, str):
        raise BadTextError(f"{name} is no text")
    return plain(value, name)


def word(members: Mapping[str, object], name: str) -> str:
    """The member *name*, which must be there and not be empty. Raises BadTextError."""
    value = text(members, name)
    if not value:
        raise BadTextError(f"{name} is missing")
    return value


def seconds(members: Mapping[str, object], name: str, default: float | None) -> float:
    """The member *name*, a number of seconds from 0 up; *default* if there is none. Raises BadTextError."""
    value = members.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise BadTextError(f"{name} is no number of seconds")
    return float(min(value, 1e9))
