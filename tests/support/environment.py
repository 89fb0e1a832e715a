"""The environment that every test runs in, whoever runs it and wherever: variables, home, locale, time zone, umask.

What a person has set for the session, or has installed at home, must not decide how a test ends: an operator's options
of mosquitto_pub, a driver in SDL_AUDIODRIVER, a locale with other numbers, a time zone.
"""

import locale
import os
import time
from collections.abc import Mapping
from pathlib import Path

# Variables that stay as they are: where programs, temporary files and processor settings are found, and what belongs
# to whoever runs the tests. All others go; a name with * stands for all that begin so.
KEPT = (
    "PATH", "LD_LIBRARY_PATH", "TMPDIR", "OPENBLAS_*", "PYTEST_*", "COV_*", "COVERAGE_*",
    "KENTONGAN_EXPLORE", "KENTONGAN_MODEL_EXAMPLES",
)
# Western Indonesia, written so that no database of time zones is needed. Not UTC, which would hide a mistake.
TIME_ZONE = "WIB-7"
LOCALE = "C.UTF-8"
UMASK = 0o022


def variables(found: Mapping[str, str], home: Path) -> dict[str, str]:
    """The variables that tests and their processes see, where those *found* are set and *home* is the home folder."""
    kept = {name: value for name, value in found.items() if _is_kept(name)}
    return {**kept, "HOME": str(home), "LC_ALL": LOCALE, "TZ": TIME_ZONE}


def settle(home: Path) -> None:
    """Makes this the environment of this process, and of all that it starts from now on."""
    wanted = variables(os.environ, home)
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
    time.tzset()
    locale.setlocale(locale.LC_ALL, "")
    os.umask(UMASK)


def _is_kept(name: str) -> bool:
    return any(name.startswith(kept[:-1]) if kept.endswith("*") else name == kept for kept in KEPT)
