"""Many people at once: a table of names as a spreadsheet saves it. Pure; must not open files.

    nama;desa;peran          peran may be left out: warga
    Budi Santoso;Kalibagor;  the account budi-santoso

Commas or tabs do as well. Nothing of a table is taken that has a fault anywhere.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from broker.core.accounts import Operator, Petugas, Warga
from contract import people
from contract.domain.district import District
from contract.settings import encoding
from contract.settings.schema import SettingsError
from contract.settings.suggestions import suggestion
from contract.text import printable

NAME, VILLAGE, ROLE = "nama", "desa", "peran"
MOST = 5_000  # rows: each takes a moment, and a sheet of paper for four
_SEPARATORS = (";", ",", "\t")
_NAMED_SEPARATOR = re.compile('"?sep=(.)"?\r?\n?', re.IGNORECASE)  # a line that Excel understands, and passes over
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f]+")  # what is copied from a web page or a chat has them
_UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff]")  # no width
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are ZIP archives; .xls is an OLE file
_NEW = {"warga": Warga, "petugas": Petugas, "operator": Operator}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def decode(body: bytes) -> str:
    """The text in *body*: UTF-8 or UTF-16, or what a spreadsheet on Windows saves as CSV (Windows-1252).

    Raises EncodingError.
    """
    if body.startswith(_WORKBOOKS):
        raise encoding.EncodingError("is a workbook, not a table (CSV); in the spreadsheet: Save as, CSV UTF-8")
    try:
        return encoding.decode(body)
    except encoding.EncodingError:
        if b"\0" in body:
            raise
        try:
            return body.decode("cp1252")
        except UnicodeDecodeError:
            pass
        raise


def read(
    text: str, file: str, district: District, taken: Collection[str], role: str = "warga"
) -> dict[str, Warga | Petugas | Operator]:
    """The people in the table *text*, by their names as accounts; who has no `peran` is a *role*.

    Raises SettingsError with every fault, each with the line of *file*.
    """
    faults: list[str] = []
    found: dict[str, Warga | Petugas | Operator] = {}
    lines: dict[str, int] = {}
    count = 0
    for row in _rows(text, file, faults):
        count += 1
        shown, name = row.cells[NAME], slug(row.cells[NAME])
        wrong = [*_of_name(shown, name, lines, taken)]
        villages = _villages(row.cells[VILLAGE], district, wrong)
        word = row.cells.get(ROLE, "").casefold() or role
        if word not in _NEW:
            wrong.append(f"{ROLE} {printable(word, 40)!r} is not allowed; {suggestion(word, _NEW, 'use one of')}")
        faults += [f"{file}: line {row.line}: {each}" for each in wrong]
        lines.setdefault(name, row.line)
        if not wrong:
            found[name] = _NEW[word](villages, display=shown if shown != name else "")
    if count > MOST:
        faults = [f"{file}: has {count} people; at most {MOST} at once"]
    if not count and not faults:
        faults = [f"{file}: names nobody; write a line for each person below the first one"]
    if faults:
        raise SettingsError(faults)
    return found


def slug(name: str) -> str:
    """The account's name for the *name* of a person: small letters, digits and hyphens; "" if nothing is left."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(each for each in plain if not unicodedata.combining(each) and each not in "'’`").lower()
    return "-".join(re.findall("[a-z0-9]+", letters))


def _rows(text: str, file: str, faults: list[str]) -> Iterator[_Row]:
    lines = text.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        faults.append(f"{file}: is empty; its first line names the columns: {NAME};{VILLAGE}")
        return
    named = _NAMED_SEPARATOR.fullmatch(lines[first])
    if named is not None and first + 1 < len(lines):
        first += 1
    separator = max(_SEPARATORS, key=lines[first].count) if named is None else named[1]
    reader = csv.reader(lines[first:], delimiter=separator, strict=True)
    head: list[str] | None = None
    begin = first + 1
    try:
        for cells in reader:
            found = [_SPACES.sub(" ", _UNSEEN.sub("", each)).strip() for each in cells]
            line, begin = begin, first + reader.line_num + 1
            if head is None:
                head = [each.casefold() for each in found]
                wrong = [*_of_head(head)]
                faults += [f"{file}: line {line}: {each}" for each in wrong]
                if wrong:
                    return
            elif any(found[len(head):]):
                faults.append(f"{file}: line {line}: has {len(found)} cells, and the first line {len(head)}; put a "
                              f"name with {separator!r} in it in double quotes")
            elif any(found):
                cell = dict(zip(head, [*found, *[""] * len(head)], strict=False))
                yield _Row(line, {each: value for each, value in cell.items() if each})
    except csv.Error as error:
        faults.append(f"{file}: line {begin}: is no line of a table: {error}")


def _of_head(head: list[str]) -> Iterator[str]:
    named = [each for each in head if each]
    for each in (NAME, VILLAGE):
        if each not in named:
            yield f"must name the column {each}; write {NAME};{VILLAGE} or {NAME};{VILLAGE};{ROLE}"
    for each in dict.fromkeys(named):
        if named.count(each) > 1:
            yield f"names the column {each} twice"
        if each not in (NAME, VILLAGE, ROLE):
            known = suggestion(each, (NAME, VILLAGE, ROLE), "known here")
            yield f"the column {printable(each, 40)!r} is unknown; {known}"


def _of_name(shown: str, name: str, lines: Mapping[str, int], taken: Collection[str]) -> Iterator[str]:
    if not shown:
        yield f"{NAME} is empty"
    elif not name:
        yield f"{NAME} {printable(shown, 40)!r} has no letter from a to z and no digit, which an account's name needs"
    elif len(shown) > people.LONGEST_DISPLAY or not shown.isprintable():
        yield f"{NAME} must be one line of at most {people.LONGEST_DISPLAY} printable characters"
    elif name in lines:
        yield f"{name} is in line {lines[name]}, too; write what tells them apart, such as '{shown} RT 3'"
    elif name in taken:
        yield f"{name} is there already; take the line out (`kentongan broker card {name}` makes a new card)"


def _villages(shown: str, district: District, wrong: list[str]) -> tuple[str, ...]:
    plain = shown.casefold()
    for kind in ("desa ", "kelurahan "):
        plain = plain.removeprefix(kind).strip()
    for each, village in district.villages.items():
        if plain in (each, village.name.casefold()):
            return (each,)
    if not plain:
        wrong.append(f"{VILLAGE} is empty")
    else:
        hint = suggestion(plain, district.villages)
        wrong.append(f"{VILLAGE} {printable(shown, 40)!r} is no village of {district.district}; {hint}")
    return ()
