"""The program that runs: found among the processes, and read where it writes what happens to it."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from contract.packed import pack
from kentongan.diagnosis import program
from runtime.sqlite_readonly import UnreadableError


def journal(path: Path, *events: dict[str, Any], hub: bool = False) -> Path:
    """A journal with the log *events*; a hub's has who reported each."""
    with closing(sqlite3.connect(path)) as database, database:
        source = "source TEXT NOT NULL, " if hub else ""
        database.execute(f"CREATE TABLE log (id INTEGER PRIMARY KEY, wall REAL NOT NULL, {source}event TEXT) STRICT")
        for each in events:
            names, values = ["wall", "event"], [0.0, json.dumps(each)]
            if hub:
                names, values = [*names, "source"], [*values, each.get("source", "posko")]
            marks = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO log ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608
    return path


def event(kind: str, boot: str = "b2", **more: object) -> dict[str, Any]:
    return {"event": kind, "boot": boot, **more}


def test_faults_in_force_and_the_link_are_those_of_the_last_run(tmp_path: Path) -> None:
    path = journal(
        tmp_path / "j.db", event("fault", "b1", part="striker", reason="old"), event("linked", "b1"),
        event("fault", part="link", reason="away"), event("fault", part="sound", reason="mute"),
        event("fault", part="hub", reason="silent"), event("recovered", part="link"), event("linked"),
        event("recovered", part="hub"),
    )

    assert program.read(path) == ({"sound": "mute"}, True)


def test_a_link_that_was_lost_is_none(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", event("linked"), event("fault", part="link", reason="away"))

    assert program.read(path) == ({"link": "away"}, False)


def test_a_run_that_has_not_linked_yet_has_no_link(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", event("linked", "b1"), event("warning", "b2"))

    assert program.read(path) == ({}, False)


def test_a_hubs_journal_has_the_posts_events_too_which_are_not_its_own(tmp_path: Path) -> None:
    path = journal(
        tmp_path / "j.db", event("linked"), event("fault", "n1", part="sound", reason="mute", source="olean/pos-1"),
        hub=True,
    )

    assert program.read(path) == ({}, True)


def test_a_long_event_that_is_packed_is_read(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", event("linked"))
    long = json.dumps(event("fault", part="sound", reason="mute " * 2000))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO log (wall, event) VALUES (0.0, ?)", (pack(long),))

    assert pack(long) != long
    assert program.read(path) == ({"sound": "mute " * 2000}, True)


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", event("linked"), {"no": "boot"})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO log (wall, event) VALUES (0.0, '{')")
        database.execute("INSERT INTO log (wall, event) VALUES (0.0, '[1]')")

    assert program.read(path) == ({}, True)


def test_a_journal_that_is_none_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"this is no database" * 100)
    process(tmp_path, 1, "x", stat=stat(1000))
    found = program.look(1, tmp_path / "j.db", tmp_path)
    missing = program.look(1, tmp_path / "none.db", tmp_path)

    assert (found.faults, found.linked, missing.faults, missing.linked) == (None, None, None, None)
    assert found.unread.startswith(f"{tmp_path / 'j.db'} cannot be read: ")
    assert missing.unread == f"{tmp_path / 'none.db'} cannot be read: No such file or directory"
    with pytest.raises(UnreadableError):
        program.read(tmp_path / "j.db")


UP_S = 5000.0


def stat(age_s: float, policy: int = 1) -> str:
    """What the kernel shows of a process that has run for so long on a machine that is up for UP_S."""
    fields = [str(each) for each in range(4, 42)]
    fields[22 - 4], fields[41 - 4] = str(int((UP_S - age_s) * os.sysconf("SC_CLK_TCK"))), str(policy)
    return f"30 (ke) nt) S {' '.join(fields)} 0 0\n"


def process(root: Path, pid: int, *words: str, status: str = "", stat: str = "") -> None:
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc/uptime").write_text(f"{UP_S} 0.0\n", "utf-8")
    folder = root / f"proc/{pid}"
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes("\0".join([*words, ""]).encode())
    (folder / "status").write_text(status, "utf-8")
    (folder / "stat").write_text(stat, "utf-8")
    (folder / "cwd").symlink_to("/srv")


def test_a_node_is_found_by_its_command_line_with_its_settings(tmp_path: Path) -> None:
    process(tmp_path, 1, "/usr/lib/systemd/systemd")
    process(tmp_path, 20, "/opt/k/bin/python", "/opt/k/bin/kentongan", "node", "--config", "/etc/k/node.yaml")
    process(tmp_path, 21, "python3", "-m", "kentongan", "node", "--config=box/node.yaml")
    process(tmp_path, 22, "/opt/k/.venv/bin/kentongan", "node")
    process(tmp_path, 23, "/opt/k/.venv/bin/kentongan", "posko", "--check")
    process(tmp_path, 24, "vi", "kentongan", "node.yaml")

    assert program.find("node", tmp_path) == {20: Path("/etc/k/node.yaml"), 21: Path("/srv/box/node.yaml"), 22: None}
    assert program.find("posko", tmp_path) == {}


@pytest.mark.parametrize(("policy", "locked", "found"), [
    (1, "VmLck:\t   5000 kB\n", (True, True)), (0, "VmLck:\t      0 kB\n", (False, False)), (2, "", (False, None)),
])
def test_scheduling_and_locked_memory_are_the_kernels_word(
    tmp_path: Path, policy: int, locked: str, found: tuple[bool, bool | None]
) -> None:
    process(tmp_path, 30, "x", status=f"Name:\tx\n{locked}", stat=stat(1000, policy))
    seen = program.look(30, tmp_path / "none.db", tmp_path)

    assert (seen.realtime, seen.locked) == found


@pytest.mark.parametrize(("age_s", "ready", "linked"), [(1000, True, True), (5, True, None), (1000, False, None)])
def test_a_program_that_has_only_just_begun_is_not_taken_for_the_run_before_it(
    tmp_path: Path, age_s: float, ready: bool, linked: bool | None
) -> None:
    process(tmp_path, 30, "x", stat=stat(age_s))
    path = journal(tmp_path / "j.db", event("linked", "b1"))

    assert program.look(30, path, tmp_path, ready=ready).linked is linked


def test_a_run_that_has_armed_and_not_linked_is_not_the_run_before_it(tmp_path: Path) -> None:
    assert program.read(journal(tmp_path / "j.db", event("linked", "b1"), event("armed", "b2"))) == ({}, False)
