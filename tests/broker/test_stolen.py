"""A stolen account of a neighbouring village, on a broker as it is shipped, against a post, its neighbour, the hub.

The thief publishes first, under every message that the broker lets it, whatever it can foretell of the names to come.
In the second run it can foretell all of them: the posts' programs are made to count, which ours never do.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from broker.trial import packets
from broker.trial.client import Client
from contract.domain.alarm import Name
from contract.wire.beacon import Beacon, read_beacon
from testing.posko import Posko
from tests.broker.installation import BASE, Installation
from tests.broker.test_posts import begin_hub, way
from tests.support.village import HURRIED, OFTEN, Post, impatient
from tests.support.waiting import wait_until

VICTIM, NEIGHBOUR, THIEF = "talkandang", "dawuhan", "patokan"
COUNTED = "runtime.tokens.tokens = lambda: str"
BUTTONS = ("kebakaran", "pencurian")
AHEAD = 4  # names that are foretold


class Place:
    """The broker, the hub, the victim's post and its neighbour's; and the thief's connection."""

    def __init__(self, made: Installation, place: Path, parts: ExitStack, *constants: str) -> None:
        env = impatient(place, HURRIED, *constants)
        self.hub: Posko = begin_hub(made, place / "hub", *constants)
        parts.callback(self.hub.kill)
        self.posts = []
        for village in (VICTIM, NEIGHBOUR):
            path = f"nodes/{village}.pos-1/node.yaml"
            broker = way(made, f"situbondo.{village}.pos-1", path)
            post = Post(place / village, made.ports["nodes"], village, hub=True, broker=broker)
            parts.callback(post.kill)
            self.posts.append(post.begin(env))
        self.victim, self.neighbour = self.posts
        self.thief: Client = parts.enter_context(made.login(f"situbondo.{THIEF}.pos-1", f"{BASE}/+/alarm/+"))
        self.operator: Client = parts.enter_context(made.login("operator"))

    def say(self, topic: str, **members: object) -> None:
        """The thief publishes, and the broker takes it."""
        assert self.thief.publish(f"{BASE}/{THIEF}/{topic}", json.dumps(members).encode()) in (0, 0x10), topic

    def use_up(self, name: str) -> None:
        """Every message of the thief's own village that can bear *name*, and none that another could not bear."""
        for topic in ("alarm/aman", *(f"alarm/{button}" for button in BUTTONS), "ronda"):
            self.say(topic, identifier=name, status="Test", sender=f"{VICTIM}/pos-1")
        for button in BUTTONS:
            self.say(f"alarm/{button}", identifier=name, age_s=100_000)
            self.say(f"alarm/{button}", identifier=name, status="Exercise")
            self.say(f"alarm/{button}", identifier=name)
            for kind in ("late", "listed", "ronda", "pressed", "cleared"):
                self.say("node/pos-1/event", event=kind, identifier=name, incident=button, village=VICTIM,
                         origin="button", age_s=300, boot="thief", clock="synced", time="2026-11-28T20:00:00+07:00")
        self.say("ronda", identifier=name)
        self.say("alarm/aman", identifier=name, status="Exercise")
        self.say("alarm/aman", identifier=name, sender=f"{VICTIM}/pos-1")  # what it has raised itself is over

    def recorded(self, name: Name) -> bool:
        rows = self.hub.rows("SELECT village, incident, first FROM alarms WHERE \"end\" IS NOT 'late'")
        return name in map(Name._make, rows)


@pytest.fixture(params=[(OFTEN,), (OFTEN, COUNTED)], ids=["drawn", "foretold"])
def place(fresh: Installation, request: pytest.FixtureRequest) -> Iterator[Place]:
    fresh.start()
    with ExitStack() as parts:
        yield Place(fresh, fresh.folder.parent, parts, *request.param)


@pytest.fixture
def patient(fresh: Installation) -> Iterator[tuple[Place, Client]]:
    """A place whose hub sends a beacon every 5 s, as a village's does; and a reader of them."""
    fresh.start()
    with ExitStack() as parts:
        found = Place(fresh, fresh.folder.parent, parts)
        yield found, parts.enter_context(fresh.login("layar", f"{BASE}/active"))


@pytest.fixture
def lasting(fresh: Installation) -> Iterator[Place]:
    """A place where who is shut out stays so for longer than a test takes."""
    fresh.start()
    with ExitStack() as parts:
        yield Place(fresh, fresh.folder.parent, parts, "runtime.core.ration.SHUT_S = 900.0")


def expect(post: Post, event: str, name: Name, since: int) -> None:
    """Waits until *post* reports *event* of the alarm *name*."""
    about = f"incident={name.incident} village={name.village} identifier={name.identifier} "
    assert post.wait(lambda box: any(f"{event}:" in line and about in f"{line} " for line in box.lines[since:])), (
        f"{post.name} never reported {event} of {about}, but: {post.lines[since:]}")


def following(name: str) -> list[str]:
    """The names that come after *name*, if they can be counted on: by its last word, as a number of any kind."""
    head, _, last = name.rpartition(".")
    decimal = [f"{head}.{int(last) + step}" for step in range(1, AHEAD + 1)] if last.isdecimal() else []
    hexadecimal = [f"{head}.{int(last, 16) + step:x}" for step in range(1, AHEAD + 1)]
    return list(dict.fromkeys([*decimal, *hexadecimal]))


def test_what_a_stolen_account_can_foretell_keeps_no_press_of_another_village_from_anybody(place: Place) -> None:
    names = [f"{VICTIM}.pos-1.{number}" for number in range(1, AHEAD + 1)]
    for button in BUTTONS:
        for name in names:
            place.use_up(name)
        since = [len(post.lines) for post in place.posts]
        place.victim.hold(button)
        line = next(each for each in place.victim.lines[since[0]:] if "pressed:" in each)
        (identifier,) = re.findall(r"identifier=(\S+)", line)
        pressed = Name(VICTIM, button, identifier)
        for post, start in zip(place.posts, since, strict=True):
            expect(post, "sounding", pressed, start)
            post.expect_on("siren")
        expect(place.victim, "listed", pressed, since[0])
        assert wait_until(partial(place.recorded, pressed))
        place.victim.expect_on(f"lamp {button}")
        assert place.operator.publish(f"{BASE}/{VICTIM}/alarm/aman", b"") in (0, 0x10)
        for post, start in zip(place.posts, since, strict=True):
            expect(post, "cleared", pressed, start)
        names = following(identifier)
    assert not [line for line in place.victim.lines if "refused:" in line and f"village={VICTIM}" in line]


def shut_out(lines: Sequence[str]) -> bool:
    """Whether a program has said that it takes nothing from the thief's village."""
    return any(f"{THIEF} publishes far more than posts do" in line for line in lines)


def back(lines: Sequence[str]) -> bool:
    """Whether a program that has shut the thief's village out is linked again."""
    at = next(number for number, line in enumerate(lines) if shut_out([line]))
    return any(line.startswith("linked:") for line in lines[at:])


TURNS = 50  # of 7 kB each, then again until the hub takes no more, and there are BEACONS
BEACONS, MOST = 3, 200


def test_what_a_stolen_account_pours_out_does_not_come_to_the_posts_as_beacons(patient: tuple[Place, Client]) -> None:
    """By the hub's own clock, so that no slow machine matters; and a press of another village is not kept waiting.

    Hub and neighbour shut the thief out, and say so.
    """
    place, reader = patient
    since = [len(post.lines) for post in place.posts]
    for turn in range(TURNS * MOST):
        name = f"{turn:x}".rjust(64, "i")
        place.say(f"alarm/{BUTTONS[turn % 2]}", identifier=name, note="n" * 3500, sender=f"{VICTIM}/pos-1")
        place.say("node/pos-1/event", event="late", identifier=name, incident="ternak", origin="button", age_s=400,
                  boot="thief", reason="n" * 3000)
        place.say("node/pos-1/event", event="linked", boot="thief")
        place.say("alarm/aman", identifier=name)
        if turn == TURNS:
            place.victim.hold(BUTTONS[0])
        if turn % TURNS == 0:
            reader.catch_up()
            if turn > TURNS and len(reader.messages) >= BEACONS and shut_out(place.hub.lines):
                break
    line = next(each for each in place.victim.lines[since[0]:] if "pressed:" in each)
    (identifier,) = re.findall(r"identifier=(\S+)", line)
    pressed = Name(VICTIM, BUTTONS[0], identifier)
    expect(place.victim, "listed", pressed, since[0])
    expect(place.neighbour, "sounding", pressed, since[1])
    reader.catch_up()

    assert shut_out(place.hub.lines)
    assert place.neighbour.wait(lambda box: shut_out(box.lines))
    found = [(read_beacon(each.payload), len(each.payload)) for each in reader.messages]
    beacons = [(read, size) for read, size in found if isinstance(read, Beacon) and read.at_s is not None]
    assert len(beacons) == len(found) >= BEACONS
    assert max(size for _, size in beacons) <= 16_384
    passed_s = (beacons[-1][0].at_s or 0.0) - (beacons[0][0].at_s or 0.0)
    assert sum(size for _, size in beacons) <= 2 * 16_384 + 6_000 * passed_s


def test_an_alarm_of_a_village_that_is_shut_out_is_ended_at_the_neighbours_by_an_all_clear(
    patient: tuple[Place, Client]
) -> None:
    """Its flood must not keep the neighbours awake until the alarm's time is over."""
    place, _ = patient
    flood = packets.publish(f"{BASE}/{THIEF}/alarm/kebakaran", b"n" * 3500) * 10
    for _ in range(TURNS * MOST):
        place.thief.send(flood)
        place.thief.catch_up()
        if shut_out(place.hub.lines) and shut_out(place.neighbour.lines):
            break
    place.neighbour.expect_on("siren")
    assert place.neighbour.wait(lambda box: back(box.lines))
    since = len(place.neighbour.lines)
    assert place.operator.publish(f"{BASE}/{THIEF}/alarm/aman", b"") in (0, 0x10)

    assert place.neighbour.wait(lambda box: any(
        "cleared:" in line and f"village={THIEF}" in line for line in box.lines[since:]))
    ended = "SELECT \"end\" FROM alarms WHERE village = ? AND incident = 'kebakaran'"
    assert wait_until(lambda: ("cleared",) in place.hub.rows(ended, THIEF))


def test_once_the_stolen_box_is_revoked_its_village_is_taken_in_again_at_once(
    lasting: Place, fresh: Installation
) -> None:
    place = lasting
    for _ in range(TURNS * MOST):
        place.thief.send(packets.publish(f"{BASE}/{THIEF}/alarm/kebakaran", b"n" * 3500) * 10)
        place.thief.catch_up()
        if shut_out(place.hub.lines):
            break
    raised = {"identifier": "raised-while-it-is-out"}
    assert place.operator.publish(f"{BASE}/{THIEF}/alarm/pencurian", json.dumps(raised).encode()) in (0, 0x10)
    assert fresh.tool("revoke", f"{THIEF}.pos-1", "--reload").code == 0

    def recorded() -> list[tuple[str]]:
        raised = {"identifier": "raised-again"}
        place.operator.publish(f"{BASE}/{THIEF}/alarm/pencurian", json.dumps(raised).encode())
        return place.hub.rows("SELECT first FROM alarms WHERE village = ? AND incident = 'pencurian'", THIEF)

    assert wait_until(lambda: bool(recorded()))
    assert recorded() == [("raised-again",)]
