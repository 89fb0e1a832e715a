"""The cores of three posts and the hub, joined by a bad network, with bad disks and clocks, keep their promises.

Anything may happen at any moment: a part, its machine or the broker dies; a link is cut, or goes dead unnoticed; what
is on its way is late, lost (QoS 0, or with its session) or doubled; a disk is slow, hangs or fails; a wall clock that
is not synchronised says anything. Then all is well, and what was promised must hold. What is promised, and when:

- **Nothing raises and no loop spins**, ever.
- **A press is not lost**: one that is on its post's disk, or whose post never died since, is in the end on the hub's
  disk as an alarm (an all-clear: as heard) or was reported late, and no outbox holds anything. A press that no disk had
  when its post died never was; nobody can promise more.
- **What the hub says is kept is on its disk**, at each beacon.
- **Nothing sounds past its end**, nor longer than its box allows, ever. The end is told by ages, and an age lies off by
  the time that messages were on their way, which nobody knows; so much is granted, and no more.
- **What the hub has in force was raised then**, lasts its time, and ends only when that is over, by an all-clear, by
  earnest after an exercise, or, where no clock can tell its age after a restart of the machine, as late. What a post
  stops because it is listed no more had ended at the hub: what a hub that died had not kept goes on.
- **Levels win**: two beacons after all is well, nothing sounds at a post that the hub knows to be cleared or
  silenced, and what is in force at the hub is so at every post in reach, unless it was silenced or all-cleared at that
  post, has sounded there for as long as the box allows, or is by a sender whom operators silenced there before and who
  waits. An operator's word that reached a post and not the hub holds at that post; an all-clear that reached a post of
  the village whose it is holds at the hub, too.
- **In turn**: posts count an alarm's rounds from one instant, its beginning, as the hub lists it; so those within
  earshot beat one after the other, whatever their clocks say.
- **A response is not lost**, and counts once: one that is published until the hub shows that it has it is in the end on
  the hub's disk, once for each alarm, whatever names that had.
- **No clock refuses what has an age**, ever: machines that count as synchronised may be hours apart.
- **Once only**: an identifier begins once at a post when heard directly, across restarts too if the disk had it and
  answers within the 3 s that a post waits for it; and once from the beacon in each run, or between two turns of the
  lock: a post that restarts in the middle rings again.

Not promised, so not done here: a wall clock that is wrong, counts as synchronised, and is put right while a machine
restarts (the age of what was in force before is then as wrong, unless others had disagreed with it before).

About 100 examples run with the other tests; `KENTONGAN_MODEL_EXAMPLES=2000 pytest tests/model` draws that many anew.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from contract.domain.alarm import Key
from contract.wire.response import Step
from tests.model.disks import QUICK_S
from tests.model.district import BUTTONS, District
from tests.model.responder import BY

LONG = os.environ.get("KENTONGAN_MODEL_EXAMPLES")
VILLAGES = st.sampled_from(["kalibagor", "kotakan", "patokan", "semua"])
INCIDENTS = st.sampled_from(["kebakaran", "pencurian", "bencana"])
QOS = st.sampled_from([0, 1])
PART = st.sampled_from([0, 0, 1, 2, 3])  # the hub, which all depend on, is the first
DISKS = st.sampled_from(["well", "slow", "hung", "failing", "torn"])
NODE = st.integers(0, 2)


class Storm(RuleBasedStateMachine):
    """Whatever may happen to a district."""

    def __init__(self) -> None:
        super().__init__()
        self.district = District()

    @initialize(off_h=st.tuples(*[st.sampled_from([0.0, 0.0, 2.0, -10.0])] * 4))
    def believe(self, off_h: tuple[float, ...]) -> None:
        """From the beginning each machine is so wrong whenever it counts as synchronised."""
        for part, hours in zip(self.district.parts, off_h, strict=True):
            part.machine.wrong_s = hours * 3600
            part.feed(part.machine.wall())

    @rule(node=NODE, button=st.sampled_from([*BUTTONS, "pencurian", "kebakaran"]))
    def press(self, node: int, button: str) -> None:
        self.district.nodes[node].touch(button)
        self.district.wait(1.2)

    @rule(node=NODE, held_s=st.sampled_from([3.0, 30.0]))
    def lock(self, node: int, held_s: float) -> None:
        self.district.nodes[node].touch("lock", held_s)
        self.district.wait(0.1)

    @rule(village=VILLAGES, incident=INCIDENTS, named=st.booleans(), qos=QOS,
          status=st.sampled_from(["Actual", "Actual", "Exercise"]))
    def alarm(self, village: str, incident: str, named: bool, qos: int, status: str) -> None:
        self.district.alarm(village, incident, named=named, qos=qos, status=status)

    @rule(village=VILLAGES, named=st.booleans(), qos=QOS, status=st.sampled_from(["Actual", "Actual", "Exercise"]))
    def all_clear(self, village: str, named: bool, qos: int, status: str) -> None:
        self.district.alarm(village, "aman", named=named, qos=qos, status=status)

    @rule(village=VILLAGES, qos=QOS)
    def silence(self, village: str, qos: int) -> None:
        self.district.silence(village, qos)

    @rule(number=st.integers(0, 5), step=st.sampled_from([*Step]))
    def respond(self, number: int, step: Step) -> None:
        self.district.responder.respond(number, step)

    @rule(how=st.sampled_from(["cut", "stall", "restore"]))
    def responders_wire(self, how: str) -> None:
        client = self.district.responder.client
        {"cut": client.cut, "stall": client.stall, "restore": client.restore}[how]()

    @rule(part=PART, how=st.sampled_from(["cut", "stall", "restore"]))
    def wire(self, part: int, how: str) -> None:
        client = self.district.parts[part].client
        {"cut": client.cut, "stall": client.stall, "restore": client.restore}[how]()

    @rule(part=PART, delay_s=st.sampled_from([0.0, 0.05, 0.4]), lose=st.integers(0, 2), double=st.integers(0, 2))
    def weather(self, part: int, delay_s: float, lose: int, double: int) -> None:
        client = self.district.parts[part].client
        client.delay_s, client.lose, client.double = delay_s, lose, double

    @rule(crash=st.booleans())
    def broker(self, crash: bool) -> None:
        if crash:
            self.district.broker.crash()
        else:
            self.district.broker.start()

    @rule(part=PART)
    def crash(self, part: int) -> None:
        self.district.parts[part].crash()

    @rule(part=PART, reboot=st.booleans(), disk=DISKS)
    def restart(self, part: int, reboot: bool, disk: str) -> None:
        each = self.district.parts[part]
        each.crash()
        self.disk(part, disk)
        if reboot:
            each.machine.restart()
        each.start()

    @rule(part=PART, synced=st.booleans(), off_h=st.sampled_from([0.0, 2.0, -10.0]))
    def clock(self, part: int, synced: bool, off_h: float) -> None:
        machine = self.district.parts[part].machine
        machine.synced, machine.off_s = synced, off_h * 3600

    @rule(part=PART, how=DISKS)
    def spoil(self, part: int, how: str) -> None:
        self.disk(part, how)

    def disk(self, part: int, how: str) -> None:
        disk = self.district.parts[part].disk
        disk.failing = how == "failing"
        disk.latency_s = {"slow": 1.5, "hung": 5.0, "torn": 0.05}.get(how, QUICK_S)
        disk.batch = 1 if how == "torn" else 500

    @rule(length_s=st.sampled_from([0.3, 1.0, 2.0, 5.0, 5.0, 12.0, 30.0, 70.0, 200.0]))
    def wait(self, length_s: float) -> None:
        self.district.wait(length_s)

    def teardown(self) -> None:
        if not self.district.timeline.broken:
            self.district.check()


def test_whatever_happens_the_district_keeps_its_promises() -> None:
    run_state_machine_as_test(Storm, settings=settings(
        max_examples=int(LONG or 100), stateful_step_count=30, deadline=None, database=None, derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    ))


# What exploring has found, as short as it could be made.


def test_a_press_that_is_sent_again_after_a_silence_does_not_undo_it() -> None:
    """The hub had merged it into a later one, so the post that was silenced knew it by that one's name alone."""
    storm = Storm()
    storm.restart(part=0, disk="hung", reboot=False)
    for _ in range(3):
        storm.press(node=0, button="pencurian")
    storm.restart(part=1, disk="hung", reboot=False)
    storm.restart(part=2, disk="failing", reboot=False)
    storm.press(node=2, button="senyap")
    storm.silence("semua", qos=1)

    storm.teardown()


def test_a_second_press_sounds_where_the_first_was_silenced_though_only_the_beacon_brings_it() -> None:
    storm = Storm()
    storm.press(node=1, button="pencurian")
    storm.broker(crash=True)
    storm.press(node=0, button="senyap")
    storm.crash(part=0)
    storm.restart(part=2, disk="well", reboot=False)
    storm.press(node=0, button="pencurian")
    storm.press(node=1, button="pencurian")
    storm.press(node=0, button="aman")

    storm.teardown()


def test_an_alarm_whose_age_nobody_can_tell_may_be_given_up_at_any_moment() -> None:
    """Here that is the moment of the check, when its end is on its way to the disk."""
    storm = Storm()
    storm.clock(part=0, synced=False, off_h=0.0)
    storm.restart(part=0, disk="well", reboot=False)
    storm.press(node=0, button="pencurian")
    storm.wait(0.3)
    storm.crash(part=0)
    storm.restart(part=0, disk="hung", reboot=True)
    storm.crash(part=0)
    storm.restart(part=0, disk="hung", reboot=False)
    storm.wait(30.0)

    storm.teardown()


def test_an_all_clear_holds_where_it_was_heard_though_the_alarm_reached_the_hub_after_it() -> None:
    storm = Storm()
    storm.wire(part=2, how="cut")
    storm.wire(part=0, how="stall")
    storm.alarm("kotakan", "pencurian", named=True, qos=0, status="Actual")
    storm.press(node=1, button="aman")

    storm.teardown()


def test_an_all_clear_that_is_lost_with_its_post_holds_where_it_was_heard() -> None:
    storm = Storm()
    storm.restart(part=1, disk="failing", reboot=True)
    storm.press(node=0, button="kebakaran")
    storm.wire(part=0, how="cut")
    storm.press(node=0, button="aman")
    storm.restart(part=1, disk="well", reboot=True)

    storm.teardown()


def test_a_post_without_its_disk_may_begin_again_what_it_had_heard_before() -> None:
    """Its turn comes when the disk is back; it had begun before."""
    storm = Storm()
    storm.crash(part=0)
    storm.press(node=1, button="pencurian")
    storm.restart(part=1, disk="failing", reboot=True)
    storm.press(node=0, button="pencurian")

    storm.teardown()


def test_an_exercise_that_became_earnest_does_not_come_back_though_the_hub_missed_that() -> None:
    storm = Storm()
    storm.alarm("kotakan", "kebakaran", named=False, qos=0, status="Exercise")
    storm.wait(12.0)
    storm.crash(part=0)
    storm.alarm("kotakan", "kebakaran", named=False, qos=1, status="Actual")
    storm.wait(1.0)
    storm.restart(part=1, disk="torn", reboot=True)

    storm.teardown()


def test_an_exercise_that_was_cleared_does_not_come_back_though_the_hub_missed_that() -> None:
    storm = Storm()
    storm.alarm("kotakan", "kebakaran", named=True, qos=1, status="Exercise")
    storm.wait(5.0)
    storm.crash(part=0)
    storm.all_clear("kotakan", named=False, qos=0, status="Exercise")

    storm.teardown()


def test_a_press_that_comes_while_the_hub_is_away_sounds_on_when_the_hub_is_back() -> None:
    storm = Storm()
    storm.press(node=1, button="pencurian")
    storm.wait(70.0)
    storm.wire(part=0, how="cut")
    storm.wait(70.0)
    storm.press(node=1, button="pencurian")
    storm.wait(70.0)

    storm.teardown()


def test_an_all_clear_that_reaches_a_post_of_the_village_and_not_the_hub_ends_the_alarm_everywhere() -> None:
    """The broker starts anew; a post of the village is back in that second, hub and neighbour a little later."""
    storm = Storm()
    storm.alarm("kalibagor", "pencurian", named=False, qos=1, status="Actual")
    storm.wait(5.0)
    storm.broker(crash=True)
    storm.wire(part=0, how="cut")
    storm.wire(part=2, how="cut")
    storm.broker(crash=False)
    storm.wait(2.0)
    storm.all_clear("kalibagor", named=False, qos=1, status="Actual")
    storm.wait(0.3)
    storm.wire(part=0, how="restore")
    storm.wire(part=2, how="restore")
    storm.wait(12.0)

    kotakan = storm.district.nodes[1]
    assert storm.district.hub.state.alarms == {}
    assert (kotakan.state.alarms, kotakan.state.turn) == ({}, None)
    storm.teardown()


def test_the_all_clear_of_an_exercise_does_too() -> None:
    storm = Storm()
    storm.alarm("kalibagor", "pencurian", named=True, qos=1, status="Exercise")
    storm.wait(5.0)
    storm.wire(part=0, how="cut")
    storm.wire(part=2, how="cut")
    storm.all_clear("kalibagor", named=True, qos=1, status="Exercise")
    storm.wait(0.3)
    storm.wire(part=0, how="restore")
    storm.wire(part=2, how="restore")
    storm.wait(12.0)

    assert storm.district.hub.state.alarms == {}
    assert storm.district.nodes[1].state.alarms == {}
    storm.teardown()


def test_the_all_clear_of_an_exercise_holds_at_a_post_that_has_no_memory_of_it() -> None:
    """It came so soon after the exercise that the post cannot tell the hub, which missed it, which came first."""
    storm = Storm()
    storm.alarm("kalibagor", "pencurian", named=True, qos=1, status="Exercise")
    storm.lock(held_s=3.0, node=0)
    storm.restart(part=0, disk="torn", reboot=False)
    storm.restart(part=1, disk="failing", reboot=True)
    storm.weather(part=0, delay_s=0.05, lose=2, double=1)
    storm.weather(part=1, delay_s=0.0, lose=1, double=0)
    storm.lock(held_s=3.0, node=0)
    storm.lock(held_s=30.0, node=0)
    storm.all_clear("semua", named=False, qos=0, status="Exercise")

    storm.teardown()


def test_a_hub_that_has_lost_its_journal_learns_from_the_posts_what_is_in_force() -> None:
    storm = Storm()
    storm.alarm("kalibagor", "pencurian", named=False, qos=1, status="Actual")
    storm.press(node=1, button="kebakaran")
    storm.wait(12.0)
    storm.crash(part=0)
    storm.wire(part=2, how="cut")
    storm.crash(part=2)
    hub = storm.district.hub
    for table in (hub.rows.alarms, hub.rows.cleared, hub.rows.seen):
        table.clear()
    storm.restart(part=0, disk="well", reboot=False)
    storm.wait(12.0)
    assert {key.incident for key in hub.state.alarms} == {"pencurian"}  # of the fire no post of its village is left

    storm.wire(part=2, how="restore")
    storm.restart(part=2, disk="well", reboot=False)
    storm.wait(5.0)
    assert ("kalibagor", "pencurian") in storm.district.nodes[1].state.alarms
    storm.teardown()


def test_a_response_that_the_hub_had_not_written_when_it_was_killed_is_given_again() -> None:
    storm = Storm()
    storm.alarm("kalibagor", "pencurian", named=True, qos=1, status="Actual")
    storm.wait(1.0)
    storm.spoil(part=0, how="failing")
    storm.respond(0, Step.COMING)
    storm.wait(12.0)
    responder, rows = storm.district.responder, storm.district.hub.rows
    assert (len(responder.waiting), rows.responses) == (1, {})  # the beacon shows it, and that it is not kept
    storm.restart(part=0, disk="well", reboot=False)
    storm.wait(5.0)

    assert (len(responder.recorded), len(rows.responses)) == (1, 1)
    storm.teardown()


def test_a_press_that_comes_again_to_a_hub_whose_disk_hangs_counts_once() -> None:
    """The hub that was killed had it on the disk, merged into the press before it, and had not said so yet."""
    storm = Storm()
    hub, post = storm.district.hub, storm.district.nodes[0]
    storm.press(node=0, button="kebakaran")
    storm.wait(5.0)
    post.touch("kebakaran")
    while len(hub.rows.ever) < 2:
        storm.district.wait(0.001)
    storm.restart(part=0, disk="hung", reboot=False)
    storm.wait(4.0)
    (first, second) = post.pressed
    assert hub.state.alarms[Key("kalibagor", "kebakaran")].identifiers() == (second,)
    storm.wait(5.0)

    assert {name.identifier for name in hub.rows.alarms} == {first}
    assert {*hub.state.alarms[Key("kalibagor", "kebakaran")].identifiers()} == {first, second}
    storm.teardown()


def test_what_a_disk_has_that_fails_at_first_is_read_before_it_is_written_over() -> None:
    storm = Storm()
    hub, post = storm.district.hub, storm.district.nodes[0]
    post.touch("kebakaran")
    while not hub.rows.ever:
        storm.district.wait(0.001)
    storm.wire(part=1, how="cut")
    storm.wait(60.0)
    storm.alarm("kalibagor", "kebakaran", named=True, qos=1, status="Actual")
    storm.wait(5.0)
    until = hub.state.alarms[Key("kalibagor", "kebakaran")].until
    storm.restart(part=0, disk="failing", reboot=False)
    storm.wire(part=1, how="restore")
    storm.wait(12.0)
    storm.spoil(part=0, how="well")
    storm.wait(12.0)

    assert [alarm.identifiers() for alarm, *_ in hub.rows.alarms.values()] == [("op.1", *post.pressed)]
    assert hub.state.alarms[Key("kalibagor", "kebakaran")].until == until
    storm.teardown()


def test_a_response_outlives_the_broker_and_the_hubs_machine_and_counts_once() -> None:
    storm = Storm()
    storm.press(node=0, button="kebakaran")
    storm.wait(5.0)
    storm.broker(crash=True)
    storm.respond(0, Step.THERE)
    storm.crash(part=0)
    storm.wait(5.0)
    storm.broker(crash=False)
    storm.restart(part=0, disk="well", reboot=True)
    storm.wait(12.0)
    rows = storm.district.hub.rows
    ((made, *_),) = rows.responses.values()
    assert (made.step, len(storm.district.responder.recorded)) == (Step.THERE, 1)
    assert {each.by for each in storm.district.hub.state.cases[Key("kalibagor", "kebakaran")].responses} == {BY}

    storm.restart(part=0, disk="well", reboot=False)
    storm.wait(12.0)
    assert len(rows.responses) == 1
    storm.teardown()
