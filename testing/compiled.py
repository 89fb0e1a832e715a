"""Compiles the programs, as the installer does: so none that is started compiles what was edited last by itself.

Where PYTHONDONTWRITEBYTECODE is set each would do so again, for a fifth of a second, and keep the memory that it took.
"""

import compileall
from pathlib import Path

PROGRAMS = ("contract", "runtime", "node", "posko", "broker", "testing", "demo", "kentongan")


def compile_programs() -> None:
    """Compiles what was edited since the last time. A folder that cannot be written changes nothing."""
    for program in PROGRAMS:
        compileall.compile_dir(str(Path(__file__).resolve().parent.parent / program), quiet=2)
