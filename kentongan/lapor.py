"""The command that reports what is no alarm. A typo is one line and exit 2, before anything is sent."""

import secrets
import sys
from pathlib import Path

import click

from contract.domain.district import EVERYWHERE
from contract.settings.suggestions import nearest
from contract.text import unreadable
from contract.wire.lapor import LONGEST, Lapor, Severity
from kentongan import completion, operator, posko_settings
from kentongan.operator_help import OperatorCommand
from posko.config import Config
from posko.labels import texts
from posko.labels.labels import Labels
from posko.labels.language import Language


@click.command(cls=OperatorCommand)
@operator.VILLAGE
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@click.option("--severity", default=Severity.MIDDLE.value, show_default=True, metavar="SEVERITY",
              shell_complete=completion.severities, help="rendah (low), sedang (medium) or tinggi (high).")
@click.option("--by", metavar="ROLE/NAME", help="Who reports; otherwise operator/ACCOUNT.")
@operator.WAIT
@posko_settings.CONFIG
@posko_settings.LANG
def lapor(  # noqa: PLR0913 - one for each word on the line
    path: Path, speech: Language, village: str, words: tuple[str, ...], *, severity: str, by: str | None, wait_s: float
) -> None:
    """Report what is no alarm in VILLAGE: a quarrel, a suspicious crowd. Nothing rings.

    It is published again until the hub has recorded it. Responders answer it: kentongan respond lapor VILLAGE STEP.

    Exits 0 if the hub has recorded it, 1 if not, 2 on a typo (then nothing is sent).

    \b
    Example: kentongan lapor kalibagor 'Ribut di depan balai desa' --severity sedang
    """
    config, labels = posko_settings.load(path, speech)
    text = operator.read_words(" ".join(words)).strip()
    found = [*faults(village, text, severity, config, labels), *operator.bad_by(by, labels)]
    if found:
        posko_settings.fail(found)
    from posko.operator import service  # noqa: PLC0415 - a typo needs no paho

    who = f"operator/{operator.account(config)}" if by is None else by
    report = Lapor(identifier=f"operator.{secrets.token_hex(8)}", by=who, text=text, severity=Severity(severity))
    sys.exit(service.Desk(config, labels, operator.introduced(config, labels)).report(report, village, wait_s))


def faults(village: str, text: str, severity: str, config: Config, labels: Labels) -> list[str]:
    """What is wrong with a report, a line each, with the name that was probably meant."""
    found = []
    villages = sorted(config.district.villages)
    if village not in villages:
        hint = operator.hint(villages, labels, nearest(village.strip().casefold(), villages))
        found.append(labels(texts.ONE_VILLAGE, hint=hint) if village == EVERYWHERE
                     else labels(texts.UNKNOWN_VILLAGE, found=repr(village), hint=hint))
    severities = [each.value for each in Severity]
    if severity not in severities:
        hint = operator.hint(severities, labels, nearest(severity.casefold(), severities))
        found.append(labels(texts.UNKNOWN_SEVERITY, found=repr(severity), hint=hint))
    characters = dict.fromkeys(code for each in text if (code := unreadable(each)) is not None)
    if characters:
        found.append(labels(texts.REPORT_UNREADABLE, found=", ".join(characters)))
    elif not 1 <= len(text) <= LONGEST:
        found.append(labels(texts.REPORT_LENGTH, most=LONGEST, count=len(text)))
    return found
