"""A broker and two neighbours, for the tests that leave them as they found them."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from testing.private_broker import PrivateBroker
from tests.support.village import Post, settings

SLOW_S = 5.0  # how long the button `bencana` of Kalibagor is to be held: a touch is much shorter on any machine


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Kalibagor and Kotakan neighbour each other, so each hears of a theft at the other."""

    broker: PrivateBroker
    kalibagor: Post
    kotakan: Post


@pytest.fixture(scope="module")
def neighbours() -> Iterator[Neighbours]:
    with tempfile.TemporaryDirectory(prefix="k") as name, PrivateBroker(Path(name) / "broker") as broker:
        slow = {"bencana": {"pin": 21, "lamp": 12, "hold_s": SLOW_S}, **settings(Path(name), 0)["buttons"]}
        kalibagor = Post(Path(name) / "a", broker.port, buttons=slow)
        kotakan = Post(Path(name) / "b", broker.port, "kotakan")
        with_both = (kalibagor, kotakan)
        try:
            for post in with_both:
                post.begin()
            yield Neighbours(broker, *with_both)
        finally:
            for post in with_both:
                post.stop()


@pytest.fixture
def broker(folder: Path) -> Iterator[PrivateBroker]:
    """A broker that the test may kill."""
    with PrivateBroker(folder / "broker") as running:
        yield running


@pytest.fixture
def posts() -> Iterator[list[Post]]:
    """Posts that a test begins and puts in here are ended with it."""
    begun: list[Post] = []
    yield begun
    for post in begun:
        post.kill()
