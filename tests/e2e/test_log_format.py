"""`--log-format json`: what a program logs, for programs that read it."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from testing.box import Box, write_settings
from testing.private_broker import PrivateBroker
from testing.program import Program
from tests.support.mqtt import Message, Reader
from tests.support.nodes import CONFIG
from tests.support.village import BASE, alarm, settings


def events(reader: Reader, source: str) -> list[dict[str, Any]]:
    return [each.members for each in reader.messages if each.topic == f"{BASE}/{source}/event"]


def test_each_line_of_a_node_and_of_the_hub_is_the_event_that_it_publishes(folder: Path, broker: PrivateBroker) -> None:
    path = folder / "posko.yaml"
    write_settings(path, {"district": str(CONFIG / "situbondo.yaml"), "state_dir": str(folder / "state"),
                          "broker": {"host": "127.0.0.1", "port": broker.port}})
    hub = Program("posko", ("posko", "--config", str(path), "--log-format", "json"))
    post = Box(folder / "a", settings(folder / "a", broker.port), log_format="json")

    def came(messages: list[Message]) -> bool:
        return {"accepted", "sounding"} <= {each.members["event"] for each in messages}

    with ExitStack() as parts:
        reader = parts.enter_context(Reader(broker, f"{BASE}/+/event", f"{BASE}/+/node/+/event"))
        for program in (hub, post):
            parts.enter_context(program)
            assert program.wait(lambda each: any(event["event"] == "linked" for event in each.events())), program.lines
        alarm(broker, "kalibagor", "pencurian", "-m", "rumah \N{LINE SEPARATOR} Pak RT 3")
        assert reader.wait(came)
        reader.fence()

    (armed, *of_post), (listening, *of_hub) = post.events(), hub.events()
    assert (armed["event"], listening["event"]) == ("armed", "posko")
    assert [each["event"] for each in of_post[:2]] == ["linked", "sounding"]
    assert of_post[1]["note"] == "rumah \N{LINE SEPARATOR} Pak RT 3"
    for lines, source in ((of_post, "kalibagor/node/pos-1"), (of_hub, "posko")):
        published = events(reader, source)
        assert len(published) >= 2
        assert lines[: len(published)] == published
