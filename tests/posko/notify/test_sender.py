"""The thread of one target, with a target that the test holds in its hand."""

from collections.abc import Iterator
from threading import Event
from typing import Any, cast

import pytest

from posko.labels.language import Language
from posko.notify.config import Target
from posko.notify.core.occasions import Rule
from posko.notify.sender import GivenUp, Sender, Sent
from posko.notify.store import Done, Waiting
from runtime import clock
from runtime.inbox import Inbox
from tests.support.waiting import take


class Gateway:
    """Takes what comes once it is `open`."""

    name = "json://example.com/x…"

    def __init__(self) -> None:
        self.open = Event()
        self.taken: list[tuple[str, str]] = []

    def send(self, title: str, body: str) -> str | None:
        self.open.wait()
        self.taken.append((title, body))
        return None


class Desk:
    """A sender, and the disk that writes at once."""

    def __init__(self, give_up_s: float = 3600.0) -> None:
        self.gateway = Gateway()
        self.inbox = Inbox()
        self.marked: list[str] = []
        target = Target("t", cast("Any", self.gateway), (Rule(frozenset()),), Language.ID, 10, give_up_s)
        self.sender = Sender(target, self.mark, self.inbox)

    def mark(self, done: Done) -> None:
        self.marked += done.names
        done.written()

    def put(self, name: str, age_s: float = 0.0) -> None:
        self.sender.put(Waiting(name, "t", f"judul {name}", f"isi {name}", clock.now() - age_s))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.gateway.open.set()
    made.sender.close()


def test_what_is_put_twice_is_sent_once_and_marked(desk: Desk) -> None:
    desk.sender.start()
    desk.gateway.open.set()
    for name in ("a", "a", "b"):
        desk.put(name)
    assert [take(desk.inbox, Sent).count for _ in range(2)] == [1, 1]
    desk.put("a")
    desk.put("c")
    take(desk.inbox, Sent)

    assert desk.gateway.taken == [(f"judul {name}", f"isi {name}") for name in "abc"]
    assert desk.marked == ["a", "b", "c"]


def test_of_what_waits_for_a_long_time_the_title_says_so(desk: Desk) -> None:
    desk.put("a", age_s=7200.0 - 3700.0)
    desk.sender.start()
    desk.gateway.open.set()
    take(desk.inbox, Sent)

    assert desk.gateway.taken[0][0].startswith("TERTUNDA 58 mnt ")
    assert desk.gateway.taken[0][0].endswith(": judul a")


def test_of_many_at_once_the_last_message_of_the_minute_has_the_titles_of_the_rest(desk: Desk) -> None:
    for number in range(50):
        desk.put(f"{number:02}")
    desk.sender.start()
    desk.gateway.open.set()
    counts = [take(desk.inbox, Sent).count for _ in range(10)]

    assert counts == [1] * 9 + [41]
    title, body = desk.gateway.taken[-1]
    assert title == "41 pesan sekaligus"
    assert body.splitlines() == [f"judul {number:02}" for number in range(9, 50)]
    assert len(set(desk.marked)) == 50


def test_what_is_too_old_is_given_up_and_the_rest_sent() -> None:
    desk = Desk(give_up_s=100.0)
    desk.put("old", age_s=200.0)
    desk.put("new")
    desk.gateway.open.set()
    desk.sender.start()

    assert take(desk.inbox, GivenUp).count == 1
    assert desk.gateway.taken in ([], [("judul new", "isi new")])
    take(desk.inbox, Sent)
    desk.sender.close()
    assert desk.gateway.taken == [("judul new", "isi new")]
    assert desk.marked == ["old", "new"]
