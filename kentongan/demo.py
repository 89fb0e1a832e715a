"""The demo's command. Exits 0 if the tour went as it should, 1 with the differences, 2 where the user can help."""

import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from broker.mosquitto import BrokerError
from contract.settings.schema import SettingsError
from contract.settings.suggestions import suggestion
from demo import posts
from demo.live import LiveDemo
from demo.plain import Plain
from demo.step import Step
from demo.steps import TOUR
from demo.tour import run
from demo.world import LeavingError, World, WorldError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NARROW, _LOW = 100, 30


@click.command()
@click.option("--no-tour", is_flag=True, help="Leave the tour out.")
@click.option("--seconds", type=click.FloatRange(min=0.0), metavar="N",
              help="Stay N seconds after the tour, then leave. In a terminal the demo stays until the key q.")
@click.option("--plain", is_flag=True, help="Print lines, also in a terminal.")
@click.option("--hear", "post", metavar="POST",
              help="Hear this post's drum and voice, such as kalibagor.pos-1, on ALSA's default device.")
@click.option("--raw", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="With --hear: write what it sounds into FILE (44100 Hz, one channel, 16 bits), and sound nothing.")
def demo(*, no_tour: bool, seconds: float | None, plain: bool, post: str | None, raw: Path | None) -> None:
    """Six villages and a police post, on this machine: a real broker and hub, seven real nodes, simulated pins.

    A tour plays what can happen and looks whether each node, and the hub, does what it should; then keys press
    buttons, and any mosquitto_pub can join in. Without a terminal it prints a line per event.

    Exits 0 if every step of the tour went as it should everywhere, and 1 with the differences otherwise.
    """
    console = Console()
    alive = not plain and console.is_terminal and sys.stdin.isatty()
    if alive and (console.width < _NARROW or console.height < _LOW):
        click.echo(f"The view needs a terminal of {_NARROW}x{_LOW}, this one has {console.width}x{console.height}; "
                   "enlarge it, or use --plain.", err=True)
        sys.exit(2)
    steps = () if no_tour else TOUR
    try:
        world = World(post, _sound(post, raw))
        differences = _live(world, console, steps, seconds) if alive else _plain(world, steps, seconds)
    except (BrokerError, SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except WorldError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    sys.exit(1 if differences else 0)


def _sound(post: str | None, raw: Path | None) -> dict[str, str] | None:
    """The loudspeaker of *post*, if one is to be heard. Exits if it cannot be."""
    if post is None:
        if raw is not None:
            _refuse("--raw: says where the sound goes; --hear POST says whose")
        return None
    names = posts.names()
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
    click.echo(why, err=True)
    sys.exit(2)


def _live(world: World, console: Console, steps: Sequence[Step], stay_s: float | None) -> list[str]:
    with _leaving_on_signals(world), ExitStack() as parts:
        with console.status("Broker, posko dan tujuh pos sedang disiapkan … · starting …"):
            parts.enter_context(world)
        differences = LiveDemo(world, console, steps, stay_s).run()
    _summary(click.echo, steps, differences)
    return differences


def _plain(world: World, steps: Sequence[Step], stay_s: float | None) -> list[str]:
    printer = Plain(_echo, len(steps), world.labels)
    world.tell = printer.tell
    differences: list[str] = []
    with _leaving_on_signals(world), world:
        differences = run(world, steps, printer.show)
        _summary(_echo, steps, differences)
        if stay_s is None:
            stay_s = 0.0 if steps else float("inf")
        if stay_s > 0:
            _echo("Ketik di terminal lain / type in another terminal:")
            line = shlex.join(world.command("kalibagor/alarm/pencurian", ("-m", "rumah Pak RT 3")))
            _echo(f"$ {world.home} {line}")
            with suppress(LeavingError):
                world.sleep(stay_s)
    return differences


def _summary(echo: Callable[[str], object], steps: Sequence[Step], differences: Sequence[str]) -> None:
    if differences:
        echo(f"{len(differences)} perbedaan / differences:")
        for text in differences:
            echo(f"✗ {text}")
    elif steps:
        echo(f"✓ {len(steps)} langkah sesuai di 7 pos dan posko / "
             f"{len(steps)} steps as expected on 7 nodes and the hub")


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
