"""YAML: what a file says is what is read; what would be a surprise is text or a fault."""

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings.yamltext import YamlError, load
from tests.contract.shipped import quick


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False),
        ("null", None), ("~", None), ("", None), ("# only a comment", None),
        ("0", 0), ("17", 17), ("-3", -3), ("+5", 5),
        ("0.5", 0.5), ("-0.25", -0.25), ("1e3", 1000.0), ("1.5e-3", 0.0015), ("12.0", 12.0),
        ("pos-1", "pos-1"), ('"17"', "17"), ("'true'", "true"), ('""', ""), ("●●‖", "●●‖"),
        ("[1, a]", [1, "a"]), ("{a: 1}", {"a": 1}), ("- 1\n- {b: null}", [1, {"b": None}]),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_plain_values_are_read_as_written(text: str, value: object) -> None:
    found = load(text)

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    [
        "on", "off", "On", "OFF", "yes", "no", "Yes", "NO", "y", "n", "True", "TRUE", "False", "Null", "NULL",
        "22:00", "22:00:30", "1:30.5", "190:20:30",
        "017", "08", "00", "-017", "0o17", "0x1F", "0b101",
        "1_000", "1_000.5", "_1", ".5", "5.", "-.5", "+.5", ".5e3", "1e", "1.e3", ".",
        ".inf", "-.inf", ".nan", ".NaN", "inf", "nan", "NaN", "Infinity",
        "2026-01-31", "2026-01-31T20:15:00Z", "35.12.07", "35.12.07.2001", "1.0.0",
        "=", "<<", "-", "1 000", "1,5", "+", "--1", "１７",
    ],
)
def test_what_yaml_1_1_reads_as_something_else_stays_text(text: str) -> None:
    in_a_mapping, in_a_list = f"a: {text}", f"- {text}"

    if text != "-":  # alone it begins a list
        assert load(text) == text
        assert load(in_a_mapping) == {"a": text}
        assert load(in_a_list) == [text]
    assert load(f'"{text}"') == text


@pytest.mark.parametrize("key", ["on", "off", "yes", "no", "y", "22:00", "017", "1_000", "2026-01-31", "=", "<<"])
def test_a_key_that_yaml_1_1_reads_as_something_else_stays_text(key: str) -> None:
    assert load(f"{key}: 1") == {key: 1}


def test_a_merge_key_merges_nothing() -> None:
    assert load("lamp:\n  <<: {pin: 5}\n  colour: red") == {"lamp": {"<<": {"pin": 5}, "colour": "red"}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: !!bool on", "line 1, column 4: the tag 'tag:yaml.org,2002:bool' is not read here; leave it out"),
        ("a: !!int 017", "line 1, column 4: the tag 'tag:yaml.org,2002:int' is not read here; leave it out"),
        ('!!int ""', "line 1, column 1: the tag 'tag:yaml.org,2002:int' is not read here; leave it out"),
        ("!!set [a]", "line 1, column 1: the tag 'tag:yaml.org,2002:set' is not read here; leave it out"),
        ('a: "\\ud800"', "line 1, column 4: U+D800 is not a character that people can read"),
        ('a: "x\\0"', "line 1, column 4: U+0000 is not a character that people can read"),
        ('"\\ud800": 1', "line 1, column 1: U+D800 is not a character that people can read"),
    ],
)
def test_tags_and_signs_that_are_no_text_are_refused(text: str, reason: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{pin: 5, pin: 6}", "line 1, column 10: the key 'pin' stands here twice; keep one of them"),
        ("pin: 5\nlamp: 6\npin: 5", "line 3, column 1: the key 'pin' stands here twice; keep one of them"),
        ("a:\n  b: 1\n  'b': 2", "line 3, column 3: the key 'b' stands here twice; keep one of them"),
        ("- {a: {b: 1, \"b\": 2}}", "line 1, column 14: the key 'b' stands here twice; keep one of them"),
        ("<<: {a: 1}\n<<: {b: 2}", "line 2, column 1: the key '<<' stands here twice; keep one of them"),
        ("17: a", "line 1, column 1: the key 17 must be text; put it in quotes"),
        ("a: {1.5: b}", "line 1, column 5: the key 1.5 must be text; put it in quotes"),
        ("true: a", "line 1, column 1: the key True must be text; put it in quotes"),
        ("~: a", "line 1, column 1: the key None must be text; put it in quotes"),
        ("[a]: b", "line 1, column 1: the key ['a'] must be text; put it in quotes"),
        ("? {a: b}\n: c", "line 1, column 3: the key {'a': 'b'} must be text; put it in quotes"),
        ("a: b: c", "line 1, column 5: mapping values are not allowed here"),
        ("a: 1\n\tb: 2", "line 2, column 1: found character '\\t' that cannot start any token"),
        ("siren:\n  pin: [17", "line 2, column 11: expected ',' or ']', but got '<stream end>'"),
        ("a: *b", "line 1, column 4: an alias (*) is not read here; write the value out"),
        ("a: 1\n---\nb: 2", "line 2, column 1: but found another document"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['exit 1']",
        "!!python/name:os.system",
        "!!python/tuple [1, 2]",
        "!!python/object/new:dict []",
        "!!python/none",
        "a: !secret b",
        "!include node.yaml",
        "!!merge <<: {a: 1}",
        "!!int seventeen",
        "!!str {a: 1}",
    ],
)
def test_a_tag_makes_nothing(text: str) -> None:
    with pytest.raises(YamlError):
        load(text)


@pytest.mark.parametrize(
    "text",
    [
        "[1", "{a: 1", "[1}", "{a: 1]", "'a", '"a', "a: [1, {b: 2]", "]", "}", "- a\nb", "a: |x",
        "@a", "`a", "%a", "&", "*",
    ],
)
def test_an_unfinished_text_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        load(text)


@pytest.mark.parametrize("text", ["\0", "a: b\0c", "\x07", "a\x1bb", "\ud800", "a: \udfff", "\x7f", "\x80", "\uffff"])
def test_a_sign_that_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        load(text)


@pytest.mark.parametrize("text", ["[" * 1_000, "{a: " * 1_000, "- " * 1_000, "[" * 500 + "]" * 500])
def test_a_text_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(YamlError, match="nested too deeply"):
        load(text)


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(YamlError):
        load("1" * 5_000)


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}"])
def test_a_value_that_holds_itself_is_no_endless_work(text: str) -> None:
    with pytest.raises(YamlError, match="an alias"):
        load(text)


PIECES = [
    "a", "b-1", "on", "017", "1e9", "22:00", "●", ": ", ":", "\n", "\n  ", "\n- ", " ", "- ", "? ", "[", "]", "{", "}",
    ", ", "#", " #", "&a", "*a", "<<", "|", ">", "|\n  ", "'", '"', "\\", "%", "---", "...", "!", "@", "`", "~", "\t",
]


def only_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(type(key) is str and only_plain(member) for key, member in value.items())
    if isinstance(value, list):
        return all(map(only_plain, value))
    return isinstance(value, Hashable) and type(value) in {str, int, float, bool, type(None)}


@quick
@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_a_plain_value_or_refused(text: str) -> None:
    try:
        value = load(text)
    except YamlError:
        return
    assert "*a" in text or only_plain(value)
