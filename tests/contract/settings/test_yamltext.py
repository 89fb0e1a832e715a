"""YAML: what a file says is what is read; what would be a surprise is text or a fault."""

import re
from collections.abc import Hashable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contract.settings import yamltext
from contract.settings.yamltext import YamlError, load
from tests.contract.shipped import quick
from tests.support.nodes import CONFIG


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
        ("a: b: c", "line 1: a second colon; put the value in quotes; there stands `a: b: c`"),
        ("a: 1\n\tb: 2", "line 2: a tab stands there; use spaces; there stands `<tab>b: 2` after `a: 1`"),
        ("siren:\n  pin: [17", "line 2: [ is not closed; write ] at its end; there stands `  pin: [17` after `siren:`"),
        ("a: *b", "line 1, column 4: an alias (*) is not read here; write the value out"),
        ("a: 1\n---\nb: 2",
         "line 2: a line of --- begins a second file; leave it out; there stands `---` after `a: 1`"),
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
    with pytest.raises(YamlError, match="a number of thousands of digits; no setting"):
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


@pytest.mark.parametrize(("text", "reason"), [
    ("siren:\n  pin: 17\n active_high: true",
     ("line 3: count the spaces before it: it has 1, and the lines above it have 0 or 2"
      "; there stands ` active_high: true` after `  pin: 17`")),
    ("siren:\n  pin: 17\n    active_high: true",
     ("line 3: count the spaces before it: it has 4, and the lines above it have 0 or 2"
      "; there stands `    active_high: true` after `  pin: 17`")),
    ("siren:\n  pin:17\n  active_high: true",
     "line 2: write a blank after the colon: pin: 17; there stands `  pin:17` after `siren:`"),
    ("siren:\n\tpin: 17", "line 2: a tab stands there; use spaces; there stands `<tab>pin: 17` after `siren:`"),
    ("name: 'Soka'an'\nb: 1",
     ("line 1: the apostrophe ends the text; no quotes are needed around it, or write \" on both sides"
      "; there stands `name: 'Soka'an'`")),
    ("name: \"Pos \"Kamling\" 1\"",
     ("line 1: the second quote ends the text; leave out the quotes in it"
      "; there stands `name: \"Pos \"Kamling\" 1\"`")),
    ("siren: {pin: 17\nstriker: {pin: 4}",
     "line 1: { is not closed; write } at its end; there stands `siren: {pin: 17`"),
    ("a: {b: 1}}", "line 1: } closes nothing; leave it out, or write { before it; there stands `a: {b: 1}}`"),
    ("a: 'x\nb: 1", "line 1: a quote is not closed; write it at the end of the text; there stands `a: 'x`"),
    ("siren\n  pin: 17", "line 1: write a colon after siren; there stands `siren`"),
    ("siren: {pin: 17 active_high: true}",
     "line 1: write a comma between the members in brackets; there stands `siren: {pin: 17 active_high: true}`"),
    ("name: @x",
     ("line 1: begins with a character that has a meaning of its own; put the text in quotes"
      "; there stands `name: @x`")),
    ("a: b\n- c",
     ("line 2: a list (lines with `- `) and `name: value` lines do not stand side by side; indent one below the other"
      "; there stands `- c` after `a: b`")),
    ("aman: {pin: 5, hold_s: 1,5}",
     "line 1, column 24: write hold_s: 1.5, with a point; a comma begins the next member"),
    ("aman: {hold_s: 1,5, pin: 5}",
     "line 1, column 16: write hold_s: 1.5, with a point; a comma begins the next member"),
    ("siren:\n  pin:\xa017",
     "line 2, column 3: a no-break space (U+00A0) stands there after 'pin:'; write an ordinary blank in its place"),
    ("siren:\n\xa0 pin: 17",
     "line 2, column 1: a no-break space (U+00A0) stands there; write an ordinary blank in its place"),
    ("ronda: [\u201c22:00\u201d]", "line 1, column 9: \u201c is a typographic quote; write the straight ' or \""),
    ("sound: {device: \u201cplughw:1,0\u201d}",
     "line 1, column 17: write device: 'plughw:1,0', in straight quotes; a comma begins the next member"),
    ("a: 'x\nb: 1 # the hub's\nc: 2",
     "line 1: a quote is not closed; write ' at the end of the text; there stands `a: 'x`"),
    ("siren: pin: 17  # BCM",
     ("line 1: a second colon; put a text in quotes, and members on one line in braces: siren: {pin: 17}"
      "; there stands `siren: pin: 17  # BCM`")),
    ("siren: (pin: 17, active_high: true)",
     ("line 1: a second colon; put a text in quotes, and members on one line in braces: "
      "siren: {pin: 17, active_high: true}; there stands `siren: (pin: 17, active_high: true)`")),
    ("ronda:\n\u2013 '22:00'\na: 1",
     ("line 2: \u2013 begins no entry of a list; write a hyphen and a blank: `- `"
      "; there stands `\u2013 '22:00'` after `ronda:`")),
    ("node\uff1a pos-1\na: 1",
     ("line 1: a wide colon (U+FF1A) stands there; write an ordinary one and a blank"
      "; there stands `node\uff1a pos-1`")),
    ("node = pos-1\na: 1",
     "line 1: write a colon and a blank in place of =; there stands `node = pos-1`"),
    ("a: 1\nb: x\x00y", "line 2, column 5: the character U+0000 cannot stand in a settings file; delete it"),
])
def test_a_slip_of_the_keyboard_is_answered_with_its_line_and_what_to_write(text: str, reason: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)

    assert str(caught.value) == reason


def test_a_value_that_a_comma_cuts_in_braces_is_answered_with_its_quotes() -> None:
    with pytest.raises(YamlError) as caught:
        load("sound: {driver: alsa, device: plughw:CARD=Device,DEV=0}")

    assert str(caught.value) == (
        "line 1, column 31: write device: 'plughw:CARD=Device,DEV=0', in quotes; a comma begins the next member")
    assert load("{a: , b: {c: }, d: [1,5]}") == {"a": None, "b": {"c": None}, "d": [1, 5]}


def test_a_no_break_space_within_quotes_or_a_comment_is_text() -> None:
    assert load("name: 'Pos\u00a0Kamling'  # a\u00a0note") == {"name": "Pos\u00a0Kamling"}


SHIPPED = [(name, number, line) for name in ("node.yaml", "situbondo.yaml", "incidents.yaml", "posko.yaml")
           for number, line in enumerate((CONFIG / name).read_text("utf-8").splitlines())
           if re.match(r"[ ]*[a-z_0-9-]+: [^\s#\[]", line)]


@pytest.mark.parametrize("slip", ["no blank", "tab", "no-break space"])
@pytest.mark.parametrize("name", ["node.yaml", "situbondo.yaml", "incidents.yaml", "posko.yaml"])
def test_a_slip_in_any_line_of_a_shipped_file_is_found_in_that_line(name: str, slip: str) -> None:
    lines = (CONFIG / name).read_text("utf-8").splitlines()
    old, new = {"no blank": (": ", ":"), "tab": ("", "\t"), "no-break space": (": ", ":\u00a0")}[slip]
    wanted = {"no blank": "a blank after the colon", "tab": "use spaces", "no-break space": "ordinary blank"}[slip]
    for number in [number for each, number, _line in SHIPPED if each == name]:
        with pytest.raises(YamlError) as caught:
            load("\n".join([*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1:]]))
        told = str(caught.value)
        assert told.startswith((f"line {number + 1}:", f"line {number + 1},")), (lines[number], told)
        assert wanted in told


# What YAML gives a meaning to, and what stands between.
SIGNS = st.sampled_from([
    *"{}[],:-?#&*!|>'\"%@` \t\n\r~=", "\n  ", "\n- ", ": ", "- ", "? ", " #", "---\n", "...\n", "%YAML 1.1\n", "!!str ",
    "&a ", "*a", "|\n", ">-\n", "\\", "\u2028", "\u0085", "\ufeff", "\xa0", "\u201c", "●", "😀", "<<", "on", "null",
    "17", "1e3", "017", "22:00", "''", '""', "a:b", "\r\n", "a", "b", "c", "1", "2",
])


@quick
@given(st.lists(SIGNS, max_size=25).map("".join))
def test_whichever_parser_reads_a_text_it_says_the_same(text: str) -> None:
    """The one in C reads what it can; nothing that the other one refuses, and nothing in another way."""
    def read() -> tuple[str, object]:
        try:
            return "read", load(text)
        except YamlError as error:
            return "refused", str(error)

    found = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        assert repr(read()) == repr(found)


def test_the_shipped_files_are_read_by_the_quick_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a sixth of the time, of a start, too."""
    monkeypatch.delattr(yamltext, "_StrictLoader")
    for name in ("node.yaml", "posko.yaml", "situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml"):
        assert isinstance(load((CONFIG / name).read_text("utf-8")), dict)
