"""All facts of a machine, judged: the order of the lines, the exit code, and a text in both languages for each."""

import ast
import string
from dataclasses import replace
from pathlib import Path

import pytest

from kentongan.diagnosis import texts
from kentongan.diagnosis.core import finding
from kentongan.diagnosis.core.facts import Clock, Disk, Facts, Pins, Power, Running, Server, Watchdog
from kentongan.diagnosis.core.finding import Check, Finding, Mark, exit_code
from kentongan.diagnosis.core.judgement import judge
from tests.kentongan.diagnosis.core.test_box import said
from tests.kentongan.diagnosis.core.test_machine import DISK, UNIT

CORE = Path(finding.__file__).parent
WELL = Facts(
    "node", "kentongan", Clock(True, ("chrony",), False), Power(""), Watchdog(14.0, present=True), units=(UNIT,),
    running=Running(1, {}, linked=True, realtime=True, locked=True), pins=Pins("lgpio", simulated=False),
    disk=DISK, servers=(Server("127.0.0.1", 1883, secured=False),),
)


def test_a_box_of_which_all_is_well_exits_0() -> None:
    found = judge(WELL, 0.0)

    assert {each.mark for each in found} == {Mark.OK, Mark.NONE}
    assert exit_code(found) == 0


def test_the_lines_are_in_the_order_of_the_checks() -> None:
    order = list(Check)
    places = [order.index(each.check) for each in judge(WELL, 0.0)]

    assert places == sorted(places)


@pytest.mark.parametrize(("marks", "code"), [
    ((Mark.OK,), 0), ((Mark.OK, Mark.NONE), 0), ((Mark.OK, Mark.UNKNOWN), 2), ((Mark.UNKNOWN, Mark.WARNING), 1),
    ((Mark.OK, Mark.FAULT), 1), ((Mark.WARNING,), 1),
])
def test_what_is_unknown_is_never_all_well(marks: tuple[Mark, ...], code: int) -> None:
    assert exit_code(Finding(Check.CLOCK, mark, "ok") for mark in marks) == code


def test_faulty_settings_are_named_and_what_needs_no_settings_is_looked_at_all_the_same() -> None:
    found = judge(replace(WELL, faults=("node.yaml.siren: missing",), disk=None, servers=(), pins=None), 0.0)

    assert ("fault", "fault") in said(found)
    assert {each.check for each in found} == {
        Check.SETTINGS, Check.UNITS, Check.PROGRAM, Check.CLOCK, Check.POWER, Check.WATCHDOG}


def test_a_second_program_on_the_machine_does_not_repeat_what_they_share() -> None:
    hub = replace(WELL, kind="posko")

    assert {each.check for each in judge(hub, 0.0, shared=False)} & {Check.CLOCK, Check.POWER, Check.WATCHDOG} == set()


def test_a_post_that_does_not_run_here_is_not_logged_in_and_that_is_unknown() -> None:
    found = judge(replace(WELL, running=None, units=None), 0.0)

    assert [each.what for each in found if each.check is Check.LOGIN] == ["not_tried"]
    assert [each.what for each in found if each.check is Check.PROGRAM] == ["absent"]


def test_a_full_disk_keeps_the_box_from_being_well() -> None:
    assert exit_code(judge(replace(WELL, disk=Disk("/v", "ext4", False, 0, 0, True)), 0.0)) == 1


def made() -> set[tuple[str, str]]:
    """Each check and what is found there, as the core's sources name them; a part that is filled in is a star."""
    found = set()
    for path in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(args=[ast.Attribute(value=ast.Name(id="Check"), attr=check), *rest]):
                    match rest:
                        case [ast.Constant(value=str(what)), *_]:
                            found.add((check.lower(), what))
                        case []:
                            found.add((check.lower(), "ok"))
    return found


def test_everything_that_is_found_has_a_text() -> None:
    known = {(check.value, what) for check, each in texts.known().items() for what in each}

    assert len(made()) > 50
    assert made() - known == set()
    assert {*Check} == {*texts.NAMES} == {*texts.known()}
    assert {*Mark} == {*texts.SIGNS}


def test_both_languages_say_the_same_with_the_same_values() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    uneven = [(check, what) for check, each in texts.known().items() for what, text in each.items()
              if fields(text.id) != fields(text.en)]
    assert uneven == []
