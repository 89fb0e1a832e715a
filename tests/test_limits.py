"""The page of limits names tests that there are; and those of its numbers that tests/posko does not look at."""

import re
from pathlib import Path

import pytest

from contract.domain import notes
from node.sound import note_keeper, note_maker
from posko import journal
from posko.core import alarms, messages, transition
from posko.journal import Journal
from posko.operator.core import fold
from runtime import bounded, inbox, sqlite_file

ROOT = Path(__file__).resolve().parent.parent
LIMITS = (ROOT / "docs/reliability.md").read_text("utf-8").partition("\n## ")[0]  # the first of the page's tables
ROWS = [[cell.strip() for cell in line.strip("|").split("|")]
        for line in LIMITS.splitlines() if line.startswith("|")][2:]


def test_every_row_names_tests_that_there_are() -> None:
    named = [name for row in ROWS for name in re.findall(r"`([\w/]+\.py)`", row[4])]

    assert all(re.search(r"`[\w/]+\.py`", row[4]) for row in ROWS)
    assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


@pytest.mark.parametrize(("row", "number"), [
    ("alarms that begin", 1 / alarms.NEW_PER_S), ("alarms that are raised again", 1 / messages.PER_S),
    ("rows of alarms", alarms.AGAIN_S), ("posts that the district file does not have", fold.UNKNOWN),
    ("events that `kentongan watch`", fold.NEWS), ("events that the network causes", transition.ANSWERS_AT_ONCE),
    ("messages that wait", inbox.NETWORK_LIMIT), ("messages that wait", inbox.BEACON_LIMIT),
    ("messages that wait", inbox.URGENT_LIMIT), ("messages that wait", inbox.MOST_BYTES // 10**6),
    ("messages that wait", inbox.MOST_BYTES // inbox.SHARE // 1000),
    ("a hub's journal", Journal.most_bytes // 10**6), ("a hub's journal", journal.LOG_ROWS),
    ("notes that are spoken", note_keeper.KEPT), ("notes that are spoken", 1 / note_keeper.PER_S),
    ("a note that is spoken", notes.MOST), ("a note that is spoken", note_maker.LONGEST_S),
    ("files of settings", bounded.SETTINGS_BYTES // 10**6), ("files of settings", bounded.RECORDING_BYTES // 10**6),
])
def test_the_numbers_are_those_of_the_code(row: str, number: float) -> None:
    (first,) = [index for index, each in enumerate(ROWS) if each[0].startswith(row)]
    block = [ROWS[first]]
    for each in ROWS[first + 1:]:
        if each[0]:
            break
        block.append(each)

    assert f"{number:,.0f}" in re.findall(r"[\d,]*\d", " ".join(cell for each in block for cell in each[1:4]))


def test_so_is_how_many_damaged_files_are_put_aside() -> None:
    assert sqlite_file.MOST_BEGUN == 5
