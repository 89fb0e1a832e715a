"""Where the broker is, as every settings file here writes it. Pure; must not open files."""

import re

from contract.settings.schema import Place, file_path, integer, option, text
from contract.values import dataclass

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"  # RFC 1123, section 2.1; RFC 1035, section 2.3.4
_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV6 = r"[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?"


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
class BrokerSettings:
    """Where the broker is, and who this node is to it."""

    host: str = option(_host)
    port: int = option(integer(1, 65535, "TCP port"), default=1883)
    username: str | None = option(text(r"\S+", "a name without spaces"), default=None)
    password_file: str | None = option(file_path, default=None)
    ca_file: str | None = option(file_path, default=None)
