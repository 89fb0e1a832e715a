"""Which faults are reported: those that last, each once, and their ends."""

from posko.notify.core.faults import LAST_S
from runtime.core.events import Faulted, Recovered
from tests.posko.notify.outward import FAULTS, POSTS, Outward

POST = "kotakan/pos-1"


def district() -> Outward:
    """All posts are there, and whoever wants faults gets them."""
    return Outward(((FAULTS,),)).ready(*POSTS)


def test_a_post_that_is_away_for_long_is_reported_once_and_so_is_that_it_is_back() -> None:
    out = district().ready(POST, state="offline").wait(LAST_S - 5.0)
    assert out.lines() == []

    out.wait(60.0).kill().begin().wait(LAST_S * 2)
    assert out.lines() == ["fault kotakan/pos-1"]

    out.ready(POST).wait(LAST_S + 40.0)

    assert out.lines() == ["fault kotakan/pos-1", "fault kotakan/pos-1 recovered"]


def test_a_post_that_is_away_for_a_moment_is_not_worth_a_message() -> None:
    out = district()
    for _ in range(10):
        out.ready(POST, state="offline").wait(20.0).ready(POST).wait(20.0)

    assert out.lines() == []


def test_a_fault_of_the_hub_is_reported_with_its_reason() -> None:
    out = district()
    out.hub.feed(Faulted("journal", "cannot write"))
    out.wait(LAST_S + 10.0)
    out.hub.feed(Recovered("journal"))
    out.wait(LAST_S + 10.0)

    assert out.lines() == ["fault journal", "fault journal recovered"]
    assert out.messages[0][1].reason == "cannot write"


def test_a_broker_out_of_reach_is_reported_and_nothing_of_the_posts_that_nobody_can_know() -> None:
    out = district().ready(POST, state="offline").wait(LAST_S + 10.0)

    out.unlink().wait(LAST_S + 10.0).link().wait(LAST_S + 10.0)

    assert out.lines() == ["fault kotakan/pos-1", "fault no link", "fault no link recovered"]


def test_a_hub_that_is_silent_is_reported() -> None:
    out = district().wait(10.0)
    out.hang(LAST_S + 30.0)

    assert out.lines() == ["fault silent hub"]

    out.wait(LAST_S + 10.0)

    assert out.lines() == ["fault silent hub", "fault silent hub recovered"]
