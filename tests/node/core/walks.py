"""Long random walks: every kind of event, rubbish too, at any pace, through a loop that may be held up."""

import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from contract.domain.alarm import Name, Status
from contract.wire.beacon import Beacon, Cleared, Listed, Over, write_beacon
from node.core.events import Contact, Event, Loaded, OutboxEntry, SelfTested, SirenSwitched
from runtime.core.events import (
    Acknowledged,
    Clock,
    Faulted,
    Linked,
    Noticed,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Tick,
    Unlinked,
)
from tests.node.core.world import EPOCH_S, HOLDS_S, OWN, acknowledge, listed

VILLAGES = ("kalibagor", "kotakan", "semua", "olean")
INCIDENTS = ("kebakaran", "pencurian", "ternak", "bencana")
STATUSES = (Status.ACTUAL,) * 8 + (Status.EXERCISE, Status.TEST)
ZONES_S = (0.0, 0.0, 25_200.0)
# A clock that is put right by a hair, by seconds, or that was a day off.
FEEDBACK = ("siren_current", "mains", "battery_low", "door")
OFFSETS_S = (0.0, 0.0, 0.0005, -0.0005, 0.3, 7.0, -7.0, 108_000.0, -108_000.0)
GAPS_S = (0.0, 0.001, 0.03, 0.2, 0.4, 1.0, 1.1, 2.0, 2.1, 4.9, 5.0, 9.9, 10.0) * 3 + (21.0, 60.0, 70.0, 310.0)


class Move(NamedTuple):
    """Time passes, then something happens; a loop that is *held_up* does not do in time what was due before it."""

    gap_s: float
    held_up: bool
    event: Event


class Walker:
    """Draws moves. It keeps a list of what was raised, as a hub would, so that its beacons are often true."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = 0.0
        self._seq = 1000
        self._raised: dict[tuple[str, str, str], float] = {}
        self._cleared: dict[str, float] = {}
        self._over: dict[tuple[str, str], float] = {}
        self._acts: list[tuple[int, Callable[[], Event]]] = [
            (8, self._alarm), (3, self._all_clear), (8, self._beacon), (2, self._command), (3, self._contact),
            (2, self._ronda), (1, self._rubbish), (1, self._clock), (4, self.quiet),
        ]

    def walk(self, length: int) -> list[Move]:
        """At least *length* moves; most begin with a clock that is synchronised."""
        moves = [self._move(0.0, self._clock())]
        while len(moves) < length:
            if self._random.random() < 0.25:
                moves += self._hold()
                continue
            act = self._random.choices([act for _, act in self._acts], [weight for weight, _ in self._acts])[0]
            moves.append(self._move(self._random.choice(GAPS_S), act()))
        return moves

    def quiet(self) -> Event:
        """Something that must change no output, whenever it comes."""
        pick = self._random.choice
        press = OutboxEntry(
            f"kalibagor.pos-0.{pick(range(9))}", pick([*INCIDENTS, "aman", "hujan"]),
            self._now - pick([1.0, 50.0, 1e4]), pick([True, False]), pick([None, EPOCH_S - 40.0, EPOCH_S - 1e6]),
        )
        own = f"{pick(['', 'late '])}{OWN}{pick(range(1, 9))}"
        events: list[Event] = [
            Linked(), Linked(), Unlinked(pick(["no route", "refused"])), Acknowledged(own), Rejected(own, 131, "odd"),
            self._clock(), Faulted(pick(["siren", "hub"]), "fails"), Recovered(pick(["siren", "hub"])), Overflowed(7),
            Noticed("journal: pruned"), SirenSwitched(pick([True, False])), self._felt(), self._felt(),
            SelfTested((("siren", "ok"),), knocked=pick([True, False])), Tick(),
            Loaded((press,), ((Name("kalibagor", "kebakaran", self._identifier()), pick([True, False])),)),
        ]
        return pick(events)

    def _felt(self) -> Contact:
        return Contact(self._random.choice(FEEDBACK), closed=self._random.choice([True, False]))

    def _clock(self) -> Clock:
        pick = self._random.choice
        return Clock(pick([True, True, False]), EPOCH_S + pick(OFFSETS_S), pick(ZONES_S))

    def _move(self, gap_s: float, event: Event) -> Move:
        self._now += gap_s
        return Move(gap_s, self._random.random() < 0.15, event)

    def _hold(self) -> list[Move]:
        """A button that is held, now and then too short, as for a round, now and then bouncing."""
        name = self._random.choice([*HOLDS_S, "aman"])
        held_s = HOLDS_S[name] + self._random.choice([-0.06, -0.06, 0.0, 0.001, 0.2, 12.0])
        moves = [self._move(self._random.choice(GAPS_S), Contact(name, closed=True))]
        for _ in range(self._random.choice([0, 0, 0, 5])):
            moves += [self._move(0.001, Contact(name, closed=False)), self._move(0.001, Contact(name, closed=True))]
        return [*moves, self._move(held_s, Contact(name, closed=False))]

    def _contact(self) -> Event:
        pick = self._random.choice
        return Contact(pick([*HOLDS_S, "ternak"]), pick([True, False]), initial=self._random.random() < 0.1)

    def _alarm(self) -> Event:
        pick = self._random.choice
        village, incident = pick(VILLAGES), pick(INCIDENTS)
        age_s, status = pick([0.0] * 6 + [0.5, 30.0, 179.0, 400.0]), pick(STATUSES)
        members: dict[str, object] = {"age_s": age_s, "status": status.value}
        if self._random.random() < 0.6:
            members["identifier"] = self._identifier(village, incident)
        bare = members == {"age_s": 0.0, "status": "Actual"}
        if status is Status.ACTUAL:
            name = str(members.get("identifier", f"hub-{self._seq}"))
            self._raised.setdefault((village, incident, name), self._now - age_s)
        payload = b"" if bare else json.dumps(members).encode()
        return Received(f"kentongan/situbondo/{village}/alarm/{incident}", payload, self._random.random() < 0.1)

    def _all_clear(self) -> Event:
        village, age_s = self._random.choice(VILLAGES), self._random.choice([None, None, 1.0, 30.0])
        self._clear(village, age_s or 0.0)
        payload = b"" if age_s is None else b'{"age_s": %f, "identifier": "c-%d"}' % (age_s, self._random.randrange(9))
        return Received(f"kentongan/situbondo/{village}/alarm/aman", payload, retain=False)

    def _clear(self, village: str, age_s: float) -> None:
        over = [key for key in self._raised if key[0] == village and self._random.random() > 0.1]
        self._over |= {key[:2]: self._raised.pop(key) for key in over}
        self._cleared[village] = self._now - age_s

    def _beacon(self) -> Event:
        pick = self._random.choice
        if self._random.random() < 0.1:
            self._clear(pick(VILLAGES), 0.0)  # only the hub heard it
        entries = [
            listed(
                name, incident, village, age=self._now - at, remaining=max(0.0, at + 180.0 - self._now),
                also=self._some(1), silenced=pick([(), (), (), VILLAGES[:1], VILLAGES[1:3]]),
                kept=pick([True, True, False]),
            )
            for (village, incident, name), at in self._raised.items() if self._random.random() < 0.9
        ]
        if self._random.random() < 0.2:
            village, incident = pick(VILLAGES), pick(INCIDENTS)
            left, status = pick([0.4, 3.0, 170.0, 9e8]), pick(STATUSES)
            name = pick([self._identifier(village, incident), f"{OWN}{pick(range(1, 6))}"])
            entries.append(Listed(identifier=name, incident=incident, village=village, status=status,
                                  age_s=pick([0.0, 50.0]), remaining_s=left))
        self._seq += pick([1, 1, 1, 1, 0, -3])
        cleared = [*self._cleared.items(), ("semua", -1000.0), ("nowhere", 0.0)]
        clears = tuple(
            Cleared(village=village, age_s=max(0.0, self._now - at) + pick([0.0, 0.0, 20.0]))
            for village, at in cleared if self._random.random() < 0.8
        )
        over = tuple(
            Over(village=village, incident=incident, age_s=max(0.0, self._now - at))
            for (village, incident), at in self._over.items()
        )
        boot = pick(["h1"] * 9 + ["h2"])
        heard = acknowledge(*(Name("kalibagor", pick(INCIDENTS), each) for each in self._some(2)))
        body = Beacon(
            boot=boot, seq=self._seq, alarms=tuple(entries), cleared=clears, over=over, acknowledged=heard
        )
        return Received("kentongan/situbondo/active", write_beacon(body), retain=False)

    def _some(self, most: int) -> tuple[str, ...]:
        """Names that the hub may have on its disk, this node's own presses among them."""
        number = self._random.randint(0, most)
        return tuple(self._random.choice([f"{OWN}{n}" for n in range(1, 9)] + ["c-1"]) for _ in range(number))

    def _ronda(self) -> Event:
        pick = self._random.choice
        members = {"identifier": f"r-{self._random.randrange(9)}", "age_s": pick([0.0, 29.0, 31.0])}
        payload = pick([b"", json.dumps(members).encode(), b"{"])
        return Received(f"kentongan/situbondo/{pick(VILLAGES)}/ronda", payload, self._random.random() < 0.1)

    def _command(self) -> Event:
        pick = self._random.choice
        topic = f"kentongan/situbondo/{pick(VILLAGES)}/command/{pick(['silence', 'silence', 'test', 'sing'])}"
        return Received(topic, pick([b"", b"x", b"ketuk"]), retain=self._random.random() < 0.1)

    def _rubbish(self) -> Event:
        pick = self._random.choice
        topics = ["active", "semua/alarm/bencana", "x/alarm/y", "ronda", "", "\x00/\x7f", f"semua/command/{'z' * 999}"]
        payloads = [self._random.randbytes(20), b"{}", b"null", b"[]", b'{"seq":1,"boot":"b"}', b"\xff", b"x" * 70_000]
        return Received(pick(["kentongan/situbondo/", ""]) + pick(topics), pick(payloads), pick([True, False]))

    def _identifier(self, village: str = "kalibagor", incident: str = "kebakaran") -> str:
        return f"{village}-{incident}-{self._random.randrange(12)}"


WALKERS = st.randoms(use_true_random=True).map(Walker)
WALKS = st.builds(Walker.walk, WALKERS, st.integers(20, 120))
QUIET = st.builds(Walker.quiet, WALKERS)
# Short ones, that hypothesis can make shorter still: any text for a topic, any bytes for a payload.
ODDITIES = st.lists(st.builds(
    Move, st.floats(0, 1e5), st.booleans(),
    st.builds(
        Received,
        st.one_of(
            st.text(max_size=30), st.text(max_size=8).map("kentongan/situbondo/kalibagor/alarm/{}".format),
            st.sampled_from(["kentongan/situbondo/active", "kentongan/situbondo/kalibagor/alarm/kebakaran"]),
        ),
        st.one_of(st.binary(max_size=60), st.text(max_size=20).map(str.encode)), st.booleans(),
    ),
), max_size=10)
