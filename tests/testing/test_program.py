"""The lines of a program: which of them a test that asks for a part is given."""

import pytest

from testing.program import Program

TESTED = "tested: drivers={'memory': 'refused: the limit on locked memory is not infinite'} reason=without a sound"
LINES = ["armed: pins=simulated", TESTED, "locked: clock=synced", "refused: reason=locked: by key", "unlocked: x=1"]


@pytest.mark.parametrize(("part", "lines"), [
    ("refused:", LINES[3:4]), ("refused: reason=", LINES[3:4]), ("locked:", LINES[2:3]), ("tested:", [TESTED]),
    ("reason=locked:", LINES[3:4]), ("reason=", [TESTED, LINES[3]]), ("linked:", []), ("without a", [TESTED]),
])
def test_an_events_name_is_sought_where_a_line_begins_and_all_else_anywhere(part: str, lines: list[str]) -> None:
    program = Program("a post", ())
    program.lines += LINES

    assert program.said(part) == lines
    assert program.wait_line(part, 0.0) == bool(lines)
    assert program.said(part, len(LINES)) == []
