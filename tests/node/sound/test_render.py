"""From a cycle to frames: each stroke at its frame, words in their slot, and where a round can be joined."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.incidents import cycles
from contract.domain.rhythm import Cycle, Span, entered
from node.core.effects import Play
from node.sound.core import render as drum
from node.sound.core.render import (
    BREATH_S,
    FADE_S,
    LOUDNESS,
    RATE,
    Entry,
    Frames,
    Rendering,
    entry,
    frame,
    loudness,
    render,
    silence,
    spoken,
)
from tests.contract import shipped

STROKE = array("h", [900, -800, 700, -600, 500, -400, 300, -200, 100, -50])
PAIR = Cycle(6.0, Span(0.0, 1.0), (2.0, 2.5, 4.0, 4.5), 0.1, Span(5.25, 0.5), 2)
few = settings(max_examples=50, deadline=None)
SHIPPED = [cycle for name in shipped.FAMILIES for cycle in cycles(shipped.catalogue(), shipped.family(name)).values()]


def beaten(length: int, *places: int, stroke: Frames = STROKE) -> list[int]:
    """The sum of a *stroke* at each of *places*, as a child would add it up."""
    frames = [0] * length
    for place in places:
        for offset, each in enumerate(stroke):
            frames[place + offset] += each
    return frames


def close(*frames: int) -> Cycle:
    """A cycle whose strokes begin so many frames after its first second."""
    return Cycle(9.0, None, tuple(1.0 + each / RATE for each in frames), 0.1, None)


# Strokes.


def test_a_round_begins_with_its_first_stroke_and_ends_as_its_last_has_died_away() -> None:
    places = (0, frame(0.5), frame(2.0), frame(2.5))

    assert list(render(PAIR, STROKE)) == beaten(frame(2.5) + len(STROKE), *places)


def test_a_stroke_begins_where_its_instant_rounds_to_whatever_was_before() -> None:
    strokes_s = tuple(0.3 + 0.1234567 * place for place in range(80))  # the exact distance is never a frame's
    frames = render(Cycle(20.0, None, strokes_s, 0.1, None), array("h", [1]))

    assert [place for place, each in enumerate(frames) if each] == [
        round(at_s * RATE) - round(0.3 * RATE) for at_s in strokes_s
    ]


@few
@given(st.lists(st.integers(1, 15), min_size=1, max_size=9))
def test_what_still_rings_goes_on_under_the_next_stroke(gaps: list[int]) -> None:
    places = [sum(gaps[:count]) for count in range(len(gaps) + 1)]

    assert list(render(close(*places), STROKE)) == beaten(places[-1] + len(STROKE), *places)


@pytest.mark.parametrize(("level", "limit"), [(32_767, 32_767), (-32_768, -32_768), (20_000, 32_767)])
def test_strokes_that_are_too_loud_together_are_cut_at_the_scale(level: int, limit: int) -> None:
    stroke = array("h", [level] * 6)

    assert list(render(close(0, 4), stroke)) == [level] * 4 + [limit] * 2 + [level] * 4


def test_the_drums_own_strokes_are_not_cut_when_a_titir_adds_them_up() -> None:
    titir = cycles(shipped.catalogue(), shipped.family("polri-bandung"))["lainnya"]
    stroke = array("h", [19_000 >> (place // 1500) for place in range(17_640)])  # halved every 34 ms, as ours about is

    assert max(render(titir, stroke)) < 19_000 * 1.1


def test_each_step_adds_one_stroke_or_one_word_and_the_last_puts_the_words_in_their_place() -> None:
    rendering = Rendering(PAIR, array("h", [7]), [array("h", [9])])
    seen = []
    while rendering.step():
        seen.append(sum(1 for each in rendering.frames if each))

    assert seen == [1, 2, 3, 4, 4]
    assert [each for each in rendering.frames if each] == [7, 7, 7, 7, LOUDNESS]
    assert not rendering.step()


@pytest.mark.parametrize("words", [[], [array("h", [1, 2])]])
def test_the_buffer_is_as_long_at_its_beginning_as_at_its_end(words: list[Frames]) -> None:
    rendering = Rendering(PAIR, STROKE, words)
    length = len(rendering.frames)
    while rendering.step():
        pass

    assert len(rendering.frames) == length == (frame(5.75) - frame(2.0) if words else frame(2.5) + len(STROKE))


def test_a_place_is_where_an_instant_of_the_round_lies_in_the_buffer() -> None:
    rendering = Rendering(PAIR, STROKE)

    assert [rendering.place(at_s) for at_s in (2.0, 2.5, 4.0)] == [0, frame(0.5), frame(2.0)]


# Words.


def test_words_lie_in_the_voices_slot_and_nothing_else_does() -> None:
    said = array("h", [50, -50, 50, 50])
    frames = render(PAIR, STROKE, [said])
    begins = frame(5.25) - frame(2.0)

    assert list(frames[begins:]) == [4_200, -4_200, 4_200, 4_200] + [0] * (frame(5.75) - frame(5.25) - 4)
    assert list(frames[:begins]) == beaten(begins, 0, frame(0.5), frame(2.0), frame(2.5))


def test_words_are_said_in_order_with_a_breath_between_them() -> None:
    one, other = array("h", [10, -10]), array("h", [-400, 400, 0, 400])

    breath = [0] * frame(BREATH_S)
    assert list(spoken([one, other], Span(0.0, 1.0))) == [4_200, -4_200, *breath, -4_849, 4_849, 0, 4_849]


def test_words_that_fill_their_slot_are_not_touched() -> None:
    word = array("h", [LOUDNESS] * frame(0.5))

    assert spoken([word], Span(0.0, 0.5)) == word


@pytest.mark.parametrize("over", [1, 500, 100_000])
def test_words_that_are_too_long_fade_out_at_the_end_of_their_slot(over: int) -> None:
    room, fade = frame(0.5), frame(FADE_S)
    said = spoken([array("h", [LOUDNESS] * (room + over))], Span(0.0, 0.5))
    end = list(said[-fade:])

    assert len(said) == room
    assert list(said[:-fade]) == [LOUDNESS] * (room - fade)
    assert end == sorted(end, reverse=True)
    assert (end[0], end[-1]) == (LOUDNESS, LOUDNESS // fade)


@pytest.mark.parametrize("words", [[], [array("h")], [silence(50)], [array("h"), silence(9)]])
def test_words_in_which_nothing_is_said_are_silent(words: list[Frames]) -> None:
    assert not any(spoken(words, Span(0.0, 1.0)))


@pytest.mark.parametrize("level", [32_767, -32_768, 1, -1])
def test_every_word_is_as_loud_as_the_others(level: int) -> None:
    assert [abs(each) for each in spoken([array("h", [level])], Span(0.0, 1.0))] == [LOUDNESS]


def test_loudness_is_of_what_is_said_and_neither_of_one_peak_nor_of_the_pauses() -> None:
    said, pause = array("h", [1000, -1000] * frame(0.5)), silence(frame(1.0))
    peaked = array("h", said)
    peaked[50] = 12_000

    assert loudness(said) == 1000.0
    assert loudness(said + pause + said) == pytest.approx(1000.0, rel=0.15)
    assert loudness(peaked) == pytest.approx(1000.0, rel=0.02)
    assert loudness(array("h")) == 0.0


def test_a_peak_that_is_too_high_is_rounded_off_and_never_cut() -> None:
    """A recording with a click in it: what is said is as loud as in any other, and its peaks keep their order."""
    word = array("h", [1000, -1000] * frame(0.5))
    for place, level in ((1000, 7000), (2000, -8000), (3000, 9_000)):
        word[place] = level
    made = spoken([word], Span(0.0, 2.0))

    assert 26_000 < made[1000] < -made[2000] < made[3000] <= 32_000
    assert made[10] == pytest.approx(4_200, rel=0.2)


# Entries.


@st.composite
def plays(draw: st.DrawFn) -> Play:
    """A shipped cycle, begun anywhere."""
    cycle = draw(st.sampled_from(SHIPPED))
    start = draw(st.floats(0, 1e6))
    entered_s = draw(st.just(0.0) | st.floats(0, cycle.length_s))
    return Play(cycle, start, start + draw(st.floats(0, 200)), entered_s, ("kebakaran",))


def every_entry(play: Play) -> list[Entry]:
    """All that there are, round by round, as the cycle itself has them."""
    found = []
    rounds = int((play.until - play.start) // play.cycle.length_s) + 1
    for number in range(rounds):
        cycle = entered(play.cycle, play.entered_s) if number == 0 else play.cycle
        figures = cycle.strokes_s[::cycle.figure]
        voice = (cycle.voice.at_s,) if cycle.voice is not None else ()
        found += [Entry(play.start + number * cycle.length_s + at_s, number, at_s) for at_s in (*figures, *voice)]
    return [each for each in found if each.at < play.until]


@few
@given(plays(), st.floats(-10, 210), st.integers(-1, 4))
def test_the_entry_is_the_first_that_is_left_at_a_figures_first_stroke_or_the_voice(
    play: Play, later_s: float, after: int
) -> None:
    now = play.start + later_s
    left = [each for each in every_entry(play) if each.at >= now and each.number > after]

    assert entry(play, now, after) == (left[0] if left else None)


@few
@given(plays(), st.floats(-10, 210))
def test_round_after_round_none_is_left_out_and_none_comes_twice(play: Play, later_s: float) -> None:
    now, numbers = play.start + later_s, []
    found = entry(play, now, -1)
    while found is not None:
        assert now <= found.at < play.until
        numbers.append(found.number)
        now = found.at
        found = entry(play, now, found.number)

    assert numbers == sorted(set(numbers))
    if numbers:
        last = max((each.number for each in every_entry(play)), default=-1)
        assert numbers == [each for each in range(numbers[0], last + 1) if each or every_entry(play)[0].number == 0]


def test_the_first_round_is_joined_only_after_its_siren() -> None:
    assert entry(Play(PAIR, 100.0, 200.0), 90.0, -1) == Entry(102.0, 0, 2.0)
    assert entry(Play(PAIR, 100.0, 200.0, entered_s=0.6), 90.0, -1) == Entry(104.0, 0, 4.0)
    assert entry(Play(PAIR, 100.0, 200.0, entered_s=3.0), 90.0, -1) == Entry(105.25, 0, 5.25)
    assert entry(Play(PAIR, 100.0, 200.0, entered_s=5.0), 90.0, -1) == Entry(108.0, 1, 2.0)


def test_an_instant_that_is_just_now_is_not_too_late_and_the_end_is() -> None:
    play = Play(PAIR, 100.0, 108.0)

    assert entry(play, 102.0, -1) == Entry(102.0, 0, 2.0)
    assert entry(play, 102.0 + 1e-9, -1) == Entry(104.0, 0, 4.0)
    assert entry(play, 105.3, -1) is None
    assert drum.entry(Play(PAIR, 100.0, 108.001), 105.3, -1) == Entry(108.0, 1, 2.0)


# A note.

VOICED = Cycle(9.0, None, (1.0,), 0.1, Span(2.0, 1.0))
NOTE = array("h", [77] * frame(0.3))


def rendered(words: list[Frames], cycle: Cycle = VOICED) -> Rendering:
    made = Rendering(cycle, STROKE, words)
    while made.step():
        pass
    return made


def word(length_s: float) -> Frames:
    return array("h", [LOUDNESS, -LOUDNESS] * (frame(length_s) // 2))


def test_a_note_is_said_after_the_words_and_a_breath_as_it_came() -> None:
    made = rendered([word(0.4)])
    before = list(made.frames)
    at = made.place(2.0) + frame(0.4) + frame(BREATH_S)

    assert made.set_note(NOTE)
    assert list(made.frames[at:at + len(NOTE)]) == list(NOTE)
    assert [*made.frames[:at], *made.frames[at + len(NOTE):]] == [*before[:at], *before[at + len(NOTE):]]


def test_a_note_that_does_not_fit_whole_is_not_begun() -> None:
    made = rendered([word(0.4)])
    before = list(made.frames)
    room = frame(1.0) - frame(0.4) - frame(BREATH_S)

    assert not made.set_note(array("h", [77] * (room + 1)))
    assert list(made.frames) == before
    assert made.set_note(array("h", [77] * room))
    assert not rendered([word(1.5)]).set_note(NOTE)  # the words themselves are cut


def test_another_note_takes_the_place_of_the_one_before_and_none_leaves_silence() -> None:
    made, other = rendered([word(0.4)]), rendered([word(0.4)])
    before = list(made.frames)
    made.set_note(NOTE)
    made.set_note(NOTE[:100])
    other.set_note(NOTE[:100])

    assert made.frames == other.frames
    assert made.set_note(())
    assert list(made.frames) == before


def test_where_nothing_is_said_no_note_is() -> None:
    for made in (rendered([]), rendered([word(0.4)], close(0))):
        before = list(made.frames)
        assert not made.set_note(NOTE)
        assert made.set_note(())
        assert list(made.frames) == before
