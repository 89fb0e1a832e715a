"""Runs a node: on its settings, or on the last that worked where a bad edit broke them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from contract.settings.schema import SettingsError
from contract.user_error import UserError
from kentongan import output
from node import config, last_settings, pins, service


def run(path: Path, line: Callable[[Mapping[str, object]], str], *, simulate: bool) -> None:
    """Runs the node of the settings in *path* until it is stopped. Raises UserError.

    *line* makes a line of its log of an event. *simulate* allows drivers that move no real pin or that nobody hears.
    """
    allowed = last_settings.allowed(simulate=simulate)
    found: config.Config | None = None
    try:
        found = config.load(path, allowed.driver, allowed.sound)
        service.Node(found, output.log, line, keep=lambda: last_settings.keep(path, found, allowed)).run()
    except (SettingsError, pins.PinsError) as error:
        last = last_settings.find(path, allowed)
        if last is None or (last.config is not None and found is not None and _same_siren(last.config, found)):
            raise
        if last.config is None:
            raise UserError(*error.faults, last.why_not) from error
        try:
            fault = last.instead(error.faults, "the post rings", "kentongan check")
            service.Node(last.config, output.log, line, settings_fault=fault).run()
        except pins.PinsError as other:
            raise UserError(*error.faults, f"the settings of {last.saved} do not work either: {other}") from other


def _same_siren(one: config.Config, other: config.Config) -> bool:
    return (one.settings.pins, one.settings.siren) == (other.settings.pins, other.settings.siren)
