"""Nodes and a hub whose clocks count as synchronised and are hours apart: they ring, and the clocks are named.

Only the programs believe in another time of day; the machine's clock is never touched.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from testing.posko import Posko
from testing.private_broker import PrivateBroker
from tests.support.mqtt import Reader
from tests.support.shifted import LINE, VARIABLE, set_clock
from tests.support.village import BASE, HURRIED, OFTEN, Post, alarm, impatient, silence

BELIEVES = "runtime.clock._synced = lambda: True"
SOON = "contract.wire.timing.CLOCKS_CONFIRMED_S = 2.0"
LOOKS = "runtime.health.CLOCK_S = 0.2"
BEATS = "contract.wire.timing.HEARTBEAT_S = 1.0"
LATE = ("sent too long ago", "expired before")


def believing(folder: Path, hours: float) -> dict[str, str]:
    """An environment in which a program's clock counts as synchronised and is *hours* ahead."""
    folder.mkdir(exist_ok=True)
    set_clock(folder / "shift", hours * 3600.0)
    return {VARIABLE: str(folder / "shift"), **impatient(folder, LINE, BELIEVES, SOON, LOOKS, BEATS, HURRIED, OFTEN)}


@pytest.mark.parametrize("fast", ["kalibagor", "kotakan"])
def test_two_posts_whose_clocks_are_two_hours_apart_ring_for_each_other_and_the_clock_that_is_not_the_hubs_is_named(
    folder: Path, broker: PrivateBroker, posts: list[Post], fast: str
) -> None:
    hub = Posko(folder / "posko", broker.port)
    kalibagor, kotakan = (Post(folder / name, broker.port, name, hub=True) for name in ("kalibagor", "kotakan"))
    posts += [kalibagor, kotakan]
    try:
        hub.begin(believing(folder / "posko", 0.0))
        for post in posts:
            post.begin(believing(folder / post.village, 2.0 if post.village == fast else 0.0))
        kalibagor.hold("pencurian")  # before anybody can have compared the clocks
        kotakan.expect_on("siren")
        kalibagor.expect("listed:")
        hub.expect(f"behind that of {fast}/pos-1; both count as synchronised")
        disputed = kalibagor if fast == "kalibagor" else kotakan
        disputed.expect(f"the clock of {fast}/pos-1, here, is 7200 s ahead of the hub's (posko)")
        kotakan.hold("kebakaran")  # and after that
        kotakan.expect("listed:")
        assert kalibagor.wait(lambda post: any("incident=kebakaran" in line for line in post.said("sounding:")))
        with Reader(broker, f"{BASE}/posko/status") as statuses:
            shown = statuses.wait(lambda came: any(f"clock of {fast}/pos-1" in each.members["faults"] for each in came))
        ends = hub.rows('SELECT DISTINCT "end" FROM alarms')
    finally:
        hub.kill()

    assert shown
    assert ends == [(None,)]
    assert [post.said("late:") for post in (*posts, hub)] == [[], [], []]


def test_what_another_program_sent_two_hours_ago_by_its_clock_rings_if_it_has_an_age_or_the_clock_here_is_in_doubt(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    hub = Posko(folder / "posko", broker.port)
    post = Post(folder / "kalibagor", broker.port, hub=True)
    posts.append(post)
    sent = (datetime.now().astimezone() - timedelta(hours=2)).isoformat(timespec="seconds")
    try:
        hub.begin(believing(folder / "posko", 0.0))
        post.begin(believing(folder / "kalibagor", 0.0))
        alarm(broker, "kalibagor", "bencana", body=json.dumps({"sent": sent, "clock": "synced"}).encode())
        post.expect("it was sent too long ago")
        alarm(broker, "kalibagor", "bencana", body=json.dumps({"sent": sent, "clock": "synced", "age_s": 0}).encode())
        post.expect("sounding: clock=synced incident=bencana")
        silence(broker, "kalibagor")
        post.expect("silenced:")
        set_clock(folder / "kalibagor" / "shift", 7200.0)
        post.expect("fault: clock=unsynced part=clock ")
        alarm(broker, "kalibagor", "kebakaran", body=json.dumps({"sent": sent, "clock": "synced"}).encode())
        post.expect("sounding: clock=unsynced incident=kebakaran")
        set_clock(folder / "kalibagor" / "shift", 0.0)
        post.expect("recovered: clock=synced part=clock")
    finally:
        hub.kill()

    assert len([line for line in post.said("late:") if any(why in line for why in LATE)]) == 1
