"""A node's step in progress: the alarms it sets, and the outputs that come before everything else."""

import math

from contract.domain import foreign
from contract.domain.alarm import Key, Status
from contract.domain.incidents import Incident
from contract.wire import topics
from contract.wire.event import Kind
from node.core.effects import Effect, Hush, Play
from node.core.state import Alarm, HubView, Setup, State
from runtime.core.transition import CommonTransition

_UNHEARD = HubView()


class Transition(CommonTransition[State, Effect]):
    """What a node's step has changed so far, and what it will do. `outputs` are done before `effects`."""

    def __init__(self, state: State, now: float) -> None:
        super().__init__(state, now)
        self.outputs: list[Effect] = []

    @property
    def setup(self) -> Setup:
        """What does not change."""
        return self.state.setup

    def do(self, *effects: Effect) -> None:
        """Adds effects, in order. What sounds goes before everything else: nothing may delay the siren."""
        for effect in effects:
            (self.outputs if isinstance(effect, Play | Hush) else self._effects).append(effect)

    def put(self, alarm: Alarm) -> None:
        """Sets the alarm of its key."""
        self.change(alarms={**self.state.alarms, alarm.key: alarm})

    def audible(self, key: Key) -> Alarm | None:
        """The alarm of *key* that is in force and not silenced, if there is one."""
        alarm = self.state.alarms.get(key)
        return None if alarm is None or alarm.silenced else alarm

    def incident(self, name: str) -> Incident:
        """The catalogue's entry for *name*, which must be known."""
        return self.setup.incidents[name]

    def identifier(self) -> str:
        """A new identifier, of this node's own."""
        return self.make_identifier(f"{self.setup.village}.{self.setup.node}")

    def report_of(self, kind: Kind, alarm: Alarm, **about: object) -> None:
        """Reports an event of *alarm*."""
        self.report(
            kind, incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier,
            origin=alarm.origin.value, status=alarm.status.value, **about,
        )

    def topic(self, kind: str) -> str:
        """This node's own status or event topic."""
        return topics.write(self.setup.district, topics.NodeTopic(self.setup.village, self.setup.node, kind))


def hub(state: State, district: str) -> HubView:
    """What is known of the hub of *district*; of one's own where that is ""."""
    return state.foreign_hubs.get(district, _UNHEARD) if district else state.hub


def cleared_at(state: State, village: str) -> float:
    """The instant of the last all-clear of *village*, received here or by its district's hub."""
    by_hub = hub(state, foreign.parts(village).district).cleared
    return max(state.cleared_at.get(village, -math.inf), by_hub.get(village, -math.inf))


def cleared_here_at(state: State, village: str, status: Status) -> float:
    """The instant of the last all-clear of *village* that came here and ends alarms of *status*."""
    at = state.cleared_at.get(village, -math.inf)
    return max(at, state.exercises_cleared_at.get(village, -math.inf)) if status is Status.EXERCISE else at
