"""What differs between two readings of a settings file is shown by its path, as its writer wrote it."""

from contract.settings.difference import difference


def test_what_is_the_same_is_not_shown() -> None:
    assert list(difference({"a": {"b": [1, None]}, "c": "x"}, {"c": "x", "a": {"b": [1, None]}}, "node.yaml")) == []


def test_what_was_changed_added_or_taken_away_is_shown_with_its_path() -> None:
    then = {"siren": {"pin": 17, "active_high": True}, "hub": True, "lock": {"pin": 16}, "ronda": []}
    now = {"siren": {"pin": 99, "active_high": True}, "hub": 1, "strobe": {"pin": 22}, "ronda": ["22:00"]}

    assert list(difference(then, now, "node.yaml")) == [
        "node.yaml.siren.pin: was 17, is 99 now",
        "node.yaml.hub: was true, is 1 now",
        'node.yaml.lock: was {"pin": 16}, is gone now',
        'node.yaml.ronda: was [], is ["22:00"] now',
        'node.yaml.strobe: is new, {"pin": 22}',
    ]


def test_a_table_that_became_something_else_is_shown_whole_and_a_long_value_is_cut() -> None:
    (line,) = difference({"broker": {"host": "posko"}}, {"broker": "é" * 100}, "n")

    assert line == f'n.broker: was {{"host": "posko"}}, is "{"é" * 58}… now'
