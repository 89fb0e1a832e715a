"""The command `play`: a rhythm as it is heard, and as it falls. For who sets a box up, or learns the codes."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import click

from contract.domain import incidents, rhythm, speech
from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import PATROL, Catalogue, Family, cycles
from contract.domain.rhythm import ALONE, Cycle, Slot, Span
from contract.domain.slots import slots_of_post
from contract.settings.schema import SettingsError
from contract.settings.suggestions import suggestion
from contract.text import escaped
from kentongan import completion
from kentongan.written import check_ending
from node import config
from node.core.effects import Play
from node.settings import SoundSettings
from node.sound.core import driver_settings, protocol
from node.sound.core.driver_settings import Speaker
from node.sound.supervisor import Sound
from runtime import clock, files
from runtime.inbox import Inbox

READY_S = 15.0
LEAD_S = 0.6  # from the order to the first stroke: time to render it, on a slow machine too
RINGS_S = 0.5  # after the last stroke


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a rhythm comes from, and what it is played on; `words` are the recordings of what is said after it, `slot`
    is the node's, if it is one's.
    """

    catalogue: Catalogue
    family: Family
    speaker: Speaker
    words: tuple[Path, ...] = ()
    slot: Slot | None = None


@click.command()
@click.argument("incident", shell_complete=completion.codes)
@click.option("--config", "path", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="A node's settings: its codes, loudspeaker and voice. Without it: what is shipped, without a voice, "
                   "on ALSA's default device.")
@click.option("--family", help="A shipped code family: jawa-timur (if none is named), polri-bandung or tni.")
@click.option("--village", metavar="V", help="Whose alarm the voice tells of, in place of the node's own village.")
@click.option("--exercise", is_flag=True, help="The voice tells of an exercise.")
@click.option("--once", is_flag=True, help="One figure only; otherwise as long as the drum speaks in one cycle.")
@click.option("--wav", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write it as a WAV file, and play nothing.")
@click.option("--mute", is_flag=True, help="Only show it.")
@click.option("--simulate", is_flag=True, help="Allow sound drivers that nobody hears.")
def play(**options: Any) -> None:
    """Play the rhythm of INCIDENT on the loudspeaker, and show how it falls. The watch's round is `patroli`.

    Exits 0, or 1 if it could not be heard: it is shown all the same.

    \b
    Examples: kentongan play kebakaran
              kentongan play kebakaran --config /etc/kentongan/node.yaml
              kentongan play kebakaran --wav kebakaran.wav
    """
    incident = options["incident"]
    if options["wav"] is not None:
        check_ending("--wav", options["wav"], ".wav")
    source = _shipped(options) if options["path"] is None else _configured(options)
    names = [*source.catalogue.incidents, PATROL]
    if incident not in names:
        _fail(f"{incident!r}: no such incident; {incidents.suggestion(incident, source.catalogue.incidents)}")
    whole = cycles(source.catalogue, source.family, source.slot or ALONE)[incident]
    if not whole.strokes_s and not source.words:
        _show(source, incident, whole)
        if options["mute"]:
            return
        _fail(f"{incident}: nothing is beaten, so only a node's voice can be played (--config); to see it: --mute")
    cycle = _drum(whole, once=options["once"])
    if options["wav"] is not None:
        _write(source, cycle, options["wav"], quiet=incident == PATROL)
        return
    line = _show(source, incident, whole)
    if options["mute"]:
        _beat(cycle, line, 0.0)
        return
    softly = options["path"] is not None and incident == PATROL  # as a node beats it
    fault = _play(source, cycle, line, softly=softly)
    if fault is not None:
        click.echo(f"It was not heard: {escaped(fault)}. Only to see it: --mute; to have it as a file: --wav FILE.",
                   err=True)
        sys.exit(1)


def _show(source: _Source, incident: str, whole: Cycle) -> int:
    """Prints the code of *incident* and, of a node, when it sounds in a round; returns what `_show_code` does."""
    line = _show_code(source, incident)
    if source.slot is not None and incident != PATROL:
        click.echo(_timed(whole, cycles(source.catalogue, source.family, _last(source.slot))[incident], source.slot))
    return line


def _show_code(source: _Source, incident: str) -> int:
    """Prints what *incident* is called and how it is written; returns how many strokes stand in a line."""
    label = "Ronda" if incident == PATROL else source.catalogue.incidents[incident].label
    name = PATROL if incident == PATROL else source.catalogue.incidents[incident].rhythm
    if not name:
        siren = cycles(source.catalogue, source.family)[incident].siren
        length = f" of {siren.length_s:g} s" if siren is not None else ""
        click.echo(f"{label}: a steady siren{length}, then the voice; nothing is beaten")
        return 0
    code = source.family.codes[name]
    whence = f"; {code.source}" if code.source else ""
    click.echo(f"{label}: {rhythm.write(code.rhythm)}   ({source.family.name}{whence})")
    return len(code.rhythm.spaces) + 1 if source.family.figure(name).repeats else 0


def _last(slot: Slot) -> Slot:
    return Slot(slot.count - 1, slot.count)


def _timed(cycle: Cycle, last: Cycle, slot: Slot) -> str:
    """When this node sounds in a round, and when everybody has received the code: *last* is the last slot's cycle."""
    parts = [f"siren to {cycle.siren.length_s:g} s"] if cycle.siren is not None else ["no siren"]
    if cycle.strokes_s:
        parts.append(f"drum from {cycle.strokes_s[0]:.1f} to {cycle.strokes_s[-1]:.1f} s")
    if cycle.voice is not None:
        parts.append(f"voice from {cycle.voice.at_s:.1f} s")
    over = f"; all posts within earshot have beaten it after {last.strokes_s[-1]:.1f} s" if last.strokes_s else ""
    return f"Slot {slot.number + 1} of {slot.count} of {cycle.length_s:.1f} s: {', '.join(parts)}{over}"


def _shipped(options: Mapping[str, Any]) -> _Source:
    """What is shipped, on the machine's own loudspeaker."""
    for name in ("village", "exercise"):
        if options[name]:
            _fail(f"--{name}: only a node has a voice; name its settings with --config")
    catalogue, family = files.load_shipped(options["family"] if options["family"] is not None else "jawa-timur")
    return _Source(catalogue, family, config.speaker(SoundSettings("alsa")))


def _configured(options: Mapping[str, Any]) -> _Source:
    """What the node of these settings sounds."""
    if options["family"] is not None:
        _fail("--family: the node's district names its code family; leave out --family or --config")
    found = config.load(
        options["path"], check_sound=lambda name: driver_settings.check(name, os.environ, simulate=options["simulate"]),
    )
    if found.speaker is None:
        _fail(f"{options['path'].name}.sound: missing; this node has no loudspeaker; add sound: {{driver: alsa}}")
    village = options["village"] or found.settings.village
    places = (*found.district.villages, EVERYWHERE)
    if village not in places:
        _fail(f"--village: {village!r} is no village of {found.district.district}; {suggestion(village, places)}")
    sentence = speech.sentence(options["incident"], village, exercise=options["exercise"])
    words = config.voices(found).paths(sentence)
    if sentence and not words and not (options["mute"] or options["once"]):
        click.echo("warning: nothing is said, for words are missing; see kentongan voice --config "
                   f"{escaped(options['path'])}", err=True)
    turns = slots_of_post(found.district, found.catalogue, f"{found.settings.village}/{found.settings.node}")
    slot = turns.get(Key(village, options["incident"]), ALONE)
    return _Source(found.catalogue, found.family, found.speaker, words, slot)


def _drum(cycle: Cycle, *, once: bool) -> Cycle:
    """What the loudspeaker plays of *cycle*, from its first stroke on; only the first figure if *once*."""
    begin_s = cycle.strokes_s[0] if cycle.strokes_s or cycle.voice is None else cycle.voice.at_s
    strokes_s = tuple(at_s - begin_s for at_s in cycle.strokes_s)
    said = None if cycle.voice is None or once else Span(cycle.voice.at_s - begin_s, cycle.voice.length_s)
    return replace(
        cycle, siren=None, strokes_s=strokes_s[:cycle.figure] if once else strokes_s, voice=said,
        length_s=cycle.length_s - begin_s,
    )


def _play(source: _Source, cycle: Cycle, line: int, *, softly: bool) -> str | None:
    """Plays and shows *cycle*; returns why it was not heard, if so."""
    told: list[Mapping[str, Any]] = []
    fault: str | None
    ends_s = cycle.strokes_s[-1] + RINGS_S if cycle.strokes_s else 0.0
    if source.words and cycle.voice is not None:
        ends_s = cycle.voice.at_s + cycle.voice.length_s
    with Sound(source.speaker, Inbox(), lambda _words: source.words, stderr=subprocess.DEVNULL) as sound:
        sound.told = told.append
        if not sound.wait_ready(READY_S):
            fault = sound.trouble() or "the player does not start"
            _beat(cycle, line, 0.0)
            return fault
        start = clock.now() + LEAD_S
        sound.play(Play(cycle, start, start + ends_s, quiet=softly))
        _beat(cycle, line, LEAD_S)
        time.sleep(max(0.0, start + ends_s - clock.now()))
        fault = sound.trouble()
    if fault is None and not any(words["is"] == "round" for words in told):
        return "the player was not in time; is this machine very busy?"
    unreadable = [words["reason"] for words in told if words["is"] == "unreadable"]
    return fault or ("the voice: " + "; ".join(unreadable) if unreadable else None)


def _write(source: _Source, cycle: Cycle, path: Path, *, quiet: bool) -> None:
    """Writes *cycle* as the WAV file *path*; what is *quiet*, on its drum. The player does it: no device is opened."""
    order = protocol.write_play(Play(cycle, 0.0, 0.0, quiet=quiet), tuple(map(str, source.words)))
    unheard = replace(source.speaker, driver="dummy")
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-P", "-m", "node.sound.player_process", unheard.argument(wav=str(path), order=order)],
        env=unheard.environment(os.environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )
    if done.returncode:
        reason = (done.stderr.splitlines() or [f"the player ended with {done.returncode}"])[-1]
        _fail(reason)
    click.echo(f"{path}: written, {path.stat().st_size / 1e6:.1f} MB")


def _beat(cycle: Cycle, line: int, lead_s: float) -> None:
    """Prints each stroke as it falls, *lead_s* from now on, *line* to a line (0: all on one; titir: sixteen)."""
    line = 16 if line == 1 and len(cycle.strokes_s) > 20 else line
    start = time.monotonic() + lead_s
    before_s = 0.0
    for count, at_s in enumerate(cycle.strokes_s):
        time.sleep(max(0.0, start + at_s - time.monotonic()))
        wide = "  " if count and at_s - before_s > 0.5 and (not line or count % line) else ""
        click.echo("\n" if line and count and count % line == 0 else wide, nl=False)
        click.echo("● ", nl=False)
        sys.stdout.flush()
        before_s = at_s
    click.echo()


def _fail(*faults: str) -> NoReturn:
    raise SettingsError(faults)
