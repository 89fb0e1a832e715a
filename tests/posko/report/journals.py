"""Journals written by hand, with literal numbers, and a posko's settings beside them."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from posko.journal import SCHEMA
from posko.journal_place import NAME
from posko.report import archive
from posko.report.core import history, rounds, rows
from posko.report.core.history import Alarm, Month
from posko.report.core.rounds import RoundsMonth
from tests.support.nodes import CONFIG

WIB = timezone(timedelta(hours=7), "WIB")
NOW = 1794142860.0  # 2026-11-08 20:01:00 +07:00

# 1793466000 is 2026-11-01 00:00:00 +07:00. An alarm's instants on the hub's clock are of one boot, but for `unknown`,
# which the hub writes on the next boot, as it gives it up.
ALARMS = """
INSERT INTO alarms (first, identifier, also, village, incident, status, origin, note, boot,
    first_at, raised_at, until, first_wall, synced, silenced, sounds, expected, ended_at, "end") VALUES
('october', 'october', '[]', 'olean', 'kebakaran', 'Exercise', 'Pak Camat', '', 'one',
    1000.0, 1000.0, 1180.0, 1793465999.0, 1, '{}', '{"olean/pos-1": 0.5}', '["olean/pos-1"]', 1030.0, 'cleared'),
('november', 'november', '[]', 'semua', 'bencana', 'Actual', '', 'air naik', 'one',
    1001.0, 1001.0, 1181.0, 1793466000.0, 1, '{"semua": 1020.0}',
    '{"patokan/polsek": 0.08, "olean/pos-1": 12.34}',
    '["kotakan/pos-1", "olean/pos-1", "patokan/polsek", "patokan/pos-1"]', 1181.004, 'finished'),
('false', 'false', '[]', 'kalibagor', 'pencurian', 'Actual', 'kalibagor/pos-1', '', 'one',
    2000.0, 2000.0, 2180.0, 1793628847.0, 0, '{}', '{"kalibagor/pos-1": 0.25}', '["kalibagor/pos-1"]',
    2059.9, 'cleared'),
('merged', 'third', '["merged", "second"]', 'kalibagor', 'pencurian', 'Actual', 'kotakan/pos-1', '', 'one',
    3000.0, 3050.0, 3230.0, 1793647800.0, 1, '{}', '{"kalibagor/pos-1": 0.1, "kotakan/pos-1": 0.3}',
    '["kalibagor/pos-1", "kotakan/pos-1"]', 3060.1, 'cleared'),
('late', 'late', '[]', 'kalibagor', 'pencurian', 'Actual', 'kalibagor/pos-1', '', 'one',
    4000.0, 4000.0, 4180.0, 1793761200.0, 1, '{}', '{}', '["kalibagor/pos-1"]', 9000.0, 'late'),
('unknown', 'unknown', '[]', 'kalibagor', 'pencurian', 'Actual', '', '', 'two',
    500000.0, 500000.0, 500180.0, 1794333105.0, 0, '{}', '{"kalibagor/pos-1": 0.1}', '["kalibagor/pos-1"]',
    95.0, 'unknown'),
('renamed', 'renamed', '[]', 'lama', 'kerusuhan', 'Exercise', 'lama/pos-9', '', 'two',
    5000.0, 5000.0, 5180.0, 1793941200.0, 1, '{}', '{}', '["lama/pos-9"]', 5090.0, 'earnest'),
('unwritten', 'unwritten', '[]', 'patokan', 'ternak', 'Actual', 'Ibu [red]Lurah[/]', '', 'two',
    6000.0, 6000.0, 6180.0, 1793985000.0, 1, '{}', '{"patokan/pos-1": 2.0}', '["patokan/pos-1"]', NULL, NULL),
('ringing', 'ringing', '[]', 'patokan', 'ternak', 'Actual', '=1+1', '', 'two',
    7000.0, 7000.0, 7180.0, 1794142800.0, 1, '{}', '{}', '["patokan/polsek", "patokan/pos-1"]', NULL, NULL);
"""

ROUNDS = """
INSERT INTO ronda (identifier, village, post, origin, wall, clock) VALUES
('r1', 'kalibagor', 'kalibagor/pos-1', 'schedule', 1793545200.0, 'synced'),
('r2', 'kalibagor', 'kalibagor/pos-1', 'button', 1793556900.0, 'unsynced'),
('r3', 'kalibagor', 'kalibagor/pos-1', 'button', 1793595599.0, 'synced'),
('r4', 'kalibagor', 'kalibagor/pos-1', 'button', 1793595600.0, 'synced'),
('r5', 'kotakan', '', 'operator', 1793638800.0, 'synced'),
('r6', 'lama', 'lama/pos-9', 'button', 1796068800.0, 'synced'),
('r7', 'olean', 'olean/pos-1', 'button', 1796101200.0, 'synced');
"""

# An alarm of 2026-11-02 21:14:07 +07:00, from which others are made.
ROW: dict[str, object] = {
    "first": "one", "village": "kalibagor", "incident": "pencurian", "status": "Actual", "origin": "", "note": "",
    "first_at": 2000.0, "until": 2180.0, "first_wall": 1793628847.0, "synced": 1, "sounds": "{}", "expected": "[]",
    "ended_at": 2180.0, "end": "finished",
}


def wib(epoch: float) -> datetime:
    """Local time in Situbondo."""
    return datetime.fromtimestamp(epoch, WIB)


# The tables as they were before they were strict. Such a journal is never changed into one that is.
BEFORE_STRICT = SCHEMA.replace(") STRICT;", ");")


def write(folder: Path, *statements: str, mode: str = "WAL", tables: str = SCHEMA) -> Path:
    """A journal in *folder* that nobody has open, with what *statements* put into it."""
    path = folder / NAME
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode={mode}")
        database.executescript(tables)
        for statement in statements:
            database.executescript(statement)
        database.commit()
    return path


def alarm(now: float = NOW, **columns: object) -> Alarm:
    """The alarm of ROW, with other *columns*."""
    return history.read_alarm({**ROW, **columns}, wib, now)


def months(path: Path, only: str | None = None) -> tuple[Month, ...]:
    """The months of the alarms in the journal *path*, at NOW."""
    made, _ = rows.read(archive.rows(path, archive.ALARMS), lambda raw: history.read_alarm(raw, wib, NOW))
    return history.months(made, only)


def patrols(path: Path, posts: Sequence[str], only: str | None = None) -> tuple[RoundsMonth, ...]:
    """The months of the patrols in the journal *path*."""
    made, _ = rows.read(archive.rows(path, archive.ROUNDS), lambda raw: rounds.read_round(raw, wib))
    return rounds.months(made, posts, only)


def settings(folder: Path, state_dir: Path) -> Path:
    """The settings file of a posko of the shipped district, which keeps its journal in *state_dir*."""
    path = folder / "posko.yaml"
    path.write_text(json.dumps({
        "district": str(CONFIG / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}, "state_dir": str(state_dir),
    }), "utf-8")
    return path
