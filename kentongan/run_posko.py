"""Runs the hub: on its settings, or on the last that worked where a bad edit broke them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from contract.settings.schema import SettingsError
from contract.user_error import UserError
from kentongan import output
from posko import config, last_settings, service


def run(path: Path, line: Callable[[Mapping[str, object]], str]) -> None:
    """Runs the hub of the settings in *path* until it is stopped. Raises UserError.

    *line* makes a line of its log of an event.
    """
    try:
        settings = config.load(path)
    except SettingsError as error:
        last = last_settings.find(path)
        if last is None:
            raise
        if last.config is None:
            raise UserError(*error.faults, last.why_not) from error
        fault = last.instead(error.faults, "the hub runs", "kentongan posko --check")
        service.Hub(last.config, output.log, line, settings_fault=fault).run()
        return
    for warning in config.warnings(settings):
        output.complain(f"warning: {warning}")
    service.Hub(settings, output.log, line, keep=lambda: last_settings.keep(path, settings)).run()
