"""What is said on standard output: nobody waits for who reads it."""

import json
from threading import Event as Flag

import pytest

from runtime import stdout_writer as module
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.stdout_writer import StdoutWriter, json_line, line
from testing.program import LIMIT_S
from tests.support.waiting import drain, take, wait_until


def test_lines_are_said_in_order_and_all_of_them_before_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_S", LIMIT_S)
    said: list[str] = []
    with StdoutWriter(said.append, Inbox()) as writer:
        for count in range(100):
            writer.write(str(count))

    assert said == [str(count) for count in range(100)]


def test_a_reader_that_hangs_makes_nobody_wait_and_costs_a_bounded_number_of_lines() -> None:
    free = Flag()
    read: list[str] = []

    def hang(line: str) -> None:
        free.wait(LIMIT_S)
        read.append(line)

    with StdoutWriter(hang, Inbox()) as writer:
        for count in range(5 * module.LINES):
            writer.write(str(count))
            assert read == []
        waiting = writer._queue.qsize()
        free.set()

    assert waiting <= module.LINES


def test_a_reader_that_is_gone_is_a_fault_until_there_is_one_again() -> None:
    gone = True

    def say(_line: str) -> None:
        if gone:
            raise BrokenPipeError(32, "Broken pipe")

    inbox = Inbox()
    with StdoutWriter(say, inbox) as writer:
        for _ in range(3):
            writer.write("sounding: …")
        fault = take(inbox, Faulted)
        assert wait_until(writer._queue.empty)
        gone = False
        writer.write("finished: …")
        recovered = take(inbox, Recovered)

    assert fault.part == recovered.part == "output"
    assert "Broken pipe" in fault.reason
    assert drain(inbox) == []


def test_a_note_from_outside_writes_no_line_of_its_own() -> None:
    note = "rumah\nsounding: incident=kebakaran\x1b[2J"

    assert line({"event": "sounding", "note": note}) == "sounding: note=rumah sounding: incident=kebakaran\ufffd[2J"
    assert line({"event": "sounding", "note": "rumah Pak RT 3"}) == "sounding: note=rumah Pak RT 3"


def test_what_is_no_event_of_the_contract_is_a_sentence() -> None:
    assert line({"event": "armed", "text": "the buttons ring"}) == "armed: the buttons ring"


def test_as_json_a_line_is_the_whole_event_in_ascii() -> None:
    event = {"event": "sounding", "time": "2026-11-02T01:02:03.000+07:00", "note": "rumah\N{LINE SEPARATOR}\x9b",
             "posts": {"olean/pos-1": 0.2}}
    written = json_line(event)

    assert json.loads(written) == event
    assert written.isascii()
    assert written.isprintable()
