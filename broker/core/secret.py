"""Keys, hashes and passwords as values, and a password file as text. Pure; must not make any."""

from collections.abc import Mapping
from dataclasses import dataclass


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
    return {name: found for name, colon, found in pairs if colon and found.startswith("$7$") and len(found) == 112}


def write_file(hashes: Mapping[str, str]) -> str:
    """A password file."""
    return "".join(f"{name}:{found}\n" for name, found in sorted(hashes.items()))
