"""Text from outside: what people can read of it, and how it stands in one line."""

import unicodedata

import pytest

from contract.text import printable, readable, several, unreadable

EVERY = "".join(map(chr, range(0x110000)))


def test_people_can_read_every_character_but_controls_and_unpaired_surrogates() -> None:
    expected = {each for each in EVERY if unicodedata.category(each) in {"Cc", "Cs"}} - {"\t", "\n", "\r"}

    assert {each for each in EVERY if unreadable(each) is not None} == expected
    assert readable(EVERY) == "".join(each for each in EVERY if each not in expected)


def test_the_first_character_that_cannot_be_read_is_named() -> None:
    assert (unreadable("a\x1b[2J\x00"), unreadable("\udfff"), unreadable("masjid 🔥\n")) == ("U+001B", "U+DFFF", None)


@pytest.mark.parametrize(
    ("found", "longest", "shown"),
    [
        ("rumah Pak RT 3", None, "rumah Pak RT 3"), (" a\n\tb\r\n", None, "a b"),
        ("\x1b[2J\u202ex", None, "\ufffd[2J\ufffdx"), (3, None, "3"), ("", 3, ""), ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
    ],
)
def test_whatever_comes_is_part_of_one_line_and_not_too_long(found: object, longest: int | None, shown: str) -> None:
    assert printable(found, longest) == shown


def test_one_is_told_as_one() -> None:
    assert [several(count, "alarm") for count in (0, 1, 2)] == ["0 alarms", "1 alarm", "2 alarms"]
