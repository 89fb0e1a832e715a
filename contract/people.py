"""The people whom the page lets in: `people.json`, which `kentongan broker` writes and the page reads. Pure.

Each person has one login code, which counts once. It stands on a printed card and nowhere else:

    ABCD-EFGH-JKLM   12 of ALPHABET, in which no two look alike; case, hyphens and blanks do not matter

The first KEY_LENGTH characters are in the file as they are, as `key`: they find the entry, so that a login costs one
scrypt, however many people there are. The other nine are the secret, 31 ** 9 possibilities (44.6 bits), of which the
file has the scrypt hash of the whole code only.
"""

import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from contract.roles import OF_THE_PAGE, Account, Role
from contract.settings.schema import (
    Place,
    SettingsError,
    choice,
    flag,
    integer,
    items,
    option,
    read,
    section,
    slug,
    text,
)
from contract.values import dataclass

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH, KEY_LENGTH = 12, 3
LONGEST_DISPLAY = 40
# 16 MB and some 50 ms for each guess on a PC (RFC 7914, section 2; OWASP's least for p = 1 is n = 2**17, for passwords
# that people choose: these are random).
_N, _R, _P = 2**14, 8, 1
_HASH = r"[0-9]{1,6}\$[0-9]{1,2}\$[0-9]{1,2}\$[0-9a-f]{32}\$[0-9a-f]{64}"
_MOST_N, _MOST_R, _MOST_P = 2**17, 16, 4
SALT_BYTES, _HASH_BYTES = 16, 32


def display(found: Any, place: Place) -> str:
    """A name as people write it: a line of at most LONGEST_DISPLAY printable characters, such as 'Budi RT 3'."""
    if not isinstance(found, str) or not found.isprintable() or found != found.strip() or \
            len(found) > LONGEST_DISPLAY:
        raise place.refuse(f"must be a name in one line of at most {LONGEST_DISPLAY} printable characters")
    return found


def code_hash(found: Any, place: Place) -> str:
    """A hash as `hashed` makes it, which asks for no more memory and time than a small machine has."""
    hash_ = text(_HASH, "a scrypt hash n$r$p$salt$hash")(found, place)
    n, r, p = _costs(hash_)
    if n < 2 or n & (n - 1) or n > _MOST_N or not 0 < r <= _MOST_R or not 0 < p <= _MOST_P:
        raise place.refuse(f"the costs {n}, {r}, {p} of this hash are out of bounds")
    return hash_


code_key = text(f"[{ALPHABET}]{{{KEY_LENGTH}}}", f"the first {KEY_LENGTH} characters of a code")
code_time = integer(0, 2**53, "time in seconds since 1970")


def _role(found: Any, place: Place) -> Role:
    """One of those whom the page lets in."""
    return Role(choice(*(each.value for each in OF_THE_PAGE))(found, place))


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who may log in. `villages`: those of a warga, an operator or petugas; none: the whole district's.

    `issued`: when the code was made, in seconds since 1970; another code has another, so that who was logged in by the
    one of before is logged out. `key` and `code`: see above.
    """

    name: str = option(slug)
    role: Role = option(_role)
    villages: tuple[str, ...] = option(items(slug), default=())
    everywhere: bool = option(flag, default=False)
    display: str = option(display, default="")
    issued: int = option(code_time, default=0)
    code: str = option(code_hash, default="")
    key: str = option(code_key, default="")

    @property
    def account(self) -> Account:
        """What the table of roles calls him."""
        return Account(self.name, self.role, self.villages, everywhere=self.everywhere)

    @property
    def sender(self) -> str:
        """Who it is, in what is published."""
        return f"{self.role.value}/{self.name}"


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What stands in `people.json`."""

    district: str = option(slug)
    people: tuple[Person, ...] = option(items(section(Person)))


def read_file(found: object, path: str) -> PeopleFile:
    """The people in the plain value *found*. Raises SettingsError with every fault."""
    file = read(PeopleFile, found, path)
    faults = []
    for what, values in (("name", [each.name for each in file.people]), ("key", [each.key for each in file.people])):
        twice = sorted(each for each, count in Counter(values).items() if count > 1)
        faults += [f"{path}.people: the {what} {each!r} is there more than once" for each in twice]
    for each in file.people:
        if each.role is Role.WARGA and not each.villages:
            faults.append(f"{path}.people: the warga {each.name} has no village")
        if not (each.key and each.code and each.issued):
            faults.append(f"{path}.people: {each.name} lacks a code; `kentongan broker card {each.name}` makes one")
    if faults:
        raise SettingsError(faults)
    return file


def write_file(file: PeopleFile) -> str:
    """`people.json`, a person a line."""
    lines = [
        json.dumps({
            "name": each.name, **({"display": each.display} if each.display else {}), "role": each.role.value,
            "villages": each.villages, "everywhere": each.everywhere, "issued": each.issued, "key": each.key,
            "code": each.code,
        }, ensure_ascii=False) for each in file.people
    ]
    people = "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"
    return f'{{"district": {json.dumps(file.district)}, "people": {people}}}\n'


def whose(typed: str, people: Iterable[Person]) -> Person | None:
    """Who of *people* has the code that somebody *typed*. Takes the time of one scrypt, whether it is found or not."""
    code = plain(typed)
    if code is None:
        return None
    person = next((each for each in people if each.key == key(code)), None)
    same = fits(code, _NOBODY if person is None else person.code)
    return person if same else None


def plain(typed: str) -> str | None:
    """The code that somebody *typed* as it is hashed; None if it cannot be one."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def key(code: str) -> str:
    """The part of the plain *code* that finds its entry."""
    return code[:KEY_LENGTH]


def shown(code: str) -> str:
    """The plain *code* as it is printed."""
    return "-".join(code[at:at + 4] for at in range(0, LENGTH, 4))


def hashed(code: str, salt: bytes) -> str:
    """The hash of the plain *code*, with SALT_BYTES random bytes of *salt*. Takes some 50 ms on a PC, on purpose."""
    return f"{_N}${_R}${_P}${salt.hex()}${_scrypt(code, salt, _N, _R, _P).hex()}"


def fits(code: str, hash_: str) -> bool:
    """Whether *hash_*, one that `read_file` has let pass, is of the plain *code*. Takes some 50 ms, on purpose."""
    *_, salt, wanted = hash_.split("$")
    return hmac.compare_digest(_scrypt(code, bytes.fromhex(salt), *_costs(hash_)), bytes.fromhex(wanted))


def _costs(hash_: str) -> tuple[int, int, int]:
    n, r, p, *_ = hash_.split("$")
    return int(n), int(r), int(p)


def _scrypt(code: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    most = 128 * r * (n + p + 2) + 2**20  # what it needs, and room for OpenSSL's own
    return hashlib.scrypt(code.encode(), salt=salt, n=n, r=r, p=p, maxmem=most, dklen=_HASH_BYTES)


# What a code is tried against that begins as nobody's does: no code has this hash.
_NOBODY = f"{_N}${_R}${_P}${'00' * SALT_BYTES}${'00' * _HASH_BYTES}"
