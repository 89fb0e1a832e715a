"""YAML text -> plain values, without the surprises of YAML 1.1. Must not open files.

PyYAML on its own reads ``on`` as True, ``22:00`` as 1320 and ``017`` as 15, and of two equal keys takes the
last one without a word. A setting that means something else than what is written is a setting that is ignored, so only
what YAML 1.2's core schema (section 10.3.2) calls a number, a boolean or null is one here; the rest is text.

PyYAML has two parsers: one in C (libyaml) and one in Python, which takes six times as long and knows better what is
wrong. So a text is read by the one in C, and by the other where that finds anything to say, or is not there.
"""

import itertools
import re
from collections.abc import Hashable
from typing import Any

import yaml

from contract.settings.slips import BLANKS, CURLY, GLUED, slip
from contract.text import unreadable

# What the two parsers may read in two ways: tabs and other line ends, `?` within a key, tags, anchors, a comment that
# touches the mark of a block or stands in a directive (seen in 2 million texts of YAML's own signs, PyYAML 6.0.3).
_UNALIKE = re.compile(r"[^\n -~\xa0-\u2027\u202a-\ufefe]|[?!&]|[|>][-+0-9]*#|^%", re.MULTILINE)


class YamlError(ValueError):
    """The text cannot be read as this project reads YAML; the message says where and why."""


class _Strict(yaml.composer.Composer, yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """What is strict here, whichever parser is under it: its own resolvers, and no duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise yaml.composer.ComposerError(
                None, None, f"the tag {tag!r} is not read here; leave it out", event.start_mark
            )
        if isinstance(event, yaml.AliasEvent):
            mark: Any = event.start_mark
            raise yaml.composer.ComposerError(
                None, None, "an alias (*) is not read here; write the value out", mark
            )
        return super().compose_node(parent, index)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        value = str(super().construct_scalar(node))
        character = unreadable(value)
        if character is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{character} is not a character that people can read", node.start_mark
            )
        if isinstance(node, yaml.ScalarNode) and not node.style:
            _check_plain(value, node.start_mark)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys: set[object] = set()
        _check_commas(node)
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} must be text; put it in quotes", key_node.start_mark
                )
            glued = GLUED.match(key) if not key_node.style else None
            if glued:
                raise yaml.constructor.ConstructorError(
                    None, None, f"write a blank after the colon: {glued[1]}: {glued[2]}", key_node.start_mark
                )
            if key in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here twice; keep one of them", key_node.start_mark
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


_Strict.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
_Strict.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])
_Strict.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Strict.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$"),
    list("-+0123456789"),
)


class _StrictLoader(_Strict, yaml.SafeLoader):
    """With the parser in Python, whose words about a fault are known."""


if yaml.__with_libyaml__:
    class _QuickLoader(_Strict, yaml.CSafeLoader):
        """With the parser in C. What it raises is no answer, for the other one may read the text."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            yaml.composer.Composer.__init__(self)


def _check_plain(value: str, mark: Any) -> None:
    """Raises for a character in the unquoted *value* that looks like another one."""
    for index, character in enumerate(value):
        if character in BLANKS:
            after = f" after {value[:index][-20:]!r}" if index else ""
            shown = f"{BLANKS[character]} (U+{ord(character):04X}) stands there{after}"
            raise yaml.constructor.ConstructorError(
                None, None, f"{shown}; write an ordinary blank in its place", mark
            )
    if value[:1] and value[0] in CURLY:
        raise yaml.constructor.ConstructorError(
            None, None, f"{value[0]} is a typographic quote; write the straight ' or \"", mark
        )


def _check_commas(node: yaml.MappingNode) -> None:
    """Raises where a comma cuts a value in braces: ``{hold_s: 1,5}`` is two members to YAML."""
    if not node.flow_style:
        return
    for (key, value), (next_key, nothing) in itertools.pairwise(node.value):
        numbers = [each.value for each in (value, next_key) if isinstance(each, yaml.ScalarNode)]
        has_value = nothing.value != "" or next_key.end_mark.index != nothing.start_mark.index
        if len(numbers) < 2 or not numbers[0] or has_value:
            continue
        one, other = numbers
        decimal = all(re.fullmatch("[0-9]+", each) for each in numbers)
        text = f"{one},{other}".strip(CURLY)
        written = f"{one}.{other}, with a point" if decimal else f"'{text}', in quotes"
        if text != f"{one},{other}":
            written = f"'{text}', in straight quotes"
        raise yaml.constructor.ConstructorError(
            None, None, f"write {key.value}: {written}; a comma begins the next member", value.start_mark
        )


def load(text: str) -> object:
    """The value that *text* holds: dict, list, str, int, float, bool or None. Raises YamlError."""
    if not yaml.__with_libyaml__ or _UNALIKE.search(text):
        return _load_strictly(text)
    try:
        return yaml.load(text, Loader=_QuickLoader)  # noqa: S506 - a SafeLoader underneath
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return _load_strictly(text)


def _load_strictly(text: str) -> object:
    """The same, by the parser whose words about a fault are known."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        ours = isinstance(error, yaml.constructor.ConstructorError | yaml.composer.ComposerError) and not error.context
        if ours and mark:
            raise YamlError(f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}") from None
        raise YamlError(slip(
            text, None if error.problem_mark is None else error.problem_mark.line,
            None if error.context_mark is None else error.context_mark.line, str(error.problem or error.context),
        )) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1
        shown = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
        raise YamlError(f"line {line}, column {column}: the character {shown} cannot stand in a settings file; "
                        "delete it") from None
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())) from None
    except RecursionError:
        raise YamlError("nested too deeply; no setting needs that") from None
    except (ValueError, OverflowError) as error:
        if "integer string conversion" in str(error):  # Python's own words name a function to call
            raise YamlError("holds a number of thousands of digits; no setting needs that") from None
        raise YamlError(str(error)) from None
