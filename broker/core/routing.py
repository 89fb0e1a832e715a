"""Rights on topics as RabbitMQ judges them: regular expressions on routing keys. Pure; must not talk to a broker.

RabbitMQ turns the topic of a message and the filter of a subscription into a routing key: `/` into `.`, `+` into `*`
(its documentation, MQTT Plugin, "Topic level separator and wildcards"), and asks one expression for each. So it judges
a subscription once, by the text of its filter, and not each message, as Mosquitto does. Here a filter is granted only
if everything that it can match may be heard; what is wider is refused, to whoever subscribes to it.

No expression lets `*` or `#` stand in what is published: a word `*` would reach others as `+`, and a client ends the
connection at such a topic (MQTT 5, 3.3.2.1).
"""

import re
from collections.abc import Iterable

from contract.roles import ANY, Access, Account, Role, Rule

TAIL = "#"
# Matches nothing at all; an empty expression would match the empty key in RabbitMQ.
NOTHING = "(?!)"
# Where an expression ends: `$` alone also matches before a line feed.
_END = r"$(?!\n)"
# A village's posts report below this word. There are none in `semua`, where nobody but the hub could write it.
_REPORTS = "node"


def key(topic: str) -> str:
    """The routing key of a topic or a topic filter."""
    return topic.replace("/", ".").replace("+", "*")


def writes(rules: Iterable[Rule]) -> str:
    """The expression of what may be published by *rules*."""
    rules = tuple(rules)
    granted = [_granted(each.filter, word="[^.*#]*", below="[^*#]*") for each in _of(rules, Access.WRITE)]
    denied = [f"{_words(each.filter)}(?:\\.|{_END})" for each in _of(rules, Access.DENY)]
    return _expression(granted, denied)


def reads(account: Account, rules: Iterable[Rule]) -> str:
    """The expression of the filters to which *account* may subscribe by *rules*."""
    rules = tuple(rules)
    granted = [_granted(each.filter, word="[^.#]*", below=r"[^\n]*") for each in _of(rules, Access.READ)]
    if account.role is Role.HUB:
        # So that it answers a misspelt topic it subscribes to anything of so many words. Nobody may write but below
        # what it may read, so it hears no more by this.
        granted.append(r"[*#]?(?:\.[^\n]*)?")
    return _expression(granted, [each for rule in _of(rules, Access.DENY) for each in _overlapping(rule.filter)])


def _of(rules: Iterable[Rule], access: Access) -> list[Rule]:
    return [each for each in rules if each.access is access]


def _expression(granted: list[str], denied: list[str]) -> str:
    if not granted:
        return NOTHING
    unless = f"(?!{'|'.join(denied)})" if denied else ""
    return f"^{unless}(?:{'|'.join(granted)}){_END}"


def _granted(topic_filter: str, word: str, below: str) -> str:
    """What a rule's *topic_filter* matches: *word* in the place of `+`, and *below* behind a dot in the place of `#`.
    """
    parts = topic_filter.split("/")
    open_ = parts[-1] == TAIL
    found = r"\.".join(word if each == ANY else re.escape(each) for each in parts[: len(parts) - open_])
    return f"{found}(?:\\.{below})?" if open_ else found


def _words(denied: str) -> str:
    """The words of a denial, which is of everything below them."""
    return r"\.".join(map(re.escape, denied.removesuffix(f"/{TAIL}").split("/")))


def _overlapping(denied: str) -> list[str]:
    """The filters that would match something of what is *denied*, a word or a wildcard for each word of it."""
    *before, last = denied.removesuffix(f"/{TAIL}").split("/")
    either = [rf"(?:{re.escape(each)}|\*)" for each in before]
    start = "".join(rf"{each}\." for each in either)
    whole = rf"(?:{re.escape(last)}|\*(?!\.{_REPORTS}\.))(?:\.|{_END})"
    wide = [r"\.".join([*either[:count], TAIL]) for count in range(len(either) + 1)]
    return [f"{start}{whole}", *(f"{each}{_END}" for each in wide)]
