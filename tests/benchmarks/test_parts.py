"""What a benchmark waits for at a node: what did not happen is told, and is not taken for what did."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.parts import Node, settings
from benchmarks.publisher import Endpoint
from benchmarks.run import LateError, MeasureError
from testing.box import Box, Change

SIREN_ON, SIREN_OFF, LAMP_ON = Change(1.0, "siren", True), Change(2.0, "siren", False), Change(3.0, "lamp", True)


@pytest.fixture
def node(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """One that is not started: nothing comes that is not there."""
    def wait(box: Box, ready: Callable[[Box], bool], _timeout_s: float) -> bool:
        return ready(box)

    monkeypatch.setattr(Box, "wait", wait)
    return Node(folder / "node", settings(folder, Endpoint(1)))


def changed(node: Node, *changes: Change) -> None:
    node.changes[:] = changes
    node.levels.update((each.output, each.level) for each in changes)


def test_the_instants_of_what_happened(node: Node) -> None:
    changed(node, SIREN_ON, SIREN_OFF, LAMP_ON)

    assert node.switched_on("siren", 0) == 1.0
    assert node.at_rest(0) == 2.0


def test_what_has_not_happened_in_time_is_late(node: Node) -> None:
    changed(node, SIREN_ON)

    with pytest.raises(LateError, match="did not switch on within 30 s"):
        node.switched_on("siren", 1)
    with pytest.raises(LateError, match="is not at rest within 30 s"):
        node.at_rest(0)


def test_a_node_that_has_not_sounded_says_nothing_of_how_soon_it_is_at_rest(node: Node) -> None:
    changed(node, SIREN_ON, SIREN_OFF, LAMP_ON)

    with pytest.raises(MeasureError, match="is at rest, but nothing has sounded") as caught:
        node.at_rest(2)
    assert not isinstance(caught.value, LateError)
