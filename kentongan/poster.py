"""The command `poster`: the page to print and hang beside a box."""

from pathlib import Path

import click

from contract.settings.schema import SettingsError
from kentongan.node_settings import CONFIG
from kentongan.written import check_ending
from node import config
from node.config import Config
from node.core.state import SILENCE_BUTTON
from posko.poster.core.page import Box, page


@click.command()
@CONFIG
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.pdf",
              help="Where it is written.")
@click.option("--dark", is_flag=True, help="White on black: it reads better by torch, and takes much ink.")
def poster(path: Path, out: Path, *, dark: bool) -> None:
    """Write the page that hangs beside a node's box, as a PDF to print on A4, in Indonesian.

    What to do, by this box's own buttons and lamps; the district's codes; its telephone numbers (`phones` in the
    district file, `phone` of a post), with a line to write on where a number is missing.

    Exits 0, or 2 with what is wrong.

    \b
    Example: kentongan poster --config /etc/kentongan/node.yaml --out pos.pdf
    """
    check_ending("--out", out, ".pdf")
    found = config.load(path)
    from posko.poster import pdf  # noqa: PLC0415 - a fault of the settings needs no reportlab

    written = pdf.draw(page(_box(found), found.district, found.catalogue, found.family), dark=dark)
    try:
        out.write_bytes(written)
    except OSError as error:
        raise SettingsError([f"--out: {out} cannot be written: {error.strerror}"]) from None
    click.echo(f"{out}: cetak di kertas A4, tempel di samping kotak (print it on A4, hang it beside the box)")


def _box(found: Config) -> Box:
    settings = found.settings
    return Box(
        settings.village, settings.node,
        holds_s={name: each.hold_s for name, each in settings.buttons.items()},
        lamps=frozenset(name for name, each in settings.buttons.items() if each.lamp is not None),
        silence_button=SILENCE_BUTTON,
        has_voice=settings.sound is not None, has_drum=settings.striker is not None or settings.sound is not None,
        has_lock=settings.lock is not None, has_hub=settings.hub,
    )
