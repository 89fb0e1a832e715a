"""The responders' command. A typo is one line and exit 2, before anything is sent; exit 1: it is not recorded."""

import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import click

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR, ONCE, Incident
from contract.settings.suggestions import nearest
from contract.wire.alarm import IDENTIFIER
from contract.wire.response import Step
from kentongan import completion, operator, posko_settings
from kentongan.operator_help import OperatorCommand
from posko.config import Config
from posko.labels import texts
from posko.labels.labels import Labels
from posko.labels.language import Language
from posko.operator.core.responding import Wanted


@click.command(cls=OperatorCommand)
@click.argument("incident", shell_complete=completion.responded)
@operator.VILLAGE
@click.argument("step", shell_complete=completion.steps)
@click.option("--by", metavar="ROLE/NAME", help="Who responds; otherwise petugas/ACCOUNT.")
@click.option("--id", "identifier", default="", metavar="NUMBER",
              help="Of a report (INCIDENT is lapor): its number; otherwise the last that is open.")
@operator.WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def respond(  # noqa: PLR0913 - one for each word on the line
    path: Path, speech: Language, incident: str, village: str, step: str, *, by: str | None,
    identifier: str, wait_s: float,
) -> None:
    """Report how far you are with the last alarm of INCIDENT in VILLAGE, also when its siren has stopped; or with a
    resident's report, if INCIDENT is lapor, which selesai closes.

    STEP is diterima (seen), menuju (on the way), di-lokasi (there) or selesai (done). From menuju on, the lamp of the
    button that was pressed shows that somebody is coming. It is published again until the hub has recorded it.

    Exits 0 if the hub has recorded it, 1 if not, 2 on a typo (then nothing is sent).

    \b
    Example:
      kentongan respond pencurian kalibagor menuju
      kentongan respond lapor kalibagor selesai
    """
    config, labels = posko_settings.load(path, speech)
    who = operator.account(config)
    found = [*faults(Key(village, incident), step, identifier, config, labels), *operator.bad_by(by, labels)]
    if found:
        posko_settings.fail(found)
    from posko.operator import service  # noqa: PLC0415 - a typo needs no paho

    wanted = Wanted(Key(village, incident), Step(step), f"petugas/{who}" if by is None else by, identifier)
    sys.exit(service.Desk(config, labels, operator.introduced(config, labels)).respond(wanted, wait_s))


def faults(key: Key, step: str, identifier: str, config: Config, labels: Labels) -> list[str]:
    """What is wrong with a response, a line each, with the name that was probably meant."""
    places, incidents = (EVERYWHERE, *config.district.villages), config.catalogue.incidents
    swapped = _swapped(key, places, incidents)
    if swapped is not None:
        return [labels(texts.WRONG_RESPONSE, village=swapped.village, incident=swapped.incident, step=step)]
    if key.incident == LAPOR:
        found = operator.unknown(key, sorted(config.district.villages), None, labels)
        if identifier and not IDENTIFIER.fullmatch(identifier):
            found.append(labels(texts.BAD_IDENTIFIER, found=repr(identifier)))
    else:
        known = {name: each for name, each in incidents.items() if name not in ONCE}
        found = operator.unknown(key, places, known, labels)
        if identifier:
            found.append(labels(texts.ID_OF_ALARM, village=key.village, step=step))
    steps = [each.value for each in Step]
    if step not in steps:
        hint = operator.hint(steps, labels, nearest(step.casefold(), steps))
        found.append(labels(texts.UNKNOWN_STEP, found=repr(step), hint=hint))
    return found


def _swapped(key: Key, places: Collection[str], incidents: Mapping[str, Incident]) -> Key | None:
    """What *key* becomes with its words exchanged, where they were given in the wrong order; None where not."""
    if key.village == LAPOR and key.incident in places:
        return Key(key.incident, LAPOR)
    return None if key.incident == LAPOR else operator.the_other_way_round(key, places, incidents)
