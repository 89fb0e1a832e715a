"""Where the broker is, as every settings file here writes it. Pure; must not open files."""

import re
from collections.abc import Mapping
from typing import Any

from contract.settings.schema import Place, RefusedError, file_path, integer, option, section, text
from contract.values import dataclass

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"  # RFC 1123, section 2.1; RFC 1035, section 2.3.4
_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV6 = r"[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?"


MOST = 8  # brokers
_OF_ALL = ("username", "password_file", "ca_file")
_NOBODY = ("0.0.0.0", "::", "255.255.255.255")  # noqa: S104 - any address, and everybody's: RFC 6890


def _host(found: object, place: Place) -> str:
    """A host's name or address. What is wrong with an IPv6 address in detail is left to the connection."""
    if not isinstance(found, str) or not found:
        raise place.refuse(f"{found!r} is not allowed; use a host name or an address")
    if "://" in found:
        raise place.refuse(f"{found!r} begins with a scheme; write the name or address alone, and the port under port")
    if re.fullmatch(r"[^:]*:[0-9]*|\[.*\]:[0-9]+", found):
        raise place.refuse(f"{found!r} ends with a port; write it under port, and the name or address alone here")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)+\.?", found) and not re.fullmatch(rf"{_BYTE}(\.{_BYTE}){{3}}", found):
        raise place.refuse(f"{found!r} is not an address: that has four numbers from 0 to 255 without leading zeros, "
                           "such as 192.168.1.10")
    if found in _NOBODY:
        raise place.refuse(f"{found!r} is no machine's address; write the broker's, such as 192.168.1.10, "
                           "or 127.0.0.1 for this machine")
    name = found.removesuffix(".")
    named = len(name) <= 253 and all(re.fullmatch(_LABEL, label) for label in name.split("."))
    if not named and not re.fullmatch(_IPV6, found):
        shown = found if len(found) <= 60 else f"{found[:57]}..."
        raise place.refuse(f"{shown!r} must be a host name or an address: letters, digits and hyphens, "
                           "at most 63 between two dots, such as posko.local or 192.168.1.10")
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """Where another broker is that serves the same: it has the same accounts, and a certificate of the same authority.
    """

    host: str = option(_host)
    port: int | None = option(integer(1, 65535, "TCP port"), default=None)


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is, and who this node is to it. `others` are tried in this order where it is out of reach."""

    host: str = option(_host)
    port: int = option(integer(1, 65535, "TCP port"), default=1883)
    username: str | None = option(text(r"\S+", "a name without spaces"), default=None)
    password_file: str | None = option(file_path, default=None)
    ca_file: str | None = option(file_path, default=None)
    others: tuple[Address, ...] = ()

    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each broker, the first one first; who gives no port has that of the first."""
        return ((self.host, self.port), *((each.host, each.port or self.port) for each in self.others))


_one, _address = section(BrokerSettings), section(Address)


def brokers(found: Any, place: Place) -> BrokerSettings:
    """A broker, or a list of them, of which the first says who we are to all."""
    if not isinstance(found, list):
        return _one(found, place)
    if not found:
        raise place.refuse("is empty; write {host: ...}, or a list of such")
    if len(found) > MOST:
        raise place.refuse(f"lists {len(found)} brokers; at most {MOST}")
    first = _one(found[0], place.below(1))
    settings = BrokerSettings(
        first.host, first.port, first.username, first.password_file, first.ca_file,
        tuple(_other(each, place.below(number)) for number, each in enumerate(found[1:], 2)))
    twice = next((each for each in settings.addresses() if settings.addresses().count(each) > 1), None)
    if twice is not None:
        raise place.refuse(f"lists {twice[0]}:{twice[1]} more than once")
    return settings


def _other(found: Any, place: Place) -> Address:
    """A broker that is not the first: its account and authority are those of the first."""
    surplus = [key for key in _OF_ALL if isinstance(found, Mapping) and key in found]
    for key in surplus:
        place.below(key).refuse("stands with the first broker, and holds for all; leave it out here")
    if surplus:
        raise RefusedError
    return _address(found, place)
