"""Which notes a node has spoken: of actual alarms, where its settings ask for it, and none that may name a victim."""

from dataclasses import replace

import pytest

from tests.node.core.world import World, make_setup


def box(*, speak_notes: bool = True) -> World:
    """A linked box in a district without a hub."""
    return World(replace(make_setup(hub=False), speak_notes=speak_notes)).ready()


def noted(world: World) -> list[tuple[str, str]]:
    return [(play.note_village, play.note) for _, play in world.plays()]


def test_an_alarms_note_is_spoken_as_its_villages() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan", note="rumah Pak RT 3")

    assert noted(world) == [("kotakan", "rumah Pak RT 3")]


def test_an_exercise_that_becomes_earnest_has_its_note_spoken_from_then_on() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise", note="latihan")
    world.alarm("kebakaran", 40.0, note="rumah Pak RT 3")

    assert noted(world) == [("", ""), ("kalibagor", "rumah Pak RT 3")]


def test_it_is_not_where_the_settings_do_not_ask_for_it() -> None:
    world = box(speak_notes=False)
    world.alarm("kebakaran", 10.0, note="rumah Pak RT 3")

    assert [note for _, note in noted(world)] == [""]
    assert not make_setup().speak_notes


@pytest.mark.parametrize(("incident", "status"), [
    ("pemerkosaan", "Actual"),  # it may name the victim's house
    ("kebakaran", "Exercise"),  # "ini hanya latihan" is to be the last word
])
def test_a_private_ones_and_an_exercises_are_never_spoken(incident: str, status: str) -> None:
    world = box()
    world.alarm(incident, 10.0, note="rumah Pak RT 3", status=status)
    world.wait(100.0)

    assert {note for _, note in noted(world)} == {""}


def test_what_is_beaten_once_has_none() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    world.alarm("aman", 20.0, note="api padam")
    world.wait(100.0)

    assert {note for _, note in noted(world)} == {""}


def test_of_equals_each_has_its_own_note_in_its_turn() -> None:
    world = box()
    world.alarm("pencurian", 10.0, note="motor")
    world.alarm("ternak", 11.0, note="sapi dua ekor")
    world.wait(100.0)
    spoken = {(play.words[1], play.note) for _, play in world.plays()}

    assert spoken == {("kejadian-pencurian", "motor"), ("kejadian-ternak", "sapi dua ekor")}
