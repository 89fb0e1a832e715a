"""A real node with a current sensor at its siren, and a broker: a siren that draws none is reported."""

import json
from pathlib import Path

from testing.private_broker import PrivateBroker
from tests.support.mqtt import Reader
from tests.support.village import BASE, Post


def test_a_siren_that_draws_no_current_is_a_fault_until_it_draws_some(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    feedback = {"siren_current": {"pin": 23}, "mains": {"pin": 24, "active_closed": False}, "door": {"pin": 25}}
    post = Post(folder / "post", broker.port, feedback=feedback)
    posts.append(post)
    with Reader(broker, f"{BASE}/kalibagor/node/pos-1/status") as reader:
        post.begin()
        post.expect("reason=door: open")
        post.contact("pencurian", closed=True)
        post.expect_on("siren")
        post.expect("part=siren mute ")
        post.contact("siren_current", closed=True)
        post.expect("recovered: ")
        post.contact("mains", closed=True)
        post.expect("reason=mains: lost")

        assert reader.wait(lambda messages: any(
            message.topic.endswith("/node/pos-1/status") and json.loads(message.payload).get("feedback") == {
                "siren": "draws current", "mains": "lost", "door": "open"}
            for message in messages))
    (line,) = post.said("recovered:")
    assert "part=siren mute" in line
