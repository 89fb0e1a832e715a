"""What a node and its player say to each other, there and back through the text that goes over the socket."""

import json

import pytest

from contract.domain.incidents import cycles
from contract.domain.rhythm import Cycle, exercise_cycle
from node.core.effects import Play
from node.sound.core.protocol import read_play, write_play
from tests.contract import shipped

WORDS = ("/voice/kebakaran.wav", "/voice/di.wav", "/voice/kalibagor.wav")


def there_and_back(play: Play, words: tuple[str, ...]) -> Play:
    return read_play(json.loads(json.dumps(write_play(play, words))))


@pytest.mark.parametrize(("incident", "cycle"), [
    pytest.param(incident, cycle, id=f"{family}-{incident}")
    for family in shipped.FAMILIES
    for incident, cycle in cycles(shipped.catalogue(), shipped.family(family)).items()
])
def test_every_shipped_cycle_arrives_as_it_was_sent(incident: str, cycle: Cycle) -> None:
    for play in (
        Play(cycle, 1234.5678901234, 1414.5, 3.25, WORDS), Play(cycle, 0.1 + 0.2, 1e9, 0.0, WORDS, quiet=True),
    ):
        assert there_and_back(play, WORDS) == play


def test_the_words_that_arrive_are_the_recordings_that_were_found() -> None:
    cycle = cycles(shipped.catalogue(), shipped.family("polri-bandung"))["kebakaran"]

    assert there_and_back(Play(cycle, 5.0, 9.0, words=("kebakaran", "di")), WORDS) == Play(cycle, 5.0, 9.0, words=WORDS)


def test_where_no_recording_was_found_the_voices_slot_is_gone() -> None:
    cycle = cycles(shipped.catalogue(), shipped.family("polri-bandung"))["kebakaran"]
    arrived = there_and_back(Play(cycle, 5.0, 9.0, words=("kebakaran",)), ())

    assert cycle.voice is not None
    assert (arrived.cycle.voice, arrived.words) == (None, ())
    assert arrived.cycle.length_s == cycle.length_s
    assert arrived.cycle.entries_s == cycle.entries_s


def test_the_recordings_of_what_is_said_before_an_exercise_arrive_too() -> None:
    cycle = exercise_cycle(cycles(shipped.catalogue(), shipped.family("polri-bandung"))["kebakaran"])
    arrived = read_play(json.loads(json.dumps(write_play(Play(cycle, 5.0, 9.0, intro=("latihan",)), (), WORDS[:1]))))

    assert (arrived.intro, arrived.cycle.burst_s) == (WORDS[:1], 1.0)


def test_an_order_says_what_it_is() -> None:
    cycle = cycles(shipped.catalogue(), shipped.family("polri-bandung"))["aman"]

    assert write_play(Play(cycle, 5.0, 9.0), WORDS)["do"] == "play"
