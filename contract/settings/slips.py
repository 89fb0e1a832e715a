"""What was probably meant where YAML's parser stopped, in the words of the file: its lines, colons and spaces. Pure."""

import re
from collections.abc import Callable

from contract.values import dataclass

# Blanks that YAML does not take for one, and quotes that it does not take for such, as word processors and web pages
# write them.
BLANKS = {
    "\u00a0": "a no-break space", "\u202f": "a no-break space", "\u200b": "an invisible blank",
    "\u2060": "an invisible blank", "\ufeff": "an invisible blank", "\u3000": "a wide blank",
    **{chr(each): "a typographic blank" for each in range(0x2000, 0x200B)},
}
CURLY = "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb"
GLUED = re.compile(r"([A-Za-z_][\w-]*):(?!\s|:|//|$)(\S[^#]*)")  # a name and a value without a blank between them
_NAME = r"\s*(- )?[\w-]+:"


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where the parser stopped: at line `at`, in what began at line `begun`, with its own words for it."""

    lines: list[str]
    at: int
    begun: int
    problem: str

    @property
    def near(self) -> list[int]:
        """The lines in which the fault can be, the likeliest first: comments between them are none of it."""
        above = [each for each in range(self.at - 1, -1, -1) if not re.fullmatch(r" *(#.*)?", self.lines[each])]
        return [self.at, *(each for each in above[:2] if each >= self.begun or each == above[0])]


_Meant = tuple[int, str] | None  # the line, counted from 0, and what to do about it


def slip(text: str, at: int | None, begun: int | None, problem: str) -> str:
    """The line that is wrong, what to write in it, and the line with the one before it.

    The parser stopped in line *at* of *text*, in what began in line *begun*, both counted from 0, with the words
    *problem*.
    """
    lines = text.splitlines() or [""]
    last = min(at or 0, len(lines) - 1)
    stop = _Stop(lines, last, last if begun is None else min(begun, last), problem)
    number, remedy = next(filter(None, (each(stop) for each in _SLIPS)), (stop.at, f"cannot be read ({problem})"))
    before = next((each for each in reversed(lines[:number]) if _is_content(each)), None)
    shown = _cut(lines[number]) if before is None else f"{_cut(lines[number])} after {_cut(before)}"
    return f"line {number + 1}: {remedy}; there stands {shown}"


def _cut(line: str) -> str:
    shown = line.replace("\t", "<tab>").rstrip()
    return f"`{shown}`" if len(shown) <= 60 else f"`{shown[:57]}...`"


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _tab(stop: _Stop) -> _Meant:
    for each in stop.near:
        if re.match(r"[ ]*\t", stop.lines[each]) or ("'\\t'" in stop.problem and each == stop.at):
            return each, "a tab stands there; use spaces"
    return None


def _odd_blank(stop: _Stop) -> _Meant:
    for each in stop.near:
        odd = next((found for found in stop.lines[each] if found in BLANKS), None)
        if odd is not None:
            return each, f"{BLANKS[odd]} (U+{ord(odd):04X}) stands there; write an ordinary blank in its place"
    return None


def _odd_mark(stop: _Stop) -> _Meant:
    for each in stop.near:
        if re.match(r"\s*[\u2010-\u2015\u2212\u2022\u00b7*]\s", stop.lines[each]):
            return each, f"{stop.lines[each].lstrip()[0]} begins no entry of a list; write a hyphen and a blank: `- `"
        if re.match(r"\s*[\w-]+\s*\uff1a", stop.lines[each]):
            return each, "a wide colon (U+FF1A) stands there; write an ordinary one and a blank"
        if re.match(r"\s*[\w-]+\s*=", stop.lines[each]):
            return each, "write a colon and a blank in place of ="
    return None


def _quote_within(stop: _Stop) -> _Meant:
    for each in stop.near:
        if re.match(rf"{_NAME}\s*'[^']*\w'\w[^']*'?\s*(#.*)?$", stop.lines[each]):
            return each, 'the apostrophe ends the text; no quotes are needed around it, or write " on both sides'
        if re.match(rf'{_NAME}\s*"[^"]*"\w', stop.lines[each]):
            return each, "the second quote ends the text; leave out the quotes in it"
    return None


def _no_blank(stop: _Stop) -> _Meant:
    for each in stop.near:
        glued = GLUED.match(stop.lines[each].lstrip(" ").removeprefix("- "))
        if glued:
            return each, f"write a blank after the colon: {glued[1]}: {glued[2].strip()}"
    return None


def _second_colon(stop: _Stop) -> _Meant:
    second = re.match(rf"{_NAME}\s+[^\s'\"\[{{#][^#]*:(\s|$)", stop.lines[stop.at])
    if not second or "mapping values" not in stop.problem:
        return None
    inner = re.match(r"\s*([\w-]+):\s+\(?([\w-]+: (?:[0-9.]+|true|false)\b[^#()]*)", stop.lines[stop.at])
    if inner:
        return stop.at, ("a second colon; put a text in quotes, and members on one line in braces: "
                         f"{inner[1]}: {{{inner[2].strip()}}}")
    return stop.at, "a second colon; put the value in quotes"


def _open_quote(stop: _Stop) -> _Meant:
    """A quote that another one, lines below, seems to close."""
    if not stop.problem.startswith("expected <block end>"):
        return None
    for each in range(stop.at, max(stop.at - 40, -1), -1):
        for quote in "'\"":
            opened = re.match(rf"{_NAME}\s+{quote}[^{quote}]*$", stop.lines[each])
            if opened and any(quote in line for line in stop.lines[each + 1: stop.at + 1]):
                return each, f"a quote is not closed; write {quote} at the end of the text"
    return None


def _no_colon(stop: _Stop) -> _Meant:
    for each in stop.near:
        if re.fullmatch(r"\s*[A-Za-z_][\w-]*\s*(#.*)?", stop.lines[each]):
            return each, f"write a colon after {stop.lines[each].split('#')[0].strip()}"
    return None


def _bracket(stop: _Stop) -> _Meant:
    part = "\n".join(stop.lines[stop.begun: stop.at + 1])
    for opened, closed in ("[]", "{}"):
        if part.count(opened) > part.count(closed):
            return stop.begun, f"{opened} is not closed; write {closed} at its end"
        if part.count(opened) < part.count(closed):
            return stop.at, f"{closed} closes nothing; leave it out, or write {opened} before it"
    return None


def _in_words(stop: _Stop) -> _Meant:
    """What the parser's own words are enough for."""
    if "quoted scalar" in stop.problem or "unexpected end of stream" in stop.problem:
        return stop.begun, "a quote is not closed; write it at the end of the text"
    if "document" in stop.problem:
        return stop.at, "a line of --- begins a second file; leave it out"
    if "','" in stop.problem:
        return stop.at, "write a comma between the members in brackets"
    if "cannot start any token" in stop.problem:
        return stop.at, "begins with a character that has a meaning of its own; put the text in quotes"
    return None


def _indentation(stop: _Stop) -> _Meant:
    if not stop.problem.startswith(("expected <block end>", "mapping values", "could not find", "but found")):
        return None
    above = [_indent(each) for each in stop.lines[:stop.at] if _is_content(each)]
    here, last = _indent(stop.lines[stop.at]), above[-1] if above else 0
    if here == last:
        return stop.at, ("a list (lines with `- `) and `name: value` lines do not stand side by side; indent one below "
                         "the other")
    allowed = " or ".join(map(str, sorted({each for each in above if each <= last})))
    return stop.at, f"count the spaces before it: it has {here}, and the lines above it have {allowed or 0}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# The first one that fits counts.
_SLIPS: tuple[Callable[[_Stop], _Meant], ...] = (
    _tab, _odd_blank, _odd_mark, _quote_within, _open_quote, _no_blank, _second_colon, _no_colon, _bracket,
    _in_words, _indentation,
)
