"""Messages outward, for the doctor: their addresses, and what waits on the disk. Sends nothing."""

import time
from pathlib import Path

from contract.settings.schema import SettingsError
from kentongan.diagnosis.core.facts import Messages
from posko.config import Config
from posko.notify import config
from posko.notify.store import NAME
from runtime.sqlite_readonly import UnreadableError, read_only

UNIT = "kentongan-notify.service"


def look(path: Path, hub: Config) -> Messages:
    """What is known of the messages outward of the *hub* with the settings in *path*."""
    try:
        found = config.assemble(path, hub)
    except SettingsError as error:
        return Messages(faults=tuple(error.faults))
    journal = found.state_dir / NAME
    try:
        with read_only(journal) as database:
            waiting, oldest = database.execute("SELECT count(*), min(wall) FROM queue").fetchone()
    except (OSError, UnreadableError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        remedy = "; run it with sudo" if isinstance(error, PermissionError) else ""
        return Messages(len(found.targets), unread=f"{journal} cannot be read: {reason}{remedy}")
    age_s = max(0.0, time.time() - oldest) if oldest is not None else 0.0
    return Messages(len(found.targets), waiting=waiting, oldest_s=age_s)
