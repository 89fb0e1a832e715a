"""The command of messages outward. Faults of the user's are one line each, and exit 2."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract.settings.schema import SettingsError
from contract.text import escaped
from kentongan import output, posko_settings
from kentongan.log_format import LOG_FORMAT

if TYPE_CHECKING:
    from posko.notify.config import Config


@click.command()
@posko_settings.CONFIG
@click.option("--check", is_flag=True, help="Only say what is wrong with the settings.")
@click.option("--test", is_flag=True, help="Send one test message to each address, and say which took it.")
@click.option("--to", "only", type=click.IntRange(min=1), metavar="N",
              help="With --test: only to the Nth address of those that --check lists.")
@LOG_FORMAT
def notify(
    path: Path, *, check: bool, test: bool, only: int | None, line: Callable[[Mapping[str, object]], str]
) -> None:
    """Send messages about alarms and faults to Telegram, e-mail, ntfy, SMS …, until SIGTERM or Ctrl-C.

    To whom and about what stands in the hub's settings under notify. What was sent and what failed is logged on
    standard output, a line each. It only reads from the broker; the hub needs nothing of it.

    --test exits 0 if all addresses took the message, 1 if one did not.

    \b
    Example: kentongan notify --test
    """
    if only is not None and not test:
        raise SettingsError(["--to belongs to --test"])
    from posko.notify import config  # noqa: PLC0415 - only this needs Apprise, which takes a while

    found = config.load(path)
    for warning in config.warnings(found):
        output.complain(f"warning: {warning}")
    if check:
        click.echo(f"{escaped(path)}: no faults. {len(found.targets)} addresses:")
        for number, target in enumerate(found.targets, 1):
            click.echo(f"  {number} {target.gateway.service}: {target.gateway.name}")
        return
    if test:
        sys.exit(0 if _try(found, only) else 1)
    from posko.notify import service  # noqa: PLC0415 - --test needs no broker

    service.Notifier(found, output.log, line).run()


def _try(found: "Config", only: int | None) -> bool:
    """Sends a test message to each address, or to *only* that one; whether all took it."""
    from posko.labels.labels import make_labels  # noqa: PLC0415
    from posko.notify import wording  # noqa: PLC0415
    from posko.notify.limited import Limited  # noqa: PLC0415

    if only is not None and only > len(found.targets):
        count = len(found.targets)
        raise SettingsError([f"--to {only}: there are {count} addresses; kentongan notify --check lists them"])
    well = True
    for number, target in enumerate(found.targets, 1):
        if only not in (None, number):
            continue
        title, body = wording.test(make_labels(target.language, found.posko.district, found.posko.catalogue))
        reason = Limited(target.gateway.send)(number, title, body)
        well = well and reason is None
        mark, how = ("✔", "ok") if reason is None else ("✘", reason)
        click.echo(f"{mark} {number} {target.gateway.service}, {target.gateway.name}: {how}")
    return well
