"""A target whose server never lets go of a message: it is reported, waits for its turn again, and is given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any, cast

import pytest

from posko.labels.language import Language
from posko.notify import sender as sending
from posko.notify.config import Target
from posko.notify.gateway import Gateway
from posko.notify.limited import MOST, Limited
from posko.notify.sender import Failed, GivenUp, Sender
from posko.notify.store import Done, Waiting
from runtime import clock
from runtime.inbox import Inbox
from testing.program import LIMIT_S
from tests.support.waiting import drain, wait_until

HANGS = "it hangs: no answer within 0.05 s"


class Server:
    """Takes each message and answers nothing, until it is `released`; then that it has it, or *reason*."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason
        self.released = Event()
        self.over = 0
        self.asked: list[str] = []

    def send(self, title: str, _body: str) -> str | None:
        self.asked.append(title)
        assert self.released.wait(LIMIT_S)
        self.over += 1
        return self.reason


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.released.set()


def test_a_try_that_hangs_is_over_and_only_some_hang_at_once(server: Server) -> None:
    send = Limited(server.send, 0.05)

    assert [send(number, f"message {number}", "") for number in range(MOST + 2)] == [HANGS] * (MOST + 2)
    assert server.asked == ["message 0", "message 1", "message 2"]


def test_what_hung_and_was_taken_after_all_is_not_sent_again(server: Server) -> None:
    send = Limited(server.send, 0.05)
    first = send("m", "message", "body")
    server.released.set()
    assert wait_until(lambda: server.over == 1)
    assert wait_until(lambda: all(each.over.is_set() for each in send._hanging))

    assert (first, send("m", "TERTUNDA: message", "body"), server.asked) == (HANGS, None, ["message"])
    assert (send("m", "message", "body"), server.asked) == (None, ["message", "message"])


def test_what_hung_and_was_refused_after_all_is_sent_again() -> None:
    server = Server("refused")
    send = Limited(server.send, 0.05)
    send("m", "message", "body")
    server.released.set()
    assert wait_until(lambda: server.over == 1)

    assert send("m", "message", "body") == "refused"


def test_a_sending_that_fails_by_a_fault_of_its_own_is_a_reason() -> None:
    def fail(_title: str, _body: str) -> str | None:
        raise RuntimeError("broken")

    assert Limited(fail)("m", "message", "") == "RuntimeError('broken')"


@contextmanager
def running(server: Server, done: list[Done]) -> Iterator[tuple[Sender, Inbox]]:
    def mark(entry: Done) -> None:
        done.append(entry)
        entry.written()

    inbox = Inbox()
    target = Target("t", cast("Gateway", server), (), Language.ID, 10, 3600.0)
    sender = Sender(target, mark, inbox)
    sender.start()
    try:
        yield sender, inbox
    finally:
        server.released.set()
        sender.close()


def test_a_target_that_hangs_is_reported_and_its_messages_are_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("posko.notify.core.pace.FIRST_S", 0.01)
    monkeypatch.setattr(sending, "Limited", lambda send: Limited(send, 0.05))
    done: list[Done] = []
    found: list[Any] = []

    def has(kind: type) -> bool:
        found.extend(drain(inbox))
        return any(isinstance(each, kind) for each in found)

    with running(server, done) as (sender, inbox):
        sender.put(Waiting("m", "t", "title", "body", clock.now()))
        assert wait_until(lambda: has(Failed))
        sender.target = replace(sender.target, give_up_s=0.0)
        assert wait_until(lambda: has(GivenUp))

    assert [(each.reason, each.waiting) for each in found if isinstance(each, Failed)] == [(HANGS, 1)]
    assert [(each.count, each.reason) for each in found if isinstance(each, GivenUp)] == [(1, HANGS)]
    assert {each.names for each in done} == {("m",)}
