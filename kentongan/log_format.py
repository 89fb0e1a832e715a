"""In which format a program writes its log: for people, or for a program that reads it."""

from collections.abc import Callable, Mapping

import click

from runtime.stdout_writer import FORMATS


def _writer(_context: click.Context, _parameter: click.Parameter, name: str) -> Callable[[Mapping[str, object]], str]:
    return FORMATS[name]


LOG_FORMAT = click.option(
    "--log-format", "line", type=click.Choice([*FORMATS]), default="text", show_default=True, callback=_writer,
    help="How each event is written: a line of text, or the event's JSON object.",
)
