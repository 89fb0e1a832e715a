"""The loop: inbox -> step -> effects. Wires the parts together; must not decide anything.

    buttons ──┐                             ┌──> siren
    link ─────┼──> inbox ──> step ──> here ─┼──> lamps
    faults ───┘                             ├──> link
                                            ├──> journal
                                            └──> sound ──> player
"""

import os
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, assert_never

from contract.domain import foreign, incidents
from contract.domain.digest import digest
from contract.domain.district import EVERYWHERE, audible_incidents
from contract.domain.rhythm import ALONE
from contract.domain.slots import slots_of_post
from contract.wire import topics
from contract.wire.faults import Fault
from contract.wire.topics import ActiveTopic, AlarmTopic, CommandTopic, RondaTopic
from node import pins, rest, wiring
from node.buttons import Panel
from node.config import Config, voices
from node.core import status, step
from node.core.effects import DeletePress, Effect, Hush, Light, Play, SavePress, SaveSeen, SelfTest
from node.core.events import Event, SelfTested
from node.core.sequencer import Sequencer
from node.core.state import LOCK, Setup, State
from node.core.switching import Role
from node.devices import Sounder
from node.foresight import Foresight
from node.guard import Guard
from node.journal import Journal
from node.siren import Siren
from runtime import clock, health, stdout_writer
from runtime.core.effects import Connect, Log, Publish, Reconnect
from runtime.core.events import Faulted
from runtime.core.ration import NEIGHBOUR, NEIGHBOUR_MESSAGE, Ration, all_clears
from runtime.endpoint import Subscription
from runtime.loop import Loop
from runtime.mqtt import Link, Rationing
from runtime.settings_copies import keep_settings
from runtime.stdout_writer import StdoutWriter
from runtime.tokens import tokens
from runtime.version import version

if TYPE_CHECKING:
    from node.sound.supervisor import Sound

OUTPUTS = "outputs"  # the file that node/rest.py reads, in systemd's RuntimeDirectory, else in the state_dir
LOCK_HOLD_S = 0.5  # bounce is forgiven for a tenth of a second at most: hum on the wire must not lock a box


class Node(Loop[State]):
    """A running node. `run` returns after `stop`; leaving it puts everything to rest."""

    def __init__(
        self, config: Config, tell: Callable[[str], None] = lambda _line: None,
        line: Callable[[Mapping[str, object]], str] = stdout_writer.line,
        settings_fault: str | None = None, keep: Callable[[], object] = lambda: None,
    ) -> None:
        """*settings_fault* is what is wrong with the settings in whose place *config* is used.

        *keep* keeps the settings once the node is armed, in a thread of its own; what it raises is a fault.
        """
        self._foresight = Foresight()
        super().__init__(self._foresight)
        self._settings_fault = settings_fault
        self._keep = keep
        self._config = config
        self._say = tell
        self._line = line
        self._sound: Sound | None = None
        self._sounders: dict[str, Sounder] = {}  # what makes an alarm heard or seen, in this order
        self._missing: Mapping[str, str] = {}

    def run(self) -> None:
        """Runs the node until `stop`. Raises PinsError if the pins cannot be had."""
        config = self._config
        zone = clock.adopt(config.district.zone)
        scheduling = health.realtime(health.LOOP_PRIORITY)  # first: the threads to come inherit it
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inbox, health.ordinary)).write
            self._open_pins(parts)
            setup = make_setup(config, {
                "pins": config.settings.pins.driver,
                "simulated": config.settings.pins.driver in pins.NO_REAL_PINS,
                "scheduling": scheduling,
                "memory": health.lock_memory(),
                **self._open_sound(parts),
            }, zone, self._missing)
            state = step.start(setup, clock.now(), clock.wall())
            self._journal = parts.enter_context(Journal(config.state_dir / "journal.db", self._inbox, health.ordinary))
            name = f"{config.district.district}.{config.settings.village}.{config.settings.node}"
            broker = config.endpoint.broker(name, fixed=True)
            self._link = Link(
                broker, subscriptions(config), status.final_status(state, "connection lost"), self._inbox,
                rationing(config),
            )
            self._begin()
            text = f"the buttons ring; times are {zone}; looking for the broker"
            self._tell(self._line({"event": "armed", "text": text}))
            self._journal.put(Log({"event": "armed", "boot": setup.boot, "text": text}))  # whose events follow
            keep_settings(self._keep, self._inbox, health.ordinary)
            state = self._iterate(state, step.next_due)
            for each in self._sounders.values():
                each.hush()
            self._link.close(status.final_status(state, "stopped"))

    def _open_pins(self, parts: ExitStack) -> None:
        """The siren and the panel, on the driver that the settings name. What else cannot be had is a fault."""
        settings = self._config.settings
        socket = self._config.socket
        guard = parts.enter_context(Guard())  # ends when all pins are let go
        factory = pins.open_driver(settings.pins.driver, {"socket_path": str(socket)} if socket else {})
        parts.callback(factory.close)
        self._record_outputs(pins.chip_labels(factory), guard)
        devices = wiring.open_devices(factory, settings)
        outputs, self._missing = devices.outputs, devices.missing
        for part, reason in self._missing.items():
            self._inbox.put(Faulted(part, reason))
        if self._settings_fault is not None:
            self._inbox.put(Faulted(Fault.SETTINGS, self._settings_fault))
        stroke_s = settings.striker.stroke_s if settings.striker is not None else 0.0
        sequencer = Sequencer(
            frozenset(outputs), stroke_s=stroke_s, max_sounding_s=settings.max_sounding_s,
            is_drummed=lambda: self._sound is not None and self._sound.trouble() is None,
        )
        self._siren = parts.enter_context(Siren(
            outputs, sequencer, self._inbox, prepare=lambda: health.realtime(health.SIREN_PRIORITY),
            felt=settings.feedback.siren_current is not None,
        ))
        self._sounders["siren"] = self._siren  # the street first
        self._foresight.sound = self._siren.play
        self._panel = parts.enter_context(Panel(devices.contacts, devices.lamps, self._inbox))

    def _record_outputs(self, labels: tuple[str, ...], guard: Guard) -> None:
        """Writes down what is to be put to rest if this process ends, before a pin is claimed, and has it guarded."""
        if self._config.settings.pins.driver in pins.NO_REAL_PINS:
            return
        folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0] or str(self._config.state_dir)
        path = f"{folder}/{OUTPUTS}"
        try:
            rest.write(path, rest.record(labels, wiring.resting_levels(self._config.settings)))
        except OSError as error:
            self._inbox.put(Faulted(Fault.REST, f"{path} cannot be written: {error.strerror}"))
            return
        try:
            guard.start(path)
        except OSError as error:
            self._inbox.put(Faulted(Fault.REST, f"the guard of the outputs cannot be started: {error.strerror}"))

    def _open_sound(self, parts: ExitStack) -> Mapping[str, str]:
        """The loudspeaker, if the settings have one; returns what the status shows of it."""
        speaker = self._config.speaker
        if speaker is None:
            return {"sound": "none"}
        # Only then: it costs memory.
        from node.sound.speech_worker import VoiceKeeper  # noqa: PLC0415
        from node.sound.supervisor import Sound  # noqa: PLC0415

        keeper = parts.enter_context(VoiceKeeper(voices(self._config), self._inbox, health.ordinary))
        self._sound = parts.enter_context(Sound(speaker, self._inbox, keeper.paths, prepare=health.ordinary))
        self._sounders["sound"] = self._sound
        if self._config.settings.sound is not None and self._config.settings.sound.speak_notes:
            from node.sound.note_keeper import NoteKeeper  # noqa: PLC0415

            folder = self._config.state_dir / "voice" / "notes"
            notes = NoteKeeper(folder, self._config.respellings, self._inbox, health.ordinary)
            self._sound.note, notes.ready = notes.path, self._sound.again
            parts.enter_context(notes)
        return {"sound": speaker.word(), "voice": keeper.word()}

    def _rest(self, state: State, due: float | None) -> None:
        self._foresight.rest(state, due)

    def _advance(self, state: State, event: Event, at: float) -> State:
        """What sounds is begun before the rest is computed: that takes as long again."""
        begun = self._foresight.begin(state, event, at)
        self._do(begun.outputs)
        self._foresight.settle(event, begun.state, begun.outputs, self._siren.hush)
        state, effects = step.complete(begun)
        self._do(effects)
        return state

    def _perform(self, effect: Effect) -> None:  # noqa: C901 - a table, one row an effect
        match effect:
            case Play():
                for each in self._sounders.values():
                    each.play(effect)
            case Hush():
                for each in self._sounders.values():
                    each.hush()
            case Light(lamps):
                self._panel.light(lamps)
            case Publish():
                self._link.publish(effect)
            case SavePress() | DeletePress() | SaveSeen():
                self._journal.put(effect)
            case Log(event):
                self._journal.put(effect)
                self._tell(self._line(event))
            case Connect():
                self._link.start()
            case Reconnect(reason):
                self._link.reconnect(reason, leave=True)
            case SelfTest(knock):
                self._test(knock=knock)
            case _:
                assert_never(effect)

    def _test(self, *, knock: bool) -> None:
        knocked = knock and self._sound is not None and self._sound.knock()
        troubles = health.troubles(self._parts())
        results = tuple((name, troubles.get(name, "ok")) for name in self._parts())
        self._inbox.put(SelfTested(results, knocked))

    def _parts(self) -> Mapping[str, Callable[[], str | None]]:
        return {
            "siren": lambda: self._siren.trouble() or self._lacking(*(role.value for role in Role)),
            "buttons": lambda: self._panel.trouble() or self._lacking("pin of "),
            "link": self._link.trouble, "journal": self._journal.trouble,
            **{name: each.trouble for name, each in self._sounders.items() if name != "siren"},
        }

    def _lacking(self, *beginnings: str) -> str | None:
        """Which parts of the box whose names begin so could not be had, or None."""
        found = sorted(part for part in self._missing if part.startswith(beginnings))
        return f"runs without {', '.join(found)}" if found else None

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {
            Fault.SIREN_WATCH: self._siren.hung, Fault.LINK_WATCH: self._link.trouble,
            Fault.BUTTONS_WATCH: self._panel.hung, Fault.JOURNAL_WATCH: self._journal.hung,
        }


def make_setup(
    config: Config, drivers: Mapping[str, object], zone: str = "", missing: Collection[str] = ()
) -> Setup:
    """What the core needs to know of *config*, and of the parts of the box that are *missing*."""
    settings = config.settings
    strikes = settings.striker is not None and Role.STRIKER.value not in missing
    holds_s = {name: button.hold_s for name, button in settings.buttons.items()}
    if settings.lock is not None:
        holds_s[LOCK] = LOCK_HOLD_S
    turns = slots_of_post(config.district, config.catalogue, f"{settings.village}/{settings.node}")
    audible = audible_incidents(config.district, config.catalogue, settings.village, settings.hears)
    return Setup(
        district=config.district.district,
        village=settings.village,
        node=settings.node,
        hub=settings.hub,
        version=version(),
        boot=secrets.token_hex(4),
        token=tokens(),
        villages=frozenset((*config.district.villages, *audible.foreign)),
        posts=frozenset(
            f"{village}/{post}" for village, each in config.district.villages.items() for post in each.posts
        ),
        audible=audible,
        incidents=config.catalogue.incidents,
        slots=turns,
        cycles={slot: incidents.cycles(config.catalogue, config.family, slot) for slot in {ALONE, *turns.values()}},
        holds_s=holds_s,
        lamps=frozenset(name for name, button in settings.buttons.items() if button.lamp is not None),
        max_sounding_s=settings.max_sounding_s,
        drivers=drivers,
        drum=strikes or settings.sound is not None,
        ronda_s=settings.ronda,
        zone=zone,
        district_digest=digest(config.district),
        speak_notes=settings.sound is not None and settings.sound.speak_notes,
        feedback={
            name: not each.active_closed for name, each in settings.feedback.inputs().items()
            if Fault.PIN_OF_BUTTON.of(name) not in missing
        },
    )


def neighbours(config: Config) -> frozenset[str]:
    """The villages whose accounts must not be able to fill this post's line: all but its own."""
    return frozenset((*config.district.villages, *beyond(config))) - {config.settings.village}


def beyond(config: Config) -> frozenset[str]:
    """The villages of other districts that this post's village has for neighbours."""
    return frozenset(filter(foreign.is_foreign, config.district.villages[config.settings.village].neighbours))


def rationing(config: Config) -> Rationing:
    """How much of what its neighbours publish this post takes."""
    ration = Ration(dict.fromkeys(neighbours(config), NEIGHBOUR), foreign=beyond(config))
    return Rationing(ration, partial(subscriptions, config), "its alarms come by the hub's beacon alone",
                     NEIGHBOUR_MESSAGE, renew=True, home=config.district.district)


def subscriptions(config: Config, out: frozenset[str] = frozenset()) -> list[Subscription]:
    """The topic filters of a node: its reach, its village's commands and, where there is a hub, the beacon; of each
    other district with a neighbour in it, that neighbour's alarms, the all-clear for all, and the beacon.

    No two of them overlap, so nothing arrives twice. The villages that are *out* are left out; but what ends an alarm
    of theirs is wanted, unless their all-clears are out, too.
    """
    settings, district = config.settings, config.district.district
    own = (settings.village, EVERYWHERE)
    reach = audible_incidents(config.district, config.catalogue, settings.village, settings.hears)
    others = {village: names for village, names in sorted(reach.items()) if village not in {*own, *out}}
    if settings.hears == "all":
        here = ("+",) if not out else (*own, *sorted(set(config.district.villages) - {settings.village, *out}))
        wanted = [AlarmTopic(village, "+") for village in here]
        others = {village: names for village, names in others.items() if foreign.is_foreign(village)}
    else:
        wanted = [AlarmTopic(village, "+") for village in own]
    wanted += [AlarmTopic(village, incident) for village, names in others.items() for incident in sorted(names)]
    wanted += [
        AlarmTopic(village, incidents.ALL_CLEAR) for village in sorted(neighbours(config) & out)
        if all_clears(village) not in out and incidents.ALL_CLEAR in reach.get(village, ())
    ]
    names = [topics.write(district, topic) for topic in wanted]
    names += [topics.write(district, CommandTopic(village, "+")) for village in own]
    names += [topics.write(district, RondaTopic(village)) for village in own]
    if settings.hub:
        hubs = ("", *sorted(foreign.districts(beyond(config))))
        names += [topics.write(district, ActiveTopic(each)) for each in hubs]
    return [Subscription(name) for name in names]
