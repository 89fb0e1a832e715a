"""What an uplink passes on, and what never."""

import pytest

from broker.core import passage
from runtime.core.effects import Publish
from runtime.core.events import Received
from tests.broker.installation import BASE

OUT, IN = passage.outward("situbondo", "kalibagor"), passage.inward("situbondo", "kalibagor")


@pytest.mark.parametrize("topic", [
    "kalibagor/alarm/pencurian", "kalibagor/ronda", "kalibagor/respon", "kalibagor/lapor",
    "kalibagor/node/pos-1/status", "kalibagor/node/pos-1/event",
])
def test_what_a_village_says_goes_out_as_it_was_and_never_in(topic: str) -> None:
    message = Received(f"{BASE}/{topic}", b"body", retain=True)
    assert passage.passed(OUT, message, 0.0) == Publish(f"{BASE}/{topic}", b"body", retain=True, qos=0)
    assert passage.passed(IN, message, 0.0) is None


@pytest.mark.parametrize("topic", [
    "active", "kalibagor/command/test", "semua/command/test", "kalibagor/command/status", "semua/command/status",
])
def test_a_level_and_what_is_asked_of_posts_come_in_and_never_go_out(topic: str) -> None:
    message = Received(f"{BASE}/{topic}", b"body", retain=False)
    assert passage.passed(IN, message, 0.0) == Publish(f"{BASE}/{topic}", b"body", qos=0)
    assert passage.passed(OUT, message, 0.0) is None


@pytest.mark.parametrize("topic", [
    "patokan/alarm/pencurian", "semua/alarm/bencana", "kalibagor/command/silence", "semua/command/silence",
    "patokan/command/test", "patokan/command/status", "posko/status", "patokan/node/pos-1/status",
])
def test_what_could_come_late_goes_neither_way(topic: str) -> None:
    message = Received(f"{BASE}/{topic}", b"", retain=False)
    assert [passage.passed(way, message, 0.0) for way in (IN, OUT)] == [None, None]


def test_what_has_waited_too_long_is_not_passed_on() -> None:
    message = Received(f"{BASE}/active", b"", retain=False)
    assert passage.passed(IN, message, passage.STALE_S - 0.1) is not None
    assert passage.passed(IN, message, passage.STALE_S + 0.1) is None


def test_of_a_district_in_which_the_village_has_a_neighbour_the_beacon_comes_in_and_no_alarm() -> None:
    way = passage.inward("situbondo", "kalibagor", ["kendit"])
    beacon, alarm, other = (Received(f"kentongan/{name}", b"", retain=False) for name in (
        "kendit/active", "kendit/bugeman/alarm/kebakaran", "panji/active"))

    assert passage.passed(way, beacon, 0.0) == Publish("kentongan/kendit/active", b"", qos=0)
    assert passage.passed(way, alarm, 0.0) is None
    assert passage.passed(way, other, 0.0) is None
    assert passage.passed(IN, beacon, 0.0) is None
