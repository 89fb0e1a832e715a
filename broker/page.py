"""The page on this machine, which reads a people file of its own: so who is revoked here is logged out there at once.

`./install posko` puts that file there, for an installation in FOLDER; another's page is not touched.
"""

import json
from collections.abc import Callable
from pathlib import Path

from broker import store
from broker.core.bundles import SHARED, File
from broker.core.site import PEOPLE_FILE
from contract.settings.schema import SettingsError
from runtime import bounded

FOLDER = Path("/etc/kentongan-broker")
INSTALLED = Path("/etc/kentongan/people.json")


def hand_over(folder: Path, district: str, people: File, tell: Callable[[str], object], *, changed: bool) -> None:
    """Puts *people*, of the installation in *folder*, where this machine's page reads it, if there is one.

    *changed*: whether it is another than before in *folder*, so that somebody has to know. Raises SettingsError.
    """
    if folder.resolve() != FOLDER.resolve() or not INSTALLED.is_file():
        if changed:
            tell(f"TO DO: where the page is installed, carry {PEOPLE_FILE} to it: {INSTALLED}")
        return
    try:
        before = bounded.read(INSTALLED, bounded.INSTALLATION_BYTES)
        if before == people.body or _district(before) not in (district, None):
            return
        found = INSTALLED.stat()
        store.replace(INSTALLED, File(people.body, SHARED), owner=(found.st_uid, found.st_gid))
    except OSError as error:
        fault = (f"{INSTALLED}: cannot be written: {error.strerror}; the page goes on with the people of before. Run "
                 "this again as root (sudo)")
        raise SettingsError([fault]) from None
    tell("the page on this machine has it: who is there no more, or has a new code, is logged out within a second")


def _district(body: bytes) -> object:
    """Whose people file *body* is; None if it cannot be read."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found.get("district") if isinstance(found, dict) else None
