"""The program in /opt/kentongan: built aside, then put in place in one step.

    /opt/kentongan -> kentongan-releases/DIGEST/     what runs of the sources, and .venv from the lock file
"""

import hashlib
import re
from pathlib import Path

from contract.user_error import UserError
from installer.bundle import NODE
from installer.machine import Machine
from installer.packages import LGPIO

SOURCE = Path(__file__).resolve().parent.parent
PLACE = "/opt/kentongan"
RELEASES = "/opt/kentongan-releases"
# All that an installed machine needs of a clone.
_PARTS = ("install", "installer", "kentongan", "contract", "runtime", "node", "posko", "broker", "testing", "demo",
          "config", "sounds", "systemd", "docs/kentongan.1", "docs/completion", "docs/id", "README.md", "LICENSE",
          "pyproject.toml", "requirements.lock", "requirements-scale.lock", "requirements-dev.lock")
_LINKS = {
    "/usr/local/bin/kentongan": f"{PLACE}/.venv/bin/kentongan",
    "/usr/local/share/man/man1/kentongan.1": f"{PLACE}/docs/kentongan.1",
    "/usr/local/share/bash-completion/completions/kentongan": f"{PLACE}/docs/completion/kentongan.bash",
    "/usr/local/share/zsh/site-functions/_kentongan": f"{PLACE}/docs/completion/_kentongan",
    "/usr/local/share/fish/vendor_completions.d/kentongan.fish": f"{PLACE}/docs/completion/kentongan.fish",
}
_DONE = ".installed"
_UNFINISHED = f"{RELEASES}/.unfinished"


def build(machine: Machine, kind: str, wheels: Path | None, *, server: bool) -> str:
    """The folder of this release, complete; one that was interrupted is made anew. Raises UserError.

    *server*: the journal is on a PostgreSQL server, so the program needs what speaks to it.
    """
    files = _files()
    release = f"{RELEASES}/{_digest(files)}"
    place = machine.path(release)
    if not (place / _DONE).is_file():
        machine.remove(release)
        for name, body in files.items():
            machine.write(f"{release}/{name}", body, 0o755 if name == "install" else 0o644, synced=False)
        _environment(machine, place, wheels)
        # The units' file system is read-only: what is not compiled now would be compiled at each start.
        machine.program(place / ".venv/bin/python", "-m", "compileall", "-q", "-x", r"/lib2to3/|/tests?/",
                        place)
    else:
        machine.tell("   this release is there already")
    if server:
        machine.program(*_pip(place, wheels), "--require-hashes", "-r", place / "requirements-scale.lock")
    if kind == NODE:
        _pins(machine, place, wheels)
    machine.program("sync")  # before it is called complete
    machine.write(f"{release}/{_DONE}", b"")
    return release


def begin(machine: Machine) -> bool:
    """Notes that what runs may not be what is installed, until `clean`; whether that was so already."""
    there = machine.path(_UNFINISHED).exists()
    machine.write(_UNFINISHED, b"")
    return there


def use(machine: Machine, release: str) -> bool:
    """Makes *release* the one that runs; whether it was another before."""
    place = machine.path(PLACE)
    target = release.removeprefix("/opt/")
    changed = not place.is_symlink() or str(place.readlink()) != target
    if place.is_dir() and not place.is_symlink():
        place.rename(place.with_name("kentongan.before"))
        machine.tell(f"   {PLACE} was a copy made by hand; it is {PLACE}.before now")
    machine.link(PLACE, target)
    for link, to in _LINKS.items():
        machine.link(link, to)
    return changed


def clean(machine: Machine, release: str) -> None:
    """Removes every release but this one, once nothing runs from them, and the note of `begin`."""
    for other in machine.path(RELEASES).iterdir():
        if other.name != Path(release).name:
            machine.remove(f"{RELEASES}/{other.name}")


def remove(machine: Machine) -> None:
    """Removes the program and every link to it."""
    for link in _LINKS:
        if machine.path(link).is_symlink():
            machine.remove(link)
    machine.remove(PLACE)
    machine.remove(RELEASES)


def _files() -> dict[str, bytes]:
    found = {}
    for part in _PARTS:
        place = SOURCE / part
        if not place.exists():
            raise UserError(f"{place}: is missing; take a whole clone, or a whole release archive")
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".lgd-nfy"):
                found[str(path.relative_to(SOURCE))] = path.read_bytes()
    return found


def _digest(files: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, body in sorted(files.items()):
        whole.update(f"{name}\0{len(body)}\0".encode() + body)
    return whole.hexdigest()[:16]


def _environment(machine: Machine, place: Path, wheels: Path | None) -> None:
    """The virtual environment of the release at *place*, which sees the distribution's lgpio."""
    machine.program("python3", "-m", "venv", "--system-site-packages", place / ".venv")
    pip = _pip(place, wheels)
    machine.program(*pip, "--ignore-installed", "--require-hashes", "-r", place / "requirements.lock")
    machine.program(*pip, "--no-deps", "--no-build-isolation", "--editable", place)


def _pip(place: Path, wheels: Path | None) -> list[str | Path]:
    offline: list[str | Path] = [] if wheels is None else ["--no-index", "--find-links", wheels.resolve()]
    return [place / ".venv/bin/python", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
            *offline]


def _pins(machine: Machine, place: Path, wheels: Path | None) -> None:
    """The pins' driver: the distribution's, or PyPI's wheel where there is one. Raises UserError."""
    python = str(place / ".venv/bin/python")
    if machine.ask(python, "-c", LGPIO).code == 0:
        return
    # The version and the hashes stand in the lock file of the checks.
    lock = re.search(r"^lgpio==(?:.*\\\n)*.*\n", (place / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE)
    if lock is not None:
        (place / "lgpio.lock").write_text(lock[0], "utf-8")
        machine.ask(*map(str, _pip(place, wheels)), "--only-binary", ":all:", "--require-hashes", "-r",
                    str(place / "lgpio.lock"))
    if machine.ask(python, "-c", LGPIO).code != 0:
        raise UserError(
            "the pins' driver, lgpio, cannot be had here. Ways to it:",
            "  Raspberry Pi OS, Ubuntu: sudo apt-get install python3-lgpio",
            "  Debian 12 (Python 3.11): PyPI's wheel, from the Internet or in the folder of --wheels",
            "  Debian 13 (Python 3.13): it has no package and PyPI no wheel; take Raspberry Pi OS",
            "nothing that runs was changed; then run this again",
        )
