"""YAML text -> plain values, without the surprises of YAML 1.1. Must not open files.

PyYAML on its own reads ``on`` as True, ``22:00`` as 1320 and ``017`` as 15, and of two equal keys takes the
last one without a word. A setting that means something else than what is written is a setting that is ignored, so only
what YAML 1.2's core schema (section 10.3.2) calls a number, a boolean or null is one here; the rest is text.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from contract.text import unreadable


class YamlError(ValueError):
    """The text cannot be read as this project reads YAML; the message says where and why."""


class _StrictLoader(yaml.SafeLoader):
    """A SafeLoader with its own resolvers and without duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own attribute

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
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
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys: set[object] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} must be text; put it in quotes", key_node.start_mark
                )
            if key in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here twice; keep one of them", key_node.start_mark
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$"),
    list("-+0123456789"),
)


def load(text: str) -> object:
    """The value that *text* holds: dict, list, str, int, float, bool or None. Raises YamlError."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise YamlError(f"{where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())) from None
    except RecursionError:
        raise YamlError("nested too deeply; no setting needs that") from None
    except (ValueError, OverflowError) as error:
        raise YamlError(str(error)) from None
