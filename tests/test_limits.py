"""The page of limits says what the code does, and names tests that there are."""

import re
from pathlib import Path

import pytest

from contract.wire import beacon
from node import journal as node_journal
from node.core import alarms as node_alarms
from node.core import messages as node_messages
from node.core import outbox
from node.journal import Journal as NodeJournal
from posko import journal
from posko.core import alarms, messages, posts, transition
from posko.core import beacon as hub_beacon
from posko.journal import Journal
from posko.operator.core import fold
from runtime import bounded, database, inbox
from runtime.core import transition as common

ROOT = Path(__file__).resolve().parent.parent
ROWS = [[cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/reliability.md").read_text("utf-8").splitlines() if line.startswith("|")][2:]


def test_every_row_names_tests_that_there_are() -> None:
    named = [name for row in ROWS for name in re.findall(r"`([\w/]+\.py)`", row[4])]

    assert all(re.search(r"`[\w/]+\.py`", row[4]) for row in ROWS)
    assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


@pytest.mark.parametrize(("row", "number"), [
    ("alarms in force", alarms.MOST), ("names that one alarm has had", node_alarms.MERGED),
    ("names that one alarm has had", alarms.ALSO), ("names that were seen", common.SEEN),
    ("names that a beacon confirms", transition.ACKNOWLEDGED), ("a beacon", beacon.BUDGET // 1024),
    ("a beacon", hub_beacon.PER_S // 1000), ("alarms that begin", 1 / node_messages.PER_S),
    ("alarms that begin", 1 / alarms.NEW_PER_S), ("alarms that are raised again", 1 / messages.PER_S),
    ("rows of alarms", alarms.AGAIN_S), ("late alarms", messages.LATE_AT_ONCE), ("late alarms", journal.LATE_ROWS),
    ("alarms that are over", journal.ALARM_ROWS), ("rounds", journal.RONDA_ROWS),
    ("events that are written down", posts.AT_ONCE), ("events that are written down", journal.LOG_ROWS),
    ("posts that the district file does not have", posts.UNKNOWN),
    ("posts that the district file does not have", fold.UNKNOWN), ("events that `kentongan watch`", fold.NEWS),
    ("presses that wait", outbox.MOST), ("events that wait", common.BACKLOG),
    ("events that the network causes", transition.ANSWERS_AT_ONCE),
    ("messages that wait", inbox.NETWORK_LIMIT), ("messages that wait", inbox.BEACON_LIMIT),
    ("messages that wait", inbox.URGENT_LIMIT), ("messages that wait", inbox.MOST_BYTES // 10**6),
    ("messages that wait", inbox.MOST_BYTES // inbox.SHARE // 1000), ("a journal", NodeJournal.most_bytes // 10**6),
    ("a journal", node_journal.LOG_ROWS), ("a journal", Journal.most_bytes // 10**6), ("a journal", journal.LOG_ROWS),
    ("names that were seen", node_journal.NAME_ROWS), ("names that were seen", journal.NAME_ROWS),
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
    assert database.MOST_BEGUN == 5
