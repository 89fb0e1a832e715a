"""The loudspeaker: are strokes where they should be, do two players beat together, how soon is one silent, how big.

`python -m benchmarks.sound --rounds 20`. Real player processes with SDL's disk driver, whose clock is several per cent
off and jumps by milliseconds: a sound card's does neither, so what is found here of instants is the worst there is.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click

from contract.domain import incidents
from contract.domain.rhythm import Cycle
from node.sound.core.render import RATE
from runtime import clock, files
from testing.ear import Ear, speaker
from testing.player import Player

SHORT = Cycle(1.6, None, (0.0, 0.3, 0.6), 0.1, None, figure=3)
LEAD_S = 0.6


def memory_mb(pid: int) -> float:
    """Resident memory."""
    (line,) = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def within(ear: Ear, player: Player, incident: str) -> int:
    """The largest error of a stroke within one round of *incident*, in frames."""
    catalogue, family = files.load_shipped("jawa-timur")
    cycle = incidents.cycles(catalogue, family)[incident]
    start = clock.now() + LEAD_S - cycle.strokes_s[0]
    player.play(cycle, start, start + cycle.length_s)
    player.hear("ended", cycle.length_s + 5)
    found = ear.stroke_frames(start + cycle.strokes_s[0] - LEAD_S)
    wanted = [round(at_s * RATE) for at_s in cycle.strokes_s]
    if len(found) != len(wanted):
        sys.exit(f"{incident}: {len(found)} strokes were heard of {len(wanted)}")
    player.say(do="hush", number=1)
    return max(abs(a - found[0] - b + wanted[0]) for a, b in zip(found, wanted, strict=True))


def together(ears: list[Ear], players: list[Player], rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Two players at the same program: first strokes' errors, how far the two are apart, the clocks' drifts in ppm."""
    start = clock.now() + LEAD_S
    until = start + rounds * SHORT.length_s - 0.1
    for player in players:
        player.play(SHORT, start, until)
    drifts = []
    for player in players:
        drifts += [float(player.hear("ended", 10.0)["drift_ppm"]) for _ in range(rounds)]
    due = [start + number * SHORT.length_s for number in range(rounds)]
    heard = [[_nearest(ear.strokes(at - 0.2), at) for at in due] for ear in ears]
    errors_s = [at - wanted for each in heard for at, wanted in zip(each, due, strict=True)]
    return errors_s, [abs(a - b) for a, b in zip(*heard, strict=True)], drifts


def _nearest(instants: list[float], wanted: float) -> float:
    return min(instants, key=lambda each: abs(each - wanted))


def silent_after(ear: Ear, player: Player, number: int) -> float:
    """Seconds from an order to be silent to the device's first buffer without a sound."""
    start = clock.now() + LEAD_S
    player.play(SHORT, start, start + 60)
    ear.wait_stroke(start - 0.2)
    told = clock.now()
    player.say(do="hush", number=number)
    player.hear("quiet")
    ear.wait_until(clock.now() + 0.1)
    return ear.fell_silent() - told


@click.command()
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(2, 1000))
def main(rounds: int) -> None:
    """Measure the loudspeaker's player."""
    with tempfile.TemporaryDirectory(prefix="k") as name, ExitStack() as parts:
        ears = [parts.enter_context(Ear(Path(name) / each)) for each in ("one", "other")]
        players = [parts.enter_context(Player(speaker(ear.path))) for ear in ears]
        for player in players:
            player.hear("ready", 20.0)
        for incident in ("kecelakaan", "bencana"):
            click.echo(f"within a round of {incident}: at most {within(ears[0], players[0], incident)} frames off")
        errors_s, apart_s, drifts = together(ears, players, rounds)
        click.echo(f"first stroke of a round, {len(errors_s)}: {_ms(errors_s)}")
        click.echo(f"two players apart, {len(apart_s)} rounds: {_ms(apart_s)}")
        click.echo(f"devices' clocks: {min(drifts):+.0f} to {max(drifts):+.0f} ppm")
        stops_s = [silent_after(ears[0], players[0], number) for number in range(2, 12)]
        click.echo(f"told to be silent, {len(stops_s)} times: {_ms(stops_s)}")
        click.echo(f"memory of a player: {memory_mb(players[0].process.pid):.1f} MB")


def _ms(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {1000 * median(ordered):.2f} ms, {1000 * ordered[0]:.2f} to {1000 * ordered[-1]:.2f} ms"


if __name__ == "__main__":
    main()
