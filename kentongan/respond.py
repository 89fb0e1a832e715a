"""The responders' command. A typo is one line and exit 2, before anything is sent; exit 1: it is not recorded."""

import sys
from pathlib import Path

import click

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.settings.suggestions import nearest
from contract.text import unreadable
from contract.wire.response import BY, Step
from kentongan import completion, operator, posko_settings
from kentongan.operator_help import OperatorCommand
from posko.config import Config
from posko.labels import texts
from posko.labels.labels import Labels
from posko.labels.language import Language
from posko.operator.core.responding import Wanted


@click.command(cls=OperatorCommand)
@click.argument("incident", shell_complete=completion.alarms)
@operator.VILLAGE
@click.argument("step", shell_complete=completion.steps)
@click.option("--by", metavar="ROLE/NAME", help="Who responds; otherwise petugas/ACCOUNT.")
@operator.WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def respond(  # noqa: PLR0913 - one for each word on the line
    path: Path, speech: Language, incident: str, village: str, step: str, *, by: str | None, wait_s: float
) -> None:
    """Report how far you are with the last alarm of INCIDENT in VILLAGE, also when its siren has stopped.

    STEP is diterima (seen), menuju (on the way), di-lokasi (there) or selesai (done). From menuju on, the lamp of the
    button that was pressed shows that somebody is coming. It is published again until the hub has recorded it.

    Exits 0 if the hub has recorded it, 1 if not, 2 on a typo (then nothing is sent).

    \b
    Example: kentongan respond pencurian kalibagor menuju
    """
    config, labels = posko_settings.load(path, speech)
    who = operator.account(config)
    found = faults(Key(village, incident), step, by, config, labels)
    if found:
        posko_settings.fail(found)
    from posko.operator import service  # noqa: PLC0415 - a typo needs no paho

    wanted = Wanted(Key(village, incident), Step(step), f"petugas/{who}" if by is None else by)
    sys.exit(service.Desk(config, labels, operator.introduced(config, labels)).respond(wanted, wait_s))


def faults(key: Key, step: str, by: str | None, config: Config, labels: Labels) -> list[str]:
    """What is wrong with a response, a line each, with the name that was probably meant."""
    places, incidents = (EVERYWHERE, *config.district.villages), config.catalogue.incidents
    swapped = operator.the_other_way_round(key, places, incidents)
    if swapped is not None:
        return [labels(texts.WRONG_RESPONSE, village=swapped.village, incident=swapped.incident, step=step)]
    found = operator.unknown(key, places, {name: each for name, each in incidents.items() if name not in ONCE}, labels)
    steps = [each.value for each in Step]
    if step not in steps:
        hint = operator.hint(steps, labels, nearest(step.casefold(), steps))
        found.append(labels(texts.UNKNOWN_STEP, found=repr(step), hint=hint))
    if by is not None and not (1 <= len(by) <= BY and unreadable(by) is None):
        found.append(labels(texts.BAD_BY, found=repr(by)))
    return found
