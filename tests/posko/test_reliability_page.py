"""The page of bounds has the numbers of the programs."""

import re
from pathlib import Path

from contract.wire import timing
from contract.wire.beacon import BUDGET
from node import journal as node_journal
from node.core import alarms as node_alarms
from node.core import messages as node_messages
from node.core import outbox
from posko import journal as hub_journal
from posko.core import alarms, beacon, lapor, messages, posts, responses, shares, status
from posko.core import transition as hub
from runtime.core import transition as runtime
from runtime.core.transition import CommonTransition

PAGE = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text("utf-8")
WORDS = {"two": "2", "five": "5", "six": "6", "one": "1"}


def numbers(row: str) -> list[float]:
    """The numbers in the row of the table that begins so, in digits or in words."""
    (line,) = [each for each in PAGE.splitlines() if each.startswith(f"| {row} |")]
    found = re.findall(r"\d[\d,]*(?: KiB| kB)?|\b(?:two|five|six|one)\b", line.removeprefix(f"| {row} |"))
    size = {"KiB": 1024.0, "kB": 1000.0}
    parts = [WORDS.get(each, each).replace(",", "").split() for each in found]
    return [float(number) * size[unit[0]] if unit else float(number) for number, *unit in parts]


def test_the_page_has_the_bounds_of_the_programs() -> None:
    assert numbers("alarms in force") == [1, alarms.MOST]
    assert numbers("names that one alarm has had") == [node_alarms.MERGED, alarms.ALSO]
    assert numbers("names that were seen") == [runtime.SEEN // 7, 6, runtime.SEEN]
    assert numbers("| node's disk") == [node_journal.NAME_ROWS]
    assert numbers("| hub's disk") == [hub_journal.NAME_ROWS]
    assert numbers("names that a beacon confirms") == [hub.ACKNOWLEDGED, timing.ACKNOWLEDGED_S]
    assert numbers("a beacon") == [shares.LEVELS[0], BUDGET, beacon.PER_S]
    assert numbers("alarms that begin") == [
        node_messages.AT_ONCE, 1, 1 / node_messages.PER_S]
    assert numbers("late alarms that are recorded") == [
        messages.LATE_AT_ONCE, 1, 1 / messages.PER_S, hub_journal.LATE_ROWS]
    assert numbers("alarms that are over") == [hub_journal.ALARM_ROWS]
    assert numbers("rounds") == [messages.AT_ONCE, 1, 1 / messages.PER_S, hub_journal.RONDA_ROWS]
    assert numbers("responses") == [responses.AT_ONCE, 1, 1 / responses.PER_S, hub_journal.RESPONSE_ROWS]
    assert numbers("people who respond to one alarm") == [responses.PEOPLE, status.PEOPLE]
    assert numbers("responses that wait for the disk") == [responses.UNSAVED]
    assert numbers("alarms to which one may respond") == [1, responses.CASE_S / 3600, status.CASES]
    assert numbers("residents' reports") == [
        lapor.AT_ONCE, 1, 1 / lapor.PER_S, lapor.OPEN, hub_journal.LAPOR_ROWS]
    assert numbers("open reports that are shown") == [lapor.SHOWN, lapor.BUDGET]
    assert numbers("closed reports to which one may respond") == [lapor.CLOSED, lapor.CLOSED_S / 3600]
    assert numbers("names of reports that are known") == [lapor.REPORTED]
    assert numbers("days that a report stays open") == [lapor.OPEN_S / 86_400]
    assert numbers("events that are written down") == [posts.AT_ONCE, posts.PER_S, hub_journal.LOG_ROWS]
    assert numbers("posts that the district file does not have") == [posts.UNKNOWN]
    assert numbers("events that the network causes") == [
        CommonTransition.answers_at_once, CommonTransition.answers_per_s]
    assert numbers("presses that wait for the link") == [outbox.MOST]
    assert numbers("events that wait for the link") == [runtime.BACKLOG]
    assert numbers("a node's journal") == [node_journal.LOG_ROWS, node_journal.Journal.most_bytes / 1e6]
