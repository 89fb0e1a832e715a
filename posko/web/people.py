"""The people file: who may use the page, as `kentongan broker` wrote it. Opens it read-only."""

import json
from pathlib import Path

from contract import people
from contract.people import Person, whose
from contract.settings.schema import SettingsError
from runtime import bounded

__all__ = ("read", "whose")


def read(path: Path, district: str) -> dict[str, Person]:
    """Everybody in *path*, by name. Raises SettingsError with every fault: who cannot be read is not left out."""
    try:
        found = json.loads(bounded.read(path, bounded.INSTALLATION_BYTES))
    except OSError as error:
        why = f"{path}: cannot be read: {error.strerror}; `kentongan broker provision` writes it"
        raise SettingsError([why]) from None
    except (ValueError, RecursionError):  # no JSON, or no text
        why = f"{path}: is no JSON; `kentongan broker provision` writes it anew"
        raise SettingsError([why]) from None
    file = people.read_file(found, path.name)
    if file.district != district:
        raise SettingsError([f"{path}: is of the district {file.district!r}, and this is {district!r}"])
    return {each.name: each for each in file.people}
