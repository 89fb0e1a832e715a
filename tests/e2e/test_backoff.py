"""A box that rings against silence, at a real node on a real broker."""

import json
import time
from pathlib import Path

from node.core import backoff
from testing.private_broker import PrivateBroker
from tests.support.village import HURRIED, Post, alarm, impatient, silence


def test_what_is_raised_against_silence_waits_and_what_another_raises_and_the_own_button_ring_at_once(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port)
    posts.append(post.begin(impatient(folder / "a", HURRIED)))
    for _ in range(2):
        since = len(post.lines)
        alarm(broker, "kalibagor", "kebakaran")
        post.expect("sounding:", since)
        time.sleep(backoff.HEARD_S)  # what is silenced sooner hardly rang
        silence(broker, "kalibagor")
        post.expect("silenced:", since)
    since, begun = len(post.lines), len(post.changes)
    alarm(broker, "kalibagor", "kebakaran")
    post.expect("at the earliest: an operator has silenced what this sender raised 2 times", since)
    post.expect_silence(broker, begun)

    alarm(broker, "kalibagor", "kebakaran", body=json.dumps({"sender": "kotakan/pos-1"}).encode())
    post.expect_on("siren")
    silence(broker, "kalibagor")
    post.expect_quiet()
    post.hold("kebakaran")
    post.expect_on("siren")
