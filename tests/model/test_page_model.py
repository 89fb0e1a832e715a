"""The page between phones and a district in which anything may happen: what `test_model.py` promises of posts and hub,
with these:

- **What a phone is answered is kept is on the page's disk**, ever.
- **A press that a phone was answered is not lost**: it is in the end on the hub's disk as an alarm or as late; and
  nothing waits at the page any more. A phone that was not answered asks again, and that is one press.
- **Never twice, never late**: a post that hears it begins it once, and not when it is over (`parts.py` looks).
- **Never another village**: what a resident presses is published for the own village alone.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from contract.wire.event import Kind
from tests.model.disks import QUICK_S
from tests.model.district import District
from tests.model.page import PagePart
from tests.model.test_model import DISKS, INCIDENTS, Storm

LONG = os.environ.get("KENTONGAN_MODEL_EXAMPLES")


class PageDistrict(District):
    """With a page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = PagePart(self.broker, self.raised)
        self.wait(1.0)

    def heal(self) -> None:
        super().heal()
        page = self.page
        page.client.restore()
        page.client.delay_s, page.client.lose, page.client.double = 0.01, 0, 0
        page.disk.failing, page.disk.latency_s, page.disk.batch = False, QUICK_S, 500
        page.machine.synced = True
        page.start()

    def check(self) -> None:
        super().check()
        late = {event.get("identifier") for event in self.hub.log if event["event"] == Kind.LATE.value}
        self.page.check(self.hub.rows.seen, self.hub.rows.ever, late)


class PageStorm(Storm):
    """Whatever may happen to a district with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.district: PageDistrict = PageDistrict()

    @initialize(off_h=st.sampled_from([0.0, 0.0, 2.0, -10.0]))
    def believe_of_the_page(self, off_h: float) -> None:
        self.district.page.machine.wrong_s = off_h * 3600
        self.district.page.feed(self.district.page.machine.wall())

    @rule(village=st.sampled_from(["kalibagor", "kotakan", "patokan"]), incident=INCIDENTS)
    def phone(self, village: str, incident: str) -> None:
        self.district.page.press(village, incident)
        self.district.wait(0.1)

    @rule(how=st.sampled_from(["cut", "stall", "restore"]))
    def pages_wire(self, how: str) -> None:
        client = self.district.page.client
        {"cut": client.cut, "stall": client.stall, "restore": client.restore}[how]()

    @rule(delay_s=st.sampled_from([0.0, 0.05, 0.4]), lose=st.integers(0, 2), double=st.integers(0, 2))
    def pages_weather(self, delay_s: float, lose: int, double: int) -> None:
        client = self.district.page.client
        client.delay_s, client.lose, client.double = delay_s, lose, double

    @rule()
    def kill_the_page(self) -> None:
        self.district.page.crash()

    @rule(reboot=st.booleans(), disk=DISKS)
    def restart_the_page(self, reboot: bool, disk: str) -> None:
        page = self.district.page
        page.crash()
        self.pages_disk(disk)
        if reboot:
            page.machine.restart()
        page.start()

    @rule(how=DISKS)
    def pages_disk(self, how: str) -> None:
        disk = self.district.page.disk
        disk.failing = how == "failing"
        disk.latency_s = {"slow": 1.5, "hung": 5.0, "torn": 0.05}.get(how, QUICK_S)
        disk.batch = 1 if how == "torn" else 500

    @rule(synced=st.booleans(), off_h=st.sampled_from([0.0, 2.0, -10.0]))
    def pages_clock(self, synced: bool, off_h: float) -> None:
        machine = self.district.page.machine
        machine.synced, machine.off_s = synced, off_h * 3600


def test_whatever_happens_what_a_phone_was_answered_arrives_once_and_never_late() -> None:
    run_state_machine_as_test(PageStorm, settings=settings(
        max_examples=int(LONG or 60), stateful_step_count=30, deadline=None, database=None, derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    ))


def test_a_press_of_before_a_restart_whose_age_nobody_knows_is_recorded_and_rings_nowhere() -> None:
    storm = PageStorm()
    page = storm.district.page
    page.machine.synced = False
    page.feed(page.machine.wall())
    storm.broker(crash=True)
    storm.phone("kalibagor", "pencurian")
    storm.wait(1.0)
    assert len(page.kept) == 1

    storm.restart_the_page(reboot=True, disk="well")
    storm.broker(crash=False)
    storm.wait(70.0)

    assert [event["reason"] for event in storm.district.hub.log if event["event"] == "late"] != []
    assert not any(node.state.alarms for node in storm.district.nodes)
    storm.teardown()


def test_a_press_that_the_page_kept_rings_after_its_death_for_the_time_that_is_left() -> None:
    storm = PageStorm()
    storm.broker(crash=True)
    storm.phone("kalibagor", "pencurian")
    storm.wait(30.0)

    storm.restart_the_page(reboot=False, disk="well")
    storm.broker(crash=False)
    storm.wait(12.0)

    (alarm,) = storm.district.hub.state.alarms.values()
    pressed_at = next(iter(storm.district.page.kept.values()))
    assert abs(storm.district.hub.machine.true(alarm.raised_at) - pressed_at) < 0.1
    assert alarm.key.village == "kalibagor"
    storm.teardown()
