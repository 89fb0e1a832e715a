"""Keys, hashes and passwords as values, and a password file as text. Pure; must not make any."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# A whole hash, which a power cut has not shortened: of 64 bytes, with any salt (12 bytes by Mosquitto 2.0, 64 by 2.1);
# or in the form of argon2, which 2.1 makes where it was built with it.
_WHOLE = re.compile(
    r"\$7\$\d+\$[0-9A-Za-z+/]+=*\$[0-9A-Za-z+/]{86}==|\$argon2id\$v=\d+\$[mtp=,\d]+\$[0-9A-Za-z+/]+\$[0-9A-Za-z+/]{43,}=*"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its certificate, as PEM."""

    key: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """An account's hash and, as long as its bundle is there, its password."""

    hash: str
    password: str | None = None


def read_file(text: str) -> dict[str, str]:
    """The hashes by account in a password file; what is no whole line of one is passed over."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: found for name, colon, found in pairs if colon and _WHOLE.fullmatch(found)}


def write_file(hashes: Mapping[str, str]) -> str:
    """A password file."""
    return "".join(f"{name}:{found}\n" for name, found in sorted(hashes.items()))
