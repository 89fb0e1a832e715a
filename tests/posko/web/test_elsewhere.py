"""Further districts beside the page's own: what is shown of them, how often, and that nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from posko.operator.core import judgement
from posko.operator.core.snapshot import Snapshot
from posko.web.core import step
from posko.web.core.elsewhere import SeenElsewhere
from posko.web.core.state import State
from posko.web.elsewhere import PULSE_S, Elsewhere
from posko.web.elsewhere_view import STALE_S, elsewhere
from runtime.core.events import Linked, Unlinked
from runtime.inbox import Inbox
from testing.program import LIMIT_S
from tests.posko.operator.told import CLOCK, LABELS, Sitting, beacon, hub, listed, rings, status
from tests.posko.web.test_view import state

THERE = {"panarukan": replace(LABELS, district="Kecamatan Panarukan")}


def seen(*events: object, at: float = 20.0) -> Snapshot:
    """What a desk over there has made of *events* at instant *at*."""
    return judgement.snapshot(Sitting(None, wait_s=float("inf")).at(at - 1.0, Linked(), hub()).at(at, *events).state)


def after(*snapshots: Snapshot | None, now: float = 20.0) -> State:
    found = state()
    for each in snapshots:
        found, effects = step.step(found, SeenElsewhere("panarukan", each), now)
        assert effects == []
    return found


def shown(found: State, *, openly: bool = False) -> dict[str, Any]:
    (one,) = elsewhere(found, THERE, openly=openly)
    return one


def test_a_district_is_its_alarms_and_how_many_posts_are_how() -> None:
    found = shown(after(seen(beacon(listed()), rings("kalibagor/pos-1"), status("patokan/polsek"))))

    assert (found["name"], found["known"]) == ("Kecamatan Panarukan", True)
    assert [(each["label"], each["village_name"], each["rings"], each["of"]) for each in found["alarms"]] == [
        ("Pencurian", "Kalibagor", 1, 3)]
    assert {each["state"]: each["count"] for each in found["posts"]} == {"sounding": 1, "unheard": 1, "ready": 1}
    assert found["posts"][-1]["state"] == "ready"


def test_of_an_alarm_that_the_hub_there_does_not_list_nobody_knows_since_when_it_is_in_force() -> None:
    listed_ = shown(after(seen(beacon(listed()))))["alarms"]
    silent = Sitting(None, wait_s=float("inf")).at(0.0, Linked(), rings("kalibagor/pos-1")).at(20.0, CLOCK).state
    posts_say = shown(after(judgement.snapshot(silent)))["alarms"]

    assert [each["listed"] for each in (*listed_, *posts_say)] == [True, False]


def test_an_alarms_times_go_on_while_nothing_new_comes() -> None:
    (first,), (later,) = (shown(after(seen(beacon(listed())), now=now))["alarms"] for now in (20.0, 24.0))

    assert later["age_s"] == pytest.approx(first["age_s"] + 4.0)
    assert later["remaining_s"] == pytest.approx(first["remaining_s"] - 4.0)


@pytest.mark.parametrize("snapshot", [
    None, seen(), seen(beacon(), Unlinked("no route")), seen(beacon(), at=20.0 - STALE_S - 0.1),
    judgement.snapshot(Sitting(None, wait_s=float("inf")).at(1.0, Linked(), hub(), beacon()).at(
        9.0, Unlinked("no route")).at(19.0, Linked(), hub()).state)],
    ids=["a desk that failed", "no beacon yet", "no link", "a desk that says nothing", "no beacon since the link came"])
def test_without_a_word_of_broker_and_hub_nothing_is_known(snapshot: Snapshot | None) -> None:
    assert shown(after(seen(beacon())))["known"] is True
    assert shown(after(seen(beacon(), at=1.0), snapshot))["known"] is False
    assert shown(state())["known"] is False


class Desk:
    """A district that is looked at: what `take` gives, and how it ends."""

    def __init__(self, made: "list[Desk]", fails: bool) -> None:
        made.append(self)
        self.fails = fails
        self.show: Callable[[Snapshot], object] = lambda _snapshot: None
        self.begun, self.stopped = Event(), Event()

    def watch(self, _seconds: float, show: Callable[[Snapshot], object] | None = None) -> int:
        assert show is not None
        self.show = show
        self.begun.set()
        if self.fails:
            raise OSError("no more files")
        self.stopped.wait()
        return 0

    def stop(self) -> None:
        self.stopped.set()


def taken(inbox: Inbox) -> list[object]:
    """All that the inbox has."""
    found: list[object] = []
    while (event := inbox.get(0.0)[1]) is not None and isinstance(event, SeenElsewhere):
        found.append(event)
    return found


def test_the_page_is_told_what_is_new_and_every_few_seconds_that_it_is_still_so() -> None:
    made: list[Desk] = []
    inbox = Inbox()
    with Elsewhere({"panarukan": lambda: Desk(made, fails=False)}, inbox):
        assert made_one(made).begun.wait(LIMIT_S)
        first, alarm = seen(beacon(), at=20.0), seen(beacon(listed()), at=21.5)
        for each in (first, replace(first, now=20.5), replace(first, now=21.0), alarm, replace(alarm, now=22.0),
                     replace(alarm, now=21.5 + PULSE_S)):
            made[0].show(each)
        found = taken(inbox)

    assert [each.snapshot.now for each in found if isinstance(each, SeenElsewhere) and each.snapshot] == [
        20.0, 21.5, 21.5 + PULSE_S]
    assert made[0].stopped.is_set()


def test_of_a_desk_that_fails_nobody_knows_and_the_next_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posko.web.elsewhere.AGAIN_S", 0.01)
    made: list[Desk] = []
    inbox = Inbox()
    with Elsewhere({"panarukan": lambda: Desk(made, fails=not made)}, inbox):
        _, event = inbox.get(float("inf"))
        assert event == SeenElsewhere("panarukan", None)
        while len(made) < 2:
            Event().wait(0.01)
        assert made[1].begun.wait(LIMIT_S)


def made_one(made: list[Desk]) -> Desk:
    while not made:
        Event().wait(0.01)
    return made[0]
