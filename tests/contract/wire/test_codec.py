"""What every message has in common: strict JSON, and members of the types that they are declared with."""

import json
from collections.abc import Mapping

import pytest

from contract.settings.schema import Reading, flag, items, option, section, table
from contract.wire.codec import (
    Refusal,
    anything,
    instant,
    message,
    name,
    nullable,
    receive,
    send,
    text,
    text_if_any,
)


@message
class Part:
    word: str = option(text, default="")
    sure: bool = option(flag, default=False)


@message
class Whole:
    label: str = option(name)
    part: Part | None = option(nullable(section(Part)), default=None, omit=False)
    parts: tuple[Part, ...] = option(items(section(Part)), default=(), omit=True)
    faults: dict[str, str] = option(table(text, lambda _part: text_if_any), default=dict)
    more: object = option(anything, default=None)
    dropped: tuple[str, ...] = ()


def strictly(found: Mapping[str, object]) -> Whole | Refusal:
    return receive(Whole, json.dumps(found).encode(), "whole")


def leniently(found: Mapping[str, object]) -> Whole | Refusal:
    return receive(Whole, json.dumps(found).encode(), "whole", Reading.LENIENT)


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "not JSON: Expecting value at place 1"),
        (b" \n", "not JSON: Expecting value at place 3"),
        (b"{", "not JSON: Expecting property name enclosed in double quotes at place 2"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b'{"label":"b","label":"b"}', "JSON names a member twice"),
        (b'{"label":"b","newer":{"a":1,"a":1}}', "JSON names a member twice"),
        (b'{"label":NaN}', "NaN is not a number in JSON"),
        (b"[" * 60_000, "JSON nested too deeply"),
        (b'{"a":' * 10_000, "JSON nested too deeply"),
        (b'{"label":"b","newer":' + b"[" * 16 + b"]" * 16 + b"}", "JSON nested too deeply"),
        (b'{"label":"b","newer":[' + b"0," * 10_000 + b"0]}", "JSON of more than 10000 values"),
        (b'{"label":"b","newer":[' + b"[]," * 80_000 + b"[]]}", "JSON of more than 10000 values"),
        (b"\xff", "must be UTF-8"),
        (b"\x00" * 1_000_000, "more than 262144 bytes"),
        (b" " * 262_145, "more than 262144 bytes"),
    ],
)
@pytest.mark.parametrize("reading", [Reading.STRICT, Reading.LENIENT])
def test_json_that_is_doubtful_is_refused_whole(payload: bytes, told: str, reading: Reading) -> None:
    assert receive(Whole, payload, "whole", reading) == Refusal(f"whole: {told}")


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    refusal = receive(Whole, b'{"more":' + b"9" * 5000 + b"}", "whole")

    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith("whole: not JSON: ")


def test_members_of_a_newer_program_are_passed_over() -> None:
    newer = {"label": "x", "zone": [1, None], "part": {"word": "y", "colour": 3}}

    assert strictly(newer) == leniently(newer) == Whole(label="x", part=Part(word="y"))


def test_one_wrong_member_refuses_the_whole_of_a_strict_message_by_its_path() -> None:
    assert strictly({"label": "x", "parts": [{"word": "y"}, {"word": 1}]}) == (
        Refusal("whole: parts.1.word: must be text")
    )
    assert strictly({"label": "x", "part": 3}) == (
        Refusal("whole: part: must be a mapping, its members indented below it, not 3")
    )


def test_a_lenient_message_says_what_was_dropped_of_it_and_keeps_the_rest() -> None:
    assert leniently({
        "label": "x", "part": {"word": "y", "sure": "yes"}, "parts": [3, {"word": None}],
        "faults": {"siren": 3, "striker": "cannot be switched", "\ud800": "x"}, "more": [1],
    }) == Whole(
        label="x", part=Part(word="y"), parts=(Part(),), more=[1],
        faults={"siren": "", "striker": "cannot be switched"},
        dropped=(
            "part.sure: must be true or false, not 'yes'",
            "parts.0: must be a mapping, its members indented below it, not 3", "parts.1.word: must be text",
            "faults.siren: must be text", "faults.\ufffd: must be text that people can read; it holds U+D800",
        ),
    )


def test_what_a_lenient_message_must_have_refuses_it_all_the_same() -> None:
    assert leniently({"part": None}) == Refusal("whole: label: missing; it has no default")
    assert leniently({"label": ""}) == Refusal("whole: label: must not be empty")


@pytest.mark.parametrize(("value", "written"), [
    (Whole(label="x"), '{"label":"x","part":null,"faults":{}}'),
    (Whole(label="x", part=Part(), parts=(Part(word="🔥", sure=True),), faults={"a": "b"}, more={"c": (1, 2)}),
     ('{"label":"x","part":{"word":"","sure":false},"parts":[{"word":"🔥","sure":true}],"faults":{"a":"b"},'
      '"more":{"c":[1,2]}}')),
    (Whole(label="x", dropped=("not a member",)), '{"label":"x","part":null,"faults":{}}'),
])
def test_members_are_written_in_order_and_left_out_where_that_says_the_same(value: Whole, written: str) -> None:
    assert send(value).decode() == written


@message
class Dated:
    at: float | None = option(nullable(instant), default=None)


@pytest.mark.usefixtures("western_indonesia")
def test_an_instant_that_may_be_null_is_written_as_it_is_read() -> None:
    written = send(Dated(at=1_800_000_000.0))

    assert written == b'{"at":"2027-01-15T15:00:00.000+07:00"}'
    assert receive(Dated, written, "dated") == Dated(at=1_800_000_000.0)
    assert receive(Dated, b'{"at":null}', "dated") == Dated()
