"""What the shell completes: the command `completion`, and the names of incidents and villages.

A shell asks at each Tab. Whatever is wrong with the settings, it gets no names rather than a message.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, LAPOR, PATROL
from contract.settings.schema import SettingsError
from contract.wire.lapor import Severity
from contract.wire.response import Step
from kentongan import posko_settings
from posko import config
from posko.config import Config
from runtime import files

_WHERE = {"bash": "~/.local/share/bash-completion/completions/kentongan", "zsh": "~/.zfunc/_kentongan",
          "fish": "~/.config/fish/completions/kentongan.fish"}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_WHERE)))
def completion(shell: str) -> None:
    """Print the script by which SHELL completes commands, options, incidents and villages.

    \b
    Example:
      kentongan completion bash > ~/.local/share/bash-completion/completions/kentongan
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"{shell}: this version of click has no completion for it")
    script = found(click.Command("kentongan"), {}, "kentongan", "_KENTONGAN_COMPLETE").source()
    click.echo(f"# Put this into {_WHERE[shell]}\n{script}" if shell != "zsh" else script)


def villages(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The villages of the settings that are found, and `semua`, as far as they begin with *typed*."""
    found = _settings()
    names = {} if found is None else {slug: each.name for slug, each in found.district.villages.items()}
    return _items({**names, EVERYWHERE: "all"} if names else {}, typed)


def alarms(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The incidents that can be raised, as far as they begin with *typed*."""
    return _items({name: label for name, label in _incidents() if name != ALL_CLEAR}, typed)


def responded(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """What one may respond to: the incidents that can be raised, and a report."""
    return [*alarms(context, parameter, typed), *_items({LAPOR: "report"}, typed)]


def severities(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """How grave a report may be, as far as they begin with *typed*."""
    return [CompletionItem(each.value) for each in Severity if each.value.startswith(typed)]


def steps(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The steps of a response, as far as they begin with *typed*."""
    return [CompletionItem(each.value) for each in Step if each.value.startswith(typed)]


def codes(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """All that has a code, as far as it begins with *typed*."""
    return _items({**dict(_incidents()), PATROL: "patrol"}, typed)


def _items(names: dict[str, str], typed: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=label) for name, label in sorted(names.items()) if name.startswith(typed)]


def _incidents() -> Iterable[tuple[str, str]]:
    found = _settings()
    catalogue = files.load_shipped("jawa-timur")[0] if found is None else found.catalogue
    return [(name, each.label) for name, each in catalogue.incidents.items()]


def _settings() -> Config | None:
    given = os.environ.get(posko_settings.VARIABLE)
    places = [Path(given)] if given else [each.expanduser() for each in posko_settings.places(os.environ)]
    for place in places:
        if os.access(place, os.R_OK):
            try:
                return config.load(place)
            except (SettingsError, OSError):
                return None
    return None
