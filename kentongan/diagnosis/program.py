"""The node or hub that runs on this machine: its process, and what its journal has of this run. Disturbs nothing.

A post's account may be logged in once only, as its name is its client id: a second login would end the node's own. So
whether it is linked, and what is wrong with it, is read where it writes that down.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from contract.packed import unpack
from contract.wire.event import Kind
from contract.wire.faults import Fault
from kentongan.diagnosis.core.facts import Running
from posko import journal_place
from posko.journal_place import JournalPlace
from runtime.sqlite_readonly import UnreadableError

# A program that has run for so long has begun its run in the journal; before, the last one there is another's.
SETTLED_S = 10.0
# What is looked at of a hundred thousand lines; a packed one may be about anything.
_ABOUT = " OR ".join(f"event LIKE '%\"{kind}\"%'" for kind in (Kind.FAULT, Kind.RECOVERED, Kind.LINKED)) + (
    " OR event LIKE 'bz2:%'")


def find(kind: str, root: Path = Path("/")) -> dict[int, Path | None]:
    """The processes that run as `kentongan KIND`, each with its settings, None where it is not seen which."""
    found: dict[int, Path | None] = {}
    for folder in sorted(root.glob("proc/[0-9]*")):
        with suppress(OSError, ValueError):
            words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if int(folder.name) != os.getpid() and _runs(words, kind):
                found[int(folder.name)] = _settings(words, folder / "cwd")
    return found


def _runs(words: Sequence[str], kind: str) -> bool:
    places = (at for at, word in enumerate(words[:4]) if word.rpartition("/")[2] == "kentongan")
    return any(words[at + 1:at + 2] == [kind] and "--check" not in words for at in places)


def _settings(words: Sequence[str], folder: Path) -> Path | None:
    given = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "--config"), None)
    given = next((word.partition("=")[2] for word in words if word.startswith("--config=")), given)
    with suppress(OSError):
        return None if given is None else folder.readlink() / given
    return None


def look(pid: int, journal: JournalPlace, root: Path = Path("/"), *, ready: bool = True) -> Running:
    """The program that runs as *pid* and keeps *journal*; *ready*: as far as systemd knows, it has begun."""
    realtime, locked = _scheduling(pid, root)
    age_s = _age_s(pid, root)
    if age_s is None or age_s < SETTLED_S or not ready:
        reason = "the program has only just been started; look again in a minute"
        return Running(pid, unread=reason, realtime=realtime, locked=locked)
    try:
        faults, linked = read(journal)
    except (OSError, UnreadableError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        remedy = "; run it with sudo" if isinstance(error, PermissionError) else ""
        return Running(pid, unread=f"{journal} cannot be read: {reason}{remedy}", realtime=realtime, locked=locked)
    return Running(pid, faults, linked, realtime=realtime, locked=locked)


def read(journal: JournalPlace) -> tuple[dict[str, str], bool]:
    """The faults in force of the run that wrote last, and whether it has a link. Raises OSError, UnreadableError."""
    faults: dict[str, str] = {}
    linked = False
    for event in reversed(list(_of_last_run(journal))):
        part, reason = str(event.get("part", "")), str(event.get("reason", ""))
        match event.get("event"):
            case Kind.FAULT:
                faults[part] = reason
                linked = linked and part != Fault.LINK
            case Kind.RECOVERED:
                faults.pop(part, None)
            case Kind.LINKED:
                linked = True
    return faults, linked


def _of_last_run(journal: JournalPlace) -> Iterator[dict[str, object]]:
    """Its events about faults and link, newest first. The hub's log has the posts' events too, of other runs."""
    with journal_place.read_only(journal) as database:
        columns = [each[0] for each in database.execute("SELECT * FROM log LIMIT 0").description]
        own = "source = 'posko'" if "source" in columns else "true"
        newest = _events(database.execute(f"SELECT event FROM log WHERE {own} ORDER BY rowid DESC"))  # noqa: S608
        boot = next((event["boot"] for event in newest), None)
        for event in _events(database.execute(
            f"SELECT event FROM log WHERE {own} AND ({_ABOUT}) ORDER BY rowid DESC"  # noqa: S608
        )):
            if event["boot"] != boot:
                return
            yield event


def _events(rows: Iterable[tuple[str]]) -> Iterator[dict[str, object]]:
    """The events in *rows* that say of which run they are; what is damaged is passed over."""
    for (text,) in rows:
        with suppress(ValueError, TypeError):
            event = json.loads(unpack(text))
            if isinstance(event, dict) and event.get("boot"):
                yield event


def _age_s(pid: int, root: Path) -> float | None:
    """For how long the process has run; None if it does not any more."""
    with suppress(OSError, ValueError, IndexError):
        # proc_pid_stat(5): field 22 is when it was started, in ticks since the machine was.
        ticks = int(_fields(pid, root)[22 - 3])
        up_s = float((root / "proc/uptime").read_text("utf-8").split()[0])
        return up_s - ticks / os.sysconf("SC_CLK_TCK")
    return None


def _fields(pid: int, root: Path) -> list[str]:
    """The fields of the process' stat, from the third on; the second, its name, may hold anything up to a bracket."""
    return (root / f"proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def _scheduling(pid: int, root: Path) -> tuple[bool | None, bool | None]:
    """Whether the process is under SCHED_FIFO, and whether its memory is locked."""
    realtime = locked = None
    with suppress(OSError, ValueError, IndexError):
        realtime = int(_fields(pid, root)[41 - 3]) == os.SCHED_FIFO  # the policy
    with suppress(OSError, ValueError, StopIteration):
        lines = (root / f"proc/{pid}/status").read_text("utf-8").splitlines()
        locked = int(next(line for line in lines if line.startswith("VmLck:")).split()[1]) > 0
    return realtime, locked
