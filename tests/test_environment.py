"""The environment of the tests themselves: nothing of whoever runs them, or of the machine, reaches a test."""

import locale
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from testing.program import LIMIT_S
from tests.support import environment

OPERATORS = {
    "HOME": "/home/siti", "XDG_CONFIG_HOME": "/home/siti/.config", "XDG_RUNTIME_DIR": "/run/user/1000",
    "LANG": "id_ID.ISO-8859-1", "LC_NUMERIC": "id_ID.ISO-8859-1", "LANGUAGE": "id", "TZ": "Asia/Tokyo",
    "KENTONGAN_CONFIG": "/etc/kentongan/posko.yaml", "GPIOZERO_PIN_FACTORY": "mock", "SDL_AUDIODRIVER": "pulseaudio",
    "AUDIODEV": "hw:1", "LOGNAME": "root", "NOTIFY_SOCKET": "/run/systemd/notify", "PYTHONWARNINGS": "error",
    "FAKETIME": "-1d", "COLUMNS": "40", "FORCE_COLOR": "1", "CI": "true",
}
TESTERS = {
    "PATH": "/usr/bin", "TMPDIR": "/scratch", "PYTEST_XDIST_WORKER": "gw0", "OPENBLAS_CORETYPE": "Haswell",
    "KENTONGAN_EXPLORE": "1",
}


def test_what_a_person_has_set_is_replaced_and_what_the_run_itself_needs_stays() -> None:
    assert environment.variables({**OPERATORS, **TESTERS}, Path("/home/own")) == {
        **TESTERS, "HOME": "/home/own", "LC_ALL": "C.UTF-8", "TZ": "WIB-7",
    }


def test_this_run_has_that_environment_and_a_home_of_its_own() -> None:
    home = Path.home()

    assert dict(os.environ) == environment.variables(os.environ, home)
    assert (home.parent, home.name.startswith("kentongan-home-")) == (Path(tempfile.gettempdir()), True)
    assert (locale.getpreferredencoding(do_setlocale=False).lower(), time.strftime("%z")) == ("utf-8", "+0700")
    old = os.umask(environment.UMASK)
    assert old == environment.UMASK


def test_a_process_that_a_test_starts_has_it_too() -> None:
    code = "import locale, os, time; print(os.environ['HOME'], locale.getlocale()[1], time.strftime('%z'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT_S)

    assert done.stdout.split() == [str(Path.home()), "UTF-8", "+0700"]
