"""The page on this machine, which reads a people file of its own: so who is revoked here is logged out there at once.

`./install posko` puts that file there, for an installation in FOLDER; another's page is not touched.
"""

import json
from collections.abc import Callable, Collection
from pathlib import Path

from broker import store
from broker.core.bundles import CA, SHARED, File
from broker.core.site import PEOPLE_FILE, STATE
from contract.settings.schema import SettingsError
from runtime import bounded

FOLDER = Path("/etc/kentongan-broker")
INSTALLED = Path("/etc/kentongan/people.json")


def hand_over(folder: Path, tell: Callable[[str], object], *, changed: Collection[str]) -> None:
    """Puts the people of the installation in *folder* where this machine's page reads them, if there is one.

    *changed*: the paths that are another than before in *folder*, so that somebody has to know. Raises SettingsError.
    """
    if folder.resolve() != FOLDER.resolve() or not INSTALLED.is_file():
        if PEOPLE_FILE in changed and STATE in changed and f"ca/{CA}" not in changed:
            tell(f"TO DO: if the page is on another machine, carry {PEOPLE_FILE} there: {INSTALLED}")
        return
    try:
        people, before = (bounded.read(each, bounded.INSTALLATION_BYTES) for each in (folder / PEOPLE_FILE, INSTALLED))
        if before == people or _district(before) not in (_district(people), None):
            return
        found = INSTALLED.stat()
        store.replace(INSTALLED, File(people, SHARED), owner=(found.st_uid, found.st_gid))
    except OSError as error:
        fault = (f"{INSTALLED}: cannot be written: {error.strerror}; the page goes on with the people of before. Run "
                 "this again as root (sudo)")
        raise SettingsError([fault]) from None
    tell("the page on this machine has it: who is there no more, or has a new code, is logged out within seconds")


def _district(body: bytes) -> object:
    """Whose people file *body* is; None if it cannot be read."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found.get("district") if isinstance(found, dict) else None
