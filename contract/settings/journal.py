"""Where the hub's journal is, if not in a file of its own: the URL of a PostgreSQL database. Pure; must not connect."""

import re

from contract.settings.schema import Place, file_path

EXAMPLE = "postgresql://kentongan@db1,db2/kentongan?passfile=/etc/kentongan/journal.pgpass"
_SCHEME = re.compile(r"postgres(ql)?:/", re.IGNORECASE)
_URL = re.compile(r"postgres(ql)?://([^:@/?#\s]+@)?[^@/?#\s]*/[^@/?#\s]+(\?[^#\s]+)?")
_SECRET = re.compile(r"//[^/?#]*:[^/?#]*@|[?&](ssl)?password=", re.IGNORECASE)


def is_server(found: str) -> bool:
    """Whether *found* means a server, and not a folder."""
    return _SCHEME.match(found) is not None


def server(found: object, place: Place) -> str:
    """The URL of a database, without a password: all may read these settings. A fault never shows one."""
    if isinstance(found, str) and _SECRET.search(found):
        raise place.refuse(
            "has a password, which all who may read this file can see; take it out of the URL, write "
            "*:*:*:USER:PASSWORD into a file of mode 600 that belongs to the program's user, and name that: "
            "?passfile=/etc/kentongan/journal.pgpass")
    if not isinstance(found, str) or not _URL.fullmatch(found):
        shown = "" if isinstance(found, str) and "@" in found else f", not {found!r:.60}"
        raise place.refuse(f"must be the URL of a PostgreSQL database, such as {EXAMPLE}{shown}")
    return found


def folder_or_server(found: object, place: Place) -> str:
    """A folder, or such a URL."""
    return server(found, place) if isinstance(found, str) and is_server(found) else file_path(found, place)
