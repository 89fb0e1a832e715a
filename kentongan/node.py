"""The node's commands: `node`, `rest` and `check`. Faults of the user's are one line each, and exit 2."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from contract.settings.schema import SettingsError
from contract.text import escaped
from contract.user_error import UserError
from kentongan.log_format import LOG_FORMAT
from kentongan.node_settings import CONFIG
from node import config
from runtime import files, settings_copies

SIMULATE = click.option("--simulate", is_flag=True, help="Allow drivers that move no real pin, or are heard by nobody.")


@click.command()
@CONFIG
@SIMULATE
@LOG_FORMAT
def node(path: Path, simulate: bool, line: Callable[[Mapping[str, object]], str]) -> None:
    """Run a node until SIGTERM or Ctrl-C. What happens is logged on standard output, a line each."""
    from kentongan import run_node  # noqa: PLC0415 - only `node` needs paho

    run_node.run(path, line, simulate=simulate)


@click.command()
@CONFIG
@SIMULATE
@click.option("--offline", is_flag=True, help="Open nothing here: these are another machine's settings.")
def check(path: Path, simulate: bool, offline: bool) -> None:
    """Say everything that is wrong with a node's settings. Exits 0, or 2 with every fault.

    It also opens the pin driver, the GPIO chip and the sound device that the node will open, and drives and plays
    nothing. A warning is no fault: it may be meant, or be true of this user only.
    """
    from node import last_settings  # noqa: PLC0415 - as `node` does

    checks = last_settings.allowed(simulate=simulate)
    try:
        settings = config.load(path, checks.driver, checks.sound)
    except SettingsError:
        last = last_settings.find(path, checks)
        for note in settings_copies.notes(last_settings.place(path), last, "a node that is started now rings"):
            click.echo(escaped(note), err=True)
        raise
    here = None
    if not offline:
        from node import inspection  # noqa: PLC0415 - only what opens devices needs it

        here = inspection.inspect(settings)
    shared = files.slot_warnings(settings.district, settings.catalogue)
    for warning in (*config.warnings(settings), *shared, *(here.warnings if here is not None else ())):
        click.echo(f"warning: {escaped(warning)}", err=True)
    if here is not None and here.faults:
        raise SettingsError(f"{path.name}.{fault}" for fault in here.faults)
    district = settings.district
    village = district.villages[settings.settings.village]
    click.echo(f"{escaped(path)}: no faults. {village.posts[settings.settings.node].name}, {village.kind} "
               f"{village.name}, {district.name}; code family {settings.family.name}; times are {district.zone.name}.")


@click.command()
@CONFIG
@SIMULATE
def rest(path: Path, simulate: bool) -> None:
    """Drive the siren, the striker and the strobe to rest, and leave. For people; systemd runs node/rest.py.

    Only pins.driver and these outputs are read: whatever else is wrong with the settings, what can be is rested.
    """
    from node import gpio, pins, rest  # noqa: PLC0415 - only what needs pins

    driver, outputs, faults = config.outputs(
        path, lambda name: pins.check(name, simulate=simulate, heed_environment=False)
    )
    if driver not in pins.NO_REAL_PINS:
        # By the kernel itself, whatever the driver. Nothing is let go: the process ends with its lines as outputs at
        # rest, and a Pi's kernel keeps them so (raspberrypi/linux#6117).
        levels = {name: (each.pin, not each.active_high) for name, each in outputs.items()}
        try:
            _chip, failed = rest.put_to_rest(gpio.LABELS, levels)
        except gpio.ChipError as error:
            faults.append(f"no output was driven: {error}")
        else:
            faults += [f"{name} is NOT at rest: {reason}" for name, reason in failed.items()]
    if faults:
        raise UserError(*faults)
