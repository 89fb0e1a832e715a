"""The lines of a program: which of them a test that asks for a part is given, and how long it waits for one."""

from collections.abc import Callable
from threading import Condition

import pytest

from testing.program import NeverError, Program

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


def at_once(ready: Callable[[], object], timeout_s: float | None = None) -> bool:
    """Stands for Condition.wait_for, and fails where that would wait."""
    assert ready(), "it waits"
    return True


def test_a_program_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = Condition()
    with Program("a typo", ["nod"], changed=changed) as program:
        assert program.wait(lambda program: program.over)
        monkeypatch.setattr(changed, "wait_for", at_once)

        with pytest.raises(NeverError, match=r"^a typo has ended and never printed 'linked:', but: \[.*nod"):
            program.expect("linked:")
        program.expect("nod")


def test_started_again_it_is_waited_for() -> None:
    program = Program("a typo", ["nod"])
    program.start()
    program.stop()
    said = len(program.lines)
    with program:
        program.expect("nod", said)
