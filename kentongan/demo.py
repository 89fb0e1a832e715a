"""The demo's command. Exits 0 if the tour went as it should, 1 with the differences, 2 where the user can help."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from shutil import which
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from contract.settings.schema import SettingsError
from contract.settings.suggestions import suggestion
from demo import posts, screen, texts
from demo.controls import Keys
from demo.plain import PlainDemo, summary
from demo.steps import TOUR
from demo.tour import Outcome, Step
from demo.world import LeavingError, World
from kentongan import posko_settings
from posko.labels.labels import Labels, make_labels
from posko.labels.language import Language

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option("--no-tour", is_flag=True, help="Leave the tour out.")
@click.option("--seconds", type=click.FloatRange(min=0.0), metavar="N",
              help="Stay N seconds after the tour, then leave. In a terminal the demo stays until the key q.")
@click.option("--plain", is_flag=True, help="Print lines, also in a terminal, and leave after the tour.")
@click.option("--hear", "post", metavar="POST",
              help="Hear this post's drum and voice, such as kalibagor/pos-1, on ALSA's default device.")
@click.option("--raw", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="With --hear: write what it sounds into FILE (44100 Hz, one channel, 16 bits), and sound nothing.")
@posko_settings.LANG
def demo(  # noqa: PLR0913 - one for each option
    *, no_tour: bool, seconds: float | None, plain: bool, post: str | None, raw: Path | None, speech: Language
) -> None:
    """Six villages and a police post, on this machine: a real broker and hub, seven real nodes, simulated pins.

    A tour plays what can happen and looks whether each node, and the hub, does what it should; then keys press
    buttons, and any mosquitto_pub can join in. Without a terminal, and in a small one, it prints a line per event.

    Exits 0 if every step of the tour went as it should everywhere, and 1 with the differences otherwise.
    """
    post = None if post is None else post.replace(".", "/")
    world = World(post, _sound(post, raw))
    labels = make_labels(speech, *posts.load_district())
    outcomes = _run(world, labels, () if no_tour else TOUR, seconds, plain=plain)
    sys.exit(1 if any(outcome.differences for outcome in outcomes) else 0)


def _run(
    world: World, labels: Labels, steps: Sequence[Step], stay_s: float | None, *, plain: bool
) -> list[Outcome]:
    console = Console()
    has_keys = not plain and console.is_terminal and sys.stdin.isatty()
    alive = console.width >= screen.WIDE and console.height >= screen.HIGH
    with _leaving_on_signals(world), Keys() if has_keys else nullcontext() as keys:
        if keys is not None and not alive:
            _echo(labels(texts.SMALL, width=console.width, height=console.height, wide=screen.WIDE, high=screen.HIGH))
        _echo(labels(texts.OTHER_LANGUAGE, program=_program()))
        _echo(labels(texts.STARTING))
        if keys is None or not alive:
            lines = PlainDemo(world, labels, _echo, keys)
            with world:
                return lines.run(steps, stay_s)
        with world:
            outcomes = screen.LiveDemo(world, labels, console, keys).run(steps, stay_s)
        for line in summary(outcomes, labels):
            _echo(line)
        return outcomes


def _program() -> str:
    """How this program is called from the folder in which it was started: `make` calls it by its path."""
    return "kentongan" if which("kentongan") or Path(sys.argv[0]).name != "kentongan" else sys.argv[0]


def _sound(post: str | None, raw: Path | None) -> dict[str, str] | None:
    """The loudspeaker of *post*, if one is to be heard. Exits if it cannot be."""
    if post is None:
        if raw is not None:
            _refuse("--raw: says where the sound goes; --hear POST says whose")
        return None
    names = tuple(posts.load())
    if post not in names:
        _refuse(f"--hear: there is no post {post!r}; {suggestion(post, names)}")
    if raw is not None:
        if not raw.absolute().parent.is_dir():
            _refuse(f"--raw: there is no folder {raw.absolute().parent}")
        return {"driver": "disk", "device": str(raw.absolute())}
    click.echo("Pengeras suara dicoba · trying the loudspeaker …", err=True)
    tried = subprocess.run(
        [sys.executable, "-P", "-m", "kentongan", "play", "pencurian", "--once"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )
    if tried.returncode:
        reason = tried.stderr.partition(": ")[2].partition(". Only")[0] or tried.stderr
        _refuse(f"--hear: nothing can be heard on this machine: {reason.strip()}; leave --hear out, or add --raw FILE")
    return {"driver": "alsa"}


def _refuse(why: str) -> NoReturn:
    raise SettingsError([why])


def _echo(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


@contextmanager
def _leaving_on_signals(world: World) -> Iterator[None]:
    """Makes Ctrl-C and its like a wish to leave, so that every process is ended in order, however often they come.

    A tour that is broken off exits as a program does that the signal ended: 128 and the signal's number.
    """
    came: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        world.leaving = True

    before = {number: signal.signal(number, leave) for number in _SIGNALS}
    try:
        yield
    except LeavingError:
        sys.exit(128 + came[0] if came else 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
