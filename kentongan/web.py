"""The page's command. Faults of the user's are one line each, and exit 2."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import click

from contract.text import escaped
from kentongan import output
from kentongan.log_format import LOG_FORMAT
from posko import journal_place
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.web import config, people
from posko.web.config import Address


def _address(_context: click.Context, parameter: click.Parameter, given: str | None) -> Address | None:
    if given is None:
        return None
    found = config.read_address(given)
    if found is None:
        raise click.BadParameter(f"{given!r} must be HOST:PORT, such as 127.0.0.1:8080", param=parameter)
    return found


@click.command()
@click.option("--config", "path", required=True, type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="The page's settings, web.yaml.")
@click.option("--listen", callback=_address, metavar="HOST:PORT", help="Listen there, whatever the settings say.")
@click.option("--check", is_flag=True, help="Only say what is wrong with the settings.")
@LOG_FORMAT
def web(path: Path, listen: Address | None, *, check: bool, line: Callable[[Mapping[str, object]], str]) -> None:
    """Run the page until SIGTERM or Ctrl-C: residents press, responders answer, operators see, in a browser.

    It publishes over the broker as everybody does. It may be stopped at any time: hub and posts do not need it.
    """
    settings = config.load(path)
    for warning in config.warnings(settings):
        output.complain(f"warning: {warning}")
    journal_place.require(settings.journal)
    if check:
        found = settings.people.exists()
        count = len(people.read(settings.people, settings.district.district)) if found else 0
        click.echo(f"{escaped(path)}: no faults. {settings.district.name}, {count} people.")
        return
    from posko.operator import service as operators  # noqa: PLC0415 - a check needs no server
    from posko.web import service  # noqa: PLC0415

    further = {
        each.district.district: partial(
            operators.Desk, each, make_labels(Language.ID, each.district, each.catalogue), _unsaid, aside=True)
        for each in settings.also
    }
    service.Desk(settings, output.log, line, listen, further).run()


def _unsaid(_line: str) -> None:
    """What is seen of a further district is on the page, not in the log."""
