"""The operator's commands. A typo is one line and exit 2, before anything is sent; exit 1: not all is well."""

import getpass
import math
import os
import secrets
import shlex
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, Incident, is_all_clear, meant
from contract.settings.suggestions import nearest
from contract.text import printable, unreadable
from contract.wire import typed
from contract.wire.response import BY
from contract.wire.typed import Switch
from kentongan import completion, posko_settings
from kentongan.operator_help import OperatorCommand
from posko.config import Config
from posko.labels import texts
from posko.labels.labels import Labels
from posko.labels.language import Language
from posko.operator.core import orders
from posko.operator.core.orders import Act, Order

if TYPE_CHECKING:
    from posko.operator.overview import Board

_SENDER = "operator/"


def _finite(_context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} must be a number of seconds", param=parameter)
    return value


WAIT = click.option(
    "--wait", "wait_s", type=click.FloatRange(0.5, 600.0), default=10.0, show_default=True, metavar="S",
    callback=_finite, help="How many seconds the broker, and then the posts, may take.",
)
EXERCISE = click.option("--exercise", is_flag=True, help="Only an exercise (latihan).")
VILLAGE = click.argument("village", shell_complete=completion.villages)


@click.command(cls=OperatorCommand)
@click.argument("incident", shell_complete=completion.alarms)
@VILLAGE
@click.argument("more", nargs=-1, metavar="")
@click.option("--note", default="", metavar="TEXT", help="For people: where, who, what.")
@EXERCISE
@WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def alarm(  # noqa: PLR0913 - one for each word on the line
    path: Path, speech: Language, incident: str, village: str, *, more: tuple[str, ...], note: str, exercise: bool,
    wait_s: float,
) -> None:
    """Raise an alarm and see which posts sound it. VILLAGE may be `semua`, all of them.

    Exits 0 if all posts ring that should, 1 if not or if the alarm was not sent, 2 on a typo (then nothing is sent).

    \b
    Example: kentongan alarm pencurian kalibagor --note 'rumah Pak RT 3'
    """
    if more:
        _, labels = posko_settings.load(path, speech)
        posko_settings.fail([labels(texts.NOTE_WITHOUT_OPTION, note=shlex.quote(" ".join(more)))])
    _obey(path, speech, Order(Act.ALARM, Key(village, incident), note=read_words(note), exercise=exercise), wait_s)


@click.command(cls=OperatorCommand)
@VILLAGE
@EXERCISE
@WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def clear(path: Path, speech: Language, village: str, *, exercise: bool, wait_s: float) -> None:
    """All-clear: end the alarms of VILLAGE wherever they sound, and see that they do. `semua` ends all.

    Exits 0 if no post sounds one any more, 1 if one does or if the all-clear was not sent, 2 on a typo.

    \b
    Example: kentongan clear kalibagor
    """
    _obey(path, speech, Order(Act.CLEAR, Key(village, ALL_CLEAR), exercise=exercise), wait_s)


@click.command(cls=OperatorCommand)
@VILLAGE
@WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def silence(path: Path, speech: Language, village: str, *, wait_s: float) -> None:
    """Silence the posts in VILLAGE, whatever they sound; `semua`: all. The all-clear's code is not beaten.

    Exits 0 if none of them sounds anything, 1 if one does or if the command was not sent, 2 on a typo.

    \b
    Example: kentongan silence kalibagor
    """
    _obey(path, speech, Order(Act.SILENCE, Key(village, "")), wait_s)


@click.command(cls=OperatorCommand)
@VILLAGE
@WAIT
@click.option("--silent", is_flag=True, help="Without the stroke.")
@posko_settings.CONFIG
@posko_settings.LANG
def test(path: Path, speech: Language, village: str, *, wait_s: float, silent: bool) -> None:
    """Have the posts in VILLAGE (`semua`: all) test themselves, and beat one soft stroke on their loudspeakers.

    No siren, striker or strobe is switched; a post that sounds something beats no stroke. Exits 0 if all answered and
    nothing is wrong with any, 1 otherwise, 2 on a typo.

    \b
    Example: kentongan test semua
    """
    _obey(path, speech, Order(Act.TEST, Key(village, ""), knock=not silent), wait_s)


@click.command(cls=OperatorCommand)
@click.option("--seconds", type=click.FloatRange(min=0.0), callback=_finite, metavar="N",
              help="Leave after N seconds; otherwise Ctrl-C does.")
@click.option("--plain", is_flag=True, help="Print a line for each change, also in a terminal.")
@click.option("--also", "others", multiple=True, type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="Settings of one more district, as --config has them; again for each.")
@posko_settings.CONFIG
@posko_settings.LANG
def watch(
    path: Path, speech: Language, seconds: float | None, *, plain: bool, others: tuple[Path, ...]
) -> None:
    """Watch the district: its posts, the alarms in force, who rings and who does not, and what happens.

    Without a terminal, a line for each change. Exits 0, or 1 if the broker was never reached; of several districts with
    --also, if that of any was not.

    \b
    Example: kentongan watch
    """
    from posko.operator import service, several  # noqa: PLC0415 - a typo needs no paho

    found = [posko_settings.load(each, speech) for each in (path, *others)]
    (config, labels), wait_s = found[0], math.inf if seconds is None else seconds
    posko_settings.fit_together([each for each, _ in found], labels)
    live = not plain and sys.stdout is not None and sys.stdout.isatty()  # there may be no output at all
    try:
        if others:
            makers = {each.district.district: partial(service.Desk, each, names, aside=True) for each, names in found}
            sys.exit(several.watch(makers, click.echo, wait_s, _board(found) if live else None))
        sys.exit(service.Desk(config, labels, click.echo, live=live).watch(wait_s))
    except OSError as error:  # who read it is gone, or the disk is full
        if not isinstance(error, BrokenPipeError):
            click.echo(labels(texts.NO_OUTPUT, why=error.strerror), err=True)
        _mute()
        sys.exit(1)


def _board(found: Iterable[tuple[Config, Labels]]) -> "Board":
    """What shows the districts of *found* in a terminal."""
    from posko.operator.overview import Board, View  # noqa: PLC0415 - only a terminal needs rich

    return Board({
        config.district.district: View(labels, f"{config.settings.broker.host}:{config.settings.broker.port}")
        for config, labels in found
    })


def read_words(note: str) -> str:
    """*note*, or a report, where the terminal's encoding is another than this program's: bytes that are no text are
    read as what they most often are. A note keeps no alarm from ringing.
    """
    try:
        return typed.decode(os.fsencode(note))[0]
    except UnicodeEncodeError:
        return note


def faults(order: Order, villages: Iterable[str], incidents: Mapping[str, Incident], labels: Labels) -> list[str]:
    """What is wrong with *order*, a line each, with the name that was probably meant."""
    places = sorted((EVERYWHERE, *villages))
    village, incident = order.key
    alarm_ = order.act is Act.ALARM
    if alarm_ and (swapped := the_other_way_round(order.key, places, incidents)) is not None:
        return [labels(texts.WRONG_ORDER, village=swapped.incident, incident=swapped.village)]
    if alarm_ and is_all_clear(incident):
        return [labels(texts.NOT_AN_ALARM, village=village)]
    found = unknown(order.key, places, incidents if alarm_ else None, labels)
    if alarm_ and incident in incidents and incidents[incident].everywhere and village in places:
        found += [labels(texts.EVERYWHERE_ONLY, incident=incident)] if village != EVERYWHERE else []
    characters = [character for each in dict.fromkeys(order.note) if (character := unreadable(each)) is not None]
    if characters:
        return [*found, labels(texts.NOTE_UNREADABLE, found=", ".join(characters))]
    if alarm_ and order.note and typed.switch(order.note) is Switch.OFF:
        return [*found, labels(texts.NOTE_TAKES_BACK, note=repr(order.note), village=village)]
    if alarm_ and not order.exercise and typed.announces_exercise(order.note):
        return [*found, labels(texts.NOTE_OF_EXERCISE)]
    over = orders.excess(order)
    return [*found, labels(texts.NOTE_TOO_LONG, over=over)] if over > 0 else found


def bad_by(by: str | None, labels: Labels) -> list[str]:
    """What is wrong with who responds or reports, a line; nothing where it may be so, or is not given."""
    well = by is None or (1 <= len(by) <= BY and unreadable(by) is None)
    return [] if well else [labels(texts.BAD_BY, found=repr(by))]


def the_other_way_round(key: Key, places: Collection[str], incidents: Mapping[str, Incident]) -> Key | None:
    """What *key* becomes with its words exchanged, where they were given in the wrong order; None where not."""
    if key.incident in incidents or key.village in places:
        return None
    there = _place(key.incident, places)
    what = key.village if key.village in incidents else meant(key.village, incidents)
    return None if there is None or what is None else Key(there, what)


def unknown(
    key: Key, places: Collection[str], incidents: Mapping[str, Incident] | None, labels: Labels
) -> list[str]:
    """Which of *key*'s names nobody knows, a line each; without *incidents* its incident does not count."""
    found = []
    if incidents is not None and key.incident not in incidents:
        near = hint(sorted(incidents.keys() - {ALL_CLEAR}), labels, meant(key.incident, incidents))
        found.append(labels(texts.UNKNOWN_INCIDENT, found=repr(key.incident), hint=near))
    if key.village not in places:
        near = hint(sorted(places), labels, _place(key.village, places))
        found.append(labels(texts.UNKNOWN_VILLAGE, found=repr(key.village), hint=near))
    return found


def hint(known: Iterable[str], labels: Labels, close: str | None) -> str:
    """What was probably meant, *close*; or all that are known."""
    return labels(texts.MEANT, name=close) if close else labels(texts.KNOWN, names=", ".join(known))


def _place(word: str, places: Collection[str]) -> str | None:
    """The village that *word* probably means, in whatever letters; None if none is near."""
    word = word.strip().casefold()
    return word if word in places else nearest(word, places)


def _obey(path: Path, speech: Language, order: Order, wait_s: float) -> None:
    config, labels = posko_settings.load(path, speech)
    order = replace(order, identifier=f"operator.{secrets.token_hex(8)}", sender=_sender(config))
    found = faults(order, config.district.villages, config.catalogue.incidents, labels)
    if found:
        posko_settings.fail(found)
    from posko.operator import service  # noqa: PLC0415 - a typo needs no paho

    sys.exit(service.Desk(config, labels, introduced(config, labels)).obey(order, wait_s))


def _who(config: Config, labels: Labels) -> str:
    """As whom, in which district and at which broker an order goes out: settings of another place are seen by it."""
    broker = config.settings.broker
    who = _sender(config).removeprefix(_SENDER)
    who = who if broker.username else labels(texts.NO_ACCOUNT, login=who)
    return labels(texts.ORDERED_AS, who=who, district=labels.district, broker=f"{broker.host}:{broker.port}")


def introduced(config: Config, labels: Labels) -> Callable[[str], None]:
    """Writes lines with who orders before the first; not by itself, for nothing is written before an order is sent."""
    waiting = [_who(config, labels)]

    def say(line: str) -> None:
        while waiting:
            _say(waiting.pop())
        _say(line)

    return say


def _sender(config: Config) -> str:
    """Who orders, as a message says it."""
    return f"{_SENDER}{account(config)}"


def account(config: Config) -> str:
    """Who orders: the broker's account, without the district that makes it one among several's, or else the login."""
    try:
        name = config.settings.broker.username or getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        name = "?"
    return printable(name.removesuffix(f"_{config.district.district}"), 70)  # as the page has it


def _say(line: str) -> None:
    """Writes *line*, if anyone reads it: an order goes on without."""
    try:
        click.echo(line)
    except OSError:
        _mute()


def _mute() -> None:
    """Redirects what can no longer be written, or the program's exit would fail at it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
