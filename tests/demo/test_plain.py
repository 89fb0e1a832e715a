"""What the demo prints, of events and outcomes made by hand."""

from demo import posts
from demo.plain import event_line, event_text, outcome_lines, summary
from demo.seen import Event
from demo.steps import THEFT, TYPO
from demo.tour import Outcome
from demo.world import read_line
from posko.labels.labels import make_labels
from posko.labels.language import Language

ID, EN = (make_labels(language, *posts.load_district()) for language in Language)
WELL = Outcome(THEFT, (), last_siren_s=0.0123)
BADLY = Outcome(TYPO, ("kotakan/pos-1: siren expected on, was off", "posko: its program has died"), None)


def test_an_event_is_worded_as_in_a_watch() -> None:
    line = '{"event": "sounding", "incident": "pencurian", "village": "kalibagor", "note": "rumah\\u2028Pak RT 3"}'
    event = read_line(1.0, "kotakan/pos-1", line)

    assert (event.kind, event.source) == ("sounding", "kotakan/pos-1")
    assert event_text(event, ID) == "berbunyi, Pencurian di Kalibagor, rumah Pak RT 3"
    assert event_text(event, EN) == "sounding, Theft in Kalibagor, rumah Pak RT 3"


def test_an_event_stands_behind_its_seconds_as_its_reader_writes_numbers_and_the_hub_has_its_name() -> None:
    here = read_line(6.580, "kotakan/pos-1", '{"event": "silenced"}')
    hub = read_line(6.580, "posko", '{"event": "linked"}')

    assert event_line(here, 5.0, ID) == "   1,580  kotakan/pos-1    disenyapkan"
    assert event_line(hub, 5.0, ID) == "   1,580  server posko     tersambung"
    assert event_line(hub, 5.0, EN) == "   1.580  hub              linked"


def test_a_line_that_is_no_event_is_printed_as_it_came() -> None:
    for line in ("Traceback (most recent call last):", "3", '{"no": "event"}'):
        assert event_text(read_line(1.0, "posko", line), ID) == line
        assert read_line(1.0, "posko", line) == Event(1.0, "posko", "", {"line": line})


def test_what_came_of_a_step_is_a_line_or_each_difference() -> None:
    assert outcome_lines(WELL, ID) == ["✓ 7 pos dan server posko sesuai harapan; sirene terakhir setelah 0,012 detik"]
    assert outcome_lines(WELL, EN) == ["✓ 7 posts and the hub as expected; the last siren after 0.012 s"]
    assert outcome_lines(BADLY, ID) == [f"✗ {text}" for text in BADLY.differences]


def test_the_summary_counts_the_steps_or_has_each_difference_and_is_nothing_of_no_tour() -> None:
    assert summary([WELL, WELL], EN) == ["✓ 2 steps as expected at 7 posts and the hub"]
    assert summary([WELL, BADLY], ID) == ["✗ 2 perbedaan:", *(f"✗ [2] {text}" for text in BADLY.differences)]
    assert summary([], ID) == []
