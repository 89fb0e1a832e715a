"""Text from outside: whether people can read it, and how it is shown within one line. Pure."""

import re

# Control characters but tab and line ends, and unpaired surrogates: Unicode's categories Cc and Cs.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def unreadable(text: str) -> str | None:
    """The first character of *text* that people cannot read, as `U+001B`; None if they can read all of it."""
    found = _UNREADABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def readable(text: str) -> str:
    """*text* without what people cannot read in it."""
    return _UNREADABLE.sub("", text)


def escaped(found: object) -> str:
    """*found* as part of one line; what cannot be printed is written as in a Python string: a line feed as \\n.

    For names of files, which may contain any character, and must be found again by what is shown.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in str(found)
    )


def several(count: int, noun: str) -> str:
    """*count* of an English *noun* whose plural ends in s: `1 alarm`, `2 alarms`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def printable(found: object, longest: int | None = None) -> str:
    """*found* as part of one line of at most *longest* characters; what cannot be printed is marked by U+FFFD."""
    line = " ".join(str(found).split())
    line = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1]}…"
