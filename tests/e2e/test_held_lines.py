"""A real node of whose lines another program holds some: it rings with what it has, and says what it lacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing.box import write_settings
from testing.program import LIMIT_S
from tests.support.nodes import ROOT
from tests.support.village import Post, settings

# Python runs this before the program: lines that are held, as lgpio reports them.
HOLDING = """
from node import simulated

_pin = simulated.SimulatedFactory.pin

def pin(self, name):
    found = _pin(self, name)
    if int(found.info.name.removeprefix("GPIO")) in {held}:
        raise OSError("'GPIO busy'")
    return found

simulated.SimulatedFactory.pin = pin
"""


def holding(folder: Path, *held: int) -> dict[str, str]:
    place = folder / "holding"
    place.mkdir()
    (place / "sitecustomize.py").write_text(HOLDING.replace("{held}", repr(set(held))), "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), str(ROOT)])}


def test_a_button_a_lamp_and_a_striker_that_are_held_keep_no_post_from_ringing(
    folder: Path, posts: list[Post]
) -> None:
    post = Post(folder / "post", 1)  # nobody listens there
    posts.append(post)

    post.begin(holding(folder, 5, 20, 27), linked=False)
    for part in ("pin of button pencurian", "pin of lamp kebakaran", "striker"):
        post.expect(f"part={part} ")
    post.contact("kebakaran", closed=True)
    post.expect_on("siren")

    (line,) = [each for each in post.said("fault:") if "part=pin of button pencurian " in each]
    assert "pin 5 cannot be an input: 'GPIO busy'" in line
    assert "the post runs without it until it is started again" in line


@pytest.mark.parametrize("held", [(17,), (17, 5, 27)])
def test_a_siren_that_is_held_is_one_line_and_exit_2(folder: Path, held: tuple[int, ...]) -> None:
    path = folder / "node.yaml"
    write_settings(path, {**settings(folder, 1), "pins": {"driver": "simulated"}})

    done = subprocess.run(
        [sys.executable, "-m", "kentongan", "node", "--config", str(path), "--simulate"], timeout=LIMIT_S, check=False,
        capture_output=True, text=True, env={**os.environ, **holding(folder, *held)},
    )

    assert (done.returncode, done.stderr) == (
        2, "pin 17 cannot be an output: 'GPIO busy'; is another program using it?\n")
