"""Three posts and the hub around one broker, everything that can happen to them, and what must hold in the end."""

import json
from dataclasses import replace
from functools import cache

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, ONCE
from contract.settings.broker import BrokerSettings
from contract.wire import topics
from contract.wire.event import Kind
from contract.wire.topics import AlarmTopic, CommandTopic
from node import service as node_service
from node.config import Config
from node.core import backoff
from node.core.state import Alarm, Setup
from node.settings import ButtonSettings, LockSettings, NodeSettings, PinSettings, SirenSettings
from posko import service as hub_service
from posko.core.effects import SaveAlarm
from runtime.core.effects import Publish
from runtime.endpoint import Endpoint
from tests.contract import shipped
from tests.model.disks import QUICK_S
from tests.model.network import Broker, Timeline
from tests.model.parts import NEVER, HubPart, NodePart, Part
from tests.model.responder import BY, Responder

DISTRICT = "situbondo"
# Village, name, reach, and the bound on sounding; one that hears all, and one that stops before an alarm does.
POSTS = (("kalibagor", "pos-1", "village", 300.0), ("kotakan", "pos-1", "village", 60.0),
         ("patokan", "polsek", "all", 300.0))
BUTTONS = ("pencurian", "kebakaran", "aman", "senyap")
BEACONS_S = 12.0  # two beacons, and a little
SETTLED_S = 30.0  # by then every part is linked again, and every disk tried again
DELIVERED_S = 110.0  # … and by then the ages are known or given up, and every press was told again


@cache
def node_config(village: str, node: str, hears: str, max_s: float) -> Config:
    pins = iter(range(2, 28))
    broker = BrokerSettings("127.0.0.1")
    settings = NodeSettings(
        node=node, district="", village=village, broker=broker, pins=PinSettings("mock"),
        siren=SirenSettings(next(pins)), hears=hears, hub=True, lock=LockSettings(next(pins)), max_sounding_s=max_s,
        buttons={name: ButtonSettings(next(pins), lamp=next(pins)) for name in BUTTONS},
    )
    family = shipped.family("jawa-timur")
    return Config(
        settings, shipped.district(), shipped.catalogue(), family, Endpoint(broker), socket=None, speaker=None,
        recordings=None, state_dir=shipped.CONFIG,
    )


@cache
def node_rules(village: str, node: str, hears: str, max_s: float) -> Setup:
    return node_service.make_setup(node_config(village, node, hears, max_s), {})


class District:
    """All of it, at true instant `timeline.now`."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.broker = Broker(self.timeline)
        self.raised: dict[Key, list[float]] = {}
        self.hub = HubPart(
            hub_service.make_setup(shipped.district(), shipped.catalogue()), self.broker,
            hub_service.subscriptions(DISTRICT), 1000.0, self.raised,
        )
        self.nodes = []
        for number, post in enumerate(POSTS):
            wanted = node_service.subscriptions(node_config(*post))
            self.nodes.append(NodePart(node_rules(*post), self.hub, self.broker, wanted, 70.0 * number))
        self.parts: list[Part] = [self.hub, *self.nodes]
        self.responder = Responder(self.broker)
        self._names = 0
        self.wait(1.0)

    def wait(self, length_s: float) -> None:
        self.timeline.run(self.timeline.now + length_s)

    # What people do

    def alarm(self, village: str, incident: str, *, named: bool, qos: int, status: str = "Actual") -> None:
        """An operator raises an alarm, or says that it is over."""
        self._names += named
        members = {"status": status, **({"identifier": f"op.{self._names}"} if named else {})}
        payload = json.dumps(members).encode() if named or status != "Actual" else b""
        if incident != ALL_CLEAR and self.broker.running:
            self.raised.setdefault(Key(village, incident), []).append(self.timeline.now)
        self.broker.publish(Publish(topics.write(DISTRICT, AlarmTopic(village, incident)), payload, qos=qos))

    def silence(self, village: str, qos: int) -> None:
        """An operator silences a village."""
        self.broker.publish(Publish(topics.write(DISTRICT, CommandTopic(village, "silence")), b"", qos=qos))

    # What must hold

    def heal(self) -> None:
        """Everything is well, from now on."""
        self.broker.start()
        self.responder.client.restore()
        for part in self.parts:
            part.client.restore()
            part.client.delay_s, part.client.lose, part.client.double = 0.01, 0, 0
            part.disk.failing, part.disk.latency_s, part.disk.batch = False, QUICK_S, 500
            part.machine.synced = True
            part.start()
        for node in self.nodes:
            if "lock" in node.state.contacts:
                node.touch("lock", held_s=0.0)

    def check(self) -> None:
        """What holds once everything has been well for long enough."""
        self.heal()
        self.wait(SETTLED_S)
        self.check_levels()
        self.wait(DELIVERED_S)
        self.check_levels()
        for node in self.nodes:
            self.check_beginnings(node)
        self.check_presses()
        self.check_responses()

    def check_responses(self) -> None:
        """Every response is on the hub's disk, once for each alarm, and whoever gave it knows."""
        assert not self.responder.waiting, f"the hub does not show {self.responder.waiting}"
        firsts = {alarm.key.name(each): first for first, (alarm, *_) in self.hub.rows.alarms.items()
                  for each in (alarm.first, *alarm.identifiers())}
        written = [(firsts.get(name, name), made.step) for (name, _, by, _), (made, *_) in
                   self.hub.rows.responses.items() if by == BY]
        for given in self.responder.recorded:
            name = given.key.name(given.identifier)
            assert (firsts.get(name, name), given.step) in written, f"{given} is not on the hub's disk"
        assert len(written) == len(set(written)), f"counted twice: {written}"

    def check_beginnings(self, node: NodePart) -> None:
        """A post counts the rounds of what the hub lists from the instant that the hub has, as every other one does."""
        for key, each in node.state.alarms.items():
            known = self.hub.state.alarms.get(key)
            if known is not None and each.listed is not None and each.status is known.status and not each.silenced:
                apart_s = node.machine.true(each.begun_at) - self.hub.machine.true(known.first_at)
                assert abs(apart_s) < 0.5 + node.slack_s(), f"{key} began at {node.name} {apart_s} s after the hub's"

    def check_presses(self) -> None:
        """Every press is on the hub's disk, or was reported late; nothing waits any more."""
        for node in self.nodes:
            assert not node.state.outbox, f"{node.name} still holds {sorted(node.state.outbox)}"
            late = {
                event.get("identifier") for part in (self.hub, node) for event in part.log
                if event["event"] == Kind.LATE.value
            }
            for name, (incident, at) in node.pressed.items():
                arrived = self.hub.rows.seen if incident == ALL_CLEAR else self.hub.rows.ever
                full = Name(node.setup.village, incident, name)
                assert full in arrived or name in late, f"{incident} of {node.name} at {at} is lost: {name}"
                rows = [first.identifier for first, (alarm, *_) in self.hub.rows.alarms.items()
                        if first.key == full.key and name in (first.identifier, *alarm.identifiers())]
                wanted = full in self.hub.rows.ever and full in self.hub.rows.seen
                assert len(rows) == wanted, f"{incident} of {node.name} at {at} counts as {rows}, not once: {name}"
        assert not self.hub.state.awaiting_clock
        for village, (_, boot, wall) in self.hub.rows.cleared.items():
            datable = wall.synced or boot == self.hub.machine.boot
            assert village in self.hub.state.cleared_at or not datable, f"the all-clear of {village} is forgotten"

    def check_levels(self) -> None:
        """What is over at the hub is silent at every post, and what is in force sounds."""
        waiting = {stored.first for stored in self.hub.state.awaiting_clock}
        unwritten = [each for each in self.hub.disk.waiting if isinstance(each, SaveAlarm)]
        waiting |= {each.alarm.first for each in unwritten if each.end is not None}
        for alarm, end, boot, _ in self.hub.rows.alarms.values():
            left_s = alarm.until + self.hub.machine.boots[boot] - self.timeline.now
            known = alarm.key in self.hub.state.alarms or end is not None or alarm.first in waiting
            assert known or left_s < 1.0, f"the hub has forgotten {alarm}, which goes on for {left_s} s"
        if not self.hub.disk.waiting:
            rows = {first: row[0].until for first, row in self.hub.rows.alarms.items() if row[1] is None}
            for alarm in self.hub.state.alarms.values():
                until = rows.get(alarm.key.name(alarm.first))
                assert until == alarm.until, f"{alarm} is in force, and on the disk until {until}"
        for node in self.nodes:
            assert node.state.linked_at is not None
            self._check_cleared(node)
            for key, alarm in node.state.alarms.items():
                if not alarm.silenced and key.incident not in ONCE:
                    self._check_sounding(node, key, alarm)
            for key in self.hub.state.alarms:
                here = node.state.alarms.get(key)
                if node.hears(key) and here is None:
                    self._check_missing(node, key)
                elif node.hears(key) and here is not None and here.silenced:
                    self._check_silenced(node, key)

    def _check_cleared(self, node: NodePart) -> None:
        """Nothing is in force at the hub that an all-clear ended which came to a post of its village, and not to it."""
        at = max(node.state.cleared_at.get(place, NEVER) for place in (node.setup.village, EVERYWHERE))
        for key, alarm in self.hub.state.alarms.items():
            if key.village == node.setup.village and key not in node.state.alarms:
                raised, cleared = self.hub.machine.true(alarm.raised_at), node.machine.true(at)
                assert raised > cleared - node.slack_s() - 1.0, f"{key} of {raised} is in force; {node.name}: {cleared}"

    def _check_sounding(self, node: NodePart, key: Key, alarm: Alarm) -> None:
        """Nothing sounds here that the hub knows to be cleared, or silenced."""
        hub, edge = self.hub, node.true_edge(key)
        listed = hub.state.alarms.get(key)
        slack = node.slack_s()
        for place in (key.village, EVERYWHERE):
            cleared = hub.state.cleared_at.get(place)
            if listed is None and cleared is not None:
                assert edge >= hub.machine.true(cleared) - slack, f"{key} sounds at {node.name} after the all-clear"
        if listed is not None:
            for place in {node.setup.village, EVERYWHERE} & listed.silenced.keys():
                at = hub.machine.true(listed.silenced[place])
                assert edge >= at - slack, f"{key} sounds at {node.name} though it is silenced in {place}"
        if listed is None:
            names = {key.name(each) for each in alarm.identifiers}
            known = alarm.listed_by == hub.state.setup.boot and names <= hub.rows.seen.keys()
            assert not known or alarm.listed is None, f"{key} sounds at {node.name}, and is listed no more"

    def _check_missing(self, node: NodePart, key: Key) -> None:
        """What is in force at the hub and not here has ended here: by the box, an all-clear, or earnest."""
        listed = self.hub.state.alarms[key]
        raised = self.hub.machine.true(listed.raised_at)
        left_s = listed.until - self.hub.state.now
        fresh = self.timeline.now < raised + BEACONS_S
        clears = [node.clears, *([node.exercise_clears] if listed.status is Status.EXERCISE else [])]
        cleared = max(each.get(place, NEVER) for each in clears for place in (key.village, EVERYWHERE))
        over = max(node.ended.get(key, NEVER), cleared, node.quieted) >= raised - node.slack_s()
        ending = left_s < 1.0 + node.slack_s()
        excused = over or fresh or ending or self._waits(node, key)
        assert excused, f"{key}, in force since {raised}, is not at {node.name}"

    def _waits(self, node: NodePart, key: Key) -> bool:
        """Whether what is in force at the hub had to wait at *node* lately: its sender was silenced there too often."""
        before = replace(node.state, now=node.state.now - BEACONS_S)
        return backoff.wait(before, key.village, self.hub.state.alarms[key].sender()).wait_s > 0

    def _check_silenced(self, node: NodePart, key: Key) -> None:
        """What is in force at the hub and silent here was silenced."""
        listed = self.hub.state.alarms[key]
        raised = self.hub.machine.true(listed.raised_at)
        here = {node.setup.village, EVERYWHERE} & listed.silenced.keys()
        fresh = self.timeline.now < raised + BEACONS_S or self._waits(node, key)
        assert here or node.quieted >= raised - node.slack_s() or fresh, (
            f"{key}, raised at {raised}, is silent at {node.name}, which was silenced at {node.quieted}")
