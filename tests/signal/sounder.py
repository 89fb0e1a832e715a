"""The process that the signal tests record: the player's own mixer, told by lines on standard input what to do.

Each line is a JSON object, answered by one once it is done. Nothing of the device is replaced.
"""

import json
import os
import sys
import time
from array import array
from collections.abc import Mapping
from typing import Any, NoReturn

from node.sound.core import protocol, render
from node.sound.core.listening import POLL_S, Listener
from node.sound.core.scheduler import Level, Performer, Strokes
from node.sound.player_process import SdlMixer
from runtime import clock


class Sounder:
    """A device, and a performer for the one order that is the performer's alone."""

    def __init__(self, stroke_path: str) -> None:
        self.mixer = SdlMixer()
        self.device = Listener(self.mixer, clock.now)
        self.stroke = self.device.load(stroke_path)
        strokes = Strokes(self.stroke, self.stroke)
        self.performer = Performer(self.device, strokes, Level(1.0, 0.0), clock.now, lambda _words: None)

    def obey(self, order: Mapping[str, Any]) -> dict[str, object]:
        """Does what *order* says; what it returns is the answer."""
        match order["do"]:
            case "begin":
                frames = render.render(protocol.read_play(order["play"]).cycle, self.stroke)
                self.device.begin(frames.tobytes(), order["volume"])
                return {"frames": len(frames)}
            case "level":
                self.device.begin(array("h", [order["level"]]).tobytes() * order["frames"], 1.0)
            case "stop":
                self.device.stop()
            case "probe":
                self.mixer.probe()
            case "ask":
                due = clock.now() + order["within_s"]
                while self.mixer.is_probing() and clock.now() < due:
                    time.sleep(POLL_S)
                return {"probing": self.mixer.is_probing(), "sounding": self.mixer.is_sounding()}
            case "knock":
                self.performer.obey(order)
        return {}


def main(stroke_path: str) -> NoReturn:
    sounder = Sounder(stroke_path)
    answer: dict[str, object] = {"driver": sounder.mixer.driver}
    while True:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            os._exit(0)  # as the player does: SDL would wait for a reader that is gone
        answer = sounder.obey(json.loads(line))


if __name__ == "__main__":
    main(sys.argv[1])
