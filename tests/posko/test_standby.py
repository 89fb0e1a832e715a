"""What a hub that takes over has heard while it stood by, and when it takes that in."""

import json
from pathlib import Path

import pytest

from contract.wire.beacon import Beacon, write_beacon
from posko import config
from posko.core.events import Loaded
from posko.core.handover import Heard, hear
from posko.journal import Journal
from posko.lease import Lease, Term
from posko.standby import Meanwhile, Standby, Turn
from runtime.core.events import Linked, Received, Unlinked
from runtime.endpoint import Broker
from runtime.inbox import Inbox
from runtime.mqtt import Link
from testing.posko import Posko
from tests.support.journals import needs_server

pytestmark = needs_server

BASE = "kentongan/situbondo"
EMPTY = Loaded((), (), ())


def alarm(name: str) -> Received:
    return Received(f"{BASE}/kalibagor/alarm/kebakaran", json.dumps({"identifier": name}).encode(), retain=False)


class Ears:
    """A hub that stood by, to whose link things come at the instants of a clock of the test's."""

    def __init__(self, heard: Heard) -> None:
        self.now = 0.0
        self.inbox = Inbox(now=lambda: self.now)
        link = Link(Broker("127.0.0.1", 1, "test"), [], None, self.inbox)
        self.turn = Turn(lease(), Term(2, "p", {}), heard, "situbondo", Meanwhile(link, self.inbox))

    def come(self, message: Received, at: float) -> None:
        self.now = at
        self.inbox.offer(message, at=at)

    def missed(self, event: object, at: float) -> list[Received]:
        return [message for _, message in self.turn.missed(event, at)]


def lease() -> Lease:
    from runtime.postgresql import LeaseTable  # noqa: PLC0415 - psycopg is not everywhere

    return Lease(LeaseTable("postgresql://127.0.0.1:1/none", "situbondo", "satu", "boot"), 2)


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.clock.now", lambda: 20.0)


def test_what_was_heard_waits_for_what_the_journal_really_has() -> None:
    """A disk that gives nothing has not shown that the hub before had nothing."""
    ears = Ears(hear(Heard(), alarm("a"), 10.0, "situbondo"))

    assert ears.missed(Journal.nothing, 11.0) == []
    assert ears.missed(EMPTY, 12.0) == [alarm("a")]
    assert ears.missed(EMPTY, 13.0) == []


def test_what_comes_before_the_hub_has_a_link_of_its_own_is_heard_by_that_of_who_stood_by() -> None:
    ears = Ears(hear(Heard(), alarm("a"), 10.0, "situbondo"))
    assert ears.missed(EMPTY, 11.0) == [alarm("a")]
    ears.come(alarm("b"), 12.0)
    ears.come(alarm("c"), 14.0)

    assert ears.missed(Linked(), 13.0) == [alarm("b")]  # what came later has come to both
    assert ears.missed(Linked(), 15.0) == []


def test_where_the_link_is_there_before_the_journal_both_wait_for_that() -> None:
    ears = Ears(hear(Heard(), alarm("a"), 10.0, "situbondo"))
    ears.come(alarm("b"), 12.0)

    assert ears.missed(Linked(), 13.0) == []
    assert ears.missed(EMPTY, 14.0) == [alarm("a"), alarm("b")]


def test_the_turn_is_over_when_posts_heed_the_beacon_of_another() -> None:
    ears = Ears(Heard())
    other = write_beacon(Beacon(boot="other", seq=1, alarms=(), at_s=1.0, term=3))

    assert ears.turn.follow(Received(f"{BASE}/active", other, retain=False), "own") == "another hub leads, for term 3"
    assert ears.turn.follow(Received(f"{BASE}/kalibagor/active", other, retain=False), "own") is None


def test_what_a_hub_received_of_late_is_known_when_it_leads_again() -> None:
    """Its turn may have ended because no database answered, which then has nothing of that."""
    first, rest = Ears(Heard()), Inbox(now=lambda: 19.0)
    first.turn.hear(alarm("a"), 5.0)
    first.turn.hear(alarm("b"), 18.0)
    rest.put("a signal")
    rest.offer(alarm("c"), at=19.0)
    first.turn.hear_rest(rest)
    again = Ears(first.turn.left())

    assert again.missed(EMPTY, 20.0) == [alarm("a"), alarm("b"), alarm("c")]


def test_a_hub_that_leads_for_long_keeps_what_it_received_of_late_alone() -> None:
    ears = Ears(Heard())
    for at in range(1000):
        ears.turn.hear(alarm(f"a{at}"), float(at))

    assert len(ears.turn.left().messages) == 31


def test_a_hub_that_led_and_is_stopped_does_not_stand_by_first(tmp_path: Path) -> None:
    lines: list[str] = []
    standby = stands_by(tmp_path, lines)
    standby.stop()

    assert standby.run() is None
    assert lines == []


def stands_by(folder: Path, lines: list[str]) -> Standby:
    posko = Posko(folder, 1, journal="postgresql://127.0.0.1:1/none", hubs=2)
    return Standby(config.load(posko.state_dir.parent / "posko.yaml"), lease(), lines.append, str)


def test_a_hub_that_stands_by_reports_once_that_it_has_no_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt to reach one fails anew."""
    lines, state = list[str](), Heard()
    standby = stands_by(tmp_path, [])
    monkeypatch.setattr(standby, "_tell", lines.append, raising=False)
    for event in (Unlinked("refused"), Unlinked("refused"), Unlinked("no route"), Linked(), Unlinked("refused")):
        state = standby._advance(state, event, 1.0)

    assert lines == ["{'event': 'unlinked', 'reason': 'refused'}", "{'event': 'unlinked', 'reason': 'no route'}",
                     "{'event': 'linked'}", "{'event': 'unlinked', 'reason': 'refused'}"]
