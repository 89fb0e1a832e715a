"""What goes to the open pages: the latest view, once for each that differs, and to a slow one no queue of them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from contract.people import Person
from contract.roles import Role
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.operator.core import fold
from posko.web import config
from posko.web.core import step
from posko.web.core.asked import Asked, PeopleRead, RaiseAlarm
from posko.web.core.effects import Loaded
from posko.web.core.state import Session, State
from posko.web.streams import MOST_EACH, PULSE_S, Stream, Streams
from posko.web.view import Renderer
from runtime.core.events import Clock, Linked
from tests.contract import shipped
from tests.support.nodes import CONFIG

BUDI = Person(name="budi", role=Role.WARGA, villages=("kalibagor",), issued=1)
SITI = Person(name="siti", role=Role.WARGA, villages=("olean",), issued=1)


def renderer(folder: Path) -> Renderer:
    (folder / "web.yaml").write_text(json.dumps({
        "district": str(CONFIG / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}, "people": "people.json"}), "utf-8")
    found = config.load(folder / "web.yaml")
    return Renderer(found, make_labels(Language.ID, found.district, found.catalogue))


def begun() -> State:
    state = step.start(step.make_rules(shipped.district(), shipped.catalogue(), 60, 100),
                       fold.make_setup(shipped.district(), shipped.catalogue()), 0.0, Clock(synced=True, offset_s=1e9))
    sessions = (("b", Session("budi", 1)), ("s", Session("siti", 1)))
    for event in (Loaded((), sessions), PeopleRead({"budi": BUDI, "siti": SITI}), Linked()):
        state, _ = step.step(state, event, 1.0)
    return state


def pressed(state: State, number: int, at: float) -> State:
    request = RaiseAlarm("kalibagor", "pencurian", f"hp.{number}", age_s=0.0)
    return step.step(state, Asked(number, BUDI, request), at)[0]


async def next_view(stream: Stream) -> Any:
    """The next view of *stream*, if one is ready; None otherwise."""
    events = stream.events()
    await anext(events)
    try:
        async with asyncio.timeout(0.05):
            return json.loads((await anext(events)).split(b"data: ")[1])
    except TimeoutError:
        return None


def test_who_sees_nothing_new_is_sent_nothing_until_the_pulse(tmp_path: Path) -> None:
    async def run() -> None:
        streams, made = Streams(), renderer(tmp_path)
        budi, siti = Stream("b", BUDI, made), Stream("s", SITI, made)
        assert streams.add(budi)
        assert streams.add(siti)
        state = begun()
        await streams.show(state, 1.0)
        assert (await next_view(budi))["me"]["name"] == "budi"
        assert (await next_view(siti))["me"]["name"] == "siti"

        state = pressed(state, 1, 2.0)
        await streams.show(state, 2.0)
        assert [each["identifier"] for each in (await next_view(budi))["presses"]] == ["hp.1"]
        assert await next_view(siti) is None
        await streams.show(state.at(2.0 + PULSE_S), 2.0 + PULSE_S)
        assert (await next_view(siti))["presses"] == []

    asyncio.run(run())


def test_a_slow_phone_is_sent_the_latest_view_alone(tmp_path: Path) -> None:
    async def run() -> None:
        streams, stream = Streams(), Stream("b", BUDI, renderer(tmp_path))
        streams.add(stream)
        state = begun()
        for number in range(5):
            state = pressed(state, number, 2.0 + 100.0 * number)
            await streams.show(state, state.now)

        assert len((await next_view(stream))["presses"]) == 5
        assert await next_view(stream) is None

    asyncio.run(run())


def test_who_is_logged_out_is_ended(tmp_path: Path) -> None:
    async def run() -> None:
        streams, stream = Streams(), Stream("b", BUDI, renderer(tmp_path))
        streams.add(stream)
        state, _ = step.step(begun(), PeopleRead({"siti": SITI}), 2.0)
        await streams.show(state, 2.0)

        assert [each async for each in stream.events()][-1].startswith(b"event: selesai")

    asyncio.run(run())


def test_there_is_room_for_two_thousand(tmp_path: Path) -> None:
    made, streams = renderer(tmp_path), Streams()

    added = [streams.add(Stream(f"session {number}", BUDI, made)) for number in range(2001)]

    assert (all(added[:2000]), added[2000]) == (True, False)


def test_one_session_keeps_so_many_pages_open_and_no_more(tmp_path: Path) -> None:
    made, streams = renderer(tmp_path), Streams()
    opened = [Stream("b", BUDI, made) for _ in range(MOST_EACH + 2)]

    assert all(map(streams.add, opened))

    assert [each.closed for each in opened] == [True, True, *(False for _ in range(MOST_EACH))]
