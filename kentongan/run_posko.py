"""Runs the hub: on its settings, or on the last that worked where a bad edit broke them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from contract.settings.schema import SettingsError
from contract.user_error import UserError
from kentongan import output
from posko import config, folder, journal_place, last_settings, service
from posko.config import Config
from posko.journal_place import Server
from runtime import clock


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
        _hub(last.config, line, settings_fault=fault)
        return
    for warning in config.warnings(settings):
        output.complain(f"warning: {warning}")
    _hub(settings, line, keep=lambda: last_settings.keep(path, settings))


def _hub(
    found: Config, line: Callable[[Mapping[str, object]], str], settings_fault: str | None = None,
    keep: Callable[[], object] = lambda: None,
) -> None:
    """Runs it; where the district has several, by turns: a Standby, a Hub, and so on."""
    if found.settings.hubs == 1:
        service.Hub(found, output.log, line, settings_fault=settings_fault, keep=keep).run()
        return
    server = found.journal
    assert isinstance(server, Server)  # noqa: S101 - `posko.config` wants one where there are several hubs
    journal_place.require(server)
    from posko.lease import Lease, host  # noqa: PLC0415 - what one hub needs not
    from posko.standby import Standby  # noqa: PLC0415
    from runtime.postgresql import LeaseTable  # noqa: PLC0415

    table = LeaseTable(server.url, server.district, host(), clock.machine_boot())
    with folder.held(found.state_dir, server.district), Lease(table, found.settings.hubs) as lease:
        stand = partial(Standby, found, lease, output.log, line, settings_fault=settings_fault, keep=keep)
        standby = stand()
        while (turn := standby.run()) is not None:
            hub = service.Hub(found, output.log, line, settings_fault=settings_fault, keep=keep, turn=turn)
            standby.followed_by(hub)
            try:
                hub.run()
            finally:
                turn.close()
                lease.release()
            standby = stand(heard=turn.left())
            hub.followed_by(standby)
